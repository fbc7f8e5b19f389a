//! The dates of the next dose (7.5; Table 7-13 and FORECASTDTCAN-1).

use super::evaluate::relevant;
use super::forecast::Outcome;
use super::history::{Place, Run};
use super::interval::View;
use super::season::years;
use super::tables::{ALWAYS_AGE, AgeRow, SeriesDose};
use crate::answer::{EarliestBy, SeriesForecast, TargetState};
use crate::date::{ALWAYS, Day, add};
use crate::reason::{ForecastReason, SeriesStatus};
use crate::trace::Listener;

/// The latest of the dates offered, and where it came from.
pub(super) struct Latest {
    pub(super) day: i32,
    pub(super) by: EarliestBy,
}

impl Latest {
    fn offer(&mut self, day: i32, by: EarliestBy) {
        if day > self.day {
            (self.day, self.by) = (day, by);
        }
    }
}

impl<'s, L: Listener<'s>> Run<'_, 's, L> {
    /// FORECASTDTCAN-1. Never floored at the assessment date.
    pub(super) fn candidate(
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
    pub(super) fn dates(
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
