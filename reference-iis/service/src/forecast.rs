//! Evaluated history and forecast: what the forecaster says about a record, as segments of a Z42 response and as FHIR.

use crate::policy::Forecasts;
use crate::reply;
use jiff::Zoned;
use jiff::civil::Date;
use std::sync::LazyLock;
use titer_finding::Diagnostic;
use titer_forecast::input::{self, Stated, Translator};
use titer_forecast::output::{Report, fhir, z42};
use titer_forecast::schedule::{Schedule, shipped};
use titer_forecast::{Day, Forecaster, Options, Patient, Scratch};
use titer_hl7::build::{MessageBuilder, SegmentBuilder, components};
use titer_registry::record::PersonRecord;

/// The shipped schedule, made ready once.
struct Evaluator {
    schedule: &'static Schedule,
    forecaster: Forecaster,
    translator: Translator<'static>,
}

/// With the seasons of the schedule as they are.
static PLAIN: LazyLock<Evaluator> = LazyLock::new(|| Evaluator::with(Options::default()));

/// With seasons moved to the day of the query.
static SHIFTED: LazyLock<Evaluator> = LazyLock::new(|| {
    Evaluator::with(Options {
        shift_season: true,
        ..Options::default()
    })
});

impl Evaluator {
    fn with(options: Options) -> Self {
        let schedule = shipped();
        Self {
            schedule,
            forecaster: Forecaster::shipped().clone().with_options(options),
            translator: Translator::new(schedule),
        }
    }

    fn of(choices: Forecasts) -> &'static Self {
        if choices.shift_season {
            &SHIFTED
        } else {
            &PLAIN
        }
    }

    /// Asks the forecaster and hands its answer on.
    fn ask<T>(
        &self,
        patient: &Patient,
        id: Option<&str>,
        as_of: Day,
        tell: impl FnOnce(&Report<'_>) -> T,
    ) -> T {
        let answer = self
            .forecaster
            .answer(patient, as_of, &mut Scratch::default());
        tell(&Report {
            schedule: self.schedule,
            patient,
            answer: &answer,
            id,
        })
    }
}

/// PID and order groups of one person, each dose with its evaluation, and one group that carries the forecasts; or why
/// nothing can be said about the record.
pub(crate) fn segments(
    record: &PersonRecord,
    now: &Zoned,
    choices: Forecasts,
) -> Result<Vec<SegmentBuilder>, Box<Diagnostic>> {
    let evaluator = Evaluator::of(choices);
    let stated = stated(record, now)?;
    let patient = evaluator.translator.patient(&stated);
    evaluator.ask(&patient, None, now.date().into(), |report| {
        Ok(tell(record, report, now.date()))
    })
}

/// The record as the forecaster reads patients: through the history that a Z32 would give, so that both say the same.
fn stated(record: &PersonRecord, now: &Zoned) -> Result<Stated, Box<Diagnostic>> {
    let mut message =
        MessageBuilder::new().segment(SegmentBuilder::msh(("RSP", "K11", "RSP_K11"), "1", now));
    for segment in reply::history(record) {
        message.push(segment);
    }
    input::hl7::read("the record", &message.build(), 1)
}

fn tell(record: &PersonRecord, report: &Report<'_>, as_of: Date) -> Vec<SegmentBuilder> {
    let mut segments = vec![reply::person(record)];
    for (nth, dose) in (1u32..).zip(&record.doses) {
        let mut content = dose.content.clone();
        // what the sender observed about giving it is no part of an evaluated history
        content.observations.clear();
        reply::order(&content, &mut segments);
        let name = nth.to_string();
        let asked = (0u32..)
            .zip(&report.patient.doses)
            .find(|(_, d)| d.id == name);
        let rows = match asked {
            Some((index, _)) => z42::evaluation(report, index),
            // refused, partial dates and immune globulins are not judged, and are told as they are
            None => z42::unjudged(report, &content.cvx),
        };
        push(&rows, as_of, &mut segments);
    }
    let rows = z42::forecast(report, true);
    segments.extend(reply::nothing_given(&as_of.strftime("%Y%m%d").to_string()));
    push(&rows, as_of, &mut segments);
    segments
}

/// OBX of rows; OBX-1 counts within the order, as the profile asks.
fn push(rows: &[z42::Row], as_of: Date, segments: &mut Vec<SegmentBuilder>) {
    for (set_id, row) in (1u32..).zip(rows) {
        let value = row.value.components();
        let mut obx = SegmentBuilder::new("OBX")
            .field(1, set_id)
            .field(2, row.value.value_type())
            .field(3, components([row.loinc, row.name, "LN"]))
            .field(4, row.set)
            .field(5, components(value.iter().map(String::as_str)))
            .field(11, "F")
            .field(14, as_of.strftime("%Y%m%d").to_string());
        let units = row.value.units();
        if !units.concat().is_empty() {
            obx.set(6, components(units));
        }
        segments.push(obx);
    }
}

/// The answer of `$immds-forecast` to a request, as of the day that it names or else of `today`.
pub(crate) fn immds(
    request: &str,
    today: Date,
    choices: Forecasts,
) -> Result<serde_json::Value, Box<Diagnostic>> {
    let evaluator = Evaluator::of(choices);
    let stated = input::fhir::read("the request", request)?;
    let patient = evaluator.translator.patient(&stated);
    let as_of = stated.as_of.unwrap_or_else(|| today.into());
    let id = stated.id.as_ref().map(titer_finding::Phi::reveal);
    Ok(evaluator.ask(&patient, id, as_of, fhir::parameters))
}
