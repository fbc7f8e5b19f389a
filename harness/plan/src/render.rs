//! Filling in: templates become texts and messages.
//!
//! In a message, what comes from test data is escaped, so that a name with a `|` in it stays a name; what comes from
//! another message keeps its structure. Nothing is left unresolved: what cannot be filled in is an error.

use crate::dates;
use crate::model::{Bindings, Case, Plan, Step, Text};
use crate::span::Entries;
use crate::syntax::{MessageOf, Path};
use crate::template::{Expression, Format, Piece, Placeholder, Template};
use jiff::Zoned;
use jiff::civil::Date;
use serde_json::Value;
use sha2::{Digest, Sha256};
use titer_hl7::build::Raw;
use titer_hl7::edit::{EditError, Editor};
use titer_hl7::{Delimiters, Element, Message, Offsets, escape};

/// When a run takes place, and its seed. The same occasion fills the same template with the same bytes.
#[derive(Clone, Debug)]
pub struct Occasion {
    /// The day as of which the plan runs: `{today}`.
    pub as_of: Date,
    /// The clock's time: its time of day and offset on `as_of` are `{now}`.
    pub now: Zoned,
    /// Where `{uid}` comes from.
    pub seed: u64,
}

impl Occasion {
    /// The occasion of a moment: as of its day.
    pub fn at(now: Zoned, seed: u64) -> Self {
        Self {
            as_of: now.date(),
            now,
            seed,
        }
    }

    // the clock's time of day, on the day as of which the plan runs
    fn moment(&self) -> Zoned {
        let offset = self.now.offset().to_time_zone();
        self.as_of
            .to_datetime(self.now.time())
            .to_zoned(offset)
            .unwrap_or_else(|_| self.now.clone())
    }

    /// An id of 15 letters and digits (the guide gives CX.1 no more) that is always the same for the same seed and words.
    pub fn id(&self, words: &[&str]) -> String {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        let mut hash = Sha256::new();
        hash.update(self.seed.to_be_bytes());
        for word in words {
            hash.update((word.len() as u64).to_be_bytes());
            hash.update(word.as_bytes());
        }
        let mut id = String::from("T");
        id.extend(
            hash.finalize()
                .iter()
                .take(14)
                .filter_map(|b| ALPHABET.get(usize::from(b % 32)))
                .map(|b| char::from(*b)),
        );
        id
    }
}

/// The messages that were exchanged so far, as a template can refer to them.
pub trait Exchanged {
    /// The bytes of a message, when there is one.
    fn message(&self, of: &MessageOf) -> Option<&[u8]>;

    /// Told when the time of the clock is filled in: what is made of it is another one a second later.
    fn told_the_time(&self) {}
}

/// Nothing was exchanged yet.
#[derive(Clone, Copy, Debug)]
pub struct NothingYet;

impl Exchanged for NothingYet {
    fn message(&self, _: &MessageOf) -> Option<&[u8]> {
        None
    }
}

/// Why something cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A short name that means nothing here.
    #[error("no {0} is bound here")]
    Unbound(&'static str),
    /// The first word of an expression is not known.
    #[error("`{0}` is not known")]
    UnknownWord(String),
    /// There is nobody and nothing of that name.
    #[error("the test data have no `{name}` among the {kind}")]
    NoRecord {
        /// `patients`, `vaccines`...
        kind: String,
        /// The name.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A record has no such part.
    #[error("`{record}` has no `{part}`")]
    NoPart {
        /// The path as far as it leads.
        record: String,
        /// What is missing.
        part: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The expression names a record and not a text.
    #[error("`{0}` is not one text but has parts")]
    NotText(String),
    /// Test data refer to anything but dates and ids.
    #[error("test data hold dates and ids, and `{0}` is neither")]
    Nested(String),
    /// A format for dates was asked for and the value is not one.
    #[error("`{0}` is not a date of eight digits, so it cannot be written in another way")]
    NotADate(String),
    /// The message that is referred to does not exist yet.
    #[error("there is no message for `{0}` yet")]
    NoMessage(String),
    /// The plan has no such template.
    #[error("there is no message template `{0}`")]
    NoTemplate(String),
    /// A value cannot be set in a message.
    #[error("cannot set {path} in the message {message}")]
    Vary {
        /// The path.
        path: String,
        /// The template.
        message: String,
        /// Why.
        source: EditError,
    },
    /// What is to be set has a line end.
    #[error("what is set at {0} has a line end in it")]
    LineEnd(String),
    /// A text of the plan is wrong; a checked plan has none.
    #[error("the text `{0}` cannot be read")]
    Broken(String),
}

/// A place in a template where something cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// Character of the opening bracket, counted from 1.
    pub at: usize,
    /// Characters of the placeholder, its brackets included.
    pub length: usize,
    /// The text between the brackets.
    pub text: String,
    /// Why.
    pub error: RenderError,
}

/// What a template is filled in with, at one step.
#[derive(Clone)]
pub struct Scope<'a> {
    pub(crate) plan: &'a Plan,
    occasion: &'a Occasion,
    step: String,
    bindings: Bindings,
    exchanged: &'a dyn Exchanged,
}

