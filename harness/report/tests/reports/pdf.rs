//! The PDF, read back by another library.

use crate::recognition_sample::{NAMES, full, long_word, met};
use crate::sample::{nothing, sample};
use lopdf::{Document, Object};
use titer_report::{RuleOverride, recognition_pdf};
use titer_runner::result::RunResult;

fn made(result: &RunResult) -> Vec<u8> {
    recognition_pdf(result, RuleOverride::default(), false)
}

fn read(bytes: &[u8]) -> Document {
    Document::load_mem(bytes).expect("a PDF")
}

/// Everything that is shown, in order, without spaces: the font's bytes read as Windows-1252 without its upper rows.
fn text(document: &Document) -> String {
    let mut out = String::new();
    for page in document.get_pages().into_values() {
        let content = document.get_page_content(page);
        let content = lopdf::content::Content::decode(&content).expect("operations");
        for operation in content.operations {
            if operation.operator == "Tj"
                && let Some(Object::String(bytes, _)) = operation.operands.first()
            {
                out.extend(bytes.iter().map(|b| char::from(*b)).filter(|c| *c != ' '));
            }
        }
    }
    out
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| *c != ' ').collect()
}

#[test]
fn everything_that_the_page_says_is_in_the_file() {
    for result in [met(), full()] {
        let document = read(&made(&result));
        let shown = text(&document);
        let sheet = titer_report::recognition(&result, RuleOverride::default(), false);
        let mut wanted = vec![
            sheet.decision.answer().to_owned(),
            "Who and what was tested".to_owned(),
            "Sample recognition plan 11.0".to_owned(),
            result.plan.sha256.clone(),
            "Dose 1".to_owned(),
            "Juror's name".to_owned(),
        ];
        wanted.extend(sheet.capabilities.iter().map(|c| c.title.clone()));
        wanted.extend(
            sheet
                .evidence
                .iter()
                .flat_map(|e| [e.sha256.clone(), e.chain.clone()]),
        );
        wanted.extend(sheet.rule.arithmetic.iter().cloned());
        wanted.extend(
            sheet
                .steps
                .iter()
                .filter(|s| !s.path.contains('<'))
                .map(|s| s.title.clone()),
        );
        for part in wanted {
            assert!(shown.contains(&squeezed(&part)), "{part}");
        }
        let pages = document.get_pages().len();
        assert!(shown.contains(&format!("Page1of{pages}")));
        assert!(shown.contains(&format!("Page{pages}of{pages}")));
    }
}

#[test]
fn what_the_fonts_do_not_have_is_there_as_a_number() {
    let bytes = made(&full());
    let document = read(&bytes);
    let shown = text(&document);
    // Zoë Łukasiewicz, Jürgen Straße, and a Japanese name
    assert!(shown.contains("Zo\u{eb}[U+0141]ukasiewicz"), "{}", NAMES[0]);
    assert!(shown.contains("J\u{fc}rgenStra\u{df}e"), "{}", NAMES[1]);
    assert!(shown.contains("[U+6771]"), "{}", NAMES[2]);
    // a word that is longer than any line is all there, and so is hostile text
    assert!(shown.contains(&long_word()));
    assert!(shown.contains("<script>alert('owned')</script>"));
    // a direction override is visible, as on the page
    assert!(shown.contains("\\u202E"));
    // the real text of what was replaced, for who copies it
    let real: Vec<u8> = [0xfe, 0xff]
        .into_iter()
        .chain("\u{6771}".encode_utf16().flat_map(u16::to_be_bytes))
        .collect();
    let found = document.get_pages().into_values().any(|page| {
        let content = document.get_page_content(page);
        let content = lopdf::content::Content::decode(&content).expect("operations");
        content.operations.iter().any(|o| {
            o.operator == "BDC"
                && matches!(o.operands.get(1), Some(Object::Dictionary(d))
                    if matches!(d.get(b"ActualText"), Ok(Object::String(s, _)) if *s == real))
        })
    });
    assert!(found);
}

