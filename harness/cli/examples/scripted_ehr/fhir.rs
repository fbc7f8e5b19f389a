//! What the EHR's FHIR interface would tell: its record as resources of US Core.

use crate::ehr::Ehr;
use crate::record::{Dose, Reaction, text};
use crate::shows::iso;
use serde_json::{Map, Value, json};
use std::path::Path;

impl Ehr {
    /// Writes every resource, as a list. A reader never finds half a file.
    pub(crate) fn write_fhir(&self, file: &Path) -> Result<(), String> {
        let mut all: Vec<Value> = self
            .record
            .patients
            .iter()
            .map(|(id, p)| patient(id, p))
            .collect();
        all.extend((1..).zip(&self.record.doses).map(|(n, d)| dose(n, d)));
        for (n, r) in (1..).zip(&self.record.reactions) {
            all.push(reaction(n, r, &self.record.doses));
        }
        let new = file.with_extension("new");
        std::fs::write(&new, Value::Array(all).to_string())
            .and_then(|()| std::fs::rename(&new, file))
            .map_err(|e| e.to_string())
    }
}

// an object without its empty parts
fn object<const N: usize>(parts: [(&str, Value); N]) -> Value {
    let mut all = Map::new();
    for (key, value) in parts {
        let empty = match &value {
            Value::Null => true,
            Value::String(s) => s.is_empty(),
            Value::Array(a) => a.is_empty(),
            _ => false,
        };
        if !empty {
            all.insert(key.to_owned(), value);
        }
    }
    Value::Object(all)
}

fn concept(codings: &[(&str, &str)]) -> Value {
    let all: Vec<Value> = codings
        .iter()
        .filter(|(_, code)| !code.is_empty())
        .map(|(system, code)| json!({"system": system, "code": code}))
        .collect();
    if all.is_empty() {
        Value::Null
    } else {
        json!({ "coding": all })
    }
}

fn texts(record: &Value, paths: &[&str]) -> Vec<String> {
    paths
        .iter()
        .map(|p| text(record, p))
        .filter(|t| !t.is_empty())
        .collect()
}

fn patient(id: &str, record: &Value) -> Value {
    let ids: Vec<Value> = record
        .get("ids")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|i| json!({"value": text(i, "id")}))
        .collect();
    let maiden = text(record, "mothers-maiden-name.family");
    let extensions: Vec<Value> = Some(maiden)
        .filter(|m| !m.is_empty())
        .map(|m| {
            json!({
                "url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName",
                "valueString": m,
            })
        })
        .into_iter()
        .collect();
    let gender = match text(record, "sex").as_str() {
        "F" => "female",
        "M" => "male",
        _ => "unknown",
    };
    let telephone = texts(record, &["phone.area", "phone.number"]).concat();
    let telecom: Vec<Value> = [("phone", telephone), ("email", text(record, "email"))]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(system, value)| json!({"system": system, "value": value}))
        .collect();
    object([
        ("resourceType", json!("Patient")),
        ("id", json!(id)),
        ("identifier", Value::Array(ids)),
        ("extension", Value::Array(extensions)),
        (
            "name",
            json!([object([
                ("use", json!("official")),
                ("family", json!(text(record, "name.family"))),
                (
                    "given",
                    json!(texts(record, &["name.given", "name.middle"]))
                ),
                ("suffix", json!(texts(record, &["name.suffix"]))),
            ])]),
        ),
        ("gender", json!(gender)),
        ("birthDate", json!(iso(&text(record, "birth-date")))),
        ("telecom", Value::Array(telecom)),
        (
            "address",
            json!([object([
                ("line", json!(texts(record, &["address.street"]))),
                ("city", json!(text(record, "address.city"))),
                ("state", json!(text(record, "address.state"))),
                ("postalCode", json!(text(record, "address.zip"))),
                ("country", json!(text(record, "address.country"))),
            ])]),
        ),
    ])
}

fn dose(n: usize, d: &Dose) -> Value {
    let status = match (d.deleted, d.refused()) {
        (true, _) => "entered-in-error",
        (_, true) => "not-done",
        _ => "completed",
    };
    let manufacturer = if d.mvx.is_empty() {
        Value::Null
    } else {
        json!({"identifier": {"system": "http://hl7.org/fhir/sid/mvx", "value": d.mvx}})
    };
    let given = d.source == "00";
    object([
        ("resourceType", json!("Immunization")),
        ("id", json!(format!("dose-{n}"))),
        ("status", json!(status)),
        (
            "patient",
            json!({"reference": format!("Patient/{}", d.patient)}),
        ),
        (
            "vaccineCode",
            concept(&[
                ("http://hl7.org/fhir/sid/cvx", &d.cvx),
                ("http://hl7.org/fhir/sid/ndc", &d.ndc),
            ]),
        ),
        ("occurrenceDateTime", json!(iso(&d.date))),
        ("primarySource", json!(given)),
        (
            "reportOrigin",
            if given {
                Value::Null
            } else {
                concept(&[("urn:oid:2.16.840.1.113883.12.6.1", &d.source)])
            },
        ),
        (
            "statusReason",
            concept(&[("urn:oid:2.16.840.1.113883.12.6.2", &d.refusal)]),
        ),
        ("lotNumber", json!(d.lot)),
        ("expirationDate", json!(iso(&d.expires))),
        ("manufacturer", manufacturer),
        (
            "route",
            concept(&[("http://ncimeta.nci.nih.gov", &d.route)]),
        ),
        (
            "site",
            concept(&[("urn:oid:2.16.840.1.113883.12.163", &d.site)]),
        ),
        (
            "doseQuantity",
            if d.amount.is_empty() {
                Value::Null
            } else {
                object([("value", json!(d.amount)), ("code", json!(d.unit))])
            },
        ),
    ])
}

fn reaction(n: usize, r: &Reaction, doses: &[Dose]) -> Value {
    let suspect = doses
        .iter()
        .position(|d| d.patient == r.patient && d.cvx == r.cvx)
        .map(|at| json!([{"instance": {"reference": format!("Immunization/dose-{}", at + 1)}}]));
    object([
        ("resourceType", json!("AdverseEvent")),
        ("id", json!(format!("event-{n}"))),
        ("actuality", json!("actual")),
        (
            "subject",
            json!({"reference": format!("Patient/{}", r.patient)}),
        ),
        (
            "event",
            json!({"coding": [object([
                ("system", json!("http://snomed.info/sct")),
                ("code", json!(r.code)),
                ("display", json!(r.text)),
            ])]}),
        ),
        ("date", json!(iso(&r.date))),
        ("suspectEntity", suspect.unwrap_or_default()),
    ])
}
