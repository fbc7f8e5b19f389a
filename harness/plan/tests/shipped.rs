//! The plans that the program carries.

use std::fmt::Write;
use titer_hl7::{Message, Offsets};
use titer_plan::model::{Action, Side, StepKind, Text};
use titer_plan::syntax::{MessageOf, Path};
use titer_plan::{Entries, Exchanged, Occasion, Plan, Scope, builtin_names, load_builtin};

fn all() -> Vec<Plan> {
    builtin_names()
        .into_iter()
        .map(|name| load_builtin(name).unwrap_or_else(|e| panic!("{name}: {:?}", e.diagnostics())))
        .collect()
}

struct Sent(Option<Vec<u8>>);

impl Exchanged for Sent {
    fn message(&self, of: &MessageOf) -> Option<&[u8]> {
        (*of == MessageOf::Sent)
            .then_some(self.0.as_deref())
            .flatten()
    }
}

/// A message of a plan: the step's name, whether it is meant to be right, and its bytes.
struct Shipped {
    step: String,
    right: bool,
    bytes: Vec<u8>,
}

fn messages(plan: &Plan, occasion: &Occasion) -> Vec<Shipped> {
    let mut all = Vec::new();
    for (_, case) in plan.cases() {
        let mut sent = Sent(None);
        for step in &case.steps {
            let name = plan.step_path(case, step);
            let fill = |scope: &Scope<'_>, template: &str, vary: &Entries<Path, Text>| {
                scope
                    .message(template, vary)
                    .unwrap_or_else(|e| panic!("{name}: {e}"))
            };
            let none = Entries::default();
            let mut made: Vec<(Vec<u8>, bool)> = Vec::new();
            let mut now_sent = None;
            {
                let scope = plan.scope(occasion, case, step, &sent);
                match step.action().expect("an action") {
                    Action::Send(s) => {
                        let varied = fill(&scope, &s.message.value, &s.vary);
                        made.push((fill(&scope, &s.message.value, &none), true));
                        made.push((varied.clone(), s.profile.is_some()));
                        now_sent = Some(varied);
                    }
                    Action::Reply(r) => {
                        made.extend(
                            r.message
                                .iter()
                                .map(|m| (fill(&scope, &m.value, &r.vary), true)),
                        );
                    }
                    Action::QueryBack(q) => {
                        let scope = scope.with(&q.bindings());
                        made.push((fill(&scope, &q.message.value, &q.vary), true));
                    }
                    Action::Preload(p) => {
                        made.extend(
                            p.messages
                                .iter()
                                .map(|m| (fill(&scope, &m.value, &none), true)),
                        );
                    }
                    Action::Transport(t) => {
                        made.extend(
                            t.messages
                                .iter()
                                .map(|m| (fill(&scope, &m.value, &t.vary), true)),
                        );
                    }
                    _ => {}
                }
            }
            if now_sent.is_some() {
                sent = Sent(now_sent);
            }
            all.extend(made.into_iter().map(|(bytes, right)| Shipped {
                step: name.clone(),
                right,
                bytes,
            }));
        }
    }
    all
}

fn occasion(text: &str) -> Occasion {
    Occasion::at(text.parse().expect("a moment"), 42)
}

#[test]
fn each_plan_is_good_and_uses_all_it_has() {
    for plan in all() {
        assert_eq!(plan.warnings, [], "{}", plan.id);
        assert_eq!(plan.hash.len(), 64);
        assert_eq!(load_builtin(&plan.id).expect("the plan").hash, plan.hash);
    }
}

#[test]
fn what_is_carried_is_what_lies_in_the_folder() {
    for name in builtin_names() {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../test-plans")
            .join(name);
        let plan = titer_plan::load_dir(&dir).expect("the plan");
        assert_eq!(
            plan.hash,
            load_builtin(name).expect("the plan").hash,
            "{name}"
        );
    }
}

