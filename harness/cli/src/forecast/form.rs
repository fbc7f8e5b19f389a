//! An answer in the form that was asked for.

use super::args::Form;
use crate::failure::Failure;
use serde::Serialize;
use std::fmt::Write;
use titer_finding::Diagnostic;
use titer_forecast::output::text::{self, Look};
use titer_forecast::output::{Report, fhir, json, z42};
use titer_hl7::Delimiters;
use titer_hl7::escape::encode;

/// The answer, with a line end at its end.
pub(super) fn write(
    report: &Report<'_>,
    form: Form,
    look: Look,
    compact: bool,
) -> Result<String, Failure> {
    match form {
        Form::Text => Ok(text::text(report, look)),
        Form::Json => to_json(&json::document(report), compact),
        Form::Fhir => to_json(&fhir::bundle(report), compact),
        Form::Z42 => Ok(segments(report, look.all)),
    }
}

fn to_json(value: &impl Serialize, compact: bool) -> Result<String, Failure> {
    let text = if compact {
        serde_json::to_string(value)
    } else {
        serde_json::to_string_pretty(value)
    };
    text.map(|text| text + "\n")
        .map_err(|e| Diagnostic::new(format!("cannot write JSON: {e}")).into())
}

/// The order groups of a Z42 response: one for each dose, and the one that carries forecasts. A line ends with a line feed.
fn segments(report: &Report<'_>, all: bool) -> String {
    let mut out = String::new();
    let mut number = 0;
    let escaped = |text: &str| encode(text, Delimiters::default()).into_owned();
    let mut rows = |out: &mut String, rows: &[z42::Row]| {
        for row in rows {
            number += 1;
            let value: Vec<String> = row.value.components().iter().map(|c| escaped(c)).collect();
            let units = row.value.units().join("^");
            let _ = writeln!(
                out,
                "OBX|{number}|{}|{}^{}^LN|{}|{}|{}|||||F",
                row.value.value_type(),
                row.loinc,
                row.name,
                row.set,
                value.join("^"),
                units.trim_end_matches('^'),
            );
        }
    };
    let day = |day: titer_forecast::Day| day.to_string().replace('-', "");
    for (index, dose) in report.doses() {
        let name = escaped(report.vaccine_name(&dose.cvx));
        let maker = dose
            .mvx
            .as_deref()
            .map_or_else(String::new, |m| format!("{}^^MVX", escaped(m)));
        let order = if dose.id.is_empty() {
            (index + 1).to_string()
        } else {
            escaped(&dose.id)
        };
        let _ = writeln!(out, "ORC|RE||{order}^TITER");
        let _ = writeln!(
            out,
            "RXA|0|1|{date}|{date}|{}^{name}^CVX|999|||01^^NIP001||||||||{maker}|||CP|A",
            dose.cvx,
            date = day(dose.date),
        );
        rows(&mut out, &z42::evaluation(report, index));
    }
    let forecast = z42::forecast(report, all);
    if !forecast.is_empty() {
        let date = day(report.answer.as_of);
        let _ = writeln!(out, "ORC|RE||9999^TITER");
        let _ = writeln!(
            out,
            "RXA|0|1|{date}|{date}|998^no vaccine admin^CVX|999||||||||||||||NA"
        );
        rows(&mut out, &forecast);
    }
    out
}
