//! Chapter 6: a dose against a target dose; and chapter 4.4, a history against a series.

use super::history::{Condition, Judged, Place, Run, Target};
use super::interval::{Current, View};
use super::skip::Occasion;
use super::tables::{Interval, Rows, SeriesDose};
use crate::answer::{Evaluation, Selection, SeriesAnswer, TargetDose, TargetState};
use crate::date::{ALWAYS, Day, add};
use crate::reason::{DoseReason, DoseReasons, DoseStatus, SeriesStatus};
use crate::trace::{Event, Listener};

/// What evaluating a dose against a target dose ends in.
enum Outcome {
    Skipped,
    Judged(DoseStatus, DoseReasons),
}

impl<'s, L: Listener<'s>> Run<'_, 's, L> {
    /// Evaluates and forecasts one relevant series. Gives its series group (the index within the antigen) when it is complete.
    pub(super) fn series(
        &mut self,
        antigen: usize,
        number: usize,
        condition: Condition,
    ) -> Option<u8> {
        let tables = self.tables;
        let series = tables.series.get(number)?;
        let place = Place {
            antigen,
            series: number,
        };
        let scratch = &mut *self.scratch;
        scratch.status.clear();
        scratch
            .status
            .resize(scratch.doses.len(), Judged::default());
        scratch.targets.clear();
        scratch.targets.extend(
            series
                .doses
                .of(&tables.doses)
                .iter()
                .zip(series.doses.start..)
                .map(|(dose, index)| Target {
                    answer: TargetDose {
                        number: dose.number,
                        state: TargetState::NotSatisfied,
                    },
                    date: ALWAYS,
                    dose: index,
                }),
        );
        let (evaluations, targets) = (
            self.answer.evaluations.len() as u32,
            self.answer.targets.len() as u32,
        );
        self.history(place, targets);
        let (outcome, mut facts) = self.forecast(place, condition, targets, evaluations);
        (facts.series, facts.table, facts.group) =
            (self.answer.series.len() as u32, number as u32, series.place);
        let complete = (outcome.status == SeriesStatus::Complete).then_some(series.place);
        self.scratch.facts.push(facts);
        self.answer
            .targets
            .extend(self.scratch.targets.iter().map(|target| target.answer));
        let record = tables.antigens.get(antigen)?;
        let (code, name) = record.series_groups.get(usize::from(series.place))?;
        self.answer.series.push(SeriesAnswer {
            antigen: &record.name,
            group: tables
                .groups
                .get(usize::from(series.group))
                .map_or("", |group| &*group.name),
            name: &series.name,
            kind: series.kind,
            series_group: (*code, name),
            status: outcome.status,
            reason: outcome.reason,
            forecast: outcome.forecast,
            selection: Selection::default(),
            evaluations: evaluations..self.answer.evaluations.len() as u32,
            targets: targets..self.answer.targets.len() as u32,
            table: number as u32,
        });
        complete
    }

    /// 4.4: walks through doses and target doses together.
    fn history(&mut self, place: Place, first_target: u32) {
        let tables = self.tables;
        let (mut target, mut record) = (0, 0);
        while let Some(current) = self
            .records(place.antigen)
            .get(record)
            .map(|at| usize::from(*at))
        {
            let given = self.dose(current);
            let Some(dose) = self
                .scratch
                .targets
                .get(target)
                .and_then(|at| tables.doses.get(at.dose as usize))
            else {
                let mut reasons = DoseReasons::default();
                reasons.insert(DoseReason::SeriesComplete);
                self.judge(place, current, None, DoseStatus::Extraneous, reasons);
                record += 1;
                continue;
            };
            let view = View {
                antigen: place.antigen,
                current: Some(Current {
                    record,
                    place: current,
                    date: given.date,
                }),
            };
            match self.evaluate(place, dose, view, current) {
                Outcome::Skipped => {
                    self.note_dose(place, Some(dose.number), Some(given.index), "6-11", || {
                        format!(
                            "target dose {} is skipped as of {}",
                            dose.number,
                            Day(given.date)
                        )
                    });
                    if let Some(at) = self.scratch.targets.get_mut(target) {
                        at.answer.state = TargetState::Skipped;
                    }
                    target += 1;
                }
                Outcome::Judged(status, reasons) => {
                    self.judge(
                        place,
                        current,
                        Some((first_target + target as u32, dose.number)),
                        status,
                        reasons,
                    );
                    if status == DoseStatus::Valid
                        && let Some(at) = self.scratch.targets.get_mut(target)
                    {
                        let again = *at;
                        at.answer.state = TargetState::Satisfied(given.index);
                        at.date = given.date;
                        if dose.recurring {
                            self.scratch.targets.insert(target + 1, again);
                        }
                        target += 1;
                    }
                    record += 1;
                }
            }
        }
    }

