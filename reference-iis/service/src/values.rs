//! HL7 elements as values of the registry, and the way back.

use titer_hl7::build::{ComponentValue, FieldValue, RepetitionValue, components, subcomponents};
use titer_hl7::{Component, Element, Repetition, Segment};
use titer_registry::value::{Authority, Coded, Composite, Identifier, OrderNumber, PersonName};

fn text(element: &Element<'_>) -> String {
    // null inside of a composite is the same as nothing
    if element.is_null() {
        String::new()
    } else {
        element.text().into_owned()
    }
}

pub(crate) fn composite(repetition: &Repetition<'_>) -> Composite {
    Composite::new(
        repetition
            .components()
            .map(|c| subcomponents_of(&c))
            .collect(),
    )
}

pub(crate) fn subcomponents_of(component: &Component<'_>) -> Vec<String> {
    component.subcomponents().map(|s| text(&s)).collect()
}

/// The first repetition of a field as a code.
pub(crate) fn coded(segment: &Segment<'_>, field: u32) -> Coded {
    segment
        .field(field)
        .and_then(|f| f.repetition(1))
        .map(|r| to_coded(&composite(&r)))
        .unwrap_or_default()
}

pub(crate) fn to_coded(c: &Composite) -> Coded {
    Coded {
        code: c.part(1).to_owned(),
        text: c.part(2).to_owned(),
        system: c.part(3).to_owned(),
        alternate_code: c.part(4).to_owned(),
        alternate_text: c.part(5).to_owned(),
        alternate_system: c.part(6).to_owned(),
    }
}

pub(crate) fn to_identifier(c: &Composite) -> Identifier {
    Identifier {
        value: c.part(1).to_owned(),
        authority: Authority {
            namespace: c.sub(4, 1).to_owned(),
            id: c.sub(4, 2).to_owned(),
            id_type: c.sub(4, 3).to_owned(),
        },
        type_code: c.part(5).to_owned(),
    }
}

pub(crate) fn to_order(c: &Composite) -> OrderNumber {
    OrderNumber {
        value: c.part(1).to_owned(),
        authority: Authority {
            namespace: c.part(2).to_owned(),
            id: c.part(3).to_owned(),
            id_type: c.part(4).to_owned(),
        },
    }
}

/// A data type of HL7 v2.5.1, as far as it says how many parts a value may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Xpn,
    Xad,
    Xtn,
    Xcn,
    La2,
    /// Any other, by its name in OBX-2.
    Other(&'static str),
}

impl Type {
    /// The type that OBX-2 names.
    pub(crate) fn of_value(name: &str) -> Self {
        const KNOWN: [&str; 10] = ["CE", "CWE", "TS", "DT", "NM", "ST", "ID", "IS", "TX", "FT"];
        KNOWN
            .into_iter()
            .find(|k| *k == name)
            .map_or(Type::Other(""), Type::Other)
    }

    fn components(self) -> usize {
        match self {
            Type::Xpn | Type::Xad => 14,
            Type::Xtn => 12,
            Type::Xcn => 23,
            Type::La2 => 16,
            Type::Other("CE") => 6,
            Type::Other("CWE") => 9,
            Type::Other("TS") => 2,
            Type::Other("") => usize::MAX,
            Type::Other(_) => 1,
        }
    }

    fn subcomponents(self, component: usize) -> usize {
        match (self, component) {
            // FN, SAD and HD
            (Type::Xpn, 1) | (Type::Xcn, 2) => 5,
            (Type::Xad, 1) | (Type::Xcn, 9 | 14) | (Type::La2, 4) => 3,
            (Type::Other(""), _) => usize::MAX,
            // ranges of times and codes, which few use
            (Type::Xpn | Type::Xad | Type::Xcn, 9..) => 6,
            _ => 1,
        }
    }
}

/// What was more than the standard knows is not given back.
pub(crate) fn from_composite(c: &Composite, kind: Type) -> RepetitionValue {
    components(
        c.parts()
            .iter()
            .take(kind.components())
            .zip(1..)
            .map(|(part, n)| {
                let parts = part.iter().take(kind.subcomponents(n));
                subcomponents(parts.map(String::as_str))
            })
            .collect::<Vec<ComponentValue>>(),
    )
}

pub(crate) fn from_composites<'a>(
    all: impl IntoIterator<Item = &'a Composite>,
    kind: Type,
) -> FieldValue {
    all.into_iter().fold(FieldValue::new(), |f, c| {
        f.repetition(from_composite(c, kind))
    })
}

pub(crate) fn from_names<'a>(all: impl IntoIterator<Item = &'a PersonName>) -> FieldValue {
    from_composites(all.into_iter().map(|n| &n.0), Type::Xpn)
}

pub(crate) fn from_coded(c: &Coded) -> RepetitionValue {
    components([
        c.code.as_str(),
        &c.text,
        &c.system,
        &c.alternate_code,
        &c.alternate_text,
        &c.alternate_system,
    ])
}

pub(crate) fn from_codes<'a>(all: impl IntoIterator<Item = &'a Coded>) -> FieldValue {
    all.into_iter()
        .fold(FieldValue::new(), |f, c| f.repetition(from_coded(c)))
}

pub(crate) fn from_identifier(i: &Identifier) -> RepetitionValue {
    let a = &i.authority;
    RepetitionValue::new()
        .component(1, i.value.as_str())
        .component(4, subcomponents([a.namespace.as_str(), &a.id, &a.id_type]))
        .component(5, i.type_code.as_str())
}

pub(crate) fn from_order(o: &OrderNumber) -> RepetitionValue {
    let a = &o.authority;
    components([o.value.as_str(), &a.namespace, &a.id, &a.id_type])
}
