//! Components and subcomponents: where they are.

use super::element::{At, Level, Shape, View};
use super::profile::{Element, NONE};
use super::tree::holds;

/// Where part `index` (from 0) of a stretch stands whose separators begin at `at` of a list.
pub(super) fn nth(
    list: &[u32],
    (at, start, end): (u32, u32, u32),
    index: usize,
) -> Option<(u32, u32)> {
    let divider = |n: usize| {
        let n = (at as usize).saturating_add(n);
        list.get(n).copied().filter(|d| *d < end)
    };
    let from = match index.checked_sub(1) {
        None => start,
        Some(before) => divider(before)? + 1,
    };
    Some((from, divider(index).unwrap_or(end)))
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

    /// Where the separators are that divide an element of this level; those of one element begin at [`At::parts`].
    pub(crate) fn dividers(&self, level: Level) -> &'a [u32] {
        if level == Level::Field {
            &self.tree.components
        } else {
            &self.tree.subcomponents
        }
    }

    /// Where part `position` stands; `None` when the element ends before it.
    pub(crate) fn part_span(&self, at: &At, position: u16) -> Option<(u32, u32)> {
        let index = usize::from(position.checked_sub(1)?);
        nth(self.dividers(at.level), (at.parts, at.start, at.end), index)
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
        let shape = if element.datatype == NONE {
            Shape::Unresolved
        } else if element.primitive || level == Level::Subcomponent {
            Shape::Simple(element.datatype)
        } else {
            Shape::Complex(element.datatype)
        };
        let divided = matches!(shape, Shape::Complex(_)) && at.holds & holds::SUBCOMPONENT != 0;
        let mut part = At {
            level,
            start: from,
            end: to,
            shape,
            parts: if divided {
                self.first_subcomponent(at, from)
            } else {
                NONE
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

    // the first subcomponent separator from a place on, in the field of an element
    fn first_subcomponent(&self, at: &At, from: u32) -> u32 {
        let field = self.node(at).and_then(|n| self.field(n, at.field));
        let begin = field.map_or(0, |f| f.subcomponents_at);
        let rest = self.tree.subcomponents.get(begin as usize..);
        begin + rest.unwrap_or_default().partition_point(|s| *s < from) as u32
    }
}
