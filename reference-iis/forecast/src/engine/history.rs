//! Chapters 4 and 5: gathering what is known about a patient, organizing the doses by antigen, and choosing the relevant series;
//! and the road through the chapters for each antigen.

use super::select::Facts;
use super::tables::{Age, NEVER_AGE, Tables, UNKNOWN};
use crate::answer::{Answer, AntigenAnswer, TargetDose};
use crate::date::{ALWAYS, Day, NEVER, Start};
use crate::options::{ConflictReading, LaterDoses, Options};
use crate::patient::{Certainty, Patient};
use crate::reason::DoseStatus;
use crate::trace::{Event, Listener};

/// So many doses are looked at, the earliest first. Nobody has as many; work grows with the square of their number, and a file
/// that means harm must not keep a service busy.
pub(super) const MOST_DOSES: usize = 2_000;

/// Working memory, used again from patient to patient. Make one for each thread.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// The patient's date for each age of the schedule.
    pub(super) ages: Vec<i32>,
    /// The doses by date; same-day doses as reported.
    pub(super) doses: Vec<Given>,
    /// For each antigen, indexes into `doses`: the antigen administered records.
    pub(super) records: Vec<Vec<u16>>,
    /// For each observation of the schedule what the patient has.
    pub(super) observed: Vec<Observed>,
    /// Which entries of `observed` are set.
    pub(super) set_observations: Vec<u16>,
    /// Some observation is of unknown certainty.
    pub(super) uncertain: bool,
    /// For each dose its status in the series at hand.
    pub(super) status: Vec<Judged>,
    /// For each dose whether it was valid for an antigen of its own; for the other reading of conflicts only.
    pub(super) own_status: Vec<Option<DoseStatus>>,
    /// CVX codes that a contraindication forbids for the antigen at hand.
    pub(super) forbidden: Vec<u16>,
    /// Which of the antigen's series groups have a complete series.
    pub(super) complete: u32,
    /// What selection needs to know about each series of the antigen.
    pub(super) facts: Vec<Facts>,
    /// The target doses of the series at hand.
    pub(super) targets: Vec<Target>,
}

/// A dose as the engine sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    pub(super) date: i32,
    pub(super) cvx: u16,
    /// Index in the patient's doses.
    pub(super) index: u32,
}

/// What is known of an observation.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Observed {
    pub(super) present: bool,
    pub(super) unknown: bool,
    /// The latest date on which it was observed.
    pub(super) date: Option<i32>,
}

/// What a dose was judged in the series at hand.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Judged {
    pub(super) status: Option<DoseStatus>,
    pub(super) inadvertent: bool,
}

/// A target dose at work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) answer: TargetDose,
    /// Date of the dose that satisfied it.
    pub(super) date: i32,
    /// Index of its series dose.
    pub(super) dose: u32,
}

/// One patient on the way through the chapters.
pub(super) struct Run<'a, 's, L> {
    pub(super) tables: &'s Tables,
    pub(super) options: Options,
    pub(super) patient: &'a Patient,
    pub(super) as_of: i32,
    pub(super) scratch: &'a mut Scratch,
    pub(super) answer: &'a mut Answer<'s>,
    pub(super) listener: &'a mut L,
}

/// Where a decision is made, for the listener.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) antigen: usize,
    pub(super) series: usize,
}

/// The antigen-wide outcomes of 7.2 and 7.3.
#[derive(Clone, Copy, Debug)]
pub(super) struct Condition {
    pub(super) immune: bool,
    pub(super) contraindicated: bool,
}

impl<'s, L: Listener<'s>> Run<'_, 's, L> {
    /// The whole answer.
    pub(super) fn all(mut self) {
        self.gather();
        self.scratch.own_status.clear();
        self.antigens();
        if self.options.conflict == ConflictReading::AnyAntigen && self.keep_own_status() {
            self.listener.rewind(0);
            self.antigens();
        }
        self.groups();
    }

