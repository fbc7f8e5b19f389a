//! From what is said to what is believed.
//!
//! A dose is found by its filler order number and authority. Of what is said about one vaccine on one day, doses given by the
//! one who reports stand each for itself and take the place of historical ones; historical ones are one dose. Refusals and
//! doses not given stand for themselves.

use crate::ids::{DoseId, ReportId};
use crate::record::{Completion, Dose, DoseKind, PersonObservation, Statement};
use crate::report::{Action, DoseOutcome, ReportedDose};
use std::collections::BTreeMap;

/// Puts one reported dose among the statements.
pub fn state(
    statements: &mut Vec<Statement>,
    dose: &ReportedDose,
    organization: &str,
    report: ReportId,
    new_id: impl FnOnce() -> DoseId,
) -> DoseOutcome {
    let place = statements
        .iter()
        .position(|s| is_about(s, dose, organization));
    match (dose.action, place) {
        (Action::Delete, Some(at)) => {
            statements.remove(at);
            DoseOutcome::Deleted
        }
        (Action::Delete, None) => DoseOutcome::NotFound,
        (Action::Add | Action::Update, Some(at)) => match statements.get_mut(at) {
            Some(s) if s.content != dose.content => {
                s.content.clone_from(&dose.content);
                organization.clone_into(&mut s.organization);
                s.report = report;
                DoseOutcome::Updated
            }
            _ => DoseOutcome::Unchanged,
        },
        (Action::Add | Action::Update, None) => {
            statements.push(Statement {
                id: new_id(),
                organization: organization.to_owned(),
                report,
                content: dose.content.clone(),
            });
            DoseOutcome::Added
        }
    }
}

fn is_about(statement: &Statement, dose: &ReportedDose, organization: &str) -> bool {
    let (said, now) = (&statement.content, &dose.content);
    if now.filler.names_an_order() {
        return said.filler.same(&now.filler);
    }
    // refusals share one order number: they are told apart by who, what and when
    !said.filler.names_an_order()
        && statement.organization == organization
        && said.cvx == now.cvx
        && said.day() == now.day()
        && said.completion == now.completion
}

/// What is believed, by day, vaccine and id.
pub fn believe(statements: &[Statement]) -> Vec<Dose> {
    let mut alike: BTreeMap<(&str, &str), Vec<&Statement>> = BTreeMap::new();
    let mut doses = Vec::new();
    for s in statements {
        match s.content.kind() {
            DoseKind::Refused | DoseKind::NotGiven => doses.push(led_by(s)),
            DoseKind::Administered | DoseKind::Historical => alike
                .entry((s.content.day(), s.content.cvx.as_str()))
                .or_default()
                .push(s),
        }
    }
    for mut group in alike.into_values() {
        group.sort_by_key(|s| s.id);
        let (given, told): (Vec<&Statement>, Vec<&Statement>) = group
            .into_iter()
            .partition(|s| s.content.kind() == DoseKind::Administered);
        let at = doses.len();
        if given.is_empty() {
            // partly and fully given are two doses even when both are hearsay
            for completion in [Completion::Complete, Completion::Partial] {
                let mut told = told.iter().filter(|s| s.content.completion == completion);
                if let Some(first) = told.next() {
                    let mut dose = led_by(first);
                    dose.sources.extend(told.map(|s| s.id));
                    doses.push(dose);
                }
            }
            continue;
        }
        doses.extend(given.into_iter().map(led_by));
        let lead = doses
            .get(at..)
            .unwrap_or_default()
            .iter()
            .position(|d| d.content.completion == Completion::Complete)
            .unwrap_or(0);
        if let Some(dose) = doses.get_mut(at + lead) {
            dose.sources.extend(told.iter().map(|s| s.id));
        }
    }
    doses.sort_by(|a, b| {
        (a.content.day(), &a.content.cvx, a.id).cmp(&(b.content.day(), &b.content.cvx, b.id))
    });
    doses
}

fn led_by(statement: &Statement) -> Dose {
    Dose {
        id: statement.id,
        sources: vec![statement.id],
        content: statement.content.clone(),
    }
}

/// Whether a statement is only a source of a dose that another one leads.
pub fn superseded(doses: &[Dose], id: DoseId) -> bool {
    !doses.iter().any(|d| d.id == id)
}

/// Puts an observation among those stored; `true` when that changed something.
pub fn observe(
    stored: &mut Vec<PersonObservation>,
    said: PersonObservation,
    deleted: bool,
) -> bool {
    let place = stored.iter().position(|o| o.same(&said));
    match (deleted, place) {
        (true, Some(at)) => {
            stored.remove(at);
            true
        }
        (true, None) => false,
        (false, Some(at)) => match stored.get_mut(at) {
            Some(o) if o.observation != said.observation || o.reported_on != said.reported_on => {
                o.observation = said.observation;
                o.reported_on = said.reported_on;
                true
            }
            _ => false,
        },
        (false, None) => {
            stored.push(said);
            true
        }
    }
}
