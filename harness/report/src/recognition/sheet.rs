//! The blocks that a report is set from. HTML and PDF are two ways to set the same blocks.

use crate::view::{MessageView, short};
use crate::words;
use serde::Serialize;

/// A whole report.
#[derive(Debug, Serialize)]
pub(crate) struct Sheet {
    /// The document's title.
    pub(crate) title: String,
    /// The line above the answer.
    pub(crate) kicker: String,
    /// The question at the top, its answer, the answer's mark, and the sentences below.
    pub(crate) question: String,
    pub(crate) answer: String,
    pub(crate) mark: &'static str,
    pub(crate) lead: String,
    /// Blocks of the top, before the first section.
    pub(crate) top: Vec<Block>,
    pub(crate) sections: Vec<Section>,
    /// The program.
    pub(crate) tool: String,
    pub(crate) footer: String,
}

/// A section with its heading.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) blocks: Vec<Block>,
}

/// A piece of content.
#[derive(Debug, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub(crate) enum Block {
    /// A paragraph.
    Para { spans: Vec<Span>, quiet: bool },
    /// A heading inside a section.
    Heading {
        anchor: Option<String>,
        spans: Vec<Span>,
    },
    /// Names and values.
    Facts { rows: Vec<Fact> },
    /// A table.
    Table(Table),
    /// A list.
    List { items: Vec<Vec<Span>> },
    /// Marks in rows: the picture of the whole.
    Strip {
        title: String,
        rows: Vec<StripRow>,
        legend: Vec<Span>,
    },
    /// A message with its findings.
    Message { view: Box<MessageView> },
    /// Lines to be filled in by hand.
    Form { fields: Vec<Fact> },
}

/// A name and its value.
#[derive(Debug, Serialize)]
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) spans: Vec<Span>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Table {
    /// What it shows; read out, and printed above.
    pub(crate) caption: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Column {
    pub(crate) title: &'static str,
    /// Its share of the width.
    pub(crate) weight: u16,
    /// Numbers stand on the right.
    pub(crate) right: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) anchor: Option<String>,
    /// A row with one cell over all columns: a heading for the rows below.
    pub(crate) band: bool,
    pub(crate) cells: Vec<Vec<Span>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct StripRow {
    pub(crate) label: String,
    pub(crate) marks: Vec<MarkView>,
}

#[derive(Debug, Serialize)]
pub(crate) struct MarkView {
    pub(crate) mark: &'static str,
    pub(crate) label: String,
    pub(crate) anchor: Option<String>,
    /// What is not core is set smaller.
    pub(crate) minor: bool,
}

/// A run of text.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Span {
    pub(crate) kind: SpanKind,
    pub(crate) text: String,
    /// Where it leads, inside the report.
    pub(crate) link: Option<String>,
    /// The mark before a verdict.
    pub(crate) mark: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SpanKind {
    Text,
    Quiet,
    Strong,
    Code,
    Verdict,
    /// The next span begins a line.
    Break,
}

impl Span {
    fn new(kind: SpanKind, text: &str) -> Self {
        Self {
            kind,
            text: words::visible(text),
            link: None,
            mark: None,
        }
    }

    pub(crate) fn text(text: &str) -> Self {
        Self::new(SpanKind::Text, text)
    }

    pub(crate) fn quiet(text: &str) -> Self {
        Self::new(SpanKind::Quiet, text)
    }

    pub(crate) fn strong(text: &str) -> Self {
        Self::new(SpanKind::Strong, text)
    }

    pub(crate) fn code(text: &str) -> Self {
        Self::new(SpanKind::Code, text)
    }

    pub(crate) fn verdict(mark: &'static str, word: &str) -> Self {
        Self {
            mark: Some(mark),
            ..Self::new(SpanKind::Verdict, word)
        }
    }

    pub(crate) fn line() -> Self {
        Self::new(SpanKind::Break, "")
    }

    /// The same, leading to an element of the report when there is one.
    pub(crate) fn to(mut self, anchor: Option<String>) -> Self {
        self.link = anchor;
        self
    }
}

impl Block {
    pub(crate) fn para(text: &str) -> Self {
        Block::Para {
            spans: sentence(text),
            quiet: false,
        }
    }

    pub(crate) fn quiet(text: &str) -> Self {
        Block::Para {
            spans: sentence(text),
            quiet: true,
        }
    }

    pub(crate) fn heading(text: &str) -> Self {
        Block::Heading {
            anchor: None,
            spans: vec![Span::text(text)],
        }
    }
}

impl Row {
    pub(crate) fn new(cells: Vec<Vec<Span>>) -> Self {
        Self {
            anchor: None,
            band: false,
            cells,
        }
    }

    pub(crate) fn band(spans: Vec<Span>) -> Self {
        Self {
            anchor: None,
            band: true,
            cells: vec![spans],
        }
    }
}

/// Columns from titles and weights; a weight below zero is a column of numbers.
pub(crate) fn columns(columns: &[(&'static str, i16)]) -> Vec<Column> {
    columns
        .iter()
        .map(|(title, weight)| Column {
            title,
            weight: weight.unsigned_abs(),
            right: *weight < 0,
        })
        .collect()
}

/// A sentence in which what stands between two backticks is a value.
pub(crate) fn sentence(text: &str) -> Vec<Span> {
    let parts: Vec<&str> = text.split('`').collect();
    let mut spans = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let closed = index % 2 == 1 && index + 1 < parts.len();
        if closed {
            spans.push(Span::code(part));
        } else if index % 2 == 1 {
            spans.push(Span::text(&format!("`{part}")));
        } else if !part.is_empty() {
            spans.push(Span::text(part));
        }
    }
    spans
}

/// A path without the plan's id.
pub(crate) fn name(path: &str) -> String {
    short(path)
}
