//! Statuses and reasons in the specification's words.

use std::fmt;

use crate::schedule::SeriesKind;

/// What a dose counts for against one target dose (Table 3-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DoseStatus {
    /// It satisfied the target dose.
    Valid,
    /// It did not, and has to be repeated.
    NotValid,
    /// It does not count and need not be repeated: given too late, or after the series was over.
    Extraneous,
    /// It could not be judged: expired, or its condition was not good.
    SubStandard,
}

impl DoseStatus {
    /// The specification's word.
    pub fn text(self) -> &'static str {
        match self {
            Self::Valid => "Valid",
            Self::NotValid => "Not Valid",
            Self::Extraneous => "Extraneous",
            Self::SubStandard => "Sub-standard",
        }
    }
}

impl fmt::Display for DoseStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

/// Why a dose was judged as it was. A dose may have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum DoseReason {
    /// Given after the last day of its lot (Table 6-3).
    Expired,
    /// Damaged, recalled or otherwise to be repeated (Table 6-3).
    Condition,
    /// A vaccine that must not be used for this target dose (Table 6-13).
    Inadvertent,
    /// Before the absolute minimum age (Table 6-15).
    TooYoung,
    /// Before the minimum age, within the grace days (Table 6-15).
    AgeGrace,
    /// At or after the maximum age (Table 6-15).
    TooOld,
    /// Before an absolute minimum interval (Tables 6-18 and 6-21).
    TooSoon,
    /// Before a minimum interval, within the grace days (Table 6-18).
    IntervalGrace,
    /// Too soon for the preferable interval, late enough for the allowable one (Table 6-21).
    AllowableInterval,
    /// Too close to an earlier dose of a vaccine that it conflicts with (Table 6-24).
    Conflict,
    /// Neither a preferable nor an allowable vaccine (Tables 6-26 and 6-29).
    NotAllowed,
    /// The right vaccine outside the ages at which it may be used for this target dose (Tables 6-26 and 6-29).
    VaccineAge,
    /// The right vaccine of another product than the preferable one (Table 6-26).
    OtherProduct,
    /// Less volume than the preferable vaccine has; says so and changes nothing (Table 6-26).
    LowVolume,
    /// Every target dose was already satisfied or skipped (chapter 4.4).
    SeriesComplete,
}

impl DoseReason {
    /// All of them, in the order in which the specification comes to them.
    pub const ALL: [Self; 15] = [
        Self::Expired,
        Self::Condition,
        Self::Inadvertent,
        Self::TooYoung,
        Self::AgeGrace,
        Self::TooOld,
        Self::TooSoon,
        Self::IntervalGrace,
        Self::AllowableInterval,
        Self::Conflict,
        Self::NotAllowed,
        Self::VaccineAge,
        Self::OtherProduct,
        Self::LowVolume,
        Self::SeriesComplete,
    ];

    /// A stable word for machines.
    pub fn code(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Condition => "condition",
            Self::Inadvertent => "inadvertent-vaccine",
            Self::TooYoung => "too-young",
            Self::AgeGrace => "age-grace",
            Self::TooOld => "too-old",
            Self::TooSoon => "too-soon",
            Self::IntervalGrace => "interval-grace",
            Self::AllowableInterval => "allowable-interval",
            Self::Conflict => "vaccine-conflict",
            Self::NotAllowed => "not-allowed",
            Self::VaccineAge => "vaccine-age",
            Self::OtherProduct => "other-product",
            Self::LowVolume => "low-volume",
            Self::SeriesComplete => "series-complete",
        }
    }

    /// The reason for people.
    pub fn text(self) -> &'static str {
        match self {
            Self::Expired => "given after the lot expired",
            Self::Condition => "the dose was not in good condition",
            Self::Inadvertent => "inadvertent vaccine for this dose",
            Self::TooYoung => "too young",
            Self::AgeGrace => "before the minimum age, within the grace period",
            Self::TooOld => "too old",
            Self::TooSoon => "too soon after an earlier dose",
            Self::IntervalGrace => "before the minimum interval, within the grace period",
            Self::AllowableInterval => "shorter than preferred, but the interval is allowable",
            Self::Conflict => "too close to another live vaccine",
            Self::NotAllowed => "not a preferable or allowable vaccine",
            Self::VaccineAge => "outside the ages for which this vaccine is meant",
            Self::OtherProduct => "another product than the preferable one",
            Self::LowVolume => "less volume than recommended",
            Self::SeriesComplete => "the series was already complete",
        }
    }

    /// Whether it can keep a dose from counting; the others only remark on it.
    pub fn decides(self) -> bool {
        !matches!(
            self,
            Self::AgeGrace
                | Self::IntervalGrace
                | Self::AllowableInterval
                | Self::VaccineAge
                | Self::OtherProduct
                | Self::LowVolume
        )
    }
}

impl fmt::Display for DoseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

/// A set of [`DoseReason`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DoseReasons(u16);

impl DoseReasons {
    /// Adds a reason.
    pub fn insert(&mut self, reason: DoseReason) {
        self.0 |= 1 << reason as u8;
    }

