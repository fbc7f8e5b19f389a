//! The file of an antigen.

use super::key;
use super::xml::{File, child, code, period, us_date, words};
use crate::schedule::{
    AgeRow, Ages, AllowableInterval, Antigen, AntigenContraindication, BirthImmunity, Code,
    Compare, Condition, Context, DoseKind, Gender, Immunity, Indication, Interval, Logic,
    Preferable, Reference, Selection, Series, SeriesDose, SeriesKind, Skip, SkipSet, VaccineAges,
    VaccineContraindication, VaccineCount, Volume,
};
use roxmltree::Node;
use titer_finding::Diagnostic;

/// The antigen; nothing when its name cannot be known.
pub(super) fn read(file: &File<'_>, root: Node<'_, '_>) -> Option<Antigen> {
    file.only(root, &["immunity", "contraindications", "series"]);
    let mut name: Option<String> = None;
    let mut all: Vec<Series> = Vec::new();
    for row in file.rows(root, "series") {
        // a file's name abbreviates (`JE`, `YF`): the series say what the antigen is called
        let disease = file.need(row, "targetDisease", |t| Ok(words(t)));
        match (&name, disease) {
            (Some(name), Some(other)) if *name != other => {
                file.wrong(
                    row,
                    format!("this series is about {other}, the ones before about {name}"),
                );
            }
            (None, disease) => name = disease,
            _ => {}
        }
        if let Some(one) = series(file, row) {
            if all.iter().any(|s| s.name == one.name) {
                file.wrong(row, format!("the series {} is there twice", one.name));
            }
            all.push(one);
        }
    }
    if all.is_empty() && name.is_none() {
        file.wrong(root, "there is no series");
    }
    let (contraindications, vaccine_contraindications) = child(root, "contraindications")
        .map(|c| contraindications(file, c))
        .unwrap_or_default();
    Some(Antigen {
        name: name?,
        immunity: child(root, "immunity")
            .map(|i| immunity(file, i))
            .unwrap_or_default(),
        contraindications,
        vaccine_contraindications,
        series: all,
    })
}

fn immunity(file: &File<'_>, node: Node<'_, '_>) -> Immunity {
    file.only(node, &["clinicalHistory", "dateOfBirth"]);
    let history = file
        .rows(node, "clinicalHistory")
        .filter_map(|row| {
            file.only(row, &["guidelineCode", "guidelineTitle"]);
            file.code(row, "guidelineCode")
        })
        .collect();
    let births = file
        .rows(node, "dateOfBirth")
        .filter_map(|row| {
            file.only(row, &["immunityBirthDate", "birthCountry", "exclusion"]);
            let exclusions = file
                .rows(row, "exclusion")
                .filter_map(|x| {
                    file.only(x, &["exclusionCode", "exclusionTitle"]);
                    file.code(x, "exclusionCode")
                })
                .collect();
            Some(BirthImmunity {
                before: file.need(row, "immunityBirthDate", us_date)?,
                country: file.text(row, "birthCountry"),
                exclusions,
            })
        })
        .collect();
    Immunity { history, births }
}

fn contraindications(
    file: &File<'_>,
    node: Node<'_, '_>,
) -> (Vec<AntigenContraindication>, Vec<VaccineContraindication>) {
    const WORDS: [&str; 4] = [
        "observationCode",
        "observationTitle",
        "contraindicationText",
        "contraindicationGuidance",
    ];
    file.only(node, &["vaccineGroup", "vaccine"]);
    let (mut whole, mut single) = (Vec::new(), Vec::new());
    for section in file.rows(node, "vaccineGroup") {
        file.only(section, &["contraindication"]);
        for row in file.rows(section, "contraindication") {
            file.only(row, &[&WORDS[..], &["beginAge", "endAge"]].concat());
            if let Some(observation) = file.code(row, "observationCode") {
                whole.push(AntigenContraindication {
                    observation,
                    ages: file.ages(row, "beginAge", "endAge"),
                    guidance: guidance(file, row, "contraindicationGuidance"),
                });
            }
        }
    }
    for section in file.rows(node, "vaccine") {
        file.only(section, &["contraindication"]);
        for row in file.rows(section, "contraindication") {
            file.only(row, &[&WORDS[..], &["contraindicatedVaccine"]].concat());
            let Some(observation) = file.code(row, "observationCode") else {
                continue;
            };
            single.push(VaccineContraindication {
                observation,
                guidance: guidance(file, row, "contraindicationGuidance"),
                vaccines: vaccine_rows(file, row, "contraindicatedVaccine"),
            });
        }
    }
    (whole, single)
}

