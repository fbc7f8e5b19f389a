//! What a schedule says, fact by fact, in words: what [`diff`](super::diff()) compares.

use super::{
    AgeRow, Ages, Antigen, Code, Compare, Condition, Context, Dates, DoseKind, Gender, Logic,
    Period, Reference, Schedule, Series, SeriesDose, SeriesKind, Skip, SkipSet, VaccineCount,
};
use std::fmt;

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// What it is about.
    pub(super) key: String,
    /// What is said about it.
    pub(super) value: Value,
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Words; empty when the key says it all.
    Text(String),
    /// Things whose order does not matter.
    List(Vec<String>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::List(list) => f.write_str(&list.join(", ")),
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value.to_string();
        if value.is_empty() {
            f.write_str(&self.key)
        } else {
            write!(f, "{}: {value}", self.key)
        }
    }
}

struct Facts<'s> {
    schedule: &'s Schedule,
    all: Vec<Fact>,
}

impl<'s> Facts<'s> {
    fn of(schedule: &'s Schedule) -> Self {
        Self {
            schedule,
            all: Vec::new(),
        }
    }

    fn text(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.all.push(Fact {
            key: key.into(),
            value: Value::Text(value.into()),
        });
    }

    fn maybe(&mut self, key: impl Into<String>, value: Option<String>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    fn list(&mut self, key: impl Into<String>, list: Vec<String>) {
        if !list.is_empty() {
            self.all.push(Fact {
                key: key.into(),
                value: Value::List(list),
            });
        }
    }

    fn vaccine(&self, cvx: Code) -> String {
        match self.schedule.vaccine(cvx) {
            Some(vaccine) => format!("{cvx} ({})", vaccine.name),
            None => cvx.to_string(),
        }
    }

    fn vaccines(&self, codes: impl IntoIterator<Item = Code>) -> Vec<String> {
        codes.into_iter().map(|c| self.vaccine(c)).collect()
    }

    fn observation(&self, code: Code) -> String {
        match self.schedule.observation(code) {
            Some(observation) => format!("{code} ({})", observation.name),
            None => code.to_string(),
        }
    }
}

/// The facts of the schedule as a whole.
pub(super) fn wide(schedule: &Schedule) -> Vec<Fact> {
    let mut facts = Facts::of(schedule);
    for group in &schedule.groups {
        facts.list(
            format!("vaccine group {}", group.name),
            group.antigens.clone(),
        );
        facts.maybe(
            format!("vaccine group {} given together", group.name),
            group
                .administer_full
                .map(|full| if full { "yes" } else { "no" }.to_owned()),
        );
    }
    for vaccine in &schedule.vaccines {
        let antigens = vaccine
            .antigens
            .iter()
            .map(|a| format!("{}{}", a.antigen, at_ages(a.ages)))
            .collect();
        facts.list(format!("CVX {} ({})", vaccine.cvx, vaccine.name), antigens);
    }
    let mut conflicts: Vec<_> = schedule.conflicts.iter().collect();
    conflicts.sort_by_key(|c| (c.previous, c.begin, c.end, c.minimum_end, c.current));
    for same in conflicts.chunk_by(|a, b| {
        (a.previous, a.begin, a.end, a.minimum_end) == (b.previous, b.begin, b.end, b.minimum_end)
    }) {
        if let Some(first) = same.first() {
            let key = format!(
                "conflict after {} from {} until {} ({} when it was valid)",
                facts.vaccine(first.previous),
                first.begin.words(),
                first.end.words(),
                first.minimum_end.words()
            );
            let list = facts.vaccines(same.iter().map(|c| c.current));
            facts.list(key, list);
        }
    }
    for observation in &schedule.observations {
        let codes: Vec<String> = observation
            .coded
            .iter()
            .map(|c| format!("{} {}", c.system, c.code))
            .collect();
        facts.text(
            format!("observation {}", observation.code),
            observation.name.clone(),
        );
        facts.list(
            format!(
                "codes of observation {} ({})",
                observation.code, observation.name
            ),
            codes,
        );
    }
    facts.all
}

/// The facts of an antigen apart from its series.
pub(super) fn antigen(schedule: &Schedule, antigen: &Antigen) -> Vec<Fact> {
    let mut facts = Facts::of(schedule);
    for code in &antigen.immunity.history {
        let key = format!("evidence of immunity: {}", facts.observation(*code));
        facts.text(key, "");
    }
    for birth in &antigen.immunity.births {
        let country = birth
            .country
            .as_deref()
            .map_or_else(String::new, |c| format!(" in {c}"));
        let except: Vec<String> = birth
            .exclusions
            .iter()
            .map(|c| facts.observation(*c))
            .collect();
        let except = if except.is_empty() {
            String::new()
        } else {
            format!(", except {}", except.join(", "))
        };
        facts.text(
            "immune by birth",
            format!("before {}{country}{except}", birth.before),
        );
    }
    for row in &antigen.contraindications {
        let key = format!("contraindicated by {}", facts.observation(row.observation));
        facts.text(key.clone(), ages_words(row.ages));
        facts.maybe(
            format!("guidance when {key}"),
            row.guidance.map(|g| g.to_string()),
        );
    }
    for row in &antigen.vaccine_contraindications {
        let key = format!(
            "vaccines contraindicated by {}",
            facts.observation(row.observation)
        );
        let list = row
            .vaccines
            .iter()
            .map(|v| format!("{}{}", facts.vaccine(v.cvx), at_ages(v.ages)))
            .collect();
        facts.list(key.clone(), list);
        facts.maybe(
            format!("guidance when {key}"),
            row.guidance.map(|g| g.to_string()),
        );
    }
    facts.all
}

/// The facts of a series apart from its doses.
pub(super) fn series(schedule: &Schedule, series: &Series) -> Vec<Fact> {
    let mut facts = Facts::of(schedule);
    let selection = &series.selection;
    facts.text("vaccine group", series.vaccine_group.clone());
    facts.text("kind", kind(series.kind));
    facts.text(
        "series group",
        format!("{} ({})", selection.group, selection.group_name),
    );
    facts.maybe("priority", selection.priority.map(|p| p.to_string()));
    facts.maybe("preference", selection.preference.map(|p| p.to_string()));
    facts.text("default series", yes(selection.default));
    facts.text("product path", yes(selection.product_path));
    facts.maybe(
        "minimum age to start",
        selection.start.begin.map(Period::words),
    );
    facts.maybe(
        "maximum age to start",
        selection.start.end.map(Period::words),
    );
    facts.list(
        "equivalent series groups",
        series.equivalent_groups.iter().map(u8::to_string).collect(),
    );
    let genders = series.genders.iter().map(|g| match g {
        Gender::Female => "female".to_owned(),
        Gender::Male => "male".to_owned(),
        Gender::Unknown => "unknown".to_owned(),
    });
    facts.list("for the genders", genders.collect());
    facts.list(
        "guidance",
        series.guidance.iter().map(Code::to_string).collect(),
    );
    for row in &series.indications {
        let key = format!("indicated by {}", facts.observation(row.observation));
        facts.text(key.clone(), ages_words(row.ages));
        facts.maybe(
            format!("guidance when {key}"),
            row.guidance.map(|g| g.to_string()),
        );
    }
    facts.all
}

/// A new series in a line.
pub(super) fn summary(series: &Series) -> String {
    format!(
        "{}, {}, series group {} ({})",
        kind(series.kind),
        super::diff::counted(series.doses.len(), "dose", "doses"),
        series.selection.group,
        series.selection.group_name
    )
}

fn kind(kind: SeriesKind) -> &'static str {
    match kind {
        SeriesKind::Standard => "standard",
        SeriesKind::Risk => "risk",
        SeriesKind::EvaluationOnly => "evaluation only",
    }
}

