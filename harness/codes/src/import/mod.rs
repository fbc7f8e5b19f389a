//! Reading what CDC publishes, in the forms in which it comes, into a book.
//!
//! A folder is read whole: XML in both of CDC's layouts, lines with bars with or without a heading, tabs, and CSV; UTF-8, UTF-16
//! and Windows-1252, also mixed. Nothing is taken when anything is wrong: what is wrong comes as diagnostics with line and column,
//! and the book stays as it was.

mod convert;
mod decode;
mod layout;
mod sheet;

use crate::schema::Kind;
use crate::text::TextTable;
use jiff::civil::Date;
use titer_finding::Diagnostic;

/// A file to read.
#[derive(Clone, Debug)]
pub struct File {
    /// The name, for messages and as a hint at what the file is.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// All tables of the new book: those that were read, and the old book's others.
    pub tables: Vec<TextTable>,
    /// Which files were read, and as what.
    pub files: Vec<FileRead>,
    /// What is odd and was dealt with.
    pub warnings: Vec<Diagnostic>,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRead {
    /// The file.
    pub name: String,
    /// What it is: the table's name.
    pub dataset: &'static str,
    /// How it is written: `XML`, `bars`, `tabs`, `CSV`.
    pub form: &'static str,
    /// The character set.
    pub encoding: &'static str,
    /// Rows that it has.
    pub rows: usize,
}

/// How to read.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The day on which the files were taken from CDC.
    pub retrieved: Date,
    /// Take a table that has lost more than a tenth of the rows that the old book has.
    pub accept_fewer: bool,
}

/// Reads `files` over the tables of an old book.
pub fn import(
    files: &[File],
    old: &[TextTable],
    options: Options,
) -> Result<Imported, Vec<Diagnostic>> {
    let mut said = Said::default();
    let mut sheets = Vec::new();
    let mut read = Vec::new();
    for file in files {
        let (text, encoding) = decode::decode(&file.bytes);
        let Some((form, sheet)) = sheet::read(&file.name, &text, &mut said) else {
            continue;
        };
        let Some(found) = layout::recognize(sheet, &text, &mut said) else {
            continue;
        };
        read.push(FileRead {
            name: file.name.clone(),
            dataset: found.dataset.name,
            form,
            encoding,
            rows: found.rows.len(),
        });
        sheets.push((found, text));
    }
    for (nth, (one, _)) in sheets.iter().enumerate() {
        let before = sheets
            .iter()
            .take(nth)
            .find(|(other, _)| other.dataset.name == one.dataset.name);
        if let Some((before, _)) = before {
            said.errors.push(
                Diagnostic::new(format!(
                    "a second file with the table {}; the first is {}",
                    one.dataset.name, before.file
                ))
                .in_file(&one.file),
            );
        }
    }
    if sheets.is_empty() && said.errors.is_empty() {
        said.errors.push(
            Diagnostic::new("no table was found that CDC publishes").with_help(
                "a folder is expected with files such as cvx.txt, mvx.txt, TRADENAME.txt, or the XML or CSV of the same tables",
            ),
        );
    }
    let new = convert::convert(&sheets, old, options, &mut said);
    if !options.accept_fewer {
        fewer(&new, old, &mut said);
    }
    if !said.errors.is_empty() {
        return Err(said.errors);
    }
    let mut tables: Vec<TextTable> = old
        .iter()
        .filter(|t| !new.iter().any(|n| n.kind == t.kind && n.id == t.id))
        .cloned()
        .collect();
    for table in &mut tables {
        table.sort();
    }
    tables.extend(new);
    tables.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
    Ok(Imported {
        tables,
        files: read,
        warnings: said.warnings,
    })
}

/// A table that shrank by more than a tenth was cut short on its way, in all likelihood.
fn fewer(new: &[TextTable], old: &[TextTable], said: &mut Said) {
    for table in new {
        if matches!(table.kind, Kind::Set | Kind::Field) {
            continue;
        }
        let Some(before) = old.iter().find(|t| t.kind == table.kind) else {
            continue;
        };
        if table.rows.len() * 10 < before.rows.len() * 9 {
            said.errors.push(
                Diagnostic::new(format!(
                    "the table {} has {} rows where the old book has {}: is the file cut short?",
                    table.kind.name(),
                    table.rows.len(),
                    before.rows.len()
                ))
                .with_help("take it as it is with --accept-fewer"),
            );
        }
    }
}

/// What is said on the way.
#[derive(Debug, Default)]
struct Said {
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}
