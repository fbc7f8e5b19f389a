//! Patients as other people write them: JSON, HL7 v2 messages and FHIR.
//!
//! Reading is apart from forecasting: every reader gives [`Stated`], which keeps codes as they were said, and
//! [`Translator::patient`] turns it into what the engine takes, by the observations of a schedule. What was left out on
//! purpose (a refused dose, a deleted one) is a [`Note`], so that nobody wonders where it went.
//!
//! Bad input is a [`Diagnostic`](titer_finding::Diagnostic) that points at its place.

pub mod fhir;
pub mod hl7;
pub mod json;
mod place;
mod stated;

pub use json::PatientDocument;
pub use stated::{CodeSystem, Coded, Note, Stated, Translator};

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A patient in this project's JSON, see [`PatientDocument`].
    Json,
    /// A FHIR R4 resource in JSON: a Bundle, or Parameters of `$immds-forecast`.
    Fhir,
    /// HL7 v2 in ER7.
    Hl7,
    /// Comma-separated values: CDC's workbook of test cases.
    Csv,
}

impl Format {
    /// Tells the format by what the text begins with; `None` for anything else.
    pub fn detect(bytes: &[u8]) -> Option<Format> {
        let start = bytes
            .iter()
            .position(|b| !b.is_ascii_whitespace() && !matches!(b, 0x0B | 0xEF | 0xBB | 0xBF))?;
        let rest = bytes.get(start..)?;
        if ["MSH", "FHS", "BHS"]
            .iter()
            .any(|s| rest.starts_with(s.as_bytes()))
        {
            return Some(Format::Hl7);
        }
        match rest.first()? {
            b'{' => {
                let resource = rest
                    .windows(RESOURCE.len())
                    .take(FAR)
                    .any(|w| w == RESOURCE.as_bytes());
                Some(if resource { Format::Fhir } else { Format::Json })
            }
            _ if rest.starts_with(b"CDC_Test_ID") => Some(Format::Csv),
            _ => None,
        }
    }
}

/// The key that every FHIR resource has.
const RESOURCE: &str = "\"resourceType\"";

/// Bytes in which that key is looked for: it may stand behind others.
const FAR: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn formats_are_told_by_content() {
        let cases: [(&[u8], Option<Format>); 9] = [
            (b"MSH|^~\\&|", Some(Format::Hl7)),
            (b"\x0bMSH|^~\\&|", Some(Format::Hl7)),
            (b"FHS|^~\\&\rBHS|", Some(Format::Hl7)),
            (
                b"\xef\xbb\xbf{\"birth_date\": \"2024-01-15\"}",
                Some(Format::Json),
            ),
            (
                b" {\"entry\": [], \"resourceType\": \"Bundle\"}",
                Some(Format::Fhir),
            ),
            (b"CDC_Test_ID,Test_Case_Name", Some(Format::Csv)),
            (b"", None),
            (b"  \n", None),
            (b"birth_date: 2024-01-15", None),
        ];
        for (text, format) in cases {
            assert_eq!(Format::detect(text), format, "{}", text.escape_ascii());
        }
    }
}
