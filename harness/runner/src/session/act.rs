//! What an act must be before it counts.

use super::entry::{Settled, What};
use super::error::ActError;
use super::session::Inner;
use super::settle::{Sources, can_be_waived, never_counts};
use super::state::{At, State};
use crate::result::{Evaluation, Verdict};
use titer_plan::model::StepKind;

impl Inner {
    /// The place of a step that an act names.
    pub(super) fn check_step(&self, path: &str) -> Result<At, ActError> {
        let at = self.fold.at(path).ok_or_else(|| ActError::NoStep {
            step: path.to_owned(),
        })?;
        let applies = self
            .fold
            .plan_step(at)
            .is_some_and(|(_, s)| self.fold.setting.not_applicable(s).is_none());
        if applies {
            Ok(at)
        } else {
            Err(wrong(path, "it does not apply to an EHR"))
        }
    }

    pub(super) fn check(&self, state: &State, what: &What) -> Result<(), ActError> {
        match what {
            What::Assign { message, step } => {
                if !state.arrivals.contains_key(message) {
                    return Err(ActError::NoMessage { seq: *message });
                }
                let Some(step) = step else { return Ok(()) };
                let at = self.check_step(step)?;
                match self.fold.plan_step(at) {
                    Some((_, s)) if s.send.is_some() => Ok(()),
                    _ => Err(wrong(step, "it is no step that a message is sent for")),
                }
            }
            What::Mark { step, item, .. } => {
                let at = self.check_step(step)?;
                // a later line was marked before: the list is known to be as long
                let known = state
                    .said
                    .get(&at)
                    .is_some_and(|said| said.marks.keys().any(|line| line >= item));
                if known {
                    return Ok(());
                }
                let lines = self
                    .fold
                    .by_machine(&Sources::new(state, &|_| None), at)
                    .checklist
                    .len();
                if *item < lines {
                    Ok(())
                } else {
                    Err(ActError::NoItem {
                        step: step.clone(),
                        item: *item,
                    })
                }
            }
            What::Supply { step, .. } | What::Retell { step, .. } => {
                let at = self.check_step(step)?;
                let kind = self.fold.plan_step(at).and_then(|(_, s)| s.kind());
                if self.fold.is_manual(at) || kind == Some(StepKind::Reply) {
                    Ok(())
                } else {
                    Err(wrong(step, "it is judged from messages"))
                }
            }
            What::RemoveFile { step, file } => {
                let at = self.check_step(step)?;
                let there = state
                    .said
                    .get(&at)
                    .is_some_and(|s| s.files.contains_key(file));
                if there {
                    Ok(())
                } else {
                    Err(ActError::NoFile {
                        step: step.clone(),
                        file: *file,
                    })
                }
            }
            What::Comment { step, .. } => self.check_step(step).map(|_| ()),
            What::Settle {
                step,
                verdict,
                because,
            } => self.check_settle(state, step, *verdict, because),
            What::Attest { step, attestation } => {
                let at = self.check_step(step)?;
                if !self.fold.is_manual(at) || self.never_counts(at) {
                    return Err(wrong(step, "it is not for a person to declare"));
                }
                if attestation.name.trim().is_empty() {
                    return Err(ActError::Missing {
                        what: "the name of the person who declares",
                    });
                }
                if attestation.statement.trim().is_empty() {
                    return Err(ActError::Missing {
                        what: "what is declared",
                    });
                }
                attestation
                    .date
                    .parse::<jiff::civil::Date>()
                    .map(|_| ())
                    .map_err(|_| ActError::Missing {
                        what: "the date of the declaration, as 2026-03-12,",
                    })
            }
            What::Done { step, .. } => {
                let at = self.check_step(step)?;
                if self.never_counts(at) {
                    Ok(())
                } else {
                    Err(wrong(step, "it is judged, and not only done"))
                }
            }
            What::Waive { step, what, reason } => {
                let at = self.check_step(step)?;
                if what.trim().is_empty() {
                    return Err(ActError::Missing {
                        what: "what is waived",
                    });
                }
                if reason.trim().is_empty() {
                    return Err(ActError::Missing {
                        what: "the reason for the waiver",
                    });
                }
                let now = self.fold.by_machine(&Sources::new(state, &|_| None), at);
                if can_be_waived(&now, what) {
                    Ok(())
                } else {
                    Err(ActError::NothingToWaive {
                        step: step.clone(),
                        what: what.clone(),
                    })
                }
            }
            What::Modification { text } => {
                if text.trim().is_empty() {
                    return Err(ActError::Missing {
                        what: "what was changed",
                    });
                }
                Ok(())
            }
            What::System { .. } => Ok(()),
            // files come with their bytes, by `attach`
            What::File { .. }
            | What::Begun { .. }
            | What::Message { .. }
            | What::Answered { .. }
            | What::Delivered { .. }
            | What::Echo { .. }
            | What::Refused { .. }
            | What::Undo { .. } => Err(ActError::NotAnAct),
        }
    }

    fn never_counts(&self, at: At) -> bool {
        self.fold
            .plan_step(at)
            .is_some_and(|(_, s)| never_counts(s))
    }

    fn check_settle(
        &self,
        state: &State,
        step: &str,
        verdict: Settled,
        because: &str,
    ) -> Result<(), ActError> {
        let at = self.check_step(step)?;
        let now = self.fold.by_machine(&Sources::new(state, &|_| None), at);
        match now.evaluation {
            Evaluation::Evaluated => {}
            Evaluation::Attestation => {
                return Err(wrong(step, "it is declared, and has no result"));
            }
            Evaluation::NotEvaluated { .. } => {
                return Err(wrong(step, "it never counts, and has no result"));
            }
            Evaluation::NotApplicable { .. } => {
                return Err(wrong(step, "it does not apply to an EHR"));
            }
        }
        let machine = now.judged.by_machine() && now.verdict.is_judged();
        let same = match verdict {
            Settled::Pending => true,
            Settled::Passed => now.verdict == Verdict::Passed,
            Settled::PassedWithException => now.verdict == Verdict::PassedWithException,
            Settled::Failed => now.verdict == Verdict::Failed,
            Settled::FailedNotSupported => false,
            Settled::Inconclusive => now.verdict == Verdict::Inconclusive,
        };
        if machine && !same && because.trim().is_empty() {
            return Err(ActError::ReasonNeeded {
                step: step.to_owned(),
            });
        }
        Ok(())
    }
}

fn wrong(step: &str, why: &'static str) -> ActError {
    ActError::WrongKind {
        step: step.to_owned(),
        why,
    }
}