impl std::fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scope")
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}

impl Plan {
    /// What the templates of a step are filled in with.
    pub fn scope<'a>(
        &'a self,
        occasion: &'a Occasion,
        case: &Case,
        step: &Step,
        exchanged: &'a dyn Exchanged,
    ) -> Scope<'a> {
        Scope {
            plan: self,
            occasion,
            step: self.step_path(case, step),
            bindings: step.with.over(&case.with),
            exchanged,
        }
    }

    /// What a text of the plan is filled in with that belongs to no case: nobody is bound.
    pub fn plan_scope<'a>(&'a self, occasion: &'a Occasion) -> Scope<'a> {
        Scope {
            plan: self,
            occasion,
            step: self.id.clone(),
            bindings: Bindings::default(),
            exchanged: &NothingYet,
        }
    }

    /// What the reference IIS holds before an EHR is tested: the messages of `registry`, in the plan's order.
    pub fn registry_messages(&self, occasion: &Occasion) -> Result<Vec<Vec<u8>>, RenderError> {
        (1..)
            .zip(&self.registry)
            .map(|(n, name)| {
                let mut scope = self.plan_scope(occasion);
                scope.step = format!("{}/registry", self.id);
                scope.again(n).message(&name.value, &Entries::default())
            })
            .collect()
    }

    /// What the texts of a case are filled in with.
    pub fn case_scope<'a>(&'a self, occasion: &'a Occasion, case: &Case) -> Scope<'a> {
        Scope {
            plan: self,
            occasion,
            step: self.case_path(case),
            bindings: case.with.clone(),
            exchanged: &NothingYet,
        }
    }
}

impl super::model::QueryBack {
    /// Who is asked for and who asks, as bindings on top of the step's.
    pub fn bindings(&self) -> Bindings {
        Bindings {
            patient: self.patient.clone(),
            facility: self.facility.clone(),
            ..Bindings::default()
        }
    }
}

impl Bindings {
    /// These, and those of `below` where these say nothing.
    pub fn over(&self, below: &Bindings) -> Bindings {
        let pick = |a: &Option<super::model::Ref>, b: &Option<super::model::Ref>| {
            a.clone().or_else(|| b.clone())
        };
        Bindings {
            patient: pick(&self.patient, &below.patient),
            order: pick(&self.order, &below.order),
            facility: pick(&self.facility, &below.facility),
            receiver: pick(&self.receiver, &below.receiver),
            clinician: pick(&self.clinician, &below.clinician),
        }
    }

    fn id(&self, word: &str) -> Option<&str> {
        let slot = match word {
            "patient" => &self.patient,
            "order" => &self.order,
            "facility" => &self.facility,
            "receiver" => &self.receiver,
            "clinician" => &self.clinician,
            _ => return None,
        };
        slot.as_ref().map(|r| r.value.as_str())
    }
}

