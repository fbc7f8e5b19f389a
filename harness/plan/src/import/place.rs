//! From positions in a profile's model to paths as the guides print them: `9[1].3[1].5[1].1[1]` is RXA-5.1.

use std::fmt::Write;
use titer_conformance::expr::{Path, Step};
use titer_conformance::model::{ChildDef, ChildKind, DatatypeDef, Definition, SegmentDef, Usage};

/// Where positions count from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Base<'d> {
    /// The message.
    Message,
    /// A group that `find: ORDER` found.
    Order(&'d [ChildDef]),
    /// A group that stands for one segment: OBSERVATION for its OBX.
    Around(&'d [ChildDef], &'d SegmentDef),
    /// A segment that was found.
    Segment(&'d SegmentDef),
    /// A repetition of a field.
    Repetition(&'d SegmentDef, u16),
}

/// A profile's model.
#[derive(Debug)]
pub(super) struct Shape {
    definition: Definition,
}

/// What a path comes to: where, or why it is nowhere.
type Found<T> = Result<T, String>;

impl Shape {
    /// The shape of one of the guide's profiles.
    pub(super) fn of(profile: &str) -> Option<Shape> {
        titer_conformance::builtin_definition(profile).map(|definition| Shape { definition })
    }

    fn segment(&self, id: &str) -> Option<&SegmentDef> {
        self.definition.segments.iter().find(|s| s.id == id)
    }

    /// A segment by its three letters.
    pub(super) fn segment_named(&self, name: &str) -> Option<&SegmentDef> {
        self.definition.segments.iter().find(|s| s.name == name)
    }

    fn datatype(&self, id: &str) -> Option<&DatatypeDef> {
        self.definition.datatypes.iter().find(|d| d.id == id)
    }

    /// The path as it is written inside a base.
    pub(super) fn place(&self, base: Base<'_>, path: &Path) -> Found<String> {
        let nothing = || "the path names nothing that a value could stand in".to_owned();
        match base {
            Base::Message => self.in_group(&self.definition.message.children, &path.steps, true),
            Base::Order(children) => self.in_group(children, &path.steps, false),
            Base::Around(children, segment) => {
                let (first, rest) = path.steps.split_first().ok_or_else(nothing)?;
                let child = child(children, *first)?;
                let inner = match &child.kind {
                    ChildKind::Segment(id) => self.segment(id),
                    ChildKind::Group(_) => None,
                };
                match inner {
                    Some(s) if s.name == segment.name && first.instance == Some(1) => {
                        self.in_segment(segment, rest)
                    }
                    _ => Err(format!(
                        "beside {} the group has other segments, which cannot be looked up in it",
                        segment.name
                    )),
                }
            }
            Base::Segment(segment) => self.in_segment(segment, &path.steps),
            Base::Repetition(segment, field) => {
                let mut steps = vec![Step {
                    position: field,
                    instance: Some(1),
                }];
                steps.extend(&path.steps);
                self.in_segment(segment, &steps)
            }
        }
    }

    // from the message or a group down to a segment and into it
    fn in_group(&self, mut children: &[ChildDef], steps: &[Step], whole: bool) -> Found<String> {
        let mut rest = steps;
        // the one number above 1 on the way, and whether everything below it is there exactly once
        let mut number = None;
        let mut exact = true;
        loop {
            let Some((step, after)) = rest.split_first() else {
                return Err("the path names a group, not a value".to_owned());
            };
            let child = child(children, *step)?;
            let Some(n) = step.instance else {
                return Err("it asks about every occurrence at once".to_owned());
            };
            if number.is_some() {
                exact &= n == 1
                    && child.usage == Usage::R
                    && child.cardinality.min == 1
                    && child.cardinality.max == Some(1);
            } else if n > 1 {
                number = Some(n);
            }
            rest = after;
            match &child.kind {
                ChildKind::Group(group) => children = &group.children,
                ChildKind::Segment(id) => {
                    let segment = self
                        .segment(id)
                        .ok_or_else(|| format!("the profile has no segment `{id}`"))?;
                    if !exact || (number.is_some() && !whole && steps.len() == rest.len()) {
                        return Err(format!(
                            "which {} of the message it is cannot be said by a number",
                            segment.name
                        ));
                    }
                    let inside = self.in_segment(segment, rest)?;
                    return Ok(match number {
                        Some(n) => {
                            inside.replacen(&segment.name, &format!("{}[{n}]", segment.name), 1)
                        }
                        None => inside,
                    });
                }
            }
        }
    }

    // fields, components and subcomponents
    fn in_segment(&self, segment: &SegmentDef, steps: &[Step]) -> Found<String> {
        let mut out = segment.name.clone();
        let Some((field, rest)) = steps.split_first() else {
            return Ok(out);
        };
        let Some(element) = segment.fields.get(usize::from(field.position) - 1) else {
            return Err(format!("{} has no field {}", segment.name, field.position));
        };
        let _ = write!(out, "-{}", field.position);
        match field.instance {
            Some(1) => {}
            Some(n) => {
                let _ = write!(out, "[{n}]");
            }
            None => return Err(format!("it asks about every repetition of {out} at once")),
        }
        if rest.len() > 2 {
            return Err(format!("nothing lies so deep in {out}"));
        }
        let mut datatype = self.datatype(&element.datatype);
        let mut open = segment
            .mappings
            .iter()
            .any(|m| m.position == field.position)
            || datatype.is_none_or(|d| d.name.eq_ignore_ascii_case("varies"));
        for step in rest {
            let components = datatype.map_or(&[][..], |d| &d.components);
            if !open {
                let Some(component) = components.get(usize::from(step.position) - 1) else {
                    return Err(if components.is_empty() {
                        format!("{out} has no parts")
                    } else {
                        format!("{out} has no part {}", step.position)
                    });
                };
                datatype = self.datatype(&component.datatype);
                open = datatype.is_none_or(|d| d.name.eq_ignore_ascii_case("varies"));
            }
            if step.instance.is_none_or(|n| n > 1) {
                return Err(format!("parts of {out} do not repeat"));
            }
            let _ = write!(out, ".{}", step.position);
        }
        Ok(out)
    }

    /// What a list in any order is looked through with, and where the paths of its patterns count from.
    pub(super) fn list<'d>(&'d self, base: Base<'d>, path: &Path) -> Found<(String, Base<'d>)> {
        let odd = || "what the list looks through is nothing that can be looked through".to_owned();
        let mut children: &[ChildDef] = match base {
            Base::Message => &self.definition.message.children,
            Base::Order(children) => children,
            _ => return Err(odd()),
        };
        let mut steps = path.steps.as_slice();
        loop {
            let (step, rest) = steps.split_first().ok_or_else(odd)?;
            let child = child(children, *step)?;
            if step.instance.is_some_and(|n| n > 1) {
                return Err("it looks through one occurrence alone".to_owned());
            }
            match &child.kind {
                ChildKind::Segment(id) => {
                    let segment = self.segment(id).ok_or_else(odd)?;
                    return match rest {
                        [] => Ok((segment.name.clone(), Base::Segment(segment))),
                        [field] => {
                            let at = segment.fields.get(usize::from(field.position) - 1);
                            at.ok_or_else(odd)?;
                            Ok((
                                format!("{}-{}", segment.name, field.position),
                                Base::Repetition(segment, field.position),
                            ))
                        }
                        _ => Err(odd()),
                    };
                }
                ChildKind::Group(group) => {
                    let names: Vec<&SegmentDef> = group
                        .children
                        .iter()
                        .filter_map(|c| match &c.kind {
                            ChildKind::Segment(id) => self.segment(id),
                            ChildKind::Group(_) => None,
                        })
                        .collect();
                    if rest.is_empty() {
                        if names.iter().any(|s| s.name == "RXA") {
                            return Ok(("ORDER".to_owned(), Base::Order(&group.children)));
                        }
                        // each such group has its first segment once
                        let first = names.first().copied().ok_or_else(odd)?;
                        return Ok((first.name.clone(), Base::Around(&group.children, first)));
                    }
                    children = &group.children;
                    steps = rest;
                }
            }
        }
    }
}

fn child(children: &[ChildDef], step: Step) -> Found<&ChildDef> {
    children
        .get(usize::from(step.position).wrapping_sub(1))
        .ok_or_else(|| format!("the profile has nothing at position {}", step.position))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(text: &str) -> Path {
        Path::parse(text).expect("a path")
    }

    #[test]
    fn positions_become_paths() {
        let z22 = Shape::of("Z22").expect("the profile");
        let at = |path: &str| z22.place(Base::Message, &p(path));
        assert_eq!(at("3[1].5[1].1[1].1[1]").as_deref(), Ok("PID-5.1.1"));
        assert_eq!(at("3[1].13[2].4[1]").as_deref(), Ok("PID-13[2].4"));
        assert_eq!(at("5[2].3[1].1[1]").as_deref(), Ok("NK1[2]-3.1"));
        assert_eq!(at("9[1].3[1].5[1].1[1]").as_deref(), Ok("RXA-5.1"));
        assert_eq!(at("9[3].3[1].5[1].1[1]").as_deref(), Ok("RXA[3]-5.1"));
        // an order need not have a route, so its number in the message is not known
        assert!(at("9[3].4[1].1[1].1[1]").is_err());
        assert!(at("9[*].3[1].5[1]").is_err());
        assert!(at("44[1].1[1]").is_err());
        assert!(at("3[1].8[1].1[1]").is_err(), "the sex has no parts");
    }

    #[test]
    fn lists_become_what_is_found() {
        let z22 = Shape::of("Z22").expect("the profile");
        let (target, order) = z22.list(Base::Message, &p("9[*]")).expect("orders");
        assert_eq!(target, "ORDER");
        assert_eq!(
            z22.place(order, &p("3[1].9[1].1[1]")).as_deref(),
            Ok("RXA-9.1")
        );
        let (target, obx) = z22.list(order, &p("5[*]")).expect("observations");
        assert_eq!(target, "OBX");
        assert_eq!(
            z22.place(obx, &p("1[1].3[1].1[1]")).as_deref(),
            Ok("OBX-3.1")
        );
        assert!(z22.place(obx, &p("2[1].3[1]")).is_err(), "a note beside it");
        let (target, obx) = z22.list(order, &p("5[*].1[1]")).expect("observations");
        assert_eq!(target, "OBX");
        assert_eq!(z22.place(obx, &p("5[1].1[1]")).as_deref(), Ok("OBX-5.1"));
        assert!(
            z22.place(obx, &p("1[1].3[1]")).is_err(),
            "one level too high"
        );
        let (target, id) = z22.list(Base::Message, &p("3[1].3[*]")).expect("ids");
        assert_eq!(target, "PID-3");
        assert_eq!(z22.place(id, &p("4[1].1[1]")).as_deref(), Ok("PID-3.4.1"));
    }
}
