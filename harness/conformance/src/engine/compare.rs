//! How two values compare: the class of the left one decides.

use super::element::{At, View};
use super::profile::Class;
use crate::dialect::Difference;
use crate::expr::{Literal, Operator};
use std::borrow::Cow;

/// A value on one side of a comparison.
pub(crate) struct Value<'a> {
    class: Class,
    text: Cow<'a, str>,
    number: Option<f64>,
}

impl<'a> Value<'a> {
    pub(crate) fn of(view: &View<'a>, at: &At) -> Self {
        Self {
            class: view.class(at),
            text: view.text(at),
            number: None,
        }
    }

    /// Of bytes with nothing to decode.
    pub(crate) fn plain(raw: &'a [u8], class: Class) -> Option<Self> {
        Some(Self {
            class,
            text: Cow::Borrowed(std::str::from_utf8(raw).ok()?),
            number: None,
        })
    }

    pub(crate) fn literal(literal: &'a Literal) -> Self {
        match literal {
            Literal::Number(n) => Self {
                class: Class::Number,
                text: Cow::Borrowed(""),
                number: Some(*n),
            },
            Literal::Text(t) => Self {
                class: Class::Text,
                text: Cow::Borrowed(t),
                number: None,
            },
        }
    }

    fn number(&self) -> Option<f64> {
        self.number.or_else(|| {
            let text = self.text.trim();
            super::format::number(text.as_bytes())
                .then(|| text.parse().ok())
                .flatten()
        })
    }
}

/// Whether the comparison holds; `None` when the values cannot be compared.
pub(crate) fn holds(
    view: &View<'_>,
    left: &Value<'_>,
    operator: Operator,
    right: &Value<'_>,
    truncated: bool,
    identical: bool,
) -> Option<bool> {
    let (mut left_text, mut right_text) = (left.text.as_ref(), right.text.as_ref());
    if truncated {
        let shorter = left_text.chars().count().min(right_text.chars().count());
        left_text = cut(left_text, shorter);
        right_text = cut(right_text, shorter);
    }
    let ordering = match left.class {
        Class::Number | Class::Sequence => left.number()?.partial_cmp(&right.number()?)?,
        Class::Date => match right.class {
            Class::Date | Class::Text => left_text.cmp(right_text),
            _ => return None,
        },
        Class::Time | Class::DateTime => {
            if right.class != left.class {
                return None;
            }
            let calendar = view.dialect.has(Difference::Moments);
            let moment = |text: &str| moment(text.as_bytes(), left.class, calendar);
            let ((a, a_zone), (b, b_zone)) = (moment(left_text)?, moment(right_text)?);
            match (a_zone, b_zone) {
                (Some(a_off), Some(b_off)) => (a - a_off).cmp(&(b - b_off)),
                (None, None) => a.cmp(&b),
                // a time without a zone is taken to be in the other's; the reference gives up
                _ if view.dialect.has(Difference::ZoneAssumed) => a.cmp(&b),
                _ => return None,
            }
        }
        Class::Text | Class::Varies => {
            if right.number.is_some() {
                left.number()?.partial_cmp(&right.number()?)?
            } else {
                let ordering = left_text.to_lowercase().cmp(&right_text.to_lowercase());
                if view.dialect.has(Difference::TextOrder) {
                    ordering
                } else {
                    ordering.reverse()
                }
            }
        }
    };
    let same = !identical || operator != Operator::Eq || left_text == right_text;
    Some(operator.holds(ordering) && same)
}

fn cut(text: &str, characters: usize) -> &str {
    text.char_indices()
        .nth(characters)
        .map_or(text, |(at, _)| text.get(..at).unwrap_or(text))
}

// tenths of milliseconds since year 0, and the zone in the same unit, when it is given
fn moment(raw: &[u8], class: Class, calendar: bool) -> Option<(i64, Option<i64>)> {
    let formed = match class {
        Class::Time => super::format::time(raw),
        _ => super::format::date_time(raw, false),
    };
    if !formed {
        return None;
    }
    let zone_at = raw.iter().position(|b| matches!(b, b'+' | b'-'));
    let (body, zone) = raw.split_at(zone_at.unwrap_or(raw.len()));
    let (date, clock) = if class == Class::Time {
        (&b""[..], body)
    } else {
        body.split_at(body.len().min(8))
    };
    let part = |raw: &[u8], from: usize, length: usize, default: i64| {
        raw.get(from..from + length)
            .and_then(|d| std::str::from_utf8(d).ok())
            .and_then(|d| d.parse::<i64>().ok())
            .unwrap_or(default)
    };
    let day = part(date, 6, 2, 1);
    let month = days_from_civil(part(date, 0, 4, 0), part(date, 4, 2, 1), 1);
    let days = if date.is_empty() { 0 } else { month + day - 1 };
    // the reference counts the milliseconds of the days of a month in 32 bits, which overflows from the 25th on
    let lost = if calendar || date.is_empty() {
        0
    } else {
        let milliseconds = day * 86_400_000;
        milliseconds - i64::from(milliseconds as i32)
    };
    let fraction = clock.get(7..).unwrap_or_default();
    let fraction = part(fraction, 0, fraction.len(), 0)
        * 10i64.pow(4u32.saturating_sub(fraction.len() as u32));
    let seconds = ((days * 24 + part(clock, 0, 2, 0)) * 60 + part(clock, 2, 2, 0)) * 60
        + part(clock, 4, 2, 0);
    let zone = (!zone.is_empty()).then(|| {
        let minutes = part(zone, 1, 2, 0) * 60 + part(zone, 3, 2, 0);
        minutes * 60 * 10_000 * if zone.first() == Some(&b'-') { -1 } else { 1 }
    });
    Some((seconds * 10_000 + fraction - lost * 10, zone))
}

// days since 0000-03-01 in the proleptic Gregorian calendar
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let m = (month + 9) % 12;
    365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (m * 306 + 5) / 10 + day - 1
}

/// The number that a set id is, when it is one.
pub(crate) fn integer(raw: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(raw).ok()?;
    text.parse().ok()
}
