//! Chapter 8: one prioritized series for each series group, and the best series of an antigen.

use super::history::{Place, Run};
use super::tables::Series;
use crate::reason::SeriesStatus;
use crate::schedule::SeriesKind;
use crate::trace::Listener;

/// What selection needs to know about a series.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers one question of chapter 8"
)]
pub(super) struct Facts {
    /// Index in the answer.
    pub(super) series: u32,
    /// Index in the compiled schedule.
    pub(super) table: u32,
    /// Index of its series group within the antigen.
    pub(super) group: u8,
    pub(super) status: Option<SeriesStatus>,
    /// Satisfied target doses: the valid doses of SELECTB-21.
    pub(super) satisfied: u32,
    /// Target doses not satisfied.
    pub(super) open: u32,
    pub(super) all_valid: bool,
    /// Date of the first valid dose.
    pub(super) first_valid: i32,
    /// The earliest date of the forecast.
    pub(super) start: Option<i32>,
    /// The forecast finish date.
    pub(super) finish: i32,
    pub(super) completable: bool,
    pub(super) candidate: bool,
    pub(super) scorable: bool,
}

impl Facts {
    pub(super) fn is(&self, status: SeriesStatus) -> bool {
        self.status == Some(status)
    }

    /// SELECTB-16.
    pub(super) fn in_process(&self) -> bool {
        self.is(SeriesStatus::NotComplete) && self.satisfied > 0
    }
}

impl<'s, L: Listener<'s>> Run<'_, 's, L> {
    /// 8.1 to 8.8 for one antigen, whose series begin at `first` in the answer.
    pub(super) fn select(&mut self, antigen: usize, first: usize) {
        let groups = self
            .tables
            .antigens
            .get(antigen)
            .map_or(0, |antigen| antigen.series_groups.len());
        for group in 0..groups {
            self.prefilter(group);
            let chosen = self.prioritized(group);
            for facts in self
                .scratch
                .facts
                .iter()
                .filter(|facts| usize::from(facts.group) == group)
            {
                if let Some(answer) = self.answer.series.get_mut(facts.series as usize) {
                    answer.selection.candidate = facts.candidate;
                    answer.selection.scorable = facts.scorable;
                }
            }
            if let Some(answer) = chosen.and_then(|chosen| self.answer.series.get_mut(chosen)) {
                answer.selection.prioritized = true;
            }
        }
        self.best(antigen, first);
    }

