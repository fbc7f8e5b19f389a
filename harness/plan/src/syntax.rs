//! The small texts of a plan that mean something: names, references to what another step exchanged, regular expressions,
//! what a `find` looks through.

use crate::span::{Syntax, SyntaxError};
use std::fmt;
use std::str::FromStr;

/// A location as the guides print it, `PID-3[2].4.1`.
pub type Path = titer_hl7::Path;

impl Syntax for Path {
    const WHAT: &'static str = "a path in a message, `PID-5.1`";
    const PATTERN: Option<&'static str> =
        Some(r"^[A-Z][A-Z][A-Z0-9](\[[0-9]+\])?(-[0-9]+(\[[0-9]+\])?(\.[0-9]+(\.[0-9]+)?)?)?$");
    fn parse(text: &str) -> Result<Self, SyntaxError> {
        Path::from_str(text).map_err(|e| {
            SyntaxError::new(format!("`{text}` is not a path: {}", e.what), e.at)
                .help("a path looks like `PID`, `PID-5`, `PID-3[2].4.1` or `RXA[2]-5.1`")
        })
    }
}

/// The id of a plan, a group, a case, a step, a patient or anything else that is named: letters, digits, `-`, `_`, `.`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(pub String);

impl Syntax for Name {
    const WHAT: &'static str = "a name of letters, digits, `-`, `_` and `.`";
    const PATTERN: Option<&'static str> = Some(r"^[A-Za-z0-9][A-Za-z0-9_.-]*$");
    fn parse(text: &str) -> Result<Self, SyntaxError> {
        let bad = text.char_indices().find(|(i, c)| {
            !(c.is_ascii_alphanumeric() || (*i > 0 && matches!(c, '-' | '_' | '.')))
        });
        match bad {
            Some((at, c)) => Err(SyntaxError::new(
                format!("`{c}` cannot stand in a name"),
                text.get(..at).unwrap_or_default().chars().count() + 1,
            )
            .help("a name is made of letters, digits, `-`, `_` and `.`, and starts with a letter or a digit")),
            None if text.is_empty() => Err(SyntaxError::new("a name is empty", 1)),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A regular expression that the whole value must match.
#[derive(Clone, Debug)]
pub struct Regex(regex::Regex);

impl Regex {
    /// Whether the whole of `text` matches.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl Syntax for Regex {
    const WHAT: &'static str = "a regular expression for the whole value";
    fn parse(text: &str) -> Result<Self, SyntaxError> {
        // checked alone first, so that the message does not speak of what is put around it
        regex::Regex::new(text)
            .and_then(|_| regex::Regex::new(&format!("^(?:{text})$")))
            .map(Self)
            .map_err(|e| {
                let why = match &e {
                    regex::Error::Syntax(said) => said
                        .lines()
                        .last()
                        .unwrap_or_default()
                        .trim_start_matches("error: ")
                        .to_owned(),
                    other => other.to_string(),
                };
                SyntaxError::new(format!("not a regular expression: {why}"), 1)
            })
    }
}

/// What stands at a path in a message of another step: `sent MSH-10`, `report RXA-15`, `AD-5/report RXA-15`.
///
/// `sent` is the message that a reply answers, `received` the reply itself; otherwise a step of the same case, or a case
/// and a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Whose message.
    pub message: MessageOf,
    /// Where in it.
    pub path: Path,
}

/// Whose message a [`Reference`] means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageOf {
    /// The message that was sent to the IIS in this exchange.
    Sent,
    /// The reply in this exchange.
    Received,
    /// The message of a step, of another case when one is named.
    Step {
        /// The case's id; this case when absent.
        case: Option<String>,
        /// The step's id.
        step: String,
    },
}

impl Syntax for Reference {
    const WHAT: &'static str = "a step and a path, `sent MSH-10` or `AD-5/report RXA-15`";
    fn parse(text: &str) -> Result<Self, SyntaxError> {
        let Some((message, path)) = text.split_once(' ') else {
            return Err(SyntaxError::new(
                "a step and a path are expected, with a blank between",
                1,
            )
            .help("write `sent MSH-10`, or a step's name and a path: `report RXA-15`"));
        };
        let at = message.chars().count() + 2;
        let path = <Path as Syntax>::parse(path).map_err(|mut e| {
            e.at += at - 1;
            e
        })?;
        let message = match message {
            "sent" => MessageOf::Sent,
            "received" => MessageOf::Received,
            other => match other.split_once('/') {
                Some((case, step)) => MessageOf::Step {
                    case: Some(Name::parse(case)?.0),
                    step: Name::parse(step)?.0,
                },
                None => MessageOf::Step {
                    case: None,
                    step: Name::parse(other)?.0,
                },
            },
        };
        Ok(Self { message, path })
    }
}

/// A step, of this case (`report`) or of another (`AD-5/report`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRef {
    /// The case's id; this case when absent.
    pub case: Option<String>,
    /// The step's id.
    pub step: String,
}

