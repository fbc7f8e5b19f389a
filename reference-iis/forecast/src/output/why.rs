//! The decisions on the way to an answer, in the field's words, with the tables of the specification that decided.

use super::Report;
use crate::trace::{Event, Trace};
use std::fmt::Write;

/// The decisions about the vaccine groups whose name has `groups` in it (in any case); about all when there is no name.
///
/// They stand as they fell: antigen by antigen, series by series, dose by dose; the vaccine groups come last.
pub fn why(report: &Report<'_>, trace: &Trace<'_>, groups: &[String]) -> String {
    let mut out = String::new();
    let wanted = |name: &str| {
        groups.is_empty()
            || groups
                .iter()
                .any(|g| name.to_lowercase().contains(&g.to_lowercase()))
    };
    let chosen: Vec<&str> = report
        .schedule
        .groups
        .iter()
        .filter(|g| wanted(&g.name))
        .map(|g| g.name.as_str())
        .collect();
    let antigens: Vec<&str> = report
        .schedule
        .groups
        .iter()
        .filter(|g| chosen.contains(&g.name.as_str()))
        .flat_map(|g| g.antigens.iter().map(String::as_str))
        .collect();
    let mut last: Option<&Event<'_>> = None;
    for event in &trace.events {
        let here = match (event.group, event.antigen) {
            (Some(group), _) => chosen.contains(&group),
            (None, Some(antigen)) => antigens.contains(&antigen),
            (None, None) => groups.is_empty(),
        };
        if here {
            line(&mut out, report, last, event);
            last = Some(event);
        }
    }
    out
}

fn line(out: &mut String, report: &Report<'_>, last: Option<&Event<'_>>, event: &Event<'_>) {
    let same = |field: fn(&Event<'_>) -> Option<String>| {
        last.is_some_and(|last| field(last) == field(event))
    };
    let of_group = |e: &Event<'_>| e.group.map(str::to_owned);
    let of_antigen = |e: &Event<'_>| e.antigen.map(str::to_owned);
    let of_series = |e: &Event<'_>| e.series.map(str::to_owned);
    let same_top = same(of_group) && same(of_antigen);
    if !same_top {
        if last.is_some() {
            out.push('\n');
        }
        let title = event.group.map_or_else(
            || event.antigen.unwrap_or("every antigen").to_owned(),
            |group| format!("vaccine group {group}"),
        );
        let _ = writeln!(out, "{title}");
    }
    let same_series = same_top && same(of_series);
    if !same_series && let Some(series) = event.series {
        let _ = writeln!(out, "  {series}");
    }
    let indent = if event.series.is_some() { "    " } else { "  " };
    let same_dose = same_series
        && last.is_some_and(|last| {
            last.dose == event.dose && (event.dose.is_some() || last.target == event.target)
        });
    let given = event
        .dose
        .and_then(|dose| report.patient.doses.get(dose as usize));
    if let Some(given) = given.filter(|_| !same_dose) {
        let _ = writeln!(
            out,
            "{indent}dose of {}, CVX {} {}",
            given.date,
            given.cvx,
            report.vaccine_name(&given.cvx)
        );
    }
    let deeper = if event.dose.is_some() { "  " } else { "" };
    let target = match (event.target, event.verdict) {
        (Some(number), None) => format!("target dose {number}: "),
        _ => String::new(),
    };
    let _ = write!(
        out,
        "{indent}{deeper}Table {:<5} {target}{}",
        event.table, event.text
    );
    if let Some((_, reasons)) = event.verdict
        && !reasons.is_empty()
    {
        let words: Vec<&str> = reasons.iter().map(crate::DoseReason::text).collect();
        let _ = write!(out, " ({})", words.join("; "));
    }
    out.push('\n');
}
