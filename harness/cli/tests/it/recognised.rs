//! The recognition report of a whole run of the scripted EHR: what it says, that it can be verified, and that nothing but a
//! complete and good run reads as a pass.

use crate::common::{Said, said, titer};
use crate::ehr::{declared, document, played};
use crate::fhir::{searched, serve};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// The runs are the slow part: the kinds of report are made from one of them.
fn run(ehr: &str, args: &[&str]) -> (TempDir, Said) {
    let folder = tempfile::tempdir().expect("a folder");
    let whom = [
        "--vendor",
        "Example",
        "--product",
        "Chart",
        "--product-version",
        "4.2",
    ];
    let by = ["--tester", "R. Okafor", "--lab", "North Lab"];
    let done = played(folder.path(), ehr, &[&whom[..], &by[..], args].concat());
    (folder, done)
}

fn report(folder: &Path, args: &[&str]) -> Said {
    said(
        titer()
            .current_dir(folder.join("out"))
            .arg("report")
            .args(args),
    )
}

fn recognition(folder: &Path) -> Value {
    let done = report(folder, &["result.json", "--format", "recognition-json"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    serde_json::from_str(&done.stdout).expect("JSON")
}

fn text(of: &Value, key: &str) -> String {
    of[key].as_str().unwrap_or_default().to_owned()
}

fn list<'v>(of: &'v Value, key: &str) -> &'v [Value] {
    of[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

// how many steps needed no eye: of all that apply, and of those that count
fn without_an_eye(of: &Value) -> (u64, u64) {
    let means = &of["means"];
    assert_eq!(means["steps"], 84, "{means}");
    assert_eq!(means["counting"], 50, "{means}");
    let number = |key: &str| means[key].as_u64().unwrap_or_default();
    (number("without_eye"), number("counting_without_eye"))
}

#[test]
fn messages_alone_save_more_than_half_of_the_eyes_and_the_fhir_interface_saves_more() {
    // the driver only operates the EHR: it tells nothing of what is on the screen
    let (alone, _) = run("--tells-nothing", &[]);
    let (all, counting) = without_an_eye(&recognition(alone.path()));
    let fhir = serve(searched);
    let file = fhir.folder.path().join("fhir.json");
    let ehr = format!("--tells-nothing --fhir-file '{}'", file.display());
    let (with, told) = run(&ehr, &["--fhir", &fhir.url()]);
    let (all_fhir, counting_fhir) = without_an_eye(&recognition(with.path()));
    println!(
        "without a human eye: {all} of 84 steps ({counting} of the 50 that count); with the FHIR interface {all_fhir} ({counting_fhir})"
    );
    assert_eq!((all, counting), (58, 30));
    assert_eq!((all_fhir, counting_fhir), (61, 33), "{}", told.stderr);
    assert!(all >= 45 && all_fhir >= 60);
    // what is left is open, and so is the run
    assert_eq!(told.code, 3);
    assert_eq!(recognition(with.path())["decision"], "incomplete");
}

#[test]
fn a_whole_run_is_recognised_in_every_form_and_verified_to_the_byte() {
    let attest = tempfile::tempdir().expect("a folder");
    let (folder, done) = run("", &["--attest", &declared(attest.path())]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let out = folder.path().join("out");
    for (form, begins) in [
        ("html", "<!doctype html>"),
        ("pdf", "%PDF-1.7"),
        ("md", "## \u{2705} Recognition: Chart 4.2"),
        ("json", "{\n  \"schema\": \"titer-recognition/1\""),
        ("junit", "<?xml"),
    ] {
        let format = format!("recognition-{form}");
        let made = report(
            folder.path(),
            &["result.json", "--format", &format, "--output", &format],
        );
        assert_eq!(made.code, 0, "{form}: {}", made.stderr);
        let bytes = fs::read(out.join(&format)).expect("a file");
        assert!(bytes.starts_with(begins.as_bytes()), "{form}");
    }
    let page = fs::read_to_string(out.join("recognition-html")).expect("a page");
    for said in [
        "Is the rule met?",
        "All 30 core capabilities passed",
        "R. Okafor",
        "North Lab",
    ] {
        assert!(page.contains(said), "{said}");
    }
    holds(&recognition(folder.path()), folder.path());

    // signed, and verified until one byte changes, in the document or in a file
    assert_eq!(report(folder.path(), &["key", "new", "lab"]).code, 0);
    let signed = report(folder.path(), &["sign", "result.json", "--key", "lab.pem"]);
    assert_eq!(signed.code, 0, "{}", signed.stderr);
    let verify = ["verify", "result.json", "--key", "lab.pub.pem"];
    let good = report(folder.path(), &verify);
    assert_eq!(good.code, 0, "{}{}", good.stdout, good.stderr);
    let evidence = document(folder.path())
        .steps()
        .flat_map(|s| &s.files)
        .map(|f| out.join(&f.name))
        .next()
        .expect("a file of evidence");
    for file in [out.join("result.json"), evidence] {
        let whole = fs::read(&file).expect("a file");
        let middle = whole.len() / 2;
        for at in [middle, whole.len() - 3] {
            let mut changed = whole.clone();
            changed[at] = if changed[at] == b'7' { b'8' } else { b'7' };
            fs::write(&file, &changed).expect("written");
            let bad = report(folder.path(), &verify);
            // a document that is no JSON any more cannot be read
            assert!(
                matches!(bad.code, 1 | 2),
                "{}: {}",
                file.display(),
                bad.stdout
            );
        }
        fs::write(&file, &whole).expect("written");
    }
    assert_eq!(report(folder.path(), &verify).code, 0);
}

// what a recognition report of the programme has to hold
fn holds(of: &Value, folder: &Path) {
    assert_eq!(of["decision"], "met");
    assert_eq!(list(of, "components").len(), 8);
    assert_eq!(list(of, "capabilities").len(), 38);
    assert_eq!(of["rule"]["optional_share"], 90);
    assert_eq!(of["rule"]["core"]["total"], 30);
    assert!(!list(&of["rule"], "arithmetic").is_empty());
    assert_eq!(without_an_eye(of), (79, 50));
    let document = document(folder);
    // every step, each with how it was judged
    let steps = list(of, "steps");
    assert_eq!(steps.len(), document.steps().count());
    assert!(steps.iter().all(|s| !text(s, "judged").is_empty()));
    // requirement, its steps, its result
    let coverage = list(of, "coverage");
    assert_eq!(coverage.len(), document.requirements.len());
    for row in coverage {
        assert!(!list(row, "steps").is_empty(), "{row}");
        assert_eq!(row["verdict"], "passed", "{row}");
        assert!(row["met"].as_u64() > Some(0), "{row}");
    }
    // every message and file, with its hash, chained
    let pieces: usize = document
        .steps()
        .map(|s| s.messages.len() + s.files.len())
        .sum();
    let evidence = list(of, "evidence");
    assert_eq!(evidence.len(), pieces);
    let chain: BTreeSet<String> = evidence.iter().map(|e| text(e, "chain")).collect();
    assert_eq!(chain.len(), pieces);
    assert!(evidence.iter().all(|e| text(e, "sha256").len() == 64));
    assert_eq!(list(of, "messages").len(), 32);
    // a juror document for each answer that has to be shown, and who judged instead
    let jurors = list(of, "jurors");
    let of_answers: Vec<String> = jurors.iter().map(|j| text(j, "step")).collect();
    for step in ["4.2/4.2.2", "4.6/4.6.3", "4.6/4.6.6", "5.1/5.1.12"] {
        assert!(
            of_answers.contains(&format!("iip-v11/{step}")),
            "{of_answers:?}"
        );
    }
    assert!(
        jurors
            .iter()
            .all(|j| j["without"] == "driver" && j.get("juror").is_none_or(Value::is_null))
    );
    let history = jurors.iter().find(|j| text(j, "step").ends_with("/4.2.2"));
    let sections: Vec<String> = list(history.expect("its document"), "sections")
        .iter()
        .map(|s| text(s, "title"))
        .collect();
    assert!(sections.iter().any(|t| t == "Patient"), "{sections:?}");
    assert_eq!(
        sections.iter().filter(|t| t.starts_with("Dose")).count(),
        17
    );
    // what is declared stands apart
    assert_eq!(list(of, "attestations").len(), 5);
    for row in list(of, "attestations") {
        let step = steps
            .iter()
            .find(|s| s["path"] == row["step"])
            .expect("the step");
        assert_eq!(step["counting"], "attestation", "{step}");
    }
}

// what none of the forms may say of a run that is no pass
fn is_no_pass(folder: &Path, answer: &str) {
    let of = recognition(folder);
    assert_ne!(of["decision"], "met");
    for form in ["html", "md"] {
        let format = format!("recognition-{form}");
        let done = report(folder, &["result.json", "--format", &format]);
        let told = done.stdout.replace("</", "\n</");
        assert!(told.contains(answer), "{form}: {answer}");
        assert!(!told.contains("Is the rule met? Yes"), "{form}");
        assert!(!told.contains("\u{2705} Recognition"), "{form}");
    }
    let done = report(folder, &["result.json", "--format", "recognition-junit"]);
    let rule = done.stdout.find("(the rule)").expect("a test for the rule");
    let rest = &done.stdout[rule..];
    let end = rest.find("</testcase>").expect("it has something to say");
    assert!(rest[..end].contains("<failure"), "{}", &rest[..end]);
}

#[test]
fn a_run_that_is_not_complete_is_no_pass() {
    let (folder, done) = run("", &[]);
    assert_eq!(done.code, 3, "{}", done.stderr);
    is_no_pass(folder.path(), "Incomplete");
    assert_eq!(list(&recognition(folder.path()), "open").len(), 5);
}

#[test]
fn a_run_with_one_failed_core_step_is_no_pass() {
    let attest = tempfile::tempdir().expect("a folder");
    let args = ["--attest", &declared(attest.path())];
    let (folder, done) = run("--mistake no-alert", &args);
    assert_eq!(done.code, 1, "{}", done.stderr);
    is_no_pass(folder.path(), "No");
    assert_eq!(recognition(folder.path())["decision"], "not-met");
}

#[test]
fn declaring_everything_is_no_pass() {
    let attest = tempfile::tempdir().expect("a folder");
    let file = attest.path().join("all.yaml");
    let all =
        "attestations:\n  - {step: \"**\", name: Jo, date: 2026-11-01, statement: it works}\n";
    fs::write(&file, all).expect("a file");
    let file = file.display().to_string();
    let (folder, done) = run("--tells-nothing", &["--attest", &file]);
    assert_eq!(done.code, 3, "{}", done.stderr);
    is_no_pass(folder.path(), "Incomplete");
    // a declaration stands for no step that the plan has tested
    let of = recognition(folder.path());
    assert_eq!(list(&of, "attestations").len(), 5);
    assert_eq!(list(&of, "open").len(), 20);
}
