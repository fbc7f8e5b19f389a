//! Values that know where they stand in their file, and texts that are parsed without stopping at the first mistake.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// A place in a YAML file; line and column count from 1, 0 means unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Line.
    pub line: u32,
    /// Column, in characters.
    pub column: u32,
}

impl From<serde_saphyr::Location> for Place {
    fn from(location: serde_saphyr::Location) -> Self {
        Self {
            line: location.line() as u32,
            column: location.column() as u32,
        }
    }
}

/// A value and where it stands. Two are equal when their values are.
#[derive(Clone, Debug, Default)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T> Spanned<T> {
    /// A value that stands nowhere.
    pub fn new(value: T) -> Self {
        Self {
            value,
            place: Place::default(),
        }
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let inner = serde_saphyr::Spanned::<T>::deserialize(deserializer)?;
        Ok(Self {
            value: inner.value,
            place: inner.referenced.into(),
        })
    }
}

impl<T: Serialize> Serialize for Spanned<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// Why a text is not what it should be, and at which of its characters (counted from 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// In words, lower case, no full stop.
    pub message: String,
    /// Character, counted from 1.
    pub at: usize,
    /// What to write instead, when that is known.
    pub help: Option<String>,
}

impl SyntaxError {
    /// An error at a character of the text.
    pub fn new(message: impl Into<String>, at: usize) -> Self {
        Self {
            message: message.into(),
            at,
            help: None,
        }
    }

    /// The same with advice.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Something that is written as one text in a plan.
pub trait Syntax: Sized {
    /// What it is, for the schema: `a path in a message`.
    const WHAT: &'static str;
    /// A regular expression that every such text matches, for the schema.
    const PATTERN: Option<&'static str> = None;
    /// Reads the text.
    fn parse(text: &str) -> Result<Self, SyntaxError>;
}

/// A text with what it means. A text that cannot be read is kept with its error, so that loading a plan reports every
/// mistake and not only the first; a plan that was loaded without errors holds none of those.
#[derive(Clone, Debug)]
pub struct Parsed<T> {
    text: String,
    place: Place,
    value: Result<T, SyntaxError>,
}

impl<T: Syntax> Default for Parsed<T> {
    /// The empty text.
    fn default() -> Self {
        Self::new(String::new())
    }
}

impl<T: Syntax> Parsed<T> {
    /// Reads a text that stands nowhere.
    pub fn new(text: impl Into<String>) -> Self {
        Self::placed(text.into(), Place::default())
    }

    fn placed(text: String, place: Place) -> Self {
        let value = T::parse(&text);
        Self { text, place, value }
    }

    // from a file that is being read: a mistake is remembered
    fn read(text: String, place: Place) -> Self {
        let read = Self::placed(text, place);
        if let Err(e) = &read.value {
            MISTAKES.with_borrow_mut(|m| m.push((place, e.clone())));
        }
        read
    }
}

impl<T> Parsed<T> {
    /// The text as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        self.place
    }

    /// What it means; `None` only in a plan that has errors.
    pub fn get(&self) -> Option<&T> {
        self.value.as_ref().ok()
    }

    /// Why it cannot be read.
    pub fn error(&self) -> Option<&SyntaxError> {
        self.value.as_ref().err()
    }
}

impl<T> PartialEq for Parsed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T> fmt::Display for Parsed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

thread_local! {
    // every text that could not be read while a file is read: whatever field of the model it is in, it is reported
    static MISTAKES: RefCell<Vec<(Place, SyntaxError)>> = const { RefCell::new(Vec::new()) };
}

/// Runs `read` and gives the mistakes in the texts that it read, in their order.
pub(crate) fn with_mistakes<R>(read: impl FnOnce() -> R) -> (R, Vec<(Place, SyntaxError)>) {
    MISTAKES.with_borrow_mut(Vec::clear);
    let result = read();
    (result, MISTAKES.take())
}

impl<'de, T: Syntax> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let inner = serde_saphyr::Spanned::<String>::deserialize(deserializer)?;
        Ok(Self::read(inner.value, inner.referenced.into()))
    }
}

