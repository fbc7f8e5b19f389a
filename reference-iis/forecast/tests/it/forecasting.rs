//! Chapters 5 and 7 to 9, rule by rule, on small schedules.

use crate::small::{
    after_previous, ages, answer, answer_with, code, date, day, first_dose, line, patient, period,
    second_dose, series, two_antigens, with_observation,
};
use titer_forecast::schedule::{
    AgeRow, AntigenContraindication, BirthImmunity, Condition, Conflict, Context, Dates,
    Indication, Logic, Schedule, Series, SeriesDose, SeriesKind, Skip, SkipSet, VaccineAges,
    VaccineContraindication,
};
use titer_forecast::{Certainty, LaterDoses, NoticeKind, Options, Patient, Sex};

/// What is said about X.
fn x(schedule: &Schedule, patient: &Patient, as_of: &str) -> String {
    answer(schedule, patient, as_of, |answer| line(answer, "X"))
}

fn vaccines(schedule: &Schedule, patient: &Patient, as_of: &str) -> Vec<String> {
    answer(schedule, patient, as_of, |answer| {
        let line = answer.lines().find(|line| line.group == "X");
        line.map_or_else(Vec::new, |line| {
            line.vaccines.iter().map(|cvx| (*cvx).to_owned()).collect()
        })
    })
}

fn forecast_skip(condition: Condition) -> Skip {
    let set = SkipSet {
        dates: Dates::default(),
        logic: Logic::All,
        conditions: vec![condition],
    };
    Skip {
        context: Context::Forecast,
        logic: Logic::Any,
        sets: vec![set],
    }
}

/// A risk series of X in group 2, with an indication.
fn risk(schedule: &mut Schedule) -> &mut Series {
    let mut risk = series("X risk series", "X", "03");
    risk.kind = SeriesKind::Risk;
    risk.selection.default = false;
    risk.selection.group = 2;
    risk.indications = vec![Indication {
        observation: code("001"),
        ages: ages("1y", "2y"),
        guidance: None,
    }];
    schedule.antigens[0].series.push(risk);
    schedule.antigens[0].series.last_mut().unwrap()
}

#[test]
fn dates_follow_ages_and_intervals() {
    let schedule = two_antigens();
    // latest recommended age 3 months + 4 weeks: past due one day before
    assert_eq!(
        x(&schedule, &patient(&[]), "2020-01-01"),
        "Not Complete 1 2020-03-01 2020-03-01 2020-04-28"
    );
    let one = patient(&[("2020-03-01", "01")]);
    assert_eq!(
        x(&schedule, &one, "2020-03-01"),
        "Not Complete 2 2020-03-29 2020-04-26 2020-05-30"
    );
    assert_eq!(
        x(&schedule, &one, "2022-03-01"),
        "Not Complete 2 2020-03-29 2020-04-26 2020-05-30",
        "never floored at the date"
    );
    let two = patient(&[("2020-03-01", "01"), ("2020-05-01", "01")]);
    assert_eq!(x(&schedule, &two, "2020-06-01"), "Complete - - - -");
}

#[test]
fn a_dose_that_does_not_count_puts_the_next_one_off() {
    let schedule = two_antigens();
    let early = patient(&[("2020-03-01", "01"), ("2020-03-10", "01")]);
    assert_eq!(
        x(&schedule, &early, "2020-03-10"),
        "Not Complete 2 2020-04-07 2020-05-05 2020-06-08"
    );
    let late = patient(&[("2020-02-01", "01")]);
    assert_eq!(
        x(&schedule, &late, "2020-02-01"),
        "Not Complete 1 2020-03-01 2020-03-01 2020-04-28"
    );
    let wrong = patient(&[("2020-05-01", "03")]);
    assert_eq!(
        x(&schedule, &wrong, "2020-05-01"),
        "Not Complete 1 2020-05-01 2020-05-01 2020-05-01"
    );
}

#[test]
fn an_age_closes_a_series() {
    let schedule = two_antigens();
    assert_eq!(
        x(&schedule, &patient(&[]), "2024-12-31"),
        "Not Complete 1 2020-03-01 2020-03-01 2020-04-28"
    );
    assert_eq!(
        x(&schedule, &patient(&[]), "2025-01-01"),
        "Aged Out - - - -"
    );
    let reason = |as_of: &str, doses: &[(&str, &str)]| {
        answer(&schedule, &patient(doses), as_of, |answer| {
            answer.series[0].reason.code()
        })
    };
    assert_eq!(reason("2025-01-01", &[]), "maximum-age-exceeded");
    assert_eq!(
        reason("2024-12-10", &[("2024-12-10", "01")]),
        "cannot-finish-before-maximum-age"
    );
}

