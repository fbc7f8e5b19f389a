//! A run that reads the EHR's FHIR interface: the scripted EHR says what its interface would tell, a small server of the
//! tests tells it, and what stands in the way is said plainly.

use crate::common::{Said, said, titer};
use crate::ehr::{bad, declared, document, names, played};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    UnparsedPublicKey,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use titer_runner::result::{RunResult, Step, StepKind};
use titer_wire::Server;

/// What was asked of the server.
pub(crate) struct Asked<'a> {
    way: &'a str,
    query: BTreeMap<String, String>,
    bearer: &'a str,
    form: BTreeMap<String, String>,
}

type Answer = dyn Fn(&Asked<'_>, &[Value]) -> (u16, String) + Send + Sync;

/// The FHIR interface of the tests: it tells what the scripted EHR wrote into a file.
struct Interface {
    file: PathBuf,
    answer: Box<Answer>,
    asked: Mutex<Vec<String>>,
}

pub(crate) struct Running {
    pub(crate) folder: TempDir,
    server: Server,
    interface: Arc<Interface>,
}

fn pairs(text: &str) -> BTreeMap<String, String> {
    let uri = format!("http://x/?{text}").parse::<Uri>();
    uri.ok()
        .and_then(|uri| Query::<BTreeMap<String, String>>::try_from_uri(&uri).ok())
        .map(|q| q.0)
        .unwrap_or_default()
}

async fn any(
    State(interface): State<Arc<Interface>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let way = format!("{method} {}", uri.path().trim_start_matches("/fhir/"));
    let resources: Vec<Value> = std::fs::read(&interface.file)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let asked = Asked {
        way: &way,
        query: pairs(uri.query().unwrap_or_default()),
        bearer: headers
            .get("authorization")
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.strip_prefix("Bearer "))
            .unwrap_or_default(),
        form: pairs(&String::from_utf8_lossy(&body)),
    };
    let (status, text) = (interface.answer)(&asked, &resources);
    let mut list = interface.asked.lock().expect("no panic while it is held");
    list.push(format!("{way} {status}"));
    (StatusCode::from_u16(status).expect("a status"), text)
}

