//! How many patients a second one thread answers, over CDC's published cases with all antigens of the schedule.
//!
//! `cargo bench -p titer-forecast` prints patients a second in the column of items. The cases and the data are read from
//! `../shared` beside the project; without it nothing is measured.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use std::path::PathBuf;
use titer_forecast::cases::{Case, read};
use titer_forecast::schedule::Schedule;
use titer_forecast::schedule::import::{XmlFile, import};
use titer_forecast::{Answer, Forecaster, Options, Scratch};

fn main() {
    divan::main();
}

fn published(file: &str) -> Option<(Schedule, Vec<Case>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/cdsi");
    if !folder.is_dir() {
        return None;
    }
    let mut files: Vec<XmlFile> = Vec::new();
    for entry in std::fs::read_dir(folder.join("supporting-data-4.64")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "xml") {
            files.push(XmlFile {
                name: path.display().to_string(),
                text: std::fs::read_to_string(&path).unwrap(),
            });
        }
    }
    let schedule = import(&files, "4.64", None).unwrap().schedule;
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let cases = read(file, &text, &schedule).unwrap();
    Some((schedule, cases))
}

const FILES: [&str; 2] = ["healthy-v4.45.csv", "underlying-conditions-v4.6.csv"];

/// An answer of its own for each patient.
#[divan::bench(args = FILES)]
fn answers(bencher: Bencher<'_, '_>, file: &str) {
    let Some((schedule, cases)) = published(file) else {
        return;
    };
    let forecaster = Forecaster::new(&schedule, Options::default());
    let mut scratch = Scratch::default();
    bencher
        .counter(ItemsCount::new(cases.len()))
        .bench_local(|| {
            for case in &cases {
                black_box(forecaster.answer(black_box(&case.patient), case.as_of, &mut scratch));
            }
        });
}

/// One answer used again from patient to patient.
#[divan::bench(args = FILES)]
fn answers_into_one(bencher: Bencher<'_, '_>, file: &str) {
    let Some((schedule, cases)) = published(file) else {
        return;
    };
    let forecaster = Forecaster::new(&schedule, Options::default());
    let (mut scratch, mut answer) = (Scratch::default(), Answer::default());
    bencher
        .counter(ItemsCount::new(cases.len()))
        .bench_local(|| {
            for case in &cases {
                forecaster.answer_into(
                    black_box(&case.patient),
                    case.as_of,
                    &mut scratch,
                    &mut answer,
                );
                black_box(&answer);
            }
        });
}

/// With every decision written down, as `--why` asks for.
#[divan::bench(args = FILES)]
fn explanations(bencher: Bencher<'_, '_>, file: &str) {
    let Some((schedule, cases)) = published(file) else {
        return;
    };
    let forecaster = Forecaster::new(&schedule, Options::default());
    let mut scratch = Scratch::default();
    bencher
        .counter(ItemsCount::new(cases.len()))
        .bench_local(|| {
            for case in &cases {
                black_box(forecaster.explain(black_box(&case.patient), case.as_of, &mut scratch));
            }
        });
}

/// Making a schedule ready, once.
#[divan::bench]
fn compile(bencher: Bencher<'_, '_>) {
    let Some((schedule, _)) = published("healthy-v4.45.csv") else {
        return;
    };
    bencher.bench_local(|| Forecaster::new(black_box(&schedule), Options::default()));
}
