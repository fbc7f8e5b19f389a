//! `titer codes show`, `map` and `scan`: all that is known about one code.

use super::args::{Day, From, Source};
use super::{Opened, as_of};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::ui::Ui;
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::io::Read;
use titer_codes::{
    Cvx, Kind, Layers, Mvx, NdcEntry, Origin, Product, Scan, Status, System, Vis, VisString,
};
use titer_finding::Diagnostic;

/// What is known about one code.
struct Known {
    system: String,
    code: String,
    name: String,
    status: Option<String>,
    word: Option<&'static str>,
    /// What else: a label and its values.
    facts: Vec<(&'static str, Vec<String>)>,
}

impl Known {
    fn new(system: &str, code: &str, name: &str) -> Self {
        Self {
            system: system.to_owned(),
            code: code.to_owned(),
            name: name.to_owned(),
            status: None,
            word: None,
            facts: Vec::new(),
        }
    }

    fn judged(mut self, layers: Layers<'_>, system: System, on: Date) -> Self {
        let answer = layers.status(system, &self.code, on);
        let mut text = answer.status.to_string();
        if let Origin::Overlay(name) = answer.origin {
            let _ = write!(text, ", says {name}");
            if !answer.because.is_empty() {
                let _ = write!(text, ": {}", answer.because);
            }
        }
        if answer.refused {
            text.push_str("; not on the jurisdiction's list of accepted codes");
        }
        self.word = Some(answer.status.word());
        self.status = Some(text);
        self
    }

    fn fact(mut self, label: &'static str, values: impl IntoIterator<Item = String>) -> Self {
        let mut list: Vec<String> = Vec::new();
        for value in values {
            if !value.is_empty() && !list.contains(&value) {
                list.push(value);
            }
        }
        if !list.is_empty() {
            self.facts.push((label, list));
        }
        self
    }

    fn date(self, label: &'static str, date: Option<Date>) -> Self {
        self.fact(label, date.map(|d| d.to_string()))
    }

    fn text(&self, out: &mut String) {
        let name = if self.name.is_empty() || self.name == self.code {
            String::new()
        } else {
            format!("  {}", self.name)
        };
        let _ = writeln!(out, "{} {}{name}", self.system, self.code);
        if let Some(status) = &self.status {
            let _ = writeln!(out, "  {:14} {status}", "status");
        }
        for (label, values) in &self.facts {
            for (nth, value) in values.iter().enumerate() {
                let label = if nth == 0 { label } else { "" };
                let _ = writeln!(out, "  {label:14} {value}");
            }
        }
    }

    fn json(&self) -> Value {
        let mut map = Map::new();
        map.insert("system".to_owned(), json!(self.system));
        map.insert("code".to_owned(), json!(self.code));
        map.insert("name".to_owned(), json!(self.name));
        if let (Some(status), Some(word)) = (&self.status, self.word) {
            map.insert("status".to_owned(), json!(word));
            map.insert("status-text".to_owned(), json!(status));
        }
        for (label, values) in &self.facts {
            map.insert(label.replace(' ', "-"), json!(values));
        }
        Value::Object(map)
    }
}

fn cvx(cvx: Cvx<'_>, layers: Layers<'_>, on: Date) -> Known {
    let book = layers.book();
    Known::new("CVX", cvx.code(), cvx.name())
        .judged(layers, System::Cvx, on)
        .fact("published as", [cvx.published_status().to_owned()])
        .date("updated", cvx.updated())
        .date("from", cvx.valid_from())
        .date("until", cvx.valid_until())
        .fact("flags", cvx.flags().map(str::to_owned))
        .fact(
            "replaced by",
            cvx.replaced_by()
                .split(' ')
                .map(|c| with_name(c, book.cvx(c).map(Cvx::name))),
        )
        .fact(
            "group",
            cvx.groups()
                .map(|g| format!("{} (CVX {})", g.name(), g.group_cvx())),
        )
        .fact(
            "group members",
            book.group_of_cvx(cvx.code())
                .filter(|g| g.cvx() != cvx.code())
                .map(|g| with_name(g.cvx(), book.cvx(g.cvx()).map(Cvx::name))),
        )
        .fact("products", cvx.products().map(|p| product_line(p, layers)))
        .fact("CPT", cvx.cpts().map(|c| c.code().to_owned()))
        .fact(
            "NDC",
            cvx.ndcs().map(|n| {
                let kind = if n.is_sale() { "sale" } else { "use" };
                let status = layers.status(System::Ndc, n.code(), on).status;
                format!("{}  {kind:4}  {}; {status}", n.code(), n.name())
            }),
        )
        .fact(
            "VIS",
            cvx.vis().map(|v| {
                let edition = v.edition().map_or(String::new(), |d| d.to_string());
                let current = if v.is_current() { ", current" } else { "" };
                format!("{}  {} of {edition}{current}", v.encoded(), v.name())
            }),
        )
}

fn with_name(code: &str, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{code} {name}"),
        None => code.to_owned(),
    }
}

