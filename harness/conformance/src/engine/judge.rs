//! Applies rules: every constraint and predicate on every element that it stands on, and a step's lists.

use super::element::{At, Level, Shape, View};
use super::eval::{Outcome, condition, evaluate, step_value};
use super::idle::There;
use super::profile::NONE;
use super::quick;
use super::rules::{Attached, Context, Rules};
use super::structure::Sink;
use crate::detection::{Kind, Place};
use crate::dialect::Difference;
use crate::expr::{Expr, Test};
use crate::model::{Origin, Usage, Weight};
use titer_finding::Severity;

/// The rules that stand on an element; `there` says which of its children are there, when that is known already.
pub(crate) fn own(
    view: &View<'_>,
    rules: &Rules,
    attached: &Attached,
    sink: &mut Sink<'_>,
    at: &At,
    there: Option<There>,
) {
    if !(attached.constraints.is_empty() && attached.predicates.is_empty()) {
        let there = there.or_else(|| view.there(at));
        for check in &attached.constraints {
            if !there.is_some_and(|t| check.idle(t)) {
                constraint(view, rules, sink, check.index, at);
            }
        }
        for condition in &attached.predicates {
            if !there.is_some_and(|t| condition.idle(t)) {
                predicate(view, rules, sink, condition.index, at);
            }
        }
    }
    for index in &attached.co_values {
        co_value(view, rules, sink, *index, at);
    }
}

// where the key holds, each of the other values must be there
fn co_value(view: &View<'_>, rules: &Rules, sink: &mut Sink<'_>, index: u32, at: &At) {
    let Some(pair) = rules.co_values.get(index as usize) else {
        return;
    };
    if !matches!(condition(view, &pair.key, at), Outcome::Pass(_)) {
        return;
    }
    for (n, then) in pair.then.iter().enumerate() {
        let place = match evaluate(view, then, at) {
            Outcome::Pass(_) => continue,
            Outcome::Fail(place) if view.dialect.has(Difference::CoValuePlace) => {
                place.unwrap_or(*at)
            }
            Outcome::Fail(_) | Outcome::Unclear => *at,
        };
        sink.at(
            view,
            Kind::CoValue,
            Severity::Error,
            &place,
            (index, n as u32),
        );
    }
}

fn severity(weight: Weight) -> Severity {
    match weight {
        Weight::Error => Severity::Error,
        Weight::Warning => Severity::Warning,
        Weight::Alert => Severity::Info,
    }
}

fn constraint(view: &View<'_>, rules: &Rules, sink: &mut Sink<'_>, index: u32, at: &At) {
    let Some(rule) = rules.constraints.get(index as usize) else {
        return;
    };
    if quick::holds(view, &rule.assertion, at, false) == Some(true) {
        return;
    }
    let step = rule.origin == Origin::Step;
    let weight = severity(rule.weight);
    let outcome = if step && !view.dialect.has(Difference::StepValues) {
        step_value(view, &rule.assertion, at)
    } else {
        evaluate(view, &rule.assertion, at)
    };
    match outcome {
        Outcome::Pass(_) => {}
        Outcome::Fail(place) => {
            let kind = if step {
                Kind::Content
            } else {
                Kind::Constraint
            };
            sink.at(view, kind, weight, &place.unwrap_or(*at), (index, 0));
        }
        Outcome::Unclear => {
            // the reference judges a plain value of a step by a simpler way, which names this differently
            let kind = if step && !plain(&rule.assertion) {
                Kind::ContentUnclear
            } else {
                Kind::ConstraintUnclear
            };
            // the profile's own error, unless it says how this counts
            let operands = (index, u32::from(rule.always));
            sink.at(view, kind, weight, at, operands);
        }
    }
}

fn plain(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Values {
            test: Test::Text { .. } | Test::OneOf(_),
            ..
        }
    )
}

