//! Chapter 7: whether a series needs another dose, and when.

use super::evaluate::relevant;
use super::history::{Condition, Place, Run, years};
use super::interval::View;
use super::select::Facts;
use super::skip::Occasion;
use super::tables::{ALWAYS_AGE, AgeRow, NO_AGES, Series, SeriesDose};
use crate::answer::{EarliestBy, SeriesForecast, TargetState};
use crate::date::{ALWAYS, Day, NEVER, add};
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

/// The latest of the dates offered, and where it came from.
struct Latest {
    day: i32,
    by: EarliestBy,
}

impl Latest {
    fn offer(&mut self, day: i32, by: EarliestBy) {
        if day > self.day {
            (self.day, self.by) = (day, by);
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

    /// FORECASTDTCAN-1. Never floored at the assessment date.
    fn candidate(
        &self,
        dose: &SeriesDose,
        ages: &AgeRow,
        view: View,
        shift: i16,
        first_evaluation: u32,
    ) -> Latest {
        let tables = self.tables;
        let mut latest = Latest {
            day: ALWAYS,
            by: EarliestBy::Fallback,
        };
        latest.offer(self.age(ages.minimum), EarliestBy::MinimumAge);
        for row in relevant(dose.intervals, &tables.intervals, self.as_of) {
            if let Some((reference, span)) = self.reference(row.from, view).zip(row.minimum) {
                latest.offer(add(reference, span), EarliestBy::MinimumInterval);
            }
        }
        let conflicts = dose.conflicts.of(&tables.forecast_conflicts);
        if !conflicts.is_empty() {
            for given in &self.scratch.doses {
                for (_, span) in conflicts
                    .iter()
                    .filter(|(previous, _)| *previous == given.cvx)
                {
                    latest.offer(add(given.date, *span), EarliestBy::Conflict);
                }
            }
        }
        if let Some(season) = dose.season {
            latest.offer(years(season.first, shift), EarliestBy::Season);
        }
        // The latest inadvertent dose is never later than the latest dose; it is named when it is that one.
        let evaluated = self
            .answer
            .evaluations
            .get(first_evaluation as usize..)
            .unwrap_or_default();
        if let Some(place) = self
            .records(view.antigen)
            .last()
            .filter(|_| !evaluated.is_empty())
        {
            let place = usize::from(*place);
            let inadvertent = self
                .scratch
                .status
                .get(place)
                .is_some_and(|judged| judged.inadvertent);
            let by = if inadvertent {
                EarliestBy::InadvertentDose
            } else {
                EarliestBy::LastDose
            };
            latest.offer(self.dose(place).date, by);
        }
        if latest.day == ALWAYS {
            // the specification is silent here
            latest.day = if ages.earliest == ALWAYS_AGE {
                self.as_of
            } else {
                self.age(ages.earliest)
            };
        }
        latest
    }

    /// Table 7-13.
    #[expect(
        clippy::too_many_arguments,
        reason = "the facts of one target dose, each used once"
    )]
    fn dates(
        &mut self,
        place: Place,
        dose: &SeriesDose,
        ages: &AgeRow,
        view: View,
        candidate: &Latest,
        shift: i16,
        target: u32,
    ) -> Outcome<'s> {
        let tables = self.tables;
        let (mut by_interval, mut late_interval) = (None, None);
        let (mut rows, mut prior) = (0, 0);
        for row in relevant(dose.intervals, &tables.intervals, self.as_of) {
            rows += 1;
            prior += usize::from(row.priority);
            if row.earliest.is_some() || row.latest.is_some() {
                let Some(reference) = self.reference(row.from, view) else {
                    continue;
                };
                by_interval = by_interval.max(row.earliest.map(|span| add(reference, span)));
                late_interval = late_interval.max(row.latest.map(|span| add(reference, span)));
            }
        }
        let earliest = candidate.day;
        let by_age = (ages.earliest != ALWAYS_AGE).then(|| self.age(ages.earliest));
        let unadjusted = by_age.or(by_interval).unwrap_or(earliest);
        let recommended = unadjusted.max(earliest);
        let late = self
            .upper(ages.latest)
            .or(late_interval)
            .map(|day| day.saturating_sub(1));
        let season = dose.season.map(|season| years(season.first, shift));
        let reason = if by_age.or(by_interval) == Some(recommended) {
            if by_age.is_some() {
                ForecastReason::ByAge
            } else {
                ForecastReason::ByInterval
            }
        } else {
            match candidate.by {
                EarliestBy::MinimumAge | EarliestBy::Fallback => ForecastReason::ByAge,
                EarliestBy::MinimumInterval => ForecastReason::ByInterval,
                EarliestBy::Conflict => ForecastReason::ByConflict,
                EarliestBy::Season => ForecastReason::BySeason,
                EarliestBy::InadvertentDose | EarliestBy::LastDose => ForecastReason::ByLastDose,
            }
        };
        let mut vaccines: Vec<&'s str> = Vec::new();
        for row in dose
            .preferable
            .of(&tables.preferable)
            .iter()
            .filter(|row| row.forecast)
        {
            let (begin, end) = (self.age(row.begin), self.age(row.end));
            let of_age = |day: i32| begin <= day && day < end;
            let name = tables.cvx_name(row.cvx);
            if (of_age(earliest) || of_age(recommended))
                && !self.scratch.forbidden.contains(&row.cvx)
                && !vaccines.contains(&name)
            {
                vaccines.push(name);
            }
        }
        // FORECASTDN-1: of a seasonal dose only those given since the season began count.
        let counted = self.scratch.targets.iter().filter(|target| {
            matches!(target.answer.state, TargetState::Satisfied(_))
                && tables.doses.get(target.dose as usize).is_none_or(|dose| {
                    dose.season.is_none_or(|window| {
                        target.date >= years(window.first, self.season_shift(dose))
                    })
                })
        });
        let forecast = SeriesForecast {
            target,
            dose_number: counted.count() as u16 + 1,
            earliest: Day(earliest),
            earliest_by: candidate.by,
            recommended: Day(recommended),
            past_due: late.map(|late| Day(late.max(earliest))),
            latest: self
                .upper(ages.maximum)
                .map(|day| Day(day.saturating_sub(1))),
            unadjusted_recommended: Day(unadjusted),
            unadjusted_past_due: late.map(Day),
            vaccines,
            priority: rows > 0 && rows == prior,
            season_shift: if season.is_some() { shift } else { 0 },
        };
        self.note_dose(place, Some(dose.number), None, "7-13", || {
            let past_due = forecast
                .past_due
                .map_or(String::new(), |day| format!(", past due after {day}"));
            format!(
                "Not Complete: dose {} from {} ({}), recommended {} ({reason}){past_due}",
                forecast.dose_number,
                forecast.earliest,
                forecast.earliest_by.text(),
                forecast.recommended
            )
        });
        Outcome {
            status: SeriesStatus::NotComplete,
            reason,
            forecast: Some(forecast),
        }
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

impl EarliestBy {
    /// For people.
    pub fn text(self) -> &'static str {
        match self {
            Self::MinimumAge => "minimum age",
            Self::MinimumInterval => "minimum interval",
            Self::Conflict => "end of a vaccine conflict",
            Self::Season => "start of the season",
            Self::InadvertentDose => "date of an inadvertent dose",
            Self::LastDose => "date of the last dose",
            Self::Fallback => "recommended age, for want of a minimum",
        }
    }
}
