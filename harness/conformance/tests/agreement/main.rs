//! Agreement with the reference engine over the shared messages, and of our profiles with NIST's.
//!
//! All of it needs `../shared`; without it every test says that it was skipped.

mod dialects;
mod jobs;

use jobs::{jobs, nist, nist_validator, text};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use titer_conformance::reference::{self, Entry};
use titer_conformance::step::StepConstraints;
use titer_conformance::xml::read_rules;
use titer_conformance::{Dialect, Scratch, Validator, builtin_in, check_message};
use titer_hl7::{Message, Offsets};

fn entries(validator: &Validator, message: &[u8]) -> Vec<Entry> {
    let mut offsets = Offsets::new();
    let message = Message::parse(message, &mut offsets);
    let mut scratch = Scratch::new();
    let found = validator.check(&message, &mut scratch);
    let mut entries: Vec<Entry> = found
        .iter()
        .map(|d| reference::entry(validator, None, d, &message))
        .collect();
    entries.sort();
    entries
}

fn truth(root: &Path, file: &str) -> BTreeMap<String, Vec<String>> {
    text(&root.join("truth").join(file))
        .lines()
        .map(|line| {
            let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let mut list: Vec<String> = value["entries"]
                .as_array()
                .expect("entries")
                .iter()
                .map(|e| {
                    format!(
                        "{} {}:{} {} {} {}",
                        e["path"].as_str().unwrap_or_default(),
                        e["line"],
                        e["column"],
                        e["category"].as_str().unwrap_or_default(),
                        e["classification"].as_str().unwrap_or_default(),
                        e["rule"].as_str().unwrap_or_default(),
                    )
                })
                .collect();
            list.sort();
            (value["id"].as_str().unwrap_or_default().to_owned(), list)
        })
        .collect()
}

fn print(entry: &Entry) -> String {
    format!(
        "{} {}:{} {} {} {}",
        entry.path,
        entry.line,
        entry.column,
        entry.category,
        entry.classification,
        entry.rule.as_deref().unwrap_or_default()
    )
}