fn yes(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}

/// The facts of a dose.
pub(super) fn dose(schedule: &Schedule, dose: &SeriesDose) -> Vec<Fact> {
    let mut facts = Facts::of(schedule);
    for row in &dose.ages {
        age_row(&mut facts, row);
    }
    for row in &dose.intervals {
        let place = format!(
            "{}{}",
            facts_reference(&facts, &row.from),
            effective(row.dates)
        );
        facts.maybe(
            format!("absolute minimum interval {place}"),
            row.absolute_minimum.map(Period::words),
        );
        facts.maybe(
            format!("minimum interval {place}"),
            row.minimum.map(Period::words),
        );
        facts.maybe(
            format!("earliest recommended interval {place}"),
            row.earliest_recommended.map(Period::words),
        );
        facts.maybe(
            format!("latest recommended interval {place}"),
            row.latest_recommended.map(Period::words),
        );
        if row.priority {
            facts.text(format!("the interval {place} has priority"), "");
        }
    }
    for row in &dose.allowable_intervals {
        let place = format!(
            "{}{}",
            facts_reference(&facts, &row.from),
            effective(row.dates)
        );
        facts.text(
            format!("allowed interval {place}"),
            row.absolute_minimum
                .map_or_else(|| "any".to_owned(), Period::words),
        );
    }
    for row in &dose.preferable {
        let product = row
            .trade_name
            .as_deref()
            .map_or_else(String::new, |n| format!(" as {n}"));
        let key = format!("vaccine {}{product}", facts.vaccine(row.cvx));
        let maker = row
            .mvx
            .map_or_else(String::new, |m| format!(", made by {m}"));
        let volume = row.volume.map_or_else(String::new, |v| format!(", {v} mL"));
        let named = if row.forecast { ", recommended" } else { "" };
        facts.text(
            key,
            format!("{}{volume}{maker}{named}", ages_words(row.ages)),
        );
    }
    for same in dose.allowable.chunk_by(|a, b| a.ages == b.ages) {
        if let Some(first) = same.first() {
            let list = facts.vaccines(same.iter().map(|v| v.cvx));
            facts.list(format!("allowed vaccines {}", ages_words(first.ages)), list);
        }
    }
    let list = facts.vaccines(dose.inadvertent.iter().copied());
    facts.list("inadvertent vaccines", list);
    for row in &dose.skips {
        let text = skip(row);
        facts.text(text, "");
    }
    facts.text("recurring", yes(dose.recurring));
    facts.maybe("season", dose.season.map(dates_words));
    facts.all
}

