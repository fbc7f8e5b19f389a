//! Evaluated history and forecast as the OBX of a Z42 response (RSP^K11): rows of data, without building the message.
//!
//! Rows that belong together have one [`Row::set`] (OBX-4): one set for each vaccine group under a dose, one for each forecast
//! under the order that carries forecasts. Sets count from 1 within an order. Codes are LOINC codes of table NIP003.

use super::{Report, coding};
use crate::answer::GroupForecast;
use crate::date::Day;
use crate::reason::{DoseStatus, SeriesStatus};

/// One OBX.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// What is told (OBX-3.1).
    pub loinc: &'static str,
    /// Its name (OBX-3.2); the code system is LN.
    pub name: &'static str,
    /// The value (OBX-5), which knows its type (OBX-2).
    pub value: Value,
    /// Which rows belong together (OBX-4).
    pub set: u32,
}

/// What is observed about a patient is not shown by accident.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Row({} {}, set {})", self.loinc, self.name, self.set)
    }
}

/// A value.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// A code with its name and its system.
    Coded {
        /// The code.
        code: String,
        /// Its name.
        name: String,
        /// The code system as table HL70396 names it.
        system: &'static str,
    },
    /// A number; OBX-6 says that it has no unit.
    Number(u32),
    /// A day.
    Date(Day),
    /// Yes or no, of table HL70136.
    Flag(bool),
    /// Words.
    Text(String),
}

impl Value {
    /// The value type (OBX-2).
    pub fn value_type(&self) -> &'static str {
        match self {
            Value::Coded { .. } => "CE",
            Value::Number(_) => "NM",
            Value::Date(_) => "DT",
            Value::Flag(_) => "ID",
            Value::Text(_) => "ST",
        }
    }

    /// The components of OBX-5; none has to be escaped but by whoever writes the message.
    pub fn components(&self) -> Vec<String> {
        match self {
            Value::Coded { code, name, system } => {
                vec![code.clone(), name.clone(), (*system).to_owned()]
            }
            Value::Number(number) => vec![number.to_string()],
            Value::Date(day) => vec![day.to_string().replace('-', "")],
            Value::Flag(yes) => vec![if *yes { "Y" } else { "N" }.to_owned()],
            Value::Text(text) => vec![text.clone()],
        }
    }

    /// The components of OBX-6: a number says that it is none of anything.
    pub fn units(&self) -> [&'static str; 3] {
        match self {
            Value::Number(_) => ["NA", "", "HL70353"],
            _ => ["", "", ""],
        }
    }
}

const VACCINE: (&str, &str) = ("30956-7", "vaccine type");
const SCHEDULE: (&str, &str) = ("59779-9", "Immunization Schedule used");
const SERIES: (&str, &str) = ("59780-7", "Immunization Series name");
const NUMBER: (&str, &str) = ("30973-2", "dose number in series");
const VALIDITY: (&str, &str) = ("59781-5", "Dose validity");
const STATUS: (&str, &str) = ("59783-1", "Status in immunization series");
const EARLIEST: (&str, &str) = ("30981-5", "Earliest date to give");
const DUE: (&str, &str) = ("30980-7", "Date vaccination due");
const OVERDUE: (&str, &str) = ("59778-1", "Date dose is overdue");
const LATEST: (&str, &str) = ("59777-3", "Latest date to give immunization");
const REASON: (&str, &str) = ("30982-3", "Reason applied by forecast logic");

/// Characters of a text value (type ST).
const TEXT: usize = 199;

struct Rows {
    rows: Vec<Row>,
    set: u32,
}

impl Rows {
    fn push(&mut self, (loinc, name): (&'static str, &'static str), value: Value) {
        self.rows.push(Row {
            loinc,
            name,
            value,
            set: self.set,
        });
    }

    fn begin(&mut self, vaccine: Option<coding::Vaccine<'_>>, fallback: &str) {
        self.set += 1;
        let vaccine = vaccine.unwrap_or(coding::Vaccine {
            cvx: "999",
            name: fallback,
        });
        self.push(VACCINE, coded(vaccine.cvx, vaccine.name, "CVX"));
        self.push(SCHEDULE, coded("VXC16", "ACIP", "CDCPHINVS"));
    }

    fn text(&mut self, what: (&'static str, &'static str), text: &str) {
        let text: String = text.chars().take(TEXT).collect();
        self.push(what, Value::Text(text));
    }
}

