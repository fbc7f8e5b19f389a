//! Judges every job of a table in the reference's dialect and prints one JSON object a line.
//!
//! `judge JOBS.tsv ROOT [--context]`: the table's columns are found by name (`id message message_id profile constraints
//! valuesets context_constraints`), paths are relative to ROOT. `--context` adds the step constraints and leaves out
//! jobs that have none.

use serde::Serialize;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use titer_conformance::step::StepConstraints;
use titer_conformance::xml::{read_profile, read_rules, read_tables};
use titer_conformance::{Dialect, Scratch, Validator, reference};
use titer_hl7::{Message, Offsets};

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<Vec<reference::Entry>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exception: Option<String>,
}

#[derive(Debug, thiserror::Error)]
enum JudgeError {
    #[error("usage: judge JOBS.tsv ROOT [--context]")]
    Call,
    #[error("cannot read {path}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the table has no column `{0}`")]
    Column(&'static str),
    #[error("line {0} of the table has too few columns")]
    Short(usize),
    #[error(transparent)]
    Xml(#[from] titer_conformance::xml::XmlError),
    #[error("cannot compile {path}")]
    Compile {
        path: PathBuf,
        source: titer_conformance::CompileError,
    },
    #[error("cannot write the results")]
    Write(#[from] std::io::Error),
    #[error("cannot write the results")]
    Json(#[from] serde_json::Error),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = format!("judge: {error}");
            let mut cause = std::error::Error::source(&error);
            while let Some(c) = cause {
                let _ = write!(text, ": {c}");
                cause = c.source();
            }
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::from(2)
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, JudgeError> {
    std::fs::read(path).map_err(|source| JudgeError::Read {
        path: path.to_owned(),
        source,
    })
}

fn text(path: &Path) -> Result<String, JudgeError> {
    Ok(String::from_utf8_lossy(&read(path)?).into_owned())
}

struct Columns<'t> {
    names: Vec<&'t str>,
}

impl Columns<'_> {
    fn of<'r>(
        &self,
        row: &[&'r str],
        name: &'static str,
        line: usize,
    ) -> Result<&'r str, JudgeError> {
        let at = self
            .names
            .iter()
            .position(|n| *n == name)
            .ok_or(JudgeError::Column(name))?;
        row.get(at).copied().ok_or(JudgeError::Short(line))
    }
}

fn run() -> Result<(), JudgeError> {
    let mut positional = Vec::new();
    let mut with_context = false;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--context" => with_context = true,
            a if a.starts_with('-') => return Err(JudgeError::Call),
            _ => positional.push(PathBuf::from(argument)),
        }
    }
    let [jobs, root] = positional.as_slice() else {
        return Err(JudgeError::Call);
    };
    let table = text(jobs)?;
    let mut lines = table.lines().enumerate();
    let columns = Columns {
        names: lines
            .next()
            .map_or_else(Vec::new, |(_, l)| l.split('\t').collect()),
    };
    let mut validators: HashMap<String, Validator> = HashMap::new();
    let mut offsets = Offsets::new();
    let mut scratch = Scratch::new();
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (number, line) in lines {
        if line.trim().is_empty() {
            continue;
        }
        let row: Vec<&str> = line.split('\t').collect();
        let column = |name| columns.of(&row, name, number + 1);
        let step = column("context_constraints")?;
        let step = (step != "-" && !step.is_empty()).then(|| root.join(step));
        if with_context && step.is_none() {
            continue;
        }
        let message_id = column("message_id")?;
        let (profile, constraints, tables) = (
            root.join(column("profile")?),
            root.join(column("constraints")?),
            root.join(column("valuesets")?),
        );
        let key = format!("{message_id}\t{}", profile.display());
        if !validators.contains_key(&key) {
            let validator = compile(message_id, &profile, &constraints, &tables)?;
            validators.insert(key.clone(), validator);
        }
        let Some(validator) = validators.get(&key) else {
            continue;
        };
        let bytes = read(&root.join(column("message")?))?;
        let message = Message::parse(&bytes, &mut offsets);
        let mut result = Line {
            id: column("id")?,
            entries: None,
            exception: reference::refusal(&message),
        };
        if result.exception.is_none() {
            let found = validator.check(&message, &mut scratch);
            let mut entries: Vec<_> = found
                .iter()
                .map(|d| reference::entry(validator, None, d, &message))
                .collect();
            if let Some(path) = step.filter(|_| with_context) {
                let name = path.display().to_string();
                let rules = read_rules(&name, &text(&path)?)?;
                let step = StepConstraints::compile(&rules, validator);
                let found = step.check(validator, &message, &mut scratch);
                entries.extend(
                    found
                        .iter()
                        .map(|d| reference::entry(validator, Some(&step), d, &message)),
                );
            }
            result.entries = Some(entries);
        }
        serde_json::to_writer(&mut out, &result)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

fn compile(
    message_id: &str,
    profile: &Path,
    constraints: &Path,
    tables: &Path,
) -> Result<Validator, JudgeError> {
    let name = |p: &Path| p.display().to_string();
    let structure = read_profile(&name(profile), &text(profile)?, Some(message_id))?;
    let rules = read_rules(&name(constraints), &text(constraints)?)?;
    let tables = read_tables(&name(tables), &text(tables)?)?;
    Validator::compile(&structure.with(rules, tables), Dialect::Nist163).map_err(|source| {
        JudgeError::Compile {
            path: profile.to_owned(),
            source,
        }
    })
}
