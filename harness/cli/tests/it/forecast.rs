//! `titer forecast` from outside.

use crate::common::{said, titer};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn patient(name: &str) -> PathBuf {
    root().join("fixtures/patients").join(name)
}

fn schema(name: &str) -> jsonschema::Validator {
    let path = root().join("reference-iis/forecast").join(name);
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("a schema"))
        .expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("a schema")
}

#[test]
fn a_history_and_its_forecasts_are_shown() {
    for name in ["infant", "adult"] {
        let said = said(
            titer()
                .arg("forecast")
                .arg(patient(&format!("{name}.json"))),
        );
        assert_eq!(said.code, 0, "{}", said.stderr);
        insta::assert_snapshot!(format!("forecast_{name}"), said.stdout);
    }
}

#[test]
fn reasons_name_the_tables_that_decided() {
    let said = said(
        titer()
            .arg("forecast")
            .arg(patient("infant.json"))
            .args(["--why", "Rotavirus"]),
    );
    assert_eq!(said.code, 0, "{}", said.stderr);
    let (_, why) = said.stdout.split_once("\nwhy\n\n").expect("the reasons");
    for table in ["Table 6-15", "Table 6-31", "Table 7-10", "Table 8-14"] {
        assert!(why.contains(table), "{table} is missing in {why}");
    }
    assert!(!why.contains("MMR"), "{why}");
    insta::assert_snapshot!("forecast_why", why);
}

#[test]
fn json_is_as_its_schema_says() {
    let (patients, answers) = (
        schema("patient.schema.json"),
        schema("forecast.schema.json"),
    );
    for name in ["infant.json", "adult.json"] {
        let text = std::fs::read_to_string(patient(name)).expect("a patient");
        let document: Value = serde_json::from_str(&text).expect("JSON");
        assert!(patients.is_valid(&document), "{name}");
        let said = said(
            titer()
                .arg("forecast")
                .arg(patient(name))
                .args(["--format", "json"]),
        );
        let answer: Value = serde_json::from_str(&said.stdout).expect("JSON");
        let errors: Vec<String> = answers
            .iter_errors(&answer)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        let forecasts = answer["forecasts"].as_array().expect("forecasts");
        assert!(forecasts.len() > 10, "{}", said.stdout);
    }
}

#[test]
fn the_same_history_gives_the_same_answer_in_every_format() {
    let room = tempfile::tempdir().expect("a folder");
    let doses = [
        ("20240316", "116"),
        ("20240316", "120"),
        ("20240420", "116"),
    ];
    let mut message = String::from(
        "MSH|^~\\&|||||20250101||VXU^V04^VXU_V04|1|P|2.5.1\rPID|1||p1||Doe^Jo||20240115|F\r",
    );
    let mut entries = vec![
        r#"{"resource": {"resourceType": "Patient", "id": "p1", "birthDate": "2024-01-15", "gender": "female"}}"#
            .to_owned(),
    ];
    let mut own = Vec::new();
    for (date, cvx) in doses {
        for part in [
            "ORC|RE||1\rRXA|0|1|",
            date,
            "||",
            cvx,
            "^x^CVX|999||||||||||||||CP\r",
        ] {
            message.push_str(part);
        }
        let day = format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]);
        entries.push(format!(
            r#"{{"resource": {{"resourceType": "Immunization", "status": "completed", "occurrenceDateTime": "{day}",
            "vaccineCode": {{"coding": [{{"system": "http://hl7.org/fhir/sid/cvx", "code": "{cvx}"}}]}}}}}}"#
        ));
        own.push(format!(r#"{{"cvx": "{cvx}", "date": "{day}"}}"#));
    }
    let files = [
        ("m.hl7", message),
        (
            "b.json",
            format!(
                r#"{{"resourceType": "Bundle", "type": "collection", "entry": [{}]}}"#,
                entries.join(",")
            ),
        ),
        (
            "p.json",
            format!(
                r#"{{"id": "p1", "birth_date": "2024-01-15", "sex": "female", "doses": [{}]}}"#,
                own.join(",")
            ),
        ),
    ];
    let mut answers = Vec::new();
    for (name, text) in &files {
        let path = room.path().join(name);
        std::fs::write(&path, text).expect("writes");
        let said = said(
            titer()
                .arg("forecast")
                .arg(&path)
                .args(["--as-of", "2024-06-01"]),
        );
        assert_eq!(said.code, 0, "{}", said.stderr);
        answers.push(said.stdout);
    }
    assert_eq!(answers[0], answers[2], "HL7 and JSON");
    assert_eq!(answers[1], answers[2], "FHIR and JSON");
}

