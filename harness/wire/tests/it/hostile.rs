//! Hostile requests: malformed HTTP, slow and huge bodies, XML attacks. Each gets a defined answer.

use crate::common::{Scripted, VXU, client_options, credentials, serve};
use crate::raw::{post, read_all, send};
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};
use titer_wire::envelope::{Body, read, write_submit};
use titer_wire::{
    BoxFuture, Credentials, ExchangeLog, FaultCode, FaultKind, Receiver, Reply, RouterOptions,
    Server, ServerOptions, SoapClient, SoapFault, SoapVersion, Submission, soap_router,
};

const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";

fn submit_envelope() -> String {
    let bytes = write_submit(SoapVersion::V12, &credentials(), VXU).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn fault_of(server: &Server, body: &[u8], content_type: &str) -> SoapFault {
    let client = SoapClient::new(&server.url("/soap"), client_options()).unwrap();
    let call = client.post_envelope(body, Some(content_type));
    assert_eq!(call.exchange.status, Some(500));
    assert_eq!(call.notes, []);
    match call.outcome.unwrap().body {
        Body::Fault(fault) => fault,
        other => panic!("{other:?} instead of a fault"),
    }
}

#[test]
fn malformed_http_gets_a_400_or_a_closed_connection() {
    let receiver = Scripted::mirror();
    let server = serve(receiver.clone(), &RouterOptions::default());
    let chunks = "POST /soap HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("garbage", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 not http\r\n\r\n".to_vec()),
        ("no version", b"POST /soap\r\n\r\n".to_vec()),
        ("bad version", b"POST /soap HTTP/9.9\r\nHost: x\r\n\r\n".to_vec()),
        ("nul in a header", b"POST /soap HTTP/1.1\r\nHost: x\x00y\r\n\r\n".to_vec()),
        ("space before the colon", b"POST /soap HTTP/1.1\r\nHost : x\r\n\r\n".to_vec()),
        ("negative length", b"POST /soap HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".to_vec()),
        ("length in words", b"POST /soap HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n".to_vec()),
        (
            "two lengths",
            b"POST /soap HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde".to_vec(),
        ),
        ("bad chunk size", format!("{chunks}zz\r\nabc\r\n0\r\n\r\n").into_bytes()),
        ("chunk too large", format!("{chunks}ffffffffffffffffff\r\nabc").into_bytes()),
        ("unknown transfer coding", b"POST /soap HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: rot13\r\n\r\nabc".to_vec()),
        ("endless header", {
            let mut head = b"POST /soap HTTP/1.1\r\nX: ".to_vec();
            head.resize(2 << 20, b'a');
            head
        }),
        ("thousand headers", {
            let mut head = String::from("POST /soap HTTP/1.1\r\nHost: x\r\n");
            for i in 0..1000 {
                write!(head, "X{i}: 1\r\n").unwrap();
            }
            head.push_str("\r\n");
            head.into_bytes()
        }),
    ];
    for (name, bytes) in cases {
        let answer = send(server.addr(), &bytes);
        let refused = answer.is_empty()
            || answer.starts_with("HTTP/1.1 400")
            || answer.starts_with("HTTP/1.1 431");
        assert!(refused, "{name}: {answer}");
    }
    assert!(receiver.seen.lock().unwrap().is_empty());
    // and it still serves
    let client = SoapClient::new(&server.url("/soap"), client_options()).unwrap();
    assert!(client.submit(VXU.as_bytes()).reply().is_some());
}

