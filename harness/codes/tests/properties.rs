//! Nothing that comes from outside makes the book panic, and what it reads it can write.

use jiff::civil::date;
use proptest::prelude::*;
use titer_codes::import::{File, Options, import};
use titer_codes::{
    Kind, Ndc, NdcRead, Overlay, Scan, Shape, System, TextTable, VisString, book, check_digit,
    check_digit_is_right,
};

const SYSTEMS: [System; 14] = [
    System::Cvx,
    System::Mvx,
    System::Ndc,
    System::Cpt,
    System::Vis,
    System::CdcRec,
    System::Loinc,
    System::Snomed,
    System::Ncit,
    System::Ucum,
    System::CdcPhinVs,
    System::Hl7(5),
    System::Hl7(396),
    System::Nip(1),
];

proptest! {
    #[test]
    fn every_spelling_of_every_ndc_comes_back(digits in "[0-9]{11}") {
        let Some(NdcRead::One(ndc, Shape::Eleven)) = Ndc::read(&digits) else {
            panic!("eleven digits");
        };
        for shape in [Shape::Labeler4, Shape::Product3, Shape::Package1, Shape::Eleven, Shape::Twelve] {
            for hyphens in [true, false] {
                let Some(text) = ndc.write(shape, hyphens) else { continue };
                match Ndc::read(&text) {
                    Some(NdcRead::One(read, read_shape)) => {
                        prop_assert_eq!(read, ndc);
                        prop_assert_eq!(read_shape, shape);
                    }
                    Some(NdcRead::Ten(all)) => prop_assert!(all.contains(&ndc)),
                    None => panic!("{text}"),
                }
            }
        }
    }

    #[test]
    fn one_wrong_digit_is_always_seen(digits in "[0-9]{13}", at in 0_usize..14, by in 1_u32..10) {
        let check = check_digit(&digits).expect("digits");
        let whole = format!("{digits}{check}");
        prop_assert!(check_digit_is_right(&whole));
        let wrong: String = whole
            .chars()
            .enumerate()
            .map(|(nth, c)| {
                let digit = c.to_digit(10).expect("a digit");
                let digit = if nth == at { (digit + by) % 10 } else { digit };
                char::from_digit(digit, 10).expect("a digit")
            })
            .collect();
        prop_assert!(!check_digit_is_right(&wrong));
    }

    #[test]
    fn no_code_makes_the_book_panic(code in "\\PC*|[0-9]{1,26}|[0-9-]{1,14}|.{0,30}") {
        for system in SYSTEMS {
            let _ = book().status(system, &code, date(2025, 12, 1)).to_string();
        }
        let _ = book().ndc(&code);
        let _ = book().gtin(&code);
        let _ = book().cvx_alias(&code);
        let _ = book().search(&code);
        let _ = book().set(&code);
        let _ = System::named(&code);
        let _ = VisString::read(&code);
    }

    #[test]
    fn no_scan_panics(text in "\\PC*|[0-9()\u{1d}]{0,60}|\\]d2[0-9]{0,40}") {
        if let Err(error) = Scan::read(&text) {
            prop_assert!(error.at >= 1);
        }
    }

    #[test]
    fn no_file_makes_the_import_panic(name in "[a-zA-Z_]{1,8}\\.(txt|csv|xml)", bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let options = Options { retrieved: date(2026, 3, 1), accept_fewer: true };
        let _ = import(&[File { name, bytes }], &[], options);
    }

    #[test]
    fn no_table_of_bars_makes_the_import_panic(text in "([A-Za-z0-9 /]{0,10}\\|){0,9}[A-Za-z0-9 /]{0,10}\n?([A-Za-z0-9 /]{0,10}\\|){0,9}\n?") {
        let options = Options { retrieved: date(2026, 3, 1), accept_fewer: true };
        for name in ["cvx.txt", "mvx.txt", "cpt.txt", "VG.txt", "TRADENAME.txt", "get_all_ndc_display.txt"] {
            let file = File { name: name.to_owned(), bytes: text.clone().into_bytes() };
            let _ = import(&[file], &[], options);
        }
    }

    #[test]
    fn no_book_or_overlay_panics(text in "\\PC*|(# titer code book 1\n)?(table: [a-z]{3,5}\n)?(\\PC{0,30}\n){0,6}") {
        let _ = TextTable::read(&text);
        let _ = Overlay::read("x.yaml", &text);
    }

    #[test]
    fn every_cell_comes_back(cells in proptest::collection::vec("[^\\s\\pC][^\\n\\r]{0,20}", 6)) {
        let mut table = TextTable::new(Kind::Mvx, "");
        let mut row: Vec<String> = cells.iter().map(|c| c.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        "active".clone_into(&mut row[2]);
        row[3].clear();
        row[4].clear();
        if row.iter().any(|c| c.chars().any(char::is_control)) || row[0].is_empty() || row[1].is_empty() {
            return Ok(());
        }
        table.rows.push(row);
        prop_assert_eq!(TextTable::read(&table.write()), Ok(table));
    }
}
