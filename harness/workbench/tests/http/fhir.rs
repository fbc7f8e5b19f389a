//! The EHR's FHIR interface, read from the pages; a small server stands for the EHR.

use crate::browser::{Answer, Bench};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use titer_runner::session::SqliteJournal;
use titer_wire::Server;

const KEY: &[u8] = include_bytes!("../../../wire/tests/it/keys/p384.pem");

type Answers = dyn Fn(&str, &str) -> (u16, String) + Send + Sync;

struct Ehr {
    server: Server,
    // method and path, query, authorization, body
    asked: Arc<Mutex<Vec<[String; 4]>>>,
}

#[derive(Clone)]
struct Shared {
    answer: Arc<Answers>,
    asked: Arc<Mutex<Vec<[String; 4]>>>,
}

async fn any(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let login = headers
        .get("authorization")
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let path = format!("{method} {}", uri.path());
    let (status, text) = (shared.answer)(&path, &login);
    shared.asked.lock().expect("no panic").push([
        path,
        uri.query().unwrap_or_default().to_owned(),
        login,
        String::from_utf8_lossy(&body).into_owned(),
    ]);
    (StatusCode::from_u16(status).expect("a status"), text)
}

impl Ehr {
    fn new(answer: impl Fn(&str, &str) -> (u16, String) + Send + Sync + 'static) -> Self {
        let asked = Arc::new(Mutex::default());
        let shared = Shared {
            answer: Arc::new(answer),
            asked: Arc::clone(&asked),
        };
        let router = Router::new().fallback(any).with_state(shared);
        let server = Server::start(([127, 0, 0, 1], 0).into(), router).expect("a free port");
        Self { server, asked }
    }

    fn base(&self) -> String {
        self.server.url("/fhir")
    }

    fn asked(&self) -> Vec<[String; 4]> {
        self.asked.lock().expect("no panic").clone()
    }
}

fn bundle(resources: &[Value]) -> (u16, String) {
    let entries: Vec<Value> = resources.iter().map(|r| json!({"resource": r})).collect();
    let bundle = json!({"resourceType": "Bundle", "type": "searchset", "entry": entries});
    (200, bundle.to_string())
}

fn about() -> (u16, String) {
    let statement = json!({
        "resourceType": "CapabilityStatement", "fhirVersion": "4.0.1",
        "software": {"name": "Maple EHR", "version": "9"},
        "rest": [{"mode": "server", "resource": [{"type": "Patient"}, {"type": "Immunization"}]}],
    });
    (200, statement.to_string())
}

fn lance(family: &str) -> Value {
    json!({
        "resourceType": "Patient", "id": "p1", "birthDate": "2026-09-22", "gender": "male",
        "identifier": [{"system": "urn:x", "value": "1111"}],
        "name": [{"family": family, "given": ["Lance", "Gaige"]}],
    })
}

fn dose(lot: &str) -> Value {
    json!({
        "resourceType": "Immunization", "id": "i1", "status": "completed", "primarySource": true,
        "occurrenceDateTime": "2026-11-22", "lotNumber": lot, "expirationDate": "2028-11-22",
        "vaccineCode": {"coding": [
            {"system": "http://hl7.org/fhir/sid/cvx", "code": "110"},
            {"system": "http://hl7.org/fhir/sid/ndc", "code": "58160-0811-43"},
        ]},
        "manufacturer": {"identifier": {"system": "http://hl7.org/fhir/sid/mvx", "value": "SKB"}},
    })
}

/// An EHR that has everything as the plan wants it, but for what is changed.
fn usual(path: &str, family: &str, lot: &str) -> (u16, String) {
    match path {
        "GET /fhir/metadata" => about(),
        "GET /fhir/Patient" => bundle(&[lance(family)]),
        "GET /fhir/Immunization" => bundle(&[dose(lot)]),
        _ => bundle(&[]),
    }
}

const SCAN: &str = "small/W-1/scan";

