//! Steps: what one can do, and what the harness does with it on either side.

use super::expect::{Allowance, DoseExpect, Expectation};
use super::manual::{
    AdverseEvent, Alert, Attest, CheckItem, Cohort, DataEntry, DataQuality, Deduplicate, Document,
    Evidence, ForecastDisplay, Inspect, Inventory, PatientAccess, PatientSelect, Preload,
    ProofKind, Reconcile, Trace,
};
use super::{Ref, Refs, Text, Texts, is_true, yes};
use crate::span::{Entries, OneOrMany, Parsed};
use crate::syntax::{Name, Path, StepRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The side of an exchange on which a system under test stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// A system of a provider: it sends doses and asks for histories.
    Ehr,
    /// A registry: it receives, acknowledges and answers.
    Iis,
}

impl Side {
    /// `EHR`, `IIS`.
    pub fn word(self) -> &'static str {
        match self {
            Side::Ehr => "EHR",
            Side::Iis => "IIS",
        }
    }
}

/// Whom and what the short names in templates mean.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Bindings {
    /// `{patient...}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<Ref>,
    /// `{order...}`; `{vaccine...}` is then the order's vaccine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Ref>,
    /// `{facility...}`: who sends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facility: Option<Ref>,
    /// `{receiver...}`: the IIS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receiver: Option<Ref>,
    /// `{clinician...}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clinician: Option<Ref>,
}

/// A step. Exactly one of the keys from `send` on says what it is.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Step {
    /// The step's id, unique in its case.
    pub id: Parsed<Name>,
    /// Other names of it, such as the number that it had in an older version: a pattern that chooses may use them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Parsed<Name>>,
    /// What happens, in one line; made from the kind when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// Which requirements it verifies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<Refs>,
    /// Which capabilities it shows; those of the case when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<Refs>,
    /// With which systems under test it makes sense; both when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_to: Option<Vec<Side>>,
    /// Why it does not apply to the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Whether it is judged. A step that is not evaluated is done or not done, and never counts.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub evaluated: bool,
    /// Bindings of this step; those of the case count where a name is not given here.
    #[serde(default)]
    pub with: Bindings,
    /// What the tester is to do with a system under test that a person operates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instructions: Vec<Text>,
    /// What makes it pass, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pass: Vec<Text>,
    /// What a person looks at, item by item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checklist: Vec<CheckItem>,
    /// What the tester keeps as evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Automatic checks that replace the human eye: a later message that proves what was done here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<Trace>,
    /// Which automatic checks can stand for the eye of a person, when there is something for them to look at. `trace` is
    /// among them whenever the step has a `trace`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<ProofKind>,

    /// The EHR sends a message to the IIS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<Send>,
    /// The IIS answers the message that was sent last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Reply>,
    /// The state of an IIS under test is asked for and compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_back: Option<QueryBack>,
    /// Messages that were exchanged before are compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compare>,
    /// The transport itself is tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<Transport>,
    /// Patients and doses are put in place before the test; nothing is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preload: Option<Preload>,
    /// The tester looks at what the system shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspect: Option<Inspect>,
    /// The tester enters data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_entry: Option<DataEntry>,
    /// The tester opens the right patient among similar ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_select: Option<PatientSelect>,
    /// Two records of one person, or two persons who look alike, are told apart or brought together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deduplicate: Option<Deduplicate>,
    /// The system alerts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<Alert>,
    /// The system prevents a bad entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_quality: Option<DataQuality>,
    /// A history from the IIS is brought together with the local one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconcile: Option<Reconcile>,
    /// A forecast is displayed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast_display: Option<ForecastDisplay>,
    /// A report or a printed record is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// The patient sees the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_access: Option<PatientAccess>,
    /// An adverse event is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adverse_event: Option<AdverseEvent>,
    /// Vaccine stock is listed, received or used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inventory: Option<Inventory>,
    /// A list of patients is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cohort: Option<Cohort>,
    /// The vendor declares something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attest: Option<Attest>,
}

