//! Rows of CDC's files to rows of a book.

mod lists;
mod packages;

use super::layout::Found;
use super::sheet::Cell;
use super::{Options, Said};
use crate::schema::Kind;
use crate::text::{TextTable, wrong_cell};
use crate::{gs1, vis::VisString};
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};
use titer_finding::Diagnostic;

const CDC: &str = "CDC, National Center for Immunization and Respiratory Diseases";

/// A sheet with what is needed to point into it.
struct Source<'s> {
    found: &'s Found,
    text: &'s str,
}

type Place = (usize, Cell);

impl Source<'_> {
    fn at(&self, message: String, cell: &Cell) -> Diagnostic {
        Diagnostic::new(message).at(
            &self.found.file,
            self.text,
            cell.line,
            cell.column,
            cell.text.chars().count() as u32,
        )
    }

    fn error(&self, said: &mut Said, message: impl Into<String>, cell: &Cell) {
        said.errors.push(self.at(message.into(), cell));
    }

    fn rows(&self) -> impl Iterator<Item = &Vec<Cell>> {
        self.found.rows.iter()
    }

    fn cell(&self, row: &[Cell], column: &str) -> Cell {
        self.found.cell(row, column)
    }

    /// A date in any of the forms of CDC's files, as a book writes it.
    fn date(&self, row: &[Cell], column: &str, said: &mut Said) -> String {
        let cell = self.cell(row, column);
        // CDC writes this where there is none
        if cell.text.eq_ignore_ascii_case("null") {
            return String::new();
        }
        if cell.text.is_empty() {
            return String::new();
        }
        match any_date(&cell.text) {
            Some(date) => date,
            None => {
                let mut wrong = self.at(format!("`{}` is no date", cell.text), &cell);
                if cell.text.len() == 5 && cell.text.bytes().all(|b| b.is_ascii_digit()) {
                    wrong = wrong
                        .with_help("a spreadsheet has written the number of a day in its place");
                }
                said.errors.push(wrong);
                String::new()
            }
        }
    }

    /// A vaccine's code: two or three digits.
    fn cvx(&self, row: &[Cell], column: &str, said: &mut Said) -> String {
        let cell = self.cell(row, column);
        let digits = !cell.text.is_empty() && cell.text.bytes().all(|b| b.is_ascii_digit());
        if digits && cell.text.len() == 1 {
            said.errors.push(
                self.at(
                    format!("the CVX code `{0}` has lost its zero: `0{0}`", cell.text),
                    &cell,
                )
                .with_help("a spreadsheet takes zeros away; read codes as text"),
            );
        } else if !digits || cell.text.len() > 3 {
            self.error(said, format!("`{}` is no CVX code", cell.text), &cell);
        }
        cell.text
    }

    fn status(&self, row: &[Cell], known: &[(&str, &str)], said: &mut Said) -> String {
        let cell = self.cell(row, "status");
        let small = cell.text.to_lowercase();
        match known.iter().find(|(theirs, _)| *theirs == small) {
            Some((_, ours)) => (*ours).to_owned(),
            None => {
                let words: Vec<&str> = known
                    .iter()
                    .map(|(t, _)| *t)
                    .filter(|t| !t.is_empty())
                    .collect();
                said.errors.push(
                    self.at(format!("`{}` is no status of this table", cell.text), &cell)
                        .with_help(format!("known here: {}", words.join(", "))),
                );
                String::new()
            }
        }
    }

    fn filled(&self, row: &[Cell], column: &str, what: &str, said: &mut Said) -> String {
        let cell = self.cell(row, column);
        if cell.text.is_empty() {
            self.error(said, format!("the {what} is missing"), &cell);
        }
        cell.text
    }
}

const ACTIVE: &[(&str, &str)] = &[("active", "active"), ("inactive", "inactive")];
const VACCINE: &[(&str, &str)] = &[
    ("active", "active"),
    ("inactive", "inactive"),
    ("non-us", "non-us"),
    ("never active", "never-active"),
    ("pending", "pending"),
];
const EDITION: &[(&str, &str)] = &[("current", "current"), ("historic", "historic")];

