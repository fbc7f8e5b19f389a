//! CDC's supporting data, where it lies beside the project.

use std::path::PathBuf;
use std::sync::LazyLock;
use titer_forecast::schedule::import::{XmlFile, import};
use titer_forecast::schedule::{ReadError, Schedule};

/// The folder of reference data; says so and gives nothing when it is absent.
pub(crate) fn shared() -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: ../shared is absent");
    None
}

/// The XML files of the supporting data 4.64.
pub(crate) fn supporting_data() -> Option<Vec<XmlFile>> {
    let folder = shared()?.join("cdsi/supporting-data-4.64");
    let mut files: Vec<XmlFile> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "xml"))
        .map(|path| XmlFile {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            text: std::fs::read_to_string(&path).unwrap(),
        })
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Some(files)
}

/// CDC's schedule 4.64, read once.
pub(crate) fn schedule() -> Option<&'static Schedule> {
    static SCHEDULE: LazyLock<Option<Schedule>> =
        LazyLock::new(|| Some(import(&supporting_data()?, "4.64", None).unwrap().schedule));
    SCHEDULE.as_ref()
}

/// What was read; the test fails with every problem in words.
pub(crate) fn readable<T>(read: Result<T, ReadError>) -> T {
    read.unwrap_or_else(|e| {
        let problems: Vec<String> = e.problems.iter().map(|p| p.render(false)).collect();
        panic!("{}", problems.join("\n"))
    })
}
