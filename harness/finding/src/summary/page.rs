//! One page: did it pass, and if not, what first? One file, no scripts, for screens of any width, day and night, and paper.

use super::document::{Example, Figures, Ranking, Summary};
use super::text::{called, grouped, headline, messages, percent, place};
use std::fmt::Write;

const STYLE: &str = include_str!("page.css");
/// Causes with a bar.
const CAUSES: usize = 10;
/// Rows of each table.
const ROWS: usize = 50;

/// The page. `findings` are articles that [`Pieces`](crate::sink::Pieces) wrote, when findings are shown.
pub fn page(summary: &Summary, findings: Option<&[u8]>, code_book: Option<&str>) -> String {
    let (tone, shape, word) = verdict(summary);
    let title = title(summary);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n<p class=\"verdict {tone}\"><svg viewBox=\"0 0 20 20\" role=\"img\" \
         aria-label=\"{word}\">{shape}</svg><span>{word}</span></p>\n<p class=\"num\">{}</p>\n",
        escape(&messages(summary))
    );
    answer(&mut out, summary);
    causes(&mut out, summary);
    tables(&mut out, summary);
    if let Some(findings) = findings.filter(|f| !f.is_empty()) {
        let shown = String::from_utf8_lossy(findings);
        let _ = write!(out, "<h2>Findings</h2>\n{}", left_out(summary, &shown));
        out.push_str(&shown);
    }
    let _ = write!(
        out,
        "<footer>{} {}{}{}. <code>titer explain RULE</code> tells more about a rule.</footer>\n</main>\n</body>\n</html>\n",
        escape(&summary.tool.name),
        escape(&summary.tool.version),
        code_book.map_or_else(String::new, |day| format!(
            " with the code book of {}",
            escape(day)
        )),
        if summary.masked {
            ", values are masked"
        } else {
            ""
        },
    );
    out
}

/// Text for a page.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn title(summary: &Summary) -> String {
    let m = &summary.messages;
    let total = grouped(m.total);
    match (m.with_errors, m.with_warnings) {
        _ if m.total == 0 => "No message was checked".to_owned(),
        (0, 0) if m.total == 1 => "The message is clean".to_owned(),
        (0, 0) => format!("All {total} messages are clean"),
        (0, n) => format!(
            "No errors; {} of {total} messages have warnings",
            grouped(n)
        ),
        (n, _) => format!("{} of {total} messages have errors", grouped(n)),
    }
}

fn verdict(summary: &Summary) -> (&'static str, &'static str, &'static str) {
    const CROSS: &str = "<path fill=\"currentColor\" d=\"M4 2 10 8 16 2 18 4 12 10 18 16 16 18 10 12 4 18 2 16 8 10 2 4z\"/>";
    const TRIANGLE: &str = "<path fill=\"currentColor\" d=\"M10 2 19 18H1z\"/>";
    const TICK: &str = "<path fill=\"currentColor\" d=\"M3 10 8 15 18 4 16 2 8 11 5 8z\"/>";
    const DASH: &str = "<path fill=\"currentColor\" d=\"M2 8H18V12H2z\"/>";
    let m = &summary.messages;
    match (m.with_errors, m.with_warnings) {
        _ if summary.findings.errors > 0 => ("error", CROSS, "errors"),
        _ if m.total == 0 => ("info", DASH, "nothing checked"),
        (0, 0) => ("good", TICK, "clean"),
        _ => ("warning", TRIANGLE, "warnings only"),
    }
}

fn answer(out: &mut String, summary: &Summary) {
    let Some(first) = summary.causes.first() else {
        return;
    };
    if summary.ranking == Ranking::Infos {
        return;
    }
    let what = first.title.as_deref().unwrap_or(&first.example.text);
    let _ = writeln!(
        out,
        "<p>Look at this first: <strong>{}</strong>, {}. It makes {} of the {}; {} can fix it.</p>",
        escape(&called(&first.rule, &first.place)),
        escape(what),
        percent(first.figures.share),
        summary.ranking.word(),
        first.fixer.words(),
    );
}

