//! Texts with placeholders: `{patient.name.family}`, `{today-2m}`, `{uid}`, `{received MSH-10}`.
//!
//! A placeholder is `{EXPRESSION}` or `{EXPRESSION:FORMAT}`; `{{` and `}}` stand for the brackets themselves. This file
//! reads them; [`crate::render`] fills them in.

use crate::dates::Shift;
use crate::span::{Syntax, SyntaxError};
use crate::syntax::{Name, Reference};

/// A text with placeholders.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Template {
    /// The pieces in order.
    pub pieces: Vec<Piece>,
}

/// A piece of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// To be filled in.
    Placeholder(Placeholder),
}

/// What is filled in, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// What.
    pub what: Expression,
    /// How.
    pub format: Format,
    /// Whether nothing is filled in when the test data have no such part: `{patient.email?}`.
    pub optional: bool,
    /// The text between the brackets.
    pub text: String,
    /// Characters of the placeholder, its brackets included.
    pub length: usize,
    /// Character of the opening bracket in the template, counted from 1 (line ends count as one).
    pub at: usize,
}

/// What a placeholder stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// `today`, `today-2m`: a day counted from the day as of which the plan runs.
    Today(Shift),
    /// `now`: the time of day on that day, with its offset from UTC.
    Now,
    /// `uid`: unique to the step; `uid.NAME`: unique to the run, the same wherever the name is used.
    Uid(Option<String>),
    /// `received MSH-10`, `sent QPD`: what stands in a message of the exchange, or of another step.
    Message(Reference),
    /// `patient.name.family`, `vaccines.pentacel.cvx`: test data.
    Data(Vec<String>),
}

/// How dates are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Format {
    /// As HL7 writes it: `20260312`, `20260312140501.000-0500`; test data as they are.
    #[default]
    Plain,
    /// `2026-03-12`.
    Iso,
    /// `12 March 2026`.
    Words,
    /// A timestamp of HL7 at midnight of the day, `20260312000000+0000`.
    Time,
}

impl Template {
    /// Whether there is no placeholder.
    pub fn is_plain(&self) -> bool {
        self.placeholders().next().is_none()
    }

    /// Every placeholder.
    pub fn placeholders(&self) -> impl Iterator<Item = &Placeholder> {
        self.pieces.iter().filter_map(|p| match p {
            Piece::Placeholder(p) => Some(p),
            Piece::Text(_) => None,
        })
    }

    /// Reads a text, and every mistake in it.
    pub fn read(text: &str) -> (Template, Vec<SyntaxError>) {
        let mut pieces = Vec::new();
        let mut errors = Vec::new();
        let mut plain = String::new();
        let mut chars = text.chars().enumerate().peekable();
        while let Some((i, c)) = chars.next() {
            match c {
                '{' if chars.next_if(|(_, n)| *n == '{').is_some() => plain.push('{'),
                '}' if chars.next_if(|(_, n)| *n == '}').is_some() => plain.push('}'),
                '{' => {
                    let mut inside = String::new();
                    let mut closed = false;
                    while let Some((_, c)) = chars.next_if(|(_, c)| !matches!(c, '{' | '\n' | '\r'))
                    {
                        if c == '}' {
                            closed = true;
                            break;
                        }
                        inside.push(c);
                    }
                    if !closed {
                        errors.push(
                            SyntaxError::new("a placeholder is not closed", i + 1)
                                .help("close it with `}`, or write `{{` for the bracket itself"),
                        );
                        continue;
                    }
                    match placeholder(&inside, i + 1) {
                        Ok(p) => {
                            if !plain.is_empty() {
                                pieces.push(Piece::Text(std::mem::take(&mut plain)));
                            }
                            pieces.push(Piece::Placeholder(p));
                        }
                        Err(e) => errors.push(e),
                    }
                }
                '}' => errors.push(
                    SyntaxError::new("`}` closes nothing", i + 1)
                        .help("write `}}` for the bracket itself"),
                ),
                c => plain.push(c),
            }
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        (Template { pieces }, errors)
    }
}

impl Syntax for Template {
    const WHAT: &'static str =
        "a text, with placeholders such as `{patient.name.family}` or `{today-2m}`";
    fn parse(text: &str) -> Result<Self, SyntaxError> {
        let (template, errors) = Self::read(text);
        match errors.into_iter().next() {
            Some(e) => Err(e),
            None => Ok(template),
        }
    }
}

fn placeholder(inside: &str, at: usize) -> Result<Placeholder, SyntaxError> {
    let text = inside.trim();
    let (expression, format) = match text.rsplit_once(':') {
        Some((e, f)) => (e.trim(), format(f.trim(), at + 1)?),
        None => (text, Format::Plain),
    };
    let (expression, optional) = match expression.strip_suffix('?') {
        Some(e) => (e, true),
        None => (expression, false),
    };
    let what = self::expression(expression, at + 1)?;
    if optional && !matches!(what, Expression::Data(_)) {
        return Err(SyntaxError::new("only test data can be optional", at + 1));
    }
    Ok(Placeholder {
        what,
        format,
        optional,
        length: inside.chars().count() + 2,
        text: text.to_owned(),
        at,
    })
}

fn format(word: &str, at: usize) -> Result<Format, SyntaxError> {
    Ok(match word {
        "hl7" => Format::Plain,
        "iso" => Format::Iso,
        "words" => Format::Words,
        "time" => Format::Time,
        other => {
            return Err(
                SyntaxError::new(format!("`{other}` is not a way to write a date"), at)
                    .help("known here: `hl7`, `iso`, `words` and `time`"),
            );
        }
    })
}

fn expression(text: &str, at: usize) -> Result<Expression, SyntaxError> {
    if text.is_empty() {
        return Err(SyntaxError::new("a placeholder is empty", at));
    }
    if text == "now" {
        return Ok(Expression::Now);
    }
    if text == "uid" {
        return Ok(Expression::Uid(None));
    }
    if let Some(name) = text.strip_prefix("uid.") {
        return match Name::parse(name) {
            Ok(n) => Ok(Expression::Uid(Some(n.0))),
            Err(mut e) => {
                e.at += at + 3;
                Err(e)
            }
        };
    }
    if let Some(shift) = text.strip_prefix("today").filter(|r| !r.starts_with('.')) {
        return match Shift::parse(shift) {
            Ok(s) => Ok(Expression::Today(s)),
            Err(mut e) => {
                e.at += at + 4;
                Err(e)
            }
        };
    }
    if text.contains(' ') {
        return match Reference::parse(text) {
            Ok(r) => Ok(Expression::Message(r)),
            Err(mut e) => {
                e.at += at - 1;
                Err(e)
            }
        };
    }
    let mut parts = Vec::new();
    for part in text.split('.') {
        // a data path is made of keys; dots divide them, so a key has none
        match Name::parse(part) {
            Ok(n) => parts.push(n.0),
            Err(e) => {
                return Err(SyntaxError::new(
                    format!("`{text}` is not an expression: {}", e.message),
                    at,
                )
                .help("known here: `today`, `now`, `uid`, test data (`patient.name.family`) and what stands in a message (`received MSH-10`)"));
            }
        }
    }
    Ok(Expression::Data(parts))
}
