//! Bindings that stand apart from what they bind: compiled, and found again in a message.

use super::codes;
use super::compile::Builder;
use super::element::{At, Level, View};
use super::profile::{Bound, BoundTo, CodeAt, Datatype, Element, Group, NONE, Segment, Single};
use super::structure::{Sink, forbidden};
use crate::expr::Step;
use crate::model::{Anchor, CodePlace, Usage};

/// What bindings stand on.
struct Owners<'o> {
    groups: &'o mut [Group],
    segments: &'o mut [Segment],
    datatypes: &'o mut [Datatype],
}

/// Puts the bindings of the profile's bindings file on what they stand on.
pub(super) fn compile(
    builder: &mut Builder<'_>,
    groups: &mut [Group],
    segments: &mut [Segment],
    datatypes: &mut [Datatype],
) -> Vec<Single> {
    let def = builder.def;
    let mut owners = Owners {
        groups,
        segments,
        datatypes,
    };
    for set in &def.bindings.sets {
        let index = builder.binding(&set.tables, set.strength, places(&set.at));
        owners.put(&set.anchor, &set.target.steps, BoundTo::Set(index));
    }
    let mut singles = Vec::new();
    for single in &def.bindings.singles {
        let to = BoundTo::Single(singles.len() as u32);
        singles.push(Single {
            code: single.code.as_str().into(),
            system: single.system.as_str().into(),
            at: places(&single.at),
        });
        owners.put(&single.anchor, &single.target.steps, to);
    }
    singles
}

/// Places as the engine walks them.
pub(super) fn places(list: &[CodePlace]) -> Vec<CodeAt> {
    list.iter()
        .map(|p| CodeAt {
            code: p.code.steps.clone(),
            system: p.system.as_ref().map(|s| s.steps.clone()),
        })
        .collect()
}

impl Owners<'_> {
    fn put(&mut self, anchor: &Anchor, target: &[Step], to: BoundTo) {
        let bound = Bound {
            target: target.to_vec(),
            to,
        };
        match anchor {
            Anchor::DatatypeId(id) => {
                for d in self.datatypes.iter_mut().filter(|d| *d.id == **id) {
                    if !own(&mut d.components, &bound, false) {
                        d.bound.push(bound.clone());
                    }
                }
            }
            Anchor::SegmentId(id) => {
                for s in self.segments.iter_mut().filter(|s| *s.id == **id) {
                    if !own(&mut s.fields, &bound, true) {
                        s.bound.push(bound.clone());
                    }
                }
            }
            // the files also name groups as messages
            Anchor::GroupId(id) | Anchor::MessageId(id) => {
                for g in self.groups.iter_mut().filter(|g| *g.id == **id) {
                    g.bound.push(bound.clone());
                }
            }
            // bindings stand on ids
            Anchor::DatatypeName(_)
            | Anchor::SegmentName(_)
            | Anchor::GroupName(_)
            | Anchor::MessageName(_) => {}
        }
    }
}

// a binding of all repetitions of a field, or of a component, is made the element's own where that is free: the quick way
fn own(elements: &mut [Element], bound: &Bound, repeat: bool) -> bool {
    let ([step], BoundTo::Set(index)) = (bound.target.as_slice(), bound.to) else {
        return false;
    };
    if repeat && step.instance.is_some() || !repeat && step.instance.is_some_and(|i| i != 1) {
        return false;
    }
    match elements.get_mut(usize::from(step.position) - 1) {
        Some(e) if e.binding == NONE => {
            e.binding = index;
            true
        }
        _ => false,
    }
}

/// The bindings that stand on an element, applied to what they bind. What is not supported there is left alone.
pub(crate) fn check(view: &View<'_>, sink: &mut Sink<'_>, owner: &At, list: &[Bound]) {
    for bound in list {
        let before = sink.found.len();
        let reached = view.select(owner, &bound.target, &mut |at| {
            if forbidden(usage(view, &at)).is_some() {
                return;
            }
            match bound.to {
                BoundTo::Set(index) => {
                    codes::check(view, sink, &at, index);
                }
                BoundTo::Single(index) => codes::single(view, sink, &at, index),
            }
        });
        if reached.is_err() {
            sink.found.truncate(before);
        }
    }
}

/// The usage of an element at its place.
pub(crate) fn usage(view: &View<'_>, at: &At) -> Usage {
    find(view, at).unwrap_or(Usage::O)
}

fn find(view: &View<'_>, at: &At) -> Option<Usage> {
    let node = view.node(at)?;
    if matches!(at.level, Level::Group | Level::Segment) {
        let parent = view.profile.group(node.parent)?;
        return Some(parent.children.get(usize::from(node.position) - 1)?.usage);
    }
    let segment = view.profile.segment(node.def)?;
    let field = segment.fields.get(usize::from(at.field) - 1)?;
    if at.level == Level::Field {
        return Some(field.usage);
    }
    let datatype = view.repetition_datatype(at.node, segment, at.field, at.repetition);
    let component = view
        .profile
        .datatype(datatype)?
        .components
        .get(usize::from(at.component) - 1)?;
    if at.level == Level::Component {
        return Some(component.usage);
    }
    let part = view.profile.datatype(component.datatype)?;
    Some(part.components.get(usize::from(at.subcomponent) - 1)?.usage)
}
