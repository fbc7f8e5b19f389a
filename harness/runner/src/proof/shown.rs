//! What a system shows of a message that it received, against the message.

use super::codes::plain;
use super::context::doses_of;
use super::day::read_day;
use super::doses::{assign, nearest};
use super::entry::sex;
use super::forecast::About;
use super::rows::{Missing, Rows, same_value};
use super::told;
use crate::checklist::{self, Told};
use crate::result::{Answers, DoseSeen, ForecastSeen, Outcome};
use titer_finding::Phi;
use titer_plan::Dose;

/// Patient, doses and recommendations where the answers tell them as data; errors and notices where they were seen or stand
/// in the text that the user is shown.
pub(super) fn message(rows: &mut Rows, bytes: &[u8], answers: &Answers) {
    notices(rows, bytes, answers);
    if let (Some(wanted), Some(seen)) = (told::patient(bytes), &answers.patient) {
        for (what, wanted, seen, missing) in [
            (
                "patient: last name",
                &wanted.family,
                &seen.family,
                Missing::Fails,
            ),
            (
                "patient: first name",
                &wanted.given,
                &seen.given,
                Missing::Fails,
            ),
            (
                "patient: date of birth",
                &wanted.birth_date,
                &seen.birth_date,
                Missing::Fails,
            ),
            ("patient: sex", &wanted.sex, &seen.sex, Missing::Skipped),
        ] {
            let (Some(wanted), seen) = (wanted, seen.as_ref()) else {
                continue;
            };
            private(rows, what, wanted, seen, missing);
        }
    }
    if let Some(seen) = doses_of(answers) {
        doses(rows, bytes, seen, answers);
    }
    if let Some(seen) = answers.forecast.as_deref() {
        let rows_seen: Vec<(About, &ForecastSeen)> =
            seen.iter().map(|s| (About::seen(s), s)).collect();
        for wanted in told::forecasts(bytes) {
            let name = match (&wanted.vaccine, &wanted.cvx) {
                (name, _) if !name.is_empty() => name.clone(),
                (_, Some(cvx)) => format!("CVX {cvx}"),
                _ => continue,
            };
            let about = About::seen(&wanted);
            let found = rows_seen.iter().find(|(s, _)| s.is(&about));
            let found = found.map(|(_, s)| *s);
            rows.check(
                format!("recommendation {name}: it is shown"),
                found.is_some(),
            );
            let Some(found) = found else { continue };
            for (what, wanted, shown) in [
                ("date due", &wanted.due, &found.due),
                ("earliest date", &wanted.earliest, &found.earliest),
                ("date overdue", &wanted.overdue, &found.overdue),
                ("latest date", &wanted.latest, &found.latest),
            ] {
                if let Some(wanted) = wanted {
                    let missing = if what == "date due" {
                        Missing::Fails
                    } else {
                        Missing::Skipped
                    };
                    private(
                        rows,
                        &format!("recommendation {name}: {what}"),
                        wanted,
                        shown.as_ref(),
                        missing,
                    );
                }
            }
        }
    }
}

// a value of a message against one that is shown: neither may stand in the words of the assertion
fn private(rows: &mut Rows, what: &str, wanted: &Phi, seen: Option<&Phi>, missing: Missing) {
    if seen.is_none() && missing == Missing::Skipped {
        return;
    }
    let same = |a: &str, b: &str| same_value(a, b) || sex(a) == sex(b);
    let holds = seen.is_some_and(|s| same(wanted.reveal(), s.reveal()));
    let row = rows.check(what, holds);
    row.found = seen.cloned();
    row.because = match (holds, seen) {
        (true, _) => None,
        (false, None) => Some("it is not shown".to_owned()),
        (false, Some(_)) => Some("another value is shown than the message has".to_owned()),
    };
}

fn doses(rows: &mut Rows, bytes: &[u8], seen: &[DoseSeen], answers: &Answers) {
    let told: Vec<DoseSeen> = told::doses(bytes).into_iter().map(|t| t.dose).collect();
    let wanted: Vec<Dose> = told
        .iter()
        .enumerate()
        .map(|(i, d)| Dose {
            label: format!("dose {} of the message", i + 1),
            cvx: d.cvx.iter().cloned().collect(),
            ndc: d.ndc.iter().cloned().collect(),
            date: read_day(d.date.reveal()).map(titer_plan::dates::hl7_date),
            completion: match d.completion.as_deref() {
                Some(c @ ("RE" | "NA")) => vec![c.to_owned()],
                _ => Vec::new(),
            },
            ..Dose::default()
        })
        .collect();
    let from = rows.list.len();
    let assigned = assign(&wanted, seen);
    let free: Vec<&DoseSeen> = seen
        .iter()
        .enumerate()
        .filter(|(i, _)| !assigned.contains(&Some(*i)))
        .map(|(_, s)| s)
        .collect();
    for ((wanted, told), found) in wanted.iter().zip(&told).zip(&assigned) {
        let found = found.and_then(|i| seen.get(i));
        let near = if found.is_none() {
            nearest(wanted, &free)
        } else {
            None
        };
        rows.present("it is shown", wanted, found, near, answers);
        let Some(found) = found else { continue };
        if let (Some(valid), Some(shown)) = (told.valid, found.valid) {
            rows.check(
                format!("{}: whether it counts", wanted.label),
                valid == shown,
            );
        }
        if let (Some(lot), Some(shown)) = (&told.lot, &found.lot) {
            rows.value(
                format!("{}: lot", wanted.label),
                lot,
                Some(shown),
                Missing::Skipped,
            );
        }
    }
    rows.hide_dates(from, &wanted);
}

// errors that are reported, and notices
fn notices(rows: &mut Rows, bytes: &[u8], answers: &Answers) {
    let looked = answers.text.is_some() || !answers.seen.is_empty() || !answers.not_seen.is_empty();
    if !looked {
        return;
    }
    let text = answers
        .text
        .as_ref()
        .map(|t| format!(" {} ", plain(t.reveal())));
    for (told, item) in checklist::notices(bytes) {
        let said = |list: &[String]| {
            list.iter().any(|s| {
                let s = plain(s);
                s == plain(&item.text) || s == plain(&item.words(false))
            })
        };
        let in_text = text.as_deref().is_some_and(|t| match &item.value {
            Some(value) => {
                let value = plain(value.reveal());
                !value.is_empty() && t.contains(&value)
            }
            None => stands_for(told).iter().any(|w| t.contains(w)),
        });
        let seen = !said(&answers.not_seen) && (said(&answers.seen) || in_text);
        let row = rows.add(
            item.text.clone(),
            if seen { Outcome::Met } else { Outcome::NotMet },
        );
        row.found = if seen { item.value.clone() } else { None };
        if !seen {
            row.because = Some("nothing of it is shown".to_owned());
        }
    }
}

// words that mean a notice, in small letters with one blank between them
fn stands_for(told: Told) -> &'static [&'static str] {
    match told {
        Told::NotFound => &[
            " not found",
            " no match",
            " no patient",
            " no record",
            " no matching",
            " could not find",
            " unknown patient",
        ],
        Told::TooMany => &[
            " too many",
            " multiple",
            " more than one",
            " several",
            " ambiguous",
        ],
        Told::Refused => &[
            " rejected",
            " refused",
            " not accepted",
            " system error",
            " failed",
        ],
        Told::Error => &[" error", " failed", " could not"],
    }
}
