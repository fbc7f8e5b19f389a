//! Comparison of everything at two paths, part by part. Rare, so it may allocate.

use super::compare::{self, Value};
use super::element::{At, Level, Shape, Unreachable, View};
use super::eval::{Outcome, when_absent};
use crate::expr::{Absent, Expr, Operator, Path};

/// What is asked of every pair of values.
#[derive(Clone, Copy)]
struct Asked {
    operator: Operator,
    strict: bool,
    truncated: bool,
    identical: bool,
}

/// Judges [`Expr::CompareAll`]; anything else is unclear.
pub(crate) fn compare_all(view: &View<'_>, expr: &Expr, absent: Absent, context: &At) -> Outcome {
    let Expr::CompareAll {
        left,
        operator,
        right,
        strict,
        truncated,
        identical,
        ..
    } = expr
    else {
        return Outcome::Unclear;
    };
    let (Ok(lefts), Ok(rights)) = (all(view, left, context), all(view, right, context)) else {
        return Outcome::Unclear;
    };
    if lefts.is_empty() && rights.is_empty() {
        return when_absent(absent);
    }
    let asked = Asked {
        operator: *operator,
        strict: *strict,
        truncated: *truncated,
        identical: *identical,
    };
    // of several with the same instance the first counts
    let first =
        |list: &[At], instance: u32| list.iter().find(|at| key(view, at).1 == instance).copied();
    let mut instances: Vec<u32> = Vec::new();
    for at in lefts.iter().chain(&rights) {
        let (_, instance) = key(view, at);
        if !instances.contains(&instance) {
            instances.push(instance);
        }
    }
    let mut found = Vec::new();
    for instance in instances {
        found.extend(pair(
            view,
            asked,
            first(&lefts, instance),
            first(&rights, instance),
        ));
    }
    let failure = found.iter().rev().find(|o| matches!(o, Outcome::Fail(_)));
    match failure {
        Some(failure) => *failure,
        None if found.iter().any(|o| matches!(o, Outcome::Unclear)) => Outcome::Unclear,
        None => Outcome::Pass(None),
    }
}

fn all(view: &View<'_>, path: &Path, context: &At) -> Result<Vec<At>, Unreachable> {
    let mut list = Vec::new();
    view.select(context, &path.steps, &mut |at| list.push(at))?;
    Ok(list)
}

// position and instance among the siblings
fn key(view: &View<'_>, at: &At) -> (u16, u32) {
    match at.level {
        Level::Group | Level::Segment => view.node(at).map_or((0, 1), |n| (n.position, n.instance)),
        Level::Field => (at.field, at.repetition),
        Level::Component => (at.component, 1),
        Level::Subcomponent => (at.subcomponent, 1),
    }
}

fn pair(view: &View<'_>, asked: Asked, left: Option<At>, right: Option<At>) -> Vec<Outcome> {
    match (left, right) {
        (Some(l), Some(r)) => both(view, asked, &l, &r),
        (Some(only), None) | (None, Some(only)) if asked.strict => {
            vec![Outcome::Fail(Some(only))]
        }
        _ => Vec::new(),
    }
}

fn both(view: &View<'_>, asked: Asked, left: &At, right: &At) -> Vec<Outcome> {
    let simple = |at: &At| matches!(at.shape, Shape::Simple(_));
    if simple(left) != simple(right) || [left, right].iter().any(|a| a.shape == Shape::Unresolved) {
        return vec![Outcome::Unclear];
    }
    if simple(left) {
        let holds = compare::holds(
            view,
            &Value::of(view, left),
            asked.operator,
            &Value::of(view, right),
            asked.truncated,
            asked.identical,
        );
        return vec![match holds {
            Some(true) => Outcome::Pass(None),
            Some(false) => Outcome::Fail(Some(*left)),
            None => Outcome::Unclear,
        }];
    }
    let (lefts, rights) = (children(view, left), children(view, right));
    let find = |list: &[At], k| list.iter().find(|at| key(view, at) == k).copied();
    let mut keys: Vec<(u16, u32)> = Vec::new();
    for at in lefts.iter().chain(&rights) {
        let k = key(view, at);
        if !keys.contains(&k) {
            keys.push(k);
        }
    }
    // the last part is reported first, so the first one that fails is the one that is pointed at
    keys.iter()
        .rev()
        .flat_map(|k| pair(view, asked, find(&lefts, *k), find(&rights, *k)))
        .collect()
}

fn children(view: &View<'_>, at: &At) -> Vec<At> {
    let mut list = Vec::new();
    match at.shape {
        Shape::Group(_) => {
            list.extend(
                view.tree
                    .children(at.node)
                    .filter_map(|(index, _)| view.node_element(index)),
            );
        }
        Shape::Segment(def) => {
            if let Some(segment) = view.profile.segment(def) {
                for position in 1..=segment.fields.len() as u16 {
                    let datatype = view.field_datatype(at.node, segment, position);
                    view.repetitions(at.node, position, datatype, &mut |r| list.push(r));
                }
            }
        }
        Shape::Complex(d) => {
            let count = view.profile.datatype(d).map_or(0, |d| d.components.len());
            list.extend((1..=count as u16).filter_map(|p| view.part(at, p)));
        }
        Shape::Simple(_) | Shape::Null(_) | Shape::Unresolved => {}
    }
    list
}
