//! The server around the operations: definition, methods, ports, shutting down, the inbox, what is recorded.

use crate::common::{Scripted, VXU, client_options, credentials, serve, soap_data};
use crate::raw::{post, send};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;
use titer_hl7::clock::FixedClock;
use titer_wire::{
    ClientOptions, Credentials, Direction, Exchange, ExchangeLog, FaultKind, HIDDEN, HttpClient,
    HttpForm, HttpLogin, Inbox, InboxOptions, Reply, RouterOptions, Server, ServerError,
    SoapClient, SoapFault, Transport, check_exchange,
};

fn get(server: &Server, method: &str, target: &str, host: &str) -> (u16, String) {
    let request =
        format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let answer = send(server.addr(), request.as_bytes());
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    (status, body)
}

#[test]
fn the_definition_and_its_schema_are_served_where_they_say() {
    let server = serve(Scripted::mirror(), &RouterOptions::default());
    let host = server.addr().to_string();
    for query in ["?wsdl", "?WSDL", "?wsdl="] {
        let (status, wsdl) = get(&server, "GET", &format!("/soap{query}"), &host);
        assert_eq!(status, 200);
        let document = roxmltree::Document::parse(&wsdl).unwrap();
        let location = |name: &str, attribute: &str| {
            let node = document
                .descendants()
                .find(|n| n.has_tag_name(name) || n.tag_name().name() == name);
            node.unwrap().attribute(attribute).unwrap().to_owned()
        };
        assert_eq!(location("address", "location"), server.url("/soap"));
        let schema = location("import", "schemaLocation");
        let target = schema.strip_prefix(&format!("http://{host}")).unwrap();
        let (status, xsd) = get(&server, "GET", target, &host);
        assert_eq!(status, 200);
        let schema = roxmltree::Document::parse(&xsd).unwrap();
        assert_eq!(
            schema.root_element().attribute("targetNamespace"),
            Some("urn:cdc:iisb:2011")
        );
    }
    // a host that is no host does not get into the document
    let (status, wsdl) = get(&server, "GET", "/soap?wsdl", "\"><evil/>");
    assert!(status == 400 || !wsdl.contains("evil"), "{wsdl}");
    let (status, _) = get(&server, "HEAD", "/soap?wsdl", &host);
    assert_eq!(status, 200);
    let fixed = RouterOptions {
        public_url: Some("https://iis.example.org/".to_owned()),
        ..RouterOptions::default()
    };
    let server = serve(Scripted::mirror(), &fixed);
    let (_, wsdl) = get(&server, "GET", "/soap?wsdl", &host);
    assert!(wsdl.contains("location=\"https://iis.example.org/soap\""));
}

/// Every name of the published definition is in ours, with the same attributes where clients look at them.
#[test]
fn the_definition_names_what_the_published_one_names() {
    let Some(data) = soap_data() else { return };
    let published = std::fs::read_to_string(data.join("cdc-iis-2011-classic.wsdl")).unwrap();
    let server = serve(Scripted::mirror(), &RouterOptions::default());
    let (_, wsdl) = get(&server, "GET", "/soap?wsdl", "x");
    let (_, xsd) = get(&server, "GET", "/soap?xsd=cdc-iis-2011.xsd", "x");
    let names = |texts: &[&str]| -> Vec<String> {
        let mut all = Vec::new();
        for text in texts {
            let document = roxmltree::Document::parse(text).unwrap();
            for node in document.descendants().filter(roxmltree::Node::is_element) {
                let tag = node.tag_name().name();
                let facts: Vec<String> = [
                    "name",
                    "type",
                    "element",
                    "fixed",
                    "soapAction",
                    "style",
                    "use",
                    "transport",
                    "nillable",
                ]
                .iter()
                .filter_map(|a| {
                    Some(format!(
                        "{a}={}",
                        node.attribute(*a)?
                            .rsplit("iis:")
                            .next()?
                            .rsplit("tns:")
                            .next()?
                    ))
                })
                .collect();
                if !facts.is_empty() && tag != "element" {
                    all.push(format!("{tag} {}", facts.join(" ")));
                } else if tag == "element" {
                    let optional = node.attribute("minOccurs") == Some("0");
                    let facts: Vec<&String> = facts
                        .iter()
                        .filter(|f| !f.starts_with("type=xsd:string"))
                        .collect();
                    all.push(format!("element {facts:?} optional={optional}"));
                }
            }
        }
        all.sort();
        all
    };
    assert_eq!(names(&[&wsdl, &xsd]), names(&[&published]));
}

