//! Messages as exports write them: all segments on one line, or a text in quotation marks. They are read as if they had been
//! written with carriage returns, and what is found is pointed at in the file as it is.

use std::ops::Range;
use titer_finding::{Finding, Location};
use titer_hl7::Charset;

/// What stands for the end of a segment on a line that has several.
const ENDS: [&[u8]; 12] = [
    b"\\r\\n", b"\\r", b"\\n", b"\\x0d", b"\\x0D", b"\\u000d", b"\\u000D", b"<CR>", b"<cr>",
    b"\x0b", b"\x0c", b"\x1e",
];

/// A message made ready to be read, and where its parts stood.
#[derive(Default)]
pub(super) struct Unfolded {
    /// The message.
    pub(super) bytes: Vec<u8>,
    /// The first end of a segment that was written in another way, in the bytes as they came.
    pub(super) folded: Option<Range<usize>>,
    /// Text behind the end of the message: lines that belong to no message.
    pub(super) after: Option<usize>,
    // where a run of bytes that were copied begins, in the message and in the bytes as they came
    runs: Vec<(usize, usize)>,
}

impl Unfolded {
    /// Reads the bytes; false when they are a message as it should be, and nothing was done.
    pub(super) fn read(&mut self, from: &[u8], quoted: bool) -> bool {
        self.bytes.clear();
        self.runs.clear();
        self.folded = None;
        self.after = None;
        if quoted {
            self.unquote(from);
            // a message in quotation marks may be on one line as well
            if one_line(&self.bytes) {
                let text = std::mem::take(&mut self.bytes);
                let runs = std::mem::take(&mut self.runs);
                self.split(&text);
                self.runs = composed(&std::mem::take(&mut self.runs), &runs);
                self.folded = self
                    .folded
                    .take()
                    .map(|f| moved(&runs, f.start)..moved(&runs, f.end));
            }
            return true;
        }
        if !one_line(from) || next_end(from, 3).is_none() {
            return false;
        }
        self.split(from);
        true
    }

    fn unquote(&mut self, from: &[u8]) {
        let mut at = 0;
        loop {
            let rest = from.get(at..).unwrap_or_default();
            let quote = memchr::memchr(b'"', rest);
            let end = at + quote.unwrap_or(rest.len());
            self.copy(from, at..end);
            match from.get(end..) {
                Some([b'"', b'"', ..]) => {
                    self.copy(from, end..end + 1);
                    at = end + 2;
                }
                other => {
                    let after = other.unwrap_or_default();
                    let line = memchr::memchr2(b'\r', b'\n', after).unwrap_or(after.len());
                    let text = after
                        .get(line..)
                        .unwrap_or_default()
                        .iter()
                        .position(|b| !b.is_ascii_whitespace());
                    self.after = text.map(|n| end + line + n);
                    return;
                }
            }
        }
    }

    fn split(&mut self, from: &[u8]) {
        let mut at = 0;
        while let Some(end) = next_end(from, at) {
            self.copy(from, at..end.start);
            self.copy_end(end.start);
            at = end.end;
            self.folded.get_or_insert(end);
        }
        self.copy(from, at..from.len());
    }

    fn copy(&mut self, from: &[u8], range: Range<usize>) {
        let Some(bytes) = from.get(range.clone()) else {
            return;
        };
        self.runs.push((self.bytes.len(), range.start));
        self.bytes.extend_from_slice(bytes);
    }

    fn copy_end(&mut self, old: usize) {
        self.runs.push((self.bytes.len(), old));
        self.bytes.push(b'\r');
    }

    /// Moves findings about the message to where they are in the bytes as they came.
    pub(super) fn place(&self, findings: &mut [Finding], from: &[u8], charset: Charset) {
        let mut columns = Columns::new(from, charset);
        for finding in findings {
            self.location(&mut finding.location, &mut columns);
            for label in &mut finding.labels {
                self.location(&mut label.location, &mut columns);
            }
        }
    }

    fn location(&self, place: &mut Location, columns: &mut Columns<'_>) {
        if place.line == 0 {
            return;
        }
        let old = |at: u64| moved(&self.runs, usize::try_from(at).unwrap_or(usize::MAX));
        let start = old(place.start);
        // the end of a run is not the start of the next one
        let end = if place.end > place.start {
            old(place.end - 1) + 1
        } else {
            start
        };
        (place.line, place.column) = columns.of(start);
        place.start = start as u64;
        place.end = end as u64;
    }
}

/// Line and column, counted from where the last one was: places come mostly in their order, and lines may be long.
struct Columns<'b> {
    bytes: &'b [u8],
    charset: Charset,
    at: usize,
    line: u32,
    column: u32,
}

impl<'b> Columns<'b> {
    fn new(bytes: &'b [u8], charset: Charset) -> Self {
        Self {
            bytes,
            charset,
            at: 0,
            line: 1,
            column: 1,
        }
    }

