//! Markdown for a pull request's comment or an issue.

use crate::answer::{answer, case_why};
use crate::words;
use std::fmt::Write as _;
use titer_runner::result::{Case, RunResult, Standing, Step};

/// At most so many cases are told in full: a comment on GitHub ends at 65,536 characters.
const TOLD: usize = 20;

/// The report. Text from outside is escaped; values stand in code spans.
pub fn markdown(result: &RunResult) -> String {
    let mut out = String::new();
    let answer = answer(result);
    let plan = format!("{} {}", result.plan.title, result.plan.version);
    let _ = writeln!(
        out,
        "## {} {}: {}\n\n**Did it pass? {}.** {}",
        sign(result.standing),
        text(&plan),
        text(&result.system.name),
        answer.word,
        text(&answer.lead),
    );
    if let Some(first) = &answer.first {
        let _ = write!(
            out,
            "\nLook first at {} ({}, {})",
            code(&first.path),
            text(&first.title),
            first.standing.words()
        );
        let _ = match &first.why {
            Some(why) => writeln!(out, ": {}.", text(why)),
            None => writeln!(out, "."),
        };
    }
    write_counts(&mut out, result);
    write_cases(&mut out, result);
    write_trouble(&mut out, result);
    write_known(&mut out, result);
    write_unexpected(&mut out, result);
    let address = result.system.address.as_deref().map(code);
    let _ = writeln!(
        out,
        "\n<sub>{}, plan {} {} (sha256 {}), seed {}, as of {}{}; began {}.</sub>",
        text(&words::tool(&result.tool)),
        text(&result.plan.id),
        text(&result.plan.version),
        code(result.plan.sha256.get(..12).unwrap_or(&result.plan.sha256)),
        result.seed,
        words::date(result.as_of),
        address
            .map(|a| format!(", system at {a}"))
            .unwrap_or_default(),
        words::time(result.started),
    );
    out
}

fn write_counts(out: &mut String, result: &RunResult) {
    let _ = writeln!(out, "\n| verdict | cases | steps |\n|---|--:|--:|");
    for standing in words::READING_ORDER {
        let (cases, steps) = (
            result.case_counts.get(standing),
            result.step_counts.get(standing),
        );
        if cases + steps > 0 {
            let _ = writeln!(
                out,
                "| {} {} | {cases} | {steps} |",
                sign(standing),
                standing.words()
            );
        }
    }
    let _ = writeln!(
        out,
        "| **all** | **{}** | **{}** |",
        result.case_counts.total, result.step_counts.total
    );
}

fn write_cases(out: &mut String, result: &RunResult) {
    if result.case_counts.total == 0 {
        return;
    }
    let _ = writeln!(
        out,
        "\n<details><summary>All cases</summary>\n\n| case | title | verdict | steps |\n|---|---|---|---|"
    );
    for case in result.cases() {
        let steps: Vec<&str> = case.steps.iter().map(|s| sign(s.standing)).collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} {} | {} |",
            code(case.name()),
            text(&case.title),
            sign(case.standing),
            case.standing.words(),
            steps.join(" ")
        );
    }
    let _ = writeln!(out, "\n</details>");
}

fn write_trouble(out: &mut String, result: &RunResult) {
    let trouble: Vec<&Case> = result
        .cases()
        .filter(|c| {
            c.standing.fails_the_run() || c.steps.iter().any(|s| s.standing.fails_the_run())
        })
        .collect();
    if trouble.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n### What went wrong");
    for case in trouble.iter().take(TOLD) {
        let _ = writeln!(
            out,
            "\n**{}** {}: {}\n",
            code(case.name()),
            text(&case.title),
            case.standing.words()
        );
        if let Some(why) = case_why(case) {
            let _ = writeln!(out, "- {}", text(&why));
        }
        for step in case.steps.iter().filter(|s| s.standing.fails_the_run()) {
            write_step(out, step);
        }
    }
    if trouble.len() > TOLD {
        let _ = writeln!(
            out,
            "\nAnd {} more; the HTML report has them all.",
            words::count((trouble.len() - TOLD) as u64, "case", "cases")
        );
    }
}

