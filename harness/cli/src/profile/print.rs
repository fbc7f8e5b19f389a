//! Differences as people read them.

use super::diff::Counts;
use super::named::Named;
use std::fmt::Write;
use titer_conformance::compare::{Aspect, Change};

/// Codes that are named; the rest is counted.
const CODES: usize = 12;
/// Places that are named.
const PLACES: usize = 8;
/// Characters of what stands before and after, for one line.
const SHORT: usize = 46;

/// The same change at one place or several.
struct Row<'c> {
    places: Vec<&'c str>,
    change: &'c Change,
}

// a component that changes alike in several fields of a segment is one row
fn rows(changes: &[Change]) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let part = |c: &Change| c.place.split_once('.').map(|(_, p)| p.to_owned());
    for change in changes {
        let same = |r: &&mut Row<'_>| {
            let c = r.change;
            c.group == change.group
                && c.place.contains('-')
                && part(c).is_some()
                && part(c) == part(change)
                && c.name == change.name
                && c.aspect == change.aspect
                && c.direction == change.direction
                && c.before == change.before
                && c.after == change.after
                && c.codes_added == change.codes_added
                && c.codes_removed == change.codes_removed
        };
        match rows.iter_mut().find(same) {
            Some(row) => row.places.push(&change.place),
            None => rows.push(Row {
                places: vec![&change.place],
                change,
            }),
        }
    }
    rows
}

fn listed(list: &[String], most: usize) -> String {
    let shown: Vec<&str> = list.iter().take(most).map(String::as_str).collect();
    match list.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

impl Row<'_> {
    fn place(&self) -> String {
        let mut places: Vec<&str> = self.places.iter().copied().take(PLACES).collect();
        let more = self.places.len().saturating_sub(PLACES);
        let and;
        if more > 0 {
            and = format!("{more} more");
            places.push(&and);
        }
        places.join(", ")
    }

    // `usage RE -> R`, or what was and what is on lines of their own
    fn what(&self) -> Vec<String> {
        let c = self.change;
        let mut lines = Vec::new();
        let word = c.aspect.word();
        match (c.before.is_empty(), c.after.is_empty()) {
            (true, true) => lines.push(format!("{word} changed")),
            (true, false) => lines.push(match c.aspect {
                Aspect::Added => format!("added, {}", c.after),
                Aspect::Codes => format!("codes: {}", c.after),
                _ => format!("{word} added: {}", c.after),
            }),
            (false, true) => lines.push(match c.aspect {
                Aspect::Removed => format!("removed, was {}", c.before),
                _ => format!("{word} removed: {}", c.before),
            }),
            (false, false) => {
                let both = c.before.chars().count() + c.after.chars().count();
                if both <= SHORT {
                    lines.push(format!("{word} {} -> {}", c.before, c.after));
                } else {
                    lines.push(format!("{word} changed"));
                    lines.push(format!("  was  {}", c.before));
                    lines.push(format!("  now  {}", c.after));
                }
            }
        }
        if !c.codes_added.is_empty() {
            let codes = listed(&c.codes_added, CODES);
            lines.push(format!("  codes added: {codes}"));
        }
        if !c.codes_removed.is_empty() {
            let codes = listed(&c.codes_removed, CODES);
            lines.push(format!("  codes removed: {codes}"));
        }
        if !c.bound_at.is_empty() {
            lines.push(format!("  bound at {}", listed(&c.bound_at, PLACES)));
        }
        lines
    }
}

fn summary(changes: &[Change], counts: Counts) -> String {
    if changes.is_empty() {
        return "the profiles ask for the same".to_owned();
    }
    format!(
        "{}: {} tightened, {} loosened, {} other",
        match changes.len() {
            1 => "1 difference".to_owned(),
            n => format!("{n} differences"),
        },
        counts.tightened,
        counts.loosened,
        counts.other
    )
}

fn groups<'r, 'c>(rows: &'r [Row<'c>]) -> impl Iterator<Item = &'r [Row<'c>]> {
    rows.chunk_by(|a, b| a.change.group == b.change.group)
}

fn side(n: &Named) -> String {
    format!("{} ({}), {}", n.label, n.message_type(), n.from)
}

/// Text for a terminal.
pub(super) fn text(before: &Named, after: &Named, changes: &[Change], counts: Counts) -> String {
    let mut out = format!("from  {}\nto    {}\n", side(before), side(after));
    let rows = rows(changes);
    for group in groups(&rows) {
        let Some(first) = group.first() else { continue };
        let _ = writeln!(out, "\n{}", first.change.group);
        let places = group.iter().map(|r| r.place().chars().count());
        let widest = places.filter(|w| *w <= 24).max().unwrap_or(0);
        for row in group {
            let name = match row.change.name.as_str() {
                "" => String::new(),
                name => format!("  ({name})"),
            };
            let mut lines = row.what().into_iter();
            let _ = writeln!(
                out,
                "  {:9}  {:widest$}  {}{name}",
                row.change.direction.word(),
                row.place(),
                lines.next().unwrap_or_default()
            );
            for line in lines {
                let _ = writeln!(out, "  {:9}  {:widest$}  {line}", "", "");
            }
        }
    }
    let _ = writeln!(out, "\n{}", summary(changes, counts));
    // no blanks at the ends of lines
    out.lines()
        .map(str::trim_end)
        .fold(String::new(), |mut all, line| {
            all.push_str(line);
            all.push('\n');
            all
        })
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// Markdown, a table for each group.
pub(super) fn markdown(
    before: &Named,
    after: &Named,
    changes: &[Change],
    counts: Counts,
) -> String {
    let mut out = format!(
        "# {} against {}\n\nFrom {}, to {}: {}.\n",
        cell(&after.label),
        cell(&before.label),
        cell(&side(before)),
        cell(&side(after)),
        summary(changes, counts)
    );
    let rows = rows(changes);
    for group in groups(&rows) {
        let Some(first) = group.first() else { continue };
        let _ = writeln!(
            out,
            "\n## {}\n\n| | place | name | what |\n|---|---|---|---|",
            cell(&first.change.group)
        );
        for row in group {
            let what: Vec<String> = row.what().iter().map(|l| cell(l.trim())).collect();
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} |",
                row.change.direction.word(),
                cell(&row.place()),
                cell(&row.change.name),
                what.join("<br>")
            );
        }
    }
    out
}
