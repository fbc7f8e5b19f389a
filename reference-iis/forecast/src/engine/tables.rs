//! The schedule compiled: every list flat, every code a small number, every age a slot that is filled once for each patient.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::date::Span;
use crate::schedule::{Code, Compare, SeriesKind};

/// A map whose keys come from the schedule, so that a short hash will do: a product for every eight bytes.
pub(crate) type Map<K, V> = HashMap<K, V, BuildHasherDefault<Short>>;

/// The hash of a [`Map`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Short(u64);

impl Hasher for Short {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            if let Some(start) = word.get_mut(..part.len()) {
                start.copy_from_slice(part);
            }
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u16(&mut self, number: u16) {
        self.write_u64(u64::from(number));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        // an odd number without a pattern in its bits: 2 to the 64th by the golden ratio
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        // a product's lower bits know little of the number's upper ones
        self.0 ^ (self.0 >> 32)
    }
}

/// Number of a CVX code.
pub(crate) type Cvx = u16;
/// Number of an age: the slot of its date in [`Scratch::ages`](super::Scratch).
pub(crate) type Age = u16;
/// Number of a set of CVX codes.
pub(crate) type CvxSet = u32;

/// A CVX code or an observation that the schedule does not name.
pub(crate) const UNKNOWN: u16 = u16::MAX;
/// The age that every day has reached: an absent lower bound.
pub(crate) const ALWAYS_AGE: Age = 0;
/// The age that no day reaches: an absent upper bound.
pub(crate) const NEVER_AGE: Age = 1;

/// A run of rows in one of the flat lists.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rows {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Rows {
    pub(crate) fn of<T>(self, all: &[T]) -> &[T] {
        all.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }

    pub(crate) fn indexes(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Inclusive days.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) first: i32,
    pub(crate) last: i32,
}

