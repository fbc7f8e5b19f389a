//! HL7's partial dates and times (DT, DTM, TS.1): `YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]`.
//!
//! A [`Ts`] keeps what was said and no more: a birth date of `2019` stays a year. Comparing is therefore done at the
//! precision that both sides have.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use std::cmp::Ordering;
use std::fmt;

mod error;
mod parse;

pub use error::{TsError, TsProblem};

/// How much of a date and time is said. Ordered from coarse to fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// `YYYY`
    Year,
    /// `YYYYMM`
    Month,
    /// `YYYYMMDD`
    Day,
    /// `YYYYMMDDHH`
    Hour,
    /// `YYYYMMDDHHMM`
    Minute,
    /// `YYYYMMDDHHMMSS`
    Second,
    /// `YYYYMMDDHHMMSS.S` to `.SSSS`
    Fraction,
}

/// A date and time as far as it is said, in the real (Gregorian) calendar.
///
/// `==` asks whether the same is written; use [`Ts::compare`] to ask which is earlier.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ts {
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    second: i8,
    // ten-thousandths of a second, and how many digits of them were written
    fraction: u16,
    digits: u8,
    precision: Precision,
    // minutes east of UTC
    zone: Option<i16>,
}

fn days_in(year: i16, month: i8) -> i8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl Ts {
    /// How much of it is said.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Minutes east of UTC, when a zone was written.
    pub fn zone(&self) -> Option<i16> {
        self.zone
    }

    /// The year.
    pub fn year(&self) -> i16 {
        self.year
    }

    /// The month, when it is said.
    pub fn month(&self) -> Option<i8> {
        (self.precision >= Precision::Month).then_some(self.month)
    }

    /// The day of the month, when it is said.
    pub fn day(&self) -> Option<i8> {
        (self.precision >= Precision::Day).then_some(self.day)
    }

    /// The calendar date, when the day is said.
    pub fn date(&self) -> Option<Date> {
        if self.precision < Precision::Day {
            return None;
        }
        Date::new(self.year, self.month, self.day).ok()
    }

    /// The first moment that it can mean, without its zone: `2019` is midnight of the first of January.
    pub fn earliest(&self) -> DateTime {
        let date = Date::new(self.year, self.month, self.day).unwrap_or(Date::ZERO);
        let nanos = i32::from(self.fraction) * 100_000;
        let time =
            Time::new(self.hour, self.minute, self.second, nanos).unwrap_or(Time::midnight());
        date.to_datetime(time)
    }

    /// The last day that it can mean: `2019` is the 31st of December.
    pub fn last_day(&self) -> Date {
        let month = self.month().unwrap_or(12);
        let day = self.day().unwrap_or(days_in(self.year, month));
        Date::new(self.year, month, day).unwrap_or(Date::MAX)
    }

    /// The moment, when at least the hour is said; `without_zone` is what a text without a zone is in.
    pub fn timestamp(&self, without_zone: Offset) -> Option<Timestamp> {
        if self.precision < Precision::Hour {
            return None;
        }
        let offset = match self.zone {
            Some(minutes) => Offset::from_seconds(i32::from(minutes) * 60).ok()?,
            None => without_zone,
        };
        offset.to_timestamp(self.earliest()).ok()
    }

    /// A calendar day.
    pub fn from_date(date: Date) -> Ts {
        Ts {
            year: date.year(),
            month: date.month(),
            day: date.day(),
            hour: 0,
            minute: 0,
            second: 0,
            fraction: 0,
            digits: 0,
            precision: Precision::Day,
            zone: None,
        }
    }

    /// A moment to the second, with its zone.
    pub fn from_zoned(at: &Zoned) -> Ts {
        Ts {
            hour: at.hour(),
            minute: at.minute(),
            second: at.second(),
            precision: Precision::Second,
            zone: Some((at.offset().seconds() / 60) as i16),
            ..Ts::from_date(at.date())
        }
    }

    /// The same, saying no more than `precision`. A zone stays where at least the hour stays.
    pub fn truncated(self, precision: Precision) -> Ts {
        let keep = |at: Precision| precision >= at;
        let pick = |at: Precision, value: i8, rest: i8| if keep(at) { value } else { rest };
        Ts {
            year: self.year,
            month: pick(Precision::Month, self.month, 1),
            day: pick(Precision::Day, self.day, 1),
            hour: pick(Precision::Hour, self.hour, 0),
            minute: pick(Precision::Minute, self.minute, 0),
            second: pick(Precision::Second, self.second, 0),
            fraction: if keep(Precision::Fraction) {
                self.fraction
            } else {
                0
            },
            digits: if keep(Precision::Fraction) {
                self.digits
            } else {
                0
            },
            precision: precision.min(self.precision),
            zone: self.zone.filter(|_| keep(Precision::Hour)),
        }
    }

    /// Which is earlier, at the precision that both have: `2019` and `20190401` are equal. When both have a zone and at
    /// least the hour, moments are compared; else what is written.
    pub fn compare(&self, other: &Ts) -> Ordering {
        let precision = self.precision.min(other.precision);
        let (a, b) = (self.truncated(precision), other.truncated(precision));
        if let (Some(_), Some(_)) = (a.zone, b.zone)
            && let (Some(a), Some(b)) = (a.timestamp(Offset::UTC), b.timestamp(Offset::UTC))
        {
            return a.cmp(&b);
        }
        a.earliest().cmp(&b.earliest())
    }

    /// Whether it is surely before the other.
    pub fn is_before(&self, other: &Ts) -> bool {
        self.compare(other) == Ordering::Less
    }

    /// Whether it is surely after the other.
    pub fn is_after(&self, other: &Ts) -> bool {
        self.compare(other) == Ordering::Greater
    }
}

impl fmt::Display for Ts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        let parts = [
            (Precision::Month, self.month),
            (Precision::Day, self.day),
            (Precision::Hour, self.hour),
            (Precision::Minute, self.minute),
            (Precision::Second, self.second),
        ];
        for (precision, value) in parts {
            if self.precision >= precision {
                write!(f, "{value:02}")?;
            }
        }
        if self.precision == Precision::Fraction {
            let digits = usize::from(self.digits.clamp(1, 4));
            let all = format!("{:04}", self.fraction);
            write!(f, ".{}", all.get(..digits).unwrap_or_default())?;
        }
        match self.zone {
            Some(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                let minutes = minutes.unsigned_abs();
                write!(f, "{sign}{:02}{:02}", minutes / 60, minutes % 60)
            }
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Ts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // a birth date identifies a person
        write!(f, "Ts({:?})", self.precision)
    }
}

/// A moment as messages are stamped: `YYYYMMDDHHMMSS+ZZZZ`.
pub fn format_ts(at: &Zoned) -> String {
    Ts::from_zoned(at).to_string()
}

/// A moment in UTC as messages are stamped.
pub fn format_utc(at: Timestamp) -> String {
    format_ts(&at.to_zoned(TimeZone::UTC))
}
