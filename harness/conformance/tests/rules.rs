//! Every rule that ships shows itself: its firing message fires it, its silent message does not and has no error at all.

use std::collections::BTreeSet;
use titer_conformance::{Checked, check_message, rules};
use titer_finding::{Finding, Rule, Severity};
use titer_hl7::{Message, Offsets};

/// Rules that no message can fire under the profiles that ship, each for the reason that its text gives.
const WITHOUT_EXAMPLE: &[&str] = &[
    "CODE-NOT-ACCEPTED",
    "ER7-TOO-LARGE",
    "HL7-CODE-AMBIGUOUS",
    "HL7-CODE-EXCLUDED",
    "HL7-CODE-PERMITTED",
    "HL7-CODE-SINGLE",
    "HL7-CODE-SUGGESTED",
    "HL7-CODE-TWICE",
    "HL7-CONSTANT",
    "HL7-CO-CELL",
    "HL7-CO-GROUP",
    "HL7-CO-ROW",
    "HL7-CO-VALUE",
    "HL7-CONSTRAINT",
    "HL7-NOTE",
    "HL7-PROFILE",
    "HL7-USAGE-W",
    "STEP-CONTENT",
    "STEP-MISSING",
];

fn check(message: &str) -> Checked {
    let mut table = Offsets::new();
    check_message(&Message::parse(message.as_bytes(), &mut table))
}

fn say(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|f| {
            format!(
                "{} {} {} {}",
                f.severity.word(),
                f.rule,
                f.location.path,
                f.text(false)
            )
        })
        .collect()
}

/// What is wrong with a rule's examples.
fn wrong(rule: &Rule) -> Option<String> {
    let fires = check(&rule.fires);
    let hits: Vec<&Finding> = fires
        .findings
        .iter()
        .filter(|f| f.rule == rule.id)
        .collect();
    if hits.is_empty() && !WITHOUT_EXAMPLE.contains(&rule.id.as_str()) {
        return Some(format!(
            "{} does not fire; found {:#?}",
            rule.id,
            say(&fires.findings)
        ));
    }
    if let Some(hit) = hits
        .iter()
        .find(|f| f.severity != rule.severity || f.category != rule.category)
    {
        let (severity, category) = (hit.severity.word(), hit.category.word());
        return Some(format!("{} fires as {severity}, {category}", rule.id));
    }
    if hits
        .iter()
        .any(|f| f.location.end > rule.fires.len() as u64)
    {
        return Some(format!("{} points outside of its message", rule.id));
    }
    let silent = check(&rule.silent);
    if silent.profile.is_none() {
        return Some(format!(
            "the silent message of {} claims no profile",
            rule.id
        ));
    }
    let loud: Vec<Finding> = silent
        .findings
        .into_iter()
        .filter(|f| f.rule == rule.id || f.severity == Severity::Error)
        .collect();
    (!loud.is_empty()).then(|| format!("{} is not silent: {:#?}", rule.id, say(&loud)))
}

#[test]
fn every_rule_fires_and_is_silent_as_its_examples_say() {
    let rules = rules();
    assert!(rules.len() > 90, "{} rules", rules.len());
    let wrong: Vec<String> = rules.iter().filter_map(wrong).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} rules:\n{}",
        wrong.len(),
        rules.len(),
        wrong.join("\n")
    );
}

#[test]
fn rules_without_an_example_are_the_known_ones() {
    let without: BTreeSet<String> = rules()
        .into_iter()
        .filter(|r| r.fires.is_empty())
        .map(|r| r.id)
        .collect();
    let known: BTreeSet<String> = WITHOUT_EXAMPLE.iter().map(|&id| id.to_owned()).collect();
    assert_eq!(without, known);
}

#[test]
fn every_constraint_of_the_reference_has_a_text() {
    let table = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/domain/nist-iz-rules.tsv");
    let Ok(text) = std::fs::read_to_string(table) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let ids: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            (columns.get(1) == Some(&"Constraint")).then(|| columns[2].trim())
        })
        .collect();
    assert!(ids.len() >= 59, "{} ids", ids.len());
    let rules = rules();
    let have: BTreeSet<&str> = rules.iter().map(|r| r.id.as_str()).collect();
    let missing: Vec<_> = ids.difference(&have).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
