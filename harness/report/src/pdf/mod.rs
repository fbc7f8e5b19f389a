//! The report as PDF, made without a browser: A page is set block by block, from the same blocks as the HTML page.
//!
//! Text can be selected and searched, headings are in the outline, tables and headings are tagged for screen readers, links
//! lead to their places, and nothing in the file depends on the clock or the machine.
//! Not here: what the report says.

mod file;
mod marks;
mod message;
mod metrics;
mod paper;
mod table;
mod text;

use crate::recognition::sheet::{Block, Fact, Sheet, Span, StripRow};
use jiff::Timestamp;
use marks::{LINE, QUIET, TEXT, WASH, color};
use metrics::Face;
use paper::{Entry, HEIGHT, MARGIN, MEASURE, Paper};
use pdf_writer::types::StructRole;
use std::collections::BTreeSet;
use text::{Line, Style, Word, cut, lines, style, words};

/// The size of running text, in points.
const BODY: f32 = 9.0;
/// From one baseline to the next, as a share of the size.
const LEADING: f32 = 1.36;

/// Sets a report. `made` and `id` (hexadecimal) are written into the file as its date and its identity.
pub(crate) fn set(sheet: &Sheet, made: Timestamp, id: &str) -> Vec<u8> {
    let mut setter = Setter {
        paper: Paper::new(),
        said: BTreeSet::new(),
    };
    setter.top(sheet);
    for section in &sheet.sections {
        setter.section(section.id, section.title, &section.blocks);
    }
    setter.footer(sheet);
    file::write(setter.paper, sheet, made, id)
}

struct Setter {
    paper: Paper,
    /// What was said about rules already.
    said: BTreeSet<(String, String)>,
}

fn plain(text: &str, style: Style) -> Vec<Word> {
    let mut out = Vec::new();
    cut(text, style, None, &mut false, &mut out);
    out
}

impl Setter {
    /// Sets lines one below the other; a page is turned where it is full.
    fn lines(&mut self, node: usize, tag: &[u8], x: f32, size: f32, set: &[Line]) {
        let step = size * LEADING;
        for line in set {
            self.paper.need(step);
            let baseline = self.paper.y - size;
            self.paper.line(node, tag, x, baseline, line);
            self.paper.y -= step;
        }
    }

    fn text(&mut self, role: StructRole, words: Vec<Word>, size: f32) -> usize {
        let node = self.paper.node(role, 0);
        let set = lines(words, MEASURE);
        self.lines(node, tag(role), MARGIN, size, &set);
        node
    }

    fn top(&mut self, sheet: &Sheet) {
        let kicker = plain(&sheet.kicker, style(Face::Bold, 10.0, TEXT));
        self.text(StructRole::P, kicker, 10.0);
        self.paper.y -= 12.0;
        let tall = 40.0;
        let y = self.paper.y - tall;
        let x = MARGIN + tall + 14.0;
        let mark = sheet.mark;
        self.paper
            .artifact(|c| marks::draw(c, mark, MARGIN, y, tall));
        let node = self.paper.node(StructRole::H1, 0);
        self.entry(&format!("{} {}", sheet.question, sheet.answer), true);
        for (text, size, style) in [
            (&sheet.question, 10.5, style(Face::Regular, 10.5, QUIET)),
            (
                &format!("{}.", sheet.answer),
                24.0,
                style(Face::Bold, 24.0, color(mark)),
            ),
        ] {
            let set = lines(plain(text, style), MEASURE - tall - 14.0);
            self.lines(node, b"H1", x, size, &set);
        }
        self.paper.y -= 8.0;
        self.para(
            &crate::recognition::sheet::sentence(&sheet.lead),
            11.5,
            false,
        );
        for block in &sheet.top {
            self.block(block);
        }
    }

    fn footer(&mut self, sheet: &Sheet) {
        self.paper.y -= 6.0;
        let mut text = format!("Made by {}. {}", sheet.tool, sheet.footer);
        if self.paper.replaced {
            text = format!(
                "{text} Characters that the fonts of this file do not have are written as their number: [U+0142] is the character 0142 (hexadecimal) of Unicode."
            );
        }
        self.para(&crate::recognition::sheet::sentence(&text), 8.0, true);
    }

