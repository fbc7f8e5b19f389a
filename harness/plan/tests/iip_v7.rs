//! The recognition plan of the cycle of 2018, as it ships.

use jiff::civil::Date;
use std::collections::BTreeMap;
use titer_plan::model::{Level, Plan, ProofKind, Side, StepKind, Text};
use titer_plan::{Occasion, load_builtin};

fn plan() -> Plan {
    load_builtin("iip-v7").expect("the plan")
}

#[test]
fn it_is_whole_and_keeps_the_published_numbers() {
    let plan = plan();
    assert_eq!(plan.groups.len(), 7);
    assert_eq!(plan.cases().count(), 21);
    let steps: Vec<_> = plan.cases().flat_map(|(_, c)| &c.steps).collect();
    assert_eq!(steps.len(), 71);
    for (_, case) in plan.cases() {
        for (n, step) in case.steps.iter().enumerate() {
            assert_eq!(step.id.text(), format!("{}.{}", case.id, n + 1));
            assert!(step.applies(Side::Ehr), "{}", step.id);
        }
    }
    let mut kinds: BTreeMap<StepKind, usize> = BTreeMap::new();
    for step in &steps {
        *kinds.entry(step.kind().expect("a kind")).or_default() += 1;
    }
    let expected = [
        (StepKind::Send, 14),
        (StepKind::Reply, 14),
        (StepKind::Inspect, 1),
        (StepKind::DataEntry, 18),
        (StepKind::PatientSelect, 4),
        (StepKind::Alert, 5),
        (StepKind::DataQuality, 2),
        (StepKind::Reconcile, 1),
        (StepKind::ForecastDisplay, 5),
        (StepKind::Document, 1),
        (StepKind::PatientAccess, 1),
        (StepKind::AdverseEvent, 1),
        (StepKind::Inventory, 3),
        (StepKind::Cohort, 1),
    ];
    assert_eq!(kinds, BTreeMap::from(expected));
}

#[test]
fn every_step_of_a_person_says_what_to_do_what_passes_and_what_stands_for_the_eye() {
    let plan = plan();
    for step in plan.cases().flat_map(|(_, c)| &c.steps) {
        let kind = step.kind().expect("a kind");
        let name = step.id.text();
        assert!(!step.pass.is_empty() || kind == StepKind::Reply, "{name}");
        assert!(step.capability.is_some(), "{name}");
        if kind.is_manual() {
            assert!(!step.instructions.is_empty(), "{name}");
            assert!(!step.evidence.is_empty(), "{name}");
            assert!(
                step.proof_kinds().contains(&ProofKind::Driver),
                "{name} cannot be driven"
            );
        }
        // what an EHR shows of an answer can be read by a driver
        if kind == StepKind::Reply && !step.evidence.is_empty() {
            assert_eq!(step.proof_kinds(), [ProofKind::Driver], "{name}");
        }
        if !step.trace.is_empty() {
            assert!(step.proof_kinds().contains(&ProofKind::Trace), "{name}");
        }
    }
}

#[test]
fn each_capability_is_shown_by_a_step_and_belongs_to_a_component() {
    let plan = plan();
    assert_eq!(plan.components.len(), 8);
    let shown: Vec<&str> = plan
        .cases()
        .flat_map(|(_, c)| c.steps.iter().map(move |s| (c, s)))
        .flat_map(|(c, s)| plan.capabilities_of(c, s))
        .collect();
    for capability in &plan.capabilities {
        assert!(
            shown.contains(&capability.id.text()),
            "{} has no step",
            capability.id
        );
        assert!(capability.component.is_some(), "{}", capability.id);
    }
    let of = |level: Level| {
        let mut ids: Vec<&str> = plan
            .capabilities
            .iter()
            .filter(|c| c.level == level)
            .map(|c| c.id.text())
            .collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(of(Level::Advanced), ["forecast-by-diagnosis"]);
    assert_eq!(
        of(Level::EvaluationYear),
        [
            "list-stock",
            "receive-stock",
            "report-immunity",
            "use-stock"
        ]
    );
}

fn day(plan: &Plan, today: Date, text: &Text) -> Date {
    let moment = today.to_zoned(jiff::tz::TimeZone::UTC).expect("a moment");
    let occasion = Occasion::at(moment, 1);
    let text = plan.plan_scope(&occasion).text(text).expect("a day");
    Date::strptime("%Y%m%d", &text).expect("a date")
}

#[test]
fn ages_and_intervals_are_those_of_the_story_on_every_day() {
    let plan = plan();
    for today in ["2026-11-22", "2028-02-29", "2027-03-31", "2030-01-01"] {
        let today: Date = today.parse().expect("a date");
        let birth = |id: &str| day(&plan, today, &plan.data.patients[id].value.birth_date);
        let dose = |id: &str| day(&plan, today, &plan.data.orders[id].value.date);
        let last = |id: &str| day(&plan, today, &plan.data.stock[id].value.expires);
        let age = |id: &str| {
            let span = birth(id).until((jiff::Unit::Month, today)).expect("a span");
            span.get_months()
        };
        assert!((59..=60).contains(&age("jmv")), "{today}: {}", age("jmv"));
        assert!((19..=20).contains(&age("jmm")), "{today}: {}", age("jmm"));
        assert!(age("jmag") <= 1 && birth("jmag") == birth("jmrg"));
        let days = |from: Date, to: Date| from.until(to).expect("a span").get_days();
        // the hepatitis B dose of the practice and that of the IIS are of one day; the first MMR came before the first birthday
        assert_eq!(dose("jmv-own-hepb"), dose("jmv-iis-hepb-2"));
        assert_eq!(dose("jmv-own-mmr"), dose("jmv-iis-mmr-1"));
        assert_eq!(days(birth("jmv"), dose("jmv-own-mmr")), 294);
        assert_eq!(days(dose("jmv-elsewhere-mmr"), today), 14);
        assert_eq!(dose("jmv-iis-hepb-1"), birth("jmv"));
        assert!(last("engerix-b-expired") < today);
        for id in [
            "fluarix-public",
            "fluzone-private",
            "engerix-b-private",
            "pediarix-private",
        ] {
            assert!(last(id) > today, "{id}");
        }
        for (id, order) in &plan.data.orders {
            let given = dose(id);
            assert!(given >= birth(&order.value.patient.value), "{id}");
            assert!(given <= today, "{id} as of {today}");
            if let Some(expires) = &order.value.expires {
                assert!(day(&plan, today, expires) > given, "{id}");
            }
        }
    }
}

#[test]
fn the_reconciliation_takes_over_twenty_six_doses() {
    let plan = plan();
    let reconcile = plan
        .cases()
        .flat_map(|(_, c)| &c.steps)
        .find_map(|s| s.reconcile.as_ref())
        .expect("a reconciliation");
    assert_eq!(reconcile.import.len(), 26);
    assert_eq!(reconcile.leave.len(), 2);
    assert_eq!(reconcile.result.len(), 31);
}
