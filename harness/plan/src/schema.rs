//! JSON Schemas of the files of a plan, for editors and for anybody who writes plans with other tools.

use crate::attestation::AttestationFile;
use crate::model::{Case, Data, ExpectationSets, KnownFailures, PlanFile};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

/// The schemas by the name of their file.
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        (
            "plan.schema.json",
            schema::<PlanFile>("Titer test plan: plan.yaml"),
        ),
        (
            "case.schema.json",
            schema::<Case>("Titer test plan: a case in a file of its own"),
        ),
        (
            "data.schema.json",
            schema::<Data>("Titer test plan: test data"),
        ),
        (
            "expectations.schema.json",
            schema::<ExpectationSets>("Titer test plan: sets of expectations"),
        ),
        (
            "known-failures.schema.json",
            schema::<KnownFailures>("Titer test plan: known failures"),
        ),
        (
            "attestations.schema.json",
            schema::<AttestationFile>("Titer test plan: attestations of a vendor"),
        ),
    ]
}

/// A schema as it is written to its file.
pub fn to_file(schema: &Value) -> String {
    let mut text = serde_json::to_string_pretty(schema).unwrap_or_default();
    text.push('\n');
    text
}

fn schema<T: JsonSchema>(title: &str) -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut root: Schema = generator.into_root_schema_for::<T>();
    root.insert("title".to_owned(), title.into());
    let mut value = root.to_value();
    one_action(&mut value);
    value
}

// a step does exactly one thing, which the derived schema cannot say
fn one_action(root: &mut Value) {
    let keys: Vec<Value> = crate::model::StepKind::ALL
        .iter()
        .map(|k| json!({ "required": [k.key()] }))
        .collect();
    if let Some(step) = root
        .pointer_mut("/$defs/Step")
        .and_then(Value::as_object_mut)
    {
        step.insert("oneOf".to_owned(), Value::Array(keys));
    }
}
