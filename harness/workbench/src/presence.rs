//! Who is looking at which page: told by the pages themselves while they wait for news, forgotten when they stop.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A page asks for news at least this often.
const GONE_AFTER: Duration = Duration::from_secs(60);

/// Everybody who is here.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    people: Mutex<BTreeMap<String, (String, Instant)>>,
}

impl Presence {
    /// Somebody looks at a page.
    pub(crate) fn seen(&self, who: &str, path: &str, now: Instant) {
        if who.is_empty() {
            return;
        }
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        people.retain(|_, (_, at)| now.saturating_duration_since(*at) < GONE_AFTER);
        people.insert(who.to_owned(), (path.to_owned(), now));
    }

    /// The others, with whether they look at the same page.
    pub(crate) fn others(&self, me: &str, path: &str, now: Instant) -> Vec<(String, bool)> {
        let people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        people
            .iter()
            .filter(|(who, (_, at))| {
                who.as_str() != me && now.saturating_duration_since(*at) < GONE_AFTER
            })
            .map(|(who, (at, _))| (who.clone(), at == path))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_told_apart_and_forgotten() {
        let here = Presence::default();
        let now = Instant::now();
        here.seen("Ana", "/step/a", now);
        here.seen("Ben", "/plan", now);
        here.seen("", "/plan", now);
        assert_eq!(
            here.others("Ana", "/step/a", now),
            [("Ben".to_owned(), false)]
        );
        assert_eq!(
            here.others("Ben", "/step/a", now),
            [("Ana".to_owned(), true)]
        );
        assert_eq!(here.others("Ben", "/step/a", now + GONE_AFTER), []);
    }
}
