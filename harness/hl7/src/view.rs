//! The view: lines, segments, fields and what is inside them, all as slices of the source with positions.

use crate::charset::Charset;
use crate::escape;
use crate::path::Path;
use std::borrow::Cow;
use std::ops::Range;

/// The six characters that give a message its structure, as MSH-1 and MSH-2 declare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiters {
    /// Between fields, MSH-1.
    pub field: u8,
    /// Between components, first character of MSH-2.
    pub component: u8,
    /// Between repetitions, second character of MSH-2.
    pub repetition: u8,
    /// Begins and ends an escape sequence, third character of MSH-2.
    pub escape: u8,
    /// Between subcomponents, fourth character of MSH-2.
    pub subcomponent: u8,
    /// Marks cut text, fifth character of MSH-2, when there is one (HL7 v2.7 and later).
    pub truncation: Option<u8>,
}

impl Default for Delimiters {
    fn default() -> Self {
        Self {
            field: b'|',
            component: b'^',
            repetition: b'~',
            escape: b'\\',
            subcomponent: b'&',
            truncation: None,
        }
    }
}

/// What a line of a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// Three capital letters or digits (the first two letters) followed by the field separator or the line's end.
    Segment,
    /// Nothing, or only blanks.
    Blank,
    /// Anything else.
    Garbage,
}

/// What is wrong with the bytes themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultKind {
    /// There is no line that starts with `MSH`.
    NoHeader,
    /// Lines stand before the first `MSH`.
    BeforeHeader,
    /// The MSH line ends before MSH-2 is complete; the usual delimiters are assumed for the missing ones.
    ShortHeader,
    /// One character serves as two delimiters.
    DuplicateDelimiter,
    /// A delimiter is not a printable ASCII character; the usual one is assumed.
    BadDelimiter,
    /// A line is neither a segment nor blank.
    InvalidLine,
    /// A blank line stands between segments.
    BlankLine,
    /// A control character other than a line end or a tab.
    ControlCharacter,
    /// The bytes are not valid in the character set that MSH-18 declares.
    BadCharacter,
    /// MSH-18 names a character set that is not read (UTF-16, UTF-32 or an unknown one).
    UnsupportedCharset,
    /// The message is larger than the 4 GiB that offsets can name; nothing after that is read.
    TooLarge,
}

/// One thing wrong with the bytes, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Byte span in the source.
    pub span: Range<u32>,
    /// Line, counted from 1.
    pub line: u32,
}

#[derive(Clone, Copy, Debug)]
struct LineEntry {
    start: u32,
    end: u32,
    next: u32,
    fields_at: u32,
    fields: u32,
    kind: LineKind,
}

/// The table of offsets behind a [`Message`]; make one and reuse it, it keeps its memory.
#[derive(Debug, Default)]
pub struct Offsets {
    lines: Vec<LineEntry>,
    // start of every field after the segment name, line after line
    fields: Vec<u32>,
    faults: Vec<Fault>,
}

impl Offsets {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }
}

/// A message: the bytes and where everything is in them.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    source: &'a [u8],
    table: &'a Offsets,
    delimiters: Delimiters,
    charset: Charset,
}

/// Whether an element is there, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The segment ends before it.
    Absent,
    /// Its place is there and nothing stands in it.
    Empty,
    /// It is exactly `""`: the receiver shall delete what it has.
    Null,
    /// It has a value.
    Value,
}

