//! The schemas beside the plans are those of the model, and every shipped file keeps to them.

use std::path::{Path, PathBuf};

fn plans() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-plans")
}

fn yaml_files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            yaml_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "yaml") {
            found.push(path);
        }
    }
}

#[test]
fn the_schemas_are_up_to_date() {
    for (name, schema) in titer_plan::schema::schemas() {
        let there = std::fs::read_to_string(plans().join(name)).unwrap_or_default();
        assert!(
            there == titer_plan::schema::to_file(&schema),
            "{name} is out of date: run `cargo run -p titer-plan --example schema`"
        );
    }
}

#[test]
fn every_shipped_file_names_its_schema_and_keeps_to_it() {
    let schemas = titer_plan::schema::schemas();
    let mut files = Vec::new();
    yaml_files(&plans(), &mut files);
    assert!(files.len() > 30, "only {} files", files.len());
    for path in files {
        let shown = path.display();
        let text = std::fs::read_to_string(&path).expect("a file");
        let first = text.lines().next().unwrap_or_default();
        let named = first
            .strip_prefix("# yaml-language-server: $schema=")
            .unwrap_or_else(|| panic!("{shown} does not name its schema in its first line"));
        let schema_path = path.parent().expect("a folder").join(named);
        assert!(
            schema_path.is_file(),
            "{shown} names a schema that is not there"
        );
        let file_name = schema_path
            .file_name()
            .and_then(|n| n.to_str())
            .expect("a name");
        let (_, schema) = schemas
            .iter()
            .find(|(n, _)| *n == file_name)
            .unwrap_or_else(|| panic!("{shown} names {file_name}, which is no schema of a plan"));
        let validator = jsonschema::validator_for(schema).expect("a schema");
        let value: serde_json::Value = serde_saphyr::from_str(&text).expect("YAML");
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{shown}: {errors:#?}");
    }
}

#[test]
fn the_schema_knows_that_a_step_does_one_thing() {
    let schemas = titer_plan::schema::schemas();
    let (_, schema) = schemas
        .iter()
        .find(|(n, _)| *n == "case.schema.json")
        .expect("a schema");
    let validator = jsonschema::validator_for(schema).expect("a schema");
    let case =
        |step: serde_json::Value| serde_json::json!({"id": "A", "title": "a", "steps": [step]});
    assert!(validator.is_valid(&case(
        serde_json::json!({"id": "s", "attest": {"statement": "x"}})
    )));
    assert!(!validator.is_valid(&case(serde_json::json!({"id": "s"}))));
    assert!(!validator.is_valid(&case(
        serde_json::json!({"id": "s", "attest": {"statement": "x"}, "inspect": {}})
    )));
    assert!(!validator.is_valid(&case(
        serde_json::json!({"id": "s", "atest": {"statement": "x"}})
    )));
    assert!(!validator.is_valid(&case(
        serde_json::json!({"id": "s", "send": {"message": "m", "vary": {"PID.3": "x"}}})
    )));
}
