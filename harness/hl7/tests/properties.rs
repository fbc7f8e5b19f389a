//! Properties that hold for all bytes.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use proptest::prelude::*;
use titer_hl7::build::{MessageBuilder, SegmentBuilder, components, repetitions};
use titer_hl7::edit::{Editor, Place};
use titer_hl7::read::{Item, Reader};
use titer_hl7::{Charset, Delimiters, LineKind, Message, Offsets, Path, Ts, escape};

/// Bytes that look enough like messages to reach every corner: pieces of ER7 and noise, in any order.
fn er7_like() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => Just(b"|".to_vec()),
        3 => Just(b"^".to_vec()),
        3 => Just(b"~".to_vec()),
        3 => Just(b"&".to_vec()),
        3 => Just(b"\\".to_vec()),
        2 => Just(b"\"\"".to_vec()),
        4 => prop_oneof![Just(b"\r".to_vec()), Just(b"\n".to_vec()), Just(b"\r\n".to_vec())],
        3 => Just(b"MSH|^~\\&|".to_vec()),
        1 => Just(b"MSH$%#!?*$".to_vec()),
        1 => prop_oneof![Just(b"FHS|^~\\&".to_vec()), Just(b"BHS|^~\\&".to_vec()), Just(b"BTS|2".to_vec()), Just(b"FTS|1".to_vec())],
        3 => prop_oneof![Just(b"PID|".to_vec()), Just(b"RXA|0|1".to_vec()), Just(b"OBX".to_vec())],
        1 => prop_oneof![Just(b"\\T\\".to_vec()), Just(b"\\.br\\".to_vec()), Just(b"\\X41\\".to_vec()), Just(b"\\.sp9\\".to_vec())],
        1 => prop_oneof![Just(b"\x0b".to_vec()), Just(b"\x1c\x0d".to_vec()), Just(b"\x1c".to_vec()), Just(b"\xef\xbb\xbf".to_vec())],
        1 => prop_oneof![Just(b"\xff\xfe".to_vec()), Just(b"M\0S\0H\0".to_vec()), Just("é".as_bytes().to_vec())],
        1 => Just(b"||||||||||||||||UNICODE UTF-8".to_vec()),
        4 => "[ A-Za-z0-9]{0,6}".prop_map(String::into_bytes),
        2 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop_oneof![
        3 => prop::collection::vec(piece.clone(), 0..60).prop_map(|p| p.concat()),
        3 => prop::collection::vec(piece, 0..60).prop_map(|p| [b"MSH|^~\\&|".to_vec(), p.concat()].concat()),
        1 => prop::collection::vec(any::<u8>(), 0..300),
    ]
}

fn path() -> impl Strategy<Value = Path> {
    let segment = prop_oneof![
        Just("MSH"),
        Just("PID"),
        Just("RXA"),
        Just("OBX"),
        Just("ZV1")
    ];
    let index = prop::option::of(1u32..4);
    let inside = prop::option::of((
        1u32..30,
        prop::option::of(1u32..5),
        prop::option::of((1u32..8, prop::option::of(1u32..5))),
    ));
    (segment, index, inside).prop_map(|(segment, index, inside)| {
        use std::fmt::Write;
        let mut text = segment.to_owned();
        if let Some(n) = index {
            write!(text, "[{n}]").unwrap();
        }
        if let Some((field, repetition, component)) = inside {
            write!(text, "-{field}").unwrap();
            if let Some(n) = repetition {
                write!(text, "[{n}]").unwrap();
            }
            if let Some((n, sub)) = component {
                write!(text, ".{n}").unwrap();
                if let Some(n) = sub {
                    write!(text, ".{n}").unwrap();
                }
            }
        }
        text.parse().unwrap()
    })
}

fn inside(span: &std::ops::Range<u32>, of: &std::ops::Range<u32>) {
    assert!(
        span.start <= span.end && of.start <= span.start && span.end <= of.end,
        "{span:?} in {of:?}"
    );
}

