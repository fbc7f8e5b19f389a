//! JSON: one document with a head, or one object on each line.

use super::{Counts, Options, Sink, Source};
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// The form's number; it changes when a reader of the old form could misread the new one.
const VERSION: u32 = 1;

/// What wrote a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// `titer`.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Tool {
    /// This program.
    pub fn this() -> Self {
        Self {
            name: "titer".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// A finding with what it is about. Locations are places in the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The file's name as the user gave it.
    pub file: String,
    /// The message, counted from 1 in its file; 0 for the file itself, outside of any message.
    pub message_number: u64,
    /// The profile that judged it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// What was found.
    pub finding: Finding,
}

impl Entry {
    fn new(source: &Source<'_>, finding: &Finding, mask: bool) -> Self {
        let mut finding = finding.settled(mask);
        finding.location = source.place(&finding.location);
        for label in &mut finding.labels {
            label.location = source.place(&label.location);
        }
        Self {
            file: source.file.to_owned(),
            message_number: source.number,
            profile: source.profile.map(str::to_owned),
            finding,
        }
    }
}

/// The document that [`Json`] writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// `titer-findings`.
    pub format: String,
    /// 1.
    pub version: u32,
    /// What wrote it.
    pub tool: Tool,
    /// Whether values are masked.
    pub masked: bool,
    /// Every finding, message after message.
    pub findings: Vec<Entry>,
    /// How many of each there are.
    pub summary: Counts,
}

impl Document {
    /// The document's JSON Schema.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Document).to_value()
    }
}

/// A line that [`JsonLines`] writes. The first one is the head; without a summary as the last one the output is
/// incomplete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Record {
    /// What wrote the lines.
    Head {
        /// `titer-findings`.
        format: String,
        /// 1.
        version: u32,
        /// What wrote it.
        tool: Tool,
        /// Whether values are masked.
        masked: bool,
    },
    /// A message was judged.
    Message {
        /// The file's name as the user gave it.
        file: String,
        /// The message, counted from 1 in its file.
        message_number: u64,
        /// The line of the file where it begins.
        line: u32,
        /// The profile that judged it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profile: Option<String>,
    },
    /// A finding about the message before it, or about the file.
    Finding(Box<Entry>),
    /// How many of each there were.
    Summary(Counts),
}

impl Record {
    /// The JSON Schema of one line.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Record).to_value()
    }
}

/// Writes one JSON document, finding after finding.
#[derive(Debug)]
pub struct Json<W> {
    out: W,
    options: Options,
    counts: Counts,
    first: bool,
}

impl<W: Write> Json<W> {
    /// Writes to `out`.
    pub fn new(out: W, options: Options) -> Self {
        Self {
            out,
            options,
            counts: Counts::default(),
            first: true,
        }
    }
}

impl<W: Write> Sink for Json<W> {
    fn begin(&mut self) -> io::Result<()> {
        write!(
            self.out,
            "{{\n\"format\": \"titer-findings\",\n\"version\": {VERSION},\n\"tool\": "
        )?;
        serde_json::to_writer(&mut self.out, &Tool::this())?;
        write!(
            self.out,
            ",\n\"masked\": {},\n\"findings\": [",
            self.options.mask
        )
    }

    fn message(&mut self, _: &Source<'_>) -> io::Result<()> {
        self.counts.messages += 1;
        Ok(())
    }

    fn finding(&mut self, source: &Source<'_>, finding: &Finding) -> io::Result<()> {
        self.counts.add(finding.severity);
        self.out
            .write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        serde_json::to_writer(
            &mut self.out,
            &Entry::new(source, finding, self.options.mask),
        )?;
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n],\n\"summary\": ")?;
        serde_json::to_writer(&mut self.out, &self.counts)?;
        self.out.write_all(b"\n}\n")?;
        self.out.flush()
    }
}

/// Writes a JSON object on each line.
#[derive(Debug)]
pub struct JsonLines<W> {
    out: W,
    options: Options,
    counts: Counts,
}

impl<W: Write> JsonLines<W> {
    /// Writes to `out`.
    pub fn new(out: W, options: Options) -> Self {
        Self {
            out,
            options,
            counts: Counts::default(),
        }
    }

    fn record(&mut self, record: &Record) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, record)?;
        self.out.write_all(b"\n")
    }
}

impl<W: Write> Sink for JsonLines<W> {
    fn begin(&mut self) -> io::Result<()> {
        self.record(&Record::Head {
            format: "titer-findings".to_owned(),
            version: VERSION,
            tool: Tool::this(),
            masked: self.options.mask,
        })
    }

    fn message(&mut self, source: &Source<'_>) -> io::Result<()> {
        self.counts.messages += 1;
        self.record(&Record::Message {
            file: source.file.to_owned(),
            message_number: source.number,
            line: source.lines_before + 1,
            profile: source.profile.map(str::to_owned),
        })
    }

    fn finding(&mut self, source: &Source<'_>, finding: &Finding) -> io::Result<()> {
        self.counts.add(finding.severity);
        let entry = Entry::new(source, finding, self.options.mask);
        self.record(&Record::Finding(Box::new(entry)))
    }

    fn end(&mut self) -> io::Result<()> {
        self.record(&Record::Summary(self.counts))?;
        self.out.flush()
    }
}
