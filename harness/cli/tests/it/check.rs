//! `titer check` from outside: real files, every form of output, streams that do not fit into memory.

use crate::common::{redacted, said, titer};
use std::fmt::Write as _;
use std::path::Path;

/// A message whose kind no profile knows: what is said about it depends on nothing but this program.
const ADMISSION: &str = "MSH|^~\\&|SYS|CLINIC|IIS|STATE|20260312||ADT^A01^ADT_A01|1|P|2.5.1\rPID|1||A77^^^CLINIC^MR||\
                         MARKER^ANNA||20200101|F\r";

fn room() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn write(folder: &Path, name: &str, text: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, text).expect("written");
}

#[test]
fn findings_go_to_stdout_and_the_summary_to_stderr() {
    let room = room();
    write(room.path(), "one.hl7", ADMISSION.as_bytes());
    let said = said(titer().current_dir(&room).args(["check", "one.hl7"]));
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.stdout);
    insta::assert_snapshot!(redacted(&said.stderr, room.path()));
}

#[test]
fn every_form_is_written_and_hides_values_when_asked() {
    let room = room();
    write(room.path(), "one.hl7", ADMISSION.as_bytes());
    for format in [
        "text", "concise", "json", "jsonl", "sarif", "junit", "html", "csv",
    ] {
        let args = ["check", "one.hl7", "--format", format];
        let open = said(titer().current_dir(&room).args(args));
        assert_eq!(open.code, 1, "{format}");
        assert!(open.stdout.contains("ADT^A01"), "{format}: {}", open.stdout);
        assert!(!open.stderr.contains("MARKER"), "{format}");
        let masked = said(titer().current_dir(&room).args(args).arg("--mask"));
        assert_eq!(masked.code, 1, "{format}");
        for value in ["ADT", "MARKER", "ANNA", "A77"] {
            assert!(
                !masked.stdout.contains(value),
                "{format}: {}",
                masked.stdout
            );
        }
    }
}

#[test]
fn a_folder_a_pattern_and_standard_input_are_read() {
    let room = room();
    write(room.path(), "in/a.hl7", ADMISSION.as_bytes());
    write(room.path(), "in/deep/b.HL7", ADMISSION.as_bytes());
    write(room.path(), "in/notes.txt", ADMISSION.as_bytes());
    let folder = said(
        titer()
            .current_dir(&room)
            .args(["check", "in", "--format", "concise"]),
    );
    let files: Vec<&str> = folder
        .stdout
        .lines()
        .filter_map(|l| l.split(':').next())
        .collect();
    assert_eq!(files, ["in/a.hl7", "in/deep/b.HL7"]);
    assert!(
        folder.stderr.contains("1 other file passed over"),
        "{}",
        folder.stderr
    );
    let pattern = said(
        titer()
            .current_dir(&room)
            .args(["check", "in/*.txt", "--format", "concise"]),
    );
    assert!(
        pattern.stdout.starts_with("in/notes.txt:1:"),
        "{}",
        pattern.stdout
    );
    let stdin = said(
        titer()
            .args(["check", "-", "--format", "concise"])
            .write_stdin(ADMISSION),
    );
    assert!(stdin.stdout.starts_with("stdin:1:"), "{}", stdin.stdout);
    let bare = said(
        titer()
            .args(["check", "--format", "concise"])
            .write_stdin(ADMISSION),
    );
    assert_eq!(bare.stdout, stdin.stdout);
}

#[test]
fn places_are_places_in_the_file() {
    let file = format!(
        "BHS|^~\\&\r\n{}BTS|3\r\n",
        ADMISSION.replace('\r', "\r\n").repeat(2)
    );
    let said = said(
        titer()
            .args(["check", "-", "--format", "jsonl"])
            .write_stdin(file.clone()),
    );
    let mut places = Vec::new();
    for line in said.stdout.lines() {
        let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
        if record["kind"] == "finding" {
            let at = &record["finding"]["location"];
            let (start, end) = (at["start"].as_u64().unwrap(), at["end"].as_u64().unwrap());
            let text = &file[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()];
            places.push((
                record["finding"]["rule"].as_str().unwrap().to_owned(),
                at["line"].as_u64().unwrap(),
                text.to_owned(),
            ));
        }
    }
    let kind = "ADT^A01^ADT_A01".to_owned();
    assert_eq!(
        places,
        [
            ("FILE-PROFILE".to_owned(), 2, kind.clone()),
            ("FILE-PROFILE".to_owned(), 4, kind),
            ("FILE-BTS-1".to_owned(), 6, String::new()),
        ]
    );
}

