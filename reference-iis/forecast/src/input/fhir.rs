//! A patient's history in FHIR R4 (JSON): a Bundle with one Patient, the Parameters of `$immds-forecast`, or a Patient alone.
//!
//! Immunization gives doses (only `completed` ones), Condition, Observation, AllergyIntolerance and Procedure give
//! observations by their SNOMED CT, PHIN and CVX codings. Other resources and parameters are passed over.

use super::place::{self, Step, words};
use super::stated::{CodeSystem, Coded, Stated, country, cvx, cvx_of_ndc};
use crate::date::Day;
use crate::patient::{Dose, Sex};
use serde_json::Value;
use titer_finding::{Diagnostic, Phi};

const CVX: [&str; 2] = [
    "http://hl7.org/fhir/sid/cvx",
    "urn:oid:2.16.840.1.113883.12.292",
];
const NDC: [&str; 2] = [
    "http://hl7.org/fhir/sid/ndc",
    "urn:oid:2.16.840.1.113883.6.69",
];
const MVX: [&str; 3] = [
    "http://hl7.org/fhir/sid/mvx",
    "http://terminology.hl7.org/CodeSystem/MVX",
    "urn:oid:2.16.840.1.113883.12.227",
];
const SNOMED: [&str; 2] = ["http://snomed.info/sct", "urn:oid:2.16.840.1.113883.6.96"];
const PHIN: [&str; 2] = [
    "urn:oid:2.16.840.1.114222.4.5.274",
    "https://phinvads.cdc.gov",
];

/// The extension in which a Patient says where it was born.
const BIRTH_PLACE: &str = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace";

/// Reads a resource; `file` is its name in diagnostics.
pub fn read(file: &str, text: &str) -> Result<Stated, Box<Diagnostic>> {
    let text = text.trim_start_matches('\u{feff}');
    let root: Value = super::json::parse(file, text)?;
    let mut reader = Reader {
        file,
        text,
        stated: Stated::default(),
        patients: 0,
    };
    reader.root(&root)?;
    Ok(reader.stated)
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    stated: Stated,
    patients: usize,
}

type Done = Result<(), Box<Diagnostic>>;

fn key(path: &[Step], name: &str) -> Vec<Step> {
    let mut longer = path.to_vec();
    longer.push(Step::Key(name.to_owned()));
    longer
}

fn index(path: &[Step], at: usize) -> Vec<Step> {
    let mut longer = path.to_vec();
    longer.push(Step::Index(at));
    longer
}

fn text_at<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .filter(|t| !t.trim().is_empty())
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

