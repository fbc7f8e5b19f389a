//! The schedule that is compiled into the program.

use super::{ReadError, Schedule};
use std::sync::OnceLock;
use titer_finding::Diagnostic;

/// The compact form of the files below `schedule`, which the build script read: one build makes and opens it, so that it has no version.
const COMPACT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/schedule.bin"));

/// The shipped schedule, opened when it is first asked for.
///
/// # Panics
///
/// Never, unless the build script and the program were built from different sources, which cargo rules out.
pub fn shipped() -> &'static Schedule {
    static SHIPPED: OnceLock<Schedule> = OnceLock::new();
    SHIPPED.get_or_init(|| match open_shipped() {
        Ok(schedule) => schedule,
        Err(e) => panic!("{e}"),
    })
}

/// Opens the shipped schedule anew: what opening it costs.
pub fn open_shipped() -> Result<Schedule, ReadError> {
    decode(COMPACT).map_err(|e| ReadError {
        problems: vec![Diagnostic::new(format!("the compact form is damaged: {e}"))],
    })
}

/// Some bytes more or less are an error.
fn decode(bytes: &[u8]) -> Result<Schedule, postcard::Error> {
    match postcard::take_from_bytes(bytes)? {
        (schedule, []) => Ok(schedule),
        _ => Err(postcard::Error::DeserializeUnexpectedEnd),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_compact_form_is_an_error() {
        assert_eq!(postcard::to_allocvec(shipped()).unwrap(), COMPACT);
        for cut in [0, 1, COMPACT.len() / 2, COMPACT.len() - 1] {
            assert!(decode(&COMPACT[..cut]).is_err(), "{cut}");
        }
        let more = [COMPACT, b"0"].concat();
        assert!(decode(&more).is_err());
        // whatever a byte says, decoding ends
        for place in (0..COMPACT.len()).step_by(997) {
            let mut bytes = COMPACT.to_vec();
            bytes[place] ^= 0xff;
            let _ = decode(&bytes);
        }
    }
}
