//! What the rule says about the product, and in which words.

use super::model::{CapabilityRow, Decision, Open, Rule, State};
use super::rule::rest;
use crate::words;
use titer_runner::result::{Level, RunResult};

/// The decision and its sentences.
pub(super) fn decide(
    result: &RunResult,
    rule: &Rule,
    capabilities: &[CapabilityRow],
    open: &[Open],
    trouble: &[String],
) -> (Decision, String) {
    if let Some(reason) = &result.system.unreachable {
        let reason = words::visible(reason);
        return (
            Decision::Error,
            format!(
                "The system under test could not be reached ({reason}), so nothing is shown about it."
            ),
        );
    }
    if !open.is_empty() {
        return (Decision::Incomplete, incomplete(rule, open));
    }
    if rule.core.total == 0 {
        let why = if capabilities.iter().any(|c| c.level == Level::Core) {
            "No core capability was judged"
        } else {
            "The plan names no core capability"
        };
        return (
            Decision::Error,
            format!("{why}, so the rule cannot be applied. Nothing is passed."),
        );
    }
    if rule.out_of_reach {
        return (Decision::NotMet, missed(rule, capabilities));
    }
    let short = rule.optional.passed < rule.optional_needed;
    if rule.core.undecided > 0
        || rule.unassigned.undecided > 0
        || (short && rule.optional.undecided > 0)
        || !trouble.is_empty()
    {
        let mut lead = "Everything is done, but not everything could be judged, and what could not would decide."
            .to_owned();
        for line in trouble.iter().take(3) {
            lead = format!("{lead} {line}.");
        }
        return (Decision::Undecided, lead);
    }
    let exception = capabilities
        .iter()
        .filter(|c| c.counts && c.state == State::PassedWithException)
        .count() as u64;
    let mut lead = format!("All {} passed", core(rule.core.total));
    if rule.optional.total > 0 {
        lead = format!(
            "{lead}, and {} of {}, of which {} {} to",
            rule.optional.passed,
            words::count(rule.optional.total, "optional one", "optional ones"),
            rule.optional_needed,
            if rule.optional_needed == 1 {
                "has"
            } else {
                "have"
            }
        );
    }
    let apart = capabilities
        .iter()
        .filter(|c| !c.counts && c.state == State::Apart)
        .count() as u64;
    if apart > 0 {
        let what = words::count(apart, "capability rests", "capabilities rest");
        lead = format!(
            "{lead}; {what} on declarations or on steps that are not evaluated, and {} not counted",
            if apart == 1 { "is" } else { "are" }
        );
    }
    if exception > 0 {
        let what = words::count(exception, "capability", "capabilities");
        lead = format!("{lead}; {what} with an exception worth reading");
    }
    (Decision::Met, format!("{lead}."))
}

fn core(n: u64) -> String {
    words::count(n, "core capability", "core capabilities")
}

fn incomplete(rule: &Rule, open: &[Open]) -> String {
    let what = match open {
        [one] if one.at.is_empty() => words::visible(one.because.reveal()),
        _ => {
            let things = words::count(open.len() as u64, "thing is", "things are");
            format!("{things} still open, listed below")
        }
    };
    let beyond = if rule.out_of_reach {
        " What is judged so far already misses the rule."
    } else {
        ""
    };
    let mut so_far = format!(
        "So far {} of {} passed",
        rule.core.passed,
        core(rule.core.total)
    );
    if rule.optional.total > 0 {
        so_far = format!(
            "{so_far}, and {} of {}",
            rule.optional.passed,
            words::count(rule.optional.total, "optional one", "optional ones")
        );
    }
    format!("The run is not complete, so nothing is decided: {what}. {so_far}.{beyond}")
}

fn missed(rule: &Rule, capabilities: &[CapabilityRow]) -> String {
    let mut reasons = Vec::new();
    if rule.core.failed > 0 {
        reasons.push(format!(
            "{} of {} did not pass ({})",
            rule.core.total - rule.core.passed,
            core(rule.core.total),
            rest(rule.core)
        ));
    }
    if rule.optional.at_best() < rule.optional_needed {
        reasons.push(format!(
            "{} of {} passed, and {} {} to",
            rule.optional.passed,
            words::count(
                rule.optional.total,
                "optional capability",
                "optional capabilities"
            ),
            rule.optional_needed,
            if rule.optional_needed == 1 {
                "has"
            } else {
                "have"
            }
        ));
    }
    if rule.unassigned.failed > 0 {
        reasons.push(format!(
            "{} that count and name no capability failed",
            words::count(rule.unassigned.failed, "step", "steps")
        ));
    }
    let mut lead = reasons.join("; ");
    if let Some(first) = lead.get(..1) {
        lead = format!(
            "{}{}",
            first.to_uppercase(),
            lead.get(1..).unwrap_or_default()
        );
    }
    let names: Vec<String> = capabilities
        .iter()
        .filter(|c| c.counts && c.state == State::Failed && c.level == Level::Core)
        .take(3)
        .map(|c| words::visible(&c.title))
        .collect();
    if names.is_empty() {
        format!("{lead}.")
    } else {
        format!("{lead}. First among them: {}.", names.join("; "))
    }
}
