//! Every mistake in a plan is told with its place.

mod common;

use common::{folder, good};
use std::fmt::Write;
use std::path::Path;
use tempfile::TempDir;

/// The good plan with one text in one file replaced.
fn with(file: &str, from: &str, to: &str) -> TempDir {
    let mut files = good();
    let entry = files
        .iter_mut()
        .find(|(name, _)| *name == file)
        .unwrap_or_else(|| panic!("no file {file}"));
    assert!(entry.1.contains(from), "`{from}` is not in {file}");
    entry.1 = entry.1.replacen(from, to, 1);
    folder(&files)
}

/// What is said about a plan, with the folder's name replaced.
fn said(dir: &Path) -> String {
    let name = dir.to_str().expect("a name");
    let lint = titer_plan::lint(name);
    let mut out = String::new();
    for d in &lint.errors {
        out.push_str(&d.render(false));
        out.push_str("\n\n");
    }
    for w in &lint.warnings {
        writeln!(out, "warning: {w}").expect("a line");
    }
    out.replace(name, "PLAN").trim_end().to_owned()
}

#[test]
fn a_good_plan_has_nothing_to_tell() {
    let dir = folder(&good());
    assert_eq!(said(dir.path()), "");
}

// one mistake each: the file, what stands there, what is written instead
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("unknown-key", "cases/one.yaml", "send:", "sned:"),
    (
        "unknown-key-in-expectation",
        "cases/one.yaml",
        "day: \"{today}\"",
        "dya: \"{today}\"",
    ),
    ("unknown-side", "plan.yaml", "[ehr, iis]", "[ehr, isi]"),
    ("missing-title", "plan.yaml", "title: a small plan\n", ""),
    (
        "missing-file",
        "plan.yaml",
        "cases/one.yaml",
        "cases/noe.yaml",
    ),
    ("bad-id", "cases/one.yaml", "id: report\n", "id: re port\n"),
    (
        "duplicate-step",
        "cases/one.yaml",
        "id: answer",
        "id: report",
    ),
    (
        "no-action",
        "cases/one.yaml",
        "    reply:\n      message: ack\n      profile: Z23\n      expect:\n        - meets: accepted\n",
        "",
    ),
    (
        "two-actions",
        "cases/one.yaml",
        "    reply:\n",
        "    attest: {statement: it works}\n    reply:\n",
    ),
    (
        "no-because",
        "cases/one.yaml",
        "    because: an EHR is not asked\n",
        "",
    ),
    (
        "unknown-patient",
        "cases/one.yaml",
        "patient: ann",
        "patient: anne",
    ),
    (
        "unknown-facility",
        "cases/one.yaml",
        "facility: clinic",
        "facility: hospital",
    ),
    (
        "unknown-capability",
        "cases/one.yaml",
        "capability: report",
        "capability: repot",
    ),
    (
        "unknown-requirement",
        "cases/one.yaml",
        "covers: R-1",
        "covers: R-2",
    ),
    (
        "unknown-profile",
        "cases/one.yaml",
        "profile: Z22",
        "profile: Z21",
    ),
    (
        "unknown-message",
        "cases/one.yaml",
        "message: dose",
        "message: does",
    ),
    (
        "unknown-set",
        "cases/one.yaml",
        "meets: accepted",
        "meets: acepted",
    ),
    ("bad-path", "cases/one.yaml", "at: PID-5.1", "at: PID.5.1"),
    ("bad-path-key", "cases/one.yaml", "{PID-8: F}", "{PID_8: F}"),
    (
        "path-outside-group",
        "cases/one.yaml",
        "at: RXA-3",
        "at: PID-3",
    ),
    ("bad-target", "cases/one.yaml", "find: ORDER", "find: order"),
    (
        "bad-regex",
        "cases/one.yaml",
        "is: \"{patient.name.family}\"",
        "matches: \"[A-Z\"",
    ),
    (
        "bad-date",
        "cases/one.yaml",
        "{cvx: \"08\", date: \"{today}\"}",
        "{cvx: \"08\", date: \"{today-2q}\"}",
    ),
    (
        "date-without-sign",
        "cases/one.yaml",
        "day: \"{today}\"",
        "day: \"{today2d}\"",
    ),
    (
        "bad-placeholder",
        "cases/one.yaml",
        "{patient.name.family}",
        "{patient.name.familiy}",
    ),
    (
        "unknown-word",
        "cases/one.yaml",
        "{patient.name.family}",
        "{patent.name.family}",
    ),
    (
        "unbound-word",
        "cases/one.yaml",
        "{patient.name.family}",
        "{clinician.name.family}",
    ),
    (
        "record-not-text",
        "cases/one.yaml",
        "{patient.name.family}",
        "{patient.name}",
    ),
    (
        "open-placeholder",
        "cases/one.yaml",
        "{patient.name.family}",
        "{patient.name.family",
    ),
    (
        "unknown-format",
        "cases/one.yaml",
        "date: \"{today}\"",
        "date: \"{today:long}\"",
    ),
    (
        "expectation-says-nothing",
        "cases/one.yaml",
        "{at: PID-5.1, is: \"{patient.name.family}\"}",
        "{because: it should}",
    ),
    (
        "expectation-without-operator",
        "cases/one.yaml",
        "{at: PID-5.1, is: \"{patient.name.family}\"}",
        "{at: PID-5.1}",
    ),
    (
        "expectation-says-two-things",
        "cases/one.yaml",
        "{at: PID-5.1, is: \"{patient.name.family}\"}",
        "{at: PID-5.1, is: A, present: PID-3}",
    ),
    (
        "vary-missing-segment",
        "cases/one.yaml",
        "{PID-8: F}",
        "{NK1-2: F}",
    ),
    (
        "reference-to-nothing",
        "expectations/replies.yaml",
        "sent MSH-10",
        "MSH-10",
    ),
    (
        "reference-to-no-step",
        "cases/one.yaml",
        "- meets: accepted",
        "- {at: MSA-2, same-as: rport MSH-10}",
    ),
    (
        "reply-before-send",
        "cases/one.yaml",
        "  - id: report\n    covers: R-1\n",
        "  - id: early\n    covers: R-1\n    reply: {profile: Z23}\n  - id: report\n",
    ),
    (
        "query-back-compares-nothing",
        "cases/one.yaml",
        "      expect-doses:\n        - {cvx: \"08\", date: \"{today}\"}\n",
        "",
    ),
    (
        "number-for-text",
        "cases/one.yaml",
        "where: {RXA-5.1: \"08\"}",
        "where: {RXA-5.1: 8}",
    ),
    (
        "unknown-data-key",
        "data/data.yaml",
        "birth-date:",
        "birthdate:",
    ),
    (
        "data-refers-to-data",
        "data/data.yaml",
        "\"{today-2m}\"",
        "\"{patient.sex}\"",
    ),
    (
        "placeholder-in-message",
        "messages/dose.hl7",
        "{patient.name.given}",
        "{patient.name.first}",
    ),
    (
        "open-placeholder-in-message",
        "messages/dose.hl7",
        "{uid}",
        "{uid",
    ),
    (
        "message-without-header",
        "messages/query.hl7",
        "MSH|",
        "MHS|",
    ),
    (
        "known-failure-of-nobody",
        "known-failures/reference.yaml",
        "small/ONE/history",
        "small/ONE/histroy",
    ),
    (
        "empty-set",
        "expectations/replies.yaml",
        "  accepted:\n    - {at: MSA-1, is: AA}\n    - {at: MSA-2, same-as: sent MSH-10}\n",
        "  accepted: []\n",
    ),
    (
        "set-in-a-circle",
        "expectations/replies.yaml",
        "    - {at: MSA-1, is: AA}\n",
        "    - {at: MSA-1, is: AA}\n    - meets: accepted\n",
    ),
    (
        "set-with-data",
        "expectations/replies.yaml",
        "is: AA",
        "is: \"{patient.sexx}\"",
    ),
    ("broken-yaml", "cases/one.yaml", "steps:", "steps: ["),
    ("no-cases", "plan.yaml", "    files: [cases/one.yaml]\n", ""),
    (
        "about-over-several-lines",
        "cases/one.yaml",
        "title: one dose\n",
        "title: one dose\nabout: |\n  The patient,\n  called {patient.nmae.given}, is young.\n",
    ),
    (
        "case-before-its-need",
        "cases/one.yaml",
        "capability: report",
        "after: TWO\ncapability: report",
    ),
];

