//! Characters to XML.

use std::fmt::Write as _;

/// A character that XML 1.0 cannot carry, not even as a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the character U+{:04X} at offset {offset} is not allowed in XML", *character as u32)]
pub struct NotXml {
    /// Byte offset in the text.
    pub offset: usize,
    /// The character.
    pub character: char,
}

/// Production 2 of XML 1.0: tab, line feed, carriage return, and everything from the space on but U+FFFE and U+FFFF.
pub(crate) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && c != '\u{FFFE}' && c != '\u{FFFF}')
}

/// The first character of `text` that XML 1.0 cannot carry.
pub fn first_forbidden(text: &str) -> Option<NotXml> {
    text.char_indices()
        .find(|(_, c)| !is_xml_char(*c))
        .map(|(offset, character)| NotXml { offset, character })
}

/// Text as element content: markup characters escaped, CR as `&#xD;` because a parser would turn a raw one into LF.
pub fn escape(text: &str) -> Result<String, NotXml> {
    if let Some(bad) = first_forbidden(text) {
        return Err(bad);
    }
    let escaped = quick_xml::escape::escape(text);
    // the library may write a CR as it is or as a decimal reference; readers in the field look for this form
    Ok(escaped.replace('\r', "&#xD;").replace("&#13;", "&#xD;"))
}

/// Writes elements without white space between them.
pub(crate) struct Writer {
    out: String,
    open: Vec<&'static str>,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self {
            out: String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"),
            open: Vec::new(),
        }
    }

    /// Opens an element; attribute values are constants that need no escaping.
    pub(crate) fn open(&mut self, name: &'static str, attributes: &[(&str, &str)]) -> &mut Self {
        self.out.push('<');
        self.out.push_str(name);
        for (key, value) in attributes {
            let _ = write!(self.out, " {key}=\"{}\"", quick_xml::escape::escape(*value));
        }
        self.out.push('>');
        self.open.push(name);
        self
    }

    pub(crate) fn close(&mut self) -> &mut Self {
        if let Some(name) = self.open.pop() {
            let _ = write!(self.out, "</{name}>");
        }
        self
    }

    /// An element that holds only text.
    pub(crate) fn leaf(
        &mut self,
        name: &'static str,
        attributes: &[(&str, &str)],
        text: &str,
    ) -> Result<&mut Self, NotXml> {
        let text = escape(text)?;
        self.open(name, attributes);
        self.out.push_str(&text);
        Ok(self.close())
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        while !self.open.is_empty() {
            self.close();
        }
        self.out.push('\n');
        self.out.into_bytes()
    }
}
