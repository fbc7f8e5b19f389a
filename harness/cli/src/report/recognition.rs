//! The recognition report in the form that was asked for.

use super::args::{RecognitionForm, ReportArgs};
use super::unmade;
use crate::failure::{Failure, io_diagnostic};
use crate::{output, ui};
use std::io::Write as _;
use std::path::Path;
use titer_finding::Diagnostic;
use titer_report::{
    RuleOverride, recognition, recognition_html, recognition_junit, recognition_markdown,
    recognition_pdf,
};
use titer_runner::result::RunResult;

pub(super) fn write(args: &ReportArgs, result: &RunResult) -> Result<(), Failure> {
    let Some(form) = args.format else {
        return Ok(());
    };
    let given = RuleOverride {
        optional_share: args.optional_share,
        rounding: args.rounding.map(Into::into),
    };
    let mask = args.mask;
    let bytes = match form {
        RecognitionForm::Html => recognition_html(result, given, mask)
            .map_err(|e| unmade(&e))?
            .into_bytes(),
        RecognitionForm::Pdf => recognition_pdf(result, given, mask),
        RecognitionForm::Md => recognition_markdown(result, given, mask).into_bytes(),
        RecognitionForm::Json => {
            let data = recognition(result, given, mask);
            let text = serde_json::to_string_pretty(&data)
                .map_err(|e| Failure::usage(Diagnostic::new(format!("cannot write JSON: {e}"))))?;
            (text + "\n").into_bytes()
        }
        RecognitionForm::Junit => recognition_junit(result, given, mask)
            .map_err(|e| unmade(&e))?
            .into_bytes(),
    };
    match args.output.as_deref().filter(|p| *p != Path::new("-")) {
        None => match std::io::stdout().lock().write_all(&bytes) {
            Err(error) if !output::closed(&error) => {
                Err(io_diagnostic("write", Path::new("stdout"), &error).into())
            }
            _ => Ok(()),
        },
        Some(path) => {
            std::fs::write(path, &bytes).map_err(|e| io_diagnostic("write the file", path, &e))?;
            ui::say(format!("recognition  {}", path.display()));
            Ok(())
        }
    }
}
