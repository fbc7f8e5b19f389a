//! What stands behind the server half.

use crate::envelope::{Credentials, Operation, SoapFault};
use crate::exchange::Transport;
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;
use titer_finding::Finding;

/// A future in a box.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Answers messages. The server half has read the envelope, found exactly one message of a proper size in it, and writes
/// the answer's envelope.
pub trait Receiver: Send + Sync + 'static {
    /// Whether the credentials are good; `Err` is usually [`SoapFault::security`]. Compare with [`Credentials::matches`].
    ///
    /// Called before [`Receiver::submit`] and only when user name and password are not empty.
    fn authenticate(&self, credentials: &Credentials) -> Result<(), SoapFault>;

    /// Answers one message. Runs to its end even when the sender hangs up. A panic becomes an unknown fault.
    fn submit(&self, submission: Submission) -> BoxFuture<'_, Result<Reply, SoapFault>>;

    /// Told of every `connectivityTest`, before the exact echo is sent.
    fn echoed(&self, echo: Echo) {
        let _ = echo;
    }

    /// The last word on what is sent: a server that misbehaves on purpose changes the answer here. As it comes is right.
    fn deliver(&self, reply: HttpReply, answer: &Answered) -> Delivery {
        let _ = answer;
        Delivery::Send(reply)
    }
}

/// One message that came in.
#[derive(Clone)]
pub struct Submission {
    /// Facility that the sender named; may be empty.
    pub facility: String,
    /// User that the sender named.
    pub username: String,
    /// The message in the character set that its MSH-18 names, without the white space of the envelope.
    pub message: Vec<u8>,
    /// How it came.
    pub transport: Transport,
    /// What is odd about the envelope.
    pub notes: Vec<Finding>,
    /// Number of the exchange, when exchanges are recorded.
    pub exchange: Option<u64>,
    /// Where from, when known.
    pub peer: Option<SocketAddr>,
}

impl fmt::Debug for Submission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submission")
            .field("facility", &self.facility)
            .field("message_bytes", &self.message.len())
            .field("transport", &self.transport)
            .field("exchange", &self.exchange)
            .finish_non_exhaustive()
    }
}

/// A `connectivityTest` that came in.
#[derive(Clone)]
pub struct Echo {
    /// The text.
    pub text: String,
    /// How it came.
    pub transport: Transport,
    /// What is odd about the envelope.
    pub notes: Vec<Finding>,
    /// Number of the exchange, when exchanges are recorded.
    pub exchange: Option<u64>,
}

impl fmt::Debug for Echo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Echo")
            .field("text_bytes", &self.text.len())
            .field("transport", &self.transport)
            .finish_non_exhaustive()
    }
}

/// What a receiver answers.
#[derive(Clone, PartialEq, Eq)]
pub enum Reply {
    /// A message; goes out in an envelope, or as it is over plain HTTP.
    Hl7(Vec<u8>),
    /// Exactly this, whatever it is.
    Raw(HttpReply),
    /// Nothing for this long, then the connection is closed.
    Hang(Duration),
    /// The connection is closed without an answer.
    Close,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hl7(bytes) => write!(f, "Hl7({} bytes)", bytes.len()),
            Self::Raw(raw) => raw.fmt(f),
            Self::Hang(time) => write!(f, "Hang({time:?})"),
            Self::Close => f.write_str("Close"),
        }
    }
}

/// An HTTP answer.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpReply {
    /// Status; one that HTTP does not know becomes 500.
    pub status: u16,
    /// Content-Type.
    pub content_type: String,
    /// Body.
    pub body: Vec<u8>,
}

impl fmt::Debug for HttpReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpReply")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// What happens to an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It is sent.
    Send(HttpReply),
    /// Nothing for this long, then the connection is closed.
    Hang(Duration),
    /// The connection is closed.
    Close,
}

/// What an answer stands for, told to [`Receiver::deliver`].
#[derive(Clone, Debug)]
pub struct Answered {
    /// How it goes out.
    pub transport: Transport,
    /// The operation, when it was clear.
    pub operation: Option<Operation>,
    /// The fault, when it is one.
    pub fault: Option<SoapFault>,
}
