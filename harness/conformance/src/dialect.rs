//! Whose reading of the standard the engine follows.

/// How a message is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Dialect {
    /// What is right. The default everywhere but where the reference is asked for.
    #[default]
    Titer,
    /// What NIST's hl7-v2-validation 1.6.3 says, slips included, so that results can be compared entry by entry.
    Nist163,
}

/// Where [`Dialect::Titer`] differs from the reference on purpose. Every difference in the engine names one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Difference {
    /// A segment out of its place is reported once and judged where it belongs; what follows is not disturbed.
    MisplacedSegment,
    /// A group whose opening segment is missing is opened by the next of its segments.
    OpenedWithoutHead,
    /// Segments whose name begins with Z are local additions: worth knowing, no error.
    LocalSegment,
    /// Lines that are no segments are faults of the bytes and reported as such, once.
    InvalidLine,
    /// Escape sequences that HL7 does not know are reported, and all that it knows are decoded.
    EscapeSequences,
    /// Centuries are leap years only when divisible by 400.
    LeapYears,
    /// A counting number (SI) has digits only.
    SequenceNumbers,
    /// `: ` is a value; only blanks and delimiters make an element empty.
    ColonBlank,
    /// A repetition that is `""` does not hide what was found before it in its segment.
    NullRepetition,
    /// Absent values never make a condition true, unless absence is what it asks about.
    AbsentInCondition,
    /// A code under a wrong code system is one finding, at the code system.
    CodeSystemOnce,
    /// A coded element's finding points at the component that holds the code.
    CodePlace,
    /// A code that several tables of one binding hold is fine.
    CodeInSeveralTables,
    /// `""` in a coded element deletes, it is not a code.
    NullCode,
    /// Where set ids stop counting, the first that breaks the count is pointed at, not the last.
    FirstBreak,
    /// A primitive is its own first component, and a composite's value is its first component.
    PromotedComponent,
    /// Elements that are sent when known are worth knowing when they are missing, no warning.
    KnownMissing,
    /// Text compares in the usual direction.
    TextOrder,
    /// Of two times, one without a zone is taken to be in the other's zone.
    ZoneAssumed,
    /// A length definition that contradicts itself is taken as its range.
    LengthDefinition,
    /// A value that must not be there is pointed at, not the element that forbids it.
    NegatedPlace,
    /// The check digit of a SNOMED CT code is looked at.
    SnomedCheckDigit,
    /// LOINC numbers of six and seven digits exist.
    LongLoinc,
    /// An element without parts may be bound to several tables.
    TablesOfPrimitive,
    /// A code that is in its table is fine, also when the table is only suggested.
    SuggestedFound,
    /// That a table may have changed since is no finding.
    DynamicTable,
    /// Moments are compared by the calendar.
    Moments,
    /// What a step says about absence and about how many values must match is obeyed.
    StepValues,
    /// A value that does not go with another is pointed at, not its segment.
    CoValuePlace,
}

impl Difference {
    /// Every difference.
    pub const ALL: [Difference; 29] = [
        Difference::MisplacedSegment,
        Difference::OpenedWithoutHead,
        Difference::LocalSegment,
        Difference::InvalidLine,
        Difference::EscapeSequences,
        Difference::LeapYears,
        Difference::SequenceNumbers,
        Difference::ColonBlank,
        Difference::NullRepetition,
        Difference::AbsentInCondition,
        Difference::CodeSystemOnce,
        Difference::CodePlace,
        Difference::CodeInSeveralTables,
        Difference::NullCode,
        Difference::FirstBreak,
        Difference::PromotedComponent,
        Difference::KnownMissing,
        Difference::TextOrder,
        Difference::ZoneAssumed,
        Difference::LengthDefinition,
        Difference::NegatedPlace,
        Difference::SnomedCheckDigit,
        Difference::LongLoinc,
        Difference::TablesOfPrimitive,
        Difference::SuggestedFound,
        Difference::DynamicTable,
        Difference::Moments,
        Difference::StepValues,
        Difference::CoValuePlace,
    ];
}

impl Dialect {
    /// Whether this dialect differs from the reference in this way.
    pub fn has(self, _difference: Difference) -> bool {
        matches!(self, Dialect::Titer)
    }
}
