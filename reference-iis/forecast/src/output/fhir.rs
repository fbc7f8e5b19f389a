//! FHIR R4: ImmunizationEvaluation for every dose and disease, one ImmunizationRecommendation, and what carries them.
//!
//! Codes are those of the ImmDS guide beside HL7's own. What has no code has words; nothing is invented.

use super::{Report, coding};
use crate::answer::{Evaluation, GroupForecast, SeriesAnswer};
use crate::date::Day;
use crate::patient::Dose;
use crate::reason::{DoseReason, DoseStatus, SeriesStatus};
use serde_json::{Map, Value, json};

const CVX: &str = "http://hl7.org/fhir/sid/cvx";
const LOINC: &str = "http://loinc.org";
const SNOMED: &str = "http://snomed.info/sct";
const DOSE_STATUS: &str =
    "http://terminology.hl7.org/CodeSystem/immunization-evaluation-dose-status";
const DOSE_REASON: &str = "http://hl7.org/fhir/us/immds/CodeSystem/StatusReason";
const FORECAST_STATUS: &str = "http://hl7.org/fhir/us/immds/CodeSystem/ForecastStatus";
const RECOMMENDATION_STATUS: &str =
    "http://terminology.hl7.org/CodeSystem/immunization-recommendation-status";
const PROFILE: &str = "http://hl7.org/fhir/us/immds/StructureDefinition/";

/// The answer of `$immds-forecast`: Parameters with evaluations and one recommendation.
pub fn parameters(report: &Report<'_>) -> Value {
    let mut parameters: Vec<Value> = evaluations(report)
        .into_iter()
        .map(|resource| json!({ "name": "evaluation", "resource": resource }))
        .collect();
    parameters.push(json!({ "name": "recommendation", "resource": recommendation(report) }));
    json!({ "resourceType": "Parameters", "parameter": parameters })
}

/// The same as a Bundle.
pub fn bundle(report: &Report<'_>) -> Value {
    let mut resources = evaluations(report);
    resources.push(recommendation(report));
    let entries: Vec<Value> = resources
        .into_iter()
        .map(|resource| json!({ "resource": resource }))
        .collect();
    json!({ "resourceType": "Bundle", "type": "collection", "entry": entries })
}

/// How every dose counts against every disease that it was given for, by date.
pub fn evaluations(report: &Report<'_>) -> Vec<Value> {
    let mut found = Vec::new();
    for (index, dose) in report.doses() {
        let mut diseases: Vec<&str> = Vec::new();
        let mut forecasts: Vec<&GroupForecast<'_>> = report.answer.groups.iter().collect();
        forecasts.sort_by_key(|forecast| !forecast.single);
        for series in forecasts.iter().flat_map(|forecast| &forecast.series) {
            let Some(series) = report.answer.series.get(*series as usize) else {
                continue;
            };
            let judged = report.answer.evaluations(series).iter();
            if let Some(judged) = judged.copied().find(|e| e.dose == index)
                && !diseases.contains(&series.antigen)
            {
                diseases.push(series.antigen);
                found.push(evaluation(report, dose, series, judged, found.len() + 1));
            }
        }
    }
    found
}

fn evaluation(
    report: &Report<'_>,
    dose: &Dose,
    series: &SeriesAnswer<'_>,
    judged: Evaluation,
    nth: usize,
) -> Value {
    let valid = judged.status == DoseStatus::Valid;
    let (code, display) = if valid {
        ("valid", "Valid")
    } else {
        ("notvalid", "Not valid")
    };
    let mut resource = json!({
        "resourceType": "ImmunizationEvaluation",
        "id": format!("evaluation-{nth}"),
        "meta": { "profile": [format!("{PROFILE}immds-immunizationevaluation")] },
        "status": "completed",
        "patient": patient(report),
        "date": report.answer.as_of.to_string(),
        "targetDisease": disease(series.antigen),
        "immunizationEvent": event(dose),
        "doseStatus": {
            "coding": [coding(DOSE_STATUS, code, display)],
            "text": judged.status.text(),
        },
        "series": series.name,
    });
    let reasons: Vec<Value> = judged.reasons.iter().map(dose_reason).collect();
    let number = report.dose_number(&crate::GroupDose {
        dose: judged.dose,
        status: judged.status,
        reasons: judged.reasons,
        series: report
            .answer
            .series
            .iter()
            .position(|s| std::ptr::eq(s, series))
            .unwrap_or_default() as u32,
    });
    if let Some(map) = resource.as_object_mut() {
        if !reasons.is_empty() {
            map.insert("doseStatusReason".to_owned(), Value::Array(reasons));
        }
        if let Some(number) = number {
            map.insert("doseNumberPositiveInt".to_owned(), number.into());
        }
    }
    resource
}

