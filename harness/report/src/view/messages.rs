//! Messages with their findings for the page.

use super::anchors::{Anchors, Kind};
use super::case::marked_in;
use crate::message::{self, Mark, PieceKind};
use crate::words;
use serde::Serialize;
use std::ops::Range;
use titer_finding::{Finding, Location, Severity};
use titer_runner::result::{Assertion, Encoding, MessageEvidence, Origin, Standing, Step};

#[derive(Debug, Serialize)]
pub(crate) struct MessageView {
    pub(crate) anchor: Option<String>,
    /// The id of the block of lines, for the copy button.
    pub(crate) block: String,
    pub(crate) title: String,
    pub(crate) origin: &'static str,
    pub(crate) profile: Option<String>,
    pub(crate) findings: String,
    pub(crate) bad: bool,
    pub(crate) size: String,
    pub(crate) sha256: String,
    pub(crate) raw: bool,
    pub(crate) open: bool,
    pub(crate) lines: Vec<LineView>,
    pub(crate) unplaced: Vec<NoteView>,
}

#[derive(Debug, Serialize)]
pub(crate) struct LineView {
    pub(crate) number: usize,
    pub(crate) pieces: Vec<PieceView>,
    pub(crate) notes: Vec<NoteView>,
}

#[derive(Debug, Serialize)]
pub(crate) struct PieceView {
    pub(crate) kind: &'static str,
    /// Cut after separators, where the line may break.
    pub(crate) parts: Vec<String>,
    /// The worst severity of the marks that cover it.
    pub(crate) mark: Option<&'static str>,
    pub(crate) ends: Vec<EndView>,
}

#[derive(Debug, Serialize)]
pub(crate) struct EndView {
    pub(crate) number: usize,
    pub(crate) anchor: String,
}

/// A finding or a missed expectation in words.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NoteView {
    pub(crate) number: Option<usize>,
    pub(crate) anchor: Option<String>,
    pub(crate) class: &'static str,
    pub(crate) word: &'static str,
    pub(crate) rule: Option<String>,
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) expected: Option<String>,
    pub(crate) help: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) fixer: Option<&'static str>,
}

impl NoteView {
    pub(crate) fn of_finding(
        finding: &Finding,
        number: Option<usize>,
        anchor: Option<String>,
    ) -> Self {
        Self {
            number,
            anchor,
            class: class(finding.severity),
            word: finding.severity.word(),
            rule: Some(words::visible(&finding.rule)),
            path: words::visible(&finding.location.path),
            text: words::visible(&finding.text(false)),
            expected: finding.expected.as_deref().map(words::visible),
            help: finding.help_text(false).map(|h| words::visible(&h)),
            source: finding.source.as_deref().map(words::visible),
            fixer: Some(finding.fixer.words()),
        }
    }

    fn of_assertion(assertion: &Assertion, number: usize, anchor: String) -> Self {
        Self {
            number: Some(number),
            anchor: Some(anchor),
            class: "expectation",
            word: words::outcome(assertion.outcome),
            rule: None,
            path: String::new(),
            text: words::assertion(assertion),
            expected: None,
            help: None,
            source: None,
            fixer: None,
        }
    }
}

fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

/// The bytes that a location speaks of; none when it speaks of no place (its line is 0).
pub(crate) fn place(location: &Location) -> Option<Range<usize>> {
    let start = usize::try_from(location.start).ok()?;
    let end = usize::try_from(location.end).ok()?;
    (location.line > 0).then_some(start..end.max(start))
}

