//! The message's segments sorted into the profile's groups.
//!
//! Two readings: the reference's here (greedy, one segment out of place derails the rest), and ours in `tolerant`.

use super::idle::There;
use super::profile::{Child, ChildKind, Group, NONE, Profile, Quick};
use crate::dialect::{Difference, Reading};
use std::collections::HashMap;
use titer_hl7::bytes::positions;
use titer_hl7::{Delimiters, LineKind, Message};

/// A group or segment instance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// Index of the group or segment definition.
    pub(crate) def: u32,
    pub(crate) is_group: bool,
    /// Index of the definition of the group it stands in.
    pub(crate) parent: u32,
    /// Position in the parent's model, from 1.
    pub(crate) position: u16,
    /// Instance at that position, from 1.
    pub(crate) instance: u32,
    /// Segments: which of that name in the message.
    pub(crate) nth: u32,
    /// Line number, from 1; a group's is its first segment's.
    pub(crate) line: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) next: u32,
    /// The first child at the same position of the same parent.
    pub(super) head: u32,
    /// Of such a first child: the last one at its position.
    pub(super) tail: u32,
    /// Segments: where its fields are in [`Tree::fields`].
    pub(crate) fields_at: u32,
    pub(crate) fields: u32,
    /// Segments: which of its fields are there.
    pub(crate) there: There,
}

/// Why a line stands outside the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loose {
    /// Not a segment.
    Invalid,
    /// A segment that the profile does not know.
    Unknown,
    /// A segment out of its place; it may be in the tree all the same.
    Misplaced,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct LooseLine {
    pub(crate) why: Loose,
    pub(crate) name: [u8; 3],
    pub(crate) nth: u32,
    pub(crate) line: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Input {
    pub(super) name: [u8; 3],
    line: u32,
    start: u32,
    end: u32,
    nth: u32,
    fields_at: u32,
    fields: u32,
    there: There,
}

/// A repetition of a field that takes another data type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sliced {
    pub(crate) node: u32,
    pub(crate) field: u16,
    pub(crate) repetition: u32,
    pub(crate) datatype: u32,
}

/// Where a field is, and what stands in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldSpan {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The first component separator in it or after it, in [`Tree::components`].
    pub(crate) components_at: u32,
    /// The first subcomponent separator in it or after it, in [`Tree::subcomponents`].
    pub(crate) subcomponents_at: u32,
    pub(crate) holds: u8,
}

/// What may stand in a field, as bits of [`FieldSpan::holds`].
pub(crate) mod holds {
    pub(crate) const REPETITION: u8 = 1;
    pub(crate) const COMPONENT: u8 = 2;
    pub(crate) const SUBCOMPONENT: u8 = 4;
    pub(crate) const ESCAPE: u8 = 8;
    /// A byte above 127.
    pub(crate) const WIDE: u8 = 16;
    /// Something that is neither a blank nor a delimiter.
    pub(crate) const VALUE: u8 = 32;
    /// MSH-1 and MSH-2, which are taken whole.
    pub(crate) const LITERAL: u8 = 64;
    /// A value, in one repetition: what is left of these is [`VALUE`].
    pub(crate) const ONE: u8 = VALUE | REPETITION | LITERAL;
    /// What is no plain text, and no components of it.
    pub(crate) const SPECIAL: u8 = REPETITION | SUBCOMPONENT | ESCAPE | WIDE;
}

/// What each byte says about the field it stands in.
pub(crate) struct Kinds {
    of: Option<Delimiters>,
    pub(crate) table: [u8; 256],
}

impl Default for Kinds {
    fn default() -> Self {
        Self {
            of: None,
            table: [0; 256],
        }
    }
}

impl std::fmt::Debug for Kinds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.of.fmt(f)
    }
}

/// An open group and the position reached in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    /// Its node; `NONE` while the group is only planned.
    pub(super) node: u32,
    /// Its definition.
    pub(super) def: u32,
    /// The position whose segment opened it.
    pub(super) head: u16,
    pub(super) reached: u16,
}

/// The tree, in memory that is used again.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
    pub(crate) loose: Vec<LooseLine>,
    /// The fields of every segment that the profile knows.
    pub(crate) fields: Vec<FieldSpan>,
    /// Where the component separators of those fields are, and the subcomponent separators.
    pub(crate) components: Vec<u32>,
    pub(crate) subcomponents: Vec<u32>,
    pub(crate) kinds: Kinds,
    /// The data types of sliced repetitions.
    pub(crate) sliced: Vec<Sliced>,
    pub(super) input: Vec<Input>,
    counts: Vec<u32>,
    pub(super) open: Vec<Open>,
    pub(super) trial: Vec<Open>,
    pub(super) pending: Vec<Input>,
    /// Of every segment name, the first group that may still miss it.
    pub(super) late: Vec<u32>,
    // how many segments there are of names that the profile does not know
    strangers: HashMap<[u8; 3], u32, Quick>,
}

