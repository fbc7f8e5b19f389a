//! A jurisdiction's choices, as data: severities, what is asked of a query, what becomes of protected records.
//!
//! The national choices are embedded (`policies/national.yaml`); a file of the same form replaces them.

use serde::Deserialize;
use titer_finding::{Diagnostic, Override, Setting, read_yaml};
use titer_registry::report::OnMany;

/// A jurisdiction's choices.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Whose it is.
    pub name: String,
    /// Versions of MSH-12 that are read.
    pub versions: Vec<String>,
    /// Codes of MSH-11 that are processed.
    pub processing_ids: Vec<String>,
    /// By how much a sender's clock may be ahead, in minutes.
    pub clock_skew_minutes: i64,
    /// What becomes of findings: of those that apply, the last one wins.
    pub severities: titer_finding::Policy,
    /// What becomes of a report when several records match alike.
    pub on_many: OnMany,
    /// What queries get.
    pub queries: Queries,
    /// How doses are evaluated and forecast.
    pub forecasts: Forecasts,
    /// How acknowledgments are written.
    pub acknowledgments: Acknowledgments,
}

/// What queries get.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Queries {
    /// The most candidates that a list holds, whatever the query asks for.
    pub max_candidates: usize,
    /// Answer to a query for an evaluated history when several persons are possible.
    pub evaluated_many: EvaluatedMany,
    /// Who sees records that are protected.
    pub protected: ProtectedRecords,
    /// What a query must say about the person.
    pub needs: Vec<Need>,
}

/// Answer to a query for an evaluated history when several persons are possible: it has no list to answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvaluatedMany {
    /// `NF`.
    NotFound,
    /// `TM`.
    TooMany,
}

/// Who sees records that are protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProtectedRecords {
    /// The organization that protected the record; for others it is not there.
    Owner,
    /// Nobody.
    Nobody,
}

/// What a query must say about the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// QPD-4.1.
    FamilyName,
    /// QPD-4.2.
    GivenName,
    /// QPD-6.
    BirthDate,
}

/// How doses are evaluated and forecast. A file may leave it out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Forecasts {
    /// Move a season of the schedule by whole years to the day of the query; the forecast says by how many.
    #[serde(default)]
    pub shift_season: bool,
}

/// How acknowledgments are written.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Acknowledgments {
    /// Whether ERR rows of severity I are sent.
    pub information: bool,
    /// The most ERR rows of one acknowledgment.
    pub max_rows: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Document {
    name: String,
    versions: Vec<String>,
    processing_ids: Vec<String>,
    clock_skew_minutes: i64,
    several_match: SeveralMatch,
    queries: Queries,
    #[serde(default)]
    forecasts: Forecasts,
    acknowledgments: Acknowledgments,
    severities: Vec<Entry>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SeveralMatch {
    Add,
    Reject,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    #[serde(default)]
    at: Option<String>,
    #[serde(default)]
    profile: Option<String>,
    severity: Setting,
    #[serde(default)]
    because: Option<String>,
}

const NATIONAL: &str = include_str!("../policies/national.yaml");

impl Policy {
    /// Reads a policy file's text; `file` is its name for error messages.
    pub fn read(file: &str, text: &str) -> Result<Self, Box<Diagnostic>> {
        let document: Document = read_yaml(file, text)?;
        if document.queries.max_candidates == 0 || document.acknowledgments.max_rows == 0 {
            return Err(Box::new(
                Diagnostic::new("`max-candidates` and `max-rows` must be at least 1").in_file(file),
            ));
        }
        Ok(Self {
            severities: titer_finding::Policy {
                name: document.name.clone(),
                date: None,
                source: None,
                overrides: document
                    .severities
                    .into_iter()
                    .map(|e| Override {
                        rule: e.rule,
                        at: e.at,
                        profile: e.profile,
                        severity: e.severity,
                        because: e.because,
                    })
                    .collect(),
            },
            name: document.name,
            versions: document.versions,
            processing_ids: document.processing_ids,
            clock_skew_minutes: document.clock_skew_minutes,
            on_many: match document.several_match {
                SeveralMatch::Add => OnMany::Add,
                SeveralMatch::Reject => OnMany::Reject,
            },
            queries: document.queries,
            forecasts: document.forecasts,
            acknowledgments: document.acknowledgments,
        })
    }

    /// The national choices.
    ///
    /// # Panics
    /// When the embedded file is wrong, which a test rules out.
    pub fn national() -> Self {
        match Self::read("national.yaml", NATIONAL) {
            Ok(policy) => policy,
            Err(diagnostic) => panic!("the embedded policy is wrong: {}", diagnostic.message),
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::national()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_national_policy_is_readable() {
        let policy = Policy::national();
        assert_eq!(policy.name, "national");
        assert_eq!(policy.queries.max_candidates, 20);
        assert_eq!(
            policy.severities.setting("IZ-42", "MSH-15", Some("Z22")),
            Some(Setting::Info)
        );
    }

    #[test]
    fn a_file_may_say_nothing_about_forecasts() {
        let shift = |text: &str| {
            Policy::read("mine.yaml", text)
                .unwrap()
                .forecasts
                .shift_season
        };
        assert!(!shift(NATIONAL));
        assert!(shift(
            &NATIONAL.replace("shift-season: false", "shift-season: true")
        ));
        let older = NATIONAL
            .replace("forecasts:", "")
            .replace("  shift-season: false", "");
        assert!(!shift(&older));
        let typo = NATIONAL.replace("shift-season", "shift-seasons");
        let diagnostic = Policy::read("mine.yaml", &typo).unwrap_err();
        assert_eq!(diagnostic.message, "unknown key `shift-seasons`");
    }

    #[test]
    fn a_wrong_key_is_pointed_at() {
        let text = NATIONAL.replace("max-candidates", "max-candidate");
        let diagnostic = Policy::read("mine.yaml", &text).unwrap_err();
        assert_eq!(diagnostic.message, "unknown key `max-candidate`");
        assert!(diagnostic.line > 1);
        let none = NATIONAL.replace("max-candidates: 20", "max-candidates: 0");
        assert!(Policy::read("mine.yaml", &none).is_err());
    }
}
