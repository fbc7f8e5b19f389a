//! Words and lines: spans are cut into words, and words set into lines of a width.

use super::marks::{self, Rgb};
use super::metrics::{Face, encode};
use crate::recognition::sheet::{Span, SpanKind};

/// How a word looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    pub(super) face: Face,
    pub(super) size: f32,
    pub(super) color: Rgb,
}

/// A stretch of text that is not broken, or only because it is wider than its line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub(super) style: Style,
    pub(super) bytes: Vec<u8>,
    /// The real text, when the bytes write some of it as numbers.
    pub(super) actual: Option<String>,
    pub(super) width: f32,
    /// Whether a space stands before it.
    pub(super) space: bool,
    /// Where it leads.
    pub(super) link: Option<String>,
    /// A mark to draw in its place.
    pub(super) mark: Option<&'static str>,
    /// Whether a new line begins with it.
    pub(super) breaks: bool,
}

/// A word at its place in a line.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) x: f32,
    pub(super) word: Word,
}

/// A line of words.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub(super) words: Vec<Placed>,
    pub(super) width: f32,
}

/// Words of spans at a size.
pub(super) fn words(spans: &[Span], size: f32, base: Rgb) -> Vec<Word> {
    let mut words = Vec::new();
    let mut space = false;
    let mut breaks = false;
    for span in spans {
        let style = match span.kind {
            SpanKind::Break => {
                breaks = true;
                space = false;
                continue;
            }
            SpanKind::Text => style(Face::Regular, size, base),
            SpanKind::Quiet => style(Face::Regular, size, marks::QUIET),
            SpanKind::Strong => style(Face::Bold, size, base),
            SpanKind::Code => style(Face::Mono, size * 0.95, base),
            SpanKind::Verdict => style(
                Face::Bold,
                size,
                marks::color(span.mark.unwrap_or_default()),
            ),
        };
        if let Some(mark) = span.mark {
            words.push(Word {
                style,
                bytes: Vec::new(),
                actual: None,
                width: size * 1.2,
                space,
                link: span.link.clone(),
                mark: Some(mark),
                breaks,
            });
            (space, breaks) = (false, false);
        }
        let first = words.len();
        cut(
            &span.text,
            style,
            span.link.as_deref(),
            &mut space,
            &mut words,
        );
        if let Some(word) = words.get_mut(first) {
            word.breaks |= breaks;
            breaks = false;
        }
    }
    words
}

pub(super) fn style(face: Face, size: f32, color: Rgb) -> Style {
    Style { face, size, color }
}

/// Cuts a text at spaces, and after separators of messages and paths.
pub(super) fn cut(
    text: &str,
    style: Style,
    link: Option<&str>,
    space: &mut bool,
    words: &mut Vec<Word>,
) {
    for (index, part) in text.split(' ').enumerate() {
        if index > 0 {
            *space = true;
        }
        for piece in part.split_inclusive(['|', '^', '~', '&', '/']) {
            let (bytes, replaced) = encode(piece);
            words.push(Word {
                style,
                width: style.face.measure(&bytes, style.size),
                bytes,
                actual: replaced.then(|| piece.to_owned()),
                space: std::mem::take(space),
                link: link.map(str::to_owned),
                mark: None,
                breaks: false,
            });
        }
    }
}

/// Sets words into lines. A word that is wider than a line is broken where it must be.
pub(super) fn lines(words: Vec<Word>, width: f32) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    for word in words {
        let gap = |word: &Word| {
            if word.space {
                word.style.face.measure(b" ", word.style.size)
            } else {
                0.0
            }
        };
        let mut rest = Some(word);
        while let Some(mut word) = rest.take() {
            let Some(line) = lines.last_mut() else {
                return lines;
            };
            let lead = if line.words.is_empty() {
                0.0
            } else {
                gap(&word)
            };
            let room = width - line.width - lead;
            if word.breaks {
                word.breaks = false;
                if !line.words.is_empty() {
                    lines.push(Line::default());
                    rest = Some(word);
                    continue;
                }
            }
            if word.width <= room {
                line.words.push(Placed {
                    x: line.width + lead,
                    word: word.clone(),
                });
                line.width += lead + word.width;
            } else if line.words.is_empty() {
                // wider than a whole line: as much as fits, and at least one character
                let (head, tail) = split(word, width);
                line.width = head.width;
                line.words.push(Placed { x: 0.0, word: head });
                if tail.is_some() {
                    lines.push(Line::default());
                }
                rest = tail;
            } else {
                lines.push(Line::default());
                rest = Some(word);
            }
        }
    }
    if lines.last().is_some_and(|l| l.words.is_empty()) && lines.len() > 1 {
        lines.pop();
    }
    lines
}

fn split(word: Word, width: f32) -> (Word, Option<Word>) {
    let mut taken = 0;
    let mut used = 0.0;
    for (index, byte) in word.bytes.iter().enumerate() {
        let next = word.style.face.measure(&[*byte], word.style.size);
        if index > 0 && used + next > width {
            break;
        }
        used += next;
        taken = index + 1;
    }
    if taken >= word.bytes.len() {
        return (word, None);
    }
    let mut head = word.clone();
    let tail = head.bytes.split_off(taken);
    head.width = used;
    // the real text cannot be told apart by bytes: what is shown stands for itself
    head.actual = None;
    let tail = Word {
        width: word.style.face.measure(&tail, word.style.size),
        bytes: tail,
        actual: None,
        space: false,
        ..word
    };
    (head, Some(tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str, width: f32) -> Vec<String> {
        lines(words(&[Span::text(text)], 10.0, marks::TEXT), width)
            .iter()
            .map(|l| {
                let mut out = String::new();
                for (i, p) in l.words.iter().enumerate() {
                    if i > 0 && p.word.space {
                        out.push(' ');
                    }
                    out.push_str(&String::from_utf8_lossy(&p.word.bytes));
                }
                out
            })
            .collect()
    }

    #[test]
    fn lines_end_at_spaces_and_long_words_where_they_must() {
        assert_eq!(set("one two three", 45.0), ["one two", "three"]);
        assert_eq!(set("iiiiiiiiiiii", 12.0), ["iiiii", "iiiii", "ii"]);
        assert_eq!(set("sample/AD-1/report", 60.0), ["sample/", "AD-1/report"]);
        assert_eq!(set("", 60.0), [""]);
        // narrower than a character: still one a line, and an end
        assert_eq!(set("WW", 1.0), ["W", "W"]);
    }
}
