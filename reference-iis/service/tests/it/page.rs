//! The page.

use crate::world::{GIVEN, clock};
use std::io::{Read, Write};
use std::net::TcpStream;
use titer_service::{IisOptions, RunningIis};
use titer_wire::{ClientOptions, SoapClient};

fn get(iis: &RunningIis, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(iis.addr()).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        iis.addr()
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

fn start() -> RunningIis {
    RunningIis::start(IisOptions {
        clock: clock(),
        kept_exchanges: 3,
        ..IisOptions::default()
    })
    .unwrap()
}

fn client(iis: &RunningIis) -> SoapClient {
    let options = ClientOptions {
        credentials: iis.credentials().clone(),
        ..ClientOptions::default()
    };
    SoapClient::new(&iis.soap_url(), options).unwrap()
}

#[test]
fn an_empty_page_says_where_to_send() {
    let iis = start();
    let (head, body) = get(&iis, "/");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(
        head.to_ascii_lowercase()
            .contains("content-security-policy:")
    );
    for text in [
        &iis.soap_url(),
        &iis.http_url(),
        &iis.credentials().username,
        &iis.credentials().password,
        &iis.credentials().facility,
    ] {
        assert!(body.contains(text.as_str()), "{text}");
    }
    assert!(body.contains("waiting for its first message"));
    assert_eq!(get(&iis, "/health").1, "ok\n");
    assert!(get(&iis, "/soap?wsdl").1.contains("submitSingleMessage"));
}

#[test]
fn what_arrived_is_shown_with_what_was_wrong_and_harmlessly() {
    let iis = start();
    let client = client(&iis);
    let hostile = GIVEN
        .replace("Marlow^Tessa", "<script>alert(1)</script>^\"onmouseover=x")
        .replace("LT^Left Thigh^HL70163", "XX^Left Thigh^HL70163");
    assert!(client.submit(hostile.as_bytes()).reply().is_some());
    let (_, body) = get(&iis, "/");
    assert!(body.contains("1 message has arrived"));
    assert!(!body.contains("<script>alert"));
    assert!(body.contains("&lt;script&gt;alert"));
    assert!(body.contains("<mark class=\"error\">"));
    assert!(body.contains("accepted in part"));
    for n in 0..5 {
        let message = GIVEN.replace("M-1", &format!("PAGE-{n}"));
        assert!(client.submit(message.as_bytes()).reply().is_some());
    }
    let (_, body) = get(&iis, "/");
    assert!(body.contains("6 messages have arrived"));
    assert!(body.contains("The last 3 of 6"));
    assert!(body.contains("PAGE-4") && body.contains("PAGE-2") && !body.contains("PAGE-1"));
    assert_eq!(get(&iis, "/count").1, "6");
    iis.shutdown();
}
