//! `titer profile`, and `titer check --profile` with bundles.

use crate::common::{redacted, said, titer};
use std::path::Path;
use tempfile::TempDir;

const ACK: &str = "MSH|^~\\&|IIS|STATE|SYS|CLINIC|20260312101500-0500||ACK^V04^ACK|A1|P|2.5.1|||NE|NE|||||L1^LOCAL|STATE|CLINIC\rMSA||M1\r";
const VXU: &str =
    "MSH|^~\\&|IIS|STATE|SYS|CLINIC|20260312101500-0500||VXU^V04^VXU_V04|A1|P|2.5.1\rPID|1\r";

/// A bundle with two messages: an acknowledgment with MSA, and an update with PID-1 alone.
const TWO: &str = r#"<ConformanceProfile ID="p">
  <MetaData Name="Two" OrgName="Tests" Version="1" Date="20260312"/>
  <Messages>
    <Message ID="m-1" Identifier="L1" Name="Answer" Type="ACK" Event="V04" StructID="ACK">
      <Segment Ref="MSH" Usage="R" Min="1" Max="1"/>
      <Segment Ref="MSA" Usage="R" Min="1" Max="1"/>
    </Message>
    <Message ID="m-2" Identifier="L2" Name="Update" Type="VXU" Event="V04" StructID="VXU_V04">
      <Segment Ref="MSH" Usage="R" Min="1" Max="1"/>
      <Segment Ref="PID" Usage="R" Min="1" Max="1"/>
    </Message>
  </Messages>
  <Segments>
    <Segment ID="MSH" Name="MSH" Label="MSH" Description="Message header">FIELDS</Segment>
    <Segment ID="MSA" Name="MSA" Label="MSA" Description="Acknowledgment">
      <Field Name="Code" Usage="R" Datatype="ST" MinLength="1" MaxLength="2" Min="1" Max="1"/>
      <Field Name="Message" Usage="R" Datatype="ST" MinLength="1" MaxLength="*" Min="1" Max="1"/>
    </Segment>
    <Segment ID="PID" Name="PID" Label="PID" Description="Patient">
      <Field Name="Set id" Usage="R" Datatype="ST" MinLength="1" MaxLength="*" Min="1" Max="1"/>
      <Field Name="Other id" Usage="R" Datatype="ST" MinLength="1" MaxLength="*" Min="1" Max="1"/>
    </Segment>
  </Segments>
  <Datatypes>
    <Datatype ID="ST" Name="ST" Description="Text"/>
  </Datatypes>
</ConformanceProfile>
"#;

fn two() -> String {
    let field = "<Field Name=\"Header\" Usage=\"O\" Datatype=\"ST\" MinLength=\"0\" MaxLength=\"*\" Min=\"0\" Max=\"*\"/>";
    TWO.replace("FIELDS", &field.repeat(23))
}

fn zip(path: &Path, entries: &[(&str, &str)]) {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).expect("a file"));
    for (name, text) in entries {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .expect("an entry");
        zip.write_all(text.as_bytes()).expect("an entry");
    }
    zip.finish().expect("a zip file");
}

fn room() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Profile and place of each finding that is an error, but for the header's: its data types are simplified.
fn found(room: &TempDir, args: &[&str], message: &str) -> Vec<String> {
    let said = said(
        titer()
            .current_dir(room)
            .args(["check", "-", "--format", "jsonl"])
            .args(args)
            .write_stdin(message),
    );
    assert!(said.code < 2, "{}", said.stderr);
    said.stdout
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
        .filter(|r| r["kind"] == "finding" && r["finding"]["severity"] == "error")
        .map(|r| {
            let f = &r["finding"];
            format!(
                "{} {}",
                r["profile"].as_str().unwrap_or("-"),
                f["location"]["path"].as_str().unwrap_or("-")
            )
        })
        .filter(|f| !f.contains(" MSH-"))
        .collect()
}

#[test]
fn a_bundle_with_several_messages_judges_each_by_its_own() {
    let room = room();
    zip(
        &room.path().join("local.zip"),
        &[("deep/inside/anything.bin", &two()), ("read.me", "hello")],
    );
    let args = ["--profile", "local.zip"];
    // MSH-21 names L1; the update has no MSH-21 and goes by MSH-9
    assert_eq!(found(&room, &args, ACK), ["L1 MSA-1"]);
    assert_eq!(found(&room, &args, VXU), ["L2 PID-2"]);
    let both = format!("{ACK}{VXU}");
    assert_eq!(found(&room, &args, &both), ["L1 MSA-1", "L2 PID-2"]);
    let fixed = ["--profile", "local.zip", "--message-id", "m-2"];
    let by_id = found(&room, &fixed, ACK);
    assert!(
        by_id.iter().all(|f| f.starts_with("L2 ")) && !by_id.is_empty(),
        "{by_id:?}"
    );
}

