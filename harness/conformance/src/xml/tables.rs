//! `ValueSetLibrary`: the codes.

use super::{File, Result, child, elements};
use crate::expr::Pattern;
use crate::model::{CodeDef, CodeUsage, Openness, Stability, TableDef};
use std::collections::HashSet;

/// The value sets of a library.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables {
    /// Value sets; of two with the same id the last one counts.
    pub tables: Vec<TableDef>,
    /// Ids that are bound but not checked.
    pub unchecked: Vec<String>,
}

impl Tables {
    /// Adds the value sets of another file; of two with the same id the later one counts.
    pub fn merge(&mut self, other: Tables) {
        let ids: HashSet<&str> = other.tables.iter().map(|t| t.id.as_str()).collect();
        self.tables.retain(|t| !ids.contains(t.id.as_str()));
        self.tables.extend(other.tables);
        self.unchecked.extend(other.unchecked);
    }
}

/// Reads a value set library.
pub fn read_tables(name: &str, text: &str) -> Result<Tables> {
    tables_in(&File::parse(name, text)?)
}

/// The same from a file that is parsed.
pub(crate) fn tables_in(file: &File<'_>) -> Result<Tables> {
    let root = file.root("ValueSetLibrary")?;
    let mut found = Tables::default();
    if let Some(list) = child(root, "NoValidation") {
        for node in elements(list) {
            match node.tag_name().name() {
                "BindingIdentifier" => found
                    .unchecked
                    .push(node.text().unwrap_or_default().trim().to_owned()),
                _ => return file.unknown(node, "NoValidation"),
            }
        }
    }
    for group in elements(root) {
        match group.tag_name().name() {
            "MetaData" | "NoValidation" => continue,
            "ValueSetDefinitions" => {}
            _ => return file.unknown(group, "ValueSetLibrary"),
        }
        for set in elements(group) {
            if set.tag_name().name() != "ValueSetDefinition" {
                return file.unknown(set, "ValueSetDefinitions");
            }
            let id = file.need(set, "BindingIdentifier")?.to_owned();
            let mut codes = Vec::new();
            for code in elements(set) {
                if code.tag_name().name() != "ValueElement" {
                    return file.unknown(code, "ValueSetDefinition");
                }
                file.maybe(code, "CodePattern", "a usable pattern", |p| {
                    Pattern::new(p).ok()
                })?;
                codes.push(CodeDef {
                    value: file.need(code, "Value")?.to_owned(),
                    system: code.attribute("CodeSystem").map(str::to_owned),
                    usage: file
                        .maybe(code, "Usage", "a code usage", |u| match u {
                            "R" => Some(CodeUsage::Required),
                            "P" => Some(CodeUsage::Permitted),
                            "E" => Some(CodeUsage::Excluded),
                            _ => None,
                        })?
                        .unwrap_or(CodeUsage::Required),
                    pattern: code.attribute("CodePattern").map(str::to_owned),
                });
            }
            let table = TableDef {
                id,
                name: set.attribute("Name").unwrap_or_default().to_owned(),
                openness: file
                    .maybe(set, "Extensibility", "an extensibility", |t| match t {
                        "Open" => Some(Openness::Open),
                        "Closed" => Some(Openness::Closed),
                        "Undefined" => Some(Openness::Unstated),
                        _ => None,
                    })?
                    .unwrap_or(Openness::Unstated),
                stability: file
                    .maybe(set, "Stability", "a stability", |t| match t {
                        "Static" => Some(Stability::Static),
                        "Dynamic" => Some(Stability::Dynamic),
                        "Undefined" => Some(Stability::Unstated),
                        _ => None,
                    })?
                    .unwrap_or(Stability::Unstated),
                codes,
            };
            found.tables.retain(|t| t.id != table.id);
            found.tables.push(table);
        }
    }
    Ok(found)
}
