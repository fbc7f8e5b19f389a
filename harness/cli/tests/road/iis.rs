//! An IIS under test: one that behaves, and one mutant for each misbehaviour.

use crate::clock;
use std::time::Duration;
use titer_runner::result::RunResult;
use titer_runner::{IisTarget, Options, Run, Target};
use titer_service::{IisOptions, Personality, RunningIis};

/// Runs a shipped plan against the reference IIS with a personality; an empty name behaves.
fn run(plan: &str, personality: &str, select: &[&str], timeout: Duration) -> RunResult {
    let personality = match personality {
        "" => Personality::well_behaved(),
        name => Personality::named(name).unwrap_or_else(|| panic!("no personality `{name}`")),
    };
    let iis = RunningIis::start(IisOptions {
        clock: clock(),
        personality,
        ..IisOptions::default()
    })
    .unwrap();
    let target = IisTarget {
        timeout,
        ..IisTarget::soap(iis.soap_url(), iis.credentials().clone())
    };
    let plan = titer_plan::load_builtin(plan).unwrap();
    let mut options = Options::new(Target::Iis(target), "reference IIS").clock(clock());
    options.select = select.iter().map(|s| (*s).to_owned()).collect();
    options.known_failures = plan
        .known_failures_of("reference")
        .into_iter()
        .cloned()
        .collect();
    let result = Run::new(plan, options)
        .unwrap()
        .execute(&mut |_| ())
        .unwrap();
    iis.shutdown();
    result
}

/// The steps that are bad and not excused, without the plan's name; whatever depends on them is inconclusive.
fn bad(result: &RunResult) -> Vec<String> {
    result
        .steps()
        .filter(|s| s.verdict.is_bad() && s.known.is_none())
        .map(|s| {
            s.path
                .split_once('/')
                .map_or(s.path.as_str(), |(_, rest)| rest)
                .to_owned()
        })
        .collect()
}

const LONG: Duration = Duration::from_secs(60);

#[track_caller]
fn expect(plan: &str, personality: &str, wanted: &[&str]) {
    let result = run(plan, personality, &[], LONG);
    assert_eq!(bad(&result), wanted, "{plan} with {personality}");
    assert_eq!(
        result.exit_code,
        u8::from(!wanted.is_empty()),
        "{plan} with {personality}"
    );
}

#[test]
fn the_reference_iis_passes_every_shipped_plan() {
    for plan in ["onc-2015", "cdc-soap", "iis-negative", "iip-v11", "iip-v7"] {
        expect(plan, "", &[]);
    }
}

#[test]
fn an_evaluated_history_and_forecast_is_given_and_judged() {
    let result = run("onc-2015", "", &["QR-1", "QR-2"], LONG);
    let answers: Vec<_> = result
        .steps()
        .filter(|s| s.path.ends_with("/answer"))
        .collect();
    assert_eq!(answers.len(), 2);
    for answer in answers {
        assert!(
            !answer.verdict.is_bad() && answer.known.is_none(),
            "{}",
            answer.path
        );
        assert!(
            answer
                .messages
                .iter()
                .any(|m| m.body.text.reveal().contains("59781-5"))
        );
    }
}

#[test]
fn the_same_clock_and_seed_give_the_same_document() {
    let one = run("onc-2015", "", &[], LONG).to_json().unwrap();
    let two = run("onc-2015", "", &[], LONG).to_json().unwrap();
    assert!(one == two, "two runs with one clock and one seed differ");
}

/// The cases with a step that is bad and not excused.
fn bad_cases(result: &RunResult) -> Vec<String> {
    let mut cases: Vec<String> = bad(result)
        .iter()
        .filter_map(|s| s.split_once('/').map(|(case, _)| case.to_owned()))
        .collect();
    cases.dedup();
    cases
}

#[track_caller]
fn expect_cases(plan: &str, personality: &str, wanted: &[&str]) {
    let result = run(plan, personality, &[], LONG);
    assert_eq!(bad_cases(&result), wanted, "{plan} with {personality}");
}

const ALL: [&str; 14] = [
    "AD-1", "AD-2", "AD-3", "AD-4", "AD-5", "AD-6", "AD-7", "AD-8", "AD-9", "AD-10", "QR-1",
    "QR-2", "QR-3", "QR-4",
];

#[test]
fn a_wrong_msa_2_fails_every_case_with_an_answer_and_no_transport_case_but_the_one_with_a_message()
{
    expect_cases("onc-2015", "wrong-control-id", &ALL);
    expect("cdc-soap", "wrong-control-id", &["submit/one-message"]);
    expect_cases(
        "iis-negative",
        "wrong-control-id",
        &[
            "bad-vaccine",
            "no-birth-date",
            "before-birth",
            "in-the-future",
            "bad-version",
            "bad-type",
            "sent-twice",
            "delete",
            "update",
            "refusal",
            "protected",
            "unknown",
        ],
    );
}

#[test]
fn an_ack_without_err_on_a_bad_code_fails_the_case_with_the_bad_code() {
    expect(
        "iis-negative",
        "no-err-on-bad-code",
        &["bad-vaccine/answer"],
    );
    expect("onc-2015", "no-err-on-bad-code", &[]);
}

#[test]
fn a_lost_dose_fails_where_the_history_is_asked_for() {
    expect(
        "onc-2015",
        "lose-dose",
        &[
            "AD-1/history",
            "AD-2/history",
            "AD-3/history",
            "AD-5/history",
            "AD-6/history",
            "AD-7/history",
            "AD-8/history",
            "AD-9/history",
            "AD-10/history",
            "QR-1/answer",
            "QR-2/answer",
        ],
    );
    expect(
        "iis-negative",
        "lose-dose",
        &[
            "sent-twice/history",
            "delete/history",
            "update/history",
            "refusal/history",
            "protected/owner",
        ],
    );
    expect("cdc-soap", "lose-dose", &[]);
}

#[test]
fn a_dose_that_is_not_deleted_fails_the_deletion() {
    expect("onc-2015", "ignore-delete", &["AD-4/history"]);
    expect("iis-negative", "ignore-delete", &["delete/history-after"]);
}

#[test]
fn a_protected_record_that_is_returned_fails_the_protection() {
    expect("onc-2015", "reveal-protected", &["AD-3/protection"]);
    expect("iis-negative", "reveal-protected", &["protected/stranger"]);
}

#[test]
fn a_fault_with_the_wrong_detail_fails_the_transport_cases_with_a_fault() {
    expect(
        "cdc-soap",
        "wrong-fault-detail",
        &[
            "wrong-credentials/wrong-password",
            "wrong-credentials/wrong-user",
            "wrong-credentials/no-credentials",
            "two-messages/submit",
            "unknown-operation/call",
        ],
    );
    expect("onc-2015", "wrong-fault-detail", &[]);
}

#[test]
fn malformed_xml_fails_every_case() {
    expect_cases(
        "cdc-soap",
        "malformed-xml",
        &[
            "echo",
            "submit",
            "wrong-credentials",
            "two-messages",
            "unknown-operation",
            "malformed",
        ],
    );
    expect_cases("onc-2015", "malformed-xml", &ALL);
}

#[test]
fn no_answer_is_an_error_of_every_step_that_waits_for_one() {
    let result = run("cdc-soap", "no-answer", &["submit"], Duration::from_secs(1));
    assert_eq!(bad(&result), ["submit/one-message"]);
    assert_eq!(result.exit_code, 1);
}
