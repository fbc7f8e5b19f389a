//! Sets of doses: what a system shows against what it should show, dose by dose.

use super::codes::{Alike, alike};
use super::day::{days_after, off, read_day, words};
use super::rows::{Missing, Rows, same_value};
use crate::result::{Answers, DoseSeen, Outcome};
use titer_finding::Phi;
use titer_plan::Dose;

/// How a dose that is shown answers one that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    alike: Alike,
    // details that do not agree: of two doses that could be it, the better one is taken
    different: usize,
}

/// Whether a dose is shown as one that was not given.
pub(super) fn not_given(seen: &DoseSeen) -> bool {
    let status = seen.completion.as_deref().unwrap_or_default();
    let status = status.trim().to_uppercase();
    matches!(
        status.as_str(),
        "RE" | "NA" | "REFUSED" | "NOT ADMINISTERED" | "NOT-DONE"
    ) || (status.is_empty()
        && seen
            .refusal
            .as_deref()
            .is_some_and(|r| !r.trim().is_empty()))
}

fn wants_not_given(dose: &Dose) -> bool {
    dose.refusal.is_some() || dose.completion.iter().any(|c| c == "RE" || c == "NA")
}

fn fit(wanted: &Dose, seen: &DoseSeen) -> Option<Fit> {
    if not_given(seen) != wants_not_given(wanted) {
        return None;
    }
    let alike = code(wanted, seen)?;
    let day = wanted.date.as_deref().and_then(read_day);
    if wanted.date.is_some() && (day.is_none() || day != read_day(seen.date.reveal())) {
        return None;
    }
    let different = details(wanted, seen)
        .iter()
        .filter(|d| d.shown.is_some_and(|s| !d.holds(s)))
        .count();
    Some(Fit { alike, different })
}

pub(super) fn code(wanted: &Dose, seen: &DoseSeen) -> Option<Alike> {
    alike(
        &wanted.cvx,
        &wanted.ndc,
        seen.cvx.as_deref(),
        seen.ndc.as_deref(),
        seen.name.as_deref(),
    )
}

/// Which dose that is shown answers which that is wanted: each at most once, as many as can be.
pub(super) fn assign(wanted: &[Dose], seen: &[DoseSeen]) -> Vec<Option<usize>> {
    let choices: Vec<Vec<usize>> = wanted
        .iter()
        .map(|w| {
            let mut fits: Vec<(Fit, usize)> = seen
                .iter()
                .enumerate()
                .filter_map(|(i, s)| Some((fit(w, s)?, i)))
                .collect();
            fits.sort();
            fits.into_iter().map(|(_, i)| i).collect()
        })
        .collect();
    let mut owner: Vec<Option<usize>> = vec![None; seen.len()];
    for w in 0..wanted.len() {
        take(w, &choices, &mut owner, &mut vec![false; seen.len()]);
    }
    (0..wanted.len())
        .map(|w| owner.iter().position(|o| *o == Some(w)))
        .collect()
}

// an augmenting path: a dose may take another's when that one has a further choice
fn take(w: usize, choices: &[Vec<usize>], owner: &mut [Option<usize>], tried: &mut [bool]) -> bool {
    for &s in choices.get(w).map(Vec::as_slice).unwrap_or_default() {
        match tried.get_mut(s) {
            Some(tried) if !*tried => *tried = true,
            _ => continue,
        }
        let before = owner.get(s).copied().flatten();
        if before.is_none_or(|b| take(b, choices, owner, tried)) {
            if let Some(slot) = owner.get_mut(s) {
                *slot = Some(w);
            }
            return true;
        }
    }
    false
}

/// What a wanted dose is called.
pub(super) fn called(dose: &Dose) -> String {
    match &dose.date {
        Some(date) if !dose.label.contains(date.as_str()) => {
            format!("{}, {}", dose.label, words(date))
        }
        Some(date) => dose.label.replace(date.as_str(), &words(date)),
        None => dose.label.clone(),
    }
}

/// A dose that is shown, in words; it may identify a person.
pub(super) fn shown(seen: &DoseSeen) -> String {
    let code = match (&seen.cvx, &seen.ndc, &seen.name) {
        (Some(c), ..) => format!("CVX {c}"),
        (None, Some(n), _) => format!("NDC {n}"),
        (None, None, Some(n)) => n.clone(),
        (None, None, None) => "a dose without a code".to_owned(),
    };
    format!("{code}, {}", words(seen.date.reveal()))
}

