//! From the constraints of a step to expectations.

use super::place::{Base, Shape};
use super::report::{Note, Tally, Weight};
use super::yaml::Y;
use std::collections::BTreeSet;
use titer_conformance::expr::{Absent, Expr, Path, Test, Times};
use titer_conformance::model::{Anchor, ConstraintDef, ContextDef, ContextPattern, RulesDef};

/// What constraints come to.
#[derive(Debug, Default)]
pub(super) struct Converted {
    pub(super) expect: Vec<Y>,
    pub(super) assertions: Tally,
    pub(super) patterns: Tally,
    pub(super) notes: Vec<Note>,
}

/// What is asked of a value.
#[derive(Clone, Debug, PartialEq)]
enum Asked {
    Present,
    Absent,
    Is(String, bool),
    IsNot(String, bool),
    OneOf(Vec<String>),
    Matches(String),
    AtLeast(u32),
}

/// What holds: one thing, all of several, at least one of several.
#[derive(Clone, Debug)]
enum Cond {
    /// Where, what, and whether a value that is absent is right too.
    One(String, Asked, bool),
    All(Vec<Cond>),
    Any(Vec<Cond>),
}

type Found<T> = Result<T, String>;

pub(super) fn convert(rules: &RulesDef, shape: &Shape, file: &str) -> Converted {
    let mut out = Converted::default();
    let mut list = Conditions::default();
    for constraint in &rules.constraints {
        out.assertions.found += 1;
        let base = match &constraint.anchor {
            Anchor::MessageId(_) | Anchor::MessageName(_) => Ok(Base::Message),
            Anchor::SegmentName(name) => shape
                .segment_named(name)
                .map(Base::Segment)
                .ok_or_else(|| format!("the profile has no segment {name}")),
            _ => Err("it stands on something that a plan does not name".to_owned()),
        };
        let cond = base.and_then(|base| condition(constraint, shape, base, &mut out));
        keep(cond, constraint, &mut list, &mut out, file);
    }
    let lost = rules.predicates.len() + rules.co_values.len();
    if lost > 0 {
        out.assertions.found += lost;
        out.assertions.lost += lost;
        let text = "conditions of usage and values that go together belong to a profile";
        out.notes.push(Note::new(Weight::Lost, text, file).of(lost));
    }
    let mut expect = list.expectations(&mut out, file);
    for context in &rules.contexts {
        expect.extend(contexts(context, shape, Base::Message, file, &mut out));
    }
    out.expect = expect;
    out
}

// a constraint's condition; one whose paths begin one level too high is read from there
fn condition(
    constraint: &ConstraintDef,
    shape: &Shape,
    base: Base<'_>,
    out: &mut Converted,
) -> Found<Cond> {
    let first = cond(&constraint.assertion, false, shape, base);
    let (Err(_), Base::Segment(_)) = (&first, base) else {
        return first;
    };
    let mut mended = constraint.assertion.clone();
    if !rebase(&mut mended) {
        return first;
    }
    let Ok(second) = cond(&mended, false, shape, base) else {
        return first;
    };
    out.assertions.mended += 1;
    Ok(second)
}

fn keep(
    cond: Found<Cond>,
    constraint: &ConstraintDef,
    list: &mut Conditions,
    out: &mut Converted,
    file: &str,
) {
    match cond {
        Ok(cond) => list.all.push(cond),
        Err(why) => {
            out.assertions.lost += 1;
            let what = constraint
                .text
                .clone()
                .unwrap_or_else(|| constraint.id.clone());
            let text = format!("an assertion is not carried: {why} (`{what}`)");
            out.notes.push(Note::new(Weight::Lost, text, file).of(1));
        }
    }
}

// the paths without their first step, where that is the first child
fn rebase(expr: &mut Expr) -> bool {
    let mut all = true;
    expr.visit_mut(&mut |e| {
        let path: &mut Path = match e {
            Expr::Present(path) | Expr::Values { path, .. } => path,
            Expr::Not(_) | Expr::And(..) | Expr::Or(..) | Expr::All(_) | Expr::Any(_) => return,
            _ => {
                all = false;
                return;
            }
        };
        let first = path.steps.first();
        if path.steps.len() < 2 || first.is_none_or(|s| s.position != 1 || s.instance != Some(1)) {
            all = false;
            return;
        }
        path.steps.remove(0);
    });
    all
}

