//! What the view says about messages that are right, odd and wrong.

use titer_hl7::{Charset, FaultKind, LineKind, Message, Offsets, Path, Presence, escape};

/// Kind, span, line.
type Place = (FaultKind, u32, u32, u32);

fn path(text: &str) -> Path {
    text.parse().expect("a path")
}

#[test]
fn header_fields_are_numbered_as_the_guides_do() {
    for name in ["MSH", "FHS", "BHS"] {
        let source = format!("{name}|^~\\&|APP|FAC^1.2^ISO\rPID|1||A^^^B&C~D");
        let mut table = Offsets::new();
        let m = Message::parse(source.as_bytes(), &mut table);
        let at = |p: &str| {
            m.text(&path(&p.replace("MSH", name)))
                .map(std::borrow::Cow::into_owned)
        };
        assert_eq!(at("MSH-1").as_deref(), Some("|"));
        assert_eq!(at("MSH-2").as_deref(), Some("^~\\&"));
        assert_eq!(at("MSH-2[1].1.1").as_deref(), Some("^~\\&"));
        assert_eq!(at("MSH-2.2"), None);
        assert_eq!(at("MSH-3").as_deref(), Some("APP"));
        assert_eq!(at("MSH-4.3").as_deref(), Some("ISO"));
        assert_eq!(at("MSH-5"), None);
        assert_eq!(at("PID-3[1].4.2").as_deref(), Some("C"));
        assert_eq!(at("PID-3[2].1").as_deref(), Some("D"));
        assert_eq!(m.segment(name, 1).map(|s| s.field_count()), Some(4));
    }
}

#[test]
fn absent_empty_null_and_value_are_told_apart() {
    let mut table = Offsets::new();
    let m = Message::parse(b"MSH|^~\\&|\"\"||A|", &mut table);
    let msh = m.segment("MSH", 1).expect("MSH");
    assert_eq!(msh.presence(3), Presence::Null);
    assert_eq!(msh.presence(4), Presence::Empty);
    assert_eq!(msh.presence(5), Presence::Value);
    assert_eq!(msh.presence(6), Presence::Empty);
    assert_eq!(msh.presence(7), Presence::Absent);
}

#[test]
fn own_delimiters_are_honoured() {
    let mut table = Offsets::new();
    let m = Message::parse(b"MSH$%*?!#$A%B$C*D\rNTE$?F?x?P?y", &mut table);
    assert!(m.faults().is_empty());
    assert_eq!(m.delimiters().truncation, Some(b'#'));
    assert_eq!(m.text(&path("MSH-3.2")).as_deref(), Some("B"));
    assert_eq!(m.text(&path("MSH-4[2]")).as_deref(), Some("D"));
    assert_eq!(m.text(&path("NTE-1")).as_deref(), Some("$x#y"));
}

#[test]
fn faults_stand_beside_the_view() {
    let cases: &[(&[u8], &[Place])] = &[
        (b"", &[(FaultKind::NoHeader, 0, 0, 1)]),
        (b"PID|1\rPV1", &[(FaultKind::NoHeader, 0, 5, 1)]),
        (
            b"BHS|^~\\&\rMSH|^~\\&|A",
            &[(FaultKind::BeforeHeader, 0, 8, 1)],
        ),
        (b"MSH", &[(FaultKind::ShortHeader, 0, 3, 1)]),
        (b"MSH|^~|A", &[(FaultKind::ShortHeader, 3, 6, 1)]),
        (b"MSH|^^\\&|A", &[(FaultKind::DuplicateDelimiter, 3, 8, 1)]),
        (
            b"MSH|^\x01\\&|A",
            &[
                (FaultKind::ControlCharacter, 5, 6, 1),
                (FaultKind::BadDelimiter, 5, 6, 1),
            ],
        ),
        (
            b"MSH|^~\\&|A\r\rpid|1\r",
            &[
                (FaultKind::BlankLine, 11, 11, 2),
                (FaultKind::InvalidLine, 12, 17, 3),
            ],
        ),
        (
            b"MSH|^~\\&|A\rNTE|\x02",
            &[(FaultKind::ControlCharacter, 15, 16, 2)],
        ),
        (
            b"MSH|^~\\&||||||||||||||||UNICODE UTF-8\rNTE|\xE9",
            &[(FaultKind::BadCharacter, 42, 43, 2)],
        ),
        (
            b"MSH|^~\\&||||||||||||||||ASCII\rNTE|\xE9",
            &[(FaultKind::BadCharacter, 34, 35, 2)],
        ),
        (
            b"MSH|^~\\&||||||||||||||||UNICODE UTF-16~ASCII|x",
            &[(FaultKind::UnsupportedCharset, 24, 44, 1)],
        ),
        (
            b"\xEF\xBB\xBFMSH|^~\\&|A",
            &[(FaultKind::ByteOrderMark, 0, 3, 1)],
        ),
        (b"\xFF\xFEM\0S\0H\0", &[(FaultKind::Utf16, 0, 2, 1)]),
        (b"M\0S\0H\0|\0", &[(FaultKind::Utf16, 0, 4, 1)]),
        (b"\0M\0S\0H\0|", &[(FaultKind::Utf16, 0, 4, 1)]),
    ];
    for (source, expected) in cases {
        let mut table = Offsets::new();
        let m = Message::parse(source, &mut table);
        let found: Vec<_> = m
            .faults()
            .iter()
            .map(|f| (f.kind, f.span.start, f.span.end, f.line))
            .collect();
        let mut expected = expected.to_vec();
        expected.sort_by_key(|f| (f.1, f.2, f.0));
        assert_eq!(found, expected, "{}", source.escape_ascii());
    }
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let mut table = Offsets::new();
    let m = Message::parse("\u{FEFF}MSH|^~\\&|é\rPID|1".as_bytes(), &mut table);
    assert_eq!(m.charset(), Charset::Utf8);
    assert_eq!(m.text(&path("MSH-3")).as_deref(), Some("é"));
    assert_eq!(m.position(3), (1, 1));
    assert_eq!(m.position(12), (1, 10));
}

