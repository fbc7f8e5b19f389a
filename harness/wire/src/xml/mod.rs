//! XML as SOAP needs it: bytes to text, text to a small tree, text to escaped text.
//!
//! Reading is stricter than the parser underneath: document type declarations, entities, characters outside XML 1.0 and
//! documents that are too deep or too wide are refused, and every refusal has a line and a column.

mod decode;
mod tree;
mod write;

pub use decode::{Decoded, decode};
pub(crate) use tree::XML_SPACE;
pub use tree::{Attribute, Element, Limits, parse};
pub use write::{NotXml, escape, first_forbidden};
pub(crate) use write::{Writer, is_xml_char};

/// Why a document could not be read, and where.
///
/// The text never holds anything of the document, which may identify a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} (line {line}, column {column})")]
pub struct XmlError {
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
    /// What is wrong.
    pub reason: String,
}

impl XmlError {
    /// An error at a byte offset of `text`.
    pub(crate) fn at(text: &str, offset: usize, reason: impl Into<String>) -> Self {
        let (line, column) = place(text, offset);
        Self {
            line,
            column,
            reason: reason.into(),
        }
    }
}

/// Line and column, both counted from 1, of a byte offset. CR, LF and CRLF each end a line.
pub(crate) fn place(text: &str, offset: usize) -> (u32, u32) {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = text.get(..end).unwrap_or_default();
    let bytes = before.as_bytes();
    let mut line = 1u32;
    let mut start = 0;
    for (i, b) in bytes.iter().enumerate() {
        let ends = *b == b'\n' || (*b == b'\r' && bytes.get(i + 1) != Some(&b'\n'));
        if ends {
            line += 1;
            start = i + 1;
        }
    }
    let column = before.get(start..).unwrap_or_default().chars().count() as u32 + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_every_kind_of_line_end() {
        let text = "ab\r\ncd\re\n\u{E9}f";
        let at = |needle: &str| place(text, text.find(needle).unwrap_or_default());
        assert_eq!(at("a"), (1, 1));
        assert_eq!(at("b"), (1, 2));
        assert_eq!(at("d"), (2, 2));
        assert_eq!(at("e"), (3, 1));
        assert_eq!(at("f"), (4, 2));
        assert_eq!(place(text, 9999), (4, 3));
        assert_eq!(place("\u{E9}", 1), (1, 1));
    }

    #[test]
    fn line_ends_and_references_are_read_as_xml_says() {
        let read = |inside: &str| parse(&format!("<a>{inside}</a>"), &Limits::default());
        for (inside, text) in [
            ("a\rb\r\nc\nd", "a\nb\nc\nd"),
            ("a&#xD;b&#13;c&#xd;\r", "a\rb\rc\r\n"),
            ("\r&amp;", "\n&"),
            ("&#xD;\n", "\r\n"),
            ("<![CDATA[a\r\nb&#xD;]]>", "a\nb&#xD;"),
            (
                "<![CDATA[a]]]]><![CDATA[>b]]>c<!-- x -->d<?p?>e",
                "a]]>bcde",
            ),
            ("&lt;&gt;&quot;&apos;&amp;", "<>\"'&"),
        ] {
            assert_eq!(
                read(inside).map(|e| e.text),
                Ok(text.to_owned()),
                "{inside:?}"
            );
        }
        assert_eq!(escape("a\rb<\n]]>").as_deref(), Ok("a&#xD;b&lt;\n]]&gt;"));
    }
}
