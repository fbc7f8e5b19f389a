//! Writing messages from values, so that nobody can forget to escape: text is text, and structure is made by types.
//!
//! ```
//! use titer_hl7::build::{MessageBuilder, SegmentBuilder, components, repetitions};
//! let sent = "2027-03-01T09:30:00-06:00[-06:00]".parse::<jiff::Zoned>()?;
//! let message = MessageBuilder::new()
//!     .segment(SegmentBuilder::msh(("VXU", "V04", "VXU_V04"), "42", &sent).field(4, "Oak & Elm"))
//!     .segment(
//!         SegmentBuilder::new("PID")
//!             .field(1, "1")
//!             .field(3, repetitions([components(["A1", "", "", "CLINIC", "MR"])])),
//!     )
//!     .build();
//! assert!(message.ends_with(b"|Oak \\T\\ Elm|||20270301093000-0600||VXU^V04^VXU_V04|42|P|2.5.1\rPID|1||A1^^^CLINIC^MR\r"));
//! # Ok::<(), jiff::Error>(())
//! ```

use crate::charset::Charset;
use crate::escape;
use crate::table::Delimiters;
use crate::time::format_ts;
use jiff::Zoned;
use std::collections::BTreeMap;

/// Structure that is written as it stands: ready-made ER7. It never holds a line end, which would begin a segment.
#[derive(Clone, PartialEq, Eq)]
pub struct Raw(String);

/// A text that cannot stand inside a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ready-made ER7 has a line end at byte {at}")]
pub struct RawError {
    /// Byte offset of the line end.
    pub at: usize,
}

impl Raw {
    /// Takes ready-made ER7 without line ends.
    pub fn new(er7: impl Into<String>) -> Result<Raw, RawError> {
        let er7 = er7.into();
        match er7.bytes().position(|b| matches!(b, b'\r' | b'\n')) {
            Some(at) => Err(RawError { at }),
            None => Ok(Raw(er7)),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // the text may identify a person
        write!(f, "Raw({} bytes)", self.0.len())
    }
}

/// HL7's null, `""`: the receiver shall delete what it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Null;

/// What stands where nothing is divided further.
#[derive(Clone, Default, PartialEq, Eq)]
enum Leaf {
    #[default]
    Empty,
    Text(String),
    Raw(Raw),
    Null,
}

/// A component: a text, or subcomponents.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ComponentValue(Vec<Leaf>);

/// A repetition: a text, or components.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RepetitionValue(Vec<ComponentValue>);

/// A field: a text, components, or repetitions.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FieldValue(Vec<RepetitionValue>);

/// Subcomponents, in order from the first; `""` leaves one empty.
pub fn subcomponents<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> ComponentValue {
    ComponentValue(texts.into_iter().map(|t| Leaf::Text(t.into())).collect())
}

/// Components, in order from the first; `""` leaves one empty.
pub fn components<T: Into<ComponentValue>>(values: impl IntoIterator<Item = T>) -> RepetitionValue {
    RepetitionValue(values.into_iter().map(Into::into).collect())
}

/// Repetitions, in order from the first.
pub fn repetitions<T: Into<RepetitionValue>>(values: impl IntoIterator<Item = T>) -> FieldValue {
    FieldValue(values.into_iter().map(Into::into).collect())
}

macro_rules! leaves {
    ($($t:ty => $leaf:expr),* $(,)?) => {$(
        impl From<$t> for ComponentValue {
            fn from(value: $t) -> Self {
                let leaf: fn($t) -> Leaf = $leaf;
                ComponentValue(vec![leaf(value)])
            }
        }
        impl From<$t> for RepetitionValue {
            fn from(value: $t) -> Self {
                RepetitionValue(vec![value.into()])
            }
        }
        impl From<$t> for FieldValue {
            fn from(value: $t) -> Self {
                FieldValue(vec![value.into()])
            }
        }
    )*};
}
leaves! {
    &str => |t| Leaf::Text(t.to_owned()),
    &String => |t| Leaf::Text(t.clone()),
    String => Leaf::Text,
    std::borrow::Cow<'_, str> => |t| Leaf::Text(t.into_owned()),
    u32 => |n| Leaf::Text(n.to_string()),
    usize => |n| Leaf::Text(n.to_string()),
    crate::time::Ts => |t| Leaf::Text(t.to_string()),
    Raw => Leaf::Raw,
    Null => |_| Leaf::Null,
}

impl From<ComponentValue> for RepetitionValue {
    fn from(value: ComponentValue) -> Self {
        RepetitionValue(vec![value])
    }
}

impl From<ComponentValue> for FieldValue {
    fn from(value: ComponentValue) -> Self {
        FieldValue(vec![value.into()])
    }
}

impl From<RepetitionValue> for FieldValue {
    fn from(value: RepetitionValue) -> Self {
        FieldValue(vec![value])
    }
}

impl<T: Into<ComponentValue>> From<Option<T>> for ComponentValue {
    fn from(value: Option<T>) -> Self {
        value.map(Into::into).unwrap_or_default()
    }
}

impl<T: Into<FieldValue>> From<Option<T>> for FieldValue {
    fn from(value: Option<T>) -> Self {
        value.map(Into::into).unwrap_or_default()
    }
}

impl ComponentValue {
    /// Sets subcomponent `n` (from 1) to a text.
    pub fn subcomponent(mut self, n: u32, text: impl Into<String>) -> Self {
        put(&mut self.0, n, Leaf::Text(text.into()));
        self
    }
}

impl RepetitionValue {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets component `n` (from 1).
    pub fn component(mut self, n: u32, value: impl Into<ComponentValue>) -> Self {
        put(&mut self.0, n, value.into());
        self
    }
}

impl FieldValue {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a repetition after those there are.
    pub fn repetition(mut self, value: impl Into<RepetitionValue>) -> Self {
        self.0.push(value.into());
        self
    }
}

// more parts than any segment has
const MOST: u32 = 10_000;

fn put<T: Default>(parts: &mut Vec<T>, n: u32, value: T) {
    let index = n.clamp(1, MOST) as usize - 1;
    if parts.len() <= index {
        parts.resize_with(index + 1, T::default);
    }
    if let Some(place) = parts.get_mut(index) {
        *place = value;
    }
}

trait Write {
    fn write(&self, out: &mut String, d: Delimiters);
}

impl Write for Leaf {
    fn write(&self, out: &mut String, d: Delimiters) {
        match self {
            Leaf::Empty => {}
            Leaf::Text(text) => out.push_str(&escape::encode(text, d)),
            Leaf::Raw(raw) => out.push_str(raw.as_str()),
            Leaf::Null => out.push_str("\"\""),
        }
    }
}

// Trailing empty parts are left out, as the standard allows and every guide prints.
fn join<T: Write>(parts: &[T], separator: u8, out: &mut String, d: Delimiters) {
    let mut pending = 0;
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            pending += 1;
        }
        let mut own = String::new();
        part.write(&mut own, d);
        if !own.is_empty() {
            out.extend(std::iter::repeat_n(char::from(separator), pending));
            pending = 0;
            out.push_str(&own);
        }
    }
}

