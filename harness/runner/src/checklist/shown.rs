//! Rows from an answer that a person sees on the screen of the system under test.
//!
//! What is shown may be equivalent to what the message says; what the message leaves out has no row.

use crate::assertion::place::{Within, at, orders};
use crate::result::ChecklistItem;
use titer_finding::Phi;
use titer_hl7::{Message, Offsets};

/// What has to be seen of a message: every error that an acknowledgment reports, the notice that nobody or too many were
/// found, or the patient, each dose and each recommendation of a history and forecast.
pub(crate) fn of_message(bytes: &[u8]) -> Vec<ChecklistItem> {
    let mut table = Offsets::new();
    let message = Message::parse(bytes, &mut table);
    let mut rows = Rows {
        message,
        rows: Vec::new(),
    };
    rows.rows = told(&message).into_iter().map(|(_, item)| item).collect();
    if message.all("PID").next().is_some() {
        rows.patient();
        rows.orders();
    }
    rows.rows
}

/// What a user has to be told of a message beside a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// An entry of an ERR segment, or that there was an error.
    Error,
    /// The message, or the query, was not taken.
    Refused,
    /// Nobody was found.
    NotFound,
    /// Too many were found.
    TooMany,
}

/// What the user has to be told of a message: its errors, and a notice instead of a history.
pub(crate) fn notices(bytes: &[u8]) -> Vec<(Told, ChecklistItem)> {
    let mut table = Offsets::new();
    told(&Message::parse(bytes, &mut table))
}

fn told(message: &Message<'_>) -> Vec<(Told, ChecklistItem)> {
    let mut all = errors(message);
    all.extend(notice(message));
    all
}

fn errors(message: &Message<'_>) -> Vec<(Told, ChecklistItem)> {
    let mut rows: Vec<(Told, ChecklistItem)> = Vec::new();
    for s in message.all("ERR") {
        let place = [s.text(2, 1), s.text(2, 2), s.text(2, 3)].map(std::borrow::Cow::into_owned);
        let [segment, number, field] = place;
        let path = match (number.as_str(), field.as_str()) {
            (_, "") => segment,
            ("" | "1", field) => format!("{segment}-{field}"),
            (n, field) => format!("{segment}[{n}]-{field}"),
        };
        let severity = match s.text(4, 1).as_ref() {
            "E" => "error",
            "W" => "warning",
            "I" => "information",
            _ => "issue",
        };
        let text = [s.text(8, 1), s.text(3, 2), s.text(5, 2)]
            .into_iter()
            .find(|t| !t.is_empty())
            .unwrap_or_default()
            .into_owned();
        let place = if path.is_empty() {
            String::new()
        } else {
            format!(" at {path}")
        };
        let told = format!("The user is told of the {severity}{place}");
        rows.push((Told::Error, ChecklistItem::new(told, Some(Phi::new(text)))));
    }
    let code = message.segment("MSA", 1).map(|s| s.text(1, 1).into_owned());
    match code.as_deref() {
        Some("AR") => rows.push((
            Told::Refused,
            ChecklistItem::new("The user is told that the message was rejected", None),
        )),
        Some("AE") if rows.is_empty() => rows.push((
            Told::Error,
            ChecklistItem::new("The user is told that the message had an error", None),
        )),
        _ => {}
    }
    rows
}

fn notice(message: &Message<'_>) -> Option<(Told, ChecklistItem)> {
    let status = message.segment("QAK", 1).map(|s| s.text(2, 1).into_owned());
    let (told, words) = match status.as_deref()? {
        "NF" => (Told::NotFound, "The user is told that no patient was found"),
        "TM" => (
            Told::TooMany,
            "The user is told that too many patients match",
        ),
        "AE" | "AR" => (
            Told::Refused,
            "The user is told that the query could not be answered",
        ),
        _ => return None,
    };
    Some((told, ChecklistItem::new(words, None)))
}

struct Rows<'m> {
    message: Message<'m>,
    rows: Vec<ChecklistItem>,
}

fn date(text: &str) -> String {
    let day = text.get(..8).unwrap_or_default();
    jiff::civil::Date::strptime("%Y%m%d", day)
        .map_or_else(|_| text.to_owned(), titer_plan::dates::words)
}

/// What an OBX of an order says, by its LOINC code, in the words of the guide for evaluated histories and forecasts.
const OBSERVATIONS: [(&str, &str); 14] = [
    ("30956-7", "vaccine type"),
    ("38890-0", "vaccine type"),
    ("59779-9", "schedule"),
    ("30973-2", "dose number in the series"),
    ("59780-7", "series name"),
    ("59781-5", "dose is valid"),
    ("59782-3", "doses in the series"),
    ("59783-1", "series status"),
    ("30981-5", "earliest date to give"),
    ("30980-7", "date due"),
    ("59778-1", "date overdue"),
    ("59777-3", "latest date to give"),
    ("30982-3", "reason"),
    ("64994-7", "eligibility"),
];

