//! A list of patients: who has to be in it, and who must not.

use super::codes::{groups_in, plain};
use super::context::ProofContext;
use super::day::read_day;
use super::rows::{Rows, same_value};
use crate::result::{Answers, CohortSeen};
use titer_finding::Phi;
use titer_plan::model::{Cohort, Patient};

fn is(ctx: &ProofContext<'_>, wanted: &Patient, seen: &CohortSeen) -> bool {
    if let (Some(id), Some(shown)) = (wanted.ids.first(), &seen.id) {
        return same_value(&ctx.text(&id.id), shown.reveal());
    }
    let Some(name) = &seen.patient else {
        return false;
    };
    let shown = format!(" {} ", plain(name.reveal()));
    let mut parts = vec![ctx.text(&wanted.name.family)];
    parts.extend(wanted.name.given.as_ref().map(|g| ctx.text(g)));
    let named = parts
        .iter()
        .all(|p| shown.contains(&format!(" {} ", plain(p))));
    let born = match &seen.birth_date {
        Some(date) => read_day(date.reveal()) == read_day(&ctx.text(&wanted.birth_date)),
        None => true,
    };
    named && born
}

/// Everything that a step says about a list.
pub(super) fn list(rows: &mut Rows, ctx: &ProofContext<'_>, cohort: &Cohort, answers: &Answers) {
    let Some(shown) = answers.cohort.as_deref() else {
        return;
    };
    let records = &ctx.plan.data.patients;
    let called = |p: &Patient| {
        let given = p
            .name
            .given
            .as_ref()
            .map(|g| ctx.text(g))
            .unwrap_or_default();
        format!("{given} {}", ctx.text(&p.name.family))
            .trim()
            .to_owned()
    };
    for wanted in &cohort.rows {
        let Some(record) = records.get(&wanted.patient.value) else {
            continue;
        };
        let of_patient: Vec<&CohortSeen> = shown.iter().filter(|s| is(ctx, record, s)).collect();
        let name = called(record);
        rows.check(format!("{name} is in the list"), !of_patient.is_empty());
        let with = ctx.text(&wanted.with);
        let told: Vec<&str> = of_patient
            .iter()
            .filter_map(|s| s.with.as_deref())
            .collect();
        if told.is_empty() {
            continue;
        }
        let right = told.iter().any(|t| agree(&with, t));
        let row = rows.check(format!("{name} is in the list with: {with}"), right);
        row.expected = Some(with);
        row.found = Some(Phi::new(told.join("; ")));
    }
    for id in cohort.without.iter().flat_map(|r| r.iter()) {
        let Some(record) = records.get(&id.value) else {
            continue;
        };
        let there = shown.iter().any(|s| is(ctx, record, s));
        rows.check(format!("{} is not in the list", called(record)), !there);
    }
}

// the vaccine groups that the plan names, or its words
fn agree(wanted: &str, shown: &str) -> bool {
    let (w, s) = (groups_in(wanted), groups_in(shown));
    if !w.is_empty() {
        return w.is_subset(&s);
    }
    let shown = format!(" {} ", plain(shown));
    same_value(wanted, shown.trim()) || shown.contains(&format!(" {} ", plain(wanted)))
}
