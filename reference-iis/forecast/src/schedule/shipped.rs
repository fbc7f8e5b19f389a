//! The schedule that is compiled into the program.

use super::text::{TextFile, read};
use super::{ReadError, Schedule};
use std::sync::OnceLock;

/// The files below `schedule`, put together when the crate is built.
const FILES: &[TextFile<'static>] = include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// The shipped schedule, read when it is first asked for.
///
/// # Panics
///
/// Never, unless the files that the crate was built from are not a schedule, which its tests refuse.
pub fn shipped() -> &'static Schedule {
    static SHIPPED: OnceLock<Schedule> = OnceLock::new();
    SHIPPED.get_or_init(|| match open_shipped() {
        Ok(schedule) => schedule,
        Err(e) => panic!("{e}"),
    })
}

/// Reads the shipped schedule anew: what opening it costs.
pub fn open_shipped() -> Result<Schedule, ReadError> {
    read(FILES)
}
