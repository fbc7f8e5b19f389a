//! YAML that users write, read so that every error points at its place.

use crate::diagnostic::Diagnostic;
use crate::words;
use serde::de::DeserializeOwned;
use serde_saphyr::{Error, Location};

/// Reads one YAML document; an error comes as a [`Diagnostic`] with line, column and, for a misspelt key or word,
/// "did you mean". Hostile documents (alias bombs, endless nesting) are refused by the reader's limits.
pub fn read_yaml<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Box<Diagnostic>> {
    serde_saphyr::from_str(text).map_err(|e| Box::new(Diagnostic::from_yaml(file, text, &e)))
}

impl Diagnostic {
    /// What the YAML reader said about `text`.
    pub fn from_yaml(file: &str, text: &str, error: &Error) -> Self {
        let error = error.without_snippet();
        let location = error.location();
        let (message, help) = describe(error);
        let mut diagnostic = Diagnostic::new(message);
        diagnostic.help = help;
        match location {
            Some(location) => diagnostic.at_location(file, text, location),
            None => diagnostic.in_file(file),
        }
    }

    /// The same at the place where a spanned YAML value stands.
    #[must_use]
    pub fn at_location(self, file: &str, text: &str, location: Location) -> Self {
        let line = u32::try_from(location.line()).unwrap_or(0);
        let column = u32::try_from(location.column()).unwrap_or(0);
        if line == 0 {
            return self.in_file(file);
        }
        let rest = text
            .lines()
            .nth(line as usize - 1)
            .map_or(0, |l| l.chars().count() as u32 + 1)
            .saturating_sub(column);
        // a value over several lines is marked on its first one
        let length = u32::try_from(location.span().len())
            .unwrap_or(u32::MAX)
            .min(rest);
        self.at(file, text, line, column, length)
    }
}

fn describe(error: &Error) -> (String, Option<String>) {
    match error {
        Error::SerdeUnknownField {
            field, expected, ..
        } => (format!("unknown key `{field}`"), choices(field, expected)),
        Error::SerdeUnknownVariant {
            variant, expected, ..
        } => (
            format!("`{variant}` is not known here"),
            choices(variant, expected),
        ),
        Error::SerdeMissingField { field, .. } => (format!("the key `{field}` is missing"), None),
        Error::SerdeInvalidType {
            unexpected,
            expected,
            ..
        }
        | Error::SerdeInvalidValue {
            unexpected,
            expected,
            ..
        } => (format!("expected {expected}, found {unexpected}"), None),
        Error::InvalidScalar { ty, .. } => (format!("expected {}", type_words(ty)), None),
        Error::Unexpected { expected, .. } => (format!("expected {}", node_words(expected)), None),
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            (format!("the key `{key}` stands twice"), None)
        }
        Error::MultipleDocuments { .. } => (
            "one YAML document is expected, and another one follows".to_owned(),
            Some("write one file for each document".to_owned()),
        ),
        other => {
            let text = other.render_with_formatter(&serde_saphyr::UserMessageFormatter);
            (plain(&text), None)
        }
    }
}

fn type_words(ty: &'static str) -> &'static str {
    match ty {
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number",
        "f32" | "f64" | "floating point" => "a number",
        "boolean" | "bool" => "`true` or `false`",
        other => other,
    }
}

fn node_words(expected: &'static str) -> &'static str {
    match expected {
        "string scalar" | "scalar" => "one value",
        "sequence start" => "a list",
        "mapping start" => "keys with values",
        "value" => "a value",
        other => other,
    }
}

fn choices(written: &str, expected: &[&'static str]) -> Option<String> {
    if let Some(word) = words::nearest(written, expected.iter().copied()) {
        return Some(format!("did you mean `{word}`?"));
    }
    (!expected.is_empty()).then(|| format!("known here: {}", words::list(expected.iter().copied())))
}

/// The reader's message as our messages are written: its first line, lower case at the start, no place, no full stop.
fn plain(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let line = line.rsplit_once(" at line ").map_or(line, |(said, _)| said);
    let line = line.trim_end_matches('.');
    let mut chars = line.chars();
    match chars.next() {
        Some(first) if chars.as_str().starts_with(|c: char| c.is_lowercase()) => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[expect(dead_code, reason = "only read")]
        title: String,
        #[expect(dead_code, reason = "only read")]
        #[serde(default)]
        steps: Vec<Step>,
        #[expect(dead_code, reason = "only read")]
        #[serde(default)]
        size: u32,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Step {
        Send,
        Await,
    }

    fn said(text: &str) -> String {
        read_yaml::<Sample>("plan.yaml", text)
            .expect_err("it is wrong")
            .render(false)
    }

    #[test]
    fn a_misspelt_key_is_pointed_at() {
        insta::assert_snapshot!(said("title: x\nstesp: []\n"));
    }

    #[test]
    fn an_unknown_key_lists_the_known_ones() {
        insta::assert_snapshot!(said("title: x\ncolour: red\n"));
    }

    #[test]
    fn a_wrong_word_is_pointed_at() {
        insta::assert_snapshot!(said("title: x\nsteps:\n  - send\n  - awiat\n"));
    }

    #[test]
    fn a_wrong_type_is_pointed_at() {
        insta::assert_snapshot!(said("title: x\nsize: many\n"));
    }

    #[test]
    fn a_missing_key_is_named() {
        insta::assert_snapshot!(said("steps: []\n"));
    }

    #[test]
    fn a_key_twice_is_pointed_at() {
        insta::assert_snapshot!(said("title: x\ntitle: y\n"));
    }

    #[test]
    fn broken_yaml_is_pointed_at() {
        insta::assert_snapshot!(said("title: [x\nsteps: ]\n"));
    }

    #[test]
    fn nothing_at_all_is_said_so() {
        insta::assert_snapshot!(said(""));
    }
}
