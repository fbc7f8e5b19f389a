//! A step and how it was judged.

use super::answers::Answers;
use super::evidence::{Attestation, EvidenceFile, Exchange, MessageEvidence};
use super::verdict::{Standing, Verdict};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use titer_finding::{Finding, Location, MASK, Phi};

/// What a step does.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// K1: the system under test sends a message, and it is judged.
    SutMessage,
    /// K2: the harness answers with a positive acknowledgment.
    TaAck,
    /// K3: the harness answers with an acknowledgment that reports errors.
    TaAckError,
    /// K4: the harness answers that nobody, or too many, were found.
    TaResponseNotice,
    /// K5: the harness answers with a history and forecast that a juror checks on the screen.
    TaResponseJuror,
    /// K6: data are entered at the system under test.
    DataEntry,
    /// K7: the right patient is opened among similar ones.
    PatientSelect,
    /// K8: an alert or warning is shown.
    CdsAlert,
    /// K9: a bad entry is prevented.
    DataQuality,
    /// K10: a received history is reconciled with the local one.
    Reconcile,
    /// K11: a forecast is shown.
    ForecastDisplay,
    /// K12: a printable record or history report.
    Report,
    /// K13: the patient sees the record.
    PatientAccess,
    /// K14: an adverse reaction is stored in a structured way.
    AdverseEvent,
    /// K15: inventory is listed, received or decremented.
    Inventory,
    /// K16: a list of people by a criterion.
    Cohort,
    /// K17: the vendor declares.
    Attestation,
    /// K18: set-up before the test proper.
    Preload,
    /// K19: a set-up step inside the workflow that never counts.
    NonEvaluated,
    /// K20: envelope, faults and connectivity of the transport.
    Transport,
    /// K21: matching and deduplication.
    Match,
    /// What the system shows is looked at.
    Inspect,
    /// The harness sends a message and judges the answer (the mirror of K1 when an IIS is under test).
    Send,
    /// The harness asks back what the registry kept.
    QueryBack,
    /// Expectations on messages that earlier steps exchanged.
    Assert,
}

impl StepKind {
    /// In words, as in "step 2, query back".
    pub fn words(self) -> &'static str {
        match self {
            StepKind::SutMessage => "message from the system",
            StepKind::TaAck => "acknowledge",
            StepKind::TaAckError => "acknowledge with errors",
            StepKind::TaResponseNotice => "answer with a notice",
            StepKind::TaResponseJuror => "answer, checked on the screen",
            StepKind::DataEntry => "data entry",
            StepKind::PatientSelect => "select the patient",
            StepKind::CdsAlert => "alert",
            StepKind::DataQuality => "bad entry prevented",
            StepKind::Reconcile => "reconcile",
            StepKind::ForecastDisplay => "forecast display",
            StepKind::Report => "printed report",
            StepKind::PatientAccess => "patient access",
            StepKind::AdverseEvent => "adverse reaction",
            StepKind::Inventory => "inventory",
            StepKind::Cohort => "cohort",
            StepKind::Attestation => "attestation",
            StepKind::Preload => "preload",
            StepKind::NonEvaluated => "set-up, not evaluated",
            StepKind::Transport => "transport",
            StepKind::Match => "matching",
            StepKind::Inspect => "look at the screen",
            StepKind::Send => "send",
            StepKind::QueryBack => "query back",
            StepKind::Assert => "assert",
        }
    }
}

/// Whether and how a step counts.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Evaluation {
    /// It counts.
    #[default]
    Evaluated,
    /// It is declared by a person and counted apart.
    Attestation,
    /// It belongs to the workflow and never counts.
    NotEvaluated {
        /// Why, in one sentence.
        because: String,
    },
    /// It cannot apply to this side of the exchange.
    NotApplicable {
        /// Why, in one sentence.
        because: String,
    },
}

