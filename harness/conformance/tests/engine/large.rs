//! Large messages: what is far from where it belongs still gets there, every count is right, and nothing wraps around.

use crate::common::{detect, kinds, message, validator};
use titer_conformance::{Detection, Dialect, Kind, MOST_DETECTIONS, Validator};
use titer_finding::Severity;

const MANY: usize = 70_000;

fn titer() -> Validator {
    validator(
        "- {name: Names, usage: O, type: ST, length: 1..5, occurs: 0..*}",
        "",
        Dialect::Titer,
    )
}

fn of(found: &[Detection], kind: Kind) -> Vec<&Detection> {
    found.iter().filter(|d| d.kind == kind).collect()
}

#[test]
fn segments_that_come_late_are_counted_on() {
    // two of NK1 fit, one is in its place; visits follow, so the rest comes too late
    let late = "NK1|1|x\n".repeat(1_000);
    let text = message(&format!("PID|a\nNK1|1|x\nPV1|a\n{late}"));
    let found = detect(&titer(), &text);
    let misplaced = of(&found, Kind::MisplacedSegment);
    assert_eq!(misplaced.len(), 1_000);
    assert_eq!(misplaced[999].place.nth, 1_001);
}

#[test]
fn segments_nobody_knows_are_numbered_by_name() {
    let text = message(&format!("PID|a\n{}", "QQQ|1\nZZZ|2\n".repeat(300)));
    let unknown: Vec<String> = kinds(&titer(), &text);
    assert_eq!(unknown.len(), 600);
    assert!(unknown.iter().all(|k| k.starts_with("UnknownSegment")));
    let found = detect(&titer(), &text);
    let numbers = |name: &[u8; 3]| {
        let of = found.iter().filter(|d| &d.place.name == name);
        of.map(|d| d.place.nth).collect::<Vec<_>>()
    };
    assert_eq!(numbers(b"QQQ"), (1..=300).collect::<Vec<u32>>());
    assert_eq!(numbers(b"ZZZ"), (1..=300).collect::<Vec<u32>>());
}

#[test]
fn more_fields_than_sixteen_bits_can_number() {
    let text = message(&format!("PID|a\nNK1|1|x{}|end", "|".repeat(MANY)));
    let found = detect(&titer(), &text);
    let extra = of(&found, Kind::Extra);
    assert_eq!(extra.len(), 1);
    let finding = titer_finding(&text, extra[0]);
    assert!(
        finding.contains(&format!("{} parts", MANY + 3)),
        "{finding}"
    );
}

fn titer_finding(text: &str, detection: &Detection) -> String {
    let mut offsets = titer_hl7::Offsets::new();
    let message = titer_hl7::Message::parse(text.as_bytes(), &mut offsets);
    titer().finding(detection, &message).message
}

#[test]
fn every_one_of_many_repetitions_is_judged() {
    let names = vec!["toolong"; MANY].join("~");
    let found = detect(&titer(), &message(&format!("PID|{names}")));
    let long = of(&found, Kind::Length);
    assert_eq!(long.len(), MANY);
    assert_eq!(long.last().map(|d| d.place.repetition), Some(MANY as u32));
}

#[test]
fn more_than_can_be_collected_ends_at_the_limit_with_the_worst_of_it() {
    // a million notes, and something worse behind them
    let notes = "ZAA\n".repeat(MOST_DETECTIONS + 10);
    let found = detect(&titer(), &message(&format!("PID|toolong\n{notes}")));
    assert_eq!(found.len(), MOST_DETECTIONS);
    let worst = |found: &[Detection]| found.iter().map(|d| d.severity).max();
    let alone = detect(&titer(), &message("PID|toolong\n"));
    assert_eq!(worst(&alone), Some(Severity::Warning));
    assert_eq!(worst(&found), worst(&alone));
}
