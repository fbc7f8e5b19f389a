//! Days and spans, with the date rules of the logic specification (Table 3-6).
//!
//! A [`Day`] is one number, so that comparing, sorting and adding days cost nothing. What is not here: time of day, time zones,
//! partial dates.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A calendar day of the Gregorian calendar, counted from 1970-01-01 (day 0).
///
/// Every day of the years 1 to 9999 can be read and written; arithmetic saturates far outside of that, so that no sum panics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub(crate) i32);

/// The day before every other: an absent lower bound.
pub(crate) const ALWAYS: i32 = i32::MIN;
/// The day after every other: an absent upper bound.
pub(crate) const NEVER: i32 = i32::MAX;

/// A text that is not a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date (YYYY-MM-DD or YYYYMMDD)")]
pub struct NotADay(pub String);

impl Day {
    /// The day with this year, month (1 to 12) and day of month, when it exists and its year is 1 to 9999.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let real = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && day >= 1
            && day <= month_length(year, month);
        real.then(|| Self(number(year, month, day)))
    }

    /// Year, month and day of month.
    pub fn ymd(self) -> (i32, u32, u32) {
        civil(self.0)
    }

    /// The last day of a month: how a lot's expiration is read when only month and year are known (CALCDTLOTEXP-1).
    pub fn end_of_month(year: i32, month: u32) -> Option<Self> {
        if !(1..=12).contains(&month) {
            return None;
        }
        Self::new(year, month, month_length(year, month))
    }

    /// Days since 1970-01-01; negative before.
    pub fn number(self) -> i32 {
        self.0
    }

    /// The day with this number.
    pub fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// So many calendar months and then days later (earlier when negative), by the rules CALCDT-1 to CALCDT-6.
    pub fn plus(self, months: i16, days: i32) -> Self {
        Self(add(self.0, Span { months, days }))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        parse(text.trim()).ok_or_else(|| NotADay(text.to_owned()))
    }
}

impl From<jiff::civil::Date> for Day {
    fn from(date: jiff::civil::Date) -> Self {
        let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
        Self(number(
            i32::from(date.year()),
            u32::from(month),
            u32::from(day),
        ))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A length of time in calendar months and days, either of which may be negative: "12 months - 4 days".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Span {
    /// Calendar months; a year is twelve.
    pub(crate) months: i16,
    /// Days; a week is seven.
    pub(crate) days: i32,
}

/// `day` and `span` later: first the months, holding the day of the month; a day that does not exist becomes the first of the
/// next month (CALCDT-5); then the days.
pub(crate) fn add(day: i32, span: Span) -> i32 {
    if span.months == 0 {
        return day.saturating_add(span.days);
    }
    Start::new(day).plus(span)
}

/// A day taken apart once, for adding many spans to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    day: i32,
    /// Months since the year 0.
    months: i64,
    date: u32,
}

impl Start {
    pub(crate) fn new(day: i32) -> Self {
        let (year, month, date) = civil(day);
        Self {
            day,
            months: i64::from(year) * 12 + i64::from(month) - 1,
            date,
        }
    }

    pub(crate) fn plus(self, span: Span) -> i32 {
        if span.months == 0 {
            return self.day.saturating_add(span.days);
        }
        let months = self.months + i64::from(span.months);
        let (year, month) = (
            months.div_euclid(12) as i32,
            months.rem_euclid(12) as u32 + 1,
        );
        let landed = if self.date > 28 && self.date > month_length(year, month) {
            number(year, month, month_length(year, month)).saturating_add(1)
        } else {
            number(year, month, self.date)
        };
        landed.saturating_add(span.days)
    }
}

fn month_length(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The number of a day of the proleptic Gregorian calendar; years start in March here, so that a leap day is a year's last.
fn number(year: i32, month: u32, day: u32) -> i32 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year =
        (153 * (i64::from(month) + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let number = era * 146_097 + day_of_era - 719_468;
    i32::try_from(number).unwrap_or(if number < 0 { ALWAYS } else { NEVER })
}

/// The inverse of [`number`].
fn civil(day: i32) -> (i32, u32, u32) {
    let shifted = i64::from(day) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1).unsigned_abs() as u32;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    }
    .unsigned_abs() as u32;
    let year = (year_of_era + era * 400 + i64::from(month <= 2)) as i32;
    (year, month, day)
}

fn parse(text: &str) -> Option<Day> {
    let digits = |part: &str| {
        part.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| part.parse::<u32>().ok())?
    };
    let (year, month, day) = match text.len() {
        10 if text.is_ascii() && &text[4..5] == "-" && &text[7..8] == "-" => {
            (&text[..4], &text[5..7], &text[8..])
        }
        8 if text.is_ascii() => (&text[..4], &text[4..6], &text[6..]),
        _ => return None,
    };
    Day::new(
        i32::try_from(digits(year)?).ok()?,
        digits(month)?,
        digits(day)?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    fn plus(text: &str, months: i16, days: i32) -> String {
        day(text).plus(months, days).to_string()
    }

    #[test]
    fn numbers_go_there_and_back() {
        assert_eq!(day("1970-01-01").number(), 0);
        assert_eq!(day("20000301").number(), 11_017);
        for number in (-700_000..2_900_000).step_by(37) {
            let (year, month, date) = Day(number).ymd();
            assert_eq!(Day::new(year, month, date), Some(Day(number)));
        }
    }

    #[test]
    fn a_day_that_does_not_exist_moves_to_the_next_month() {
        assert_eq!(plus("2000-03-31", 6, 0), "2000-10-01");
        assert_eq!(plus("2001-08-31", 6, 0), "2002-03-01");
        assert_eq!(plus("2026-08-29", 6, 0), "2027-03-01");
        assert_eq!(plus("2000-01-31", 6, -4), "2000-07-27");
        assert_eq!(plus("2004-02-29", 12, 0), "2005-03-01");
        assert_eq!(plus("2004-02-29", 48, 0), "2008-02-29");
        assert_eq!(plus("2004-03-31", -1, 0), "2004-03-01");
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2001-02-29",
            "20011301",
            "2001-1-01",
            "2001-01-1",
            "\u{e9}001-01-1",
            "+0010101",
            "0000-01-01",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
        assert_eq!(Day::end_of_month(2028, 2), Day::new(2028, 2, 29));
        assert_eq!(Day::end_of_month(2028, 13), None);
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        for number in [i32::MIN, i32::MAX] {
            let _ = Day(number).to_string();
            let _ = add(
                number,
                Span {
                    months: i16::MAX,
                    days: i32::MAX,
                },
            );
            let _ = add(
                number,
                Span {
                    months: i16::MIN,
                    days: i32::MIN,
                },
            );
        }
    }
}
