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

impl Dialect {
    /// Its name, `titer` or `nist-1.6.3`.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Titer => "titer",
            Dialect::Nist163 => "nist-1.6.3",
        }
    }

    /// By its name.
    pub fn by_name(name: &str) -> Option<Dialect> {
        [Dialect::Titer, Dialect::Nist163]
            .into_iter()
            .find(|d| d.name() == name)
    }

    /// The differences from the reference that it consists of.
    pub fn differences(self) -> &'static [Difference] {
        match self {
            Dialect::Titer => &Difference::ALL,
            Dialect::Nist163 => &[],
        }
    }
}

/// The differences in force, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading(u64);

impl Reading {
    pub(crate) fn of(differences: &[Difference]) -> Reading {
        Reading(differences.iter().fold(0, |bits, d| bits | 1 << *d as u64))
    }

    /// Whether this reading differs from the reference in this way.
    pub(crate) fn has(self, difference: Difference) -> bool {
        self.0 & (1 << difference as u64) != 0
    }
}

/// What there is to know about a difference.
#[derive(Clone, Copy, Debug)]
pub struct Explained {
    /// Its name, `misplaced-segment`; public and permanent.
    pub name: &'static str,
    /// What the reference does.
    pub reference: &'static str,
    /// What this engine does, and why.
    pub titer: &'static str,
}

macro_rules! differences {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal: $reference:literal => $titer:literal;)+) => {
        /// Where [`Dialect::Titer`] differs from the reference on purpose. Every difference in the engine names one of these.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Difference {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Difference {
            /// Every difference, in the order in which they are explained.
            pub const ALL: [Difference; [$($name),+].len()] = [$(Difference::$variant),+];

            /// What it is called, and what either side does.
            pub fn explained(self) -> Explained {
                match self {
                    $(Difference::$variant => Explained {
                        name: $name,
                        reference: $reference,
                        titer: $titer,
                    },)+
                }
            }
        }
    };
}

