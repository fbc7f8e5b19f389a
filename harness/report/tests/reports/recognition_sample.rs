//! An invented run of a recognition plan against an EHR: every verdict, means, level, override and expiry, and hostile text.

use crate::sample::HOSTILE;
use crate::sample_messages::{ack, finding, kept, place, rsp, vxu};
use titer_finding::{Category, Phi, Severity};
use titer_runner::result::{
    AnswerSource, Answers, Assertion, Attestation, Capability, Case, ChecklistItem, Component,
    Evaluation, EvidenceFile, Group, Judged, KnownFailure, Level, Origin, Outcome, Overridden,
    PlanInfo, RecognitionRule, Requirement, Role, Rounding, RunResult, Step, StepKind, SystemInfo,
    ToolInfo, Verdict, Waiver, sha256_hex,
};

/// A name outside of Latin-1, one inside, and one far away.
pub(crate) const NAMES: [&str; 3] = ["Zoë Łukasiewicz", "Jürgen Straße", "東 さくら"];

/// A word that is longer than any line.
pub(crate) fn long_word() -> String {
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch".repeat(5)
}

fn step(path: &str, title: &str, kind: StepKind, verdict: Verdict, judged: Judged) -> Step {
    let mut step = Step::new(format!("iip-sample/{path}"), title, kind);
    step.verdict = verdict;
    step.judged = judged;
    if judged.by_machine() {
        let outcome = match verdict {
            Verdict::Passed => Outcome::Met,
            Verdict::PassedWithException => Outcome::Allowed,
            Verdict::Failed => Outcome::NotMet,
            Verdict::Inconclusive => Outcome::Inconclusive,
            _ => Outcome::Error,
        };
        step.assertions = vec![Assertion::new("what the plan expects is there", outcome)];
        step.assertions[0].requirements = vec!["CAP-16".to_owned()];
    }
    step
}

fn of(mut step: Step, capabilities: &[&str]) -> Step {
    step.capabilities = capabilities.iter().map(|c| (*c).to_owned()).collect();
    step.requirements = step.capabilities.clone();
    step
}

fn capability(id: &str, title: &str, level: Level, component: &str) -> Capability {
    Capability {
        id: id.to_owned(),
        title: title.to_owned(),
        level,
        component: Some(component.to_owned()),
    }
}

fn start(cases: Vec<Case>, groups: &[(&str, &str, usize)]) -> RunResult {
    let mut system = SystemInfo::new(Role::Ehr, "EHR under test");
    system.vendor = Some("Example Health Software".to_owned());
    system.product = Some("ClinicChart".to_owned());
    system.version = Some("12.4".to_owned());
    system.tester = Some("R. Okafor".to_owned());
    system.lab = Some("Example Interoperability Laboratory".to_owned());
    let mut cases = cases.into_iter();
    let groups = groups
        .iter()
        .map(|(id, title, n)| Group::new(*id, *title, cases.by_ref().take(*n).collect()))
        .collect();
    let mut result = RunResult::new(
        ToolInfo {
            name: "titer".to_owned(),
            version: "0.1.0".to_owned(),
            code_book: Some("2025-12-01".to_owned()),
        },
        PlanInfo {
            id: "iip-sample".to_owned(),
            title: "Sample recognition plan".to_owned(),
            version: "11.0".to_owned(),
            sha256: sha256_hex(b"the sample recognition plan"),
            selection: None,
        },
        system,
        42,
        jiff::civil::date(2026, 11, 22),
        "2026-11-22T13:04:00Z".parse().expect("a time"),
        groups,
    );
    result.finished = "2026-11-22T16:31:20Z".parse().expect("a time");
    result.components = [
        ("register", "Registering and identifying patients"),
        ("report", "Administering and reporting immunization"),
        (
            "query",
            "Managing external query, response and reconciliation",
        ),
        (
            "decide",
            "Managing information for clinical decision making",
        ),
        ("inventory", "Managing inventory"),
    ]
    .map(|(id, title)| Component {
        id: id.to_owned(),
        title: title.to_owned(),
    })
    .to_vec();
    result.capabilities = vec![
        capability("CAP-01", "Register new patients", Level::Core, "register"),
        capability(
            "CAP-02",
            "Select the right patient",
            Level::Core,
            "register",
        ),
        capability("CAP-14", "Record the vaccine given", Level::Core, "report"),
        capability(
            "CAP-16",
            "Transmit the patient's history",
            Level::Core,
            "report",
        ),
        capability(
            "CAP-19",
            "Tell that a dose has expired",
            Level::Advanced,
            "report",
        ),
        capability(
            "CAP-04",
            "Request and receive, and show the source",
            Level::Core,
            "query",
        ),
        capability(
            "CAP-06",
            "Compare the registry's history to the EHR's",
            Level::Core,
            "query",
        ),
        capability(
            "CAP-25",
            "Show a reaction that the registry returns",
            Level::Advanced,
            "query",
        ),
        capability("CAP-09", "View the forecast", Level::Core, "decide"),
        capability(
            "CAP-11",
            "Modify recommendations by diagnosis",
            Level::Advanced,
            "decide",
        ),
        capability(
            "CAP-26",
            "Produce a list of a population",
            Level::Core,
            "decide",
        ),
        capability(
            "CAP-28",
            "Update the inventory from a receipt",
            Level::EvaluationYear,
            "inventory",
        ),
        capability(
            "CAP-30",
            "Update the inventory from a dose",
            Level::EvaluationYear,
            "inventory",
        ),
    ];
    result.recognition = Some(RecognitionRule {
        optional_share: 90,
        rounding: Rounding::Up,
    });
    result.requirements = ["CAP-01", "CAP-16", "CAP-99"]
        .map(|id| Requirement {
            id: id.to_owned(),
            title: format!("What {id} asks for"),
            source: Some("capability table, row 1".to_owned()),
            steps: Vec::new(),
        })
        .to_vec();
    result.settle();
    result
}

