//! A registry under test: a good one passes, and each way to misbehave fails exactly the steps that look at it.

mod common;

use common::{Slip, bad, everything_passed, run, step, unmet};
use titer_runner::result::{Outcome, Standing, Verdict};
use titer_runner::{Event, IisTarget, Options, Run, RunError, Target};

#[test]
fn a_good_registry_passes_everything() {
    let result = run(Slip::None, |_| {});
    let told: Vec<String> = result.steps().flat_map(unmet).collect();
    assert!(everything_passed(&result), "{:#?}\n{told:#?}", bad(&result));
    assert_eq!(result.exit_code, 0);
    assert_eq!(result.standing, Standing::Passed);
    assert_eq!(result.step_counts.passed, 18);
    assert_eq!(result.step_counts.not_applicable, 5);
    assert!(
        result
            .steps()
            .all(|s| s.verdict != Verdict::Passed || !s.assertions.is_empty())
    );
    // every reference to a message leads to one
    let ids: Vec<&str> = result
        .steps()
        .flat_map(|s| &s.messages)
        .map(|m| m.id.as_str())
        .collect();
    for assertion in result.steps().flat_map(|s| &s.assertions) {
        assert!(
            assertion
                .message
                .as_deref()
                .is_none_or(|id| ids.contains(&id))
        );
    }
    assert_eq!(
        result.requirements[0].steps,
        ["clinic/add/report", "clinic/add/history"]
    );
}

#[track_caller]
fn only(slip: Slip, steps: &[&str]) {
    let result = run(slip, |_| {});
    let told: Vec<String> = result.steps().flat_map(unmet).collect();
    assert_eq!(bad(&result), steps, "{told:#?}");
    assert_eq!(result.exit_code, 1);
}

#[test]
fn a_wrong_control_id_fails_every_answer() {
    only(
        Slip::WrongControlId,
        &[
            "add/acknowledgment Failed",
            "add/history Failed",
            "bad-code/acknowledgment Failed",
            "delete/acknowledgment Failed",
            "delete/history Failed",
            "protect/acknowledgment Failed",
            "protect/owner Failed",
            "protect/stranger Failed",
        ],
    );
}

#[test]
fn a_bad_code_that_is_not_told_of_fails_the_acknowledgment() {
    only(Slip::NoErr, &["bad-code/acknowledgment Failed"]);
}

#[test]
fn a_lost_dose_fails_the_queries_that_look_for_it() {
    only(
        Slip::LoseDose,
        &["add/history Failed", "protect/owner Failed"],
    );
    let result = run(Slip::LoseDose, |_| {});
    insta::assert_debug_snapshot!(unmet(step(&result, "add/history")));
}

#[test]
fn a_dose_that_is_not_deleted_fails_the_query_after_it() {
    only(Slip::KeepDeleted, &["delete/history Failed"]);
}

#[test]
fn a_protected_record_that_is_shown_fails_the_strangers_query() {
    only(Slip::Reveal, &["protect/stranger Failed"]);
}

#[test]
fn a_dose_that_comes_twice_fails() {
    only(
        Slip::Twice,
        &[
            "add/history Failed",
            "delete/history Failed",
            "protect/owner Failed",
        ],
    );
}

#[test]
fn a_wrong_lot_fails_the_one_assertion_that_names_it() {
    only(Slip::WrongLot, &["add/history Failed"]);
    let result = run(Slip::WrongLot, |_| {});
    let history = step(&result, "add/history");
    assert_eq!(
        unmet(history),
        [
            "NotMet Hep B, adolescent or pediatric of 1 March 2027: lot `LOT42` | expected LOT42 | found LOT24 | two neighbouring characters are exchanged"
        ]
    );
    let finding = history
        .all_findings()
        .find(|f| f.rule == "PLAN-DOSE-DETAIL")
        .expect("a finding");
    assert_eq!(finding.location.path, "RXA[1]-15");
    assert_eq!(
        finding.text(false),
        "Hep B, adolescent or pediatric of 1 March 2027: lot expected `LOT42`, found `LOT24`"
    );
    assert_eq!(finding.text(true).matches("LOT24").count(), 0);
}

#[test]
fn a_wrong_query_tag_fails_the_queries() {
    only(
        Slip::WrongTag,
        &[
            "add/history Failed",
            "delete/history Failed",
            "protect/owner Failed",
            "protect/stranger Failed",
        ],
    );
}

#[test]
fn a_wrong_fault_fails_the_transport_steps_that_want_another_one() {
    only(
        Slip::WrongFault,
        &[
            "transport/password Failed",
            "transport/two Failed",
            "transport/operation Failed",
            "transport/size Failed",
        ],
    );
}

#[test]
fn no_answer_fails_what_sends_and_leaves_open_what_depends_on_it() {
    let result = run(Slip::NoAnswer, |o| {
        o.select = vec!["add".to_owned()];
        if let Target::Iis(target) = &mut o.target {
            target.timeout = std::time::Duration::from_millis(100);
        }
    });
    assert_eq!(
        bad(&result),
        [
            "add/report Failed",
            "add/acknowledgment Inconclusive",
            "add/history Failed"
        ]
    );
    assert_eq!(
        step(&result, "add/acknowledgment").because.as_deref(),
        Some("depends on report, which got no answer")
    );
    assert_eq!(result.exit_code, 1);
}

