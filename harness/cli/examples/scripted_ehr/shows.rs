//! What the EHR shows: histories, forecasts, stock, printed records.

use crate::ehr::Ehr;
use crate::record::{Dose, text};
use serde_json::{Map, Value, json};
use std::fmt::Write;
use titer_forecast::input::{CodeSystem, Coded, Stated, Translator};
use titer_forecast::{Day, Forecaster, Options, Patient, Scratch, Sex};
use titer_hl7::{Message, Offsets};

/// A dose as data; empty parts are left out.
pub(crate) fn dose(dose: &Dose) -> Value {
    let parts = [
        ("cvx", &dose.cvx),
        ("ndc", &dose.ndc),
        ("name", &dose.name),
        ("date", &dose.date),
        ("lot", &dose.lot),
        ("expires", &dose.expires),
        ("manufacturer", &dose.mvx),
        ("source", &dose.source),
        ("completion", &dose.completion),
        ("refusal", &dose.refusal),
        ("route", &dose.route),
        ("site", &dose.site),
        ("amount", &dose.amount),
        ("unit", &dose.unit),
        ("funding", &dose.funding),
        ("eligibility", &dose.eligibility),
    ];
    let mut shown = Map::new();
    for (key, value) in parts {
        if !value.is_empty() {
            shown.insert(key.to_owned(), Value::String(value.clone()));
        }
    }
    Value::Object(shown)
}

/// The patient as the EHR shows one.
pub(crate) fn patient(record: &Value) -> Value {
    let mut shown = Map::new();
    let mut put = |key: &str, value: String| {
        if !value.is_empty() {
            shown.insert(key.to_owned(), Value::String(value));
        }
    };
    put("family", text(record, "name.family"));
    put("given", text(record, "name.given"));
    put("middle", text(record, "name.middle"));
    put("suffix", text(record, "name.suffix"));
    put("birth_date", text(record, "birth-date"));
    put("sex", text(record, "sex"));
    put(
        "mothers_maiden_name",
        text(record, "mothers-maiden-name.family"),
    );
    put("email", text(record, "email"));
    put("multiple_birth", text(record, "multiple-birth"));
    put("birth_order", text(record, "birth-order"));
    put(
        "phone",
        format!(
            "{}{}",
            text(record, "phone.area"),
            text(record, "phone.number")
        ),
    );
    let ids: Vec<Value> = record
        .get("ids")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|i| Value::String(text(i, "id")))
        .collect();
    shown.insert("ids".to_owned(), Value::Array(ids));
    Value::Object(shown)
}

impl Ehr {
    /// The forecast for a patient from the doses of the record, as data.
    pub(crate) fn forecast(&self, id: &str) -> Vec<Value> {
        let Some(record) = self.record.patients.get(id) else {
            return Vec::new();
        };
        let Ok(birth) = iso(&text(record, "birth-date")).parse::<Day>() else {
            return Vec::new();
        };
        let patient = Patient {
            birth,
            sex: match text(record, "sex").as_str() {
                "F" => Sex::Female,
                "M" => Sex::Male,
                _ => Sex::Unknown,
            },
            doses: self
                .doses_of(id)
                .filter(|d| d.given() && !d.cvx.is_empty())
                .filter_map(|d| {
                    Some(titer_forecast::Dose {
                        date: iso(&d.date).parse().ok()?,
                        cvx: d.cvx.clone(),
                        ..titer_forecast::Dose::default()
                    })
                })
                .collect(),
            ..Patient::default()
        };
        let stated = Stated {
            patient,
            coded: self
                .record
                .findings
                .iter()
                .filter(|(of, _)| of == id)
                .map(|(_, code)| Coded {
                    system: CodeSystem::Snomed,
                    code: code.clone(),
                    date: None,
                })
                .collect(),
            ..Stated::default()
        };
        let patient = Translator::new(titer_forecast::schedule::shipped()).patient(&stated);
        // the schedule's seasons are of the past: an EHR forecasts for the one that is on
        let options = Options {
            shift_season: true,
            ..Options::default()
        };
        let forecaster = Forecaster::new(titer_forecast::schedule::shipped(), options);
        let mut scratch = Scratch::default();
        let answer = forecaster.answer(&patient, self.as_of.into(), &mut scratch);
        let shown = |day: Option<Day>| day.map(|d| d.to_string());
        let mut rows: Vec<Value> = answer
            .lines()
            .map(|line| {
                let mut row = json!({
                    "vaccine": line.group,
                    "status": status(line),
                });
                for (key, day) in [
                    ("earliest", line.earliest),
                    ("due", line.recommended),
                    ("overdue", line.past_due),
                    ("latest", line.latest),
                ] {
                    if let (Some(text), Some(row)) = (shown(day), row.as_object_mut()) {
                        row.insert(key.to_owned(), Value::String(text));
                    }
                }
                row
            })
            .collect();
        if self.mistakes.makes("short-forecast")
            && let Some(first) = rows.iter().position(|r| r.get("due").is_some())
        {
            rows.remove(first);
        }
        rows
    }

