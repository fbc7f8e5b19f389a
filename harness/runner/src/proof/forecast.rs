//! Recommendations that a system shows: groups, dates, what must not be among them, and what is different from before.

use super::codes::{cvx_alike, groups_in, groups_of_cvx, plain};
use super::context::{ForecastQuery, ProofContext};
use super::day::{days_after, off, read_day, words};
use super::history;
use super::rows::Rows;
use crate::result::{Answers, ForecastSeen, Outcome};
use std::collections::BTreeSet;
use titer_finding::Phi;
use titer_plan::model::{ForecastDisplay, ForecastRow, Step, Text};

/// By how many days a date may be off where the plan does not say.
const TOLERANCE_DAYS: u32 = 10;

/// What a row of either side is about.
pub(super) struct About {
    cvx: Vec<String>,
    groups: BTreeSet<&'static str>,
    words: String,
}

impl About {
    fn named(name: &str, cvx: Vec<String>) -> Self {
        let mut groups = groups_in(name);
        if groups.is_empty() {
            groups = cvx.iter().flat_map(|c| groups_of_cvx(c)).collect();
        }
        Self {
            cvx,
            groups,
            words: plain(name),
        }
    }

    /// What a row that is shown, or that a message holds, is about.
    pub(super) fn seen(row: &ForecastSeen) -> Self {
        Self::named(&row.vaccine, row.cvx.iter().cloned().collect())
    }

    /// Whether two rows are about the same vaccine or group.
    pub(super) fn is(&self, other: &About) -> bool {
        if !self.groups.is_empty() && !other.groups.is_empty() {
            return self.groups.intersection(&other.groups).next().is_some();
        }
        let codes = self
            .cvx
            .iter()
            .any(|a| other.cvx.iter().any(|b| cvx_alike(a, b).is_some()));
        codes || (!self.words.is_empty() && self.words == other.words)
    }
}

fn find<'a>(about: &About, shown: &'a [ForecastSeen]) -> Option<&'a ForecastSeen> {
    // a combination answers as well, but a row of the group itself answers better
    shown
        .iter()
        .filter_map(|s| {
            let of = About::seen(s);
            of.is(about)
                .then(|| ((!recommended(s), of.groups.len()), s))
        })
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, s)| s)
}

/// Whether a row recommends something: it has a date, or a status that says so.
fn recommended(row: &ForecastSeen) -> bool {
    let status = row.status.as_deref().map(plain).unwrap_or_default();
    let over = [
        "complete",
        "completed",
        "series complete",
        "not recommended",
        "immune",
        "contraindicated",
        "aged out",
        "too old",
        "not due",
        "none",
        "up to date",
    ];
    if over.contains(&status.as_str()) {
        return false;
    }
    let dated = [&row.due, &row.earliest, &row.overdue]
        .into_iter()
        .flatten()
        .any(|d| read_day(d.reveal()).is_some());
    let says = [
        "due",
        "due now",
        "overdue",
        "recommended",
        "past due",
        "due soon",
    ];
    dated || says.contains(&status.as_str())
}

fn told(row: &ForecastSeen) -> String {
    let mut words = row.vaccine.clone();
    if words.is_empty() {
        words = row
            .cvx
            .as_deref()
            .map(|c| format!("CVX {c}"))
            .unwrap_or_default();
    }
    for (name, date) in [
        ("not before", &row.earliest),
        ("due", &row.due),
        ("overdue from", &row.overdue),
    ] {
        if let Some(date) = date {
            words = format!("{words}, {name} {}", super::day::words(date.reveal()));
        }
    }
    if let Some(status) = &row.status {
        words = format!("{words}, {status}");
    }
    words
}

/// Everything that a step says about a display.
pub(super) fn display(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    step: &Step,
    display: &ForecastDisplay,
    answers: &Answers,
) {
    let Some(shown) = answers.forecast.as_deref() else {
        return;
    };
    let tolerance = display.tolerance_days.unwrap_or(TOLERANCE_DAYS);
    for row in &display.must {
        must(rows, ctx, row, shown, tolerance);
    }
    let texts = |list: Option<&titer_plan::model::Texts>| -> Vec<String> {
        list.into_iter()
            .flat_map(|t| t.iter())
            .map(|t| ctx.text(t))
            .collect()
    };
    for group in texts(display.groups.as_ref()) {
        let found = find(&About::named(&group, Vec::new()), shown);
        let dated = found.is_some_and(|f| {
            recommended(f) && f.due.as_ref().or(f.earliest.as_ref()).is_some()
                || f.status.as_deref().is_some_and(|s| !s.trim().is_empty())
        });
        let row = rows.check(
            format!("{group}: a date is shown, or that nothing is due"),
            dated,
        );
        row.found = found.map(|f| Phi::new(told(f)));
        row.because = match (found, dated) {
            (None, _) => Some("the group is not shown".to_owned()),
            (Some(_), false) => Some("the group is shown without a date".to_owned()),
            _ => None,
        };
    }
    for vaccine in texts(display.must_not.as_ref()) {
        let found = find(&About::named(&vaccine, Vec::new()), shown).filter(|f| recommended(f));
        let row = rows.check(format!("{vaccine} is not recommended"), found.is_none());
        row.found = found.map(|f| Phi::new(told(f)));
    }
    compared(rows, ctx, display, shown, &texts);
    if display.by_forecaster {
        by_forecaster(rows, ctx, step, display, answers, shown, tolerance);
    }
}