#[test]
fn every_mistake_is_told_with_its_place() {
    let mut all = String::new();
    for (name, file, from, to) in MISTAKES {
        let dir = with(file, from, to);
        let said = said(dir.path());
        assert!(said.contains("error"), "{name} is not noticed:\n{said}");
        writeln!(all, "== {name}\n{said}\n").expect("a line");
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_case_without_steps_is_told() {
    let mut files = good();
    files.retain(|(name, _)| !name.starts_with("known-failures"));
    for (name, text) in &mut files {
        if *name == "cases/one.yaml" {
            "id: ONE\ntitle: nothing is done\nsteps: []\n".clone_into(text);
        }
    }
    let dir = folder(&files);
    insta::assert_snapshot!(said(dir.path()));
}

#[test]
fn several_mistakes_are_told_at_once() {
    let mut files = good();
    for (name, text) in &mut files {
        if *name == "cases/one.yaml" {
            *text = text
                .replace("at: PID-5.1", "at: PID:5.1")
                .replace("{today}", "{tody}")
                .replace("find: ORDER", "find: ORDERS");
        }
        if *name == "data/data.yaml" {
            *text = text.replace("sex: F", "sexx: F");
        }
    }
    let dir = folder(&files);
    insta::assert_snapshot!(said(dir.path()));
}

#[test]
fn what_is_not_used_is_a_warning() {
    let mut files = good();
    files.push(("messages/spare.hl7", "MSH|^~\\&|\n".to_owned()));
    files.push((
        "data/more.yaml",
        "vaccines:\n  hepb: {name: Hep B, cvx: \"08\"}\n".to_owned(),
    ));
    files.push((
        "cases/spare.yaml",
        "id: SPARE\ntitle: nobody names it\nsteps: []\n".to_owned(),
    ));
    files.push((
        "expectations/more.yaml",
        "sets:\n  spare:\n    - {present: PID-3}\n".to_owned(),
    ));
    let dir = folder(&files);
    insta::assert_snapshot!(said(dir.path()));
}

#[test]
fn a_name_twice_in_the_data_is_told() {
    let mut files = good();
    files.push((
        "data/more.yaml",
        "facilities:\n  clinic: {name: another, application: A, code: B}\n".to_owned(),
    ));
    let dir = folder(&files);
    insta::assert_snapshot!(said(dir.path()));
}

#[test]
fn a_plan_that_is_not_there_is_told() {
    let errors = |name: &str| {
        titer_plan::lint(name)
            .errors
            .iter()
            .map(|d| d.render(false))
            .collect::<String>()
    };
    insta::assert_snapshot!(errors("onc-2051"));
    insta::assert_snapshot!(errors("nothing-like-it"));
    let dir = tempfile::tempdir().expect("a folder");
    let said = errors(dir.path().to_str().expect("a name"))
        .replace(dir.path().to_str().expect("a name"), "PLAN");
    insta::assert_snapshot!(said);
}

#[test]
fn bytes_that_are_no_text_are_told() {
    let dir = folder(&good());
    std::fs::write(dir.path().join("cases/one.yaml"), b"id: ONE\ntitle: \xff\n").expect("a file");
    insta::assert_snapshot!(said(dir.path()));
}
