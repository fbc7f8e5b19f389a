//! The IIS itself: one message in, one reply out, without a network.

use crate::cascade::{self, Cascade, Of, words};
use crate::content;
use crate::exchange::{Exchanges, Seen};
use crate::extract;
use crate::gate::{self, Purpose};
use crate::personality::{Behaviour, Personality};
use crate::policy::Policy;
use crate::reply::{self, Header};
use crate::row::{self, ErrorCode, Place, Row};
use crate::rules::Own;
use crate::script::Script;
use crate::shape::Shape;
use std::sync::Arc;
use titer_conformance::check_message;
use titer_finding::{Finding, Severity};
use titer_hl7::clock::SharedClock;
use titer_hl7::{Message, Offsets};
use titer_registry::Registry;
use titer_registry::report::{Action, DoseOutcome, Outcome, PersonOutcome, Submitter};
use titer_wire::Credentials;

/// The IIS: a registry, a jurisdiction's policy, and a personality. Clones share one registry.
#[derive(Clone)]
pub struct Iis {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) registry: Registry,
    pub(crate) policy: Policy,
    pub(crate) personality: Personality,
    pub(crate) scripts: Vec<Script>,
    pub(crate) clock: SharedClock,
    pub(crate) credentials: Credentials,
    pub(crate) exchanges: Exchanges,
}

/// What an IIS is made of besides its registry.
#[derive(Clone)]
pub struct IisConfig {
    /// The jurisdiction's choices.
    pub policy: Policy,
    /// Deliberate misbehaviour.
    pub personality: Personality,
    /// Replies that are fixed beforehand; the first one whose condition holds is sent.
    pub scripts: Vec<Script>,
    /// What senders must present.
    pub credentials: Credentials,
    /// How many exchanges the page shows.
    pub kept_exchanges: usize,
}

/// How a message came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Channel<'a> {
    /// Facility that the sender authenticated for; may be empty.
    pub facility: &'a str,
    /// The transport in words.
    pub transport: &'a str,
}

/// A reply, and what the page says about it.
pub(crate) struct Processed {
    pub reply: Vec<u8>,
    pub code: String,
    pub profile: Option<&'static str>,
    pub findings: Vec<Finding>,
    pub note: Option<String>,
}

impl Iis {
    /// An IIS over a registry.
    pub fn new(registry: Registry, config: IisConfig, clock: SharedClock) -> Self {
        Self {
            inner: Arc::new(Inner {
                registry: registry.issuing(reply::AUTHORITY),
                policy: config.policy,
                personality: config.personality,
                scripts: config.scripts,
                credentials: config.credentials,
                exchanges: Exchanges::new(config.kept_exchanges),
                clock,
            }),
        }
    }

    /// The registry.
    pub fn registry(&self) -> &Registry {
        &self.inner.registry
    }

    /// Answers one message. Always gives a message, whatever came in.
    pub fn process(&self, channel: Channel<'_>, bytes: &[u8]) -> Vec<u8> {
        let started = self.inner.clock.now();
        let mut offsets = Offsets::new();
        let message = Message::parse(bytes, &mut offsets);
        let msh = message.segment("MSH", 1);
        let text = |field: u32, component: u32| {
            msh.map_or_else(String::new, |m| m.text(field, component).into_owned())
        };
        let control_id = self.control_id();
        let sent_id = text(10, 1);
        let answers = if self.inner.personality.does(Behaviour::WrongControlId) {
            format!("NOT-{sent_id}")
        } else {
            sent_id.clone()
        };
        let header = Header {
            now: &started,
            control_id: &control_id,
            facility: if self.inner.personality.name.is_empty() {
                reply::FACILITY
            } else {
                &self.inner.personality.name
            },
            answers: &answers,
        };
        let processed = self.inner.answer(channel, &message, &header);
        tracing::info!(
            kind = %text(9, 1),
            control_id = %sent_id,
            acknowledged = %processed.code,
            findings = processed.findings.len(),
            "message answered"
        );
        self.inner.exchanges.push(Seen {
            number: 0,
            at: started,
            transport: channel.transport.to_owned(),
            facility: channel.facility.to_owned(),
            kind: [text(9, 1), text(9, 2)].join("^"),
            control_id: sent_id,
            code: processed.code,
            profile: processed.profile,
            findings: processed.findings,
            note: processed.note,
            request: bytes.to_vec(),
            reply: processed.reply.clone(),
        });
        processed.reply
    }