impl Syntax for StepRef {
    const WHAT: &'static str = "a step of this case, or `CASE/STEP`";
    fn parse(text: &str) -> Result<Self, SyntaxError> {
        match text.split_once('/') {
            Some((case, step)) => Ok(Self {
                case: Some(Name::parse(case)?.0),
                step: Name::parse(step)?.0,
            }),
            None => Ok(Self {
                case: None,
                step: Name::parse(text)?.0,
            }),
        }
    }
}

/// What `find` looks through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// ORC, RXA, RXR and OBX segments that belong together: one dose. Each starts with its ORC (or, without one, its RXA).
    Order,
    /// The segments with this name.
    Segment([u8; 3]),
    /// The repetitions of a field; paths inside name the field without a repetition.
    Repetition(Path),
}

impl Target {
    /// Whether a path can be looked up in one of these.
    pub fn holds(self, path: &Path) -> bool {
        match self {
            Target::Order => matches!(
                path.segment(),
                "ORC" | "RXA" | "RXR" | "OBX" | "NTE" | "TQ1" | "TQ2"
            ),
            Target::Segment(name) => path.segment().as_bytes() == name,
            Target::Repetition(field) => {
                path.segment() == field.segment()
                    && path.field() == field.field()
                    && path.repetition().is_none()
            }
        }
    }
}

impl Syntax for Target {
    const WHAT: &'static str = "`ORDER`, a segment (`NK1`, `OBX`) or a field whose repetitions are looked through (`PID-3`)";
    const PATTERN: Option<&'static str> = Some(r"^(ORDER|[A-Z][A-Z][A-Z0-9](-[0-9]+)?)$");
    fn parse(text: &str) -> Result<Self, SyntaxError> {
        if text == "ORDER" {
            return Ok(Self::Order);
        }
        let help = "write `ORDER`, a segment such as `NK1` or `OBX`, or a field such as `PID-3`";
        let path = <Path as Syntax>::parse(text).map_err(|_| {
            SyntaxError::new(format!("`{text}` is nothing that can be looked through"), 1)
                .help(help)
        })?;
        if path.segment_index().is_some()
            || path.repetition().is_some()
            || path.component().is_some()
        {
            return Err(SyntaxError::new(
                format!("`{text}` names one place, and a group, a segment or a field is expected"),
                1,
            ));
        }
        match path.field() {
            Some(_) => Ok(Self::Repetition(path)),
            None => {
                let mut name = [0; 3];
                name.copy_from_slice(path.segment().as_bytes().get(..3).unwrap_or(b"???"));
                Ok(Self::Segment(name))
            }
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Order => f.write_str("ORDER"),
            Target::Segment(name) => f.write_str(std::str::from_utf8(name).unwrap_or_default()),
            Target::Repetition(path) => path.fmt(f),
        }
    }
}
