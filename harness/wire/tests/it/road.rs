//! Client and server over real sockets.

use crate::common::{Scripted, VXU, client_options, serve};
use titer_wire::{
    Answer, Credentials, FaultCode, FaultKind, HttpClient, HttpForm, HttpLogin, RouterOptions,
    SoapClient, SoapVersion, Transport,
};

#[test]
fn a_message_arrives_byte_for_byte_and_so_does_the_answer() {
    let receiver = Scripted::mirror();
    let server = serve(receiver.clone(), &RouterOptions::default());
    for version in [SoapVersion::V12, SoapVersion::V11] {
        let options = titer_wire::ClientOptions {
            version,
            ..client_options()
        };
        let client = SoapClient::new(&server.url("/soap"), options).unwrap();
        let call = client.submit(VXU.as_bytes());
        assert_eq!(call.reply().unwrap(), VXU.as_bytes());
        assert_eq!(call.notes, []);
        let seen = receiver.last();
        assert_eq!(seen.message, VXU.as_bytes());
        assert_eq!(seen.transport, Transport::from(version));
        assert_eq!(
            (seen.username.as_str(), seen.facility.as_str()),
            ("user1", "FAC1")
        );
        let echo = "  a & <b> \r\n\t]]> \u{1F600} ";
        let call = client.connectivity_test(echo);
        assert_eq!(call.reply().unwrap(), echo);
    }
    server.shutdown();
}

#[test]
fn wrong_credentials_get_a_security_fault() {
    let server = serve(Scripted::mirror(), &RouterOptions::default());
    let mut texts = Vec::new();
    for wrong in [
        Credentials::new("user1", "wrong", "FAC1"),
        Credentials::new("nobody", "pass1", "FAC1"),
        Credentials::new("user1", "pass1", "OTHER"),
        Credentials::new("user1", "", "FAC1"),
        Credentials::new("", "pass1", "FAC1"),
    ] {
        let options = titer_wire::ClientOptions {
            credentials: wrong,
            ..client_options()
        };
        let call = SoapClient::new(&server.url("/soap"), options)
            .unwrap()
            .submit(VXU.as_bytes());
        let fault = call.fault().unwrap().clone();
        assert_eq!(fault.kind, FaultKind::Security);
        assert_eq!(fault.soap_code, FaultCode::Sender);
        assert_eq!(
            (fault.code.as_str(), fault.reason.as_str()),
            ("10", "Security")
        );
        assert_eq!(call.exchange.status, Some(500));
        assert_eq!(call.notes, []);
        texts.push((fault.text, fault.detail));
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "what was wrong is not told");
}

#[test]
fn er7_over_http_in_every_form() {
    let receiver = Scripted::mirror();
    let server = serve(receiver.clone(), &RouterOptions::default());
    for form in [
        HttpForm::Hl7V2,
        HttpForm::Er7,
        HttpForm::Text,
        HttpForm::Form,
    ] {
        for login in [HttpLogin::Headers, HttpLogin::Basic] {
            let client =
                HttpClient::new(&server.url("/hl7"), form, login, client_options()).unwrap();
            let call = client.submit(VXU.as_bytes());
            assert_eq!(call.outcome.unwrap(), VXU.as_bytes(), "{form:?} {login:?}");
            assert_eq!(receiver.last().username, "user1");
            assert_eq!(receiver.last().facility, "FAC1");
        }
    }
}

#[test]
fn a_fault_is_an_answer() {
    let server = serve(
        Scripted::new(|_| Err(titer_wire::SoapFault::unknown("later"))),
        &RouterOptions::default(),
    );
    let call = SoapClient::new(&server.url("/soap"), client_options())
        .unwrap()
        .submit(VXU.as_bytes());
    let Ok(Answer::Fault(fault)) = call.outcome else {
        panic!("not a fault");
    };
    assert_eq!(fault.kind, FaultKind::Unknown);
    assert_eq!(fault.soap_code, FaultCode::Receiver);
    assert_eq!(fault.detail, "later");
}
