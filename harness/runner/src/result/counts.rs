//! Counting by standing.

use super::verdict::Standing;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many of each. Every step or case is in exactly one of the standings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// All of them.
    pub total: u64,
    /// Those that say something about the system under test: neither open, nor counted apart, nor an error of the harness.
    pub judged: u64,
    /// The harness could not judge.
    pub error: u64,
    /// Not met.
    pub failed: u64,
    /// Known to fail, and passed.
    pub unexpected_pass: u64,
    /// Neither met nor clearly missed.
    pub inconclusive: u64,
    /// Open.
    pub pending: u64,
    /// Known to fail, and failed.
    pub known_failure: u64,
    /// Met, with an exception.
    pub passed_with_exception: u64,
    /// Met.
    pub passed: u64,
    /// Declared, not tested.
    pub attested: u64,
    /// Never counts.
    pub not_evaluated: u64,
    /// Cannot apply.
    pub not_applicable: u64,
}

impl Counts {
    /// Counts standings.
    pub fn of(standings: impl IntoIterator<Item = Standing>) -> Self {
        let mut counts = Self::default();
        for standing in standings {
            counts.total += 1;
            *counts.slot(standing) += 1;
            counts.judged += u64::from(!matches!(
                standing,
                Standing::Error
                    | Standing::Pending
                    | Standing::Attested
                    | Standing::NotEvaluated
                    | Standing::NotApplicable
            ));
        }
        counts
    }

    /// How many have this standing.
    pub fn get(&self, standing: Standing) -> u64 {
        let mut copy = *self;
        *copy.slot(standing)
    }

    fn slot(&mut self, standing: Standing) -> &mut u64 {
        match standing {
            Standing::Error => &mut self.error,
            Standing::Failed => &mut self.failed,
            Standing::UnexpectedPass => &mut self.unexpected_pass,
            Standing::Inconclusive => &mut self.inconclusive,
            Standing::Pending => &mut self.pending,
            Standing::KnownFailure => &mut self.known_failure,
            Standing::PassedWithException => &mut self.passed_with_exception,
            Standing::Passed => &mut self.passed,
            Standing::Attested => &mut self.attested,
            Standing::NotEvaluated => &mut self.not_evaluated,
            Standing::NotApplicable => &mut self.not_applicable,
        }
    }
}
