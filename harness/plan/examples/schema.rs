//! Writes the JSON Schemas of plan files to `test-plans/`, where editors find them.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-plans");
    for (name, schema) in titer_plan::schema::schemas() {
        std::fs::write(dir.join(name), titer_plan::schema::to_file(&schema))?;
    }
    Ok(())
}
