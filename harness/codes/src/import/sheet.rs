//! A file as rows of cells, whatever its form, each cell with its place.

use super::Said;
use titer_finding::Diagnostic;

/// A cell with its place: line and column count from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// A file as rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    pub(super) file: String,
    /// Names of columns for each row, for forms that name every cell; empty for the others, whose first row may be a heading.
    pub(super) names: Option<Vec<Cell>>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// Reads a file; `None` when it cannot be read at all, which is said.
pub(super) fn read(file: &str, text: &str, said: &mut Said) -> Option<(&'static str, Sheet)> {
    let start = text.trim_start();
    if start.is_empty() {
        said.errors
            .push(Diagnostic::new("the file is empty").in_file(file));
        return None;
    }
    if start.starts_with('<') {
        return Some(("XML", xml(file, text, said)?));
    }
    let line = start.lines().next().unwrap_or_default();
    let count = |sign: char| line.matches(sign).count();
    let (form, sign) = match (count('|'), count('\t'), count(',')) {
        (bars, tabs, _) if bars >= 2 && bars >= tabs => ("bars", '|'),
        (_, tabs, commas) if tabs >= 2 && tabs >= commas => ("tabs", '\t'),
        _ => ("CSV", ','),
    };
    let rows = split(file, text, sign, said)?;
    Some((
        form,
        Sheet {
            file: file.to_owned(),
            names: None,
            rows,
        },
    ))
}

/// Lines of cells apart by `sign`, quoted where need be; a quoted cell may have line ends in it. With bars nothing is quoted.
fn split(file: &str, text: &str, sign: char, said: &mut Said) -> Option<Vec<Vec<Cell>>> {
    let quoting = sign != '|';
    let mut rows = Vec::new();
    let mut row: Vec<Cell> = Vec::new();
    let (mut line, mut column) = (1, 1);
    let mut cell = Cell {
        line,
        column,
        ..Cell::default()
    };
    let mut quoted = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let here = (line, column);
        column += 1;
        if c == '\n' {
            line += 1;
            column = 1;
        }
        if quoted.is_some() {
            match c {
                '"' if chars.peek() == Some(&'"') => {
                    chars.next();
                    column += 1;
                    cell.text.push('"');
                }
                '"' => quoted = None,
                _ => cell.text.push(c),
            }
            continue;
        }
        match c {
            '"' if quoting && cell.text.trim().is_empty() => {
                cell.text.clear();
                quoted = Some(here);
            }
            '\r' if matches!(chars.peek(), Some('\n') | None) => {}
            '\n' => {
                row.push(std::mem::take(&mut cell));
                end_row(&mut rows, &mut row);
                (cell.line, cell.column) = (line, column);
            }
            c if c == sign => {
                row.push(std::mem::take(&mut cell));
                (cell.line, cell.column) = (line, column);
            }
            c => cell.text.push(c),
        }
    }
    if let Some((line, column)) = quoted {
        said.errors.push(
            Diagnostic::new("a quoted cell does not end: is the file cut short?")
                .at(file, text, line, column, 1),
        );
        return None;
    }
    row.push(cell);
    end_row(&mut rows, &mut row);
    Some(rows)
}

fn end_row(rows: &mut Vec<Vec<Cell>>, row: &mut Vec<Cell>) {
    let mut cells = std::mem::take(row);
    if cells.iter().all(|c| c.text.trim().is_empty()) {
        return;
    }
    for cell in &mut cells {
        cell.text = clean(&cell.text);
    }
    rows.push(cells);
}

/// Text without space around it, and with one space where there was more.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c == '\u{a0}' || c == '\u{feff}') {
        if !word.is_empty() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
    out
}

/// CDC's XML in both layouts: an element for each column, or pairs of `Name` and `Value`.
fn xml(file: &str, text: &str, said: &mut Said) -> Option<Sheet> {
    let start = text.trim_start();
    let head: String = start.chars().take(200).collect::<String>().to_lowercase();
    if head.contains("<!doctype html") || head.contains("<html") {
        said.errors.push(
            Diagnostic::new("this is a web page, not the table itself")
                .in_file(file)
                .with_help("take the file from the link `XML` or `pipe-delimited` of the page"),
        );
        return None;
    }
    let offset = text.len() - start.len();
    let document = match roxmltree::Document::parse(start) {
        Ok(document) => document,
        Err(error) => {
            let at = error.pos();
            let before = text.get(..offset).unwrap_or_default().matches('\n').count() as u32;
            said.errors.push(
                Diagnostic::new(format!("the XML is broken: {}", words(&error))).at(
                    file,
                    text,
                    at.row + before,
                    at.col,
                    1,
                ),
            );
            return None;
        }
    };
    let mut names: Vec<Cell> = Vec::new();
    let mut rows = Vec::new();
    for record in document
        .root_element()
        .children()
        .filter(roxmltree::Node::is_element)
    {
        let mut cells: Vec<(Cell, Cell)> = Vec::new();
        let mut name: Option<Cell> = None;
        for element in record.children().filter(roxmltree::Node::is_element) {
            let at =
                document.text_pos_at(element.range().start + element.tag_name().name().len() + 2);
            let place = |text: &str| Cell {
                text: clean(text),
                line: at.row,
                column: at.col,
            };
            let value: String = element
                .descendants()
                .filter(roxmltree::Node::is_text)
                .filter_map(|t| t.text())
                .collect();
            match element.tag_name().name() {
                "Name" | "name" => name = Some(place(&value)),
                "Value" | "value" => {
                    if let Some(name) = name.take() {
                        cells.push((name, place(&value)));
                    }
                }
                tag => cells.push((place(tag), place(&value))),
            }
        }
        for (name, _) in &cells {
            if !names.iter().any(|n| n.text == name.text) {
                names.push(name.clone());
            }
        }
        let at = document.text_pos_at(record.range().start);
        let row = names
            .iter()
            .map(|name| {
                let found = cells.iter().find(|(n, _)| n.text == name.text);
                found.map_or_else(
                    || Cell {
                        text: String::new(),
                        line: at.row,
                        column: at.col,
                    },
                    |(_, value)| value.clone(),
                )
            })
            .collect();
        rows.push(row);
    }
    // a column that a later record brought is empty in those before it
    for row in &mut rows {
        let row: &mut Vec<Cell> = row;
        let last = row.last().cloned().unwrap_or_default();
        row.resize(
            names.len(),
            Cell {
                text: String::new(),
                ..last
            },
        );
    }
    Some(Sheet {
        file: file.to_owned(),
        names: Some(names),
        rows,
    })
}

/// The reader's words without their place.
fn words(error: &roxmltree::Error) -> String {
    let text = error.to_string();
    text.split_once(" at ")
        .map_or(text.as_str(), |(said, _)| said)
        .to_owned()
}
