//! Which cases run, and what is known to fail.

use crate::error::RunError;
use crate::result;
use titer_plan::model::{KnownFailure, Side};
use titer_plan::{Pattern, Plan};

/// Ids of the cases that run, in the plan's order: those that a pattern chooses, and those that must have run before.
pub(crate) fn cases(plan: &Plan, patterns: &[String]) -> Result<Vec<String>, RunError> {
    let chosen = plan
        .select(patterns)
        .map_err(|why| RunError::Selection(Box::new(why)))?;
    if chosen.iter().all(|c| c.case.steps.is_empty()) {
        return Err(RunError::EmptyPlan {
            plan: plan.id.clone(),
        });
    }
    Ok(chosen
        .into_iter()
        .map(|c| c.case.id.text().to_owned())
        .collect())
}

/// The known failures of one side.
pub(crate) struct Known {
    entries: Vec<KnownFailure>,
}

impl Known {
    pub(crate) fn new(entries: &[KnownFailure], side: Side) -> Self {
        Self {
            entries: entries
                .iter()
                .filter(|k| k.side.is_none_or(|s| s == side))
                .cloned()
                .collect(),
        }
    }

    /// The entry for a case as a whole.
    pub(crate) fn case(&self, path: &str) -> Option<&KnownFailure> {
        self.find(|p| p.covers(path))
    }

    /// The entry for one step, where there is none for its case.
    pub(crate) fn step(&self, path: &str) -> Option<&KnownFailure> {
        let (case, _) = path.rsplit_once('/').unwrap_or((path, ""));
        self.find(|p| p.matches(path) && !p.covers(case))
    }

    fn find(&self, hit: impl Fn(&Pattern) -> bool) -> Option<&KnownFailure> {
        self.entries.iter().find(|k| k.name.get().is_some_and(&hit))
    }

    /// Patterns that match nothing in the whole plan.
    pub(crate) fn unmatched(&self, plan: &Plan) -> Vec<String> {
        self.entries
            .iter()
            .filter(|k| {
                k.name.get().is_none_or(|p| {
                    !plan.cases().any(|(_, c)| {
                        p.covers(&plan.case_path(c))
                            || c.steps.iter().any(|s| p.matches(&plan.step_path(c, s)))
                    })
                })
            })
            .map(|k| k.name.text().to_owned())
            .collect()
    }
}

/// The entry as the result document keeps it.
pub(crate) fn noted(known: &KnownFailure) -> result::KnownFailure {
    result::KnownFailure {
        pattern: known.name.text().to_owned(),
        reason: known.because.clone(),
        reference: None,
    }
}
