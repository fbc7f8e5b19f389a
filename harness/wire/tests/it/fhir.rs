//! The FHIR client against a small server in the same process.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    RSA_PKCS1_2048_8192_SHA384, RsaKeyPair, UnparsedPublicKey,
};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use titer_finding::Phi;
use titer_wire::Server;
use titer_wire::fhir::{
    Algorithm, Backend, FhirAuth, FhirClient, FhirError, FhirOptions, KeyError, PatientQuery,
    Secret, SigningKey,
};

const RSA: &[u8] = include_bytes!("keys/rsa.pem");
const P384: &[u8] = include_bytes!("keys/p384.pem");
const P256: &[u8] = include_bytes!("keys/p256.pem");
const SEC1: &[u8] = include_bytes!("keys/sec1.pem");

#[derive(Clone, Debug)]
struct Asked {
    path: String,
    query: String,
    authorization: String,
    body: String,
}

type Answer = dyn Fn(&Asked) -> (u16, String) + Send + Sync;

struct Fake {
    answer: Box<Answer>,
    asked: Mutex<Vec<Asked>>,
}

struct Running {
    server: Server,
    fake: Arc<Fake>,
}

impl Running {
    fn base(&self) -> String {
        self.server.url("/fhir")
    }

    fn asked(&self) -> Vec<Asked> {
        self.fake
            .asked
            .lock()
            .expect("no panic while it is held")
            .clone()
    }

    fn client(&self, change: impl FnOnce(&mut FhirOptions)) -> FhirClient {
        let mut options = FhirOptions {
            timeout: Duration::from_secs(5),
            ..FhirOptions::default()
        };
        change(&mut options);
        FhirClient::new(&self.base(), options).expect("an address")
    }
}

