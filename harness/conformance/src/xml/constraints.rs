//! `ConformanceContext`: predicates, constraints and the lists of a step that may come in any order.

use super::expressions::{expression, key, path};
use super::{File, Result, child, elements, text_of};
use crate::model::{
    Anchor, CoValueDef, ConstraintDef, ContextDef, ContextPattern, Origin, PredicateDef, RulesDef,
    Usage, Weight,
};
use roxmltree::Node;

/// Reads a constraints file: a profile's or a test step's.
pub fn read_rules(name: &str, text: &str) -> Result<RulesDef> {
    rules_in(&File::parse(name, text)?)
}

/// The same from a file that is parsed.
pub(crate) fn rules_in(file: &File<'_>) -> Result<RulesDef> {
    let root = file.root("ConformanceContext")?;
    let mut rules = RulesDef::default();
    for part in elements(root) {
        match part.tag_name().name() {
            "MetaData" => {}
            "Predicates" => anchored(file, part, &mut |anchor, node| {
                rules.predicates.push(predicate(file, anchor, node)?);
                Ok(())
            })?,
            "Constraints" => anchored(file, part, &mut |anchor, node| {
                rules.constraints.push(constraint(file, anchor, node)?);
                Ok(())
            })?,
            "OrderIndifferent" => rules.contexts.extend(contexts(file, part)?),
            "CoConstraints" => anchored(file, part, &mut |anchor, node| {
                co_values(file, &anchor, node, &mut rules.co_values)
            })?,
            _ => return file.unknown(part, "ConformanceContext"),
        }
    }
    Ok(rules)
}

type Put<'p, 'a, 'i> = dyn FnMut(Anchor, Node<'a, 'i>) -> Result<()> + 'p;

fn anchored<'a, 'i>(file: &File<'i>, part: Node<'a, 'i>, put: &mut Put<'_, 'a, 'i>) -> Result<()> {
    for level in elements(part) {
        type Make = fn(String) -> Anchor;
        let (by_id, by_name): (Make, Make) = match level.tag_name().name() {
            "Datatype" => (Anchor::DatatypeId, Anchor::DatatypeName),
            "Segment" => (Anchor::SegmentId, Anchor::SegmentName),
            "Group" => (Anchor::GroupId, Anchor::GroupName),
            "Message" => (Anchor::MessageId, Anchor::MessageName),
            _ => return file.unknown(level, part.tag_name().name()),
        };
        for selector in elements(level) {
            let anchor = match selector.tag_name().name() {
                "ByID" => by_id(file.need(selector, "ID")?.to_owned()),
                "ByName" => by_name(file.need(selector, "Name")?.to_owned()),
                _ => return file.unknown(selector, level.tag_name().name()),
            };
            for rule in elements(selector) {
                put(anchor.clone(), rule)?;
            }
        }
    }
    Ok(())
}

pub(super) fn only_child<'a, 'i>(
    file: &File<'i>,
    node: Node<'a, 'i>,
    tag: &str,
) -> Result<Node<'a, 'i>> {
    let holder = child(node, tag)
        .ok_or_else(|| file.error(node, format!("`{}` has no `{tag}`", node.tag_name().name())))?;
    let mut inner = elements(holder);
    match (inner.next(), inner.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(file.error(holder, format!("`{tag}` must hold one expression"))),
    }
}

fn constraint<'i>(file: &File<'i>, anchor: Anchor, node: Node<'_, 'i>) -> Result<ConstraintDef> {
    if node.tag_name().name() != "Constraint" {
        return file.unknown(node, "Constraints");
    }
    let classification = file.maybe(node, "Classification", "a classification", |t| match t {
        "W" => Some(Weight::Warning),
        "A" => Some(Weight::Alert),
        _ => None,
    })?;
    let strength = file.maybe(node, "Strength", "a strength", |t| match t {
        "SHALL" => Some(Weight::Error),
        "SHOULD" => Some(Weight::Warning),
        _ => None,
    })?;
    // NIST's authoring tool marks what it made from a test step's data
    let step = child(node, "Reference")
        .and_then(|r| r.attribute("GeneratedBy"))
        .is_some_and(|g| g.contains("TCAMT"));
    Ok(ConstraintDef {
        anchor,
        id: file.need(node, "ID")?.to_owned(),
        weight: classification.or(strength).unwrap_or(Weight::Error),
        always: classification.is_some(),
        origin: if step { Origin::Step } else { Origin::Guide },
        text: text_of(child(node, "Description")),
        assertion: expression(file, only_child(file, node, "Assertion")?)?,
    })
}

