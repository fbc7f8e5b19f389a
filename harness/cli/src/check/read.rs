//! Reading an input and judging its messages, a batch at a time on all cores, in constant memory.

use super::judge::Judge;
use super::{Run, stream};
use crate::failure::{io_diagnostic, io_words};
use crate::inputs::Input;
use indicatif::ProgressBar;
use rayon::prelude::*;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use titer_conformance::Scratch;
use titer_finding::sink::{Bytes, Source};
use titer_finding::{Diagnostic, Finding};
use titer_hl7::read::{Item, ReadFault, Reader};
use titer_hl7::{Message, Offsets};

/// Messages judged at once.
const BATCH_MESSAGES: usize = 512;
/// Bytes judged at once; a single message may be larger.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Messages that wait to be judged.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    items: Vec<Waiting>,
}

/// What a thread uses again and again.
#[derive(Default)]
struct Memory {
    table: Offsets,
    scratch: Scratch,
}

enum Waiting {
    Message {
        range: Range<usize>,
        number: u64,
        lines_before: u32,
        bytes_before: u64,
    },
    Fault(ReadFault),
}

impl Batch {
    fn is_full(&self) -> bool {
        self.items.len() >= BATCH_MESSAGES || self.bytes.len() >= BATCH_BYTES
    }
}

impl Run<'_> {
    /// Reads and judges one input. What cannot be read is a diagnostic; an error is the output's.
    pub(super) fn input(&mut self, input: &Input, bar: &ProgressBar) -> io::Result<()> {
        let name = input.name();
        bar.set_message(name.clone());
        let from: Box<dyn Read> = match input {
            Input::Stdin => Box::new(io::stdin().lock()),
            Input::File(path) => match File::open(path) {
                Ok(file) => Box::new(bar.wrap_read(file)),
                Err(error) => {
                    self.wrong
                        .push(io_diagnostic("read the file", path, &error));
                    return Ok(());
                }
            },
        };
        let mut reader = Reader::new(from);
        let mut batch = Batch::default();
        let before = self.counts.messages;
        let failed = loop {
            match reader.next_item() {
                Ok(Some(Item::Message(entry))) => {
                    let start = batch.bytes.len();
                    batch.bytes.extend_from_slice(entry.bytes);
                    batch.items.push(Waiting::Message {
                        range: start..batch.bytes.len(),
                        number: entry.number,
                        lines_before: entry.line.saturating_sub(1),
                        bytes_before: entry.offset,
                    });
                }
                Ok(Some(Item::Fault(fault))) => batch.items.push(Waiting::Fault(fault)),
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
            if batch.is_full() {
                self.write(&name, &mut batch)?;
            }
        };
        self.write(&name, &mut batch)?;
        if let Some(error) = failed {
            let diagnostic = Diagnostic::new(format!("cannot read the file: {}", io_words(&error)));
            self.wrong.push(diagnostic.in_file(name));
        } else if self.counts.messages == before {
            let diagnostic = Diagnostic::new("no HL7 message was found")
                .with_help("a message begins with a line that starts with `MSH|`");
            self.wrong.push(diagnostic.in_file(name));
        }
        Ok(())
    }

    /// Judges what waits, on all cores, and writes it in its order.
    fn write(&mut self, name: &str, batch: &mut Batch) -> io::Result<()> {
        let judge = &self.judge;
        let bytes = &batch.bytes;
        let judged: Vec<(Option<String>, Vec<Finding>)> = batch
            .items
            .par_iter()
            .map_init(Memory::default, |memory, item| {
                judged(judge, bytes, memory, item)
            })
            .collect();
        for (item, (profile, findings)) in batch.items.iter().zip(judged) {
            let source = match item {
                Waiting::Fault(_) => Source::file(name),
                Waiting::Message {
                    range,
                    number,
                    lines_before,
                    bytes_before,
                } => Source {
                    file: name,
                    number: *number,
                    profile: profile.as_deref(),
                    bytes: Bytes(batch.bytes.get(range.clone()).unwrap_or_default()),
                    lines_before: *lines_before,
                    bytes_before: *bytes_before,
                },
            };
            if source.number > 0 {
                self.counts.messages += 1;
                self.sink.message(&source)?;
            }
            let mut any = false;
            for finding in findings {
                any |= self.finding(&source, finding)?;
            }
            if source.number > 0 && !any {
                self.clean += 1;
            }
        }
        batch.bytes.clear();
        batch.items.clear();
        Ok(())
    }
}

fn judged(
    judge: &Judge,
    bytes: &[u8],
    memory: &mut Memory,
    item: &Waiting,
) -> (Option<String>, Vec<Finding>) {
    match item {
        Waiting::Fault(fault) => (None, vec![stream::finding(fault)]),
        Waiting::Message { range, .. } => {
            let bytes = bytes.get(range.clone()).unwrap_or_default();
            let message = Message::parse(bytes, &mut memory.table);
            let (profile, mut findings) = judge.findings(&message, &mut memory.scratch);
            if profile.is_none() {
                findings.insert(0, stream::no_profile(&message));
            }
            (profile.map(str::to_owned), findings)
        }
    }
}
