//! Choosing: which cases and steps of a plan a call means.

use crate::model::{Case, Plan};
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

    /// The cases that the patterns choose, in the plan's order; every case when there are no patterns. A pattern that
    /// chooses nothing is an error.
    pub fn select(&self, patterns: &[String]) -> Result<Vec<Chosen<'_>>, Diagnostic> {
        let mut read = Vec::new();
        for text in patterns {
            let pattern = self.pattern(text)?;
            let names = crate::check::names(self);
            if !names.iter().any(|n| pattern.covers(n)) {
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
        let asked_for = |name: &str| read.is_empty() || read.iter().any(|p| p.covers(name));
        let mut chosen: Vec<Chosen<'_>> = self
            .cases()
            .map(|(_, case)| {
                let steps: Vec<bool> = case
                    .steps
                    .iter()
                    .map(|s| asked_for(&self.step_path(case, s)))
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
