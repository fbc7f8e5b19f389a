//! The IIS as a receiver of the wire, and the misbehaviours that happen there.

use crate::iis::{Channel, Iis};
use crate::personality::Behaviour;
use std::time::Duration;
use titer_wire::envelope::write_fault;
use titer_wire::{
    Answered, BoxFuture, Credentials, Delivery, FaultKind, HttpReply, Receiver, Reply, SoapFault,
    SoapVersion, Submission, Transport,
};

// longer than any client waits
const NEVER: Duration = Duration::from_secs(3600);

impl Receiver for Iis {
    fn authenticate(&self, credentials: &Credentials) -> Result<(), SoapFault> {
        if self.inner.credentials.matches(credentials) {
            Ok(())
        } else {
            Err(SoapFault::security())
        }
    }

    fn submit(&self, submission: Submission) -> BoxFuture<'_, Result<Reply, SoapFault>> {
        let iis = self.clone();
        Box::pin(async move {
            if iis.inner.personality.does(Behaviour::NoAnswer) {
                return Ok(Reply::Hang(NEVER));
            }
            let work = move || {
                iis.process(
                    Channel {
                        facility: &submission.facility,
                        transport: submission.transport.words(),
                    },
                    &submission.message,
                )
            };
            match tokio::task::spawn_blocking(work).await {
                Ok(reply) => Ok(Reply::Hl7(reply)),
                Err(_) => Err(SoapFault::unknown(
                    "the message could not be processed; send it again later",
                )),
            }
        })
    }

    fn deliver(&self, mut reply: HttpReply, answer: &Answered) -> Delivery {
        let personality = &self.inner.personality;
        let version = match answer.transport {
            Transport::Soap12 => SoapVersion::V12,
            Transport::Soap11 => SoapVersion::V11,
            Transport::Http | Transport::Mllp => return Delivery::Send(reply),
        };
        if let Some(fault) = &answer.fault
            && personality.does(Behaviour::WrongFaultDetail)
        {
            reply.body = write_fault(version, &misplaced(fault));
        }
        if personality.does(Behaviour::MalformedXml) {
            let end = reply
                .body
                .windows(2)
                .rposition(|w| w == b"</")
                .unwrap_or(reply.body.len() / 2);
            reply.body.truncate(end);
        }
        Delivery::Send(reply)
    }
}

// the detail of another fault than the one that is meant
fn misplaced(fault: &SoapFault) -> SoapFault {
    let other = match fault.kind {
        FaultKind::UnsupportedOperation => SoapFault::message_too_large("wrong on purpose"),
        _ => SoapFault::unsupported_operation("wrong on purpose"),
    };
    SoapFault {
        soap_code: fault.soap_code,
        text: fault.text.clone(),
        ..other
    }
}