impl Write for ComponentValue {
    fn write(&self, out: &mut String, d: Delimiters) {
        join(&self.0, d.subcomponent, out, d);
    }
}

impl Write for RepetitionValue {
    fn write(&self, out: &mut String, d: Delimiters) {
        join(&self.0, d.component, out, d);
    }
}

impl Write for FieldValue {
    fn write(&self, out: &mut String, d: Delimiters) {
        join(&self.0, d.repetition, out, d);
    }
}

impl FieldValue {
    // 3 for repetitions, 2 for components, 1 for subcomponents, 0 for a text
    pub(crate) fn levels(&self) -> u32 {
        if self.0.len() > 1 {
            return 3;
        }
        if self.0.iter().any(|r| r.0.len() > 1) {
            return 2;
        }
        let mut components = self.0.iter().flat_map(|r| &r.0);
        u32::from(components.any(|c| c.0.len() > 1))
    }

    // ready-made ER7 and nothing else
    pub(crate) fn is_raw(&self) -> bool {
        match self.0.as_slice() {
            [RepetitionValue(components)] => {
                matches!(components.as_slice(), [ComponentValue(leaves)] if matches!(leaves.as_slice(), [Leaf::Raw(_)]))
            }
            _ => false,
        }
    }

    pub(crate) fn to_er7(&self, d: Delimiters) -> String {
        let mut out = String::new();
        self.write(&mut out, d);
        out
    }
}

/// A segment: a name and numbered fields, set in any order.
#[derive(Clone)]
pub struct SegmentBuilder {
    name: String,
    fields: BTreeMap<u32, FieldValue>,
}

/// A text that is no segment's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a segment name: two capitals and a capital or digit were expected")]
pub struct NameError {
    /// The text.
    pub name: String,
}

impl SegmentBuilder {
    /// A segment without fields.
    ///
    /// # Panics
    /// When the name is no segment's name; for a name from outside use [`SegmentBuilder::try_new`].
    pub fn new(name: &str) -> Self {
        assert!(
            is_name(name),
            "a segment's name is two capitals and a capital or digit"
        );
        Self {
            name: name.to_owned(),
            fields: BTreeMap::new(),
        }
    }

