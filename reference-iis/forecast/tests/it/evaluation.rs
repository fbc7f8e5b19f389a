//! Chapter 6, rule by rule, on small schedules.

use crate::small::{
    after_previous, ages, answer_with, code, date, day, first_dose, judged, patient, period,
    preferable, second_dose, series, two_antigens,
};
use titer_forecast::schedule::{
    AllowableInterval, Compare, Condition, Conflict, Context, Dates, DoseKind, Interval, Logic,
    Reference, Skip, SkipSet, VaccineAges, VaccineCount, Volume,
};
use titer_forecast::{ConflictReading, Options};

fn skip(context: Context, conditions: Vec<Condition>) -> Skip {
    let set = SkipSet {
        dates: Dates::default(),
        logic: Logic::All,
        conditions,
    };
    Skip {
        context,
        logic: Logic::Any,
        sets: vec![set],
    }
}

fn count(compare: Compare, count: u8) -> Condition {
    Condition::Count(VaccineCount {
        vaccines: Vec::new(),
        ages: ages("", ""),
        dates: Dates::default(),
        kind: DoseKind::Total,
        compare,
        count,
    })
}

#[test]
fn ages_have_grace_days_and_an_end() {
    let schedule = two_antigens();
    for (given, expected) in [
        ("2020-02-25", "Not Valid too-young"),
        ("2020-02-26", "Valid age-grace"),
        ("2020-02-29", "Valid age-grace"),
        ("2020-03-01", "Valid"),
        ("2024-12-31", "Valid"),
        ("2025-01-01", "Extraneous too-old"),
    ] {
        assert_eq!(
            judged(&schedule, &patient(&[(given, "01")])),
            [expected],
            "{given}"
        );
    }
}

#[test]
fn intervals_have_grace_days() {
    let schedule = two_antigens();
    for (given, expected) in [
        ("2020-03-24", "Not Valid too-soon"),
        ("2020-03-25", "Valid interval-grace"),
        ("2020-03-28", "Valid interval-grace"),
        ("2020-03-29", "Valid"),
    ] {
        let patient = patient(&[("2020-03-01", "01"), (given, "01")]);
        assert_eq!(judged(&schedule, &patient)[1], expected, "{given}");
    }
}

#[test]
fn a_dose_that_is_too_old_and_wrong_otherwise_is_extraneous() {
    let schedule = two_antigens();
    let judged = judged(&schedule, &patient(&[("2026-01-01", "03")]));
    assert_eq!(judged, ["Extraneous too-old not-allowed"]);
}

#[test]
fn doses_after_the_last_are_extraneous() {
    let schedule = two_antigens();
    let patient = patient(&[
        ("2020-03-01", "01"),
        ("2020-05-01", "01"),
        ("2020-09-01", "01"),
    ]);
    assert_eq!(
        judged(&schedule, &patient),
        ["Valid", "Valid", "Extraneous series-complete"]
    );
}

#[test]
fn an_expired_or_bad_dose_is_sub_standard_and_no_reference() {
    let schedule = two_antigens();
    let mut patient = patient(&[
        ("2020-03-01", "01"),
        ("2020-03-25", "01"),
        ("2020-03-30", "01"),
    ]);
    patient.doses[1].expiry = Some(day("2020-03-24"));
    assert_eq!(
        judged(&schedule, &patient),
        ["Valid", "Sub-standard expired", "Valid"]
    );
    patient.doses[1].expiry = Some(day("2020-03-25"));
    assert_eq!(judged(&schedule, &patient)[1], "Valid interval-grace");
    patient.doses[0].condition = true;
    patient.doses[0].expiry = Some(day("2019-12-31"));
    assert_eq!(
        judged(&schedule, &patient)[0],
        "Sub-standard expired condition"
    );
}

#[test]
fn an_inadvertent_vaccine_is_judged_no_further_and_is_no_reference() {
    let mut schedule = two_antigens();
    second_dose(&mut schedule).inadvertent = vec![code("03")];
    let patient = patient(&[
        ("2020-03-01", "01"),
        ("2020-03-20", "03"),
        ("2020-03-29", "01"),
    ]);
    assert_eq!(
        judged(&schedule, &patient),
        ["Valid", "Not Valid inadvertent-vaccine", "Valid"]
    );
}

#[test]
fn an_allowable_interval_is_enough() {
    let mut schedule = two_antigens();
    let short = patient(&[("2020-03-01", "01"), ("2020-03-15", "01")]);
    assert_eq!(judged(&schedule, &short)[1], "Not Valid too-soon");
    second_dose(&mut schedule).allowable_intervals = vec![AllowableInterval {
        from: Reference::TargetDose(1),
        absolute_minimum: period("14d"),
        dates: Dates::default(),
    }];
    assert_eq!(judged(&schedule, &short)[1], "Valid allowable-interval");
    let shorter = patient(&[("2020-03-01", "01"), ("2020-03-14", "01")]);
    assert_eq!(judged(&schedule, &shorter)[1], "Not Valid too-soon");
}

