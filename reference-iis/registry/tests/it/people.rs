//! Reports to test with.

use std::sync::Arc;
use titer_hl7::clock::{FixedClock, SharedClock};
use titer_registry::record::{Completion, DoseContent, StatedDemographics};
use titer_registry::report::{Action, Report, ReportedDose, Submitter};
use titer_registry::value::{
    Authority, Coded, Composite, Identifier, OrderNumber, PersonName, Stated,
};
use titer_registry::{Probe, Registry};

pub(crate) fn clock() -> SharedClock {
    Arc::new(FixedClock(
        "2026-11-22T10:00:00Z"
            .parse::<jiff::Timestamp>()
            .unwrap()
            .to_zoned(jiff::tz::TimeZone::UTC),
    ))
}

pub(crate) fn registry() -> Registry {
    Registry::memory(clock(), 42).unwrap()
}

pub(crate) fn authority(namespace: &str) -> Authority {
    Authority {
        namespace: namespace.into(),
        ..Authority::default()
    }
}

pub(crate) fn mrn(value: &str) -> Identifier {
    Identifier {
        value: value.into(),
        authority: authority("MPI"),
        type_code: "MR".into(),
    }
}

pub(crate) fn said(family: &str, given: &str, born: &str) -> StatedDemographics {
    StatedDemographics {
        names: Stated::Value(vec![PersonName(Composite::of([family, given]))]),
        birth_date: Stated::Value(born.into()),
        sex: Stated::Value("F".into()),
        ..StatedDemographics::default()
    }
}

/// A report by the organization `CLINIC` about the person with this record number.
pub(crate) fn report(number: &str, doses: Vec<ReportedDose>) -> Report {
    Report {
        submitter: Submitter {
            account: "account".into(),
            organization: "CLINIC".into(),
        },
        control_id: format!("message-{number}"),
        raw: format!("MSH|...{number}").into_bytes(),
        identifiers: vec![mrn(number)],
        said: said(&format!("Family{number}"), "Given", "20200102"),
        protection: Stated::Silent,
        protection_date: Stated::Silent,
        doses,
        observations: vec![],
    }
}

pub(crate) fn dose(
    action: Action,
    filler: &str,
    cvx: &str,
    day: &str,
    source: &str,
) -> ReportedDose {
    ReportedDose {
        action,
        content: DoseContent {
            cvx: cvx.into(),
            vaccine: Coded::new(cvx, "", "CVX"),
            given_on: day.into(),
            amount: "0.5".into(),
            notes: vec![Coded::new(source, "", "NIP001")],
            completion: Completion::Complete,
            filler: OrderNumber {
                value: filler.into(),
                authority: authority("ORDERS"),
            },
            ..DoseContent::default()
        },
    }
}

pub(crate) fn probe(number: &str) -> Probe {
    Probe {
        identifiers: vec![mrn(number)],
        ..Probe::default()
    }
}
