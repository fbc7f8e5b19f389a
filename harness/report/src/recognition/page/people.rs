//! What people declared, decided, saw and sign.

use super::{lines, step, verdict};
use crate::recognition::model::{JurorDocument, JurorRow, Recognition};
use crate::recognition::sheet::{Block, Fact, Row, Section, Span, Table, columns, sentence};
use crate::view::Anchors;
use crate::words;
use titer_runner::result::{RunResult, Verdict, Wants};

/// Attestations, overrides, waivers, known failures and changed test data.
pub(super) fn decisions(
    result: &RunResult,
    data: &Recognition,
    anchors: &Anchors,
) -> Option<Section> {
    let mut blocks = Vec::new();
    if !data.attestations.is_empty() {
        blocks.push(attestations(data, anchors));
    }
    if !data.overrides.is_empty() {
        blocks.push(overrides(data, anchors));
    }
    if !data.waivers.is_empty() {
        blocks.push(waivers(data, anchors));
    }
    let known = known(result, anchors);
    if !known.is_empty() {
        blocks.push(Block::Table(Table {
            caption: "Known failures: on the list, and counted as what they are".to_owned(),
            columns: columns(&[("Case or step", 25), ("Result", 20), ("Reason", 55)]),
            rows: known,
        }));
    }
    if !data.modifications.is_empty() {
        blocks.push(Block::heading("Changes to the plan's test data"));
        blocks.push(Block::List {
            items: data.modifications.iter().map(|m| lines(m)).collect(),
        });
    }
    (!blocks.is_empty()).then_some(Section {
        id: "decisions",
        title: "Declared and decided by people",
        blocks,
    })
}

fn attestations(data: &Recognition, anchors: &Anchors) -> Block {
    Block::Table(Table {
        caption: "Attestations".to_owned(),
        columns: columns(&[
            ("Step", 16),
            ("What is declared", 38),
            ("By", 22),
            ("Date", 11),
            ("Expires", 13),
        ]),
        rows: data
            .attestations
            .iter()
            .map(|a| {
                let mut by = vec![Span::text(&a.name)];
                if let Some(role) = &a.role {
                    by.push(Span::line());
                    by.push(Span::quiet(role));
                }
                let mut expires = vec![match a.expires {
                    Some(day) => Span::text(&day.to_string()),
                    None => Span::quiet("no date"),
                }];
                if a.expired {
                    expires.push(Span::line());
                    expires.push(Span::verdict("failed", "expired"));
                }
                Row::new(vec![
                    vec![step(&a.step, anchors)],
                    lines(&a.statement),
                    by,
                    vec![Span::text(&a.date)],
                    expires,
                ])
            })
            .collect(),
    })
}

fn overrides(data: &Recognition, anchors: &Anchors) -> Block {
    Block::Table(Table {
        caption: "Results that a tester decided otherwise".to_owned(),
        columns: columns(&[
            ("Step", 16),
            ("It had ended in", 22),
            ("The tester's result", 18),
            ("Why", 27),
            ("Who and when", 17),
        ]),
        rows: data
            .overrides
            .iter()
            .map(|o| {
                Row::new(vec![
                    vec![step(&o.step, anchors)],
                    vec![verdict(o.from), Span::line(), Span::quiet(o.judged.words())],
                    vec![verdict(o.to)],
                    lines(&o.because),
                    vec![
                        Span::text(&o.by),
                        Span::line(),
                        Span::quiet(&words::time(o.at)),
                    ],
                ])
            })
            .collect(),
    })
}

fn waivers(data: &Recognition, anchors: &Anchors) -> Block {
    Block::Table(Table {
        caption: "Waivers".to_owned(),
        columns: columns(&[
            ("Step", 18),
            ("What does not count", 28),
            ("Why", 34),
            ("Who and when", 20),
        ]),
        rows: data
            .waivers
            .iter()
            .map(|w| {
                let by = [w.by.as_deref(), w.date.as_deref()];
                let by: Vec<&str> = by.into_iter().flatten().collect();
                Row::new(vec![
                    vec![step(&w.step, anchors)],
                    sentence(&w.what),
                    sentence(&w.reason),
                    vec![Span::text(&by.join(", "))],
                ])
            })
            .collect(),
    })
}

fn known(result: &RunResult, anchors: &Anchors) -> Vec<Row> {
    let mut rows = Vec::new();
    let row = |path: &str, of: Verdict, k: &titer_runner::result::KnownFailure| {
        let mut reason = sentence(&k.reason);
        if let Some(reference) = &k.reference {
            reason.push(Span::quiet(&format!(" (tracked: {reference})")));
        }
        Row::new(vec![vec![step(path, anchors)], vec![verdict(of)], reason])
    };
    for case in result.cases() {
        if let Some(k) = &case.known {
            rows.push(row(&case.path, case.verdict, k));
        }
        for step in &case.steps {
            if let Some(k) = &step.known {
                rows.push(row(&step.path, step.verdict, k));
            }
        }
    }
    rows
}

