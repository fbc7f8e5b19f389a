//! One dose of a series: ages, intervals, vaccines and conditional skips.

use super::super::tables::{
    ALWAYS_AGE, AgeRow, Allowed, Condition, Count, Cvx, From, Interval, NEVER_AGE, Preferable,
    Product, SeriesDose, Skip, SkipSet,
};
use super::{Compiler, append, bits, span, window};
use crate::date::Span;
use crate::schedule::{self, Context, Logic};

impl Compiler {
    pub(super) fn dose(
        &mut self,
        dose: &schedule::SeriesDose,
        number: u16,
        groups: &[(u8, Box<str>)],
    ) -> SeriesDose {
        let ages = dose
            .ages
            .iter()
            .map(|row| AgeRow {
                absolute: self.age(row.absolute_minimum, ALWAYS_AGE),
                minimum: self.age(row.minimum, ALWAYS_AGE),
                earliest: self.age(row.earliest_recommended, ALWAYS_AGE),
                latest: self.age(row.latest_recommended, NEVER_AGE),
                maximum: self.age(row.maximum, NEVER_AGE),
                window: window(row.dates),
            })
            .collect();
        let intervals = dose
            .intervals
            .iter()
            .map(|row| Interval {
                from: self.from(&row.from),
                absolute: row.absolute_minimum.map(span),
                minimum: row.minimum.map(span),
                earliest: row.earliest_recommended.map(span),
                latest: row.latest_recommended.map(span),
                priority: row.priority,
                window: window(row.dates),
            })
            .collect();
        let allowable = dose
            .allowable_intervals
            .iter()
            .map(|row| Interval {
                from: self.from(&row.from),
                absolute: row.absolute_minimum.map(span),
                minimum: None,
                earliest: None,
                latest: None,
                priority: false,
                window: window(row.dates),
            })
            .collect();
        let preferable: Vec<Preferable> = dose
            .preferable
            .iter()
            .map(|row| self.preferable(row))
            .collect();
        let mut conflicts: Vec<(Cvx, Span)> = Vec::new();
        for row in &preferable {
            let rows = self
                .out
                .conflicts_of
                .get(usize::from(row.cvx))
                .copied()
                .unwrap_or_default();
            conflicts.extend(
                rows.of(&self.out.conflicts)
                    .iter()
                    .map(|conflict| (conflict.previous, conflict.end)),
            );
        }
        conflicts.sort_unstable();
        conflicts.dedup();
        let allowed = dose.allowable.iter().map(|row| self.allowed(row)).collect();
        let mut in_context = |wanted: Context| {
            let chosen: Vec<_> = dose
                .skips
                .iter()
                .filter(|skip| skip.context == wanted || skip.context == Context::Both)
                .collect();
            let skips = chosen
                .into_iter()
                .map(|skip| self.skip(skip, groups))
                .collect();
            append(&mut self.out.skips, skips)
        };
        let (evaluation_skips, forecast_skips) = (
            in_context(Context::Evaluation),
            in_context(Context::Forecast),
        );
        SeriesDose {
            number,
            recurring: dose.recurring,
            season: dose.season.map(window),
            ages: append(&mut self.out.age_rows, ages),
            intervals: append(&mut self.out.intervals, intervals),
            allowable: append(&mut self.out.intervals, allowable),
            preferable: append(&mut self.out.preferable, preferable),
            allowed: append(&mut self.out.allowed, allowed),
            inadvertent: self.set(&dose.inadvertent),
            evaluation_skips,
            forecast_skips,
            conflicts: append(&mut self.out.forecast_conflicts, conflicts),
        }
    }

    fn from(&mut self, from: &schedule::Reference) -> From {
        match from {
            schedule::Reference::Previous => From::Previous,
            schedule::Reference::TargetDose(number) => From::Target(u16::from(*number)),
            schedule::Reference::MostRecent(codes) => {
                self.set(codes).map_or(From::Target(0), From::MostRecent)
            }
            schedule::Reference::Observation(code) => From::Observation(self.observation(*code)),
        }
    }

    fn preferable(&mut self, row: &schedule::Preferable) -> Preferable {
        let (begin, end) = self.begin_end(row.ages);
        let product = (row.trade_name.is_some() || row.mvx.is_some()).then(|| {
            self.out.products.push(Product {
                name: row.trade_name.as_deref().map(Into::into),
                mvx: row.mvx,
            });
            self.out.products.len() as u32 - 1
        });
        let volume = row.volume.map_or(0, |volume| volume.0);
        Preferable {
            cvx: self.cvx(row.cvx),
            begin,
            end,
            forecast: row.forecast,
            product,
            volume,
        }
    }

    pub(super) fn allowed(&mut self, row: &schedule::VaccineAges) -> Allowed {
        let (begin, end) = self.begin_end(row.ages);
        Allowed {
            cvx: self.cvx(row.cvx),
            begin,
            end,
        }
    }

    fn skip(&mut self, skip: &schedule::Skip, groups: &[(u8, Box<str>)]) -> Skip {
        let mut sets = Vec::new();
        for set in &skip.sets {
            let conditions = set
                .conditions
                .iter()
                .map(|condition| self.condition(condition, groups))
                .collect();
            sets.push(SkipSet {
                window: window(set.dates),
                all: set.logic == Logic::All,
                conditions: append(&mut self.out.conditions, conditions),
            });
        }
        Skip {
            all: skip.logic == Logic::All,
            sets: append(&mut self.out.sets, sets),
        }
    }

    fn condition(
        &mut self,
        condition: &schedule::Condition,
        groups: &[(u8, Box<str>)],
    ) -> Condition {
        match condition {
            schedule::Condition::Age(ages) => {
                let (begin, end) = self.begin_end(*ages);
                Condition::Age { begin, end }
            }
            schedule::Condition::CompletedSeries(numbers) => {
                Condition::Completed(bits(numbers, groups))
            }
            schedule::Condition::Interval(period) => Condition::Interval(span(*period)),
            schedule::Condition::Count(count) => {
                let (begin, end) = self.begin_end(count.ages);
                let dates = window(count.dates);
                Condition::Count(Count {
                    vaccines: self.set(&count.vaccines),
                    begin,
                    end,
                    first: dates.first,
                    before: dates.last,
                    valid: count.kind == schedule::DoseKind::Valid,
                    compare: count.compare,
                    number: u32::from(count.count),
                })
            }
        }
    }
}
