//! A session that is watched from a terminal: events, and the wait for its end.

use super::session::Session;
use crate::event::Event;
use crate::run;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

impl Session {
    /// From now on events are kept until they are taken.
    pub(crate) fn watch(&self) {
        self.inner.watched.store(true, Ordering::Relaxed);
    }

    /// Ends every wait.
    pub(crate) fn stop(&self) {
        self.inner.desk().stopped = true;
        self.inner.changed.notify_all();
    }

    /// Hands events on until every step that needs a message or a call has had it, nothing came for the idle time, or the
    /// session was stopped.
    pub(crate) fn wait_for_all(&self, idle: Option<Duration>, on_event: &mut dyn FnMut(Event)) {
        let inner = &self.inner;
        let mut desk = inner.desk();
        on_event(inner.fold.tell_waiting(&desk.state));
        loop {
            while let Some(event) = desk.events.pop_front() {
                drop(desk);
                on_event(event);
                desk = inner.desk();
            }
            let over = desk.calls.is_empty() && inner.fold.everything_came(&desk.state);
            if desk.stopped || over {
                return;
            }
            let revision = desk.revision();
            match idle {
                None => {
                    desk = inner
                        .changed
                        .wait(desk)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                Some(time) => {
                    let (next, timed_out) = inner
                        .changed
                        .wait_timeout(desk, time)
                        .unwrap_or_else(PoisonError::into_inner);
                    desk = next;
                    if timed_out.timed_out() && desk.revision() == revision {
                        return;
                    }
                }
            }
        }
    }

    /// Tells what no message was for, and how it all ended.
    pub(crate) fn tell_the_rest(&self, on_event: &mut dyn FnMut(Event)) {
        let desk = &mut *self.inner.desk();
        while let Some(event) = desk.events.pop_front() {
            on_event(event);
        }
        let result = self.inner.document(desk);
        let setting = &self.inner.fold.setting;
        for (c, (_, case)) in setting.selected().enumerate() {
            let path = setting.plan.case_path(case);
            let Some(made) = result.cases().find(|x| x.path == path) else {
                continue;
            };
            for (s, step) in made.steps.iter().enumerate() {
                if desk.state.is_open((c, s)) {
                    on_event(run::finished(setting, step));
                }
            }
            on_event(run::case_finished(setting, case, &made.steps));
        }
        on_event(Event::RunFinished {
            standing: result.standing,
            exit_code: result.exit_code,
        });
    }
}
