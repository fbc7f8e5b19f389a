//! Rows of CDC's files to rows of a book.

use super::layout::Found;
use super::sheet::Cell;
use super::{Options, Said};
use crate::ndc::{Ndc, Read, Shape};
use crate::schema::Kind;
use crate::text::{TextTable, wrong_cell};
use crate::{gs1, vis::VisString};
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};
use titer_finding::Diagnostic;

const CDC: &str = "CDC, National Center for Immunization and Respiratory Diseases";
const GUIDE: &str =
    "HL7 v2.5.1 Implementation Guide for Immunization Messaging, release 1.5, value set libraries";
const GUIDE_DAY: &str = "2016-02-19";
const FIELD: &str = "codes that immunization messages in the field carry, as the open code base of the quality checkers lists them";

/// The profiles of the guide in the order in which a book names them.
const LIBRARIES: [&str; 8] = [
    "ACK-Z23", "QBP-Z34", "QBP-Z44", "RSP-Z31", "RSP-Z32", "RSP-Z33", "RSP-Z42", "VXU-Z22",
];
/// A name that is longer is a description.
const LONGEST_NAME: usize = 80;

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
const SEEN: &[(&str, &str)] = &[
    ("valid", "valid"),
    ("", "valid"),
    ("deprecated", "deprecated"),
    ("ignored", "ignored"),
    ("invalid", "invalid"),
];

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
            tables.push(packages(kind, source, ids, said).table(CDC, &retrieved));
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
            let rows = crosswalk(source, old, said);
            tables.extend(rows.map(|rows| rows.table(CDC, &retrieved)));
        }
    }
    if let Some(source) = sources.get("ndc-link") {
        if sources.contains_key("ndc-sale") && sources.contains_key("ndc-use") {
            tables.push(links(source, &ids, said).table(CDC, &retrieved));
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
        tables.extend(sets(source, known, old, &retrieved, said));
    }
    if let Some(source) = sources.get("field") {
        tables.extend(field(source, &retrieved, said));
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

fn packages<'s>(
    kind: Kind,
    source: &'s Source<'s>,
    ids: &mut HashMap<String, String>,
    said: &mut Said,
) -> Rows<'s> {
    let mut rows = Rows::new(kind, source);
    for row in source.rows() {
        let place = source.cell(row, "ndc");
        let (ndc, shape) = code_of_package(source, row, said);
        ids.insert(source.cell(row, "id").text, ndc.clone());
        let cvx = source.cvx(row, "cvx", said);
        let gtin = gtin(source, row, "gtin", said);
        let text = |column: &str| source.cell(row, column).text;
        let inner = text("no-inner").eq_ignore_ascii_case("true");
        let new = vec![
            ndc,
            shape,
            text("name"),
            text("labeler-name"),
            text("form"),
            text("route"),
            source.date(row, "from", said),
            source.date(row, "until", said),
            gtin,
            cvx.clone(),
            source.date(row, "updated", said),
            if inner {
                "no-inner".to_owned()
            } else {
                String::new()
            },
        ];
        let Some(stands) = rows.put(new.clone(), &place, said) else {
            continue;
        };
        // one package with two vaccines has two rows; nothing else may differ but CDC's own flag
        let differs = stands
            .iter()
            .zip(&new)
            .enumerate()
            .any(|(at, (a, b))| !matches!(at, 9 | 11) && a != b);
        if differs {
            let message = format!("`{}` stands twice, and its rows do not agree", place.text);
            source.error(said, message, &place);
        } else if let [.., codes, _, flags] = stands.as_mut_slice() {
            let mut all: Vec<&str> = codes.split(' ').chain([cvx.as_str()]).collect();
            all.sort_unstable();
            all.dedup();
            *codes = all.join(" ");
            if inner {
                "no-inner".clone_into(flags);
            }
        }
    }
    rows
}

