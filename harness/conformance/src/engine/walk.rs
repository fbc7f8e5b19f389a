//! The one walk over a message: at every element its structure, its codes and its rules.

use super::element::{At, Level, Shape, View, light};
use super::idle::{There, bit};
use super::profile::{Datatype, EASY, Element, NONE, Segment};
use super::rules::Rules;
use super::structure::{self, Sink, forbidden};
use super::tree::holds;
use super::{bound, codes, judge};
use crate::detection::{Kind, Place};
use crate::dialect::Difference;
use crate::model::Usage;
use titer_finding::Severity;

/// What is asked of an element and of what is inside it.
#[derive(Clone, Copy)]
pub(crate) struct Tasks<'r> {
    pub(crate) structure: bool,
    pub(crate) codes: bool,
    pub(crate) rules: Option<&'r Rules>,
}

impl<'r> Tasks<'r> {
    /// Everything.
    pub(crate) fn all(rules: &'r Rules) -> Self {
        Self {
            structure: true,
            codes: true,
            rules: Some(rules),
        }
    }

    /// The rules alone.
    pub(crate) fn rules(rules: &'r Rules) -> Self {
        Self {
            structure: false,
            codes: false,
            rules: Some(rules),
        }
    }

    // what is not supported is not looked into, but rules hold there too
    fn forbidden(self) -> Self {
        Self {
            structure: false,
            codes: false,
            ..self
        }
    }

    fn none(self) -> bool {
        !self.structure && !self.codes && self.rules.is_none()
    }
}

/// Walks the whole message.
pub(crate) fn message(view: &View<'_>, tasks: Tasks<'_>, sink: &mut Sink<'_>) {
    node(view, tasks, sink, 0);
    if let Some(rules) = tasks.rules.filter(|r| !r.contexts.is_empty())
        && let Some(message) = view.node_element(0)
    {
        judge::contexts(view, rules, sink, &message, &rules.contexts);
    }
}

fn node(view: &View<'_>, tasks: Tasks<'_>, sink: &mut Sink<'_>, index: u32) {
    let Some(at) = view.node_element(index) else {
        return;
    };
    match at.shape {
        Shape::Group(def) => {
            if let Some(rules) = tasks.rules
                && let Some(attached) = rules.groups.get(def as usize)
            {
                judge::own(view, rules, attached, sink, &at, None);
            }
            if tasks.structure {
                structure::group(view, sink, index);
            }
            if tasks.codes
                && let Some(group) = view.profile.group(def)
            {
                bound::check(view, sink, &at, &group.bound);
            }
            let children = view.profile.group(def).map(|g| g.children.as_slice());
            for (child, n) in view.tree.children(index) {
                let usage = children
                    .and_then(|c| c.get(usize::from(n.position) - 1))
                    .map_or(Usage::O, |c| c.usage);
                let tasks = match forbidden(usage) {
                    Some(_) => tasks.forbidden(),
                    None => tasks,
                };
                node(view, tasks, sink, child);
            }
        }
        Shape::Segment(def) => segment(view, tasks, sink, &at, def),
        _ => {}
    }
}

fn segment(view: &View<'_>, tasks: Tasks<'_>, sink: &mut Sink<'_>, at: &At, def: u32) {
    let (Some(segment), Some(node)) = (view.profile.segment(def), view.node(at)) else {
        return;
    };
    let there = view.there(at);
    if let Some(rules) = tasks.rules
        && let Some(attached) = rules.segments.get(def as usize)
    {
        judge::own(view, rules, attached, sink, at, there);
    }
    if tasks.codes {
        bound::check(view, sink, at, &segment.bound);
    }
    let deep = tasks
        .rules
        .is_some_and(|r| r.fields.get(def as usize) == Some(&true));
    let tasks = Tasks {
        rules: tasks.rules.filter(|_| deep),
        ..tasks
    };
    if tasks.none() {
        return;
    }
    if tasks.structure {
        absent_fields(view, sink, at, segment, there.unwrap_or_default());
        structure::extra_fields(view, sink, at, segment.fields.len());
    }
    let before = sink.found.len();
    let spans = view.fields(node);
    let mut one = |index: usize| {
        let (Some(element), Some(span)) = (segment.fields.get(index), spans.get(index)) else {
            return;
        };
        if span.end <= span.start {
            return;
        }
        let light = !view.notes
            && span.holds & holds::COMPONENT == 0
            && element.light.is_some_and(|length| {
                light(span.holds, view.bytes(span.start, span.end), length)
                    && !light_ruled(tasks, element.datatype)
                    && (element.binding == NONE
                        || !tasks.codes
                        || codes::fine(view, view.bytes(span.start, span.end), element.binding))
            });
        if !light {
            let position = index as u16 + 1;
            field(view, tasks, sink, at, (segment, element, position), before);
        }
    };
    let mut rest = there.unwrap_or_default().some;
    while rest != 0 {
        one(rest.trailing_zeros() as usize);
        rest &= rest - 1;
    }
    for index in 64..segment.fields.len().min(spans.len()) {
        one(index);
    }
}

