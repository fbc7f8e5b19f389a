//! What the editor and the builder do.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use titer_hl7::build::{
    MessageBuilder, Null, Raw, SegmentBuilder, components, repetitions, subcomponents,
};
use titer_hl7::edit::{EditError, Editor, Place};
use titer_hl7::{Charset, Delimiters, Path, Ts};

const SOURCE: &str = "MSH|^~\\&|APP\r\nPID|1||A^^^B~C|  odd \nOBX|1\rOBX|2|x";

fn path(text: &str) -> Path {
    text.parse().unwrap()
}

/// The lines after an edit that must succeed, each with its line end.
fn after(edit: impl FnOnce(&mut Editor) -> Result<&mut Editor, EditError>) -> String {
    let mut editor = Editor::new(SOURCE);
    edit(&mut editor).unwrap();
    String::from_utf8(editor.finish()).unwrap()
}

fn swap(from: &str, to: &str) -> String {
    assert_eq!(SOURCE.matches(from).count(), 1, "{from} stands once");
    SOURCE.replace(from, to)
}

#[test]
fn set_replaces_and_makes_what_is_missing() {
    let set = |p: &str, v: &str| after(|e| e.set(&path(p), v));
    assert_eq!(set("PID-3", "new"), swap("A^^^B~C", "new"));
    assert_eq!(set("PID-3[2]", "new"), swap("~C", "~new"));
    assert_eq!(set("PID-3.4", "new"), swap("^B~", "^new~"));
    assert_eq!(set("PID-3.4.3", "new"), swap("^B~", "^B&&new~"));
    assert_eq!(set("PID-3[4].2.2", "new"), swap("~C|", "~C~~^&new|"));
    assert_eq!(set("PID-3.6", "new"), swap("^B~", "^B^^new~"));
    assert_eq!(
        set("PID-7[2].2.2", "new"),
        swap("odd \n", "odd |||~^&new\n")
    );
    assert_eq!(set("OBX[2]-3", "new"), format!("{SOURCE}|new"));
    assert_eq!(set("MSH-5", "new"), swap("|APP", "|APP||new"));
    assert_eq!(set("PID-3", ""), swap("A^^^B~C", ""));
}

#[test]
fn values_are_escaped_unless_they_are_raw() {
    assert_eq!(
        after(|e| e.set(&path("PID-1"), "a|b^c\r")),
        swap("|1||A", "|a\\F\\b\\S\\c\\X0D\\||A")
    );
    assert_eq!(
        after(|e| e.set(&path("PID-1"), Raw::new("a^b").unwrap())),
        swap("|1||A", "|a^b||A")
    );
    assert_eq!(
        after(|e| e.set(&path("PID-1"), Null)),
        swap("|1||A", "|\"\"||A")
    );
    assert_eq!(
        after(|e| e.set(&path("PID-1"), components(["a", "", "b&c"]))),
        swap("|1||A", "|a^^b\\T\\c||A")
    );
    assert_eq!(
        after(|e| e.set(&path("MSH-2"), Raw::new("^~\\&#").unwrap())),
        swap("|^~\\&|", "|^~\\&#|")
    );
    assert_eq!(Raw::new("a\nb").unwrap_err().at, 1);
}

#[test]
fn insert_moves_the_later_ones_up() {
    let insert = |p: &str| after(|e| e.insert(&path(p), "new"));
    assert_eq!(insert("PID-3"), swap("||A", "||new|A"));
    assert_eq!(insert("PID-3[1]"), swap("|A^", "|new~A^"));
    assert_eq!(insert("PID-3[2]"), swap("~C", "~new~C"));
    assert_eq!(insert("PID-3[3]"), swap("~C", "~C~new"));
    assert_eq!(insert("PID-3.4"), swap("^B", "^new^B"));
    assert_eq!(insert("PID-3.4.1"), swap("^B", "^new&B"));
    assert_eq!(insert("PID-2[1]"), swap("||A", "|new|A"));
    assert_eq!(insert("PID-6"), swap("odd \n", "odd ||new\n"));
}

#[test]
fn delete_takes_segments_and_repetitions_away_and_empties_the_rest() {
    let delete = |p: &str| after(|e| e.delete(&path(p)));
    assert_eq!(delete("PID"), swap("PID|1||A^^^B~C|  odd \n", ""));
    assert_eq!(delete("OBX[2]"), swap("OBX|2|x", ""));
    assert_eq!(delete("PID-3"), swap("A^^^B~C", ""));
    assert_eq!(delete("PID-3[1]"), swap("A^^^B~C", "C"));
    assert_eq!(delete("PID-3[2]"), swap("A^^^B~C", "A^^^B"));
    assert_eq!(delete("PID-3.1"), swap("A^^^B~C", "^^^B~C"));
}

#[test]
fn a_segment_is_put_in_with_the_line_end_of_the_message() {
    let nte = SegmentBuilder::new("NTE").field(3, "a&b");
    let at = |place| after(|e| e.insert_segment(place, &nte));
    assert_eq!(
        at(Place::After(path("MSH"))),
        swap("APP\r\n", "APP\r\nNTE|||a\\T\\b\r\n")
    );
    assert_eq!(
        at(Place::Before(path("OBX[2]"))),
        swap("OBX|1\r", "OBX|1\rNTE|||a\\T\\b\r\n")
    );
    assert_eq!(
        at(Place::Before(path("MSH"))),
        format!("NTE|||a\\T\\b\r\n{SOURCE}")
    );
    assert_eq!(at(Place::Start), format!("NTE|||a\\T\\b\r\n{SOURCE}"));
    assert_eq!(at(Place::End), format!("{SOURCE}\r\nNTE|||a\\T\\b"));
    assert_eq!(
        at(Place::AfterLine(2)),
        swap("odd \n", "odd \nNTE|||a\\T\\b\r\n")
    );
    assert_eq!(
        after(|e| e.insert_line(Place::AfterLine(1), &Raw::new("no segment").unwrap())),
        swap("APP\r\n", "APP\r\nno segment\r\n")
    );
}

