//! What is waited for, what came, and what was found in it.

use super::super::frame::Visit;
use super::super::lines::{self, short};
use super::parts::{Came, Compared, Unclear, Waiting};
use crate::app::{App, Now};
use crate::message::{self, MessageView};
use crate::words::{full, sentence};
use titer_runner::result::{Assertion, Origin, Outcome, Step, StepKind, Verdict};
use titer_runner::session::StepView;

pub(super) fn waiting(app: &App, visit: &Visit, step: &Step, view: &StepView) -> Option<Waiting> {
    if step.verdict != Verdict::Pending || !lines::by_message(step) || step.kind == StepKind::TaAck
    {
        return None;
    }
    let addresses = app.addresses().seen_from(&visit.host);
    if let Some(before) = &view.waits_for {
        return Some(Waiting {
            words: "Another step comes first",
            connect: false,
            how: format!(
                "This step is open for its message when {} has had its own.",
                short(before)
            ),
        });
    }
    Some(if step.kind == StepKind::Transport {
        Waiting {
            words: "Waiting for a call by SOAP",
            connect: true,
            how: format!("Let your EHR call {}.", addresses.soap),
        }
    } else {
        Waiting {
            words: "Waiting for the message",
            connect: true,
            how: format!(
                "It appears here by itself when your EHR sends it to {} (SOAP) or {} (HTTP); with the login of the start page. You can also paste it below.",
                addresses.soap, addresses.http
            ),
        }
    })
}

pub(super) fn ambiguous(now: &Now, view: &StepView) -> Vec<Unclear> {
    now.messages
        .iter()
        .filter(|m| view.candidates.contains(&m.seq) && now.is_unclear(m.seq))
        .map(|m| Unclear {
            seq: m.seq,
            because: m.because.as_deref().map(full).unwrap_or_default(),
        })
        .collect()
}

pub(super) fn came(app: &App, now: &Now, step: &Step, view: &StepView) -> Vec<Came> {
    let of = view
        .message
        .and_then(|seq| now.messages.iter().find(|m| m.seq == seq));
    step.messages
        .iter()
        .enumerate()
        .map(|(i, m)| {
            let bytes = m.body.bytes();
            let ours = m.origin == Origin::Harness;
            let mut words = Vec::new();
            let of = of.filter(|v| ours || v.bytes == bytes);
            match of {
                Some(v) if ours => words.push(super::super::messages::answered_words(v)),
                Some(v) => words.push(format!(
                    "Came by {} on {}.",
                    v.way.words(),
                    crate::words::time(v.at)
                )),
                None => {}
            }
            if let (Some(profile), false) = (&m.profile, ours) {
                words.push(format!("Judged by the profile {profile}."));
            }
            let id = format!("m{}", i + 1);
            Came {
                head: if ours {
                    "The answer that was sent".to_owned()
                } else {
                    "The message as it arrived".to_owned()
                },
                words: words.join(" "),
                href: of
                    .map(|v| format!("/messages/{}", v.seq))
                    .unwrap_or_default(),
                view: message::view(&id, &m.title, &bytes, &m.findings, &app.catalogue),
            }
        })
        .collect()
}

pub(super) fn finding(a: &Assertion) -> Compared {
    let (symbol, word) = match a.outcome {
        Outcome::Error => ("error", "could not be judged"),
        Outcome::NotMet => ("failed", "not met"),
        Outcome::Inconclusive => ("inconclusive", "inconclusive"),
        Outcome::Allowed => ("passed-with-exception", "also allowed"),
        Outcome::Met => ("passed", "met"),
    };
    Compared {
        what: sentence(&a.what),
        at: a.at.clone().unwrap_or_default(),
        expected: a.expected.clone().unwrap_or_default(),
        found: a
            .found
            .as_ref()
            .map(|f| {
                if f.reveal().is_empty() {
                    "(empty)".to_owned()
                } else {
                    f.reveal().to_owned()
                }
            })
            .unwrap_or_default(),
        because: a.because_text(false).map(|b| full(&b)).unwrap_or_default(),
        symbol,
        word,
    }
}

pub(super) fn example(app: &App, view: &StepView) -> Option<MessageView> {
    let bytes = view.example.as_ref()?;
    Some(message::view(
        "example-message",
        "Example",
        bytes,
        &[],
        &app.catalogue,
    ))
}
