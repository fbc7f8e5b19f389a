//! Which step a message is, and what is done with one that is none.

use crate::common::{plan, step};
use crate::{Shared, begin, changed, example, field, options, played, verdict};
use titer_runner::result::{Judged, StepKind, Verdict};
use titer_runner::session::{ActError, Carrier, Journal, MemoryJournal, Session, What};

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
