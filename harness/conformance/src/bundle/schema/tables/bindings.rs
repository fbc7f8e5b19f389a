//! Bindings that stand apart from what they bind.

use super::{ANY_NUMBER, STRENGTH, chapter, may, must, tag};
use crate::bundle::schema::{Kind, Tag};

pub(in crate::bundle::schema) static BINDINGS: Tag = tag(
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

pub(super) static SET_BINDING: Tag = tag(
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
