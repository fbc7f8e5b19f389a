//! Chapter 7: whether a series needs another dose, and when.

use super::evaluate::relevant;
use super::history::{Condition, Place, Run};
use super::interval::View;
use super::season::years;
use super::select::Facts;
use super::skip::Occasion;
use super::tables::{NO_AGES, Series, SeriesDose};
use crate::answer::{SeriesForecast, TargetState};
use crate::date::{Day, NEVER, add};
use crate::reason::{DoseStatus, ForecastReason, SeriesStatus};
use crate::trace::Listener;

/// Status, reason and dates of a series.
pub(super) struct Outcome<'s> {
    pub(super) status: SeriesStatus,
    pub(super) reason: ForecastReason,
    pub(super) forecast: Option<SeriesForecast<'s>>,
}

impl Outcome<'_> {
    fn closed(status: SeriesStatus, reason: ForecastReason) -> Self {
        Self {
            status,
            reason,
            forecast: None,
        }
    }
}

impl<'s, L: Listener<'s>> Run<'_, 's, L> {
    /// 7.1 to 7.6 for one series, and what chapter 8 will ask about it.
    pub(super) fn forecast(
        &mut self,
        place: Place,
        condition: Condition,
        first_target: u32,
        first_evaluation: u32,
    ) -> (Outcome<'s>, Facts) {
        let tables = self.tables;
        let Some(series) = tables.series.get(place.series) else {
            return (
                Outcome::closed(SeriesStatus::NotRecommended, ForecastReason::PastHistory),
                Facts::default(),
            );
        };
        let forbidden = condition.contraindicated || self.all_forbidden(series);
        let mut at = self
            .scratch
            .targets
            .iter()
            .take_while(|target| target.answer.state != TargetState::NotSatisfied)
            .count();
        let outcome = loop {
            let Some(dose) = self
                .scratch
                .targets
                .get(at)
                .and_then(|target| tables.doses.get(target.dose as usize))
            else {
                break self.finished(place);
            };
            let view = View {
                antigen: place.antigen,
                current: None,
            };
            let shift = self.season_shift(dose);
            let occasion = Occasion {
                view,
                reference: self.as_of,
                anchor: self.as_of,
                shift,
            };
            if self.skipped(dose.forecast_skips, occasion) {
                self.note_dose(place, Some(dose.number), None, "6-11", || {
                    "skipped as of the assessment date".to_owned()
                });
                self.skip_target(at);
                at += 1;
                continue;
            }
            if let Some(closed) = self.needless(place, dose, condition.immune, forbidden, shift) {
                break closed;
            }
            let ages = tables.ages_on(dose, self.as_of);
            let candidate = self.candidate(dose, ages, view, shift, first_evaluation);
            if candidate.day >= self.age(ages.maximum) {
                self.note_dose(place, Some(dose.number), None, "7-10", || {
                    format!(
                        "Aged Out: the earliest date {} is not before the maximum age",
                        Day(candidate.day)
                    )
                });
                break Outcome::closed(SeriesStatus::AgedOut, ForecastReason::CannotFinish);
            }
            let occasion = Occasion {
                reference: candidate.day,
                ..occasion
            };
            if self.skipped(dose.forecast_skips, occasion) {
                self.note_dose(place, Some(dose.number), None, "6-11", || {
                    format!(
                        "skipped as of the earliest date {} (7.6)",
                        Day(candidate.day)
                    )
                });
                self.skip_target(at);
                at += 1;
                continue;
            }
            break self.dates(
                place,
                dose,
                ages,
                view,
                &candidate,
                shift,
                first_target + at as u32,
            );
        };
        let facts = self.facts(series, &outcome, at, first_evaluation);
        (outcome, facts)
    }

    fn skip_target(&mut self, at: usize) {
        if let Some(target) = self.scratch.targets.get_mut(at) {
            target.answer.state = TargetState::Skipped;
        }
    }

