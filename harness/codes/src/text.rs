//! The text form of a book: one file a table, which a person can read and review. Shared with the build script.
//!
//! ```text
//! # titer code book 1
//! table: cvx
//! source: CDC, codes of vaccines administered
//! published: 2025-11-19
//! retrieved: 2025-12-01
//! columns: code | name | status | updated | from | until | flags | replaced-by
//!
//! 01 | DTP | inactive | 2010-05-28 | | | |
//! ```
//!
//! A bar inside a cell is written `\|`, a backslash `\\`. Space around a cell does not count.

use crate::schema::{FLAGS, Form, Kind, STATUSES, is_date, is_ndc};
use std::cmp::Ordering;

/// The first line of every file.
pub(crate) const MAGIC: &str = "# titer code book 1";

/// One table as text: its head and its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextTable {
    /// What the rows are.
    pub kind: Kind,
    /// The id, for kinds of which a book may have many; empty for the others.
    pub id: String,
    /// The other lines of the head, in their order.
    pub head: Vec<(String, String)>,
    /// The rows; each has as many cells as the kind has columns.
    pub rows: Vec<Vec<String>>,
}

/// What is wrong with a file of a book, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
    /// How many characters are meant.
    pub length: u32,
    /// What is wrong.
    pub message: String,
}

