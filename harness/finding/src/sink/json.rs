//! JSON: one document with a head, or one object on each line.

use super::{Counts, Source};
use crate::finding::{Finding, Label, Location, VALUE};
use crate::phi::MASK;
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
        let (mut head, mut tail) = (Vec::new(), Vec::new());
        before_place(&mut head, finding, false);
        after_place(&mut tail, finding, false);
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
    opening(out, kind, source);
    out.extend_from_slice(&words.head);
    spot(out, source, place);
    out.extend_from_slice(&words.tail);
    labelled(out, source, label.into_iter(), text);
}

// a place, from its path on
fn spot(out: &mut Vec<u8>, source: &Source<'_>, place: &Location) {
    let spot = Spot::new(source, place);
    text(out, spot.path);
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

// an entry up to what was found
fn opening(out: &mut Vec<u8>, kind: bool, source: &Source<'_>) {
    out.extend_from_slice(if kind {
        b"{\"kind\":\"finding\",\"file\":"
    } else {
        b"{\"file\":"
    });
    text(out, source.file);
    out.extend_from_slice(b",\"message_number\":");
    put(out, &source.number);
    if let Some(profile) = source.profile {
        out.extend_from_slice(b",\"profile\":");
        text(out, profile);
    }
    out.push(b',');
}

// a text in quotes
fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    inner(out, text);
    out.push(b'"');
}

