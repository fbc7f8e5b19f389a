//! Documents that a system wrote: PDF, text, pages; and what is none of these.

use std::fmt::Write as _;
use titer_runner::proof::{DocumentError, document_text};

/// A PDF of pages with one line of text each, in the standard font.
fn pdf(lines: &[&str]) -> Vec<u8> {
    let count = lines.len();
    let kids: Vec<String> = (0..count).map(|i| format!("{} 0 R", 4 + 2 * i)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!(
            "<< /Type /Pages /Kids [{}] /Count {count} >>",
            kids.join(" ")
        ),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
            .to_owned(),
    ];
    for (i, line) in lines.iter().enumerate() {
        let content = if line.is_empty() {
            "0 0 m 100 100 l S".to_owned()
        } else {
            format!("BT /F1 12 Tf 72 720 Td ({line}) Tj ET")
        };
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R /Resources << /Font << /F1 3 0 R >> >> >>",
            5 + 2 * i
        ));
        objects.push(format!(
            "<< /Length {} >>\nstream\n{content}\nendstream",
            content.len()
        ));
    }
    let mut out = "%PDF-1.4\n".to_owned();
    let mut offsets = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        offsets.push(out.len());
        let _ = writeln!(out, "{} 0 obj\n{object}\nendobj", i + 1);
    }
    let start = out.len();
    let _ = writeln!(out, "xref\n0 {}\n0000000000 65535 f ", objects.len() + 1);
    for offset in offsets {
        let _ = writeln!(out, "{offset:010} 00000 n ");
    }
    let _ = writeln!(
        out,
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF",
        objects.len() + 1
    );
    out.into_bytes()
}

fn text(bytes: &[u8]) -> Result<String, DocumentError> {
    document_text(bytes).map(|t| t.reveal().to_owned())
}

#[test]
fn a_pdf_gives_the_text_of_all_its_pages() {
    let found =
        text(&pdf(&["Nora Hale, born 09/02/2026", "Hep B 09/02/2026"])).expect("it has text");
    assert!(found.contains("Nora Hale, born 09/02/2026"), "{found}");
    assert!(found.contains("Hep B"), "{found}");
}

#[test]
fn a_pdf_without_text_is_a_scan_and_says_so() {
    assert_eq!(text(&pdf(&[""])), Err(DocumentError::NoText));
    let told = DocumentError::NoText.diagnostic("record.pdf");
    assert_eq!(told.file, "record.pdf");
    assert!(told.message.contains("scan") && told.help.is_some());
}

#[test]
fn an_encrypted_pdf_is_not_guessed_at() {
    let plain = String::from_utf8(pdf(&["secret"])).expect("the test's PDF is text");
    let locked = plain.replace(
        "/Root 1 0 R",
        "/Root 1 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] /Encrypt << /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <2055c756c72e1ad702608e8196acad447ad32d17cff583235f6dd15fed7dab67> /U <7150bd1da9d292af3627fca6a8dde1d696e25312041aed09059f9daee04353ae> >>",
    );
    assert_ne!(plain, locked);
    assert_eq!(text(locked.as_bytes()), Err(DocumentError::Encrypted));
}

#[test]
fn what_is_broken_is_told_and_nothing_panics() {
    let whole = pdf(&["Nora Hale"]);
    assert_eq!(text(b"%PDF-1.7\nnothing else"), Err(DocumentError::Broken));
    assert_eq!(text(b"  \n"), Err(DocumentError::Empty));
    assert_eq!(text(&[0, 1, 2, 3]), Err(DocumentError::NotText));
    assert_eq!(
        text(b"\x89PNG\r\n\x1a\n\0\0\0"),
        Err(DocumentError::NotText)
    );
    assert_eq!(
        text(&vec![b'x'; (32 << 20) + 1]),
        Err(DocumentError::TooLarge)
    );
    // cut off anywhere, and with bytes changed anywhere
    for at in (10..whole.len()).step_by(23) {
        let _ = text(&whole[..at]);
        let mut other = whole.clone();
        other[at] = other[at].wrapping_add(113);
        let _ = text(&other);
    }
}

#[test]
fn hostile_structures_come_to_an_end() {
    let plain = String::from_utf8(pdf(&["Nora Hale"])).expect("the test's PDF is text");
    // pages that hold themselves
    let circle = plain.replace("/Kids [4 0 R]", "/Kids [2 0 R]");
    let deep = plain.replace(
        "/MediaBox [0 0 612 792]",
        &format!("/MediaBox {}{}", "[".repeat(20_000), "]".repeat(20_000)),
    );
    let nested = plain.replace(
        "/Type /Font /Subtype",
        &format!(
            "/X {}{} /Type /Font /Subtype",
            "<< /A ".repeat(20_000),
            ">> ".repeat(20_000)
        ),
    );
    for hostile in [circle, deep, nested] {
        assert_ne!(hostile, plain);
        // what it says does not matter: it says something
        let _ = text(hostile.as_bytes());
    }
}

#[test]
fn text_and_pages_are_read_as_they_are() {
    assert_eq!(text(b"\xef\xbb\xbfNora Hale"), Ok("Nora Hale".to_owned()));
    assert_eq!(text(b"Nu\xf1ez"), Ok("Nu\u{f1}ez".to_owned()));
    let page = text(
        b"<!DOCTYPE html><html><head><style>td {color: red}</style><script>let a = '<b>';</script></head>\
          <body><td>Nora&nbsp;Hale</td><td>09/02/2026</td> 3 &lt; 4 <unfinished",
    )
    .expect("a page is text");
    assert!(
        page.contains("Nora Hale") && page.contains("09/02/2026") && page.contains("3 < 4"),
        "{page}"
    );
    assert!(!page.contains("red") && !page.contains("let a"), "{page}");
}