    /// A segment without fields, whose name comes from outside.
    pub fn try_new(name: &str) -> Result<Self, NameError> {
        if is_name(name) {
            Ok(Self::new(name))
        } else {
            Err(NameError {
                name: name.to_owned(),
            })
        }
    }

    /// The header of a v2.5.1 message in production: MSH-7 from `sent`, MSH-9 from `message` (code, event, structure),
    /// MSH-10 from `control_id`. Set further fields, or others instead, with [`SegmentBuilder::field`].
    pub fn msh(message: (&str, &str, &str), control_id: &str, sent: &Zoned) -> Self {
        Self::new("MSH")
            .field(7, format_ts(sent))
            .field(9, components([message.0, message.1, message.2]))
            .field(10, control_id)
            .field(11, "P")
            .field(12, "2.5.1")
    }

    /// Sets field `n` (from 1). Fields 1 and 2 of MSH, FHS and BHS are the delimiters and written from those; values
    /// given for them are not looked at.
    pub fn field(mut self, n: u32, value: impl Into<FieldValue>) -> Self {
        self.set(n, value);
        self
    }

    /// [`SegmentBuilder::field`] in place.
    pub fn set(&mut self, n: u32, value: impl Into<FieldValue>) -> &mut Self {
        self.fields.insert(n.clamp(1, MOST), value.into());
        self
    }

    /// The segment without a line end.
    pub fn to_er7(&self, d: Delimiters) -> String {
        let mut out = self.name.clone();
        let mut at = 0;
        if matches!(self.name.as_str(), "MSH" | "FHS" | "BHS") {
            let bytes = [d.field, d.component, d.repetition, d.escape, d.subcomponent];
            out.extend(bytes.into_iter().chain(d.truncation).map(char::from));
            at = 2;
        }
        for (n, value) in &self.fields {
            if *n <= at {
                continue;
            }
            let text = value.to_er7(d);
            if text.is_empty() {
                continue;
            }
            out.extend(std::iter::repeat_n(char::from(d.field), (*n - at) as usize));
            out.push_str(&text);
            at = *n;
        }
        out
    }
}

impl std::fmt::Debug for SegmentBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // the values may identify a person
        write!(f, "SegmentBuilder({}, ", self.name)?;
        f.debug_set().entries(self.fields.keys()).finish()?;
        f.write_str(")")
    }
}

fn is_name(name: &str) -> bool {
    matches!(name.as_bytes(), [a, b, c]
        if a.is_ascii_uppercase() && b.is_ascii_uppercase() && (c.is_ascii_uppercase() || c.is_ascii_digit()))
}

/// A message: segments in order.
#[derive(Clone, Debug, Default)]
pub struct MessageBuilder {
    delimiters: Delimiters,
    segments: Vec<SegmentBuilder>,
}

/// A message cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("segment {segment} ({name}) has a character that the character set lacks")]
pub struct BuildError {
    /// Segment, counted from 1.
    pub segment: usize,
    /// Its name.
    pub name: String,
}

impl MessageBuilder {
    /// No segments yet, the usual delimiters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Other delimiters.
    pub fn delimiters(mut self, delimiters: Delimiters) -> Self {
        self.delimiters = delimiters;
        self
    }

    /// Adds a segment after those there are.
    pub fn segment(mut self, segment: SegmentBuilder) -> Self {
        self.segments.push(segment);
        self
    }

    /// [`MessageBuilder::segment`] in place.
    pub fn push(&mut self, segment: SegmentBuilder) -> &mut Self {
        self.segments.push(segment);
        self
    }

    /// The message in UTF-8, every segment ended by CR.
    pub fn build(&self) -> Vec<u8> {
        let mut out = String::new();
        for segment in &self.segments {
            out.push_str(&segment.to_er7(self.delimiters));
            out.push('\r');
        }
        out.into_bytes()
    }

    /// The message in a character set, which MSH-18 should name.
    pub fn build_in(&self, charset: Charset) -> Result<Vec<u8>, BuildError> {
        let mut out = Vec::new();
        for (index, segment) in self.segments.iter().enumerate() {
            let text = segment.to_er7(self.delimiters);
            let bytes = charset.encode(&text).map_err(|_| BuildError {
                segment: index + 1,
                name: segment.name.clone(),
            })?;
            out.extend_from_slice(&bytes);
            out.push(b'\r');
        }
        Ok(out)
    }
}
