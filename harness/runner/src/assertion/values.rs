//! Values: what an expectation says about one, and whether it holds.

use super::eval::Asserting;
use super::place::Within;
use super::said::{length_in_words, listed, quoted};
use super::{near_miss, rules};
use crate::result::Outcome;
use titer_hl7::{Message, Offsets};
use titer_plan::model::{Operators, Text};
use titer_plan::syntax::Reference;
use titer_plan::{Parsed, RenderError};

// why a value is not what it should be
pub(super) struct Wrong {
    pub(super) rule: &'static str,
    // a value, or words
    pub(super) expected: String,
    pub(super) exact: bool,
    pub(super) near: Option<&'static str>,
}

impl Wrong {
    pub(super) fn words(rule: &'static str, expected: impl Into<String>) -> Verdict {
        Verdict::Wrong(Wrong {
            rule,
            expected: expected.into(),
            exact: false,
            near: None,
        })
    }

    pub(super) fn value(rule: &'static str, wanted: &str, found: &str) -> Verdict {
        Verdict::Wrong(Wrong {
            rule,
            exact: !wanted.is_empty(),
            expected: if wanted.is_empty() {
                "nothing".to_owned()
            } else {
                wanted.to_owned()
            },
            near: near_miss(wanted, found),
        })
    }

    pub(super) fn said(&self) -> String {
        if self.exact {
            format!("`{}`", self.expected)
        } else {
            self.expected.clone()
        }
    }
}

pub(super) enum Verdict {
    Right,
    Wrong(Wrong),
    Unknown(Outcome, String),
}

fn unknown(error: &RenderError) -> Verdict {
    let outcome = match error {
        RenderError::NoMessage(_) => Outcome::Inconclusive,
        _ => Outcome::Error,
    };
    Verdict::Unknown(outcome, error.to_string())
}

impl Asserting<'_> {
    pub(super) fn operators(&self, o: &Operators<'_>, value: Option<&str>, ic: bool) -> Verdict {
        let checks: [Option<Verdict>; 8] = [
            o.is.map(|t| self.is(t, value, ic)),
            o.is_not.map(|t| self.is_not(t, value, ic)),
            o.is_one_of.map(|t| self.is_one_of(t, value, ic)),
            o.matches.map(|r| match (r.get(), value) {
                (None, _) => Verdict::Unknown(Outcome::Error, format!("`{r}` cannot be read")),
                (Some(regex), Some(v)) if regex.is_match(v) => Verdict::Right,
                _ => Wrong::words(rules::id::PATTERN, format!("a value like {r}")),
            }),
            o.same_as.map(|r| self.compared(r, value, ic, true)),
            o.differs_from.map(|r| self.compared(r, value, ic, false)),
            o.day.map(|t| self.is_day(t, value)),
            length(o, value),
        ];
        checks
            .into_iter()
            .flatten()
            .find(|v| !matches!(v, Verdict::Right))
            .unwrap_or(Verdict::Right)
    }

    pub(super) fn is(&self, text: &Text, value: Option<&str>, ic: bool) -> Verdict {
        match self.texts.text(text) {
            Err(e) => unknown(&e),
            Ok(wanted) if same(&wanted, value.unwrap_or_default(), ic) => Verdict::Right,
            Ok(wanted) => Wrong::value(rules::id::VALUE, &wanted, value.unwrap_or_default()),
        }
    }

    // the day counts, a time of day after it does not
    pub(super) fn is_day(&self, text: &Text, value: Option<&str>) -> Verdict {
        let first = |t: &str| t.chars().take(8).collect::<String>();
        match self.texts.text(text) {
            Err(e) => unknown(&e),
            Ok(wanted) if first(&wanted) == first(value.unwrap_or_default()) => Verdict::Right,
            Ok(wanted) => Wrong::value(
                rules::id::VALUE,
                &first(&wanted),
                &first(value.unwrap_or_default()),
            ),
        }
    }

    pub(super) fn is_not(&self, text: &Text, value: Option<&str>, ic: bool) -> Verdict {
        match self.texts.text(text) {
            Err(e) => unknown(&e),
            Ok(unwanted) if same(&unwanted, value.unwrap_or_default(), ic) => Wrong::words(
                rules::id::VALUE,
                format!("anything but {}", quoted(&unwanted)),
            ),
            Ok(_) => Verdict::Right,
        }
    }

    pub(super) fn is_one_of(&self, texts: &[Text], value: Option<&str>, ic: bool) -> Verdict {
        let mut wanted = Vec::new();
        for text in texts {
            match self.texts.text(text) {
                Err(e) => return unknown(&e),
                Ok(w) => wanted.push(w),
            }
        }
        let found = value.unwrap_or_default();
        if wanted.iter().any(|w| same(w, found, ic)) {
            return Verdict::Right;
        }
        Verdict::Wrong(Wrong {
            rule: rules::id::VALUE,
            near: wanted.iter().find_map(|w| near_miss(w, found)),
            expected: listed(&wanted),
            exact: false,
        })
    }

    pub(super) fn compared(
        &self,
        reference: &Parsed<Reference>,
        value: Option<&str>,
        ic: bool,
        alike: bool,
    ) -> Verdict {
        let Some(r) = reference.get() else {
            return Verdict::Unknown(Outcome::Error, format!("`{reference}` cannot be read"));
        };
        let Some(bytes) = self.exchanged.message(&r.message) else {
            let because = format!("there is no message for `{reference}` to compare with");
            return Verdict::Unknown(Outcome::Inconclusive, because);
        };
        let mut table = Offsets::new();
        let other = Message::parse(bytes, &mut table);
        let there = Within::Message.spot(&other, &r.path).value();
        let equal = same(
            there.as_deref().unwrap_or_default(),
            value.unwrap_or_default(),
            ic,
        );
        match (alike, equal, value, &there) {
            (true, true, _, _) | (false, false, Some(_), _) => Verdict::Right,
            (true, false, _, None) => {
                Wrong::words(rules::id::SAME, format!("nothing, as in {reference}"))
            }
            (true, false, _, Some(there)) => {
                Wrong::value(rules::id::SAME, there, value.unwrap_or_default())
            }
            (false, ..) => Wrong::words(
                rules::id::DIFFERENT,
                format!("another value than in {reference}"),
            ),
        }
    }
}

pub(super) fn present(value: Option<&str>) -> Verdict {
    match value {
        Some(_) => Verdict::Right,
        None => Wrong::words(rules::id::PRESENT, "a value"),
    }
}

pub(super) fn length(o: &Operators<'_>, value: Option<&str>) -> Option<Verdict> {
    let expected = length_in_words(o)?;
    let n = value.unwrap_or_default().chars().count() as u32;
    let fits = o.min_length.is_none_or(|min| n >= min) && o.max_length.is_none_or(|max| n <= max);
    Some(if fits {
        Verdict::Right
    } else {
        Wrong::words(rules::id::LENGTH, expected)
    })
}

pub(super) fn same(a: &str, b: &str, ignoring_case: bool) -> bool {
    a == b || (ignoring_case && a.to_lowercase() == b.to_lowercase())
}
