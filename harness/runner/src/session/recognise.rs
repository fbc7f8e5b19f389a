//! Which step a message is.

use crate::assertion::place::{Within, at};
use titer_hl7::{Message, Offsets, Path};
use titer_plan::Scope;
use titer_plan::model::Send;

/// By what a step's message is known.
#[derive(Clone, Debug)]
pub(super) struct Sign {
    /// MSH-9.1 and, of a query, QPD-1.1: a message of another kind is never this step's.
    kind: (String, String),
    /// Places and the values one of which stands there.
    marks: Vec<(Path, Vec<String>)>,
    /// Application and facility that the plan has it come from.
    pub(super) sender: (String, String),
}

/// How well a message fits a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fit {
    /// Marks that fit, out of all.
    pub(super) met: usize,
    /// All marks.
    pub(super) of: usize,
}

impl Fit {
    /// Whether it is close enough to be this step with a mistake in it: more than half of the marks.
    pub(super) fn close(self) -> bool {
        self.met * 2 > self.of
    }

    /// Whether every mark fits.
    pub(super) fn exact(self) -> bool {
        self.met == self.of
    }

    // met / of against the other's, without fractions
    pub(super) fn better_than(self, other: Fit) -> bool {
        self.met * other.of > other.met * self.of
    }
}

fn kind(message: &Message<'_>) -> (String, String) {
    let first = |name: &str, field: u32| {
        message
            .segment(name, 1)
            .map(|s| s.text(field, 1).trim().to_uppercase())
            .unwrap_or_default()
    };
    (first("MSH", 9), first("QPD", 1))
}

/// The places by which a patient is known: id, names, date of birth.
const PATIENT: [&str; 4] = ["PID-3.1", "PID-5.1.1", "PID-5.2", "PID-7.1"];
const ASKED_FOR: [&str; 4] = ["QPD-3.1", "QPD-4.1.1", "QPD-4.2", "QPD-6.1"];

fn value(message: &Message<'_>, path: &Path) -> String {
    Within::Message
        .spot(message, path)
        .value()
        .unwrap_or_default()
}

impl Sign {
    /// What the plan says the message is known by; else the patient of the rendered example.
    pub(super) fn new(send: &Send, scope: &Scope<'_>) -> Option<Sign> {
        let example = scope.message(&send.message.value, &send.vary).ok()?;
        let mut table = Offsets::new();
        let message = Message::parse(&example, &mut table);
        let sender = super::state::sender(&example);
        let kind = kind(&message);
        let marks = if send.known_by.is_empty() {
            let places = if kind.0 == "QBP" { ASKED_FOR } else { PATIENT };
            places
                .into_iter()
                .map(|p| (at(p), value(&message, &at(p))))
                .filter(|(_, v)| !v.is_empty())
                .map(|(p, v)| (p, vec![v]))
                .collect()
        } else {
            send.known_by
                .iter()
                .filter_map(|(path, texts)| {
                    let values: Result<Vec<String>, _> =
                        texts.iter().map(|t| scope.text(t)).collect();
                    Some((*path.get()?, values.ok()?))
                })
                .collect()
        };
        Some(Sign {
            kind,
            marks,
            sender,
        })
    }

    /// How well a message fits; `None` when it is of another kind.
    pub(super) fn fit(&self, message: &Message<'_>) -> Option<Fit> {
        let came = kind(message);
        let same = came.0 == self.kind.0 && (self.kind.1.is_empty() || came.1 == self.kind.1);
        if !same {
            return None;
        }
        let met = self
            .marks
            .iter()
            .filter(|(path, values)| {
                let found = value(message, path).to_lowercase();
                values.iter().any(|v| v.to_lowercase() == found)
            })
            .count();
        Some(Fit {
            met,
            of: self.marks.len(),
        })
    }
}

/// A step that a message could be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate {
    /// Case and step, as indices.
    pub(super) at: (usize, usize),
    /// Its path.
    pub(super) path: String,
    /// What has to come before, when the step is not open yet.
    pub(super) waits_for: Option<String>,
    /// How well the marks fit.
    pub(super) fit: Fit,
    /// How many of the step's expectations hold, out of all.
    pub(super) content: Fit,
    /// Whether the step has its message already.
    pub(super) done: bool,
    /// Whether the step failed with the message that it has, and more of what it expects holds in this one.
    pub(super) corrects: bool,
    /// Whether the message comes from where the plan's example of the step comes from.
    pub(super) planned: bool,
}

/// What was made of a message.
#[derive(Clone, Debug)]
pub(super) enum Recognised {
    /// It is this step, with a remark where it was not plain.
    Step((usize, usize), Option<String>),
    /// It is no open step, and why.
    Nothing(String),
}

fn had_already(path: &str) -> String {
    format!(
        "it looks like {path}, which has its message already; assign it there if this one is to count"
    )
}

