//! Structure: usage, cardinality, extra parts, and how simple values are written.

use super::element::{At, Level, View, literal};
use super::format;
use super::profile::{Child, ChildKind, Class, Element, NONE};
use super::tree::{Loose, holds};
use crate::detection::{Detection, Kind, MOST_DETECTIONS, Place, What};
use crate::dialect::Difference;
use crate::model::{Length, Usage};
use titer_finding::Severity;

/// Where detections go.
pub(crate) struct Sink<'s> {
    pub(crate) found: &'s mut Vec<Detection>,
}

impl Sink<'_> {
    // when there are too many, the worst is still among them
    fn put(&mut self, detection: Detection) {
        if self.found.len() < MOST_DETECTIONS {
            self.found.push(detection);
        } else if let Some(last) = self.found.last_mut()
            && last.severity < detection.severity
        {
            *last = detection;
        }
    }

    pub(crate) fn push(
        &mut self,
        view: &View<'_>,
        kind: Kind,
        severity: Severity,
        place: Place,
        at: &At,
        operands: (u32, u32),
    ) {
        self.put(Detection {
            kind,
            severity,
            place,
            line: view.line(at),
            start: at.start,
            end: at.end,
            def: view
                .node(at)
                .map_or(NONE, |n| if n.is_group { NONE } else { n.def }),
            a: operands.0,
            b: operands.1,
        });
    }

    pub(crate) fn at(
        &mut self,
        view: &View<'_>,
        kind: Kind,
        severity: Severity,
        at: &At,
        operands: (u32, u32),
    ) {
        self.push(view, kind, severity, view.place(at), at, operands);
    }
}

impl Sink<'_> {
    /// Something that is only worth a note, when notes are asked for.
    pub(crate) fn note(&mut self, view: &View<'_>, kind: Kind, at: &At, operands: (u32, u32)) {
        if view.notes {
            self.at(view, kind, Severity::Info, at, operands);
        }
    }
}

/// Lines outside the tree.
pub(crate) fn loose(view: &View<'_>, sink: &mut Sink<'_>) {
    for l in &view.tree.loose {
        let (kind, severity) = match l.why {
            Loose::Invalid => (Kind::InvalidLine, Severity::Error),
            Loose::Unknown if l.name[0] == b'Z' && view.dialect.has(Difference::LocalSegment) => {
                (Kind::UnknownSegment, Severity::Info)
            }
            Loose::Unknown => (Kind::UnknownSegment, Severity::Error),
            Loose::Misplaced => (Kind::MisplacedSegment, Severity::Error),
        };
        let what = if l.why == Loose::Invalid {
            What::Line
        } else {
            What::Loose
        };
        sink.put(Detection {
            kind,
            severity,
            place: Place {
                what,
                name: l.name,
                nth: l.nth,
                ..Place::NOWHERE
            },
            line: l.line,
            start: l.start,
            end: l.end,
            def: NONE,
            a: 0,
            b: 0,
        });
    }
}

/// The message and its groups: which segments and groups are there.
pub(crate) fn group(view: &View<'_>, sink: &mut Sink<'_>, node: u32) {
    let (Some(at), Some(group)) = (
        view.node_element(node),
        view.tree.node(node).and_then(|n| view.profile.group(n.def)),
    ) else {
        return;
    };
    let mut children = view.tree.children(node).peekable();
    for (i, child) in group.children.iter().enumerate() {
        let position = i as u16 + 1;
        let mut count = 0;
        while let Some((index, n)) = children.next_if(|(_, n)| n.position == position) {
            count += 1;
            let Some(element) = view.node_element(index) else {
                continue;
            };
            if let Some(kind) = forbidden(child.usage) {
                sink.at(view, kind, Severity::Error, &element, (0, 0));
                continue;
            }
            if n.instance > child.max {
                sink.at(
                    view,
                    Kind::Cardinality,
                    Severity::Error,
                    &element,
                    (child.min, child.max),
                );
            }
        }
        if count == 0 {
            missing(view, sink, child.usage, missing_place(view, child), &at);
        } else if count < child.min && forbidden(child.usage).is_none() {
            let last = view
                .tree
                .children(node)
                .filter(|(_, n)| n.position == position)
                .last();
            if let Some(last) = last.and_then(|(index, _)| view.node_element(index)) {
                sink.at(
                    view,
                    Kind::Cardinality,
                    Severity::Error,
                    &last,
                    (child.min, child.max),
                );
            }
        }
    }
}