    fn antigens(&mut self) {
        let answer = &mut *self.answer;
        answer.antigens.clear();
        answer.antigens.reserve(self.tables.antigens.len());
        answer.series.clear();
        answer.groups.clear();
        answer.notices.clear();
        answer.evaluations.clear();
        answer.targets.clear();
        for antigen in 0..self.tables.antigens.len() {
            self.antigen(antigen);
        }
    }

    /// 4.1 and 4.2: dates of all ages, doses in order, records by antigen, observations by number.
    fn gather(&mut self) {
        let (tables, birth) = (self.tables, Start::new(self.patient.birth.0));
        let scratch = &mut *self.scratch;
        scratch.ages.clear();
        scratch.ages.extend([ALWAYS, NEVER]);
        scratch
            .ages
            .extend(tables.ages.iter().map(|span| birth.plus(*span)));
        self.answer.as_of = Day(self.as_of);
        self.answer.unmatched.clear();
        scratch.doses.clear();
        for (index, dose) in self.patient.doses.iter().enumerate() {
            if self.options.later_doses == LaterDoses::Evaluate || dose.date.0 <= self.as_of {
                scratch.doses.push(Given {
                    date: dose.date.0,
                    cvx: tables.cvx_number(&dose.cvx),
                    index: index as u32,
                });
            }
        }
        // a stable sort: doses of one day stay in the order in which they were reported
        scratch.doses.sort_by_key(|given| given.date);
        if let Some(beyond) = scratch.doses.get(MOST_DOSES..) {
            self.answer
                .unmatched
                .extend(beyond.iter().map(|given| given.index));
            scratch.doses.truncate(MOST_DOSES);
        }
        scratch.records.resize_with(tables.antigens.len(), Vec::new);
        scratch.records.iter_mut().for_each(Vec::clear);
        for (place, given) in scratch.doses.iter().enumerate() {
            let rows = tables
                .associations_of
                .get(usize::from(given.cvx))
                .copied()
                .unwrap_or_default();
            let mut matched = false;
            for row in rows.of(&tables.associations) {
                let within = age(&scratch.ages, row.begin) <= given.date
                    && given.date < age(&scratch.ages, row.end);
                if let Some(records) = scratch
                    .records
                    .get_mut(usize::from(row.antigen))
                    .filter(|_| within)
                {
                    records.push(place as u16);
                    matched = true;
                }
            }
            if !matched {
                self.answer.unmatched.push(given.index);
            }
        }
        scratch
            .observed
            .resize(tables.observations.len(), Observed::default());
        for number in scratch.set_observations.drain(..) {
            if let Some(observed) = scratch.observed.get_mut(usize::from(number)) {
                *observed = Observed::default();
            }
        }
        scratch.uncertain = false;
        for observation in &self.patient.observations {
            let number = tables.observation_number(&observation.code);
            let Some(observed) = scratch.observed.get_mut(usize::from(number)) else {
                continue;
            };
            match observation.certainty {
                Certainty::Present => {
                    observed.present = true;
                    observed.date = observed.date.max(observation.date.map(|day| day.0));
                }
                Certainty::Unknown => (observed.unknown, scratch.uncertain) = (true, true),
            }
            scratch.set_observations.push(number);
        }
    }

    /// Chapters 5 to 8 for one antigen.
    fn antigen(&mut self, index: usize) {
        let tables = self.tables;
        let Some(antigen) = tables.antigens.get(index) else {
            return;
        };
        let condition = Condition {
            immune: self.immune(index),
            contraindicated: self.contraindicated(index),
        };
        let (series, evaluations, targets, mark) = (
            self.answer.series.len(),
            self.answer.evaluations.len(),
            self.answer.targets.len(),
            self.listener.mark(),
        );
        self.scratch.complete = 0;
        // Completed-series conditions look at other series groups of the antigen: again until nothing changes. Each round can
        // only be told of the groups that the round before found complete; a few rounds are enough for any sensible schedule.
        for _ in 0..4 {
            self.answer.series.truncate(series);
            self.answer.evaluations.truncate(evaluations);
            self.answer.targets.truncate(targets);
            self.listener.rewind(mark);
            self.scratch.facts.clear();
            let known = self.scratch.complete;
            let mut complete = 0;
            for number in antigen.series.indexes() {
                if let Some(group) = self
                    .relevant(index, number)
                    .then(|| self.series(index, number, condition))
                    .flatten()
                {
                    complete |= 1 << group;
                }
            }
            if !antigen.asks_completed || complete == known {
                break;
            }
            self.scratch.complete = complete;
        }
        self.answer.antigens.push(AntigenAnswer {
            name: &antigen.name,
            immune: condition.immune,
            contraindicated: condition.contraindicated,
            series: series as u32..self.answer.series.len() as u32,
        });
        self.select(index, series);
    }