/// `3/20/2011`, `2011-03-20`, `20110320`, each with or without a time, as a book writes it.
fn any_date(text: &str) -> Option<String> {
    let day = text.split([' ', 'T']).next().unwrap_or_default();
    let mut parts = day.split(['/', '-']);
    let (a, b, c) = (parts.next()?, parts.next(), parts.next());
    if parts.next().is_some() {
        return None;
    }
    let (year, month, day) = match (a, b, c) {
        (whole, None, None) if whole.len() == 8 && whole.is_ascii() => {
            (whole.get(0..4)?, whole.get(4..6)?, whole.get(6..8)?)
        }
        (year, Some(month), Some(day)) if year.len() == 4 => (year, month, day),
        (month, Some(day), Some(year)) if year.len() == 4 => (year, month, day),
        _ => return None,
    };
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    (1900..2100)
        .contains(&date.year())
        .then(|| date.to_string())
}

/// Rows by their key; a row that stands twice with other facts is an error, one that says the same is merged.
struct Rows<'s> {
    kind: Kind,
    seen: HashMap<Vec<String>, Place>,
    list: Vec<Vec<String>>,
    source: &'s Source<'s>,
}

impl<'s> Rows<'s> {
    fn new(kind: Kind, source: &'s Source<'s>) -> Self {
        Self {
            kind,
            seen: HashMap::new(),
            list: Vec::new(),
            source,
        }
    }

    /// Adds a row; when its key stands already, the row that stands there.
    fn put(&mut self, row: Vec<String>, place: &Cell, said: &mut Said) -> Option<&mut Vec<String>> {
        for (cell, (name, form)) in row.iter().zip(self.kind.columns()) {
            if let Some(wrong) = wrong_cell(cell, *form) {
                // what a date, a status or a code misses was said with its place already
                if said.errors.is_empty() {
                    self.source.error(said, format!("{name}: {wrong}"), place);
                }
            }
        }
        let key: Vec<String> = row.iter().take(self.kind.key()).cloned().collect();
        if let Some((at, _)) = self.seen.get(&key) {
            return self.list.get_mut(*at);
        }
        self.seen.insert(key, (self.list.len(), place.clone()));
        self.list.push(row);
        None
    }

    /// The same where a second row with the key may only say the same.
    fn put_once(&mut self, row: &[String], place: &Cell, said: &mut Said) {
        let key: Vec<String> = row.iter().take(self.kind.key()).cloned().collect();
        let same = self
            .put(row.to_vec(), place, said)
            .map(|stands| stands == row);
        if same == Some(false) {
            let first = self.seen.get(&key).map_or(0, |(_, cell)| cell.line);
            self.source.error(
                said,
                format!(
                    "`{}` stands already on line {first}, and says something else there",
                    key.join(" ")
                ),
                place,
            );
        }
    }

    fn table(self, source: &str, retrieved: &str) -> TextTable {
        let mut table = TextTable::new(self.kind, "");
        table.set_head("source", source);
        let updated = self
            .kind
            .columns()
            .iter()
            .position(|(n, _)| *n == "updated");
        let newest = updated
            .and_then(|at| self.list.iter().filter_map(|r| r.get(at)).max())
            .cloned()
            .unwrap_or_default();
        table.set_head("published", &newest);
        table.set_head("retrieved", retrieved);
        table.rows = self.list;
        table.sort();
        table
    }
}

