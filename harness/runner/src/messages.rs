//! Small questions about messages and the steps that exchange them.

use crate::stage::ids;
use titer_hl7::{Message, Offsets};
use titer_plan::model::{self, Case, Expectation, Form, Refs};
use titer_plan::syntax::StepRef;

/// Which step's message a reply answers: the one that it names, or the last one that was sent before it.
pub(crate) fn answers(case: &Case, step: &model::Step, reply: &model::Reply) -> Option<StepRef> {
    if let Some(to) = &reply.to {
        return to.get().cloned();
    }
    case.steps
        .iter()
        .take_while(|s| s.id.text() != step.id.text())
        .filter(|s| s.send.is_some())
        .last()
        .map(|s| StepRef {
            case: None,
            step: s.id.text().to_owned(),
        })
}

// the plan's profiles, else those with which the guide lets such a message be answered
pub(crate) fn profiles(named: Option<&Refs>, sent: &[u8]) -> Vec<String> {
    let named = ids(named);
    if !named.is_empty() {
        return named.into_iter().map(str::to_owned).collect();
    }
    let usual: &[&str] = match (
        header(sent, "MSH", 9).as_str(),
        header(sent, "QPD", 1).as_str(),
    ) {
        ("QBP", "Z44") => &["Z42", "Z33"],
        ("QBP", _) => &["Z31", "Z32", "Z33"],
        _ => &["Z23"],
    };
    usual.iter().map(|p| (*p).to_owned()).collect()
}

/// The first component of a field, decoded; empty when it is not there.
pub(crate) fn header(bytes: &[u8], segment: &str, field: u32) -> String {
    let mut table = Offsets::new();
    let message = Message::parse(bytes, &mut table);
    let Some(segment) = message.segment(segment, 1) else {
        return String::new();
    };
    segment.text(field, 1).into_owned()
}

pub(crate) fn has_error(bytes: &[u8]) -> bool {
    let mut table = Offsets::new();
    let message = Message::parse(bytes, &mut table);
    message.all("ERR").any(|e| e.text(4, 1) == "E")
}

/// `VXU`, `QBP`, `ACK`, `RSP`, or `message`.
pub(crate) fn type_of(bytes: &[u8]) -> String {
    match header(bytes, "MSH", 9) {
        code if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) => code,
        _ => "message".to_owned(),
    }
}

// whether the plan itself says something about a place
pub(crate) fn names(expect: &[Expectation], path: &str) -> bool {
    expect.iter().any(|e| match e.form() {
        Some(Form::Value(at, _)) => at.text() == path,
        Some(Form::Fixed(entries)) => entries.iter().any(|(at, _)| at.text() == path),
        Some(Form::Listed(entries)) => entries.iter().any(|(at, _)| at.text() == path),
        _ => false,
    })
}
