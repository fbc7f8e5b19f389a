//! Value sets.

use super::{ANY_NUMBER, META_DATA, TEXT, chapter, idle, idle_chapter, may, must, tag};
use crate::bundle::schema::{Attribute, Kind, Need, Tag};

pub(in crate::bundle::schema) static VALUE_SETS: Tag = tag(
    &[
        may("ValueSetLibraryIdentifier", Kind::Any),
        may("ID", Kind::Any),
    ],
    &[
        idle_chapter(&[("MetaData", &META_DATA)]),
        chapter(&[("NoValidation", &NO_VALIDATION)], 0, 1),
        chapter(&[("ValueSetDefinitions", &DEFINITIONS)], 1, ANY_NUMBER),
    ],
);

static NO_VALIDATION: Tag = tag(
    &[],
    &[chapter(&[("BindingIdentifier", &TEXT)], 0, ANY_NUMBER)],
);

static DEFINITIONS: Tag = tag(
    &[may("Group", Kind::Any), may("Order", Kind::Any)],
    &[chapter(
        &[("ValueSetDefinition", &DEFINITION)],
        0,
        ANY_NUMBER,
    )],
);

static DEFINITION: Tag = tag(
    &[
        must("BindingIdentifier", Kind::Any),
        idle("Name"),
        may("Stability", Kind::Word(&["Static", "Dynamic", "Undefined"])),
        may(
            "Extensibility",
            Kind::Word(&["Open", "Closed", "Undefined"]),
        ),
        may("Description", Kind::Any),
        may("Version", Kind::Any),
        may("Oid", Kind::Any),
        may("ContentDefinition", Kind::Any),
        may("NoCodeDisplayText", Kind::Any),
    ],
    &[chapter(&[("ValueElement", &CODE)], 0, ANY_NUMBER)],
);

static CODE: Tag = tag(
    &[
        must("Value", Kind::Any),
        Attribute {
            name: "DisplayName",
            need: Need::Idle,
            kind: Kind::Any,
        },
        may("CodeSystem", Kind::Any),
        may("Usage", Kind::Word(&["R", "P", "E"])),
        may("CodePattern", Kind::NotEmpty),
        may("CodeSystemVersion", Kind::Any),
        may("Comments", Kind::Any),
    ],
    &[],
);
