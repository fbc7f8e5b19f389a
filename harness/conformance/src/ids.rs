//! The ids of the engine's own rules. They are public and permanent.
//!
//! `ER7-*` are faults of the bytes, `HL7-*` what a profile asks of any message, `STEP-*` what a test step asks. The
//! guide's conformance statements keep the guide's ids (`IZ-23`).

use crate::detection::Kind;
use titer_finding::Category;

/// Rule id and category of a kind of detection. Constraints of a profile go by their own id instead.
pub(crate) fn of(kind: Kind) -> (&'static str, Category) {
    match kind {
        Kind::RequiredMissing => ("HL7-USAGE-R", Category::Usage),
        Kind::KnownMissing => ("HL7-USAGE-RE", Category::Usage),
        Kind::NotSupported => ("HL7-USAGE-X", Category::Usage),
        Kind::Withdrawn => ("HL7-USAGE-W", Category::Usage),
        Kind::Cardinality => ("HL7-CARDINALITY", Category::Cardinality),
        Kind::NullRepeated => ("HL7-NULL", Category::Cardinality),
        Kind::Constant => ("HL7-CONSTANT", Category::Constraint),
        Kind::Length => ("HL7-LENGTH", Category::Length),
        Kind::Format => ("HL7-FORMAT", Category::Format),
        Kind::Extra => ("HL7-EXTRA", Category::Extra),
        Kind::Separator => ("HL7-SEPARATOR", Category::Escape),
        Kind::Escape => ("HL7-ESCAPE", Category::Escape),
        Kind::UnknownSegment => ("HL7-SEGMENT-UNKNOWN", Category::Structure),
        Kind::MisplacedSegment => ("HL7-SEGMENT-ORDER", Category::Structure),
        Kind::InvalidLine => ("ER7-INVALID-LINE", Category::Syntax),
        Kind::Unresolved => ("HL7-VARIES", Category::Structure),
        Kind::CodeNotFound => ("HL7-CODE", Category::CodeSet),
        Kind::CodeSystem => ("HL7-CODE-SYSTEM", Category::CodeSet),
        Kind::CodeSystemMissing => ("HL7-CODE-SYSTEM-MISSING", Category::CodeSet),
        Kind::CodeExcluded => ("HL7-CODE-EXCLUDED", Category::CodeSet),
        Kind::CodePermitted => ("HL7-CODE-PERMITTED", Category::CodeSet),
        Kind::CodeAmbiguous => ("HL7-CODE-AMBIGUOUS", Category::Profile),
        Kind::CodeSuggested => ("HL7-CODE-SUGGESTED", Category::CodeSet),
        Kind::CodeTwice => ("HL7-CODE-TWICE", Category::CodeSet),
        Kind::SingleCode
        | Kind::SingleCodeSystem
        | Kind::SingleCodeSystemMissing
        | Kind::SingleCodeTwice => ("HL7-CODE-SINGLE", Category::CodeSet),
        Kind::CoValue => ("HL7-CO-VALUE", Category::Constraint),
        Kind::CoRowMissing | Kind::CoRowCount => ("HL7-CO-ROW", Category::Constraint),
        Kind::CoGroupMissing | Kind::CoGroupCount | Kind::CoShared => {
            ("HL7-CO-GROUP", Category::Constraint)
        }
        Kind::CoCell => ("HL7-CO-CELL", Category::Constraint),
        Kind::NoteUnchecked
        | Kind::NoteMapping
        | Kind::NoteUsage
        | Kind::NoteSlice
        | Kind::NoteNoSlice
        | Kind::NoteLegacy
        | Kind::NoteOptional => ("HL7-NOTE", Category::Profile),
        Kind::Constraint => ("HL7-CONSTRAINT", Category::Constraint),
        Kind::ConditionRequires => ("HL7-CONDITION-R", Category::Predicate),
        Kind::ConditionForbids => ("HL7-CONDITION-X", Category::Predicate),
        Kind::Content => ("STEP-CONTENT", Category::Content),
        Kind::ContentMissing => ("STEP-MISSING", Category::Content),
        Kind::ConstraintUnclear
        | Kind::ConditionUnclear
        | Kind::ContentUnclear
        | Kind::ConstantDefinition
        | Kind::LengthDefinition
        | Kind::LengthDefinitionTwice
        | Kind::TableMissing
        | Kind::TableEmpty
        | Kind::Binding
        | Kind::BindingTables
        | Kind::BindingUndetermined
        | Kind::CodePermittedClosed
        | Kind::TableDynamic
        | Kind::CoUnclear
        | Kind::SliceUnclear
        | Kind::SliceOfGroup => ("HL7-PROFILE", Category::Profile),
    }
}