impl TextTable {
    /// A table without rows.
    pub fn new(kind: Kind, id: &str) -> Self {
        Self {
            kind,
            id: id.to_owned(),
            head: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// A line of the head.
    pub fn head(&self, name: &str) -> Option<&str> {
        self.head
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// Sets a line of the head; an empty value takes it away.
    pub fn set_head(&mut self, name: &str, value: &str) {
        self.head.retain(|(n, _)| n != name || !value.is_empty());
        if value.is_empty() {
            return;
        }
        match self.head.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.head.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Puts the rows in the order in which they are written.
    pub fn sort(&mut self) {
        self.rows.sort_by(|a, b| {
            a.iter()
                .zip(b)
                .map(|(a, b)| natural(a, b))
                .find(|o| o.is_ne())
                .unwrap_or(Ordering::Equal)
        });
    }

    /// The file of the table inside a book's folder.
    pub fn path(&self) -> String {
        match self.kind {
            Kind::Set => format!("sets/{}.txt", self.id),
            Kind::Field => format!("field/{}.txt", self.id),
            kind => format!("{}.txt", kind.name()),
        }
    }

    /// The text of the file.
    pub fn write(&self) -> String {
        use std::fmt::Write;
        let mut text = String::new();
        let _ = write!(text, "{MAGIC}\ntable: {}", self.kind.name());
        if !self.id.is_empty() {
            let _ = write!(text, " {}", self.id);
        }
        text.push('\n');
        for (name, value) in &self.head {
            let _ = writeln!(text, "{name}: {value}");
        }
        let columns: Vec<&str> = self.kind.columns().iter().map(|(n, _)| *n).collect();
        let _ = writeln!(text, "columns: {}\n", columns.join(" | "));
        for row in &self.rows {
            let mut line = String::new();
            for (nth, cell) in row.iter().enumerate() {
                if nth > 0 {
                    line.push_str(if line.ends_with(' ') { "| " } else { " | " });
                }
                for c in cell.chars() {
                    if c == '|' || c == '\\' {
                        line.push('\\');
                    }
                    line.push(c);
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// Reads the text of a file. Everything that is wrong is told, not only the first.
    pub fn read(text: &str) -> Result<TextTable, Vec<Wrong>> {
        Reader::default().read(text)
    }
}

#[derive(Default)]
struct Reader {
    wrong: Vec<Wrong>,
}

impl Reader {
    fn say(&mut self, line: usize, column: usize, length: usize, message: impl Into<String>) {
        self.wrong.push(Wrong {
            line: line as u32,
            column: column as u32,
            length: length as u32,
            message: message.into(),
        });
    }

    fn read(mut self, text: &str) -> Result<TextTable, Vec<Wrong>> {
        let mut lines = text
            .strip_prefix('\u{feff}')
            .unwrap_or(text)
            .lines()
            .enumerate()
            .map(|(nth, line)| (nth + 1, line.trim_end()));
        match lines.next() {
            Some((_, MAGIC)) => {}
            other => {
                let length = other.map_or(0, |(_, l)| l.chars().count());
                self.say(1, 1, length, format!("the first line is not `{MAGIC}`"));
                return Err(self.wrong);
            }
        }
        let Some(mut table) = self.read_head(&mut lines) else {
            return Err(self.wrong);
        };
        let mut seen = std::collections::HashMap::new();
        for (number, line) in lines {
            if line.is_empty() {
                continue;
            }
            let Some(row) = self.read_row(table.kind, number, line) else {
                continue;
            };
            let key: Vec<String> = row.iter().take(table.kind.key()).cloned().collect();
            if let Some(first) = seen.insert(key, number) {
                let length = line.chars().count();
                self.say(
                    number,
                    1,
                    length,
                    format!("this row stands already on line {first}"),
                );
            }
            table.rows.push(row);
        }
        if self.wrong.is_empty() {
            Ok(table)
        } else {
            Err(self.wrong)
        }
    }

    fn read_head<'t>(
        &mut self,
        lines: &mut impl Iterator<Item = (usize, &'t str)>,
    ) -> Option<TextTable> {
        let mut table = None;
        let mut head = Vec::new();
        let mut columns = None;
        let mut last = 1;
        for (number, line) in lines {
            last = number;
            if line.is_empty() {
                break;
            }
            let length = line.chars().count();
            let Some((name, value)) = line.split_once(':') else {
                self.say(
                    number,
                    1,
                    length,
                    "expected `name: value`, and an empty line after the head",
                );
                return None;
            };
            let value = value.trim();
            match name {
                "table" => {
                    let (kind, id) = value.split_once(' ').unwrap_or((value, ""));
                    match Kind::named(kind) {
                        Some(kind) if kind.many() != id.is_empty() => {
                            table = Some(TextTable::new(kind, id));
                        }
                        Some(_) => self.say(
                            number,
                            1,
                            length,
                            "a table of this kind has an id, or must not have one",
                        ),
                        None => self.say(
                            number,
                            1,
                            length,
                            format!("`{kind}` is no table of a code book"),
                        ),
                    }
                }
                "columns" => columns = Some((number, length, value.to_owned())),
                _ => {
                    if matches!(name, "published" | "retrieved") && !is_date(value) {
                        self.say(
                            number,
                            1,
                            length,
                            format!("`{value}` is no date such as 2025-11-19"),
                        );
                    }
                    head.push((name.to_owned(), value.to_owned()));
                }
            }
        }
        let Some(mut table) = table else {
            if self.wrong.is_empty() {
                self.say(last, 1, 0, "the head has no line `table:`");
            }
            return None;
        };
        let want: Vec<&str> = table.kind.columns().iter().map(|(n, _)| *n).collect();
        let want = want.join(" | ");
        match columns {
            Some((_, _, columns)) if columns == want => {}
            Some((number, length, _)) => {
                self.say(
                    number,
                    1,
                    length,
                    format!("the columns of this table are: {want}"),
                );
                return None;
            }
            None => {
                self.say(last, 1, 0, "the head has no line `columns:`");
                return None;
            }
        }
        table.head = head;
        Some(table)
    }

    fn read_row(&mut self, kind: Kind, number: usize, line: &str) -> Option<Vec<String>> {
        let columns = kind.columns();
        let cells = split(line);
        if cells.len() != columns.len() {
            self.say(
                number,
                1,
                line.chars().count(),
                format!(
                    "{} cells, where {} are expected",
                    cells.len(),
                    columns.len()
                ),
            );
            return None;
        }
        for ((at, cell), (name, form)) in cells.iter().zip(columns) {
            if let Some(wrong) = wrong_cell(cell, *form) {
                self.say(
                    number,
                    *at,
                    cell.chars().count(),
                    format!("{name}: {wrong}"),
                );
            }
        }
        Some(cells.into_iter().map(|(_, cell)| cell).collect())
    }
}

/// What is wrong with a cell, if anything is.
pub(crate) fn wrong_cell(cell: &str, form: Form) -> Option<String> {
    let bad = match form {
        Form::Text => false,
        Form::Code => cell.is_empty(),
        Form::Date => !cell.is_empty() && !is_date(cell),
        Form::Status => !STATUSES.contains(&cell),
        Form::Flags => !cell.split(' ').all(|f| f.is_empty() || FLAGS.contains(&f)),
        Form::Ndc => !is_ndc(cell),
    };
    bad.then(|| match form {
        Form::Text | Form::Code => "nothing stands here".to_owned(),
        Form::Date => format!("`{cell}` is no date such as 2025-11-19"),
        Form::Status => format!("`{cell}` is none of {}", STATUSES.join(", ")),
        Form::Flags => format!("`{cell}` is not made of {}", FLAGS.join(", ")),
        Form::Ndc => format!("`{cell}` is no NDC such as 49281-0425-50"),
    })
}

/// The cells of a line with the column, counted from 1, at which each begins.
fn split(line: &str) -> Vec<(usize, String)> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut begin = 1;
    let mut escaped = false;
    for (at, c) in line.chars().enumerate() {
        match c {
            _ if escaped => {
                cell.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '|' => {
                cells.push((begin, cell.trim().to_owned()));
                cell.clear();
                begin = at + 2;
            }
            _ => {
                if cell.is_empty() {
                    if c == ' ' {
                        begin = at + 2;
                        continue;
                    }
                    begin = at + 1;
                }
                cell.push(c);
            }
        }
    }
    cells.push((begin, cell.trim().to_owned()));
    cells
}

/// Text order in which runs of digits count as numbers, so that `9` comes before `10`.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    loop {
        match (left, right) {
            ([], []) => return a.cmp(b),
            ([], _) => return Ordering::Less,
            (_, []) => return Ordering::Greater,
            ([one, ..], [other, ..]) if one.is_ascii_digit() && other.is_ascii_digit() => {
                let (number, rest) = digits(left);
                let (other_number, other_rest) = digits(right);
                let by = number
                    .len()
                    .cmp(&other_number.len())
                    .then_with(|| number.cmp(other_number));
                if by.is_ne() {
                    return by;
                }
                (left, right) = (rest, other_rest);
            }
            ([one, ..], [other, ..]) if one != other => return one.cmp(other),
            ([_, rest @ ..], [_, other_rest @ ..]) => (left, right) = (rest, other_rest),
        }
    }
}

/// The digits at the start without leading zeros, and the rest.
fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (run, rest) = text.split_at(end);
    let zeros = run.iter().take_while(|b| **b == b'0').count();
    (run.get(zeros..).unwrap_or_default(), rest)
}
