//! The plan, its groups and cases, what it covers, and what is known to fail.

use super::{Data, Ref, Refs, Side, Step, Text, yes};
use crate::message::MessageTemplate;
use crate::pattern::Pattern;
use crate::span::{OneOrMany, Parsed, Spanned};
use crate::syntax::{Name, Path, Target};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::step::Bindings;

/// The file `plan.yaml` of a plan's folder.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlanFile {
    /// The plan's id, the first part of every name in it.
    pub id: Parsed<Name>,
    /// What the plan is, in one line.
    pub title: String,
    /// The plan's own version.
    pub version: String,
    /// The published plan or document that it carries out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What a reader should know before running it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Which systems can be under test.
    pub systems: Vec<Side>,
    /// How expectations are judged where they do not say.
    #[serde(default)]
    pub judging: Judging,
    /// What the plan verifies; cases and steps say which with `covers`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<Requirement>,
    /// The parts into which a report divides the capabilities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
    /// What a system under test may be able to do; cases and steps say which with `capability`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<Capability>,
    /// When a system is recognized; without it a report makes no statement about recognition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recognition: Option<Recognition>,
    /// Templates of the reports (VXU) that the reference IIS holds before an EHR is tested: what it finds when it is asked.
    /// Nobody is bound in them, so they name whom they mean: `{patients.ann.name.family}`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registry: Vec<Ref>,
    /// Sanctioned exceptions: what would fail but is allowed to pass with a notable exception.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waiver>,
    /// The groups of cases, in the order in which they run.
    pub groups: Vec<PlanGroup>,
}

/// A group as `plan.yaml` writes it.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlanGroup {
    /// The group's id; it is not a part of names.
    pub id: Parsed<Name>,
    /// In one line.
    pub title: String,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Whether the group only tells something, and has no cases.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub text_only: bool,
    /// Files with one case each, relative to the plan's folder: `cases/ad-1.yaml`. They come before `cases`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Spanned<String>>,
    /// Cases written here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<Case>,
}

/// How expectations are judged where they do not say.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Judging {
    /// Whether upper and lower case are the same.
    pub ignoring_case: bool,
}

/// Something that the plan verifies.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Requirement {
    /// Its id, `IZ_DTR-1`.
    pub id: Parsed<Name>,
    /// In one line.
    pub title: String,
    /// Where it is written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// How much a capability counts in a recognition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Required.
    #[default]
    Core,
    /// Optional; a share of these is required.
    Advanced,
    /// Tried out; counted apart.
    EvaluationYear,
}

/// Something that a system under test may be able to do.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Capability {
    /// Its id, `report-administered`.
    pub id: Parsed<Name>,
    /// In one line.
    pub title: String,
    /// How much it counts.
    #[serde(default)]
    pub level: Level,
    /// Of which component it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<Ref>,
}

/// A part into which a report divides the capabilities.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Component {
    /// Its id, `inventory`.
    pub id: Parsed<Name>,
    /// In one line.
    pub title: String,
}

/// What becomes of a share that is not a whole number of capabilities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// It is compared as it is: of 8, 90 % are 7.2, so all 8 are needed and the shares are compared as fractions.
    #[default]
    Exact,
    /// The next whole number above.
    Up,
    /// The next whole number below.
    Down,
}

/// When a system is recognized: every core capability, and a share of the advanced ones.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Recognition {
    /// Percent of the advanced capabilities that must have passed.
    #[serde(default = "published_share")]
    pub optional_share: u8,
    /// What becomes of a share that is not a whole number of capabilities.
    #[serde(default)]
    pub rounding: Rounding,
}

// the share that the programme publishes
fn published_share() -> u8 {
    90
}

/// A sanctioned exception: a failed assertion or an error-level finding that it covers is kept and named in the report,
/// but the step passes with a notable exception.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Waiver {
    /// Its id.
    pub id: Parsed<Name>,
    /// Why it is allowed.
    pub because: String,
    /// Who allowed it, and where that is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// In which steps; all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Parsed<Pattern>>,
    /// At which places, and everything below them; an index left out means any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<Parsed<Path>>,
    /// Which findings of the conformance engine, by rule id with `*`; `at` alone means assertions and findings of any rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Spanned<String>>,
    /// Only when the value is one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Only when the places are empty or absent.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub when_absent: bool,
    /// Only when a value stands at each of these places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when_present: Vec<Parsed<Path>>,
    /// Whether the plan itself asks for what the rule finds, as for a code that no table has yet: the finding is then kept as
    /// a warning, and the step passes without an exception.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub intended: bool,
    /// What `find` looked for in vain and need not be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<WhenMissing>,
}

/// What need not be there.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WhenMissing {
    /// The same as in the expectation.
    pub find: Parsed<Target>,
    /// At least these of the expectation's conditions.
    #[serde(rename = "where")]
    pub conditions: crate::span::Entries<Path, OneOrMany<Text>>,
}

