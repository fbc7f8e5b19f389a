//! Judging a part of the stream: what one thread does with some messages.

use super::judge::Judge;
use super::stream;
use super::unfold::Unfolded;
use crate::codes::Opened;
use jiff::civil::Date;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use titer_conformance::{
    Context, Detection, Phrase, Scratch, Seen, Unsaid, Validator, Wanted, accepts, check_as_of,
    check_message_into, look_at_codes,
};
use titer_finding::sink::{Bytes, Counts, Pieces, Source, Words};
use titer_finding::summary::{Sender, Tally};
use titer_finding::{Finding, Label, Location, Policy, Severity};
use titer_hl7::read::{Entry, ReadFault};
use titer_hl7::{Message, Offsets};

/// Messages judged at once.
const MOST_MESSAGES: usize = 64;
/// Bytes judged at once; a single message may be larger.
const MOST_BYTES: usize = 64 * 1024;
/// Findings of one message that are put into words.
const MOST_FINDINGS: usize = 10_000;
/// Lines of one message.
const MOST_LINES: usize = 100_000;

/// Messages, and what is wrong around them, in the order of the stream.
#[derive(Default)]
pub(super) struct Part {
    bytes: Vec<u8>,
    items: Vec<Waiting>,
    // memory for what is written about it
    pieces: Vec<u8>,
}

struct Waiting {
    file: Arc<str>,
    what: What,
}

enum What {
    Message(Place),
    Fault(ReadFault),
}

struct Place {
    range: Range<usize>,
    number: u64,
    lines_before: u32,
    bytes_before: u64,
    column: u32,
    quoted: bool,
}

impl Part {
    pub(super) fn is_full(&self) -> bool {
        self.items.len() >= MOST_MESSAGES || self.bytes.len() >= MOST_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(super) fn message(&mut self, file: &Arc<str>, entry: &Entry<'_>) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(entry.bytes);
        self.items.push(Waiting {
            file: Arc::clone(file),
            what: What::Message(Place {
                range: start..self.bytes.len(),
                number: entry.number,
                lines_before: entry.line.saturating_sub(1),
                bytes_before: entry.offset,
                column: entry.column,
                quoted: entry.quoted,
            }),
        });
    }

    pub(super) fn fault(&mut self, file: &Arc<str>, fault: ReadFault) {
        self.items.push(Waiting {
            file: Arc::clone(file),
            what: What::Fault(fault),
        });
    }

    /// Empty, with its memory; a message that was very large gives its memory back.
    fn emptied(mut self) -> Part {
        self.bytes.clear();
        self.bytes.shrink_to(4 * MOST_BYTES);
        self.items.clear();
        self.pieces.clear();
        self.pieces.shrink_to(32 * MOST_BYTES);
        self
    }

    fn source<'s>(&'s self, item: &'s Waiting, profile: Option<&'s str>) -> Source<'s> {
        match &item.what {
            What::Fault(_) => Source::file(&item.file),
            What::Message(place) => Source {
                file: &item.file,
                number: place.number,
                profile,
                bytes: Bytes(self.bytes.get(place.range.clone()).unwrap_or_default()),
                lines_before: place.lines_before,
                bytes_before: place.bytes_before,
            },
        }
    }
}

type Kept = HashMap<(usize, Phrase), Option<Words>, BuildHasherDefault<Quickly>>;

/// Hashes what no sender chooses, a number at a time.
#[derive(Default)]
struct Quickly(u64);

impl Hasher for Quickly {
    fn finish(&self) -> u64 {
        // the table looks at the upper and the lower bits
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.write_u64(u64::from(*b));
        }
    }

    fn write_u16(&mut self, n: u16) {
        self.write_u64(u64::from(n));
    }

    fn write_u32(&mut self, n: u32) {
        self.write_u64(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }

    fn write_isize(&mut self, n: isize) {
        self.write_u64(n.cast_unsigned() as u64);
    }
}

/// What a thread uses again and again.
#[derive(Default)]
struct Memory {
    table: Offsets,
    scratch: Scratch,
    unfolded: Unfolded,
    findings: Vec<Finding>,
    // words of findings, for the validator at this address: none goes away while messages are judged
    words: Kept,
    spots: Vec<(Location, Option<Label>, u32)>,
}

