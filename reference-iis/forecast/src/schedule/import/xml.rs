//! A file of supporting data: fields as the data means them, and what is wrong with the place of it.

use crate::schedule::{Ages, Code, Dates, Period, PeriodError};
use jiff::civil::Date;
use roxmltree::{Document, Node};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::Range;
use titer_finding::Diagnostic;

/// After so many the rest of a file's problems is not collected: a file of another kind would give thousands.
const MOST: usize = 50;

/// What was found wrong, and what was left out, over all files.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) errors: RefCell<Vec<Diagnostic>>,
    pub(super) warnings: RefCell<Vec<Diagnostic>>,
}

/// One file.
pub(super) struct File<'a> {
    pub(super) name: &'a str,
    text: &'a str,
    notes: &'a Notes,
}

impl<'a> File<'a> {
    pub(super) fn new(name: &'a str, text: &'a str, notes: &'a Notes) -> Self {
        // a byte order mark is no part of the document, and would shift every place
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self { name, text, notes }
    }

    /// The parsed document; document type declarations and entities are refused by the parser.
    pub(super) fn parse(&self) -> Option<Document<'a>> {
        match Document::parse(self.text) {
            Ok(document) => Some(document),
            Err(e) => {
                let at = e.pos();
                let mut reason = e.to_string();
                if let Some(cut) = reason.rfind(" at ") {
                    reason.truncate(cut);
                }
                let wrong = Diagnostic::new(format!("this is not well-formed XML: {reason}"));
                self.push_error(wrong.at(self.name, self.text, at.row, at.col, 1));
                None
            }
        }
    }

    fn push_error(&self, error: Diagnostic) {
        let mut errors = self.notes.errors.borrow_mut();
        if errors.len() < MOST {
            errors.push(error);
        }
    }

    /// Something at a place is wrong.
    pub(super) fn error(&self, range: Range<usize>, error: Diagnostic) {
        self.push_error(error.at_bytes(self.name, self.text, range));
    }

    /// An element is wrong: its start tag is marked.
    pub(super) fn wrong(&self, node: Node<'_, '_>, message: impl Into<String>) {
        self.error(self.tag(node), Diagnostic::new(message));
    }

    fn tag(&self, node: Node<'_, '_>) -> Range<usize> {
        let start = node.range().start;
        let end = self
            .text
            .get(start..)
            .and_then(|t| t.find('>'))
            .map_or(start, |n| start + n + 1);
        start..end
    }

    /// Says once per element that a child with content is not known; it is left out.
    pub(super) fn only(&self, node: Node<'_, '_>, known: &[&str]) {
        for child in elements(node) {
            let tag = child.tag_name().name();
            if known.contains(&tag) || (content(child).is_none() && !child.has_children()) {
                continue;
            }
            let mut warnings = self.notes.warnings.borrow_mut();
            if warnings.len() < MOST {
                let note = Diagnostic::new(format!(
                    "`{tag}` is not known in `{}`: it is left out",
                    node.tag_name().name()
                ));
                warnings.push(note.did_you_mean(tag, known.iter().copied()).at_bytes(
                    self.name,
                    self.text,
                    self.tag(child),
                ));
            }
        }
    }

    /// The content of a child, read; nothing when it is absent or empty.
    pub(super) fn read<T>(
        &self,
        node: Node<'_, '_>,
        tag: &str,
        read: impl FnOnce(&str) -> Result<T, Diagnostic>,
    ) -> Option<T> {
        self.value(child(node, tag)?, read)
    }

    /// The content of an element, read; nothing when it is empty.
    pub(super) fn value<T>(
        &self,
        node: Node<'_, '_>,
        read: impl FnOnce(&str) -> Result<T, Diagnostic>,
    ) -> Option<T> {
        let text = content(node)?;
        match read(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.error(self.inside(node), error);
                None
            }
        }
    }

    /// The place of an element's text without the space around it.
    fn inside(&self, node: Node<'_, '_>) -> Range<usize> {
        let whole = node
            .children()
            .find(|c| c.is_text() && c.text().is_some_and(|t| !t.trim().is_empty()))
            .map_or_else(|| self.tag(node), |c| c.range());
        let text = self.text.get(whole.clone()).unwrap_or_default();
        let start = whole.start + (text.len() - text.trim_start().len());
        start..start + text.trim().len()
    }

    /// The same for a child that must have content.
    pub(super) fn need<T>(
        &self,
        node: Node<'_, '_>,
        tag: &str,
        read: impl FnOnce(&str) -> Result<T, Diagnostic>,
    ) -> Option<T> {
        match child(node, tag).filter(|c| content(*c).is_some()) {
            Some(found) => self.value(found, read),
            None => {
                let name = node.tag_name().name();
                self.wrong(node, format!("`{name}` has no `{tag}`"));
                None
            }
        }
    }

    pub(super) fn text(&self, node: Node<'_, '_>, tag: &str) -> Option<String> {
        self.read(node, tag, |t| Ok(words(t)))
    }

    pub(super) fn period(&self, node: Node<'_, '_>, tag: &str) -> Option<Period> {
        self.read(node, tag, period)
    }

    pub(super) fn code(&self, node: Node<'_, '_>, tag: &str) -> Option<Code> {
        self.need(node, tag, code)
    }

    pub(super) fn cvx(&self, node: Node<'_, '_>) -> Option<Code> {
        self.need(node, "cvx", cvx)
    }

    /// A yes or a no; absent is no.
    pub(super) fn yes(&self, node: Node<'_, '_>, tag: &str) -> bool {
        self.read(node, tag, yes).unwrap_or_default()
    }

    pub(super) fn ages(&self, node: Node<'_, '_>, begin: &str, end: &str) -> Ages {
        Ages {
            begin: self.period(node, begin),
            end: self.period(node, end),
        }
    }

    /// Two dates, written `yyyymmdd`.
    pub(super) fn dates(&self, node: Node<'_, '_>, first: &str, last: &str) -> Dates {
        let dates = Dates {
            first: self.read(node, first, date),
            last: self.read(node, last, date),
        };
        if let (Some(a), Some(b)) = (dates.first, dates.last)
            && a > b
        {
            self.wrong(node, format!("`{last}` is before `{first}`"));
        }
        dates
    }

    /// A list of CVX codes, separated by semicolons: sorted, each once.
    pub(super) fn list(&self, node: Node<'_, '_>, tag: &str) -> Vec<Code> {
        let mut codes = self
            .read(node, tag, |text| {
                text.split(';')
                    .map(str::trim)
                    .filter(|c| !c.is_empty())
                    .map(cvx)
                    .collect::<Result<Vec<_>, _>>()
            })
            .unwrap_or_default();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// Rows that are not placeholders: elements with that tag that hold something.
    #[expect(clippy::unused_self, reason = "reads like its sisters")]
    pub(super) fn rows<'n, 'i: 'n>(
        &self,
        node: Node<'n, 'i>,
        tag: &'static str,
    ) -> impl Iterator<Item = Node<'n, 'i>> + use<'n, 'i> {
        elements(node)
            .filter(move |c| c.tag_name().name() == tag)
            .filter(|c| {
                c.descendants()
                    .filter(Node::is_text)
                    .any(|d| d.text().is_some_and(|t| !empty(t)))
            })
    }
}