/// A case: one story, told in steps.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Case {
    /// The case's id, unique in the plan.
    pub id: Parsed<Name>,
    /// Other names of it, such as the number that it had in an older version: a pattern that chooses may use them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Parsed<Name>>,
    /// What it shows, in one line.
    pub title: String,
    /// The story: what happened before, what is to be done, and what matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// Which capabilities it exercises.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<Refs>,
    /// Which requirements it verifies, beside those that its steps name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<Refs>,
    /// Cases that must have run before; when one of them was not selected it is run all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Refs>,
    /// Whom and what `{patient...}`, `{facility...}` mean in this case.
    #[serde(default)]
    pub with: Bindings,
    /// With which systems under test its steps make sense, where a step does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_to: Option<Vec<Side>>,
    /// Why they do not with the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Whether the case only tells something, and has no steps. It is shown, and never run or counted.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub text_only: bool,
    /// The steps, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// The file that it was read from, relative to the plan's folder.
    #[serde(skip)]
    pub file: String,
}

/// A group of a loaded plan.
#[derive(Clone, Debug, Serialize)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// In one line.
    pub title: String,
    /// More about it.
    pub about: Option<String>,
    /// Whether it only tells something, and has no cases.
    pub text_only: bool,
    /// Its cases.
    pub cases: Vec<Case>,
}

/// A loaded plan: everything in it was checked, so every reference, path, date and regular expression is good.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its id.
    pub id: String,
    /// In one line.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The published plan or document that it carries out.
    pub source: Option<String>,
    /// What a reader should know before running it.
    pub about: Option<String>,
    /// Which systems can be under test.
    pub systems: Vec<Side>,
    /// How expectations are judged where they do not say.
    pub judging: Judging,
    /// What it verifies.
    pub requirements: Vec<Requirement>,
    /// The parts into which a report divides the capabilities.
    pub components: Vec<Component>,
    /// What a system under test may be able to do.
    pub capabilities: Vec<Capability>,
    /// When a system is recognized.
    pub recognition: Option<Recognition>,
    /// Templates of what the reference IIS holds before an EHR is tested; [`Plan::registry_messages`] fills them in.
    pub registry: Vec<Ref>,
    /// Sanctioned exceptions.
    pub waivers: Vec<Waiver>,
    /// The groups.
    pub groups: Vec<Group>,
    /// Patients, vaccines, orders, facilities, clinicians.
    pub data: Data,
    /// Message templates by name: `messages/vxu/child.hl7` is `vxu/child`.
    pub messages: BTreeMap<String, MessageTemplate>,
    /// Known failures by the system that they are of: `known-failures/reference.yaml` is `reference`, and
    /// `known-failures.yaml` is the empty name and counts for every system.
    pub known_failures: BTreeMap<String, KnownFailures>,
    /// SHA-256 over every file's name and content, in lower-case hexadecimal digits.
    pub hash: String,
    /// The test data as templates reach them.
    pub(crate) tree: serde_json::Value,
    /// What is odd but no error.
    pub warnings: Vec<titer_finding::Diagnostic>,
}

impl Plan {
    /// Every case with its group, in order.
    pub fn cases(&self) -> impl Iterator<Item = (&Group, &Case)> {
        self.groups
            .iter()
            .flat_map(|g| g.cases.iter().map(move |c| (g, c)))
    }

    /// The case with this id.
    pub fn case(&self, id: &str) -> Option<&Case> {
        self.cases().map(|(_, c)| c).find(|c| c.id.text() == id)
    }

    /// The name of a case: `onc-2015/AD-1`.
    pub fn case_path(&self, case: &Case) -> String {
        format!("{}/{}", self.id, case.id)
    }

    /// The name of a step: `onc-2015/AD-1/report`.
    pub fn step_path(&self, case: &Case, step: &Step) -> String {
        format!("{}/{}/{}", self.id, case.id, step.id)
    }

    /// The ids of the capabilities that a step shows: its own, or its case's when it names none.
    pub fn capabilities_of<'a>(&self, case: &'a Case, step: &'a Step) -> Vec<&'a str> {
        step.capability
            .as_ref()
            .or(case.capability.as_ref())
            .into_iter()
            .flat_map(|c| c.iter())
            .map(|r| r.value.as_str())
            .collect()
    }

    /// The capability with this id.
    pub fn capability(&self, id: &str) -> Option<&Capability> {
        self.capabilities.iter().find(|c| c.id.text() == id)
    }

    /// The known failures of a system, those of every system included.
    pub fn known_failures_of(&self, system: &str) -> Vec<&KnownFailure> {
        ["", system]
            .iter()
            .enumerate()
            .filter(|(i, s)| *i == 0 || !s.is_empty())
            .filter_map(|(_, s)| self.known_failures.get(*s))
            .flat_map(|k| &k.known_failures)
            .collect()
    }
}

/// A file of known failures.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KnownFailures {
    /// Which system, and as of when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What is known to fail. It still runs; when it passes the run fails, so that the list only shrinks.
    pub known_failures: Vec<KnownFailure>,
}

/// One known failure.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KnownFailure {
    /// Which steps. A pattern for a case means every step in it.
    pub name: Parsed<Pattern>,
    /// With which system under test; both when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Why it fails.
    pub because: String,
    /// Whether an unexpected pass fails the run. `false` is for what fails only sometimes.
    #[serde(default = "yes", skip_serializing_if = "super::is_true")]
    pub strict: bool,
}
