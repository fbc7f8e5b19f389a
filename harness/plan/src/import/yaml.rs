//! Writing YAML that reads well: short things on one line, the rest in blocks.

use std::fmt::Write;

/// No line is longer where it can be divided.
const WIDEST: usize = 118;

/// What is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Y {
    /// A text.
    Text(String),
    /// A number or `true`, as it stands.
    Word(String),
    /// A list.
    List(Vec<Y>),
    /// Keys and values, in this order.
    Map(Vec<(String, Y)>),
}

impl Y {
    pub(super) fn text(text: impl Into<String>) -> Y {
        Y::Text(text.into())
    }

    pub(super) fn number(n: impl std::fmt::Display) -> Y {
        Y::Word(n.to_string())
    }

    pub(super) fn texts(texts: impl IntoIterator<Item = String>) -> Y {
        Y::List(texts.into_iter().map(Y::Text).collect())
    }

    pub(super) fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Y)>) -> Y {
        Y::Map(entries.into_iter().map(|(k, v)| (k.into(), v)).collect())
    }

    /// A document.
    pub(super) fn document(&self, schema: &str) -> String {
        let mut out = format!("# yaml-language-server: $schema={schema}\n");
        self.block(0, &mut out);
        out
    }

    fn flow(&self) -> String {
        match self {
            Y::Text(text) => scalar(text),
            Y::Word(word) => word.clone(),
            Y::List(items) => {
                let items: Vec<String> = items.iter().map(Y::flow).collect();
                format!("[{}]", items.join(", "))
            }
            Y::Map(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(k, v)| format!("{}: {}", key(k), v.flow()))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    // what is short, and what has no parts or only small ones
    fn fits(&self, before: usize) -> Option<String> {
        let divisible = match self {
            Y::Map(entries) => !entries.is_empty(),
            Y::List(items) => !items.is_empty(),
            Y::Text(_) | Y::Word(_) => false,
        };
        let flow = self.flow();
        (!divisible || before + flow.chars().count() <= WIDEST).then_some(flow)
    }

    fn block(&self, indent: usize, out: &mut String) {
        match self {
            Y::Map(entries) => {
                for (n, (k, v)) in entries.iter().enumerate() {
                    // the first key of an item of a list stands behind its dash
                    if n > 0 || out.ends_with('\n') {
                        let _ = write!(out, "{:indent$}", "");
                    }
                    let k = key(k);
                    match v.fits(indent + k.chars().count() + 2) {
                        Some(flow) => {
                            let _ = writeln!(out, "{k}: {flow}");
                        }
                        None => {
                            let _ = writeln!(out, "{k}:");
                            v.block(indent + 2, out);
                        }
                    }
                }
            }
            Y::List(items) => {
                for item in items {
                    let _ = write!(out, "{:indent$}- ", "");
                    match item.fits(indent + 2) {
                        Some(flow) => {
                            let _ = writeln!(out, "{flow}");
                        }
                        None => item.block(indent + 2, out),
                    }
                }
            }
            Y::Text(_) | Y::Word(_) => {
                let _ = writeln!(out, "{:indent$}{}", "", self.flow());
            }
        }
    }
}

fn key(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'));
    if plain { text.to_owned() } else { quoted(text) }
}

/// Words that YAML takes for something else.
const RESERVED: [&str; 9] = ["y", "n", "yes", "no", "true", "false", "null", "on", "off"];

fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with(' ')
        && text.chars().all(|c| {
            c.is_ascii_alphanumeric()
                || matches!(c, ' ' | '.' | '_' | '-' | '/' | '(' | ')' | '\'' | '+')
        })
        && !RESERVED.contains(&text.to_ascii_lowercase().as_str());
    if plain { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}') => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn back(y: &Y) -> Value {
        let text = y.document("x.json");
        titer_finding::read_yaml("x.yaml", &text).unwrap_or_else(|e| panic!("{e:?}\n{text}"))
    }

    #[test]
    fn whatever_is_written_reads_back() {
        let odd = [
            "",
            " ",
            "n",
            "No",
            "08",
            "1e3",
            "a: b",
            "a #b",
            "- x",
            "{today}",
            "\"q\"",
            "\\T\\",
            "é\u{85}\u{7f}",
            "line\nline",
            "ends ",
            "'",
            "~",
            "@x",
            "&a",
            "*b",
            "!c",
            "%d",
            "|",
            ">",
            "\u{feff}x",
            "null",
            "=",
        ];
        for text in odd {
            let y = Y::map([
                ("one", Y::text(text)),
                ("list", Y::texts(vec![text.to_owned(); 40])),
                (
                    "nested",
                    Y::List(vec![Y::map([
                        ("a", Y::text(text)),
                        ("b", Y::texts(vec![text.to_owned(); 50])),
                    ])]),
                ),
            ]);
            let want = json!({
                "one": text, "list": vec![text; 40], "nested": [{"a": text, "b": vec![text; 50]}],
            });
            assert_eq!(back(&y), want, "{text:?}");
        }
    }

    #[test]
    fn keys_that_are_paths_are_quoted_where_they_must_be() {
        let y = Y::map([("PID-3[2].1", Y::text("x")), ("PID-5.1", Y::number(3))]);
        assert_eq!(
            y.document("s"),
            "# yaml-language-server: $schema=s\n\"PID-3[2].1\": x\nPID-5.1: 3\n"
        );
    }
}
