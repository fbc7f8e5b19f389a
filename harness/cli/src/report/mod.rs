//! `titer report`: a result document rendered again, signed and verified.

pub(crate) mod args;
mod key;
mod recognition;
mod verify;

use crate::exit::Exit;
use crate::failure::{Failure, chain, read_text};
use crate::ui::Ui;
use crate::{output, ui};
use args::{KeyCommand, ReportArgs, ReportCommand};
use std::path::Path;
use titer_finding::Diagnostic;
use titer_report::{ReportError, TerminalOptions, html, junit, markdown, masked, terminal};
use titer_runner::result::{RunResult, UnreadableResult};

pub(crate) fn run(args: &ReportArgs, ui: &Ui) -> Result<Exit, Failure> {
    match &args.command {
        Some(ReportCommand::Sign(args)) => return key::sign(args),
        Some(ReportCommand::Verify(args)) => return verify::run(args),
        Some(ReportCommand::Key(KeyCommand::New { file })) => return key::new(file),
        None => {}
    }
    let Some(path) = &args.result else {
        // the parser has asked for it
        return Err(Diagnostic::new("no result document is named").into());
    };
    let whole = read_result(path)?;
    if args.format.is_some() {
        recognition::write(args, &whole)?;
    }
    let result = if args.mask {
        masked(&whole)
    } else {
        whole.clone()
    };
    let mut written = Vec::new();
    if let Some(path) = &args.html {
        // the page says itself that it is masked
        let page = html(&whole, args.mask).map_err(|e| unmade(&e))?;
        written.push(output::write("report", path, &page)?);
    }
    if let Some(path) = &args.junit {
        let text = junit(&result).map_err(|e| unmade(&e))?;
        written.push(output::write("junit", path, &text)?);
    }
    if let Some(path) = &args.markdown {
        written.push(output::write("markdown", path, &markdown(&result))?);
    }
    if let Some(path) = &args.json {
        let text = result.to_json().map_err(|e| {
            Failure::usage(Diagnostic::new(format!(
                "cannot write the result: {}",
                chain(&e)
            )))
        })?;
        written.push(output::write("result", path, &text)?);
    }
    if written.is_empty() && args.format.is_none() {
        let options = TerminalOptions {
            color: ui.stdout_color(),
            width: ui::stdout_width(),
            written: Vec::new(),
        };
        output::print(&terminal(&result, &options))?;
        return Ok(Exit::Good);
    }
    for (what, path) in written.into_iter().flatten() {
        ui::say(format!("{what}  {path}"));
    }
    Ok(Exit::Good)
}

/// Reads a result document; what is wrong with it is a diagnostic with its place.
pub(crate) fn read_result(path: &Path) -> Result<RunResult, Failure> {
    let text = read_text(path)?;
    parse_result(path, &text)
}

/// Reads the text of a result document.
fn parse_result(path: &Path, text: &str) -> Result<RunResult, Failure> {
    let file = path.display().to_string();
    RunResult::from_json(text).map_err(|error| match &error {
        UnreadableResult::Json(json) => {
            let said = json.to_string();
            let said = said
                .rsplit_once(" at line ")
                .map_or(said.as_str(), |(said, _)| said);
            let line = u32::try_from(json.line()).unwrap_or(0);
            let column = u32::try_from(json.column()).unwrap_or(0);
            Diagnostic::new(format!("not a result document: {said}"))
                .with_help("`titer run` writes one as result.json")
                .at(file, text, line, column.max(1), 1)
                .into()
        }
        UnreadableResult::Version { .. } => {
            let at = text.find("\"schema\"").unwrap_or(0);
            Diagnostic::new(error.to_string())
                .with_help("make the report with the version of this program that ran the plan")
                .at_bytes(file, text, at..at + "\"schema\"".len())
                .into()
        }
    })
}

fn unmade(error: &ReportError) -> Failure {
    Diagnostic::new(format!("cannot {}", chain(error))).into()
}
