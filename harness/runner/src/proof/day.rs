//! Days as people and systems write them.

use jiff::civil::Date;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A year of two digits below this one is of this century, else of the last.
const PIVOT: i16 = 50;

fn month(word: &str) -> Option<i8> {
    let word = word.trim_end_matches('.');
    if word.len() < 3 {
        return None;
    }
    let nth = MONTHS
        .iter()
        .position(|m| m.starts_with(word) || (word == "sept" && m.starts_with("sep")))?;
    i8::try_from(nth + 1).ok()
}

fn year(digits: &str) -> Option<i16> {
    let number: i16 = digits.parse().ok()?;
    match digits.len() {
        4 => Some(number),
        2 if number < PIVOT => Some(2000 + number),
        2 => Some(1900 + number),
        _ => None,
    }
}

/// Reads a day: `20260312`, `2026-03-12`, `3/12/2026` (month first, as in the United States, unless that is impossible),
/// `12 March 2026`, `Mar 12, 2026`, each also with a time after it. `None` for anything else, and for a month alone.
pub fn read_day(text: &str) -> Option<Date> {
    let text = text.trim().to_lowercase();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    if digits.len() >= 8 {
        return Date::strptime("%Y%m%d", digits.get(..8)?).ok();
    }
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .filter(|w| !is_weekday(w))
        .take(3)
        .map(|w| {
            // an ISO time hangs on its day
            w.split_once('t')
                .filter(|(d, _)| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
                .map_or(w, |(d, _)| d)
        })
        .collect();
    let [a, b, c] = words.as_slice() else {
        return None;
    };
    let number = |w: &str| -> Option<i8> {
        w.trim_end_matches(|c: char| c.is_ascii_alphabetic())
            .parse()
            .ok()
    };
    let date = |y: Option<i16>, m: Option<i8>, d: Option<i8>| Date::new(y?, m?, d?).ok();
    if let Some(m) = month(a) {
        return date(year(c), Some(m), number(b));
    }
    if let Some(m) = month(b) {
        return date(year(c), Some(m), number(a)).or_else(|| date(year(a), Some(m), number(c)));
    }
    if a.len() == 4 {
        return date(year(a), b.parse().ok(), number(c));
    }
    date(year(c), a.parse().ok(), b.parse().ok())
        .or_else(|| date(year(c), b.parse().ok(), a.parse().ok()))
}

fn is_weekday(word: &str) -> bool {
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ]
    .iter()
    .any(|d| *d == word || d.get(..3) == Some(word))
}

/// The ways in which a record may write a day, in small letters.
pub(crate) fn spellings(date: Date) -> Vec<String> {
    let (y, m, d) = (date.year(), date.month(), date.day());
    let short = y.rem_euclid(100);
    let name = MONTHS
        .get(usize::try_from(m - 1).unwrap_or_default())
        .copied()
        .unwrap_or_default();
    let three = name.get(..3).unwrap_or(name);
    let mut all = vec![
        format!("{y:04}-{m:02}-{d:02}"),
        format!("{y:04}/{m:02}/{d:02}"),
        format!("{y:04}.{m:02}.{d:02}"),
        format!("{y:04}{m:02}{d:02}"),
    ];
    for by in ["/", "-", "."] {
        for (mm, dd) in [
            (format!("{m:02}"), format!("{d:02}")),
            (m.to_string(), d.to_string()),
            (format!("{m:02}"), d.to_string()),
            (m.to_string(), format!("{d:02}")),
        ] {
            all.push(format!("{mm}{by}{dd}{by}{y:04}"));
            all.push(format!("{mm}{by}{dd}{by}{short:02}"));
        }
    }
    let mut names = vec![name.to_owned(), three.to_owned(), format!("{three}.")];
    if m == 9 {
        names.push("sept".to_owned());
        names.push("sept.".to_owned());
    }
    let ending = match (d % 10, d / 10) {
        (1, 0 | 2 | 3) => "st",
        (2, 0 | 2) => "nd",
        (3, 0 | 2) => "rd",
        _ => "th",
    };
    for name in names {
        for dd in [format!("{d:02}"), d.to_string(), format!("{d}{ending}")] {
            for (first, second) in [(" ", " "), (" ", ", "), ("-", "-"), ("/", "/")] {
                all.push(format!("{dd}{first}{name}{second}{y:04}"));
                all.push(format!("{name}{first}{dd}{second}{y:04}"));
            }
            all.push(format!("{dd}-{name}-{short:02}"));
            all.push(format!("{dd} {name} {short:02}"));
            all.push(format!("{dd} of {name} {y:04}"));
        }
    }
    all.sort();
    all.dedup();
    all
}

/// A day for people, from the eight digits of the plan; the text itself when it is no day.
pub(crate) fn words(text: &str) -> String {
    read_day(text).map_or_else(|| text.to_owned(), titer_plan::dates::words)
}

/// By how many days `found` is after `expected`.
pub(crate) fn days_after(expected: Date, found: Date) -> i64 {
    i64::from(found.since(expected).map_or(0, |s| s.get_days()))
}

/// `3 days early`, `1 day late`.
pub(crate) fn off(days: i64) -> String {
    let n = days.unsigned_abs();
    let unit = if n == 1 { "day" } else { "days" };
    let way = if days < 0 { "early" } else { "late" };
    format!("{n} {unit} {way}")
}

#[cfg(test)]
mod tests {
    use super::{days_after, off, read_day, spellings};
    use jiff::civil::date;

    #[test]
    fn days_are_read_as_people_write_them() {
        let day = date(2026, 3, 12);
        for text in [
            "20260312",
            "20260312101500-0500",
            "2026-03-12",
            "2026-03-12T10:15:00Z",
            "03/12/2026",
            "3/12/26",
            "3-12-2026",
            "12 March 2026",
            "March 12, 2026",
            "Mar. 12th 2026",
            "Thu Mar 12 2026",
            "12-Mar-2026",
            "2026/03/12 10:15",
        ] {
            assert_eq!(read_day(text), Some(day), "{text}");
        }
        // the month cannot be 25, so the day comes first
        assert_eq!(read_day("25/03/2026"), Some(date(2026, 3, 25)));
        assert_eq!(read_day("04/05/66"), Some(date(1966, 4, 5)));
        for text in ["", "2026", "March 2026", "soon", "2026-02-30", "13/13/2026"] {
            assert_eq!(read_day(text), None, "{text}");
        }
    }

    #[test]
    fn every_spelling_is_read_back() {
        for day in [date(2026, 3, 12), date(2026, 9, 3), date(2012, 12, 21)] {
            for text in spellings(day) {
                assert_eq!(read_day(&text.replace(" of ", " ")), Some(day), "{text}");
            }
        }
    }

    #[test]
    fn a_distance_is_told_in_words() {
        assert_eq!(
            off(days_after(date(2026, 3, 1), date(2026, 3, 12))),
            "11 days late"
        );
        assert_eq!(
            off(days_after(date(2026, 3, 12), date(2026, 3, 11))),
            "1 day early"
        );
    }
}