#[test]
fn a_request_that_breaks_off_is_dropped_and_recorded() {
    let log = ExchangeLog::new(8);
    let receiver = Scripted::mirror();
    let options = RouterOptions {
        recorder: Some(log.clone()),
        ..RouterOptions::default()
    };
    let server = serve(receiver.clone(), &options);
    let whole = post(
        "/soap",
        "Content-Type: application/soap+xml\r\n",
        submit_envelope().as_bytes(),
    );
    for cut in [10, whole.len() / 2, whole.len() - 1] {
        let mut stream = TcpStream::connect(server.addr()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream.write_all(&whole[..cut]).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(read_all(&mut stream), "");
    }
    server.shutdown();
    assert!(
        receiver.seen.lock().unwrap().is_empty(),
        "no half message is taken"
    );
    let errors: Vec<Option<String>> = log.all().into_iter().map(|e| e.error).collect();
    assert!(errors.iter().all(Option::is_some));
}

#[test]
fn slow_heads_and_slow_bodies_are_cut_off() {
    let options = RouterOptions {
        body_timeout: Duration::from_millis(200),
        ..RouterOptions::default()
    };
    let limits = ServerOptions {
        head_timeout: Duration::from_millis(200),
        ..ServerOptions::default()
    };
    let bind = "127.0.0.1:0".parse().unwrap();
    let server =
        Server::start_with(bind, soap_router(Scripted::mirror(), &options), limits).unwrap();
    let begin = Instant::now();
    let mut head = TcpStream::connect(server.addr()).unwrap();
    head.write_all(b"POST /soap HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        .unwrap();
    let mut body = TcpStream::connect(server.addr()).unwrap();
    body.write_all(b"POST /soap HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n<soap")
        .unwrap();
    let mut idle = TcpStream::connect(server.addr()).unwrap();
    for stream in [&head, &body, &idle] {
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
    }
    let answer = read_all(&mut head);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 408"),
        "{answer}"
    );
    let answer = read_all(&mut body);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("did not arrive in time"));
    assert!(read_all(&mut idle).is_empty());
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_huge_body_gets_message_too_large() {
    let options = RouterOptions {
        max_body: 64 << 10,
        ..RouterOptions::default()
    };
    let receiver = Scripted::mirror();
    let server = serve(receiver.clone(), &options);
    let fault = fault_of(&server, &vec![b'a'; 800 << 10], "application/soap+xml");
    assert_eq!(fault.kind, FaultKind::MessageTooLarge);
    // announced, and not even sent when the sender asks first
    let head = "POST /soap HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 1000000000\r\n\r\n";
    let answer = send(server.addr(), head.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    assert!(answer.contains("<MessageTooLargeFault"));
    // chunked without an end
    let mut chunked =
        b"POST /soap HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..40 {
        chunked.extend_from_slice(b"10000\r\n");
        chunked.resize(chunked.len() + 0x10000, b'a');
        chunked.extend_from_slice(b"\r\n");
    }
    let answer = send(server.addr(), &chunked);
    assert!(
        answer.is_empty() || answer.contains("<MessageTooLargeFault"),
        "{answer}"
    );
    let http = send(
        server.addr(),
        &post(
            "/hl7",
            "Content-Type: text/plain\r\n",
            &vec![b'a'; 100 << 10],
        ),
    );
    assert!(http.starts_with("HTTP/1.1 413"), "{http}");
    assert!(receiver.seen.lock().unwrap().is_empty());
}

#[test]
fn xml_attacks_are_refused_at_once() {
    let server = serve(Scripted::mirror(), &RouterOptions::default());
    let whole = submit_envelope();
    let dtd = |doctype: &str| whole.replace("?>\n", &format!("?>\n{doctype}\n"));
    let mut laughs = String::from("<!DOCTYPE x [<!ENTITY a0 \"lol\">");
    for i in 1..30 {
        let inner = format!("&a{};", i - 1).repeat(10);
        write!(laughs, "<!ENTITY a{i} \"{inner}\">").unwrap();
    }
    laughs.push_str("]>");
    let deep = format!(
        "<{0}:Envelope xmlns:{0}=\"{SOAP}\"><{0}:Body>{1}",
        "s",
        "<a>".repeat(20_000)
    );
    let mut wide = String::from("<a ");
    for i in 0..20_000 {
        write!(wide, "b{i}=\"1\" ").unwrap();
    }
    let mut spaces = String::from("<a ");
    for i in 0..40_000 {
        write!(spaces, "xmlns:b{i}=\"u\" ").unwrap();
    }
    let body = |inside: &str| {
        format!("<s:Envelope xmlns:s=\"{SOAP}\"><s:Body>{inside}</s:Body></s:Envelope>")
    };
    let cases: Vec<(&str, String, &str)> = vec![
        (
            "dtd",
            dtd("<!DOCTYPE x>"),
            "document type declarations are refused",
        ),
        (
            "external dtd",
            dtd("<!DOCTYPE x SYSTEM \"http://127.0.0.1:9/x\">"),
            "document type",
        ),
        (
            "entity",
            dtd("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hostname\">]>"),
            "document type",
        ),
        (
            "parameter entity",
            dtd("<!DOCTYPE x [<!ENTITY % p SYSTEM \"file:///x\"> %p;]>"),
            "document type",
        ),
        ("laughs", dtd(&laughs), "document type"),
        ("open dtd", "<!DOCTYPE x [".to_owned(), "document type"),
        (
            "undeclared entity",
            whole.replace("MSH", "&e;"),
            "entity that XML does not define",
        ),
        (
            "nul reference",
            whole.replace("MSH", "&#0;"),
            "character that XML does not allow",
        ),
        (
            "surrogate reference",
            whole.replace("MSH", "&#xD800;"),
            "character that XML does not allow",
        ),
        (
            "control byte",
            whole.replace("MSH", "\u{0B}MSH"),
            "control character",
        ),
        (
            "lone ampersand",
            whole.replace("MSH", "& MSH"),
            "`&` that begins no reference",
        ),
        (
            "cdata end",
            whole.replace("MSH", "]]>MSH"),
            "outside of CDATA",
        ),
        ("deep", deep, "nested too deep"),
        ("wide", body(&format!("{wide}/>")), "too many attributes"),
        ("namespaces", body(&format!("{spaces}/>")), ""),
        (
            "twice an attribute",
            body("<a b=\"1\" b=\"2\"/>"),
            "given twice",
        ),
        (
            "many elements",
            body(&"<a/>".repeat(20_000)),
            "too many elements",
        ),
        (
            "cut",
            whole.replace("</soap:Envelope>", ""),
            "before all elements are closed",
        ),
        (
            "crossed",
            whole.replace("</soap:Body>", "</soap:Boby>"),
            "does not match",
        ),
        (
            "prefix",
            whole.replace("<soap:Body>", "<soap:Body><q:x/>"),
            "prefix that is not declared",
        ),
        ("two roots", format!("{whole}<x/>"), "second root"),
        ("text behind", format!("{whole}x"), "text outside"),
        ("empty", String::new(), "no root element"),
        ("hl7 instead", VXU.to_owned(), "text outside"),
        (
            "two bodies",
            whole.replace("</soap:Body>", "</soap:Body><soap:Body/>"),
            "a second `Body`",
        ),
        (
            "two operations",
            whole.replace(
                "</soap:Body>",
                "<submitSingleMessage xmlns=\"urn:cdc:iisb:2011\"/></soap:Body>",
            ),
            "a second operation",
        ),
        (
            "two messages",
            whole.replace("</hl7Message>", "</hl7Message><hl7Message>x</hl7Message>"),
            "a second `hl7Message`",
        ),
        (
            "element in message",
            whole.replace("MSH", "<b/>MSH"),
            "an element inside of `hl7Message`",
        ),
        (
            "no body",
            format!("<s:Envelope xmlns:s=\"{SOAP}\"/>"),
            "no `Body`",
        ),
        ("other root", "<html/>".to_owned(), "no SOAP envelope"),
        ("declaration late", format!(" {whole}"), "not at the start"),
        (
            "xml 1.1",
            whole.replace("version=\"1.0\"", "version=\"1.1\""),
            "not XML 1.0",
        ),
    ];
    for (name, document, says) in cases {
        let begin = Instant::now();
        let fault = fault_of(
            &server,
            document.as_bytes(),
            "application/soap+xml; charset=utf-8",
        );
        assert!(fault.detail.contains(says), "{name}: {}", fault.detail);
        assert_eq!(fault.kind, FaultKind::Unknown, "{name}");
        assert_eq!(fault.soap_code, FaultCode::Sender, "{name}");
        assert!(begin.elapsed() < Duration::from_secs(2), "{name}");
        assert!(!fault.detail.contains("PID"), "{name}");
    }
}

#[test]
fn encodings_are_read_or_refused() {
    let receiver = Scripted::mirror();
    let server = serve(receiver.clone(), &RouterOptions::default());
    let client = SoapClient::new(&server.url("/soap"), client_options()).unwrap();
    let whole = submit_envelope();
    let named = |name: &str| whole.replace("UTF-8", name);
    let utf16 = |text: &str, mark: bool, swap: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let mark: &[u16] = if mark { &[0xFEFF] } else { &[] };
        mark.iter()
            .copied()
            .chain(text.encode_utf16())
            .flat_map(swap)
            .collect()
    };
    let latin = |text: &str| -> Vec<u8> {
        text.chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect()
    };
    let good: Vec<(&str, Vec<u8>, &str)> = vec![
        (
            "mark",
            [b"\xEF\xBB\xBF", whole.as_bytes()].concat(),
            "application/soap+xml",
        ),
        (
            "latin 1 declared",
            latin(&named("ISO-8859-1")),
            "application/soap+xml",
        ),
        (
            "latin 1 in the type",
            latin(&whole),
            "application/soap+xml; charset=\"iso-8859-1\"",
        ),
        (
            "utf-16 le",
            utf16(&named("UTF-16"), true, u16::to_le_bytes),
            "application/soap+xml",
        ),
        (
            "utf-16 be",
            utf16(&named("UTF-16"), true, u16::to_be_bytes),
            "application/soap+xml",
        ),
        (
            "utf-16 without mark",
            utf16(&named("UTF-16"), false, u16::to_le_bytes),
            "application/soap+xml",
        ),
        (
            "utf-16be in the type",
            utf16(&named("UTF-16"), false, u16::to_be_bytes),
            "application/soap+xml; charset=utf-16be",
        ),
        (
            "type beats declaration",
            named("ISO-8859-1").into_bytes(),
            "application/soap+xml; charset=utf-8",
        ),
        ("text/plain", whole.clone().into_bytes(), "text/plain"),
        (
            "no type of its own",
            whole.clone().into_bytes(),
            "application/octet-stream",
        ),
    ];
    for (name, bytes, content_type) in good {
        let call = client.post_envelope(&bytes, Some(content_type));
        let Ok(Body::SubmitResponse(_)) = call.outcome.as_ref().map(|e| &e.body) else {
            panic!("{name}: {call:?}");
        };
        assert_eq!(receiver.last().message, VXU.as_bytes(), "{name}");
    }
    let bad: Vec<(&str, Vec<u8>, &str, &str)> = vec![
        (
            "latin 1 as utf-8",
            latin(&whole),
            "application/soap+xml; charset=utf-8",
            "not valid UTF-8",
        ),
        (
            "latin 1 undeclared",
            latin(&named("utf-8")),
            "application/soap+xml",
            "not valid UTF-8",
        ),
        (
            "ebcdic",
            whole.clone().into_bytes(),
            "application/soap+xml; charset=ibm037",
            "the encoding ibm037 is not read",
        ),
        (
            "declared koi8",
            named("KOI8-R").into_bytes(),
            "application/soap+xml",
            "the encoding KOI8-R is not read",
        ),
        (
            "declared utf-16, is not",
            named("UTF-16").into_bytes(),
            "application/soap+xml",
            "not written in it",
        ),
        (
            "overlong",
            whole
                .replace("MSH", "\u{1}")
                .into_bytes()
                .iter()
                .flat_map(|b| if *b == 1 { vec![0xC0, 0xAF] } else { vec![*b] })
                .collect(),
            "application/soap+xml",
            "not valid UTF-8",
        ),
        (
            "half a pair",
            utf16(&whole, true, u16::to_le_bytes)
                .into_iter()
                .chain([0x00, 0xD8])
                .collect(),
            "application/soap+xml",
            "surrogate",
        ),
        (
            "half a character",
            utf16(&whole, true, u16::to_le_bytes)
                .into_iter()
                .chain([0x20])
                .collect(),
            "application/soap+xml",
            "half a character",
        ),
        (
            "not ascii",
            whole.clone().into_bytes(),
            "application/soap+xml; charset=us-ascii",
            "not US-ASCII",
        ),
    ];
    for (name, bytes, content_type, says) in bad {
        let fault = fault_of(&server, &bytes, content_type);
        assert!(fault.detail.contains(says), "{name}: {}", fault.detail);
    }
}

