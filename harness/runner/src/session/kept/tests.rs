//! A whole plan, played with right and wrong answers, second thoughts and messages of nobody: after every entry the
//! document that is made with what was kept is the one that is made anew.

use super::Kept;
use crate::result::{
    AnswerSource, Answers, Assertion, Attestation, CodeSeen, CohortSeen, DoseSeen, ForecastSeen,
    Outcome, PatientSeen, RunResult, StockSeen,
};
use crate::session::entry::undone;
use crate::session::{
    Attachment, Carrier, Entry, MemoryJournal, Session, SessionOptions, Settled, What,
};
use jiff::civil::date;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use titer_finding::Phi;
use titer_hl7::clock::Clock;
use titer_hl7::edit::Editor;
use titer_plan::{NothingYet, Plan};

/// Ten minutes later whenever it is asked.
struct Ticking(AtomicU32);

impl Clock for Ticking {
    fn now(&self) -> jiff::Zoned {
        let at = date(2026, 11, 22).at(9, 30, 0, 0);
        let at = at.to_zoned(jiff::tz::TimeZone::UTC).expect("a time");
        &at + jiff::Span::new().minutes(10 * self.0.fetch_add(1, Ordering::Relaxed))
    }

    fn elapsed(&self) -> Duration {
        Duration::from_secs(600 * u64::from(self.0.load(Ordering::Relaxed)))
    }
}

fn begin(plan: Arc<Plan>) -> Session {
    let options = SessionOptions::new("an EHR").clock(Arc::new(Ticking(AtomicU32::new(0))));
    Session::begin(plan, options, Box::new(MemoryJournal::new())).expect("begins")
}

// what a system could show, taken from the test data of the plan; every third dose has another lot
fn shown(session: &Session, source: AnswerSource) -> Answers {
    let plan = session.plan().clone();
    let occasion = session.inner.fold.setting.occasion();
    let scope = plan.plan_scope(&occasion);
    let text = |t: &titer_plan::model::Text| scope.text(t).unwrap_or_default();
    let mut all = Answers::from(source);
    let mut doses = Vec::new();
    for (n, order) in plan.data.orders.values().enumerate() {
        let order = &order.value;
        let vaccine = plan.data.vaccines.get(&order.vaccine.value);
        doses.push(DoseSeen {
            cvx: vaccine.map(|v| text(&v.value.cvx)),
            date: Phi::new(text(&order.date)),
            lot: order.lot.as_ref().map(|l| {
                if n % 3 == 0 {
                    "OTHER".to_owned()
                } else {
                    text(l)
                }
            }),
            ..DoseSeen::default()
        });
    }
    all.before = Some(doses.iter().take(3).cloned().collect());
    all.forecast = Some(
        ["MMR", "Influenza", "HPV"]
            .into_iter()
            .map(|name| ForecastSeen {
                vaccine: name.to_owned(),
                due: Some(Phi::new("12/01/2026")),
                ..ForecastSeen::default()
            })
            .collect(),
    );
    all.stock = Some(
        plan.data
            .stock
            .values()
            .map(|line| StockSeen {
                lot: text(&line.value.lot),
                doses: 9,
                ..StockSeen::default()
            })
            .collect(),
    );
    all.cohort = Some(vec![CohortSeen::default()]);
    all.reactions = vec![CodeSeen {
        code: "39579001".to_owned(),
        ..CodeSeen::default()
    }];
    let patient = plan.data.patients.values().next().map(|p| &p.value);
    all.patient = patient.map(|p| PatientSeen {
        family: Some(Phi::new(text(&p.name.family))),
        birth_date: Some(Phi::new(text(&p.birth_date))),
        ..PatientSeen::default()
    });
    all.text = Some(Phi::new("an error; no patient was found"));
    all.doses = Some(doses);
    all
}

fn act(session: &Session, by: &str, what: What) {
    // what is not for this step is refused, and nothing is changed by it
    let _ = session.act(by, what);
}

// the first expectation that a step misses
fn missed(session: &Session, path: &str) -> String {
    let view = session.step_view(path);
    view.and_then(|v| {
        let unmet = |a: &&Assertion| a.outcome == Outcome::NotMet;
        v.step.assertions.iter().find(unmet).map(|a| a.what.clone())
    })
    .unwrap_or_default()
}

