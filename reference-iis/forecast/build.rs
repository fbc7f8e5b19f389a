//! Puts the files of the shipped schedule into one Rust source, without indentation and remarks, which only people read.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let folder = root.join("schedule");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = texts(&folder)?;
    files.extend(texts(&folder.join("antigens"))?);
    let mut out = String::from("&[\n");
    for path in files {
        let text = fs::read_to_string(&path)?;
        let name = path
            .strip_prefix(&root)
            .unwrap_or(&path)
            .display()
            .to_string()
            .replace('\\', "/");
        let _ = writeln!(
            out,
            "    TextFile {{ name: {name:?}, text: {:?} }},",
            terse(&text)
        );
    }
    out.push_str("]\n");
    let target = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("shipped.rs");
    fs::write(target, out)
}

/// The text files of a folder, in the order of their names.
fn texts(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "txt") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The same lines without what the reader does not look at: a remark follows a space, and no name holds ` #`.
fn terse(text: &str) -> String {
    let lines = text
        .lines()
        .map(|l| l.split_once(" # ").map_or(l, |(before, _)| before).trim());
    lines
        .filter(|l| !l.is_empty())
        .flat_map(|l| [l, "\n"])
        .collect()
}