fn causes(out: &mut String, summary: &Summary) {
    if summary.causes.is_empty() {
        return;
    }
    let _ = write!(
        out,
        "<h2>The worst causes</h2>\n<p>{}.</p>\n<ol class=\"causes\">\n",
        sentence(&headline(summary))
    );
    for (nth, row) in summary.causes.iter().take(CAUSES).enumerate() {
        let name = called(&row.rule, &row.place);
        let share = percent(row.figures.share);
        let _ = write!(
            out,
            "<li><span class=\"rank\">{}</span><span class=\"what\">{}</span>",
            nth + 1,
            escape(&name)
        );
        if let Some(title) = &row.title {
            let _ = write!(out, "<span>{}</span>", escape(title));
        }
        let _ = write!(
            out,
            "<svg class=\"bar\" viewBox=\"0 0 100 4\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{share} of \
             the {word}\"><title>{share} of the {word}</title><rect class=\"whole\" width=\"100\" height=\"4\"/><rect \
             class=\"part\" width=\"{:.2}\" height=\"4\"/></svg>",
            row.figures.share * 100.0,
            word = summary.ranking.word(),
        );
        let _ = write!(
            out,
            "<dl><dt>How many</dt><dd class=\"num\">{} in {} messages; {share}, with those above {}</dd><dt>Who can fix \
             it</dt><dd>{}</dd>",
            grouped(row.figures.ranked(summary.ranking)),
            grouped(row.figures.messages),
            percent(row.figures.cumulative),
            row.fixer.words(),
        );
        if let Some(whose) = &row.whose {
            let _ = write!(
                out,
                "<dt>Whose</dt><dd>{} from {}{}</dd>",
                percent(whose.share),
                escape(&whose.sender),
                if whose.senders > 1 {
                    format!("; {} senders have it", grouped(whose.senders))
                } else {
                    String::new()
                }
            );
        }
        if let Some(repair) = &row.repair {
            let _ = write!(out, "<dt>How</dt><dd>{}</dd>", escape(repair));
        }
        let _ = writeln!(
            out,
            "<dt>For example</dt><dd><code>{}</code> {}</dd></dl></li>",
            escape(&row.example.place()),
            escape(&row.example.text)
        );
    }
    out.push_str("</ol>\n");
}

fn tables(out: &mut String, summary: &Summary) {
    if summary.causes.is_empty() {
        return;
    }
    let word = summary.ranking.word();
    let rules = summary.rules.iter().map(|r| {
        let cells = vec![
            ("Rule", r.rule.clone()),
            ("What", r.title.clone().unwrap_or_default()),
            ("Who can fix it", r.fixer.words().to_owned()),
            ("For example", shown(Some(&r.example))),
        ];
        (r.figures, cells)
    });
    table(out, "By rule", word, summary, summary.rules.len(), rules);
    let places = summary.places.iter().map(|r| {
        let cells = vec![
            ("Place", place(&r.place).to_owned()),
            ("Mostly", r.rule.clone()),
            ("For example", shown(Some(&r.example))),
        ];
        (r.figures, cells)
    });
    table(
        out,
        "By segment and field",
        word,
        summary,
        summary.places.len(),
        places,
    );
    let senders = summary.senders.iter().map(|r| {
        let sent = format!(
            "{} of {} with errors",
            grouped(r.with_errors),
            grouped(r.sent)
        );
        let cells = vec![
            ("Sender (MSH-4 / MSH-22)", r.sender.clone()),
            ("Messages", sent),
            ("First", r.first.clone()),
            ("For example", shown(r.example.as_ref())),
        ];
        (r.figures, cells)
    });
    table(
        out,
        "By sender",
        word,
        summary,
        summary.senders.len(),
        senders,
    );
    let fixers = summary.fixers.iter().map(|r| {
        (
            r.figures,
            vec![("Who can fix it", r.fixer.words().to_owned())],
        )
    });
    table(
        out,
        "By who can fix it",
        word,
        summary,
        summary.fixers.len(),
        fixers,
    );
}

fn shown(example: Option<&Example>) -> String {
    example.map_or_else(String::new, |e| format!("{} {}", e.place(), e.text))
}

fn table<'c>(
    out: &mut String,
    heading: &str,
    word: &str,
    summary: &Summary,
    all: usize,
    rows: impl Iterator<Item = (Figures, Vec<(&'c str, String)>)>,
) {
    let mut rows = rows.take(ROWS).peekable();
    let Some((_, first)) = rows.peek() else {
        return;
    };
    let _ = write!(
        out,
        "<details><summary>{heading} ({})</summary>\n<table><thead><tr><th class=\"num\">{}</th><th \
         class=\"num\">Share</th><th class=\"num\">Total</th>",
        grouped(all as u64),
        sentence(word)
    );
    for (name, _) in first {
        let _ = write!(out, "<th>{name}</th>");
    }
    out.push_str("</tr></thead><tbody>\n");
    for (figures, cells) in rows {
        let _ = write!(
            out,
            "<tr><td class=\"num\" data-name=\"{}\">{}</td><td class=\"num\" data-name=\"Share\">{}</td><td \
             class=\"num\" data-name=\"Total\">{}</td>",
            sentence(word),
            grouped(figures.ranked(summary.ranking)),
            percent(figures.share),
            percent(figures.cumulative)
        );
        for (name, cell) in cells {
            let _ = write!(out, "<td data-name=\"{name}\">{}</td>", escape(&cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table>");
    if all > ROWS {
        let _ = write!(
            out,
            "<p class=\"soft\">The worst {ROWS} of {}; <code>--format json</code> has all.</p>",
            grouped(all as u64)
        );
    }
    out.push_str("</details>\n");
}

fn left_out(summary: &Summary, shown: &str) -> String {
    let f = &summary.findings;
    let all = f.errors + f.warnings + f.infos;
    let shown = shown.matches("<article ").count() as u64;
    if shown < all {
        format!(
            "<p class=\"soft\">{} of {} findings are shown; <code>--format jsonl</code> has all.</p>\n",
            grouped(shown),
            grouped(all)
        )
    } else {
        String::new()
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
