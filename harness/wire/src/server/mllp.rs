//! HL7 over MLLP: messages in frames on a TCP connection, each answered in a frame before the next is read.
//!
//! Source: HL7's Transport Specification: MLLP, release 1. The protocol knows no credentials; whoever starts the server
//! decides who can reach it.

use super::listening::{Limits, Listening};
use super::run::ServerError;
use crate::envelope::SoapFault;
use crate::exchange::{Direction, Exchange, HttpMessage, SharedRecorder, Stopwatch, Transport};
use crate::receiver::{Receiver, Reply, Submission};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use titer_hl7::build::{MessageBuilder, SegmentBuilder, components};
use titer_hl7::clock::{SharedClock, SystemClock};
use titer_hl7::read::{FRAME_END, FRAME_START, frame};
use titer_hl7::{Message, Offsets};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

/// Limits of an MLLP server, and what it tells.
#[derive(Clone)]
pub struct MllpOptions {
    /// Longest message in bytes; a longer one is refused and the connection closed.
    pub max_message: usize,
    /// Time for which a connection may be idle between messages.
    pub idle_timeout: Duration,
    /// Time in which a message that has begun must have come in, and in which an answer must have been taken.
    pub message_timeout: Duration,
    /// Connections at a time; more wait until one is free.
    pub connections: usize,
    /// Time that messages under way get when the server shuts down.
    pub grace: Duration,
    /// Times of recorded exchanges.
    pub clock: SharedClock,
    /// Where exchanges are recorded.
    pub recorder: Option<SharedRecorder>,
}

impl Default for MllpOptions {
    fn default() -> Self {
        Self {
            max_message: 1 << 20,
            idle_timeout: Duration::from_secs(300),
            message_timeout: Duration::from_secs(30),
            connections: 128,
            grace: Duration::from_secs(5),
            clock: Arc::new(SystemClock::new()),
            recorder: None,
        }
    }
}

/// A running MLLP server. Dropping it shuts it down.
pub struct MllpServer {
    listening: Listening,
}

impl std::fmt::Debug for MllpServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MllpServer({})", self.addr())
    }
}

impl MllpServer {
    /// Starts to serve; port 0 takes a free one, see [`MllpServer::addr`].
    pub fn start(
        bind: SocketAddr,
        receiver: Arc<dyn Receiver>,
        options: MllpOptions,
    ) -> Result<Self, ServerError> {
        let limits = Limits {
            threads: 1,
            connections: options.connections,
            grace: options.grace,
            name: "titer-mllp",
        };
        let options = Arc::new(options);
        let listening = Listening::start(bind, limits, move |stream, peer, stopped| {
            connection(stream, peer, receiver.clone(), options.clone(), stopped)
        })?;
        Ok(Self { listening })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.listening.addr()
    }
}

/// What was read from a connection.
enum Came {
    Message(Vec<u8>),
    TooLarge,
    // closed, idle for too long, or not MLLP at all
    End,
}

// bytes between frames that are passed over before the connection is given up
const MOST_NOISE: usize = 4096;

struct Frames {
    buffer: Vec<u8>,
    limit: usize,
}

impl Frames {
    // takes a whole frame out of the buffer
    fn next(&mut self) -> Option<Came> {
        let Some(start) = self.buffer.iter().position(|b| *b == FRAME_START) else {
            let noise = self.buffer.len();
            if noise > MOST_NOISE {
                return Some(Came::End);
            }
            return None;
        };
        if start > MOST_NOISE {
            return Some(Came::End);
        }
        let body = self.buffer.get(start + 1..).unwrap_or_default();
        let end = body.windows(2).position(|w| w == [FRAME_END, b'\r']);
        match end {
            Some(end) if end <= self.limit => {
                let message = body.get(..end).unwrap_or_default().to_vec();
                self.buffer.drain(..start + 1 + end + 2);
                Some(Came::Message(message))
            }
            Some(_) => Some(Came::TooLarge),
            None if body.len() > self.limit + 1 => Some(Came::TooLarge),
            None => None,
        }
    }
}

async fn read(
    stream: &mut TcpStream,
    frames: &mut Frames,
    options: &MllpOptions,
    stopped: &mut watch::Receiver<bool>,
) -> Came {
    let mut began: Option<tokio::time::Instant> = None;
    loop {
        if let Some(came) = frames.next() {
            return came;
        }
        let deadline = if frames.buffer.is_empty() {
            tokio::time::Instant::now() + options.idle_timeout
        } else {
            *began.get_or_insert_with(tokio::time::Instant::now) + options.message_timeout
        };
        let mut part = [0u8; 8192];
        let got = tokio::select! {
            got = tokio::time::timeout_at(deadline, stream.read(&mut part)) => got,
            _ = stopped.wait_for(|stop| *stop) => return Came::End,
        };
        match got {
            Ok(Ok(n)) if n > 0 => frames
                .buffer
                .extend_from_slice(part.get(..n).unwrap_or_default()),
            _ => return Came::End,
        }
    }
}

