//! What a segment is made of: fields, repetitions, components, subcomponents, and what they share.

use crate::charset::Charset;
use crate::escape;
use crate::table::Delimiters;
use std::borrow::Cow;
use std::ops::Range;

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

/// A stretch of the source with what is needed to read it: what fields, repetitions, components and subcomponents share.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    pub(crate) source: &'a [u8],
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) delimiters: Delimiters,
    pub(crate) charset: Charset,
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

    /// Characters with escape sequences decoded, formatting codes as the line breaks and blanks that they mean (see
    /// [`escape::decode`]). Borrowed when there is nothing to decode.
    pub fn text(&self) -> Cow<'a, str> {
        escape::decode(self.raw(), self.delimiters, self.charset)
    }

    /// Characters with only the delimiters' own sequences decoded (`\\F\\ \\S\\ \\T\\ \\R\\ \\E\\ \\P\\`): the form in which lengths and
    /// values are compared by conformance rules. Borrowed when there is nothing to decode.
    pub fn unescaped(&self) -> Cow<'a, str> {
        escape::unescape(self.raw(), self.delimiters, self.charset)
    }

    /// Literal stretches and escape sequences, with spans in the source: this is how bad escapes are found.
    pub fn pieces(&self) -> escape::Pieces<'a> {
        escape::pieces(self.raw(), self.delimiters, self.start)
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
    pub(crate) at: Element<'a>,
    pub(crate) number: u32,
    pub(crate) literal: bool,
}

/// One repetition of a field, with components.
#[derive(Clone, Copy, Debug)]
pub struct Repetition<'a> {
    pub(crate) at: Element<'a>,
    literal: bool,
}

/// A component, with subcomponents.
#[derive(Clone, Copy, Debug)]
pub struct Component<'a> {
    pub(crate) at: Element<'a>,
    literal: bool,
}

/// A subcomponent.
#[derive(Clone, Copy, Debug)]
pub struct Subcomponent<'a> {
    pub(crate) at: Element<'a>,
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