#[test]
fn what_cannot_be_done_is_said_and_changes_nothing() {
    let mut editor = Editor::new(SOURCE);
    let told = |e: Result<&mut Editor, EditError>| e.unwrap_err().to_string();
    assert_eq!(
        told(editor.set(&path("ORC-1"), "x")),
        "the message has no segment ORC-1"
    );
    assert_eq!(
        told(editor.set(&path("OBX[3]-1"), "x")),
        "the message has no segment OBX[3]-1"
    );
    assert_eq!(
        told(editor.set(&path("PID"), "x")),
        "PID is a whole segment, a field was expected"
    );
    assert_eq!(
        told(editor.set(&path("MSH-1"), "x")),
        "MSH-1 holds the delimiters of the message"
    );
    assert_eq!(
        told(editor.set(&path("MSH-2.1"), "x")),
        "MSH-2.1 holds the delimiters of the message"
    );
    assert_eq!(
        told(editor.set(&path("MSH-2"), "^~")),
        "MSH-2 holds the delimiters of the message"
    );
    assert_eq!(
        told(editor.delete(&path("MSH-2"))),
        "MSH-2 holds the delimiters of the message"
    );
    assert_eq!(
        told(editor.delete(&path("PID-9"))),
        "there is nothing at PID-9"
    );
    assert_eq!(
        told(editor.set(&path("PID-99999"), "x")),
        "PID-99999 has an index above 10000"
    );
    assert_eq!(
        told(editor.set(&path("PID-3.1"), components(["a", "b"]))),
        "the value has more levels than PID-3.1 can hold"
    );
    assert_eq!(
        told(editor.set(&path("PID-3[1]"), repetitions(["a", "b"]))),
        "the value has more levels than PID-3[1] can hold"
    );
    assert_eq!(editor.as_bytes(), SOURCE.as_bytes());

    let mut wide = Editor::new(&b"\xFF\xFEM\0"[..]);
    assert_eq!(
        told(wide.insert_segment(Place::End, &SegmentBuilder::new("NTE"))),
        "the message is not in a character set that can be edited"
    );
}

#[test]
fn values_are_written_in_the_character_set_of_the_message() {
    let header = |set: &str| format!("MSH|^~\\&||||||||||||||||{set}\rNTE|").into_bytes();
    let mut latin = Editor::new(header("8859/1"));
    latin.set(&path("NTE-1"), "é").unwrap();
    assert_eq!(latin.as_bytes().last(), Some(&0xE9));
    assert!(matches!(
        latin.set(&path("NTE-1"), "Ł"),
        Err(EditError::NotInCharset { .. })
    ));
    let mut ascii = Editor::new(header("ASCII"));
    assert!(matches!(
        ascii.set(&path("NTE-1"), "é"),
        Err(EditError::NotInCharset { .. })
    ));
    let mut undeclared = Editor::new(header(""));
    undeclared.set(&path("NTE-1"), "é").unwrap();
    assert!(undeclared.as_bytes().ends_with("é".as_bytes()));
}

#[test]
fn the_builder_escapes_and_leaves_out_trailing_empty_parts() {
    let sent = "2027-03-01T09:30:00-06:00[-06:00]".parse().unwrap();
    let message = MessageBuilder::new()
        .segment(
            SegmentBuilder::msh(("ACK", "V04", "ACK"), "7|8", &sent)
                .field(1, "ignored")
                .field(21, components(["Z23", "CDCPHINVS"])),
        )
        .segment(
            SegmentBuilder::new("PID")
                .field(
                    3,
                    repetitions([components(["A", "", ""]), components(["", "", "B"])]),
                )
                .field(
                    4,
                    components([subcomponents(["x", "y&"]), subcomponents(["", ""])]),
                )
                .field(5, "")
                .field(6, Null)
                .field(7, Ts::parse("201902").unwrap())
                .field(8, Raw::new("r~s").unwrap())
                .field(9, Some("t"))
                .field(10, None::<&str>),
        )
        .build();
    assert_eq!(
        String::from_utf8(message).unwrap(),
        "MSH|^~\\&|||||20270301093000-0600||ACK^V04^ACK|7\\F\\8|P|2.5.1|||||||||Z23^CDCPHINVS\r\
         PID|||A~^^B|x&y\\T\\||\"\"|201902|r~s|t\r"
    );
}

#[test]
fn the_builder_takes_other_delimiters_and_character_sets() {
    let d = Delimiters {
        field: b'#',
        ..Delimiters::default()
    };
    let m = MessageBuilder::new()
        .delimiters(d)
        .segment(SegmentBuilder::new("MSH").field(3, "é|#"));
    assert_eq!(
        m.build_in(Charset::Latin1).unwrap(),
        b"MSH#^~\\&#\xE9|\\F\\\r"
    );
    let error = m.build_in(Charset::Ascii).unwrap_err();
    assert_eq!(
        error.to_string(),
        "segment 1 (MSH) has a character that the character set lacks"
    );
    assert!(SegmentBuilder::try_new("pid").is_err() && SegmentBuilder::try_new("ZA1").is_ok());
}
