//! The schemas of engine 1.6 as tables: which elements and attributes there are, and which of them must be there.

use super::{Attribute, Chapter, Kind, Need, Tag};

type Names = [(&'static str, &'static Tag)];

const ANY_NUMBER: u32 = u32::MAX;

const fn must(name: &'static str, kind: Kind) -> Attribute {
    Attribute {
        name,
        need: Need::Required,
        kind,
    }
}

const fn may(name: &'static str, kind: Kind) -> Attribute {
    Attribute {
        name,
        need: Need::Optional,
        kind,
    }
}

// asked for by the schema, and no verdict rests on it
const fn idle(name: &'static str) -> Attribute {
    Attribute {
        name,
        need: Need::Idle,
        kind: Kind::NotEmpty,
    }
}

const fn chapter(names: &'static Names, min: u32, max: u32) -> Chapter {
    Chapter {
        names,
        min,
        max,
        idle: false,
    }
}

const fn idle_chapter(names: &'static Names) -> Chapter {
    Chapter {
        names,
        min: 1,
        max: 1,
        idle: true,
    }
}

const fn tag(attributes: &'static [Attribute], chapters: &'static [Chapter]) -> Tag {
    Tag {
        attributes,
        chapters,
    }
}

static TEXT: Tag = tag(&[], &[]);

static META_DATA: Tag = tag(
    &[
        idle("Name"),
        idle("OrgName"),
        idle("Version"),
        idle("Date"),
        may("SpecificationName", Kind::Any),
        may("Status", Kind::Any),
        may("Topics", Kind::Any),
    ],
    &[],
);

const USAGE: Kind = Kind::Word(&["R", "RE", "O", "C", "X", "B", "W", "CE", "IX"]);
const STRENGTH: Kind = Kind::Word(&["R", "S", "U"]);

// ---- profile

pub(super) static PROFILE: Tag = tag(
    &[
        may("ID", Kind::Any),
        may("Type", Kind::Any),
        may("HL7Version", Kind::Any),
        may("SchemaVersion", Kind::Any),
    ],
    &[
        idle_chapter(&[("MetaData", &META_DATA)]),
        chapter(&[("Encodings", &ENCODINGS)], 0, 1),
        chapter(&[("Messages", &MESSAGES)], 1, 1),
        chapter(&[("Segments", &SEGMENTS)], 1, 1),
        chapter(&[("Datatypes", &DATATYPES)], 1, 1),
    ],
);

static ENCODINGS: Tag = tag(&[], &[chapter(&[("Encoding", &TEXT)], 0, ANY_NUMBER)]);
static MESSAGES: Tag = tag(&[], &[chapter(&[("Message", &MESSAGE)], 1, ANY_NUMBER)]);
static SEGMENTS: Tag = tag(&[], &[chapter(&[("Segment", &SEGMENT)], 1, ANY_NUMBER)]);
static DATATYPES: Tag = tag(&[], &[chapter(&[("Datatype", &DATATYPE)], 1, ANY_NUMBER)]);

static PLACES: [(&str, &Tag); 2] = [("Segment", &SEGMENT_REF), ("Group", &GROUP)];

static MESSAGE: Tag = tag(
    &[
        must("ID", Kind::NotEmpty),
        may("Identifier", Kind::NotEmpty),
        may("Name", Kind::NotEmpty),
        must("Type", Kind::NotEmpty),
        must("Event", Kind::NotEmpty),
        must("StructID", Kind::StructureId),
        may("Description", Kind::Any),
    ],
    &[chapter(&PLACES, 1, ANY_NUMBER)],
);

static SEGMENT_REF: Tag = tag(
    &[
        must("Ref", Kind::NotEmpty),
        must("Usage", USAGE),
        must("Min", Kind::Number),
        must("Max", Kind::NumberOrStar),
    ],
    &[],
);

static GROUP: Tag = tag(
    &[
        must("ID", Kind::NotEmpty),
        must("Name", Kind::NotEmpty),
        must("Usage", USAGE),
        must("Min", Kind::Number),
        must("Max", Kind::NumberOrStar),
    ],
    &[chapter(&PLACES, 1, ANY_NUMBER)],
);

static SEGMENT: Tag = tag(
    &[
        must("ID", Kind::NotEmpty),
        must("Name", Kind::NotEmpty),
        idle("Label"),
        idle("Description"),
        may("Version", Kind::Any),
    ],
    &[
        chapter(&[("DynamicMapping", &DYNAMIC_MAPPING)], 0, 1),
        chapter(&[("Field", &FIELD)], 0, ANY_NUMBER),
    ],
);

