//! The view: the message, its lines and its segments, all as slices of the source with positions.

use crate::charset::Charset;
use crate::element::{Element, Field, Presence};
use crate::path::Path;
use crate::table::{BLOCK, Delimiters, Fault, LineEntry, LineKind, Offsets};
use std::borrow::Cow;
use std::ops::Range;

/// A message: the bytes and where everything is in them.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    source: &'a [u8],
    table: &'a Offsets,
    delimiters: Delimiters,
    charset: Charset,
}

impl<'a> Message<'a> {
    /// Reads `source` into `table` and gives the view. Never fails: see [`Message::faults`].
    pub fn parse(source: &'a [u8], table: &'a mut Offsets) -> Message<'a> {
        let read = table.fill(source);
        Message::over(source, table, read)
    }

    /// The view over a table that was filled from `source` before.
    pub(crate) fn over(
        source: &'a [u8],
        table: &'a Offsets,
        (delimiters, charset): (Delimiters, Charset),
    ) -> Message<'a> {
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
        (number, self.characters(start.min(at), at) + 1)
    }

    // how many characters stand between two offsets
    fn characters(&self, from: usize, to: usize) -> u32 {
        if self.table.plain {
            return (to - from) as u32;
        }
        let count = |from: usize, to: usize| {
            let bytes = self.source.get(from..to).unwrap_or_default();
            self.charset.count(bytes) as u32
        };
        let before = |at: usize| {
            let known = self.table.characters.get(at / BLOCK)?;
            Some(known + count(at / BLOCK * BLOCK, at))
        };
        match (to - from > BLOCK).then(|| (before(from), before(to))) {
            Some((Some(a), Some(b))) => b - a,
            _ => count(from, to),
        }
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

    /// Where the fields of a segment begin, as offsets in the source: those after its name, so in MSH from MSH-2 on. Each
    /// ends before the separator in front of the next one, the last at the end of the line.
    pub fn field_starts(&self) -> &'a [u32] {
        let begin = self.entry.fields_at as usize;
        let end = begin + self.entry.fields as usize;
        let fields = &self.message.table.fields;
        fields.get(begin..end).unwrap_or_default()
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

    pub(crate) fn is_header(&self) -> bool {
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
