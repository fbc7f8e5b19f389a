//! What many messages have in common.

use crate::common::{Said, said, titer};
use std::fmt::Write as _;
use std::path::Path;
use titer_finding::summary::Summary;

/// 60 messages of three clinics: some of a kind that no profile knows, some that are no better than a header.
fn messages() -> String {
    let mut text = String::new();
    for n in 0..60 {
        let clinic = ["NORTH", "SOUTH", "EAST"][n % 3];
        let kind = if n % 4 == 0 {
            "ADT^A01^ADT_A01"
        } else {
            "ORU^R01^ORU_R01"
        };
        let last = if n % 5 == 0 { "junk\r" } else { "" };
        let _ = write!(
            text,
            "MSH|^~\\&|EHR|{clinic}|IIS|STATE|20260312||{kind}|M{n}|P|2.5.1|||||||||||{clinic}\rPID|1||A77||MARKER^ANNA\r{last}"
        );
    }
    text
}

fn summary(args: &[&str]) -> Said {
    let said = said(
        titer()
            .args(["check", "-", "--summary"])
            .args(args)
            .write_stdin(messages()),
    );
    assert_eq!(said.code, 1, "{}", said.stderr);
    said
}

#[test]
fn one_screen_says_what_comes_first() {
    let said = summary(&[]);
    assert!(said.stdout.lines().count() < 45);
    insta::assert_snapshot!(said.stdout);
}

#[test]
fn the_document_adds_up() {
    let said = summary(&["--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&said.stdout).expect("JSON");
    let schema = jsonschema::validator_for(&Summary::schema()).expect("a schema");
    let wrong: Vec<String> = schema
        .iter_errors(&document)
        .map(|e| e.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let summary: Summary = serde_json::from_value(document).expect("the document");
    assert_eq!(summary.messages.total, 60);
    for sum in [
        summary.causes.iter().map(|r| r.figures.errors).sum::<u64>(),
        summary.rules.iter().map(|r| r.figures.errors).sum(),
        summary.places.iter().map(|r| r.figures.errors).sum(),
        summary.senders.iter().map(|r| r.figures.errors).sum(),
        summary.fixers.iter().map(|r| r.figures.errors).sum(),
    ] {
        assert_eq!(sum, summary.findings.errors);
    }
    assert_eq!(summary.senders.iter().map(|s| s.sent).sum::<u64>(), 60);
    let last = summary.causes.last().expect("a cause");
    assert!((last.figures.cumulative - 1.0).abs() < 1e-9);
    let errors: Vec<u64> = summary.causes.iter().map(|r| r.figures.errors).collect();
    assert!(
        errors.is_sorted_by(|a, b| a >= b),
        "worst first: {errors:?}"
    );
}

#[test]
fn rows_come_on_lines_and_as_a_table() {
    let lines = summary(&["--format", "jsonl"]);
    let first: serde_json::Value =
        serde_json::from_str(lines.stdout.lines().next().expect("a line")).expect("JSON");
    assert_eq!(first["kind"], "head");
    let rows = lines.stdout.lines().count() - 1;
    let csv = summary(&["--format", "csv"]);
    assert!(csv.stdout.starts_with("by,rank,rule,place,sender,fixer,"));
    assert_eq!(csv.stdout.lines().count() - 1, rows);
}

#[test]
fn a_page_has_no_script_and_nothing_from_elsewhere() {
    let page = summary(&["--format", "html"]).stdout;
    assert!(page.contains("with the code book of 20"));
    for text in ["<script", "http://", "https://", "url(", "@import"] {
        assert!(!page.contains(text), "{text}");
    }
    assert!(page.contains("60 of 60 messages have errors"));
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("@media print"));
    assert!(page.contains("name=\"viewport\""));
    let with = said(
        titer()
            .args(["check", "-", "--format", "html"])
            .write_stdin(messages().replace("ORU^R01", "<b>^R01")),
    );
    assert!(with.stdout.contains("<article class=\"finding error\">"));
    assert!(with.stdout.contains("&lt;b&gt;") && !with.stdout.contains("<b>"));
}

#[test]
fn masked_is_masked_in_every_form() {
    for format in ["text", "json", "jsonl", "csv", "html"] {
        let said = summary(&["--mask", "--format", format]);
        for value in [
            "NORTH", "EAST", "MARKER", "ANNA", "A77", "ORU^R01", "ADT^A01",
        ] {
            assert!(!said.stdout.contains(value), "{format}: {value}");
        }
        assert!(
            said.stdout.contains("sender 1"),
            "{format}: {}",
            said.stdout
        );
    }
}

#[test]
fn a_hundred_thousand_findings_of_one_cause_are_one_row() {
    let room = tempfile::tempdir().expect("a folder");
    let path = room.path().join("many.hl7");
    std::fs::write(&path, messages().repeat(50)).expect("written");
    let said = said(titer().args(["check", "--summary"]).arg(Path::new(&path)));
    assert!(
        said.stdout.starts_with("3,000 messages: 3,000 with errors"),
        "{}",
        said.stdout
    );
    assert!(
        said.stdout.contains("causes make all errors"),
        "{}",
        said.stdout
    );
}
