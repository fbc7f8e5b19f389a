//! What a table offers instead of a code that it does not hold.

use crate::engine::profile::{Binding, Profile, Table};
use crate::model::Openness;

/// The name of a table as people say it: the guide's own narrowing of an HL7 table goes by the HL7 table's name.
pub(crate) fn table_label(id: &str) -> &str {
    id.strip_suffix("_IZ").unwrap_or(id)
}

/// The tables of a binding, `CVX, NDC_Use or NDC_Sale`.
pub(crate) fn tables(binding: &Binding) -> String {
    let names: Vec<String> = binding
        .names
        .iter()
        .map(|n| table_label(n).to_owned())
        .collect();
    super::listed(&names, "or")
}

/// "the table's values are CP, NA, PA and RE; did you mean `CP`?", as far as it helps.
/// `hint` is what was probably meant, when more is known than which codes are near.
pub(crate) fn help(
    profile: &Profile,
    binding: &Binding,
    value: &str,
    hint: Option<String>,
) -> Option<String> {
    const FEW: usize = 8;
    let tables: Vec<&Table> = binding
        .tables
        .iter()
        .filter_map(|t| profile.tables.get(*t as usize))
        .collect();
    let codes: Vec<&str> = tables
        .iter()
        .flat_map(|t| t.codes.iter().map(|c| &*c.value))
        .collect();
    let mut parts = Vec::new();
    if codes.len() <= FEW {
        let mut all: Vec<String> = codes.iter().map(|c| (*c).to_owned()).collect();
        all.dedup();
        parts.push(match all.as_slice() {
            [one] => format!("the table's only value is {one}"),
            _ => format!("the table's values are {}", super::listed(&all, "and")),
        });
    }
    let near = match hint {
        Some(_) => Vec::new(),
        None => nearest(&codes, value),
    };
    parts.extend(hint);
    if !near.is_empty() {
        let near: Vec<String> = near.iter().map(|c| format!("`{c}`")).collect();
        parts.push(format!("did you mean {}?", super::listed(&near, "or")));
    }
    if tables.iter().any(|t| t.openness == Openness::Open) {
        parts.push("the table is open, so a receiver may have agreed on more codes".to_owned());
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// The tables of a binding with their names: `a value of HL70322 (completion status)`.
pub(crate) fn expected(profile: &Profile, binding: &Binding) -> String {
    let names: Vec<String> = binding
        .names
        .iter()
        .zip(&binding.tables)
        .map(|(id, index)| {
            let label = table_label(id);
            match profile.tables.get(*index as usize) {
                Some(t) if !t.name.is_empty() && !t.name.eq_ignore_ascii_case(label) => {
                    format!("{label} ({})", t.name)
                }
                _ => label.to_owned(),
            }
        })
        .collect();
    format!("a value of {}", super::listed(&names, "or"))
}

// codes a slip of the keyboard away from the value, at most two
fn nearest<'c>(codes: &[&'c str], value: &str) -> Vec<&'c str> {
    let given = value.trim();
    let limit = match given.chars().count() {
        0 => return Vec::new(),
        1..=4 => 1,
        _ => 2,
    };
    let mut near: Vec<(usize, &str)> = codes
        .iter()
        .filter_map(|c| Some((super::suggest::apart(c, given, limit)?, *c)))
        .filter(|(d, c)| *d < c.chars().count().max(1))
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(2).map(|(_, c)| c).collect()
}

/// The code systems that a code has in the tables of a binding.
pub(crate) fn systems(profile: &Profile, binding: &Binding, value: &str) -> Vec<String> {
    let mut found: Vec<String> = binding
        .tables
        .iter()
        .filter_map(|t| profile.tables.get(*t as usize))
        .flat_map(|t| t.matching(value, true))
        .filter_map(|c| c.system.as_deref().map(str::to_owned))
        .collect();
    found.sort();
    found.dedup();
    found
}
