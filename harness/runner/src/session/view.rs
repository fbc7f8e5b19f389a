//! What a page or a driver is shown of a session.

use super::entry::Carrier;
use crate::result::Step;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use titer_finding::{Finding, Phi};
use titer_plan::model::EvidenceKind;

/// Whether something must be possible to enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Needed {
    /// It must be entered as it stands.
    #[serde(rename = "Y")]
    Yes,
    /// It helps the tester and is not judged.
    #[serde(rename = "N")]
    No,
    /// It must be entered where the system asks for it.
    #[serde(rename = "C")]
    Conditional,
}

impl Needed {
    /// The mark of the official plans: `Y`, `N`, `C`.
    pub fn mark(self) -> &'static str {
        match self {
            Needed::Yes => "Y",
            Needed::No => "N",
            Needed::Conditional => "C",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Needed::Yes => "required",
            Needed::No => "not judged",
            Needed::Conditional => "where the system asks for it",
        }
    }
}

/// A row of test data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DataRow {
    /// What it belongs to: `patient`, `dose 2`; may be empty.
    pub group: String,
    /// What it is.
    pub element: String,
    /// What is entered, dates in words.
    pub value: String,
    /// Whether it must be possible.
    pub needed: Needed,
}

/// A bar code to scan from the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BarCode {
    /// The id of the line of the stock.
    pub stock: String,
    /// What it is of, in words.
    pub label: String,
    /// What it says, with application identifiers in brackets.
    pub text: String,
    /// The symbol, as SVG.
    pub svg: String,
}

/// Evidence that the plan asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvidenceWanted {
    /// `screenshot`, `document`, `message`, `note`.
    pub kind: EvidenceKind,
    /// What it shows.
    pub of: String,
    /// Whether the step can do without it.
    pub optional: bool,
}

/// A step that a message could be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CandidateView {
    /// Its path.
    pub path: String,
    /// How many of the values by which it is known are in the message.
    pub met: usize,
    /// All values by which it is known.
    pub of: usize,
    /// What has to come before it.
    pub waits_for: Option<String>,
    /// Whether the step has a message already.
    pub taken: bool,
}

/// A message that came.
#[derive(Clone, Debug)]
pub struct MessageView {
    /// Its entry; what [`crate::session::What::Assign`] names.
    pub seq: u64,
    /// When it came.
    pub at: Timestamp,
    /// How.
    pub way: Carrier,
    /// Who handed it in, when somebody did.
    pub by: String,
    /// The facility that the caller named.
    pub facility: String,
    /// Application and facility that sent it, MSH-3 and MSH-4.
    pub sender: (String, String),
    /// `VXU`, `QBP`.
    pub kind: String,
    /// MSH-10.
    pub control_id: String,
    /// The message.
    pub body: Phi,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The path of the step that it is.
    pub step: Option<String>,
    /// The steps that it could be.
    pub candidates: Vec<CandidateView>,
    /// Why it is no step's, or what is to be said of the one it is.
    pub because: Option<String>,
    /// Whether a tester said which step it is.
    pub assigned: bool,
    /// Whether it comes from another system than the messages before.
    pub other_system: bool,
    /// The entry of the same message, when it came before.
    pub repeats: Option<u64>,
    /// What was answered.
    pub answer: Option<Vec<u8>>,
    /// Whether the reference IIS answered, and not the plan.
    pub by_reference: bool,
    /// Why there is no answer.
    pub fault: Option<String>,
    /// Whether the answer went out, when that is known.
    pub delivered: Option<bool>,
    /// What is wrong with it: what its step says, else what its own profile says.
    pub findings: Vec<Finding>,
}

/// Something about the session as a whole that a tester has to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// What it is: `two-systems`, `refused`, `unassigned`, `registry`.
    pub id: &'static str,
    /// In words.
    pub text: String,
    /// The messages that it is about, by their entries.
    pub messages: Vec<u64>,
}

/// One line of what happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryLine {
    /// The entry.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who; empty for the system and the harness.
    pub by: String,
    /// What, in words.
    pub what: &'static str,
    /// The step that it is about.
    pub step: Option<String>,
    /// Whether it was taken back.
    pub undone: bool,
    /// Whether it is something that a person or a driver did.
    pub act: bool,
}

/// A step of the plan, ready to be shown, and what came of it so far.
#[derive(Clone, Debug)]
pub struct StepView {
    /// Its path.
    pub path: String,
    /// Older numbers of it.
    pub aliases: Vec<String>,
    /// The path of its case.
    pub case: String,
    /// The case's title.
    pub case_title: String,
    /// The case's story.
    pub story: Option<String>,
    /// The step's kind, as the plan writes it: `send`, `data-entry`.
    pub kind: String,
    /// What the tester is to do, in order.
    pub instructions: Vec<String>,
    /// What makes it pass.
    pub pass: Vec<String>,
    /// What is to be entered.
    pub data: Vec<DataRow>,
    /// The same as JSON, dates as HL7 writes them.
    pub test_data: Value,
    /// Bar codes to scan.
    pub bar_codes: Vec<BarCode>,
    /// Ways of showing it, at least one of which is enough: of an alert, of a bad entry that is prevented.
    pub at_least_one_of: Vec<String>,
    /// What is declared, in a step that is declared.
    pub statement: Option<String>,
    /// Evidence that is asked for.
    pub evidence: Vec<EvidenceWanted>,
    /// An example of the message that is sent.
    pub example: Option<Vec<u8>>,
    /// The profile of the message that is sent.
    pub profile: Option<String>,
    /// Which automatic checks can stand for an eye.
    pub proofs: Vec<String>,
    /// Whether it waits for a message or a call now.
    pub waits: bool,
    /// What has to come before it.
    pub waits_for: Option<String>,
    /// Messages that came and could be this step, by their entries.
    pub candidates: Vec<u64>,
    /// The entry of the message that it has.
    pub message: Option<u64>,
    /// Whether a person does or sees it.
    pub manual: bool,
    /// Whether it only has to be done, and never counts.
    pub never_counts: bool,
    /// Whether it was said to be done.
    pub done: Option<bool>,
    /// The entries that brought its files, in the order of [`Step::files`].
    pub files: Vec<u64>,
    /// What came of it so far: verdict, checklist, messages, files, comment.
    pub step: Step,
}
