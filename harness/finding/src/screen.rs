//! Source lines made ready for a screen: every character one that can be printed, long lines cut around the marks.

use std::ops::Range;

/// What stands where a line was cut.
const CUT: &str = "...";
/// Characters kept on each side of the mark that matters most.
const AROUND_FIRST: usize = 30;
/// Characters kept on each side of any other mark.
const AROUND_OTHERS: usize = 10;
/// A longer mark is cut in its middle.
const LONGEST_MARK: usize = 60;

/// A line as it is shown, and where its marks are now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// What is printed.
    pub(crate) text: String,
    /// Byte ranges in `text`, one for each mark that was given, in the same order.
    pub(crate) marks: Vec<Range<usize>>,
}

/// Makes `line` printable and, when it is wider than `width` characters, cuts it around the marks (byte ranges in `line`;
/// the first one matters most). Bytes that are not UTF-8 show as U+FFFD, control characters as their pictures.
pub(crate) fn show(line: &[u8], marks: &[Range<usize>], width: usize) -> Shown {
    let cells = cells(line);
    let places: Vec<Range<usize>> = marks.iter().map(|m| place(&cells, m)).collect();
    let kept = kept(&cells, &places, width);
    let mut text = String::new();
    // where each cell begins in the text; a cell that was cut lies at the cut
    let mut at = Vec::with_capacity(cells.len() + 1);
    let mut cut = false;
    for (cell, keep) in cells.iter().zip(&kept) {
        if *keep {
            at.push(text.len());
            text.push(cell.shown);
        } else {
            if !cut {
                text.push_str(CUT);
            }
            at.push(text.len());
        }
        cut = !keep;
    }
    at.push(text.len());
    let marks = places
        .into_iter()
        .map(|p| {
            let from = at.get(p.start).copied().unwrap_or(text.len());
            let to = at.get(p.end).copied().unwrap_or(text.len());
            from..to.max(from)
        })
        .collect();
    Shown { text, marks }
}

/// One character of the source.
struct Cell {
    start: usize,
    shown: char,
}

fn cells(line: &[u8]) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(line.len());
    let mut start = 0;
    for chunk in line.utf8_chunks() {
        for c in chunk.valid().chars() {
            cells.push(Cell {
                start,
                shown: picture(c),
            });
            start += c.len_utf8();
        }
        for _ in chunk.invalid() {
            cells.push(Cell {
                start,
                shown: char::REPLACEMENT_CHARACTER,
            });
            start += 1;
        }
    }
    cells
}

/// The cells that a byte range covers; a range inside a character covers that character.
fn place(cells: &[Cell], mark: &Range<usize>) -> Range<usize> {
    let from = cells
        .partition_point(|c| c.start <= mark.start)
        .saturating_sub(1);
    let from = match cells.last() {
        // behind the last character
        Some(last) if mark.start > last.start => cells
            .iter()
            .skip(from)
            .position(|c| c.start >= mark.start)
            .map_or(cells.len(), |n| from + n),
        _ => from,
    };
    let to = cells.partition_point(|c| c.start < mark.end).max(from);
    from..to
}

fn kept(cells: &[Cell], places: &[Range<usize>], width: usize) -> Vec<bool> {
    let all = cells.len();
    if all <= width {
        return vec![true; all];
    }
    let mut kept = vec![false; all];
    let mut keep = |range: Range<usize>| {
        let end = range.end.min(all);
        if let Some(part) = kept.get_mut(range.start.min(end)..end) {
            part.fill(true);
        }
    };
    match places.first() {
        None => keep(0..width),
        Some(first) => {
            for (nth, place) in places.iter().enumerate() {
                let around = if nth == 0 {
                    AROUND_FIRST
                } else {
                    AROUND_OTHERS
                };
                if place.len() > LONGEST_MARK {
                    keep(place.start.saturating_sub(around)..place.start + LONGEST_MARK / 2);
                    keep(place.end.saturating_sub(LONGEST_MARK / 3)..place.end + around);
                } else {
                    keep(place.start.saturating_sub(around)..place.end + around);
                }
            }
            // a mark near an end leaves room on the other side
            let spare = width.saturating_sub(2 * AROUND_FIRST + first.len().min(LONGEST_MARK));
            if first.start < AROUND_FIRST {
                keep(first.end..first.end + spare);
            } else if all - first.end.min(all) < AROUND_FIRST {
                keep(first.start.saturating_sub(spare)..first.start);
            }
        }
    }
    // a hole no longer than its dots is not worth cutting
    let mut hole = 0;
    for i in 0..all {
        if kept.get(i) == Some(&true) {
            if hole <= CUT.len()
                && let Some(part) = kept.get_mut(i - hole..i)
            {
                part.fill(true);
            }
            hole = 0;
        } else {
            hole += 1;
        }
    }
    if hole <= CUT.len()
        && let Some(part) = kept.get_mut(all - hole..)
    {
        part.fill(true);
    }
    kept
}

/// A character that takes one place on the screen and does nothing there.
fn picture(c: char) -> char {
    match c {
        '\t' => ' ',
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or(' '),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{e000}'..='\u{f8ff}'
        | '\u{fff9}'..='\u{fffb}' => char::REPLACEMENT_CHARACTER,
        _ => c,
    }
}

/// Text for one line of a screen: control characters, line ends too, show as their pictures.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(picture).collect()
}

/// Text for several lines of a screen.
pub(crate) fn text(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(one_line).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(line: &[u8], mark: Range<usize>, width: usize) -> (String, String) {
        let shown = show(line, std::slice::from_ref(&mark), width);
        let part = shown.text[shown.marks[0].clone()].to_owned();
        (shown.text, part)
    }

    #[test]
    fn a_short_line_is_shown_whole() {
        let (text, part) = marked(b"PID|1||X", 7..8, 80);
        assert_eq!((text.as_str(), part.as_str()), ("PID|1||X", "X"));
    }

    #[test]
    fn a_long_line_is_cut_on_both_sides() {
        let line = [b"a".repeat(200), b"HERE".to_vec(), b"b".repeat(200)].concat();
        let (text, part) = marked(&line, 200..204, 80);
        assert_eq!(part, "HERE");
        assert!(text.starts_with("...a") && text.ends_with("b..."));
        assert!(text.len() <= 80);
    }

    #[test]
    fn a_long_mark_is_cut_in_its_middle() {
        let (text, part) = marked(&b"x".repeat(1000), 0..1000, 100);
        assert_eq!(text, part);
        assert_eq!(text.matches("...").count(), 1);
    }

    #[test]
    fn bytes_that_cannot_be_printed_take_one_place() {
        let (text, part) = marked(b"a\tb\x0b\xff\xfeX\x1b[31m", 6..7, 80);
        assert_eq!(text, "a b\u{240b}\u{fffd}\u{fffd}X\u{241b}[31m");
        assert_eq!(part, "X");
    }

    #[test]
    fn an_empty_mark_at_the_end_stays_at_the_end() {
        let (text, part) = marked(b"PID|", 4..4, 80);
        assert_eq!((text.as_str(), part.as_str()), ("PID|", ""));
    }

    proptest! {
        #[test]
        fn every_mark_lies_in_the_text(
            line in proptest::collection::vec(any::<u8>(), 0..300),
            a in 0usize..320, b in 0usize..320, c in 0usize..320, width in 10usize..120,
        ) {
            let shown = show(&line, &[a..a.max(b), c..c + 1], width);
            for mark in shown.marks {
                prop_assert!(shown.text.get(mark).is_some());
            }
            prop_assert!(!shown.text.chars().any(char::is_control));
        }
    }
}
