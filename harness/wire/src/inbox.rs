//! An inbox: the server half for whoever waits for messages, when a sender is under test.

use crate::envelope::{Credentials, SoapFault};
use crate::receiver::{BoxFuture, Echo, Receiver, Reply, Submission};
use crate::server::{RouterOptions, Server, ServerError, ServerOptions, hl7_router, soap_router};
use std::net::SocketAddr;
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// How an inbox is set up.
#[derive(Clone)]
pub struct InboxOptions {
    /// Where to listen; port 0 takes a free one.
    pub bind: SocketAddr,
    /// The credentials that the sender was given. Without them any user and password that are not empty will do.
    pub credentials: Option<Credentials>,
    /// Time in which a message must be answered; after it the sender gets a fault.
    pub answer_timeout: Duration,
    /// Messages that may wait to be taken out; more get a fault.
    pub waiting: usize,
    /// Paths, limits, clock and recorder.
    pub router: RouterOptions,
    /// Limits of the server.
    pub server: ServerOptions,
}

impl Default for InboxOptions {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            credentials: None,
            answer_timeout: Duration::from_secs(30),
            waiting: 64,
            router: RouterOptions::default(),
            server: ServerOptions::default(),
        }
    }
}

/// A message that waits for an answer.
#[derive(Debug)]
pub struct Incoming {
    /// The message and how it came.
    pub submission: Submission,
    /// Where the answer goes.
    pub reply: ReplySlot,
}

/// Where the answer to one message goes. Dropped without an answer, it gives the sender a fault.
#[derive(Debug)]
pub struct ReplySlot {
    give: oneshot::Sender<Result<Reply, SoapFault>>,
}

impl ReplySlot {
    /// Answers; `false` when the sender was already told that nobody did.
    pub fn send(self, reply: Reply) -> bool {
        self.give.send(Ok(reply)).is_ok()
    }

    /// Answers with a message.
    pub fn message(self, message: Vec<u8>) -> bool {
        self.send(Reply::Hl7(message))
    }

    /// Answers with a fault.
    pub fn fault(self, fault: SoapFault) -> bool {
        self.give.send(Err(fault)).is_ok()
    }
}

struct Mailbox {
    credentials: Option<Credentials>,
    answer_timeout: Duration,
    messages: SyncSender<Incoming>,
    echoes: SyncSender<Echo>,
}

impl Receiver for Mailbox {
    fn authenticate(&self, credentials: &Credentials) -> Result<(), SoapFault> {
        match &self.credentials {
            Some(wanted) if !wanted.matches(credentials) => Err(SoapFault::security()),
            _ => Ok(()),
        }
    }

    fn submit(&self, submission: Submission) -> BoxFuture<'_, Result<Reply, SoapFault>> {
        let (give, take) = oneshot::channel();
        let incoming = Incoming {
            submission,
            reply: ReplySlot { give },
        };
        let put = self.messages.try_send(incoming);
        let timeout = self.answer_timeout;
        Box::pin(async move {
            match put {
                Ok(()) => {}
                Err(TrySendError::Full(_)) => {
                    return Err(SoapFault::unknown(
                        "too many messages wait for an answer; send it again later",
                    ));
                }
                Err(TrySendError::Disconnected(_)) => {
                    return Err(SoapFault::unknown("nobody takes messages any more"));
                }
            }
            match tokio::time::timeout(timeout, take).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) => Err(SoapFault::unknown(
                    "the message was taken, but nobody answered it",
                )),
                Err(_) => Err(SoapFault::unknown(
                    "nobody answered the message in time; send it again later",
                )),
            }
        })
    }

    fn echoed(&self, echo: Echo) {
        // nobody has to look; the exchange is recorded anyway
        let _ = self.echoes.try_send(echo);
    }
}

/// Receives messages and connectivity tests, by SOAP and by plain HTTP.
pub struct Inbox {
    server: Server,
    soap_url: String,
    http_url: String,
    messages: Mutex<mpsc::Receiver<Incoming>>,
    echoes: Mutex<mpsc::Receiver<Echo>>,
}

impl Inbox {
    /// Starts to listen.
    pub fn start(options: InboxOptions) -> Result<Self, ServerError> {
        let (put, messages) = mpsc::sync_channel(options.waiting.max(1));
        let (put_echo, echoes) = mpsc::sync_channel(options.waiting.max(1));
        let mailbox: Arc<dyn Receiver> = Arc::new(Mailbox {
            credentials: options.credentials,
            answer_timeout: options.answer_timeout,
            messages: put,
            echoes: put_echo,
        });
        let router = soap_router(mailbox.clone(), &options.router)
            .merge(hl7_router(mailbox, &options.router));
        let server = Server::start_with(options.bind, router, options.server)?;
        Ok(Self {
            soap_url: server.url(&options.router.soap_path),
            http_url: server.url(&options.router.hl7_path),
            server,
            messages: Mutex::new(messages),
            echoes: Mutex::new(echoes),
        })
    }

    /// Where the sender's SOAP calls go.
    pub fn soap_url(&self) -> &str {
        &self.soap_url
    }

    /// Where the sender's HTTP posts go.
    pub fn http_url(&self) -> &str {
        &self.http_url
    }

    /// The next message; `None` when none came in time.
    pub fn recv(&self, timeout: Duration) -> Option<Incoming> {
        let queue = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        take(&queue, timeout)
    }

    /// The next connectivity test; it was already answered. `None` when none came in time.
    pub fn recv_echo(&self, timeout: Duration) -> Option<Echo> {
        let queue = self.echoes.lock().unwrap_or_else(PoisonError::into_inner);
        take(&queue, timeout)
    }

    /// Stops to listen; messages that still wait get a fault.
    pub fn shutdown(self) {
        drop(self.messages);
        self.server.shutdown();
    }
}

fn take<T>(queue: &mpsc::Receiver<T>, timeout: Duration) -> Option<T> {
    queue.recv_timeout(timeout).ok()
}
