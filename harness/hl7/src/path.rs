//! Locations as the guides print them: `PID`, `PID-3`, `PID-3[2].4.1`, `RXA[2]-5.1`. Every index counts from 1.

use std::fmt;
use std::str::FromStr;

/// Where something is in a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path {
    segment: [u8; 3],
    segment_index: Option<u32>,
    field: Option<u32>,
    repetition: Option<u32>,
    component: Option<u32>,
    subcomponent: Option<u32>,
}

/// Why a text is no path, and where it stops being one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a path: {what} at character {at}")]
pub struct PathError {
    /// The text.
    pub text: String,
    /// What was expected there.
    pub what: &'static str,
    /// Character, counted from 1.
    pub at: usize,
}

impl Path {
    pub(crate) const fn of_segment(segment: [u8; 3]) -> Path {
        Path {
            segment,
            segment_index: None,
            field: None,
            repetition: None,
            component: None,
            subcomponent: None,
        }
    }

    /// The same path at field `n`, and nothing below it.
    pub fn at_field(self, n: u32) -> Path {
        Path {
            field: Some(n.max(1)),
            repetition: None,
            component: None,
            subcomponent: None,
            ..self
        }
    }

    /// The same path at component `n` of its field (of field 1 when it names none), and nothing below it.
    pub fn at_component(self, n: u32) -> Path {
        Path {
            field: self.field.or(Some(1)),
            component: Some(n.max(1)),
            subcomponent: None,
            ..self
        }
    }

    /// The same path at subcomponent `n` of its component (of the first when it names none).
    pub fn at_subcomponent(self, n: u32) -> Path {
        Path {
            field: self.field.or(Some(1)),
            component: self.component.or(Some(1)),
            subcomponent: Some(n.max(1)),
            ..self
        }
    }

    /// The segment's name.
    pub fn segment(&self) -> &str {
        std::str::from_utf8(&self.segment).unwrap_or_default()
    }

    /// Which of the segments with that name, when given.
    pub fn segment_index(&self) -> Option<u32> {
        self.segment_index
    }

    /// Field number, when given.
    pub fn field(&self) -> Option<u32> {
        self.field
    }

    /// Repetition of the field, when given.
    pub fn repetition(&self) -> Option<u32> {
        self.repetition
    }

    /// Component number, when given.
    pub fn component(&self) -> Option<u32> {
        self.component
    }

    /// Subcomponent number, when given.
    pub fn subcomponent(&self) -> Option<u32> {
        self.subcomponent
    }

    /// The same path in the `n`th segment of its name.
    pub fn in_segment(self, n: u32) -> Path {
        Path {
            segment_index: Some(n),
            ..self
        }
    }

    /// The same path in the `n`th repetition of its field (of field 1 when it names none).
    pub fn in_repetition(self, n: u32) -> Path {
        Path {
            field: self.field.or(Some(1)),
            repetition: Some(n),
            ..self
        }
    }
}

struct Cursor<'a> {
    text: &'a str,
    rest: &'a [u8],
}

impl Cursor<'_> {
    fn fail(&self, what: &'static str) -> PathError {
        PathError {
            text: self.text.to_owned(),
            what,
            at: self.text.len() - self.rest.len() + 1,
        }
    }

    fn eat(&mut self, b: u8) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if *first == b => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn number(&mut self) -> Result<u32, PathError> {
        let before = self.fail("a number from 1 was expected");
        let mut value = 0u32;
        let mut seen = false;
        while let Some((d, rest)) = self.rest.split_first().filter(|(d, _)| d.is_ascii_digit()) {
            value = value
                .checked_mul(10)
                .and_then(|v| v.checked_add(u32::from(d - b'0')))
                .ok_or(before.clone())?;
            seen = true;
            self.rest = rest;
        }
        if seen && value > 0 {
            Ok(value)
        } else {
            Err(before)
        }
    }

    fn index(&mut self) -> Result<Option<u32>, PathError> {
        if !self.eat(b'[') {
            return Ok(None);
        }
        let n = self.number()?;
        if self.eat(b']') {
            Ok(Some(n))
        } else {
            Err(self.fail("`]` was expected"))
        }
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Path, PathError> {
        let mut c = Cursor {
            text,
            rest: text.as_bytes(),
        };
        let mut segment = [0u8; 3];
        for (i, place) in segment.iter_mut().enumerate() {
            match c.rest.split_first() {
                Some((b, rest)) if b.is_ascii_uppercase() || (i > 1 && b.is_ascii_digit()) => {
                    *place = *b;
                    c.rest = rest;
                }
                _ => return Err(c.fail("a segment name of three capitals was expected")),
            }
        }
        let mut path = Path {
            segment,
            segment_index: c.index()?,
            field: None,
            repetition: None,
            component: None,
            subcomponent: None,
        };
        if c.eat(b'-') {
            path.field = Some(c.number()?);
            path.repetition = c.index()?;
            if c.eat(b'.') {
                path.component = Some(c.number()?);
                if c.eat(b'.') {
                    path.subcomponent = Some(c.number()?);
                }
            }
        }
        if c.rest.is_empty() {
            Ok(path)
        } else {
            Err(c.fail("the end was expected"))
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.segment())?;
        if let Some(n) = self.segment_index {
            write!(f, "[{n}]")?;
        }
        if let Some(n) = self.field {
            write!(f, "-{n}")?;
        }
        if let Some(n) = self.repetition {
            write!(f, "[{n}]")?;
        }
        if let Some(n) = self.component {
            write!(f, ".{n}")?;
        }
        if let Some(n) = self.subcomponent {
            write!(f, ".{n}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
