//! What the README shows is what the program prints.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// The block of the README that begins with this command, without the command itself.
fn shown(command: &str) -> String {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let begin = format!("```\n$ {command}\n");
    let at = readme
        .find(&begin)
        .unwrap_or_else(|| panic!("the README does not show `{command}`"));
    let rest = &readme[at + begin.len()..];
    rest[..rest.find("```").unwrap()].trim_end().to_owned()
}

fn titer(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_titer"))
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_findings_in_the_readme_are_those_of_the_program() {
    let printed = titer(&["check", "fixtures/messages/vxu-wrong.hl7"]);
    // the README shows the first ones
    let shown = shown("titer check fixtures/messages/vxu-wrong.hl7");
    assert!(shown.lines().count() > 8);
    assert!(printed.starts_with(&shown), "the program prints\n{printed}");
}

/// Lines without what changes from run to run: times, addresses, the day, paths.
fn steady(text: &str) -> Vec<String> {
    text.lines()
        .filter(|l| !l.starts_with("report "))
        .map(|l| {
            l.split("  ")
                .map(str::trim)
                .filter(|part| !part.is_empty() && !part.ends_with(" ms") && !part.ends_with(" s"))
                .filter(|part| !part.contains("http://") && !part.contains("as of "))
                .collect::<Vec<_>>()
                .join("  ")
        })
        .collect()
}

#[test]
fn the_run_in_the_readme_is_that_of_the_program() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().display().to_string();
    let printed = titer(&["run", "onc-2015", "--sut", "reference", "--out", &folder]);
    let shown = steady(&shown("titer run onc-2015 --sut reference"));
    assert!(shown.len() > 14);
    assert_eq!(shown, steady(&printed));
}