pub(crate) fn missing_place(view: &View<'_>, child: &Child) -> Place {
    match child.kind {
        ChildKind::Segment(_) => Place {
            what: What::Segment,
            name: child.name,
            nth: 1,
            ..Place::NOWHERE
        },
        ChildKind::Group(g) => {
            debug_assert!(view.profile.group(g).is_some());
            Place {
                what: What::Group,
                group: g as u16,
                nth: 1,
                ..Place::NOWHERE
            }
        }
    }
}

pub(super) fn forbidden(usage: Usage) -> Option<Kind> {
    match usage {
        Usage::X => Some(Kind::NotSupported),
        Usage::W => Some(Kind::Withdrawn),
        _ => None,
    }
}

pub(super) fn missing(
    view: &View<'_>,
    sink: &mut Sink<'_>,
    usage: Usage,
    place: Place,
    parent: &At,
) {
    let (kind, severity) = match usage {
        Usage::R => (Kind::RequiredMissing, Severity::Error),
        Usage::RE if view.dialect.has(Difference::KnownMissing) => {
            (Kind::KnownMissing, Severity::Info)
        }
        Usage::RE => (Kind::KnownMissing, Severity::Warning),
        _ => return,
    };
    sink.push(view, kind, severity, place, parent, (0, 0));
}

/// More fields than the profile knows. Trailing empty fields say nothing.
pub(super) fn extra_fields(view: &View<'_>, sink: &mut Sink<'_>, at: &At, known: usize) {
    let Some(node) = view.node(at).filter(|n| n.fields as usize > known) else {
        return;
    };
    let last = view.fields(node).iter().rposition(|f| f.end > f.start);
    let last = last.map(|i| i + 1).filter(|count| *count > known);
    if let Some(count) = last {
        sink.at(
            view,
            Kind::Extra,
            Severity::Error,
            at,
            (known as u32, count as u32),
        );
    }
}

/// More components or subcomponents than the profile knows, from `from` on.
pub(super) fn extra_parts(view: &View<'_>, sink: &mut Sink<'_>, at: &At, known: usize, from: u32) {
    let separator = view.separator(at.level);
    let rest = view.bytes(from, at.end);
    let used = rest
        .split(|b| *b == separator)
        .enumerate()
        .filter(|(_, p)| !p.is_empty())
        .last();
    if let Some((index, _)) = used {
        let count = known + index + 1;
        sink.at(
            view,
            Kind::Extra,
            Severity::Error,
            at,
            (known as u32, count as u32),
        );
    }
}

pub(super) fn simple(
    view: &View<'_>,
    sink: &mut Sink<'_>,
    at: &At,
    element: &Element,
    datatype: u32,
) {
    let raw = view.raw(at);
    if at.level == Level::Field && raw == b"\"\"" {
        return;
    }
    if let Some(constant) = &element.constant
        && *view.unescaped(at) != **constant
    {
        sink.at(view, Kind::Constant, Severity::Error, at, (0, 0));
    }
    let real = view.dialect.has(Difference::LeapYears);
    let class = view.class(at);
    let formed = match class {
        Class::Text | Class::Varies => true,
        Class::Sequence if view.dialect.has(Difference::SequenceNumbers) => format::sequence(raw),
        Class::Number | Class::Sequence => format::number(raw),
        Class::Date => format::date(raw, real),
        Class::Time => format::time(raw),
        Class::DateTime => format::date_time(raw, real),
    };
    if !formed {
        sink.at(view, Kind::Format, Severity::Error, at, (datatype, 0));
    } else if class == Class::Text {
        let d = view.delimiters;
        let possible = holds::REPETITION | holds::COMPONENT | holds::SUBCOMPONENT;
        let inside = |b: &u8| *b == d.component || *b == d.subcomponent || *b == d.repetition;
        if at.holds & possible != 0 && !literal(at) && raw.iter().any(inside) {
            sink.at(view, Kind::Separator, Severity::Error, at, (datatype, 0));
        }
        if at.holds & holds::ESCAPE != 0
            && view.dialect.has(Difference::EscapeSequences)
            && !literal(at)
        {
            escapes(view, sink, at);
        }
    }
    length(view, sink, at, element);
}