#[test]
fn headers_that_must_be_understood() {
    let server = serve(Scripted::mirror(), &RouterOptions::default());
    let with = |block: &str| {
        submit_envelope().replace(
            "<soap:Body>",
            &format!("<soap:Header>{block}</soap:Header><soap:Body>"),
        )
    };
    let client = SoapClient::new(&server.url("/soap"), client_options()).unwrap();
    for fine in [
        "<a xmlns=\"urn:a\"/>",
        "<a xmlns=\"urn:a\" soap:mustUnderstand=\"false\"/>",
        "<a xmlns=\"urn:a\" soap:mustUnderstand=\"true\" soap:role=\"urn:somebody-else\"/>",
        "<Action xmlns=\"http://www.w3.org/2005/08/addressing\" soap:mustUnderstand=\"1\">urn:cdc:iisb:2011:submitSingleMessage</Action>",
    ] {
        let call = client.post_envelope(with(fine).as_bytes(), None);
        assert!(
            matches!(call.outcome.unwrap().body, Body::SubmitResponse(_)),
            "{fine}"
        );
    }
    let strange = with("<a xmlns=\"urn:a\" soap:mustUnderstand=\"1\"/>");
    let fault = fault_of(
        &server,
        strange.as_bytes(),
        "application/soap+xml; charset=utf-8",
    );
    assert_eq!(fault.soap_code, FaultCode::MustUnderstand);
    let hub = with("<HubRequestHeader xmlns=\"urn:cdc:iisb:hub:2014\"/>");
    let fault = fault_of(
        &server,
        hub.as_bytes(),
        "application/soap+xml; charset=utf-8",
    );
    assert_eq!(fault.kind, FaultKind::UnsupportedOperation);
    let version = submit_envelope().replace(SOAP, "urn:some:other:soap");
    let fault = fault_of(
        &server,
        version.as_bytes(),
        "application/soap+xml; charset=utf-8",
    );
    assert_eq!(fault.soap_code, FaultCode::VersionMismatch);
}

