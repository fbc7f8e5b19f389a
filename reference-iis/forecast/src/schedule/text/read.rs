//! Reads the files of a schedule.

use super::line::{Line, Result, Word};
use super::{FORMAT, MAGIC};
use crate::schedule::check::{self, ReadError};
use crate::schedule::{
    AgeRow, Ages, AllowableInterval, Antigen, AntigenContraindication, Association, BirthImmunity,
    Code, CodedValue, Compare, Condition, Conflict, Context, Dates, DoseKind, Gender, Immunity,
    Indication, Interval, Logic, Observation, Preferable, Reference, Schedule, Selection, Series,
    SeriesDose, SeriesKind, Skip, SkipSet, Vaccine, VaccineAges, VaccineContraindication,
    VaccineCount, VaccineGroup, Volume,
};
use titer_finding::Diagnostic;

/// A file of a schedule.
#[derive(Clone, Copy, Debug)]
pub struct TextFile<'a> {
    /// Its name, for messages.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// After so many the rest of the problems is not collected.
const MOST: usize = 50;

/// What a file's head says.
#[derive(Default, PartialEq, Eq)]
struct Head {
    version: String,
    published: Option<String>,
    source: String,
}

/// Reads the files of one schedule: one for the whole, and one for each antigen, in any order.
pub fn read(files: &[TextFile<'_>]) -> std::result::Result<Schedule, ReadError> {
    let mut problems = Vec::new();
    let mut antigens: Vec<(Antigen, &str)> = Vec::new();
    let mut wide: Option<(Schedule, &str)> = None;
    let mut head: Option<(Head, &str)> = None;
    for file in files {
        let part = Reader::default().file(*file, &mut problems);
        match &head {
            Some((first, name)) if *first != part.head => problems.push(
                Diagnostic::new(format!(
                    "version, date and source differ from those of {name}"
                ))
                .in_file(file.name),
            ),
            None => head = Some((part.head, file.name)),
            _ => {}
        }
        match (part.antigen, &wide) {
            (Some(antigen), _) => antigens.push((antigen, file.name)),
            (None, None) => wide = Some((part.wide, file.name)),
            (None, Some((_, other))) => problems.push(
                Diagnostic::new(format!(
                    "this file names no antigen, and {other} is the one for the whole schedule"
                ))
                .in_file(file.name),
            ),
        }
    }
    if wide.is_none() && problems.is_empty() {
        problems.push(
            Diagnostic::new("no file holds the schedule as a whole")
                .with_help("it is the one without an antigen"),
        );
    }
    let Some((mut schedule, name)) = wide.filter(|_| problems.is_empty()) else {
        return Err(ReadError { problems });
    };
    if let Some((head, _)) = head {
        schedule.version = head.version;
        schedule.published = head.published;
        schedule.source = head.source;
    }
    let problems = check::whole(&mut schedule, name, antigens);
    if problems.is_empty() {
        Ok(schedule)
    } else {
        Err(ReadError { problems })
    }
}

#[derive(Default)]
struct Reader {
    head: Head,
    wide: Schedule,
    antigen: Option<Antigen>,
    /// Where each series of the antigen begins.
    series: Vec<std::ops::Range<usize>>,
}

impl Reader {
    fn file(mut self, file: TextFile<'_>, problems: &mut Vec<Diagnostic>) -> Self {
        let mut at = 0;
        let mut begun = false;
        for text in file.text.split_inclusive('\n') {
            let body = text.strip_suffix('\n').unwrap_or(text);
            let body = if at == 0 {
                body.trim_start_matches('\u{feff}')
            } else {
                body
            };
            let mut line = Line::new(body, at + text.trim_end_matches('\n').len() - body.len());
            at += text.len();
            let Ok(Some(word)) = line.next() else {
                continue;
            };
            let done = if begun {
                self.line(word, &mut line).and_then(|()| line.end())
            } else {
                begun = true;
                magic(word, &mut line).and_then(|()| line.end())
            };
            if let Err(wrong) = done {
                let fatal = word.text != MAGIC && word.start == 0;
                if problems.len() < MOST {
                    problems.push(wrong.diagnostic.at_bytes(file.name, file.text, wrong.range));
                }
                // a file of another kind has nothing to say in its other lines
                if fatal {
                    return self;
                }
            }
        }
        if !begun {
            problems.push(Diagnostic::new("the file is empty").in_file(file.name));
        } else if self.head.version.is_empty() {
            problems.push(Diagnostic::new("the file does not say its version").in_file(file.name));
        }
        self.complete(file, problems);
        self
    }

    /// What a series must say and does not.
    fn complete(&self, file: TextFile<'_>, problems: &mut Vec<Diagnostic>) {
        let series = self.antigen.iter().flat_map(|a| &a.series);
        for (series, place) in series.zip(&self.series) {
            let missing = [
                ("`group`", series.vaccine_group.is_empty()),
                ("`choose`", series.selection == Selection::default()),
                ("`dose`", series.doses.is_empty()),
            ];
            let skips = series.doses.iter().flat_map(|d| &d.skips);
            let missing = missing
                .iter()
                .filter(|(_, missing)| *missing)
                .map(|(what, _)| format!("this series has no {what}"))
                .chain(
                    skips
                        .filter(|s| s.sets.is_empty())
                        .map(|_| "a skip of this series has no `when`".to_owned()),
                );
            for message in missing {
                problems.push(Diagnostic::new(message).at_bytes(
                    file.name,
                    file.text,
                    place.clone(),
                ));
            }
        }
    }

    fn line(&mut self, word: Word<'_>, line: &mut Line<'_>) -> Result<()> {
        match word.text {
            "version" => self.head.version = line.text("a version")?,
            "published" => self.head.published = Some(line.text("a date")?),
            "source" => self.head.source = line.text("a source")?,
            "antigen" => {
                if self.antigen.is_some() {
                    return Err(word.wrong("a file holds one antigen"));
                }
                self.antigen = Some(Antigen {
                    name: line.text("a name")?,
                    immunity: Immunity::default(),
                    contraindications: Vec::new(),
                    vaccine_contraindications: Vec::new(),
                    series: Vec::new(),
                });
            }
            _ => match &mut self.antigen {
                Some(antigen) => {
                    antigen_line(antigen, word, line)?;
                    if word.text == "series" {
                        self.series.push(word.range());
                    }
                }
                None => wide_line(&mut self.wide, word, line)?,
            },
        }
        Ok(())
    }
}

fn magic(word: Word<'_>, line: &mut Line<'_>) -> Result<()> {
    if word.text != MAGIC {
        return Err(word.wrong(format!("this is no schedule: its first word is `{MAGIC}`")));
    }
    let format = line.need("the format's version")?;
    if format.text == FORMAT {
        Ok(())
    } else {
        Err(format.wrong(format!(
            "format {} is not known: this program reads {FORMAT}",
            format.text
        )))
    }
}

fn wide_line(wide: &mut Schedule, word: Word<'_>, line: &mut Line<'_>) -> Result<()> {
    match word.text {
        "group" => {
            let name = line.text("a name")?;
            if wide.groups.iter().any(|g| g.name == name) {
                return Err(word.wrong(format!("the vaccine group {name} is there twice")));
            }
            line.expect("of")?;
            let (mut antigens, mut administer_full) = (Vec::new(), None);
            while let Some(next) = line.next()? {
                if next.text == "given" && !next.quoted {
                    administer_full = Some(one_of(line, &[("together", true), ("apart", false)])?);
                    break;
                }
                antigens.push(next.text.to_owned());
            }
            wide.groups.push(VaccineGroup {
                name,
                antigens,
                administer_full,
            });
        }
        "vaccine" => {
            let cvx = line.cvx()?;
            // written in order, so that the last one tells
            if wide.vaccines.last().is_some_and(|v| v.cvx >= cvx)
                && wide.vaccines.iter().any(|v| v.cvx == cvx)
            {
                return Err(word.wrong(format!("the CVX code {cvx} is there twice")));
            }
            let name = line.text("a name")?;
            let mut antigens = Vec::new();
            while let Some(antigen) = line.next()? {
                let ages = if line.take("ages") {
                    line.ages()?
                } else {
                    Ages::default()
                };
                antigens.push(Association {
                    antigen: antigen.text.to_owned(),
                    ages,
                });
            }
            wide.vaccines.push(Vaccine {
                cvx,
                name,
                antigens,
            });
        }
        "conflict" => {
            line.expect("after")?;
            let previous = line.cvx()?;
            line.expect("from")?;
            let begin = line.period()?;
            line.expect("until")?;
            let end = line.period()?;
            line.expect("or")?;
            let minimum_end = line.period()?;
            line.expect("with")?;
            for current in line.cvx_list()? {
                wide.conflicts.push(Conflict {
                    previous,
                    current,
                    begin,
                    minimum_end,
                    end,
                });
            }
        }
        "observation" => {
            let code = line.code()?;
            if wide.observations.last().is_some_and(|o| o.code >= code)
                && wide.observations.iter().any(|o| o.code == code)
            {
                return Err(word.wrong(format!("the observation {code} is there twice")));
            }
            let name = line.text("a name")?;
            let mut coded = Vec::new();
            while line.peek().is_some() {
                line.expect("in")?;
                let system = line.text("a code system")?;
                let before = coded.len();
                while let Some(next) = line.peek().filter(|n| n.text != "in") {
                    line.next()?;
                    coded.push(CodedValue {
                        system: system.clone(),
                        code: next.text.to_owned(),
                    });
                }
                if coded.len() == before {
                    return Err(line.wrong(format!("a code of {system} is missing here")));
                }
            }
            wide.observations.push(Observation { code, name, coded });
        }
        "series" | "immune" | "contraindicated" => {
            return Err(word.wrong(format!(
                "`{}` belongs to an antigen, and none is named before",
                word.text
            )));
        }
        _ => return Err(word.none_of(&["group", "vaccine", "conflict", "observation", "antigen"])),
    }
    Ok(())
}

/// One of some words, and what it stands for.
fn one_of<T: Copy>(line: &mut Line<'_>, known: &[(&str, T)]) -> Result<T> {
    let words = || known.iter().map(|(w, _)| *w).collect::<Vec<_>>();
    let Some(word) = line.next()? else {
        return Err(line.wrong(format!("one of {} is missing here", words().join(", "))));
    };
    known
        .iter()
        .find(|(w, _)| *w == word.text && !word.quoted)
        .map(|(_, value)| *value)
        .ok_or_else(|| word.none_of(&words()))
}

const SERIES: [&str; 8] = [
    "group",
    "kind",
    "choose",
    "equivalent",
    "gender",
    "guidance",
    "indicated",
    "dose",
];
const DOSE: [&str; 9] = [
    "age",
    "interval",
    "allowed-interval",
    "vaccine",
    "allowed",
    "inadvertent",
    "skip",
    "recurring",
    "season",
];

fn antigen_line(antigen: &mut Antigen, word: Word<'_>, line: &mut Line<'_>) -> Result<()> {
    match word.text {
        "immune" if line.take("born-before") => {
            let before = line.date()?;
            let country = if line.take("country") {
                Some(line.text("a country")?)
            } else {
                None
            };
            let mut exclusions = Vec::new();
            if line.take("except") {
                while line.peek().is_some() {
                    exclusions.push(line.code()?);
                }
            }
            antigen.immunity.births.push(BirthImmunity {
                before,
                country,
                exclusions,
            });
        }
        "immune" => antigen.immunity.history.push(line.code()?),
        "contraindicated" => contraindicated(antigen, line)?,
        "series" => {
            let name = line.text("a name")?;
            if antigen.series.iter().any(|s| s.name == name) {
                return Err(word.wrong(format!("the series {name} is there twice")));
            }
            antigen.series.push(Series {
                name,
                vaccine_group: String::new(),
                kind: SeriesKind::Standard,
                equivalent_groups: Vec::new(),
                genders: Vec::new(),
                selection: Selection::default(),
                guidance: Vec::new(),
                indications: Vec::new(),
                doses: Vec::new(),
            });
        }
        text => {
            let Some(series) = antigen.series.last_mut() else {
                return Err(misplaced(word, "series"));
            };
            if SERIES.contains(&text) {
                return series_line(series, word, line);
            }
            if matches!(text, "when" | "or" | "and") || DOSE.contains(&text) {
                let number = series.doses.len();
                let Some(dose) = series.doses.last_mut() else {
                    return Err(misplaced(word, "dose"));
                };
                return dose_line(dose, number, word, line);
            }
            return Err(word.none_of(&[&["series"][..], &SERIES, &DOSE, &["when"]].concat()));
        }
    }
    Ok(())
}

/// A line that stands before what it belongs to.
fn misplaced(word: Word<'_>, what: &str) -> super::line::Wrong {
    word.wrong(format!("`{}` stands here before any {what}", word.text))
}

fn contraindicated(antigen: &mut Antigen, line: &mut Line<'_>) -> Result<()> {
    let observation = line.code()?;
    let ages = if line.take("ages") {
        line.ages()?
    } else {
        Ages::default()
    };
    let guidance = guidance(line)?;
    if line.peek().is_none() {
        antigen.contraindications.push(AntigenContraindication {
            observation,
            ages,
            guidance,
        });
        return Ok(());
    }
    let mut vaccines = Vec::new();
    while line.peek().is_some() {
        line.expect("for")?;
        vaccine_list(line, &mut vaccines)?;
    }
    vaccines.sort_unstable_by_key(|v| (v.ages, v.cvx));
    antigen
        .vaccine_contraindications
        .push(VaccineContraindication {
            observation,
            guidance,
            vaccines,
        });
    Ok(())
}

fn guidance(line: &mut Line<'_>) -> Result<Option<Code>> {
    line.take("guidance").then(|| line.code()).transpose()
}

/// Codes, and the ages that hold for all of them.
fn vaccine_list(line: &mut Line<'_>, into: &mut Vec<VaccineAges>) -> Result<()> {
    let codes = line.cvx_list()?;
    let ages = if line.take("ages") {
        line.ages()?
    } else {
        Ages::default()
    };
    into.extend(codes.into_iter().map(|cvx| VaccineAges { cvx, ages }));
    Ok(())
}

fn series_line(series: &mut Series, word: Word<'_>, line: &mut Line<'_>) -> Result<()> {
    match word.text {
        "group" => series.vaccine_group = line.text("a vaccine group")?,
        "kind" => {
            series.kind = one_of(
                line,
                &[
                    ("standard", SeriesKind::Standard),
                    ("risk", SeriesKind::Risk),
                    ("evaluation-only", SeriesKind::EvaluationOnly),
                ],
            )?;
        }
        "choose" => series.selection = selection(line)?,
        "equivalent" => series.equivalent_groups = line.numbers()?,
        "gender" => {
            while line.peek().is_some() {
                series.genders.push(one_of(
                    line,
                    &[
                        ("female", Gender::Female),
                        ("male", Gender::Male),
                        ("unknown", Gender::Unknown),
                    ],
                )?);
            }
        }
        "guidance" => series.guidance.push(line.code()?),
        "indicated" => {
            let observation = line.code()?;
            let ages = if line.take("ages") {
                line.ages()?
            } else {
                Ages::default()
            };
            let guidance = guidance(line)?;
            series.indications.push(Indication {
                observation,
                ages,
                guidance,
            });
        }
        _ => {
            let expected = series.doses.len() + 1;
            let number = line.need("the number of the dose")?;
            if number.text.parse() != Ok(expected) {
                return Err(number.wrong(format!(
                    "dose {expected} was expected here, not `{}`",
                    number.text
                )));
            }
            series.doses.push(SeriesDose::default());
        }
    }
    Ok(())
}

fn selection(line: &mut Line<'_>) -> Result<Selection> {
    line.expect("group")?;
    let mut selection = Selection {
        group: line.number()?,
        group_name: line.text("a name")?,
        ..Selection::default()
    };
    while let Some(word) = line.next()? {
        match word.text {
            "priority" => {
                let letter = line.need("a letter")?;
                let [byte @ b'A'..=b'Z'] = letter.text.as_bytes() else {
                    return Err(
                        letter.wrong(format!("`{}` is not a letter from A to Z", letter.text))
                    );
                };
                selection.priority = Some(char::from(*byte));
            }
            "preference" => selection.preference = Some(line.number()?),
            "default" => selection.default = true,
            "product-path" => selection.product_path = true,
            "start" => selection.start = line.ages()?,
            _ => {
                return Err(word.none_of(&[
                    "priority",
                    "preference",
                    "default",
                    "product-path",
                    "start",
                ]));
            }
        }
    }
    Ok(selection)
}

fn dose_line(
    dose: &mut SeriesDose,
    number: usize,
    word: Word<'_>,
    line: &mut Line<'_>,
) -> Result<()> {
    match word.text {
        "age" => dose.ages.push(age_row(line)?),
        "interval" => dose.intervals.push(interval(line, number)?),
        "allowed-interval" => {
            let from = reference(line, number)?;
            let absolute_minimum = line.take("absolute").then(|| line.period()).transpose()?;
            let dates = line
                .take("effective")
                .then(|| line.dates())
                .transpose()?
                .unwrap_or_default();
            dose.allowable_intervals.push(AllowableInterval {
                from,
                absolute_minimum,
                dates,
            });
        }
        "vaccine" => dose.preferable.push(preferable(line)?),
        "allowed" => vaccine_list(line, &mut dose.allowable)?,
        "inadvertent" => dose.inadvertent = line.cvx_list()?,
        "skip" => dose.skips.push(Skip {
            context: one_of(
                line,
                &[
                    ("evaluation", Context::Evaluation),
                    ("forecast", Context::Forecast),
                    ("both", Context::Both),
                ],
            )?,
            logic: Logic::Any,
            sets: Vec::new(),
        }),
        "recurring" => dose.recurring = true,
        "season" => dose.season = Some(line.dates()?),
        _ => when(dose, word, line)?,
    }
    Ok(())
}

fn age_row(line: &mut Line<'_>) -> Result<AgeRow> {
    let mut row = AgeRow::default();
    while let Some(word) = line.next()? {
        match word.text {
            "absolute" => row.absolute_minimum = Some(line.period()?),
            "minimum" => row.minimum = Some(line.period()?),
            "recommended" => {
                let ages = line.ages()?;
                (row.earliest_recommended, row.latest_recommended) = (ages.begin, ages.end);
            }
            "maximum" => row.maximum = Some(line.period()?),
            "effective" => row.dates = line.dates()?,
            _ => {
                return Err(word.none_of(&[
                    "absolute",
                    "minimum",
                    "recommended",
                    "maximum",
                    "effective",
                ]));
            }
        }
    }
    Ok(row)
}

/// What an interval of a dose counts from.
fn reference(line: &mut Line<'_>, dose: usize) -> Result<Reference> {
    let word = line.need("what the interval counts from")?;
    match word.text {
        "previous" => Ok(Reference::Previous),
        "dose" => {
            let place = line.peek();
            let number = line.number()?;
            match place {
                Some(place) if number == 0 || usize::from(number) >= dose => Err(place.wrong(
                    format!("an interval of dose {dose} cannot count from dose {number}"),
                )),
                _ => Ok(Reference::TargetDose(number)),
            }
        }
        "recent" => Ok(Reference::MostRecent(line.cvx_list()?)),
        "observation" => Ok(Reference::Observation(line.code()?)),
        _ => Err(word.none_of(&["previous", "dose", "recent", "observation"])),
    }
}

fn interval(line: &mut Line<'_>, dose: usize) -> Result<Interval> {
    let mut row = Interval {
        from: reference(line, dose)?,
        absolute_minimum: None,
        minimum: None,
        earliest_recommended: None,
        latest_recommended: None,
        priority: false,
        dates: Dates::default(),
    };
    while let Some(word) = line.next()? {
        match word.text {
            "absolute" => row.absolute_minimum = Some(line.period()?),
            "minimum" => row.minimum = Some(line.period()?),
            "recommended" => {
                let ages = line.ages()?;
                (row.earliest_recommended, row.latest_recommended) = (ages.begin, ages.end);
            }
            "priority" => row.priority = true,
            "effective" => row.dates = line.dates()?,
            _ => {
                return Err(word.none_of(&[
                    "absolute",
                    "minimum",
                    "recommended",
                    "priority",
                    "effective",
                ]));
            }
        }
    }
    Ok(row)
}

fn preferable(line: &mut Line<'_>) -> Result<Preferable> {
    let mut row = Preferable {
        cvx: line.cvx()?,
        ages: Ages::default(),
        trade_name: None,
        mvx: None,
        volume: None,
        forecast: false,
    };
    while let Some(word) = line.next()? {
        match word.text {
            "ages" => row.ages = line.ages()?,
            "volume" => {
                let number = line.need("a volume")?;
                row.volume = Some(Volume::parse(number.text).ok_or_else(|| {
                    number.wrong(format!("`{}` is not a volume in millilitres", number.text))
                })?);
            }
            "product" => row.trade_name = Some(line.text("a trade name")?),
            "maker" => row.mvx = Some(line.code()?),
            "recommended" => row.forecast = true,
            _ => return Err(word.none_of(&["ages", "volume", "product", "maker", "recommended"])),
        }
    }
    Ok(row)
}

/// A set of conditions: `when`, `or when`, `and when`.
fn when(dose: &mut SeriesDose, word: Word<'_>, line: &mut Line<'_>) -> Result<()> {
    let Some(skip) = dose.skips.last_mut() else {
        return Err(misplaced(word, "skip"));
    };
    let logic = match word.text {
        "when" if skip.sets.is_empty() => Logic::Any,
        "when" => {
            return Err(word.wrong("the second set of a skip begins with `or when` or `and when`"));
        }
        _ if skip.sets.is_empty() => {
            return Err(word.wrong("the first set of a skip begins with `when`"));
        }
        "or" => Logic::Any,
        _ => Logic::All,
    };
    if word.text != "when" {
        line.expect("when")?;
    }
    if skip.sets.len() > 1 && skip.logic != logic {
        return Err(word.wrong("the sets of a skip are joined by `or` or by `and`, not by both"));
    }
    skip.logic = logic;
    let dates = line
        .take("effective")
        .then(|| line.dates())
        .transpose()?
        .unwrap_or_default();
    let mut set = SkipSet {
        dates,
        logic: Logic::Any,
        conditions: vec![condition(line)?],
    };
    while let Some(join) = line.next()? {
        let logic = match join.text {
            "and" => Logic::All,
            "or" => Logic::Any,
            _ => return Err(join.none_of(&["and", "or"])),
        };
        if set.conditions.len() > 1 && set.logic != logic {
            return Err(
                join.wrong("the conditions of a set are joined by `or` or by `and`, not by both")
            );
        }
        set.logic = logic;
        set.conditions.push(condition(line)?);
    }
    skip.sets.push(set);
    Ok(())
}

fn condition(line: &mut Line<'_>) -> Result<Condition> {
    let word = line.need("a condition")?;
    let kind = match word.text {
        "age" => return Ok(Condition::Age(line.ages()?)),
        "complete" => return Ok(Condition::CompletedSeries(line.numbers()?)),
        "since" => return Ok(Condition::Interval(line.period()?)),
        "doses" => DoseKind::Total,
        "valid" => DoseKind::Valid,
        _ => return Err(word.none_of(&["age", "complete", "since", "doses", "valid"])),
    };
    let compare = one_of(
        line,
        &[
            (">", Compare::Greater),
            ("=", Compare::Equal),
            ("<", Compare::Less),
        ],
    )?;
    Ok(Condition::Count(VaccineCount {
        kind,
        compare,
        count: line.number()?,
        vaccines: if line.take("of") {
            line.cvx_list()?
        } else {
            Vec::new()
        },
        ages: if line.take("ages") {
            line.ages()?
        } else {
            Ages::default()
        },
        dates: line
            .take("dates")
            .then(|| line.dates())
            .transpose()?
            .unwrap_or_default(),
    }))
}
