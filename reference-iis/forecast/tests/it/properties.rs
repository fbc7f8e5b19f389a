//! What holds for every patient, whoever makes them up.

use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use titer_forecast::schedule::{Code, Condition, Reference, Schedule, shipped};
use titer_forecast::{
    Answer, Certainty, ConflictReading, Day, Dose, Forecaster, LaterDoses, Observation, Options,
    Patient, Scratch, Sex,
};

/// The days from 1900 to 2200.
fn any_day() -> impl Strategy<Value = Day> {
    let first = Day::new(1900, 1, 1).unwrap().number();
    let last = Day::new(2200, 12, 31).unwrap().number();
    (first..=last).prop_map(Day::from_number)
}

/// CVX codes: mostly such as the schedule knows, sometimes others.
fn any_cvx() -> impl Strategy<Value = String> {
    let known: Vec<String> = shipped()
        .vaccines
        .iter()
        .map(|vaccine| vaccine.cvx.to_string())
        .collect();
    prop_oneof![
        9 => proptest::sample::select(known),
        1 => "[0-9A-Za-z \u{e9}]{0,6}",
    ]
}

/// Codes of observations: mostly such as the schedule knows.
fn any_observation() -> impl Strategy<Value = String> {
    let known: Vec<String> = shipped()
        .observations
        .iter()
        .map(|one| one.code.to_string())
        .collect();
    prop_oneof![9 => proptest::sample::select(known), 1 => ".{0,5}"]
}

prop_compose! {
    fn any_dose(birth: Day)(
        // mostly in childhood, sometimes before birth or whenever
        date in prop_oneof![
            6 => (0..2600i32).prop_map(move |days| birth.plus(0, days)),
            2 => (-400..30_000i32).prop_map(move |days| birth.plus(0, days)),
            1 => any_day(),
        ],
        cvx in any_cvx(),
        mvx in proptest::option::of(proptest::sample::select(vec!["SKB", "MSD", "PMC", "PFR", "?"])),
        volume in proptest::option::of(0u32..20_000),
        expiry in proptest::option::weighted(0.1, any_day()),
        condition in proptest::bool::weighted(0.05),
    ) -> Dose {
        Dose { id: String::new(), date, cvx, mvx: mvx.map(str::to_owned), product: None, volume, expiry, condition }
    }
}

prop_compose! {
    fn any_patient()(birth in any_day())(
        doses in proptest::collection::vec(any_dose(birth), 0..10),
        repeat in proptest::option::weighted(0.3, 0usize..10),
        observations in proptest::collection::vec((any_observation(), proptest::option::of(any_day()), proptest::bool::weighted(0.1)), 0..4),
        sex in proptest::sample::select(vec![Sex::Female, Sex::Male, Sex::Unknown]),
        country in proptest::option::of(proptest::sample::select(vec!["U.S.", "USA", "France", ""])),
        birth in Just(birth),
    ) -> Patient {
        let mut doses = doses;
        if let Some(dose) = repeat.and_then(|at| doses.get(at)).cloned() {
            doses.push(dose);
        }
        for (number, dose) in doses.iter_mut().enumerate() {
            dose.id = number.to_string();
        }
        let observations = observations
            .into_iter()
            .map(|(code, date, unknown)| Observation {
                code,
                date,
                certainty: if unknown { Certainty::Unknown } else { Certainty::Present },
            })
            .collect();
        Patient { birth, sex, country: country.map(str::to_owned), observations, doses }
    }
}

/// The assessment date: mostly in the patient's life.
fn with_date() -> impl Strategy<Value = (Patient, Day)> {
    any_patient().prop_flat_map(|patient| {
        let birth = patient.birth;
        let date = prop_oneof![
            4 => (0..30_000i32).prop_map(move |days| birth.plus(0, days)),
            1 => any_day(),
        ];
        (Just(patient), date)
    })
}

/// An answer in words that do not depend on where a dose stands in the patient's list.
fn words(patient: &Patient, answer: &Answer<'_>) -> String {
    let name = |index: u32| patient.doses[index as usize].id.as_str();
    let mut text = String::new();
    for series in &answer.series {
        let (status, reason, next) = (series.status, series.reason, &series.forecast);
        writeln!(
            text,
            "{} {status} {reason} {:?}",
            series.name, series.selection
        )
        .unwrap();
        if let Some(next) = next {
            let dates = (next.earliest, next.recommended, next.past_due, next.latest);
            writeln!(text, " {dates:?} {} {:?}", next.dose_number, next.vaccines).unwrap();
        }
        for one in answer.evaluations(series) {
            writeln!(text, " {} {} {:?}", name(one.dose), one.status, one.reasons).unwrap();
        }
    }
    for group in &answer.groups {
        writeln!(text, "{group:?}").unwrap();
    }
    text
}

fn group_words(answer: &Answer<'_>, group: &str) -> String {
    let mut text = String::new();
    for forecast in answer.forecasts_of(group) {
        let dates = (
            forecast.earliest,
            forecast.recommended,
            forecast.past_due,
            forecast.latest,
        );
        let rest = (
            forecast.status,
            forecast.dose_number,
            &forecast.vaccines,
            forecast.reasons,
        );
        let doses: Vec<_> = answer
            .doses_of(forecast)
            .iter()
            .map(|dose| (dose.dose, dose.status, dose.reasons))
            .collect();
        writeln!(text, "{dates:?} {rest:?} {doses:?}").unwrap();
    }
    text
}

