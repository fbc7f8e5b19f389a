//! Puts the code book's text files into the form in which the program looks codes up.

#![expect(
    dead_code,
    unreachable_pub,
    reason = "the modules are the library's, which uses the rest of them"
)]

use std::path::{Path, PathBuf};

#[path = "src/blob.rs"]
mod blob;
#[path = "src/schema.rs"]
mod schema;
#[path = "src/text.rs"]
mod text;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("cannot read {}: {e}", folder.display()))
        .map(|entry| entry.expect("an entry of a folder").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "txt") {
            found.push(path);
        }
    }
}

fn main() {
    println!("cargo::rerun-if-changed=book");
    println!("cargo::rerun-if-changed=build.rs");
    for shared in ["blob", "schema", "text"] {
        println!("cargo::rerun-if-changed=src/{shared}.rs");
    }
    let mut paths = Vec::new();
    files(Path::new("book"), &mut paths);
    let tables: Vec<text::TextTable> = paths
        .iter()
        .map(|path| {
            let content = std::fs::read_to_string(path)
                .unwrap_or_else(|e| panic!("cannot read {}: {e}", path.display()));
            text::TextTable::read(&content).unwrap_or_else(|wrong| {
                let first = wrong.first().expect("what is wrong");
                panic!(
                    "{}:{}:{}: {}",
                    path.display(),
                    first.line,
                    first.column,
                    first.message
                )
            })
        })
        .collect();
    // what `titer --version` tells, without opening the book
    let retrieved = tables
        .iter()
        .filter(|t| t.kind < schema::Kind::Equivalent)
        .filter_map(|t| t.head("retrieved"))
        .min()
        .expect("the day on which CDC's tables were taken");
    println!("cargo::rustc-env=TITER_BOOK_RETRIEVED={retrieved}");
    let blob = blob::encode(&tables);
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    std::fs::write(out.join("book.bin"), blob.numbers).expect("the numbers are written");
    std::fs::write(out.join("book.txt"), blob.text).expect("the text is written");
}
