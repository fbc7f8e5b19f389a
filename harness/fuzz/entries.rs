//! What the fuzz targets do with their bytes. The targets and a test of the workspace share this file: the test runs every
//! entry over the committed corpus, so that a stable compiler keeps it working.

#![allow(dead_code, reason = "each target uses one entry, the test all of them")]

use std::io::Read;
use std::sync::LazyLock;
use titer_conformance::expr::{self, Scope, ScopeChild};
use titer_conformance::step::StepConstraints;
use titer_conformance::{Dialect, Scratch, Validator, builtin, builtin_in, select, xml};
use titer_hl7::read::{Item, Reader, frame};
use titer_hl7::{Message, Offsets, Path};

/// A message: parsed, judged by the profile that it claims (Z22 when it claims none) in both dialects, every finding put
/// into words.
pub(crate) fn message(bytes: &[u8]) {
    static REFERENCE: LazyLock<Option<Validator>> =
        LazyLock::new(|| builtin_in("Z22", Dialect::Nist163).ok());
    let mut table = Offsets::new();
    let message = Message::parse(bytes, &mut table);
    let lines: Vec<u8> = message
        .lines()
        .flat_map(|l| bytes[l.full_span().start as usize..l.full_span().end as usize].to_vec())
        .collect();
    let begin = message
        .lines()
        .next()
        .map_or(0, |l| l.span().start as usize);
    assert!(bytes[begin..].starts_with(&lines), "lines are the source");
    for fault in message.faults() {
        assert!(fault.span.start <= fault.span.end && fault.span.end as usize <= bytes.len());
    }
    for segment in message.segments() {
        for field in segment.fields() {
            for repetition in field.repetitions() {
                for component in repetition.components() {
                    for sub in component.subcomponents() {
                        let _ = (sub.text(), sub.unescaped(), sub.presence());
                    }
                }
            }
        }
    }
    let mut scratch = Scratch::new();
    let claimed = select(&message).or_else(|| builtin("Z22"));
    for validator in claimed.into_iter().chain(REFERENCE.as_ref()) {
        judge(validator, &message, &mut scratch);
    }
}

fn judge(validator: &Validator, message: &Message<'_>, scratch: &mut Scratch) {
    let length = message.source().len() as u64;
    let found = validator.check(message, scratch);
    for detection in found {
        let finding = validator.finding(detection, message);
        assert!(finding.location.start <= finding.location.end && finding.location.end <= length);
        assert!(!finding.message.is_empty() && finding.location.line >= 1);
        assert!(!validator.path(detection).contains('\n'));
    }
}

/// A stream: the same messages and faults however the bytes trickle in, each message where it is said to be.
pub(crate) fn batch(bytes: &[u8]) {
    let whole = items(bytes, usize::MAX, Reader::<&[u8]>::LIMIT);
    assert_eq!(whole, items(bytes, 1, Reader::<&[u8]>::LIMIT));
    assert_eq!(whole, items(bytes, 7, Reader::<&[u8]>::LIMIT));
    items(bytes, 64, 100);
}

/// Frames: whatever stands in one comes out of it, and bytes with frames in them are read like any stream.
pub(crate) fn mllp(bytes: &[u8]) {
    batch(bytes);
    let plain = bytes
        .iter()
        .all(|b| !matches!(b, 0x0B | 0x1C | b'\n' | 0xEF));
    let one = plain && bytes.starts_with(b"MSH|") && bytes.ends_with(b"|\r");
    // one message, and no line in which another or an envelope might begin, as in exports
    let mut names = bytes.get(3..).unwrap_or_default().windows(3);
    let single = !names.any(|w| matches!(w, b"MSH" | b"FHS" | b"BHS" | b"BTS" | b"FTS"));
    if !one || !single {
        return;
    }
    let framed = [frame(bytes), frame(bytes)].concat();
    let mut reader = Reader::new(&framed[..]);
    let mut read = 0;
    while let Ok(Some(item)) = reader.next_item() {
        match item {
            Item::Message(entry) => {
                assert_eq!(entry.bytes, bytes);
                read += 1;
            }
            Item::Fault(fault) => panic!("{fault:?}"),
        }
    }
    assert_eq!(read, 2);
}