/// How messages are judged and written: shared by all threads.
pub(super) struct Workshop {
    pub(super) judge: Judge,
    pub(super) policy: Option<Policy>,
    pub(super) as_of: Option<Date>,
    pub(super) codes: Opened,
    /// The lowest severity that is written.
    pub(super) show: Severity,
    /// Findings are written as pieces, when the form has any.
    pub(super) pieces: Option<Pieces>,
    /// Findings are handed over as they are, for a form without pieces.
    pub(super) events: bool,
    /// Pieces are told apart, since not all may be written.
    pub(super) limited: bool,
    /// As many as asked for are written: no more pieces are needed.
    pub(super) enough: AtomicBool,
    /// What is counted by cause, masked or not; `None` when nobody asks.
    pub(super) tally: Option<bool>,
    /// Nothing is asked but what was found, in a form that keeps words.
    quick: bool,
    memory: Mutex<Vec<Memory>>,
}

impl Workshop {
    /// Says that everything is set.
    pub(super) fn ready(&mut self) {
        self.quick = self.pieces.is_some_and(|p| p.keeps_words())
            && self.policy.is_none()
            && self.as_of.is_none()
            && self.tally.is_none();
    }

    pub(super) fn new(judge: Judge) -> Self {
        Self {
            judge,
            policy: None,
            as_of: None,
            codes: Opened::default(),
            show: Severity::Info,
            pieces: None,
            events: false,
            limited: false,
            enough: AtomicBool::new(false),
            tally: None,
            quick: false,
            memory: Mutex::default(),
        }
    }
}

/// A message that is written with words that are kept.
#[derive(Clone, Copy)]
struct Quick<'a> {
    validator: &'a Validator,
    pieces: &'a Pieces,
    message: &'a Message<'a>,
    source: &'a Source<'a>,
    /// What the book says.
    codes: &'a Seen,
}

/// A part that was judged.
#[derive(Default)]
pub(super) struct Done {
    pub(super) part: Part,
    /// What is written about it.
    pub(super) pieces: Vec<u8>,
    /// Where each piece ends and whether it is a finding, when pieces are told apart.
    pub(super) ends: Vec<(u32, bool)>,
    /// Findings as they are: of which item, judged by which profile.
    events: Vec<Event>,
    pub(super) counts: Counts,
    /// Messages without a warning or an error.
    pub(super) clean: u64,
    /// Findings below the severity that is written, and those that are to be written.
    pub(super) hidden: u64,
    pub(super) shown: u64,
    pub(super) tally: Option<Tally>,
}

struct Event {
    item: usize,
    profile: Option<Box<str>>,
    findings: Vec<Finding>,
}

impl Done {
    /// Every message with its findings, in order.
    pub(super) fn events(&self) -> impl Iterator<Item = (Source<'_>, &[Finding])> {
        self.events.iter().filter_map(|event| {
            let item = self.part.items.get(event.item)?;
            let source = self.part.source(item, event.profile.as_deref());
            Some((source, event.findings.as_slice()))
        })
    }

    /// Its part, empty and with the memory of both.
    pub(super) fn emptied(self) -> Part {
        Part {
            pieces: self.pieces,
            ..self.part
        }
        .emptied()
    }

    fn count(&mut self, severity: Severity, times: u64) {
        match severity {
            Severity::Error => self.counts.errors += times,
            Severity::Warning => self.counts.warnings += times,
            Severity::Info => self.counts.infos += times,
        }
    }

    fn end(&mut self, finding: bool) {
        self.ends.push((self.pieces.len() as u32, finding));
    }
}

const SEVERITIES: [Severity; 3] = [Severity::Info, Severity::Warning, Severity::Error];

