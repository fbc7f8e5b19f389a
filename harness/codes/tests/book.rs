//! The book that ships: what it holds, what it says about codes on days, and that it is what CDC's tables and the guide's libraries say.

use jiff::civil::{Date, date};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;
use titer_codes::import::{File, Imported, Options, import};
use titer_codes::{
    Group, Kind, Ndc, NdcRead, Shape, Status, System, Vis, VisString, book, check_digit_is_right,
};

const TODAY: Date = date(2025, 12, 1);

#[expect(clippy::print_stderr, reason = "a test says that it is skipped")]
fn shared() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/codes"
    ));
    if !folder.is_dir() {
        eprintln!("skipped: ../shared is absent");
        return None;
    }
    Some(folder)
}

fn files() -> Option<Vec<File>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(shared()?)
        .expect("a folder")
        .map(|e| e.expect("an entry").path())
        .collect();
    paths.sort();
    Some(
        paths
            .into_iter()
            .map(|path| File {
                name: path
                    .file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned(),
                bytes: std::fs::read(&path).expect("a file"),
            })
            .collect(),
    )
}

fn rows(name: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let path = shared()?.join(name);
    let mut reader = csv::Reader::from_path(path).expect("a table");
    Some(reader.deserialize().map(|r| r.expect("a row")).collect())
}

fn imported() -> Option<Imported> {
    let old: Vec<_> = book().tables().map(titer_codes::Table::to_text).collect();
    let options = Options {
        retrieved: book().retrieved(),
        accept_fewer: false,
    };
    Some(import(&files()?, &old, options).expect("CDC's tables are read"))
}

#[test]
fn importing_cdcs_tables_gives_the_book_that_ships() {
    let Some(imported) = imported() else { return };
    assert_eq!(imported.files.len(), 13);
    let shipped: BTreeMap<_, _> = book()
        .tables()
        .map(|t| (t.to_text().path(), t.to_text().write()))
        .collect();
    let read: BTreeMap<_, _> = imported
        .tables
        .iter()
        .map(|t| (t.path(), t.write()))
        .collect();
    let paths = |m: &BTreeMap<String, String>| m.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(&shipped), paths(&read));
    for (path, text) in shipped {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("book")
            .join(&path);
        let written = std::fs::read_to_string(file).expect("the file of the table");
        assert!(
            read[&path] == written,
            "{path} is not what CDC's tables say"
        );
        assert!(text == written, "{path} is not written as it was read");
    }
    let warnings: Vec<&str> = imported
        .warnings
        .iter()
        .map(|w| w.message.as_str())
        .collect();
    insta::assert_debug_snapshot!(warnings);
}

#[test]
fn the_book_holds_every_table() {
    let count = |kind: Kind| book().all(kind).count();
    let counts: Vec<(&str, usize)> = titer_codes::KINDS
        .into_iter()
        .filter(|k| !matches!(k, Kind::Set | Kind::Field))
        .map(|k| (k.name(), count(k)))
        .collect();
    insta::assert_debug_snapshot!(counts);
    assert_eq!(book().retrieved().to_string(), titer_codes::SHIPPED_DAY);
    assert!(book().size() <= 2 * 1024 * 1024, "{} bytes", book().size());
    for table in book().tables() {
        assert!(!table.source().is_empty(), "{}", table.to_text().path());
    }
}

#[test]
fn a_vaccine_is_told_with_what_belongs_to_it() {
    let cvx = book().cvx("08").expect("hepatitis B");
    assert_eq!(cvx.name(), "Hep B, adolescent or pediatric");
    assert_eq!(cvx.groups().map(Group::name).collect::<Vec<_>>(), ["HepB"]);
    assert!(
        cvx.products()
            .any(|p| p.name() == "RECOMBIVAX-PEDS" || p.mvx() == "MSD")
    );
    assert!(cvx.ndcs().count() > 5);
    assert!(cvx.cpts().any(|c| c.code() == "90744"));
    assert!(cvx.vis().any(Vis::is_current));
    let ndc = book().ndc("49281-425-50").expect("last year's vaccine");
    assert_eq!(ndc.cvx(), "140");
    assert_eq!(ndc.mvx(), "PMC");
    assert!(
        ndc.links()
            .any(|l| l.sale() == "49281-0425-50" && !l.used().is_empty())
    );
    let vis = book().vis("253088698300001111200108").expect("an edition");
    assert_eq!(vis.document(), "0886983000011");
    assert_eq!(vis.cvxs().collect::<Vec<_>>(), ["143"]);
    assert!(vis.addresses().is_some());
    let members: Vec<&str> = book().group_of_cvx("45").map(Group::cvx).collect();
    assert!(members.contains(&"08") && members.contains(&"43"));
}