async fn any(
    State(fake): State<Arc<Fake>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let asked = Asked {
        path: format!("{method} {}", uri.path()),
        query: uri.query().unwrap_or_default().to_owned(),
        authorization: headers
            .get("authorization")
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let (status, text) = (fake.answer)(&asked);
    fake.asked
        .lock()
        .expect("no panic while it is held")
        .push(asked);
    (StatusCode::from_u16(status).expect("a status"), text)
}

fn serve(answer: impl Fn(&Asked) -> (u16, String) + Send + Sync + 'static) -> Running {
    let fake = Arc::new(Fake {
        answer: Box::new(answer),
        asked: Mutex::default(),
    });
    let router = Router::new().fallback(any).with_state(fake.clone());
    let server = Server::start(([127, 0, 0, 1], 0).into(), router).expect("a free port");
    Running { server, fake }
}

fn bundle(resources: &[Value], next: Option<&str>) -> (u16, String) {
    let entries: Vec<Value> = resources.iter().map(|r| json!({"resource": r})).collect();
    let mut bundle = json!({"resourceType": "Bundle", "type": "searchset", "entry": entries});
    if let Some(next) = next {
        bundle["link"] =
            json!([{"relation": "self", "url": "x"}, {"relation": "next", "url": next}]);
    }
    (200, bundle.to_string())
}

fn outcome(status: u16, code: &str) -> (u16, String) {
    let body = json!({
        "resourceType": "OperationOutcome",
        "issue": [
            {"severity": "information", "code": "informational"},
            {"severity": "error", "code": code, "diagnostics": "Nora Hale is unknown", "expression": ["Patient.name"]},
        ],
    });
    (status, body.to_string())
}

fn nora() -> Value {
    json!({"resourceType": "Patient", "id": "p1", "birthDate": "2026-09-02"})
}

fn dose(id: &str) -> Value {
    json!({"resourceType": "Immunization", "id": id, "status": "completed"})
}

/// A server that has one patient, two pages of doses and an allergy.
fn usual(asked: &Asked) -> (u16, String) {
    match asked.path.as_str() {
        "GET /fhir/Patient" if asked.query.contains("identifier=A7") => bundle(&[nora()], None),
        "GET /fhir/Patient" if asked.query.contains("family=Hale") => bundle(&[nora()], None),
        "GET /fhir/Patient" => bundle(&[], None),
        "GET /fhir/Patient/p1" => (200, nora().to_string()),
        "GET /fhir/Immunization" if asked.query.contains("page=2") => {
            // one that was on the first page already, and an outcome beside the matches
            let warning = json!({"resourceType": "OperationOutcome", "issue": []});
            bundle(&[dose("i1"), dose("i2"), warning], None)
        }
        "GET /fhir/Immunization" => bundle(&[dose("i1")], Some("Immunization?page=2")),
        "GET /fhir/AllergyIntolerance" => bundle(
            &[json!({"resourceType": "AllergyIntolerance", "id": "a1"})],
            None,
        ),
        _ => outcome(404, "not-supported"),
    }
}

fn by_id() -> PatientQuery {
    PatientQuery {
        identifier: Some(Phi::new("A7")),
        ..PatientQuery::default()
    }
}

fn by_name() -> PatientQuery {
    PatientQuery {
        identifier: Some(Phi::new("unknown")),
        family: Some(Phi::new("Hale")),
        given: Some(Phi::new("Nora & Co")),
        birth_date: Some(Phi::new("2026-09-02")),
        ..PatientQuery::default()
    }
}

fn ids(resources: &[Value]) -> Vec<&str> {
    resources.iter().filter_map(|r| r["id"].as_str()).collect()
}

#[test]
fn a_record_is_read_page_by_page() {
    let server = serve(usual);
    let client = server.client(|o| o.auth = FhirAuth::Token(Secret::new(" Bearer tok-1 ")));
    let record = client.record(&by_id()).expect("the server has it");
    assert_eq!(ids(&record.resources), ["p1", "i1", "i2", "a1"]);
    assert_eq!(record.notes.len(), 1, "{:?}", record.notes);
    assert!(record.notes[0].contains("AdverseEvent") && record.notes[0].contains("not-supported"));
    assert!(
        server
            .asked()
            .iter()
            .all(|a| a.authorization == "Bearer tok-1")
    );
    let evidence: Value = serde_json::from_slice(&record.evidence).expect("evidence is JSON");
    assert_eq!(evidence["entry"].as_array().map(Vec::len), Some(4));
    // nothing shows the token or the patient by accident
    let shown = format!("{client:?} {record:?} {:?}", by_name());
    assert!(
        !shown.contains("tok-1") && !shown.contains("Hale") && !shown.contains("2026-09-02"),
        "{shown}"
    );
}

#[test]
fn a_patient_is_found_by_id_by_identifier_or_by_name() {
    let server = serve(usual);
    let client = server.client(|_| {});
    let record = client.record(&by_name()).expect("the name finds her");
    assert_eq!(record.resources.len(), 4);
    let asked = server.asked();
    assert!(
        asked[1].query.contains("given=Nora+%26+Co"),
        "{}",
        asked[1].query
    );
    let direct = PatientQuery {
        id: Some(Phi::new("p1")),
        ..PatientQuery::default()
    };
    assert!(client.record(&direct).is_ok());
    // an id cannot lead out of its place
    let odd = PatientQuery {
        id: Some(Phi::new("../metadata")),
        ..PatientQuery::default()
    };
    assert!(client.record(&odd).is_err());
    assert!(
        server
            .asked()
            .iter()
            .all(|a| a.path.starts_with("GET /fhir/"))
    );
    assert!(matches!(
        client.record(&PatientQuery::default()),
        Err(FhirError::NothingAsked)
    ));
    let nobody = PatientQuery {
        identifier: Some(Phi::new("A9")),
        ..PatientQuery::default()
    };
    assert!(matches!(
        client.record(&nobody),
        Err(FhirError::NobodyFound)
    ));
    let twins = serve(|_| {
        bundle(
            &[nora(), json!({"resourceType": "Patient", "id": "p2"})],
            None,
        )
    });
    assert!(matches!(
        twins.client(|_| {}).record(&by_id()),
        Err(FhirError::SeveralFound { count: 2 })
    ));
}

/// What a server that answers everything like this makes of a request.
fn refused(status: u16, body: &str) -> (FhirError, String) {
    let body = body.to_owned();
    let server = serve(move |_| (status, body.clone()));
    let error = server
        .client(|_| {})
        .record(&by_id())
        .expect_err("it cannot be read");
    let told = error.diagnostic();
    assert!(told.help.is_some());
    (error, told.message)
}

#[test]
fn every_bad_answer_is_told_for_what_it_is() {
    let (error, told) = refused(401, &outcome(401, "login").1);
    assert!(
        matches!(error, FhirError::Refused { status: 401, .. }),
        "{told}"
    );
    assert_eq!(
        told,
        "GET Patient is refused with HTTP status 401 and says `login` about Patient.name"
    );
    let (error, told) = refused(400, &outcome(400, "invalid").1);
    assert!(
        matches!(error, FhirError::Status { status: 400, .. }),
        "{told}"
    );
    // the server's own words may name the patient
    assert!(
        !told.contains("Nora") && !format!("{error:?}").contains("Nora"),
        "{told}"
    );
    let (_, told) = refused(500, "oops");
    assert_eq!(told, "GET Patient ends with HTTP status 500");
    let (error, told) = refused(200, &outcome(200, "throttled").1);
    assert!(matches!(error, FhirError::Outcome { .. }), "{told}");
    let (_, told) = refused(200, "{\"resourceType\": \"Bundle\",\n \"entry\": [");
    assert_eq!(
        told,
        "the answer to GET Patient is not JSON: it breaks off (line 2, column 11)"
    );
    let (_, told) = refused(200, "<html>Sign in</html>");
    assert!(told.contains("begins like a page"), "{told}");
    let (_, told) = refused(200, "[1, 2]");
    assert_eq!(
        told,
        "the answer to GET Patient is a list instead of a Bundle"
    );
    let (_, told) = refused(200, "{\"resourceType\": \"CapabilityStatement\"}");
    assert!(
        told.contains("a CapabilityStatement instead of a Bundle"),
        "{told}"
    );
    let (_, told) = refused(200, &"[".repeat(100_000));
    assert!(told.contains("not JSON"), "{told}");
    let (_, told) = refused(200, "");
    assert!(told.contains("not JSON"), "{told}");
}

#[test]
fn everything_has_a_limit() {
    let looping = serve(|a| match a.path.as_str() {
        "GET /fhir/Patient" => bundle(&[nora()], None),
        _ => bundle(&[dose("i1")], Some("Immunization?page=1")),
    });
    let error = looping
        .client(|_| {})
        .record(&by_id())
        .expect_err("it never ends");
    assert_eq!(error.to_string(), "GET Immunization has more than 2 pages");
    let endless = serve(|a| match a.path.as_str() {
        "GET /fhir/Patient" => bundle(&[nora()], None),
        _ => bundle(&[], Some(&format!("Immunization?after={}", a.query.len()))),
    });
    let error = endless
        .client(|o| o.max_pages = 3)
        .record(&by_id())
        .expect_err("it never ends");
    assert!(matches!(error, FhirError::TooMuch { .. }), "{error}");
    let many = serve(|a| match a.path.as_str() {
        "GET /fhir/Patient" => bundle(&[nora()], None),
        _ => bundle(
            &(0..20).map(|i| dose(&format!("i{i}"))).collect::<Vec<_>>(),
            None,
        ),
    });
    let error = many
        .client(|o| o.max_resources = 10)
        .record(&by_id())
        .expect_err("there are too many");
    assert_eq!(
        error.to_string(),
        "GET Immunization has more than 10 resources"
    );
    let large = serve(|_| (200, "x".repeat(5000)));
    let error = large
        .client(|o| o.max_response = 1000)
        .record(&by_id())
        .expect_err("it is too large");
    assert!(
        error
            .diagnostic()
            .message
            .contains("larger than 1000 bytes")
    );
    let foreign = serve(|a| match a.path.as_str() {
        "GET /fhir/Patient" => bundle(&[nora()], None),
        _ => bundle(
            &[],
            Some("http://elsewhere.example/fhir/Immunization?page=2"),
        ),
    });
    let error = foreign
        .client(|_| {})
        .record(&by_id())
        .expect_err("it lies elsewhere");
    assert!(matches!(error, FhirError::ForeignPage { .. }), "{error}");
}

#[test]
fn who_cannot_be_reached_or_takes_too_long_is_told() {
    let slow = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = slow.local_addr().expect("it listens");
    let client = FhirClient::new(
        &format!("http://{address}/fhir"),
        FhirOptions {
            timeout: Duration::from_millis(100),
            ..FhirOptions::default()
        },
    )
    .expect("an address");
    let error = client.record(&by_id()).expect_err("nobody answers");
    assert!(
        error
            .diagnostic()
            .message
            .contains("no answer within 100 ms"),
        "{error:?}"
    );
    drop(slow);
    let error = client.record(&by_id()).expect_err("nobody listens");
    assert!(
        error.diagnostic().message.contains("cannot connect"),
        "{error:?}"
    );
    for bad in ["", "ehr.example", "ftp://ehr.example/fhir", "http://"] {
        let error = FhirClient::new(bad, FhirOptions::default()).expect_err("no address");
        assert!(matches!(error, FhirError::Address { .. }), "{bad}");
    }
}

fn field(body: &str, name: &str) -> String {
    body.split('&')
        .find_map(|pair| pair.strip_prefix(&format!("{name}=")))
        .unwrap_or_default()
        .to_owned()
}

/// A server that gives a token for an assertion, and reads with it.
fn with_tokens(asked: &Asked) -> (u16, String) {
    match asked.path.as_str() {
        "GET /fhir/.well-known/smart-configuration" => (
            200,
            // every test asks the same server, so the address is made by the one who asks
            json!({"token_endpoint": "TOKEN"}).to_string(),
        ),
        "POST /token" => (
            200,
            json!({"access_token": "tok-9", "token_type": "bearer", "expires_in": 300}).to_string(),
        ),
        _ if asked.authorization == "Bearer tok-9" => usual(asked),
        _ => outcome(401, "login"),
    }
}

fn verify(pem: &[u8], signed: &str, signature: &[u8]) -> bool {
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem).expect("a key");
    let der = der.secret_pkcs8_der();
    match RsaKeyPair::from_pkcs8(der) {
        Ok(key) => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA384, key.public().as_ref())
            .verify(signed.as_bytes(), signature)
            .is_ok(),
        Err(_) => {
            let random = ring::rand::SystemRandom::new();
            let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, der, &random)
                .expect("a key of P-384");
            UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, key.public_key().as_ref())
                .verify(signed.as_bytes(), signature)
                .is_ok()
        }
    }
}

