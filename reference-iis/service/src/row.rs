//! Rows of an acknowledgment: ERR segments.

use titer_finding::Severity;
use titer_hl7::build::{FieldValue, RepetitionValue, SegmentBuilder, components};

/// HL7 table 0357, ERR-3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    Sequence,
    Required,
    DataType,
    Table,
    MessageType,
    Event,
    ProcessingId,
    Version,
    Internal,
    Application,
}

impl ErrorCode {
    pub(crate) fn code(self) -> &'static str {
        match self {
            ErrorCode::Sequence => "100",
            ErrorCode::Required => "101",
            ErrorCode::DataType => "102",
            ErrorCode::Table => "103",
            ErrorCode::MessageType => "200",
            ErrorCode::Event => "201",
            ErrorCode::ProcessingId => "202",
            ErrorCode::Version => "203",
            ErrorCode::Internal => "207",
            ErrorCode::Application => "999",
        }
    }

    fn text(self) -> &'static str {
        match self {
            ErrorCode::Sequence => "Segment sequence error",
            ErrorCode::Required => "Required field missing",
            ErrorCode::DataType => "Data type error",
            ErrorCode::Table => "Table value not found",
            ErrorCode::MessageType => "Unsupported message type",
            ErrorCode::Event => "Unsupported event code",
            ErrorCode::ProcessingId => "Unsupported processing id",
            ErrorCode::Version => "Unsupported version id",
            ErrorCode::Internal => "Application internal error",
            ErrorCode::Application => "Application error",
        }
    }

    /// Whether it is of the kind that refuses a message whatever it says.
    pub(crate) fn refuses(self) -> bool {
        matches!(
            self,
            ErrorCode::MessageType
                | ErrorCode::Event
                | ErrorCode::ProcessingId
                | ErrorCode::Version
                | ErrorCode::Internal
        )
    }
}

/// HL7 table 0533 with the national values, ERR-5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApplicationCode {
    IllogicalDate,
    InvalidDate,
    IllogicalValue,
    InvalidValue,
    TableValue,
    MissingObservation,
}

impl ApplicationCode {
    pub(crate) fn code(self) -> &'static str {
        match self {
            ApplicationCode::IllogicalDate => "1",
            ApplicationCode::InvalidDate => "2",
            ApplicationCode::IllogicalValue => "3",
            ApplicationCode::InvalidValue => "4",
            ApplicationCode::TableValue => "5",
            ApplicationCode::MissingObservation => "6",
        }
    }

    fn text(self) -> &'static str {
        match self {
            ApplicationCode::IllogicalDate => "Illogical date error",
            ApplicationCode::InvalidDate => "Invalid date",
            ApplicationCode::IllogicalValue => "Illogical value error",
            ApplicationCode::InvalidValue => "Invalid value",
            ApplicationCode::TableValue => "Table value not found",
            ApplicationCode::MissingObservation => "Required observation missing",
        }
    }
}

/// Where, ERR-2: what is zero is not said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub segment: String,
    pub nth: u32,
    pub field: u32,
    pub repetition: u32,
    pub component: u32,
    pub subcomponent: u32,
}

impl Place {
    /// A whole segment.
    pub(crate) fn segment(name: &str, nth: u32) -> Self {
        Self {
            segment: name.to_owned(),
            nth,
            ..Self::default()
        }
    }

    /// A field.
    pub(crate) fn field(name: &str, nth: u32, field: u32) -> Self {
        Self {
            field,
            ..Self::segment(name, nth)
        }
    }

    fn to_erl(&self) -> FieldValue {
        let numbers = [
            self.nth,
            self.field,
            // a component is always in some repetition
            if self.field > 0 {
                self.repetition.max(1)
            } else {
                0
            },
            self.component,
            // the guide's own examples name the subcomponent only when it is meant
            self.subcomponent,
        ];
        let mut erl = RepetitionValue::new().component(1, self.segment.as_str());
        for (index, number) in numbers.into_iter().enumerate() {
            if number > 0 {
                erl = erl.component(index as u32 + 2, number);
            }
        }
        erl.into()
    }
}

/// One ERR segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub place: Option<Place>,
    pub code: ErrorCode,
    pub severity: Severity,
    pub application: Option<ApplicationCode>,
    pub text: String,
}

