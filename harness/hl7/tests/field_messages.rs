//! Messages that other people's systems wrote: read, walked through and written without a panic or a changed byte.

use std::path::Path;
use titer_hl7::edit::Editor;
use titer_hl7::read::{Item, Reader};
use titer_hl7::{Message, Offsets};

#[test]
fn every_field_message_is_read_and_written_unchanged() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/nist/field");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let mut files: Vec<_> = entries.map(|e| e.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 154);
    let mut table = Offsets::new();
    let (mut messages, mut segments, mut faults, mut characters) = (0, 0, 0, 0);
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        assert_eq!(
            Editor::new(bytes.clone()).finish(),
            bytes,
            "{}",
            file.display()
        );
        let m = Message::parse(&bytes, &mut table);
        faults += m.faults().len();
        for segment in m.segments() {
            segments += 1;
            for field in segment.fields() {
                for repetition in field.repetitions() {
                    for component in repetition.components() {
                        characters += component.text().chars().count();
                    }
                }
            }
        }
        let mut reader = Reader::new(&bytes[..]);
        let mut here = 0;
        while let Some(item) = reader.next_item().unwrap() {
            if let Item::Message(found) = item {
                here += 1;
                let at = found.offset as usize;
                assert_eq!(&bytes[at..at + found.bytes.len()], found.bytes);
            }
        }
        assert!(here >= 1, "{} has a message", file.display());
        messages += here;
    }
    insta::assert_snapshot!(format!(
        "{} files, {messages} messages, {segments} segments, {faults} faults, {characters} characters",
        files.len()
    ));
}