    /// Whether the reason is among them.
    pub fn contains(self, reason: DoseReason) -> bool {
        self.0 & (1 << reason as u8) != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The reasons of both.
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The reasons in the specification's order.
    pub fn iter(self) -> impl Iterator<Item = DoseReason> {
        DoseReason::ALL
            .into_iter()
            .filter(move |reason| self.contains(*reason))
    }
}

/// Status of a patient series or of a vaccine group (Table 3-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SeriesStatus {
    /// A dose is still to be given; only then are there dates.
    NotComplete,
    /// Every target dose is satisfied or skipped, at least one satisfied.
    Complete,
    /// Evidence of immunity.
    Immune,
    /// A contraindication stands against it.
    Contraindicated,
    /// The patient is, or would be, too old.
    AgedOut,
    /// Not recommended for another reason: the season is over, or earlier doses make it needless.
    NotRecommended,
}

impl SeriesStatus {
    /// The specification's words.
    pub fn text(self) -> &'static str {
        match self {
            Self::NotComplete => "Not Complete",
            Self::Complete => "Complete",
            Self::Immune => "Immune",
            Self::Contraindicated => "Contraindicated",
            Self::AgedOut => "Aged Out",
            Self::NotRecommended => "Not Recommended",
        }
    }

    /// A stable word for machines.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotComplete => "not-complete",
            Self::Complete => "complete",
            Self::Immune => "immune",
            Self::Contraindicated => "contraindicated",
            Self::AgedOut => "aged-out",
            Self::NotRecommended => "not-recommended",
        }
    }
}

impl fmt::Display for SeriesStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

/// Why a series has the status that it has (Table 7-10) or, when a dose is due, what set its dates (Table 7-13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum ForecastReason {
    /// The recommended date comes from an age.
    ByAge,
    /// The recommended date comes from an interval.
    ByInterval,
    /// The recommended date is the earliest date, which a live vaccine given before puts off.
    ByConflict,
    /// The recommended date is the earliest date, which is the start of the season.
    BySeason,
    /// The recommended date is the earliest date, which is that of a dose already given.
    ByLastDose,
    /// The series is complete.
    Complete,
    /// Doses given before make this series needless.
    PastHistory,
    /// Evidence of immunity.
    Immunity,
    /// A contraindication.
    Contraindication,
    /// The season's recommendation is over.
    PastSeason,
    /// The patient has reached the maximum age.
    TooOld,
    /// The next dose would come at or after the maximum age.
    CannotFinish,
}

impl ForecastReason {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::ByAge,
        Self::ByInterval,
        Self::ByConflict,
        Self::BySeason,
        Self::ByLastDose,
        Self::Complete,
        Self::PastHistory,
        Self::Immunity,
        Self::Contraindication,
        Self::PastSeason,
        Self::TooOld,
        Self::CannotFinish,
    ];

    /// A stable word for machines.
    pub fn code(self) -> &'static str {
        match self {
            Self::ByAge => "by-age",
            Self::ByInterval => "by-interval",
            Self::ByConflict => "by-conflict",
            Self::BySeason => "by-season",
            Self::ByLastDose => "by-last-dose",
            Self::Complete => "series-complete",
            Self::PastHistory => "past-immunization-history",
            Self::Immunity => "evidence-of-immunity",
            Self::Contraindication => "contraindication",
            Self::PastSeason => "past-season",
            Self::TooOld => "maximum-age-exceeded",
            Self::CannotFinish => "cannot-finish-before-maximum-age",
        }
    }

    /// The reason for people.
    pub fn text(self) -> &'static str {
        match self {
            Self::ByAge => "recommended by age",
            Self::ByInterval => "recommended by the interval since an earlier dose",
            Self::ByConflict => "put off by a live vaccine given before",
            Self::BySeason => "recommended from the start of the season",
            Self::ByLastDose => "recommended from the date of the last dose",
            Self::Complete => "the series is complete",
            Self::PastHistory => "not needed after the doses already given",
            Self::Immunity => "there is evidence of immunity",
            Self::Contraindication => "there is a contraindication",
            Self::PastSeason => "the season is over",
            Self::TooOld => "the maximum age is reached",
            Self::CannotFinish => "the next dose would come after the maximum age",
        }
    }
}

impl fmt::Display for ForecastReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

/// A set of [`ForecastReason`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ForecastReasons(u16);

impl ForecastReasons {
    /// Adds a reason.
    pub fn insert(&mut self, reason: ForecastReason) {
        self.0 |= 1 << reason as u8;
    }

    /// Whether the reason is among them.
    pub fn contains(self, reason: ForecastReason) -> bool {
        self.0 & (1 << reason as u8) != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The reasons, each once.
    pub fn iter(self) -> impl Iterator<Item = ForecastReason> {
        ForecastReason::ALL
            .into_iter()
            .filter(move |reason| self.contains(*reason))
    }
}

impl SeriesKind {
    /// The specification's words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::Risk => "Risk",
            Self::EvaluationOnly => "Evaluation Only",
        }
    }
}
