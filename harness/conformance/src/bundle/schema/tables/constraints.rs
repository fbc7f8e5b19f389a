//! Constraints, predicates and the lists of steps.

use super::expressions::{EXPRESSIONS, PLAIN_TEXT, VALUE_SET};
use super::{ANY_NUMBER, META_DATA, TEXT, chapter, idle_chapter, may, must, tag};
use crate::bundle::schema::{Kind, Tag};

pub(in crate::bundle::schema) static CONSTRAINTS: Tag = tag(
    &[may("UUID", Kind::Any), may("ID", Kind::Any)],
    &[
        idle_chapter(&[("MetaData", &META_DATA)]),
        chapter(&[("Predicates", &PREDICATES)], 0, 1),
        chapter(&[("Constraints", &STATEMENTS)], 0, 1),
        chapter(&[("OrderIndifferent", &CONTEXTS)], 0, 1),
        chapter(&[("CoConstraints", &OLD_CO_CONSTRAINTS)], 0, 1),
    ],
);

static PREDICATES: Tag = tag(
    &[],
    &[
        chapter(&[("Datatype", &PREDICATES_ON)], 0, 1),
        chapter(&[("Segment", &PREDICATES_ON)], 0, 1),
        chapter(&[("Group", &PREDICATES_ON)], 0, 1),
        chapter(&[("Message", &PREDICATES_ON)], 0, 1),
    ],
);

static PREDICATES_ON: Tag = tag(
    &[],
    &[chapter(
        &[("ByName", &PREDICATES_BY_NAME), ("ByID", &PREDICATES_BY_ID)],
        0,
        ANY_NUMBER,
    )],
);

static PREDICATES_BY_NAME: Tag = tag(
    &[must("Name", Kind::NotEmpty)],
    &[chapter(&[("Predicate", &PREDICATE)], 0, ANY_NUMBER)],
);

static PREDICATES_BY_ID: Tag = tag(
    &[must("ID", Kind::NotEmpty)],
    &[chapter(&[("Predicate", &PREDICATE)], 0, ANY_NUMBER)],
);

static STATEMENTS: Tag = tag(
    &[],
    &[
        chapter(&[("Datatype", &STATEMENTS_ON)], 0, 1),
        chapter(&[("Segment", &STATEMENTS_ON)], 0, 1),
        chapter(&[("Group", &STATEMENTS_ON)], 0, 1),
        chapter(&[("Message", &STATEMENTS_ON)], 0, 1),
    ],
);

static STATEMENTS_ON: Tag = tag(
    &[],
    &[chapter(
        &[("ByName", &STATEMENTS_BY_NAME), ("ByID", &STATEMENTS_BY_ID)],
        0,
        ANY_NUMBER,
    )],
);

static STATEMENTS_BY_NAME: Tag = tag(
    &[must("Name", Kind::NotEmpty)],
    &[chapter(&[("Constraint", &STATEMENT)], 0, ANY_NUMBER)],
);

static STATEMENTS_BY_ID: Tag = tag(
    &[must("ID", Kind::NotEmpty)],
    &[chapter(&[("Constraint", &STATEMENT)], 0, ANY_NUMBER)],
);

static REFERENCE: Tag = tag(
    &[
        may("Chapter", Kind::Any),
        may("Section", Kind::Any),
        may("Page", Kind::Any),
        may("URL", Kind::Any),
        may("Source", Kind::Any),
        may("GeneratedBy", Kind::Any),
        may("ReferencePath", Kind::Any),
        may("TestDataCategorization", Kind::Any),
    ],
    &[],
);

static PREDICATE: Tag = tag(
    &[
        may("ID", Kind::Any),
        must("Target", Kind::Path),
        must("TrueUsage", Kind::Word(&["R", "RE", "X", "O"])),
        must("FalseUsage", Kind::Word(&["R", "RE", "X", "O"])),
    ],
    &[
        chapter(&[("Reference", &REFERENCE)], 0, 1),
        idle_chapter(&[("Description", &TEXT)]),
        chapter(&[("Condition", &ASSERTION)], 1, 1),
    ],
);

static STATEMENT: Tag = tag(
    &[
        must("ID", Kind::NotEmpty),
        may("Classification", Kind::Word(&["W", "A"])),
        may("Target", Kind::Any),
        may("Strength", Kind::Word(&["SHALL", "SHOULD"])),
    ],
    &[
        chapter(&[("Reference", &REFERENCE)], 0, 1),
        idle_chapter(&[("Description", &TEXT)]),
        chapter(&[("Assertion", &ASSERTION)], 1, 1),
    ],
);

pub(super) static ASSERTION: Tag = tag(&[], &[chapter(&EXPRESSIONS, 1, 1)]);

static CONTEXTS: Tag = tag(&[], &[chapter(&[("Context", &CONTEXT)], 0, ANY_NUMBER)]);

static CONTEXT: Tag = tag(
    &[must("List", Kind::Path)],
    &[chapter(&[("Pattern", &PATTERN)], 0, ANY_NUMBER)],
);

static PATTERN: Tag = tag(
    &[may("Cardinality", Kind::Number), may("Ref", Kind::Any)],
    &[
        chapter(&[("Trigger", &TRIGGER)], 1, 1),
        chapter(&[("Constraints", &PATTERN_STATEMENTS)], 1, 1),
        chapter(&[("Contexts", &CONTEXTS)], 0, 1),
    ],
);

static PATTERN_STATEMENTS: Tag = tag(
    &[],
    &[chapter(&[("Constraint", &STATEMENT)], 1, ANY_NUMBER)],
);

static TRIGGER: Tag = tag(
    &[],
    &[
        idle_chapter(&[("ErrorMessage", &TEXT)]),
        chapter(&[("Assertion", &ASSERTION)], 1, 1),
    ],
);

static OLD_CO_CONSTRAINTS: Tag = tag(&[], &[chapter(&[("Segment", &OLD_CO_ON)], 0, 1)]);

static OLD_CO_ON: Tag = tag(&[], &[chapter(&[("ByID", &OLD_CO_BY_ID)], 0, ANY_NUMBER)]);

static OLD_CO_BY_ID: Tag = tag(
    &[must("ID", Kind::NotEmpty)],
    &[chapter(&[("CoConstraint", &OLD_CO)], 0, ANY_NUMBER)],
);

static OLD_CO: Tag = tag(
    &[],
    &[
        idle_chapter(&[("Description", &TEXT)]),
        chapter(&[("Comments", &TEXT)], 0, 1),
        chapter(&[("Assertion", &OLD_CO_ASSERTION)], 1, 1),
    ],
);

static OLD_CO_ASSERTION: Tag = tag(&[], &[chapter(&[("PlainCoConstraint", &PLAIN_CO)], 1, 1)]);

static PLAIN_CO: Tag = tag(
    &[
        must("KeyPath", Kind::Path),
        must("KeyValue", Kind::NotEmpty),
    ],
    &[chapter(
        &[("PlainText", &PLAIN_TEXT), ("ValueSet", &VALUE_SET)],
        1,
        ANY_NUMBER,
    )],
);
