//! What the client makes of servers that answer badly, or not.

use crate::common::{Scripted, VXU, client_options, serve};
use crate::raw::{answer_once, serve_once};
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use titer_wire::envelope::write_submit_response;
use titer_wire::{
    Answered, Call, CallError, ClientError, ClientOptions, Delivery, FaultKind, HttpClient,
    HttpForm, HttpLogin, HttpReply, Reply, RouterOptions, SoapClient, SoapVersion,
};

fn url(addr: SocketAddr) -> String {
    format!("http://{addr}/soap")
}

fn response(status: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn ack() -> String {
    let message = "MSH|^~\\&|IIS|||EHR|2026||ACK^V04^ACK|2|P|2.5.1\rMSA|AA|M1\r";
    String::from_utf8(write_submit_response(SoapVersion::V12, message).unwrap()).unwrap()
}

fn call(answer: Vec<u8>) -> Call<titer_wire::Answer<Vec<u8>>> {
    let (addr, thread) = answer_once(answer);
    let call = SoapClient::new(&url(addr), client_options())
        .unwrap()
        .submit(VXU.as_bytes());
    thread.join().unwrap();
    call
}

fn error(answer: Vec<u8>) -> CallError {
    let call = call(answer);
    assert!(call.exchange.error.is_some());
    call.outcome.map(|_| ()).unwrap_err()
}

const SOAP: &str = "application/soap+xml; charset=utf-8";

#[test]
fn wrong_answers_are_told_apart() {
    let cut = ack().replace("</soap:Body>", "");
    let e = error(response("200 OK", SOAP, cut.as_bytes()));
    let CallError::MalformedXml {
        line,
        column,
        reason,
    } = &e
    else {
        panic!("{e:?}");
    };
    assert_eq!(
        (*line, *reason == "an end tag does not match its start tag"),
        (2, true)
    );
    let wanted = cut
        .lines()
        .nth(1)
        .unwrap()
        .find("</soap:Envelope>")
        .unwrap()
        + 1;
    assert_eq!(*column as usize, wanted);

    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        (
            "not found",
            response("404 Not Found", "text/html", b"<html>no</html>"),
            "HTTP status 404",
        ),
        (
            "unauthorized",
            response("401 Unauthorized", "text/plain", b"no"),
            "HTTP status 401",
        ),
        (
            "maintenance",
            response("503 Service Unavailable", SOAP, ack().as_bytes()),
            "HTTP status 503",
        ),
        (
            "redirect",
            response(
                "302 Found\r\nLocation: http://127.0.0.1:9/",
                "text/plain",
                b"",
            ),
            "HTTP status 302",
        ),
        (
            "plain 500",
            response("500 Oops", "text/plain", b"sorry"),
            "HTTP status 500",
        ),
        (
            "empty 500",
            response("500 Oops", "text/plain", b""),
            "HTTP status 500",
        ),
        (
            "html",
            response("200 OK", "text/html", b"<html><body>hello</body></html>"),
            "the answer is not a proper SOAP envelope: the document is XML, but not a SOAP envelope",
        ),
        (
            "br",
            response("200 OK", "text/html", b"<html><br></html>"),
            "the answer's XML is malformed: an end tag does not match its start tag (line 1, column 11)",
        ),
        (
            "words",
            response("200 OK", "text/plain", b"accepted"),
            "the answer's XML is malformed: text outside of the root element (line 1, column 1)",
        ),
        (
            "nothing",
            response("200 OK", SOAP, b""),
            "the answer's XML is malformed: there is no root element (line 1, column 1)",
        ),
        (
            "twice",
            response(
                "200 OK",
                SOAP,
                ack()
                    .replace("<return>", "<return>x</return><return>")
                    .as_bytes(),
            ),
            "the answer is not a proper SOAP envelope: a second `return` (line 2, column 153)",
        ),
        (
            "other",
            response(
                "200 OK",
                SOAP,
                ack()
                    .replace("submitSingleMessageResponse", "connectivityTestResponse")
                    .as_bytes(),
            ),
            "the answer holds connectivityTestResponse instead of submitSingleMessageResponse",
        ),
        (
            "no return",
            response(
                "200 OK",
                SOAP,
                ack().replace("return>", "result>").as_bytes(),
            ),
            "the answer holds submitSingleMessageResponse without a return instead of submitSingleMessageResponse",
        ),
        (
            "unknown version",
            response(
                "200 OK",
                SOAP,
                ack().replace("2003/05", "2093/05").as_bytes(),
            ),
            "the answer is not a proper SOAP envelope: the envelope is neither SOAP 1.1 nor SOAP 1.2",
        ),
    ];
    for (name, answer, says) in cases {
        let e = error(answer);
        assert_eq!(e.to_string(), says, "{name}");
        assert!(!e.is_unreachable());
    }
}