/// The elements in an element.
pub(super) fn elements<'n, 'i: 'n>(node: Node<'n, 'i>) -> impl Iterator<Item = Node<'n, 'i>> {
    node.children().filter(Node::is_element)
}

/// The first child of that name.
pub(super) fn child<'n, 'i: 'n>(node: Node<'n, 'i>, tag: &str) -> Option<Node<'n, 'i>> {
    elements(node).find(|c| c.tag_name().name() == tag)
}

/// The trimmed text of an element; nothing when it says nothing.
fn content<'n>(node: Node<'n, '_>) -> Option<Cow<'n, str>> {
    let mut parts = node
        .children()
        .filter(Node::is_text)
        .filter_map(|c| c.text());
    let first = parts.next()?;
    let text = match parts.next() {
        None => Cow::Borrowed(first.trim()),
        Some(second) => {
            // a comment cuts the text into pieces
            let whole: String = [first, second].into_iter().chain(parts).collect();
            Cow::Owned(whole.trim().to_owned())
        }
    };
    (!empty(&text)).then_some(text)
}

/// Whether a text says nothing: `n/a` is the spreadsheets' word for it.
fn empty(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text.eq_ignore_ascii_case("n/a")
}

/// A text with single spaces.
pub(super) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn period(text: &str) -> Result<Period, Diagnostic> {
    Period::parse(text).map_err(|e| {
        let wrong = Diagnostic::new(format!("`{text}` is not an age or an interval: {e}"));
        match &e {
            PeriodError::Unit(unit) => wrong.did_you_mean(
                &unit.to_ascii_lowercase(),
                ["years", "months", "weeks", "days"],
            ),
            _ => wrong,
        }
    })
}

pub(super) fn code(text: &str) -> Result<Code, Diagnostic> {
    Code::new(text).ok_or_else(|| Diagnostic::new(format!("`{text}` is not a code")))
}

pub(super) fn cvx(text: &str) -> Result<Code, Diagnostic> {
    Code::cvx(text)
        .filter(|_| text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit()))
        .ok_or_else(|| Diagnostic::new(format!("`{text}` is not a CVX code")))
}

pub(super) fn yes(text: &str) -> Result<bool, Diagnostic> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "y" => Ok(true),
        "no" | "n" => Ok(false),
        _ => Err(Diagnostic::new(format!("`{text}` is neither yes nor no"))),
    }
}

/// `yyyymmdd`.
pub(super) fn date(text: &str) -> Result<Date, Diagnostic> {
    let wrong = || {
        Diagnostic::new(format!(
            "`{text}` is not a date: year, month and day are eight digits"
        ))
    };
    if text.len() != 8 {
        return Err(wrong());
    }
    let year = number(text, 0..4).ok_or_else(wrong)?;
    let month = number(text, 4..6).ok_or_else(wrong)?;
    let day = number(text, 6..8).ok_or_else(wrong)?;
    civil(year, month, day).ok_or_else(wrong)
}

/// `mm/dd/yyyy`.
pub(super) fn us_date(text: &str) -> Result<Date, Diagnostic> {
    let wrong = || Diagnostic::new(format!("`{text}` is not a date: month/day/year"));
    let mut parts = text.split('/');
    let (Some(month), Some(day), Some(year), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(wrong());
    };
    if year.len() != 4 {
        return Err(wrong());
    }
    let read = |t: &str| number(t, 0..t.len());
    match (read(year), read(month), read(day)) {
        (Some(y), Some(m), Some(d)) => civil(y, m, d).ok_or_else(wrong),
        _ => Err(wrong()),
    }
}

fn number(text: &str, range: Range<usize>) -> Option<i16> {
    let digits = text.get(range)?;
    digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

fn civil(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Whether each is there for the first time.
pub(super) fn first_time<T: std::hash::Hash + Eq>(seen: &mut HashSet<T>, value: T) -> bool {
    seen.insert(value)
}
