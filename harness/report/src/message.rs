//! A message as it is shown: a segment a line, cut where findings begin and end.

use crate::mask::segment_name;
use crate::words::control;
use std::fmt::Write as _;
use std::ops::Range;

/// A place to mark, as a range of the message's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// First byte and the byte after the last; empty where something is missing.
    pub range: Range<usize>,
    /// The number that stands beside it.
    pub number: usize,
}

/// One line of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Counted from 1.
    pub number: usize,
    /// What it consists of, in order, without its end.
    pub pieces: Vec<Piece>,
    /// Numbers of the marks that begin in it.
    pub marks: Vec<usize>,
}

/// What a piece of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// The segment's name.
    Name,
    /// Text.
    Text,
    /// Bytes that are not UTF-8, or control characters, written so that they can be seen.
    Raw,
    /// Nothing, where something is missing.
    Gap,
}

/// A stretch of a line under the same marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// What is shown.
    pub text: String,
    /// Numbers of the marks that cover it.
    pub marks: Vec<usize>,
    /// Numbers of the marks that end with it: their numbers are printed here.
    pub ends: Vec<usize>,
}

/// The message's lines with the marks on them. A mark that reaches past its line is cut at the line's end; one that lies
/// outside of the message is on no line.
pub fn lines(bytes: &[u8], marks: &[Mark]) -> Vec<Line> {
    line_ranges(bytes)
        .enumerate()
        .map(|(index, (line, next))| {
            // The line's own end belongs to it, so that a mark on a missing last field is shown.
            let own: Vec<Mark> = marks
                .iter()
                .filter(|m| m.range.start >= line.start && m.range.start < next.max(line.start + 1))
                .map(|m| Mark {
                    range: m.range.start.min(line.end)
                        ..m.range.end.clamp(m.range.start.min(line.end), line.end),
                    number: m.number,
                })
                .collect();
            Line {
                number: index + 1,
                pieces: pieces(bytes, &line, &own),
                marks: own.iter().map(|m| m.number).collect(),
            }
        })
        .collect()
}

/// Every line without its end, and where the next one begins. A last line end opens no further line.
fn line_ranges(bytes: &[u8]) -> impl Iterator<Item = (Range<usize>, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|r| !r.is_empty())?;
        let length = rest
            .iter()
            .position(|b| matches!(b, b'\r' | b'\n'))
            .unwrap_or(rest.len());
        let end_length = match (rest.get(length), rest.get(length + 1)) {
            (None, _) => 0,
            (Some(b'\r'), Some(b'\n')) => 2,
            _ => 1,
        };
        let line = at..at + length;
        at += length + end_length;
        // The last line takes what points at the end of the message.
        let next = if at == bytes.len() { at + 1 } else { at };
        Some((line, next))
    })
}

fn pieces(bytes: &[u8], line: &Range<usize>, marks: &[Mark]) -> Vec<Piece> {
    let content = bytes.get(line.clone()).unwrap_or_default();
    let name_end = line.start + segment_name(content).map_or(0, str::len);
    let marks: Vec<Mark> = marks
        .iter()
        .map(|m| Mark {
            range: on_boundaries(content, m.range.clone(), line),
            number: m.number,
        })
        .collect();
    let mut cuts: Vec<usize> = marks
        .iter()
        .flat_map(|m| [m.range.start, m.range.end])
        .chain([line.start, name_end, line.end])
        .collect();
    cuts.sort_unstable();
    cuts.dedup();

    let mut pieces = Vec::new();
    let gap = |at: usize, pieces: &mut Vec<Piece>| {
        let here: Vec<usize> = marks
            .iter()
            .filter(|m| m.range.is_empty() && m.range.start == at)
            .map(|m| m.number)
            .collect();
        if !here.is_empty() {
            pieces.push(Piece {
                kind: PieceKind::Gap,
                text: String::new(),
                marks: here.clone(),
                ends: here,
            });
        }
    };
    for (start, end) in cuts.iter().zip(cuts.iter().skip(1)) {
        gap(*start, &mut pieces);
        let covering: Vec<&Mark> = marks
            .iter()
            .filter(|m| m.range.start <= *start && m.range.end >= *end)
            .collect();
        let numbers: Vec<usize> = covering.iter().map(|m| m.number).collect();
        let ends: Vec<usize> = covering
            .iter()
            .filter(|m| m.range.end == *end)
            .map(|m| m.number)
            .collect();
        let slice = bytes.get(*start..*end).unwrap_or_default();
        let first = pieces.len();
        if *end <= name_end {
            pieces.push(Piece {
                kind: PieceKind::Name,
                text: String::from_utf8_lossy(slice).into_owned(),
                marks: numbers,
                ends: Vec::new(),
            });
        } else {
            show(slice, |kind, text| {
                pieces.push(Piece {
                    kind,
                    text,
                    marks: numbers.clone(),
                    ends: Vec::new(),
                });
            });
        }
        if pieces.len() > first
            && let Some(last) = pieces.last_mut()
        {
            last.ends = ends;
        }
    }
    gap(line.end, &mut pieces);
    pieces
}

