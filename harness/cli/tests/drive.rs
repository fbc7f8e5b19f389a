//! An EHR without a tester: a driver plays whole plans, its mistakes are found by the steps that should, what a vendor
//! declares is counted apart, and a driver that misbehaves is told plainly.

use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};
use tempfile::TempDir;
use titer_runner::result::{RunResult, Step, StepKind, Verdict};

/// Each mistake of the scripted EHR, and the steps of iip-v11 that fail because of it, or stay open.
const MISTAKES: &str = include_str!("mistakes.txt");

fn main() -> ExitCode {
    let args = Arguments::from_args();
    let mut trials = vec![
        Trial::test("the_scripted_ehr_plays_iip_v11", || whole("iip-v11")),
        Trial::test("the_scripted_ehr_plays_iip_v7", || whole("iip-v7")),
        Trial::test("the_table_has_every_mistake", table),
        Trial::test("a_declaration_is_counted_apart", declared),
        Trial::test("an_expired_declaration_leaves_its_step_open", expired),
        Trial::test("a_driver_is_for_an_ehr", wrong_side),
        Trial::test("the_same_clock_and_seed_give_the_same_document", same),
    ];
    for line in MISTAKES.lines() {
        if let Some((name, expected)) = line.split_once(": ") {
            trials.push(Trial::test(format!("mistake_{name}"), move || {
                mistake(name, expected)
            }));
        }
    }
    if cfg!(unix) {
        for (name, script, told) in BAD_DRIVERS {
            trials.push(Trial::test(format!("bad_driver_{name}"), move || {
                bad_driver(script, told)
            }));
        }
    }
    libtest_mimic::run(&args, trials).exit_code()
}

/// Drivers that misbehave: a line for a shell, and what is said of it.
const BAD_DRIVERS: [(&str, &str, &str); 6] = [
    (
        "ends",
        "exit 7",
        "the driver ended with exit code 7 before it answered",
    ),
    (
        "writes_no_json",
        "echo hello there; cat",
        "line 1 of the driver's output: no JSON, at column 1",
    ),
    (
        "says_another_word",
        r#"echo '{"finished": {}}'; cat > /dev/null"#,
        "line 1 of the driver's output: a key or a value that the protocol does not have",
    ),
    (
        "does_another_step",
        r#"echo '{"done": {"step": "iip-v11/9.9/9.9.9"}}'; cat > /dev/null"#,
        "and speaks of iip-v11/9.9/9.9.9",
    ),
    (
        "is_silent",
        "cat > /dev/null",
        "the driver said nothing for 1 seconds",
    ),
    (
        "reads_nothing_and_ends",
        "exec <&-; exit 0",
        "the driver ended with exit code 0 before it answered",
    ),
];

/// The scripted EHR, which cargo builds beside the tests.
fn scripted_ehr() -> Result<PathBuf, Failed> {
    let mut path = std::env::current_exe()?;
    path.pop();
    path.pop();
    let path = path
        .join("examples")
        .join(format!("scripted_ehr{}", std::env::consts::EXE_SUFFIX));
    if path.is_file() {
        Ok(path)
    } else {
        Err("the example scripted_ehr is not built: cargo build -p titer-cli --examples".into())
    }
}

fn titer(args: &[&str], out: &Path) -> Result<Output, Failed> {
    Ok(Command::new(env!("CARGO_BIN_EXE_titer"))
        .args(["run", "--role", "ehr", "--as-of", "2026-11-22", "--out"])
        .arg(out)
        .args(args)
        .output()?)
}

/// A run with a driver: the document, the folder that it is in, and what the program said.
fn play(plan: &str, driver: &str, more: &[&str]) -> Result<(RunResult, TempDir, Output), Failed> {
    let out = tempfile::tempdir()?;
    let mut args = vec![plan, "--driver", driver];
    args.extend(more);
    let output = titer(&args, out.path())?;
    let text = std::fs::read_to_string(out.path().join("result.json"))
        .map_err(|_| Failed::from(String::from_utf8_lossy(&output.stderr).into_owned()))?;
    Ok((RunResult::from_json(&text)?, out, output))
}

fn command(more: &str) -> Result<String, Failed> {
    Ok(format!("'{}' {more}", scripted_ehr()?.display()))
}

fn names(result: &RunResult, which: impl Fn(&Step) -> bool) -> String {
    let names: Vec<&str> = result
        .steps()
        .filter(|s| which(s))
        .map(Step::name)
        .collect();
    names.join(" ")
}

fn open(step: &Step) -> bool {
    step.verdict == Verdict::Pending && step.kind != StepKind::Attestation
}

fn whole(plan: &str) -> Result<(), Failed> {
    let (result, out, output) = play(plan, &command("")?, &[])?;
    let told = String::from_utf8_lossy(&output.stderr);
    let bad = names(&result, |s| s.verdict.is_bad());
    if !bad.is_empty() {
        return Err(format!("these steps fail: {bad}\n{told}").into());
    }
    let open = names(&result, open);
    if !open.is_empty() {
        return Err(format!("these steps are open: {open}\n{told}").into());
    }
    if !result.unexpected.is_empty() {
        return Err("a message belonged to no step".into());
    }
    // every step that counts was judged, and none by an eye
    let mut means: BTreeMap<&str, u32> = BTreeMap::new();
    for step in result.steps().filter(|s| s.verdict.is_judged()) {
        if !step.judged.by_machine() {
            return Err(format!("{} was {}", step.path, step.judged.words()).into());
        }
        *means.entry(step.judged.words()).or_default() += 1;
    }
    let mut lines = String::new();
    for (words, count) in &means {
        writeln!(lines, "{count:>3} {words}")?;
    }
    insta::assert_snapshot!(format!("means_{plan}"), lines);
    for file in result.steps().flat_map(|s| &s.files) {
        if !out.path().join(&file.name).is_file() {
            return Err(format!("{} was not written", file.name).into());
        }
    }
    Ok(())
}

