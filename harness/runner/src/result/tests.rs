use super::*;
use titer_finding::Phi;

fn step(verdict: Verdict) -> Step {
    let mut step = Step::new("p/c/s", "a step", StepKind::Assert);
    step.verdict = verdict;
    step
}

fn known() -> KnownFailure {
    KnownFailure {
        pattern: "p/c".to_owned(),
        reason: "not built yet".to_owned(),
        reference: None,
    }
}

fn run(cases: Vec<Case>) -> RunResult {
    RunResult::new(
        ToolInfo {
            name: "titer".to_owned(),
            version: "0.0.0".to_owned(),
            code_book: None,
        },
        PlanInfo {
            id: "p".to_owned(),
            title: "a plan".to_owned(),
            version: "1".to_owned(),
            sha256: sha256_hex(b"plan"),
            selection: None,
        },
        SystemInfo::new(Role::Iis, "a registry"),
        42,
        jiff::civil::date(2026, 11, 22),
        "2026-11-22T10:00:00Z".parse().expect("a time"),
        vec![Group::new("g", "a group", cases)],
    )
}

fn case_of(verdicts: &[Verdict]) -> Case {
    Case::new(
        "p/c",
        "a case",
        verdicts.iter().copied().map(step).collect(),
    )
}

fn settled(case: Case) -> RunResult {
    run(vec![case])
}

fn standing_of(verdicts: &[Verdict]) -> Standing {
    settled(case_of(verdicts)).groups[0].cases[0].standing
}

#[test]
fn a_case_is_as_bad_as_its_worst_judged_step() {
    use Verdict::{Attested, Error, Failed, Inconclusive, NotApplicable, NotEvaluated, Passed};
    let exception = Verdict::PassedWithException;
    assert_eq!(standing_of(&[Passed, Failed, Error]), Standing::Error);
    assert_eq!(
        standing_of(&[Passed, Inconclusive, Failed]),
        Standing::Failed
    );
    assert_eq!(standing_of(&[Inconclusive, Passed]), Standing::Inconclusive);
    assert_eq!(
        standing_of(&[Passed, exception]),
        Standing::PassedWithException
    );
    assert_eq!(
        standing_of(&[Attested, Passed, NotApplicable, NotEvaluated]),
        Standing::Passed
    );
}

#[test]
fn an_open_step_makes_the_case_incomplete_even_beside_a_failure() {
    let result = settled(case_of(&[Verdict::Failed, Verdict::Pending]));
    assert_eq!(result.groups[0].cases[0].standing, Standing::Pending);
    // The failure is not lost: the run fails by the step.
    assert_eq!(result.standing, Standing::Failed);
    assert_eq!(result.exit_code, 1);
}

#[test]
fn what_was_not_judged_is_never_a_pass() {
    use Verdict::{Attested, NotApplicable, NotEvaluated};
    assert_eq!(standing_of(&[]), Standing::Error);
    assert_eq!(standing_of(&[NotApplicable, Attested]), Standing::Attested);
    assert_eq!(
        standing_of(&[NotApplicable, NotEvaluated]),
        Standing::NotEvaluated
    );
    assert_eq!(standing_of(&[NotApplicable]), Standing::NotApplicable);
    let result = settled(case_of(&[NotApplicable, Attested]));
    assert_eq!(
        result.standing,
        Standing::Error,
        "a run that judged nothing"
    );
    assert_eq!(result.exit_code, 1);
    assert_eq!(run(vec![]).standing, Standing::Error);
}

#[test]
fn a_step_without_assertions_is_an_error() {
    let met = Assertion::new("is there", Outcome::Met);
    let allowed = Assertion::new("is there", Outcome::Allowed);
    let missed = Assertion::new("is there", Outcome::NotMet);
    assert_eq!(rollup::step_verdict(&[]), Verdict::Error);
    assert_eq!(
        rollup::step_verdict(std::slice::from_ref(&met)),
        Verdict::Passed
    );
    assert_eq!(
        rollup::step_verdict(&[met.clone(), allowed]),
        Verdict::PassedWithException
    );
    assert_eq!(rollup::step_verdict(&[met, missed]), Verdict::Failed);
}

#[test]
fn a_known_failure_does_not_fail_the_run_and_its_pass_does() {
    let passing = Case::new("p/ok", "another", vec![step(Verdict::Passed)]);

    let mut failing = case_of(&[Verdict::Passed, Verdict::Failed]);
    failing.known = Some(known());
    let result = run(vec![failing, passing.clone()]);
    assert_eq!(result.groups[0].cases[0].standing, Standing::KnownFailure);
    assert_eq!(result.groups[0].cases[0].verdict, Verdict::Failed);
    assert_eq!(result.step_counts.known_failure, 1);
    assert_eq!((result.standing, result.exit_code), (Standing::Passed, 0));

    let mut fixed = case_of(&[Verdict::Passed, Verdict::NotApplicable]);
    fixed.known = Some(known());
    let result = run(vec![fixed, passing.clone()]);
    assert_eq!(result.groups[0].cases[0].standing, Standing::UnexpectedPass);
    assert_eq!(result.exit_code, 1);

    let mut one = step(Verdict::Passed);
    one.known = Some(known());
    let result = run(vec![Case::new("p/c", "a case", vec![one]), passing]);
    assert_eq!(result.step_counts.unexpected_pass, 1);
    assert_eq!(result.exit_code, 1);
}

