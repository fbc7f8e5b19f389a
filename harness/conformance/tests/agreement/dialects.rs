//! What tells the two dialects apart over every message there is: the listed differences, and nothing else.
//!
//! A dialect is the set of differences in force. They are turned on one after the other, in the order in which they are
//! declared; what changes with each of them must be its business.

use crate::jobs::{Job, jobs, nist, nist_validator, text};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use titer_conformance::step::StepConstraints;
use titer_conformance::xml::read_rules;
use titer_conformance::{
    BUILTIN_IDS, Detection, Dialect, Difference, Kind, Scratch, Validator, builtin_in, rules,
    select,
};
use titer_hl7::{Message, Offsets};

/// What a message showed before and after a difference was turned on.
struct Step<'m> {
    difference: Difference,
    message: &'m [u8],
    before: &'m [Detection],
}

fn code(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::CodeNotFound
            | Kind::CodeSystem
            | Kind::CodeSystemMissing
            | Kind::CodeExcluded
            | Kind::CodePermitted
            | Kind::CodeAmbiguous
    )
}

fn rule(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Constraint
            | Kind::ConstraintUnclear
            | Kind::ConditionRequires
            | Kind::ConditionForbids
            | Kind::ConditionUnclear
            | Kind::Content
            | Kind::ContentUnclear
            | Kind::ContentMissing
            | Kind::CoValue
    )
}

impl Step<'_> {
    fn had(&self, kind: Kind) -> bool {
        self.before.iter().any(|d| d.kind == kind)
    }

    fn holds(&self, text: &str) -> bool {
        memchr::memmem::find(self.message, text.as_bytes()).is_some()
    }

    /// Whether the difference may add or take away a detection of this kind.
    fn explains(&self, d: &Detection) -> bool {
        let kind = d.kind;
        match self.difference {
            // what was derailed is judged, whatever it is
            Difference::MisplacedSegment | Difference::OpenedWithoutHead => {
                self.had(Kind::MisplacedSegment)
            }
            Difference::LocalSegment => kind == Kind::UnknownSegment,
            Difference::InvalidLine => kind == Kind::InvalidLine,
            Difference::LineSeparators => ["\u{85}", "\u{2028}", "\u{2029}"]
                .iter()
                .any(|c| self.holds(c)),
            Difference::EscapeSequences => {
                self.holds("\\")
                    && (rule(kind) || [Kind::Escape, Kind::Length, Kind::Constant].contains(&kind))
            }
            Difference::LeapYears | Difference::SequenceNumbers => kind == Kind::Format,
            Difference::ColonBlank => self.holds(": "),
            Difference::NullRepetition => self.had(Kind::NullRepeated),
            Difference::IdleCondition => kind == Kind::ConditionUnclear,
            Difference::NullCode => self.holds("\"\"") && code(kind),
            Difference::TablesOfPrimitive => kind == Kind::BindingTables || code(kind),
            Difference::CodeInSeveralTables => kind == Kind::CodeAmbiguous,
            Difference::CodeSystemOnce => matches!(kind, Kind::CodeSystem | Kind::CodeNotFound),
            Difference::CodePlace => code(kind),
            Difference::SuggestedFound => kind == Kind::CodeSuggested,
            Difference::DynamicTable => kind == Kind::TableDynamic,
            Difference::FirstBreak | Difference::NegatedPlace | Difference::StepValues => {
                matches!(
                    kind,
                    Kind::Constraint
                        | Kind::ConstraintUnclear
                        | Kind::Content
                        | Kind::ContentUnclear
                )
            }
            Difference::KnownMissing => kind == Kind::KnownMissing,
            Difference::AbsentInCondition
            | Difference::PromotedComponent
            | Difference::TextOrder
            | Difference::ZoneAssumed
            | Difference::Moments
            | Difference::SnomedCheckDigit
            | Difference::LongLoinc => rule(kind),
            Difference::LengthDefinition => {
                matches!(kind, Kind::LengthDefinitionTwice | Kind::Length)
            }
            Difference::CoValuePlace => kind == Kind::CoValue,
        }
    }
}

/// A message, the profile that judges it, and its step.
struct Case {
    id: String,
    message: Vec<u8>,
    validator: usize,
    step: Option<StepConstraints>,
}

fn judge(case: &Case, validator: &Validator, scratch: &mut Scratch) -> Vec<Detection> {
    let mut offsets = Offsets::new();
    let message = Message::parse(&case.message, &mut offsets);
    let mut found = validator.check(&message, scratch).to_vec();
    if let Some(step) = &case.step {
        found.extend_from_slice(step.check(validator, &message, scratch));
    }
    found
}

