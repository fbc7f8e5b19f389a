//! For whom the answers of two schedules differ.

use crate::failure::{Failure, read_text};
use crate::ui::counted;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use titer_forecast::schedule::Schedule;
use titer_forecast::{Answer, Forecaster, GroupForecast, Options, Scratch, cases};

/// Asks both schedules about the patients of a file of cases, and tells whose answers differ.
pub(super) fn compare(
    text: &mut String,
    old: &Schedule,
    new: &Schedule,
    path: &Path,
) -> Result<(), Failure> {
    let name = path.display().to_string();
    let cases = cases::read(&name, &read_text(path)?, new)?;
    let before = Forecaster::new(old, Options::default());
    let after = Forecaster::new(new, Options::default());
    let mut scratch = Scratch::default();
    let mut changed = 0;
    let mut groups: BTreeMap<String, u64> = BTreeMap::new();
    let mut told = String::new();
    for case in &cases {
        let a = lines(&before.answer(&case.patient, case.as_of, &mut scratch));
        let b = lines(&after.answer(&case.patient, case.as_of, &mut scratch));
        if a == b {
            continue;
        }
        changed += 1;
        let _ = writeln!(told, "\n{}  {}", case.id, case.name);
        let none = || "nothing".to_owned();
        let mut keys: Vec<&(String, String)> = a.keys().chain(b.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let (was, is) = (a.get(key), b.get(key));
            if was == is {
                continue;
            }
            let group = groups.entry(key.0.clone()).or_default();
            *group += 1;
            let (was, is) = (
                was.cloned().unwrap_or_else(none),
                is.cloned().unwrap_or_else(none),
            );
            let _ = writeln!(told, "  {} {}: {was}\n    now: {is}", key.0, key.1);
        }
    }
    let _ = writeln!(
        text,
        "\nanswers change for {changed} of {}",
        counted(cases.len() as u64, "patient", "patients")
    );
    for (group, count) in groups {
        let _ = writeln!(
            text,
            "  {group}: {}",
            counted(count, "difference", "differences")
        );
    }
    text.push_str(&told);
    Ok(())
}

/// What an answer says, by vaccine group and what it is about.
fn lines(answer: &Answer<'_>) -> BTreeMap<(String, String), String> {
    let mut lines = BTreeMap::new();
    for forecast in &answer.groups {
        // a group's series groups are told apart by their number
        let what = format!(
            "forecast ({} {})",
            forecast.series_group.0, forecast.series_group.1
        );
        lines
            .entry((forecast.group.to_owned(), what))
            .and_modify(|all: &mut String| *all = format!("{all}; {}", line(forecast)))
            .or_insert_with(|| line(forecast));
        for dose in answer.doses_of(forecast) {
            let what = format!("dose given {}", dose.dose + 1);
            let reasons: Vec<&str> = dose
                .reasons
                .iter()
                .map(titer_forecast::DoseReason::text)
                .collect();
            let reasons = if reasons.is_empty() {
                String::new()
            } else {
                format!(" ({})", reasons.join(", "))
            };
            lines
                .entry((forecast.group.to_owned(), what))
                .or_insert_with(|| format!("{}{reasons}", dose.status.text()));
        }
    }
    lines
}

fn line(forecast: &GroupForecast<'_>) -> String {
    let mut text = forecast.status.text().to_owned();
    if let Some(number) = forecast.dose_number {
        let _ = write!(text, ", dose {number}");
    }
    for (what, day) in [
        ("earliest", forecast.earliest),
        ("recommended", forecast.recommended),
        ("past due", forecast.past_due),
        ("latest", forecast.latest),
    ] {
        if let Some(day) = day {
            let _ = write!(text, ", {what} {day}");
        }
    }
    if !forecast.vaccines.is_empty() {
        let _ = write!(text, ", CVX {}", forecast.vaccines.join(" "));
    }
    text
}
