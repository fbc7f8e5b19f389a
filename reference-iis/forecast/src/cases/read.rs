//! CDC's workbooks as CSV. The columns are found by their names, which differ a little between the two.

use titer_finding::Diagnostic;

use super::{Case, Expected, ExpectedDose};
use crate::date::Day;
use crate::patient::{Certainty, Dose, Observation, Patient, Sex};
use crate::reason::{DoseStatus, SeriesStatus};
use crate::schedule::{Schedule, SeriesKind};

/// The workbooks' short labels and the names that the schedule has for those groups.
const LABELS: [(&str, &str); 15] = [
    ("DTAP", "DTaP/Tdap/Td"),
    ("FLU", "Influenza"),
    ("HIB", "Hib"),
    ("MCV", "Meningococcal"),
    ("MENB", "Meningococcal B"),
    ("PCV", "Pneumococcal"),
    ("POL", "Polio"),
    ("IPOL", "Polio"),
    ("IPV", "Polio"),
    ("ROTA", "Rotavirus"),
    ("VAR", "Varicella"),
    ("JE", "Japanese Encephalitis"),
    ("YF", "Yellow Fever"),
    ("MPOX", "Orthopoxvirus"),
    ("COVID", "COVID-19"),
];

/// The most doses and observations that a row can have.
const MOST: usize = 40;

/// Reads the cases of a workbook; `file` is its name for messages. With anything that cannot be read, everything that is wrong.
pub fn read(file: &str, text: &str, schedule: &Schedule) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let at =
        |line: u64, message: String| Diagnostic::new(message).in_file(format!("{file}:{line}"));
    let headers = match reader.headers() {
        Ok(headers) => headers
            .iter()
            .map(|name| name.trim().to_ascii_lowercase())
            .collect::<Vec<_>>(),
        Err(error) => return Err(vec![at(1, format!("the file is no CSV: {error}"))]),
    };
    let missing = [
        "cdc_test_id",
        "dob",
        "gender",
        "series_status",
        "vaccine_group",
        "assessment_date",
    ]
    .into_iter()
    .filter(|name| !headers.iter().any(|header| header == name))
    .map(|name| at(1, format!("the column {name} is missing")))
    .collect::<Vec<_>>();
    if !missing.is_empty() {
        return Err(missing);
    }
    let (mut cases, mut wrong) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                wrong.push(at(
                    error.position().map_or(0, csv::Position::line),
                    format!("the row cannot be read: {error}"),
                ));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let row = Row {
            headers: &headers,
            record: &record,
        };
        if row.get("cdc_test_id").is_empty() {
            continue;
        }
        match row.case(schedule) {
            Ok(case) => cases.push(case),
            Err(message) => wrong.push(at(line, message)),
        }
    }
    if wrong.is_empty() && cases.is_empty() {
        wrong.push(Diagnostic::new("the file has no case").in_file(file));
    }
    if wrong.is_empty() {
        Ok(cases)
    } else {
        Err(wrong)
    }
}

struct Row<'a> {
    headers: &'a [String],
    record: &'a csv::StringRecord,
}

