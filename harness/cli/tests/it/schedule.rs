//! `titer schedule`.

use crate::common::{said, titer};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;

#[expect(clippy::print_stderr, reason = "a test says that it was skipped")]
fn shared() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/cdsi");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: ../shared is absent");
    None
}

fn zip(path: &Path, files: &[(&str, &[u8])]) {
    let mut archive =
        zip::ZipWriter::new(std::fs::File::create(path).expect("the archive is written"));
    for (name, bytes) in files {
        archive
            .start_file(*name, SimpleFileOptions::default())
            .expect("the archive is written");
        archive.write_all(bytes).expect("the archive is written");
    }
    archive.finish().expect("the archive is written");
}

#[test]
fn an_archive_is_imported_as_what_ships() {
    let Some(shared) = shared() else { return };
    let room = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for entry in std::fs::read_dir(shared.join("supporting-data-4.64")).unwrap() {
        let path = entry.unwrap().path();
        let name = format!(
            "Version 4.64 - 508/XML/{}",
            path.file_name().unwrap().to_string_lossy()
        );
        files.push((name, std::fs::read(&path).unwrap()));
    }
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(n, b)| (n.as_str(), b.as_slice()))
        .collect();
    zip(&room.path().join("supporting-data-4.64.zip"), &files);
    let run = |args: &[&str]| said(titer().current_dir(&room).args(args));
    let done = run(&[
        "schedule",
        "import",
        "supporting-data-4.64.zip",
        "--published",
        "2025-11",
        "-o",
        "made",
    ]);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    // a file of an antigen that the new version does not have goes away
    std::fs::write(
        room.path().join("made/antigens/smallpox.txt"),
        "titer-schedule 1\n",
    )
    .unwrap();
    let done = run(&[
        "schedule",
        "import",
        "supporting-data-4.64.zip",
        "--published",
        "2025-11",
        "-o",
        "made",
    ]);
    assert!(
        done.stdout.contains("removed antigens/smallpox.txt"),
        "{}",
        done.stdout
    );
    // a forecast takes a schedule in every form
    std::fs::write(
        room.path().join("p.json"),
        r#"{"birth_date": "2024-01-15", "as_of": "2025-06-01"}"#,
    )
    .unwrap();
    let answers = ["shipped", "made", "supporting-data-4.64.zip"].map(|schedule| {
        let answer = run(&["forecast", "p.json", "--schedule", schedule]);
        assert_eq!((answer.code, answer.stderr.as_str()), (0, ""), "{schedule}");
        answer.stdout
    });
    assert!(answers[0].contains("4.64"), "{}", answers[0]);
    assert!(answers.iter().all(|a| *a == answers[0]), "{answers:?}");
    let done = run(&["schedule", "diff", "shipped", "made"]);
    assert!(
        done.stdout.ends_with("\nnothing changed\n"),
        "{}",
        done.stdout
    );
}

#[test]
fn what_changed_is_said_in_words_and_for_whom() {
    let Some(shared) = shared() else { return };
    let room = tempfile::tempdir().unwrap();
    let mine = room.path().join("mine");
    for (name, text) in titer_forecast::schedule::text::write(titer_forecast::schedule::shipped()) {
        let text = match name.as_str() {
            "antigens/varicella.txt" => text
                .replace("minimum 15m", "minimum 16m")
                .replace("13+ 2-dose", "teenage"),
            "antigens/rotavirus.txt" => text
                .replacen("inadvertent", "recurring #", 1)
                .replace("maximum 8m+1d", "maximum 9m"),
            _ => text,
        };
        let path = mine.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let cases = shared.join("healthy-v4.45.csv");
    let run = said(
        titer()
            .args(["schedule", "diff", "shipped"])
            .arg(&mine)
            .arg("--cases")
            .arg(cases),
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    let first: Vec<&str> = run.stdout.lines().take(45).collect();
    insta::assert_snapshot!(first.join("\n"));
}

#[test]
fn an_archive_that_unpacks_without_end_is_refused() {
    let room = tempfile::tempdir().unwrap();
    let big = vec![b' '; 17 * 1024 * 1024];
    zip(
        &room.path().join("data-4.70.zip"),
        &[("ScheduleSupportingData.xml", &big)],
    );
    let run = said(
        titer()
            .current_dir(&room)
            .args(["schedule", "import", "data-4.70.zip"]),
    );
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .contains("this is more than supporting data can be"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let room = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(room.path().join("mine")).unwrap();
    std::fs::write(room.path().join("mine/letter.txt"), "dear").unwrap();
    let show = said(titer().args(["schedule", "show", "measles"]));
    assert!(
        show.stdout.contains("series \"Measles 2-dose series\""),
        "{}",
        show.stdout
    );
    let Some(shared) = shared() else { return };
    let data = shared.join("supporting-data-4.64");
    let run = said(
        titer()
            .current_dir(&room)
            .args(["schedule", "import"])
            .arg(data)
            .args(["-o", "mine"]),
    );
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .contains("the folder holds something else than a schedule"),
        "{}",
        run.stderr
    );
}