/// What a step does.
#[derive(Clone, Copy, Debug)]
pub enum Action<'a> {
    /// See [`Step::send`].
    Send(&'a Send),
    /// See [`Step::reply`].
    Reply(&'a Reply),
    /// See [`Step::query_back`].
    QueryBack(&'a QueryBack),
    /// See [`Step::compare`].
    Compare(&'a Compare),
    /// See [`Step::transport`].
    Transport(&'a Transport),
    /// See [`Step::preload`].
    Preload(&'a Preload),
    /// See [`Step::inspect`].
    Inspect(&'a Inspect),
    /// See [`Step::data_entry`].
    DataEntry(&'a DataEntry),
    /// See [`Step::patient_select`].
    PatientSelect(&'a PatientSelect),
    /// See [`Step::deduplicate`].
    Deduplicate(&'a Deduplicate),
    /// See [`Step::alert`].
    Alert(&'a Alert),
    /// See [`Step::data_quality`].
    DataQuality(&'a DataQuality),
    /// See [`Step::reconcile`].
    Reconcile(&'a Reconcile),
    /// See [`Step::forecast_display`].
    ForecastDisplay(&'a ForecastDisplay),
    /// See [`Step::document`].
    Document(&'a Document),
    /// See [`Step::patient_access`].
    PatientAccess(&'a PatientAccess),
    /// See [`Step::adverse_event`].
    AdverseEvent(&'a AdverseEvent),
    /// See [`Step::inventory`].
    Inventory(&'a Inventory),
    /// See [`Step::cohort`].
    Cohort(&'a Cohort),
    /// See [`Step::attest`].
    Attest(&'a Attest),
}

/// What kind of step it is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[expect(
    missing_docs,
    reason = "each is the key of the step that has this kind"
)]
pub enum StepKind {
    Send,
    Reply,
    QueryBack,
    Compare,
    Transport,
    Preload,
    Inspect,
    DataEntry,
    PatientSelect,
    Deduplicate,
    Alert,
    DataQuality,
    Reconcile,
    ForecastDisplay,
    Document,
    PatientAccess,
    AdverseEvent,
    Inventory,
    Cohort,
    Attest,
}

impl StepKind {
    /// Every kind, in the order of the keys of [`Step`].
    pub const ALL: [StepKind; 20] = [
        StepKind::Send,
        StepKind::Reply,
        StepKind::QueryBack,
        StepKind::Compare,
        StepKind::Transport,
        StepKind::Preload,
        StepKind::Inspect,
        StepKind::DataEntry,
        StepKind::PatientSelect,
        StepKind::Deduplicate,
        StepKind::Alert,
        StepKind::DataQuality,
        StepKind::Reconcile,
        StepKind::ForecastDisplay,
        StepKind::Document,
        StepKind::PatientAccess,
        StepKind::AdverseEvent,
        StepKind::Inventory,
        StepKind::Cohort,
        StepKind::Attest,
    ];

    /// The key in the plan.
    pub fn key(self) -> &'static str {
        match self {
            StepKind::Send => "send",
            StepKind::Reply => "reply",
            StepKind::QueryBack => "query-back",
            StepKind::Compare => "compare",
            StepKind::Transport => "transport",
            StepKind::Preload => "preload",
            StepKind::Inspect => "inspect",
            StepKind::DataEntry => "data-entry",
            StepKind::PatientSelect => "patient-select",
            StepKind::Deduplicate => "deduplicate",
            StepKind::Alert => "alert",
            StepKind::DataQuality => "data-quality",
            StepKind::Reconcile => "reconcile",
            StepKind::ForecastDisplay => "forecast-display",
            StepKind::Document => "document",
            StepKind::PatientAccess => "patient-access",
            StepKind::AdverseEvent => "adverse-event",
            StepKind::Inventory => "inventory",
            StepKind::Cohort => "cohort",
            StepKind::Attest => "attest",
        }
    }

    /// Whether a person has to do or to see something, whatever the side under test.
    pub fn is_manual(self) -> bool {
        !matches!(
            self,
            StepKind::Send
                | StepKind::Reply
                | StepKind::QueryBack
                | StepKind::Compare
                | StepKind::Transport
                | StepKind::Preload
        )
    }
}

impl Action<'_> {
    /// Its kind.
    pub fn kind(self) -> StepKind {
        match self {
            Action::Send(_) => StepKind::Send,
            Action::Reply(_) => StepKind::Reply,
            Action::QueryBack(_) => StepKind::QueryBack,
            Action::Compare(_) => StepKind::Compare,
            Action::Transport(_) => StepKind::Transport,
            Action::Preload(_) => StepKind::Preload,
            Action::Inspect(_) => StepKind::Inspect,
            Action::DataEntry(_) => StepKind::DataEntry,
            Action::PatientSelect(_) => StepKind::PatientSelect,
            Action::Deduplicate(_) => StepKind::Deduplicate,
            Action::Alert(_) => StepKind::Alert,
            Action::DataQuality(_) => StepKind::DataQuality,
            Action::Reconcile(_) => StepKind::Reconcile,
            Action::ForecastDisplay(_) => StepKind::ForecastDisplay,
            Action::Document(_) => StepKind::Document,
            Action::PatientAccess(_) => StepKind::PatientAccess,
            Action::AdverseEvent(_) => StepKind::AdverseEvent,
            Action::Inventory(_) => StepKind::Inventory,
            Action::Cohort(_) => StepKind::Cohort,
            Action::Attest(_) => StepKind::Attest,
        }
    }
}

impl Step {
    /// Every action that the step names; a checked plan has exactly one.
    pub(crate) fn actions(&self) -> Vec<Action<'_>> {
        let all = [
            self.send.as_ref().map(Action::Send),
            self.reply.as_ref().map(Action::Reply),
            self.query_back.as_ref().map(Action::QueryBack),
            self.compare.as_ref().map(Action::Compare),
            self.transport.as_ref().map(Action::Transport),
            self.preload.as_ref().map(Action::Preload),
            self.inspect.as_ref().map(Action::Inspect),
            self.data_entry.as_ref().map(Action::DataEntry),
            self.patient_select.as_ref().map(Action::PatientSelect),
            self.deduplicate.as_ref().map(Action::Deduplicate),
            self.alert.as_ref().map(Action::Alert),
            self.data_quality.as_ref().map(Action::DataQuality),
            self.reconcile.as_ref().map(Action::Reconcile),
            self.forecast_display.as_ref().map(Action::ForecastDisplay),
            self.document.as_ref().map(Action::Document),
            self.patient_access.as_ref().map(Action::PatientAccess),
            self.adverse_event.as_ref().map(Action::AdverseEvent),
            self.inventory.as_ref().map(Action::Inventory),
            self.cohort.as_ref().map(Action::Cohort),
            self.attest.as_ref().map(Action::Attest),
        ];
        all.into_iter().flatten().collect()
    }

    /// What the step does. `None` only for a step that no checked plan holds.
    pub fn action(&self) -> Option<Action<'_>> {
        self.actions().first().copied()
    }

    /// Its kind.
    pub fn kind(&self) -> Option<StepKind> {
        self.action().map(Action::kind)
    }

    /// Which automatic checks can stand for the eye of a person: those that it names, and `trace` when it has one.
    pub fn proof_kinds(&self) -> Vec<ProofKind> {
        let mut kinds = self.proofs.clone();
        if !self.trace.is_empty() && !kinds.contains(&ProofKind::Trace) {
            kinds.insert(0, ProofKind::Trace);
        }
        kinds
    }

    /// Whether it makes sense with this system under test.
    pub fn applies(&self, side: Side) -> bool {
        self.applies_to.as_ref().is_none_or(|s| s.contains(&side))
    }
}

/// The EHR sends a message. With an IIS under test the harness sends it; with an EHR under test the harness waits for it
/// and judges it.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Send {
    /// The template that is sent, and that is shown to an EHR's tester as an example: `vxu/ad-1`.
    pub message: Ref,
    /// The profile to which the message conforms, `Z22`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Ref>,
    /// Values that are set after the template was filled in, in this order: path to text. An empty text empties the place.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub vary: Entries<Path, Text>,
    /// By which values a message that an EHR sends is known to be this one; the template's MSH-9 and patient when absent.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub known_by: Entries<Path, Texts>,
    /// What the message holds, judged when an EHR under test sent it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expectation>,
    /// What is allowed as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_allowed: Vec<Allowance>,
}

/// The IIS answers. With an EHR under test the harness answers as `message` says, or as the reference IIS does when there
/// is none; with an IIS under test its answer is judged.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reply {
    /// The step whose message is answered; the last `send` before this step when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Parsed<StepRef>>,
    /// The template with which the harness answers an EHR under test; the reference IIS answers when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Ref>,
    /// Values that are set after the template was filled in.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub vary: Entries<Path, Text>,
    /// The profile to which the answer conforms; any of them when there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Refs>,
    /// What the answer of an IIS under test holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expectation>,
    /// What is allowed as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_allowed: Vec<Allowance>,
}

/// The harness asks an IIS under test for a patient and compares what comes back with what it should hold.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct QueryBack {
    /// `Z34` (history) or `Z44` (evaluated history and forecast).
    pub profile: Ref,
    /// The template of the query. `{patient...}` in it is the patient below.
    pub message: Ref,
    /// Who is asked for; the bound patient when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<Ref>,
    /// Who asks, `{facility...}` in the template, and the SOAP facility; the bound facility when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facility: Option<Ref>,
    /// Values that are set after the template was filled in.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub vary: Entries<Path, Text>,
    /// The profile of the answer; any of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_profile: Option<Refs>,
    /// QAK-2 of the answer, any of them: `OK`, `NF`, `TM`, `AE`, `PD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Refs>,
    /// Doses that are there, in any order. Each needs a dose of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect_doses: Vec<DoseExpect>,
    /// Doses that are not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent_doses: Vec<DoseExpect>,
    /// How many doses there are; those that are not given (998, refusals) are not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect_count: Option<u32>,
    /// Nothing of the patient is told: no PID, no dose.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub expect_none: bool,
    /// Anything else about the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expectation>,
    /// What is allowed as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_allowed: Vec<Allowance>,
}

/// A message of an earlier step is judged, usually against one of another step.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Compare {
    /// Whose message.
    pub message: Parsed<StepRef>,
    /// What it holds; `same-as` and `differs-from` name the other message.
    pub expect: Vec<Expectation>,
}

/// The transport is tried with the CDC SOAP interface (2011).
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Transport {
    /// What is called.
    pub call: TransportCall,
    /// The text of `connectivity-test`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub echo: Option<Text>,
    /// The messages that go into one `submit`, one after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Ref>,
    /// Values that are set in every message.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub vary: Entries<Path, Text>,
    /// With which credentials.
    #[serde(default)]
    pub credentials: Credentials,
    /// The name of the operation for `unknown-operation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Size in bytes to which the message is filled up for `oversized`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// The answer's echo is exactly the text that was sent.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub expect_echo: bool,
    /// The answer is this fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect_fault: Option<FaultExpect>,
    /// The profile of the HL7 message in the answer; any of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_profile: Option<Refs>,
    /// What the HL7 message in the answer holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expectation>,
    /// What is allowed as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_allowed: Vec<Allowance>,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TransportCall {
    /// `connectivityTest`.
    ConnectivityTest,
    /// `submitSingleMessage`; with two messages, both in one call.
    Submit,
    /// `submitSingleMessage` with a message that is filled up to `size`.
    Oversized,
    /// An operation that the interface does not have.
    UnknownOperation,
    /// An envelope that is not well-formed XML.
    MalformedXml,
}

/// With which credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Credentials {
    /// Those of the run.
    #[default]
    Right,
    /// The run's user with another password.
    WrongPassword,
    /// A user that nobody knows.
    WrongUser,
    /// The elements are there and empty.
    Empty,
    /// The elements are left out.
    None,
}

/// Which fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "the names are those of the interface")]
pub enum FaultKind {
    SecurityFault,
    MessageTooLargeFault,
    UnsupportedOperationFault,
    UnknownFault,
    /// A SOAP fault of any kind.
    #[serde(rename = "any")]
    Any,
}

/// A fault and what its detail holds.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FaultExpect {
    /// Which one.
    pub fault: FaultKind,
    /// `Reason` in the detail, where the interface fixes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// `Code` in the detail is a whole number.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub numeric_code: bool,
    /// `Detail` in the detail says something.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub detail: bool,
    /// Words that are nowhere in the fault (a password, a trace of the program).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<OneOrMany<Text>>,
}
