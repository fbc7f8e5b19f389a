//! The recognition report: the rule at its edges, and every form.

use crate::recognition_sample::{NAMES, at, full, long_word, met};
use crate::sample::{HOSTILE, passed, sample};
use titer_report::{
    Counting, Decision, ProgrammeResult, Recognition, RuleOverride, State, recognition,
    recognition_html, recognition_junit, recognition_markdown, recognition_schema,
};
use titer_runner::result::{
    Case, Evaluation, Group, Judged, Level, RecognitionRule, Rounding, RunResult, Step, StepKind,
    Verdict,
};

fn made(result: &RunResult) -> Recognition {
    recognition(result, RuleOverride::default(), false)
}

/// A run with so many core and optional capabilities, of which so many failed; one step each.
fn with(core: (usize, usize), optional: (usize, usize)) -> RunResult {
    let mut result = met();
    result.capabilities.clear();
    result.components.clear();
    let mut steps = Vec::new();
    for (level, (total, failed)) in [(Level::Core, core), (Level::Advanced, optional)] {
        for n in 0..total {
            let id = format!("{}-{n}", level.words());
            let mut step = Step::new(format!("p/c/{id}"), "a step", StepKind::Inspect);
            step.judged = Judged::Juror;
            step.verdict = if n < failed {
                Verdict::Failed
            } else {
                Verdict::Passed
            };
            step.capabilities = vec![id.clone()];
            steps.push(step);
            result.capabilities.push(titer_runner::result::Capability {
                title: id.clone(),
                id,
                level,
                component: None,
            });
        }
    }
    result.groups = vec![Group::new(
        "g",
        "group",
        vec![Case::new("p/c", "case", steps)],
    )];
    result.recognition = None;
    result.settle();
    result
}

fn decided(result: &RunResult, rounding: Rounding) -> Decision {
    let given = RuleOverride {
        rounding: Some(rounding),
        ..RuleOverride::default()
    };
    recognition(result, given, false).decision
}

#[test]
fn ninety_percent_of_the_optional_capabilities_have_to_pass() {
    use Decision::{Met, NotMet};
    use Rounding::{Down, Exact, Up};
    for (failed, wanted) in [(0, Met), (1, Met), (2, NotMet)] {
        for rounding in [Exact, Up, Down] {
            assert_eq!(decided(&with((3, 0), (10, failed)), rounding), wanted);
        }
    }
    // 90 % of 11 is 9.9: 9 passes are enough only when it is rounded down
    for (rounding, one, two) in [(Exact, Met, NotMet), (Up, Met, NotMet), (Down, Met, Met)] {
        assert_eq!(decided(&with((3, 0), (11, 1)), rounding), one);
        assert_eq!(decided(&with((3, 0), (11, 2)), rounding), two);
        assert_eq!(decided(&with((3, 0), (11, 3)), rounding), NotMet);
    }
    // without a rule in the plan the published one is used, and the report says so
    let report = made(&with((3, 0), (11, 2)));
    assert_eq!(report.decision, NotMet);
    assert_eq!(report.rule.source, titer_report::RuleSource::Published);
    assert_eq!(
        (report.rule.optional_share, report.rule.optional_needed),
        (90, 10)
    );
    assert_eq!(
        report.rule.arithmetic,
        [
            "Core capabilities: 3 of 3 passed; all have to: met.",
            "Optional capabilities: 9 of 11 passed (2 failed), which is 81.8 %; 90 % of 11 is 9.9, which 10 reach and 9 do not, so 10 have to pass: not met.",
        ]
    );
}

#[test]
fn every_core_capability_has_to_pass_whatever_the_others_do() {
    assert_eq!(made(&with((3, 1), (10, 0))).decision, Decision::NotMet);
    assert_eq!(made(&with((3, 0), (0, 0))).decision, Decision::Met);
    // nothing to count is never a pass
    assert_eq!(made(&with((0, 0), (10, 0))).decision, Decision::Error);
    assert_eq!(made(&with((0, 0), (0, 0))).decision, Decision::Error);
}

