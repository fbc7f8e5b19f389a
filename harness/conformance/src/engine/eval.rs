//! Evaluates expressions. Allocates nothing but for values with escape sequences or other character sets.

use super::compare::{self, Value};
use super::element::{At, Shape, Unreachable, View};
use super::profile::Table;
use super::series::{sequence, set_id, statements_complete};
use super::{notation, quick, whole};
use crate::dialect::Difference;
use crate::expr::{Absent, Expr, Literal, Native, Path, TableRef, Test, Times};
use crate::model::CodeUsage;

/// What an expression comes to; with the element that decided, when there is one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    Pass(Option<At>),
    Fail(Option<At>),
    /// It cannot be judged.
    Unclear,
}

impl Outcome {
    fn passes(self) -> bool {
        matches!(self, Outcome::Pass(_))
    }
}

impl From<Unreachable> for Outcome {
    fn from(_: Unreachable) -> Self {
        Outcome::Unclear
    }
}

/// Judges an expression on an element.
pub(crate) fn evaluate(view: &View<'_>, expr: &Expr, context: &At) -> Outcome {
    eval(view, expr, context, false)
}

/// Judges a value of a step as the reference does: absent values pass, and at least one or all must match.
pub(crate) fn step_value(view: &View<'_>, expr: &Expr, context: &At) -> Outcome {
    match expr {
        Expr::Values {
            path,
            test: test @ (Test::Text { .. } | Test::OneOf(_)),
            times,
            ..
        } => {
            let times = match times {
                Times::Once => Times::Once,
                Times::All | Times::Between(..) => Times::All,
            };
            values(view, path, test, times, Absent::Pass, context)
        }
        other => evaluate(view, other, context),
    }
}

/// Judges a predicate's condition: there a value that is absent does not make the condition true.
pub(crate) fn condition(view: &View<'_>, expr: &Expr, context: &At) -> Outcome {
    eval(
        view,
        expr,
        context,
        view.dialect.has(Difference::AbsentInCondition),
    )
}

/// What the long way alone says; `None` when it cannot be judged.
pub(crate) fn says(view: &View<'_>, expr: &Expr, context: &At, strict: bool) -> Option<bool> {
    let long = View {
        long: true,
        ..*view
    };
    match eval(&long, expr, context, strict) {
        Outcome::Pass(_) => Some(true),
        Outcome::Fail(_) => Some(false),
        Outcome::Unclear => None,
    }
}

