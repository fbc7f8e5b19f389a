//! A session with an EHR: what is handed in, what testers do, and what is left after an interruption.

mod common;

use common::{clock, plan, step, unmet};
use std::io::{Read, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use titer_hl7::edit::Editor;
use titer_hl7::read::frame;
use titer_hl7::{Message, Offsets};
use titer_plan::{NothingYet, Occasion, Plan};
use titer_runner::result::{
    Answers, Attestation, Evaluation, Judged, RunResult, Standing, StepKind, Verdict,
};
use titer_runner::session::{
    ActError, Attachment, Carrier, Entry, Journal, JournalError, ListenOptions, MemoryJournal,
    Needed, Session, SessionError, SessionOptions, Settled, SqliteJournal, What,
};
use titer_wire::{Answer, ClientOptions, Credentials, SoapClient};

fn options() -> SessionOptions {
    let mut options = SessionOptions::new("the test's EHR").clock(clock());
    options.seed = 7;
    options.fallback = Some(common::Registry::new(common::Slip::None));
    options
}

fn begin(name: &str) -> Session {
    Session::begin(plan(name), options(), Box::new(MemoryJournal::new())).expect("begins")
}

fn example(plan: &Plan, case: &str, name: &str) -> Vec<u8> {
    let case = plan.case(case).expect("the case is there");
    let step = case
        .steps
        .iter()
        .find(|s| s.id.text() == name)
        .expect("the step is there");
    let send = step.send.as_ref().expect("the step sends");
    let occasion = Occasion::at(clock().now(), 7);
    let scope = plan.scope(&occasion, case, step, &NothingYet);
    scope
        .message(&send.message.value, &send.vary)
        .expect("the example can be made")
}

fn changed(message: &[u8], changes: &[(&str, &str)]) -> Vec<u8> {
    let mut editor = Editor::new(message.to_vec());
    for (path, value) in changes {
        editor
            .set(&path.parse().expect("a path"), *value)
            .expect("the place is there");
    }
    editor.finish()
}

fn field(message: &[u8], segment: &str, number: u32) -> String {
    let mut table = Offsets::new();
    let message = Message::parse(message, &mut table);
    message
        .segment(segment, 1)
        .map(|s| s.text(number, 1).into_owned())
        .unwrap_or_default()
}

fn verdict(result: &RunResult, name: &str) -> (Verdict, Judged) {
    let step = step(result, name);
    (step.verdict, step.judged)
}

fn mark(step: &str, item: usize, seen: bool) -> What {
    What::Mark {
        step: step.to_owned(),
        item,
        seen: Some(seen),
        comment: None,
    }
}

fn settle(step: &str, verdict: Settled, because: &str) -> What {
    What::Settle {
        step: step.to_owned(),
        verdict,
        because: because.to_owned(),
    }
}

fn attest(expires: Option<&str>) -> What {
    What::Attest {
        step: "desk/hand/declare".to_owned(),
        attestation: Attestation {
            statement: "Lots can be recalled.".to_owned(),
            name: "Grace".to_owned(),
            role: None,
            date: "2027-01-01".to_owned(),
            expires: expires.map(|d| d.parse().expect("a date")),
        },
    }
}

/// The journal of a session that can still be looked at while the session has it.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<Entry>>>);

impl Journal for Shared {
    fn append(&mut self, entry: &Entry, _: Option<&mut dyn Read>) -> Result<(), JournalError> {
        self.0.lock().expect("not poisoned").push(entry.clone());
        Ok(())
    }

    fn entries(&self) -> Result<Vec<Entry>, JournalError> {
        Ok(self.0.lock().expect("not poisoned").clone())
    }

    fn blob(&self, _: &str) -> Result<Option<Vec<u8>>, JournalError> {
        Ok(None)
    }
}

/// Plays a whole session; after every act the document as it was, by revision.
fn played(session: &Session) -> Vec<(u64, String)> {
    let plan = session.plan().clone();
    let mut documents = Vec::new();
    let mut note = |session: &Session| {
        documents.push((
            session.revision(),
            session.result().to_json().expect("writes"),
        ));
    };
    note(session);
    let first = example(&plan, "twice", "first");
    // before the second step is open only the first can be meant, and it is assigned back and forth
    let taken = session
        .take_in(Carrier::File, &first, "Ada")
        .expect("a message");
    note(session);
    let message = taken[0].message;
    if taken[0].step.is_none() {
        session
            .act(
                "Ada",
                What::Assign {
                    message,
                    step: Some("desk/twice/first".to_owned()),
                },
            )
            .expect("assigned");
        note(session);
    }
    session
        .take_in(Carrier::Paste, &first, "Ada")
        .expect("the same again");
    note(session);
    for what in [
        What::Done {
            step: "desk/hand/prepare".to_owned(),
            done: true,
        },
        mark("desk/hand/warn", 2, true),
        What::Comment {
            step: "desk/hand/warn".to_owned(),
            text: "in red".to_owned(),
        },
        attest(Some("2027-12-31")),
        settle("desk/hand/warn", Settled::Failed, "nothing was shown"),
        What::Supply {
            step: "desk/hand/warn".to_owned(),
            answers: Box::new(Answers {
                seen: vec!["a pop-up".to_owned()],
                ..Answers::default()
            }),
        },
        What::Modification {
            text: "another first name".to_owned(),
        },
    ] {
        session.act("Ada", what).expect("the act is good");
        note(session);
    }
    session.undo("Ada").expect("undone");
    note(session);
    let second = changed(&example(&plan, "hand", "second"), &[("MSH-10", "ANOTHER")]);
    session
        .take_in(Carrier::File, &second, "Bea")
        .expect("a message");
    note(session);
    documents
}

#[test]
fn every_prefix_of_the_journal_gives_what_there_was() {
    let shared = Shared::default();
    let session =
        Session::begin(plan("desk"), options(), Box::new(shared.clone())).expect("begins");
    let documents = played(&session);
    let entries = shared.entries().expect("entries");
    assert!(documents.len() > 10 && entries.len() > 15);
    for n in 1..=entries.len() {
        let journal = MemoryJournal::of(entries[..n].to_vec());
        let again = Session::resume(plan("desk"), options(), Box::new(journal)).expect("resumes");
        let json = again.result().to_json().expect("writes");
        assert_eq!(again.revision(), n as u64);
        if let Some((_, then)) = documents.iter().find(|(revision, _)| *revision == n as u64) {
            assert!(json == *then, "the document of revision {n} is another one");
        }
        // a message that was taken in and not answered is answered when it comes again, and one that was, as before
        for entry in &entries[..n] {
            let What::Message { bytes, .. } = &entry.what else {
                continue;
            };
            let before = again
                .messages()
                .into_iter()
                .find(|m| m.seq == entry.seq)
                .expect("kept");
            let taken = again
                .take_in(Carrier::File, &bytes.bytes(), "Ada")
                .expect("a message");
            let answer = taken[0].answer.clone().expect("it is answered");
            assert_eq!(
                field(&answer, "MSA", 2),
                field(&bytes.bytes(), "MSH", 10),
                "prefix {n}"
            );
            let own = before.step.is_some() && !before.by_reference;
            if let Some(said) = before.answer.filter(|_| own) {
                assert_eq!(said, answer, "prefix {n}");
            }
        }
    }
}

#[test]
fn an_ambiguous_message_waits_for_a_tester_and_says_how_it_was_answered() {
    let session = begin("desk");
    let plan = session.plan().clone();
    let message = example(&plan, "twice", "first");
    let taken = session
        .take_in(Carrier::Paste, &message, "Ada")
        .expect("a message");
    assert_eq!(taken[0].step, None);
    assert_eq!(
        taken[0].candidates,
        ["desk/twice/first", "desk/hand/second"]
    );
    let because = taken[0].because.clone().expect("a reason");
    assert!(because.contains("nothing in it decides"), "{because}");
    // the reference answered, and nothing is judged
    assert_eq!(
        field(taken[0].answer.as_ref().expect("an answer"), "MSA", 1),
        "AA"
    );
    assert_eq!(
        verdict(&session.result(), "twice/first").0,
        Verdict::Pending
    );
    assert_eq!(session.notices()[0].id, "unassigned");
    let view = session.step_view("twice/first").expect("the step");
    assert_eq!(view.candidates, [taken[0].message]);

    let assign = |step: Option<&str>| What::Assign {
        message: taken[0].message,
        step: step.map(str::to_owned),
    };
    session
        .act("Ada", assign(Some("desk/twice/first")))
        .expect("assigned");
    let result = session.result();
    assert_eq!(
        verdict(&result, "twice/first"),
        (Verdict::Passed, Judged::Automatic)
    );
    let reply = step(&result, "twice/first-answer");
    assert_eq!(reply.verdict, Verdict::Pending);
    assert!(
        reply
            .because
            .as_deref()
            .is_some_and(|b| b.contains("answered by the reference IIS") && b.contains("again")),
        "{:?}",
        reply.because
    );
    assert!(session.notices().is_empty());
    // sent again, with a new id, it gets what the plan has for the step
    let again = changed(&message, &[("MSH-10", "AGAIN")]);
    let second = session
        .take_in(Carrier::Paste, &again, "Ada")
        .expect("a message");
    assert_eq!(second[0].step.as_deref(), Some("desk/twice/first"));
    assert_eq!(
        field(second[0].answer.as_ref().expect("an answer"), "MSA", 1),
        "AE"
    );
    let result = session.result();
    let reply = step(&result, "twice/first-answer");
    assert_eq!(
        (reply.kind, reply.verdict),
        (StepKind::TaAckError, Verdict::Passed),
        "somebody looks at it in a step of its own: {:?}",
        reply.because
    );
    assert_eq!(result.unexpected.len(), 1, "the first one gave way");
    // undone, the first message has no step again
    assert_eq!(session.undo("Ada").expect("undone"), Some(5));
    let result = session.result();
    assert_eq!(
        verdict(&result, "twice/first").0,
        Verdict::Pending,
        "without the assignment the second is ambiguous as well"
    );
    assert_eq!(result.unexpected.len(), 2);
    assert_eq!(session.messages().len(), 2);
    session.act("Ada", assign(None)).expect("dismissed");
    let notices = session.notices();
    assert_eq!(notices[0].messages, [second[0].message]);
}

#[test]
fn a_message_that_is_taken_from_its_step_leaves_it_open() {
    let session = begin("clinic");
    let plan = session.plan().clone();
    let report = example(&plan, "add", "report");
    let wrong = changed(&report, &[("RXA-15", "LOT24")]);
    let taken = session
        .take_in(Carrier::File, &wrong, "Ada")
        .expect("a message");
    assert_eq!(taken[0].step.as_deref(), Some("clinic/add/report"));
    assert_eq!(verdict(&session.result(), "add/report").0, Verdict::Failed);
    // corrected and sent again it is not taken for the step without a word
    let right = changed(&report, &[("MSH-10", "BETTER")]);
    let better = session
        .take_in(Carrier::File, &right, "Ada")
        .expect("a message");
    assert_eq!(better[0].step, None);
    let because = better[0].because.clone().expect("a reason");
    assert!(
        because.contains("clinic/add/report, which has its message already"),
        "{because}"
    );
    session
        .act(
            "Ada",
            What::Assign {
                message: better[0].message,
                step: Some("clinic/add/report".to_owned()),
            },
        )
        .expect("assigned");
    let result = session.result();
    assert_eq!(verdict(&result, "add/report").0, Verdict::Passed);
    assert_eq!(result.unexpected.len(), 1);
    let gone = session.messages();
    assert_eq!(
        gone[0].because.as_deref(),
        Some("a later message took its place in clinic/add/report")
    );
    // the trace follows the message that counts
    assert_eq!(
        verdict(&result, "manual/enter"),
        (Verdict::Passed, Judged::Traced)
    );
    session
        .act(
            "Bea",
            What::Assign {
                message: better[0].message,
                step: None,
            },
        )
        .expect("taken away");
    assert_eq!(verdict(&session.result(), "add/report").0, Verdict::Pending);
    assert_eq!(
        verdict(&session.result(), "manual/enter").0,
        Verdict::Pending
    );
}

#[test]
fn two_systems_on_one_session_are_told_apart() {
    let session = begin("clinic");
    let plan = session.plan().clone();
    let first = session
        .take_in(Carrier::File, &example(&plan, "add", "report"), "Ada")
        .expect("a message");
    assert!(first[0].step.is_some());
    let stranger = changed(
        &example(&plan, "bad-code", "report"),
        &[("MSH-3", "OTHER-EHR"), ("MSH-4", "ELSEWHERE")],
    );
    let taken = session
        .take_in(Carrier::File, &stranger, "Ada")
        .expect("a message");
    assert_eq!(taken[0].step, None);
    assert!(
        taken[0]
            .because
            .as_deref()
            .is_some_and(|b| b.contains("two systems"))
    );
    assert!(taken[0].answer.is_some(), "it is answered all the same");
    let notices = session.notices();
    assert_eq!(notices[0].id, "two-systems");
    assert!(
        notices[0].text.contains("OTHER-EHR|ELSEWHERE") && notices[0].text.contains("EHR|CLINIC"),
        "{}",
        notices[0].text
    );
    assert!(session.messages()[1].other_system);
    // one who says that it belongs here is believed, from then on
    session
        .act(
            "Ada",
            What::Assign {
                message: taken[0].message,
                step: Some("clinic/bad-code/report".to_owned()),
            },
        )
        .expect("assigned");
    assert!(session.notices().is_empty());
    let next = changed(
        &example(&plan, "query", "query"),
        &[("MSH-3", "OTHER-EHR"), ("MSH-4", "ELSEWHERE")],
    );
    let taken = session
        .take_in(Carrier::File, &next, "Ada")
        .expect("a message");
    assert_eq!(taken[0].step.as_deref(), Some("clinic/query/query"));
}

#[test]
fn an_unknown_message_and_one_that_comes_too_early_are_said_so_and_answered() {
    let session = begin("clinic");
    let plan = session.plan().clone();
    let early = session
        .take_in(Carrier::File, &example(&plan, "delete", "report"), "Ada")
        .expect("a message");
    assert_eq!(early[0].step, None);
    assert_eq!(
        early[0].because.as_deref(),
        Some("it looks like clinic/delete/report, which comes after clinic/add")
    );
    let unknown =
        b"MSH|^~\\&|EHR|CLINIC|IIS|STATE|20270301||ADT^A04^ADT_A01|X1|P|2.5.1\rPID|1||Z9\r";
    let unknown = session
        .take_in(Carrier::Paste, unknown, "Ada")
        .expect("a message");
    assert_eq!(
        unknown[0].because.as_deref(),
        Some("it is of no patient and kind that an open step waits for")
    );
    assert!(unknown[0].answer.is_some());
    let result = session.result();
    assert_eq!(result.unexpected.len(), 2);
    assert_eq!(result.unexpected[0].messages.len(), 2);
    // when its turn has come the early one is taken without a word
    session
        .take_in(Carrier::File, &example(&plan, "add", "report"), "Ada")
        .expect("a message");
    let again = session
        .take_in(Carrier::File, &example(&plan, "delete", "report"), "Ada")
        .expect("a message");
    assert_eq!(again[0].step.as_deref(), Some("clinic/delete/report"));
}

#[test]
fn several_messages_of_one_file_are_taken_in_order() {
    let session = begin("clinic");
    let plan = session.plan().clone();
    let mut file = b"FHS|^~\\&\rBHS|^~\\&\r".to_vec();
    file.extend(example(&plan, "add", "report"));
    file.extend(example(&plan, "delete", "report"));
    file.extend(example(&plan, "query", "query"));
    file.extend(b"BTS|3\rFTS|1\r");
    let taken = session
        .take_in(Carrier::File, &file, "Ada")
        .expect("messages");
    let steps: Vec<&str> = taken.iter().filter_map(|t| t.step.as_deref()).collect();
    assert_eq!(
        steps,
        [
            "clinic/add/report",
            "clinic/delete/report",
            "clinic/query/query"
        ]
    );
    let refused = session.take_in(Carrier::Paste, b"hello", "Ada");
    assert!(matches!(refused, Err(ActError::NothingIn)));
    assert!(matches!(
        session.take_in(Carrier::Paste, b"", "Ada"),
        Err(ActError::NothingIn)
    ));
}

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

fn soap(url: &str, credentials: Credentials) -> SoapClient {
    let options = ClientOptions {
        credentials,
        clock: clock(),
        ..ClientOptions::default()
    };
    SoapClient::new(url, options).expect("an address")
}

#[test]
fn calls_judge_the_transport_and_others_credentials_are_turned_away() {
    let mut options = options();
    options.credentials = Some(common::credentials());
    let session =
        Session::begin(plan("desk"), options, Box::new(MemoryJournal::new())).expect("begins");
    let endpoints = session
        .listen(ListenOptions {
            mllp: Some(([127, 0, 0, 1], 0).into()),
            ..ListenOptions::default()
        })
        .expect("free ports");
    let message = example(session.plan(), "twice", "first");
    let stranger = soap(
        endpoints.soap_url(),
        Credentials::new("mallory", "guess", "CLINIC"),
    );
    assert!(stranger.submit(&message).fault().is_some());
    assert!(stranger.submit(&message).fault().is_some());
    let notices = session.notices();
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].id, "refused");
    assert!(notices[0].text.contains("mallory"));
    assert!(session.messages().is_empty());

    let client = soap(endpoints.soap_url(), common::credentials());
    assert!(client.connectivity_test("hello").outcome.is_ok());
    let reply = client.submit(&message);
    assert!(matches!(reply.outcome, Ok(Answer::Reply(_))));
    // over MLLP: the same message again, and one that is no message
    let mut stream =
        std::net::TcpStream::connect(endpoints.mllp().expect("listens")).expect("connects");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a socket");
    stream.write_all(&frame(&message)).expect("sent");
    let answer = read_frame(&mut stream);
    assert_eq!(field(&answer, "MSA", 2), field(&message, "MSH", 10));
    drop(stream);
    endpoints.close();
    let result = session.result();
    assert_eq!(verdict(&result, "wire/echo").0, Verdict::Passed);
    let submit = step(&result, "wire/submit");
    assert_eq!(submit.verdict, Verdict::Passed);
    assert_eq!(submit.exchanges.len(), 1);
    assert_eq!(verdict(&result, "wire/elsewhere").0, Verdict::NotApplicable);
    let ways: Vec<Carrier> = session.messages().iter().map(|m| m.way).collect();
    assert_eq!(ways, [Carrier::Soap, Carrier::Mllp]);
    assert_eq!(session.messages()[1].delivered, Some(true));
}