impl<'a> Message<'a> {
    /// Reads `source` into `table` and gives the view. Never fails: see [`Message::faults`].
    pub fn parse(source: &'a [u8], table: &'a mut Offsets) -> Message<'a> {
        let (delimiters, charset) = table.fill(source);
        Message {
            source,
            table,
            delimiters,
            charset,
        }
    }

    /// The bytes, as they came. Writing them again is the whole of writing an untouched message.
    pub fn source(&self) -> &'a [u8] {
        self.source
    }

    /// The delimiters in force.
    pub fn delimiters(&self) -> Delimiters {
        self.delimiters
    }

    /// The character set in force (MSH-18, or what the bytes are when it is empty).
    pub fn charset(&self) -> Charset {
        self.charset
    }

    /// What is wrong with the bytes, in the order of their position.
    pub fn faults(&self) -> &'a [Fault] {
        &self.table.faults
    }

    /// Every line, blank and invalid ones too; trailing blank lines are left out.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = Line<'a>> + Clone + use<'a> {
        let message = *self;
        self.table
            .lines
            .iter()
            .enumerate()
            .map(move |(i, entry)| Line {
                message,
                entry: *entry,
                index: i as u32,
            })
    }

    /// How many lines there are.
    pub fn line_count(&self) -> usize {
        self.table.lines.len()
    }

    /// The line with this number, counted from 1.
    pub fn line(&self, number: u32) -> Option<Line<'a>> {
        let index = number.checked_sub(1)?;
        let entry = *self.table.lines.get(index as usize)?;
        Some(Line {
            message: *self,
            entry,
            index,
        })
    }

    /// Every segment in order; lines that are no segments are passed over.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = Segment<'a>> + Clone + use<'a> {
        self.lines().filter_map(|l| l.segment())
    }

    /// The `nth` segment (from 1) with this name.
    pub fn segment(&self, name: &str, nth: u32) -> Option<Segment<'a>> {
        let skip = nth.checked_sub(1)?;
        self.segments()
            .filter(|s| s.raw_name() == name.as_bytes())
            .nth(skip as usize)
    }

    /// All segments with this name.
    pub fn all(&self, name: &'static str) -> impl Iterator<Item = Segment<'a>> + Clone + use<'a> {
        self.segments()
            .filter(move |s| s.raw_name() == name.as_bytes())
    }

    /// The element that a path names; indices left out of the path mean the first. `None` when it is absent.
    pub fn get(&self, path: &Path) -> Option<Element<'a>> {
        let segment = self.segment(path.segment(), path.segment_index().unwrap_or(1))?;
        segment.get(path)
    }

    /// Decoded text at a path; `None` when absent, empty text when empty.
    pub fn text(&self, path: &Path) -> Option<Cow<'a, str>> {
        self.get(path).map(|e| e.text())
    }

    /// Line (from 1) and column (from 1, counted in characters) of a byte offset; the end of the source is allowed.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let at = (offset as usize).min(self.source.len());
        let index = self.table.lines.partition_point(|l| l.next as usize <= at);
        let (number, start) = match self.table.lines.get(index) {
            Some(l) => (index as u32 + 1, l.start as usize),
            None => match self.table.lines.last() {
                Some(l) => (self.table.lines.len() as u32, l.start as usize),
                None => (1, 0),
            },
        };
        let before = self.source.get(start.min(at)..at).unwrap_or_default();
        (number, self.charset.count(before) as u32 + 1)
    }
}

/// A line of the source.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    message: Message<'a>,
    entry: LineEntry,
    index: u32,
}

impl<'a> Line<'a> {
    /// Counted from 1.
    pub fn number(&self) -> u32 {
        self.index + 1
    }

    /// What it is.
    pub fn kind(&self) -> LineKind {
        self.entry.kind
    }

    /// Its bytes without the line end.
    pub fn raw(&self) -> &'a [u8] {
        self.message
            .source
            .get(self.entry.start as usize..self.entry.end as usize)
            .unwrap_or_default()
    }

    /// Where it is, without the line end.
    pub fn span(&self) -> Range<u32> {
        self.entry.start..self.entry.end
    }

    /// Where it is, with the line end.
    pub fn full_span(&self) -> Range<u32> {
        self.entry.start..self.entry.next
    }

    /// The segment, when the line is one.
    pub fn segment(&self) -> Option<Segment<'a>> {
        (self.entry.kind == LineKind::Segment).then_some(Segment { line: *self })
    }

    /// Its characters in the message's character set.
    pub fn text(&self) -> Cow<'a, str> {
        self.message.charset.decode(self.raw())
    }
}

/// A segment: a name and numbered fields.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    line: Line<'a>,
}

