//! Segments and groups of the message: which there are, how often, and which definitions stand at the same place.

use super::side::{Side, short};
use super::usage::{self, Use};
use super::{Aspect, Change, Direction, MESSAGE};
use crate::model::{Cardinality, ChildDef, ChildKind, PredicateDef, SegmentDef, Usage};

/// A segment of both profiles.
pub(super) struct Pair<'d> {
    /// Where its changes are listed: its letters, and where the profile uses several kinds of it, the group.
    pub(super) group: String,
    pub(super) before: &'d SegmentDef,
    pub(super) after: &'d SegmentDef,
}

pub(super) fn compare<'d>(a: &Side<'d>, b: &Side<'d>, changes: &mut Vec<Change>) -> Vec<Pair<'d>> {
    let kind = |s: &Side<'_>| {
        let m = &s.def.message;
        format!("{}^{}^{}", m.code, m.event, m.structure)
    };
    if kind(a) != kind(b) {
        changes.push(
            Change::new(MESSAGE, "MSH-9", Aspect::MessageType, Direction::Other)
                .from(kind(a))
                .to(kind(b)),
        );
    }
    let mut found = Vec::new();
    let both = Level {
        path: "",
        before: (a, &a.def.message.children, a.on_group(None)),
        after: (b, &b.def.message.children, b.on_group(None)),
    };
    both.compare(changes, &mut found);
    pairs(found)
}

// one pair for every two definitions that stand at the same place
fn pairs<'d>(found: Vec<(String, &'d SegmentDef, &'d SegmentDef)>) -> Vec<Pair<'d>> {
    let mut pairs: Vec<(String, &SegmentDef, &SegmentDef)> = Vec::new();
    for (path, before, after) in found {
        let known = pairs
            .iter()
            .any(|(_, x, y)| std::ptr::eq(*x, before) && std::ptr::eq(*y, after));
        if !known {
            pairs.push((path, before, after));
        }
    }
    let several = |name: &str| pairs.iter().filter(|(_, s, _)| s.name == name).count() > 1;
    pairs
        .iter()
        .map(|(path, before, after)| Pair {
            group: match path.rsplit_once('.') {
                Some((group, _)) if several(&before.name) => {
                    format!("{} in {group}", before.name)
                }
                _ => before.name.clone(),
            },
            before,
            after,
        })
        .collect()
}

type Half<'s, 'd> = (&'s Side<'d>, &'d [ChildDef], Vec<&'d PredicateDef>);

/// The children of a message or group on both sides.
struct Level<'s, 'd> {
    path: &'s str,
    before: Half<'s, 'd>,
    after: Half<'s, 'd>,
}

fn name<'n>(side: &Side<'n>, child: &'n ChildDef) -> &'n str {
    match &child.kind {
        ChildKind::Segment(id) => side.segment_name(id),
        ChildKind::Group(g) => short(&g.name),
    }
}

// children by their name and which of that name they are
fn keys<'n>(half: &Half<'_, 'n>) -> Vec<(&'n str, usize)> {
    let names: Vec<&str> = half.1.iter().map(|c| name(half.0, c)).collect();
    names
        .iter()
        .enumerate()
        .map(|(at, n)| (*n, names.iter().take(at).filter(|m| *m == n).count()))
        .collect()
}

fn used(half: &Half<'_, '_>, at: usize, child: &ChildDef) -> Use {
    Use::of(child.usage, at + 1, &half.2, |p| {
        half.0.written(&p.anchor, &p.condition)
    })
}

