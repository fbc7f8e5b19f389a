//! What the EHR does when it is told a step.

use crate::messages;
use crate::mistakes::Mistakes;
use crate::record::{Dose, Reaction, Record, Stock, dose, returned, text};
use crate::shows;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;
use titer_hl7::{Message, Offsets};
use titer_wire::{Answer, ClientOptions, Credentials, SoapClient};

/// The EHR.
pub(crate) struct Ehr {
    pub(crate) record: Record,
    pub(crate) mistakes: Mistakes,
    pub(crate) as_of: jiff::civil::Date,
    client: SoapClient,
    /// Where MLLP connects to, when messages are sent that way.
    mllp: Option<String>,
    folder: PathBuf,
    /// The last answer of the registry.
    answer: Vec<u8>,
    /// The patient of whom it brings a history that was not taken over yet.
    open_answer: Option<String>,
    /// What was shown as forecast of a patient before, for an EHR that does not make it anew.
    forecasts: BTreeMap<String, Vec<Value>>,
}

impl Ehr {
    pub(crate) fn new(hello: &Value, mistakes: Mistakes, by_mllp: bool) -> Result<Self, String> {
        let mllp = Some(text(hello, "mllp")).filter(|_| by_mllp);
        if mllp.as_deref() == Some("") {
            return Err("MLLP is not listened for: titer run --mllp 127.0.0.1:0".to_owned());
        }
        let credentials = Credentials::new(
            text(hello, "username"),
            text(hello, "password"),
            text(hello, "facility"),
        );
        let client = SoapClient::new(
            &text(hello, "soap_url"),
            ClientOptions {
                credentials,
                ..ClientOptions::default()
            },
        )
        .map_err(|e| e.to_string())?;
        let folder = std::env::temp_dir().join(format!("scripted-ehr-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        Ok(Self {
            record: Record::default(),
            mistakes,
            as_of: text(hello, "as_of")
                .parse()
                .map_err(|_| "the day as of which the plan runs is no date".to_owned())?,
            client,
            mllp,
            folder,
            answer: Vec::new(),
            open_answer: None,
            forecasts: BTreeMap::new(),
        })
    }

    /// Does a step; the line that says so.
    pub(crate) fn step(&mut self, step: &Value) -> Value {
        let path = text(step, "path");
        let empty = Value::Null;
        let data = step.get("data").unwrap_or(&empty);
        let mut done = Map::new();
        done.insert("step".to_owned(), Value::String(path.clone()));
        let kind = text(step, "kind");
        let action = data.get(&kind).unwrap_or(&empty);
        let answers = match kind.as_str() {
            "preload" | "data-entry" => self.enter(action, data),
            "send" => match self.send(step, data) {
                Ok(()) => None,
                Err(because) => return json!({"cannot": {"step": path, "because": because}}),
            },
            "transport" => {
                self.transport(action, step, data);
                None
            }
            "reply" | "inspect" => {
                let shown = self.look(step, data);
                self.take_over_all(data);
                Some(shown)
            }
            "patient-select" => {
                let id = text(action, "patient");
                self.record
                    .patients
                    .get(&id)
                    .map(|p| json!({"patient": shows::patient(p)}))
            }
            "alert" => Some(self.alert(action)),
            "data-quality" => Some(self.bad_entry(action)),
            "reconcile" => Some(self.reconcile(data)),
            "forecast-display" => Some(self.show_forecast(data)),
            "document" => {
                let id = bound(data);
                let file = self.folder.join(format!("{}.txt", path.replace('/', "-")));
                if std::fs::write(&file, self.printed(&id)).is_ok() {
                    done.insert(
                        "files".to_owned(),
                        json!([{"path": file, "title": "printed immunization record"}]),
                    );
                }
                None
            }
            "patient-access" => Some(json!({"text": self.printed(&bound(data))})),
            "adverse-event" => Some(self.reaction(action, data)),
            "inventory" => {
                if text(action, "change") == "receive" {
                    self.receive(action, data);
                    self.receive_rows(action, data);
                }
                Some(json!({"stock": self.stock()}))
            }
            "cohort" => Some(self.cohort(action)),
            "attest" => {
                return json!({"cannot": {"step": path, "because": "a program declares nothing"}});
            }
            _ => None,
        };
        if let Some(mut answers) = answers {
            if let Some(parts) = answers.as_object_mut() {
                parts.insert("source".to_owned(), json!("driver"));
            }
            done.insert("answers".to_owned(), answers);
        }
        json!({"done": done})
    }