#[test]
fn every_question_has_a_date() {
    let cvx = |code: &'static str, on: Date| book().status(System::Cvx, code, on);
    // newer than some books, in this one
    assert_eq!(cvx("334", TODAY), Status::Valid);
    assert_eq!(
        cvx("334", date(2025, 1, 10)),
        Status::NotYetValid(date(2025, 8, 27))
    );
    // newer than this one
    assert_eq!(cvx("337", date(2026, 9, 1)), Status::UnknownWellFormed);
    // placeholders
    assert_eq!(cvx("999", TODAY), Status::Placeholder);
    assert_eq!(cvx("998", TODAY), Status::Placeholder);
    assert_eq!(cvx("99", TODAY), Status::NeverActive);
    assert_eq!(cvx("9999", TODAY), Status::Unknown);
    assert_eq!(cvx("DTAP", TODAY), Status::Unknown);
    assert_eq!(cvx("", TODAY), Status::Unknown);
    assert_eq!(cvx("0", TODAY), Status::Unknown);
    // retired, given today and in its time
    assert_eq!(cvx("118", TODAY), Status::InactiveSince(date(2016, 11, 30)));
    assert_eq!(cvx("118", date(2012, 5, 5)), Status::Valid);
    assert_eq!(cvx("02", date(2010, 5, 5)), Status::Valid);
    assert_eq!(cvx("88", TODAY), Status::HistoricalOnly);
    assert_eq!(cvx("510", TODAY), Status::NonUs);
    assert_eq!(cvx("57", TODAY), Status::NeverActive);
    assert_eq!(
        cvx("180", TODAY),
        Status::Deprecated {
            replacement: Some("13")
        }
    );
    for alias in ["3", "003"] {
        assert_eq!(
            cvx(alias, TODAY),
            Status::Deprecated {
                replacement: Some("03")
            }
        );
    }
    // last season's influenza vaccine
    let ndc = |code: &'static str, on: Date| book().status(System::Ndc, code, on);
    let old = book()
        .ndcs()
        .find(|n| n.cvx().any(|c| c == "140") && n.until() == Some(date(2025, 6, 30)))
        .expect("a package of the season 2024/25");
    assert_eq!(
        book().status(System::Ndc, old.code(), date(2025, 10, 1)),
        Status::ExpiredProduct(date(2025, 6, 30))
    );
    assert_eq!(
        book().status(System::Ndc, old.code(), date(2024, 10, 1)),
        Status::Valid
    );
    assert_eq!(ndc("49281-0425-50", TODAY), Status::Valid);
    assert_eq!(
        ndc("49281-0425-50", date(2025, 6, 30)),
        Status::NotYetValid(date(2025, 7, 1))
    );
    assert_eq!(ndc("49281-0999-99", TODAY), Status::UnknownWellFormed);
    assert_eq!(ndc("49281-099", TODAY), Status::Unknown);
    let vis = |code: &'static str, on: Date| book().status(System::Vis, code, on);
    assert_eq!(vis("253088698300001111200108", TODAY), Status::Valid);
    assert_eq!(
        vis("253088698300001111140611", TODAY),
        Status::InactiveSince(date(2020, 1, 8))
    );
    assert_eq!(
        vis("253088698300001111140611", date(2016, 1, 1)),
        Status::Valid
    );
    assert_eq!(
        vis("253088698300001111260108", TODAY),
        Status::UnknownWellFormed
    );
    assert_eq!(vis("253088698300001211200108", TODAY), Status::Unknown);
    let mvx = |code: &'static str, on: Date| book().status(System::Mvx, code, on);
    assert_eq!(mvx("PMC", TODAY), Status::Valid);
    assert_eq!(mvx("ZZZ", TODAY), Status::UnknownWellFormed);
    assert_eq!(mvx("pmc", TODAY), Status::Unknown);
    assert_eq!(mvx("AB", TODAY), Status::InactiveSince(date(2017, 11, 16)));
    let race = |code: &'static str| book().status(System::Hl7(5), code, TODAY);
    assert_eq!(race("2106-3"), Status::Valid);
    assert_eq!(
        race("W"),
        Status::Deprecated {
            replacement: Some("2106-3")
        }
    );
    assert_eq!(race("A"), Status::Deprecated { replacement: None });
    assert_eq!(race("X"), Status::Unknown);
    // CDC has more races than the guide
    assert_eq!(race("2034-7"), Status::Valid);
    assert_eq!(race("2040-4"), Status::UnknownWellFormed);
    assert_eq!(race("2040-5"), Status::Unknown);
    // the same codes stand under two names
    assert_eq!(
        book().status(System::Hl7(189), "2186-5", TODAY),
        Status::Valid
    );
    let loinc = |code: &'static str| book().status(System::Loinc, code, TODAY);
    assert_eq!(loinc("64994-7"), Status::Valid);
    assert_eq!(loinc("82593-5"), Status::UnknownWellFormed);
    assert_eq!(loinc("82593-6"), Status::Unknown);
    assert_eq!(loinc("LA13421-5"), Status::UnknownWellFormed);
    assert_eq!(
        book().status(System::Hl7(104), "2.5.1", TODAY),
        Status::Valid
    );
    let route = |code: &'static str| book().status(System::Ncit, code, TODAY);
    assert_eq!(route("C28161"), Status::Valid);
    assert_eq!(route("C99999"), Status::UnknownWellFormed);
    assert_eq!(
        book().status(System::Hl7(162), "IM", TODAY),
        Status::Deprecated {
            replacement: Some("C28161")
        }
    );
}

