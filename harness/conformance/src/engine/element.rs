//! Elements of a message seen through the profile, and the way from one to those inside it.

use super::found::Memory;
use super::profile::{Class, NONE, Profile, Segment};
use super::tree::{FieldSpan, Node, Tree, holds};
use crate::detection::{Place, What};
use crate::dialect::{Difference, Reading};
use std::borrow::Cow;
use titer_hl7::{Delimiters, Message};

/// How deep an element stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Group,
    Segment,
    Field,
    Component,
    Subcomponent,
}

/// What an element is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Group definition.
    Group(u32),
    /// Segment definition.
    Segment(u32),
    /// Primitive data type.
    Simple(u32),
    /// Composite data type.
    Complex(u32),
    /// A composite that is exactly `""`.
    Null(u32),
    /// The data type is not known.
    Unresolved,
}

/// An element of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    pub(crate) node: u32,
    pub(crate) level: Level,
    pub(crate) field: u16,
    pub(crate) repetition: u32,
    pub(crate) component: u16,
    pub(crate) subcomponent: u16,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) shape: Shape,
    /// The first separator of its parts; see [`View::dividers`].
    pub(crate) parts: u32,
    /// What its field holds, so at most what it holds itself; see [`holds`].
    pub(crate) holds: u8,
}

/// A path that leads below something without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreachable;

/// The message under judgement.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) dialect: Reading,
    /// Whether what is only worth a note is noted.
    pub(crate) notes: bool,
    /// Expressions are judged the long way, all of them.
    pub(crate) long: bool,
    pub(crate) message: &'a Message<'a>,
    pub(crate) source: &'a [u8],
    pub(crate) delimiters: Delimiters,
    pub(crate) tree: &'a Tree,
    pub(crate) memory: &'a Memory,
}

impl<'a> View<'a> {
    pub(crate) fn bytes(&self, start: u32, end: u32) -> &'a [u8] {
        self.source
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    /// Where a stretch of the source stands.
    pub(crate) fn span_of(&self, raw: &[u8]) -> (u32, u32) {
        let begin = raw
            .as_ptr()
            .addr()
            .wrapping_sub(self.source.as_ptr().addr()) as u32;
        (begin, begin.wrapping_add(raw.len() as u32))
    }

