//! The project's own shape of a patient in JSON; `patient.schema.json` describes it for other tools.

use super::place;
use super::stated::{CodeSystem, Coded, Stated, country, cvx};
use crate::date::Day;
use crate::patient::{Certainty, Dose, Observation, Patient, Sex};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use titer_finding::{Diagnostic, Phi, read_yaml};

/// A patient with everything that a forecast looks at.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Titer forecast: a patient")]
pub struct PatientDocument {
    /// What the caller calls the patient; it comes back in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Date of birth.
    #[schemars(with = "String", extend("format" = "date"))]
    pub birth_date: Day,
    /// Sex.
    #[serde(default)]
    pub sex: SexWord,
    /// Country of birth; `U.S.` matters to evidence of immunity by birth year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_country: Option<String>,
    /// The day for which to forecast this patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub as_of: Option<Day>,
    /// What is known about the patient beside doses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observations: Vec<ObservationDocument>,
    /// Doses that were given, in any order. Refused and planned doses do not belong here.
    #[serde(default)]
    pub doses: Vec<DoseDocument>,
}

/// Sex as a patient document says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SexWord {
    /// Female.
    #[serde(alias = "F")]
    Female,
    /// Male.
    #[serde(alias = "M")]
    Male,
    /// Not known, or neither of the two.
    #[default]
    #[serde(alias = "U")]
    Unknown,
}

/// An indication, contraindication, reaction, evidence of immunity or exposure.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObservationDocument {
    /// The code, such as `007`.
    pub code: String,
    /// What the code is from: CDSi's own observation codes unless said otherwise.
    #[serde(default)]
    pub system: SystemWord,
    /// When it was observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub date: Option<Day>,
    /// Nobody knows whether it holds: it changes nothing, but the answer names it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncertain: bool,
}

/// Code systems of observations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SystemWord {
    /// CDSi observation codes.
    #[default]
    Cdsi,
    /// SNOMED CT.
    Snomed,
    /// CDC's PHIN codes (VXC).
    Phin,
    /// A vaccine's CVX code: a severe allergic reaction to it, or an immune globulin that was given.
    Cvx,
}

/// One dose.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DoseDocument {
    /// What the caller calls the dose; it comes back in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// CVX code, as text: `08`.
    #[schemars(extend("pattern" = "^[0-9]{1,3}$"))]
    pub cvx: String,
    /// Date administered.
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: Day,
    /// Who made it (MVX code).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mvx: Option<String>,
    /// Trade name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Millilitres that were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("minimum" = 0))]
    pub volume: Option<f64>,
    /// Last day on which the lot was good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub expiry: Option<Day>,
    /// The dose is known to be worth less than a full one: recalled, badly stored, partly given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub substandard: bool,
}

/// The JSON Schema of [`PatientDocument`].
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(PatientDocument).to_value()
}

/// Reads a patient; `file` is its name in diagnostics.
pub fn read(file: &str, text: &str) -> Result<Stated, Box<Diagnostic>> {
    let document: PatientDocument = parse(file, text)?;
    let wrong = |index: usize, list: &str, key: &str, message: String| {
        let path = [
            place::Step::Key(list.to_owned()),
            place::Step::Index(index),
            place::Step::Key(key.to_owned()),
        ];
        Box::new(place::at(Diagnostic::new(message), file, text, &path))
    };
    let mut stated = Stated {
        id: document.id.map(Phi::new),
        as_of: document.as_of,
        patient: Patient {
            birth: document.birth_date,
            sex: match document.sex {
                SexWord::Female => Sex::Female,
                SexWord::Male => Sex::Male,
                SexWord::Unknown => Sex::Unknown,
            },
            country: document.birth_country.as_deref().map(country),
            ..Patient::default()
        },
        ..Stated::default()
    };
    for observation in document.observations {
        let system = match observation.system {
            SystemWord::Cdsi => {
                stated.patient.observations.push(Observation {
                    code: observation.code,
                    date: observation.date,
                    certainty: if observation.uncertain {
                        Certainty::Unknown
                    } else {
                        Certainty::Present
                    },
                });
                continue;
            }
            SystemWord::Snomed => CodeSystem::Snomed,
            SystemWord::Phin => CodeSystem::Phin,
            SystemWord::Cvx => CodeSystem::Cvx,
        };
        stated.coded.push(Coded {
            system,
            code: observation.code,
            date: observation.date,
        });
    }
    for (index, dose) in document.doses.into_iter().enumerate() {
        let Some(code) = cvx(&dose.cvx) else {
            let message = format!(
                "`{}` is not a CVX code: it has one to three digits",
                dose.cvx
            );
            return Err(wrong(index, "doses", "cvx", message));
        };
        let volume = match dose.volume {
            Some(ml) if !(0.0..=1000.0).contains(&ml) => {
                let message = format!("`{ml}` is not a volume in millilitres");
                return Err(wrong(index, "doses", "volume", message));
            }
            other => other.map(ten_thousandths),
        };
        stated.patient.doses.push(Dose {
            id: dose.id.unwrap_or_default(),
            date: dose.date,
            cvx: code,
            mvx: dose.mvx,
            product: dose.product,
            volume,
            expiry: dose.expiry,
            condition: dose.substandard,
        });
    }
    Ok(stated)
}