impl Reader<'_> {
    fn wrong<T>(&self, path: &[Step], message: impl Into<String>) -> Result<T, Box<Diagnostic>> {
        let diagnostic = Diagnostic::new(message);
        Err(place::at(diagnostic, self.file, self.text, path).into())
    }

    fn root(&mut self, root: &Value) -> Done {
        match root.get("resourceType").and_then(Value::as_str) {
            Some("Bundle") => {
                let entries = key(&[], "entry");
                for (nth, entry) in list(root, "entry").iter().enumerate() {
                    let path = key(&index(&entries, nth), "resource");
                    if let Some(resource) = entry.get("resource") {
                        self.resource(resource, text_at(entry, "/fullUrl"), &path)?;
                    }
                }
            }
            Some("Parameters") => {
                let parameters = key(&[], "parameter");
                for (nth, parameter) in list(root, "parameter").iter().enumerate() {
                    let path = index(&parameters, nth);
                    if parameter.get("name").and_then(Value::as_str) == Some("assessmentDate") {
                        self.assessment_date(parameter, &path)?;
                    }
                    if let Some(resource) = parameter.get("resource") {
                        self.resource(resource, None, &key(&path, "resource"))?;
                    }
                }
            }
            Some("Patient") => self.resource(root, None, &[])?,
            Some(other) => {
                let message = format!("a history cannot be read from {other}");
                return self
                    .wrong::<()>(&key(&[], "resourceType"), message)
                    .map_err(|found| {
                        let help = "give a Bundle with a Patient and Immunizations, or Parameters";
                        found.with_help(help).into()
                    });
            }
            None => return self.wrong(&[], "there is no resourceType: this is not FHIR"),
        }
        if self.patients == 0 {
            return self.wrong(&[], "there is no Patient");
        }
        Ok(())
    }

    fn assessment_date(&mut self, parameter: &Value, path: &[Step]) -> Done {
        let found = ["valueDate", "valueDateTime"]
            .iter()
            .find_map(|name| Some((*name, parameter.get(name)?.as_str()?)));
        let Some((name, said)) = found else {
            return self.wrong(path, "assessmentDate has no valueDate");
        };
        match day(said) {
            Some(Ok(day)) => self.stated.as_of = Some(day),
            _ => {
                let message = format!("`{said}` is not a date with year, month and day");
                return self.wrong(&key(path, name), message);
            }
        }
        Ok(())
    }

    fn resource(&mut self, resource: &Value, full_url: Option<&str>, path: &[Step]) -> Done {
        match resource.get("resourceType").and_then(Value::as_str) {
            Some("Patient") => self.patient(resource, path),
            Some("Immunization") => self.immunization(resource, full_url, path),
            Some("Condition" | "Observation" | "AllergyIntolerance" | "Procedure") => {
                self.observation(resource);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn patient(&mut self, patient: &Value, path: &[Step]) -> Done {
        self.patients += 1;
        if self.patients > 1 {
            return self.wrong(path, "this is a second Patient: a history of one is needed");
        }
        let Some(born) = text_at(patient, "/birthDate") else {
            let message = "the Patient has no birthDate: without it nothing can be forecast";
            return self.wrong(path, message);
        };
        let at = key(path, "birthDate");
        self.stated.patient.birth = match day(born) {
            Some(Ok(day)) => day,
            Some(Err(())) => {
                let message = "birthDate has no day: a birth date is needed to the day";
                return self.wrong(&at, message);
            }
            None => return self.wrong(&at, format!("`{born}` is not a date")),
        };
        self.stated.patient.sex = match text_at(patient, "/gender") {
            Some("female") => Sex::Female,
            Some("male") => Sex::Male,
            _ => Sex::Unknown,
        };
        self.stated.patient.country = list(patient, "extension")
            .iter()
            .find(|e| e.get("url").and_then(Value::as_str) == Some(BIRTH_PLACE))
            .and_then(|e| text_at(e, "/valueAddress/country"))
            .map(country);
        self.stated.id = text_at(patient, "/id")
            .or(text_at(patient, "/identifier/0/value"))
            .map(Phi::new);
        Ok(())
    }

    fn immunization(&mut self, dose: &Value, full_url: Option<&str>, path: &[Step]) -> Done {
        let said = |step: &str| format!("Immunization at {}, {step}", words(path));
        match dose.get("status").and_then(Value::as_str) {
            Some("completed") => {}
            Some("not-done") => {
                self.stated
                    .note(said("not-done"), "a dose that was not given is left out");
                return Ok(());
            }
            Some("entered-in-error") => {
                self.stated
                    .note(said("entered-in-error"), "a mistaken entry is left out");
                return Ok(());
            }
            Some(other) => {
                let message = format!("`{other}` is not a status of an Immunization");
                return self.wrong(&key(path, "status"), message);
            }
            None => return self.wrong(path, "the Immunization has no status"),
        }
        let vaccine = key(path, "vaccineCode");
        let of = |systems: &[&str]| {
            codings(dose.get("vaccineCode"))
                .find(|(system, _)| systems.contains(system))
                .map(|(_, code)| code)
        };
        let code = match (of(&CVX), of(&NDC)) {
            (Some(code), _) => match cvx(code) {
                Some(code) => code,
                None => return self.wrong(&vaccine, format!("`{code}` is not a CVX code")),
            },
            (None, Some(ndc)) => match cvx_of_ndc(ndc) {
                Some(code) => code,
                None => return self.wrong(&vaccine, format!("the NDC `{ndc}` is not known")),
            },
            (None, None) => {
                return self.wrong(&vaccine, "the vaccineCode has no CVX or NDC coding");
            }
        };
        let Some(given) = text_at(dose, "/occurrenceDateTime") else {
            if dose.get("occurrenceString").is_some() {
                let text = "the dose is left out: its date is only told in words";
                self.stated.note(said("occurrenceString"), text);
                return Ok(());
            }
            return self.wrong(path, "the Immunization has no occurrenceDateTime");
        };
        let date = match day(given) {
            Some(Ok(date)) => date,
            Some(Err(())) => {
                let text = "the dose is left out: its date has no day";
                self.stated.note(said("occurrenceDateTime"), text);
                return Ok(());
            }
            None => {
                let message = format!("`{given}` is not a date");
                return self.wrong(&key(path, "occurrenceDateTime"), message);
            }
        };
        let id = text_at(dose, "/id").map(|id| format!("Immunization/{id}"));
        self.stated.patient.doses.push(Dose {
            id: id.or(full_url.map(str::to_owned)).unwrap_or_default(),
            date,
            cvx: code,
            mvx: text_at(dose, "/manufacturer/identifier/value")
                .filter(|_| {
                    text_at(dose, "/manufacturer/identifier/system")
                        .is_none_or(|s| MVX.contains(&s))
                })
                .map(str::to_owned),
            product: None,
            volume: millilitres(dose.get("doseQuantity")),
            expiry: text_at(dose, "/expirationDate").and_then(last_day),
            condition: dose.get("isSubpotent").and_then(Value::as_bool) == Some(true),
        });
        Ok(())
    }

    fn observation(&mut self, resource: &Value) {
        let refuted = text_at(resource, "/verificationStatus/coding/0/code")
            .is_some_and(|s| matches!(s, "refuted" | "entered-in-error"));
        let status = resource.get("status").and_then(Value::as_str);
        if refuted
            || status.is_some_and(|s| matches!(s, "entered-in-error" | "cancelled" | "not-done"))
        {
            return;
        }
        let date = [
            "effectiveDateTime",
            "performedDateTime",
            "onsetDateTime",
            "recordedDate",
            "issued",
        ]
        .iter()
        .find_map(|name| text_at(resource, &format!("/{name}")))
        .and_then(day)
        .and_then(Result::ok);
        // an Observation of something says it by its value, and by its code only when that needs no value
        let denied = resource.get("valueBoolean").and_then(Value::as_bool) == Some(false);
        let coded = match resource.get("valueCodeableConcept") {
            Some(value) => Some(value),
            None if denied => None,
            None => resource.get("code"),
        };
        for (system, code) in codings(coded) {
            let system = match system {
                s if SNOMED.contains(&s) => CodeSystem::Snomed,
                s if PHIN.contains(&s) => CodeSystem::Phin,
                s if CVX.contains(&s) => CodeSystem::Cvx,
                _ => continue,
            };
            self.stated.coded.push(Coded {
                system,
                code: code.to_owned(),
                date,
            });
        }
    }
}

fn codings(concept: Option<&Value>) -> impl Iterator<Item = (&str, &str)> {
    concept
        .map(|c| list(c, "coding"))
        .unwrap_or_default()
        .iter()
        .filter_map(|c| {
            Some((
                c.get("system").and_then(Value::as_str).unwrap_or_default(),
                c.get("code")?.as_str()?,
            ))
        })
}

/// A FHIR date or dateTime: `None` when it is no date, `Err` when it has no day.
fn day(text: &str) -> Option<Result<Day, ()>> {
    let date = text.split('T').next().unwrap_or_default();
    let partial = match date.len() {
        4 => format!("{date}-01-01"),
        7 => format!("{date}-01"),
        10 => return date.parse().ok().map(Ok),
        _ => return None,
    };
    partial.parse::<Day>().ok().map(|_| Err(()))
}

/// The last day that a FHIR date can mean.
fn last_day(text: &str) -> Option<Day> {
    match day(text)? {
        Ok(day) => Some(day),
        Err(()) => {
            let year = text.get(..4)?.parse().ok()?;
            let month = text.get(5..7).map_or(Some(12), |m| m.parse().ok())?;
            Day::end_of_month(year, month)
        }
    }
}

fn millilitres(quantity: Option<&Value>) -> Option<u32> {
    let quantity = quantity?;
    let unit = text_at(quantity, "/code").or(text_at(quantity, "/unit"))?;
    let ml = quantity.get("value")?.as_f64()?;
    (unit.eq_ignore_ascii_case("ml") && (0.0..=1000.0).contains(&ml))
        .then(|| super::json::ten_thousandths(ml))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENT: &str =
        r#"{"resourceType": "Patient", "id": "p1", "birthDate": "2024-01-15", "gender": "male"}"#;

    fn dose(rest: &str) -> String {
        format!(
            r#"{{"resourceType": "Immunization", "id": "i1", "status": "completed", "occurrenceDateTime": "2024-03-15",
            "vaccineCode": {{"coding": [{{"system": "http://hl7.org/fhir/sid/cvx", "code": "8"}}]}}{rest}}}"#
        )
    }

    fn bundle(resources: &[&str]) -> String {
        let entries: Vec<String> = resources
            .iter()
            .map(|r| format!(r#"{{"resource": {r}}}"#))
            .collect();
        format!(
            r#"{{"resourceType": "Bundle", "type": "collection", "entry": [{}]}}"#,
            entries.join(",\n")
        )
    }

    #[test]
    fn a_bundle_is_read() {
        let full = dose(
            r#", "lotNumber": "L1", "expirationDate": "2025-02", "isSubpotent": true,
            "manufacturer": {"identifier": {"system": "http://hl7.org/fhir/sid/mvx", "value": "MSD"}},
            "doseQuantity": {"value": 0.5, "code": "mL"}"#,
        );
        let condition = r#"{"resourceType": "Condition", "onsetDateTime": "2024-02-01",
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "370388006"}]}}"#;
        let refuted = r#"{"resourceType": "Condition", "verificationStatus": {"coding": [{"code": "refuted"}]},
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "1"}]}}"#;
        let other = r#"{"resourceType": "Organization"}"#;
        let text = bundle(&[PATIENT, &full, condition, refuted, other]);
        let stated = read("b.json", &text).unwrap();
        let patient = &stated.patient;
        assert_eq!(
            (patient.birth.to_string().as_str(), patient.sex),
            ("2024-01-15", Sex::Male)
        );
        let dose = &patient.doses[0];
        assert_eq!(
            (dose.id.as_str(), dose.cvx.as_str(), dose.mvx.as_deref()),
            ("Immunization/i1", "08", Some("MSD"))
        );
        assert_eq!((dose.volume, dose.condition), (Some(5000), true));
        assert_eq!(dose.expiry.unwrap().to_string(), "2025-02-28");
        assert_eq!(stated.coded.len(), 1);
        assert_eq!(stated.coded[0].date.unwrap().to_string(), "2024-02-01");
    }

    #[test]
    fn parameters_are_read() {
        let text = format!(
            r#"{{"resourceType": "Parameters", "parameter": [
            {{"name": "assessmentDate", "valueDate": "2025-01-01"}}, {{"name": "patient", "resource": {PATIENT}}},
            {{"name": "immunization", "resource": {}}}, {{"name": "knowledgeBase", "valueString": "x"}}]}}"#,
            dose("")
        );
        let stated = read("p.json", &text).unwrap();
        assert_eq!(stated.as_of.unwrap().to_string(), "2025-01-01");
        assert_eq!(stated.patient.doses.len(), 1);
    }

    #[test]
    fn what_was_not_given_is_left_out_and_said() {
        let not_done = dose("").replace("completed", "not-done");
        let vague = dose("").replace("2024-03-15", "2024-03");
        let stated = read("b.json", &bundle(&[PATIENT, &not_done, &vague])).unwrap();
        assert!(stated.patient.doses.is_empty());
        assert_eq!(stated.notes.len(), 2);
        assert_eq!(
            stated.notes[0].at,
            "Immunization at entry[2].resource, not-done"
        );
    }

    #[test]
    fn what_is_wrong_is_shown_at_its_place() {
        let wrong = |text: &str| {
            let d = read("b.json", text).unwrap_err();
            let (from, to) = (d.column as usize - 1, d.end_column as usize - 1);
            let marked = d.source_line.as_deref().unwrap()[from..to].to_owned();
            (marked, d.message)
        };
        let no_code = dose("").replace("sid/cvx", "sid/icd");
        for (text, marked, message) in [
            (
                bundle(&[]),
                "{\"resourceType\": \"Bundle\", \"type\": \"collection\", \"entry\": []}",
                "there is no Patient",
            ),
            (
                r#"{"resourceType": "Group"}"#.to_owned(),
                "\"Group\"",
                "a history cannot be read from Group",
            ),
            (
                bundle(&[PATIENT, PATIENT]),
                PATIENT,
                "this is a second Patient: a history of one is needed",
            ),
            (
                bundle(&[&PATIENT.replace("2024-01-15", "2024-01")]),
                "\"2024-01\"",
                "birthDate has no day: a birth date is needed to the day",
            ),
            (
                bundle(&[PATIENT, &dose("").replace("2024-03-15", "15.3.2024")]),
                "\"15.3.2024\"",
                "`15.3.2024` is not a date",
            ),
            (
                bundle(&[PATIENT, &no_code]),
                r#"{"coding": [{"system": "http://hl7.org/fhir/sid/icd", "code": "8"}]}"#,
                "the vaccineCode has no CVX or NDC coding",
            ),
            (
                bundle(&[PATIENT, &dose("").replace("completed", "done")]),
                "\"done\"",
                "`done` is not a status of an Immunization",
            ),
        ] {
            assert_eq!(wrong(&text), (marked.to_owned(), message.to_owned()));
        }
    }
}
