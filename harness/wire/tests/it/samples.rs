//! The reference envelopes, good and hostile, against the server half and the reader.

use crate::common::{Scripted, client_options, serve, soap_data};
use std::fmt::Write as _;
use std::path::Path;
use titer_wire::envelope::{Body, read};
use titer_wire::{
    ClientOptions, Credentials, Reply, RouterOptions, SoapClient, SoapFault, check_http_text,
};

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "xml"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn is_answer(bytes: &[u8]) -> bool {
    matches!(
        read(bytes, None).map(|e| e.body),
        Ok(Body::SubmitResponse(_) | Body::ConnectivityResponse(_) | Body::Fault(_))
    )
}

/// What the server makes of every request among the samples.
#[test]
fn requests_get_the_answer_that_they_should() {
    let Some(data) = soap_data() else { return };
    let receiver = Scripted::new(|s| {
        let text = String::from_utf8(s.message).unwrap();
        Ok(Reply::Hl7(text.replace('\n', "\r").into_bytes()))
    });
    let server = serve(receiver, &RouterOptions::default());
    let client = SoapClient::new(&server.url("/soap"), client_options()).unwrap();
    let (mut lines, mut count) = (String::new(), 0);
    for (name, bytes) in files(&data.join("samples")) {
        if is_answer(&bytes) {
            continue;
        }
        count += 1;
        let call = client.post_envelope(&bytes, Some("application/soap+xml; charset=utf-8"));
        let told = match call.outcome.as_ref().map(|e| &e.body) {
            Ok(Body::Fault(f)) => format!(
                "{:?} {} {}: {}",
                f.soap_code,
                f.kind.name(),
                f.code,
                f.detail
            ),
            Ok(Body::SubmitResponse(Some(text))) => {
                format!(
                    "{} segments",
                    text.split(['\r', '\n']).filter(|s| !s.is_empty()).count()
                )
            }
            Ok(Body::ConnectivityResponse(Some(text))) => format!("echo {text:?}"),
            Ok(other) => panic!("{name}: {other:?}"),
            Err(error) => panic!("{name}: {error}"),
        };
        assert_eq!(call.notes, [], "{name}: our own answer is in order");
        let status = call.exchange.status.unwrap();
        writeln!(lines, "{name}: {status} {told}").unwrap();
    }
    writeln!(lines, "{count} requests").unwrap();
    insta::assert_snapshot!("requests", lines);
}

/// What is noted on every envelope, NIST's included.
#[test]
fn notes_on_every_envelope() {
    let Some(data) = soap_data() else { return };
    let (mut lines, mut count) = (String::new(), 0);
    for folder in ["nist", "samples"] {
        for (name, bytes) in files(&data.join(folder)) {
            count += 1;
            let text = String::from_utf8(bytes).unwrap();
            let notes: Vec<String> = check_http_text(&text)
                .iter()
                .map(|f| format!("{} {}:{}", f.rule, f.location.line, f.location.column))
                .collect();
            writeln!(lines, "{folder}/{name}: {}", notes.join(", ")).unwrap();
        }
    }
    writeln!(lines, "{count} envelopes").unwrap();
    insta::assert_snapshot!("notes", lines);
}

/// CR as a reference, CR in CDATA, LF, CRLF: the same message for the receiver.
#[test]
fn every_way_to_write_line_ends_gives_the_same_segments() {
    let Some(data) = soap_data() else { return };
    let receiver = Scripted::mirror();
    let server = serve(receiver.clone(), &RouterOptions::default());
    let client = SoapClient::new(&server.url("/soap"), client_options()).unwrap();
    let mut seen = Vec::new();
    for name in [
        "2011-soap12-vxu-crref.xml",
        "2011-soap12-vxu-dec13.xml",
        "2011-soap12-vxu-cdata-cr.xml",
        "2011-soap12-vxu-cdata-lf.xml",
        "2011-soap12-vxu-raw-crlf.xml",
        "2011-soap11-vxu.xml",
    ] {
        let bytes = std::fs::read(data.join("samples").join(name)).unwrap();
        let call = client.post_envelope(&bytes, None);
        assert!(call.outcome.is_ok(), "{name}");
        let message = String::from_utf8(receiver.last().message).unwrap();
        seen.push(message.replace("\r\n", "\r").replace('\n', "\r"));
    }
    assert!(seen.iter().all(|m| *m == seen[0]), "{seen:?}");
    assert!(seen[0].contains("1 Test St & Co"));
}

