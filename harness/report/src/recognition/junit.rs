//! JUnit XML of the recognition: a component is a suite, a capability is a test, and the rule is a test of its own.
//!
//! A capability of the evaluation year, or one that is counted apart, is `skipped`: it must neither turn a pipeline red nor
//! count as a pass. What is open is `skipped` as well, but the rule's test fails then: an incomplete run is never green.

use super::gather::recognition;
use super::model::{CapabilityRow, Decision, Recognition, State};
use super::rule::RuleOverride;
use crate::ReportError;
use crate::words::visible;
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};
use titer_runner::result::{Level, RunResult};

/// The report, with an XML declaration.
pub fn recognition_junit(
    result: &RunResult,
    given: RuleOverride,
    masked: bool,
) -> Result<String, ReportError> {
    let data = recognition(result, given, masked);
    let id = &data.identity;
    let mut report = Report::new(visible(&format!(
        "recognition {} {}",
        id.plan.id, id.plan.version
    )));
    report.add_test_suite(rule(&data));
    for component in &data.components {
        let mut suite = TestSuite::new(visible(&component.title));
        for row in data
            .capabilities
            .iter()
            .filter(|c| component.capabilities.contains(&c.id))
        {
            suite.add_test_case(test(row, &component.title));
        }
        report.add_test_suite(suite);
    }
    Ok(report.to_string()?)
}

fn rule(data: &Recognition) -> TestSuite {
    let mut suite = TestSuite::new("(recognition)");
    for (name, value) in [
        ("product", data.identity.product.clone()),
        ("version", data.identity.version.clone().unwrap_or_default()),
        ("plan-sha256", data.identity.plan.sha256.clone()),
        ("decision", data.decision.id().to_owned()),
    ] {
        suite.add_property(Property::new(name, visible(&value)));
    }
    let mut status = match data.decision {
        Decision::Met => TestCaseStatus::success(),
        Decision::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        _ => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    if data.decision != Decision::Met {
        status
            .set_type(data.decision.id())
            .set_message(visible(&data.lead));
        let open = data
            .open
            .iter()
            .map(|o| format!("open: {} {}", visible(&o.at), visible(o.because.reveal())));
        let lines: Vec<String> = data.rule.arithmetic.iter().cloned().chain(open).collect();
        status.set_description(lines.join("\n"));
    }
    let mut test = TestCase::new("(the rule)", status);
    test.set_classname("recognition");
    suite.add_test_case(test);
    suite
}

fn test(row: &CapabilityRow, component: &str) -> TestCase {
    let mut status = match row.state {
        _ if !row.counts => TestCaseStatus::skipped(),
        State::Passed | State::PassedWithException => TestCaseStatus::success(),
        State::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        State::Undecided => TestCaseStatus::non_success(NonSuccessKind::Error),
        State::Open | State::NotShown | State::Apart => TestCaseStatus::skipped(),
    };
    if !(row.counts && row.state.is_pass()) {
        let apart = if row.level == Level::EvaluationYear {
            "evaluation year, not counted: "
        } else {
            ""
        };
        let at = row
            .because
            .as_ref()
            .map(|p| format!(" at {}", visible(p)))
            .unwrap_or_default();
        status
            .set_type(format!("{:?}", row.state).to_lowercase())
            .set_message(format!("{apart}{}{at}", row.state.words()));
    }
    let mut test = TestCase::new(visible(&row.title), status);
    test.set_classname(visible(component));
    test.add_property(Property::new("id", visible(&row.id)));
    test.add_property(Property::new("level", row.level.words()));
    test
}
