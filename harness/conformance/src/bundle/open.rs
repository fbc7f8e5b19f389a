//! From a path to the profiles that it holds.

use super::problems::Found;
use super::problems::Problems;
use super::references::Names;
use super::schema::{self, Part};
use super::sources::{self, Files, SourceFile};
use crate::builtin::shipped;
use crate::model::{BindingsDef, Definition, MessageDef, RulesDef, SlicingDef};
use crate::xml::{self, File, XmlError};
use crate::yaml;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use titer_finding::{Diagnostic, words};
use titer_hl7::Message;

/// What a message of a bundle is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageHead {
    /// The id that callers use, a UUID in NIST's files.
    pub id: String,
    /// The short id that messages claim in MSH-21, `Z22`; empty when there is none.
    pub identifier: String,
    /// The name in words.
    pub name: String,
    /// MSH-9.1.
    pub code: String,
    /// MSH-9.2.
    pub event: String,
    /// MSH-9.3.
    pub structure: String,
}

impl MessageHead {
    fn of(message: &MessageDef) -> Self {
        Self {
            id: message.id.clone(),
            identifier: message.identifier.clone(),
            name: message.name.clone(),
            code: message.code.clone(),
            event: message.event.clone(),
            structure: message.structure.clone(),
        }
    }

    /// The short id, or the long one where there is no short one.
    pub fn label(&self) -> &str {
        if self.identifier.is_empty() {
            &self.id
        } else {
            &self.identifier
        }
    }

    /// MSH-9 in full.
    pub fn message_type(&self) -> String {
        format!("{}^{}^{}", self.code, self.event, self.structure)
    }
}

/// Where the definitions of the messages are.
#[derive(Debug)]
enum Definitions {
    /// Segments, data types, value sets and rules that all messages share; the message in it is empty.
    Shared(Box<Definition>, Vec<MessageDef>),
    /// One for each message.
    Each(Vec<Definition>),
}

/// Profiles from files.
#[derive(Debug)]
pub struct Bundle {
    name: String,
    parts: Vec<(Part, String)>,
    heads: Vec<MessageHead>,
    definitions: Definitions,
    warnings: Vec<Diagnostic>,
}

type Refused = Vec<Diagnostic>;

fn refused(diagnostic: impl Into<Diagnostic>) -> Refused {
    vec![diagnostic.into()]
}

impl Bundle {
    /// Reads a folder, a zip file, an XML profile with what lies beside it, or a profile in our own format.
    ///
    /// # Errors
    /// Every reason why what stands there cannot be used.
    pub fn open(path: &Path) -> Result<Bundle, Vec<Diagnostic>> {
        let name = path.display().to_string();
        if path.is_dir() {
            let files = sources::folder(path, true).map_err(|d| refused(*d))?;
            return Self::of_files(name, "folder", files);
        }
        if sources::is_zip(path) {
            let files = sources::zip(path).map_err(|d| refused(*d))?;
            return Self::of_files(name, "zip file", files);
        }
        let file = sources::one(path).map_err(|d| refused(*d))?;
        if is_yaml(&file.inside) {
            return Self::yaml_file(name, path, file);
        }
        Self::xml_file(name, path, file)
    }

    fn of_files(name: String, what: &str, files: Files) -> Result<Bundle, Refused> {
        let Files { list, others } = files;
        let mut parts: Vec<(Part, SourceFile)> = Vec::new();
        let mut yaml = Vec::new();
        let mut strangers = Vec::new();
        for file in list {
            if is_yaml(&file.inside) {
                yaml.push(file);
                continue;
            }
            match file.root().and_then(Part::by_root) {
                Some(part) => parts.push((part, file)),
                None => strangers.push(file),
            }
        }
        if parts.iter().any(|(p, _)| *p == Part::Profile) {
            return Self::nist(name, parts);
        }
        if yaml.iter().any(is_profile) {
            return Self::yaml_files(name, &yaml);
        }
        // a file that was meant to be one and cannot be parsed is told in place of "there is none"
        for file in &strangers {
            if let Err(error) = File::parse(&file.name, &file.text) {
                return Err(refused(diagnostic(&error, &file.text)));
            }
        }
        let seen = parts
            .iter()
            .map(|(_, f)| f)
            .chain(&strangers)
            .filter_map(SourceFile::root);
        let mut seen: Vec<&str> = seen.collect();
        seen.sort_unstable();
        seen.dedup();
        let help = if seen.is_empty() {
            format!(
                "a bundle holds an XML file whose root is `ConformanceProfile`; here {}",
                match others {
                    0 => "is nothing".to_owned(),
                    1 => "is one file that is no XML".to_owned(),
                    n => format!("are {n} files that are no XML"),
                }
            )
        } else {
            format!(
                "a bundle holds an XML file whose root is `ConformanceProfile`; the roots here are {}",
                words::list(seen)
            )
        };
        Err(refused(
            Diagnostic::new(format!("the {what} has no profile"))
                .in_file(name)
                .with_help(help),
        ))
    }

