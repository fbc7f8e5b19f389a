//! A later message proves what was entered.

use super::context::ProofContext;
use crate::assertion::{Asserting, merge};
use crate::result::{Assertion, Waiver};
use titer_finding::Finding;
use titer_hl7::{Message, Offsets};
use titer_plan::model::{Action, Expectation, Step};
use titer_plan::syntax::StepRef;

#[derive(Default)]
pub(super) struct Traced {
    pub(super) assertions: Vec<Assertion>,
    pub(super) findings: Vec<Finding>,
    pub(super) waivers: Vec<Waiver>,
}

fn wanted(step: &Step) -> Vec<(&StepRef, &[Expectation])> {
    let mut all: Vec<(&StepRef, &[Expectation])> = step
        .trace
        .iter()
        .filter_map(|t| Some((t.step.get()?, t.expect.as_slice())))
        .collect();
    if let Some(Action::Deduplicate(d)) = step.action()
        && let Some(shown) = d.shown_by.as_ref().and_then(|s| s.get())
        && !d.expect.is_empty()
    {
        all.push((shown, &d.expect));
    }
    all
}

/// `None` until every message that the step names has come.
pub(super) fn by_messages(ctx: &ProofContext<'_>, step: &Step) -> Option<Traced> {
    let wanted = wanted(step);
    let messages: Option<Vec<_>> = wanted
        .iter()
        .map(|(of, expect)| Some((ctx.message_of(of)?, *expect)))
        .collect();
    let messages = messages.filter(|m| !m.is_empty())?;
    let mut traced = Traced::default();
    for (heard, expect) in messages {
        let mut table = Offsets::new();
        let asserting = Asserting {
            message: Message::parse(heard.bytes, &mut table),
            id: heard.id,
            texts: ctx.scope,
            exchanged: ctx.exchanged,
            ignoring_case: ctx.plan.judging.ignoring_case,
            allowances: &[],
            waivers: ctx.waivers,
            fixer: ctx.fixer,
        };
        for judgement in asserting.all(expect) {
            traced.assertions.push(judgement.assertion);
            merge(&mut traced.findings, judgement.findings);
            for waiver in judgement.waivers {
                if !traced.waivers.contains(&waiver) {
                    traced.waivers.push(waiver);
                }
            }
        }
    }
    Some(traced)
}
