//! What changed between two schedules, in words.

use super::facts::{self, Fact, Value};
use super::{Antigen, Schedule, Series};
use std::fmt;

/// One change and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The antigen; `None` for the schedule as a whole.
    pub antigen: Option<String>,
    /// The series, when the change is in one.
    pub series: Option<String>,
    /// The doses of the series in which the same changed, counted from 1; empty when the change is in no dose.
    pub doses: Vec<usize>,
    /// What changed.
    pub text: String,
}

/// Every change, in the order of the schedule as a whole, then antigens by name, series and doses.
pub fn diff(old: &Schedule, new: &Schedule) -> Vec<Change> {
    let mut changes = Vec::new();
    let place = Place::default();
    compare(&facts::wide(old), &facts::wide(new), &place, &mut changes);
    let mut names: Vec<&str> = old
        .antigens
        .iter()
        .chain(&new.antigens)
        .map(|a| a.name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let place = Place {
            antigen: Some(name),
            ..Place::default()
        };
        match (old.antigen(name), new.antigen(name)) {
            (Some(a), Some(b)) => antigen(old, a, new, b, &place, &mut changes),
            (None, Some(b)) => place.say(
                &mut changes,
                format!(
                    "new antigen, with {}",
                    counted(b.series.len(), "series", "series")
                ),
            ),
            (Some(_), None) => place.say(&mut changes, "the antigen is gone".to_owned()),
            (None, None) => {}
        }
    }
    changes
}

#[derive(Clone, Default)]
struct Place<'a> {
    antigen: Option<&'a str>,
    series: Option<&'a str>,
    doses: Vec<usize>,
}

impl Place<'_> {
    fn say(&self, changes: &mut Vec<Change>, text: String) {
        changes.push(Change {
            antigen: self.antigen.map(str::to_owned),
            series: self.series.map(str::to_owned),
            doses: self.doses.clone(),
            text,
        });
    }
}

fn antigen(
    old: &Schedule,
    a: &Antigen,
    new: &Schedule,
    b: &Antigen,
    place: &Place<'_>,
    changes: &mut Vec<Change>,
) {
    compare(
        &facts::antigen(old, a),
        &facts::antigen(new, b),
        place,
        changes,
    );
    let gone: Vec<&Series> = a
        .series
        .iter()
        .filter(|s| !b.series.iter().any(|t| t.name == s.name))
        .collect();
    let mut come: Vec<&Series> = b
        .series
        .iter()
        .filter(|s| !a.series.iter().any(|t| t.name == s.name))
        .collect();
    for series in gone {
        // the same doses under another name are the same series
        match come
            .iter()
            .position(|s| s.doses == series.doses && s.kind == series.kind)
        {
            Some(at) => {
                let now = come.remove(at);
                let here = Place {
                    series: Some(&now.name),
                    ..place.clone()
                };
                here.say(changes, format!("was called \"{}\"", series.name));
                one_series(old, series, new, now, &here, changes);
            }
            None => {
                let here = Place {
                    series: Some(&series.name),
                    ..place.clone()
                };
                here.say(changes, "the series is gone".to_owned());
            }
        }
    }
    for series in &b.series {
        let here = Place {
            series: Some(&series.name),
            ..place.clone()
        };
        if come.iter().any(|s| s.name == series.name) {
            here.say(changes, format!("new series: {}", facts::summary(series)));
        } else if let Some(before) = a.series.iter().find(|s| s.name == series.name) {
            one_series(old, before, new, series, &here, changes);
        }
    }
}

