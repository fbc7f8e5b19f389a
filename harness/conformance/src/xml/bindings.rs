//! `ValueSetBindingsContext`: bindings that stand apart from the elements, to value sets and to single codes.

use super::expressions::path;
use super::{File, Result, child, elements};
use crate::model::{Anchor, BindingsDef, CodePlace, SetBindingDef, SingleCodeDef, Strength};
use roxmltree::Node;

/// Reads a bindings file.
pub fn read_bindings(name: &str, text: &str) -> Result<BindingsDef> {
    bindings_in(&File::parse(name, text)?)
}

/// The same from a file that is parsed.
pub(crate) fn bindings_in(file: &File<'_>) -> Result<BindingsDef> {
    let root = file.root("ValueSetBindingsContext")?;
    let mut found = BindingsDef::default();
    for part in elements(root) {
        match part.tag_name().name() {
            "ValueSetBindings" => anchored(file, part, "ValueSetBinding", &mut |anchor, node| {
                let (strength, tables, at) = set(file, node)?;
                found.sets.push(SetBindingDef {
                    anchor,
                    target: path(file, node, "Target")?,
                    strength,
                    tables,
                    at,
                });
                Ok(())
            })?,
            "SingleCodeBindings" => {
                anchored(file, part, "SingleCodeBinding", &mut |anchor, node| {
                    let filled = |name: &str| {
                        file.must(node, name, "a code", |t| {
                            (!t.is_empty()).then(|| t.to_owned())
                        })
                    };
                    found.singles.push(SingleCodeDef {
                        anchor,
                        target: path(file, node, "Target")?,
                        code: filled("Code")?,
                        system: filled("CodeSystem")?,
                        at: places(file, node)?,
                    });
                    Ok(())
                })?;
            }
            _ => return file.unknown(part, "ValueSetBindingsContext"),
        }
    }
    Ok(found)
}

type Put<'p, 'a, 'i> = dyn FnMut(Anchor, Node<'a, 'i>) -> Result<()> + 'p;

fn anchored<'a, 'i>(
    file: &File<'i>,
    part: Node<'a, 'i>,
    tag: &str,
    put: &mut Put<'_, 'a, 'i>,
) -> Result<()> {
    for level in elements(part) {
        let make: fn(String) -> Anchor = match level.tag_name().name() {
            "Datatype" => Anchor::DatatypeId,
            "Segment" => Anchor::SegmentId,
            "Group" => Anchor::GroupId,
            "Message" => Anchor::MessageId,
            _ => return file.unknown(level, part.tag_name().name()),
        };
        for by in elements(level) {
            if by.tag_name().name() != "ByID" {
                return file.unknown(by, level.tag_name().name());
            }
            let id = file.need(by, "ID")?;
            for node in elements(by) {
                if node.tag_name().name() != tag {
                    return file.unknown(node, "ByID");
                }
                put(make(id.to_owned()), node)?;
            }
        }
    }
    Ok(())
}

/// Strength, value sets and places of a `ValueSetBinding`.
pub(super) fn set<'i>(
    file: &File<'i>,
    node: Node<'_, 'i>,
) -> Result<(Strength, Vec<String>, Vec<CodePlace>)> {
    let list = child(node, "Bindings")
        .ok_or_else(|| file.error(node, "`ValueSetBinding` has no `Bindings`"))?;
    let mut tables = Vec::new();
    for b in elements(list) {
        match b.tag_name().name() {
            "Binding" => tables.push(file.need(b, "BindingIdentifier")?.to_owned()),
            _ => return file.unknown(b, "Bindings"),
        }
    }
    if tables.is_empty() {
        return Err(file.error(list, "`Bindings` names no value set"));
    }
    let strength = file.must(
        node,
        "BindingStrength",
        "a binding strength",
        Strength::parse,
    )?;
    Ok((strength, tables, places(file, node)?))
}

fn places<'i>(file: &File<'i>, node: Node<'_, 'i>) -> Result<Vec<CodePlace>> {
    let list = child(node, "BindingLocations").ok_or_else(|| {
        file.error(
            node,
            format!("`{}` has no `BindingLocations`", node.tag_name().name()),
        )
    })?;
    let mut at = Vec::new();
    for place in elements(list) {
        let code = path(file, place, "CodeLocation")?;
        let system = match place.tag_name().name() {
            "SimpleBindingLocation" => None,
            "ComplexBindingLocation" => Some(path(file, place, "CodeSystemLocation")?),
            _ => return file.unknown(place, "BindingLocations"),
        };
        at.push(CodePlace { code, system });
    }
    if at.is_empty() {
        return Err(file.error(list, "`BindingLocations` names no place"));
    }
    Ok(at)
}