/// One document for each step that a person looks at.
pub(super) fn jurors(data: &Recognition, anchors: &Anchors) -> Option<Section> {
    if data.jurors.is_empty() && data.jurors_left_out == 0 {
        return None;
    }
    let mut text = String::new();
    if !data.jurors.is_empty() {
        text.push_str("What is shown on the screen may be equivalent to what the message says. What a message leaves out has no row. ");
    }
    if data.jurors_left_out > 0 {
        let what = words::count(
            data.jurors_left_out,
            "step with a checklist has",
            "steps with a checklist have",
        );
        text = format!(
            "{text}{what} no document here, because nobody had to look: judged by other means, declared, or never counted."
        );
    }
    let mut blocks = vec![Block::quiet(text.trim_end())];
    for document in &data.jurors {
        juror(document, data, anchors, &mut blocks);
    }
    Some(Section {
        id: "jurors",
        title: "Juror documents",
        blocks,
    })
}

fn juror(document: &JurorDocument, data: &Recognition, anchors: &Anchors, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading {
        anchor: None,
        spans: vec![
            step(&document.step, anchors),
            Span::text(&format!(" {}", document.title)),
        ],
    });
    let rows = document
        .sections
        .iter()
        .flat_map(|section| {
            let band = Row::band(vec![Span::strong(&section.title)]);
            let rows = section.rows.iter().map(|row| {
                Row::new(vec![
                    element(row),
                    match &row.data {
                        Some(data) => vec![Span::text(data.reveal())],
                        None => vec![Span::quiet("\u{2013}")],
                    },
                    vec![seen(row, document.without.is_some())],
                    row.comment.as_deref().map(lines).unwrap_or_default(),
                ])
            });
            std::iter::once(band).chain(rows).collect::<Vec<_>>()
        })
        .collect();
    blocks.push(Block::Table(Table {
        caption: format!(
            "What to see for {}",
            crate::recognition::sheet::name(&document.step)
        ),
        columns: columns(&[
            ("Element", 34),
            ("Data", 30),
            ("On the screen", 16),
            ("Juror's comment", 20),
        ]),
        rows,
    }));
    let settled = match document.verdict {
        Verdict::Passed | Verdict::PassedWithException | Verdict::Failed => {
            vec![verdict(document.verdict)]
        }
        other => vec![verdict(other), Span::quiet(" (not settled)")],
    };
    let mut fields = vec![
        Fact {
            name: "System tested".to_owned(),
            spans: vec![Span::text(&super::top::product(&data.identity))],
        },
        Fact {
            name: "Settlement".to_owned(),
            spans: settled,
        },
    ];
    if let Some(because) = &document.because {
        fields.push(Fact {
            name: "Reason".to_owned(),
            spans: sentence(because),
        });
    }
    if let Some(comment) = &document.comment {
        fields.push(Fact {
            name: "Comments".to_owned(),
            spans: lines(comment),
        });
    }
    if let Some(means) = document.without {
        fields.push(Fact {
            name: "Looked at by".to_owned(),
            spans: vec![Span::text(&format!("nobody; {}", means.words()))],
        });
        blocks.push(Block::Form { fields });
        return;
    }
    fields.push(Fact {
        name: "Juror's name".to_owned(),
        spans: document.juror.as_deref().map(lines).unwrap_or_default(),
    });
    fields.push(Fact {
        name: "Date and time of the inspection".to_owned(),
        spans: match document.juror {
            Some(_) => vec![Span::text(&words::time(document.date))],
            None => Vec::new(),
        },
    });
    blocks.push(Block::Form { fields });
}

fn element(row: &JurorRow) -> Vec<Span> {
    let mut spans = sentence(&row.element);
    if row.optional {
        spans.push(Span::quiet(" (may be missing)"));
    }
    spans
}

fn seen(row: &JurorRow, nobody: bool) -> Span {
    match (row.wants, row.seen) {
        (_, None) if nobody => Span::quiet("\u{2013}"),
        (Wants::See, Some(true)) => Span::verdict("passed", "seen"),
        (Wants::See, Some(false)) if row.optional => Span::quiet("not seen"),
        (Wants::See, Some(false)) => Span::verdict("failed", "not seen"),
        (Wants::See, None) => Span::verdict("pending", "not looked at"),
        // these are no criteria, so they have no verdict
        (_, Some(true)) => Span::quiet("done"),
        (_, Some(false)) => Span::quiet("not done"),
        (_, None) => Span::quiet("to do"),
    }
}

/// Lines for those who sign on paper.
pub(super) fn signatures(data: &Recognition) -> Section {
    let field = |name: &str, value: Option<&str>| Fact {
        name: name.to_owned(),
        spans: value.map(|v| vec![Span::text(v)]).unwrap_or_default(),
    };
    let id = &data.identity;
    Section {
        id: "signatures",
        title: "Signatures",
        blocks: vec![
            Block::Form {
                fields: vec![
                    field("Tester", id.tester.as_deref()),
                    field("Laboratory", id.lab.as_deref()),
                    field("Signature", None),
                    field("Date", None),
                ],
            },
            Block::Form {
                fields: vec![
                    field("For the vendor", id.vendor.as_deref()),
                    field("Name", None),
                    field("Signature", None),
                    field("Date", None),
                ],
            },
            Block::quiet(
                "A signature of the result document itself is a file beside it, made by `titer report sign` and checked by `titer report verify`.",
            ),
        ],
    }
}
