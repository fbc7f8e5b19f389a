//! Loading a plan: files become a checked [`Plan`], or every mistake with its place.

use crate::check;
use crate::expect_check::{Set, Sets, expand};
use crate::files::{self, Files, builtin_names, is_known_failures};
use crate::message::MessageTemplate;
use crate::model::{Case, Data, ExpectationSets, Group, KnownFailures, Plan, PlanFile, PlanGroup};
use crate::span::{Place, SyntaxError, with_mistakes};
use crate::template::Template;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use titer_finding::{Diagnostic, read_yaml, words};

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Neither a shipped plan nor a folder has that name.
    #[error("there is no plan `{name}`")]
    NotFound {
        /// What was asked for.
        name: String,
        /// The shipped plan that was probably meant.
        near: Option<&'static str>,
        /// The shipped plans.
        known: Vec<&'static str>,
    },
    /// A folder or a file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The plan has mistakes.
    #[error("the plan {plan} has {} {}", diagnostics.len(), if diagnostics.len() == 1 { "mistake" } else { "mistakes" })]
    Wrong {
        /// Its id, or its folder when it has none yet.
        plan: String,
        /// Every mistake, by file, line and column.
        diagnostics: Vec<Diagnostic>,
    },
}

impl PlanError {
    /// The mistakes with their places; for the other errors, one that says the same in one line.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            PlanError::Wrong { diagnostics, .. } => diagnostics.clone(),
            PlanError::NotFound { near, known, .. } => {
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!(
                        "the program carries {}; a folder with a plan.yaml is named by its path",
                        words::list(known.iter().copied())
                    ),
                };
                vec![Diagnostic::new(self.to_string()).with_help(help)]
            }
            PlanError::Read { path, source } => vec![
                Diagnostic::new(format!("cannot read the file: {source}"))
                    .in_file(path.display().to_string()),
            ],
        }
    }
}

/// Loads a plan that the program carries.
pub fn load_builtin(name: &str) -> Result<Plan, PlanError> {
    match files::shipped(name) {
        Some(files) => build(&files),
        None => Err(not_found(name)),
    }
}

/// Loads the plan in a folder.
pub fn load_dir(dir: &Path) -> Result<Plan, PlanError> {
    build(&files::folder(dir)?)
}

/// Loads a plan by what a user calls it: a folder, a folder's `plan.yaml`, or a plan that the program carries.
pub fn load(name: &str) -> Result<Plan, PlanError> {
    let path = Path::new(name);
    if path.join("plan.yaml").is_file() {
        return load_dir(path);
    }
    if path.file_name().is_some_and(|f| f == "plan.yaml") && path.is_file() {
        return match path.parent() {
            Some(dir) if !dir.as_os_str().is_empty() => load_dir(dir),
            _ => load_dir(Path::new(".")),
        };
    }
    if builtin_names().contains(&name) {
        return load_builtin(name);
    }
    if path.is_dir() {
        return Err(PlanError::Wrong {
            plan: name.to_owned(),
            diagnostics: vec![
                Diagnostic::new("the folder has no plan.yaml")
                    .in_file(name)
                    .with_help("a plan is a folder with a plan.yaml in it"),
            ],
        });
    }
    Err(not_found(name))
}

/// Reads known failures of a system from a file outside the plan's folder and checks them against the plan.
pub fn load_known_failures(path: &Path, plan: &Plan) -> Result<KnownFailures, PlanError> {
    let text = std::fs::read_to_string(path).map_err(|source| PlanError::Read {
        path: path.to_path_buf(),
        source,
    })?;
    let shown = path.display().to_string();
    let mut reader = Reader::default();
    let read: Option<KnownFailures> = reader.yaml(&shown, &text);
    if let Some(known) = &read {
        reader
            .diagnostics
            .extend(check::known_failures(plan, known, &shown, &text));
    }
    match read {
        Some(known) if reader.diagnostics.is_empty() => Ok(known),
        _ => Err(PlanError::Wrong {
            plan: plan.id.clone(),
            diagnostics: reader.diagnostics,
        }),
    }
}

