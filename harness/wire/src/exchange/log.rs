//! Where recorded exchanges go.

use super::Exchange;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Takes recorded exchanges from any thread.
pub trait Recorder: Send + Sync {
    /// The number of an exchange that begins now; numbers count up from 1.
    fn begin(&self) -> u64;
    /// An exchange that is over.
    fn record(&self, exchange: Exchange);
}

/// A recorder to hand around.
pub type SharedRecorder = Arc<dyn Recorder>;

/// Keeps the last exchanges in memory.
pub struct ExchangeLog {
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    dropped: u64,
    kept: VecDeque<Exchange>,
}

impl ExchangeLog {
    /// A log that keeps at most `capacity` exchanges and forgets the oldest first.
    pub fn new(capacity: usize) -> Arc<Self> {
        Arc::new(Self {
            capacity: capacity.max(1),
            state: Mutex::default(),
        })
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All that are kept, by their numbers.
    pub fn all(&self) -> Vec<Exchange> {
        let mut all: Vec<Exchange> = self.state().kept.iter().cloned().collect();
        all.sort_by_key(|e| e.sequence);
        all
    }

    /// Those with a number above `sequence`, by their numbers.
    pub fn after(&self, sequence: u64) -> Vec<Exchange> {
        let mut all = self.all();
        all.retain(|e| e.sequence > sequence);
        all
    }

    /// The one with this number, when it is over and still kept.
    pub fn get(&self, sequence: u64) -> Option<Exchange> {
        self.state()
            .kept
            .iter()
            .find(|e| e.sequence == sequence)
            .cloned()
    }

    /// The number that was given out last; 0 when none was.
    pub fn last_sequence(&self) -> u64 {
        self.state().next
    }

    /// How many were forgotten because there were too many.
    pub fn dropped(&self) -> u64 {
        self.state().dropped
    }
}

impl Recorder for ExchangeLog {
    fn begin(&self) -> u64 {
        let mut state = self.state();
        state.next += 1;
        state.next
    }

    fn record(&self, exchange: Exchange) {
        let mut state = self.state();
        if state.kept.len() >= self.capacity {
            state.kept.pop_front();
            state.dropped += 1;
        }
        state.kept.push_back(exchange);
    }
}
