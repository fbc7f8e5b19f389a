//! HL7 messages as they stand in XML: characters instead of bytes, sometimes with white space around.

use std::borrow::Cow;
use titer_hl7::Charset;

/// The message without the white space that pretty-printing puts around it.
///
/// Before the first character everything blank goes; behind the message, lines that are blank.
pub(crate) fn trim(text: &str) -> &str {
    let text = text.trim_start_matches(crate::xml::XML_SPACE);
    let kept = text.trim_end_matches(crate::xml::XML_SPACE);
    let tail = text.get(kept.len()..).unwrap_or_default();
    let ending = match tail.find(['\r', '\n']) {
        None => tail.len(),
        Some(at) => {
            let after = tail.get(at..).unwrap_or_default();
            at + if after.starts_with("\r\n") { 2 } else { 1 }
        }
    };
    text.get(..kept.len() + ending).unwrap_or(text)
}

/// How many lines begin a message or a batch: more than one is more than a single message.
pub(crate) fn messages(text: &str) -> usize {
    text.split(['\r', '\n'])
        .map(|line| line.trim_start_matches([' ', '\t']))
        .filter(|line| {
            ["MSH", "FHS", "BHS"].iter().any(|id| {
                line.strip_prefix(id)
                    .and_then(|rest| rest.chars().next())
                    .is_some_and(|c| !c.is_alphanumeric())
            })
        })
        .count()
}

/// Whether a batch or file header is among the lines.
pub(crate) fn is_batch(text: &str) -> bool {
    text.split(['\r', '\n'])
        .map(|line| line.trim_start_matches([' ', '\t']))
        .any(|line| line.starts_with("FHS|") || line.starts_with("BHS|"))
}

/// What MSH-18 says, when it is a set we read.
fn declared(message: &[u8]) -> Option<Charset> {
    let line = message
        .split(|b| matches!(b, b'\r' | b'\n'))
        .next()
        .unwrap_or_default();
    let separator = *line.strip_prefix(b"MSH")?.first()?;
    // MSH-1 is the separator itself, so MSH-18 is the 18th part of the line
    let field = line.split(|b| *b == separator).nth(17)?;
    let repetition = line.get(5).copied().unwrap_or(b'~');
    let first = field.split(|b| *b == repetition).next().unwrap_or_default();
    Charset::from_msh18(first).ok().flatten()
}

/// The characters of a message. `Err` has the offset of the first byte that is not valid in the set that MSH-18 names
/// (UTF-8 when it names none).
pub(crate) fn to_text(message: &[u8]) -> Result<Cow<'_, str>, usize> {
    match declared(message) {
        Some(Charset::Latin1) => Ok(Charset::Latin1.decode(message)),
        Some(_) | None => match std::str::from_utf8(message) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(e) => Err(e.valid_up_to()),
        },
    }
}

/// The bytes of a message in the set that MSH-18 names, UTF-8 when that set cannot carry them.
pub(crate) fn to_bytes(text: &str) -> Vec<u8> {
    let latin = matches!(declared(text.as_bytes()), Some(Charset::Latin1));
    if latin && !text.is_ascii() {
        let narrow: Option<Vec<u8>> = text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).ok())
            .collect();
        if let Some(bytes) = narrow {
            return bytes;
        }
    }
    text.as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_around_goes_and_the_end_of_the_last_segment_stays() {
        for (from, to) in [
            ("MSH|\r", "MSH|\r"),
            ("MSH|", "MSH|"),
            ("MSH|  ", "MSH|  "),
            ("\n  MSH|a\n   ", "MSH|a\n"),
            ("\r\n\tMSH|a\r\nPID|\r\n\r\n ", "MSH|a\r\nPID|\r\n"),
            (" \n ", ""),
            ("", ""),
        ] {
            assert_eq!(trim(from), to, "{from:?}");
        }
    }

    #[test]
    fn only_lines_that_begin_a_message_count() {
        for (text, count) in [
            ("MSH|^~\\&|MSH|\rPID|MSH\r", 1),
            ("MSH|\rMSH|\r", 2),
            ("MSH|\n  MSH#\n", 2),
            ("MSHX|\r", 0),
            ("FHS|\rBHS|\rMSH|\r", 3),
            ("", 0),
        ] {
            assert_eq!(messages(text), count, "{text:?}");
        }
        assert!(is_batch("BHS|^~\\&\rMSH|\r") && !is_batch("MSH|BHS|\r"));
    }

    #[test]
    fn the_declared_character_set_decides() {
        let latin = b"MSH|^~\\&|A||||||||||||||||8859/1\rPID|\xE9\r".as_slice();
        assert_eq!(declared(latin), None, "MSH-18 is not MSH-19");
        let latin = b"MSH|^~\\&|A|||||||||||||||8859/1~UNICODE\rPID|\xE9\r".as_slice();
        let text = to_text(latin).unwrap_or_default();
        assert!(text.ends_with("PID|\u{E9}\r"));
        assert_eq!(to_bytes(&text), latin);
        let too_wide = text.replace('\u{E9}', "\u{20AC}");
        assert_eq!(to_bytes(&too_wide), too_wide.as_bytes());
        assert_eq!(to_text(b"MSH|^~\\&|\xE9"), Err(9));
        assert_eq!(to_text(b"\xE9"), Err(0));
    }
}
