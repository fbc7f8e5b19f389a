//! The schedule as types: the objects of CDC's supporting data, in its order where order means something.

use super::{Code, Period};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A whole schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The version of the data, such as `4.64`.
    pub version: String,
    /// When that version was published: a year, a month or a day (`2025-11`).
    pub published: Option<String>,
    /// Where the facts come from, in a few words.
    pub source: String,
    /// The antigens, in the order of their names.
    pub antigens: Vec<Antigen>,
    /// Vaccine groups and the antigens in each, in the data's order.
    pub groups: Vec<VaccineGroup>,
    /// What each CVX code protects against, in the order of the codes as text.
    pub vaccines: Vec<Vaccine>,
    /// Which vaccines conflict, by (previous, current).
    pub conflicts: Vec<Conflict>,
    /// The observations that the data asks about, in the order of their codes.
    pub observations: Vec<Observation>,
}

impl Schedule {
    /// The antigen of that name.
    pub fn antigen(&self, name: &str) -> Option<&Antigen> {
        self.antigens.iter().find(|a| a.name == name)
    }

    /// What is known about a CVX code.
    pub fn vaccine(&self, cvx: Code) -> Option<&Vaccine> {
        let at = self.vaccines.binary_search_by_key(&cvx, |v| v.cvx).ok()?;
        self.vaccines.get(at)
    }

    /// The observation with that code.
    pub fn observation(&self, code: Code) -> Option<&Observation> {
        let at = self
            .observations
            .binary_search_by_key(&code, |o| o.code)
            .ok()?;
        self.observations.get(at)
    }
}

/// One antigen (target disease).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Antigen {
    /// Its name, as series, groups and CVX associations call it.
    pub name: String,
    /// What counts as evidence of immunity.
    pub immunity: Immunity,
    /// What forbids every vaccine of the antigen.
    pub contraindications: Vec<AntigenContraindication>,
    /// What forbids single vaccines.
    pub vaccine_contraindications: Vec<VaccineContraindication>,
    /// Its series, in the data's order.
    pub series: Vec<Series>,
}

/// Evidence of immunity (CDSi table 7-3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Immunity {
    /// Observations any of which is evidence.
    pub history: Vec<Code>,
    /// Immunity by being born early enough.
    pub births: Vec<BirthImmunity>,
}

/// Immunity by date of birth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BirthImmunity {
    /// Born before this day.
    pub before: Date,
    /// Only when born in this country; any country when absent.
    pub country: Option<String>,
    /// Observations any of which rules this evidence out.
    pub exclusions: Vec<Code>,
}

/// A contraindication of the whole antigen (CDSi table 7-5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AntigenContraindication {
    /// The observation.
    pub observation: Code,
    /// At these ages on the assessment date.
    pub ages: Ages,
    /// The key of guidance that the source gives in words.
    pub guidance: Option<Code>,
}

/// A contraindication of single vaccines (CDSi table 7-6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaccineContraindication {
    /// The observation.
    pub observation: Code,
    /// The key of guidance that the source gives in words.
    pub guidance: Option<Code>,
    /// The vaccines, each at its ages, in the order of their codes.
    pub vaccines: Vec<VaccineAges>,
}

/// One way to be protected against an antigen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// Its name, unique in the schedule.
    pub name: String,
    /// The vaccine group under which it is reported.
    pub vaccine_group: String,
    /// Standard, risk, or evaluation only.
    pub kind: SeriesKind,
    /// Series groups that this series treats as equivalent (CDSi table 8-14); not symmetric.
    pub equivalent_groups: Vec<u8>,
    /// For these genders only; for everybody when empty.
    pub genders: Vec<Gender>,
    /// How one series of a group is chosen.
    pub selection: Selection,
    /// Keys of guidance that the source gives in words.
    pub guidance: Vec<Code>,
    /// Observations any of which makes a risk series relevant.
    pub indications: Vec<Indication>,
    /// The doses: dose n is at n - 1.
    pub doses: Vec<SeriesDose>,
}

/// The type of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SeriesKind {
    /// For everybody.
    Standard,
    /// For those with an indication.
    Risk,
    /// To recognise a history; never recommended.
    EvaluationOnly,
}

/// A gender as the data names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Gender {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Unknown.
    Unknown,
}