fn read_frame(stream: &mut std::net::TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let mut part = [0u8; 1024];
    while !all.ends_with(b"\x1C\r") {
        let n = stream.read(&mut part).expect("an answer in time");
        assert!(n > 0, "the connection was closed");
        all.extend_from_slice(&part[..n]);
    }
    all[1..all.len() - 2].to_vec()
}

#[test]
fn several_testers_act_at_once_and_everybody_sees_it() {
    let session = begin("desk");
    let began = session.revision();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| session.wait(began, Duration::from_secs(20)));
        for tester in ["Ada", "Bea", "Cleo", "Dan"] {
            let session = session.clone();
            scope.spawn(move || {
                for n in 0..5 {
                    let what = What::Comment {
                        step: "desk/hand/warn".to_owned(),
                        text: format!("{tester} {n}"),
                    };
                    session.act(tester, what).expect("written");
                }
            });
        }
        assert!(waiting.join().expect("waited") > began);
    });
    assert_eq!(session.revision(), began + 20);
    let history = session.history();
    assert_eq!(history.iter().filter(|h| h.by == "Ada").count(), 5);
    assert!(history.windows(2).all(|w| w[0].seq + 1 == w[1].seq));
    assert_eq!(
        session.wait(session.revision(), Duration::ZERO),
        began + 20,
        "nothing new, and no time to wait"
    );
}

