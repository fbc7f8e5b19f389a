//! Conditional skip (6.2, 7.1 and 7.6; Tables 6-4 to 6-11).

use super::history::Run;
use super::interval::View;
use super::season::years;
use super::tables::{Condition, Count, Rows};
use crate::date::add;
use crate::reason::DoseStatus;
use crate::schedule::Compare;
use crate::trace::Listener;

/// When and in what light a skip is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Occasion {
    pub(super) view: View,
    /// CONDSKIP-2: the date administered, the assessment date, or the earliest date of the forecast.
    pub(super) reference: i32,
    /// RELEVANT-2: the date administered, or the assessment date.
    pub(super) anchor: i32,
    /// By how many years the dose's season is moved.
    pub(super) shift: i16,
}

impl<'s, L: Listener<'s>> Run<'_, 's, L> {
    /// Whether any instance lets the target dose be skipped (Table 6-11).
    pub(super) fn skipped(&self, skips: Rows, occasion: Occasion) -> bool {
        skips.of(&self.tables.skips).iter().any(|skip| {
            let sets = skip
                .sets
                .of(&self.tables.sets)
                .iter()
                .filter(|set| set.window.holds(occasion.anchor));
            let met = |set: &super::tables::SkipSet| {
                let conditions = set.conditions.of(&self.tables.conditions);
                combine(
                    set.all,
                    conditions
                        .iter()
                        .map(|condition| self.met(condition, occasion)),
                )
            };
            combine(skip.all, sets.map(met))
        })
    }

    fn met(&self, condition: &Condition, occasion: Occasion) -> bool {
        match condition {
            Condition::Age { begin, end } => {
                self.age(*begin) <= occasion.reference && occasion.reference < self.age(*end)
            }
            Condition::Completed(groups) => self.scratch.complete & groups != 0,
            Condition::Interval(span) => {
                let records = self.records(occasion.view.antigen);
                let until = occasion
                    .view
                    .current
                    .map_or(records.len(), |current| current.record);
                let previous = records.get(..until).and_then(<[u16]>::last);
                previous.is_some_and(|place| {
                    occasion.reference >= add(self.dose(usize::from(*place)).date, *span)
                })
            }
            Condition::Count(count) => {
                let given = self.count(count, occasion);
                match count.compare {
                    Compare::Greater => given > count.number,
                    Compare::Equal => given == count.number,
                    Compare::Less => given < count.number,
                }
            }
        }
    }

    /// CONDSKIP-1. In evaluation only doses before the one at hand count, never that one or later ones.
    fn count(&self, count: &Count, occasion: Occasion) -> u32 {
        let (begin, end) = (self.age(count.begin), self.age(count.end));
        let (first, before) = (
            years(count.first, occasion.shift),
            years(count.before, occasion.shift),
        );
        let until = occasion
            .view
            .current
            .map_or(self.scratch.doses.len(), |current| current.place);
        let counts = |place: usize| {
            let date = self.dose(place).date;
            let valid = !count.valid
                || self
                    .scratch
                    .status
                    .get(place)
                    .is_some_and(|judged| judged.status == Some(DoseStatus::Valid));
            valid && date >= begin.max(first) && date < end.min(before)
        };
        let number = match count.vaccines {
            Some(set) => {
                let all = self.scratch.doses.iter().take(until).enumerate();
                all.filter(|(place, given)| self.tables.contains(set, given.cvx) && counts(*place))
                    .count()
            }
            None => {
                let all = self
                    .records(occasion.view.antigen)
                    .iter()
                    .map(|place| usize::from(*place));
                all.filter(|place| *place < until && counts(*place)).count()
            }
        };
        number as u32
    }
}

/// Tables 6-10 and 6-11: all, or at least one; of nothing, nothing is met.
fn combine(all: bool, mut parts: impl Iterator<Item = bool>) -> bool {
    if !all {
        return parts.any(|met| met);
    }
    let Some(first) = parts.next() else {
        return false;
    };
    first && parts.all(|met| met)
}
