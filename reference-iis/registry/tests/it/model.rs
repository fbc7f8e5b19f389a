//! Any sequence of adds, updates and deletes against a model that knows nothing of how the registry does it.

use crate::people::{clock, dose, probe, report};
use proptest::prelude::*;
use std::collections::BTreeMap;
use titer_registry::record::DoseKind;
use titer_registry::report::{Action, DoseOutcome, OnMany};
use titer_registry::{Asker, Found, Registry};

#[derive(Clone, Copy, Debug)]
struct Step {
    action: Action,
    filler: u8,
    cvx: u8,
    day: u8,
    given: bool,
}

fn step() -> impl Strategy<Value = Step> {
    (
        prop_oneof![
            3 => Just(Action::Add),
            2 => Just(Action::Update),
            2 => Just(Action::Delete)
        ],
        0..5u8,
        0..2u8,
        0..2u8,
        any::<bool>(),
    )
        .prop_map(|(action, filler, cvx, day, given)| Step {
            action,
            filler,
            cvx,
            day,
            given,
        })
}

/// What each filler number says last.
type Model = BTreeMap<u8, (u8, u8, bool)>;

/// Day, vaccine and whether it was given: the doses a reader shall see, sorted.
fn visible(model: &Model) -> Vec<(u8, u8, bool)> {
    let mut seen = Vec::new();
    for day in 0..2 {
        for cvx in 0..2 {
            let here = |given: bool| model.values().filter(|v| **v == (cvx, day, given)).count();
            match (here(true), here(false)) {
                (0, 0) => {}
                (0, _) => seen.push((day, cvx, false)),
                (n, _) => seen.extend(std::iter::repeat_n((day, cvx, true), n)),
            }
        }
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_registry_believes_what_the_model_believes(
        steps in prop::collection::vec(step(), 1..40),
        group in 1..4usize,
    ) {
        let registry = Registry::memory(clock(), 3).unwrap();
        let mut model = Model::new();
        for (n, steps) in steps.chunks(group).enumerate() {
            let doses = steps
                .iter()
                .map(|s| {
                    dose(
                        s.action,
                        &format!("order-{}", s.filler),
                        ["08", "20"][usize::from(s.cvx)],
                        ["20200301", "20200401"][usize::from(s.day)],
                        if s.given { "00" } else { "01" },
                    )
                })
                .collect();
            let mut message = report("1", doses);
            message.control_id = n.to_string();
            let outcome = registry.report(&message, OnMany::Add).unwrap();
            for (s, outcome) in steps.iter().zip(&outcome.doses) {
                let said = (s.cvx, s.day, s.given);
                let expected: &[DoseOutcome] = match (s.action, model.get(&s.filler)) {
                    (Action::Delete, Some(_)) => &[DoseOutcome::Deleted],
                    (Action::Delete, None) => &[DoseOutcome::NotFound],
                    (_, None) => &[DoseOutcome::Added, DoseOutcome::Superseded],
                    (_, Some(known)) if *known == said => &[DoseOutcome::Unchanged],
                    (_, Some(_)) => &[DoseOutcome::Updated],
                };
                prop_assert!(expected.contains(outcome), "{s:?} gave {outcome:?}");
                if s.action == Action::Delete {
                    model.remove(&s.filler);
                } else {
                    model.insert(s.filler, said);
                }
            }
            let asker = Asker { organization: "CLINIC".into(), sees_protected: false };
            let Found::One(record) = registry.search(&probe("1"), &asker).unwrap() else {
                return Err(TestCaseError::fail("the person is gone"));
            };
            let seen: Vec<(u8, u8, bool)> = record
                .doses
                .iter()
                .map(|d| {
                    (
                        u8::from(d.content.given_on == "20200401"),
                        u8::from(d.content.cvx == "20"),
                        d.content.kind() == DoseKind::Administered,
                    )
                })
                .collect();
            prop_assert_eq!(seen, visible(&model));
            let mut sources: Vec<_> = record.doses.iter().flat_map(|d| d.sources.clone()).collect();
            sources.sort_unstable();
            let mut stated: Vec<_> = record.statements.iter().map(|s| s.id).collect();
            stated.sort_unstable();
            prop_assert_eq!(sources, stated);
        }
    }
}
