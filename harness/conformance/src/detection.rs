//! What the engine reports: numbers, no words.

use crate::engine::profile::Profile;
use std::cmp::Ordering;
use titer_finding::Severity;

/// At most so many detections are collected about one message: what is wrong with it is known long before, and memory ends.
pub const MOST_DETECTIONS: usize = 1_000_000;

/// What was detected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A required element is missing.
    RequiredMissing,
    /// An element that is sent when known is missing.
    KnownMissing,
    /// An element that is not supported is there.
    NotSupported,
    /// A withdrawn element is there.
    Withdrawn,
    /// Too few or too many occurrences.
    Cardinality,
    /// `""` beside other repetitions.
    NullRepeated,
    /// Not the constant that the profile fixes.
    Constant,
    /// A constant is defined for an element that has parts.
    ConstantDefinition,
    /// Too short or too long.
    Length,
    /// The profile's length is not readable.
    LengthDefinition,
    /// The profile gives two kinds of length.
    LengthDefinitionTwice,
    /// Not written as its data type asks.
    Format,
    /// More parts than the profile knows.
    Extra,
    /// A separator that is not escaped in an element without parts.
    Separator,
    /// An escape sequence that HL7 does not know.
    Escape,
    /// A segment that the profile does not know.
    UnknownSegment,
    /// A segment where it does not belong.
    MisplacedSegment,
    /// A line that is no segment.
    InvalidLine,
    /// The data type of a field that may vary is not given.
    Unresolved,
    /// A code that is not in its table.
    CodeNotFound,
    /// A code of the table under another code system.
    CodeSystem,
    /// A code of the table without its code system.
    CodeSystemMissing,
    /// A code that the table excludes.
    CodeExcluded,
    /// A code that the table only permits.
    CodePermitted,
    /// A code that more than one table of the binding holds.
    CodeAmbiguous,
    /// A table that the profile names and nobody defines.
    TableMissing,
    /// A table without codes.
    TableEmpty,
    /// A binding that cannot be used.
    Binding,
    /// A conformance statement is not met.
    Constraint,
    /// A conformance statement could not be judged.
    ConstraintUnclear,
    /// An element is missing that its condition requires.
    ConditionRequires,
    /// An element is there that its condition forbids.
    ConditionForbids,
    /// A condition could not be judged.
    ConditionUnclear,
    /// Not what the step's data ask for.
    Content,
    /// A statement of the step could not be judged.
    ContentUnclear,
    /// Nothing in the message answers to what the step lists.
    ContentMissing,
    /// A code of a table that is only suggested.
    CodeSuggested,
    /// Two places of a coded element hold codes of one table.
    CodeTwice,
    /// A code that a closed table only permits.
    CodePermittedClosed,
    /// A table that may have changed since the profile was written.
    TableDynamic,
    /// A binding of which the profile does not say how strong it is.
    BindingUndetermined,
    /// An element without parts is bound to several tables.
    BindingTables,
    /// Not the one code that the profile asks for.
    SingleCode,
    /// The one code, under another code system.
    SingleCodeSystem,
    /// The one code, without a code system.
    SingleCodeSystemMissing,
    /// The one code in several places of an element.
    SingleCodeTwice,
    /// A value that does not go with another of its segment.
    CoValue,
    /// No segment fits a row that must be there.
    CoRowMissing,
    /// Too few or too many segments fit a row.
    CoRowCount,
    /// No group of segments is there that must be.
    CoGroupMissing,
    /// Too few or too many groups of segments.
    CoGroupCount,
    /// A segment that stands alone shares its group id.
    CoShared,
    /// A segment that fits a row does not have the value that the row asks for.
    CoCell,
    /// A co-constraint could not be judged.
    CoUnclear,
    /// A slice could not be judged.
    SliceUnclear,
    /// A slice is defined for a group, and slices are of segments.
    SliceOfGroup,
    /// A bound table is not checked.
    NoteUnchecked,
    /// A mapping gave a field its data type.
    NoteMapping,
    /// A condition decided about an element that is there.
    NoteUsage,
    /// A slice was taken.
    NoteSlice,
    /// No slice was taken where there are some.
    NoteNoSlice,
    /// Placeholders of a table are taken for patterns.
    NoteLegacy,
    /// An optional element is there.
    NoteOptional,
}

impl Kind {
    /// Whether it is about structure, and not about codes or rules.
    pub(crate) fn is_structural(self) -> bool {
        self <= Kind::Unresolved
    }

