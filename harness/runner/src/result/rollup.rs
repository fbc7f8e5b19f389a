//! How verdicts roll up: assertions into a step, steps into a case, cases into a group and the run.
//!
//! Two rules hold everywhere. Something that judged nothing is an error and never a pass. What is attested, not evaluated
//! or not applicable is counted apart and never makes anything pass.

use super::counts::Counts;
use super::document::{Case, Group};
use super::step::{Assertion, Outcome, Step};
use super::verdict::{Standing, Verdict};

/// The verdict of an evaluated step from its assertions. No assertion at all is an error: nothing was checked.
pub fn step_verdict(assertions: &[Assertion]) -> Verdict {
    assertions
        .iter()
        .map(|a| match a.outcome {
            Outcome::Error => Verdict::Error,
            Outcome::NotMet => Verdict::Failed,
            Outcome::Inconclusive => Verdict::Inconclusive,
            Outcome::Allowed => Verdict::PassedWithException,
            Outcome::Met => Verdict::Passed,
        })
        .min()
        .unwrap_or(Verdict::Error)
}

/// The verdict of a case: pending while any step is; else the worst judged verdict; else, when no step was judged, what
/// all of them are (attested before not evaluated before not applicable). A case without steps is an error.
pub fn case_verdict(steps: &[Step]) -> Verdict {
    let has = |wanted: Verdict| steps.iter().any(|s| s.verdict == wanted);
    if has(Verdict::Pending) {
        return Verdict::Pending;
    }
    // `Verdict` is ordered worst first, then attested, not evaluated, not applicable.
    steps
        .iter()
        .map(|s| s.verdict)
        .min()
        .unwrap_or(Verdict::Error)
}

/// A step's verdict with the expectations of its own and its case's known-failure entries.
///
/// A case's entry excuses the steps that fail and expects nothing of the others; a step's own entry expects it to fail.
pub fn step_standing(step: &Step, case_is_known: bool) -> Standing {
    let known = step.known.is_some() || (case_is_known && step.verdict.is_bad());
    Standing::new(step.verdict, known)
}

/// The standing of a case whose steps have theirs.
pub fn case_standing(case: &Case) -> Standing {
    let verdict = case_verdict(&case.steps);
    if case.steps.is_empty() {
        return Standing::Error;
    }
    if verdict == Verdict::Pending {
        return Standing::Pending;
    }
    if case.known.is_some() && verdict.is_pass() {
        return Standing::UnexpectedPass;
    }
    worst(case.steps.iter().map(|s| s.standing))
}

/// The standing of a group: one that has no case is an error.
pub fn group_standing(group: &Group) -> Standing {
    fold(group.cases.iter().map(|c| c.standing))
}

/// The standing of the run: as a group, and an error as well when no step of it was judged and none is open.
pub fn run_standing(groups: &[Group]) -> Standing {
    let counts = Counts::of(steps(groups).map(|s| s.standing));
    if counts.judged == 0 && counts.pending == 0 {
        return Standing::Error;
    }
    let cases = groups.iter().flat_map(|g| &g.cases).map(|c| c.standing);
    // A failed step fails the run even while its case is still incomplete.
    let failing = steps(groups)
        .map(|s| s.standing)
        .filter(|s| s.fails_the_run());
    fold(cases.chain(failing))
}

/// The program's exit code: 4 unreachable, 1 failed, 3 incomplete, 0 otherwise.
pub fn exit_code(groups: &[Group], reachable: bool) -> u8 {
    if !reachable {
        return 4;
    }
    match run_standing(groups) {
        standing if standing.fails_the_run() => 1,
        Standing::Pending => 3,
        _ => 0,
    }
}

/// Every step, in order.
pub fn steps(groups: &[Group]) -> impl Iterator<Item = &Step> + Clone {
    groups
        .iter()
        .flat_map(|g| &g.cases)
        .flat_map(|c| c.steps.iter())
}

/// The most urgent; an error when there is none.
fn worst(standings: impl Iterator<Item = Standing>) -> Standing {
    standings.min().unwrap_or(Standing::Error)
}

/// As [`worst`], but a known failure beside passes does not hide that the rest passed.
fn fold(standings: impl Iterator<Item = Standing> + Clone) -> Standing {
    match worst(standings.clone()) {
        Standing::KnownFailure => standings
            .filter(|s| matches!(s, Standing::PassedWithException | Standing::Passed))
            .min()
            .unwrap_or(Standing::KnownFailure),
        other => other,
    }
}
