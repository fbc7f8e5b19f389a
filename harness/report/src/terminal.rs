//! What a run says on the terminal when it has ended.

use crate::answer::case_why;
use crate::words;
use std::fmt::Write as _;
use titer_runner::result::{Case, RunResult, Standing, Step};

/// How the summary is written.
#[derive(Clone, Debug, Default)]
pub struct TerminalOptions {
    /// With ANSI colours.
    pub color: bool,
    /// Width to stay within, in characters; 0 for no limit. Reasons are wrapped, long titles cut.
    pub width: usize,
    /// What was written where, in order: `("report", "out/report.html")`.
    pub written: Vec<(String, String)>,
}

/// The summary: plan, system, a line a case, the counts, the files.
pub fn terminal(result: &RunResult, options: &TerminalOptions) -> String {
    let mut out = String::new();
    let paint = Paint(options.color);
    let plan = &result.plan;
    let _ = writeln!(
        out,
        "{}    {} {}, {}, {}, seed {}, as of {}{}",
        paint.dim("plan"),
        words::visible(&plan.id),
        words::visible(&plan.version),
        words::count(result.case_counts.total, "case", "cases"),
        words::count(result.step_counts.total, "step", "steps"),
        result.seed,
        words::date(result.as_of),
        plan.selection
            .as_ref()
            .map(|s| format!(", selected by `{}`", words::visible(s)))
            .unwrap_or_default(),
    );
    let system = &result.system;
    let mut about = words::visible(&system.name);
    if let Some(address) = &system.address {
        about = format!("{about} at {}", words::visible(address));
    }
    if let Some(more) = &system.about {
        about = format!("{about}, {}", words::visible(more));
    }
    let _ = writeln!(out, "{}  {about}", paint.dim("system"));
    if let Some(reason) = &system.unreachable {
        let word = paint.standing(Standing::Error, "unreachable");
        let _ = writeln!(out, "{word}  {}", words::visible(reason));
    }

    let columns = Columns::of(result, options.width);
    for case in result.cases() {
        write_case(&mut out, case, &columns, &paint);
    }
    for pattern in &result.unmatched_known_failures {
        let _ = writeln!(
            out,
            "  the list of known failures names `{}`, which matches nothing",
            words::visible(pattern)
        );
    }

    if !result.unexpected.is_empty() {
        let came = words::count(result.unexpected.len() as u64, "message", "messages");
        let _ = writeln!(out, "  {came} came that no step awaited: see the report");
    }

    let counts = &result.step_counts;
    let took = (result.finished.as_millisecond() - result.started.as_millisecond()).max(0);
    let _ = writeln!(
        out,
        "{}; {} of {} judged in {}",
        painted_counts(result, &paint),
        counts.judged,
        words::count(counts.total, "step", "steps"),
        words::duration(took.unsigned_abs()),
    );
    if !options.written.is_empty() {
        let written: Vec<String> = options
            .written
            .iter()
            .map(|(what, path)| format!("{}  {}", paint.dim(what), words::visible(path)))
            .collect();
        let _ = writeln!(out, "{}", written.join("    "));
    }
    out
}

/// Longer names and titles are cut here; the other reports have them whole.
const NAME: usize = 24;
const TITLE: usize = 40;

fn cut(text: &str, most: usize) -> String {
    if length(text) <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most - 1).collect();
    format!("{start}\u{2026}")
}

/// Widths that line the cases up.
struct Columns {
    name: usize,
    title: usize,
    word: usize,
    width: usize,
}

impl Columns {
    fn of(result: &RunResult, width: usize) -> Self {
        let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
        let name = widest(&mut result.cases().map(|c| length(&words::visible(c.name()))));
        let title = widest(&mut result.cases().map(|c| length(&words::visible(&c.title))));
        let word = widest(&mut result.cases().map(|c| length(c.standing.words())));
        Self {
            name: name.min(NAME),
            title: title.min(TITLE),
            word,
            width: if width == 0 {
                usize::MAX
            } else {
                width.max(40)
            },
        }
    }
}

