//! The parts of what a system shows that are tables.

use crate::table::{self, Column, Unreadable};
use titer_runner::result::{Answers, CodeSeen};

/// A part of what a system can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Before,
    Doses,
    Forecast,
    StockBefore,
    Stock,
    Cohort,
    Reactions,
}

impl Part {
    pub(super) fn key(self) -> &'static str {
        match self {
            Part::Before => "before",
            Part::Doses => "doses",
            Part::Forecast => "forecast",
            Part::StockBefore => "stock-before",
            Part::Stock => "stock",
            Part::Cohort => "cohort",
            Part::Reactions => "reactions",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Part::Before => "Doses before the step",
            Part::Doses => "Doses that it shows now",
            Part::Forecast => "Recommendations that it shows",
            Part::StockBefore => "Stock before the step",
            Part::Stock => "Stock that it shows now",
            Part::Cohort => "Patients in the list",
            Part::Reactions => "Reactions that it stored",
        }
    }

    pub(super) fn columns(self) -> &'static [Column] {
        match self {
            Part::Before | Part::Doses => table::DOSES,
            Part::Forecast => table::FORECAST,
            Part::StockBefore | Part::Stock => table::STOCK,
            Part::Cohort => table::COHORT,
            Part::Reactions => table::REACTIONS,
        }
    }

    pub(super) fn needed(self) -> &'static str {
        match self {
            Part::Before | Part::Doses => "a date and a vaccine or CVX code in each line",
            Part::Forecast => "a vaccine or group in each line, and its dates",
            Part::StockBefore | Part::Stock => "a lot and its doses in each line",
            Part::Cohort => "a patient in each line",
            Part::Reactions => "a code in each line",
        }
    }

    /// What was supplied before, as a table.
    pub(super) fn written(self, answers: &Answers) -> Option<String> {
        match self {
            Part::Before => answers.before.as_deref().map(table::of_doses),
            Part::Doses => answers.doses.as_deref().map(table::of_doses),
            Part::Forecast => answers.forecast.as_deref().map(table::of_forecast),
            Part::StockBefore => answers.stock_before.as_deref().map(table::of_stock),
            Part::Stock => answers.stock.as_deref().map(table::of_stock),
            Part::Cohort => answers.cohort.as_deref().map(table::of_cohort),
            Part::Reactions => {
                (!answers.reactions.is_empty()).then(|| table::of_reactions(&answers.reactions))
            }
        }
    }

    pub(super) fn put(self, answers: &mut Answers, text: Option<&str>) -> Result<(), Unreadable> {
        match self {
            Part::Before => answers.before = text.map(table::doses).transpose()?,
            Part::Doses => answers.doses = text.map(table::doses).transpose()?,
            Part::Forecast => answers.forecast = text.map(table::forecast).transpose()?,
            Part::StockBefore => answers.stock_before = text.map(table::stock).transpose()?,
            Part::Stock => answers.stock = text.map(table::stock).transpose()?,
            Part::Cohort => answers.cohort = text.map(table::cohort).transpose()?,
            Part::Reactions => {
                let read: Option<Vec<CodeSeen>> = text.map(table::reactions).transpose()?;
                answers.reactions = read.unwrap_or_default();
            }
        }
        Ok(())
    }
}