fn cond(expr: &Expr, not: bool, shape: &Shape, base: Base<'_>) -> Found<Cond> {
    let inner = |e: &Expr, not: bool| cond(e, not, shape, base);
    let both = |list: Vec<Cond>, all: bool| {
        if all {
            Cond::All(list)
        } else {
            Cond::Any(list)
        }
    };
    Ok(match expr {
        Expr::Present(path) => {
            let asked = if not { Asked::Absent } else { Asked::Present };
            Cond::One(shape.place(base, path)?, asked, false)
        }
        Expr::Values {
            path,
            test,
            times,
            absent,
        } => {
            if matches!(times, Times::Between(..)) {
                return Err("it counts how many values pass".to_owned());
            }
            value(&shape.place(base, path)?, test, *absent, not)?
        }
        Expr::Not(e) => inner(e, !not)?,
        Expr::And(a, b) => both(vec![inner(a, not)?, inner(b, not)?], !not),
        Expr::Or(a, b) => both(vec![inner(a, not)?, inner(b, not)?], not),
        Expr::Imply(a, b) => both(vec![inner(a, !not)?, inner(b, not)?], not),
        Expr::Xor(a, b) => Cond::All(vec![
            Cond::Any(vec![inner(a, false)?, inner(b, not)?]),
            Cond::Any(vec![inner(a, true)?, inner(b, !not)?]),
        ]),
        Expr::All(list) | Expr::Any(list) => {
            let parts = list.iter().map(|e| inner(e, not)).collect::<Found<_>>()?;
            both(parts, matches!(expr, Expr::All(_)) != not)
        }
        Expr::Compare { .. } | Expr::CompareAll { .. } => {
            return Err("it compares two places of one message".to_owned());
        }
        Expr::InTable { .. } => return Err("it asks a value set, as a profile does".to_owned()),
        Expr::Each { .. } => return Err("it looks through parts by count".to_owned()),
        Expr::SetId(_) | Expr::Sequence { .. } => {
            return Err("it asks for numbers in sequence".to_owned());
        }
        Expr::Native(_) | Expr::Plugin(_) => {
            return Err("it is a program and not an expression".to_owned());
        }
    })
}

fn value(place: &str, test: &Test, absent: Absent, not: bool) -> Found<Cond> {
    let lenient = absent == Absent::Pass && !not;
    let one = |asked| Cond::One(place.to_owned(), asked, lenient);
    Ok(match (test, not) {
        (Test::Text { text, ignore_case }, false) => one(Asked::Is(text.clone(), *ignore_case)),
        (Test::Text { text, ignore_case }, true) => one(Asked::IsNot(text.clone(), *ignore_case)),
        (Test::OneOf(list), false) => one(Asked::OneOf(list.clone())),
        (Test::OneOf(list), true) => Cond::All(
            list.iter()
                .map(|text| one(Asked::IsNot(text.clone(), false)))
                .collect(),
        ),
        (Test::Matches(pattern), false) => one(matching(pattern.source())?),
        (Test::Matches(_), true) => {
            return Err("it asks that a value does not match a pattern".to_owned());
        }
        _ => return Err("it compares numbers or ways of writing".to_owned()),
    })
}

fn matching(source: &str) -> Found<Asked> {
    let body = source.strip_prefix('^').unwrap_or(source);
    let body = match body.strip_suffix('$') {
        Some(cut) if !cut.ends_with('\\') => cut,
        _ => body,
    };
    let least = body
        .strip_prefix(".{")
        .and_then(|b| b.strip_suffix(",}"))
        .and_then(|n| n.parse().ok());
    if let Some(n) = least {
        return Ok(Asked::AtLeast(n));
    }
    match <crate::syntax::Regex as crate::span::Syntax>::parse(body) {
        Ok(_) => Ok(Asked::Matches(body.to_owned())),
        Err(e) => Err(format!(
            "the pattern `{source}` cannot be used: {}",
            e.message
        )),
    }
}

