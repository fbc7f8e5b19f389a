//! The result, and everything that a tester can say against it.

use super::super::frame::Visit;
use super::super::lines::{self, only_done};
use super::parts::{AttestationView, Choice, Forms, Option_, ResultView};
use crate::acts::RESULTS;
use crate::app::{App, Now};
use crate::words::sentence;
use titer_runner::result::{Evaluation, Judged, Outcome, Step, Verdict};
use titer_runner::session::StepView;

pub(super) fn result(now: &Now, step: &Step, view: &StepView, visit: &Visit) -> ResultView {
    let kept = visit.kept();
    let attest = view.statement.is_some();
    let done = only_done(step) && !attest;
    let applies = step.verdict != Verdict::NotApplicable;
    let settle = applies && matches!(step.evaluation, Evaluation::Evaluated);
    let own = step.overridden.is_some() || step.judged == Judged::Juror;
    let options = RESULTS
        .into_iter()
        .map(|(value, _)| {
            let (id, word) = match value {
                "passed" => ("passed", "passed"),
                "passed-with-exception" => {
                    ("passed-with-exception", "passed with a notable exception")
                }
                "failed" => ("failed", "failed"),
                "failed-not-supported" => ("failed", "failed: not supported"),
                "inconclusive" => ("inconclusive", "inconclusive"),
                _ => ("pending", "open"),
            };
            let now = match step.verdict {
                Verdict::Passed => "passed",
                Verdict::PassedWithException => "passed-with-exception",
                Verdict::Failed if step.not_supported => "failed-not-supported",
                Verdict::Failed => "failed",
                Verdict::Inconclusive => "inconclusive",
                _ => "pending",
            };
            Choice {
                value,
                id,
                class: String::new(),
                word,
                on: kept.or("verdict", if own { now } else { "" }) == value,
            }
        })
        .collect();
    let machine = step.judged.by_machine() && step.verdict != Verdict::Pending;
    ResultView {
        head: "Result",
        words: if !applies {
            "The step cannot apply to your system.".to_owned()
        } else if attest {
            "Read the statement. Whoever may speak for the product attests it.".to_owned()
        } else if done {
            "Say so here, and go on to the next step. It never counts; the rest of this page can stay empty.".to_owned()
        } else if machine {
            format!(
                "The program says: {}. When you know better, set your own result and say why; the report shows both.",
                lines::word(step, false)
            )
        } else if lines::by_message(step) {
            "The program judges it when the message comes. When your EHR cannot do it, say so here."
                .to_owned()
        } else {
            "It follows from the checklist, from what you copied here, or from later messages. You can also set it yourself.".to_owned()
        },
        attest,
        statement: view.statement.clone().unwrap_or_default(),
        attestations: step
            .attestations
            .iter()
            .map(|a| AttestationView {
                words: format!(
                    "Attested by {}{} on {}{}.",
                    a.name,
                    a.role
                        .as_ref()
                        .map(|r| format!(" ({r})"))
                        .unwrap_or_default(),
                    a.date,
                    a.expires
                        .map(|d| format!(", valid until {d}"))
                        .unwrap_or_default()
                ),
                statement: a.statement.clone(),
            })
            .collect(),
        done,
        is_done: now.is_done(&step.path),
        settle,
        legend: if machine {
            "Overrule the program"
        } else {
            "Your own result"
        },
        options,
        reason_hint: if machine {
            "Needed: it stands on the report beside what the program found."
        } else {
            ""
        },
        reason_wrong: visit.wrong("because"),
    }
}

pub(super) fn waivable(step: &Step, chosen: Option<&str>) -> Vec<Option_> {
    let mut all: Vec<Option_> = Vec::new();
    let mut put = |value: &str, word: String| {
        if !all.iter().any(|o| o.value == value) {
            all.push(Option_ {
                on: chosen == Some(value),
                value: value.to_owned(),
                word,
            });
        }
    };
    for a in step
        .assertions
        .iter()
        .filter(|a| matches!(a.outcome, Outcome::NotMet | Outcome::Inconclusive))
    {
        put(&a.what, sentence(&a.what));
    }
    for f in step
        .all_findings()
        .filter(|f| f.severity == titer_finding::Severity::Error)
    {
        put(&f.rule, format!("{} at {}", f.rule, f.location.path));
    }
    all
}

pub(super) fn forms(app: &App, now: &Now, step: &Step, visit: &Visit) -> Forms {
    let kept = visit.kept();
    let comment = now.comment(&step.path).to_owned();
    let own = step
        .overridden
        .as_ref()
        .map(|o| o.because.clone())
        .unwrap_or_default();
    let today = app.clock.now().date().to_string();
    Forms {
        text: kept.or("text", ""),
        title: kept.or("title", ""),
        name: kept.or("name", &visit.tester),
        role: kept.or("role", now.result.system.vendor.as_deref().unwrap_or("")),
        date: kept.or("date", &today),
        expires: kept.or("expires", ""),
        because: kept.or("because", &own),
        comment: kept.or("comment", &comment),
        was_comment: comment,
        reason: kept.or("reason", ""),
    }
}
