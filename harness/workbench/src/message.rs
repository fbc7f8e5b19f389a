//! A message as pages show it: a segment a line, findings at their place, every field with its name.

use crate::names::names;
use serde::Serialize;
use std::ops::Range;
use titer_finding::{Catalogue, Finding, Severity};
use titer_hl7::{Message, Offsets};
use titer_report::message::{Mark, PieceKind, lines};
use titer_runner::result::sha256_hex;

/// A message with its findings.
#[derive(Debug, Serialize)]
pub(crate) struct MessageView {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) sha256: String,
    pub(crate) lines: Vec<LineView>,
    pub(crate) unplaced: Vec<NoteView>,
    // what is only worth knowing stands apart, so that the rest is seen
    pub(crate) apart: Vec<NoteView>,
    pub(crate) apart_words: String,
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) verdict: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct LineView {
    number: usize,
    pieces: Vec<PieceView>,
    notes: Vec<NoteView>,
}

#[derive(Debug, Serialize)]
struct PieceView {
    kind: &'static str,
    text: String,
    mark: Option<&'static str>,
    ends: Vec<usize>,
}

/// A finding in words.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NoteView {
    number: Option<usize>,
    anchor: Option<String>,
    class: &'static str,
    word: &'static str,
    rule: String,
    explained: bool,
    path: String,
    field: String,
    text: String,
    expected: Option<String>,
    help: Option<String>,
    source: Option<String>,
    fixer: Option<&'static str>,
    why: String,
    repair: String,
}

/// A finding in words; `id` is the block that it belongs to.
pub(crate) fn note(
    finding: &Finding,
    number: Option<usize>,
    id: &str,
    catalogue: &Catalogue,
) -> NoteView {
    let rule = catalogue.get(&finding.rule);
    NoteView {
        number,
        anchor: number.map(|n| format!("{id}-n{n}")),
        class: class(finding.severity),
        word: finding.severity.word(),
        rule: finding.rule.clone(),
        explained: rule.is_some(),
        path: finding.location.path.clone(),
        field: names().of_path(&finding.location.path).to_owned(),
        text: finding.text(false),
        expected: finding.expected.as_deref().map(bare),
        help: finding.help_text(false).as_deref().map(bare),
        source: finding.source.as_deref().map(bare),
        fixer: Some(finding.fixer.words()),
        why: rule.map(|r| r.explanation.clone()).unwrap_or_default(),
        repair: rule.map(|r| r.repair.clone()).unwrap_or_default(),
    }
}

/// Without its full stop: the page sets one.
fn bare(text: &str) -> String {
    text.trim_end().trim_end_matches('.').to_owned()
}

fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

fn place(finding: &Finding) -> Option<Range<usize>> {
    let start = usize::try_from(finding.location.start).ok()?;
    let end = usize::try_from(finding.location.end).ok()?;
    (finding.location.line > 0).then_some(start..end.max(start))
}

/// `1 error, 2 warnings`.
pub(crate) fn counts(errors: usize, warnings: usize, infos: usize) -> String {
    let many = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    let mut parts = Vec::new();
    if errors > 0 {
        parts.push(many(errors, "error"));
    }
    if warnings > 0 {
        parts.push(many(warnings, "warning"));
    }
    if infos > 0 {
        parts.push(many(infos, "note"));
    }
    if parts.is_empty() {
        "nothing found".to_owned()
    } else {
        parts.join(", ")
    }
}

