//! Which cases run, and what is known to fail.

use crate::error::RunError;
use crate::result;
use titer_plan::model::{Case, KnownFailure, Side};
use titer_plan::{Pattern, Plan};

fn read(pattern: &str) -> Result<Pattern, RunError> {
    pattern.parse().map_err(|why| RunError::Pattern {
        pattern: pattern.to_owned(),
        why,
    })
}

fn chooses(pattern: &Pattern, plan: &Plan, case: &Case) -> bool {
    let path = plan.case_path(case);
    let short = case.id.text().to_owned();
    let hit = |path: &str| pattern.covers(path);
    hit(&path)
        || hit(&short)
        || case.steps.iter().any(|s| {
            pattern.matches(&plan.step_path(case, s))
                || pattern.matches(&format!("{short}/{}", s.id))
        })
}

/// Ids of the cases that run, in the plan's order: those that a pattern chooses, and those that must have run before.
pub(crate) fn cases(plan: &Plan, patterns: &[String]) -> Result<Vec<String>, RunError> {
    if plan.cases().next().is_none() {
        return Err(RunError::EmptyPlan {
            plan: plan.id.clone(),
        });
    }
    let read: Vec<Pattern> = patterns.iter().map(|p| read(p)).collect::<Result<_, _>>()?;
    let mut chosen: Vec<String> = plan
        .cases()
        .filter(|(_, c)| read.is_empty() || read.iter().any(|p| chooses(p, plan, c)))
        .map(|(_, c)| c.id.text().to_owned())
        .collect();
    if chosen.is_empty() {
        return Err(RunError::NothingSelected {
            plan: plan.id.clone(),
            filter: patterns.join("`, `"),
            near: near(plan, patterns),
        });
    }
    // what they need, and what that needs
    let mut at = 0;
    while let Some(id) = chosen.get(at).cloned() {
        let needed = plan.case(&id).and_then(|c| c.after.as_ref());
        for before in needed.into_iter().flatten() {
            if !chosen.contains(&before.value) && plan.case(&before.value).is_some() {
                chosen.push(before.value.clone());
            }
        }
        at += 1;
    }
    let wanted = chosen;
    Ok(plan
        .cases()
        .map(|(_, c)| c.id.text().to_owned())
        .filter(|id| wanted.contains(id))
        .collect())
}

fn near(plan: &Plan, patterns: &[String]) -> Vec<String> {
    let names: Vec<String> = plan.cases().map(|(_, c)| c.id.text().to_owned()).collect();
    patterns
        .iter()
        .filter_map(|p| {
            let last = p.split('/').find(|part| *part != plan.id)?;
            titer_finding::words::nearest(last, names.iter().map(String::as_str)).map(str::to_owned)
        })
        .collect()
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
