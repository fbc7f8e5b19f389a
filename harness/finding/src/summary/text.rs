//! One screen for people.

use super::document::{Example, Figures, Ranking, Summary};
use super::tally::cut;
use std::fmt::Write;

/// Causes that are shown.
const CAUSES: usize = 10;
/// Rows of each of the other tables.
const ROWS: usize = 5;
/// Columns before the words of a row.
const INDENT: usize = 30;

/// The summary as people read it: the ten worst causes, and the five worst rules, places and senders. Lines are cut at
/// `width` characters; 0 is no limit.
pub fn text(summary: &Summary, width: usize) -> String {
    let mut page = Page {
        out: String::new(),
        width,
        ranking: summary.ranking,
    };
    page.line(&messages(summary));
    page.line(&findings(summary));
    if summary.causes.is_empty() {
        return page.out;
    }
    let word = summary.ranking.word();
    page.line("");
    page.line(&headline(summary));
    page.heading("cause");
    for (nth, row) in summary.causes.iter().take(CAUSES).enumerate() {
        let what = match &row.title {
            Some(title) => format!("{}: {title}", called(&row.rule, &row.place)),
            None => called(&row.rule, &row.place),
        };
        page.row(nth + 1, &row.figures, &what);
        let mut more = format!("fix: {}", row.fixer.words());
        if let Some(whose) = &row.whose {
            let _ = match whose.senders {
                0 | 1 => write!(more, "; all from {}", whose.sender),
                n => write!(
                    more,
                    "; {} from {}, {n} senders",
                    percent(whose.share),
                    whose.sender
                ),
            };
        }
        page.line(&format!("{:INDENT$}{more}", ""));
        page.line(&format!("{:INDENT$}{}", "", shown(&row.example)));
    }
    page.table("rule", summary.rules.len(), |nth| {
        let row = summary.rules.get(nth)?;
        let title = row.title.as_deref().unwrap_or_default();
        let what = format!("{:<22} {title}; e.g. {}", row.rule, row.example.place());
        Some((row.figures, what))
    });
    page.table("place", summary.places.len(), |nth| {
        let row = summary.places.get(nth)?;
        let what = format!(
            "{:<10} mostly {}; e.g. {}",
            place(&row.place),
            row.rule,
            row.example.place()
        );
        Some((row.figures, what))
    });
    page.table("sender (MSH-4 / MSH-22)", summary.senders.len(), |nth| {
        let row = summary.senders.get(nth)?;
        let mut what = format!(
            "{}: {} of {} messages with errors",
            row.sender,
            grouped(row.with_errors),
            grouped(row.sent)
        );
        if let Some(example) = &row.example {
            let _ = write!(what, "; first {}, e.g. {}", row.first, example.place());
        }
        Some((row.figures, what))
    });
    let fixers: Vec<String> = summary
        .fixers
        .iter()
        .filter(|f| f.figures.ranked(summary.ranking) > 0)
        .map(|f| format!("{} {}", f.fixer.words(), percent(f.figures.share)))
        .collect();
    page.line("");
    page.line(&format!("who can fix the {word}: {}", fixers.join(", ")));
    page.out
}

/// `84 of 100 messages have errors, ...`.
pub(super) fn messages(summary: &Summary) -> String {
    let m = &summary.messages;
    format!(
        "{}: {} with errors, {} with warnings only, {} clean",
        counted(m.total, "message", "messages"),
        grouped(m.with_errors),
        grouped(m.with_warnings),
        grouped(m.clean)
    )
}

fn findings(summary: &Summary) -> String {
    let f = &summary.findings;
    format!(
        "{}, {}, {} info",
        counted(f.errors, "error", "errors"),
        counted(f.warnings, "warning", "warnings"),
        grouped(f.infos)
    )
}

/// How much the causes make that are shown.
pub(super) fn headline(summary: &Summary) -> String {
    let word = summary.ranking.word();
    let shown = summary.causes.len().min(CAUSES);
    let last = summary.causes.get(shown.saturating_sub(1));
    let made = percent(last.map_or(0.0, |c| c.figures.cumulative));
    match (summary.causes.len(), shown) {
        (1, _) => format!("one cause makes all {word}"),
        (all, n) if all == n => format!("{n} causes make all {word}"),
        (all, n) => format!(
            "{n} of {} causes make {made} of the {word}",
            grouped(all as u64)
        ),
    }
}

/// `HL7-CODE at RXA-5.1`.
pub(super) fn called(rule: &str, at: &str) -> String {
    if at.is_empty() {
        rule.to_owned()
    } else {
        format!("{rule} at {at}")
    }
}

/// A place, or what stands for none.
pub(super) fn place(place: &str) -> &str {
    if place.is_empty() { "no place" } else { place }
}

fn shown(example: &Example) -> String {
    format!("e.g. {} {}", example.place(), example.text)
}

/// `33.0 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A number with commas between thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        grouped(number),
        if number == 1 { one } else { many }
    )
}

struct Page {
    out: String,
    width: usize,
    ranking: Ranking,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.out.push_str(&cut(line, self.width));
        self.out.push('\n');
    }

    fn heading(&mut self, what: &str) {
        let word = self.ranking.word();
        self.line(&format!("     {word:>9}  share   total  {what}"));
    }

    fn row(&mut self, nth: usize, figures: &Figures, what: &str) {
        let line = format!(
            "{nth:>3}  {:>9} {:>6} {:>7}  {what}",
            grouped(figures.ranked(self.ranking)),
            short(figures.share),
            short(figures.cumulative),
        );
        self.line(&line);
    }

    fn table(&mut self, what: &str, all: usize, row: impl Fn(usize) -> Option<(Figures, String)>) {
        let shown = all.min(ROWS);
        self.line("");
        if all > shown {
            self.heading(&format!(
                "{what}, the worst {shown} of {}",
                grouped(all as u64)
            ));
        } else {
            self.heading(what);
        }
        for nth in 0..shown {
            if let Some((figures, what)) = row(nth) {
                self.row(nth + 1, &figures, &what);
            }
        }
    }
}

fn short(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}
