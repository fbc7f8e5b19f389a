//! What the tests of the wire share.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use titer_wire::{
    Answered, BoxFuture, ClientOptions, Credentials, Delivery, HttpReply, Receiver, Reply,
    RouterOptions, Server, SoapFault, Submission, hl7_router, soap_router,
};

/// The folder with the reference envelopes, or a notice that it is not there.
pub(crate) fn soap_data() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/soap");
    if folder.is_dir() {
        return Some(folder);
    }
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    {
        eprintln!("skipped: ../shared is absent");
    }
    None
}

pub(crate) const VXU: &str = "MSH|^~\\&|EHR|FAC1|IIS|REG|20260101||VXU^V04^VXU_V04|M1|P|2.5.1\rPID|1||1^^^A^MR||Gr\u{FC}n^Ana & <Bo>\r";

pub(crate) fn credentials() -> Credentials {
    Credentials::new("user1", "pass1", "FAC1")
}

type Answering = Box<dyn Fn(Submission) -> Result<Reply, SoapFault> + Send + Sync>;
type Delivering = Box<dyn Fn(HttpReply, &Answered) -> Delivery + Send + Sync>;

/// A receiver made of closures.
pub(crate) struct Scripted {
    pub(crate) answer: Answering,
    pub(crate) deliver: Delivering,
    pub(crate) seen: Mutex<Vec<Submission>>,
}

impl Scripted {
    pub(crate) fn new(
        answer: impl Fn(Submission) -> Result<Reply, SoapFault> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Self::with_delivery(answer, |reply, _| Delivery::Send(reply))
    }

    pub(crate) fn with_delivery(
        answer: impl Fn(Submission) -> Result<Reply, SoapFault> + Send + Sync + 'static,
        deliver: impl Fn(HttpReply, &Answered) -> Delivery + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            answer: Box::new(answer),
            deliver: Box::new(deliver),
            seen: Mutex::default(),
        })
    }

    /// Sends back what it got.
    pub(crate) fn mirror() -> Arc<Self> {
        Self::new(|s| Ok(Reply::Hl7(s.message)))
    }

    pub(crate) fn last(&self) -> Submission {
        self.seen.lock().unwrap().last().unwrap().clone()
    }
}

impl Receiver for Scripted {
    fn authenticate(&self, given: &Credentials) -> Result<(), SoapFault> {
        if credentials().matches(given) {
            Ok(())
        } else {
            Err(SoapFault::security())
        }
    }

    fn submit(&self, submission: Submission) -> BoxFuture<'_, Result<Reply, SoapFault>> {
        self.seen.lock().unwrap().push(submission.clone());
        Box::pin(async move { (self.answer)(submission) })
    }

    fn deliver(&self, reply: HttpReply, answer: &Answered) -> Delivery {
        (self.deliver)(reply, answer)
    }
}

pub(crate) fn serve(receiver: Arc<dyn Receiver>, options: &RouterOptions) -> Server {
    let router = soap_router(receiver.clone(), options).merge(hl7_router(receiver, options));
    Server::start("127.0.0.1:0".parse().unwrap(), router).unwrap()
}

pub(crate) fn client_options() -> ClientOptions {
    ClientOptions {
        credentials: credentials(),
        timeout: Duration::from_secs(20),
        ..ClientOptions::default()
    }
}
