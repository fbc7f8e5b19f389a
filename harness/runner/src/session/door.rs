//! Where calls of the system under test come in.

use super::entry::{Carrier, What};
use super::intake::Decision;
use super::session::Inner;
use std::sync::Arc;
use titer_wire::{
    BoxFuture, Credentials, Echo, Exchange, Receiver, Recorder, Reply, SoapFault, Submission,
    Transport,
};

// user names that were turned away and are kept; more only tell that somebody tries
const MOST_REFUSED: usize = 50;

pub(super) struct Door {
    pub(super) inner: Arc<Inner>,
}

const NOT_KEPT: &str = "the message could not be kept; send it again later";
const NOBODY: &str = "no step of the test plan answers this message";

impl Receiver for Door {
    fn authenticate(&self, credentials: &Credentials) -> Result<(), SoapFault> {
        let Some(wanted) = &self.inner.credentials else {
            return Ok(());
        };
        if wanted.matches(credentials) {
            return Ok(());
        }
        let mut desk = self.inner.desk();
        let known = &desk.state.refused;
        if known.len() < MOST_REFUSED && !known.iter().any(|(_, u)| *u == credentials.username) {
            let what = What::Refused {
                username: credentials.username.chars().take(100).collect(),
                facility: credentials.facility.chars().take(100).collect(),
            };
            // that it was turned away does not depend on whether that could be noted
            let _ = self.inner.append(&mut desk, "", what, None);
        }
        Err(SoapFault::security())
    }

    fn submit(&self, mut submission: Submission) -> BoxFuture<'_, Result<Reply, SoapFault>> {
        let way = Carrier::from(submission.transport);
        if let (Carrier::Mllp, Some(own)) = (way, &self.inner.credentials) {
            // MLLP names no facility, and it is the session's that is meant
            submission.facility.clone_from(&own.facility);
        }
        let took = {
            let mut desk = self.inner.desk();
            let took = self.inner.arrive(&mut desk, way, "", &submission);
            if let (Ok((seq, _)), Some(number)) = (&took, submission.exchange) {
                desk.calls.insert(number, *seq);
            }
            took
        };
        Box::pin(async move {
            let (seq, decision) = took.map_err(|_| SoapFault::unknown(NOT_KEPT))?;
            match decision {
                Decision::Reply { bytes, .. } => return Ok(Reply::Hl7(bytes)),
                Decision::Unmade(_) => return Err(SoapFault::unknown(NOBODY)),
                Decision::Fallback => {}
            }
            let Some(fallback) = &self.inner.fallback else {
                return Err(SoapFault::unknown(NOBODY));
            };
            let reply = fallback.submit(submission).await;
            let mut desk = self.inner.desk();
            let kept = match &reply {
                Ok(Reply::Hl7(bytes)) => self.inner.answer(&mut desk, seq, Some(bytes), true, None),
                Ok(_) => self.inner.answer(
                    &mut desk,
                    seq,
                    None,
                    true,
                    Some("the reference IIS gave no message"),
                ),
                Err(fault) => self
                    .inner
                    .answer(&mut desk, seq, None, true, Some(&fault.detail)),
            };
            match kept {
                Ok(_) => reply,
                Err(_) => Err(SoapFault::unknown(NOT_KEPT)),
            }
        })
    }

    fn echoed(&self, echo: Echo) {
        let what = What::Echo {
            text: titer_finding::Phi::new(echo.text),
            notes: echo.notes,
        };
        let mut desk = self.inner.desk();
        if let (Ok(seq), Some(number)) =
            (self.inner.append(&mut desk, "", what, None), echo.exchange)
        {
            desk.calls.insert(number, seq);
        }
    }
}

impl Recorder for Door {
    fn begin(&self) -> u64 {
        let mut desk = self.inner.desk();
        desk.exchanges += 1;
        desk.exchanges
    }

    fn record(&self, exchange: Exchange) {
        let mut desk = self.inner.desk();
        let Some(message) = desk.calls.remove(&exchange.sequence) else {
            return;
        };
        let answered = match exchange.transport {
            Transport::Mllp => exchange.response.is_some(),
            _ => exchange.status.is_some_and(|s| (200..300).contains(&s)),
        };
        let ok = exchange.error.is_none() && answered;
        let what = What::Delivered {
            message,
            ok,
            why: exchange.error.clone(),
            exchange: Some(Box::new(exchange)),
        };
        // the answer is committed already; without this entry it is only not known whether it was delivered
        let _ = self.inner.append(&mut desk, "", what, None);
    }
}