fn guidance(file: &File<'_>, row: Node<'_, '_>, tag: &str) -> Option<Code> {
    file.read(row, tag, |t| Ok(key(t))).flatten()
}

/// Vaccines at ages, in the order of (ages, code), each once.
fn vaccine_rows(file: &File<'_>, node: Node<'_, '_>, tag: &'static str) -> Vec<VaccineAges> {
    let mut rows: Vec<VaccineAges> = file
        .rows(node, tag)
        .filter_map(|row| {
            file.only(row, &["vaccineType", "cvx", "beginAge", "endAge"]);
            Some(VaccineAges {
                cvx: file.cvx(row)?,
                ages: file.ages(row, "beginAge", "endAge"),
            })
        })
        .collect();
    rows.sort_unstable_by_key(|v| (v.ages, v.cvx));
    rows.dedup();
    rows
}

fn series(file: &File<'_>, row: Node<'_, '_>) -> Option<Series> {
    file.only(
        row,
        &[
            "seriesName",
            "targetDisease",
            "vaccineGroup",
            "seriesAdminGuidance",
            "seriesType",
            "equivalentSeriesGroups",
            "requiredGender",
            "selectSeries",
            "indication",
            "seriesDose",
        ],
    );
    let mut keys: Vec<Code> = Vec::new();
    for text in file.rows(row, "seriesAdminGuidance") {
        let found = file.value(text, |t| Ok(key(t))).flatten();
        keys.extend(found.filter(|k| !keys.contains(k)));
    }
    let mut doses = Vec::new();
    for dose in file.rows(row, "seriesDose") {
        let expected = doses.len() + 1;
        let number = file.need(dose, "doseNumber", |t| {
            let digits = t.trim_start_matches(|c: char| !c.is_ascii_digit());
            digits
                .parse::<usize>()
                .map_err(|_| Diagnostic::new(format!("`{t}` is not the number of a dose")))
        });
        if let Some(number) = number.filter(|n| *n != expected) {
            file.wrong(
                dose,
                format!("dose {expected} was expected here, not dose {number}"),
            );
        }
        doses.push(series_dose(file, dose, expected));
    }
    if doses.is_empty() {
        file.wrong(row, "the series has no doses");
    }
    let genders = file
        .rows(row, "requiredGender")
        .filter_map(|g| {
            file.value(g, |t| match t.to_ascii_lowercase().as_str() {
                "female" | "f" => Ok(Gender::Female),
                "male" | "m" => Ok(Gender::Male),
                "unknown" | "u" => Ok(Gender::Unknown),
                _ => Err(Diagnostic::new(format!("`{t}` is not a gender"))
                    .did_you_mean(t, ["Female", "Male", "Unknown"])),
            })
        })
        .collect();
    let Some(select) = child(row, "selectSeries") else {
        file.wrong(row, "`series` has no `selectSeries`");
        return None;
    };
    Some(Series {
        name: file.need(row, "seriesName", |t| Ok(words(t)))?,
        vaccine_group: file.need(row, "vaccineGroup", |t| Ok(words(t)))?,
        kind: file.need(row, "seriesType", |t| {
            match t.to_ascii_lowercase().as_str() {
                "standard" => Ok(SeriesKind::Standard),
                "risk" => Ok(SeriesKind::Risk),
                "evaluation only" => Ok(SeriesKind::EvaluationOnly),
                _ => Err(Diagnostic::new(format!("`{t}` is not a type of series"))
                    .did_you_mean(t, ["Standard", "Risk", "Evaluation Only"])),
            }
        })?,
        equivalent_groups: file
            .read(row, "equivalentSeriesGroups", numbers)
            .unwrap_or_default(),
        genders,
        selection: selection(file, select)?,
        guidance: keys,
        indications: indications(file, row),
        doses,
    })
}

