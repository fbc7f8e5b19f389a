//! Judged steps that are kept: a step is judged again only when something by which it was judged has changed. What comes
//! out is the same as without them.

use super::fold::Fold;
use super::settle::Sources;
use super::shared::{alike, same};
use super::state::{Arrival, At, Belongs, Said, State};
use crate::ledger::Pair;
use crate::looks::Key;
use crate::result::{Step, Unexpected};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was judged before.
#[derive(Default)]
pub(super) struct Kept {
    steps: BTreeMap<At, (Grounds, Step)>,
    unexpected: BTreeMap<u64, (Arc<Arrival>, Unexpected)>,
    /// How many steps were judged, and not taken from here.
    pub(super) judged: u64,
}

/// Everything by which a step was judged.
struct Grounds {
    done: Option<Arc<Step>>,
    said: Option<Arc<Said>>,
    looked_at: bool,
    // messages that are there for nothing but to show this step
    shown: Vec<Arc<Arrival>>,
    // the message that it answers
    answers_to: Option<Arc<Arrival>>,
    // the day by which declarations hold or not
    today: Option<Date>,
    // the time, when it was looked at
    clock: Option<Timestamp>,
    exchanges: Vec<(Key, Option<Arc<Pair>>)>,
    // every exchange, when all of them were looked at
    everything: Option<Vec<(Key, Arc<Pair>)>>,
    answers: Vec<(At, Option<Arc<Said>>)>,
}

impl Fold {
    /// One step as of now, from what is kept when that still holds.
    pub(super) fn kept_step(&self, from: &Sources<'_>, at: At, kept: &mut Kept) -> Step {
        if let Some((grounds, step)) = kept.steps.get(&at)
            && self.hold(grounds, from.state, at)
        {
            return step.clone();
        }
        let looks = from.state.stage.ledger.looks();
        let _ = looks.take();
        let step = self.step(from, at);
        let seen = looks.take();
        let state = from.state;
        let ledger = &state.stage.ledger;
        let grounds = Grounds {
            done: state.done.shared(&at).cloned(),
            said: state.said.shared(&at).cloned(),
            looked_at: state.looked_at.contains(&at),
            shown: shown(state, at).map(|(_, a)| a.clone()).collect(),
            answers_to: self.answers_to(state, at).cloned(),
            today: self.declared_day(state, at),
            clock: state.last_at.filter(|_| seen.clock),
            exchanges: seen
                .exchanges
                .into_iter()
                .map(|key| {
                    let pair = ledger.shared(&key).cloned();
                    (key, pair)
                })
                .collect(),
            everything: seen.everything.then(|| {
                ledger
                    .all_shared()
                    .map(|(k, p)| (k.clone(), p.clone()))
                    .collect()
            }),
            answers: seen
                .answers
                .iter()
                .filter_map(|(case, step)| self.named(case, step))
                .map(|of| (of, state.said.shared(&of).cloned()))
                .collect(),
        };
        kept.judged += 1;
        kept.steps.insert(at, (grounds, step.clone()));
        step
    }

    // whether a step would be judged by the same again
    fn hold(&self, grounds: &Grounds, state: &State, at: At) -> bool {
        let ledger = &state.stage.ledger;
        grounds.looked_at == state.looked_at.contains(&at)
            && alike(grounds.done.as_ref(), state.done.shared(&at))
            && alike(grounds.said.as_ref(), state.said.shared(&at))
            && alike(grounds.answers_to.as_ref(), self.answers_to(state, at))
            && grounds.today == self.declared_day(state, at)
            && grounds.clock.is_none_or(|then| state.last_at == Some(then))
            && every(&grounds.shown, shown(state, at), |then, (_, now)| {
                same(then, now)
            })
            && grounds
                .exchanges
                .iter()
                .all(|(key, pair)| alike(pair.as_ref(), ledger.shared(key)))
            && grounds.everything.as_ref().is_none_or(|all| {
                every(all, ledger.all_shared(), |(key, pair), (k, p)| {
                    key == k && same(pair, p)
                })
            })
            && grounds
                .answers
                .iter()
                .all(|(of, said)| alike(said.as_ref(), state.said.shared(of)))
    }

    /// The messages that are no step's.
    pub(super) fn unexpected(state: &State, kept: &mut Kept) -> Vec<Unexpected> {
        state
            .arrivals
            .all_shared()
            .filter(|(_, a)| !matches!(a.belongs, Belongs::Step(_)) && only_shows(a).is_none())
            .map(|(seq, arrival)| {
                if let Some((then, made)) = kept.unexpected.get(seq)
                    && same(then, arrival)
                {
                    return made.clone();
                }
                let made = Unexpected {
                    because: arrival.because.clone().unwrap_or_default(),
                    messages: super::settle::both(arrival),
                    exchanges: arrival
                        .delivery
                        .iter()
                        .filter_map(|d| d.call.clone())
                        .collect(),
                };
                kept.unexpected
                    .insert(*seq, (arrival.clone(), made.clone()));
                made
            })
            .collect()
    }

    // the day that decides about what was declared of a step
    fn declared_day(&self, state: &State, at: At) -> Option<Date> {
        state
            .said
            .get(&at)
            .filter(|said| !said.attestations.is_empty())
            .map(|_| self.today(state))
    }
}

fn every<A, B>(
    then: &[A],
    now: impl IntoIterator<Item = B>,
    mut same: impl FnMut(&A, B) -> bool,
) -> bool {
    let mut then = then.iter();
    now.into_iter()
        .all(|n| then.next().is_some_and(|t| same(t, n)))
        && then.next().is_none()
}

/// The messages that are there for nothing but to show a transport step.
pub(super) fn shown(state: &State, at: At) -> impl Iterator<Item = (&u64, &Arc<Arrival>)> {
    state
        .arrivals
        .all_shared()
        .filter(move |(_, a)| only_shows(a) == Some(at))
}

/// The transport step of a message that is there for nothing else.
pub(super) fn only_shows(a: &Arrival) -> Option<At> {
    a.shows
        .filter(|_| a.belongs == Belongs::Nowhere && a.candidates.is_empty())
}

#[cfg(test)]
mod tests;