#[test]
fn malformed_xml_fails_every_call() {
    let result = run(Slip::MalformedXml, |o| {
        o.select = vec!["add".to_owned(), "transport/echo".to_owned()];
    });
    assert_eq!(
        bad(&result),
        [
            "add/report Failed",
            "add/acknowledgment Inconclusive",
            "add/history Failed",
            "transport/echo Failed",
            "transport/password Failed",
            "transport/two Failed",
            "transport/operation Failed",
            "transport/size Failed",
            "transport/malformed Failed",
        ]
    );
}

#[test]
fn a_registry_that_is_not_there_ends_the_run_as_unreachable() {
    // a port that was free a moment ago
    let gone = {
        let server = common::Registry::new(Slip::None).serve();
        server.url("/soap")
    };
    let target = IisTarget::soap(gone, common::credentials());
    let options = Options::new(Target::Iis(target), "nobody").clock(common::clock());
    let result = Run::new(common::plan("clinic"), options)
        .expect("the plan has cases")
        .execute(&mut |_| {})
        .expect("a run that reaches nobody still has a result");
    assert_eq!(result.exit_code, 4);
    assert!(result.system.unreachable.is_some());
    let steps: Vec<_> = result
        .steps()
        .filter(|s| s.verdict != Verdict::NotApplicable)
        .collect();
    assert!(steps.iter().all(|s| s.verdict == Verdict::Error));
    assert!(
        steps.iter().all(|s| s.messages.len() <= 1),
        "nothing is sent after the first failure"
    );
    assert_eq!(steps.iter().filter(|s| !s.messages.is_empty()).count(), 1);
}

