//! What a profile says about a message and its elements, in words.

use super::elements::{length, strength};
use super::places::print;
use super::side::{Side, short};
use super::usage::Use;
use crate::model::{
    Anchor, ChildDef, ChildKind, Definition, ElementDef, Length, PredicateDef, SegmentDef,
};
use std::fmt::Write;

/// The segments and groups of the message, one a line.
pub fn structure(definition: &Definition) -> String {
    let side = Side::new(definition);
    let mut out = String::new();
    places(&side, &definition.message.children, 0, &mut out);
    out
}

fn places(side: &Side<'_>, children: &[ChildDef], depth: usize, out: &mut String) {
    for c in children {
        let pad = "  ".repeat(depth);
        let (name, title) = match &c.kind {
            ChildKind::Segment(id) => (
                side.segment_name(id),
                side.segments
                    .get(id.as_str())
                    .map_or("", |s| &s.description),
            ),
            ChildKind::Group(g) => (short(&g.name), ""),
        };
        let width = 24usize.saturating_sub(pad.len());
        let line = format!(
            "{pad}{name:width$} {:3} {:5} {title}",
            c.usage.letters(),
            print(c.cardinality)
        );
        let _ = writeln!(out, "{}", line.trim_end());
        if let ChildKind::Group(g) = &c.kind {
            places(side, &g.children, depth + 1, out);
        }
    }
}

/// An element, `PID`, `PID-5` or `PID-5.1`, with its parts and the rules that stand on it; nothing when the profile has no
/// such element.
pub fn element(definition: &Definition, path: &str) -> Option<String> {
    let side = Side::new(definition);
    let (letters, rest) = path.split_once('-').unwrap_or((path, ""));
    let letters = letters.to_ascii_uppercase();
    let mut segments: Vec<&SegmentDef> = side.segments.values().copied().collect();
    segments.retain(|s| s.name == letters);
    segments.sort_by(|a, b| a.id.cmp(&b.id));
    let several = segments.len() > 1;
    let mut out = String::new();
    for segment in segments {
        let Some(text) = of_segment(&side, segment, rest) else {
            continue;
        };
        if !out.is_empty() {
            out.push('\n');
        }
        if several {
            let _ = writeln!(out, "{} as {}", letters, segment.id);
        }
        out.push_str(&text);
    }
    (!out.is_empty()).then_some(out)
}

fn of_segment(side: &Side<'_>, segment: &SegmentDef, rest: &str) -> Option<String> {
    let anchor = Anchor::SegmentId(segment.id.clone());
    let mut out = String::new();
    if rest.is_empty() {
        let _ = writeln!(out, "{}  {}", segment.name, segment.description);
        let prefix = format!("{}-", segment.name);
        parts(
            side,
            &prefix,
            &segment.fields,
            &side.on_segment(segment),
            &mut out,
        );
        rules(side, &|a| is_on(a, &anchor, &segment.name), &mut out);
        return Some(out);
    }
    let mut numbers = Vec::new();
    for part in rest.split('.') {
        numbers.push(part.parse::<usize>().ok().filter(|n| *n > 0)?);
    }
    let mut place = format!("{}-", segment.name);
    let (mut list, mut predicates) = (&segment.fields, side.on_segment(segment));
    let mut anchored = (anchor, segment.name.clone());
    for (level, number) in numbers.iter().enumerate() {
        let _ = write!(place, "{number}");
        let e = list.get(number - 1)?;
        let datatype = side.datatypes.get(e.datatype.as_str());
        if level + 1 == numbers.len() {
            one(side, &place, e, *number, &predicates, &mut out);
            if let Some(d) = datatype {
                let prefix = format!("{place}.");
                parts(side, &prefix, &d.components, &side.on_datatype(d), &mut out);
            }
            let (anchor, name) = &anchored;
            mentioning(side, anchor, name, *number, &mut out);
            if let Some(d) = datatype {
                let anchor = Anchor::DatatypeId(d.id.clone());
                rules(side, &|a| is_on(a, &anchor, &d.name), &mut out);
            }
            return Some(out);
        }
        let d = datatype?;
        list = &d.components;
        predicates = side.on_datatype(d);
        anchored = (Anchor::DatatypeId(d.id.clone()), d.name.clone());
        place.push('.');
    }
    None
}