#[test]
fn a_session_in_a_file_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("session.sqlite");
    let journal = SqliteJournal::create(&path).expect("made");
    let session = Session::begin(plan("desk"), options(), Box::new(journal)).expect("begins");
    let picture = Attachment {
        name: "shot.png",
        title: "",
        media_type: "image/png",
    };
    let bytes: Vec<u8> = (0..2_500_000u32).map(|n| n as u8).collect();
    session
        .attach(
            "Ada",
            "desk/hand/warn",
            &picture,
            &mut bytes.as_slice(),
            u64::MAX,
        )
        .expect("kept");
    played(&session);
    let (before, revision) = (
        session.result().to_json().expect("writes"),
        session.revision(),
    );
    // while it is open nobody else has it
    assert!(matches!(
        SqliteJournal::open(&path),
        Err(JournalError::InUse { .. })
    ));
    drop(session);
    let journal = SqliteJournal::open(&path).expect("opens");
    let session = Session::resume(plan("desk"), options(), Box::new(journal)).expect("resumes");
    assert_eq!(session.revision(), revision);
    assert!(session.result().to_json().expect("writes") == before);
    let sha256 = step(&session.result(), "hand/warn").files[0].sha256.clone();
    assert_eq!(session.file(&sha256).expect("reads"), Some(bytes));
    drop(session);

    // the same file with another plan
    let journal = SqliteJournal::open(&path).expect("opens");
    let other = Session::resume(plan("clinic"), options(), Box::new(journal));
    let error = other.expect_err("another plan");
    assert!(matches!(error, SessionError::OtherPlan { .. }));
    assert_eq!(
        error.to_string(),
        "the session was begun with the plan desk 1.0, and another plan was given"
    );
    // begun again
    let journal = SqliteJournal::open(&path).expect("opens");
    let twice = Session::begin(plan("desk"), options(), Box::new(journal));
    assert!(matches!(twice, Err(SessionError::Begun)));
    assert!(matches!(
        SqliteJournal::create(&path),
        Err(JournalError::Exists { .. })
    ));
}