fn table() -> Result<(), Failed> {
    let output = Command::new(scripted_ehr()?).arg("--mistakes").output()?;
    let listed = String::from_utf8(output.stdout)?;
    let listed: Vec<&str> = listed
        .lines()
        .filter_map(|l| l.split('\t').next())
        .collect();
    let named: Vec<&str> = MISTAKES
        .lines()
        .filter_map(|l| Some(l.split_once(": ")?.0))
        .collect();
    if listed != named || listed.len() < 30 {
        return Err(format!(
            "{} mistakes are made, {} are in the table",
            listed.len(),
            named.len()
        )
        .into());
    }
    // every mistake is found by at least one step
    match MISTAKES
        .lines()
        .find(|l| l.ends_with(':') || l.contains(":  |"))
    {
        Some(line) => Err(format!("no step fails: {line}").into()),
        None => Ok(()),
    }
}

fn mistake(name: &str, expected: &str) -> Result<(), Failed> {
    let (result, _out, output) = play("iip-v11", &command(&format!("--mistake {name}"))?, &[])?;
    let mut found = names(&result, |s| s.verdict.is_bad());
    let open = names(&result, open);
    if !open.is_empty() {
        write!(found, " | open: {open}")?;
    }
    if found != expected {
        return Err(format!("expected {expected}\nfound    {found}").into());
    }
    match output.status.code() {
        Some(1) => Ok(()),
        code => Err(format!("the exit code is {code:?}").into()),
    }
}

fn attest(text: &str) -> Result<(RunResult, TempDir, Output), Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("attest.yaml");
    std::fs::write(&file, text)?;
    std::fs::write(folder.path().join("portal.txt"), "the page of the portal")?;
    let path = file.display().to_string();
    play("iip-v11", &command("")?, &["--attest", &path])
}

fn declared() -> Result<(), Failed> {
    let (result, out, output) = attest(
        "attestations:\n  - {step: \"3.15/**\", name: Jo Example, date: 2026-11-01, expires: 2026-11-22}\n  - {step: \"6.1/**\", name: Jo Example, role: product manager, date: 2026-11-01, evidence: [portal.txt]}\n  - {step: \"7.2/**\", name: Jo Example, date: 2026-11-01}\n  - {step: \"9.1/9.1.1\", name: Jo Example, date: 2026-11-01}\n  - {step: \"9.1/9.1.2\", name: Jo Example, date: 2026-11-01}\n",
    )?;
    let attested = names(&result, |s| s.verdict == Verdict::Attested);
    if attested != "3.15.1 6.1.1 7.2.1 9.1.1 9.1.2" {
        return Err(format!("attested: {attested}").into());
    }
    let pending = names(&result, |s| s.verdict == Verdict::Pending);
    if !pending.is_empty() || output.status.code() != Some(0) {
        return Err(format!("open: {pending}, exit code {:?}", output.status.code()).into());
    }
    let shown = result
        .steps()
        .filter(|s| s.name() == "6.1.1")
        .flat_map(|s| &s.files)
        .any(|f| out.path().join(&f.name).is_file());
    if shown {
        Ok(())
    } else {
        Err("the evidence was not kept".into())
    }
}

fn expired() -> Result<(), Failed> {
    let (result, _out, output) = attest(
        "attestations:\n  - {step: \"6.1/**\", name: Jo Example, date: 2025-11-01, expires: 2026-11-21}\n",
    )?;
    let pending = names(&result, |s| {
        s.name() == "6.1.1" && s.verdict == Verdict::Pending
    });
    if pending == "6.1.1" && output.status.code() == Some(3) {
        Ok(())
    } else {
        Err(format!("exit code {:?}", output.status.code()).into())
    }
}

fn wrong_side() -> Result<(), Failed> {
    let out = tempfile::tempdir()?;
    let output = Command::new(env!("CARGO_BIN_EXE_titer"))
        .args(["run", "iip-v11", "--driver", "true", "--out"])
        .arg(out.path())
        .output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(2) && told.contains("for an EHR under test") {
        Ok(())
    } else {
        Err(told.into_owned().into())
    }
}

fn same() -> Result<(), Failed> {
    let now = ["--now", "2026-11-22T09:30:00-05:00"];
    let mut documents = Vec::new();
    for _ in 0..2 {
        let (_, out, _) = play("iip-v7", &command("")?, &now)?;
        documents.push(std::fs::read(out.path().join("result.json"))?);
    }
    if documents.first() == documents.last() {
        Ok(())
    } else {
        Err("two runs with one clock and one seed differ".into())
    }
}

fn bad_driver(script: &str, told: &str) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("driver.sh");
    std::fs::write(&file, script)?;
    let driver = format!("sh '{}'", file.display());
    let (result, _out, output) = play("iip-v11", &driver, &["--driver-timeout", "1"])?;
    let because: Vec<&str> = result
        .steps()
        .filter(|s| s.verdict == Verdict::Inconclusive)
        .filter_map(|s| s.comment.as_deref().or(s.because.as_deref()))
        .collect();
    let said = String::from_utf8_lossy(&output.stderr);
    let passed = result.steps().filter(|s| s.verdict.is_pass()).count();
    if passed > 0 {
        return Err(format!("{passed} steps passed without an EHR").into());
    }
    if !said.contains(told) && !because.iter().any(|b| b.contains(told)) {
        return Err(format!("expected `{told}`\n{said}\n{because:?}").into());
    }
    match output.status.code() {
        Some(1) => Ok(()),
        code => Err(format!("the exit code is {code:?}").into()),
    }
}