    // 16 characters, which old systems can still hold
    fn control_id(&self) -> String {
        let id = self.inner.registry.ids().next_uuid();
        let mut text = id.simple().to_string();
        // the part of a UUIDv7 that differs from id to id
        text.drain(..text.len().saturating_sub(16));
        text.to_uppercase()
    }
}

impl Inner {
    fn answer(
        &self,
        channel: Channel<'_>,
        message: &Message<'_>,
        header: &Header<'_>,
    ) -> Processed {
        if let Some(script) = self.scripts.iter().find(|s| s.when.holds(message)) {
            return scripted(script, message, header);
        }
        match gate::check(message, &self.policy) {
            Err(refused) => Processed {
                reply: reply::acknowledgment(message, header, "AR", &[refused.row]),
                code: "AR".to_owned(),
                profile: None,
                findings: vec![refused.finding],
                note: None,
            },
            Ok(Purpose::Record) => self.record(channel, message, header),
            Ok(Purpose::Query) => self.query(channel, message, header),
        }
    }

    // what is said about a message, and what is lost
    pub(crate) fn judge(
        &self,
        of: Of,
        message: &Message<'_>,
        shape: &Shape<'_>,
        own: Vec<Finding>,
    ) -> (Option<&'static str>, Vec<Finding>, Cascade) {
        let checked = check_message(message);
        let mut findings = checked.findings;
        findings.extend(own);
        findings.sort_by_key(|f| (f.location.start, f.location.end));
        let cascade = cascade::run(
            of,
            shape,
            &findings,
            &self.policy.severities,
            checked.profile,
        );
        (checked.profile, findings, cascade)
    }

    fn record(
        &self,
        channel: Channel<'_>,
        message: &Message<'_>,
        header: &Header<'_>,
    ) -> Processed {
        let shape = Shape::of(message);
        let own = content::check(message, &shape, header.now, self.policy.clock_skew_minutes);
        let (profile, mut findings, Cascade { lost, mut rows }) =
            self.judge(Of::Record, message, &shape, own);
        let note;
        if lost.message {
            note = Some("rejected; nothing was stored".to_owned());
        } else {
            let mut extracted = extract::report(
                &shape,
                &lost,
                submitter(channel, message),
                message
                    .segment("MSH", 1)
                    .map_or_else(String::new, |m| m.text(10, 1).into_owned()),
                message.source(),
            );
            if self.personality.does(Behaviour::LoseDose) && !extracted.report.doses.is_empty() {
                extracted.report.doses.remove(0);
                extracted.rxa.remove(0);
            }
            if self.personality.does(Behaviour::IgnoreDelete) {
                extracted
                    .report
                    .doses
                    .retain(|d| d.action != Action::Delete);
            }
            match self.registry.report(&extracted.report, self.policy.on_many) {
                Ok(outcome) => {
                    note = Some(told(&outcome));
                    outcome_rows(
                        message,
                        &shape,
                        &outcome,
                        &extracted.rxa,
                        &mut findings,
                        &mut rows,
                    );
                }
                Err(error) => {
                    tracing::error!(error = %chain(&error), "a message could not be stored");
                    note = Some("the registry failed; nothing was stored".to_owned());
                    rows = vec![internal()];
                }
            }
        }
        let rows = self.finished(rows);
        let code = row::acknowledgment_code(&rows);
        Processed {
            reply: reply::acknowledgment(message, header, code, &rows),
            code: code.to_owned(),
            profile,
            findings,
            note,
        }
    }

