//! CDC's files in all the forms in which they come, and what is said about broken ones.

use jiff::civil::date;
use std::fmt::Write;
use titer_codes::import::{File, Imported, Options, import};
use titer_codes::store::{StoreError, read_book, write_book};
use titer_codes::{Book, Kind, Status, System, Table, TextTable, book};

const OPTIONS: Options = Options {
    retrieved: date(2026, 3, 1),
    accept_fewer: true,
};

fn shipped() -> Vec<TextTable> {
    book().tables().map(Table::to_text).collect()
}

fn file(name: &str, bytes: impl Into<Vec<u8>>) -> File {
    File {
        name: name.to_owned(),
        bytes: bytes.into(),
    }
}

fn read(files: &[File]) -> Imported {
    import(files, &shipped(), OPTIONS).unwrap_or_else(|wrong| {
        let said: Vec<String> = wrong.iter().map(|d| d.render(false)).collect();
        panic!("{}", said.join("\n"))
    })
}

fn said(files: &[File]) -> String {
    let wrong = import(files, &shipped(), OPTIONS).expect_err("it is wrong");
    let said: Vec<String> = wrong.iter().map(|d| d.render(false)).collect();
    said.join("\n")
}

fn table(imported: &Imported, kind: Kind) -> &TextTable {
    imported
        .tables
        .iter()
        .find(|t| t.kind == kind)
        .expect("the table")
}

/// Three vaccines as CDC's rows tell them: code, short, full, notes, status, updated.
const VACCINES: [[&str; 6]; 3] = [
    [
        "03",
        "MMR",
        "measles, mumps and rubella virus vaccine",
        "",
        "Active",
        "5/28/2010",
    ],
    [
        "88",
        "influenza, unspecified formulation",
        "influenza virus vaccine, unspecified formulation",
        "used when the formulation is unknown",
        "Inactive",
        "9/30/2010",
    ],
    [
        "337",
        "Caf\u{e9} & vaccine <new>",
        "a new vaccine",
        "",
        "Active",
        "1/15/2026",
    ],
];

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn bars() -> String {
    let mut text = String::new();
    for [code, short, full, notes, status, updated] in VACCINES {
        let _ = write!(
            text,
            "{code:10}|{short}|{full}|{notes}|{status}|False|{updated}\r\n"
        );
    }
    text
}

fn xml_of_elements() -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<CVXCodes>\n");
    for [code, short, full, notes, status, updated] in VACCINES {
        let _ = writeln!(
            text,
            "<CVXInfo><ShortDescription>{}</ShortDescription><FullVaccinename>{full}</FullVaccinename><CVXCode>{code:10}\
             </CVXCode><Notes>{notes}</Notes><Status>{status}</Status><LastUpdated>{updated}</LastUpdated></CVXInfo>",
            escaped(short)
        );
    }
    text + "</CVXCodes>\n"
}

fn xml_of_pairs() -> String {
    let mut text = String::from("<CVXCodes>\n");
    for [code, short, full, notes, status, updated] in VACCINES {
        text.push_str("<CVXInfo>\n");
        for (name, value) in [
            ("Short Description", escaped(short)),
            ("Full Vaccine name", full.to_owned()),
            ("CVX Code", format!("{code} ")),
            ("Notes", notes.to_owned()),
            ("Status", status.to_owned()),
            ("Last Updated", updated.to_owned()),
        ] {
            let _ = writeln!(text, "<Name>{name}</Name><Value>{value}</Value>");
        }
        text.push_str("</CVXInfo>\n");
    }
    text + "</CVXCodes>\n"
}

fn comma() -> String {
    // in another order than the other forms
    let mut text =
        String::from("Last Updated,CVX Code,Status,Short Description,Full Vaccine Name,Notes\n");
    for [code, short, full, notes, status, updated] in VACCINES {
        let _ = writeln!(
            text,
            "{updated},{code},{status},\"{short}\",\"{full}\",\"{notes}\""
        );
    }
    text
}

/// Latin letters as Windows-1252 has them.
fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|c| c as u8).collect()
}