/// The message cannot be judged at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl Tree {
    pub(crate) fn node(&self, index: u32) -> Option<&Node> {
        self.nodes.get(index as usize)
    }

    /// Children of a node in the order of their position.
    pub(crate) fn children(&self, index: u32) -> Children<'_> {
        Children {
            tree: self,
            next: self.node(index).map_or(NONE, |n| n.first),
        }
    }

    /// How many children a node has at a position.
    pub(super) fn count_at(&self, index: u32, position: u16) -> u32 {
        let mut cursor = self.node(index).map_or(NONE, |n| n.first);
        while let Some(n) = self.node(cursor).filter(|n| n.position <= position) {
            let tail = self.node(n.tail);
            if n.position == position {
                return tail.map_or(0, |t| t.instance);
            }
            cursor = tail.map_or(NONE, |t| t.next);
        }
        0
    }

    /// Sorts the message's lines. Without an MSH segment there is nothing to judge.
    pub(crate) fn build(
        &mut self,
        profile: &Profile,
        dialect: Reading,
        message: &Message<'_>,
    ) -> Result<(), Unreadable> {
        self.nodes.clear();
        self.loose.clear();
        self.input.clear();
        self.open.clear();
        self.pending.clear();
        self.counts.clear();
        self.counts.resize(profile.names.len(), 0);
        self.late.clear();
        self.strangers.clear();
        self.fields.clear();
        self.components.clear();
        self.subcomponents.clear();
        self.sliced.clear();
        let delimiters = message.delimiters();
        self.kinds.set(delimiters);
        // the reference takes some values for blanks, so that nothing is sure
        let valued = if dialect.has(Difference::ColonBlank) {
            holds::VALUE
        } else {
            u8::MAX
        };
        let mut head = false;
        for line in message.lines() {
            let span = line.span();
            let raw = line.raw();
            let mut entry = Input {
                name: name_of(raw),
                line: line.number(),
                start: span.start,
                end: span.end,
                nth: 0,
                fields_at: 0,
                fields: 0,
                there: There::default(),
            };
            let known = profile.names.find(entry.name);
            let mut stranger = 0;
            if line.kind() == LineKind::Segment && known.is_none() {
                let count = self.strangers.entry(entry.name).or_default();
                *count += 1;
                stranger = *count;
            }
            head = head || raw.starts_with(b"MSH");
            let segment = head
                && line.kind() == LineKind::Segment
                && (dialect.has(Difference::LineSeparators) || !stops_java_dot(raw));
            if !segment {
                if !dialect.has(Difference::InvalidLine) {
                    self.set_loose(Loose::Invalid, entry);
                }
                continue;
            }
            if let Some(known) = known {
                if dialect.has(Difference::MisplacedSegment) {
                    entry.nth = self.count(known);
                }
                entry.fields_at = self.fields.len() as u32;
                let starts = line.field_starts();
                entry.there = self.read_fields(raw, span.start, starts, (delimiters, valued));
                entry.fields = self.fields.len() as u32 - entry.fields_at;
                self.input.push(entry);
            } else {
                entry.nth = stranger;
                self.set_loose(Loose::Unknown, entry);
            }
        }
        let Some(first) = self.input.first().filter(|i| i.name == *b"MSH").copied() else {
            return Err(Unreadable);
        };
        self.nodes.push(Node {
            def: 0,
            is_group: true,
            parent: NONE,
            position: 1,
            instance: 1,
            nth: 1,
            line: first.line,
            start: first.start,
            end: first.end,
            first: NONE,
            last: NONE,
            next: NONE,
            head: 0,
            tail: 0,
            fields_at: 0,
            fields: 0,
            there: There::default(),
        });
        if dialect.has(Difference::MisplacedSegment) {
            self.assign_tolerant(profile, dialect.has(Difference::OpenedWithoutHead));
        } else {
            self.assign_greedy(profile);
        }
        Ok(())
    }

    /// Gives segments other definitions.
    pub(crate) fn redefine(&mut self, segments: &[(u32, u32)]) {
        for (index, def) in segments {
            if let Some(node) = self.nodes.get_mut(*index as usize) {
                node.def = *def;
            }
        }
    }

    // the fields of a segment's line, as the message splits them; MSH-1 is the separator itself
    fn read_fields(
        &mut self,
        raw: &[u8],
        start: u32,
        starts: &[u32],
        (delimiters, valued): (Delimiters, u8),
    ) -> There {
        let (mut there, mut bit) = (There::default(), 1u64);
        let mut literal = 0;
        if raw.starts_with(b"MSH") {
            if raw.len() > 3 {
                self.fields.push(FieldSpan {
                    start: start + 3,
                    end: start + 4,
                    components_at: self.components.len() as u32,
                    subcomponents_at: self.subcomponents.len() as u32,
                    holds: holds::LITERAL | holds::VALUE,
                });
                there.some = 1;
            }
            bit = 2;
            literal = holds::LITERAL;
        }
        let end = start + raw.len() as u32;
        for (n, from) in starts.iter().enumerate() {
            let to = starts.get(n + 1).map_or(end, |next| next - 1);
            let mut span = FieldSpan {
                start: *from,
                end: to,
                components_at: self.components.len() as u32,
                subcomponents_at: self.subcomponents.len() as u32,
                holds: literal,
            };
            let own = bit;
            bit <<= 1;
            if to <= *from {
                self.fields.push(span);
                literal = 0;
                continue;
            }
            let field = raw.get((from - start) as usize..(to - start) as usize);
            let (field, kinds) = (field.unwrap_or_default(), &self.kinds.table);
            let kind = |b: u8| kinds[usize::from(b)];
            let (fours, others) = field.as_chunks::<4>();
            let mut held = literal;
            for [one, two, three, four] in fours {
                held |= kind(*one) | kind(*two) | kind(*three) | kind(*four);
            }
            for b in others {
                held |= kind(*b);
            }
            span.holds = held;
            self.fields.push(span);
            there.some |= own;
            if held & holds::ONE == valued {
                there.surely |= own;
            }
            if held & holds::COMPONENT != 0 {
                positions(field, delimiters.component, *from, &mut self.components);
            }
            if held & holds::SUBCOMPONENT != 0 {
                positions(
                    field,
                    delimiters.subcomponent,
                    *from,
                    &mut self.subcomponents,
                );
            }
            literal = 0;
        }
        there
    }

    fn count(&mut self, at: usize) -> u32 {
        match self.counts.get_mut(at) {
            Some(n) => {
                *n += 1;
                *n
            }
            None => 1,
        }
    }

    pub(super) fn set_loose(&mut self, why: Loose, at: Input) {
        self.loose.push(LooseLine {
            why,
            name: at.name,
            nth: at.nth,
            line: at.line,
            start: at.start,
            end: at.end,
        });
    }

    // hangs a node under its parent, keeping the children in the order of position and instance
    pub(super) fn add(&mut self, parent: u32, position: u16, child: &Child, at: Input) -> u32 {
        let index = self.nodes.len() as u32;
        let (def, is_group) = match child.kind {
            ChildKind::Segment(def) => (def, false),
            ChildKind::Group(def) => (def, true),
        };
        // the last child at this position or before it
        let mut before = NONE;
        match self.node(self.node(parent).map_or(NONE, |n| n.last)) {
            Some(l) if l.position <= position => {
                before = self.node(parent).map_or(NONE, |n| n.last);
            }
            Some(_) => {
                let mut cursor = self.node(parent).map_or(NONE, |n| n.first);
                while let Some(n) = self.node(cursor).filter(|n| n.position <= position) {
                    before = n.tail;
                    cursor = self.node(before).map_or(NONE, |n| n.next);
                }
            }
            None => {}
        }
        let (mut instance, mut head) = (1, index);
        if let Some(b) = self.node(before).filter(|b| b.position == position) {
            (instance, head) = (b.instance + 1, b.head);
        }
        let next = if before == NONE {
            self.node(parent).map_or(NONE, |n| n.first)
        } else {
            self.node(before).map_or(NONE, |n| n.next)
        };
        let parent_def = self.node(parent).map_or(NONE, |n| n.def);
        self.nodes.push(Node {
            def,
            is_group,
            parent: parent_def,
            position,
            instance,
            nth: if is_group { instance } else { at.nth },
            line: at.line,
            start: at.start,
            end: at.end,
            first: NONE,
            last: NONE,
            next,
            head,
            tail: index,
            fields_at: at.fields_at,
            fields: at.fields,
            there: at.there,
        });
        if let Some(h) = self.nodes.get_mut(head as usize) {
            h.tail = index;
        }
        if let Some(b) = self.nodes.get_mut(before as usize) {
            b.next = index;
        }
        if let Some(p) = self.nodes.get_mut(parent as usize) {
            if before == NONE {
                p.first = index;
            }
            if next == NONE {
                p.last = index;
            }
        }
        index
    }

    fn add_counted(
        &mut self,
        profile: &Profile,
        parent: u32,
        position: u16,
        child: &Child,
        mut at: Input,
    ) {
        at.nth = profile.names.find(at.name).map_or(1, |n| self.count(n));
        self.add(parent, position, child, at);
    }
}

