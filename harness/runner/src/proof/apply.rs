//! A proof becomes a step of the result document.

use super::context::{FileText, Forecaster, Heard, ProofContext, prove};
use crate::result::{Answers, Evaluation, Judged, Step};
use crate::stage::{Setting, Stage, conclude};
use std::collections::BTreeMap;
use titer_plan::model::{self, Action, Case};

/// What there is beside the messages.
#[derive(Clone, Copy)]
pub(crate) struct Material<'a> {
    /// What was supplied, by case and step: at most one of a source.
    pub(crate) answers: &'a BTreeMap<(String, String), Vec<Answers>>,
    /// The documents of the step.
    pub(crate) files: &'a [FileText],
    /// The harness's own forecaster.
    pub(crate) forecaster: Option<&'a dyn Forecaster>,
}

static NO_ANSWERS: BTreeMap<(String, String), Vec<Answers>> = BTreeMap::new();

impl Material<'_> {
    /// Messages alone.
    pub(crate) const NONE: Material<'static> = Material {
        answers: &NO_ANSWERS,
        files: &[],
        forecaster: None,
    };
}

impl Stage {
    /// Judges a step that a person does or sees from the messages and the material. Nothing changes where nothing speaks
    /// for or against it; what an earlier call found is replaced.
    pub(crate) fn prove(
        &self,
        setting: &Setting,
        case: &Case,
        plan_step: &model::Step,
        material: &Material<'_>,
        step: &mut Step,
    ) {
        if matches!(step.evaluation, Evaluation::NotApplicable { .. }) {
            return;
        }
        let occasion = setting.occasion();
        let view = self.ledger.view(case.id.text(), None);
        let scope = setting.plan.scope(&occasion, case, plan_step, &view);
        let waivers = setting.waivers(&step.path);
        let mut messages: Vec<Heard<'_>> = self
            .ledger
            .all()
            .filter_map(|(case, name, pair)| {
                let own = pair.own()?;
                Some(Heard {
                    id: &own.id,
                    case,
                    step: name,
                    bytes: &own.bytes,
                    by_system: own.by_system,
                })
            })
            .collect();
        // ids count up as messages come: `m2` before `m10`
        messages.sort_by_key(|m| (m.id.len(), m.id));
        let ctx = ProofContext {
            messages: &messages,
            answers: material.answers,
            files: material.files,
            forecaster: material.forecaster,
            waivers: &waivers,
            fixer: setting.fixer(),
            looks: Some(self.ledger.looks()),
            ..ProofContext::new(&setting.plan, case, &scope, &view, setting.options.as_of)
        };
        let Some(proof) = prove(&ctx, plan_step) else {
            // a document that says nothing leaves the step open, and says why
            let failed = material
                .files
                .iter()
                .find_map(|f| Some((&f.name, f.text.as_ref().err()?)));
            if let Some((name, error)) = failed {
                let told = error.diagnostic(name);
                let help = told.help.map(|h| format!("; {h}")).unwrap_or_default();
                step.because = Some(format!("{name}: {}{help}", told.message));
            }
            return;
        };
        // a reply has an assertion of its own, that it was delivered
        if !matches!(plan_step.action(), Some(Action::Reply(_))) {
            step.assertions.clear();
            step.findings.clear();
            step.waivers.clear();
        }
        step.assertions.extend(proof.assertions);
        crate::assertion::merge(&mut step.findings, proof.findings);
        step.waivers.extend(proof.waivers);
        step.because = None;
        conclude(step);
        if step.judged == Judged::Automatic {
            step.judged = proof.judged;
        }
    }
}