/// One detail of a dose that is written out.
pub(super) struct Detail<'a> {
    pub(super) name: &'static str,
    pub(super) wanted: Vec<String>,
    pub(super) shown: Option<&'a str>,
    // whether a US Core Immunization has to tell it
    core: bool,
}

impl Detail<'_> {
    pub(super) fn holds(&self, shown: &str) -> bool {
        match self.name {
            "information source" => self.wanted.iter().any(|w| same_source(w, shown)),
            "refusal reason" => self.wanted.iter().any(|w| same_refusal(w, shown)),
            "completion status" => self.wanted.iter().any(|w| same_status(w, shown)),
            _ => self.wanted.iter().any(|w| same_value(w, shown)),
        }
    }
}

fn same_source(wanted: &str, shown: &str) -> bool {
    let shown = shown.trim();
    same_value(wanted, shown)
        || (wanted != "00" && matches!(shown.to_lowercase().as_str(), "historical"))
        || (wanted == "00"
            && matches!(
                shown.to_lowercase().as_str(),
                "administered" | "new" | "new administered"
            ))
}

fn same_refusal(wanted: &str, shown: &str) -> bool {
    // PATOBJ is what FHIR says of every refusal, whoever refused
    same_value(wanted, shown) || shown.eq_ignore_ascii_case("PATOBJ")
}

fn same_status(wanted: &str, shown: &str) -> bool {
    let words: &[&str] = match wanted {
        "CP" => &["complete", "completed", "administered", "given"],
        "PA" => &["partial", "partially administered"],
        "RE" => &["refused", "refusal", "declined"],
        "NA" => &["not administered", "not given", "not done"],
        _ => &[],
    };
    same_value(wanted, shown) || words.iter().any(|w| same_value(w, shown))
}

/// The details that a wanted dose names.
pub(super) fn details<'a>(wanted: &Dose, seen: &'a DoseSeen) -> Vec<Detail<'a>> {
    let one = |v: &Option<String>| v.iter().cloned().collect::<Vec<_>>();
    let row = |name, wanted: Vec<String>, shown: &'a Option<String>, core| Detail {
        name,
        wanted,
        shown: shown.as_deref().filter(|t| !t.trim().is_empty()),
        core,
    };
    [
        row("lot", one(&wanted.lot), &seen.lot, true),
        row("expiry date", one(&wanted.expires), &seen.expires, false),
        row(
            "maker",
            one(&wanted.manufacturer),
            &seen.manufacturer,
            false,
        ),
        row("amount", one(&wanted.amount), &seen.amount, false),
        row("route", one(&wanted.route), &seen.route, false),
        row("site", one(&wanted.site), &seen.site, false),
        row(
            "information source",
            wanted.information_source.clone(),
            &seen.source,
            true,
        ),
        row(
            "completion status",
            wanted.completion.clone(),
            &seen.completion,
            true,
        ),
        row("refusal reason", one(&wanted.refusal), &seen.refusal, true),
    ]
    .into_iter()
    .filter(|d| !d.wanted.is_empty())
    .collect()
}

impl Rows {
    /// Every detail that the wanted dose names.
    pub(super) fn details(&mut self, wanted: &Dose, seen: &DoseSeen, answers: &Answers) {
        for detail in details(wanted, seen) {
            let missing = if detail.core {
                Missing::Fails
            } else {
                Missing::unless_fhir(answers)
            };
            let expected = detail.wanted.join(" or ");
            let what = format!("{}: {}", called(wanted), detail.name);
            let Some(value) = detail.shown else {
                let assumed = detail.name == "completion status" && !wants_not_given(wanted);
                if !assumed {
                    self.value(what, &expected, None, missing);
                }
                continue;
            };
            let holds = detail.holds(value);
            let vague = holds
                && ((value.eq_ignore_ascii_case("historical") && expected != "01")
                    || value.eq_ignore_ascii_case("PATOBJ"));
            let row = self.add(
                what,
                match (holds, vague) {
                    (true, false) => Outcome::Met,
                    (true, true) => Outcome::Allowed,
                    (false, _) => Outcome::NotMet,
                },
            );
            if vague {
                row.because = Some("it is told, but not which kind of it".to_owned());
            } else if !holds {
                row.because = crate::assertion::near_miss(&expected, value).map(str::to_owned);
            }
            row.expected = Some(expected);
            row.found = Some(Phi::new(value));
        }
    }

