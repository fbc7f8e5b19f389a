//! Where a value stands in a JSON text, so that what is wrong with it can be shown.

use std::ops::Range;
use titer_finding::Diagnostic;

/// A step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The value of a key.
    Key(String),
    /// The value at an index, from 0.
    Index(usize),
}

/// A way to a value, as people write it: `entry[2].resource.status`; indexes count from 1 there.
pub(super) fn words(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => {
                text.push('.');
                text.push_str(key);
            }
            Step::Index(index) => {
                text.push('[');
                text.push_str(&(index + 1).to_string());
                text.push(']');
            }
        }
    }
    text
}

/// The diagnostic at the value that `path` leads to; at the nearest value above it when there is none.
pub(super) fn at(diagnostic: Diagnostic, file: &str, text: &str, path: &[Step]) -> Diagnostic {
    for length in (0..=path.len()).rev() {
        if let Some(range) = path.get(..length).and_then(|p| locate(text, p)) {
            // of what should hold it, only the beginning: the rest of a large object says nothing
            let range = if length == path.len() {
                range
            } else {
                range.start..range.start + 1
            };
            return diagnostic.at_bytes(file, text, range);
        }
    }
    diagnostic.in_file(file)
}

/// The bytes of the value that `path` leads to. The text is valid JSON.
fn locate(text: &str, path: &[Step]) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = skip(bytes, 0);
    for step in path {
        at = match (step, *bytes.get(at)?) {
            (Step::Key(key), b'{') => in_object(bytes, at, key)?,
            (Step::Index(index), b'[') => in_list(bytes, at, *index)?,
            _ => return None,
        };
    }
    Some(at..value_end(bytes, at)?)
}

fn skip(bytes: &[u8], mut at: usize) -> usize {
    while bytes
        .get(at)
        .is_some_and(|b| b.is_ascii_whitespace() || matches!(b, 0xEF | 0xBB | 0xBF))
    {
        at += 1;
    }
    at
}

fn in_object(bytes: &[u8], open: usize, key: &str) -> Option<usize> {
    let mut at = skip(bytes, open + 1);
    while *bytes.get(at)? == b'"' {
        let end = value_end(bytes, at)?;
        let name = bytes.get(at + 1..end - 1)?;
        let value = skip(bytes, skip(bytes, end) + 1);
        if name == key.as_bytes() {
            return Some(value);
        }
        at = next(bytes, value)?;
    }
    None
}

fn in_list(bytes: &[u8], open: usize, index: usize) -> Option<usize> {
    let mut at = skip(bytes, open + 1);
    for _ in 0..index {
        at = next(bytes, at)?;
    }
    (*bytes.get(at)? != b']').then_some(at)
}

// where the next member begins, after the value at `at`
fn next(bytes: &[u8], at: usize) -> Option<usize> {
    let comma = skip(bytes, value_end(bytes, at)?);
    (*bytes.get(comma)? == b',').then(|| skip(bytes, comma + 1))
}

fn value_end(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut depth) = (start, 0usize);
    loop {
        match bytes.get(at)? {
            b'"' => {
                at += 1;
                loop {
                    match bytes.get(at)? {
                        b'\\' => at += 2,
                        b'"' => break,
                        _ => at += 1,
                    }
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b',' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
        let ended = depth == 0
            && (matches!(bytes.get(at - 1), Some(b'"' | b'}' | b']'))
                || matches!(bytes.get(at), None | Some(b'}' | b']')));
        if ended {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<Step> {
        text.split('/')
            .map(|part| match part.parse() {
                Ok(index) => Step::Index(index),
                Err(_) => Step::Key(part.to_owned()),
            })
            .collect()
    }

    #[test]
    fn values_are_found() {
        let text =
            r#" {"a": 1, "b\"": {}, "list": [ {"x": "}"}, [true, null], -2.5e3 ], "end":"e"}"#;
        for (way, value) in [
            ("a", Some("1")),
            ("list/0/x", Some("\"}\"")),
            ("list/1/1", Some("null")),
            ("list/1", Some("[true, null]")),
            ("list/2", Some("-2.5e3")),
            ("end", Some("\"e\"")),
            ("list/3", None),
            ("a/b", None),
            ("no", None),
        ] {
            let found = locate(text, &path(way)).and_then(|r| text.get(r));
            assert_eq!(found, value, "{way}");
        }
        assert_eq!(words(&path("list/1/1")), "list[2][2]");
    }

    #[test]
    fn a_missing_value_is_shown_at_what_should_hold_it() {
        let text = "{\n  \"list\": [{\"x\": 1}]\n}";
        let shown = at(Diagnostic::new("no y"), "a.json", text, &path("list/0/y"));
        assert_eq!((shown.line, shown.column, shown.end_column), (2, 12, 13));
    }
}