fn eval(view: &View<'_>, expr: &Expr, context: &At, strict: bool) -> Outcome {
    // a part of the expression whose place nobody asks for
    let quick = |part: &Expr, strict: bool| {
        if view.long {
            None
        } else {
            quick::holds(view, part, context, strict)
        }
    };
    match expr {
        Expr::Present(path) => present(view, path, context),
        Expr::Values {
            path,
            test,
            times,
            absent,
        } => values(view, path, test, *times, absence(*absent, strict), context),
        Expr::Compare { absent, .. } => {
            paths(view, expr, absence(*absent, strict), context).unwrap_or(Outcome::Unclear)
        }
        Expr::CompareAll { absent, .. } => {
            whole::compare_all(view, expr, absence(*absent, strict), context)
        }
        Expr::Plugin(_) => Outcome::Unclear,
        Expr::InTable {
            path,
            table,
            at,
            absent,
        } => in_table(view, path, table, at, absence(*absent, strict), context),
        Expr::Each {
            path,
            times,
            inner,
            absent,
        } => {
            let (mut total, mut passed, mut unclear, mut last) = (0, 0, false, None);
            let reached = view.select(context, &path.steps, &mut |at| {
                total += 1;
                match eval(view, inner, &at, strict) {
                    Outcome::Pass(_) => passed += 1,
                    Outcome::Fail(place) => last = Some(place.unwrap_or(at)),
                    Outcome::Unclear => unclear = true,
                }
            });
            match (reached, unclear, total) {
                (Err(_), ..) | (_, true, _) => Outcome::Unclear,
                (.., 0) => when_absent(*absent),
                _ if times.enough(passed, total) => Outcome::Pass(None),
                _ => Outcome::Fail(last),
            }
        }
        Expr::Not(inner) => match eval(view, inner, context, asked(view, strict)) {
            Outcome::Pass(at) => Outcome::Fail(negated(view, inner, at, context)),
            Outcome::Fail(at) => Outcome::Pass(at),
            Outcome::Unclear => Outcome::Unclear,
        },
        Expr::And(a, b) => {
            if quick(a, strict) == Some(true) {
                return eval(view, b, context, strict);
            }
            match eval(view, a, context, strict) {
                Outcome::Pass(_) => eval(view, b, context, strict),
                other => other,
            }
        }
        Expr::Or(a, b) => {
            let known = quick(a, strict) == Some(false);
            if known
                && let decided @ (Outcome::Pass(_) | Outcome::Fail(Some(_))) =
                    eval(view, b, context, strict)
            {
                return decided;
            }
            match eval(view, a, context, strict) {
                Outcome::Fail(first) => match eval(view, b, context, strict) {
                    Outcome::Fail(second) => Outcome::Fail(second.or(first)),
                    other => other,
                },
                other => other,
            }
        }
        Expr::Xor(a, b) => match (
            eval(view, a, context, strict),
            eval(view, b, context, strict),
        ) {
            (Outcome::Unclear, _) | (_, Outcome::Unclear) => Outcome::Unclear,
            (Outcome::Fail(first), Outcome::Fail(second)) => Outcome::Fail(second.or(first)),
            (Outcome::Pass(_), Outcome::Pass(at)) => {
                Outcome::Fail(if view.dialect.has(Difference::NegatedPlace) {
                    at
                } else {
                    Some(*context)
                })
            }
            (Outcome::Pass(at), _) | (_, Outcome::Pass(at)) => Outcome::Pass(at),
        },
        Expr::Imply(a, b) => {
            let asked = asked(view, strict);
            if quick(a, asked) == Some(true) {
                return eval(view, b, context, strict);
            }
            match eval(view, a, context, asked) {
                Outcome::Fail(at) => Outcome::Pass(at),
                Outcome::Unclear => Outcome::Unclear,
                Outcome::Pass(_) => eval(view, b, context, strict),
            }
        }
        Expr::All(list) => {
            for e in list {
                let outcome = eval(view, e, context, strict);
                if !outcome.passes() {
                    return outcome;
                }
            }
            Outcome::Pass(None)
        }
        Expr::Any(list) => {
            let mut last = None;
            for e in list {
                match eval(view, e, context, strict) {
                    Outcome::Fail(at) => last = at.or(last),
                    other => return other,
                }
            }
            Outcome::Fail(last)
        }
        Expr::SetId(path) => set_id(view, path, context),
        Expr::Sequence { parent, element } => sequence(view, parent, element, context),
        Expr::Native(Native::StatementsComplete) => statements_complete(view, context),
    }
}

// what must not be there is pointed at; the reference does so for presence alone
fn negated(view: &View<'_>, inner: &Expr, at: Option<At>, context: &At) -> Option<At> {
    if matches!(inner, Expr::Present(_)) || view.dialect.has(Difference::NegatedPlace) {
        at
    } else {
        Some(*context)
    }
}

// what is negated or stands before "then" asks about a value: an absent one is not it
fn asked(view: &View<'_>, strict: bool) -> bool {
    strict || view.dialect.has(Difference::AbsentInCondition)
}

fn absence(absent: Absent, strict: bool) -> Absent {
    match absent {
        Absent::Pass if strict => Absent::Fail,
        other => other,
    }
}

pub(crate) fn when_absent(absent: Absent) -> Outcome {
    match absent {
        Absent::Pass => Outcome::Pass(None),
        Absent::Fail => Outcome::Fail(None),
        Absent::Unclear => Outcome::Unclear,
    }
}

fn single(path: &Path) -> bool {
    path.steps.iter().all(|s| s.instance.is_some())
}

