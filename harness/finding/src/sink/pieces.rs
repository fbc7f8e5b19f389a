//! Output forms whose findings are written apart from each other, by as many threads as there are, and put together in
//! their order afterwards.

use super::json::Words;
use super::{Counts, Format, Options, Sink, Source, concise, csv, html, json, text};
use crate::catalogue::Catalogue;
use crate::finding::{Finding, Label, Location};
use crate::summary::Tally;
use std::io::{self, Write};

/// Writes what stands for one message or one finding; it knows nothing of the others.
#[derive(Clone, Copy, Debug)]
pub struct Pieces {
    format: Format,
    options: Options,
}

impl Format {
    /// The writer of pieces, for a form whose findings can be written apart from each other: all but SARIF and JUnit.
    pub fn pieces(self, options: Options) -> Option<Pieces> {
        (!matches!(self, Format::Sarif | Format::Junit)).then_some(Pieces {
            format: self,
            options,
        })
    }
}

impl Pieces {
    /// A message was judged.
    pub fn message(&self, out: &mut Vec<u8>, source: &Source<'_>) {
        if self.format == Format::JsonLines {
            json::message_line(out, source);
        }
    }

    /// A finding about the message that was given last, or about the file itself ([`Source::file`]).
    pub fn finding(&self, out: &mut Vec<u8>, source: &Source<'_>, finding: &Finding) {
        let options = self.options;
        match self.format {
            Format::Text => {
                out.extend_from_slice(text::annotated(source, finding, options).as_bytes());
                out.extend_from_slice(b"\n\n");
            }
            Format::Concise => {
                out.extend_from_slice(concise::line(source, finding, options.mask).as_bytes());
                out.push(b'\n');
            }
            Format::Json => {
                out.extend_from_slice(b",\n");
                json::entry(out, source, finding, options.mask);
            }
            Format::JsonLines => json::finding_line(out, source, finding, options.mask),
            Format::Csv => csv::row(out, source, finding, options.mask),
            Format::Html => html::article(out, source, finding, options),
            Format::Sarif | Format::Junit => {}
        }
    }

    /// The words of a finding, to be written with [`spoken`](Self::spoken) again and again at other places; `None` when they
    /// depend on a value, or for a form that gains nothing by it.
    pub fn words(&self, finding: &Finding) -> Option<Words> {
        match self.format {
            Format::Json | Format::JsonLines => Words::new(finding),
            _ => None,
        }
    }

    /// A finding of which the words are known, at a place and with a label of its own.
    pub fn spoken(
        &self,
        out: &mut Vec<u8>,
        source: &Source<'_>,
        words: &Words,
        place: &Location,
        label: Option<&Label>,
    ) {
        match self.format {
            Format::Json => {
                out.extend_from_slice(b",\n");
                json::spoken(out, false, source, words, place, label);
            }
            Format::JsonLines => {
                json::spoken(out, true, source, words, place, label);
                out.push(b'\n');
            }
            _ => {}
        }
    }

    /// Whether [`words`](Self::words) are of use in this form.
    pub fn keeps_words(&self) -> bool {
        matches!(self.format, Format::Json | Format::JsonLines)
    }
}

/// A document put together from its pieces.
#[derive(Debug)]
pub struct Whole<'c, W> {
    out: W,
    pieces: Pieces,
    first: bool,
    counts: Counts,
    catalogue: &'c Catalogue,
    // of a page: what stands above the findings, and these
    tally: Tally,
    body: Vec<u8>,
    piece: Vec<u8>,
}

impl<'c, W: Write> Whole<'c, W> {
    /// Writes to `out`.
    pub fn new(out: W, pieces: Pieces, catalogue: &'c Catalogue) -> Self {
        Self {
            out,
            first: true,
            counts: Counts::default(),
            catalogue,
            tally: Tally::new(pieces.options.mask),
            body: Vec::new(),
            piece: Vec::new(),
            pieces,
        }
    }

    /// Writes what stands before everything.
    pub fn head(&mut self) -> io::Result<()> {
        let mask = self.pieces.options.mask;
        match self.pieces.format {
            Format::Json => json::document_head(&mut self.out, mask),
            Format::JsonLines => json::head_line(&mut self.out, mask),
            Format::Csv => self.out.write_all(csv::HEAD),
            _ => Ok(()),
        }
    }

    /// Writes pieces: one, or several in their order.
    pub fn add(&mut self, pieces: &[u8]) -> io::Result<()> {
        if pieces.is_empty() {
            return Ok(());
        }
        match self.pieces.format {
            Format::Html => {
                self.body.extend_from_slice(pieces);
                Ok(())
            }
            Format::Json if std::mem::take(&mut self.first) => {
                // no comma before the first one
                self.out.write_all(pieces.get(1..).unwrap_or_default())
            }
            _ => self.out.write_all(pieces),
        }
    }

    /// Writes what stands after everything, and flushes. `tally` is what a page says above its findings.
    pub fn tail(&mut self, counts: &Counts, tally: &Tally) -> io::Result<()> {
        match self.pieces.format {
            Format::Json => json::document_tail(&mut self.out, counts)?,
            Format::JsonLines => json::summary_line(&mut self.out, counts)?,
            Format::Html => {
                let summary = tally.summary(self.catalogue);
                let page =
                    crate::summary::page(&summary, Some(&self.body), self.pieces.options.code_book);
                self.out.write_all(page.as_bytes())?;
            }
            _ => {}
        }
        self.out.flush()
    }
}

impl<W: Write> Sink for Whole<'_, W> {
    fn begin(&mut self) -> io::Result<()> {
        self.head()
    }

    fn message(&mut self, source: &Source<'_>) -> io::Result<()> {
        self.counts.messages += 1;
        if self.pieces.format == Format::Html {
            self.tally.message(source, None);
        }
        let mut piece = std::mem::take(&mut self.piece);
        piece.clear();
        self.pieces.message(&mut piece, source);
        self.add(&piece)?;
        self.piece = piece;
        Ok(())
    }

    fn finding(&mut self, source: &Source<'_>, finding: &Finding) -> io::Result<()> {
        self.counts.add(finding.severity);
        if self.pieces.format == Format::Html {
            self.tally.finding(source, finding);
        }
        let mut piece = std::mem::take(&mut self.piece);
        piece.clear();
        self.pieces.finding(&mut piece, source, finding);
        self.add(&piece)?;
        self.piece = piece;
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        let counts = self.counts;
        let tally = std::mem::take(&mut self.tally);
        self.tail(&counts, &tally)
    }
}
