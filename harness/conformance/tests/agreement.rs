//! Agreement with the reference engine over the shared messages, and of our profiles with NIST's.
//!
//! All of it needs `../shared`; without it every test says that it was skipped.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use titer_conformance::reference::{self, Entry};
use titer_conformance::step::StepConstraints;
use titer_conformance::xml::{read_profile, read_rules, read_tables};
use titer_conformance::{Dialect, Scratch, Validator, builtin_in, check_message};
use titer_hl7::{Message, Offsets};

#[expect(clippy::print_stdout, reason = "says that a test was skipped")]
fn nist() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/nist");
    if root.is_dir() {
        Some(root)
    } else {
        println!("skipped: ../shared is absent");
        None
    }
}

struct Job {
    id: String,
    message: Vec<u8>,
    message_id: String,
    profile: PathBuf,
    constraints: PathBuf,
    tables: PathBuf,
    step: Option<PathBuf>,
}

fn jobs(root: &Path, table: &str) -> Vec<Job> {
    let table = fs::read_to_string(root.join(table)).expect(table);
    let mut lines = table.lines();
    let head: Vec<&str> = lines.next().expect("a head").split('\t').collect();
    lines
        .map(|line| {
            let row: HashMap<&str, &str> = head.iter().copied().zip(line.split('\t')).collect();
            let path = |name: &str| root.join(row[name]);
            Job {
                id: row["id"].to_owned(),
                message: fs::read(path("message")).expect("a message"),
                message_id: row["message_id"].to_owned(),
                profile: path("profile"),
                constraints: path("constraints"),
                tables: path("valuesets"),
                step: (row["context_constraints"] != "-").then(|| path("context_constraints")),
            }
        })
        .collect()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("a file")
}

fn nist_validator(job: &Job, dialect: Dialect) -> Validator {
    let name = |p: &Path| p.display().to_string();
    let structure = read_profile(
        &name(&job.profile),
        &text(&job.profile),
        Some(&job.message_id),
    )
    .expect("a profile");
    let rules = read_rules(&name(&job.constraints), &text(&job.constraints)).expect("rules");
    let tables = read_tables(&name(&job.tables), &text(&job.tables)).expect("tables");
    Validator::compile(&structure.with(rules, tables), dialect).expect("a validator")
}

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
    wrong: Vec<String>,
}

fn score(root: &Path, table: &str, truth_file: &str, with_step: bool) -> Score {
    let truth = truth(root, truth_file);
    let mut validators: HashMap<PathBuf, Validator> = HashMap::new();
    let mut score = Score {
        judged: 0,
        exact: 0,
        entries: 0,
        asked: 0,
        wrong: Vec::new(),
    };
    for job in jobs(root, table) {
        let Some(expected) = truth.get(&job.id) else {
            continue;
        };
        let validator = validators
            .entry(job.profile.clone())
            .or_insert_with(|| nist_validator(&job, Dialect::Nist163));
        let mut lines: Vec<String> = entries(validator, &job.message).iter().map(print).collect();
        if with_step {
            let step = job.step.as_ref().expect("a step");
            let rules = read_rules(&step.display().to_string(), &text(step)).expect("step rules");
            let step = StepConstraints::compile(&rules, validator);
            score.asked += usize::from(step.count() > 0);
            let mut offsets = Offsets::new();
            let message = Message::parse(&job.message, &mut offsets);
            let mut scratch = Scratch::new();
            for d in step.check(validator, &message, &mut scratch) {
                lines.push(print(&reference::entry(
                    validator,
                    Some(&step),
                    d,
                    &message,
                )));
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
    score
}

fn exact(table: &str, truth_file: &str, with_step: bool) -> Option<Score> {
    let root = nist()?;
    let score = score(&root, table, truth_file, with_step);
    assert!(score.wrong.is_empty(), "{}", score.wrong.join("\n"));
    assert_eq!(score.exact, score.judged, "{truth_file}");
    Some(score)
}

#[test]
fn unmutated_messages_agree_with_the_reference() {
    if let Some(s) = exact("jobs.tsv", "corpus-context-free.jsonl", false) {
        assert_eq!((s.judged, s.entries), (51, 1957));
    }
}

#[test]
fn unmutated_messages_agree_with_their_steps() {
    if let Some(s) = exact("jobs.tsv", "corpus-context-based.jsonl", true) {
        assert_eq!((s.judged, s.entries), (43, 1891));
        // some of the plans' steps ask for nothing beyond the profile
        assert!(s.asked > 20, "{}", s.asked);
    }
}

#[test]
fn mutated_messages_agree_with_the_reference() {
    if let Some(s) = exact("mutants.tsv", "mutants-context-free.jsonl", false) {
        assert_eq!((s.judged, s.entries), (219, 10_181));
    }
}

#[test]
fn mutated_messages_agree_with_their_steps() {
    if let Some(s) = exact("mutants.tsv", "mutants-context-based.jsonl", true) {
        assert_eq!((s.judged, s.entries), (172, 10_033));
    }
}

#[test]
fn messages_made_to_show_a_quirk_agree_with_the_reference() {
    if let Some(s) = exact("probes.tsv", "probes-context-free.jsonl", false) {
        assert_eq!((s.judged, s.entries), (12, 156));
    }
}

#[test]
fn messages_of_other_systems_agree_with_the_reference() {
    if let Some(s) = exact("field.tsv", "field-context-free.jsonl", false) {
        assert_eq!((s.judged, s.entries), (135, 6847));
    }
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