#[test]
fn character_sets_are_read() {
    for (declared, bytes, charset) in [
        ("8859/1", &b"\xE9"[..], Charset::Latin1),
        ("UNICODE UTF-8", &b"\xC3\xA9"[..], Charset::Utf8),
        ("", &b"\xC3\xA9"[..], Charset::Utf8),
        ("", &b"\xE9"[..], Charset::Latin1),
    ] {
        let source = [
            format!("MSH|^~\\&||||||||||||||||{declared}\rNTE|").as_bytes(),
            bytes,
            b"|x",
        ]
        .concat();
        let mut table = Offsets::new();
        let m = Message::parse(&source, &mut table);
        assert!(m.faults().is_empty());
        assert_eq!(m.charset(), charset);
        assert_eq!(m.text(&path("NTE-1")).as_deref(), Some("é"));
        // columns count characters
        let x = m.get(&path("NTE-2")).expect("NTE-2").span().start;
        assert_eq!(m.position(x), (2, 7));
    }
}

#[test]
fn lines_keep_their_place_whatever_ends_them() {
    let mut table = Offsets::new();
    let m = Message::parse(b"MSH|^~\\&\r\nPID|1\n\rtail", &mut table);
    let lines: Vec<_> = m
        .lines()
        .map(|l| (l.number(), l.span(), l.full_span(), l.kind()))
        .collect();
    assert_eq!(
        lines,
        [
            (1, 0..8, 0..10, LineKind::Segment),
            (2, 10..15, 10..16, LineKind::Segment),
            (3, 16..16, 16..17, LineKind::Blank),
            (4, 17..21, 17..21, LineKind::Garbage),
        ]
    );
}

#[test]
fn bad_escapes_are_found_by_position() {
    let mut table = Offsets::new();
    let m = Message::parse(br"MSH|^~\&|a\T\b\Q\c\d", &mut table);
    let field = m.get(&path("MSH-3")).expect("MSH-3");
    let bad: Vec<_> = field
        .pieces()
        .filter_map(|p| match p {
            escape::Piece::Escape { kind, span, .. } if kind.is_bad() => Some((kind, span)),
            _ => None,
        })
        .collect();
    assert_eq!(
        bad,
        [
            (escape::EscapeKind::Unknown, 14..17),
            (escape::EscapeKind::Unclosed, 18..19)
        ]
    );
    assert_eq!(field.text(), r"a&b\Q\c\d");
    assert_eq!(
        format!("{field:?} {:?}", m.segment("MSH", 1)).find("a&b"),
        None,
        "no text in Debug"
    );
}

#[test]
fn columns_far_into_a_long_line_count_characters() {
    let text = format!("MSH|^~\\&\rNK1|1|{}|é", "éx中".repeat(5_000));
    let mut table = Offsets::new();
    let m = Message::parse(text.as_bytes(), &mut table);
    let line = m.line(2).unwrap();
    let start = line.span().start as usize;
    for (at, _) in line.text().char_indices().step_by(1_237) {
        let column = text[start..start + at].chars().count() as u32 + 1;
        assert_eq!(m.position((start + at) as u32), (2, column));
    }
    let end = text.len() as u32;
    assert_eq!(m.position(end), (2, line.text().chars().count() as u32 + 1));
}
