//! The recognition report as data: what its JSON form holds, and what every other form is made from.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use titer_finding::Phi;
use titer_runner::result::{
    Evaluation, Judged, Level, PlanInfo, RecognitionRule, Role, Rounding, StepKind, ToolInfo,
    Verdict, Wants,
};

/// The version of the JSON form, in its field `schema`.
pub const RECOGNITION_SCHEMA: &str = "titer-recognition/1";

/// The recognition report of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Titer recognition report")]
pub struct Recognition {
    /// [`RECOGNITION_SCHEMA`].
    pub schema: String,
    /// What the rule says about the product. Only `met` is a pass.
    pub decision: Decision,
    /// The decision in one or two sentences.
    pub lead: String,
    /// Who and what was tested, by whom, when and with what.
    pub identity: Identity,
    /// The rule and its arithmetic.
    pub rule: Rule,
    /// What keeps the run from being complete; empty when it is.
    pub open: Vec<Open>,
    /// What the run could not judge, apart from steps: cases without steps, a system that was not reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trouble: Vec<String>,
    /// The parts of the programme.
    pub components: Vec<ComponentRow>,
    /// The capabilities, in the plan's order.
    pub capabilities: Vec<CapabilityRow>,
    /// How the steps were judged.
    pub means: Means,
    /// Every step, in order.
    pub steps: Vec<StepRow>,
    /// Requirements, the steps that verify them, and what came of it.
    pub coverage: Vec<CoverageRow>,
    /// A validation report for each message of the system under test, and for each answer to it.
    pub messages: Vec<MessageRow>,
    /// What a person looked for on the screen, step by step.
    pub jurors: Vec<JurorDocument>,
    /// Steps with a checklist that have no juror document: they were judged by other means, or never count.
    #[serde(default)]
    pub jurors_left_out: u64,
    /// Declarations.
    pub attestations: Vec<AttestationRow>,
    /// What was decided not to count.
    pub waivers: Vec<WaiverRow>,
    /// Results that a tester decided otherwise than they had come about.
    pub overrides: Vec<OverrideRow>,
    /// Changes to the plan's test data.
    pub modifications: Vec<String>,
    /// Every message and file with its hash, chained.
    pub evidence: Vec<titer_runner::result::EvidenceEntry>,
    /// Whether values of messages are hidden.
    pub masked: bool,
}

/// What the rule says about the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Something is still open, so that nothing is decided.
    Incomplete,
    /// The rule cannot be applied: nothing was judged, no core capability is there, or the system was not reached.
    Error,
    /// Everything is done, and the rule is not met.
    NotMet,
    /// Everything is done, and what could not be judged would decide.
    Undecided,
    /// Everything is done, and the rule is met.
    Met,
}

impl Decision {
    /// The answer to "Is the rule met?".
    pub fn answer(self) -> &'static str {
        match self {
            Decision::Incomplete => "Incomplete",
            Decision::Error => "Cannot be said",
            Decision::NotMet => "No",
            Decision::Undecided => "Undecided",
            Decision::Met => "Yes",
        }
    }

    /// The word of the JSON document.
    pub fn id(self) -> &'static str {
        match self {
            Decision::Incomplete => "incomplete",
            Decision::Error => "error",
            Decision::NotMet => "not-met",
            Decision::Undecided => "undecided",
            Decision::Met => "met",
        }
    }

    /// In words, for a title.
    pub fn words(self) -> &'static str {
        match self {
            Decision::Incomplete => "incomplete",
            Decision::Error => "cannot be decided",
            Decision::NotMet => "the rule is not met",
            Decision::Undecided => "undecided",
            Decision::Met => "the rule is met",
        }
    }
}

/// Who and what was tested, by whom, when and with what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Identity {
    /// The product; the system's name in the run when no product is named.
    pub product: String,
    /// Its version.
    pub version: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// Which side of the exchange it is.
    pub role: Role,
    /// The person who tested.
    pub tester: Option<String>,
    /// The laboratory or organization that tested.
    pub lab: Option<String>,
    /// When the run began.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub started: Timestamp,
    /// When it ended.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub finished: Timestamp,
    /// The date that relative dates count from.
    #[schemars(with = "String", extend("format" = "date"))]
    pub as_of: Date,
    /// The seed.
    pub seed: u64,
    /// The plan with its version and hash.
    pub plan: PlanInfo,
    /// The program and its code book.
    pub tool: ToolInfo,
}

/// Where the rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RuleSource {
    /// The plan states it.
    Plan,
    /// The plan states none: the published one.
    Published,
    /// It was given when the report was made.
    Given,
}

/// The rule and its arithmetic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    /// How many of a hundred optional capabilities have to pass.
    pub optional_share: u8,
    /// What happens when that is no whole number.
    pub rounding: Rounding,
    /// Where it comes from.
    pub source: RuleSource,
    /// What the plan states, when another rule was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_plan: Option<RecognitionRule>,
    /// The core capabilities.
    pub core: Tally,
    /// The optional capabilities.
    pub optional: Tally,
    /// How many optional capabilities have to pass.
    pub optional_needed: u64,
    /// Steps that count and name no capability: all have to pass.
    pub unassigned: Tally,
    /// Whether the rule can no longer be met, whatever is still open.
    pub out_of_reach: bool,
    /// The arithmetic in sentences.
    pub arithmetic: Vec<String>,
}

