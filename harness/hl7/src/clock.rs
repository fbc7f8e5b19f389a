//! The clock that is injected everywhere: nothing in the project reads the wall clock but through it.

use jiff::{Timestamp, Zoned, tz::TimeZone};
use std::sync::Arc;
use std::time::Duration;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, in the zone in which messages are stamped.
    fn now(&self) -> Zoned;
    /// Time since some fixed moment, for durations.
    fn elapsed(&self) -> Duration;
}

/// A clock to hand around.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock, in UTC.
#[derive(Debug)]
pub struct SystemClock {
    start: std::time::Instant,
}

impl SystemClock {
    /// A clock whose [`Clock::elapsed`] counts from now.
    pub fn new() -> Self {
        Self {
            start: std::time::Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Zoned {
        Timestamp::now().to_zoned(TimeZone::UTC)
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

/// A clock that stands still, so that the same inputs give the same bytes.
#[derive(Debug, Clone)]
pub struct FixedClock(pub Zoned);

impl Clock for FixedClock {
    fn now(&self) -> Zoned {
        self.0.clone()
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}
