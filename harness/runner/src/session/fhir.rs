//! The FHIR interface of the EHR under test, read for the steps of a session.

use super::acts::Attachment;
use super::entry::What;
use super::error::ActError;
use super::session::Session;
use crate::proof;
use std::collections::BTreeMap;
use titer_finding::Phi;
use titer_plan::model::{self, Action, Case, Patient, ProofKind};
use titer_plan::{NothingYet, Scope};
use titer_wire::fhir::{FhirClient, FhirError, FhirRecord, PatientQuery};

/// Largest record that is kept as evidence, in bytes.
const MOST_EVIDENCE: u64 = 64 << 20;

/// Why nothing was read for a step.
#[derive(Debug, thiserror::Error)]
pub enum FhirReadError {
    /// The step is about nobody who could be looked up.
    #[error("the step names no patient who could be looked up")]
    NoPatient,
    /// The interface told nothing.
    #[error("the FHIR interface tells nothing of the patient")]
    Fhir(#[source] FhirError),
    /// What it told cannot be supplied.
    #[error(transparent)]
    Act(#[from] ActError),
}

/// What came of reading for one step.
#[derive(Debug)]
pub struct FhirRead {
    /// The step's path.
    pub step: String,
    /// What could not be asked, when there is an answer; else why there is none.
    pub outcome: Result<Vec<String>, FhirReadError>,
}

impl Session {
    /// The steps for which the plan lets the EHR's FHIR interface stand for an eye.
    pub fn fhir_steps(&self) -> Vec<String> {
        let fold = &self.inner.fold;
        fold.steps()
            .filter(|(_, _, step)| step.proofs.contains(&ProofKind::Fhir))
            .map(|(_, case, step)| fold.setting.plan.step_path(case, step))
            .collect()
    }

    /// Reads the interface for these steps: what it tells becomes their answers, and what came is kept as evidence with
    /// each. A patient is read once for all of them. A step that was read before gets its answers anew.
    pub fn read_fhir(&self, by: &str, client: &FhirClient, steps: &[String]) -> Vec<FhirRead> {
        let mut records: BTreeMap<String, Result<FhirRecord, FhirError>> = BTreeMap::new();
        steps
            .iter()
            .map(|path| FhirRead {
                step: path.clone(),
                outcome: self.read_one(by, client, path, &mut records),
            })
            .collect()
    }

    fn read_one(
        &self,
        by: &str,
        client: &FhirClient,
        path: &str,
        records: &mut BTreeMap<String, Result<FhirRecord, FhirError>>,
    ) -> Result<Vec<String>, FhirReadError> {
        let fold = &self.inner.fold;
        let found = fold
            .steps()
            .find(|(_, case, step)| fold.setting.plan.step_path(case, step) == path);
        let Some((_, case, step)) = found else {
            return Err(ActError::NoStep {
                step: path.to_owned(),
            }
            .into());
        };
        let occasion = fold.setting.occasion();
        let scope = fold.setting.plan.scope(&occasion, case, step, &NothingYet);
        let data = &fold.setting.plan.data;
        let id = patient_of(step, case, data).ok_or(FhirReadError::NoPatient)?;
        let patient = data.patients.get(&id).ok_or(FhirReadError::NoPatient)?;
        let record = records
            .entry(id)
            .or_insert_with(|| client.record(&query(&scope, patient)))
            .as_ref()
            .map_err(|e| FhirReadError::Fhir(e.clone()))?;
        self.act(
            by,
            What::Supply {
                step: path.to_owned(),
                answers: Box::new(proof::fhir::answers(&record.resources)),
            },
        )?;
        self.attach(
            by,
            path,
            &Attachment {
                name: "fhir.json",
                title: "what the FHIR interface told",
                media_type: "application/fhir+json",
            },
            &mut record.evidence.as_slice(),
            MOST_EVIDENCE,
        )?;
        Ok(record.notes.clone())
    }
}

/// Whom a step is about: who is entered or chosen, whose dose it is, or who is bound.
fn patient_of(step: &model::Step, case: &Case, data: &model::Data) -> Option<String> {
    let of_order = |id: &model::Ref| Some(data.orders.get(&id.value)?.patient.value.clone());
    let own = match step.action()? {
        Action::DataEntry(d) => d
            .patient
            .as_ref()
            .map(|p| p.value.clone())
            .or_else(|| d.orders.iter().flat_map(|o| o.iter()).find_map(of_order)),
        Action::PatientSelect(p) => Some(p.patient.value.clone()),
        Action::AdverseEvent(a) => of_order(&a.after),
        _ => None,
    };
    own.or_else(|| step.with.over(&case.with).patient.map(|p| p.value))
}

fn query(scope: &Scope<'_>, patient: &Patient) -> PatientQuery {
    let text = |t: &model::Text| scope.text(t).ok().filter(|t| !t.is_empty()).map(Phi::new);
    let birth = text(&patient.birth_date)
        .and_then(|t| proof::read_day(t.reveal()))
        .map(|d| Phi::new(d.to_string()));
    PatientQuery {
        id: None,
        identifier: patient.ids.first().and_then(|i| text(&i.id)),
        family: text(&patient.name.family),
        given: patient.name.given.as_ref().and_then(text),
        birth_date: birth,
    }
}
