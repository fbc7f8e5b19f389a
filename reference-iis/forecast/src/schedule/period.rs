//! Periods: ages and intervals as the schedule writes them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An age or an interval: years, months, weeks and days, each of them possibly negative (`12 months - 4 days`).
///
/// The parts stay apart, because adding them to a date goes in this order (CDSi CALCDT-6) and a month has no fixed length.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct Period {
    /// Years.
    pub years: i16,
    /// Months.
    pub months: i16,
    /// Weeks.
    pub weeks: i16,
    /// Days.
    pub days: i16,
}

/// Why a text is not a period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// Nothing is there.
    #[error("a period is missing")]
    Empty,
    /// A number was expected.
    #[error("a number was expected at `{0}`")]
    Number(String),
    /// A number that no age or interval has.
    #[error("the number `{0}` is too large")]
    Large(String),
    /// A unit that is not known.
    #[error("`{0}` is not a unit: a period counts years, months, weeks or days")]
    Unit(String),
    /// Two terms without a sign between them.
    #[error("a plus or minus sign was expected at `{0}`")]
    Sign(String),
}

/// The largest number of one part.
const LIMIT: i16 = 9999;

impl Period {
    /// So many days.
    pub const fn of_days(days: i16) -> Self {
        Self {
            years: 0,
            months: 0,
            weeks: 0,
            days,
        }
    }

    /// Reads `12 months - 4 days`, `5 Months + 4 weeks`, and the short form `12m-4d`.
    pub fn parse(text: &str) -> Result<Self, PeriodError> {
        let mut period = Self::default();
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(PeriodError::Empty);
        }
        let mut first = true;
        while !rest.is_empty() {
            let mut negative = false;
            if let Some(after) = rest.strip_prefix(['+', '-', '\u{2013}', '\u{2212}']) {
                negative = !rest.starts_with('+');
                rest = after.trim_start();
            } else if !first {
                return Err(PeriodError::Sign(rest.to_owned()));
            }
            first = false;
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, after) = rest.split_at(digits);
            if number.is_empty() {
                return Err(PeriodError::Number(rest.to_owned()));
            }
            let number = number
                .parse::<i16>()
                .ok()
                .filter(|n| *n <= LIMIT)
                .ok_or_else(|| PeriodError::Large(number.to_owned()))?;
            let after = after.trim_start();
            let letters = after.len() - after.trim_start_matches(|c: char| c.is_alphabetic()).len();
            let (unit, after) = after.split_at(letters);
            let part = match unit.as_bytes() {
                [b'y'] => &mut period.years,
                [b'm'] => &mut period.months,
                [b'w'] => &mut period.weeks,
                [b'd'] => &mut period.days,
                _ if named(unit, "year") => &mut period.years,
                _ if named(unit, "month") => &mut period.months,
                _ if named(unit, "week") => &mut period.weeks,
                _ if named(unit, "day") => &mut period.days,
                _ => return Err(PeriodError::Unit(unit.to_owned())),
            };
            let signed = if negative { -number } else { number };
            *part = part
                .checked_add(signed)
                .filter(|n| n.abs() <= LIMIT)
                .ok_or_else(|| PeriodError::Large(number.to_string()))?;
            rest = after.trim_start();
        }
        Ok(period)
    }

    /// In words, as people say it: `12 months - 4 days`.
    pub fn words(self) -> String {
        let mut text = String::new();
        for (number, unit) in self.parts() {
            if number == 0 {
                continue;
            }
            match (text.is_empty(), number < 0) {
                (true, true) => text.push_str("- "),
                (true, false) => {}
                (false, true) => text.push_str(" - "),
                (false, false) => text.push_str(" + "),
            }
            let s = if number.abs() == 1 { "" } else { "s" };
            text.push_str(&number.abs().to_string());
            text.push(' ');
            text.push_str(unit);
            text.push_str(s);
        }
        if text.is_empty() {
            text.push_str("0 days");
        }
        text
    }

    fn parts(self) -> [(i16, &'static str); 4] {
        [
            (self.years, "year"),
            (self.months, "month"),
            (self.weeks, "week"),
            (self.days, "day"),
        ]
    }
}

/// Whether a word is the unit, in the singular or the plural, in any case.
fn named(word: &str, unit: &str) -> bool {
    let word = word.strip_suffix(['s', 'S']).unwrap_or(word);
    word.eq_ignore_ascii_case(unit)
}

impl fmt::Display for Period {
    /// The short form: `12m-4d`, `5m+4w`, `0d`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (number, unit) in self.parts() {
            if number == 0 {
                continue;
            }
            let plus = if first || number < 0 { "" } else { "+" };
            write!(f, "{plus}{number}{}", unit.get(..1).unwrap_or_default())?;
            first = false;
        }
        if first {
            f.write_str("0d")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> String {
        Period::parse(text).unwrap().to_string()
    }

    #[test]
    fn periods_are_read_as_cdc_writes_them() {
        assert_eq!(read("12 months - 4 days"), "12m-4d");
        assert_eq!(read(" 5 months + 4 weeks"), "5m+4w");
        assert_eq!(read("46 Years"), "46y");
        assert_eq!(read("1 year"), "1y");
        assert_eq!(read("8 months+1 Day"), "8m+1d");
        assert_eq!(read("0 days"), "0d");
        assert_eq!(read("0 days - 4 days"), "-4d");
        assert_eq!(read("12m-4d"), "12m-4d");
        assert_eq!(read("-4d"), "-4d");
        assert_eq!(
            Period::parse("12 months - 4 days").unwrap().words(),
            "12 months - 4 days"
        );
        assert_eq!(Period::parse("0d").unwrap().words(), "0 days");
        assert_eq!(Period::parse("-4d").unwrap().words(), "- 4 days");
    }

    #[test]
    fn what_is_no_period_is_refused_with_the_reason() {
        let wrong = |text: &str| Period::parse(text).unwrap_err().to_string();
        assert_eq!(wrong(""), "a period is missing");
        assert_eq!(wrong("six weeks"), "a number was expected at `six weeks`");
        assert_eq!(
            wrong("6 fortnights"),
            "`fortnights` is not a unit: a period counts years, months, weeks or days"
        );
        assert_eq!(
            wrong("6"),
            "`` is not a unit: a period counts years, months, weeks or days"
        );
        assert_eq!(
            wrong("6 weeks 4 days"),
            "a plus or minus sign was expected at `4 days`"
        );
        assert_eq!(wrong("99999 days"), "the number `99999` is too large");
        assert_eq!(wrong("6 weeks -"), "a number was expected at ``");
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in ".{0,40}") {
            let _ = Period::parse(&text);
        }

        #[test]
        fn both_forms_are_read_back(
            years in -120i16..120, months in -300i16..300, weeks in -300i16..300, days in -900i16..900,
        ) {
            let period = Period { years, months, weeks, days };
            prop_assert_eq!(Period::parse(&period.to_string()), Ok(period));
            prop_assert_eq!(Period::parse(&period.words()), Ok(period));
        }
    }
}