fn product_line(product: Product<'_>, layers: Layers<'_>) -> String {
    let maker = layers.book().mvx(product.mvx()).map_or("", Mvx::name);
    let active = if product.is_active() {
        ""
    } else {
        ", inactive"
    };
    let maker = match (product.mvx(), maker) {
        ("", _) => String::new(),
        (code, name) => format!(" ({code} {name})"),
    };
    format!("{}{maker}{active}", product.name())
}

fn mvx(mvx: Mvx<'_>, layers: Layers<'_>, on: Date) -> Known {
    let book = layers.book();
    Known::new("MVX", mvx.code(), mvx.name())
        .judged(layers, System::Mvx, on)
        .date("updated", mvx.updated())
        .fact(
            "replaced by",
            [mvx.replaced_by()].map(|c| with_name(c, book.mvx(c).map(Mvx::name))),
        )
        .fact(
            "products",
            mvx.products().map(|p| {
                let active = if p.is_active() { "" } else { ", inactive" };
                format!("{} (CVX {}){active}", p.name(), p.cvx())
            }),
        )
}

fn ndc(entry: NdcEntry<'_>, layers: Layers<'_>, on: Date) -> Known {
    let book = layers.book();
    let first = entry.rows().next();
    let name = first.map_or("", titer_codes::NdcRow::name);
    let cvxs: Vec<String> = entry
        .rows()
        .flat_map(titer_codes::NdcRow::cvx)
        .map(|c| with_name(c, book.cvx(c).map(Cvx::name)))
        .collect();
    let shape = first.and_then(titer_codes::NdcRow::shape);
    let spelling = |shape| match titer_codes::Ndc::read(entry.code()) {
        Some(titer_codes::NdcRead::One(ndc, _)) => ndc.write(shape, true),
        _ => None,
    };
    Known::new("NDC", entry.code(), name)
        .judged(layers, System::Ndc, on)
        .fact("labeler", entry.rows().map(|r| r.labeler().to_owned()))
        .fact(
            "package",
            entry.rows().map(|r| {
                let kind = if r.is_sale() {
                    "unit of sale"
                } else {
                    "unit of use"
                };
                let form = if r.form().is_empty() {
                    String::new()
                } else {
                    format!(": {}", r.form())
                };
                format!("{kind}{form}")
            }),
        )
        .fact("route", entry.rows().map(|r| r.route().to_owned()))
        .date("from", entry.from())
        .date("until", entry.until())
        .fact("CVX", cvxs)
        .fact(
            "MVX",
            [entry.mvx()].map(|c| with_name(c, book.mvx(c).map(Mvx::name))),
        )
        .fact("GTIN", entry.rows().map(|r| r.gtin().to_owned()))
        .fact("of FDA", shape.and_then(spelling))
        .fact(
            "holds",
            entry
                .links()
                .filter(|l| l.sale() == entry.code())
                .map(|l| linked(l.used())),
        )
        .fact(
            "is held by",
            entry
                .links()
                .filter(|l| l.used() == entry.code() && l.sale() != entry.code())
                .map(|l| linked(l.sale())),
        )
}

/// A linked package, or that CDC's tables do not have it.
fn linked(code: &str) -> String {
    match code.strip_prefix('#') {
        Some(number) => format!("CDC's number {number}, which its tables do not have"),
        None => code.to_owned(),
    }
}

