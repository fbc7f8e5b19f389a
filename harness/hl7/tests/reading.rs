//! What the streaming reader says about files, batches and frames.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use titer_hl7::read::{Item, ReadFaultKind, Reader, frame};

/// One line for each item: `offset:line wrapper bytes` or `offset:line fault`.
fn story(bytes: &[u8]) -> String {
    story_with(Reader::new(bytes))
}

fn story_with(mut reader: Reader<&[u8]>) -> String {
    let mut out = Vec::new();
    while let Some(item) = reader.next_item().unwrap() {
        out.push(match item {
            Item::Message(m) => format!(
                "{}:{} {:?} {}",
                m.offset,
                m.line,
                m.wrapper,
                m.bytes.escape_ascii()
            ),
            Item::Fault(f) => format!("{}:{} {}", f.offset, f.line, f.kind),
        });
    }
    out.join("\n")
}

#[test]
fn one_message_with_every_line_end() {
    assert_eq!(story(b"MSH|a\rPID|1\r"), r"0:1 Bare MSH|a\rPID|1\r");
    assert_eq!(story(b"MSH|a\nPID|1"), r"0:1 Bare MSH|a\nPID|1");
    assert_eq!(story(b"MSH|a\r\nPID|1\r\n"), r"0:1 Bare MSH|a\r\nPID|1\r\n");
    assert_eq!(story(b""), "");
    assert_eq!(story(b"\r\n  \n"), "");
}

#[test]
fn messages_behind_each_other_with_a_mark_and_blank_lines() {
    assert_eq!(
        story(b"\xEF\xBB\xBF\r\n\nMSH|1\nPID\n\n \n\xEF\xBB\xBFMSH|2\n\n"),
        "6:3 Bare MSH|1\\nPID\\n\n22:7 Bare MSH|2\\n"
    );
}

#[test]
fn a_broken_line_stays_in_its_message() {
    assert_eq!(
        story(b"MSH|1\rNTE|1||two\nlines\rMSHA said hello\rPID\rMSH|2\r"),
        "0:1 Bare MSH|1\\rNTE|1||two\\nlines\\rMSHA said hello\\rPID\\r\n43:6 Bare MSH|2\\r"
    );
}

#[test]
fn text_outside_of_messages_is_reported_once_for_each_run() {
    assert_eq!(
        story(b"hello\nworld\nMSH|1\nBHS|^\nMSH|2\nBTS|1\nbye\nbye\n"),
        "0:1 text stands outside of any message\n12:3 Bare MSH|1\\n\n24:5 Batch MSH|2\\n\n36:7 text stands outside of any message"
    );
}

#[test]
fn counts_of_batches_are_checked() {
    let good = b"FHS|^~\\&\rBHS|^~\\&\rMSH|1\rMSH|2\rBTS|2\rBHS|^~\\&\rBTS\rFTS|2\r";
    assert_eq!(story(good), "18:3 Batch MSH|1\\r\n24:4 Batch MSH|2\\r");
    let bad = b"FHS|^~\\&\rBHS|^~\\&\rMSH|1\rBTS|7|x\rFTS|two\rBTS|0\rFTS|0\r";
    assert_eq!(
        story(bad),
        "18:3 Batch MSH|1\\r\n24:4 BTS-1 says 7 messages, the batch has 1\n32:5 the count in FTS-1 is not a number\n\
         40:6 a BTS ends no batch\n46:7 an FTS ends no file"
    );
    assert_eq!(
        story(b"FHS|^\rBHS|^\rMSH|1\rBHS|^\rFTS|1\r"),
        "12:3 Batch MSH|1\\r\n6:2 the batch that begins here has no BTS\n18:4 the batch that begins here has no BTS\n\
         24:5 FTS-1 says 1 batches, the file has 2"
    );
    assert_eq!(
        story(b"FHS|^\nBHS|^\nMSH|1"),
        "12:3 Batch MSH|1\n6:2 the batch that begins here has no BTS\n0:1 the file that begins here has no FTS"
    );
}

