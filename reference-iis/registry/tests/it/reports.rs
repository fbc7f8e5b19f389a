//! What becomes of reports.

use crate::people::{authority, clock, dose, mrn, probe, registry, report, said};
use titer_registry::record::{Completion, DoseKind, Observation, PersonRecord};
use titer_registry::report::{
    Action, DoseOutcome, OnMany, Outcome, PersonOutcome, Report, ReportedObservations,
};
use titer_registry::value::{Coded, Composite, OrderNumber, PersonName, Stated};
use titer_registry::{Asker, Found, Probe, Registry};

fn send(registry: &Registry, report: &Report) -> Outcome {
    registry.report(report, OnMany::Add).unwrap()
}

fn asker(organization: &str) -> Asker {
    Asker {
        organization: organization.into(),
        sees_protected: false,
    }
}

fn found(registry: &Registry, probe: &Probe) -> PersonRecord {
    match registry.search(probe, &asker("CLINIC")).unwrap() {
        Found::One(record) => *record,
        Found::Possible(many) => panic!("{} persons are possible", many.len()),
        Found::None => panic!("nobody was found"),
    }
}

fn doses(record: &PersonRecord) -> Vec<(String, String, DoseKind)> {
    record
        .doses
        .iter()
        .map(|d| {
            (
                d.content.cvx.clone(),
                d.content.day().to_owned(),
                d.content.kind(),
            )
        })
        .collect()
}

#[test]
fn a_person_is_added_found_and_updated() {
    let registry = registry();
    let first = send(
        &registry,
        &report("1", vec![dose(Action::Add, "a", "08", "20200103", "00")]),
    );
    let PersonOutcome::Added(id) = first.person else {
        panic!("{first:?}")
    };
    assert_eq!(first.doses, [DoseOutcome::Added]);
    let mut again = report("1", vec![dose(Action::Add, "b", "20", "20200303", "00")]);
    again.said.sex = Stated::Deleted;
    again.said.birth_order = Stated::Value("2".into());
    again.identifiers.push(titer_registry::value::Identifier {
        value: "77".into(),
        authority: authority("OTHER"),
        type_code: "PI".into(),
    });
    let second = send(&registry, &again);
    assert_eq!(second.person, PersonOutcome::Updated(id));
    let record = found(&registry, &probe("1"));
    assert_eq!(record.id, id);
    assert_eq!(record.version, 2);
    assert_eq!(record.demographics.sex, "");
    assert_eq!(record.demographics.birth_order, "2");
    assert_eq!(record.identifiers.len(), 2);
    assert_eq!(record.doses.len(), 2);
    assert_eq!(record.created, "2026-11-22T10:00:00Z");
    let said = registry.reports(id).unwrap();
    assert_eq!(said.len(), 2);
    assert_eq!(said[0].raw, b"MSH|...1");
    assert!(said[1].said.sex == Stated::Deleted);
    assert!(record.statements[1].report == said[1].id);
}

#[test]
fn the_same_message_again_changes_nothing() {
    let registry = registry();
    let message = report("1", vec![dose(Action::Add, "a", "08", "20200103", "00")]);
    let PersonOutcome::Added(id) = send(&registry, &message).person else {
        panic!()
    };
    let commits = registry.commits();
    let again = send(&registry, &message);
    assert_eq!(
        again,
        Outcome {
            person: PersonOutcome::Unchanged(id),
            doses: vec![DoseOutcome::Unchanged]
        }
    );
    assert_eq!(registry.commits(), commits);
    assert_eq!(registry.reports(id).unwrap().len(), 1);
    // the same content in another message is kept as said, and changes no belief
    let mut other = message.clone();
    other.control_id = "message-2".into();
    assert_eq!(send(&registry, &other).person, PersonOutcome::Unchanged(id));
    assert_eq!(registry.reports(id).unwrap().len(), 2);
}

#[test]
fn an_update_replaces_moves_and_keeps_the_dose() {
    let registry = registry();
    send(
        &registry,
        &report("1", vec![dose(Action::Add, "a", "08", "20200103", "00")]),
    );
    let before = found(&registry, &probe("1")).doses[0].id;
    let outcome = send(
        &registry,
        &report(
            "1",
            vec![
                dose(Action::Update, "a", "08", "20200104", "00"),
                dose(Action::Update, "b", "20", "20200104", "00"),
            ],
        ),
    );
    assert_eq!(outcome.doses, [DoseOutcome::Updated, DoseOutcome::Added]);
    let record = found(&registry, &probe("1"));
    assert_eq!(record.doses.len(), 2);
    assert_eq!(record.doses[0].id, before);
    assert_eq!(record.doses[0].content.given_on, "20200104");
}