/// How many of what counts stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tally {
    /// All that count.
    pub total: u64,
    /// Passed, with or without an exception.
    pub passed: u64,
    /// Failed.
    pub failed: u64,
    /// Done, and not judged either way.
    pub undecided: u64,
    /// Open.
    pub open: u64,
}

/// Something that keeps the run from being complete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Open {
    /// The step's path, or the capability's id; empty for the run as a whole.
    pub at: String,
    /// What it is, in one line.
    pub title: String,
    /// Why it is open.
    pub because: Phi,
}

/// What became of a capability.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// A step of it is open.
    Open,
    /// A step of it failed.
    Failed,
    /// A step of it could not be judged, or is inconclusive.
    Undecided,
    /// All its steps passed, one or more with an exception.
    PassedWithException,
    /// All its steps passed.
    Passed,
    /// Its steps are attested, not evaluated or cannot apply: it says nothing and is not counted.
    Apart,
    /// No step of the run shows it.
    NotShown,
}

impl State {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            State::Open => "incomplete",
            State::Failed => "failed",
            State::Undecided => "undecided",
            State::PassedWithException => "passed with an exception",
            State::Passed => "passed",
            State::Apart => "counted apart",
            State::NotShown => "not shown by any step",
        }
    }

    /// Whether it is a pass.
    pub fn is_pass(self) -> bool {
        matches!(self, State::Passed | State::PassedWithException)
    }
}

/// A part of the programme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComponentRow {
    /// Its id; empty for the capabilities that belong to none.
    pub id: String,
    /// One line.
    pub title: String,
    /// The worst of its core and optional capabilities.
    pub state: State,
    /// Its core capabilities.
    pub core: Tally,
    /// Its optional capabilities.
    pub optional: Tally,
    /// How many of its capabilities are of the evaluation year.
    pub evaluation_year: u64,
    /// Ids of its capabilities.
    pub capabilities: Vec<String>,
}

/// A capability and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CapabilityRow {
    /// Its id.
    pub id: String,
    /// One line.
    pub title: String,
    /// How much it counts.
    pub level: Level,
    /// The part of the programme it belongs to.
    pub component: Option<String>,
    /// What became of it.
    pub state: State,
    /// Whether the rule counts it.
    pub counts: bool,
    /// The steps of it that count.
    pub steps: Tally,
    /// Steps of it that are attested, not evaluated or cannot apply.
    pub apart: u64,
    /// Paths of all its steps.
    pub paths: Vec<String>,
    /// Path of the step that decided, when it is no pass.
    pub because: Option<String>,
}

/// How the steps were judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Means {
    /// One line for each means that occurs.
    pub rows: Vec<MeansRow>,
    /// Steps that apply to the system.
    pub steps: u64,
    /// Further steps of the plan, which do not apply to it.
    #[serde(default)]
    pub not_applicable: u64,
    /// Steps that count.
    pub counting: u64,
    /// Steps for which no eye was needed: the harness judged them from what it received, read or was told by a driver, or
    /// checked in that way that they were done where they never count.
    pub without_eye: u64,
    /// Those of them that never count, and were checked all the same.
    #[serde(default)]
    pub checked: u64,
    /// Those of them that count.
    pub counting_without_eye: u64,
    /// Steps that the harness judged from what a tester typed: an eye read, the machine compared.
    pub typed: u64,
}

/// How many steps were judged by one means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeansRow {
    /// The means.
    pub judged: Judged,
    /// Steps.
    pub steps: u64,
    /// Those of them for which a tester typed what the system shows.
    pub typed: u64,
}

/// The six words by which the programme's tool names a step's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProgrammeResult {
    /// Passed.
    Passed,
    /// Passed, and something has to be noted.
    PassedNotableException,
    /// Failed.
    Failed,
    /// Failed: the system has no such function.
    FailedNotSupported,
    /// Not done yet.
    Incomplete,
    /// Done, and neither passed nor failed.
    Inconclusive,
}

impl ProgrammeResult {
    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            ProgrammeResult::Passed => "Passed",
            ProgrammeResult::PassedNotableException => "Passed, notable exception",
            ProgrammeResult::Failed => "Failed",
            ProgrammeResult::FailedNotSupported => "Failed, not supported",
            ProgrammeResult::Incomplete => "Incomplete",
            ProgrammeResult::Inconclusive => "Inconclusive",
        }
    }
}

/// How a step counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Counting {
    /// It counts for a core or an optional capability, or for none in particular.
    Counts,
    /// It counts only for capabilities of the evaluation year.
    EvaluationYear,
    /// It is declared by a person.
    Attestation,
    /// It never counts.
    NotEvaluated,
    /// It cannot apply.
    NotApplicable,
}

