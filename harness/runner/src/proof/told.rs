//! Doses, recommendations and the patient as a message tells them, in the form in which a system shows them.

use crate::assertion::place::orders;
use crate::result::{DoseSeen, ForecastSeen, PatientSeen};
use titer_finding::Phi;
use titer_hl7::{Message, Offsets, Segment};

/// A dose of a message.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) dose: DoseSeen,
    /// RXA-21: `A`, `U`, `D`, or empty.
    pub(super) action: String,
    /// The sender's number of the order, else what tells the dose apart.
    pub(super) key: String,
}

fn some(text: impl AsRef<str>) -> Option<String> {
    let text = text.as_ref();
    (!text.is_empty() && text != "\"\"").then(|| text.to_owned())
}

fn phi(text: impl AsRef<str>) -> Option<Phi> {
    some(text).map(Phi::new)
}

fn segment<'a, 'm>(order: &'a [Segment<'m>], name: &str) -> Option<&'a Segment<'m>> {
    order.iter().find(|s| s.name() == name)
}

// the first code of RXA-5 in one of these systems; without a system the first triplet counts as CVX
fn coded(rxa: &Segment<'_>, systems: &[&str]) -> Option<String> {
    [(1, 3), (4, 6)].into_iter().find_map(|(code, system)| {
        let (code, system) = (rxa.text(5, code), rxa.text(5, system));
        let bare = system.is_empty() && systems.contains(&"CVX") && code.len() <= 3;
        (!code.is_empty() && (bare || systems.contains(&system.as_ref())))
            .then(|| code.into_owned())
    })
}

/// Every dose of a message but entries without a vaccine (998).
pub(super) fn doses(bytes: &[u8]) -> Vec<Told> {
    let mut table = Offsets::new();
    let message = Message::parse(bytes, &mut table);
    let patient = message
        .segment("PID", 1)
        .map(|p| p.text(3, 1).into_owned())
        .unwrap_or_default();
    orders(&message)
        .iter()
        .filter_map(|order| {
            let rxa = segment(order, "RXA")?;
            if rxa.text(5, 1) == "998" {
                return None;
            }
            let text = |field, component| some(rxa.text(field, component));
            let mut dose = DoseSeen {
                cvx: coded(rxa, &["CVX", "HL70292"]),
                ndc: coded(rxa, &["NDC", "2.16.840.1.113883.6.69"]),
                name: text(5, 2).or_else(|| text(5, 5)),
                date: Phi::new(rxa.text(3, 1)),
                lot: text(15, 1),
                expires: text(16, 1),
                manufacturer: text(17, 1),
                source: text(9, 1),
                completion: text(20, 1),
                refusal: text(18, 1),
                amount: text(6, 1).filter(|a| a != "999"),
                unit: text(7, 1),
                ..DoseSeen::default()
            };
            if let Some(rxr) = segment(order, "RXR") {
                dose.route = some(rxr.text(1, 1));
                dose.site = some(rxr.text(2, 1));
            }
            for obx in order.iter().filter(|s| s.name() == "OBX") {
                let value = || some(obx.text(5, 1));
                match obx.text(3, 1).as_ref() {
                    "59781-5" => dose.valid = value().map(|v| v == "Y"),
                    "64994-7" => dose.eligibility = value(),
                    "30963-3" => dose.funding = value(),
                    _ => {}
                }
            }
            let number = segment(order, "ORC").map(|o| {
                [o.text(3, 1), o.text(2, 1)]
                    .into_iter()
                    .find(|t| !t.is_empty())
                    .unwrap_or_default()
                    .into_owned()
            });
            let number = number
                .filter(|n| !n.is_empty() && n != "9999")
                .unwrap_or_else(|| {
                    let code = dose.cvx.clone().or_else(|| dose.ndc.clone());
                    format!("{} {}", code.unwrap_or_default(), rxa.text(3, 1))
                });
            Some(Told {
                action: rxa.text(21, 1).into_owned(),
                key: format!("{patient}|{number}"),
                dose,
            })
        })
        .collect()
}

/// Every recommendation of a message (OBX of an entry without a vaccine, one set of OBX-4 each).
pub(super) fn forecasts(bytes: &[u8]) -> Vec<ForecastSeen> {
    let mut table = Offsets::new();
    let message = Message::parse(bytes, &mut table);
    let mut all: Vec<ForecastSeen> = Vec::new();
    for order in orders(&message) {
        if segment(&order, "RXA").is_none_or(|r| r.text(5, 1) != "998") {
            continue;
        }
        let mut set: Option<String> = None;
        for obx in order.iter().filter(|s| s.name() == "OBX") {
            let sub = obx.text(4, 1).into_owned();
            let code = obx.text(3, 1);
            if set.as_deref() != Some(&sub) {
                set = Some(sub);
                all.push(ForecastSeen::default());
            }
            let Some(row) = all.last_mut() else { continue };
            match code.as_ref() {
                "30956-7" | "38890-0" | "30979-9" => {
                    row.cvx = some(obx.text(5, 1));
                    row.vaccine = obx.text(5, 2).into_owned();
                }
                "30980-7" => row.due = phi(obx.text(5, 1)),
                "30981-5" => row.earliest = phi(obx.text(5, 1)),
                "59778-1" => row.overdue = phi(obx.text(5, 1)),
                "59777-3" => row.latest = phi(obx.text(5, 1)),
                "30973-2" => row.dose = some(obx.text(5, 1)),
                "59783-1" => row.status = some(obx.text(5, 2)).or_else(|| some(obx.text(5, 1))),
                _ => {}
            }
        }
    }
    all.retain(|r| r.cvx.is_some() || !r.vaccine.is_empty());
    all
}

/// The patient of a message.
pub(super) fn patient(bytes: &[u8]) -> Option<PatientSeen> {
    let mut table = Offsets::new();
    let message = Message::parse(bytes, &mut table);
    let pid = message.segment("PID", 1)?;
    Some(PatientSeen {
        family: phi(pid.text(5, 1)),
        given: phi(pid.text(5, 2)),
        middle: phi(pid.text(5, 3)),
        suffix: phi(pid.text(5, 4)),
        birth_date: phi(pid.text(7, 1)),
        sex: phi(pid.text(8, 1)),
        ..PatientSeen::default()
    })
}
