//! Messages with what was found in them, and the list of evidence.

use super::step;
use crate::recognition::model::{MessageRow, Recognition};
use crate::recognition::sheet::{Block, Row, Section, Span, Table, columns, sentence};
use crate::view::{Anchors, Kind, message_view};
use titer_runner::result::{RunResult, Step, StepKind};

/// The validation reports: a table of all, then each message with its findings at their place.
pub(super) fn messages(
    result: &RunResult,
    data: &Recognition,
    anchors: &mut Anchors,
) -> Option<Section> {
    if data.messages.is_empty() {
        return None;
    }
    let mut blocks = vec![
        Block::quiet(
            "Warnings and notes do not fail a message. Affirmed are the expectations of the plan that the message met.",
        ),
        Block::Table(Table {
            caption: "Messages and their findings by class".to_owned(),
            columns: columns(&[
                ("Message", 26),
                ("Step", 24),
                ("Profile", 12),
                ("Errors", -9),
                ("Warnings", -10),
                ("Notes", -8),
                ("Affirmed", -11),
            ]),
            rows: data.messages.iter().map(|m| row(m, anchors)).collect(),
        }),
    ];
    for step in result.steps() {
        for message in &step.messages {
            blocks.push(Block::Message {
                view: Box::new(message_view(message, step, anchors)),
            });
        }
    }
    if !result.unexpected.is_empty() {
        blocks.push(Block::heading("Messages that no step awaited"));
        // nothing was judged by them, so there is no step whose expectations could be marked
        let nothing = Step::new("", "", StepKind::SutMessage);
        for unexpected in &result.unexpected {
            blocks.push(Block::Para {
                spans: sentence(&unexpected.because),
                quiet: false,
            });
            for message in &unexpected.messages {
                blocks.push(Block::Message {
                    view: Box::new(message_view(message, &nothing, anchors)),
                });
            }
        }
    }
    Some(Section {
        id: "messages",
        title: "Validation reports",
        blocks,
    })
}

fn row(message: &MessageRow, anchors: &Anchors) -> Row {
    let number = |n: u64, mark: &'static str| {
        vec![if n == 0 {
            Span::quiet("0")
        } else if mark.is_empty() {
            Span::text(&n.to_string())
        } else {
            Span::verdict(mark, &n.to_string())
        }]
    };
    let origin = if message.of_system {
        "made by the system"
    } else {
        "made by the harness"
    };
    Row::new(vec![
        vec![
            Span::text(&message.id).to(anchors.get(Kind::Message, &message.id)),
            Span::text(&format!(" {}", message.title)),
            Span::line(),
            Span::quiet(origin),
        ],
        if message.step.is_empty() {
            vec![Span::quiet("awaited by none")]
        } else {
            vec![step(&message.step, anchors)]
        },
        vec![match &message.profile {
            Some(profile) => Span::text(profile),
            None => Span::quiet("not judged"),
        }],
        number(message.errors, "failed"),
        number(message.warnings, ""),
        number(message.notes, ""),
        number(message.affirmed, ""),
    ])
}

/// Every piece of evidence with its hash and the chain.
pub(super) fn chain(data: &Recognition, anchors: &Anchors) -> Section {
    let blocks = if data.evidence.is_empty() {
        vec![Block::para("No message and no file was kept.")]
    } else {
        vec![
            Block::quiet(
                "Each chain value is a hash over all lines before it, so that no piece can be exchanged or left out unnoticed.",
            ),
            Block::Table(Table {
                caption: "Evidence".to_owned(),
                columns: columns(&[("Piece", 20), ("Step", 18), ("SHA-256", 31), ("Chain", 31)]),
                rows: data
                    .evidence
                    .iter()
                    .map(|e| {
                        Row::new(vec![
                            vec![
                                Span::text(&e.id).to(anchors.get(Kind::Message, &e.id)),
                                Span::text(&format!(" {}", e.title)),
                            ],
                            if e.step.is_empty() {
                                vec![Span::quiet("none")]
                            } else {
                                vec![step(&e.step, anchors)]
                            },
                            vec![Span::code(&e.sha256)],
                            vec![Span::code(&e.chain)],
                        ])
                    })
                    .collect(),
            }),
        ]
    };
    Section {
        id: "evidence",
        title: "Evidence",
        blocks,
    }
}