fn read(bench: &mut Bench, fields: &[(&str, &str)]) -> Answer {
    bench.upload("/step/W-1/scan/fhir", fields, &[])
}

/// The part of a page between two marks.
fn section(page: &str) -> String {
    let rest = page.split("id=\"fhir\"").nth(1).expect("a form");
    rest.split("</section>").next().expect("its end").to_owned()
}

#[test]
fn only_steps_that_it_can_prove_have_the_form() {
    let mut bench = Bench::new();
    assert!(bench.get("/").text().contains("action=\"/fhir\""));
    let scan = bench.get("/step/W-1/scan").text();
    assert!(scan.contains("action=\"/step/W-1/scan/fhir\""));
    let other = bench.get("/step/W-1/select").text();
    assert!(!other.contains("id=\"fhir\""));
    let refused = bench.upload(
        "/step/W-1/select/fhir",
        &[("base", "http://a.example")],
        &[],
    );
    assert_eq!(refused.status, 422);
}

#[test]
fn a_step_is_read_and_compared() {
    let ehr = Ehr::new(|path, _| usual(path, "Duncan", "IIPVAXN01"));
    let mut bench = Bench::new();
    let done = read(&mut bench, &[("base", &ehr.base())]);
    assert_eq!(done.status, 303, "{}", done.words());
    assert_eq!(
        done.header("location"),
        "/step/W-1/scan?told=fhir-read#fhir"
    );
    let page = bench.get("/step/W-1/scan");
    let words = page.words();
    assert!(words.contains("The patient, 1 dose read;"), "{words}");
    assert!(
        words.contains("It answers: Maple EHR 9, FHIR 4.0.1."),
        "{words}"
    );
    assert!(words.contains("fhir.json"), "it is kept as evidence");
    let result = bench.session.result();
    let step = result.steps().find(|s| s.path == SCAN).expect("a step");
    assert_eq!(step.judged, titer_runner::result::Judged::Fhir, "{words}");
    assert!(step.verdict.is_pass(), "{words}");
    let rest: Vec<&str> = step
        .assertions
        .iter()
        .filter(|a| a.outcome == titer_runner::result::Outcome::NotMet)
        .map(|a| a.what.as_str())
        .collect();
    assert!(rest.is_empty(), "{rest:?}");
    // the start page has the same, and reads what is ticked
    let start = bench.get("/").words();
    assert!(start.contains("The patient, 1 dose read;"), "{start}");
    let tried = bench.upload("/fhir", &[("base", &ehr.base())], &[]);
    assert_eq!(tried.header("location"), "/?told=fhir-answers#fhir");
    let before = ehr.asked().len();
    let again = bench.upload("/fhir", &[("base", &ehr.base()), ("step", SCAN)], &[]);
    assert_eq!(again.header("location"), "/?told=fhir-read#fhir");
    assert!(ehr.asked().len() > before + 1);
}

#[test]
fn another_dose_and_another_patient_fail_the_step() {
    for (family, lot) in [("Duncan", "OTHER1"), ("Dunkan", "IIPVAXN01")] {
        let ehr = Ehr::new(move |path, _| usual(path, family, lot));
        let mut bench = Bench::new();
        read(&mut bench, &[("base", &ehr.base())]);
        assert_eq!(bench.verdict("W-1/scan"), "failed", "{family} {lot}");
        let words = bench.get("/step/W-1/scan").words();
        assert!(words.contains("not met"), "{words}");
    }
}

