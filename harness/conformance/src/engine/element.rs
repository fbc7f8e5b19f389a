//! Elements of a message seen through the profile, and the way from one to those inside it.

use super::profile::{Class, NONE, Profile, Segment};
use super::tree::{FieldSpan, Node, Tree, holds};
use crate::detection::{Place, What};
use crate::dialect::{Dialect, Difference};
use crate::expr::Step;
use std::borrow::Cow;
use std::cell::Cell;
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
    /// What its field holds, so at most what it holds itself; see [`holds`].
    pub(crate) holds: u8,
}

/// A path that leads below something without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreachable;

/// Where the parts of the composite that was looked at last begin and end: rules ask for several parts of one element.
#[derive(Debug, Default)]
pub(crate) struct PartCache {
    start: Cell<u32>,
    end: Cell<u32>,
    separator: Cell<u8>,
    count: Cell<u32>,
    ends: [Cell<u32>; PartCache::SIZE],
}

impl PartCache {
    const SIZE: usize = 32;
}

/// The message under judgement.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) parts: &'a PartCache,
    pub(crate) profile: &'a Profile,
    pub(crate) dialect: Dialect,
    pub(crate) message: &'a Message<'a>,
    pub(crate) source: &'a [u8],
    pub(crate) delimiters: Delimiters,
    pub(crate) tree: &'a Tree,
}

impl<'a> View<'a> {
    pub(crate) fn bytes(&self, start: u32, end: u32) -> &'a [u8] {
        self.source
            .get(start as usize..end as usize)
            .unwrap_or_default()
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

    /// The value with escape sequences decoded.
    pub(crate) fn unescaped(&self, at: &At) -> Cow<'a, str> {
        let raw = self.raw(at);
        if at.holds & (holds::ESCAPE | holds::WIDE) == 0 {
            // ASCII, so this never gives the other branch
            return Cow::Borrowed(std::str::from_utf8(raw).unwrap_or_default());
        }
        if at.holds & holds::ESCAPE == 0 || self.literal_at(at) {
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

    /// A field of a segment, when the segment is that long.
    pub(crate) fn field(&self, node: &Node, position: u16) -> Option<&'a FieldSpan> {
        let index = u32::from(position).checked_sub(1)?;
        if index >= node.fields {
            return None;
        }
        self.tree.fields.get((node.fields_at + index) as usize)
    }

    // MSH-1 and MSH-2 are taken whole
    fn literal(&self, node: &Node, position: u16) -> bool {
        position <= 2
            && self
                .profile
                .segment(node.def)
                .is_some_and(|s| s.name == *b"MSH")
    }

    /// Whether the element is MSH-1 or MSH-2.
    pub(crate) fn literal_at(&self, at: &At) -> bool {
        at.field <= 2 && self.node(at).is_some_and(|n| self.literal(n, at.field))
    }

