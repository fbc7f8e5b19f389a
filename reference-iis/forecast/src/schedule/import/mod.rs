//! Reads CDC's published supporting data (XML, versions 4.5 and later) into a [`Schedule`].
//!
//! An empty element stands for the spreadsheets' "n/a" and means that nothing is said. Free text is left out: of guidance a
//! key remains that is the same for the same words, so that a change of the words shows. What the reader does not know is
//! reported, never skipped in silence.

mod antigen;
mod wide;
mod xml;

use super::{Antigen, Code, Schedule};
use jiff::civil::Date;
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

/// Why supporting data cannot be imported.
#[derive(Debug, thiserror::Error)]
#[error("the supporting data cannot be read: {}", .problems.first().map_or("", |p| p.message.as_str()))]
pub struct ImportError {
    /// Everything that is wrong, in the order of the files.
    pub problems: Vec<Diagnostic>,
}

/// Where the facts of an imported schedule come from.
pub const SOURCE: &str = "CDC, CDSi supporting data";

/// Reads the files of one version: one for the schedule as a whole, and one for each antigen, in any order.
///
/// The version and its date are not in the files; the caller knows them from the name of the folder or archive.
pub fn import(
    files: &[XmlFile],
    version: &str,
    date: Option<Date>,
) -> Result<Imported, ImportError> {
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
        return Err(ImportError { problems });
    };
    version.clone_into(&mut schedule.version);
    schedule.date = date;
    SOURCE.clone_into(&mut schedule.source);
    antigens.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    check(&schedule, wide_name, &antigens, &mut problems);
    if !problems.is_empty() {
        return Err(ImportError { problems });
    }
    schedule.antigens = antigens.into_iter().map(|(a, _)| a).collect();
    Ok(Imported {
        schedule,
        warnings: notes.warnings.take(),
    })
}

/// What names something that is nowhere.
fn check(
    wide: &Schedule,
    wide_name: &str,
    antigens: &[(Antigen, &str)],
    problems: &mut Vec<Diagnostic>,
) {
    let known = |name: &str| antigens.iter().any(|(a, _)| a.name == name);
    let mut missing = |name: &str, who: String| {
        if !known(name) {
            problems.push(
                Diagnostic::new(format!(
                    "{who} names the antigen {name}, and no file holds it"
                ))
                .in_file(wide_name),
            );
        }
    };
    for group in &wide.groups {
        for antigen in &group.antigens {
            missing(antigen, format!("the vaccine group {}", group.name));
        }
    }
    for vaccine in &wide.vaccines {
        for association in &vaccine.antigens {
            missing(&association.antigen, format!("CVX {}", vaccine.cvx));
        }
    }
    for (antigen, file) in antigens {
        for series in &antigen.series {
            if !wide.groups.iter().any(|g| g.name == series.vaccine_group) {
                problems.push(
                    Diagnostic::new(format!(
                        "the series {} is of the vaccine group {}, which the schedule does not have",
                        series.name, series.vaccine_group
                    ))
                    .in_file(*file),
                );
            }
        }
    }
}

/// The key of a guidance: the same for the same words, whatever the space between them.
pub(super) fn key(text: &str) -> Option<Code> {
    // FNV-1a, 32 bits: a few hundred texts; the key tells them apart and says when one changes
    let mut hash = 0x811c_9dc5_u32;
    for byte in xml::words(text).bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    Code::new(&format!("g-{hash:08x}"))
}