/// Where a dose was given, as RXA-11 tells it.
const LOCATION: [(&str, &str); 7] = [
    ("location", "RXA-11.4.1"),
    ("location: street", "RXA-11.9"),
    ("location: other designation", "RXA-11.10"),
    ("location: city", "RXA-11.11"),
    ("location: state", "RXA-11.12"),
    ("location: ZIP code", "RXA-11.13"),
    ("location: country", "RXA-11.14"),
];

impl Rows<'_> {
    fn add(&mut self, group: &str, element: &str, value: &str) {
        if !value.is_empty() && value != "\"\"" {
            let value = Some(Phi::new(value));
            self.rows
                .push(ChecklistItem::new(format!("{group}: {element}"), value));
        }
    }

    fn get(&self, within: &Within<'_>, path: &'static str) -> String {
        // both views are of the same message, so the shorter lifetime is enough
        within
            .clone()
            .spot(&self.message, &at(path))
            .value()
            .unwrap_or_default()
    }

    fn patient(&mut self) {
        let w = Within::Message;
        let join = |parts: &[String], by: &str| -> String {
            parts
                .iter()
                .filter(|p| !p.is_empty())
                .cloned()
                .collect::<Vec<_>>()
                .join(by)
        };
        let ids: Vec<(String, String, String)> = self
            .message
            .segment("PID", 1)
            .and_then(|p| p.field(3))
            .into_iter()
            .flat_map(|f| {
                f.repetitions()
                    .map(|r| {
                        let part = |n| {
                            r.component(n)
                                .map(|c| c.text().into_owned())
                                .unwrap_or_default()
                        };
                        let authority = r
                            .component(4)
                            .and_then(|c| c.subcomponent(1).map(|s| s.text().into_owned()))
                            .unwrap_or_default();
                        (part(1), authority, part(5))
                    })
                    .collect::<Vec<_>>()
            })
            .collect();
        for (id, authority, kind) in ids {
            self.add("patient", "identifier", &join(&[id, authority, kind], ", "));
        }
        let name = [2, 3, 1, 4].map(|n| self.part("PID", 5, n));
        self.add("patient", "name", &join(&name, " "));
        let born = date(&self.get(&w, "PID-7.1"));
        self.add("patient", "date of birth", &born);
        let sex = self.get(&w, "PID-8");
        self.add("patient", "sex", &sex);
        let address = [1, 3, 4, 5, 6].map(|n| self.part("PID", 11, n));
        self.add("patient", "address", &join(&address, ", "));
        let maiden = [2, 1].map(|n| self.part("PID", 6, n));
        self.add("patient", "mother's maiden name", &join(&maiden, " "));
    }

    fn part(&self, segment: &str, field: u32, component: u32) -> String {
        let Some(component) = self
            .message
            .segment(segment, 1)
            .and_then(|s| s.field(field))
            .and_then(|f| f.repetition(1))
            .and_then(|r| r.component(component))
        else {
            return String::new();
        };
        component
            .subcomponent(1)
            .map(|s| s.text().into_owned())
            .unwrap_or_default()
    }

    fn orders(&mut self) {
        let (mut doses, mut forecasts) = (0, 0);
        for segments in orders(&self.message) {
            let order = Within::Order(segments);
            if self.get(&order, "RXA-5.1") == "998" {
                forecasts = self.observed(&order, "recommendation", forecasts);
                continue;
            }
            doses += 1;
            let group = format!("dose {doses}");
            self.dose(&order, &group);
            self.observed(&order, &group, 0);
        }
    }

    fn dose(&mut self, order: &Within<'_>, group: &str) {
        let vaccine = [self.get(order, "RXA-5.2"), self.get(order, "RXA-5.1")]
            .into_iter()
            .find(|t| !t.is_empty())
            .unwrap_or_default();
        self.add(group, "vaccine", &vaccine);
        let given = date(&self.get(order, "RXA-3.1"));
        self.add(group, "date", &given);
        let ended = date(&self.get(order, "RXA-4.1"));
        self.add(group, "end date", &ended);
        let amount = self.get(order, "RXA-6");
        if amount != "999" {
            self.add(group, "amount", &amount);
            let unit = self.get(order, "RXA-7.1");
            self.add(group, "unit", &unit);
        }
        for (element, text, code) in [
            ("information source", "RXA-9.2", "RXA-9.1"),
            ("manufacturer", "RXA-17.2", "RXA-17.1"),
            ("refusal reason", "RXA-18.2", "RXA-18.1"),
            ("route", "RXR-1.2", "RXR-1.1"),
            ("site", "RXR-2.2", "RXR-2.1"),
        ] {
            let value = [self.get(order, text), self.get(order, code)]
                .into_iter()
                .find(|t| !t.is_empty())
                .unwrap_or_default();
            self.add(group, element, &value);
        }
        let provider = format!(
            "{} {}",
            self.get(order, "RXA-10.3"),
            self.get(order, "RXA-10.2.1")
        );
        self.add(group, "provider", provider.trim());
        for (element, path) in LOCATION {
            let value = self.get(order, path);
            self.add(group, element, &value);
        }
        if let Within::Order(segments) = order {
            let notes: Vec<String> = segments
                .iter()
                .filter(|s| s.name() == "NTE")
                .map(|s| s.text(3, 1).into_owned())
                .filter(|t| !t.is_empty())
                .collect();
            self.add(group, "notes", &notes.join("; "));
        }
        let lot = self.get(order, "RXA-15");
        self.add(group, "lot", &lot);
        let status = match self.get(order, "RXA-20").as_str() {
            "CP" => "complete".to_owned(),
            "PA" => "partly administered".to_owned(),
            "RE" => "refused".to_owned(),
            "NA" => "not administered".to_owned(),
            other => other.to_owned(),
        };
        self.add(group, "completion status", &status);
        let entered = self.get(order, "ORC-17.2");
        self.add(group, "entering organization", &entered);
    }

    // observations of an order; where they are recommendations, each OBX-4 is one
    fn observed(&mut self, order: &Within<'_>, group: &str, mut numbered: usize) -> usize {
        let Within::Order(segments) = order else {
            return numbered;
        };
        let mut last = String::new();
        for obx in segments.iter().filter(|s| s.name() == "OBX") {
            let code = obx.text(3, 1);
            let Some((_, element)) = OBSERVATIONS.iter().find(|(c, _)| *c == code.as_ref()) else {
                continue;
            };
            let sub = obx.text(4, 1).into_owned();
            let value = match obx.text(2, 1).as_ref() {
                "DT" | "TS" => date(&obx.text(5, 1)),
                "CE" | "CWE" => {
                    let text = obx.text(5, 2);
                    if text.is_empty() {
                        obx.text(5, 1).into_owned()
                    } else {
                        text.into_owned()
                    }
                }
                _ => obx.text(5, 1).into_owned(),
            };
            let name = if group == "recommendation" {
                if sub != last || numbered == 0 {
                    numbered += 1;
                    last = sub;
                }
                format!("recommendation {numbered}")
            } else {
                group.to_owned()
            };
            self.add(&name, element, &value);
        }
        numbered
    }
}