    fn of(&mut self, offset: usize) -> (u32, u32) {
        let offset = offset.min(self.bytes.len());
        if offset < self.at {
            (self.at, self.line, self.column) = (0, 1, 1);
        }
        let between = self.bytes.get(self.at..offset).unwrap_or_default();
        let mut rest = between;
        while let Some(n) = memchr::memchr2(b'\r', b'\n', rest) {
            let crlf = rest.get(n..n + 2) == Some(b"\r\n");
            rest = rest.get(n + 1 + usize::from(crlf)..).unwrap_or_default();
            self.line += 1;
            self.column = 1;
        }
        self.column += self.charset.count(rest) as u32;
        self.at = offset;
        (self.line, self.column)
    }
}

fn moved(runs: &[(usize, usize)], at: usize) -> usize {
    let run = runs.partition_point(|(new, _)| *new <= at);
    match run.checked_sub(1).and_then(|n| runs.get(n)) {
        Some((new, old)) => old + (at - new),
        None => at,
    }
}

/// Two moves as one: `second` was made on what `first` had given.
fn composed(second: &[(usize, usize)], first: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut both = Vec::with_capacity(second.len() + first.len());
    for (nth, (new, middle)) in second.iter().enumerate() {
        both.push((*new, moved(first, *middle)));
        let next = second.get(nth + 1).map_or(usize::MAX, |(n, _)| *n);
        let from = first.partition_point(|(m, _)| m <= middle);
        for (m, old) in first.get(from..).unwrap_or_default() {
            let at = new + (m - middle);
            if at >= next {
                break;
            }
            both.push((at, *old));
        }
    }
    both
}

/// Whether everything stands on one line.
fn one_line(bytes: &[u8]) -> bool {
    match memchr::memchr2(b'\r', b'\n', bytes) {
        None => true,
        Some(n) => bytes
            .get(n..)
            .unwrap_or_default()
            .iter()
            .all(|b| matches!(b, b'\r' | b'\n')),
    }
}

/// The next end of a segment that is written out: a segment's name, or nothing, follows it.
fn next_end(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let separator = *bytes.get(3)?;
    let mut at = from;
    loop {
        let rest = bytes.get(at..)?;
        let n = rest
            .iter()
            .position(|b| matches!(b, b'\\' | b'<' | 0x0b | 0x0c | 0x1e))?;
        let start = at + n;
        let here = bytes.get(start..)?;
        for end in ENDS {
            let Some(after) = here.strip_prefix(end) else {
                continue;
            };
            if begins(after, separator) {
                return Some(start..start + end.len());
            }
        }
        at = start + 1;
    }
}

fn begins(after: &[u8], separator: u8) -> bool {
    match after {
        [] | [b'\r' | b'\n', ..] => true,
        [a, b, c, d, ..] if *d == separator => {
            a.is_ascii_uppercase()
                && b.is_ascii_uppercase()
                && (c.is_ascii_uppercase() || c.is_ascii_digit())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(from: &[u8], quoted: bool) -> Option<(String, Unfolded)> {
        let mut unfolded = Unfolded::default();
        unfolded.read(from, quoted).then(|| {
            (
                String::from_utf8_lossy(&unfolded.bytes).into_owned(),
                unfolded,
            )
        })
    }

    #[test]
    fn a_message_as_it_should_be_is_left_alone() {
        assert!(read(b"MSH|^~\\&|A\rPID|1\r", false).is_none());
        assert!(read(b"MSH|^~\\&|A\\R\\B\\T\\rest\n", false).is_none());
        assert!(read(b"MSH|^~\\&|A", false).is_none());
    }

    #[test]
    fn every_way_to_write_the_end_of_a_segment_is_read() {
        for end in ENDS {
            let from = [b"MSH|^~\\&|A", end, b"PID|1||X", end, b"\n"].concat();
            let (text, unfolded) = read(&from, false).expect("folded");
            assert_eq!(text, "MSH|^~\\&|A\rPID|1||X\r\n");
            assert_eq!(unfolded.folded, Some(10..10 + end.len()));
            let x = text.find('X').expect("it is there");
            assert_eq!(from[moved(&unfolded.runs, x)], b'X');
        }
    }

    #[test]
    fn quotation_marks_end_the_message_and_two_are_one() {
        let from = b"MSH|^~\\&|A\nPID|1||\"\"\"\"|B\",7\nmore\n";
        let (text, unfolded) = read(from, true).expect("quoted");
        assert_eq!(text, "MSH|^~\\&|A\nPID|1||\"\"|B");
        assert_eq!(unfolded.after, Some(28));
        let b = text.rfind('B').expect("it is there");
        assert_eq!(moved(&unfolded.runs, b), 23);
        let (text, unfolded) = read(b"MSH|^~\\&|\"\"\\rPID|1\"\n", true).expect("quoted");
        assert_eq!(text, "MSH|^~\\&|\"\rPID|1");
        assert_eq!(unfolded.after, None);
        assert_eq!(
            moved(&unfolded.runs, text.find('P').expect("it is there")),
            13
        );
    }
}