/// The tables that the sheets make.
pub(super) fn convert(
    sheets: &[(Found, String)],
    old: &[TextTable],
    options: Options,
    said: &mut Said,
) -> Vec<TextTable> {
    let sources: BTreeMap<&str, Source<'_>> = sheets
        .iter()
        .map(|(found, text)| (found.dataset.name, Source { found, text }))
        .collect();
    let retrieved = options.retrieved.to_string();
    let known = old.iter().find(|t| t.kind == Kind::Known);
    let mut tables = Vec::new();
    let mut ids: [HashMap<String, String>; 2] = Default::default();
    for (kind, which) in [(Kind::NdcSale, 0), (Kind::NdcUse, 1)] {
        if let (Some(source), Some(ids)) = (sources.get(kind.name()), ids.get_mut(which)) {
            tables.push(packages::units(kind, source, ids, said).table(CDC, &retrieved));
        }
    }
    if let Some(source) = sources.get("ndc-crosswalk") {
        if ["ndc-sale", "ndc-use", "ndc-link"]
            .iter()
            .any(|t| sources.contains_key(t))
        {
            said.errors.push(
                Diagnostic::new("the crosswalk of packages and the tables of units of sale and of use say the same")
                    .in_file(&source.found.file)
                    .with_help("keep one of the two in the folder"),
            );
        } else {
            let rows = packages::crosswalk(source, old, said);
            tables.extend(rows.map(|rows| rows.table(CDC, &retrieved)));
        }
    }
    if let Some(source) = sources.get("ndc-link") {
        if sources.contains_key("ndc-sale") && sources.contains_key("ndc-use") {
            tables.push(packages::links(source, &ids, said).table(CDC, &retrieved));
        } else {
            said.errors.push(
                Diagnostic::new(
                    "the table of links needs the tables of units of sale and of use beside it",
                )
                .in_file(&source.found.file)
                .with_help("CDC's numbers in it mean rows of these two tables"),
            );
        }
    }
    if let Some(source) = sources.get("cvx") {
        let packages: Vec<&TextTable> = tables
            .iter()
            .chain(
                old.iter()
                    .filter(|t| !tables.iter().any(|n| n.kind == t.kind)),
            )
            .filter(|t| matches!(t.kind, Kind::NdcSale | Kind::NdcUse))
            .collect();
        let table = vaccines(source, known, &packages, said).table(CDC, &retrieved);
        tables.push(table);
    }
    if let Some(source) = sources.get("mvx") {
        tables.push(makers(source, known, said).table(CDC, &retrieved));
    }
    if let Some(source) = sources.get("product") {
        tables.push(products(source, said).table(CDC, &retrieved));
    }
    if let Some(source) = sources.get("group") {
        tables.push(groups(source, said).table(CDC, &retrieved));
    }
    if let Some(source) = sources.get("cpt") {
        tables.push(billing(source, said).table(CDC, &retrieved));
    }
    if let Some(source) = sources.get("vis") {
        tables.push(statements(source, said).table(CDC, &retrieved));
    }
    if let Some(source) = sources.get("vis-document") {
        tables.push(documents(source, said).table(CDC, &retrieved));
    }
    if let Some(source) = sources.get("cvx-vis") {
        tables.push(statement_vaccines(source, said).table(CDC, &retrieved));
    }
    if let Some(source) = sources.get("set") {
        tables.extend(lists::sets(source, known, old, &retrieved, said));
    }
    if let Some(source) = sources.get("field") {
        tables.extend(lists::field(source, &retrieved, said));
    }
    tables
}

/// What the notes of a publisher tell, as the book knows it: the row of the table of known facts.
fn fact<'k>(known: Option<&'k TextTable>, system: &str, code: &str, column: usize) -> &'k str {
    known
        .into_iter()
        .flat_map(|t| &t.rows)
        .find(|r| r.first().is_some_and(|c| c == system) && r.get(1).is_some_and(|c| c == code))
        .and_then(|r| r.get(column))
        .map_or("", String::as_str)
}

fn vaccines<'s>(
    source: &'s Source<'s>,
    known: Option<&TextTable>,
    packages: &[&TextTable],
    said: &mut Said,
) -> Rows<'s> {
    let mut rows = Rows::new(Kind::Cvx, source);
    for row in source.rows() {
        let code = source.cvx(row, "code", said);
        let name = source.filled(row, "short", "short description", said);
        let status = source.status(row, VACCINE, said);
        let updated = source.date(row, "updated", said);
        let fixed = fact(known, "CVX", &code, 4);
        let (mut first, last) = market(packages, &code, &status);
        if fixed.split(' ').any(|f| f == "used-elsewhere") {
            first.clear();
        }
        let or = |column: usize, packages: String| match fact(known, "CVX", &code, column) {
            "" => packages,
            fact => fact.to_owned(),
        };
        let (from, until) = (or(2, first), or(3, last));
        let notes = source.cell(row, "notes").text;
        let nonvaccine = source.cell(row, "nonvaccine").text;
        let flags = flags(&name, &notes, &nonvaccine, fixed);
        let replaced = fact(known, "CVX", &code, 5).to_owned();
        let place = source.cell(row, "code");
        rows.put_once(
            &[code, name, status, updated, from, until, flags, replaced],
            &place,
            said,
        );
    }
    rows
}

