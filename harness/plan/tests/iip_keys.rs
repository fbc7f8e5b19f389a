//! What a plan for a recognition test says besides: components, aliases, pass criteria, proofs, the registry, the stock.

mod common;

use common::{folder, good};
use std::fmt::Write;
use std::path::Path;
use tempfile::TempDir;
use titer_plan::model::{ProofKind, Rounding};
use titer_plan::{Occasion, Parsed, Plan};

/// The small good plan with everything of this file in it.
fn rich() -> Vec<(&'static str, String)> {
    let mut files = good();
    let set = |files: &mut Vec<(&'static str, String)>, name: &str, from: &str, to: &str| {
        let entry = files.iter_mut().find(|(n, _)| *n == name).expect(name);
        assert!(entry.1.contains(from), "`{from}` is not in {name}");
        entry.1 = entry.1.replacen(from, to, 1);
    };
    set(
        &mut files,
        "plan.yaml",
        "  - {id: report, title: reports doses}\n",
        "  - {id: report, title: reports doses, level: advanced, component: reporting}\n  \
           - {id: count, title: counts doses, component: stock}\ncomponents:\n  \
           - {id: reporting, title: reporting}\n  - {id: stock, title: stock}\n\
         recognition: {optional-share: 75, rounding: up}\nregistry: [held]\n",
    );
    set(
        &mut files,
        "plan.yaml",
        "groups:\n",
        "groups:\n  - {id: reading, title: before the test, text-only: true}\n",
    );
    set(
        &mut files,
        "cases/one.yaml",
        "title: one dose\n",
        "title: one dose\naliases: [\"old-1\"]\n",
    );
    set(
        &mut files,
        "cases/one.yaml",
        "  - id: report\n",
        "  - id: report\n    aliases: [old-1.1]\n    pass: [\"{patient.name.given} has the dose\"]\n",
    );
    set(
        &mut files,
        "cases/one.yaml",
        "  - id: history\n",
        "  - id: count\n    capability: count\n    proofs: [inventory, driver]\n    trace:\n      - step: report\n        \
         expect: [{present: PID-3}]\n    inventory:\n      change: list\n      rows: [{stock: fridge, after: 4}]\n  \
         - id: history\n",
    );
    files.push((
        "cases/two.yaml",
        "id: TWO\ntitle: what to know\nabout: nothing is done here\ntext-only: true\n".to_owned(),
    ));
    set(
        &mut files,
        "plan.yaml",
        "[cases/one.yaml]",
        "[cases/one.yaml, cases/two.yaml]",
    );
    files.push((
        "messages/held.hl7",
        "MSH|^~\\&|A|B|IIS|IIS|{now}||VXU^V04^VXU_V04|{uid}|P|2.5.1\nPID|1||{patients.ann.ids.1.id}||{patients.ann.name.family}||{patients.ann.birth-date}\n".to_owned(),
    ));
    files.push((
        "data/stock.yaml",
        r#"vaccines:
  engerix: {name: ENGERIX-B, cvx: "08", ndc: 58160-0820-43}
stock:
  fridge:
    vaccine: engerix
    gtin: "00358160820434"
    lot: LOT1
    expires: "{today+2y}"
    funding: {code: VXC50, text: Public}
    doses: 5
orders:
  given: {patient: ann, vaccine: engerix, date: "{today}", stock: fridge}
"#
        .to_owned(),
    ));
    set(
        &mut files,
        "cases/one.yaml",
        "facility: clinic}",
        "facility: clinic, order: given}",
    );
    files
}

fn plan(dir: &TempDir) -> Plan {
    titer_plan::load_dir(dir.path()).unwrap_or_else(|e| panic!("{:#?}", e.diagnostics()))
}

fn said(dir: &Path) -> String {
    let name = dir.to_str().expect("a name");
    let lint = titer_plan::lint(name);
    let mut out = String::new();
    for d in &lint.errors {
        out.push_str(&d.render(false));
        out.push_str("\n\n");
    }
    for w in &lint.warnings {
        writeln!(out, "warning: {w}").expect("a line");
    }
    out.replace(name, "PLAN").trim_end().to_owned()
}

