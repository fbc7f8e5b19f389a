//! Text to a small tree of elements with resolved namespaces and positions.

use super::{XmlError, is_xml_char};
use quick_xml::XmlVersion;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{QName, ResolveResult};
use quick_xml::reader::NsReader;
use std::fmt;
use std::ops::Range;

/// How large a document may get before it is refused.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Elements inside one another.
    pub depth: usize,
    /// Elements in all.
    pub elements: usize,
    /// Attributes and namespace declarations of one element.
    pub attributes: usize,
}

impl Default for Limits {
    /// An envelope needs eight levels and fewer than forty elements; there is room for headers of others.
    fn default() -> Self {
        Self {
            depth: 64,
            elements: 10_000,
            attributes: 128,
        }
    }
}

/// An attribute that is not a namespace declaration.
#[derive(Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Namespace, empty for none.
    pub namespace: String,
    /// Name without its prefix.
    pub name: String,
    /// Value, references resolved.
    pub value: String,
}

/// One element.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Namespace, empty for none.
    pub namespace: String,
    /// Name without its prefix.
    pub name: String,
    /// Attributes in document order.
    pub attributes: Vec<Attribute>,
    /// All text directly inside, CDATA joined, references resolved, comments and instructions left out.
    pub text: String,
    /// Elements directly inside.
    pub children: Vec<Element>,
    /// From `<` of the start tag to `>` of the end tag, in bytes of the decoded text.
    pub span: Range<usize>,
    /// From behind the start tag to before the end tag.
    pub inner: Range<usize>,
    /// Namespaces declared on this element: prefix (empty for the default one) and namespace.
    pub declared: Vec<(String, String)>,
    /// Whether a CR or LF stood in the text as such and not as a reference.
    pub raw_line_ends: bool,
}

/// Shows names and places only: the text may identify a person.
impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Element")
            .field("name", &self.name)
            .field("span", &self.span)
            .field("children", &self.children)
            .finish_non_exhaustive()
    }
}

impl Element {
    /// Whether this is `name` of `namespace`.
    pub fn is(&self, namespace: &str, name: &str) -> bool {
        self.name == name && self.namespace == namespace
    }

    /// Children with this name and namespace.
    pub fn all<'a>(
        &'a self,
        namespace: &'a str,
        name: &'a str,
    ) -> impl Iterator<Item = &'a Element> + 'a {
        self.children.iter().filter(move |c| c.is(namespace, name))
    }

    /// The first child with this name and namespace.
    pub fn child<'a>(&'a self, namespace: &'a str, name: &'a str) -> Option<&'a Element> {
        self.all(namespace, name).next()
    }

    /// The value of an attribute.
    pub fn attribute(&self, namespace: &str, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|a| a.name == name && a.namespace == namespace)
            .map(|a| a.value.as_str())
    }

    /// The namespace that this element itself gives to a prefix; an empty prefix is the default namespace.
    pub fn declares(&self, prefix: &str) -> Option<&str> {
        self.declared
            .iter()
            .find(|(p, _)| p == prefix)
            .map(|(_, uri)| uri.as_str())
    }
}

/// Reads a document, or says where it is not well formed.
pub fn parse(text: &str, limits: &Limits) -> Result<Element, XmlError> {
    if let Some((offset, _)) = text.char_indices().find(|(_, c)| !is_xml_char(*c)) {
        return Err(XmlError::at(
            text,
            offset,
            "a control character that XML does not allow",
        ));
    }
    let mut reader = NsReader::from_str(text);
    let config = reader.config_mut();
    config.check_comments = true;
    let mut build = Build {
        text,
        limits,
        stack: Vec::new(),
        root: None,
        count: 0,
    };
    let mut from = 0usize;
    loop {
        let event = reader.read_event();
        let to = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                let at = usize::try_from(reader.error_position()).unwrap_or(from);
                return Err(XmlError::at(text, at, reason(&error)));
            }
        };
        match event {
            Event::Start(start) => {
                let element = element(&reader, &start, &build, from..to)?;
                build.open(element, from)?;
            }
            Event::Empty(start) => {
                let element = element(&reader, &start, &build, from..to)?;
                build.open(element, from)?;
                build.close(to, to);
            }
            Event::End(_) => build.close(from, to),
            Event::Text(t) => {
                let raw = text.get(from..to).unwrap_or_default();
                if let Some(at) = raw.find("]]>") {
                    return Err(XmlError::at(text, from + at, "`]]>` outside of CDATA"));
                }
                build.text(&t.xml10_content(), raw.contains(['\r', '\n']), from, true)?;
            }
            Event::CData(t) => {
                let raw = text.get(from..to).unwrap_or_default();
                build.text(&t.xml10_content(), raw.contains(['\r', '\n']), from, false)?;
            }
            Event::GeneralRef(reference) => {
                let c = if reference.is_char_ref() {
                    reference.resolve_char_ref().ok().flatten()
                } else {
                    match &*reference {
                        "amp" => Some('&'),
                        "lt" => Some('<'),
                        "gt" => Some('>'),
                        "apos" => Some('\''),
                        "quot" => Some('"'),
                        _ => {
                            return Err(XmlError::at(
                                text,
                                from,
                                "a reference to an entity that XML does not define",
                            ));
                        }
                    }
                };
                match c.filter(|c| is_xml_char(*c)) {
                    Some(c) => build.text(c.encode_utf8(&mut [0; 4]), false, from, false)?,
                    None => {
                        return Err(XmlError::at(
                            text,
                            from,
                            "a reference to a character that XML does not allow",
                        ));
                    }
                }
            }
            Event::Decl(declaration) => {
                if from != 0 {
                    return Err(XmlError::at(
                        text,
                        from,
                        "the XML declaration is not at the start of the document",
                    ));
                }
                if declaration.version().ok().as_deref() != Some("1.0") {
                    return Err(XmlError::at(text, from, "the document is not XML 1.0"));
                }
            }
            Event::PI(instruction) => {
                let target = instruction.target();
                if target.eq_ignore_ascii_case("xml") || !is_name(target) {
                    return Err(XmlError::at(
                        text,
                        from,
                        "a processing instruction without a proper name",
                    ));
                }
            }
            Event::DocType(_) => return Err(XmlError::at(text, from, DOCTYPE)),
            Event::Comment(_) => {}
            Event::Eof => break,
        }
        from = to;
    }
    build.finish()
}