fn contexts(
    context: &ContextDef,
    shape: &Shape,
    base: Base<'_>,
    file: &str,
    out: &mut Converted,
) -> Vec<Y> {
    let found = shape.list(base, &context.list);
    let mut expect = Vec::new();
    for pattern in &context.patterns {
        out.patterns.found += 1;
        let made = found
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|(target, inside)| {
                let wanted = trigger(&pattern.trigger, shape, *inside)?;
                Ok((target, *inside, wanted))
            });
        match made {
            Ok((target, inside, wanted)) => {
                out.patterns.carried += 1;
                let inner = inside_pattern(pattern, shape, inside, file, out);
                expect.push(find(target, wanted, pattern.count, inner));
            }
            Err(why) => {
                let n = size(pattern);
                out.patterns.lost += 1;
                out.assertions.found += n;
                out.assertions.lost += n;
                let text = format!("a pattern is not carried: {why} (`{}`)", pattern.text);
                out.notes.push(Note::new(Weight::Lost, text, file).of(n));
            }
        }
    }
    expect
}

fn inside_pattern(
    pattern: &ContextPattern,
    shape: &Shape,
    base: Base<'_>,
    file: &str,
    out: &mut Converted,
) -> Vec<Y> {
    let mut list = Conditions::default();
    for constraint in &pattern.constraints {
        out.assertions.found += 1;
        let cond = condition(constraint, shape, base, out);
        keep(cond, constraint, &mut list, out, file);
    }
    let mut expect = list.expectations(out, file);
    for context in &pattern.contexts {
        expect.extend(contexts(context, shape, base, file, out));
    }
    expect
}

// constraints of a pattern and of those inside it
fn size(pattern: &ContextPattern) -> usize {
    let inner = pattern.contexts.iter().flat_map(|c| &c.patterns);
    pattern.constraints.len() + inner.map(size).sum::<usize>()
}

/// By what an element is known: place and values, and whether capitals count as small letters.
type Wanted = (Vec<(String, Vec<String>)>, bool);

fn trigger(expr: &Expr, shape: &Shape, base: Base<'_>) -> Found<Wanted> {
    let mut places: Vec<(String, Vec<String>)> = Vec::new();
    let mut present = Vec::new();
    let mut strict = false;
    let mut open = vec![cond(expr, false, shape, base)?];
    while let Some(cond) = open.pop() {
        let (place, values) = match cond {
            Cond::All(list) => {
                open.extend(list);
                continue;
            }
            Cond::One(place, Asked::Present, _) => {
                present.push(place);
                continue;
            }
            Cond::One(place, Asked::Is(text, ignore_case), _) => {
                strict |= !ignore_case && has_letters(&text);
                (place, vec![text])
            }
            Cond::One(place, Asked::OneOf(list), _) => {
                strict |= list.iter().any(|t| has_letters(t));
                (place, list)
            }
            _ => return Err("what it is known by is no list of values".to_owned()),
        };
        if values.iter().all(String::is_empty) {
            return Err("it is known by an empty value".to_owned());
        }
        if places.iter().any(|(p, v)| *p == place && *v != values) {
            return Err("it is known by two values at one place".to_owned());
        }
        if places.iter().all(|(p, _)| *p != place) {
            places.push((place, values));
        }
    }
    if places.is_empty() || present.iter().any(|p| places.iter().all(|(q, _)| q != p)) {
        return Err("what it is known by is no list of values".to_owned());
    }
    places.reverse();
    Ok((places, !strict))
}

