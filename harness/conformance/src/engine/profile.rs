//! The profile as the engine uses it: names are indices, tables are sorted, patterns are compiled.

use super::cotables::CoTables;
use super::lookup::Lookup;
use super::slicing::SegmentSlices;
use crate::expr::{Expr, Pattern, Step};
use crate::model::{CodeUsage, Length, Openness, Stability, Strength, Usage};
use std::hash::{BuildHasherDefault, Hasher};

/// No index.
pub(crate) const NONE: u32 = u32::MAX;

/// Hashes short codes of a profile, which nobody can choose to collide: FNV-1a.
pub(crate) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = (self.0 ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

pub(crate) type Quick = BuildHasherDefault<Fnv>;

/// See [`Datatype::easy`].
pub(crate) const EASY: u32 = 64;

/// How the values of a primitive data type are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Class {
    #[default]
    Text,
    Number,
    /// A counting number; the reference reads it as any number.
    Sequence,
    Date,
    Time,
    DateTime,
    /// The type is decided elsewhere.
    Varies,
}

/// A field or component.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent answers that are asked for at every field"
)]
pub(crate) struct Element {
    pub(crate) name: Box<str>,
    pub(crate) usage: Usage,
    pub(crate) min: u32,
    /// `NONE` means no limit.
    pub(crate) max: u32,
    /// `NONE` for a type that varies.
    pub(crate) datatype: u32,
    /// A mapping or slicing decides the data type.
    pub(crate) mapped: bool,
    /// Slicing decides the data type, for each repetition.
    pub(crate) sliced: bool,
    pub(crate) length: Length,
    /// Index of a binding or `NONE`.
    pub(crate) binding: u32,
    pub(crate) constant: Option<Box<str>>,
    /// A binding stands on it or inside its static data type.
    pub(crate) bound: bool,
    /// Its data type has no parts.
    pub(crate) primitive: bool,
    /// Plain text about which only its length is asked, the least and the greatest, and perhaps its code.
    pub(crate) light: Option<(u32, u32)>,
}

/// A data type.
#[derive(Debug)]
pub(crate) struct Datatype {
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) class: Class,
    pub(crate) components: Vec<Element>,
    /// CE, CWE and CNE: the code system stands two components after the code.
    pub(crate) coded: bool,
    /// A binding stands on one of the components or deeper.
    pub(crate) bound_inside: bool,
    /// Positions of components whose absence is reported.
    pub(crate) wanted: Vec<u16>,
    /// The same as bits, and whether there are more than bits can say.
    pub(crate) wanted_bits: u64,
    pub(crate) wanted_beyond: bool,
    /// Components about which nothing is asked when they are plain text of at most [`EASY`] characters.
    pub(crate) easy: u64,
    /// Bindings that stand on it.
    pub(crate) bound: Vec<Bound>,
}

/// A binding that stands apart from what it binds.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    /// From what it stands on to what it binds.
    pub(crate) target: Vec<Step>,
    pub(crate) to: BoundTo,
}

/// What is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BoundTo {
    /// Value sets: index of a binding.
    Set(u32),
    /// One code: its index.
    Single(u32),
}

/// A place that may hold a code.
#[derive(Clone, Debug)]
pub(crate) struct CodeAt {
    pub(crate) code: Vec<Step>,
    pub(crate) system: Option<Vec<Step>>,
}

/// One code that an element must hold.
#[derive(Debug)]
pub(crate) struct Single {
    pub(crate) code: Box<str>,
    pub(crate) system: Box<str>,
    pub(crate) at: Vec<CodeAt>,
}

/// A definition that some elements take instead of the usual one.
#[derive(Debug)]
pub(crate) struct Slice {
    /// Index of the segment or data type.
    pub(crate) def: u32,
    pub(crate) when: When,
}

/// When a slice is taken.
#[derive(Debug)]
pub(crate) enum When {
    Occurrence(u32),
    Holds(Expr),
}

/// The slices of one field.
#[derive(Debug)]
pub(crate) struct FieldSlices {
    pub(crate) position: u16,
    pub(crate) slices: Vec<Slice>,
}

impl Datatype {
    pub(crate) fn primitive(&self) -> bool {
        self.components.is_empty()
    }
}

#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) value: Box<str>,
    pub(crate) second: Option<Box<str>>,
    pub(crate) datatype: u32,
}

#[derive(Debug)]
pub(crate) struct Mapping {
    pub(crate) position: u16,
    pub(crate) reference: u16,
    pub(crate) second: Option<(u16, Option<u16>)>,
    pub(crate) cases: Vec<Case>,
}

#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) id: Box<str>,
    pub(crate) name: [u8; 3],
    pub(crate) description: Box<str>,
    pub(crate) fields: Vec<Element>,
    pub(crate) mappings: Vec<Mapping>,
    /// Positions of fields whose absence is reported.
    pub(crate) wanted: Vec<u16>,
    /// The same as bits, and whether there are more than bits can say.
    pub(crate) wanted_bits: u64,
    pub(crate) wanted_beyond: bool,
    /// Bindings that stand on it.
    pub(crate) bound: Vec<Bound>,
    /// Fields whose data type depends on the repetition.
    pub(crate) sliced: Vec<FieldSlices>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChildKind {
    Segment(u32),
    Group(u32),
}

#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) kind: ChildKind,
    /// Segment name; zeros for a group.
    pub(crate) name: [u8; 3],
    pub(crate) usage: Usage,
    pub(crate) min: u32,
    pub(crate) max: u32,
}

