//! `CoConstraintContext`: co-constraint tables.

use super::constraints::only_child;
use super::expressions::{expression, path};
use super::{File, Result, bindings, child, elements, text_of};
use crate::model::{
    Cardinality, CellDef, CellPlace, CellTest, CoConditionDef, CoContextDef, CoGroupDef, CoRowDef,
    CoSegmentDef, CoTableDef, CoUsage, GroupIdDef,
};
use roxmltree::Node;

/// Reads a co-constraints file, the tables of all its messages.
pub fn read_co_constraints(name: &str, text: &str) -> Result<Vec<CoContextDef>> {
    co_constraints_in(&File::parse(name, text)?)
}

/// The same from a file that is parsed.
pub(crate) fn co_constraints_in(file: &File<'_>) -> Result<Vec<CoContextDef>> {
    let root = file.root("CoConstraintContext")?;
    let mut found = Vec::new();
    for message in tagged(file, root, "ByMessage") {
        let message = message?;
        let id = file.need(message, "ID")?;
        for context in tagged(file, message, "Context") {
            let context = context?;
            let mut segments = Vec::new();
            for segment in tagged(file, context, "Segment") {
                segments.push(co_segment(file, segment?)?);
            }
            found.push(CoContextDef {
                message: id.to_owned(),
                path: path(file, context, "Path")?,
                name: file.need(context, "Name")?.to_owned(),
                segments,
            });
        }
    }
    Ok(found)
}

// the child elements, which must all have this name
fn tagged<'a, 'i: 'a>(
    file: &'a File<'i>,
    node: Node<'a, 'i>,
    tag: &'a str,
) -> impl Iterator<Item = Result<Node<'a, 'i>>> + 'a {
    elements(node).map(move |n| {
        if n.tag_name().name() == tag {
            Ok(n)
        } else {
            file.unknown(n, node.tag_name().name())
        }
    })
}

fn co_segment<'i>(file: &File<'i>, node: Node<'_, 'i>) -> Result<CoSegmentDef> {
    // the reference looks at tables without a condition first
    let (mut simple, mut conditional) = (Vec::new(), Vec::new());
    for inner in elements(node) {
        match inner.tag_name().name() {
            "SimpleTable" => simple.push(table(file, inner)?),
            "ConditionalTable" => conditional.push(table(file, inner)?),
            _ => return file.unknown(inner, "Segment"),
        }
    }
    simple.append(&mut conditional);
    Ok(CoSegmentDef {
        path: path(file, node, "Path")?,
        name: file.need(node, "Name")?.to_owned(),
        tables: simple,
    })
}

fn table<'i>(file: &File<'i>, node: Node<'_, 'i>) -> Result<CoTableDef> {
    let mut found = CoTableDef {
        condition: None,
        group_ids: Vec::new(),
        rows: Vec::new(),
        groups: Vec::new(),
    };
    for inner in elements(node) {
        match inner.tag_name().name() {
            "Condition" => {
                found.condition = Some(CoConditionDef {
                    text: text_of(child(inner, "Description")).unwrap_or_default(),
                    assertion: expression(file, only_child(file, inner, "Assertion")?)?,
                });
            }
            "CoConstraintGroupId" => {
                for id in tagged(file, inner, "IdPath") {
                    let id = id?;
                    found.group_ids.push(GroupIdDef {
                        priority: file.must(id, "Priority", "a number", |t| t.parse().ok())?,
                        path: path(file, id, "Path")?,
                        name: file.need(id, "Name")?.to_owned(),
                    });
                }
                found.group_ids.sort_by_key(|id| id.priority);
            }
            "CoConstraint" => found.rows.push(row(file, inner)?),
            "CoConstraintGroup" => found.groups.push(group(file, inner)?),
            _ => return file.unknown(inner, node.tag_name().name()),
        }
    }
    if node.tag_name().name() == "ConditionalTable" && found.condition.is_none() {
        return Err(file.error(node, "`ConditionalTable` has no `Condition`"));
    }
    Ok(found)
}

fn group<'i>(file: &File<'i>, node: Node<'_, 'i>) -> Result<CoGroupDef> {
    let (mut primary, mut rows) = (None, Vec::new());
    for inner in elements(node) {
        match inner.tag_name().name() {
            "Primary" => primary = Some(row(file, inner)?),
            "CoConstraint" => rows.push(row(file, inner)?),
            _ => return file.unknown(inner, "CoConstraintGroup"),
        }
    }
    let (usage, cardinality) = requirement(file, node)?;
    Ok(CoGroupDef {
        name: file.need(node, "Name")?.to_owned(),
        usage,
        cardinality,
        primary: primary.ok_or_else(|| file.error(node, "`CoConstraintGroup` has no `Primary`"))?,
        rows,
    })
}

fn requirement<'i>(file: &File<'i>, node: Node<'_, 'i>) -> Result<(CoUsage, Cardinality)> {
    Ok((
        file.must(node, "Usage", "a usage of a row", CoUsage::parse)?,
        Cardinality {
            min: file.must(node, "Min", "a number", |t| t.parse().ok())?,
            max: file.must(node, "Max", "a number or `*`", |t| match t {
                "*" => Some(None),
                t => t.parse().ok().map(Some),
            })?,
        },
    ))
}

fn row<'i>(file: &File<'i>, node: Node<'_, 'i>) -> Result<CoRowDef> {
    let (mut selectors, mut constraints) = (Vec::new(), Vec::new());
    for inner in elements(node) {
        let list = match inner.tag_name().name() {
            "Selectors" => &mut selectors,
            "Constraints" => &mut constraints,
            _ => return file.unknown(inner, node.tag_name().name()),
        };
        for cell_node in elements(inner) {
            list.push(cell(file, cell_node)?);
        }
    }
    let (usage, cardinality) = requirement(file, node)?;
    Ok(CoRowDef {
        usage,
        cardinality,
        selectors,
        constraints,
    })
}

fn cell<'i>(file: &File<'i>, node: Node<'_, 'i>) -> Result<CellDef> {
    let test = match node.tag_name().name() {
        "PlainText" => CellTest::Text(file.need(node, "Value")?.to_owned()),
        "Code" => {
            let mut at = Vec::new();
            for place in tagged(file, node, "BindingLocation") {
                let place = place?;
                at.push(CellPlace {
                    position: file.must(place, "Position", "a position", |t| t.parse().ok())?,
                    code: path(file, place, "CodePath")?,
                    system: path(file, place, "CodeSystemPath")?,
                });
            }
            CellTest::Code {
                code: file.need(node, "Code")?.to_owned(),
                system: file.need(node, "CodeSystem")?.to_owned(),
                at,
            }
        }
        "ValueSet" => {
            let binding = child(node, "ValueSetBinding")
                .ok_or_else(|| file.error(node, "`ValueSet` has no `ValueSetBinding`"))?;
            let (strength, tables, at) = bindings::set(file, binding)?;
            CellTest::Table {
                strength,
                tables,
                at,
            }
        }
        _ => return file.unknown(node, "a row"),
    };
    Ok(CellDef {
        name: file.need(node, "Name")?.to_owned(),
        path: path(file, node, "Path")?,
        test,
    })
}
