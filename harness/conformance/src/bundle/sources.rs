//! The files of a bundle: of a folder, of a zip file, or one by itself, with bounded sizes.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use titer_finding::Diagnostic;

/// Bytes of one file: more is no profile.
const FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Bytes of all files that are kept.
const TOTAL_BYTES: u64 = 128 * 1024 * 1024;
/// Files of a folder or zip that are looked at.
const FILES: usize = 2000;
/// Folders inside folders.
const DEPTH: usize = 6;
/// Bytes that decide whether a file can be one of a bundle.
const HEAD: u64 = 512;

/// A file that can be part of a bundle.
#[derive(Clone, Debug)]
pub(super) struct SourceFile {
    /// As people are told it: the path, or `bundle.zip/Profile.xml` for an entry of a zip.
    pub(super) name: String,
    /// The path inside the folder or zip, with `/` between its parts.
    pub(super) inside: String,
    /// The text without a byte order mark.
    pub(super) text: String,
}

impl SourceFile {
    /// The name of the root element, when this is XML as far as the beginning tells.
    pub(super) fn root(&self) -> Option<&str> {
        root_of(&self.text)
    }
}

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// The files that can be part of a bundle, sorted by name.
    pub(super) list: Vec<SourceFile>,
    /// How many others there were.
    pub(super) others: usize,
}

/// Whether a file begins as zip files do.
pub(super) fn is_zip(path: &Path) -> bool {
    let mut head = [0u8; 4];
    File::open(path).is_ok_and(|mut f| f.read_exact(&mut head).is_ok())
        && (head == *b"PK\x03\x04" || head == *b"PK\x05\x06")
}

/// Reads one file by itself.
pub(super) fn one(path: &Path) -> Result<SourceFile> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|e| cannot_read(&name, &e))?;
    if file
        .metadata()
        .map_err(|e| cannot_read(&name, &e))?
        .is_dir()
    {
        return Err(Box::new(cannot_read(
            &name,
            &io::ErrorKind::IsADirectory.into(),
        )));
    }
    let bytes = bounded(&name, file, Vec::new(), FILE_BYTES)?;
    let inside = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(SourceFile {
        text: text(&name, bytes)?,
        inside: inside.into_owned(),
        name,
    })
}

/// Reads a folder and the folders in it; without `deep` only the folder itself.
pub(super) fn folder(path: &Path, deep: bool) -> Result<Files> {
    let mut paths = Vec::new();
    walk(path, if deep { DEPTH } else { 0 }, &mut paths)?;
    paths.sort();
    let mut files = Files::default();
    let mut total = 0;
    for file_path in paths {
        let name = file_path.display().to_string();
        let inside = file_path.strip_prefix(path).unwrap_or(&file_path);
        let inside: Vec<_> = inside.iter().map(|p| p.to_string_lossy()).collect();
        let file = File::open(&file_path).map_err(|e| cannot_read(&name, &e))?;
        files.add(name, inside.join("/"), file, &mut total)?;
    }
    Ok(files)
}

fn walk(folder: &Path, depth: usize, out: &mut Vec<PathBuf>) -> Result<()> {
    let wrong = |e: &io::Error| cannot_read(&folder.display().to_string(), e);
    for entry in fs::read_dir(folder).map_err(|e| wrong(&e))? {
        let entry = entry.map_err(|e| wrong(&e))?;
        let path = entry.path();
        let kind = fs::metadata(&path).map_err(|e| cannot_read(&path.display().to_string(), &e))?;
        if kind.is_file() {
            out.push(path);
            if out.len() > FILES {
                return Err(Box::new(too_many(&folder.display().to_string())));
            }
        } else if kind.is_dir() && depth > 0 && !hidden(&entry.file_name().to_string_lossy()) {
            walk(&path, depth - 1, out)?;
        }
    }
    Ok(())
}

fn hidden(name: &str) -> bool {
    name.starts_with('.') || name == "__MACOSX"
}

/// Reads the entries of a zip file.
pub(super) fn zip(path: &Path) -> Result<Files> {
    let zip_name = path.display().to_string();
    let wrong = |cause: &dyn std::fmt::Display| {
        Box::new(
            Diagnostic::new(format!("this zip file cannot be read: {cause}")).in_file(&*zip_name),
        )
    };
    let file = File::open(path).map_err(|e| cannot_read(&zip_name, &e))?;
    let mut archive = zip::ZipArchive::new(file).map_err(|e| wrong(&e))?;
    if archive.is_empty() {
        return Err(Box::new(
            Diagnostic::new("the zip file is empty").in_file(zip_name),
        ));
    }
    if archive.len() > FILES {
        return Err(Box::new(too_many(&zip_name)));
    }
    let mut files = Files::default();
    let mut total = 0;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(|e| wrong(&e))?;
        let inside = entry.name().replace('\\', "/");
        if entry.is_dir() || inside.split('/').any(hidden) {
            continue;
        }
        files.add(format!("{zip_name}/{inside}"), inside, entry, &mut total)?;
    }
    files.list.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

