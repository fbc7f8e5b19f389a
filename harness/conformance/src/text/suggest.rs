//! What was probably meant: a code beside its place, in the wrong letters, without its zero, or a date in another order.
//!
//! A suggestion says where to look and never repeats a date, so that masking a value hides it.

use crate::engine::profile::{Binding, Profile, Table};
use titer_hl7::Message;
use titer_hl7::Ts;

/// The components, or subcomponents, among which a code stands.
pub(crate) struct Around {
    parts: Vec<String>,
    // which of them should hold the code, counted from 0
    at: usize,
}

impl Around {
    /// The parts beside the code at a place of a line; `None` when the code stands alone in its field.
    pub(crate) fn of(
        message: &Message<'_>,
        line: u32,
        (field, repetition): (u16, u32),
        (component, subcomponent): (u16, u16),
    ) -> Option<Around> {
        const MOST: usize = 9;
        let repetition = message
            .line(line)?
            .segment()?
            .field(u32::from(field))?
            .repetition(repetition.max(1))?;
        let number = if subcomponent > 0 {
            subcomponent
        } else {
            component
        };
        let at = usize::from(number.checked_sub(1)?);
        let parts = if subcomponent > 0 {
            let component = repetition.component(u32::from(component))?;
            (1..=MOST as u32)
                .map_while(|n| Some(component.subcomponent(n)?.text().into_owned()))
                .collect()
        } else {
            (1..=MOST as u32)
                .map_while(|n| Some(repetition.component(n)?.text().into_owned()))
                .collect()
        };
        Some(Around { parts, at })
    }

    // what stands so many places behind the code's, and its number
    fn behind(&self, n: usize) -> Option<(&str, usize)> {
        let at = self.at + n;
        let text = self.parts.get(at)?.trim();
        (!text.is_empty()).then_some((text, at + 1))
    }
}

/// What was probably meant by a code that the tables of a binding do not hold.
pub(crate) fn code(
    profile: &Profile,
    binding: &Binding,
    value: &str,
    around: Option<&Around>,
) -> Option<String> {
    let tables: Vec<&Table> = binding
        .tables
        .iter()
        .filter_map(|t| profile.tables.get(*t as usize))
        .collect();
    let holds = |code: &str| tables.iter().any(|t| holds(t, code));
    let trimmed = value.trim();
    if trimmed.is_empty() {
        return None;
    }
    if trimmed != value && holds(trimmed) {
        return Some("leave out the blanks around the code".to_owned());
    }
    let codes = || {
        tables
            .iter()
            .flat_map(|t| t.codes.iter().map(|c| &*c.value))
    };
    if let Some(code) = codes().find(|c| c.eq_ignore_ascii_case(trimmed)) {
        return Some(format!(
            "small and capital letters are different codes; did you mean `{code}`?"
        ));
    }
    if let Some(digits) = number(trimmed)
        && let Some(code) = codes().find(|c| number(c) == Some(digits))
    {
        let what = if code.len() > trimmed.len() {
            "a leading zero was lost, codes are texts and not numbers"
        } else {
            "the code has a zero too many"
        };
        return Some(format!("{what}; did you mean `{code}`?"));
    }
    if let Some(around) = around {
        let names = super::codes::tables(binding);
        if let Some((_, at)) = around.behind(1).filter(|(text, _)| holds(text)) {
            return Some(format!(
                "code and text are swapped: part {at} holds a value of {names}"
            ));
        }
        if let Some((_, at)) = around.behind(3).filter(|(text, _)| holds(text)) {
            return Some(format!(
                "parts {at} to {} hold a value of {names}: send it, with its text and code system, in parts {} to {}",
                at + 2,
                around.at + 1,
                around.at + 3
            ));
        }
        if let Some((_, at)) = around.behind(2).filter(|(text, _)| holds(text)) {
            return Some(format!(
                "part {at}, the place of the code system, holds a value of {names}: send it as the code"
            ));
        }
    }
    elsewhere(profile, binding, trimmed)
}

/// A code system that is wrong, when the right triplet stands behind it.
pub(crate) fn system(
    profile: &Profile,
    binding: &Binding,
    around: Option<&Around>,
) -> Option<String> {
    let around = around?;
    // here the place is that of the code system, two behind the code
    let at = around.at.checked_sub(2)?;
    let around = Around {
        parts: around.parts.clone(),
        at,
    };
    let (code, place) = around.behind(3)?;
    let (system, _) = around.behind(5)?;
    let fits = super::codes::systems(profile, binding, code)
        .iter()
        .any(|s| s == system);
    fits.then(|| {
        format!(
            "parts {place} to {} hold a value of {} with its code system: send them first",
            place + 2,
            super::codes::tables(binding)
        )
    })
}

