//! A session with an EHR: what is handed in, what testers do, and what is left after an interruption.

#[path = "../common/mod.rs"]
mod common;
mod judging;
mod keeping;
mod matching;

use common::{clock, plan, step};
use std::io::Read;
use std::sync::{Arc, Mutex};
use titer_hl7::edit::Editor;
use titer_hl7::{Message, Offsets};
use titer_plan::{NothingYet, Occasion, Plan};
use titer_runner::result::{Answers, Attestation, Judged, RunResult, Verdict};
use titer_runner::session::{
    Carrier, Entry, Journal, JournalError, MemoryJournal, Session, SessionOptions, Settled, What,
};

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