/// The first code that was given after CDC's tables of packages had become whole: for older ones packages are missing.
const PACKAGES_WHOLE: u32 = 144;

/// The first and the last day of a vaccine's packages. The first only when the tables have every package; the
/// last only for a vaccine that is not active any more and has no package without an end.
fn market(packages: &[&TextTable], cvx: &str, status: &str) -> (String, String) {
    let rows: Vec<&Vec<String>> = packages
        .iter()
        .flat_map(|t| &t.rows)
        .filter(|r| r.get(9).is_some_and(|c| c.split(' ').any(|c| c == cvx)))
        .collect();
    let cells = |at: usize| {
        rows.iter()
            .filter_map(move |r| r.get(at))
            .map(String::as_str)
    };
    let first = cells(6).filter(|d| !d.is_empty()).min().unwrap_or_default();
    let whole = cvx.parse().is_ok_and(|code: u32| code >= PACKAGES_WHOLE);
    let first = if whole { first } else { "" };
    let ended = status == "inactive" && !rows.is_empty() && cells(7).all(|d| !d.is_empty());
    let last = if ended {
        cells(7).max().unwrap_or_default()
    } else {
        ""
    };
    (first.to_owned(), last.to_owned())
}

/// What the names and the notes of a vaccine say that a program can use.
fn flags(name: &str, notes: &str, nonvaccine: &str, known: &str) -> String {
    let (name, notes) = (name.to_lowercase(), notes.to_lowercase());
    let unknown = [
        "formulation is unknown",
        "formulation is not known",
        "product is not known",
    ];
    let past = [
        "for historical records",
        "for historic records",
        "except to record historic",
    ];
    let unwanted = ["do not use"];
    let mut flags: Vec<&str> = known.split(' ').filter(|f| !f.is_empty()).collect();
    let mut put = |flag: &'static str, holds: bool| {
        if holds && !flags.contains(&flag) {
            flags.push(flag);
        }
    };
    put(
        "unspecified",
        name.contains("unspecified") || unknown.iter().any(|u| notes.contains(u)),
    );
    put("historical-only", past.iter().any(|p| notes.contains(p)));
    put(
        "do-not-use",
        name.contains("do not use") || unwanted.iter().any(|u| notes.contains(u)),
    );
    put(
        "not-a-vaccine",
        notes.contains("not vaccine") || nonvaccine.eq_ignore_ascii_case("true"),
    );
    flags.sort_unstable();
    flags.join(" ")
}

fn makers<'s>(source: &'s Source<'s>, known: Option<&TextTable>, said: &mut Said) -> Rows<'s> {
    let mut rows = Rows::new(Kind::Mvx, source);
    for row in source.rows() {
        let place = source.cell(row, "code");
        let code = source.filled(row, "code", "MVX code", said);
        let formed = (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_uppercase());
        if !code.is_empty() && !formed {
            source.error(said, format!("`{code}` is no MVX code"), &place);
        }
        let name = source.filled(row, "name", "manufacturer's name", said);
        let status = source.status(row, ACTIVE, said);
        let updated = source.date(row, "updated", said);
        let until = fact(known, "MVX", &code, 3).to_owned();
        let replaced = fact(known, "MVX", &code, 5).to_owned();
        rows.put_once(
            &[code, name, status, updated, until, replaced],
            &place,
            said,
        );
    }
    rows
}

fn products<'s>(source: &'s Source<'s>, said: &mut Said) -> Rows<'s> {
    let mut rows = Rows::new(Kind::Product, source);
    for row in source.rows() {
        let name = source.filled(row, "name", "product's name", said);
        let cvx = source.cvx(row, "cvx", said);
        let mvx = source.cell(row, "mvx").text;
        let status = source.status(row, ACTIVE, said);
        let updated = source.date(row, "updated", said);
        let place = source.cell(row, "name");
        rows.put_once(&[name, cvx, mvx, status, updated], &place, said);
    }
    rows
}

fn groups<'s>(source: &'s Source<'s>, said: &mut Said) -> Rows<'s> {
    let mut rows = Rows::new(Kind::Group, source);
    for row in source.rows() {
        let cvx = source.cvx(row, "cvx", said);
        let group = source.filled(row, "group", "group's name", said);
        let group_cvx = source.cvx(row, "group-cvx", said);
        let place = source.cell(row, "cvx");
        rows.put_once(&[cvx, group, group_cvx], &place, said);
    }
    rows
}