const DOCTYPE: &str = "document type declarations are refused";

struct Build<'t> {
    text: &'t str,
    limits: &'t Limits,
    stack: Vec<Element>,
    root: Option<Element>,
    count: usize,
}

impl Build<'_> {
    fn open(&mut self, element: Element, from: usize) -> Result<(), XmlError> {
        self.count += 1;
        if self.root.is_some() {
            return Err(self.error(from, "a second root element"));
        }
        if self.stack.len() >= self.limits.depth {
            return Err(self.error(from, "elements are nested too deep"));
        }
        if self.count > self.limits.elements {
            return Err(self.error(from, "the document has too many elements"));
        }
        self.stack.push(element);
        Ok(())
    }

    fn close(&mut self, from: usize, to: usize) {
        if let Some(mut element) = self.stack.pop() {
            element.inner.end = from;
            element.span.end = to;
            match self.stack.last_mut() {
                Some(parent) => parent.children.push(element),
                None => self.root = Some(element),
            }
        }
    }

    fn text(
        &mut self,
        content: &str,
        line_ends: bool,
        from: usize,
        blank_allowed: bool,
    ) -> Result<(), XmlError> {
        match self.stack.last_mut() {
            Some(element) => {
                element.text.push_str(content);
                element.raw_line_ends |= line_ends;
                Ok(())
            }
            None if blank_allowed && content.trim_matches(XML_SPACE).is_empty() => Ok(()),
            None => {
                let blank = content.len() - content.trim_start_matches(XML_SPACE).len();
                Err(self.error(from + blank, "text outside of the root element"))
            }
        }
    }

    fn finish(self) -> Result<Element, XmlError> {
        if !self.stack.is_empty() {
            return Err(self.error(
                self.text.len(),
                "the document ends before all elements are closed",
            ));
        }
        match self.root {
            Some(root) => Ok(root),
            None => Err(XmlError::at(
                self.text,
                self.text.len(),
                "there is no root element",
            )),
        }
    }

    fn error(&self, at: usize, reason: &str) -> XmlError {
        XmlError::at(self.text, at, reason)
    }
}

/// White space as XML means it (production 3).
pub(crate) const XML_SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

