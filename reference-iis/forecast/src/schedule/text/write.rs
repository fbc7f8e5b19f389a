//! Writes a schedule as files.

use super::{ANTIGENS, FORMAT, MAGIC, WIDE, file_name};
use crate::schedule::{
    AgeRow, Ages, Antigen, Code, Compare, Condition, Conflict, Context, Dates, DoseKind, Gender,
    Interval, Logic, Period, Reference, Schedule, Series, SeriesDose, SeriesKind, Skip, SkipSet,
    VaccineAges,
};
use std::fmt;
use std::fmt::Write as _;

/// The files of a schedule: path below its folder, and text. The same schedule gives the same bytes.
pub fn write(schedule: &Schedule) -> Vec<(String, String)> {
    let mut files = vec![(WIDE.to_owned(), Writer::new(schedule).wide())];
    for antigen in &schedule.antigens {
        let path = format!("{ANTIGENS}/{}", file_name(&antigen.name));
        files.push((path, Writer::new(schedule).antigen(antigen)));
    }
    files
}

struct Writer<'s> {
    schedule: &'s Schedule,
    out: String,
    /// The line that is being written.
    line: String,
}

/// The column at which a remark begins, if the line is shorter.
const REMARK: usize = 60;

impl<'s> Writer<'s> {
    fn new(schedule: &'s Schedule) -> Self {
        Self {
            schedule,
            out: String::new(),
            line: String::new(),
        }
    }

    fn begin(&mut self, indent: usize, word: &str) {
        self.line.clear();
        for _ in 0..indent {
            self.line.push_str("  ");
        }
        self.line.push_str(word);
    }

    fn add(&mut self, part: impl fmt::Display) {
        // writing to a string does not fail
        let _ = write!(self.line, " {part}");
    }

    fn codes(&mut self, codes: impl IntoIterator<Item = Code>) {
        for code in codes {
            self.add(code);
        }
    }

    fn quoted(&mut self, text: &str) {
        self.line.push_str(" \"");
        for c in text.chars() {
            self.line.push(match c {
                '"' => '\'',
                c if c.is_control() => ' ',
                c => c,
            });
        }
        self.line.push('"');
    }

