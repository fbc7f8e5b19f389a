//! What is to be done first.

use super::Report;
use crate::answer::GroupForecast;
use crate::reason::SeriesStatus;

/// How pressing a forecast is on the assessment date; the first is the most pressing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    /// The past-due date is reached.
    Overdue,
    /// The recommended date is reached.
    Due,
    /// The earliest date is reached, the recommended one is not.
    Possible,
    /// Nothing to be done now.
    Later,
    /// Complete or immune.
    Done,
    /// Contraindicated, aged out, not recommended.
    Closed,
}

impl Urgency {
    pub(super) fn of(report: &Report<'_>, forecast: &GroupForecast<'_>) -> Self {
        let reached = |day: Option<crate::Day>| day.is_some_and(|d| d <= report.answer.as_of);
        match forecast.status {
            SeriesStatus::NotComplete if report.overdue(forecast) => Self::Overdue,
            SeriesStatus::NotComplete if reached(forecast.recommended) => Self::Due,
            SeriesStatus::NotComplete if reached(forecast.earliest) => Self::Possible,
            SeriesStatus::NotComplete => Self::Later,
            SeriesStatus::Complete | SeriesStatus::Immune => Self::Done,
            SeriesStatus::Contraindicated
            | SeriesStatus::AgedOut
            | SeriesStatus::NotRecommended => Self::Closed,
        }
    }

    /// What a table says.
    pub(super) fn words(self, forecast: &GroupForecast<'_>) -> String {
        match self {
            Self::Overdue => "overdue".to_owned(),
            Self::Due => "due".to_owned(),
            Self::Possible => "possible".to_owned(),
            Self::Later => "later".to_owned(),
            Self::Done | Self::Closed => forecast.status.text().to_lowercase(),
        }
    }
}

/// The forecasts, most pressing first; then by recommended date, then by name. With `all` those too that do not speak for
/// their group.
pub(super) fn sorted<'a>(report: &Report<'a>, all: bool) -> Vec<(Urgency, &'a GroupForecast<'a>)> {
    let mut forecasts: Vec<(Urgency, &GroupForecast<'_>)> = report
        .answer
        .groups
        .iter()
        .filter(|forecast| all || forecast.single)
        .map(|forecast| (Urgency::of(report, forecast), forecast))
        .collect();
    forecasts.sort_by(|(a, one), (b, other)| {
        (a, one.recommended, one.group, one.series_group).cmp(&(
            b,
            other.recommended,
            other.group,
            other.series_group,
        ))
    });
    forecasts
}