/// A group; index 0 is the message.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) children: Vec<Child>,
    /// Bindings that stand on it.
    pub(crate) bound: Vec<Bound>,
}

#[derive(Debug)]
pub(crate) struct Binding {
    /// Indices of tables; `NONE` for one that is not defined.
    pub(crate) tables: Vec<u32>,
    /// The ids, as the profile names them.
    pub(crate) names: Vec<Box<str>>,
    pub(crate) strength: Strength,
    /// Where the code may stand; at least one place.
    pub(crate) at: Vec<CodeAt>,
    /// The only place, when it is a component of the element (0: the element itself) and so is the code system.
    pub(crate) quick: Option<(u16, Option<u16>)>,
    /// The tables that can be looked up.
    pub(crate) live: Vec<u32>,
    /// A table is missing or empty.
    pub(crate) trouble: bool,
}

#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) value: Box<str>,
    pub(crate) system: Option<Box<str>>,
    pub(crate) usage: CodeUsage,
}

#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) openness: Openness,
    pub(crate) stability: Stability,
    /// Sorted by value.
    pub(crate) codes: Vec<Code>,
    /// Finds codes by their value.
    pub(crate) index: Lookup,
    /// Patterns and the code each belongs to.
    pub(crate) patterns: Vec<(Pattern, u32)>,
    /// Bound but not checked.
    pub(crate) unchecked: bool,
}

impl Table {
    /// Whether a value is exactly one required code of the table, under the code system when one is asked for, or is not
    /// in it. `None` says nothing.
    pub(crate) fn surely(&self, value: &[u8], system: Option<&[u8]>) -> Option<bool> {
        let Some(entry) = self.index.get(value) else {
            return self.patterns.is_empty().then_some(false);
        };
        if !entry.only {
            return None;
        }
        let Some(system) = system else {
            return Some(true);
        };
        let code = self.codes.get(entry.code as usize)?;
        if code.system.as_deref().unwrap_or_default().as_bytes() == system {
            // where the message says nothing and the table neither
            return (!system.is_empty()).then_some(true);
        }
        self.patterns.is_empty().then_some(false)
    }

    /// Every code that the value is or whose pattern it matches. With `first`, patterns only count when no code is equal.
    pub(crate) fn matching<'t>(
        &'t self,
        value: &'t str,
        first: bool,
    ) -> impl Iterator<Item = &'t Code> + 't {
        let equal = self.index.get(value.as_bytes()).map(|e| e.code);
        let patterns: &[_] = if first && equal.is_some() {
            &[]
        } else {
            &self.patterns
        };
        let begin = equal.map_or(self.codes.len(), |i| i as usize);
        let same = self
            .codes
            .get(begin..)
            .unwrap_or_default()
            .iter()
            .take_while(move |c| *c.value == *value);
        let patterns = patterns
            .iter()
            .filter(move |(p, _)| p.matches(value))
            .filter_map(|(_, i)| self.codes.get(*i as usize))
            .filter(move |c| *c.value != *value);
        same.chain(patterns)
    }
}

impl Binding {
    /// The component of the first place that may hold the code.
    pub(crate) fn component(&self) -> Option<u16> {
        self.at.first()?.code.first().map(|s| s.position)
    }
}

/// Everything of a profile but its rules.
#[derive(Debug)]
pub(crate) struct Profile {
    /// Message id that rules name.
    pub(crate) id: Box<str>,
    pub(crate) structure: Box<str>,
    pub(crate) groups: Vec<Group>,
    pub(crate) segments: Vec<Segment>,
    pub(crate) datatypes: Vec<Datatype>,
    pub(crate) tables: Vec<Table>,
    pub(crate) bindings: Vec<Binding>,
    pub(crate) singles: Vec<Single>,
    /// Co-constraint tables.
    pub(crate) cotables: CoTables,
    /// Slices of segments.
    pub(crate) slices: Vec<SegmentSlices>,
    /// Whether anything is sliced.
    pub(crate) sliced: bool,
    /// Tables of coding systems hold placeholders that were taken for patterns.
    pub(crate) legacy: bool,
    /// Every segment name of the message.
    pub(crate) names: Names,
}

/// Names of segments, each with a number.
#[derive(Debug)]
pub(crate) struct Names(Vec<u32>);

impl Names {
    pub(crate) fn new(names: impl Iterator<Item = [u8; 3]>) -> Names {
        let mut sorted: Vec<u32> = names.map(packed).collect();
        sorted.sort_unstable();
        sorted.dedup();
        Names(sorted)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The number of a name, less than how many there are.
    pub(crate) fn find(&self, name: [u8; 3]) -> Option<usize> {
        self.0.binary_search(&packed(name)).ok()
    }
}

fn packed([a, b, c]: [u8; 3]) -> u32 {
    u32::from_be_bytes([0, a, b, c])
}

impl Profile {
    pub(crate) fn datatype(&self, index: u32) -> Option<&Datatype> {
        self.datatypes.get(index as usize)
    }

    pub(crate) fn segment(&self, index: u32) -> Option<&Segment> {
        self.segments.get(index as usize)
    }

    pub(crate) fn group(&self, index: u32) -> Option<&Group> {
        self.groups.get(index as usize)
    }

    pub(crate) fn table(&self, id: &str) -> Option<(u32, &Table)> {
        // the last one of several with the same id counts
        self.tables
            .iter()
            .enumerate()
            .rev()
            .find(|(_, t)| *t.id == *id)
            .map(|(i, t)| (i as u32, t))
    }
}
