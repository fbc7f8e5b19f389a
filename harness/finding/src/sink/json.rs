//! JSON: one document with a head, or one object on each line.

use super::{Counts, Source};
use crate::finding::{Category, Finding, Fixer, Label, Location, Severity};
use crate::phi::{MASK, Phi};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
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

/// The document that the form [`Json`](super::Format::Json) is.
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

/// A line of the form [`JsonLines`](super::Format::JsonLines). The first one is the head; without a summary as the last one the output is
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

pub(super) fn document_head(out: &mut impl Write, masked: bool) -> io::Result<()> {
    write!(
        out,
        "{{\n\"format\": \"titer-findings\",\n\"version\": {VERSION},\n\"tool\": "
    )?;
    serde_json::to_writer(&mut *out, &Tool::this())?;
    write!(out, ",\n\"masked\": {masked},\n\"findings\": [")
}

pub(super) fn document_tail(out: &mut impl Write, counts: &Counts) -> io::Result<()> {
    out.write_all(b"\n],\n\"summary\": ")?;
    serde_json::to_writer(&mut *out, counts)?;
    out.write_all(b"\n}\n")
}

fn line(out: &mut impl Write, record: &Record) -> io::Result<()> {
    serde_json::to_writer(&mut *out, record)?;
    out.write_all(b"\n")
}

pub(super) fn head_line(out: &mut impl Write, masked: bool) -> io::Result<()> {
    let record = Record::Head {
        format: "titer-findings".to_owned(),
        version: VERSION,
        tool: Tool::this(),
        masked,
    };
    line(out, &record)
}

pub(super) fn summary_line(out: &mut impl Write, counts: &Counts) -> io::Result<()> {
    line(out, &Record::Summary(*counts))
}

// What follows are [`Record`] and [`Entry`] without a text of their own: they are written millions of times.

#[derive(Serialize)]
struct MessageLine<'a> {
    kind: &'static str,
    file: &'a str,
    message_number: u64,
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a str>,
}

#[derive(Serialize)]
struct EntryLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    file: &'a str,
    message_number: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a str>,
    finding: Settled<'a>,
}

#[derive(Serialize)]
struct Settled<'a> {
    rule: &'a str,
    severity: Severity,
    category: Category,
    message: Cow<'a, str>,
    location: Spot<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    fixer: Fixer,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<Beside<'a>>,
}

#[derive(Serialize)]
struct Beside<'a> {
    location: Spot<'a>,
    text: Cow<'a, str>,
}

#[derive(Serialize)]
struct Spot<'a> {
    path: &'a str,
    line: u32,
    column: u32,
    start: u64,
    end: u64,
}

impl<'a> Spot<'a> {
    fn new(source: &Source<'_>, location: &'a Location) -> Self {
        let (lines, bytes) = source.shift(location);
        Self {
            path: &location.path,
            line: location.line + lines,
            column: location.column,
            start: location.start + bytes,
            end: location.end + bytes,
        }
    }
}

impl<'a> EntryLine<'a> {
    fn new(
        kind: Option<&'static str>,
        source: &Source<'a>,
        finding: &'a Finding,
        mask: bool,
    ) -> Self {
        let text = |text: &'a str| finding.fill(text, mask);
        let expected = finding.expected.as_deref();
        Self {
            kind,
            file: source.file,
            message_number: source.number,
            profile: source.profile,
            finding: Settled {
                rule: &finding.rule,
                severity: finding.severity,
                category: finding.category,
                message: text(&finding.message),
                location: Spot::new(source, &finding.location),
                value: finding
                    .value
                    .as_ref()
                    .map(|v| if mask { MASK } else { Phi::reveal(v) }),
                expected: expected.map(|e| if mask { text(e) } else { Cow::Borrowed(e) }),
                source: finding.source.as_deref(),
                fixer: finding.fixer,
                help: finding.help.as_deref().map(text),
                labels: finding
                    .labels
                    .iter()
                    .map(|label| Beside {
                        location: Spot::new(source, &label.location),
                        text: text(&label.text),
                    })
                    .collect(),
            },
        }
    }
}

