//! The project's own cases: every case of `cases/*.yaml` is a test, run on the shipped schedule.
//!
//! What is expected follows from the facts of the schedule and the specification; `why` says how.

use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use std::path::Path;
use std::sync::OnceLock;
use titer_forecast::schedule::shipped;
use titer_forecast::{
    Day, Dose, DoseReason, Forecaster, GroupForecast, Observation, Options, Patient, Scratch, Sex,
};

/// A case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Case {
    name: String,
    why: String,
    /// The vaccine group that is looked at.
    group: String,
    /// The code of the series group whose forecast is looked at, where it is not the one that speaks for the group.
    series_group: Option<u8>,
    born: Day,
    #[serde(default)]
    sex: Option<String>,
    #[serde(default)]
    country: Option<String>,
    as_of: Day,
    /// `CODE` or `CODE DATE`.
    #[serde(default)]
    observed: Vec<String>,
    /// `DATE CVX [k=v ..] VERDICT [(REASON ..)]`.
    #[serde(default)]
    doses: Vec<String>,
    /// What is forecast; nothing is compared when it is absent.
    next: Option<Next>,
}

/// The expected forecast.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Next {
    status: String,
    dose: Option<u16>,
    earliest: Option<Day>,
    recommended: Option<Day>,
    past_due: Option<Day>,
    /// Compared only when it is given.
    latest: Option<Day>,
}

/// Cases below which the data must have been lost.
const AT_LEAST: usize = 300;

fn main() {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .collect();
    files.sort();
    // a runner that asks for one test in a process of its own does not wait for the other files
    let one = arguments
        .filter
        .clone()
        .filter(|_| arguments.exact && !arguments.list);
    let mut trials = Vec::new();
    let mut names = std::collections::BTreeSet::new();
    for file in files {
        let stem = file.file_stem().expect("a name").to_string_lossy();
        let other = one.as_deref().and_then(|name| name.split_once('/'));
        if other.is_some_and(|(asked, _)| asked != "all" && asked != stem) {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("text");
        let cases: Vec<Case> = titer_finding::read_yaml(&file.display().to_string(), &text)
            .unwrap_or_else(|wrong| panic!("{}", wrong.render(false)));
        for case in cases {
            let name = format!("{stem}/{}", case.name);
            assert!(names.insert(name.clone()), "two cases are called {name}");
            trials.push(Trial::test(name, move || run(&case, forecaster())));
        }
    }
    let number = trials.len();
    trials.push(Trial::test("all/number-of-cases", move || {
        if number < AT_LEAST {
            return Err(format!("{number} cases, and there were at least {AT_LEAST}").into());
        }
        Ok(())
    }));
    libtest_mimic::run(&arguments, trials).exit();
}

/// The shipped schedule, compiled when the first case asks for it.
fn forecaster() -> &'static Forecaster {
    static FORECASTER: OnceLock<Forecaster> = OnceLock::new();
    FORECASTER.get_or_init(|| Forecaster::new(shipped(), Options::default()))
}

fn run(case: &Case, forecaster: &Forecaster) -> Result<(), Failed> {
    let mut patient = Patient {
        birth: case.born,
        sex: match case.sex.as_deref() {
            Some("female") => Sex::Female,
            Some("male") => Sex::Male,
            None => Sex::Unknown,
            Some(other) => return Err(format!("`{other}` is not a sex").into()),
        },
        country: case.country.clone(),
        ..Patient::default()
    };
    for observed in &case.observed {
        let (code, date) = observed
            .split_once(' ')
            .map_or((&**observed, None), |(c, d)| (c, Some(d)));
        patient.observations.push(Observation {
            code: code.to_owned(),
            date: date.map(str::parse).transpose()?,
            ..Observation::default()
        });
    }
    let mut verdicts = Vec::new();
    for line in &case.doses {
        let (dose, verdict) = read_dose(line)?;
        patient.doses.push(dose);
        verdicts.push(verdict);
    }
    let answer = forecaster.answer(&patient, case.as_of, &mut Scratch::default());
    let mut wrong = Vec::new();
    let forecast = answer
        .forecasts_of(&case.group)
        .find(|f| match &case.series_group {
            Some(code) => f.series_group.0 == *code,
            None => f.single,
        });
    match (&case.next, forecast) {
        (Some(next), Some(_)) if next.status == "none" => {
            wrong.push(format!("there is a forecast for {}", case.group));
        }
        (Some(next), Some(forecast)) => compare(next, forecast, &mut wrong),
        (Some(next), None) if next.status != "none" => {
            wrong.push(format!("no forecast for {}", case.group));
        }
        _ => {}
    }
    let doses = forecast.map(|f| answer.doses_of(f)).unwrap_or_default();
    for ((line, verdict), index) in case.doses.iter().zip(&verdicts).zip(0..) {
        let found = match doses.iter().find(|d| d.dose == index) {
            Some(judged) => {
                let mut reasons: Vec<&str> = judged.reasons.iter().map(DoseReason::code).collect();
                reasons.sort_unstable();
                let status = judged.status.text().to_lowercase();
                match reasons.as_slice() {
                    [] => status,
                    list => format!("{status} ({})", list.join(" ")),
                }
            }
            None => "not judged".to_owned(),
        };
        if found != *verdict {
            wrong.push(format!("dose `{line}` is {found}"));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("{}\n{}", case.why, wrong.join("\n")).into())
}

fn compare(next: &Next, found: &GroupForecast<'_>, wrong: &mut Vec<String>) {
    let mut differ = |what: &str, expected: String, found: String| {
        if expected != found {
            wrong.push(format!("{what} is {found}, not {expected}"));
        }
    };
    let day = |day: Option<Day>| day.map_or_else(|| "none".to_owned(), |d| d.to_string());
    differ(
        "status",
        next.status.clone(),
        found.status.code().to_owned(),
    );
    differ(
        "dose",
        format!("{:?}", next.dose),
        format!("{:?}", found.dose_number),
    );
    differ("earliest", day(next.earliest), day(found.earliest));
    differ("recommended", day(next.recommended), day(found.recommended));
    differ("past-due", day(next.past_due), day(found.past_due));
    if next.latest.is_some() {
        differ("latest", day(next.latest), day(found.latest));
    }
}

/// Reads `2024-02-23 116 mvx=PMC not valid (too-young)`: the dose and the verdict.
fn read_dose(line: &str) -> Result<(Dose, String), Failed> {
    let mut words = line.split(' ').peekable();
    let mut dose = Dose {
        date: words.next().unwrap_or_default().parse()?,
        cvx: words.next().unwrap_or_default().to_owned(),
        ..Dose::default()
    };
    while let Some((key, value)) = words.peek().and_then(|w| w.split_once('=')) {
        match key {
            "mvx" => dose.mvx = Some(value.to_owned()),
            "product" => dose.product = Some(value.replace('_', " ")),
            "expiry" => dose.expiry = Some(value.parse()?),
            "volume" => dose.volume = Some(value.parse()?),
            "condition" => dose.condition = true,
            other => return Err(format!("`{other}` is nothing that a dose has").into()),
        }
        words.next();
    }
    Ok((dose, words.collect::<Vec<_>>().join(" ")))
}