/// Everything done, and the rule met: three steps by people, the rest by machine.
pub(crate) fn met() -> RunResult {
    use Judged::{Automatic, Driver, Forecast, Inventory, Juror, Reconciled, Traced};
    use StepKind as K;
    use Verdict::{Failed, Passed};
    let sent = vxu("T0001", "LEE^ZO\u{cb}^^^^^L", "08", "D-1");
    let back = ack("T0001", "AA", None);
    let mut report = of(
        step(
            "2/report",
            "the dose is reported",
            K::SutMessage,
            Passed,
            Automatic,
        ),
        &["CAP-16"],
    );
    report.aliases = vec!["2.3.1".to_owned()];
    report.messages = vec![
        kept("m1", "VXU received", Origin::System, "Z22", &sent),
        kept("m2", "ACK sent", Origin::Harness, "Z23", &back),
    ];
    report.messages[0].findings = vec![finding(
        "IZ-PID-7",
        Severity::Warning,
        Category::Format,
        place(&sent, "PID", "20240517", "PID-7"),
        "`{value}` has no time",
        Some("20240517"),
    )];
    report.assertions[0].message = Some("m1".to_owned());
    let shown = rsp("T0002", "LEE^ZO\u{cb}^^^^^L", "08");
    let mut look = of(
        step(
            "3/look",
            "the history is shown",
            K::TaResponseJuror,
            Passed,
            Juror,
        ),
        &["CAP-04"],
    );
    look.messages = vec![kept("m3", "RSP sent", Origin::Harness, "Z42", &shown)];
    look.checklist = [
        ("patient: name", NAMES[0]),
        ("patient: date of birth", "17 May 2024"),
        ("dose 1: vaccine", "Hep B, adolescent or pediatric"),
        ("dose 1: date", "12 March 2026"),
        ("recommendation 1: vaccine type", "DTaP"),
        ("recommendation 1: date due", "17 July 2026"),
    ]
    .map(|(text, value)| {
        let mut item = ChecklistItem::new(text, Some(Phi::new(value)));
        item.seen = Some(true);
        item
    })
    .to_vec();
    look.checklist[4].comment = Some("shown as \"DTaP / Tdap\"".to_owned());
    look.files = vec![EvidenceFile {
        name: "evidence/history.png".to_owned(),
        title: "The history on the screen".to_owned(),
        media_type: "image/png".to_owned(),
        size: 15,
        sha256: sha256_hex(b"no real picture"),
    }];
    let mut compare = of(
        step(
            "3/reconcile",
            "the histories are reconciled",
            K::Reconcile,
            Passed,
            Reconciled,
        ),
        &["CAP-06"],
    );
    compare.answers = Some(Answers::from(AnswerSource::Tester));
    let mut declared = of(
        step(
            "4/cohort",
            "a list of a population is made",
            K::Attestation,
            Verdict::Attested,
            Judged::Attested,
        ),
        &["CAP-26"],
    );
    declared.evaluation = Evaluation::Attestation;
    declared.attestations = vec![Attestation {
        statement: "Lists of people who are due can be made for any vaccine and age.".to_owned(),
        name: "M. Lindqvist".to_owned(),
        role: Some("Example Health Software".to_owned()),
        date: "2026-11-20".to_owned(),
        expires: Some(jiff::civil::date(2027, 11, 20)),
    }];
    let mut setup = step(
        "1/setup",
        "the practice is set up",
        K::Preload,
        Verdict::NotEvaluated,
        Judged::NotJudged,
    );
    setup.evaluation = Evaluation::NotEvaluated {
        because: "it only prepares the test".to_owned(),
    };
    let mut stock = of(
        step(
            "5/stock",
            "the stock goes down by one",
            K::Inventory,
            Failed,
            Inventory,
        ),
        &["CAP-30"],
    );
    stock.because = Some("the stock shown is 11, and 10 follows".to_owned());
    let cases = vec![
        Case::new(
            "iip-sample/1",
            "register a child",
            vec![
                setup,
                of(
                    step(
                        "1/enter",
                        "the child is registered",
                        K::DataEntry,
                        Passed,
                        Traced,
                    ),
                    &["CAP-01"],
                ),
                of(
                    step(
                        "1/select",
                        "the right twin is opened",
                        K::PatientSelect,
                        Passed,
                        Driver,
                    ),
                    &["CAP-02"],
                ),
            ],
        ),
        Case::new(
            "iip-sample/2",
            "give and report a dose",
            vec![
                of(
                    step(
                        "2/give",
                        "the dose is recorded",
                        K::DataEntry,
                        Passed,
                        Traced,
                    ),
                    &["CAP-14"],
                ),
                report,
                of(
                    step(
                        "2/expired",
                        "an expired lot is noticed",
                        K::CdsAlert,
                        Passed,
                        Driver,
                    ),
                    &["CAP-19"],
                ),
            ],
        ),
        Case::new(
            "iip-sample/3",
            "ask the registry and reconcile",
            vec![
                look,
                compare,
                of(
                    step(
                        "3/reaction",
                        "the reaction is shown",
                        K::AdverseEvent,
                        Passed,
                        Judged::Fhir,
                    ),
                    &["CAP-25"],
                ),
            ],
        ),
        Case::new(
            "iip-sample/4",
            "decide what is due",
            vec![
                of(
                    step(
                        "4/forecast",
                        "the forecast is shown",
                        K::ForecastDisplay,
                        Passed,
                        Forecast,
                    ),
                    &["CAP-09"],
                ),
                of(
                    step(
                        "4/diagnosis",
                        "a diagnosis changes what is due",
                        K::ForecastDisplay,
                        Passed,
                        Juror,
                    ),
                    &["CAP-11"],
                ),
                declared,
            ],
        ),
        Case::new(
            "iip-sample/5",
            "keep the stock",
            vec![
                of(
                    step(
                        "5/receive",
                        "a receipt raises the stock",
                        K::Inventory,
                        Passed,
                        Inventory,
                    ),
                    &["CAP-28"],
                ),
                stock,
            ],
        ),
    ];
    start(
        cases,
        &[
            ("patients", "Patients", 1),
            ("exchange", "Exchange", 2),
            ("decisions", "Decisions", 2),
        ],
    )
}