impl Workshop {
    /// Judges a part.
    pub(super) fn judge(&self, mut part: Part) -> Done {
        let spare = self
            .memory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut memory = spare.unwrap_or_default();
        let mut done = Done {
            tally: self.tally.map(Tally::new),
            pieces: std::mem::take(&mut part.pieces),
            ..Done::default()
        };
        for (nth, item) in part.items.iter().enumerate() {
            let Memory {
                table,
                scratch,
                unfolded,
                findings,
                words,
                spots,
            } = &mut memory;
            findings.clear();
            match &item.what {
                What::Fault(fault) => {
                    findings.push(stream::finding(fault));
                    let source = part.source(item, None);
                    self.write(&mut done, &source, nth, findings, Unsaid::default());
                }
                What::Message(place) => {
                    done.counts.messages += 1;
                    let bytes = part.bytes.get(place.range.clone()).unwrap_or_default();
                    let folded = unfolded.read(bytes, place.quoted);
                    let text = if folded { &unfolded.bytes } else { bytes };
                    let large = too_many_lines(text);
                    let message = Message::parse(if large { b"" } else { text }, table);
                    let validator = self.judge.validator_for(&message);
                    if let (Some(validator), Some(pieces)) = (validator, &self.pieces)
                        && self.quick
                        && !(folded || large || place.column > 1)
                        && message.faults().is_empty()
                    {
                        let context = self.context();
                        let codes = look_at_codes(&message, validator, &context, self.show);
                        let found = validator.check(&message, scratch);
                        if found.len() + codes.findings.len() <= MOST_FINDINGS {
                            let source = part.source(item, Some(&validator.info().id));
                            let quick = Quick {
                                validator,
                                pieces,
                                message: &message,
                                source: &source,
                                codes: &codes,
                            };
                            self.write_quick(&mut done, &quick, found, words, spots);
                            continue;
                        }
                    }
                    let unsaid = if large {
                        findings.push(stream::too_many_lines(MOST_LINES));
                        Unsaid::default()
                    } else {
                        self.findings(&message, validator, scratch, findings)
                    };
                    if folded {
                        unfolded.place(findings, bytes, message.charset());
                        if let Some(folded) = &unfolded.folded {
                            findings.insert(0, stream::one_line(bytes, folded));
                        }
                        if let Some(after) = unfolded.after {
                            findings.push(stream::after(bytes, after));
                        }
                    }
                    if place.column > 1 {
                        shift(findings, place.column - 1);
                    }
                    let profile = validator.map(|v| v.info().id.as_str());
                    let source = part.source(item, profile);
                    if let Some(tally) = &mut done.tally {
                        said_by(&message, |sender| tally.message(&source, sender));
                    }
                    self.write(&mut done, &source, nth, findings, unsaid);
                }
            }
        }
        self.memory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(memory);
        done.part = part;
        done
    }

