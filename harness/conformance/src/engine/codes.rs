//! Codes: every bound element against its tables.

use super::code_report;
use super::element::{At, Shape, View};
use super::profile::{Binding, Code, CodeAt, NONE, Table};
use super::structure::Sink;
use super::tree::holds;
use crate::detection::Kind;
use crate::dialect::Difference;
use crate::expr::Step;
use crate::model::{CodeUsage, Strength};
use titer_finding::Severity;

/// What a lookup in one table gave.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hit {
    NotFound,
    /// In the table, but not under the message's code system.
    OtherSystem,
    /// In the table several times, and never under the message's code system.
    OtherSystems,
    /// In the table, and the message gives no code system.
    NoSystem,
    One(CodeUsage),
    /// More than once.
    Several,
}

impl Hit {
    pub(super) fn found(self) -> bool {
        matches!(self, Hit::One(_) | Hit::Several)
    }
}

/// What a binding came to, for those who ask whether an element has the code.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// A code of the tables is there.
    pub(crate) found: bool,
    /// The profile is wrong, so nothing can be said.
    pub(crate) unclear: bool,
    /// A code is there and not in the tables.
    pub(crate) missed: bool,
}

/// An element against a binding that stands on it.
pub(crate) fn check(view: &View<'_>, sink: &mut Sink<'_>, at: &At, index: u32) -> Seen {
    const FOUND: Seen = Seen {
        found: true,
        unclear: false,
        missed: false,
    };
    let mut seen = Seen::default();
    let Some(binding) = view.profile.bindings.get(index as usize) else {
        return seen;
    };
    if !view.notes && surely(view, at, binding) {
        return FOUND;
    }
    let undetermined = binding.strength == Strength::Undetermined;
    let simple = matches!(at.shape, Shape::Simple(_));
    let too_many =
        simple && binding.tables.len() > 1 && !view.dialect.has(Difference::TablesOfPrimitive);
    if undetermined {
        sink.at(
            view,
            Kind::BindingUndetermined,
            Severity::Info,
            at,
            (index, NONE),
        );
        seen.missed = true;
    }
    if too_many {
        sink.at(
            view,
            Kind::BindingTables,
            Severity::Error,
            at,
            (index, NONE),
        );
        seen.unclear = true;
    }
    if undetermined || too_many {
        return seen;
    }
    trouble(view, sink, at, binding, index);
    if binding.live.is_empty() {
        return seen;
    }
    let result = code_report::report(view, sink, at, binding, index);
    Seen {
        found: result.found,
        missed: result.missed,
        unclear: result.unclear,
    }
}

// tables that are not there, are empty or are not checked
fn trouble(view: &View<'_>, sink: &mut Sink<'_>, at: &At, binding: &Binding, index: u32) {
    if !binding.trouble && !view.notes {
        return;
    }
    for table in &binding.tables {
        match view.profile.tables.get(*table as usize) {
            None => sink.at(
                view,
                Kind::TableMissing,
                Severity::Error,
                at,
                (index, *table),
            ),
            Some(t) if t.unchecked => {
                sink.note(view, Kind::NoteUnchecked, at, (index, *table));
            }
            Some(t) if t.codes.is_empty() => {
                sink.at(view, Kind::TableEmpty, Severity::Info, at, (index, *table));
            }
            Some(_) => {}
        }
    }
}

/// A path led nowhere, or to several elements.
pub(super) struct Unusable;

/// A code and its code system at one place.
#[derive(Clone, Copy)]
pub(super) struct Holder {
    pub(super) code: At,
    /// Where the code system stands, when it is asked for and there.
    pub(super) system: Option<At>,
    /// Whether it is asked for.
    pub(super) asked: bool,
}

/// What stands at a place of a binding.
pub(super) fn holder(view: &View<'_>, at: &At, place: &CodeAt) -> Result<Option<Holder>, Unusable> {
    let Some(code) = value(view, at, &place.code)? else {
        return Ok(None);
    };
    let system = match &place.system {
        None => None,
        Some(steps) => value(view, at, steps)?,
    };
    Ok(Some(Holder {
        code,
        system,
        asked: place.system.is_some(),
    }))
}

fn value(view: &View<'_>, at: &At, steps: &[Step]) -> Result<Option<At>, Unusable> {
    if steps.is_empty() {
        return match at.shape {
            Shape::Simple(_) => Ok(Some(*at)),
            Shape::Null(_) => Ok(None),
            _ => Err(Unusable),
        };
    }
    // the code of an element that has no parts is the element
    let (mut count, mut only) = (0, None);
    view.values(at, steps, &mut |v| {
        count += 1;
        only = Some(v);
    })
    .map_err(|_| Unusable)?;
    if count > 1 { Err(Unusable) } else { Ok(only) }
}