#[test]
fn broken_http_is_told_apart() {
    let whole = response("200 OK", SOAP, ack().as_bytes());
    let mut cut = whole.clone();
    cut.truncate(whole.len() - 20);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("closed at once", Vec::new()),
        ("garbage", b"\x00\x01\x02 no http at all\r\n\r\n".to_vec()),
        ("cut head", b"HTTP/1.1 200 OK\r\nContent-".to_vec()),
        ("cut body", cut),
        (
            "bad chunk",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_vec(),
        ),
        (
            "bad length",
            b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n".to_vec(),
        ),
    ];
    for (name, answer) in cases {
        let e = error(answer);
        assert!(matches!(e, CallError::Broken { .. }), "{name}: {e:?}");
        assert!(!e.is_unreachable());
    }
}

#[test]
fn nobody_there_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    drop(listener);
    let call = SoapClient::new(&url(addr), client_options())
        .unwrap()
        .submit(VXU.as_bytes());
    let e = call.error().unwrap();
    assert!(
        matches!(e, CallError::Connect { .. }) && e.is_unreachable(),
        "{e:?}"
    );
    assert_eq!(call.exchange.status, None);
    let nowhere = SoapClient::new("http://nowhere.invalid/soap", client_options()).unwrap();
    assert!(
        nowhere
            .submit(VXU.as_bytes())
            .error()
            .unwrap()
            .is_unreachable()
    );
    // TLS to a server that speaks plain HTTP
    let server = serve(Scripted::mirror(), &RouterOptions::default());
    let secure = server.url("/soap").replace("http:", "https:");
    let call = SoapClient::new(&secure, client_options())
        .unwrap()
        .submit(VXU.as_bytes());
    assert!(call.error().unwrap().is_unreachable(), "{:?}", call.outcome);
}

#[test]
fn silence_is_a_timeout() {
    let options = ClientOptions {
        timeout: Duration::from_millis(150),
        ..client_options()
    };
    let server = serve(
        Scripted::new(|_| Ok(Reply::Hang(Duration::from_secs(600)))),
        &RouterOptions::default(),
    );
    let call = SoapClient::new(&server.url("/soap"), options.clone())
        .unwrap()
        .submit(VXU.as_bytes());
    let e = call.error().unwrap();
    assert!(
        matches!(e, CallError::Timeout { .. }) && !e.is_unreachable(),
        "{e:?}"
    );
    let begin = std::time::Instant::now();
    server.shutdown();
    assert!(
        begin.elapsed() < Duration::from_secs(4),
        "a hanging answer does not hold the shutdown up"
    );

    // one byte now and then does not extend the time
    let (addr, thread) = serve_once(|stream| {
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
            .iter()
            .chain(&[b' '; 4000])
        {
            if stream.write_all(&[*byte]).is_err() {
                break;
            }
            std::thread::park_timeout(Duration::from_millis(5));
        }
    });
    let call = SoapClient::new(&url(addr), options)
        .unwrap()
        .submit(VXU.as_bytes());
    assert!(matches!(call.error(), Some(CallError::Timeout { .. })));
    thread.join().unwrap();
}

#[test]
fn an_answer_in_slices_of_one_byte_is_read() {
    let (addr, thread) = serve_once(|stream| {
        stream.set_nodelay(true).unwrap();
        for byte in response("200 OK", SOAP, ack().as_bytes()) {
            stream.write_all(&[byte]).unwrap();
        }
    });
    let call = SoapClient::new(&url(addr), client_options())
        .unwrap()
        .submit(VXU.as_bytes());
    assert!(call.reply().unwrap().starts_with(b"MSH|"));
    thread.join().unwrap();
}