    /// Whether a repetition counts as absent.
    pub(crate) fn blank(&self, raw: &[u8], with_components: bool) -> bool {
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
        if field.holds & holds::REPETITION == 0 || self.literal(segment, position) {
            if let Some(only) = self.only_repetition(node, segment, field, position, datatype) {
                f(only);
            }
            return;
        }
        let (mut from, end) = (field.start, field.end);
        let mut index = 0;
        while from <= end {
            let to = self.next(self.delimiters.repetition, from, end);
            index += 1;
            let raw = self.bytes(from, to);
            if !raw.is_empty() && !self.blank(raw, true) {
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
                    holds: field.holds,
                });
            }
            if to == end {
                break;
            }
            from = to + 1;
        }
    }

    /// Whether a field is there.
    pub(crate) fn present(&self, node: u32, position: u16) -> bool {
        let mut there = false;
        self.repetitions(node, position, NONE, &mut |_| there = true);
        there
    }

    /// Where the next delimiter is, or the end. The stretches are short.
    pub(crate) fn next(&self, delimiter: u8, from: u32, end: u32) -> u32 {
        self.bytes(from, end)
            .iter()
            .position(|b| *b == delimiter)
            .map_or(end, |n| from + n as u32)
    }

    /// Part `position` of a composite, when it is there.
    pub(crate) fn part(&self, at: &At, position: u16) -> Option<At> {
        let Shape::Complex(datatype) = at.shape else {
            return None;
        };
        let component = self
            .profile
            .datatype(datatype)?
            .components
            .get(usize::from(position).checked_sub(1)?)?;
        let (level, separator) = if at.level == Level::Field {
            (Level::Component, self.delimiters.component)
        } else {
            (Level::Subcomponent, self.delimiters.subcomponent)
        };
        let (from, to) = self.part_span(at, position, separator)?;
        self.make_part(at, position, level, component.datatype, from, to)
    }

    /// Whether part `position` of a composite is there.
    pub(crate) fn has_part(&self, at: &At, position: u16) -> bool {
        let separator = if at.level == Level::Field {
            self.delimiters.component
        } else {
            self.delimiters.subcomponent
        };
        self.part_span(at, position, separator)
            .is_some_and(|(from, to)| {
                let raw = self.bytes(from, to);
                !raw.is_empty() && !self.blank(raw, false)
            })
    }

    /// Where part `position` stands; `None` when the element ends before it.
    pub(crate) fn part_span(&self, at: &At, position: u16, separator: u8) -> Option<(u32, u32)> {
        let c = self.parts;
        if c.start.get() != at.start || c.end.get() != at.end || c.separator.get() != separator {
            self.find_parts(at, separator);
        }
        let index = usize::from(position) - 1;
        if index < c.count.get() as usize {
            let from = match index.checked_sub(1) {
                None => at.start,
                Some(before) => c.ends.get(before)?.get() + 1,
            };
            return Some((from, c.ends.get(index)?.get()));
        }
        if index < PartCache::SIZE {
            return None;
        }
        // beyond what is remembered
        let mut from = at.start;
        for _ in 1..position {
            let to = self.next(separator, from, at.end);
            if to == at.end {
                return None;
            }
            from = to + 1;
        }
        Some((from, self.next(separator, from, at.end)))
    }

    fn find_parts(&self, at: &At, separator: u8) {
        let c = self.parts;
        c.start.set(at.start);
        c.end.set(at.end);
        c.separator.set(separator);
        let mut ends = c.ends.iter();
        let mut count = 0;
        let divided = match at.level {
            Level::Field => at.holds & holds::COMPONENT != 0,
            _ => at.holds & holds::SUBCOMPONENT != 0,
        };
        if divided {
            for (i, b) in self.raw(at).iter().enumerate() {
                if *b == separator {
                    let Some(end) = ends.next() else {
                        c.count.set(count);
                        return;
                    };
                    end.set(at.start + i as u32);
                    count += 1;
                }
            }
        }
        if let Some(end) = ends.next() {
            end.set(at.end);
            count += 1;
        }
        c.count.set(count);
    }

    pub(crate) fn make_part(
        &self,
        at: &At,
        position: u16,
        level: Level,
        datatype: u32,
        from: u32,
        to: u32,
    ) -> Option<At> {
        let raw = self.bytes(from, to);
        if raw.is_empty() || self.blank(raw, false) {
            return None;
        }
        let mut part = At {
            level,
            start: from,
            end: to,
            shape: self.shape(datatype, raw, level),
            ..*at
        };
        if level == Level::Component {
            part.component = position;
        } else {
            part.subcomponent = position;
        }
        Some(part)
    }

    /// Every element that the steps lead to.
    pub(crate) fn select(
        &self,
        from: &At,
        steps: &[Step],
        f: &mut dyn FnMut(At),
    ) -> Result<(), Unreachable> {
        let Some((step, rest)) = steps.split_first() else {
            f(*from);
            return Ok(());
        };
        let mut result = Ok(());
        self.step(from, *step, &mut |child| {
            if self.select(&child, rest, f).is_err() {
                result = Err(Unreachable);
            }
        })?;
        result
    }

    /// The one element that steps without a wildcard lead to.
    pub(crate) fn descend(&self, from: &At, steps: &[Step]) -> Result<Option<At>, Unreachable> {
        let mut at = *from;
        for step in steps {
            match self.child(&at, *step)? {
                Some(child) => at = child,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    fn child(&self, from: &At, step: Step) -> Result<Option<At>, Unreachable> {
        let first = step.instance == Some(1);
        match from.shape {
            Shape::Complex(_) if first => Ok(self.part(from, step.position)),
            Shape::Complex(_) => Ok(None),
            Shape::Segment(def) => {
                let (Some(segment), Some(node)) = (self.profile.segment(def), self.node(from))
                else {
                    return Ok(None);
                };
                let element = segment.fields.get(usize::from(step.position) - 1);
                let (Some(element), Some(field)) = (element, self.field(node, step.position))
                else {
                    return Ok(None);
                };
                if field.end == field.start {
                    return Ok(None);
                }
                let datatype = if element.mapped {
                    self.field_datatype(from.node, segment, step.position)
                } else {
                    element.datatype
                };
                if field.holds & holds::REPETITION == 0 {
                    let only =
                        self.only_repetition(from.node, node, field, step.position, datatype);
                    return Ok(only.filter(|_| first));
                }
                let mut found = None;
                self.repetitions(from.node, step.position, datatype, &mut |r| {
                    if step.instance == Some(r.repetition) {
                        found = Some(r);
                    }
                });
                Ok(found)
            }
            _ => {
                let mut found = None;
                self.step(from, step, &mut |child| found = found.or(Some(child)))?;
                Ok(found)
            }
        }
    }

    /// The repetition of a field that has one.
    pub(crate) fn only_repetition(
        &self,
        index: u32,
        node: &Node,
        field: &FieldSpan,
        position: u16,
        datatype: u32,
    ) -> Option<At> {
        let raw = self.bytes(field.start, field.end);
        // the reference takes some values for blanks
        let valued = field.holds & holds::VALUE != 0
            && (self.dialect.has(Difference::ColonBlank) || !self.blank(raw, true));
        let there = !raw.is_empty() && (valued || self.literal(node, position));
        there.then(|| At {
            node: index,
            level: Level::Field,
            field: position,
            repetition: 1,
            component: 0,
            subcomponent: 0,
            start: field.start,
            end: field.end,
            shape: self.shape(datatype, raw, Level::Field),
            holds: field.holds,
        })
    }

    fn step(&self, from: &At, step: Step, f: &mut dyn FnMut(At)) -> Result<(), Unreachable> {
        let wanted = |instance: u32| step.instance.is_none_or(|i| i == instance);
        match from.shape {
            Shape::Group(_) => {
                for (index, node) in self.tree.children(from.node) {
                    if node.position == step.position
                        && wanted(node.instance)
                        && let Some(child) = self.node_element(index)
                    {
                        f(child);
                    }
                }
            }
            Shape::Segment(def) => {
                let Some(segment) = self.profile.segment(def) else {
                    return Ok(());
                };
                if usize::from(step.position) <= segment.fields.len() {
                    let datatype = self.field_datatype(from.node, segment, step.position);
                    self.repetitions(from.node, step.position, datatype, &mut |r| {
                        if wanted(r.repetition) {
                            f(r);
                        }
                    });
                }
            }
            Shape::Complex(_) => {
                if wanted(1)
                    && let Some(part) = self.part(from, step.position)
                {
                    f(part);
                }
            }
            Shape::Null(_) => {}
            Shape::Simple(_) | Shape::Unresolved => {
                if !self.dialect.has(Difference::PromotedComponent) {
                    return Err(Unreachable);
                }
                if step.position == 1 && wanted(1) {
                    f(*from);
                }
            }
        }
        Ok(())
    }

    /// Like `select`, for values: what has parts is no value.
    pub(crate) fn values(
        &self,
        from: &At,
        steps: &[Step],
        f: &mut dyn FnMut(At),
    ) -> Result<(), Unreachable> {
        let mut result = Ok(());
        self.select(from, steps, &mut |at| match at.shape {
            Shape::Simple(_) => f(at),
            Shape::Unresolved | Shape::Complex(_) | Shape::Null(_)
                if self.dialect.has(Difference::PromotedComponent) =>
            {
                self.first_value(&at, f);
            }
            _ => result = Err(Unreachable),
        })?;
        result
    }

    /// Like `descend`, for a value.
    pub(crate) fn value(&self, from: &At, steps: &[Step]) -> Result<Option<At>, Unreachable> {
        let Some(at) = self.descend(from, steps)? else {
            return Ok(None);
        };
        match at.shape {
            Shape::Simple(_) => Ok(Some(at)),
            Shape::Unresolved | Shape::Complex(_) | Shape::Null(_)
                if self.dialect.has(Difference::PromotedComponent) =>
            {
                let mut first = None;
                self.first_value(&at, &mut |v| first = Some(v));
                Ok(first)
            }
            _ => Err(Unreachable),
        }
    }

    fn first_value(&self, at: &At, f: &mut dyn FnMut(At)) {
        match at.shape {
            Shape::Complex(_) => {
                if let Some(part) = self.part(at, 1) {
                    self.first_value(&part, f);
                }
            }
            Shape::Group(_) | Shape::Segment(_) => {}
            _ => f(*at),
        }
    }

    /// The deepest element on the way that is there.
    pub(crate) fn deepest(&self, from: &At, steps: &[Step]) -> At {
        let mut at = *from;
        for step in steps {
            let mut next = None;
            let reached = self.step(&at, *step, &mut |child| {
                next.get_or_insert(child);
            });
            match (reached, next) {
                (Ok(()), Some(child)) => at = child,
                _ => break,
            }
        }
        at
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
    const SPECIAL: u8 = holds::REPETITION | holds::SUBCOMPONENT | holds::ESCAPE | holds::WIDE;
    let length = raw.len() as u32;
    holds & SPECIAL == 0
        && raw.first().is_some_and(|b| *b > b' ' && *b != b':')
        && length >= min
        && length <= max
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