fn absent_fields(view: &View<'_>, sink: &mut Sink<'_>, at: &At, segment: &Segment, there: There) {
    if segment.wanted_bits & !there.surely == 0 && !segment.wanted_beyond {
        return;
    }
    let parent = view.place(at);
    for position in &segment.wanted {
        if bit(*position) & there.surely != 0 || view.present(at.node, *position) {
            continue;
        }
        let Some(element) = segment.fields.get(usize::from(*position) - 1) else {
            continue;
        };
        let place = Place {
            field: *position,
            repetition: 1,
            ..parent
        };
        structure::missing(view, sink, element.usage, place, at);
    }
}

fn field(
    view: &View<'_>,
    tasks: Tasks<'_>,
    sink: &mut Sink<'_>,
    segment_at: &At,
    (segment, element, position): (&Segment, &Element, u16),
    before: usize,
) {
    let datatype = if element.mapped {
        view.field_datatype(segment_at.node, segment, position)
    } else {
        element.datatype
    };
    let mut inner = narrowed(view, tasks, element, datatype);
    let node = segment_at.node;
    // nearly every field has one repetition
    let alone = view
        .node(segment_at)
        .and_then(|n| view.field(n, position))
        .filter(|f| f.holds & holds::REPETITION == 0);
    if let Some(span) = alone {
        let Some(only) = view.only_repetition(node, span, position, datatype) else {
            return;
        };
        if tasks.structure {
            if let Some(kind) = forbidden(element.usage) {
                sink.at(view, kind, Severity::Error, &only, (0, 0));
                inner.structure = false;
            } else if element.min > 1 || element.max == 0 {
                let range = (element.min, element.max);
                sink.at(view, Kind::Cardinality, Severity::Error, &only, range);
            }
        }
        if !inner.none() {
            visit(view, inner, sink, &only, element);
        }
        return;
    }
    let repetitions = |f: &mut dyn FnMut(At)| view.repetitions(node, position, datatype, f);
    if tasks.structure {
        if let Some(kind) = forbidden(element.usage) {
            repetitions(&mut |r| sink.at(view, kind, Severity::Error, &r, (0, 0)));
            inner.structure = false;
        } else {
            inner.structure = occurrences(view, sink, element, before, &repetitions);
        }
    }
    if !inner.none() {
        repetitions(&mut |r| visit(view, inner, sink, &r, element));
    }
}

type Repetitions<'f> = dyn Fn(&mut dyn FnMut(At)) + 'f;

// judges how often a field occurs; whether its repetitions are worth a look
fn occurrences(
    view: &View<'_>,
    sink: &mut Sink<'_>,
    element: &Element,
    before: usize,
    repetitions: &Repetitions<'_>,
) -> bool {
    let (mut count, mut last, mut nulls) = (0u32, None, 0u32);
    repetitions(&mut |r| {
        count += 1;
        nulls += u32::from(matches!(r.shape, Shape::Null(_)));
        last = Some(r);
    });
    let Some(last) = last else {
        return false;
    };
    if nulls > 0 && count > 1 {
        if !view.dialect.has(Difference::NullRepetition) {
            forget_structure(sink, before);
        }
        sink.at(view, Kind::NullRepeated, Severity::Error, &last, (count, 0));
        return false;
    }
    let range = (element.min, element.max);
    if last.repetition < element.min {
        sink.at(view, Kind::Cardinality, Severity::Error, &last, range);
    } else if last.repetition > element.max {
        repetitions(&mut |r| {
            if r.repetition > element.max {
                sink.at(view, Kind::Cardinality, Severity::Error, &r, range);
            }
        });
    }
    true
}

// the reference loses what it found on the structure of earlier fields
fn forget_structure(sink: &mut Sink<'_>, before: usize) {
    let mut kept = before;
    for at in before..sink.found.len() {
        if let Some(d) = sink
            .found
            .get(at)
            .copied()
            .filter(|d| !d.kind.is_structural())
        {
            if let Some(place) = sink.found.get_mut(kept) {
                *place = d;
            }
            kept += 1;
        }
    }
    sink.found.truncate(kept);
}

// what is left to do for an element of this data type
fn narrowed<'r>(view: &View<'_>, tasks: Tasks<'r>, element: &Element, datatype: u32) -> Tasks<'r> {
    // each repetition may have another data type
    if element.sliced {
        return Tasks {
            codes: tasks.codes && forbidden(element.usage).is_none(),
            ..tasks
        };
    }
    let bound = if element.mapped {
        view.profile
            .datatype(datatype)
            .is_some_and(|d| element.binding != NONE || d.bound_inside)
    } else {
        element.bound
    };
    Tasks {
        structure: tasks.structure,
        codes: tasks.codes && bound && forbidden(element.usage).is_none(),
        rules: tasks.rules.filter(|_| ruled(tasks, datatype)),
    }
}

fn ruled(tasks: Tasks<'_>, datatype: u32) -> bool {
    tasks
        .rules
        .is_some_and(|r| r.inside.get(datatype as usize) == Some(&true))
}