pub(crate) fn serve(
    answer: impl Fn(&Asked<'_>, &[Value]) -> (u16, String) + Send + Sync + 'static,
) -> Running {
    let folder = tempfile::tempdir().expect("a folder");
    let interface = Arc::new(Interface {
        file: folder.path().join("fhir.json"),
        answer: Box::new(answer),
        asked: Mutex::default(),
    });
    let router = Router::new().fallback(any).with_state(interface.clone());
    let server = Server::start(([127, 0, 0, 1], 0).into(), router).expect("a free port");
    Running {
        folder,
        server,
        interface,
    }
}

/// The searches that the harness makes.
pub(crate) fn searched(asked: &Asked<'_>, resources: &[Value]) -> (u16, String) {
    let Some(kind) = asked.way.strip_prefix("GET ") else {
        return (405, String::new());
    };
    let fits = |parameter: &str, r: &Value, place: &str| {
        let Some(wanted) = asked.query.get(parameter) else {
            return true;
        };
        let id = |text: &str| text.trim_start_matches("Patient/").to_owned();
        let found = r.pointer(place).and_then(Value::as_str);
        found.map(id) == Some(id(wanted))
    };
    let found: Vec<Value> = resources
        .iter()
        .filter(|r| r["resourceType"] == kind)
        .filter(|r| fits("identifier", r, "/identifier/0/value"))
        .filter(|r| fits("family", r, "/name/0/family"))
        .filter(|r| fits("birthdate", r, "/birthDate"))
        .filter(|r| fits("patient", r, "/patient/reference"))
        .filter(|r| fits("subject", r, "/subject/reference"))
        .map(|r| json!({"resource": r}))
        .collect();
    let bundle = json!({"resourceType": "Bundle", "type": "searchset", "entry": found});
    (200, bundle.to_string())
}

/// The same interface with something changed in what it tells.
fn with(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Running {
    serve(move |asked, resources| {
        let mut resources = resources.to_vec();
        for resource in &mut resources {
            change(resource);
        }
        searched(asked, &resources)
    })
}

fn outcome(status: u16, code: &str) -> (u16, String) {
    let body = json!({
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": code, "diagnostics": "a secret of the server"}],
    });
    (status, body.to_string())
}

impl Running {
    pub(crate) fn url(&self) -> String {
        self.server.url("/fhir")
    }

    fn asked(&self) -> Vec<String> {
        let list = self.interface.asked.lock();
        list.expect("no panic while it is held").clone()
    }

    /// A run of the scripted EHR, of the cases that match.
    fn run(&self, select: &str, args: &[&str]) -> Said {
        run(self.folder.path(), &self.url(), select, args)
    }

    fn document(&self) -> RunResult {
        document(self.folder.path())
    }
}

fn run(folder: &Path, url: &str, select: &str, args: &[&str]) -> Said {
    let ehr = format!("--fhir-file '{}'", folder.join("fhir.json").display());
    let mut all = vec!["--fhir", url];
    all.extend(args);
    if !select.is_empty() {
        all.extend(["--select", select]);
    }
    played(folder, &ehr, &all)
}

// whether the interface was read for a step
fn read(step: &Step) -> bool {
    let fhir = "application/fhir+json";
    step.files.iter().any(|f| f.media_type == fhir)
}

/// An address where nobody listens.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let at = listener.local_addr().expect("an address");
    format!("http://{at}/fhir")
}

#[test]
fn what_the_interface_tells_is_compared_while_it_is_there() {
    let ehr = serve(searched);
    let done = ehr.run("", &["--attest", &declared(ehr.folder.path())]);
    let result = ehr.document();
    assert_eq!(bad(&result), "", "{}", done.stderr);
    assert_eq!(done.code, 0, "{}", done.stderr);
    // among them the lot that is mistyped and the dose that is recorded by mistake, both put right later
    assert_eq!(
        names(&result, |s| read(s) && s.kind != StepKind::Preload),
        "3.2.1 3.6.1 3.7.1 3.12.2 3.14.3 3.14.4 4.3.1 4.4.1 5.2.1 7.1.4"
    );
    assert_eq!(result.steps().filter(|s| read(s)).count(), 17);
    assert!(done.stdout.contains("(19 files)"), "{}", done.stdout);
}

fn cvx(resource: &Value) -> Option<&str> {
    let code = resource.pointer("/vaccineCode/coding/0/code");
    code.and_then(Value::as_str)
}

#[test]
fn what_is_wrong_in_it_fails_the_steps_that_it_speaks_of() {
    let wrong_dose = with(|r| {
        if cvx(r) == Some("48") {
            r["lotNumber"] = json!("ANOTHER");
        }
    });
    let done = wrong_dose.run("", &[]);
    assert_eq!(bad(&wrong_dose.document()), "3.6.1", "{}", done.stderr);
    assert_eq!(done.code, 1);

    let no_dose = with(|r| {
        if cvx(r) == Some("45") {
            r["status"] = json!("entered-in-error");
        }
    });
    no_dose.run("3.2", &[]);
    assert_eq!(bad(&no_dose.document()), "3.2.1");

    let wrong_reaction = with(|r| {
        if r["resourceType"] == "AdverseEvent" {
            r["event"]["coding"][0]["code"] = json!("271807003");
        }
    });
    wrong_reaction.run("3.12", &["--select", "2.2"]);
    assert_eq!(bad(&wrong_reaction.document()), "3.12.2");
}

#[test]
fn a_reaction_may_be_told_as_an_allergy() {
    let as_allergy = |code: &'static str| {
        with(move |r| {
            if r["resourceType"] != "AdverseEvent" {
                return;
            }
            *r = json!({
                "resourceType": "AllergyIntolerance", "id": "a1", "patient": r["subject"],
                "code": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "83"}]},
                "reaction": [{
                    "onset": r["date"],
                    "manifestation": [
                        {"coding": [{"system": "http://snomed.info/sct", "code": code}]},
                    ],
                }],
            });
        })
    };
    let right = as_allergy("39579001");
    right.run("3.12", &["--select", "2.2"]);
    assert_eq!(bad(&right.document()), "");
    assert!(names(&right.document(), read).ends_with(" 3.12.2"));
    let wrong = as_allergy("271807003");
    wrong.run("3.12", &["--select", "2.2"]);
    assert_eq!(bad(&wrong.document()), "3.12.2");
}

