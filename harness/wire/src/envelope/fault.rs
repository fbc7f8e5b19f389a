//! Faults: what SOAP says and what the CDC interface puts into the detail.

use std::fmt;

/// Which of the interface's faults it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// Credentials are missing or wrong.
    Security,
    /// More than one message, or one that is too long.
    MessageTooLarge,
    /// The body, the header or the HTTP method asks for something that is not offered.
    UnsupportedOperation,
    /// `UnknownFault`: anything else, element `fault`.
    Unknown,
    /// A fault without one of the four details.
    Undeclared,
}

impl FaultKind {
    /// The four that the interface declares.
    pub const DECLARED: [FaultKind; 4] = [
        Self::Security,
        Self::MessageTooLarge,
        Self::UnsupportedOperation,
        Self::Unknown,
    ];

    /// The element in the detail.
    pub fn element(self) -> Option<&'static str> {
        match self {
            Self::Security => Some("SecurityFault"),
            Self::MessageTooLarge => Some("MessageTooLargeFault"),
            Self::UnsupportedOperation => Some("UnsupportedOperationFault"),
            Self::Unknown => Some("fault"),
            Self::Undeclared => None,
        }
    }

    /// The name in the interface's definition.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "UnknownFault",
            Self::Undeclared => "a fault that the interface does not declare",
            other => other.element().unwrap_or_default(),
        }
    }

    /// The fixed value of `Reason`; the unknown fault has none.
    pub fn fixed_reason(self) -> Option<&'static str> {
        match self {
            Self::Security => Some("Security"),
            Self::MessageTooLarge => Some("MessageTooLarge"),
            Self::UnsupportedOperation => Some("UnsupportedOperation"),
            Self::Unknown | Self::Undeclared => None,
        }
    }
}

/// SOAP's own fault code, with the names of SOAP 1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultCode {
    /// The request is at fault (`Client` in SOAP 1.1).
    Sender,
    /// The receiver is at fault (`Server` in SOAP 1.1).
    Receiver,
    /// The envelope is of a version that is not read.
    VersionMismatch,
    /// A header block that must be understood was not.
    MustUnderstand,
    /// None of these, or no proper QName.
    Other,
}

impl FaultCode {
    /// The local name in a SOAP version.
    pub fn name(self, version: super::SoapVersion) -> &'static str {
        match (self, version) {
            (Self::Sender, super::SoapVersion::V11) => "Client",
            (Self::Sender, super::SoapVersion::V12) => "Sender",
            (Self::Receiver | Self::Other, super::SoapVersion::V11) => "Server",
            (Self::Receiver | Self::Other, super::SoapVersion::V12) => "Receiver",
            (Self::VersionMismatch, _) => "VersionMismatch",
            (Self::MustUnderstand, _) => "MustUnderstand",
        }
    }

    /// The code with this local name, in either version.
    pub fn named(name: &str) -> Self {
        match name {
            "Sender" | "Client" => Self::Sender,
            "Receiver" | "Server" => Self::Receiver,
            "VersionMismatch" => Self::VersionMismatch,
            "MustUnderstand" => Self::MustUnderstand,
            _ => Self::Other,
        }
    }
}

/// A fault, sent or received.
///
/// `code`, `reason` and `detail` are the parts of the interface's detail element as text; a received fault may lack any.
#[derive(Clone, PartialEq, Eq)]
pub struct SoapFault {
    /// Which of the interface's faults.
    pub kind: FaultKind,
    /// SOAP's fault code.
    pub soap_code: FaultCode,
    /// SOAP's reason, for people.
    pub text: String,
    /// `Code` of the detail, an integer when all is well.
    pub code: String,
    /// `Reason` of the detail.
    pub reason: String,
    /// `Detail` of the detail.
    pub detail: String,
}

impl SoapFault {
    fn declared(
        kind: FaultKind,
        soap_code: FaultCode,
        text: &str,
        code: u32,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            soap_code,
            text: text.to_owned(),
            code: code.to_string(),
            reason: kind.fixed_reason().unwrap_or("UnknownFault").to_owned(),
            detail: detail.into(),
        }
    }

    /// Credentials are missing or wrong; which of them is not told.
    pub fn security() -> Self {
        Self::declared(
            FaultKind::Security,
            FaultCode::Sender,
            "the credentials were not accepted",
            10,
            "the user name, the password or the facility is not known here; correct them before sending again",
        )
    }

    /// More than one message, or one that is too long.
    pub fn message_too_large(detail: impl Into<String>) -> Self {
        Self::declared(
            FaultKind::MessageTooLarge,
            FaultCode::Sender,
            "the message is too large",
            1313,
            detail,
        )
    }

    /// Something is asked for that is not offered.
    pub fn unsupported_operation(detail: impl Into<String>) -> Self {
        Self::declared(
            FaultKind::UnsupportedOperation,
            FaultCode::Sender,
            "the operation is not supported",
            8_675_309,
            detail,
        )
    }

    /// The receiver failed; the sender did nothing wrong.
    pub fn unknown(detail: impl Into<String>) -> Self {
        Self::declared(
            FaultKind::Unknown,
            FaultCode::Receiver,
            "an unexpected problem",
            54353,
            detail,
        )
    }

    /// The request could not be read, for a reason that no declared fault has a name for.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self {
            soap_code: FaultCode::Sender,
            text: "the request could not be read".to_owned(),
            ..Self::unknown(detail)
        }
    }
}

/// Shows the kind and the code only: texts of other systems may quote messages.
impl fmt::Debug for SoapFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoapFault")
            .field("kind", &self.kind)
            .field("soap_code", &self.soap_code)
            .finish_non_exhaustive()
    }
}

/// Names the kind only: texts of other systems may quote messages.
impl fmt::Display for SoapFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())
    }
}

impl std::error::Error for SoapFault {}
