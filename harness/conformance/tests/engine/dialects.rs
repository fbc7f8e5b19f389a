//! Every difference between the dialects is shown by an example, and the document says what the engine says.

use crate::common::{files, load_from};
use serde::Deserialize;
use std::fmt::Write;
use std::path::Path;
use titer_conformance::step::StepConstraints;
use titer_conformance::xml::read_rules;
use titer_conformance::{Dialect, Difference, Scratch, Validator, check_message_with, reference};
use titer_hl7::{Message, Offsets};

const DOCUMENT: &str = "../../docs/engine.md";
const BEGIN: &str = "<!-- differences: written by `TITER_WRITE_DOCS=1 cargo nextest run -p titer-conformance dialects` -->\n";
const END: &str = "<!-- end of differences -->\n";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    difference: String,
    /// Fields of PID.
    #[serde(default)]
    fields: String,
    /// Rules of PID.
    #[serde(default)]
    rules: String,
    /// A test step's constraints.
    #[serde(default)]
    step: String,
    /// A table of its own, as a file.
    #[serde(default)]
    table: String,
    /// The lines after MSH.
    message: String,
}

#[derive(Deserialize)]
struct Examples {
    examples: Vec<Example>,
}

fn examples() -> Vec<Example> {
    let text = include_str!("differences.yaml");
    let all: Examples = serde_saphyr::from_str(text).expect("examples");
    all.examples
}

const FIELDS: &str = "- {name: One, usage: O, type: ST, length: 1..20}";

impl Example {
    fn validator(&self, dialect: Dialect) -> Validator {
        let fields = if self.fields.is_empty() {
            FIELDS
        } else {
            &self.fields
        };
        let mut files = files(fields, &self.rules);
        if let Some(id) = self
            .table
            .lines()
            .next()
            .and_then(|l| l.strip_prefix("id: "))
        {
            files.insert(format!("tables/{id}.yaml"), self.table.clone());
        }
        let definition = load_from(&files).unwrap_or_else(|d| panic!("{}", d.render(false)));
        Validator::compile(&definition, dialect).expect("it compiles")
    }

    fn text(&self) -> String {
        crate::common::message(&self.message)
    }

    /// Kinds, places and severities, of the step when there is one.
    fn verdict(&self, differences: &[Difference]) -> Vec<String> {
        let validator = self.validator(Dialect::Titer).with_differences(differences);
        let text = self.text();
        let mut offsets = Offsets::new();
        let message = Message::parse(text.as_bytes(), &mut offsets);
        let mut scratch = Scratch::new();
        let mut found: Vec<String> = validator
            .check(&message, &mut scratch)
            .iter()
            .map(|d| format!("{:?} {:?} {}", d.severity, d.kind, validator.path(d)))
            .collect();
        if let Some(step) = self.steps(&validator) {
            let judged = step.check(&validator, &message, &mut scratch);
            found.extend(
                judged
                    .iter()
                    .map(|d| format!("{:?} {:?} {}", d.severity, d.kind, validator.path(d))),
            );
        }
        found
    }

    fn steps(&self, validator: &Validator) -> Option<StepConstraints> {
        if self.step.is_empty() {
            return None;
        }
        let text = format!(
            "<ConformanceContext><MetaData Name=\"s\"/>{}</ConformanceContext>",
            self.step
        );
        let rules = read_rules("step.xml", &text).expect("a step");
        Some(StepConstraints::compile(&rules, validator))
    }

    /// What the reference would report.
    fn reference(&self) -> Vec<String> {
        let validator = self.validator(Dialect::Nist163);
        let text = self.text();
        let mut offsets = Offsets::new();
        let message = Message::parse(text.as_bytes(), &mut offsets);
        let mut scratch = Scratch::new();
        let mut entries: Vec<_> = validator
            .check(&message, &mut scratch)
            .iter()
            .map(|d| reference::entry(&validator, None, d, &message))
            .collect();
        if let Some(step) = self.steps(&validator) {
            let judged = step.check(&validator, &message, &mut scratch);
            entries.extend(
                judged
                    .iter()
                    .map(|d| reference::entry(&validator, Some(&step), d, &message)),
            );
        }
        entries
            .iter()
            .map(|e| {
                let place = if e.path.is_empty() {
                    format!("line {}", e.line)
                } else {
                    e.path.clone()
                };
                format!("{} {}, {place}", e.classification, e.category)
            })
            .collect()
    }