#[test]
fn a_file_a_folder_and_a_zip_judge_alike() {
    let room = room();
    std::fs::create_dir(room.path().join("folder")).expect("a folder");
    std::fs::write(room.path().join("folder/x.xml"), two()).expect("a file");
    zip(&room.path().join("b.zip"), &[("x", &two())]);
    let expected = found(&room, &["--profile", "folder"], ACK);
    assert_eq!(expected, ["L1 MSA-1"]);
    assert_eq!(found(&room, &["--profile", "folder/x.xml"], ACK), expected);
    assert_eq!(found(&room, &["--profile", "b.zip"], ACK), expected);
}

#[test]
fn a_folder_of_yaml_profiles_judges_each_message_by_its_own() {
    let room = room();
    std::fs::write(room.path().join("two.xml"), two()).expect("a file");
    let done = said(
        titer()
            .current_dir(&room)
            .args(["profile", "convert", "two.xml", "yaml"]),
    );
    assert_eq!(
        (done.code, done.stderr.trim()),
        (0, "2 profiles in 7 files written into yaml")
    );
    let args = ["--profile", "yaml"];
    assert_eq!(found(&room, &args, ACK), ["L1 MSA-1"]);
    assert_eq!(found(&room, &args, VXU), ["L2 PID-2"]);
    // and back: a bundle for each
    let done = said(
        titer()
            .current_dir(&room)
            .args(["profile", "convert", "yaml", "back"]),
    );
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(found(&room, &["--profile", "back/L1"], ACK), ["L1 MSA-1"]);
    let same = said(
        titer()
            .current_dir(&room)
            .args(["profile", "diff", "two.xml#L1", "back/L1"]),
    );
    assert_eq!(
        (same.code, same.stdout.lines().last()),
        (0, Some("the profiles ask for the same"))
    );
}

#[test]
fn differences_are_written_in_three_ways() {
    let room = room();
    let national = two();
    let local = national
        .replace("<Field Name=\"Code\" Usage=\"R\"", "<Field Name=\"Code\" Usage=\"RE\"")
        .replace("Name=\"Answer\"", "Name=\"Local answer\"")
        .replacen("MaxLength=\"2\"", "MaxLength=\"1\"", 1)
        .replace(
            "<Segment Ref=\"MSA\" Usage=\"R\" Min=\"1\" Max=\"1\"/>",
            "<Segment Ref=\"MSA\" Usage=\"R\" Min=\"1\" Max=\"1\"/><Segment Ref=\"PID\" Usage=\"O\" Min=\"0\" Max=\"1\"/>",
        );
    std::fs::write(room.path().join("a.xml"), national).expect("a file");
    std::fs::write(room.path().join("b.xml"), "").expect("a file");
    std::fs::create_dir(room.path().join("local")).expect("a folder");
    std::fs::write(room.path().join("local/b.xml"), local).expect("a file");
    let mut shown = String::new();
    for format in ["text", "markdown", "json"] {
        let said = said(titer().current_dir(&room).args([
            "profile", "diff", "a.xml#L1", "local#L1", "--format", format,
        ]));
        assert_eq!(said.code, 1, "{}", said.stderr);
        shown.push_str(&redacted(&said.stdout, room.path()));
        shown.push_str("\n\n");
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn the_profiles_that_ship_are_listed_shown_and_converted() {
    let listed = said(titer().args(["profile", "list"]));
    assert_eq!((listed.code, listed.stdout.lines().count()), (0, 8));
    assert!(
        listed.stdout.starts_with("Z22  VXU^V04^VXU_V04"),
        "{}",
        listed.stdout
    );
    let shown = said(titer().args(["profile", "show", "Z22", "RXA-20"]));
    assert!(
        shown.stdout.contains("value set    HL70322"),
        "{}",
        shown.stdout
    );
    let whole = said(titer().args(["profile", "show", "Z22"]));
    assert!(whole.stdout.contains("  OBSERVATION"), "{}", whole.stdout);
    let room = room();
    let done = said(
        titer()
            .current_dir(&room)
            .args(["profile", "convert", "z23", "nist"]),
    );
    assert_eq!(
        (done.code, done.stderr.trim()),
        (0, "1 profile in 3 files written into nist")
    );
    let same = said(
        titer()
            .current_dir(&room)
            .args(["profile", "diff", "Z23", "nist"]),
    );
    assert_eq!(same.code, 0, "{}{}", same.stdout, same.stderr);
}
