//! From inputs to output: one thread reads and writes, the others judge, and what is written comes in the order of what was
//! read. Memory holds a few parts, whatever the size of the inputs.

use super::part::{Done, Part, Workshop};
use crate::archive;
use crate::failure::{io_diagnostic, io_words};
use crate::inputs::{Input, Inputs};
use crate::ui::grouped;
use indicatif::ProgressBar;
use rayon::Scope;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;
use titer_finding::Diagnostic;
use titer_finding::sink::{Counts, Sink, Whole};
use titer_finding::summary::Tally;
use titer_hl7::read::{Item, Reader};

/// Parts after which the progress bar says how many messages there were.
const TELL_EVERY: u64 = 64;

/// Where findings go.
pub(super) enum Output<'c> {
    /// Pieces, put together.
    Pieces(Box<Whole<'c, Box<dyn Write>>>),
    /// One finding after the other.
    Events(Box<dyn Sink + 'c>),
    /// Nowhere: only what they have in common is asked for.
    Nothing,
}

/// What was found and written so far.
pub(super) struct Written<'c> {
    pub(super) output: Output<'c>,
    pub(super) counts: Counts,
    /// Messages without a warning or an error.
    pub(super) clean: u64,
    /// Findings below the lowest severity that is written.
    pub(super) hidden: u64,
    /// Findings that may still be written, and those that were not.
    pub(super) left: u64,
    pub(super) cut: u64,
    pub(super) tally: Tally,
    /// Inputs that could not be checked.
    pub(super) wrong: Vec<Diagnostic>,
    /// Files that were read, and those in folders and archives that do not look like messages.
    pub(super) files: u64,
    pub(super) passed_over: u64,
}

impl Written<'_> {
    fn take(&mut self, mut done: Done, shop: &Workshop) -> io::Result<Part> {
        self.counts.messages += done.counts.messages;
        self.counts.errors += done.counts.errors;
        self.counts.warnings += done.counts.warnings;
        self.counts.infos += done.counts.infos;
        self.clean += done.clean;
        self.hidden += done.hidden;
        match &mut self.output {
            Output::Pieces(whole) if shop.limited => {
                let mut start = 0;
                let mut written = 0;
                for (end, finding) in &done.ends {
                    let end = *end as usize;
                    if !finding || written < self.left {
                        whole.add(done.pieces.get(start..end).unwrap_or_default())?;
                        written += u64::from(*finding);
                    }
                    start = end;
                }
                self.left -= written;
                self.cut += done.shown - written;
                if self.left == 0 {
                    shop.enough.store(true, Ordering::Relaxed);
                }
            }
            Output::Pieces(whole) => whole.add(&done.pieces)?,
            Output::Events(sink) => {
                for (source, findings) in done.events() {
                    if source.number > 0 {
                        sink.message(&source)?;
                    }
                    for finding in findings {
                        if self.left == 0 {
                            self.cut += 1;
                            continue;
                        }
                        self.left -= 1;
                        sink.finding(&source, finding)?;
                    }
                }
            }
            Output::Nothing => {}
        }
        if let Some(tally) = done.tally.take() {
            self.tally.merge(tally);
        }
        Ok(done.emptied())
    }

    /// Writes what stands before everything.
    pub(super) fn begin(&mut self) -> io::Result<()> {
        match &mut self.output {
            Output::Pieces(whole) => whole.head(),
            Output::Events(sink) => sink.begin(),
            Output::Nothing => Ok(()),
        }
    }

    /// Writes what stands after everything.
    pub(super) fn end(&mut self) -> io::Result<()> {
        match &mut self.output {
            Output::Pieces(whole) => whole.tail(&self.counts, &self.tally),
            Output::Events(sink) => sink.end(),
            Output::Nothing => Ok(()),
        }
    }
}

/// Reads all inputs and judges their messages on so many threads. An error is one of the output.
pub(super) fn run(
    inputs: &Inputs,
    shop: &Workshop,
    jobs: usize,
    bar: &ProgressBar,
    written: &mut Written<'_>,
) -> io::Result<()> {
    written.passed_over += inputs.passed_over;
    written.begin()?;
    if jobs > 1 {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .build()
            .map_err(io::Error::other)?;
        pool.in_place_scope(|scope| {
            Line::new(shop, Some((scope, jobs)), bar, written).all(inputs)
        })?;
    } else {
        Line::new(shop, None, bar, written).all(inputs)?;
    }
    written.end()
}

/// The line on which parts go to the threads and come back.
struct Line<'r, 'scope, 'w, 'c> {
    shop: &'scope Workshop,
    scope: Option<&'r Scope<'scope>>,
    bar: &'r ProgressBar,
    written: &'w mut Written<'c>,
    started: Instant,
    // the part that is being filled, and empty ones
    part: Part,
    spare: Vec<Part>,
    // parts that were sent out and not written, and at most how many
    most: u64,
    sent: u64,
    done: u64,
    to: Sender<(u64, Done)>,
    from: Receiver<(u64, Done)>,
    waiting: BTreeMap<u64, Done>,
}

