//! 10,000 generated messages that we read exactly as two other parsers do: every segment, field, repetition, component
//! and subcomponent, and the text in it. What another parser refuses, or panics on, is counted and must stay rare.
//! (`ci/clients/readers.sh` does the same with a parser in Python.)

#[path = "../../benches/varied/numbers.rs"]
mod numbers;

mod generate;
mod rivals;

use generate::Made;
use numbers::Numbers;
use titer_hl7::{Message, Offsets};

const MESSAGES: usize = 10_000;
const SEED: u64 = 251;

/// A message taken apart: segments, in them fields, repetitions, components, subcomponents.
#[derive(Debug, PartialEq)]
struct Parts {
    segments: Vec<SegmentParts>,
}

#[derive(Debug, PartialEq)]
struct SegmentParts {
    name: String,
    raw: String,
    /// MSH-1 and MSH-2 are left out: some readers count them, and none takes them apart.
    fields: Vec<FieldParts>,
}

#[derive(Debug, PartialEq)]
struct FieldParts {
    raw: String,
    /// Repetitions, components, and the subcomponents' bytes.
    parts: Vec<Vec<Vec<String>>>,
    /// Subcomponents with their escape sequences decoded, in order.
    text: Vec<String>,
}

/// The decoded text of a value. Both other parsers count bytes where characters stand, so that an escape sequence after a
/// letter beyond ASCII is decoded wrongly or panics, and each has its own way with a lone escape character: of such values
/// the bytes alone are compared.
fn decoded(raw: &str, made: &Made, decode: impl FnOnce() -> String) -> String {
    if made.decodable && raw.is_ascii() {
        decode()
    } else {
        raw.to_owned()
    }
}

fn ours(made: &Made) -> Parts {
    let mut table = Offsets::new();
    let message = Message::parse(made.text.as_bytes(), &mut table);
    assert!(message.faults().is_empty(), "{:?}", message.faults());
    let string = |raw: &[u8]| String::from_utf8_lossy(raw).into_owned();
    let segments = message.segments().map(|segment| {
        let skip = if segment.name() == "MSH" { 2 } else { 0 };
        let fields = segment.fields().skip(skip).map(|field| {
            let mut text = Vec::new();
            let parts = field.repetitions().map(|repetition| {
                let components = repetition.components().map(|component| {
                    let subcomponents = component.subcomponents().map(|s| {
                        let raw = string(s.raw());
                        text.push(decoded(&raw, made, || s.text().into_owned()));
                        raw
                    });
                    subcomponents.collect()
                });
                components.collect()
            });
            let parts = parts.collect();
            FieldParts {
                raw: string(field.raw()),
                parts,
                text,
            }
        });
        SegmentParts {
            name: segment.name().to_owned(),
            raw: string(segment.raw()),
            fields: fields.collect(),
        }
    });
    Parts {
        segments: segments.collect(),
    }
}

/// The first place where two readings differ.
fn difference(theirs: &Parts, ours: &Parts) -> Option<String> {
    if theirs == ours {
        return None;
    }
    for (theirs, ours) in theirs.segments.iter().zip(&ours.segments) {
        for (number, (theirs, ours)) in (1..).zip(theirs.fields.iter().zip(&ours.fields)) {
            if theirs != ours {
                return Some(format!("field {number}: {theirs:?} and we {ours:?}"));
            }
        }
        if theirs != ours {
            return Some(format!("{theirs:?} and we {ours:?}"));
        }
    }
    Some(format!(
        "{} segments and we {}",
        theirs.segments.len(),
        ours.segments.len()
    ))
}

#[test]
fn we_read_as_two_other_parsers_do() {
    let mut n = Numbers::new(SEED);
    let mut compared = [0usize; 2];
    let mut fields = 0;
    for number in 1..=MESSAGES {
        let made = generate::message(&mut n);
        let own = ours(&made);
        fields += own.segments.iter().map(|s| s.fields.len()).sum::<usize>();
        for ((name, read), compared) in rivals::ALL.iter().zip(&mut compared) {
            let Some(theirs) = read(&made) else {
                continue;
            };
            if let Some(place) = difference(&theirs, &own) {
                let text = made.text.replace('\r', "\n");
                panic!("{name}, message {number}: {place}\n{text}");
            }
            *compared += 1;
        }
    }
    println!("{fields} fields; compared {compared:?} of {MESSAGES}");
    assert!(fields > 500_000, "{fields}");
    assert!(
        compared.iter().all(|c| *c >= MESSAGES - 100),
        "{compared:?}"
    );
}
