//! From a VXU to a report for the registry, without what the cascade lost.

use crate::cascade::Lost;
use crate::shape::{Placed, Shape};
use crate::vaccine::{self, NO_VACCINE};
use crate::values::{to_coded, to_identifier, to_order};
use titer_hl7::Segment;
use titer_registry::record::{Completion, DoseContent, NextOfKin, Observation, StatedDemographics};
use titer_registry::report::{Action, Report, ReportedDose, ReportedObservations, Submitter};
use titer_registry::value::{Coded, Composite, NO_ORDER, OrderNumber, PersonName, Stated};

/// A report, and where its doses stand in the message.
pub(crate) struct Extracted {
    pub report: Report,
    /// For each dose of the report: which RXA it is, from 1.
    pub rxa: Vec<u32>,
}

struct Source<'s, 'm> {
    shape: &'s Shape<'m>,
    lost: &'s Lost,
}

/// Reads what is left of the message. It must have a PID that is not lost.
pub(crate) fn report(
    shape: &Shape<'_>,
    lost: &Lost,
    submitter: Submitter,
    control_id: String,
    raw: &[u8],
) -> Extracted {
    let source = Source { shape, lost };
    let mut report = Report {
        submitter,
        control_id,
        raw: raw.to_vec(),
        identifiers: Vec::new(),
        said: StatedDemographics::default(),
        protection: Stated::Silent,
        protection_date: Stated::Silent,
        doses: Vec::new(),
        observations: Vec::new(),
    };
    let mut rxa = Vec::new();
    if let Some(pid) = source.segment("PID", None) {
        report.identifiers = source
            .composites(&pid.segment, 3)
            .iter()
            .map(to_identifier)
            .filter(|i| !i.value.is_empty())
            .collect();
        source.patient(&pid.segment, &mut report.said);
    }
    if let Some(pd1) = source.segment("PD1", None) {
        let segment = &pd1.segment;
        report.said.publicity = source.code(segment, 11);
        report.said.registry_status = source.text(segment, 16);
        report.said.registry_status_date = source.text(segment, 17);
        report.said.publicity_date = source.text(segment, 18);
        report.protection = source.text(segment, 12);
        report.protection_date = source.text(segment, 13);
    }
    let next_of_kin: Vec<NextOfKin> = shape
        .all("NK1", None)
        .filter(|p| !lost.has_segment(&p.segment))
        .map(|p| source.next_of_kin(&p.segment))
        .collect();
    if !next_of_kin.is_empty() {
        report.said.next_of_kin = Stated::Value(next_of_kin);
    }
    for group in (0..shape.groups()).filter(|g| !lost.has_group(*g)) {
        let Some(p) = source.segment("RXA", Some(group)) else {
            continue;
        };
        source.order(group, p, &mut report, &mut rxa);
    }
    Extracted { report, rxa }
}

