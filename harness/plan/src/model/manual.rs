//! What a person does or sees with a system under test, and what the harness needs to guide, to judge and to keep evidence.

use super::expect::{DoseExpect, Expectation};
use super::{Coded, Ref, Refs, Text, Texts};
use crate::span::Parsed;
use crate::syntax::StepRef;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing to look at.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CheckItem {
    /// Under which heading: `patient`, `dose 2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What is to be seen, as a sentence or as the name of an element.
    pub see: Text,
    /// The value that is shown, or an equivalent of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Text>,
    /// At least one of these ways of showing it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at_least_one_of: Vec<Text>,
    /// Whether it may be missing without failing the step.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub optional: bool,
}

/// An automatic check that can stand for the eye of a person, when there is something for it to look at.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ProofKind {
    /// A later message shows what was done: the step's `trace`.
    Trace,
    /// Sets of doses before and after are compared.
    Reconciliation,
    /// Groups and dates of a forecast are compared.
    Forecast,
    /// Numbers of doses before and after are compared.
    Inventory,
    /// A printable record, as PDF or text, is searched.
    Document,
    /// The system's FHIR interface is read.
    Fhir,
    /// A driver reads it off the system.
    Driver,
}

impl ProofKind {
    /// Every kind.
    pub const ALL: [ProofKind; 7] = [
        ProofKind::Trace,
        ProofKind::Reconciliation,
        ProofKind::Forecast,
        ProofKind::Inventory,
        ProofKind::Document,
        ProofKind::Fhir,
        ProofKind::Driver,
    ];

    /// The key in a plan: `trace`.
    pub fn key(self) -> &'static str {
        match self {
            ProofKind::Trace => "trace",
            ProofKind::Reconciliation => "reconciliation",
            ProofKind::Forecast => "forecast",
            ProofKind::Inventory => "inventory",
            ProofKind::Document => "document",
            ProofKind::Fhir => "fhir",
            ProofKind::Driver => "driver",
        }
    }
}

/// What kind of thing is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// A picture of the screen.
    Screenshot,
    /// A file that the system wrote.
    Document,
    /// An HL7 message.
    Message,
    /// What the tester writes down.
    Note,
}

/// Evidence that the tester keeps.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Evidence {
    /// What kind.
    pub kind: EvidenceKind,
    /// What it shows.
    pub of: Text,
    /// Whether the step can do without it.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub optional: bool,
}

/// A later message that proves what was done by hand.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Trace {
    /// The step whose message is looked at.
    pub step: Parsed<StepRef>,
    /// What it holds.
    pub expect: Vec<Expectation>,
}

/// The tester looks at what the system shows; the step's checklist says what is to be seen.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Inspect {
    /// The step whose message is displayed, when one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Parsed<StepRef>>,
}

/// Whether an entry must be possible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Required {
    /// It must be entered as it stands.
    #[default]
    Yes,
    /// It helps the tester and is not judged.
    No,
    /// It must be entered where the system asks for it.
    Conditional,
}

/// A row of a data table.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EntryRow {
    /// What it is.
    pub element: Text,
    /// What is entered.
    pub value: Text,
    /// Whether it must be possible.
    #[serde(default)]
    pub required: Required,
}

/// The tester enters data (demographics, history, refusal, deferral, administration, clinical data, an order), or sets
/// the system up.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DataEntry {
    /// Whose demographics are entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<Ref>,
    /// Which orders of the test data are entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<Refs>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub table: Vec<EntryRow>,
    /// Whether the system itself is set up, and no patient's data are entered.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub configuration: bool,
}

/// The tester opens the right patient among similar ones.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PatientSelect {
    /// The right one.
    pub patient: Ref,
    /// Those who look like it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub among: Option<Refs>,
}

/// Whether two records are one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SamePerson {
    /// One person: the records come together.
    Same,
    /// Two persons: they stay apart.
    Different,
    /// It cannot be told: a person decides.
    Undecided,
}

/// Records are told apart or brought together.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Deduplicate {
    /// The records.
    pub patients: Refs,
    /// What they are.
    pub are: SamePerson,
    /// The step whose history or answer shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_by: Option<Parsed<StepRef>>,
    /// What that message holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expectation>,
}

/// Why a system alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AlertKind {
    /// The dose comes too early.
    Interval,
    /// The patient's age is outside the vaccine's.
    Age,
    /// The lot has expired.
    ExpiredLot,
    /// The lot is of a stock for which the patient is not eligible.
    IneligibleStock,
    /// The patient reacted before.
    PriorReaction,
    /// The patient has a contraindication.
    Contraindication,
    /// The patient has had the vaccine.
    Duplicate,
    /// Something else.
    Other,
}