#[test]
fn rows_hold_between_their_dates() {
    let mut schedule = two_antigens();
    let until = Dates {
        first: None,
        last: date("2020-04-01"),
    };
    second_dose(&mut schedule).intervals = vec![Interval {
        dates: until,
        ..after_previous()
    }];
    let on_the_last_day = patient(&[("2020-03-28", "01"), ("2020-04-01", "01")]);
    assert_eq!(judged(&schedule, &on_the_last_day)[1], "Not Valid too-soon");
    let a_day_later = patient(&[("2020-03-28", "01"), ("2020-04-02", "01")]);
    assert_eq!(judged(&schedule, &a_day_later)[1], "Valid");
}

#[test]
fn an_interval_may_count_from_the_most_recent_dose_of_any_antigen() {
    let mut schedule = two_antigens();
    first_dose(&mut schedule).intervals = vec![Interval {
        from: Reference::MostRecent(vec![code("02")]),
        ..after_previous()
    }];
    assert_eq!(
        judged(
            &schedule,
            &patient(&[("2020-03-01", "02"), ("2020-03-02", "01")])
        ),
        ["Not Valid too-soon"]
    );
    assert_eq!(
        judged(
            &schedule,
            &patient(&[("2020-03-02", "02"), ("2020-03-02", "01")])
        ),
        ["Valid"],
        "not of the same day"
    );
    assert_eq!(
        judged(&schedule, &patient(&[("2020-03-02", "01")])),
        ["Valid"],
        "without a reference it does not bind"
    );
}

#[test]
fn a_product_is_compared_only_when_it_is_known() {
    let mut schedule = two_antigens();
    first_dose(&mut schedule).preferable[0].mvx = Some(code("SKB"));
    first_dose(&mut schedule).preferable[0].volume = Volume::parse("0.5");
    let mut patient = patient(&[("2020-03-01", "01")]);
    assert_eq!(judged(&schedule, &patient), ["Valid"]);
    patient.doses[0].mvx = Some("MSD".to_owned());
    assert_eq!(
        judged(&schedule, &patient),
        ["Not Valid not-allowed other-product"]
    );
    first_dose(&mut schedule).allowable = vec![VaccineAges {
        cvx: code("01"),
        ages: ages("", ""),
    }];
    assert_eq!(judged(&schedule, &patient), ["Valid other-product"]);
    patient.doses[0].mvx = Some("skb ".to_owned());
    patient.doses[0].volume = Some(4999);
    assert_eq!(judged(&schedule, &patient), ["Valid low-volume"]);
    patient.doses[0].volume = Some(5000);
    assert_eq!(judged(&schedule, &patient), ["Valid"]);
}

#[test]
fn a_vaccine_has_ages_of_its_own() {
    let mut schedule = two_antigens();
    first_dose(&mut schedule).preferable[0].ages = ages("3m", "4m");
    for (given, expected) in [
        ("2020-03-31", "Not Valid not-allowed vaccine-age"),
        ("2020-04-01", "Valid"),
        ("2020-05-01", "Not Valid not-allowed vaccine-age"),
    ] {
        assert_eq!(
            judged(&schedule, &patient(&[(given, "01")])),
            [expected],
            "{given}"
        );
    }
}

#[test]
fn codes_are_compared_as_the_table_writes_them() {
    let schedule = two_antigens();
    assert_eq!(
        judged(&schedule, &patient(&[("2020-03-01", " 1 ")])),
        ["Valid"]
    );
    assert_eq!(
        judged(&schedule, &patient(&[("2020-03-01", "001")])),
        [""; 0]
    );
}

