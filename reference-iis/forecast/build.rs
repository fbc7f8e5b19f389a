//! Reads the schedule that ships, once, when the program is built, and writes its compact form: what is wrong in its files
//! stops the build, at its place.

#![expect(
    dead_code,
    unused_imports,
    unreachable_pub,
    clippy::wildcard_imports,
    reason = "the modules are the library's, which uses the rest of them"
)]

#[path = "src/schedule/check.rs"]
mod check;
#[path = "src/schedule/code.rs"]
mod code;
#[path = "src/schedule/model.rs"]
mod model;
#[path = "src/schedule/period.rs"]
mod period;
#[path = "src/schedule/text/mod.rs"]
mod text;

/// The modules' own names for each other.
mod schedule {
    pub(crate) use super::*;
}

pub(crate) use code::Code;
pub(crate) use model::*;
pub(crate) use period::Period;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The folder of the readable files.
const FOLDER: &str = "schedule";

fn main() -> ExitCode {
    for used in ["build.rs", FOLDER, "src/schedule"] {
        println!("cargo::rerun-if-changed={used}");
    }
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            for problem in problems {
                println!("cargo::error={problem}");
            }
            ExitCode::FAILURE
        }
    }
}

/// What is wrong, each on a line of its own.
fn build() -> Result<(), Vec<String>> {
    let folder = Path::new(FOLDER);
    let mut texts = Vec::new();
    for place in [folder.to_owned(), folder.join(text::ANTIGENS)] {
        for entry in std::fs::read_dir(place).map_err(other)? {
            let path = entry.map_err(other)?.path();
            if path.extension().is_some_and(|e| e == "txt") {
                let name = path.display().to_string();
                let text = std::fs::read_to_string(&path)
                    .map_err(|e| vec![format!("{name}: the file cannot be read: {e}")])?;
                texts.push((name, text));
            }
        }
    }
    texts.sort();
    let files: Vec<text::TextFile<'_>> = texts
        .iter()
        .map(|(name, text)| text::TextFile { name, text })
        .collect();
    let schedule =
        text::read(&files).map_err(|e| e.problems.iter().map(located).collect::<Vec<_>>())?;
    let bytes = postcard::to_allocvec(&schedule).map_err(other)?;
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    std::fs::write(out.join("schedule.bin"), bytes).map_err(other)
}

/// What nothing in the files explains.
fn other(error: impl std::fmt::Display) -> Vec<String> {
    vec![format!("the schedule that ships: {error}")]
}

/// A problem in one line, as far as cargo shows it: place, message, help.
fn located(problem: &titer_finding::Diagnostic) -> String {
    let place = match problem.line {
        0 => String::new(),
        line => format!(":{line}:{}", problem.column),
    };
    let help = match &problem.help {
        Some(help) => format!(" (help: {help})"),
        None => String::new(),
    };
    format!(
        "reference-iis/forecast/{}{place}: {}{help}",
        problem.file, problem.message
    )
}
