//! Names and numbers of patients get into replies to those who may see them, and nowhere else.

use crate::world::{GIVEN, Reply, iis, query, send};
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use titer_service::{Channel, Script, ScriptedReply, When};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Keeps everything that is logged, at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{}={value:?} ", field.name()).unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Line(&mut self.0.lock().unwrap()));
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Line(&mut self.0.lock().unwrap()));
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut Line(&mut self.0.lock().unwrap()));
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

const SECRETS: [&str; 8] = [
    "Marlow",
    "Tessa",
    "Quill",
    "Hanna",
    "4711",
    "20260120",
    "Mill Lane",
    "5550123",
];

#[test]
fn logs_hold_nothing_that_identifies_a_person() {
    let log = Log::default();
    let iis = iis();
    tracing::subscriber::with_default(log.clone(), || {
        send(&iis, GIVEN);
        send(&iis, &query("Z34"));
        send(&iis, &GIVEN.replace("Marlow^Tessa", "Marlow&^Tessa\\X"));
        send(&iis, &GIVEN.replace("|20260120|F|", "|20260120X|F|"));
        send(&iis, &GIVEN.replace("MSH|", "XSH|"));
        iis.process(Channel::default(), GIVEN.replace('\r', " ").as_bytes());
    });
    let text = log.0.lock().unwrap().clone();
    assert!(text.contains("acknowledged"), "{text}");
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[test]
fn acknowledgments_do_not_repeat_who_is_meant() {
    let iis = iis();
    let seen = |message: &str| -> String {
        let reply: Reply = send(&iis, message);
        reply.lines().join("\n")
    };
    let mut replies = seen(GIVEN);
    for (from, to) in [
        ("|20260120|F|", "|20260120X|F|"),
        ("Marlow^Tessa^June^^^^L", "Marlow^Tessa^June^^^^Q"),
        ("4711^^^CLINIC-MR^MR", "4711^^^CLINIC-MR^Mill Lane"),
        ("406^5550123", "406^5550123^^^^^^^^"),
        ("MTH^Mother", "Hanna^Mother"),
    ] {
        replies += &seen(&GIVEN.replacen(from, to, 1));
    }
    for secret in SECRETS {
        // a code is repeated, whatever was put in its place
        let coded = ["Mill Lane", "Hanna"].contains(&secret);
        assert!(coded || !replies.contains(secret), "{secret} in {replies}");
    }
}

#[test]
fn what_is_printed_for_debugging_shows_no_text() {
    let script = Script {
        when: When::any().and("PID-5.1".parse().unwrap(), "Marlow"),
        reply: ScriptedReply::parse("MSA|AA|Marlow").unwrap(),
    };
    assert!(!format!("{script:?}").contains("Marlow"));
    let iis = iis();
    send(&iis, GIVEN);
    let record = iis.registry().page(None, 1).unwrap().remove(0);
    let reports = iis.registry().reports(record.id).unwrap();
    let printed = format!("{record:?} {reports:?} {:?}", record.demographics);
    for secret in SECRETS {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}