/// Chooses among the steps that a message could be. Two that fit alike are never guessed between.
pub(super) fn choose(candidates: &[Candidate]) -> Recognised {
    let (had, close): (Vec<&Candidate>, Vec<&Candidate>) = candidates
        .iter()
        .filter(|c| c.fit.close())
        .partition(|c| c.done);
    let mut best: Vec<&Candidate> = Vec::new();
    for candidate in close.iter().copied() {
        match best.first() {
            Some(first) if first.fit.better_than(candidate.fit) => {}
            Some(first) if candidate.fit.better_than(first.fit) => best = vec![candidate],
            _ => best.push(candidate),
        }
    }
    let rather: Vec<&Candidate> = had
        .iter()
        .copied()
        .filter(|c| best.first().is_none_or(|b| c.fit.better_than(b.fit)))
        .collect();
    if let Some(finest) = rather
        .iter()
        .copied()
        .reduce(|a, b| if b.fit.better_than(a.fit) { b } else { a })
    {
        return Recognised::Nothing(had_already(&finest.path));
    }
    if best.is_empty() {
        return Recognised::Nothing(
            "it is of no patient and kind that an open step waits for".to_owned(),
        );
    }
    // the same patient twice: what else the message holds decides
    let names: Vec<String> = best.iter().map(|c| c.path.clone()).collect();
    let mut finest: Vec<&Candidate> = Vec::new();
    for candidate in best {
        match finest.first() {
            Some(first) if first.content.better_than(candidate.content) => {}
            Some(first) if candidate.content.better_than(first.content) => finest = vec![candidate],
            _ => finest.push(candidate),
        }
    }
    if finest.len() > 1 {
        // of steps that fit alike, those that are not open yet are not meant
        finest.retain(|c| c.waits_for.is_none());
    }
    let [chosen] = finest.as_slice() else {
        let words = names.join(" and ");
        return Recognised::Nothing(format!(
            "it could be {words}, and nothing in it decides between them"
        ));
    };
    let corrected = had.iter().find(|c| {
        c.corrects && !chosen.fit.better_than(c.fit) && c.content.better_than(chosen.content)
    });
    if let Some(corrected) = corrected {
        return Recognised::Nothing(had_already(&corrected.path));
    }
    if let Some(before) = &chosen.waits_for {
        return Recognised::Nothing(format!(
            "it looks like {}, which comes after {before}",
            chosen.path
        ));
    }
    let rivals: Vec<&str> = close
        .iter()
        .filter(|c| c.path != chosen.path && c.waits_for.is_none() && c.fit == chosen.fit)
        .map(|c| c.path.as_str())
        .collect();
    let remark = if !rivals.is_empty() {
        Some(format!(
            "it could also have been {}; more of what this step expects holds",
            rivals.join(" or ")
        ))
    } else if chosen.fit.exact() {
        None
    } else {
        Some(format!(
            "recognised by {} of the {} values by which it is known",
            chosen.fit.met, chosen.fit.of
        ))
    };
    Recognised::Step(chosen.at, remark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(path: &str, met: usize, content: usize, waits_for: Option<&str>) -> Candidate {
        Candidate {
            at: (0, 0),
            path: path.to_owned(),
            waits_for: waits_for.map(str::to_owned),
            fit: Fit { met, of: 4 },
            content: Fit {
                met: content,
                of: 10,
            },
            done: false,
            corrects: false,
            planned: true,
        }
    }

    fn said(candidates: &[Candidate]) -> String {
        match choose(candidates) {
            Recognised::Step(_, remark) => format!("step: {}", remark.unwrap_or_default()),
            Recognised::Nothing(why) => why,
        }
    }

    #[test]
    fn never_guesses() {
        assert_eq!(
            said(&[candidate("a", 4, 1, None), candidate("b", 3, 9, None)]),
            "step: "
        );
        assert_eq!(
            said(&[candidate("a", 3, 1, None)]),
            "step: recognised by 3 of the 4 values by which it is known"
        );
        assert!(said(&[candidate("a", 2, 9, None)]).contains("no patient and kind"));
        assert!(said(&[]).contains("no patient and kind"));
        assert!(
            said(&[candidate("a", 4, 9, None), candidate("b", 4, 8, None)])
                .contains("could also have been b")
        );
        assert!(
            said(&[candidate("a", 4, 9, None), candidate("b", 4, 9, None)])
                .contains("nothing in it decides")
        );
        assert_eq!(
            said(&[candidate("a", 4, 9, None), candidate("b", 4, 9, Some("a"))]),
            "step: "
        );
        assert!(said(&[candidate("b", 4, 9, Some("a"))]).contains("comes after a"));
        // one that was had fits better than one that is open
        let had = Candidate {
            done: true,
            ..candidate("a", 4, 0, None)
        };
        let said_of = said(&[had.clone(), candidate("b", 3, 9, None)]);
        assert!(said_of.contains("looks like a, which has its message already"));
        assert_eq!(said(&[had.clone(), candidate("b", 4, 9, None)]), "step: ");
        // one that failed is sent again, corrected
        let corrected = Candidate {
            corrects: true,
            ..had
        };
        let b = |content| candidate("b", 4, content, None);
        let failed = Candidate {
            content: Fit { met: 9, of: 10 },
            ..corrected
        };
        assert!(said(&[failed.clone(), b(8)]).contains("looks like a, which has"));
        assert_eq!(said(&[failed, b(9)]), "step: ");
    }
}