#[test]
fn a_file_that_is_no_session_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    assert!(matches!(
        SqliteJournal::open(at("none.sqlite")),
        Err(JournalError::Missing { .. })
    ));
    std::fs::write(
        at("text.sqlite"),
        "this is a letter and not a database at all",
    )
    .expect("written");
    std::fs::write(at("empty.sqlite"), "").expect("written");
    for name in ["text.sqlite", "empty.sqlite"] {
        let why = SqliteJournal::open(at(name)).expect_err("no session");
        assert!(matches!(why, JournalError::NotAJournal { .. }), "{why:?}");
    }
    {
        let other = rusqlite::Connection::open(at("other.sqlite")).expect("made");
        other.execute_batch("CREATE TABLE t (x)").expect("a table");
    }
    assert!(matches!(
        SqliteJournal::open(at("other.sqlite")),
        Err(JournalError::NotAJournal { .. })
    ));
    drop(SqliteJournal::create(at("newer.sqlite")).expect("made"));
    {
        let newer = rusqlite::Connection::open(at("newer.sqlite")).expect("opens");
        newer.pragma_update(None, "user_version", 99).expect("set");
    }
    let why = SqliteJournal::open(at("newer.sqlite")).expect_err("a newer one");
    assert!(why.to_string().contains("version 99"), "{why}");

    // a whole session with a page of it overwritten
    let journal = SqliteJournal::create(at("torn.sqlite")).expect("made");
    let session = Session::begin(plan("desk"), options(), Box::new(journal)).expect("begins");
    played(&session);
    drop(session);
    let mut bytes = std::fs::read(at("torn.sqlite")).expect("reads");
    let half = bytes.len() / 2;
    bytes[4096..half.max(8192)].fill(0x5a);
    std::fs::write(at("torn.sqlite"), &bytes).expect("written");
    let why = SqliteJournal::open(at("torn.sqlite")).expect_err("it is damaged");
    assert!(matches!(why, JournalError::Damaged { .. }), "{why:?}");
}

#[test]
fn the_registry_holds_what_the_plan_says_before_and_after_an_interruption() {
    let query = example(&plan("clinic"), "query", "query");
    let asks = |id: &str| {
        changed(
            &query,
            &[("QPD-3.1", id), ("MSH-10", id), ("QPD-4.1", "Nobody")],
        )
    };
    let shared = Shared::default();
    let session =
        Session::begin(plan("desk"), options(), Box::new(shared.clone())).expect("begins");
    let found = |session: &Session, id: &str| -> String {
        let taken = session
            .take_in(Carrier::Paste, &asks(id), "Ada")
            .expect("a message");
        field(taken[0].answer.as_ref().expect("an answer"), "QAK", 2)
    };
    // C9 is the plan's, B3 is reported by the system under test
    assert_eq!(found(&session, "C9"), "OK");
    session
        .take_in(
            Carrier::File,
            &example(session.plan(), "hand", "second"),
            "Ada",
        )
        .expect("a message");
    assert_eq!(found(&session, "B3"), "OK");
    drop(session);
    let again = Session::resume(plan("desk"), options(), Box::new(shared)).expect("resumes");
    assert_eq!(found(&again, "C9"), "OK");
    assert_eq!(found(&again, "B3"), "OK");
}
