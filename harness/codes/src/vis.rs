//! The encoded string of a vaccine information statement: what the bar code on the sheet says.
//!
//! `253`, then 13 digits of the document (a GS1 GDTI with its check digit), then six digits for the edition: `11` is the key of GS1
//! for a day of production, and `YYMMDD` follows, 24 digits in all.

use jiff::civil::Date;

/// The parts of an encoded string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisString<'t> {
    /// The document, 13 digits.
    pub document: &'t str,
    /// The edition.
    pub edition: Date,
}

impl<'t> VisString<'t> {
    /// Reads an encoded string; `None` when it is none, the document's check digit is wrong or there is no such day.
    pub fn read(text: &'t str) -> Option<VisString<'t>> {
        if text.len() != 24 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let rest = text.strip_prefix("253")?;
        let (document, rest) = rest.split_at_checked(13)?;
        if !crate::gs1::check_digit_is_right(document) {
            return None;
        }
        let day = rest.strip_prefix("11")?;
        let edition = crate::gs1::short_date(day)?;
        Some(VisString { document, edition })
    }
}
