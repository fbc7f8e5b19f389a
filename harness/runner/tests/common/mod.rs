//! A small registry for the tests: it keeps doses in memory, answers as the guide asks, and misbehaves when told to.

#![allow(dead_code, reason = "not every test file uses all of it")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use titer_hl7::build::{MessageBuilder, SegmentBuilder, components};
use titer_hl7::clock::{FixedClock, SharedClock};
use titer_hl7::{Message, Offsets, Segment};
use titer_plan::Plan;
use titer_runner::result::{RunResult, Step, Verdict};
use titer_runner::{IisTarget, Options, Run, Target};
use titer_wire::{
    Answered, BoxFuture, Credentials, Delivery, FaultKind, HttpReply, Receiver, Reply,
    RouterOptions, Server, SoapFault, SoapVersion, Submission, hl7_router, soap_router,
};

/// How the registry misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slip {
    None,
    WrongControlId,
    NoErr,
    LoseDose,
    KeepDeleted,
    Reveal,
    WrongFault,
    NoAnswer,
    MalformedXml,
    Twice,
    WrongLot,
    WrongTag,
}

#[derive(Clone)]
struct Kept {
    filler: String,
    orc: String,
    rxa: String,
}

#[derive(Default)]
struct Record {
    pid: String,
    owner: Option<String>,
    doses: Vec<Kept>,
}

pub(crate) struct Registry {
    slip: Slip,
    clock: SharedClock,
    records: Mutex<BTreeMap<String, Record>>,
    replies: Mutex<u32>,
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new("tester", "right horse battery", "CLINIC")
}

pub(crate) fn clock() -> SharedClock {
    let moment: jiff::Timestamp = "2027-03-01T09:30:00Z".parse().expect("a time");
    Arc::new(FixedClock(moment.to_zoned(jiff::tz::TimeZone::UTC)))
}

fn text(segment: Option<Segment<'_>>, field: u32, component: u32) -> String {
    segment
        .map(|s| s.text(field, component).into_owned())
        .unwrap_or_default()
}

fn raw(segment: Segment<'_>) -> String {
    segment.line().text().into_owned()
}

impl Registry {
    pub(crate) fn new(slip: Slip) -> Arc<Self> {
        Arc::new(Self {
            slip,
            clock: clock(),
            records: Mutex::default(),
            replies: Mutex::default(),
        })
    }

    /// Serves it; the server stops when it is dropped.
    pub(crate) fn serve(self: &Arc<Self>) -> Server {
        let options = RouterOptions {
            clock: self.clock.clone(),
            ..RouterOptions::default()
        };
        let receiver: Arc<dyn Receiver> = self.clone();
        let routes = soap_router(receiver.clone(), &options).merge(hl7_router(receiver, &options));
        Server::start(([127, 0, 0, 1], 0).into(), routes).expect("a free port")
    }

    fn msh(
        &self,
        message: &Message<'_>,
        kind: (&str, &str, &str),
        profile: &str,
    ) -> SegmentBuilder {
        let msh = message.segment("MSH", 1);
        let mut replies = self.replies.lock().expect("no panic while it is held");
        *replies += 1;
        SegmentBuilder::msh(kind, &format!("REPLY{replies}"), &self.clock.now())
            .field(3, text(msh, 5, 1))
            .field(4, text(msh, 6, 1))
            .field(5, text(msh, 3, 1))
            .field(6, text(msh, 4, 1))
            .field(7, "20270301093000.000+0000")
            .field(15, "NE")
            .field(16, "NE")
            .field(21, components([profile, "CDCPHINVS"]))
            .field(22, organization(&text(msh, 6, 1)))
            .field(23, organization(&text(msh, 4, 1)))
    }

    fn msa(&self, message: &Message<'_>, code: &str) -> SegmentBuilder {
        let control_id = match self.slip {
            Slip::WrongControlId => "SOMETHING-ELSE".to_owned(),
            _ => text(message.segment("MSH", 1), 10, 1),
        };
        SegmentBuilder::new("MSA")
            .field(1, code)
            .field(2, control_id)
    }

