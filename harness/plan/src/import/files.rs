//! The files of a bundle: which folder is what, read with limits, and every defect with its place.

use super::report::{Note, Weight};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// No file of a bundle is larger.
const LARGEST: u64 = 16 << 20;
/// Folders inside folders.
const DEEPEST: usize = 8;
/// More folders than any plan has.
const MOST_FOLDERS: usize = 20_000;

/// A folder with its texts and what is inside it.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) name: String,
    /// From the bundle's folder; empty for that one.
    pub(super) path: String,
    pub(super) files: Vec<String>,
    pub(super) folders: Vec<Folder>,
}

impl Folder {
    pub(super) fn has(&self, file: &str) -> bool {
        self.files.iter().any(|f| f == file)
    }

    /// The path of a file in it.
    pub(super) fn file(&self, file: &str) -> String {
        if self.path.is_empty() {
            file.to_owned()
        } else {
            format!("{}/{file}", self.path)
        }
    }

    /// Every folder, this one first.
    pub(super) fn every<'f>(&'f self, see: &mut dyn FnMut(&'f Folder)) {
        see(self);
        for folder in &self.folders {
            folder.every(see);
        }
    }
}

/// The folder's number at the end of its name: `TestStep_12` is 12.
pub(super) fn trailing_number(name: &str) -> Option<u32> {
    let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    name.get(name.len() - digits..)?.parse().ok()
}

/// Walks a bundle.
pub(super) fn walk(dir: &Path, notes: &mut Vec<Note>) -> std::io::Result<Folder> {
    let mut left = MOST_FOLDERS;
    let name = dir
        .file_name()
        .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    folder(dir, name, String::new(), 0, &mut left, notes)
}

fn folder(
    dir: &Path,
    name: String,
    path: String,
    depth: usize,
    left: &mut usize,
    notes: &mut Vec<Note>,
) -> std::io::Result<Folder> {
    let mut result = Folder {
        name,
        path,
        ..Folder::default()
    };
    let mut entries: Vec<_> = std::fs::read_dir(dir)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        // a link is not followed: it could lead anywhere
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            let path = result.file(&name);
            notes.push(Note::new(Weight::Lost, "a link is not followed", &path));
        } else if kind.is_dir() {
            let path = result.file(&name);
            if depth >= DEEPEST {
                let text = format!("folders more than {DEEPEST} deep are not read");
                notes.push(Note::new(Weight::Lost, text, &path));
            } else if *left == 0 {
                let text = format!("only the first {MOST_FOLDERS} folders are read");
                notes.push(Note::new(Weight::Lost, text, &path));
            } else {
                *left -= 1;
                match folder(&entry.path(), name, path.clone(), depth + 1, left, notes) {
                    Ok(inner) => result.folders.push(inner),
                    Err(e) => {
                        let text = format!("the folder cannot be read: {e}");
                        notes.push(Note::new(Weight::Lost, text, &path));
                    }
                }
            }
        } else if kind.is_file() {
            result.files.push(name);
        }
    }
    Ok(result)
}

/// Reads a text file. What is not UTF-8 is read by its byte order mark or as ISO 8859-1, and noted.
pub(super) fn text(dir: &Path, file: &str, notes: &mut Vec<Note>) -> Option<String> {
    let path = dir.join(file);
    let too_large = |n: u64| {
        let text = format!("the file is {n} bytes long, and none with more than {LARGEST} is read");
        Note::new(Weight::Lost, text, file)
    };
    let size = match std::fs::metadata(&path) {
        Ok(meta) => meta.len(),
        Err(e) => {
            let text = format!("the file cannot be read: {e}");
            notes.push(Note::new(Weight::Lost, text, file));
            return None;
        }
    };
    if size > LARGEST {
        notes.push(too_large(size));
        return None;
    }
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) => {
            let text = format!("the file cannot be read: {e}");
            notes.push(Note::new(Weight::Lost, text, file));
            return None;
        }
    };
    Some(decoded(bytes, file, notes))
}

