//! Expressions of rules.

use super::{ANY_NUMBER, STRENGTH, chapter, may, must, tag};
use crate::bundle::schema::{Kind, Tag};

pub(super) static EXPRESSIONS: [(&str, &Tag); 22] = [
    ("Presence", &PRESENCE),
    ("PathValue", &PATH_VALUE),
    ("ComplexPathValue", &COMPLEX_PATH_VALUE),
    ("StringFormat", &STRING_FORMAT),
    ("PlainText", &PLAIN_TEXT),
    ("Format", &FORMAT),
    ("NumberList", &NUMBER_LIST),
    ("StringList", &STRING_LIST),
    ("SimpleValue", &SIMPLE_VALUE),
    ("ValueSet", &VALUE_SET),
    ("NOT", &ONE),
    ("AND", &TWO),
    ("OR", &TWO),
    ("SubContext", &SUB_CONTEXT),
    ("XOR", &TWO),
    ("IMPLY", &TWO),
    ("FORALL", &SEVERAL),
    ("EXIST", &SEVERAL),
    ("SetID", &PRESENCE),
    ("IZSetID", &IZ_SET_ID),
    ("Plugin", &PLUGIN),
    ("isNULL", &PRESENCE),
];

static ONE: Tag = tag(&[], &[chapter(&EXPRESSIONS, 1, 1)]);
static TWO: Tag = tag(&[], &[chapter(&EXPRESSIONS, 2, 2)]);
static SEVERAL: Tag = tag(&[], &[chapter(&EXPRESSIONS, 1, ANY_NUMBER)]);

static PRESENCE: Tag = tag(&[must("Path", Kind::Path)], &[]);

const OPERATOR: Kind = Kind::Word(&["EQ", "NE", "GT", "LT", "GE", "LE"]);
const BEHAVIOUR: Kind = Kind::Word(&["PASS", "FAIL", "INCONCLUSIVE"]);

static PATH_VALUE: Tag = tag(
    &[
        must("Path1", Kind::Path),
        must("Operator", OPERATOR),
        must("Path2", Kind::Path),
        may("Truncated", Kind::Flag),
        may("IdenticalEquality", Kind::Flag),
        may("NotPresentBehavior", BEHAVIOUR),
        may("Path1Mode", Kind::Mode),
        may("Path2Mode", Kind::Mode),
    ],
    &[],
);

static COMPLEX_PATH_VALUE: Tag = tag(
    &[
        must("Path1", Kind::Path),
        must("Operator", OPERATOR),
        must("Path2", Kind::Path),
        may("Truncated", Kind::Flag),
        may("IdenticalEquality", Kind::Flag),
        may("NotPresentBehavior", BEHAVIOUR),
        may("Strict", Kind::Flag),
    ],
    &[],
);

pub(super) static PLAIN_TEXT: Tag = tag(
    &[
        must("Path", Kind::Path),
        must("Text", Kind::NotEmpty),
        may("IgnoreCase", Kind::Flag),
        may("AtLeastOnce", Kind::Flag),
        may("NotPresentBehavior", BEHAVIOUR),
        may("Min", Kind::Number),
        may("Max", Kind::NumberOrStar),
    ],
    &[],
);

static STRING_FORMAT: Tag = tag(
    &[
        must("Path", Kind::Path),
        must("Format", Kind::NotEmpty),
        may("AtLeastOnce", Kind::Flag),
        may("NotPresentBehavior", BEHAVIOUR),
        may("Min", Kind::Number),
        may("Max", Kind::NumberOrStar),
    ],
    &[],
);

static FORMAT: Tag = tag(
    &[
        must("Path", Kind::Path),
        must("Regex", Kind::NotEmpty),
        may("AtLeastOnce", Kind::Flag),
        may("NotPresentBehavior", BEHAVIOUR),
        may("Min", Kind::Number),
        may("Max", Kind::NumberOrStar),
    ],
    &[],
);

static NUMBER_LIST: Tag = tag(
    &[
        must("Path", Kind::Path),
        must("CSV", Kind::NotEmpty),
        may("AtLeastOnce", Kind::Flag),
        may("NotPresentBehavior", BEHAVIOUR),
        may("Min", Kind::Number),
        may("Max", Kind::NumberOrStar),
    ],
    &[],
);

static STRING_LIST: Tag = tag(
    &[
        must("Path", Kind::Path),
        must("CSV", Kind::NotEmpty),
        may("IgnoreCase", Kind::Flag),
        may("AtLeastOnce", Kind::Flag),
        may("NotPresentBehavior", BEHAVIOUR),
        may("Min", Kind::Number),
        may("Max", Kind::NumberOrStar),
    ],
    &[],
);

static SIMPLE_VALUE: Tag = tag(
    &[
        must("Path", Kind::Path),
        must("Operator", OPERATOR),
        must("Value", Kind::NotEmpty),
        may("Type", Kind::Word(&["Number", "String"])),
        may("Truncated", Kind::Flag),
        may("IdenticalEquality", Kind::Flag),
        may("AtLeastOnce", Kind::Flag),
        may("NotPresentBehavior", BEHAVIOUR),
        may("Min", Kind::Number),
        may("Max", Kind::NumberOrStar),
    ],
    &[],
);

pub(super) static VALUE_SET: Tag = tag(
    &[
        must("Path", Kind::Path),
        must("ValueSetID", Kind::Any),
        must("BindingStrength", STRENGTH),
        must("BindingLocation", Kind::Location),
        may("NotPresentBehavior", BEHAVIOUR),
    ],
    &[],
);

static SUB_CONTEXT: Tag = tag(
    &[
        must("Path", Kind::Path),
        may("MinOccurrence", Kind::Number),
        may("MaxOccurrence", Kind::NumberOrStar),
        may("AtLeastOnce", Kind::Flag),
        may("NotPresentBehavior", BEHAVIOUR),
    ],
    &[chapter(&EXPRESSIONS, 1, 1)],
);

static IZ_SET_ID: Tag = tag(
    &[must("Parent", Kind::Path), must("Element", Kind::Path)],
    &[],
);

static PLUGIN: Tag = tag(&[must("QualifiedClassName", Kind::NotEmpty)], &[]);