fn age_row(facts: &mut Facts<'_>, row: &AgeRow) {
    let when = effective(row.dates);
    for (what, age) in [
        ("absolute minimum age", row.absolute_minimum),
        ("minimum age", row.minimum),
        ("earliest recommended age", row.earliest_recommended),
        ("latest recommended age", row.latest_recommended),
        ("maximum age", row.maximum),
    ] {
        facts.maybe(format!("{what}{when}"), age.map(Period::words));
    }
}

fn facts_reference(facts: &Facts<'_>, from: &Reference) -> String {
    match from {
        Reference::Previous => "from the previous dose".to_owned(),
        Reference::TargetDose(n) => format!("from dose {n}"),
        Reference::MostRecent(codes) => format!("from the latest of CVX {}", joined(codes)),
        Reference::Observation(code) => format!("from observation {}", facts.observation(*code)),
    }
}

fn joined(codes: &[Code]) -> String {
    codes
        .iter()
        .map(Code::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

fn effective(dates: Dates) -> String {
    if dates.is_empty() {
        String::new()
    } else {
        format!(" ({})", dates_words(dates))
    }
}

fn dates_words(dates: Dates) -> String {
    match (dates.first, dates.last) {
        (Some(a), Some(b)) => format!("{a} to {b}"),
        (Some(a), None) => format!("from {a}"),
        (None, Some(b)) => format!("to {b}"),
        (None, None) => "always".to_owned(),
    }
}

fn ages_words(ages: Ages) -> String {
    let words = |p: Period| p.words();
    match (ages.begin.map(words), ages.end.map(words)) {
        (Some(a), Some(b)) => format!("from {a} to before {b}"),
        (Some(a), None) => format!("from {a}"),
        (None, Some(b)) => format!("before {b}"),
        (None, None) => "at any age".to_owned(),
    }
}

fn at_ages(ages: Ages) -> String {
    if ages == Ages::default() {
        String::new()
    } else {
        format!(" {}", ages_words(ages))
    }
}

fn skip(skip: &Skip) -> String {
    let context = match skip.context {
        Context::Evaluation => "in evaluation",
        Context::Forecast => "in forecasting",
        Context::Both => "always",
    };
    let join = match skip.logic {
        Logic::Any => ", or ",
        Logic::All => ", and ",
    };
    let sets: Vec<String> = skip.sets.iter().map(set).collect();
    format!("skipped {context} when {}", sets.join(join))
}

fn set(set: &SkipSet) -> String {
    let join = match set.logic {
        Logic::Any => " or ",
        Logic::All => " and ",
    };
    let conditions: Vec<String> = set.conditions.iter().map(condition).collect();
    format!("{}{}", conditions.join(join), effective(set.dates))
}

fn condition(condition: &Condition) -> String {
    match condition {
        Condition::Age(ages) => format!("the age is {}", ages_words(*ages)),
        Condition::CompletedSeries(groups) => {
            let groups: Vec<String> = groups.iter().map(u8::to_string).collect();
            format!("a series of group {} is complete", groups.join(" or "))
        }
        Condition::Interval(period) => {
            format!("{} have passed since the previous dose", period.words())
        }
        Condition::Count(count) => count_words(count),
    }
}

fn count_words(count: &VaccineCount) -> String {
    let compare = match count.compare {
        Compare::Greater => "more than",
        Compare::Equal => "exactly",
        Compare::Less => "fewer than",
    };
    let kind = match count.kind {
        DoseKind::Total => "",
        DoseKind::Valid => "valid ",
    };
    let of = if count.vaccines.is_empty() {
        String::new()
    } else {
        format!(" of CVX {}", joined(&count.vaccines))
    };
    let dates = if count.dates.is_empty() {
        String::new()
    } else {
        format!(" {}", dates_words(count.dates))
    };
    format!(
        "{compare} {} {kind}doses{of}{}{dates}",
        count.count,
        at_ages(count.ages)
    )
}