#[test]
fn a_backend_service_signs_its_assertion() {
    for (pem, algorithm) in [(RSA, Algorithm::Rs384), (P384, Algorithm::Es384)] {
        let key = SigningKey::from_pem(pem).expect("a key");
        assert_eq!(key.algorithm(), algorithm);
        let server = serve(with_tokens);
        let token_url = server.server.url("/token");
        let mut backend = Backend::new("titer", key);
        backend.key_id = Some("k1".to_owned());
        backend.token_url = Some(token_url.clone());
        let client = server.client(|o| o.auth = FhirAuth::Backend(Box::new(backend)));
        client.record(&by_id()).expect("the token lets it in");
        client.record(&by_id()).expect("the token is still good");
        let asked = server.asked();
        let tokens: Vec<&Asked> = asked.iter().filter(|a| a.path == "POST /token").collect();
        let [token] = tokens.as_slice() else {
            panic!("one token is enough: {}", tokens.len());
        };
        assert_eq!(field(&token.body, "grant_type"), "client_credentials");
        assert!(field(&token.body, "scope").contains("system%2FImmunization.read"));
        let assertion = field(&token.body, "client_assertion");
        let (signed, signature) = assertion.rsplit_once('.').expect("three parts");
        let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64");
        assert!(verify(pem, signed, &signature));
        assert!(!verify(pem, &format!("{signed}x"), &signature));
        let (head, claims) = signed.split_once('.').expect("two parts");
        let read = |part: &str| -> Value {
            let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64");
            serde_json::from_slice(&bytes).expect("JSON")
        };
        assert_eq!(
            read(head),
            json!({"alg": algorithm.name(), "typ": "JWT", "kid": "k1"})
        );
        let claims = read(claims);
        assert_eq!(claims["iss"], "titer");
        assert_eq!(claims["sub"], "titer");
        assert_eq!(claims["aud"], token_url);
        let life = claims["exp"]
            .as_i64()
            .zip(claims["iat"].as_i64())
            .map(|(e, i)| e - i);
        assert!(life.is_some_and(|l| l > 0 && l <= 300));
        assert!(claims["jti"].as_str().is_some_and(|j| j.len() >= 20));
    }
}