fn find(target: &str, (places, ignoring_case): Wanted, count: u32, inner: Vec<Y>) -> Y {
    let conditions = places.into_iter().map(|(place, values)| {
        let mut values: Vec<String> = values.iter().map(|v| literal(v)).collect();
        let value = match (values.len(), values.pop()) {
            (1, Some(one)) => Y::Text(one),
            (_, last) => Y::texts(values.into_iter().chain(last)),
        };
        (place, value)
    });
    let mut entries = vec![
        ("find".to_owned(), Y::text(target)),
        ("where".to_owned(), Y::map(conditions)),
    ];
    if !ignoring_case {
        entries.push(("ignoring-case".to_owned(), Y::Word("false".to_owned())));
    }
    if count != 1 {
        entries.push(("at-least".to_owned(), Y::number(count)));
    }
    if !inner.is_empty() {
        entries.push(("expect".to_owned(), Y::List(inner)));
    }
    Y::Map(entries)
}

fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// A text of the bundle as a text of a plan: brackets stand for themselves.
pub(super) fn literal(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// The conditions of one message, order or segment.
#[derive(Default)]
struct Conditions {
    all: Vec<Cond>,
}

impl Conditions {
    /// As expectations, with those of one form together.
    fn expectations(self, out: &mut Converted, file: &str) -> Vec<Y> {
        let mut flat = Vec::new();
        for cond in self.all {
            // one constraint may hold several conditions; it is carried when all of them are
            let mut parts = Vec::new();
            flatten(cond, &mut parts);
            flat.push(parts);
        }
        let required: BTreeSet<String> = flat
            .iter()
            .flatten()
            .filter_map(|c| match c {
                Cond::One(place, Asked::Present, _) => Some(place.clone()),
                _ => None,
            })
            .collect();
        let mut groups = Groups::default();
        for parts in flat {
            let made: Found<Vec<Made>> = parts.iter().map(|c| made(c, &required)).collect();
            match made {
                Ok(made) => {
                    out.assertions.carried += 1;
                    for one in made {
                        groups.add(one);
                    }
                }
                Err(why) => {
                    out.assertions.lost += 1;
                    let text = format!("an assertion is not carried: {why}");
                    out.notes.push(Note::new(Weight::Lost, text, file).of(1));
                }
            }
        }
        groups.expectations()
    }
}

fn flatten(cond: Cond, into: &mut Vec<Cond>) {
    match cond {
        Cond::All(list) => list.into_iter().for_each(|c| flatten(c, into)),
        other => into.push(other),
    }
}

/// An expectation, by the form in which it is written.
enum Made {
    Present(String),
    Absent(String),
    Fixed(String, String),
    Listed(String, Vec<String>),
    Other(Y),
}

fn made(cond: &Cond, required: &BTreeSet<String>) -> Found<Made> {
    match cond {
        Cond::One(place, asked, lenient) => {
            let lenient = *lenient && !required.contains(place);
            Ok(one(place, asked, lenient))
        }
        Cond::Any(list) => {
            let mut alternatives = Vec::new();
            for alternative in list {
                alternatives.push(single(alternative, required)?);
            }
            Ok(Made::Other(any_of(alternatives)))
        }
        Cond::All(_) => Err("alternatives inside alternatives".to_owned()),
    }
}

fn any_of(alternatives: Vec<Y>) -> Y {
    Y::map([("any-of", Y::List(alternatives))])
}

fn at(place: &str, operator: &str, value: Y, strict: bool) -> Y {
    let mut entries = vec![
        ("at".to_owned(), Y::text(place)),
        (operator.to_owned(), value),
    ];
    if strict {
        entries.push(("ignoring-case".to_owned(), Y::Word("false".to_owned())));
    }
    Y::Map(entries)
}

fn one(place: &str, asked: &Asked, lenient: bool) -> Made {
    let place_text = place.to_owned();
    let strict = |text: &str, ignore_case: bool| !ignore_case && has_letters(text);
    let made = match asked {
        Asked::Present => return Made::Present(place_text),
        Asked::Absent => return Made::Absent(place_text),
        Asked::Is(text, ignore_case) if !lenient && !strict(text, *ignore_case) => {
            return Made::Fixed(place_text, literal(text));
        }
        Asked::OneOf(list) if !lenient && !list.iter().any(|t| has_letters(t)) => {
            return Made::Listed(place_text, list.iter().map(|t| literal(t)).collect());
        }
        Asked::Is(text, ignore_case) => at(
            place,
            "is",
            Y::text(literal(text)),
            strict(text, *ignore_case),
        ),
        Asked::IsNot(text, ignore_case) => at(
            place,
            "is-not",
            Y::text(literal(text)),
            strict(text, *ignore_case),
        ),
        Asked::OneOf(list) => at(
            place,
            "is-one-of",
            Y::texts(list.iter().map(|t| literal(t))),
            list.iter().any(|t| has_letters(t)),
        ),
        Asked::Matches(pattern) => at(place, "matches", Y::text(pattern.as_str()), false),
        Asked::AtLeast(n) => at(place, "min-length", Y::number(n), false),
    };
    Made::Other(if lenient {
        any_of(vec![Y::map([("absent", Y::text(place))]), made])
    } else {
        made
    })
}

// an alternative is one expectation
fn single(cond: &Cond, required: &BTreeSet<String>) -> Found<Y> {
    let mut parts = Vec::new();
    flatten(cond.clone(), &mut parts);
    // a value that is required here is not lenient here
    let mut here = required.clone();
    here.extend(parts.iter().filter_map(|c| match c {
        Cond::One(place, Asked::Present, _) => Some(place.clone()),
        _ => None,
    }));
    let mut groups = Groups::default();
    for part in &parts {
        groups.add(made(part, &here)?);
    }
    let mut list = groups.expectations();
    match (list.pop(), list.is_empty()) {
        (Some(one), true) => Ok(one),
        _ => Err("an alternative is several things of different kinds".to_owned()),
    }
}

/// Expectations of one form, together.
#[derive(Default)]
struct Groups {
    present: Vec<String>,
    absent: Vec<String>,
    fixed: Vec<(String, String)>,
    listed: Vec<(String, Vec<String>)>,
    other: Vec<Y>,
}

impl Groups {
    fn add(&mut self, made: Made) {
        match made {
            Made::Present(place) if self.present.contains(&place) => {}
            Made::Present(place) => self.present.push(place),
            Made::Absent(place) if self.absent.contains(&place) => {}
            Made::Absent(place) => self.absent.push(place),
            Made::Fixed(place, text) => {
                match self.fixed.iter().find(|(p, _)| *p == place) {
                    Some((_, same)) if *same == text => {}
                    // two values at one place: the plan says both, as the bundle does
                    Some(_) => self.other.push(at(&place, "is", Y::text(text), false)),
                    None => self.fixed.push((place, text)),
                }
            }
            Made::Listed(place, list) => {
                if self.listed.iter().any(|(p, _)| *p == place) {
                    self.other
                        .push(at(&place, "is-one-of", Y::texts(list), false));
                } else {
                    self.listed.push((place, list));
                }
            }
            Made::Other(y) => self.other.push(y),
        }
    }

    fn expectations(self) -> Vec<Y> {
        let mut out = Vec::new();
        // a value that is fixed or listed is present
        let valued = |place: &String| {
            self.fixed.iter().any(|(p, t)| p == place && !t.is_empty())
                || self.listed.iter().any(|(p, _)| p == place)
        };
        let present: Vec<String> = self
            .present
            .iter()
            .filter(|p| !valued(p))
            .cloned()
            .collect();
        if !self.fixed.is_empty() {
            let fixed = self
                .fixed
                .iter()
                .map(|(p, t)| (p.clone(), Y::text(t.as_str())));
            out.push(Y::map([("fixed", Y::map(fixed))]));
        }
        if !self.listed.is_empty() {
            let listed = self
                .listed
                .iter()
                .map(|(p, l)| (p.clone(), Y::texts(l.iter().cloned())));
            out.push(Y::map([("listed", Y::map(listed))]));
        }
        if !present.is_empty() {
            out.push(Y::map([("present", Y::texts(present))]));
        }
        if !self.absent.is_empty() {
            out.push(Y::map([("absent", Y::texts(self.absent))]));
        }
        out.extend(self.other);
        out
    }
}
