//! `titer codes list` and `search`: tables and rows.

use super::args::{Day, Source};
use super::{Opened, as_of};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::ui::{Ui, counted};
use serde_json::{Map, Value, json};
use std::fmt::Write;
use titer_codes::{Book, Kind, Layers, Origin, System, Table};
use titer_finding::Diagnostic;

pub(super) fn list(table: Option<&str>, source: &Source, ui: &Ui) -> Result<Exit, Failure> {
    let opened = Opened::new(source, ui)?;
    let book = opened.book();
    match table {
        None if source.json => {
            let all: Vec<Value> = book.tables().map(described).collect();
            output::print_json(&json!({
                "retrieved": book.retrieved().to_string(),
                "published": book.published().to_string(),
                "tables": all,
            }))
        }
        None => {
            output::print(&tables(book))?;
            Ok(Exit::Good)
        }
        Some(name) => {
            let table = named(book, name)?;
            if source.json {
                return output::print_json(&rows_json(table, opened.layers()));
            }
            output::print(&rows(table, opened.layers()))?;
            Ok(Exit::Good)
        }
    }
}

/// The table that a user means: by its kind, or by the id of a value set or list.
fn named<'b>(book: &'b Book, name: &str) -> Result<Table<'b>, Failure> {
    let names = |t: &Table<'_>| -> String {
        if t.kind().many() {
            t.id().to_owned()
        } else {
            t.kind().name().to_owned()
        }
    };
    if let Some(table) = book.tables().find(|t| names(t).eq_ignore_ascii_case(name)) {
        return Ok(table);
    }
    let known: Vec<String> = book.tables().map(|t| names(&t)).collect();
    Err(Diagnostic::new(format!("the book has no table `{name}`"))
        .with_help("`titer codes list` names all tables")
        .did_you_mean(name, known.iter().map(String::as_str))
        .into())
}

fn described(table: Table<'_>) -> Value {
    let mut map = Map::new();
    map.insert("table".to_owned(), json!(table.kind().name()));
    if table.kind().many() {
        map.insert("id".to_owned(), json!(table.id()));
    }
    map.insert("rows".to_owned(), json!(table.len()));
    for (name, value) in table.heads() {
        map.insert(name.to_owned(), json!(value));
    }
    Value::Object(map)
}

fn tables(book: &Book) -> String {
    let mut text = format!(
        "code book of {}, newest change {}\n\n",
        book.retrieved(),
        book.published()
    );
    let (mut sets, mut fields) = (Vec::new(), Vec::new());
    for table in book.tables() {
        match table.kind() {
            Kind::Set => sets.push(table),
            Kind::Field => fields.push(table),
            kind => {
                let published = table.head("published").unwrap_or_default();
                let _ = writeln!(
                    text,
                    "{:13} {:>5}  {published:10}  {}",
                    kind.name(),
                    table.len(),
                    table.source()
                );
            }
        }
    }
    for (what, list) in [
        ("value sets of the guide", sets),
        ("lists of codes seen in the field", fields),
    ] {
        if list.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{} {what}:", list.len());
        for table in list {
            let name = table.head("name").unwrap_or_default();
            let _ = writeln!(text, "{:49} {:>5}  {name}", table.id(), table.len());
        }
    }
    text
}

