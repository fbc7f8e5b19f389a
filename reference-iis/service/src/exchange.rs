//! The last exchanges, for the page. Memory is bounded: so many exchanges, and so many bytes of each message.

use jiff::Zoned;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use titer_finding::Finding;

// of each message, for the page
const LONGEST: usize = 64 << 10;
// of each exchange
const MOST_FINDINGS: usize = 200;

/// One message and its answer.
#[derive(Clone)]
pub(crate) struct Seen {
    /// Counted from 1.
    pub number: u64,
    pub at: Zoned,
    pub transport: String,
    pub facility: String,
    pub kind: String,
    pub control_id: String,
    /// MSA-1 of the answer.
    pub code: String,
    pub profile: Option<&'static str>,
    pub findings: Vec<Finding>,
    /// What became of it.
    pub note: Option<String>,
    pub request: Vec<u8>,
    pub reply: Vec<u8>,
}

pub(crate) struct Exchanges {
    most: usize,
    state: Mutex<(u64, VecDeque<Seen>)>,
}

impl Exchanges {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            state: Mutex::default(),
        }
    }

    pub(crate) fn push(&self, mut seen: Seen) {
        seen.request.truncate(LONGEST);
        seen.reply.truncate(LONGEST);
        seen.findings.truncate(MOST_FINDINGS);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 += 1;
        seen.number = state.0;
        if state.1.len() == self.most {
            state.1.pop_front();
        }
        state.1.push_back(seen);
    }

    /// How many there were, and the last ones, newest first.
    pub(crate) fn last(&self) -> (u64, Vec<Seen>) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (state.0, state.1.iter().rev().cloned().collect())
    }
}