static DYNAMIC_MAPPING: Tag = tag(&[], &[chapter(&[("Mapping", &MAPPING)], 1, ANY_NUMBER)]);

static MAPPING: Tag = tag(
    &[
        must("Position", Kind::Number),
        must("Reference", Kind::Number),
        may("SecondReference", Kind::Any),
    ],
    &[chapter(&[("Case", &CASE)], 1, ANY_NUMBER)],
);

static CASE: Tag = tag(
    &[
        must("Value", Kind::NotEmpty),
        may("SecondValue", Kind::NotEmpty),
        must("Datatype", Kind::NotEmpty),
    ],
    &[],
);

static FIELD: Tag = tag(
    &[
        must("Name", Kind::NotEmpty),
        must("Usage", USAGE),
        must("Datatype", Kind::NotEmpty),
        must("MinLength", Kind::NumberOrNa),
        must("MaxLength", Kind::NumberStarOrNa),
        must("Min", Kind::Number),
        must("Max", Kind::NumberOrStar),
        may("ConfLength", Kind::ConformanceLength),
        may("Binding", Kind::NotEmpty),
        may("BindingStrength", STRENGTH),
        may("BindingLocation", Kind::Location),
        may("ConstantValue", Kind::NotEmpty),
        may("Hide", Kind::Flag),
        may("Show", Kind::Flag),
        may("ItemNo", Kind::Any),
    ],
    &[],
);

static DATATYPE: Tag = tag(
    &[
        must("ID", Kind::NotEmpty),
        must("Name", Kind::NotEmpty),
        may("Label", Kind::Any),
        idle("Description"),
        may("Version", Kind::Any),
    ],
    &[chapter(&[("Component", &COMPONENT)], 0, ANY_NUMBER)],
);

static COMPONENT: Tag = tag(
    &[
        must("Name", Kind::NotEmpty),
        must("Usage", USAGE),
        must("Datatype", Kind::NotEmpty),
        must("MinLength", Kind::NumberOrNa),
        must("MaxLength", Kind::NumberStarOrNa),
        may("ConfLength", Kind::ConformanceLength),
        may("Binding", Kind::NotEmpty),
        may("BindingStrength", STRENGTH),
        may("BindingLocation", Kind::Location),
        may("ConstantValue", Kind::NotEmpty),
        may("Hide", Kind::Flag),
        may("Show", Kind::Flag),
    ],
    &[],
);

// ---- constraints

