//! Chapter 9: from the best series of antigens to the forecasts of vaccine groups.

use std::fmt::Write as _;

use super::history::Run;
use super::tables::{Group, Rows};
use crate::answer::{GroupForecast, Guidance, GuidanceKind, SeriesAnswer};
use crate::date::Day;
use crate::reason::{ForecastReasons, SeriesStatus};
use crate::schedule::SeriesKind;
use crate::trace::{Event, Listener};

impl<'s, L: Listener<'s>> Run<'_, 's, L> {
    /// All vaccine groups.
    pub(super) fn groups(&mut self) {
        self.answer.groups.clear();
        for (number, group) in self.tables.groups.iter().enumerate() {
            let first = self.answer.groups.len();
            self.contained(number, group);
            for at in first..self.answer.groups.len() {
                self.fill(group, at);
            }
            self.mark_single(first);
            for at in first..self.answer.groups.len() {
                self.tell(at);
            }
        }
    }

    /// FORECASTVG-1: a forecast for each series group and series type that has a best series; series of several antigens are
    /// blended only within one type.
    fn contained(&mut self, number: usize, group: &'s Group) {
        let first = self.answer.groups.len();
        for antigen in &group.antigens {
            let Some(range) = self
                .answer
                .antigens
                .get(usize::from(*antigen))
                .map(|antigen| antigen.series.clone())
            else {
                continue;
            };
            for at in range {
                let Some(series) = self.answer.series.get(at as usize) else {
                    continue;
                };
                let own = self
                    .tables
                    .series
                    .get(series.table as usize)
                    .is_some_and(|series| usize::from(series.group) == number);
                if !own || !series.selection.best {
                    continue;
                }
                let mut known = self.answer.groups.iter_mut().skip(first);
                match known.find(|forecast| {
                    forecast.series_group.0 == series.series_group.0 && forecast.kind == series.kind
                }) {
                    Some(forecast) => forecast.series.push(at),
                    None => {
                        let forecast = empty(group, series, at);
                        self.answer.groups.push(forecast);
                    }
                }
            }
        }
    }

    /// Tables 9-2 to 9-5.
    fn fill(&mut self, group: &'s Group, at: usize) {
        let Some(mut forecast) = self.answer.groups.get_mut(at).map(std::mem::take) else {
            return;
        };
        let series = |index: &u32| self.answer.series.get(*index as usize);
        let with = |status: SeriesStatus| {
            forecast
                .series
                .iter()
                .filter_map(series)
                .any(|one| one.status == status)
        };
        forecast.status = [
            SeriesStatus::Contraindicated,
            SeriesStatus::AgedOut,
            SeriesStatus::NotRecommended,
            SeriesStatus::NotComplete,
            SeriesStatus::Complete,
        ]
        .into_iter()
        .find(|status| with(*status))
        .unwrap_or(SeriesStatus::Immune);
        for one in forecast.series.iter().filter_map(series) {
            forecast.reasons.insert(one.reason);
        }
        let open = forecast
            .series
            .iter()
            .filter_map(series)
            .filter(|one| one.status == SeriesStatus::NotComplete);
        let (mut first, mut last): (Option<Day>, Option<Day>) = (None, None);
        for one in open {
            forecast.antigens.push(one.antigen);
            let Some(next) = &one.forecast else { continue };
            for vaccine in &next.vaccines {
                if !forecast.vaccines.contains(vaccine) {
                    forecast.vaccines.push(vaccine);
                }
            }
            if forecast.status != SeriesStatus::NotComplete {
                continue;
            }
            first = least(first, Some(next.earliest));
            last = last.max(Some(next.earliest));
            forecast.priority |= next.priority;
            forecast.recommended = least(forecast.recommended, Some(next.recommended));
            forecast.past_due = least(forecast.past_due, next.past_due);
            forecast.latest = least(forecast.latest, next.latest);
            forecast.unadjusted_recommended = least(
                forecast.unadjusted_recommended,
                Some(next.unadjusted_recommended),
            );
            forecast.unadjusted_past_due =
                least(forecast.unadjusted_past_due, next.unadjusted_past_due);
            if next.season_shift != 0 {
                forecast.season_shift = next.season_shift;
            }
            forecast.dose_number = Some(match forecast.dose_number {
                None => next.dose_number,
                Some(number) if group.full => number.min(next.dose_number),
                Some(number) => number.max(next.dose_number),
            });
        }
        // MULTIANTVG-1 and, with one antigen, SINGLEANTVG-2: first and last are the same then
        forecast.earliest = if forecast.priority && group.antigens.len() > 1 {
            first.max(self.last_dose_of(group))
        } else if group.antigens.len() > 1 {
            last
        } else {
            first
        };
        if forecast.status == SeriesStatus::NotComplete {
            forecast.recommended = forecast.recommended.max(forecast.earliest);
            forecast.past_due = forecast
                .past_due
                .map(|day| forecast.earliest.map_or(day, |earliest| day.max(earliest)));
        }
        self.guidance(&mut forecast);
        if let Some(place) = self.answer.groups.get_mut(at) {
            *place = forecast;
        }
    }

