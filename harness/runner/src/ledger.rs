//! Which messages were exchanged, by step, so that later steps can refer to them.

use crate::looks::{Key, Looks};
use std::collections::BTreeMap;
use std::sync::Arc;
use titer_plan::Exchanged;
use titer_plan::syntax::{MessageOf, StepRef};

/// The two messages of an exchange, and which of them is the step's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) sent: Option<Kept>,
    pub(crate) received: Option<Kept>,
    pub(crate) own_is_received: bool,
}

/// A message with its id in the result document.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) id: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) by_system: bool,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.id, self.bytes.len())
    }
}

impl Pair {
    pub(crate) fn own(&self) -> Option<&Kept> {
        if self.own_is_received {
            self.received.as_ref()
        } else {
            self.sent.as_ref()
        }
    }
}

/// All exchanges of a run. It notes which of them are looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pairs: BTreeMap<Key, Arc<Pair>>,
    looks: Looks,
}

impl Ledger {
    pub(crate) fn put(&mut self, case: &str, step: &str, pair: Pair) {
        self.pairs
            .insert((case.to_owned(), step.to_owned()), Arc::new(pair));
    }

    pub(crate) fn remove(&mut self, case: &str, step: &str) {
        self.pairs.remove(&(case.to_owned(), step.to_owned()));
    }

    pub(crate) fn get(&self, case: &str, step: &str) -> Option<&Pair> {
        self.looks.at_exchange(case, step);
        self.pairs
            .get(&(case.to_owned(), step.to_owned()))
            .map(Arc::as_ref)
    }

    /// What is looked at.
    pub(crate) fn looks(&self) -> &Looks {
        &self.looks
    }

    /// An exchange as it is shared; this is not noted.
    pub(crate) fn shared(&self, key: &Key) -> Option<&Arc<Pair>> {
        self.pairs.get(key)
    }

    /// Every exchange as it is shared; this is not noted.
    pub(crate) fn all_shared(&self) -> impl Iterator<Item = (&Key, &Arc<Pair>)> {
        self.pairs.iter()
    }

    /// Every exchange with its case and step. Who uses one notes it in [`Ledger::looks`].
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str, &Pair)> {
        self.pairs
            .iter()
            .map(|((case, step), pair)| (case.as_str(), step.as_str(), pair.as_ref()))
    }

    pub(crate) fn of(&self, case: &str, step: &StepRef) -> Option<&Pair> {
        self.get(step.case.as_deref().unwrap_or(case), &step.step)
    }

    /// What a step of `case` can refer to; `pair` is the exchange that it is about.
    pub(crate) fn view<'l>(&'l self, case: &'l str, pair: Option<&'l Pair>) -> View<'l> {
        View {
            ledger: self,
            case,
            pair,
        }
    }
}

/// The ledger as one step sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'l> {
    ledger: &'l Ledger,
    case: &'l str,
    pair: Option<&'l Pair>,
}

impl Exchanged for View<'_> {
    fn message(&self, of: &MessageOf) -> Option<&[u8]> {
        let kept = match of {
            MessageOf::Sent => self.pair?.sent.as_ref(),
            MessageOf::Received => self.pair?.received.as_ref(),
            MessageOf::Step { case, step } => self
                .ledger
                .get(case.as_deref().unwrap_or(self.case), step)?
                .own(),
        };
        kept.map(|k| k.bytes.as_slice())
    }

    fn told_the_time(&self) {
        self.ledger.looks.at_clock();
    }
}