impl<'a> Segment<'a> {
    /// Three characters, `PID`.
    pub fn name(&self) -> &'a str {
        std::str::from_utf8(self.raw_name()).unwrap_or_default()
    }

    /// The name's bytes.
    pub fn raw_name(&self) -> &'a [u8] {
        self.line.raw().get(..3).unwrap_or_default()
    }

    /// The line it stands on.
    pub fn line(&self) -> Line<'a> {
        self.line
    }

    /// Line number, counted from 1.
    pub fn number(&self) -> u32 {
        self.line.number()
    }

    /// Where it is.
    pub fn span(&self) -> Range<u32> {
        self.line.span()
    }

    /// Its bytes.
    pub fn raw(&self) -> &'a [u8] {
        self.line.raw()
    }

    fn is_header(&self) -> bool {
        matches!(self.raw_name(), b"MSH" | b"FHS" | b"BHS")
    }

    /// How many fields there are, trailing empty ones included. For MSH the separator counts as field 1.
    pub fn field_count(&self) -> u32 {
        self.line.entry.fields
            + u32::from(self.is_header() && self.line.entry.end - self.line.entry.start > 3)
    }

    /// Field `n`, counted from 1 as the guides do (MSH-1 is the separator itself). `None` when the segment ends before.
    pub fn field(&self, n: u32) -> Option<Field<'a>> {
        let entry = self.line.entry;
        let header = self.is_header();
        if header && n == 1 {
            return (entry.end - entry.start > 3).then(|| Field {
                at: self.slice(entry.start + 3, entry.start + 4),
                number: 1,
                literal: true,
            });
        }
        let index = n.checked_sub(if header { 2 } else { 1 })?;
        if index >= entry.fields {
            return None;
        }
        let starts = self
            .line
            .message
            .table
            .fields
            .get(entry.fields_at as usize..)?;
        let start = *starts.get(index as usize)?;
        let end = if index + 1 < entry.fields {
            starts.get(index as usize + 1)? - 1
        } else {
            entry.end
        };
        Some(Field {
            at: self.slice(start, end),
            number: n,
            literal: header && n == 2,
        })
    }

    /// Every field in order, from field 1.
    pub fn fields(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let segment = *self;
        (1..=self.field_count()).filter_map(move |n| segment.field(n))
    }

    /// The element inside this segment that a path names (its segment name and index are not looked at).
    pub fn get(&self, path: &Path) -> Option<Element<'a>> {
        let Some(number) = path.field() else {
            return Some(self.slice(self.line.entry.start, self.line.entry.end));
        };
        let field = self.field(number)?;
        if path.repetition().is_none() && path.component().is_none() {
            return Some(field.at);
        }
        let repetition = field.repetition(path.repetition().unwrap_or(1))?;
        let Some(component) = path.component() else {
            return Some(repetition.at);
        };
        let component = repetition.component(component)?;
        let Some(sub) = path.subcomponent() else {
            return Some(component.at);
        };
        component.subcomponent(sub).map(|s| s.at)
    }

    /// Decoded text of a component of the first repetition; `""` when absent.
    pub fn text(&self, field: u32, component: u32) -> Cow<'a, str> {
        self.field(field)
            .and_then(|f| f.repetition(1))
            .and_then(|r| r.component(component))
            .map_or(Cow::Borrowed(""), |c| c.text())
    }

    /// Presence of a field.
    pub fn presence(&self, field: u32) -> Presence {
        self.field(field).map_or(Presence::Absent, |f| f.presence())
    }

    fn slice(&self, start: u32, end: u32) -> Element<'a> {
        let m = self.line.message;
        Element {
            source: m.source,
            start,
            end,
            delimiters: m.delimiters,
            charset: m.charset,
        }
    }
}

/// A stretch of the source with what is needed to read it: what fields, repetitions, components and subcomponents share.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    source: &'a [u8],
    start: u32,
    end: u32,
    delimiters: Delimiters,
    charset: Charset,
}

impl std::fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // the text may identify a person
        write!(f, "Element({}..{})", self.start, self.end)
    }
}

impl<'a> Element<'a> {
    /// The bytes.
    pub fn raw(&self) -> &'a [u8] {
        self.source
            .get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    /// Where it is in the source.
    pub fn span(&self) -> Range<u32> {
        self.start..self.end
    }

    /// Characters in the message's character set, escape sequences as they stand.
    pub fn raw_text(&self) -> Cow<'a, str> {
        self.charset.decode(self.raw())
    }

    /// Characters with escape sequences decoded. Borrowed when there is nothing to decode.
    pub fn text(&self) -> Cow<'a, str> {
        escape::decode(self.raw(), self.delimiters, self.charset)
    }

    /// No bytes at all.
    pub fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// Exactly `""`.
    pub fn is_null(&self) -> bool {
        self.raw() == b"\"\""
    }

    /// Empty, null or a value; never [`Presence::Absent`].
    pub fn presence(&self) -> Presence {
        if self.is_empty() {
            Presence::Empty
        } else if self.is_null() {
            Presence::Null
        } else {
            Presence::Value
        }
    }

    fn parts(self, by: u8) -> Parts<'a> {
        Parts {
            at: self,
            next: Some(self.start),
            by,
        }
    }
}

struct Parts<'a> {
    at: Element<'a>,
    next: Option<u32>,
    by: u8,
}

impl<'a> Iterator for Parts<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let start = self.next?;
        let rest = self
            .at
            .source
            .get(start as usize..self.at.end as usize)
            .unwrap_or_default();
        let end = match memchr::memchr(self.by, rest) {
            Some(n) => {
                self.next = Some(start + n as u32 + 1);
                start + n as u32
            }
            None => {
                self.next = None;
                self.at.end
            }
        };
        Some(Element {
            start,
            end,
            ..self.at
        })
    }
}

/// A field: numbered, with repetitions.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    at: Element<'a>,
    number: u32,
    literal: bool,
}