/// A message; `id` is unique on its page.
pub(crate) fn view(
    id: &str,
    title: &str,
    bytes: &[u8],
    findings: &[Finding],
    catalogue: &Catalogue,
) -> MessageView {
    let of = |s: Severity| findings.iter().filter(|f| f.severity == s).count();
    let (infos, told): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|f| f.severity == Severity::Info);
    let marks: Vec<Mark> = told
        .iter()
        .zip(1..)
        .filter_map(|(f, number)| {
            Some(Mark {
                range: place(f)?,
                number,
            })
        })
        .collect();
    let severity = |number: &usize| {
        number
            .checked_sub(1)
            .and_then(|i| told.get(i))
            .map(|f| f.severity)
    };
    let noted = |number: usize| {
        let finding = told.get(number.checked_sub(1)?)?;
        Some(note(finding, Some(number), id, catalogue))
    };
    let mut placed = Vec::new();
    let lines = lines(bytes, &marks)
        .into_iter()
        .map(|line| {
            placed.extend(line.marks.iter().copied());
            LineView {
                number: line.number,
                pieces: line
                    .pieces
                    .into_iter()
                    .map(|piece| PieceView {
                        kind: match piece.kind {
                            PieceKind::Name => "name",
                            PieceKind::Text => "text",
                            PieceKind::Raw => "raw",
                            PieceKind::Gap => "gap",
                        },
                        mark: piece.marks.iter().filter_map(severity).max().map(class),
                        text: piece.text,
                        ends: piece.ends,
                    })
                    .collect(),
                notes: line.marks.iter().filter_map(|n| noted(*n)).collect(),
            }
        })
        .collect();
    MessageView {
        id: id.to_owned(),
        title: title.to_owned(),
        sha256: sha256_hex(bytes),
        lines,
        unplaced: (1..=told.len())
            .filter(|n| !placed.contains(n))
            .filter_map(noted)
            .collect(),
        apart_words: match infos.len() {
            1 => "1 note that is only worth knowing".to_owned(),
            n => format!("{n} notes that are only worth knowing"),
        },
        apart: infos.iter().map(|f| note(f, None, id, catalogue)).collect(),
        errors: of(Severity::Error),
        warnings: of(Severity::Warning),
        verdict: counts(of(Severity::Error), of(Severity::Warning), infos.len()),
    }
}

/// A segment taken apart.
#[derive(Debug, Serialize)]
pub(crate) struct SegmentView {
    number: usize,
    name: String,
    words: String,
    fields: Vec<FieldView>,
    marked: usize,
}

#[derive(Debug, Serialize)]
struct FieldView {
    path: String,
    words: String,
    value: String,
    // each in a line of its own when there is more than one
    parts: Vec<(String, String)>,
    marked: bool,
    notes: Vec<String>,
}

/// Every segment with its fields that hold something, or about which something was found.
pub(crate) fn inspect(bytes: &[u8], findings: &[Finding]) -> Vec<SegmentView> {
    let mut offsets = Offsets::new();
    let message = Message::parse(bytes, &mut offsets);
    let delimiters = message.delimiters();
    let mut views = Vec::new();
    for line in message.lines() {
        let Some(segment) = line.segment() else {
            continue;
        };
        let name = segment.name().to_owned();
        let on_line: Vec<&Finding> = findings
            .iter()
            .filter(|f| f.location.line == line.number())
            .collect();
        let mut fields = Vec::new();
        for field in segment.fields() {
            let number = field.number();
            let value = field.raw_text().into_owned();
            let prefix = format!("{name}-{number}");
            let here: Vec<&&Finding> = on_line
                .iter()
                .filter(|f| is_at(&f.location.path, &name, number as usize))
                .collect();
            if value.is_empty() && here.is_empty() {
                continue;
            }
            let header = name == "MSH" && number <= 2;
            let parts = if header {
                Vec::new()
            } else {
                taken_apart(
                    &prefix,
                    &value,
                    char::from(delimiters.repetition),
                    char::from(delimiters.component),
                )
            };
            fields.push(FieldView {
                words: names().field(&name, number as usize).to_owned(),
                path: prefix,
                value,
                parts,
                marked: here.iter().any(|f| f.severity > Severity::Info),
                notes: here
                    .iter()
                    .map(|f| format!("{}: {}", f.severity.word(), f.text(false)))
                    .collect(),
            });
        }
        views.push(SegmentView {
            number: line.number() as usize,
            words: names().segment(&name).to_owned(),
            marked: fields.iter().filter(|f| f.marked).count(),
            name,
            fields,
        });
    }
    views
}

