//! What the reference IIS holds for a session.

use super::entry::What;
use super::error::SessionError;
use super::session::Session;
use super::state::Belongs;
use std::sync::PoisonError;
use titer_plan::Occasion;
use titer_wire::Reply;

impl Session {
    /// What the plan says that the reference IIS holds.
    pub(super) fn fill_registry(&self) -> Result<(), SessionError> {
        let plan = self.plan();
        let Some(fallback) = &self.inner.fallback else {
            return Ok(());
        };
        let setting = &self.inner.fold.setting;
        let occasion = Occasion {
            as_of: setting.options.as_of,
            now: setting
                .began_at
                .to_zoned(setting.options.clock.now().time_zone().clone()),
            seed: setting.options.seed,
        };
        let named = |n: usize| {
            plan.registry
                .get(n)
                .map(|r| r.value.clone())
                .unwrap_or_default()
        };
        let messages = plan
            .registry_messages(&occasion)
            .map_err(|e| SessionError::Registry {
                message: plan
                    .registry
                    .iter()
                    .map(|r| r.value.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
                why: e.to_string(),
            })?;
        let mut refused = Vec::new();
        for (n, message) in messages.into_iter().enumerate() {
            let submission = self.inner.submission("", "", message);
            let why = match titer_wire::ask(fallback, submission) {
                Ok(Reply::Hl7(reply)) => match crate::messages::header(&reply, "MSA", 1).as_str() {
                    "AA" | "CA" => continue,
                    "AE" if !crate::messages::has_error(&reply) => continue,
                    code => format!("it answers {code}"),
                },
                Ok(_) => "it gives no answer".to_owned(),
                Err(fault) => fault.detail,
            };
            refused.push(format!("{}: {why}", named(n)));
        }
        *self
            .inner
            .refused_content
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = refused;
        Ok(())
    }

    /// What the reference IIS was sent before the session was interrupted.
    pub(super) fn fill_again(&self) {
        let Some(fallback) = &self.inner.fallback else {
            return;
        };
        let sent: Vec<(String, String, Vec<u8>)> = {
            let desk = self.inner.desk();
            let by_reference: Vec<u64> = desk
                .entries
                .iter()
                .filter_map(|e| match &e.what {
                    What::Answered {
                        message,
                        by_reference: true,
                        ..
                    } => Some(*message),
                    _ => None,
                })
                .collect();
            by_reference
                .into_iter()
                .filter_map(|seq| desk.state.arrivals.get(&seq))
                .filter(|a| !matches!(a.belongs, Belongs::Repeats(_)))
                .map(|a| (a.facility.clone(), a.username.clone(), a.kept.bytes.clone()))
                .collect()
        };
        for (facility, username, message) in sent {
            let submission = self.inner.submission(&facility, &username, message);
            // what it answered is in the journal
            let _ = titer_wire::ask(fallback, submission);
        }
    }
}
