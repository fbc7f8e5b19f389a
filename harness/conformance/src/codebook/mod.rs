//! Codes as of a date: what the book of codes says about a message beside its profile's tables.
//!
//! A table tells whether a code may stand in a field; the book tells since when and until when, what took its place, and
//! whether two codes of one dose mean the same. Where the book knows better than a table why a code is not in it, its
//! finding takes the place of the table's ([`Seen::takes`]).

mod dose;
mod local;
mod people;
mod say;
mod statement;

use crate::detection::{Detection, Kind, What};
use crate::dialect::Dialect;
use crate::validator::Validator;
use jiff::civil::Date;
pub use local::accepts;
use say::Speaker;
use titer_codes::Layers;
use titer_finding::{Finding, Severity};
use titer_hl7::{Message, Segment};

/// What a check knows beside the message and its profile.
#[derive(Clone, Copy, Debug)]
pub struct Context<'c> {
    /// The book of codes, and what a jurisdiction lays over it.
    pub layers: Layers<'c>,
    /// The day of the check. A code is judged as of the date in the message that belongs to it, and as of this day where the
    /// message has none.
    pub as_of: Option<Date>,
}

impl Default for Context<'static> {
    fn default() -> Self {
        Self {
            layers: Layers::new(titer_codes::book(), &[]),
            as_of: None,
        }
    }
}

/// A field whose detections by a table a finding of the book stands for.
#[derive(Clone, Copy, Debug)]
struct Claim {
    name: [u8; 3],
    nth: u32,
    field: u16,
    /// Zero for all.
    repetition: u32,
    on: Claimed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claimed {
    /// A code that its table does not hold.
    Code,
    /// A conformance statement about a code.
    Statement,
    /// That it is missing.
    Missing,
}

/// What the book says about one message.
#[derive(Debug, Default)]
pub struct Seen {
    /// What it says, in no order.
    pub findings: Vec<Finding>,
    /// What is below the severity that is wanted, by severity.
    pub lower: [u64; 3],
    claims: Vec<Claim>,
}

impl Seen {
    /// Whether a finding of the book stands for this detection.
    pub fn takes(&self, detection: &Detection) -> bool {
        let on = match detection.kind {
            Kind::CodeNotFound | Kind::CodeSystem | Kind::CodeSystemMissing => Claimed::Code,
            Kind::Constraint => Claimed::Statement,
            Kind::KnownMissing => Claimed::Missing,
            _ => return false,
        };
        let place = &detection.place;
        place.what == What::Segment
            && self.claims.iter().any(|c| {
                c.on == on
                    && c.name == place.name
                    && c.nth == place.nth
                    && c.field == place.field
                    && (c.repetition == 0 || c.repetition == place.repetition)
            })
    }
}

/// Looks at the codes of a message; what is below `least` is counted only. Nothing is allocated unless something is said. For
/// a validator of the reference's dialect nothing is said, as the reference has no book.
pub fn look_at_codes(
    message: &Message<'_>,
    validator: &Validator,
    context: &Context<'_>,
    least: Severity,
) -> Seen {
    if validator.dialect() == Dialect::Nist163 {
        return Seen::default();
    }
    let mut speaker = Speaker {
        message,
        context,
        seen: Seen::default(),
        sent: None,
        least,
    };
    let mut dose = None;
    let (mut rxa, mut obx, mut pid) = (0, 0, 0);
    for segment in message.segments() {
        match segment.raw_name() {
            b"MSH" if speaker.sent.is_none() => {
                speaker.sent = date(segment, 7);
                book_age(&mut speaker, segment);
            }
            b"PID" => {
                pid += 1;
                people::look(&mut speaker, segment, pid);
            }
            b"ORC" => dose = None,
            b"RXA" => {
                rxa += 1;
                dose = Some(dose::look(&mut speaker, segment, rxa));
            }
            b"OBX" => {
                obx += 1;
                statement::look(&mut speaker, segment, obx, dose.as_ref());
            }
            _ => {}
        }
    }
    speaker.seen
}

// a message that is more than a season newer than the book
fn book_age(speaker: &mut Speaker<'_, '_>, msh: Segment<'_>) {
    let Some(sent) = speaker.sent else { return };
    let published = speaker.context.layers.book().published();
    let season = jiff::Span::new().years(1);
    if published.checked_add(season).is_ok_and(|d| sent > d)
        && let Some(field) = msh.field(7)
    {
        speaker.say(
            "CODE-BOOK-OLD",
            ("MSH", 1, 7, 1, 0),
            &field,
            format!("the message is more than a year newer than the book of codes, which is of {published}"),
            Some("bring the book up to date with `titer codes import`; until then codes of newer products are not known".to_owned()),
        );
    }
}

/// The day that a date field begins with; `None` when it is not given to the day.
fn date(segment: Segment<'_>, field: u32) -> Option<Date> {
    day(segment.field(field)?.raw())
}

fn day(raw: &[u8]) -> Option<Date> {
    let digits = raw.get(..8).filter(|d| d.iter().all(u8::is_ascii_digit))?;
    let number = |from: usize, to: usize| {
        let part = digits.get(from..to).unwrap_or_default();
        part.iter().fold(0_i16, |n, d| n * 10 + i16::from(d - b'0'))
    };
    Date::new(number(0, 4), number(4, 6) as i8, number(6, 8) as i8).ok()
}
