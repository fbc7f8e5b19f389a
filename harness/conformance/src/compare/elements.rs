//! Fields and components.

use super::places::{Pair, cardinality_change, usage_change};
use super::side::Side;
use super::usage::Use;
use super::{Aspect, Change, Direction};
use crate::model::{
    BindingDef, CodeUsage, ElementDef, Length, MappingDef, PredicateDef, SegmentDef, Strength,
};
use std::collections::BTreeSet;

pub(super) fn compare<'d>(
    a: &Side<'d>,
    b: &Side<'d>,
    pairs: &[Pair<'d>],
    changes: &mut Vec<Change>,
) {
    for pair in pairs {
        let both = Elements {
            a,
            b,
            group: &pair.group,
        };
        let prefix = format!("{}-", pair.before.name);
        both.compare(
            &prefix,
            &(&pair.before.fields, a.on_segment(pair.before)),
            &(&pair.after.fields, b.on_segment(pair.after)),
            2,
            changes,
        );
        both.mappings(pair.before, pair.after, changes);
    }
}

struct Elements<'s, 'd> {
    a: &'s Side<'d>,
    b: &'s Side<'d>,
    group: &'s str,
}

type Half<'l, 'd> = (&'l [ElementDef], Vec<&'d PredicateDef>);

impl<'d> Elements<'_, 'd> {
    // `deeper` is how many levels there still are below these
    fn compare(
        &self,
        prefix: &str,
        before: &Half<'_, 'd>,
        after: &Half<'_, 'd>,
        deeper: u32,
        changes: &mut Vec<Change>,
    ) {
        let used = |side: &Side<'_>, half: &Half<'_, '_>, at: usize, e: &ElementDef| {
            Use::of(e.usage, at + 1, &half.1, |p| {
                side.written(&p.anchor, &p.condition)
            })
        };
        for at in 0..before.0.len().max(after.0.len()) {
            let place = format!("{prefix}{}", at + 1);
            match (before.0.get(at), after.0.get(at)) {
                (Some(old), Some(new)) => {
                    let uses = (used(self.a, before, at, old), used(self.b, after, at, new));
                    self.element(&place, (old, new), &uses, deeper, changes);
                }
                (Some(old), None) => {
                    let usage = used(self.a, before, at, old);
                    if !usage.absent() {
                        changes.push(
                            self.change(
                                &place,
                                Aspect::Removed,
                                alone(&usage, Direction::Tightened),
                            )
                            .named(&old.name)
                            .from(usage.print()),
                        );
                    }
                }
                (None, Some(new)) => {
                    let usage = used(self.b, after, at, new);
                    if !usage.absent() {
                        changes.push(
                            self.change(&place, Aspect::Added, alone(&usage, Direction::Loosened))
                                .named(&new.name)
                                .to(usage.print()),
                        );
                    }
                }
                (None, None) => {}
            }
        }
    }

    fn change(&self, place: &str, aspect: Aspect, direction: Direction) -> Change {
        Change::new(self.group, place, aspect, direction)
    }

    fn element(
        &self,
        place: &str,
        (old, new): (&ElementDef, &ElementDef),
        (old_use, new_use): &(Use, Use),
        deeper: u32,
        changes: &mut Vec<Change>,
    ) {
        if old_use.absent() && new_use.absent() {
            return;
        }
        changes.extend(usage_change(self.group, place, &old.name, old_use, new_use));
        if old_use.absent() || new_use.absent() {
            return;
        }
        changes.extend(cardinality_change(
            self.group,
            place,
            &old.name,
            (old.cardinality, new.cardinality),
            (old_use, new_use),
        ));
        let of = (
            self.a.datatype_name(&old.datatype),
            self.b.datatype_name(&new.datatype),
        );
        self.binding(place, old, new, changes);
        self.constant(place, old, new, changes);
        if of.0 != of.1 {
            let change = self.change(place, Aspect::Datatype, Direction::Other);
            changes.push(change.named(&old.name).from(of.0).to(of.1));
            return;
        }
        let parts = (
            self.a.datatypes.get(old.datatype.as_str()),
            self.b.datatypes.get(new.datatype.as_str()),
        );
        let simple = parts.0.is_none_or(|d| d.components.is_empty())
            && parts.1.is_none_or(|d| d.components.is_empty());
        if simple {
            self.length(place, old, new, changes);
        }
        if let ((Some(x), Some(y)), 1..) = (parts, deeper) {
            self.compare(
                &format!("{place}."),
                &(&x.components, self.a.on_datatype(x)),
                &(&y.components, self.b.on_datatype(y)),
                deeper - 1,
                changes,
            );
        }
    }

    fn length(&self, place: &str, old: &ElementDef, new: &ElementDef, changes: &mut Vec<Change>) {
        if old.length == new.length {
            return;
        }
        let direction = match (range(&old.length), range(&new.length)) {
            (Some(was), Some(is)) => Direction::all([
                Direction::by_rank(was.0, is.0),
                Direction::by_rank(is.1, was.1),
            ]),
            _ => Some(Direction::Other),
        };
        // two ways to say the same
        if let Some(direction) = direction {
            let change = self.change(place, Aspect::Length, direction);
            changes.push(
                change
                    .named(&old.name)
                    .from(length(&old.length))
                    .to(length(&new.length)),
            );
        }
    }

    fn constant(&self, place: &str, old: &ElementDef, new: &ElementDef, changes: &mut Vec<Change>) {
        let direction = match (&old.constant, &new.constant) {
            (None, Some(_)) => Direction::Tightened,
            (Some(_), None) => Direction::Loosened,
            (Some(x), Some(y)) if x != y => Direction::Other,
            _ => return,
        };
        let text = |c: &Option<String>| c.clone().unwrap_or_default();
        let change = self.change(place, Aspect::Constant, direction);
        changes.push(
            change
                .named(&old.name)
                .from(text(&old.constant))
                .to(text(&new.constant)),
        );
    }

    fn binding(&self, place: &str, old: &ElementDef, new: &ElementDef, changes: &mut Vec<Change>) {
        let (x, y) = match (&old.binding, &new.binding) {
            (None, None) => return,
            (Some(x), Some(y)) => (x, y),
            (Some(x), None) => {
                let change = self.change(place, Aspect::Binding, Direction::Loosened);
                changes.push(change.named(&old.name).from(binding(self.a, x)));
                return;
            }
            (None, Some(y)) => {
                let change = self.change(place, Aspect::Binding, Direction::Tightened);
                changes.push(change.named(&old.name).to(binding(self.b, y)));
                return;
            }
        };
        let checked = |side: &Side<'_>, b: &BindingDef| {
            b.tables
                .iter()
                .any(|t| !side.unchecked.contains(t.as_str()))
        };
        let same = x.tables == y.tables && x.at == y.at;
        let (was, is) = (checked(self.a, x), checked(self.b, y));
        if !same || was != is {
            let mut change = self
                .change(place, Aspect::Binding, Direction::Other)
                .named(&old.name)
                .from(binding(self.a, x))
                .to(binding(self.b, y));
            change.direction = match (was, is) {
                (true, false) => Direction::Loosened,
                (false, true) => Direction::Tightened,
                (false, false) => Direction::Other,
                (true, true) => {
                    let (before, after) = (codes(self.a, x), codes(self.b, y));
                    change.codes_added = after.difference(&before).cloned().collect();
                    change.codes_removed = before.difference(&after).cloned().collect();
                    let moved = (x.at != y.at).then_some(Direction::Other);
                    let more = (!change.codes_added.is_empty()).then_some(Direction::Loosened);
                    let less = (!change.codes_removed.is_empty()).then_some(Direction::Tightened);
                    Direction::all([moved, more, less]).unwrap_or(Direction::Other)
                }
            };
            changes.push(change);
        }
        if x.strength != y.strength && was && is {
            let direction = Direction::by_rank(rank(x.strength), rank(y.strength));
            let change = self.change(
                place,
                Aspect::Strength,
                direction.unwrap_or(Direction::Other),
            );
            changes.push(
                change
                    .named(&old.name)
                    .from(strength(x.strength))
                    .to(strength(y.strength)),
            );
        }
    }

    fn mappings(&self, old: &SegmentDef, new: &SegmentDef, changes: &mut Vec<Change>) {
        let list = |side: &Side<'_>, s: &SegmentDef| -> BTreeSet<(u16, String)> {
            let cases = |m: &MappingDef| {
                let second = m.second.map(|(f, c)| match c {
                    Some(c) => format!("{}-{f}.{c}", s.name),
                    None => format!("{}-{f}", s.name),
                });
                let list = m.cases.iter().map(|c| {
                    let and = match (&second, &c.second) {
                        (Some(field), Some(value)) => format!(" and {field} is {value}"),
                        _ => String::new(),
                    };
                    let when = format!("{}-{} is {}{and}", s.name, m.reference, c.value);
                    (
                        m.position,
                        format!("{} when {when}", side.datatype_name(&c.datatype)),
                    )
                });
                list.collect::<Vec<_>>()
            };
            s.mappings.iter().flat_map(cases).collect()
        };
        let (before, after) = (list(self.a, old), list(self.b, new));
        for (position, text) in before.difference(&after) {
            let place = format!("{}-{position}", old.name);
            let change = self.change(&place, Aspect::Mapping, Direction::Tightened);
            changes.push(change.from(text.as_str()));
        }
        for (position, text) in after.difference(&before) {
            let place = format!("{}-{position}", old.name);
            let change = self.change(&place, Aspect::Mapping, Direction::Loosened);
            changes.push(change.to(text.as_str()));
        }
    }
}

