//! One pattern syntax selects, filters and marks known failures: names with `*` and `**`.

use crate::span::{Syntax, SyntaxError};

/// A pattern over the names of a plan, `onc-2015/AD-*/report`.
///
/// Parts are divided by `/`. `*` in a part stands for any run of characters of that part; a part `**` stands for any
/// number of parts, none included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<String>,
}

impl Pattern {
    /// Whether the pattern is this name.
    pub fn matches(&self, path: &str) -> bool {
        let path: Vec<&str> = path.split('/').collect();
        parts_match(&self.parts, &path)
    }

    /// Whether the pattern is this name or the name of something that holds it: `onc-2015/AD-1` covers `onc-2015/AD-1/report`.
    pub fn covers(&self, path: &str) -> bool {
        let path: Vec<&str> = path.split('/').collect();
        (1..=path.len()).any(|n| parts_match(&self.parts, path.get(..n).unwrap_or_default()))
    }
}

fn parts_match(pattern: &[String], path: &[&str]) -> bool {
    match pattern.split_first() {
        None => path.is_empty(),
        Some((first, rest)) if first == "**" => {
            (0..=path.len()).any(|n| parts_match(rest, path.get(n..).unwrap_or_default()))
        }
        Some((first, rest)) => match path.split_first() {
            Some((part, tail)) => {
                part_matches(first.as_bytes(), part.as_bytes()) && parts_match(rest, tail)
            }
            None => false,
        },
    }
}

// `*` against the bytes of one part, without recursion: the last star is the only place to come back to
fn part_matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if text.get(t) == Some(c) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((sp, st)) => {
                    p = sp + 1;
                    t = st + 1;
                    star = Some((sp, st + 1));
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .unwrap_or_default()
        .iter()
        .all(|c| *c == b'*')
}

impl Syntax for Pattern {
    const WHAT: &'static str = "a name with `*` and `**`, `onc-2015/AD-*/report`";
    const PATTERN: Option<&'static str> = Some(r"^[A-Za-z0-9_.*-]+(/[A-Za-z0-9_.*-]+)*$");
    fn parse(text: &str) -> Result<Self, SyntaxError> {
        for (i, c) in text.chars().enumerate() {
            if !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '*')) {
                return Err(
                    SyntaxError::new(format!("`{c}` cannot stand in a pattern"), i + 1)
                        .help("a pattern is made of names, `/`, `*` and `**`"),
                );
            }
        }
        let mut at = 1;
        for part in text.split('/') {
            if part.is_empty() {
                return Err(SyntaxError::new("a part of the pattern is empty", at));
            }
            if part.contains("**") && part != "**" {
                return Err(SyntaxError::new(
                    "`**` stands for whole parts and stands alone between `/`",
                    at,
                ));
            }
            at += part.chars().count() + 1;
        }
        Ok(Self {
            parts: text.split('/').map(str::to_owned).collect(),
        })
    }
}

impl std::str::FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|e| format!("{} at character {}", e.message, e.at))
    }
}
