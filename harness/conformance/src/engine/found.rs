//! What stands at a path, found without building the elements on the way.

use super::element::{At, Level, Shape, View};
use super::parts::nth;
use super::profile::{Class, Element, NONE};
use super::tree::holds;
use crate::expr::Step;
use std::cell::Cell;

// how many places are remembered
const PLACES: usize = 32;

/// What was found at some places of segments: rules ask for the same few again and again.
#[derive(Debug, Default)]
pub(crate) struct Memory([Cell<Remembered>; PLACES]);

// a place, and what is there; zero is no place
#[derive(Clone, Copy, Debug, Default)]
struct Remembered {
    place: u64,
    start: u32,
    end: u32,
    what: u8,
    class: Class,
}

const UNKNOWN: u8 = 0;
const ABSENT: u8 = 1;
const PLAIN: u8 = 2;
const THERE: u8 = 3;

/// What stands at a path.
pub(crate) enum Found<'a> {
    Absent,
    /// A value without anything to decode.
    Plain(&'a [u8], Class),
    /// Something, but not a plain value.
    There,
}

/// What stands at a path; `None` when that takes a closer look.
pub(crate) fn find<'a>(view: &View<'a>, context: &At, steps: &[Step]) -> Option<Found<'a>> {
    match context.shape {
        Shape::Segment(_) => in_segment(view, context.node, steps),
        Shape::Group(_) => in_group(view, context.node, steps),
        Shape::Complex(datatype) => {
            let (step, rest) = first(steps)?;
            let element = view
                .profile
                .datatype(datatype)?
                .components
                .get(usize::from(step.position) - 1)?;
            let Some((from, to)) = view.part_span(context, step.position) else {
                return Some(Found::Absent);
            };
            let raw = view.bytes(from, to);
            if raw.is_empty() || view.blank(raw, false) {
                return Some(Found::Absent);
            }
            if context.level == Level::Field {
                inside(view, element, raw, rest, context.holds)
            } else {
                rest.is_empty()
                    .then(|| plain(view, element, raw, context.holds))
            }
        }
        _ => None,
    }
}

fn in_group<'a>(view: &View<'a>, mut node: u32, steps: &[Step]) -> Option<Found<'a>> {
    let mut steps = steps;
    loop {
        if steps.is_empty() {
            return Some(Found::There);
        }
        let (step, rest) = steps.split_first()?;
        if step.instance != Some(1) {
            return None;
        }
        let child = view
            .tree
            .children(node)
            .find(|(_, n)| n.position == step.position && n.instance == 1);
        let Some((index, n)) = child else {
            return Some(Found::Absent);
        };
        node = index;
        steps = rest;
        if !n.is_group {
            return if steps.is_empty() {
                Some(Found::There)
            } else {
                in_segment(view, node, steps)
            };
        }
    }
}

fn in_segment<'a>(view: &View<'a>, node: u32, steps: &[Step]) -> Option<Found<'a>> {
    let (field, component) = match steps {
        [f] if f.instance == Some(1) => (f.position, 0),
        [f, c] if f.instance == Some(1) && c.instance == Some(1) => (f.position, c.position),
        _ => return look(view, node, steps),
    };
    let place = (u64::from(node) + 1) << 32 | u64::from(field) << 16 | u64::from(component);
    let at = usize::from(field ^ component << 3) ^ (node as usize) << 2;
    let Some(cell) = view.memory.0.get(at % PLACES) else {
        return look(view, node, steps);
    };
    let known = cell.get();
    if known.place == place {
        return match known.what {
            ABSENT => Some(Found::Absent),
            PLAIN => Some(Found::Plain(
                view.bytes(known.start, known.end),
                known.class,
            )),
            THERE => Some(Found::There),
            _ => None,
        };
    }
    let found = look(view, node, steps);
    let nothing = ((0, 0), Class::Text);
    let (what, ((start, end), class)) = match &found {
        None => (UNKNOWN, nothing),
        Some(Found::Absent) => (ABSENT, nothing),
        Some(Found::There) => (THERE, nothing),
        Some(Found::Plain(raw, class)) => (PLAIN, (view.span_of(raw), *class)),
    };
    cell.set(Remembered {
        place,
        start,
        end,
        what,
        class,
    });
    found
}

