//! Every misbehaviour acts, and is not there without its personality.

use crate::world::{GIVEN, acting, clock, iis, query, send, send_as};
use std::time::Duration;
use titer_service::{Behaviour, IisOptions, Personality, RunningIis};
use titer_wire::{Answer, CallError, ClientOptions, Credentials, FaultKind, SoapClient};

#[test]
fn a_personality_can_be_seen_in_its_replies() {
    assert_eq!(send(&iis(), GIVEN).at("MSH-4"), "REFERENCE-IIS");
    for personality in Personality::shipped() {
        let reply = send(&acting(&personality.name), GIVEN);
        assert_eq!(reply.at("MSH-4"), personality.name);
    }
}

#[test]
fn wrong_control_id() {
    for (iis, right) in [(iis(), true), (acting("wrong-control-id"), false)] {
        assert_eq!(send(&iis, GIVEN).at("MSA-2") == "M-1", right);
        assert_eq!(send(&iis, &query("Z34")).at("MSA-2") == "Q-1", right);
    }
}

#[test]
fn no_err_on_bad_code() {
    let bad = GIVEN.replace("08^Hep B, adolescent or pediatric^CVX", "7777^none^CVX");
    for (iis, rows) in [(iis(), true), (acting("no-err-on-bad-code"), false)] {
        let reply = send(&iis, &bad);
        assert_eq!(!reply.all("ERR").is_empty(), rows);
        assert_eq!(reply.at("MSA-1") == "AE", rows);
        // other faults are still told
        let no_name = send(&iis, &GIVEN.replace("Marlow^Tessa^June^^^^L", ""));
        assert_eq!(no_name.at("MSA-1"), "AE");
    }
}

#[test]
fn lose_dose() {
    for (iis, doses) in [(iis(), 1), (acting("lose-dose"), 0)] {
        assert_eq!(send(&iis, GIVEN).at("MSA-1"), "AA");
        assert_eq!(send(&iis, &query("Z34")).all("RXA").len(), doses);
    }
}

#[test]
fn ignore_delete() {
    for (iis, doses) in [(iis(), 0), (acting("ignore-delete"), 1)] {
        send(&iis, GIVEN);
        let delete = GIVEN.replace("|CP|A", "|CP|D").replace("M-1", "M-2");
        assert_eq!(send(&iis, &delete).at("MSA-1"), "AA");
        assert_eq!(send(&iis, &query("Z34")).all("RXA").len(), doses);
    }
}

#[test]
fn reveal_protected() {
    for (iis, profile) in [(iis(), "Z33"), (acting("reveal-protected"), "Z32")] {
        send(&iis, &GIVEN.replace("|N|20260120|||A", "|Y|20260120|||A"));
        assert_eq!(
            send_as(&iis, "STRANGER", &query("Z34")).at("MSH-21.1"),
            profile
        );
        assert_eq!(send(&iis, &query("Z34")).at("MSH-21.1"), "Z32");
    }
}

fn running(personality: Personality) -> RunningIis {
    RunningIis::start(IisOptions {
        clock: clock(),
        personality,
        ..IisOptions::default()
    })
    .unwrap()
}

fn client(iis: &RunningIis, password: &str) -> SoapClient {
    patient_client(iis, password, Duration::from_secs(60))
}

fn patient_client(iis: &RunningIis, password: &str, timeout: Duration) -> SoapClient {
    let good = iis.credentials();
    SoapClient::new(
        &iis.soap_url(),
        ClientOptions {
            credentials: Credentials::new(&good.username, password, &good.facility),
            timeout,
            ..ClientOptions::default()
        },
    )
    .unwrap()
}

#[test]
fn wrong_fault_detail() {
    for (personality, kind) in [
        (Personality::well_behaved(), FaultKind::Security),
        (
            Personality::named("wrong-fault-detail").unwrap(),
            FaultKind::UnsupportedOperation,
        ),
    ] {
        let iis = running(personality);
        let call = client(&iis, "wrong").submit(GIVEN.as_bytes());
        assert_eq!(call.fault().map(|f| f.kind), Some(kind));
        let two = [GIVEN, GIVEN].concat();
        let call = client(&iis, &iis.credentials().password.clone()).submit(two.as_bytes());
        assert_eq!(
            call.fault().map(|f| f.kind == FaultKind::MessageTooLarge),
            Some(kind == FaultKind::Security)
        );
        iis.shutdown();
    }
}

#[test]
fn malformed_xml() {
    for (personality, readable) in [
        (Personality::well_behaved(), true),
        (Personality::named("malformed-xml").unwrap(), false),
    ] {
        let iis = running(personality);
        let client = client(&iis, &iis.credentials().password.clone());
        assert_eq!(client.submit(GIVEN.as_bytes()).reply().is_some(), readable);
        assert_eq!(client.connectivity_test("x").reply().is_some(), readable);
        iis.shutdown();
    }
}

#[test]
fn no_answer() {
    let iis = running(Personality::named("no-answer").unwrap());
    let password = iis.credentials().password.clone();
    let impatient = patient_client(&iis, &password, Duration::from_millis(700));
    let call = impatient.submit(GIVEN.as_bytes());
    assert!(
        matches!(call.error(), Some(CallError::Timeout { .. })),
        "{call:?}"
    );
    // only messages are left without an answer
    let client = client(&iis, &password);
    assert!(matches!(
        client.connectivity_test("x").outcome,
        Ok(Answer::Reply(_))
    ));
    iis.shutdown();
}

#[test]
fn several_behaviours_make_one_personality() {
    let text = "name: worst\ntitle: two at once\nbehaviours: [wrong-control-id, lose-dose]\n";
    let personality = Personality::read("worst.yaml", text).unwrap();
    assert!(personality.does(Behaviour::LoseDose));
    let iis = crate::world::iis_with(titer_service::IisConfig {
        personality,
        ..crate::world::config()
    });
    let reply = send(&iis, GIVEN);
    assert_ne!(reply.at("MSA-2"), "M-1");
    assert_eq!(iis.registry().counts().unwrap().doses, 0);
}
