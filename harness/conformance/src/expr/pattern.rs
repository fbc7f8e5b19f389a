//! Regular expressions of profiles: the Java dialect, always matched against the whole value.

use regex::bytes::Regex;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt::Write;
use std::sync::OnceLock;

/// A pattern and its compiled form.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    // compiled when it is first asked, where it was compiled before it was stored
    regex: OnceLock<Option<Regex>>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

// Stored as it was written: what is stored was compiled once, so that reading it again need not.
impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Pattern {
            source: String::deserialize(deserializer)?,
            regex: OnceLock::new(),
        })
    }
}

/// Why a pattern cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// It uses something of Java's dialect that has no counterpart.
    #[error("the pattern uses {0}, which is not supported")]
    Unsupported(&'static str),
    /// It is not a regular expression.
    #[error("the pattern is not a regular expression")]
    Syntax(#[source] Box<regex::Error>),
}

impl Pattern {
    /// Compiles a pattern written in Java's dialect.
    pub fn new(source: &str) -> Result<Pattern, PatternError> {
        let regex = compile(source)?;
        Ok(Pattern {
            source: source.to_owned(),
            regex: OnceLock::from(Some(regex)),
        })
    }

    /// As the profile writes it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.matches_bytes(text.as_bytes())
    }

    /// The same for bytes that are known to be UTF-8.
    pub fn matches_bytes(&self, text: &[u8]) -> bool {
        let regex = self.regex.get_or_init(|| compile(&self.source).ok());
        regex.as_ref().is_some_and(|r| r.is_match(text))
    }
}

fn compile(source: &str) -> Result<Regex, PatternError> {
    let body = translate(source)?;
    Regex::new(&format!(r"\A(?:{body})\z")).map_err(|e| PatternError::Syntax(Box::new(e)))
}

// Java's \d \w \s are ASCII only, Java allows any punctuation to be escaped, and `.` stops at more line ends.
fn translate(source: &str) -> Result<String, PatternError> {
    let mut out = String::with_capacity(source.len() + 16);
    let mut chars = source.chars().peekable();
    let mut depth = 0usize;
    let mut after_atom = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let Some(e) = chars.next() else {
                    return Err(PatternError::Unsupported("a backslash at its end"));
                };
                match (e, depth > 0) {
                    ('d', true) => out.push_str("0-9"),
                    ('d', false) => out.push_str("[0-9]"),
                    ('w', true) => out.push_str("a-zA-Z_0-9"),
                    ('w', false) => out.push_str("[a-zA-Z_0-9]"),
                    ('s', true) => out.push_str(" \\t\\n\\x0B\\f\\r"),
                    ('s', false) => out.push_str("[ \\t\\n\\x0B\\f\\r]"),
                    ('D', false) => out.push_str("[^0-9]"),
                    ('W', false) => out.push_str("[^a-zA-Z_0-9]"),
                    ('S', false) => out.push_str("[^ \\t\\n\\x0B\\f\\r]"),
                    ('D' | 'W' | 'S', true) => {
                        return Err(PatternError::Unsupported("a negated class inside a class"));
                    }
                    ('1'..='9', _) => return Err(PatternError::Unsupported("a back reference")),
                    ('Q', _) => {
                        let mut quoted = String::new();
                        while let Some(q) = chars.next() {
                            if q == '\\' && chars.peek() == Some(&'E') {
                                chars.next();
                                break;
                            }
                            quoted.push(q);
                        }
                        out.push_str(&regex::escape(&quoted));
                    }
                    (e, _) if e.is_ascii_punctuation() => {
                        let _ = write!(out, "\\x{{{:X}}}", e as u32);
                    }
                    (e, _) => {
                        out.push('\\');
                        out.push(e);
                    }
                }
                after_atom = true;
                continue;
            }
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '.' if depth == 0 => {
                out.push_str("[^\\n\\r\\x{85}\\x{2028}\\x{2029}]");
                after_atom = true;
                continue;
            }
            '(' if depth == 0 && chars.peek() == Some(&'?') => {
                let rest: String = chars.clone().take(3).collect();
                if rest.starts_with("?=") || rest.starts_with("?!") {
                    return Err(PatternError::Unsupported("a look ahead"));
                }
                if rest.starts_with("?<=") || rest.starts_with("?<!") {
                    return Err(PatternError::Unsupported("a look behind"));
                }
                if rest.starts_with("?>") {
                    return Err(PatternError::Unsupported("an atomic group"));
                }
            }
            '*' | '+' | '?' | '}' if depth == 0 && after_atom && chars.peek() == Some(&'+') => {
                return Err(PatternError::Unsupported("a possessive quantifier"));
            }
            _ => {}
        }
        after_atom = !matches!(c, '(' | '|');
        out.push(c);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn the_whole_value_must_match() {
        let p = Pattern::new("[0-2](\\.(0|[1-9][0-9]*))*").unwrap();
        assert!(p.matches("2.16.840"));
        assert!(!p.matches("2.16.840 "));
        assert!(!p.matches("x2.16"));
    }

    #[test]
    fn classes_are_ascii_and_any_punctuation_may_be_escaped() {
        assert!(!Pattern::new("\\d+").unwrap().matches("١٢"));
        assert!(Pattern::new("[\\d\\-]+\\/\\_").unwrap().matches("1-2/_"));
    }

    #[test]
    fn what_has_no_counterpart_is_refused() {
        for source in ["(?=a)b", "(a)\\1", "a*+b", "a["] {
            assert!(Pattern::new(source).is_err(), "{source}");
        }
    }
}
