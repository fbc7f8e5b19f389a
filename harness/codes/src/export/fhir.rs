//! FHIR R4: code systems, value sets and concept maps.
//!
//! CVX, MVX, NDC and VIS are complete code systems here, and those of HL7 and the National Immunization Program hold the codes that
//! the guide's value sets use, which makes them fragments. CPT, SNOMED CT, LOINC and UCUM belong to others: their codes stand in value
//! sets and concept maps alone.

use crate::book::{Book, Row, Table};
use crate::schema::Kind;
use crate::system::System;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Where our own resources are said to be: a name, not an address to open.
const OURS: &str = "urn:titer:codes";

/// Every resource of a book: the file's name and the resource.
pub fn resources(book: &Book) -> Vec<(String, Value)> {
    let mut all = code_systems(book);
    all.extend(value_sets(book));
    all.extend(concept_maps(book));
    all.into_iter()
        .map(|resource| {
            let part = |name: &str| {
                resource
                    .get(name)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            (
                format!("{}-{}.json", part("resourceType"), part("id")),
                resource,
            )
        })
        .collect()
}

/// An id as FHIR allows it: letters, digits, hyphens and full stops, at most 64.
fn id(text: &str) -> String {
    let id: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        })
        .collect();
    id.chars().take(64).collect()
}

/// A name as FHIR wishes it: a capital first, then letters, digits and underscores.
fn computer_name(text: &str) -> String {
    let name: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let mut chars = name.chars();
    match chars.next() {
        Some(first) if first.is_ascii_alphabetic() => first.to_uppercase().chain(chars).collect(),
        _ => format!("T{name}"),
    }
}

/// What every resource begins with.
fn head(
    kind: &str,
    name: &str,
    url: &str,
    title: &str,
    table: Option<Table<'_>>,
) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| map.insert(key.to_owned(), value);
    put("resourceType", json!(kind));
    put("id", json!(id(name)));
    put("url", json!(url));
    let published = table.and_then(|t| t.head("published").or(t.head("retrieved")));
    if let Some(date) = published {
        put("version", json!(date));
        put("date", json!(date));
    }
    put("name", json!(computer_name(name)));
    put("title", json!(title));
    put("status", json!("active"));
    put("experimental", json!(false));
    if let Some(source) = table.map(Table::source).filter(|s| !s.is_empty()) {
        put("publisher", json!(source));
    }
    map
}

fn property(code: &str, kind: &str, value: &str) -> Option<Value> {
    (!value.is_empty()).then(|| json!({"code": code, format!("value{kind}"): value}))
}

/// A concept with its properties.
fn concept(code: &str, name: &str, properties: Vec<Option<Value>>) -> Value {
    let mut concept = Map::new();
    concept.insert("code".to_owned(), json!(code));
    if !name.is_empty() {
        concept.insert("display".to_owned(), json!(name));
    }
    let properties: Vec<Value> = properties.into_iter().flatten().collect();
    if !properties.is_empty() {
        concept.insert("property".to_owned(), Value::Array(properties));
    }
    Value::Object(concept)
}

fn code_system(
    book: &Book,
    kind: Kind,
    system: System,
    title: &str,
    properties: &[(&str, &str, &str)],
    concepts: Vec<Value>,
) -> Value {
    let mut map = head(
        "CodeSystem",
        kind.name(),
        &system.uri(),
        title,
        book.table(kind, ""),
    );
    map.insert("caseSensitive".to_owned(), json!(true));
    map.insert("content".to_owned(), json!("complete"));
    map.insert("count".to_owned(), json!(concepts.len()));
    let properties: Vec<Value> = properties
        .iter()
        .map(|(code, kind, what)| json!({"code": code, "type": kind, "description": what}))
        .collect();
    map.insert("property".to_owned(), Value::Array(properties));
    map.insert("concept".to_owned(), Value::Array(concepts));
    Value::Object(map)
}

const STATUS: (&str, &str, &str) = ("status", "code", "The status that CDC publishes");
const UPDATED: (&str, &str, &str) = ("updated", "dateTime", "When CDC changed the entry last");
const FROM: (&str, &str, &str) = ("from", "dateTime", "The first day of use");
const UNTIL: (&str, &str, &str) = ("until", "dateTime", "The last day of use");