    /// A dose that has to be shown, and what is shown of it. `nearest` is a dose that nothing else answers and that may be
    /// this one, changed.
    pub(super) fn present(
        &mut self,
        what: &str,
        wanted: &Dose,
        found: Option<&DoseSeen>,
        nearest: Option<&DoseSeen>,
        answers: &Answers,
    ) {
        let row = self.check(format!("{}: {what}", called(wanted)), found.is_some());
        row.expected = Some(expected(wanted));
        match (found, nearest) {
            (Some(seen), _) => {
                row.found = Some(Phi::new(shown(seen)));
                if let Some(Alike::Related(why)) = code(wanted, seen) {
                    row.because = Some(format!("taken for the same vaccine: {why}"));
                }
                self.details(wanted, seen, answers);
            }
            (None, Some(seen)) => {
                row.found = Some(Phi::new(shown(seen)));
                row.because = Some(altered(wanted, seen));
            }
            (None, None) => row.because = Some("no such dose is shown".to_owned()),
        }
    }
}

impl Rows {
    /// Takes the days of doses that the system or a message told, and the plan did not, out of the words of the rows from
    /// `from` on: they may identify a person.
    pub(super) fn hide_dates(&mut self, from: usize, doses: &[Dose]) {
        for row in self.list.iter_mut().skip(from) {
            for dose in doses {
                let Some(date) = &dose.date else { continue };
                let said = format!("{}:", called(dose));
                if row.what.starts_with(&said) {
                    row.what = row.what.replace(&format!(", {}", words(date)), "");
                    if row
                        .expected
                        .as_ref()
                        .is_some_and(|e| e.contains(&words(date)))
                    {
                        row.expected = None;
                    }
                }
            }
        }
    }
}

fn expected(wanted: &Dose) -> String {
    let mut codes: Vec<String> = wanted.cvx.iter().map(|c| format!("CVX {c}")).collect();
    if codes.is_empty() {
        codes.extend(wanted.ndc.iter().map(|n| format!("NDC {n}")));
    }
    let codes = codes.join(" or ");
    match (&wanted.date, codes.is_empty()) {
        (Some(d), false) => format!("{codes}, {}", words(d)),
        (Some(d), true) => words(d),
        (None, _) => codes,
    }
}

/// A dose that may be the wanted one after somebody changed it: the same vaccine within a year, another vaccine of the same
/// day, or the same vaccine and day as refused instead of given.
pub(super) fn nearest<'a>(wanted: &Dose, free: &[&'a DoseSeen]) -> Option<&'a DoseSeen> {
    let day = wanted.date.as_deref().and_then(read_day);
    let distance = |s: &DoseSeen| -> Option<u64> {
        let there = read_day(s.date.reveal());
        if code(wanted, s).is_some() {
            return match (day, there) {
                (Some(a), Some(b)) => {
                    let off = days_after(a, b).unsigned_abs();
                    (off <= 366).then_some(off)
                }
                _ => Some(367),
            };
        }
        (day.is_some() && day == there).then_some(500)
    };
    free.iter()
        .filter_map(|s| Some((distance(s)?, *s)))
        .min_by_key(|(d, _)| *d)
        .map(|(_, s)| s)
}

fn altered(wanted: &Dose, seen: &DoseSeen) -> String {
    let day = wanted.date.as_deref().and_then(read_day);
    let there = read_day(seen.date.reveal());
    if code(wanted, seen).is_none() {
        return "another vaccine is shown on that day".to_owned();
    }
    match (day, there) {
        (Some(a), Some(b)) if a != b => {
            format!("the same vaccine is shown {}", off(days_after(a, b)))
        }
        (Some(_), None) => "the same vaccine is shown with a date that cannot be read".to_owned(),
        _ if not_given(seen) => "it is shown as not given".to_owned(),
        _ => "it is shown as given".to_owned(),
    }
}

/// Whether two shown doses are one: alike codes, the same day, both given or both not.
pub(super) fn same_dose(a: &DoseSeen, b: &DoseSeen) -> bool {
    let list = |c: &Option<String>| c.iter().cloned().collect::<Vec<_>>();
    let codes = (a.cvx.is_some() || a.ndc.is_some())
        && alike(
            &list(&a.cvx),
            &list(&a.ndc),
            b.cvx.as_deref(),
            b.ndc.as_deref(),
            b.name.as_deref(),
        )
        .is_some();
    let names = a.name.is_some() && a.name == b.name && a.cvx.is_none() && a.ndc.is_none();
    let days = (read_day(a.date.reveal()), read_day(b.date.reveal()));
    (codes || names) && days.0.is_some() && days.0 == days.1 && not_given(a) == not_given(b)
}