#[test]
fn a_skip_is_looked_at_today_and_at_the_earliest_date() {
    let mut schedule = two_antigens();
    second_dose(&mut schedule).skips = vec![forecast_skip(Condition::Age(ages("1y", "")))];
    let given = patient(&[("2020-12-10", "01")]);
    // four weeks later the child is one year old, when the dose is no longer needed
    assert_eq!(x(&schedule, &given, "2020-12-10"), "Complete - - - -");
    assert_eq!(
        x(&schedule, &patient(&[("2020-11-01", "01")]), "2020-11-01"),
        "Not Complete 2 2020-11-29 2020-12-27 2021-01-30"
    );
    first_dose(&mut schedule).skips = vec![forecast_skip(Condition::Age(ages("1y", "")))];
    assert_eq!(
        x(&schedule, &patient(&[]), "2021-01-01"),
        "Not Recommended - - - -"
    );
}

#[test]
fn immunity_is_by_history_or_by_birth_in_a_country() {
    let mut schedule = two_antigens();
    schedule.antigens[0].immunity.history = vec![code("001")];
    let birth = BirthImmunity {
        before: date("2021-01-01").unwrap(),
        country: Some("U.S.".to_owned()),
        exclusions: vec![code("002")],
    };
    schedule.antigens[0].immunity.births = vec![birth];
    let mut nobody = patient(&[]);
    assert!(x(&schedule, &nobody, "2020-06-01").starts_with("Not Complete"));
    let immune = with_observation(nobody.clone(), "1", Certainty::Present);
    assert_eq!(x(&schedule, &immune, "2020-06-01"), "Immune - - - -");
    nobody.country = Some("USA".to_owned());
    assert_eq!(x(&schedule, &nobody, "2020-06-01"), "Immune - - - -");
    let excluded = with_observation(nobody.clone(), "002", Certainty::Present);
    assert!(x(&schedule, &excluded, "2020-06-01").starts_with("Not Complete"));
    nobody.country = Some("Canada".to_owned());
    assert!(x(&schedule, &nobody, "2020-06-01").starts_with("Not Complete"));
    // the leftmost column of Table 7-10: a finished series is complete, whatever the evidence
    let mut finished = patient(&[("2020-03-01", "01"), ("2020-05-01", "01")]);
    finished.country = Some("U.S.".to_owned());
    assert_eq!(x(&schedule, &finished, "2020-06-01"), "Complete - - - -");
}

#[test]
fn a_contraindication_is_of_the_antigen_or_of_vaccines() {
    let mut schedule = two_antigens();
    first_dose(&mut schedule)
        .preferable
        .push(crate::small::preferable("03"));
    second_dose(&mut schedule)
        .preferable
        .push(crate::small::preferable("03"));
    schedule.antigens[0].contraindications = vec![AntigenContraindication {
        observation: code("001"),
        ages: ages("", "1y"),
        guidance: Some(code("g-1")),
    }];
    let forbidden = |cvx: &str| VaccineAges {
        cvx: code(cvx),
        ages: ages("", "1y"),
    };
    schedule.antigens[0].vaccine_contraindications = vec![VaccineContraindication {
        observation: code("002"),
        guidance: None,
        vaccines: vec![forbidden("01")],
    }];
    let with = |code: &str| with_observation(patient(&[]), code, Certainty::Present);
    assert_eq!(
        x(&schedule, &with("001"), "2020-12-31"),
        "Contraindicated - - - -"
    );
    assert!(
        x(&schedule, &with("001"), "2021-01-01").starts_with("Not Complete"),
        "the age is that of the assessment date"
    );
    assert_eq!(
        vaccines(&schedule, &patient(&[]), "2020-06-01"),
        ["01", "03"]
    );
    assert_eq!(vaccines(&schedule, &with("002"), "2020-06-01"), ["03"]);
    schedule.antigens[0].vaccine_contraindications[0]
        .vaccines
        .push(forbidden("03"));
    assert_eq!(
        x(&schedule, &with("002"), "2020-06-01"),
        "Contraindicated - - - -"
    );
    let keys = answer(&schedule, &with("001"), "2020-06-01", |answer| {
        answer.groups[0]
            .guidance
            .iter()
            .map(|one| one.key.to_owned())
            .collect::<Vec<_>>()
    });
    assert_eq!(keys, ["g-1"]);
}

