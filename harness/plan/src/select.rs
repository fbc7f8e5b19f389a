//! Choosing: which cases and steps of a plan a call means.

use crate::model::{Case, Plan, Step};
use crate::pattern::Pattern;
use std::collections::BTreeSet;
use titer_finding::Diagnostic;

/// A case that was chosen.
#[derive(Clone, Debug)]
pub struct Chosen<'p> {
    /// The case.
    pub case: &'p Case,
    /// Whether it was asked for; otherwise it runs because a case that was asked for needs it.
    pub asked: bool,
    /// Which of its steps were asked for, in order. The others run as well, since steps rest on those before them, and
    /// are not asked for.
    pub steps: Vec<bool>,
}

impl Plan {
    /// Reads a pattern as a user writes it: the plan's id at its start may be left out.
    pub fn pattern(&self, text: &str) -> Result<Pattern, Diagnostic> {
        let first = text.split('/').next().unwrap_or_default();
        let whole = if first == self.id || first == "**" || first == "*" {
            text.to_owned()
        } else {
            format!("{}/{text}", self.id)
        };
        // read as it was written first, so that a mistake is counted in what the user wrote
        text.parse::<Pattern>()
            .and_then(|_| whole.parse())
            .map_err(|e: String| Diagnostic::new(format!("`{text}` is not a pattern: {e}")))
    }

    // ids of steps that no other step or case has, by which the step is known without its case
    fn ids_that_stand_alone(&self) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        let mut twice = BTreeSet::new();
        for (_, case) in self.cases() {
            let steps = case.steps.iter().map(|s| s.id.text());
            for id in steps.chain([case.id.text()]) {
                if !seen.insert(id) {
                    twice.insert(id);
                }
            }
        }
        &seen - &twice
    }

    // every name by which a step can be chosen, its path first
    fn step_names(&self, case: &Case, step: &Step, alone: &BTreeSet<&str>) -> Vec<String> {
        let mut names = Vec::new();
        for c in [&case.id].into_iter().chain(&case.aliases) {
            for s in [&step.id].into_iter().chain(&step.aliases) {
                names.push(format!("{}/{c}/{s}", self.id));
            }
        }
        names.extend(step.aliases.iter().map(|s| format!("{}/{s}", self.id)));
        if alone.contains(step.id.text()) {
            names.push(format!("{}/{}", self.id, step.id));
        }
        names
    }

    /// The cases that the patterns choose, in the plan's order; every case when there are no patterns. A pattern that
    /// chooses nothing is an error. Beside its path a step is known by its aliases and those of its case, and by its id alone
    /// where no other step or case has it. Cases that only tell something are never chosen.
    pub fn select(&self, patterns: &[String]) -> Result<Vec<Chosen<'_>>, Diagnostic> {
        let mut read = Vec::new();
        let alone = self.ids_that_stand_alone();
        for text in patterns {
            let pattern = self.pattern(text)?;
            let names = crate::check::names(self);
            let found = names.iter().any(|n| pattern.covers(n))
                || self.cases().any(|(_, c)| {
                    c.steps.iter().any(|s| {
                        let other = self.step_names(c, s, &alone);
                        other.iter().any(|n| pattern.covers(n))
                    })
                });
            if !found {
                let short = names
                    .iter()
                    .map(|n| n.strip_prefix(&format!("{}/", self.id)).unwrap_or(n));
                return Err(Diagnostic::new(format!(
                    "no step or case of the plan `{}` matches `{text}`",
                    self.id
                ))
                .with_help(format!("`titer plan list {}` shows the names", self.id))
                .did_you_mean(text, short));
            }
            read.push(pattern);
        }
        let asked_for = |names: &[String]| {
            read.is_empty() || read.iter().any(|p| names.iter().any(|n| p.covers(n)))
        };
        let mut chosen: Vec<Chosen<'_>> = self
            .cases()
            .filter(|(_, case)| !case.text_only)
            .map(|(_, case)| {
                let steps: Vec<bool> = case
                    .steps
                    .iter()
                    .map(|s| asked_for(&self.step_names(case, s, &alone)))
                    .collect();
                Chosen {
                    case,
                    asked: steps.contains(&true),
                    steps,
                }
            })
            .collect();
        // a case comes after those that it needs, so one pass from the end finds them all
        let mut needed: BTreeSet<&str> = BTreeSet::new();
        let mut keep = vec![false; chosen.len()];
        for (chosen, keep) in chosen.iter().zip(keep.iter_mut()).rev() {
            *keep = chosen.asked || needed.contains(chosen.case.id.text());
            if *keep {
                needed.extend(
                    chosen
                        .case
                        .after
                        .iter()
                        .flat_map(|a| a.iter())
                        .map(|a| a.value.as_str()),
                );
            }
        }
        let mut keep = keep.into_iter();
        chosen.retain(|_| keep.next().unwrap_or(false));
        Ok(chosen)
    }
}
