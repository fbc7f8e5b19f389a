//! Runs published cases against the supporting data in a folder:
//! `cdsi_cases SUPPORTING_DATA_DIR CASES.csv [--underlying]`.
//!
//! Prints a line `ID pass|fail what differed` for each case that fails in its forecast or its evaluations, and the sums at the end.
//! `--underlying` says that the cases are those for underlying conditions; the columns of the file must be, too.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use titer_forecast::cases::{Tally, judge, read};
use titer_forecast::schedule::import::{XmlFile, import};
use titer_forecast::{Forecaster, Options, Scratch};

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let underlying = arguments.iter().any(|argument| argument == "--underlying");
    arguments.retain(|argument| argument != "--underlying");
    let [folder, cases] = arguments.as_slice() else {
        let _ = writeln!(
            std::io::stderr(),
            "usage: cdsi_cases SUPPORTING_DATA_DIR CASES.csv [--underlying]"
        );
        return ExitCode::from(2);
    };
    match run(Path::new(folder), Path::new(cases), underlying) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "{message}");
            ExitCode::from(2)
        }
    }
}

fn run(folder: &Path, cases: &Path, underlying: bool) -> Result<(), String> {
    let failed =
        |path: &Path, error: &std::io::Error| format!("cannot read {}: {error}", path.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| failed(folder, &error))? {
        let path = entry.map_err(|error| failed(folder, &error))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("xml"))
        {
            let text = std::fs::read_to_string(&path).map_err(|error| failed(&path, &error))?;
            files.push(XmlFile {
                name: path.display().to_string(),
                text,
            });
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    let joined = |problems: &[titer_finding::Diagnostic]| {
        problems
            .iter()
            .map(|problem| problem.render(false))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let version = folder
        .file_name()
        .map_or(String::new(), |name| name.to_string_lossy().into_owned());
    let schedule = import(&files, &version, None)
        .map_err(|error| joined(&error.problems))?
        .schedule;
    let text = std::fs::read_to_string(cases).map_err(|error| failed(cases, &error))?;
    let list = read(&cases.display().to_string(), &text, &schedule)
        .map_err(|problems| joined(&problems))?;
    let header = text.lines().next().unwrap_or_default();
    if header.contains("Observation_Code_1") != underlying {
        let kind = if underlying { "are not" } else { "are" };
        return Err(format!(
            "{} : these {kind} the cases for underlying conditions (--underlying)",
            cases.display()
        ));
    }
    let forecaster = Forecaster::new(&schedule, Options::default());
    let (mut scratch, mut tally) = (Scratch::default(), Tally::default());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let lost = |error: std::io::Error| format!("cannot write: {error}");
    for case in &list {
        let answer = forecaster.answer(&case.patient, case.as_of, &mut scratch);
        let verdict = judge(case, &answer);
        tally.add(&verdict);
        if !verdict.passed() {
            let differed = [verdict.forecast, verdict.evaluation].concat().join("; ");
            writeln!(out, "{} fail {differed}", case.id).map_err(lost)?;
        }
    }
    writeln!(
        out,
        "reasons of doses that do not count: {} of {}; one line for each group: {} of {}",
        tally.reasons_agree, tally.reasons, tally.lines, tally.cases
    )
    .map_err(lost)?;
    let Tally {
        cases,
        forecasts,
        evaluations,
        ..
    } = tally;
    writeln!(
        out,
        "forecasts {forecasts} of {cases}, evaluations {evaluations} of {cases}"
    )
    .map_err(lost)?;
    out.flush().map_err(lost)
}