impl Window {
    /// RELEVANT-1 and RELEVANT-2: whether a row with this effective and cessation date is to be used.
    pub(crate) fn holds(self, day: i32) -> bool {
        self.first <= day && day <= self.last
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct AgeRow {
    pub(crate) absolute: Age,
    pub(crate) minimum: Age,
    pub(crate) earliest: Age,
    pub(crate) latest: Age,
    pub(crate) maximum: Age,
    pub(crate) window: Window,
}

/// The row of a dose that has none at the day in question: nothing is bounded.
pub(crate) const NO_AGES: AgeRow = AgeRow {
    absolute: ALWAYS_AGE,
    minimum: ALWAYS_AGE,
    earliest: ALWAYS_AGE,
    latest: NEVER_AGE,
    maximum: NEVER_AGE,
    window: Window {
        first: i32::MIN,
        last: i32::MAX,
    },
};

#[derive(Clone, Copy, Debug)]
pub(crate) enum From {
    Previous,
    Target(u16),
    MostRecent(CvxSet),
    Observation(u16),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval {
    pub(crate) from: From,
    pub(crate) absolute: Option<Span>,
    pub(crate) minimum: Option<Span>,
    pub(crate) earliest: Option<Span>,
    pub(crate) latest: Option<Span>,
    pub(crate) priority: bool,
    pub(crate) window: Window,
}

#[derive(Clone, Debug)]
pub(crate) struct Preferable {
    pub(crate) cvx: Cvx,
    pub(crate) begin: Age,
    pub(crate) end: Age,
    pub(crate) forecast: bool,
    /// Index into [`Tables::products`]; none when the row is about any product.
    pub(crate) product: Option<u32>,
    /// Ten-thousandths of a millilitre; 0 when not given.
    pub(crate) volume: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Product {
    pub(crate) name: Option<Box<str>>,
    pub(crate) mvx: Option<Code>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowed {
    pub(crate) cvx: Cvx,
    pub(crate) begin: Age,
    pub(crate) end: Age,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Skip {
    pub(crate) all: bool,
    pub(crate) sets: Rows,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct SkipSet {
    pub(crate) window: Window,
    pub(crate) all: bool,
    pub(crate) conditions: Rows,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Condition {
    Age {
        begin: Age,
        end: Age,
    },
    /// Bits of the antigen's series groups.
    Completed(u32),
    Interval(Span),
    Count(Count),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Count {
    /// Doses of the antigen when none.
    pub(crate) vaccines: Option<CvxSet>,
    pub(crate) begin: Age,
    pub(crate) end: Age,
    /// The last day is outside.
    pub(crate) first: i32,
    pub(crate) before: i32,
    pub(crate) valid: bool,
    pub(crate) compare: Compare,
    pub(crate) number: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct SeriesDose {
    pub(crate) number: u16,
    pub(crate) recurring: bool,
    /// First and last day, both inside.
    pub(crate) season: Option<Window>,
    pub(crate) ages: Rows,
    pub(crate) intervals: Rows,
    pub(crate) allowable: Rows,
    pub(crate) preferable: Rows,
    pub(crate) allowed: Rows,
    pub(crate) inadvertent: Option<CvxSet>,
    pub(crate) evaluation_skips: Rows,
    pub(crate) forecast_skips: Rows,
    /// Vaccines given before that put off every forecast of this dose.
    pub(crate) conflicts: Rows,
}

#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) name: Box<str>,
    pub(crate) antigen: u16,
    pub(crate) group: u16,
    pub(crate) kind: SeriesKind,
    /// Bits of the antigen's series groups that this series calls equivalent.
    pub(crate) equivalent: u32,
    /// Index of its series group within the antigen.
    pub(crate) place: u8,
    pub(crate) genders: Option<[bool; 3]>,
    pub(crate) default: bool,
    pub(crate) product: bool,
    /// 0 is the highest priority.
    pub(crate) priority: u8,
    pub(crate) preference: u16,
    pub(crate) start_before: Age,
    pub(crate) indications: Rows,
    pub(crate) guidance: Rows,
    pub(crate) doses: Rows,
}

/// An indication or a contraindication: an observation at an age.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sign {
    pub(crate) observation: u16,
    pub(crate) begin: Age,
    pub(crate) end: Age,
    pub(crate) guidance: Option<Code>,
    /// The vaccines it forbids; for contraindications of vaccines only.
    pub(crate) vaccines: Rows,
}

#[derive(Clone, Debug)]
pub(crate) struct Birth {
    pub(crate) before: i32,
    pub(crate) country: Option<Box<str>>,
    pub(crate) exclusions: Vec<u16>,
}

#[derive(Clone, Debug)]
pub(crate) struct Antigen {
    pub(crate) name: Box<str>,
    pub(crate) series: Rows,
    /// Number and name of each series group.
    pub(crate) series_groups: Vec<(u8, Box<str>)>,
    pub(crate) immunity: Vec<u16>,
    pub(crate) births: Vec<Birth>,
    pub(crate) contraindications: Rows,
    pub(crate) vaccine_contraindications: Rows,
    /// Some condition asks for a completed series.
    pub(crate) asks_completed: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) name: Box<str>,
    pub(crate) antigens: Vec<u16>,
    pub(crate) full: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Association {
    pub(crate) antigen: u16,
    pub(crate) begin: Age,
    pub(crate) end: Age,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Conflict {
    pub(crate) previous: Cvx,
    pub(crate) begin: Span,
    pub(crate) minimum_end: Span,
    pub(crate) end: Span,
}

/// Everything that a forecaster knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) version: Box<str>,
    pub(crate) cvx: Vec<Code>,
    pub(crate) cvx_index: Map<Code, Cvx>,
    pub(crate) observations: Vec<Code>,
    pub(crate) observation_index: Map<Code, u16>,
    /// The spans of ages 2 and up.
    pub(crate) ages: Vec<Span>,
    pub(crate) antigens: Vec<Antigen>,
    pub(crate) groups: Vec<Group>,
    pub(crate) series: Vec<Series>,
    pub(crate) doses: Vec<SeriesDose>,
    pub(crate) age_rows: Vec<AgeRow>,
    pub(crate) intervals: Vec<Interval>,
    pub(crate) preferable: Vec<Preferable>,
    pub(crate) products: Vec<Product>,
    pub(crate) allowed: Vec<Allowed>,
    pub(crate) skips: Vec<Skip>,
    pub(crate) sets: Vec<SkipSet>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) signs: Vec<Sign>,
    pub(crate) keys: Vec<Code>,
    pub(crate) associations: Vec<Association>,
    pub(crate) associations_of: Vec<Rows>,
    /// By the vaccine that suffers the conflict.
    pub(crate) conflicts: Vec<Conflict>,
    pub(crate) conflicts_of: Vec<Rows>,
    pub(crate) forecast_conflicts: Vec<(Cvx, Span)>,
    pub(crate) bits: Vec<u64>,
    pub(crate) words: usize,
}

impl Tables {
    /// Whether a vaccine is in a set; a vaccine that the schedule does not name is in none.
    pub(crate) fn contains(&self, set: CvxSet, cvx: Cvx) -> bool {
        let (word, bit) = (cvx as usize / 64, cvx % 64);
        word < self.words
            && self
                .bits
                .get(set as usize * self.words + word)
                .is_some_and(|word| word >> bit & 1 == 1)
    }

    /// The number of a CVX code as a message or a file writes it.
    pub(crate) fn cvx_number(&self, text: &str) -> Cvx {
        Code::cvx(text.trim())
            .and_then(|code| self.cvx_index.get(&code))
            .copied()
            .unwrap_or(UNKNOWN)
    }

    /// The number of an observation; a bare number is padded to three digits.
    pub(crate) fn observation_number(&self, text: &str) -> u16 {
        let text = text.trim();
        let code = if text.len() < 3 && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
        {
            Code::new(&format!("{text:0>3}"))
        } else {
            Code::new(text)
        };
        code.and_then(|code| self.observation_index.get(&code))
            .copied()
            .unwrap_or(UNKNOWN)
    }

    /// The row of ages that is relevant on a day.
    pub(crate) fn ages_on(&self, dose: &SeriesDose, day: i32) -> &AgeRow {
        dose.ages
            .of(&self.age_rows)
            .iter()
            .find(|row| row.window.holds(day))
            .unwrap_or(&NO_AGES)
    }
}

/// A country's name for comparing: letters only, in capitals, with the usual names of the United States made one.
pub(crate) fn country_key(name: &str) -> String {
    let key: String = name
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .collect();
    match key.as_str() {
        "USA" | "UNITEDSTATES" | "UNITEDSTATESOFAMERICA" => "US".to_owned(),
        _ => key,
    }
}
