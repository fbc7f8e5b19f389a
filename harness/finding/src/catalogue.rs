//! The rule catalogue: what `titer explain` prints, and what tests run.

use crate::finding::{Category, Fixer, Severity};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a rule means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable id, `IZ-23`.
    pub id: String,
    /// One line.
    pub title: String,
    /// Severity before any policy.
    pub severity: Severity,
    /// What kind.
    pub category: Category,
    /// Who can usually fix it.
    pub fixer: Fixer,
    /// One paragraph: what and why.
    pub explanation: String,
    /// How to put it right.
    pub repair: String,
    /// Guide section, table or specification rule.
    pub source: String,
    /// A message that fires it.
    pub fires: String,
    /// A message that does not.
    pub silent: String,
}

/// All rules, by id.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    rules: BTreeMap<String, Rule>,
}

impl Catalogue {
    /// Puts rules in; a second rule with the same id is handed back as an error.
    pub fn add(&mut self, rules: impl IntoIterator<Item = Rule>) -> Result<(), Box<Rule>> {
        for rule in rules {
            if self.rules.contains_key(&rule.id) {
                return Err(Box::new(rule));
            }
            self.rules.insert(rule.id.clone(), rule);
        }
        Ok(())
    }

    /// The rule with this id.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.get(id)
    }

    /// Every rule, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// Ids close to one that is not there, nearest first, at most three.
    pub fn near(&self, id: &str) -> Vec<&str> {
        let mut near: Vec<(usize, &str)> = self
            .rules
            .keys()
            .map(|k| {
                (
                    strsim::damerau_levenshtein(&k.to_uppercase(), &id.to_uppercase()),
                    k.as_str(),
                )
            })
            // three slips in a long id, one in a short one
            .filter(|(d, k)| *d <= (k.chars().count() / 3).clamp(1, 3))
            .collect();
        near.sort_unstable();
        near.into_iter().take(3).map(|(_, k)| k).collect()
    }
}