/// The system alerts.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Alert {
    /// Why.
    pub kind: AlertKind,
    /// What the tester tries to do.
    pub when: Text,
    /// At least one of these ways is enough.
    pub at_least_one_of: Vec<Text>,
}

/// The system prevents a bad entry.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DataQuality {
    /// The element.
    pub element: Text,
    /// What the tester tries to enter.
    pub entry: Text,
    /// What is wrong with it.
    pub wrong: Text,
    /// At least one of these ways is enough.
    pub at_least_one_of: Vec<Text>,
}

/// A history from the IIS is brought together with the local one.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reconcile {
    /// The step that brought the history.
    pub history: Parsed<StepRef>,
    /// What is taken over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub import: Vec<DoseExpect>,
    /// What is not taken over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leave: Vec<DoseExpect>,
    /// The history as it is afterwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub result: Vec<DoseExpect>,
}

/// One recommendation.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ForecastRow {
    /// The vaccine or the group, in words.
    pub vaccine: Text,
    /// CVX codes that mean it, as an IIS writes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvx: Option<Texts>,
    /// Not before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earliest: Option<Text>,
    /// Recommended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Text>,
    /// Late from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue: Option<Text>,
    /// Not after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<Text>,
    /// Which dose of the series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dose: Option<Text>,
}

/// A forecast is displayed.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ForecastDisplay {
    /// By how many days a date may be off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance_days: Option<u32>,
    /// What is recommended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must: Vec<ForecastRow>,
    /// What is not recommended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub must_not: Option<Texts>,
    /// An earlier display with which this one is compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared_with: Option<Parsed<StepRef>>,
    /// What is different from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Text>,
    /// Groups for each of which a date (or that nothing is due) is shown: `DTaP`, `HepB`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Texts>,
    /// Groups whose recommendation is another one than in the display that this one is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Texts>,
    /// Groups that were recommended in the display that this one is compared with, and are not any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<Texts>,
    /// Whether the dates are compared with those of the harness's own forecaster, within the tolerance.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub by_forecaster: bool,
}

/// A report or a printed record is made.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Document {
    /// What it is.
    pub title: Text,
    /// What it holds.
    pub contains: Vec<Text>,
    /// What it does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaves_out: Vec<Text>,
}

/// The patient sees the record.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PatientAccess {
    /// Where: `portal`.
    pub through: Text,
    /// What the patient sees.
    pub contains: Vec<Text>,
}

/// An adverse event is recorded.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AdverseEvent {
    /// After which dose.
    pub after: Ref,
    /// What happened, coded.
    pub reactions: Vec<Coded>,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onset: Option<Text>,
}

/// What happens to the stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InventoryChange {
    /// It is listed.
    List,
    /// Vaccine is received.
    Receive,
    /// Vaccine is used.
    Use,
    /// Vaccine is thrown away or counted anew.
    Adjust,
}

/// A row of the stock.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InventoryRow {
    /// The line of the stock that it is. In a loaded plan the row has that line's vaccine, lot, last day, source of funding
    /// and doses (as `before`) where it gives none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<Ref>,
    /// The vaccine; not needed with `stock`.
    #[serde(default, skip_serializing_if = "super::unnamed")]
    pub vaccine: Ref,
    /// Its lot; not needed with `stock`.
    #[serde(default, skip_serializing_if = "super::empty")]
    pub lot: Text,
    /// The lot's last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Text>,
    /// Whose stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding: Option<Text>,
    /// Doses before the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u32>,
    /// Doses after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u32>,
}

/// Vaccine stock is listed, received or used.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Inventory {
    /// What happens.
    pub change: InventoryChange,
    /// The stock.
    pub rows: Vec<InventoryRow>,
}

/// A row of a list of patients.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CohortRow {
    /// Who.
    pub patient: Ref,
    /// Why: which vaccine is due or overdue, which lot was given.
    pub with: Text,
}

/// A list of patients is made: due, overdue, given a lot.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cohort {
    /// By what the patients are chosen.
    pub criteria: Text,
    /// Who is in the list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<CohortRow>,
    /// Who is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<Refs>,
}

/// The vendor declares something, with name and date.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Attest {
    /// What is declared.
    pub statement: Text,
}

/// Patients and doses are put in place. With an IIS under test the messages are sent; with an EHR under test a tester
/// follows the instructions.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Preload {
    /// The messages, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Ref>,
    /// The patients that are then there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patients: Option<Refs>,
    /// The doses that are then there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<Refs>,
    /// Patients for whom nothing is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<Refs>,
}