/// The facts by which one series of a series group is chosen (CDSi chapter 8).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// The series of the group when nothing else decides.
    pub default: bool,
    /// Whether the series is of one product.
    pub product_path: bool,
    /// The number of the series group, unique within the antigen.
    pub group: u8,
    /// The name of the series group.
    pub group_name: String,
    /// `A` is the highest; absent when the data gives none.
    pub priority: Option<char>,
    /// 1 is the most preferred; absent when the data gives none.
    pub preference: Option<u8>,
    /// Ages between which the series may be started.
    pub start: Ages,
}

/// An observation that makes a risk series relevant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indication {
    /// The observation.
    pub observation: Code,
    /// At these ages on the assessment date.
    pub ages: Ages,
    /// The key of guidance that the source gives in words.
    pub guidance: Option<Code>,
}

/// One dose of a series.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesDose {
    /// Ages; of several rows the one whose dates hold is used.
    pub ages: Vec<AgeRow>,
    /// Preferable intervals: all must hold.
    pub intervals: Vec<Interval>,
    /// Allowable intervals: shorter ones that count too.
    pub allowable_intervals: Vec<AllowableInterval>,
    /// Preferable vaccines, in the data's order.
    pub preferable: Vec<Preferable>,
    /// Allowable vaccines, in the order of (ages, code).
    pub allowable: Vec<VaccineAges>,
    /// Vaccines given by mistake, in the order of their codes.
    pub inadvertent: Vec<Code>,
    /// When the dose is not needed; any one is enough.
    pub skips: Vec<Skip>,
    /// Whether the dose is due again and again.
    pub recurring: bool,
    /// The season in which the dose is recommended: absolute, inclusive dates.
    pub season: Option<Dates>,
}

/// From `begin` up to but not on `end`; an absent bound does not bind.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct Ages {
    /// The first day of this age is inside.
    pub begin: Option<Period>,
    /// The first day of this age is outside.
    pub end: Option<Period>,
}

/// Two dates; an absent one does not bind. Each use says whether the last day is inside.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct Dates {
    /// The first day.
    pub first: Option<Date>,
    /// The last day.
    pub last: Option<Date>,
}

impl Dates {
    /// Whether neither date is given.
    pub fn is_empty(&self) -> bool {
        self.first.is_none() && self.last.is_none()
    }
}

/// The ages of a dose (CDSi tables 6-13 and 7-13).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgeRow {
    /// Absolute minimum age.
    pub absolute_minimum: Option<Period>,
    /// Minimum age.
    pub minimum: Option<Period>,
    /// Earliest recommended age.
    pub earliest_recommended: Option<Period>,
    /// Latest recommended age.
    pub latest_recommended: Option<Period>,
    /// Maximum age.
    pub maximum: Option<Period>,
    /// Effective and cessation date, both inclusive.
    pub dates: Dates,
}

/// What an interval counts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reference {
    /// The immediate previous dose (CALCDTINT-1).
    Previous,
    /// The dose that satisfied the target dose of this number (CALCDTINT-2).
    TargetDose(u8),
    /// The most recent dose with one of these CVX codes (CALCDTINT-8), in the order of the codes.
    MostRecent(Vec<Code>),
    /// The most recent such observation (CALCDTINT-9).
    Observation(Code),
}

/// A preferable interval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// What it counts from.
    pub from: Reference,
    /// Absolute minimum interval.
    pub absolute_minimum: Option<Period>,
    /// Minimum interval.
    pub minimum: Option<Period>,
    /// Earliest recommended interval.
    pub earliest_recommended: Option<Period>,
    /// Latest recommended interval.
    pub latest_recommended: Option<Period>,
    /// The interval has priority over other antigens' dates in a vaccine group (`override` in the data).
    pub priority: bool,
    /// Effective and cessation date, both inclusive.
    pub dates: Dates,
}

/// An allowable interval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowableInterval {
    /// What it counts from.
    pub from: Reference,
    /// Absolute minimum interval.
    pub absolute_minimum: Option<Period>,
    /// Effective and cessation date, both inclusive.
    pub dates: Dates,
}

/// A preferable vaccine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferable {
    /// CVX code.
    pub cvx: Code,
    /// At these ages.
    pub ages: Ages,
    /// The trade name, when the row is about one product.
    pub trade_name: Option<String>,
    /// The manufacturer, when the row is about one product.
    pub mvx: Option<Code>,
    /// The volume of a full dose.
    pub volume: Option<Volume>,
    /// Whether the vaccine is named in a forecast.
    pub forecast: bool,
}

