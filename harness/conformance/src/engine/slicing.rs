//! Slicing: before a message is judged, segments and fields take the definition of the first slice that fits.

use super::compile::{Builder, CompileError};
use super::element::{At, Level, View};
use super::eval::{Outcome, evaluate};
use super::profile::{FieldSlices, NONE, Segment, Slice, When};
use super::structure::Sink;
use super::tree::Sliced;
use crate::detection::Kind;
use crate::expr::Expr;
use crate::model::Slices;
use std::collections::HashMap;
use titer_finding::Severity;

/// The slices of the segment at one position of a group.
#[derive(Debug)]
pub(crate) struct SegmentSlices {
    /// The group's id.
    pub(crate) group: Box<str>,
    pub(crate) position: u16,
    pub(crate) slices: Vec<Slice>,
}

/// Compiles the slices of this message; those of fields go to their segments.
pub(super) fn compile(
    builder: &Builder<'_>,
    segments: &mut [Segment],
) -> Result<Vec<SegmentSlices>, CompileError> {
    let def = builder.def;
    let mut out = Vec::new();
    for s in def
        .slicing
        .segments
        .iter()
        .filter(|s| s.message == def.message.id)
    {
        out.push(SegmentSlices {
            group: s.group.as_str().into(),
            position: s.position,
            slices: slices(builder, &s.slices, &builder.segments)?,
        });
    }
    for f in &def.slicing.fields {
        let slices = || slices(builder, &f.slices, &builder.datatypes);
        let Some(segment) = builder
            .segments
            .get(f.segment.as_str())
            .and_then(|i| segments.get_mut(*i as usize))
        else {
            // a file may slice segments of other messages
            slices()?;
            continue;
        };
        if let Some(field) = segment.fields.get_mut(usize::from(f.position) - 1) {
            field.mapped = true;
            field.sliced = true;
            segment.sliced.push(FieldSlices {
                position: f.position,
                slices: slices()?,
            });
        }
    }
    Ok(out)
}

fn slices(
    builder: &Builder<'_>,
    def: &Slices,
    known: &HashMap<&str, u32>,
) -> Result<Vec<Slice>, CompileError> {
    let find = |id: &str| {
        known
            .get(id)
            .copied()
            .ok_or_else(|| CompileError::Slice(id.to_owned()))
    };
    match def {
        Slices::Occurrence(list) => list
            .iter()
            .map(|s| {
                Ok(Slice {
                    def: find(&s.reference)?,
                    when: When::Occurrence(s.occurrence),
                })
            })
            .collect(),
        Slices::Assertion(list) => list
            .iter()
            .map(|s| {
                Ok(Slice {
                    def: find(&s.reference)?,
                    when: When::Holds(builder.resolve(&s.assertion)),
                })
            })
            .collect(),
    }
}

/// Finds the segments that take another definition: pairs of node and segment definition.
pub(crate) fn segments(view: &View<'_>, sink: &mut Sink<'_>, out: &mut Vec<(u32, u32)>) {
    for (index, node) in view.tree.nodes.iter().enumerate().skip(1) {
        let Some(group) = view.profile.group(node.parent) else {
            continue;
        };
        let Some((which, sliced)) = view
            .profile
            .slices
            .iter()
            .enumerate()
            .find(|(_, s)| s.position == node.position && *s.group == *group.id)
        else {
            continue;
        };
        let Some(at) = view.node_element(index as u32) else {
            continue;
        };
        if node.is_group {
            sink.at(
                view,
                Kind::SliceOfGroup,
                Severity::Error,
                &at,
                (which as u32, NONE),
            );
            continue;
        }
        if let Some(def) = taken(view, sink, &sliced.slices, &at, node.instance) {
            out.push((index as u32, def));
        }
    }
}

/// Finds the repetitions of fields that take another data type.
pub(crate) fn fields(view: &View<'_>, sink: &mut Sink<'_>, out: &mut Vec<Sliced>) {
    for (index, node) in view.tree.nodes.iter().enumerate() {
        if node.is_group {
            continue;
        }
        let Some(segment) = view.profile.segment(node.def) else {
            continue;
        };
        for field in &segment.sliced {
            let datatype = view.field_datatype(index as u32, segment, field.position);
            let mut repetitions = Vec::new();
            view.repetitions(index as u32, field.position, datatype, &mut |r| {
                repetitions.push(r);
            });
            for at in repetitions {
                if let Some(def) = taken(view, sink, &field.slices, &at, at.repetition) {
                    out.push(Sliced {
                        node: index as u32,
                        field: field.position,
                        repetition: at.repetition,
                        datatype: def,
                    });
                }
            }
        }
    }
}

// the first slice that fits
fn taken(
    view: &View<'_>,
    sink: &mut Sink<'_>,
    slices: &[Slice],
    at: &At,
    instance: u32,
) -> Option<u32> {
    for slice in slices {
        let fits = match &slice.when {
            When::Occurrence(n) => *n == instance,
            When::Holds(assertion) => fits(view, sink, assertion, at, slice.def),
        };
        if fits {
            sink.note(
                view,
                Kind::NoteSlice,
                at,
                (slice.def, u32::from(at.level == Level::Segment)),
            );
            return Some(slice.def);
        }
    }
    sink.note(view, Kind::NoteNoSlice, at, (0, 0));
    None
}

fn fits(view: &View<'_>, sink: &mut Sink<'_>, assertion: &Expr, at: &At, def: u32) -> bool {
    match evaluate(view, assertion, at) {
        Outcome::Pass(_) => true,
        Outcome::Fail(_) => false,
        Outcome::Unclear => {
            sink.at(
                view,
                Kind::SliceUnclear,
                Severity::Error,
                at,
                (def, u32::from(at.level == Level::Segment)),
            );
            false
        }
    }
}