#[test]
fn a_skip_counts_only_doses_before_the_one_at_hand() {
    let mut schedule = two_antigens();
    let second = second_dose(&mut schedule).clone();
    schedule.antigens[0].series[0].doses.push(second);
    second_dose(&mut schedule).skips =
        vec![skip(Context::Evaluation, vec![count(Compare::Greater, 1)])];
    let patient = patient(&[
        ("2020-03-01", "01"),
        ("2020-05-01", "01"),
        ("2020-07-01", "01"),
    ]);
    // at the second dose only one was given before: it satisfies dose 2, and the third dose 3
    assert_eq!(judged(&schedule, &patient), ["Valid", "Valid", "Valid"]);
    let targets = |patient: &titer_forecast::Patient| {
        crate::small::answer(&schedule, patient, "2021-01-01", |answer| {
            answer
                .evaluations(&answer.series[0])
                .iter()
                .filter_map(|one| one.target)
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(targets(&patient), [0, 1, 2]);
    let mut wrong = patient.clone();
    wrong.doses[1].cvx = "03".to_owned();
    // the second dose does not count for dose 2, but at the third dose there are two before it
    assert_eq!(targets(&wrong), [0, 1, 2]);
    assert_eq!(
        judged(&schedule, &wrong),
        ["Valid", "Not Valid not-allowed", "Valid"]
    );
}

#[test]
fn conditions_compare_in_all_three_ways() {
    for (compare, number, skipped) in [
        (Compare::Less, 2, true),
        (Compare::Less, 1, false),
        (Compare::Equal, 1, true),
        (Compare::Equal, 2, false),
        (Compare::Greater, 0, true),
        (Compare::Greater, 1, false),
    ] {
        let mut schedule = two_antigens();
        second_dose(&mut schedule).skips = vec![skip(Context::Both, vec![count(compare, number)])];
        let judged = judged(
            &schedule,
            &patient(&[("2020-03-01", "01"), ("2020-05-01", "01")]),
        );
        let expected = if skipped {
            "Extraneous series-complete"
        } else {
            "Valid"
        };
        assert_eq!(judged[1], expected, "{compare:?} {number}");
    }
}

#[test]
fn conditions_of_age_and_interval_look_at_the_date_of_the_dose() {
    let mut schedule = two_antigens();
    let both = vec![
        Condition::Age(ages("6m", "9m")),
        Condition::Interval(period("8w").unwrap()),
    ];
    second_dose(&mut schedule).skips = vec![skip(Context::Evaluation, both)];
    for (first, second, expected) in [
        ("2020-03-01", "2020-07-01", "Extraneous series-complete"),
        ("2020-03-01", "2020-06-30", "Valid"),
        ("2020-05-07", "2020-07-01", "Valid"),
        ("2020-05-06", "2020-07-01", "Extraneous series-complete"),
        ("2020-03-01", "2020-10-01", "Valid"),
    ] {
        assert_eq!(
            judged(&schedule, &patient(&[(first, "01"), (second, "01")]))[1],
            expected,
            "{first} {second}"
        );
    }
}

#[test]
fn live_vaccines_keep_their_distance_across_antigens() {
    let mut schedule = two_antigens();
    schedule.conflicts = vec![Conflict {
        previous: code("02"),
        current: code("01"),
        begin: period("1d").unwrap(),
        minimum_end: period("24d").unwrap(),
        end: period("28d").unwrap(),
    }];
    let options = |conflict| Options {
        conflict,
        ..Options::default()
    };
    let judge = |first: &str, second: &str, reading| {
        let patient = patient(&[(first, "02"), (second, "01")]);
        answer_with(
            &schedule,
            options(reading),
            &patient,
            "2021-01-01",
            |answer| answer.evaluations(&answer.series[0])[0].status,
        )
    };
    let status = |first: &str, second: &str| judge(first, second, ConflictReading::InSeries).text();
    assert_eq!(
        status("2020-03-02", "2020-03-02"),
        "Valid",
        "on the same day"
    );
    assert_eq!(status("2020-03-02", "2020-03-03"), "Not Valid");
    assert_eq!(status("2020-03-02", "2020-03-25"), "Not Valid");
    assert_eq!(status("2020-03-02", "2020-03-26"), "Valid");
    // the dose of Y was too young to count for Y, but X knows nothing of that unless the option says so
    assert_eq!(status("2020-02-10", "2020-03-05"), "Valid");
    assert_eq!(
        judge("2020-02-10", "2020-03-05", ConflictReading::AnyAntigen).text(),
        "Not Valid"
    );
    assert_eq!(
        judge("2020-02-10", "2020-03-09", ConflictReading::AnyAntigen).text(),
        "Valid"
    );
    assert_eq!(
        judge("2020-03-02", "2020-03-26", ConflictReading::AnyAntigen).text(),
        "Valid"
    );
}

#[test]
fn the_same_dose_may_count_in_one_series_and_not_in_another() {
    let mut schedule = two_antigens();
    let mut other = series("another", "X", "03");
    other.selection.default = false;
    other.doses[0].preferable.push(preferable("01"));
    schedule.antigens[0].series.push(other);
    let patient = patient(&[("2020-03-01", "03")]);
    let statuses = crate::small::answer(&schedule, &patient, "2020-04-01", |answer| {
        let of = |series: &titer_forecast::SeriesAnswer<'_>| {
            answer
                .evaluations(series)
                .first()
                .map(|one| one.status.text())
        };
        answer.series.iter().take(2).map(of).collect::<Vec<_>>()
    });
    assert_eq!(statuses, [Some("Not Valid"), Some("Valid")]);
}
