//! The words of assertions.

use titer_hl7::Path;
use titer_plan::Parsed;
use titer_plan::model::{Expectation, Operators, Text};
use titer_plan::syntax::Target;

pub(super) fn titled(label: &str, what: &str) -> String {
    if label.is_empty() {
        what.to_owned()
    } else {
        format!("{label}: {what}")
    }
}

pub(super) fn quoted(text: &str) -> String {
    if text.is_empty() {
        "nothing".to_owned()
    } else {
        format!("`{text}`")
    }
}

pub(super) fn listed(texts: &[String]) -> String {
    texts
        .iter()
        .map(|t| quoted(t))
        .collect::<Vec<_>>()
        .join(" or ")
}

// a text of the plan cannot hold the placeholder of a finding
pub(super) fn escaped(text: &str) -> String {
    text.replace("{value}", "value")
}

pub(super) fn words_of(shown: impl Fn(&Text) -> String, o: &Operators<'_>) -> String {
    let mut words = Vec::new();
    if let Some(t) = o.is {
        words.push(format!("is {}", shown(t)));
    }
    if let Some(t) = o.is_not {
        words.push(format!("is not {}", shown(t)));
    }
    if let Some(t) = o.is_one_of {
        let all: Vec<String> = t.iter().map(&shown).collect();
        words.push(format!("is {}", all.join(" or ")));
    }
    if let Some(r) = o.matches {
        words.push(format!("matches {r}"));
    }
    if let Some(r) = o.same_as {
        words.push(format!("is the same as {r}"));
    }
    if let Some(r) = o.differs_from {
        words.push(format!("differs from {r}"));
    }
    if let Some(t) = o.day {
        words.push(format!("is of the day {}", shown(t)));
    }
    if let Some(length) = length_in_words(o) {
        words.push(format!("has {length}"));
    }
    words.join(" and ")
}

// what is looked for, as a reader is told it
pub(super) fn called(
    e: &Expectation,
    target: &Parsed<Target>,
    wanted: &[(&Path, Vec<String>)],
) -> String {
    if let Some(label) = &e.label {
        return label.clone();
    }
    let by: Vec<String> = wanted
        .iter()
        .map(|(p, v)| format!("{p} {}", listed(v)))
        .collect();
    if by.is_empty() {
        target.text().to_owned()
    } else {
        format!("{} with {}", target.text(), by.join(" and "))
    }
}

pub(super) fn times(n: u32) -> String {
    match n {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    }
}

pub(super) fn counted(count: titer_plan::model::Count) -> String {
    match (count.least, count.most) {
        (0, Some(0)) => "never".to_owned(),
        (a, Some(b)) if a == b => format!("exactly {}", times(a)),
        (0, Some(b)) => format!("at most {}", times(b)),
        (a, Some(b)) => format!("{a} to {b} times"),
        (a, None) => format!("at least {}", times(a)),
    }
}

/// How long a value may be; `None` when it does not matter.
pub(super) fn length_in_words(o: &Operators<'_>) -> Option<String> {
    let characters = |n: u32| match n {
        1 => "1 character".to_owned(),
        n => format!("{n} characters"),
    };
    match (o.min_length, o.max_length) {
        (Some(min), Some(max)) => Some(format!("{min} to {}", characters(max))),
        (Some(min), None) => Some(format!("at least {}", characters(min))),
        (None, Some(max)) => Some(format!("at most {}", characters(max))),
        (None, None) => None,
    }
}
