//! The example messages of the shipped plans are what the plans expect of an EHR: whoever sends them passes, whatever day it
//! is and in whatever order the doses stand.

use std::collections::BTreeMap;
use titer_finding::Fixer;
use titer_hl7::{Message, Offsets};
use titer_plan::model::{Allowance, Expectation, Side};
use titer_plan::{NothingYet, Occasion, Plan, Scope, builtin_names, load_builtin};
use titer_runner::assertion::Asserting;
use titer_runner::result::Outcome;

// months and years end, a leap day is there, and an ordinary day
const DAYS: [&str; 5] = [
    "2026-11-22T10:15:30-07:00[-07:00]",
    "2028-02-29T23:59:59+00:00[+00:00]",
    "2027-03-31T00:00:00+05:30[+05:30]",
    "2026-12-31T12:00:00-05:00[-05:00]",
    "2027-06-30T08:00:00-04:00[-04:00]",
];

fn unmet(
    scope: &Scope<'_>,
    plan: &Plan,
    bytes: &[u8],
    expect: &[Expectation],
    allowances: &[Allowance],
) -> (usize, Vec<String>) {
    let mut table = Offsets::new();
    let asserting = Asserting {
        message: Message::parse(bytes, &mut table),
        id: "m1",
        texts: scope,
        exchanged: &NothingYet,
        ignoring_case: plan.judging.ignoring_case,
        allowances,
        waivers: &[],
        fixer: Fixer::SenderSoftware,
    };
    let judged = asserting.all(expect);
    let wrong = judged
        .iter()
        .filter(|j| j.assertion.outcome != Outcome::Met)
        .map(|j| format!("{} ({:?})", j.assertion.what, j.assertion.because))
        .collect();
    (judged.len(), wrong)
}

/// The same message with its doses in the opposite order.
fn turned(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    let mut head = Vec::new();
    let mut orders: Vec<Vec<&str>> = Vec::new();
    for line in text.split_terminator('\r') {
        if line.starts_with("ORC") {
            orders.push(vec![line]);
        } else if let Some(order) = orders.last_mut() {
            order.push(line);
        } else {
            head.push(line);
        }
    }
    head.extend(orders.into_iter().rev().flatten());
    let mut out = head.join("\r");
    out.push('\r');
    out.into_bytes()
}

#[test]
fn each_example_meets_what_its_step_expects() {
    let mut judged = 0;
    for name in builtin_names() {
        let plan = load_builtin(name).expect("the plan");
        if !plan.systems.contains(&Side::Ehr) {
            continue;
        }
        for day in DAYS {
            let occasion = Occasion::at(day.parse().expect("a moment"), 42);
            for (_, case) in plan.cases() {
                for step in &case.steps {
                    let Some(send) = &step.send else { continue };
                    let scope = plan.scope(&occasion, case, step, &NothingYet);
                    let bytes = scope
                        .message(&send.message.value, &send.vary)
                        .expect("the example");
                    for bytes in [turned(&bytes), bytes] {
                        let (n, wrong) =
                            unmet(&scope, &plan, &bytes, &send.expect, &send.also_allowed);
                        let step = plan.step_path(case, step);
                        assert!(wrong.is_empty(), "{step} as of {day}: {wrong:#?}");
                        judged += n;
                    }
                }
            }
        }
    }
    assert!(judged > 20_000, "only {judged} assertions were judged");
}

#[test]
fn each_trace_is_proved_by_the_example_of_the_step_that_it_names() {
    let mut judged = 0;
    for name in builtin_names() {
        let plan = load_builtin(name).expect("the plan");
        let occasion = Occasion::at(DAYS[0].parse().expect("a moment"), 42);
        let mut sent = BTreeMap::new();
        for (_, case) in plan.cases() {
            for step in &case.steps {
                if let Some(send) = &step.send {
                    let scope = plan.scope(&occasion, case, step, &NothingYet);
                    let bytes = scope
                        .message(&send.message.value, &send.vary)
                        .expect("the example");
                    sent.insert(format!("{}/{}", case.id, step.id), bytes);
                }
            }
        }
        for (_, case) in plan.cases() {
            for step in &case.steps {
                for trace in &step.trace {
                    let Some(to) = trace.step.get() else { continue };
                    let of = to.case.clone().unwrap_or_else(|| case.id.text().to_owned());
                    let Some(bytes) = sent.get(&format!("{of}/{}", to.step)) else {
                        continue;
                    };
                    let scope = plan.scope(&occasion, case, step, &NothingYet);
                    let (n, wrong) = unmet(&scope, &plan, bytes, &trace.expect, &[]);
                    let step = plan.step_path(case, step);
                    assert!(wrong.is_empty(), "{step}: {wrong:#?}");
                    assert!(n > 0, "{step} proves nothing");
                    judged += n;
                }
            }
        }
    }
    assert!(judged > 100, "only {judged} assertions were judged");
}