fn not_found(name: &str) -> PlanError {
    let known = builtin_names();
    PlanError::NotFound {
        name: name.to_owned(),
        near: words::nearest(name, known.iter().copied()),
        known,
    }
}

/// A mistake in a text that starts at `place`, at one of the text's characters.
pub(crate) fn pointed(file: &str, text: &str, place: Place, error: &SyntaxError) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(error.message.clone());
    diagnostic.help.clone_from(&error.help);
    let (line, column, length) = inside(text, place, error.at, 1, None);
    diagnostic.at(file, text, line, column, length)
}

/// Line, column and length of `length` characters from character `at` (from 1) of the scalar at a place. In a scalar over
/// several lines they are looked for by what stands there, or the scalar's begin is pointed at.
pub(crate) fn inside(
    text: &str,
    place: Place,
    at: usize,
    length: usize,
    needle: Option<&str>,
) -> (u32, u32, u32) {
    let mut lines = (place.line..).zip(text.lines().skip((place.line as usize).saturating_sub(1)));
    let line = lines.clone().next().map_or("", |(_, l)| l);
    let before = (place.column as usize).saturating_sub(1);
    let quote = usize::from(matches!(line.chars().nth(before), Some('"' | '\'')));
    let column = before + quote + at;
    if column < line.chars().count() + 1 && !matches!(line.chars().nth(before), Some('|' | '>')) {
        return (place.line, column as u32, length as u32);
    }
    let found = needle.and_then(|n| {
        lines.find_map(|(number, l)| {
            let byte = l.find(n)?;
            let column = l.get(..byte).unwrap_or_default().chars().count() + 1;
            Some((number, column as u32, n.chars().count() as u32))
        })
    });
    found.unwrap_or((place.line, place.column, 1))
}

/// A mistake about the whole scalar at a place.
pub(crate) fn about(
    file: &str,
    text: &str,
    place: Place,
    message: impl Into<String>,
) -> Diagnostic {
    let line = text
        .lines()
        .nth((place.line as usize).saturating_sub(1))
        .unwrap_or_default();
    let rest: Vec<char> = line
        .chars()
        .skip((place.column as usize).saturating_sub(1))
        .collect();
    let length = match rest.first() {
        Some(q @ ('"' | '\'')) => rest
            .iter()
            .skip(1)
            .position(|c| c == q)
            .map_or(1, |n| n + 2),
        _ => rest
            .iter()
            .enumerate()
            .take_while(|(i, c)| {
                let key_ends = **c == ':' && rest.get(i + 1).is_none_or(|n| *n == ' ');
                !key_ends && !matches!(c, ',' | '}' | ']' | '#')
            })
            .count(),
    };
    let kept: String = rest.iter().take(length).collect();
    let length = kept.trim_end().chars().count().max(1);
    Diagnostic::new(message).at(file, text, place.line, place.column, length as u32)
}

