//! Input that nobody should send: a finding or a diagnostic, and never a panic.

use crate::common::{Said, said, titer};

const HEADER: &str =
    "MSH|^~\\&|A|B|C|D|20260312||VXU^V04^VXU_V04|1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r";

fn check(bytes: Vec<u8>) -> Said {
    let said = said(
        titer()
            .args(["check", "-", "--format", "concise", "--show", "info"])
            .write_stdin(bytes),
    );
    assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
    assert!(
        said.code == 1 || said.code == 2,
        "{}: {}",
        said.code,
        said.stderr
    );
    said
}

fn with(before: &str, rest: &[u8]) -> Vec<u8> {
    [HEADER.as_bytes(), before.as_bytes(), rest].concat()
}

#[test]
fn what_is_no_hl7_is_said_to_be_none() {
    for bytes in [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
        vec![0; 100_000],
        vec![b'x'; 100_000],
        b"\r\n".repeat(10_000),
        b"{\"resourceType\": \"Bundle\"}".to_vec(),
    ] {
        let said = check(bytes);
        assert_eq!(said.code, 2);
        assert!(
            said.stderr.contains("no HL7 message was found"),
            "{}",
            said.stderr
        );
    }
}

#[test]
fn wild_bytes_in_a_message_are_pointed_at() {
    let said = check(with("PID|1||7\0\0 7||DOE^A\r", b"\x00\xff\xfe\r"));
    for rule in ["ER7-CONTROL-CHARACTER", "ER7-INVALID-LINE"] {
        assert!(said.stdout.contains(rule), "{}", said.stdout);
    }
    let declared = HEADER.replace("AL|||||", "AL||UNICODE UTF-8|||");
    let said = check([declared.as_bytes(), b"PID|1||7||D\xc3OE^A\r"].concat());
    assert!(said.stdout.contains("ER7-BAD-CHARACTER"), "{}", said.stdout);
}

#[test]
fn a_message_cut_off_anywhere_is_answered() {
    let whole = with("PID|1||77^^^CLINIC^MR||Doe^Ann^^^^^L||20200101|F\r", b"");
    let room = tempfile::tempdir().expect("a folder");
    // without the first bytes there is no message, which is a diagnostic
    for end in 4..whole.len() {
        let path = room.path().join(format!("{end:03}.hl7"));
        std::fs::write(path, &whole[..end]).expect("written");
    }
    let said = said(
        titer()
            .args(["check", "--format", "concise"])
            .arg(room.path()),
    );
    assert_eq!(said.code, 1, "{}", said.stderr);
    for end in 4..whole.len() {
        assert!(
            said.stdout.contains(&format!("{end:03}.hl7:")),
            "cut off at {end}"
        );
    }
}

#[test]
fn every_line_end_is_a_line_end() {
    let text = format!(
        "{}PID|1||77\nPD1|1\r\nNK1|1\r",
        HEADER.replace('\r', "\r\n")
    );
    let said = check(text.into_bytes());
    assert!(said.stdout.contains("stdin:2:1"), "{}", said.stdout);
    assert!(said.stdout.contains("stdin:4:1"), "{}", said.stdout);
    assert!(!said.stdout.contains("ER7-"), "{}", said.stdout);
}

#[test]
fn a_hundred_thousand_repetitions_are_answered_in_bounds() {
    let said = check(with("PID|1||||||||", &b"x~".repeat(100_000)));
    let lines = said.stdout.lines().count();
    assert!((10_000..10_010).contains(&lines), "{lines}");
    assert!(
        said.stdout.contains("FILE-MANY"),
        "what is not listed is counted"
    );
}

#[test]
fn a_message_of_too_many_lines_is_passed_over() {
    let said = check(with("", &b"no segment\r".repeat(101_000)));
    assert!(said.stdout.contains("FILE-SIZE"), "{}", said.stdout);
    assert_eq!(said.stdout.lines().count(), 1);
}

#[test]
fn a_line_larger_than_any_message_is_passed_over() {
    let said = check(with("PID|1||", &vec![b'7'; 17 * 1024 * 1024]));
    assert!(said.stdout.contains("FILE-SIZE"), "{}", said.stdout);
}
