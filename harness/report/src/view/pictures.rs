//! The strip of all steps, the requirement matrix and the exchange timeline, as numbers for inline SVG.

use super::anchors::{Anchors, Kind};
use crate::words;
use serde::Serialize;
use std::collections::BTreeMap;
use titer_runner::result::{Case, Counts, Direction, RunResult, Standing, Step};

/// With more steps than this a cell of the matrix is smaller than a printed point, and words alone are shown.
const MATRIX_STEPS: usize = 120;

/// The case and its steps in the strip.
#[derive(Debug, Serialize)]
pub(crate) struct StripCase {
    anchor: Option<String>,
    name: String,
    label: String,
    /// The case's own mark, when no step has it: it has no step, or it passed against its expectation.
    own: Option<&'static str>,
    own_words: &'static str,
    steps: Vec<MarkView>,
}

/// One step as a mark that links to it.
#[derive(Debug, Serialize)]
pub(crate) struct MarkView {
    anchor: Option<String>,
    standing: &'static str,
    label: String,
}

fn mark(step: &Step, anchors: &Anchors) -> MarkView {
    MarkView {
        anchor: anchors.get(Kind::Step, &step.path),
        standing: step.standing.id(),
        label: format!("{}: {}", short(&step.path), step.standing.words()),
    }
}

/// A path without the plan's id.
pub(crate) fn short(path: &str) -> String {
    let short = path.split_once('/').map_or(path, |(_, rest)| rest);
    words::visible(short)
}

pub(crate) fn strip(result: &RunResult, anchors: &Anchors) -> Vec<StripCase> {
    result
        .cases()
        .map(|case: &Case| StripCase {
            anchor: anchors.get(Kind::Case, &case.path),
            name: words::visible(case.name()),
            label: format!("{}: {}", words::visible(&case.title), case.standing.words()),
            own: case
                .steps
                .iter()
                .all(|s| s.standing != case.standing)
                .then_some(case.standing.id()),
            own_words: if case.steps.is_empty() {
                "no steps"
            } else {
                case.standing.words()
            },
            steps: case.steps.iter().map(|s| mark(s, anchors)).collect(),
        })
        .collect()
}

/// The matrix: a row a requirement, a column a step.
#[derive(Debug, Serialize)]
pub(crate) struct Matrix {
    rows: Vec<MatrixRow>,
    /// Whether there are few enough steps to draw it.
    drawn: bool,
    columns: usize,
    /// Width and height of a row's drawing, in units of a hundredth of a cell.
    width: usize,
    bands: Vec<Band>,
    uncovered: usize,
}

/// The columns of one case.
#[derive(Debug, Serialize)]
struct Band {
    name: String,
    x: usize,
    width: usize,
    middle: usize,
    odd: bool,
}

#[derive(Debug, Serialize)]
struct MatrixRow {
    id: String,
    title: Option<String>,
    source: Option<String>,
    standing: &'static str,
    word: &'static str,
    label: String,
    counts: String,
    cells: Vec<Cell>,
    dots: Vec<usize>,
    steps: Vec<MarkView>,
}

#[derive(Debug, Serialize)]
struct Cell {
    x: usize,
    standing: &'static str,
    label: String,
}

/// Width of a column in the drawing's units.
const CELL: usize = 14;