    // the rows as they are sent
    pub(crate) fn finished(&self, mut rows: Vec<Row>) -> Vec<Row> {
        if self.personality.does(Behaviour::NoErrOnBadCode)
            && rows.iter().any(|r| r.code == ErrorCode::Table)
        {
            return Vec::new();
        }
        row::sort(&mut rows);
        if !self.policy.acknowledgments.information {
            rows.retain(|r| r.severity > Severity::Info);
        }
        let most = self.policy.acknowledgments.max_rows;
        if rows.len() > most {
            let more = rows.len() - (most - 1);
            rows.truncate(most - 1);
            rows.push(Row {
                place: None,
                code: ErrorCode::Application,
                severity: rows.last().map_or(Severity::Info, |r| r.severity),
                application: None,
                text: format!("{more} more problems are not listed"),
            });
        }
        rows
    }
}

fn scripted(script: &Script, message: &Message<'_>, header: &Header<'_>) -> Processed {
    let checked = check_message(message);
    let reply = script.reply.render(message, header.now, header.control_id);
    let mut offsets = Offsets::new();
    let code = Message::parse(&reply, &mut offsets)
        .segment("MSA", 1)
        .map_or_else(String::new, |msa| msa.text(1, 1).into_owned());
    Processed {
        reply,
        code,
        profile: checked.profile,
        findings: checked.findings,
        note: Some("answered by a script; nothing was stored".to_owned()),
    }
}

fn outcome_rows(
    message: &Message<'_>,
    shape: &Shape<'_>,
    outcome: &Outcome,
    rxa: &[u32],
    findings: &mut Vec<Finding>,
    rows: &mut Vec<Row>,
) {
    if let PersonOutcome::Ambiguous(_) = outcome.person
        && let Some(pid) = shape.first("PID", None)
    {
        let finding = content::at_field(message, Own::SeveralMatch, &pid.segment, 1, 5, false);
        rows.push(Row {
            place: Some(Place::segment("PID", 1)),
            code: ErrorCode::Application,
            severity: Severity::Error,
            application: None,
            text: words(&finding),
        });
        findings.push(finding);
    }
    for (outcome, nth) in outcome.doses.iter().zip(rxa) {
        if *outcome != DoseOutcome::NotFound {
            continue;
        }
        let Some(placed) = shape
            .segments()
            .iter()
            .find(|p| p.segment.name() == "RXA" && p.nth == *nth)
        else {
            continue;
        };
        let finding = content::at_field(
            message,
            Own::NothingToDelete,
            &placed.segment,
            *nth,
            21,
            false,
        );
        rows.push(Row {
            place: Some(Place::field("RXA", *nth, 21)),
            code: ErrorCode::Application,
            severity: Severity::Warning,
            application: None,
            text: words(&finding),
        });
        findings.push(finding);
    }
}

// The account and the organization that MSH names in it: MSH-22, or MSH-4 when that is empty. Both count, so that nobody becomes
// another account's clinic by naming it.
pub(crate) fn submitter(channel: Channel<'_>, message: &Message<'_>) -> Submitter {
    let organization = message.segment("MSH", 1).map_or_else(String::new, |msh| {
        [(22, 1), (22, 10), (4, 1)]
            .into_iter()
            .map(|(field, component)| msh.text(field, component))
            .find(|t| !t.trim().is_empty())
            .map_or_else(String::new, |t| t.trim().to_uppercase())
    });
    Submitter {
        account: channel.facility.to_owned(),
        organization: format!("{}|{organization}", channel.facility.trim().to_uppercase()),
    }
}

pub(crate) fn internal() -> Row {
    Row {
        place: None,
        code: ErrorCode::Internal,
        severity: Severity::Error,
        application: None,
        text: "the registry failed and nothing was stored; send the message again later".to_owned(),
    }
}

fn told(outcome: &Outcome) -> String {
    match &outcome.person {
        PersonOutcome::Added(_) => "a new patient was added".to_owned(),
        PersonOutcome::Updated(_) => "a known patient was updated".to_owned(),
        PersonOutcome::Unchanged(_) => "nothing in it was new".to_owned(),
        PersonOutcome::Protected => {
            "the record is protected by another organization; nothing was stored".to_owned()
        }
        PersonOutcome::Ambiguous(n) => format!("{n} records match alike; nothing was stored"),
    }
}

// an error with its causes; the registry's errors hold no text from messages
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
