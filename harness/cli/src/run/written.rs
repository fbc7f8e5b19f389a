//! The files that a run leaves behind.

use crate::failure::{Failure, chain, io_diagnostic};
use std::path::{Path, PathBuf};
use titer_finding::Diagnostic;
use titer_report::{html, junit, masked};
use titer_runner::result::RunResult;
use titer_runner::session::Session;

/// The document: the evidence, never masked.
const RESULT: &str = "result.json";
/// The report for people.
pub(super) const REPORT: &str = "report.html";
/// The report for pipelines.
const JUNIT: &str = "junit.xml";

/// Makes the folder before anything runs, so that a run is not lost for want of a place.
pub(super) fn folder(path: &Path) -> Result<PathBuf, Failure> {
    std::fs::create_dir_all(path).map_err(|e| io_diagnostic("make the folder", path, &e))?;
    Ok(path.to_owned())
}

/// Writes the document and its reports; gives what was written where.
pub(super) fn all(
    result: &RunResult,
    folder: &Path,
    mask: bool,
) -> Result<Vec<(String, String)>, Failure> {
    let unmade = |what: &str, error: &dyn std::error::Error| -> Failure {
        Diagnostic::new(format!("cannot write {what}: {}", chain(error))).into()
    };
    let document = result.to_json().map_err(|e| unmade("the result", &e))?;
    let page = html(result, mask).map_err(|e| unmade("the report", &e))?;
    let cases = if mask {
        junit(&masked(result))
    } else {
        junit(result)
    };
    let cases = cases.map_err(|e| unmade("the JUnit report", &e))?;
    let mut written = Vec::new();
    for (what, name, text) in [
        ("report", REPORT, page),
        ("result", RESULT, document),
        ("junit", JUNIT, cases),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|e| io_diagnostic("write the file", &path, &e))?;
        written.push((what.to_owned(), path.display().to_string()));
    }
    Ok(written)
}

/// Writes the files of evidence beside the document, under the names that it gives them; says where they are.
pub(super) fn evidence(
    result: &RunResult,
    session: &Session,
    folder: &Path,
) -> Result<Vec<(String, String)>, Failure> {
    let mut written = Vec::new();
    for file in result.steps().flat_map(|s| &s.files) {
        let path = folder.join(&file.name);
        let bytes = session
            .file(&file.sha256)
            .map_err(|e| Failure::from(Diagnostic::new(chain(&e))))?
            .ok_or_else(|| Diagnostic::new(format!("the evidence {} is not there", file.name)))?;
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)
                .map_err(|e| io_diagnostic("make the folder", parent, &e))?;
        }
        std::fs::write(&path, bytes).map_err(|e| io_diagnostic("write the file", &path, &e))?;
        written.push(path);
    }
    let place = match written.as_slice() {
        [] => return Ok(Vec::new()),
        [one] => one.display().to_string(),
        several => format!(
            "{} ({} files)",
            folder.join("evidence").display(),
            several.len()
        ),
    };
    Ok(vec![("evidence".to_owned(), place)])
}
