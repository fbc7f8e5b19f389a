//! Annotated lines of the message, for people.

use super::{Options, Source};
use crate::diagnostic::{ORIGIN, SOURCE_WIDTH, level, place, renderer, with_origin};
use crate::finding::{Finding, Location};
use crate::{mask, screen};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Snippet};
use std::ops::Range;

/// A message of more bytes is looked at around the fault alone, so that many findings in it take no longer than in others.
const LARGE: usize = 256 * 1024;
/// Bytes on each side of such a fault that are looked at.
const AROUND: usize = 4 * 1024;

/// Labels beside the fault itself that are shown.
const MOST_LABELS: usize = 2;

/// One finding as people read it, without the line end at its end.
pub fn annotated(source: &Source<'_>, finding: &Finding, options: Options) -> String {
    let finding = finding.settled(options.mask);
    let mut group = Group::with_title(
        level(finding.severity)
            .primary_title(screen::one_line(&finding.message))
            .id(screen::one_line(&finding.rule)),
    );
    let at = source.place(&finding.location);
    let origin = place(source.file, at.line, at.column);
    group = match excerpt(source, &finding, options.mask) {
        Some(snippet) => group.element(snippet),
        None => group.element(Origin::path(ORIGIN)),
    };
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(screen::text(help)));
    }
    if let Some(note) = note(&finding) {
        group = group.element(Level::NOTE.message(screen::text(&note)));
    }
    with_origin(&renderer(options.color).render(&[group]), &origin)
}

fn note(finding: &Finding) -> Option<String> {
    let fixer = format!("{} can fix it", finding.fixer.words());
    finding
        .source
        .as_ref()
        .map(|source| format!("{source}; {fixer}"))
}

/// The lines with their marks; `None` when the finding points at no line of the message.
fn excerpt(
    source: &Source<'_>,
    finding: &Finding,
    masked: bool,
) -> Option<Snippet<'static, Annotation<'static>>> {
    let bytes = source.bytes.0;
    if bytes.is_empty() {
        return None;
    }
    if bytes.len() > LARGE {
        return nearby(source, finding, masked);
    }
    let main = Place::find(bytes, &finding.location)?;
    let mut marks = vec![(main, Some(primary_label(finding)))];
    marks.extend(
        finding
            .labels
            .iter()
            .take(MOST_LABELS)
            .filter_map(|l| Some((Place::find(bytes, &l.location)?, Some(l.text.clone())))),
    );
    let first = marks.iter().map(|(p, _)| p.line).min()?;
    let last = marks.iter().map(|(p, _)| p.line).max()?;
    let mut text = String::new();
    let mut annotations = Vec::new();
    for (number, line) in (first..=last).zip(lines(bytes).skip(first)) {
        let here: Vec<usize> = (0..marks.len())
            .filter(|i| marks.get(*i).is_some_and(|(p, _)| p.line == number))
            .collect();
        let spans: Vec<Range<usize>> = here
            .iter()
            .filter_map(|i| Some(marks.get(*i)?.0.span.clone()))
            .collect();
        let raw = bytes.get(line).unwrap_or_default();
        let shown = if masked {
            screen::show(&mask::line(raw), &spans, SOURCE_WIDTH)
        } else {
            screen::show(raw, &spans, SOURCE_WIDTH)
        };
        for (i, mark) in here.into_iter().zip(shown.marks) {
            let kind = if i == 0 {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let label = marks
                .get_mut(i)
                .and_then(|(_, label)| label.take())
                .unwrap_or_default();
            let at = text.len() + mark.start..text.len() + mark.end;
            annotations.push(kind.span(at).label(screen::one_line(&label)));
        }
        text.push_str(&shown.text);
        text.push('\n');
    }
    text.pop();
    let start = source.lines_before as usize + first + 1;
    Some(
        Snippet::source(text)
            .line_start(start)
            .path(ORIGIN)
            .annotations(annotations),
    )
}

/// The same from what stands around the fault in a large message: one line, or a part of it.
fn nearby(
    source: &Source<'_>,
    finding: &Finding,
    masked: bool,
) -> Option<Snippet<'static, Annotation<'static>>> {
    let (bytes, location) = (source.bytes.0, &finding.location);
    let above = usize::try_from(location.line.checked_sub(1)?).ok()?;
    let offset = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let start = offset(location.start).min(bytes.len());
    let end = offset(location.end).clamp(start, bytes.len());
    let is_end = |b: &u8| matches!(b, b'\r' | b'\n');
    let (before, rest) = bytes.split_at_checked(start)?;
    let before = before.get(before.len().saturating_sub(AROUND)..)?;
    let before = match before.iter().rposition(is_end) {
        Some(n) => before.get(n + 1..)?,
        None => before,
    };
    let rest = rest.get(..rest.len().min(AROUND))?;
    let rest = match rest.iter().position(is_end) {
        Some(n) => rest.get(..n)?,
        None => rest,
    };
    let raw = [before, rest].concat();
    // a mark that is longer leaves some of what was cut behind it
    let longest = if rest.len() == AROUND {
        AROUND / 2
    } else {
        rest.len()
    };
    let mark = before.len()..before.len() + (end - start).min(longest);
    let raw = if masked { mask::line(&raw) } else { raw };
    let shown = screen::show(&raw, &[mark], SOURCE_WIDTH);
    let at = shown.marks.into_iter().next()?;
    let label = primary_label(finding);
    let annotation = AnnotationKind::Primary
        .span(at)
        .label(screen::one_line(&label));
    Some(
        Snippet::source(shown.text)
            .line_start(source.lines_before as usize + above + 1)
            .path(ORIGIN)
            .annotations([annotation]),
    )
}

/// Under the fault: its location, and what was expected when that is short.
fn primary_label(finding: &Finding) -> String {
    let path = &finding.location.path;
    match &finding.expected {
        Some(expected) if expected.chars().count() <= 60 => {
            if path.is_empty() || expected.starts_with(path.as_str()) {
                format!("expected {expected}")
            } else {
                format!("{path}, expected {expected}")
            }
        }
        _ => path.clone(),
    }
}

/// A part of a line, counted in bytes from the line's start.
struct Place {
    /// Counted from 0 in the message.
    line: usize,
    span: Range<usize>,
}

impl Place {
    fn find(bytes: &[u8], location: &Location) -> Option<Place> {
        if location.line == 0 {
            return None;
        }
        let start = usize::try_from(location.start).ok()?.min(bytes.len());
        let end = usize::try_from(location.end)
            .ok()?
            .clamp(start, bytes.len());
        let (line, range) = lines(bytes)
            .enumerate()
            .take_while(|(_, r)| r.start <= start)
            .last()?;
        // a span over several lines is marked on its first one
        let from = start.min(range.end) - range.start;
        let to = end.min(range.end) - range.start;
        Some(Place {
            line,
            span: from..to.max(from),
        })
    }
}

/// Where each line is, without its end, which is CR, LF or both.
fn lines(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let rest = bytes.get(start..)?;
        let Some(n) = rest.iter().position(|b| matches!(b, b'\r' | b'\n')) else {
            next = None;
            return Some(start..bytes.len());
        };
        let crlf = rest.get(n..n + 2) == Some(b"\r\n");
        next = Some(start + n + 1 + usize::from(crlf));
        Some(start..start + n)
    })
}
