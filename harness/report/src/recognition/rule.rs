//! The published rule, as numbers: all core capabilities and a share of the optional ones.

use super::model::{CapabilityRow, Rule, RuleSource, State, Tally};
use crate::words;
use titer_runner::result::{Level, RecognitionRule, Rounding, RunResult};

/// What to apply in place of what the plan states. What is `None` stays as the plan has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleOverride {
    /// How many of a hundred optional capabilities have to pass.
    pub optional_share: Option<u8>,
    /// What to do when that is no whole number.
    pub rounding: Option<Rounding>,
}

/// How many of `total` optional capabilities have to pass. Capabilities pass as a whole, so that comparing the share exactly
/// asks for as many as rounding up.
pub fn needed(rule: RecognitionRule, total: u64) -> u64 {
    let hundredths = u64::from(rule.optional_share) * total;
    match rule.rounding {
        Rounding::Exact | Rounding::Up => hundredths.div_ceil(100),
        Rounding::Down => hundredths / 100,
    }
}

impl Tally {
    /// Adds something that stands so. What is apart is not counted.
    pub(super) fn add(&mut self, state: State) {
        let slot = match state {
            State::Passed | State::PassedWithException => &mut self.passed,
            State::Failed => &mut self.failed,
            State::Undecided => &mut self.undecided,
            State::Open | State::NotShown => &mut self.open,
            State::Apart => return,
        };
        *slot += 1;
        self.total += 1;
    }

    /// How many could still come to be passed.
    pub(super) fn at_best(self) -> u64 {
        self.total - self.failed
    }
}

/// The rule in force, applied to capabilities and to the steps that name none.
pub(super) fn rule(
    result: &RunResult,
    given: RuleOverride,
    capabilities: &[CapabilityRow],
    unassigned: Tally,
) -> Rule {
    let stated = result.recognition.unwrap_or_default();
    let in_force = RecognitionRule {
        optional_share: given.optional_share.unwrap_or(stated.optional_share),
        rounding: given.rounding.unwrap_or(stated.rounding),
    };
    let source = if given != RuleOverride::default() {
        RuleSource::Given
    } else if result.recognition.is_some() {
        RuleSource::Plan
    } else {
        RuleSource::Published
    };
    let tally = |level: Level| {
        let mut tally = Tally::default();
        for row in capabilities.iter().filter(|c| c.level == level) {
            tally.add(row.state);
        }
        tally
    };
    let core = tally(Level::Core);
    let optional = tally(Level::Advanced);
    let optional_needed = needed(in_force, optional.total);
    // a capability that is open may have failed already
    let lost = |level: Level| {
        let own = capabilities.iter().filter(|c| c.level == level && c.counts);
        own.filter(|c| c.steps.failed > 0).count() as u64
    };
    let out_of_reach = lost(Level::Core) > 0
        || unassigned.failed > 0
        || optional.total - lost(Level::Advanced) < optional_needed;
    let mut rule = Rule {
        optional_share: in_force.optional_share,
        rounding: in_force.rounding,
        source,
        of_plan: result
            .recognition
            .filter(|_| source == RuleSource::Given && in_force != stated),
        core,
        optional,
        optional_needed,
        unassigned,
        out_of_reach,
        arithmetic: Vec::new(),
    };
    rule.arithmetic = arithmetic(&rule);
    rule
}

/// `2 failed, 1 open`: what keeps a tally from being all passed.
pub(super) fn rest(tally: Tally) -> String {
    let parts: Vec<String> = [
        (tally.failed, "failed"),
        (tally.undecided, "undecided"),
        (tally.open, "open"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, word)| format!("{n} {word}"))
    .collect();
    parts.join(", ")
}

fn tail(tally: Tally) -> String {
    match rest(tally) {
        rest if rest.is_empty() => String::new(),
        rest => format!(" ({rest})"),
    }
}

fn arithmetic(rule: &Rule) -> Vec<String> {
    let mut lines = Vec::new();
    let core = rule.core;
    lines.push(if core.total == 0 {
        "Core capabilities: there is none to count, so the rule cannot be applied.".to_owned()
    } else {
        let verb = if core.passed == core.total {
            "met"
        } else {
            "not met"
        };
        format!(
            "Core capabilities: {} of {} passed{}; all have to: {verb}.",
            core.passed,
            core.total,
            tail(core)
        )
    });
    let optional = rule.optional;
    lines.push(if optional.total == 0 {
        "Optional capabilities: there is none to count, so nothing is asked of them.".to_owned()
    } else {
        let share = u64::from(rule.optional_share) * optional.total;
        let whole = share.is_multiple_of(100);
        let value = if whole {
            format!("{}", share / 100)
        } else {
            let fraction = format!("{:02}", share % 100);
            format!("{}.{}", share / 100, fraction.trim_end_matches('0'))
        };
        let how = match rule.rounding {
            _ if whole => String::new(),
            Rounding::Exact => format!(", which {} reach and {} do not", rule.optional_needed, rule.optional_needed.saturating_sub(1)),
            Rounding::Up => format!(", rounded up {}", rule.optional_needed),
            Rounding::Down => format!(", rounded down {}", rule.optional_needed),
        };
        let met = if optional.passed >= rule.optional_needed {
            "met"
        } else {
            "not met"
        };
        format!(
            "Optional capabilities: {} of {} passed{}, which is {}; {} % of {} is {value}{how}, so {} to pass: {met}.",
            optional.passed,
            optional.total,
            tail(optional),
            percent(optional.passed, optional.total),
            rule.optional_share,
            optional.total,
            words::count(rule.optional_needed, "has", "have")
        )
    });
    let unassigned = rule.unassigned;
    if unassigned.total > 0 {
        lines.push(format!(
            "Steps that count and name no capability: {} of {} passed{}; all have to.",
            unassigned.passed,
            unassigned.total,
            tail(unassigned)
        ));
    }
    lines
}

/// `90.9 %`, cut and not rounded, so that it never shows more than there is.
pub(super) fn percent(part: u64, of: u64) -> String {
    let Some(tenths) = (part * 1000).checked_div(of) else {
        return "0 %".to_owned();
    };
    if tenths.is_multiple_of(10) {
        format!("{} %", tenths / 10)
    } else {
        format!("{}.{} %", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Rounding::{Down, Exact, Up};

    #[test]
    fn ninety_percent_at_its_edges() {
        let with = |share, rounding, total| {
            needed(
                RecognitionRule {
                    optional_share: share,
                    rounding,
                },
                total,
            )
        };
        // 90 % of 10 is 9 whatever the rounding
        assert_eq!([Exact, Up, Down].map(|r| with(90, r, 10)), [9, 9, 9]);
        // 90 % of 11 is 9.9
        assert_eq!([Exact, Up, Down].map(|r| with(90, r, 11)), [10, 10, 9]);
        assert_eq!([Exact, Up, Down].map(|r| with(90, r, 1)), [1, 1, 0]);
        assert_eq!([Exact, Up, Down].map(|r| with(90, r, 0)), [0, 0, 0]);
        assert_eq!(with(100, Down, 11), 11);
        assert_eq!(with(0, Up, 11), 0);
    }

    #[test]
    fn percentages_are_cut() {
        assert_eq!(percent(10, 11), "90.9 %");
        assert_eq!(percent(9, 10), "90 %");
        assert_eq!(percent(2, 3), "66.6 %");
        assert_eq!(percent(0, 0), "0 %");
    }
}
