//! Value sets from the book of codes: a table that a profile names and has no file for is the guide's value set there.

use crate::model::{CodeDef, CodeUsage, Openness, Stability, TableDef};
use std::collections::BTreeSet;
use titer_codes::{Book, book};

/// What a table file may name under `book` beside the guide's value sets: CDC's own tables, which change from month to month.
pub(super) const CDC: [&str; 6] = ["cvx", "mvx", "ndc-sale", "ndc-use", "vis", "cvx-with-vis"];

/// The guide's value set with this id.
pub(super) fn table(id: &str) -> Option<TableDef> {
    let set = book().set(id)?;
    Some(TableDef {
        id: id.to_owned(),
        name: set.name().to_owned(),
        openness: Openness::Unstated,
        stability: Stability::Unstated,
        codes: codes(id)?,
    })
}

/// The codes of a value set of the guide, by its id, or of one of [`CDC`]'s tables.
pub(super) fn codes(name: &str) -> Option<Vec<CodeDef>> {
    let book = book();
    if let Some(set) = book.set(name) {
        let usage = |u| match u {
            titer_codes::CodeUsage::Required => CodeUsage::Required,
            titer_codes::CodeUsage::Permitted => CodeUsage::Permitted,
            titer_codes::CodeUsage::Excluded => CodeUsage::Excluded,
        };
        return Some(
            set.codes()
                .map(|c| CodeDef {
                    value: c.code().to_owned(),
                    system: Some(c.system())
                        .filter(|s| !s.is_empty())
                        .map(str::to_owned),
                    usage: usage(c.usage()),
                    pattern: c.pattern().map(str::to_owned),
                })
                .collect(),
        );
    }
    let (system, values) = cdc(book, name)?;
    Some(
        values
            .into_iter()
            .map(|value| CodeDef {
                value: value.to_owned(),
                system: Some(system.to_owned()),
                usage: CodeUsage::Required,
                pattern: None,
            })
            .collect(),
    )
}

fn cdc<'b>(book: &'b Book, name: &str) -> Option<(&'static str, Vec<&'b str>)> {
    let packages = |sale: bool| {
        book.ndcs()
            .filter(move |n| n.is_sale() == sale)
            .map(titer_codes::NdcRow::code)
            .collect()
    };
    Some(match name {
        "cvx" => ("CVX", book.cvxs().map(titer_codes::Cvx::code).collect()),
        "mvx" => ("MVX", book.mvxs().map(titer_codes::Mvx::code).collect()),
        "ndc-sale" => ("NDC", packages(true)),
        "ndc-use" => ("NDC", packages(false)),
        "vis" => (
            "cdcgs1vis",
            book.all_vis().map(titer_codes::Vis::encoded).collect(),
        ),
        "cvx-with-vis" => (
            "CVX",
            book.cvxs()
                .filter(|c| c.vis().next().is_some())
                .map(titer_codes::Cvx::code)
                .collect(),
        ),
        _ => return None,
    })
}

/// Several lists as one: each code once for each code system, the first mention counts.
pub(super) fn joined(lists: impl IntoIterator<Item = Vec<CodeDef>>) -> Vec<CodeDef> {
    let mut seen = BTreeSet::new();
    lists
        .into_iter()
        .flatten()
        .filter(|c| seen.insert((c.value.clone(), c.system.clone())))
        .collect()
}