#[test]
fn the_share_and_the_rounding_can_be_given_and_both_are_shown() {
    let mut result = with((1, 0), (10, 5));
    result.recognition = Some(RecognitionRule {
        optional_share: 90,
        rounding: Rounding::Up,
    });
    let given = RuleOverride {
        optional_share: Some(50),
        rounding: None,
    };
    let report = recognition(&result, given, false);
    assert_eq!(report.decision, Decision::Met);
    assert_eq!(report.rule.rounding, Rounding::Up);
    assert_eq!(report.rule.of_plan, result.recognition);
    let page = recognition_html(&result, given, false).expect("a page");
    assert!(page.contains("The plan itself asks for 90 %, rounded up."));
}

#[test]
fn what_does_not_count_neither_helps_nor_harms() {
    let report = made(&met());
    assert_eq!(report.decision, Decision::Met, "{}", report.lead);
    // a step of the evaluation year has failed
    let of = |id: &str| {
        report
            .capabilities
            .iter()
            .find(|c| c.id == id)
            .expect("there")
    };
    assert_eq!(of("CAP-30").state, State::Failed);
    assert!(!of("CAP-30").counts);
    // a core capability that is only attested is no pass, and is not counted
    assert_eq!(of("CAP-26").state, State::Apart);
    assert_eq!((report.rule.core.total, report.rule.core.passed), (7, 7));
    assert_eq!(report.rule.optional.total, 3);

    // a step that the plan has tested is not passed by declaring it, whatever it is called
    let mut result = with((2, 0), (0, 0));
    step_of(&mut result).judged = Judged::Attested;
    for verdict in [Verdict::Passed, Verdict::Attested] {
        step_of(&mut result).verdict = verdict;
        let core = made(&result).rule.core;
        assert_eq!((core.total, core.passed, core.undecided), (2, 1, 1));
        assert_ne!(made(&result).decision, Decision::Met);
        assert!(made(&result).trouble[0].contains("only declared"));
    }
    step_of(&mut result).evaluation = Evaluation::Attestation;
    assert_eq!(made(&result).rule.core.total, 1);
}

fn step_of(result: &mut RunResult) -> &mut Step {
    &mut result.groups[0].cases[0].steps[0]
}

#[test]
fn an_incomplete_run_is_never_a_pass() {
    let all: Vec<String> = met().steps().map(|s| s.path.clone()).collect();
    // whichever step is open, of whatever kind and level
    for path in all {
        let mut result = met();
        let name = path.trim_start_matches("iip-sample/");
        at(&mut result, name).verdict = Verdict::Pending;
        result.settle();
        let report = made(&result);
        assert_eq!(report.decision, Decision::Incomplete, "{path}");
        assert_eq!(report.open.len(), 1, "{path}");
        assert_eq!(report.open[0].at, path);
        let page = recognition_html(&result, RuleOverride::default(), false).expect("a page");
        assert!(page.contains(">Incomplete.</span>"), "{path}");
        assert!(!page.contains(">Yes.</span>"), "{path}");
        let junit = recognition_junit(&result, RuleOverride::default(), false).expect("XML");
        assert!(junit.contains("<failure"), "{path}");
    }
    // a part of the plan, a core capability without a step, an attestation that has expired
    let mut part = met();
    part.plan.selection = Some("2/*".to_owned());
    assert_eq!(made(&part).decision, Decision::Incomplete);
    let mut unshown = met();
    at(&mut unshown, "2/give").capabilities.clear();
    assert_eq!(made(&unshown).decision, Decision::Incomplete);
    let mut lapsed = met();
    at(&mut lapsed, "4/cohort").attestations[0].expires = Some(jiff::civil::date(2026, 11, 21));
    assert_eq!(made(&lapsed).decision, Decision::Incomplete);
    at(&mut lapsed, "4/cohort").attestations[0].expires = Some(jiff::civil::date(2026, 11, 22));
    assert_eq!(made(&lapsed).decision, Decision::Met);
    at(&mut lapsed, "4/cohort").attestations.clear();
    assert_eq!(made(&lapsed).decision, Decision::Incomplete);
    // it says so when the rule is missed already
    let mut missed = with((3, 1), (0, 0));
    missed.groups[0].cases[0].steps[2].verdict = Verdict::Pending;
    missed.settle();
    let report = made(&missed);
    assert_eq!(report.decision, Decision::Incomplete);
    assert!(report.rule.out_of_reach);
    assert!(
        report.lead.contains("already misses the rule"),
        "{}",
        report.lead
    );
}