fn code_systems(book: &Book) -> Vec<Value> {
    let cell = |row: Row<'_>, name: &str| -> String {
        let at = row.kind().columns().iter().position(|(n, _)| *n == name);
        at.map_or(String::new(), |at| row.cell(at).to_owned())
    };
    let dated = |row: Row<'_>| -> Vec<Option<Value>> {
        ["from", "until", "updated"]
            .map(|name| property(name, "DateTime", &cell(row, name)))
            .into()
    };
    let with_status = |row: Row<'_>| -> Value {
        let mut all = vec![property("status", "Code", &cell(row, "status"))];
        all.extend(dated(row));
        concept(row.cell(0), &cell(row, "name"), all)
    };
    let simple = |kind: Kind| book.all(kind).map(with_status).collect::<Vec<_>>();
    let mut packages: BTreeMap<&str, Row<'_>> = BTreeMap::new();
    for row in book.all(Kind::NdcSale).chain(book.all(Kind::NdcUse)) {
        packages.entry(row.cell(0)).or_insert(row);
    }
    let packages = packages
        .into_values()
        .map(|row| concept(row.cell(0), row.cell(2), dated(row)))
        .collect();
    let edition = ("edition", "dateTime", "The edition");
    let editions = book
        .all(Kind::Vis)
        .map(|row| {
            let mut all = vec![
                property("status", "Code", row.cell(4)),
                property("edition", "DateTime", row.cell(2)),
            ];
            all.extend(dated(row));
            concept(row.cell(0), row.cell(3), all)
        })
        .collect();
    let usual = [STATUS, FROM, UNTIL, UPDATED];
    let mut systems = vec![
        code_system(
            book,
            Kind::Cvx,
            System::Cvx,
            "Vaccines (CVX)",
            &usual,
            simple(Kind::Cvx),
        ),
        code_system(
            book,
            Kind::Mvx,
            System::Mvx,
            "Manufacturers of vaccines (MVX)",
            &usual,
            simple(Kind::Mvx),
        ),
        code_system(
            book,
            Kind::NdcSale,
            System::Ndc,
            "National Drug Codes of vaccines",
            &[FROM, UNTIL, UPDATED],
            packages,
        ),
        code_system(
            book,
            Kind::Vis,
            System::Vis,
            "Editions of vaccine information statements",
            &[STATUS, edition, UPDATED],
            editions,
        ),
    ];
    // a fragment of a whole list cannot be called complete
    if let Some(Value::Object(ndc)) = systems.get_mut(2) {
        ndc.insert("content".to_owned(), json!("fragment"));
        ndc.insert("id".to_owned(), json!("ndc"));
        ndc.insert("name".to_owned(), json!("Ndc"));
    }
    systems.extend(fragments(book));
    systems
}

/// The code systems of HL7 and of the National Immunization Program, as far as value sets use them.
fn fragments(book: &Book) -> Vec<Value> {
    let mut systems: BTreeMap<System, BTreeMap<&str, &str>> = BTreeMap::new();
    let mut tables: BTreeMap<System, Table<'_>> = BTreeMap::new();
    for set in book.sets() {
        for code in set.codes().filter(|c| c.pattern().is_none()) {
            let Some(system) = System::named(code.system()) else {
                continue;
            };
            let ours = matches!(
                system,
                System::Hl7(_) | System::Nip(_) | System::CdcRec | System::CdcPhinVs
            );
            if ours {
                tables.entry(system).or_insert(set.table());
                let name = systems
                    .entry(system)
                    .or_default()
                    .entry(code.code())
                    .or_default();
                if name.is_empty() {
                    *name = code.name();
                }
            }
        }
    }
    systems
        .into_iter()
        .map(|(system, codes)| {
            let name = system.name();
            let title = format!("{name}, as far as the guide uses it");
            let table = tables.get(&system).copied();
            let mut map = head("CodeSystem", &name, &system.uri(), &title, table);
            map.insert("caseSensitive".to_owned(), json!(true));
            map.insert("content".to_owned(), json!("fragment"));
            map.insert("count".to_owned(), json!(codes.len()));
            let concepts: Vec<Value> = codes
                .into_iter()
                .map(|(code, name)| concept(code.trim(), name, Vec::new()))
                .collect();
            map.insert("concept".to_owned(), Value::Array(concepts));
            Value::Object(map)
        })
        .collect()
}