fn billing<'s>(source: &'s Source<'s>, said: &mut Said) -> Rows<'s> {
    let mut rows = Rows::new(Kind::Cpt, source);
    for row in source.rows() {
        let place = source.cell(row, "cpt");
        let cpt = source.filled(row, "cpt", "CPT code", said);
        let formed = cpt.len() == 5
            && cpt
                .bytes()
                .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
            && cpt.bytes().take(4).all(|b| b.is_ascii_digit());
        if !cpt.is_empty() && !formed {
            let mut wrong = source.at(format!("`{cpt}` is no CPT code"), &place);
            if cpt.len() < 5 && cpt.bytes().any(|b| b.is_ascii_uppercase()) {
                wrong = wrong.with_help(
                    "it seems to have lost its zeros in a spreadsheet; read codes as text",
                );
            }
            said.errors.push(wrong);
        }
        // a billing code that CDC maps to no vaccine tells nothing
        if source.cell(row, "cvx").text.is_empty() {
            continue;
        }
        let cvx = source.cvx(row, "cvx", said);
        let comments = source.cell(row, "comments").text;
        let from = comments
            .strip_prefix("Effective ")
            .and_then(|rest| any_date(rest.split(' ').next().unwrap_or_default()))
            .unwrap_or_default();
        let updated = source.date(row, "updated", said);
        rows.put_once(&[cpt, cvx, from, updated], &place, said);
    }
    rows
}

fn statements<'s>(source: &'s Source<'s>, said: &mut Said) -> Rows<'s> {
    let mut rows = Rows::new(Kind::Vis, source);
    for row in source.rows() {
        let place = source.cell(row, "vis");
        let encoded = encoded(source, row, said);
        let document = source.cell(row, "document");
        if document.text.len() == 12 && gs1::check_digit_is_right(&format!("0{}", document.text)) {
            said.errors.push(
                source
                    .at(
                        format!(
                            "the document `{0}` has lost its zero: `0{0}`",
                            document.text
                        ),
                        &document,
                    )
                    .with_help("a spreadsheet takes zeros away; read codes as text"),
            );
        } else if !gs1::check_digit_is_right(&document.text) || document.text.len() != 13 {
            source.error(
                said,
                format!("`{}` is no GDTI of 13 digits", document.text),
                &document,
            );
        } else if VisString::read(&encoded).is_some_and(|v| v.document != document.text) {
            source.error(said, "the encoded string names another document", &document);
        }
        let edition = source.date(row, "edition", said);
        let name = source.cell(row, "name").text;
        let status = source.status(row, EDITION, said);
        let updated = source.date(row, "updated", said);
        rows.put_once(
            &[encoded, document.text, edition, name, status, updated],
            &place,
            said,
        );
    }
    rows
}

fn encoded(source: &Source<'_>, row: &[Cell], said: &mut Said) -> String {
    let cell = source.cell(row, "vis");
    if VisString::read(&cell.text).is_none() {
        let mut wrong = source.at(
            format!("`{}` is no encoded string of a statement", cell.text),
            &cell,
        );
        if cell.text.contains("E+") {
            wrong = wrong.with_help("a spreadsheet has made a number of it; read codes as text");
        }
        said.errors.push(wrong);
    }
    cell.text
}

fn documents<'s>(source: &'s Source<'s>, said: &mut Said) -> Rows<'s> {
    let mut rows = Rows::new(Kind::VisDocument, source);
    for row in source.rows() {
        let document = source.filled(row, "document", "document", said);
        let name = source.cell(row, "name").text;
        let pdf = source.cell(row, "pdf").text;
        let html = source.cell(row, "html").text;
        let place = source.cell(row, "document");
        rows.put_once(&[document, name, pdf, html], &place, said);
    }
    rows
}

fn statement_vaccines<'s>(source: &'s Source<'s>, said: &mut Said) -> Rows<'s> {
    let mut rows = Rows::new(Kind::CvxVis, source);
    for row in source.rows() {
        let cvx = source.cvx(row, "cvx", said);
        let vis = encoded(source, row, said);
        let place = source.cell(row, "cvx");
        rows.put_once(&[cvx, vis], &place, said);
    }
    rows
}
