//! Whether expectations make sense: one form each, paths that can be found where they are looked for.

use crate::check::File;
use crate::model::{Expectation, Form};
use crate::span::{Parsed, Place};
use crate::syntax::{Path, Target};
use std::collections::BTreeMap;
use titer_finding::Diagnostic;

/// The sets of expectations of a plan, each with the file that it stands in.
pub(crate) type Sets = BTreeMap<String, Set>;

/// A set of expectations.
pub(crate) struct Set {
    pub(crate) items: Vec<Expectation>,
    pub(crate) place: Place,
    pub(crate) shown: String,
    pub(crate) text: String,
}

/// Puts the items of sets where they are met. A set that is not known was reported by [`list`].
pub(crate) fn expand(list: &mut Vec<Expectation>, sets: &Sets) {
    expand_within(list, sets, 0);
}

/// Sets in sets in sets: deeper is a circle.
const DEEPEST: usize = 4;

fn expand_within(list: &mut Vec<Expectation>, sets: &Sets, depth: usize) {
    let mut expanded = Vec::with_capacity(list.len());
    for mut e in std::mem::take(list) {
        let Some(names) = &e.meets else {
            expand_within(&mut e.expect, sets, depth);
            expand_within(&mut e.any_of, sets, depth);
            expanded.push(e);
            continue;
        };
        for set in names.iter().filter_map(|n| sets.get(&n.value)) {
            let mut items = set.items.clone();
            if depth < DEEPEST {
                expand_within(&mut items, sets, depth + 1);
            }
            expanded.extend(items);
        }
    }
    *list = expanded;
}

// whether a set is met inside itself, by itself or by a set that it meets
fn circles(name: &str, sets: &Sets, depth: usize) -> bool {
    fn met(list: &[Expectation]) -> Vec<&str> {
        list.iter()
            .flat_map(|e| {
                let here = e.meets.iter().flat_map(|m| m.iter());
                here.map(|r| r.value.as_str())
                    .chain(met(&e.expect))
                    .chain(met(&e.any_of))
                    .collect::<Vec<_>>()
            })
            .collect()
    }
    depth > DEEPEST
        || sets
            .get(name)
            .is_some_and(|set| met(&set.items).iter().any(|n| circles(n, sets, depth + 1)))
}

/// Checks the sets themselves, and that each is met somewhere.
pub(crate) fn check_sets(sets: &Sets, errors: &mut Vec<Diagnostic>) {
    for (name, set) in sets {
        let file = File {
            shown: set.shown.clone(),
            text: &set.text,
        };
        if set.items.is_empty() {
            errors.push(file.about(set.place, format!("the set `{name}` is empty")));
        }
        if circles(name, sets, 0) {
            errors.push(file.about(set.place, format!("the set `{name}` meets itself")));
            continue;
        }
        list(&set.items, None, sets, &file, errors);
    }
}

/// The sets that a list meets, those that they meet too.
pub(crate) fn met_sets(
    list: &[Expectation],
    sets: &Sets,
    seen: &mut std::collections::BTreeSet<String>,
) {
    for e in list {
        for name in e.meets.iter().flat_map(|m| m.iter()) {
            if seen.insert(name.value.clone())
                && let Some(set) = sets.get(&name.value)
            {
                met_sets(&set.items, sets, seen);
            }
        }
        met_sets(&e.expect, sets, seen);
        met_sets(&e.any_of, sets, seen);
    }
}

/// Checks expectations, those inside a `find` with what it looks through.
pub(crate) fn list(
    list: &[Expectation],
    inside: Option<(Target, &str)>,
    sets: &Sets,
    file: &File<'_>,
    errors: &mut Vec<Diagnostic>,
) {
    for expectation in list {
        one(expectation, inside, sets, file, errors);
    }
}

// what a set asks for can be found where it is met
fn meets(
    e: &Expectation,
    inside: Option<(Target, &str)>,
    sets: &Sets,
    file: &File<'_>,
    errors: &mut Vec<Diagnostic>,
) {
    for name in e.meets.iter().flat_map(|m| m.iter()) {
        let Some(set) = sets.get(&name.value) else {
            errors.push(
                file.about(
                    name.place,
                    format!("there is no set of expectations `{name}`"),
                )
                .with_help("sets stand in the folder expectations, under `sets`")
                .did_you_mean(&name.value, sets.keys().map(String::as_str)),
            );
            continue;
        };
        let Some((target, said)) = inside else {
            continue;
        };
        let outside = set
            .items
            .iter()
            .flat_map(paths)
            .find(|p| p.get().is_some_and(|p| !target.holds(p)));
        if let Some(path) = outside {
            errors.push(file.about(
                name.place,
                format!("the set `{name}` names `{path}`, which is not inside `{said}`"),
            ));
        }
    }
}