/// Calls every accessor and checks that every span lies in what holds it.
fn walk(source: &[u8]) {
    let mut table = Offsets::new();
    let m = Message::parse(source, &mut table);
    assert_eq!(m.source(), source);
    let whole = 0..source.len() as u32;
    for f in m.faults() {
        inside(&f.span, &whole);
        assert!(
            f.line >= 1 && f.line as usize <= m.line_count().max(1),
            "{f:?}"
        );
        let (line, column) = m.position(f.span.start);
        assert!(line >= 1 && column >= 1);
    }
    let mut at = m.lines().next().map_or(0, |l| l.span().start);
    for line in m.lines() {
        assert_eq!(
            line.span().start,
            at,
            "lines follow each other without a gap"
        );
        at = line.full_span().end;
        inside(&line.full_span(), &whole);
        assert_eq!(m.position(line.span().start), (line.number(), 1));
        assert_eq!(m.line(line.number()).unwrap().span(), line.span());
        assert_eq!(line.segment().is_some(), line.kind() == LineKind::Segment);
        let _ = (line.text(), line.raw());
    }
    for segment in m.segments() {
        assert_eq!(segment.name().len(), 3);
        assert!(segment.field(0).is_none());
        assert!(segment.field(segment.field_count() + 1).is_none());
        let mut end = segment.span().start + 3;
        for (n, field) in (1..).zip(segment.fields()) {
            assert_eq!(field.number(), n);
            inside(&field.span(), &segment.span());
            assert!(field.span().start >= end, "fields do not overlap");
            end = field.span().end;
            assert_eq!(segment.field(n).unwrap().span(), field.span());
            for repetition in field.repetitions() {
                inside(&repetition.span(), &field.span());
                for component in repetition.components() {
                    inside(&component.span(), &repetition.span());
                    for sub in component.subcomponents() {
                        inside(&sub.span(), &component.span());
                        let _ = (
                            sub.text(),
                            sub.raw_text(),
                            sub.unescaped(),
                            sub.presence(),
                            sub.is_null(),
                        );
                        let mut at = sub.span().start;
                        for piece in sub.pieces() {
                            let (escape::Piece::Literal { span, raw }
                            | escape::Piece::Escape { span, raw, .. }) = piece;
                            assert_eq!(span.start, at, "pieces follow each other");
                            assert_eq!(&source[span.start as usize..span.end as usize], raw);
                            at = span.end;
                        }
                        assert_eq!(at, sub.span().end, "the pieces are the whole value");
                    }
                }
            }
        }
        let _ = (segment.text(3, 1), segment.presence(7));
    }
}

fn items(bytes: &[u8], chunk: usize, limit: usize) -> Vec<String> {
    let mut reader = Reader::with_limit(Trickle(bytes, chunk), limit);
    let mut out = Vec::new();
    while let Some(item) = reader.next_item().unwrap() {
        match item {
            Item::Message(m) => {
                let start = m.offset as usize;
                assert_eq!(
                    &bytes[start..start + m.bytes.len()],
                    m.bytes,
                    "the bytes stand where it is said"
                );
                assert!(m.bytes.starts_with(b"MSH") && m.bytes.len() <= limit);
                let before = &bytes[..start];
                assert_eq!(m.line as usize, line_at(before));
                out.push(format!("{m:?} {}", m.number));
            }
            Item::Fault(f) => {
                assert!(f.offset <= bytes.len() as u64);
                out.push(format!("{f:?}"));
            }
        }
    }
    out
}

fn line_at(before: &[u8]) -> usize {
    let ends = before
        .iter()
        .zip(before.iter().skip(1).chain([&0]))
        .filter(|(b, next)| **b == b'\n' || (**b == b'\r' && **next != b'\n'));
    ends.count() + 1
}

/// Gives its bytes in small pieces.
struct Trickle<'a>(&'a [u8], usize);

