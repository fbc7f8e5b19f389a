//! What testers say, what is declared, and what is kept as evidence.

use crate::common::{step, unmet};
use crate::{attest, begin, changed, example, mark, settle, verdict};
use titer_runner::result::{Evaluation, Judged, Standing, Verdict};
use titer_runner::session::{ActError, Attachment, Carrier, Needed, Settled, What};

#[test]
fn eyes_judge_by_the_checklist_and_a_result_of_ones_own_wins() {
    let session = begin("desk");
    let warn = "desk/hand/warn";
    let view = session.step_view(warn).expect("the step");
    assert_eq!(view.at_least_one_of, ["a pop-up", "a red line"]);
    assert_eq!(
        view.instructions,
        [
            "Order DTaP, unspecified formulation a day too early.",
            "order the dose"
        ]
    );
    let lines: Vec<(&str, bool)> = view
        .step
        .checklist
        .iter()
        .map(|i| (i.text.as_str(), i.required()))
        .collect();
    assert_eq!(
        lines,
        [
            (
                "Do: Order DTaP, unspecified formulation a day too early.",
                false
            ),
            ("Try: order the dose", false),
            (
                "An alert is shown because the dose comes too early, by at least one of: a pop-up; a red line",
                true
            ),
            ("Keep as evidence a picture of the screen: the alert", false),
        ]
    );
    session.act("Ada", mark(warn, 2, true)).expect("marked");
    let result = session.result();
    assert_eq!(
        verdict(&result, "hand/warn"),
        (Verdict::Passed, Judged::Juror)
    );
    assert_eq!(
        step(&result, "hand/warn").because.as_deref(),
        Some("looked at by Ada")
    );
    session.act("Bea", mark(warn, 2, false)).expect("marked");
    assert_eq!(verdict(&session.result(), "hand/warn").0, Verdict::Failed);
    session
        .act(
            "Ada",
            settle(warn, Settled::FailedNotSupported, "there are no alerts"),
        )
        .expect("settled");
    let result = session.result();
    let warned = step(&result, "hand/warn");
    assert!(warned.not_supported && warned.overridden.is_none());
    assert_eq!(warned.because.as_deref(), Some("there are no alerts"));
    session
        .act("Ada", settle(warn, Settled::Pending, ""))
        .expect("taken back");
    assert_eq!(
        step(&session.result(), "hand/warn").because.as_deref(),
        Some(format!("looked for and not seen: {}", lines[2].0).as_str())
    );
    // each takes back what is their own
    assert!(session.undo("Bea").expect("undone").is_some());
    assert_eq!(verdict(&session.result(), "hand/warn").0, Verdict::Passed);
    assert_eq!(session.undo("Bea").expect("nothing left"), None);
    assert!(matches!(
        session.act("Ada", mark(warn, 9, true)),
        Err(ActError::NoItem { item: 9, .. })
    ));
}

