//! A reaction to a dose, stored with codes.

use super::codes::{cvx_alike, plain};
use super::context::ProofContext;
use super::rows::{Missing, Rows, same_value};
use crate::result::{Answers, CodeSeen};
use titer_finding::Phi;
use titer_plan::model::AdverseEvent;

// the names of one code system
const SYSTEMS: [&[&str]; 3] = [
    &[
        "sct",
        "snomed",
        "snomed ct",
        "snomed ct us",
        "http snomed info sct",
        "urn oid 2 16 840 1 113883 6 96",
        "2 16 840 1 113883 6 96",
    ],
    &["cdcphinvs", "phinvads", "urn oid 2 16 840 1 114222 4 5 274"],
    &[
        "cvx",
        "http hl7 org fhir sid cvx",
        "urn oid 2 16 840 1 113883 12 292",
    ],
];

fn same_system(a: &str, b: &str) -> bool {
    let (a, b) = (plain(a), plain(b));
    a == b
        || SYSTEMS
            .iter()
            .any(|names| names.contains(&a.as_str()) && names.contains(&b.as_str()))
}

/// Everything that a step says about a reaction.
pub(super) fn event(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    event: &AdverseEvent,
    answers: &Answers,
) {
    let asked = !answers.reactions.is_empty()
        || answers.source == crate::result::AnswerSource::Fhir
        || answers
            .not_seen
            .iter()
            .any(|t| plain(t) == "reaction" || plain(t) == "reactions");
    if !asked {
        return;
    }
    for wanted in &event.reactions {
        let code = ctx.text(&wanted.code);
        let system = wanted.system.as_ref().map(|s| ctx.text(s));
        let text = wanted
            .text
            .as_ref()
            .map(|t| ctx.text(t))
            .unwrap_or_default();
        let called = format!("{code} {text}");
        let called = called.trim();
        let fits = |r: &&CodeSeen| {
            r.code.trim() == code
                && match (&system, &r.system) {
                    (Some(a), Some(b)) => same_system(a, b),
                    _ => true,
                }
        };
        let found = answers.reactions.iter().find(fits);
        let row = rows.check(
            format!("the reaction is stored with its code: {called}"),
            found.is_some(),
        );
        row.expected = Some(called.to_owned());
        let Some(found) = found else {
            let other = answers.reactions.first();
            row.found = other.map(|r| {
                Phi::new(format!(
                    "{} {}",
                    r.code,
                    r.text.as_deref().unwrap_or_default()
                ))
            });
            row.because = Some(
                match other {
                    Some(r) if r.code.trim().is_empty() => "it is stored as text without a code",
                    Some(_) => "another code is stored",
                    None => "no reaction is stored",
                }
                .to_owned(),
            );
            continue;
        };
        row.found = Some(Phi::new(found.code.as_str()));
        if let Some(onset) = &event.onset {
            rows.value(
                format!("{called}: when it began"),
                &ctx.text(onset),
                found.date.as_ref().map(Phi::reveal),
                Missing::Fails,
            );
        }
        agent(rows, ctx, event, called, found);
    }
}

fn agent(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    event: &AdverseEvent,
    called: &str,
    found: &CodeSeen,
) {
    let cvx = ctx
        .plan
        .data
        .orders
        .get(&event.after.value)
        .and_then(|o| ctx.plan.data.vaccines.get(&o.vaccine.value))
        .map(|v| ctx.text(&v.cvx));
    let Some(cvx) = cvx else { return };
    let what = format!("{called}: after which vaccine");
    let right = found
        .after
        .as_deref()
        .is_some_and(|a| cvx_alike(&cvx, a).is_some() || same_value(&cvx, a));
    let row = rows.check(what, right);
    row.expected = Some(format!("CVX {cvx}"));
    row.found = found.after.as_deref().map(Phi::new);
    if found.after.is_none() {
        row.because = Some("the vaccine is not told".to_owned());
    }
}