#[test]
fn a_policy_changes_the_verdict() {
    let room = room();
    write(room.path(), "one.hl7", ADMISSION.as_bytes());
    for (setting, code) in [("off", 0), ("warning", 0), ("error", 1)] {
        let policy =
            format!("name: x\noverrides:\n  - {{rule: \"FILE-*\", severity: {setting}}}\n");
        write(room.path(), "state.yaml", policy.as_bytes());
        let said =
            said(
                titer()
                    .current_dir(&room)
                    .args(["check", "one.hl7", "--policy", "state.yaml"]),
            );
        assert_eq!(said.code, code, "{setting}: {}", said.stdout);
    }
    write(
        room.path(),
        "state.yaml",
        b"name: x\noverrides:\n  - {rule: FILE-PROFILE, severity: warning}\n",
    );
    let args = ["check", "one.hl7", "--policy", "state.yaml", "--fail-on"];
    assert_eq!(
        said(titer().current_dir(&room).args(args).arg("warning")).code,
        1
    );
    assert_eq!(
        said(titer().current_dir(&room).args(args).arg("never")).code,
        0
    );
}

#[test]
fn findings_go_into_a_file_and_no_more_than_asked_for() {
    let room = room();
    write(room.path(), "many.hl7", ADMISSION.repeat(5).as_bytes());
    let said = said(titer().current_dir(&room).args([
        "check",
        "many.hl7",
        "--format",
        "concise",
        "--output",
        "out.txt",
        "--max-findings",
        "2",
    ]));
    assert_eq!((said.code, said.stdout.as_str()), (1, ""));
    let out = std::fs::read_to_string(room.path().join("out.txt")).expect("written");
    assert_eq!(out.lines().count(), 2);
    assert!(said.stderr.contains("5 errors"), "{}", said.stderr);
    assert!(
        said.stderr.contains("3 findings not written"),
        "{}",
        said.stderr
    );
}

#[test]
fn colours_come_only_when_asked_for() {
    let args = ["check", "-"];
    let plain = said(titer().args(args).write_stdin(ADMISSION));
    assert!(!plain.stdout.contains('\u{1b}'), "stdout is no terminal");
    let colored = said(
        titer()
            .args(args)
            .args(["--color", "always"])
            .write_stdin(ADMISSION),
    );
    assert!(colored.stdout.contains("\u{1b}["));
    let no_color = said(
        titer()
            .env("NO_COLOR", "1")
            .args(args)
            .write_stdin(ADMISSION),
    );
    assert!(!no_color.stdout.contains('\u{1b}'));
}