fn decoded(bytes: Vec<u8>, file: &str, notes: &mut Vec<Note>) -> String {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .filter_map(|c| Some(unit([*c.first()?, *c.get(1)?])))
            .collect();
        String::from_utf16_lossy(&units)
    };
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => {
            notes.push(Note::new(Weight::Remark, "the file is UTF-16 text", file));
            wide(rest, u16::from_le_bytes)
        }
        [0xfe, 0xff, rest @ ..] => {
            notes.push(Note::new(Weight::Remark, "the file is UTF-16 text", file));
            wide(rest, u16::from_be_bytes)
        }
        _ => match String::from_utf8(bytes) {
            Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
            Err(e) => {
                let at = e.utf8_error().valid_up_to();
                let before = e.as_bytes().get(..at).unwrap_or_default();
                let line = before.split(|b| *b == b'\n').count() as u32;
                let start = before
                    .iter()
                    .rposition(|b| *b == b'\n')
                    .map_or(0, |i| i + 1);
                let column = String::from_utf8_lossy(before.get(start..).unwrap_or_default())
                    .chars()
                    .count() as u32
                    + 1;
                let text = "the file is not UTF-8 text; it is read as ISO 8859-1";
                notes.push(Note::new(Weight::Mended, text, file).at(line, column));
                e.as_bytes().iter().map(|b| char::from(*b)).collect()
            }
        },
    }
}

/// What a JSON file of a bundle says about its folder.
#[derive(Debug, Default)]
pub(super) struct Meta {
    pub(super) name: String,
    pub(super) description: String,
    /// `SUT_INITIATOR`; empty when nothing is said.
    pub(super) kind: String,
    pub(super) position: Option<u32>,
    /// The id of the message in its profile.
    pub(super) message_id: Option<String>,
    pub(super) skip: bool,
}

/// Reads a folder's JSON file; one that is missing or broken is noted, and the folder's name stands for it.
pub(super) fn meta(dir: &Path, folder: &Folder, file: &str, notes: &mut Vec<Note>) -> Meta {
    let mut meta = Meta {
        name: folder.name.replace('_', " "),
        ..Meta::default()
    };
    let path = folder.file(file);
    if !folder.has(file) {
        let text = format!("there is no {file}; the folder's name stands for it");
        notes.push(Note::new(Weight::Mended, text, &folder.path));
        return meta;
    }
    let Some(text) = text(dir, &path, notes) else {
        return meta;
    };
    let value: Value = match serde_json::from_str(&text) {
        Ok(value) => value,
        Err(e) => {
            let words = e.to_string();
            let words = words.split(" at line ").next().unwrap_or_default();
            let said =
                format!("this is not JSON: {words}; the folder's name stands for what it says");
            notes.push(Note::new(Weight::Lost, said, &path).at(e.line() as u32, e.column() as u32));
            return meta;
        }
    };
    let Value::Object(fields) = value else {
        notes.push(Note::new(Weight::Lost, "a JSON object is expected", &path));
        return meta;
    };
    let mut word = |key: &str| match fields.get(key) {
        None | Some(Value::Null) => None,
        Some(Value::String(s)) => Some(s.clone()),
        Some(_) => {
            let text = format!("`{key}` is not a text and is left out");
            notes.push(Note::new(Weight::Lost, text, &path));
            None
        }
    };
    if let Some(name) = word("name").filter(|n| !n.trim().is_empty()) {
        meta.name = super::story::plain(&name);
    }
    meta.description = word("description").map_or_else(String::new, |d| super::story::plain(&d));
    meta.kind = word("type").unwrap_or_default();
    meta.position = fields
        .get("position")
        .and_then(Value::as_u64)
        .and_then(|n| u32::try_from(n).ok())
        .filter(|n| *n > 0);
    meta.message_id = fields
        .get("hl7v2")
        .and_then(|h| h.get("messageId"))
        .and_then(Value::as_str)
        .map(str::to_owned);
    meta.skip = fields.get("skip").and_then(Value::as_bool) == Some(true);
    meta
}

/// The numbers of folders beside each other: their positions, or the numbers of their names, or the order in which they lie.
pub(super) fn numbers(of: &[(&Folder, Option<u32>)]) -> Vec<u32> {
    let unique = |list: &[Option<u32>]| {
        let mut seen: Vec<u32> = list.iter().flatten().copied().collect();
        let n = seen.len();
        seen.sort_unstable();
        seen.dedup();
        n == of.len() && seen.len() == n
    };
    let positions: Vec<Option<u32>> = of.iter().map(|(_, p)| *p).collect();
    let names: Vec<Option<u32>> = of.iter().map(|(f, _)| trailing_number(&f.name)).collect();
    let chosen = if unique(&positions) {
        positions
    } else if unique(&names) {
        names
    } else {
        return (1..).take(of.len()).collect();
    };
    chosen.into_iter().flatten().collect()
}

/// Counts files that nothing reads, by name.
pub(super) fn unused(root: &Folder, used: &[&str]) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    root.every(&mut |folder| {
        for file in folder.files.iter().filter(|f| !used.contains(&f.as_str())) {
            *count.entry(file.clone()).or_default() += 1;
        }
    });
    count
}