#[test]
fn the_plans_in_numbers() {
    let mut out = String::new();
    for plan in all() {
        let line = plan.line();
        writeln!(
            out,
            "{} {}: {} cases, {} steps, {} assertions",
            line.id, line.version, line.cases, line.steps, line.assertions
        )
        .expect("a line");
        for case in plan.show() {
            writeln!(out, "  {}: {}", case.name, case.title).expect("a line");
            for step in case.steps {
                let systems: Vec<&str> = step.systems.iter().map(|s| s.word()).collect();
                writeln!(
                    out,
                    "    {:<16} {:<10} {:<8} {:>3} assertions, {} checks{}",
                    step.name.rsplit('/').next().unwrap_or_default(),
                    step.kind.key(),
                    systems.join(" "),
                    step.assertions,
                    step.checks,
                    if step.evaluated {
                        ""
                    } else {
                        ", not evaluated"
                    }
                )
                .expect("a line");
            }
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn the_onc_plan_is_whole_on_both_sides() {
    let plan = load_builtin("onc-2015").expect("the plan");
    let steps = |side: Side, kind: StepKind| {
        plan.cases()
            .flat_map(|(_, c)| &c.steps)
            .filter(|s| s.applies(side) && s.kind() == Some(kind))
            .count()
    };
    assert_eq!(plan.cases().count(), 14);
    // every message is awaited from an EHR, and every EHR is answered
    assert_eq!(steps(Side::Ehr, StepKind::Send), 14);
    assert_eq!(steps(Side::Ehr, StepKind::Reply), 14);
    // every message is sent to an IIS, its answer is judged, and its state is asked for
    assert_eq!(steps(Side::Iis, StepKind::Send), 14);
    assert_eq!(steps(Side::Iis, StepKind::Reply), 14);
    assert_eq!(steps(Side::Iis, StepKind::QueryBack), 11);
    for (_, case) in plan.cases() {
        for step in &case.steps {
            if step.reply.is_some() && step.applies(Side::Ehr) {
                assert!(
                    step.reply.as_ref().is_some_and(|r| r.message.is_some()),
                    "{} has no script for an EHR",
                    plan.step_path(case, step)
                );
            }
        }
    }
}

#[test]
fn the_reference_iis_has_no_known_failures() {
    for plan in all() {
        assert!(
            plan.known_failures_of("reference").is_empty(),
            "{}",
            plan.id
        );
    }
}

#[test]
fn every_message_is_well_formed() {
    for plan in all() {
        let made = messages(&plan, &occasion("2026-11-22T10:15:30-07:00[-07:00]"));
        assert!(!made.is_empty(), "{}", plan.id);
        for m in made {
            let mut table = Offsets::new();
            let message = Message::parse(&m.bytes, &mut table);
            assert!(
                message.faults().is_empty(),
                "{}: {:?}",
                m.step,
                message.faults()
            );
        }
    }
}

// the days on which months end, years end, and a leap day is there
const DAYS: [&str; 4] = [
    "2026-11-22T10:15:30-07:00[-07:00]",
    "2028-02-29T23:59:59+00:00[+00:00]",
    "2027-03-31T00:00:00+05:30[+05:30]",
    "2026-12-31T12:00:00-05:00[-05:00]",
];

/// Whether the plan itself asks for what the rule finds in this step.
fn intended(plan: &Plan, step: &str, rule: &str) -> bool {
    let mut waivers = plan.waivers.iter().filter(|w| w.intended);
    waivers.any(|w| {
        let here = w
            .steps
            .iter()
            .any(|p| p.get().is_some_and(|p| p.covers(step)));
        here && w.rules.iter().any(|r| r.value == rule)
    })
}

#[test]
fn no_message_that_is_meant_to_be_right_has_an_error() {
    let mut judged = 0;
    for plan in all() {
        for day in DAYS {
            for m in messages(&plan, &occasion(day))
                .into_iter()
                .filter(|m| m.right)
            {
                let mut table = Offsets::new();
                let message = Message::parse(&m.bytes, &mut table);
                let checked = titer_conformance::check_message(&message);
                assert!(
                    checked.profile.is_some(),
                    "{}: no profile was applied",
                    m.step
                );
                let errors: Vec<String> = checked
                    .findings
                    .iter()
                    .filter(|f| f.severity == titer_finding::Severity::Error)
                    .filter(|f| !intended(&plan, &m.step, &f.rule))
                    .map(|f| format!("{} {} {}", f.rule, f.location.path, f.text(false)))
                    .collect();
                assert!(errors.is_empty(), "{} on {day}: {errors:#?}", m.step);
                judged += 1;
            }
        }
    }
    assert!(judged > 250, "only {judged} messages were judged");
}

#[test]
fn the_profiles_that_plans_may_name_are_those_that_ship() {
    let mut ids: Vec<&str> = titer_conformance::builtins()
        .map(|v| v.info().id.as_str())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, titer_plan::model::PROFILES);
}

#[test]
fn waivers_name_rules_that_there_are() {
    let known: Vec<String> = titer_conformance::rules()
        .into_iter()
        .map(|r| r.id)
        .collect();
    for plan in all() {
        for rule in plan.waivers.iter().flat_map(|w| &w.rules) {
            assert!(known.contains(&rule.value), "{}: no rule {rule}", plan.id);
        }
    }
}