/// A volume in ten-thousandths of a millilitre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Volume(pub u32);

impl Volume {
    /// Reads millilitres as a decimal number with at most four places.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 5 || part.len() > 4 || !digits(whole) || !digits(part)
        {
            return None;
        }
        let whole: u32 = whole.parse().ok()?;
        let part: u32 = format!("{part:0<4}").parse().ok()?;
        Some(Self(whole.checked_mul(10_000)? + part))
    }
}

impl std::fmt::Display for Volume {
    /// Millilitres, without zeros at the end.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{}.{:04}", self.0 / 10_000, self.0 % 10_000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// A vaccine at certain ages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaccineAges {
    /// CVX code.
    pub cvx: Code,
    /// At these ages.
    pub ages: Ages,
}

/// One instance of a conditional skip (CDSi 6.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skip {
    /// When it is looked at.
    pub context: Context,
    /// How its sets combine; [`Logic::Any`] for one set.
    pub logic: Logic,
    /// The sets, at least one.
    pub sets: Vec<SkipSet>,
}

/// When a conditional skip is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Context {
    /// When a dose is evaluated.
    Evaluation,
    /// When the next dose is forecast.
    Forecast,
    /// Both.
    Both,
}

/// How parts combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Logic {
    /// One is enough.
    Any,
    /// All are needed.
    All,
}

/// A set of conditions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkipSet {
    /// Effective and cessation date, both inclusive.
    pub dates: Dates,
    /// How the conditions combine; [`Logic::Any`] for one condition.
    pub logic: Logic,
    /// The conditions, at least one.
    pub conditions: Vec<Condition>,
}

/// A condition of a conditional skip (CDSi tables 6-6 to 6-9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// The patient's age on the reference date.
    Age(Ages),
    /// A series of one of these series groups of the antigen is complete.
    CompletedSeries(Vec<u8>),
    /// So long since the previous dose.
    Interval(Period),
    /// How many doses there are.
    Count(VaccineCount),
}

/// A count of doses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaccineCount {
    /// Doses with these CVX codes, in the order of the codes; doses of this antigen when empty.
    pub vaccines: Vec<Code>,
    /// Given at these ages.
    pub ages: Ages,
    /// Given between these dates: the last day is outside.
    pub dates: Dates,
    /// All doses or valid ones only.
    pub kind: DoseKind,
    /// How the count compares with `count`.
    pub compare: Compare,
    /// The number.
    pub count: u8,
}

/// Which doses are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DoseKind {
    /// Whatever their evaluation.
    Total,
    /// Those evaluated as valid in the series.
    Valid,
}

/// How a count compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Compare {
    /// More than.
    Greater,
    /// As many as.
    Equal,
    /// Fewer than.
    Less,
}

/// A vaccine group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaccineGroup {
    /// Its name.
    pub name: String,
    /// Its antigens, in the data's order.
    pub antigens: Vec<String>,
    /// Whether all antigens are given together (`administerFullVaccineGroup`); absent when the data says nothing.
    pub administer_full: Option<bool>,
}

/// A vaccine and what it protects against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vaccine {
    /// CVX code.
    pub cvx: Code,
    /// Its short name in the CVX table.
    pub name: String,
    /// The antigens, in the data's order.
    pub antigens: Vec<Association>,
}

/// An antigen of a vaccine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Association {
    /// The antigen's name.
    pub antigen: String,
    /// Only when given at these ages.
    pub ages: Ages,
}

/// Two vaccines that must not follow each other too closely (CDSi 6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The vaccine given first (*conflicting*).
    pub previous: Code,
    /// The vaccine given next (*impacted*).
    pub current: Code,
    /// The conflict begins so long after the first.
    pub begin: Period,
    /// It ends so long after the first when that one was valid.
    pub minimum_end: Period,
    /// It ends so long after the first otherwise.
    pub end: Period,
}

/// A fact about a patient that the schedule asks about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// Its code (three digits).
    pub code: Code,
    /// What it is, in a few words.
    pub name: String,
    /// The same in code systems of the field, in the order of (system, code).
    pub coded: Vec<CodedValue>,
}

/// A code of a code system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CodedValue {
    /// The system as the data names it: `SNOMED`, `CVX`, `CDCPHINVS`.
    pub system: String,
    /// The code.
    pub code: String,
}