#[test]
fn plain_http_works_and_leaves_the_soap_steps_out() {
    let registry = common::Registry::new(Slip::None);
    let server = registry.serve();
    let target = IisTarget::http(server.url("/hl7"), common::credentials());
    let options = Options::new(Target::Iis(target), "http").clock(common::clock());
    let result = Run::new(common::plan("clinic"), options)
        .expect("the plan has cases")
        .execute(&mut |_| {})
        .expect("the plan runs");
    assert!(everything_passed(&result), "{:#?}", bad(&result));
    assert_eq!(
        step(&result, "transport/echo").verdict,
        Verdict::NotApplicable
    );
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let bytes = || run(Slip::WrongLot, |_| {}).to_json().expect("serializes");
    let (first, second) = (bytes(), bytes());
    assert!(first == second);
    let port = first.find("127.0.0.1");
    assert_eq!(port, None, "no address in the document");
    let value: serde_json::Value = serde_json::from_str(&first).expect("JSON");
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../result.schema.json")).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let wrong: Vec<String> = validator
        .iter_errors(&value)
        .map(|e| e.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let password = "right horse battery";
    assert!(!first.contains(password), "no password in the document");
}

#[test]
fn another_seed_gives_other_ids() {
    let other = run(Slip::None, |o| o.seed = 7);
    let same = run(Slip::None, |o| o.seed = 42);
    assert_ne!(
        other.steps().next().map(|s| s.messages[0].sha256.clone()),
        same.steps().next().map(|s| s.messages[0].sha256.clone())
    );
}

fn known(text: &str, strict: bool) -> titer_plan::model::KnownFailure {
    titer_plan::model::KnownFailure {
        name: titer_plan::Parsed::new(text),
        side: None,
        because: "for the test".to_owned(),
        strict,
    }
}

#[test]
fn a_known_failure_still_runs_and_its_pass_fails_the_run() {
    let result = run(Slip::KeepDeleted, |o| {
        o.known_failures = vec![known("clinic/delete/history", true)];
    });
    assert_eq!(step(&result, "delete/history").verdict, Verdict::Failed);
    assert_eq!(
        step(&result, "delete/history").standing,
        Standing::KnownFailure
    );
    assert_eq!(result.exit_code, 0);

    let result = run(Slip::None, |o| {
        o.known_failures = vec![
            known("clinic/delete/history", true),
            known("clinic/nothing", true),
        ];
    });
    assert_eq!(
        step(&result, "delete/history").standing,
        Standing::UnexpectedPass
    );
    assert_eq!(result.exit_code, 1);
    assert_eq!(result.unmatched_known_failures, ["clinic/nothing"]);

    let result = run(Slip::None, |o| {
        o.known_failures = vec![known("clinic/delete/history", false)];
    });
    assert_eq!(result.exit_code, 0);

    let result = run(Slip::KeepDeleted, |o| {
        o.known_failures = vec![known("clinic/delete", true)];
    });
    assert_eq!(result.exit_code, 0);
    let result = run(Slip::None, |o| {
        o.known_failures = vec![known("clinic/delete", true)];
    });
    assert_eq!(result.exit_code, 1);
    let result = run(Slip::None, |o| {
        o.known_failures = vec![known("clinic/delete", false)];
    });
    assert_eq!(result.exit_code, 0);
}

#[test]
fn a_selection_takes_along_what_it_needs() {
    let result = run(Slip::None, |o| o.select = vec!["clinic/delete".to_owned()]);
    let cases: Vec<&str> = result
        .cases()
        .map(titer_runner::result::Case::name)
        .collect();
    assert_eq!(cases, ["add", "delete"]);
    assert_eq!(result.plan.selection.as_deref(), Some("clinic/delete"));
    assert_eq!(result.exit_code, 0);
}

#[test]
fn a_selection_of_nothing_is_an_error() {
    let server = common::Registry::new(Slip::None).serve();
    let mut options = common::iis_options(&server);
    options.select = vec!["clinic/dlete".to_owned()];
    let error = Run::new(common::plan("clinic"), options).expect_err("nothing is chosen");
    assert!(matches!(error, RunError::Selection(_)));
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn an_address_that_cannot_be_called_is_told_before_anything_runs() {
    let target = IisTarget::soap("file:///etc/hosts", common::credentials());
    let options = Options::new(Target::Iis(target), "a file").clock(common::clock());
    let mut events = 0;
    let run = Run::new(common::plan("clinic"), options).expect("the plan has cases");
    let error = run
        .execute(&mut |_| events += 1)
        .expect_err("no http address");
    assert!(matches!(error, RunError::Client(_)));
    assert_eq!(events, 0);
}

#[test]
fn a_side_that_the_plan_does_not_test_is_an_error() {
    let mut plan = (*common::plan("clinic")).clone();
    plan.systems = vec![titer_plan::model::Side::Ehr];
    let server = common::Registry::new(Slip::None).serve();
    let error = Run::new(plan, common::iis_options(&server)).expect_err("wrong side");
    assert_eq!(error.to_string(), "the plan clinic does not test an IIS");
}

#[test]
fn an_answer_that_the_plan_also_allows_passes_with_an_exception() {
    // the race is odd, so the registry says AE; the case of the good doses allows that
    let mut plan = (*common::plan("clinic")).clone();
    let odd = plan.groups[0].cases[1].steps[0]
        .send
        .clone()
        .expect("a send")
        .vary;
    plan.groups[0].cases[0].steps[0]
        .send
        .as_mut()
        .expect("a send")
        .vary = odd;
    let server = common::Registry::new(Slip::None);
    let server = server.serve();
    let mut options = common::iis_options(&server);
    options.select = vec!["add".to_owned()];
    let result = Run::new(plan, options)
        .expect("cases")
        .execute(&mut |_| {})
        .expect("runs");
    let acknowledgment = step(&result, "add/acknowledgment");
    assert_eq!(acknowledgment.verdict, Verdict::PassedWithException);
    assert_eq!(
        unmet(acknowledgment),
        [
            "Allowed MSA-1 is `AA` | expected AA | found AE | also allowed: warnings may be told with AE"
        ]
    );
    assert!(
        acknowledgment
            .all_findings()
            .all(|f| !f.rule.starts_with("PLAN-"))
    );
}

#[test]
fn a_case_in_which_nothing_is_checked_is_an_error() {
    let mut plan = (*common::plan("clinic")).clone();
    plan.groups[0].cases[0].steps.clear();
    let server = common::Registry::new(Slip::None).serve();
    let mut options = common::iis_options(&server);
    options.select = vec!["clinic/*".to_owned()];
    let result = Run::new(plan, options)
        .expect("cases")
        .execute(&mut |_| {})
        .expect("runs");
    assert_eq!(
        result.cases().next().map(|c| c.standing),
        Some(Standing::Error)
    );
    assert_eq!(result.exit_code, 1);
}

#[test]
fn events_tell_the_run_in_order() {
    let server = common::Registry::new(Slip::None).serve();
    let mut options = common::iis_options(&server);
    options.select = vec!["add".to_owned()];
    let mut told = Vec::new();
    let run = Run::new(common::plan("clinic"), options).expect("cases");
    run.execute(&mut |event| {
        told.push(match event {
            Event::RunStarted { cases, steps, .. } => format!("run {cases} {steps}"),
            Event::CaseStarted { path, .. } => format!("case {path}"),
            Event::StepStarted { path, .. } => format!("step {path}"),
            Event::MessageSent { .. } => "sent".to_owned(),
            Event::MessageReceived { .. } => "received".to_owned(),
            Event::StepFinished { path, standing, .. }
            | Event::CaseFinished { path, standing, .. } => format!("{path} {}", standing.words()),
            Event::RunFinished { exit_code, .. } => format!("exit {exit_code}"),
            other => format!("{other:?}"),
        });
    })
    .expect("runs");
    insta::assert_debug_snapshot!(told);
}

#[test]
fn a_step_without_expectations_is_no_pass() {
    let result = run(Slip::None, |_| {});
    for step in result.steps().filter(|s| s.verdict == Verdict::Passed) {
        assert!(
            step.assertions.iter().any(|a| a.outcome == Outcome::Met),
            "{}",
            step.path
        );
    }
}
