//! What a judgement looked at, so that it is known when it has to be made again.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

/// Case and step, by their ids.
pub(crate) type Key = (String, String);

/// Notes what is looked at while a step is judged: exchanges and answers of other steps, and the time of the clock. What
/// was asked for and is not there is noted as well.
#[derive(Clone, Debug, Default)]
pub struct Looks {
    exchanges: RefCell<BTreeSet<Key>>,
    answers: RefCell<BTreeSet<Key>>,
    everything: Cell<bool>,
    clock: Cell<bool>,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The exchanges of these steps.
    pub(crate) exchanges: BTreeSet<Key>,
    /// The answers of these steps.
    pub(crate) answers: BTreeSet<Key>,
    /// Every exchange that there was.
    pub(crate) everything: bool,
    /// The time of the clock.
    pub(crate) clock: bool,
}

impl Looks {
    pub(crate) fn at_exchange(&self, case: &str, step: &str) {
        let key = (case.to_owned(), step.to_owned());
        self.exchanges.borrow_mut().insert(key);
    }

    pub(crate) fn at_answers(&self, case: &str, step: &str) {
        let key = (case.to_owned(), step.to_owned());
        self.answers.borrow_mut().insert(key);
    }

    pub(crate) fn at_every_exchange(&self) {
        self.everything.set(true);
    }

    pub(crate) fn at_clock(&self) {
        self.clock.set(true);
    }

    /// What was looked at since this was asked last.
    pub(crate) fn take(&self) -> Seen {
        Seen {
            exchanges: self.exchanges.take(),
            answers: self.answers.take(),
            everything: self.everything.take(),
            clock: self.clock.take(),
        }
    }
}