#[test]
fn an_interface_that_cannot_be_reached_is_told_once_and_ends_with_4() {
    let folder = tempfile::tempdir().expect("a folder");
    let done = run(folder.path(), &nobody(), "3.2", &[]);
    assert_eq!(done.code, 4, "{}", done.stderr);
    let told = done.stderr.matches("GET Patient has no answer").count();
    assert_eq!(told, 1, "{}", done.stderr);
    assert!(
        done.stderr.contains("is the address right"),
        "{}",
        done.stderr
    );
    assert!(done.stderr.contains("told nothing for"), "{}", done.stderr);
    // what the driver told was judged, and nothing is lost
    let result = document(folder.path());
    assert_eq!(bad(&result), "");
    assert_eq!(names(&result, |s| s.verdict.is_pass()), "3.2.1");
}

#[test]
fn without_a_driver_it_is_tried_before_anybody_waits() {
    let folder = tempfile::tempdir().expect("a folder");
    let done = said(
        titer()
            .args(["run", "iip-v11", "--role", "ehr", "--fhir", &nobody()])
            .arg("--out")
            .arg(folder.path().join("out")),
    );
    assert_eq!(done.code, 4, "{}", done.stderr);
    let told = "the FHIR interface cannot be used: GET metadata has no answer";
    assert!(done.stderr.contains(told), "{}", done.stderr);
}

#[test]
fn who_is_not_let_in_is_told_what_to_do() {
    for (status, code) in [(401, "login"), (401, "expired"), (403, "forbidden")] {
        let ehr = serve(move |_, _| outcome(status, code));
        let done = ehr.run("3.2", &["--fhir-token", "Bearer old-token"]);
        assert_eq!(done.code, 3, "{}", done.stderr);
        let told = format!("GET Patient is refused with HTTP status {status} and says `{code}`");
        assert!(done.stderr.contains(&told), "{}", done.stderr);
        assert!(
            done.stderr.contains("the token may have run out"),
            "{}",
            done.stderr
        );
        // neither the token nor the server's own words
        assert!(!done.stderr.contains("old-token"), "{}", done.stderr);
        assert!(!done.stderr.contains("a secret"), "{}", done.stderr);
    }
}

#[test]
fn a_pasted_token_that_runs_out_on_the_way_is_noticed() {
    let ehr = serve(move |asked, resources| match asked.bearer {
        // good until the dose at birth is in the record
        "good" if resources.iter().any(|r| cvx(r) == Some("45")) => outcome(401, "expired"),
        "good" => searched(asked, resources),
        _ => outcome(403, "forbidden"),
    });
    let args = ["--fhir-token", "good", "--select", "2.2"];
    let done = ehr.run("3.2", &args);
    assert_eq!(done.code, 3, "{}", done.stderr);
    let told = done.stderr.matches("says `expired`").count();
    assert_eq!(told, 1, "{}", done.stderr);
    let result = ehr.document();
    // what was read before stays
    assert_eq!(
        names(&result, read),
        "2.2.1 2.2.2 2.2.3 2.2.4 2.2.5 2.2.6 2.2.7"
    );
    assert_eq!(bad(&result), "");
}

#[test]
fn what_is_no_json_and_no_fhir_is_told_with_its_place() {
    for (body, told) in [
        (
            "{\"resourceType\": \"Bundle\",\n oops",
            "the answer to GET Patient is not JSON",
        ),
        (
            "<html>Sign in</html>",
            "the answer to GET Patient is not JSON",
        ),
        ("[1]", "the answer to GET Patient is"),
    ] {
        let ehr = serve(move |_, _| (200, body.to_owned()));
        let done = ehr.run("3.2", &[]);
        assert_eq!(done.code, 3, "{}", done.stderr);
        assert!(done.stderr.contains(told), "{}", done.stderr);
        let help = "is this the base address of the FHIR interface";
        assert!(done.stderr.contains(help), "{}", done.stderr);
        if body.contains("oops") {
            assert!(
                done.stderr.contains("(line 2, column 2)"),
                "{}",
                done.stderr
            );
        }
    }
}

/// A key pair of the curve P-384: the private key as PEM, the public one as it is.
fn key() -> (String, Vec<u8>) {
    let random = SystemRandom::new();
    let way = &ECDSA_P384_SHA384_FIXED_SIGNING;
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(way, &random).expect("a key");
    let pair = EcdsaKeyPair::from_pkcs8(way, pkcs8.as_ref(), &random).expect("the same key");
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(pkcs8.as_ref())
    );
    (pem, pair.public_key().as_ref().to_vec())
}