fn selection(file: &File<'_>, node: Node<'_, '_>) -> Option<Selection> {
    file.only(
        node,
        &[
            "defaultSeries",
            "productPath",
            "seriesGroupName",
            "seriesGroup",
            "seriesPriority",
            "seriesPreference",
            "minAgeToStart",
            "maxAgeToStart",
        ],
    );
    Some(Selection {
        default: file.yes(node, "defaultSeries"),
        product_path: file.yes(node, "productPath"),
        group: file.need(node, "seriesGroup", number)?,
        group_name: file.text(node, "seriesGroupName").unwrap_or_default(),
        priority: file.read(node, "seriesPriority", |t| match t.as_bytes() {
            [letter @ b'A'..=b'Z'] => Ok(char::from(*letter)),
            _ => Err(Diagnostic::new(format!(
                "`{t}` is not a priority: one letter, A is the highest"
            ))),
        }),
        preference: file.read(node, "seriesPreference", number),
        start: file.ages(node, "minAgeToStart", "maxAgeToStart"),
    })
}

fn number(text: &str) -> Result<u8, Diagnostic> {
    text.parse()
        .map_err(|_| Diagnostic::new(format!("`{text}` is not a number from 0 to 255")))
}

fn numbers(text: &str) -> Result<Vec<u8>, Diagnostic> {
    text.split(';')
        .map(str::trim)
        .filter(|t| !t.is_empty())
        .map(number)
        .collect()
}

fn indications(file: &File<'_>, row: Node<'_, '_>) -> Vec<Indication> {
    file.rows(row, "indication")
        .filter_map(|row| {
            file.only(
                row,
                &[
                    "observationCode",
                    "description",
                    "beginAge",
                    "endAge",
                    "guidance",
                ],
            );
            Some(Indication {
                observation: observation(file, row, "observationCode")?,
                ages: file.ages(row, "beginAge", "endAge"),
                guidance: guidance(file, row, "guidance"),
            })
        })
        .collect()
}

/// The code in an element that has a code and a text.
fn observation(file: &File<'_>, row: Node<'_, '_>, tag: &str) -> Option<Code> {
    match child(row, tag) {
        Some(inner) => file.need(inner, "code", code),
        None => {
            file.wrong(row, format!("`{}` has no `{tag}`", row.tag_name().name()));
            None
        }
    }
}

fn series_dose(file: &File<'_>, node: Node<'_, '_>, dose: usize) -> SeriesDose {
    file.only(
        node,
        &[
            "doseNumber",
            "age",
            "interval",
            "allowableInterval",
            "preferableVaccine",
            "allowableVaccine",
            "inadvertentVaccine",
            "conditionalSkip",
            "recurringDose",
            "seasonalRecommendation",
        ],
    );
    let mut inadvertent: Vec<Code> = file
        .rows(node, "inadvertentVaccine")
        .filter_map(|row| {
            file.only(row, &["vaccineType", "cvx"]);
            file.cvx(row)
        })
        .collect();
    inadvertent.sort_unstable();
    inadvertent.dedup();
    let season = file.rows(node, "seasonalRecommendation").next().map(|row| {
        file.only(row, &["startDate", "endDate"]);
        file.dates(row, "startDate", "endDate")
    });
    SeriesDose {
        ages: file.rows(node, "age").map(|row| ages(file, row)).collect(),
        intervals: file
            .rows(node, "interval")
            .filter_map(|row| interval(file, row, dose))
            .collect(),
        allowable_intervals: file
            .rows(node, "allowableInterval")
            .filter_map(|row| allowable_interval(file, row, dose))
            .collect(),
        preferable: file
            .rows(node, "preferableVaccine")
            .filter_map(|row| preferable(file, row))
            .collect(),
        allowable: vaccine_rows(file, node, "allowableVaccine"),
        inadvertent,
        skips: file
            .rows(node, "conditionalSkip")
            .filter_map(|row| skip(file, row))
            .collect(),
        recurring: file.yes(node, "recurringDose"),
        season: season.filter(|s| !s.is_empty()),
    }
}

fn ages(file: &File<'_>, row: Node<'_, '_>) -> AgeRow {
    file.only(
        row,
        &[
            "absMinAge",
            "minAge",
            "earliestRecAge",
            "latestRecAge",
            "maxAge",
            "effectiveDate",
            "cessationDate",
        ],
    );
    AgeRow {
        absolute_minimum: file.period(row, "absMinAge"),
        minimum: file.period(row, "minAge"),
        earliest_recommended: file.period(row, "earliestRecAge"),
        latest_recommended: file.period(row, "latestRecAge"),
        maximum: file.period(row, "maxAge"),
        dates: file.dates(row, "effectiveDate", "cessationDate"),
    }
}

