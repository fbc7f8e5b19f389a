//! What an envelope says.

use super::SoapFault;
use serde::{Deserialize, Serialize};
use std::fmt;
use subtle::{Choice, ConstantTimeEq};

/// Which SOAP an envelope is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum SoapVersion {
    /// SOAP 1.1; the interface does not know it, but senders use it.
    #[serde(rename = "1.1")]
    V11,
    /// SOAP 1.2, the one that the interface asks for.
    #[default]
    #[serde(rename = "1.2")]
    V12,
}

impl SoapVersion {
    /// The namespace of the envelope.
    pub fn namespace(self) -> &'static str {
        match self {
            Self::V11 => "http://schemas.xmlsoap.org/soap/envelope/",
            Self::V12 => "http://www.w3.org/2003/05/soap-envelope",
        }
    }

    /// The media type of a message.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::V11 => "text/xml",
            Self::V12 => "application/soap+xml",
        }
    }

    /// The version with this envelope namespace.
    pub fn of_namespace(namespace: &str) -> Option<Self> {
        [Self::V11, Self::V12]
            .into_iter()
            .find(|v| v.namespace() == namespace)
    }
}

/// The two operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Operation {
    /// `connectivityTest`: the sent text comes back.
    ConnectivityTest,
    /// `submitSingleMessage`: one HL7 message in, one out.
    SubmitSingleMessage,
}

impl Operation {
    /// The name of the request element.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConnectivityTest => "connectivityTest",
            Self::SubmitSingleMessage => "submitSingleMessage",
        }
    }

    /// The name of the response element.
    pub fn response(self) -> &'static str {
        match self {
            Self::ConnectivityTest => "connectivityTestResponse",
            Self::SubmitSingleMessage => "submitSingleMessageResponse",
        }
    }

    /// The action of the request.
    pub fn action(self) -> &'static str {
        match self {
            Self::ConnectivityTest => "urn:cdc:iisb:2011:connectivityTest",
            Self::SubmitSingleMessage => "urn:cdc:iisb:2011:submitSingleMessage",
        }
    }

    /// The action of the response.
    pub fn response_action(self) -> &'static str {
        match self {
            Self::ConnectivityTest => "urn:cdc:iisb:2011:connectivityTestResponse",
            Self::SubmitSingleMessage => "urn:cdc:iisb:2011:submitSingleMessageResponse",
        }
    }
}

/// User name, password and facility, as every submission carries them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// `username`.
    pub username: String,
    /// `password`.
    pub password: String,
    /// `facilityID`.
    pub facility: String,
}

impl Credentials {
    /// The three in their order on the wire.
    pub fn new(
        username: impl Into<String>,
        password: impl Into<String>,
        facility: impl Into<String>,
    ) -> Self {
        Self {
            username: username.into(),
            password: password.into(),
            facility: facility.into(),
        }
    }

    /// Whether `other` is the same, in a time that tells nothing about where the two differ.
    ///
    /// Every part is compared in full; a part longer than 256 bytes matches nothing.
    pub fn matches(&self, other: &Credentials) -> bool {
        let same = same_text(&self.username, &other.username)
            & same_text(&self.password, &other.password)
            & same_text(&self.facility, &other.facility);
        same.into()
    }
}

/// Longest credential that can match.
const LONGEST: usize = 256;

fn same_text(a: &str, b: &str) -> Choice {
    let padded = |text: &str| {
        let mut block = [0u8; LONGEST];
        for (to, from) in block.iter_mut().zip(text.bytes()) {
            *to = from;
        }
        block
    };
    let fits =
        Choice::from(u8::from(a.len() <= LONGEST)) & Choice::from(u8::from(b.len() <= LONGEST));
    padded(a).ct_eq(&padded(b)) & (a.len() as u64).ct_eq(&(b.len() as u64)) & fits
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("username", &self.username)
            .field("facility", &self.facility)
            .finish_non_exhaustive()
    }
}

/// What `submitSingleMessage` holds; `None` is an element that is absent or nil.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Submit {
    /// `username`.
    pub username: Option<String>,
    /// `password`.
    pub password: Option<String>,
    /// `facilityID`.
    pub facility: Option<String>,
    /// `hl7Message`, as the XML gives it.
    pub message: Option<String>,
}

impl fmt::Debug for Submit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submit")
            .field("username", &self.username)
            .field("facility", &self.facility)
            .field("message_bytes", &self.message.as_ref().map(String::len))
            .finish_non_exhaustive()
    }
}

/// The one thing in the body.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// A request of `submitSingleMessage`.
    Submit(Submit),
    /// Its answer; `None` when `return` is absent or nil.
    SubmitResponse(Option<String>),
    /// A request of `connectivityTest`; `None` when `echoBack` is absent or nil.
    Connectivity(Option<String>),
    /// Its answer; `None` when `return` is absent or nil.
    ConnectivityResponse(Option<String>),
    /// A fault.
    Fault(SoapFault),
    /// Something that the interface does not know.
    Other {
        /// Namespace of the first element.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// No element at all.
    Empty,
}

impl Body {
    /// What it is, in words that hold nothing of the message.
    pub fn what(&self) -> &'static str {
        match self {
            Self::Submit(_) => "submitSingleMessage",
            Self::SubmitResponse(_) => "submitSingleMessageResponse",
            Self::Connectivity(_) => "connectivityTest",
            Self::ConnectivityResponse(_) => "connectivityTestResponse",
            Self::Fault(_) => "a fault",
            Self::Other { .. } => "an element that the interface does not know",
            Self::Empty => "an empty body",
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what())
    }
}

/// One header block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderBlock {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Whether whoever is addressed must understand it, and we are addressed.
    pub must_understand: bool,
}

/// An envelope that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Its SOAP version.
    pub version: SoapVersion,
    /// Its header blocks.
    pub headers: Vec<HeaderBlock>,
    /// Its body.
    pub body: Body,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_match_as_a_whole() {
        let right = Credentials::new("user", "pass", "fac");
        assert!(right.matches(&right.clone()));
        for wrong in [
            Credentials::new("user", "pass", ""),
            Credentials::new("user", "pass\0", "fac"),
            Credentials::new("use", "rpass", "fac"),
            Credentials::new("", "", ""),
        ] {
            assert!(!right.matches(&wrong));
        }
        let long = Credentials::new("u".repeat(257), "p", "f");
        assert!(!long.matches(&long.clone()));
        let longest = Credentials::new("u".repeat(256), "p", "f");
        assert!(longest.matches(&longest.clone()));
    }

    #[test]
    fn debug_shows_no_password_and_no_message() {
        let shown = format!("{:?}", Credentials::new("user", "sesame", "fac"));
        assert!(shown.contains("user") && !shown.contains("sesame"));
        let submit = Submit {
            password: Some("sesame".to_owned()),
            message: Some("PID|secret".to_owned()),
            ..Submit::default()
        };
        let shown = format!("{submit:?} {:?}", Body::Submit(submit.clone()));
        assert!(!shown.contains("sesame") && !shown.contains("secret"));
    }
}
