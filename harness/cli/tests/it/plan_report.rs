//! `titer plan` and `titer report` from outside.

use crate::common::{said, titer};
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/results")
        .join(name)
}

#[test]
fn the_plans_that_ship_have_no_mistakes() {
    let said = said(titer().args(["plan", "lint"]));
    assert_eq!(said.code, 0, "{}", said.stderr);
    let onc = said.stdout.lines().find(|l| l.starts_with("onc-2015 "));
    assert!(
        onc.is_some_and(|l| l.contains("14 cases")),
        "{}",
        said.stdout
    );
}

#[test]
fn plans_and_names_are_listed() {
    let plans = said(titer().args(["plan", "list"]));
    assert!(plans.stdout.contains("onc-2015  "), "{}", plans.stdout);
    let names = said(titer().args(["plan", "list", "onc-2015"]));
    assert!(
        names.stdout.lines().any(|l| l == "onc-2015/AD-1"),
        "{}",
        names.stdout
    );
    assert!(
        names
            .stdout
            .lines()
            .any(|l| l.starts_with("onc-2015/AD-1/"))
    );
    let json = said(titer().args(["plan", "list", "onc-2015", "--json"]));
    let list: Vec<String> = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(list, names.stdout.lines().collect::<Vec<_>>());
}

#[test]
fn a_bundle_becomes_a_plan_with_a_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |file: &str, text: &str| {
        let path = folder.path().join("bundle").join(file);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("a file");
    };
    let step = "TestGroup_1/TestCase_1/TestStep_1";
    put("TestPlan.json", r#"{"name": "A plan v1.2"}"#);
    put("TestGroup_1/TestCaseGroup.json", r#"{"name": "Reports"}"#);
    put(
        "TestGroup_1/TestCase_1/TestCase.json",
        r#"{"name": "A dose"}"#,
    );
    let json = format!("{step}/TestStep.json");
    put(&json, r#"{"name": "Look", "type": "SUT_MANUAL"}"#);
    let run = |more: &[&str]| {
        let mut command = titer();
        command.current_dir(folder.path());
        said(command.args(["plan", "import", "bundle"]).args(more))
    };
    let checked = run(&["--check", "--json"]);
    assert_eq!(checked.code, 0, "{}", checked.stderr);
    let report: serde_json::Value = serde_json::from_str(&checked.stdout).expect("JSON");
    assert_eq!(report["steps"], 1);
    assert!(!folder.path().join("plan").exists());

    let written = run(&["--output", "plan"]);
    assert_eq!(written.code, 0, "{}", written.stderr);
    assert!(
        written
            .stdout
            .contains("1 in 1 case and 1 group: 1 inspect"),
        "{}",
        written.stdout
    );
    let mut lint = titer();
    lint.current_dir(folder.path());
    assert_eq!(said(lint.args(["plan", "lint", "plan"])).code, 0);
    let again = run(&["--output", "plan"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("not empty"), "{}", again.stderr);

    // what is broken is told with its place; the step is there, and the exit code says that something was lost
    put(&json, "{\"name\": }");
    let broken = run(&["--output", "second"]);
    assert_eq!(broken.code, 1, "{}", broken.stderr);
    assert!(
        broken.stderr.contains("TestStep.json:1:"),
        "{}",
        broken.stderr
    );
    assert!(broken.stdout.contains("1 in 1 case"), "{}", broken.stdout);
    assert!(folder.path().join("second/import-report.json").is_file());
}

#[test]
fn a_plan_is_shown_case_by_case() {
    let all = said(titer().args(["plan", "show", "onc-2015"]));
    assert_eq!(all.code, 0);
    assert!(all.stdout.contains("onc-2015/QR-4"));
    let some = said(titer().args(["plan", "show", "onc-2015", "--select", "AD-*", "--json"]));
    let cases: serde_json::Value = serde_json::from_str(&some.stdout).expect("JSON");
    let names: Vec<&str> = cases
        .as_array()
        .expect("a list")
        .iter()
        .map(|c| c["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(names.len(), 10);
    assert!(names.iter().all(|n| n.starts_with("onc-2015/AD-")));
}

#[test]
fn a_result_is_rendered_again_in_every_form() {
    let room = tempfile::tempdir().expect("a folder");
    let terminal = said(titer().arg("report").arg(fixture("sample.json")));
    assert_eq!(terminal.code, 0, "{}", terminal.stderr);
    assert!(terminal.stdout.starts_with("plan "), "{}", terminal.stdout);
    let written = said(
        titer()
            .current_dir(&room)
            .arg("report")
            .arg(fixture("sample.json"))
            .args([
                "--html",
                "r.html",
                "--junit",
                "r.xml",
                "--json",
                "r.json",
                "--markdown",
                "-",
            ]),
    );
    assert_eq!(written.code, 0, "{}", written.stderr);
    let read = |name: &str| std::fs::read_to_string(room.path().join(name)).expect("written");
    assert!(read("r.html").contains("</html>"));
    assert!(read("r.xml").contains("</testsuites>"));
    assert_eq!(
        read("r.json"),
        std::fs::read_to_string(fixture("sample.json")).expect("the fixture")
    );
    assert!(!written.stdout.is_empty() && !written.stdout.contains("</html>"));
    assert!(
        written.stderr.contains("report  r.html"),
        "{}",
        written.stderr
    );
}

#[test]
fn a_masked_report_holds_no_message() {
    let room = tempfile::tempdir().expect("a folder");
    let result = fixture("sample.json");
    let text = std::fs::read_to_string(&result).expect("the fixture");
    // a name that stands in a message of the sample
    let line = text.split("PID|").nth(1).expect("a patient");
    let family = line
        .split('|')
        .nth(4)
        .expect("PID-5")
        .split('^')
        .next()
        .expect("a name");
    assert!(family.len() > 2, "{family}");
    let said = said(titer().current_dir(&room).arg("report").arg(&result).args([
        "--mask",
        "--html",
        "r.html",
        "--junit",
        "r.xml",
        "--markdown",
        "r.md",
        "--json",
        "r.json",
    ]));
    assert_eq!(said.code, 0, "{}", said.stderr);
    for name in ["r.html", "r.xml", "r.md", "r.json"] {
        let text = std::fs::read_to_string(room.path().join(name)).expect("written");
        assert!(!text.contains(family), "{name} shows {family}");
    }
}

#[test]
fn bar_codes_of_the_stock_are_written() {
    let dir = tempfile::tempdir().expect("a folder");
    let to = dir.path().join("codes");
    let codes = |plan: &str| {
        let mut command = titer();
        command.args(["plan", "show", plan, "--as-of", "2028-02-29", "--bar-codes"]);
        said(command.arg(&to))
    };
    let written = codes("iip-v11");
    assert_eq!(written.code, 0, "{}", written.stderr);
    assert!(
        written.stderr.starts_with("10 bar codes written to "),
        "{}",
        written.stderr
    );
    let svg = std::fs::read_to_string(to.join("pediarix-public.svg")).expect("a picture");
    assert!(
        svg.contains("<title>DataMatrix (01)10358160811439(17)300729(10)IIPVAXN01</title>"),
        "{svg}"
    );
    let page = std::fs::read_to_string(to.join("index.html")).expect("the page");
    assert_eq!(page.matches("<svg ").count(), 10);
    assert_eq!(page.matches("<tr>").count(), 11);
    assert!(page.contains("no bar code: key it"), "{page}");
    assert!(!page.contains("http://") || page.matches("http://").count() == 10);
    let without = codes("onc-2015");
    assert_eq!(without.code, 2);
    assert!(
        without.stderr.contains("the plan `onc-2015` has no stock"),
        "{}",
        without.stderr
    );
}

#[test]
fn the_whole_of_a_plan_shows_what_it_only_tells() {
    let all = said(titer().args(["plan", "show", "iip-v11"]));
    assert_eq!(all.code, 0, "{}", all.stderr);
    assert!(all.stdout.contains("iip-v11/2.1  the facilities"));
    assert!(all.stdout.contains("also nist-5.3.2"), "{}", all.stdout);
    assert!(all.stdout.contains("can be proved by trace, fhir, driver"));
    let one = said(titer().args(["plan", "show", "iip-v11", "--select", "nist-5.3.2"]));
    assert!(one.stdout.contains("iip-v11/5.2  "), "{}", one.stdout);
    assert!(!one.stdout.contains("iip-v11/2.1"), "{}", one.stdout);
}