#[test]
fn a_closed_pipe_is_no_error() {
    use std::process::{Command, Stdio};
    let room = room();
    write(room.path(), "many.hl7", ADMISSION.repeat(5000).as_bytes());
    let mut child = Command::new(env!("CARGO_BIN_EXE_titer"))
        .current_dir(&room)
        .args(["check", "many.hl7"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn rules_are_explained_and_listed() {
    let page = said(titer().args(["explain", "file-bts-1"]));
    assert_eq!(page.code, 0);
    assert!(page.stdout.starts_with("FILE-BTS-1: "), "{}", page.stdout);
    assert!(page.stdout.contains("This fires it:"));
    let list = said(titer().args(["explain", "--list"]));
    assert!(
        list.stdout
            .lines()
            .any(|l| l.starts_with("FILE-BTS-1 ") && l.contains("warning"))
    );
    let bare = said(titer().arg("explain"));
    assert_eq!(bare.stdout, list.stdout);
    // a rule of every room
    for id in [
        "IZ-23",
        "HL7-CODE",
        "ER7-CHARSET",
        "DATE-FUTURE",
        "SOAP-XML",
        "STEP-CONTENT",
    ] {
        let known = list.stdout.lines().any(|l| l.split(' ').next() == Some(id));
        assert!(known || id == "SOAP-XML", "{id}");
    }
    for line in list.stdout.lines() {
        let id = line.split(' ').next().expect("an id");
        if !id.ends_with('3') {
            continue;
        }
        let page = said(titer().args(["explain", id])).stdout;
        for part in ["How to put it right:", "Source: "] {
            assert!(page.contains(part), "{id}: {page}");
        }
    }
}

#[test]
fn help_and_completions_are_there() {
    let help = said(titer().arg("--help"));
    assert_eq!(help.code, 0);
    insta::assert_snapshot!(help.stdout);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = said(titer().args(["completions", shell]));
        assert!(said.code == 0 && said.stdout.contains("titer"), "{shell}");
    }
}

/// A vaccination report of about 1 KiB whose patient differs from message to message.
fn report(number: usize) -> String {
    let mut text = format!(
        "MSH|^~\\&|SYS|CLINIC|IIS|STATE|20260312101500-0500||VXU^V04^VXU_V04|M{number}|P|2.5.1|||ER|AL|||||\
         Z22^CDCPHINVS|CLINIC|STATE\r\
         PID|1||P{number}^^^CLINIC^MR||DOE{number}^ANNA^^^^^L||20200101|F||2106-3^White^CDCREC|1 Oak St^^Springfield^IL^\
         62701^USA^P||^PRN^PH^^^217^5550100|||||||||2186-5^Not Hispanic^CDCREC\r"
    );
    for dose in 1..=2 {
        let _ = write!(
            text,
            "ORC|RE||{number}-{dose}^CLINIC|||||||I-23432^Burden^Donna^A^^^^^NIST-AA-1^^^^PRN\r\
             RXA|0|1|2026031{dose}||08^Hep B^CVX|0.5|mL^mL^UCUM||00^New record^NIP001||||||Y5841RR|20271230|\
             SKB^GlaxoSmithKline^MVX|||CP|A\rRXR|C28161^Intramuscular^NCIT|LA^Left arm^HL70163\r"
        );
    }
    text
}

#[test]
#[cfg(target_os = "linux")]
fn ten_thousand_messages_stream_through_constant_memory() {
    use std::io::Write;
    use std::process::{Command, Stdio};

    /// Feeds `count` messages through a pipe; gives the summary and the most memory that was in use, in KiB.
    fn peak(count: usize) -> (String, u64) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_titer"))
            .args(["check", "-", "--format", "jsonl", "--output", "/dev/null"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let mut to = child.stdin.take().expect("a pipe");
        to.write_all(b"FHS|^~\\&\rBHS|^~\\&\r").expect("written");
        for number in 0..count {
            to.write_all(report(number).as_bytes()).expect("written");
        }
        // all but what lies in the pipe was read by now
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it runs");
        let line = status
            .lines()
            .find(|l| l.starts_with("VmHWM:"))
            .expect("a line");
        let peak = line
            .split_whitespace()
            .nth(1)
            .expect("a number")
            .parse()
            .expect("a number");
        to.write_all(format!("BTS|{count}\rFTS|1\r").as_bytes())
            .expect("written");
        drop(to);
        let output = child.wait_with_output().expect("ended");
        (String::from_utf8(output.stderr).expect("UTF-8"), peak)
    }

    let (_, small) = peak(1000);
    let (summary, large) = peak(10_000);
    assert!(
        summary.starts_with("10,000 messages in 1 file: "),
        "{summary}"
    );
    assert!(!summary.contains("FILE-"), "{summary}");
    let bytes = report(0).len() * 10_000 / 1024;
    assert!(
        bytes > 6 * 1024,
        "the stream is larger than what may be held: {bytes} KiB"
    );
    assert!(
        large < small + 4 * 1024,
        "{large} KiB for 10,000 messages, {small} KiB for 1,000"
    );
}

/// Where each line of a file begins, and how long it is without its end.
fn lines(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut lines = Vec::new();
    let mut start = 0;
    while start <= bytes.len() {
        let rest = &bytes[start..];
        let length = rest
            .iter()
            .position(|b| matches!(b, b'\r' | b'\n'))
            .unwrap_or(rest.len());
        lines.push((start, length));
        let crlf = rest.get(length..length + 2) == Some(b"\r\n");
        start += length + 1 + usize::from(crlf);
    }
    lines
}

#[test]
fn every_message_of_the_field_is_answered_and_every_finding_lies_in_it() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if !data.is_dir() {
        eprintln!("skipped: ../shared is absent");
        return;
    }
    let folder = data.join("nist/field");
    let files: Vec<_> = std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|e| e.expect("an entry").path())
        .collect();
    assert_eq!(files.len(), 154);
    let said =
        said(
            titer()
                .arg("check")
                .arg(&folder)
                .args(["--format", "jsonl", "--fail-on", "never"]),
        );
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
    let mut answered = std::collections::BTreeSet::new();
    let mut findings = 0;
    let mut bytes = Vec::new();
    let mut name = String::new();
    for line in said.stdout.lines() {
        let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let Some(file) = record["file"].as_str() else {
            continue;
        };
        if name != file {
            file.clone_into(&mut name);
            bytes = std::fs::read(file).expect("the file");
        }
        if record["kind"] == "message" {
            answered.insert(file.to_owned());
            continue;
        }
        findings += 1;
        let at = &record["finding"]["location"];
        let number =
            |key: &str| usize::try_from(at[key].as_u64().expect("a number")).expect("small");
        let (line, column, start, end) = (
            number("line"),
            number("column"),
            number("start"),
            number("end"),
        );
        assert!(start <= end && end <= bytes.len(), "{record}");
        let lines = lines(&bytes);
        let (begin, length) = *lines
            .get(line.wrapping_sub(1))
            .unwrap_or_else(|| panic!("no such line: {record}"));
        assert!(column >= 1 && column <= length + 1, "{record}");
        assert!(
            start >= begin && start <= begin + length,
            "line and byte disagree: {record}"
        );
    }
    assert_eq!(answered.len(), 154);
    assert!(findings > 0);
}

/// An acknowledgment to which the guide's profile has something to say: MSA-1 is missing.
const BARE_ACK: &str = "MSH|^~\\&|IIS|STATE|SYS|CLINIC|20260312101500-0500||ACK^V04^ACK|A1|P|2.5.1|||NE|NE|||||Z23^CDCPHINVS|STATE|CLINIC\rMSA||M1\r";

/// The rules, severities and places of the findings, and the profile that judged.
fn found(args: &[&str], message: &str) -> Vec<String> {
    let said = said(
        titer()
            .args(["check", "-", "--format", "jsonl"])
            .args(args)
            .write_stdin(message),
    );
    let records = said.stdout.lines().map(|line| {
        let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
        record
    });
    records
        .filter(|r| r["kind"] == "finding")
        .map(|r| {
            let finding = &r["finding"];
            format!(
                "{} {} {} {}",
                r["profile"], finding["severity"], finding["rule"], finding["location"]["path"]
            )
        })
        .collect()
}

#[test]
fn a_profile_of_ones_own_judges_by_its_own_rules() {
    let room = room();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/profiles/Z23.yaml");
    let text = std::fs::read_to_string(shipped).expect("the profile");
    let own = text.replacen("id: Z23", "id: MINE", 1);
    assert_ne!(text, own, "the id was there");
    write(room.path(), "MINE.yaml", own.as_bytes());
    let path = room.path().join("MINE.yaml").display().to_string();
    let by_own = found(&["--profile", &path], BARE_ACK);
    let by_shipped = found(&["--profile", "z23"], BARE_ACK);
    assert!(
        by_own
            .iter()
            .any(|f| f.contains("\"error\"") && f.contains("MSA-1")),
        "{by_own:?}"
    );
    let renamed: Vec<String> = by_shipped
        .iter()
        .map(|f| f.replace("Z23", "MINE"))
        .collect();
    assert_eq!(by_own, renamed);
}

#[test]
fn a_nist_bundle_judges_as_the_profile_that_ships() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/nist");
    if !data.is_dir() {
        eprintln!("skipped: ../shared is absent");
        return;
    }
    let room = room();
    for (folder, name) in [
        ("profiles", "ACK-Z23_Profile.xml"),
        ("constraints", "ACK-Z23_Constraints.xml"),
        ("valuesets", "ACK-Z23_ValueSetLibrary.xml"),
    ] {
        let bytes = std::fs::read(data.join(folder).join(name)).expect("a part of the bundle");
        write(room.path(), name, &bytes);
    }
    let folder = room.path().display().to_string();
    let by_bundle = found(&["--profile", &folder], BARE_ACK);
    assert!(!by_bundle.is_empty());
    assert_eq!(by_bundle, found(&["--profile", "Z23"], BARE_ACK));
}