/// The code of a package, 5-4-2, and the shape of the three parts from which it comes.
fn code_of_package(source: &Source<'_>, row: &[Cell], said: &mut Said) -> (String, String) {
    let cell = source.cell(row, "ndc");
    let ndc = match Ndc::read(&cell.text) {
        Some(Read::One(ndc, Shape::Eleven | Shape::Twelve)) => ndc.to_string(),
        _ => {
            let mut wrong = source.at(format!("`{}` is no NDC of eleven digits", cell.text), &cell);
            if cell.text.bytes().all(|b| b.is_ascii_digit()) && cell.text.len() < 11 {
                wrong = wrong.with_help(
                    "it seems to have lost its zeros in a spreadsheet; read codes as text",
                );
            }
            said.errors.push(wrong);
            return (cell.text, Shape::Eleven.name().to_owned());
        }
    };
    let part = |column: &str| source.cell(row, column).text;
    let (labeler, product, package) = (part("labeler"), part("product"), part("package"));
    let written = format!("{labeler}-{product}-{package}");
    match Ndc::read(&written) {
        Some(Read::One(read, shape)) if read.to_string() == ndc => (ndc, shape.name().to_owned()),
        read => {
            let mut wrong = source.at(
                format!("labeler, product and package are `{written}`, which is not `{ndc}`"),
                &source.cell(row, "labeler"),
            );
            if read.is_none() {
                wrong = wrong.with_help(
                    "parts seem to have lost their zeros in a spreadsheet; read codes as text",
                );
            }
            said.errors.push(wrong);
            (ndc, Shape::Eleven.name().to_owned())
        }
    }
}

/// The number of the bar code; one that has lost its first zero gets it back, and that is told.
fn gtin(source: &Source<'_>, row: &[Cell], column: &str, said: &mut Said) -> String {
    let cell = source.cell(row, column);
    if cell.text.is_empty() || cell.text.eq_ignore_ascii_case("null") {
        return String::new();
    }
    if cell.text.len() < 14 && cell.text.bytes().all(|b| b.is_ascii_digit()) {
        let whole = format!("{:0>14}", cell.text);
        if gs1::check_digit_is_right(&whole) {
            said.warnings.push(source.at(
                format!(
                    "the GTIN `{}` has lost zeros; taken as `{whole}`",
                    cell.text
                ),
                &cell,
            ));
            return whole;
        }
    }
    if cell.text.len() != 14 || !gs1::check_digit_is_right(&cell.text) {
        source.error(
            said,
            format!("the GTIN `{}` is wrong by its check digit", cell.text),
            &cell,
        );
    }
    cell.text
}

fn links<'s>(
    source: &'s Source<'s>,
    ids: &[HashMap<String, String>; 2],
    said: &mut Said,
) -> Rows<'s> {
    let mut rows = Rows::new(Kind::NdcLink, source);
    let [sale, used] = ids;
    for row in source.rows() {
        let mut code = |ids: &HashMap<String, String>, column: &str, what: &str| {
            let cell = source.cell(row, column);
            ids.get(&cell.text).cloned().unwrap_or_else(|| {
                let message = format!("CDC's number `{}` is that of no {what}", cell.text);
                said.warnings.push(source.at(message, &cell));
                format!("#{}", cell.text)
            })
        };
        let sale = code(sale, "sale", "unit of sale");
        let used = code(used, "use", "unit of use");
        let mvx = source.cell(row, "mvx").text;
        let place = source.cell(row, "sale");
        rows.put_once(&[sale, used, mvx], &place, said);
    }
    rows
}

