//! Where a schedule comes from: the program itself, a folder of its own files, or CDC's XML in a folder or archive.

use crate::failure::{Failure, io_diagnostic, io_words, read_text};
use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use titer_finding::Diagnostic;
use titer_forecast::schedule::import::XmlFile;
use titer_forecast::schedule::text::{ANTIGENS, TextFile, WIDE, read};
use titer_forecast::schedule::{Schedule, import, shipped};
use zip::ZipArchive;

/// The name of the schedule that the program carries.
const SHIPPED: &str = "shipped";

/// The largest file of a schedule; CDC's largest has half a megabyte.
const LARGEST: u64 = 16 * 1024 * 1024;
/// All files together.
const ALL: u64 = 128 * 1024 * 1024;
/// Files of one schedule.
const MOST: usize = 1000;
/// Folders inside each other.
const DEEPEST: usize = 4;

/// A schedule and what its reader left out.
pub(super) struct Loaded {
    pub(super) schedule: Schedule,
    pub(super) warnings: Vec<Diagnostic>,
}

/// What supporting data does not say itself.
#[derive(Clone, Copy, Default)]
pub(super) struct Said<'a> {
    pub(super) version: Option<&'a str>,
    pub(super) published: Option<&'a str>,
}

/// A schedule by name or path.
pub(crate) fn load(name: &str) -> Result<Cow<'static, Schedule>, Failure> {
    if name == SHIPPED {
        return Ok(Cow::Borrowed(shipped()));
    }
    let path = Path::new(name);
    if path.join(WIDE).is_file() {
        return own(path).map(Cow::Owned);
    }
    let files = xml(path)?;
    if files.is_empty() {
        return Err(Diagnostic::new("no schedule is here")
            .in_file(path.display().to_string())
            .with_help(format!(
                "a schedule is a folder with {WIDE}, as `titer schedule import` makes one, or CDC's XML in a folder or a zip archive"
            ))
            .into());
    }
    let version = version_in(path).unwrap_or_else(|| "unknown".to_owned());
    Ok(Cow::Owned(imported(&files, &version, None)?.schedule))
}

/// A folder of the program's own files.
fn own(folder: &Path) -> Result<Schedule, Failure> {
    let mut paths = vec![folder.join(WIDE)];
    let antigens = folder.join(ANTIGENS);
    let inside = std::fs::read_dir(&antigens)
        .map_err(|e| io_diagnostic("read the folder", &antigens, &e))?;
    for entry in inside {
        let path = entry
            .map_err(|e| io_diagnostic("read the folder", &antigens, &e))?
            .path();
        if path.extension().is_some_and(|e| e == "txt") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut texts = Vec::new();
    for path in &paths {
        texts.push((path.display().to_string(), read_text(path)?));
    }
    let files: Vec<TextFile<'_>> = texts
        .iter()
        .map(|(name, text)| TextFile { name, text })
        .collect();
    read(&files).map_err(|e| e.problems.into())
}

/// CDC's XML. The version is what was said, or what the folder's or archive's name says.
pub(super) fn supporting_data(path: &Path, said: Said<'_>) -> Result<Loaded, Failure> {
    let files = xml(path)?;
    let shown = path.display().to_string();
    if files.is_empty() {
        return Err(Diagnostic::new("no XML file is here")
            .in_file(shown)
            .with_help("CDC publishes the supporting data as an archive with a folder of XML files")
            .into());
    }
    let version = said.version.map(str::to_owned).or_else(|| version_in(path));
    let Some(version) = version else {
        return Err(Diagnostic::new("the version of the supporting data is not known: neither its files nor its name say it")
            .in_file(shown)
            .with_help("say it with --data-version, such as `--data-version 4.64`")
            .into());
    };
    imported(&files, &version, said.published)
}

fn imported(files: &[XmlFile], version: &str, published: Option<&str>) -> Result<Loaded, Failure> {
    let imported = import(files, version, published).map_err(|e| Failure::from(e.problems))?;
    Ok(Loaded {
        schedule: imported.schedule,
        warnings: imported.warnings,
    })
}

/// The XML files of a folder or an archive.
fn xml(path: &Path) -> Result<Vec<XmlFile>, Failure> {
    let metadata =
        std::fs::metadata(path).map_err(|e| io_diagnostic("read the schedule", path, &e))?;
    let mut files = Vec::new();
    if metadata.is_dir() {
        let mut total = 0;
        folder(path, 1, &mut files, &mut total)?;
    } else {
        archive(path, &mut files)?;
    }
    Ok(files)
}

/// The last `4.64` in the path's name, or in that of the folder around it.
fn version_in(path: &Path) -> Option<String> {
    let path = path.canonicalize().ok()?;
    let mut names = path
        .components()
        .rev()
        .take(3)
        .filter_map(|c| c.as_os_str().to_str());
    names.find_map(|name| {
        let is_version = |word: &&str| {
            word.split_once('.').is_some_and(|(a, b)| {
                let digits = |t: &str| {
                    !t.is_empty() && t.len() <= 3 && t.bytes().all(|b| b.is_ascii_digit())
                };
                digits(a) && digits(b)
            })
        };
        let mut words = name
            .split(|c: char| !c.is_ascii_digit() && c != '.')
            .map(|w| w.trim_matches('.'));
        words.rfind(is_version).map(str::to_owned)
    })
}

fn folder(
    path: &Path,
    depth: usize,
    files: &mut Vec<XmlFile>,
    total: &mut u64,
) -> Result<(), Failure> {
    let wrong = |e: &std::io::Error| Failure::from(io_diagnostic("read the folder", path, e));
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|e| wrong(&e))? {
        paths.push(entry.map_err(|e| wrong(&e))?.path());
    }
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if depth < DEEPEST {
                folder(&path, depth + 1, files, total)?;
            }
        } else if is_xml(&path.to_string_lossy()) {
            let size = path.metadata().map_err(|e| wrong(&e))?.len();
            *total += size;
            if size > LARGEST || *total > ALL || files.len() >= MOST {
                return Err(too_much(&path.display().to_string()));
            }
            files.push(XmlFile {
                name: path.display().to_string(),
                text: read_text(&path)?,
            });
        }
    }
    Ok(())
}