impl<'d> Level<'_, 'd> {
    fn compare(
        &self,
        changes: &mut Vec<Change>,
        found: &mut Vec<(String, &'d SegmentDef, &'d SegmentDef)>,
    ) {
        let (before, after) = (keys(&self.before), keys(&self.after));
        let mut last = 0;
        let mut moved = Vec::new();
        for (at, (key, child)) in before.iter().zip(self.before.1).enumerate() {
            let place = self.place(key.0);
            let Some(other_at) = after.iter().position(|k| k == key) else {
                let gone = Direction::Tightened;
                changes.extend(Self::alone(
                    &place,
                    Aspect::Removed,
                    &self.before,
                    at,
                    child,
                    gone,
                ));
                continue;
            };
            if other_at < last {
                moved.push(key.0);
            }
            last = last.max(other_at);
            let Some(other) = self.after.1.get(other_at) else {
                continue;
            };
            let (old, new) = (
                used(&self.before, at, child),
                used(&self.after, other_at, other),
            );
            if old.absent() && new.absent() {
                continue;
            }
            let (a, b) = (self.before.0, self.after.0);
            let title = match &child.kind {
                ChildKind::Segment(id) => a.segments.get(id.as_str()).map(|s| &s.description),
                ChildKind::Group(_) => None,
            };
            let title = title.map_or("", String::as_str);
            changes.extend(usage_change(MESSAGE, &place, title, &old, &new));
            let sizes = (child.cardinality, other.cardinality);
            changes.extend(cardinality_change(
                MESSAGE,
                &place,
                title,
                sizes,
                (&old, &new),
            ));
            match (&child.kind, &other.kind) {
                (ChildKind::Segment(x), ChildKind::Segment(y)) => {
                    if let (Some(x), Some(y)) =
                        (a.segments.get(x.as_str()), b.segments.get(y.as_str()))
                    {
                        found.push((place, x, y));
                    }
                }
                (ChildKind::Group(x), ChildKind::Group(y)) => Level {
                    path: &place,
                    before: (a, &x.children, a.on_group(Some((&x.id, &x.name)))),
                    after: (b, &y.children, b.on_group(Some((&y.id, &y.name)))),
                }
                .compare(changes, found),
                _ => {}
            }
        }
        for (at, (key, child)) in after.iter().zip(self.after.1).enumerate() {
            if !before.contains(key) {
                let place = self.place(key.0);
                let new = Direction::Loosened;
                changes.extend(Self::alone(
                    &place,
                    Aspect::Added,
                    &self.after,
                    at,
                    child,
                    new,
                ));
            }
        }
        for name in moved {
            changes.push(Change::new(
                MESSAGE,
                self.place(name),
                Aspect::Order,
                Direction::Other,
            ));
        }
    }

    fn place(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    // a child of one side only: what is not known is refused, so its presence is what changes
    fn alone(
        place: &str,
        aspect: Aspect,
        half: &Half<'_, '_>,
        at: usize,
        child: &ChildDef,
        direction: Direction,
    ) -> Option<Change> {
        let usage = used(half, at, child);
        if usage.absent() {
            return None;
        }
        let direction = if usage.required() {
            Direction::Other
        } else {
            direction
        };
        let said = format!("{} {}", usage.print(), print(child.cardinality));
        let change = Change::new(MESSAGE, place, aspect, direction);
        Some(match aspect {
            Aspect::Added => change.to(said),
            _ => change.from(said),
        })
    }
}

pub(super) fn print(c: Cardinality) -> String {
    match c.max {
        Some(max) => format!("{}..{max}", c.min),
        None => format!("{}..*", c.min),
    }
}

pub(super) fn usage_change(
    group: &str,
    place: &str,
    name: &str,
    old: &Use,
    new: &Use,
) -> Option<Change> {
    let direction = usage::direction(old, new)?;
    Some(
        Change::new(group, place, Aspect::Usage, direction)
            .named(name)
            .from(old.print())
            .to(new.print()),
    )
}

pub(super) fn cardinality_change(
    group: &str,
    place: &str,
    name: &str,
    (old, new): (Cardinality, Cardinality),
    (old_use, new_use): (&Use, &Use),
) -> Option<Change> {
    if new_use.absent() || old_use.absent() {
        return None;
    }
    // a minimum that only repeats the usage is told by the usage
    let implied = |c: Cardinality, u: &Use| c.min == u32::from(u.plain == Usage::R);
    let told = implied(old, old_use) && implied(new, new_use);
    let min = if told {
        None
    } else {
        Direction::by_rank(old.min, new.min)
    };
    let most = |c: Cardinality| c.max.unwrap_or(u32::MAX);
    let max = Direction::by_rank(most(new), most(old));
    let direction = Direction::all([min, max])?;
    Some(
        Change::new(group, place, Aspect::Cardinality, direction)
            .named(name)
            .from(print(old))
            .to(print(new)),
    )
}