#[test]
fn what_is_not_known_changes_nothing_and_is_named() {
    let mut schedule = two_antigens();
    schedule.antigens[0].contraindications = vec![AntigenContraindication {
        observation: code("002"),
        ages: ages("", ""),
        guidance: None,
    }];
    risk(&mut schedule);
    let mut unknown = with_observation(patient(&[]), "001", Certainty::Unknown);
    unknown = with_observation(unknown, "002", Certainty::Unknown);
    answer(&schedule, &unknown, "2021-06-01", |answer| {
        let notices: Vec<_> = answer
            .notices
            .iter()
            .map(|notice| (notice.code, notice.kind))
            .collect();
        assert_eq!(
            notices,
            [
                ("002", NoticeKind::Contraindication),
                ("001", NoticeKind::Indication)
            ]
        );
        assert!(line(answer, "X").starts_with("Not Complete"));
        assert_eq!(answer.groups.len(), 2);
    });
}

#[test]
fn a_risk_series_needs_its_indication_at_its_age() {
    let mut schedule = two_antigens();
    risk(&mut schedule);
    let kinds = |schedule: &Schedule, patient: &Patient, as_of: &str| {
        answer(schedule, patient, as_of, |answer| {
            answer
                .forecasts_of("X")
                .map(|one| one.kind)
                .collect::<Vec<_>>()
        })
    };
    let indicated = with_observation(patient(&[]), "001", Certainty::Present);
    assert_eq!(
        kinds(&schedule, &indicated, "2020-12-31"),
        [SeriesKind::Standard]
    );
    assert_eq!(
        kinds(&schedule, &indicated, "2021-01-01"),
        [SeriesKind::Standard, SeriesKind::Risk]
    );
    assert_eq!(
        kinds(&schedule, &indicated, "2022-01-01"),
        [SeriesKind::Standard]
    );
    // equivalence is read from the series at hand: the standard series calls group 2 equivalent
    schedule.antigens[0].series[0].equivalent_groups = vec![2];
    assert_eq!(
        kinds(&schedule, &indicated, "2021-01-01"),
        [SeriesKind::Risk]
    );
    schedule.antigens[0].series[0].equivalent_groups.clear();
    schedule.antigens[0].series[1].equivalent_groups = vec![1];
    assert_eq!(
        kinds(&schedule, &indicated, "2021-01-01"),
        [SeriesKind::Standard, SeriesKind::Risk]
    );
    let mut complete = indicated.clone();
    complete.doses = patient(&[("2020-03-01", "01"), ("2020-05-01", "01")]).doses;
    assert_eq!(
        kinds(&schedule, &complete, "2021-01-01"),
        [SeriesKind::Standard]
    );
}

#[test]
fn a_series_may_be_for_one_sex() {
    let mut schedule = two_antigens();
    schedule.antigens[0].series[0].genders = vec![titer_forecast::schedule::Gender::Female];
    let mut patient = patient(&[]);
    assert_eq!(x(&schedule, &patient, "2020-06-01"), "none");
    patient.sex = Sex::Female;
    assert!(x(&schedule, &patient, "2020-06-01").starts_with("Not Complete"));
}

