//! Which files a call means: files, folders, archives, patterns, stdin.

use crate::failure::{Failure, io_diagnostic};
use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use titer_finding::Diagnostic;

/// Endings of files that are read from a folder.
pub(crate) const ENDINGS: [&str; 5] = ["hl7", "er7", "msg", "vxu", "mllp"];

/// Something to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// A zip archive.
    Archive(PathBuf),
}

impl Input {
    /// Its name in findings.
    pub(crate) fn name(&self) -> String {
        match self {
            Input::Stdin => "stdin".to_owned(),
            Input::File(path) | Input::Archive(path) => path.display().to_string(),
        }
    }

    /// How many bytes it has, when that is known before; of an archive as it lies there.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Input::Stdin => 0,
            Input::File(path) | Input::Archive(path) => {
                std::fs::metadata(path).map_or(0, |m| m.len())
            }
        }
    }
}

/// What a call means.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// What to read, in order.
    pub(crate) list: Vec<Input>,
    /// Files in folders that do not look like messages.
    pub(crate) passed_over: u64,
}

/// Finds out what the paths mean; a folder's files come in the order of their names.
pub(crate) fn collect(paths: &[String]) -> Result<Inputs, Failure> {
    let mut inputs = Inputs::default();
    if paths.is_empty() {
        if std::io::stdin().is_terminal() {
            return Err(Diagnostic::new("nothing to check")
                .with_help("name files, folders or patterns, or `-` for standard input")
                .into());
        }
        inputs.list.push(Input::Stdin);
    }
    let mut wrong = Vec::new();
    for path in paths {
        if let Err(diagnostic) = inputs.add(path) {
            wrong.push(diagnostic);
        }
    }
    if wrong.is_empty() {
        Ok(inputs)
    } else {
        Err(wrong.into())
    }
}

impl Inputs {
    fn add(&mut self, text: &str) -> Result<(), Diagnostic> {
        if text == "-" {
            self.list.push(Input::Stdin);
            return Ok(());
        }
        let path = Path::new(text);
        match std::fs::metadata(path) {
            Ok(data) if data.is_dir() => self.folder(path),
            Ok(_) => {
                self.list.push(file(path.to_owned()));
                Ok(())
            }
            Err(_) if text.contains(['*', '?', '[']) => self.pattern(text),
            Err(error) => Err(io_diagnostic("read the file", path, &error)),
        }
    }

    fn folder(&mut self, folder: &Path) -> Result<(), Diagnostic> {
        let before = self.list.len();
        self.walk(folder)?;
        if self.list.len() == before {
            return Err(Diagnostic::new("no message file in the folder")
                .in_file(folder.display().to_string())
                .with_help(format!(
                    "files that end in {} or zip are read; name others one by one or with a pattern",
                    ENDINGS.join(", ")
                )));
        }
        Ok(())
    }

    fn walk(&mut self, folder: &Path) -> Result<(), Diagnostic> {
        let wrong = |e: &std::io::Error| io_diagnostic("read the folder", folder, e);
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(|e| wrong(&e))? {
            entries.push(entry.map_err(|e| wrong(&e))?);
        }
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            // a link is followed to a file, not to a folder: folders may go round in circles
            let kind = entry.file_type().map_err(|e| wrong(&e))?;
            if kind.is_dir() {
                self.walk(&path)?;
            } else if (is_message_file(&path) || is_archive_name(&path)) && path.is_file() {
                self.list.push(file(path));
            } else {
                self.passed_over += 1;
            }
        }
        Ok(())
    }

    fn pattern(&mut self, pattern: &str) -> Result<(), Diagnostic> {
        let paths = glob::glob(pattern).map_err(|e| {
            Diagnostic::new(format!("`{pattern}` is not a pattern: {}", e.msg))
                .with_help("`*`, `?`, `[abc]` and `**` are known")
        })?;
        let mut found: Vec<PathBuf> = Vec::new();
        for path in paths {
            let path = path.map_err(|e| io_diagnostic("read the folder", e.path(), e.error()))?;
            if path.is_file() {
                found.push(path);
            }
        }
        if found.is_empty() {
            return Err(Diagnostic::new(format!("no file matches `{pattern}`")));
        }
        found.sort();
        self.list.extend(found.into_iter().map(file));
        Ok(())
    }
}

/// A file, or an archive when it begins like one.
fn file(path: PathBuf) -> Input {
    let mut head = [0; 4];
    let zip = File::open(&path).is_ok_and(|mut f| f.read_exact(&mut head).is_ok())
        && matches!(&head, b"PK\x03\x04" | b"PK\x05\x06");
    if zip || is_archive_name(&path) {
        Input::Archive(path)
    } else {
        Input::File(path)
    }
}

/// Whether a file is called like an archive.
pub(crate) fn is_archive_name(path: &Path) -> bool {
    path.extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("zip"))
}

/// Whether a file is called like messages.
pub(crate) fn is_message_file(path: &Path) -> bool {
    path.extension()
        .and_then(|e| e.to_str())
        .is_some_and(|e| ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(e)))
}
