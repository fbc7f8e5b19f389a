//! Changing a message in place: bytes that are not asked to change stay as they are, line ends and odd spellings too.
//!
//! Values are given as in [`crate::build`]: text is escaped, structure is made by types, ready-made ER7 is a
//! [`crate::build::Raw`].

use crate::build::{FieldValue, Raw, SegmentBuilder};
use crate::charset::Charset;
use crate::path::Path;
use crate::table::{Delimiters, FaultKind, Offsets};
use crate::view::{Line, Message, Segment};
use std::ops::Range;

/// Why an edit is not done. The message is then as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The message has no such segment.
    #[error("the message has no segment {path}")]
    NoSegment {
        /// The path asked for.
        path: Path,
    },
    /// There is nothing at the path.
    #[error("there is nothing at {path}")]
    Absent {
        /// The path asked for.
        path: Path,
    },
    /// The path names a whole segment where a field or a part of one is needed.
    #[error("{path} is a whole segment, a field was expected")]
    NeedsField {
        /// The path asked for.
        path: Path,
    },
    /// Fields 1 and 2 of a header are the delimiters: the first never changes, the second only as a whole by ready-made ER7.
    #[error("{path} holds the delimiters of the message")]
    Delimiters {
        /// The path asked for.
        path: Path,
    },
    /// The value has more structure than the place can hold, repetitions for a component for instance.
    #[error("the value has more levels than {path} can hold")]
    TooDeep {
        /// The path asked for.
        path: Path,
    },
    /// An index is beyond anything a message has.
    #[error("{path} has an index above {MOST}")]
    TooFar {
        /// The path asked for.
        path: Path,
    },
    /// The value has a character that the message's character set lacks.
    #[error("the value for {path} has a character that the message's character set lacks")]
    NotInCharset {
        /// The path asked for.
        path: Path,
    },
    /// The message is UTF-16 or UTF-32, which is not read.
    #[error("the message is not in a character set that can be edited")]
    Unreadable,
}

const MOST: u32 = 10_000;

/// Where a segment is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before the first line.
    Start,
    /// After the last line.
    End,
    /// Before the segment of a path.
    Before(Path),
    /// After the segment of a path.
    After(Path),
    /// After the line with this number, counted from 1; 0 is [`Place::Start`].
    AfterLine(u32),
}

/// A message that is being changed.
pub struct Editor {
    bytes: Vec<u8>,
    table: Offsets,
    read: (Delimiters, Charset),
}

impl std::fmt::Debug for Editor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Editor({} bytes)", self.bytes.len())
    }
}

