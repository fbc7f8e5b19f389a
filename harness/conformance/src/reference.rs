//! Detections as the entries of the reference's report, for comparison entry by entry.

use crate::detection::{Detection, Kind, What};
use crate::step::StepConstraints;
use crate::validator::Validator;
use serde::Serialize;
use titer_finding::Severity;
use titer_hl7::{FaultKind, Message};

/// One entry of the reference's report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Entry {
    /// Path as the reference prints it.
    pub path: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Column, counted from 1; of a segment or group always 1.
    pub column: u32,
    /// The reference's category.
    pub category: &'static str,
    /// The reference's classification.
    pub classification: &'static str,
    /// The constraint's id, on constraint failures alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// Why the reference refuses a message, when it does.
pub fn refusal(message: &Message<'_>) -> Option<String> {
    let msh = message.segment("MSH", 1);
    if msh.is_none()
        && message
            .faults()
            .iter()
            .any(|f| f.kind == FaultKind::NoHeader)
    {
        return Some("there is no MSH segment".to_owned());
    }
    message.faults().iter().find_map(|f| match f.kind {
        FaultKind::DuplicateDelimiter => Some("a character is used as two separators".to_owned()),
        FaultKind::ShortHeader if f.span.end - f.span.start < 5 => {
            Some("the MSH line is shorter than its separators".to_owned())
        }
        _ => None,
    })
}

/// The entry for a detection of a validator, or of step constraints compiled for it.
pub fn entry(
    validator: &Validator,
    step: Option<&StepConstraints>,
    detection: &Detection,
    message: &Message<'_>,
) -> Entry {
    let whole = detection.place.what != What::Segment || {
        // an element missing from its segment is reported at the segment
        message
            .line(detection.line)
            .is_some_and(|l| l.span().start == detection.start)
    };
    let column = if whole {
        1
    } else {
        message.position(detection.start).1
    };
    let (category, classification) = words(detection);
    let rule = match detection.kind {
        Kind::Constraint | Kind::ConstraintUnclear => match step {
            Some(step) => step.constraint_id(detection),
            None => validator.constraint_id(detection),
        },
        _ => None,
    };
    Entry {
        path: validator.path(detection),
        line: detection.line,
        column,
        category,
        classification,
        rule: rule.map(str::to_owned),
    }
}

fn words(detection: &Detection) -> (&'static str, &'static str) {
    const SPEC: &str = "Specification Error";
    const NOTE: &str = "Validation Notes";
    let graded = match detection.severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Info => "Alert",
    };
    // a classification of the statement itself also counts when it cannot be judged
    let unclear = if detection.b == 1 { graded } else { SPEC };
    match detection.kind {
        Kind::RequiredMissing | Kind::NotSupported | Kind::Withdrawn => ("Usage", "Error"),
        Kind::KnownMissing => ("Usage", "Warning"),
        Kind::Cardinality | Kind::NullRepeated => ("Cardinality", "Error"),
        Kind::Constant => ("Constant Value", "Error"),
        Kind::ConstantDefinition => ("Constant Value Spec Error", SPEC),
        Kind::Length => ("Length", "Warning"),
        Kind::LengthDefinition | Kind::LengthDefinitionTwice => ("Length Spec Error", SPEC),
        Kind::Format => ("Format", "Error"),
        Kind::Extra => ("Extra", "Error"),
        // the reference has no check of escape sequences
        Kind::Separator | Kind::Escape => ("Unescaped Separator", "Error"),
        Kind::UnknownSegment | Kind::MisplacedSegment => ("Unexpected", "Error"),
        Kind::InvalidLine => ("Invalid Content", "Error"),
        Kind::Unresolved => ("Unresolved Field Model", "Error"),
        Kind::CodeNotFound | Kind::CodeSystem | Kind::CodeSystemMissing => {
            ("Code Not Found", graded)
        }
        Kind::CodeExcluded => ("EVS", graded),
        Kind::CodePermitted => ("PVS", "Alert"),
        Kind::CodeAmbiguous => ("Duplicate Code", SPEC),
        Kind::TableMissing => ("VS Not Found", SPEC),
        Kind::TableEmpty => ("Empty VS", "Alert"),
        Kind::Binding => ("Binding Location", SPEC),
        Kind::Constraint => ("Constraint Failure", graded),
        Kind::ConstraintUnclear => ("Constraint Spec Error", unclear),
        Kind::ConditionRequires | Kind::ConditionForbids => ("Predicate Failure", "Error"),
        Kind::ConditionUnclear => ("Predicate Spec Error", SPEC),
        Kind::Content => ("Content Failure", graded),
        Kind::ContentUnclear => ("Content Spec Error", unclear),
        Kind::ContentMissing => ("High-level Content Error", "Error"),
        Kind::CodeSuggested => ("RVS", "Alert"),
        Kind::CodeTwice => ("Coded Element", graded),
        Kind::CodePermittedClosed => ("VS Error", "Alert"),
        Kind::TableDynamic => ("Dynamic Value Set", "Alert"),
        Kind::BindingUndetermined => ("Undetermined Binding Strength", "Alert"),
        Kind::BindingTables => ("Value Set Binding Spec Error", SPEC),
        Kind::SingleCode
        | Kind::SingleCodeSystem
        | Kind::SingleCodeSystemMissing
        | Kind::SingleCodeTwice => ("Single Code Failure", "Error"),
        Kind::CoValue => ("CoConstraint Failure", "Error"),
        Kind::CoRowMissing
        | Kind::CoRowCount
        | Kind::CoGroupMissing
        | Kind::CoGroupCount
        | Kind::CoShared
        | Kind::CoCell => ("Co-Constraint", "Error"),
        Kind::CoUnclear => ("Co-Constraint", SPEC),
        Kind::SliceUnclear | Kind::SliceOfGroup => ("Slicing Spec Error", SPEC),
        Kind::NoteUnchecked => ("Excluded From Validation", NOTE),
        Kind::NoteMapping => ("Dynamic Mapping Match", NOTE),
        Kind::NoteUsage => ("Predicate Usage Selection", NOTE),
        Kind::NoteSlice | Kind::NoteNoSlice => ("Slicing", NOTE),
        Kind::NoteLegacy => ("ValueSet 0396", NOTE),
        Kind::NoteOptional => ("O-Usage", "Informational"),
    }
}
