//! Days, sizes and lists as people read them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// `22 November 2026`.
pub(crate) fn day(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// `22 November 2026, 10:05:03`, in UTC.
pub(crate) fn time(at: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::UTC);
    at.strftime("%-d %B %Y, %H:%M:%S UTC").to_string()
}

/// `2026-11-22T10:05:03Z`.
pub(crate) fn machine_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `1.2 MB`.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
    .replace(".0 ", " ")
}

/// `1 step`, `3 steps`.
pub(crate) fn many(n: usize, one: &str) -> String {
    if n == 1 {
        format!("1 {one}")
    } else {
        format!("{n} {one}s")
    }
}

/// A text with a capital letter at its start.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// A text as a sentence with its full stop.
pub(crate) fn full(text: &str) -> String {
    let text = sentence(text.trim());
    if text.is_empty() || text.ends_with(['.', '!', '?', ':']) {
        text
    } else {
        text + "."
    }
}

/// A part of an address.
pub(crate) fn escaped(part: &str) -> String {
    form_urlencoded::byte_serialize(part.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_sentences() {
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(100_000_000), "100 MB");
        assert_eq!(size(1_260), "1.3 kB");
        assert_eq!(full("it is wrong"), "It is wrong.");
        assert_eq!(full(""), "");
        assert_eq!(escaped("a b/c"), "a%20b%2Fc");
        assert_eq!(many(1, "step"), "1 step");
    }
}
