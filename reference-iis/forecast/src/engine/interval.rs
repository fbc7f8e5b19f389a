//! What an interval counts from (CALCDTINT-1, -2, -8 and -9).

use super::history::Run;
use super::tables::From;
use crate::answer::TargetState;
use crate::reason::DoseStatus;
use crate::trace::Listener;

/// The doses an interval may look back at.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    /// Index of the antigen.
    pub(super) antigen: usize,
    /// The dose being evaluated: its place among the antigen's records, and its place and date in the history. None in forecasting,
    /// where all doses count.
    pub(super) current: Option<Current>,
}

/// The dose being evaluated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Current {
    pub(super) record: usize,
    pub(super) place: usize,
    pub(super) date: i32,
}

impl<'s, L: Listener<'s>> Run<'_, 's, L> {
    /// The date that an interval counts from; without one the interval does not bind.
    pub(super) fn reference(&self, from: From, view: View) -> Option<i32> {
        match from {
            // Where the immediate previous dose was inadvertent, extraneous or sub-standard, the latest dose before it counts.
            From::Previous => {
                let records = self.records(view.antigen);
                let before = records
                    .get(..view.current.map_or(records.len(), |current| current.record))
                    .unwrap_or_default();
                let place = before.iter().rev().find(|place| {
                    self.scratch
                        .status
                        .get(usize::from(**place))
                        .is_some_and(|judged| {
                            !judged.inadvertent
                                && matches!(
                                    judged.status,
                                    Some(DoseStatus::Valid | DoseStatus::NotValid)
                                )
                        })
                })?;
                Some(self.dose(usize::from(*place)).date)
            }
            From::Target(number) => self
                .scratch
                .targets
                .iter()
                .rev()
                .find(|target| {
                    target.answer.number == number
                        && matches!(target.answer.state, TargetState::Satisfied(_))
                })
                .map(|target| target.date),
            From::MostRecent(set) => {
                let before = view.current.map_or(i32::MAX, |current| current.date);
                let given = self
                    .scratch
                    .doses
                    .iter()
                    .zip(&self.scratch.status)
                    .rev()
                    .find(|(given, judged)| {
                        (view.current.is_none() || given.date < before)
                            && !judged.inadvertent
                            && self.tables.contains(set, given.cvx)
                    });
                given.map(|(given, _)| given.date)
            }
            From::Observation(number) => {
                let observed = self.observed(number);
                observed.date.filter(|_| observed.present)
            }
        }
    }
}