#[test]
fn where_tokens_are_given_is_asked_of_the_interface() {
    let server = serve(with_tokens);
    let token_url = server.server.url("/token");
    // the configuration names the server's own address, which is known only now
    let named = serve(move |asked| {
        let (status, body) = with_tokens(asked);
        (status, body.replace("TOKEN", &token_url))
    });
    let key = SigningKey::from_pem(P384).expect("a key");
    let backend = Box::new(Backend::new("titer", key));
    let client = named.client(|o| o.auth = FhirAuth::Backend(backend));
    assert!(client.record(&by_id()).is_ok());
    assert!(server.asked().iter().any(|a| a.path == "POST /token"));
}

#[test]
fn a_token_that_is_not_given_is_told() {
    let fail = |status: u16, body: &'static str| {
        let server = serve(move |_| (status, body.to_owned()));
        let key = SigningKey::from_pem(P384).expect("a key");
        let mut backend = Backend::new("titer", key);
        backend.token_url = Some(server.server.url("/token"));
        let client = server.client(|o| o.auth = FhirAuth::Backend(Box::new(backend)));
        let error = client.record(&by_id()).expect_err("there is no token");
        error.diagnostic().message
    };
    assert_eq!(
        fail(400, "{\"error\": \"invalid_client\"}"),
        "no access token is given: the server says `invalid_client` (HTTP 400)"
    );
    assert_eq!(
        fail(503, "busy"),
        "no access token is given: HTTP status 503"
    );
    assert!(fail(200, "{}").contains("no access_token"));
    assert!(fail(200, "<html>").contains("not JSON"));
}

#[test]
fn a_key_that_cannot_sign_is_told() {
    for (pem, wanted) in [
        (&b"not a key"[..], KeyError::NotPem),
        (P256, KeyError::Other),
        (SEC1, KeyError::Sec1),
    ] {
        let error = SigningKey::from_pem(pem).expect_err("it cannot sign");
        assert_eq!(error, wanted);
        assert!(FhirError::from(error).diagnostic().help.is_some());
    }
    let shown = format!("{:?}", SigningKey::from_pem(RSA).expect("a key"));
    assert_eq!(shown, "SigningKey(RS384)");
}