impl<T> Serialize for Parsed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<T: Syntax> JsonSchema for Parsed<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        T::WHAT.into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = schemars::json_schema!({ "type": "string", "description": T::WHAT });
        if let Some(pattern) = T::PATTERN {
            schema.insert("pattern".into(), pattern.into());
        }
        schema
    }
}

/// One value or a list of them: `is: A` and `is: [A, B]` are both allowed.
#[derive(Clone, Debug, PartialEq)]
pub struct OneOrMany<T>(pub Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for OneOrMany<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'a, T> IntoIterator for &'a OneOrMany<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// What a single scalar can become.
pub(crate) trait FromScalar {
    fn from_scalar(text: String, place: Place) -> Self;
}

impl<T: Syntax> FromScalar for Parsed<T> {
    fn from_scalar(text: String, place: Place) -> Self {
        Parsed::read(text, place)
    }
}

impl FromScalar for Spanned<String> {
    fn from_scalar(value: String, place: Place) -> Self {
        Spanned { value, place }
    }
}

enum Raw<T> {
    Text(String),
    List(Vec<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Raw<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for V<T> {
            type Value = Raw<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts (a number is put in quotes)")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Raw<T>, E> {
                Ok(Raw::Text(text.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = seq.next_element()? {
                    list.push(item);
                }
                if list.is_empty() {
                    return Err(A::Error::custom("the list is empty"));
                }
                Ok(Raw::List(list))
            }
        }
        deserializer.deserialize_any(V(PhantomData))
    }
}

impl<'de, T: Deserialize<'de> + FromScalar> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = serde_saphyr::Spanned::<Raw<T>>::deserialize(deserializer)?;
        Ok(Self(match raw.value {
            Raw::Text(text) => vec![T::from_scalar(text, raw.referenced.into())],
            Raw::List(list) => list,
        }))
    }
}

impl<T: Serialize> Serialize for OneOrMany<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            many => many.serialize(serializer),
        }
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("one or many {}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        schemars::json_schema!({
            "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }]
        })
    }
}

/// A mapping that keeps its order and the places of its keys. A key may stand only once.
#[derive(Clone, Debug, PartialEq)]
pub struct Entries<K, V>(pub Vec<(Parsed<K>, V)>);

impl<K, V> Default for Entries<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K, V> Deref for Entries<K, V> {
    type Target = [(Parsed<K>, V)];
    fn deref(&self) -> &[(Parsed<K>, V)] {
        &self.0
    }
}

impl<'a, K, V> IntoIterator for &'a Entries<K, V> {
    type Item = &'a (Parsed<K>, V);
    type IntoIter = std::slice::Iter<'a, (Parsed<K>, V)>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'de, K: Syntax, V: Deserialize<'de>> Deserialize<'de> for Entries<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Vis<K, V>(PhantomData<(K, V)>);
        impl<'de, K: Syntax, V: Deserialize<'de>> Visitor<'de> for Vis<K, V> {
            type Value = Entries<K, V>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a mapping whose keys are each {}", K::WHAT)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries: Vec<(Parsed<K>, V)> = Vec::new();
                while let Some((key, value)) = map.next_entry::<Parsed<K>, V>()? {
                    if entries.iter().any(|(k, _)| k.text() == key.text()) {
                        return Err(A::Error::custom(format!(
                            "`{}` stands here twice",
                            key.text()
                        )));
                    }
                    entries.push((key, value));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Vis(PhantomData))
    }
}

impl<K, V: Serialize> Serialize for Entries<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(k, v)| (k.text(), v)))
    }
}

impl<K: Syntax, V: JsonSchema> JsonSchema for Entries<K, V> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("entries of {}", V::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<V>();
        let mut schema =
            schemars::json_schema!({ "type": "object", "additionalProperties": value });
        if let Some(pattern) = K::PATTERN {
            schema.insert(
                "propertyNames".into(),
                serde_json::json!({ "pattern": pattern }),
            );
        }
        schema
    }
}
