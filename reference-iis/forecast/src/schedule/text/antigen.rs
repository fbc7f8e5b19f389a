//! Lines of an antigen's file: what is about the antigen and about its series.

use super::dose::{self, dose_line};
use super::line::{Line, Result, Word};
use crate::schedule::{
    Antigen, AntigenContraindication, BirthImmunity, Code, Gender, Indication, Selection, Series,
    SeriesDose, SeriesKind, VaccineContraindication,
};

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

pub(super) fn antigen_line(
    antigen: &mut Antigen,
    word: Word<'_>,
    line: &mut Line<'_>,
) -> Result<()> {
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
                return Err(word.misplaced("series"));
            };
            if SERIES.contains(&text) {
                return series_line(series, word, line);
            }
            if matches!(text, "when" | "or" | "and") || dose::DOSE.contains(&text) {
                let number = series.doses.len();
                let Some(dose) = series.doses.last_mut() else {
                    return Err(word.misplaced("dose"));
                };
                return dose_line(dose, number, word, line);
            }
            return Err(word.none_of(&[&["series"][..], &SERIES, &dose::DOSE, &["when"]].concat()));
        }
    }
    Ok(())
}

fn contraindicated(antigen: &mut Antigen, line: &mut Line<'_>) -> Result<()> {
    let observation = line.code()?;
    let ages = line.ages_if_any()?;
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
        line.vaccines(&mut vaccines)?;
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

fn series_line(series: &mut Series, word: Word<'_>, line: &mut Line<'_>) -> Result<()> {
    match word.text {
        "group" => series.vaccine_group = line.text("a vaccine group")?,
        "kind" => {
            series.kind = line.one_of(&[
                ("standard", SeriesKind::Standard),
                ("risk", SeriesKind::Risk),
                ("evaluation-only", SeriesKind::EvaluationOnly),
            ])?;
        }
        "choose" => series.selection = selection(line)?,
        "equivalent" => series.equivalent_groups = line.numbers()?,
        "gender" => {
            while line.peek().is_some() {
                series.genders.push(line.one_of(&[
                    ("female", Gender::Female),
                    ("male", Gender::Male),
                    ("unknown", Gender::Unknown),
                ])?);
            }
        }
        "guidance" => series.guidance.push(line.code()?),
        "indicated" => {
            let observation = line.code()?;
            let ages = line.ages_if_any()?;
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
