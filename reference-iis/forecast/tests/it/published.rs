//! CDC's published cases, counted.

use crate::cdc::{schedule, shared};
use titer_forecast::cases::{Case, Tally, judge, read};
use titer_forecast::schedule::Schedule;
use titer_forecast::{Forecaster, Options, Scratch};

fn cases(file: &str) -> Option<(&'static Schedule, Vec<Case>)> {
    let schedule = schedule()?;
    let text = std::fs::read_to_string(shared()?.join("cdsi").join(file)).unwrap();
    let cases = read(file, &text, schedule).unwrap();
    Some((schedule, cases))
}

fn run(schedule: &Schedule, cases: &[Case], options: Options) -> (Tally, Vec<String>) {
    let forecaster = Forecaster::new(schedule, options);
    let (mut scratch, mut tally, mut missed) = (Scratch::default(), Tally::default(), Vec::new());
    for case in cases {
        let answer = forecaster.answer(&case.patient, case.as_of, &mut scratch);
        let (explained, trace) = forecaster.explain(&case.patient, case.as_of, &mut scratch);
        assert_eq!(answer, explained, "{}: asking why changes nothing", case.id);
        assert!(!trace.events.is_empty());
        let verdict = judge(case, &answer);
        tally.add(&verdict);
        if !verdict.passed() {
            missed.push(case.id.clone());
        }
    }
    (tally, missed)
}

#[test]
fn healthy_cases_agree() {
    let Some((schedule, cases)) = cases("healthy-v4.45.csv") else {
        return;
    };
    let (tally, missed) = run(schedule, &cases, Options::default());
    assert_eq!(missed, [""; 0]);
    assert_eq!(
        (tally.cases, tally.forecasts, tally.evaluations),
        (708, 708, 708)
    );
    // the inadvertent dose of the one that differs cannot be made from the data
    assert_eq!((tally.reasons, tally.reasons_agree), (176, 175));
    assert_eq!(tally.lines, 707);
}

/// The cases that the data and the specification cannot bring about; the documentation says why for each.
const OUT_OF_REACH: [&str; 21] = [
    "2016-UC-0003",
    "2016-UC-0032",
    "2016-UC-0057",
    "2016-UC-0110",
    "2016-UC-0114",
    "2016-UC-0123",
    "2016-UC-0128",
    "2016-UC-0133",
    "2016-UC-0153",
    "2016-UC-0178",
    "2016-UC-0198",
    "2017-UC-0015",
    "2020-UC-0003",
    "2022-UC-0001",
    "2022-UC-0005",
    "2022-UC-0017",
    "2022-UC-0030",
    "2022-UC-0031",
    "2023-UC-0048",
    "2023-UC-0050",
    "2025-UC-0015",
];

#[test]
fn underlying_conditions_agree_where_the_data_lets_them() {
    let Some((schedule, cases)) = cases("underlying-conditions-v4.6.csv") else {
        return;
    };
    let (tally, mut missed) = run(schedule, &cases, Options::default());
    missed.sort();
    assert_eq!(missed, OUT_OF_REACH);
    assert_eq!(
        (tally.cases, tally.forecasts, tally.evaluations),
        (235, 216, 231)
    );
}

/// The rows of the season of 2023 agree when the season of the data is moved there.
#[test]
fn cases_of_another_season_agree_when_the_season_is_moved() {
    let Some((schedule, mut cases)) = cases("underlying-conditions-v4.6.csv") else {
        return;
    };
    cases.retain(|case| matches!(case.id.as_str(), "2023-UC-0048" | "2023-UC-0050"));
    let options = Options {
        shift_season: true,
        ..Options::default()
    };
    let (tally, missed) = run(schedule, &cases, options);
    assert_eq!(missed, [""; 0]);
    assert_eq!((tally.forecasts, tally.evaluations), (2, 2));
}