#[test]
fn what_could_not_be_judged_decides_nothing_that_others_have_not() {
    let judged = |core: (usize, usize), optional: (usize, usize), at: usize, verdict: Verdict| {
        let mut result = with(core, optional);
        result.groups[0].cases[0].steps[at].verdict = verdict;
        result.settle();
        made(&result).decision
    };
    assert_eq!(
        judged((2, 0), (0, 0), 0, Verdict::Error),
        Decision::Undecided
    );
    assert_eq!(
        judged((2, 0), (0, 0), 0, Verdict::Inconclusive),
        Decision::Undecided
    );
    assert_eq!(judged((2, 1), (0, 0), 1, Verdict::Error), Decision::NotMet);
    // one of ten optional ones may be missing
    assert_eq!(judged((1, 0), (10, 0), 1, Verdict::Error), Decision::Met);
    assert_eq!(
        judged((1, 0), (10, 1), 2, Verdict::Error),
        Decision::Undecided
    );
    let mut unreachable = met();
    unreachable.system.unreachable = Some("connection refused".to_owned());
    assert_eq!(made(&unreachable).decision, Decision::Error);
    let mut empty = met();
    empty.groups[0]
        .cases
        .push(Case::new("p/empty", "no step", Vec::new()));
    assert_eq!(made(&empty).decision, Decision::Undecided);
}

#[test]
fn a_step_that_names_no_capability_has_to_pass_as_well() {
    let mut result = met();
    let mut stray = Step::new("iip-sample/9/stray", "a step", StepKind::Inspect);
    stray.verdict = Verdict::Failed;
    stray.judged = Judged::Juror;
    result.groups[0].cases[0].steps.push(stray);
    result.settle();
    assert_eq!(made(&result).decision, Decision::NotMet);
    // a known failure is a failure
    let mut known = met();
    let step = at(&mut known, "2/report");
    step.verdict = Verdict::Failed;
    step.known = Some(titer_runner::result::KnownFailure {
        pattern: "2/report".to_owned(),
        reason: "known".to_owned(),
        reference: None,
    });
    known.settle();
    assert_eq!(made(&known).decision, Decision::NotMet);
}

#[test]
fn means_levels_and_the_programmes_words() {
    let report = made(&full());
    assert_eq!(report.decision, Decision::Incomplete);
    let row = |name: &str| {
        let path = format!("iip-sample/{name}");
        report.steps.iter().find(|s| s.path == path).expect("there")
    };
    for (name, result) in [
        ("1/select", Some(ProgrammeResult::Incomplete)),
        ("2/give", Some(ProgrammeResult::PassedNotableException)),
        ("2/report", Some(ProgrammeResult::Failed)),
        ("2/expired", Some(ProgrammeResult::FailedNotSupported)),
        ("3/look", Some(ProgrammeResult::Passed)),
        ("3/reaction", Some(ProgrammeResult::Inconclusive)),
        ("4/cohort", None),
        ("1/setup", None),
        ("5/receive", None),
    ] {
        assert_eq!(row(name).result, result, "{name}");
    }
    for (name, counting) in [
        ("1/setup", Counting::NotEvaluated),
        ("4/cohort", Counting::Attestation),
        ("5/receive", Counting::NotApplicable),
        ("5/stock", Counting::EvaluationYear),
        ("6/stray", Counting::Counts),
    ] {
        assert_eq!(row(name).counting, counting, "{name}");
    }
    // reconciled by the machine, but a tester had typed the doses: an eye read
    assert!(row("3/reconcile").typed);
    let means = &made(&met()).means;
    assert_eq!((means.steps, means.without_eye, means.typed), (14, 9, 1));
    assert_eq!((means.counting, means.counting_without_eye), (12, 9));
}