    /// Table 7-10 without a target dose left. It stands before immunity: the leftmost column that fits.
    fn finished(&mut self, place: Place) -> Outcome<'s> {
        let satisfied = |target: &super::history::Target| {
            matches!(target.answer.state, TargetState::Satisfied(_))
        };
        let (status, reason) = if self.scratch.targets.iter().any(satisfied) {
            (SeriesStatus::Complete, ForecastReason::Complete)
        } else {
            (SeriesStatus::NotRecommended, ForecastReason::PastHistory)
        };
        self.note(place, "7-10", || {
            format!("{status}: no target dose is left")
        });
        Outcome::closed(status, reason)
    }

    /// Table 7-10: what closes a series before dates are looked at.
    fn needless(
        &mut self,
        place: Place,
        dose: &SeriesDose,
        immune: bool,
        forbidden: bool,
        shift: i16,
    ) -> Option<Outcome<'s>> {
        let maximum = self.age(self.tables.ages_on(dose, self.as_of).maximum);
        let over = dose
            .season
            .is_some_and(|season| self.as_of > years(season.last, shift));
        let (status, reason, table) = if immune {
            (SeriesStatus::Immune, ForecastReason::Immunity, "7-3")
        } else if forbidden {
            (
                SeriesStatus::Contraindicated,
                ForecastReason::Contraindication,
                "7-7",
            )
        } else if over {
            (
                SeriesStatus::NotRecommended,
                ForecastReason::PastSeason,
                "7-10",
            )
        } else if self.as_of >= maximum {
            (SeriesStatus::AgedOut, ForecastReason::TooOld, "7-10")
        } else {
            return None;
        };
        self.note_dose(place, Some(dose.number), None, table, || {
            format!("{status}: {reason}")
        });
        Some(Outcome::closed(status, reason))
    }

    /// Table 7-7: every preferable vaccine of the series is contraindicated.
    fn all_forbidden(&self, series: &Series) -> bool {
        if self.scratch.forbidden.is_empty() {
            return false;
        }
        let tables = self.tables;
        let mut any = false;
        let all = series
            .doses
            .of(&tables.doses)
            .iter()
            .flat_map(|dose| dose.preferable.of(&tables.preferable))
            .all(|row| {
                any = true;
                self.scratch.forbidden.contains(&row.cvx)
            });
        any && all
    }

    /// What chapter 8 asks about a series.
    fn facts(
        &self,
        series: &Series,
        outcome: &Outcome<'_>,
        at: usize,
        first_evaluation: u32,
    ) -> Facts {
        let tables = self.tables;
        let mut facts = Facts {
            status: Some(outcome.status),
            all_valid: true,
            first_valid: NEVER,
            ..Facts::default()
        };
        for target in &self.scratch.targets {
            match target.answer.state {
                TargetState::Satisfied(_) => {
                    facts.satisfied += 1;
                    facts.first_valid = facts.first_valid.min(target.date);
                }
                TargetState::NotSatisfied => facts.open += 1,
                TargetState::Skipped => {}
            }
        }
        // SELECTB-2: every evaluation on a target dose, an earlier one that was not valid included
        let evaluations = self
            .answer
            .evaluations
            .get(first_evaluation as usize..)
            .unwrap_or_default();
        facts.all_valid = evaluations
            .iter()
            .all(|one| one.target.is_none() || one.status == DoseStatus::Valid);
        if let Some(forecast) = &outcome.forecast {
            let start = forecast.earliest.0;
            // SELECTB-12, read as: without the dose being forecast, whose interval its earliest date has in it
            let remaining = self
                .scratch
                .targets
                .iter()
                .skip(at + 1)
                .filter_map(|target| tables.doses.get(target.dose as usize));
            let intervals =
                remaining.flat_map(|dose| relevant(dose.intervals, &tables.intervals, self.as_of));
            let finish = intervals
                .filter_map(|row| row.minimum)
                .map(|span| add(start, span))
                .max();
            let finish = finish.unwrap_or(start).max(start);
            let last = series.doses.of(&tables.doses).last();
            let maximum = self.age(
                last.map_or(NO_AGES, |dose| *tables.ages_on(dose, self.as_of))
                    .maximum,
            );
            facts.start = Some(start);
            facts.finish = finish;
            facts.completable = finish < maximum;
        }
        facts
    }
}
