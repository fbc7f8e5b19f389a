//! GS1 bar codes on packages: the DataMatrix with GTIN, lot and expiry, as people type it and as scanners send it.

use crate::ndc::Ndc;
use jiff::ToSpan;
use jiff::civil::Date;

/// The sign that ends a field of variable length in what a scanner sends.
pub const FNC1: char = '\u{1d}';

/// What stands in a bar code of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// The trade item, 14 digits, its check digit verified: key 01.
    pub gtin: Option<String>,
    /// The last day of use: key 17. Day `00` is the last of the month.
    pub expiry: Option<Date>,
    /// The lot: key 10.
    pub lot: Option<String>,
    /// The serial number: key 21.
    pub serial: Option<String>,
    /// The day of production: key 11.
    pub produced: Option<Date>,
    /// Other keys with their values.
    pub other: Vec<(String, String)>,
}

/// Why a bar code was not read; the place counts characters from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct ScanError {
    /// What is wrong.
    pub what: String,
    /// Where, in characters counted from 1.
    pub at: usize,
}

/// Keys and the length of their value where it is fixed.
const FIXED: &[(&str, usize)] = &[
    ("00", 18),
    ("01", 14),
    ("02", 14),
    ("11", 6),
    ("12", 6),
    ("13", 6),
    ("15", 6),
    ("16", 6),
    ("17", 6),
    ("20", 2),
];
/// Keys whose value may have any length up to this one.
const OPEN: &[(&str, usize)] = &[
    ("10", 20),
    ("21", 20),
    ("22", 20),
    ("30", 8),
    ("37", 8),
    ("235", 28),
    ("240", 30),
    ("241", 30),
    ("250", 30),
    ("253", 30),
    ("400", 30),
    ("414", 13),
    ("710", 20),
    ("711", 20),
    ("712", 20),
    ("713", 20),
    ("714", 20),
    ("715", 20),
];

impl Scan {
    /// Reads what was scanned or typed: `(01)...(17)...`, the raw form with FNC1 (as the sign 29, `<GS>` or `^]`), with or without
    /// the scanner's `]d2`, or fourteen digits alone.
    pub fn read(text: &str) -> Result<Scan, ScanError> {
        let text = text.trim();
        let raw = ["]d2", "]C1", "]e0", "]Q3"]
            .iter()
            .find_map(|p| text.strip_prefix(p))
            .unwrap_or(text);
        let skipped = text.chars().count() - raw.chars().count();
        let said = if raw.starts_with('(') {
            spoken(raw)
        } else {
            unspoken(raw)
        };
        let fields = said.map_err(|e| ScanError {
            at: e.at + skipped,
            ..e
        })?;
        let mut scan = Scan::default();
        for (key, value, at) in fields {
            scan.put(&key, value).map_err(|what| ScanError {
                what,
                at: at + skipped,
            })?;
        }
        Ok(scan)
    }

    fn put(&mut self, key: &str, value: String) -> Result<(), String> {
        let day = |value: &str| {
            short_date(value).ok_or_else(|| format!("`{value}` is no day such as 271231"))
        };
        match key {
            "01" if !check_digit_is_right(&value) => {
                let right = value.get(..13).and_then(check_digit);
                return Err(match right {
                    Some(right) => {
                        format!("the check digit of the GTIN `{value}` should be {right}")
                    }
                    None => format!("`{value}` is no GTIN"),
                });
            }
            "01" if self.gtin.is_some() => return Err("a second GTIN".to_owned()),
            "01" => self.gtin = Some(value),
            "10" => self.lot = Some(value),
            "11" => self.produced = Some(day(&value)?),
            "17" => self.expiry = Some(day(&value)?),
            "21" => self.serial = Some(value),
            _ => self.other.push((key.to_owned(), value)),
        }
        Ok(())
    }

    /// The codes that the GTIN may hold: an NDC has ten digits there, whose parts only a book can tell. Empty when the GTIN is not
    /// one of a drug in the United States.
    pub fn ndcs(&self) -> Vec<Ndc> {
        self.gtin.as_deref().map(ndcs_of_gtin).unwrap_or_default()
    }
}

