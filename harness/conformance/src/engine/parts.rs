//! Components and subcomponents: where they are.

use super::element::{At, Level, Shape, View};
use super::profile::{Element, NONE};
use super::tree::holds;
use std::cell::Cell;

/// Where the parts of the composite that was looked at last begin and end: rules ask for several parts of one element.
#[derive(Debug, Default)]
pub(crate) struct PartCache {
    start: Cell<u32>,
    end: Cell<u32>,
    count: Cell<u32>,
    ends: [Cell<u32>; PartCache::SIZE],
}

impl PartCache {
    pub(crate) const SIZE: usize = 32;

    pub(crate) fn get(&self, index: usize) -> Option<(u32, u32)> {
        if index >= self.count.get() as usize {
            return None;
        }
        let from = match index.checked_sub(1) {
            None => self.start.get(),
            Some(before) => self.ends.get(before)?.get() + 1,
        };
        Some((from, self.ends.get(index)?.get()))
    }

    fn fill(&self, at: &At, raw: &[u8], separator: u8, divided: bool) {
        self.start.set(at.start);
        self.end.set(at.end);
        let mut ends = self.ends.iter();
        let mut count = 0;
        let mut put = |end: u32| {
            if let Some(place) = ends.next() {
                place.set(end);
                count += 1;
            }
        };
        if divided {
            for n in memchr::memchr_iter(separator, raw) {
                put(at.start + n as u32);
            }
        }
        put(at.end);
        self.count.set(count);
    }

    /// A new message: nothing is remembered.
    pub(crate) fn forget(&self) {
        self.start.set(u32::MAX);
    }
}

impl<'a> View<'a> {
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
        let level = if at.level == Level::Field {
            Level::Component
        } else {
            Level::Subcomponent
        };
        let (from, to) = self.part_span(at, position)?;
        self.make_part(at, position, level, component, from, to)
    }

    pub(crate) fn separator(&self, level: Level) -> u8 {
        if level == Level::Field {
            self.delimiters.component
        } else {
            self.delimiters.subcomponent
        }
    }

    /// Where the parts of an element are, remembered from the last time when it was the same element.
    pub(crate) fn find_parts(&self, at: &At) -> &'a PartCache {
        let [components, subcomponents] = self.parts;
        let (cache, divided) = if at.level == Level::Field {
            (components, at.holds & holds::COMPONENT != 0)
        } else {
            (subcomponents, at.holds & holds::SUBCOMPONENT != 0)
        };
        if cache.start.get() != at.start || cache.end.get() != at.end {
            let separator = self.separator(at.level);
            cache.fill(at, self.raw(at), separator, divided);
        }
        cache
    }

    /// Where part `position` stands; `None` when the element ends before it.
    pub(crate) fn part_span(&self, at: &At, position: u16) -> Option<(u32, u32)> {
        let cache = self.find_parts(at);
        let index = usize::from(position) - 1;
        if index < PartCache::SIZE {
            return cache.get(index);
        }
        // beyond what is remembered
        let separator = self.separator(at.level);
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

    pub(crate) fn make_part(
        &self,
        at: &At,
        position: u16,
        level: Level,
        element: &Element,
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
            shape: if element.datatype == NONE {
                Shape::Unresolved
            } else if element.primitive || level == Level::Subcomponent {
                Shape::Simple(element.datatype)
            } else {
                Shape::Complex(element.datatype)
            },
            ..*at
        };
        if level == Level::Component {
            part.component = position;
        } else {
            part.subcomponent = position;
        }
        Some(part)
    }
}