    /// Keeps a judgement.
    fn judge(
        &mut self,
        place: Place,
        dose: usize,
        target: Option<(u32, u16)>,
        status: DoseStatus,
        reasons: DoseReasons,
    ) {
        let index = self.dose(dose).index;
        if let Some(judged) = self.scratch.status.get_mut(dose) {
            *judged = Judged {
                status: Some(status),
                inadvertent: reasons.contains(DoseReason::Inadvertent),
            };
        }
        self.answer.evaluations.push(Evaluation {
            dose: index,
            target: target.map(|target| target.0),
            status,
            reasons,
        });
        if L::ON {
            let (table, text) = match target {
                None => ("3-1", "Extraneous: no target dose is left".to_owned()),
                Some((_, number)) => ("6-31", format!("{status} for target dose {number}")),
            };
            let tables = self.tables;
            self.listener.note(|| Event {
                target: target.map(|target| target.1),
                dose: Some(index),
                verdict: Some((status, reasons)),
                ..tables.event(place, table, text)
            });
        }
    }

    /// 6.1 to 6.10 for one dose and one target dose.
    fn evaluate(&mut self, place: Place, dose: &SeriesDose, view: View, at: usize) -> Outcome {
        let given = self.dose(at);
        let note = |run: &mut Self, table, text: &dyn Fn() -> String| {
            run.note_dose(place, Some(dose.number), Some(given.index), table, text);
        };
        let mut reasons = DoseReasons::default();
        if let Some(reported) = self.patient.doses.get(given.index as usize) {
            if reported.expiry.is_some_and(|expiry| given.date > expiry.0) {
                reasons.insert(DoseReason::Expired);
            }
            if reported.condition {
                reasons.insert(DoseReason::Condition);
            }
        }
        if !reasons.is_empty() {
            note(self, "6-3", &|| "the dose cannot be evaluated".to_owned());
            return Outcome::Judged(DoseStatus::SubStandard, reasons);
        }
        if !dose.evaluation_skips.is_empty() {
            let shift = self.season_shift(dose);
            let occasion = Occasion {
                view,
                reference: given.date,
                anchor: given.date,
                shift,
            };
            if self.skipped(dose.evaluation_skips, occasion) {
                return Outcome::Skipped;
            }
        }
        if dose
            .inadvertent
            .is_some_and(|set| self.tables.contains(set, given.cvx))
        {
            reasons.insert(DoseReason::Inadvertent);
            note(self, "6-13", &|| {
                "an inadvertent vaccine for this target dose".to_owned()
            });
            return Outcome::Judged(DoseStatus::NotValid, reasons);
        }
        let ages = self.tables.ages_on(dose, given.date);
        let (absolute, minimum, maximum) = (
            self.age(ages.absolute),
            self.age(ages.minimum),
            self.age(ages.maximum),
        );
        let too_old = given.date >= maximum;
        let of_age = if too_old {
            reasons.insert(DoseReason::TooOld);
            false
        } else if given.date < absolute {
            reasons.insert(DoseReason::TooYoung);
            false
        } else {
            if given.date < minimum {
                reasons.insert(DoseReason::AgeGrace);
            }
            true
        };
        note(self, "6-15", &|| {
            let bounds = format!(
                "{} to {}",
                bound(absolute, "any day"),
                bound(maximum, "any day")
            );
            format!(
                "age {}: may be given from {bounds} (minimum age {})",
                if of_age { "valid" } else { "not valid" },
                bound(minimum, "none")
            )
        });
        let spaced = self.spaced(place, dose, view, given.index, &mut reasons);
        let conflicts = self.impacted(view, given.cvx);
        if conflicts {
            reasons.insert(DoseReason::Conflict);
            note(self, "6-24", &|| {
                "too close to an earlier dose of a vaccine that it conflicts with".to_owned()
            });
        }
        let allowed = self.allowed(dose, given.index, given.date, given.cvx, &mut reasons);
        note(self, "6-29", &|| {
            format!(
                "{} preferable or allowable vaccine",
                if allowed { "a" } else { "not a" }
            )
        });
        // Where a dose is too old and also fails otherwise, the leftmost column of Table 6-31 that fits: Extraneous.
        let status = if too_old {
            DoseStatus::Extraneous
        } else if of_age && spaced && !conflicts && allowed {
            DoseStatus::Valid
        } else {
            DoseStatus::NotValid
        };
        Outcome::Judged(status, reasons)
    }