fn value_sets(book: &Book) -> Vec<Value> {
    book.sets()
        .map(|set| {
            let url = format!("{OURS}:value-set:{}", set.id());
            let title = if set.name().is_empty() {
                set.id()
            } else {
                set.name()
            };
            let mut map = head("ValueSet", set.id(), &url, title, Some(set.table()));
            let mut includes: BTreeMap<String, Vec<Value>> = BTreeMap::new();
            let mut patterns: BTreeSet<&str> = BTreeSet::new();
            let mut seen = BTreeSet::new();
            for code in set.codes() {
                let excluded = code.usage() == crate::CodeUsage::Excluded;
                if code.pattern().is_some() {
                    patterns.insert(code.code());
                }
                let system = System::named(code.system())
                    .map_or_else(|| format!("{OURS}:system:{}", code.system()), System::uri);
                if excluded
                    || code.pattern().is_some()
                    || !seen.insert((system.clone(), code.code()))
                {
                    continue;
                }
                includes.entry(system).or_default().push(concept(
                    code.code(),
                    code.name(),
                    Vec::new(),
                ));
            }
            if !patterns.is_empty() {
                let list: Vec<&str> = patterns.into_iter().collect();
                map.insert(
                    "description".to_owned(),
                    json!(format!("Further codes of the forms: {}", list.join(", "))),
                );
            }
            let includes: Vec<Value> = includes
                .into_iter()
                .map(|(system, concepts)| json!({"system": system, "concept": concepts}))
                .collect();
            if !includes.is_empty() {
                map.insert("compose".to_owned(), json!({"include": includes}));
            }
            Value::Object(map)
        })
        .collect()
}

type Pairs = BTreeMap<(String, String), BTreeMap<String, BTreeSet<(String, &'static str)>>>;

fn concept_maps(book: &Book) -> Vec<Value> {
    let mut maps: Vec<(&str, &str, Pairs)> = Vec::new();
    let one = |from: System, to: System| (from.uri(), to.uri());
    let mut to_cvx: Pairs = BTreeMap::new();
    for row in book.ndcs() {
        let target = to_cvx.entry(one(System::Ndc, System::Cvx)).or_default();
        for cvx in row.cvx() {
            let code = target.entry(row.code().to_owned()).or_default();
            code.insert((cvx.to_owned(), "wider"));
        }
    }
    maps.push(("ndc-to-cvx", "Packages to their vaccine", to_cvx));
    let mut billing: Pairs = BTreeMap::new();
    for row in book.cpts() {
        let target = billing.entry(one(System::Cpt, System::Cvx)).or_default();
        let code = target.entry(row.code().to_owned()).or_default();
        code.insert((row.cvx().to_owned(), "relatedto"));
    }
    maps.push(("cpt-to-cvx", "Billing codes to their vaccine", billing));
    let mut groups: Pairs = BTreeMap::new();
    for row in book.all(Kind::Group) {
        let target = groups.entry(one(System::Cvx, System::Cvx)).or_default();
        let code = target.entry(row.cell(0).to_owned()).or_default();
        let relation = if row.cell(0) == row.cell(2) {
            "equal"
        } else {
            "wider"
        };
        code.insert((row.cell(2).to_owned(), relation));
    }
    maps.push((
        "cvx-to-group",
        "Vaccines to the code of their group",
        groups,
    ));
    let mut statements: Pairs = BTreeMap::new();
    for row in book.all(Kind::CvxVis) {
        let target = statements.entry(one(System::Cvx, System::Vis)).or_default();
        let code = target.entry(row.cell(0).to_owned()).or_default();
        code.insert((row.cell(1).to_owned(), "relatedto"));
    }
    maps.push((
        "cvx-to-vis",
        "Vaccines to their information statements",
        statements,
    ));
    let mut same: Pairs = BTreeMap::new();
    for row in book.all(Kind::Equivalent) {
        let (Some(from), Some(to)) = (System::named(row.cell(0)), System::named(row.cell(3)))
        else {
            continue;
        };
        let relation = match row.cell(2) {
            "same" => "equal",
            "replaced" => "equivalent",
            _ => "relatedto",
        };
        let target = same.entry(one(from, to)).or_default();
        let code = target.entry(row.cell(1).to_owned()).or_default();
        code.insert((row.cell(4).to_owned(), relation));
    }
    maps.push((
        "equivalent",
        "Codes that say the same, and what took their place",
        same,
    ));
    let table = book.table(Kind::NdcSale, "");
    maps.into_iter()
        .map(|(name, title, pairs)| {
            let url = format!("{OURS}:concept-map:{name}");
            let mut map = head("ConceptMap", name, &url, title, table);
            let groups: Vec<Value> = pairs
                .into_iter()
                .map(|((source, target), codes)| {
                    let elements: Vec<Value> = codes
                        .into_iter()
                        .map(|(code, targets)| {
                            let targets: Vec<Value> = targets
                                .into_iter()
                                .map(|(to, relation)| json!({"code": to, "equivalence": relation}))
                                .collect();
                            json!({"code": code, "target": targets})
                        })
                        .collect();
                    json!({"source": source, "target": target, "element": elements})
                })
                .collect();
            map.insert("group".to_owned(), Value::Array(groups));
            Value::Object(map)
        })
        .collect()
}
