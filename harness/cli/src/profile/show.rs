//! `titer profile show`: a message's structure, or what a profile says about one element.

use super::named;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::ui::Ui;
use titer_conformance::compare::describe;
use titer_finding::Diagnostic;

pub(super) fn run(profile: &str, path: Option<&str>, ui: &Ui) -> Result<Exit, Failure> {
    let found = named::one(named::all(profile, ui)?, profile, None)?;
    let definition = &found.definition;
    let text = match path {
        None => describe::structure(definition),
        Some(path) => {
            match describe::element(definition, path) {
                Some(text) => text,
                None => {
                    return Err(Diagnostic::new(format!(
                    "the profile {} has no element `{path}`",
                    found.label
                ))
                .with_help("name an element as PID, PID-5 or PID-5.1, or leave it out to see the message")
                .into());
                }
            }
        }
    };
    output::print(&text)?;
    Ok(Exit::Good)
}