    /// The compiled series of a fact.
    pub(super) fn compiled(&self, facts: &Facts) -> Option<&'s Series> {
        self.tables.series.get(facts.table as usize)
    }

    /// Positions, in the scratch, of the relevant series of a series group.
    pub(super) fn members(&self, group: usize) -> impl Iterator<Item = usize> {
        let all = self.scratch.facts.iter().enumerate();
        all.filter(move |(_, facts)| usize::from(facts.group) == group)
            .map(|(at, _)| at)
    }

    /// How many series of a group pass a test, and the first of them.
    fn passing(&self, group: usize, test: impl Fn(&Facts) -> bool) -> (usize, Option<usize>) {
        let mut found = self.members(group).filter(|at| test(&self.fact(*at)));
        let first = found.next();
        (usize::from(first.is_some()) + found.count(), first)
    }

    pub(super) fn fact(&self, at: usize) -> Facts {
        self.scratch.facts.get(at).copied().unwrap_or_default()
    }

    /// 8.1 (SELECTB-24 and SELECTSCORE-2).
    fn prefilter(&mut self, group: usize) {
        let all_contraindicated = self
            .members(group)
            .all(|at| self.fact(at).is(SeriesStatus::Contraindicated));
        let no_valid_dose = self.members(group).all(|at| self.fact(at).satisfied == 0);
        let default = self.members(group).any(|at| {
            self.compiled(&self.fact(at))
                .is_some_and(|series| series.default)
        });
        let priority = self
            .members(group)
            .filter_map(|at| self.compiled(&self.fact(at)))
            .map(|series| series.priority)
            .min();
        for at in 0..self.scratch.facts.len() {
            let facts = self.fact(at);
            let Some(series) = self
                .compiled(&facts)
                .filter(|_| usize::from(facts.group) == group)
            else {
                continue;
            };
            let candidate = all_contraindicated || !facts.is(SeriesStatus::Contraindicated);
            let scorable = match series.kind {
                SeriesKind::Risk => candidate && Some(series.priority) == priority,
                SeriesKind::Standard => {
                    candidate
                        && (facts.satisfied > 0
                            && facts.first_valid < self.age(series.start_before)
                            || no_valid_dose && !default)
                }
                SeriesKind::EvaluationOnly => facts.is(SeriesStatus::Complete),
            };
            if let Some(facts) = self.scratch.facts.get_mut(at) {
                (facts.candidate, facts.scorable) = (candidate, scorable);
            }
        }
    }

    /// 8.2, and 8.3 to 8.7 where it does not decide: the index, in the answer, of the prioritized series of a group.
    fn prioritized(&mut self, group: usize) -> Option<usize> {
        let default = |facts: &Facts| self.compiled(facts).is_some_and(|series| series.default);
        let default = match self.passing(group, default) {
            (1, default) => default,
            _ => None,
        };
        let (number, scorable) = self.passing(group, |facts| facts.scorable);
        let (complete, one_complete) = self.passing(group, |facts| {
            facts.scorable && facts.is(SeriesStatus::Complete)
        });
        let (in_process, one_in_process) =
            self.passing(group, |facts| facts.scorable && facts.in_process());
        let (chosen, because) = match (number, complete, in_process) {
            (0, _, _) => (default, "the default series, since none is scorable"),
            (1, _, _) => (scorable, "the only scorable series"),
            (_, 1, _) => (one_complete, "the only complete series"),
            (_, 0, 1) => (one_in_process, "the only series in process"),
            (_, 0, 0) if default.is_some() => (
                default,
                "the default series, since none is complete or in process",
            ),
            _ => {
                let best = self.scored(group, complete, in_process);
                (
                    best,
                    "the highest score, or the best preference among those",
                )
            }
        };
        let chosen = self.fact(chosen?);
        let answer = self.answer.series.get(chosen.series as usize)?;
        let place = Place {
            antigen: self.answer.antigens.len().saturating_sub(1),
            series: answer.table as usize,
        };
        self.note(place, "8-3", || format!("prioritized: {because}"));
        Some(chosen.series as usize)
    }

    /// Table 8-14. Equivalence is read from the series at hand, not from the other one.
    fn best(&mut self, antigen: usize, first: usize) {
        let tables = self.tables;
        for at in first..self.answer.series.len() {
            let Some(answer) = self
                .answer
                .series
                .get(at)
                .filter(|answer| answer.selection.prioritized)
            else {
                continue;
            };
            let Some(series) = tables.series.get(answer.table as usize) else {
                continue;
            };
            let equivalent = |test: &dyn Fn(SeriesStatus, SeriesKind) -> bool| {
                let others = self.answer.series.get(first..).unwrap_or_default().iter();
                others
                    .filter(|other| other.selection.prioritized)
                    .any(|other| {
                        let group = tables
                            .series
                            .get(other.table as usize)
                            .map_or(u8::MAX, |series| series.place);
                        group < 32
                            && series.equivalent >> group & 1 == 1
                            && test(other.status, other.kind)
                    })
            };
            let (best, because) = if answer.status == SeriesStatus::Complete {
                (true, "best: it is complete")
            } else if equivalent(&|status, _| status == SeriesStatus::Complete) {
                (
                    false,
                    "not best: a series of an equivalent group is complete",
                )
            } else if series.kind == SeriesKind::EvaluationOnly {
                (false, "not best: it serves evaluation only")
            } else if series.kind == SeriesKind::Risk {
                (true, "best: a risk series")
            } else if equivalent(&|_, kind| kind == SeriesKind::Risk) {
                (
                    false,
                    "not best: a risk series of an equivalent group stands for it",
                )
            } else {
                (true, "best: nothing equivalent stands for it")
            };
            let place = Place {
                antigen,
                series: answer.table as usize,
            };
            if let Some(answer) = self.answer.series.get_mut(at) {
                answer.selection.best = best;
            }
            self.note(place, "8-14", || because.to_owned());
        }
    }
}
