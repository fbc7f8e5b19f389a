//! What was supplied, written as a table again.

use super::{COHORT, Column, DOSES, FORECAST, REACTIONS, STOCK};
use titer_finding::Phi;
use titer_runner::result::{CodeSeen, CohortSeen, DoseSeen, ForecastSeen, StockSeen};

/// A line that names every column, as a start.
pub(crate) fn heading(columns: &[Column]) -> String {
    let names: Vec<&str> = columns.iter().map(|c| c.name).collect();
    names.join(", ")
}

fn write(columns: &[Column], rows: impl Iterator<Item = Vec<String>>) -> String {
    let rows: Vec<Vec<String>> = rows.collect();
    let used: Vec<usize> = (0..columns.len())
        .filter(|i| {
            *i < 2
                || rows
                    .iter()
                    .any(|r| r.get(*i).is_some_and(|c| !c.is_empty()))
        })
        .collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let _ = writer.write_record(used.iter().filter_map(|i| columns.get(*i)).map(|c| c.name));
    for row in &rows {
        let _ = writer.write_record(used.iter().filter_map(|i| row.get(*i)));
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn plain(value: Option<&String>) -> String {
    value.cloned().unwrap_or_default()
}

fn shown(value: Option<&Phi>) -> String {
    value.map(|v| v.reveal().to_owned()).unwrap_or_default()
}

/// The doses again as a table that [`doses`] reads.
pub(crate) fn of_doses(all: &[DoseSeen]) -> String {
    write(
        DOSES,
        all.iter().map(|d| {
            vec![
                d.date.reveal().to_owned(),
                plain(d.name.as_ref()),
                plain(d.cvx.as_ref()),
                plain(d.lot.as_ref()),
                plain(d.source.as_ref()),
                plain(d.manufacturer.as_ref()),
                plain(d.ndc.as_ref()),
                plain(d.expires.as_ref()),
                plain(d.completion.as_ref()),
                plain(d.refusal.as_ref()),
                plain(d.route.as_ref()),
                plain(d.site.as_ref()),
                plain(d.funding.as_ref()),
                plain(d.eligibility.as_ref()),
                plain(d.amount.as_ref()),
                plain(d.unit.as_ref()),
                match d.valid {
                    None => String::new(),
                    Some(true) => "Y".to_owned(),
                    Some(false) => "N".to_owned(),
                },
            ]
        }),
    )
}

/// The recommendations again as a table.
pub(crate) fn of_forecast(all: &[ForecastSeen]) -> String {
    write(
        FORECAST,
        all.iter().map(|f| {
            vec![
                f.vaccine.clone(),
                shown(f.due.as_ref()),
                shown(f.earliest.as_ref()),
                shown(f.overdue.as_ref()),
                plain(f.status.as_ref()),
                plain(f.dose.as_ref()),
                shown(f.latest.as_ref()),
                plain(f.cvx.as_ref()),
            ]
        }),
    )
}

/// The stock again as a table.
pub(crate) fn of_stock(all: &[StockSeen]) -> String {
    write(
        STOCK,
        all.iter().map(|s| {
            vec![
                s.lot.clone(),
                s.doses.to_string(),
                plain(s.vaccine.as_ref()),
                plain(s.ndc.as_ref()),
                plain(s.expires.as_ref()),
                plain(s.funding.as_ref()),
            ]
        }),
    )
}

/// The list of patients again as a table.
pub(crate) fn of_cohort(all: &[CohortSeen]) -> String {
    write(
        COHORT,
        all.iter().map(|c| {
            vec![
                shown(c.patient.as_ref()),
                plain(c.with.as_ref()),
                shown(c.birth_date.as_ref()),
                shown(c.id.as_ref()),
            ]
        }),
    )
}

/// The reactions again as a table.
pub(crate) fn of_reactions(all: &[CodeSeen]) -> String {
    write(
        REACTIONS,
        all.iter().map(|r| {
            vec![
                r.code.clone(),
                plain(r.text.as_ref()),
                shown(r.date.as_ref()),
                plain(r.after.as_ref()),
                plain(r.system.as_ref()),
            ]
        }),
    )
}