#[test]
fn every_spelling_of_every_ndc_is_the_same_code() {
    let mut spellings = 0;
    for row in book().ndcs() {
        let Some(NdcRead::One(ndc, Shape::Eleven)) = Ndc::read(row.code()) else {
            panic!("{}", row.code());
        };
        let shape = row.shape().expect("a shape");
        for shape in [shape, Shape::Eleven, Shape::Twelve] {
            for hyphens in [true, false] {
                let text = ndc.write(shape, hyphens).expect("a spelling");
                let found = book().ndc(&text).expect("the package");
                assert_eq!(found.code(), row.code(), "{text}");
                match Ndc::read(&text) {
                    Some(NdcRead::One(read, _)) => assert_eq!(read, ndc),
                    Some(NdcRead::Ten(all)) => assert!(all.contains(&ndc)),
                    None => panic!("{text}"),
                }
                spellings += 1;
            }
        }
    }
    assert_eq!(spellings, (557 + 506) * 6);
}

#[test]
fn every_package_has_its_vaccine_and_every_gtin_its_check_digit() {
    let mut gtins = 0;
    for row in book().ndcs() {
        assert!(row.cvx().count() >= 1, "{}", row.code());
        for cvx in row.cvx() {
            assert!(book().cvx(cvx).is_some(), "{} {cvx}", row.code());
        }
        if !row.gtin().is_empty() {
            assert!(check_digit_is_right(row.gtin()), "{}", row.gtin());
            let found = book().gtin(row.gtin()).expect("the package");
            assert_eq!(found.code(), row.code(), "{}", row.gtin());
            gtins += 1;
        }
    }
    assert_eq!(gtins, 467);
    for vis in book().all_vis() {
        let read = VisString::read(vis.encoded()).expect("an encoded string");
        assert_eq!(read.document, vis.document());
    }
}

#[test]
fn every_package_of_the_source_maps_to_its_vaccine_and_links_resolve() {
    let (Some(sale), Some(used), Some(links)) = (
        rows("ndc_unit_of_sale.csv"),
        rows("ndc_unit_of_use.csv"),
        rows("ndc_linker.csv"),
    ) else {
        return;
    };
    for row in sale.iter().chain(&used) {
        let entry = book().ndc(&row["ndc11"]).expect("the package");
        assert!(entry.has_cvx(&row["cvx"]), "{}", row["ndc11"]);
    }
    assert_eq!((sale.len(), used.len()), (560, 510));
    let ids = |rows: &[BTreeMap<String, String>], id: &str| -> BTreeMap<String, String> {
        rows.iter()
            .map(|r| (r[id].clone(), r["ndc11"].clone()))
            .collect()
    };
    let (sale, used) = (ids(&sale, "outer_id"), ids(&used, "inner_id"));
    let (mut from_sale, mut both) = (0, 0);
    for link in &links {
        let Some(outer) = sale.get(&link["outer_id"]) else {
            continue;
        };
        from_sale += 1;
        let entry = book().ndc(outer).expect("the unit of sale");
        let inner = used.get(&link["inner_id"]);
        let expected = inner.cloned().unwrap_or(format!("#{}", link["inner_id"]));
        assert!(
            entry
                .links()
                .any(|l| l.sale() == outer && l.used() == expected && l.mvx() == link["mvx"]),
            "{outer} {expected}"
        );
        if let Some(inner) = inner {
            both += 1;
            let entry = book().ndc(inner).expect("the unit of use");
            assert!(entry.links().any(|l| l.sale() == outer));
        }
    }
    // of 580 links, 3 name a unit of sale that the table does not have, and 2 more a unit of use
    assert_eq!((links.len(), from_sale, both), (580, 577, 575));
}

