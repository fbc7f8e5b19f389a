//! What the checks of this module have in common: assertions in words, and values compared as people write them.

use super::codes::plain;
use super::day::read_day;
use crate::result::{AnswerSource, Answers, Assertion, Outcome};
use titer_finding::Phi;

/// Assertions as they come.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) list: Vec<Assertion>,
}

impl Rows {
    pub(super) fn add(&mut self, what: impl Into<String>, outcome: Outcome) -> &mut Assertion {
        self.list.push(Assertion::new(what, outcome));
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// Met or not met.
    pub(super) fn check(&mut self, what: impl Into<String>, holds: bool) -> &mut Assertion {
        self.add(what, if holds { Outcome::Met } else { Outcome::NotMet })
    }

    /// A value that is shown, or not, against the expected one. `None` when it is not shown at all.
    pub(super) fn value(
        &mut self,
        what: impl Into<String>,
        expected: &str,
        found: Option<&str>,
        missing: Missing,
    ) {
        let (outcome, because) = match found {
            Some(found) if same_value(expected, found) => (Outcome::Met, None),
            Some(found) => (
                Outcome::NotMet,
                Some(
                    crate::assertion::near_miss(expected, found)
                        .unwrap_or("another value is shown")
                        .to_owned(),
                ),
            ),
            None => match missing {
                Missing::Fails => (Outcome::NotMet, Some("it is not shown".to_owned())),
                Missing::Allowed(why) => (Outcome::Allowed, Some(why.to_owned())),
                Missing::Skipped => return,
            },
        };
        let row = self.add(what, outcome);
        row.expected = Some(expected.to_owned());
        row.found = found.map(Phi::new);
        row.because = because;
    }
}

/// What to make of a value that is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// It has to be shown.
    Fails,
    /// The way in which the values were read need not tell it.
    Allowed(&'static str),
    /// It is compared only where it is shown.
    Skipped,
}

impl Missing {
    /// What a profile of US Core need not tell is allowed to be missing there, and fails elsewhere.
    pub(super) fn unless_fhir(answers: &Answers) -> Self {
        match answers.source {
            AnswerSource::Fhir => Missing::Allowed("the FHIR interface need not tell it"),
            _ => Missing::Fails,
        }
    }
}

/// Whether two values are one: the same day however written, the same number, or the same letters and digits, whatever the
/// capitals and the punctuation. `08 - Hep B` is the same as `08` and as `Hep B`.
pub(super) fn same_value(expected: &str, found: &str) -> bool {
    let (e, f) = (plain(expected), plain(found));
    if e == f {
        // two values of punctuation alone must be the same
        return !e.is_empty() || expected.trim() == found.trim();
    }
    if let (Some(a), Some(b)) = (whole_day(expected), whole_day(found)) {
        return a == b;
    }
    if e.replace(' ', "") == f.replace(' ', "") && !expected.contains('.') {
        return true;
    }
    if let (Ok(a), Ok(b)) = (expected.trim().parse::<f64>(), found.trim().parse::<f64>())
        && expected.contains('.')
    {
        return (a - b).abs() < 1e-9;
    }
    parts(found).contains(&e) || parts(expected).contains(&f)
}

// a code and its text, where both are written together
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    if let Some((a, b)) = text.split_once(" - ") {
        parts.extend([plain(a), plain(b)]);
    }
    if let Some((a, b)) = text.trim_end_matches(')').split_once(" (") {
        parts.extend([plain(a), plain(b)]);
    }
    parts.retain(|p| !p.is_empty());
    parts
}

// only texts that look like days: a lot of eight digits is not one
fn whole_day(text: &str) -> Option<jiff::civil::Date> {
    let text = text.trim();
    let day = read_day(text)?;
    let plausible = (1880..2130).contains(&day.year());
    plausible.then_some(day)
}

#[cfg(test)]
mod tests {
    use super::same_value;

    #[test]
    fn values_are_the_same_however_they_are_written() {
        for (a, b) in [
            ("20260312", "3/12/2026"),
            ("IIPVAXN01", "iipvaxn01"),
            ("0.5", ".50"),
            ("08", "08 - Hep B, adolescent or pediatric"),
            ("King", "KING "),
            ("541-555-1234", "(541) 5551234"),
            ("V02 (Medicaid)", "Medicaid"),
        ] {
            assert!(same_value(a, b), "{a} and {b}");
        }
        for (a, b) in [
            ("LLBUAYMO6", "LLBUAYM06"),
            ("20260312", "3/13/2026"),
            ("0.5", "5"),
            ("08", "43"),
            ("", "x"),
            ("x", ""),
            ("Gaige", "G"),
        ] {
            assert!(!same_value(a, b), "{a} and {b}");
        }
    }
}
