//! Structure: usage, cardinality, extra parts, and how simple values are written.

use super::element::{At, Level, Shape, View};
use super::format;
use super::profile::{Child, ChildKind, Class, Element, NONE};
use super::tree::Loose;
use crate::detection::{Detection, Kind, Place, What};
use crate::dialect::Difference;
use crate::model::{Length, Usage};
use titer_finding::Severity;

/// Where detections go.
pub(crate) struct Sink<'s> {
    pub(crate) found: &'s mut Vec<Detection>,
}

impl Sink<'_> {
    pub(crate) fn push(
        &mut self,
        view: &View<'_>,
        kind: Kind,
        severity: Severity,
        place: Place,
        at: &At,
        operands: (u32, u32),
    ) {
        self.found.push(Detection {
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
        sink.found.push(Detection {
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
pub(crate) fn groups(view: &View<'_>, sink: &mut Sink<'_>, node: u32) {
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
            match child.kind {
                ChildKind::Group(_) => groups(view, sink, index),
                ChildKind::Segment(_) => segment(view, sink, &element),
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

fn forbidden(usage: Usage) -> Option<Kind> {
    match usage {
        Usage::X => Some(Kind::NotSupported),
        Usage::W => Some(Kind::Withdrawn),
        _ => None,
    }
}

fn missing(view: &View<'_>, sink: &mut Sink<'_>, usage: Usage, place: Place, parent: &At) {
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

fn segment(view: &View<'_>, sink: &mut Sink<'_>, at: &At) {
    let Shape::Segment(def) = at.shape else {
        return;
    };
    let Some(segment) = view.profile.segment(def) else {
        return;
    };
    let before = sink.found.len();
    let parent = view.place(at);
    for (i, field) in segment.fields.iter().enumerate() {
        let position = i as u16 + 1;
        let datatype = if segment.mappings.is_empty() {
            static_datatype(view, field)
        } else {
            view.field_datatype(at.node, segment, position)
        };
        let (mut count, mut highest, mut nulls) = (0u32, None, 0u32);
        view.repetitions(at.node, position, datatype, &mut |r| {
            count += 1;
            nulls += u32::from(matches!(r.shape, Shape::Null(_)));
            highest = Some(r);
        });
        let Some(last) = highest else {
            if matches!(field.usage, Usage::R | Usage::RE) {
                let place = Place {
                    field: position,
                    repetition: 1,
                    ..parent
                };
                missing(view, sink, field.usage, place, at);
            }
            continue;
        };
        if let Some(kind) = forbidden(field.usage) {
            view.repetitions(at.node, position, datatype, &mut |r| {
                sink.at(view, kind, Severity::Error, &r, (0, 0));
            });
            continue;
        }
        if nulls > 0 && count > 1 {
            if !view.dialect.has(Difference::NullRepetition) {
                sink.found.truncate(before);
            }
            sink.at(view, Kind::NullRepeated, Severity::Error, &last, (count, 0));
            continue;
        }
        let mut over = last.repetition > field.max;
        if last.repetition < field.min {
            sink.at(
                view,
                Kind::Cardinality,
                Severity::Error,
                &last,
                (field.min, field.max),
            );
            over = false;
        }
        view.repetitions(at.node, position, datatype, &mut |r| {
            if over && r.repetition > field.max {
                sink.at(
                    view,
                    Kind::Cardinality,
                    Severity::Error,
                    &r,
                    (field.min, field.max),
                );
            }
            inside(view, sink, &r, field);
        });
    }
    extra_fields(view, sink, at, segment.fields.len());
}

fn static_datatype(view: &View<'_>, field: &Element) -> u32 {
    match view.profile.datatype(field.datatype) {
        Some(d) if d.class == Class::Varies => NONE,
        _ => field.datatype,
    }
}

fn extra_fields(view: &View<'_>, sink: &mut Sink<'_>, at: &At, known: usize) {
    let Some(segment) = view
        .node(at)
        .and_then(|n| view.message.line(n.line))
        .and_then(|l| l.segment())
    else {
        return;
    };
    let mut count = segment.field_count();
    // trailing empty fields say nothing
    while count as usize > known && segment.field(count).is_none_or(|f| f.is_empty()) {
        count -= 1;
    }
    if count as usize > known {
        sink.at(
            view,
            Kind::Extra,
            Severity::Error,
            at,
            (known as u32, count),
        );
    }
}

fn inside(view: &View<'_>, sink: &mut Sink<'_>, at: &At, element: &Element) {
    match at.shape {
        Shape::Simple(datatype) => simple(view, sink, at, element, datatype),
        Shape::Complex(datatype) => complex(view, sink, at, element, datatype),
        Shape::Unresolved => sink.at(view, Kind::Unresolved, Severity::Error, at, (0, 0)),
        Shape::Null(_) | Shape::Group(_) | Shape::Segment(_) => {}
    }
}

fn complex(view: &View<'_>, sink: &mut Sink<'_>, at: &At, element: &Element, datatype: u32) {
    if element.constant.is_some() {
        sink.at(view, Kind::ConstantDefinition, Severity::Error, at, (0, 0));
    }
    let Some(def) = view.profile.datatype(datatype) else {
        return;
    };
    let (level, separator) = if at.level == Level::Field {
        (Level::Component, view.delimiters.component)
    } else {
        (Level::Subcomponent, view.delimiters.subcomponent)
    };
    let mut next = Some(at.start);
    for (i, component) in def.components.iter().enumerate() {
        let position = i as u16 + 1;
        let part = next.and_then(|from| {
            let rest = view.bytes(from, at.end);
            let to = match memchr::memchr(separator, rest) {
                Some(n) => {
                    next = Some(from + n as u32 + 1);
                    from + n as u32
                }
                None => {
                    next = None;
                    at.end
                }
            };
            view.make_part(at, position, level, component.datatype, from, to)
        });
        match part {
            None => {
                if matches!(component.usage, Usage::R | Usage::RE) {
                    let mut place = view.place(at);
                    if level == Level::Component {
                        place.component = position;
                    } else {
                        place.subcomponent = position;
                    }
                    missing(view, sink, component.usage, place, at);
                }
            }
            Some(part) => match forbidden(component.usage) {
                Some(kind) => sink.at(view, kind, Severity::Error, &part, (0, 0)),
                None => inside(view, sink, &part, component),
            },
        }
    }
    if let Some(from) = next {
        let rest = view.bytes(from, at.end);
        if rest.iter().any(|b| *b != separator) {
            let used = rest
                .split(|b| *b == separator)
                .enumerate()
                .filter(|(_, p)| !p.is_empty())
                .last()
                .map_or(0, |(i, _)| i + 1);
            let known = def.components.len();
            sink.at(
                view,
                Kind::Extra,
                Severity::Error,
                at,
                (known as u32, (known + used) as u32),
            );
        }
    }
}

fn simple(view: &View<'_>, sink: &mut Sink<'_>, at: &At, element: &Element, datatype: u32) {
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
    let header = at.field <= 2 && view.place(at).name == *b"MSH";
    if !formed {
        sink.at(view, Kind::Format, Severity::Error, at, (datatype, 0));
    } else if class == Class::Text && !header {
        let d = view.delimiters;
        if raw.iter().any(|b| {
            *b == d.component || *b == d.subcomponent || *b == d.repetition || *b == d.field
        }) {
            sink.at(view, Kind::Separator, Severity::Error, at, (datatype, 0));
        }
        if view.dialect.has(Difference::EscapeSequences) {
            escapes(view, sink, at);
        }
    }
    length(view, sink, at, element);
}

fn length(view: &View<'_>, sink: &mut Sink<'_>, at: &At, element: &Element) {
    let (min, max) = match element.length {
        Length::None => return,
        Length::Between(min, max) => (min, max),
        Length::Both => {
            if !view.dialect.has(Difference::LengthDefinition) {
                sink.at(
                    view,
                    Kind::LengthDefinitionTwice,
                    Severity::Error,
                    at,
                    (0, 0),
                );
            }
            return;
        }
        Length::Invalid => {
            sink.at(view, Kind::LengthDefinition, Severity::Error, at, (0, 0));
            return;
        }
    };
    let raw = view.raw(at);
    let length = if raw.is_ascii() && memchr::memchr(view.delimiters.escape, raw).is_none() {
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
        let end = start + 1;
        let span = At {
            start: at.start + start as u32,
            end: at.start + end as u32,
            ..*at
        };
        sink.at(view, Kind::Escape, Severity::Error, &span, (0, 0));
        from = end;
    }
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
    let count = match number {
        [b'+' | b'-', rest @ ..] => rest,
        rest => rest,
    };
    let numeric = count.iter().all(u8::is_ascii_digit);
    match name {
        b"br" | b"fi" | b"nf" | b"ce" => number.is_empty(),
        b"sp" => numeric,
        b"sk" | b"in" | b"ti" => numeric && !count.is_empty(),
        _ => false,
    }
}
