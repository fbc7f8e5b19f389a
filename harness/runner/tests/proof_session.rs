//! Proofs in a session: answers, documents and the FHIR interface become results, and go away when they are taken back.

mod common;

use axum::Router;
use axum::http::{StatusCode, Uri};
use common::plan;
use serde_json::{Value, json};
use titer_finding::Phi;
use titer_runner::proof::fhir;
use titer_runner::result::{AnswerSource, Answers, Judged, Step, Verdict};
use titer_runner::session::{
    Attachment, FhirReadError, MemoryJournal, Session, SessionOptions, What,
};
use titer_wire::Server;
use titer_wire::fhir::{FhirClient, FhirOptions};

fn session() -> Session {
    let options = SessionOptions::new("the test's EHR").clock(common::clock());
    Session::begin(plan("proofs"), options, Box::new(MemoryJournal::new())).expect("it begins")
}

fn step(session: &Session, name: &str) -> Step {
    let path = format!("proofs/c/{name}");
    let result = session.result();
    let mut steps = result
        .groups
        .iter()
        .flat_map(|g| &g.cases)
        .flat_map(|c| &c.steps);
    steps
        .find(|s| s.path == path)
        .expect("the step is there")
        .clone()
}

#[track_caller]
fn is(session: &Session, name: &str, verdict: Verdict, judged: Judged) {
    let step = step(session, name);
    let unmet: Vec<_> = step
        .assertions
        .iter()
        .map(|a| (a.outcome, a.what.as_str(), a.because.as_deref()))
        .collect();
    assert_eq!(
        (step.verdict, step.judged),
        (verdict, judged),
        "{:?} {unmet:#?}",
        step.because
    );
}

fn supply(session: &Session, name: &str, answers: Answers) {
    let what = What::Supply {
        step: format!("proofs/c/{name}"),
        answers: Box::new(answers),
    };
    session.act("Ann", what).expect("the step takes answers");
}

#[test]
fn answers_judge_a_step_until_they_are_taken_back() {
    let session = session();
    is(&session, "alert", Verdict::Pending, Judged::NotJudged);
    let saw = |way: &str| Answers {
        seen: vec![way.to_owned()],
        ..Answers::from(AnswerSource::Driver)
    };
    supply(&session, "alert", saw("the lot is not offered"));
    is(&session, "alert", Verdict::Passed, Judged::Driver);
    session.undo("Ann").expect("there is something to undo");
    is(&session, "alert", Verdict::Pending, Judged::NotJudged);
}

#[test]
fn answers_that_contradict_the_plan_fail_a_step() {
    let session = session();
    let saw = Answers {
        seen: vec!["nothing happened".to_owned()],
        ..Answers::from(AnswerSource::Driver)
    };
    supply(&session, "alert", saw);
    is(&session, "alert", Verdict::Failed, Judged::Driver);
    assert!(
        step(&session, "alert")
            .because
            .is_some_and(|b| b.starts_with("not met"))
    );
}

fn attach(session: &Session, media_type: &str, bytes: &[u8]) {
    let file = Attachment {
        name: "record.txt",
        title: "the record",
        media_type,
    };
    session
        .attach("Ann", "proofs/c/print", &file, &mut &bytes[..], 1 << 20)
        .expect("it is small");
}

#[test]
fn a_document_judges_and_one_without_text_says_why_it_does_not() {
    let scan = session();
    attach(
        &scan,
        "application/pdf",
        b"%PDF-1.7\nnothing that can be read",
    );
    is(&scan, "print", Verdict::Pending, Judged::NotJudged);
    let because = step(&scan, "print").because.unwrap_or_default();
    assert!(
        because.contains("cannot be read") && because.contains("record.txt"),
        "{because}"
    );
    let picture = session();
    attach(&picture, "image/png", b"\x89PNG\r\n\x1a\n");
    is(&picture, "print", Verdict::Pending, Judged::NotJudged);
    let good = session();
    attach(
        &good,
        "text/plain",
        b"HALE, NORA LYNN  DOB 09/02/2026\nHepB 09/02/2026\nHep A 10/02/2026\n",
    );
    is(&good, "print", Verdict::Passed, Judged::Document);
    let wrong = session();
    attach(
        &wrong,
        "text/plain",
        b"HALE, NORA LYNN  DOB 09/02/2026\nHepB 09/02/2026\nHep A\n",
    );
    is(&wrong, "print", Verdict::Failed, Judged::Document);
}

