//! Ids for the page's elements: readable, unique, and safe in an attribute.

use std::collections::{BTreeMap, BTreeSet};
use titer_runner::result::RunResult;

/// The ids of everything that something links to.
#[derive(Debug, Default)]
pub(crate) struct Anchors {
    taken: BTreeSet<String>,
    named: BTreeMap<(Kind, String), String>,
}

/// What an id is for; the same name may stand for several things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Case,
    Step,
    Message,
    Exchange,
}

impl Anchors {
    /// Ids for every case, step, message and exchange of a document. Of two with the same name the first is linked to.
    pub(crate) fn of(result: &RunResult) -> Self {
        let mut anchors = Self::default();
        for case in result.cases() {
            anchors.name(Kind::Case, &case.path, "case");
            for step in &case.steps {
                anchors.name(Kind::Step, &step.path, "step");
                for message in &step.messages {
                    anchors.name(Kind::Message, &message.id, "message");
                }
                for exchange in &step.exchanges {
                    anchors.name(Kind::Exchange, &exchange.id, "exchange");
                }
            }
        }
        for unexpected in &result.unexpected {
            for message in &unexpected.messages {
                anchors.name(Kind::Message, &message.id, "message");
            }
            for exchange in &unexpected.exchanges {
                anchors.name(Kind::Exchange, &exchange.id, "exchange");
            }
        }
        anchors
    }

    fn name(&mut self, kind: Kind, name: &str, prefix: &str) {
        if self.named.contains_key(&(kind, name.to_owned())) {
            return;
        }
        let id = self.fresh(&format!("{prefix}-{name}"));
        self.named.insert((kind, name.to_owned()), id);
    }

    /// The id for a name, when there is one.
    pub(crate) fn get(&self, kind: Kind, name: &str) -> Option<String> {
        self.named.get(&(kind, name.to_owned())).cloned()
    }

    /// The id to put on the element itself: taken once, so that a second element of the same name gets none.
    pub(crate) fn claim(&mut self, kind: Kind, name: &str) -> Option<String> {
        let id = self.get(kind, name)?;
        self.taken.insert(format!("claimed {id}")).then_some(id)
    }

    /// An id that nothing else has.
    pub(crate) fn fresh(&mut self, wanted: &str) -> String {
        let slug: String = wanted
            .chars()
            .take(80)
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let mut id = slug.clone();
        let mut n = 1;
        while !self.taken.insert(id.clone()) {
            n += 1;
            id = format!("{slug}-{n}");
        }
        id
    }
}
