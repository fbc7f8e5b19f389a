//! MLLP: what comes in frames is answered in frames, and what is no MLLP ends the connection.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;
use titer_hl7::read::frame;
use titer_wire::{
    BoxFuture, Credentials, Direction, ExchangeLog, MllpOptions, MllpServer, Receiver, Reply,
    SoapFault, Submission, Transport,
};

/// Gives back what came; a message with the word `fault` gets one, and one with `close` nothing.
struct Echoing;

impl Receiver for Echoing {
    fn authenticate(&self, _: &Credentials) -> Result<(), SoapFault> {
        Ok(())
    }

    fn submit(&self, submission: Submission) -> BoxFuture<'_, Result<Reply, SoapFault>> {
        Box::pin(async move {
            let text = String::from_utf8_lossy(&submission.message).into_owned();
            match () {
                () if text.contains("fault") => Err(SoapFault::unknown("not today")),
                () if text.contains("close") => Ok(Reply::Close),
                () => Ok(Reply::Hl7(submission.message)),
            }
        })
    }
}

fn server(log: &Arc<ExchangeLog>) -> MllpServer {
    let options = MllpOptions {
        max_message: 1000,
        message_timeout: Duration::from_millis(300),
        recorder: Some(log.clone()),
        ..MllpOptions::default()
    };
    MllpServer::start(([127, 0, 0, 1], 0).into(), Arc::new(Echoing), options).expect("a free port")
}

fn connect(server: &MllpServer) -> TcpStream {
    let stream = TcpStream::connect(server.addr()).expect("connects");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a socket");
    stream
}

// everything up to the end of a frame, or to the end of the connection
fn answer(stream: &mut TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let mut part = [0u8; 256];
    while !all.ends_with(b"\x1C\r") {
        match stream.read(&mut part) {
            Ok(n) if n > 0 => all.extend_from_slice(&part[..n]),
            _ => break,
        }
    }
    all
}

const MESSAGE: &[u8] = b"MSH|^~\\&|A|B|C|D|20270301||VXU^V04|7|P|2.5.1\rPID|1\r";

#[test]
fn messages_on_one_connection_are_answered_in_order() {
    let log = ExchangeLog::new(10);
    let server = server(&log);
    let mut stream = connect(&server);
    let second = [MESSAGE, b"NTE|1\r"].concat();
    // both at once, and the second in two parts
    let mut both = frame(MESSAGE);
    let framed = frame(&second);
    both.extend_from_slice(&framed[..10]);
    stream.write_all(&both).expect("sent");
    assert_eq!(answer(&mut stream), frame(MESSAGE));
    stream.write_all(&framed[10..]).expect("sent");
    assert_eq!(answer(&mut stream), frame(&second));
    drop(stream);
    drop(server);
    let kept = log.get(1).expect("recorded");
    assert_eq!(kept.transport, Transport::Mllp);
    assert_eq!(kept.direction, Direction::Received);
    assert_eq!(kept.request.body.0, MESSAGE);
    assert!(kept.error.is_none() && log.get(2).is_some());
}

#[test]
fn a_fault_is_an_acknowledgment_that_rejects() {
    let log = ExchangeLog::new(10);
    let server = server(&log);
    let mut stream = connect(&server);
    let wrong = [MESSAGE, b"NTE|1||fault\r"].concat();
    stream.write_all(&frame(&wrong)).expect("sent");
    let said = String::from_utf8(answer(&mut stream)).expect("text");
    assert!(said.contains("MSA|AR|7"), "{said}");
    assert!(said.contains("not today"), "{said}");
    assert!(said.contains("|C|D|A|B|"), "{said}");
    // the connection goes on
    stream.write_all(&frame(MESSAGE)).expect("sent");
    assert_eq!(answer(&mut stream), frame(MESSAGE));
}

#[test]
fn what_is_too_long_or_never_ends_or_is_no_mllp_is_cut_off() {
    let log = ExchangeLog::new(10);
    let server = server(&log);
    let mut long = connect(&server);
    let mut message = MESSAGE.to_vec();
    message.resize(5000, b'X');
    long.write_all(&frame(&message)).expect("sent");
    let said = String::from_utf8(answer(&mut long)).expect("text");
    assert!(
        said.contains("MSA|AR|7") && said.contains("too long"),
        "{said}"
    );
    assert_eq!(long.read(&mut [0u8; 8]).unwrap_or(0), 0, "it is closed");

    let mut slow = connect(&server);
    slow.write_all(b"\x0BMSH|never ends").expect("sent");
    assert!(
        answer(&mut slow).is_empty(),
        "closed after the time for a message"
    );

    let mut web = connect(&server);
    web.write_all(&[b'G'; 6000]).expect("sent");
    assert!(answer(&mut web).is_empty());

    let mut closed = connect(&server);
    let close = [MESSAGE, b"NTE|1||close\r"].concat();
    closed.write_all(&frame(&close)).expect("sent");
    assert!(answer(&mut closed).is_empty());
    drop(server);
    assert!(log.get(1).is_some_and(|x| x.error.is_some()));
}