/// Shorter codes stand in so many tables that it says nothing.
const TELLING: usize = 4;

// a code of another table that this profile asks for
fn elsewhere(profile: &Profile, binding: &Binding, value: &str) -> Option<String> {
    if value.chars().count() < TELLING {
        return None;
    }
    let mut others = profile
        .bindings
        .iter()
        .flat_map(|b| &b.live)
        .filter(|t| !binding.tables.contains(t))
        .filter_map(|t| profile.tables.get(*t as usize))
        .filter(|t| t.index.get(value.as_bytes()).is_some());
    let table = others.next()?;
    // in several tables it says nothing either
    if others.any(|t| t.id != table.id) {
        return None;
    }
    let label = super::table_label(&table.id);
    let name = if table.name.is_empty() || table.name.eq_ignore_ascii_case(label) {
        label.to_owned()
    } else {
        format!("{label} ({})", table.name)
    };
    Some(format!(
        "it is a value of {name}: does it belong into another field?"
    ))
}

fn holds(table: &Table, code: &str) -> bool {
    table.index.get(code.as_bytes()).is_some()
}

// digits without leading zeros
fn number(text: &str) -> Option<&str> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.trim_start_matches('0'))
}

/// What is probably wrong with a date, when that can be told.
pub(crate) fn date(value: &str) -> Option<&'static str> {
    let value = value.trim();
    let day = value.get(..8).unwrap_or(value);
    if day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit()) {
        let (year, month, last) = (day.get(..4)?, day.get(4..6)?, day.get(6..)?);
        if Ts::parse(day).is_ok() {
            return None;
        }
        if is_date(&[year, last, month]) {
            return Some("month and day are swapped, the month comes first");
        }
        let (first, second, year) = (day.get(..2)?, day.get(2..4)?, day.get(4..)?);
        if is_date(&[year, first, second]) || is_date(&[year, second, first]) {
            return Some("the year comes first, then the month and the day");
        }
        return None;
    }
    let parts: Vec<&str> = value
        .split(['T', ' '])
        .next()?
        .split(['-', '/', '.'])
        .collect();
    let [a, b, c] = parts.as_slice() else {
        return None;
    };
    let two = |text: &str| format!("{text:0>2}");
    if is_date(&[a, &two(b), &two(c)]) {
        return Some("leave out what stands between year, month and day");
    }
    if is_date(&[c, &two(a), &two(b)]) || is_date(&[c, &two(b), &two(a)]) {
        return Some("the year comes first, and nothing stands between year, month and day");
    }
    None
}

fn is_date(parts: &[&str; 3]) -> bool {
    let text = parts.concat();
    text.len() == 8 && matches!(text.get(..2), Some("18" | "19" | "20")) && Ts::parse(&text).is_ok()
}

