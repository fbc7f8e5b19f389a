//! Output forms: each turns messages and their findings into bytes, one after the other.

mod concise;
pub(crate) mod csv;
mod html;
mod json;
mod junit;
mod pieces;
mod sarif;
mod text;

use crate::catalogue::Catalogue;
use crate::finding::{Finding, Location, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::io;

pub use json::{Document, Entry, Record, Tool, Words};
pub use junit::Junit;
pub use pieces::{Pieces, Whole};
pub use sarif::Sarif;
pub use text::annotated;

/// A message and where it comes from. Findings about it point into `bytes`; the sink adds what stands before.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file's name as the user gave it.
    pub file: &'a str,
    /// The message, counted from 1 in its file; 0 for the file itself, outside of any message.
    pub number: u64,
    /// The profile that judged it.
    pub profile: Option<&'a str>,
    /// The message's bytes: they may identify a person.
    pub bytes: Bytes<'a>,
    /// Lines of the file before the message.
    pub lines_before: u32,
    /// Bytes of the file before the message.
    pub bytes_before: u64,
}

impl<'a> Source<'a> {
    /// A message that is a file of its own.
    pub fn new(file: &'a str, bytes: &'a [u8]) -> Self {
        Self {
            file,
            number: 1,
            profile: None,
            bytes: Bytes(bytes),
            lines_before: 0,
            bytes_before: 0,
        }
    }

    /// A file outside of any message: findings about it name their place in the file themselves.
    pub fn file(file: &'a str) -> Self {
        Self {
            number: 0,
            ..Self::new(file, b"")
        }
    }

    /// A place in the message as a place in the file.
    pub fn place(&self, location: &Location) -> Location {
        location
            .clone()
            .shifted(self.lines_before, self.bytes_before)
    }

    /// Lines and bytes of the file before a place in the message; a finding that points nowhere still points nowhere.
    fn shift(&self, location: &Location) -> (u32, u64) {
        if location.line > 0 {
            (self.lines_before, self.bytes_before)
        } else {
            (0, 0)
        }
    }
}

/// Bytes of a message, whose `Debug` does not show them.
#[derive(Clone, Copy)]
pub struct Bytes<'a>(pub &'a [u8]);

impl std::fmt::Debug for Bytes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bytes({})", self.0.len())
    }
}

/// Where findings go. Call [`begin`](Sink::begin) once, [`message`](Sink::message) for every message that was judged and
/// then [`finding`](Sink::finding) for each of its findings, and [`end`](Sink::end) once.
pub trait Sink {
    /// Writes what stands before everything.
    fn begin(&mut self) -> io::Result<()>;
    /// A message was judged.
    fn message(&mut self, source: &Source<'_>) -> io::Result<()>;
    /// A finding about the message that was given last, or about the file itself ([`Source::file`]).
    fn finding(&mut self, source: &Source<'_>, finding: &Finding) -> io::Result<()>;
    /// Writes what stands after everything, and flushes.
    fn end(&mut self) -> io::Result<()>;
}

/// What all output forms share.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Values are replaced wherever they would stand, in excerpts of the message too.
    pub mask: bool,
    /// Escape sequences for colours, where the form has any.
    pub color: bool,
    /// The severity from which a message counts as failed, where the form has such a notion; `None` for never.
    pub fail_on: Option<Severity>,
    /// The day of the book by which codes were judged, for a page's foot.
    pub code_book: Option<&'static str>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mask: false,
            color: false,
            fail_on: Some(Severity::Error),
            code_book: None,
        }
    }
}

/// The output forms by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Annotated lines for people.
    Text,
    /// One line for each finding.
    Concise,
    /// One JSON document.
    Json,
    /// A JSON object on each line.
    JsonLines,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit XML.
    Junit,
    /// One page for people.
    Html,
    /// A row for each finding.
    Csv,
}

impl Format {
    /// Every form.
    pub const ALL: [Format; 8] = [
        Format::Text,
        Format::Concise,
        Format::Json,
        Format::JsonLines,
        Format::Sarif,
        Format::Junit,
        Format::Html,
        Format::Csv,
    ];

    /// The sink for this form. The catalogue explains the rules where the form has room for that.
    pub fn sink<'w>(
        self,
        out: impl io::Write + 'w,
        options: Options,
        catalogue: &'w Catalogue,
    ) -> Box<dyn Sink + 'w> {
        if let Some(pieces) = self.pieces(options) {
            return Box::new(Whole::new(out, pieces, catalogue));
        }
        match self {
            Format::Sarif => Box::new(Sarif::new(out, options, catalogue)),
            _ => Box::new(Junit::new(out, options)),
        }
    }
}

/// How many messages and findings there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Messages judged.
    pub messages: u64,
    /// Findings that are errors.
    pub errors: u64,
    /// Findings that are warnings.
    pub warnings: u64,
    /// Findings that are only worth knowing.
    pub infos: u64,
}

impl Counts {
    /// One more finding.
    pub fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Info => self.infos += 1,
        }
    }

    /// Findings at or above a severity.
    pub fn at_least(&self, severity: Severity) -> u64 {
        match severity {
            Severity::Error => self.errors,
            Severity::Warning => self.errors + self.warnings,
            Severity::Info => self.errors + self.warnings + self.infos,
        }
    }

    /// `2 errors, 1 warning`; what is zero is left out, and nothing at all is `no findings`.
    pub fn words(&self) -> String {
        let parts: Vec<String> = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.infos, "info"),
        ]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| match (n, word) {
            (_, "info") | (1, _) => format!("{n} {word}"),
            _ => format!("{n} {word}s"),
        })
        .collect();
        if parts.is_empty() {
            "no findings".to_owned()
        } else {
            parts.join(", ")
        }
    }
}
