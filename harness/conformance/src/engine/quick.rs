//! The quick way to an answer: plain values compared as bytes, no elements built.
//!
//! Nearly every rule is met by nearly every message. This says "met", "not met" or "cannot tell quickly"; whoever needs
//! the place of a failure, or gets no answer, takes the long way.

use super::element::{At, Level, Shape, View};
use super::parts::nth;
use super::profile::{Element, NONE};
use super::tree::holds;
use crate::dialect::Difference;
use crate::expr::{Absent, Expr, Step, Test, Times};
use std::cell::Cell;

/// What was found at some places of segments: rules ask for the same few again and again.
#[derive(Debug, Default)]
pub(crate) struct Memory([Cell<Remembered>; 8]);

// a place, and what is there; zero is no place
#[derive(Clone, Copy, Debug, Default)]
struct Remembered {
    place: u64,
    start: u32,
    end: u32,
    what: u8,
}

const UNKNOWN: u8 = 0;
const ABSENT: u8 = 1;
const PLAIN: u8 = 2;
const THERE: u8 = 3;

/// What stands at a path.
enum Found<'a> {
    Absent,
    /// A value without anything to decode.
    Plain(&'a [u8]),
    /// Something, but not a plain value.
    There,
}

/// Whether an expression holds; `None` when that takes a closer look. `strict` is as in the long way.
pub(crate) fn holds(view: &View<'_>, expr: &Expr, context: &At, strict: bool) -> Option<bool> {
    let asked = || strict || view.dialect.has(Difference::AbsentInCondition);
    Some(match expr {
        Expr::Present(path) => !matches!(find(view, context, &path.steps)?, Found::Absent),
        Expr::Values {
            path,
            test,
            times,
            absent,
        } => {
            // one value: all of them and at least one are the same
            if matches!(times, Times::Between(..)) {
                return None;
            }
            match find(view, context, &path.steps)? {
                Found::There => return None,
                Found::Plain(raw) => passes(test, raw)?,
                Found::Absent => match absent {
                    Absent::Pass => !strict,
                    Absent::Fail => false,
                    Absent::Unclear => return None,
                },
            }
        }
        Expr::Not(inner) => !holds(view, inner, context, asked())?,
        Expr::And(a, b) => holds(view, a, context, strict)? && holds(view, b, context, strict)?,
        Expr::Or(a, b) => holds(view, a, context, strict)? || holds(view, b, context, strict)?,
        Expr::Imply(a, b) => !holds(view, a, context, asked())? || holds(view, b, context, strict)?,
        _ => return None,
    })
}

fn passes(test: &Test, raw: &[u8]) -> Option<bool> {
    match test {
        Test::Text {
            text,
            ignore_case: false,
        } => Some(raw == text.as_bytes()),
        Test::OneOf(list) => Some(list.iter().any(|t| raw == t.as_bytes())),
        // a plain value is ASCII
        Test::Matches(pattern) => Some(pattern.matches_bytes(raw)),
        _ => None,
    }
}

fn find<'a>(view: &View<'a>, context: &At, steps: &[Step]) -> Option<Found<'a>> {
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
                rest.is_empty().then(|| plain(raw, context.holds))
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
        let (step, rest) = first(steps)?;
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
    let Some(cell) = view.memory.0.get(usize::from(field ^ component) & 7) else {
        return look(view, node, steps);
    };
    let known = cell.get();
    if known.place == place {
        return match known.what {
            ABSENT => Some(Found::Absent),
            PLAIN => Some(Found::Plain(view.bytes(known.start, known.end))),
            THERE => Some(Found::There),
            _ => None,
        };
    }
    let found = look(view, node, steps);
    let (what, (start, end)) = match &found {
        None => (UNKNOWN, (0, 0)),
        Some(Found::Absent) => (ABSENT, (0, 0)),
        Some(Found::There) => (THERE, (0, 0)),
        Some(Found::Plain(raw)) => (PLAIN, view.span_of(raw)),
    };
    cell.set(Remembered {
        place,
        start,
        end,
        what,
    });
    found
}

fn look<'a>(view: &View<'a>, node: u32, steps: &[Step]) -> Option<Found<'a>> {
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
    if span.holds & (holds::REPETITION | holds::LITERAL) != 0 || element.mapped {
        return None;
    }
    let raw = view.bytes(span.start, span.end);
    if view.blank(raw, true) {
        return Some(Found::Absent);
    }
    if rest.is_empty() {
        return Some(if element.primitive {
            plain(raw, span.holds)
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

// the next step, when it asks for the first of what is there
fn first(steps: &[Step]) -> Option<(&Step, &[Step])> {
    let (step, rest) = steps.split_first()?;
    (step.instance == Some(1)).then_some((step, rest))
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
            plain(raw, holds)
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
    view.profile
        .datatype(element.datatype)?
        .components
        .get(index)?;
    let piece = raw
        .split(|b| *b == view.delimiters.subcomponent)
        .nth(index)
        .unwrap_or_default();
    if piece.is_empty() || view.blank(piece, false) {
        return Some(Found::Absent);
    }
    rest.is_empty().then(|| plain(piece, holds))
}

fn plain(raw: &[u8], holds: u8) -> Found<'_> {
    if holds & (holds::ESCAPE | holds::WIDE) == 0 {
        Found::Plain(raw)
    } else {
        Found::There
    }
}

/// Whether something is at a single step; `None` when that takes a closer look.
pub(crate) fn present(view: &View<'_>, context: &At, step: &Step) -> Option<bool> {
    let found = find(view, context, std::slice::from_ref(step))?;
    Some(!matches!(found, Found::Absent))
}