    fn answer(&self, bytes: &[u8]) -> Vec<u8> {
        let mut table = Offsets::new();
        let message = Message::parse(bytes, &mut table);
        match text(message.segment("MSH", 1), 9, 1).as_str() {
            "QBP" => self.query(&message),
            _ => self.report(&message),
        }
    }

    fn report(&self, message: &Message<'_>) -> Vec<u8> {
        let mut reply = MessageBuilder::new();
        let odd_race = text(message.segment("PID", 1), 10, 1) == "9999-9";
        let tells = odd_race && self.slip != Slip::NoErr;
        reply.push(self.msh(message, ("ACK", "V04", "ACK"), "Z23"));
        reply.push(self.msa(message, if tells { "AE" } else { "AA" }));
        if tells {
            reply.push(
                SegmentBuilder::new("ERR")
                    .field(2, components(["PID", "1", "10", "1", "1"]))
                    .field(3, components(["103", "Table value not found", "HL70357"]))
                    .field(4, "W")
                    .field(8, "the race is not known and was left out"),
            );
        }
        let mut records = self.records.lock().expect("no panic while it is held");
        let pid = message.segment("PID", 1);
        let record = records.entry(text(pid, 3, 1)).or_default();
        record.pid = pid.map(raw).unwrap_or_default();
        if text(message.segment("PD1", 1), 12, 1) == "Y" {
            record.owner = Some(text(message.segment("MSH", 1), 4, 1));
        }
        let orders: Vec<(Segment<'_>, Segment<'_>)> =
            message.all("ORC").zip(message.all("RXA")).collect();
        for (n, (orc, rxa)) in orders.into_iter().enumerate() {
            let filler = orc.text(3, 1).into_owned();
            let deletes = rxa.text(21, 1) == "D";
            if deletes && self.slip == Slip::KeepDeleted
                || n == 0 && !deletes && self.slip == Slip::LoseDose
            {
                continue;
            }
            record.doses.retain(|d| d.filler != filler);
            if !deletes {
                let mut rxa = raw(rxa);
                if self.slip == Slip::WrongLot {
                    rxa = rxa.replace("LOT42", "LOT24");
                }
                let kept = Kept {
                    orc: raw(orc),
                    rxa,
                    filler,
                };
                record.doses.push(kept.clone());
                if self.slip == Slip::Twice {
                    record.doses.push(Kept {
                        filler: format!("{}-2", kept.filler),
                        ..kept
                    });
                }
            }
        }
        reply.build()
    }

    fn query(&self, message: &Message<'_>) -> Vec<u8> {
        let qpd = message.segment("QPD", 1);
        let asks = text(message.segment("MSH", 1), 4, 1);
        let records = self.records.lock().expect("no panic while it is held");
        let found = records.get(&text(qpd, 3, 1)).filter(|r| {
            self.slip == Slip::Reveal || r.owner.as_ref().is_none_or(|owner| *owner == asks)
        });
        let mut reply = MessageBuilder::new();
        let profile = if found.is_some() { "Z32" } else { "Z33" };
        reply.push(self.msh(message, ("RSP", "K11", "RSP_K11"), profile));
        reply.push(self.msa(message, "AA"));
        let tag = match self.slip {
            Slip::WrongTag => "SOMETHING-ELSE".to_owned(),
            _ => text(qpd, 2, 1),
        };
        reply.push(
            SegmentBuilder::new("QAK")
                .field(1, tag)
                .field(2, if found.is_some() { "OK" } else { "NF" })
                .field(
                    3,
                    components(["Z34", "Request Immunization History", "CDCPHINVS"]),
                ),
        );
        let mut bytes = reply.build();
        let lines = |bytes: &mut Vec<u8>, line: &str| {
            bytes.extend_from_slice(line.as_bytes());
            bytes.push(b'\r');
        };
        lines(&mut bytes, &qpd.map(raw).unwrap_or_default());
        if let Some(record) = found {
            lines(&mut bytes, &record.pid);
            for dose in &record.doses {
                lines(&mut bytes, &dose.orc);
                lines(&mut bytes, &dose.rxa);
            }
        }
        bytes
    }
}