#[cfg(test)]
mod tests {
    use super::of_message;

    fn texts(message: &str) -> Vec<String> {
        of_message(message.as_bytes())
            .into_iter()
            .map(|i| i.words(false))
            .collect()
    }

    #[test]
    fn an_acknowledgment_with_errors_has_a_row_for_each() {
        insta::assert_snapshot!(texts("MSH|^~\\&|||||20270301||ACK^V04^ACK|1|P|2.5.1\rMSA|AE|C1\rERR||RXA^1^5^1^1|103^Table value not found^HL70357|E||||the vaccine code is not known\rERR||RXR^1^2|0|W||||the site was ignored\r").join("\n"), @r"
        The user is told of the error at RXA-5: the vaccine code is not known
        The user is told of the warning at RXR-2: the site was ignored
        ");
        insta::assert_snapshot!(texts("MSH|^~\\&|||||20270301||ACK^V04^ACK|1|P|2.5.1\rMSA|AR|C1\r").join("\n"), @"The user is told that the message was rejected");
    }

    #[test]
    fn a_history_and_forecast_has_rows_for_patient_doses_and_recommendations() {
        insta::assert_snapshot!(texts("MSH|^~\\&|||||20270301||RSP^K11^RSP_K11|1|P|2.5.1\rMSA|AA|C1\rQAK|T|OK\rQPD|Z44\rPID|1||A7^^^CLINIC^MR~S1^^^STATE^SR||Hale^Nora^L||20250911|F\rORC|RE||D1\rRXA|0|1|20260301|20260301|08^Hep B^CVX|999|||01^Historical record^NIP001|||||||||||CP\rOBX|1|CE|30956-7^type^LN|1|45^Hep B, unspecified^CVX||||||F\rOBX|2|ID|59781-5^valid^LN|1|Y||||||F\rORC|RE||9999\rRXA|0|1|20270301||998^No vaccine administered^CVX|999|||||||||||||||NA\rOBX|3|CE|30956-7^type^LN|1|45^Hep B, unspecified^CVX||||||F\rOBX|4|DT|30980-7^due^LN|1|20270401||||||F\rOBX|5|CE|30956-7^type^LN|2|03^MMR^CVX||||||F\rOBX|6|DT|30980-7^due^LN|2|20270501||||||F\r").join("\n"), @r"
        patient: identifier: A7, CLINIC, MR
        patient: identifier: S1, STATE, SR
        patient: name: Nora L Hale
        patient: date of birth: 11 September 2025
        patient: sex: F
        dose 1: vaccine: Hep B
        dose 1: date: 1 March 2026
        dose 1: end date: 1 March 2026
        dose 1: information source: Historical record
        dose 1: completion status: complete
        dose 1: vaccine type: Hep B, unspecified
        dose 1: dose is valid: Y
        recommendation 1: vaccine type: Hep B, unspecified
        recommendation 1: date due: 1 April 2027
        recommendation 2: vaccine type: MMR
        recommendation 2: date due: 1 May 2027
        ");
    }

    /// What a juror's document of an evaluated history and forecast lists: 28 elements of a dose, 7 of a recommendation, and
    /// the patient.
    #[test]
    fn every_element_of_a_juror_document_has_a_row() {
        let dose = "ORC|RE||D1||||||||||||||CLINIC^Hill Clinic\r\
            RXA|0|1|20260301|20260302|08^Hep B^CVX|0.5|mL^mL^UCUM||00^New^NIP001|7824^Wyatt^Daniela|^^^HILL^^^^^1 Main^Suite 2^Salem^OR^97301^USA||||L1|20270101|SKB^GSK^MVX|00^parental decision^NIP002||CP\r\
            RXR|C28161^Intramuscular^NCIT|LT^Left thigh^HL70163\r\
            OBX|1|CE|38890-0^component^LN|1|45^Hep B, unspecified^CVX||||||F\r\
            OBX|2|CE|59779-9^schedule^LN|1|VXC16^ACIP^CDCPHINVS||||||F\r\
            OBX|3|NM|30973-2^number^LN|1|2||||||F\r\
            OBX|4|NM|59782-3^of^LN|1|3||||||F\r\
            OBX|5|ST|59780-7^series^LN|1|HepB 3-dose||||||F\r\
            OBX|6|CE|59783-1^status^LN|1|LA13422-3^On schedule^LN||||||F\r\
            OBX|7|ID|59781-5^valid^LN|1|N||||||F\r\
            OBX|8|ST|30982-3^reason^LN|1|too early||||||F\r\
            NTE|1||seen by the nurse\r";
        let forecast = "ORC|RE||9999\rRXA|0|1|20270301||998^No vaccine administered^CVX|999|||||||||||||||NA\r\
            OBX|1|CE|30956-7^type^LN|1|03^MMR^CVX||||||F\r\
            OBX|2|DT|30980-7^due^LN|1|20270501||||||F\r\
            OBX|3|DT|30981-5^earliest^LN|1|20270401||||||F\r\
            OBX|4|DT|59777-3^latest^LN|1|20290501||||||F\r\
            OBX|5|DT|59778-1^overdue^LN|1|20270601||||||F\r\
            OBX|6|CE|59783-1^status^LN|1|LA13423-1^Overdue^LN||||||F\r\
            OBX|7|ST|30982-3^reason^LN|1|the next dose||||||F\r";
        let rows = texts(&format!(
            "MSH|^~\\&|||||20270301||RSP^K11^RSP_K11|1|P|2.5.1\rMSA|AA|C1\rQAK|T|OK\rQPD|Z42\r\
             PID|1||A7^^^CLINIC^MR||Hale^Nora^L||20250911|F|||1 Main^^Salem^OR^97301||||||||||\r{dose}{forecast}"
        ));
        let of = |group: &str| -> Vec<String> {
            rows.iter()
                .filter_map(|r| r.strip_prefix(group)?.strip_prefix(": "))
                .map(|r| r.split_once(": ").map_or(r, |(e, _)| e).to_owned())
                .collect()
        };
        let dose = of("dose 1");
        for element in [
            "entering organization",
            "vaccine type",
            "vaccine",
            "refusal reason",
            "date",
            "end date",
            "amount",
            "unit",
            "route",
            "site",
            "manufacturer",
            "notes",
            "provider",
            "dose is valid",
            "reason",
            "completion status",
            "dose number in the series",
            "doses in the series",
            "series name",
            "series status",
            "schedule",
        ] {
            assert!(
                dose.iter().any(|e| e == element),
                "{element} is not in {dose:?}"
            );
        }
        assert_eq!(dose.iter().filter(|e| *e == "location").count(), 7);
        assert_eq!(
            of("recommendation 1"),
            [
                "vaccine type",
                "date due",
                "earliest date to give",
                "latest date to give",
                "date overdue",
                "series status",
                "reason"
            ]
        );
        assert_eq!(
            of("patient"),
            ["identifier", "name", "date of birth", "sex", "address"]
        );
    }
}