/// What an interval of a dose counts from: exactly one of four.
fn reference(file: &File<'_>, row: Node<'_, '_>, dose: usize) -> Option<Reference> {
    let mut found = Vec::new();
    if file.yes(row, "fromPrevious") {
        found.push(Reference::Previous);
    }
    if let Some(n) = file.read(row, "fromTargetDose", number) {
        if n == 0 || usize::from(n) >= dose {
            file.wrong(
                row,
                format!("an interval of dose {dose} cannot count from dose {n}"),
            );
        }
        found.push(Reference::TargetDose(n));
    }
    let recent = file.list(row, "fromMostRecent");
    if !recent.is_empty() {
        found.push(Reference::MostRecent(recent));
    }
    if file.rows(row, "fromRelevantObs").next().is_some() {
        found.extend(observation(file, row, "fromRelevantObs").map(Reference::Observation));
    }
    if found.len() > 1 {
        file.wrong(row, "the interval counts from more than one thing");
    }
    if found.is_empty() {
        file.wrong(row, "the interval counts from nothing");
    }
    found.pop()
}

fn interval(file: &File<'_>, row: Node<'_, '_>, dose: usize) -> Option<Interval> {
    file.only(
        row,
        &[
            "fromPrevious",
            "fromTargetDose",
            "fromMostRecent",
            "fromRelevantObs",
            "absMinInt",
            "minInt",
            "earliestRecInt",
            "latestRecInt",
            "intervalPriority",
            "effectiveDate",
            "cessationDate",
        ],
    );
    Some(Interval {
        from: reference(file, row, dose)?,
        absolute_minimum: file.period(row, "absMinInt"),
        minimum: file.period(row, "minInt"),
        earliest_recommended: file.period(row, "earliestRecInt"),
        latest_recommended: file.period(row, "latestRecInt"),
        // the specification calls it a flag that is Y, the files say override
        priority: file
            .read(row, "intervalPriority", |t| {
                match t.to_ascii_lowercase().as_str() {
                    "override" | "y" | "yes" => Ok(true),
                    "n" | "no" => Ok(false),
                    _ => Err(Diagnostic::new(format!(
                        "`{t}` is not a priority of an interval: it is `override`"
                    ))),
                }
            })
            .unwrap_or_default(),
        dates: file.dates(row, "effectiveDate", "cessationDate"),
    })
}

fn allowable_interval(
    file: &File<'_>,
    row: Node<'_, '_>,
    dose: usize,
) -> Option<AllowableInterval> {
    file.only(
        row,
        &[
            "fromPrevious",
            "fromTargetDose",
            "fromMostRecent",
            "fromRelevantObs",
            "absMinInt",
            "effectiveDate",
            "cessationDate",
        ],
    );
    Some(AllowableInterval {
        from: reference(file, row, dose)?,
        absolute_minimum: file.period(row, "absMinInt"),
        dates: file.dates(row, "effectiveDate", "cessationDate"),
    })
}

fn preferable(file: &File<'_>, row: Node<'_, '_>) -> Option<Preferable> {
    file.only(
        row,
        &[
            "vaccineType",
            "cvx",
            "beginAge",
            "endAge",
            "tradeName",
            "mvx",
            "volume",
            "forecastVaccineType",
        ],
    );
    Some(Preferable {
        cvx: file.cvx(row)?,
        ages: file.ages(row, "beginAge", "endAge"),
        trade_name: file.text(row, "tradeName"),
        mvx: file.read(row, "mvx", code),
        volume: file.read(row, "volume", |t| {
            Volume::parse(t).ok_or_else(|| {
                Diagnostic::new(format!(
                    "`{t}` is not a volume: millilitres, with at most four decimal places"
                ))
            })
        }),
        forecast: file.yes(row, "forecastVaccineType"),
    })
}

