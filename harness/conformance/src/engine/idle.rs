//! Which rules of an element need no look, because of what is there and what is not: one bit for each of its children.

use super::element::{At, Shape, View};
use super::rules::{Constraint, Predicate};
use crate::dialect::{Difference, Reading};
use crate::expr::{Absent, Expr, Path, Step};
use crate::model::Usage;

/// Which of the first 64 children of an element are there.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct There {
    /// Something stands there, if only blanks.
    pub(crate) some: u64,
    /// What stands there surely counts as present.
    pub(crate) surely: u64,
}

/// The bit of a position; none beyond 64.
pub(crate) fn bit(position: u16) -> u64 {
    let shift = u32::from(position).wrapping_sub(1);
    1u64.checked_shl(shift).unwrap_or_default()
}

/// A constraint as it stands on an element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Check {
    pub(crate) index: u32,
    /// It is met when any one of these is absent.
    any: u64,
    /// It is met when all of these are absent; zero where that says nothing.
    all: u64,
}

impl Check {
    /// A constraint that is always looked at.
    pub(crate) fn always(index: u32) -> Check {
        Check {
            index,
            any: 0,
            all: 0,
        }
    }

    pub(crate) fn of(index: u32, rule: &Constraint, reading: Reading) -> Check {
        let mentioned = mentioned(&rule.assertion);
        let met = |absent| holds(&rule.assertion, absent, false, reading) == Some(true);
        let mut any = 0;
        let mut rest = mentioned;
        while rest != 0 {
            let lowest = rest & rest.wrapping_neg();
            if met(lowest) {
                any |= lowest;
            }
            rest &= !lowest;
        }
        let all = if met(mentioned) { mentioned } else { 0 };
        Check { index, any, all }
    }

    /// Whether it is surely met.
    pub(crate) fn idle(&self, there: There) -> bool {
        self.any & !there.some != 0 || (self.all != 0 && self.all & there.some == 0)
    }
}

/// A predicate as it stands on an element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Condition {
    pub(crate) index: u32,
    /// The child that it decides about; zero where it must be looked at.
    target: u64,
    /// The usages that it may choose.
    usages: [Usage; 2],
    /// Where nothing but the presence of one child is asked: that child, and the usages when it is there and when not.
    given: u64,
    by_presence: [Usage; 2],
    /// It need not be judged when neither usage matters.
    may_rest: bool,
}

impl Condition {
    /// A predicate that is always looked at.
    pub(crate) fn always(index: u32) -> Condition {
        Condition {
            index,
            target: 0,
            usages: [Usage::O; 2],
            given: 0,
            by_presence: [Usage::O; 2],
            may_rest: false,
        }
    }

    pub(crate) fn of(index: u32, rule: &Predicate, reading: Reading) -> Condition {
        let first = |s: &Step| s.instance.is_none_or(|i| i == 1);
        if !rule.parent.is_empty() || !first(&rule.last) {
            return Condition::always(index);
        }
        let presence = |expr: &Expr| match expr {
            Expr::Present(path) => match path.steps.as_slice() {
                [step] if first(step) => bit(step.position),
                _ => 0,
            },
            _ => 0,
        };
        let usages = [rule.when_true, rule.when_false];
        let (given, by_presence) = match &rule.condition {
            Expr::Not(inner) => (presence(inner), [rule.when_false, rule.when_true]),
            other => (presence(other), usages),
        };
        Condition {
            index,
            target: bit(rule.last.position),
            usages,
            given,
            by_presence,
            may_rest: reading.has(Difference::IdleCondition),
        }
    }

    /// Whether it surely has nothing to say.
    pub(crate) fn idle(&self, there: There) -> bool {
        if self.target == 0 {
            return false;
        }
        let harmless = |usage: Usage| match usage {
            Usage::R => self.target & there.surely != 0,
            Usage::X => self.target & there.some == 0,
            _ => true,
        };
        let [present, absent] = self.by_presence;
        if self.given & there.surely != 0 {
            harmless(present)
        } else if self.given != 0 && self.given & there.some == 0 {
            harmless(absent)
        } else {
            self.may_rest && self.usages.into_iter().all(harmless)
        }
    }
}