#[test]
fn against_a_machine_a_reason_is_needed_and_shown() {
    let session = begin("clinic");
    let plan = session.plan().clone();
    let wrong = changed(&example(&plan, "add", "report"), &[("RXA-15", "LOT24")]);
    session
        .take_in(Carrier::File, &wrong, "Ada")
        .expect("a message");
    let report = "clinic/add/report";
    assert!(matches!(
        session.act("Ada", settle(report, Settled::Passed, " ")),
        Err(ActError::ReasonNeeded { .. })
    ));
    // the same result needs none, and changes nothing
    session
        .act("Ada", settle(report, Settled::Failed, ""))
        .expect("settled");
    assert_eq!(
        verdict(&session.result(), "add/report"),
        (Verdict::Failed, Judged::Automatic)
    );
    session
        .act(
            "Ada",
            settle(
                report,
                Settled::PassedWithException,
                "the plan had the wrong lot",
            ),
        )
        .expect("settled");
    let result = session.result();
    let judged = step(&result, "add/report");
    assert_eq!(
        (judged.verdict, judged.judged),
        (Verdict::PassedWithException, Judged::Juror)
    );
    let before = judged.overridden.as_ref().expect("shown");
    assert_eq!(
        (before.verdict, before.judged, before.by.as_str()),
        (Verdict::Failed, Judged::Automatic, "Ada")
    );
    assert_eq!(before.because, "the plan had the wrong lot");
    // a waiver of the one expectation does the same in the machine's own words
    session.undo("Ada").expect("undone");
    session.undo("Ada").expect("undone");
    let unmet = unmet(step(&session.result(), "add/report"));
    assert_eq!(unmet.len(), 1);
    session
        .act(
            "Ada",
            What::Waive {
                step: report.to_owned(),
                what: "the hepatitis B dose: RXA[1]-15 is `LOT42`".to_owned(),
                reason: "the lot was used up".to_owned(),
            },
        )
        .expect("waived");
    let result = session.result();
    let waived = step(&result, "add/report");
    assert_eq!(
        (waived.verdict, waived.judged),
        (Verdict::PassedWithException, Judged::Automatic)
    );
    assert_eq!(waived.waivers[0].by.as_deref(), Some("Ada"));
    // so does a waiver of the rule of what is wrong with it; what nothing is called cannot be waived
    session.undo("Ada").expect("undone");
    let waive = |what: &str| What::Waive {
        step: report.to_owned(),
        what: what.to_owned(),
        reason: "the lot was used up".to_owned(),
    };
    let refused = session.act("Ada", waive("PLAN-LENGTH"));
    let told = refused.expect_err("there is no such finding").to_string();
    assert_eq!(
        told,
        format!("nothing that {report} misses is called `PLAN-LENGTH`")
    );
    session.act("Ada", waive("PLAN-VALUE")).expect("waived");
    let result = session.result();
    let waived = step(&result, "add/report");
    assert_eq!(
        (waived.verdict, waived.judged),
        (Verdict::PassedWithException, Judged::Automatic)
    );
}

#[test]
fn what_is_declared_counts_until_it_has_expired_and_never_as_a_pass() {
    let session = begin("desk");
    session
        .act("Ada", attest(Some("2027-02-28")))
        .expect("declared");
    let result = session.result();
    let declared = step(&result, "hand/declare");
    assert_eq!(declared.verdict, Verdict::Pending);
    assert!(
        declared
            .because
            .as_deref()
            .is_some_and(|b| b.contains("28 February 2027")),
        "{:?}",
        declared.because
    );
    session
        .act("Ada", attest(Some("2027-03-01")))
        .expect("declared");
    let result = session.result();
    assert_eq!(
        verdict(&result, "hand/declare"),
        (Verdict::Attested, Judged::Attested)
    );
    assert_eq!(result.step_counts.passed, 0);
    assert_eq!(result.step_counts.attested, 1);
    assert_eq!(step(&result, "hand/declare").attestations.len(), 2);
    assert!(matches!(
        session.act("Ada", settle("desk/hand/declare", Settled::Passed, "so")),
        Err(ActError::WrongKind { .. })
    ));
}

#[test]
fn what_never_counts_is_done_or_not() {
    let session = begin("desk");
    let done = |step: &str, done: bool| What::Done {
        step: step.to_owned(),
        done,
    };
    session
        .act("Ada", done("hand/prepare", true))
        .expect("done");
    let result = session.result();
    let prepared = step(&result, "hand/prepare");
    assert_eq!(prepared.verdict, Verdict::NotEvaluated);
    assert_eq!(prepared.because.as_deref(), Some("done, said by Ada"));
    assert!(matches!(
        prepared.evaluation,
        Evaluation::NotEvaluated { .. }
    ));
    assert!(matches!(
        session.act("Ada", done("desk/hand/warn", true)),
        Err(ActError::WrongKind { .. })
    ));
    for wrong in [
        done("desk/hand/nothing", true),
        done("other/hand/prepare", true),
        done("", true),
    ] {
        assert!(matches!(
            session.act("Ada", wrong),
            Err(ActError::NoStep { .. })
        ));
    }
    assert!(matches!(
        session.act("Ada", done("desk/wire/elsewhere", true)),
        Err(ActError::WrongKind { .. })
    ));
    assert!(matches!(
        session.act("Ada", What::Undo { seq: 1 }),
        Err(ActError::NotAnAct)
    ));
}

