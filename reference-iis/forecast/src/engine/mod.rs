//! The engine: chapters 4 to 9 of the logic specification over compiled tables.
//!
//! | module | chapter |
//! |---|---|
//! | `history` | 4.1 and 4.2, gathering and organizing |
//! | `relevant` | 5, relevant series; 7.2 and 7.3, immunity and contraindications |
//! | `evaluate`, `skip`, `interval`, `vaccine` | 6, evaluating a dose |
//! | `forecast`, `dates`, `season` | 7, the next dose |
//! | `select`, `score` | 8, the best series |
//! | `group` | 9, vaccine groups |
//!
//! Nothing here names an antigen, a vaccine or a vaccine group; the tables do.

mod compile;
mod dates;
mod evaluate;
mod forecast;
mod group;
mod history;
mod interval;
mod relevant;
mod score;
mod season;
mod select;
mod skip;
mod tables;
mod vaccine;

use std::sync::OnceLock;

use crate::answer::Answer;
use crate::date::Day;
use crate::options::Options;
use crate::patient::Patient;
use crate::schedule::{self, Schedule};
use crate::trace::{Nobody, Trace};
use history::Run;
use tables::Tables;

pub use history::Scratch;

/// A schedule made ready for answering. Immutable; threads share it, each with a [`Scratch`] of its own.
#[derive(Clone, Debug)]
pub struct Forecaster {
    tables: Tables,
    options: Options,
}

impl Forecaster {
    /// Compiles a schedule.
    pub fn new(schedule: &Schedule, options: Options) -> Self {
        Self {
            tables: compile::compile(schedule),
            options,
        }
    }

    /// The schedule that ships with the program, with the usual options; compiled when it is first asked for.
    pub fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<Forecaster> = OnceLock::new();
        SHIPPED.get_or_init(|| Self::new(schedule::shipped(), Options::default()))
    }

    /// The options it was made with.
    pub fn options(&self) -> Options {
        self.options
    }

    /// The same schedule with other options.
    pub fn with_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// The version of the schedule.
    pub fn version(&self) -> &str {
        &self.tables.version
    }

    /// Evaluates a history and forecasts, as of a day. The same input gives the same answer; nothing else is looked at.
    pub fn answer<'s>(
        &'s self,
        patient: &Patient,
        as_of: Day,
        scratch: &mut Scratch,
    ) -> Answer<'s> {
        let mut answer = Answer::default();
        self.answer_into(patient, as_of, scratch, &mut answer);
        answer
    }

    /// The same, into an answer whose memory is used again.
    pub fn answer_into<'s>(
        &'s self,
        patient: &Patient,
        as_of: Day,
        scratch: &mut Scratch,
        answer: &mut Answer<'s>,
    ) {
        Run {
            tables: &self.tables,
            options: self.options,
            patient,
            as_of: as_of.0,
            scratch,
            answer,
            listener: &mut Nobody,
        }
        .all();
    }

    /// The same answer, with every decision on the way to it.
    pub fn explain<'s>(
        &'s self,
        patient: &Patient,
        as_of: Day,
        scratch: &mut Scratch,
    ) -> (Answer<'s>, Trace<'s>) {
        let (mut answer, mut trace) = (Answer::default(), Trace::default());
        let listener = &mut trace;
        let run = Run {
            tables: &self.tables,
            options: self.options,
            patient,
            as_of: as_of.0,
            scratch,
            answer: &mut answer,
            listener,
        };
        run.all();
        (answer, trace)
    }
}