    /// 6.5 and 6.6: all preferable intervals, or all allowable ones, of which there must be one.
    fn spaced(
        &mut self,
        place: Place,
        dose: &SeriesDose,
        view: View,
        index: u32,
        reasons: &mut DoseReasons,
    ) -> bool {
        let date = view.current.map_or(ALWAYS, |current| current.date);
        let (mut satisfied, mut grace) = (true, false);
        for row in relevant(dose.intervals, &self.tables.intervals, date) {
            let Some(reference) = self.reference(row.from, view) else {
                continue;
            };
            let absolute = row.absolute.map(|span| add(reference, span));
            let minimum = row.minimum.map(|span| add(reference, span));
            let soon = absolute.is_some_and(|absolute| date < absolute);
            satisfied &= !soon;
            grace |= !soon && minimum.is_some_and(|minimum| date < minimum);
            self.note_dose(place, Some(dose.number), Some(index), "6-18", || {
                let from = bound(absolute.or(minimum).unwrap_or(ALWAYS), "any day");
                format!(
                    "interval {}: counted from {}, not before {from}",
                    if soon { "too short" } else { "kept" },
                    Day(reference)
                )
            });
        }
        if satisfied {
            if grace {
                reasons.insert(DoseReason::IntervalGrace);
            }
            return true;
        }
        let (mut any, mut all) = (false, true);
        for row in relevant(dose.allowable, &self.tables.intervals, date) {
            any = true;
            let from = self
                .reference(row.from, view)
                .zip(row.absolute)
                .map(|(reference, span)| add(reference, span));
            all &= from.is_none_or(|from| date >= from);
        }
        let allowable = any && all;
        reasons.insert(if allowable {
            DoseReason::AllowableInterval
        } else {
            DoseReason::TooSoon
        });
        self.note_dose(place, Some(dose.number), Some(index), "6-21", || {
            let text = if !any {
                "there is no allowable interval"
            } else if all {
                "the allowable interval is kept"
            } else {
                "the allowable interval is too short"
            };
            text.to_owned()
        });
        allowable
    }
}

/// The rows of intervals whose effective and cessation dates hold.
pub(super) fn relevant(rows: Rows, all: &[Interval], day: i32) -> impl Iterator<Item = &Interval> {
    rows.of(all).iter().filter(move |row| row.window.holds(day))
}

/// A bound for people.
pub(super) fn bound(day: i32, absent: &str) -> String {
    if day == ALWAYS || day == i32::MAX {
        absent.to_owned()
    } else {
        Day(day).to_string()
    }
}