    fn entry(&mut self, title: &str, top: bool) {
        self.paper.outline.push(Entry {
            title: title.to_owned(),
            top,
            page: self.paper.done.len(),
            y: self.paper.y,
        });
    }

    fn section(&mut self, id: &str, title: &str, blocks: &[Block]) {
        self.paper.y -= 14.0;
        // a heading does not stand alone at the foot of a page
        let first = match blocks.first() {
            Some(Block::Table(table)) => {
                30.0 + table::table_head(table, &table::places(&table.columns))
            }
            _ => 80.0,
        };
        self.paper.need(first);
        self.paper.anchor(id);
        self.entry(title, true);
        self.text(
            StructRole::H2,
            plain(title, style(Face::Bold, 14.0, TEXT)),
            14.0,
        );
        self.paper.y -= 4.0;
        for block in blocks {
            self.block(block);
        }
    }

    fn para(&mut self, spans: &[Span], size: f32, quiet: bool) {
        let base = if quiet { QUIET } else { TEXT };
        // a measure of about 95 characters: longer lines are hard to follow
        let set = lines(words(spans, size, base), MEASURE.min(size * 50.0));
        let node = self.paper.node(StructRole::P, 0);
        self.lines(node, b"P", MARGIN, size, &set);
        self.paper.y -= size * 0.55;
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Para { spans, quiet } => self.para(spans, BODY, *quiet),
            Block::Heading { anchor, spans } => {
                self.paper.y -= 6.0;
                self.paper.need(120.0);
                if let Some(anchor) = anchor {
                    self.paper.anchor(anchor);
                }
                let title: String = spans.iter().map(|s| s.text.as_str()).collect();
                self.entry(&title, false);
                let bold: Vec<Span> = spans
                    .iter()
                    .map(|s| Span::strong(&s.text).to(s.link.clone()))
                    .collect();
                self.text(StructRole::H3, words(&bold, 10.5, TEXT), 10.5);
                self.paper.y -= 3.0;
            }
            Block::Facts { rows } => self.facts(rows, false),
            Block::Form { fields } => self.facts(fields, true),
            Block::Table(table) => self.table(table),
            Block::List { items } => self.list(items),
            Block::Strip {
                title,
                rows,
                legend,
            } => self.strip(title, rows, legend),
            Block::Message { view } => self.message(view),
        }
    }

    fn list(&mut self, items: &[Vec<Span>]) {
        let list = self.paper.node(StructRole::L, 0);
        for item in items {
            let entry = self.paper.node(StructRole::LI, list);
            let label = self.paper.node(StructRole::Lbl, entry);
            let body = self.paper.node(StructRole::LBody, entry);
            self.paper.need(BODY * LEADING);
            let bullet = lines(plain("\u{2022}", style(Face::Regular, BODY, TEXT)), 10.0);
            let baseline = self.paper.y - BODY;
            for line in &bullet {
                self.paper.line(label, b"Lbl", MARGIN + 2.0, baseline, line);
            }
            let set = lines(words(item, BODY, TEXT), MEASURE - 12.0);
            self.lines(body, b"LBody", MARGIN + 12.0, BODY, &set);
            self.paper.y -= 1.5;
        }
        self.paper.y -= 5.0;
    }

    /// Names and values; in a form, what is not known is a line to write on.
    fn facts(&mut self, rows: &[Fact], form: bool) {
        let table = self.paper.node(StructRole::Table, 0);
        let name_width = 130.0;
        for fact in rows {
            let row = self.paper.node(StructRole::TR, table);
            let head = self.paper.node(StructRole::TH, row);
            let cell = self.paper.node(StructRole::TD, row);
            if let Some(head) = self.paper.nodes.get_mut(head) {
                head.row_header = Some(true);
            }
            let names = lines(
                plain(&fact.name, style(Face::Regular, BODY, QUIET)),
                name_width - 8.0,
            );
            let values = lines(words(&fact.spans, BODY, TEXT), MEASURE - name_width);
            let blank = form && fact.spans.is_empty();
            let rows = names.len().max(values.len()) as f32;
            let height = rows * BODY * LEADING + if blank { 14.0 } else { 5.0 };
            self.paper.need(height);
            let top = self.paper.y;
            self.lines(head, b"TH", MARGIN, BODY, &names);
            let (after, page) = (self.paper.y, self.paper.done.len());
            self.paper.y = top;
            self.lines(cell, b"TD", MARGIN + name_width, BODY, &values);
            if page == self.paper.done.len() {
                self.paper.y = self.paper.y.min(after);
            }
            self.paper.y -= if blank { 12.0 } else { 3.0 };
            let (from, width) = if blank {
                (MARGIN + name_width, 240.0)
            } else {
                (MARGIN, MEASURE)
            };
            let y = self.paper.y;
            self.paper.rule(from, width, y, LINE);
            self.paper.y -= 2.0;
        }
        self.paper.y -= 9.0;
    }

    /// The picture of the whole: one mark for each capability.
    fn strip(&mut self, title: &str, rows: &[StripRow], legend: &[Span]) {
        let label_width = 210.0;
        let mark = 11.0;
        let across = whole((MEASURE - label_width - 16.0) / (mark + 3.0));
        let sized: Vec<(Vec<Line>, usize)> = rows
            .iter()
            .map(|r| {
                let label = lines(
                    plain(&r.label, style(Face::Regular, BODY, TEXT)),
                    label_width - 12.0,
                );
                let high = r.marks.len().div_ceil(across.max(1)).max(1);
                (label, high)
            })
            .collect();
        let row_height = |label: &[Line], high: usize| {
            (label.len() as f32 * BODY * LEADING).max(high as f32 * (mark + 3.0)) + 2.0
        };
        let inner: f32 = sized.iter().map(|(l, h)| row_height(l, *h)).sum();
        let height = inner + 48.0;
        self.paper.y -= 4.0;
        self.paper.need(height.min(HEIGHT - MARGIN * 3.0));
        if height < self.paper.room() {
            let y = self.paper.y - height;
            self.paper.wash(MARGIN, y, MEASURE, height, WASH);
        }
        let figure = self.paper.node(StructRole::Figure, 0);
        let said: Vec<String> = rows
            .iter()
            .map(|r| {
                let marks: Vec<&str> = r.marks.iter().map(|m| m.label.as_str()).collect();
                format!("{}: {}", r.label, marks.join("; "))
            })
            .collect();
        if let Some(node) = self.paper.nodes.get_mut(figure) {
            node.alt = Some(format!("{title}. {}", said.join(". ")));
        }
        self.paper.y -= 8.0;
        let heading = lines(plain(title, style(Face::Bold, BODY, TEXT)), MEASURE - 16.0);
        self.lines(figure, b"Figure", MARGIN + 8.0, BODY, &heading);
        self.paper.y -= 3.0;
        for (row, (label, high)) in rows.iter().zip(&sized) {
            let height = row_height(label, *high);
            self.paper.need(height);
            let top = self.paper.y;
            self.lines(figure, b"Figure", MARGIN + 8.0, BODY, label);
            for (index, m) in row.marks.iter().enumerate() {
                let size = if m.minor { mark * 0.72 } else { mark };
                let inset = (mark - size) / 2.0;
                let column = (index % across.max(1)) as f32;
                let line = (index / across.max(1)) as f32;
                let x = MARGIN + label_width + column * (mark + 3.0) + inset;
                let y = top - (line + 1.0) * (mark + 3.0) + 2.5 + inset;
                self.paper
                    .piece(figure, b"Figure", |c| marks::draw(c, m.mark, x, y, size));
            }
            self.paper.y = top - height;
        }
        self.paper.y -= 3.0;
        let mut spans: Vec<Span> = Vec::new();
        for span in legend {
            spans.push(span.clone());
            spans.push(Span::text("    "));
        }
        spans.push(Span::quiet(
            "large: core; small: optional and evaluation year",
        ));
        let set = lines(words(&spans, 8.0, TEXT), MEASURE - 16.0);
        self.lines(figure, b"Figure", MARGIN + 8.0, 8.0, &set);
        self.paper.y -= 14.0;
    }
}

/// How often something fits.
#[expect(clippy::cast_sign_loss, reason = "what is below zero is zero first")]
fn whole(times: f32) -> usize {
    times.max(0.0) as usize
}

/// The tag of a piece of such an element.
fn tag(role: StructRole) -> &'static [u8] {
    match role {
        StructRole::H1 => b"H1",
        StructRole::H2 => b"H2",
        StructRole::H3 => b"H3",
        StructRole::Caption => b"Caption",
        _ => b"P",
    }
}
