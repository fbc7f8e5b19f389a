//! An answer as one JSON document; `forecast.schema.json` describes it for other tools.

use super::Report;
use crate::answer::GuidanceKind;
use crate::date::Day;
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the document.
pub const SCHEMA: &str = "titer-forecast/1";

/// Evaluated history and forecast of one patient.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "Titer forecast: an answer")]
pub struct AnswerDocument {
    /// The version of this form: `titer-forecast/1`.
    pub schema: &'static str,
    /// How the asker names the patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The day for which the answer holds.
    #[schemars(with = "String", extend("format" = "date"))]
    pub as_of: Day,
    /// The version of the schedule.
    pub schedule: String,
    /// The doses that were given, by date, and how they count.
    pub doses: Vec<DoseAnswer>,
    /// What is due: the forecasts of every vaccine group, in the schedule's order.
    pub forecasts: Vec<ForecastAnswer>,
    /// What is not known and would matter.
    pub unknown: Vec<UnknownAnswer>,
}

/// A dose and how it counts.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DoseAnswer {
    /// How the asker names the dose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Date administered.
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: Day,
    /// CVX code.
    pub cvx: String,
    /// What the schedule calls the vaccine; empty when it does not know the code.
    pub vaccine: String,
    /// How it counts, in every vaccine group for which it counts; empty when the schedule asks for none of its antigens.
    pub evaluations: Vec<EvaluationAnswer>,
}

/// How a dose counts in a vaccine group.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct EvaluationAnswer {
    /// The vaccine group.
    pub group: String,
    /// The series in which the dose was judged.
    pub series: String,
    /// `Valid`, `Not Valid`, `Extraneous` or `Sub-standard`.
    pub status: &'static str,
    /// Its number in the series, or the one it would have had; absent when the series was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dose_number: Option<u32>,
    /// Why, and what is to be remarked on a valid dose.
    pub reasons: Vec<ReasonAnswer>,
}

/// A reason.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ReasonAnswer {
    /// A stable word.
    pub code: &'static str,
    /// The reason for people.
    pub text: &'static str,
}

/// A forecast.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ForecastAnswer {
    /// The vaccine group.
    pub group: String,
    /// The series group of the forecast's series: its code and name.
    pub series_group: String,
    /// `Standard` or `Risk`.
    pub kind: &'static str,
    /// Whether this forecast speaks for the group where one line is shown.
    pub single: bool,
    /// `not-complete`, `complete`, `immune`, `contraindicated`, `aged-out` or `not-recommended`.
    pub status: &'static str,
    /// Whether the past-due date is reached.
    pub overdue: bool,
    /// Number of the next dose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dose_number: Option<u16>,
    /// No earlier dose would count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub earliest: Option<Day>,
    /// When the dose is recommended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub recommended: Option<Day>,
    /// From here on it is overdue.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub past_due: Option<Day>,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub latest: Option<Day>,
    /// CVX codes of the vaccines that the schedule names for it.
    pub vaccines: Vec<String>,
    /// The antigens that the next dose is for.
    pub antigens: Vec<String>,
    /// The series that it stands on.
    pub series: Vec<String>,
    /// Why.
    pub reasons: Vec<ReasonAnswer>,
    /// Keys of CDC's guidance that goes with it.
    pub guidance: Vec<GuidanceAnswer>,
    /// By how many years a season of the schedule was moved; 0 when it was not.
    pub season_shift: i16,
}

/// A key of guidance in the schedule.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct GuidanceAnswer {
    /// `series`, `indication` or `contraindication`.
    pub kind: &'static str,
    /// The antigen.
    pub antigen: String,
    /// The key.
    pub key: String,
}

/// Something that nobody knows and that would matter.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct UnknownAnswer {
    /// The antigen.
    pub antigen: String,
    /// The observation's code.
    pub observation: String,
    /// `indication`, `contraindication` or `immunity`.
    pub kind: &'static str,
}

/// The JSON Schema of [`AnswerDocument`].
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(AnswerDocument).to_value()
}

/// The answer as a document.
pub fn document(report: &Report<'_>) -> AnswerDocument {
    let answer = report.answer;
    let series_name = |index: u32| {
        answer
            .series
            .get(index as usize)
            .map_or_else(String::new, |s| s.name.to_owned())
    };
    let doses = report.doses().into_iter().map(|(index, dose)| DoseAnswer {
        id: (!dose.id.is_empty()).then(|| dose.id.clone()),
        date: dose.date,
        cvx: dose.cvx.clone(),
        vaccine: report.vaccine_name(&dose.cvx).to_owned(),
        evaluations: report
            .evaluations_of(index)
            .into_iter()
            .map(|(forecast, judged)| EvaluationAnswer {
                group: forecast.group.to_owned(),
                series: series_name(judged.series),
                status: judged.status.text(),
                dose_number: report.dose_number(&judged),
                reasons: judged
                    .reasons
                    .iter()
                    .map(|r| ReasonAnswer {
                        code: r.code(),
                        text: r.text(),
                    })
                    .collect(),
            })
            .collect(),
    });
    let forecasts = answer.groups.iter().map(|forecast| ForecastAnswer {
        group: forecast.group.to_owned(),
        series_group: format!("{} {}", forecast.series_group.0, forecast.series_group.1),
        kind: forecast.kind.text(),
        single: forecast.single,
        status: forecast.status.code(),
        overdue: report.overdue(forecast),
        dose_number: forecast.dose_number,
        earliest: forecast.earliest,
        recommended: forecast.recommended,
        past_due: forecast.past_due,
        latest: forecast.latest,
        vaccines: forecast.vaccines.iter().map(|v| (*v).to_owned()).collect(),
        antigens: forecast.antigens.iter().map(|a| (*a).to_owned()).collect(),
        series: forecast.series.iter().map(|s| series_name(*s)).collect(),
        reasons: forecast
            .reasons
            .iter()
            .map(|r| ReasonAnswer {
                code: r.code(),
                text: r.text(),
            })
            .collect(),
        guidance: forecast
            .guidance
            .iter()
            .map(|g| GuidanceAnswer {
                kind: match g.kind {
                    GuidanceKind::Series => "series",
                    GuidanceKind::Indication => "indication",
                    GuidanceKind::Contraindication => "contraindication",
                },
                antigen: g.antigen.to_owned(),
                key: g.key.to_owned(),
            })
            .collect(),
        season_shift: forecast.season_shift,
    });
    let unknown = answer.notices.iter().map(|notice| UnknownAnswer {
        antigen: notice.antigen.to_owned(),
        observation: notice.code.to_owned(),
        kind: match notice.kind {
            crate::NoticeKind::Indication => "indication",
            crate::NoticeKind::Contraindication => "contraindication",
            crate::NoticeKind::Immunity => "immunity",
        },
    });
    AnswerDocument {
        schema: SCHEMA,
        id: report.id.map(str::to_owned),
        as_of: answer.as_of,
        schedule: report.schedule.version.clone(),
        doses: doses.collect(),
        forecasts: forecasts.collect(),
        unknown: unknown.collect(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_published_schema_is_the_document_s() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/forecast.schema.json");
        let now = serde_json::to_string_pretty(&super::schema()).unwrap() + "\n";
        if std::env::var_os("TITER_WRITE").is_some() {
            std::fs::write(path, &now).unwrap();
        }
        let there = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(there, now, "run the test once with TITER_WRITE=1");
    }
}