// ERR-8 in the profiles
const LONGEST_TEXT: usize = 250;

impl Row {
    pub(crate) fn to_segment(&self) -> SegmentBuilder {
        let mut err = SegmentBuilder::new("ERR")
            .field(
                3,
                components([self.code.code(), self.code.text(), "HL70357"]),
            )
            .field(
                4,
                match self.severity {
                    Severity::Error => "E",
                    Severity::Warning => "W",
                    Severity::Info => "I",
                },
            )
            .field(8, shortened(&self.text));
        if let Some(place) = &self.place {
            err.set(2, place.to_erl());
        }
        if let Some(code) = self.application {
            err.set(5, components([code.code(), code.text(), "HL70533"]));
        }
        err
    }
}

// the limit counts characters as they are sent, and an escape sequence is up to five
fn shortened(text: &str) -> String {
    let mut length = 0;
    let mut out = String::new();
    for c in text.chars() {
        length += match c {
            '|' | '^' | '~' | '\\' | '&' => 3,
            c if c.is_ascii_control() => 5,
            _ => 1,
        };
        if length > LONGEST_TEXT - 3 {
            out.push_str("...");
            return out;
        }
        out.push(c);
    }
    out
}

/// MSA-1: AR when an error refuses the message whatever it says, AE when anything was lost or warned of, else AA.
pub(crate) fn acknowledgment_code(rows: &[Row]) -> &'static str {
    let errors = || rows.iter().filter(|r| r.severity == Severity::Error);
    if errors().any(|r| r.code.refuses()) {
        "AR"
    } else if rows.iter().any(|r| r.severity > Severity::Info) {
        "AE"
    } else {
        "AA"
    }
}

/// Puts rows in the order E, W, I, those of one severity as they are.
pub(crate) fn sort(rows: &mut [Row]) {
    rows.sort_by_key(|r| std::cmp::Reverse(r.severity));
}

#[cfg(test)]
mod tests {
    use super::*;
    use titer_hl7::Delimiters;

    fn row(severity: Severity, code: ErrorCode) -> Row {
        Row {
            place: Some(Place {
                component: 1,
                ..Place::field("RXA", 2, 5)
            }),
            code,
            severity,
            application: Some(ApplicationCode::TableValue),
            text: "not a code | at all".into(),
        }
    }

    #[test]
    fn a_row_is_written_with_all_its_parts() {
        let err = row(Severity::Error, ErrorCode::Table).to_segment();
        assert_eq!(
            err.to_er7(Delimiters::default()),
            "ERR||RXA^2^5^1^1|103^Table value not found^HL70357|E|5^Table value not found^HL70533|||not a code \\F\\ at all"
        );
        let bare = Row {
            place: Some(Place::segment("PID", 1)),
            application: None,
            text: "x".repeat(400),
            ..row(Severity::Info, ErrorCode::Sequence)
        };
        let text = bare.to_segment().to_er7(Delimiters::default());
        assert!(text.starts_with("ERR||PID^1|100^"));
        assert_eq!(text.rsplit('|').next().map(str::len), Some(250));
    }

    #[test]
    fn the_worst_row_decides() {
        use ErrorCode::{Table, Version};
        use Severity::{Error, Info, Warning};
        assert_eq!(acknowledgment_code(&[]), "AA");
        assert_eq!(acknowledgment_code(&[row(Info, Table)]), "AA");
        assert_eq!(acknowledgment_code(&[row(Warning, Table)]), "AE");
        assert_eq!(acknowledgment_code(&[row(Error, Table)]), "AE");
        assert_eq!(acknowledgment_code(&[row(Error, Version)]), "AR");
        assert_eq!(acknowledgment_code(&[row(Warning, Version)]), "AE");
        let mut rows = [
            row(Info, Table),
            row(Error, Table),
            row(Warning, Version),
            row(Error, Version),
        ];
        sort(&mut rows);
        let order: Vec<_> = rows.iter().map(|r| (r.severity, r.code)).collect();
        assert_eq!(
            order,
            [
                (Error, Table),
                (Error, Version),
                (Warning, Version),
                (Info, Table)
            ]
        );
    }
}