fn present(view: &View<'_>, path: &Path, context: &At) -> Outcome {
    if single(path) {
        return match view.descend(context, &path.steps) {
            Err(_) => Outcome::Unclear,
            Ok(Some(at)) => Outcome::Pass(Some(at)),
            Ok(None) => Outcome::Fail(Some(view.deepest(context, &path.steps))),
        };
    }
    let mut first = None;
    match view.select(context, &path.steps, &mut |at| first = first.or(Some(at))) {
        Err(_) => Outcome::Unclear,
        Ok(()) => match first {
            Some(at) => Outcome::Pass(Some(at)),
            None => Outcome::Fail(Some(view.deepest(context, &path.steps))),
        },
    }
}

fn values(
    view: &View<'_>,
    path: &Path,
    test: &Test,
    times: Times,
    absent: Absent,
    context: &At,
) -> Outcome {
    if single(path) {
        return match view.value(context, &path.steps) {
            Err(_) => Outcome::Unclear,
            Ok(None) => when_absent(absent),
            Ok(Some(at)) => match passes(view, test, &at) {
                None => Outcome::Unclear,
                Some(passed) if times.enough(u32::from(passed), 1) => Outcome::Pass(Some(at)),
                // too many that are right: none of them is to blame
                Some(passed) => Outcome::Fail((!passed).then_some(at)),
            },
        };
    }
    let (mut total, mut passed, mut unclear) = (0, 0, false);
    let (mut good, mut bad) = (None, None);
    let reached = view.values(context, &path.steps, &mut |at| {
        total += 1;
        match passes(view, test, &at) {
            Some(true) => {
                passed += 1;
                good = Some(at);
            }
            Some(false) => bad = Some(at),
            None => unclear = true,
        }
    });
    match (reached, unclear, total) {
        (Err(_), ..) | (_, true, _) => Outcome::Unclear,
        (.., 0) => when_absent(absent),
        _ if not_numbers(view, test, path, context, &mut bad) => Outcome::Fail(bad),
        _ if times.enough(passed, total) => Outcome::Pass(good),
        _ => Outcome::Fail(bad),
    }
}

// a value that is no number fails a list of numbers, however many others are in it
fn not_numbers(
    view: &View<'_>,
    test: &Test,
    path: &Path,
    context: &At,
    bad: &mut Option<At>,
) -> bool {
    if !matches!(test, Test::Numbers(_)) {
        return false;
    }
    let mut found = false;
    let _ = view.values(context, &path.steps, &mut |at| {
        if number(&view.text(&at)).is_none() {
            found = true;
            *bad = Some(at);
        }
    });
    found
}

// as Java reads a number: blanks around it and an exponent are fine
fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

fn passes(view: &View<'_>, test: &Test, at: &At) -> Option<bool> {
    Some(match test {
        Test::Text { text, ignore_case } => {
            if let Some(raw) = view.plain(at).filter(|_| !ignore_case) {
                return Some(raw == text.as_bytes());
            }
            let value = view.unescaped(at);
            if *ignore_case {
                value.to_lowercase() == text.to_lowercase()
            } else {
                value == text.as_str()
            }
        }
        Test::OneOf(list) => {
            if let Some(raw) = view.plain(at) {
                return Some(list.iter().any(|t| raw == t.as_bytes()));
            }
            let value = view.unescaped(at);
            list.iter().any(|t| value == t.as_str())
        }
        Test::Numbers(list) => {
            number(&view.text(at)).is_some_and(|n| list.iter().any(|m| n.total_cmp(m).is_eq()))
        }
        Test::Matches(pattern) => pattern.matches(&view.unescaped(at)),
        Test::Written(notation) => notation::written(notation, &view.text(at), view.dialect)?,
        Test::Compares {
            operator,
            with,
            truncated,
            identical,
        } => {
            let right = match with {
                Literal::Number(_) | Literal::Text(_) => Value::literal(with),
            };
            compare::holds(
                view,
                &Value::of(view, at),
                *operator,
                &right,
                *truncated,
                *identical,
            )?
        }
    })
}