// an element of one side only: content there is refused by the other side
fn alone(usage: &Use, direction: Direction) -> Direction {
    if usage.required() {
        Direction::Other
    } else {
        direction
    }
}

fn range(length: &Length) -> Option<(u32, u32)> {
    match length {
        Length::None => Some((0, u32::MAX)),
        Length::Between(min, max) => Some((*min, max.unwrap_or(u32::MAX))),
        Length::Conformance(n, _) => Some((1, *n)),
        Length::Invalid | Length::Both { .. } => None,
    }
}

/// A length as people write it.
pub(super) fn length(length: &Length) -> String {
    let range = |min: u32, max: Option<u32>| match max {
        Some(max) => format!("{min}..{max}"),
        None => format!("{min}..*"),
    };
    match length {
        Length::None => "any".to_owned(),
        Length::Between(min, max) => range(*min, *max),
        Length::Conformance(n, truncation) => {
            format!("conformance length {n}{}", truncation.sign())
        }
        Length::Invalid => "not given".to_owned(),
        Length::Both {
            min,
            max,
            conformance,
            truncation,
        } => format!(
            "{} and conformance length {conformance}{}",
            range(*min, *max),
            truncation.sign()
        ),
    }
}

fn rank(strength: Strength) -> u32 {
    match strength {
        Strength::Required => 3,
        Strength::Suggested | Strength::Unstated => 2,
        Strength::Undetermined => 1,
    }
}

/// A binding's strength in words.
pub(super) fn strength(strength: Strength) -> &'static str {
    match strength {
        Strength::Required => "required",
        Strength::Suggested => "suggested",
        Strength::Undetermined => "undetermined",
        Strength::Unstated => "not stated",
    }
}

fn binding(side: &Side<'_>, b: &BindingDef) -> String {
    let tables: Vec<String> = b
        .tables
        .iter()
        .map(|t| {
            if side.unchecked.contains(t.as_str()) {
                format!("{t} (not checked)")
            } else {
                t.clone()
            }
        })
        .collect();
    let at: Vec<String> = b.at.iter().map(ToString::to_string).collect();
    let at = if at.is_empty() {
        String::new()
    } else {
        format!(" at component {}", at.join(" or "))
    };
    format!("{}{at}", tables.join(", "))
}

// what the binding takes; a pattern stands for itself
fn codes(side: &Side<'_>, b: &BindingDef) -> BTreeSet<String> {
    b.tables
        .iter()
        .filter_map(|t| side.tables.get(t.as_str()))
        .flat_map(|t| &t.codes)
        .filter(|c| c.usage != CodeUsage::Excluded)
        .map(|c| c.pattern.clone().unwrap_or_else(|| c.value.clone()))
        .collect()
}
