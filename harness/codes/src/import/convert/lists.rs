//! Value sets of the guide, and lists of codes seen in the field.

use super::{Said, Source, fact};
use crate::ndc::{Ndc, Read};
use crate::schema::Kind;
use crate::text::TextTable;
use std::collections::BTreeMap;

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

const SEEN: &[(&str, &str)] = &[
    ("valid", "valid"),
    ("", "valid"),
    ("deprecated", "deprecated"),
    ("ignored", "ignored"),
    ("invalid", "invalid"),
];

/// A name without what makes it a description: nothing when it is too long.
fn short(name: &str) -> String {
    if name.chars().count() > LONGEST_NAME || !name.is_ascii() && name.contains('?') {
        return String::new();
    }
    name.to_owned()
}

/// The guide's value sets.
pub(super) fn sets(
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

/// The lists of codes that systems in the field use.
pub(super) fn field(source: &Source<'_>, retrieved: &str, said: &mut Said) -> Vec<TextTable> {
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
