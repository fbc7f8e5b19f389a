//! National Drug Codes in all their spellings.
//!
//! FDA gives ten digits in three parts, 4-4-2, 5-3-2 or 5-4-1. Messages and CDC's tables use eleven, 5-4-2, where the short part has
//! a zero before it. From 2033 on FDA gives twelve digits, 6-4-2; the old ones get a zero before the labeler.

use std::fmt;

/// The ten-digit form from which a code comes: which part is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// 4-4-2: the labeler has four digits.
    Labeler4,
    /// 5-3-2: the product has three.
    Product3,
    /// 5-4-1: the package has one.
    Package1,
    /// 5-4-2: eleven digits, and the ten-digit form is not told.
    Eleven,
    /// 6-4-2: twelve digits, the form to come.
    Twelve,
}

impl Shape {
    /// As a book and FDA write it.
    pub fn name(self) -> &'static str {
        match self {
            Shape::Labeler4 => "4-4-2",
            Shape::Product3 => "5-3-2",
            Shape::Package1 => "5-4-1",
            Shape::Eleven => "5-4-2",
            Shape::Twelve => "6-4-2",
        }
    }

    /// The shape of this name.
    pub fn named(name: &str) -> Option<Shape> {
        [
            Shape::Labeler4,
            Shape::Product3,
            Shape::Package1,
            Shape::Eleven,
            Shape::Twelve,
        ]
        .into_iter()
        .find(|s| s.name() == name)
    }
}

/// A well-formed NDC: twelve digits, 6-4-2, the first of which is 0 for every code given so far.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ndc([u8; 12]);

/// Ten digits without hyphens can stand for three codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// One code, and the shape in which it was written.
    One(Ndc, Shape),
    /// Ten digits without hyphens: what they are as 4-4-2, 5-3-2 and 5-4-1.
    Ten([Ndc; 3]),
}

impl Ndc {
    /// Reads any spelling; `None` when it is not well formed. Space around it does not count, and neither do hyphens in
    /// eleven or twelve digits.
    pub fn read(text: &str) -> Option<Read> {
        let text = text.trim();
        let mut digits = [0_u8; 12];
        let mut count = 0;
        let mut parts = [0_usize; 3];
        let mut part = 0;
        for byte in text.bytes() {
            match byte {
                b'-' => {
                    part += 1;
                    if part > 2 {
                        return None;
                    }
                }
                b'0'..=b'9' => {
                    *digits.get_mut(count)? = byte;
                    count += 1;
                    *parts.get_mut(part)? += 1;
                }
                _ => return None,
            }
        }
        let shaped = |shape| Some(Read::One(Ndc::from_shape(&digits, shape), shape));
        match (part, parts, count) {
            (2, [4, 4, 2], _) => shaped(Shape::Labeler4),
            (2, [5, 3, 2], _) => shaped(Shape::Product3),
            (2, [5, 4, 1], _) => shaped(Shape::Package1),
            (2, [5, 4, 2], _) | (0, _, 11) => shaped(Shape::Eleven),
            (2, [6, 4, 2], _) | (0, _, 12) => shaped(Shape::Twelve),
            (0, _, 10) => Some(Read::Ten(Ndc::of_ten(&digits))),
            _ => None,
        }
    }

    /// What ten digits without hyphens may be.
    fn of_ten(digits: &[u8; 12]) -> [Ndc; 3] {
        [Shape::Labeler4, Shape::Product3, Shape::Package1].map(|s| Ndc::from_shape(digits, s))
    }

    /// The code whose digits, in this shape, are the first of `digits`.
    fn from_shape(digits: &[u8; 12], shape: Shape) -> Ndc {
        let zeros: &[usize] = match shape {
            Shape::Labeler4 => &[0, 1],
            Shape::Product3 => &[0, 6],
            Shape::Package1 => &[0, 10],
            Shape::Eleven => &[0],
            Shape::Twelve => &[],
        };
        let mut from = digits.iter();
        let mut ndc = [b'0'; 12];
        let mut zeros = zeros.iter().copied();
        let mut zero = zeros.next();
        for (at, place) in ndc.iter_mut().enumerate() {
            if zero == Some(at) {
                zero = zeros.next();
            } else {
                *place = from.next().copied().unwrap_or(b'0');
            }
        }
        Ndc(ndc)
    }

