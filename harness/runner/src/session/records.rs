//! The test data of a step as bar codes and as JSON.

use super::rows::about;
use super::view::BarCode;
use serde_json::{Map, Value};
use titer_plan::model::{Action, Step, Text};
use titer_plan::{Parsed, Plan, Scope, barcode};

/// The bar codes that can be scanned in a step.
pub(super) fn bar_codes(step: &Step, scope: &Scope<'_>, plan: &Plan) -> Vec<BarCode> {
    about(step, scope, plan)
        .stock
        .iter()
        .filter_map(|id| {
            let line = &plan.data.stock.get(id)?.value;
            let code = barcode::of_line(scope, line).ok()?;
            let vaccine = plan.data.vaccines.get(&line.vaccine.value);
            let name = vaccine.map_or_else(
                || id.clone(),
                |v| {
                    scope
                        .text(&v.value.name)
                        .unwrap_or_else(|_| v.value.name.text().to_owned())
                },
            );
            let lot = scope.text(&line.lot).unwrap_or_default();
            Some(BarCode {
                stock: id.clone(),
                label: format!("{name}, lot {lot}"),
                text: code.elements(),
                svg: code.svg().ok()?,
            })
        })
        .collect()
}

/// The test data of a step as JSON, every placeholder filled in: `patients`, `orders` and `stock` by id, and the step's own
/// record under the key of its kind.
pub(super) fn json(step: &Step, scope: &Scope<'_>, plan: &Plan) -> Value {
    let about = about(step, scope, plan);
    let mut all = Map::new();
    let mut records = |key: &str, of: Map<String, Value>| {
        if !of.is_empty() {
            all.insert(key.to_owned(), Value::Object(of));
        }
    };
    let some = |ids: &[String], get: &dyn Fn(&str) -> Option<Value>| -> Map<String, Value> {
        ids.iter()
            .filter_map(|id| Some((id.clone(), filled(get(id)?, scope))))
            .collect()
    };
    let mut vaccines: Vec<String> = about
        .orders
        .iter()
        .filter_map(|id| Some(plan.data.orders.get(id)?.value.vaccine.value.clone()))
        .collect();
    vaccines.extend(
        about
            .stock
            .iter()
            .filter_map(|id| Some(plan.data.stock.get(id)?.value.vaccine.value.clone())),
    );
    let data = &plan.data;
    records(
        "patients",
        some(&about.patients, &|id| {
            serde_json::to_value(&data.patients.get(id)?.value).ok()
        }),
    );
    records(
        "orders",
        some(&about.orders, &|id| {
            serde_json::to_value(&data.orders.get(id)?.value).ok()
        }),
    );
    records(
        "stock",
        some(&about.stock, &|id| {
            serde_json::to_value(&data.stock.get(id)?.value).ok()
        }),
    );
    records(
        "vaccines",
        some(&vaccines, &|id| {
            serde_json::to_value(&data.vaccines.get(id)?.value).ok()
        }),
    );
    let own = match step.action() {
        Some(Action::DataEntry(a)) => serde_json::to_value(a).ok(),
        Some(Action::PatientSelect(a)) => serde_json::to_value(a).ok(),
        Some(Action::Deduplicate(a)) => serde_json::to_value(a).ok(),
        Some(Action::Alert(a)) => serde_json::to_value(a).ok(),
        Some(Action::DataQuality(a)) => serde_json::to_value(a).ok(),
        Some(Action::Reconcile(a)) => serde_json::to_value(a).ok(),
        Some(Action::ForecastDisplay(a)) => serde_json::to_value(a).ok(),
        Some(Action::Document(a)) => serde_json::to_value(a).ok(),
        Some(Action::PatientAccess(a)) => serde_json::to_value(a).ok(),
        Some(Action::AdverseEvent(a)) => serde_json::to_value(a).ok(),
        Some(Action::Inventory(a)) => serde_json::to_value(a).ok(),
        Some(Action::Cohort(a)) => serde_json::to_value(a).ok(),
        Some(Action::Attest(a)) => serde_json::to_value(a).ok(),
        Some(Action::Preload(a)) => serde_json::to_value(a).ok(),
        _ => None,
    };
    if let Some(own) = own {
        all.insert("step".to_owned(), filled(own, scope));
    }
    Value::Object(all)
}

// every text of a value with its placeholders filled in
fn filled(value: Value, scope: &Scope<'_>) -> Value {
    match value {
        Value::String(text) => {
            let parsed: Text = Parsed::new(text.clone());
            Value::String(scope.text(&parsed).unwrap_or(text))
        }
        Value::Array(all) => all.into_iter().map(|v| filled(v, scope)).collect(),
        Value::Object(all) => all
            .into_iter()
            .map(|(k, v)| (k, filled(v, scope)))
            .collect::<Map<_, _>>()
            .into(),
        other => other,
    }
}