fn co_values<'i>(
    file: &File<'i>,
    anchor: &Anchor,
    node: Node<'_, 'i>,
    out: &mut Vec<CoValueDef>,
) -> Result<()> {
    if node.tag_name().name() != "CoConstraint" {
        return file.unknown(node, "CoConstraints");
    }
    let assertion = child(node, "Assertion")
        .ok_or_else(|| file.error(node, "`CoConstraint` has no `Assertion`"))?;
    for pair in elements(assertion) {
        if pair.tag_name().name() != "PlainCoConstraint" {
            return file.unknown(pair, "Assertion");
        }
        out.push(CoValueDef {
            anchor: anchor.clone(),
            text: text_of(child(node, "Description")),
            key: key(file, pair)?,
            then: elements(pair)
                .map(|e| expression(file, e))
                .collect::<Result<_>>()?,
        });
    }
    Ok(())
}

fn predicate<'i>(file: &File<'i>, anchor: Anchor, node: Node<'_, 'i>) -> Result<PredicateDef> {
    if node.tag_name().name() != "Predicate" {
        return file.unknown(node, "Predicates");
    }
    let target = path(file, node, "Target")?;
    if target.is_self() {
        return Err(file.error(
            node,
            "the target of a predicate must lie inside its context",
        ));
    }
    Ok(PredicateDef {
        anchor,
        target,
        when_true: file.must(node, "TrueUsage", "a usage", Usage::parse)?,
        when_false: file.must(node, "FalseUsage", "a usage", Usage::parse)?,
        text: text_of(child(node, "Description")),
        condition: expression(file, only_child(file, node, "Condition")?)?,
    })
}

fn contexts<'i>(file: &File<'i>, parent: Node<'_, 'i>) -> Result<Vec<ContextDef>> {
    let mut list = Vec::new();
    for node in elements(parent) {
        if node.tag_name().name() != "Context" {
            return file.unknown(node, parent.tag_name().name());
        }
        let mut patterns = Vec::new();
        for pattern in elements(node) {
            if pattern.tag_name().name() != "Pattern" {
                return file.unknown(pattern, "Context");
            }
            let trigger = child(pattern, "Trigger")
                .ok_or_else(|| file.error(pattern, "`Pattern` has no `Trigger`"))?;
            let mut constraints = Vec::new();
            for inner in elements(pattern) {
                match inner.tag_name().name() {
                    "Trigger" | "Contexts" => {}
                    "Constraints" => {
                        for c in elements(inner) {
                            constraints.push(constraint(
                                file,
                                Anchor::MessageId(String::new()),
                                c,
                            )?);
                        }
                    }
                    _ => return file.unknown(inner, "Pattern"),
                }
            }
            patterns.push(ContextPattern {
                trigger: expression(file, only_child(file, trigger, "Assertion")?)?,
                text: text_of(child(trigger, "ErrorMessage")).unwrap_or_default(),
                count: file
                    .maybe(pattern, "Cardinality", "a number", |t| t.parse().ok())?
                    .unwrap_or(1),
                constraints,
                contexts: match child(pattern, "Contexts") {
                    Some(inner) => contexts(file, inner)?,
                    None => Vec::new(),
                },
            });
        }
        list.push(ContextDef {
            list: path(file, node, "List")?,
            patterns,
        });
    }
    Ok(list)
}
