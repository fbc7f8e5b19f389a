//! The way from an element to those inside it.

use super::element::{At, Level, Shape, Unreachable, View};
use super::tree::{FieldSpan, holds};
use crate::dialect::Difference;
use crate::expr::Step;

impl View<'_> {
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
                    let only = self.only_repetition(from.node, field, step.position, datatype);
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
            Shape::Group(_) => Ok(self
                .tree
                .children(from.node)
                .find(|(_, n)| n.position == step.position && step.instance == Some(n.instance))
                .and_then(|(index, _)| self.node_element(index))),
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
        field: &FieldSpan,
        position: u16,
        datatype: u32,
    ) -> Option<At> {
        let raw = self.bytes(field.start, field.end);
        // the reference takes some values for blanks
        let valued = field.holds & holds::VALUE != 0
            && (self.dialect.has(Difference::ColonBlank) || !self.blank(raw, true));
        let there = !raw.is_empty() && (valued || field.holds & holds::LITERAL != 0);
        let datatype = self.sliced(index, position, 1, datatype);
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
            parts: field.components_at,
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
}