fn length(view: &View<'_>, sink: &mut Sink<'_>, at: &At, element: &Element) {
    let (min, max) = match element.length {
        Length::None => return,
        Length::Between(min, max) => (min, max),
        Length::Conformance(max, _) => (1, Some(max)),
        Length::Both { min, max, .. } => {
            if !view.dialect.has(Difference::LengthDefinition) {
                sink.at(
                    view,
                    Kind::LengthDefinitionTwice,
                    Severity::Error,
                    at,
                    (0, 0),
                );
                return;
            }
            (min, max)
        }
        Length::Invalid => {
            sink.at(view, Kind::LengthDefinition, Severity::Error, at, (0, 0));
            return;
        }
    };
    let raw = view.raw(at);
    let length = if at.holds & (holds::WIDE | holds::ESCAPE) == 0 {
        raw.len()
    } else {
        view.unescaped(at).encode_utf16().count()
    } as u32;
    if length < min || max.is_some_and(|m| length > m) {
        sink.at(
            view,
            Kind::Length,
            Severity::Warning,
            at,
            (min, max.unwrap_or(NONE)),
        );
    }
}

// every escape character must begin or end a sequence that HL7 v2.5.1 chapter 2.7 knows
fn escapes(view: &View<'_>, sink: &mut Sink<'_>, at: &At) {
    let raw = view.raw(at);
    let escape = view.delimiters.escape;
    let mut from = 0;
    while let Some(open) = memchr::memchr(escape, raw.get(from..).unwrap_or_default()) {
        let start = from + open;
        let body = raw.get(start + 1..).unwrap_or_default();
        let close = memchr::memchr(escape, body);
        let known = close.is_some_and(|n| sequence_known(body.get(..n).unwrap_or_default()));
        if known {
            from = start + close.unwrap_or_default() + 2;
            continue;
        }
        // an unknown sequence is marked as a whole, a lone character by itself
        let whole = close.filter(|n| body.get(..*n).is_some_and(sequence_like));
        let end = start + whole.map_or(1, |n| n + 2);
        let span = At {
            start: at.start + start as u32,
            end: at.start + end as u32,
            ..*at
        };
        sink.at(view, Kind::Escape, Severity::Error, &span, (0, 0));
        from = end;
    }
}

fn sequence_like(body: &[u8]) -> bool {
    (1..=16).contains(&body.len())
        && body
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-'))
}

fn sequence_known(body: &[u8]) -> bool {
    match body {
        [b'F' | b'S' | b'T' | b'R' | b'E' | b'P' | b'H' | b'N'] => true,
        [b'X', hex @ ..] => {
            !hex.is_empty() && hex.len() % 2 == 0 && hex.iter().all(u8::is_ascii_hexdigit)
        }
        [b'C', hex @ ..] => hex.len() == 4 && hex.iter().all(u8::is_ascii_hexdigit),
        [b'M', hex @ ..] => matches!(hex.len(), 4 | 6) && hex.iter().all(u8::is_ascii_hexdigit),
        [b'Z', rest @ ..] => !rest.is_empty(),
        [b'.', rest @ ..] => formatting_known(rest),
        _ => false,
    }
}

// .br .fi .nf .ce, .sp .sk .in .ti with a number
fn formatting_known(body: &[u8]) -> bool {
    let Some((name, number)) = body.split_at_checked(2) else {
        return false;
    };
    let count = number
        .strip_prefix(b"+")
        .or(number.strip_prefix(b"-"))
        .unwrap_or(number);
    let numeric = count.iter().all(u8::is_ascii_digit);
    match name {
        b"br" | b"fi" | b"nf" | b"ce" => number.is_empty(),
        b"sp" => numeric,
        b"sk" | b"in" | b"ti" => numeric && !count.is_empty(),
        _ => false,
    }
}
