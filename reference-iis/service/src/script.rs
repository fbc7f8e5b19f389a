//! Scripted replies, as data: a reply written as ER7 with placeholders, sent for the messages that a condition names.
//!
//! Placeholders: `{sent MSH-10}` is the decoded text at a path of the message that is answered, escaped again; `{sent QPD}` is
//! a whole segment of it as it stands; `{now}` the time in full (MSH-7), `{today}` the date; `{control-id}` a fresh control id;
//! `{{` and `}}` are braces. Segments may be ended by CR, LF or CRLF; they are sent with CR.

use jiff::Zoned;
use std::fmt;
use titer_hl7::time::format_ts;
use titer_hl7::{Delimiters, Message, Path, PathError, escape};

/// Why a text is no scripted reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// A brace without its partner.
    #[error("line {line}: a brace is not closed or not opened; write `{{{{` for a brace")]
    Brace {
        /// Line of the template, counted from 1.
        line: usize,
    },
    /// A placeholder that is not known.
    #[error("line {line}: `{{{text}}}` is not known; use sent PATH, now, today or control-id")]
    Unknown {
        /// Line of the template, counted from 1.
        line: usize,
        /// What stands between the braces.
        text: String,
    },
    /// A placeholder with a wrong path.
    #[error("line {line}: the placeholder names no place in a message")]
    Path {
        /// Line of the template, counted from 1.
        line: usize,
        /// What is wrong with it.
        source: PathError,
    },
    /// Nothing to send.
    #[error("the reply is empty")]
    Empty,
}

#[derive(Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Sent(Path),
    Now,
    Today,
    ControlId,
}

/// A reply with placeholders.
#[derive(Clone, PartialEq, Eq)]
pub struct ScriptedReply {
    segments: Vec<Vec<Piece>>,
}

impl fmt::Debug for ScriptedReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScriptedReply({} segments)", self.segments.len())
    }
}

impl ScriptedReply {
    /// Reads a template.
    pub fn parse(template: &str) -> Result<Self, ScriptError> {
        let text = template.replace("\r\n", "\n").replace('\r', "\n");
        let mut segments = Vec::new();
        for (index, line) in text.split('\n').enumerate() {
            if !line.trim().is_empty() {
                segments.push(pieces(line.trim_end(), index + 1)?);
            }
        }
        if segments.is_empty() {
            return Err(ScriptError::Empty);
        }
        Ok(Self { segments })
    }

    /// The reply to `message`.
    pub fn render(&self, message: &Message<'_>, now: &Zoned, control_id: &str) -> Vec<u8> {
        let mut out = String::new();
        for segment in &self.segments {
            for piece in segment {
                match piece {
                    Piece::Text(text) => out.push_str(text),
                    Piece::Sent(path) => out.push_str(&sent(message, path)),
                    Piece::Now => out.push_str(&format_ts(now)),
                    Piece::Today => out.push_str(&now.strftime("%Y%m%d").to_string()),
                    Piece::ControlId => out.push_str(control_id),
                }
            }
            out.push('\r');
        }
        out.into_bytes()
    }
}

fn sent(message: &Message<'_>, path: &Path) -> String {
    let Some(element) = message.get(path) else {
        return String::new();
    };
    // structure can only be taken over as it stands; with other delimiters it would mean something else
    if message.delimiters() == Delimiters::default() {
        return element.raw_text().into_owned();
    }
    escape::encode(&element.text(), Delimiters::default()).into_owned()
}

fn pieces(line: &str, number: usize) -> Result<Vec<Piece>, ScriptError> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            text.push('{');
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            text.push('}');
            rest = after;
        } else if let Some((inside, after)) = from.strip_prefix('{').and_then(|f| f.split_once('}'))
        {
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            pieces.push(placeholder(inside, number)?);
            rest = after;
        } else {
            return Err(ScriptError::Brace { line: number });
        }
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

fn placeholder(inside: &str, line: usize) -> Result<Piece, ScriptError> {
    match inside.trim() {
        "now" => Ok(Piece::Now),
        "today" => Ok(Piece::Today),
        "control-id" => Ok(Piece::ControlId),
        other => match other.strip_prefix("sent ") {
            Some(path) => path
                .trim()
                .parse()
                .map(Piece::Sent)
                .map_err(|source| ScriptError::Path { line, source }),
            None => Err(ScriptError::Unknown {
                line,
                text: other.to_owned(),
            }),
        },
    }
}