// a text without its quotes; most have nothing to escape
fn inner(out: &mut Vec<u8>, text: &str) {
    let special = |b: &u8| *b < b' ' || *b == b'"' || *b == b'\\';
    // no early end: so it is many bytes at a time
    if text.bytes().fold(false, |any, b| any | special(&b)) {
        let from = out.len();
        put(out, &text);
        // without the quotes that were put around it
        out.pop();
        out.remove(from);
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

// a text of a finding, with its value in place
fn filled(out: &mut Vec<u8>, finding: &Finding, template: &str, mask: bool) {
    match &finding.value {
        Some(value) if !mask => {
            out.push(b'"');
            for (nth, part) in template.split(VALUE).enumerate() {
                if nth > 0 {
                    inner(out, value.reveal());
                }
                inner(out, part);
            }
            out.push(b'"');
        }
        _ => text(out, &finding.fill(template, mask)),
    }
}

// what was found, up to the path of its place
fn before_place(out: &mut Vec<u8>, finding: &Finding, mask: bool) {
    out.extend_from_slice(b"\"finding\":{\"rule\":");
    text(out, &finding.rule);
    out.extend_from_slice(b",\"severity\":");
    put(out, &finding.severity);
    out.extend_from_slice(b",\"category\":");
    put(out, &finding.category);
    out.extend_from_slice(b",\"message\":");
    filled(out, finding, &finding.message, mask);
    out.extend_from_slice(b",\"location\":{\"path\":");
}

// what was found, behind its place and up to the labels
fn after_place(out: &mut Vec<u8>, finding: &Finding, mask: bool) {
    if let Some(value) = &finding.value {
        out.extend_from_slice(b",\"value\":");
        text(out, if mask { MASK } else { value.reveal() });
    }
    if let Some(expected) = &finding.expected {
        out.extend_from_slice(b",\"expected\":");
        if mask {
            filled(out, finding, expected, mask);
        } else {
            text(out, expected);
        }
    }
    if let Some(source) = &finding.source {
        out.extend_from_slice(b",\"source\":");
        text(out, source);
    }
    out.extend_from_slice(b",\"fixer\":");
    put(out, &finding.fixer);
    if let Some(help) = &finding.help {
        out.extend_from_slice(b",\"help\":");
        filled(out, finding, help, mask);
    }
}

// the labels, each with its text as `say` writes it, and the end of the entry
fn labelled<'l>(
    out: &mut Vec<u8>,
    source: &Source<'_>,
    labels: impl Iterator<Item = &'l Label>,
    say: impl Fn(&mut Vec<u8>, &str),
) {
    let mut any = false;
    for label in labels {
        out.extend_from_slice(if any { b"," } else { &b",\"labels\":["[..] });
        any = true;
        out.extend_from_slice(b"{\"location\":{\"path\":");
        spot(out, source, &label.location);
        out.extend_from_slice(b",\"text\":");
        say(out, &label.text);
        out.push(b'}');
    }
    if any {
        out.push(b']');
    }
    out.extend_from_slice(b"}}");
}

// the entry of a finding: `kind` is said where entries have one
fn written(out: &mut Vec<u8>, kind: bool, source: &Source<'_>, finding: &Finding, mask: bool) {
    opening(out, kind, source);
    before_place(out, finding, mask);
    spot(out, source, &finding.location);
    after_place(out, finding, mask);
    labelled(out, source, finding.labels.iter(), |out, text| {
        filled(out, finding, text, mask);
    });
}

pub(super) fn entry(out: &mut Vec<u8>, source: &Source<'_>, finding: &Finding, mask: bool) {
    written(out, false, source, finding, mask);
}

pub(super) fn finding_line(out: &mut Vec<u8>, source: &Source<'_>, finding: &Finding, mask: bool) {
    written(out, true, source, finding, mask);
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

#[cfg(test)]
mod tests {
    use super::{Entry, Record, entry, finding_line};
    use crate::finding::{Category, Finding, Fixer, Label, Location, Severity};
    use crate::phi::Phi;
    use crate::sink::Source;
    use proptest::prelude::*;

    fn words() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("{value}"),
            Just("\""),
            Just("\\"),
            Just("\u{1}\n\t"),
            Just("\u{e9}\u{1f9ea}"),
            Just("plain words of some length "),
            Just("{"),
        ];
        prop::collection::vec(piece, 0..5).prop_map(|p| p.concat())
    }

    fn place() -> impl Strategy<Value = Location> {
        (words(), 1..9u32, 1..9u32, 0..500u64, 0..9u64).prop_map(
            |(path, line, column, start, n)| Location {
                path,
                line,
                column,
                start,
                end: start + n,
            },
        )
    }

    fn some() -> impl Strategy<Value = Option<String>> {
        prop::option::of(words())
    }

    prop_compose! {
        fn finding()(
            (rule, message) in (words(), words()),
            location in place(),
            (value, expected, source, help) in (some(), some(), some(), some()),
            labels in prop::collection::vec((place(), words()), 0..3),
        ) -> Finding {
            let (severity, category) = (Severity::Warning, Category::CodeSet);
            Finding {
                value: value.map(Phi::new),
                expected,
                source,
                help,
                labels: labels.into_iter().map(|(location, text)| Label { location, text }).collect(),
                ..Finding::new(rule, severity, category, Fixer::SenderStaff, location, message)
            }
        }
    }

    fn moved(place: &Location, source: &Source<'_>) -> Location {
        Location {
            line: place.line + source.lines_before,
            start: place.start + source.bytes_before,
            end: place.end + source.bytes_before,
            ..place.clone()
        }
    }

    proptest! {
        #[test]
        fn what_is_written_by_hand_is_what_the_types_say(
            finding in finding(),
            file in words(),
            profile in some(),
            mask in any::<bool>(),
        ) {
            let source = Source {
                number: 7,
                profile: profile.as_deref(),
                lines_before: 3,
                bytes_before: 40,
                ..Source::new(&file, b"")
            };
            let mut settled = finding.settled(mask);
            settled.location = moved(&finding.location, &source);
            for label in &mut settled.labels {
                label.location = moved(&label.location, &source);
            }
            let said = Entry {
                file: file.clone(),
                message_number: 7,
                profile: profile.clone(),
                finding: settled,
            };
            let (mut one, mut line) = (Vec::new(), Vec::new());
            entry(&mut one, &source, &finding, mask);
            finding_line(&mut line, &source, &finding, mask);
            prop_assert_eq!(String::from_utf8_lossy(&one), serde_json::to_string(&said)?);
            let record = serde_json::to_string(&Record::Finding(Box::new(said)))?;
            prop_assert_eq!(String::from_utf8_lossy(&line), record + "\n");
        }
    }
}
