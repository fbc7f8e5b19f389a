//! Forms for programs: one JSON document, a row on each line, or CSV.

use super::document::{Figures, Summary};
use crate::finding::Fixer;
use crate::sink::csv::{cell, end};
use serde::Serialize;

/// One JSON document.
pub fn json(summary: &Summary) -> String {
    // every key is a text and every number is finite
    let mut text = serde_json::to_string_pretty(summary).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Line<'a, T> {
    kind: &'a str,
    row: &'a T,
}

#[derive(Serialize)]
struct Head<'a> {
    kind: &'a str,
    format: &'a str,
    version: u32,
    tool: &'a crate::sink::Tool,
    masked: bool,
    messages: &'a super::Messages,
    findings: &'a crate::sink::Counts,
    ranking: super::Ranking,
}

/// A JSON object on each line: a head, then a row on each line, worst first, with its kind.
pub fn lines(summary: &Summary) -> String {
    let mut out = String::new();
    push(
        &mut out,
        &Head {
            kind: "head",
            format: &summary.format,
            version: summary.version,
            tool: &summary.tool,
            masked: summary.masked,
            messages: &summary.messages,
            findings: &summary.findings,
            ranking: summary.ranking,
        },
    );
    let mut all = Rows(&mut out);
    all.push("cause", &summary.causes);
    all.push("rule", &summary.rules);
    all.push("place", &summary.places);
    all.push("sender", &summary.senders);
    all.push("fixer", &summary.fixers);
    out
}

struct Rows<'a>(&'a mut String);

impl Rows<'_> {
    fn push<T: Serialize>(&mut self, kind: &str, rows: &[T]) {
        for row in rows {
            push(self.0, &Line { kind, row });
        }
    }
}

fn push(out: &mut String, value: &impl Serialize) {
    out.push_str(&serde_json::to_string(value).unwrap_or_default());
    out.push('\n');
}

const HEAD: &str = "by,rank,rule,place,sender,fixer,errors,warnings,infos,messages,share,cumulative,\
example_file,example_message_number,example_line,example_column,example_text\r\n";

/// CSV: the rows of every table under one row of names; `by` says which table.
pub fn csv(summary: &Summary) -> String {
    let mut out = HEAD.as_bytes().to_vec();
    for (nth, row) in summary.causes.iter().enumerate() {
        let sender = row.whose.as_ref().map_or("", |w| &w.sender);
        let words = [&*row.rule, &*row.place, sender];
        one(
            &mut out,
            "cause",
            nth,
            words,
            Some(row.fixer),
            &row.figures,
            Some(&row.example),
        );
    }
    for (nth, row) in summary.rules.iter().enumerate() {
        let words = [&*row.rule, "", ""];
        one(
            &mut out,
            "rule",
            nth,
            words,
            Some(row.fixer),
            &row.figures,
            Some(&row.example),
        );
    }
    for (nth, row) in summary.places.iter().enumerate() {
        let words = [&*row.rule, &*row.place, ""];
        one(
            &mut out,
            "place",
            nth,
            words,
            None,
            &row.figures,
            Some(&row.example),
        );
    }
    for (nth, row) in summary.senders.iter().enumerate() {
        let words = ["", "", &*row.sender];
        one(
            &mut out,
            "sender",
            nth,
            words,
            None,
            &row.figures,
            row.example.as_ref(),
        );
    }
    for (nth, row) in summary.fixers.iter().enumerate() {
        one(
            &mut out,
            "fixer",
            nth,
            ["", "", ""],
            Some(row.fixer),
            &row.figures,
            None,
        );
    }
    String::from_utf8(out).unwrap_or_default()
}

fn one(
    out: &mut Vec<u8>,
    by: &str,
    nth: usize,
    [rule, place, sender]: [&str; 3],
    fixer: Option<Fixer>,
    figures: &Figures,
    example: Option<&super::Example>,
) {
    cell(out, by, true);
    cell(out, &(nth + 1).to_string(), false);
    cell(out, rule, false);
    cell(out, place, false);
    cell(out, sender, false);
    cell(out, fixer.map_or("", Fixer::words), false);
    for number in [
        figures.errors,
        figures.warnings,
        figures.infos,
        figures.messages,
    ] {
        cell(out, &number.to_string(), false);
    }
    cell(out, &figures.share.to_string(), false);
    cell(out, &figures.cumulative.to_string(), false);
    match example {
        Some(e) => {
            cell(out, &e.file, false);
            cell(out, &e.message_number.to_string(), false);
            cell(out, &e.line.to_string(), false);
            cell(out, &e.column.to_string(), false);
            cell(out, &e.text, false);
        }
        None => {
            for _ in 0..5 {
                cell(out, "", false);
            }
        }
    }
    end(out);
}