fn is_xml(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    !last.starts_with('.')
        && Path::new(last)
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("xml"))
}

fn too_much(name: &str) -> Failure {
    Diagnostic::new(format!(
        "this is more than supporting data can be: {} MiB in a file, {} MiB and {MOST} files in all",
        LARGEST / 1024 / 1024,
        ALL / 1024 / 1024
    ))
    .in_file(name)
    .into()
}

fn archive(path: &Path, files: &mut Vec<XmlFile>) -> Result<(), Failure> {
    let shown = path.display().to_string();
    let file = File::open(path).map_err(|e| io_diagnostic("read the archive", path, &e))?;
    let mut archive = ZipArchive::new(file).map_err(|e| {
        Diagnostic::new(format!(
            "cannot read the archive: {}",
            crate::failure::chain(&e)
        ))
        .in_file(shown.clone())
        .with_help("supporting data is a folder of XML files, or a zip archive of one")
    })?;
    let mut total = 0;
    for index in 0..archive.len() {
        let mut entry = match archive.by_index(index) {
            Ok(entry)
                if entry.is_dir()
                    || !is_xml(entry.name())
                    || entry.name().starts_with("__MACOSX/") =>
            {
                continue;
            }
            Ok(entry) => entry,
            Err(e) => {
                let wrong = format!(
                    "cannot read the entry {index}: {}",
                    crate::failure::chain(&e)
                );
                return Err(Diagnostic::new(wrong).in_file(shown).into());
            }
        };
        let name = format!("{shown}!{}", entry.name());
        let mut bytes = Vec::new();
        // what the archive says about sizes is not believed
        let read = entry.by_ref().take(LARGEST + 1).read_to_end(&mut bytes);
        read.map_err(|e| {
            Diagnostic::new(format!("cannot read the entry: {}", io_words(&e)))
                .in_file(name.clone())
        })?;
        total += bytes.len() as u64;
        if bytes.len() as u64 > LARGEST || total > ALL || files.len() >= MOST {
            return Err(too_much(&name));
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| Diagnostic::new("the file is not UTF-8 text").in_file(name.clone()))?;
        files.push(XmlFile { name, text });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::version_in;

    #[test]
    fn the_version_is_in_the_name() {
        let room = tempfile::tempdir().unwrap();
        let found = |name: &str| {
            let path = room.path().join(name);
            std::fs::create_dir_all(&path).unwrap();
            version_in(&path)
        };
        assert_eq!(found("supporting-data-4.64").as_deref(), Some("4.64"));
        assert_eq!(found("Version 4.64 - 508").as_deref(), Some("4.64"));
        assert_eq!(found("Version 4.65 - 508/XML").as_deref(), Some("4.65"));
        assert_eq!(found("xml"), None);
        assert_eq!(found("cdsi_4.62.zip").as_deref(), Some("4.62"));
    }
}
