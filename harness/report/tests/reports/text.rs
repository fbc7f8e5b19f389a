//! Terminal, Markdown and JUnit.

use crate::sample::{HOSTILE, nothing, passed, sample};
use titer_report::{TerminalOptions, junit, markdown, masked, terminal};
use titer_runner::result::RunResult;

/// What must not be in a masked report: names and identifiers of the samples' people.
pub(crate) const IDENTIFYING: [&str; 5] = [
    "MONTGOMERY",
    "ANNALISE",
    "Invented Lane",
    "NOVOTN",
    "MR-T0001",
];

fn plain(result: &RunResult) -> String {
    terminal(
        result,
        &TerminalOptions {
            color: false,
            width: 100,
            written: vec![
                ("report".to_owned(), "out/report.html".to_owned()),
                ("result".to_owned(), "out/result.json".to_owned()),
            ],
        },
    )
}

#[test]
fn the_terminal_summary() {
    insta::assert_snapshot!("terminal_sample", plain(&sample()));
    insta::assert_snapshot!("terminal_passed", plain(&passed()));
    insta::assert_snapshot!("terminal_nothing", plain(&nothing()));
}

#[test]
fn colours_are_only_added() {
    let options = TerminalOptions {
        color: true,
        ..TerminalOptions::default()
    };
    let painted = terminal(&sample(), &options);
    assert!(painted.contains("\x1b[1;31mfailed\x1b[0m"));
    let mut bare = String::new();
    let mut rest = painted.as_str();
    while let Some(at) = rest.find('\x1b') {
        bare.push_str(&rest[..at]);
        rest = rest[at..].split_once('m').expect("a whole sequence").1;
    }
    bare.push_str(rest);
    assert_eq!(bare, terminal(&sample(), &TerminalOptions::default()));
}

#[test]
fn no_control_character_of_the_document_reaches_the_terminal() {
    assert!(
        plain(&sample())
            .chars()
            .all(|c| c == '\n' || !c.is_control())
    );
}

#[test]
fn the_markdown_report() {
    insta::assert_snapshot!("markdown_sample", markdown(&sample()));
    insta::assert_snapshot!("markdown_passed", markdown(&passed()));
    insta::assert_snapshot!("markdown_nothing", markdown(&nothing()));
}

#[test]
fn markdown_holds_no_markup_of_the_document() {
    let markdown = markdown(&sample());
    for hostile in &HOSTILE[..3] {
        assert!(!markdown.contains(hostile), "{hostile}");
    }
    assert!(markdown.len() < 65_536, "GitHub cuts longer comments");
}

#[test]
fn the_junit_report() {
    insta::assert_snapshot!("junit_passed", junit(&passed()).expect("writes"));
    insta::assert_snapshot!("junit_nothing", junit(&nothing()).expect("writes"));
    let mut result = sample();
    // The many spellings of one envelope say the same 24 times.
    result.groups.retain(|g| g.id != "transport");
    result.settle();
    insta::assert_snapshot!("junit_sample", junit(&result).expect("writes"));
}

#[test]
fn junit_counts_what_the_document_counts() {
    let result = sample();
    let report = quick_junit::Report::deserialize_from_str(&junit(&result).expect("writes"))
        .expect("JUnit that can be read again");
    let (cases, steps) = (result.case_counts, result.step_counts);
    // One test a step, one for the case without steps, one for the case that passed unexpectedly.
    let extra = 2;
    assert_eq!(report.tests as u64, steps.total + extra);
    assert_eq!(cases.unexpected_pass, 1);
    assert_eq!(
        report.failures as u64,
        steps.failed + steps.inconclusive + steps.unexpected_pass + 1
    );
    assert_eq!(report.errors as u64, steps.error + 1);
}

#[test]
fn masked_reports_identify_nobody() {
    let result = masked(&sample());
    let json = result.to_json().expect("serializes");
    for text in [
        plain(&result),
        markdown(&result),
        junit(&result).expect("writes"),
        json,
    ] {
        for name in IDENTIFYING {
            assert!(!text.contains(name), "{name}");
        }
    }
    // The unmasked document does hold them, so the test can fail.
    let open = sample().to_json().expect("serializes");
    assert!(IDENTIFYING.iter().filter(|n| open.contains(**n)).count() >= 4);
}
