//! `titer run` from outside: the whole road, both ways.

use crate::common::{said, titer};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use titer_runner::result::RunResult;
use titer_wire::{Answer, ClientOptions, Credentials, SoapClient};

const NOW: [&str; 2] = ["--now", "2026-11-22T10:00:00Z"];

fn room() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn result(folder: &Path) -> RunResult {
    let text = std::fs::read_to_string(folder.join("result.json")).expect("the result");
    let schema = jsonschema::validator_for(&titer_runner::result::json_schema()).expect("a schema");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let wrong: Vec<String> = schema.iter_errors(&value).map(|e| e.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    RunResult::from_json(&text).expect("a result")
}

#[test]
fn the_reference_iis_passes_the_onc_plan() {
    let room = room();
    let said = said(titer().current_dir(&room).args(["run", "onc-2015"]));
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    let result = result(&room.path().join("out"));
    assert_eq!(result.case_counts.total, 14);
    assert_eq!(
        (result.case_counts.passed, result.case_counts.known_failure),
        (14, 0)
    );
    for name in ["report.html", "junit.xml"] {
        let text = std::fs::read_to_string(room.path().join("out").join(name)).expect("written");
        assert!(text.contains("onc-2015"), "{name}");
    }
    assert!(
        said.stdout.contains("14 passed, 0 failed, 0 pending"),
        "{}",
        said.stdout
    );
    assert_eq!(said.stderr, "");
}

#[test]
fn the_same_seed_and_clock_give_the_same_bytes() {
    let room = room();
    for out in ["one", "two"] {
        let args = [
            "run", "onc-2015", "--select", "AD-*", "--seed", "7", "--out", out,
        ];
        let said = said(titer().current_dir(&room).args(args).args(NOW));
        assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    }
    for name in ["result.json", "report.html", "junit.xml"] {
        let read =
            |out: &str| std::fs::read_to_string(room.path().join(out).join(name)).expect("written");
        let (one, two) = (read("one"), read("two"));
        let differs = one.lines().zip(two.lines()).find(|(a, b)| a != b);
        assert!(one == two, "{name} differs: {differs:?}");
    }
}

#[test]
fn a_registry_that_misbehaves_fails_the_run() {
    let room = room();
    let said = said(titer().current_dir(&room).args([
        "run",
        "onc-2015",
        "--select",
        "AD-4",
        "--personality",
        "ignore-delete",
    ]));
    assert_eq!(said.code, 1, "{}{}", said.stdout, said.stderr);
    let result = result(&room.path().join("out"));
    let case = result
        .cases()
        .find(|c| c.name() == "AD-4")
        .expect("the case");
    let verdicts: Vec<String> = case
        .steps
        .iter()
        .map(|s| format!("{} {:?}", s.path, s.verdict))
        .collect();
    insta::assert_debug_snapshot!(verdicts);
}

#[test]
fn masked_reports_hold_no_value_and_the_evidence_stays_whole() {
    let room = room();
    let args = ["run", "onc-2015", "--select", "AD-1", "--mask"];
    let said = said(titer().current_dir(&room).args(args));
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    let read =
        |name: &str| std::fs::read_to_string(room.path().join("out").join(name)).expect("written");
    assert!(read("result.json").contains("Richardson^Russell"));
    for name in ["report.html", "junit.xml"] {
        assert!(!read(name).contains("Richardson^Russell"), "{name}");
    }
}

/// A plan with one message for either side.
fn small_plan(folder: &Path) {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    write(
        "plan.yaml",
        "id: small\ntitle: one message\nversion: \"1\"\nsystems: [ehr, iis]\ngroups:\n  - id: all\n    title: All\n    \
         files: [cases/one.yaml]\n",
    );
    write(
        "cases/one.yaml",
        "id: ONE\ntitle: a report is sent and acknowledged\nsteps:\n  - id: report\n    send:\n      message: vxu/one\n      \
         expect:\n        - {at: PID-5.1, is: MAPLE}\n  - id: acknowledge\n    reply:\n      expect:\n        - {at: MSA-2, same-as: sent \
         MSH-10}\n",
    );
    write(
        "messages/vxu/one.hl7",
        &message("{uid}", "MAPLE").replace('\r', "\n"),
    );
}

fn message(control_id: &str, family: &str) -> String {
    format!(
        "MSH|^~\\&|SYS|CLINIC|IIS|STATE|20210102093000-0600||VXU^V04^VXU_V04|{control_id}|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS|\
         CLINIC|STATE\rPID|1||M1^^^CLINIC^MR||{family}^ANNA^^^^^L||20200101|F\rORC|RE||D1^CLINIC\r\
         RXA|0|1|20210101||08^Hep B^CVX|999|||01^Historical^NIP001|||||||||||CP|A\r"
    )
}

/// Lets the program wait for an EHR, sends it a message, and gives its exit code and what it found.
fn as_ehr(family: &str) -> (i32, RunResult) {
    let room = room();
    small_plan(&room.path().join("small"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_titer"))
        .current_dir(&room)
        .args(["run", "small", "--role", "ehr", "--idle", "1"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let url = loop {
        let line = lines
            .next()
            .expect("it says where it waits")
            .expect("UTF-8");
        if let Some(url) = line.split_whitespace().find(|w| w.starts_with("http://")) {
            break url.to_owned();
        }
    };
    // whatever it says further is read, so that it never waits for a reader
    let rest = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());
    let options = ClientOptions {
        credentials: Credentials::new("ehr", "secret", "CLINIC"),
        ..ClientOptions::default()
    };
    let client = SoapClient::new(&url, options).expect("a client");
    let answer = client.submit(message("C-1", family).as_bytes()).outcome;
    assert!(matches!(answer, Ok(Answer::Reply(_))), "{answer:?}");
    let code = child.wait().expect("ended").code().expect("by itself");
    let told = rest.join().expect("read");
    assert!(!told.iter().any(|l| l.contains("panicked")), "{told:?}");
    (code, result(&room.path().join("out")))
}

#[test]
fn an_ehr_that_sends_what_it_should_passes() {
    let (code, result) = as_ehr("MAPLE");
    assert_eq!(code, 0, "{:?}", result.standing);
    assert_eq!(result.case_counts.passed, 1);
}

#[test]
fn an_ehr_that_sends_a_wrong_name_fails_at_the_step_that_names_it() {
    let (code, result) = as_ehr("OAK");
    assert_eq!(code, 1, "{:?}", result.standing);
    let failed: Vec<&str> = result
        .steps()
        .filter(|s| s.verdict.is_bad())
        .map(|s| s.path.as_str())
        .collect();
    assert_eq!(failed, ["small/ONE/report"]);
}
