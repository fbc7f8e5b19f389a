//! The project's own form of a schedule.

use crate::cdc::supporting_data;
use titer_forecast::schedule::text::{TextFile, read, write};
use titer_forecast::schedule::{Schedule, import, shipped};

fn reread(files: &[(String, String)]) -> Schedule {
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| TextFile { name, text })
        .collect();
    match read(&files) {
        Ok(schedule) => schedule,
        Err(e) => panic!(
            "{}",
            e.problems
                .iter()
                .map(|p| p.render(false))
                .collect::<Vec<_>>()
                .join("\n")
        ),
    }
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
