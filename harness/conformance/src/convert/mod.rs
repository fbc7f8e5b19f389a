//! Profiles written down: in our own format, and in NIST's XML as IGAMT writes it.
//!
//! What is written says the same as what was read: the same findings on every message. Ids of segments and data types
//! follow the rules of each format, so they may differ; messages keep theirs.

mod expression;
mod names;
mod node;
mod rare;
mod xml;
mod yaml;

use crate::model::Definition;
use std::collections::BTreeMap;

/// The files of a set: texts by path.
pub type Texts = BTreeMap<String, String>;

/// Why profiles cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConvertError {
    /// A value set's id would make no file name and no list of ids.
    #[error("the id of the value set `{0}` cannot be written in our format")]
    TableId(String),
    /// Two profiles would be one file.
    #[error("two profiles are called `{0}`")]
    Twice(String),
}

/// Profiles in our own format: one file a profile, and the files that they share.
///
/// The profiles come from one bundle: a segment, data type or value set with the same id is the same in all of them.
///
/// # Errors
/// What has no place in the format.
pub fn to_yaml(definitions: &[&Definition]) -> Result<Texts, ConvertError> {
    yaml::write(definitions)
}

/// A profile as a bundle in NIST's XML.
pub fn to_xml(definition: &Definition) -> Texts {
    xml::write(definition)
}
