//! Real bundles, imported whole: every step is there, every assertion is accounted for, and every message that a system under
//! test is asked to send meets what is asked of it.

#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::path::{Path, PathBuf};
use titer_finding::Fixer;
use titer_hl7::{Message, Offsets};
use titer_plan::import::{Imported, Weight, import};
use titer_plan::{NothingYet, Occasion, load_dir};
use titer_runner::assertion::Asserting;
use titer_runner::result::Outcome;

fn bundle(name: &str) -> Option<PathBuf> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/nist/plans")
        .join(name);
    if dir.is_dir() {
        Some(dir)
    } else {
        println!("skipped: ../shared is absent");
        None
    }
}

/// Folders with a step, and constraints in their files, as a search through the texts finds them.
fn counted(dir: &Path) -> (usize, usize) {
    let (mut steps, mut constraints) = (0, 0);
    let mut open = vec![dir.to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.file_name().is_some_and(|n| n == "TestStep.json") {
                steps += 1;
            } else if path.file_name().is_some_and(|n| n == "Constraints.xml") {
                let text = std::fs::read_to_string(&path).expect("a text");
                constraints += text.matches("<Constraint ").count();
            }
        }
    }
    (steps, constraints)
}

fn good(name: &str) -> Option<Imported> {
    let dir = bundle(name)?;
    let (steps, constraints) = counted(&dir);
    let imported = import(&dir, Some(name)).expect("a plan");
    let report = &imported.report;
    assert_eq!(report.steps, steps);
    assert_eq!(report.details.len(), steps);
    assert_eq!(report.assertions.found, constraints);
    let a = report.assertions;
    assert_eq!(a.found, a.carried + a.lost, "{a:?}");
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join(name);
    imported.write(&target).expect("it can be written");
    let plan = load_dir(&target).expect("it loads");
    assert_eq!(plan.id, name);
    let moment = "2026-11-22T10:15:30+00:00[+00:00]";
    let occasion = Occasion::at(moment.parse().expect("a moment"), 42);
    let mut judged = 0;
    for (_, case) in plan.cases() {
        for step in &case.steps {
            let Some(send) = &step.send else { continue };
            let scope = plan.scope(&occasion, case, step, &NothingYet);
            let bytes = scope
                .message(&send.message.value, &send.vary)
                .expect("the message");
            let mut table = Offsets::new();
            let asserting = Asserting {
                message: Message::parse(&bytes, &mut table),
                id: "m1",
                texts: &scope,
                exchanged: &NothingYet,
                ignoring_case: plan.judging.ignoring_case,
                allowances: &[],
                waivers: &[],
                fixer: Fixer::SenderSoftware,
            };
            let found = asserting.all(&send.expect);
            judged += found.len();
            let wrong: Vec<_> = found
                .iter()
                .filter(|j| j.assertion.outcome != Outcome::Met)
                .map(|j| (&j.assertion.what, &j.assertion.because))
                .collect();
            assert!(
                wrong.is_empty(),
                "{}: {wrong:#?}",
                plan.step_path(case, step)
            );
        }
    }
    assert!(judged > a.carried / 3, "{judged} judged, {a:?}");
    Some(imported)
}

#[test]
fn the_recognition_plan_comes_whole() {
    let Some(imported) = good("iip-v7") else {
        return;
    };
    let report = &imported.report;
    assert!(report.is_whole(), "{:#?}", report.diagnostics(""));
    assert_eq!(report.assertions.carried, report.assertions.found);
    assert_eq!(report.patterns.carried, report.patterns.found);
    let mended: Vec<&str> = report
        .every_note()
        .filter(|(_, n)| n.weight == Weight::Mended)
        .map(|(_, n)| n.text.as_str())
        .collect();
    assert!(
        mended.contains(&"the step binds the message to Z42, and it is a Z33"),
        "{mended:?}"
    );
    let numbers = |path: &str| report.details.iter().any(|s| s.path == path);
    assert!(
        numbers("iip-v7/2.3/2.3.1") && numbers("iip-v7/5.1/5.1.7") && numbers("iip-v7/6.1/6.1.1")
    );
}

#[test]
fn the_certification_plan_comes_whole() {
    let Some(imported) = good("onc2015") else {
        return;
    };
    let report = &imported.report;
    assert!(report.is_whole(), "{:#?}", report.diagnostics(""));
    assert_eq!(report.assertions.carried, report.assertions.found);
    // AD-3: the paths of its observations begin one level too high
    let ad_3 = report
        .details
        .iter()
        .find(|s| s.name.starts_with("IZ-AD-3.1"))
        .expect("the step");
    assert!(ad_3.assertions.mended > 40, "{:?}", ad_3.assertions);
    // AD-8: the answer is typed as if the tool began
    assert!(
        report
            .details
            .iter()
            .any(|s| s.name.starts_with("IZ-AD-8.2") && s.becomes == "reply"),
    );
}

/// A copy of a bundle with the constraints as they were published, before they were mended.
fn as_published(dir: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        if path.is_dir() {
            as_published(&path, &to.join(name));
        } else if name == "Constraints.xml" && dir.join("Constraints.original.xml").is_file() {
            std::fs::copy(dir.join("Constraints.original.xml"), to.join(name)).expect("a copy");
        } else if name != "Constraints.original.xml" {
            std::fs::copy(&path, to.join(name)).expect("a copy");
        }
    }
}

#[test]
fn the_files_as_published_give_the_same_plans() {
    for name in ["iip-v7", "onc2015"] {
        let Some(dir) = bundle(name) else { return };
        let folder = tempfile::tempdir().expect("a folder");
        as_published(&dir, folder.path());
        let mended = import(&dir, Some(name)).expect("a plan");
        let published = import(folder.path(), Some(name)).expect("a plan");
        assert!(published.report.is_whole());
        assert_eq!(published.files, mended.files, "{name}");
        let notes = |i: &Imported| {
            let mended = |n: &titer_plan::import::Note| n.weight == Weight::Mended;
            i.report.every_note().filter(|(_, n)| mended(n)).count()
        };
        assert!(notes(&published) > notes(&mended), "the defects are told");
    }
}