/// One repetition of a field, with components.
#[derive(Clone, Copy, Debug)]
pub struct Repetition<'a> {
    at: Element<'a>,
    literal: bool,
}

/// A component, with subcomponents.
#[derive(Clone, Copy, Debug)]
pub struct Component<'a> {
    at: Element<'a>,
    literal: bool,
}

/// A subcomponent.
#[derive(Clone, Copy, Debug)]
pub struct Subcomponent<'a> {
    at: Element<'a>,
}

macro_rules! as_element {
    ($($t:ident),*) => {$(
        impl<'a> std::ops::Deref for $t<'a> {
            type Target = Element<'a>;
            fn deref(&self) -> &Element<'a> {
                &self.at
            }
        }
    )*};
}
as_element!(Field, Repetition, Component, Subcomponent);

impl<'a> Field<'a> {
    /// The field's number, counted from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Every repetition, empty ones too. A field always has at least one. MSH-1 and MSH-2 are never split.
    pub fn repetitions(&self) -> impl Iterator<Item = Repetition<'a>> + use<'a> {
        let literal = self.literal;
        let parts = if literal {
            self.at.whole()
        } else {
            self.at.parts(self.at.delimiters.repetition)
        };
        parts.map(move |at| Repetition { at, literal })
    }

    /// Repetition `n`, counted from 1.
    pub fn repetition(&self, n: u32) -> Option<Repetition<'a>> {
        self.repetitions().nth(n.checked_sub(1)? as usize)
    }
}

impl<'a> Repetition<'a> {
    /// Every component. There is always at least one.
    pub fn components(&self) -> impl Iterator<Item = Component<'a>> + use<'a> {
        let literal = self.literal;
        let parts = if literal {
            self.at.whole()
        } else {
            self.at.parts(self.at.delimiters.component)
        };
        parts.map(move |at| Component { at, literal })
    }

    /// Component `n`, counted from 1.
    pub fn component(&self, n: u32) -> Option<Component<'a>> {
        self.components().nth(n.checked_sub(1)? as usize)
    }
}

impl<'a> Component<'a> {
    /// Every subcomponent. There is always at least one.
    pub fn subcomponents(&self) -> impl Iterator<Item = Subcomponent<'a>> + use<'a> {
        let parts = if self.literal {
            self.at.whole()
        } else {
            self.at.parts(self.at.delimiters.subcomponent)
        };
        parts.map(|at| Subcomponent { at })
    }

    /// Subcomponent `n`, counted from 1.
    pub fn subcomponent(&self, n: u32) -> Option<Subcomponent<'a>> {
        self.subcomponents().nth(n.checked_sub(1)? as usize)
    }
}

impl<'a> Element<'a> {
    // the element itself as the only part
    fn whole(self) -> Parts<'a> {
        Parts {
            at: self,
            next: Some(self.start),
            by: b'\r',
        }
    }
}

fn is_segment_name(line: &[u8], field: u8) -> bool {
    match line {
        [a, b, c, rest @ ..] => {
            a.is_ascii_uppercase()
                && b.is_ascii_uppercase()
                && (c.is_ascii_uppercase() || c.is_ascii_digit())
                && rest.first().is_none_or(|f| *f == field)
        }
        _ => false,
    }
}

impl Offsets {
    fn fill(&mut self, source: &[u8]) -> (Delimiters, Charset) {
        self.lines.clear();
        self.fields.clear();
        self.faults.clear();
        let (source, too_large) = match source.get(..u32::MAX as usize) {
            Some(head) => (head, true),
            None => (source, false),
        };
        self.split_lines(source);
        let header = self.lines.iter().position(|l| {
            source
                .get(l.start as usize..l.end as usize)
                .is_some_and(|b| b.starts_with(b"MSH"))
        });
        let delimiters = match header {
            Some(index) => {
                if index > 0 {
                    let (first, last) = (self.lines[0], self.lines[index - 1]);
                    self.fault(FaultKind::BeforeHeader, first.start..last.end, 1);
                }
                self.read_delimiters(source, index)
            }
            None => {
                let end = self.lines.first().map_or(0, |l| l.end);
                self.fault(FaultKind::NoHeader, 0..end, 1);
                Delimiters::default()
            }
        };
        self.split_fields(source, delimiters);
        let charset = self.charset(source, header, delimiters);
        if too_large {
            let at = source.len() as u32;
            let line = self.lines.len() as u32;
            self.fault(FaultKind::TooLarge, at..at, line);
        }
        self.faults
            .sort_by_key(|f| (f.span.start, f.span.end, f.kind));
        (delimiters, charset)
    }

    fn fault(&mut self, kind: FaultKind, span: Range<u32>, line: u32) {
        self.faults.push(Fault { kind, span, line });
    }
}

include!("scan.rs");
