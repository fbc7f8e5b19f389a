//! The quick way to an answer: plain values compared as bytes, no elements built.
//!
//! Nearly every rule is met by nearly every message. This says "met", "not met" or "cannot tell quickly"; whoever needs
//! the place of a failure, or gets no answer, takes the long way.

use super::compare::{self, Value, integer};
use super::element::{At, Shape, View};
use super::eval;
use super::found::{Found, find, look};
use super::profile::Class;
use crate::dialect::Difference;
use crate::expr::{Absent, Expr, Literal, Path, Step, Test, Times};

/// Whether an expression holds; `None` when that takes a closer look. `strict` is as in the long way.
pub(crate) fn holds(view: &View<'_>, expr: &Expr, context: &At, strict: bool) -> Option<bool> {
    let answer = answer(view, expr, context, strict);
    debug_assert!(
        answer.is_none_or(|a| eval::says(view, expr, context, strict) == Some(a)),
        "the quick answer is the long way's"
    );
    answer
}

fn answer(view: &View<'_>, expr: &Expr, context: &At, strict: bool) -> Option<bool> {
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
            let absent = || when_absent(*absent, strict);
            if let Shape::Group(_) = context.shape
                && path.steps.iter().any(|s| s.instance.is_none())
            {
                let (mut passed, mut total) = (0, 0);
                each(view, context.node, &path.steps, &mut |raw, class| {
                    total += 1;
                    passed += u32::from(passes(test, raw, class)?);
                    Some(())
                })?;
                return if total == 0 {
                    absent()
                } else {
                    Some(times.enough(passed, total))
                };
            }
            match find(view, context, &path.steps)? {
                Found::There => return None,
                Found::Plain(raw, class) => passes(test, raw, class)?,
                Found::Absent => absent()?,
            }
        }
        Expr::Not(inner) => !answer(view, inner, context, asked())?,
        Expr::And(a, b) => answer(view, a, context, strict)? && answer(view, b, context, strict)?,
        Expr::Or(a, b) => answer(view, a, context, strict)? || answer(view, b, context, strict)?,
        Expr::Imply(a, b) => {
            !answer(view, a, context, asked())? || answer(view, b, context, strict)?
        }
        Expr::Compare { absent, .. } => compares(view, expr, *absent, context, strict)?,
        Expr::SetId(path) => counts(view, path, context)?,
        Expr::Sequence { parent, element } => sequence(view, parent, element, context)?,
        _ => return None,
    })
}

// whether one plain value compares with another
fn compares(
    view: &View<'_>,
    expr: &Expr,
    absent: Absent,
    context: &At,
    strict: bool,
) -> Option<bool> {
    let Expr::Compare {
        left,
        operator,
        right,
        left_mode,
        right_mode,
        truncated,
        identical,
        ..
    } = expr
    else {
        return None;
    };
    let one = |path: &Path| find(view, context, &path.steps);
    let (left, right) = match (one(left)?, one(right)?) {
        (Found::Absent, Found::Absent) => return when_absent(absent, strict),
        (Found::Absent, Found::Plain(..)) | (Found::Plain(..), Found::Absent) => {
            return Some(false);
        }
        (Found::Plain(left, class), Found::Plain(right, other)) => {
            (Value::plain(left, class)?, Value::plain(right, other)?)
        }
        _ => return None,
    };
    let holds = compare::holds(view, &left, *operator, &right, *truncated, *identical);
    let same = right_mode.enough(u32::from(holds == Some(true)), 1);
    Some(left_mode.enough(u32::from(same), 1))
}

fn when_absent(absent: Absent, strict: bool) -> Option<bool> {
    match absent {
        Absent::Pass => Some(!strict),
        Absent::Fail => Some(false),
        Absent::Unclear => None,
    }
}

// whether the value is the number of the context among its siblings
fn counts(view: &View<'_>, path: &Path, context: &At) -> Option<bool> {
    match (context.shape, find(view, context, &path.steps)?) {
        (Shape::Segment(_), Found::Plain(raw, _)) => {
            Some(integer(raw) == Some(view.node(context)?.instance))
        }
        _ => None,
    }
}

// whether the values count from 1, over all parents or in each of them anew; only when they do so
fn sequence(view: &View<'_>, parent: &Path, element: &Path, context: &At) -> Option<bool> {
    let Shape::Group(_) = context.shape else {
        return None;
    };
    let (mut running, mut through, mut anew) = (0, true, true);
    groups(view, context.node, &parent.steps, &mut |group| {
        let mut own = 0;
        each(view, group, &element.steps, &mut |raw, _| {
            running += 1;
            own += 1;
            let value = integer(raw);
            through &= value == Some(running);
            anew &= value == Some(own);
            Some(())
        })
    })?;
    (through || anew).then_some(true)
}

// every group that the steps lead to; `None` when they lead elsewhere
fn groups(
    view: &View<'_>,
    node: u32,
    steps: &[Step],
    f: &mut dyn FnMut(u32) -> Option<()>,
) -> Option<()> {
    let Some((step, rest)) = steps.split_first() else {
        return f(node);
    };
    for (index, child) in view.tree.children(node) {
        if child.position == step.position && step.instance.is_none_or(|i| i == child.instance) {
            if !child.is_group {
                return None;
            }
            groups(view, index, rest, f)?;
        }
    }
    Some(())
}

// every plain value that the steps lead to, by way of groups and segments; `None` when something else is there
fn each<'a>(
    view: &View<'a>,
    node: u32,
    steps: &[Step],
    f: &mut dyn FnMut(&'a [u8], Class) -> Option<()>,
) -> Option<()> {
    let (step, rest) = steps.split_first()?;
    for (index, child) in view.tree.children(node) {
        if child.position != step.position || step.instance.is_some_and(|i| i != child.instance) {
            continue;
        }
        if child.is_group {
            each(view, index, rest, f)?;
            continue;
        }
        match look(view, index, rest)? {
            Found::Absent => {}
            Found::Plain(raw, class) => f(raw, class)?,
            Found::There => return None,
        }
    }
    Some(())
}

fn passes(test: &Test, raw: &[u8], class: Class) -> Option<bool> {
    match test {
        Test::Text {
            text,
            ignore_case: false,
        } => Some(raw == text.as_bytes()),
        Test::OneOf(list) => Some(list.iter().any(|t| raw == t.as_bytes())),
        // a plain value is ASCII
        Test::Matches(pattern) => Some(pattern.matches_bytes(raw)),
        // digits compare as numbers, but in dates and times
        Test::Compares {
            operator,
            with: Literal::Number(right),
            truncated: false,
            identical: false,
        } if !matches!(class, Class::Date | Class::Time | Class::DateTime) => {
            let left = f64::from(digits(raw)?);
            Some(operator.holds(left.partial_cmp(right)?))
        }
        _ => None,
    }
}

fn digits(raw: &[u8]) -> Option<u32> {
    if raw.len() > 9 || raw.is_empty() {
        return None;
    }
    raw.iter().try_fold(0, |number, b| {
        b.is_ascii_digit()
            .then(|| number * 10 + u32::from(b - b'0'))
    })
}

/// Whether something is at a single step; `None` when that takes a closer look.
pub(crate) fn present(view: &View<'_>, context: &At, step: &Step) -> Option<bool> {
    let found = find(view, context, std::slice::from_ref(step))?;
    Some(!matches!(found, Found::Absent))
}