#[test]
fn a_token_is_used_again_and_never_shown_or_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("work.sqlite");
    let journal = SqliteJournal::create(&path).expect("a journal");
    let ehr = Ehr::new(|path, login| match login {
        "Bearer QuietOwl77" => usual(path, "Duncan", "IIPVAXN01"),
        _ => (401, String::new()),
    });
    let mut bench = Bench::with(Box::new(journal), |_| {});
    let without = read(&mut bench, &[("base", &ehr.base())]);
    assert_eq!(without.status, 422);
    let said = section(&without.text());
    assert!(
        said.contains("GET metadata is refused with HTTP status 401"),
        "{said}"
    );
    assert!(said.contains("The token may have run out"), "{said}");
    // what is wrong is told at the form, and the field says so
    assert!(said.contains("name=\"bearer\" value=\"\" autocomplete=\"off\" spellcheck=\"false\" aria-describedby=\"fhir-login-hint\" aria-invalid"));
    let wrong = read(
        &mut bench,
        &[("base", &ehr.base()), ("bearer", "LoudOwl88")],
    );
    assert_eq!(wrong.status, 422);
    assert!(!wrong.text().contains("LoudOwl88"));
    let right = read(
        &mut bench,
        &[("base", &ehr.base()), ("bearer", " Bearer QuietOwl77 ")],
    );
    assert_eq!(right.status, 303, "{}", right.words());
    for page in ["/", "/step/W-1/scan", "/history", "/report"] {
        assert!(!bench.get(page).text().contains("QuietOwl77"), "{page}");
    }
    // again, without pasting it again
    let again = read(&mut bench, &[("base", &ehr.base())]);
    assert_eq!(again.status, 303, "{}", again.words());
    // another address never gets it
    let other = Ehr::new(|_, _| (401, String::new()));
    assert_eq!(read(&mut bench, &[("base", &other.base())]).status, 422);
    assert!(other.asked().iter().all(|a| a[2].is_empty()));
    let entries = format!("{:?}", bench.session.entries());
    assert!(!entries.contains("Owl"), "{entries}");
    let forgotten = read(&mut bench, &[("base", &ehr.base()), ("forget", "yes")]);
    assert_eq!(
        forgotten.header("location"),
        "/step/W-1/scan?told=fhir-forgotten#fhir"
    );
    assert_eq!(read(&mut bench, &[("base", &ehr.base())]).status, 422);
    drop(bench);
    for file in std::fs::read_dir(folder.path()).expect("the folder") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("its bytes");
        assert!(!bytes.windows(3).any(|w| w == b"Owl"));
    }
}

#[test]
fn a_backend_service_signs_with_its_key() {
    let ehr = Ehr::new(|path, login| match (path, login) {
        ("GET /fhir/.well-known/smart-configuration", _) => {
            (200, json!({"token_endpoint": "/token"}).to_string())
        }
        ("POST /token", _) => (
            200,
            json!({"access_token": "T1", "expires_in": 300}).to_string(),
        ),
        (path, "Bearer T1") => usual(path, "Duncan", "IIPVAXN01"),
        _ => (401, String::new()),
    });
    // the endpoint needs a whole address
    let base = ehr.base();
    let token = ehr.server.url("/token");
    let ehr2 = Ehr::new(move |path, login| match (path, login) {
        ("GET /fhir/.well-known/smart-configuration", _) => {
            (200, json!({"token_endpoint": token}).to_string())
        }
        (path, "Bearer T1") => usual(path, "Duncan", "IIPVAXN01"),
        _ => (401, String::new()),
    });
    let mut bench = Bench::new();
    let post = |bench: &mut Bench, fields: &[(&str, &str)], key: Option<&[u8]>| {
        let files: Vec<(&str, &str, &str, &[u8])> = key
            .into_iter()
            .map(|k| ("key", "key.pem", "application/x-pem-file", k))
            .collect();
        bench.upload("/step/W-1/scan/fhir", fields, &files)
    };
    let address = ehr2.base();
    let large = vec![b'x'; 70_000];
    let of = [("base", address.as_str()), ("client", "titer-lab")];
    for (fields, key, expected) in [
        (&of[..], None, "The client id has no key"),
        (&of[..1], Some(KEY), "The key has no client id"),
        (&of[..], Some(&b"no key"[..]), "The key"),
        (&of[..], Some(large.as_slice()), "larger than"),
        (
            &[of[0], of[1], ("bearer", "x")][..],
            Some(KEY),
            "there is a key as well",
        ),
    ] {
        let refused = post(&mut bench, fields, key);
        assert!((400..500).contains(&refused.status), "{expected}");
        let said = section(&refused.text());
        assert!(said.contains(expected), "{expected}: {said}");
    }
    // a relative endpoint is no address
    let odd = post(
        &mut bench,
        &[("base", &base), ("client", "titer-lab")],
        Some(KEY),
    );
    assert_eq!(odd.status, 422);
    assert!(section(&odd.text()).contains("No access token is given"));
    let done = post(&mut bench, &of, Some(KEY));
    assert_eq!(done.status, 303, "{}", done.words());
    let asked = ehr.asked();
    let signed = asked.iter().find(|a| a[0] == "POST /token").expect("asked");
    assert!(signed[3].contains("client_assertion="));
    let page = bench.get("/step/W-1/scan").text();
    assert!(page.contains("value=\"titer-lab\""));
    assert!(!page.contains("PRIVATE KEY") && !page.contains("T1\""));
    let again = post(&mut bench, &of, None);
    assert_eq!(again.status, 303, "{}", again.words());
}

