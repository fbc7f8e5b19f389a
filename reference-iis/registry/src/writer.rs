//! Group commit: one thread gathers the changes that are waiting and applies them in one transaction.
//!
//! A caller gets its answer only after the commit. Changes that come while a commit is under way wait for the next one, so the
//! busier the registry the larger the groups, and a lone change never waits for company.

use crate::store::{Change, Refusal, Store, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

/// The most changes that go into one transaction.
pub const MAX_GROUP: usize = 256;

struct Job {
    change: Change,
    reply: SyncSender<Result<(), WriteError>>,
}

/// Why a change was not written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WriteError {
    /// This change was refused; others of its group may have been applied.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The commit failed, so nothing of its group was applied.
    #[error("cannot commit")]
    Commit(#[source] Arc<StoreError>),
    /// The writer has ended.
    #[error("the registry is closed")]
    Closed,
}

/// Hands changes to the one thread that writes.
pub struct GroupWriter {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    commits: Arc<AtomicU64>,
}

impl GroupWriter {
    /// Starts the thread.
    pub fn start(store: Arc<dyn Store>) -> std::io::Result<Self> {
        let (jobs, queue) = channel();
        let commits = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&commits);
        let thread = std::thread::Builder::new()
            .name("titer-registry-writer".into())
            .spawn(move || write_groups(&*store, &queue, &counter))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
            commits,
        })
    }

    /// Writes one change and returns when it is durable, or was not applied.
    pub fn write(&self, change: Change) -> Result<(), WriteError> {
        let (reply, answer) = sync_channel(1);
        let jobs = self.jobs.as_ref().ok_or(WriteError::Closed)?;
        jobs.send(Job { change, reply })
            .map_err(|_| WriteError::Closed)?;
        answer.recv().map_err(|_| WriteError::Closed)?
    }

    /// How many transactions were committed so far.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }
}

impl Drop for GroupWriter {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // a panic of the writer was already seen by every caller as `Closed`
            let _ = thread.join();
        }
    }
}

fn write_groups(store: &dyn Store, queue: &Receiver<Job>, commits: &AtomicU64) {
    let mut changes = Vec::new();
    let mut replies = Vec::new();
    while let Ok(first) = queue.recv() {
        let mut next = Some(first);
        while let Some(job) = next {
            changes.push(job.change);
            replies.push(job.reply);
            next = if changes.len() < MAX_GROUP {
                queue.try_recv().ok()
            } else {
                None
            };
        }
        let outcome = store.apply(&changes);
        changes.clear();
        match outcome {
            Ok(each) => {
                commits.fetch_add(1, Ordering::Relaxed);
                for (reply, result) in replies.drain(..).zip(each) {
                    // the caller may have given up waiting
                    let _ = reply.send(result.map_err(WriteError::Refused));
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                for reply in replies.drain(..) {
                    let _ = reply.send(Err(WriteError::Commit(Arc::clone(&error))));
                }
            }
        }
    }
}
