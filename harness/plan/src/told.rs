//! A step as data, for programs that carry it out at a system under test: what the plan says, every text filled in, and the
//! records of the test data that it speaks of.

use crate::model::{Step, Text};
use crate::render::{KINDS, Scope, kind_of};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What is about judging and not about doing.
const NOT_TOLD: [&str; 8] = [
    "expect",
    "also-allowed",
    "known-by",
    "vary",
    "trace",
    "profile",
    "covers",
    "capability",
];

impl Scope<'_> {
    /// The step's action under its key (`data-entry`, `alert`, ...) as the plan writes it, and under `records` every
    /// patient, order, vaccine, facility and clinician that it names or that is bound, by kind and id.
    ///
    /// Texts are filled in; one that cannot be (it waits for a message) stays as the plan writes it.
    pub fn told(&self, step: &Step) -> Value {
        let mut told = Map::new();
        let whole = serde_json::to_value(step).unwrap_or_default();
        if let Some(kind) = step.kind()
            && let Some(action) = whole.get(kind.key())
        {
            told.insert(kind.key().to_owned(), self.filled(action));
        }
        let mut named = BTreeSet::new();
        self.bound_records(&mut named);
        for value in told.values() {
            self.named(value, &mut named);
        }
        let mut records = Map::new();
        let mut done = BTreeSet::new();
        while let Some((kind, id)) = named.iter().find(|n| !done.contains(*n)).cloned() {
            if let Some(record) = self.plan.tree.get(kind).and_then(|k| k.get(&id)) {
                let record = self.filled(record);
                self.named(&record, &mut named);
                if let Some(all) = records
                    .entry(kind)
                    .or_insert_with(|| Value::Object(Map::new()))
                    .as_object_mut()
                {
                    all.insert(id.clone(), record);
                }
            }
            done.insert((kind, id));
        }
        told.insert("records".to_owned(), Value::Object(records));
        Value::Object(told)
    }

    fn bound_records(&self, named: &mut BTreeSet<(&'static str, String)>) {
        let bindings = self.bindings();
        for (kind, id) in [
            ("patients", &bindings.patient),
            ("orders", &bindings.order),
            ("facilities", &bindings.facility),
            ("facilities", &bindings.receiver),
            ("clinicians", &bindings.clinician),
        ] {
            if let Some(id) = id {
                named.insert((kind, id.value.clone()));
            }
        }
    }

    // the same with every text filled in
    fn filled(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                let read = Text::new(text.as_str());
                Value::String(self.text(&read).unwrap_or_else(|_| text.clone()))
            }
            Value::Array(items) => items.iter().map(|i| self.filled(i)).collect(),
            Value::Object(parts) => parts
                .iter()
                .filter(|(key, _)| !NOT_TOLD.contains(&key.as_str()))
                .map(|(key, part)| (key.clone(), self.filled(part)))
                .collect(),
            other => other.clone(),
        }
    }

    // the records that a value names, by the key under which the name stands
    fn named(&self, value: &Value, named: &mut BTreeSet<(&'static str, String)>) {
        match value {
            Value::Object(parts) => {
                for (key, part) in parts {
                    if let Some(kind) = kind_of(key).or_else(|| many(key)) {
                        for id in texts(part) {
                            let there = self.plan.tree.get(kind).and_then(|k| k.get(id));
                            if there.is_some() {
                                named.insert((kind, id.to_owned()));
                            }
                        }
                    }
                    self.named(part, named);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.named(item, named);
                }
            }
            _ => {}
        }
    }
}

// the kind of records that a key names several of, or in other words
fn many(key: &str) -> Option<&'static str> {
    match key {
        "among" | "without" => Some("patients"),
        "after" => Some("orders"),
        _ => KINDS.into_iter().find(|k| *k == key),
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
