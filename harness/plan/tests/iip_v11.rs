//! The modular recognition plan, as it ships.

use jiff::civil::{Date, date};
use std::collections::{BTreeMap, BTreeSet};
use titer_codes::Scan;
use titer_hl7::{Message, Offsets};
use titer_plan::model::{Action, Case, Plan, ProofKind, Side, Step, StepKind, Text};
use titer_plan::{Occasion, barcode, load_builtin};

fn plan() -> Plan {
    load_builtin("iip-v11").expect("the plan")
}

/// The steps of the published plan: those that apply to an EHR.
fn published(plan: &Plan) -> impl Iterator<Item = (&Case, &Step)> {
    plan.cases()
        .flat_map(|(_, c)| c.steps.iter().map(move |s| (c, s)))
        .filter(|(_, s)| s.applies(Side::Ehr))
}

fn as_of(day: Date) -> Occasion {
    let now = day
        .at(10, 0, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .expect("a moment");
    Occasion::at(now, 42)
}

#[test]
fn it_is_whole_and_keeps_the_published_numbers() {
    let plan = plan();
    assert_eq!(plan.groups.len(), 9, "folders");
    assert_eq!(plan.cases().count(), 37, "cases");
    assert_eq!(published(&plan).count(), 84, "steps");
    let by_group: Vec<(usize, usize)> = plan
        .groups
        .iter()
        .map(|g| {
            let steps = g.cases.iter().flat_map(|c| &c.steps);
            (
                g.cases.len(),
                steps.filter(|s| s.applies(Side::Ehr)).count(),
            )
        })
        .collect();
    assert_eq!(
        by_group,
        [
            (0, 0),
            (4, 10),
            (15, 22),
            (6, 12),
            (6, 25),
            (1, 1),
            (2, 7),
            (2, 4),
            (1, 3)
        ]
    );
    for (group, case) in plan.cases() {
        assert!(case.id.text().starts_with(&format!("{}.", group.id)));
    }
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for (case, step) in published(&plan) {
        let n = numbers.entry(case.id.text()).or_default();
        *n += 1;
        assert_eq!(step.id.text(), format!("{}.{n}", case.id));
    }
    let mut kinds: BTreeMap<StepKind, usize> = BTreeMap::new();
    for (_, step) in published(&plan) {
        *kinds.entry(step.kind().expect("a kind")).or_default() += 1;
    }
    let expected = [
        (StepKind::Send, 16),
        (StepKind::Reply, 16),
        (StepKind::Transport, 4),
        (StepKind::Preload, 9),
        (StepKind::DataEntry, 13),
        (StepKind::PatientSelect, 6),
        (StepKind::Alert, 4),
        (StepKind::DataQuality, 1),
        (StepKind::Reconcile, 2),
        (StepKind::ForecastDisplay, 4),
        (StepKind::Document, 2),
        (StepKind::AdverseEvent, 1),
        (StepKind::Inventory, 1),
        (StepKind::Attest, 5),
    ];
    assert_eq!(kinds, BTreeMap::from(expected));
    let mut profiles: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, step) in published(&plan) {
        if let Some(send) = &step.send {
            let profile = send.profile.as_ref().expect("a profile");
            *profiles.entry(&profile.value).or_default() += 1;
        }
    }
    assert_eq!(profiles, BTreeMap::from([("Z22", 13), ("Z44", 3)]));
}

#[test]
fn what_is_not_evaluated_is_what_the_published_plan_does_not_evaluate() {
    let plan = plan();
    let not: Vec<&str> = published(&plan)
        .filter(|(_, s)| !s.evaluated)
        .map(|(_, s)| s.id.text())
        .collect();
    assert_eq!(
        not,
        [
            "3.1.1", "3.10.1", "3.10.2", "3.12.1", "3.14.1", "3.14.2", "3.14.3", "4.1.1", "4.6.1",
            "4.6.2", "4.6.4", "4.6.5", "5.2.3", "5.3.2", "5.4.2", "5.4.4", "5.5.2", "5.6.2",
            "7.1.2", "7.1.3"
        ]
    );
}

#[test]
fn every_step_says_what_passes_and_of_what_capability_it_is() {
    let plan = plan();
    assert_eq!(plan.components.len(), 8);
    let mut shown = BTreeSet::new();
    for (_, case) in plan.cases() {
        assert!(case.about.is_some(), "{}", case.id);
        for step in &case.steps {
            let name = plan.step_path(case, step);
            assert!(!step.pass.is_empty(), "{name} does not say what passes");
            let capabilities = plan.capabilities_of(case, step);
            assert!(!capabilities.is_empty(), "{name} is of no capability");
            shown.extend(capabilities);
            let kind = step.kind().expect("a kind");
            let person = kind.is_manual() || matches!(kind, StepKind::Preload | StepKind::Send);
            if person && step.applies(Side::Ehr) {
                assert!(!step.instructions.is_empty(), "{name} says nothing to do");
            }
            if kind.is_manual() && step.evaluated && kind != StepKind::Attest {
                assert!(!step.evidence.is_empty(), "{name} keeps no evidence");
                assert!(step.proof_kinds().contains(&ProofKind::Driver), "{name}");
            }
        }
    }
    let unshown: Vec<&str> = plan
        .capabilities
        .iter()
        .map(|c| c.id.text())
        .filter(|c| !shown.contains(c))
        .collect();
    assert!(unshown.is_empty(), "no step shows {unshown:?}");
}

