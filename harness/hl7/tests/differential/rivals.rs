//! The other parsers. Each gives the parts of a message, or nothing when it refuses it or panics.

use crate::generate::Made;
use crate::{FieldParts, Parts, SegmentParts, decoded};
use std::panic::{AssertUnwindSafe, catch_unwind};

type Reader = fn(&Made) -> Option<Parts>;

pub(crate) const ALL: [(&str, Reader); 2] = [
    ("hl7-parser", |made| survive(|| hl7_parser(made))),
    ("rust-hl7", |made| survive(|| Some(rust_hl7(made)))),
];

fn survive(read: impl FnOnce() -> Option<Parts>) -> Option<Parts> {
    catch_unwind(AssertUnwindSafe(read)).ok().flatten()
}

fn hl7_parser(made: &Made) -> Option<Parts> {
    let message = hl7_parser::Message::parse(&made.text).ok()?;
    let segments = message.segments.iter().map(|segment| {
        let skip = if segment.name == "MSH" { 2 } else { 0 };
        let fields = segment.fields.iter().skip(skip).map(|field| {
            let mut text = Vec::new();
            let parts = field.repeats.iter().map(|repeat| {
                let components = repeat.components.iter().map(|component| {
                    let subcomponents = component.subcomponents.iter().map(|s| {
                        text.push(decoded(s.value, made, || {
                            s.display(&message.separators).to_string()
                        }));
                        s.value.to_owned()
                    });
                    subcomponents.collect()
                });
                components.collect()
            });
            let parts = parts.collect();
            FieldParts {
                raw: field.raw_value().to_owned(),
                parts,
                text,
            }
        });
        SegmentParts {
            name: segment.name.to_owned(),
            raw: segment.raw_value().to_owned(),
            fields: fields.collect(),
        }
    });
    Some(Parts {
        segments: segments.collect(),
    })
}

fn rust_hl7(made: &Made) -> Parts {
    let message = rusthl7::message::Message::new(made.text.as_str());
    let decoder = rusthl7::escape_sequence::EscapeSequence::new(message.get_separators());
    let segments = message.segments.iter().map(|segment| {
        // it counts the name as field 0 and does not count MSH-1
        let name = segment.fields[0].source;
        let skip = if name == "MSH" { 2 } else { 1 };
        let fields = segment.fields.iter().skip(skip).map(|field| {
            let parts: Vec<Vec<Vec<String>>> = field
                .subcomponents
                .iter()
                .map(|r| {
                    r.iter()
                        .map(|c| c.iter().map(|s| (*s).to_owned()).collect())
                        .collect()
                })
                .collect();
            let text = field.subcomponents.iter().flatten().flatten();
            let text = text
                .map(|s| decoded(s, made, || decoder.decode(*s).into_owned()))
                .collect();
            FieldParts {
                raw: field.source.to_owned(),
                parts,
                text,
            }
        });
        SegmentParts {
            name: name.to_owned(),
            raw: segment.source.to_owned(),
            fields: fields.collect(),
        }
    });
    Parts {
        segments: segments.collect(),
    }
}