    /// A name: quoted when it is more than one plain word.
    fn name(&mut self, text: &str) {
        if text.is_empty()
            || !text.starts_with(|c: char| c.is_ascii_alphanumeric())
            || !text
                .bytes()
                .all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'#'))
        {
            self.quoted(text);
        } else {
            self.add(text);
        }
    }

    fn keyed(&mut self, key: &str, value: Option<impl fmt::Display>) {
        if let Some(value) = value {
            self.add(key);
            self.add(value);
        }
    }

    fn ages(&mut self, ages: Ages) {
        self.range("ages", ages.begin, ages.end);
    }

    fn dates(&mut self, key: &str, dates: Dates) {
        self.range(key, dates.first, dates.last);
    }

    fn range<T: fmt::Display>(&mut self, key: &str, first: Option<T>, last: Option<T>) {
        if first.is_none() && last.is_none() {
            return;
        }
        self.add(key);
        self.bare_range(first, last);
    }

    fn bare_range<T: fmt::Display>(&mut self, first: Option<T>, last: Option<T>) {
        self.line.push(' ');
        if let Some(first) = first {
            let _ = write!(self.line, "{first}");
        }
        self.line.push_str("..");
        if let Some(last) = last {
            let _ = write!(self.line, "{last}");
        }
    }

    fn end(&mut self) {
        self.out.push_str(&self.line);
        self.out.push('\n');
    }

    /// Ends the line with a remark for people.
    fn end_with(&mut self, remark: Option<&str>) {
        if let Some(remark) = remark.filter(|r| !r.is_empty()) {
            let width = self.line.chars().count();
            for _ in width..REMARK {
                self.line.push(' ');
            }
            self.line.push_str("  # ");
            self.line
                .extend(remark.chars().map(|c| if c.is_control() { ' ' } else { c }));
        }
        self.end();
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }

    fn head(&mut self) {
        self.begin(0, MAGIC);
        self.add(FORMAT);
        self.end();
        let schedule = self.schedule;
        self.begin(0, "version");
        self.name(&schedule.version);
        self.end();
        if let Some(published) = &schedule.published {
            self.begin(0, "published");
            self.name(published);
            self.end();
        }
        self.begin(0, "source");
        self.quoted(&schedule.source);
        self.end();
    }

    fn observed(&self, code: Code) -> Option<&'s str> {
        self.schedule.observation(code).map(|o| o.name.as_str())
    }

    fn vaccine_name(&self, cvx: Code) -> Option<&'s str> {
        self.schedule.vaccine(cvx).map(|v| v.name.as_str())
    }

    fn wide(mut self) -> String {
        self.head();
        self.blank();
        let schedule = self.schedule;
        for group in &schedule.groups {
            self.begin(0, "group");
            self.name(&group.name);
            self.add("of");
            for antigen in &group.antigens {
                self.name(antigen);
            }
            match group.administer_full {
                Some(true) => self.add("given together"),
                Some(false) => self.add("given apart"),
                None => {}
            }
            self.end();
        }
        self.blank();
        for vaccine in &schedule.vaccines {
            self.begin(0, "vaccine");
            self.add(vaccine.cvx);
            self.quoted(&vaccine.name);
            for association in &vaccine.antigens {
                self.name(&association.antigen);
                self.ages(association.ages);
            }
            self.end();
        }
        self.blank();
        self.conflicts();
        self.blank();
        for observation in &schedule.observations {
            self.begin(0, "observation");
            self.add(observation.code);
            self.quoted(&observation.name);
            let mut system = None;
            for value in &observation.coded {
                if system != Some(&value.system) {
                    self.add("in");
                    self.name(&value.system);
                    system = Some(&value.system);
                }
                self.add(&value.code);
            }
            self.end();
        }
        self.out
    }

    /// Conflicts, those that differ in the current vaccine only in one line.
    fn conflicts(&mut self) {
        let key = |c: &Conflict| (c.previous, c.begin, c.minimum_end, c.end);
        let mut all = self.schedule.conflicts.clone();
        all.sort_by_key(|c| (key(c), c.current));
        for same in all.chunk_by(|a, b| key(a) == key(b)) {
            let Some(first) = same.first() else { continue };
            self.begin(0, "conflict after");
            self.add(first.previous);
            self.add("from");
            self.add(first.begin);
            self.add("until");
            self.add(first.end);
            self.add("or");
            self.add(first.minimum_end);
            self.add("with");
            self.codes(same.iter().map(|c| c.current));
            self.end();
        }
    }

    fn antigen(mut self, antigen: &Antigen) -> String {
        self.head();
        self.begin(0, "antigen");
        self.name(&antigen.name);
        self.end();
        self.immunity(antigen);
        if !antigen.contraindications.is_empty() || !antigen.vaccine_contraindications.is_empty() {
            self.blank();
        }
        for row in &antigen.contraindications {
            self.begin(0, "contraindicated");
            self.add(row.observation);
            self.ages(row.ages);
            self.keyed("guidance", row.guidance);
            self.end_with(self.observed(row.observation));
        }
        for row in &antigen.vaccine_contraindications {
            self.begin(0, "contraindicated");
            self.add(row.observation);
            self.keyed("guidance", row.guidance);
            for same in row.vaccines.chunk_by(|a, b| a.ages == b.ages) {
                self.add("for");
                self.vaccines(same);
            }
            self.end_with(self.observed(row.observation));
        }
        for series in &antigen.series {
            self.blank();
            self.series(series);
        }
        self.out
    }

    /// Codes and the ages they share.
    fn vaccines(&mut self, same: &[VaccineAges]) {
        self.codes(same.iter().map(|v| v.cvx));
        if let Some(first) = same.first() {
            self.ages(first.ages);
        }
    }

    fn immunity(&mut self, antigen: &Antigen) {
        let immunity = &antigen.immunity;
        if !immunity.history.is_empty() || !immunity.births.is_empty() {
            self.blank();
        }
        for code in &immunity.history {
            self.begin(0, "immune");
            self.add(code);
            self.end_with(self.observed(*code));
        }
        for birth in &immunity.births {
            self.begin(0, "immune born-before");
            self.add(birth.before);
            if let Some(country) = &birth.country {
                self.add("country");
                self.name(country);
            }
            if !birth.exclusions.is_empty() {
                self.add("except");
                self.codes(birth.exclusions.iter().copied());
            }
            self.end();
        }
    }

    fn series(&mut self, series: &Series) {
        self.begin(0, "series");
        self.quoted(&series.name);
        self.end();
        self.begin(1, "group");
        self.name(&series.vaccine_group);
        self.end();
        self.begin(1, "kind");
        self.add(match series.kind {
            SeriesKind::Standard => "standard",
            SeriesKind::Risk => "risk",
            SeriesKind::EvaluationOnly => "evaluation-only",
        });
        self.end();
        self.begin(1, "choose group");
        let selection = &series.selection;
        self.add(selection.group);
        self.quoted(&selection.group_name);
        self.keyed("priority", selection.priority);
        self.keyed("preference", selection.preference);
        if selection.default {
            self.add("default");
        }
        if selection.product_path {
            self.add("product-path");
        }
        self.range("start", selection.start.begin, selection.start.end);
        self.end();
        if !series.equivalent_groups.is_empty() {
            self.begin(1, "equivalent");
            for group in &series.equivalent_groups {
                self.add(group);
            }
            self.end();
        }
        if !series.genders.is_empty() {
            self.begin(1, "gender");
            for gender in &series.genders {
                self.add(match gender {
                    Gender::Female => "female",
                    Gender::Male => "male",
                    Gender::Unknown => "unknown",
                });
            }
            self.end();
        }
        for key in &series.guidance {
            self.begin(1, "guidance");
            self.add(key);
            self.end();
        }
        for indication in &series.indications {
            self.begin(1, "indicated");
            self.add(indication.observation);
            self.ages(indication.ages);
            self.keyed("guidance", indication.guidance);
            self.end_with(self.observed(indication.observation));
        }
        for (n, dose) in series.doses.iter().enumerate() {
            self.begin(1, "dose");
            self.add(n + 1);
            self.end();
            self.dose(dose);
        }
    }

    fn dose(&mut self, dose: &SeriesDose) {
        for row in &dose.ages {
            self.age_row(row);
        }
        for row in &dose.intervals {
            self.interval(row);
        }
        for row in &dose.allowable_intervals {
            self.begin(2, "allowed-interval");
            self.reference(&row.from);
            self.keyed("absolute", row.absolute_minimum);
            self.dates("effective", row.dates);
            self.end();
        }
        for row in &dose.preferable {
            self.begin(2, "vaccine");
            self.add(row.cvx);
            self.ages(row.ages);
            self.keyed("volume", row.volume);
            if let Some(name) = &row.trade_name {
                self.add("product");
                self.name(name);
            }
            self.keyed("maker", row.mvx);
            if row.forecast {
                self.add("recommended");
            }
            self.end_with(self.vaccine_name(row.cvx));
        }
        for same in dose.allowable.chunk_by(|a, b| a.ages == b.ages) {
            self.begin(2, "allowed");
            self.vaccines(same);
            self.end();
        }
        if !dose.inadvertent.is_empty() {
            self.begin(2, "inadvertent");
            self.codes(dose.inadvertent.iter().copied());
            self.end();
        }
        for skip in &dose.skips {
            self.skip(skip);
        }
        if dose.recurring {
            self.begin(2, "recurring");
            self.end();
        }
        if let Some(season) = dose.season {
            self.begin(2, "season");
            self.bare_range(season.first, season.last);
            self.end();
        }
    }

    fn recommended(&mut self, earliest: Option<Period>, latest: Option<Period>) {
        self.range("recommended", earliest, latest);
    }

    fn age_row(&mut self, row: &AgeRow) {
        self.begin(2, "age");
        self.keyed("absolute", row.absolute_minimum);
        self.keyed("minimum", row.minimum);
        self.recommended(row.earliest_recommended, row.latest_recommended);
        self.keyed("maximum", row.maximum);
        self.dates("effective", row.dates);
        self.end();
    }

    fn interval(&mut self, row: &Interval) {
        self.begin(2, "interval");
        self.reference(&row.from);
        self.keyed("absolute", row.absolute_minimum);
        self.keyed("minimum", row.minimum);
        self.recommended(row.earliest_recommended, row.latest_recommended);
        if row.priority {
            self.add("priority");
        }
        self.dates("effective", row.dates);
        match row.from {
            Reference::Observation(code) => self.end_with(self.observed(code)),
            _ => self.end(),
        }
    }

    fn reference(&mut self, from: &Reference) {
        match from {
            Reference::Previous => self.add("previous"),
            Reference::TargetDose(n) => self.keyed("dose", Some(n)),
            Reference::MostRecent(codes) => {
                self.add("recent");
                self.codes(codes.iter().copied());
            }
            Reference::Observation(code) => self.keyed("observation", Some(code)),
        }
    }

    fn skip(&mut self, skip: &Skip) {
        self.begin(2, "skip");
        self.add(match skip.context {
            Context::Evaluation => "evaluation",
            Context::Forecast => "forecast",
            Context::Both => "both",
        });
        self.end();
        for (n, set) in skip.sets.iter().enumerate() {
            self.begin(
                3,
                match (n, skip.logic) {
                    (0, _) => "when",
                    (_, Logic::Any) => "or when",
                    (_, Logic::All) => "and when",
                },
            );
            self.set(set);
            self.end();
        }
    }

    fn set(&mut self, set: &SkipSet) {
        self.dates("effective", set.dates);
        for (n, condition) in set.conditions.iter().enumerate() {
            if n > 0 {
                self.add(match set.logic {
                    Logic::Any => "or",
                    Logic::All => "and",
                });
            }
            match condition {
                Condition::Age(ages) => {
                    self.add("age");
                    self.bare_range(ages.begin, ages.end);
                }
                Condition::CompletedSeries(groups) => {
                    self.add("complete");
                    for group in groups {
                        self.add(group);
                    }
                }
                Condition::Interval(period) => self.keyed("since", Some(period)),
                Condition::Count(count) => {
                    self.add(match count.kind {
                        DoseKind::Total => "doses",
                        DoseKind::Valid => "valid",
                    });
                    self.add(match count.compare {
                        Compare::Greater => ">",
                        Compare::Equal => "=",
                        Compare::Less => "<",
                    });
                    self.add(count.count);
                    if !count.vaccines.is_empty() {
                        self.add("of");
                        self.codes(count.vaccines.iter().copied());
                    }
                    self.ages(count.ages);
                    self.dates("dates", count.dates);
                }
            }
        }
    }
}