impl<'a> Row<'a> {
    fn get(&self, name: &str) -> &'a str {
        let column = self.headers.iter().position(|header| header == name);
        column
            .and_then(|column| self.record.get(column))
            .unwrap_or_default()
            .trim()
    }

    fn numbered(&self, name: &str, number: usize) -> &'a str {
        self.get(&format!("{name}_{number}"))
    }

    fn day(&self, name: &str) -> Result<Option<Day>, String> {
        let text = self.get(name);
        if text.is_empty() || text == "-" {
            return Ok(None);
        }
        day(text)
            .map(Some)
            .ok_or_else(|| format!("{name} `{text}` is not a date"))
    }

    fn needed(&self, name: &str) -> Result<Day, String> {
        self.day(name)?.ok_or_else(|| format!("{name} is empty"))
    }

    fn case(&self, schedule: &Schedule) -> Result<Case, String> {
        let by_condition = self
            .headers
            .iter()
            .any(|header| header == "observation_code_1");
        let mut patient = Patient {
            birth: self.needed("dob")?,
            sex: match self.get("gender").to_ascii_uppercase().as_str() {
                "F" | "FEMALE" => Sex::Female,
                "M" | "MALE" => Sex::Male,
                _ => Sex::Unknown,
            },
            ..Patient::default()
        };
        for number in 1..=MOST {
            let code = self.numbered("observation_code", number);
            if !code.is_empty() {
                let date = self.day(&format!("observation_date_{number}"))?;
                patient.observations.push(Observation {
                    code: code.to_owned(),
                    date,
                    certainty: Certainty::Present,
                });
            }
        }
        let history = self.get("med_history_code");
        if !history.is_empty()
            && self
                .get("med_history_code_sys")
                .eq_ignore_ascii_case("CDCSI")
        {
            patient.observations.push(Observation {
                code: history.to_owned(),
                ..Observation::default()
            });
        }
        let mut doses = Vec::new();
        for number in 1..=MOST {
            let Some(date) = self.day(&format!("date_administered_{number}"))? else {
                continue;
            };
            let mvx = self.numbered("mvx", number);
            patient.doses.push(Dose {
                id: number.to_string(),
                date,
                cvx: self.numbered("cvx", number).to_owned(),
                mvx: (!mvx.is_empty()).then(|| mvx.to_owned()),
                ..Dose::default()
            });
            doses.push(ExpectedDose {
                status: dose_status(self.numbered("evaluation_status", number))?,
                kind: kind(self.numbered("series_type", number)),
                reason: self.numbered("evaluation_reason", number).to_owned(),
            });
        }
        let label = self.get("vaccine_group");
        let known = |name: &str| {
            schedule
                .groups
                .iter()
                .find(|group| group.name.eq_ignore_ascii_case(name))
        };
        let short = || {
            LABELS
                .iter()
                .find(|(short, _)| short.eq_ignore_ascii_case(label))
                .and_then(|(_, name)| known(name))
        };
        let part = || {
            schedule.groups.iter().find(|group| {
                group
                    .name
                    .split('/')
                    .any(|part| part.eq_ignore_ascii_case(label))
            })
        };
        let group = known(label)
            .or_else(short)
            .or_else(part)
            .ok_or_else(|| format!("the schedule has no vaccine group `{label}`"))?;
        // in the workbook for underlying conditions the column counts valid doses over series types, which is no forecast number
        let number = if by_condition {
            ""
        } else {
            self.get("forecast_#")
        };
        Ok(Case {
            id: self.get("cdc_test_id").to_owned(),
            name: self.get("test_case_name").to_owned(),
            as_of: self.needed("assessment_date")?,
            group: group.name.clone(),
            expected: Expected {
                status: series_status(self.get("series_status"))?,
                dose_number: number.parse().ok(),
                earliest: self.day("earliest_date")?,
                recommended: self.day("recommended_date")?,
                past_due: self.day("past_due_date")?,
                doses,
            },
            patient,
        })
    }
}

/// A date as ISO has it, or as a spreadsheet writes it (month/day/year).
fn day(text: &str) -> Option<Day> {
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let mut parts = text.split('/');
    let (month, date, year) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = parts.next().is_none() && year.len() == 4;
    Day::new(year.parse().ok()?, month.parse().ok()?, date.parse().ok()?).filter(|_| whole)
}

fn letters(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphabetic)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn dose_status(text: &str) -> Result<DoseStatus, String> {
    match letters(text).as_str() {
        "valid" => Ok(DoseStatus::Valid),
        "notvalid" => Ok(DoseStatus::NotValid),
        "extraneous" => Ok(DoseStatus::Extraneous),
        "substandard" => Ok(DoseStatus::SubStandard),
        _ => Err(format!("`{text}` is not an evaluation status")),
    }
}

fn series_status(text: &str) -> Result<SeriesStatus, String> {
    match letters(text).as_str() {
        "notcomplete" => Ok(SeriesStatus::NotComplete),
        "complete" => Ok(SeriesStatus::Complete),
        "immune" => Ok(SeriesStatus::Immune),
        "contraindicated" => Ok(SeriesStatus::Contraindicated),
        "agedout" => Ok(SeriesStatus::AgedOut),
        "notrecommended" => Ok(SeriesStatus::NotRecommended),
        _ => Err(format!("`{text}` is not a series status")),
    }
}

fn kind(text: &str) -> Option<SeriesKind> {
    match letters(text).as_str() {
        "standard" => Some(SeriesKind::Standard),
        "risk" => Some(SeriesKind::Risk),
        "evaluationonly" => Some(SeriesKind::EvaluationOnly),
        _ => None,
    }
}