    /// A profile that was named itself, and the parts that lie in its folder.
    fn xml_file(name: String, path: &Path, file: SourceFile) -> Result<Bundle, Refused> {
        if file.root().and_then(Part::by_root) != Some(Part::Profile) {
            // what the reader says about it: no XML, or another root
            let parsed = File::parse(&file.name, &file.text)
                .and_then(|f| f.root(Part::Profile.root()).map(|_| ()));
            return Err(refused(match parsed {
                Err(error) => diagnostic(&error, &file.text),
                Ok(()) => Diagnostic::new("this is no profile").in_file(name),
            }));
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        let beside =
            sources::folder(folder.unwrap_or(Path::new(".")), false).map_err(|d| refused(*d))?;
        let mut parts = Vec::new();
        let mut profiles = Vec::new();
        for other in beside.list {
            if other.inside == file.inside {
                continue;
            }
            match other.root().and_then(Part::by_root) {
                Some(Part::Profile) => profiles.push(other.name),
                Some(part) => parts.push((part, other)),
                None => {}
            }
        }
        if let (Some(other), Some((_, part))) = (profiles.first(), parts.first()) {
            return Err(refused(
                Diagnostic::new(format!(
                    "it cannot be told whether {} belongs to this profile or to {other}",
                    part.name
                ))
                .in_file(name)
                .with_help("put each profile and what belongs to it into a folder of its own"),
            ));
        }
        parts.push((Part::Profile, file));
        parts.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
        Self::nist(name, parts)
    }

    fn nist(name: String, mut parts: Vec<(Part, SourceFile)>) -> Result<Bundle, Refused> {
        parts.sort_by_key(|(part, _)| *part);
        only_one_profile(&parts)?;
        let mut documents = Vec::new();
        for (part, file) in &parts {
            match File::parse(&file.name, &file.text) {
                Ok(document) => documents.push((*part, file, document)),
                Err(error) => return Err(refused(diagnostic(&error, &file.text))),
            }
        }
        let mut found = Found::default();
        for (part, file, document) in &documents {
            let mut problems = Problems::new(&file.name, &file.text, &mut found);
            schema::check(*part, document, &mut problems);
        }
        let mut names = Names::default();
        for (part, file, document) in &documents {
            let mut problems = Problems::new(&file.name, &file.text, &mut found);
            match part {
                Part::Profile => names.profile(document, &mut problems),
                Part::ValueSets => names.value_sets(document, &mut problems),
                _ => {}
            }
        }
        for (part, file, document) in &documents {
            let mut problems = Problems::new(&file.name, &file.text, &mut found);
            match part {
                Part::Profile => names.check_profile(document, &mut problems),
                Part::ValueSets => {}
                _ => names.check_rules(document, &mut problems),
            }
        }
        if !found.errors.is_empty() {
            return Err(found.into_errors());
        }
        let wrong = |e: &XmlError| {
            let text = parts.iter().find(|(_, f)| f.name == e.file);
            refused(diagnostic(e, text.map_or("", |(_, f)| &f.text)))
        };
        let mut structure = None;
        let mut messages = Vec::new();
        let mut rules = RulesDef::default();
        let mut tables = xml::Tables::default();
        let mut bindings = BindingsDef::default();
        let mut co_constraints = Vec::new();
        let mut slicing = SlicingDef::default();
        for (part, _, document) in &documents {
            match part {
                Part::Profile => {
                    structure = Some(xml::structure_in(document, None).map_err(|e| wrong(&e))?);
                    messages = xml::messages_in(document).map_err(|e| wrong(&e))?;
                }
                Part::Constraints => {
                    rules.merge(xml::rules_in(document).map_err(|e| wrong(&e))?);
                }
                Part::ValueSets => tables.merge(xml::tables_in(document).map_err(|e| wrong(&e))?),
                Part::Bindings => {
                    bindings.merge(xml::bindings_in(document).map_err(|e| wrong(&e))?);
                }
                Part::CoConstraints => {
                    co_constraints.extend(xml::co_constraints_in(document).map_err(|e| wrong(&e))?);
                }
                Part::Slicings => {
                    let more = xml::slicing_in(document).map_err(|e| wrong(&e))?;
                    slicing.segments.extend(more.segments);
                    slicing.fields.extend(more.fields);
                }
            }
        }
        let Some(structure) = structure else {
            return Err(refused(
                Diagnostic::new("the bundle has no profile").in_file(name),
            ));
        };
        drop(documents);
        let mut shared = structure.with(rules, tables);
        shared.bindings = bindings;
        shared.co_constraints = co_constraints;
        shared.slicing = slicing;
        Ok(Bundle {
            name,
            heads: messages.iter().map(MessageHead::of).collect(),
            definitions: Definitions::Shared(Box::new(shared), messages),
            parts: parts.into_iter().map(|(p, f)| (p, f.name)).collect(),
            warnings: found.into_warnings(),
        })
    }

    /// A profile in our format; what it needs is taken from beside it, and what is not there from what ships.
    fn yaml_file(name: String, path: &Path, file: SourceFile) -> Result<Bundle, Refused> {
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        let folder = path.parent().unwrap_or(Path::new(""));
        let beside = Beside {
            profile: format!("{id}.yaml"),
            text: file.text,
            folder: folder.to_owned(),
        };
        let definition = yaml::load(&beside, &id).map_err(|d| refused(beside.named(*d)))?;
        Ok(Self::each(name, vec![definition]))
    }

    fn yaml_files(name: String, files: &[SourceFile]) -> Result<Bundle, Refused> {
        let profiles: Vec<String> = files
            .iter()
            .filter(|f| is_profile(f))
            .map(|f| f.inside.clone())
            .collect();
        // profiles may lie in a folder of the zip file
        let mut definitions = Vec::new();
        for inside in profiles {
            let (folder, file) = inside.rsplit_once('/').unwrap_or(("", &inside));
            let id = file.rsplit_once('.').map_or(file, |(id, _)| id);
            let under = |f: &SourceFile| {
                if folder.is_empty() {
                    return Some(f.inside.clone());
                }
                let rest = f.inside.strip_prefix(folder)?.strip_prefix('/')?;
                Some(rest.to_owned())
            };
            let set = Set {
                files: files
                    .iter()
                    .filter_map(|f| Some((under(f)?, (f.name.as_str(), f.text.as_str()))))
                    .collect(),
            };
            definitions.push(yaml::load(&set, id).map_err(|d| refused(set.named(*d)))?);
        }
        Ok(Self::each(name, definitions))
    }

    fn each(name: String, definitions: Vec<Definition>) -> Bundle {
        Bundle {
            name,
            parts: Vec::new(),
            heads: definitions
                .iter()
                .map(|d| MessageHead::of(&d.message))
                .collect(),
            definitions: Definitions::Each(definitions),
            warnings: Vec::new(),
        }
    }

    /// The path as the caller named it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The files that make up a bundle in NIST's XML; none for our own format.
    pub fn parts(&self) -> &[(Part, String)] {
        &self.parts
    }

    /// What is odd about the bundle and does not keep it from being used.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The messages, in the order of the files.
    pub fn messages(&self) -> &[MessageHead] {
        &self.heads
    }

    /// The message with this id, long or short.
    ///
    /// # Errors
    /// That there is none, or several, with the ids that there are.
    pub fn find(&self, id: &str) -> Result<usize, Box<Diagnostic>> {
        if let Some(at) = self.heads.iter().position(|h| h.id == id) {
            return Ok(at);
        }
        let mut short = self
            .heads
            .iter()
            .enumerate()
            .filter(|(_, h)| h.identifier.eq_ignore_ascii_case(id));
        match (short.next(), short.next()) {
            (Some((at, _)), None) => Ok(at),
            (Some(_), Some(_)) => Err(Box::new(
                Diagnostic::new(format!("several messages of the bundle are called `{id}`"))
                    .in_file(&*self.name)
                    .with_help(self.listed()),
            )),
            (None, _) => Err(Box::new(
                Diagnostic::new(format!("the bundle has no message `{id}`"))
                    .in_file(&*self.name)
                    .with_help(self.listed()),
            )),
        }
    }

    fn listed(&self) -> String {
        let list: Vec<String> = self
            .heads
            .iter()
            .take(12)
            .map(|h| {
                let short = match h.identifier.as_str() {
                    "" => String::new(),
                    i if i == h.id => String::new(),
                    i => format!("{i} or "),
                };
                format!("{short}{} ({})", h.id, h.message_type())
            })
            .collect();
        let more = self.heads.len().saturating_sub(12);
        let more = match more {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        format!("it has {}{more}", list.join(", "))
    }

    /// The message that a received message claims: the only one, or the one that MSH-21 names, or else the one that fits
    /// MSH-9 best; nothing when none or several fit.
    pub fn pick(&self, message: &Message<'_>) -> Option<usize> {
        if self.heads.len() == 1 {
            return Some(0);
        }
        let msh = message.segment("MSH", 1)?;
        let claimed = msh.field(21).and_then(|f| {
            f.repetitions().find_map(|r| {
                let id = r.component(1)?.text();
                let id = id.trim();
                self.heads
                    .iter()
                    .position(|h| !id.is_empty() && (h.identifier == id || h.id == id))
            })
        });
        claimed.or_else(|| {
            let (code, event, structure) = (msh.text(9, 1), msh.text(9, 2), msh.text(9, 3));
            let query = message
                .segment("QPD", 1)
                .map(|q| q.text(1, 1).into_owned())
                .unwrap_or_default();
            let mut best: Option<(u32, usize)> = None;
            let mut alone = true;
            for (at, h) in self.heads.iter().enumerate() {
                if h.code != *code {
                    continue;
                }
                // a query's profile is named in QPD-1 as well
                let score = 4 * u32::from(h.code == "QBP" && h.identifier == query)
                    + 2 * u32::from(h.event == *event)
                    + u32::from(h.structure == *structure);
                match best {
                    Some((s, _)) if s > score => {}
                    Some((s, _)) if s == score => alone = false,
                    _ => {
                        best = Some((score, at));
                        alone = true;
                    }
                }
            }
            best.filter(|_| alone).map(|(_, at)| at)
        })
    }

    /// The profile of a message; the index is one of [`Self::messages`].
    pub fn definition(&self, at: usize) -> Option<Cow<'_, Definition>> {
        match &self.definitions {
            Definitions::Each(list) => list.get(at).map(Cow::Borrowed),
            Definitions::Shared(shared, messages) if messages.len() == 1 && at == 0 => {
                Some(Cow::Borrowed(shared))
            }
            Definitions::Shared(shared, messages) => {
                let mut definition = shared.as_ref().clone();
                definition.message = messages.get(at)?.clone();
                Some(Cow::Owned(definition))
            }
        }
    }

    /// The ids of all conformance statements.
    pub fn rule_ids(&self) -> Vec<String> {
        let of = |d: &Definition| -> Vec<String> {
            d.rules.constraints.iter().map(|c| c.id.clone()).collect()
        };
        let mut ids = match &self.definitions {
            Definitions::Shared(shared, _) => of(shared),
            Definitions::Each(list) => list.iter().flat_map(of).collect(),
        };
        ids.sort();
        ids.dedup();
        ids
    }
}

fn only_one_profile(parts: &[(Part, SourceFile)]) -> Result<(), Refused> {
    let mut profiles = parts.iter().filter(|(p, _)| *p == Part::Profile);
    match (profiles.next(), profiles.next()) {
        (Some((_, first)), Some((_, second))) => Err(refused(
            Diagnostic::new(format!(
                "two files have the root `ConformanceProfile`: this one and {}",
                first.name
            ))
            .in_file(&*second.name)
            .with_help("a bundle has one profile; name a folder of its own"),
        )),
        _ => Ok(()),
    }
}

fn is_yaml(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, e)| e.eq_ignore_ascii_case("yaml") || e.eq_ignore_ascii_case("yml"))
}

