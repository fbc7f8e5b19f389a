//! HL7's partial dates and times (DT, DTM, TS.1): `YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]`.
//!
//! A [`Ts`] keeps what was said and no more: a birth date of `2019` stays a year. Comparing is therefore done at the
//! precision that both sides have.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

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

/// Why a text is no date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TsProblem {
    /// Nothing stands there.
    Empty,
    /// A character that is no digit (nor the `.`, `+` or `-` that may stand there).
    NotADigit,
    /// The digits end in the middle of a part; a year has four, every other part two.
    Incomplete,
    /// More digits than a second has, or a fraction of more than four.
    TooLong,
    /// The month is not 01 to 12.
    Month,
    /// The month has no such day.
    Day,
    /// The hour is not 00 to 23.
    Hour,
    /// The minute is not 00 to 59.
    Minute,
    /// The second is not 00 to 59.
    Second,
    /// The zone is not `+HHMM` or `-HHMM` with HH up to 23 and MM up to 59.
    Zone,
}

impl TsProblem {
    fn words(self) -> &'static str {
        match self {
            TsProblem::Empty => "there is nothing",
            TsProblem::NotADigit => "a digit was expected",
            TsProblem::Incomplete => {
                "a part is incomplete (a year has four digits, the others two)"
            }
            TsProblem::TooLong => {
                "nothing more is allowed (seconds may have a point and up to four digits)"
            }
            TsProblem::Month => "the month is not 01 to 12",
            TsProblem::Day => "the month has no such day",
            TsProblem::Hour => "the hour is not 00 to 23",
            TsProblem::Minute => "the minute is not 00 to 59",
            TsProblem::Second => "the second is not 00 to 59",
            TsProblem::Zone => "the zone is not +HHMM or -HHMM",
        }
    }
}

/// A text that is no date and time: what is wrong and where. The text itself is not kept, it may identify a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TsError {
    /// What is wrong.
    pub problem: TsProblem,
    /// Byte offset in the text (all characters before it are ASCII).
    pub at: usize,
    /// How many bytes it concerns; 0 where something is missing.
    pub len: usize,
}

impl fmt::Display for TsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no HL7 date and time: {} at character {}",
            self.problem.words(),
            self.at + 1
        )
    }
}

impl std::error::Error for TsError {}

fn fail<T>(problem: TsProblem, at: usize, len: usize) -> Result<T, TsError> {
    Err(TsError { problem, at, len })
}

struct Digits<'a> {
    all: &'a [u8],
    at: usize,
    // where the digits of the date and time end
    end: usize,
}

impl Digits<'_> {
    // the next `n` digits as a number; None at the end
    fn next(&mut self, n: usize) -> Result<Option<i16>, TsError> {
        if self.at == self.end {
            return Ok(None);
        }
        let Some(digits) = self.all.get(self.at..self.end).and_then(|d| d.get(..n)) else {
            return fail(TsProblem::Incomplete, self.at, self.end - self.at);
        };
        self.at += n;
        Ok(Some(number(digits)))
    }

    // the next two digits, checked
    fn part(&mut self, from: i8, to: i8, problem: TsProblem) -> Result<Option<i8>, TsError> {
        match self.next(2)? {
            None => Ok(None),
            Some(n) => match i8::try_from(n) {
                Ok(n) if (from..=to).contains(&n) => Ok(Some(n)),
                _ => fail(problem, self.at - 2, 2),
            },
        }
    }
}

