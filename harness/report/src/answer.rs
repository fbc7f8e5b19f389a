//! The answer at the top of every report: did it pass, and if not, what first?

use crate::words;
use titer_runner::result::{Case, RunResult, Standing, Step};

/// The answer in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What the run ended in.
    pub standing: Standing,
    /// `Yes`, `No`, `Not yet`.
    pub word: &'static str,
    /// One or two sentences.
    pub lead: String,
    /// Where to look first; none when everything passed.
    pub first: Option<First>,
}

/// Where to look first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// The step's or, when the case has no step to blame, the case's path.
    pub path: String,
    /// The case's title.
    pub title: String,
    /// What it ended in.
    pub standing: Standing,
    /// Why, in one sentence.
    pub why: Option<String>,
}

/// Answers.
pub fn answer(result: &RunResult) -> Answer {
    let cases = &result.case_counts;
    let steps = &result.step_counts;
    let failing = cases.failed + cases.error + cases.inconclusive + cases.unexpected_pass;
    let (word, mut lead) = if let Some(reason) = &result.system.unreachable {
        let reason = words::visible(reason);
        (
            "No",
            format!("The system under test could not be reached: {reason}."),
        )
    } else if result.standing.fails_the_run() && failing == 0 {
        // Nothing ran, or a step failed in a case that is still open.
        let broken = steps.failed + steps.error + steps.inconclusive + steps.unexpected_pass;
        if broken > 0 {
            let verb = if broken == 1 { "has" } else { "have" };
            let what = words::count(broken, "step", "steps");
            (
                "No",
                format!("{what} {verb} failed in a case that is still open."),
            )
        } else if steps.total == 0 {
            ("No", "No step was run, so nothing is shown.".to_owned())
        } else {
            (
                "No",
                "Not one step was judged, so nothing is shown.".to_owned(),
            )
        }
    } else if result.standing.fails_the_run() {
        let parts: Vec<String> = [
            (cases.failed, "failed", "failed"),
            (cases.error, "could not be judged", "could not be judged"),
            (
                cases.unexpected_pass,
                "passed although it is listed as a known failure",
                "passed although they are listed as known failures",
            ),
            (cases.inconclusive, "is inconclusive", "are inconclusive"),
        ]
        .into_iter()
        .filter(|(n, _, _)| *n > 0)
        .map(|(n, one, many)| format!("{n} {}", if n == 1 { one } else { many }))
        .collect();
        let of = words::count(cases.total, "case", "cases");
        ("No", format!("Of {of}, {}.", join(&parts)))
    } else if result.standing == Standing::Pending {
        let open = words::count(cases.pending, "case is", "cases are");
        let steps = words::count(steps.pending, "step waits", "steps wait");
        let judged = if steps_judged_well(result) {
            " Nothing that was judged has failed."
        } else {
            ""
        };
        (
            "Not yet",
            format!("{open} incomplete: {steps} for somebody to do or attest something.{judged}"),
        )
    } else if result.standing == Standing::KnownFailure {
        (
            "Not yet",
            "Every case that was judged is a known failure, so nothing is shown to work."
                .to_owned(),
        )
    } else {
        let passed = cases.passed + cases.passed_with_exception;
        let lead = match passed {
            1 => "The one judged case passed".to_owned(),
            n if cases.known_failure == 0 => format!("All {n} judged cases passed"),
            n => format!("{n} cases passed"),
        };
        let exception = match cases.passed_with_exception {
            0 => String::new(),
            1 => ", one with an exception worth reading".to_owned(),
            n => format!(", {n} with an exception worth reading"),
        };
        ("Yes", format!("{lead}{exception}."))
    };
    if cases.known_failure > 0 && result.standing != Standing::KnownFailure {
        let known = words::count(cases.known_failure, "case is", "cases are");
        lead = format!("{lead} {known} known to fail, and did.");
    }
    if cases.not_applicable > 0 && word == "Yes" {
        let not = words::count(cases.not_applicable, "case does", "cases do");
        lead = format!("{lead} {not} not apply to this side of the exchange.");
    }
    if cases.pending > 0 && result.standing.fails_the_run() {
        let open = words::count(cases.pending, "case is", "cases are");
        lead = format!("{lead} {open} still open.");
    }
    Answer {
        standing: result.standing,
        word,
        lead,
        first: first(result),
    }
}

fn steps_judged_well(result: &RunResult) -> bool {
    result.step_counts.judged > 0 && result.step_counts.known_failure == 0
}