// what stands in one list more often than in the other
fn changed(before: &[Detection], after: &[Detection]) -> Vec<Detection> {
    let mut rest: Vec<&Detection> = after.iter().collect();
    let mut out = Vec::new();
    for d in before {
        match rest.iter().position(|r| *r == d) {
            Some(at) => {
                rest.swap_remove(at);
            }
            None => out.push(*d),
        }
    }
    out.extend(rest.into_iter().copied());
    out
}

/// Turns the differences on one by one; gives back how many changes each of them made.
fn walk(mut validators: Vec<Validator>, cases: &[Case]) -> BTreeMap<Difference, usize> {
    let mut scratch = Scratch::new();
    let mut counts = BTreeMap::new();
    let all = |validators: Vec<Validator>, list: &[Difference]| -> Vec<Validator> {
        validators
            .into_iter()
            .map(|v| v.with_differences(list))
            .collect()
    };
    validators = all(validators, &[]);
    let mut before: Vec<Vec<Detection>> = cases
        .iter()
        .map(|c| judge(c, &validators[c.validator], &mut scratch))
        .collect();
    for (n, difference) in Difference::ALL.into_iter().enumerate() {
        validators = all(validators, &Difference::ALL[..=n]);
        for (case, before) in cases.iter().zip(&mut before) {
            let after = judge(case, &validators[case.validator], &mut scratch);
            if after == *before {
                continue;
            }
            let step = Step {
                difference,
                message: &case.message,
                before,
            };
            for d in changed(before, &after) {
                assert!(
                    step.explains(&d),
                    "{}: `{}` does not explain {d:?}",
                    case.id,
                    difference.explained().name
                );
                *counts.entry(difference).or_default() += 1;
            }
            *before = after;
        }
    }
    counts
}

#[test]
fn the_listed_differences_explain_every_difference_over_the_corpus() {
    let Some(root) = nist() else { return };
    let mut validators: Vec<Validator> = Vec::new();
    let mut known: HashMap<PathBuf, usize> = HashMap::new();
    let mut cases = Vec::new();
    for table in ["jobs.tsv", "mutants.tsv", "probes.tsv", "field.tsv"] {
        for job in jobs(&root, table) {
            let validator = *known.entry(job.profile.clone()).or_insert_with(|| {
                validators.push(nist_validator(&job, Dialect::Titer));
                validators.len() - 1
            });
            cases.push(case(&job, validator, &validators[validator]));
        }
    }
    assert!(cases.len() > 400, "{} messages", cases.len());
    let counts = walk(validators, &cases);
    // the corpus shows the ones that matter most
    for difference in [
        Difference::MisplacedSegment,
        Difference::KnownMissing,
        Difference::CodePlace,
        Difference::EscapeSequences,
    ] {
        assert!(
            counts.contains_key(&difference),
            "{difference:?}: {counts:?}"
        );
    }
}

fn case(job: &Job, validator: usize, compiled: &Validator) -> Case {
    Case {
        id: job.id.clone(),
        message: job.message.clone(),
        validator,
        step: job.step.as_ref().map(|path| {
            let rules = read_rules(&path.display().to_string(), &text(path)).expect("step rules");
            StepConstraints::compile(&rules, compiled)
        }),
    }
}

#[test]
fn the_listed_differences_explain_every_difference_over_our_messages() {
    let validators: Vec<Validator> = BUILTIN_IDS
        .iter()
        .map(|id| builtin_in(id, Dialect::Titer).expect("it ships"))
        .collect();
    let mut texts: Vec<(String, Vec<u8>)> = Vec::new();
    for rule in rules() {
        texts.push((format!("{} fires", rule.id), rule.fires.into_bytes()));
        texts.push((format!("{} silent", rule.id), rule.silent.into_bytes()));
    }
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    gather(&fixtures, &mut texts);
    let mut cases = Vec::new();
    for (id, message) in texts {
        let mut offsets = Offsets::new();
        let claimed = select(&Message::parse(&message, &mut offsets)).map(|v| v.info().id.clone());
        let Some(claimed) = claimed else { continue };
        let validator = BUILTIN_IDS
            .iter()
            .position(|b| *b == claimed)
            .expect("it ships");
        cases.push(Case {
            id,
            message,
            validator,
            step: None,
        });
    }
    assert!(cases.len() > 150, "{} messages", cases.len());
    let counts = walk(validators, &cases);
    assert!(counts.len() > 4, "{counts:?}");
}

fn gather(folder: &Path, out: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather(&path, out);
        } else if path.extension().is_some_and(|e| e == "hl7") {
            let bytes = std::fs::read(&path).expect("a message");
            out.push((path.display().to_string(), bytes));
        }
    }
}