    /// What this engine reports.
    fn titer(&self) -> Vec<String> {
        let validator = self.validator(Dialect::Titer);
        let text = self.text();
        let mut offsets = Offsets::new();
        let message = Message::parse(text.as_bytes(), &mut offsets);
        let mut findings = check_message_with(&message, &validator);
        if let Some(step) = self.steps(&validator) {
            let mut scratch = Scratch::new();
            let judged = step.check(&validator, &message, &mut scratch).to_vec();
            findings.extend(judged.iter().map(|d| step.finding(&validator, d, &message)));
        }
        findings
            .iter()
            .map(|f| {
                let place = if f.location.path.is_empty() {
                    format!("line {}", f.location.line)
                } else {
                    f.location.path.clone()
                };
                format!(
                    "{}[{}], {place}: {}",
                    f.severity.word(),
                    f.rule,
                    f.text(false)
                )
            })
            .collect()
    }
}

fn by_name(name: &str) -> Difference {
    Difference::ALL
        .into_iter()
        .find(|d| d.explained().name == name)
        .unwrap_or_else(|| panic!("no difference is called `{name}`"))
}

#[test]
fn every_difference_has_an_example_that_shows_it() {
    let examples = examples();
    let shown: Vec<Difference> = examples.iter().map(|e| by_name(&e.difference)).collect();
    assert_eq!(shown, Difference::ALL, "one example each, in order");
    for (example, difference) in examples.iter().zip(shown) {
        let all = example.verdict(&Difference::ALL);
        let without: Vec<Difference> = Difference::ALL
            .into_iter()
            .filter(|d| *d != difference)
            .collect();
        assert_ne!(
            all,
            example.verdict(&without),
            "`{}` makes no difference to its example",
            example.difference
        );
        assert_ne!(
            all,
            example.verdict(&[]),
            "the example of `{}` does not tell the dialects apart",
            example.difference
        );
    }
}

// characters that a page does not show
fn shown(text: &str) -> String {
    text.trim_end()
        .replace('\u{2028}', "<U+2028>")
        .replace('\r', "\n")
}

fn section() -> String {
    let mut out = String::from(BEGIN);
    out.push_str("\n| difference | the reference, nist-1.6.3 | titer |\n|---|---|---|\n");
    for d in Difference::ALL {
        let e = d.explained();
        let _ = writeln!(
            out,
            "| [{0}](#{0}) | {1} | {2} |",
            e.name, e.reference, e.titer
        );
    }
    for example in examples() {
        let e = by_name(&example.difference).explained();
        let _ = write!(out, "\n### {}\n\n", e.name);
        let mut parts = Vec::new();
        if !example.fields.is_empty() {
            parts.push(format!("fields:\n{}", example.fields.trim_end()));
        }
        if !example.rules.is_empty() {
            parts.push(example.rules.trim_end().to_owned());
        }
        if !example.table.is_empty() {
            parts.push(format!("# tables\n{}", example.table.trim_end()));
        }
        if !parts.is_empty() {
            let _ = write!(out, "```yaml\n{}\n```\n\n", parts.join("\n"));
        }
        if !example.step.is_empty() {
            let _ = write!(out, "```xml\n{}\n```\n\n", example.step.trim_end());
        }
        let _ = write!(out, "```hl7\n{}\n```\n\n", shown(&example.message));
        for (dialect, verdict) in [
            (Dialect::Nist163, example.reference()),
            (Dialect::Titer, example.titer()),
        ] {
            let _ = writeln!(
                out,
                "- `{}`:{}",
                dialect.name(),
                match verdict.as_slice() {
                    [] => " nothing".to_owned(),
                    lines => lines
                        .iter()
                        .map(|l| format!("\n  - {}", shown(l)))
                        .collect::<Vec<_>>()
                        .concat(),
                }
            );
        }
    }
    out.push('\n');
    out.push_str(END);
    out
}

#[test]
fn the_document_says_what_the_engine_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    let text = std::fs::read_to_string(&path).expect("docs/engine.md");
    let begin = text.find(BEGIN).expect("where the differences begin");
    let end = text.find(END).expect("where they end") + END.len();
    let section = section();
    if std::env::var_os("TITER_WRITE_DOCS").is_some() {
        let new = format!("{}{section}{}", &text[..begin], &text[end..]);
        std::fs::write(&path, new).expect("docs/engine.md");
        return;
    }
    assert!(
        text[begin..end] == section,
        "docs/engine.md is behind; write it again with TITER_WRITE_DOCS=1"
    );
}