#[test]
fn it_has_a_title_an_outline_and_a_structure() {
    let document = read(&made(&met()));
    let catalog = document.catalog().expect("a catalog");
    assert!(matches!(catalog.get(b"Lang"), Ok(Object::String(s, _)) if s == b"en"));
    let info = document
        .trailer
        .get(b"Info")
        .and_then(Object::as_reference)
        .expect("info");
    let info = document.get_dictionary(info).expect("info");
    let title = info
        .get(b"Title")
        .and_then(Object::as_str)
        .expect("a title");
    assert!(
        String::from_utf8_lossy(title).contains("ClinicChart 12.4"),
        "{title:?}"
    );
    let date = info
        .get(b"CreationDate")
        .and_then(Object::as_str)
        .expect("a date");
    assert_eq!(String::from_utf8_lossy(date), "D:20261122163120Z");
    let outlines = catalog
        .get(b"Outlines")
        .and_then(Object::as_reference)
        .expect("an outline");
    // every entry is reached from its neighbours, and leads to a page that is there
    let pages: Vec<_> = document.get_pages().into_values().collect();
    let mut entries = 0;
    let mut open = vec![outlines];
    while let Some(of) = open.pop() {
        let mut next = document
            .get_dictionary(of)
            .expect("an entry")
            .get(b"First")
            .and_then(Object::as_reference)
            .ok();
        while let Some(entry) = next {
            entries += 1;
            open.push(entry);
            let entry = document.get_dictionary(entry).expect("an entry");
            let to = entry
                .get(b"Dest")
                .and_then(Object::as_array)
                .expect("a place");
            assert!(pages.contains(&to[0].as_reference().expect("a page")));
            next = entry.get(b"Next").and_then(Object::as_reference).ok();
        }
    }
    assert!(entries > 15, "{entries}");
    // every marked piece of every page belongs to an element of the structure
    let root = catalog
        .get(b"StructTreeRoot")
        .and_then(Object::as_reference)
        .expect("a root");
    let root = document.get_dictionary(root).expect("a root");
    let tree = root
        .get(b"ParentTree")
        .and_then(Object::as_dict)
        .expect("a tree");
    let numbers = tree
        .get(b"Nums")
        .and_then(Object::as_array)
        .expect("numbers");
    assert_eq!(numbers.len(), pages.len() * 2);
    for (index, page) in pages.iter().enumerate() {
        let content = document.get_page_content(*page);
        let content = lopdf::content::Content::decode(&content).expect("operations");
        let marked = content
            .operations
            .iter()
            .filter(|o| matches!(o.operands.get(1), Some(Object::Dictionary(d)) if d.has(b"MCID")))
            .count();
        let owners = numbers[index * 2 + 1].as_reference().expect("owners");
        let owners = document
            .get_object(owners)
            .and_then(Object::as_array)
            .expect("owners");
        assert_eq!(owners.len(), marked);
        for owner in owners {
            let owner = owner.as_reference().expect("an element");
            assert!(
                document
                    .get_dictionary(owner)
                    .expect("an element")
                    .has(b"S")
            );
        }
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    for result in [met(), full(), sample(), nothing()] {
        let bytes = made(&result);
        assert_eq!(bytes, made(&result));
        assert!(!read(&bytes).get_pages().is_empty());
    }
    assert_ne!(made(&met()), made(&full()));
}

#[test]
fn a_masked_file_holds_no_text_of_messages() {
    let bytes = recognition_pdf(&full(), RuleOverride::default(), true);
    let shown = text(&read(&bytes));
    for name in ["ukasiewicz", "CVX110", "1200InventedLane", "[U+6771]"] {
        // what a tester wrote stays
        let said = name == "[U+6771]";
        assert_eq!(shown.contains(name), said, "{name}");
    }
}