#[test]
fn a_huge_answer_is_refused_without_reading_it_all() {
    let options = ClientOptions {
        max_response: 100_000,
        ..client_options()
    };
    let (addr, thread) = serve_once(|stream| {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        while stream.write_all(&[b' '; 4096]).is_ok() {}
    });
    let call = SoapClient::new(&url(addr), options)
        .unwrap()
        .submit(VXU.as_bytes());
    assert!(matches!(
        call.error(),
        Some(CallError::TooLarge { limit: 100_000 })
    ));
    thread.join().unwrap();
    // three megabytes are a real answer
    let long = format!("MSH|^~\\&|\rOBX|1|TX|{}\r", "a".repeat(3_000_000));
    let server = serve(
        Scripted::new(move |_| Ok(Reply::Hl7(long.clone().into_bytes()))),
        &RouterOptions::default(),
    );
    let client = SoapClient::new(&server.url("/soap"), client_options()).unwrap();
    assert_eq!(
        client.submit(VXU.as_bytes()).reply().unwrap().len(),
        3_000_020
    );
}

#[test]
fn faults_under_any_status_are_faults_and_noted() {
    let fault =
        titer_wire::envelope::write_fault(SoapVersion::V12, &titer_wire::SoapFault::security());
    for (status, noted) in [
        ("200 OK", true),
        ("400 Bad Request", false),
        ("500 Oops", false),
    ] {
        let call = call(response(status, SOAP, &fault));
        assert_eq!(call.fault().unwrap().kind, FaultKind::Security);
        let rules: Vec<&str> = call.notes.iter().map(|f| f.rule.as_str()).collect();
        assert_eq!(rules.contains(&"SOAP-STATUS"), noted, "{status}");
    }
}

/// Deliberately bad servers are built on the receiver's last word.
#[test]
fn a_personality_can_change_every_answer() {
    type Deliver = fn(HttpReply, &Answered) -> Delivery;
    let cut: Deliver = |mut reply, _| {
        let text = String::from_utf8(reply.body).unwrap();
        reply.body = text.replace("</soap:Body>", "").into_bytes();
        Delivery::Send(reply)
    };
    let reason: Deliver = |mut reply, answered| {
        if answered.fault.is_some() {
            let text = String::from_utf8(reply.body).unwrap();
            reply.body = text.replace(">Security<", ">Security Fault<").into_bytes();
        }
        Delivery::Send(reply)
    };
    let server = |deliver: Deliver| {
        serve(
            Scripted::with_delivery(|s| Ok(Reply::Hl7(s.message)), deliver),
            &RouterOptions::default(),
        )
    };
    let good = |server: &titer_wire::Server| {
        SoapClient::new(&server.url("/soap"), client_options()).unwrap()
    };
    let bad = |server: &titer_wire::Server| {
        let options = ClientOptions {
            credentials: titer_wire::Credentials::new("user1", "no", "FAC1"),
            ..client_options()
        };
        SoapClient::new(&server.url("/soap"), options).unwrap()
    };
    let s = server(cut);
    assert!(matches!(
        good(&s).submit(VXU.as_bytes()).error(),
        Some(CallError::MalformedXml { .. })
    ));
    assert!(matches!(
        good(&s).connectivity_test("x").error(),
        Some(CallError::MalformedXml { .. })
    ));
    let s = server(reason);
    assert!(good(&s).submit(VXU.as_bytes()).notes.is_empty());
    let call = bad(&s).submit(VXU.as_bytes());
    assert_eq!(call.fault().unwrap().kind, FaultKind::Security);
    let rules: Vec<&str> = call.notes.iter().map(|f| f.rule.as_str()).collect();
    assert_eq!(rules, ["SOAP-FAULT-REASON"]);
    let s = server(|_, _| Delivery::Close);
    assert!(matches!(
        good(&s).submit(VXU.as_bytes()).error(),
        Some(CallError::Broken { .. })
    ));
    let s = serve(
        Scripted::new(|_| {
            Ok(Reply::Raw(HttpReply {
                status: 299,
                content_type: "text/plain\r\nX-Split: 1".to_owned(),
                body: b"whatever".to_vec(),
            }))
        }),
        &RouterOptions::default(),
    );
    let call = good(&s).submit(VXU.as_bytes());
    assert_eq!(call.exchange.status, Some(299));
    assert!(call.exchange.response.unwrap().header("x-split").is_none());
}