/// Whether anything that the schedule says about a group mentions a vaccine.
fn mentions(schedule: &Schedule, group: &str, cvx: Code, others: &BTreeSet<Code>) -> bool {
    let group = schedule
        .groups
        .iter()
        .find(|one| one.name == group)
        .unwrap();
    let antigens = || {
        schedule
            .antigens
            .iter()
            .filter(|antigen| group.antigens.contains(&antigen.name))
    };
    let vaccine = schedule.vaccine(cvx).unwrap();
    if vaccine
        .antigens
        .iter()
        .any(|one| group.antigens.contains(&one.antigen))
    {
        return true;
    }
    let doses = || {
        antigens()
            .flat_map(|antigen| &antigen.series)
            .flat_map(|series| &series.doses)
    };
    let counted = doses()
        .flat_map(|dose| &dose.skips)
        .flat_map(|skip| &skip.sets)
        .flat_map(|set| &set.conditions)
        .any(|condition| matches!(condition, Condition::Count(count) if count.vaccines.contains(&cvx)));
    let referred = doses().flat_map(|dose| &dose.intervals).any(
        |interval| matches!(&interval.from, Reference::MostRecent(codes) if codes.contains(&cvx)),
    );
    let conflicts = schedule
        .conflicts
        .iter()
        .filter(|conflict| conflict.previous == cvx)
        .any(|conflict| {
            others.contains(&conflict.current)
                || doses()
                    .flat_map(|dose| &dose.preferable)
                    .any(|row| row.cvx == conflict.current)
        });
    counted || referred || conflicts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    /// Any order of the doses, as long as doses of one day keep theirs.
    #[test]
    fn the_order_of_doses_does_not_matter((patient, as_of) in with_date(), seed in any::<u64>()) {
        let forecaster = Forecaster::shipped();
        let mut scratch = Scratch::default();
        let mut shuffled = patient.clone();
        // a stable order by a number that is the same for all doses of a day
        shuffled.doses.sort_by_key(|dose| (seed ^ u64::from(dose.date.number().unsigned_abs())).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let one = words(&patient, &forecaster.answer(&patient, as_of, &mut scratch));
        let other = words(&shuffled, &forecaster.answer(&shuffled, as_of, &mut scratch));
        prop_assert_eq!(one, other);
    }

    /// A dose that nothing said about a group mentions leaves the group's answer as it is.
    #[test]
    fn an_unrelated_dose_changes_no_other_group(
        (mut patient, as_of) in with_date(), days in 0..2600i32, pick in any::<proptest::sample::Index>(),
    ) {
        let (forecaster, schedule) = (Forecaster::shipped(), shipped());
        let extra = schedule.vaccines[pick.index(schedule.vaccines.len())].cvx;
        let given: BTreeSet<Code> = patient.doses.iter().filter_map(|dose| Code::cvx(dose.cvx.trim())).collect();
        let before = forecaster.answer(&patient, as_of, &mut Scratch::default());
        let date = patient.birth.plus(0, days);
        patient.doses.push(Dose { id: "extra".to_owned(), date, cvx: extra.to_string(), ..Dose::default() });
        let after = forecaster.answer(&patient, as_of, &mut Scratch::default());
        for group in &schedule.groups {
            if !mentions(schedule, &group.name, extra, &given) {
                let (before, after) = (group_words(&before, &group.name), group_words(&after, &group.name));
                prop_assert_eq!(before, after, "{} after CVX {}", group.name, extra);
            }
        }
    }

    /// Dates stand in their order.
    #[test]
    fn dates_stand_in_order((patient, as_of) in with_date()) {
        let forecaster = Forecaster::shipped();
        let answer = forecaster.answer(&patient, as_of, &mut Scratch::default());
        for series in &answer.series {
            let Some(next) = &series.forecast else { continue };
            prop_assert!(next.recommended >= next.earliest, "{}", series.name);
            prop_assert!(next.past_due.is_none_or(|day| day >= next.recommended), "{} {:?}", series.name, next);
            prop_assert!(next.latest.is_none_or(|day| day >= next.earliest), "{} {:?}", series.name, next);
        }
        for group in &answer.groups {
            let (earliest, recommended) = (group.earliest, group.recommended);
            prop_assert_eq!(earliest.is_some(), group.status == titer_forecast::SeriesStatus::NotComplete);
            prop_assert!(recommended >= earliest, "{:?}", group);
            prop_assert!(group.past_due.is_none_or(|day| Some(day) >= recommended), "{:?}", group);
        }
        let mut groups: Vec<&str> = answer.groups.iter().map(|group| group.group).collect();
        groups.dedup();
        prop_assert_eq!(groups.len(), answer.lines().count(), "one line for each group that has a forecast");
    }

    /// Whatever the options, nothing panics; asking why changes nothing; nothing is left over from the patient before.
    #[test]
    fn answers_depend_on_nothing_else(
        (patient, as_of) in with_date(), (other, when) in with_date(),
        shift_season in any::<bool>(), prefer_due in any::<bool>(), own in any::<bool>(), ignore in any::<bool>(),
    ) {
        let forecaster = Forecaster::shipped();
        let options = Options {
            shift_season,
            prefer_due,
            conflict: if own { ConflictReading::AnyAntigen } else { ConflictReading::InSeries },
            later_doses: if ignore { LaterDoses::Ignore } else { LaterDoses::Evaluate },
        };
        let forecaster = forecaster.clone().with_options(options);
        let fresh = forecaster.answer(&patient, as_of, &mut Scratch::default());
        let (mut scratch, mut used) = (Scratch::default(), Answer::default());
        forecaster.answer_into(&other, when, &mut scratch, &mut used);
        forecaster.answer_into(&patient, as_of, &mut scratch, &mut used);
        prop_assert_eq!(&fresh, &used);
        let (explained, trace) = forecaster.explain(&patient, as_of, &mut scratch);
        prop_assert_eq!(&fresh, &explained);
        prop_assert!(!trace.events.is_empty());
    }
}