/// CDC's crosswalk: a unit of sale, its unit of use and their link in one row. What it does not tell (the form, the route, the shape
/// of the ten-digit code) stays as the old book has it.
fn crosswalk<'s>(source: &'s Source<'s>, old: &[TextTable], said: &mut Said) -> [Rows<'s>; 3] {
    let known: [HashMap<&str, &Vec<String>>; 2] = [Kind::NdcSale, Kind::NdcUse].map(|kind| {
        let tables = old.iter().filter(|t| t.kind == kind);
        let rows = tables.flat_map(|t| &t.rows);
        rows.filter_map(|r| Some((r.first()?.as_str(), r)))
            .collect()
    });
    let mut sale = Rows::new(Kind::NdcSale, source);
    let mut used = Rows::new(Kind::NdcUse, source);
    let mut links = Rows::new(Kind::NdcLink, source);
    for row in source.rows() {
        let cvx = source.cvx(row, "cvx", said);
        let inner = source
            .cell(row, "no-inner")
            .text
            .eq_ignore_ascii_case("true");
        let one = |rows: &mut Rows<'s>,
                   known: &HashMap<&str, &Vec<String>>,
                   columns: [&str; 3],
                   flag: &str,
                   said: &mut Said| {
            let place = source.cell(row, columns[0]);
            if place.text.is_empty() || place.text.eq_ignore_ascii_case("null") {
                return None;
            }
            let Some(Read::One(ndc, Shape::Eleven)) = Ndc::read(&place.text) else {
                source.error(
                    said,
                    format!("`{}` is no NDC of eleven digits", place.text),
                    &place,
                );
                return None;
            };
            let ndc = ndc.to_string();
            let before = |column: usize| -> String {
                let row = known.get(ndc.as_str());
                row.and_then(|r| r.get(column)).cloned().unwrap_or_default()
            };
            let shape = match before(1).as_str() {
                "" => Shape::Eleven.name().to_owned(),
                shape => shape.to_owned(),
            };
            let new = vec![
                ndc.clone(),
                shape,
                source.cell(row, "name").text,
                source.cell(row, "labeler-name").text,
                before(4),
                before(5),
                source.date(row, "from", said),
                source.date(row, "until", said),
                gtin(source, row, columns[1], said),
                cvx.clone(),
                source.date(row, columns[2], said),
                flag.to_owned(),
            ];
            // a package stands once for each package outside or inside and for each vaccine
            if let Some([.., codes, _, _]) = rows.put(new, &place, said).map(Vec::as_mut_slice) {
                let mut all: Vec<&str> = codes.split(' ').chain([cvx.as_str()]).collect();
                all.sort_unstable();
                all.dedup();
                *codes = all.join(" ");
            }
            Some(ndc)
        };
        let flag = if inner { "no-inner" } else { "" };
        let [known_sale, known_used] = &known;
        let outer = one(&mut sale, known_sale, ["sale", "gtin", "updated"], "", said);
        let within = one(
            &mut used,
            known_used,
            ["use", "use-gtin", "use-updated"],
            flag,
            said,
        );
        if let (Some(outer), Some(within)) = (outer, within) {
            let place = source.cell(row, "sale");
            let mvx = source.cell(row, "mvx").text;
            links.put_once(&[outer, within, mvx], &place, said);
        }
    }
    [sale, used, links]
}

/// A name without what makes it a description: nothing when it is too long.
fn short(name: &str) -> String {
    if name.chars().count() > LONGEST_NAME || !name.is_ascii() && name.contains('?') {
        return String::new();
    }
    name.to_owned()
}

