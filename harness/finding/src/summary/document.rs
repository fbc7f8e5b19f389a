//! The document: ranked rows, worst first.

use crate::finding::{Fixer, Severity};
use crate::sink::{Counts, Tool};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a run found, ranked. Rows come worst first: by errors, then warnings, then what is only worth knowing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// `titer-summary`.
    pub format: String,
    /// 1.
    pub version: u32,
    /// What wrote it.
    pub tool: Tool,
    /// Whether values are masked; senders then have numbers in place of names.
    pub masked: bool,
    /// Messages by the worst that was found in them.
    pub messages: Messages,
    /// Findings by severity.
    pub findings: Counts,
    /// What shares are shares of.
    pub ranking: Ranking,
    /// By rule and place: what one change at the sender would end.
    pub causes: Vec<CauseRow>,
    /// By rule.
    pub rules: Vec<RuleRow>,
    /// By segment and field, or component.
    pub places: Vec<PlaceRow>,
    /// By sender.
    pub senders: Vec<SenderRow>,
    /// By who can fix it.
    pub fixers: Vec<FixerRow>,
}

impl Summary {
    /// The document's JSON Schema.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Summary).to_value()
    }
}

/// Messages by the worst that was found in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Messages {
    /// All of them.
    pub total: u64,
    /// With an error at least.
    pub with_errors: u64,
    /// With a warning, and no error.
    pub with_warnings: u64,
    /// With neither.
    pub clean: u64,
}

/// What the rows' shares are shares of: the worst severity that occurred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ranking {
    /// Of the errors.
    Errors,
    /// There was no error: of the warnings.
    Warnings,
    /// There was neither: of what is only worth knowing.
    Infos,
}

impl Ranking {
    /// `errors`, `warnings`, `findings`.
    pub fn word(self) -> &'static str {
        match self {
            Ranking::Errors => "errors",
            Ranking::Warnings => "warnings",
            Ranking::Infos => "findings",
        }
    }
}

/// The numbers of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Findings that are errors.
    pub errors: u64,
    /// Findings that are warnings.
    pub warnings: u64,
    /// Findings that are only worth knowing.
    pub infos: u64,
    /// Messages in which it occurs.
    pub messages: u64,
    /// Its share of all, from 0 to 1: see [`Summary::ranking`].
    pub share: f64,
    /// Its share and those of all rows before it.
    pub cumulative: f64,
}

impl Figures {
    /// The number that the ranking goes by.
    pub fn ranked(&self, ranking: Ranking) -> u64 {
        match ranking {
            Ranking::Errors => self.errors,
            Ranking::Warnings => self.warnings,
            Ranking::Infos => self.infos,
        }
    }
}

/// One place where it occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The file's name as the user gave it.
    pub file: String,
    /// The message, counted from 1 in its file; 0 for the file itself.
    pub message_number: u64,
    /// Line in the file.
    pub line: u32,
    /// Column, in characters.
    pub column: u32,
    /// The rule.
    pub rule: String,
    /// How bad.
    pub severity: Severity,
    /// The finding's message.
    pub text: String,
}

/// The sender that has most of something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    /// Its name.
    pub sender: String,
    /// Its share, from 0 to 1.
    pub share: f64,
    /// How many senders have it.
    pub senders: u64,
}

/// A rule at a place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CauseRow {
    /// The rule's id.
    pub rule: String,
    /// Segment, field and component; empty for the file itself.
    pub place: String,
    /// The rule's title, when the catalogue knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How to put it right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<String>,
    /// Who can fix it.
    pub fixer: Fixer,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whose: Option<Whose>,
    /// Numbers.
    pub figures: Figures,
    /// One place where it occurs.
    pub example: Example,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleRow {
    /// Its id.
    pub rule: String,
    /// Its title, when the catalogue knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Who can fix it, mostly.
    pub fixer: Fixer,
    /// Numbers.
    pub figures: Figures,
    /// One place where it occurs.
    pub example: Example,
}

/// A segment, field or component.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceRow {
    /// `RXA-5.1`, without indices; empty for the file itself and for lines that are no segments.
    pub place: String,
    /// The rule that most of it breaks.
    pub rule: String,
    /// Numbers.
    pub figures: Figures,
    /// One place where it occurs.
    pub example: Example,
}

/// A sender.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SenderRow {
    /// `MSH-4 / MSH-22`, or a number when values are masked.
    pub sender: String,
    /// Messages that it sent.
    pub sent: u64,
    /// Messages of these that have an error.
    pub with_errors: u64,
    /// What it should look at first, as `RULE at PLACE`; empty when nothing was found.
    pub first: String,
    /// Numbers.
    pub figures: Figures,
    /// One finding of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Example>,
}

/// Who can fix how much.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FixerRow {
    /// Who.
    pub fixer: Fixer,
    /// Numbers; messages are not counted here.
    pub figures: Figures,
}
