//! A file of attestations: what a vendor declares about steps of a plan, with name and date, for runs without a tester.

use crate::load::{PlanError, Reader, about};
use crate::model::{Plan, StepKind};
use crate::pattern::Pattern;
use crate::span::{Parsed, Spanned};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;
use titer_finding::Diagnostic;

/// A file of attestations. It can be used again, run after run, until its entries expire.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AttestationFile {
    /// Which product, and why the file exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What is declared.
    pub attestations: Vec<Declared>,
}

/// One declaration.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Declared {
    /// For which steps: a name or a pattern, with or without the plan's id. Only steps that a person attests are meant.
    pub step: Spanned<String>,
    /// What is declared; the statement of the plan's step when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// Who declares it.
    pub name: Spanned<String>,
    /// In which role, for which organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// When it was declared, as 2026-11-22.
    pub date: Parsed<Day>,
    /// The last day on which it counts; for ever when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Parsed<Day>>,
    /// Files that show it, relative to this file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Spanned<String>>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A day as people write it in YAML: 2026-11-22.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day(pub Date);

impl crate::span::Syntax for Day {
    const WHAT: &'static str = "a day, as 2026-11-22";

    fn parse(text: &str) -> Result<Self, crate::span::SyntaxError> {
        text.parse().map(Day).map_err(|_| {
            crate::span::SyntaxError::new(format!("`{text}` is not a day"), 1)
                .help("write it as 2026-11-22")
        })
    }
}

/// An attestation of a step of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attested {
    /// The step, as a path.
    pub step: String,
    /// What is declared.
    pub statement: Option<String>,
    /// Who.
    pub name: String,
    /// In which role.
    pub role: Option<String>,
    /// When.
    pub date: Date,
    /// Until when it counts, that day included.
    pub expires: Option<Date>,
    /// Files that show it, relative to the attestation file's folder.
    pub evidence: Vec<String>,
    /// Anything else.
    pub comment: Option<String>,
}

/// Reads a file of attestations and finds the steps that it speaks of.
///
/// A pattern that names no step, a step that nobody attests, an empty name, an expiry before the date and two
/// declarations for one step are mistakes with their place.
pub fn load_attestations(path: &Path, plan: &Plan) -> Result<Vec<Attested>, PlanError> {
    let text = std::fs::read_to_string(path).map_err(|source| PlanError::Read {
        path: path.to_path_buf(),
        source,
    })?;
    let shown = path.display().to_string();
    let mut reader = Reader::default();
    let read: Option<AttestationFile> = reader.yaml(&shown, &text);
    let found = read
        .as_ref()
        .map(|file| steps(plan, file, &shown, &text, &mut reader.diagnostics));
    match found {
        Some(found) if reader.diagnostics.is_empty() => Ok(found),
        _ => Err(PlanError::Wrong {
            plan: plan.id.clone(),
            diagnostics: reader.diagnostics,
        }),
    }
}

fn steps(
    plan: &Plan,
    file: &AttestationFile,
    shown: &str,
    text: &str,
    errors: &mut Vec<Diagnostic>,
) -> Vec<Attested> {
    let mut all: Vec<Attested> = Vec::new();
    for declared in &file.attestations {
        let mut wrong = |place, message: String, help: &str| {
            let mut diagnostic = about(shown, text, place, message);
            diagnostic.help = (!help.is_empty()).then(|| help.to_owned());
            errors.push(diagnostic);
        };
        let place = declared.step.place;
        let pattern = match plan.pattern(&declared.step.value) {
            Ok(pattern) => pattern,
            Err(diagnostic) => {
                wrong(place, diagnostic.message, "");
                continue;
            }
        };
        if declared.name.value.trim().is_empty() {
            wrong(
                declared.name.place,
                "a declaration needs the name of who makes it".to_owned(),
                "",
            );
        }
        let Some(date) = declared.date.get().map(|d| d.0) else {
            continue;
        };
        let expires = declared.expires.as_ref().and_then(|e| e.get()).map(|d| d.0);
        if let (Some(last), Some(parsed)) = (expires, &declared.expires)
            && last < date
        {
            wrong(
                parsed.place(),
                format!("it expires on {last}, before it was declared on {date}"),
                "",
            );
        }
        let (attested, others) = matching(plan, &pattern);
        if attested.is_empty() {
            let (message, help) = if others == 0 {
                (
                    format!("no step of the plan is called `{}`", declared.step.value),
                    format!("`titer plan list {}` shows the names", plan.id),
                )
            } else {
                (
                    format!(
                        "`{}` is not a step that somebody attests",
                        declared.step.value
                    ),
                    "only steps of the kind `attest` can be declared; the others are judged"
                        .to_owned(),
                )
            };
            wrong(place, message, &help);
        }
        for step in attested {
            if all.iter().any(|a| a.step == step) {
                wrong(place, format!("`{step}` is declared twice"), "");
                continue;
            }
            all.push(Attested {
                step,
                statement: declared.statement.clone(),
                name: declared.name.value.trim().to_owned(),
                role: declared.role.clone(),
                date,
                expires,
                evidence: declared.evidence.iter().map(|e| e.value.clone()).collect(),
                comment: declared.comment.clone(),
            });
        }
    }
    all
}

// the attested steps that a pattern means, and how many others it means
fn matching(plan: &Plan, pattern: &Pattern) -> (Vec<String>, usize) {
    let mut attested = Vec::new();
    let mut others = 0;
    for (_, case) in plan.cases() {
        for step in &case.steps {
            let path = plan.step_path(case, step);
            if pattern.covers(&path) {
                if step.kind() == Some(StepKind::Attest) {
                    attested.push(path);
                } else {
                    others += 1;
                }
            }
        }
    }
    (attested, others)
}
