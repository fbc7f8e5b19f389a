//! Overlays, the difference of two books, search, export.

use jiff::civil::date;
use std::collections::BTreeMap;
use std::fmt::Write;
use titer_codes::diff::{How, diff};
use titer_codes::{Book, Kind, Layers, Origin, Overlay, Status, System, Table, TextTable, book};

const STATE: &str = "\
name: Example State
source: guide of the state's IIS
accept:
  - {system: NDC, code: 49281-424-50, until: 2025-08-31, because: the last lots are still given}
add:
  - {set: HL70064_IZ, system: HL70064, code: XX99, name: State fund}
  - {set: HL70064_IZ, system: HL70064, prefix: XX, characters: 2, name: the state's own codes}
only:
  - {system: MVX, codes: [PMC, SKB, MSD]}
";

fn overlay(text: &str) -> Overlay {
    Overlay::read("state.yaml", text).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

#[test]
fn an_overlay_accepts_adds_and_refuses_and_says_who_says_so() {
    let overlays = [overlay(STATE)];
    let layers = Layers::new(book(), &overlays);
    let day = date(2025, 8, 1);
    let accepted = layers.status(System::Ndc, "49281-0424-50", day);
    assert_eq!(
        (accepted.status, accepted.origin, accepted.because),
        (
            Status::Valid,
            Origin::Overlay("Example State"),
            "the last lots are still given"
        )
    );
    let later = layers.status(System::Ndc, "49281-0424-50", date(2025, 9, 1));
    assert_eq!(
        (later.status, later.origin),
        (Status::ExpiredProduct(date(2025, 6, 30)), Origin::Book)
    );
    let fund = System::Hl7(64);
    for (code, status, origin) in [
        ("XX99", Status::Valid, Origin::Overlay("Example State")),
        ("XXa1", Status::Valid, Origin::Overlay("Example State")),
        ("XX1", Status::Unknown, Origin::Book),
        ("V01", Status::Valid, Origin::Book),
    ] {
        let answer = layers.status(fund, code, day);
        assert_eq!((answer.status, answer.origin), (status, origin), "{code}");
    }
    assert!(!layers.status(System::Mvx, "PMC", day).refused);
    assert!(layers.status(System::Mvx, "PFR", day).refused);
    assert!(!layers.status(System::Cvx, "03", day).refused);
    let codes = layers.set_codes("HL70064_IZ", day);
    let added: Vec<(&str, Option<&str>)> = codes
        .iter()
        .filter(|c| c.origin != Origin::Book)
        .map(|c| (c.code.as_str(), c.pattern.as_deref()))
        .collect();
    assert_eq!(added, [("XX99", None), ("XX??", Some("XX[A-Za-z0-9]{2}"))]);
    assert!(layers.conflicts().is_empty(), "{:?}", layers.conflicts());
}

#[test]
fn what_contradicts_is_reported() {
    let first = overlay(STATE);
    let second = overlay(
        "\
name: Example City
accept:
  - {system: CVX, code: '03'}
  - {system: CVX, code: ABC}
  - {system: MVX, code: PFR}
add:
  - {set: HL70064_IZ, system: HL70064, code: V01, name: Something else}
  - {set: HL70064_IZ, system: HL70064, code: XX99, name: City fund}
  - {set: HL70064IZ, system: HL70064, code: YY01, name: City fund}
only:
  - {system: NDC, codes: [49281-0425-50, 12345-6789-01]}
",
    );
    let overlays = [first, second];
    let mut text = String::new();
    for conflict in Layers::new(book(), &overlays).conflicts() {
        let _ = writeln!(text, "{}", conflict.render(false));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_broken_overlay_is_pointed_at() {
    let mut text = String::new();
    for broken in [
        "name: X\nacept: []\n",
        "name: X\naccept:\n  - {system: CXV, code: '03'}\n",
        "name: X\naccept:\n  - {system: CVX, code: '03', until: 2025-02-30}\n",
        "name: X\naccept:\n  - {system: CVX, code: '03', from: 2025-02-02, until: 2025-01-01}\n",
        "name: X\nadd:\n  - {set: HL70064_IZ, system: HL70064, name: nothing}\n",
        "name: X\nadd:\n  - {set: HL70064_IZ, system: HL70064, prefix: XX, characters: 0}\n",
        "source: nobody\n",
    ] {
        let wrong = Overlay::read("state.yaml", broken).expect_err("it is wrong");
        for diagnostic in wrong {
            let _ = writeln!(text, "{}", diagnostic.render(false));
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn two_books_tell_what_came_went_and_changed() {
    let old: Vec<TextTable> = book().tables().map(Table::to_text).collect();
    assert!(diff(book(), &Book::of(&old)).is_empty());
    let mut new = old.clone();
    for table in &mut new {
        match table.kind {
            Kind::Cvx => {
                table.rows.retain(|r| r[0] != "01");
                for row in &mut table.rows {
                    match row[0].as_str() {
                        "165" => "inactive".clone_into(&mut row[2]),
                        "118" => "active".clone_into(&mut row[2]),
                        "03" => "MMR-II".clone_into(&mut row[1]),
                        // a new day of change alone tells nothing
                        "08" => "2026-01-01".clone_into(&mut row[3]),
                        _ => {}
                    }
                }
                table.rows.push(
                    ["337", "new", "active", "2026-01-01", "", "", "", ""]
                        .map(str::to_owned)
                        .to_vec(),
                );
            }
            Kind::NdcSale => {
                for row in &mut table.rows {
                    if row[0] == "49281-0425-50" {
                        "2026-06-30".clone_into(&mut row[7]);
                    }
                }
            }
            _ => {}
        }
    }
    let changes = diff(book(), &Book::of(&new));
    let said: BTreeMap<&str, How> = changes.iter().map(|c| (c.code(), c.how)).collect();
    assert_eq!(
        said,
        BTreeMap::from([
            ("01", How::Removed),
            ("03", How::Changed),
            ("118", How::Revived),
            ("165", How::Retired),
            ("337", How::Added),
            ("49281-0425-50", How::Retired),
        ])
    );
    let renamed = changes.iter().find(|c| c.code() == "03").expect("MMR");
    assert_eq!(
        renamed.cells,
        [("name", "MMR".to_owned(), "MMR-II".to_owned())]
    );
}

#[test]
fn words_of_names_find_codes() {
    let first = |text: &str| {
        book()
            .search(text)
            .first()
            .map(|h| h.row.cell(0).to_owned())
    };
    assert_eq!(first("mmr").as_deref(), Some("03"));
    assert_eq!(first("HPV9").as_deref(), Some("165"));
    assert_eq!(first("165").as_deref(), Some("165"));
    assert!(first("no such vaccine anywhere").is_none());
    assert!(first("  ").is_none());
}

#[test]
fn every_table_is_written_as_csv() {
    let files = titer_codes::export::all_csv(book()).expect("CSV");
    assert_eq!(files.len(), book().tables().count());
    for ((name, text), table) in files.iter().zip(book().tables()) {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let columns: Vec<String> = reader
            .headers()
            .expect("a heading")
            .iter()
            .map(str::to_owned)
            .collect();
        assert_eq!(columns.len(), table.kind().columns().len(), "{name}");
        assert_eq!(reader.records().count(), table.len(), "{name}");
    }
}

#[test]
fn fhir_resources_have_ids_of_their_own_and_every_code() {
    let resources = titer_codes::export::fhir::resources(book());
    let names: std::collections::BTreeSet<&String> = resources.iter().map(|(n, _)| n).collect();
    assert_eq!(names.len(), resources.len());
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, resource) in &resources {
        *counts
            .entry(resource["resourceType"].as_str().expect("a type"))
            .or_default() += 1;
    }
    let find = |name: &str| {
        let found = resources.iter().find(|(n, _)| n == name);
        found.map_or_else(|| panic!("{name}"), |(_, r)| r)
    };
    assert_eq!(find("CodeSystem-cvx.json")["count"], 288);
    assert_eq!(find("CodeSystem-mvx.json")["count"], 89);
    let maps = find("ConceptMap-ndc-to-cvx.json");
    let elements = maps["group"][0]["element"].as_array().expect("elements");
    let packages: std::collections::BTreeSet<&str> =
        book().ndcs().map(titer_codes::NdcRow::code).collect();
    assert_eq!(elements.len(), packages.len());
    // nothing but the code of a billing code
    let billing = serde_json::to_string(find("ConceptMap-cpt-to-cvx.json")).expect("JSON");
    assert!(!billing.contains("display"));
    insta::assert_debug_snapshot!(counts);
}