fn vis(vis: Vis<'_>, layers: Layers<'_>, on: Date) -> Known {
    let book = layers.book();
    let (pdf, html) = vis.addresses().unwrap_or_default();
    Known::new("VIS", vis.encoded(), vis.name())
        .judged(layers, System::Vis, on)
        .fact("document", [vis.document().to_owned()])
        .date("edition", vis.edition())
        .fact("next edition", vis.next().map(|n| n.encoded().to_owned()))
        .date("updated", vis.updated())
        .fact(
            "CVX",
            vis.cvxs().map(|c| with_name(c, book.cvx(c).map(Cvx::name))),
        )
        .fact("read it at", [html.to_owned(), pdf.to_owned()])
}

fn cpt(code: &str, layers: Layers<'_>, on: Date) -> Option<Known> {
    let book = layers.book();
    let rows: Vec<_> = book.cpt(code).collect();
    let first = *rows.first()?;
    Some(
        Known::new("CPT", code, "")
            .judged(layers, System::Cpt, on)
            .date("from", first.valid_from())
            .date("updated", rows.iter().filter_map(|r| r.updated()).max())
            .fact(
                "CVX",
                rows.iter()
                    .map(|r| with_name(r.cvx(), book.cvx(r.cvx()).map(Cvx::name))),
            ),
    )
}

/// A code of the guide's value sets, for each code system.
fn concepts(code: &str, layers: Layers<'_>, on: Date, wanted: impl Fn(&str) -> bool) -> Vec<Known> {
    let book = layers.book();
    let mut systems: Vec<String> = Vec::new();
    for set in book.sets() {
        for entry in set.code(code) {
            if !systems.iter().any(|s| s == entry.system()) {
                systems.push(entry.system().to_owned());
            }
        }
    }
    for row in book.all(Kind::Equivalent) {
        if row.cell(1) == code && !systems.iter().any(|s| s == row.cell(0)) {
            systems.push(row.cell(0).to_owned());
        }
    }
    // these have entries of their own
    let own = ["CVX", "MVX", "NDC", "cdcgs1vis"];
    systems.sort();
    systems
        .into_iter()
        .filter(|s| !own.contains(&s.as_str()) && wanted(s))
        .map(|system| {
            let rows: Vec<_> = book.concepts(&system, code).collect();
            let name = rows.iter().map(|(_, r)| r.cell(2)).find(|n| !n.is_empty());
            let mut known = Known::new(&system, code, name.unwrap_or_default());
            if let Some(named) = System::named(&system) {
                known = known.judged(layers, named, on);
            }
            known
                .fact(
                    "value sets",
                    rows.iter().map(|(set, _)| {
                        format!("{} {}", set.id(), set.head("name").unwrap_or_default())
                    }),
                )
                .fact(
                    "elsewhere",
                    book.equivalents(&system, code)
                        .map(|e| format!("{} {} ({})", e.to_system(), e.to_code(), e.relation())),
                )
                .fact(
                    "written before",
                    book.equivalents_to(&system, code)
                        .map(|e| format!("{} {} ({})", e.system(), e.code(), e.relation())),
                )
        })
        .collect()
}

fn write(found: &[Known], on: Date, layers: Layers<'_>, json: bool) -> Result<Exit, Failure> {
    if json {
        let all: Vec<Value> = found.iter().map(Known::json).collect();
        return output::print_json(&json!({
            "as-of": on.to_string(),
            "book": layers.book().retrieved().to_string(),
            "found": all,
        }));
    }
    let mut text = format!("as of {on}, code book of {}\n", layers.book().retrieved());
    for known in found {
        text.push('\n');
        known.text(&mut text);
    }
    output::print(&text)?;
    Ok(Exit::Good)
}