fn cvx(code: &str) -> Value {
    json!({"coding": [
        {"system": "http://www.ama-assn.org/go/cpt", "code": "0"},
        {"system": "http://hl7.org/fhir/sid/cvx", "code": code},
    ]})
}

/// What the tests' EHR has of its patient.
fn resources() -> Vec<Value> {
    vec![
        json!({
            "resourceType": "Patient", "id": "p1", "birthDate": "2026-09-02", "gender": "female",
            "identifier": [{"system": "urn:x", "value": "A7"}],
            "name": [
                {"use": "old", "family": "Berg", "given": ["Nora"]},
                {"use": "official", "family": "Hale", "given": ["Nora", "Lynn"]},
            ],
            "extension": [{
                "url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", "valueString": "Berg",
            }],
        }),
        json!({
            "resourceType": "Immunization", "id": "i1", "status": "completed", "vaccineCode": cvx("45"),
            "occurrenceDateTime": "2026-09-03", "primarySource": false,
            "reportOrigin": {"coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/immunization-origin", "code": "provider"},
            ]},
        }),
        json!({
            "resourceType": "Immunization", "id": "i2", "status": "completed", "vaccineCode": cvx("08"),
            "occurrenceDateTime": "2027-03-01T09:00:00-06:00", "primarySource": true, "lotNumber": "LLBUAYMO6",
        }),
        json!({
            "resourceType": "Immunization", "id": "i3", "status": "not-done", "vaccineCode": cvx("83"),
            "occurrenceDateTime": "2027-03-01",
            "statusReason": {"coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "PATOBJ"},
            ]},
        }),
        json!({
            "resourceType": "Immunization", "id": "i4", "status": "entered-in-error", "vaccineCode": cvx("03"),
            "occurrenceDateTime": "2027-03-01",
        }),
        json!({
            "resourceType": "Immunization", "id": "i5", "status": "completed", "vaccineCode": cvx("83"),
            "occurrenceDateTime": "2026-10-02", "primarySource": true,
        }),
        json!({
            "resourceType": "AdverseEvent", "actuality": "actual", "date": "2026-12-31",
            "event": {"coding": [{"system": "http://snomed.info/sct", "code": "39579001"}]},
            "suspectEntity": [{"instance": {"reference": "Immunization/i5"}}],
        }),
    ]
}