/// The step with this name, to be changed.
pub(crate) fn at<'r>(result: &'r mut RunResult, name: &str) -> &'r mut Step {
    let path = format!("iip-sample/{name}");
    result
        .groups
        .iter_mut()
        .flat_map(|g| &mut g.cases)
        .flat_map(|c| &mut c.steps)
        .find(|s| s.path == path)
        .expect("the step is there")
}

/// A run in the middle, with everything that a report may have to show.
pub(crate) fn full() -> RunResult {
    let mut result = met();
    let select = at(&mut result, "1/select");
    select.verdict = Verdict::Pending;
    select.judged = Judged::NotJudged;
    select.assertions.clear();
    select.because = Some("somebody has to open the patient".to_owned());
    select.checklist = vec![
        ChecklistItem::new("The names of both twins are shown", None),
        ChecklistItem::new("patient: name", Some(Phi::new(NAMES[2]))),
    ];
    let give = at(&mut result, "2/give");
    give.verdict = Verdict::PassedWithException;
    give.overridden = Some(Overridden {
        verdict: Verdict::Failed,
        judged: Judged::Traced,
        because: "the lot is shown in the dose's details,\nwhich the machine cannot see".to_owned(),
        by: "R. Okafor".to_owned(),
        at: "2026-11-22T14:10:00Z".parse().expect("a time"),
    });
    give.comment = Some("Line one.\nLine two with <b>markup</b> & more.".to_owned());
    let report = at(&mut result, "2/report");
    report.verdict = Verdict::Failed;
    report.assertions[0].outcome = Outcome::NotMet;
    report.assertions[0].expected = Some("Hep B, CVX 08".to_owned());
    report.assertions[0].found = Some(Phi::new("CVX 110"));
    let sent = report.messages[0].body.bytes();
    report.messages[0].findings.push(finding(
        "IZ-RXA-5",
        Severity::Error,
        Category::Content,
        place(&sent, "RXA", "08^Invented vaccine^CVX", "RXA-5"),
        "`{value}` is not the vaccine that was to be given",
        Some("08"),
    ));
    report.waivers = vec![Waiver {
        what: "IZ-PID-7".to_owned(),
        reason: "the time of birth is not asked for".to_owned(),
        by: Some("Example Interoperability Laboratory".to_owned()),
        date: Some("2026-11-01".to_owned()),
    }];
    let expired = at(&mut result, "2/expired");
    expired.verdict = Verdict::Failed;
    expired.judged = Judged::Juror;
    expired.not_supported = true;
    expired.assertions.clear();
    expired.because = Some("the product does not know when a lot expires".to_owned());
    let reaction = at(&mut result, "3/reaction");
    reaction.verdict = Verdict::Error;
    reaction.assertions[0].outcome = Outcome::Error;
    reaction.because = Some("the FHIR interface did not answer".to_owned());
    let diagnosis = at(&mut result, "4/diagnosis");
    diagnosis.verdict = Verdict::Inconclusive;
    diagnosis.known = Some(KnownFailure {
        pattern: "iip-sample/4/diagnosis".to_owned(),
        reason: "the schedule does not know the diagnosis".to_owned(),
        reference: Some("ticket 77".to_owned()),
    });
    let cohort = at(&mut result, "4/cohort");
    cohort.attestations[0].expires = Some(jiff::civil::date(2026, 11, 1));
    let receive = at(&mut result, "5/receive");
    receive.verdict = Verdict::NotApplicable;
    receive.judged = Judged::NotJudged;
    receive.assertions.clear();
    receive.evaluation = Evaluation::NotApplicable {
        because: "the clinic keeps no stock of its own".to_owned(),
    };
    let mut hostile = of(
        step(
            &format!("6/{}", HOSTILE[0]),
            HOSTILE[1],
            StepKind::Inspect,
            Verdict::Passed,
            Judged::Juror,
        ),
        &["CAP-01"],
    );
    hostile.comment = Some(format!("{}\n{}\n{}", HOSTILE[2], long_word(), NAMES[2]));
    hostile.checklist = vec![ChecklistItem {
        text: format!("patient: {}", HOSTILE[3]),
        value: Some(Phi::new(format!("{} \u{202e}{}", NAMES[1], long_word()))),
        seen: Some(false),
        comment: Some(HOSTILE[1].to_owned()),
        ..ChecklistItem::new("", None)
    }];
    let mut stray = step(
        "6/stray",
        "a step that names no capability",
        StepKind::Assert,
        Verdict::Passed,
        Judged::Document,
    );
    stray.capabilities = vec!["no such".to_owned()];
    result.groups.push(Group::new(
        "strange",
        long_word(),
        vec![Case::new("iip-sample/6", HOSTILE[0], vec![hostile, stray])],
    ));
    result.modifications = vec![
        "The birth date of the twins was moved by a day,\nbecause the product refuses today's."
            .to_owned(),
        HOSTILE[0].to_owned(),
    ];
    result.settle();
    result
}