    /// The doses of a patient that were not deleted.
    pub(crate) fn doses_of<'a>(&'a self, patient: &'a str) -> impl Iterator<Item = &'a Dose> {
        self.record
            .doses
            .iter()
            .filter(move |d| d.patient == patient && !d.deleted)
    }

    // patients, doses, stock and whatever else is entered
    fn enter(&mut self, action: &Value, data: &Value) -> Option<Value> {
        let empty = Value::Null;
        let records = data.get("records").unwrap_or(&empty);
        for id in ids(action.get("patient"))
            .into_iter()
            .chain(ids(action.get("patients")))
        {
            if let Some(record) = records.get("patients").and_then(|p| p.get(&id)) {
                let kept = messages::kept_patient(record, &self.mistakes);
                self.record.patients.insert(id, kept);
            }
        }
        let mut shown = Vec::new();
        for id in ids(action.get("orders")) {
            let Some(order) = records.get("orders").and_then(|o| o.get(&id)) else {
                continue;
            };
            let mut made = dose(order, records);
            self.spoil(&mut made);
            if !made.patient.is_empty() && !self.record.patients.contains_key(&made.patient) {
                let patient = made.patient.clone();
                if let Some(record) = records.get("patients").and_then(|p| p.get(&patient)) {
                    let kept = messages::kept_patient(record, &self.mistakes);
                    self.record.patients.insert(patient, kept);
                }
            }
            let refused = made.refused();
            if refused && self.mistakes.makes("forgot-refusal") {
                continue;
            }
            match self.record.doses.iter_mut().find(|d| d.same_event(&made)) {
                // what was entered before is corrected, or refused after all
                Some(before) => {
                    if self.mistakes.makes("old-lot") {
                        made.lot.clone_from(&before.lot);
                    }
                    *before = made.clone();
                }
                None => {
                    if let Some(line) = self.record.stock.get_mut(&made.lot)
                        && !refused
                    {
                        line.doses -= 1;
                    }
                    self.record.doses.push(made.clone());
                }
            }
            shown.push(shows::dose(&made));
        }
        self.receive(action, data);
        self.observe(&bound(data), action);
        let mut answers = Map::new();
        let fields: Map<String, Value> = action
            .get("table")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|row| (text(row, "element"), Value::String(text(row, "value"))))
            .collect();
        if !fields.is_empty() {
            answers.insert("fields".to_owned(), Value::Object(fields));
        }
        if !shown.is_empty() {
            answers.insert("doses".to_owned(), Value::Array(shown));
        }
        if let Some(record) = ids(action.get("patient"))
            .first()
            .and_then(|id| self.record.patients.get(id))
        {
            answers.insert("patient".to_owned(), shows::patient(record));
        }
        (!answers.is_empty()).then_some(Value::Object(answers))
    }

    // the lines of stock that a step names come in, each once
    fn receive(&mut self, action: &Value, data: &Value) {
        let empty = Value::Null;
        let records = data.get("records").unwrap_or(&empty);
        let rows = action.get("rows").and_then(Value::as_array);
        for (id, line) in records
            .get("stock")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let row = rows.and_then(|rows| rows.iter().find(|r| text(r, "stock") == *id));
            let doses = row.map_or_else(|| text(line, "doses"), |r| text(r, "after"));
            let vaccine = records
                .get("vaccines")
                .and_then(|v| v.get(text(line, "vaccine")))
                .unwrap_or(&empty);
            self.record
                .stock
                .entry(text(line, "lot"))
                .or_insert_with(|| Stock {
                    name: text(vaccine, "name"),
                    ndc: text(vaccine, "ndc.0"),
                    expires: text(line, "expires"),
                    funding: text(line, "funding.text"),
                    doses: doses.parse().unwrap_or(0),
                });
        }
    }

    // a line of stock that the step itself describes
    fn receive_rows(&mut self, action: &Value, data: &Value) {
        let empty = Value::Null;
        let vaccines = data.get("records").and_then(|r| r.get("vaccines"));
        let rows = action.get("rows").and_then(Value::as_array);
        for row in rows.into_iter().flatten() {
            let lot = text(row, "lot");
            if lot.is_empty() {
                continue;
            }
            let vaccine = vaccines
                .and_then(|v| v.get(text(row, "vaccine")))
                .unwrap_or(&empty);
            self.record.stock.entry(lot).or_insert_with(|| Stock {
                name: text(vaccine, "name"),
                ndc: text(vaccine, "ndc.0"),
                expires: text(row, "expires"),
                funding: text(row, "funding"),
                doses: text(row, "after").parse().unwrap_or(0),
            });
        }
    }

    // coded findings among what is entered: codes of SNOMED CT
    fn observe(&mut self, patient: &str, action: &Value) {
        for row in action
            .get("table")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let value = text(row, "value");
            let mut words = value.split(|c: char| !c.is_ascii_alphanumeric());
            while let Some(word) = words.next() {
                if word == "SNOMED"
                    && words.next() == Some("CT")
                    && let Some(code) = words.next()
                {
                    self.record
                        .findings
                        .push((patient.to_owned(), code.to_owned()));
                }
            }
        }
    }

    // an answer for a patient of whom this EHR has no dose: there is nothing to compare, so all of it is taken over
    fn take_over_all(&mut self, data: &Value) {
        let patient = bound(data);
        if self.doses_of(&patient).any(Dose::given) {
            return;
        }
        let theirs = returned(&patient, &self.answer);
        self.record.doses.extend(theirs);
        self.open_answer = None;
    }

    // what is wrong with a dose as this EHR keeps it
    fn spoil(&self, dose: &mut Dose) {
        let makes = |name| self.mistakes.makes(name);
        let given = dose.source == "00" && !dose.refused();
        if makes("wrong-cvx") && given && !dose.ndc.is_empty() {
            swap(&mut dose.cvx, "146", "120");
        }
        if makes("wrong-manufacturer") && given {
            swap(&mut dose.mvx, "MSD", "PFR");
        }
        if makes("historical-as-given") && !given && dose.refusal.is_empty() {
            "00".clone_into(&mut dose.source);
        }
        if makes("given-as-historical") && given {
            "01".clone_into(&mut dose.source);
        }
        if makes("wrong-refusal-reason") && !dose.refusal.is_empty() {
            "02".clone_into(&mut dose.refusal);
        }
        if makes("wrong-vis") && !dose.vis.is_empty() {
            dose.vis = vec!["253088698300029511200305".to_owned()];
        }
        if makes("lost-eligibility") {
            dose.eligibility.clear();
        }
        if makes("wrong-eligibility") && !dose.eligibility.is_empty() {
            swap(&mut dose.eligibility, "V01", "V05");
        }
        if makes("wrong-funding") && !dose.funding.is_empty() {
            swap(&mut dose.funding, "PHC70", "VXC50");
        }
        if makes("wrong-site") && !dose.site.is_empty() {
            swap(&mut dose.site, "LA", "RA");
        }
        if makes("lost-route") {
            dose.route.clear();
        }
        if makes("wrong-expiry") && !dose.expires.is_empty() {
            dose.expires = moved(&dose.expires, 365);
        }
        if makes("wrong-dose-date") && given {
            dose.date = moved(&dose.date, -1);
        }
    }

    // a message from the record, in the shape of the plan's example
    fn send(&mut self, step: &Value, data: &Value) -> Result<(), String> {
        let example = text(step, "example");
        if example.is_empty() {
            return Err("there is no example to send".to_owned());
        }
        let patient = bound(data);
        let message = messages::message(self, &patient, example.as_bytes())?;
        let by_mllp = self.mllp.as_ref().filter(|_| text(step, "kind") == "send");
        self.answer = match by_mllp {
            Some(address) => exchanged(address, &message).map_err(|e| e.to_string())?,
            None => match self.client.submit(&message).outcome {
                Ok(Answer::Reply(reply)) => reply,
                Ok(Answer::Fault(fault)) => return Err(format!("the registry answered {fault:?}")),
                Err(error) => return Err(error.to_string()),
            },
        };
        self.open_answer = returned(&patient, &self.answer)
            .first()
            .map(|_| patient.clone());
        messages::after(self, &patient, &message);
        Ok(())
    }

    fn transport(&mut self, action: &Value, step: &Value, data: &Value) {
        if text(action, "call") == "submit" {
            let _ = self.send(step, data);
        } else {
            let echo = text(action, "echo");
            let asked = if echo.is_empty() {
                "are you there"
            } else {
                &echo
            };
            let _ = self.client.connectivity_test(asked);
        }
    }

    // what of the step's checklist is on the screen
    fn look(&self, step: &Value, data: &Value) -> Value {
        let wanted: Vec<Value> = step
            .get("checklist")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let mut table = Offsets::new();
        let answer = Message::parse(&self.answer, &mut table);
        let told = answer.segment("ERR", 1).is_some()
            || answer
                .segment("QAK", 1)
                .is_some_and(|q| q.text(2, 1) != "OK");
        let patient = bound(data);
        let mut doses: Vec<Value> = self.doses_of(&patient).map(shows::dose).collect();
        doses.extend(returned(&patient, &self.answer).iter().map(shows::dose));
        if told && self.mistakes.makes("error-not-shown") {
            return json!({"not_seen": wanted, "doses": doses});
        }
        json!({"seen": wanted, "doses": doses})
    }

    fn alert(&self, action: &Value) -> Value {
        let ways = action.get("at-least-one-of").cloned().unwrap_or_default();
        if self.mistakes.makes("no-alert") {
            return json!({"not_seen": ways});
        }
        json!({"seen": ways.get(0).into_iter().collect::<Vec<_>>()})
    }

    fn bad_entry(&self, action: &Value) -> Value {
        let ways = action.get("at-least-one-of").cloned().unwrap_or_default();
        if self.mistakes.makes("bad-entry-accepted") {
            return json!({"not_seen": ways});
        }
        json!({"seen": ways.get(0).into_iter().collect::<Vec<_>>()})
    }

    fn reconcile(&mut self, data: &Value) -> Value {
        let patient = bound(data);
        let before: Vec<Value> = self
            .doses_of(&patient)
            .filter(|d| d.given())
            .map(shows::dose)
            .collect();
        let theirs = returned(&patient, &self.answer);
        let mut skipped = !self.mistakes.makes("not-reconciled");
        let mut doubled = !self.mistakes.makes("doubled");
        if self.mistakes.makes("lost-local")
            && let Some(first) = self.record.doses.iter().position(|d| d.patient == patient)
        {
            self.record.doses.remove(first);
        }
        for dose in theirs {
            let known = self.doses_of(&patient).any(|d| d.like(&dose));
            if !known && !skipped {
                skipped = true;
                continue;
            }
            if !known && !doubled {
                doubled = true;
                self.record.doses.push(dose.clone());
            }
            if !known {
                self.record.doses.push(dose);
            }
        }
        self.open_answer = None;
        let after: Vec<Value> = self
            .doses_of(&patient)
            .filter(|d| d.given())
            .map(shows::dose)
            .collect();
        json!({"before": before, "doses": after})
    }

    fn show_forecast(&mut self, data: &Value) -> Value {
        let patient = bound(data);
        if self.open_answer.as_ref() == Some(&patient) {
            return json!({"forecast": shows::returned_forecast(&self.answer)});
        }
        let fresh = self.forecast(&patient);
        let stale = self.mistakes.makes("stale-forecast");
        let shown = match self.forecasts.get(&patient) {
            Some(before) if stale => before.clone(),
            _ => fresh,
        };
        self.forecasts.insert(patient, shown.clone());
        json!({"forecast": shown})
    }

    fn reaction(&mut self, action: &Value, data: &Value) -> Value {
        let patient = bound(data);
        let cvx = data
            .get("records")
            .and_then(|r| {
                let order = r.get("orders")?.get(text(action, "after"))?;
                Some(dose(order, r).cvx)
            })
            .unwrap_or_default();
        for reaction in action
            .get("reactions")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            self.record.reactions.push(Reaction {
                patient: patient.clone(),
                cvx: cvx.clone(),
                code: text(reaction, "code"),
                system: text(reaction, "system"),
                text: text(reaction, "text"),
                date: text(action, "onset"),
            });
        }
        let shown: Vec<Value> = self
            .record
            .reactions
            .iter()
            .filter(|r| r.patient == patient)
            .map(|r| {
                let mut row = json!({"code": r.code, "after": r.cvx});
                for (key, value) in [("system", &r.system), ("text", &r.text), ("date", &r.date)] {
                    if let (false, Some(row)) = (value.is_empty(), row.as_object_mut()) {
                        row.insert(key.to_owned(), Value::String(value.clone()));
                    }
                }
                row
            })
            .collect();
        json!({"reactions": shown})
    }

    fn stock(&self) -> Vec<Value> {
        self.record
            .stock
            .iter()
            .map(|(lot, s)| {
                json!({
                    "vaccine": s.name, "ndc": s.ndc, "lot": lot, "expires": s.expires,
                    "funding": s.funding, "doses": s.doses,
                })
            })
            .collect()
    }

    fn cohort(&self, action: &Value) -> Value {
        let rows: Vec<Value> = action
            .get("rows")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|row| {
                let record = self.record.patients.get(&text(row, "patient"))?;
                let name = format!(
                    "{} {}",
                    text(record, "name.given"),
                    text(record, "name.family")
                );
                Some(json!({
                    "patient": name,
                    "birth_date": text(record, "birth-date"),
                    "id": text(record, "ids.0.id"),
                    "with": text(row, "with"),
                }))
            })
            .collect();
        json!({"cohort": rows})
    }
}

