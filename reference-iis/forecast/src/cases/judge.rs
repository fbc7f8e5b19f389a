//! Comparing an answer with what a case expects.

use super::{Case, Expected};
use crate::answer::{Answer, GroupForecast, SeriesAnswer};
use crate::date::Day;
use crate::reason::{DoseReason, DoseReasons, DoseStatus, SeriesStatus};
use crate::schedule::SeriesKind;

/// How an answer compares with a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What differs in the forecast that comes nearest; empty when one agrees in status, dose number and dates.
    pub forecast: Vec<String>,
    /// What differs in the evaluations; empty when all statuses agree.
    pub evaluation: Vec<String>,
    /// How many doses are expected not to count and say why.
    pub reasons: usize,
    /// For how many of those the answer gives that reason, too.
    pub reasons_agree: usize,
    /// The one forecast that stands for the group agrees.
    pub line_agrees: bool,
}

impl Verdict {
    /// Whether forecast and evaluations agree.
    pub fn passed(&self) -> bool {
        self.forecast.is_empty() && self.evaluation.is_empty()
    }
}

/// Sums over cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Cases.
    pub cases: usize,
    /// Cases whose forecast agrees.
    pub forecasts: usize,
    /// Cases whose evaluations agree.
    pub evaluations: usize,
    /// Cases in which the line that stands for the group agrees.
    pub lines: usize,
    /// Expected reasons.
    pub reasons: usize,
    /// Expected reasons that the answer gives, too.
    pub reasons_agree: usize,
}

impl Tally {
    /// Counts a verdict.
    pub fn add(&mut self, verdict: &Verdict) {
        self.cases += 1;
        self.forecasts += usize::from(verdict.forecast.is_empty());
        self.evaluations += usize::from(verdict.evaluation.is_empty());
        self.lines += usize::from(verdict.line_agrees);
        self.reasons += verdict.reasons;
        self.reasons_agree += verdict.reasons_agree;
    }
}

/// Compares. A group with several forecasts agrees when any of them does; evaluations are looked for in the forecasts of the group,
/// and where the case names a series type, in series of that type.
pub fn judge(case: &Case, answer: &Answer<'_>) -> Verdict {
    let forecasts: Vec<&GroupForecast<'_>> = answer.forecasts_of(&case.group).collect();
    // of forecasts that differ, one of the expected status says more about the case
    let nearest = forecasts.iter().min_by_key(|forecast| {
        let list = differences(&case.expected, forecast);
        (
            !list.is_empty() && forecast.status != case.expected.status,
            list.len(),
        )
    });
    let nearest = nearest.map(|forecast| differences(&case.expected, forecast));
    let mut verdict = Verdict {
        forecast: nearest.unwrap_or_else(|| vec![format!("{}: no forecast", case.group)]),
        line_agrees: forecasts
            .iter()
            .filter(|forecast| forecast.single)
            .any(|forecast| differences(&case.expected, forecast).is_empty()),
        ..Verdict::default()
    };
    let found = evaluations(case, answer, &forecasts);
    for (number, (expected, (status, reasons))) in
        case.expected.doses.iter().zip(&found).enumerate()
    {
        if *status != Some(expected.status) {
            let got = status.map_or("none", DoseStatus::text);
            verdict.evaluation.push(format!(
                "dose {} {} instead of {}",
                number + 1,
                got,
                expected.status
            ));
        }
        if expected.status != DoseStatus::Valid && !expected.reason.is_empty() {
            verdict.reasons += 1;
            verdict.reasons_agree += usize::from(says(*reasons, &expected.reason));
        }
    }
    verdict
}

fn differences(expected: &Expected, forecast: &GroupForecast<'_>) -> Vec<String> {
    let mut list = Vec::new();
    if forecast.status != expected.status {
        list.push(format!(
            "status {} instead of {}",
            forecast.status, expected.status
        ));
    }
    if expected.status != SeriesStatus::NotComplete || forecast.status != SeriesStatus::NotComplete
    {
        return list;
    }
    if expected.dose_number.is_some() && forecast.dose_number != expected.dose_number {
        let number =
            |number: Option<u16>| number.map_or("none".to_owned(), |number| number.to_string());
        list.push(format!(
            "dose number {} instead of {}",
            number(forecast.dose_number),
            number(expected.dose_number)
        ));
    }
    for (name, ours, theirs) in [
        ("earliest", forecast.earliest, expected.earliest),
        ("recommended", forecast.recommended, expected.recommended),
        ("past due", forecast.past_due, expected.past_due),
    ] {
        if ours != theirs {
            let day = |day: Option<Day>| day.map_or("none".to_owned(), |day| day.to_string());
            list.push(format!("{name} {} instead of {}", day(ours), day(theirs)));
        }
    }
    list
}