pub(crate) fn matrix(result: &RunResult, anchors: &Anchors) -> Matrix {
    let steps: Vec<&Step> = result.steps().collect();
    let column: BTreeMap<&str, (usize, &Step)> = steps
        .iter()
        .enumerate()
        .rev()
        .map(|(i, s)| (s.path.as_str(), (i, *s)))
        .collect();
    let drawn = steps.len() <= MATRIX_STEPS;
    let rows = result
        .requirements
        .iter()
        .map(|requirement| {
            let covering: Vec<(usize, &Step)> = requirement
                .steps
                .iter()
                .filter_map(|path| column.get(path.as_str()).copied())
                .collect();
            // The same order of urgency as everywhere, over the steps that verify it.
            let standing = covering.iter().map(|(_, s)| s.standing).min();
            let covered: Vec<usize> = covering.iter().map(|(i, _)| *i).collect();
            MatrixRow {
                id: words::visible(&requirement.id),
                title: (requirement.title != requirement.id)
                    .then(|| words::visible(&requirement.title)),
                source: requirement.source.as_deref().map(words::visible),
                standing: standing.map_or("not-evaluated", Standing::id),
                word: standing.map_or("no step verifies it", Standing::words),
                label: format!(
                    "{} is verified by {}",
                    words::visible(&requirement.id),
                    words::count(covered.len() as u64, "step", "steps")
                ),
                counts: words::counts(&Counts::of(covering.iter().map(|(_, s)| s.standing))),
                cells: covering
                    .iter()
                    .map(|(i, s)| Cell {
                        x: i * CELL,
                        standing: s.standing.id(),
                        label: mark(s, anchors).label,
                    })
                    .collect(),
                dots: (0..if drawn { steps.len() } else { 0 })
                    .filter(|i| !covered.contains(i))
                    .map(|i| i * CELL + CELL / 2)
                    .collect(),
                steps: covering.iter().map(|(_, s)| mark(s, anchors)).collect(),
            }
        })
        .collect::<Vec<_>>();
    let mut x = 0;
    let bands = result
        .cases()
        .filter(|c| !c.steps.is_empty())
        .enumerate()
        .map(|(index, case)| {
            let width = case.steps.len() * CELL;
            let band = Band {
                name: words::visible(case.name()),
                x,
                width,
                middle: x + width / 2,
                odd: index % 2 == 1,
            };
            x += width;
            band
        })
        .collect();
    Matrix {
        drawn,
        columns: steps.len(),
        width: steps.len().max(1) * CELL,
        bands,
        uncovered: rows.iter().filter(|r| r.steps.is_empty()).count(),
        rows,
    }
}

/// The timeline: a row an exchange, positions in hundredths of a percent of the whole.
#[derive(Debug, Serialize)]
pub(crate) struct Timeline {
    rows: Vec<TimelineRow>,
    whole: String,
    half: String,
}

#[derive(Debug, Serialize)]
struct TimelineRow {
    anchor: Option<String>,
    step: String,
    operation: String,
    outcome: String,
    arrow: &'static str,
    took: String,
    bad: bool,
    x: u64,
    width: u64,
    label: String,
}

/// Units across the timeline.
const ACROSS: u64 = 10_000;

pub(crate) fn timeline(result: &RunResult, anchors: &Anchors) -> Timeline {
    let exchanges: Vec<_> = result
        .steps()
        .flat_map(|s| s.exchanges.iter().map(move |x| (s, x)))
        .collect();
    let end = exchanges
        .iter()
        .map(|(_, x)| x.started_ms.saturating_add(x.took_ms))
        .max()
        .unwrap_or(0)
        .max(1);
    let scaled =
        |ms: u64| u64::try_from(u128::from(ms) * u128::from(ACROSS) / u128::from(end)).unwrap_or(0);
    let rows = exchanges
        .iter()
        .map(|(step, x)| {
            // A call too short to see is still drawn.
            let width = scaled(x.took_ms).max(ACROSS / 160);
            let step_name = short(&step.path);
            let outcome = match (x.status, &x.error) {
                (_, Some(error)) => words::visible(error),
                (Some(status), None) => format!("HTTP {status}"),
                (None, None) if x.response.is_none() => "no answer".to_owned(),
                (None, None) => "answered".to_owned(),
            };
            TimelineRow {
                anchor: anchors.get(Kind::Exchange, &x.id),
                operation: words::visible(&x.operation),
                arrow: match x.direction {
                    Direction::ToSystem => "\u{2192}",
                    Direction::FromSystem => "\u{2190}",
                },
                took: words::duration(x.took_ms),
                bad: x.error.is_some() || x.response.is_none(),
                x: scaled(x.started_ms).min(ACROSS - width.min(ACROSS)),
                width: width.min(ACROSS),
                label: format!(
                    "{step_name}: began {} into the run, took {}",
                    words::duration(x.started_ms),
                    words::duration(x.took_ms)
                ),
                outcome,
                step: step_name,
            }
        })
        .collect();
    Timeline {
        rows,
        whole: words::duration(end),
        half: words::duration(end / 2),
    }
}
