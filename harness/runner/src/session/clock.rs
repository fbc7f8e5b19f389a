//! The clock of the fold: it stands at the time of the entry that is looked at.

use jiff::{Timestamp, Zoned, tz::Offset};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use titer_hl7::clock::Clock;

/// Tells the time of an entry, so that the same entries give the same state.
pub(super) struct EntryClock {
    offset: Offset,
    began: Timestamp,
    at: Mutex<Timestamp>,
}

impl EntryClock {
    /// A clock that stands at the beginning; `offset` is in seconds from UTC.
    pub(super) fn new(began: Timestamp, offset: i32) -> Self {
        Self {
            offset: Offset::from_seconds(offset).unwrap_or(Offset::UTC),
            began,
            at: Mutex::new(began),
        }
    }

    /// Stands at another time.
    pub(super) fn set(&self, at: Timestamp) {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }

    fn at(&self) -> Timestamp {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for EntryClock {
    fn now(&self) -> Zoned {
        self.at().to_zoned(self.offset.to_time_zone())
    }

    fn elapsed(&self) -> Duration {
        Duration::try_from(self.at().duration_since(self.began)).unwrap_or_default()
    }
}
