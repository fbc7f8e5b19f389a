//! The files of a plan, from a folder or from the program itself.

use crate::load::PlanError;
use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use titer_finding::Diagnostic;

static SHIPPED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../test-plans");

/// No file of a plan is larger: what is, was put there by mistake.
pub(crate) const LARGEST: u64 = 4 << 20;
/// Folders inside folders.
const DEEPEST: usize = 6;

/// Texts by their path inside the plan's folder, divided by `/`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    /// What stands before a file's path in messages: the folder as the user named it.
    pub(crate) root: String,
    pub(crate) texts: BTreeMap<String, String>,
}

impl Files {
    /// How a file is called in messages.
    pub(crate) fn shown(&self, file: &str) -> String {
        if self.root.is_empty() {
            file.to_owned()
        } else {
            format!("{}/{file}", self.root)
        }
    }

    pub(crate) fn text(&self, file: &str) -> &str {
        self.texts.get(file).map_or("", String::as_str)
    }

    /// SHA-256 over the names and contents of all files but those of known failures, which say something about a
    /// system and nothing about the plan.
    pub(crate) fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for (name, text) in self.texts.iter().filter(|(n, _)| !is_known_failures(n)) {
            for part in [name.as_bytes(), text.as_bytes()] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
        hash.finalize().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

pub(crate) fn is_known_failures(file: &str) -> bool {
    file == "known-failures.yaml" || file.starts_with("known-failures/")
}

fn belongs(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|e| e == "yaml" || e == "hl7")
}

/// The names of the plans that the program carries.
pub fn builtin_names() -> Vec<&'static str> {
    SHIPPED
        .dirs()
        .filter(|d| d.get_file(d.path().join("plan.yaml")).is_some())
        .filter_map(|d| d.path().to_str())
        .collect()
}

pub(crate) fn shipped(name: &str) -> Option<Files> {
    fn gather(dir: &Dir<'static>, root: &Path, texts: &mut BTreeMap<String, String>) {
        for file in dir.files() {
            let name = file.path().strip_prefix(root).unwrap_or(file.path());
            let name = name.to_string_lossy().replace('\\', "/");
            if let Some(text) = file.contents_utf8().filter(|_| belongs(&name)) {
                texts.insert(name, text.replace("\r\n", "\n"));
            }
        }
        for dir in dir.dirs() {
            gather(dir, root, texts);
        }
    }
    if !builtin_names().contains(&name) {
        return None;
    }
    let dir = SHIPPED.get_dir(name)?;
    let mut files = Files {
        root: name.to_owned(),
        ..Files::default()
    };
    gather(dir, dir.path(), &mut files.texts);
    Some(files)
}

pub(crate) fn folder(dir: &Path) -> Result<Files, PlanError> {
    let mut files = Files {
        root: dir.to_string_lossy().trim_end_matches('/').to_owned(),
        ..Files::default()
    };
    let mut wrong = Vec::new();
    let mut open = vec![(dir.to_path_buf(), String::new(), 0)];
    while let Some((folder, prefix, depth)) = open.pop() {
        let fail = |source| PlanError::Read {
            path: folder.clone(),
            source,
        };
        for entry in std::fs::read_dir(&folder).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = entry.path();
            let fail = |source| PlanError::Read {
                path: path.clone(),
                source,
            };
            let relative = format!("{prefix}{name}");
            let meta = std::fs::metadata(&path).map_err(fail)?;
            if name.starts_with('.') {
                continue;
            }
            if meta.is_dir() {
                if depth < DEEPEST {
                    open.push((path, format!("{relative}/"), depth + 1));
                }
                continue;
            }
            if !belongs(&name) {
                continue;
            }
            let shown = files.shown(&relative);
            if meta.len() > LARGEST {
                wrong.push(
                    Diagnostic::new(format!(
                        "the file is {} bytes long, and no file of a plan has more than {LARGEST}",
                        meta.len()
                    ))
                    .in_file(shown),
                );
                continue;
            }
            let bytes = std::fs::read(&path).map_err(fail)?;
            match String::from_utf8(bytes) {
                Ok(text) => {
                    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
                    files.texts.insert(relative, text.replace("\r\n", "\n"));
                }
                Err(e) => {
                    let at = e.utf8_error().valid_up_to();
                    let line = e
                        .as_bytes()
                        .iter()
                        .take(at)
                        .filter(|b| **b == b'\n')
                        .count() as u32
                        + 1;
                    wrong.push(Diagnostic {
                        file: shown,
                        line,
                        message: "the file is not UTF-8 text".to_owned(),
                        ..Diagnostic::default()
                    });
                }
            }
        }
    }
    if wrong.is_empty() {
        Ok(files)
    } else {
        wrong.sort_by(|a, b| a.file.cmp(&b.file));
        Err(PlanError::Wrong {
            plan: files.root,
            diagnostics: wrong,
        })
    }
}
