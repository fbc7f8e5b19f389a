//! JUnit XML: a case is a suite, a step is a test.
//!
//! A missed expectation is a `failure` (type `failed`, `inconclusive` or `unexpected-pass`); what could not be judged is an
//! `error`. A known failure is `skipped` with its reason: it must neither turn a pipeline red nor count as a pass. Pending,
//! attested, not evaluated and not applicable steps are `skipped` with theirs. A pass with an exception is a success whose
//! property `standing` and output say what to read. A case that says more than its steps (it has none, or it is listed as
//! a known failure and passed) has one test more, named `(case)`.

use crate::ReportError;
use crate::answer::case_why;
use crate::words;
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;
use titer_runner::result::{Case, RunResult, Standing, Step};

/// The report, with an XML declaration.
pub fn junit(result: &RunResult) -> Result<String, ReportError> {
    let mut report = Report::new(words::visible(&format!(
        "{} {}",
        result.plan.id, result.plan.version
    )));
    let took = (result.finished.as_millisecond() - result.started.as_millisecond()).max(0);
    report.set_time(Duration::from_millis(took.unsigned_abs()));
    for case in result.cases() {
        report.add_test_suite(suite(result, case));
    }
    if let Some(reason) = &result.system.unreachable {
        let mut suite = TestSuite::new("(system under test)");
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status
            .set_type("unreachable")
            .set_message(words::visible(reason));
        suite.add_test_case(TestCase::new("(reachable)", status));
        report.add_test_suite(suite);
    }
    Ok(report.to_string()?)
}

fn suite(result: &RunResult, case: &Case) -> TestSuite {
    let mut suite = TestSuite::new(words::visible(&case.path));
    let took: u64 = case.steps.iter().filter_map(|s| s.took_ms).sum();
    suite.set_time(Duration::from_millis(took));
    for (name, value) in [
        ("title", words::visible(&case.title)),
        ("standing", case.standing.id().to_owned()),
        ("plan-sha256", result.plan.sha256.clone()),
        ("seed", result.seed.to_string()),
        ("as-of", result.as_of.to_string()),
    ] {
        suite.add_property(Property::new(name, value));
    }
    for step in &case.steps {
        suite.add_test_case(test(case, step));
    }
    if let Some(why) = case_why(case) {
        let kind = if case.steps.is_empty() {
            NonSuccessKind::Error
        } else {
            NonSuccessKind::Failure
        };
        let mut status = TestCaseStatus::non_success(kind);
        status.set_type(case.standing.id()).set_message(why);
        let mut test = TestCase::new("(case)", status);
        test.set_classname(words::visible(&case.path));
        suite.add_test_case(test);
    }
    suite
}

fn test(case: &Case, step: &Step) -> TestCase {
    let mut test = TestCase::new(words::visible(step.name()), status(case, step));
    test.set_classname(words::visible(&case.path))
        .set_assertions(step.assertions.len())
        .set_time(Duration::from_millis(step.took_ms.unwrap_or(0)));
    test.add_property(Property::new("title", words::visible(&step.title)));
    test.add_property(Property::new("kind", step.kind.words()));
    test.add_property(Property::new("judged", step.judged.words()));
    test.add_property(Property::new("standing", step.standing.id()));
    for requirement in &step.requirements {
        test.add_property(Property::new("requirement", words::visible(requirement)));
    }
    if step.standing == Standing::PassedWithException {
        test.set_system_out(description(step));
    }
    test
}

fn status(case: &Case, step: &Step) -> TestCaseStatus {
    let mut status = match step.standing {
        Standing::Passed | Standing::PassedWithException => return TestCaseStatus::success(),
        Standing::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        Standing::Failed | Standing::Inconclusive | Standing::UnexpectedPass => {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        }
        Standing::KnownFailure
        | Standing::Pending
        | Standing::Attested
        | Standing::NotEvaluated
        | Standing::NotApplicable => TestCaseStatus::skipped(),
    };
    let why = words::why(step);
    let message = match (step.standing, step.known.as_ref().or(case.known.as_ref())) {
        (Standing::KnownFailure, Some(known)) => {
            format!("known failure: {}", words::visible(&known.reason))
        }
        (Standing::UnexpectedPass, Some(known)) => format!(
            "passed, but `{}` is in the list of known failures: {}",
            words::visible(&known.pattern),
            words::visible(&known.reason)
        ),
        (standing, _) => match why {
            Some(why) => format!("{}: {why}", standing.words()),
            None => standing.words().to_owned(),
        },
    };
    status.set_type(step.standing.id()).set_message(message);
    let description = description(step);
    if !description.is_empty() {
        status.set_description(description);
    }
    status
}

/// Assertions that are not plainly met, then findings, one a line.
fn description(step: &Step) -> String {
    let assertions = words::deciding(step)
        .into_iter()
        .map(|a| format!("{}: {}", words::outcome(a.outcome), words::assertion(a)));
    let findings = step.messages.iter().flat_map(|m| {
        m.findings.iter().map(move |f| {
            format!(
                "{}[{}] {} in {}: {}",
                f.severity.word(),
                words::visible(&f.rule),
                words::visible(&f.location.path),
                words::visible(&m.title),
                words::visible(&f.text(false))
            )
        })
    });
    let apart = step.findings.iter().map(|f| {
        format!(
            "{}[{}] {}",
            f.severity.word(),
            words::visible(&f.rule),
            words::visible(&f.text(false))
        )
    });
    assertions
        .chain(findings)
        .chain(apart)
        .collect::<Vec<_>>()
        .join("\n")
}