differences! {
    /// A segment out of its place is reported once and judged where it belongs; what follows is not disturbed.
    MisplacedSegment "misplaced-segment":
        "A known segment out of its place makes every line after it unexpected, and none of them is judged."
        => "The one segment is reported, it is judged where it belongs, and the rest of the message is judged as usual.";
    /// A group whose opening segment is missing is opened by the next of its segments.
    OpenedWithoutHead "opened-without-head":
        "A group is opened by one of the segments before its first nested group alone. Without them its other segments are unexpected."
        => "The next segment of the group opens it, and the one that is missing is reported.";
    /// Segments whose name begins with Z are local additions: worth knowing, no error.
    LocalSegment "local-segment":
        "Every segment that the profile does not name is an error, also one whose name begins with Z."
        => "HL7 leaves names with Z to local use and asks receivers to pass over them, so they are only mentioned.";
    /// Lines that are no segments are faults of the bytes and reported as such, once.
    InvalidLine "invalid-line":
        "A line that is no segment is an entry of the profile's report, also where it stands before the header."
        => "The reader of the bytes reports it with every profile and without one; the profile does not say it again.";
    /// NEL and the Unicode line separators are characters like others.
    LineSeparators "line-separators":
        "A line that holds U+0085, U+2028 or U+2029 is no segment, because a dot does not match them in Java's patterns."
        => "They are characters of the value that they stand in.";
    /// Escape sequences that HL7 does not know are reported, and all that it knows are decoded.
    EscapeSequences "escape-sequences":
        "There is no check of escape sequences, and only those of the delimiters are decoded before lengths are counted and values compared."
        => "A backslash that begins no sequence of HL7 v2.5.1 chapter 2.7 is an error, and all sequences are decoded.";
    /// Centuries are leap years only when divisible by 400.
    LeapYears "leap-years":
        "A year is a leap year when it is divisible by 4, so 29 February 1900 passes."
        => "29 February is checked by the calendar.";
    /// A counting number (SI) has digits only.
    SequenceNumbers "sequence-numbers":
        "A set id (SI) is written as any number: `+1` and `1.5` pass."
        => "A set id is a non-negative integer, digits only.";
    /// `: ` is a value; only blanks and delimiters make an element empty.
    ColonBlank "colon-blank":
        "A colon before a blank counts as a blank, by a slip in a pattern, so `: ` is empty."
        => "Only blanks and delimiters make an element empty.";
    /// A repetition that is `""` does not hide what was found before it in its segment.
    NullRepetition "null-repetition":
        "Where `\"\"` stands beside other repetitions, what was found in the earlier fields of the segment is thrown away."
        => "Both are reported.";
    /// Absent values never make a condition true, unless absence is what it asks about.
    AbsentInCondition "absent-in-condition":
        "A condition on a value that is absent is true, as is a negated one and the first half of an implication."
        => "An absent value is not the value that a condition asks about.";
    /// A condition that decides nothing about this message is not judged.
    IdleCondition "idle-condition":
        "Every condition is judged, and one that cannot be is an error of the profile, also where either outcome would allow the message."
        => "A condition whose outcome does not matter is not looked at.";
    /// `""` in a coded element deletes, it is not a code.
    NullCode "null-code":
        "`\"\"` in a coded element without parts is looked up, and not found."
        => "`\"\"` says to delete what is stored; it is no code.";
    /// An element without parts may be bound to several tables.
    TablesOfPrimitive "tables-of-primitive":
        "An element without parts that is bound to several tables is an error of the profile, and its code is not looked up."
        => "Its code is looked up in each of them.";
    /// A code that several tables of one binding hold is fine.
    CodeInSeveralTables "code-in-several-tables":
        "A code that several tables of one binding hold, or that a code and a pattern of a table match, is an error of the profile."
        => "The code is in a table that it may be from.";
    /// A code under a wrong code system is one finding, at the code system.
    CodeSystemOnce "code-system-once":
        "A code under a wrong code system is two errors at the coded element, one for each of several tables and one for all."
        => "It is one finding, at the code system.";
    /// A coded element's finding points at the component that holds the code.
    CodePlace "code-place":
        "What is wrong with a code is reported at the coded element."
        => "It is reported at the component that holds the code.";
    /// A code that is in its table is fine, also when the table is only suggested.
    SuggestedFound "suggested-found":
        "A required code of a table that is only suggested is an alert."
        => "A code that is in the table is no finding.";
    /// That a table may have changed since is no finding.
    DynamicTable "dynamic-table":
        "Beside a code that is permitted or not found, an alert says of each dynamic table that it may have changed since."
        => "That is true of the table, not of the message, and is not said.";
    /// Where set ids stop counting, the first that breaks the count is pointed at, not the last.
    FirstBreak "first-break":
        "Where set ids stop counting, the last that is wrong is pointed at."
        => "The first one is: what follows may be right if it is put right.";
    /// A primitive is its own first component, and a composite's value is its first component.
    PromotedComponent "promoted-component":
        "A rule about component 1 of an element without parts, or about the value of one with parts, cannot be judged."
        => "As HL7 asks of receivers, an element without parts is its own first component, and the first component is the value of an element with parts.";
    /// Elements that are sent when known are worth knowing when they are missing, no warning.
    KnownMissing "known-missing":
        "Every element with usage RE that is missing is a warning."
        => "Nobody can see whether it was known, so it is only mentioned.";
    /// Text compares in the usual direction.
    TextOrder "text-order":
        "Greater and less are exchanged when texts are compared."
        => "They are not.";
    /// Of two times, one without a zone is taken to be in the other's zone.
    ZoneAssumed "zone-assumed":
        "Two times of which one has a zone and the other none do not compare."
        => "The one without is taken to be in the other's zone.";
    /// Moments are compared by the calendar.
    Moments "moments":
        "From the 25th of a month on a moment is taken for one 49 days earlier, since a number of 32 bits overflows."
        => "Moments are compared by the calendar.";
    /// A length definition that contradicts itself is taken as its range.
    LengthDefinition "length-definition":
        "A length and a conformance length for one element are an error of the profile wherever the element is sent, and the length is not checked."
        => "The length counts.";
    /// A value that must not be there is pointed at, not the element that forbids it.
    NegatedPlace "negated-place":
        "A negated rule that fails is reported at the element that it stands on, unless it is about presence."
        => "It is reported at the value that must not be there.";
    /// The check digit of a SNOMED CT code is looked at.
    SnomedCheckDigit "snomed-check-digit":
        "The check digit of a SNOMED CT code is computed from nothing and so always right."
        => "It is checked.";
    /// LOINC numbers of six and seven digits exist.
    LongLoinc "long-loinc":
        "A LOINC code has at most five digits before its check digit."
        => "It has at most seven: numbers of six digits are in use.";
    /// What a step says about absence and about how many values must match is obeyed.
    StepValues "step-values":
        "In a test step, a rule for a text or a list passes when the value is absent and asks that all match, whatever it says about both."
        => "What the rule says counts.";
    /// A value that does not go with another is pointed at, not its segment.
    CoValuePlace "co-value-place":
        "A value that does not go with another of its segment is reported at the segment."
        => "It is reported at the value.";
}
