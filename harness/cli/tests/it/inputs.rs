//! What `titer check` reads: archives, exports and tables, in any number of threads.

use crate::common::{Said, said, titer};
use std::io::Write as _;
use std::path::Path;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const ADMISSION: &str = "MSH|^~\\&|SYS|CLINIC|IIS|STATE|20260312||ADT^A01^ADT_A01|1|P|2.5.1\rPID|1||A77^^^CLINIC^MR||\
                         MARKER^ANNA||20200101|F\r";

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        out.start_file(*name, SimpleFileOptions::default())
            .expect("an entry");
        out.write_all(bytes).expect("written");
    }
    out.finish().expect("finished").into_inner()
}

fn check(folder: &Path, args: &[&str]) -> Said {
    said(titer().current_dir(folder).arg("check").args(args))
}

/// The findings' rules with the text that each points at.
fn pointed(file: &[u8], jsonl: &str) -> Vec<(String, u64, u64, String)> {
    jsonl
        .lines()
        .map(|l| serde_json::from_str::<serde_json::Value>(l).expect("JSON"))
        .filter(|r| r["kind"] == "finding")
        .map(|r| {
            let at = &r["finding"]["location"];
            let number = |key: &str| at[key].as_u64().expect("a number");
            let range = usize::try_from(number("start")).expect("small")
                ..usize::try_from(number("end")).expect("small");
            (
                r["finding"]["rule"].as_str().expect("a rule").to_owned(),
                number("line"),
                number("column"),
                String::from_utf8_lossy(&file[range]).into_owned(),
            )
        })
        .collect()
}

#[test]
fn an_archive_is_read_entry_by_entry() {
    let room = tempfile::tempdir().expect("a folder");
    let inner = archive(&[("c.hl7", ADMISSION.as_bytes())]);
    let bytes = archive(&[
        ("a.hl7", ADMISSION.as_bytes()),
        ("sub/b.txt", ADMISSION.as_bytes()),
        ("notes.md", b"nothing to see"),
        ("__MACOSX/a.hl7", b"junk"),
        ("inner.zip", &inner),
    ]);
    std::fs::write(room.path().join("month.zip"), bytes).expect("written");
    let said = check(room.path(), &["month.zip", "--format", "concise"]);
    assert_eq!(said.code, 1, "{}", said.stderr);
    let files: Vec<&str> = said
        .stdout
        .lines()
        .filter_map(|l| l.split(':').next())
        .collect();
    assert_eq!(
        files,
        [
            "month.zip!a.hl7",
            "month.zip!sub/b.txt",
            "month.zip!inner.zip!c.hl7"
        ]
    );
    assert!(
        said.stderr.starts_with("3 messages in 3 files"),
        "{}",
        said.stderr
    );
    assert!(
        said.stderr.contains("1 other file passed over"),
        "{}",
        said.stderr
    );
}

#[test]
fn a_broken_archive_is_said_and_the_rest_is_read() {
    let room = tempfile::tempdir().expect("a folder");
    let mut bytes = archive(&[("a.hl7", ADMISSION.repeat(50).as_bytes())]);
    // the compressed bytes begin behind the header and the name
    for b in &mut bytes[40..60] {
        *b ^= 0x55;
    }
    std::fs::write(room.path().join("broken.zip"), bytes).expect("written");
    std::fs::write(room.path().join("cut.zip"), b"PK\x03\x04").expect("written");
    std::fs::write(room.path().join("good.hl7"), ADMISSION).expect("written");
    let said = check(
        room.path(),
        &["broken.zip", "cut.zip", "good.hl7", "--format", "concise"],
    );
    assert_eq!(said.code, 2);
    assert!(said.stdout.contains("good.hl7:1:"), "{}", said.stdout);
    assert!(said.stderr.contains("broken.zip!a.hl7"), "{}", said.stderr);
    assert!(said.stderr.contains(" --> cut.zip"), "{}", said.stderr);
    assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
}

#[test]
fn an_export_with_a_message_on_each_line_is_read_and_pointed_into() {
    let one = ADMISSION.trim_end().replace('\r', "\\r");
    let file = format!("{one}\n{one}\n");
    let said = said(
        titer()
            .args(["check", "-", "--format", "jsonl"])
            .write_stdin(file.clone()),
    );
    let column = |text: &str| one.find(text).expect("it is there") as u64 + 1;
    let found = pointed(file.as_bytes(), &said.stdout);
    let (folded, kind) = (column("\\rPID"), column("ADT^"));
    let line = |n| {
        [
            ("FILE-ONE-LINE".to_owned(), n, folded, "\\r".to_owned()),
            (
                "FILE-PROFILE".to_owned(),
                n,
                kind,
                "ADT^A01^ADT_A01".to_owned(),
            ),
        ]
    };
    assert_eq!(found, [line(1), line(2)].concat());
}

