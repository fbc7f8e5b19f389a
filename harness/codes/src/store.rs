//! Books as folders of text files.

use crate::text::{TextTable, Wrong};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use titer_finding::Diagnostic;

/// The subfolders of a book.
const PARTS: [&str; 3] = ["", "sets", "field"];

/// Why a book was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file or folder cannot be written.
    #[error("cannot write {path}")]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The files are wrong.
    #[error("the code book is wrong")]
    Wrong(Vec<Diagnostic>),
}

/// Reads the tables of a book's folder.
pub fn read_book(folder: &Path) -> Result<Vec<TextTable>, StoreError> {
    let mut tables: Vec<TextTable> = Vec::new();
    let mut wrong = Vec::new();
    for part in PARTS {
        let place = match part {
            "" => folder.to_owned(),
            part => folder.join(part),
        };
        if !part.is_empty() && !place.is_dir() {
            continue;
        }
        for path in files(&place)? {
            let name = path.display().to_string();
            let bytes = std::fs::read(&path).map_err(|source| StoreError::Read {
                path: path.clone(),
                source,
            })?;
            let Ok(text) = String::from_utf8(bytes) else {
                wrong.push(Diagnostic::new("the file is not UTF-8").in_file(name));
                continue;
            };
            match TextTable::read(&text) {
                Ok(table) => {
                    let twice = tables
                        .iter()
                        .any(|t| t.kind == table.kind && t.id == table.id);
                    if twice {
                        wrong.push(
                            Diagnostic::new(format!(
                                "a second file with the table {}",
                                table.path()
                            ))
                            .in_file(name),
                        );
                    } else {
                        tables.push(table);
                    }
                }
                Err(errors) => wrong.extend(errors.iter().map(|w| place_of(w, &name, &text))),
            }
        }
    }
    if tables.is_empty() && wrong.is_empty() {
        wrong.push(
            Diagnostic::new("this folder holds no code book")
                .in_file(folder.display().to_string())
                .with_help("`titer codes import DIR --out BOOK` makes one"),
        );
    }
    if wrong.is_empty() {
        Ok(tables)
    } else {
        Err(StoreError::Wrong(wrong))
    }
}

fn place_of(wrong: &Wrong, file: &str, text: &str) -> Diagnostic {
    Diagnostic::new(wrong.message.clone()).at(file, text, wrong.line, wrong.column, wrong.length)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let cannot = |source| StoreError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if path.is_file() && path.extension().is_some_and(|e| e == "txt") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Writes the tables as a book. The new book is whole in a folder beside it before it takes the place of what stands there, so that
/// a failure leaves the old book as it was.
pub fn write_book(folder: &Path, tables: &[TextTable]) -> Result<(), StoreError> {
    let cannot = |path: &Path| {
        let path = path.to_owned();
        move |source| StoreError::Write { path, source }
    };
    let name = folder
        .file_name()
        .map_or_else(|| "book".to_owned(), |n| n.to_string_lossy().into_owned());
    let beside = |suffix: &str| folder.with_file_name(format!(".{name}.{suffix}"));
    let (fresh, gone) = (beside("new"), beside("old"));
    for left in [&fresh, &gone] {
        if left.exists() {
            std::fs::remove_dir_all(left).map_err(cannot(left))?;
        }
    }
    let written: BTreeMap<PathBuf, String> = tables
        .iter()
        .map(|t| (fresh.join(t.path()), t.write()))
        .collect();
    std::fs::create_dir_all(&fresh).map_err(cannot(&fresh))?;
    for (path, text) in written {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(cannot(parent))?;
        }
        std::fs::write(&path, text).map_err(cannot(&path))?;
    }
    if folder.exists() {
        std::fs::rename(folder, &gone).map_err(cannot(folder))?;
        if let Err(source) = std::fs::rename(&fresh, folder) {
            // put back what stood there
            let _ = std::fs::rename(&gone, folder);
            return Err(cannot(folder)(source));
        }
        std::fs::remove_dir_all(&gone).map_err(cannot(&gone))?;
    } else {
        std::fs::rename(&fresh, folder).map_err(cannot(folder))?;
    }
    Ok(())
}