pub(crate) fn message_view(
    message: &MessageEvidence,
    step: &Step,
    anchors: &mut Anchors,
) -> MessageView {
    let bytes = message.body.bytes();
    let anchor = anchors.claim(Kind::Message, &message.id);
    let block = anchors.fresh(&format!("text-{}", message.id));

    let mut notes: Vec<(NoteView, Option<Range<usize>>)> = Vec::new();
    for finding in &message.findings {
        let number = notes.len() + 1;
        let id = anchors.fresh(&format!("finding-{}-{number}", message.id));
        let note = NoteView::of_finding(finding, Some(number), Some(id));
        notes.push((note, place(&finding.location)));
    }
    for assertion in marked_in(step, &message.id) {
        let number = notes.len() + 1;
        let id = anchors.fresh(&format!("finding-{}-{number}", message.id));
        let range = assertion.location.as_ref().and_then(place);
        notes.push((NoteView::of_assertion(assertion, number, id), range));
    }
    let marks: Vec<Mark> = notes
        .iter()
        .enumerate()
        .filter_map(|(index, (_, range))| {
            range.clone().map(|range| Mark {
                range,
                number: index + 1,
            })
        })
        .collect();
    let lines = message::lines(&bytes, &marks);

    let note = |number: usize| notes.get(number.wrapping_sub(1)).map(|(note, _)| note);
    let mut placed = vec![false; notes.len()];
    for number in lines.iter().flat_map(|l| &l.marks) {
        if let Some(slot) = placed.get_mut(number.wrapping_sub(1)) {
            *slot = true;
        }
    }
    let line_views = lines
        .iter()
        .map(|line| LineView {
            number: line.number,
            pieces: line
                .pieces
                .iter()
                .map(|p| PieceView {
                    kind: match p.kind {
                        PieceKind::Name => "name",
                        PieceKind::Text => "text",
                        PieceKind::Raw => "raw",
                        PieceKind::Gap => "gap",
                    },
                    parts: breakable(&p.text),
                    mark: worst(p.marks.iter().filter_map(|n| note(*n))),
                    ends: p
                        .ends
                        .iter()
                        .filter_map(|n| {
                            let anchor = note(*n)?.anchor.clone()?;
                            Some(EndView { number: *n, anchor })
                        })
                        .collect(),
                })
                .collect(),
            notes: line
                .marks
                .iter()
                .filter_map(|n| note(*n))
                .cloned()
                .collect(),
        })
        .collect();
    let unplaced: Vec<NoteView> = notes
        .iter()
        .zip(&placed)
        .filter(|(_, placed)| !**placed)
        .map(|((note, _), _)| note.clone())
        .collect();

    MessageView {
        anchor,
        block,
        title: words::visible(&message.title),
        origin: match message.origin {
            Origin::Harness => "made by the harness",
            Origin::System => "made by the system under test",
        },
        profile: message.profile.as_deref().map(words::visible),
        findings: finding_counts(&message.findings),
        bad: message
            .findings
            .iter()
            .any(|f| f.severity == Severity::Error),
        size: words::size(bytes.len() as u64),
        sha256: message.sha256.clone(),
        raw: message.body.encoding == Encoding::ByteChars,
        open: step.standing.fails_the_run()
            || matches!(
                step.standing,
                Standing::KnownFailure | Standing::PassedWithException
            ) && !notes.is_empty(),
        lines: line_views,
        unplaced,
    }
}

fn finding_counts(findings: &[Finding]) -> String {
    let of = |severity| findings.iter().filter(|f| f.severity == severity).count() as u64;
    let parts: Vec<String> = [
        (of(Severity::Error), "error", "errors"),
        (of(Severity::Warning), "warning", "warnings"),
        (of(Severity::Info), "note", "notes"),
    ]
    .into_iter()
    .filter(|(n, _, _)| *n > 0)
    .map(|(n, one, many)| words::count(n, one, many))
    .collect();
    if parts.is_empty() {
        "no findings".to_owned()
    } else {
        parts.join(", ")
    }
}

fn worst<'n>(notes: impl Iterator<Item = &'n NoteView>) -> Option<&'static str> {
    notes.map(|n| n.class).min_by_key(|class| match *class {
        "error" => 0,
        "expectation" => 1,
        "warning" => 2,
        _ => 3,
    })
}

/// The text in parts of which each ends after a separator.
fn breakable(text: &str) -> Vec<String> {
    text.split_inclusive(['|', '^', '~', '&'])
        .map(str::to_owned)
        .collect()
}
