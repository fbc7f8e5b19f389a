//! Where an expectation looks: in the whole message, in one order group, in one segment, in one repetition.

use titer_finding::Location;
use titer_hl7::{Element, Message, Path, Presence, Segment};
use titer_plan::syntax::Target;

/// What paths are looked up in.
#[derive(Clone, Debug)]
pub enum Within<'m> {
    /// The whole message.
    Message,
    /// ORC, RXA, RXR, OBX and NTE segments of one dose.
    Order(Vec<Segment<'m>>),
    /// One segment.
    Segment(Segment<'m>),
    /// One repetition of a field: segment, field, repetition.
    Repetition(Segment<'m>, u32, u32),
}

/// A place that was looked up, whether something stands there or not.
#[derive(Clone, Debug)]
pub struct Spot<'m> {
    /// What stands there; `None` when the segment ends before or is not there.
    pub element: Option<Element<'m>>,
    /// The place in the whole message, with the segment's number where there are several of its name.
    pub path: Path,
    /// Where it is, or what it is missing from.
    pub location: Location,
}

impl Spot<'_> {
    /// The text, decoded; `None` when nothing stands there. HL7's null is a value.
    pub fn value(&self) -> Option<String> {
        let element = self.element?;
        match element.presence() {
            Presence::Value | Presence::Null => Some(element.text().into_owned()),
            Presence::Empty | Presence::Absent => None,
        }
    }
}

/// The order groups of a message: each begins with its ORC, or with its RXA when there is none.
pub fn orders<'m>(message: &Message<'m>) -> Vec<Vec<Segment<'m>>> {
    let mut orders: Vec<Vec<Segment<'m>>> = Vec::new();
    let mut open = false;
    let mut has_rxa = false;
    for segment in message.segments() {
        match segment.name() {
            "ORC" => {
                orders.push(vec![segment]);
                open = true;
                has_rxa = false;
            }
            "RXA" if !open || has_rxa => {
                orders.push(vec![segment]);
                open = true;
                has_rxa = true;
            }
            name @ ("RXA" | "RXR" | "OBX" | "NTE" | "TQ1" | "TQ2") if open => {
                has_rxa |= name == "RXA";
                if let Some(order) = orders.last_mut() {
                    order.push(segment);
                }
            }
            _ => open = false,
        }
    }
    orders
}

