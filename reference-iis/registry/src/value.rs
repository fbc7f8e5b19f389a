//! Values as messages carry them, as decoded text: composites, codes, identifiers, names.
//!
//! Everything here may identify a person, so `Debug` shows shapes and never text.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Gives a type a `Debug` that never shows what is in it.
macro_rules! opaque {
    ($($t:ty),* $(,)?) => {$(
        impl std::fmt::Debug for $t {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($t), "(..)"))
            }
        }
    )*};
}
pub(crate) use opaque;

/// A composite value: components, each with its subcomponents. Empty parts at the end are not kept.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Composite(Vec<Vec<String>>);

impl Composite {
    /// From components with subcomponents.
    pub fn new(parts: Vec<Vec<String>>) -> Self {
        let mut parts = parts;
        for part in &mut parts {
            while part.last().is_some_and(String::is_empty) {
                part.pop();
            }
        }
        while parts.last().is_some_and(Vec::is_empty) {
            parts.pop();
        }
        Self(parts)
    }

    /// From components that have no subcomponents.
    pub fn of<S: Into<String>>(parts: impl IntoIterator<Item = S>) -> Self {
        Self::new(parts.into_iter().map(|p| vec![p.into()]).collect())
    }

    /// Component `n`, counted from 1 (its first subcomponent); empty when it is not there.
    pub fn part(&self, n: usize) -> &str {
        self.sub(n, 1)
    }

    /// Subcomponent `m` of component `n`, both counted from 1; empty when it is not there.
    pub fn sub(&self, n: usize, m: usize) -> &str {
        let at = |n: usize| n.checked_sub(1);
        at(n)
            .and_then(|n| self.0.get(n))
            .and_then(|part| at(m).and_then(|m| part.get(m)))
            .map_or("", String::as_str)
    }

    /// All components with their subcomponents.
    pub fn parts(&self) -> &[Vec<String>] {
        &self.0
    }

    /// Nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A coded value (CE and CWE): two triplets.
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Coded {
    /// The code.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// Its text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Its code system.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub system: String,
    /// The code of the second triplet.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub alternate_code: String,
    /// The text of the second triplet.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub alternate_text: String,
    /// The code system of the second triplet.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub alternate_system: String,
}

impl Coded {
    /// One triplet.
    pub fn new(
        code: impl Into<String>,
        text: impl Into<String>,
        system: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            text: text.into(),
            system: system.into(),
            ..Self::default()
        }
    }

    /// Nothing in it.
    pub fn is_empty(&self) -> bool {
        self.code.is_empty() && self.text.is_empty() && self.alternate_code.is_empty()
    }
}

/// Who assigned an identifier (HD): a name, an OID, or both.
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Authority {
    /// Namespace id.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Universal id.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Type of the universal id, `ISO` for an OID.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id_type: String,
}

impl Authority {
    /// The names under which this authority is found: its namespace and its OID, whichever are there.
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        let namespace = self.namespace.trim();
        let id = self.id.trim();
        [
            (!namespace.is_empty()).then(|| namespace.to_uppercase()),
            (!id.is_empty()).then(|| format!("#{}", id.to_uppercase())),
        ]
        .into_iter()
        .flatten()
    }

    /// Whether both mean the same authority.
    pub fn same(&self, other: &Authority) -> bool {
        let mine: Vec<String> = self.names().collect();
        if mine.is_empty() {
            return other.names().next().is_none();
        }
        other.names().any(|n| mine.contains(&n))
    }
}

/// A person's identifier (CX): a value, who assigned it, and its type.
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identifier {
    /// The value.
    pub value: String,
    /// Who assigned it.
    pub authority: Authority,
    /// HL7 table 0203: `MR`, `SR`, `SS`, ...
    pub type_code: String,
}

impl Identifier {
    /// Whether both are one identifier.
    pub fn same(&self, other: &Identifier) -> bool {
        self.value.trim() == other.value.trim()
            && self.type_code.eq_ignore_ascii_case(&other.type_code)
            && self.authority.same(&other.authority)
    }
}

/// An order number (EI): ORC-2 or ORC-3.
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrderNumber {
    /// The number.
    pub value: String,
    /// Who assigned it.
    pub authority: Authority,
}

/// What stands in ORC-3 when there is no order: refusals and groups without a vaccine.
pub const NO_ORDER: &str = "9999";

impl OrderNumber {
    /// Whether it names an order: it has a value and that is not the placeholder of refusals.
    pub fn names_an_order(&self) -> bool {
        !self.value.trim().is_empty() && self.value.trim() != NO_ORDER
    }

    /// Whether both name the same order.
    pub fn same(&self, other: &OrderNumber) -> bool {
        self.value.trim() == other.value.trim() && self.authority.same(&other.authority)
    }
}

/// A person's name (XPN).
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonName(pub Composite);

impl PersonName {
    /// Family name.
    pub fn family(&self) -> &str {
        self.0.part(1)
    }

    /// First given name.
    pub fn given(&self) -> &str {
        self.0.part(2)
    }

    /// Further given names or their initials.
    pub fn middle(&self) -> &str {
        self.0.part(3)
    }

    /// Name type, HL7 table 0200.
    pub fn type_code(&self) -> &str {
        self.0.part(7)
    }
}

opaque!(
    Composite,
    Coded,
    Authority,
    Identifier,
    OrderNumber,
    PersonName
);

/// What a message says about one thing: nothing, that it is to be deleted (`""`), or a value.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stated<T> {
    /// Nothing was said: what is stored stays.
    #[default]
    Silent,
    /// HL7 null: what is stored goes.
    Deleted,
    /// A value: it replaces what is stored.
    Value(T),
}

impl<T> fmt::Debug for Stated<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stated::Silent => "Silent",
            Stated::Deleted => "Deleted",
            Stated::Value(_) => "Value(..)",
        })
    }
}

impl<T: Clone + Default> Stated<T> {
    /// Puts what was said over what is stored.
    pub fn over(&self, stored: &mut T) {
        match self {
            Stated::Silent => {}
            Stated::Deleted => *stored = T::default(),
            Stated::Value(value) => stored.clone_from(value),
        }
    }

    /// The value, when there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Stated::Value(value) => Some(value),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_composite_counts_from_one_and_drops_empty_ends() {
        let c = Composite::new(vec![
            vec!["A".into(), "B".into(), String::new()],
            vec![],
            vec!["C".into()],
            vec![String::new()],
        ]);
        assert_eq!(c.parts().len(), 3);
        assert_eq!(
            (c.part(1), c.sub(1, 2), c.part(2), c.part(3)),
            ("A", "B", "", "C")
        );
        assert_eq!((c.part(0), c.sub(1, 0), c.part(9)), ("", "", ""));
    }

    #[test]
    fn debug_shows_no_text() {
        let c = Composite::of(["Richardson"]);
        let name = PersonName(c.clone());
        let said = Stated::Value(String::from("Richardson"));
        assert!(!format!("{c:?} {name:?} {said:?}").contains("Richardson"));
    }

    #[test]
    fn an_authority_is_known_by_name_or_oid() {
        let both = Authority {
            namespace: "mpi".into(),
            id: "2.16.1".into(),
            id_type: "ISO".into(),
        };
        let name = Authority {
            namespace: "MPI".into(),
            ..Authority::default()
        };
        let oid = Authority {
            id: "2.16.1".into(),
            ..Authority::default()
        };
        assert!(both.same(&name) && both.same(&oid));
        assert!(!name.same(&oid));
        assert!(!name.same(&Authority::default()));
    }
}