#[test]
fn resources_become_answers() {
    let answers = fhir::answers(&resources());
    assert_eq!(answers.source, AnswerSource::Fhir);
    let patient = answers.patient.expect("there is a patient");
    assert_eq!(patient.family.as_ref().map(Phi::reveal), Some("Hale"));
    assert_eq!(patient.middle.as_ref().map(Phi::reveal), Some("Lynn"));
    assert_eq!(
        patient.mothers_maiden_name.as_ref().map(Phi::reveal),
        Some("Berg")
    );
    let doses = answers.doses.expect("doses were asked for");
    let told: Vec<_> = doses
        .iter()
        .map(|d| {
            (
                d.cvx.as_deref().unwrap_or_default(),
                d.source.as_deref().unwrap_or_default(),
                d.completion.as_deref().unwrap_or_default(),
                d.refusal.as_deref().unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("45", "02", "CP", ""),
            ("08", "00", "CP", ""),
            ("83", "", "RE", "PATOBJ"),
            ("83", "00", "CP", ""),
        ]
    );
    let [reaction] = answers.reactions.as_slice() else {
        panic!("one reaction is told");
    };
    assert_eq!(
        (reaction.code.as_str(), reaction.after.as_deref()),
        ("39579001", Some("83"))
    );
    // a reaction as an allergy, with and without a code
    let allergy = |manifestation: Value| {
        fhir::answers(&[json!({
            "resourceType": "AllergyIntolerance", "code": cvx("83"), "onsetDateTime": "2026-12-31",
            "reaction": [{"manifestation": [manifestation]}],
        })])
        .reactions
    };
    let coded =
        allergy(json!({"coding": [{"system": "http://snomed.info/sct", "code": "39579001"}]}));
    assert_eq!(coded[0].after.as_deref(), Some("83"));
    assert_eq!(allergy(json!({"text": "went red"}))[0].code, "");
    // whatever it is, it is read
    for odd in [
        json!({}),
        json!([]),
        json!(7),
        json!({"resourceType": "Immunization", "vaccineCode": 3}),
    ] {
        let _ = fhir::answers(&[odd]);
    }
}

async fn interface(uri: Uri) -> (StatusCode, String) {
    let kind = uri.path().rsplit('/').next().unwrap_or_default().to_owned();
    if uri.query().is_some_and(|q| q.contains("identifier=A8")) {
        return (StatusCode::UNAUTHORIZED, String::new());
    }
    let found: Vec<Value> = resources()
        .into_iter()
        .filter(|r| r["resourceType"] == kind.as_str())
        .map(|r| json!({"resource": r}))
        .collect();
    let bundle = json!({"resourceType": "Bundle", "type": "searchset", "entry": found});
    (StatusCode::OK, bundle.to_string())
}

#[test]
fn the_fhir_interface_is_read_for_the_steps_that_name_it() {
    let router = Router::new().fallback(interface);
    let server = Server::start(([127, 0, 0, 1], 0).into(), router).expect("a free port");
    let client = FhirClient::new(&server.url("/fhir"), FhirOptions::default()).expect("an address");
    let session = session();
    let steps = session.fhir_steps();
    assert_eq!(steps, ["proofs/c/enter"]);
    let mut asked = steps;
    asked.extend([
        "proofs/c/reaction".to_owned(),
        "proofs/c/send".to_owned(),
        "proofs/c/none".to_owned(),
    ]);
    let read = session.read_fhir("Ann", &client, &asked);
    assert!(
        read[0].outcome.is_ok() && read[1].outcome.is_ok(),
        "{read:?}"
    );
    // a message step takes no answers, and there is no such step
    assert!(
        matches!(read[2].outcome, Err(FhirReadError::Act(_))),
        "{:?}",
        read[2]
    );
    assert!(
        matches!(read[3].outcome, Err(FhirReadError::Act(_))),
        "{:?}",
        read[3]
    );
    is(
        &session,
        "enter",
        Verdict::PassedWithException,
        Judged::Fhir,
    );
    is(&session, "reaction", Verdict::Passed, Judged::Fhir);
    let entered = step(&session, "enter");
    assert_eq!(entered.files.len(), 1);
    assert_eq!(entered.files[0].media_type, "application/fhir+json");
    let allowed: Vec<&str> = entered
        .assertions
        .iter()
        .filter(|a| a.outcome != titer_runner::result::Outcome::Met)
        .map(|a| a.what.as_str())
        .collect();
    assert_eq!(
        allowed,
        [
            "HAVRIX, 1 March 2027: refusal reason",
            "every row of the table is told by the interface"
        ]
    );
}

#[test]
fn what_is_told_anew_takes_away_what_it_leaves_out() {
    let session = session();
    let saw = |source| Answers {
        seen: vec!["the lot is not offered".to_owned()],
        text: Some(Phi::new("a page")),
        ..Answers::from(source)
    };
    supply(&session, "alert", saw(AnswerSource::Driver));
    supply(&session, "alert", saw(AnswerSource::Tester));
    let retell = |answers: Answers| {
        let what = What::Retell {
            step: "proofs/c/alert".to_owned(),
            answers: Box::new(answers),
        };
        session.act("Ann", what).expect("the step takes answers");
    };
    retell(Answers {
        text: Some(Phi::new("another page")),
        ..Answers::from(AnswerSource::Tester)
    });
    let left = step(&session, "alert").answers.expect("the text");
    assert!(left.seen.is_empty());
    is(&session, "alert", Verdict::Pending, Judged::NotJudged);
    retell(Answers::from(AnswerSource::Tester));
    assert!(step(&session, "alert").answers.is_none());
    session.undo("Ann").expect("undone");
    session.undo("Ann").expect("undone");
    assert!(step(&session, "alert").verdict.is_pass());
}
