//! Co-constraints.

use super::bindings::SET_BINDING;
use super::constraints::ASSERTION;
use super::{ANY_NUMBER, TEXT, chapter, idle_chapter, may, must, tag};
use crate::bundle::schema::{Kind, Tag};

pub(in crate::bundle::schema) static CO_CONSTRAINTS: Tag = tag(
    &[may("ID", Kind::Any)],
    &[chapter(&[("ByMessage", &CO_BY_MESSAGE)], 0, ANY_NUMBER)],
);

static CO_BY_MESSAGE: Tag = tag(
    &[must("ID", Kind::NotEmpty)],
    &[chapter(&[("Context", &CO_CONTEXT)], 0, ANY_NUMBER)],
);

static CO_CONTEXT: Tag = tag(
    &[must("Path", Kind::Path), must("Name", Kind::NotEmpty)],
    &[chapter(&[("Segment", &CO_SEGMENT)], 0, ANY_NUMBER)],
);

static CO_SEGMENT: Tag = tag(
    &[must("Path", Kind::Path), must("Name", Kind::NotEmpty)],
    &[chapter(
        &[
            ("SimpleTable", &CO_SIMPLE_TABLE),
            ("ConditionalTable", &CO_CONDITIONAL_TABLE),
        ],
        1,
        ANY_NUMBER,
    )],
);

static CO_ROWS: [(&str, &Tag); 2] = [("CoConstraint", &CO_ROW), ("CoConstraintGroup", &CO_GROUP)];

static CO_SIMPLE_TABLE: Tag = tag(
    &[],
    &[
        chapter(&[("CoConstraintGroupId", &CO_GROUP_ID)], 0, 1),
        chapter(&CO_ROWS, 1, ANY_NUMBER),
    ],
);

static CO_CONDITIONAL_TABLE: Tag = tag(
    &[],
    &[
        chapter(&[("CoConstraintGroupId", &CO_GROUP_ID)], 0, 1),
        chapter(&[("Condition", &CO_CONDITION)], 1, 1),
        chapter(&CO_ROWS, 1, ANY_NUMBER),
    ],
);

static CO_GROUP_ID: Tag = tag(&[], &[chapter(&[("IdPath", &CO_ID_PATH)], 1, ANY_NUMBER)]);

static CO_ID_PATH: Tag = tag(
    &[
        must("Priority", Kind::Number),
        must("Path", Kind::Path),
        must("Name", Kind::NotEmpty),
    ],
    &[],
);

static CO_CONDITION: Tag = tag(
    &[],
    &[
        idle_chapter(&[("Description", &TEXT)]),
        chapter(&[("Assertion", &ASSERTION)], 1, 1),
    ],
);

const CO_USAGE: Kind = Kind::Word(&["R", "S", "O"]);

static CO_GROUP: Tag = tag(
    &[
        must("Name", Kind::NotEmpty),
        must("Usage", CO_USAGE),
        must("Min", Kind::Number),
        must("Max", Kind::NumberOrStar),
    ],
    &[
        chapter(&[("Primary", &CO_ROW)], 1, 1),
        chapter(&[("CoConstraint", &CO_ROW)], 0, ANY_NUMBER),
    ],
);

static CO_ROW: Tag = tag(
    &[
        must("Usage", CO_USAGE),
        must("Min", Kind::Number),
        must("Max", Kind::NumberOrStar),
    ],
    &[
        chapter(&[("Selectors", &CO_CELLS)], 1, 1),
        chapter(&[("Constraints", &CO_CELLS)], 1, 1),
    ],
);

static CO_CELLS: Tag = tag(
    &[],
    &[chapter(
        &[
            ("PlainText", &CO_TEXT),
            ("Code", &CO_CODE),
            ("ValueSet", &CO_SET),
        ],
        0,
        ANY_NUMBER,
    )],
);

static CO_TEXT: Tag = tag(
    &[
        must("Name", Kind::NotEmpty),
        must("Path", Kind::Path),
        must("Value", Kind::NotEmpty),
    ],
    &[],
);

static CO_CODE: Tag = tag(
    &[
        must("Name", Kind::NotEmpty),
        must("Path", Kind::Path),
        must("Code", Kind::NotEmpty),
        must("CodeSystem", Kind::NotEmpty),
    ],
    &[chapter(&[("BindingLocation", &CO_LOCATION)], 1, ANY_NUMBER)],
);

static CO_LOCATION: Tag = tag(
    &[
        must("Position", Kind::Number),
        must("CodePath", Kind::Path),
        must("CodeSystemPath", Kind::Path),
    ],
    &[],
);

static CO_SET: Tag = tag(
    &[must("Name", Kind::NotEmpty), must("Path", Kind::Path)],
    &[chapter(&[("ValueSetBinding", &SET_BINDING)], 1, 1)],
);
