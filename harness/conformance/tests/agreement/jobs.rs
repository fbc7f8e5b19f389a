//! The tables of messages beside the project, and the bundles that they are judged by.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use titer_conformance::xml::{read_profile, read_rules, read_tables};
use titer_conformance::{Dialect, Validator};

#[expect(clippy::print_stdout, reason = "says that a test was skipped")]
pub(crate) fn nist() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/nist");
    if root.is_dir() {
        Some(root)
    } else {
        println!("skipped: ../shared is absent");
        None
    }
}

pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) message: Vec<u8>,
    pub(crate) message_id: String,
    pub(crate) profile: PathBuf,
    pub(crate) constraints: PathBuf,
    pub(crate) tables: PathBuf,
    pub(crate) step: Option<PathBuf>,
}

pub(crate) fn jobs(root: &Path, table: &str) -> Vec<Job> {
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

pub(crate) fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("a file")
}

pub(crate) fn nist_validator(job: &Job, dialect: Dialect) -> Validator {
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