impl Counting {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Counting::Counts => "counts",
            Counting::EvaluationYear => "evaluation year",
            Counting::Attestation => "attestation",
            Counting::NotEvaluated => "not evaluated",
            Counting::NotApplicable => "not applicable",
        }
    }
}

/// A step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepRow {
    /// Its path.
    pub path: String,
    /// Older numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// One line.
    pub title: String,
    /// What it does.
    pub kind: StepKind,
    /// How the plan evaluates it.
    pub evaluation: Evaluation,
    /// How it counts.
    pub counting: Counting,
    /// What it ended in.
    pub verdict: Verdict,
    /// The same in the programme's words, where they apply.
    pub result: Option<ProgrammeResult>,
    /// How that came about.
    pub judged: Judged,
    /// Whether a tester typed what was compared.
    pub typed: bool,
    /// Why, in one sentence.
    pub because: Option<Phi>,
    /// What the tester wrote.
    pub comment: Option<String>,
    /// Ids of the capabilities that it shows.
    pub capabilities: Vec<String>,
    /// Ids of the messages and names of the files that the evidence list has of it.
    pub evidence: Vec<String>,
}

/// A requirement and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoverageRow {
    /// Its id.
    pub id: String,
    /// One line.
    pub title: String,
    /// Where it is written.
    pub source: Option<String>,
    /// Paths of the steps that verify it.
    pub steps: Vec<String>,
    /// The roll-up of those steps; none when there are none.
    pub verdict: Option<Verdict>,
    /// Expectations about it.
    pub expectations: u64,
    /// Those that were met.
    pub met: u64,
}

/// The validation report of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessageRow {
    /// Its id in the document.
    pub id: String,
    /// The step's path; empty for a message that belongs to none.
    pub step: String,
    /// What it is.
    pub title: String,
    /// Whether the system under test made it.
    pub of_system: bool,
    /// The profile that it was judged by.
    pub profile: Option<String>,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Findings by class.
    pub errors: u64,
    /// Findings by class.
    pub warnings: u64,
    /// Findings by class.
    pub notes: u64,
    /// Expectations about it that were met.
    pub affirmed: u64,
    /// The findings, in message order.
    pub findings: Vec<FindingRow>,
}

/// A finding at its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FindingRow {
    /// `error`, `warning` or `info`.
    pub class: titer_finding::Severity,
    /// The rule's id.
    pub rule: String,
    /// What kind of thing is wrong.
    pub category: titer_finding::Category,
    /// The place as the guides print it.
    pub at: String,
    /// The line in the message, from 1; 0 for the message as a whole.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// What is wrong.
    pub text: Phi,
    /// Where the rule is written.
    pub source: Option<String>,
}

/// What a person looked for on the screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JurorDocument {
    /// The step's path.
    pub step: String,
    /// The step's title.
    pub title: String,
    /// The person who looked, as far as the run names one.
    pub juror: Option<String>,
    /// By which means the step was judged when nobody had to look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<Judged>,
    /// When the run ended.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub date: Timestamp,
    /// What the step ended in.
    pub verdict: Verdict,
    /// Why.
    pub because: Option<String>,
    /// What the juror wrote about the whole.
    pub comment: Option<String>,
    /// The rows, by what they are about.
    pub sections: Vec<JurorSection>,
}

/// Rows about one thing: the patient, a dose, a recommendation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JurorSection {
    /// What they are about.
    pub title: String,
    /// The rows.
    pub rows: Vec<JurorRow>,
}

/// One thing to see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JurorRow {
    /// What to look for.
    pub element: String,
    /// What the message says.
    pub data: Option<Phi>,
    /// Whether something is to be seen, done or kept.
    #[serde(default)]
    pub wants: Wants,
    /// Whether it may be missing.
    #[serde(default)]
    pub optional: bool,
    /// Seen, not seen, or not looked at yet.
    pub seen: Option<bool>,
    /// What the juror wrote.
    pub comment: Option<String>,
}

/// A declaration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AttestationRow {
    /// The step's path.
    pub step: String,
    /// What is declared.
    pub statement: String,
    /// Who.
    pub name: String,
    /// In which role or for which organization.
    pub role: Option<String>,
    /// When.
    pub date: String,
    /// The last day on which it holds.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub expires: Option<Date>,
    /// Whether it had expired when the run ended.
    pub expired: bool,
}

/// Something that was decided not to count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverRow {
    /// The step's path.
    pub step: String,
    /// What is waived.
    pub what: String,
    /// Why.
    pub reason: String,
    /// Who decided.
    pub by: Option<String>,
    /// When.
    pub date: Option<String>,
}

/// A result that a tester decided otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OverrideRow {
    /// The step's path.
    pub step: String,
    /// What it had ended in.
    pub from: Verdict,
    /// How that had come about.
    pub judged: Judged,
    /// What the tester decided.
    pub to: Verdict,
    /// Why.
    pub because: String,
    /// Who.
    pub by: String,
    /// When.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
}

/// The JSON Schema of [`Recognition`].
pub fn recognition_schema() -> serde_json::Value {
    schemars::schema_for!(Recognition).to_value()
}
