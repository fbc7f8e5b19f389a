//! Bar codes: what is drawn is what a scanner reads.

use datamatrix::DataMatrix;
use titer_codes::Scan;
use titer_plan::barcode::{Barcode, check_digit, gtin_of_ndc};

/// The dark modules of a picture, row by row, without the white around them.
fn modules(svg: &str) -> (Vec<bool>, usize) {
    let text = svg.split("viewBox=\"0 0 ").nth(1).expect("a box");
    let side: usize = text
        .split(' ')
        .next()
        .and_then(|n| n.parse().ok())
        .expect("a side");
    let width = side - 4;
    let mut dark = vec![false; width * width];
    let path = svg.split("<path d=\"").nth(1).expect("a path");
    let path = path.split('"').next().expect("its end");
    for run in path.split('M').filter(|r| !r.is_empty()) {
        let (start, rest) = run.split_once('h').expect("a run");
        let (x, y) = start.split_once(' ').expect("a place");
        let (x, y): (usize, usize) = (x.parse().expect("x"), y.parse().expect("y"));
        let length: usize = rest
            .split('v')
            .next()
            .and_then(|n| n.parse().ok())
            .expect("a length");
        for i in 0..length {
            dark[(y - 2) * width + (x - 2) + i] = true;
        }
    }
    (dark, width)
}

#[test]
fn what_is_drawn_can_be_read_again() {
    for (gtin, expires, lot) in [
        ("00358160811431", "290927", "IIPVAXN01"),
        ("00300064121013", "280229", "A"),
        ("00380777743159", "301231", "ABCDEFGHIJKLMNOPQRST"),
        ("00349281547588", "270131", "a-b/c.1,2;3<4>5&6"),
    ] {
        let gtin = format!("{}{}", &gtin[..13], check_digit(&gtin[..13]).expect("one"));
        let code = Barcode {
            gtin: gtin.clone(),
            expires: expires.to_owned(),
            lot: lot.to_owned(),
        };
        let svg = code.svg().expect("a picture");
        let document = roxmltree::Document::parse(&svg).expect("well-formed");
        let title = document
            .descendants()
            .find(|n| n.has_tag_name(("http://www.w3.org/2000/svg", "title")))
            .and_then(|n| n.text().map(str::to_owned));
        assert_eq!(title, Some(format!("DataMatrix {}", code.elements())));
        let (dark, width) = modules(&svg);
        let read = DataMatrix::decode(&dark, width).expect("it can be read");
        assert_eq!(String::from_utf8(read).expect("text"), code.data());
        let scan = Scan::read(&code.scanned()).expect("a scan");
        assert_eq!(scan.gtin.as_deref(), Some(gtin.as_str()));
        assert_eq!(scan.lot.as_deref(), Some(lot));
        let day = scan.expiry.expect("a day").strftime("%y%m%d").to_string();
        assert_eq!(day, expires);
        assert_eq!(Scan::read(&code.elements()).ok(), Some(scan));
    }
}

#[test]
fn the_symbol_is_marked_as_one_of_gs1() {
    // FNC1 is codeword 232 (ISO/IEC 16022, table 2) and stands first
    let code = Barcode {
        gtin: "00358160811432".to_owned(),
        expires: "290927".to_owned(),
        lot: "IIPVAXN01".to_owned(),
    };
    let symbol = DataMatrix::encode_gs1(
        code.data().as_bytes(),
        datamatrix::SymbolList::default().enforce_square(),
    )
    .expect("a symbol");
    assert_eq!(symbol.data_codewords().first(), Some(&232));
    let bitmap = symbol.bitmap();
    let (dark, width) = modules(&code.svg().expect("a picture"));
    assert_eq!((bitmap.width(), bitmap.height()), (width, width));
    assert_eq!(bitmap.bits(), dark);
    // the finder: left and lower edge are dark
    assert!((0..width).all(|i| dark[i * width] && dark[(width - 1) * width + i]));
}

#[test]
fn check_digits() {
    // the example of the GS1 General Specifications
    assert_eq!(check_digit("629104150021"), Some(3));
    assert_eq!(check_digit("0035816081143"), check_digit("035816081143"));
    assert_eq!(check_digit("00358a"), None);
    assert_eq!(gtin_of_ndc("58160-811-4"), None);
    let gtin = gtin_of_ndc("58160-811-43").expect("a GTIN");
    assert_eq!(gtin.len(), 14);
    assert!(titer_codes::check_digit_is_right(&gtin));
    assert!(
        Scan::read(&gtin)
            .expect("a scan")
            .ndcs()
            .iter()
            .any(|n| n.to_string().replace('-', "").contains("58160081143")),
        "{gtin} leads back to its NDC"
    );
}