/// What a server of SMART backend services looks at in an assertion (RFC 7523, SMART App Launch 2).
fn wrong(assertion: &str, public: &[u8], audience: &str) -> Option<&'static str> {
    let parts: Vec<&str> = assertion.split('.').collect();
    let [head, claims, signature] = parts.as_slice() else {
        return Some("three parts");
    };
    let decoded = |part: &str| -> Option<Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
    };
    let (Some(head_of), Some(claims_of), Ok(signature)) = (
        decoded(head),
        decoded(claims),
        URL_SAFE_NO_PAD.decode(signature),
    ) else {
        return Some("encoding");
    };
    let signed = format!("{head}.{claims}");
    let verified = UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, public)
        .verify(signed.as_bytes(), &signature);
    let number = |key: &str| claims_of[key].as_i64().unwrap_or_default();
    let now = jiff::Timestamp::now().as_second();
    if verified.is_err() {
        Some("signature")
    } else if head_of["alg"] != "ES384" || head_of["typ"] != "JWT" {
        Some("head")
    } else if head_of["kid"] != "our-key" {
        Some("kid")
    } else if claims_of["iss"] != "titer" || claims_of["sub"] != "titer" {
        Some("iss and sub")
    } else if claims_of["aud"] != audience {
        Some("aud")
    } else if number("exp") <= now || number("exp") > now + 300 {
        Some("exp")
    } else if claims_of["jti"].as_str().is_none_or(|id| id.len() < 16) {
        Some("jti")
    } else {
        None
    }
}

#[derive(Default)]
struct Tokens {
    given: u32,
    used: u32,
    assertions: Vec<String>,
    refused: Vec<&'static str>,
}

/// An interface that gives tokens to the holder of a key, each good for a number of requests.
fn backend(public: Vec<u8>, good_for: u32) -> (Running, Arc<Mutex<Tokens>>) {
    let tokens = Arc::new(Mutex::new(Tokens::default()));
    let address = Arc::new(Mutex::new(String::new()));
    let (known, kept) = (address.clone(), tokens.clone());
    let ehr = serve(move |asked, resources| {
        let base = known.lock().expect("no panic while it is held").clone();
        let mut tokens = kept.lock().expect("no panic while it is held");
        match asked.way {
            "GET .well-known/smart-configuration" => {
                let body = json!({"token_endpoint": format!("{base}/token")});
                (200, body.to_string())
            }
            "POST token" => {
                let form = |key: &str| asked.form.get(key).cloned().unwrap_or_default();
                let assertion = form("client_assertion");
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                let scope = form("scope");
                let why = wrong(&assertion, &public, &format!("{base}/token"))
                    .or((form("grant_type") != "client_credentials").then_some("grant_type"))
                    .or((form("client_assertion_type") != kind).then_some("type"))
                    .or((!scope.contains("system/Immunization")).then_some("scope"))
                    .or(tokens
                        .assertions
                        .contains(&assertion)
                        .then_some("the same assertion again"));
                tokens.assertions.push(assertion);
                if let Some(why) = why {
                    tokens.refused.push(why);
                    let body = json!({"error": "invalid_client", "error_description": why});
                    return (400, body.to_string());
                }
                tokens.given += 1;
                tokens.used = 0;
                let body = json!({
                    "access_token": format!("t{}", tokens.given), "token_type": "bearer",
                    "expires_in": 300,
                });
                (200, body.to_string())
            }
            _ => {
                tokens.used += 1;
                if asked.bearer != format!("t{}", tokens.given) || tokens.used > good_for {
                    return outcome(401, "expired");
                }
                searched(asked, resources)
            }
        }
    });
    *address.lock().expect("no panic while it is held") = ehr.url();
    (ehr, tokens)
}

