//! Our reading of a message's order: a misplaced segment is set apart, judged where it belongs, and disturbs nothing.
//!
//! Lines go forward through the open groups, innermost first. Where that fails, or passes over something required, the
//! next lines tell whether this one or what follows is out of place. See `Difference::MisplacedSegment`.

use super::profile::{ChildKind, NONE, Profile};
use super::tree::{Input, Loose, Open, Tree, opens};
use crate::model::Usage;

// how many lines are looked at to tell which of two is out of place
const AHEAD: usize = 8;

/// What a step forward cost.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Passed {
    Nothing,
    /// Something required was passed over, or a group was opened without its first segment.
    Required,
}

impl Tree {
    // with `openers`, a group may be opened by any of its segments
    pub(super) fn assign_tolerant(&mut self, profile: &Profile, openers: bool) {
        self.open.push(Open {
            node: 0,
            def: 0,
            head: 1,
            reached: 0,
        });
        let mut at = 0;
        while let Some(line) = self.input.get(at).copied() {
            if !self.place(profile, at, line, openers) {
                self.set_loose(Loose::Misplaced, line);
                if !self.place_back(profile, line) {
                    self.pending.push(line);
                }
            }
            at += 1;
        }
        for i in 0..self.pending.len() {
            if let Some(line) = self.pending.get(i).copied() {
                self.place_late(profile, line);
            }
        }
    }

    fn place(&mut self, profile: &Profile, at: usize, line: Input, openers: bool) -> bool {
        for any in [false, true] {
            if any && !openers {
                break;
            }
            self.trial.clone_from(&self.open);
            let Some(passed) = route(profile, &mut self.trial, line.name, any) else {
                continue;
            };
            if any || passed == Passed::Required {
                if self.better_without(profile, at, any) {
                    return false;
                }
                self.trial.clone_from(&self.open);
                route(profile, &mut self.trial, line.name, any);
            }
            std::mem::swap(&mut self.open, &mut self.trial);
            self.realize(profile, line);
            return true;
        }
        false
    }

    // compares what the next lines cost with this line in its place and without it
    fn better_without(&mut self, profile: &Profile, at: usize, any: bool) -> bool {
        let ahead = self
            .input
            .get(at + 1..self.input.len().min(at + 1 + AHEAD))
            .unwrap_or_default();
        let cost = |stack: &mut Vec<Open>| {
            ahead
                .iter()
                .filter(|l| route(profile, stack, l.name, false).is_none())
                .count()
        };
        let with = usize::from(any) + cost(&mut self.trial);
        self.trial.clone_from(&self.open);
        let without = 1 + cost(&mut self.trial);
        without < with
    }

    // makes nodes of the groups that the route opened, and of the segment
    fn realize(&mut self, profile: &Profile, line: Input) {
        let mut parent = 0;
        for i in 0..self.open.len() {
            let Some(open) = self.open.get(i).copied() else {
                return;
            };
            if open.node == NONE {
                let Some(above) = i.checked_sub(1).and_then(|b| self.open.get(b)).copied() else {
                    return;
                };
                let child = profile
                    .group(above.def)
                    .and_then(|g| g.children.get(usize::from(above.reached) - 1));
                let Some(child) = child else { return };
                let node = self.add(parent, above.reached, child, line);
                if let Some(open) = self.open.get_mut(i) {
                    open.node = node;
                }
                parent = node;
            } else {
                parent = open.node;
            }
        }
        let Some(last) = self.open.last().copied() else {
            return;
        };
        let child = profile
            .group(last.def)
            .and_then(|g| g.children.get(usize::from(last.reached).saturating_sub(1)));
        if let Some(child) = child {
            self.add(parent, last.reached, child, line);
        }
    }

    // a segment that came too late goes where it belongs, if there is room
    fn place_back(&mut self, profile: &Profile, line: Input) -> bool {
        for level in (0..self.open.len()).rev() {
            let Some(node) = self.open.get(level).map(|o| o.node) else {
                return false;
            };
            if self.fill(profile, node, line, false) {
                return true;
            }
        }
        false
    }