/// What stands at a path in a segment; `None` when that takes a closer look.
pub(crate) fn look<'a>(view: &View<'a>, node: u32, steps: &[Step]) -> Option<Found<'a>> {
    let (step, rest) = first(steps)?;
    let node = view.tree.node(node)?;
    let element = view
        .profile
        .segment(node.def)?
        .fields
        .get(usize::from(step.position) - 1)?;
    let Some(span) = view.field(node, step.position).filter(|f| f.end > f.start) else {
        return Some(Found::Absent);
    };
    let raw = view.bytes(span.start, span.end);
    if span.holds & (holds::REPETITION | holds::LITERAL) != 0 || element.mapped {
        // MSH-1 and MSH-2 are taken as they stand
        let literal = span.holds & (holds::LITERAL | holds::WIDE) == holds::LITERAL;
        return (literal && !element.mapped && element.primitive && rest.is_empty())
            .then(|| Found::Plain(raw, class(view, element)));
    }
    if view.blank(raw, true) {
        return Some(Found::Absent);
    }
    if rest.is_empty() {
        return Some(if element.primitive {
            plain(view, element, raw, span.holds)
        } else {
            Found::There
        });
    }
    if element.primitive || raw == b"\"\"" {
        return None;
    }
    // one of its components
    let (step, rest) = first(rest)?;
    if element.datatype == NONE {
        return None;
    }
    let index = usize::from(step.position).checked_sub(1)?;
    let components = &view.profile.datatype(element.datatype)?.components;
    let component = components.get(index)?;
    let dividers = (span.components_at, span.start, span.end);
    let Some((from, to)) = nth(&view.tree.components, dividers, index) else {
        return Some(Found::Absent);
    };
    let piece = view.bytes(from, to);
    if piece.is_empty() || view.blank(piece, false) {
        return Some(Found::Absent);
    }
    inside(view, component, piece, rest, span.holds)
}

// the next step, when it asks for the first of what is there, or for the only one
fn first(steps: &[Step]) -> Option<(&Step, &[Step])> {
    let (step, rest) = steps.split_first()?;
    step.instance.is_none_or(|i| i == 1).then_some((step, rest))
}

// what is below a component
fn inside<'a>(
    view: &View<'a>,
    element: &Element,
    raw: &'a [u8],
    rest: &[Step],
    holds: u8,
) -> Option<Found<'a>> {
    if rest.is_empty() {
        return Some(if element.primitive {
            plain(view, element, raw, holds)
        } else {
            Found::There
        });
    }
    if element.primitive {
        return None;
    }
    // one of its subcomponents
    let (step, rest) = first(rest)?;
    if element.datatype == NONE {
        return None;
    }
    let index = usize::from(step.position).checked_sub(1)?;
    let components = &view.profile.datatype(element.datatype)?.components;
    let component = components.get(index)?;
    let piece = raw
        .split(|b| *b == view.delimiters.subcomponent)
        .nth(index)
        .unwrap_or_default();
    if piece.is_empty() || view.blank(piece, false) {
        return Some(Found::Absent);
    }
    rest.is_empty()
        .then(|| plain(view, component, piece, holds))
}

fn plain<'a>(view: &View<'_>, element: &Element, raw: &'a [u8], holds: u8) -> Found<'a> {
    if holds & (holds::ESCAPE | holds::WIDE) == 0 {
        Found::Plain(raw, class(view, element))
    } else {
        Found::There
    }
}

fn class(view: &View<'_>, element: &Element) -> Class {
    let datatype = view.profile.datatype(element.datatype);
    datatype.map_or(Class::Text, |d| d.class)
}
