//! What the engine says about a patient.
//!
//! An [`Answer`] keeps everything: every evaluation in every relevant series, every series with its status, dates and score, and
//! the forecasts of the vaccine groups. It borrows names from the schedule and stores lists flat; the slices of a series are had
//! by [`Answer::evaluations`] and [`Answer::targets`].

use std::ops::Range;

use crate::date::Day;
use crate::reason::{DoseReasons, DoseStatus, ForecastReason, ForecastReasons, SeriesStatus};
use crate::schedule::SeriesKind;

/// Everything about one patient at one assessment date.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer<'s> {
    /// The assessment date.
    pub as_of: Day,
    /// The antigens of the schedule in its order, those without a relevant series included.
    pub antigens: Vec<AntigenAnswer<'s>>,
    /// The relevant series of all antigens, those of one antigen next to each other.
    pub series: Vec<SeriesAnswer<'s>>,
    /// The forecasts of vaccine groups, in the schedule's order of groups; a group may have none, one or several.
    pub groups: Vec<GroupForecast<'s>>,
    /// What could matter but is not known (observations whose certainty is unknown).
    pub notices: Vec<Notice<'s>>,
    /// Doses (indexes into the patient's) that are not evaluated: the schedule gives their code to no antigen, or not at that age;
    /// and of more than 2,000 doses the latest.
    pub unmatched: Vec<u32>,
    pub(crate) evaluations: Vec<Evaluation>,
    pub(crate) targets: Vec<TargetDose>,
}

impl<'s> Answer<'s> {
    /// The evaluations of a series, in the order of the doses; the patient's doses of that antigen, each once.
    pub fn evaluations(&self, series: &SeriesAnswer<'_>) -> &[Evaluation] {
        slice(&self.evaluations, &series.evaluations)
    }

    /// The target doses of a series; recurring doses stand there as often as they came up.
    pub fn targets(&self, series: &SeriesAnswer<'_>) -> &[TargetDose] {
        slice(&self.targets, &series.targets)
    }

    /// The relevant series of an antigen.
    pub fn series_of(&self, antigen: &AntigenAnswer<'_>) -> &[SeriesAnswer<'s>] {
        slice(&self.series, &antigen.series)
    }

    /// The forecasts of one vaccine group.
    pub fn forecasts_of(&self, group: &str) -> impl Iterator<Item = &GroupForecast<'s>> {
        self.groups
            .iter()
            .filter(move |forecast| forecast.group == group)
    }

    /// One forecast for each vaccine group that has any: the one marked [`GroupForecast::single`].
    pub fn lines(&self) -> impl Iterator<Item = &GroupForecast<'s>> {
        self.groups.iter().filter(|forecast| forecast.single)
    }

    /// How the doses of a forecast's vaccine group were judged in its series: each dose once, the most favourable status of the
    /// antigens that it was given for. This is the evaluation to show next to the forecast.
    pub fn doses_of(&self, forecast: &GroupForecast<'_>) -> Vec<GroupDose> {
        let mut doses: Vec<GroupDose> = Vec::new();
        for &index in &forecast.series {
            let Some(series) = self.series.get(index as usize) else {
                continue;
            };
            for evaluation in self.evaluations(series) {
                match doses.iter_mut().find(|dose| dose.dose == evaluation.dose) {
                    Some(dose) if evaluation.status < dose.status => {
                        (dose.status, dose.reasons, dose.series) =
                            (evaluation.status, evaluation.reasons, index);
                    }
                    Some(_) => {}
                    None => doses.push(GroupDose {
                        dose: evaluation.dose,
                        status: evaluation.status,
                        reasons: evaluation.reasons,
                        series: index,
                    }),
                }
            }
        }
        doses
    }
}

fn slice<'a, T>(all: &'a [T], range: &Range<u32>) -> &'a [T] {
    all.get(range.start as usize..range.end as usize)
        .unwrap_or_default()
}