#[test]
fn other_methods_are_unsupported_and_json_is_refused() {
    let server = serve(Scripted::mirror(), &RouterOptions::default());
    for (method, target) in [
        ("GET", "/soap"),
        ("GET", "/soap?xsd=../../etc/passwd"),
        ("GET", "/soap?other"),
        ("PUT", "/soap"),
        ("DELETE", "/soap"),
        ("PATCH", "/soap"),
        ("TRACE", "/soap"),
        ("OPTIONS", "/soap?wsdl"),
    ] {
        let (status, body) = get(&server, method, target, "x");
        assert_eq!(status, 500, "{method} {target}");
        assert!(
            body.contains("<UnsupportedOperationFault"),
            "{method} {target}: {body}"
        );
    }
    let answer = send(
        server.addr(),
        &post("/soap", "Content-Type: application/json\r\n", b"{}"),
    );
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let answer = send(
        server.addr(),
        &post("/soap", "Content-Encoding: gzip\r\n", b"\x1f\x8b"),
    );
    assert!(
        answer.starts_with("HTTP/1.1 500") && answer.contains("compressed"),
        "{answer}"
    );
    let (status, _) = get(&server, "GET", "/hl7", "x");
    assert_eq!(status, 405);
    let (status, _) = get(&server, "GET", "/elsewhere", "x");
    assert_eq!(status, 404);
    let answer = send(
        server.addr(),
        &post("/hl7", "Content-Type: application/pdf\r\n", b"x"),
    );
    assert!(answer.starts_with("HTTP/1.1 415"), "{answer}");
}

