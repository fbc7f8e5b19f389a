//! Every fuzz target's work, done on the corpus that is committed with them, by a stable compiler.

#[path = "../../fuzz/entries.rs"]
mod entries;

use std::path::Path;

/// Runs one entry over its corpus, and over each file of it cut short and with a byte changed.
fn corpus(name: &str, entry: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/corpus")
        .join(name);
    let mut files = 0;
    for file in std::fs::read_dir(&folder).expect("the corpus is there") {
        let path = file.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("it can be read");
        entry(&bytes);
        for part in 1..16 {
            let at = bytes.len() * part / 16;
            entry(&bytes[..at]);
            let mut changed = bytes.clone();
            if let Some(byte) = changed.get_mut(at) {
                *byte ^= 1 << (part % 8);
            }
            entry(&changed);
        }
        files += 1;
    }
    assert!(files >= 3, "{name} has a corpus");
}

#[test]
fn messages() {
    corpus("message", entries::message);
}

#[test]
fn batches() {
    corpus("batch", entries::batch);
}

#[test]
fn frames() {
    corpus("mllp", entries::mllp);
}

#[test]
fn profiles() {
    corpus("profile_xml", entries::profile_xml);
}

#[test]
fn expressions() {
    corpus("expression", entries::expression);
}

#[test]
fn paths() {
    corpus("path", entries::path);
}
