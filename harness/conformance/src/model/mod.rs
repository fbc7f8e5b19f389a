//! A profile as it was read, from whichever format: names are not resolved yet. Plain data, so it can be stored.

mod cotables;
mod rules;
mod slicing;
mod structure;
mod tables;

pub use cotables::{
    CellDef, CellPlace, CellTest, CoConditionDef, CoContextDef, CoGroupDef, CoRowDef, CoSegmentDef,
    CoTableDef, CoUsage, GroupIdDef,
};
pub use rules::{
    Anchor, CoValueDef, ConstraintDef, ContextDef, ContextPattern, Origin, PredicateDef, RulesDef,
    Weight,
};
pub use slicing::{
    AssertionSlice, FieldSlicing, OccurrenceSlice, SegmentSlicing, Slices, SlicingDef,
};
pub use structure::{
    Cardinality, CaseDef, ChildDef, ChildKind, DatatypeDef, Definition, ElementDef, GroupDef,
    Length, MappingDef, MessageDef, SegmentDef, Truncation, Usage,
};
pub use tables::{
    BindingDef, BindingsDef, CodeDef, CodePlace, CodeUsage, Openness, SetBindingDef, SingleCodeDef,
    Stability, Strength, TableDef,
};
