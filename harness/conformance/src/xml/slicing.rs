//! `ProfileSlicing`: segments and fields that take another definition where something holds.

use super::constraints::only_child;
use super::expressions::expression;
use super::{File, Result, child, elements, text_of};
use crate::model::{
    AssertionSlice, FieldSlicing, OccurrenceSlice, SegmentSlicing, Slices, SlicingDef,
};
use roxmltree::Node;
use std::collections::HashSet;

/// Reads a slicing file.
pub fn read_slicing(name: &str, text: &str) -> Result<SlicingDef> {
    slicing_in(&File::parse(name, text)?)
}

/// The same from a file that is parsed.
pub(crate) fn slicing_in(file: &File<'_>) -> Result<SlicingDef> {
    let root = file.root("ProfileSlicing")?;
    let mut found = SlicingDef::default();
    for part in elements(root) {
        match part.tag_name().name() {
            "SegmentSlicing" => {
                for message in elements(part) {
                    if message.tag_name().name() != "Message" {
                        return file.unknown(message, "SegmentSlicing");
                    }
                    let id = file.need(message, "ID")?;
                    contexts(
                        file,
                        message,
                        "GroupContext",
                        &mut |group, position, slices| {
                            found.segments.push(SegmentSlicing {
                                message: id.to_owned(),
                                group: group.to_owned(),
                                position,
                                slices,
                            });
                        },
                    )?;
                }
            }
            "FieldSlicing" => {
                contexts(
                    file,
                    part,
                    "SegmentContext",
                    &mut |segment, position, slices| {
                        found.fields.push(FieldSlicing {
                            segment: segment.to_owned(),
                            position,
                            slices,
                        });
                    },
                )?;
            }
            _ => return file.unknown(part, "ProfileSlicing"),
        }
    }
    Ok(found)
}

fn contexts<'i>(
    file: &File<'i>,
    parent: Node<'_, 'i>,
    tag: &str,
    put: &mut dyn FnMut(&str, u16, Slices),
) -> Result<()> {
    let mut ids = HashSet::new();
    for context in elements(parent) {
        if context.tag_name().name() != tag {
            return file.unknown(context, parent.tag_name().name());
        }
        let id = file.need(context, "ID")?;
        if !ids.insert(id) {
            return Err(file.error(context, format!("`{id}` is sliced twice")));
        }
        let mut positions = HashSet::new();
        for slicing in elements(context) {
            let position = file.must(slicing, "Position", "a position", |t| {
                t.parse::<u16>().ok().filter(|n| *n > 0)
            })?;
            if !positions.insert(position) {
                return Err(file.error(slicing, format!("position {position} is sliced twice")));
            }
            let slices = match slicing.tag_name().name() {
                "OccurrenceSlicing" => Slices::Occurrence(
                    elements(slicing)
                        .map(|slice| occurrence(file, slice))
                        .collect::<Result<_>>()?,
                ),
                "AssertionSlicing" => Slices::Assertion(
                    elements(slicing)
                        .map(|slice| assertion(file, slice))
                        .collect::<Result<_>>()?,
                ),
                _ => return file.unknown(slicing, tag),
            };
            put(id, position, slices);
        }
    }
    Ok(())
}

fn slice<'i>(file: &File<'i>, node: Node<'_, 'i>) -> Result<String> {
    if node.tag_name().name() != "Slice" {
        return file.unknown(node, "a slicing");
    }
    Ok(file.need(node, "Ref")?.to_owned())
}

fn occurrence<'i>(file: &File<'i>, node: Node<'_, 'i>) -> Result<OccurrenceSlice> {
    Ok(OccurrenceSlice {
        reference: slice(file, node)?,
        occurrence: file.must(node, "Occurrence", "a number", |t| t.parse().ok())?,
    })
}

fn assertion<'i>(file: &File<'i>, node: Node<'_, 'i>) -> Result<AssertionSlice> {
    Ok(AssertionSlice {
        reference: slice(file, node)?,
        text: text_of(child(node, "Description"))
            .ok_or_else(|| file.error(node, "`Slice` has no `Description`"))?,
        assertion: expression(file, only_child(file, node, "Assertion")?)?,
    })
}
