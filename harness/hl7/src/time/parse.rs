//! Reading dates and times, with the place of what is wrong.

use super::{Precision, Ts, TsError, TsProblem, days_in};
use std::str::FromStr;

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