    /// Whether it is worth a note and no more.
    pub fn is_note(self) -> bool {
        self >= Kind::NoteUnchecked
    }
}

/// What kind of thing a [`Place`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// The message or a group; `group` is its index in the profile.
    Group,
    /// A segment or something in it.
    Segment,
    /// A segment that could not be placed.
    Loose,
    /// A line that is no segment.
    Line,
}

/// Where something is, as numbers; zero stands for "not that deep".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// What is named.
    pub what: What,
    /// Segment name.
    pub name: [u8; 3],
    /// Group index in the profile.
    pub group: u16,
    /// Which segment of that name in the message, or which instance of the group.
    pub nth: u32,
    /// Field number.
    pub field: u16,
    /// Repetition.
    pub repetition: u32,
    /// Component.
    pub component: u16,
    /// Subcomponent.
    pub subcomponent: u16,
}

/// One thing that is wrong: a record of numbers that only the validator that made it can put into words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detection {
    /// What.
    pub kind: Kind,
    /// How bad, before any policy.
    pub severity: Severity,
    /// Where, as a path. For a missing element the path it would have.
    pub place: Place,
    /// Line, counted from 1: of the element, or of what it is missing from.
    pub line: u32,
    /// First byte of the element, or of what it is missing from.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
    /// The segment's definition.
    pub(crate) def: u32,
    /// What the kind says: numbers, or indices into the profile and its rules.
    pub(crate) a: u32,
    pub(crate) b: u32,
}

impl Detection {
    /// Puts detections in order. Those of one message nearly are, so each goes to its place, as long as that is cheap.
    pub(crate) fn sort(list: &mut [Detection]) {
        let mut moves = 16 * list.len();
        for at in 1..list.len() {
            let Some((before, [own, ..])) = list.split_at_mut_checked(at) else {
                return;
            };
            if before.last().is_some_and(|b| b.order(own).is_gt()) {
                let to = before.partition_point(|b| b.order(own).is_le());
                let Some(rest) = moves.checked_sub(at - to) else {
                    list.sort_unstable_by(Detection::order);
                    return;
                };
                moves = rest;
                if let Some(moved) = list.get_mut(to..=at) {
                    moved.rotate_right(1);
                }
            }
        }
    }

    /// By position, and then by everything else.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let position = |d: &Self| (u64::from(d.line) << 32 | u64::from(d.start), d.end);
        position(self)
            .cmp(&position(other))
            .then_with(|| self.place.cmp(&other.place))
            .then_with(|| (self.kind, self.a, self.b).cmp(&(other.kind, other.a, other.b)))
    }
}

impl Place {
    /// As the guides and the reference print it; empty for a line that is no segment.
    pub(crate) fn print(&self, profile: &Profile) -> String {
        use std::fmt::Write;
        let mut out = String::new();
        // writing to a String cannot fail
        let _ = match self.what {
            What::Line => Ok(()),
            What::Loose => out.write_str(&String::from_utf8_lossy(&self.name)),
            What::Group => write!(
                out,
                "{}[{}]",
                profile
                    .group(u32::from(self.group))
                    .map_or("", |g| &*g.name),
                self.nth
            ),
            What::Segment => write!(out, "{}[{}]", String::from_utf8_lossy(&self.name), self.nth),
        };
        if self.field > 0 {
            let _ = write!(out, "-{}[{}]", self.field, self.repetition);
        }
        if self.component > 0 {
            let _ = write!(out, ".{}", self.component);
        }
        if self.subcomponent > 0 {
            let _ = write!(out, ".{}", self.subcomponent);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{Detection, Kind, Place};
    use proptest::prelude::*;
    use titer_finding::Severity;

    fn detection((line, start, end): (u32, u32, u32)) -> Detection {
        Detection {
            kind: Kind::Length,
            severity: Severity::Error,
            place: Place::NOWHERE,
            line,
            start,
            end,
            def: 0,
            a: 0,
            b: 0,
        }
    }

    proptest! {
        #[test]
        fn any_order_is_put_right(places in prop::collection::vec((0u32..5, 0u32..50, 0u32..5), 0..400)) {
            let mut list: Vec<Detection> = places.iter().copied().map(detection).collect();
            Detection::sort(&mut list);
            let mut expected = places;
            expected.sort_unstable();
            let sorted: Vec<_> = list.iter().map(|d| (d.line, d.start, d.end)).collect();
            prop_assert_eq!(sorted, expected);
        }
    }
}
