//! The forecaster as the runner asks it, when a plan compares what an EHR shows with it.

use std::sync::LazyLock;
use titer_finding::Phi;
use titer_forecast::schedule::{SeriesKind, shipped};
use titer_forecast::{
    Day, Dose, Forecaster, GroupForecast, Options, Patient, Scratch, SeriesStatus, Sex,
};
use titer_runner::proof::{self, ForecastQuery, ForecasterError};
use titer_runner::result::ForecastSeen;

/// The shipped schedule, made ready when it is first asked.
static FORECASTER: LazyLock<Forecaster> =
    LazyLock::new(|| Forecaster::new(shipped(), Options::default()));

/// The shipped forecaster.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ours;

impl proof::Forecaster for Ours {
    fn forecast(&self, query: &ForecastQuery) -> Result<Vec<ForecastSeen>, ForecasterError> {
        if query.birth_date > query.as_of {
            return Err(ForecasterError(
                "the date of birth is after the day that is asked about".to_owned(),
            ));
        }
        let patient = Patient {
            birth: query.birth_date.into(),
            sex: match query.sex.as_str() {
                "F" => Sex::Female,
                "M" => Sex::Male,
                _ => Sex::Unknown,
            },
            doses: query
                .doses
                .iter()
                .filter(|d| d.date <= query.as_of)
                .map(|d| Dose {
                    date: d.date.into(),
                    cvx: d.cvx.clone(),
                    ..Dose::default()
                })
                .collect(),
            ..Patient::default()
        };
        let answer = FORECASTER.answer(&patient, query.as_of.into(), &mut Scratch::default());
        Ok(answer
            .groups
            .iter()
            .filter(|g| g.single && g.kind == SeriesKind::Standard)
            .map(row)
            .collect())
    }
}

fn row(group: &GroupForecast<'_>) -> ForecastSeen {
    let day = |day: Option<Day>| day.map(|d| Phi::new(d.to_string()));
    let open = group.status == SeriesStatus::NotComplete;
    ForecastSeen {
        vaccine: group.group.to_owned(),
        earliest: day(group.earliest),
        due: day(group.recommended),
        overdue: day(group.past_due),
        latest: day(group.latest),
        dose: group.dose_number.map(|n| n.to_string()),
        status: (!open).then(|| group.status.text().to_owned()),
        ..ForecastSeen::default()
    }
}

#[cfg(test)]
mod tests {
    use super::Ours;
    use jiff::civil::date;
    use titer_finding::Phi;
    use titer_runner::proof::{ForecastQuery, Forecaster as _, Given, read_day};

    fn asked(doses: &[(&str, jiff::civil::Date)]) -> ForecastQuery {
        ForecastQuery {
            birth_date: date(2026, 1, 1),
            sex: "F".to_owned(),
            doses: doses
                .iter()
                .map(|(cvx, date)| Given {
                    cvx: (*cvx).to_owned(),
                    date: *date,
                })
                .collect(),
            as_of: date(2026, 3, 1),
        }
    }

    #[test]
    fn an_infant_of_two_months_is_due() {
        let due = |query: &ForecastQuery, group: &str| {
            let rows = Ours.forecast(query).expect("it answers");
            let row = rows.into_iter().find(|r| r.vaccine == group);
            row.and_then(|r| read_day(r.due.as_ref().map_or("", Phi::reveal)))
        };
        let none = asked(&[]);
        assert_eq!(due(&none, "DTaP/Tdap/Td"), Some(date(2026, 3, 1)));
        assert_eq!(due(&none, "HepB"), Some(date(2026, 1, 1)));
        // the second dose of hepatitis B is recommended a month after the first at the earliest
        let one = asked(&[("08", date(2026, 1, 1))]);
        let second = due(&one, "HepB").expect("it is due");
        assert!(second >= date(2026, 1, 29), "{second}");
    }

    #[test]
    fn somebody_who_is_not_born_yet_is_an_error() {
        let mut query = asked(&[]);
        query.as_of = date(2025, 12, 1);
        assert!(Ours.forecast(&query).is_err());
    }
}