#[test]
fn segments_are_those_of_an_evaluated_history() {
    let said = said(
        titer()
            .arg("forecast")
            .arg(patient("infant.json"))
            .args(["--format", "z42"]),
    );
    assert_eq!(said.code, 0, "{}", said.stderr);
    insta::assert_snapshot!("forecast_z42", said.stdout);
}

#[test]
fn a_timeline_says_in_words_what_it_shows() {
    let room = tempfile::tempdir().expect("a folder");
    let path = room.path().join("t.svg");
    let said = said(
        titer()
            .arg("forecast")
            .arg(patient("infant.json"))
            .arg("--timeline")
            .arg(&path),
    );
    assert_eq!(said.code, 0, "{}", said.stderr);
    let svg = std::fs::read_to_string(&path).expect("a picture");
    for part in [
        "role=\"img\"",
        "<title id=\"title\">",
        "<desc id=\"desc\">",
        "overdue since",
        "prefers-color-scheme",
    ] {
        assert!(svg.contains(part), "{part}");
    }
    insta::assert_snapshot!("forecast_timeline", svg);
}

#[test]
fn a_batch_keeps_its_order_whatever_the_threads() {
    let room = tempfile::tempdir().expect("a folder");
    let path = room.path().join("p.jsonl");
    let lines: Vec<String> = (0..1200)
        .map(|n| {
            format!(
                "{{\"id\": \"{n}\", \"birth_date\": \"20{:02}-03-31\"}}\n",
                n % 25
            )
        })
        .collect();
    std::fs::write(&path, lines.concat()).expect("writes");
    let run = |jobs: &str| {
        let said = said(
            titer()
                .args([
                    "forecast",
                    "--batch",
                    "--format",
                    "json",
                    "--as-of",
                    "2025-06-01",
                    "--jobs",
                    jobs,
                ])
                .arg(&path),
        );
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert_eq!(said.stderr.trim(), "1,200 patients");
        said.stdout
    };
    let one = run("1");
    assert_eq!(one.lines().count(), 1200);
    for (nth, line) in one.lines().enumerate().step_by(397) {
        assert!(line.contains(&format!("\"id\":\"{nth}\"")), "{line}");
    }
    assert!(
        one == run("4"),
        "the answers depend on the number of threads"
    );
}

#[test]
fn a_batch_answers_what_can_be_read() {
    let said = said(
        titer()
            .args([
                "forecast",
                "--batch",
                "-",
                "--format",
                "json",
                "--as-of",
                "2025-06-01",
            ])
            .write_stdin(
                "{\"birth_date\": \"2024-01-15\"}\nnothing\n\n{\"birth_date\": \"2024-01-16\"}\n",
            ),
    );
    assert_eq!(said.code, 2);
    assert_eq!(said.stdout.lines().count(), 2);
    assert!(said.stderr.contains("stdin:2:1"), "{}", said.stderr);
}

#[test]
fn an_observation_that_the_schedule_does_not_have_is_said() {
    let told = |observations: &str| {
        let patient =
            format!(r#"{{"birth_date": "2024-01-15", "observations": [{observations}]}}"#);
        let done = said(
            titer()
                .args(["forecast", "-", "--as-of", "2025-06-01"])
                .write_stdin(patient),
        );
        assert_eq!(done.code, 0, "{}", done.stderr);
        done.stderr
    };
    assert_eq!(
        told(
            r#"{"code": "999"}, {"code": "007"}, {"code": "7"}, {"code": "1", "system": "snomed"}"#
        ),
        "note: observations: the schedule does not have `CDSi 999` and `SNOMED CT 1`, which changes nothing\n"
    );
    assert_eq!(told(r#"{"code": "007"}"#), "");
}

#[test]
fn a_season_is_moved_only_when_asked() {
    let patient = r#"{"birth_date": "1980-05-05", "as_of": "2027-10-01"}"#;
    let ask = |more: &[&str]| {
        said(
            titer()
                .args(["forecast", "-", "--format", "json"])
                .args(more)
                .write_stdin(patient),
        )
        .stdout
    };
    let of = |text: &str| {
        let answer: Value = serde_json::from_str(text).expect("JSON");
        let all = answer["forecasts"].as_array().expect("forecasts").clone();
        all.into_iter()
            .find(|f| f["group"] == "Influenza")
            .expect("influenza")
    };
    assert_eq!(of(&ask(&[]))["status"], "not-recommended");
    let moved = of(&ask(&["--shift-season"]));
    assert_eq!(moved["status"], "not-complete");
    assert_eq!(moved["earliest"], "2027-07-01");
    assert_eq!(moved["season_shift"], 2);
}