    fn context(&self) -> Context<'_> {
        Context {
            as_of: self.as_of,
            layers: self.codes.layers(),
        }
    }

    /// Everything about a message; gives how many findings there are beside those.
    fn findings(
        &self,
        message: &Message<'_>,
        validator: Option<&Validator>,
        scratch: &mut Scratch,
        findings: &mut Vec<Finding>,
    ) -> Unsaid {
        if validator.is_none() {
            findings.push(stream::no_profile(message));
        }
        // a policy may raise what is low
        let least = if self.policy.is_some() {
            Severity::Info
        } else {
            self.show
        };
        let wanted = Wanted {
            least,
            most: MOST_FINDINGS,
        };
        let begin = findings.len();
        let context = self.context();
        let unsaid = check_message_into(message, validator, scratch, &context, wanted, findings);
        if let Some(day) = self.as_of {
            let before = findings.len();
            check_as_of(message, day, findings);
            if findings.len() > before
                && let Some(new) = findings.get_mut(begin..)
            {
                new.sort_by_key(|f| (f.location.start, f.location.end));
            }
        }
        if unsaid.beyond != [0; 3] {
            findings.push(stream::many(unsaid.beyond));
        }
        unsaid
    }

    /// Counts and writes the findings of a message about which nothing else is asked, with words that are kept.
    fn write_quick(
        &self,
        done: &mut Done,
        quick: &Quick<'_>,
        found: &[Detection],
        kept: &mut Kept,
        spots: &mut Vec<(Location, Option<Label>, u32)>,
    ) {
        let Quick {
            validator,
            pieces,
            message,
            source,
            codes,
        } = *quick;
        let before = done.pieces.len();
        pieces.message(&mut done.pieces, source);
        if self.limited && done.pieces.len() > before {
            done.end(false);
        }
        spots.clear();
        let mut worst = Severity::Info;
        for (severity, times) in SEVERITIES.into_iter().zip(codes.lower) {
            done.count(severity, times);
            done.hidden += times;
            if times > 0 {
                worst = worst.max(severity);
            }
        }
        for (nth, finding) in codes.findings.iter().enumerate() {
            done.counts.add(finding.severity);
            worst = worst.max(finding.severity);
            spots.push((finding.location.clone(), None, (found.len() + nth) as u32));
        }
        let context = self.context();
        for (nth, detection) in found.iter().enumerate() {
            if codes.takes(detection) || accepts(&context, validator, detection, message) {
                continue;
            }
            done.counts.add(detection.severity);
            worst = worst.max(detection.severity);
            if detection.severity < self.show {
                done.hidden += 1;
            } else {
                let (place, label) = validator.spot(detection, message);
                spots.push((place, label, nth as u32));
            }
        }
        done.shown += spots.len() as u64;
        done.clean += u64::from(worst < Severity::Warning);
        if self.limited && self.enough.load(Ordering::Relaxed) {
            return;
        }
        spots.sort_by_key(|(place, ..)| (place.start, place.end));
        let of = std::ptr::from_ref(validator).addr();
        for (place, label, nth) in spots.iter() {
            let Some(detection) = found.get(*nth as usize) else {
                if let Some(finding) = codes.findings.get(*nth as usize - found.len()) {
                    pieces.finding(&mut done.pieces, source, finding);
                    if self.limited {
                        done.end(true);
                    }
                }
                continue;
            };
            let words = detection.phrase().and_then(|phrase| {
                kept.entry((of, phrase))
                    .or_insert_with(|| pieces.words(&validator.finding(detection, message)))
                    .as_ref()
            });
            match words {
                Some(words) => {
                    pieces.spoken(&mut done.pieces, source, words, place, label.as_ref());
                }
                None => {
                    let finding = validator.finding(detection, message);
                    pieces.finding(&mut done.pieces, source, &finding);
                }
            }
            if self.limited {
                done.end(true);
            }
        }
    }

    /// Counts and writes what was found in one message, or about the file.
    fn write(
        &self,
        done: &mut Done,
        source: &Source<'_>,
        nth: usize,
        findings: &mut Vec<Finding>,
        unsaid: Unsaid,
    ) {
        if let Some(policy) = &self.policy {
            *findings = findings
                .drain(..)
                .filter_map(|f| policy.apply(f, source.profile))
                .collect();
        }
        if source.number > 0
            && let Some(pieces) = &self.pieces
        {
            let before = done.pieces.len();
            pieces.message(&mut done.pieces, source);
            if self.limited && done.pieces.len() > before {
                done.end(false);
            }
        }
        let mut worst = Severity::Info;
        done.hidden += unsaid.lower.iter().sum::<u64>();
        for (nth, severity) in SEVERITIES.into_iter().enumerate() {
            let times = unsaid.lower[nth] + unsaid.beyond[nth];
            done.count(severity, times);
            if let Some(tally) = &mut done.tally {
                tally.besides(severity, times);
            }
            if times > 0 {
                worst = worst.max(severity);
            }
        }
        let enough = self.limited && self.enough.load(Ordering::Relaxed);
        for finding in findings.iter() {
            done.counts.add(finding.severity);
            worst = worst.max(finding.severity);
            if let Some(tally) = &mut done.tally {
                tally.finding(source, finding);
            }
            if finding.severity < self.show {
                done.hidden += 1;
                continue;
            }
            done.shown += 1;
            if let Some(pieces) = self.pieces.as_ref().filter(|_| !enough) {
                pieces.finding(&mut done.pieces, source, finding);
                if self.limited {
                    done.end(true);
                }
            }
        }
        if source.number > 0 && worst < Severity::Warning {
            done.clean += 1;
        }
        if self.events {
            findings.retain(|f| f.severity >= self.show);
            done.events.push(Event {
                item: nth,
                profile: source.profile.map(Into::into),
                findings: std::mem::take(findings),
            });
        }
    }
}

/// Small messages are not looked at: they cannot have so many lines that it matters.
fn too_many_lines(text: &[u8]) -> bool {
    text.len() > 1024 * 1024
        && memchr::memchr2_iter(b'\r', b'\n', text)
            .nth(MOST_LINES)
            .is_some()
}

/// Columns of a message's first line, when something stands before it.
fn shift(findings: &mut [Finding], columns: u32) {
    for finding in findings {
        let places = std::iter::once(&mut finding.location)
            .chain(finding.labels.iter_mut().map(|l| &mut l.location));
        for place in places {
            if place.line == 1 {
                place.column += columns;
            }
        }
    }
}

/// Who sent a message: the name, or else the number, in MSH-4 and MSH-22.
fn said_by(message: &Message<'_>, f: impl FnOnce(Option<Sender<'_>>)) {
    let Some(header) = message.segment("MSH", 1) else {
        return f(None);
    };
    let named = |field: u32, number: u32| {
        let name = header.text(field, 1);
        if name.is_empty() {
            header.text(field, number)
        } else {
            name
        }
    };
    let (facility, organization) = (named(4, 2), named(22, 10));
    f(Some(Sender {
        facility: &facility,
        organization: &organization,
    }));
}