#[test]
fn older_numbers_lead_to_their_steps() {
    let plan = plan();
    let mut seen = BTreeSet::new();
    for (case, step) in published(&plan) {
        for alias in &step.aliases {
            assert!(alias.text().starts_with("nist-"), "{alias}");
            assert!(seen.insert(alias.text()), "{alias} stands twice");
            let chosen = plan.select(&[alias.text().to_owned()]).expect("a step");
            let asked: Vec<&str> = chosen
                .iter()
                .flat_map(|c| c.case.steps.iter().zip(&c.steps))
                .filter(|(_, asked)| **asked)
                .map(|(s, _)| s.id.text())
                .collect();
            assert_eq!(asked, [step.id.text()], "{alias} in {}", case.id);
        }
    }
    assert_eq!(
        seen.len(),
        25,
        "every step of the fifth folder was called otherwise"
    );
}

/// How many steps need no eye when there is this to look at, and how many of those are evaluated.
fn without_an_eye(plan: &Plan, proofs: &[ProofKind]) -> (usize, usize) {
    let judged: Vec<&Step> = published(plan)
        .map(|(_, s)| s)
        .filter(|step| match step.action() {
            Some(Action::Send(_) | Action::Transport(_)) => true,
            // an acknowledgment without a complaint is taken in; everything else has to be shown
            Some(Action::Reply(_)) if step.checklist.is_empty() => true,
            _ => step.proof_kinds().iter().any(|p| proofs.contains(p)),
        })
        .collect();
    let evaluated = judged.iter().filter(|s| is_evaluated(s)).count();
    (judged.len(), evaluated)
}

fn is_evaluated(step: &Step) -> bool {
    let kind = step.kind().expect("a kind");
    step.evaluated && !matches!(kind, StepKind::Preload | StepKind::Attest)
}

#[test]
fn fewer_eyes_are_needed_than_half() {
    let plan = plan();
    let messages = without_an_eye(&plan, &[ProofKind::Trace]);
    let document = without_an_eye(&plan, &[ProofKind::Trace, ProofKind::Document]);
    let fhir = without_an_eye(
        &plan,
        &[ProofKind::Trace, ProofKind::Document, ProofKind::Fhir],
    );
    let driver = without_an_eye(&plan, &ProofKind::ALL);
    assert!(messages.0 >= 45, "{} of 84 without FHIR", messages.0);
    assert!(fhir.0 >= 60, "{} of 84 with FHIR", fhir.0);
    let evaluated = published(&plan).filter(|(_, s)| is_evaluated(s)).count();
    assert_eq!(evaluated, 50);
    assert_eq!(driver, (79, 50), "declarations are the rest");
    let told = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/iip.md"),
    )
    .expect("docs/iip.md");
    for (what, (steps, evaluated)) in [
        ("messages and calls alone", messages),
        ("and a printable record", document),
        ("and the FHIR interface", fhir),
        ("and a driver", driver),
    ] {
        let row = format!("| {what} | {steps} | {evaluated} |");
        assert!(told.contains(&row), "docs/iip.md lacks `{row}`");
    }
    for (_, step) in published(&plan) {
        let kind = step.kind().expect("a kind").key();
        let title = step.title.as_ref().expect("a title").text();
        let row = format!("| {} | {title} | {kind} |", step.id);
        assert!(told.contains(&row), "docs/iip.md lacks `{row}`");
        for alias in &step.aliases {
            let row = format!("| {} | `{alias}` |", step.id);
            assert!(told.contains(&row), "docs/iip.md lacks `{row}`");
        }
    }
}