    // a segment that came too early goes to the first group that misses it; groups that do not miss it never will again
    fn place_late(&mut self, profile: &Profile, line: Input) {
        self.late.resize(profile.names.len(), 0);
        let at = profile.names.find(line.name).unwrap_or_default();
        let begin = self.late.get(at).copied().unwrap_or_default();
        let end = self.nodes.len() as u32;
        let found = (begin..end).find(|node| {
            self.node(*node).is_some_and(|n| n.is_group) && self.fill(profile, *node, line, true)
        });
        if let Some(late) = self.late.get_mut(at) {
            *late = found.unwrap_or(end);
        }
    }

    fn fill(&mut self, profile: &Profile, node: u32, line: Input, only_missing: bool) -> bool {
        let Some(group) = self.node(node).and_then(|n| profile.group(n.def)) else {
            return false;
        };
        for (i, child) in group.children.iter().enumerate() {
            if !matches!(child.kind, ChildKind::Segment(_)) || child.name != line.name {
                continue;
            }
            let position = i as u16 + 1;
            let there = self.count_at(node, position);
            let room = if only_missing {
                there == 0 && child.usage == Usage::R
            } else {
                there < child.max
            };
            if room {
                self.add(node, position, child, line);
                return true;
            }
        }
        false
    }
}

// moves the stack to where a segment of this name goes: forward in an open group, or a new instance of a group.
// `any` lets every segment of a group open it.
fn route(profile: &Profile, stack: &mut Vec<Open>, name: [u8; 3], any: bool) -> Option<Passed> {
    let mut passed = Passed::Nothing;
    for level in (0..stack.len()).rev() {
        let open = *stack.get(level)?;
        let group = profile.group(open.def)?;
        let begin = usize::from(open.reached.max(1)) - 1;
        for (i, child) in group.children.iter().enumerate().skip(begin) {
            let position = i as u16 + 1;
            let hit = match child.kind {
                // the segment that opened this group opens the next one, unless it may repeat
                ChildKind::Segment(_) => {
                    let again = position == open.head && open.reached > 0 && child.max == 1;
                    child.name == name && !again
                }
                ChildKind::Group(index) => may_open(profile, index, name, any),
            };
            if !hit {
                if position > open.reached && child.usage == Usage::R {
                    passed = Passed::Required;
                }
                continue;
            }
            stack.truncate(level + 1);
            if let Some(top) = stack.last_mut() {
                top.reached = position;
            }
            if let ChildKind::Group(index) = child.kind {
                enter(profile, stack, index, name);
            }
            return Some(passed);
        }
    }
    None
}

fn may_open(profile: &Profile, index: u32, name: [u8; 3], any: bool) -> bool {
    let Some(group) = profile.group(index) else {
        return false;
    };
    if !any {
        return opens(profile, group, name).is_some();
    }
    group.children.iter().any(|c| match c.kind {
        ChildKind::Segment(_) => c.name == name,
        ChildKind::Group(inner) => may_open(profile, inner, name, any),
    })
}

// pushes the group and, where the segment is deeper, the groups in it
fn enter(profile: &Profile, stack: &mut Vec<Open>, index: u32, name: [u8; 3]) {
    let Some(group) = profile.group(index) else {
        return;
    };
    for (i, child) in group.children.iter().enumerate() {
        let reached = i as u16 + 1;
        let here = Open {
            node: NONE,
            def: index,
            head: reached,
            reached,
        };
        match child.kind {
            ChildKind::Segment(_) if child.name == name => {
                stack.push(here);
                return;
            }
            ChildKind::Segment(_) => {}
            ChildKind::Group(inner) => {
                if may_open(profile, inner, name, true) {
                    stack.push(here);
                    enter(profile, stack, inner, name);
                    return;
                }
            }
        }
    }
}