/// One antigen.
#[derive(Clone, Debug, PartialEq)]
pub struct AntigenAnswer<'s> {
    /// Its name in the schedule.
    pub name: &'s str,
    /// Evidence of immunity (Table 7-3).
    pub immune: bool,
    /// A contraindication of the whole antigen applies (Table 7-5).
    pub contraindicated: bool,
    pub(crate) series: Range<u32>,
}

/// One relevant patient series.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesAnswer<'s> {
    /// The antigen.
    pub antigen: &'s str,
    /// The vaccine group it belongs to.
    pub group: &'s str,
    /// The series' name.
    pub name: &'s str,
    /// Standard, Risk or Evaluation Only.
    pub kind: SeriesKind,
    /// Number and name of the series group within the antigen.
    pub series_group: (u8, &'s str),
    /// The status (Table 7-10).
    pub status: SeriesStatus,
    /// Why it has that status or, when not complete, what set its recommended date.
    pub reason: ForecastReason,
    /// The dates; present exactly when the status is Not Complete.
    pub forecast: Option<SeriesForecast<'s>>,
    /// What chapter 8 made of it.
    pub selection: Selection,
    pub(crate) evaluations: Range<u32>,
    pub(crate) targets: Range<u32>,
    /// Index of the series in the compiled schedule.
    pub(crate) table: u32,
}

/// One dose judged in one series (chapter 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// Index of the dose in the patient's doses.
    pub dose: u32,
    /// Index of the target dose in [`Answer::targets`]; none when the series was already over.
    pub target: Option<u32>,
    /// The status.
    pub status: DoseStatus,
    /// The reasons, and remarks on a valid dose.
    pub reasons: DoseReasons,
}

/// A dose's judgement for a vaccine group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupDose {
    /// Index of the dose in the patient's doses.
    pub dose: u32,
    /// The status.
    pub status: DoseStatus,
    /// The reasons.
    pub reasons: DoseReasons,
    /// Index of the series, in [`Answer::series`], that it comes from.
    pub series: u32,
}

/// One step of a series for this patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetDose {
    /// Number of the series dose in the schedule, from 1. Recurring doses repeat it.
    pub number: u16,
    /// What became of it.
    pub state: TargetState,
}

/// What became of a target dose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetState {
    /// Still to be given.
    NotSatisfied,
    /// Satisfied by this dose (index into the patient's doses).
    Satisfied(u32),
    /// Not needed.
    Skipped,
}

/// The dates of the next dose of a series (Table 7-13).
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesForecast<'s> {
    /// Index of the target dose in [`Answer::targets`].
    pub target: u32,
    /// The forecast dose number (FORECASTDN-1).
    pub dose_number: u16,
    /// No dose before this day would count.
    pub earliest: Day,
    /// What set the earliest date.
    pub earliest_by: EarliestBy,
    /// The adjusted recommended date.
    pub recommended: Day,
    /// The adjusted past-due date: from here on the dose is overdue.
    pub past_due: Option<Day>,
    /// The last day.
    pub latest: Option<Day>,
    /// The recommended date by age or interval alone, which may lie before the earliest.
    pub unadjusted_recommended: Day,
    /// The past-due date by age or interval alone.
    pub unadjusted_past_due: Option<Day>,
    /// CVX codes of the recommended vaccines (FORECASTRECVAC-1).
    pub vaccines: Vec<&'s str>,
    /// All intervals override (FORECASTPRIORITY-1).
    pub priority: bool,
    /// By how many years the season was moved ([`Options::shift_season`](crate::Options::shift_season)); 0 when not.
    pub season_shift: i16,
}

/// What set the earliest date (FORECASTDTCAN-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EarliestBy {
    /// The minimum age.
    MinimumAge,
    /// A minimum interval.
    MinimumInterval,
    /// The end of a vaccine conflict.
    Conflict,
    /// The start of the season.
    Season,
    /// The date of an inadvertent dose.
    InadvertentDose,
    /// The date of the last dose.
    LastDose,
    /// None of these is known; the earliest recommended age, or else the assessment date, stands in for it.
    Fallback,
}

