//! Dates that move with the run: `today-2m`, `today+1y-3d`.
//!
//! Years and months are applied first and together, and a day that the month does not have becomes its last day
//! (31 March minus one month is 28 or 29 February); weeks and days are applied after that. So "two months old today" is
//! always `today-2m`, whatever day today is.

use crate::span::{Syntax, SyntaxError};
use jiff::civil::Date;
use jiff::{Span, Zoned};

/// How far from today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    /// Years and months, in months.
    pub months: i32,
    /// Weeks and days, in days.
    pub days: i32,
}

/// More than anybody's life in either direction is a slip.
const MOST_MONTHS: i32 = 150 * 12;
const MOST_DAYS: i32 = 150 * 366;

impl Shift {
    /// The day this far from `today`.
    pub fn from(self, today: Date) -> Date {
        let shifted = today.saturating_add(Span::new().months(self.months));
        shifted.saturating_add(Span::new().days(self.days))
    }
}

impl Syntax for Shift {
    const WHAT: &'static str = "a distance in time, `-2m` or `+1y-3d`";
    fn parse(text: &str) -> Result<Self, SyntaxError> {
        let help = "write a sign, a number and `y`, `m`, `w` or `d`: `today-2m`, `today+1y-3d`";
        let mut shift = Shift::default();
        let mut chars = text.chars().enumerate().peekable();
        while let Some((i, c)) = chars.next() {
            let sign = match c {
                '+' => 1,
                '-' => -1,
                _ => {
                    return Err(SyntaxError::new(
                        format!("`+` or `-` was expected before `{c}`"),
                        i + 1,
                    )
                    .help(help));
                }
            };
            let mut number: i32 = 0;
            let mut digits = 0;
            while let Some((_, d)) = chars.next_if(|(_, c)| c.is_ascii_digit()) {
                let d = d.to_digit(10).unwrap_or_default().cast_signed();
                number = number.saturating_mul(10).saturating_add(d);
                digits += 1;
            }
            if digits == 0 {
                return Err(
                    SyntaxError::new("a number was expected after the sign", i + 2).help(help),
                );
            }
            let Some((u, unit)) = chars.next() else {
                return Err(SyntaxError::new(
                    "a unit is missing at the end",
                    text.chars().count() + 1,
                )
                .help(help));
            };
            let (months, days) = match unit {
                'y' => (number.saturating_mul(12), 0),
                'm' => (number, 0),
                'w' => (0, number.saturating_mul(7)),
                'd' => (0, number),
                other => {
                    return Err(SyntaxError::new(
                        format!("`{other}` is not a unit of time"),
                        u + 1,
                    )
                    .help(help));
                }
            };
            shift.months = shift.months.saturating_add(sign * months);
            shift.days = shift.days.saturating_add(sign * days);
            if shift.months.abs() > MOST_MONTHS || shift.days.abs() > MOST_DAYS {
                return Err(SyntaxError::new("more than 150 years away", i + 1));
            }
        }
        Ok(shift)
    }
}

/// A day as HL7 writes it, `20260312`.
pub fn hl7_date(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}

/// A moment as HL7 writes it, to the millisecond with the offset: `20260312140501.000-0500`.
pub fn hl7_time(moment: &Zoned) -> String {
    format!(
        "{}.{:03}{}",
        moment.strftime("%Y%m%d%H%M%S"),
        moment.millisecond(),
        moment.strftime("%z")
    )
}

/// A day for people, `12 March 2026`.
pub fn words(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}