    /// A printable record: who, and which doses of which vaccine when.
    pub(crate) fn printed(&self, id: &str) -> String {
        let Some(record) = self.record.patients.get(id) else {
            return String::new();
        };
        let mut page = String::from("IMMUNIZATION RECORD\n\n");
        let name: Vec<String> = ["name.given", "name.middle", "name.family", "name.suffix"]
            .iter()
            .map(|p| text(record, p))
            .filter(|t| !t.is_empty())
            .collect();
        let _ = writeln!(page, "Name: {}", name.join(" "));
        let _ = writeln!(page, "Born: {}\n", us(&text(record, "birth-date")));
        let book = titer_codes::book();
        let without = self.mistakes.makes("record-without-dates");
        for dose in self.doses_of(id).filter(|d| d.given()) {
            let vaccine = book.cvx(&dose.cvx);
            let groups: Vec<&str> = vaccine
                .into_iter()
                .flat_map(titer_codes::Cvx::groups)
                .map(titer_codes::Group::name)
                .collect();
            let generic = vaccine.map(titer_codes::Cvx::name).unwrap_or_default();
            let date = if without {
                String::new()
            } else {
                us(&dose.date)
            };
            let _ = writeln!(
                page,
                "{date}  {}: {generic} ({})",
                dose.name,
                groups.join(", ")
            );
        }
        page.push_str("\nDUE\n\n");
        for row in self.forecast(id) {
            if row.get("due").is_some() {
                let due: String = text(&row, "due")
                    .chars()
                    .filter(char::is_ascii_digit)
                    .collect();
                let _ = writeln!(page, "{} due {}", text(&row, "vaccine"), us(&due));
            }
        }
        page
    }
}

/// The forecast that a registry returned, a row for each vaccine.
pub(crate) fn returned_forecast(response: &[u8]) -> Vec<Value> {
    let mut table = Offsets::new();
    let message = Message::parse(response, &mut table);
    let mut rows: Vec<Map<String, Value>> = Vec::new();
    let mut forecast = false;
    for segment in message.segments() {
        if segment.name() == "RXA" {
            // an order of no vaccine carries recommendations
            forecast = segment.text(5, 1) == "998";
        }
        if segment.name() != "OBX" || !forecast {
            continue;
        }
        let (code, value) = (segment.text(3, 1), segment.text(5, 1));
        let key = match &*code {
            "30979-9" | "30956-7" => {
                let mut row = Map::new();
                row.insert("vaccine".to_owned(), json!(segment.text(5, 2)));
                row.insert("cvx".to_owned(), json!(value));
                rows.push(row);
                continue;
            }
            "30981-5" => "earliest",
            "30980-7" => "due",
            "59778-1" => "overdue",
            "59777-3" => "latest",
            "30973-2" => "dose",
            _ => continue,
        };
        if let Some(row) = rows.last_mut() {
            row.insert(key.to_owned(), json!(value));
        }
    }
    rows.into_iter().map(Value::Object).collect()
}

fn status(line: &titer_forecast::GroupForecast<'_>) -> String {
    format!("{:?}", line.status)
}

/// 20261122 as 2026-11-22.
pub(crate) fn iso(day: &str) -> String {
    match (day.get(..4), day.get(4..6), day.get(6..8)) {
        (Some(y), Some(m), Some(d)) => format!("{y}-{m}-{d}"),
        _ => day.to_owned(),
    }
}

/// 20261122 as 11/22/2026.
fn us(day: &str) -> String {
    match (day.get(..4), day.get(4..6), day.get(6..8)) {
        (Some(y), Some(m), Some(d)) => format!("{m}/{d}/{y}"),
        _ => day.to_owned(),
    }
}
