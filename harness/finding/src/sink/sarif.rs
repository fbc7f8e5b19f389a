//! SARIF 2.1.0, the form that code-scanning services read.

use super::{Options, Sink, Source, Tool};
use crate::catalogue::Catalogue;
use crate::finding::{Finding, Location, Severity};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes one SARIF log with one run. Results come first and the rules that occurred after them, so that nothing but the
/// rules is held in memory.
#[derive(Debug)]
pub struct Sarif<'c, W> {
    out: W,
    options: Options,
    catalogue: &'c Catalogue,
    rules: Vec<Value>,
    index: HashMap<String, usize>,
    first: bool,
}

impl<'c, W: Write> Sarif<'c, W> {
    /// Writes to `out`.
    pub fn new(out: W, options: Options, catalogue: &'c Catalogue) -> Self {
        Self {
            out,
            options,
            catalogue,
            rules: Vec::new(),
            index: HashMap::new(),
            first: true,
        }
    }

    fn rule(&mut self, finding: &Finding) -> usize {
        if let Some(index) = self.index.get(&finding.rule) {
            return *index;
        }
        let rule = match self.catalogue.get(&finding.rule) {
            Some(rule) => json!({
                "id": rule.id,
                "shortDescription": {"text": rule.title},
                "fullDescription": {"text": rule.explanation},
                "help": {
                    "text": format!("{}\n\nSource: {}", rule.repair, rule.source),
                    "markdown": format!("**How to put it right:** {}\n\n**Source:** {}", rule.repair, rule.source),
                },
                "defaultConfiguration": {"level": level(rule.severity)},
                "properties": {"category": rule.category, "fixer": rule.fixer},
            }),
            None => json!({
                "id": finding.rule,
                "defaultConfiguration": {"level": level(finding.severity)},
                "properties": {"category": finding.category, "fixer": finding.fixer},
            }),
        };
        self.rules.push(rule);
        self.index
            .insert(finding.rule.clone(), self.rules.len() - 1);
        self.rules.len() - 1
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A file's name as a URI reference: what a URI does not allow is percent-encoded.
fn uri(file: &str) -> String {
    let mut uri = String::with_capacity(file.len());
    for byte in file.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            b'\\' => uri.push('/'),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

fn location(source: &Source<'_>, place: &Location) -> Value {
    let mut physical = json!({"artifactLocation": {"uri": uri(source.file)}});
    if place.line > 0 {
        let bytes = usize::try_from(place.start)
            .ok()
            .zip(usize::try_from(place.end).ok())
            .and_then(|(start, end)| source.bytes.0.get(start..end))
            .unwrap_or_default();
        // a place over several lines ends with its first one
        let first = bytes
            .split(|b| matches!(b, b'\r' | b'\n'))
            .next()
            .unwrap_or_default();
        let width = String::from_utf8_lossy(first).chars().count() as u32;
        let inside = source.place(place);
        physical["region"] = json!({
            "startLine": inside.line,
            "startColumn": inside.column.max(1),
            "endColumn": inside.column.max(1) + width,
            "byteOffset": inside.start,
            "byteLength": inside.end.saturating_sub(inside.start),
        });
    }
    let mut location = json!({"physicalLocation": physical});
    if !place.path.is_empty() {
        location["logicalLocations"] =
            json!([{"fullyQualifiedName": place.path, "kind": "element"}]);
    }
    location
}

impl<W: Write> Sink for Sarif<'_, W> {
    fn begin(&mut self) -> io::Result<()> {
        write!(
            self.out,
            "{{\n\"$schema\": \"{SCHEMA}\",\n\"version\": \"2.1.0\",\n\"runs\": [{{\n\"columnKind\": \
             \"unicodeCodePoints\",\n\"results\": ["
        )
    }

    fn message(&mut self, _: &Source<'_>) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, source: &Source<'_>, finding: &Finding) -> io::Result<()> {
        let index = self.rule(finding);
        let settled = finding.settled(self.options.mask);
        let text = match &settled.help {
            Some(help) => format!("{}\n{help}", settled.message),
            None => settled.message.clone(),
        };
        let related: Vec<Value> = settled
            .labels
            .iter()
            .map(|label| {
                let mut place = location(source, &label.location);
                place["message"] = json!({"text": label.text});
                place
            })
            .collect();
        let mut result = json!({
            "ruleId": settled.rule,
            "ruleIndex": index,
            "level": level(settled.severity),
            "message": {"text": text},
            "locations": [location(source, &settled.location)],
            "properties": {
                "category": settled.category,
                "fixer": settled.fixer,
                "messageNumber": source.number,
                "profile": source.profile,
                "value": settled.value,
                "expected": settled.expected,
                "source": settled.source,
            },
        });
        if !related.is_empty() {
            result["relatedLocations"] = Value::Array(related);
        }
        self.out
            .write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        serde_json::to_writer(&mut self.out, &result)?;
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        let tool = Tool::this();
        let driver = json!({
            "driver": {
                "name": tool.name,
                "semanticVersion": tool.version,
                "rules": self.rules,
            }
        });
        self.out.write_all(b"\n],\n\"tool\": ")?;
        serde_json::to_writer(&mut self.out, &driver)?;
        self.out.write_all(b"\n}]\n}\n")?;
        self.out.flush()
    }
}
