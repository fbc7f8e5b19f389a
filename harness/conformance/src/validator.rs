//! The compiled profile.

use crate::detection::Detection;
use titer_finding::{Category, Finding, Fixer, Location, Severity};
use titer_hl7::Message;

/// What a profile is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileInfo {
    /// Short id, `Z22`; MSH-21.1 of a message that claims the profile.
    pub id: String,
    /// Name in words.
    pub name: String,
    /// MSH-9 in full, `VXU^V04^VXU_V04`.
    pub message_type: String,
    /// Where the profile comes from: guide, release, date.
    pub source: String,
}

/// Memory that checks use again and again; make one for every thread.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) detections: Vec<Detection>,
}

impl Scratch {
    /// Empty memory.
    pub fn new() -> Self {
        Self::default()
    }
}

/// A compiled profile: immutable, shared by threads.
#[derive(Debug)]
pub struct Validator {
    info: ProfileInfo,
}

impl Validator {
    pub(crate) fn bare(info: ProfileInfo) -> Self {
        Self { info }
    }

    /// What profile this is.
    pub fn info(&self) -> &ProfileInfo {
        &self.info
    }

    /// Checks a message. Detections come in the order of their position.
    pub fn check<'s>(&self, _message: &Message<'_>, scratch: &'s mut Scratch) -> &'s [Detection] {
        scratch.detections.clear();
        &scratch.detections
    }

    /// Puts a detection of this validator about this message into words.
    pub fn finding(&self, detection: &Detection, message: &Message<'_>) -> Finding {
        let (line, column) = message.position(detection.start);
        let location = Location {
            path: String::new(),
            line,
            column,
            start: u64::from(detection.start),
            end: u64::from(detection.end),
        };
        Finding::new(
            "HL7",
            Severity::Error,
            Category::Structure,
            Fixer::SenderSoftware,
            location,
            "",
        )
    }
}
