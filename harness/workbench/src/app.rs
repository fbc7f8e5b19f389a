//! What every request needs: the session, who is here, and what the pages say about this program.

use crate::guard;
use crate::presence::Presence;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use titer_finding::Catalogue;
use titer_hl7::clock::SharedClock;
use titer_plan::Plan;
use titer_plan::model::Case;
use titer_runner::result::{RunResult, Step};
use titer_runner::session::{Entry, MessageView, Notice, Session, What};

/// Who has not said who they are.
pub(crate) const NOBODY: &str = "tester";

/// What the start page tells about the addresses.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses {
    pub(crate) soap: String,
    pub(crate) http: String,
    pub(crate) mllp: Option<String>,
    /// Whether only programs on this machine reach it.
    pub(crate) loopback: bool,
    /// Whether every address of this machine is meant, so that none is named.
    pub(crate) unnamed: bool,
}

impl Addresses {
    /// With the host and port that somebody reached the pages by, where the own address names none.
    pub(crate) fn seen_from(mut self, host: &str) -> Self {
        if self.unnamed && !host.is_empty() {
            let named = |url: &str| {
                let path = url.splitn(4, '/').nth(3).unwrap_or_default();
                format!("http://{host}/{path}")
            };
            self.soap = named(&self.soap);
            self.http = named(&self.http);
        }
        self
    }
}

/// Everything that pages are made from.
pub(crate) struct App {
    pub(crate) session: Session,
    pub(crate) plan: Arc<Plan>,
    pub(crate) catalogue: Catalogue,
    pub(crate) clock: SharedClock,
    pub(crate) addresses: Mutex<Addresses>,
    /// Where everything is kept: `in the file work.sqlite`.
    pub(crate) kept: String,
    pub(crate) file_limit: u64,
    pub(crate) message_limit: u64,
    /// Stands in every form of this process.
    pub(crate) token: String,
    /// Opens the pages where other machines can reach them.
    pub(crate) key: Option<String>,
    pub(crate) presence: Presence,
    pub(crate) stopping: AtomicBool,
    /// How the EHR's FHIR interface is read; never written anywhere.
    pub(crate) fhir: Mutex<crate::fhir::Access>,
    latest: Mutex<Option<Arc<Now>>>,
}

/// The session as of a revision.
pub(crate) struct Now {
    pub(crate) revision: u64,
    pub(crate) result: Arc<RunResult>,
    // positions in the result, by path
    by_path: BTreeMap<String, usize>,
    // steps that are only done or not done, and are done
    done: BTreeSet<String>,
    // what testers wrote, by path
    comments: BTreeMap<String, String>,
    /// Everything that came.
    pub(crate) messages: Vec<MessageView>,
    /// What a tester has to know of the session as a whole.
    pub(crate) notices: Vec<Notice>,
    /// Whether a caller was turned away, and nothing else came since.
    turned_away: bool,
    /// When connections were tried.
    pub(crate) tried: Vec<Timestamp>,
}

impl Now {
    fn new(session: &Session, revision: u64) -> Self {
        let result = session.document();
        let entries: Vec<Entry> = session.entries();
        let by_path = result
            .steps()
            .enumerate()
            .map(|(i, s)| (s.path.clone(), i))
            .collect();
        let mut now = Self {
            revision,
            result,
            by_path,
            done: BTreeSet::new(),
            comments: BTreeMap::new(),
            messages: session.messages(),
            notices: session.notices(),
            turned_away: false,
            tried: Vec::new(),
        };
        let undone: BTreeSet<u64> = entries
            .iter()
            .filter_map(|e| match e.what {
                What::Undo { seq } => Some(seq),
                _ => None,
            })
            .collect();
        for entry in entries.iter().filter(|e| !undone.contains(&e.seq)) {
            match &entry.what {
                What::Done { step, done: true } => {
                    now.done.insert(step.clone());
                }
                What::Done { step, done: false } => {
                    now.done.remove(step);
                }
                What::Comment { step, text } => {
                    now.comments.insert(step.clone(), text.clone());
                }
                What::Echo { .. } => {
                    now.turned_away = false;
                    now.tried.push(entry.at);
                }
                What::Message { .. } => now.turned_away = false,
                What::Refused { .. } => now.turned_away = true,
                _ => {}
            }
        }
        now
    }