fn sixteen(text: &str) -> Vec<u8> {
    [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect()
}

#[test]
fn every_form_gives_the_same_table() {
    let forms = [
        ("cvx.txt", bars().into_bytes(), "bars", "UTF-8"),
        ("cvx.txt", latin(&bars()), "bars", "windows-1252"),
        ("cvx.txt", sixteen(&bars()), "bars", "UTF-16LE"),
        (
            "iisstandards_cvx.xml",
            latin(&xml_of_elements()),
            "XML",
            "windows-1252",
        ),
        ("cvx.xml", xml_of_pairs().into_bytes(), "XML", "UTF-8"),
        ("vaccines.csv", comma().into_bytes(), "CSV", "UTF-8"),
    ];
    let mut first: Option<String> = None;
    for (name, bytes, form, encoding) in forms {
        let imported = read(&[file(name, bytes)]);
        let [read] = imported.files.as_slice() else {
            panic!("{name}")
        };
        assert_eq!(
            (read.dataset, read.form, read.encoding, read.rows),
            ("cvx", form, encoding, 3)
        );
        let text = table(&imported, Kind::Cvx).write();
        match &first {
            Some(first) => assert_eq!(&text, first, "{name} {form} {encoding}"),
            None => first = Some(text),
        }
    }
    insta::assert_snapshot!(first.expect("a table"));
}

#[test]
fn a_book_is_brought_up_to_date_and_keeps_its_other_tables() {
    let imported = read(&[file("cvx.txt", bars())]);
    let new = Book::of(&imported.tables);
    let day = date(2026, 2, 1);
    assert_eq!(
        book().status(System::Cvx, "337", day),
        Status::UnknownWellFormed
    );
    assert_eq!(new.status(System::Cvx, "337", day), Status::Valid);
    assert_eq!(new.status(System::Cvx, "88", day), Status::HistoricalOnly);
    assert_eq!(new.status(System::Mvx, "PMC", day), Status::Valid);
    let head = |kind: Kind| {
        new.table(kind, "")
            .and_then(Table::retrieved)
            .map(|d| d.to_string())
    };
    assert_eq!(head(Kind::Cvx).as_deref(), Some("2026-03-01"));
    assert_eq!(head(Kind::Mvx).as_deref(), Some("2025-12-01"));
    // the book is as old as the oldest of CDC's tables in it
    assert_eq!(new.retrieved(), date(2025, 12, 1));
    assert_eq!(new.published(), date(2026, 1, 15));
}

#[test]
fn all_of_cdcs_lines_with_bars_are_known() {
    let imported = read(&[
        file("mvx.txt", "PMC       |Sanofi Pasteur||Active|7/1/2024\n"),
        file(
            "TRADENAME.txt",
            "FLUZONE|Influenza|141       |Sanofi Pasteur|PMC       |Active|Active|7/1/2024|\n",
        ),
        file("VG.txt", "MMR|03        |Active|MMR|03        \n"),
        file(
            "cpt.txt",
            "90707     |a description|x|MMR|03        |Effective 1/1/2018|6/13/2024|77\n",
        ),
        file(
            "cvx_vis.txt",
            "143|Adenovirus|253088698300001111200108|Adenovirus VIS|1/8/2020|Current\n",
        ),
        file(
            "ndc_unit_of_sale.txt",
            "1|49281|425|50|FLUZONE|a name|Sanofi|20250701||PACKAGE|IM|2025-07-16 00:00:00|140|x|49281-0425-50|00349281425509\n",
        ),
        file(
            "ndc_unit_of_use.txt",
            "2|49281|425|88|FLUZONE|a name|Sanofi|20250701|20260630|SYRINGE||140|x|False|49281-0425-88|2025-07-16\n",
        ),
        file("ndc_linker.txt", "9|1|2|PMC\n"),
    ]);
    let rows = |kind| table(&imported, kind).rows.concat().join("|");
    assert_eq!(rows(Kind::Mvx), "PMC|Sanofi Pasteur|active|2024-07-01||");
    assert_eq!(rows(Kind::Product), "FLUZONE|141|PMC|active|2024-07-01");
    assert_eq!(rows(Kind::Group), "03|MMR|03");
    // the description of a billing code is not taken
    assert_eq!(rows(Kind::Cpt), "90707|03|2018-01-01|2024-06-13");
    assert_eq!(rows(Kind::CvxVis), "143|253088698300001111200108");
    assert_eq!(
        rows(Kind::NdcSale),
        "49281-0425-50|5-3-2|FLUZONE|Sanofi|PACKAGE|IM|2025-07-01||00349281425509|140|2025-07-16|"
    );
    assert_eq!(
        rows(Kind::NdcUse),
        "49281-0425-88|5-3-2|FLUZONE|Sanofi|SYRINGE||2025-07-01|2026-06-30||140|2025-07-16|"
    );
    assert_eq!(rows(Kind::NdcLink), "49281-0425-50|49281-0425-88|PMC");
}

#[test]
fn the_crosswalk_of_packages_gives_both_units_and_their_link() {
    let text = "49281-0425-50|FLUZONE 2026|Sanofi Pasteur Inc.|7/1/2025|6/30/2026||1/5/2026|49281-0425-88|False||1/5/2026|140|x|PMC\n\
                58160-0821-11|ENGERIX-B|GSK|3/28/2007|NULL||1/5/2026|58160-0821-05|False||1/5/2026|43|x|SKB\n\
                58160-0821-11|ENGERIX-B|GSK|3/28/2007|NULL||1/5/2026|58160-0821-05|False||1/5/2026|44|x|SKB\n\
                11111-2222-33|NEW|Maker|3/1/2026||00311111222336|1/5/2026||True|||337|x|PMC\n";
    let imported = read(&[file("get_all_ndc_display2.txt", text)]);
    let mut shown = String::new();
    for kind in [Kind::NdcSale, Kind::NdcUse, Kind::NdcLink] {
        for row in &table(&imported, kind).rows {
            let _ = writeln!(shown, "{}: {}", kind.name(), row.join(" | "));
        }
    }
    insta::assert_snapshot!(shown);
    let both = [
        file("get_all_ndc_display2.txt", text),
        file(
            "ndc_linker.csv",
            "link_id,outer_id,inner_id,mvx\n1,2,3,PMC\n",
        ),
    ];
    assert!(said(&both).contains("keep one of the two in the folder"));
}

#[test]
fn what_is_broken_is_pointed_at() {
    let heading = "CVX Code,Short Description,Full Vaccine Name,Status,Last Updated\n";
    let cases: [(&str, &str, String); 17] = [
        ("a row is cut short", "cvx.csv", format!("{heading}03,MMR,measles,Active,5/28/2010\n08,Hep B\n")),
        ("a quoted cell does not end", "cvx.csv", format!("{heading}03,\"MMR,measles,Active\n")),
        ("an unknown column", "cvx.csv", "CVX Code,Short Description,Full Vaccine Name,Status,Last Updtaed,Colour\n".to_owned()),
        ("a missing column", "cvx.csv", "CVX Code,Short Description,Status,Last Updated\n03,MMR,Active,5/28/2010\n".to_owned()),
        ("a code twice", "cvx.csv", format!("{heading}03,MMR,m,Active,5/28/2010\n03,Mumps,m,Active,5/28/2010\n")),
        ("a bad date", "cvx.csv", format!("{heading}03,MMR,m,Active,13/28/2010\n04,M/R,m,Active,40326\n")),
        ("an unknown status", "cvx.csv", format!("{heading}03,MMR,m,Activ,5/28/2010\n")),
        ("a zero is lost", "cvx.csv", format!("{heading}3,MMR,m,Active,5/28/2010\n")),
        ("a code is none", "cvx.csv", format!("{heading}MMR,MMR,m,Active,5/28/2010\n")),
        ("cells in another order", "cvx.txt", "MMR|03|measles||Active|False|5/28/2010\n".to_owned()),
        ("a line too many", "cvx.txt", "03|MMR|measles||Active|False|5/28/2010\n04|M/R|measles||Active|False|5/28/2010|x|y\n05|measles|m||Active|False|5/28/2010\n".to_owned()),
        ("another number of cells", "mvx.txt", "PMC|Sanofi Pasteur|Active\nAB|Abbott|Active\n".to_owned()),
        ("no table", "notes.txt", "these are notes\n".to_owned()),
        ("an empty file", "cvx.txt", " \n".to_owned()),
        ("a web page", "cvx.xml", "<!DOCTYPE html>\n<html><body>CVX</body></html>\n".to_owned()),
        ("broken XML", "cvx.xml", "<CVXCodes>\n  <CVXInfo>\n</CVXCodes>\n".to_owned()),
        ("a hostile DTD", "cvx.xml", "<!DOCTYPE a [<!ENTITY x \"y\">]>\n<CVXCodes>&x;</CVXCodes>\n".to_owned()),
    ];
    let mut text = String::new();
    for (what, name, content) in cases {
        let _ = writeln!(text, "== {what}\n{}\n", said(&[file(name, content)]));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn codes_that_a_spreadsheet_has_spoilt_are_pointed_at() {
    let sale = "outer_id,labeler,product,package,prop_name,labeler_name,start_date,end_date,pack_form,route,last_updated,cvx,ndc11,gtin\n";
    let vis = "VIS_Document_Type_Description,Edition_Date,VIS_encoded_string,VIS_GDTI_document_code,status,Lastupdated\n";
    let cases: [(&str, &str, String); 8] = [
        (
            "parts without zeros",
            "ndc_unit_of_sale.csv",
            format!(
                "{sale}1,6,4045,0,GARDASIL,Merck,20060608,,CARTON,IM,2022-07-05,62,00006-4045-00,\n"
            ),
        ),
        (
            "an NDC without zeros",
            "ndc_unit_of_sale.csv",
            format!(
                "{sale}1,0006,4045,00,GARDASIL,Merck,20060608,,CARTON,IM,2022-07-05,62,6404500,\n"
            ),
        ),
        (
            "a GTIN whose check digit is wrong",
            "ndc_unit_of_sale.csv",
            format!(
                "{sale}1,49281,425,50,FLUZONE,Sanofi,20250701,,PACKAGE,IM,2025-07-16,140,49281-0425-50,00349281425508\n"
            ),
        ),
        (
            "two rows that do not agree",
            "ndc_unit_of_sale.csv",
            format!(
                "{sale}1,49281,425,50,FLUZONE,Sanofi,20250701,,PACKAGE,IM,2025-07-16,140,49281-0425-50,\n1,49281,425,50,FLUZONE,Sanofi,20240701,,PACKAGE,IM,2025-07-16,141,49281-0425-50,\n"
            ),
        ),
        (
            "a document without its zero",
            "vis.csv",
            format!(
                "{vis}Adenovirus VIS,7/14/2011,253088698300001111110714,886983000011,Historic,6/11/2014\n"
            ),
        ),
        (
            "an encoded string as a number",
            "vis.csv",
            format!("{vis}Adenovirus VIS,7/14/2011,2.53089E+23,0886983000011,Historic,6/11/2014\n"),
        ),
        (
            "a billing code without zeros",
            "cpt.csv",
            "CPT Code,Comments,CVX Code,LastUpdated\n1A,,207,6/13/2024\n".to_owned(),
        ),
        (
            "links alone",
            "ndc_linker.csv",
            "link_id,outer_id,inner_id,mvx\n1,2,3,PMC\n".to_owned(),
        ),
    ];
    let mut text = String::new();
    for (what, name, content) in cases {
        let _ = writeln!(text, "== {what}\n{}\n", said(&[file(name, content)]));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_gtin_that_lost_its_zeros_gets_them_back_and_that_is_told() {
    let sale = "outer_id,labeler,product,package,prop_name,labeler_name,start_date,end_date,pack_form,route,last_updated,cvx,ndc11,gtin\n\
                1,49281,425,50,FLUZONE,Sanofi,20250701,,PACKAGE,IM,2025-07-16,140,49281-0425-50,349281425509\n";
    let imported = read(&[file("ndc_unit_of_sale.csv", sale)]);
    let warnings: Vec<&str> = imported
        .warnings
        .iter()
        .map(|w| w.message.as_str())
        .collect();
    assert_eq!(
        warnings,
        ["the GTIN `349281425509` has lost zeros; taken as `00349281425509`"]
    );
    assert_eq!(table(&imported, Kind::NdcSale).rows[0][8], "00349281425509");
}

#[test]
fn a_table_that_shrank_is_not_taken_unless_told() {
    let options = Options {
        accept_fewer: false,
        ..OPTIONS
    };
    let wrong = import(&[file("cvx.txt", bars())], &shipped(), options).expect_err("it shrank");
    assert_eq!(
        wrong[0].message,
        "the table cvx has 3 rows where the old book has 288: is the file cut short?"
    );
}

#[test]
fn the_same_table_twice_is_refused() {
    let text = said(&[file("cvx.txt", bars()), file("cvx.csv", comma())]);
    assert!(
        text.contains("a second file with the table cvx; the first is cvx.txt"),
        "{text}"
    );
}

#[test]
fn a_book_is_written_whole_or_not_at_all() {
    let room = tempfile::tempdir().expect("a folder");
    let place = room.path().join("book");
    write_book(&place, &shipped()).expect("written");
    let mut back = read_book(&place).expect("read");
    back.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
    assert!(back == shipped());
    // a second book takes the place of the first, and nothing is left of it
    let few: Vec<TextTable> = shipped().into_iter().take(3).collect();
    write_book(&place, &few).expect("written");
    assert_eq!(read_book(&place).expect("read").len(), 3);
    assert_eq!(std::fs::read_dir(room.path()).expect("a folder").count(), 1);
    // a place that cannot be written leaves the old book
    let blocked = place.join("cvx.txt").join("book");
    assert!(matches!(
        write_book(&blocked, &few),
        Err(StoreError::Write { .. })
    ));
    assert_eq!(read_book(&place).expect("read").len(), 3);
}

#[test]
fn what_is_wrong_with_a_books_file_is_pointed_at() {
    let head = "# titer code book 1\ntable: mvx\nsource: CDC\npublished: 2024-12-06\nretrieved: 2025-12-01\n\
                columns: code | name | status | updated | until | replaced-by\n\n";
    let cases = [
        ("another first line", "code,name\n".to_owned()),
        ("another table", head.replace("mvx", "mxv")),
        ("other columns", head.replace("code |", "codes |")),
        (
            "a bad date of the head",
            head.replace("2024-12-06", "2024-13-06"),
        ),
        ("no table", head.replace("table: mvx\n", "")),
        ("a cell too few", format!("{head}PMC | Sanofi\n")),
        (
            "a bad status",
            format!("{head}PMC | Sanofi | actve | 2024-07-01 | |\n"),
        ),
        (
            "a bad date",
            format!("{head}PMC | Sanofi | active | 2024-02-30 | |\n"),
        ),
        (
            "a code twice",
            format!("{head}PMC | Sanofi | active | 2024-02-28 | |\nPMC | Other | active | | |\n"),
        ),
        (
            "nothing in place of a code",
            format!("{head} | Sanofi | active | 2024-02-28 | |\n"),
        ),
    ];
    let mut text = String::new();
    for (what, content) in cases {
        let wrong = TextTable::read(&content).expect_err(what);
        for w in wrong {
            let _ = writeln!(
                text,
                "{what}: {}:{}+{}: {}",
                w.line, w.column, w.length, w.message
            );
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn bars_and_backslashes_in_cells_come_back() {
    let mut table = TextTable::new(Kind::Mvx, "");
    table.rows.push(
        ["AB", r"a|b \ c", "active", "", "", ""]
            .map(str::to_owned)
            .to_vec(),
    );
    let text = table.write();
    assert_eq!(TextTable::read(&text).expect("it reads"), table);
}