// the kind of record that a key inside another record names
pub(crate) fn kind_of(key: &str) -> Option<&'static str> {
    Some(match key {
        "patient" => "patients",
        "vaccine" => "vaccines",
        "order" => "orders",
        "facility" | "receiver" => "facilities",
        "clinician" | "administered" | "entered" | "ordered" => "clinicians",
        "stock" => "stock",
        _ => return None,
    })
}

pub(crate) const KINDS: [&str; 6] = [
    "patients",
    "vaccines",
    "orders",
    "facilities",
    "clinicians",
    "stock",
];
pub(crate) const WORDS: [&str; 6] = [
    "patient",
    "order",
    "vaccine",
    "facility",
    "receiver",
    "clinician",
];

impl<'a> Scope<'a> {
    /// The same with other bindings on top.
    pub fn with(mut self, bindings: &Bindings) -> Self {
        self.bindings = bindings.over(&self.bindings);
        self
    }

    /// The same for a further message of the step, so that `{uid}` is another one.
    pub fn again(mut self, n: u32) -> Self {
        self.step = format!("{}#{n}", self.step);
        self
    }

    /// The bindings in force.
    pub fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    /// A text for people and for comparing.
    pub fn text(&self, text: &Text) -> Result<String, RenderError> {
        let template = text
            .get()
            .ok_or_else(|| RenderError::Broken(text.text().to_owned()))?;
        self.fill(template, false)
            .map_err(|mut e| e.remove(0).error)
    }

    /// Everything in a text that cannot be filled in.
    pub(crate) fn unresolved(&self, template: &Template, er7: bool) -> Vec<Unresolved> {
        self.fill(template, er7).err().unwrap_or_default()
    }

    /// A message, ready to be sent: segments end with a carriage return. `vary` is applied in its order; its texts are
    /// ER7, so that delimiters in them count, and an empty text at a segment takes the segment away.
    pub fn message(&self, name: &str, vary: &Entries<Path, Text>) -> Result<Vec<u8>, RenderError> {
        let template = self
            .plan
            .messages
            .get(name)
            .ok_or_else(|| RenderError::NoTemplate(name.to_owned()))?;
        let text = self
            .fill(&template.template, true)
            .map_err(|mut e| e.remove(0).error)?;
        let mut bytes = Vec::with_capacity(text.len());
        for line in text
            .lines()
            .filter(|l| !l.trim().is_empty() && !l.starts_with('#'))
        {
            bytes.extend_from_slice(line.as_bytes());
            bytes.push(b'\r');
        }
        self.vary(bytes, name, vary)
    }

    fn vary(
        &self,
        bytes: Vec<u8>,
        name: &str,
        vary: &Entries<Path, Text>,
    ) -> Result<Vec<u8>, RenderError> {
        if vary.is_empty() {
            return Ok(bytes);
        }
        let mut editor = Editor::new(bytes);
        for (path, text) in vary {
            let at = path
                .get()
                .ok_or_else(|| RenderError::Broken(path.text().to_owned()))?;
            let template = text
                .get()
                .ok_or_else(|| RenderError::Broken(text.text().to_owned()))?;
            let value = self
                .fill(template, true)
                .map_err(|mut e| e.remove(0).error)?;
            let failed = |source| RenderError::Vary {
                path: path.text().to_owned(),
                message: name.to_owned(),
                source,
            };
            if at.field().is_none() && value.is_empty() {
                editor.delete(at).map_err(failed)?;
                continue;
            }
            let raw = Raw::new(value).map_err(|_| RenderError::LineEnd(path.text().to_owned()))?;
            editor.set(at, raw).map_err(failed)?;
        }
        Ok(editor.finish())
    }