fn must(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    wanted: &ForecastRow,
    shown: &[ForecastSeen],
    tolerance: u32,
) {
    let name = ctx.text(&wanted.vaccine);
    let cvx: Vec<String> = wanted
        .cvx
        .iter()
        .flat_map(|t| t.iter())
        .map(|t| ctx.text(t))
        .collect();
    let date = |t: &Option<Text>| t.as_ref().map(|t| ctx.text(t));
    dated(
        rows,
        &name,
        &About::named(&name, cvx),
        &[
            ("not before", date(&wanted.earliest)),
            ("due", date(&wanted.due)),
            ("overdue from", date(&wanted.overdue)),
            ("not after", date(&wanted.latest)),
        ],
        shown,
        tolerance,
    );
    let found = find(&About::named(&name, Vec::new()), shown);
    if let (Some(dose), Some(there)) = (
        wanted.dose.as_ref().map(|d| ctx.text(d)),
        found.and_then(|f| f.dose.as_deref()),
    ) {
        rows.value(
            format!("{name}: dose of the series"),
            &dose,
            Some(there),
            super::rows::Missing::Skipped,
        );
    }
}

// a group that has to be recommended, with its dates
fn dated(
    rows: &mut Rows,
    name: &str,
    about: &About,
    dates: &[(&str, Option<String>); 4],
    shown: &[ForecastSeen],
    tolerance: u32,
) {
    let found = find(about, shown);
    let there = found.filter(|f| recommended(f));
    let row = rows.check(format!("{name} is recommended"), there.is_some());
    row.found = found.map(|f| Phi::new(told(f)));
    let Some(there) = there else {
        row.because = Some(match found {
            Some(_) => "it is shown without a recommendation".to_owned(),
            None => "nothing is shown for it".to_owned(),
        });
        return;
    };
    let mut unseen = Vec::new();
    for (what, wanted) in dates {
        let Some(wanted) = wanted else { continue };
        let value = match *what {
            "not before" => &there.earliest,
            "due" => &there.due,
            "overdue from" => &there.overdue,
            _ => &there.latest,
        };
        let Some(expected) = read_day(wanted) else {
            rows.add(format!("{name}: {what} is a date"), Outcome::Error)
                .because = Some("the plan's date cannot be read".to_owned());
            continue;
        };
        // a system may call the date by one name only; it is compared with the date for which it is meant
        let value = value.as_ref().or(match *what {
            "due" => there.earliest.as_ref(),
            _ => None,
        });
        match value {
            None if *what == "due" => {
                let row = rows.check(format!("{name}: {what}"), false);
                row.expected = Some(words(wanted));
                row.because = Some("no date is shown".to_owned());
            }
            None => unseen.push(*what),
            Some(value) => {
                let day = read_day(value.reveal());
                let days = day.map(|d| days_after(expected, d));
                let close = days.is_some_and(|d| d.unsigned_abs() <= u64::from(tolerance));
                let row = rows.check(format!("{name}: {what} within {tolerance} days"), close);
                row.expected = Some(words(wanted));
                row.found = Some(Phi::new(words(value.reveal())));
                row.because = match days {
                    None => Some("the date that is shown cannot be read".to_owned()),
                    Some(0) => None,
                    Some(days) => Some(off(days)),
                };
            }
        }
    }
    if !unseen.is_empty()
        && let Some(row) = rows
            .list
            .iter_mut()
            .rev()
            .find(|r| r.what == format!("{name} is recommended"))
    {
        row.because = Some(format!(
            "not shown, and not asked for: {}",
            unseen.join(", ")
        ));
    }
}