fn join(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// The most urgent step that fails the run or is open, else the most urgent such case; the first of equals.
fn first(result: &RunResult) -> Option<First> {
    let urgent = |s: Standing| s.fails_the_run() || s == Standing::Pending;
    let step: Option<(&Case, &Step)> = result
        .cases()
        .flat_map(|c| c.steps.iter().map(move |s| (c, s)))
        .filter(|(_, s)| urgent(s.standing))
        .min_by_key(|(_, s)| s.standing);
    let case = result
        .cases()
        .filter(|c| urgent(c.standing))
        .min_by_key(|c| c.standing);
    match (step, case) {
        (Some((of, step)), case) if case.is_none_or(|c| step.standing <= c.standing) => {
            Some(First {
                path: step.path.clone(),
                title: of.title.clone(),
                standing: step.standing,
                why: words::why(step),
            })
        }
        (_, Some(case)) => Some(First {
            path: case.path.clone(),
            title: case.title.clone(),
            standing: case.standing,
            why: case_why(case),
        }),
        _ => None,
    }
}

/// Why a case stands as it does when none of its steps says it.
pub(crate) fn case_why(case: &Case) -> Option<String> {
    if case.steps.is_empty() {
        return Some("the case has no step, so nothing was checked".to_owned());
    }
    let known = case.known.as_ref()?;
    (case.standing == Standing::UnexpectedPass).then(|| {
        format!(
            "`{}` in the list of known failures has to go",
            words::visible(&known.pattern)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use titer_runner::result::{
        Group, KnownFailure, PlanInfo, Role, StepKind, SystemInfo, ToolInfo, Verdict,
    };

    /// The verdicts of a case's steps, and whether the case is listed as a known failure.
    type Given = (&'static [Verdict], bool);

    fn told(cases: &[Given]) -> String {
        let cases = cases
            .iter()
            .enumerate()
            .map(|(n, (verdicts, known))| {
                let steps = verdicts
                    .iter()
                    .map(|v| {
                        let mut step = Step::new(format!("p/c{n}/s"), "a step", StepKind::Assert);
                        step.verdict = *v;
                        step
                    })
                    .collect();
                let mut case = Case::new(format!("p/c{n}"), "a case", steps);
                case.known = known.then(|| KnownFailure {
                    pattern: "p/*".to_owned(),
                    reason: "known".to_owned(),
                    reference: None,
                });
                case
            })
            .collect();
        let result = RunResult::new(
            ToolInfo {
                name: "titer".to_owned(),
                version: "0".to_owned(),
                code_book: None,
            },
            PlanInfo {
                id: "p".to_owned(),
                title: "a plan".to_owned(),
                version: "1".to_owned(),
                sha256: String::new(),
                selection: None,
            },
            SystemInfo::new(Role::Iis, "a registry"),
            1,
            jiff::civil::date(2026, 1, 1),
            jiff::Timestamp::UNIX_EPOCH,
            vec![Group::new("g", "a group", cases)],
        );
        let answer = answer(&result);
        let first = answer
            .first
            .map(|f| format!(" First {}.", f.path))
            .unwrap_or_default();
        format!("{}. {}{first}", answer.word, answer.lead)
    }

    #[test]
    fn every_kind_of_end_is_told_in_words() {
        use Verdict::{Attested, Failed, NotApplicable, Passed, PassedWithException, Pending};
        let cases: [(&[Given], &str); 9] = [
            (&[(&[Passed], false)], "Yes. The one judged case passed."),
            (
                &[
                    (&[Passed], false),
                    (&[Failed], true),
                    (&[NotApplicable], false),
                ],
                "Yes. The one judged case passed. 1 case is known to fail, and did. 1 case does not apply to this side of the exchange.",
            ),
            (
                &[(&[Passed], false), (&[PassedWithException], false)],
                "Yes. All 2 judged cases passed, one with an exception worth reading.",
            ),
            (
                &[(&[Passed, Failed], false), (&[Pending], false)],
                "No. Of 2 cases, 1 failed. 1 case is still open. First p/c0/s.",
            ),
            (
                &[(&[Failed, Pending], false)],
                "No. 1 step has failed in a case that is still open. 1 case is still open. First p/c0/s.",
            ),
            (
                &[(&[Passed, Pending], false)],
                "Not yet. 1 case is incomplete: 1 step waits for somebody to do or attest something. Nothing that was judged has failed. First p/c0/s.",
            ),
            (
                &[(&[Failed], true)],
                "Not yet. Every case that was judged is a known failure, so nothing is shown to work.",
            ),
            (
                &[(&[Attested], false)],
                "No. Not one step was judged, so nothing is shown.",
            ),
            (
                &[(&[Passed], true)],
                "No. Of 1 case, 1 passed although it is listed as a known failure. First p/c0.",
            ),
        ];
        for (given, wanted) in cases {
            assert_eq!(told(given), wanted);
        }
    }
}