fn one(
    e: &Expectation,
    inside: Option<(Target, &str)>,
    sets: &Sets,
    file: &File<'_>,
    errors: &mut Vec<Diagnostic>,
) {
    meets(e, inside, sets, file, errors);
    let forms = e.forms();
    let place = somewhere(e).unwrap_or_default();
    match forms.as_slice() {
        [] if e.meets.is_some() => {}
        [] => {
            errors.push(file.about(place, "an expectation says nothing").with_help(
                "say it with `at` and `is`, `present`, `absent`, `fixed`, `listed`, `find`, `conforms-to` or `any-of`",
            ));
            return;
        }
        [_] if e.meets.is_none() => {}
        _ => errors.push(
            file.about(place, "an expectation says several things at once")
                .with_help("make an item of the list of each"),
        ),
    }
    let operators = e.operators();
    let operated = operators.is.is_some()
        || operators.is_not.is_some()
        || operators.is_one_of.is_some()
        || operators.matches.is_some()
        || operators.same_as.is_some()
        || operators.differs_from.is_some()
        || operators.day.is_some()
        || operators.min_length.is_some()
        || operators.max_length.is_some();
    match (&e.at, operated) {
        (Some(at), false) => errors.push(
            file.about(at.place(), "the expectation names a place and nothing that is expected there")
                .with_help("write `is`, `is-not`, `is-one-of`, `matches`, `same-as`, `differs-from`, `day`, `min-length` or `max-length`; or `present` and `absent` in place of `at`"),
        ),
        (None, true) => errors.push(
            file.about(place, "the expectation says what is expected and not where")
                .with_help("say where with `at`"),
        ),
        _ => {}
    }
    if e.is_one_of.as_ref().is_some_and(Vec::is_empty) {
        errors.push(file.about(place, "the list of `is-one-of` is empty"));
    }
    let counts = e.count.is_some() || e.at_least.is_some() || e.at_most.is_some();
    match &e.find {
        None if counts || !e.conditions.is_empty() || !e.expect.is_empty() => errors.push(
            file.about(place, "`where`, `expect` and counts go with `find`")
                .with_help("say what is looked through with `find`"),
        ),
        Some(find) => {
            if e.count.is_some() && (e.at_least.is_some() || e.at_most.is_some()) {
                errors.push(file.about(
                    find.place(),
                    "`count` is exact, so `at-least` and `at-most` say nothing more",
                ));
            }
            if let (Some(least), Some(most)) = (e.at_least, e.at_most)
                && least > most
            {
                errors.push(file.about(find.place(), "`at-least` is above `at-most`"));
            }
            let none = e.counted().most == Some(0);
            if none && !e.expect.is_empty() {
                errors.push(file.about(
                    find.place(),
                    "nothing may be found, so nothing can be expected of it",
                ));
            }
        }
        None => {}
    }
    for path in paths(e) {
        check_path(path, inside, file, errors);
    }
    if let Some(Form::Find {
        target,
        conditions,
        expect,
        ..
    }) = forms.first()
    {
        let Some(inner) = target.get().copied() else {
            return;
        };
        if let Some((outer, said)) = inside {
            let nested = match inner {
                Target::Order => false,
                Target::Segment(name) => std::str::from_utf8(&name)
                    .ok()
                    .and_then(|n| n.parse::<Path>().ok())
                    .is_some_and(|p| outer.holds(&p)),
                Target::Repetition(path) => outer.holds(&path),
            };
            if !nested {
                errors.push(file.about(
                    target.place(),
                    format!("there is no `{target}` inside `{said}`"),
                ));
            }
        }
        for (path, _) in *conditions {
            check_path(path, Some((inner, target.text())), file, errors);
        }
        list(expect, Some((inner, target.text())), sets, file, errors);
    }
    list(&e.any_of, inside, sets, file, errors);
    if inside.is_some() && e.conforms_to.is_some() {
        errors.push(file.about(place, "only a whole message conforms to a profile"));
    }
}

fn check_path(
    path: &Parsed<Path>,
    inside: Option<(Target, &str)>,
    file: &File<'_>,
    errors: &mut Vec<Diagnostic>,
) {
    let (Some(p), Some((target, said))) = (path.get(), inside) else {
        return;
    };
    if !target.holds(p) {
        errors.push(
            file.about(path.place(), format!("`{path}` is not inside `{said}`"))
                .with_help(match target {
                    Target::Repetition(_) => {
                        "inside a repetition, paths name its field without a repetition"
                    }
                    _ => "paths inside a `find` are looked up in what was found",
                }),
        );
    } else if p.segment_index().is_some() && matches!(target, Target::Segment(_)) {
        errors.push(file.about(
            path.place(),
            format!("`{path}` names a segment by number, and the segment was found already"),
        ));
    }
}

fn paths(e: &Expectation) -> impl Iterator<Item = &Parsed<Path>> {
    e.at.iter()
        .chain(e.present.iter().flat_map(|p| p.iter()))
        .chain(e.absent.iter().flat_map(|p| p.iter()))
        .chain(e.fixed.iter().map(|(p, _)| p))
        .chain(e.listed.iter().map(|(p, _)| p))
}

// a place to point at
fn somewhere(e: &Expectation) -> Option<Place> {
    paths(e)
        .map(Parsed::place)
        .next()
        .or(e.find.as_ref().map(Parsed::place))
        .or(e.is.as_ref().map(Parsed::place))
        .or(e.is_not.as_ref().map(Parsed::place))
        .or(e.matches.as_ref().map(Parsed::place))
        .or(e
            .conforms_to
            .as_ref()
            .and_then(|c| c.first().map(|r| r.place)))
        .or(e.conditions.first().map(|(p, _)| p.place()))
        .or(e.any_of.first().and_then(somewhere))
        .or(e.expect.first().and_then(somewhere))
}

/// How many assertions a list makes: one for every place and value, one for the number that a `find` wants.
pub(crate) fn count(list: &[Expectation]) -> usize {
    list.iter()
        .map(|e| match e.form() {
            None => 0,
            Some(Form::Value(..) | Form::ConformsTo(_) | Form::AnyOf(_)) => 1,
            Some(Form::Present(p) | Form::Absent(p)) => p.len(),
            Some(Form::Fixed(f)) => f.len(),
            Some(Form::Listed(l)) => l.len(),
            Some(Form::Find { expect, .. }) => 1 + count(expect),
        })
        .sum()
}