// everything that can be done, at every step of the plan
fn play(session: &Session) {
    let plan = session.plan().clone();
    let occasion = session.inner.fold.setting.occasion();
    let mut stray = None;
    for (n, (case, step)) in plan
        .cases()
        .flat_map(|(_, c)| c.steps.iter().map(move |s| (c, s)))
        .enumerate()
    {
        let path = plan.step_path(case, step);
        if let Some(send) = &step.send {
            let scope = plan.scope(&occasion, case, step, &NothingYet);
            let message = scope.message(&send.message.value, &send.vary);
            let message = message.expect("the example can be made");
            let mut wrong = Editor::new(message.clone());
            let at = if n % 2 == 0 { "PID-5.1.1" } else { "RXA-15" };
            let _ = wrong.set(&at.parse().expect("a path"), "WRONG");
            let _ = wrong.set(&"MSH-10".parse().expect("a path"), format!("W{n}"));
            let wrong = wrong.finish();
            for bytes in [&wrong, &message].iter().skip(usize::from(n % 4 != 0)) {
                let taken = session.take_in(Carrier::Paste, bytes, "Ada");
                if let Some(taken) = taken.expect("a message").pop()
                    && taken.step.is_none()
                {
                    stray = Some((taken.message, path.clone()));
                }
            }
            continue;
        }
        let source = match n % 3 {
            0 => AnswerSource::Driver,
            1 => AnswerSource::Tester,
            _ => AnswerSource::Fhir,
        };
        let mut answers = shown(session, source);
        if let Some(view) = session.step_view(&path) {
            answers.seen = view.at_least_one_of;
            answers
                .seen
                .extend(view.step.checklist.iter().map(|c| c.text.clone()));
        }
        let answers = Box::new(answers);
        let step = path.clone();
        act(session, "Ada", What::Supply { step, answers });
        let more = match n % 6 {
            0 => What::Mark {
                step: path.clone(),
                item: 0,
                seen: Some(n % 12 == 0),
                comment: None,
            },
            1 => What::Settle {
                step: path.clone(),
                verdict: Settled::PassedWithException,
                because: "seen otherwise".to_owned(),
            },
            2 => What::Waive {
                step: path.clone(),
                what: missed(session, &path),
                reason: "known".to_owned(),
            },
            3 => What::Comment {
                step: path.clone(),
                text: "looked at".to_owned(),
            },
            4 => What::Done {
                step: path.clone(),
                done: true,
            },
            _ => What::Attest {
                step: path.clone(),
                attestation: Attestation {
                    statement: "it does".to_owned(),
                    name: "Jo".to_owned(),
                    role: None,
                    date: "2026-11-01".to_owned(),
                    expires: Some(date(2026, 11, 22)),
                },
            },
        };
        act(session, "Bob", more);
        if n % 5 == 0 {
            let _ = session.undo(if n % 2 == 0 { "Ada" } else { "Bob" });
        }
        if n % 7 == 0 {
            let file = Attachment {
                name: "record.txt",
                title: "",
                media_type: "text/plain",
            };
            let mut bytes = "a record of nobody".as_bytes();
            let _ = session.attach("Ada", &path, &file, &mut bytes, 1000);
        }
        if let Some((message, of)) = stray.take() {
            let assign = What::Assign {
                message,
                step: Some(of),
            };
            act(session, "Bob", assign);
            if n % 2 == 0 {
                let _ = session.undo("Bob");
            }
        }
    }
}

#[test]
fn what_is_kept_changes_nothing() {
    let plan = Arc::new(titer_plan::load_builtin("iip-v11").expect("a plan of this program"));
    let session = begin(plan);
    play(&session);
    let entries = session.entries();
    assert!(entries.len() > 150, "{} entries", entries.len());
    let fold = &session.inner.fold;
    let blobs = |sha256: &str| session.file(sha256).ok().flatten();
    let mut kept = Kept::default();
    // the state before each entry
    let mut states = vec![fold.all(&[])];
    let mut steps = 0;
    for (n, entry) in entries.iter().enumerate() {
        let so_far: &[Entry] = entries.get(..=n).unwrap_or_default();
        let from = match entry.what {
            What::Undo { seq } => usize::try_from(seq).expect("a number") - 1,
            _ => n,
        };
        let gone = undone(so_far);
        for entry in so_far.get(from..).unwrap_or_default() {
            states.truncate(usize::try_from(entry.seq).expect("a number"));
            let mut state = states.last().expect("a state").clone();
            if gone.contains(&entry.seq) {
                state.pass_over(entry);
            } else {
                fold.apply(&mut state, entry);
            }
            states.push(state);
        }
        let state = states.last().expect("a state");
        let quick: RunResult = fold.result(state, &blobs, &mut kept);
        let anew: RunResult = fold.result(state, &blobs, &mut Kept::default());
        assert!(
            quick == anew,
            "entry {}, {}: {:?}",
            entry.seq,
            entry.what.words(),
            differing(&quick, &anew)
        );
        steps += quick.steps().count() as u64;
    }
    // an entry is about a step or two, and the rest stays as it was
    assert!(kept.judged * 10 < steps, "{} of {steps}", kept.judged);
    // the session, which took back what was undone without going through its journal, has the same document
    let whole = fold.result(&fold.all(&entries), &blobs, &mut Kept::default());
    let bytes = |r: &RunResult| r.to_json().expect("JSON");
    assert!(bytes(&session.document()) == bytes(&whole));
}

fn differing(a: &RunResult, b: &RunResult) -> Vec<String> {
    let of: BTreeMap<&str, _> = b.steps().map(|s| (s.path.as_str(), s)).collect();
    a.steps()
        .filter(|s| of.get(s.path.as_str()) != Some(s))
        .map(|s| s.path.clone())
        .collect()
}
