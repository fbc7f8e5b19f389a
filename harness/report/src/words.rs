//! Numbers, dates and outcomes as people read them. Every renderer takes its words from here.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use titer_runner::result::{Assertion, Counts, Evaluation, Outcome, Standing, Step};

/// `1 case`, `3 cases`.
pub(crate) fn count(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `22 November 2026`.
pub(crate) fn date(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// `22 November 2026, 10:04 UTC`.
pub(crate) fn time(time: Timestamp) -> String {
    let zoned = time.to_zoned(TimeZone::UTC);
    format!("{}, {} UTC", date(zoned.date()), zoned.strftime("%H:%M"))
}

/// `38 ms`, `1.3 s`, `2 min 5 s`.
pub(crate) fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms / 1_000 % 60),
    }
}

/// `312 bytes`, `1.2 kB`, `3.4 MB`.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => count(bytes, "byte", "bytes"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// One value on one line: control characters become visible, so that neither a terminal nor a reader is led astray.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match control(c) {
            Some(shown) => out.push_str(&shown),
            None => out.push(c),
        }
    }
    out
}

/// How a character is written that must not take effect: controls and direction overrides, as `\x1B` and `\u202E`.
pub(crate) fn control(c: char) -> Option<String> {
    match c {
        '\0'..='\x1f' | '\x7f'..='\u{9f}' => Some(format!("\\x{:02X}", u32::from(c))),
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some(format!("\\u{:04X}", u32::from(c)))
        }
        _ => None,
    }
}

/// A value for a sentence: quoted when it is there, in words when it is not.
pub(crate) fn value(value: Option<&str>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some("") => "an empty value".to_owned(),
        Some(text) => format!("`{}`", visible(text)),
    }
}

/// A word for an outcome.
pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Error => "could not be judged",
        Outcome::NotMet => "not met",
        Outcome::Inconclusive => "inconclusive",
        Outcome::Allowed => "also allowed",
        Outcome::Met => "met",
    }
}

/// An assertion in one sentence: what, where, expected, found.
pub(crate) fn assertion(assertion: &Assertion) -> String {
    let mut text = visible(&assertion.what);
    let bare = assertion.expected.is_none() && assertion.found.is_none();
    if let Some(at) = &assertion.at {
        text = format!("{text} ({})", visible(at));
    }
    if let Some(expected) = &assertion.expected {
        text = format!("{text}: expected {}", visible(expected));
        if assertion.outcome != Outcome::Met || assertion.found.is_some() {
            let found = value(assertion.found.as_ref().map(titer_finding::Phi::reveal));
            text = format!("{text}, found {found}");
        }
    } else if let Some(found) = &assertion.found {
        text = format!("{text}: found {}", value(Some(found.reveal())));
    }
    match assertion.because_text(false) {
        Some(because) if bare => format!("{text}: {}", visible(&because)),
        Some(because) => format!("{text}; {}", visible(&because)),
        None => text,
    }
}

/// The assertions that decide why a step is no plain pass, worst first and otherwise in order.
pub(crate) fn deciding(step: &Step) -> Vec<&Assertion> {
    let mut deciding: Vec<_> = step
        .assertions
        .iter()
        .filter(|a| a.outcome != Outcome::Met)
        .collect();
    deciding.sort_by_key(|a| a.outcome);
    deciding
}

/// The reason that the document itself gives for a step's verdict, or for its not counting.
pub(crate) fn reason(step: &Step) -> Option<String> {
    if let Some(because) = &step.because {
        return Some(visible(because));
    }
    match &step.evaluation {
        Evaluation::NotApplicable { because } | Evaluation::NotEvaluated { because } => {
            Some(visible(because))
        }
        Evaluation::Evaluated | Evaluation::Attestation => None,
    }
}

/// Why a step ended as it did, in one sentence; none when there is nothing to say about a pass.
pub(crate) fn why(step: &Step) -> Option<String> {
    if let Some(reason) = reason(step) {
        return Some(reason);
    }
    if let Some(first) = deciding(step).first() {
        return Some(assertion(first));
    }
    if step.verdict.is_bad() {
        return step.all_findings().next().map(|f| visible(&f.text(false)));
    }
    None
}

/// `11 passed, 1 failed, 2 known failures`: the standings that occur, in reading order, passes first.
pub(crate) fn counts(counts: &Counts) -> String {
    let parts: Vec<String> = READING_ORDER
        .iter()
        .filter(|s| counts.get(**s) > 0)
        .map(|s| counted(counts.get(*s), *s))
        .collect();
    if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join(", ")
    }
}

/// Passes first, then what is wrong, then what is open, then what is counted apart.
pub(crate) const READING_ORDER: [Standing; 11] = [
    Standing::Passed,
    Standing::PassedWithException,
    Standing::Failed,
    Standing::Error,
    Standing::UnexpectedPass,
    Standing::Inconclusive,
    Standing::KnownFailure,
    Standing::Pending,
    Standing::Attested,
    Standing::NotEvaluated,
    Standing::NotApplicable,
];

/// `2 known failures`, `3 passed`.
pub(crate) fn counted(n: u64, standing: Standing) -> String {
    match standing {
        Standing::KnownFailure => count(n, "known failure", "known failures"),
        Standing::UnexpectedPass => count(n, "unexpected pass", "unexpected passes"),
        other => format!("{n} {}", other.words()),
    }
}

/// The program and what it knew: `titer 0.1.0 with the code book of 2025-12-01`.
pub(crate) fn tool(tool: &titer_runner::result::ToolInfo) -> String {
    let mut out = format!("{} {}", tool.name, tool.version);
    if let Some(day) = &tool.code_book {
        out.push_str(" with the code book of ");
        out.push_str(day);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_change_their_unit() {
        assert_eq!(duration(999), "999 ms");
        assert_eq!(duration(1_349), "1.3 s");
        assert_eq!(duration(125_000), "2 min 5 s");
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(1_260), "1.2 kB");
        assert_eq!(size(3_450_000), "3.4 MB");
    }

    #[test]
    fn no_control_character_gets_out() {
        let text = visible("a\x1b[31m\r\n\u{202e}\u{9b}b\x7f");
        assert_eq!(text, "a\\x1B[31m\\x0D\\x0A\\u202E\\x9Bb\\x7F");
        assert_eq!(visible("Zoë 東"), "Zoë 東");
    }

    #[test]
    fn times_are_written_in_words() {
        let at: Timestamp = "2026-03-02T09:05:59Z".parse().expect("a time");
        assert_eq!(time(at), "2 March 2026, 09:05 UTC");
    }
}