// at most four digits
fn number(digits: &[u8]) -> i16 {
    digits
        .iter()
        .fold(0i16, |n, d| n * 10 + i16::from(d.saturating_sub(b'0')))
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
    /// Reads a date and time, with a zone or without.
    pub fn parse(text: &str) -> Result<Ts, TsError> {
        Ts::parse_bytes(text.as_bytes())
    }

    /// Reads a DT: no finer than a day and without a zone.
    pub fn parse_date(text: &str) -> Result<Ts, TsError> {
        let ts = Ts::parse(text)?;
        let at = text
            .bytes()
            .position(|b| !b.is_ascii_digit())
            .unwrap_or(text.len())
            .min(8);
        if at < text.len() {
            return fail(TsProblem::TooLong, at, text.len() - at);
        }
        Ok(ts)
    }

    /// [`Ts::parse`] for the raw bytes of an element.
    pub fn parse_bytes(text: &[u8]) -> Result<Ts, TsError> {
        if text.is_empty() {
            return fail(TsProblem::Empty, 0, 0);
        }
        let end = text
            .iter()
            .position(|b| !b.is_ascii_digit())
            .unwrap_or(text.len());
        let rest = text.get(end..).unwrap_or_default();
        if !matches!(rest.first(), None | Some(b'.' | b'+' | b'-')) {
            return fail(TsProblem::NotADigit, end, 1);
        }
        let mut ts = Ts {
            year: 0,
            month: 1,
            day: 1,
            hour: 0,
            minute: 0,
            second: 0,
            fraction: 0,
            digits: 0,
            precision: Precision::Year,
            zone: None,
        };
        let mut d = Digits {
            all: text,
            at: 0,
            end,
        };
        ts.year = match d.next(4)? {
            Some(year) => year,
            None => return fail(TsProblem::Incomplete, 0, 0),
        };
        ts.read_parts(&mut d)?;
        if d.at < end {
            return fail(TsProblem::TooLong, d.at, end - d.at);
        }
        let mut at = end;
        let mut rest = rest;
        if let Some((b'.', digits)) = rest.split_first() {
            let n = digits.iter().take_while(|b| b.is_ascii_digit()).count();
            if ts.precision < Precision::Second {
                return fail(TsProblem::Incomplete, at, 1);
            }
            match n {
                0 => return fail(TsProblem::NotADigit, at + 1, 0),
                1..=4 => {}
                _ => return fail(TsProblem::TooLong, at + 5, n - 4),
            }
            let (fraction, after) = digits.split_at(n);
            ts.fraction = (n..4).fold(number(fraction).unsigned_abs(), |f, _| f * 10);
            ts.digits = n as u8;
            ts.precision = Precision::Fraction;
            at += 1 + n;
            rest = after;
        }
        ts.zone = zone(rest, at)?;
        Ok(ts)
    }

    fn read_parts(&mut self, d: &mut Digits<'_>) -> Result<(), TsError> {
        let Some(month) = d.part(1, 12, TsProblem::Month)? else {
            return Ok(());
        };
        self.month = month;
        self.precision = Precision::Month;
        let Some(day) = d.part(1, days_in(self.year, month), TsProblem::Day)? else {
            return Ok(());
        };
        self.day = day;
        self.precision = Precision::Day;
        let Some(hour) = d.part(0, 23, TsProblem::Hour)? else {
            return Ok(());
        };
        self.hour = hour;
        self.precision = Precision::Hour;
        let Some(minute) = d.part(0, 59, TsProblem::Minute)? else {
            return Ok(());
        };
        self.minute = minute;
        self.precision = Precision::Minute;
        let Some(second) = d.part(0, 59, TsProblem::Second)? else {
            return Ok(());
        };
        self.second = second;
        self.precision = Precision::Second;
        Ok(())
    }

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

fn zone(text: &[u8], at: usize) -> Result<Option<i16>, TsError> {
    let Some((sign, digits)) = text.split_first() else {
        return Ok(None);
    };
    let sign = match sign {
        b'+' => 1,
        b'-' => -1,
        _ => return fail(TsProblem::NotADigit, at, 1),
    };
    if digits.len() != 4 || !digits.iter().all(u8::is_ascii_digit) {
        return fail(TsProblem::Zone, at, text.len());
    }
    let (hours, minutes) = digits.split_at(2);
    let (hours, minutes) = (number(hours), number(minutes));
    if hours > 23 || minutes > 59 {
        return fail(TsProblem::Zone, at, text.len());
    }
    Ok(Some(sign * (hours * 60 + minutes)))
}

impl FromStr for Ts {
    type Err = TsError;

    fn from_str(text: &str) -> Result<Ts, TsError> {
        Ts::parse(text)
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
