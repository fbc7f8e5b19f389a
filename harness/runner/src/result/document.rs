//! The document itself.

use super::counts::Counts;
use super::evidence::{EvidenceEntry, Exchange, MessageEvidence, sha256_hex};
use super::rollup;
use super::step::{KnownFailure, Step};
use super::verdict::{Standing, Verdict};
use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The version of the document's format, in its field `schema`.
pub const SCHEMA: &str = "titer-result/1";

/// The program that made the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ToolInfo {
    /// `titer`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The day of the book by which it judged codes, as 2025-12-01.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_book: Option<String>,
}

/// The plan that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanInfo {
    /// Its id, the first part of every path.
    pub id: String,
    /// One line.
    pub title: String,
    /// Its version.
    pub version: String,
    /// SHA-256 over the plan's files.
    pub sha256: String,
    /// The pattern that selected cases, when not all were run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<String>,
}

/// Which side is tested.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The registry; the harness plays the EHR.
    Iis,
    /// The EHR; the harness plays the registry.
    Ehr,
}

impl Role {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Role::Iis => "immunization information system",
            Role::Ehr => "electronic health record system",
        }
    }
}

/// The system under test, and who tested it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SystemInfo {
    /// Which side it is.
    pub role: Role,
    /// What it is called here ("reference IIS").
    pub name: String,
    /// More about it, in a few words ("in memory, policy national").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Its address; left out when the document has to be the same from run to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Who makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// The product's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The product's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The person who tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tester: Option<String>,
    /// The laboratory or organization that tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lab: Option<String>,
    /// Why it could not be reached, when it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreachable: Option<String>,
}

impl SystemInfo {
    /// A system with its role and name; the rest is set on the fields.
    pub fn new(role: Role, name: impl Into<String>) -> Self {
        Self {
            role,
            name: name.into(),
            about: None,
            address: None,
            vendor: None,
            product: None,
            version: None,
            tester: None,
            lab: None,
            unreachable: None,
        }
    }
}

/// How much a capability counts in a recognition.
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
pub enum Level {
    /// Required.
    #[default]
    Core,
    /// Optional; a share of these is required.
    Advanced,
    /// Tried out: shown, and counted apart.
    EvaluationYear,
}

impl Level {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Level::Core => "core",
            Level::Advanced => "optional",
            Level::EvaluationYear => "evaluation year",
        }
    }
}

/// Something a system can do, as the programme names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Capability {
    /// Its id.
    pub id: String,
    /// One line.
    pub title: String,
    /// How much it counts.
    #[serde(default)]
    pub level: Level,
    /// The [`Component::id`] of the part of the programme that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
}

/// A part of the programme: capabilities that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Component {
    /// Its id.
    pub id: String,
    /// One line.
    pub title: String,
}

/// What to do when the share of the optional capabilities is no whole number.
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
pub enum Rounding {
    /// Nothing: the share that passed is compared with the threshold as it is.
    #[default]
    Exact,
    /// The number that has to pass is rounded up.
    Up,
    /// The number that has to pass is rounded down.
    Down,
}

/// By which rule a product is recognised: every core capability, and a share of the optional ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecognitionRule {
    /// How many of a hundred optional capabilities have to pass.
    #[schemars(range(max = 100))]
    pub optional_share: u8,
    /// What to do when that is no whole number.
    #[serde(default)]
    pub rounding: Rounding,
}

impl Default for RecognitionRule {
    /// The rule that the programme publishes: 90 of a hundred. It says nothing about rounding.
    fn default() -> Self {
        Self {
            optional_share: 90,
            rounding: Rounding::Exact,
        }
    }
}

/// A requirement and the steps that verify it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Requirement {
    /// Its id.
    pub id: String,
    /// One line.
    pub title: String,
    /// Where it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Paths of the steps that verify it, in order; derived by [`RunResult::settle`].
    #[serde(default)]
    pub steps: Vec<String>,
}

