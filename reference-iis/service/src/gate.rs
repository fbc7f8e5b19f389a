//! The first gate: type, event, version and processing id, before anything else is looked at.

use crate::content::at_field;
use crate::policy::Policy;
use crate::row::{ErrorCode, Place, Row};
use crate::rules::Own;
use titer_finding::{Finding, Location, Severity};
use titer_hl7::Message;

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Record,
    Query,
}

/// Why a message goes no further.
pub(crate) struct Refused {
    pub finding: Finding,
    pub row: Row,
}

pub(crate) fn check(message: &Message<'_>, policy: &Policy) -> Result<Purpose, Box<Refused>> {
    let Some(msh) = message.segment("MSH", 1) else {
        let finding = Own::NoHeader.finding(Location {
            line: 1,
            column: 1,
            ..Location::default()
        });
        return Err(Box::new(Refused {
            row: Row {
                place: Some(Place::segment("MSH", 1)),
                code: ErrorCode::MessageType,
                severity: Severity::Error,
                application: None,
                text: finding.text(true),
            },
            finding,
        }));
    };
    let refuse = |own: Own, code: ErrorCode, field: u32, component: u32| {
        let finding = at_field(message, own, &msh, 1, field, true);
        Err(Box::new(Refused {
            row: Row {
                place: Some(Place {
                    component,
                    ..Place::field("MSH", 1, field)
                }),
                code,
                severity: Severity::Error,
                application: None,
                text: finding.text(false),
            },
            finding,
        }))
    };
    let purpose = match (msh.text(9, 1).as_ref(), msh.text(9, 2).as_ref()) {
        ("VXU", "V04") => Purpose::Record,
        ("QBP", "Q11") => Purpose::Query,
        ("VXU" | "QBP", _) => return refuse(Own::Event, ErrorCode::Event, 9, 2),
        _ => return refuse(Own::MessageType, ErrorCode::MessageType, 9, 1),
    };
    if !policy.versions.iter().any(|v| *v == msh.text(12, 1)) {
        return refuse(Own::Version, ErrorCode::Version, 12, 1);
    }
    if !policy.processing_ids.iter().any(|p| *p == msh.text(11, 1)) {
        return refuse(Own::ProcessingId, ErrorCode::ProcessingId, 11, 1);
    }
    Ok(purpose)
}