async fn connection(
    mut stream: TcpStream,
    peer: SocketAddr,
    receiver: Arc<dyn Receiver>,
    options: Arc<MllpOptions>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut frames = Frames {
        buffer: Vec::new(),
        limit: options.max_message,
    };
    loop {
        let message = match read(&mut stream, &mut frames, &options, &mut stopped).await {
            Came::Message(message) => message,
            Came::TooLarge => {
                let start = frames.buffer.get(1..).unwrap_or_default();
                let head: Vec<u8> = start.iter().copied().take(4096).collect();
                let fault = SoapFault::message_too_large("the message is too long for this server");
                if write(&mut stream, &refusal(&head, &fault, &options), &options)
                    .await
                    .is_ok()
                {
                    drain(&mut stream).await;
                }
                return;
            }
            Came::End => return,
        };
        let watch = Stopwatch::start(&options.clock);
        let sequence = options.recorder.as_ref().map(|r| r.begin());
        let asked = receiver.clone();
        let submission = Submission {
            facility: String::new(),
            username: String::new(),
            message: message.clone(),
            transport: Transport::Mllp,
            notes: Vec::new(),
            exchange: sequence,
            peer: Some(peer),
        };
        // in a task of its own: it runs to its end when the sender hangs up, and its panic is a fault
        let task = tokio::spawn(async move { asked.submit(submission).await });
        let reply = task.await.unwrap_or_else(|_| {
            tracing::error!("the receiver failed on a message");
            Err(SoapFault::unknown(
                "the message could not be processed; send it again later",
            ))
        });
        let (answer, why) = match reply {
            Ok(Reply::Hl7(bytes)) => (Some(bytes), None),
            Ok(Reply::Raw(raw)) => (Some(raw.body), None),
            Ok(Reply::Hang(time)) => {
                tokio::select! {
                    () = tokio::time::sleep(time) => {}
                    _ = stopped.wait_for(|stop| *stop) => {}
                }
                (None, Some("no answer on purpose".to_owned()))
            }
            Ok(Reply::Close) => (None, Some("closed on purpose".to_owned())),
            Err(fault) => (Some(refusal(&message, &fault, &options)), None),
        };
        let out = match &answer {
            Some(bytes) => write(&mut stream, bytes, &options).await,
            None => Err(io::ErrorKind::ConnectionAborted.into()),
        };
        let gone = out.is_err();
        if let Some(recorder) = &options.recorder {
            recorder.record(Exchange {
                sequence: sequence.unwrap_or_default(),
                started: watch.started(),
                duration_us: watch.micros(),
                transport: Transport::Mllp,
                direction: Direction::Received,
                operation: "MLLP".to_owned(),
                method: String::new(),
                url: String::new(),
                request: HttpMessage {
                    headers: Vec::new(),
                    body: message.into(),
                },
                status: None,
                response: answer.filter(|_| !gone).map(|body| HttpMessage {
                    headers: Vec::new(),
                    body: body.into(),
                }),
                error: why.or_else(|| gone.then(|| "the answer could not be sent".to_owned())),
            });
        }
        if gone {
            return;
        }
    }
}

// closing with bytes unread would take the answer away from the sender again
async fn drain(stream: &mut TcpStream) {
    let _ = stream.shutdown().await;
    let rest = async {
        let mut part = [0u8; 8192];
        while matches!(stream.read(&mut part).await, Ok(n) if n > 0) {}
    };
    let _ = tokio::time::timeout(Duration::from_secs(2), rest).await;
}

async fn write(stream: &mut TcpStream, bytes: &[u8], options: &MllpOptions) -> io::Result<()> {
    let framed = frame(bytes);
    let out = async {
        stream.write_all(&framed).await?;
        stream.flush().await
    };
    match tokio::time::timeout(options.message_timeout, out).await {
        Ok(done) => done,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

/// MLLP has no faults: what SOAP says in one is said in an acknowledgment that rejects the message.
fn refusal(message: &[u8], fault: &SoapFault, options: &MllpOptions) -> Vec<u8> {
    let mut table = Offsets::new();
    let parsed = Message::parse(message, &mut table);
    let msh = parsed.segment("MSH", 1);
    let field = |n| msh.map(|s| s.text(n, 1).into_owned()).unwrap_or_default();
    let now = options.clock.now();
    let id = now.timestamp().as_microsecond().to_string();
    MessageBuilder::new()
        .segment(
            SegmentBuilder::msh(("ACK", "", "ACK"), &id, &now)
                .field(3, field(5))
                .field(4, field(6))
                .field(5, field(3))
                .field(6, field(4)),
        )
        .segment(
            SegmentBuilder::new("MSA")
                .field(1, "AR")
                .field(2, field(10)),
        )
        .segment(
            SegmentBuilder::new("ERR")
                .field(
                    3,
                    components(["207", "Application internal error", "HL70357"]),
                )
                .field(4, "E")
                .field(8, fault.detail.clone()),
        )
        .build()
}

#[cfg(test)]
mod tests {
    use super::{Came, Frames};

    fn frames(bytes: &[u8], limit: usize) -> Frames {
        Frames {
            buffer: bytes.to_vec(),
            limit,
        }
    }

    #[test]
    fn frames_are_taken_one_after_the_other() {
        let mut two = frames(b"\r\n\x0BMSH|1\x1C\r\x0BMSH|2\x1C\r\x0BMSH", 100);
        for wanted in [&b"MSH|1"[..], b"MSH|2"] {
            assert!(matches!(two.next(), Some(Came::Message(m)) if m == wanted));
        }
        assert!(two.next().is_none(), "the third has not ended");
    }

    #[test]
    fn what_is_too_long_or_no_mllp_ends_the_connection() {
        assert!(matches!(
            frames(b"\x0BMSH|123456", 4).next(),
            Some(Came::TooLarge)
        ));
        assert!(matches!(
            frames(b"\x0BMSH|123456\x1C\r", 4).next(),
            Some(Came::TooLarge)
        ));
        assert!(matches!(
            frames(&[b'G'; 5000], 1 << 20).next(),
            Some(Came::End)
        ));
        assert!(frames(b"GET", 100).next().is_none());
    }
}