#[test]
fn frames_are_unwrapped() {
    let two = [frame(b"MSH|1\rPID\r"), frame(b"MSH|2")].concat();
    assert_eq!(story(&two), "1:1 Mllp MSH|1\\rPID\\r\n14:4 Mllp MSH|2");
    assert_eq!(
        story(b"\x0BMSH|1\r\x0BMSH|2\x1C\x0BMSH|3\r\x1C"),
        "1:1 Mllp MSH|1\\r\n0:1 the MLLP frame that begins here is not ended by 1C 0D\n8:2 Mllp MSH|2\\x1c\\x0bMSH|3\\r\n21:3 the MLLP frame is ended by 1C without 0D"
    );
    assert_eq!(
        story(b"\x0BMSH|1\r"),
        "1:1 Mllp MSH|1\\r\n0:1 the MLLP frame that begins here is not ended by 1C 0D"
    );
    // outside of a frame these bytes are text
    assert_eq!(
        story(b"MSH|a\x1C\rNTE|\x0B\r"),
        "0:1 Bare MSH|a\\x1c\\rNTE|\\x0b\\r"
    );
}

#[test]
fn a_message_over_the_limit_is_passed_over_and_the_next_is_read() {
    let bytes = [
        b"BHS|^\rMSH|".to_vec(),
        vec![b'x'; 500_000],
        b"\rPID|1\rMSH|2\rBTS|2\r".to_vec(),
    ]
    .concat();
    assert_eq!(
        story_with(Reader::with_limit(&bytes[..], 1000)),
        "6:2 larger than the limit of 1000 bytes, passed over\n500017:4 Batch MSH|2\\r"
    );
}

#[test]
fn utf_16_is_refused() {
    let text = "MSH|^~\\&|A\r";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let with = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
    for bytes in [
        little.clone(),
        big.clone(),
        with(b"\xFF\xFE", &little),
        with(b"\xFE\xFF", &big),
    ] {
        assert_eq!(
            story(&bytes),
            "0:1 the text is UTF-16 or UTF-32, which is not read; save it as UTF-8"
        );
    }
}

#[test]
fn the_buffer_does_not_grow_with_the_stream() {
    // 30 MB of small messages, made as they are read
    struct Endless(usize);
    impl std::io::Read for Endless {
        fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
            assert!(
                to.len() <= 64 * 1024,
                "the buffer is no larger than one chunk"
            );
            let line = b"MSH|^~\\&|A|B\r";
            let n = to.len().min(self.0);
            for (i, b) in to.iter_mut().take(n).enumerate() {
                *b = line[(30_000_000 - self.0 + i) % line.len()];
            }
            self.0 -= n;
            Ok(n)
        }
    }
    let mut reader = Reader::new(Endless(30_000_000));
    let mut count = 0u64;
    while let Some(item) = reader.next_item().unwrap() {
        match item {
            Item::Message(m) => {
                count += 1;
                assert_eq!((m.number, m.offset), (count, (count - 1) * 13));
            }
            Item::Fault(f) => panic!("{f:?}"),
        }
    }
    assert_eq!(count, 30_000_000u64.div_ceil(13));
}

#[test]
fn an_error_of_the_source_is_handed_on() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("gone"))
        }
    }
    let mut reader = Reader::new(Broken);
    assert_eq!(reader.next_item().unwrap_err().to_string(), "gone");
}

#[test]
fn faults_are_data() {
    let mut reader = Reader::new(&b"BHS|^\rBTS|3\r"[..]);
    let Some(Item::Fault(fault)) = reader.next_item().unwrap() else {
        panic!("a fault was expected");
    };
    assert_eq!(
        fault.kind,
        ReadFaultKind::BatchCount {
            said: 3,
            counted: 0
        }
    );
    assert_eq!((fault.offset, fault.line), (6, 2));
}