fn paths(view: &View<'_>, expr: &Expr, absent: Absent, context: &At) -> Option<Outcome> {
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
    let count = |path: &Path| -> Option<(u32, Option<At>)> {
        let (mut n, mut first) = (0, None);
        view.values(context, &path.steps, &mut |at| {
            n += 1;
            first = first.or(Some(at));
        })
        .ok()?;
        Some((n, first))
    };
    let (lefts, left_at) = count(left)?;
    let (rights, right_at) = count(right)?;
    match (lefts, rights) {
        (0, 0) => return Some(when_absent(absent)),
        (1, 0) | (0, 1) => return Some(Outcome::Fail(left_at.or(right_at))),
        // the reference breaks off here
        (0, _) if !left_mode.enough(0, 0) => return None,
        _ => {}
    }
    let mut good = 0;
    view.values(context, &left.steps, &mut |l| {
        let mut same = 0;
        // the paths were walked once already, so this one leads somewhere
        let _ = view.values(context, &right.steps, &mut |r| {
            let (l, r) = (Value::of(view, &l), Value::of(view, &r));
            let holds = compare::holds(view, &l, *operator, &r, *truncated, *identical);
            same += u32::from(holds.unwrap_or(false));
        });
        if right_mode.enough(same, rights) {
            good += 1;
        }
    })
    .ok()?;
    Some(if left_mode.enough(good, lefts) {
        Outcome::Pass(left_at)
    } else {
        Outcome::Fail(left_at)
    })
}

// one element; its code and, for coded elements, its code system must be in the table
fn in_table(
    view: &View<'_>,
    path: &Path,
    table: &TableRef,
    places: &[u16],
    absent: Absent,
    context: &At,
) -> Outcome {
    let (mut count, mut last) = (0, None);
    let reached = view.select(context, &path.steps, &mut |at| {
        count += 1;
        last = Some(at);
    });
    let at = match (reached, count, last) {
        (Ok(()), 1, Some(at)) => at,
        (Ok(()), 0, _) => return when_absent(absent),
        _ => return Outcome::Unclear,
    };
    let several = || {
        table
            .id
            .split(':')
            .filter_map(|id| view.profile.table(id).map(|(_, t)| t))
    };
    let single = view.profile.tables.get(table.index as usize);
    if single.is_none() && several().next().is_none() {
        return Outcome::Unclear;
    }
    let within = |table: &Table, value: &str, system: Option<Option<&str>>| {
        // coding systems named after HL7 tables and local ones need not be listed
        (system.is_none() && table.id.contains("HL70396") && placeholder(value))
            || table.matching(value, true).any(|c| {
                c.usage != CodeUsage::Excluded
                    && system.is_none_or(|s| s.is_some() && c.system.as_deref() == s)
            })
    };
    let known = |value: &str, system: Option<Option<&str>>| match single {
        Some(table) => within(table, value, system),
        None => several().any(|table| within(table, value, system)),
    };
    match at.shape {
        Shape::Null(_) => Outcome::Pass(Some(at)),
        Shape::Simple(_) => {
            if view.raw(&at) == b"\"\"" || known(&view.text(&at), None) {
                Outcome::Pass(Some(at))
            } else {
                Outcome::Fail(Some(at))
            }
        }
        Shape::Complex(datatype) => {
            let coded = view.profile.datatype(datatype).is_some_and(|d| d.coded);
            let (mut deciding, mut good) = (at, 0);
            for p in places {
                let Some(code) = view.part(&at, *p) else {
                    continue;
                };
                let value = view.text(&code);
                let system = view.part(&at, p + 2).map(|s| view.text(&s));
                if known(&value, coded.then_some(system.as_deref())) {
                    good += 1;
                } else if !known(&value, None) {
                    // the code itself is to blame, or else the coded element with its code system
                    deciding = code;
                }
            }
            // of two places exactly one may hold a code of the table
            if good == 1 {
                Outcome::Pass(Some(at))
            } else {
                Outcome::Fail(Some(if good == 0 { deciding } else { at }))
            }
        }
        _ => Outcome::Unclear,
    }
}

// HL7 and four digits, 99 and three characters
fn placeholder(value: &str) -> bool {
    match value.as_bytes() {
        [b'H', b'L', b'7', digits @ ..] => {
            digits.len() == 4 && digits.iter().all(u8::is_ascii_digit)
        }
        [b'9', b'9', rest @ ..] => rest.len() == 3,
        _ => false,
    }
}
