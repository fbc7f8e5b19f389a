//! Proofs: each is listed once, and belongs to a step that a person would look at.

use super::{Checker, File};
use crate::model::{Action, ProofKind, Step};

impl Checker<'_> {
    pub(super) fn proofs(&mut self, step: &Step, file: &File<'_>) {
        let Some(action) = step.action() else { return };
        let at = step.id.place();
        for (i, proof) in step.proofs.iter().enumerate() {
            if step.proofs.iter().take(i).any(|p| p == proof) {
                let twice = format!("`{}` stands among the proofs twice", proof.key());
                self.error(file.about(at, twice));
            }
            if let Some(why) = senseless(*proof, action, step) {
                self.error(file.about(
                    at,
                    format!(
                        "the step `{}` cannot be proved by `{}`: {why}",
                        step.id,
                        proof.key()
                    ),
                ));
            }
        }
    }
}

fn senseless(proof: ProofKind, action: Action<'_>, step: &Step) -> Option<&'static str> {
    match action {
        Action::Send(_) | Action::QueryBack(_) | Action::Compare(_) | Action::Transport(_) => {
            return Some("the machine judges it by itself");
        }
        Action::Attest(_) => return Some("a declaration is never proved"),
        Action::Reply(_) if !matches!(proof, ProofKind::Driver | ProofKind::Trace) => {
            return Some("what a system shows of an answer is read by a person or a driver");
        }
        _ => {}
    }
    match proof {
        ProofKind::Trace if step.trace.is_empty() => {
            Some("`trace` has to say which message shows it, and what it holds")
        }
        ProofKind::Forecast if !matches!(action, Action::ForecastDisplay(_)) => {
            Some("it shows no forecast")
        }
        ProofKind::Inventory if !matches!(action, Action::Inventory(_)) => {
            Some("it does nothing to the stock")
        }
        ProofKind::Reconciliation
            if !matches!(
                action,
                Action::Reconcile(_) | Action::Inspect(_) | Action::DataEntry(_)
            ) =>
        {
            Some("it brings no doses together")
        }
        _ => None,
    }
}