fn element(
    reader: &NsReader<&[u8]>,
    start: &BytesStart<'_>,
    build: &Build<'_>,
    span: Range<usize>,
) -> Result<Element, XmlError> {
    let text = build.text;
    let from = span.start;
    let namespace = resolved(reader, start.name(), text, from, true)?;
    let mut attributes = Vec::new();
    let mut count = 0usize;
    let mut declared = Vec::new();
    let mut names: Vec<String> = Vec::new();
    if !are_apart(start.attributes_raw()) {
        return Err(XmlError::at(
            text,
            from,
            "two attributes without white space between them",
        ));
    }
    let mut list = start.attributes();
    for attribute in list.with_checks(false) {
        count += 1;
        if count > build.limits.attributes {
            return Err(XmlError::at(
                text,
                from,
                "an element has too many attributes",
            ));
        }
        let attribute = attribute.map_err(|_| XmlError::at(text, from, "a malformed attribute"))?;
        let raw = attribute.key.as_ref().to_owned();
        if names.contains(&raw) {
            return Err(XmlError::at(text, from, "an attribute is given twice"));
        }
        names.push(raw);
        if attribute.value.contains('<') {
            return Err(XmlError::at(text, from, "`<` in the value of an attribute"));
        }
        let value = attribute
            .normalized_value(XmlVersion::Explicit1_0)
            .map_err(|_| {
                XmlError::at(
                    text,
                    from,
                    "the value of an attribute holds a reference that XML does not define",
                )
            })?
            .into_owned();
        if value.chars().any(|c| !is_xml_char(c)) {
            return Err(XmlError::at(
                text,
                from,
                "the value of an attribute holds a character that XML does not allow",
            ));
        }
        let key = attribute.key.as_ref();
        if key == "xmlns" {
            declared.push((String::new(), value));
        } else if let Some(prefix) = key.strip_prefix("xmlns:") {
            if value.is_empty() || !is_name(prefix) {
                return Err(XmlError::at(text, from, "a malformed namespace prefix"));
            }
            declared.push((prefix.to_owned(), value));
        } else {
            let namespace = resolved(reader, attribute.key, text, from, false)?;
            let name = attribute.key.local_name();
            attributes.push(Attribute {
                namespace,
                name: name.as_ref().to_owned(),
                value,
            });
        }
    }
    Ok(Element {
        namespace,
        name: start.local_name().as_ref().to_owned(),
        attributes,
        inner: span.end..span.end,
        span,
        declared,
        ..Element::default()
    })
}

/// Whether white space stands behind the value of every attribute but the last (production 40).
fn are_apart(attributes: &str) -> bool {
    let mut rest = attributes;
    while let Some(open) = rest.find(['"', '\'']) {
        let quote = rest.get(open..=open).unwrap_or_default();
        let inside = rest.get(open + 1..).unwrap_or_default();
        let Some(close) = inside.find(quote) else {
            return false;
        };
        rest = inside.get(close + 1..).unwrap_or_default();
        if !rest.is_empty() && !rest.starts_with(XML_SPACE) {
            return false;
        }
    }
    true
}

fn resolved(
    reader: &NsReader<&[u8]>,
    name: QName<'_>,
    text: &str,
    from: usize,
    is_element: bool,
) -> Result<String, XmlError> {
    let full: &str = name.as_ref();
    let proper = match full.split_once(':') {
        Some((prefix, local)) => is_name(prefix) && is_name(local) && !local.contains(':'),
        None => is_name(full),
    };
    if !proper {
        return Err(XmlError::at(text, from, "a name that is not a name in XML"));
    }
    let (result, _) = if is_element {
        reader.resolver().resolve_element(name)
    } else {
        reader.resolver().resolve_attribute(name)
    };
    match result {
        ResolveResult::Bound(namespace) => Ok(namespace.as_ref().to_owned()),
        ResolveResult::Unbound => Ok(String::new()),
        ResolveResult::Unknown(_) => Err(XmlError::at(
            text,
            from,
            "a namespace prefix that is not declared",
        )),
    }
}

/// Productions 4 and 5 of XML 1.0, without the colon.
fn is_name(name: &str) -> bool {
    let first = |c: char| {
        c.is_ascii_alphabetic()
            || c == '_'
            || matches!(c, '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
                | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}'
                | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
                | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
    };
    let rest = |c: char| {
        first(c)
            || c.is_ascii_digit()
            || matches!(c, '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
    };
    let mut chars = name.chars();
    chars.next().is_some_and(first) && chars.all(rest)
}

/// The parser's complaint in our words: its own may quote the document.
fn reason(error: &Error) -> &'static str {
    match error {
        Error::Syntax(syntax) => {
            use quick_xml::errors::SyntaxError as S;
            match syntax {
                S::UnclosedDoctype => DOCTYPE,
                S::UnclosedCData => "a CDATA section is not closed",
                S::UnclosedComment => "a comment is not closed",
                S::UnclosedPI | S::UnclosedXmlDecl => "a processing instruction is not closed",
                S::UnclosedTag
                | S::UnclosedSingleQuotedAttributeValue
                | S::UnclosedDoubleQuotedAttributeValue => "a tag is not closed",
                S::InvalidBangMarkup => "`<!` begins nothing that XML knows",
            }
        }
        Error::IllFormed(ill) => match ill {
            IllFormedError::MissingDeclVersion(_) | IllFormedError::UnknownVersion => {
                "the XML declaration is malformed"
            }
            IllFormedError::MissingDoctypeName => DOCTYPE,
            IllFormedError::MissingEndTag(_) => "the document ends before all elements are closed",
            IllFormedError::UnmatchedEndTag(_) => "an end tag without a start tag",
            IllFormedError::MismatchedEndTag { .. } => "an end tag does not match its start tag",
            IllFormedError::DoubleHyphenInComment => "`--` inside of a comment",
            IllFormedError::UnclosedReference => "an `&` that begins no reference",
        },
        Error::Namespace(_) => "a namespace declaration that is not allowed",
        Error::InvalidAttr(_) => "a malformed attribute",
        _ => "the document is not well formed",
    }
}
