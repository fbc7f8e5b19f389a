//! How the values of primitive data types are written.

/// `[+-]? digits [. digits]`, with a digit before or after the point.
pub(crate) fn number(raw: &[u8]) -> bool {
    let body = match raw {
        [b'+' | b'-', rest @ ..] => rest,
        _ => raw,
    };
    let whole = digits(body);
    match body.get(whole..) {
        Some([]) => whole > 0,
        Some([b'.', rest @ ..]) => {
            let part = digits(rest);
            part == rest.len() && (whole > 0 || part > 0)
        }
        _ => false,
    }
}

/// Digits only.
pub(crate) fn sequence(raw: &[u8]) -> bool {
    !raw.is_empty() && digits(raw) == raw.len()
}

/// `YYYY[MM[DD]]`.
pub(crate) fn date(raw: &[u8], real_leap_years: bool) -> bool {
    matches!(raw.len(), 4 | 6 | 8) && calendar(raw, real_leap_years)
}

/// `HH[MM[SS[.S[S[S[S]]]]]][+/-ZZZZ]`.
pub(crate) fn time(raw: &[u8]) -> bool {
    zoned(raw, |body| clock(body, &[2, 4, 6]))
}

/// `YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]`.
pub(crate) fn date_time(raw: &[u8], real_leap_years: bool) -> bool {
    zoned(raw, |body| {
        let cut = digits(body).min(8).min(body.len());
        let (date, rest) = body.split_at(cut);
        match date.len() {
            4 | 6 => rest.is_empty() && calendar(date, real_leap_years),
            8 => calendar(date, real_leap_years) && (rest.is_empty() || clock(rest, &[2, 4, 6])),
            _ => false,
        }
    })
}

fn digits(raw: &[u8]) -> usize {
    raw.iter().take_while(|b| b.is_ascii_digit()).count()
}

fn two(raw: &[u8], at: usize) -> Option<u32> {
    match raw.get(at..at + 2)? {
        [a, b] if a.is_ascii_digit() && b.is_ascii_digit() => {
            Some(u32::from(a - b'0') * 10 + u32::from(b - b'0'))
        }
        _ => None,
    }
}

fn calendar(raw: &[u8], real_leap_years: bool) -> bool {
    let (Some(century), Some(year)) = (two(raw, 0), two(raw, 2)) else {
        return false;
    };
    if raw.len() == 4 {
        return true;
    }
    let Some(month) = two(raw, 4).filter(|m| (1..=12).contains(m)) else {
        return false;
    };
    if raw.len() == 6 {
        return true;
    }
    let year = century * 100 + year;
    let leap = if real_leap_years {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    } else {
        year % 4 == 0
    };
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    };
    two(raw, 6).is_some_and(|d| (1..=days).contains(&d))
}

// cuts the zone off and checks it: hours to 23, minutes to 59
fn zoned(raw: &[u8], body: impl FnOnce(&[u8]) -> bool) -> bool {
    match raw.iter().position(|b| matches!(b, b'+' | b'-')) {
        None => body(raw),
        Some(at) => {
            let (before, zone) = raw.split_at(at);
            zone.len() == 5
                && two(zone, 1).is_some_and(|h| h < 24)
                && two(zone, 3).is_some_and(|m| m < 60)
                && body(before)
        }
    }
}

fn clock(raw: &[u8], lengths: &[usize]) -> bool {
    let cut = digits(raw);
    let (whole, rest) = raw.split_at(cut);
    let fraction = match rest {
        [] => true,
        [b'.', f @ ..] => cut == 6 && (1..=4).contains(&f.len()) && digits(f) == f.len(),
        _ => false,
    };
    fraction
        && lengths.contains(&cut)
        && two(whole, 0).is_some_and(|h| h < 24)
        && (cut < 4 || two(whole, 2).is_some_and(|m| m < 60))
        && (cut < 6 || two(whole, 4).is_some_and(|s| s < 60))
}

#[cfg(test)]
mod tests {
    use super::{date, date_time, number, sequence, time};

    #[test]
    fn numbers() {
        for good in ["1", "+1", "-1.5", "1.", ".5", "007"] {
            assert!(number(good.as_bytes()), "{good}");
        }
        for bad in ["", "+", ".", "1e5", "1,5", " 1", "1 "] {
            assert!(!number(bad.as_bytes()), "{bad}");
        }
        assert!(sequence(b"12") && !sequence(b"+1") && !sequence(b""));
    }

    #[test]
    fn dates() {
        for good in ["2024", "202402", "20240229", "20000229"] {
            assert!(date(good.as_bytes(), true), "{good}");
        }
        for bad in [
            "", "202", "20241", "202413", "20240230", "19000229", "20240001", "2024022a",
        ] {
            assert!(!date(bad.as_bytes(), true), "{bad}");
        }
        assert!(date(b"19000229", false));
    }

    #[test]
    fn times() {
        for good in [
            "00",
            "2359",
            "235959",
            "235959.1234",
            "12+0500",
            "1200-2359",
        ] {
            assert!(time(good.as_bytes()), "{good}");
        }
        for bad in [
            "",
            "24",
            "1260",
            "120060",
            "1200.1",
            "120000.",
            "120000.12345",
            "12+05",
            "12+2400",
        ] {
            assert!(!time(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn moments() {
        for good in [
            "2024",
            "2024-0500",
            "20240229",
            "2024022923",
            "20240229235959.1+0000",
        ] {
            assert!(date_time(good.as_bytes(), true), "{good}");
        }
        for bad in [
            "",
            "20240230",
            "202402292",
            "2024022924",
            "20150101120000+2500",
            "0000",
        ] {
            assert_eq!(date_time(bad.as_bytes(), true), bad == "0000", "{bad}");
        }
    }
}
