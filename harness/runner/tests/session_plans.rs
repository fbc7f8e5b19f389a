//! The shipped plans with an EHR that sends the plan's own examples: every message is known as the step's that it is of.

mod common;

use common::clock;
use std::sync::Arc;
use titer_hl7::{Message, Offsets};
use titer_runner::result::{StepKind, Verdict};
use titer_runner::session::{Carrier, MemoryJournal, Session, SessionOptions};

fn control_id(bytes: &[u8]) -> String {
    let mut table = Offsets::new();
    Message::parse(bytes, &mut table)
        .segment("MSH", 1)
        .map(|s| s.text(10, 1).into_owned())
        .unwrap_or_default()
}

/// Sends every example in the plan's order; what was not known, failed, or was not answered.
fn played(name: &str) -> Vec<String> {
    let plan = Arc::new(titer_plan::load_builtin(name).expect("a plan of this program"));
    let mut options = SessionOptions::new("an EHR that does as the plan says").clock(clock());
    options.fallback = Some(common::Registry::new(common::Slip::None));
    let session =
        Session::begin(plan.clone(), options, Box::new(MemoryJournal::new())).expect("begins");
    let mut told = Vec::new();
    let mut sent = 0;
    for (_, case) in plan.cases() {
        for step in &case.steps {
            let path = plan.step_path(case, step);
            if step.send.is_none() {
                continue;
            }
            let view = session.step_view(&path).expect("the step is there");
            if view.step.verdict == Verdict::NotApplicable {
                continue;
            }
            let example = view.example.expect("the example can be made");
            let taken = session
                .take_in(Carrier::File, &example, "")
                .expect("a message");
            sent += 1;
            let taken = &taken[0];
            if taken.step.as_deref() != Some(path.as_str()) {
                let because = taken.because.clone().unwrap_or_default();
                told.push(format!("{path}: taken for {:?}: {because}", taken.step));
            }
            if taken.answer.as_deref().map(control_id).is_none() {
                told.push(format!("{path}: not answered: {:?}", taken.fault));
            }
        }
    }
    assert!(sent > 10, "{name} sends {sent} messages");
    let result = session.result();
    let messages = result.steps().filter(|s| s.kind == StepKind::SutMessage);
    for step in messages.filter(|s| s.verdict.is_bad()) {
        told.push(format!(
            "{}: {:?}: {}",
            step.path,
            step.verdict,
            step.because.clone().unwrap_or_default()
        ));
    }
    told
}

#[test]
fn every_example_of_the_certification_plan_is_known() {
    assert_eq!(played("onc-2015"), Vec::<String>::new());
}

#[test]
fn every_example_of_the_recognition_plan_is_known() {
    assert_eq!(played("iip-v11"), Vec::<String>::new());
}

#[test]
fn every_example_of_the_recognition_plan_of_2018_is_known() {
    assert_eq!(played("iip-v7"), Vec::<String>::new());
}
