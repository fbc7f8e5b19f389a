//! An answer as others take it: rows of a Z42 message, FHIR resources, JSON, text, a picture.
//!
//! Every form is a function of one [`Report`]: nothing is judged here.

mod coding;
pub mod fhir;
pub mod json;
pub mod text;
pub mod timeline;
mod urgency;
pub mod why;
pub mod z42;

use crate::answer::{Answer, GroupDose, GroupForecast};
use crate::patient::{Dose, Patient};
use crate::schedule::{Code, Schedule};

/// An answer with what it is about.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// The schedule that was asked.
    pub schedule: &'a Schedule,
    /// The patient.
    pub patient: &'a Patient,
    /// What the engine said.
    pub answer: &'a Answer<'a>,
    /// How the asker names the patient.
    pub id: Option<&'a str>,
}

impl<'a> Report<'a> {
    /// The patient's doses with their indexes, by date; doses of one day in the order in which they were reported.
    pub fn doses(&self) -> Vec<(u32, &'a Dose)> {
        let mut doses: Vec<(u32, &Dose)> = (0..).zip(&self.patient.doses).collect();
        doses.sort_by_key(|(_, dose)| dose.date);
        doses
    }

    /// What a vaccine is called in a few words.
    pub fn vaccine_name(&self, cvx: &str) -> &'a str {
        Code::cvx(cvx)
            .and_then(|code| self.schedule.vaccine(code))
            .map_or("", |vaccine| vaccine.name.as_str())
    }

    /// How a dose counts: once for each vaccine group, by the forecast that speaks for the group.
    pub fn evaluations_of(&self, dose: u32) -> Vec<(&'a GroupForecast<'a>, GroupDose)> {
        let mut found: Vec<(&GroupForecast<'_>, GroupDose)> = Vec::new();
        let mut forecasts: Vec<&GroupForecast<'_>> = self.answer.groups.iter().collect();
        forecasts.sort_by_key(|forecast| !forecast.single);
        for forecast in forecasts {
            if found.iter().any(|(f, _)| f.group == forecast.group) {
                continue;
            }
            let doses = self.answer.doses_of(forecast);
            if let Some(judged) = doses.into_iter().find(|d| d.dose == dose) {
                found.push((forecast, judged));
            }
        }
        // in the schedule's order of groups
        let place = |group: &str| self.schedule.groups.iter().position(|g| g.name == group);
        found.sort_by_key(|(forecast, _)| place(forecast.group));
        found
    }

    /// The number of a dose in its series: how many target doses it and those before it satisfied; for one that does not
    /// count, the number that it would have had. `None` when the series was over.
    pub fn dose_number(&self, judged: &GroupDose) -> Option<u32> {
        let series = self.answer.series.get(judged.series as usize)?;
        let mut satisfied = 0;
        for evaluation in self.answer.evaluations(series) {
            let counts = evaluation.status == crate::DoseStatus::Valid;
            satisfied += u32::from(counts);
            if evaluation.dose == judged.dose {
                evaluation.target?;
                return Some(satisfied + u32::from(!counts));
            }
        }
        None
    }

    /// Whether the next dose of the group is overdue on the assessment date.
    pub fn overdue(&self, forecast: &GroupForecast<'_>) -> bool {
        forecast
            .past_due
            .is_some_and(|day| day <= self.answer.as_of)
    }
}

/// That the season of a forecast is not that of the schedule; nothing when it is.
fn season_moved(forecast: &GroupForecast<'_>) -> Option<String> {
    let years = forecast.season_shift;
    let back = if years < 0 { " back" } else { "" };
    let s = if years.abs() == 1 { "" } else { "s" };
    (years != 0).then(|| format!("season moved{back} by {} year{s}", years.unsigned_abs()))
}

/// A text inside XML.
fn escape_xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // not allowed in XML, however it is written
            c if c.is_control() && !matches!(c, '\n' | '\t') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
