//! Choices where the specification is open or deliberately left.

/// How to read what the specification leaves open. The default is what reproduces CDC's published cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Move a season of the schedule by whole years when the assessment date lies outside it. A deliberate departure from the
    /// specification, for assessment dates in other years than the schedule's; off by default, and shown in every forecast it moved.
    pub shift_season: bool,
    /// Which interval keeps two live vaccines apart when the earlier one was not valid for its own antigen.
    pub conflict: ConflictReading,
    /// Where one line stands for a vaccine group that has several forecasts, prefer one that is not complete and already due.
    pub prefer_due: bool,
    /// What to do with doses dated after the assessment date, for which the specification has no rule.
    pub later_doses: LaterDoses,
}

/// CALCDTCONFLICT-2: the shorter interval is for an earlier dose that is valid "or has no evaluation status".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConflictReading {
    /// The status in the series at hand: a vaccine of another antigen has none there, and the shorter interval holds.
    #[default]
    InSeries,
    /// The status anywhere: an earlier dose that was not valid for its own antigen asks for the full interval.
    AnyAntigen,
}

/// Doses dated after the assessment date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LaterDoses {
    /// Evaluate them like any other, as CDC's newer cases expect.
    #[default]
    Evaluate,
    /// Leave them out.
    Ignore,
}