#[test]
fn what_is_no_operation_is_unsupported() {
    let server = serve(Scripted::mirror(), &RouterOptions::default());
    let soap = |inside: &str| {
        format!("<s:Envelope xmlns:s=\"{SOAP}\"><s:Body>{inside}</s:Body></s:Envelope>")
    };
    for inside in [
        "",
        "<submitSingleMessageX xmlns=\"urn:cdc:iisb:2011\"/>",
        "<submitSingleMessage xmlns=\"urn:other\"/>",
        "<submitSingleMessage/>",
        "<SubmitSingleMessageRequest xmlns=\"urn:cdc:iisb:2014\"/>",
        "<submitSingleMessageResponse xmlns=\"urn:cdc:iisb:2011\"><return>MSH|</return></submitSingleMessageResponse>",
    ] {
        let fault = fault_of(&server, soap(inside).as_bytes(), "application/soap+xml");
        assert_eq!(fault.kind, FaultKind::UnsupportedOperation, "{inside}");
        assert_eq!(fault.reason, "UnsupportedOperation");
    }
}

#[test]
fn batches_and_second_messages_are_too_large() {
    let server = serve(Scripted::mirror(), &RouterOptions::default());
    let client = SoapClient::new(&server.url("/soap"), client_options()).unwrap();
    for message in [
        format!("{VXU}{VXU}"),
        format!("{VXU}  {VXU}").replace('\r', "\n"),
        format!("FHS|^~\\&|\r{VXU}"),
        format!("BHS|^~\\&|\r{VXU}BTS|1\r"),
    ] {
        let call = client.submit(message.as_bytes());
        let fault = call.fault().unwrap();
        assert_eq!(fault.kind, FaultKind::MessageTooLarge);
        assert_eq!(fault.reason, "MessageTooLarge");
    }
    // a facility may well be called MSH
    let named = VXU.replace("|FAC1|", "|MSH|");
    assert!(client.submit(named.as_bytes()).reply().is_some());
    let call = client.submit(b" \r\n ");
    assert_eq!(
        call.fault().unwrap().detail,
        "hl7Message is empty; send one HL7 message"
    );
}