/// What chapter 8 made of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is the answer to one question of chapter 8"
)]
pub struct Selection {
    /// A candidate (SELECTB-24).
    pub candidate: bool,
    /// Scorable (SELECTSCORE-2).
    pub scorable: bool,
    /// The points of each condition, when the series group had to be scored (Tables 8-7, 8-9 and 8-11).
    pub score: Option<Score>,
    /// The prioritized series of its group.
    pub prioritized: bool,
    /// A best series of its antigen (Table 8-14).
    pub best: bool,
}

/// Points; a condition that was not asked has 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Which of the three tables was applied.
    pub table: ScoreTable,
    /// Most valid doses.
    pub most_valid: i8,
    /// A product series with only valid doses (8-9), or that it is a product series at all (8-11).
    pub product: i8,
    /// Completable.
    pub completable: i8,
    /// Closest to completion.
    pub closest: i8,
    /// Can finish earliest.
    pub finish_earliest: i8,
    /// Can start earliest.
    pub start_earliest: i8,
}

impl Score {
    /// The sum (SELECTBEST-1).
    pub fn total(self) -> i8 {
        self.most_valid
            + self.product
            + self.completable
            + self.closest
            + self.finish_earliest
            + self.start_earliest
    }
}

/// The table by which series were scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScoreTable {
    /// Table 8-7.
    #[default]
    Complete,
    /// Table 8-9.
    InProcess,
    /// Table 8-11.
    NoValidDoses,
}

/// The forecast of a vaccine group (chapter 9). A group has one for each series group with a best series.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupForecast<'s> {
    /// The vaccine group.
    pub group: &'s str,
    /// Number and name of the series group whose best series it blends.
    pub series_group: (u8, &'s str),
    /// The type of those series.
    pub kind: SeriesKind,
    /// The status (Tables 9-3 and 9-4).
    pub status: SeriesStatus,
    /// The earliest date; the dates are there exactly when the status is Not Complete.
    pub earliest: Option<Day>,
    /// The adjusted recommended date.
    pub recommended: Option<Day>,
    /// The adjusted past-due date.
    pub past_due: Option<Day>,
    /// The last day.
    pub latest: Option<Day>,
    /// The unadjusted recommended date.
    pub unadjusted_recommended: Option<Day>,
    /// The unadjusted past-due date.
    pub unadjusted_past_due: Option<Day>,
    /// The forecast dose number (FORECASTDN-2).
    pub dose_number: Option<u16>,
    /// CVX codes of the recommended vaccines, each once.
    pub vaccines: Vec<&'s str>,
    /// The reasons of the contained series.
    pub reasons: ForecastReasons,
    /// The recommended antigens (FORECASTVG-8).
    pub antigens: Vec<&'s str>,
    /// Indexes, in [`Answer::series`], of the series it contains.
    pub series: Vec<u32>,
    /// Keys of guidance that goes with it (FORECASTGUIDANCE-1).
    pub guidance: Vec<Guidance<'s>>,
    /// It contains a priority forecast.
    pub priority: bool,
    /// By how many years a season was moved; 0 when not.
    pub season_shift: i16,
    /// The one forecast to show where a group has one line.
    pub single: bool,
}

/// Guidance for clinicians that goes with a forecast, by its key in the schedule; the words are the publisher's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guidance<'s> {
    /// What it belongs to.
    pub kind: GuidanceKind,
    /// The antigen.
    pub antigen: &'s str,
    /// The key.
    pub key: &'s str,
}

/// What guidance belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GuidanceKind {
    /// A series.
    Series,
    /// An indication that applies.
    Indication,
    /// A contraindication that applies.
    Contraindication,
}

/// Something that would change the answer if it were known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice<'s> {
    /// The antigen.
    pub antigen: &'s str,
    /// The observation's code.
    pub code: &'s str,
    /// What it would be.
    pub kind: NoticeKind,
}

/// What an observation of unknown certainty would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoticeKind {
    /// An indication for a risk series (Table 5-4).
    Indication,
    /// A contraindication (Tables 7-5 and 7-6).
    Contraindication,
    /// Evidence of immunity (Table 7-3).
    Immunity,
}