/// Which messages a script answers: all of these places have these texts.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct When(Vec<(Path, String)>);

impl fmt::Debug for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // the texts may identify a person
        f.debug_list()
            .entries(self.0.iter().map(|(p, _)| p))
            .finish()
    }
}

impl When {
    /// Every message.
    pub fn any() -> Self {
        Self::default()
    }

    /// And the text at `path` is `text`.
    pub fn and(mut self, path: Path, text: impl Into<String>) -> Self {
        self.0.push((path, text.into()));
        self
    }

    /// Whether a message is meant.
    pub fn holds(&self, message: &Message<'_>) -> bool {
        self.0
            .iter()
            .all(|(path, text)| message.text(path).is_some_and(|t| t == text.as_str()))
    }
}

/// A reply for some messages. Nothing of such a message is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Which messages.
    pub when: When,
    /// What they are answered with.
    pub reply: ScriptedReply,
}

#[cfg(test)]
mod tests {
    use super::*;
    use titer_hl7::Offsets;

    const MESSAGE: &[u8] =
        b"MSH|^~\\&|A|B|||20260101||QBP^Q11^QBP_Q11|id\\T\\1|P|2.5.1\rQPD|Z44^x^y|tag|1^^^M^MR\r";

    fn now() -> Zoned {
        "2026-11-22T10:20:30Z"
            .parse::<jiff::Timestamp>()
            .unwrap()
            .to_zoned(jiff::tz::TimeZone::UTC)
    }

    fn rendered(template: &str) -> String {
        let mut offsets = Offsets::new();
        let message = Message::parse(MESSAGE, &mut offsets);
        let reply = ScriptedReply::parse(template).unwrap();
        String::from_utf8(reply.render(&message, &now(), "c-1")).unwrap()
    }

    #[test]
    fn placeholders_are_filled() {
        assert_eq!(
            rendered(
                "MSA|AA|{sent MSH-10}|{{x}}|{control-id}\r\n{sent QPD}\nQAK|{sent QPD-2}|{today}\n\n"
            ),
            "MSA|AA|id\\T\\1|{x}|c-1\rQPD|Z44^x^y|tag|1^^^M^MR\rQAK|tag|20261122\r"
        );
        assert_eq!(
            rendered("MSH|{sent PID-3}|{now}"),
            "MSH||20261122102030+0000\r"
        );
    }

    #[test]
    fn other_delimiters_are_written_as_ours() {
        let bytes = b"MSH#^~\\&#A#B######i|d#P#2.5.1\r";
        let mut offsets = Offsets::new();
        let message = Message::parse(bytes, &mut offsets);
        let reply = ScriptedReply::parse("MSA|AA|{sent MSH-10}").unwrap();
        let out = reply.render(&message, &now(), "");
        assert_eq!(out, b"MSA|AA|i\\F\\d\r");
    }

    #[test]
    fn wrong_templates_are_pointed_at() {
        assert_eq!(ScriptedReply::parse(" \n"), Err(ScriptError::Empty));
        assert_eq!(
            ScriptedReply::parse("MSH|\nMSA|{now"),
            Err(ScriptError::Brace { line: 2 })
        );
        assert_eq!(
            ScriptedReply::parse("MSA|}"),
            Err(ScriptError::Brace { line: 1 })
        );
        assert!(matches!(
            ScriptedReply::parse("{tomorrow}"),
            Err(ScriptError::Unknown { line: 1, .. })
        ));
        assert!(matches!(
            ScriptedReply::parse("x\n{sent pid}"),
            Err(ScriptError::Path { line: 2, .. })
        ));
    }

    #[test]
    fn conditions_look_at_places() {
        let mut offsets = Offsets::new();
        let message = Message::parse(MESSAGE, &mut offsets);
        let at = |p: &str| p.parse::<Path>().unwrap();
        assert!(When::any().holds(&message));
        assert!(
            When::any()
                .and(at("MSH-9.1"), "QBP")
                .and(at("QPD-2"), "tag")
                .holds(&message)
        );
        assert!(!When::any().and(at("MSH-9.1"), "VXU").holds(&message));
        assert!(!When::any().and(at("PID-5.1"), "x").holds(&message));
    }
}