/// What to say about a code that the book does not have.
fn unknown(code: &str, systems: &[System], layers: Layers<'_>, on: Date) -> Failure {
    let book = layers.book();
    let formed: Vec<&System> = systems
        .iter()
        .filter(|s| layers.status(**s, code, on).status == Status::UnknownWellFormed)
        .collect();
    let diagnostic = Diagnostic::new(format!(
        "the code book of {} does not know `{code}`",
        book.retrieved()
    ));
    match formed.first() {
        Some(system) => diagnostic.with_help(format!(
            "it is well formed as a code of {}: the book may be older than the code; `titer codes import` brings it up to date",
            system.name()
        )),
        None => diagnostic.with_help("`titer codes search` finds codes by words of their names"),
    }
    .into()
}

pub(super) fn show(code: &str, day: &Day, source: &Source, ui: &Ui) -> Result<Exit, Failure> {
    let opened = Opened::new(source, ui)?;
    let on = as_of(day)?;
    let layers = opened.layers();
    let book = layers.book();
    let mut found = Vec::new();
    if let Some(entry) = book.cvx(code).or_else(|| book.cvx_alias(code)) {
        found.push(cvx(entry, layers, on));
    }
    found.extend(book.mvx(&code.to_uppercase()).map(|m| mvx(m, layers, on)));
    let package = book.ndc(code).or_else(|| book.gtin(code));
    found.extend(package.map(|n| ndc(n, layers, on)));
    found.extend(cpt(code, layers, on));
    found.extend(book.vis(code).map(|v| vis(v, layers, on)));
    found.extend(book.vis_editions(code).map(|v| vis(v, layers, on)));
    found.extend(products(code, layers));
    found.extend(groups(code, layers));
    found.extend(concepts(code, layers, on, |_| true));
    found.extend(added(code, layers, on));
    if found.is_empty() {
        let systems = [
            System::Cvx,
            System::Ndc,
            System::Vis,
            System::Mvx,
            System::Cpt,
        ];
        return Err(unknown(code, &systems, layers, on));
    }
    write(&found, on, layers, source.json)
}

/// The products of a name, whatever its case.
fn products(name: &str, layers: Layers<'_>) -> Vec<Known> {
    let book = layers.book();
    book.all_products()
        .filter(|p| p.name().eq_ignore_ascii_case(name))
        .map(|p| {
            Known::new("product", p.name(), "")
                .fact(
                    "status",
                    [if p.is_active() { "active" } else { "inactive" }.to_owned()],
                )
                .date("updated", p.updated())
                .fact(
                    "CVX",
                    [with_name(p.cvx(), book.cvx(p.cvx()).map(Cvx::name))],
                )
                .fact(
                    "MVX",
                    [with_name(p.mvx(), book.mvx(p.mvx()).map(Mvx::name))],
                )
        })
        .collect()
}

fn groups(name: &str, layers: Layers<'_>) -> Vec<Known> {
    let book = layers.book();
    let group = book
        .all(Kind::Group)
        .map(|r| r.cell(1))
        .find(|g| g.eq_ignore_ascii_case(name));
    group
        .map(|group| {
            Known::new("group", group, "")
                .fact(
                    "CVX of group",
                    book.group(group).map(|g| g.group_cvx().to_owned()),
                )
                .fact(
                    "members",
                    book.group(group)
                        .map(|g| with_name(g.cvx(), book.cvx(g.cvx()).map(Cvx::name))),
                )
        })
        .into_iter()
        .collect()
}

/// Codes that overlays add.
fn added(code: &str, layers: Layers<'_>, on: Date) -> Vec<Known> {
    let mut found = Vec::new();
    for set in layers.book().sets() {
        for entry in layers.set_codes(set.id(), on) {
            let Origin::Overlay(name) = entry.origin else {
                continue;
            };
            if entry.code == code {
                found.push(
                    Known::new(entry.system, code, entry.name)
                        .fact("value sets", [format!("{} {}", set.id(), set.name())])
                        .fact("from", [name.to_owned()]),
                );
            }
        }
    }
    found
}