#[test]
fn a_plan_with_everything_is_good() {
    let dir = folder(&rich());
    assert_eq!(said(dir.path()), "");
    let plan = plan(&dir);
    let recognition = plan.recognition.as_ref().expect("a rule");
    assert_eq!(recognition.optional_share, 75);
    assert_eq!(recognition.rounding, Rounding::Up);
    assert_eq!(plan.components.len(), 2);
    let one = plan.case("ONE").expect("the case");
    let step = |id: &str| one.steps.iter().find(|s| s.id.text() == id).expect(id);
    assert_eq!(plan.capabilities_of(one, step("report")), ["report"]);
    assert_eq!(plan.capabilities_of(one, step("count")), ["count"]);
    assert_eq!(
        step("count").proof_kinds(),
        [ProofKind::Trace, ProofKind::Inventory, ProofKind::Driver]
    );
    assert_eq!(plan.line().cases, 2);
    assert!(plan.case("TWO").is_some_and(|c| c.text_only));
}

#[test]
fn a_stock_line_gives_what_rows_and_orders_leave_out() {
    let dir = folder(&rich());
    let plan = plan(&dir);
    let one = plan.case("ONE").expect("the case");
    let count = one
        .steps
        .iter()
        .find(|s| s.inventory.is_some())
        .expect("it");
    let row = &count.inventory.as_ref().expect("a stock").rows[0];
    assert_eq!(row.vaccine.value, "engerix");
    assert_eq!(row.lot.text(), "LOT1");
    assert_eq!(row.funding.as_ref().map(Parsed::text), Some("Public"));
    assert_eq!((row.before, row.after), (Some(5), Some(4)));
    let order = &plan.data.orders["given"];
    assert_eq!(order.lot.as_ref().map(Parsed::text), Some("LOT1"));
    assert_eq!(order.expires.as_ref().map(Parsed::text), Some("{today+2y}"));
    let source = order.funding.as_ref().and_then(|f| f.source.as_ref());
    assert_eq!(source.map(|c| c.code.text()), Some("VXC50"));
}

#[test]
fn aliases_choose_and_text_only_cases_never_run() {
    let dir = folder(&rich());
    let plan = plan(&dir);
    let chosen = |pattern: &str| -> Vec<String> {
        let patterns = [pattern.to_owned()];
        let found = plan
            .select(&patterns)
            .unwrap_or_else(|d| panic!("{pattern}: {d}"));
        found
            .iter()
            .flat_map(|c| {
                let steps = c
                    .case
                    .steps
                    .iter()
                    .zip(&c.steps)
                    .filter(|(_, asked)| **asked);
                steps.map(|(s, _)| s.id.text().to_owned())
            })
            .collect()
    };
    assert_eq!(chosen("old-1.1"), ["report"]);
    assert_eq!(chosen("small/old-1.1"), ["report"]);
    assert_eq!(chosen("old-1/answer"), ["answer"]);
    assert_eq!(chosen("old-1").len(), 4);
    assert_eq!(chosen("ONE/old-1.1"), ["report"]);
    // an id that no other step has stands for its step
    assert_eq!(chosen("history"), ["history"]);
    let all = plan.select(&[]).expect("all");
    assert_eq!(all.len(), 1, "a case that only tells something is not run");
    assert!(plan.select(&["old-2".to_owned()]).is_err());
}

#[test]
fn the_registry_is_filled_in_without_a_case() {
    let dir = folder(&rich());
    let plan = plan(&dir);
    let now = "2028-02-29T10:00:00+00:00[+00:00]"
        .parse()
        .expect("a moment");
    let held = plan
        .registry_messages(&Occasion::at(now, 7))
        .expect("the messages");
    assert_eq!(held.len(), 1);
    let text = String::from_utf8(held[0].clone()).expect("text");
    assert!(text.contains("|20271229\r"), "{text}");
}

