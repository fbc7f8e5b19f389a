//! An answer as people read it on a terminal: the history above, what is due below.

use super::{Report, urgency};
use crate::answer::{GroupForecast, NoticeKind};
use crate::date::Day;
use crate::patient::Sex;
use crate::reason::{DoseStatus, SeriesStatus};
use std::fmt::Write;
use urgency::Urgency;

/// What the text looks like.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// Colours, as escape sequences.
    pub color: bool,
    /// Every forecast of a vaccine group that has several; otherwise the one that speaks for it.
    pub all: bool,
}

/// Colours, by their escape sequences.
#[derive(Clone, Copy)]
enum Paint {
    Bold,
    Dim,
    Red,
    Yellow,
    Green,
    Cyan,
}

impl Look {
    fn paint(self, text: &str, paint: Paint) -> String {
        let code = match paint {
            _ if !self.color => return text.to_owned(),
            Paint::Bold => "1",
            Paint::Dim => "2",
            Paint::Red => "1;31",
            Paint::Yellow => "33",
            Paint::Green => "32",
            Paint::Cyan => "36",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// A cell: its text and how it looks.
type Cell = (String, Option<Paint>);

/// Columns under headings, each as wide as its widest cell; the last one is not padded.
fn table(out: &mut String, look: Look, head: &[&str], rows: &[Vec<Cell>]) {
    let mut widths: Vec<usize> = head.iter().map(|h| h.chars().count()).collect();
    for row in rows {
        for (width, (text, _)) in widths.iter_mut().zip(row) {
            *width = (*width).max(text.chars().count());
        }
    }
    let mut line = |cells: &[Cell]| {
        let mut text = String::from(" ");
        let mut owed = 0;
        for ((cell, paint), width) in cells.iter().zip(&widths) {
            text.push_str(&" ".repeat(owed + 1));
            text.push_str(&match paint {
                Some(paint) if !cell.is_empty() => look.paint(cell, *paint),
                _ => cell.clone(),
            });
            owed = width.saturating_sub(cell.chars().count()) + 1;
        }
        out.push_str(text.trim_end());
        out.push('\n');
    };
    line(
        &head
            .iter()
            .map(|h| ((*h).to_owned(), Some(Paint::Dim)))
            .collect::<Vec<_>>(),
    );
    for row in rows {
        line(row);
    }
}

/// The whole answer.
pub fn text(report: &Report<'_>, look: Look) -> String {
    let mut out = String::new();
    heading(&mut out, report, look);
    history(&mut out, report, look);
    forecasts(&mut out, report, look);
    notices(&mut out, report);
    out
}

fn heading(out: &mut String, report: &Report<'_>, look: Look) {
    let patient = report.patient;
    let name = report
        .id
        .map_or_else(|| "patient".to_owned(), |id| format!("patient {id}"));
    let sex = match patient.sex {
        Sex::Female => ", female",
        Sex::Male => ", male",
        Sex::Unknown => "",
    };
    let as_of = report.answer.as_of;
    let _ = writeln!(
        out,
        "{}, born {}{sex}, {} on {}",
        look.paint(&name, Paint::Bold),
        in_words(patient.birth),
        age(patient.birth, as_of),
        in_words(as_of),
    );
    let _ = writeln!(out, "schedule {}", report.schedule.version);
}

fn history(out: &mut String, report: &Report<'_>, look: Look) {
    out.push('\n');
    if report.patient.doses.is_empty() {
        out.push_str("no dose is known\n");
        return;
    }
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (index, dose) in report.doses() {
        let first = vec![
            (dose.date.to_string(), None),
            (age(report.patient.birth, dose.date), Some(Paint::Dim)),
            (dose.cvx.clone(), None),
            (shorten(report.vaccine_name(&dose.cvx), 34), None),
        ];
        let judged = report.evaluations_of(index);
        if judged.is_empty() {
            let why = if !report.answer.unmatched.contains(&index) {
                "counts for nothing that is asked of this patient"
            } else if report.vaccine_name(&dose.cvx).is_empty() {
                "not known to the schedule"
            } else {
                // a vaccine against nothing that the schedule has, not at that age, or one of too many doses
                "not evaluated"
            };
            let mut row = first;
            row.extend([
                (String::new(), None),
                (String::new(), None),
                (format!("- {why}"), Some(Paint::Dim)),
            ]);
            rows.push(row);
            continue;
        }
        for (nth, (forecast, judged)) in judged.iter().enumerate() {
            let mut row = if nth == 0 {
                first.clone()
            } else {
                vec![(String::new(), None); 4]
            };
            let number = report
                .dose_number(judged)
                .filter(|_| judged.status == DoseStatus::Valid);
            let reasons: Vec<&str> = judged.reasons.iter().map(crate::DoseReason::text).collect();
            let (mark, paint) = match judged.status {
                DoseStatus::Valid => ("+", Paint::Green),
                DoseStatus::NotValid => ("x", Paint::Red),
                DoseStatus::Extraneous => ("-", Paint::Yellow),
                DoseStatus::SubStandard => ("!", Paint::Red),
            };
            let mut said = format!("{mark} {}", judged.status.text().to_lowercase());
            if !reasons.is_empty() {
                let _ = write!(said, ": {}", reasons.join("; "));
            }
            row.extend([
                (forecast.group.to_owned(), None),
                (number.map_or_else(String::new, |n| n.to_string()), None),
                (said, Some(paint)),
            ]);
            rows.push(row);
        }
    }
    let head = [
        "given",
        "at age",
        "CVX",
        "vaccine",
        "counts for",
        "dose",
        "as",
    ];
    table(out, look, &head, &rows);
}

fn forecasts(out: &mut String, report: &Report<'_>, look: Look) {
    let forecasts = urgency::sorted(report, look.all);
    if forecasts.is_empty() {
        out.push_str("\nthe schedule asks for nothing\n");
        return;
    }
    out.push('\n');
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (urgency, forecast) in &forecasts {
        let day = |day: Option<Day>| (day.map_or_else(String::new, |d| d.to_string()), None);
        let (mark, paint) = match urgency {
            Urgency::Overdue => ("!", Some(Paint::Red)),
            Urgency::Due => (">", Some(Paint::Yellow)),
            Urgency::Possible => (">", Some(Paint::Cyan)),
            Urgency::Later => (" ", None),
            Urgency::Done => ("+", Some(Paint::Green)),
            Urgency::Closed => ("-", Some(Paint::Dim)),
        };
        let mut group = forecast.group.to_owned();
        if look.all && !forecast.single {
            let _ = write!(group, " ({})", forecast.series_group.1);
        }
        rows.push(vec![
            (format!("{mark} {}", urgency.words(forecast)), paint),
            (group, Some(Paint::Bold)),
            (
                forecast
                    .dose_number
                    .map_or_else(String::new, |n| n.to_string()),
                None,
            ),
            day(forecast.earliest),
            day(forecast.recommended),
            day(forecast.past_due),
            day(forecast.latest),
            (because(report, forecast, look.all), Some(Paint::Dim)),
        ]);
    }
    let head = [
        "  next",
        "vaccine group",
        "dose",
        "earliest",
        "recommended",
        "past due",
        "latest",
        "why",
    ];
    table(out, look, &head, &rows);
}

/// Reasons, vaccines and what else there is to say about a forecast.
fn because(report: &Report<'_>, forecast: &GroupForecast<'_>, all: bool) -> String {
    let mut parts: Vec<String> = Vec::new();
    let reasons: Vec<&str> = forecast
        .reasons
        .iter()
        .map(crate::ForecastReason::text)
        .collect();
    // what the status says already is not said twice
    if forecast.status != SeriesStatus::Complete && forecast.status != SeriesStatus::Immune {
        parts.extend(reasons.iter().map(|r| (*r).to_owned()));
    }
    if forecast.kind == crate::schedule::SeriesKind::Risk {
        parts.push("for an indication".to_owned());
    }
    if !forecast.vaccines.is_empty() {
        parts.push(format!("CVX {}", forecast.vaccines.join(", ")));
    }
    parts.extend(super::season_moved(forecast));
    let others = report.answer.forecasts_of(forecast.group).count() - 1;
    if !all && others > 0 {
        let s = if others == 1 { "" } else { "s" };
        parts.push(format!("{others} other forecast{s}"));
    }
    parts.join("; ")
}

fn notices(out: &mut String, report: &Report<'_>) {
    let notices = &report.answer.notices;
    if notices.is_empty() {
        return;
    }
    out.push_str("\nnot known, and it would matter:\n");
    for notice in notices {
        let kind = match notice.kind {
            NoticeKind::Indication => "an indication",
            NoticeKind::Contraindication => "a contraindication",
            NoticeKind::Immunity => "evidence of immunity",
        };
        let name = crate::schedule::Code::new(notice.code)
            .and_then(|code| report.schedule.observation(code))
            .map_or("", |o| o.name.as_str());
        let _ = writeln!(
            out,
            "  {} {name}: {kind} for {}",
            notice.code, notice.antigen
        );
    }
}

/// A text of at most so many characters.
pub(super) fn shorten(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let kept: String = text.chars().take(length - 1).collect();
    format!("{}\u{2026}", kept.trim_end())
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `12 March 2026`.
pub(super) fn in_words(day: Day) -> String {
    let (year, month, date) = day.ymd();
    let name = MONTHS.get(month as usize - 1).copied().unwrap_or_default();
    format!("{date} {name} {year}")
}

/// An age in the two units that say most: `6 weeks`, `14 months`, `34 years`.
pub(super) fn age(birth: Day, on: Day) -> String {
    let days = on.number() - birth.number();
    if days < 0 {
        return "before birth".to_owned();
    }
    let ((y0, m0, d0), (y1, m1, d1)) = (birth.ymd(), on.ymd());
    let months = (y1 - y0) * 12 + m1.cast_signed() - m0.cast_signed() - i32::from(d1 < d0);
    let counted = |number: i32, unit: &str| {
        let s = if number == 1 { "" } else { "s" };
        format!("{number} {unit}{s}")
    };
    match months {
        0..3 if days < 14 => counted(days, "day"),
        0..3 => counted(days / 7, "week"),
        3..36 => counted(months, "month"),
        _ => counted(months / 12, "year"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn ages_are_said_as_people_say_them() {
        let birth = day("2024-01-31");
        for (on, words) in [
            ("2024-01-30", "before birth"),
            ("2024-01-31", "0 days"),
            ("2024-02-01", "1 day"),
            ("2024-03-13", "6 weeks"),
            ("2024-04-30", "12 weeks"),
            ("2024-05-01", "3 months"),
            ("2026-12-31", "35 months"),
            ("2027-01-31", "3 years"),
            ("2064-01-30", "39 years"),
        ] {
            assert_eq!(age(birth, day(on)), words, "{on}");
        }
        assert_eq!(in_words(birth), "31 January 2024");
    }
}
