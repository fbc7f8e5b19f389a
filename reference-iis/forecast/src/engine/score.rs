//! 8.3 to 8.7: points for the series of a group that nothing simpler decides.

use super::history::{Place, Run};
use super::select::Facts;
use crate::answer::{Score, ScoreTable};
use crate::reason::SeriesStatus;
use crate::trace::Listener;

impl<'s, L: Listener<'s>> Run<'_, 's, L> {
    /// The position, in the scratch, of the series with the most points; ties go to the better preference, then to the order of
    /// the data.
    pub(super) fn scored(
        &mut self,
        group: usize,
        complete: usize,
        in_process: usize,
    ) -> Option<usize> {
        let (table, keep): (_, fn(&Facts) -> bool) = if complete >= 2 {
            (ScoreTable::Complete, |facts| {
                facts.is(SeriesStatus::Complete)
            })
        } else if complete == 0 && in_process >= 2 {
            (ScoreTable::InProcess, Facts::in_process)
        } else {
            // The third column of Table 8-5 asks that no series has a valid dose. Where some have one and no column fits (they are
            // aged out or contraindicated, say), all are scored by the same table.
            (ScoreTable::NoValidDoses, |_| true)
        };
        let scored: Vec<usize> = self
            .members(group)
            .filter(|at| self.fact(*at).scorable && keep(&self.fact(*at)))
            .collect();
        let all: Vec<Facts> = scored.iter().map(|at| self.fact(*at)).collect();
        // "Completable" comes first: only completable series compete to finish earliest.
        let shared = |test: &dyn Fn(&Facts) -> bool, facts: &Facts, points: i8| {
            if !test(facts) {
                -points
            } else if all.iter().filter(|other| test(other)).count() > 1 {
                0
            } else {
                points
            }
        };
        let most = all
            .iter()
            .map(|facts| facts.satisfied)
            .max()
            .unwrap_or_default();
        let fewest = all.iter().map(|facts| facts.open).min().unwrap_or_default();
        let finish = all
            .iter()
            .filter(|facts| facts.completable)
            .map(|facts| facts.finish)
            .min();
        let start = all.iter().filter_map(|facts| facts.start).min();
        let yes_no = |yes: bool, points: i8| if yes { points } else { -points };
        let mut best: Option<(i8, u16, usize)> = None;
        for (at, facts) in scored.iter().zip(&all) {
            let Some(series) = self.compiled(facts) else {
                continue;
            };
            let mut score = Score {
                table,
                ..Score::default()
            };
            match table {
                ScoreTable::Complete => {
                    score.most_valid = shared(&|one| one.satisfied == most, facts, 1);
                }
                ScoreTable::InProcess => {
                    score.product = yes_no(series.product && facts.all_valid, 2);
                    score.completable = yes_no(facts.completable, 3);
                    score.most_valid = shared(&|one| one.satisfied == most, facts, 2);
                    // ties share, although the rule's text asks for fewer than all others: the 0 could never be given otherwise
                    score.closest = shared(&|one| one.open == fewest, facts, 2);
                    score.finish_earliest = shared(
                        &|one| one.completable && Some(one.finish) == finish,
                        facts,
                        1,
                    );
                }
                ScoreTable::NoValidDoses => {
                    score.start_earliest =
                        shared(&|one| one.start.is_some() && one.start == start, facts, 1);
                    score.completable = yes_no(facts.completable, 1);
                    score.product = yes_no(!series.product, 1);
                }
            }
            let place = Place {
                antigen: self.answer.antigens.len().saturating_sub(1),
                series: self.table_of(facts),
            };
            let total = score.total();
            let preference = series.preference;
            self.note(place, table.number(), || {
                format!("{total} points, preference {preference}")
            });
            if let Some(answer) = self.answer.series.get_mut(facts.series as usize) {
                answer.selection.score = Some(score);
            }
            if best.is_none_or(|(points, rank, _)| {
                total > points || total == points && preference < rank
            }) {
                best = Some((total, preference, *at));
            }
        }
        best.map(|best| best.2)
    }

    fn table_of(&self, facts: &Facts) -> usize {
        self.answer
            .series
            .get(facts.series as usize)
            .map_or(usize::MAX, |answer| answer.table as usize)
    }
}

impl ScoreTable {
    /// Its number in the specification.
    pub fn number(self) -> &'static str {
        match self {
            Self::Complete => "8-7",
            Self::InProcess => "8-9",
            Self::NoValidDoses => "8-11",
        }
    }
}