/// A case: steps that belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Case {
    /// The name, as a path: `onc-2015/AD-1`.
    pub path: String,
    /// One line.
    pub title: String,
    /// The known failure that the case as a whole matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<KnownFailure>,
    /// What its steps roll up to.
    pub verdict: Verdict,
    /// The verdict as a reader is told it.
    pub standing: Standing,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

impl Case {
    /// A case; verdict and standing are derived by [`RunResult::settle`].
    pub fn new(path: impl Into<String>, title: impl Into<String>, steps: Vec<Step>) -> Self {
        Self {
            path: path.into(),
            title: title.into(),
            known: None,
            verdict: rollup::case_verdict(&steps),
            standing: Standing::Pending,
            steps,
        }
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// A group of cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// One line.
    pub title: String,
    /// What its cases roll up to.
    pub standing: Standing,
    /// The cases, in order.
    pub cases: Vec<Case>,
}

impl Group {
    /// A group; the standing is derived by [`RunResult::settle`].
    pub fn new(id: impl Into<String>, title: impl Into<String>, cases: Vec<Case>) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            standing: Standing::Pending,
            cases,
        }
    }
}

/// A message that came and belonged to no open step, so that nothing was judged by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unexpected {
    /// Why it belongs to no step, in one sentence without text from messages.
    pub because: String,
    /// The message, and what was answered.
    pub messages: Vec<MessageEvidence>,
    /// How it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<Exchange>,
}

/// What one run found out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Titer result document")]
pub struct RunResult {
    /// [`SCHEMA`].
    pub schema: String,
    /// The program.
    pub tool: ToolInfo,
    /// The plan.
    pub plan: PlanInfo,
    /// The system under test.
    pub system: SystemInfo,
    /// The seed of everything that looks random.
    pub seed: u64,
    /// The date that relative dates count from.
    #[schemars(with = "String", extend("format" = "date"))]
    pub as_of: Date,
    /// When the run began, by the injected clock.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub started: Timestamp,
    /// When it ended, by the injected clock.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub finished: Timestamp,
    /// What the run as a whole ended in.
    pub standing: Standing,
    /// The exit code that the run ends with.
    pub exit_code: u8,
    /// Cases by standing.
    pub case_counts: Counts,
    /// Steps by standing.
    pub step_counts: Counts,
    /// Groups, in the plan's order.
    pub groups: Vec<Group>,
    /// The parts of the programme that capabilities belong to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
    /// Capabilities that the plan speaks of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<Capability>,
    /// The rule of recognition, when the plan states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recognition: Option<RecognitionRule>,
    /// Requirements and the steps that verify them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<Requirement>,
    /// Changes that the tester made to the plan's test data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifications: Vec<String>,
    /// Patterns of the known-failures file that matched nothing: they have to go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmatched_known_failures: Vec<String>,
    /// Messages that came and belonged to no open step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unexpected: Vec<Unexpected>,
    /// Every piece of evidence with its hash, chained.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceEntry>,
}

/// Why a text is no result document.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableResult {
    /// Not JSON, or not of this shape.
    #[error("not a result document")]
    Json(#[from] serde_json::Error),
    /// A result document of another version.
    #[error("the result document says `{found}`, and this program reads `{SCHEMA}`")]
    Version {
        /// What it says.
        found: String,
    },
}

impl RunResult {
    /// A document and everything that follows from the steps.
    pub fn new(
        tool: ToolInfo,
        plan: PlanInfo,
        system: SystemInfo,
        seed: u64,
        as_of: Date,
        started: Timestamp,
        groups: Vec<Group>,
    ) -> Self {
        let mut result = Self {
            schema: SCHEMA.to_owned(),
            tool,
            plan,
            system,
            seed,
            as_of,
            started,
            finished: started,
            standing: Standing::Pending,
            exit_code: 0,
            case_counts: Counts::default(),
            step_counts: Counts::default(),
            groups,
            components: Vec::new(),
            capabilities: Vec::new(),
            recognition: None,
            requirements: Vec::new(),
            modifications: Vec::new(),
            unmatched_known_failures: Vec::new(),
            unexpected: Vec::new(),
            evidence: Vec::new(),
        };
        result.settle();
        result
    }