impl Kinds {
    /// Whether what begins with this byte is surely no blank to anybody, and plain text as far as this byte tells.
    pub(crate) fn solid(&self, b: u8) -> bool {
        b > b' ' && b != b':' && self.table[usize::from(b)] & holds::VALUE != 0
    }

    // nearly every message has the delimiters of the one before
    fn set(&mut self, d: Delimiters) {
        if self.of == Some(d) {
            return;
        }
        self.of = Some(d);
        let kinds = &mut self.table;
        for (i, kind) in kinds.iter_mut().enumerate() {
            *kind = holds::VALUE | if i > 127 { holds::WIDE } else { 0 };
        }
        for blank in [b' ', b'\t', b'\n', 0x0b, 0x0c, b'\r'] {
            kinds[usize::from(blank)] = 0;
        }
        // one character may serve as two delimiters in a broken message
        for delimiter in [d.repetition, d.component, d.subcomponent] {
            kinds[usize::from(delimiter)] = 0;
        }
        kinds[usize::from(d.repetition)] |= holds::REPETITION;
        kinds[usize::from(d.component)] |= holds::COMPONENT;
        kinds[usize::from(d.subcomponent)] |= holds::SUBCOMPONENT;
        kinds[usize::from(d.escape)] |= holds::ESCAPE;
    }
}

