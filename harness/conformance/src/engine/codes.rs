//! Codes: every bound element against its tables.

use super::element::{At, Shape, View};
use super::profile::{Binding, Code, NONE, Table};
use super::structure::Sink;
use super::tree::holds;
use crate::detection::Kind;
use crate::dialect::Difference;
use crate::model::{CodeUsage, Strength};
use titer_finding::Severity;

/// What a lookup in one table gave.
#[derive(Clone, Copy)]
enum Hit {
    NotFound,
    /// In the table, but not under the message's code system.
    OtherSystem,
    /// In the table, and the message gives no code system.
    NoSystem,
    One(CodeUsage),
    /// More than once.
    Several,
}

/// An element against the binding that stands on it.
pub(crate) fn check(view: &View<'_>, sink: &mut Sink<'_>, at: &At, index: u32) {
    let Some(binding) = view.profile.bindings.get(index as usize) else {
        return;
    };
    if binding.live.is_empty() && !binding.trouble || surely(view, at, binding) {
        return;
    }
    let severity = match binding.strength {
        Strength::Required => Severity::Error,
        Strength::Suggested | Strength::Unstated => Severity::Info,
        Strength::Undetermined => return,
    };
    let coded = match at.shape {
        Shape::Complex(d) => view.profile.datatype(d).is_some_and(|d| d.coded),
        Shape::Simple(_) => false,
        _ => return,
    };
    let complex = matches!(at.shape, Shape::Complex(_));
    if complex && binding.at.is_empty() {
        sink.at(view, Kind::Binding, Severity::Error, at, (index, 0));
        return;
    }
    if !complex && binding.tables.len() > 1 {
        sink.at(view, Kind::Binding, Severity::Error, at, (index, 0));
        return;
    }
    if binding.trouble {
        for table in &binding.tables {
            match view.profile.tables.get(*table as usize) {
                None => sink.at(
                    view,
                    Kind::TableMissing,
                    Severity::Error,
                    at,
                    (index, *table),
                ),
                Some(t) if t.codes.is_empty() && !t.unchecked => {
                    sink.at(view, Kind::TableEmpty, Severity::Info, at, (index, *table));
                }
                Some(_) => {}
            }
        }
    }
    if binding.live.is_empty() {
        return;
    }
    // the places that may hold the code: the element itself, or components of it
    let itself = [0u16];
    let places: &[u16] = if complex { &binding.at } else { &itself };
    let first = view.dialect.has(Difference::CodeInSeveralTables);
    let mut outcome = Outcome::default();
    for place in places {
        let code = if *place == 0 {
            Some(*at)
        } else {
            view.part(at, *place)
        };
        let Some(code) = code else {
            continue;
        };
        if !matches!(code.shape, Shape::Simple(_)) {
            sink.at(view, Kind::Binding, Severity::Error, at, (index, 0));
            continue;
        }
        let raw = view.raw(&code);
        if raw == b"\"\"" && view.dialect.has(Difference::NullCode) {
            continue;
        }
        let value = view.text(&code);
        let system_at = coded.then(|| view.part(at, place + 2));
        let given = system_at.flatten().map(|s| view.text(&s));
        let system = match (&given, coded) {
            (_, false) => System::NotAsked,
            (None, true) => System::Missing,
            (Some(s), true) => System::Given(s),
        };
        for table in &binding.live {
            let Some(def) = view.profile.tables.get(*table as usize) else {
                continue;
            };
            let hit = look_up(def, &value, system, first);
            outcome.add(hit, *table, &code, system_at.flatten());
        }
    }
    report(view, sink, at, severity, index, &outcome);
}

/// Whether a plain value surely meets the binding of its element.
pub(crate) fn fine(view: &View<'_>, raw: &[u8], index: u32) -> bool {
    if index == NONE {
        return true;
    }
    let Some(binding) = view.profile.bindings.get(index as usize) else {
        return true;
    };
    match binding.live.as_slice() {
        _ if binding.trouble => false,
        [] => true,
        [table] if binding.tables.len() == 1 => {
            let patterns = view.dialect.has(Difference::CodeInSeveralTables);
            view.profile
                .tables
                .get(*table as usize)
                .is_some_and(|t| (patterns || t.patterns.is_empty()) && t.surely(raw, None))
        }
        _ => false,
    }
}

