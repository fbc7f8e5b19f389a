//! Whether expectations make sense: one form each, paths that can be found where they are looked for.

use crate::check::File;
use crate::model::{Expectation, Form};
use crate::span::{Parsed, Place};
use crate::syntax::{Path, Target};
use titer_finding::Diagnostic;

/// Checks expectations, those inside a `find` with what it looks through.
pub(crate) fn list(
    list: &[Expectation],
    inside: Option<(Target, &str)>,
    file: &File<'_>,
    errors: &mut Vec<Diagnostic>,
) {
    for expectation in list {
        one(expectation, inside, file, errors);
    }
}

fn one(
    e: &Expectation,
    inside: Option<(Target, &str)>,
    file: &File<'_>,
    errors: &mut Vec<Diagnostic>,
) {
    let forms = e.forms();
    let place = somewhere(e).unwrap_or_default();
    match forms.as_slice() {
        [] => {
            errors.push(file.about(place, "an expectation says nothing").with_help(
                "say it with `at` and `is`, `present`, `absent`, `fixed`, `listed`, `find`, `conforms-to` or `any-of`",
            ));
            return;
        }
        [_] => {}
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
        || operators.min_length.is_some()
        || operators.max_length.is_some();
    match (&e.at, operated) {
        (Some(at), false) => errors.push(
            file.about(at.place(), "the expectation names a place and nothing that is expected there")
                .with_help("write `is`, `is-not`, `is-one-of`, `matches`, `same-as`, `differs-from`, `min-length` or `max-length`; or `present` and `absent` in place of `at`"),
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
        list(expect, Some((inner, target.text())), file, errors);
    }
    list(&e.any_of, inside, file, errors);
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