fn sets(
    source: &Source<'_>,
    known: Option<&TextTable>,
    old: &[TextTable],
    retrieved: &str,
    said: &mut Said,
) -> Vec<TextTable> {
    struct Entry {
        name: String,
        usage: String,
        libraries: Vec<String>,
    }
    let mut sets: BTreeMap<String, BTreeMap<(String, String), Entry>> = BTreeMap::new();
    for row in source.rows() {
        let id = source.filled(row, "set", "value set", said);
        let code = source.filled(row, "code", "code", said);
        let system = source.filled(row, "system", "code system", said);
        let usage = source.cell(row, "usage");
        if !["", "R", "P", "E"].contains(&usage.text.as_str()) {
            source.error(
                said,
                format!("the usage `{}` is none of R, P, E", usage.text),
                &usage,
            );
        }
        let libraries = source.cell(row, "libraries");
        for library in libraries.text.split(';') {
            if !LIBRARIES.contains(&library) {
                source.error(
                    said,
                    format!("`{library}` is no profile of the guide"),
                    &libraries,
                );
            }
        }
        let entry = sets
            .entry(id)
            .or_default()
            .entry((code, system))
            .or_insert_with(|| Entry {
                name: short(&source.cell(row, "name").text),
                usage: usage.text.clone(),
                libraries: Vec::new(),
            });
        entry
            .libraries
            .extend(libraries.text.split(';').map(str::to_owned));
    }
    let facts = known.map(|t| t.rows.as_slice()).unwrap_or_default();
    sets.into_iter()
        .map(|(id, entries)| {
            let mut table = TextTable::new(Kind::Set, &id);
            let before = old.iter().find(|t| t.kind == Kind::Set && t.id == id);
            let name = before.and_then(|t| t.head("name")).unwrap_or(&id);
            table.set_head("name", name);
            table.set_head("source", GUIDE);
            table.set_head("published", GUIDE_DAY);
            table.set_head("retrieved", retrieved);
            let list = |has: &dyn Fn(&str) -> bool| -> String {
                LIBRARIES
                    .into_iter()
                    .filter(|l| has(l))
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            let all = list(&|l| entries.values().any(|e| e.libraries.iter().any(|x| x == l)));
            table.set_head("libraries", &all);
            let mut systems: Vec<String> = entries.keys().map(|(_, s)| s.clone()).collect();
            systems.sort_unstable();
            systems.dedup();
            for ((code, system), entry) in entries {
                let own = list(&|l| entry.libraries.iter().any(|x| x == l));
                let pattern = fact(known, &system, &code, 6).to_owned();
                let libraries = if own == all { String::new() } else { own };
                table.rows.push(vec![
                    code,
                    system,
                    entry.name,
                    entry.usage,
                    pattern,
                    libraries,
                ]);
            }
            // codes that stand for many, which the libraries leave out
            for row in facts {
                let cell = |at: usize| row.get(at).map_or("", String::as_str);
                let (system, code, pattern) = (cell(0), cell(1), cell(6));
                let stands = table
                    .rows
                    .iter()
                    .any(|r| r.first().is_some_and(|c| c == code));
                if !pattern.is_empty() && systems.iter().any(|s| s == system) && !stands {
                    table.rows.push(
                        [code, system, "", "", pattern, ""]
                            .map(str::to_owned)
                            .to_vec(),
                    );
                }
            }
            table.sort();
            table
        })
        .collect()
}

fn field(source: &Source<'_>, retrieved: &str, said: &mut Said) -> Vec<TextTable> {
    let mut sets: BTreeMap<String, TextTable> = BTreeMap::new();
    for row in source.rows() {
        let id = source.filled(row, "set", "set", said);
        let code = source.cell(row, "code");
        let status = source.status(row, SEEN, said);
        let replaced = source.cell(row, "replaced-by").text;
        let table = sets.entry(id.clone()).or_insert_with(|| {
            let mut table = TextTable::new(Kind::Field, &id);
            table.set_head("name", &source.cell(row, "label").text);
            table.set_head("source", FIELD);
            table.set_head("retrieved", retrieved);
            table
        });
        // other spellings of an NDC are known without a list of them
        if id.contains("_NDC_") && status == "deprecated" && same_ndc(&code.text, &replaced) {
            continue;
        }
        let new = vec![
            code.text.clone(),
            short(&source.cell(row, "name").text),
            status,
            replaced,
        ];
        let stands = table
            .rows
            .iter()
            .find(|r| r.iter().take(2).eq(new.iter().take(2)));
        match stands {
            Some(stands) if *stands != new => {
                source.error(
                    said,
                    format!("`{}` stands twice with two statuses", code.text),
                    &code,
                );
            }
            Some(_) => {}
            None => table.rows.push(new),
        }
    }
    sets.into_values()
        .map(|mut table| {
            table.sort();
            table
        })
        .collect()
}

fn same_ndc(a: &str, b: &str) -> bool {
    matches!(
        (Ndc::read(a), Ndc::read(b)),
        (Some(Read::One(a, _)), Some(Read::One(b, _))) if a == b
    )
}
