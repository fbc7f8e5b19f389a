//! The doses that a system has to know of a patient at a step, as the plan tells the story up to it.

use super::codes::cvx_of_ndc;
use super::context::{Given, ProofContext};
use super::day::read_day;
use super::doses::not_given;
use crate::result::DoseSeen;
use titer_plan::Dose;
use titer_plan::model::{Action, Case, Refs, Step};

/// Doses that are shown, as far as they have a code and a day.
pub(super) fn given(doses: &[DoseSeen]) -> Vec<Given> {
    doses
        .iter()
        .filter(|d| !not_given(d))
        .filter_map(|d| {
            let cvx = d
                .cvx
                .clone()
                .or_else(|| cvx_of_ndc(d.ndc.as_deref()?).first().cloned())?;
            Some(Given {
                cvx,
                date: read_day(d.date.reveal())?,
            })
        })
        .collect()
}

fn dose(dose: &Dose) -> Option<Given> {
    let cvx = dose
        .cvx
        .first()
        .cloned()
        .or_else(|| cvx_of_ndc(dose.ndc.first()?).first().cloned())?;
    Some(Given {
        cvx,
        date: read_day(dose.date.as_deref()?)?,
    })
}

/// What was put in place, entered and taken over for the bound patient in the steps before this one, in the plan's order. A
/// reconciliation that gives its whole result takes the place of what was there before.
pub(super) fn planned(ctx: &ProofContext<'_>, at: &Step) -> Vec<Given> {
    let Some(patient) = ctx.scope.bindings().patient.as_ref().map(|p| &p.value) else {
        return Vec::new();
    };
    let mut all: Vec<Given> = Vec::new();
    for (case, step) in before(ctx, at) {
        match step.action() {
            Some(Action::Preload(p)) => orders(ctx, p.orders.as_ref(), patient, &mut all),
            Some(Action::DataEntry(d)) => orders(ctx, d.orders.as_ref(), patient, &mut all),
            Some(Action::Reconcile(r)) => {
                let bound = step.with.over(&case.with);
                if bound.patient.as_ref().map(|p| &p.value) != Some(patient) {
                    continue;
                }
                let rendered = |list: &[titer_plan::model::DoseExpect]| -> Vec<Given> {
                    list.iter()
                        .filter_map(|d| dose(&ctx.scope.dose(d).ok()?))
                        .collect()
                };
                if r.result.is_empty() {
                    all.extend(rendered(&r.import));
                } else {
                    all = rendered(&r.result);
                }
            }
            _ => {}
        }
    }
    all.sort();
    all.dedup();
    all
}

fn before<'a>(ctx: &ProofContext<'a>, at: &Step) -> Vec<(&'a Case, &'a Step)> {
    let mut all = Vec::new();
    for (_, case) in ctx.plan.cases() {
        let own = case.id.text() == ctx.case.id.text();
        for step in &case.steps {
            if own && step.id.text() == at.id.text() {
                return all;
            }
            all.push((case, step));
        }
    }
    all
}

fn orders(ctx: &ProofContext<'_>, refs: Option<&Refs>, patient: &str, into: &mut Vec<Given>) {
    for id in refs.into_iter().flat_map(|r| r.iter()) {
        let Some(order) = ctx.plan.data.orders.get(&id.value) else {
            continue;
        };
        let refused = order.refusal.is_some()
            || order
                .completion
                .as_ref()
                .is_some_and(|c| matches!(ctx.text(c).as_str(), "RE" | "NA"));
        if order.patient.value != patient || refused {
            continue;
        }
        let Some(vaccine) = ctx.plan.data.vaccines.get(&order.vaccine.value) else {
            continue;
        };
        if let Some(date) = read_day(&ctx.text(&order.date)) {
            into.push(Given {
                cvx: ctx.text(&vaccine.cvx),
                date,
            });
        }
    }
}
