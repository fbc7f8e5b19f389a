//! Slicing.

use super::constraints::ASSERTION;
use super::{ANY_NUMBER, TEXT, chapter, idle_chapter, may, must, tag};
use crate::bundle::schema::{Kind, Tag};

pub(in crate::bundle::schema) static SLICINGS: Tag = tag(
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