#[test]
fn the_json_form_meets_its_published_schema() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/recognition.schema.json");
    let schema = recognition_schema();
    let mut text = serde_json::to_string_pretty(&schema).expect("serializes");
    text.push('\n');
    if std::env::var_os("TITER_WRITE").is_some() {
        std::fs::write(path, &text).expect("writes");
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        there == text,
        "{path} is out of date: run once with TITER_WRITE=1"
    );
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for result in [met(), full(), sample(), passed()] {
        let report = made(&result);
        let json = serde_json::to_value(&report).expect("serializes");
        let errors: Vec<String> = validator
            .iter_errors(&json)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        let back: Recognition = serde_json::from_value(json).expect("reads");
        assert_eq!(back, report);
    }
    assert!(!validator.is_valid(&serde_json::json!({"schema": "titer-recognition/1"})));
}

#[test]
fn the_page_is_closed_to_the_outside_and_safe() {
    for (result, masked) in [
        (met(), false),
        (full(), false),
        (full(), true),
        (sample(), false),
    ] {
        let page = recognition_html(&result, RuleOverride::default(), masked).expect("a page");
        crate::html::well_formed(&page);
        for column in page.split("<col class=\"").skip(1) {
            let class = column.split('"').next().expect("a class");
            assert!(page.contains(&format!(".{class} {{ width: ")), "{class}");
        }
        for bad in HOSTILE.iter().take(3) {
            assert!(!page.contains(bad), "{bad}");
        }
        for word in ["http://", "https://", "url(", "@import", "style=\""] {
            assert!(!page.contains(word), "{word}");
        }
        assert_eq!(
            page,
            recognition_html(&result, RuleOverride::default(), masked).expect("a page")
        );
    }
}

#[test]
fn every_part_is_on_the_page() {
    let page = recognition_html(&full(), RuleOverride::default(), false).expect("a page");
    for part in [
        "ClinicChart",
        "Example Interoperability Laboratory",
        "Sample recognition plan 11.0",
        "Failed, not supported",
        "Passed, notable exception",
        "the lot is shown in the dose&#39;s details,<br>which the machine cannot see",
        "expired",
        "Without a human eye",
        "judged from the stock shown",
        "IZ-RXA-5",
        "RXA",
        "The names of both twins are shown",
        "to be filled in",
        "The birth date of the twins was moved by a day,<br>",
        "the schedule does not know the diagnosis",
        NAMES[0],
        NAMES[2],
        "no step verifies it",
        "evaluation year",
    ] {
        let escaped = part.replace('\'', "&#39;");
        assert!(page.contains(part) || page.contains(&escaped), "{part}");
    }
    let masked = recognition_html(&full(), RuleOverride::default(), true).expect("a page");
    assert!(masked.contains("Values and messages are masked"));
    for name in [NAMES[0], "CVX 110", "1200 Invented Lane", "LEE"] {
        assert!(!masked.contains(name), "{name}");
    }
    assert!(page.contains(&long_word()));
}

#[test]
fn text_forms() {
    for (name, result) in [("met", met()), ("full", full())] {
        let given = RuleOverride::default();
        insta::assert_snapshot!(
            format!("recognition_markdown_{name}"),
            recognition_markdown(&result, given, false)
        );
        insta::assert_snapshot!(
            format!("recognition_junit_{name}"),
            recognition_junit(&result, given, false).expect("XML")
        );
    }
    let page = recognition_html(&met(), RuleOverride::default(), false).expect("a page");
    let (_, body) = page.split_once("<header").expect("a header");
    insta::assert_snapshot!("recognition_html_met", body);
}