fn one_series(
    old: &Schedule,
    a: &Series,
    new: &Schedule,
    b: &Series,
    place: &Place<'_>,
    changes: &mut Vec<Change>,
) {
    compare(
        &facts::series(old, a),
        &facts::series(new, b),
        place,
        changes,
    );
    let mut of_doses: Vec<(usize, Vec<String>)> = Vec::new();
    for (n, (x, y)) in a.doses.iter().zip(&b.doses).enumerate() {
        let mut texts = Vec::new();
        differences(&facts::dose(old, x), &facts::dose(new, y), &mut texts);
        of_doses.push((n + 1, texts));
    }
    // what is the same in several doses is said once
    while let Some((_, texts)) = of_doses.iter().find(|(_, t)| !t.is_empty()) {
        let same = texts.clone();
        let mut doses = Vec::new();
        for (n, texts) in &mut of_doses {
            if *texts == same {
                doses.push(*n);
                texts.clear();
            }
        }
        let here = Place {
            doses,
            ..place.clone()
        };
        for text in same {
            here.say(changes, text);
        }
    }
    for n in a.doses.len()..b.doses.len() {
        let here = Place {
            doses: vec![n + 1],
            ..place.clone()
        };
        here.say(changes, "new dose".to_owned());
        if let Some(dose) = b.doses.get(n) {
            for fact in facts::dose(new, dose) {
                here.say(changes, fact.to_string());
            }
        }
    }
    for n in b.doses.len()..a.doses.len() {
        let here = Place {
            doses: vec![n + 1],
            ..place.clone()
        };
        here.say(changes, "the dose is gone".to_owned());
    }
}

fn compare(old: &[Fact], new: &[Fact], place: &Place<'_>, changes: &mut Vec<Change>) {
    let mut texts = Vec::new();
    differences(old, new, &mut texts);
    for text in texts {
        place.say(changes, text);
    }
}

/// Facts with the same key are one fact that changed.
fn differences(old: &[Fact], new: &[Fact], texts: &mut Vec<String>) {
    let mut left: Vec<&Fact> = new.iter().collect();
    for fact in old {
        // an equal one first, so that of several rows with one key only the changed one is told
        let same = left.iter().position(|f| *f == fact);
        if let Some(at) = same {
            left.remove(at);
            continue;
        }
        let taken = |f: &&Fact| old.contains(f);
        match left.iter().position(|f| f.key == fact.key && !taken(f)) {
            Some(at) => {
                let now = left.remove(at);
                texts.push(changed(&fact.key, &fact.value, &now.value));
            }
            None => texts.push(format!("gone: {fact}")),
        }
    }
    texts.extend(left.iter().map(|fact| format!("new: {fact}")));
}

fn changed(key: &str, old: &Value, new: &Value) -> String {
    if let (Value::List(a), Value::List(b)) = (old, new) {
        let only = |x: &[String], y: &[String]| -> Vec<String> {
            x.iter().filter(|v| !y.contains(v)).cloned().collect()
        };
        let (gone, come) = (only(a, b), only(b, a));
        let mut parts = Vec::new();
        if !come.is_empty() {
            parts.push(format!("adds {}", come.join(", ")));
        }
        if !gone.is_empty() {
            parts.push(format!("drops {}", gone.join(", ")));
        }
        if parts.is_empty() {
            parts.push("another order".to_owned());
        }
        return format!("{key}: {}", parts.join("; "));
    }
    format!("{key}: {old}, now {new}")
}

/// `1 dose`, `2 doses`.
pub(super) fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(antigen) = &self.antigen {
            write!(f, "{antigen}, ")?;
        }
        if let Some(series) = &self.series {
            write!(f, "{series}, ")?;
        }
        if !self.doses.is_empty() {
            write!(f, "{}, ", doses(&self.doses))?;
        }
        f.write_str(&self.text)
    }
}

/// `dose 2`, `doses 1, 3 and 4`.
pub fn doses(numbers: &[usize]) -> String {
    let texts: Vec<String> = numbers.iter().map(usize::to_string).collect();
    match texts.as_slice() {
        [] => String::new(),
        [one] => format!("dose {one}"),
        [all @ .., last] => format!("doses {} and {last}", all.join(", ")),
    }
}