pub(super) static CONSTRAINTS: Tag = tag(
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

static ASSERTION: Tag = tag(&[], &[chapter(&EXPRESSIONS, 1, 1)]);

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

// ---- expressions

static EXPRESSIONS: [(&str, &Tag); 22] = [
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

static PLAIN_TEXT: Tag = tag(
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

static VALUE_SET: Tag = tag(
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

// ---- value sets

pub(super) static VALUE_SETS: Tag = tag(
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

// ---- bindings

pub(super) static BINDINGS: Tag = tag(
    &[may("ID", Kind::Any)],
    &[
        chapter(&[("ValueSetBindings", &SET_BINDINGS)], 0, 1),
        chapter(&[("SingleCodeBindings", &CODE_BINDINGS)], 0, 1),
    ],
);

static SET_BINDINGS: Tag = tag(
    &[],
    &[
        chapter(&[("Datatype", &SET_BINDINGS_ON)], 0, 1),
        chapter(&[("Segment", &SET_BINDINGS_ON)], 0, 1),
        chapter(&[("Message", &SET_BINDINGS_ON)], 0, 1),
    ],
);

static CODE_BINDINGS: Tag = tag(
    &[],
    &[
        chapter(&[("Datatype", &CODE_BINDINGS_ON)], 0, 1),
        chapter(&[("Segment", &CODE_BINDINGS_ON)], 0, 1),
        chapter(&[("Group", &CODE_BINDINGS_ON)], 0, 1),
        chapter(&[("Message", &CODE_BINDINGS_ON)], 0, 1),
    ],
);

static SET_BINDINGS_ON: Tag = tag(
    &[],
    &[chapter(&[("ByID", &SET_BINDINGS_BY_ID)], 0, ANY_NUMBER)],
);

static CODE_BINDINGS_ON: Tag = tag(
    &[],
    &[chapter(&[("ByID", &CODE_BINDINGS_BY_ID)], 0, ANY_NUMBER)],
);

static SET_BINDINGS_BY_ID: Tag = tag(
    &[must("ID", Kind::NotEmpty)],
    &[chapter(&[("ValueSetBinding", &SET_BINDING)], 0, ANY_NUMBER)],
);

static CODE_BINDINGS_BY_ID: Tag = tag(
    &[must("ID", Kind::NotEmpty)],
    &[chapter(
        &[("SingleCodeBinding", &CODE_BINDING)],
        0,
        ANY_NUMBER,
    )],
);

static SET_BINDING: Tag = tag(
    &[
        must("Target", Kind::Path),
        must("BindingStrength", STRENGTH),
    ],
    &[
        chapter(&[("BindingLocations", &LOCATIONS)], 1, 1),
        chapter(&[("Bindings", &BOUND_SETS)], 1, 1),
    ],
);

static CODE_BINDING: Tag = tag(
    &[
        must("Target", Kind::Path),
        must("Code", Kind::Any),
        must("CodeSystem", Kind::Any),
    ],
    &[chapter(&[("BindingLocations", &LOCATIONS)], 1, 1)],
);

static LOCATIONS: Tag = tag(
    &[],
    &[chapter(
        &[
            ("SimpleBindingLocation", &SIMPLE_LOCATION),
            ("ComplexBindingLocation", &COMPLEX_LOCATION),
        ],
        1,
        ANY_NUMBER,
    )],
);

static SIMPLE_LOCATION: Tag = tag(&[must("CodeLocation", Kind::Path)], &[]);

static COMPLEX_LOCATION: Tag = tag(
    &[
        must("CodeLocation", Kind::Path),
        must("CodeSystemLocation", Kind::Path),
        may("CodeSystemOIDLocation", Kind::Path),
    ],
    &[],
);

static BOUND_SETS: Tag = tag(&[], &[chapter(&[("Binding", &BOUND_SET)], 1, ANY_NUMBER)]);
static BOUND_SET: Tag = tag(&[must("BindingIdentifier", Kind::Any)], &[]);

// ---- co-constraints

pub(super) static CO_CONSTRAINTS: Tag = tag(
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

// ---- slicing

pub(super) static SLICINGS: Tag = tag(
    &[may("ID", Kind::Any)],
    &[
        chapter(&[("SegmentSlicing", &SEGMENT_SLICING)], 0, 1),
        chapter(&[("FieldSlicing", &FIELD_SLICING)], 0, 1),
    ],
);

static SEGMENT_SLICING: Tag = tag(
    &[],
    &[chapter(&[("Message", &SLICED_MESSAGE)], 1, ANY_NUMBER)],
);

static SLICED_MESSAGE: Tag = tag(
    &[must("ID", Kind::NotEmpty)],
    &[chapter(&[("GroupContext", &SLICED)], 1, ANY_NUMBER)],
);

static FIELD_SLICING: Tag = tag(
    &[],
    &[chapter(&[("SegmentContext", &SLICED)], 1, ANY_NUMBER)],
);

static SLICED: Tag = tag(
    &[must("ID", Kind::NotEmpty)],
    &[chapter(
        &[
            ("AssertionSlicing", &BY_ASSERTION),
            ("OccurrenceSlicing", &BY_OCCURRENCE),
        ],
        1,
        ANY_NUMBER,
    )],
);

static BY_ASSERTION: Tag = tag(
    &[must("Position", Kind::Number)],
    &[chapter(&[("Slice", &ASSERTION_SLICE)], 1, ANY_NUMBER)],
);

static BY_OCCURRENCE: Tag = tag(
    &[must("Position", Kind::Number)],
    &[chapter(&[("Slice", &OCCURRENCE_SLICE)], 1, ANY_NUMBER)],
);

static ASSERTION_SLICE: Tag = tag(
    &[must("Ref", Kind::NotEmpty)],
    &[
        idle_chapter(&[("Description", &TEXT)]),
        chapter(&[("Assertion", &ASSERTION)], 1, 1),
    ],
);

static OCCURRENCE_SLICE: Tag = tag(
    &[
        must("Ref", Kind::NotEmpty),
        must("Occurrence", Kind::Number),
    ],
    &[],
);