// what the reference's line pattern does not match
fn stops_java_dot(raw: &[u8]) -> bool {
    !raw.is_ascii()
        && (memchr::memmem::find(raw, b"\xc2\x85").is_some()
            || memchr::memmem::find(raw, "\u{2028}".as_bytes()).is_some()
            || memchr::memmem::find(raw, "\u{2029}".as_bytes()).is_some())
}

fn name_of(raw: &[u8]) -> [u8; 3] {
    match raw {
        [a, b, c, ..] => [*a, *b, *c],
        _ => [0; 3],
    }
}

/// Iterates over a node's children.
pub(crate) struct Children<'t> {
    tree: &'t Tree,
    next: u32,
}

impl<'t> Iterator for Children<'t> {
    type Item = (u32, &'t Node);

    fn next(&mut self) -> Option<Self::Item> {
        let index = self.next;
        let node = self.tree.node(index)?;
        self.next = node.next;
        Some((index, node))
    }
}

// the reference's reading
impl Tree {
    fn assign_greedy(&mut self, profile: &Profile) {
        let Some(message) = profile.groups.first() else {
            return;
        };
        let mut at = 0;
        self.greedy_children(profile, message, 0, 0, &mut at);
        while let Some(rest) = self.input.get(at).copied() {
            self.set_loose(Loose::Misplaced, rest);
            at += 1;
        }
    }

    // walks the group's children from `from`; the first takes its line without a look
    fn greedy_children(
        &mut self,
        profile: &Profile,
        group: &Group,
        node: u32,
        from: usize,
        at: &mut usize,
    ) {
        for (i, child) in group.children.iter().enumerate().skip(from) {
            let position = i as u16 + 1;
            let head = i == from;
            match child.kind {
                ChildKind::Segment(_) => {
                    while let Some(line) = self.input.get(*at).copied() {
                        if !head && line.name != child.name {
                            break;
                        }
                        self.add_counted(profile, node, position, child, line);
                        *at += 1;
                        if head {
                            break;
                        }
                    }
                }
                ChildKind::Group(index) => {
                    let Some(inner) = profile.group(index) else {
                        continue;
                    };
                    while let Some(line) = self.input.get(*at).copied() {
                        let Some(start) = opens(profile, inner, line.name) else {
                            break;
                        };
                        let opened = self.add(node, position, child, line);
                        self.greedy_children(profile, inner, opened, start, at);
                    }
                }
            }
        }
    }
}

/// Whether a segment opens a group, and with which of its children: one of those before the first nested group.
pub(super) fn opens(profile: &Profile, group: &Group, name: [u8; 3]) -> Option<usize> {
    let nested_first = matches!(
        group.children.first().map(|c| c.kind),
        Some(ChildKind::Group(_))
    );
    for (i, child) in group.children.iter().enumerate() {
        match child.kind {
            ChildKind::Segment(_) if child.name == name => return Some(i),
            ChildKind::Segment(_) => {}
            ChildKind::Group(inner) if nested_first => {
                if profile
                    .group(inner)
                    .is_some_and(|g| opens(profile, g, name).is_some())
                {
                    return Some(i);
                }
            }
            ChildKind::Group(_) => return None,
        }
    }
    None
}