    fn fill(&self, template: &Template, er7: bool) -> Result<String, Vec<Unresolved>> {
        let mut out = String::new();
        let mut errors = Vec::new();
        for piece in &template.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Placeholder(p) => match self.value(p, er7) {
                    Ok(text) => out.push_str(&text),
                    Err(error) => errors.push(Unresolved {
                        at: p.at,
                        length: p.length,
                        text: p.text.clone(),
                        error,
                    }),
                },
            }
        }
        if errors.is_empty() {
            Ok(out)
        } else {
            Err(errors)
        }
    }

    fn value(&self, p: &Placeholder, er7: bool) -> Result<String, RenderError> {
        let text = match &p.what {
            Expression::Message(reference) => {
                let bytes = self
                    .exchanged
                    .message(&reference.message)
                    .ok_or_else(|| RenderError::NoMessage(p.text.clone()))?;
                let mut table = Offsets::new();
                let message = Message::parse(bytes, &mut table);
                return Ok(match message.get(&reference.path) {
                    Some(element) if er7 => copy(&element, message.delimiters()),
                    Some(element) => element.text().into_owned(),
                    None => String::new(),
                });
            }
            Expression::Data(parts) => match self.lookup(parts) {
                Ok(leaf) => self.leaf(&leaf)?,
                Err(RenderError::NoPart { .. }) if p.optional => String::new(),
                Err(e) => return Err(e),
            },
            other => self.plain(other)?,
        };
        let text = formatted(text, p.format)?;
        Ok(if er7 {
            escape::encode(&text, Delimiters::default()).into_owned()
        } else {
            text
        })
    }

    fn plain(&self, what: &Expression) -> Result<String, RenderError> {
        Ok(match what {
            Expression::Today(shift) => dates::hl7_date(shift.from(self.occasion.as_of)),
            Expression::Now => {
                self.exchanged.told_the_time();
                dates::hl7_time(&self.occasion.moment())
            }
            Expression::Uid(None) => self.occasion.id(&["step", &self.step]),
            Expression::Uid(Some(name)) => self.occasion.id(&["name", name]),
            Expression::Data(parts) => return Err(RenderError::Nested(parts.join("."))),
            Expression::Message(_) => {
                return Err(RenderError::Nested("what stands in a message".to_owned()));
            }
        })
    }

    // test data are texts with dates and ids in them
    fn leaf(&self, text: &str) -> Result<String, RenderError> {
        let (template, errors) = Template::read(text);
        if !errors.is_empty() {
            return Err(RenderError::Broken(text.to_owned()));
        }
        let mut out = String::new();
        for piece in &template.pieces {
            match piece {
                Piece::Text(t) => out.push_str(t),
                Piece::Placeholder(p) => out.push_str(&formatted(self.plain(&p.what)?, p.format)?),
            }
        }
        Ok(out)
    }

    fn lookup(&self, parts: &[String]) -> Result<String, RenderError> {
        let (first, rest) = parts
            .split_first()
            .ok_or_else(|| RenderError::UnknownWord(String::new()))?;
        let (mut value, mut said, rest) = if KINDS.contains(&first.as_str()) {
            let (id, rest) = rest
                .split_first()
                .ok_or_else(|| RenderError::NotText(first.clone()))?;
            (self.record(first, id)?, format!("{first}.{id}"), rest)
        } else {
            (self.bound(first)?, first.clone(), rest)
        };
        let mut key_before = String::new();
        for part in rest {
            // an id that stands for a record is followed
            if let (Value::String(id), Some(kind)) = (value, kind_of(&key_before)) {
                value = self.record(kind, id)?;
            }
            value = step_into(value, part).ok_or_else(|| RenderError::NoPart {
                record: said.clone(),
                part: part.clone(),
                known: keys(value),
            })?;
            said = format!("{said}.{part}");
            key_before.clone_from(part);
        }
        match value {
            Value::String(text) => Ok(text.clone()),
            Value::Array(list) => match list.first() {
                Some(Value::String(text)) => Ok(text.clone()),
                _ => Err(RenderError::NotText(said)),
            },
            _ => Err(RenderError::NotText(said)),
        }
    }

    fn bound(&self, word: &str) -> Result<&'a Value, RenderError> {
        if let Some(id) = self.bindings.id(word) {
            let kind = kind_of(word).ok_or_else(|| RenderError::UnknownWord(word.to_owned()))?;
            return self.record(kind, id);
        }
        match (word, self.bindings.id("order")) {
            ("vaccine" | "patient", Some(order)) => {
                let order = self.record("orders", order)?;
                let id = order.get(word).and_then(Value::as_str).unwrap_or_default();
                self.record(kind_of(word).unwrap_or_default(), id)
            }
            _ => match WORDS.iter().find(|w| **w == word) {
                Some(w) => Err(RenderError::Unbound(w)),
                None => Err(RenderError::UnknownWord(word.to_owned())),
            },
        }
    }

    // the records that an expression reaches, for knowing which ones are used
    pub(crate) fn records_in(&self, parts: &[String]) -> Vec<(&'static str, String)> {
        let Some((first, rest)) = parts.split_first() else {
            return Vec::new();
        };
        let bound = |word: &str| self.bindings.id(word).map(str::to_owned);
        let start = match KINDS.iter().find(|k| *k == first) {
            Some(kind) => rest.first().map(|id| (*kind, id.clone())),
            None => match (bound(first), kind_of(first)) {
                (Some(id), Some(kind)) => Some((kind, id)),
                _ => bound("order").map(|id| ("orders", id)),
            },
        };
        let Some((kind, id)) = start else {
            return Vec::new();
        };
        let mut reached = vec![(kind, id.clone())];
        let mut value = self.plan.tree.get(kind).and_then(|r| r.get(&id));
        let skip = usize::from(KINDS.contains(&first.as_str()));
        for part in rest.iter().skip(skip) {
            value = value.and_then(|v| step_into(v, part));
            if let (Some(Value::String(id)), Some(kind)) = (value, kind_of(part)) {
                reached.push((kind, id.clone()));
                value = self.plan.tree.get(kind).and_then(|r| r.get(id));
            }
        }
        reached
    }

    fn record(&self, kind: &str, id: &str) -> Result<&'a Value, RenderError> {
        let records = self.plan.tree.get(kind);
        records
            .and_then(|r| r.get(id))
            .ok_or_else(|| RenderError::NoRecord {
                kind: kind.to_owned(),
                name: id.to_owned(),
                known: records.map(keys).unwrap_or_default(),
            })
    }
}

