//! The fonts that every PDF reader has, their widths, and the characters they know.
//!
//! Only WinAnsi (Windows-1252) characters can be shown with them. Any other is written as `[U+0142]`, so that nothing is
//! lost on paper, and carries its real form beside it for whoever copies or listens. Widths are those of Adobe's published
//! metrics for the fourteen standard fonts, in thousandths of the size.

/// A typeface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Face {
    Regular,
    Bold,
    Mono,
    MonoBold,
}

impl Face {
    pub(super) const ALL: [Face; 4] = [Face::Regular, Face::Bold, Face::Mono, Face::MonoBold];

    /// The name in the page's resources.
    pub(super) fn name(self) -> &'static [u8] {
        match self {
            Face::Regular => b"F1",
            Face::Bold => b"F2",
            Face::Mono => b"F3",
            Face::MonoBold => b"F4",
        }
    }

    /// The font's PostScript name.
    pub(super) fn base(self) -> &'static [u8] {
        match self {
            Face::Regular => b"Helvetica",
            Face::Bold => b"Helvetica-Bold",
            Face::Mono => b"Courier",
            Face::MonoBold => b"Courier-Bold",
        }
    }

    fn width(self, byte: u8) -> u16 {
        let table = match self {
            Face::Regular => &HELVETICA,
            Face::Bold => &HELVETICA_BOLD,
            Face::Mono | Face::MonoBold => return 600,
        };
        byte.checked_sub(32)
            .and_then(|i| table.get(usize::from(i)))
            .copied()
            .unwrap_or(0)
    }

    /// The width of encoded text at a size, in points.
    pub(super) fn measure(self, bytes: &[u8], size: f32) -> f32 {
        let sum: u32 = bytes.iter().map(|b| u32::from(self.width(*b))).sum();
        sum as f32 * size / 1000.0
    }
}

/// A character's byte in WinAnsi, when it has one.
pub(super) fn win_ansi(c: char) -> Option<u8> {
    let code = u32::from(c);
    match code {
        0x20..=0x7e | 0xa0..=0xff => u8::try_from(code).ok(),
        _ => HIGH
            .iter()
            .position(|h| *h == c && c != '\0')
            .and_then(|i| u8::try_from(i + 0x80).ok()),
    }
}

/// Text as bytes of the fonts' encoding; whether something had to be written as a number.
pub(super) fn encode(text: &str) -> (Vec<u8>, bool) {
    let mut bytes = Vec::with_capacity(text.len());
    let mut replaced = false;
    for c in text.chars() {
        match win_ansi(c) {
            Some(byte) => bytes.push(byte),
            None => {
                replaced = true;
                bytes.extend(format!("[U+{:04X}]", u32::from(c)).bytes());
            }
        }
    }
    (bytes, replaced)
}

/// The characters of the bytes 0x80 to 0x9F; `\0` where there is none.
const HIGH: [char; 32] = [
    '\u{20ac}', '\0', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{2c6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\0', '\u{17d}', '\0', '\0',
    '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}',
    '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\0', '\u{17e}', '\u{178}',
];

#[rustfmt::skip]
const HELVETICA: [u16; 224] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, 0,
    556, 0, 222, 556, 333, 1000, 556, 556, 333, 1000, 667, 333, 1000, 0, 611, 0,
    0, 222, 222, 333, 333, 350, 556, 1000, 333, 1000, 500, 333, 944, 0, 500, 667,
    278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 333,
    400, 584, 333, 333, 333, 556, 537, 278, 333, 333, 365, 556, 834, 834, 834, 611,
    667, 667, 667, 667, 667, 667, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278,
    722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611,
    556, 556, 556, 556, 556, 556, 889, 500, 556, 556, 556, 556, 278, 278, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 584, 611, 556, 556, 556, 556, 500, 556, 500,
];

#[rustfmt::skip]
const HELVETICA_BOLD: [u16; 224] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
    975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
    333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
    611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584, 0,
    556, 0, 278, 556, 500, 1000, 556, 556, 333, 1000, 667, 333, 1000, 0, 611, 0,
    0, 278, 278, 500, 500, 350, 556, 1000, 333, 1000, 556, 333, 944, 0, 500, 667,
    278, 333, 556, 556, 556, 556, 280, 556, 333, 737, 370, 556, 584, 333, 737, 333,
    400, 584, 333, 333, 333, 611, 556, 278, 333, 333, 365, 556, 834, 834, 834, 611,
    722, 722, 722, 722, 722, 722, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278,
    722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611,
    556, 556, 556, 556, 556, 556, 889, 556, 556, 556, 556, 556, 278, 278, 278, 278,
    611, 611, 611, 611, 611, 611, 611, 584, 611, 611, 611, 611, 611, 556, 611, 556,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_fonts_do_not_have_is_written_as_a_number() {
        assert_eq!(encode("Zo\u{eb}"), (b"Zo\xeb".to_vec(), false));
        assert_eq!(encode("\u{142}x"), (b"[U+0142]x".to_vec(), true));
        assert_eq!(encode("\u{1f600}"), (b"[U+1F600]".to_vec(), true));
        assert_eq!(encode("\u{2013}\u{20ac}"), (vec![0x96, 0x80], false));
        assert_eq!(encode("\0\u{81}").0, b"[U+0000][U+0081]");
    }

    #[test]
    fn widths_are_those_of_the_metrics() {
        assert!((Face::Regular.measure(b"Wi", 10.0) - 11.66).abs() < 0.001);
        assert!((Face::Bold.measure(b"Wi", 10.0) - 12.22).abs() < 0.001);
        assert!((Face::Mono.measure(b"abc", 10.0) - 18.0).abs() < 0.001);
    }
}