/// What is recommended: an entry for every forecast of every vaccine group.
pub fn recommendation(report: &Report<'_>) -> Value {
    let entries: Vec<Value> = report
        .answer
        .groups
        .iter()
        .map(|forecast| entry(report, forecast))
        .collect();
    let mut resource = json!({
        "resourceType": "ImmunizationRecommendation",
        "id": "recommendation",
        "meta": { "profile": [format!("{PROFILE}immds-immunizationrecommendation")] },
        "patient": patient(report),
        "date": report.answer.as_of.to_string(),
    });
    // the list may not be empty
    if let (Some(map), false) = (resource.as_object_mut(), entries.is_empty()) {
        map.insert("recommendation".to_owned(), Value::Array(entries));
    }
    resource
}

fn entry(report: &Report<'_>, forecast: &GroupForecast<'_>) -> Value {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| {
        map.insert(key.to_owned(), value);
    };
    let mut vaccines: Vec<Value> = Vec::new();
    let of_group = coding::of_forecast(report, forecast);
    if let Some(vaccine) = &of_group {
        vaccines.push(json!({ "coding": [coding(CVX, vaccine.cvx, vaccine.name)] }));
    }
    for cvx in &forecast.vaccines {
        if of_group.as_ref().is_none_or(|v| v.cvx != *cvx) {
            vaccines.push(json!({ "coding": [coding(CVX, cvx, report.vaccine_name(cvx))] }));
        }
    }
    if !vaccines.is_empty() {
        put("vaccineCode", Value::Array(vaccines));
    }
    let antigens: Vec<&str> = forecast
        .series
        .iter()
        .filter_map(|s| report.answer.series.get(*s as usize))
        .map(|s| s.antigen)
        .collect();
    let codings: Vec<Value> = antigens
        .iter()
        .filter_map(|a| coding::disease(a).map(|code| coding(SNOMED, code, a)))
        .collect();
    let mut target = Map::new();
    if !codings.is_empty() {
        target.insert("coding".to_owned(), Value::Array(codings));
    }
    target.insert("text".to_owned(), forecast.group.into());
    put("targetDisease", Value::Object(target));
    put("forecastStatus", status(report, forecast));
    let mut reasons: Vec<Value> = forecast
        .reasons
        .iter()
        .map(|reason| json!({ "text": reason.text() }))
        .collect();
    reasons.extend(super::season_moved(forecast).map(|text| json!({ "text": text })));
    if !reasons.is_empty() {
        put("forecastReason", Value::Array(reasons));
    }
    let dates: Vec<Value> = [
        ("30981-5", "Earliest date to give", forecast.earliest),
        ("30980-7", "Date vaccine due", forecast.recommended),
        (
            "59778-1",
            "Date when overdue for immunization",
            forecast.past_due,
        ),
        (
            "59777-3",
            "Latest date to give immunization",
            forecast.latest,
        ),
    ]
    .into_iter()
    .filter_map(|(code, name, day)| Some(date_criterion(code, name, day?)))
    .collect();
    if !dates.is_empty() {
        put("dateCriterion", Value::Array(dates));
    }
    let names: Vec<&str> = forecast
        .series
        .iter()
        .filter_map(|s| report.answer.series.get(*s as usize))
        .map(|s| s.name)
        .collect();
    if let [name] = names.as_slice() {
        put("series", (*name).into());
    }
    if let Some(number) = forecast.dose_number {
        put("doseNumberPositiveInt", number.into());
    }
    Value::Object(map)
}

