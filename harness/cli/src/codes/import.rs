//! `titer codes import` and `export`.

use super::args::{CodesCommand, ExportFormat};
use super::{open, store_failure};
use crate::exit::Exit;
use crate::failure::{Failure, io_diagnostic};
use crate::output;
use crate::ui::{self, Ui, counted};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use titer_codes::diff::diff;
use titer_codes::import::{File, Options, import as read_files};
use titer_codes::store::{read_book, write_book};
use titer_codes::{Book, Table, TextTable};
use titer_finding::{Diagnostic, Severity};

/// No file of CDC's tables is larger.
const LIMIT: u64 = 64 * 1024 * 1024;

pub(super) fn import(command: &CodesCommand, ui: &Ui) -> Result<Exit, Failure> {
    let CodesCommand::Import {
        folder,
        out,
        over,
        retrieved,
        accept_fewer,
        now,
    } = command
    else {
        return Ok(Exit::Good);
    };
    let retrieved = match retrieved {
        Some(text) => super::day(text)?,
        None => super::today(now.as_deref())?,
    };
    if out.exists()
        && read_book(out).is_err()
        && std::fs::read_dir(out).is_ok_and(|mut d| d.next().is_some())
    {
        return Err(
            Diagnostic::new("this folder holds something that is no code book")
                .in_file(out.display().to_string())
                .with_help("name a new folder, or one with a code book")
                .into(),
        );
    }
    let old: Vec<TextTable> = match over {
        Some(folder) => read_book(folder).map_err(store_failure)?,
        None => titer_codes::book().tables().map(Table::to_text).collect(),
    };
    let files = read(folder)?;
    let options = Options {
        retrieved,
        accept_fewer: *accept_fewer,
    };
    let imported = match read_files(&files, &old, options) {
        Ok(imported) => imported,
        Err(mut diagnostics) => {
            for diagnostic in &mut diagnostics {
                named(diagnostic, folder);
            }
            return Err(limited(diagnostics).into());
        }
    };
    for mut warning in imported.warnings {
        named(&mut warning, folder);
        ui::say(warning.render_as(Severity::Warning, ui.stderr_color()));
    }
    write_book(out, &imported.tables).map_err(store_failure)?;
    let mut text = String::new();
    for file in &imported.files {
        let _ = writeln!(
            text,
            "{}: {}, {} ({}, {})",
            file.name,
            file.dataset,
            counted(file.rows as u64, "row", "rows"),
            file.form,
            file.encoding
        );
    }
    let (before, after) = (Book::of(&old), Book::of(&imported.tables));
    let mut counts: BTreeMap<_, BTreeMap<_, usize>> = BTreeMap::new();
    for change in diff(&before, &after) {
        let table = if change.id.is_empty() {
            change.kind.name().to_owned()
        } else {
            change.id.clone()
        };
        *counts
            .entry((change.kind, table))
            .or_default()
            .entry(change.how)
            .or_default() += 1;
    }
    let _ = writeln!(text);
    if counts.is_empty() {
        let _ = writeln!(
            text,
            "no code differs from the book of {}",
            before.retrieved()
        );
    }
    for ((_, table), counts) in counts {
        let words: Vec<String> = counts
            .iter()
            .map(|(how, count)| format!("{count} {}", how.word()))
            .collect();
        let _ = writeln!(text, "{table}: {}", words.join(", "));
    }
    let _ = writeln!(
        text,
        "the code book of {} is in {}",
        after.retrieved(),
        out.display()
    );
    output::print(&text)?;
    Ok(Exit::Good)
}

/// Errors beyond this many are counted only: a wrong column makes one for every row.
const SHOWN: usize = 20;

fn limited(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let more = diagnostics.len().saturating_sub(SHOWN);
    diagnostics.truncate(SHOWN);
    if more > 0 {
        diagnostics.push(Diagnostic::new(format!(
            "and {}",
            counted(more as u64, "more error", "more errors")
        )));
    }
    diagnostics
}

/// Files are named inside their folder.
fn named(diagnostic: &mut Diagnostic, folder: &Path) {
    if !diagnostic.file.is_empty() {
        diagnostic.file = folder.join(&diagnostic.file).display().to_string();
    }
}

fn read(folder: &Path) -> Result<Vec<File>, Failure> {
    let wrong = |e: &std::io::Error| Failure::from(io_diagnostic("read the folder", folder, e));
    let mut files = Vec::new();
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| wrong(&e))? {
        paths.push(entry.map_err(|e| wrong(&e))?.path());
    }
    paths.sort();
    for path in paths {
        let known = path.extension().and_then(|e| e.to_str()).is_some_and(|e| {
            ["csv", "txt", "xml", "tsv", "psv"]
                .iter()
                .any(|k| k.eq_ignore_ascii_case(e))
        });
        if !path.is_file() || !known {
            continue;
        }
        let cannot = |e: &std::io::Error| Failure::from(io_diagnostic("read the file", &path, e));
        let size = std::fs::metadata(&path).map_err(|e| cannot(&e))?.len();
        if size > LIMIT {
            return Err(
                Diagnostic::new("the file is larger than 64 MiB: no table of CDC is")
                    .in_file(path.display().to_string())
                    .into(),
            );
        }
        files.push(File {
            name: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            bytes: std::fs::read(&path).map_err(|e| cannot(&e))?,
        });
    }
    if files.is_empty() {
        return Err(Diagnostic::new("no file of CDC's tables in the folder")
            .in_file(folder.display().to_string())
            .with_help("files that end in .xml, .txt, .csv, .tsv or .psv are read")
            .into());
    }
    Ok(files)
}

pub(super) fn export(
    format: ExportFormat,
    out: &Path,
    book: Option<&Path>,
    _: &Ui,
) -> Result<Exit, Failure> {
    let own = book.map(open).transpose()?;
    let book = own.as_ref().unwrap_or_else(|| titer_codes::book());
    let files: Vec<(String, String)> = match format {
        ExportFormat::Csv => titer_codes::export::all_csv(book)
            .map_err(|e| Diagnostic::new(format!("cannot write CSV: {e}")))?,
        ExportFormat::Fhir => titer_codes::export::fhir::resources(book)
            .into_iter()
            .map(|(name, resource)| {
                serde_json::to_string_pretty(&resource).map(|text| (name, text + "\n"))
            })
            .collect::<Result<_, _>>()
            .map_err(|e| Diagnostic::new(format!("cannot write JSON: {e}")))?,
    };
    std::fs::create_dir_all(out).map_err(|e| io_diagnostic("make the folder", out, &e))?;
    for (name, text) in &files {
        let path = out.join(name);
        std::fs::write(&path, text).map_err(|e| io_diagnostic("write the file", &path, &e))?;
    }
    output::print(&format!(
        "{} of the code book of {} in {}\n",
        counted(files.len() as u64, "file", "files"),
        book.retrieved(),
        out.display()
    ))?;
    Ok(Exit::Good)
}