impl Files {
    // keeps what begins as XML does or is called a YAML file
    fn add(
        &mut self,
        name: String,
        inside: String,
        mut from: impl Read,
        total: &mut u64,
    ) -> Result<()> {
        let mut head = Vec::new();
        from.by_ref()
            .take(HEAD)
            .read_to_end(&mut head)
            .map_err(|e| cannot_read(&name, &e))?;
        let end = inside.rsplit_once('.').map_or("", |(_, e)| e);
        let yaml = end.eq_ignore_ascii_case("yaml") || end.eq_ignore_ascii_case("yml");
        if !yaml && !begins_as_xml(&head) {
            self.others += 1;
            return Ok(());
        }
        let bytes = bounded(&name, from, head, FILE_BYTES.min(TOTAL_BYTES - *total))?;
        *total += bytes.len() as u64;
        self.list.push(SourceFile {
            text: text(&name, bytes)?,
            name,
            inside,
        });
        Ok(())
    }
}

fn begins_as_xml(head: &[u8]) -> bool {
    // UTF-16 is kept as well, so that it can be refused with a word of help
    if head.starts_with(b"\xff\xfe<") || head.starts_with(b"\xfe\xff\0<") {
        return true;
    }
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let first = head.iter().find(|b| !b.is_ascii_whitespace());
    first == Some(&b'<')
}

// what a zip says about sizes is not believed: reading stops at the bound
fn bounded(name: &str, from: impl Read, mut bytes: Vec<u8>, bound: u64) -> Result<Vec<u8>> {
    from.take((bound + 1).saturating_sub(bytes.len() as u64))
        .read_to_end(&mut bytes)
        .map_err(|e| cannot_read(name, &e))?;
    if bytes.len() as u64 > bound {
        let message = if bound < FILE_BYTES {
            format!(
                "the files of the bundle are larger than {} MiB together",
                TOTAL_BYTES / 1024 / 1024
            )
        } else {
            format!("the file is larger than {} MiB", FILE_BYTES / 1024 / 1024)
        };
        return Err(Box::new(Diagnostic::new(message).in_file(name).with_help(
            "no profile is that large; a zip file that unpacks to more is refused",
        )));
    }
    Ok(bytes)
}

fn text(name: &str, bytes: Vec<u8>) -> Result<String> {
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            Ok(text)
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            Err(Box::new(
                Diagnostic::new("the file is not UTF-8 text: this byte is wrong")
                    .with_help("save the file as UTF-8")
                    .at_bytes(name, &text, at..at + 1),
            ))
        }
    }
}

fn too_many(name: &str) -> Diagnostic {
    Diagnostic::new(format!("there are more than {FILES} files"))
        .in_file(name)
        .with_help("name the folder or zip file that holds one bundle and nothing else")
}

fn cannot_read(name: &str, error: &io::Error) -> Diagnostic {
    let words = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    };
    let words = words.split(" (os error").next().unwrap_or_default();
    Diagnostic::new(format!("cannot read the file: {words}")).in_file(name)
}

/// The name of the root element, as far as can be told without reading the whole.
pub(super) fn root_of(text: &str) -> Option<&str> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_found_behind_what_comes_before() {
        let text = "\u{feff}<?xml version=\"1.0\"?><!-- <A> --><!DOCTYPE B><n:Root x='1'>";
        assert_eq!(root_of(text), Some("Root"));
        assert_eq!(root_of("<Root/>"), Some("Root"));
        assert_eq!(root_of("no XML"), None);
    }

    #[test]
    fn only_what_begins_as_xml_is_kept() {
        assert!(begins_as_xml(b"<a/>"));
        assert!(begins_as_xml(b"\xef\xbb\xbf\n <a/>"));
        assert!(begins_as_xml(b"\xff\xfe<\0a\0"));
        assert!(!begins_as_xml(b"PK\x03\x04"));
        assert!(!begins_as_xml(b""));
    }

    #[test]
    fn reading_stops_at_the_bound() {
        let said = bounded("a.xml", io::repeat(b' '), Vec::new(), FILE_BYTES)
            .expect_err("it is too large");
        assert_eq!(said.message, "the file is larger than 64 MiB");
        let said = bounded("a.xml", io::repeat(b' '), vec![b'<'; 10], 100).expect_err("too large");
        assert!(said.message.contains("128 MiB together"), "{said:?}");
        let all = bounded("a.xml", &b"abc"[..], vec![b'<'], 4).expect("it fits");
        assert_eq!(all, b"<abc");
    }
}