fn keys(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => map.keys().cloned().collect(),
        Value::Array(list) => (1..=list.len()).map(|n| n.to_string()).collect(),
        _ => Vec::new(),
    }
}

fn step_into<'v>(value: &'v Value, part: &str) -> Option<&'v Value> {
    match value {
        Value::Object(map) => map.get(part),
        Value::Array(list) => list.get(part.parse::<usize>().ok()?.checked_sub(1)?),
        // a list of one is written without brackets
        Value::String(_) if part == "1" => Some(value),
        _ => None,
    }
}

fn formatted(text: String, format: Format) -> Result<String, RenderError> {
    if format == Format::Plain {
        return Ok(text);
    }
    let day = text.get(..8).unwrap_or_default();
    let date = Date::strptime("%Y%m%d", day).map_err(|_| RenderError::NotADate(text.clone()))?;
    Ok(match format {
        Format::Plain => text,
        Format::Iso => date.to_string(),
        Format::Words => dates::words(date),
        Format::Time => format!("{day}000000+0000"),
    })
}

// the element with its structure, in the usual delimiters
fn copy(element: &Element<'_>, from: Delimiters) -> String {
    let to = Delimiters::default();
    let raw = element.raw_text();
    if from == to {
        return raw.into_owned();
    }
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars() {
        let same = |d: u8| c == char::from(d);
        out.push(char::from(if same(from.field) {
            to.field
        } else if same(from.component) {
            to.component
        } else if same(from.repetition) {
            to.repetition
        } else if same(from.subcomponent) {
            to.subcomponent
        } else if same(from.escape) {
            to.escape
        } else {
            // a character that means something now and meant nothing there
            match u8::try_from(c) {
                Ok(b)
                    if [
                        to.field,
                        to.component,
                        to.repetition,
                        to.subcomponent,
                        to.escape,
                    ]
                    .contains(&b) =>
                {
                    out.push_str(&escape::encode(&c.to_string(), to));
                    continue;
                }
                _ => {
                    out.push(c);
                    continue;
                }
            }
        }));
    }
    out
}