/// The range with its ends moved outwards to where characters begin; as it is in a line that is not UTF-8.
fn on_boundaries(content: &[u8], range: Range<usize>, line: &Range<usize>) -> Range<usize> {
    let Ok(text) = std::str::from_utf8(content) else {
        return range;
    };
    let mut start = range.start.clamp(line.start, line.end) - line.start;
    let mut end = range.end.clamp(line.start, line.end) - line.start;
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    line.start + start..line.start + end
}

/// Bytes as text, with what cannot be shown apart.
fn show(bytes: &[u8], mut put: impl FnMut(PieceKind, String)) {
    for chunk in bytes.utf8_chunks() {
        let mut text = String::new();
        for c in chunk.valid().chars() {
            let Some(shown) = control(c) else {
                text.push(c);
                continue;
            };
            if !text.is_empty() {
                put(PieceKind::Text, std::mem::take(&mut text));
            }
            put(PieceKind::Raw, shown);
        }
        if !text.is_empty() {
            put(PieceKind::Text, text);
        }
        if !chunk.invalid().is_empty() {
            let mut hex = String::new();
            for byte in chunk.invalid() {
                let _ = write!(hex, "\\x{byte:02X}");
            }
            put(PieceKind::Raw, hex);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &Line) -> String {
        let mut out = String::new();
        for piece in &line.pieces {
            if !piece.marks.is_empty() {
                out.push('[');
            }
            match piece.kind {
                PieceKind::Name => out.extend(["<", &piece.text, ">"]),
                PieceKind::Gap => out.push('_'),
                PieceKind::Raw => out.extend(["{", &piece.text, "}"]),
                PieceKind::Text => out.push_str(&piece.text),
            }
            for number in &piece.ends {
                out.extend(["]", &number.to_string()]);
            }
        }
        out
    }

    fn all(bytes: &[u8], marks: &[(Range<usize>, usize)]) -> Vec<String> {
        let marks: Vec<Mark> = marks
            .iter()
            .map(|(range, number)| Mark {
                range: range.clone(),
                number: *number,
            })
            .collect();
        lines(bytes, &marks).iter().map(shown).collect()
    }

    #[test]
    fn every_line_end_ends_a_line() {
        assert_eq!(
            all(b"MSH|a\rPID|b\r\nnone\nRXA", &[]),
            ["<MSH>|a", "<PID>|b", "none", "<RXA>"]
        );
        assert_eq!(all(b"", &[]), [""; 0]);
        assert_eq!(all(b"\r\r", &[]), ["", ""]);
    }

    #[test]
    fn marks_cut_and_number() {
        assert_eq!(all(b"PID|ab|c", &[(4..6, 1)]), ["<PID>|[ab]1|c"]);
        assert_eq!(
            all(b"PID|ab|c", &[(4..6, 1), (5..8, 2)]),
            ["<PID>|[a[b]1[|c]2"]
        );
        assert_eq!(all(b"PID|ab", &[(0..3, 1)]), ["[<PID>]1|ab"]);
    }

    #[test]
    fn what_is_missing_has_a_gap() {
        assert_eq!(all(b"PID||c\r", &[(4..4, 1)]), ["<PID>|[_]1|c"]);
        assert_eq!(all(b"PID|\rX", &[(4..4, 1)]), ["<PID>|[_]1", "X"]);
        assert_eq!(all(b"PID|", &[(4..4, 1)]), ["<PID>|[_]1"]);
        assert_eq!(all(b"PID|\r", &[(5..5, 1)]), ["<PID>|[_]1"]);
    }

    #[test]
    fn marks_outside_of_the_message_are_on_no_line() {
        let lines = lines(
            b"PID|a\r",
            &[Mark {
                range: 90..95,
                number: 1,
            }],
        );
        assert!(lines.iter().all(|l| l.marks.is_empty()));
        assert_eq!(all(b"PID|a\rX", &[(4..99, 1)]), ["<PID>|[a]1", "X"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_numbers() {
        assert_eq!(all(b"PID|Z\xeb\x0b", &[]), ["<PID>|Z{\\xEB}{\\x0B}"]);
        assert_eq!(all("PID|Zoë|".as_bytes(), &[(7..8, 1)]), ["<PID>|Zo[ë]1|"]);
    }
}