#[test]
fn the_exit_code_puts_unreachable_before_failed_before_incomplete() {
    let groups = |verdict| settled(case_of(&[verdict])).groups;
    assert_eq!(rollup::exit_code(&groups(Verdict::Passed), true), 0);
    assert_eq!(rollup::exit_code(&groups(Verdict::Pending), true), 3);
    assert_eq!(rollup::exit_code(&groups(Verdict::Inconclusive), true), 1);
    assert_eq!(rollup::exit_code(&groups(Verdict::Failed), false), 4);
}

#[test]
fn every_step_is_counted_once() {
    let result = settled(case_of(&Verdict::ALL));
    let counts = result.step_counts;
    assert_eq!(counts.total, 9);
    assert_eq!(counts.judged, 4);
    let sum: u64 = Standing::ALL.iter().map(|s| counts.get(*s)).sum();
    assert_eq!(sum, counts.total);
}

#[test]
fn coverage_names_steps_once_and_adds_what_only_a_step_names() {
    let mut one = step(Verdict::Passed);
    one.requirements = vec!["R-1".to_owned()];
    let mut assertion = Assertion::new("is there", Outcome::Met);
    assertion.requirements = vec!["R-1".to_owned(), "R-2".to_owned()];
    one.assertions = vec![assertion];
    let mut result = run(vec![Case::new("p/c", "a case", vec![one])]);
    result.settle();
    let covered: Vec<_> = result
        .requirements
        .iter()
        .map(|r| (r.id.as_str(), r.steps.len()))
        .collect();
    assert_eq!(covered, [("R-1", 1), ("R-2", 1)]);
}

#[test]
fn bytes_survive_whatever_they_are() {
    let every: Vec<u8> = (0..=255).collect();
    for bytes in [&b"MSH|^~\\&|\r"[..], "Zo\u{eb}".as_bytes(), &every, b""] {
        let body = Body::new(bytes);
        assert_eq!(body.bytes(), bytes);
        let json = serde_json::to_string(&body).expect("serializes");
        let again: Body = serde_json::from_str(&json).expect("reads");
        assert_eq!(again.bytes(), bytes);
    }
}

#[test]
fn debug_output_shows_no_text_from_messages() {
    let mut assertion = Assertion::new("the name is kept", Outcome::NotMet);
    assertion.found = Some(Phi::new("MONTGOMERY"));
    let message = MessageEvidence::new("m1", "VXU sent", Origin::Harness, b"PID|||1||MONTGOMERY");
    assert!(!format!("{assertion:?}{message:?}").contains("MONTGOMERY"));
}

#[test]
fn the_evidence_chain_notices_an_exchanged_line() {
    let mut one = step(Verdict::Passed);
    for (id, bytes) in [("m1", b"a"), ("m2", b"b"), ("m3", b"c")] {
        one.messages
            .push(MessageEvidence::new(id, "sent", Origin::Harness, bytes));
    }
    let mut two = one.clone();
    two.messages.swap(0, 1);
    let chain = |step: Step| {
        let result = run(vec![Case::new("p/c", "a case", vec![step])]);
        assert_eq!(result.evidence.len(), 3);
        result.evidence[2].chain.clone()
    };
    assert_ne!(chain(one.clone()), chain(two));
    assert_eq!(chain(one.clone()), chain(one));
}

#[test]
fn the_document_survives_json_and_meets_its_schema() {
    let mut full = step(Verdict::Failed);
    full.evaluation = Evaluation::NotApplicable {
        because: "another side".to_owned(),
    };
    full.known = Some(known());
    full.messages = vec![MessageEvidence::new(
        "m1",
        "sent",
        Origin::System,
        &[0xff, 0x0d],
    )];
    full.exchanges = vec![Exchange {
        id: "x1".to_owned(),
        direction: Direction::FromSystem,
        transport: "CDC SOAP 2011".to_owned(),
        operation: "submitSingleMessage".to_owned(),
        status: Some(200),
        started_ms: 3,
        took_ms: 4,
        request: Part::default(),
        response: None,
        error: Some("no answer".to_owned()),
    }];
    let result = run(vec![Case::new("p/c", "a case", vec![full])]);
    let json = result.to_json().expect("serializes");
    assert_eq!(RunResult::from_json(&json).expect("reads"), result);
    let schema = json_schema();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let errors: Vec<_> = validator
        .iter_errors(&value)
        .map(|e| e.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(!validator.is_valid(&serde_json::json!({"schema": SCHEMA})));
}

#[test]
fn another_version_and_broken_json_are_said_apart() {
    let version = RunResult::from_json(r#"{"schema": "titer-result/9"}"#).expect_err("version");
    assert!(matches!(version, UnreadableResult::Version { .. }));
    let broken = RunResult::from_json("{").expect_err("JSON");
    assert!(matches!(broken, UnreadableResult::Json(_)));
}

/// The checked-in schema is the one that the types give; `TITER_WRITE=1` writes it.
#[test]
fn the_checked_in_schema_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/result.schema.json");
    let mut schema = serde_json::to_string_pretty(&json_schema()).expect("serializes");
    schema.push('\n');
    if std::env::var_os("TITER_WRITE").is_some() {
        std::fs::write(path, &schema).expect("writes");
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        there == schema,
        "{path} is out of date: run the test once with TITER_WRITE=1"
    );
}
