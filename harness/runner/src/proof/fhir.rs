//! What a FHIR interface tells, as answers: Patient, Immunization, AllergyIntolerance and AdverseEvent of US Core and of
//! plain R4.

use crate::result::{AnswerSource, Answers, CodeSeen, DoseSeen, PatientSeen};
use serde_json::Value;
use titer_finding::Phi;

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
/// FHIR's extension for the mother's maiden name.
const MAIDEN: &str = "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName";
/// HL7's codes (ActReason) for a dose that was not given without anybody refusing it.
const NOT_REFUSED: [&str; 3] = ["MEDPREC", "IMMUNE", "OSTOCK"];

fn text(value: &Value, pointer: &str) -> Option<String> {
    let found = value.pointer(pointer)?.as_str()?.trim();
    (!found.is_empty()).then(|| found.to_owned())
}

fn phi(value: &Value, pointer: &str) -> Option<Phi> {
    text(value, pointer).map(Phi::new)
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

fn kind(resource: &Value) -> &str {
    resource
        .get("resourceType")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

// the code of a CodeableConcept in one of these systems
fn coding(concept: Option<&Value>, systems: &[&str]) -> Option<String> {
    list(concept?, "coding")
        .iter()
        .find(|c| {
            c.get("system")
                .and_then(Value::as_str)
                .is_some_and(|s| systems.contains(&s))
        })
        .and_then(|c| text(c, "/code"))
}

fn any_code(concept: Option<&Value>) -> Option<String> {
    list(concept?, "coding")
        .iter()
        .find_map(|c| text(c, "/code"))
}

/// The answers that resources give: those of one patient, as a search found them. Resources that were entered in error are
/// left out, and so is everything of other types.
pub fn answers(resources: &[Value]) -> Answers {
    let mut answers = Answers::from(AnswerSource::Fhir);
    answers.patient = resources.iter().find(|r| kind(r) == "Patient").map(patient);
    let doses: Vec<&Value> = resources
        .iter()
        .filter(|r| kind(r) == "Immunization")
        .filter(|r| text(r, "/status").as_deref() != Some("entered-in-error"))
        .collect();
    answers.doses = Some(doses.iter().map(|d| dose(d)).collect());
    for resource in resources {
        match kind(resource) {
            "AdverseEvent" => answers.reactions.extend(adverse(resource, &doses)),
            "AllergyIntolerance" => answers.reactions.extend(allergy(resource)),
            _ => {}
        }
    }
    answers
}

fn patient(resource: &Value) -> PatientSeen {
    let names = list(resource, "name");
    let official = names
        .iter()
        .find(|n| text(n, "/use").as_deref() == Some("official"))
        .or_else(|| {
            names
                .iter()
                .find(|n| text(n, "/use").as_deref() != Some("old"))
        })
        .or(names.first());
    let mut seen = PatientSeen {
        birth_date: phi(resource, "/birthDate"),
        sex: phi(resource, "/gender"),
        ids: list(resource, "identifier")
            .iter()
            .filter_map(|i| phi(i, "/value"))
            .collect(),
        ..PatientSeen::default()
    };
    if let Some(name) = official {
        let given: Vec<String> = list(name, "given")
            .iter()
            .filter_map(|g| g.as_str().map(str::to_owned))
            .collect();
        seen.family = phi(name, "/family");
        seen.given = given.first().map(Phi::new);
        seen.middle =
            (given.len() > 1).then(|| Phi::new(given.get(1..).unwrap_or_default().join(" ")));
        seen.suffix = list(name, "suffix")
            .first()
            .and_then(Value::as_str)
            .map(Phi::new);
        seen.name = phi(name, "/text");
    }
    seen.mothers_maiden_name = list(resource, "extension")
        .iter()
        .find(|e| text(e, "/url").as_deref() == Some(MAIDEN))
        .and_then(|e| phi(e, "/valueString"));
    for contact in list(resource, "telecom") {
        match text(contact, "/system").as_deref() {
            Some("phone") if seen.phone.is_none() => seen.phone = phi(contact, "/value"),
            Some("email") if seen.email.is_none() => seen.email = phi(contact, "/value"),
            _ => {}
        }
    }
    if let Some(address) = list(resource, "address").first() {
        let mut parts: Vec<String> = list(address, "line")
            .iter()
            .filter_map(|l| l.as_str().map(str::to_owned))
            .collect();
        for key in ["/city", "/state", "/postalCode", "/country"] {
            parts.extend(text(address, key));
        }
        if parts.is_empty() {
            parts.extend(text(address, "/text"));
        }
        seen.address = (!parts.is_empty()).then(|| Phi::new(parts.join(", ")));
    }
    match resource
        .get("multipleBirthBoolean")
        .and_then(Value::as_bool)
    {
        Some(true) => seen.multiple_birth = Some(Phi::new("Y")),
        Some(false) => seen.multiple_birth = Some(Phi::new("N")),
        None => {}
    }
    if let Some(order) = resource.get("multipleBirthInteger").and_then(Value::as_i64) {
        seen.multiple_birth = Some(Phi::new("Y"));
        seen.birth_order = Some(Phi::new(order.to_string()));
    }
    seen
}

fn dose(resource: &Value) -> DoseSeen {
    let vaccine = resource.get("vaccineCode");
    let reason = any_code(resource.get("statusReason"));
    let (completion, refusal) = match text(resource, "/status").as_deref() {
        Some("not-done") => {
            let refused = reason.as_deref().is_some_and(|r| !NOT_REFUSED.contains(&r));
            (if refused { "RE" } else { "NA" }, reason)
        }
        _ => ("CP", None),
    };
    let partial = resource
        .get("isSubpotent")
        .and_then(Value::as_bool)
        .unwrap_or_default();
    DoseSeen {
        cvx: coding(vaccine, &CVX),
        ndc: coding(vaccine, &NDC),
        name: vaccine.and_then(|v| text(v, "/text").or_else(|| text(v, "/coding/0/display"))),
        date: text(resource, "/occurrenceDateTime")
            .or_else(|| text(resource, "/occurrenceString"))
            .map(Phi::new)
            .unwrap_or_default(),
        lot: text(resource, "/lotNumber"),
        expires: text(resource, "/expirationDate"),
        manufacturer: resource.get("manufacturer").and_then(|m| {
            text(m, "/identifier/value").filter(|_| {
                text(m, "/identifier/system").is_some_and(|s| MVX.contains(&s.as_str()))
            })
        }),
        source: source(resource),
        completion: Some(
            if partial && completion == "CP" {
                "PA"
            } else {
                completion
            }
            .to_owned(),
        ),
        refusal,
        amount: resource
            .pointer("/doseQuantity/value")
            .map(|v| v.to_string().trim_matches('"').to_owned()),
        unit: text(resource, "/doseQuantity/code").or_else(|| text(resource, "/doseQuantity/unit")),
        route: any_code(resource.get("route")),
        site: any_code(resource.get("site")),
        funding: any_code(resource.get("fundingSource")),
        eligibility: list(resource, "programEligibility")
            .first()
            .and_then(|p| any_code(Some(p))),
        valid: None,
    }
}

/// NIP001 of primarySource and reportOrigin: a code of NIP001 itself is taken as it is, those of FHIR's own value set are
/// put in its words, and a historical dose without an origin is only known to be historical.
fn source(resource: &Value) -> Option<String> {
    let primary = resource.get("primarySource").and_then(Value::as_bool);
    let origin = any_code(resource.get("reportOrigin"));
    let origin = origin.as_deref().map(|code| match code {
        "provider" => "02",
        "record" => "03",
        "recall" => "04",
        "school" => "07",
        "jurisdiction" => "05",
        code => code,
    });
    match (primary, origin) {
        (Some(true), _) => Some("00".to_owned()),
        (_, Some(code)) => Some(code.to_owned()),
        (Some(false), None) => Some("historical".to_owned()),
        (None, None) => None,
    }
}

// the reactions of an event, and the vaccine of the dose after which it came
fn adverse(resource: &Value, doses: &[&Value]) -> Vec<CodeSeen> {
    if text(resource, "/actuality").as_deref() == Some("potential") {
        return Vec::new();
    }
    let suspect = list(resource, "suspectEntity")
        .iter()
        .find_map(|s| text(s, "/instance/reference"));
    let after = suspect.and_then(|reference| {
        let id = reference.strip_suffix('/').unwrap_or(&reference);
        let id = id.rsplit('/').next().unwrap_or_default();
        doses
            .iter()
            .find(|d| text(d, "/id").as_deref() == Some(id))
            .and_then(|d| coding(d.get("vaccineCode"), &CVX))
    });
    codes(resource.get("event"))
        .into_iter()
        .map(|code| CodeSeen {
            date: phi(resource, "/date").or_else(|| phi(resource, "/detected")),
            after: after.clone(),
            ..code
        })
        .collect()
}

fn allergy(resource: &Value) -> Vec<CodeSeen> {
    let status = any_code(resource.get("verificationStatus"));
    if matches!(status.as_deref(), Some("entered-in-error" | "refuted")) {
        return Vec::new();
    }
    let agent = coding(resource.get("code"), &CVX);
    let mut all = Vec::new();
    for reaction in list(resource, "reaction") {
        let after = coding(reaction.get("substance"), &CVX).or_else(|| agent.clone());
        let date = phi(reaction, "/onset").or_else(|| phi(resource, "/onsetDateTime"));
        for manifestation in list(reaction, "manifestation") {
            all.extend(codes(Some(manifestation)).into_iter().map(|code| CodeSeen {
                date: date.clone(),
                after: after.clone(),
                ..code
            }));
        }
    }
    all
}

// every coding of a concept; one without a coding is text alone
fn codes(concept: Option<&Value>) -> Vec<CodeSeen> {
    let Some(concept) = concept else {
        return Vec::new();
    };
    let words = text(concept, "/text");
    let all: Vec<CodeSeen> = list(concept, "coding")
        .iter()
        .filter_map(|c| {
            Some(CodeSeen {
                code: text(c, "/code")?,
                system: text(c, "/system"),
                text: text(c, "/display").or_else(|| words.clone()),
                ..CodeSeen::default()
            })
        })
        .collect();
    if all.is_empty() && words.is_some() {
        return vec![CodeSeen {
            text: words,
            ..CodeSeen::default()
        }];
    }
    all
}