// the same for an element without parts
fn light_ruled(tasks: Tasks<'_>, datatype: u32) -> bool {
    tasks.rules.is_some_and(|r| r.primitives) && ruled(tasks, datatype)
}

// a repetition, component or subcomponent that is there
fn visit(view: &View<'_>, tasks: Tasks<'_>, sink: &mut Sink<'_>, at: &At, element: &Element) {
    let datatype = match at.shape {
        Shape::Simple(d) => {
            if tasks.structure {
                structure::simple(view, sink, at, element, d);
            }
            d
        }
        Shape::Complex(d) => {
            if tasks.structure && element.constant.is_some() {
                sink.at(view, Kind::ConstantDefinition, Severity::Error, at, (0, 0));
            }
            d
        }
        Shape::Null(d) => d,
        Shape::Unresolved => {
            if tasks.structure {
                sink.at(view, Kind::Unresolved, Severity::Error, at, (0, 0));
            }
            return;
        }
        Shape::Group(_) | Shape::Segment(_) => return,
    };
    if tasks.codes && element.binding != NONE {
        codes::check(view, sink, at, element.binding);
    }
    let there = view.there(at);
    if let Some(rules) = tasks.rules
        && let Some(attached) = rules.datatypes.get(datatype as usize)
    {
        judge::own(view, rules, attached, sink, at, there);
    }
    let Some(def) = view.profile.datatype(datatype) else {
        return;
    };
    if tasks.codes && !def.bound.is_empty() {
        bound::check(view, sink, at, &def.bound);
    }
    if view.notes && tasks.structure {
        noted(view, sink, at, element);
    }
    if let (Shape::Complex(_), Some(there)) = (at.shape, there) {
        parts(view, tasks, sink, at, def, there);
    }
}

fn noted(view: &View<'_>, sink: &mut Sink<'_>, at: &At, element: &Element) {
    if element.mapped && !element.sliced && at.level == Level::Field {
        sink.note(view, Kind::NoteMapping, at, (0, 0));
    }
    if element.usage == Usage::O {
        sink.note(view, Kind::NoteOptional, at, (0, 0));
    }
}

fn parts(
    view: &View<'_>,
    tasks: Tasks<'_>,
    sink: &mut Sink<'_>,
    at: &At,
    def: &Datatype,
    there: There,
) {
    // those about which there is nothing to say; blank ones are not among them
    let easy = if !view.notes
        && at.holds & holds::SPECIAL == 0
        && at.end - at.start <= EASY
        && !tasks.rules.is_some_and(|r| r.primitives)
    {
        def.easy & there.surely
    } else {
        0
    };
    let mut present = easy;
    let mut rest = there.some & !easy;
    while rest != 0 {
        let index = rest.trailing_zeros();
        rest &= rest - 1;
        if part(view, tasks, sink, at, def, index as usize) {
            present |= 1 << index;
        }
    }
    for index in 64..def.components.len() {
        part(view, tasks, sink, at, def, index);
    }
    if !tasks.structure {
        return;
    }
    if def.wanted_beyond || def.wanted_bits & !present != 0 {
        for position in &def.wanted {
            let bit = bit(*position);
            if present & bit != 0 || (bit == 0 && view.part(at, *position).is_some()) {
                continue;
            }
            let Some(component) = def.components.get(usize::from(*position) - 1) else {
                continue;
            };
            let place = judge::child_place(view, at, *position);
            structure::missing(view, sink, component.usage, place, at);
        }
    }
    let known = def.components.len();
    if let Some((from, _)) = view.part_span(at, known as u16 + 1) {
        structure::extra_parts(view, sink, at, known, from);
    }
}

// one part, counted from 0; whether it is there
fn part(
    view: &View<'_>,
    tasks: Tasks<'_>,
    sink: &mut Sink<'_>,
    at: &At,
    def: &Datatype,
    index: usize,
) -> bool {
    let Some(component) = def.components.get(index) else {
        return false;
    };
    let position = index as u16 + 1;
    let Some((from, to)) = view.part_span(at, position).filter(|(from, to)| to > from) else {
        return false;
    };
    if let Some(length) = component.light.filter(|_| !view.notes)
        && light(at.holds, view.bytes(from, to), length)
        && !light_ruled(tasks, component.datatype)
        && (component.binding == NONE
            || !tasks.codes
            || codes::fine(view, view.bytes(from, to), component.binding))
    {
        return true;
    }
    let level = if at.level == Level::Field {
        Level::Component
    } else {
        Level::Subcomponent
    };
    let Some(part) = view.make_part(at, position, level, component, from, to) else {
        return false;
    };
    let mut inner = narrowed(view, tasks, component, component.datatype);
    if let Some(kind) = forbidden(component.usage) {
        if tasks.structure {
            sink.at(view, kind, Severity::Error, &part, (0, 0));
        }
        inner.structure = false;
    }
    if !inner.none() {
        visit(view, inner, sink, &part, component);
    }
    true
}
