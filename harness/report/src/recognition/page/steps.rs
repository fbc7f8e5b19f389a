//! Steps, what is counted apart, and which requirements they verify.

use super::{lines, result_of, step, steps_of, verdict};
use crate::recognition::model::{Counting, Recognition, StepRow};
use crate::recognition::sheet::{Block, Row, Section, Span, Table, columns, name, sentence};
use crate::view::{Anchors, Kind};
use titer_runner::result::{Evaluation, RunResult};

pub(super) fn steps(result: &RunResult, data: &Recognition, anchors: &mut Anchors) -> Section {
    let mut rows = Vec::new();
    let mut at = data.steps.iter();
    for case in result.cases() {
        rows.push(Row::band(vec![
            Span::strong(&name(&case.path)),
            Span::text(&format!(" {} ", case.title)),
            Span::quiet(case.standing.words()),
        ]));
        for row in at.by_ref().take(case.steps.len()) {
            let anchor = anchors.claim(Kind::Step, &row.path);
            rows.push(step_row(row, anchor, anchors));
        }
    }
    let blocks = if rows.is_empty() {
        vec![Block::para("No step was run.")]
    } else {
        vec![Block::Table(Table {
            caption: "Steps".to_owned(),
            columns: columns(&[
                ("Step", 27),
                ("Kind", 13),
                ("Result", 16),
                ("Judged", 15),
                ("Why, and the tester's comment", 29),
                ("Evidence", 10),
            ]),
            rows,
        })]
    };
    Section {
        id: "steps",
        title: "Steps",
        blocks,
    }
}

fn step_row(row: &StepRow, anchor: Option<String>, anchors: &Anchors) -> Row {
    let own = row.path.rsplit('/').next().unwrap_or(&row.path);
    let mut title = vec![Span::strong(own)];
    if !row.aliases.is_empty() {
        title.push(Span::quiet(&format!(" ({})", row.aliases.join(", "))));
    }
    title.push(Span::line());
    title.push(Span::text(&row.title));
    let mut result = vec![result_of(row)];
    if row.counting != Counting::Counts && row.counting.words() != verdict(row.verdict).text {
        result.push(Span::line());
        result.push(Span::quiet(row.counting.words()));
    }
    let mut judged = vec![Span::text(row.judged.words())];
    if row.typed {
        judged.push(Span::quiet(", typed by the tester"));
    }
    let mut why = row
        .because
        .as_ref()
        .map(|b| sentence(b.reveal()))
        .unwrap_or_default();
    if let Some(comment) = &row.comment {
        if !why.is_empty() {
            why.push(Span::line());
        }
        why.push(Span::quiet("Comment: "));
        why.extend(lines(comment));
    }
    let mut evidence = Vec::new();
    for id in &row.evidence {
        if !evidence.is_empty() {
            evidence.push(Span::text(", "));
        }
        evidence.push(Span::text(id).to(anchors.get(Kind::Message, id)));
    }
    Row {
        anchor,
        ..Row::new(vec![
            title,
            vec![Span::text(row.kind.words())],
            result,
            judged,
            why,
            evidence,
        ])
    }
}

/// What says nothing for or against the product.
pub(super) fn apart(data: &Recognition, anchors: &Anchors) -> Option<Section> {
    let mut blocks = Vec::new();
    for counting in [
        Counting::EvaluationYear,
        Counting::Attestation,
        Counting::NotEvaluated,
        Counting::NotApplicable,
    ] {
        let rows: Vec<Row> = data
            .steps
            .iter()
            .filter(|s| s.counting == counting)
            .map(|row| {
                let because = match &row.evaluation {
                    Evaluation::NotEvaluated { because }
                    | Evaluation::NotApplicable { because } => sentence(because),
                    _ => row
                        .because
                        .as_ref()
                        .map(|b| sentence(b.reveal()))
                        .unwrap_or_default(),
                };
                Row::new(vec![
                    vec![step(&row.path, anchors)],
                    vec![Span::text(&row.title)],
                    vec![result_of(row)],
                    because,
                ])
            })
            .collect();
        if rows.is_empty() {
            continue;
        }
        blocks.push(Block::Table(Table {
            caption: match counting {
                Counting::EvaluationYear => "Of the evaluation year: judged, and outside the rule",
                Counting::Attestation => "Attested: declared by a person, not tested",
                Counting::NotEvaluated => "Not evaluated: part of the work, never counted",
                Counting::Counts | Counting::NotApplicable => {
                    "Not applicable to this side of the exchange"
                }
            }
            .to_owned(),
            columns: columns(&[("Step", 20), ("Title", 34), ("Result", 20), ("Why", 26)]),
            rows,
        }));
    }
    if blocks.is_empty() {
        return None;
    }
    blocks.insert(
        0,
        Block::quiet("None of these is a pass, and none of them counts against the product."),
    );
    Some(Section {
        id: "apart",
        title: "Counted apart",
        blocks,
    })
}

pub(super) fn coverage(data: &Recognition, anchors: &Anchors) -> Section {
    let rows: Vec<Row> = data
        .coverage
        .iter()
        .map(|row| {
            let mut title = vec![Span::strong(&row.id)];
            if row.title != row.id {
                title.push(Span::text(&format!(" {}", row.title)));
            }
            if let Some(source) = &row.source {
                title.push(Span::line());
                title.push(Span::quiet(source));
            }
            Row::new(vec![
                title,
                steps_of(&row.steps, anchors),
                vec![match row.verdict {
                    Some(of) => verdict(of),
                    None => Span::quiet("no step verifies it"),
                }],
                vec![match row.expectations {
                    0 => Span::quiet("\u{2013}"),
                    n => Span::text(&format!("{} of {n}", row.met)),
                }],
            ])
        })
        .collect();
    let blocks = if rows.is_empty() {
        vec![Block::para("The plan names no requirement.")]
    } else {
        vec![Block::Table(Table {
            caption: "Requirements".to_owned(),
            columns: columns(&[
                ("Requirement", 42),
                ("Steps", 26),
                ("Result", 18),
                ("Expectations met", -14),
            ]),
            rows,
        })]
    };
    Section {
        id: "coverage",
        title: "Requirements, steps and results",
        blocks,
    }
}
