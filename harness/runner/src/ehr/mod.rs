//! An EHR under test: the harness listens, recognises each message as an open step, judges it and answers.
//!
//! Steps of one case come in order, cases in any order. A message that could be several steps, or none, is kept and
//! shown, and nothing is judged by it.

mod answer;
mod desk;
mod intake;
mod outcome;
mod recognise;

use crate::error::RunError;
use crate::event::Event;
use crate::options::Target;
use crate::result::RunResult;
use crate::stage::Setting;
use desk::Desk;
use std::sync::Arc;
use titer_wire::{RouterOptions, Server, hl7_router, soap_router};

/// Ends a run that waits.
#[derive(Clone)]
pub struct Stop {
    desk: Arc<Desk>,
}

impl Stop {
    /// No more messages are waited for; steps that are still open stay pending.
    pub fn now(&self) {
        self.desk.stop();
    }
}

impl std::fmt::Debug for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stop")
    }
}

/// A run that listens and has not ended.
pub struct Listening {
    setting: Arc<Setting>,
    desk: Arc<Desk>,
    server: Server,
    soap_url: String,
    http_url: String,
}

impl std::fmt::Debug for Listening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listening")
            .field("soap_url", &self.soap_url)
            .field("http_url", &self.http_url)
            .finish_non_exhaustive()
    }
}

impl Listening {
    pub(crate) fn start(setting: Arc<Setting>) -> Result<Self, RunError> {
        let Target::Ehr(target) = &setting.options.target else {
            return Err(RunError::NothingToWaitFor);
        };
        let bind = target.bind;
        let desk = Arc::new(Desk::new(setting.clone()));
        let router = RouterOptions {
            clock: setting.options.clock.clone(),
            recorder: Some(desk.clone()),
            ..RouterOptions::default()
        };
        let routes = soap_router(desk.clone(), &router).merge(hl7_router(desk.clone(), &router));
        let server = Server::start(bind, routes)?;
        Ok(Self {
            soap_url: server.url(&router.soap_path),
            http_url: server.url(&router.hl7_path),
            setting,
            desk,
            server,
        })
    }

    /// Where the EHR's SOAP calls go.
    pub fn soap_url(&self) -> &str {
        &self.soap_url
    }

    /// Where the EHR's HTTP posts go.
    pub fn http_url(&self) -> &str {
        &self.http_url
    }

    /// Ends the run from another thread.
    pub fn stop(&self) -> Stop {
        Stop {
            desk: self.desk.clone(),
        }
    }

    /// Waits until every step that needs a message has had one, until no message came for the idle time, or until it is
    /// stopped; then judges what is left.
    pub fn execute(self, on_event: &mut dyn FnMut(Event)) -> RunResult {
        on_event(crate::run::started(&self.setting));
        on_event(Event::Listening {
            soap_url: self.soap_url.clone(),
            http_url: self.http_url.clone(),
        });
        self.desk.wait(on_event);
        // requests under way are answered and recorded before the document is made
        self.server.shutdown();
        self.desk.conclude(on_event)
    }
}
