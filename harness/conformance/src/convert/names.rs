//! Ids as each format wants them.

use crate::model::{DatatypeDef, SegmentDef};
use std::collections::{HashMap, HashSet};

/// Our ids by the ids of the definition.
pub(super) type Ids = HashMap<String, String>;

fn safe(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect()
}

// what an id says beyond the name: `PID_IZ 1_5` of PID is IZ_1_5
fn suffix(id: &str, name: &str) -> String {
    let rest = id.strip_prefix(name).unwrap_or(id);
    safe(rest.trim_start_matches(['_', '.', '-', ' ']))
}

fn free(taken: &mut HashSet<String>, wanted: String) -> String {
    if taken.insert(wanted.clone()) {
        return wanted;
    }
    let mut number = 2u32;
    loop {
        let next = format!("{wanted}-{number}");
        if taken.insert(next.clone()) {
            return next;
        }
        number += 1;
    }
}

/// `PID`, `PID.IZ_1_5`: the letters stand before the first full stop.
pub(super) fn segments<'d>(list: impl Iterator<Item = &'d SegmentDef>) -> Ids {
    let (mut ids, mut taken) = (Ids::new(), HashSet::new());
    for s in list {
        if ids.contains_key(&s.id) {
            continue;
        }
        let wanted = match suffix(&s.id, &s.name) {
            rest if rest.is_empty() => s.name.clone(),
            rest => format!("{}.{rest}", s.name),
        };
        ids.insert(s.id.clone(), free(&mut taken, wanted));
    }
    ids
}

/// `CE`, `CE_IZ`: the file is called after what stands before the first `_` or full stop.
pub(super) fn datatypes<'d>(list: impl Iterator<Item = &'d DatatypeDef>) -> Ids {
    let (mut ids, mut taken) = (Ids::new(), HashSet::new());
    for d in list {
        if ids.contains_key(&d.id) {
            continue;
        }
        let wanted = match suffix(&d.id, &d.name) {
            rest if rest.is_empty() => safe(&d.name),
            rest => format!("{}_{rest}", safe(&d.name)),
        };
        ids.insert(d.id.clone(), free(&mut taken, wanted));
    }
    ids
}

/// Ids of data types in NIST's XML: letters, digits, `_` and `-`.
pub(super) fn nist_datatypes<'d>(list: impl Iterator<Item = &'d DatatypeDef>) -> Ids {
    let (mut ids, mut taken) = (Ids::new(), HashSet::new());
    for d in list {
        if !ids.contains_key(&d.id) {
            ids.insert(d.id.clone(), free(&mut taken, safe(&d.id)));
        }
    }
    ids
}

/// The file of a data type with components.
pub(super) fn datatype_file(id: &str) -> &str {
    id.split(['.', '_']).next().unwrap_or(id)
}
