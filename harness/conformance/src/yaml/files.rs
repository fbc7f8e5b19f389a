//! What stands in the files, before names are resolved.

use super::rare::{
    BindingFile, CoContextFile, FieldSlicesFile, ListFile, SingleCodeFile, SliceFile, TogetherFile,
};
use serde::Deserialize;
use serde_saphyr::Spanned;

/// A profile: one message and what is special to it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ProfileFile {
    pub(super) id: String,
    /// The id that other files name the message by, when it is not `id`.
    pub(super) message_id: Option<String>,
    pub(super) name: String,
    /// `VXU^V04^VXU_V04`.
    pub(super) message: Spanned<String>,
    /// Guide, release and date.
    pub(super) source: String,
    /// Tables that are bound but not checked.
    #[serde(default)]
    pub(super) unchecked: Vec<String>,
    /// Tables that are bound and defined nowhere, so that nothing can be checked against them.
    #[serde(default)]
    pub(super) undefined: Vec<String>,
    pub(super) structure: Vec<Spanned<PlaceFile>>,
    #[serde(default)]
    pub(super) constraints: Vec<StatementFile>,
    #[serde(default)]
    pub(super) conditions: Vec<ConditionFile>,
    #[serde(default)]
    pub(super) bindings: Vec<BindingFile>,
    #[serde(default)]
    pub(super) single_codes: Vec<SingleCodeFile>,
    /// Things that the message must hold in any order.
    #[serde(default)]
    pub(super) lists: Vec<ListFile>,
    #[serde(default)]
    pub(super) co_constraints: Vec<CoContextFile>,
    /// `HL7nnnn` and `99zzz` in tables of coding systems are patterns.
    #[serde(default, rename = "legacy-0396")]
    pub(super) legacy_0396: bool,
}

/// A segment or group of a message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PlaceFile {
    pub(super) segment: Option<Spanned<String>>,
    pub(super) group: Option<Spanned<String>>,
    pub(super) usage: Spanned<String>,
    pub(super) occurs: Option<Spanned<String>>,
    /// The name the reference gives the group, where it is not the message's structure and the groups' names.
    pub(super) reference_name: Option<String>,
    /// The group's id, where it is not its name in full.
    pub(super) id: Option<String>,
    /// Other segments that stand for this one in some places.
    #[serde(default)]
    pub(super) slices: Vec<Spanned<SliceFile>>,
    #[serde(default)]
    pub(super) children: Vec<Spanned<PlaceFile>>,
    #[serde(default)]
    pub(super) constraints: Vec<StatementFile>,
    #[serde(default)]
    pub(super) conditions: Vec<ConditionFile>,
    #[serde(default)]
    pub(super) bindings: Vec<BindingFile>,
    #[serde(default)]
    pub(super) single_codes: Vec<SingleCodeFile>,
}

/// A conformance statement.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct StatementFile {
    pub(super) id: String,
    pub(super) assert: Spanned<String>,
    /// `error` when nothing is said, or `warning`, `alert`.
    pub(super) weight: Option<Spanned<String>>,
    /// The weight also counts when the statement cannot be judged.
    #[serde(default)]
    pub(super) always: bool,
    /// It stems from the data of a test step.
    #[serde(default)]
    pub(super) step: bool,
    /// The profile's own words.
    pub(super) text: Option<String>,
}

/// A condition that decides a usage.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ConditionFile {
    pub(super) target: Spanned<String>,
    /// `R/X`: when it holds, and when it does not.
    pub(super) usage: Spanned<String>,
    pub(super) when: Spanned<String>,
    /// The profile's own words.
    pub(super) text: Option<String>,
}

/// Segments and data types that profiles share.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SharedFile {
    #[serde(default)]
    pub(super) segments: Vec<FlavourFile>,
    #[serde(default)]
    pub(super) datatypes: Vec<FlavourFile>,
}

/// A segment or data type as some profiles use it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FlavourFile {
    pub(super) id: Spanned<String>,
    /// HL7's name, when it is not the id.
    pub(super) name: Option<String>,
    pub(super) title: String,
    #[serde(default)]
    pub(super) fields: Vec<ElementFile>,
    #[serde(default)]
    pub(super) components: Vec<ElementFile>,
    #[serde(default)]
    pub(super) mappings: Vec<MappingFile>,
    #[serde(default)]
    pub(super) constraints: Vec<StatementFile>,
    #[serde(default)]
    pub(super) conditions: Vec<ConditionFile>,
    #[serde(default)]
    pub(super) bindings: Vec<BindingFile>,
    #[serde(default)]
    pub(super) single_codes: Vec<SingleCodeFile>,
    /// Values of a segment that go together.
    #[serde(default)]
    pub(super) together: Vec<TogetherFile>,
    /// Fields whose data type depends on the repetition.
    #[serde(default)]
    pub(super) slices: Vec<FieldSlicesFile>,
}

/// A field or component.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ElementFile {
    pub(super) name: String,
    /// `R`, or `C(R/X)` with `when`.
    pub(super) usage: Spanned<String>,
    #[serde(rename = "type")]
    pub(super) datatype: Spanned<String>,
    /// `0..*`; `1..1` for R and `0..1` for the rest when nothing is said.
    pub(super) occurs: Option<Spanned<String>>,
    /// `1..20`, `1..*`.
    pub(super) length: Option<Spanned<String>>,
    /// `20`, `20#` (may be cut there), `20=` (must not be cut).
    pub(super) conformance_length: Option<Spanned<String>>,
    /// `HL70322_IZ`, `CVX, NDC_Use at 1`.
    pub(super) codes: Option<Spanned<String>>,
    pub(super) constant: Option<String>,
    pub(super) when: Option<Spanned<String>>,
}

/// Which data type a field has, by the value of other fields.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct MappingFile {
    pub(super) field: u16,
    /// The field that names the type.
    pub(super) by: u16,
    /// A field, or a component of one, that narrows it: `"3.1"`.
    pub(super) and_by: Option<Spanned<String>>,
    pub(super) cases: Vec<CaseFile>,
}

/// A case of a mapping.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CaseFile {
    pub(super) value: String,
    pub(super) and: Option<String>,
    #[serde(rename = "type")]
    pub(super) datatype: Spanned<String>,
}

/// A value set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TableFile {
    pub(super) id: String,
    /// That of the book when it is left out.
    pub(super) name: Option<String>,
    /// The code system of the codes.
    pub(super) system: Option<String>,
    /// Value sets and tables of the book of codes whose codes are in it.
    #[serde(default)]
    pub(super) book: Vec<Spanned<String>>,
    /// `open`, `closed`.
    pub(super) extensibility: Option<Spanned<String>>,
    /// `static`, `dynamic`.
    pub(super) stability: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) codes: Vec<String>,
    /// Codes about which more is said.
    #[serde(default)]
    pub(super) special: Vec<SpecialFile>,
}

/// A code about which more is said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SpecialFile {
    pub(super) code: String,
    pub(super) system: Option<String>,
    /// `required`, `permitted`, `excluded`.
    pub(super) usage: Option<Spanned<String>>,
    pub(super) pattern: Option<Spanned<String>>,
}

/// Patterns with names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PatternsFile {
    pub(super) patterns: Vec<PatternFile>,
}

/// A pattern with a name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PatternFile {
    pub(super) name: String,
    pub(super) regex: Spanned<String>,
}