impl Editor {
    /// Takes the bytes of a message.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Editor {
        let mut editor = Editor {
            bytes: bytes.into(),
            table: Offsets::new(),
            read: (Delimiters::default(), Charset::Ascii),
        };
        editor.refresh();
        editor
    }

    /// The message as it is now.
    pub fn message(&self) -> Message<'_> {
        Message::over(&self.bytes, &self.table, self.read)
    }

    /// The bytes as they are now.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, when all is done.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// Puts a value in the place of what a path names: `PID-5` the whole field, `PID-5[2]` one repetition, `PID-5.1` a
    /// component of the first repetition. Fields, repetitions, components and subcomponents that are missing before it
    /// are made; a segment is not.
    pub fn set(
        &mut self,
        path: &Path,
        value: impl Into<FieldValue>,
    ) -> Result<&mut Self, EditError> {
        let value = value.into();
        let new = self.value(path, &value)?;
        let (range, padding) = self.place(path)?;
        if path.field() == Some(2) && self.segment(path)?.is_header() && !value.is_raw() {
            return Err(EditError::Delimiters { path: *path });
        }
        self.splice(range, &[&padding, &new]);
        Ok(self)
    }

    /// Puts a value before what a path names and moves that and its later siblings up by one: a field, a repetition, a
    /// component or a subcomponent. Where there is nothing, this is [`Editor::set`].
    pub fn insert(
        &mut self,
        path: &Path,
        value: impl Into<FieldValue>,
    ) -> Result<&mut Self, EditError> {
        let value = value.into();
        let new = self.value(path, &value)?;
        let d = self.read.0;
        let (range, padding) = self.place(path)?;
        let segment = self.segment(path)?;
        if path.field().is_some_and(|f| f <= 2) && segment.is_header() {
            return Err(EditError::Delimiters { path: *path });
        }
        let there = segment.get(path).is_some();
        let separator = if path.subcomponent().is_some() {
            d.subcomponent
        } else if path.component().is_some() {
            d.component
        } else if path.repetition().is_some() {
            d.repetition
        } else {
            d.field
        };
        // an empty field has no repetition to move
        let filler = path.repetition().is_some() && path.component().is_none() && range.is_empty();
        if there && !filler {
            let start = range.start;
            self.splice(start..start, &[&new, &[separator]]);
        } else {
            self.splice(range, &[&padding, &new]);
        }
        Ok(self)
    }

    /// Takes away what a path names. A segment goes with its line end and a repetition with its separator, so that
    /// later ones move down; a field, component or subcomponent becomes empty and the others keep their numbers.
    pub fn delete(&mut self, path: &Path) -> Result<&mut Self, EditError> {
        let segment = self.segment(path)?;
        let Some(number) = path.field() else {
            let line = segment.line().full_span();
            self.splice(line, &[]);
            return Ok(self);
        };
        if segment.is_header() && number <= 2 {
            return Err(EditError::Delimiters { path: *path });
        }
        let element = segment.get(path).ok_or(EditError::Absent { path: *path })?;
        let mut span = element.span();
        if path.repetition().is_some() && path.component().is_none() {
            let field = segment
                .field(number)
                .ok_or(EditError::Absent { path: *path })?
                .span();
            if span.end < field.end {
                span.end += 1;
            } else if span.start > field.start {
                span.start -= 1;
            }
        }
        self.splice(span, &[]);
        Ok(self)
    }

    /// Puts a segment in as a line of its own, ended as the message's other lines are.
    pub fn insert_segment(
        &mut self,
        place: Place,
        segment: &SegmentBuilder,
    ) -> Result<&mut Self, EditError> {
        let text = segment.to_er7(self.read.0);
        self.insert_text(place, &text)
    }

    /// Puts a line in as it stands, whether it is a segment or not.
    pub fn insert_line(&mut self, place: Place, line: &Raw) -> Result<&mut Self, EditError> {
        self.insert_text(place, line.as_str())
    }

    fn insert_text(&mut self, place: Place, text: &str) -> Result<&mut Self, EditError> {
        if self.table.faults.iter().any(|f| f.kind == FaultKind::Utf16) {
            return Err(EditError::Unreadable);
        }
        let path = match place {
            Place::Before(path) | Place::After(path) => Some(path),
            _ => None,
        };
        let charset = self.writing_charset();
        let bytes = charset
            .encode(text)
            .map_err(|_| EditError::NotInCharset {
                path: path.unwrap_or(Path::of_segment(*b"MSH")),
            })?
            .into_owned();
        let message = self.message();
        let first = message
            .line(1)
            .map_or(message.source().len(), |l| l.span().start as usize);
        let after: Option<Line<'_>> = match place {
            Place::Start => None,
            Place::End => message.lines().next_back(),
            Place::AfterLine(n) => message.lines().take(n as usize).last(),
            Place::Before(path) => {
                let segment = self.segment(&path)?;
                message.line(segment.number() - 1)
            }
            Place::After(path) => Some(self.segment(&path)?.line()),
        };
        let line_end = self.line_end().to_vec();
        match after {
            Some(line) if line.span().end == line.full_span().end => {
                // the last line, without an end of its own
                let at = line.span().end;
                self.splice(at..at, &[&line_end, &bytes]);
            }
            Some(line) => {
                let at = line.full_span().end;
                self.splice(at..at, &[&bytes, &line_end]);
            }
            None => {
                let at = first as u32;
                self.splice(at..at, &[&bytes, &line_end]);
            }
        }
        Ok(self)
    }

    // how the message ends its lines
    fn line_end(&self) -> &[u8] {
        self.message()
            .lines()
            .map(|l| l.span().end as usize..l.full_span().end as usize)
            .find(|r| !r.is_empty())
            .and_then(|r| self.bytes.get(r))
            .unwrap_or(b"\r")
    }

    fn segment(&self, path: &Path) -> Result<Segment<'_>, EditError> {
        self.message()
            .segment(path.segment(), path.segment_index().unwrap_or(1))
            .ok_or(EditError::NoSegment { path: *path })
    }

    // characters are written in the declared set; without one, ASCII may become UTF-8
    fn writing_charset(&self) -> Charset {
        let declared = self
            .message()
            .segment("MSH", 1)
            .is_some_and(|s| s.field(18).is_some_and(|f| !f.is_empty()));
        match self.read.1 {
            Charset::Ascii if !declared => Charset::Utf8,
            set => set,
        }
    }

    fn value(&self, path: &Path, value: &FieldValue) -> Result<Vec<u8>, EditError> {
        let room = if path.subcomponent().is_some() {
            0
        } else if path.component().is_some() {
            1
        } else if path.repetition().is_some() {
            2
        } else {
            3
        };
        if value.levels() > room {
            return Err(EditError::TooDeep { path: *path });
        }
        let text = value.to_er7(self.read.0);
        self.writing_charset()
            .encode(&text)
            .map(std::borrow::Cow::into_owned)
            .map_err(|_| EditError::NotInCharset { path: *path })
    }

    // what a value at the path takes the place of, and the separators that are missing before it
    fn place(&self, path: &Path) -> Result<(Range<u32>, Vec<u8>), EditError> {
        let segment = self.segment(path)?;
        let number = path.field().ok_or(EditError::NeedsField { path: *path })?;
        let repetition = path.repetition().unwrap_or(1);
        let component = path.component().unwrap_or(1);
        let subcomponent = path.subcomponent().unwrap_or(1);
        if [number, repetition, component, subcomponent]
            .iter()
            .any(|n| *n > MOST)
        {
            return Err(EditError::TooFar { path: *path });
        }
        let whole = path.repetition().is_none() && path.component().is_none();
        if segment.is_header() && (number == 1 || (number == 2 && !whole)) {
            return Err(EditError::Delimiters { path: *path });
        }
        let d = self.read.0;
        let pad = |separator: u8, n: u32| std::iter::repeat_n(separator, n as usize);
        let inside_component = || pad(d.subcomponent, subcomponent - 1);
        let inside_repetition = || pad(d.component, component - 1).chain(inside_component());
        let inside_field = || pad(d.repetition, repetition - 1).chain(inside_repetition());
        let Some(field) = segment.field(number) else {
            let end = segment.span().end;
            let have = match segment.field_count() {
                0 if segment.is_header() => 1,
                n => n,
            };
            let padding = pad(d.field, number.saturating_sub(have)).chain(inside_field());
            return Ok((end..end, padding.collect()));
        };
        if whole {
            return Ok((field.span(), Vec::new()));
        }
        let Some(found) = field.repetition(repetition) else {
            let end = field.span().end;
            let have = field.repetitions().count() as u32;
            let padding = pad(d.repetition, repetition.saturating_sub(have));
            return Ok((end..end, padding.chain(inside_repetition()).collect()));
        };
        if path.component().is_none() {
            return Ok((found.span(), Vec::new()));
        }
        let Some(part) = found.component(component) else {
            let end = found.span().end;
            let have = found.components().count() as u32;
            let padding = pad(d.component, component.saturating_sub(have));
            return Ok((end..end, padding.chain(inside_component()).collect()));
        };
        if path.subcomponent().is_none() {
            return Ok((part.span(), Vec::new()));
        }
        match part.subcomponent(subcomponent) {
            Some(found) => Ok((found.span(), Vec::new())),
            None => {
                let end = part.span().end;
                let have = part.subcomponents().count() as u32;
                let padding = pad(d.subcomponent, subcomponent.saturating_sub(have));
                Ok((end..end, padding.collect()))
            }
        }
    }

    fn splice(&mut self, range: Range<u32>, parts: &[&[u8]]) {
        let end = (range.end as usize).min(self.bytes.len());
        let start = (range.start as usize).min(end);
        let new = parts.iter().flat_map(|p| p.iter().copied());
        self.bytes.splice(start..end, new);
        self.refresh();
    }

    fn refresh(&mut self) {
        self.read = self.table.fill(&self.bytes);
    }
}