// the children that an expression speaks of; all bits where it speaks of more than bits can say
fn mentioned(expr: &Expr) -> u64 {
    let first = |path: &Path| path.steps.first().map_or(0, |s| bit(s.position));
    match expr {
        Expr::Present(path)
        | Expr::Values { path, .. }
        | Expr::InTable { path, .. }
        | Expr::Each { path, .. }
        | Expr::SetId(path) => first(path),
        Expr::Compare { left, right, .. } => first(left) | first(right),
        Expr::Not(inner) => mentioned(inner),
        Expr::And(a, b) | Expr::Or(a, b) | Expr::Xor(a, b) | Expr::Imply(a, b) => {
            mentioned(a) | mentioned(b)
        }
        Expr::All(list) | Expr::Any(list) => list.iter().fold(0, |m, e| m | mentioned(e)),
        Expr::CompareAll { .. } | Expr::Plugin(_) | Expr::Sequence { .. } | Expr::Native(_) => 0,
    }
}

// whether an expression holds when some children are absent, as `eval` says; `None` when that depends on the others.
// What stands on the left decides first: it may be what cannot be judged.
fn holds(expr: &Expr, absent: u64, strict: bool, reading: Reading) -> Option<bool> {
    let gone = |path: &Path| {
        let first = path.steps.first();
        first.is_some_and(|s| bit(s.position) & absent != 0)
    };
    let asked = || strict || reading.has(Difference::AbsentInCondition);
    let nothing = |when: Absent, strict: bool| match when {
        Absent::Pass => Some(!strict),
        Absent::Fail => Some(false),
        Absent::Unclear => None,
    };
    match expr {
        Expr::Present(path) => gone(path).then_some(false),
        Expr::Values {
            path, absent: when, ..
        }
        | Expr::InTable {
            path, absent: when, ..
        } if gone(path) => nothing(*when, strict),
        Expr::Each {
            path, absent: when, ..
        } if gone(path) => nothing(*when, false),
        Expr::Compare {
            left,
            right,
            absent: when,
            ..
        } if gone(left) && gone(right) => nothing(*when, strict),
        Expr::Not(inner) => holds(inner, absent, asked(), reading).map(|h| !h),
        Expr::And(a, b) => {
            Some(holds(a, absent, strict, reading)? && holds(b, absent, strict, reading)?)
        }
        Expr::Or(a, b) => {
            Some(holds(a, absent, strict, reading)? || holds(b, absent, strict, reading)?)
        }
        Expr::Imply(a, b) => {
            Some(!holds(a, absent, asked(), reading)? || holds(b, absent, strict, reading)?)
        }
        Expr::All(list) => {
            for e in list {
                if !holds(e, absent, strict, reading)? {
                    return Some(false);
                }
            }
            Some(true)
        }
        Expr::Any(list) => {
            for e in list {
                if holds(e, absent, strict, reading)? {
                    return Some(true);
                }
            }
            Some(false)
        }
        _ => None,
    }
}

impl View<'_> {
    /// Which children of a group, a segment or a composite are there; `None` for what has none.
    pub(crate) fn there(&self, at: &At) -> Option<There> {
        let mut there = There::default();
        match at.shape {
            Shape::Group(_) => {
                for (_, child) in self.tree.children(at.node) {
                    there.some |= bit(child.position);
                }
                there.surely = there.some;
            }
            Shape::Segment(_) => there = self.node(at)?.there,
            Shape::Complex(_) => {
                let (mut bit, mut from) = (1u64, at.start);
                let dividers = self.dividers(at.level).get(at.parts as usize..);
                let mut put = |bit: u64, from: u32| {
                    there.some |= bit;
                    let begins = self.source.get(from as usize);
                    if begins.is_some_and(|b| self.tree.kinds.solid(*b)) {
                        there.surely |= bit;
                    }
                };
                for divider in dividers.unwrap_or_default() {
                    // what is beyond the bits counts as one
                    if *divider >= at.end || bit == 1 << 63 {
                        break;
                    }
                    if *divider > from {
                        put(bit, from);
                    }
                    from = divider + 1;
                    bit <<= 1;
                }
                if at.end > from {
                    put(bit, from);
                }
            }
            _ => return None,
        }
        Some(there)
    }
}