fn coded(code: &str, name: &str, system: &'static str) -> Value {
    Value::Coded {
        code: code.to_owned(),
        name: name.to_owned(),
        system,
    }
}

/// How one dose (an index into the patient's) was evaluated: a set for each vaccine group. A dose that counts for no group of
/// the schedule has one set with its own vaccine and no verdict, so that its order has an observation.
pub fn evaluation(report: &Report<'_>, dose: u32) -> Vec<Row> {
    let mut rows = Rows {
        rows: Vec::new(),
        set: 0,
    };
    let Some(given) = report.patient.doses.get(dose as usize) else {
        return rows.rows;
    };
    let cvx = given.cvx.as_str();
    for (forecast, judged) in report.evaluations_of(dose) {
        rows.begin(
            Some(coding::of_dose(report, forecast.group, cvx)),
            forecast.group,
        );
        if let Some(series) = report.answer.series.get(judged.series as usize) {
            rows.text(SERIES, series.name);
        }
        if let Some(number) = report.dose_number(&judged) {
            rows.push(NUMBER, Value::Number(number));
        }
        rows.push(VALIDITY, Value::Flag(judged.status == DoseStatus::Valid));
        let reasons: Vec<&str> = judged
            .reasons
            .iter()
            .filter(|r| r.decides() || judged.status == DoseStatus::Valid)
            .map(crate::DoseReason::text)
            .collect();
        if !reasons.is_empty() {
            rows.text(REASON, &reasons.join("; "));
        }
    }
    if rows.rows.is_empty() {
        return unjudged(report, cvx);
    }
    rows.rows
}

/// The set of a dose about which nothing is judged, such as a refused one: its vaccine and the schedule.
pub fn unjudged(report: &Report<'_>, cvx: &str) -> Vec<Row> {
    let mut rows = Rows {
        rows: Vec::new(),
        set: 0,
    };
    let vaccine = coding::Vaccine {
        cvx,
        name: report.vaccine_name(cvx),
    };
    rows.begin(Some(vaccine), "");
    rows.rows
}

/// The forecasts, a set for each, in the schedule's order of groups. With `all` a group with several forecasts has several
/// sets, else the one that speaks for it.
pub fn forecast(report: &Report<'_>, all: bool) -> Vec<Row> {
    let mut rows = Rows {
        rows: Vec::new(),
        set: 0,
    };
    for forecast in report.answer.groups.iter().filter(|f| all || f.single) {
        rows.begin(coding::of_forecast(report, forecast), forecast.group);
        let mut names: Vec<&str> = Vec::new();
        for series in &forecast.series {
            if let Some(series) = report.answer.series.get(*series as usize) {
                names.push(series.name);
            }
        }
        if let [name] = names.as_slice() {
            rows.text(SERIES, name);
        }
        let (code, name) = status(report, forecast);
        rows.push(STATUS, coded(code, name, "LN"));
        if let Some(number) = forecast.dose_number {
            rows.push(NUMBER, Value::Number(u32::from(number)));
        }
        for (what, day) in [
            (EARLIEST, forecast.earliest),
            (DUE, forecast.recommended),
            (OVERDUE, forecast.past_due),
            (LATEST, forecast.latest),
        ] {
            if let Some(day) = day {
                rows.push(what, Value::Date(day));
            }
        }
        let mut reasons: Vec<String> = forecast
            .reasons
            .iter()
            .map(|r| r.text().to_owned())
            .collect();
        reasons.extend(super::season_moved(forecast));
        if !reasons.is_empty() {
            rows.text(REASON, &reasons.join("; "));
        }
    }
    rows.rows
}

/// LOINC's answer codes for the status of a series.
fn status(report: &Report<'_>, forecast: &GroupForecast<'_>) -> (&'static str, &'static str) {
    match forecast.status {
        SeriesStatus::NotComplete if report.overdue(forecast) => ("LA13423-1", "Overdue"),
        SeriesStatus::NotComplete => ("LA13422-3", "On schedule"),
        SeriesStatus::Complete => ("LA13421-5", "Complete"),
        SeriesStatus::AgedOut => ("LA13424-9", "Too old"),
        SeriesStatus::Immune => ("LA27183-5", "Immune"),
        SeriesStatus::Contraindicated => ("LA4216-3", "Contraindicated"),
        SeriesStatus::NotRecommended => ("LA4695-8", "Not Recommended"),
    }
}
