//! Small schedules, made up to show one rule each.

use titer_forecast::schedule::{
    AgeRow, Ages, Antigen, Association, Code, Immunity, Interval, Observation, Period, Preferable,
    Reference, Schedule, Selection, Series, SeriesDose, SeriesKind, Vaccine, VaccineGroup,
};
use titer_forecast::{
    Answer, Certainty, Day, Dose, Evaluation, Forecaster, Options, Patient, Scratch,
};

pub(crate) fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "the fields are optional")]
pub(crate) fn period(text: &str) -> Option<Period> {
    Some(Period::parse(text).unwrap())
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "the fields are optional")]
pub(crate) fn date(text: &str) -> Option<jiff::civil::Date> {
    Some(text.parse().unwrap())
}

pub(crate) fn ages(begin: &str, end: &str) -> Ages {
    let age = |text: &str| if text.is_empty() { None } else { period(text) };
    Ages {
        begin: age(begin),
        end: age(end),
    }
}

pub(crate) fn preferable(cvx: &str) -> Preferable {
    Preferable {
        cvx: code(cvx),
        ages: Ages::default(),
        trade_name: None,
        mvx: None,
        volume: None,
        forecast: true,
    }
}

/// At least four weeks after the dose before, with four days of grace; better eight.
pub(crate) fn after_previous() -> Interval {
    Interval {
        from: Reference::Previous,
        absolute_minimum: period("4w-4d"),
        minimum: period("4w"),
        earliest_recommended: period("8w"),
        latest_recommended: period("13w"),
        priority: false,
        dates: titer_forecast::schedule::Dates::default(),
    }
}

/// From two months of age, with four days of grace; best before three months; never from five years.
pub(crate) fn young() -> AgeRow {
    AgeRow {
        absolute_minimum: period("2m-4d"),
        minimum: period("2m"),
        earliest_recommended: period("2m"),
        latest_recommended: period("3m+4w"),
        maximum: period("5y"),
        dates: titer_forecast::schedule::Dates::default(),
    }
}

/// A standard series of two doses of the vaccine `cvx`.
pub(crate) fn series(name: &str, group: &str, cvx: &str) -> Series {
    let first = SeriesDose {
        ages: vec![young()],
        preferable: vec![preferable(cvx)],
        ..SeriesDose::default()
    };
    let second = SeriesDose {
        ages: vec![AgeRow {
            maximum: period("5y"),
            ..AgeRow::default()
        }],
        intervals: vec![after_previous()],
        preferable: vec![preferable(cvx)],
        ..SeriesDose::default()
    };
    Series {
        name: name.to_owned(),
        vaccine_group: group.to_owned(),
        kind: SeriesKind::Standard,
        equivalent_groups: Vec::new(),
        genders: Vec::new(),
        selection: Selection {
            default: true,
            product_path: false,
            group: 1,
            group_name: "Standard".to_owned(),
            priority: Some('A'),
            preference: Some(1),
            start: Ages::default(),
        },
        guidance: Vec::new(),
        indications: Vec::new(),
        doses: vec![first, second],
    }
}

/// An antigen with one such series; its vaccine group has its name.
pub(crate) fn antigen(name: &str, cvx: &str) -> Antigen {
    Antigen {
        name: name.to_owned(),
        immunity: Immunity::default(),
        contraindications: Vec::new(),
        vaccine_contraindications: Vec::new(),
        series: vec![series(&format!("{name} series"), name, cvx)],
    }
}

/// Antigen X by the vaccines 01 and 03, and antigen Y by 02.
pub(crate) fn two_antigens() -> Schedule {
    let vaccine = |cvx: &str, antigen: &str| Vaccine {
        cvx: code(cvx),
        name: String::new(),
        antigens: vec![Association {
            antigen: antigen.to_owned(),
            ages: Ages::default(),
        }],
    };
    let group = |name: &str| VaccineGroup {
        name: name.to_owned(),
        antigens: vec![name.to_owned()],
        administer_full: None,
    };
    let observation = |text: &str| Observation {
        code: code(text),
        name: String::new(),
        coded: Vec::new(),
    };
    Schedule {
        version: "made up".to_owned(),
        published: None,
        source: String::new(),
        antigens: vec![antigen("X", "01"), antigen("Y", "02")],
        groups: vec![group("X"), group("Y")],
        vaccines: vec![vaccine("01", "X"), vaccine("02", "Y"), vaccine("03", "X")],
        conflicts: Vec::new(),
        observations: vec![observation("001"), observation("002")],
    }
}

/// The first dose of the first series of X.
pub(crate) fn first_dose(schedule: &mut Schedule) -> &mut SeriesDose {
    &mut schedule.antigens[0].series[0].doses[0]
}

/// The second dose of the first series of X.
pub(crate) fn second_dose(schedule: &mut Schedule) -> &mut SeriesDose {
    &mut schedule.antigens[0].series[0].doses[1]
}

/// Born on 1 January 2020, with doses (date, CVX).
pub(crate) fn patient(doses: &[(&str, &str)]) -> Patient {
    let dose = |(date, cvx): &(&str, &str)| Dose {
        date: day(date),
        cvx: (*cvx).to_owned(),
        ..Dose::default()
    };
    Patient {
        birth: day("2020-01-01"),
        doses: doses.iter().map(dose).collect(),
        ..Patient::default()
    }
}

pub(crate) fn with_observation(mut patient: Patient, code: &str, certainty: Certainty) -> Patient {
    patient.observations.push(titer_forecast::Observation {
        code: code.to_owned(),
        date: None,
        certainty,
    });
    patient
}

/// Answers with the usual options and hands the answer to the test.
pub(crate) fn answer<T>(
    schedule: &Schedule,
    patient: &Patient,
    as_of: &str,
    look: impl FnOnce(&Answer<'_>) -> T,
) -> T {
    answer_with(schedule, Options::default(), patient, as_of, look)
}

pub(crate) fn answer_with<T>(
    schedule: &Schedule,
    options: Options,
    patient: &Patient,
    as_of: &str,
    look: impl FnOnce(&Answer<'_>) -> T,
) -> T {
    let forecaster = Forecaster::new(schedule, options);
    look(&forecaster.answer(patient, day(as_of), &mut Scratch::default()))
}

/// The evaluations of the first series of the first antigen: status and reason codes.
pub(crate) fn judged(schedule: &Schedule, patient: &Patient) -> Vec<String> {
    answer(schedule, patient, "2021-06-01", |answer| {
        let words = |one: &Evaluation| {
            let reasons: Vec<&str> = one
                .reasons
                .iter()
                .map(titer_forecast::DoseReason::code)
                .collect();
            format!("{} {}", one.status, reasons.join(" "))
                .trim_end()
                .to_owned()
        };
        answer
            .evaluations(&answer.series[0])
            .iter()
            .map(words)
            .collect()
    })
}

/// The line of a vaccine group: status, dose number, earliest, recommended and past-due date.
pub(crate) fn line(answer: &Answer<'_>, group: &str) -> String {
    let Some(line) = answer.lines().find(|line| line.group == group) else {
        return "none".to_owned();
    };
    let date = |day: Option<Day>| day.map_or("-".to_owned(), |day| day.to_string());
    let number = line
        .dose_number
        .map_or("-".to_owned(), |number| number.to_string());
    format!(
        "{} {number} {} {} {}",
        line.status,
        date(line.earliest),
        date(line.recommended),
        date(line.past_due)
    )
}