// the usual case without much ado: one place, and one table that holds the code
fn surely(view: &View<'_>, at: &At, binding: &Binding) -> bool {
    let ([table], false) = (binding.live.as_slice(), binding.trouble) else {
        return false;
    };
    let Some(table) = view.profile.tables.get(*table as usize) else {
        return false;
    };
    // the reference also tries every pattern
    if at.holds & holds::WIDE != 0
        || (!table.patterns.is_empty() && !view.dialect.has(Difference::CodeInSeveralTables))
    {
        return false;
    }
    match (at.shape, binding.at.as_slice()) {
        (Shape::Simple(_), _) => table.surely(view.raw(at), None),
        (Shape::Complex(d), [place]) => {
            let Some(def) = view.profile.datatype(d) else {
                return false;
            };
            let simple = def
                .components
                .get(usize::from(*place) - 1)
                .and_then(|c| view.profile.datatype(c.datatype))
                .is_some_and(super::profile::Datatype::primitive);
            let part = |n: u16| {
                view.part_span(at, n)
                    .map_or(&[][..], |(from, to)| view.bytes(from, to))
            };
            simple && table.surely(part(*place), def.coded.then(|| part(place + 2)))
        }
        _ => false,
    }
}

/// What the message says about the code system of a code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum System<'s> {
    /// The element has no place for it.
    NotAsked,
    Missing,
    Given(&'s str),
}

fn look_up(table: &Table, value: &str, system: System<'_>, first: bool) -> Hit {
    let mut any = false;
    let mut found: Option<&Code> = None;
    let mut several = false;
    for code in table.matching(value, first) {
        any = true;
        let fits = match system {
            System::NotAsked => true,
            System::Missing => false,
            System::Given(s) => code.system.as_deref() == Some(s),
        };
        if fits {
            several = found.is_some();
            found = Some(code);
        }
    }
    match (any, found) {
        (false, _) => Hit::NotFound,
        (true, Some(_)) if several => Hit::Several,
        (true, Some(code)) => Hit::One(code.usage),
        (true, None) if system == System::Missing => Hit::NoSystem,
        (true, None) => Hit::OtherSystem,
    }
}

/// What all lookups of one binding gave together.
#[derive(Default)]
struct Outcome {
    not_found: u32,
    other_system: u32,
    no_system: u32,
    hits: u32,
    several: bool,
    usage: Option<CodeUsage>,
    table: u32,
    code: Option<At>,
    system: Option<At>,
}

impl Outcome {
    fn add(&mut self, hit: Hit, table: u32, code: &At, system: Option<At>) {
        match hit {
            Hit::NotFound => self.not_found += 1,
            Hit::OtherSystem => {
                self.other_system += 1;
                self.table = table;
            }
            Hit::NoSystem => {
                self.no_system += 1;
                self.table = table;
            }
            Hit::One(usage) => {
                self.hits += 1;
                self.usage = Some(usage);
                self.table = table;
            }
            Hit::Several => {
                self.hits += 1;
                self.several = true;
                self.table = table;
            }
        }
        self.code.get_or_insert(*code);
        self.system = self.system.or(system);
    }
}

fn report(
    view: &View<'_>,
    sink: &mut Sink<'_>,
    at: &At,
    severity: Severity,
    index: u32,
    outcome: &Outcome,
) {
    let Some(code) = outcome.code else {
        return;
    };
    let (place, system_place) = if view.dialect.has(Difference::CodePlace) {
        (code, outcome.system.unwrap_or(code))
    } else {
        (*at, *at)
    };
    let operands = (index, outcome.table);
    if outcome.hits > 0 {
        let ambiguous = outcome.several || outcome.hits > 1;
        if ambiguous && !view.dialect.has(Difference::CodeInSeveralTables) {
            sink.at(view, Kind::CodeAmbiguous, Severity::Error, at, operands);
        }
        match outcome.usage {
            Some(CodeUsage::Excluded) => {
                sink.at(view, Kind::CodeExcluded, severity, &place, operands);
            }
            Some(CodeUsage::Permitted) => {
                sink.at(view, Kind::CodePermitted, Severity::Info, &place, operands);
            }
            _ => {}
        }
        return;
    }
    if outcome.no_system > 0 {
        sink.at(
            view,
            Kind::CodeSystemMissing,
            Severity::Error,
            &place,
            operands,
        );
        return;
    }
    if view.dialect.has(Difference::CodeSystemOnce) {
        if outcome.other_system > 0 {
            sink.at(view, Kind::CodeSystem, severity, &system_place, operands);
        } else {
            sink.at(view, Kind::CodeNotFound, severity, &place, operands);
        }
        return;
    }
    for _ in 0..outcome.other_system {
        sink.at(view, Kind::CodeSystem, severity, at, operands);
    }
    sink.at(view, Kind::CodeNotFound, severity, at, operands);
}
