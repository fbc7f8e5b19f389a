//! `titer check --dialect`: the same message in both readings.

use crate::common::{said, titer};

fn rules_named(room: &tempfile::TempDir, args: &[&str]) -> Vec<String> {
    let said = said(
        titer()
            .current_dir(room)
            .args(["check", "one.hl7", "--format", "jsonl"])
            .args(args),
    );
    assert_eq!(said.code, 1, "{}", said.stderr);
    said.stdout
        .lines()
        .filter_map(|line| {
            let finding: serde_json::Value = serde_json::from_str(line).ok()?;
            Some(finding["finding"]["rule"].as_str()?.to_owned())
        })
        .collect()
}

#[test]
fn the_reference_s_reading_can_be_asked_for() {
    let room = tempfile::tempdir().expect("a folder");
    let rule = titer_conformance::rules()
        .into_iter()
        .find(|r| r.id == "HL7-SEGMENT-ORDER")
        .expect("a rule");
    std::fs::write(room.path().join("one.hl7"), rule.fires).expect("written");
    let count = |list: &[String]| list.iter().filter(|r| *r == "HL7-SEGMENT-ORDER").count();
    // one misplaced segment is one finding; for the reference it derails what follows
    assert_eq!(count(&rules_named(&room, &[])), 1);
    assert_eq!(count(&rules_named(&room, &["--dialect", "titer"])), 1);
    let theirs = rules_named(&room, &["--dialect", "nist-1.6.3"]);
    assert!(count(&theirs) > 1, "{theirs:?}");
    let named = rules_named(&room, &["--dialect", "nist-1.6.3", "--profile", "Z22"]);
    assert_eq!(named, theirs);
}
