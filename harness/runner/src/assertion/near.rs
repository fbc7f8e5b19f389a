//! Near misses: why a value is almost the one that was expected. A person who reads "month and day are exchanged" is done;
//! one who reads two long numbers is not.

/// What makes `found` almost `expected`, in words that go after "found"; `None` when the two have nothing to do with each
/// other. The words hold no text from the message.
pub fn near_miss(expected: &str, found: &str) -> Option<&'static str> {
    if expected == found || expected.is_empty() || found.is_empty() {
        return None;
    }
    let (e, f) = (expected.trim(), found.trim());
    if e == f {
        return Some("the same but for blanks at an end");
    }
    if e.eq_ignore_ascii_case(f) || e.to_lowercase() == f.to_lowercase() {
        return Some("the same but for capital and small letters");
    }
    if unentity(f) == e {
        return Some("the same with XML entities left in it");
    }
    dates(e, f)
        .or_else(|| numbers(e, f))
        .or_else(|| letters(e, f))
}

fn unentity(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

// the leading digits when they are a plausible date, and what follows
fn date(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let year: u32 = digits.get(..4)?.parse().ok()?;
    let shape = matches!(digits.len(), 4 | 6 | 8 | 10 | 12 | 14) && (1800..2200).contains(&year);
    let month = digits.get(4..6).is_none_or(|m| m <= "12" && m > "00");
    (shape && month && (rest.is_empty() || rest.starts_with(['.', '+', '-'])))
        .then_some((digits, rest))
}

fn dates(expected: &str, found: &str) -> Option<&'static str> {
    // MMDDYYYY and DDMMYYYY do not look like a date themselves
    if let (Some((e, _)), 8) = (date(expected), found.len())
        && let (Some(y), Some(m), Some(d)) = (e.get(..4), e.get(4..6), e.get(6..8))
    {
        if found == format!("{m}{d}{y}") || found == format!("{d}{m}{y}") {
            return Some("the same date with the year at the end");
        }
        if found == format!("{y}{d}{m}") {
            return Some("month and day are exchanged");
        }
    }
    if let Some((e, _)) = date(expected)
        && e.len() == 8
        && found.len() == 10
        && let Some(plain) = iso(found)
        && plain == e
    {
        return Some("the same date with hyphens or slashes in it");
    }
    let ((e, _), (f, _)) = (date(expected)?, date(found)?);
    if e == f {
        return Some("the same but for fractions of a second or the offset from UTC");
    }
    if e.len() > f.len() && e.starts_with(f) {
        return Some("the same date, but less exact");
    }
    if f.len() > e.len() && f.starts_with(e) {
        return Some("the same date, but with more after it");
    }
    let day = |t: &str| -> Option<jiff::civil::Date> {
        jiff::civil::Date::new(
            t.get(..4)?.parse().ok()?,
            t.get(4..6)?.parse().ok()?,
            t.get(6..8)?.parse().ok()?,
        )
        .ok()
    };
    let days = day(f)?.since(day(e)?).ok()?.get_days();
    match days {
        0 => Some("the same day at another time"),
        1 => Some("one day late, as when a time zone is applied to a date"),
        -1 => Some("one day early, as when a time zone is applied to a date"),
        _ if e.get(4..8) == f.get(4..8) => Some("the same day of another year"),
        _ => None,
    }
}

fn iso(text: &str) -> Option<String> {
    let mut plain = String::new();
    for (i, c) in text.char_indices() {
        match c {
            '-' | '/' if i == 4 || i == 7 => {}
            c if c.is_ascii_digit() => plain.push(c),
            _ => return None,
        }
    }
    (plain.len() == 8).then_some(plain)
}

fn numbers(expected: &str, found: &str) -> Option<&'static str> {
    let plain = |t: &str| {
        !t.is_empty()
            && t.chars().all(|c| c.is_ascii_digit() || c == '.')
            && t.contains(|c: char| c.is_ascii_digit())
    };
    if plain(expected) && plain(found) {
        if expected.trim_start_matches('0') == found.trim_start_matches('0') {
            return Some("the same but for leading zeros");
        }
        let decimal = |t: &str| match t.split_once('.') {
            Some((whole, part)) => (
                whole.trim_start_matches('0').to_owned(),
                part.trim_end_matches('0').to_owned(),
            ),
            None => (t.trim_start_matches('0').to_owned(), String::new()),
        };
        if decimal(expected) == decimal(found) {
            return Some("the same number written otherwise");
        }
    }
    None
}

fn letters(expected: &str, found: &str) -> Option<&'static str> {
    let (e, f): (Vec<char>, Vec<char>) = (expected.chars().collect(), found.chars().collect());
    let bare = |t: &[char]| -> Vec<char> {
        t.iter()
            .filter(|c| c.is_alphanumeric())
            .flat_map(|c| c.to_lowercase())
            .collect()
    };
    if !bare(&e).is_empty() && bare(&e) == bare(&f) {
        return Some("the same but for punctuation and blanks");
    }
    if e.len() == f.len() {
        let different: Vec<usize> = (0..e.len()).filter(|i| e.get(*i) != f.get(*i)).collect();
        if let [a, b] = different.as_slice()
            && b - a == 1
            && e.get(*a) == f.get(*b)
            && e.get(*b) == f.get(*a)
        {
            return Some("two neighbouring characters are exchanged");
        }
        if different.len() == 1 && e.len() >= 5 {
            return Some("one character is different");
        }
    }
    if e.len() > f.len() && f.len() >= 3 && e.starts_with(&f) {
        return Some("the beginning of it: the rest was cut off");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::near_miss;

    #[test]
    fn says_how_a_value_is_almost_right() {
        for (expected, found, words) in [
            ("20260312", "20261203", "month and day are exchanged"),
            ("20260325", "20262503", "month and day are exchanged"),
            ("20260312", "03122026", "year at the end"),
            ("20260312", "2026-03-12", "hyphens"),
            ("20260312", "20260311", "one day early"),
            ("20260312", "20260313", "one day late"),
            ("20260312", "20250312", "another year"),
            ("20260312", "202603", "less exact"),
            ("20260312", "20260312101500", "more after it"),
            (
                "20260312101500.000+0000",
                "20260312101500+0000",
                "fractions",
            ),
            ("08", "8", "leading zeros"),
            ("0.5", "0.50", "written otherwise"),
            ("Bozeman", "BOZEMAN", "capital and small"),
            ("Bozeman", "Bozeman ", "blanks at an end"),
            ("208490", "208940", "neighbouring characters"),
            ("O'Neill", "ONeill", "punctuation"),
            ("A&B", "A&amp;B", "XML entities"),
            ("Richardson", "Richards", "cut off"),
            ("Y5841RR", "Y5841RQ", "one character"),
        ] {
            let said = near_miss(expected, found).unwrap_or("nothing");
            assert!(said.contains(words), "{expected} and {found}: {said}");
        }
    }

    #[test]
    fn says_nothing_where_values_are_equal_or_strangers() {
        for (expected, found) in [
            ("08", "08"),
            ("08", "110"),
            ("Wong", "Benton"),
            ("", "x"),
            ("x", ""),
            ("20260312", "19990101"),
        ] {
            assert_eq!(near_miss(expected, found), None, "{expected} and {found}");
        }
    }
}