struct Panics;

impl Receiver for Panics {
    fn authenticate(&self, _: &Credentials) -> Result<(), SoapFault> {
        Ok(())
    }

    fn submit(&self, _: Submission) -> BoxFuture<'_, Result<Reply, SoapFault>> {
        panic!("deliberate, with PID|1||secret")
    }
}

#[test]
fn a_receiver_that_panics_is_an_unknown_fault_without_a_trace() {
    let server = serve(Arc::new(Panics), &RouterOptions::default());
    let client = SoapClient::new(&server.url("/soap"), client_options()).unwrap();
    for _ in 0..2 {
        let call = client.submit(VXU.as_bytes());
        let fault = call.fault().unwrap();
        assert_eq!(fault.kind, FaultKind::Unknown);
        assert_eq!(
            fault.detail,
            "the message could not be processed; send it again later"
        );
        assert_eq!(call.notes, []);
    }
}

#[test]
fn an_answer_that_xml_cannot_carry_is_a_fault_and_not_a_broken_envelope() {
    let server = serve(
        Scripted::new(|_| Ok(Reply::Hl7(b"MSH|^~\\&|\x0B\r".to_vec()))),
        &RouterOptions::default(),
    );
    let client = SoapClient::new(&server.url("/soap"), client_options()).unwrap();
    let call = client.submit(VXU.as_bytes());
    assert_eq!(call.fault().unwrap().kind, FaultKind::Unknown);
    assert!(read(&call.exchange.response.unwrap().body.0, None).is_ok());
}
