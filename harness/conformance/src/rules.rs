//! The texts of the rules that ship: why each one is there, how to put it right, and two messages that show it.
//!
//! They are written as YAML in `rules/`, one file a topic. A rule's example is a message from `rules/base` with a few
//! edits, so that what matters is seen at once; the loaded [`Rule`] has the whole message.

use include_dir::{Dir, include_dir};
use serde::Deserialize;
use std::collections::BTreeMap;
use titer_finding::{Category, Fixer, Rule, Severity};
use titer_hl7::Path;
use titer_hl7::build::Raw;
use titer_hl7::edit::{Editor, Place};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules");

/// A rule as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    title: String,
    severity: Severity,
    category: Category,
    fixer: Fixer,
    explanation: String,
    repair: String,
    source: String,
    fires: Example,
    silent: Example,
}

/// A message: one that is written out, or a base message with edits, made in the order of these fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    /// File in `rules/base`, without its extension.
    #[serde(default)]
    base: Option<String>,
    /// The message itself, instead of a base.
    #[serde(default)]
    message: Option<String>,
    /// Values by path, as ready-made ER7.
    #[serde(default)]
    set: BTreeMap<String, String>,
    /// Paths whose contents go.
    #[serde(default)]
    delete: Vec<String>,
    /// Lines to put in.
    #[serde(default)]
    insert: Vec<Insert>,
    /// Texts to replace everywhere.
    #[serde(default)]
    replace: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Insert {
    /// The segment after which the line stands.
    after: String,
    line: String,
}

/// The guide's rules and those of the bytes and of the engine, in the order of their files.
///
/// # Panics
/// When a file that ships cannot be read, which a test rules out.
pub fn guide_rules() -> Vec<Rule> {
    match load() {
        Ok(rules) => rules,
        Err(error) => panic!("the rule texts that ship: {error}"),
    }
}

fn load() -> Result<Vec<Rule>, String> {
    let mut rules = Vec::new();
    let mut files: Vec<_> = FILES.files().collect();
    files.sort_by_key(|f| f.path());
    for file in files {
        let name = file.path().display();
        let text = file
            .contents_utf8()
            .ok_or_else(|| format!("{name}: not UTF-8"))?;
        let entries: Vec<Entry> =
            serde_saphyr::from_str(text).map_err(|e| format!("{name}: {e}"))?;
        for entry in entries {
            let id = entry.id.clone();
            rules.push(rule(entry).map_err(|e| format!("{name}, {id}: {e}"))?);
        }
    }
    Ok(rules)
}

fn rule(entry: Entry) -> Result<Rule, String> {
    Ok(Rule {
        fires: message(&entry.fires)?,
        silent: message(&entry.silent)?,
        id: entry.id,
        title: entry.title,
        severity: entry.severity,
        category: entry.category,
        fixer: entry.fixer,
        explanation: entry.explanation,
        repair: entry.repair,
        source: entry.source,
    })
}

fn message(example: &Example) -> Result<String, String> {
    let start = match (&example.base, &example.message) {
        (Some(base), None) => FILES
            .get_file(format!("base/{base}.hl7"))
            .and_then(include_dir::File::contents_utf8)
            .ok_or_else(|| format!("no message rules/base/{base}.hl7"))?,
        (None, Some(message)) => message,
        _ => return Err("an example has either `base` or `message`".to_owned()),
    };
    let mut editor = Editor::new(start);
    for (path, value) in &example.set {
        let raw = Raw::new(value).map_err(|e| format!("{path}: {e}"))?;
        editor
            .set(&parse(path)?, raw)
            .map_err(|e| format!("{path}: {e}"))?;
    }
    for path in &example.delete {
        editor
            .delete(&parse(path)?)
            .map_err(|e| format!("{path}: {e}"))?;
    }
    for insert in &example.insert {
        let line = Raw::new(&insert.line).map_err(|e| e.to_string())?;
        editor
            .insert_line(Place::After(parse(&insert.after)?), &line)
            .map_err(|e| e.to_string())?;
    }
    let mut text = String::from_utf8(editor.finish()).map_err(|e| e.to_string())?;
    for (from, to) in &example.replace {
        if !text.contains(from.as_str()) {
            return Err(format!("`{from}` does not stand in the message"));
        }
        text = text.replace(from.as_str(), to);
    }
    Ok(text)
}

fn parse(path: &str) -> Result<Path, String> {
    path.parse()
        .map_err(|e: titer_hl7::PathError| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use titer_finding::Catalogue;

    #[test]
    fn every_text_that_ships_is_complete() {
        let rules = load().expect("the rule texts are right");
        assert!(rules.len() > 70);
        for rule in &rules {
            for text in [&rule.title, &rule.explanation, &rule.repair, &rule.source] {
                assert!(
                    !text.trim().is_empty() && !text.contains("  "),
                    "{}",
                    rule.id
                );
            }
            assert!(
                rule.title.len() <= 90 && !rule.title.ends_with('.'),
                "{}",
                rule.id
            );
            assert!(rule.explanation.ends_with(['.', ')']), "{}", rule.id);
        }
        let mut catalogue = Catalogue::default();
        assert!(catalogue.add(rules).is_ok(), "ids are unique");
    }
}
