//! What the EHR keeps.

use serde_json::Value;
use std::collections::BTreeMap;
use titer_hl7::{Message, Offsets};

/// A dose of the record: given here, reported, refused, or taken over from the registry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dose {
    pub(crate) patient: String,
    pub(crate) name: String,
    pub(crate) cvx: String,
    pub(crate) ndc: String,
    pub(crate) mvx: String,
    /// Eight digits.
    pub(crate) date: String,
    pub(crate) lot: String,
    pub(crate) expires: String,
    pub(crate) source: String,
    pub(crate) completion: String,
    pub(crate) refusal: String,
    pub(crate) route: String,
    pub(crate) site: String,
    pub(crate) amount: String,
    pub(crate) unit: String,
    pub(crate) funding: String,
    pub(crate) eligibility: String,
    pub(crate) vis: Vec<String>,
    pub(crate) deleted: bool,
}

impl Dose {
    pub(crate) fn given(&self) -> bool {
        !self.deleted && !self.refused() && self.cvx != "998"
    }

    /// Whether it was not given: refused or deferred.
    pub(crate) fn refused(&self) -> bool {
        matches!(self.completion.as_str(), "RE" | "NA")
    }

    pub(crate) fn same_event(&self, other: &Dose) -> bool {
        self.patient == other.patient
            && self.date == other.date
            && self.refused() == other.refused()
            && (self.cvx == other.cvx || (!self.ndc.is_empty() && self.ndc == other.ndc))
    }
}

impl Dose {
    /// Whether another dose is this one as somebody else writes it: of that day, for one of the same diseases.
    pub(crate) fn like(&self, other: &Dose) -> bool {
        let groups = |cvx: &str| -> Vec<&str> {
            titer_codes::book()
                .cvx(cvx)
                .into_iter()
                .flat_map(titer_codes::Cvx::groups)
                .map(titer_codes::Group::name)
                .collect()
        };
        let theirs = groups(&other.cvx);
        self.same_event(other)
            || (self.date == other.date
                && self.refused() == other.refused()
                && groups(&self.cvx).iter().any(|g| theirs.contains(g)))
    }
}

/// A coded reaction.
#[derive(Clone, Debug)]
pub(crate) struct Reaction {
    pub(crate) patient: String,
    pub(crate) cvx: String,
    pub(crate) code: String,
    pub(crate) system: String,
    pub(crate) text: String,
    pub(crate) date: String,
}

/// A line of stock.
#[derive(Clone, Debug)]
pub(crate) struct Stock {
    pub(crate) name: String,
    pub(crate) ndc: String,
    pub(crate) expires: String,
    pub(crate) funding: String,
    pub(crate) doses: i64,
}

/// Everything that the EHR keeps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) patients: BTreeMap<String, Value>,
    pub(crate) doses: Vec<Dose>,
    pub(crate) reactions: Vec<Reaction>,
    /// Findings and diseases of patients, by their SNOMED CT codes.
    pub(crate) findings: Vec<(String, String)>,
    /// By lot.
    pub(crate) stock: BTreeMap<String, Stock>,
}

/// A text of a record, by the path of its parts.
pub(crate) fn text(value: &Value, path: &str) -> String {
    let mut at = value;
    for part in path.split('.') {
        at = match part.parse::<usize>() {
            Ok(n) => at.get(n),
            Err(_) => at.get(part),
        }
        .unwrap_or(&Value::Null);
    }
    match at {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => items.first().map(|i| text(i, "")).unwrap_or_default(),
        _ => String::new(),
    }
}

/// An order of the test data as a dose; `records` holds the vaccines.
pub(crate) fn dose(order: &Value, records: &Value) -> Dose {
    let vaccine = records
        .get("vaccines")
        .and_then(|v| v.get(text(order, "vaccine")))
        .cloned()
        .unwrap_or_default();
    let either = |a: &str, b: &str| {
        let own = text(order, a);
        if own.is_empty() {
            text(&vaccine, b)
        } else {
            own
        }
    };
    let ndc = match vaccine.get("ndc") {
        Some(Value::Array(all)) => all
            .first()
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        _ => text(&vaccine, "ndc"),
    };
    let refused = matches!(text(order, "completion").as_str(), "RE" | "NA");
    let mvx = if refused {
        String::new()
    } else {
        text(&vaccine, "manufacturer.code")
    };
    Dose {
        patient: text(order, "patient"),
        name: text(&vaccine, "name"),
        cvx: text(&vaccine, "cvx"),
        ndc,
        mvx,
        date: day(&text(order, "date")),
        lot: text(order, "lot"),
        expires: day(&text(order, "expires")),
        source: text(order, "information-source"),
        completion: text(order, "completion"),
        refusal: text(order, "refusal.reason.code"),
        route: either("route.code", "route.code"),
        site: text(order, "site.code"),
        amount: either("amount", "amount"),
        unit: either("unit", "unit"),
        funding: text(order, "funding.source.code"),
        eligibility: text(order, "funding.eligibility.code"),
        vis: vaccine
            .get("vis")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|v| text(v, "code"))
            .collect(),
        ..Dose::default()
    }
}

fn day(text: &str) -> String {
    text.chars().take(8).collect()
}

/// The doses that a registry returned for a patient.
pub(crate) fn returned(patient: &str, response: &[u8]) -> Vec<Dose> {
    let mut table = Offsets::new();
    let message = Message::parse(response, &mut table);
    let mut doses = Vec::new();
    for rxa in message.all("RXA") {
        let coded = |system: &str| {
            [(1, 3), (4, 6)].into_iter().find_map(|(code, of)| {
                let field = rxa.text(5, of);
                (field == system).then(|| rxa.text(5, code).into_owned())
            })
        };
        let dose = Dose {
            patient: patient.to_owned(),
            name: rxa.text(5, 2).into_owned(),
            cvx: coded("CVX").unwrap_or_default(),
            ndc: coded("NDC").unwrap_or_default(),
            mvx: rxa.text(17, 1).into_owned(),
            date: day(&rxa.text(3, 1)),
            lot: rxa.text(15, 1).into_owned(),
            // whoever gave it: to this EHR it is what a registry told
            source: "08".to_owned(),
            completion: rxa.text(20, 1).into_owned(),
            refusal: rxa.text(18, 1).into_owned(),
            ..Dose::default()
        };
        if dose.cvx != "998" && !dose.date.is_empty() {
            doses.push(dose);
        }
    }
    doses
}
