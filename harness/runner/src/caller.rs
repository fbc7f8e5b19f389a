//! Calling a registry under test, with the credentials that a step asks for.

use crate::error::RunError;
use crate::options::{IisTarget, Way};
use crate::result::{Assertion, Outcome};
use crate::stage::Setting;
use crate::transport;
use std::collections::BTreeMap;
use titer_finding::{Fixer, Location, Phi};
use titer_wire::{Answer, Call, CallError, ClientOptions, Credentials, HttpClient, SoapClient};

/// What came of a message that was sent.
pub(crate) enum Came {
    /// A message.
    Reply(Vec<u8>),
    /// No message: what came instead, and whether the system could not be reached at all.
    Nothing {
        found: String,
        unreachable: Option<String>,
    },
}

/// Calls the registry, with the credentials that a step asks for.
pub(crate) struct Caller<'a> {
    setting: &'a Setting,
    pub(crate) target: &'a IisTarget,
    soap: BTreeMap<String, SoapClient>,
    http: BTreeMap<String, HttpClient>,
}

impl<'a> Caller<'a> {
    pub(crate) fn new(setting: &'a Setting, target: &'a IisTarget) -> Result<Self, RunError> {
        let mut caller = Self {
            setting,
            target,
            soap: BTreeMap::new(),
            http: BTreeMap::new(),
        };
        // an address that cannot be called is told before anything runs
        match target.way {
            Way::Soap(_) => caller.soap(&target.credentials).map(|_| ())?,
            Way::Http(..) => caller.http(&target.credentials).map(|_| ())?,
        }
        Ok(caller)
    }

    fn options(&self, credentials: &Credentials) -> ClientOptions {
        let version = match self.target.way {
            Way::Soap(version) => version,
            Way::Http(..) => titer_wire::SoapVersion::V12,
        };
        ClientOptions {
            version,
            credentials: credentials.clone(),
            connect_timeout: self.target.connect_timeout,
            timeout: self.target.timeout,
            trust: self.target.trust.clone(),
            clock: self.setting.options.clock.clone(),
            ..ClientOptions::default()
        }
    }

    fn key(credentials: &Credentials) -> String {
        format!(
            "{}\n{}\n{}",
            credentials.username, credentials.password, credentials.facility
        )
    }

    pub(crate) fn soap(&mut self, credentials: &Credentials) -> Result<SoapClient, RunError> {
        let key = Self::key(credentials);
        if let Some(client) = self.soap.get(&key) {
            return Ok(client.clone());
        }
        let client = SoapClient::new(&self.target.url, self.options(credentials))?;
        self.soap.insert(key, client.clone());
        Ok(client)
    }

    fn http(&mut self, credentials: &Credentials) -> Result<HttpClient, RunError> {
        let key = Self::key(credentials);
        if let Some(client) = self.http.get(&key) {
            return Ok(client.clone());
        }
        let (form, login) = match self.target.way {
            Way::Http(form, login) => (form, login),
            Way::Soap(_) => Default::default(),
        };
        let client = HttpClient::new(&self.target.url, form, login, self.options(credentials))?;
        self.http.insert(key, client.clone());
        Ok(client)
    }

    pub(crate) fn submit(
        &mut self,
        credentials: &Credentials,
        message: &[u8],
    ) -> Result<(Came, Call<()>), RunError> {
        Ok(match self.target.way {
            Way::Soap(_) => {
                let call = self.soap(credentials)?.submit(message);
                let came = match &call.outcome {
                    Ok(Answer::Reply(bytes)) => Came::Reply(bytes.clone()),
                    Ok(Answer::Fault(fault)) => Came::Nothing {
                        found: transport::fault_words(fault),
                        unreachable: None,
                    },
                    Err(error) => nothing(error),
                };
                (came, stripped(call))
            }
            Way::Http(..) => {
                let call = self.http(credentials)?.submit(message);
                let came = match &call.outcome {
                    Ok(bytes) => Came::Reply(bytes.clone()),
                    Err(error) => nothing(error),
                };
                (came, stripped(call))
            }
        })
    }

    /// The credentials of a step: those of the facility that it binds.
    pub(crate) fn credentials(&self, facility: Option<(&str, String)>) -> Credentials {
        let own = &self.target.credentials;
        let Some((id, code)) = facility else {
            return own.clone();
        };
        if let Some(given) = self.target.facilities.get(id) {
            return given.clone();
        }
        if own.facility.is_empty() {
            return Credentials {
                facility: code,
                ..own.clone()
            };
        }
        own.clone()
    }
}

pub(crate) fn nothing(error: &CallError) -> Came {
    Came::Nothing {
        found: error.to_string(),
        unreachable: error.is_unreachable().then(|| error.to_string()),
    }
}

fn stripped<T>(call: Call<T>) -> Call<()> {
    Call {
        outcome: call.outcome.map(|_| ()),
        notes: call.notes,
        exchange: call.exchange,
    }
}

/// The finding that a call got no HL7 message back.
pub(crate) fn no_answer(found: &str) -> (Assertion, titer_finding::Finding) {
    let mut assertion = Assertion::new("the message is answered with a message", Outcome::NotMet);
    assertion.expected = Some("one HL7 message over the same connection".to_owned());
    assertion.found = Some(Phi::new(found));
    let mut finding = crate::assertion::finding(
        crate::assertion::id::NO_ANSWER,
        Fixer::Receiver,
        Location::default(),
    );
    "the message is not answered with a message: {value}".clone_into(&mut finding.message);
    finding.value = Some(Phi::new(found));
    finding.expected.clone_from(&assertion.expected);
    (assertion, finding)
}
