//! Patients from files.

use crate::failure::{Failure, io_diagnostic};
use std::io::{self, Read};
use std::path::Path;
use titer_finding::Diagnostic;
use titer_forecast::input::{Format, Stated, fhir, hl7, json};
use titer_hl7::read::{Item, Reader};

/// More than so many bytes are not one patient.
const LIMIT: u64 = 64 * 1024 * 1024;

/// The name of standard input in diagnostics.
const STDIN: &str = "stdin";

/// One patient from a file, or from standard input, and the format that it was in.
pub(super) fn one(path: &str) -> Result<(Stated, Format), Failure> {
    let (name, bytes) = bytes(path)?;
    let format = Format::detect(&bytes);
    let stated = match format {
        Some(Format::Json) => Ok(json::read(&name, &utf8(&name, &bytes)?)?),
        Some(Format::Fhir) => Ok(fhir::read(&name, &utf8(&name, &bytes)?)?),
        Some(Format::Hl7) => message(&name, &bytes),
        Some(Format::Csv) => Err(many(&name, "a workbook of test cases")),
        None => Err(unknown(&name, &bytes)),
    };
    Ok((stated?, format.unwrap_or(Format::Json)))
}

/// What a file that is nothing we know is told, by what it begins with.
pub(super) fn unknown(name: &str, head: &[u8]) -> Failure {
    const FORMS: &str = "a patient is JSON (docs/forecast.md), an HL7 v2 message, or FHIR in JSON";
    let text = head.trim_ascii();
    let (what, help) = match text {
        [] => ("the file is empty", FORMS),
        [b'[' | b'"', ..] => (
            "this JSON is no object, and a patient is one: `{\"birth_date\": \"2024-01-15\"}`",
            "with --batch a file holds many patients, one object on each line",
        ),
        [b'<', ..] => ("this is XML, which is not read here", FORMS),
        [a, b, c, b'|', ..]
            if [a, b, c]
                .iter()
                .all(|x| x.is_ascii_uppercase() || x.is_ascii_digit()) =>
        {
            (
                "the message does not begin with MSH",
                "HL7 v2 cannot be read without it: its delimiters stand there",
            )
        }
        _ => ("this is neither JSON nor an HL7 message", FORMS),
    };
    Diagnostic::new(what).in_file(name).with_help(help).into()
}

fn many(name: &str, what: &str) -> Failure {
    Diagnostic::new(format!("the file holds {what}"))
        .in_file(name)
        .with_help("read them all with --batch")
        .into()
}

/// What a folder is told.
pub(super) fn folder(path: &str) -> Diagnostic {
    let error = io::ErrorKind::IsADirectory.into();
    io_diagnostic("read the file", Path::new(path), &error)
        .with_help("name the files in it, one behind the other")
}

fn bytes(path: &str) -> Result<(String, Vec<u8>), Failure> {
    let wrong = |name: &str, e: &io::Error| -> Failure {
        io_diagnostic("read the file", Path::new(name), e).into()
    };
    let mut found = Vec::new();
    let name = if path == "-" {
        io::stdin()
            .lock()
            .take(LIMIT + 1)
            .read_to_end(&mut found)
            .map_err(|e| wrong(STDIN, &e))?;
        STDIN
    } else {
        let file = std::fs::File::open(path).map_err(|e| wrong(path, &e))?;
        if file.metadata().is_ok_and(|m| m.is_dir()) {
            return Err(folder(path).into());
        }
        file.take(LIMIT + 1)
            .read_to_end(&mut found)
            .map_err(|e| wrong(path, &e))?;
        path
    };
    if found.len() as u64 > LIMIT {
        let message = format!("the file is larger than {} MiB", LIMIT / 1024 / 1024);
        return Err(Diagnostic::new(message)
            .in_file(name)
            .with_help("many patients are read with --batch")
            .into());
    }
    Ok((name.to_owned(), found))
}

/// The bytes as text.
pub(super) fn utf8(name: &str, bytes: &[u8]) -> Result<String, Failure> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let at = error.valid_up_to();
            let text = String::from_utf8_lossy(bytes);
            Err(
                Diagnostic::new("the file is not UTF-8 text: this byte is wrong")
                    .at_bytes(name, &text, at..at + 1)
                    .into(),
            )
        }
    }
}

/// The one message of a file.
fn message(name: &str, bytes: &[u8]) -> Result<Stated, Failure> {
    let mut reader = Reader::new(bytes);
    let mut found: Option<(Vec<u8>, u32)> = None;
    let failed = |e: &io::Error| io_diagnostic("read the file", Path::new(name), e);
    while let Some(item) = reader.next_item().map_err(|e| failed(&e))? {
        match item {
            Item::Message(_) if found.is_some() => return Err(many(name, "several messages")),
            Item::Message(entry) => found = Some((entry.bytes.to_vec(), entry.line)),
            Item::Fault(fault) => {
                let mut diagnostic = Diagnostic::new(fault.kind.to_string()).in_file(name);
                diagnostic.line = fault.line;
                return Err(diagnostic.into());
            }
        }
    }
    match found {
        Some((bytes, line)) => Ok(hl7::read(name, &bytes, line)?),
        None => Err(unknown(name, bytes)),
    }
}
