//! The scripted EHR, driven by the program, for the tests that look at what it leaves behind.

use crate::common::{Said, said, titer};
use std::path::{Path, PathBuf};
use titer_runner::result::{RunResult, Step, Verdict};

/// The scripted EHR, which cargo builds beside the tests.
pub(crate) fn scripted_ehr() -> PathBuf {
    let mut path = std::env::current_exe().expect("the test itself");
    path.pop();
    path.pop();
    let path = path
        .join("examples")
        .join(format!("scripted_ehr{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.is_file(),
        "the example scripted_ehr is not built: cargo build -p titer-cli --examples"
    );
    path
}

/// A run of it that writes into the folder `out` of a folder; `ehr` are its own arguments.
pub(crate) fn played(folder: &Path, ehr: &str, args: &[&str]) -> Said {
    let driver = format!("'{}' {ehr}", scripted_ehr().display());
    said(
        titer()
            .args(["run", "iip-v11", "--role", "ehr", "--as-of", "2026-11-22"])
            .args(["--driver", &driver, "--out"])
            .arg(folder.join("out"))
            .args(args),
    )
}

/// The document that a run left.
pub(crate) fn document(folder: &Path) -> RunResult {
    let text = std::fs::read_to_string(folder.join("out/result.json")).expect("a document");
    RunResult::from_json(&text).expect("a document of this version")
}

/// The names of steps.
pub(crate) fn names(result: &RunResult, which: impl Fn(&Step) -> bool) -> String {
    let names: Vec<&str> = result
        .steps()
        .filter(|s| which(s))
        .map(Step::name)
        .collect();
    names.join(" ")
}

/// The steps that failed or could not be judged.
pub(crate) fn bad(result: &RunResult) -> String {
    names(result, |s| s.verdict.is_bad())
}

/// Writes what the vendor declares of the steps that only a person can speak for; gives the file.
pub(crate) fn declared(folder: &Path) -> String {
    let file = folder.join("attest.yaml");
    let steps = ["3.15/**", "6.1/**", "7.2/**", "9.1/9.1.1", "9.1/9.1.2"];
    let lines: Vec<String> = steps
        .iter()
        .map(|s| format!("  - {{step: \"{s}\", name: Jo Example, date: 2026-11-01}}\n"))
        .collect();
    std::fs::write(&file, format!("attestations:\n{}", lines.concat())).expect("a file");
    file.display().to_string()
}

#[test]
fn messages_by_mllp_are_judged_and_the_driver_is_told_where() {
    let folder = tempfile::tempdir().expect("a folder");
    let begin = |more: &[&str]| {
        let args = [&["--select", "5.3"], more].concat();
        played(folder.path(), "--mllp", &args)
    };
    let done = begin(&["--mllp", "127.0.0.1:0"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stderr.contains("(MLLP)"), "{}", done.stderr);
    let result = document(folder.path());
    let step = result.steps().find(|s| s.name() == "5.3.1");
    let step = step.expect("the step is there");
    assert_eq!(step.verdict, Verdict::Passed);
    assert!(step.exchanges.iter().any(|x| x.transport == "MLLP"));
    // without it the driver is told no address, and says so
    let done = begin(&[]);
    assert_eq!(done.code, 3, "{}", done.stderr);
    assert!(
        done.stderr.contains("MLLP is not listened for"),
        "{}",
        done.stderr
    );
    // an address that is none, one that is taken, and a registry under test
    let done = begin(&["--mllp", "nowhere"]);
    assert_eq!(done.code, 2, "{}", done.stderr);
    assert!(
        done.stderr.contains("`nowhere` is not an address"),
        "{}",
        done.stderr
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let at = taken.local_addr().expect("an address").to_string();
    let done = begin(&["--mllp", &at]);
    assert_eq!(done.code, 2, "{}", done.stderr);
    assert!(done.stderr.contains(&at), "{}", done.stderr);
    assert!(done.stderr.contains("--mllp"), "{}", done.stderr);
    let done = said(
        titer()
            .args(["run", "onc-2015", "--mllp", "127.0.0.1:0", "--out"])
            .arg(folder.path().join("out")),
    );
    assert_eq!(done.code, 2, "{}", done.stderr);
    assert!(
        done.stderr
            .contains("--mllp is for the EHR under test only"),
        "{}",
        done.stderr
    );
}
