//! YAML as it is written: blocks, with what is short on one line.

use std::fmt::Write;

/// Characters of a line.
const WIDTH: usize = 118;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Text(String),
    /// Written as it is: numbers and `true`.
    Bare(String),
    List(Vec<Node>),
    Map(Vec<(&'static str, Node)>),
}

impl Node {
    pub(super) fn text(text: impl Into<String>) -> Node {
        Node::Text(text.into())
    }

    pub(super) fn number(number: impl Into<u64>) -> Node {
        Node::Bare(number.into().to_string())
    }

    pub(super) fn yes() -> Node {
        Node::Bare("true".to_owned())
    }

    fn flow(&self) -> Option<String> {
        Some(match self {
            Node::Text(text) => scalar(text),
            Node::Bare(text) => text.clone(),
            Node::List(list) => {
                let list: Option<Vec<String>> = list.iter().map(Node::flow).collect();
                format!("[{}]", list?.join(", "))
            }
            Node::Map(map) => {
                let map: Option<Vec<String>> = map
                    .iter()
                    .map(|(k, v)| Some(format!("{k}: {}", v.flow()?)))
                    .collect();
                format!("{{{}}}", map?.join(", "))
            }
        })
    }

    /// The lines of a document.
    pub(super) fn print(&self) -> String {
        let mut out = String::new();
        self.block(&mut out, 0);
        out
    }

    fn block(&self, out: &mut String, indent: usize) {
        let pad = " ".repeat(indent);
        match self {
            Node::Map(map) => {
                for (key, value) in map {
                    let _ = write!(out, "{pad}{key}:");
                    value.behind(out, indent, key.len() + 2);
                }
            }
            Node::List(list) => {
                for item in list {
                    let flow = item.flow().filter(|f| f.len() + indent + 2 <= WIDTH);
                    match (flow, item) {
                        (Some(flow), _) => {
                            let _ = writeln!(out, "{pad}- {flow}");
                        }
                        (None, Node::Map(_)) => {
                            let mut inner = String::new();
                            item.block(&mut inner, indent + 2);
                            // the first key stands behind the dash
                            let _ = write!(out, "{pad}- {}", inner.trim_start());
                        }
                        (None, item) => {
                            let _ = writeln!(out, "{pad}- {}", item.flow().unwrap_or_default());
                        }
                    }
                }
            }
            Node::Text(_) | Node::Bare(_) => {
                let _ = writeln!(out, "{pad}{}", self.flow().unwrap_or_default());
            }
        }
    }

    // a value behind its key
    fn behind(&self, out: &mut String, indent: usize, used: usize) {
        let flow = self.flow().unwrap_or_default();
        match self {
            Node::List(list) if list.is_empty() => out.push_str(" []\n"),
            Node::List(list)
                if list
                    .iter()
                    .all(|n| matches!(n, Node::Text(_) | Node::Bare(_))) =>
            {
                out.push('\n');
                let items: Vec<String> = list.iter().filter_map(Node::flow).collect();
                wrapped(out, &items, indent + 2);
            }
            Node::Map(_) if flow.len() + indent + used <= WIDTH => {
                let _ = writeln!(out, " {flow}");
            }
            Node::List(_) | Node::Map(_) => {
                out.push('\n');
                self.block(out, indent + 2);
            }
            Node::Text(_) | Node::Bare(_) => {
                let _ = writeln!(out, " {flow}");
            }
        }
    }
}

// a flow sequence over as many lines as it needs
fn wrapped(out: &mut String, list: &[String], indent: usize) {
    let pad = " ".repeat(indent);
    let mut line = format!("{pad}[");
    for (i, item) in list.iter().enumerate() {
        if line.len() + item.len() + 2 > WIDTH {
            let _ = writeln!(out, "{}", line.trim_end());
            line = format!("{pad} ");
        }
        line.push_str(item);
        line.push_str(if i + 1 == list.len() { "" } else { ", " });
    }
    let _ = writeln!(out, "{line}]");
}

// quoted where YAML could take it for something else; JSON's quoting is one of YAML's
fn scalar(text: &str) -> String {
    let word = text.to_ascii_lowercase();
    let reserved = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf",
    ];
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " _-./()'".contains(c))
        && !text.ends_with(' ')
        && !reserved.contains(&word.as_str());
    if plain {
        return text.to_owned();
    }
    let simple = !text.contains(|c: char| c.is_control() || c == '\u{feff}' || c == '\u{85}');
    if simple && text.contains(['"', '\\']) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::scalar;

    #[test]
    fn what_yaml_could_mistake_is_quoted() {
        for (text, written) in [
            ("PID-5.1", "PID-5.1"),
            ("08", "\"08\""),
            ("no", "\"no\""),
            ("a: b", "\"a: b\""),
            ("RXA-9 = \"x\"", "'RXA-9 = \"x\"'"),
            ("it's \"so\"", "'it''s \"so\"'"),
            ("", "\"\""),
            ("a\nb", "\"a\\nb\""),
        ] {
            assert_eq!(scalar(text), written);
        }
    }
}
