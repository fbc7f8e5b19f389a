//! Why a text is no date and time, and where.

use std::fmt;

/// Why a text is no date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TsProblem {
    /// Nothing stands there.
    Empty,
    /// A character that is no digit (nor the `.`, `+` or `-` that may stand there).
    NotADigit,
    /// The digits end in the middle of a part; a year has four, every other part two.
    Incomplete,
    /// More digits than a second has, or a fraction of more than four.
    TooLong,
    /// The month is not 01 to 12.
    Month,
    /// The month has no such day.
    Day,
    /// The hour is not 00 to 23.
    Hour,
    /// The minute is not 00 to 59.
    Minute,
    /// The second is not 00 to 59.
    Second,
    /// The zone is not `+HHMM` or `-HHMM` with HH up to 23 and MM up to 59.
    Zone,
}

impl TsProblem {
    fn words(self) -> &'static str {
        match self {
            TsProblem::Empty => "there is nothing",
            TsProblem::NotADigit => "a digit was expected",
            TsProblem::Incomplete => {
                "a part is incomplete (a year has four digits, the others two)"
            }
            TsProblem::TooLong => {
                "nothing more is allowed (seconds may have a point and up to four digits)"
            }
            TsProblem::Month => "the month is not 01 to 12",
            TsProblem::Day => "the month has no such day",
            TsProblem::Hour => "the hour is not 00 to 23",
            TsProblem::Minute => "the minute is not 00 to 59",
            TsProblem::Second => "the second is not 00 to 59",
            TsProblem::Zone => "the zone is not +HHMM or -HHMM",
        }
    }
}

/// A text that is no date and time: what is wrong and where. The text itself is not kept, it may identify a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TsError {
    /// What is wrong.
    pub problem: TsProblem,
    /// Byte offset in the text (all characters before it are ASCII).
    pub at: usize,
    /// How many bytes it concerns; 0 where something is missing.
    pub len: usize,
}

impl fmt::Display for TsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no HL7 date and time: {} at character {}",
            self.problem.words(),
            self.at + 1
        )
    }
}

impl std::error::Error for TsError {}
