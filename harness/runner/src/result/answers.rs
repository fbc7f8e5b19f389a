//! What a system shows, as data: typed by a tester, told by a driver, read from a document or from a FHIR interface.
//!
//! Dates may be written as the system shows them; [`crate::proof`] reads the usual spellings. Everything that can identify
//! a person is [`Phi`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use titer_finding::Phi;

/// Who read what the system shows.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerSource {
    /// A person, who typed or pasted it.
    #[default]
    Tester,
    /// A program that operates the system.
    Driver,
    /// A document that the system wrote.
    Document,
    /// The system's FHIR interface.
    Fhir,
}

impl AnswerSource {
    /// Whether no person's eye was needed.
    pub fn without_an_eye(self) -> bool {
        self != AnswerSource::Tester
    }

    /// In words, as in "read by a driver".
    pub fn words(self) -> &'static str {
        match self {
            AnswerSource::Tester => "typed by the tester",
            AnswerSource::Driver => "read by a driver",
            AnswerSource::Document => "read from a document",
            AnswerSource::Fhir => "read from the FHIR interface",
        }
    }
}

/// A dose as a system shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DoseSeen {
    /// CVX code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cvx: Option<String>,
    /// NDC, of the unit of use or of sale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ndc: Option<String>,
    /// The product or vaccine in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The day it was given, or refused.
    pub date: Phi,
    /// Lot number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<String>,
    /// The lot's last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// MVX code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    /// Information source, NIP001: `00` administered, `01` to `08` historical.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// HL70322: `CP`, `PA`, `RE`, `NA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completion: Option<String>,
    /// NIP002.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// How much was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// UCUM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// NCIT or HL70162.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// HL70163.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Who paid for the vaccine: `VXC50`, `PHC70`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub funding: Option<String>,
    /// HL70064.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eligibility: Option<String>,
    /// Whether it is shown as counting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid: Option<bool>,
}

/// A recommendation as a system shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ForecastSeen {
    /// The vaccine or its group, in the system's words.
    pub vaccine: String,
    /// CVX code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cvx: Option<String>,
    /// Not before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earliest: Option<Phi>,
    /// Recommended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Phi>,
    /// Late from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overdue: Option<Phi>,
    /// Not after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest: Option<Phi>,
    /// Which dose of the series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dose: Option<String>,
    /// What the system says of the series: `due`, `overdue`, `complete`, `not recommended`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// A line of the stock as a system shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StockSeen {
    /// The vaccine in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vaccine: Option<String>,
    /// NDC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ndc: Option<String>,
    /// Lot number.
    pub lot: String,
    /// The lot's last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Whose stock: `public`, `private`, or the code of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub funding: Option<String>,
    /// Doses on hand.
    pub doses: i64,
}

/// A row of a list of patients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CohortSeen {
    /// The patient's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<Phi>,
    /// The patient's id at the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Phi>,
    /// Date of birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Phi>,
    /// Why: which vaccine is due or overdue, which lot was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
}

/// A coded reaction as a system stores it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CodeSeen {
    /// The code of the reaction.
    pub code: String,
    /// Its system: `SCT`, `http://snomed.info/sct`, `CDCPHINVS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Phi>,
    /// CVX code of the vaccine after which it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// The patient as a system shows one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PatientSeen {
    /// Last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<Phi>,
    /// First name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<Phi>,
    /// Middle name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub middle: Option<Phi>,
    /// `Jr`, `III`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffix: Option<Phi>,
    /// The whole name in one text, where the parts are not told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Phi>,
    /// Date of birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Phi>,
    /// `F`, `M`, `U`, or the word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<Phi>,
    /// Identifiers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<Phi>,
    /// The mother's maiden name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mothers_maiden_name: Option<Phi>,
    /// The address in one text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Phi>,
    /// Telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phi>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Phi>,
    /// `Y` when one of several born together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multiple_birth: Option<Phi>,
    /// Which of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_order: Option<Phi>,
}

/// What the system under test shows at one step. A list that is absent was not looked at; an empty one was looked at, and
/// nothing is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Answers {
    /// Who read it.
    pub source: AnswerSource,
    /// Which of the step's listed ways were seen (of an alert, of a bad entry that is prevented), or texts of its
    /// checklist.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<String>,
    /// What was looked for and is not shown, in the same words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_seen: Vec<String>,
    /// Values that are stored, by the element's name in the step's table.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Phi>,
    /// The history before the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Vec<DoseSeen>>,
    /// The history after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doses: Option<Vec<DoseSeen>>,
    /// The recommendations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Vec<ForecastSeen>>,
    /// The stock before the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stock_before: Option<Vec<StockSeen>>,
    /// The stock after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stock: Option<Vec<StockSeen>>,
    /// A list of patients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cohort: Option<Vec<CohortSeen>>,
    /// The text of a document or of a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Phi>,
    /// Reactions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<CodeSeen>,
    /// The patient who is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<PatientSeen>,
    /// What a reader should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Answers {
    /// Answers that say nothing yet.
    pub fn from(source: AnswerSource) -> Self {
        Self {
            source,
            ..Self::default()
        }
    }

    /// Whether they say nothing that could be compared.
    pub fn is_empty(&self) -> bool {
        *self
            == Self {
                source: self.source,
                note: self.note.clone(),
                ..Self::default()
            }
    }
}
