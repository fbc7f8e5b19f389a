//! A profile from files: a bundle in NIST's XML, found by what its files are, or a profile in our own format.

use crate::failure::{Failure, io_diagnostic, read_text};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use titer_conformance::model::{Definition, RulesDef};
use titer_conformance::xml::{Tables, XmlError, read_profile, read_rules, read_tables};
use titer_conformance::yaml::{Source, load};
use titer_conformance::{Dialect, Validator, shipped};
use titer_finding::Diagnostic;

/// A compiled profile and the ids of its own rules.
#[derive(Debug)]
pub(crate) struct Bundle {
    /// The profile.
    pub(crate) validator: Validator,
    /// Ids of its conformance statements.
    pub(crate) rules: Vec<String>,
}

/// A file of a bundle.
struct Part {
    name: String,
    text: String,
}

impl Bundle {
    /// Reads the profile, the constraints and the value sets that lie in a folder.
    pub(crate) fn folder(folder: &Path) -> Result<Bundle, Failure> {
        let profile = only(folder, "ConformanceProfile")?.ok_or_else(|| {
            Diagnostic::new("the folder has no profile")
                .in_file(folder.display().to_string())
                .with_help("a bundle holds an XML file whose root is `ConformanceProfile`")
        })?;
        Self::compile(profile, folder)
    }

    /// Reads a profile with what lies beside it: in NIST's XML the constraints and value sets, in our own format the
    /// segments, data types and tables; of these the ones that ship stand in for those that are not there.
    pub(crate) fn file(path: &Path) -> Result<Bundle, Failure> {
        if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            return Self::yaml(path);
        }
        let profile = Part {
            name: path.display().to_string(),
            text: read_text(path)?,
        };
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        Self::compile(profile, folder.unwrap_or(Path::new(".")))
    }

    fn yaml(path: &Path) -> Result<Bundle, Failure> {
        // what cannot be read is told as everywhere
        let text = read_text(path)?;
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        let folder = path.parent().unwrap_or(Path::new(""));
        let beside = Beside {
            profile: format!("{id}.yaml"),
            text,
            folder,
        };
        let definition = load(&beside, &id).map_err(|d| beside.named(*d))?;
        Self::of(&definition, path.display().to_string())
    }

    fn of(definition: &Definition, file: String) -> Result<Bundle, Failure> {
        let rules = definition.rules.constraints.iter().map(|c| c.id.clone());
        let rules = rules.collect();
        let validator = Validator::compile(definition, Dialect::default())
            .map_err(|e| Diagnostic::new(e.to_string()).in_file(file))?;
        Ok(Bundle { validator, rules })
    }

    fn compile(profile: Part, folder: &Path) -> Result<Bundle, Failure> {
        let structure = read_profile(&profile.name, &profile.text, None)
            .map_err(|e| wrong(&e, &profile.text))?;
        let rules = match only(folder, "ConformanceContext")? {
            Some(part) => read_rules(&part.name, &part.text).map_err(|e| wrong(&e, &part.text))?,
            None => RulesDef::default(),
        };
        let tables = match only(folder, "ValueSetLibrary")? {
            Some(part) => read_tables(&part.name, &part.text).map_err(|e| wrong(&e, &part.text))?,
            None => Tables::default(),
        };
        Self::of(&structure.with(rules, tables), profile.name)
    }
}

/// A profile, the files beside it, and those that ship.
struct Beside<'a> {
    profile: String,
    text: String,
    folder: &'a Path,
}

impl Beside<'_> {
    /// Our readers name files by their place in the set; people are told the path.
    fn named(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let path = self.folder.join(&diagnostic.file);
        if path.is_file() {
            diagnostic.file = path.display().to_string();
        }
        diagnostic
    }
}

impl Source for Beside<'_> {
    fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        if path == self.profile {
            return Some(Cow::Borrowed(&self.text));
        }
        match std::fs::read_to_string(self.folder.join(path)) {
            Ok(text) => Some(Cow::Owned(text)),
            Err(_) => shipped().text(path),
        }
    }
}

/// The only XML file of a folder with this root element.
fn only(folder: &Path, root: &str) -> Result<Option<Part>, Failure> {
    let wrong = |e: &std::io::Error| io_diagnostic("read the folder", folder, e);
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| wrong(&e))? {
        let path = entry.map_err(|e| wrong(&e))?.path();
        let xml = path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("xml"));
        if xml && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    let mut found: Option<Part> = None;
    for path in files {
        let text = read_text(&path)?;
        if root_of(&text) != Some(root) {
            continue;
        }
        let name = path.display().to_string();
        if let Some(first) = &found {
            return Err(Diagnostic::new(format!(
                "two files have the root `{root}`: this one and {}",
                first.name
            ))
            .in_file(name)
            .with_help("a bundle has one profile; name a folder of its own")
            .into());
        }
        found = Some(Part { name, text });
    }
    Ok(found)
}

/// The name of the root element, as far as can be told without reading the whole.
fn root_of(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        let (_, after) = rest.split_once('<')?;
        if let Some(comment) = after.strip_prefix("!--") {
            (_, rest) = comment.split_once("-->")?;
        } else if after.starts_with(['?', '!']) {
            rest = after;
        } else {
            let end = after.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?;
            let name = after.get(..end)?;
            return name.rsplit(':').next();
        }
    }
}

fn wrong(error: &XmlError, text: &str) -> Diagnostic {
    let message = match &error.source {
        Some(cause) => format!("{}: {cause}", error.problem),
        None => error.problem.clone(),
    };
    Diagnostic::new(message).at(error.file.clone(), text, error.line, error.column, 1)
}

#[cfg(test)]
mod tests {
    use super::root_of;

    #[test]
    fn the_root_is_found_behind_what_comes_before() {
        let text = "\u{feff}<?xml version=\"1.0\"?><!-- <A> --><!DOCTYPE B><n:Root x='1'>";
        assert_eq!(root_of(text), Some("Root"));
        assert_eq!(root_of("<Root/>"), Some("Root"));
        assert_eq!(root_of("no XML"), None);
    }
}
