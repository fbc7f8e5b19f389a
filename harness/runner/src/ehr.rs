//! An EHR under test from beginning to end: a [`Session`] in memory that listens until everything has come.

use crate::error::RunError;
use crate::event::Event;
use crate::options::{EhrTarget, Target};
use crate::result::RunResult;
use crate::run;
use crate::session::{
    Endpoints, ListenOptions, MemoryJournal, Session, SessionError, SessionOptions,
};
use crate::stage::Setting;
use std::net::SocketAddr;
use std::sync::Arc;

/// Ends a run that waits.
#[derive(Clone)]
pub struct Stop {
    session: Session,
}

impl Stop {
    /// No more messages are waited for; steps that are still open stay pending.
    pub fn now(&self) {
        self.session.stop();
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
    session: Session,
    endpoints: Endpoints,
}

impl std::fmt::Debug for Listening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listening")
            .field("endpoints", &self.endpoints)
            .finish_non_exhaustive()
    }
}

fn refused(why: SessionError) -> RunError {
    match why {
        SessionError::Run(why) => why,
        SessionError::Listen(why) => RunError::Listen(why),
        other => RunError::Session(Box::new(other)),
    }
}

impl Listening {
    pub(crate) fn start(setting: Arc<Setting>) -> Result<Self, RunError> {
        let Target::Ehr(target) = &setting.options.target else {
            return Err(RunError::NothingToWaitFor);
        };
        let options = SessionOptions {
            system: setting.options.system.clone(),
            tool: setting.options.tool.clone(),
            as_of: setting.options.as_of,
            seed: setting.options.seed,
            clock: setting.options.clock.clone(),
            select: setting.options.select.clone(),
            known_failures: setting.options.known_failures.clone(),
            modifications: setting.options.modifications.clone(),
            credentials: target.credentials.clone(),
            fallback: target.fallback.clone(),
            forecaster: target.forecaster.clone(),
        };
        let (bind, mllp) = (target.bind, target.mllp);
        let session = Session::begin(
            setting.plan.clone(),
            options,
            Box::new(MemoryJournal::new()),
        )
        .map_err(refused)?;
        session.watch();
        let endpoints = session
            .listen(ListenOptions { http: bind, mllp })
            .map_err(refused)?;
        Ok(Self {
            setting,
            session,
            endpoints,
        })
    }

    /// The session behind it.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Where the EHR's SOAP calls go.
    pub fn soap_url(&self) -> &str {
        self.endpoints.soap_url()
    }

    /// Where the EHR's HTTP posts go.
    pub fn http_url(&self) -> &str {
        self.endpoints.http_url()
    }

    /// Where the EHR's MLLP connections go, when it is listened for.
    pub fn mllp(&self) -> Option<SocketAddr> {
        self.endpoints.mllp()
    }

    /// Ends the run from another thread.
    pub fn stop(&self) -> Stop {
        Stop {
            session: self.session.clone(),
        }
    }

    /// Waits until every step that needs a message has had one, until no message came for the idle time, or until it is
    /// stopped; then judges what is left.
    pub fn execute(self, on_event: &mut dyn FnMut(Event)) -> RunResult {
        on_event(run::started(&self.setting));
        on_event(Event::Listening {
            soap_url: self.endpoints.soap_url().to_owned(),
            http_url: self.endpoints.http_url().to_owned(),
            mllp: self.endpoints.mllp(),
        });
        let idle = match &self.setting.options.target {
            Target::Ehr(EhrTarget { idle, .. }) => *idle,
            Target::Iis(_) => None,
        };
        self.session.wait_for_all(idle, on_event);
        // requests under way are answered and recorded before the document is made
        self.endpoints.close();
        self.session.tell_the_rest(on_event);
        self.session.result()
    }
}