impl std::io::Read for Trickle<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let n = self.1.min(to.len()).min(self.0.len());
        let (head, rest) = self.0.split_at(n);
        to[..n].copy_from_slice(head);
        self.0 = rest;
        Ok(n)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_accessor_holds_for_any_bytes(source in er7_like()) {
        walk(&source);
    }

    #[test]
    fn a_table_that_is_used_again_forgets_the_message_before(first in er7_like(), second in er7_like()) {
        let mut fresh = Offsets::new();
        let mut used = Offsets::new();
        let _ = Message::parse(&first, &mut used);
        let a = format!("{:?}", Message::parse(&second, &mut fresh).faults());
        let b = format!("{:?}", Message::parse(&second, &mut used).faults());
        prop_assert_eq!(a, b);
        prop_assert_eq!(format!("{fresh:?}"), format!("{used:?}"));
    }

    #[test]
    fn an_editor_without_edits_gives_the_same_bytes(source in er7_like()) {
        prop_assert_eq!(Editor::new(source.clone()).finish(), source);
    }

    #[test]
    fn what_is_set_is_read_back_and_nothing_else_changes(source in er7_like(), path in path(), text in "\\PC{0,12}") {
        let mut editor = Editor::new(source.clone());
        let before = editor.message().get(&path).map(|e| e.span());
        match editor.set(&path, &text) {
            Ok(_) => {
                let d = editor.message().delimiters();
                let separators = [d.field, d.component, d.repetition, d.escape, d.subcomponent];
                let distinct = separators.iter().collect::<std::collections::BTreeSet<_>>().len() == 5;
                let letters = separators.iter().any(u8::is_ascii_alphanumeric);
                // a message whose delimiters are unusable, or whose header is cut short, has no true way to write a text
                let header = path.segment() == "MSH";
                if distinct && !letters && !header && editor.message().charset() == Editor::new(source.clone()).message().charset() {
                    let read = editor.message().text(&path).map(std::borrow::Cow::into_owned);
                    prop_assert_eq!(read.as_ref(), Some(&text));
                }
                if let Some(span) = before {
                    let new = editor.as_bytes();
                    prop_assert_eq!(&new[..span.start as usize], &source[..span.start as usize]);
                    let tail = &source[span.end as usize..];
                    prop_assert!(new.ends_with(tail));
                }
            }
            Err(_) => prop_assert_eq!(editor.finish(), source),
        }
    }

    #[test]
    fn edits_of_any_kind_never_panic(source in er7_like(), steps in prop::collection::vec((0u8..6, path(), "\\PC{0,6}"), 0..8)) {
        let mut editor = Editor::new(source);
        for (kind, path, text) in steps {
            let before = editor.as_bytes().to_vec();
            let done = match kind {
                0 => editor.set(&path, text).is_ok(),
                1 => editor.insert(&path, components([text.as_str(), "b"])).is_ok(),
                2 => editor.delete(&path).is_ok(),
                3 => editor.insert_segment(Place::After(path), &SegmentBuilder::new("NTE").field(3, text)).is_ok(),
                4 => editor.insert_segment(Place::End, &SegmentBuilder::new("NTE").field(3, text)).is_ok(),
                _ => editor.set(&path, repetitions([text.as_str(), "c"])).is_ok(),
            };
            if !done {
                prop_assert_eq!(editor.as_bytes(), before.as_slice());
            }
            walk(editor.as_bytes());
        }
    }

    #[test]
    fn a_stream_reads_the_same_however_it_trickles_in(source in er7_like(), chunk in 1usize..9, limit in prop_oneof![Just(1usize << 20), 8usize..60]) {
        prop_assert_eq!(items(&source, chunk, limit), items(&source, usize::MAX, limit));
    }

    #[test]
    fn paths_print_as_they_are_read(path in path()) {
        let text = path.to_string();
        prop_assert_eq!(text.parse::<Path>().unwrap(), path);
        prop_assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
    }

    #[test]
    fn any_text_is_a_path_or_an_error_inside_it(text in "\\PC{0,12}") {
        match text.parse::<Path>() {
            Ok(path) => { let _ = path.to_string(); }
            Err(e) => prop_assert!(e.at >= 1 && e.at <= text.len() + 1),
        }
    }

    #[test]
    fn encoded_text_decodes_to_itself(text in any::<String>(), truncation in any::<bool>()) {
        let d = Delimiters { truncation: truncation.then_some(b'#'), ..Delimiters::default() };
        let encoded = escape::encode(&text, d);
        let free = [d.field, d.component, d.repetition, d.subcomponent, b'\r', b'\n'];
        prop_assert!(!encoded.bytes().any(|b| free.contains(&b)));
        let decoded = escape::decode(encoded.as_bytes(), d, Charset::Utf8);
        prop_assert_eq!(decoded, text.as_str());
    }

    #[test]
    fn what_is_built_is_read_back(fields in prop::collection::btree_map(3u32..40, prop::collection::vec(prop::collection::vec("\\PC{1,6}", 1..4), 1..3), 0..8)) {
        let mut segment = SegmentBuilder::new("PID");
        for (n, value) in &fields {
            segment.set(*n, repetitions(value.iter().map(|r| components(r.iter().map(String::as_str)))));
        }
        let built = MessageBuilder::new().segment(SegmentBuilder::new("MSH").field(18, "UNICODE UTF-8")).segment(segment).build();
        let mut table = Offsets::new();
        let m = Message::parse(&built, &mut table);
        prop_assert!(m.faults().is_empty());
        let pid = m.segment("PID", 1).unwrap();
        for (n, value) in &fields {
            let read: Vec<Vec<String>> = pid.field(*n).unwrap().repetitions()
                .map(|r| r.components().map(|c| c.text().into_owned()).collect()).collect();
            prop_assert_eq!(&read, value);
        }
    }

    #[test]
    fn dates_print_as_they_are_read(text in "[0-9]{4,14}(\\.[0-9]{1,4})?([+-][0-9]{4})?") {
        if let Ok(ts) = Ts::parse(&text) {
            prop_assert_eq!(ts.to_string(), text);
        }
    }

    #[test]
    fn any_text_is_a_date_or_an_error_inside_it(text in "\\PC{0,20}") {
        if let Err(e) = Ts::parse(&text) {
            prop_assert!(e.at + e.len <= text.len());
        }
    }
}