#[test]
fn every_code_of_the_source_is_found_with_its_status() {
    let Some(field) = rows("codebase_codes.csv") else {
        return;
    };
    for row in rows("cvx.csv").expect("a table") {
        let cvx = book().cvx(&row["cvx"]).expect("the vaccine");
        assert_eq!(
            cvx.published_status(),
            row["status"].to_lowercase().replace(' ', "-")
        );
        assert!(book().status(System::Cvx, &row["cvx"], TODAY).is_known());
    }
    for row in rows("mvx.csv").expect("a table") {
        let mvx = book().mvx(&row["MVX_CODE"]).expect("the manufacturer");
        assert_eq!(mvx.is_active(), row["Status"] == "Active");
    }
    for row in rows("vis.csv").expect("a table") {
        let vis = book().vis(&row["VIS_encoded_string"]).expect("the edition");
        assert_eq!(vis.is_current(), row["status"] == "Current");
    }
    for row in rows("cpt_cvx.csv").expect("a table") {
        assert!(
            book()
                .cpt(&row["CPT Code"])
                .any(|c| c.cvx() == row["CVX Code"])
        );
    }
    for row in rows("product_names.csv").expect("a table") {
        let name = row["CDC Product Name"]
            .split_whitespace()
            .collect::<Vec<_>>();
        let found = book()
            .products(&name.join(" "))
            .any(|p| p.cvx() == row["CVXCode"] && p.mvx() == row["MVX Code"]);
        assert!(found, "{row:?}");
    }
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in field {
        let set = book().table(Kind::Field, &row["set"]).expect("the list");
        let status = match row["status"].to_lowercase().as_str() {
            "" => "valid".to_owned(),
            other => other.to_owned(),
        };
        let code = row["value"]
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let found = set.all(&code).any(|r| r.cell(2) == status);
        let spelling = row["set"].contains("_NDC_")
            && status == "deprecated"
            && set.find(&row["deprecated_to"]).is_some()
            && book().status(System::Ndc, &row["value"], TODAY).is_known();
        assert!(found || spelling, "{row:?}");
        *counts.entry((row["set"].clone(), status)).or_default() += 1;
    }
    insta::assert_debug_snapshot!("field", counts);
}

#[test]
fn the_guides_libraries_are_covered_code_by_code() {
    let Some(rows) = rows("nist_iz_value_sets.csv") else {
        return;
    };
    let mut sets: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    let mut missing = Vec::new();
    let mut unnamed = Vec::new();
    let mut beyond = Vec::new();
    for row in &rows {
        let (id, code, system) = (&row["value_set"], &row["value"], &row["code_system"]);
        let entry = book()
            .set(id)
            .and_then(|s| s.code(code).find(|c| c.system() == system));
        let Some(entry) = entry else {
            missing.push(format!("{id} {code}"));
            continue;
        };
        for library in row["profiles"].split(';') {
            assert!(entry.in_library(library), "{id} {code} {library}");
        }
        if !sets
            .entry(id.clone())
            .or_default()
            .insert((code.clone(), system.clone()))
        {
            continue;
        }
        if entry.name().is_empty() {
            unnamed.push(format!("{id} {code}"));
        }
        let system = System::named(system);
        if let Some(system @ (System::Cvx | System::Mvx | System::Ndc | System::Vis)) = system {
            let own = match system {
                System::Cvx => book().cvx(code).is_some(),
                System::Mvx => book().mvx(code).is_some(),
                System::Ndc => book().ndc(code).is_some(),
                _ => book().vis(code).is_some(),
            };
            let status = book().status(system, code, TODAY);
            assert!(status.is_known(), "{id} {code}");
            if !own {
                beyond.push(format!("{id} {code}: {status}"));
            }
        }
    }
    let counts: BTreeMap<&String, usize> = sets.iter().map(|(id, s)| (id, s.len())).collect();
    let mut text = String::from("codes in each value set of the guide's eight libraries\n");
    for (id, count) in &counts {
        let extra = book().set(id).expect("the set").table().len() - count;
        let more = if extra > 0 {
            format!(" and {extra} that stand for many codes")
        } else {
            String::new()
        };
        let _ = writeln!(text, "{id} {count}{more}");
    }
    let total: usize = counts.values().sum();
    let _ = writeln!(text, "\nsets {}, codes {total}", counts.len());
    let _ = writeln!(text, "\nmissing: {missing:?}");
    text += "\nwithout a name, because the library has a description in its place:\n";
    text += &unnamed.join("\n");
    text += "\n\nin the guide of 2016 and not in CDC's tables of today:\n";
    text += &beyond.join("\n");
    assert!(missing.is_empty(), "{missing:?}");
    insta::assert_snapshot!("guide", text);
}
