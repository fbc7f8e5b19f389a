//! Slicing: a segment or field takes another definition where something holds.

use crate::expr::Expr;
use serde::{Deserialize, Serialize};

/// A definition for one occurrence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OccurrenceSlice {
    /// The id of the segment or data type.
    pub reference: String,
    /// Which occurrence, from 1.
    pub occurrence: u32,
}

/// A definition for the elements that something holds for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssertionSlice {
    /// The id of the segment or data type.
    pub reference: String,
    /// The profile's own words.
    pub text: String,
    /// What must hold, with the element as the context.
    pub assertion: Expr,
}

/// How slices are told apart; the first that fits counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Slices {
    /// By number.
    Occurrence(Vec<OccurrenceSlice>),
    /// By what holds.
    Assertion(Vec<AssertionSlice>),
}

/// Slices of the segment at one position of a message or group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentSlicing {
    /// The message's id.
    pub message: String,
    /// The group's id, or the message's.
    pub group: String,
    /// The position in it, from 1.
    pub position: u16,
    /// The slices; they refer to segments.
    pub slices: Slices,
}

/// Slices of one field of a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldSlicing {
    /// The segment's id.
    pub segment: String,
    /// The field, from 1.
    pub position: u16,
    /// The slices; they refer to data types.
    pub slices: Slices,
}

/// All slicing of a profile.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SlicingDef {
    /// Of segments.
    pub segments: Vec<SegmentSlicing>,
    /// Of fields.
    pub fields: Vec<FieldSlicing>,
}
