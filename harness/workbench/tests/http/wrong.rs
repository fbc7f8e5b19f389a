//! What testers and systems do wrong, and what the pages say of it.

use crate::browser::{Bench, LIMIT};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use titer_runner::result::Answers;

fn answers(bench: &Bench, step: &str) -> Option<Answers> {
    let view = bench.session.step_view(step).expect("a step");
    view.step.answers
}

#[test]
fn an_emptied_table_is_empty() {
    let mut bench = Bench::new();
    let both = "Vaccine,Due\nDTaP,2027-01-22\nHib,2027-01-22\n";
    bench.post("/step/R-1/due/shown", &[("forecast", both)]);
    assert_eq!(bench.verdict("R-1/due"), "passed");
    // fewer lines are fewer lines
    let one = "Vaccine,Due\nDTaP,2027-01-22\n";
    bench.post("/step/R-1/due/shown", &[("forecast", one)]);
    let told = answers(&bench, "small/R-1/due").and_then(|a| a.forecast);
    assert_eq!(told.map(|f| f.len()), Some(1));
    assert_eq!(bench.verdict("R-1/due"), "failed");
    // nothing is nothing: the step is open again
    let emptied = bench.post("/step/R-1/due/shown", &[("forecast", "  ")]);
    assert_eq!(emptied.status, 303);
    assert!(answers(&bench, "small/R-1/due").is_none());
    assert_eq!(bench.verdict("R-1/due"), "pending");
    let page = bench.get("/step/R-1/due").text();
    assert!(!page.contains("DTaP,2027-01-22"));
    // a heading alone says that the list is there, and empty
    bench.post("/step/R-1/due/shown", &[("forecast", "Vaccine,Due\n")]);
    let told = answers(&bench, "small/R-1/due").and_then(|a| a.forecast);
    assert_eq!(told.map(|f| f.len()), Some(0));
    assert_eq!(bench.verdict("R-1/due"), "failed");
    bench.post("/undo", &[]);
    assert_eq!(bench.verdict("R-1/due"), "pending");
}

#[test]
fn one_of_two_tables_and_a_way_are_emptied() {
    let mut bench = Bench::new();
    let before = ("stock-before", "Lot,Doses\nIIPVAXN01,10\n");
    let after = ("stock", "Lot,Doses\nIIPVAXN01,9\n");
    bench.post("/step/R-1/stock/shown", &[before, after]);
    assert_eq!(bench.verdict("R-1/stock"), "passed");
    bench.post("/step/R-1/stock/shown", &[before, ("stock", "")]);
    let told = answers(&bench, "small/R-1/stock").expect("the first table");
    assert!(told.stock.is_none() && told.stock_before.is_some());
    assert_ne!(bench.verdict("R-1/stock"), "passed");
    bench.post("/step/W-1/warn/shown", &[("way", "the lot is marked")]);
    assert_eq!(bench.verdict("W-1/warn"), "passed");
    bench.post("/step/W-1/warn/shown", &[]);
    assert!(answers(&bench, "small/W-1/warn").is_none());
    assert_eq!(bench.verdict("W-1/warn"), "pending");
}

/// A PDF with one page and nothing on it, as a scanner's would be without its picture.
fn blank_pdf() -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Resources << >> >>",
    ];
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (n, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", pdf.len());
        let _ = writeln!(pdf, "{} 0 obj\n{object}\nendobj", n + 1);
    }
    let at = pdf.len();
    pdf.push_str(&table);
    let _ = write!(
        pdf,
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n",
        objects.len() + 1
    );
    pdf.into_bytes()
}

#[test]
fn a_pdf_without_text_says_so_on_the_page() {
    let mut bench = Bench::new();
    let added = bench.upload(
        "/step/R-1/record/file",
        &[("title", "the record")],
        &[("file", "record.pdf", "application/pdf", &blank_pdf())],
    );
    assert_eq!(added.status, 303);
    assert_eq!(bench.verdict("R-1/record"), "pending");
    let page = bench.get(added.header("location").split('#').next().expect("a page"));
    let words = page.words();
    assert!(
        words.contains("record.pdf: the PDF has no text: it seems to be a scan"),
        "{words}"
    );
    // it stands beside the file as well, with what to do about it
    let evidence = page.text();
    let evidence = evidence.split("id=\"files\"").nth(1).expect("the files");
    let evidence = evidence.split("</div>").next().expect("their end");
    assert!(evidence.contains("the PDF has no text"), "{evidence}");
    let mut other = Bench::new();
    let broken = other.upload(
        "/step/R-1/record/file",
        &[],
        &[("file", "torn.pdf", "application/pdf", b"%PDF-1.7\nnothing")],
    );
    assert_eq!(broken.status, 303);
    let words = other.get("/step/R-1/record").words();
    assert!(words.contains("it is damaged or unfinished"), "{words}");
    // beside one that can be read it does no harm
    bench.upload(
        "/step/R-1/record/file",
        &[("title", "the record as text")],
        &[(
            "file",
            "record.txt",
            "text/plain",
            b"Lena Duncan\nPEDIARIX\n",
        )],
    );
    assert_eq!(bench.verdict("R-1/record"), "passed");
}

#[test]
fn a_file_of_a_gigabyte_is_streamed_and_refused_with_the_limit() {
    const SIZE: usize = 1_000_000_000;
    let mut bench = Bench::new();
    let token = bench.token();
    let head = format!(
        "--xyz\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n--xyz\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\na film\r\n--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"film.mp4\"\r\nContent-Type: video/mp4\r\n\r\n"
    );
    let tail = "\r\n--xyz--\r\n";
    let mut stream = TcpStream::connect(bench.addr()).expect("connected");
    write!(
        stream,
        "POST /step/W-1/scan/file HTTP/1.1\r\nHost: {}\r\nContent-Type: multipart/form-data; boundary=xyz\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{head}",
        bench.addr(),
        head.len() + SIZE + tail.len()
    )
    .expect("sent");
    let piece = vec![0_u8; 1_000_000];
    for _ in 0..SIZE / piece.len() {
        stream.write_all(&piece).expect("it reads to the end");
    }
    stream.write_all(tail.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let text = String::from_utf8_lossy(&answer);
    assert!(text.starts_with("HTTP/1.1 413"), "{text:.200}");
    assert!(text.contains("film.mp4 is larger than 1 MB"));
    assert!(text.contains("value=\"a film\""), "what was written stays");
    assert!(text.contains("href=\"#evidence\""), "it leads to the form");
    let step = bench.session.step_view("small/W-1/scan").expect("a step");
    assert!(step.step.files.is_empty());
    assert_eq!(LIMIT, 1_000_000);
}
