//! The run road as a whole, over real sockets: the shipped plans against the reference IIS, against the same IIS when it
//! misbehaves, and with a scripted sender as the EHR under test.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod ehr;
mod iis;

use std::sync::Arc;
use titer_hl7::clock::{FixedClock, SharedClock};

/// A morning on which nothing special happens.
fn clock() -> SharedClock {
    Arc::new(FixedClock(
        "2026-11-22T09:30:00-05:00[-05:00]".parse().unwrap(),
    ))
}
