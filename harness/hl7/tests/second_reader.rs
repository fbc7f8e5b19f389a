//! Our view and rust-hl7 read well-formed messages alike. (rust-hl7 panics on others, so only those are made.)

use proptest::prelude::*;
use titer_hl7::{Message, Offsets, escape};

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[A-Za-z0-9 .,:+-]{0,5}",
        1 => prop_oneof![Just("\\F\\"), Just("\\S\\"), Just("\\T\\"), Just("\\R\\"), Just("\\E\\"), Just("é")].prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..3).prop_map(|p| p.concat())
}

fn joined(part: impl Strategy<Value = String>, by: &'static str) -> impl Strategy<Value = String> {
    prop::collection::vec(part, 1..4).prop_map(move |p| p.join(by))
}

fn segment() -> impl Strategy<Value = String> {
    let field = joined(joined(joined(text(), "&"), "^"), "~");
    let name = prop_oneof![
        Just("PID"),
        Just("NK1"),
        Just("ORC"),
        Just("RXA"),
        Just("OBX"),
        Just("ZXY")
    ];
    (name, prop::collection::vec(field, 0..12))
        .prop_map(|(name, fields)| [vec![name.to_owned()], fields].concat().join("|"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_readers_find_the_same_parts(segments in prop::collection::vec(segment(), 0..8)) {
        let header = "MSH|^~\\&|APP|FAC|||20270101||VXU^V04^VXU_V04|1|P|2.5.1||||||UNICODE UTF-8".to_owned();
        let source = [vec![header], segments].concat().join("\r");
        let theirs = rusthl7::message::Message::new(&source);
        let mut table = Offsets::new();
        let ours = Message::parse(source.as_bytes(), &mut table);
        prop_assert!(ours.faults().is_empty());
        prop_assert_eq!(ours.segments().count(), theirs.segments.len());
        let decoder = rusthl7::escape_sequence::EscapeSequence::new(theirs.get_separators());
        for (a, b) in ours.segments().zip(&theirs.segments) {
            prop_assert_eq!(a.raw(), b.source.as_bytes());
            prop_assert_eq!(a.name(), b.fields[0].source);
            // rust-hl7 counts the name as field 0 and does not count MSH-1
            let shift = usize::from(a.name() == "MSH");
            prop_assert_eq!(a.field_count() as usize, b.fields.len() - 1 + shift);
            for (n, theirs) in b.fields.iter().enumerate().skip(1 + shift) {
                let ours = a.field((n + shift) as u32).unwrap();
                prop_assert_eq!(ours.raw(), theirs.source.as_bytes());
                let repeats: Vec<_> = ours.repetitions().collect();
                prop_assert_eq!(repeats.len(), theirs.repeats.len());
                for ((ours, whole), parts) in repeats.iter().zip(&theirs.repeats).zip(&theirs.subcomponents) {
                    prop_assert_eq!(ours.raw(), whole.as_bytes());
                    let ours: Vec<Vec<_>> = ours.components().map(|c| c.subcomponents().collect()).collect();
                    prop_assert_eq!(ours.len(), parts.len());
                    for (ours, theirs) in ours.iter().zip(parts) {
                        prop_assert_eq!(ours.len(), theirs.len());
                        for (ours, theirs) in ours.iter().zip(theirs) {
                            prop_assert_eq!(ours.raw(), theirs.as_bytes());
                            let text = ours.text();
                            let decoded = decoder.decode(*theirs);
                            prop_assert_eq!(text.as_ref(), decoded.as_ref());
                            let encoded = escape::encode(&text, titer_hl7::Delimiters::default());
                            prop_assert_eq!(encoded.as_bytes(), ours.raw());
                        }
                    }
                }
            }
        }
    }
}
