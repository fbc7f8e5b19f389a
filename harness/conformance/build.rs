//! Reads the profiles that ship, once, when the program is built: what is wrong in their files stops the build, at its place.

#![expect(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "the modules are the library's, which uses the rest of them"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[path = "src/expr/mod.rs"]
mod expr;
#[path = "src/model/mod.rs"]
mod model;
#[path = "src/stored.rs"]
mod stored;
#[path = "src/yaml/mod.rs"]
mod yaml;

fn main() {
    for used in [
        "build.rs",
        "profiles",
        "src/expr",
        "src/model",
        "src/stored.rs",
        "src/yaml",
    ] {
        println!("cargo::rerun-if-changed={used}");
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let folder = Path::new("profiles");
    let mut profiles: BTreeMap<String, String> = BTreeMap::new();
    let mut tables: BTreeMap<String, String> = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the profiles are there") {
        let path = entry.expect("an entry of a folder").path();
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        // `patterns.yaml` is no profile
        if path.extension().is_none_or(|e| e != "yaml") || !id.starts_with('Z') {
            continue;
        }
        let mut definition = yaml::load(&yaml::Folder(folder.to_owned()), &id)
            .unwrap_or_else(|wrong| panic!("profiles: {}", wrong.render(false)));
        let used = std::mem::take(&mut definition.tables);
        let stored = stored::Stored {
            definition,
            tables: used.iter().map(|t| t.id.clone()).collect(),
        };
        let text = serde_json::to_string(&stored).expect("a definition is text");
        profiles.insert(id.into_owned(), text);
        for table in used {
            let text = serde_json::to_string(&table).expect("a table is text");
            tables.insert(table.id, text);
        }
    }
    let mut code = String::new();
    for (name, texts) in [("PROFILES", profiles), ("TABLES", tables)] {
        // sorted by id
        let _ = writeln!(code, "static {name}: &[(&str, &str)] = &[");
        for (id, text) in texts {
            let _ = writeln!(code, "({id:?}, {text:?}),");
        }
        code.push_str("];\n");
    }
    std::fs::write(out.join("profiles.rs"), code).expect("the profiles are written");
}