#[test]
fn plain_http_takes_off_framing_and_refuses_strangers() {
    let receiver = Scripted::mirror();
    let server = serve(receiver.clone(), &RouterOptions::default());
    let headers =
        "Content-Type: text/plain\r\nUSERID: user1\r\nPASSWORD: pass1\r\nFACILITYID: FAC1\r\n";
    for body in [
        VXU.to_owned(),
        format!("\x0B{VXU}\x1C\r"),
        format!("\r\n {VXU}"),
    ] {
        let answer = send(server.addr(), &post("/hl7", headers, body.as_bytes()));
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert_eq!(receiver.last().message, VXU.as_bytes());
    }
    let utf16: Vec<u8> = VXU.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let typed = headers.replace("text/plain", "text/plain; charset=utf-16be");
    send(server.addr(), &post("/hl7", &typed, &utf16));
    assert_eq!(receiver.last().message, VXU.as_bytes());
    let count = receiver.seen.lock().unwrap().len();
    for headers in [
        "",
        "USERID: user1\r\n",
        "USERID: user1\r\nPASSWORD: x\r\nFACILITYID: FAC1\r\n",
        "Authorization: Basic !!!\r\n",
        "Authorization: Basic dXNlcjElM0FwYXNzMQ==\r\n",
    ] {
        let answer = send(server.addr(), &post("/hl7", headers, VXU.as_bytes()));
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    }
    let answer = send(server.addr(), &post("/hl7", headers, b" \r\n"));
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(receiver.seen.lock().unwrap().len(), count);
    let open = RouterOptions {
        http_credentials: false,
        ..RouterOptions::default()
    };
    let server = serve(receiver, &open);
    let answer = send(server.addr(), &post("/hl7", "", VXU.as_bytes()));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn a_taken_port_is_an_error_of_its_own() {
    let server = serve(Scripted::mirror(), &RouterOptions::default());
    let second = Server::start(server.addr(), axum::Router::new());
    let Err(ServerError::PortInUse { addr }) = second else {
        panic!("two servers on one port");
    };
    assert_eq!(addr, server.addr());
    let nowhere = Server::start("192.0.2.1:0".parse().unwrap(), axum::Router::new());
    assert!(matches!(nowhere, Err(ServerError::Bind { .. })));
    let addr = server.addr();
    server.shutdown();
    assert!(TcpStream::connect(addr).is_err(), "nobody listens any more");
    let again = Server::start(addr, axum::Router::new()).unwrap();
    drop(again);
}

#[test]
fn shutting_down_lets_a_request_finish() {
    let (give, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let (entered, inside) = std::sync::mpsc::channel::<()>();
    let entered = std::sync::Mutex::new(entered);
    let receiver = Scripted::new(move |s| {
        entered.lock().unwrap().send(()).unwrap();
        wait.lock().unwrap().recv().unwrap();
        Ok(Reply::Hl7(s.message))
    });
    let server = serve(receiver, &RouterOptions::default());
    let url = server.url("/soap");
    let caller = std::thread::spawn(move || {
        SoapClient::new(&url, client_options())
            .unwrap()
            .submit(VXU.as_bytes())
    });
    inside.recv().unwrap();
    let stopper = std::thread::spawn(move || server.shutdown());
    give.send(()).unwrap();
    assert_eq!(caller.join().unwrap().reply().unwrap(), VXU.as_bytes());
    stopper.join().unwrap();
}

#[test]
fn many_callers_at_once() {
    let server = serve(Scripted::mirror(), &RouterOptions::default());
    let client = SoapClient::new(&server.url("/soap"), client_options()).unwrap();
    std::thread::scope(|scope| {
        for caller in 0..16 {
            let client = client.clone();
            scope.spawn(move || {
                for n in 0..10 {
                    let message = format!("MSH|^~\\&|{caller}|{n}\r");
                    assert_eq!(
                        client.submit(message.as_bytes()).reply().unwrap(),
                        message.as_bytes()
                    );
                }
            });
        }
    });
}

fn inbox(options: InboxOptions) -> Inbox {
    Inbox::start(options).unwrap()
}

#[test]
fn an_inbox_hands_messages_over_and_sends_the_answer_back() {
    let inbox = inbox(InboxOptions {
        credentials: Some(credentials()),
        ..InboxOptions::default()
    });
    let soap = SoapClient::new(inbox.soap_url(), client_options()).unwrap();
    let http = HttpClient::new(
        inbox.http_url(),
        HttpForm::Hl7V2,
        HttpLogin::Basic,
        client_options(),
    )
    .unwrap();
    let callers = std::thread::spawn(move || {
        (
            soap.submit(VXU.as_bytes()),
            http.submit(VXU.as_bytes()),
            soap.connectivity_test("hello"),
            soap.submit(VXU.as_bytes()),
        )
    });
    let wait = Duration::from_secs(20);
    let first = inbox.recv(wait).unwrap();
    assert_eq!(first.submission.transport, Transport::Soap12);
    assert_eq!(first.submission.message, VXU.as_bytes());
    assert_eq!(first.submission.notes, []);
    assert!(first.submission.peer.is_some());
    assert!(first.reply.message(b"MSH|^~\\&|one\r".to_vec()));
    let second = inbox.recv(wait).unwrap();
    assert_eq!(second.submission.transport, Transport::Http);
    assert!(second.reply.message(b"MSH|^~\\&|two\r".to_vec()));
    let echo = inbox.recv_echo(wait).unwrap();
    assert_eq!(
        (echo.text.as_str(), echo.transport),
        ("hello", Transport::Soap12)
    );
    let third = inbox.recv(wait).unwrap();
    assert!(
        third
            .reply
            .fault(SoapFault::message_too_large("on purpose"))
    );
    let (one, two, echo, three) = callers.join().unwrap();
    assert_eq!(one.reply().unwrap(), b"MSH|^~\\&|one\r");
    assert_eq!(two.outcome.unwrap(), b"MSH|^~\\&|two\r");
    assert_eq!(echo.reply().unwrap(), "hello");
    assert_eq!(three.fault().unwrap().detail, "on purpose");
    assert!(inbox.recv(Duration::from_millis(10)).is_none());
    inbox.shutdown();
}

#[test]
fn a_message_that_nobody_answers_gets_a_fault_in_time() {
    let inbox = inbox(InboxOptions {
        answer_timeout: Duration::from_millis(200),
        waiting: 1,
        ..InboxOptions::default()
    });
    let client = SoapClient::new(inbox.soap_url(), client_options()).unwrap();
    let call = client.submit(VXU.as_bytes());
    let fault = call.fault().unwrap();
    assert_eq!(fault.kind, FaultKind::Unknown);
    assert_eq!(
        fault.detail,
        "nobody answered the message in time; send it again later"
    );
    // the slot is still taken by the message that nobody took out
    let call = client.submit(VXU.as_bytes());
    assert_eq!(
        call.fault().unwrap().detail,
        "too many messages wait for an answer; send it again later"
    );
    let late = inbox.recv(Duration::from_secs(5)).unwrap();
    assert!(
        !late.reply.message(b"MSH|^~\\&|\r".to_vec()),
        "it is told that it comes too late"
    );
    // taken, and thrown away
    let other = client.clone();
    let caller = std::thread::spawn(move || other.submit(VXU.as_bytes()));
    drop(inbox.recv(Duration::from_secs(20)).unwrap());
    let call = caller.join().unwrap();
    assert_eq!(
        call.fault().unwrap().detail,
        "the message was taken, but nobody answered it"
    );
}

#[test]
fn what_is_odd_about_a_senders_envelope_comes_with_the_message() {
    let inbox = inbox(InboxOptions::default());
    let client = SoapClient::new(inbox.soap_url(), client_options()).unwrap();
    let envelope = "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Body><submitSingleMessage xmlns=\"urn:cdc:iisb:2011\"><hl7Message>MSH|^~\\&amp;|</hl7Message><username>u</username><password>p</password></submitSingleMessage></e:Body></e:Envelope>";
    let caller =
        std::thread::spawn(move || client.post_envelope(envelope.as_bytes(), Some("text/xml")));
    let incoming = inbox.recv(Duration::from_secs(20)).unwrap();
    let rules: Vec<&str> = incoming
        .submission
        .notes
        .iter()
        .map(|f| f.rule.as_str())
        .collect();
    assert_eq!(
        rules,
        [
            "SOAP-CONTENT-TYPE",
            "SOAP-CHILD-ORDER",
            "SOAP-CREDENTIALS-ABSENT"
        ]
    );
    incoming.reply.message(b"MSH|^~\\&|\r".to_vec());
    caller.join().unwrap();
}

fn clock() -> FixedClock {
    FixedClock("2026-11-22T09:00:00-05:00[-05:00]".parse().unwrap())
}

#[test]
fn exchanges_are_recorded_on_both_sides_without_passwords() {
    let log = ExchangeLog::new(64);
    let router = RouterOptions {
        recorder: Some(log.clone()),
        clock: Arc::new(clock()),
        ..RouterOptions::default()
    };
    let server = serve(Scripted::mirror(), &router);
    let password = "Sesame&<Open>";
    let options = ClientOptions {
        credentials: Credentials::new("user1", password, "FAC1"),
        recorder: Some(log.clone()),
        clock: Arc::new(clock()),
        ..client_options()
    };
    let soap = SoapClient::new(
        &format!("http://someone:{password}@{}/soap?key=1", server.addr()),
        options.clone(),
    )
    .unwrap();
    soap.submit(VXU.as_bytes());
    soap.connectivity_test("hello");
    for form in [HttpForm::Hl7V2, HttpForm::Form] {
        for login in [HttpLogin::Headers, HttpLogin::Basic] {
            HttpClient::new(&server.url("/hl7"), form, login, options.clone())
                .unwrap()
                .submit(VXU.as_bytes());
        }
    }
    // also when it is cut, wide, or no XML at all
    let cut = format!("<soap><a:Password x='1'>{}", "Sesame&<Open>");
    soap.post_envelope(cut.as_bytes(), None);
    let wide: Vec<u8> = format!("<x><password>{password}</password></x>")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    soap.post_envelope(&wide, None);
    server.shutdown();
    let all = log.all();
    assert_eq!(all.len(), 16);
    let sequences: Vec<u64> = all.iter().map(|e| e.sequence).collect();
    assert_eq!(sequences, (1..=16).collect::<Vec<u64>>());
    let json = serde_json::to_string(&all).unwrap();
    for secret in ["Sesame", "U2VzYW1l", "dXNlcjE6", "key=1"] {
        assert!(!json.contains(secret), "{secret} is in the record");
    }
    assert!(json.contains(HIDDEN));
    assert!(json.contains("2026-11-22T14:00:00Z"));
    let back: Vec<Exchange> = serde_json::from_str(&json).unwrap();
    assert_eq!(back, all);
    assert!(
        !format!("{all:?}").contains("Ana"),
        "the debug form shows nothing of a message"
    );
    let first = &all[0];
    assert_eq!(
        (
            first.direction,
            first.transport,
            first.operation.as_str(),
            first.status
        ),
        (
            Direction::Sent,
            Transport::Soap12,
            "submitSingleMessage",
            Some(500)
        )
    );
    assert_eq!(first.url, format!("http://{}/soap", server_of(first)));
    let body = first.request.body.text();
    assert!(
        body.contains("<password>[hidden]</password>")
            && body.contains("<username>user1</username>"),
        "{body}"
    );
    assert_eq!(
        check_exchange(first),
        [],
        "a recorded exchange can be judged again"
    );
    assert_eq!(log.after(14).len(), 2);
    assert_eq!(log.get(3).unwrap().sequence, 3);
}

fn server_of(exchange: &Exchange) -> &str {
    exchange.url.split('/').nth(2).unwrap()
}

#[test]
fn the_log_is_bounded() {
    let log = ExchangeLog::new(3);
    let server = serve(
        Scripted::mirror(),
        &RouterOptions {
            recorder: Some(log.clone()),
            ..RouterOptions::default()
        },
    );
    let client = SoapClient::new(&server.url("/soap"), client_options()).unwrap();
    for _ in 0..5 {
        client.connectivity_test("x");
    }
    server.shutdown();
    let kept: Vec<u64> = log.all().iter().map(|e| e.sequence).collect();
    assert_eq!(kept, [3, 4, 5]);
    assert_eq!((log.dropped(), log.last_sequence()), (2, 5));
}

#[test]
fn an_exchange_as_json() {
    let log = ExchangeLog::new(1);
    let router = RouterOptions {
        recorder: Some(log.clone()),
        clock: Arc::new(clock()),
        ..RouterOptions::default()
    };
    let server = serve(Scripted::mirror(), &router);
    let headers =
        "Content-Type: text/plain\r\nUSERID: user1\r\nPASSWORD: pass1\r\nFACILITYID: FAC1\r\n";
    send(server.addr(), &post("/hl7", headers, b"MSH|^~\\&|\xFF\r"));
    server.shutdown();
    let json = serde_json::to_string_pretty(&log.all()).unwrap();
    insta::assert_snapshot!("exchange", json);
}