fn write_case(out: &mut String, case: &Case, columns: &Columns, paint: &Paint) {
    let name = cut(&words::visible(case.name()), NAME);
    let title = cut(&words::visible(&case.title), TITLE);
    let word = case.standing.words();
    let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(length(text)));
    let _ = write!(
        out,
        "  {name}{}  {title}{}  {}",
        pad(&name, columns.name),
        pad(&title, columns.title),
        paint.standing(case.standing, word),
    );
    let note = note(case);
    let used = columns.name + columns.title + columns.word + 8;
    let beside = used + length(&note) <= columns.width;
    if beside && !note.is_empty() {
        let _ = write!(out, "{}  {note}", pad(word, columns.word));
    }
    out.push('\n');

    let indent = columns.name + 4;
    let mut tell = |text: &str| {
        for (index, line) in wrap(text, columns.width.saturating_sub(indent))
            .iter()
            .enumerate()
        {
            let hang = if index == 0 { 0 } else { 2 };
            let _ = writeln!(out, "{}{line}", " ".repeat(indent + hang));
        }
    };
    if !beside {
        tell(&note);
    }
    for step in case.steps.iter().filter(|s| worth_telling(s)) {
        let path = words::visible(&format!("{}/{}", case.name(), step.name()));
        let mut text = match words::why(step) {
            Some(why) => format!("{path}: {why}"),
            None => format!("{path}: {}", step.standing.words()),
        };
        let more = words::deciding(step).len().saturating_sub(1);
        if step.because.is_none() && more > 0 {
            let _ = write!(text, " (and {more} more)");
        }
        tell(&text);
    }
    if let Some(why) = case_why(case) {
        tell(&format!("{name}: {why}"));
    }
}

/// What stands behind the verdict's word: the time of a pass, how many steps passed, the reason of the others.
fn note(case: &Case) -> String {
    match case.standing {
        Standing::Passed | Standing::PassedWithException => {
            let took: u64 = case.steps.iter().filter_map(|s| s.took_ms).sum();
            words::duration(took)
        }
        Standing::KnownFailure => {
            let of_step = || case.steps.iter().find_map(|s| s.known.as_ref());
            case.known
                .as_ref()
                .or_else(of_step)
                .map(|k| words::visible(&k.reason))
                .unwrap_or_default()
        }
        Standing::NotApplicable | Standing::NotEvaluated | Standing::Attested => {
            case.steps.iter().find_map(words::why).unwrap_or_default()
        }
        Standing::Pending => {
            let open = case
                .steps
                .iter()
                .filter(|s| s.standing == Standing::Pending);
            format!(
                "{} of {} open",
                open.count(),
                words::count(case.steps.len() as u64, "step", "steps")
            )
        }
        _ if case.steps.is_empty() => String::new(),
        _ => {
            let passed = case.steps.iter().filter(|s| s.verdict.is_pass()).count();
            format!(
                "{passed} of {}",
                words::count(case.steps.len() as u64, "step", "steps")
            )
        }
    }
}

fn worth_telling(step: &Step) -> bool {
    step.standing.fails_the_run() || step.standing == Standing::PassedWithException
}

fn painted_counts(result: &RunResult, paint: &Paint) -> String {
    // Open steps are always said, so that nobody has to infer that there are none.
    let counts = &result.case_counts;
    words::READING_ORDER
        .iter()
        .filter(|s| {
            counts.get(**s) > 0
                || matches!(s, Standing::Passed | Standing::Failed | Standing::Pending)
        })
        .map(|s| {
            let text = words::counted(counts.get(*s), *s);
            if counts.get(*s) > 0 {
                paint.standing(*s, &text)
            } else {
                text
            }
        })
        .collect::<Vec<_>>()
        .join(", ")
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Words on lines of at most `width` characters; a longer word is cut into pieces.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let mut rest: Vec<char> = word.chars().collect();
        if used > 0 && used + 1 + rest.len() > width {
            lines.push(String::new());
            used = 0;
        } else if used > 0 {
            if let Some(line) = lines.last_mut() {
                line.push(' ');
            }
            used += 1;
        }
        while !rest.is_empty() {
            let room = width.saturating_sub(used).max(1).min(rest.len());
            let piece: String = rest.drain(..room).collect();
            if let Some(line) = lines.last_mut() {
                line.push_str(&piece);
            }
            used += room;
            if !rest.is_empty() {
                lines.push(String::new());
                used = 0;
            }
        }
    }
    lines
}

/// Colours, when they are wanted.
struct Paint(bool);

impl Paint {
    fn with(&self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    fn dim(&self, text: &str) -> String {
        self.with("2", text)
    }

    fn standing(&self, standing: Standing, text: &str) -> String {
        let code = match standing {
            Standing::Passed | Standing::PassedWithException => "32",
            Standing::Failed | Standing::UnexpectedPass | Standing::Inconclusive => "1;31",
            Standing::Error => "1;35",
            Standing::KnownFailure | Standing::Pending => "33",
            Standing::Attested | Standing::NotEvaluated | Standing::NotApplicable => "2",
        };
        self.with(code, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_reasons_wrap_and_nothing_is_lost() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("abc", usize::MAX), ["abc"]);
        assert_eq!(wrap("", 10), [""]);
    }
}
