//! Where a machine's output goes: stdout or a file.

use crate::exit::Exit;
use crate::failure::{Failure, io_diagnostic};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use titer_finding::Diagnostic;

/// The file that was asked for, or stdout.
pub(crate) fn open(path: Option<&Path>) -> Result<Box<dyn Write>, Failure> {
    match path {
        None => Ok(Box::new(BufWriter::new(io::stdout()))),
        Some(path) => match File::create(path) {
            Ok(file) => Ok(Box::new(BufWriter::new(file))),
            Err(error) => Err(io_diagnostic("write the file", path, &error).into()),
        },
    }
}

/// What to do about an output that cannot be written: whoever closed a pipe has seen enough.
pub(crate) fn closed(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// Writes a text to stdout; a closed pipe is no error.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if !closed(&error) => {
            Err(io_diagnostic("write", Path::new("stdout"), &error).into())
        }
        _ => Ok(()),
    }
}

/// Writes a value to stdout as JSON.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<Exit, Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|e| Failure::usage(Diagnostic::new(format!("cannot write JSON: {e}"))))?;
    print(&(text + "\n"))?;
    Ok(Exit::Good)
}

/// Writes a text into a file, or to stdout when the path is `-`; gives what was written where, for a file.
pub(crate) fn write(
    what: &str,
    path: &Path,
    text: &str,
) -> Result<Option<(String, String)>, Failure> {
    if path == Path::new("-") {
        print(text)?;
        return Ok(None);
    }
    std::fs::write(path, text).map_err(|e| io_diagnostic("write the file", path, &e))?;
    Ok(Some((what.to_owned(), path.display().to_string())))
}
