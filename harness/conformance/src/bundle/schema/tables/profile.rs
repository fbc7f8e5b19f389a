//! The profile: messages, segments, data types.

use super::{
    ANY_NUMBER, META_DATA, STRENGTH, TEXT, USAGE, chapter, idle, idle_chapter, may, must, tag,
};
use crate::bundle::schema::{Kind, Tag};

pub(in crate::bundle::schema) static PROFILE: Tag = tag(
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
