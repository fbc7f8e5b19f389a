//! Hiding values while their places stay visible.

use crate::phi::MASK;

/// Names that may stand at the start of a line and are structure, not values.
const STRUCTURE: &[&[u8]] = &[
    b"BHS", b"BTS", b"DSC", b"ERR", b"EVN", b"FHS", b"FTS", b"GT1", b"IN1", b"IN2", b"IN3", b"MSA",
    b"MSH", b"NK1", b"NTE", b"OBR", b"OBX", b"ORC", b"PD1", b"PID", b"PV1", b"PV2", b"QAK", b"QPD",
    b"QRD", b"QRF", b"RCP", b"RDF", b"RDT", b"RXA", b"RXR", b"SFT", b"TQ1", b"TQ2", b"URD",
];

/// What stands for each letter, digit and byte outside ASCII.
const CHARACTER: u8 = b'x';

/// The line with every letter, digit and byte outside ASCII replaced; delimiters and a name at its start stay. Each byte
/// stays one byte, so that places in the line stay the same.
pub(crate) fn line(bytes: &[u8]) -> Vec<u8> {
    let named = STRUCTURE.iter().any(|name| {
        bytes.starts_with(name) && !bytes.get(3).is_some_and(u8::is_ascii_alphanumeric)
    });
    let kept = if named { 3 } else { 0 };
    bytes
        .iter()
        .enumerate()
        .map(|(at, b)| {
            if at >= kept && (b.is_ascii_alphanumeric() || !b.is_ascii()) {
                CHARACTER
            } else {
                *b
            }
        })
        .collect()
}

/// The text with every occurrence of `value` that is not part of a longer word replaced.
pub(crate) fn scrub(text: &str, value: &str) -> String {
    if value.trim().is_empty() {
        return text.to_owned();
    }
    let mut scrubbed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(value) {
        let (before, found) = rest.split_at(at);
        let after = found.get(value.len()..).unwrap_or_default();
        let inside = |outer: Option<char>, inner: Option<char>| {
            outer.is_some_and(char::is_alphanumeric) && inner.is_some_and(char::is_alphanumeric)
        };
        let last = before.chars().next_back().or(scrubbed.chars().next_back());
        scrubbed.push_str(before);
        if inside(last, value.chars().next())
            || inside(after.chars().next(), value.chars().next_back())
        {
            // part of a longer word: passed over by one character
            let step = found.chars().next().map_or(1, char::len_utf8);
            let (passed, tail) = found.split_at(step);
            scrubbed.push_str(passed);
            rest = tail;
        } else {
            scrubbed.push_str(MASK);
            rest = after;
        }
    }
    scrubbed.push_str(rest);
    scrubbed
}

/// The text with every word in backquotes replaced that tells the value: the value in other letters, with other zeros
/// before it, or with blanks around it.
pub(crate) fn scrub_alike(text: &str, value: &str) -> String {
    fn plain(word: &str) -> &str {
        let word = word.trim();
        let digits = word.bytes().all(|b| b.is_ascii_digit());
        if digits {
            word.trim_start_matches('0')
        } else {
            word
        }
    }
    let value = plain(value);
    if value.is_empty() {
        return text.to_owned();
    }
    let parts = text.split('`').enumerate().map(|(nth, part)| {
        let quoted = nth % 2 == 1;
        if quoted && plain(part).eq_ignore_ascii_case(value) {
            MASK
        } else {
            part
        }
    });
    parts.collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn structure_stays_and_values_go() {
        let masked = line(b"PID|1||A-77^^^MYEHR^MR||DOE^J\xc3\xb6RG");
        assert_eq!(
            String::from_utf8_lossy(&masked),
            "PID|x||x-xx^^^xxxxx^xx||xxx^xxxxx"
        );
    }

    #[test]
    fn a_name_at_the_start_of_a_broken_line_goes() {
        assert_eq!(line(b"DOE|19900101"), b"xxx|xxxxxxxx");
        assert_eq!(line(b"PIDGEON^JO"), b"xxxxxxx^xx");
    }

    #[test]
    fn whole_words_are_scrubbed() {
        assert_eq!(
            scrub("`M` is Male, not M", "M"),
            "`‹masked›` is Male, not ‹masked›"
        );
        assert_eq!(scrub("nothing", ""), "nothing");
    }

    #[test]
    fn a_word_that_tells_the_value_goes_and_another_stays() {
        assert_eq!(
            scrub_alike("did you mean `F` or `M`?", "f"),
            "did you mean `‹masked›` or `M`?"
        );
        assert_eq!(scrub_alike("`08`, `18`", "8"), "`‹masked›`, `18`");
        assert_eq!(scrub_alike("`CP`", " "), "`CP`");
    }

    proptest! {
        #[test]
        fn length_stays(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(line(&bytes).len(), bytes.len());
        }

        #[test]
        fn scrubbing_ends(text in ".{0,40}", value in ".{0,4}") {
            scrub(&text, &value);
        }
    }
}