fn organization(name: &str) -> titer_hl7::build::RepetitionValue {
    components([name, "", "", "", "", "CDC", "XX", "", "", name])
}

impl Receiver for Registry {
    fn authenticate(&self, given: &Credentials) -> Result<(), SoapFault> {
        if given.matches(&credentials()) {
            Ok(())
        } else {
            Err(SoapFault::security())
        }
    }

    fn submit(&self, submission: Submission) -> BoxFuture<'_, Result<Reply, SoapFault>> {
        Box::pin(async move {
            if self.slip == Slip::NoAnswer {
                return Ok(Reply::Hang(Duration::from_secs(60)));
            }
            Ok(Reply::Hl7(self.answer(&submission.message)))
        })
    }

    fn deliver(&self, mut reply: HttpReply, answer: &Answered) -> Delivery {
        if let (Some(fault), Slip::WrongFault) = (&answer.fault, self.slip) {
            let other = match fault.kind {
                FaultKind::UnsupportedOperation => SoapFault::message_too_large("wrong"),
                _ => SoapFault::unsupported_operation("wrong"),
            };
            reply.body = titer_wire::envelope::write_fault(SoapVersion::V12, &other);
        }
        if self.slip == Slip::MalformedXml {
            let cut = reply.body.len() - 10;
            reply.body.truncate(cut);
        }
        Delivery::Send(reply)
    }
}

pub(crate) fn plan(name: &str) -> Arc<Plan> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "plans", name]
        .iter()
        .collect();
    match titer_plan::load_dir(&folder) {
        Ok(plan) => Arc::new(plan),
        Err(error) => panic!("{error}: {:#?}", error.diagnostics()),
    }
}

pub(crate) fn iis_options(server: &Server) -> Options {
    let mut target = IisTarget::soap(server.url("/soap"), credentials());
    target.timeout = Duration::from_millis(1500);
    Options::new(Target::Iis(target), "the test's registry").clock(clock())
}

/// Runs the small plan against a registry.
pub(crate) fn run(slip: Slip, change: impl FnOnce(&mut Options)) -> RunResult {
    let registry = Registry::new(slip);
    let server = registry.serve();
    let mut options = iis_options(&server);
    change(&mut options);
    Run::new(plan("clinic"), options)
        .expect("the plan has cases")
        .execute(&mut |_| {})
        .expect("the plan runs")
}

/// Paths of the steps with a verdict that is neither a pass nor not applicable, without the plan's name.
pub(crate) fn bad(result: &RunResult) -> Vec<String> {
    result
        .steps()
        .filter(|s| s.verdict.is_bad())
        .map(|s| format!("{} {:?}", short(s), s.verdict))
        .collect()
}

pub(crate) fn short(step: &Step) -> String {
    step.path
        .split_once('/')
        .map(|(_, rest)| rest.to_owned())
        .unwrap_or_default()
}

pub(crate) fn step<'r>(result: &'r RunResult, name: &str) -> &'r Step {
    result
        .steps()
        .find(|s| short(s) == name)
        .unwrap_or_else(|| panic!("no step {name}"))
}

/// What a step says is wrong, one line for each unmet assertion.
pub(crate) fn unmet(step: &Step) -> Vec<String> {
    step.assertions
        .iter()
        .filter(|a| a.outcome != titer_runner::result::Outcome::Met)
        .map(|a| {
            let found = a
                .found
                .as_ref()
                .map(|f| f.reveal().to_owned())
                .unwrap_or_default();
            format!(
                "{:?} {} | expected {} | found {found} | {}",
                a.outcome,
                a.what,
                a.expected.clone().unwrap_or_default(),
                a.because.clone().unwrap_or_default()
            )
        })
        .collect()
}

pub(crate) fn everything_passed(result: &RunResult) -> bool {
    result.steps().all(|s| {
        matches!(
            s.verdict,
            Verdict::Passed | Verdict::NotApplicable | Verdict::NotEvaluated
        )
    })
}
