//! Usages, and which of two asks for more.

use super::Direction;
use crate::model::{PredicateDef, Usage};

/// A usage with the condition that decides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) plain: Usage,
    pub(super) choice: Option<Choice>,
}

/// The two usages of a condition, and the condition as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) when_true: Usage,
    pub(super) when_false: Usage,
    pub(super) condition: String,
}

impl Use {
    /// The usage of the child at a position, under the conditions of its parent.
    pub(super) fn of(
        plain: Usage,
        position: usize,
        predicates: &[&PredicateDef],
        written: impl Fn(&PredicateDef) -> String,
    ) -> Use {
        let here = predicates.iter().find(|p| match p.target.steps.as_slice() {
            [step] => usize::from(step.position) == position,
            _ => false,
        });
        Use {
            plain,
            choice: here.map(|p| Choice {
                when_true: p.when_true,
                when_false: p.when_false,
                condition: written(p),
            }),
        }
    }

    pub(super) fn print(&self) -> String {
        match &self.choice {
            None => self.plain.letters().to_owned(),
            Some(c) => format!(
                "C({}/{}) when {}",
                c.when_true.letters(),
                c.when_false.letters(),
                c.condition
            ),
        }
    }

    /// Whether nothing may stand there, whatever else is said about it.
    pub(super) fn absent(&self) -> bool {
        self.choice.is_none() && matches!(self.plain, Usage::X | Usage::W)
    }

    pub(super) fn required(&self) -> bool {
        self.choice.is_none() && self.plain == Usage::R
    }
}

// how much presence, and how much absence, a usage asks for
fn demands(usage: Usage) -> (u32, u32) {
    match usage {
        Usage::R => (2, 0),
        Usage::RE => (1, 0),
        Usage::X | Usage::W => (0, 1),
        Usage::O | Usage::C | Usage::B | Usage::IX => (0, 0),
    }
}

fn step(before: Usage, after: Usage) -> Option<Direction> {
    let ((p, a), (q, b)) = (demands(before), demands(after));
    Direction::all([Direction::by_rank(p, q), Direction::by_rank(a, b)])
}

/// Which way a change of usage leads; nothing when both are the same.
pub(super) fn direction(before: &Use, after: &Use) -> Option<Direction> {
    if before == after {
        return None;
    }
    let found = match (&before.choice, &after.choice) {
        (None, None) => step(before.plain, after.plain),
        (None, Some(c)) => Direction::all([
            step(before.plain, c.when_true),
            step(before.plain, c.when_false),
        ]),
        (Some(c), None) => Direction::all([
            step(c.when_true, after.plain),
            step(c.when_false, after.plain),
        ]),
        (Some(c), Some(d)) if c.condition == d.condition => Direction::all([
            step(c.when_true, d.when_true),
            step(c.when_false, d.when_false),
        ]),
        // another condition: nobody can say without messages
        (Some(_), Some(_)) => None,
    };
    Some(found.unwrap_or(Direction::Other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(usage: Usage) -> Use {
        Use {
            plain: usage,
            choice: None,
        }
    }

    fn choice(when_true: Usage, when_false: Usage, condition: &str) -> Use {
        Use {
            plain: Usage::C,
            choice: Some(Choice {
                when_true,
                when_false,
                condition: condition.to_owned(),
            }),
        }
    }

    #[test]
    fn plain_usages_are_ranked() {
        use Direction::{Loosened, Other, Tightened};
        for (before, after, expected) in [
            (Usage::RE, Usage::R, Tightened),
            (Usage::O, Usage::R, Tightened),
            (Usage::O, Usage::RE, Tightened),
            (Usage::O, Usage::X, Tightened),
            (Usage::B, Usage::W, Tightened),
            (Usage::R, Usage::RE, Loosened),
            (Usage::R, Usage::O, Loosened),
            (Usage::X, Usage::O, Loosened),
            (Usage::R, Usage::X, Other),
            (Usage::X, Usage::R, Other),
            (Usage::RE, Usage::X, Other),
            (Usage::O, Usage::B, Other),
        ] {
            assert_eq!(
                direction(&plain(before), &plain(after)),
                Some(expected),
                "{before:?} to {after:?}"
            );
        }
        assert_eq!(direction(&plain(Usage::R), &plain(Usage::R)), None);
    }

    #[test]
    fn conditional_usages_are_ranked_by_both_branches() {
        use Direction::{Loosened, Other, Tightened};
        let (r, o) = (plain(Usage::R), plain(Usage::O));
        let rx = choice(Usage::R, Usage::X, "a");
        let ro = choice(Usage::R, Usage::O, "a");
        assert_eq!(direction(&o, &rx), Some(Tightened));
        assert_eq!(direction(&rx, &o), Some(Loosened));
        assert_eq!(direction(&ro, &r), Some(Tightened));
        assert_eq!(direction(&rx, &r), Some(Other));
        assert_eq!(direction(&ro, &rx), Some(Tightened));
        assert_eq!(
            direction(&ro, &choice(Usage::R, Usage::O, "b")),
            Some(Other)
        );
        assert_eq!(direction(&ro, &ro.clone()), None);
    }
}