/// What is the same in every finding with the same words, made once.
#[derive(Clone, Debug)]
pub struct Words {
    // up to the path of the place
    head: Vec<u8>,
    // behind the place
    tail: Vec<u8>,
}

impl Words {
    /// The words of a finding; `None` when they depend on a value.
    pub(super) fn new(finding: &Finding) -> Option<Words> {
        let texts = [Some(&finding.message), finding.help.as_ref()];
        if finding.value.is_some() || texts.into_iter().flatten().any(|t| t.contains("{value}")) {
            return None;
        }
        let mut head = b"\"finding\":{\"rule\":".to_vec();
        put(&mut head, &finding.rule);
        head.extend_from_slice(b",\"severity\":");
        put(&mut head, &finding.severity);
        head.extend_from_slice(b",\"category\":");
        put(&mut head, &finding.category);
        head.extend_from_slice(b",\"message\":");
        put(&mut head, &finding.message);
        head.extend_from_slice(b",\"location\":{\"path\":");
        let mut tail = Vec::new();
        let mut option = |name: &str, text: Option<&String>| {
            if let Some(text) = text {
                tail.extend_from_slice(name.as_bytes());
                put(&mut tail, text);
            }
        };
        option(",\"expected\":", finding.expected.as_ref());
        option(",\"source\":", finding.source.as_ref());
        tail.extend_from_slice(b",\"fixer\":");
        put(&mut tail, &finding.fixer);
        let mut option = |name: &str, text: Option<&String>| {
            if let Some(text) = text {
                tail.extend_from_slice(name.as_bytes());
                put(&mut tail, text);
            }
        };
        option(",\"help\":", finding.help.as_ref());
        Some(Words { head, tail })
    }
}

/// The entry of a finding whose words are known: `kind` is `finding` where entries have one.
pub(super) fn spoken(
    out: &mut Vec<u8>,
    kind: bool,
    source: &Source<'_>,
    words: &Words,
    place: &Location,
    label: Option<&Label>,
) {
    out.extend_from_slice(if kind {
        b"{\"kind\":\"finding\",\"file\":"
    } else {
        b"{\"file\":"
    });
    put(out, &source.file);
    out.extend_from_slice(b",\"message_number\":");
    put(out, &source.number);
    if let Some(profile) = source.profile {
        out.extend_from_slice(b",\"profile\":");
        put(out, &profile);
    }
    out.push(b',');
    out.extend_from_slice(&words.head);
    spot(out, source, place);
    out.extend_from_slice(&words.tail);
    if let Some(label) = label {
        out.extend_from_slice(b",\"labels\":[{\"location\":{\"path\":");
        spot(out, source, &label.location);
        out.extend_from_slice(b",\"text\":");
        put(out, &label.text);
        out.extend_from_slice(b"}]");
    }
    out.extend_from_slice(b"}}");
}

// a place, from its path on
fn spot(out: &mut Vec<u8>, source: &Source<'_>, place: &Location) {
    let spot = Spot::new(source, place);
    put(out, &spot.path);
    out.extend_from_slice(b",\"line\":");
    put(out, &spot.line);
    out.extend_from_slice(b",\"column\":");
    put(out, &spot.column);
    out.extend_from_slice(b",\"start\":");
    put(out, &spot.start);
    out.extend_from_slice(b",\"end\":");
    put(out, &spot.end);
    out.push(b'}');
}

fn put(out: &mut Vec<u8>, value: &impl Serialize) {
    // writing into memory does not fail, and every key is a text
    let _ = serde_json::to_writer(out, value);
}

pub(super) fn entry(out: &mut Vec<u8>, source: &Source<'_>, finding: &Finding, mask: bool) {
    put(out, &EntryLine::new(None, source, finding, mask));
}

pub(super) fn finding_line(out: &mut Vec<u8>, source: &Source<'_>, finding: &Finding, mask: bool) {
    put(out, &EntryLine::new(Some("finding"), source, finding, mask));
    out.push(b'\n');
}

pub(super) fn message_line(out: &mut Vec<u8>, source: &Source<'_>) {
    let line = MessageLine {
        kind: "message",
        file: source.file,
        message_number: source.number,
        line: source.lines_before + 1,
        profile: source.profile,
    };
    put(out, &line);
    out.push(b'\n');
}
