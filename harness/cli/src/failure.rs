//! What stops a command: diagnostics for people, and the exit code.

use crate::exit::Exit;
use std::error::Error;
use std::io;
use std::path::Path;
use titer_finding::Diagnostic;

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct Failure {
    /// How the program ends.
    pub(crate) exit: Exit,
    /// What to say, in order.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Failure {
    /// The call, a file or a plan is wrong.
    pub(crate) fn usage(diagnostic: Diagnostic) -> Self {
        Self {
            exit: Exit::Usage,
            diagnostics: vec![diagnostic],
        }
    }

    /// The system under test could not be reached.
    pub(crate) fn unreachable(diagnostic: Diagnostic) -> Self {
        Self {
            exit: Exit::Unreachable,
            diagnostics: vec![diagnostic],
        }
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Failure::usage(diagnostic)
    }
}

impl From<Box<Diagnostic>> for Failure {
    fn from(diagnostic: Box<Diagnostic>) -> Self {
        Failure::usage(*diagnostic)
    }
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            exit: Exit::Usage,
            diagnostics,
        }
    }
}

/// `cannot read the file: there is no such file`, about a path.
pub(crate) fn io_diagnostic(doing: &str, path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::new(format!("cannot {doing}: {}", io_words(error)))
        .in_file(path.display().to_string())
}

/// The reason in words, without the number that the system adds.
pub(crate) fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::NotADirectory => "a part of the path is no folder".to_owned(),
        io::ErrorKind::AddrInUse => "the address is in use".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            lower_first(text)
        }
    }
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        // some errors already print their cause
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        next = cause.source();
    }
    text
}

/// The text with a small letter at its start.
pub(crate) fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// Reads a text file that a user named; what is wrong with it is a diagnostic.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    // more than a hundred megabytes are no plan, profile or policy
    const LIMIT: u64 = 100 * 1024 * 1024;
    let wrong = |e: &io::Error| Failure::usage(io_diagnostic("read the file", path, e));
    let size = std::fs::metadata(path).map_err(|e| wrong(&e))?;
    if size.is_dir() {
        return Err(wrong(&io::ErrorKind::IsADirectory.into()));
    }
    if size.len() > LIMIT {
        return Err(Diagnostic::new(format!(
            "the file is larger than {} MiB",
            LIMIT / 1024 / 1024
        ))
        .in_file(path.display().to_string())
        .into());
    }
    let bytes = std::fs::read(path).map_err(|e| wrong(&e))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            Err(
                Diagnostic::new("the file is not UTF-8 text: this byte is wrong")
                    .with_help("save the file as UTF-8")
                    .at_bytes(path.display().to_string(), &text, at..at + 1)
                    .into(),
            )
        }
    }
}