fn is_on(anchor: &Anchor, own: &Anchor, own_name: &str) -> bool {
    anchor == own
        || match (anchor, own) {
            (Anchor::SegmentName(name), Anchor::SegmentId(_))
            | (Anchor::DatatypeName(name), Anchor::DatatypeId(_)) => name == own_name,
            _ => false,
        }
}

fn used(side: &Side<'_>, e: &ElementDef, position: usize, predicates: &[&PredicateDef]) -> Use {
    Use::of(e.usage, position, predicates, |p| {
        side.written(&p.anchor, &p.condition)
    })
}

fn one(
    side: &Side<'_>,
    place: &str,
    e: &ElementDef,
    position: usize,
    predicates: &[&PredicateDef],
    out: &mut String,
) {
    let _ = writeln!(out, "{place}  {}", e.name);
    let _ = writeln!(
        out,
        "usage        {}",
        used(side, e, position, predicates).print()
    );
    let _ = writeln!(out, "cardinality  {}", print(e.cardinality));
    let _ = writeln!(out, "data type    {}", side.datatype_name(&e.datatype));
    if !matches!(e.length, Length::None | Length::Invalid) {
        let _ = writeln!(out, "length       {}", length(&e.length));
    }
    if let Some(b) = &e.binding {
        for id in &b.tables {
            let codes = if side.unchecked.contains(id.as_str()) {
                "not checked".to_owned()
            } else {
                match side.tables.get(id.as_str()) {
                    Some(t) => format!("{} codes", t.codes.len()),
                    None => "not defined".to_owned(),
                }
            };
            let _ = writeln!(out, "value set    {id}, {}, {codes}", strength(b.strength));
        }
    }
    if let Some(c) = &e.constant {
        let _ = writeln!(out, "constant     {c}");
    }
}

fn parts(
    side: &Side<'_>,
    prefix: &str,
    list: &[ElementDef],
    predicates: &[&PredicateDef],
    out: &mut String,
) {
    for (at, e) in list.iter().enumerate() {
        let place = format!("{prefix}{}", at + 1);
        let binding = e
            .binding
            .as_ref()
            .map_or_else(String::new, |b| format!("  [{}]", b.tables.join(", ")));
        let line = format!(
            "  {place:10} {:5} {:6} {}{binding}",
            print(e.cardinality),
            side.datatype_name(&e.datatype),
            e.name
        );
        let usage = used(side, e, at + 1, predicates).print();
        let _ = writeln!(out, "{line}  {usage}");
    }
}

fn rules(side: &Side<'_>, is: &dyn Fn(&Anchor) -> bool, out: &mut String) {
    for c in side.def.rules.constraints.iter().filter(|c| is(&c.anchor)) {
        let _ = writeln!(out, "{}  {}", c.id, side.written(&c.anchor, &c.assertion));
    }
}

// the statements of the enclosing element that name this one
fn mentioning(side: &Side<'_>, own: &Anchor, name: &str, number: usize, out: &mut String) {
    let separator = match own {
        Anchor::SegmentId(_) => '-',
        _ => '.',
    };
    let wanted = format!("{name}{separator}{number}");
    for c in &side.def.rules.constraints {
        if !is_on(&c.anchor, own, name) {
            continue;
        }
        let text = side.written(&c.anchor, &c.assertion);
        let named = text.match_indices(&wanted).any(|(at, _)| {
            let next = text.get(at + wanted.len()..).and_then(|r| r.chars().next());
            !next.is_some_and(|c| c.is_ascii_digit())
        });
        if named {
            let _ = writeln!(out, "{}  {text}", c.id);
        }
    }
}