    /// Derives verdicts, standings, counts, coverage and the evidence list from the steps. Doing it twice changes nothing.
    pub fn settle(&mut self) {
        for group in &mut self.groups {
            for case in &mut group.cases {
                let known = case.known.is_some();
                for step in &mut case.steps {
                    step.standing = rollup::step_standing(step, known);
                }
                case.verdict = rollup::case_verdict(&case.steps);
                case.standing = rollup::case_standing(case);
            }
            group.standing = rollup::group_standing(group);
        }
        self.standing = rollup::run_standing(&self.groups);
        self.exit_code = rollup::exit_code(&self.groups, self.system.unreachable.is_none());
        self.case_counts = Counts::of(self.cases().map(|c| c.standing));
        self.step_counts = Counts::of(self.steps().map(|s| s.standing));
        self.cover();
        self.evidence = self.chain();
    }

    /// Every case, in order.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.groups.iter().flat_map(|g| g.cases.iter())
    }

    /// Every step, in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        rollup::steps(&self.groups)
    }

    /// Fills in which steps verify a requirement; one that only a step names is added at the end.
    fn cover(&mut self) {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for step in self.steps() {
            let mut seen = BTreeSet::new();
            let of_assertions = step.assertions.iter().flat_map(|a| &a.requirements);
            for id in step.requirements.iter().chain(of_assertions) {
                if seen.insert(id) {
                    pairs.push((id.clone(), step.path.clone()));
                }
            }
        }
        for requirement in &mut self.requirements {
            requirement.steps.clear();
        }
        for (id, path) in pairs {
            match self.requirements.iter_mut().find(|r| r.id == id) {
                Some(requirement) => requirement.steps.push(path),
                None => self.requirements.push(Requirement {
                    title: id.clone(),
                    id,
                    source: None,
                    steps: vec![path],
                }),
            }
        }
    }

    /// The evidence list: messages and files of every step, in order.
    fn chain(&self) -> Vec<EvidenceEntry> {
        let mut entries = Vec::new();
        let mut chain = String::new();
        let of_steps = self.steps().flat_map(|step| {
            let messages = step.messages.iter().map(|m| (&m.id, &m.title, &m.sha256));
            let files = step.files.iter().map(|f| (&f.name, &f.title, &f.sha256));
            messages
                .chain(files)
                .map(|(id, title, sha256)| (step.path.as_str(), id, title, sha256))
        });
        let of_none = self
            .unexpected
            .iter()
            .flat_map(|u| u.messages.iter())
            .map(|m| ("", &m.id, &m.title, &m.sha256));
        for (step, id, title, sha256) in of_steps.chain(of_none) {
            chain = sha256_hex(format!("{chain}\n{step}\n{id}\n{sha256}\n").as_bytes());
            entries.push(EvidenceEntry {
                id: id.clone(),
                step: step.to_owned(),
                title: title.clone(),
                sha256: sha256.clone(),
                chain: chain.clone(),
            });
        }
        entries
    }

    /// The document as JSON, indented, with a line feed at the end.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Reads a document of this version.
    pub fn from_json(text: &str) -> Result<Self, UnreadableResult> {
        let value: serde_json::Value = serde_json::from_str(text)?;
        if let Some(found) = value.get("schema").and_then(serde_json::Value::as_str)
            && found != SCHEMA
        {
            return Err(UnreadableResult::Version {
                found: found.to_owned(),
            });
        }
        // From the text again, so that an error carries its line and column.
        Ok(serde_json::from_str(text)?)
    }
}

/// The document's JSON Schema.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(RunResult).to_value()
}
