//! The difference of two books: what came, what went, what changed.

use crate::book::{Book, Row, Table};
use crate::schema::Kind;
use crate::status::Status;
use crate::system::System;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// How a row differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// Only the new book has it.
    Added,
    /// It may not be used any more: it became inactive, got an end, or its edition is historic.
    Retired,
    /// It may be used again.
    Revived,
    /// Something else about it.
    Changed,
    /// Only the old book has it.
    Removed,
}

impl How {
    /// One word.
    pub fn word(self) -> &'static str {
        match self {
            How::Added => "added",
            How::Retired => "retired",
            How::Revived => "revived",
            How::Changed => "changed",
            How::Removed => "removed",
        }
    }
}

/// A row that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The table's kind.
    pub kind: Kind,
    /// The table's id, for value sets and lists.
    pub id: String,
    /// The cells of its key, such as the code.
    pub key: Vec<String>,
    /// How it differs.
    pub how: How,
    /// The name that people know it by.
    pub name: String,
    /// The cells that differ: column, before, after.
    pub cells: Vec<(&'static str, String, String)>,
}

impl Change {
    /// The code system whose code the key is, for tables of codes.
    pub fn system(&self) -> Option<System> {
        match self.kind {
            Kind::Cvx => Some(System::Cvx),
            Kind::Mvx => Some(System::Mvx),
            Kind::NdcSale | Kind::NdcUse => Some(System::Ndc),
            Kind::Vis => Some(System::Vis),
            Kind::Cpt => Some(System::Cpt),
            Kind::Set => self.key.get(1).and_then(|s| System::named(s)),
            _ => None,
        }
    }

    /// The code.
    pub fn code(&self) -> &str {
        self.key.first().map_or("", String::as_str)
    }
}

/// What differs between two books, in the order of tables and codes. A change of the day of CDC's last change alone is none.
pub fn diff(old: &Book, new: &Book) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut names: Vec<(Kind, &str)> = old
        .tables()
        .chain(new.tables())
        .map(|t| (t.kind(), t.id()))
        .collect();
    names.sort_unstable();
    names.dedup();
    for (kind, id) in names {
        table(
            kind,
            id,
            old.table(kind, id),
            new.table(kind, id),
            &mut changes,
        );
    }
    changes
}

fn table(
    kind: Kind,
    id: &str,
    old: Option<Table<'_>>,
    new: Option<Table<'_>>,
    changes: &mut Vec<Change>,
) {
    let keyed = |table: Option<Table<'_>>| -> BTreeMap<Vec<String>, Vec<String>> {
        table
            .into_iter()
            .flat_map(Table::rows)
            .map(|row: Row<'_>| {
                let cells: Vec<String> = row.cells().map(str::to_owned).collect();
                (cells.iter().take(kind.key()).cloned().collect(), cells)
            })
            .collect()
    };
    let (old, new) = (keyed(old), keyed(new));
    let mut found: Vec<Change> = Vec::new();
    for (key, row) in &new {
        match old.get(key) {
            None => found.push(change(kind, id, key, How::Added, row, Vec::new())),
            Some(before) => {
                let cells = differing(kind, before, row);
                if !cells.is_empty() {
                    let how = how(&cells);
                    found.push(change(kind, id, key, how, row, cells));
                }
            }
        }
    }
    for (key, row) in &old {
        if !new.contains_key(key) {
            found.push(change(kind, id, key, How::Removed, row, Vec::new()));
        }
    }
    found.sort_by(|a, b| {
        let by = |c: &Change| c.key.join("\u{1}");
        crate::text::natural(&by(a), &by(b))
    });
    changes.extend(found);
}

fn differing(kind: Kind, old: &[String], new: &[String]) -> Vec<(&'static str, String, String)> {
    kind.columns()
        .iter()
        .zip(old.iter().zip(new))
        .filter(|((name, _), (a, b))| a != b && *name != "updated")
        .map(|((name, _), (a, b))| (*name, a.clone(), b.clone()))
        .collect()
}

/// Retired and revived are told by the status and by the last day.
fn how(cells: &[(&'static str, String, String)]) -> How {
    let live = |status: &str| matches!(status, "active" | "current" | "valid");
    for (name, before, after) in cells {
        match *name {
            "status" if live(before) && !live(after) => return How::Retired,
            "status" if !live(before) && live(after) => return How::Revived,
            "until" if before.is_empty() => return How::Retired,
            "until" if after.is_empty() => return How::Revived,
            _ => {}
        }
    }
    How::Changed
}

fn change(
    kind: Kind,
    id: &str,
    key: &[String],
    how: How,
    row: &[String],
    cells: Vec<(&'static str, String, String)>,
) -> Change {
    let at = kind.columns().iter().position(|(name, _)| *name == "name");
    Change {
        kind,
        id: id.to_owned(),
        key: key.to_vec(),
        how,
        name: at.and_then(|at| row.get(at)).cloned().unwrap_or_default(),
        cells,
    }
}

/// What two books say about one code on a day, when they do not say the same.
pub fn verdicts<'b>(
    old: &'b Book,
    new: &'b Book,
    system: System,
    code: &str,
    on: Date,
) -> Option<(Status<'b>, Status<'b>)> {
    let (before, after) = (old.status(system, code, on), new.status(system, code, on));
    (before != after).then_some((before, after))
}