    /// For the other reading of conflicts: the best status of each dose over the best series of its own antigens. Whether any
    /// dose has one that is not valid, so that a second round can differ.
    fn keep_own_status(&mut self) -> bool {
        let mut own = vec![None; self.patient.doses.len()];
        for series in self
            .answer
            .series
            .iter()
            .filter(|series| series.selection.best)
        {
            for evaluation in self.answer.evaluations(series) {
                if let Some(status) = own.get_mut(evaluation.dose as usize) {
                    *status = Some(status.map_or(evaluation.status, |known: DoseStatus| {
                        known.min(evaluation.status)
                    }));
                }
            }
        }
        let differs = own
            .iter()
            .flatten()
            .any(|status| *status != DoseStatus::Valid);
        self.scratch.own_status = own;
        differs
    }

    pub(super) fn observed(&self, number: u16) -> Observed {
        self.scratch
            .observed
            .get(usize::from(number))
            .copied()
            .unwrap_or_default()
    }

    /// The patient's date for an age.
    pub(super) fn age(&self, number: Age) -> i32 {
        age(&self.scratch.ages, number)
    }

    /// The patient's date for an age that is an upper bound or absent.
    pub(super) fn upper(&self, number: Age) -> Option<i32> {
        (number != NEVER_AGE).then(|| self.age(number))
    }

    pub(super) fn dose(&self, place: usize) -> Given {
        self.scratch.doses.get(place).copied().unwrap_or(Given {
            date: ALWAYS,
            cvx: UNKNOWN,
            index: u32::MAX,
        })
    }

    pub(super) fn records(&self, antigen: usize) -> &[u16] {
        self.scratch
            .records
            .get(antigen)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// Tells the listener.
    pub(super) fn note(
        &mut self,
        place: Place,
        table: &'static str,
        text: impl FnOnce() -> String,
    ) {
        self.note_dose(place, None, None, table, text);
    }

    /// Tells the listener about a dose and a target dose.
    pub(super) fn note_dose(
        &mut self,
        place: Place,
        target: Option<u16>,
        dose: Option<u32>,
        table: &'static str,
        text: impl FnOnce() -> String,
    ) {
        let tables = self.tables;
        self.listener.note(|| Event {
            target,
            dose,
            ..tables.event(place, table, text())
        });
    }
}

impl Tables {
    /// A decision about a series, and about no dose in particular.
    pub(super) fn event(&self, place: Place, table: &'static str, text: String) -> Event<'_> {
        Event {
            antigen: self
                .antigens
                .get(place.antigen)
                .map(|antigen| &*antigen.name),
            group: None,
            series: self.series.get(place.series).map(|series| &*series.name),
            target: None,
            dose: None,
            table,
            text,
            verdict: None,
        }
    }

    pub(super) fn observation_name(&self, number: u16) -> &str {
        self.observations
            .get(usize::from(number))
            .map_or("", |code| code.as_str())
    }

    pub(super) fn cvx_name(&self, number: u16) -> &str {
        self.cvx
            .get(usize::from(number))
            .map_or("", |code| code.as_str())
    }
}

fn age(ages: &[i32], number: Age) -> i32 {
    ages.get(usize::from(number)).copied().unwrap_or(NEVER)
}
