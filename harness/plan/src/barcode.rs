//! Bar codes of the stock: GS1 element strings, and DataMatrix symbols (ECC 200, GS1) as SVG.
//!
//! A package of vaccine carries its trade item number (GTIN), its last day and its lot in one square symbol (GS1 General
//! Specifications, application identifiers 01, 17 and 10; ISO/IEC 16022). A tester holds a scanner to the screen or to
//! the printed page, and the system under test fills in the rest. Not here: reading what a scanner sends, which the code
//! book does.

use crate::model::Stock;
use crate::render::{RenderError, Scope};
use datamatrix::{DataMatrix, SymbolList};
use std::fmt::Write;

/// Modules of white around a symbol; the standard asks for one.
const QUIET: usize = 2;
/// Side of a module in pixels, so that a screen shows it whole and a scanner reads it from there.
const PIXELS: usize = 5;
/// Characters of a lot at most (application identifier 10).
const LOT: usize = 20;

/// Why there is no bar code.
#[derive(Debug, thiserror::Error)]
pub enum BarcodeError {
    /// The stock line has no GTIN.
    #[error("it has no GTIN")]
    NoGtin,
    /// The GTIN is not fourteen digits.
    #[error("a GTIN has 14 digits, and `{0}` has not")]
    Gtin(String),
    /// The GTIN's last digit is not the one that follows from the others.
    #[error("the check digit of the GTIN `{gtin}` is not right: it would be {right}")]
    CheckDigit {
        /// The GTIN.
        gtin: String,
        /// The digit that its first thirteen digits ask for.
        right: u8,
    },
    /// The lot is empty, or holds what a bar code cannot.
    #[error(
        "the lot `{lot}` cannot stand in a bar code: it has 1 to 20 letters, digits and signs of ASCII"
    )]
    Lot {
        /// The lot.
        lot: String,
    },
    /// The last day is not a date.
    #[error("the last day `{day}` is not a date of eight digits")]
    Day {
        /// What stands there.
        day: String,
    },
    /// A text of the line cannot be filled in.
    #[error("cannot fill in {what}")]
    Render {
        /// Which one.
        what: &'static str,
        /// Why.
        source: RenderError,
    },
    /// The text does not fit into the largest symbol.
    #[error("`{text}` is too long for a bar code")]
    TooLong {
        /// The text.
        text: String,
    },
}

/// What a bar code of a package says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Barcode {
    /// Fourteen digits, the last one their check digit.
    pub gtin: String,
    /// The last day, `YYMMDD`.
    pub expires: String,
    /// The lot.
    pub lot: String,
}

/// The check digit that belongs to the digits before it (GS1: weights 3 and 1 from the right). `None` when something else
/// than digits is among them.
///
/// ```
/// assert_eq!(titer_plan::barcode::check_digit("0035816081143"), Some(2));
/// ```
pub fn check_digit(digits: &str) -> Option<u8> {
    let mut sum = 0;
    for (i, c) in digits.chars().rev().enumerate() {
        let digit = c.to_digit(10)?;
        sum += digit * if i % 2 == 0 { 3 } else { 1 };
    }
    u8::try_from((10 - sum % 10) % 10).ok()
}

/// The GTIN of a package with this ten-digit National Drug Code: indicator 0, the prefix 03 of the United States' drugs,
/// the ten digits, the check digit. The hyphens of the NDC do not matter.
///
/// ```
/// assert_eq!(titer_plan::barcode::gtin_of_ndc("58160-811-43").as_deref(), Some("00358160811432"));
/// ```
pub fn gtin_of_ndc(ndc10: &str) -> Option<String> {
    let digits: String = ndc10.chars().filter(|c| *c != '-').collect();
    if digits.len() != 10 {
        return None;
    }
    let head = format!("003{digits}");
    let check = check_digit(&head)?;
    Some(format!("{head}{check}"))
}

/// The bar code of a stock line.
pub fn of_line(scope: &Scope<'_>, line: &Stock) -> Result<Barcode, BarcodeError> {
    let fill = |what: &'static str, text: &crate::model::Text| {
        scope
            .text(text)
            .map_err(|source| BarcodeError::Render { what, source })
    };
    let lot = fill("the lot", &line.lot)?;
    let day = fill("the last day", &line.expires)?;
    let expires = day
        .get(2..8)
        .filter(|_| day.len() == 8 && jiff::civil::Date::strptime("%Y%m%d", &day).is_ok())
        .map(str::to_owned);
    let expires = expires.ok_or(BarcodeError::Day { day })?;
    let fits = |c: char| c.is_ascii_graphic() && !"#$@[\\]^`{|}~".contains(c);
    if lot.is_empty() || lot.len() > LOT || !lot.chars().all(fits) {
        return Err(BarcodeError::Lot { lot });
    }
    let gtin = fill("the GTIN", line.gtin.as_ref().ok_or(BarcodeError::NoGtin)?)?;
    let (head, last) = match (gtin.get(..13), gtin.get(13..)) {
        (Some(head), Some(last)) if gtin.len() == 14 => (head, last),
        _ => return Err(BarcodeError::Gtin(gtin)),
    };
    let Some(right) = check_digit(head) else {
        return Err(BarcodeError::Gtin(gtin));
    };
    if last != right.to_string() {
        return Err(BarcodeError::CheckDigit { gtin, right });
    }
    Ok(Barcode { gtin, expires, lot })
}

impl Barcode {
    /// The element string for people: `(01)00358160811432(17)290927(10)IIPVAXN01`.
    pub fn elements(&self) -> String {
        format!("(01){}(17){}(10){}", self.gtin, self.expires, self.lot)
    }

    /// The element string as it stands in the symbol, after the FNC1 with which it begins. The lot is last, so no sign ends it.
    pub fn data(&self) -> String {
        format!("01{}17{}10{}", self.gtin, self.expires, self.lot)
    }

    /// What a scanner sends: the symbology's mark and the element string.
    pub fn scanned(&self) -> String {
        format!("]d2{}", self.data())
    }

    /// The symbol as an SVG picture of its own, black on white, with a title that reads it aloud.
    pub fn svg(&self) -> Result<String, BarcodeError> {
        let data = self.data();
        let squares = SymbolList::default().enforce_square();
        let symbol = DataMatrix::encode_gs1(data.as_bytes(), squares)
            .map_err(|_| BarcodeError::TooLong { text: data })?;
        let bitmap = symbol.bitmap();
        let side = bitmap.width() + 2 * QUIET;
        let mut path = String::new();
        let mut dark = bitmap.pixels().peekable();
        while let Some((x, y)) = dark.next() {
            let mut run = 1;
            while dark.next_if_eq(&(x + run, y)).is_some() {
                run += 1;
            }
            let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
        }
        let pixels = side * PIXELS;
        let title = xml(&self.elements());
        Ok(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{pixels}\" height=\"{pixels}\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
             <title>DataMatrix {title}</title><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>\n"
        ))
    }
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