    /// A step of the result.
    pub(crate) fn step(&self, path: &str) -> Option<&Step> {
        self.result.steps().nth(*self.by_path.get(path)?)
    }

    /// Where a step stands in the plan, counted from 0.
    pub(crate) fn position(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// Whether a step that is only done or not done is done.
    pub(crate) fn is_done(&self, path: &str) -> bool {
        self.done.contains(path)
    }

    /// What to tell where somebody waits for a message, and the caller was turned away.
    pub(crate) fn turned_away(&self) -> &str {
        self.notices
            .iter()
            .find(|n| self.turned_away && n.id == "refused")
            .map_or("", |n| &n.text)
    }

    /// Whether a tester has to say which step a message is for.
    pub(crate) fn is_unclear(&self, seq: u64) -> bool {
        self.notices.iter().any(|n| n.messages.contains(&seq))
    }

    /// Messages for which a tester has to say which step they are.
    pub(crate) fn unclear(&self) -> usize {
        self.messages
            .iter()
            .filter(|m| self.is_unclear(m.seq))
            .count()
    }

    /// What testers wrote about a step.
    pub(crate) fn comment(&self, path: &str) -> &str {
        self.comments.get(path).map_or("", String::as_str)
    }
}

/// What an [`App`] is made from.
pub(crate) struct Parts {
    pub(crate) session: Session,
    pub(crate) catalogue: Catalogue,
    pub(crate) clock: SharedClock,
    pub(crate) kept: String,
    pub(crate) file_limit: u64,
    pub(crate) message_limit: u64,
    pub(crate) key: Option<String>,
}

impl App {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            plan: Arc::clone(parts.session.plan()),
            session: parts.session,
            catalogue: parts.catalogue,
            clock: parts.clock,
            addresses: Mutex::default(),
            kept: parts.kept,
            file_limit: parts.file_limit,
            message_limit: parts.message_limit,
            token: guard::secret(),
            key: parts.key,
            presence: Presence::default(),
            stopping: AtomicBool::new(false),
            fhir: Mutex::default(),
            latest: Mutex::new(None),
        }
    }

    /// The session as it is now; looked at once for each revision.
    pub(crate) fn now(&self) -> Arc<Now> {
        let revision = self.session.revision();
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(now) = &*latest
            && now.revision == revision
        {
            return Arc::clone(now);
        }
        // what comes between the looks is seen again by the next one
        let now = Arc::new(Now::new(&self.session, revision));
        *latest = Some(Arc::clone(&now));
        now
    }

    pub(crate) fn addresses(&self) -> Addresses {
        self.addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Older numbers of a case.
    pub(crate) fn aliases_of_case(case: &Case) -> String {
        let all: Vec<&str> = case.aliases.iter().map(titer_plan::Parsed::text).collect();
        all.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::Addresses;

    #[test]
    fn an_address_that_names_no_host_gets_the_one_that_was_asked() {
        let all = Addresses {
            soap: "http://0.0.0.0:8090/soap".to_owned(),
            http: "http://0.0.0.0:8090/hl7".to_owned(),
            unnamed: true,
            ..Addresses::default()
        };
        assert_eq!(
            all.clone().seen_from("lab-7:8090").soap,
            "http://lab-7:8090/soap"
        );
        assert_eq!(all.clone().seen_from("").http, "http://0.0.0.0:8090/hl7");
        let one = Addresses {
            unnamed: false,
            ..all
        };
        assert_eq!(one.seen_from("lab-7:8090").soap, "http://0.0.0.0:8090/soap");
    }
}