fn date_criterion(code: &str, name: &str, day: Day) -> Value {
    json!({ "code": { "coding": [coding(LOINC, code, name)] }, "value": day.to_string() })
}

fn status(report: &Report<'_>, forecast: &GroupForecast<'_>) -> Value {
    let code = match forecast.status {
        SeriesStatus::NotComplete => "notComplete",
        SeriesStatus::Complete => "complete",
        SeriesStatus::Immune => "immune",
        SeriesStatus::Contraindicated => "contraindicated",
        SeriesStatus::AgedOut => "agedOut",
        SeriesStatus::NotRecommended => "notRecommended",
    };
    let mut codings = vec![coding(FORECAST_STATUS, code, forecast.status.text())];
    let due = forecast
        .recommended
        .is_some_and(|day| day <= report.answer.as_of);
    let plain = match forecast.status {
        SeriesStatus::NotComplete if report.overdue(forecast) => Some(("overdue", "Overdue")),
        SeriesStatus::NotComplete if due => Some(("due", "Due")),
        SeriesStatus::Complete => Some(("complete", "Complete")),
        SeriesStatus::Immune => Some(("immune", "Immune")),
        SeriesStatus::Contraindicated => Some(("contraindicated", "Contraindicated")),
        _ => None,
    };
    if let Some((code, display)) = plain {
        codings.push(coding(RECOMMENDATION_STATUS, code, display));
    }
    json!({ "coding": codings, "text": forecast.status.text() })
}

fn dose_reason(reason: DoseReason) -> Value {
    let code = match reason {
        DoseReason::Expired => Some("expired"),
        DoseReason::Inadvertent
        | DoseReason::NotAllowed
        | DoseReason::VaccineAge
        | DoseReason::OtherProduct => Some("inappropriate"),
        DoseReason::TooYoung => Some("tooyoung"),
        DoseReason::TooOld => Some("tooold"),
        DoseReason::TooSoon => Some("toosoon"),
        DoseReason::Conflict => Some("productconflict"),
        DoseReason::LowVolume => Some("quantity"),
        DoseReason::SeriesComplete => Some("notevaluated"),
        DoseReason::Condition
        | DoseReason::AgeGrace
        | DoseReason::IntervalGrace
        | DoseReason::AllowableInterval => None,
    };
    match code {
        Some(code) => json!({
            "coding": [{ "system": DOSE_REASON, "code": code }],
            "text": reason.text(),
        }),
        None => json!({ "text": reason.text() }),
    }
}

fn disease(antigen: &str) -> Value {
    match coding::disease(antigen) {
        Some(code) => json!({ "coding": [coding(SNOMED, code, antigen)], "text": antigen }),
        None => json!({ "text": antigen }),
    }
}

fn coding(system: &str, code: &str, display: &str) -> Value {
    if display.is_empty() {
        return json!({ "system": system, "code": code });
    }
    json!({ "system": system, "code": code, "display": display })
}

/// Whether a text may be a resource's id.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
}

fn patient(report: &Report<'_>) -> Value {
    match report.id {
        Some(id) if is_id(id) => json!({ "reference": format!("Patient/{id}") }),
        Some(id) => json!({ "identifier": { "value": id } }),
        None => json!({ "display": "the patient of the request" }),
    }
}

fn event(dose: &Dose) -> Value {
    let display = format!("CVX {} of {}", dose.cvx, dose.date);
    match dose.id.strip_prefix("Immunization/") {
        Some(id) if is_id(id) => json!({ "reference": dose.id, "display": display }),
        _ if dose.id.starts_with("urn:") || dose.id.starts_with("http") => {
            json!({ "reference": dose.id, "display": display })
        }
        _ if !dose.id.is_empty() => {
            json!({ "identifier": { "value": dose.id }, "display": display })
        }
        _ => json!({ "display": display }),
    }
}