    /// The latest dose of a vaccine that belongs to the group, which is one of any of its antigens.
    fn last_dose_of(&self, group: &Group) -> Option<Day> {
        let records = group
            .antigens
            .iter()
            .filter_map(|antigen| self.records(usize::from(*antigen)).last());
        records
            .map(|place| Day(self.dose(usize::from(*place)).date))
            .max()
    }

    /// FORECASTGUIDANCE-1.
    fn guidance(&self, forecast: &mut GroupForecast<'s>) {
        let tables = self.tables;
        let signs = |rows: Rows| {
            rows.of(&tables.signs)
                .iter()
                .filter(|sign| self.applies(sign))
        };
        for index in &forecast.series {
            let Some(answer) = self.answer.series.get(*index as usize) else {
                continue;
            };
            let Some(series) = tables.series.get(answer.table as usize) else {
                continue;
            };
            let Some(antigen) = tables.antigens.get(usize::from(series.antigen)) else {
                continue;
            };
            let mut add = |kind, key: &'s str| {
                let guidance = Guidance {
                    kind,
                    antigen: &antigen.name,
                    key,
                };
                if !forecast.guidance.contains(&guidance) {
                    forecast.guidance.push(guidance);
                }
            };
            for code in series.guidance.of(&tables.keys) {
                add(GuidanceKind::Series, code.as_str());
            }
            if self.scratch.set_observations.is_empty() {
                continue;
            }
            for sign in signs(series.indications) {
                if let Some(code) = &sign.guidance {
                    add(GuidanceKind::Indication, code.as_str());
                }
            }
            for sign in
                signs(antigen.contraindications).chain(signs(antigen.vaccine_contraindications))
            {
                if let Some(code) = &sign.guidance {
                    add(GuidanceKind::Contraindication, code.as_str());
                }
            }
        }
    }

    /// The one forecast of a group to show where there is room for one: complete or immune before not complete before the rest, then
    /// the lower series group; with the option, one that is already due before all.
    fn mark_single(&mut self, first: usize) {
        let (as_of, due_first) = (self.as_of, self.options.prefer_due);
        let rank = |forecast: &GroupForecast<'_>| {
            let due = forecast.status == SeriesStatus::NotComplete
                && forecast.recommended.is_some_and(|day| day.0 <= as_of);
            let class = match forecast.status {
                _ if due_first && due => 0,
                SeriesStatus::Complete | SeriesStatus::Immune => 1,
                SeriesStatus::NotComplete => 2,
                _ => 3,
            };
            (class, forecast.series_group.0)
        };
        let forecasts = self.answer.groups.get_mut(first..).unwrap_or_default();
        if let Some(forecast) = forecasts.iter_mut().min_by_key(|forecast| rank(forecast)) {
            forecast.single = true;
        }
    }

    fn tell(&mut self, at: usize) {
        let Some(forecast) = self.answer.groups.get(at).filter(|_| L::ON) else {
            return;
        };
        let table = if forecast.series.len() > 1 {
            "9-4"
        } else {
            "9-3"
        };
        let mut text = format!("{} by {} series", forecast.status, forecast.series.len());
        if let (Some(earliest), Some(recommended)) = (forecast.earliest, forecast.recommended) {
            let _ = write!(text, ": from {earliest}, recommended {recommended}");
        }
        let group = Some(forecast.group);
        self.listener.note(|| Event {
            antigen: None,
            group,
            series: None,
            target: None,
            dose: None,
            table,
            text,
            verdict: None,
        });
    }
}

fn least(one: Option<Day>, other: Option<Day>) -> Option<Day> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn empty<'s>(group: &'s Group, series: &SeriesAnswer<'s>, at: u32) -> GroupForecast<'s> {
    GroupForecast {
        group: &group.name,
        series_group: series.series_group,
        kind: series.kind,
        status: series.status,
        series: vec![at],
        ..GroupForecast::default()
    }
}

impl Default for GroupForecast<'_> {
    fn default() -> Self {
        Self {
            group: "",
            series_group: (0, ""),
            kind: SeriesKind::Standard,
            status: SeriesStatus::NotComplete,
            earliest: None,
            recommended: None,
            past_due: None,
            latest: None,
            unadjusted_recommended: None,
            unadjusted_past_due: None,
            dose_number: None,
            vaccines: Vec::new(),
            reasons: ForecastReasons::default(),
            antigens: Vec::new(),
            series: Vec::new(),
            guidance: Vec::new(),
            priority: false,
            season_shift: 0,
            single: false,
        }
    }
}
