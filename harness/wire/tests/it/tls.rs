//! HTTPS: a server whose certificate an authority of our own signed.
//!
//! `tls/authority.pem` signed `tls/server.pem` for 127.0.0.1; its key was thrown away, the server's key protects nothing.

use crate::common::{VXU, client_options};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use titer_wire::envelope::write_submit_response;
use titer_wire::{CallError, ClientOptions, SoapClient, SoapVersion};

const AUTHORITY: &[u8] = include_bytes!("tls/authority.pem");

fn secure_server(calls: usize) -> (String, std::thread::JoinHandle<usize>) {
    let chain = vec![CertificateDer::from_pem_slice(include_bytes!("tls/server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/soap", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let mut served = 0;
        for _ in 0..calls {
            let (socket, _) = listener.accept().unwrap();
            let session = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut stream = rustls::StreamOwned::new(session, socket);
            let mut seen = Vec::new();
            let mut chunk = [0; 4096];
            while !String::from_utf8_lossy(&seen).contains("</soap:Envelope>") {
                match stream.read(&mut chunk) {
                    Ok(n) if n > 0 => seen.extend_from_slice(&chunk[..n]),
                    _ => break,
                }
            }
            if seen.is_empty() {
                continue;
            }
            served += 1;
            let body = write_submit_response(SoapVersion::V12, "MSH|^~\\&|secure\r").unwrap();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&body).unwrap();
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
        served
    });
    (url, thread)
}

#[test]
fn a_trusted_server_is_called_and_an_untrusted_one_is_not() {
    let (url, thread) = secure_server(2);
    let trusting = ClientOptions {
        trust: vec![AUTHORITY.to_vec()],
        ..client_options()
    };
    let call = SoapClient::new(&url, client_options())
        .unwrap()
        .submit(VXU.as_bytes());
    let error = call.error().unwrap();
    assert!(matches!(error, CallError::Connect { .. }), "{error:?}");
    assert!(error.to_string().contains("certificate"), "{error}");
    let call = SoapClient::new(&url, trusting)
        .unwrap()
        .submit(VXU.as_bytes());
    assert_eq!(call.reply().unwrap(), b"MSH|^~\\&|secure\r");
    assert_eq!(
        thread.join().unwrap(),
        1,
        "the message went to the trusted server only"
    );
}