/// The nine blind spots of the national rules, each as a change to one of its own good samples.
#[test]
fn what_the_national_rules_do_not_see() {
    let Some(data) = soap_data() else { return };
    let sample = |name: &str| {
        let path = data
            .join("nist")
            .join(format!("Envelope__{name}__Message.xml"));
        std::fs::read_to_string(path).unwrap()
    };
    let echo = sample("sender__SOAPENV_1_ConnectivityMessage_Request");
    let submit = sample("sender__SOAPENV_2_SubmitSingleMessage_Request");
    let answer = sample("receiver__SOAPENV_2_SubmitSingleMessage_Response");
    let fault = sample("receiver__SOAPENV_4_Security_Fault");
    let message = submit.split("<hl7Message>").nth(1).unwrap();
    let message = message.split("</hl7Message>").next().unwrap();
    let returned = answer.split("<return>").nth(1).unwrap();
    let returned = returned.split("</return>").next().unwrap();
    let cases = [
        ("SOAP-ECHO-EMPTY", echo.replace("Hello world!", "")),
        ("SOAP-MESSAGE-EMPTY", submit.replace(message, "")),
        ("SOAP-CREDENTIALS-EMPTY", submit.replace("Spartans300!", "")),
        ("SOAP-RETURN-EMPTY", answer.replace(returned, "")),
        (
            "SOAP-CHILD-ORDER",
            submit
                .replace("username>", "x>")
                .replace("password>", "username>")
                .replace("x>", "password>"),
        ),
        (
            "SOAP-BODY-EXTRA",
            echo.replace("</Body>", "<y xmlns=\"urn:y\"/></Body>"),
        ),
        (
            "SOAP-FAULT-QNAME",
            fault.replace("<Value>Sender<", "<Value>Whatever<"),
        ),
        (
            "SOAP-FAULT-CODE-NUMBER",
            fault.replace("<Code>10<", "<Code><"),
        ),
        (
            "SOAP-FAULT-ORDER",
            fault.replace("<Code>10</Code>", "").replace(
                "</Reason>\n               <Detail>",
                "</Reason><Code>10</Code><Detail>",
            ),
        ),
    ];
    let mut rules: Vec<&str> = cases.iter().map(|(rule, _)| *rule).collect();
    for (rule, envelope) in &cases {
        let found: Vec<String> = check_http_text(envelope)
            .into_iter()
            .map(|f| f.rule)
            .collect();
        assert_eq!(found, [*rule]);
    }
    rules.sort_unstable();
    assert_eq!(rules, titer_wire::NIST_BLIND);
    for good in [&echo, &submit, &answer, &fault] {
        assert_eq!(check_http_text(good), []);
    }
}

/// The 65,536 characters of the national hub: one more is too many, in every character set.
#[test]
fn the_size_limit_counts_characters() {
    let receiver = Scripted::new(|_| Ok(Reply::Hl7(b"MSH|^~\\&|\r".to_vec())));
    let server = serve(receiver, &RouterOptions::default());
    let client = SoapClient::new(&server.url("/soap"), client_options()).unwrap();
    let head = "MSH|^~\\&|A\rNTE|1||";
    let fits = format!("{head}{}", "\u{E9}".repeat(65_536 - head.chars().count()));
    assert!(client.submit(fits.as_bytes()).reply().is_some());
    let call = client.submit(format!("{fits}x").as_bytes());
    let fault: &SoapFault = call.fault().unwrap();
    assert_eq!(fault.kind, titer_wire::FaultKind::MessageTooLarge);
    assert_eq!(
        fault.detail,
        "the message has 65537 characters, the limit is 65536; send a shorter message"
    );
    // whoever may not send is not told about sizes
    let options = ClientOptions {
        credentials: Credentials::new("a", "b", "c"),
        ..client_options()
    };
    let stranger = SoapClient::new(&server.url("/soap"), options).unwrap();
    let call = stranger.submit(format!("{fits}x").as_bytes());
    assert_eq!(call.fault().unwrap().kind, titer_wire::FaultKind::Security);
}