#[test]
fn a_message_in_a_column_of_a_table_is_read_and_pointed_into() {
    let folded = ADMISSION
        .trim_end()
        .replace('\r', "\r\n")
        .replace("ANNA", "\"\"ANNA\"\"");
    let file = format!("7,2026-03-12,\"{folded}\",done\r\n8,2026-03-12,\"{folded}\",done\r\n");
    let said = said(
        titer()
            .args(["check", "-", "--format", "jsonl"])
            .write_stdin(file.clone()),
    );
    let column = file.find("ADT^").expect("it is there") as u64 + 1;
    let found = pointed(file.as_bytes(), &said.stdout);
    let line = |n| {
        (
            "FILE-PROFILE".to_owned(),
            n,
            column,
            "ADT^A01^ADT_A01".to_owned(),
        )
    };
    assert_eq!(found, [line(1), line(3)]);
    assert!(!said.stdout.contains("FILE-STRAY"), "{}", said.stdout);
}

#[test]
fn the_number_of_threads_changes_nothing_but_time() {
    let room = tempfile::tempdir().expect("a folder");
    let wrong = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/messages/vxu-wrong.hl7");
    let wrong = std::fs::read_to_string(wrong).expect("a message");
    let mut text = String::from("junk\n");
    for n in 0..200 {
        text.push_str(&wrong.replace("MAPLE-CLINIC", &format!("CLINIC-{}", n % 7)));
        text.push_str(ADMISSION);
    }
    std::fs::write(room.path().join("many.hl7"), text).expect("written");
    let calls: [&[&str]; 10] = [
        &["--format", "text", "--max-findings", "50"],
        &["--format", "concise"],
        &["--format", "json"],
        &["--format", "jsonl"],
        &["--format", "jsonl", "--max-findings", "333"],
        &["--format", "sarif", "--max-findings", "50"],
        &["--format", "junit"],
        &["--format", "csv"],
        &["--format", "html"],
        &["--summary", "--format", "json"],
    ];
    for call in calls {
        let with = |jobs: &str| {
            let args = [&["many.hl7", "-j", jobs][..], call].concat();
            check(room.path(), &args)
        };
        let (one, four) = (with("1"), with("4"));
        assert_eq!(one.code, 1, "{call:?}: {}", one.stderr);
        assert!(one.stdout == four.stdout, "{call:?}");
    }
    let cut = check(
        room.path(),
        &["many.hl7", "--format", "jsonl", "--max-findings", "333"],
    );
    let findings = cut
        .stdout
        .lines()
        .filter(|l| l.starts_with("{\"kind\":\"finding\""));
    assert_eq!(findings.count(), 333);
    assert_eq!(
        cut.stdout
            .lines()
            .filter(|l| l.starts_with("{\"kind\":\"message\""))
            .count(),
        400
    );
}

#[test]
fn dates_behind_a_day_are_reported_when_the_day_is_said() {
    let message = "MSH|^~\\&|SYS|CLINIC|IIS|STATE|20260312||ADT^A01^ADT_A01|1|P|2.5.1\rPID|1||77||DOE^A||20260313|F\r";
    let rules = |args: &[&str]| {
        let said = said(
            titer()
                .args(["check", "-", "--format", "concise"])
                .args(args)
                .write_stdin(message),
        );
        said.stdout
            .lines()
            .filter_map(|l| l.split(' ').nth(1).map(str::to_owned))
            .collect::<Vec<_>>()
    };
    assert_eq!(rules(&[]), ["FILE-PROFILE"]);
    assert_eq!(rules(&["--as-of", "2026-03-13"]), ["FILE-PROFILE"]);
    assert_eq!(
        rules(&["--as-of", "2026-03-12"]),
        ["FILE-PROFILE", "DATE-FUTURE"]
    );
    assert_eq!(
        rules(&["--as-of", "2026-03-11"]),
        ["FILE-PROFILE", "DATE-FUTURE", "DATE-FUTURE"]
    );
}