#[test]
fn a_delete_removes_and_an_unknown_one_creates_nothing() {
    let registry = registry();
    send(
        &registry,
        &report("1", vec![dose(Action::Add, "a", "08", "20200103", "00")]),
    );
    let mut elsewhere = dose(Action::Delete, "a", "08", "20200103", "00");
    elsewhere.content.filler.authority = authority("ELSEWHERE");
    let outcome = send(
        &registry,
        &report(
            "1",
            vec![
                elsewhere,
                dose(Action::Delete, "x", "08", "20200103", "00"),
                dose(Action::Delete, "a", "08", "20200103", "00"),
                dose(Action::Delete, "a", "08", "20200103", "00"),
            ],
        ),
    );
    assert_eq!(
        outcome.doses,
        [
            DoseOutcome::NotFound,
            DoseOutcome::NotFound,
            DoseOutcome::Deleted,
            DoseOutcome::NotFound
        ]
    );
    assert!(found(&registry, &probe("1")).doses.is_empty());
    assert_eq!(registry.counts().unwrap().doses, 0);
}

#[test]
fn given_beats_told_and_the_told_one_comes_back() {
    let registry = registry();
    send(
        &registry,
        &report(
            "1",
            vec![
                dose(Action::Add, "h1", "08", "20200103", "01"),
                dose(Action::Add, "h2", "08", "20200103", "02"),
            ],
        ),
    );
    let day = "20200103".to_owned();
    assert_eq!(
        doses(&found(&registry, &probe("1"))),
        [("08".into(), day.clone(), DoseKind::Historical)]
    );
    send(
        &registry,
        &report("1", vec![dose(Action::Add, "a", "08", "20200103", "00")]),
    );
    let record = found(&registry, &probe("1"));
    assert_eq!(
        doses(&record),
        [("08".into(), day.clone(), DoseKind::Administered)]
    );
    assert_eq!(record.doses[0].sources.len(), 3);
    let late = send(
        &registry,
        &report("1", vec![dose(Action::Add, "h3", "08", "20200103", "01")]),
    );
    assert_eq!(late.doses, [DoseOutcome::Superseded]);
    // taking back what was told leaves what was given
    send(
        &registry,
        &report(
            "1",
            vec![dose(Action::Delete, "h1", "08", "20200103", "01")],
        ),
    );
    assert_eq!(found(&registry, &probe("1")).doses.len(), 1);
    // taking back what was given leaves what is told
    send(
        &registry,
        &report("1", vec![dose(Action::Delete, "a", "08", "20200103", "00")]),
    );
    assert_eq!(
        doses(&found(&registry, &probe("1"))),
        [("08".into(), day, DoseKind::Historical)]
    );
}

#[test]
fn a_partial_dose_and_a_complete_one_on_a_day_stay_two() {
    let registry = registry();
    let mut partial = dose(Action::Add, "p", "08", "20200103", "00");
    partial.content.completion = Completion::Partial;
    send(
        &registry,
        &report(
            "1",
            vec![partial, dose(Action::Add, "a", "08", "20200103", "00")],
        ),
    );
    assert_eq!(found(&registry, &probe("1")).doses.len(), 2);
}

#[test]
fn refusals_are_recorded_side_by_side() {
    let registry = registry();
    let refusal = |cvx: &str, reason: &str| {
        let mut d = dose(Action::Add, "9999", cvx, "20200103", "");
        d.content.completion = Completion::Refused;
        d.content.notes.clear();
        d.content.refusal_reasons = vec![Coded::new(reason, "", "NIP002")];
        d
    };
    let outcome = send(
        &registry,
        &report("1", vec![refusal("21", "00"), refusal("08", "00")]),
    );
    assert_eq!(outcome.doses, [DoseOutcome::Added, DoseOutcome::Added]);
    let outcome = send(
        &registry,
        &report("1", vec![refusal("21", "02"), refusal("08", "00")]),
    );
    assert_eq!(
        outcome.doses,
        [DoseOutcome::Updated, DoseOutcome::Unchanged]
    );
    let record = found(&registry, &probe("1"));
    assert_eq!(record.doses.len(), 2);
    assert!(
        record
            .doses
            .iter()
            .all(|d| d.content.kind() == DoseKind::Refused)
    );
    assert_eq!(record.doses[1].content.refusal_reasons[0].code, "02");
}

#[test]
fn observations_without_a_vaccine_are_the_persons_own() {
    let registry = registry();
    let immunity = |deleted| {
        let mut r = report("1", vec![]);
        r.control_id = format!("immunity-{deleted}");
        r.observations = vec![ReportedObservations {
            deleted,
            reported_on: "20200103".into(),
            observations: vec![Observation {
                value_type: "CE".into(),
                code: Coded::new("59784-9", "", "LN"),
                group: "1".into(),
                values: vec![Composite::of(["38907003", "", "SCT"])],
                ..Observation::default()
            }],
        }];
        r
    };
    send(&registry, &immunity(false));
    let mut again = immunity(false);
    again.control_id = "again".into();
    send(&registry, &again);
    let record = found(&registry, &probe("1"));
    assert_eq!((record.observations.len(), record.doses.len()), (1, 0));
    assert_eq!(record.observations[0].observation.code.code, "59784-9");
    send(&registry, &immunity(true));
    assert!(found(&registry, &probe("1")).observations.is_empty());
}