impl<'r, 'scope, 'w, 'c> Line<'r, 'scope, 'w, 'c> {
    fn new(
        shop: &'scope Workshop,
        scope: Option<(&'r Scope<'scope>, usize)>,
        bar: &'r ProgressBar,
        written: &'w mut Written<'c>,
    ) -> Self {
        let (to, from) = channel();
        Self {
            shop,
            scope: scope.map(|(s, _)| s),
            bar,
            written,
            started: Instant::now(),
            part: Part::default(),
            spare: Vec::new(),
            most: scope.map_or(1, |(_, jobs)| 2 * jobs as u64 + 2),
            sent: 0,
            done: 0,
            to,
            from,
            waiting: BTreeMap::new(),
        }
    }

    fn all(&mut self, inputs: &Inputs) -> io::Result<()> {
        for input in &inputs.list {
            match input {
                Input::Stdin => {
                    self.messages(&input.name(), self.bar.wrap_read(io::stdin().lock()))?;
                }
                Input::File(path) => match File::open(path) {
                    Ok(file) => self.messages(&input.name(), self.bar.wrap_read(file))?,
                    Err(error) => {
                        let diagnostic = io_diagnostic("read the file", path, &error);
                        self.written.wrong.push(diagnostic);
                    }
                },
                Input::Archive(path) => {
                    let mut met = archive::Met::default();
                    archive::each(path, &mut met, &mut |name, entry| {
                        self.messages(name, entry)
                    })?;
                    self.bar.inc(input.size());
                    if met.entries == 0 && met.wrong.is_empty() {
                        let diagnostic = Diagnostic::new("no message file in the archive");
                        met.wrong.push(diagnostic.in_file(input.name()));
                    }
                    self.written.passed_over += met.passed_over;
                    self.written.wrong.append(&mut met.wrong);
                }
            }
        }
        self.send()?;
        while self.done < self.sent {
            self.receive()?;
        }
        Ok(())
    }

    /// Reads one input. What cannot be read is a diagnostic.
    fn messages(&mut self, name: &str, from: impl Read) -> io::Result<()> {
        self.written.files += 1;
        let file: Arc<str> = name.into();
        let mut reader = Reader::new(from);
        let mut any = false;
        let failed = loop {
            match reader.next_item() {
                Ok(Some(Item::Message(entry))) => {
                    any = true;
                    self.part.message(&file, &entry);
                }
                Ok(Some(Item::Fault(fault))) => self.part.fault(&file, fault),
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
            if self.part.is_full() {
                self.send()?;
            }
        };
        if let Some(error) = failed {
            let diagnostic = Diagnostic::new(format!("cannot read the file: {}", io_words(&error)));
            self.written.wrong.push(diagnostic.in_file(name));
        } else if !any {
            let diagnostic = Diagnostic::new("no HL7 message was found")
                .with_help("a message begins with a line that starts with `MSH|`");
            self.written.wrong.push(diagnostic.in_file(name));
        }
        Ok(())
    }

    /// Gives the part away to be judged.
    fn send(&mut self) -> io::Result<()> {
        if self.part.is_empty() {
            return Ok(());
        }
        let next = self.spare.pop().unwrap_or_default();
        let part = std::mem::replace(&mut self.part, next);
        let number = self.sent;
        self.sent += 1;
        let shop = self.shop;
        match self.scope {
            Some(scope) => {
                let to = self.to.clone();
                scope.spawn(move |_| {
                    // nobody listens any more when the output failed
                    let _ = to.send((number, shop.judge(part)));
                });
            }
            None => {
                let done = shop.judge(part);
                self.waiting.insert(number, done);
                self.write()?;
            }
        }
        while self.sent - self.done >= self.most {
            self.receive()?;
        }
        Ok(())
    }

    fn receive(&mut self) -> io::Result<()> {
        // this side has a sender as well, so the channel is open; a judge that panicked ends the scope with its panic
        let (number, done) = self.from.recv().map_err(io::Error::other)?;
        self.waiting.insert(number, done);
        self.write()
    }

    /// Writes what is next, as far as it is there.
    fn write(&mut self) -> io::Result<()> {
        while let Some(done) = self.waiting.remove(&self.done) {
            self.done += 1;
            let part = self.written.take(done, self.shop)?;
            self.spare.push(part);
            if self.done.is_multiple_of(TELL_EVERY) && !self.bar.is_hidden() {
                self.tell();
            }
        }
        Ok(())
    }

    fn tell(&self) {
        let messages = self.written.counts.messages;
        let seconds = self.started.elapsed().as_secs_f64().max(0.001);
        #[expect(clippy::cast_sign_loss, reason = "both are positive")]
        let rate = (messages as f64 / seconds) as u64;
        self.bar.set_message(format!(
            "{} messages, {} a second, {} errors",
            grouped(messages),
            grouped(rate),
            grouped(self.written.counts.errors)
        ));
    }
}
