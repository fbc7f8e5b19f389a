//! The file of the schedule as a whole.

use super::names;
use super::xml::{File, child, code, first_time, words, yes};
use crate::schedule::{
    Association, CodedValue, Conflict, Observation, Schedule, Vaccine, VaccineGroup,
};
use roxmltree::Node;
use std::collections::HashSet;
use titer_finding::Diagnostic;

pub(super) fn read(file: &File<'_>, root: Node<'_, '_>) -> Schedule {
    file.only(
        root,
        &[
            "liveVirusConflicts",
            "vaccineGroups",
            "vaccineGroupToAntigenMap",
            "cvxToAntigenMap",
            "observations",
        ],
    );
    let mut schedule = Schedule {
        version: String::new(),
        published: None,
        source: String::new(),
        antigens: Vec::new(),
        groups: groups(file, root),
        vaccines: rows(file, root, "cvxToAntigenMap", "cvxMap", vaccine),
        conflicts: rows(
            file,
            root,
            "liveVirusConflicts",
            "liveVirusConflict",
            conflict,
        ),
        observations: rows(file, root, "observations", "observation", observation),
    };
    schedule.vaccines.sort_by_key(|v| v.cvx);
    schedule.conflicts.sort_by_key(|c| (c.previous, c.current));
    schedule.observations.sort_by_key(|o| o.code);
    schedule
}

/// The rows of a section, which must be there.
fn rows<T>(
    file: &File<'_>,
    root: Node<'_, '_>,
    section: &'static str,
    tag: &'static str,
    mut read: impl FnMut(&File<'_>, Node<'_, '_>, &mut HashSet<String>) -> Option<T>,
) -> Vec<T> {
    let Some(section_node) = child(root, section) else {
        file.wrong(root, format!("`{section}` is missing"));
        return Vec::new();
    };
    file.only(section_node, &[tag]);
    let mut seen = HashSet::new();
    file.rows(section_node, tag)
        .filter_map(|row| read(file, row, &mut seen))
        .collect()
}

fn groups(file: &File<'_>, root: Node<'_, '_>) -> Vec<VaccineGroup> {
    let mut groups = rows(
        file,
        root,
        "vaccineGroups",
        "vaccineGroup",
        |file, row, seen| {
            file.only(row, &["name", "administerFullVaccineGroup"]);
            let name = file.need(row, "name", |t| Ok(words(t)))?;
            once(file, row, seen, &name, "vaccine group")?;
            Some(VaccineGroup {
                name,
                antigens: Vec::new(),
                administer_full: file.read(row, "administerFullVaccineGroup", yes),
            })
        },
    );
    let maps = rows(
        file,
        root,
        "vaccineGroupToAntigenMap",
        "vaccineGroupMap",
        |file, row, _| {
            file.only(row, &["name", "antigen"]);
            let name = file.need(row, "name", |t| Ok(words(t)))?;
            if !groups.iter().any(|g| g.name == name) {
                file.wrong(row, format!("`{name}` is not one of the vaccine groups"));
            }
            let antigens = file
                .rows(row, "antigen")
                .filter_map(|a| file.value(a, |t| Ok(words(t))))
                .collect::<Vec<_>>();
            Some((name, antigens))
        },
    );
    for (name, antigens) in maps {
        if let Some(group) = groups.iter_mut().find(|g| g.name == name) {
            group.antigens.extend(antigens);
        }
    }
    groups
}

/// Reports a second row of the same name or code.
fn once(
    file: &File<'_>,
    row: Node<'_, '_>,
    seen: &mut HashSet<String>,
    key: &str,
    what: &str,
) -> Option<()> {
    if first_time(seen, key.to_owned()) {
        return Some(());
    }
    file.wrong(row, format!("the {what} {key} is there twice"));
    None
}

fn vaccine(file: &File<'_>, row: Node<'_, '_>, seen: &mut HashSet<String>) -> Option<Vaccine> {
    file.only(row, &["cvx", "shortDescription", "association"]);
    let cvx = file.cvx(row)?;
    once(file, row, seen, cvx.as_str(), "CVX code")?;
    let antigens = file
        .rows(row, "association")
        .filter_map(|a| {
            file.only(a, &["antigen", "associationBeginAge", "associationEndAge"]);
            Some(Association {
                antigen: file.need(a, "antigen", |t| Ok(words(t)))?,
                ages: file.ages(a, "associationBeginAge", "associationEndAge"),
            })
        })
        .collect();
    Some(Vaccine {
        cvx,
        name: file.text(row, "shortDescription").unwrap_or_default(),
        antigens,
    })
}

fn conflict(file: &File<'_>, row: Node<'_, '_>, _: &mut HashSet<String>) -> Option<Conflict> {
    // the specification says conflicting and impacted vaccine since 4.4, the files previous and current
    let (previous, current) = ("previous", "current");
    file.only(
        row,
        &[
            previous,
            current,
            "conflictBeginInterval",
            "minConflictEndInterval",
            "conflictEndInterval",
        ],
    );
    let side = |tag: &str| match child(row, tag) {
        Some(side) => file.cvx(side),
        None => {
            file.wrong(row, format!("the conflict has no `{tag}` vaccine"));
            None
        }
    };
    let need = |tag: &str| file.need(row, tag, super::xml::period);
    Some(Conflict {
        previous: side(previous)?,
        current: side(current)?,
        begin: need("conflictBeginInterval")?,
        minimum_end: need("minConflictEndInterval")?,
        end: need("conflictEndInterval")?,
    })
}

fn observation(
    file: &File<'_>,
    row: Node<'_, '_>,
    seen: &mut HashSet<String>,
) -> Option<Observation> {
    file.only(
        row,
        &[
            "observationCode",
            "observationTitle",
            "group",
            "indicationText",
            "contraindicationText",
            "clarifyingText",
            "codedValues",
        ],
    );
    let number = file.code(row, "observationCode")?;
    once(file, row, seen, number.as_str(), "observation")?;
    let mut coded: Vec<CodedValue> = file
        .rows(row, "codedValues")
        .flat_map(|values| file.rows(values, "codedValue").collect::<Vec<_>>())
        .filter_map(|value| {
            file.only(value, &["code", "codeSystem", "text"]);
            let system = file.need(value, "codeSystem", |t| Ok(words(t)))?;
            // SNOMED's longest codes have 18 digits
            let code = file.need(value, "code", |t| {
                let fits = t.len() <= 20 && t.bytes().all(|b| b.is_ascii_graphic());
                fits.then(|| t.to_owned())
                    .ok_or_else(|| Diagnostic::new(format!("`{t}` is not a code")))
            })?;
            let code = match system.as_str() {
                "CVX" => code_of_vaccine(&code),
                _ => code,
            };
            Some(CodedValue { system, code })
        })
        .collect();
    coded.sort();
    coded.dedup();
    Some(Observation {
        code: code(number.as_str()).ok()?,
        name: file
            .read(row, "observationTitle", |t| Ok(names::name(t)))
            .unwrap_or_default(),
        coded,
    })
}

fn code_of_vaccine(code: &str) -> String {
    super::xml::cvx(code).map_or_else(|_| code.to_owned(), |c| c.as_str().to_owned())
}