#[test]
fn a_complete_series_of_another_group_may_skip_a_dose() {
    let mut schedule = two_antigens();
    let needs_first = risk(&mut schedule);
    needs_first.kind = SeriesKind::Standard;
    needs_first.selection.default = true;
    for dose in &mut needs_first.doses {
        dose.skips = vec![forecast_skip(Condition::CompletedSeries(vec![1]))];
    }
    let statuses = |doses: &[(&str, &str)]| {
        answer(&schedule, &patient(doses), "2021-01-01", |answer| {
            answer
                .forecasts_of("X")
                .map(|one| one.status.code())
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(statuses(&[]), ["not-complete", "not-complete"]);
    assert_eq!(
        statuses(&[("2020-03-01", "01"), ("2020-05-01", "01")]),
        ["complete", "not-recommended"]
    );
}

#[test]
fn a_live_vaccine_puts_the_forecast_off_by_the_full_interval() {
    let mut schedule = two_antigens();
    let days = |text: &str| period(text).unwrap();
    schedule.conflicts = vec![Conflict {
        previous: code("02"),
        current: code("01"),
        begin: days("1d"),
        minimum_end: days("24d"),
        end: days("28d"),
    }];
    let given = patient(&[("2020-03-02", "02")]);
    assert_eq!(
        x(&schedule, &given, "2020-03-02"),
        "Not Complete 1 2020-03-30 2020-03-30 2020-04-28"
    );
    let reason = answer(&schedule, &given, "2020-03-02", |answer| {
        answer.series[0].reason.code()
    });
    assert_eq!(reason, "by-conflict");
}

/// X once in each winter.
fn seasonal() -> Schedule {
    let mut schedule = two_antigens();
    let season = Some(Dates {
        first: date("2021-10-01"),
        last: date("2022-03-31"),
    });
    let mut dose = SeriesDose {
        season,
        recurring: true,
        ..first_dose(&mut schedule).clone()
    };
    dose.ages = vec![AgeRow::default()];
    schedule.antigens[0].series[0].doses = vec![dose];
    schedule
}

#[test]
fn a_season_begins_and_ends_and_counts_its_own_doses() {
    let schedule = seasonal();
    assert_eq!(
        x(&schedule, &patient(&[]), "2021-06-01"),
        "Not Complete 1 2021-10-01 2021-10-01 -"
    );
    assert_eq!(
        x(&schedule, &patient(&[("2020-12-01", "01")]), "2021-12-01"),
        "Not Complete 1 2021-10-01 2021-10-01 -"
    );
    assert_eq!(
        x(&schedule, &patient(&[("2021-11-01", "01")]), "2021-12-01"),
        "Not Complete 2 2021-11-01 2021-11-01 -"
    );
    assert_eq!(
        x(&schedule, &patient(&[]), "2022-04-01"),
        "Not Recommended - - - -"
    );
    let shift = Options {
        shift_season: true,
        ..Options::default()
    };
    answer_with(&schedule, shift, &patient(&[]), "2022-04-01", |answer| {
        assert_eq!(line(answer, "X"), "Not Complete 1 2022-10-01 2022-10-01 -");
        assert_eq!(answer.groups[0].season_shift, 1, "what was moved is said");
    });
    answer_with(&schedule, shift, &patient(&[]), "2021-12-01", |answer| {
        assert_eq!(answer.groups[0].season_shift, 0);
    });
}

#[test]
fn a_recurring_dose_comes_up_again() {
    let mut schedule = two_antigens();
    second_dose(&mut schedule).recurring = true;
    let doses = [
        ("2020-03-01", "01"),
        ("2020-05-01", "01"),
        ("2020-07-01", "01"),
    ];
    assert_eq!(
        x(&schedule, &patient(&doses), "2020-08-01"),
        "Not Complete 4 2020-07-29 2020-08-26 2020-09-29"
    );
    let numbers = answer(&schedule, &patient(&doses), "2020-08-01", |answer| {
        answer
            .targets(&answer.series[0])
            .iter()
            .map(|target| target.number)
            .collect::<Vec<_>>()
    });
    assert_eq!(numbers, [1, 2, 2, 2]);
}

#[test]
fn doses_after_the_assessment_date_count_unless_told_otherwise() {
    let schedule = two_antigens();
    let ahead = patient(&[("2020-03-01", "01"), ("2020-05-01", "01")]);
    assert_eq!(x(&schedule, &ahead, "2020-04-01"), "Complete - - - -");
    let ignore = Options {
        later_doses: LaterDoses::Ignore,
        ..Options::default()
    };
    answer_with(&schedule, ignore, &ahead, "2020-04-01", |answer| {
        assert_eq!(
            line(answer, "X"),
            "Not Complete 2 2020-03-29 2020-04-26 2020-05-30"
        );
    });
}

#[test]
fn one_line_may_prefer_what_is_due() {
    let mut schedule = two_antigens();
    risk(&mut schedule).indications[0].ages = ages("", "");
    let mut indicated = with_observation(patient(&[]), "001", Certainty::Present);
    indicated.doses = patient(&[("2020-03-01", "01"), ("2020-05-01", "01")]).doses;
    assert_eq!(x(&schedule, &indicated, "2020-06-01"), "Complete - - - -");
    let due = Options {
        prefer_due: true,
        ..Options::default()
    };
    answer_with(&schedule, due, &indicated, "2020-06-01", |answer| {
        assert!(
            line(answer, "X").starts_with("Not Complete 1 2020-05-01"),
            "{}",
            line(answer, "X")
        );
    });
}

#[test]
fn without_any_minimum_the_recommended_age_stands_in() {
    let mut schedule = two_antigens();
    let row = AgeRow {
        earliest_recommended: period("7m"),
        ..AgeRow::default()
    };
    first_dose(&mut schedule).ages = vec![row];
    assert_eq!(
        x(&schedule, &patient(&[]), "2020-06-01"),
        "Not Complete 1 2020-08-01 2020-08-01 -"
    );
    first_dose(&mut schedule).ages = vec![AgeRow::default()];
    assert_eq!(
        x(&schedule, &patient(&[]), "2020-06-01"),
        "Not Complete 1 2020-06-01 2020-06-01 -"
    );
}

#[test]
fn doses_that_belong_to_no_antigen_are_named() {
    let schedule = two_antigens();
    let odd = patient(&[
        ("2020-03-01", "998"),
        ("2020-03-01", "01"),
        ("2020-03-01", ""),
    ]);
    answer(&schedule, &odd, "2020-06-01", |answer| {
        assert_eq!(answer.unmatched, [0, 2]);
    });
}

#[test]
fn of_thousands_of_doses_the_earliest_are_looked_at() {
    let schedule = two_antigens();
    let mut many = patient(&[]);
    for number in 0..2010 {
        let date = many.birth.plus(0, 3000 - number);
        many.doses.push(titer_forecast::Dose {
            date,
            cvx: "01".to_owned(),
            ..titer_forecast::Dose::default()
        });
    }
    answer(&schedule, &many, "2030-01-01", |answer| {
        assert_eq!(answer.unmatched, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
        assert_eq!(answer.evaluations(&answer.series[0]).len(), 2000);
    });
}

/// One vaccine group of two antigens.
fn blended(full: bool) -> Schedule {
    let mut schedule = two_antigens();
    schedule.groups.truncate(1);
    schedule.groups[0].antigens.push("Y".to_owned());
    schedule.groups[0].administer_full = Some(full);
    "X".clone_into(&mut schedule.antigens[1].series[0].vaccine_group);
    schedule
}

#[test]
fn a_group_of_antigens_blends_their_dates() {
    // X has its first dose, Y none: the latest earliest date; dose number by the flag
    let given = patient(&[("2020-03-01", "01")]);
    assert_eq!(
        x(&blended(true), &given, "2020-03-01"),
        "Not Complete 1 2020-03-29 2020-03-29 2020-04-28"
    );
    assert_eq!(
        x(&blended(false), &given, "2020-03-01"),
        "Not Complete 2 2020-03-29 2020-03-29 2020-04-28"
    );
    // an overriding interval: the earliest date of all, but not before the last dose of the group
    let mut schedule = blended(false);
    let interval = titer_forecast::schedule::Interval {
        priority: true,
        ..after_previous()
    };
    second_dose(&mut schedule).intervals = vec![interval];
    assert_eq!(
        x(&schedule, &given, "2020-03-01"),
        "Not Complete 2 2020-03-01 2020-03-01 2020-04-28"
    );
    answer(&schedule, &given, "2020-03-01", |answer| {
        assert_eq!(answer.groups[0].antigens, ["X", "Y"]);
        assert_eq!(answer.groups[0].vaccines, ["01", "02"]);
        assert!(answer.groups[0].priority);
    });
    let complete = patient(&[("2020-03-01", "01"), ("2020-05-01", "01")]);
    assert_eq!(
        x(&schedule, &complete, "2020-06-01"),
        "Not Complete 1 2020-03-01 2020-03-01 2020-04-28"
    );
    answer(&schedule, &complete, "2020-06-01", |answer| {
        assert_eq!(answer.groups[0].antigens, ["Y"]);
    });
    assert_eq!(
        day("2020-06-01").to_string(),
        answer(&schedule, &complete, "2020-06-01", |answer| answer
            .as_of
            .to_string())
    );
}