#[test]
fn a_backend_service_signs_and_fetches_another_token_when_one_is_taken_back() {
    let (pem, public) = key();
    let (ehr, tokens) = backend(public, 7);
    let file = ehr.folder.path().join("key.pem");
    std::fs::write(&file, pem).expect("a file");
    let file = file.display().to_string();
    let args = [
        "--fhir-client",
        "titer",
        "--fhir-key",
        &file,
        "--fhir-key-id",
        "our-key",
        "--select",
        "2.2",
    ];
    let done = ehr.run("3.2", &args);
    assert_eq!(bad(&ehr.document()), "", "{}", done.stderr);
    assert!(!done.stderr.contains("told nothing"), "{}", done.stderr);
    assert!(names(&ehr.document(), read).ends_with("2.2.7 3.2.1"));
    let given = tokens.lock().expect("no panic while it is held").given;
    assert!(given > 1, "{given} tokens");
    assert!(ehr.asked().iter().any(|a| a.ends_with(" 401")));
    // without the id of the key the server does not know it
    let done = ehr.run("3.2", args.get(..4).unwrap_or_default());
    assert_eq!(done.code, 3, "{}", done.stderr);
    let told = "no access token is given: the server says `invalid_client` (HTTP 400)";
    assert!(done.stderr.contains(told), "{}", done.stderr);
    assert!(
        done.stderr.contains("have to be those that were"),
        "{}",
        done.stderr
    );
    let refused = tokens.lock().expect("no panic while it is held");
    assert_eq!(refused.refused.first(), Some(&"kid"));
}

#[test]
fn another_key_is_no_way_in() {
    let (_, public) = key();
    let (ehr, tokens) = backend(public, 100);
    let (pem, _) = key();
    let file = ehr.folder.path().join("key.pem");
    std::fs::write(&file, pem).expect("a file");
    let file = file.display().to_string();
    let args = [
        "--fhir-client",
        "titer",
        "--fhir-key",
        &file,
        "--fhir-key-id",
        "our-key",
    ];
    let done = ehr.run("3.2", &args);
    assert_eq!(done.code, 3, "{}", done.stderr);
    assert!(done.stderr.contains("invalid_client"), "{}", done.stderr);
    assert!(!ehr.asked().iter().any(|a| a.starts_with("GET Patient")));
    let refused = tokens.lock().expect("no panic while it is held");
    assert_eq!(refused.refused.first(), Some(&"signature"));
}

#[test]
fn a_key_file_that_is_none_is_told_before_anything_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("key.pem");
    let path = file.display().to_string();
    let begin = |plan: &str, args: &[&str]| {
        said(
            titer()
                .args(["run", plan, "--out"])
                .arg(folder.path().join("out"))
                .args(args),
        )
    };
    let ehr = ["--role", "ehr", "--driver", "true"];
    let at = ["--fhir", "http://127.0.0.1:9/fhir"];
    let with = |more: &[&str]| begin("iip-v11", &[&ehr[..], &at[..], more].concat());
    let with_key = ["--fhir-client", "titer", "--fhir-key", &path];
    let done = with(&with_key);
    assert_eq!(done.code, 2, "{}", done.stderr);
    assert!(
        done.stderr.contains("there is no such file"),
        "{}",
        done.stderr
    );
    for (text, told) in [
        ("no key at all", "there is no private key in PEM"),
        (
            "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----\n",
            "openssl pkcs8 -topk8",
        ),
        (
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "neither an RSA key of 2048 bits or more nor one of the curve P-384",
        ),
    ] {
        std::fs::write(&file, text).expect("a file");
        let done = with(&with_key);
        assert_eq!(done.code, 2, "{}", done.stderr);
        assert!(done.stderr.contains(told), "{}", done.stderr);
        assert!(done.stderr.contains("key.pem"), "{}", done.stderr);
    }
    assert!(!folder.path().join("out").exists(), "nothing has run");
    // options that belong together, an address that is none, and a registry under test
    let done = with(&["--fhir-client", "titer"]);
    assert_eq!(done.code, 2, "{}", done.stderr);
    assert!(done.stderr.contains("--fhir-key"), "{}", done.stderr);
    let none = ["--role", "ehr", "--fhir", "ehr.example.org/fhir"];
    let done = begin("iip-v11", &none);
    assert_eq!(done.code, 2, "{}", done.stderr);
    let help = "--fhir takes an address such as";
    assert!(done.stderr.contains(help), "{}", done.stderr);
    let done = begin("onc-2015", &at);
    assert_eq!(done.code, 2, "{}", done.stderr);
    let told = "for an EHR under test";
    assert!(done.stderr.contains(told), "{}", done.stderr);
}