/// How many messages of a table are judged exactly as the reference did, of how many that it judged.
struct Score {
    judged: usize,
    exact: usize,
    entries: usize,
    asked: usize,
    kinds: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

fn score(
    root: &Path,
    (table, truth_file, with_step): (&str, &str, bool),
    validators: &mut HashMap<PathBuf, Validator>,
) -> Score {
    let truth = truth(root, truth_file);
    let mut score = Score {
        judged: 0,
        exact: 0,
        entries: 0,
        asked: 0,
        kinds: BTreeMap::new(),
        wrong: Vec::new(),
    };
    for job in jobs(root, table) {
        let Some(expected) = truth.get(&job.id) else {
            continue;
        };
        let validator = validators
            .entry(job.profile.clone())
            .or_insert_with(|| nist_validator(&job, Dialect::Nist163));
        let found = entries(validator, &job.message);
        for e in &found {
            let kind = format!("{} / {}", e.classification, e.category);
            *score.kinds.entry(kind).or_default() += 1;
        }
        let mut lines: Vec<String> = found.iter().map(print).collect();
        if with_step {
            let step = job.step.as_ref().expect("a step");
            let rules = read_rules(&step.display().to_string(), &text(step)).expect("step rules");
            let step = StepConstraints::compile(&rules, validator);
            score.asked += usize::from(step.count() > 0);
            let mut offsets = Offsets::new();
            let message = Message::parse(&job.message, &mut offsets);
            let mut scratch = Scratch::new();
            for d in step.check(validator, &message, &mut scratch) {
                let entry = reference::entry(validator, Some(&step), d, &message);
                let kind = format!("{} / {}", entry.classification, entry.category);
                *score.kinds.entry(kind).or_default() += 1;
                lines.push(print(&entry));
            }
        }
        lines.sort();
        score.judged += 1;
        score.entries += expected.len();
        if lines == *expected {
            score.exact += 1;
        } else {
            score
                .wrong
                .push(format!("{}: {lines:#?}\nreference: {expected:#?}", job.id));
        }
    }
    assert_eq!(score.judged, truth.len(), "{truth_file}");
    score
}

/// The six sets: name, table, the reference's reports, whether the step's constraints are judged as well.
const SETS: [(&str, &str, &str, bool); 6] = [
    ("corpus", "jobs.tsv", "corpus-context-free.jsonl", false),
    (
        "corpus, with steps",
        "jobs.tsv",
        "corpus-context-based.jsonl",
        true,
    ),
    (
        "mutants",
        "mutants.tsv",
        "mutants-context-free.jsonl",
        false,
    ),
    (
        "mutants, with steps",
        "mutants.tsv",
        "mutants-context-based.jsonl",
        true,
    ),
    ("probes", "probes.tsv", "probes-context-free.jsonl", false),
    ("field", "field.tsv", "field-context-free.jsonl", false),
];

#[test]
fn every_message_is_judged_as_the_reference_does() {
    let Some(root) = nist() else { return };
    let mut said = String::new();
    let (mut judged, mut exact, mut entries) = (0, 0, 0);
    let mut wrong = Vec::new();
    let mut validators = HashMap::new();
    for (name, table, truth, with_step) in SETS {
        let score = score(&root, (table, truth, with_step), &mut validators);
        // some of the plans' steps ask for nothing beyond the profile
        assert!(!with_step || score.asked > 20, "{name}: {}", score.asked);
        let _ = writeln!(
            said,
            "{name}: judged {}/{} exact, {} entries",
            score.exact, score.judged, score.entries
        );
        for (kind, count) in &score.kinds {
            let _ = writeln!(said, "  {count:6} {kind}");
        }
        judged += score.judged;
        exact += score.exact;
        entries += score.entries;
        wrong.extend(score.wrong);
    }
    let _ = writeln!(
        said,
        "all: judged {exact}/{judged} exact, {entries} entries"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::assert_snapshot!("totals", said);
}

#[test]
fn every_message_of_other_systems_is_answered_within_itself() {
    let Some(root) = nist() else { return };
    let mut files = 0;
    for file in fs::read_dir(root.join("field")).expect("a folder") {
        let bytes = fs::read(file.expect("a file").path()).expect("a message");
        let mut offsets = Offsets::new();
        let message = Message::parse(&bytes, &mut offsets);
        for finding in check_message(&message).findings {
            let l = &finding.location;
            assert!(
                l.start <= l.end && l.end as usize <= bytes.len(),
                "{finding:?}"
            );
            assert!(l.line >= 1 && l.column >= 1, "{finding:?}");
        }
        files += 1;
    }
    assert_eq!(files, 154);
}

// findings that rest on code tables which ours hold newer than the bundles
fn rests_on_moving_codes(entry: &Entry) -> bool {
    let codes = ["Code Not Found", "Duplicate Code"].contains(&entry.category)
        && ["RXA", "OBX"].iter().any(|s| entry.path.starts_with(s));
    let statement =
        ["IZ-24", "IZ-36", "IZ-37"].contains(&entry.rule.as_deref().unwrap_or_default());
    codes || statement
}

#[test]
fn our_profiles_find_what_the_bundles_find() {
    let Some(root) = nist() else { return };
    for dialect in [Dialect::Nist163, Dialect::Titer] {
        let mut theirs: HashMap<PathBuf, Validator> = HashMap::new();
        let mut ours: HashMap<String, Validator> = HashMap::new();
        let (mut judged, mut compared) = (0, 0);
        for job in jobs(&root, "jobs.tsv") {
            let nist = theirs
                .entry(job.profile.clone())
                .or_insert_with(|| nist_validator(&job, dialect));
            let id = nist.info().id.clone();
            let own = ours
                .entry(id.clone())
                .or_insert_with(|| builtin_in(&id, dialect).expect("a profile that ships"));
            let keep = |list: Vec<Entry>| -> Vec<Entry> {
                list.into_iter()
                    .filter(|e| !rests_on_moving_codes(e))
                    .collect()
            };
            let (a, b) = (
                keep(entries(nist, &job.message)),
                keep(entries(own, &job.message)),
            );
            compared += a.len();
            assert_eq!(a, b, "{} in {dialect:?}", job.id);
            judged += 1;
        }
        assert_eq!(judged, 51);
        assert!(compared > 1000, "{compared} findings compared");
    }
}
