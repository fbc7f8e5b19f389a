//! Tables: columns by weight, rows that keep together where they can, and the head again on every page.

use super::marks::{LINE, QUIET, TEXT, WASH};
use super::metrics::Face;
use super::paper::{HEIGHT, MARGIN, MEASURE};
use super::text::{Line, lines, style, words};
use super::{LEADING, Setter, plain, whole};
use crate::recognition::sheet::{Column, Row, Table};
use pdf_writer::types::StructRole;

/// The size of text in tables.
const SIZE: f32 = 8.0;
/// Between two columns.
const GUTTER: f32 = 9.0;

impl Setter {
    pub(super) fn table(&mut self, table: &Table) {
        let columns = places(&table.columns);
        let node = self.paper.node(StructRole::Table, 0);
        let caption = self.paper.node(StructRole::Caption, node);
        let set = lines(plain(&table.caption, style(Face::Bold, 9.0, TEXT)), MEASURE);
        self.paper.need(table_head(table, &columns));
        self.lines(caption, b"Caption", MARGIN, 9.0, &set);
        self.paper.y -= 2.0;
        self.head(Some(node), &table.columns, &columns);
        for (n, row) in table.rows.iter().enumerate() {
            // a heading inside the table keeps the next row with it
            let next = table.rows.get(n + 1).filter(|_| row.band);
            let next = next.map_or(0.0, |next| height(next, &columns));
            self.row(node, row, table, &columns, next);
        }
        self.paper.y -= 10.0;
    }

    /// The column titles; on a further page they are there for the eye alone.
    fn head(&mut self, table: Option<usize>, columns: &[Column], places: &[(f32, f32)]) {
        let row = table.map(|t| self.paper.node(StructRole::TR, t));
        let sets: Vec<Vec<Line>> = columns
            .iter()
            .zip(places)
            .map(|(c, (_, width))| lines(plain(c.title, style(Face::Regular, SIZE, QUIET)), *width))
            .collect();
        let high = sets.iter().map(Vec::len).max().unwrap_or(1) as f32 * SIZE * LEADING;
        let top = self.paper.y;
        for ((set, column), (x, width)) in sets.iter().zip(columns).zip(places) {
            let cell = row.map(|r| self.paper.node(StructRole::TH, r));
            if let Some(node) = cell.and_then(|c| self.paper.nodes.get_mut(c)) {
                node.row_header = Some(false);
            }
            for (index, line) in set.iter().enumerate() {
                let baseline = top - SIZE - index as f32 * SIZE * LEADING;
                let x = if column.right {
                    x + width - line.width
                } else {
                    *x
                };
                match cell {
                    Some(cell) => self.paper.line(cell, b"TH", x, baseline, line),
                    None => self.paper.artifact_line(x, baseline, line),
                }
            }
        }
        self.paper.y = top - high - 2.0;
        let y = self.paper.y;
        self.paper.rule(MARGIN, MEASURE, y, QUIET);
        self.paper.y -= 2.5;
    }

    fn row(&mut self, table: usize, row: &Row, of: &Table, places: &[(f32, f32)], next: f32) {
        let node = self.paper.node(StructRole::TR, table);
        let across = [(MARGIN + 4.0, MEASURE - 8.0)];
        let places = if row.band { &across[..] } else { places };
        let sets: Vec<Vec<Line>> = row
            .cells
            .iter()
            .zip(places)
            .map(|(cell, (_, width))| lines(words(cell, SIZE, TEXT), *width))
            .collect();
        let cells: Vec<usize> = row
            .cells
            .iter()
            .enumerate()
            .map(|(index, _)| {
                let head = index == 0;
                let role = if head { StructRole::TH } else { StructRole::TD };
                let cell = self.paper.node(role, node);
                if let Some(node) = self.paper.nodes.get_mut(cell) {
                    node.row_header = head.then_some(!row.band);
                    node.span = if row.band { of.columns.len() } else { 1 };
                }
                cell
            })
            .collect();
        let step = SIZE * LEADING;
        let total = sets.iter().map(Vec::len).max().unwrap_or(0);
        let height = total as f32 * step + 5.0;
        let keep = height + next;
        if keep > self.paper.room() && keep < (HEIGHT - MARGIN * 3.0) {
            self.next_page(of);
        }
        if let Some(anchor) = &row.anchor {
            self.paper.anchor(anchor);
        }
        let mut from = 0;
        while from < total {
            let fits = whole((self.paper.room() - 4.0) / step);
            if fits == 0 {
                self.next_page(of);
                continue;
            }
            let to = (from + fits).min(total);
            let top = self.paper.y;
            if row.band {
                let high = (to - from) as f32 * step + 5.0;
                self.paper.wash(MARGIN, top - high, MEASURE, high, WASH);
            }
            for (column, (set, (x, width))) in sets.iter().zip(places).enumerate() {
                let right = !row.band && of.columns.get(column).is_some_and(|c| c.right);
                let Some(cell) = cells.get(column) else {
                    continue;
                };
                let tag: &[u8] = if column == 0 { b"TH" } else { b"TD" };
                let shown = set.iter().skip(from).take(to - from);
                for (index, line) in shown.enumerate() {
                    let baseline = top - SIZE - 1.5 - index as f32 * step;
                    let x = if right { x + width - line.width } else { *x };
                    self.paper.line(*cell, tag, x, baseline, line);
                }
            }
            self.paper.y = top - (to - from) as f32 * step - 4.5;
            from = to;
            if from < total {
                self.next_page(of);
            }
        }
        let y = self.paper.y;
        self.paper.rule(MARGIN, MEASURE, y, LINE);
        self.paper.y -= 1.5;
    }

    fn next_page(&mut self, of: &Table) {
        self.paper.turn();
        self.head(None, &of.columns, &places(&of.columns));
    }
}

/// How high a row is.
fn height(row: &Row, places: &[(f32, f32)]) -> f32 {
    let across = [(MARGIN + 4.0, MEASURE - 8.0)];
    let places = if row.band { &across[..] } else { places };
    let most = row
        .cells
        .iter()
        .zip(places)
        .map(|(cell, (_, width))| lines(words(cell, SIZE, TEXT), *width).len())
        .max()
        .unwrap_or(0);
    most as f32 * SIZE * LEADING + 6.0
}

/// What a table takes at least, so that it does not begin at the foot of a page: caption, head and the first row; and the row
/// after it where that is a heading.
pub(super) fn table_head(table: &Table, places: &[(f32, f32)]) -> f32 {
    let mut high = 40.0;
    for row in &table.rows {
        high += height(row, places);
        if !row.band {
            break;
        }
    }
    high.clamp(70.0, HEIGHT / 2.0)
}

/// Where each column begins and how wide it is.
pub(super) fn places(columns: &[Column]) -> Vec<(f32, f32)> {
    let sum: f32 = columns.iter().map(|c| f32::from(c.weight)).sum();
    let gaps = columns.len().saturating_sub(1) as f32 * GUTTER;
    let mut x = MARGIN;
    columns
        .iter()
        .map(|c| {
            let width = (MEASURE - gaps) * f32::from(c.weight) / sum.max(1.0);
            let place = (x, width);
            x += width + GUTTER;
            place
        })
        .collect()
}
