//! The finding itself.

use crate::mask;
use crate::phi::{MASK, Phi};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What stands in texts where the value belongs.
pub(crate) const VALUE: &str = "{value}";

/// How bad it is. Ordered: `Info < Warning < Error`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Info,
    /// Accepted, but something may be lost.
    Warning,
    /// Not accepted as it is.
    Error,
}

impl Severity {
    /// `error`, `warning`, `info`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// What kind of fault it is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// The bytes, their characters or their delimiters.
    Syntax,
    /// A line that is no segment, or a segment where it does not belong.
    Structure,
    /// Something required is missing, or something forbidden is there.
    Usage,
    /// Too few or too many occurrences.
    Cardinality,
    /// Too short or too long.
    Length,
    /// Not written as its data type asks.
    Format,
    /// More parts than the profile knows.
    Extra,
    /// An unescaped separator or a bad escape sequence.
    Escape,
    /// A code that its table does not hold.
    CodeSet,
    /// A conformance statement is not met.
    Constraint,
    /// A conditional element is missing or there against its condition.
    Predicate,
    /// Not what a test step's data ask for.
    Content,
    /// The profile itself is wrong here, so nothing could be judged.
    Profile,
    /// The transport: envelope, fault, connection.
    Transport,
    /// Data quality.
    Quality,
}

impl Category {
    /// The word that is printed and serialized.
    pub fn word(self) -> &'static str {
        match self {
            Category::Syntax => "syntax",
            Category::Structure => "structure",
            Category::Usage => "usage",
            Category::Cardinality => "cardinality",
            Category::Length => "length",
            Category::Format => "format",
            Category::Extra => "extra",
            Category::Escape => "escape",
            Category::CodeSet => "code-set",
            Category::Constraint => "constraint",
            Category::Predicate => "predicate",
            Category::Content => "content",
            Category::Profile => "profile",
            Category::Transport => "transport",
            Category::Quality => "quality",
        }
    }
}

/// Who can put it right.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Fixer {
    /// The people who make the sender's software.
    SenderSoftware,
    /// The people who enter data at the sender.
    SenderStaff,
    /// The receiver.
    Receiver,
    /// Whoever wrote the profile.
    ProfileAuthor,
}

impl Fixer {
    /// In words, as in "who can fix it: the sender's software".
    pub fn words(self) -> &'static str {
        match self {
            Fixer::SenderSoftware => "the sender's software",
            Fixer::SenderStaff => "the sender's staff",
            Fixer::Receiver => "the receiver",
            Fixer::ProfileAuthor => "the profile's author",
        }
    }
}

/// Where a finding points.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// The location as the guides print it (`PID-5[2].1`, `RXA[2]-5`), empty when there is none (an invalid line).
    pub path: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Column, counted from 1, in characters.
    pub column: u32,
    /// First byte, counted from 0.
    pub start: u64,
    /// The byte after the last one.
    pub end: u64,
}

impl Location {
    /// The same place when the message starts `lines` lines and `bytes` bytes into a file.
    pub fn shifted(mut self, lines: u32, bytes: u64) -> Self {
        // a finding that points nowhere still points nowhere
        if self.line > 0 {
            self.line += lines;
            self.start += bytes;
            self.end += bytes;
        }
        self
    }
}

/// A second place that helps to understand a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Label {
    /// Where.
    pub location: Location,
    /// What it is, in a few words.
    pub text: String,
}

/// One statement about one place.
///
/// `message` and `help` are written with the placeholder `{value}` where the value stands, so that the value, which may
/// identify a person, is shown or masked in one place: [`Finding::text`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The rule's stable id.
    pub rule: String,
    /// How bad.
    pub severity: Severity,
    /// What kind.
    pub category: Category,
    /// What is wrong: enough when only one line can be shown.
    pub message: String,
    /// Where.
    pub location: Location,
    /// The value found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Phi>,
    /// What was expected, in words or as a value of the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// Guide section, table or specification rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Who can fix it.
    pub fixer: Fixer,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// At most two more places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
}

impl Finding {
    /// A finding with what every finding has; the rest is set on the fields.
    pub fn new(
        rule: impl Into<String>,
        severity: Severity,
        category: Category,
        fixer: Fixer,
        location: Location,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule: rule.into(),
            severity,
            category,
            message: message.into(),
            location,
            value: None,
            expected: None,
            source: None,
            fixer,
            help: None,
            labels: Vec::new(),
        }
    }

    /// The message with the value in its place, or with a mask.
    pub fn text(&self, mask: bool) -> String {
        self.filled(&self.message, mask)
    }

    /// The help with the value in its place, or with a mask.
    pub fn help_text(&self, mask: bool) -> Option<String> {
        self.help.as_ref().map(|h| self.filled(h, mask))
    }

    /// The finding as it is written into documents: placeholders filled, and the value masked when asked, wherever it
    /// stands.
    pub fn settled(&self, mask: bool) -> Finding {
        let mut settled = self.clone();
        settled.message = self.text(mask);
        settled.help = self.help_text(mask);
        for label in &mut settled.labels {
            label.text = self.filled(&label.text, mask);
        }
        if mask {
            settled.expected = self.expected.as_ref().map(|e| self.filled(e, mask));
            settled.value = self.value.as_ref().map(|_| Phi::new(MASK));
        }
        settled
    }

    fn filled(&self, template: &str, mask: bool) -> String {
        self.fill(template, mask).into_owned()
    }

    /// A template with the value in its place, or with a mask; most have no place for it, and cost nothing.
    pub(crate) fn fill<'t>(&self, template: &'t str, mask: bool) -> Cow<'t, str> {
        let filled = match &self.value {
            _ if !template.contains(VALUE) => Cow::Borrowed(template),
            _ if mask => Cow::Owned(template.replace(VALUE, MASK)),
            Some(v) => Cow::Owned(template.replace(VALUE, v.reveal())),
            None => Cow::Borrowed(template),
        };
        match &self.value {
            // whoever wrote the text may have forgotten the placeholder
            Some(value) if mask => {
                let scrubbed = mask::scrub(&filled, value.reveal());
                Cow::Owned(mask::scrub_alike(&scrubbed, value.reveal()))
            }
            _ => filled,
        }
    }
}