/// Whether two codes are at most `limit` slips of the keyboard apart, in any letters; `limit` is 1 or 2. How far, then.
pub(crate) fn apart(a: &str, b: &str, limit: usize) -> Option<usize> {
    if !a.is_ascii() || !b.is_ascii() {
        let far = strsim::osa_distance(&a.to_uppercase(), &b.to_uppercase());
        return (far <= limit).then_some(far);
    }
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let same = |(x, y): &(&u8, &u8)| x.eq_ignore_ascii_case(y);
    let before = a
        .as_bytes()
        .iter()
        .zip(b.as_bytes())
        .take_while(same)
        .count();
    let (a, b) = (a.get(before..)?, b.get(before..)?);
    let behind = a
        .as_bytes()
        .iter()
        .rev()
        .zip(b.as_bytes().iter().rev())
        .take_while(same)
        .count();
    let (a, b) = (a.get(..a.len() - behind)?, b.get(..b.len() - behind)?);
    // what differs lies between the ends that agree
    let far = match (a.len(), b.len()) {
        (n, 0) | (0, n) => n,
        (1, 1) => 1,
        // one slip changes two letters at most
        (n, m) if limit == 1 && n.max(m) > 2 => return None,
        _ => strsim::osa_distance(&a.to_ascii_uppercase(), &b.to_ascii_uppercase()),
    };
    (far <= limit).then_some(far)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{builtin, check_message_with};
    use titer_hl7::Offsets;

    /// The help of all findings at a place of a vaccination report in which one field was replaced.
    fn help(segment: &str, field: usize, value: &str) -> String {
        const REPORT: &str = include_str!("../../rules/base/z22.hl7");
        let lines: Vec<String> = REPORT
            .split(['\r', '\n'])
            .filter(|l| !l.is_empty())
            .map(|line| {
                let mut fields: Vec<&str> = line.split('|').collect();
                if fields[0] == segment {
                    fields.resize(fields.len().max(field + 1), "");
                    fields[field] = value;
                }
                fields.join("|")
            })
            .collect();
        let text = lines.join("\r");
        let mut table = Offsets::new();
        let message = Message::parse(text.as_bytes(), &mut table);
        let validator = builtin("Z22").expect("Z22 ships");
        let place = format!("{segment}-{field}");
        check_message_with(&message, validator)
            .into_iter()
            .filter(|f| f.location.path.starts_with(&place) && f.rule.starts_with("HL7-"))
            .filter_map(|f| f.help)
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn says(segment: &str, field: usize, value: &str, text: &str) {
        let help = help(segment, field, value);
        assert!(help.contains(text), "{value}: {help}");
    }

    fn silent(segment: &str, field: usize, value: &str, text: &str) {
        let help = help(segment, field, value);
        assert!(!help.contains(text), "{value}: {help}");
    }

    #[test]
    fn a_lost_zero_is_told_and_another_number_is_not() {
        says("RXA", 5, "8^Hep B^CVX", "a leading zero was lost");
        says("RXA", 5, "8^Hep B^CVX", "`08`");
        says("RXA", 5, "0020^DTaP^CVX", "a zero too many");
        silent("RXA", 5, "7777^x^CVX", "zero");
    }

    #[test]
    fn small_letters_are_told_and_other_letters_are_not() {
        says("PID", 8, "f", "did you mean `F`?");
        says("RXA", 20, "cp", "small and capital letters");
        silent("RXA", 20, "CX", "small and capital letters");
    }

    #[test]
    fn blanks_are_told_and_blanks_around_another_word_are_not() {
        says("RXA", 20, " CP", "leave out the blanks");
        silent("RXA", 20, " XX", "leave out the blanks");
    }

    #[test]
    fn swapped_code_and_text_are_told_and_a_text_alone_is_not() {
        says(
            "PID",
            10,
            "White^2106-3^CDCREC",
            "code and text are swapped",
        );
        silent("PID", 10, "White^White^CDCREC", "swapped");
    }

    #[test]
    fn a_code_in_the_second_triplet_is_told_and_a_second_wrong_one_is_not() {
        says(
            "PID",
            10,
            "W^White^L^2106-3^White^CDCREC",
            "parts 4 to 6 hold a value of",
        );
        silent("PID", 10, "W^White^L^X^White^CDCREC", "parts 4 to 6");
    }

    #[test]
    fn a_code_in_the_place_of_its_system_is_told() {
        says(
            "PID",
            10,
            "CDCREC^White^2106-3",
            "the place of the code system",
        );
        silent("PID", 10, "CDCREC^White^X", "the place of the code system");
    }

    #[test]
    fn a_code_system_before_the_right_triplet_is_told() {
        says(
            "PID",
            10,
            "2106-3^White^L^2106-3^White^CDCREC",
            "with its code system: send them first",
        );
        silent("PID", 10, "2106-3^White^L^X^White^L", "send them first");
    }

    #[test]
    fn a_code_of_another_table_is_told_and_a_code_of_none_is_not() {
        says(
            "PID",
            10,
            "2186-5^Not Hispanic^CDCREC",
            "does it belong into another field?",
        );
        silent("PID", 10, "9999-9^Nobody^CDCREC", "another field");
    }

    #[test]
    fn dates_in_another_order_are_told_and_other_texts_are_not() {
        for (value, text) in [
            ("20261503", Some("month and day are swapped")),
            ("202615031200", Some("month and day are swapped")),
            ("03152026", Some("the year comes first")),
            ("15032026", Some("the year comes first")),
            ("2026-03-15", Some("leave out what stands between")),
            ("2026-3-5T10:00", Some("leave out what stands between")),
            ("03/15/2026", Some("the year comes first, and nothing")),
            ("20260315", None),
            ("20264545", None),
            ("2026-45-45", None),
            ("yesterday", None),
            ("", None),
        ] {
            let said = date(value);
            match text {
                Some(text) => assert!(said.is_some_and(|s| s.contains(text)), "{value}: {said:?}"),
                None => assert_eq!(said, None, "{value}"),
            }
        }
        says("PID", 7, "20261503", "month and day are swapped");
        silent("PID", 7, "2026150x", "swapped");
    }

    #[test]
    fn slips_are_counted_as_the_full_measure_counts_them() {
        let words = [
            "",
            "A",
            "08",
            "80",
            "CP",
            "pc",
            "NIP001",
            "NIP010",
            "NIP0011",
            "VXC50",
            "\u{e9}t\u{e9}",
        ];
        for a in words {
            for b in words {
                let far = strsim::osa_distance(&a.to_uppercase(), &b.to_uppercase());
                for limit in [1, 2] {
                    assert_eq!(apart(a, b, limit), (far <= limit).then_some(far), "{a} {b}");
                }
            }
        }
    }
}
