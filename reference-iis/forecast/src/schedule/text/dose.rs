//! Lines of a dose of a series.

use super::line::{Line, Result, Word};
use crate::schedule::{
    AgeRow, Ages, AllowableInterval, Compare, Condition, Context, Dates, DoseKind, Interval, Logic,
    Preferable, Reference, SeriesDose, Skip, SkipSet, VaccineCount, Volume,
};

/// The words with which a line of a dose begins, but for those of a skip's conditions.
pub(super) const DOSE: [&str; 9] = [
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

pub(super) fn dose_line(
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
            let dates = line.dates_if_any("effective")?;
            dose.allowable_intervals.push(AllowableInterval {
                from,
                absolute_minimum,
                dates,
            });
        }
        "vaccine" => dose.preferable.push(preferable(line)?),
        "allowed" => line.vaccines(&mut dose.allowable)?,
        "inadvertent" => dose.inadvertent = line.cvx_list()?,
        "skip" => dose.skips.push(Skip {
            context: line.one_of(&[
                ("evaluation", Context::Evaluation),
                ("forecast", Context::Forecast),
                ("both", Context::Both),
            ])?,
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
        return Err(word.misplaced("skip"));
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
    let dates = line.dates_if_any("effective")?;
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
    let compare = line.one_of(&[
        (">", Compare::Greater),
        ("=", Compare::Equal),
        ("<", Compare::Less),
    ])?;
    Ok(Condition::Count(VaccineCount {
        kind,
        compare,
        count: line.number()?,
        vaccines: if line.take("of") {
            line.cvx_list()?
        } else {
            Vec::new()
        },
        ages: line.ages_if_any()?,
        dates: line.dates_if_any("dates")?,
    }))
}
