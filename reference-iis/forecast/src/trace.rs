//! The decisions on the way to an answer, collected only when somebody asks for them.

use crate::reason::{DoseReasons, DoseStatus};

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<'s> {
    /// The antigen it is about; none for a decision about a vaccine group.
    pub antigen: Option<&'s str>,
    /// The vaccine group, for decisions of chapter 9.
    pub group: Option<&'s str>,
    /// The series.
    pub series: Option<&'s str>,
    /// Number of the series dose.
    pub target: Option<u16>,
    /// Index of the dose in the patient's doses.
    pub dose: Option<u32>,
    /// The table of the specification that decided, such as `6-15`.
    pub table: &'static str,
    /// What was decided, in words.
    pub text: String,
    /// The judgement, in the event that closes an evaluation.
    pub verdict: Option<(DoseStatus, DoseReasons)>,
}

/// All decisions about one patient, in the order in which they fell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace<'s> {
    /// The decisions.
    pub events: Vec<Event<'s>>,
}

/// Somebody who may want to know. Without a listener nothing is built.
pub(crate) trait Listener<'s> {
    /// Whether anybody listens.
    const ON: bool;
    /// Takes a decision.
    fn note(&mut self, event: impl FnOnce() -> Event<'s>);
    /// How many decisions there are.
    fn mark(&self) -> usize;
    /// Forgets what came after a mark.
    fn rewind(&mut self, mark: usize);
}

/// Nobody.
pub(crate) struct Nobody;

impl<'s> Listener<'s> for Nobody {
    const ON: bool = false;

    fn note(&mut self, _: impl FnOnce() -> Event<'s>) {}

    fn mark(&self) -> usize {
        0
    }

    fn rewind(&mut self, _: usize) {}
}

impl<'s> Listener<'s> for Trace<'s> {
    const ON: bool = true;

    fn note(&mut self, event: impl FnOnce() -> Event<'s>) {
        self.events.push(event());
    }

    fn mark(&self) -> usize {
        self.events.len()
    }

    fn rewind(&mut self, mark: usize) {
        self.events.truncate(mark);
    }
}