fn predicate(view: &View<'_>, rules: &Rules, sink: &mut Sink<'_>, index: u32, at: &At) {
    let Some(rule) = rules.predicates.get(index as usize) else {
        return;
    };
    // without a place for the target there is nothing to decide
    let (mut parents, mut targets) = (0u32, 0u32);
    let target = std::slice::from_ref(&rule.last);
    let mut look = |parent: &At| {
        if matches!(parent.shape, Shape::Null(_)) {
            return;
        }
        parents += 1;
        if let Some(there) = quick::present(view, parent, &rule.last) {
            targets += u32::from(there);
        } else if rule.last.instance.is_some() {
            targets += u32::from(matches!(view.descend(parent, target), Ok(Some(_))));
        } else {
            let _ = view.select(parent, target, &mut |_| targets += 1);
        }
    };
    if rule.parent.is_empty() {
        look(at);
    } else if view.select(at, &rule.parent, &mut |p| look(&p)).is_err() {
        let operands = (index, 0);
        sink.at(view, Kind::ConditionUnclear, Severity::Error, at, operands);
        return;
    }
    if parents == 0 {
        return;
    }
    // most usages need no look at the condition
    let matters = |usage: Usage| match usage {
        Usage::R => targets == 0,
        Usage::X => targets > 0,
        _ => false,
    };
    if view.dialect.has(Difference::IdleCondition)
        && !view.notes
        && !matters(rule.when_true)
        && !matters(rule.when_false)
    {
        return;
    }
    let strict = view.dialect.has(Difference::AbsentInCondition);
    let usage = match quick::holds(view, &rule.condition, at, strict) {
        Some(true) => Outcome::Pass(None),
        Some(false) => Outcome::Fail(None),
        None => condition(view, &rule.condition, at),
    };
    let usage = match usage {
        Outcome::Pass(_) => rule.when_true,
        Outcome::Fail(_) => rule.when_false,
        Outcome::Unclear => {
            sink.at(
                view,
                Kind::ConditionUnclear,
                Severity::Error,
                at,
                (index, 0),
            );
            return;
        }
    };
    if view.notes && targets > 0 {
        let operands = (index, u32::from(usage == rule.when_true));
        let _ = view.select(at, &rule.parent, &mut |parent| {
            let _ = view.select(&parent, target, &mut |child| {
                sink.note(view, Kind::NoteUsage, &child, operands);
            });
        });
    }
    if !matters(usage) {
        return;
    }
    let _ = view.select(at, &rule.parent, &mut |parent| {
        if matches!(parent.shape, Shape::Null(_)) {
            return;
        }
        if usage == Usage::R {
            let place = child_place(view, &parent, rule.last.position);
            sink.push(
                view,
                Kind::ConditionRequires,
                Severity::Error,
                place,
                &parent,
                (index, 0),
            );
        } else {
            let _ = view.select(&parent, target, &mut |child| {
                sink.at(
                    view,
                    Kind::ConditionForbids,
                    Severity::Error,
                    &child,
                    (index, 0),
                );
            });
        }
    });
}

/// The place that child `position` of an element would have.
pub(crate) fn child_place(view: &View<'_>, parent: &At, position: u16) -> Place {
    let mut place = view.place(parent);
    match parent.level {
        Level::Segment => {
            place.field = position;
            place.repetition = 1;
        }
        Level::Field => place.component = position,
        Level::Component => place.subcomponent = position,
        Level::Group | Level::Subcomponent => {
            let child = match parent.shape {
                Shape::Group(g) => view
                    .profile
                    .group(g)
                    .and_then(|g| g.children.get(usize::from(position) - 1)),
                _ => None,
            };
            if let Some(child) = child {
                place = super::structure::missing_place(view, child);
            }
        }
    }
    place
}

// every pattern takes its elements out of the pool; what it does not find is missing
pub(crate) fn contexts(
    view: &View<'_>,
    rules: &Rules,
    sink: &mut Sink<'_>,
    enclosing: &At,
    list: &[Context],
) {
    for context in list {
        let mut pool = Vec::new();
        if view
            .select(enclosing, &context.list.steps, &mut |at| pool.push(at))
            .is_err()
        {
            pool.clear();
        }
        let empty = pool.is_empty();
        for pattern in &context.patterns {
            let mut matched = Vec::new();
            pool.retain(|at| {
                let fits = matches!(evaluate(view, &pattern.trigger, at), Outcome::Pass(_));
                if fits {
                    matched.push(*at);
                }
                !fits
            });
            let missing = if empty {
                1
            } else {
                pattern.count.saturating_sub(matched.len() as u32)
            };
            for _ in 0..missing {
                sink.at(
                    view,
                    Kind::ContentMissing,
                    Severity::Error,
                    enclosing,
                    (pattern.index, NONE),
                );
            }
            for at in &matched {
                for index in &pattern.constraints {
                    constraint(view, rules, sink, *index, at);
                }
                contexts(view, rules, sink, at, &pattern.contexts);
            }
        }
    }
}
