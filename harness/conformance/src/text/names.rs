//! What the places of a profile are called.

use crate::detection::{Place, What};
use crate::engine::profile::{Datatype, Element, NONE, Profile, Segment};
use crate::expr::Step;
use titer_hl7::Message;

/// What a place is called, and what the profile says about it.
pub(crate) struct Named<'p> {
    /// `RXA-20`, `PID-3.4.2`, `ORDER`: without instances.
    pub(crate) label: String,
    /// `completion status`.
    pub(crate) name: String,
    /// The definition of the field, component or subcomponent.
    pub(crate) element: Option<&'p Element>,
}

impl Named<'_> {
    /// `RXA-20 (completion status)`.
    pub(crate) fn full(&self) -> String {
        if self.name.is_empty() {
            self.label.clone()
        } else {
            format!("{} ({})", self.label, self.name)
        }
    }
}

/// The path as a finding prints it: `PID-5[2].1`, `RXA[2]-5`, `ORDER[2]`; first instances go without an index.
pub(crate) fn path(profile: &Profile, place: &Place, numbered: bool) -> String {
    let mut out = String::with_capacity(16);
    match place.what {
        What::Line => return out,
        What::Loose | What::Segment => out.push_str(&String::from_utf8_lossy(&place.name)),
        What::Group => out.push_str(group_name(profile, u32::from(place.group))),
    }
    if numbered && place.nth > 1 {
        in_brackets(&mut out, place.nth);
    }
    if place.field > 0 {
        out.push('-');
        number(&mut out, place.field.into());
        if numbered && place.repetition > 1 {
            in_brackets(&mut out, place.repetition);
        }
    }
    for part in [place.component, place.subcomponent] {
        if part > 0 {
            out.push('.');
            number(&mut out, part.into());
        }
    }
    out
}

/// A number in brackets.
pub(crate) fn in_brackets(out: &mut String, n: u32) {
    out.push('[');
    number(out, n);
    out.push(']');
}

/// A number, written so often that the usual way shows.
pub(crate) fn number(out: &mut String, n: u32) {
    if n >= 10 {
        number(out, n / 10);
    }
    out.push(char::from(b'0' + (n % 10) as u8));
}

/// `ORDER` of `VXU_V04.ORDER`.
pub(crate) fn group_name(profile: &Profile, index: u32) -> &str {
    let name = profile.group(index).map_or("", |g| &*g.name);
    name.rsplit('.').next().unwrap_or(name)
}

/// Names a place in a segment of this definition (`NONE` when the segment itself is meant by its letters).
pub(crate) fn named<'p>(
    profile: &'p Profile,
    def: u32,
    place: &Place,
    message: &Message<'_>,
    line: u32,
) -> Named<'p> {
    let label = path(profile, place, false);
    let segment = match profile.segment(def) {
        Some(s) if s.name == place.name => Some(s),
        _ => profile.segments.iter().find(|s| s.name == place.name),
    };
    let mut found = Named {
        label,
        name: String::new(),
        element: None,
    };
    if place.what == What::Group || place.what == What::Line {
        return found;
    }
    let Some(segment) = segment else {
        return found;
    };
    if place.field == 0 {
        found.name = segment.description.to_lowercase();
        return found;
    }
    let chain = [place.field, place.component, place.subcomponent];
    let mut datatype: Option<&Datatype> = None;
    for (level, position) in chain.into_iter().enumerate() {
        let Some(index) = usize::from(position).checked_sub(1) else {
            break;
        };
        let element = if level == 0 {
            segment.fields.get(index)
        } else {
            datatype.and_then(|d| d.components.get(index))
        };
        let Some(element) = element else { break };
        found.name = spoken(&element.name);
        found.element = Some(element);
        datatype = if level == 0 {
            field_datatype(profile, segment, position, message, line)
        } else {
            profile.datatype(element.datatype)
        };
    }
    found
}

// the data type of a field, looked up in the message where it varies
fn field_datatype<'p>(
    profile: &'p Profile,
    segment: &Segment,
    position: u16,
    message: &Message<'_>,
    line: u32,
) -> Option<&'p Datatype> {
    let field = segment.fields.get(usize::from(position).checked_sub(1)?)?;
    if !field.mapped {
        return profile.datatype(field.datatype);
    }
    let mapping = segment.mappings.iter().find(|m| m.position == position)?;
    let found = message.line(line)?.segment()?;
    let value = found.text(u32::from(mapping.reference), 1);
    let case = mapping.cases.iter().find(|c| *c.value == *value)?;
    profile.datatype(case.datatype)
}

/// The profile's names as they stand in a sentence: `Completion Status` becomes `completion status`, `ID Number` stays
/// `ID number`.
pub(crate) fn spoken(name: &str) -> String {
    let lower = |word: &str| {
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        let capitals = word.chars().filter(|c| c.is_uppercase()).count();
        if letters > 1 && capitals == letters {
            word.to_owned()
        } else {
            word.to_lowercase()
        }
    };
    name.split_whitespace()
        .map(lower)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Where a path of an expression leads from a definition, in the guide's writing: `RXA-20`, `HD.2`.
pub(crate) fn reached(
    profile: &Profile,
    home: crate::engine::rules::Home,
    prefix: Option<&str>,
    steps: &[Step],
) -> (String, String) {
    use crate::engine::profile::ChildKind;
    use crate::engine::rules::Home;
    let mut label = String::new();
    let mut name = String::new();
    let mut depth;
    let mut rest = steps;
    let mut datatype = NONE;
    let mut segment = None;
    match home {
        Home::Group(mut group) => {
            loop {
                let Some((step, tail)) = rest.split_first() else {
                    return (group_name(profile, group).to_owned(), String::new());
                };
                rest = tail;
                let child = profile
                    .group(group)
                    .and_then(|g| g.children.get(usize::from(step.position) - 1));
                match child.map(|c| c.kind) {
                    Some(ChildKind::Group(g)) => group = g,
                    Some(ChildKind::Segment(s)) => {
                        segment = profile.segment(s);
                        break;
                    }
                    None => return (label, name),
                }
            }
            depth = 0;
        }
        Home::Segment(s) => {
            segment = profile.segment(s);
            depth = 0;
        }
        Home::Datatype(d) => {
            datatype = d;
            depth = 1;
            label = prefix.map_or_else(
                || {
                    profile
                        .datatype(d)
                        .map_or_else(String::new, |d| d.name.to_string())
                },
                str::to_owned,
            );
        }
        Home::Nowhere => return (label, name),
    }
    if let Some(s) = segment {
        label = String::from_utf8_lossy(&s.name).into_owned();
        name = spoken(&s.description);
    }
    for step in rest {
        let index = usize::from(step.position) - 1;
        let element = if depth == 0 {
            segment.and_then(|s| s.fields.get(index))
        } else {
            profile
                .datatype(datatype)
                .and_then(|d| d.components.get(index))
        };
        label.push(if depth == 0 { '-' } else { '.' });
        number(&mut label, step.position.into());
        if let Some(n) = step.instance.filter(|n| *n > 1) {
            in_brackets(&mut label, n);
        }
        depth += 1;
        match element {
            Some(e) => {
                name = spoken(&e.name);
                datatype = e.datatype;
            }
            None => {
                name.clear();
                datatype = NONE;
            }
        }
    }
    (label, name)
}