// one mistake each: the file, what stands there, what is written instead
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    (
        "unknown-component",
        "plan.yaml",
        "component: stock}",
        "component: stocks}",
    ),
    ("no-component", "plan.yaml", ", component: stock}", "}"),
    (
        "share-too-large",
        "plan.yaml",
        "optional-share: 75",
        "optional-share: 101",
    ),
    (
        "unknown-rounding",
        "plan.yaml",
        "rounding: up",
        "rounding: upp",
    ),
    (
        "unknown-registry-message",
        "plan.yaml",
        "registry: [held]",
        "registry: [hold]",
    ),
    (
        "registry-unbound",
        "messages/held.hl7",
        "{patients.ann.birth-date}",
        "{patient.birth-date}",
    ),
    (
        "group-without-cases",
        "plan.yaml",
        ", text-only: true}",
        "}",
    ),
    (
        "case-without-steps",
        "cases/two.yaml",
        "text-only: true\n",
        "",
    ),
    (
        "case-text-only-with-steps",
        "cases/one.yaml",
        "title: one dose\n",
        "title: one dose\ntext-only: true\n",
    ),
    (
        "alias-twice",
        "cases/one.yaml",
        "aliases: [old-1.1]",
        "aliases: [old-1]",
    ),
    (
        "alias-is-an-id",
        "cases/one.yaml",
        "aliases: [old-1.1]",
        "aliases: [history]",
    ),
    (
        "alias-bad",
        "cases/one.yaml",
        "aliases: [old-1.1]",
        "aliases: [\"old 1\"]",
    ),
    (
        "unknown-step-capability",
        "cases/one.yaml",
        "capability: count",
        "capability: counts",
    ),
    (
        "pass-unresolved",
        "cases/one.yaml",
        "{patient.name.given} has",
        "{patient.name.first} has",
    ),
    (
        "unknown-proof",
        "cases/one.yaml",
        "[inventory, driver]",
        "[inventroy, driver]",
    ),
    (
        "proof-twice",
        "cases/one.yaml",
        "[inventory, driver]",
        "[inventory, inventory]",
    ),
    (
        "proof-senseless",
        "cases/one.yaml",
        "[inventory, driver]",
        "[forecast]",
    ),
    (
        "proof-of-a-message",
        "cases/one.yaml",
        "    aliases: [old-1.1]\n",
        "    proofs: [fhir]\n",
    ),
    (
        "unknown-stock",
        "cases/one.yaml",
        "stock: fridge",
        "stock: frigde",
    ),
    (
        "row-of-nothing",
        "cases/one.yaml",
        "{stock: fridge, after: 4}",
        "{after: 4}",
    ),
    (
        "unknown-stock-of-order",
        "data/stock.yaml",
        "date: \"{today}\", stock: fridge",
        "date: \"{today}\", stock: frigde",
    ),
    (
        "gtin-check-digit",
        "data/stock.yaml",
        "00358160820434",
        "00358160820435",
    ),
    (
        "gtin-length",
        "data/stock.yaml",
        "00358160820434",
        "58160820434",
    ),
    (
        "stock-day",
        "data/stock.yaml",
        "expires: \"{today+2y}\"",
        "expires: soon",
    ),
    (
        "stock-lot",
        "data/stock.yaml",
        "lot: LOT1",
        "lot: \"LOT 1\"",
    ),
    (
        "stock-vaccine",
        "data/stock.yaml",
        "vaccine: engerix\n",
        "vaccine: energix\n",
    ),
];

#[test]
fn every_mistake_is_told_with_its_place() {
    let mut out = String::new();
    for (name, file, from, to) in MISTAKES {
        let mut files = rich();
        let entry = files.iter_mut().find(|(n, _)| n == file).expect(file);
        assert!(entry.1.contains(from), "{name}: `{from}` is not in {file}");
        entry.1 = entry.1.replacen(from, to, 1);
        let dir = folder(&files);
        let told = said(dir.path());
        assert!(!told.is_empty(), "{name} is not told");
        write!(out, "== {name}\n{told}\n\n").expect("lines");
    }
    insta::assert_snapshot!(out.trim_end());
}
