//! What became of a bundle: every group, case, step, message and assertion is counted, and what was not carried says why.

use serde::Serialize;
use std::collections::BTreeMap;
use titer_finding::Diagnostic;

/// How many of something, and how many of them the plan has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tally {
    /// In the bundle.
    pub found: usize,
    /// In the plan, mended ones included.
    pub carried: usize,
    /// Carried after something was put right.
    pub mended: usize,
    /// Not in the plan; a note says why.
    pub lost: usize,
}

impl Tally {
    pub(super) fn add(&mut self, other: Tally) {
        self.found += other.found;
        self.carried += other.carried;
        self.mended += other.mended;
        self.lost += other.lost;
    }

    pub(super) fn one(carried: bool) -> Tally {
        Tally {
            found: 1,
            carried: usize::from(carried),
            mended: 0,
            lost: usize::from(!carried),
        }
    }
}

/// How much a note weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Something of the bundle is not in the plan.
    Lost,
    /// A defect of the bundle that was put right.
    Mended,
    /// Worth knowing.
    Remark,
}

/// Something about a step or the bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Note {
    /// How much it weighs.
    pub weight: Weight,
    /// What it is, in one line.
    pub text: String,
    /// Which file, from the bundle's folder; empty when none is meant.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Line in it, from 1; 0 when the whole file is meant.
    #[serde(skip_serializing_if = "is_zero")]
    pub line: u32,
    /// Column, from 1.
    #[serde(skip_serializing_if = "is_zero")]
    pub column: u32,
    /// How many assertions it is about; 0 when it is not about assertions.
    #[serde(skip_serializing_if = "is_zero_size")]
    pub assertions: usize,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature is serde's"
)]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature is serde's"
)]
fn is_zero_size(n: &usize) -> bool {
    *n == 0
}

impl Note {
    pub(super) fn new(weight: Weight, text: impl Into<String>, file: &str) -> Note {
        Note {
            weight,
            text: text.into(),
            file: file.to_owned(),
            line: 0,
            column: 0,
            assertions: 0,
        }
    }

    pub(super) fn at(mut self, line: u32, column: u32) -> Note {
        self.line = line;
        self.column = column;
        self
    }

    pub(super) fn of(mut self, assertions: usize) -> Note {
        self.assertions = assertions;
        self
    }
}

/// What became of a step.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StepReport {
    /// Its name in the plan: `iip-v7/2.1/2.1.2`.
    pub path: String,
    /// Its folder in the bundle.
    pub folder: String,
    /// Its name in the bundle.
    pub name: String,
    /// Its type in the bundle, `SUT_INITIATOR`; empty when it has none.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is in the plan: `send`, `reply`, `inspect`.
    pub becomes: String,
    /// The profile of its message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Its test-data assertions.
    pub assertions: Tally,
    /// Its patterns that find something in any order.
    pub patterns: Tally,
    /// What was mended or lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// What became of a bundle.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// The plan's id.
    pub plan: String,
    /// The bundle's name for itself.
    pub name: String,
    /// Groups with cases.
    pub groups: usize,
    /// Cases.
    pub cases: usize,
    /// Steps, all of which are in the plan.
    pub steps: usize,
    /// Steps by what they are in the plan.
    pub becomes: BTreeMap<String, usize>,
    /// Messages of the steps.
    pub messages: Tally,
    /// Test-data assertions.
    pub assertions: Tally,
    /// Patterns that find something in any order.
    pub patterns: Tally,
    /// About the bundle as a whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Every step, in order.
    pub details: Vec<StepReport>,
    /// Files that the plan does not use, by name, and how often.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unused_files: BTreeMap<String, usize>,
}

impl Report {
    /// Every note, with the step that it belongs to.
    pub fn every_note(&self) -> impl Iterator<Item = (Option<&StepReport>, &Note)> {
        let whole = self.notes.iter().map(|n| (None, n));
        whole.chain(
            self.details
                .iter()
                .flat_map(|s| s.notes.iter().map(move |n| (Some(s), n))),
        )
    }

    /// Whether everything of the bundle is in the plan.
    pub fn is_whole(&self) -> bool {
        self.every_note().all(|(_, n)| n.weight != Weight::Lost)
    }

    /// The notes as diagnostics, losses first; with `root` before the files' names. Notes of one kind about many steps are
    /// one diagnostic.
    pub fn diagnostics(&self, root: &str) -> Vec<(Weight, Diagnostic)> {
        let mut grouped: Vec<(&Note, usize, usize)> = Vec::new();
        for (_, note) in self.every_note() {
            let same = |n: &Note| n.weight == note.weight && n.text == note.text;
            match grouped.iter_mut().find(|(n, ..)| same(n)) {
                Some((_, more, assertions)) => {
                    *more += 1;
                    *assertions += note.assertions;
                }
                None => grouped.push((note, 0, note.assertions)),
            }
        }
        grouped.sort_by_key(|(n, ..)| n.weight);
        grouped
            .into_iter()
            .map(|(note, more, assertions)| {
                let mut text = note.text.clone();
                if assertions > 0 {
                    let word = if assertions == 1 {
                        "assertion"
                    } else {
                        "assertions"
                    };
                    text = format!("{text} ({assertions} {word})");
                }
                if more > 0 {
                    let word = if more == 1 { "place" } else { "places" };
                    text = format!("{text}; the same in {more} other {word}");
                }
                let file = match (root, note.file.as_str()) {
                    (_, "") => String::new(),
                    ("", file) => file.to_owned(),
                    (root, file) => format!("{root}/{file}"),
                };
                let diagnostic = Diagnostic {
                    file,
                    line: note.line,
                    column: note.column,
                    message: text,
                    ..Diagnostic::default()
                };
                (note.weight, diagnostic)
            })
            .collect()
    }
}