fn write_step(out: &mut String, step: &Step) {
    let _ = write!(
        out,
        "- {} {} {}",
        sign(step.standing),
        code(step.name()),
        step.standing.words()
    );
    let _ = match &step.because {
        Some(because) => writeln!(out, ": {}", text(because)),
        None => writeln!(out),
    };
    for assertion in words::deciding(step).into_iter().take(TOLD) {
        let _ = writeln!(out, "  - {}", text(&words::assertion(assertion)));
    }
    for finding in step.all_findings().take(TOLD) {
        let _ = writeln!(
            out,
            "  - {} {} {}",
            code(&finding.rule),
            code(&finding.location.path),
            text(&finding.text(false))
        );
    }
}

fn write_unexpected(out: &mut String, result: &RunResult) {
    if result.unexpected.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n### Messages that no step awaited\n");
    for unexpected in &result.unexpected {
        let _ = writeln!(out, "- {}", text(&unexpected.because));
    }
}

fn write_known(out: &mut String, result: &RunResult) {
    let known: Vec<(&str, &titer_runner::result::KnownFailure, Standing)> = result
        .cases()
        .flat_map(|c| {
            let own = c.known.as_ref().map(|k| (c.path.as_str(), k, c.standing));
            let steps = c
                .steps
                .iter()
                .filter_map(|s| s.known.as_ref().map(|k| (s.path.as_str(), k, s.standing)));
            own.into_iter().chain(steps)
        })
        .collect();
    if known.is_empty() && result.unmatched_known_failures.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n### Known failures\n");
    for (path, known, standing) in known {
        let _ = writeln!(
            out,
            "- {} {}: {}{}",
            sign(standing),
            code(path),
            text(&known.reason),
            known
                .reference
                .as_ref()
                .map(|r| format!(" ({})", code(r)))
                .unwrap_or_default()
        );
    }
    for pattern in &result.unmatched_known_failures {
        let _ = writeln!(out, "- {} matches nothing and has to go", code(pattern));
    }
}

/// A character with a shape of its own for each standing.
fn sign(standing: Standing) -> &'static str {
    match standing {
        Standing::Error => "\u{2757}",
        Standing::Failed => "\u{274c}",
        Standing::UnexpectedPass => "\u{26a0}\u{fe0f}",
        Standing::Inconclusive => "\u{2753}",
        Standing::Pending => "\u{23f3}",
        Standing::KnownFailure => "\u{1f536}",
        Standing::PassedWithException => "\u{2611}\u{fe0f}",
        Standing::Passed => "\u{2705}",
        Standing::Attested => "\u{1f58a}\u{fe0f}",
        Standing::NotEvaluated => "\u{25fd}",
        Standing::NotApplicable => "\u{2796}",
    }
}

/// Text in which nothing is Markdown or HTML but code spans that we made ourselves.
pub(crate) fn text(text: &str) -> String {
    let text = words::visible(text);
    let mut out = String::with_capacity(text.len());
    // Our own sentences put values between backticks; whatever stands between two of them is written as a code span.
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str(&code(part));
            continue;
        }
        for c in part.chars() {
            match c {
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '&' => out.push_str("&amp;"),
                '@' => out.push_str("&#64;"),
                '\\' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '!' | '~' => {
                    out.push('\\');
                    out.push(c);
                }
                other => out.push(other),
            }
        }
    }
    out
}

/// A code span that holds anything, also in a table.
pub(crate) fn code(text: &str) -> String {
    let text = words::visible(text);
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('|', "&#124;")
        .replace('`', "&#96;")
        .replace('*', "&#42;")
        .replace('_', "&#95;")
        .replace('[', "&#91;")
        .replace('\\', "&#92;")
        .replace('~', "&#126;")
        .replace('@', "&#64;")
        .replace("://", "&#58;//");
    format!("<code>{escaped}</code>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_is_markup() {
        assert_eq!(
            text("<script>*x*|[a](b)"),
            "&lt;script&gt;\\*x\\*\\|\\[a\\](b)"
        );
        assert_eq!(code("a|b`c<"), "<code>a&#124;b&#96;c&lt;</code>");
        assert_eq!(text("found `A|B`"), "found <code>A&#124;B</code>");
        assert_eq!(code(""), "(empty)");
    }
}