#[test]
fn what_is_wrong_with_the_interface_is_told_at_the_form() {
    let gone = {
        let ehr = Ehr::new(|_, _| (200, String::new()));
        ehr.base()
    };
    let cases: [(Option<Ehr>, &str, &str); 9] = [
        (None, "", "The address of the FHIR interface is empty"),
        (None, "ehr.example/fhir", "The FHIR address cannot be used"),
        (None, &gone, "GET metadata has no answer"),
        (
            Some(Ehr::new(|_, _| (200, "<html>".to_owned()))),
            "",
            "The answer to GET metadata is not JSON: it begins like a page (line 1, column 1)",
        ),
        (
            Some(Ehr::new(|_, _| (200, "{\"resourceType\": ".to_owned()))),
            "",
            "The answer to GET metadata is not JSON: it breaks off",
        ),
        (
            Some(Ehr::new(|_, _| bundle(&[]))),
            "",
            "The answer to GET metadata is a Bundle instead of a CapabilityStatement",
        ),
        (
            Some(Ehr::new(|_, _| (500, String::new()))),
            "",
            "GET metadata ends with HTTP status 500",
        ),
        (
            Some(Ehr::new(|path, _| match path {
                "GET /fhir/metadata" => about(),
                _ => bundle(&[]),
            })),
            "",
            "The FHIR interface finds no such patient",
        ),
        (
            Some(Ehr::new(|path, _| match path {
                "GET /fhir/metadata" => about(),
                "GET /fhir/Patient" => bundle(&[
                    json!({"resourceType": "Patient", "id": "a"}),
                    json!({"resourceType": "Patient", "id": "b"}),
                ]),
                _ => bundle(&[]),
            })),
            "",
            "finds 2 patients that fit",
        ),
    ];
    for (ehr, address, expected) in cases {
        let base = ehr.as_ref().map_or_else(|| address.to_owned(), Ehr::base);
        for path in ["/step/W-1/scan/fhir", "/fhir"] {
            let mut bench = Bench::new();
            let fields = [("base", base.as_str()), ("step", SCAN)];
            let refused = bench.upload(path, &fields, &[]);
            assert_eq!(refused.status, 422, "{expected}: {}", refused.words());
            let said = section(&refused.text()).replace("&#x27;", "'");
            assert!(said.contains(expected), "{expected}: {said}");
            assert!(said.contains(&format!("value=\"{base}\"")), "it is kept");
            assert_eq!(bench.verdict("W-1/scan"), "pending");
        }
    }
    let mut bench = Bench::new();
    let nowhere = bench.upload(
        "/fhir",
        &[("base", "http://a.example"), ("step", "small/W-1/select")],
        &[],
    );
    assert_eq!(nowhere.status, 422);
    assert!(section(&nowhere.text()).contains("step W-1/select"));
}