/// A message by MLLP, and what is answered to it.
fn exchanged(address: &str, message: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.write_all(&[b"\x0B", message, b"\x1C\r"].concat())?;
    let mut reader = BufReader::new(stream);
    let mut frame = Vec::new();
    reader.read_until(0x1C, &mut frame)?;
    let answer = frame.strip_prefix(b"\x0B").unwrap_or(&frame);
    Ok(answer.strip_suffix(b"\x1C").unwrap_or(answer).to_vec())
}

/// The patient that a step is about.
pub(crate) fn bound(data: &Value) -> String {
    let direct = text(data, "patient");
    if !direct.is_empty() {
        return direct;
    }
    data.get("records")
        .and_then(|r| r.get("patients"))
        .and_then(Value::as_object)
        .and_then(|p| p.keys().next().cloned())
        .unwrap_or_default()
}

fn ids(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(id)) => vec![id.clone()],
        Some(Value::Array(all)) => all
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// Another code: `usual`, or `other` where it is that.
fn swap(code: &mut String, usual: &str, other: &str) {
    let new = if code == usual { other } else { usual };
    new.clone_into(code);
}

/// A day of eight digits, moved.
fn moved(day: &str, days: i64) -> String {
    shows::iso(day)
        .parse::<jiff::civil::Date>()
        .ok()
        .and_then(|d| d.checked_add(jiff::Span::new().days(days)).ok())
        .map_or_else(|| day.to_owned(), |d| d.strftime("%Y%m%d").to_string())
}
