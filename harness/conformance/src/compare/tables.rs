//! Value sets that both profiles have: their codes, and whether others may be used.

use super::side::Side;
use super::{Aspect, Change, Direction, VALUE_SETS};
use crate::expr::Expr;
use crate::model::{CodeUsage, Openness, SegmentDef, Stability, TableDef};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn compare(a: &Side<'_>, b: &Side<'_>, changes: &mut Vec<Change>) {
    let (bound_before, bound) = (bound(a), bound(b));
    for (id, old) in &a.tables {
        let Some(new) = b.tables.get(id) else {
            continue;
        };
        let used = bound.get(id).or_else(|| bound_before.get(id));
        let Some(places) = used else { continue };
        if a.unchecked.contains(id) || b.unchecked.contains(id) {
            continue;
        }
        let mut found = table(old, new);
        for change in &mut found {
            change.bound_at = places.iter().cloned().collect();
        }
        changes.extend(found);
    }
}

fn table(old: &TableDef, new: &TableDef) -> Vec<Change> {
    let mut changes = Vec::new();
    let change =
        |direction| Change::new(VALUE_SETS, &old.id, Aspect::Codes, direction).named(&old.name);
    let (before, after) = (codes(old), codes(new));
    let taken = |codes: &BTreeMap<(String, String), CodeUsage>| -> BTreeSet<(String, String)> {
        let taken = codes.iter().filter(|(_, u)| **u != CodeUsage::Excluded);
        taken.map(|(k, _)| k.clone()).collect()
    };
    let (was, is) = (taken(&before), taken(&after));
    let added: Vec<_> = is.difference(&was).collect();
    let removed: Vec<_> = was.difference(&is).collect();
    let more = (!added.is_empty()).then_some(Direction::Loosened);
    let less = (!removed.is_empty()).then_some(Direction::Tightened);
    if let Some(direction) = Direction::all([more, less]) {
        let mut found = change(direction)
            .from(counted(was.len()))
            .to(counted(is.len()));
        found.codes_added = print(&added, &removed);
        found.codes_removed = print(&removed, &added);
        changes.push(found);
    }
    // taken by both, but one of them only permits it
    let weaker: Vec<_> = was
        .intersection(&is)
        .filter(|k| before.get(*k) != after.get(*k))
        .map(|(code, _)| code.as_str())
        .collect();
    if !weaker.is_empty() {
        changes.push(change(Direction::Other).to(format!(
            "required and permitted are changed for {}",
            weaker.join(", ")
        )));
    }
    if old.openness != new.openness {
        let rank = |o| match o {
            Openness::Open => 0,
            Openness::Unstated => 1,
            Openness::Closed => 2,
        };
        let direction = Direction::by_rank(rank(old.openness), rank(new.openness));
        let word = |o| match o {
            Openness::Open => "open",
            Openness::Closed => "closed",
            Openness::Unstated => "extensibility not stated",
        };
        changes.push(
            change(direction.unwrap_or(Direction::Other))
                .from(word(old.openness))
                .to(word(new.openness)),
        );
    }
    if old.stability != new.stability {
        let word = |s| match s {
            Stability::Static => "static",
            Stability::Dynamic => "dynamic",
            Stability::Unstated => "stability not stated",
        };
        changes.push(
            change(Direction::Other)
                .from(word(old.stability))
                .to(word(new.stability)),
        );
    }
    changes
}

fn counted(codes: usize) -> String {
    match codes {
        1 => "1 code".to_owned(),
        n => format!("{n} codes"),
    }
}

// codes under their code systems; a pattern stands for itself
fn codes(table: &TableDef) -> BTreeMap<(String, String), CodeUsage> {
    table
        .codes
        .iter()
        .map(|c| {
            let value = c.pattern.as_ref().unwrap_or(&c.value);
            let system = c.system.clone().unwrap_or_default();
            ((value.clone(), system), c.usage)
        })
        .collect()
}

// the code system is told where the same code stands on the other side under another one
fn print(list: &[&(String, String)], other: &[&(String, String)]) -> Vec<String> {
    list.iter()
        .map(|(code, system)| {
            if other.iter().any(|(c, _)| c == code) {
                format!("{code} ({system})")
            } else {
                code.clone()
            }
        })
        .collect()
}

// the elements that each value set is bound to, fields as far as the message reaches them
fn bound<'d>(side: &Side<'d>) -> BTreeMap<&'d str, BTreeSet<String>> {
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut segments: Vec<&SegmentDef> = side.segments.values().copied().collect();
    segments.sort_by(|x, y| x.id.cmp(&y.id));
    for segment in segments {
        for (at, field) in segment.fields.iter().enumerate() {
            let place = format!("{}-{}", segment.name, at + 1);
            let mut put = |tables: &'d [String], place: &str| {
                for table in tables {
                    found.entry(table).or_default().insert(place.to_owned());
                }
            };
            if let Some(b) = &field.binding {
                put(&b.tables, &place);
            }
            let parts = |id: &str| side.datatypes.get(id).map_or(&[][..], |d| &d.components);
            for (at, c) in parts(&field.datatype).iter().enumerate() {
                let place = format!("{place}.{}", at + 1);
                if let Some(b) = &c.binding {
                    put(&b.tables, &place);
                }
                for (at, s) in parts(&c.datatype).iter().enumerate() {
                    if let Some(b) = &s.binding {
                        put(&b.tables, &format!("{place}.{}", at + 1));
                    }
                }
            }
        }
    }
    let sets = &side.def.bindings.sets;
    for set in sets {
        for table in &set.tables {
            found.entry(table).or_default();
        }
    }
    let rules = &side.def.rules;
    let constraints = rules.constraints.iter().map(|c| &c.assertion);
    let conditions = rules.predicates.iter().map(|p| &p.condition);
    for expr in constraints.chain(conditions) {
        expr.clone().visit_mut(&mut |e| {
            if let Expr::InTable { table, .. } = e
                && let Some((id, _)) = side.tables.get_key_value(table.id.as_str())
            {
                found.entry(id).or_default();
            }
        });
    }
    found
}