#[test]
fn the_stock_has_eleven_lines_and_their_bar_codes_say_what_the_lines_say() {
    let plan = plan();
    assert_eq!(plan.data.stock.len(), 11);
    let lots: BTreeSet<&str> = plan.data.stock.values().map(|l| l.lot.text()).collect();
    assert_eq!(lots.len(), 11, "each line has a lot of its own");
    let occasion = as_of(date(2026, 11, 22));
    let scope = plan.plan_scope(&occasion);
    let mut drawn = 0;
    for (id, line) in &plan.data.stock {
        let code = match barcode::of_line(&scope, line) {
            Ok(code) => code,
            Err(barcode::BarcodeError::NoGtin) => continue,
            Err(e) => panic!("{id}: {e}"),
        };
        let scan = Scan::read(&code.scanned()).expect("a scan");
        assert_eq!(scan.lot.as_deref(), Some(line.lot.text()));
        let vaccine = &plan.data.vaccines[&line.vaccine.value];
        let of_use = vaccine.ndc.as_ref().and_then(|n| n.iter().next());
        let of_use = of_use.expect("an NDC").text();
        let read: Vec<String> = scan.ndcs().iter().map(ToString::to_string).collect();
        assert!(
            read.iter().any(|n| n == of_use),
            "{id}: {read:?}, not {of_use}"
        );
        assert!(code.svg().expect("a picture").starts_with("<svg "));
        drawn += 1;
    }
    assert_eq!(drawn, 10, "Prevnar 20 is keyed");
}

fn day(plan: &Plan, occasion: &Occasion, text: &Text) -> Date {
    let text = plan.plan_scope(occasion).text(text).expect("a date");
    Date::strptime("%Y%m%d", &text).expect("a date")
}

fn years(of: Date, on: Date) -> i16 {
    on.year() - of.year() - i16::from((on.month(), on.day()) < (of.month(), of.day()))
}

#[test]
fn the_stories_are_true_on_any_day_of_five_years() {
    let plan = plan();
    let plus = |d: Date, months: i64| d.saturating_add(jiff::Span::new().months(months));
    let days = |a: Date, b: Date| a.until(b).expect("a span").get_days();
    let mut today = date(2026, 1, 1);
    while today < date(2031, 1, 1) {
        let occasion = as_of(today);
        let born = |p: &str| day(&plan, &occasion, &plan.data.patients[p].birth_date);
        let dose = |o: &str| day(&plan, &occasion, &plan.data.orders[o].date);
        let until = |s: &str| day(&plan, &occasion, &plan.data.stock[s].expires);
        // two months old, so that the first doses may be given, and no older than ten weeks
        let age = days(born("lgd"), today);
        assert!((56..=70).contains(&age), "{today}: {age} days");
        assert_eq!(dose("lgd-birth"), born("lgd"), "{today}");
        assert_eq!(dose("lgd-pediarix"), today, "{today}");
        assert_eq!(years(born("ajm"), today), 12, "{today}");
        for adult in ["fmn", "jjs", "fin"] {
            assert!(years(born(adult), today) >= 40, "{today}");
        }
        assert_eq!(born("snm"), born("dcm"), "{today}: twins");
        // the MMR came before the first birthday and four days of grace, the MMRV after both, four weeks later
        let first = plus(born("snm"), 12);
        let grace = |d: Date| days(d, first);
        assert!(grace(dose("snm-iis-mmr")) > 4, "{today}");
        assert!(grace(dose("snm-iis-mmrv")) <= 0, "{today}");
        assert!(
            days(dose("snm-iis-mmr"), dose("snm-iis-mmrv")) >= 28,
            "{today}"
        );
        for booster in ["snm-iis-pcv-4", "snm-iis-hib-4"] {
            assert!(grace(dose(booster)) <= 4, "{today}: {booster}");
        }
        // the last dose against hepatitis B is at least 24 weeks after birth
        assert!(
            days(born("snm"), dose("snm-iis-hepb-combi-3")) >= 24 * 7,
            "{today}"
        );
        let iis = plan
            .data
            .orders
            .iter()
            .filter(|(id, _)| id.starts_with("snm-iis-"));
        for (id, order) in iis {
            let on = day(&plan, &occasion, &order.date);
            assert!(born("snm") < on && on < today, "{today}: {id}");
        }
        for line in plan.data.stock.keys() {
            let expired = until(line) < today;
            assert_eq!(expired, line == "gardasil-expired", "{today}: {line}");
        }
        assert!(dose("ykn-before-birth") < born("ykn"), "{today}");
        today = today.tomorrow().expect("a day");
    }
}

#[test]
fn the_registry_holds_seventeen_doses_and_two_who_look_alike() {
    let plan = plan();
    let held = plan
        .registry_messages(&as_of(date(2028, 2, 29)))
        .expect("the messages");
    assert_eq!(held.len(), 3);
    let mut doses = Vec::new();
    for bytes in &held {
        let mut table = Offsets::new();
        let message = Message::parse(bytes, &mut table);
        let checked = titer_conformance::check_message(&message);
        let errors = checked.findings.iter();
        let errors: Vec<&str> = errors
            .filter(|f| f.severity == titer_finding::Severity::Error)
            .map(|f| f.rule.as_str())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        doses.push(
            bytes
                .split(|b| *b == b'\r')
                .filter(|l| l.starts_with(b"RXA"))
                .count(),
        );
    }
    assert_eq!(doses, [17, 1, 1]);
}