pub(super) fn map(
    from: From,
    code: &str,
    day: &Day,
    source: &Source,
    ui: &Ui,
) -> Result<Exit, Failure> {
    let opened = Opened::new(source, ui)?;
    let on = as_of(day)?;
    let layers = opened.layers();
    let book = layers.book();
    let one = |known: Option<Known>| known.into_iter().collect::<Vec<_>>();
    let (found, systems): (Vec<Known>, &[System]) = match from {
        From::Ndc => (
            one(book.ndc(code).map(|n| ndc(n, layers, on))),
            &[System::Ndc],
        ),
        From::Gtin => {
            if !titer_codes::check_digit_is_right(code) || code.len() != 14 {
                return Err(Diagnostic::new(format!(
                    "`{code}` is no GTIN of 14 digits with its check digit"
                ))
                .into());
            }
            (one(book.gtin(code).map(|n| ndc(n, layers, on))), &[])
        }
        From::Cvx => {
            let entry = book.cvx(code).or_else(|| book.cvx_alias(code));
            (one(entry.map(|c| cvx(c, layers, on))), &[System::Cvx])
        }
        From::Mvx => (
            one(book.mvx(code).map(|m| mvx(m, layers, on))),
            &[System::Mvx],
        ),
        From::Cpt => (one(cpt(code, layers, on)), &[System::Cpt]),
        From::Vis => (
            one(book.vis(code).map(|v| vis(v, layers, on))),
            &[System::Vis],
        ),
        From::Product => (products(code, layers), &[]),
        From::Race => (
            concepts(code, layers, on, |s| matches!(s, "HL70005" | "CDCREC")),
            &[],
        ),
        From::Ethnicity => (
            concepts(code, layers, on, |s| matches!(s, "HL70189" | "CDCREC")),
            &[],
        ),
        From::Route => (
            concepts(code, layers, on, |s| matches!(s, "HL70162" | "NCIT")),
            &[],
        ),
    };
    if found.is_empty() {
        return Err(unknown(code, systems, layers, on));
    }
    write(&found, on, layers, source.json)
}

pub(super) fn scan(text: &str, day: &Day, source: &Source, ui: &Ui) -> Result<Exit, Failure> {
    let opened = Opened::new(source, ui)?;
    let on = as_of(day)?;
    let layers = opened.layers();
    let mut read = String::new();
    let text = if text == "-" {
        let mut input = std::io::stdin().lock();
        input.read_to_string(&mut read).map_err(|e| {
            Failure::from(Diagnostic::new(format!(
                "cannot read standard input: {}",
                crate::failure::io_words(&e)
            )))
        })?;
        read.trim()
    } else {
        text
    };
    if let Some(statement) = VisString::read(text) {
        let mut found: Vec<Known> = layers
            .book()
            .vis(text)
            .map(|v| vis(v, layers, on))
            .into_iter()
            .collect();
        if found.is_empty() {
            let other = layers.book().vis_editions(statement.document).next();
            found.push(
                Known::new("VIS", text, other.map_or("", Vis::name))
                    .judged(layers, System::Vis, on)
                    .fact("document", [statement.document.to_owned()])
                    .date("edition", Some(statement.edition)),
            );
        }
        return write(&found, on, layers, source.json);
    }
    let scan = Scan::read(text).map_err(|e| {
        Failure::from(Diagnostic::new(e.what).at("the bar code", text, 1, e.at as u32, 1))
    })?;
    let label = Known::new("bar code", scan.gtin.as_deref().unwrap_or(""), "")
        .fact("lot", scan.lot.clone())
        .date("expires", scan.expiry)
        .date("produced", scan.produced)
        .fact("serial", scan.serial.clone())
        .fact(
            "others",
            scan.other.iter().map(|(k, v)| format!("({k}) {v}")),
        );
    let mut found = vec![label];
    if let Some(gtin) = scan.gtin.as_deref() {
        match (layers.book().gtin(gtin), found.first_mut()) {
            (Some(entry), _) => found.push(ndc(entry, layers, on)),
            (None, Some(label)) => {
                let codes: Vec<String> = scan.ndcs().iter().map(ToString::to_string).collect();
                let said = if codes.is_empty() {
                    "none: the number is not one of a drug in the United States".to_owned()
                } else {
                    format!("not in the book; the digits may be {}", codes.join(" or "))
                };
                label.facts.push(("NDC", vec![said]));
            }
            (None, None) => {}
        }
    }
    write(&found, on, layers, source.json)
}