/// Millilitres as the engine counts them.
pub(super) fn ten_thousandths(ml: f64) -> u32 {
    let number = (ml * 10_000.0).round();
    if !(0.0..=10_000_000.0).contains(&number) {
        return 0;
    }
    #[expect(clippy::cast_sign_loss, reason = "it is not negative")]
    let number = number as u32;
    number
}

/// Reads JSON. The words and the place of an error come from the YAML reader, of which JSON is a part: it knows "did you
/// mean" and the column where a value begins.
pub(super) fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Box<Diagnostic>> {
    let text = text.trim_start_matches('\u{feff}');
    let error = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    if error.classify() == serde_json::error::Category::Data
        && let Err(diagnostic) = read_yaml::<T>(file, text)
        && diagnostic.line > 0
    {
        return Err(diagnostic);
    }
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(&*said, |(s, _)| s);
    let (line, column) = (error.line(), error.column());
    let diagnostic = if error.classify() == serde_json::error::Category::Eof {
        Diagnostic::new("the JSON ends before it is complete")
    } else {
        Diagnostic::new(said.to_lowercase())
    };
    let diagnostic = if said.starts_with("invalid type: ") && said.ends_with("expected a string") {
        diagnostic.with_help("codes and dates are text, in quotes: `\"08\"`")
    } else {
        diagnostic
    };
    Err(Box::new(if line == 0 {
        diagnostic.in_file(file)
    } else {
        diagnostic.at(file, text, line as u32, column.max(1) as u32, 1)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patient_is_read_whole() {
        let text = r#"{"id": "p1", "birth_date": "2024-01-15", "sex": "F", "birth_country": "USA", "as_of": "20250101",
            "observations": [{"code": "007", "date": "2024-02-01"}, {"code": "370388006", "system": "snomed"}],
            "doses": [{"cvx": "8", "date": "2024-01-15", "mvx": "SKB", "volume": 0.5, "expiry": "2025-01-31"}]}"#;
        let stated = read("p.json", text).unwrap();
        let patient = &stated.patient;
        assert_eq!(stated.id.as_ref().map(Phi::reveal), Some("p1"));
        assert_eq!(patient.birth.to_string(), "2024-01-15");
        assert_eq!(patient.sex, Sex::Female);
        assert_eq!(patient.country.as_deref(), Some("U.S."));
        assert_eq!(stated.as_of.unwrap().to_string(), "2025-01-01");
        assert_eq!((patient.observations.len(), stated.coded.len()), (1, 1));
        let dose = &patient.doses[0];
        assert_eq!((dose.cvx.as_str(), dose.volume), ("08", Some(5000)));
    }

    #[test]
    fn what_is_wrong_is_shown_at_its_place() {
        for (text, line, column, message) in [
            (
                "{\n \"birthdate\": \"2024-01-15\"}",
                2,
                2,
                "unknown key `birthdate`",
            ),
            ("{\"doses\": []}", 1, 2, "the key `birth_date` is missing"),
            (
                "{\"birth_date\": \"2024-13-15\"}",
                1,
                16,
                "`2024-13-15` is not a date (YYYY-MM-DD or YYYYMMDD)",
            ),
            (
                "{\"birth_date\": \"2024-01-15\",\n\"doses\": [{\"cvx\": \"x8\", \"date\": \"2024-01-15\"}]}",
                2,
                19,
                "`x8` is not a CVX code: it has one to three digits",
            ),
            (
                "{\"birth_date\": ",
                1,
                15,
                "the JSON ends before it is complete",
            ),
            (
                "{\"birth_date\": \"2024-01-15\", \"doses\": [{\"cvx\": 8, \"date\": \"2024-01-15\"}]}",
                1,
                48,
                "invalid type: integer `8`, expected a string",
            ),
        ] {
            let diagnostic = read("p.json", text).unwrap_err();
            assert_eq!(
                (
                    diagnostic.line,
                    diagnostic.column,
                    diagnostic.message.as_str()
                ),
                (line, column, message)
            );
        }
    }

    #[test]
    fn the_published_schema_is_the_reader_s() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/patient.schema.json");
        let now = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
        if std::env::var_os("TITER_WRITE").is_some() {
            std::fs::write(path, &now).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            now,
            "write it again with TITER_WRITE=1"
        );
    }
}