    pub(crate) fn raw(&self, at: &At) -> &'a [u8] {
        self.bytes(at.start, at.end)
    }

    /// The value as it stands, escape sequences and all.
    pub(crate) fn text(&self, at: &At) -> Cow<'a, str> {
        if at.holds & holds::WIDE == 0
            && let Ok(text) = std::str::from_utf8(self.raw(at))
        {
            return Cow::Borrowed(text);
        }
        self.message.charset().decode(self.raw(at))
    }

    /// The bytes of a value that is ASCII and has nothing to decode.
    pub(crate) fn plain(&self, at: &At) -> Option<&'a [u8]> {
        (at.holds & (holds::ESCAPE | holds::WIDE) == 0 || literal(at)).then(|| self.raw(at))
    }

    /// The value with escape sequences decoded.
    pub(crate) fn unescaped(&self, at: &At) -> Cow<'a, str> {
        let raw = self.raw(at);
        if at.holds & (holds::ESCAPE | holds::WIDE) == 0 {
            // ASCII, so this never gives the other branch
            return Cow::Borrowed(std::str::from_utf8(raw).unwrap_or_default());
        }
        if at.holds & holds::ESCAPE == 0 || literal(at) {
            return self.message.charset().decode(raw);
        }
        if self.dialect.has(Difference::EscapeSequences) {
            titer_hl7::escape::decode(raw, self.delimiters, self.message.charset())
        } else {
            Cow::Owned(delimiters_only(&self.text(at), self.delimiters))
        }
    }

    pub(crate) fn node(&self, at: &At) -> Option<&'a Node> {
        self.tree.node(at.node)
    }

    pub(crate) fn node_element(&self, index: u32) -> Option<At> {
        let node = self.tree.node(index)?;
        let (level, shape) = if node.is_group {
            (Level::Group, Shape::Group(node.def))
        } else {
            (Level::Segment, Shape::Segment(node.def))
        };
        Some(At {
            node: index,
            level,
            field: 0,
            repetition: 0,
            component: 0,
            subcomponent: 0,
            start: node.start,
            end: node.end,
            shape,
            parts: NONE,
            holds: u8::MAX,
        })
    }

    /// Where an element is, for a detection.
    pub(crate) fn place(&self, at: &At) -> Place {
        let Some(node) = self.node(at) else {
            return Place::NOWHERE;
        };
        let (what, name, group) = if node.is_group {
            (What::Group, [0; 3], node.def as u16)
        } else {
            let name = self.profile.segment(node.def).map_or([0; 3], |s| s.name);
            (What::Segment, name, 0)
        };
        Place {
            what,
            name,
            group,
            nth: node.nth,
            field: at.field,
            repetition: at.repetition,
            component: at.component,
            subcomponent: at.subcomponent,
        }
    }

    pub(crate) fn line(&self, at: &At) -> u32 {
        self.node(at).map_or(0, |n| n.line)
    }

    /// All fields of a segment.
    pub(crate) fn fields(&self, node: &Node) -> &'a [FieldSpan] {
        let from = node.fields_at as usize;
        self.tree
            .fields
            .get(from..from + node.fields as usize)
            .unwrap_or_default()
    }

    /// A field of a segment, when the segment is that long.
    pub(crate) fn field(&self, node: &Node, position: u16) -> Option<&'a FieldSpan> {
        let index = u32::from(position).checked_sub(1)?;
        if index >= node.fields {
            return None;
        }
        self.tree.fields.get((node.fields_at + index) as usize)
    }

    /// Whether a repetition counts as absent.
    #[inline]
    pub(crate) fn blank(&self, raw: &[u8], with_components: bool) -> bool {
        // nearly everything begins with something
        if raw.first().is_some_and(|b| self.tree.kinds.solid(*b)) {
            return false;
        }
        self.only_blanks(raw, with_components)
    }

    #[cold]
    fn only_blanks(&self, raw: &[u8], with_components: bool) -> bool {
        let d = &self.delimiters;
        let delimiter = |b: u8| b == d.subcomponent || (with_components && b == d.component);
        if self.dialect.has(Difference::ColonBlank) {
            return raw.iter().all(|b| is_blank(*b) || delimiter(*b));
        }
        // the reference takes a colon before a blank for a blank
        let mut rest = raw;
        loop {
            rest = match rest {
                [] => return true,
                [b':', b, tail @ ..] if is_blank(*b) => tail,
                [b, tail @ ..] if is_blank(*b) || delimiter(*b) => tail,
                _ => return false,
            };
        }
    }

    /// The data type of a field in this segment; `NONE` when it varies and is not decided.
    pub(crate) fn field_datatype(&self, node: u32, segment: &Segment, position: u16) -> u32 {
        let Some(field) = segment.fields.get(usize::from(position) - 1) else {
            return NONE;
        };
        if !field.mapped {
            return field.datatype;
        }
        // a mapping decides even where the model names a type
        let mut mapped = None;
        for mapping in segment.mappings.iter().filter(|m| m.position == position) {
            mapped = self.mapped(node, mapping).or(mapped);
        }
        mapped.unwrap_or(field.datatype)
    }

    /// The data type of one repetition of a field, slicing included.
    pub(crate) fn repetition_datatype(
        &self,
        node: u32,
        segment: &Segment,
        position: u16,
        repetition: u32,
    ) -> u32 {
        let datatype = self.field_datatype(node, segment, position);
        self.sliced(node, position, repetition, datatype)
    }

    /// The data type that slicing gives to a repetition, or the usual one.
    pub(super) fn sliced(&self, node: u32, field: u16, repetition: u32, usual: u32) -> u32 {
        if self.tree.sliced.is_empty() {
            return usual;
        }
        self.tree
            .sliced
            .iter()
            .find(|s| (s.node, s.field, s.repetition) == (node, field, repetition))
            .map_or(usual, |s| s.datatype)
    }

    fn mapped(&self, node: u32, mapping: &super::profile::Mapping) -> Option<u32> {
        let node = self.tree.node(node)?;
        let value = self.reference(node, mapping.reference, None)?;
        let second = mapping
            .second
            .and_then(|(field, component)| self.reference(node, field, component));
        let find = |second: Option<&[u8]>| {
            mapping
                .cases
                .iter()
                .find(|c| {
                    c.value.as_bytes() == value && c.second.as_deref().map(str::as_bytes) == second
                })
                .map(|c| c.datatype)
        };
        match second {
            Some(second) => find(Some(second)).or_else(|| find(None)),
            None => find(None),
        }
    }

    fn reference(&self, node: &Node, field: u16, component: Option<u16>) -> Option<&'a [u8]> {
        let field = self.field(node, field)?;
        let mut raw = self.bytes(field.start, field.end);
        if let Some(component) = component {
            raw = raw.split(|b| *b == self.delimiters.repetition).next()?;
            raw = raw
                .split(|b| *b == self.delimiters.component)
                .nth(usize::from(component) - 1)?;
        }
        (!raw.is_empty()).then_some(raw)
    }

    /// What a stretch is under a data type.
    pub(crate) fn shape(&self, datatype: u32, raw: &[u8], level: Level) -> Shape {
        match self.profile.datatype(datatype) {
            None => Shape::Unresolved,
            Some(d) if d.class == Class::Varies => Shape::Unresolved,
            Some(d) if d.primitive() || level == Level::Subcomponent => Shape::Simple(datatype),
            Some(_) if level == Level::Field && raw == b"\"\"" => Shape::Null(datatype),
            Some(_) => Shape::Complex(datatype),
        }
    }

    /// The repetitions of a field that are there, with their index.
    pub(crate) fn repetitions(
        &self,
        node: u32,
        position: u16,
        datatype: u32,
        f: &mut dyn FnMut(At),
    ) {
        let Some(segment) = self.tree.node(node) else {
            return;
        };
        let Some(field) = self.field(segment, position) else {
            return;
        };
        if field.holds & holds::REPETITION == 0 || field.holds & holds::LITERAL != 0 {
            if let Some(only) = self.only_repetition(node, field, position, datatype) {
                f(only);
            }
            return;
        }
        let (mut from, end) = (field.start, field.end);
        let (mut index, mut parts) = (0, field.components_at);
        while from <= end {
            let to = self.next(self.delimiters.repetition, from, end);
            index += 1;
            let raw = self.bytes(from, to);
            if !raw.is_empty() && !self.blank(raw, true) {
                let datatype = self.sliced(node, position, index, datatype);
                f(At {
                    node,
                    level: Level::Field,
                    field: position,
                    repetition: index,
                    component: 0,
                    subcomponent: 0,
                    start: from,
                    end: to,
                    shape: self.shape(datatype, raw, Level::Field),
                    parts,
                    holds: field.holds,
                });
            }
            if to == end {
                break;
            }
            from = to + 1;
            let divider = |n: u32| self.tree.components.get(n as usize);
            while divider(parts).is_some_and(|d| *d < from) {
                parts += 1;
            }
        }
    }

    /// Whether a field is there.
    pub(crate) fn present(&self, node: u32, position: u16) -> bool {
        let span = self.tree.node(node).and_then(|n| self.field(n, position));
        match span {
            None => false,
            Some(f) if f.end <= f.start => false,
            Some(f)
                if f.holds & (holds::VALUE | holds::REPETITION) == holds::VALUE
                    && self.dialect.has(Difference::ColonBlank) =>
            {
                true
            }
            Some(_) => {
                let mut there = false;
                self.repetitions(node, position, NONE, &mut |_| there = true);
                there
            }
        }
    }

    /// Where the next delimiter is, or the end. The stretches are short.
    pub(crate) fn next(&self, delimiter: u8, from: u32, end: u32) -> u32 {
        self.bytes(from, end)
            .iter()
            .position(|b| *b == delimiter)
            .map_or(end, |n| from + n as u32)
    }

    /// The data type's class of a simple element.
    pub(crate) fn class(&self, at: &At) -> Class {
        match at.shape {
            Shape::Simple(d) => self.profile.datatype(d).map_or(Class::Text, |d| d.class),
            _ => Class::Text,
        }
    }
}