#[test]
fn echoes_are_compared_exactly() {
    let deliver = |with: fn(&str) -> String| {
        let receiver = Scripted::with_delivery(
            |s| Ok(Reply::Hl7(s.message)),
            move |mut reply, _| {
                let text = String::from_utf8(reply.body).unwrap();
                reply.body = with(&text).into_bytes();
                Delivery::Send(reply)
            },
        );
        serve(receiver, &RouterOptions::default())
    };
    let rules = |server: &titer_wire::Server| -> Vec<String> {
        let client = SoapClient::new(&server.url("/soap"), client_options()).unwrap();
        let call = client.connectivity_test("a & b");
        call.notes.into_iter().map(|f| f.rule).collect()
    };
    assert!(rules(&deliver(str::to_owned)).is_empty());
    assert_eq!(
        rules(&deliver(|t| t.replace("<return>", "<return>You sent: "))),
        ["SOAP-ECHO-EXACT"]
    );
    assert_eq!(
        rules(&deliver(|t| t.replace("&amp;", "&amp;amp;"))),
        ["SOAP-ECHO-LOST"]
    );
}

#[test]
fn what_cannot_be_sent_is_not_sent() {
    let server = serve(Scripted::mirror(), &RouterOptions::default());
    let client = SoapClient::new(&server.url("/soap"), client_options()).unwrap();
    let call = client.submit(b"\x0BMSH|^~\\&|\r\x1C\r");
    let e = call.error().unwrap().to_string();
    assert_eq!(
        e,
        "the message cannot be sent: the character U+000B, which XML cannot carry at offset 0"
    );
    let call = client.submit(b"MSH|^~\\&|A\xFF\r");
    let e = call.error().unwrap().to_string();
    assert_eq!(
        e,
        "the message cannot be sent: a byte that is not in the message's character set at offset 10"
    );
    assert!(client.connectivity_test("\u{0}").error().is_some());
    for bad in ["ftp://127.0.0.1/", "127.0.0.1:80", "", "http://"] {
        assert!(matches!(
            SoapClient::new(bad, client_options()).err(),
            Some(ClientError::Url { .. })
        ));
    }
    let certificate = ClientOptions {
        trust: vec![b"no certificate".to_vec()],
        ..client_options()
    };
    assert!(SoapClient::new("https://127.0.0.1/", certificate).is_err());
}

#[test]
fn latin_1_messages_keep_their_bytes() {
    let receiver = Scripted::mirror();
    let server = serve(receiver.clone(), &RouterOptions::default());
    let mut message =
        b"MSH|^~\\&|A|B|C|D|2026||VXU^V04^VXU_V04|1|P|2.5.1||||||8859/1\rPID|1||||Gr".to_vec();
    message.extend_from_slice(b"\xFCn\r");
    let soap = SoapClient::new(&server.url("/soap"), client_options()).unwrap();
    assert_eq!(soap.submit(&message).reply().unwrap(), &message);
    assert_eq!(receiver.last().message, message);
    let http = HttpClient::new(
        &server.url("/hl7"),
        HttpForm::Text,
        HttpLogin::Basic,
        client_options(),
    )
    .unwrap();
    assert_eq!(http.submit(&message).outcome.unwrap(), message);
    assert_eq!(receiver.last().message, message);
}

#[test]
fn http_answers_are_hl7_or_an_error() {
    let server = serve(
        Scripted::new(|_| {
            Ok(Reply::Raw(HttpReply {
                status: 200,
                content_type: "text/html".to_owned(),
                body: b"<p>accepted</p>".to_vec(),
            }))
        }),
        &RouterOptions::default(),
    );
    let client = |options: ClientOptions| {
        HttpClient::new(
            &server.url("/hl7"),
            HttpForm::Hl7V2,
            HttpLogin::Headers,
            options,
        )
        .unwrap()
    };
    let call = client(client_options()).submit(VXU.as_bytes());
    assert!(matches!(call.error(), Some(CallError::NotHl7)));
    let wrong = ClientOptions {
        credentials: titer_wire::Credentials::new("user1", "no", "FAC1"),
        ..client_options()
    };
    let call = client(wrong).submit(VXU.as_bytes());
    assert!(matches!(
        call.error(),
        Some(CallError::Http { status: 401 })
    ));
    let call = client(client_options()).submit(format!("{VXU}{VXU}").as_bytes());
    assert!(matches!(
        call.error(),
        Some(CallError::Http { status: 413 })
    ));
}
