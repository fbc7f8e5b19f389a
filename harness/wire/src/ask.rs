//! A receiver, asked from blocking code.

use crate::envelope::SoapFault;
use crate::receiver::{Receiver, Reply, Submission};
use std::sync::Arc;

/// Hands a message to a receiver and waits for the answer. It may be called from anywhere: the receiver runs on a thread
/// of its own.
pub fn ask(receiver: &Arc<dyn Receiver>, submission: Submission) -> Result<Reply, SoapFault> {
    let failed = || SoapFault::unknown("the message could not be processed; send it again later");
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|_| failed())?;
            runtime.block_on(receiver.submit(submission))
        });
        asked.join().unwrap_or_else(|_| Err(failed()))
    })
}