/// The codes that a GTIN of 14 digits may hold.
pub fn ndcs_of_gtin(gtin: &str) -> Vec<Ndc> {
    let digits = gtin.as_bytes();
    match digits.get(1..3) {
        Some(b"03") if digits.len() == 14 => digits
            .get(3..13)
            .map(|ten| Ndc::of_gtin(ten).to_vec())
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

type Fields = Vec<(String, String, usize)>;

/// The form with keys in parentheses.
fn spoken(text: &str) -> Result<Fields, ScanError> {
    let mut fields = Vec::new();
    let mut at = 1;
    for part in text.split('(').skip(1) {
        let Some((key, value)) = part.split_once(')') else {
            return Err(ScanError {
                what: "a key without its closing parenthesis".to_owned(),
                at,
            });
        };
        let value = value.trim().trim_end_matches(FNC1);
        let here = at + key.chars().count() + 2;
        known(key, value.len(), value.is_ascii()).map_err(|what| ScanError { what, at: here })?;
        fields.push((key.to_owned(), value.to_owned(), here));
        at += part.chars().count() + 1;
    }
    Ok(fields)
}

/// Whether a key is known and its value has a right length.
fn known(key: &str, length: usize, ascii: bool) -> Result<(), String> {
    if !ascii {
        return Err("only letters, digits and signs of ASCII stand in a bar code".to_owned());
    }
    if let Some((_, want)) = FIXED.iter().find(|(k, _)| *k == key) {
        if length != *want {
            return Err(format!(
                "key {key} takes {want} characters, here are {length}"
            ));
        }
    } else if let Some((_, most)) = OPEN.iter().find(|(k, _)| *k == key) {
        if length == 0 || length > *most {
            return Err(format!(
                "key {key} takes 1 to {most} characters, here are {length}"
            ));
        }
    } else {
        return Err(format!("key `{key}` is not known"));
    }
    Ok(())
}

/// The form that a scanner sends.
fn unspoken(text: &str) -> Result<Fields, ScanError> {
    let plain = text.replace("<GS>", "\u{1d}").replace("^]", "\u{1d}");
    if plain.len() == 14 && plain.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(vec![("01".to_owned(), plain, 1)]);
    }
    let mut fields = Vec::new();
    let mut rest = plain.trim_start_matches(FNC1);
    let mut at = 1 + plain.len() - rest.len();
    while !rest.is_empty() {
        let wrong = |what: String| ScanError { what, at };
        if let Some((key, length)) = FIXED.iter().find(|(k, _)| rest.starts_with(k)) {
            let after = rest.get(key.len()..).unwrap_or_default();
            let Some((value, left)) = after.split_at_checked(*length) else {
                return Err(wrong(format!(
                    "key {key} takes {length} characters, here are {}",
                    after.chars().count()
                )));
            };
            fields.push(((*key).to_owned(), value.to_owned(), at + key.len()));
            at += key.len() + length;
            rest = left;
        } else if let Some((key, _)) = OPEN.iter().find(|(k, _)| rest.starts_with(k)) {
            let after = rest.get(key.len()..).unwrap_or_default();
            let (value, left) = after.split_once(FNC1).unwrap_or((after, ""));
            known(key, value.len(), value.is_ascii()).map_err(wrong)?;
            fields.push(((*key).to_owned(), value.to_owned(), at + key.len()));
            at += rest.chars().count() - left.chars().count();
            rest = left;
        } else {
            let key: String = rest.chars().take(2).collect();
            return Err(wrong(format!("key `{key}` is not known")));
        }
        let trimmed = rest.trim_start_matches(FNC1);
        at += rest.len() - trimmed.len();
        rest = trimmed;
    }
    if fields.is_empty() {
        return Err(ScanError {
            what: "nothing was scanned".to_owned(),
            at: 1,
        });
    }
    Ok(fields)
}

/// The check digit of GS1 for these digits: weights 3 and 1 from the right; `None` when something else stands there.
pub fn check_digit(digits: &str) -> Option<u32> {
    let mut sum = 0;
    for (nth, c) in digits.chars().rev().enumerate() {
        let digit = c.to_digit(10)?;
        sum += if nth % 2 == 0 { digit * 3 } else { digit };
    }
    (!digits.is_empty()).then_some((10 - sum % 10) % 10)
}

/// Whether the last digit is the check digit of those before it.
pub fn check_digit_is_right(digits: &str) -> bool {
    let Some((last, last_digit)) = digits
        .char_indices()
        .next_back()
        .and_then(|(at, c)| Some((at, c.to_digit(10)?)))
    else {
        return false;
    };
    digits.get(..last).and_then(check_digit) == Some(last_digit)
}

/// `YYMMDD` as GS1 reads it: `00` to `50` are of this century, the rest of the one before; day `00` is the last of the month.
pub(crate) fn short_date(text: &str) -> Option<Date> {
    if text.len() != 6 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let year: i16 = text.get(0..2)?.parse().ok()?;
    let month = text.get(2..4)?.parse().ok()?;
    let day: i8 = text.get(4..6)?.parse().ok()?;
    let year = if year > 50 { 1900 + year } else { 2000 + year };
    if day == 0 {
        return Some(Date::new(year, month, 1).ok()?.last_of_month());
    }
    Date::new(year, month, day).ok()
}

/// The day after.
pub(crate) fn day_after(date: Date) -> Date {
    date.checked_add(1.day()).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn wrong(text: &str) -> String {
        let error = Scan::read(text).expect_err(text);
        format!("{}: {}", error.at, error.what)
    }

    #[test]
    fn the_typed_and_the_scanned_form_say_the_same() {
        let typed = "(01)00349281425509(17)260630(10)UJ123AB(21)1000000001";
        let want = Scan {
            gtin: Some("00349281425509".to_owned()),
            expiry: Some(date(2026, 6, 30)),
            lot: Some("UJ123AB".to_owned()),
            serial: Some("1000000001".to_owned()),
            ..Scan::default()
        };
        for text in [
            typed.to_owned(),
            "01003492814255091726063010UJ123AB\u{1d}211000000001".to_owned(),
            "]d201003492814255091726063010UJ123AB\u{1d}211000000001".to_owned(),
            "01003492814255091726063010UJ123AB<GS>211000000001".to_owned(),
            "0100349281425509211000000001\u{1d}1726063010UJ123AB".to_owned(),
        ] {
            assert_eq!(Scan::read(&text).expect(&text), want);
        }
    }

    #[test]
    fn day_00_is_the_last_of_the_month() {
        let scan = Scan::read("(17)240200").expect("a day");
        assert_eq!(scan.expiry, Some(date(2024, 2, 29)));
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        assert_eq!(
            wrong("(01)00349281425508"),
            "5: the check digit of the GTIN `00349281425508` should be 9"
        );
        assert_eq!(wrong("(17)261331"), "5: `261331` is no day such as 271231");
        assert_eq!(wrong("(99)1"), "5: key `99` is not known");
        assert_eq!(wrong("(01"), "1: a key without its closing parenthesis");
        assert_eq!(wrong("01003"), "1: key 01 takes 14 characters, here are 3");
        assert_eq!(wrong(""), "1: nothing was scanned");
        assert_eq!(wrong("]d2zz"), "4: key `zz` is not known");
        assert!(wrong("10\u{e9}").contains("ASCII"));
    }
}
