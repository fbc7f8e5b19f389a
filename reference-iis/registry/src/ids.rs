//! Ids made by the application: UUIDv7 from the injected clock and a seed.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use titer_hl7::clock::SharedClock;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The id as 16 bytes, as it is stored.
            pub fn bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id that these 16 bytes are.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    };
}

id!(
    /// A person of the registry.
    PersonId
);
id!(
    /// What one submitter says about one dose, and the dose of the consolidated record that it leads.
    DoseId
);
id!(
    /// One message that was stored.
    ReportId
);
id!(
    /// An observation about a person.
    ObservationId
);

/// Makes ids that rise with time and repeat with the same seed, clock and order of calls.
pub struct IdMaker {
    clock: SharedClock,
    state: Mutex<State>,
}

struct State {
    random: ChaCha8Rng,
    millis: u64,
    counter: u16,
}

// bits of the counter that keeps ids of one millisecond in order (RFC 9562, method 1)
const COUNTER_LIMIT: u16 = 1 << 12;

impl IdMaker {
    /// Ids from `clock` and `seed`; `generation` tells apart runs over the same database with the same seed.
    pub fn new(clock: SharedClock, seed: u64, generation: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(generation);
        Self {
            clock,
            state: Mutex::new(State {
                random,
                millis: 0,
                counter: 0,
            }),
        }
    }

    /// The next UUIDv7.
    pub fn next_uuid(&self) -> Uuid {
        let now = u64::try_from(self.clock.now().timestamp().as_millisecond()).unwrap_or(0);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if now > state.millis {
            state.millis = now;
            state.counter = 0;
        } else {
            state.counter += 1;
            if state.counter == COUNTER_LIMIT {
                state.counter = 0;
                state.millis += 1;
            }
        }
        let mut bytes = [0u8; 10];
        state.random.fill_bytes(&mut bytes);
        let [high, low] = state.counter.to_be_bytes();
        if let Some(head) = bytes.first_chunk_mut::<2>() {
            *head = [high, low];
        }
        uuid::Builder::from_unix_timestamp_millis(state.millis, &bytes).into_uuid()
    }

    /// The next id of any kind.
    pub fn next<T: From<Uuid>>(&self) -> T {
        T::from(self.next_uuid())
    }
}

impl fmt::Debug for IdMaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdMaker")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use titer_hl7::clock::FixedClock;

    fn maker(seed: u64, generation: u64) -> IdMaker {
        let now = "2026-11-22T10:00:00Z"
            .parse::<jiff::Timestamp>()
            .unwrap()
            .to_zoned(jiff::tz::TimeZone::UTC);
        IdMaker::new(Arc::new(FixedClock(now)), seed, generation)
    }

    #[test]
    fn the_same_seed_gives_the_same_ids_in_rising_order() {
        let (a, b) = (maker(42, 1), maker(42, 1));
        let ids: Vec<Uuid> = (0..5000).map(|_| a.next_uuid()).collect();
        assert!(ids.iter().all(|id| *id == b.next_uuid()));
        assert!(ids.windows(2).all(|w| w[0] < w[1]));
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }

    #[test]
    fn another_generation_gives_other_ids() {
        assert_ne!(maker(42, 1).next_uuid(), maker(42, 2).next_uuid());
        assert_ne!(maker(42, 1).next_uuid(), maker(43, 1).next_uuid());
    }
}