impl Place {
    pub(crate) const NOWHERE: Place = Place {
        what: What::Line,
        name: [0; 3],
        group: 0,
        nth: 0,
        field: 0,
        repetition: 0,
        component: 0,
        subcomponent: 0,
    };
}

/// Whether a stretch is plain text of a length between two numbers, in an element whose field holds `holds`.
pub(crate) fn light(holds: u8, raw: &[u8], (min, max): (u32, u32)) -> bool {
    let length = raw.len() as u32;
    holds & holds::SPECIAL == 0
        && raw.first().is_some_and(|b| *b > b' ' && *b != b':')
        && length >= min
        && length <= max
}

/// Whether the element is MSH-1 or MSH-2.
pub(crate) fn literal(at: &At) -> bool {
    at.holds & holds::LITERAL != 0 && !matches!(at.level, Level::Segment | Level::Group)
}

fn is_blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

// what the reference decodes: the delimiters, nothing else
fn delimiters_only(text: &str, d: Delimiters) -> String {
    let plain = |letter: u8| match letter {
        b'F' => Some(d.field),
        b'S' => Some(d.component),
        b'T' => Some(d.subcomponent),
        b'R' => Some(d.repetition),
        b'E' => Some(d.escape),
        b'P' => d.truncation,
        _ => None,
    };
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        match rest {
            [e, letter, f, after @ ..] if *e == d.escape && *f == d.escape => {
                if let Some(byte) = plain(*letter) {
                    out.push(byte);
                    rest = after;
                    continue;
                }
            }
            _ => {}
        }
        out.push(*first);
        rest = tail;
    }
    String::from_utf8_lossy(&out).into_owned()
}