/// How a verdict came about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Judged {
    /// By the harness, from messages and assertions.
    Automatic,
    /// By the harness, from a later message that proves what was entered.
    Traced,
    /// By the harness, from the doses before and after a reconciliation.
    Reconciled,
    /// By the harness, from the recommendations that the system shows.
    Forecast,
    /// By the harness, from the stock that the system shows and the doses that were given.
    Inventory,
    /// By the harness, from a document that the system wrote.
    Document,
    /// By the harness, from what the system's FHIR interface tells.
    Fhir,
    /// By the harness, from what a driver read off the system.
    Driver,
    /// By a person with a checklist.
    Juror,
    /// By a person's declaration.
    Attested,
    /// By nobody (yet).
    NotJudged,
}

impl Judged {
    /// Whether the harness judged by itself, whoever brought what it looked at.
    pub fn by_machine(self) -> bool {
        !matches!(self, Judged::Juror | Judged::Attested | Judged::NotJudged)
    }

    /// In words, as in "judged automatically".
    pub fn words(self) -> &'static str {
        match self {
            Judged::Automatic => "judged automatically",
            Judged::Traced => "judged from a later message",
            Judged::Reconciled => "judged from the histories before and after",
            Judged::Forecast => "judged from the recommendations shown",
            Judged::Inventory => "judged from the stock shown",
            Judged::Document => "judged from a document",
            Judged::Fhir => "judged from the FHIR interface",
            Judged::Driver => "judged from what a driver read",
            Judged::Juror => "judged by a person with a checklist",
            Judged::Attested => "declared by a person",
            Judged::NotJudged => "not judged",
        }
    }
}

/// What a step had ended in before a tester decided otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Overridden {
    /// What it had ended in.
    pub verdict: Verdict,
    /// How that had come about.
    pub judged: Judged,
    /// Why the tester decided otherwise.
    pub because: String,
    /// Who decided.
    pub by: String,
    /// When, by the injected clock.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
}

/// What became of one expectation.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Could not be judged.
    Error,
    /// Not met.
    NotMet,
    /// Neither met nor clearly missed.
    Inconclusive,
    /// Not met as written, but in a way that the plan also allows, or waived.
    Allowed,
    /// Met.
    Met,
}

/// One expectation and what was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assertion {
    /// What is asked, in a few words ("the acknowledgment accepts").
    pub what: String,
    /// Where, as the guides print it (`MSA-1`); none when it is about no single place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The [`MessageEvidence::id`] of the message it looks at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Where in that message, when it is a place that can be marked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What was expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was found; it may identify a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Phi>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it is so, or why it is also allowed. The placeholder `{found}` stands for the value found, which must not be
    /// written out here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// The requirements that it verifies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<String>,
}

impl Assertion {
    /// An assertion with what every one has; the rest is set on the fields.
    pub fn new(what: impl Into<String>, outcome: Outcome) -> Self {
        Self {
            what: what.into(),
            at: None,
            message: None,
            location: None,
            expected: None,
            found: None,
            outcome,
            because: None,
            requirements: Vec::new(),
        }
    }

    /// [`Assertion::because`] with the value in its place, or with a mask.
    pub fn because_text(&self, mask: bool) -> Option<String> {
        let because = self.because.as_ref()?;
        Some(match &self.found {
            _ if mask => because.replace("{found}", MASK),
            Some(found) => because.replace("{found}", found.reveal()),
            None => because.replace("{found}", "nothing"),
        })
    }
}

/// What a line of a checklist asks for.
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
pub enum Wants {
    /// Something is seen.
    #[default]
    See,
    /// The tester does something; it is no criterion.
    Do,
    /// The tester keeps evidence; it is no criterion.
    Keep,
}

impl Wants {
    // the usual one is left out of the document
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
    fn is_see(&self) -> bool {
        *self == Wants::See
    }
}

