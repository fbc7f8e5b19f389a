//! The report as blocks, and its two ways to be set.

mod evidence;
mod people;
mod steps;
mod top;

use super::gather::recognition;
use super::model::{Counting, Recognition, State};
use super::rule::RuleOverride;
use super::sheet::{Section, Sheet, Span};
use crate::ReportError;
use crate::view::{Anchors, Kind};
use crate::words;
use titer_runner::result::{RunResult, Verdict};

/// The recognition report as one HTML file: nothing is fetched from anywhere, and it prints well.
pub fn recognition_html(
    result: &RunResult,
    given: RuleOverride,
    masked: bool,
) -> Result<String, ReportError> {
    crate::html::sheet(&sheet(result, given, masked))
}

/// The recognition report as a PDF with outline, page numbers and structure; made without a browser.
///
/// The same document gives the same bytes: dates and ids in the file are those of the run.
pub fn recognition_pdf(result: &RunResult, given: RuleOverride, masked: bool) -> Vec<u8> {
    let json = result.to_json().unwrap_or_default();
    let id = titer_runner::result::sha256_hex(json.as_bytes());
    crate::pdf::set(&sheet(result, given, masked), result.finished, &id)
}

/// The blocks.
pub(crate) fn sheet(result: &RunResult, given: RuleOverride, masked: bool) -> Sheet {
    let copy;
    let shown = if masked {
        copy = crate::masked(result);
        &copy
    } else {
        result
    };
    let data = Recognition {
        masked,
        ..recognition(shown, given, false)
    };
    let mut anchors = Anchors::of(shown);
    let mut sections = vec![
        top::identity(&data),
        top::rule(&data),
        top::components(&data, &anchors),
        top::means(&data),
    ];
    sections.extend(top::open(&data, &anchors));
    sections.push(steps::steps(shown, &data, &mut anchors));
    sections.extend(steps::apart(&data, &anchors));
    sections.extend(people::decisions(shown, &data, &anchors));
    sections.push(steps::coverage(&data, &anchors));
    sections.extend(people::jurors(&data, &anchors));
    sections.extend(evidence::messages(shown, &data, &mut anchors));
    sections.push(evidence::chain(&data, &anchors));
    sections.push(people::signatures(&data));
    let sections: Vec<Section> = sections;
    let product = top::product(&data.identity);
    let plan = format!("{} {}", shown.plan.title, shown.plan.version);
    let mut footer =
        "Made from the result document alone; `titer report verify` recomputes its hashes, its verdicts and its signature."
            .to_owned();
    if masked {
        footer = format!(
            "Values and messages are masked; the hashes are those of the real bytes. {footer}"
        );
    }
    Sheet {
        title: words::visible(&format!(
            "Recognition report: {product}, {}",
            data.decision.words()
        )),
        kicker: words::visible(&format!(
            "Recognition report: {product}, tested with {plan}"
        )),
        question: "Is the rule met?".to_owned(),
        answer: data.decision.answer().to_owned(),
        mark: top::decision_mark(data.decision),
        lead: data.lead.clone(),
        top: top::first(&data, &anchors),
        sections,
        tool: words::visible(&words::tool(&shown.tool)),
        footer,
    }
}

/// A step's name, leading to its row.
fn step(path: &str, anchors: &Anchors) -> Span {
    Span::text(&super::sheet::name(path)).to(anchors.get(Kind::Step, path))
}

/// Steps' names, leading to their rows.
fn steps_of(paths: &[String], anchors: &Anchors) -> Vec<Span> {
    let mut spans = Vec::new();
    for path in paths {
        if !spans.is_empty() {
            spans.push(Span::text(", "));
        }
        spans.push(step(path, anchors));
    }
    if spans.is_empty() {
        spans.push(Span::quiet("none"));
    }
    spans
}

/// A text of a person, which may have lines.
fn lines(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    for line in text.lines() {
        if !spans.is_empty() {
            spans.push(Span::line());
        }
        spans.push(Span::text(line));
    }
    spans
}

fn state(state: State) -> Span {
    Span::verdict(state_mark(state), state.words())
}

/// The mark of a state is the mark of the verdict that it rolls up from.
fn state_mark(state: State) -> &'static str {
    match state {
        State::Open => "pending",
        State::Failed => "failed",
        State::Undecided => "inconclusive",
        State::PassedWithException => "passed-with-exception",
        State::Passed => "passed",
        State::Apart => "not-evaluated",
        State::NotShown => "not-applicable",
    }
}

fn verdict_mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Error => "error",
        Verdict::Failed => "failed",
        Verdict::Inconclusive => "inconclusive",
        Verdict::PassedWithException => "passed-with-exception",
        Verdict::Passed => "passed",
        Verdict::Pending => "pending",
        Verdict::Attested => "attested",
        Verdict::NotEvaluated => "not-evaluated",
        Verdict::NotApplicable => "not-applicable",
    }
}

fn verdict_words(verdict: Verdict) -> &'static str {
    titer_runner::result::Standing::new(verdict, false).words()
}

fn verdict(of: Verdict) -> Span {
    Span::verdict(verdict_mark(of), verdict_words(of))
}

/// A step's result: in the programme's words, or in ours where they do not apply.
fn result_of(row: &super::model::StepRow) -> Span {
    let mark = verdict_mark(row.verdict);
    match (row.result, row.counting) {
        (Some(result), Counting::Counts | Counting::EvaluationYear)
            if row.verdict != Verdict::Error =>
        {
            Span::verdict(mark, result.words())
        }
        (Some(result), _) if row.verdict == Verdict::Pending => Span::verdict(mark, result.words()),
        _ => verdict(row.verdict),
    }
}
