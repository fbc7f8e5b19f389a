//! `$immds-forecast` over a real socket.

use crate::world::clock;
use std::io::{Read, Write};
use std::net::TcpStream;
use titer_service::{Forecasts, IisOptions, Policy, RunningIis};

const REQUEST: &str = r#"{"resourceType": "Parameters", "parameter": [
  {"name": "assessmentDate", "valueDate": "2026-11-22"},
  {"name": "patient", "resource": {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "2025-09-01"}},
  {"name": "immunization", "resource": {"resourceType": "Immunization", "status": "completed",
    "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "03"}]},
    "patient": {"reference": "Patient/p1"}, "occurrenceDateTime": "2026-08-01"}}
]}"#;

/// Status and body.
fn post(iis: &RunningIis, path: &str, kind: &str, body: &str) -> (u16, serde_json::Value) {
    let mut stream = TcpStream::connect(iis.addr()).unwrap();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(
        head.to_ascii_lowercase().contains("application/fhir+json"),
        "{head}"
    );
    (status, serde_json::from_str(body).unwrap())
}

fn running() -> RunningIis {
    running_with(Policy::national())
}

fn running_with(policy: Policy) -> RunningIis {
    RunningIis::start(IisOptions {
        clock: clock(),
        policy,
        ..IisOptions::default()
    })
    .unwrap()
}

#[test]
fn parameters_are_answered_with_evaluations_and_a_recommendation() {
    let iis = running();
    for path in ["/fhir/$immds-forecast", "/fhir/%24immds-forecast"] {
        let (status, answer) = post(&iis, path, "application/fhir+json; charset=utf-8", REQUEST);
        assert_eq!(status, 200, "{answer}");
        let parameters = answer["parameter"].as_array().unwrap();
        let named = |name: &str| parameters.iter().filter(|p| p["name"] == name).count();
        // measles, mumps and rubella, all too early
        assert_eq!((named("evaluation"), named("recommendation")), (3, 1));
        assert!(answer.to_string().contains("notvalid"), "{answer}");
        let recommended = parameters
            .iter()
            .find(|p| p["name"] == "recommendation")
            .unwrap();
        assert!(
            recommended["resource"]["recommendation"]
                .as_array()
                .unwrap()
                .len()
                > 10
        );
    }
    iis.shutdown();
}

#[test]
fn a_season_is_moved_where_the_policy_says_so() {
    for shift_season in [false, true] {
        let iis = running_with(Policy {
            forecasts: Forecasts { shift_season },
            ..Policy::national()
        });
        let (status, answer) = post(
            &iis,
            "/fhir/$immds-forecast",
            "application/fhir+json",
            REQUEST,
        );
        assert_eq!(status, 200, "{answer}");
        let told = answer.to_string().contains("season moved by 1 year");
        assert_eq!(told, shift_season, "{answer}");
        iis.shutdown();
    }
}

#[test]
fn what_is_wrong_is_an_outcome_with_its_place() {
    let iis = running();
    let path = "/fhir/$immds-forecast";
    let kind = "application/fhir+json";
    let told = |body: &str| {
        let (status, outcome) = post(&iis, path, kind, body);
        assert_eq!(outcome["resourceType"], "OperationOutcome", "{outcome}");
        let issue = &outcome["issue"][0];
        (
            status,
            issue["diagnostics"].as_str().unwrap_or_default().to_owned(),
            issue["details"]["text"].to_string(),
        )
    };
    let (status, place, _) = told("{\"resourceType\": \"Parameters\",\n \"parameter\": [}");
    assert_eq!((status, place.as_str()), (400, "line 2, column 16"));
    let (status, place, _) = told(&REQUEST.replace("2025-09-01", "last summer"));
    assert_eq!(status, 400);
    assert!(place.starts_with("line 3, "), "{place}");
    let (status, _, text) = told("{\"resourceType\": \"Parameters\", \"parameter\": []}");
    assert_eq!(status, 400);
    assert!(
        text.contains("Patient") || text.contains("patient"),
        "{text}"
    );
    let (status, outcome) = post(&iis, path, "text/xml", "<Parameters/>");
    assert_eq!(
        (status, outcome["issue"][0]["code"].as_str()),
        (415, Some("not-supported"))
    );
    iis.shutdown();
}