/// One line of a juror's checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChecklistItem {
    /// What to look for.
    pub text: String,
    /// What the message says there, when the item was made from a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Phi>,
    /// What the line asks for.
    #[serde(default, skip_serializing_if = "Wants::is_see")]
    pub wants: Wants,
    /// Whether it may be missing without failing the step.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Seen (true), looked for and not seen (false), or not looked at yet (none).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<bool>,
    /// What the juror wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl ChecklistItem {
    /// An item that nobody has looked at yet.
    pub fn new(text: impl Into<String>, value: Option<Phi>) -> Self {
        Self {
            text: text.into(),
            value,
            wants: Wants::See,
            optional: false,
            seen: None,
            comment: None,
        }
    }

    /// Whether the step's verdict depends on it: it is to be seen, and may not be missing.
    pub fn required(&self) -> bool {
        self.wants == Wants::See && !self.optional
    }

    /// The item in words, with what the message says or with a mask.
    pub fn words(&self, mask: bool) -> String {
        match &self.value {
            None => self.text.clone(),
            Some(_) if mask => format!("{}: {MASK}", self.text),
            Some(value) => format!("{}: {}", self.text, value.reveal()),
        }
    }
}

/// An entry of the known-failures file that this step or case matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KnownFailure {
    /// The pattern as it stands in the file.
    pub pattern: String,
    /// Why it is known to fail.
    pub reason: String,
    /// Where it is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// A finding or an expectation that somebody decided not to count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waiver {
    /// What is waived: a rule id or an assertion's words.
    pub what: String,
    /// Why.
    pub reason: String,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When, as an ISO date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
}

/// One step: what was asked, what happened, and what to make of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// The name, as a path: `onc-2015/AD-1/report`.
    pub path: String,
    /// Its older numbers, shown beside the name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// One line.
    pub title: String,
    /// What it does.
    pub kind: StepKind,
    /// Whether and how it counts.
    #[serde(default)]
    pub evaluation: Evaluation,
    /// What it ended in. A known failure keeps its real verdict here.
    pub verdict: Verdict,
    /// The verdict as a reader is told it; derived by [`super::RunResult::settle`].
    pub standing: Standing,
    /// Why it ended so, in one sentence without text from messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// How the verdict came about.
    pub judged: Judged,
    /// What it had ended in before a tester decided otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<Overridden>,
    /// Whether it failed because the system has no such function (the programme's `FAILED_NOT_SUPPORTED`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_supported: bool,
    /// Ids of the checks that can stand for an eye, in the plan's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<String>,
    /// The known failure that this very step matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<KnownFailure>,
    /// When it began, in milliseconds after the run's start; none when it was not executed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_ms: Option<u64>,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
    /// What was expected and found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assertions: Vec<Assertion>,
    /// The messages sent and received, with the findings about each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<MessageEvidence>,
    /// The calls over the wire, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<Exchange>,
    /// Findings that belong to no message (transport).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// What a juror looks at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checklist: Vec<ChecklistItem>,
    /// What the system showed, as data that could be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Answers>,
    /// Files kept beside the document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<EvidenceFile>,
    /// Who declared what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attestations: Vec<Attestation>,
    /// What was decided not to count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waiver>,
    /// What the tester wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Ids of the capabilities that it shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// Ids of the requirements that it verifies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<String>,
}

impl Step {
    /// A step that nobody has executed: pending, not judged, evaluated.
    pub fn new(path: impl Into<String>, title: impl Into<String>, kind: StepKind) -> Self {
        Self {
            path: path.into(),
            aliases: Vec::new(),
            title: title.into(),
            kind,
            evaluation: Evaluation::Evaluated,
            verdict: Verdict::Pending,
            standing: Standing::Pending,
            because: None,
            judged: Judged::NotJudged,
            overridden: None,
            not_supported: false,
            proofs: Vec::new(),
            known: None,
            started_ms: None,
            took_ms: None,
            assertions: Vec::new(),
            messages: Vec::new(),
            exchanges: Vec::new(),
            findings: Vec::new(),
            checklist: Vec::new(),
            answers: None,
            files: Vec::new(),
            attestations: Vec::new(),
            waivers: Vec::new(),
            comment: None,
            capabilities: Vec::new(),
            requirements: Vec::new(),
        }
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Every finding of the step: about its messages in order, then about no message.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        self.messages
            .iter()
            .flat_map(|m| m.findings.iter())
            .chain(&self.findings)
    }
}