type Found = (Option<DoseStatus>, DoseReasons);

/// The status of each dose: of the forecast, among those of the group, that agrees best; or of the series of the type that the case
/// names, the best before the prioritized before the others.
fn evaluations(case: &Case, answer: &Answer<'_>, forecasts: &[&GroupForecast<'_>]) -> Vec<Found> {
    let from_forecast = |forecast: &&GroupForecast<'_>| -> Vec<Found> {
        let doses = answer.doses_of(forecast);
        (0..case.expected.doses.len() as u32)
            .map(|index| match doses.iter().find(|dose| dose.dose == index) {
                Some(dose) => (Some(dose.status), dose.reasons),
                None => elsewhere(
                    answer,
                    index,
                    case.expected
                        .doses
                        .get(index as usize)
                        .map(|dose| dose.status),
                ),
            })
            .collect()
    };
    let wrong = |found: &Vec<Found>| {
        case.expected
            .doses
            .iter()
            .zip(found)
            .filter(|(expected, found)| found.0 != Some(expected.status))
            .count()
    };
    let mut best = forecasts
        .iter()
        .map(from_forecast)
        .min_by_key(wrong)
        .unwrap_or_else(|| {
            let none = |index: usize| {
                elsewhere(
                    answer,
                    index as u32,
                    case.expected.doses.get(index).map(|dose| dose.status),
                )
            };
            (0..case.expected.doses.len()).map(none).collect()
        });
    for (index, (expected, found)) in case.expected.doses.iter().zip(&mut best).enumerate() {
        let Some(kind) = expected.kind.filter(|_| found.0 != Some(expected.status)) else {
            continue;
        };
        if let Some(of_kind) = by_kind(answer, &case.group, kind, index as u32, expected.status) {
            *found = of_kind;
        }
    }
    best
}

/// A dose that belongs to none of the group's antigens is judged in its own groups.
fn elsewhere(answer: &Answer<'_>, index: u32, expected: Option<DoseStatus>) -> Found {
    let mut found: Found = (None, DoseReasons::default());
    for forecast in answer.lines() {
        for dose in answer
            .doses_of(forecast)
            .iter()
            .filter(|dose| dose.dose == index)
        {
            if found.0.is_none() || Some(dose.status) == expected {
                found = (Some(dose.status), dose.reasons);
            }
        }
    }
    found
}

fn by_kind(
    answer: &Answer<'_>,
    group: &str,
    kind: SeriesKind,
    index: u32,
    wanted: DoseStatus,
) -> Option<Found> {
    let rank = |series: &SeriesAnswer<'_>| (!series.selection.best, !series.selection.prioritized);
    let mut series: Vec<&SeriesAnswer<'_>> = answer
        .series
        .iter()
        .filter(|series| series.group == group && series.kind == kind)
        .collect();
    series.sort_by_key(|series| rank(series));
    let first = rank(series.first()?);
    series
        .into_iter()
        .filter(|series| rank(series) == first)
        .flat_map(|series| answer.evaluations(series))
        .find(|evaluation| evaluation.dose == index && evaluation.status == wanted)
        .map(|evaluation| (Some(evaluation.status), evaluation.reasons))
}

/// Whether the reasons hold the one that the workbook gives in its own words.
fn says(reasons: DoseReasons, text: &str) -> bool {
    let letters: String = text
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let reason = match letters.as_str() {
        "agetooyoung" => DoseReason::TooYoung,
        "agetooold" => DoseReason::TooOld,
        "intervaltoosoon" => DoseReason::TooSoon,
        "livevirusconflict" | "vaccineconflict" => DoseReason::Conflict,
        "inadvertentvaccine" | "inadvertentadministration" => DoseReason::Inadvertent,
        "notapreferableorallowablevaccine" => DoseReason::NotAllowed,
        "seriesalreadycomplete" => DoseReason::SeriesComplete,
        _ => return false,
    };
    reasons.contains(reason)
}