impl<'m> Within<'m> {
    /// The first place that a path names here.
    pub fn spot(&self, message: &Message<'m>, path: &Path) -> Spot<'m> {
        let segment = match self {
            Within::Message => message.segment(path.segment(), path.segment_index().unwrap_or(1)),
            _ => self
                .segments(message, path.segment())
                .into_iter()
                .nth(path.segment_index().unwrap_or(1).saturating_sub(1) as usize),
        };
        self.in_segment(message, segment, path)
    }

    /// Every place that a path names here: an index that the path leaves out stands for all.
    pub fn spots(&self, message: &Message<'m>, path: &Path) -> Vec<Spot<'m>> {
        let mut segments = self.segments(message, path.segment());
        if let Some(n) = path.segment_index() {
            segments = segments
                .into_iter()
                .skip(n.saturating_sub(1) as usize)
                .take(1)
                .collect();
        }
        let mut spots = Vec::new();
        for segment in segments {
            let several = path.component().is_some() && path.repetition().is_none();
            let repetitions = match (path.field(), self) {
                (Some(_), Within::Repetition(..)) => 1,
                (Some(f), _) if several => segment
                    .field(f)
                    .map_or(1, |f| f.repetitions().count() as u32),
                _ => 1,
            };
            if repetitions > 1 {
                spots.extend(
                    (1..=repetitions)
                        .map(|n| self.in_segment(message, Some(segment), &path.in_repetition(n))),
                );
            } else {
                spots.push(self.in_segment(message, Some(segment), path));
            }
        }
        spots
    }

    // segments of a name in here
    fn segments(&self, message: &Message<'m>, name: &str) -> Vec<Segment<'m>> {
        let all: Vec<Segment<'m>> = match self {
            Within::Message => message.segments().collect(),
            Within::Order(segments) => segments.clone(),
            Within::Segment(segment) | Within::Repetition(segment, ..) => vec![*segment],
        };
        all.into_iter().filter(|s| s.name() == name).collect()
    }

    fn in_segment(
        &self,
        message: &Message<'m>,
        segment: Option<Segment<'m>>,
        path: &Path,
    ) -> Spot<'m> {
        let mut path = *path;
        if let Within::Repetition(_, field, repetition) = self
            && path.field() == Some(*field)
        {
            path = path.in_repetition(*repetition);
        }
        let Some(segment) = segment else {
            return Spot {
                element: None,
                path,
                location: self.location(message, &path),
            };
        };
        let shown = numbered(message, segment, path);
        let element = segment.get(&path);
        let span = element.map_or_else(|| segment.span(), |e| e.span());
        Spot {
            element,
            path: shown,
            location: located(message, &shown.to_string(), span),
        }
    }

    /// Where this is, for what is missing from it.
    pub fn location(&self, message: &Message<'m>, path: &Path) -> Location {
        let span = match self {
            Within::Message => message.segments().next().map(|s| s.span()),
            Within::Order(segments) => segments.first().map(titer_hl7::Segment::span),
            Within::Segment(segment) | Within::Repetition(segment, ..) => Some(segment.span()),
        };
        located(message, &path.to_string(), span.unwrap_or(0..0))
    }

    /// Where this itself is, named as the guides do.
    pub fn place(&self, message: &Message<'m>) -> Location {
        let (segment, element) = match self {
            Within::Message => return located(message, "", 0..0),
            Within::Order(segments) => {
                let rxa = segments
                    .iter()
                    .find(|s| s.name() == "RXA")
                    .or(segments.first());
                (rxa.copied(), None)
            }
            Within::Segment(segment) => (Some(*segment), None),
            Within::Repetition(segment, field, repetition) => (
                Some(*segment),
                segment
                    .field(*field)
                    .and_then(|f| f.repetition(*repetition)),
            ),
        };
        let Some(segment) = segment else {
            return located(message, "", 0..0);
        };
        let mut name = nth(message, segment);
        if let Within::Repetition(_, field, repetition) = self {
            name = format!("{name}-{field}[{repetition}]");
        }
        let span = element.map_or_else(|| segment.span(), |e| e.span());
        located(message, &name, span)
    }

    /// Everything of a kind that is in here.
    pub fn candidates(&self, message: &Message<'m>, target: Target) -> Vec<Within<'m>> {
        match target {
            Target::Order => match self {
                Within::Message => orders(message).into_iter().map(Within::Order).collect(),
                Within::Order(_) => vec![self.clone()],
                Within::Segment(_) | Within::Repetition(..) => Vec::new(),
            },
            Target::Segment(name) => self
                .segments(message, std::str::from_utf8(&name).unwrap_or_default())
                .into_iter()
                .map(Within::Segment)
                .collect(),
            Target::Repetition(path) => {
                let Some(field) = path.field() else {
                    return Vec::new();
                };
                self.segments(message, path.segment())
                    .into_iter()
                    .flat_map(|s| {
                        let count = s
                            .field(field)
                            .filter(|f| !f.is_empty())
                            .map_or(0, |f| f.repetitions().count() as u32);
                        (1..=count).map(move |n| Within::Repetition(s, field, n))
                    })
                    .collect()
            }
        }
    }
}

fn same_name<'m>(message: &Message<'m>, segment: Segment<'m>) -> impl Iterator<Item = Segment<'m>> {
    message
        .segments()
        .filter(move |s| s.raw_name() == segment.raw_name())
}

// the segment's number when there are several of its name
fn number(message: &Message<'_>, segment: Segment<'_>) -> Option<u32> {
    let total = same_name(message, segment).count();
    let before = same_name(message, segment)
        .filter(|s| s.number() <= segment.number())
        .count();
    (total > 1).then_some(before as u32)
}

fn numbered(message: &Message<'_>, segment: Segment<'_>, path: Path) -> Path {
    match number(message, segment) {
        Some(n) => path.in_segment(n),
        None => path,
    }
}

fn nth(message: &Message<'_>, segment: Segment<'_>) -> String {
    match number(message, segment) {
        Some(n) => format!("{}[{n}]", segment.name()),
        None => segment.name().to_owned(),
    }
}

/// A location with line and column.
pub fn located(message: &Message<'_>, path: &str, span: std::ops::Range<u32>) -> Location {
    let (line, column) = message.position(span.start);
    Location {
        path: path.to_owned(),
        line,
        column,
        start: u64::from(span.start),
        end: u64::from(span.end),
    }
}

/// A path of this program's own.
///
/// # Panics
/// When the text is no path, which a test of whatever uses it shows.
pub fn at(text: &'static str) -> Path {
    text.parse().expect("a path that the program itself writes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use titer_hl7::Offsets;

    const RSP: &[u8] = b"MSH|^~\\&|A\rPID|1||1^^^A^MR~2^^^B^SR\rORC|RE||1\rRXA|0|1|20260101||08^x^CVX\rRXR|C28161\rOBX|1|CE|64994-7\rORC|RE||2\rRXA|0|1|20260202||110^y^CVX\rOBX|2|CE|30963-3\rOBX|3|CE|64994-7\r";

    #[test]
    fn looks_inside_an_order_a_segment_and_a_repetition() {
        let mut table = Offsets::new();
        let m = Message::parse(RSP, &mut table);
        let orders = Within::Message.candidates(&m, Target::Order);
        assert_eq!(orders.len(), 2);
        let second = &orders[1];
        let spot = second.spot(&m, &at("RXA-5.1"));
        assert_eq!(spot.value().as_deref(), Some("110"));
        assert_eq!(spot.path.to_string(), "RXA[2]-5.1");
        assert_eq!((spot.location.line, spot.location.column), (8, 19));
        assert_eq!(
            second.spot(&m, &at("OBX[2]-3")).path.to_string(),
            "OBX[3]-3"
        );
        assert_eq!(second.spot(&m, &at("RXR-1")).element.map(|_| ()), None);
        assert_eq!(second.spot(&m, &at("RXR-1")).location.line, 7);
        let ids = Within::Message.candidates(&m, at("PID-3").into_target());
        assert_eq!(ids.len(), 2);
        assert_eq!(
            ids[1].spot(&m, &at("PID-3.5")).value().as_deref(),
            Some("SR")
        );
        assert_eq!(ids[1].place(&m).path, "PID-3[2]");
        assert_eq!(Within::Message.spots(&m, &at("PID-3.5")).len(), 2);
        assert_eq!(Within::Message.spots(&m, &at("OBX-3")).len(), 3);
    }

    trait IntoTarget {
        fn into_target(self) -> Target;
    }
    impl IntoTarget for Path {
        fn into_target(self) -> Target {
            Target::Repetition(self)
        }
    }
}
