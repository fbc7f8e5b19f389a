//! A table of bad input: every file `bad/NAME.yaml` is a call, and what it says and how it ends is the snapshot beside it.

mod common;

use common::{redacted, said, titer};
use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One call.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What is wrong, for people.
    what: String,
    /// The arguments; `{used}` is an address that somebody listens on, `{free}` one that nobody does.
    args: Vec<String>,
    /// Files in the folder in which the call is made.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// Files whose bytes are no text, in hexadecimal digits.
    #[serde(default)]
    bytes: BTreeMap<String, String>,
    /// Zip files: their entries, as text or as so many blanks behind a `<`.
    #[serde(default)]
    zips: BTreeMap<String, BTreeMap<String, Entry>>,
    /// Folders.
    #[serde(default)]
    folders: Vec<String>,
    /// Standard input.
    #[serde(default)]
    stdin: String,
}

/// What an entry of a zip file holds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
enum Entry {
    Text(String),
    Blanks(usize),
}

fn main() {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the table")
        .map(|e| e.expect("an entry").path())
        .filter(|p| p.extension().is_some_and(|e| e == "yaml"))
        .collect();
    cases.sort();
    let trials = cases
        .into_iter()
        .map(|path| {
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            Trial::test(name.clone(), move || call(&name, &path))
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn call(name: &str, path: &Path) -> Result<(), Failed> {
    let case: Case = serde_saphyr::from_str(&std::fs::read_to_string(path)?)?;
    let room = tempfile::tempdir()?;
    for folder in &case.folders {
        std::fs::create_dir_all(room.path().join(folder))?;
    }
    for (file, text) in &case.files {
        write(room.path(), file, text.as_bytes())?;
    }
    for (file, digits) in &case.bytes {
        let digits: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(16)).collect();
        let bytes: Vec<u8> = digits.chunks(2).map(|d| (d[0] * 16 + d[1]) as u8).collect();
        write(room.path(), file, &bytes)?;
    }
    for (file, entries) in &case.zips {
        write(room.path(), file, &zipped(entries)?)?;
    }
    let used = TcpListener::bind("127.0.0.1:0")?;
    let free = {
        let nobody = TcpListener::bind("127.0.0.1:0")?;
        nobody.local_addr()?.to_string()
    };
    let used_address = used.local_addr()?.to_string();
    let args: Vec<String> = case
        .args
        .iter()
        .map(|a| a.replace("{used}", &used_address).replace("{free}", &free))
        .collect();
    let said = said(
        titer()
            .current_dir(&room)
            .args(args)
            .timeout(Duration::from_secs(60))
            .write_stdin(case.stdin),
    );
    drop(used);
    let room = room.path().canonicalize()?;
    let mut stdout = redacted(&said.stdout, &room);
    if !stdout.is_empty() {
        stdout.push_str("\n\n");
    }
    let shown = format!(
        "{}\n\ntiter {}\nexit {}\n\n{stdout}{}",
        case.what,
        case.args.join(" "),
        said.code,
        redacted(&said.stderr, &room)
    );
    if said.stderr.contains("panicked") {
        return Err(format!("a panic: {shown}").into());
    }
    if said.code == 0 || said.stderr.is_empty() {
        return Err(format!("bad input was accepted: {shown}").into());
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("bad");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown));
    Ok(())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let path = folder.join(name);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(path, bytes)
}

fn zipped(entries: &BTreeMap<String, Entry>) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, entry) in entries {
        zip.start_file(name, zip::write::SimpleFileOptions::default())?;
        match entry {
            Entry::Text(text) => zip.write_all(text.as_bytes())?,
            Entry::Blanks(count) => {
                zip.write_all(b"<")?;
                zip.write_all(&vec![b' '; *count])?;
            }
        }
    }
    Ok(zip.finish()?.into_inner())
}