// what is different from an earlier display
fn compared(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    display: &ForecastDisplay,
    shown: &[ForecastSeen],
    texts: &dyn Fn(Option<&titer_plan::model::Texts>) -> Vec<String>,
) {
    let Some(with) = display.compared_with.as_ref().and_then(|w| w.get()) else {
        return;
    };
    let (changed, gone) = (
        texts(display.changed.as_ref()),
        texts(display.gone.as_ref()),
    );
    if changed.is_empty() && gone.is_empty() && display.differences.is_empty() {
        return;
    }
    let before = ctx
        .answers_of(with)
        .iter()
        .find_map(|a| a.forecast.as_deref());
    let Some(before) = before else {
        rows.add(
            format!("the recommendations differ from those of {}", with.step),
            Outcome::Inconclusive,
        )
        .because = Some(format!(
            "what was shown at {} was not supplied as data, so there is nothing to compare with",
            with.step
        ));
        return;
    };
    for group in &changed {
        let about = About::named(group, Vec::new());
        let (then, now) = (find(&about, before), find(&about, shown));
        let differs = match (then, now) {
            (Some(a), Some(b)) => dates_of(a) != dates_of(b),
            (None, None) => false,
            _ => true,
        };
        let row = rows.check(
            format!("{group}: the recommendation is another one than before"),
            differs,
        );
        row.found = now.map(|f| Phi::new(told(f)));
        if !differs {
            row.because = Some("it is the same as before".to_owned());
        }
    }
    for group in &gone {
        let about = About::named(group, Vec::new());
        let was = find(&about, before).is_some_and(recommended);
        let is = find(&about, shown).filter(|f| recommended(f));
        let row = rows.check(
            format!("{group}: it is not recommended any more"),
            is.is_none(),
        );
        row.found = is.map(|f| Phi::new(told(f)));
        if !was {
            row.outcome = Outcome::Inconclusive.min(row.outcome);
            row.because = Some("it was not recommended before either".to_owned());
        }
    }
    if changed.is_empty() && gone.is_empty() {
        let all = |list: &[ForecastSeen]| -> BTreeSet<(String, Vec<String>)> {
            list.iter()
                .map(|r| (plain(&r.vaccine), dates_of(r)))
                .collect()
        };
        let row = rows.check(
            format!("the recommendations differ from those of {}", with.step),
            all(before) != all(shown),
        );
        row.because = Some("the plan says in words what is different".to_owned());
    }
}

fn dates_of(row: &ForecastSeen) -> Vec<String> {
    let mut all: Vec<String> = [&row.due, &row.earliest, &row.overdue, &row.latest]
        .into_iter()
        .map(|d| {
            d.as_ref().map_or(String::new(), |d| {
                read_day(d.reveal()).map_or_else(|| plain(d.reveal()), |d| d.to_string())
            })
        })
        .collect();
    all.push(recommended(row).to_string());
    all
}

// the harness's own forecast of the history that the system has to have at this step
fn by_forecaster(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    step: &Step,
    display: &ForecastDisplay,
    answers: &Answers,
    shown: &[ForecastSeen],
    tolerance: u32,
) {
    let what = "the recommendations are those of the harness's own forecaster";
    let Some(forecaster) = ctx.forecaster else {
        rows.add(what, Outcome::Inconclusive).because = Some("no forecaster is at hand".to_owned());
        return;
    };
    let query = match query(ctx, step, answers) {
        Ok(query) => query,
        Err(because) => {
            rows.add(what, Outcome::Error).because = Some(because);
            return;
        }
    };
    let ours = match forecaster.forecast(&query) {
        Ok(ours) => ours,
        Err(error) => {
            rows.add(what, Outcome::Error).because = Some(error.to_string());
            return;
        }
    };
    let only: Vec<About> = display
        .groups
        .iter()
        .flat_map(|t| t.iter())
        .map(|t| About::named(&ctx.text(t), Vec::new()))
        .collect();
    for row in ours.iter().filter(|r| recommended(r)) {
        let about = About::seen(row);
        if !only.is_empty() && !only.iter().any(|o| o.is(&about)) {
            continue;
        }
        let name = format!("{} by our forecaster", row.vaccine);
        let due = row.due.as_ref().or(row.earliest.as_ref());
        dated(
            rows,
            &name,
            &about,
            &[
                ("not before", None),
                ("due", due.map(|d| d.reveal().to_owned())),
                ("overdue from", None),
                ("not after", None),
            ],
            shown,
            tolerance,
        );
    }
    for row in ours.iter().filter(|r| !recommended(r)) {
        let about = About::seen(row);
        let limited = !only.is_empty() && !only.iter().any(|o| o.is(&about));
        let ours_too = ours
            .iter()
            .any(|o| recommended(o) && About::seen(o).is(&about));
        if limited || ours_too {
            continue;
        }
        let found = find(&about, shown).filter(|f| recommended(f));
        if let Some(found) = found {
            let row = rows.check(
                format!("{} is not recommended by our forecaster", row.vaccine),
                false,
            );
            row.found = Some(Phi::new(told(found)));
        }
    }
}

fn query(ctx: &ProofContext<'_>, step: &Step, answers: &Answers) -> Result<ForecastQuery, String> {
    let patient = ctx
        .scope
        .bindings()
        .patient
        .as_ref()
        .and_then(|p| ctx.plan.data.patients.get(&p.value))
        .ok_or_else(|| "no patient is bound at this step".to_owned())?;
    let birth_date = read_day(&ctx.text(&patient.birth_date))
        .ok_or_else(|| "the patient's date of birth cannot be read".to_owned())?;
    let doses = match &answers.doses {
        Some(doses) => history::given(doses),
        None => history::planned(ctx, step),
    };
    Ok(ForecastQuery {
        birth_date,
        sex: ctx.text(&patient.sex),
        doses,
        as_of: ctx.as_of,
    })
}