#[test]
fn a_file_of_evidence_is_kept_with_its_hash_and_a_large_one_is_refused() {
    let session = begin("desk");
    let picture = Attachment {
        name: "C:\\shots\\alert 1.png",
        title: "the alert",
        media_type: "image/png",
    };
    let bytes = vec![7u8; 3_000_000];
    let seq = session
        .attach(
            "Ada",
            "desk/hand/warn",
            &picture,
            &mut bytes.as_slice(),
            4_000_000,
        )
        .expect("kept");
    let result = session.result();
    let file = &step(&result, "hand/warn").files[0];
    assert_eq!(file.size, 3_000_000);
    assert_eq!(file.name, format!("evidence/{seq}-alert-1.png"));
    assert_eq!(session.file(&file.sha256).expect("reads"), Some(bytes));
    assert!(result.evidence.iter().any(|e| e.sha256 == file.sha256));
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(session.write_evidence(folder.path()).expect("written"), 1);
    assert!(folder.path().join(&file.name).exists());

    // one that never ends is not read to its end
    let revision = session.revision();
    let refused = session.attach(
        "Ada",
        "desk/hand/warn",
        &picture,
        &mut std::io::repeat(0),
        1_000_000,
    );
    assert!(matches!(
        refused,
        Err(ActError::TooLarge { limit: 1_000_000 })
    ));
    assert_eq!(session.revision(), revision);
    session
        .act(
            "Ada",
            What::RemoveFile {
                step: "desk/hand/warn".to_owned(),
                file: seq,
            },
        )
        .expect("removed");
    assert!(step(&session.result(), "hand/warn").files.is_empty());
    session.undo("Ada").expect("undone");
    assert_eq!(step(&session.result(), "hand/warn").files.len(), 1);
}

#[test]
fn a_step_is_shown_with_its_data() {
    let session = begin("desk");
    let view = session.step_view("desk/hand/enter").expect("the step");
    assert_eq!(view.kind, "data-entry");
    assert_eq!(view.proofs, ["trace"]);
    assert!(view.manual && !view.never_counts);
    let rows: Vec<String> = view
        .data
        .iter()
        .map(|r| {
            format!(
                "{} | {} | {} | {}",
                r.group,
                r.element,
                r.value,
                r.needed.mark()
            )
        })
        .collect();
    insta::assert_snapshot!(rows.join("\n"), @r"
    patient | last name | Okafor | Y
    patient | first name | Ben | Y
    patient | date of birth | 1 March 2023 | Y
    patient | sex | M | Y
    patient | medical record number | B3 | N
     | allergy | none | N
     | consent | 1 March 2027 | C
     | language | English | Y
    ");
    assert_eq!(view.data.last().map(|r| r.needed), Some(Needed::Yes));
    assert_eq!(
        view.test_data["patients"]["okafor"]["birth-date"],
        "20230301"
    );
    let send = session.step_view("twice/first").expect("the step");
    assert_eq!(send.aliases, ["1.1"]);
    assert_eq!(send.pass, ["the message holds the dose"]);
    assert_eq!(send.profile.as_deref(), Some("Z22"));
    assert!(send.waits && send.example.is_some());
    assert_eq!(send.step.capabilities, ["report"]);
    assert_eq!(
        session.waiting(),
        [
            "desk/twice/first",
            "desk/hand/second",
            "desk/wire/echo",
            "desk/wire/submit"
        ]
    );
    assert!(session.step_view("desk/hand/none").is_none());
    let result = session.result();
    assert_eq!(result.components[0].id, "reports");
    assert_eq!(result.capabilities[0].component.as_deref(), Some("reports"));
    assert_eq!(result.recognition.map(|r| r.optional_share), Some(90));
    assert_eq!(result.standing, Standing::Pending);
}