// a profile of our own has the key that no other file of a set has
fn is_profile(file: &SourceFile) -> bool {
    file.text.lines().any(|l| l.starts_with("structure:"))
}

/// What the XML reader said, at its place.
pub(super) fn diagnostic(error: &XmlError, text: &str) -> Diagnostic {
    let message = match &error.source {
        Some(cause) => format!("{}: {cause}", error.problem),
        None => error.problem.clone(),
    };
    Diagnostic::new(message).at(error.file.clone(), text, error.line, error.column, 1)
}

/// A profile, the files beside it, and those that ship.
struct Beside {
    profile: String,
    text: String,
    folder: PathBuf,
}

impl Beside {
    /// Our readers name files by their place in the set; people are told the path.
    fn named(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let path = self.folder.join(&diagnostic.file);
        if path.is_file() {
            diagnostic.file = path.display().to_string();
        }
        diagnostic
    }
}

impl yaml::Source for Beside {
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

/// The files of a set, and those that ship.
struct Set<'f> {
    files: BTreeMap<String, (&'f str, &'f str)>,
}

impl Set<'_> {
    fn named(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        if let Some((name, _)) = self.files.get(&diagnostic.file) {
            (*name).clone_into(&mut diagnostic.file);
        }
        diagnostic
    }
}

impl yaml::Source for Set<'_> {
    fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        match self.files.get(path) {
            Some((_, text)) => Some(Cow::Borrowed(*text)),
            None => shipped().text(path),
        }
    }
}