/// A table's rows in columns; columns without a cell are left out.
fn rows(table: Table<'_>, layers: Layers<'_>) -> String {
    let columns: Vec<&str> = table.kind().columns().iter().map(|(n, _)| *n).collect();
    let mut lines: Vec<Vec<String>> = table.to_text().rows;
    for code in overlaid(table, layers) {
        let mut line = vec![String::new(); columns.len()];
        for (cell, value) in line
            .iter_mut()
            .zip([code.code.as_str(), code.system, code.name])
        {
            value.clone_into(cell);
        }
        if let Origin::Overlay(name) = code.origin
            && let Some(cell) = line.last_mut()
        {
            *cell = format!("from {name}");
        }
        lines.push(line);
    }
    let widths: Vec<usize> = (0..columns.len())
        .map(|at| {
            let cells = lines.iter().filter_map(|l| l.get(at));
            cells.map(|c| c.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for line in std::iter::once(columns.iter().map(|c| (*c).to_owned()).collect()).chain(lines) {
        let mut out = String::new();
        for ((cell, width), name) in line.iter().zip(&widths).zip(&columns) {
            if *width > 0 {
                let _ = write!(out, "{cell:width$}  ", width = (*width).max(name.len()));
            }
        }
        let _ = writeln!(text, "{}", out.trim_end());
    }
    text
}

/// What overlays add to a value set.
fn overlaid<'l>(table: Table<'_>, layers: Layers<'l>) -> Vec<titer_codes::LayerCode<'l>> {
    if table.kind() != Kind::Set {
        return Vec::new();
    }
    layers
        .set_codes(table.id(), layers.book().retrieved())
        .into_iter()
        .filter(|c| c.origin != Origin::Book)
        .collect()
}

fn rows_json(table: Table<'_>, layers: Layers<'_>) -> Value {
    let columns: Vec<&str> = table.kind().columns().iter().map(|(n, _)| *n).collect();
    let mut rows: Vec<Value> = table
        .to_text()
        .rows
        .into_iter()
        .map(|row| {
            let cells = columns
                .iter()
                .zip(row)
                .filter(|(_, cell)| !cell.is_empty())
                .map(|(name, cell)| ((*name).to_owned(), json!(cell)));
            Value::Object(cells.collect())
        })
        .collect();
    for code in overlaid(table, layers) {
        if let Origin::Overlay(name) = code.origin {
            rows.push(json!({
                "code": code.code, "system": code.system, "name": code.name,
                "pattern": code.pattern, "overlay": name,
            }));
        }
    }
    let mut all = described(table);
    if let Value::Object(map) = &mut all {
        map.insert("codes".to_owned(), Value::Array(rows));
    }
    all
}

/// The most rows that a search shows; all are counted.
const SHOWN: usize = 50;
/// The width of a column of codes: the encoded strings of statements.
const WIDEST: usize = 24;

pub(super) fn search(text: &str, day: &Day, source: &Source, ui: &Ui) -> Result<Exit, Failure> {
    let opened = Opened::new(source, ui)?;
    let on = as_of(day)?;
    let hits = opened.book().search(text);
    let shown: Vec<(String, &str, &str, String)> = hits
        .iter()
        .map(|hit| {
            let code = hit.row.cell(0);
            let system = match hit.table.kind() {
                Kind::Cvx => Some(System::Cvx),
                Kind::Mvx => Some(System::Mvx),
                Kind::NdcSale | Kind::NdcUse => Some(System::Ndc),
                Kind::Cpt => Some(System::Cpt),
                Kind::Vis => Some(System::Vis),
                _ => None,
            };
            let status = system.map_or(String::new(), |s| {
                opened.layers().status(s, code, on).status.to_string()
            });
            let table = if hit.table.kind().many() {
                hit.table.id().to_owned()
            } else {
                hit.table.kind().name().to_owned()
            };
            (table, code, titer_codes::search::name(hit.row), status)
        })
        .collect();
    if source.json {
        let all: Vec<Value> = shown
            .iter()
            .map(|(table, code, name, status)| {
                json!({"table": table, "code": code, "name": name, "status": status})
            })
            .collect();
        return output::print_json(&json!({"as-of": on.to_string(), "found": all}));
    }
    if shown.is_empty() {
        return Err(Diagnostic::new(format!(
            "nothing in the book has `{text}` in its code or name"
        ))
        .into());
    }
    let mut out = String::new();
    let widest = |at: fn(&(String, &str, &str, String)) -> usize| {
        shown.iter().take(SHOWN).map(at).max().unwrap_or(0)
    };
    let (first, second) = (
        widest(|s| s.0.chars().count()),
        // names of products stand where others have a code
        widest(|s| s.1.chars().count()).min(WIDEST),
    );
    for (table, code, name, status) in shown.iter().take(SHOWN) {
        let status = if status.is_empty() {
            String::new()
        } else {
            format!(" ({status})")
        };
        let name = if name == code { "" } else { name };
        let line = format!("{table:first$}  {code:second$}  {name}{status}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    if shown.len() > SHOWN {
        let more = counted((shown.len() - SHOWN) as u64, "more", "more");
        let _ = writeln!(out, "and {more}: say more words");
    }
    output::print(&out)?;
    Ok(Exit::Good)
}