#[derive(Default)]
pub(crate) struct Reader {
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Reader {
    pub(crate) fn yaml<T: DeserializeOwned>(&mut self, file: &str, text: &str) -> Option<T> {
        let (read, mistakes) = with_mistakes(|| read_yaml::<T>(file, text));
        self.diagnostics.extend(
            mistakes
                .iter()
                .map(|(place, e)| pointed(file, text, *place, e)),
        );
        match read {
            Ok(value) => Some(value),
            Err(e) => {
                self.diagnostics.push(*e);
                None
            }
        }
    }
}

/// Loads a plan from texts by their path in its folder.
pub(crate) fn texts(root: &str, texts: &BTreeMap<String, String>) -> Result<Plan, PlanError> {
    let large = texts
        .iter()
        .filter(|(_, t)| t.len() as u64 > files::LARGEST);
    let diagnostics: Vec<Diagnostic> = large
        .map(|(name, text)| {
            let said = format!(
                "the file would be {} bytes long, and no file of a plan has more than {}",
                text.len(),
                files::LARGEST
            );
            Diagnostic::new(said).in_file(format!("{root}/{name}"))
        })
        .collect();
    if !diagnostics.is_empty() {
        return Err(PlanError::Wrong {
            plan: root.to_owned(),
            diagnostics,
        });
    }
    build(&Files {
        root: root.to_owned(),
        texts: texts.clone(),
    })
}

fn build(files: &Files) -> Result<Plan, PlanError> {
    let mut reader = Reader::default();
    let mut plan_file: Option<PlanFile> = None;
    let mut data = Data::default();
    let mut data_files = check::DataFiles::default();
    let mut cases: BTreeMap<String, Option<Case>> = BTreeMap::new();
    let mut known_failures = BTreeMap::new();
    let mut messages = BTreeMap::new();
    let mut sets = Sets::new();
    let mut strays = Vec::new();

    for (file, text) in &files.texts {
        let shown = files.shown(file);
        if file == "plan.yaml" {
            plan_file = reader.yaml(&shown, text);
        } else if let Some(name) = file
            .strip_prefix("messages/")
            .and_then(|f| f.strip_suffix(".hl7"))
        {
            let (template, mistakes) = Template::read(text);
            reader
                .diagnostics
                .extend(mistakes.iter().map(|e| in_message(&shown, text, e)));
            messages.insert(
                name.to_owned(),
                MessageTemplate {
                    name: name.to_owned(),
                    file: shown,
                    source: text.clone(),
                    template,
                },
            );
        } else if file.starts_with("data/") {
            if let Some(part) = reader.yaml::<Data>(&shown, text) {
                data_files.merge(&mut data, part, &shown, text, &mut reader.diagnostics);
            }
        } else if file.starts_with("expectations/") {
            if let Some(part) = reader.yaml::<ExpectationSets>(&shown, text) {
                for (name, items) in part.sets {
                    if let Some(other) = sets.get(&name) {
                        reader.diagnostics.push(
                            about(
                                &shown,
                                text,
                                items.place,
                                format!("the set `{name}` stands in the plan twice"),
                            )
                            .with_help(format!("the other one is in {}", other.shown)),
                        );
                        continue;
                    }
                    let set = Set {
                        items: items.value,
                        place: items.place,
                        shown: shown.clone(),
                        text: text.clone(),
                    };
                    sets.insert(name, set);
                }
            }
        } else if is_known_failures(file) {
            if let Some(known) = reader.yaml::<KnownFailures>(&shown, text) {
                let system = file
                    .strip_prefix("known-failures/")
                    .and_then(|f| f.strip_suffix(".yaml"))
                    .unwrap_or_default();
                known_failures.insert(system.to_owned(), (known, shown, file.clone()));
            }
        } else if std::path::Path::new(file)
            .extension()
            .is_some_and(|e| e == "yaml")
        {
            let case = reader.yaml::<Case>(&shown, text).map(|mut case| {
                case.file.clone_from(file);
                case
            });
            cases.insert(file.clone(), case);
        } else {
            strays.push(shown);
        }
    }
    if !files.texts.contains_key("plan.yaml") {
        reader.diagnostics.push(
            Diagnostic::new("the folder has no plan.yaml")
                .in_file(files.root.clone())
                .with_help("a plan is a folder with a plan.yaml in it"),
        );
    }
    let Some(plan_file) = plan_file else {
        return Err(PlanError::Wrong {
            plan: files.root.clone(),
            diagnostics: sorted(reader.diagnostics),
        });
    };

    let mut warnings: Vec<Diagnostic> = strays
        .into_iter()
        .map(|f| {
            Diagnostic::new("the file is not used: messages stand in the folder messages")
                .in_file(f)
        })
        .collect();
    let groups = plan_file
        .groups
        .into_iter()
        .map(|group| gather(group, &mut cases, files, &mut reader.diagnostics))
        .collect();
    for file in cases.keys() {
        warnings.push(
            Diagnostic::new("the file is not used: no group of plan.yaml names it among its files")
                .in_file(files.shown(file)),
        );
    }
    crate::stock::fill_orders(&mut data);
    let tree = serde_json::to_value(&data).unwrap_or_default();
    let mut plan = Plan {
        id: plan_file.id.text().to_owned(),
        title: plan_file.title,
        version: plan_file.version,
        source: plan_file.source,
        about: plan_file.about,
        systems: plan_file.systems,
        judging: plan_file.judging,
        requirements: plan_file.requirements,
        components: plan_file.components,
        capabilities: plan_file.capabilities,
        recognition: plan_file.recognition,
        registry: plan_file.registry,
        waivers: plan_file.waivers,
        groups,
        data,
        messages,
        known_failures: BTreeMap::new(),
        hash: files.hash(),
        tree,
        warnings: Vec::new(),
    };
    // a file that could not be read would only bring errors that follow from that
    if reader.diagnostics.is_empty() {
        let checked = check::plan(&plan, files, &data_files, &sets);
        reader.diagnostics.extend(checked.errors);
        warnings.extend(checked.warnings);
    }
    if reader.diagnostics.is_empty() {
        for (known, shown, file) in known_failures.values() {
            reader
                .diagnostics
                .extend(check::known_failures(&plan, known, shown, files.text(file)));
        }
    }
    if !reader.diagnostics.is_empty() {
        return Err(PlanError::Wrong {
            plan: plan.id,
            diagnostics: sorted(reader.diagnostics),
        });
    }
    for group in &mut plan.groups {
        for step in group.cases.iter_mut().flat_map(|c| &mut c.steps) {
            crate::walk::lists_mut(step, &mut |list| expand(list, &sets));
            crate::stock::fill_rows(step, &plan.data);
        }
    }
    plan.known_failures = known_failures
        .into_iter()
        .map(|(system, (known, _, _))| (system, known))
        .collect();
    plan.warnings = sorted(warnings);
    Ok(plan)
}

fn gather(
    group: PlanGroup,
    cases: &mut BTreeMap<String, Option<Case>>,
    files: &Files,
    diagnostics: &mut Vec<Diagnostic>,
) -> Group {
    let plan_text = files.text("plan.yaml");
    let shown = files.shown("plan.yaml");
    let mut gathered = Vec::new();
    for file in &group.files {
        match cases.remove(&file.value) {
            Some(Some(case)) => gathered.push(case),
            // its own errors are told already
            Some(None) => {}
            None => {
                let known = files.texts.keys().filter(|f| f.starts_with("cases/"));
                diagnostics.push(
                    about(
                        &shown,
                        plan_text,
                        file.place,
                        format!("there is no file `{file}`"),
                    )
                    .did_you_mean(&file.value, known.map(String::as_str)),
                );
            }
        }
    }
    for mut case in group.cases {
        "plan.yaml".clone_into(&mut case.file);
        gathered.push(case);
    }
    for case in &mut gathered {
        for step in case.steps.iter_mut().filter(|s| s.applies_to.is_none()) {
            step.applies_to.clone_from(&case.applies_to);
            let because = step.because.take().or_else(|| case.because.clone());
            step.because = because;
        }
    }
    Group {
        id: group.id.text().to_owned(),
        title: group.title,
        about: group.about,
        text_only: group.text_only,
        cases: gathered,
    }
}

// a mistake at a character of a whole message file
fn in_message(file: &str, text: &str, error: &SyntaxError) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(error.message.clone());
    diagnostic.help.clone_from(&error.help);
    let (line, column) = position(text, error.at);
    diagnostic.at(file, text, line, column, 1)
}

/// Line and column of a character of a text, all counted from 1.
pub(crate) fn position(text: &str, at: usize) -> (u32, u32) {
    let mut line = 1;
    let mut column = 1;
    for c in text.chars().take(at.saturating_sub(1)) {
        if c == '\n' {
            line += 1;
            column = 1;
        } else {
            column += 1;
        }
    }
    (line, column)
}

pub(crate) fn sorted(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by(|a, b| {
        (&a.file, a.line, a.column, &a.message).cmp(&(&b.file, b.line, b.column, &b.message))
    });
    diagnostics.dedup();
    diagnostics
}
