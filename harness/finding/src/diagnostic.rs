//! What is wrong with a file that a user wrote: a plan, a profile, a policy, or the call itself.

use crate::finding::Severity;
use crate::screen;
use crate::words;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::fmt;

/// An error that a person can put right, and where it is.
///
/// It says what is wrong with what a *user* wrote; what is wrong with a message is a [`Finding`](crate::Finding).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file's name as the user gave it; empty when no file is meant.
    pub file: String,
    /// Line, counted from 1; 0 when the whole file is meant.
    pub line: u32,
    /// Column, counted from 1 in characters; 0 when the whole line is meant.
    pub column: u32,
    /// The column after the last character; not above `column` when only a point is known.
    pub end_column: u32,
    /// What is wrong: lower case, no full stop, enough when only one line can be shown.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The line's text without its end.
    pub source_line: Option<String>,
}

impl Diagnostic {
    /// A diagnostic without a place.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..Self::default()
        }
    }

    /// The same about a whole file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = file.into();
        self
    }

    /// The same at a place of a file's `text`: `line` and `column` count from 1, `length` is in characters.
    #[must_use]
    pub fn at(
        mut self,
        file: impl Into<String>,
        text: &str,
        line: u32,
        column: u32,
        length: u32,
    ) -> Self {
        self.file = file.into();
        self.line = line;
        self.column = column;
        self.end_column = column.saturating_add(length);
        self.source_line = (line > 0)
            .then(|| text.lines().nth(line as usize - 1).map(str::to_owned))
            .flatten();
        self
    }

    /// The same at a byte range of a file's `text`; a range over several lines is marked to the end of its first line.
    #[must_use]
    pub fn at_bytes(
        self,
        file: impl Into<String>,
        text: &str,
        range: std::ops::Range<usize>,
    ) -> Self {
        let mut start = range.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let before = text.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() as u32 + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count() as u32
            + 1;
        let mut end = range.end.clamp(start, text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        let marked = text.get(start..end).unwrap_or_default();
        let length = marked
            .split(['\r', '\n'])
            .next()
            .unwrap_or_default()
            .chars()
            .count() as u32;
        self.at(file, text, line, column, length)
    }

    /// The same with a word of help.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with "did you mean" when one of the words is near to what was written; nothing changes otherwise.
    #[must_use]
    pub fn did_you_mean<'a>(
        mut self,
        written: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        if let Some(word) = words::nearest(written, known) {
            self.help = Some(format!("did you mean `{word}`?"));
        }
        self
    }

    /// The diagnostic as it is shown to people, as an error: no line end after the last line.
    pub fn render(&self, color: bool) -> String {
        self.render_as(Severity::Error, color)
    }

    /// The same with another severity.
    pub fn render_as(&self, severity: Severity, color: bool) -> String {
        let title = level(severity).primary_title(screen::one_line(&self.message));
        let mut group = Group::with_title(title);
        if let (Some(line), true) = (&self.source_line, self.line > 0) {
            let mark = self.bytes(line);
            let shown = screen::show(line.as_bytes(), &[mark], SOURCE_WIDTH);
            let mut snippet = Snippet::source(shown.text)
                .line_start(self.line as usize)
                .path(ORIGIN);
            if self.column > 0 {
                snippet = snippet.annotations(
                    shown
                        .marks
                        .into_iter()
                        .map(|m| AnnotationKind::Primary.span(m)),
                );
            } else {
                snippet = snippet.fold(false);
            }
            group = group.element(snippet);
        } else if !self.file.is_empty() {
            group = group.element(Origin::path(ORIGIN));
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(screen::text(help)));
        }
        with_origin(&renderer(color).render(&[group]), &self.place())
    }

    /// `file:line:col`, as much of it as is known.
    fn place(&self) -> String {
        place(&self.file, self.line, self.column)
    }

    /// The marked columns as bytes of the line.
    fn bytes(&self, line: &str) -> std::ops::Range<usize> {
        let byte = |column: u32| {
            line.char_indices()
                .nth((column as usize).saturating_sub(1))
                .map_or(line.len(), |(at, _)| at)
        };
        let start = byte(self.column);
        start..byte(self.end_column).max(start)
    }
}

/// `file:line:col`, as much of it as is known: a number that is 0 is not.
pub(crate) fn place(file: &str, line: u32, column: u32) -> String {
    let mut place = screen::one_line(file);
    for number in [line, column] {
        if number == 0 {
            break;
        }
        place = format!("{place}:{number}");
    }
    place
}

/// Stands for the place in a report until [`with_origin`] writes it: the renderer counts columns in what is shown, and a
/// line that was cut begins further right than its source.
pub(crate) const ORIGIN: &str = "\u{e000}";

/// Writes the place where the report has [`ORIGIN`].
pub(crate) fn with_origin(report: &str, place: &str) -> String {
    let Some((before, after)) = report.split_once(ORIGIN) else {
        return report.to_owned();
    };
    let after = after.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
    // without lines of the source the arrow begins one column further left
    let start = before.rfind('\n').map_or(0, |n| n + 1);
    let (before, arrow) = before.split_at(start);
    let indent = if arrow.contains(" -->") { "" } else { " " };
    format!("{before}{indent}{arrow}{place}{after}")
}

/// Columns of a source line that are shown.
pub(crate) const SOURCE_WIDTH: usize = 100;

/// The severity as the renderer knows it.
pub(crate) fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    }
}

/// The one look of everything that is annotated; cutting lines is done before.
pub(crate) fn renderer(color: bool) -> Renderer {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer.term_width(4 * SOURCE_WIDTH)
}

/// `file:line:col: message`, one line.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}: ", self.place())?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}
