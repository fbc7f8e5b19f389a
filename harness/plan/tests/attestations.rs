//! A vendor's declarations: what they say, and every mistake in them with its place.

mod common;

use common::{folder, good};
use std::path::Path;
use tempfile::TempDir;
use titer_plan::{Attested, Plan, load_attestations, load_dir};

/// The good plan with two steps that somebody attests.
fn plan() -> (TempDir, Plan) {
    let mut files = good();
    for (name, text) in &mut files {
        if *name == "cases/one.yaml" {
            text.push_str(
                "  - id: portal\n    attest: {statement: patients see their doses}\n  - id: schedule\n    attest: {statement: the schedule is kept up to date}\n",
            );
        }
    }
    let dir = folder(&files);
    let plan = load_dir(dir.path()).expect("a good plan");
    (dir, plan)
}

fn read(text: &str) -> Result<Vec<Attested>, String> {
    let (dir, plan) = plan();
    let file = dir.path().join("attest.yaml");
    std::fs::write(&file, text).expect("written");
    said(&file, &plan).map_err(|e| e.replace(&dir.path().display().to_string(), "DIR"))
}

fn said(file: &Path, plan: &Plan) -> Result<Vec<Attested>, String> {
    load_attestations(file, plan).map_err(|e| {
        let all: Vec<String> = e.diagnostics().iter().map(|d| d.render(false)).collect();
        all.join("\n\n")
    })
}

#[test]
fn what_is_declared_is_found_by_name_or_pattern() {
    let found = read(
        "about: our product\nattestations:\n  - step: small/ONE/portal\n    name: Ann Lee\n    role: product manager\n    date: 2026-11-01\n    expires: 2027-10-31\n    evidence: [portal.png]\n  - {step: \"ONE/sch*\", name: Bo, date: 2026-11-02, statement: monthly, comment: see the manual}\n",
    )
    .expect("a good file");
    let [portal, schedule] = found.as_slice() else {
        panic!("two declarations: {found:?}");
    };
    assert_eq!(portal.step, "small/ONE/portal");
    assert_eq!(portal.name, "Ann Lee");
    assert_eq!(portal.expires, "2027-10-31".parse().ok());
    assert_eq!(portal.evidence, ["portal.png"]);
    assert_eq!(schedule.step, "small/ONE/schedule");
    assert_eq!(schedule.statement.as_deref(), Some("monthly"));
    assert_eq!(schedule.expires, None);
}

#[test]
fn one_pattern_may_mean_every_attested_step() {
    let found =
        read("attestations:\n  - {step: \"**\", name: Bo, date: 2026-11-02}\n").expect("good");
    let steps: Vec<&str> = found.iter().map(|a| a.step.as_str()).collect();
    assert_eq!(steps, ["small/ONE/portal", "small/ONE/schedule"]);
}

#[test]
fn every_mistake_has_its_place() {
    let told = read(
        "attestations:\n  - {step: ONE/nothing, name: Bo, date: 2026-11-02}\n  - {step: ONE/report, name: Bo, date: 2026-11-02}\n  - {step: ONE/portal, name: \" \", date: 2026-11-02}\n  - {step: ONE/portal, name: Bo, date: 2026-13-02}\n  - {step: ONE/portal, name: Bo, date: 2026-11-02, expires: 2026-11-01}\n  - {step: \"ONE//portal\", name: Bo, date: 2026-11-02}\n",
    )
    .expect_err("many mistakes");
    insta::assert_snapshot!(told);
    let told =
        read("attestations: [{step: ONE/portal, nam: Bo, date: 2026-11-02}]\n").expect_err("a key");
    assert!(told.contains("nam"), "{told}");
    let told = read("").expect_err("nothing");
    assert!(!told.is_empty());
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let (dir, plan) = plan();
    assert!(load_attestations(&dir.path().join("none.yaml"), &plan).is_err());
}
