//! Reads CDC's published supporting data (XML, versions 4.5 and later) into a [`Schedule`].
//!
//! An empty element stands for the spreadsheets' "n/a" and means that nothing is said. Free text is left out: of guidance a
//! key remains that is the same for the same words, so that a change of the words shows. What the reader does not know is
//! reported, never skipped in silence.

mod antigen;
mod names;
mod wide;
mod xml;

use super::{Antigen, Code, ReadError, Schedule, check};
use titer_finding::Diagnostic;
use xml::{File, Notes};

/// A file of supporting data.
#[derive(Clone, Debug)]
pub struct XmlFile {
    /// Its name, for messages.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A schedule that was imported.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The schedule.
    pub schedule: Schedule,
    /// What the files hold and the schedule leaves out, apart from known free text.
    pub warnings: Vec<Diagnostic>,
}

/// Where the facts of an imported schedule come from.
pub const SOURCE: &str = "CDC, CDSi supporting data";

/// Reads the files of one version: one for the schedule as a whole, and one for each antigen, in any order.
///
/// The version and its date (`2025-11`) are not in the files; the caller knows them from the name of the folder or archive.
pub fn import(
    files: &[XmlFile],
    version: &str,
    published: Option<&str>,
) -> Result<Imported, ReadError> {
    let notes = Notes::default();
    let mut antigens: Vec<(Antigen, &str)> = Vec::new();
    let mut wide: Option<(Schedule, &str)> = None;
    for file in files {
        let source = File::new(&file.name, &file.text, &notes);
        let Some(document) = source.parse() else {
            continue;
        };
        let root = document.root_element();
        match root.tag_name().name() {
            "antigenSupportingData" => {
                let Some(antigen) = antigen::read(&source, root) else {
                    continue;
                };
                if let Some((_, other)) = antigens.iter().find(|(a, _)| a.name == antigen.name) {
                    source.wrong(root, format!("the antigen {} is already in {other}", antigen.name));
                } else {
                    antigens.push((antigen, &file.name));
                }
            }
            "scheduleSupportingData" => match &wide {
                Some((_, other)) => {
                    source.wrong(root, format!("a second file for the schedule as a whole: {other} is one"));
                }
                None => wide = Some((wide::read(&source, root), &file.name)),
            },
            other => source.wrong(
                root,
                format!("`{other}` is no supporting data: its root is antigenSupportingData or scheduleSupportingData"),
            ),
        }
    }
    let mut problems = notes.errors.take();
    if wide.is_none() && problems.is_empty() {
        problems.push(
            Diagnostic::new("no file holds the schedule as a whole").with_help(
                "it is ScheduleSupportingData.xml, with scheduleSupportingData as its root",
            ),
        );
    }
    if antigens.is_empty() && problems.is_empty() {
        problems.push(
            Diagnostic::new("no file holds an antigen")
                .with_help("they are AntigenSupportingData- NAME-508.xml, one for each antigen"),
        );
    }
    let Some((mut schedule, wide_name)) = wide.filter(|_| problems.is_empty()) else {
        return Err(ReadError { problems });
    };
    version.clone_into(&mut schedule.version);
    schedule.published = published.map(str::to_owned);
    SOURCE.clone_into(&mut schedule.source);
    let problems = check::whole(&mut schedule, wide_name, antigens);
    if !problems.is_empty() {
        return Err(ReadError { problems });
    }
    Ok(Imported {
        schedule,
        warnings: notes.warnings.take(),
    })
}

/// The key of a guidance: the same for the same words, whatever the space between them.
fn key(text: &str) -> Option<Code> {
    Code::new(&format!("g-{:08x}", key_number(text)))
}

/// FNV-1a of the words, 32 bits: a few hundred texts; it tells them apart and says when one changes.
fn key_number(text: &str) -> u32 {
    xml::words(text)
        .bytes()
        .fold(0x811c_9dc5, |hash: u32, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        })
}