    /// The code whose ten digits are in a GTIN: with its indicator, `03` and check digit.
    pub(crate) fn of_gtin(ten: &[u8]) -> [Ndc; 3] {
        let mut digits = [b'0'; 12];
        for (place, digit) in digits.iter_mut().zip(ten.iter().take(10)) {
            *place = *digit;
        }
        Ndc::of_ten(&digits)
    }

    fn digits(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The spelling of books and messages, 5-4-2 with hyphens; `None` when the labeler needs six digits.
    pub fn eleven(self) -> Option<Eleven> {
        self.0.strip_prefix(b"0").map(|rest| {
            let mut text = [b'-'; 13];
            let places = (0..5).chain(6..10).chain(11..13);
            for (place, digit) in places.zip(rest) {
                if let Some(at) = text.get_mut(place) {
                    *at = *digit;
                }
            }
            Eleven(text)
        })
    }

    /// The spelling in this shape; `None` when a digit that would have to go is not 0.
    pub fn write(self, shape: Shape, hyphens: bool) -> Option<String> {
        let d = self.digits();
        let part = |from: usize, to: usize| d.get(from..to);
        let zero = |at: usize| d.as_bytes().get(at) == Some(&b'0');
        let (labeler, product, package) = match shape {
            Shape::Twelve => (part(0, 6)?, part(6, 10)?, part(10, 12)?),
            _ if !zero(0) => return None,
            Shape::Eleven => (part(1, 6)?, part(6, 10)?, part(10, 12)?),
            Shape::Labeler4 if zero(1) => (part(2, 6)?, part(6, 10)?, part(10, 12)?),
            Shape::Product3 if zero(6) => (part(1, 6)?, part(7, 10)?, part(10, 12)?),
            Shape::Package1 if zero(10) => (part(1, 6)?, part(6, 10)?, part(11, 12)?),
            _ => return None,
        };
        Some(if hyphens {
            format!("{labeler}-{product}-{package}")
        } else {
            format!("{labeler}{product}{package}")
        })
    }
}

impl fmt::Debug for Ndc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ndc({self})")
    }
}

impl fmt::Display for Ndc {
    /// Eleven digits with hyphens, or twelve where eleven are not enough.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.eleven() {
            Some(eleven) => f.write_str(eleven.as_str()),
            None => f.write_str(&self.write(Shape::Twelve, true).unwrap_or_default()),
        }
    }
}

/// An NDC as books and messages write it, such as `49281-0425-50`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Eleven([u8; 13]);

impl Eleven {
    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> String {
        match Ndc::read(text) {
            Some(Read::One(ndc, _)) => ndc.to_string(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn every_spelling_is_the_same_code() {
        for text in [
            "49281-425-50",
            "49281-0425-50",
            "49281042550",
            "049281-0425-50",
            "049281042550",
            " 49281-0425-50 ",
        ] {
            assert_eq!(one(text), "49281-0425-50", "{text}");
        }
        assert_eq!(one("0006-4045-00"), "00006-4045-00");
        assert_eq!(one("63851-0511-1"), "63851-0511-01");
    }

    #[test]
    fn ten_digits_alone_are_three_codes() {
        let Some(Read::Ten(all)) = Ndc::read("4928142550") else {
            panic!("ten digits");
        };
        let all = all.map(|n| n.to_string());
        assert_eq!(all, ["04928-1425-50", "49281-0425-50", "49281-4255-00"]);
    }

    #[test]
    fn what_is_no_ndc_is_not_read() {
        for text in [
            "",
            "-",
            "--",
            "4928",
            "49281-0425",
            "49281-0425-50-1",
            "4928A-0425-50",
            "49281-4255-0-",
            "4928-425-50",
            "0000000000000",
            "４９２８１０４２５５０",
        ] {
            assert_eq!(Ndc::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_labeler_of_six_digits_has_no_short_spelling() {
        let Some(Read::One(ndc, Shape::Twelve)) = Ndc::read("123456-0425-50") else {
            panic!("twelve digits");
        };
        assert!(ndc.eleven().is_none());
        assert_eq!(ndc.write(Shape::Eleven, true), None);
        assert_eq!(ndc.to_string(), "123456-0425-50");
    }
}
