//! The test data: where each record stands, and whether what it refers to is there.

use super::{Checker, File};
use crate::load::{about, inside};
use crate::model::{Data, Order, Ref};
use crate::render::RenderError;
use crate::span::{Place, Spanned};
use crate::template::Expression;
use std::collections::BTreeMap;
use titer_finding::Diagnostic;

/// In which file each record stands.
#[derive(Default)]
pub(crate) struct DataFiles {
    pub(super) of: BTreeMap<(&'static str, String), (String, String)>,
}

impl DataFiles {
    pub(crate) fn merge(
        &mut self,
        data: &mut Data,
        part: Data,
        shown: &str,
        text: &str,
        errors: &mut Vec<Diagnostic>,
    ) {
        self.add(
            "patients",
            &mut data.patients,
            part.patients,
            shown,
            text,
            errors,
        );
        self.add(
            "vaccines",
            &mut data.vaccines,
            part.vaccines,
            shown,
            text,
            errors,
        );
        self.add("orders", &mut data.orders, part.orders, shown, text, errors);
        self.add(
            "facilities",
            &mut data.facilities,
            part.facilities,
            shown,
            text,
            errors,
        );
        self.add(
            "clinicians",
            &mut data.clinicians,
            part.clinicians,
            shown,
            text,
            errors,
        );
        self.add("stock", &mut data.stock, part.stock, shown, text, errors);
    }

    fn add<T>(
        &mut self,
        kind: &'static str,
        all: &mut BTreeMap<String, Spanned<T>>,
        part: BTreeMap<String, Spanned<T>>,
        shown: &str,
        text: &str,
        errors: &mut Vec<Diagnostic>,
    ) {
        for (id, record) in part {
            if let Some((other, _)) = self.of.get(&(kind, id.clone())) {
                errors.push(
                    about(
                        shown,
                        text,
                        record.place,
                        format!("`{id}` stands among the {kind} twice"),
                    )
                    .with_help(format!("the other one is in {other}")),
                );
                continue;
            }
            if id.contains('.') || id.is_empty() {
                errors.push(
                    about(
                        shown,
                        text,
                        record.place,
                        format!("`{id}` cannot be the name of a record"),
                    )
                    .with_help("placeholders divide names by dots, so a name has none"),
                );
            }
            self.of
                .insert((kind, id.clone()), (shown.to_owned(), text.to_owned()));
            all.insert(id, record);
        }
    }
}

impl Checker<'_> {
    pub(super) fn data(&mut self) {
        let plan = self.plan;
        for (id, order) in &plan.data.orders {
            let Order {
                patient,
                vaccine,
                by,
                ..
            } = &order.value;
            let (shown, text) = self.file_of("orders", id);
            let file = File { shown, text: &text };
            let mut refs = vec![("patients", patient), ("vaccines", vaccine)];
            refs.extend(
                by.administered
                    .iter()
                    .chain(&by.entered)
                    .chain(&by.ordered)
                    .map(|r| ("clinicians", r)),
            );
            refs.extend(order.stock.iter().map(|r| ("stock", r)));
            for (kind, r) in refs {
                self.record(kind, r, &file);
            }
        }
        self.stock();
        // an order's people and vaccine are used when the order is, which is looked at in the end
        self.used.clear();
        let mut errors = Vec::new();
        for kind in crate::render::KINDS {
            let Some(records) = plan.tree.get(kind).and_then(|r| r.as_object()) else {
                continue;
            };
            for (id, record) in records {
                let mut wrong = Vec::new();
                leaves(record, &mut |text| {
                    let (template, _) = crate::template::Template::read(text);
                    for p in template.placeholders() {
                        if matches!(p.what, Expression::Data(_) | Expression::Message(_)) {
                            wrong.push(p.text.clone());
                        }
                    }
                });
                for nested in wrong {
                    let (shown, text) = self.file_of(kind, id);
                    let place = place_of(&plan.data, kind, id);
                    // a record begins where its first key stands; the text is somewhere after that
                    let needle = format!("{{{nested}}}");
                    let (line, column, length) =
                        inside(&text, place, usize::MAX / 2, 1, Some(&needle));
                    errors.push(
                        Diagnostic::new(RenderError::Nested(nested).to_string())
                            .at(shown, &text, line, column, length),
                    );
                }
            }
        }
        self.checked.errors.extend(errors);
    }

    pub(super) fn file_of(&self, kind: &'static str, id: &str) -> (String, String) {
        self.data_files
            .of
            .get(&(kind, id.to_owned()))
            .cloned()
            .unwrap_or_default()
    }

    pub(super) fn record(&mut self, kind: &'static str, r: &Ref, file: &File<'_>) {
        if self.data_files.of.contains_key(&(kind, r.value.clone())) {
            self.used.insert((kind, r.value.clone()));
            return;
        }
        let known: Vec<&str> = self
            .data_files
            .of
            .keys()
            .filter(|(k, _)| *k == kind)
            .map(|(_, id)| id.as_str())
            .collect();
        let diagnostic = file
            .about(
                r.place,
                format!("there is no `{r}` among the {kind} of the test data"),
            )
            .did_you_mean(&r.value, known);
        self.error(diagnostic);
    }
}

fn leaves(value: &serde_json::Value, see: &mut dyn FnMut(&str)) {
    match value {
        serde_json::Value::String(text) => see(text),
        serde_json::Value::Array(list) => list.iter().for_each(|v| leaves(v, see)),
        serde_json::Value::Object(map) => map.values().for_each(|v| leaves(v, see)),
        _ => {}
    }
}

pub(super) fn place_of(data: &Data, kind: &str, id: &str) -> Place {
    match kind {
        "patients" => data.patients.get(id).map(|r| r.place),
        "vaccines" => data.vaccines.get(id).map(|r| r.place),
        "orders" => data.orders.get(id).map(|r| r.place),
        "facilities" => data.facilities.get(id).map(|r| r.place),
        "stock" => data.stock.get(id).map(|r| r.place),
        _ => data.clinicians.get(id).map(|r| r.place),
    }
    .unwrap_or_default()
}
