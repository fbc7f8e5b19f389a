//! Every rule of what a plan expects: its first example breaks the expectation of the same name, its second one keeps it.

mod common;

use std::fmt::Write as _;
use titer_finding::{Fixer, Rule};
use titer_hl7::{Message, Offsets};
use titer_plan::Exchanged;
use titer_plan::syntax::MessageOf;
use titer_runner::assertion::{Asserting, Judgement};

/// What was exchanged before: message C1 with lot LOT42.
struct Before(Vec<u8>);

impl Exchanged for Before {
    fn message(&self, of: &MessageOf) -> Option<&[u8]> {
        match of {
            MessageOf::Received => None,
            MessageOf::Sent | MessageOf::Step { .. } => Some(&self.0),
        }
    }
}

fn judged(rule: &Rule, example: &str) -> Option<Vec<Judgement>> {
    let plan = common::plan("rules");
    let sent = titer_runner::rules()
        .into_iter()
        .find(|r| r.id == "PLAN-VALUE")
        .map(|r| r.silent)
        .expect("the rule is there");
    let before = Before(sent.into_bytes());
    let occasion = titer_plan::Occasion::at(common::clock().now(), 42);
    let (case, step) = plan
        .cases()
        .flat_map(|(_, c)| c.steps.iter().map(move |s| (c, s)))
        .find(|(_, s)| s.id.text() == rule.id)
        .or_else(|| {
            let (_, case) = plan.cases().next()?;
            Some((case, case.steps.first()?))
        })?;
    let scope = plan.scope(&occasion, case, step, &before);
    let mut table = Offsets::new();
    let asserting = Asserting {
        message: Message::parse(example.as_bytes(), &mut table),
        id: "m1",
        texts: &scope,
        exchanged: &before,
        ignoring_case: false,
        allowances: &[],
        waivers: &[],
        fixer: Fixer::SenderSoftware,
    };
    Some(match (rule.id.as_str(), &step.send, &step.query_back) {
        ("PLAN-NO-ANSWER" | "PLAN-FAULT", ..) => return None,
        ("PLAN-CORRELATION", ..) => vec![asserting.echoed("MSA-2", "repeats MSH-10", "C1")],
        ("PLAN-STATUS", ..) => vec![asserting.status(&["OK".to_owned()])],
        (_, Some(send), _) => asserting.all(&send.expect),
        (_, _, Some(query)) => asserting.state(query),
        _ => unreachable!("a rule has a step"),
    })
}

#[test]
fn every_rule_fires_on_its_first_example_and_not_on_its_second() {
    let mut tried = 0;
    for rule in titer_runner::rules() {
        let (Some(fires), Some(silent)) = (judged(&rule, &rule.fires), judged(&rule, &rule.silent))
        else {
            continue;
        };
        tried += 1;
        let found: Vec<&str> = fires
            .iter()
            .flat_map(|j| &j.findings)
            .map(|f| f.rule.as_str())
            .collect();
        assert_eq!(found, [rule.id.as_str()], "{} fires", rule.id);
        assert_eq!(
            fires.iter().filter(|j| !j.holds()).count(),
            1,
            "{} fires once",
            rule.id
        );
        let unmet: Vec<&str> = silent
            .iter()
            .filter(|j| !j.holds())
            .map(|j| j.assertion.what.as_str())
            .collect();
        assert!(
            unmet.is_empty() && !silent.is_empty(),
            "{} is silent: {unmet:?}",
            rule.id
        );
    }
    // the two rules about an exchange have no message for an example; tests of the registry's side break them
    assert_eq!(tried, titer_runner::rules().len() - 2);
}

#[test]
fn findings_read_well() {
    let mut texts = Vec::new();
    for rule in titer_runner::rules() {
        for judgement in judged(&rule, &rule.fires).into_iter().flatten() {
            for f in &judgement.findings {
                let at = format!(
                    "{}:{} {}",
                    f.location.line, f.location.column, f.location.path
                );
                let help = f
                    .help_text(false)
                    .map(|h| format!("\n  help: {h}"))
                    .unwrap_or_default();
                texts.push(format!("{} at {at}\n  {}{help}", f.rule, f.text(false)));
            }
        }
    }
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn ids_are_unique_and_explained() {
    let mut catalogue = titer_finding::Catalogue::default();
    let rules = titer_runner::rules();
    assert!(
        rules.iter().all(|r| r.id.starts_with("PLAN-")
            && !r.explanation.is_empty()
            && !r.repair.is_empty())
    );
    catalogue.add(rules).expect("no id twice");
}

/// A message with two identifiers; what it holds is what the steps of the plan's case `kinds` speak of.
const VXU: &str = "MSH|^~\\&|EHR|CLINIC|IIS|STATE|20270301093000.000-0600||VXU^V04^VXU_V04|C1|P|2.5.1\rPID|1||A7^^^CLINIC^MR~S1^^^STATE^SR||Hale^Nora^L^^^^L||20250911|F\rORC|RE||D1^CLINIC\rRXA|0|1|20270301||08^Hep B^CVX|0.5|||00||||||LOT42|||||CP|A\r";

#[test]
fn every_kind_of_expectation() {
    let plan = common::plan("rules");
    let occasion = titer_plan::Occasion::at(common::clock().now(), 42);
    let (_, case) = plan
        .cases()
        .find(|(_, c)| c.id.text() == "kinds")
        .expect("the case is there");
    let before = Before(VXU.as_bytes().to_vec());
    let mut table = Offsets::new();
    let message = Message::parse(VXU.as_bytes(), &mut table);
    let mut told = String::new();
    for step in case.steps.iter().skip(1) {
        let send = step.send.as_ref().expect("every step sends");
        let scope = plan.scope(&occasion, case, step, &before);
        let asserting = Asserting {
            message,
            id: "m1",
            texts: &scope,
            exchanged: &before,
            ignoring_case: false,
            allowances: &send.also_allowed,
            waivers: &[],
            fixer: Fixer::SenderSoftware,
        };
        for j in asserting.all(&send.expect) {
            let a = &j.assertion;
            let because = a
                .because_text(false)
                .map(|b| format!(" ({b})"))
                .unwrap_or_default();
            let _ = writeln!(told, "{}: {:?}: {}{because}", step.id, a.outcome, a.what);
            assert_eq!(
                j.findings.is_empty(),
                a.outcome != titer_runner::result::Outcome::NotMet
            );
            for finding in &j.findings {
                let help = finding
                    .help_text(false)
                    .map(|h| format!(" = {h}"))
                    .unwrap_or_default();
                let _ = writeln!(
                    told,
                    "    {} {}{help}",
                    finding.location.path,
                    finding.text(false)
                );
                assert!(finding.location.end as usize <= VXU.len());
            }
        }
    }
    insta::assert_snapshot!(told);
}
