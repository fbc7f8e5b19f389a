//! Serves the SOAP endpoint and the plain HTTP route with a receiver that acknowledges every message, so that clients can
//! be tried without a registry.
//!
//! `cargo run -p titer-wire --example echo_server -- [ADDRESS [USER PASSWORD FACILITY]]` prints its addresses and
//! serves until its standard input ends.

use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::Arc;
use titer_hl7::{Message, Offsets};
use titer_wire::{
    BoxFuture, Credentials, Receiver, Reply, RouterOptions, Server, SoapFault, Submission,
    hl7_router, soap_router,
};

struct Acknowledging {
    credentials: Credentials,
}

impl Receiver for Acknowledging {
    fn authenticate(&self, credentials: &Credentials) -> Result<(), SoapFault> {
        if self.credentials.matches(credentials) {
            Ok(())
        } else {
            Err(SoapFault::security())
        }
    }

    fn submit(&self, submission: Submission) -> BoxFuture<'_, Result<Reply, SoapFault>> {
        Box::pin(async move { Ok(Reply::Hl7(acknowledgment(&submission.message))) })
    }
}

/// An accept for whatever message came: applications and facilities swapped, control id and processing id taken over.
fn acknowledgment(message: &[u8]) -> Vec<u8> {
    let mut offsets = Offsets::default();
    let message = Message::parse(message, &mut offsets);
    let header = message.segments().next();
    let field = |number: u32| -> String {
        header
            .and_then(|segment| segment.field(number))
            .map(|field| String::from_utf8_lossy(field.raw()).into_owned())
            .unwrap_or_default()
    };
    let trigger = field(9).split('^').nth(1).unwrap_or_default().to_owned();
    format!(
        "MSH|^~\\&|{}|{}|{}|{}|{}||ACK^{trigger}^ACK|ACK-{id}|{}|2.5.1\rMSA|AA|{id}\r",
        field(5),
        field(6),
        field(3),
        field(4),
        field(7),
        field(11),
        id = field(10),
    )
    .into_bytes()
}

#[expect(
    clippy::print_stdout,
    reason = "the addresses are what this program says"
)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let bind: SocketAddr = arguments
        .next()
        .unwrap_or_else(|| "127.0.0.1:0".to_owned())
        .parse()?;
    let mut credential = |otherwise: &str| arguments.next().unwrap_or_else(|| otherwise.to_owned());
    let receiver: Arc<dyn Receiver> = Arc::new(Acknowledging {
        credentials: Credentials::new(credential("user1"), credential("pass1"), credential("FAC1")),
    });
    let options = RouterOptions::default();
    let router = soap_router(receiver.clone(), &options).merge(hl7_router(receiver, &options));
    let server = Server::start(bind, router)?;
    println!("soap {}", server.url(&options.soap_path));
    println!("http {}", server.url(&options.hl7_path));
    std::io::stdin().read_to_end(&mut Vec::new())?;
    server.shutdown();
    Ok(())
}
