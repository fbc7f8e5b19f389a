//! A VXU as the receiver sees it: segments by number, and which order group they belong to.

use std::collections::HashMap;
use titer_hl7::{Message, Path, Presence, Segment};

/// A segment and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Placed<'m> {
    pub segment: Segment<'m>,
    /// Which of the segments with its name, from 1.
    pub nth: u32,
    /// The order group it belongs to, from 0.
    pub group: Option<usize>,
}

/// The segments of a message.
pub(crate) struct Shape<'m> {
    placed: Vec<Placed<'m>>,
    by_line: HashMap<u32, usize>,
    groups: usize,
}

impl<'m> Shape<'m> {
    /// Reads the segments in order; an ORC begins an order group, and RXA, RXR, OBX and NTE belong to the one before.
    pub(crate) fn of(message: &Message<'m>) -> Self {
        let mut counts: HashMap<&[u8], u32> = HashMap::new();
        let mut placed = Vec::new();
        let mut groups = 0;
        for segment in message.segments() {
            let count = counts.entry(segment.raw_name()).or_default();
            *count += 1;
            let name = segment.name();
            if name == "ORC" {
                groups += 1;
            }
            let in_group = matches!(name, "ORC" | "TQ1" | "TQ2" | "RXA" | "RXR" | "OBX" | "NTE");
            placed.push(Placed {
                segment,
                nth: *count,
                group: if in_group && groups > 0 {
                    Some(groups - 1)
                } else {
                    None
                },
            });
        }
        let by_line = placed
            .iter()
            .enumerate()
            .map(|(i, p)| (p.segment.number(), i))
            .collect();
        Self {
            placed,
            by_line,
            groups,
        }
    }

    pub(crate) fn segments(&self) -> &[Placed<'m>] {
        &self.placed
    }

    pub(crate) fn groups(&self) -> usize {
        self.groups
    }

    /// The segment on this line.
    pub(crate) fn on_line(&self, line: u32) -> Option<&Placed<'m>> {
        self.placed.get(*self.by_line.get(&line)?)
    }

    /// The segment that a path means.
    pub(crate) fn at(&self, path: &Path) -> Option<&Placed<'m>> {
        let nth = path.segment_index().unwrap_or(1);
        self.placed
            .iter()
            .find(|p| p.nth == nth && p.segment.name() == path.segment())
    }

    /// The first segment with this name, or the first in an order group.
    pub(crate) fn first(&self, name: &str, group: Option<usize>) -> Option<&Placed<'m>> {
        self.placed
            .iter()
            .find(|p| p.segment.name() == name && (group.is_none() || p.group == group))
    }

    /// All segments with this name in an order group (or outside of any).
    pub(crate) fn all<'s>(
        &'s self,
        name: &'static str,
        group: Option<usize>,
    ) -> impl Iterator<Item = &'s Placed<'m>> + use<'s, 'm> {
        self.placed
            .iter()
            .filter(move |p| p.segment.name() == name && p.group == group)
    }
}

/// Whether losing the segment loses more than itself.
pub(crate) fn is_vital(name: &str) -> bool {
    matches!(name, "MSH" | "PID" | "ORC" | "RXA" | "QPD" | "RCP")
}

/// Whether the profiles that we read know the segment.
pub(crate) fn is_known(name: &str) -> bool {
    matches!(
        name,
        "MSH"
            | "SFT"
            | "PID"
            | "PD1"
            | "NK1"
            | "PV1"
            | "PV2"
            | "GT1"
            | "IN1"
            | "IN2"
            | "IN3"
            | "ORC"
            | "TQ1"
            | "TQ2"
            | "RXA"
            | "RXR"
            | "OBX"
            | "NTE"
            | "QPD"
            | "RCP"
            | "DSC"
    )
}

/// Whether the guide requires the field, here where its conditions are looked up in the segment itself (Z22, Z34, Z44).
pub(crate) fn is_required(segment: &Segment<'_>, field: u32) -> bool {
    let text = |n: u32| segment.text(n, 1);
    let given = || matches!(text(20).as_ref(), "CP" | "PA");
    let by_reporter = || text(9) == "00";
    match segment.name() {
        "MSH" => matches!(field, 1 | 2 | 7 | 9..=12 | 15 | 16 | 21),
        "PID" => matches!(field, 1 | 3 | 5 | 7 | 8),
        "NK1" => matches!(field, 1..=3),
        "ORC" | "GT1" => matches!(field, 1 | 3),
        "RXA" => match field {
            1..=3 | 5 | 6 => true,
            7 => text(6) != "999",
            9 => given(),
            15 => given() && by_reporter(),
            17 => by_reporter(),
            18 => text(20) == "RE",
            21 => text(5) != crate::vaccine::NO_VACCINE,
            _ => false,
        },
        "RXR" | "IN3" => field == 1,
        "OBX" => matches!(field, 1..=5 | 11) || (field == 6 && text(2) == "NM"),
        "PV1" | "RCP" => field == 2,
        "IN1" => matches!(field, 1..=3 | 15),
        "QPD" => matches!(field, 1 | 2),
        "NTE" => field == 3,
        _ => false,
    }
}

/// Whether the field holds a date.
pub(crate) fn is_date(segment: &str, field: u32) -> bool {
    matches!(
        (segment, field),
        ("MSH", 7)
            | ("PID", 7 | 29)
            | ("PD1", 13 | 17 | 18)
            | ("RXA", 3 | 4 | 16)
            | ("OBX", 14)
            | ("IN1", 29)
            | ("QPD", 6 | 12)
    )
}

/// Whether the field holds a value.
pub(crate) fn has_value(segment: &Segment<'_>, field: u32) -> bool {
    matches!(segment.presence(field), Presence::Value)
}