#[test]
fn a_protected_record_is_its_owners_alone() {
    let registry = registry();
    let mut hide = report("1", vec![dose(Action::Add, "a", "08", "20200103", "00")]);
    hide.protection = Stated::Value("Y".into());
    hide.protection_date = Stated::Value("20200103".into());
    send(&registry, &hide);
    let mut stranger = report("1", vec![dose(Action::Delete, "a", "08", "20200103", "00")]);
    stranger.submitter.organization = "STRANGER".into();
    stranger.protection = Stated::Value("N".into());
    let outcome = send(&registry, &stranger);
    assert_eq!(outcome.person, PersonOutcome::Protected);
    assert!(outcome.doses.is_empty());
    assert!(matches!(
        registry.search(&probe("1"), &asker("STRANGER")).unwrap(),
        Found::None
    ));
    let all = Asker {
        organization: "STRANGER".into(),
        sees_protected: true,
    };
    assert!(matches!(
        registry.search(&probe("1"), &all).unwrap(),
        Found::One(_)
    ));
    let record = found(&registry, &probe("1"));
    assert_eq!(record.protection.owner, "CLINIC");
    assert_eq!(registry.reports(record.id).unwrap().len(), 1);
    assert_eq!(record.doses.len(), 1);
    let mut open = report("1", vec![]);
    open.protection = Stated::Value("N".into());
    send(&registry, &open);
    assert!(matches!(
        registry.search(&probe("1"), &asker("STRANGER")).unwrap(),
        Found::One(_)
    ));
}

#[test]
fn twins_get_records_of_their_own() {
    let registry = registry();
    let twin = |number: &str, given: &str, order: &str| {
        let mut r = report(number, vec![]);
        r.said = said("Banks", given, "20141001");
        r.said.multiple_birth = Stated::Value("Y".into());
        r.said.birth_order = Stated::Value(order.into());
        r
    };
    send(&registry, &twin("1", "Tyler", "1"));
    send(&registry, &twin("2", "Taylor", "2"));
    assert_eq!(registry.counts().unwrap().persons, 2);
    let only = Probe {
        demographics: titer_registry::record::Demographics {
            names: vec![PersonName(Composite::of(["BANKS", "tyler"]))],
            birth_date: "20141001".into(),
            ..Default::default()
        },
        ..Probe::default()
    };
    assert!(found(&registry, &only).identifiers == [mrn("1")]);
}

#[test]
fn many_alike_are_possible_matches_or_are_turned_away() {
    let registry = registry();
    for (number, middle) in [("1", "Allan"), ("2", "Bernard"), ("3", "Carl")] {
        let mut r = report(number, vec![]);
        r.said.names = Stated::Value(vec![PersonName(Composite::of(["Smith", "James", middle]))]);
        send(&registry, &r);
    }
    let mut plain = report("4", vec![]);
    plain.identifiers.clear();
    plain.said.names = Stated::Value(vec![PersonName(Composite::of(["Smith", "James"]))]);
    let probe = Probe {
        demographics: titer_registry::record::Demographics {
            names: vec![PersonName(Composite::of(["Smith", "James"]))],
            birth_date: "20200102".into(),
            ..Default::default()
        },
        ..Probe::default()
    };
    match registry.search(&probe, &asker("CLINIC")).unwrap() {
        Found::Possible(persons) => assert_eq!(persons.len(), 3),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        registry.report(&plain, OnMany::Reject).unwrap().person,
        PersonOutcome::Ambiguous(3)
    );
    assert_eq!(registry.counts().unwrap().persons, 3);
    assert!(matches!(
        registry.report(&plain, OnMany::Add).unwrap().person,
        PersonOutcome::Added(_)
    ));
    assert_eq!(registry.counts().unwrap().persons, 4);
}

#[test]
fn paging_goes_through_everybody_once() {
    let registry = registry();
    for n in 0..7 {
        send(&registry, &report(&n.to_string(), vec![]));
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = registry.page(after, 3).unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        seen.extend(page.iter().map(|r| r.id));
    }
    assert_eq!(seen.len(), 7);
    assert!(seen.is_sorted());
}

#[test]
fn the_same_seed_and_clock_give_the_same_records() {
    let run = || {
        let registry = Registry::memory(clock(), 7).unwrap();
        for n in 0..3 {
            send(
                &registry,
                &report(
                    &n.to_string(),
                    vec![dose(Action::Add, "a", "08", "20200103", "00")],
                ),
            );
        }
        serde_json::to_string(&registry.page(None, 10).unwrap()).unwrap()
    };
    assert_eq!(run(), run());
}

#[test]
fn an_order_number_without_an_order_names_none() {
    assert!(!OrderNumber::default().names_an_order());
    assert!(
        !OrderNumber {
            value: "9999".into(),
            ..OrderNumber::default()
        }
        .names_an_order()
    );
}