impl Source<'_, '_> {
    fn segment(&self, name: &str, group: Option<usize>) -> Option<&Placed<'_>> {
        self.shape
            .first(name, group)
            .filter(|p| !self.lost.has_segment(&p.segment))
    }

    fn composites(&self, segment: &Segment<'_>, field: u32) -> Vec<Composite> {
        self.lost.composites(segment, field)
    }

    fn stated<T>(
        &self,
        segment: &Segment<'_>,
        field: u32,
        value: impl FnOnce(Vec<Composite>) -> T,
    ) -> Stated<T> {
        if self.lost.is_deleted(segment, field) {
            return Stated::Deleted;
        }
        let composites = self.composites(segment, field);
        if composites.is_empty() {
            Stated::Silent
        } else {
            Stated::Value(value(composites))
        }
    }

    fn text(&self, segment: &Segment<'_>, field: u32) -> Stated<String> {
        self.stated(segment, field, |c| first(c).part(1).trim().to_owned())
    }

    fn code(&self, segment: &Segment<'_>, field: u32) -> Stated<Coded> {
        self.stated(segment, field, |c| to_coded(&first(c)))
    }

    fn patient(&self, pid: &Segment<'_>, said: &mut StatedDemographics) {
        let list = |c: Vec<Composite>| c;
        said.names = self.stated(pid, 5, |c| c.into_iter().map(PersonName).collect());
        said.mother_maiden_name = self.stated(pid, 6, first);
        said.birth_date = self.text(pid, 7);
        said.sex = self.text(pid, 8);
        said.races = self.stated(pid, 10, |c| c.iter().map(to_coded).collect());
        said.addresses = self.stated(pid, 11, list);
        said.phones = self.stated(pid, 13, list);
        said.language = self.code(pid, 15);
        said.ethnicity = self.code(pid, 22);
        said.multiple_birth = self.text(pid, 24);
        said.birth_order = self.text(pid, 25);
        said.death_date = self.text(pid, 29);
        said.death_indicator = self.text(pid, 30);
    }

    fn next_of_kin(&self, nk1: &Segment<'_>) -> NextOfKin {
        NextOfKin {
            names: self
                .composites(nk1, 2)
                .into_iter()
                .map(PersonName)
                .collect(),
            relationship: to_coded(&first(self.composites(nk1, 3))),
            addresses: self.composites(nk1, 4),
            phones: self.composites(nk1, 5),
        }
    }

    fn order(
        &self,
        group: usize,
        placed: &Placed<'_>,
        report: &mut Report,
        numbers: &mut Vec<u32>,
    ) {
        let rxa = &placed.segment;
        let observations = self.observations(group);
        let action = match word(self.text(rxa, 21)).as_str() {
            "D" => Action::Delete,
            "U" => Action::Update,
            _ => Action::Add,
        };
        let vaccine = to_coded(&first(self.composites(rxa, 5)));
        let Some(cvx) = vaccine::resolve(&vaccine) else {
            // the cascade has lost such a group already
            return;
        };
        let given_on = word(self.text(rxa, 3));
        if cvx == NO_VACCINE {
            report.observations.push(ReportedObservations {
                deleted: action == Action::Delete,
                reported_on: given_on,
                observations: observations.into_iter().filter(is_personal).collect(),
            });
            return;
        }
        let orc = self.segment("ORC", Some(group)).map(|p| p.segment);
        let of_order = |field: u32| orc.map(|s| self.composites(&s, field)).unwrap_or_default();
        let route = self.segment("RXR", Some(group)).map(|p| p.segment);
        let of_route = |field: u32| {
            route
                .map(|s| to_coded(&first(self.composites(&s, field))))
                .unwrap_or_default()
        };
        let codes = |field: u32| -> Vec<Coded> {
            self.composites(rxa, field).iter().map(to_coded).collect()
        };
        let completion =
            Completion::from_code(&word(self.text(rxa, 20))).unwrap_or(Completion::Complete);
        let filler = match to_order(&first(of_order(3))) {
            // a refusal has no order, whatever number it carries
            order if matches!(completion, Completion::Refused | Completion::NotGiven) => {
                OrderNumber {
                    value: NO_ORDER.to_owned(),
                    ..order
                }
            }
            order => order,
        };
        numbers.push(placed.nth);
        report.doses.push(ReportedDose {
            action,
            content: DoseContent {
                cvx: cvx.into_owned(),
                vaccine,
                given_on,
                amount: word(self.text(rxa, 6)),
                units: to_coded(&first(self.composites(rxa, 7))),
                notes: codes(9),
                administered_by: first(self.composites(rxa, 10)),
                administered_at: first(self.composites(rxa, 11)),
                lots: self
                    .composites(rxa, 15)
                    .iter()
                    .map(|c| c.part(1).to_owned())
                    .collect(),
                expires: word(self.text(rxa, 16)),
                maker: to_coded(&first(self.composites(rxa, 17))),
                refusal_reasons: codes(18),
                completion,
                route: of_route(1),
                site: of_route(2),
                placer: to_order(&first(of_order(2))),
                filler,
                entered_by: first(of_order(10)),
                ordered_by: first(of_order(12)),
                entered_at: to_coded(&first(of_order(17))),
                observations,
            },
        });
    }

    fn observations(&self, group: usize) -> Vec<Observation> {
        self.shape
            .all("OBX", Some(group))
            .filter(|p| !self.lost.has_segment(&p.segment))
            .map(|p| {
                let obx = &p.segment;
                Observation {
                    value_type: word(self.text(obx, 2)),
                    code: to_coded(&first(self.composites(obx, 3))),
                    group: word(self.text(obx, 4)),
                    values: self.composites(obx, 5),
                    units: to_coded(&first(self.composites(obx, 6))),
                    date: word(self.text(obx, 14)),
                    method: to_coded(&first(self.composites(obx, 17))),
                }
            })
            .collect()
    }
}

fn first(composites: Vec<Composite>) -> Composite {
    composites.into_iter().next().unwrap_or_default()
}

fn word(said: Stated<String>) -> String {
    match said {
        Stated::Value(text) => text,
        Stated::Silent | Stated::Deleted => String::new(),
    }
}

// What a registry evaluates and forecasts itself is not taken over from others (LOINC codes of the forecast part of an
// evaluated history).
fn is_personal(observation: &Observation) -> bool {
    !matches!(
        observation.code.code.as_str(),
        "30956-7"
            | "38890-0"
            | "59779-9"
            | "30973-2"
            | "59780-7"
            | "59781-5"
            | "59782-3"
            | "59783-1"
            | "30981-5"
            | "30980-7"
            | "59778-1"
            | "59777-3"
            | "30982-3"
            | "30979-9"
    )
}
