//! Markdown for a pull request's comment or a page of a wiki: the summary.

use super::gather::recognition;
use super::model::{CapabilityRow, Decision, Recognition, State, Tally};
use super::rule::{RuleOverride, percent, rest};
use super::sheet::name;
use crate::markdown::{code, text};
use crate::words;
use std::fmt::Write as _;
use titer_runner::result::RunResult;

/// At most so many open things and capabilities are told: a comment on GitHub ends at 65,536 characters.
const TOLD: usize = 60;

/// The summary. Text from outside is escaped.
pub fn recognition_markdown(result: &RunResult, given: RuleOverride, masked: bool) -> String {
    let data = recognition(result, given, masked);
    let mut out = String::new();
    let id = &data.identity;
    let version = id.version.as_deref().unwrap_or_default();
    let _ = writeln!(
        out,
        "## {} Recognition: {}\n\n**Is the rule met? {}.** {}\n",
        sign(data.decision),
        text(format!("{} {version}", id.product).trim_end()),
        data.decision.answer(),
        text(&data.lead)
    );
    for line in &data.rule.arithmetic {
        let _ = writeln!(out, "- {}", text(line));
    }
    let means = &data.means;
    let _ = writeln!(
        out,
        "- Without a human eye: {} of {} ({}); of the {} that count, {} ({}).",
        means.without_eye,
        words::count(means.steps, "step", "steps"),
        percent(means.without_eye, means.steps),
        means.counting,
        means.counting_without_eye,
        percent(means.counting_without_eye, means.counting)
    );
    components(&mut out, &data);
    troubles(&mut out, &data);
    if !data.open.is_empty() {
        let _ = writeln!(out, "\n### Open\n");
        for open in data.open.iter().take(TOLD) {
            let at = if open.at.is_empty() {
                text(&open.title)
            } else {
                format!("{} {}", code(&name(&open.at)), text(&open.title))
            };
            let _ = writeln!(out, "- {at}: {}", text(open.because.reveal()));
        }
        more(&mut out, data.open.len());
    }
    for over in &data.overrides {
        let _ = writeln!(
            out,
            "\nDecided by {} for {}: {}",
            text(&over.by),
            code(&name(&over.step)),
            text(&over.because.replace('\n', " "))
        );
    }
    let _ = writeln!(
        out,
        "\n<sub>{}, plan {} {} (sha256 {}), tested by {} at {}, ended {}.</sub>",
        text(&words::tool(&id.tool)),
        text(&id.plan.id),
        text(&id.plan.version),
        code(id.plan.sha256.get(..12).unwrap_or(&id.plan.sha256)),
        text(id.tester.as_deref().unwrap_or("nobody named")),
        text(id.lab.as_deref().unwrap_or("no laboratory named")),
        words::time(id.finished)
    );
    out
}

fn more(out: &mut String, all: usize) {
    if all > TOLD {
        let _ = writeln!(out, "- and {} more", all - TOLD);
    }
}

fn tally(tally: Tally) -> String {
    if tally.total == 0 {
        return "\u{2013}".to_owned();
    }
    let rest = rest(tally);
    let rest = if rest.is_empty() {
        rest
    } else {
        format!(" ({rest})")
    };
    format!("{} of {}{rest}", tally.passed, tally.total)
}

fn components(out: &mut String, data: &Recognition) {
    if data.components.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n| Component | Result | Core | Optional |\n|---|---|---|---|"
    );
    for row in &data.components {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            text(&row.title),
            row.state.words(),
            tally(row.core),
            tally(row.optional)
        );
    }
}

fn troubles(out: &mut String, data: &Recognition) {
    let bad: Vec<&CapabilityRow> = data
        .capabilities
        .iter()
        .filter(|c| c.counts && matches!(c.state, State::Failed | State::Undecided))
        .collect();
    if bad.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n### Not passed\n");
    for row in bad.iter().take(TOLD) {
        let at = row
            .because
            .as_ref()
            .map(|p| format!(" at {}", code(&name(p))))
            .unwrap_or_default();
        let _ = writeln!(
            out,
            "- **{}** ({}): {}{at}",
            text(&row.title),
            row.level.words(),
            row.state.words()
        );
    }
    more(out, bad.len());
}

fn sign(decision: Decision) -> &'static str {
    match decision {
        Decision::Incomplete => "\u{23f3}",
        Decision::Error => "\u{2757}",
        Decision::NotMet => "\u{274c}",
        Decision::Undecided => "\u{2753}",
        Decision::Met => "\u{2705}",
    }
}