fn skip(file: &File<'_>, row: Node<'_, '_>) -> Option<Skip> {
    file.only(row, &["context", "setLogic", "set"]);
    let context = file.need(row, "context", |t| match t.to_ascii_lowercase().as_str() {
        "evaluation" => Ok(Context::Evaluation),
        "forecast" => Ok(Context::Forecast),
        "both" => Ok(Context::Both),
        _ => Err(Diagnostic::new(format!("`{t}` is not a context of a skip"))
            .did_you_mean(t, ["Evaluation", "Forecast", "Both"])),
    })?;
    let sets: Vec<SkipSet> = file
        .rows(row, "set")
        .map(|set| skip_set(file, set))
        .collect();
    if sets.is_empty() {
        file.wrong(row, "the conditional skip has no set");
        return None;
    }
    let logic = logic(file, row, "setLogic", sets.len());
    Some(Skip {
        context,
        logic,
        sets,
    })
}

/// How parts combine; with one part it does not matter, and the data may say anything or nothing.
fn logic(file: &File<'_>, row: Node<'_, '_>, tag: &str, parts: usize) -> Logic {
    let said = file.read(row, tag, |t| match t.to_ascii_lowercase().as_str() {
        "or" => Ok(Logic::Any),
        "and" => Ok(Logic::All),
        _ => Err(Diagnostic::new(format!("`{t}` is neither AND nor OR"))),
    });
    match (parts, said) {
        (2.., Some(said)) => said,
        (2.., None) => {
            file.wrong(
                row,
                format!("`{tag}` must say how the {parts} parts combine"),
            );
            Logic::Any
        }
        _ => Logic::Any,
    }
}

fn skip_set(file: &File<'_>, row: Node<'_, '_>) -> SkipSet {
    file.only(
        row,
        &[
            "setID",
            "setDescription",
            "effectiveDate",
            "cessationDate",
            "conditionLogic",
            "condition",
        ],
    );
    let conditions: Vec<Condition> = file
        .rows(row, "condition")
        .filter_map(|c| condition(file, c))
        .collect();
    let rows = file.rows(row, "condition").count();
    if rows == 0 {
        file.wrong(row, "the set has no condition");
    }
    SkipSet {
        dates: file.dates(row, "effectiveDate", "cessationDate"),
        logic: logic(file, row, "conditionLogic", rows),
        conditions,
    }
}

fn condition(file: &File<'_>, row: Node<'_, '_>) -> Option<Condition> {
    file.only(
        row,
        &[
            "conditionID",
            "conditionType",
            "startDate",
            "endDate",
            "beginAge",
            "endAge",
            "interval",
            "doseCount",
            "doseType",
            "doseCountLogic",
            "vaccineTypes",
            "seriesGroups",
        ],
    );
    let kind = file.need(row, "conditionType", |t| Ok(words(t).to_ascii_lowercase()))?;
    let ages: Ages = file.ages(row, "beginAge", "endAge");
    match kind.as_str() {
        "age" => Some(Condition::Age(ages)),
        "completed series" => Some(Condition::CompletedSeries(file.need(
            row,
            "seriesGroups",
            numbers,
        )?)),
        "interval" => Some(Condition::Interval(file.need(row, "interval", period)?)),
        _ if kind.starts_with("vaccine count by ") => Some(Condition::Count(VaccineCount {
            vaccines: file.list(row, "vaccineTypes"),
            ages,
            dates: file.dates(row, "startDate", "endDate"),
            kind: file
                .read(row, "doseType", |t| match t.to_ascii_lowercase().as_str() {
                    "valid" => Ok(DoseKind::Valid),
                    "total" => Ok(DoseKind::Total),
                    _ => Err(Diagnostic::new(format!(
                        "`{t}` is not a type of dose: Valid or Total"
                    ))),
                })
                .unwrap_or(DoseKind::Total),
            compare: file.need(row, "doseCountLogic", |t| {
                match words(t).to_ascii_lowercase().as_str() {
                    "greater than" => Ok(Compare::Greater),
                    "equal to" | "equal" | "equals" => Ok(Compare::Equal),
                    "less than" => Ok(Compare::Less),
                    _ => Err(Diagnostic::new(format!(
                        "`{t}` does not compare: greater than, equal to or less than"
                    ))),
                }
            })?,
            count: file.need(row, "doseCount", number)?,
        })),
        _ => {
            file.wrong(row, format!("`{kind}` is not a type of condition"));
            None
        }
    }
}
