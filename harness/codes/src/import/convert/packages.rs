//! Packages: units of sale, units of use, and which of these is in which of those.

use super::{Cell, Rows, Said, Source};
use crate::gs1;
use crate::ndc::{Ndc, Read, Shape};
use crate::schema::Kind;
use crate::text::TextTable;
use std::collections::HashMap;

/// The units of one kind; `ids` gets CDC's number of each.
pub(super) fn units<'s>(
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

pub(super) fn links<'s>(
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
pub(super) fn crosswalk<'s>(
    source: &'s Source<'s>,
    old: &[TextTable],
    said: &mut Said,
) -> [Rows<'s>; 3] {
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
