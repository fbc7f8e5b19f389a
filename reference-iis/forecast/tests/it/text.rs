//! The project's own form of a schedule.

use crate::cdc::{readable, supporting_data};
use titer_forecast::schedule::text::{TextFile, read, write};
use titer_forecast::schedule::{Schedule, import, open_shipped, shipped};

fn reread(files: &[(String, String)]) -> Schedule {
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| TextFile { name, text })
        .collect();
    readable(read(&files))
}

#[test]
fn what_was_written_is_read_back() {
    let Some(files) = supporting_data() else {
        return;
    };
    let imported = import(&files, "4.64", Some("2025-11")).unwrap().schedule;
    let written = write(&imported);
    assert_eq!(written.len(), 31);
    let again = reread(&written);
    assert_eq!(again, imported);
    assert_eq!(write(&again), written);
}

#[test]
fn the_shipped_schedule_is_what_cdc_published() {
    let Some(files) = supporting_data() else {
        return;
    };
    let imported = import(&files, "4.64", Some("2025-11")).unwrap().schedule;
    assert!(
        *shipped() == imported,
        "run `titer schedule import` on the supporting data and look at the difference"
    );
}

/// The readable files of the schedule that ships.
fn shipped_files() -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schedule");
    let mut files = Vec::new();
    for place in [folder.clone(), folder.join("antigens")] {
        for entry in std::fs::read_dir(place).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.strip_prefix(&folder).unwrap().display().to_string();
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

#[test]
fn the_compact_form_is_what_the_readable_files_say() {
    let files = shipped_files();
    assert_eq!(files.len(), 31);
    assert_eq!(open_shipped().unwrap(), reread(&files));
}

#[test]
fn a_damaged_file_is_refused_at_its_place() {
    let mut files = shipped_files();
    let (name, text) = files
        .iter_mut()
        .find(|(_, text)| text.contains("antigen Mumps"))
        .unwrap();
    let name = name.clone();
    let line = text.lines().position(|l| l.contains("minimum")).unwrap() + 1;
    *text = text.replacen("minimum", "minimun", 1);
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| TextFile { name, text })
        .collect();
    let problems = read(&files).unwrap_err().problems;
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].file, name);
    assert_eq!(problems[0].line as usize, line);
    assert_eq!(problems[0].message, "`minimun` cannot stand here");
}

#[test]
fn the_shipped_files_are_as_the_program_writes_them() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schedule");
    let written = write(shipped());
    for (name, text) in &written {
        let file = std::fs::read_to_string(folder.join(name)).unwrap();
        assert!(
            file == *text,
            "{name} differs from what `titer schedule import` writes"
        );
    }
    let there = std::fs::read_dir(folder.join("antigens")).unwrap().count();
    assert_eq!(
        there + 1,
        written.len(),
        "a file too many in {}",
        folder.display()
    );
}
