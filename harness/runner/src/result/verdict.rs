//! What a step, a case or a group ends in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a step ends in; a case, a group and the run end in the roll-up of what is below them.
///
/// Only [`Verdict::is_judged`] verdicts say something about the system under test. The rest are counted apart.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The harness could not judge.
    Error,
    /// An expectation was not met.
    Failed,
    /// Judged, and neither met nor clearly missed.
    Inconclusive,
    /// Met, with something the reader should know: an answer that the plan also allows, or a waiver.
    PassedWithException,
    /// Met.
    Passed,
    /// Open: somebody has to do or attest something. A case with an open step is incomplete.
    Pending,
    /// Declared by a person, not tested.
    Attested,
    /// Part of the workflow, but it never counts.
    NotEvaluated,
    /// Cannot apply to this side of the exchange.
    NotApplicable,
}

impl Verdict {
    /// Every verdict, worst first, then the ones that are counted apart.
    pub const ALL: [Verdict; 9] = [
        Verdict::Error,
        Verdict::Failed,
        Verdict::Inconclusive,
        Verdict::PassedWithException,
        Verdict::Passed,
        Verdict::Pending,
        Verdict::Attested,
        Verdict::NotEvaluated,
        Verdict::NotApplicable,
    ];

    /// Whether the system under test was judged, or was to be judged and could not.
    pub fn is_judged(self) -> bool {
        matches!(
            self,
            Verdict::Error
                | Verdict::Failed
                | Verdict::Inconclusive
                | Verdict::PassedWithException
                | Verdict::Passed
        )
    }

    /// Whether it is a pass of an evaluated step, with or without an exception.
    pub fn is_pass(self) -> bool {
        matches!(self, Verdict::PassedWithException | Verdict::Passed)
    }

    /// Whether it is a judged verdict that is no pass.
    pub fn is_bad(self) -> bool {
        self.is_judged() && !self.is_pass()
    }
}

/// A verdict as a reader is told it: the verdict together with what was known before the run.
///
/// Ordered by how urgently somebody should look, most urgent first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The harness could not judge.
    Error,
    /// An expectation was not met.
    Failed,
    /// On the list of known failures, and it passed: the list has to shrink, so the run fails.
    UnexpectedPass,
    /// Judged, and neither met nor clearly missed.
    Inconclusive,
    /// Open.
    Pending,
    /// On the list of known failures, and it failed, as expected.
    KnownFailure,
    /// Met, with something the reader should know.
    PassedWithException,
    /// Met.
    Passed,
    /// Declared by a person, not tested.
    Attested,
    /// Part of the workflow, but it never counts.
    NotEvaluated,
    /// Cannot apply to this side of the exchange.
    NotApplicable,
}

impl Standing {
    /// Every standing, most urgent first.
    pub const ALL: [Standing; 11] = [
        Standing::Error,
        Standing::Failed,
        Standing::UnexpectedPass,
        Standing::Inconclusive,
        Standing::Pending,
        Standing::KnownFailure,
        Standing::PassedWithException,
        Standing::Passed,
        Standing::Attested,
        Standing::NotEvaluated,
        Standing::NotApplicable,
    ];

    /// A verdict and whether failure was expected. What is not judged is not affected by the expectation.
    pub fn new(verdict: Verdict, known: bool) -> Self {
        match (verdict, known) {
            (Verdict::Error | Verdict::Failed | Verdict::Inconclusive, true) => {
                Standing::KnownFailure
            }
            (Verdict::PassedWithException | Verdict::Passed, true) => Standing::UnexpectedPass,
            (Verdict::Error, false) => Standing::Error,
            (Verdict::Failed, false) => Standing::Failed,
            (Verdict::Inconclusive, false) => Standing::Inconclusive,
            (Verdict::PassedWithException, false) => Standing::PassedWithException,
            (Verdict::Passed, false) => Standing::Passed,
            (Verdict::Pending, _) => Standing::Pending,
            (Verdict::Attested, _) => Standing::Attested,
            (Verdict::NotEvaluated, _) => Standing::NotEvaluated,
            (Verdict::NotApplicable, _) => Standing::NotApplicable,
        }
    }

    /// In words, as in "AD-4 failed".
    pub fn words(self) -> &'static str {
        match self {
            Standing::Error => "could not be judged",
            Standing::Failed => "failed",
            Standing::UnexpectedPass => "unexpected pass",
            Standing::Inconclusive => "inconclusive",
            Standing::Pending => "pending",
            Standing::KnownFailure => "known failure",
            Standing::PassedWithException => "passed with an exception",
            Standing::Passed => "passed",
            Standing::Attested => "attested",
            Standing::NotEvaluated => "not evaluated",
            Standing::NotApplicable => "not applicable",
        }
    }

    /// The word of the JSON document, also fit for a class name.
    pub fn id(self) -> &'static str {
        match self {
            Standing::Error => "error",
            Standing::Failed => "failed",
            Standing::UnexpectedPass => "unexpected-pass",
            Standing::Inconclusive => "inconclusive",
            Standing::Pending => "pending",
            Standing::KnownFailure => "known-failure",
            Standing::PassedWithException => "passed-with-exception",
            Standing::Passed => "passed",
            Standing::Attested => "attested",
            Standing::NotEvaluated => "not-evaluated",
            Standing::NotApplicable => "not-applicable",
        }
    }

    /// Whether it makes the run fail.
    pub fn fails_the_run(self) -> bool {
        matches!(
            self,
            Standing::Error | Standing::Failed | Standing::UnexpectedPass | Standing::Inconclusive
        )
    }
}