/// A profile's XML: refused with a place in it, or compiled and used. Files of a bundle are parted by a line `---`.
pub(crate) fn profile_xml(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (mut structure, mut rules, mut tables) = (None, None, None);
    for part in text.split("\n---\n") {
        let lines = part.lines().count() as u32 + 1;
        let placed = |e: &xml::XmlError| assert!((1..=lines).contains(&e.line) && e.column >= 1);
        match xml::read_profile("profile.xml", part, None) {
            Ok(read) => structure = Some(read),
            Err(error) => placed(&error),
        }
        match xml::read_rules("constraints.xml", part) {
            Ok(read) => rules = Some(read),
            Err(error) => placed(&error),
        }
        match xml::read_tables("valuesets.xml", part) {
            Ok(read) => tables = Some(read),
            Err(error) => placed(&error),
        }
        let _ = xml::read_bindings("bindings.xml", part).map_err(|e| placed(&e));
        let _ = xml::read_slicing("slicing.xml", part).map_err(|e| placed(&e));
        let _ = xml::read_co_constraints("co.xml", part).map_err(|e| placed(&e));
    }
    let steps = rules.clone().unwrap_or_default();
    let Some(structure) = structure else {
        if let Some(z22) = builtin("Z22") {
            use_step(&StepConstraints::compile(&steps, z22), z22);
        }
        return;
    };
    let definition = structure.with(rules.unwrap_or_default(), tables.unwrap_or_default());
    for dialect in [Dialect::Titer, Dialect::Nist163] {
        if let Ok(validator) = Validator::compile(&definition, dialect) {
            let mut table = Offsets::new();
            let message = Message::parse(MESSAGE.as_bytes(), &mut table);
            judge(&validator, &message, &mut Scratch::new());
            use_step(&StepConstraints::compile(&steps, &validator), &validator);
        }
    }
}

const MESSAGE: &str = "MSH|^~\\&|A|B|||20260312||VXU^V04^VXU_V04|1|P|2.5.1\rPID|1||1^^^A^MR~2||Snow^Ida\rPV1|1\rORC|RE\rRXA|0|1|2026||08^Hep B^CVX|0.5\rOBX|1|CE|64994-7^x^LN|1|V01^y^HL70064\rOBX|2|TS|a&b||2026\rZZZ|1\r";

fn use_step(step: &StepConstraints, validator: &Validator) {
    let mut table = Offsets::new();
    let message = Message::parse(MESSAGE.as_bytes(), &mut table);
    let mut scratch = Scratch::new();
    for detection in step.check(validator, &message, &mut scratch) {
        let _ = step.finding(validator, detection, &message).text(false);
    }
}

/// An expression: what is read is written in words that are read as the same expression.
pub(crate) fn expression(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let group = [
        ScopeChild::Segment("ORC".to_owned()),
        ScopeChild::Segment("RXA".to_owned()),
        ScopeChild::Group(
            "OBSERVATION".to_owned(),
            vec![ScopeChild::Segment("OBX".to_owned())],
        ),
    ];
    for scope in [
        Scope::Group(&group),
        Scope::Segment("RXA"),
        Scope::Datatype("CE"),
        Scope::Numbers,
    ] {
        if let Ok(read) = expr::read(text, scope, &[]) {
            let written = expr::write(&read, scope, &[]);
            match expr::read(&written, scope, &[]) {
                Ok(again) => assert_eq!(again, read, "{written}"),
                Err(error) => panic!("{written}: {error}"),
            }
        }
    }
}

/// A path: what is read prints as something that is read as the same path, and leads somewhere or nowhere in a message.
pub(crate) fn path(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(path) = text.parse::<Path>() {
        let again: Result<Path, _> = path.to_string().parse();
        assert!(again.is_ok_and(|again| again == path), "{path}");
        let mut table = Offsets::new();
        let message = Message::parse(MESSAGE.as_bytes(), &mut table);
        let _ = message.text(&path);
    }
    for scope in [Scope::Segment("PID"), Scope::Datatype("CE"), Scope::Numbers] {
        if let Ok(path) = expr::read_path(text, scope) {
            let printed = scope.print(&path);
            let again = expr::read_path(&printed, scope);
            assert!(again.is_ok_and(|again| again == path), "{printed}");
        }
    }
    if let Ok(path) = expr::Path::parse(text) {
        assert!(!path.steps.is_empty() || path.is_self());
    }
}

// everything that a reader gives, in words
fn items(bytes: &[u8], chunk: usize, limit: usize) -> Vec<String> {
    let mut reader = Reader::with_limit(Trickle(bytes, chunk), limit);
    let mut out = Vec::new();
    let mut end = 0;
    while let Ok(Some(item)) = reader.next_item() {
        match item {
            Item::Message(entry) => {
                let start = entry.offset as usize;
                assert_eq!(&bytes[start..start + entry.bytes.len()], entry.bytes);
                assert!(start >= end && entry.bytes.starts_with(b"MSH"));
                assert!(entry.bytes.len() <= limit);
                end = start + entry.bytes.len();
                out.push(format!("{entry:?} {}", entry.number));
            }
            Item::Fault(fault) => {
                assert!(fault.offset <= bytes.len() as u64);
                out.push(format!("{fault:?}"));
            }
        }
    }
    out
}

struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let n = self.1.min(to.len()).min(self.0.len());
        let (head, rest) = self.0.split_at(n);
        to[..n].copy_from_slice(head);
        self.0 = rest;
        Ok(n)
    }
}
