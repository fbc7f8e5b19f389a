//! Bundles of NIST's test tool as plans: a folder with TestPlan, TestCaseGroup, TestCase and TestStep files becomes a folder
//! with a plan of this program.
//!
//! Real bundles have defects. What can be put right is, what cannot be carried is counted with its reason, and every step of
//! the bundle is a step of the plan. Not here: the published plans' texts, which stay with whoever has the bundle.

mod assemble;
mod expect;
mod files;
mod message;
mod place;
mod report;
mod story;
mod words;
mod xml;
mod yaml;

pub use report::{Note, Report, StepReport, Tally, Weight};

use crate::load::{self, PlanError};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use titer_finding::Diagnostic;

/// Why a bundle gives no plan.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The folder or something in it cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder is no bundle.
    #[error("{path} is not a bundle of test cases")]
    NoBundle {
        /// Which.
        path: PathBuf,
        /// What was looked for in vain, and what was found wrong.
        diagnostics: Vec<Diagnostic>,
    },
    /// What came of the bundle is no plan.
    #[error("the bundle gives no good plan")]
    Unsound(#[source] PlanError),
    /// The plan cannot be written.
    #[error("cannot write {path}")]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder for the plan holds something else.
    #[error("{path} is there already and not empty")]
    NotEmpty {
        /// Which.
        path: PathBuf,
    },
}

impl ImportError {
    /// The error for people.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            ImportError::NoBundle { path, diagnostics } => {
                let first = Diagnostic::new(self.to_string_without(path))
                    .in_file(path.display().to_string())
                    .with_help("a bundle is a folder with a TestPlan.json, and in it TestGroup_1/TestCase_1/TestStep_1 and so on");
                std::iter::once(first)
                    .chain(diagnostics.iter().cloned())
                    .collect()
            }
            ImportError::Unsound(e) => e.diagnostics(),
            ImportError::Read { path, source } | ImportError::Write { path, source } => {
                let doing = match self {
                    ImportError::Write { .. } => "written",
                    _ => "read",
                };
                vec![
                    Diagnostic::new(format!("it cannot be {doing}: {source}"))
                        .in_file(path.display().to_string()),
                ]
            }
            ImportError::NotEmpty { path } => vec![
                Diagnostic::new("the folder is there already and not empty")
                    .in_file(path.display().to_string())
                    .with_help("name another folder with `--output`, or empty this one"),
            ],
        }
    }

    fn to_string_without(&self, path: &Path) -> String {
        self.to_string()
            .replace(&path.display().to_string(), "the folder")
    }
}

/// A bundle as a plan that is good and has not been written.
#[derive(Debug)]
pub struct Imported {
    /// The plan's id.
    pub id: String,
    /// The plan's files by their path in its folder.
    pub files: BTreeMap<String, String>,
    /// What became of the bundle.
    pub report: Report,
}

/// The file of a written plan that holds the report.
pub const REPORT_FILE: &str = "import-report.json";

/// Makes a plan of a bundle. `id` is the plan's id; without one it is made from the folder's name.
pub fn import(dir: &Path, id: Option<&str>) -> Result<Imported, ImportError> {
    let imported = assemble::assemble(dir, id)?;
    // what is given out loads
    load::texts(&imported.id, &imported.files).map_err(ImportError::Unsound)?;
    Ok(imported)
}

impl Imported {
    /// Writes the plan and its report into a folder, which is made when it is not there.
    pub fn write(&self, folder: &Path) -> Result<(), ImportError> {
        let fail = |path: &Path| {
            let path = path.to_path_buf();
            move |source| ImportError::Write { path, source }
        };
        if folder.exists() {
            let mut entries = std::fs::read_dir(folder).map_err(fail(folder))?;
            if entries.next().is_some() {
                return Err(ImportError::NotEmpty {
                    path: folder.to_path_buf(),
                });
            }
        }
        let report = serde_json::to_string_pretty(&self.report).unwrap_or_default() + "\n";
        let all = self.files.iter().map(|(n, t)| (n.as_str(), t.as_str()));
        for (name, text) in all.chain([(REPORT_FILE, report.as_str())]) {
            let path = folder.join(name);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(fail(parent))?;
            }
            std::fs::write(&path, text).map_err(fail(&path))?;
        }
        Ok(())
    }
}