/// Whether a plain value surely meets the binding of its element.
pub(crate) fn fine(view: &View<'_>, raw: &[u8], index: u32) -> bool {
    if index == NONE {
        return true;
    }
    if view.notes {
        return false;
    }
    let Some(binding) = view.profile.bindings.get(index as usize) else {
        return true;
    };
    if !settled(view, binding) {
        return false;
    }
    match binding.live.as_slice() {
        _ if binding.trouble => false,
        [] => true,
        [table] if binding.tables.len() == 1 => {
            let patterns = view.dialect.has(Difference::CodeInSeveralTables);
            // the reference does not find component 1 of an element without parts
            let placed = view.dialect.has(Difference::PromotedComponent)
                || matches!(binding.quick, Some((0, _)));
            placed
                && view.profile.tables.get(*table as usize).is_some_and(|t| {
                    (patterns || t.patterns.is_empty()) && t.surely(raw, None) == Some(true)
                })
        }
        _ => false,
    }
}

// whether a required code of the table is no finding
fn settled(view: &View<'_>, binding: &Binding) -> bool {
    match binding.strength {
        Strength::Required | Strength::Unstated => true,
        Strength::Suggested => view.dialect.has(Difference::SuggestedFound),
        Strength::Undetermined => false,
    }
}

// the usual case without much ado: one place, and one table that holds the code
fn surely(view: &View<'_>, at: &At, binding: &Binding) -> bool {
    if !settled(view, binding) || binding.trouble {
        return false;
    }
    if binding.live.is_empty() {
        return true;
    }
    let Some((place, system)) = binding.quick.filter(|_| at.holds & holds::WIDE == 0) else {
        return false;
    };
    // one table has it, and no other: only then there is nothing to say
    let found = |value: &[u8], system: Option<&[u8]>| {
        let mut count = 0;
        for table in &binding.live {
            let Some(table) = view.profile.tables.get(*table as usize) else {
                return false;
            };
            // the reference also tries every pattern
            if !table.patterns.is_empty() && !view.dialect.has(Difference::CodeInSeveralTables) {
                return false;
            }
            match table.surely(value, system) {
                Some(here) => count += u32::from(here),
                None => return false,
            }
        }
        count == 1
    };
    match at.shape {
        Shape::Simple(_) if place == 0 && binding.live.len() == 1 => found(view.raw(at), None),
        Shape::Complex(d) if place > 0 => {
            let Some(def) = view.profile.datatype(d) else {
                return false;
            };
            let simple = def
                .components
                .get(usize::from(place) - 1)
                .and_then(|c| view.profile.datatype(c.datatype))
                .is_some_and(super::profile::Datatype::primitive);
            let part = |n: u16| {
                view.part_span(at, n)
                    .map_or(&[][..], |(from, to)| view.bytes(from, to))
            };
            simple && system != Some(0) && found(part(place), system.map(part))
        }
        _ => false,
    }
}

/// What the message says about the code system of a code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum System<'s> {
    /// The element has no place for it.
    NotAsked,
    Missing,
    Given(&'s str),
}

/// Looks a code up. With `first`, patterns only count when no code is equal.
pub(super) fn look_up(table: &Table, value: &str, system: System<'_>, first: bool) -> Hit {
    let (mut count, mut fitting) = (0, 0);
    let mut found: Option<&Code> = None;
    for code in table.matching(value, first) {
        count += 1;
        let fits = match system {
            System::NotAsked | System::Missing => true,
            System::Given(s) => code.system.as_deref().unwrap_or_default() == s,
        };
        if fits {
            fitting += 1;
            found = found.or(Some(code));
        }
    }
    match (count, fitting, found) {
        (0, ..) => Hit::NotFound,
        (1, 1, _) if system == System::Missing => Hit::NoSystem,
        (_, 1, Some(code)) => Hit::One(code.usage),
        (1, ..) => Hit::OtherSystem,
        (_, 0, _) => Hit::OtherSystems,
        _ => Hit::Several,
    }
}

/// An element against the one code that it must hold.
pub(crate) fn single(view: &View<'_>, sink: &mut Sink<'_>, at: &At, index: u32) {
    let Some(single) = view.profile.singles.get(index as usize) else {
        return;
    };
    let before = sink.found.len();
    let mut good = 0;
    for place in &single.at {
        let holder = match holder(view, at, place) {
            Ok(Some(holder)) => holder,
            Ok(None) => continue,
            Err(Unusable) => {
                sink.at(view, Kind::Binding, Severity::Error, at, (NONE, index));
                continue;
            }
        };
        let right = view.text(&holder.code) == *single.code;
        let (kind, place) = if right {
            match holder.system {
                Some(system) if view.text(&system) == *single.system => {
                    good += 1;
                    continue;
                }
                Some(_) => (Kind::SingleCodeSystem, at),
                None if holder.asked => (Kind::SingleCodeSystemMissing, at),
                None => {
                    good += 1;
                    continue;
                }
            }
        } else {
            (Kind::SingleCode, &holder.code)
        };
        sink.at(view, kind, Severity::Error, place, (index, 0));
    }
    if good > 0 {
        // one place has it, so the others need not; what the profile has wrong remains
        let mut position = 0;
        sink.found.retain(|d| {
            position += 1;
            position <= before || d.kind == Kind::Binding
        });
    }
    if good > 1 {
        sink.at(
            view,
            Kind::SingleCodeTwice,
            Severity::Error,
            at,
            (index, good),
        );
    }
}
