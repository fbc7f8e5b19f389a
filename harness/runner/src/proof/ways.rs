//! Ways of showing something, and checklists: what was seen, against what had to be.

use super::codes::plain;
use super::context::ProofContext;
use super::rows::Rows;
use crate::result::Answers;
use titer_finding::Phi;
use titer_plan::model::{CheckItem, Step, Text};

// a way is named by its text, or by its number in the list
fn named(seen: &str, text: &str, number: usize) -> bool {
    let seen = plain(seen);
    !seen.is_empty() && (seen == plain(text) || seen == number.to_string())
}

/// At least one of the listed ways was seen.
pub(super) fn any(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    what: &str,
    ways: &[Text],
    answers: &Answers,
) {
    if answers.seen.is_empty() && answers.not_seen.is_empty() {
        return;
    }
    let texts: Vec<String> = ways.iter().map(|w| ctx.text(w)).collect();
    let found: Vec<&String> = texts
        .iter()
        .enumerate()
        .filter(|(i, t)| answers.seen.iter().any(|s| named(s, t, i + 1)))
        .map(|(_, t)| t)
        .collect();
    let row = rows.check(
        format!("{what} in at least one of the ways"),
        !found.is_empty(),
    );
    row.expected = Some(texts.join("; "));
    if found.is_empty() {
        row.found = answers.seen.first().map(Phi::new);
        row.because = Some(if answers.seen.is_empty() {
            "none of them was seen".to_owned()
        } else {
            "what was seen is none of them".to_owned()
        });
    } else {
        let found: Vec<&str> = found.iter().map(|t| t.as_str()).collect();
        row.found = Some(Phi::new(found.join("; ")));
    }
}

/// The items of the step's own checklist. One that nobody said anything of counts as not seen, unless something else of
/// the step was judged from the same answers.
pub(super) fn checklist(rows: &mut Rows, ctx: &ProofContext<'_>, step: &Step, answers: &Answers) {
    if answers.seen.is_empty() && answers.not_seen.is_empty() {
        return;
    }
    let alone = rows.list.is_empty();
    for item in &step.checklist {
        let text = ctx.text(&item.see);
        match seen(ctx, item, &text, answers) {
            Some(seen) if seen || !item.optional => {
                rows.check(text, seen);
            }
            None if alone && !item.optional => {
                rows.check(text, false).because = Some("nothing is told of it".to_owned());
            }
            _ => {}
        }
    }
}

fn seen(ctx: &ProofContext<'_>, item: &CheckItem, text: &str, answers: &Answers) -> Option<bool> {
    let is = |said: &str| {
        let said = plain(said);
        let whole = item
            .value
            .as_ref()
            .map(|v| plain(&format!("{text} {}", ctx.text(v))));
        !said.is_empty() && (said == plain(text) || Some(said) == whole)
    };
    let way = |said: &str| {
        item.at_least_one_of
            .iter()
            .any(|w| plain(&ctx.text(w)) == plain(said))
    };
    if answers.seen.iter().any(|s| is(s) || way(s)) {
        return Some(true);
    }
    answers.not_seen.iter().any(|s| is(s)).then_some(false)
}