/// Whether a path such as `PID[1]-3[2].4` is in a segment's field.
fn is_at(path: &str, segment: &str, field: usize) -> bool {
    let Some((name, rest)) = path.split_once('-') else {
        return false;
    };
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    name.split('[').next() == Some(segment) && digits.parse() == Ok(field)
}

/// Repetitions and components, each with its path, when there is more than one of them.
fn taken_apart(
    prefix: &str,
    value: &str,
    repetition: char,
    component: char,
) -> Vec<(String, String)> {
    let repetitions: Vec<&str> = value.split(repetition).collect();
    if repetitions.len() == 1 && !value.contains(component) {
        return Vec::new();
    }
    let mut parts = Vec::new();
    for (text, number) in repetitions.iter().zip(1..) {
        let at = if repetitions.len() > 1 {
            format!("{prefix}[{number}]")
        } else {
            prefix.to_owned()
        };
        if !text.contains(component) {
            parts.push((at, (*text).to_owned()));
            continue;
        }
        for (piece, number) in text.split(component).zip(1..) {
            if !piece.is_empty() {
                parts.push((format!("{at}.{number}"), piece.to_owned()));
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use titer_finding::{Category, Fixer, Location};

    const MESSAGE: &[u8] = b"MSH|^~\\&|A|B|C|D|20261122||VXU^V04^VXU_V04|1|P|2.5.1\rPID|1||1^^^X^MR~2^^^Y^SS||Duncan^Lance||<b>\r";

    fn finding(path: &str, severity: Severity, start: u64, end: u64) -> Finding {
        let location = Location {
            path: path.to_owned(),
            line: 2,
            column: 1,
            start,
            end,
        };
        Finding::new(
            "X-1",
            severity,
            Category::CodeSet,
            Fixer::SenderSoftware,
            location,
            "it is wrong",
        )
    }

    #[test]
    fn findings_stand_at_their_place_and_notes_apart() {
        let all = [
            finding("PID-5.1", Severity::Error, 86, 92),
            finding("PID-3", Severity::Info, 70, 72),
        ];
        let view = view("m1", "VXU", MESSAGE, &all, &Catalogue::default());
        assert_eq!(view.verdict, "1 error, 1 note");
        assert_eq!((view.errors, view.warnings, view.apart.len()), (1, 0, 1));
        assert_eq!(view.lines[1].notes.len(), 1);
        assert_eq!(view.lines[1].notes[0].field, "Patient Name");
        assert!(view.unplaced.is_empty());
    }

    #[test]
    fn fields_are_taken_apart_and_named() {
        let all = [finding("PID[1]-3[2].5", Severity::Error, 70, 72)];
        let segments = inspect(MESSAGE, &all);
        let pid = &segments[1];
        assert_eq!(pid.name, "PID");
        assert_eq!(pid.marked, 1);
        let ids = pid
            .fields
            .iter()
            .find(|f| f.path == "PID-3")
            .expect("PID-3");
        assert_eq!(ids.parts[3], ("PID-3[2].1".to_owned(), "2".to_owned()));
        assert_eq!(ids.notes, ["error: it is wrong"]);
        let name = pid
            .fields
            .iter()
            .find(|f| f.path == "PID-5")
            .expect("PID-5");
        assert_eq!(name.words, "Patient Name");
        assert_eq!(name.parts[1].0, "PID-5.2");
        assert!(
            segments[0].fields[1].parts.is_empty(),
            "the delimiters are no components"
        );
    }

    #[test]
    fn any_bytes_can_be_shown() {
        for bytes in [
            &b""[..],
            b"\r\r",
            b"MSH",
            b"\xff\xfe|",
            b"MSH|^~\\&|\xff\r\nPID",
        ] {
            let _ = view("m", "t", bytes, &[], &Catalogue::default());
            let _ = inspect(bytes, &[]);
        }
    }
}
