//! The form of a book in memory: one string of text and one block of numbers. Shared with the build script.
//!
//! All numbers are 32 bits, little endian. A *piece* is a place in the text: 22 bits of offset, 10 bits of length.
//!
//! ```text
//! magic, tables, concepts at, concepts count
//! per table: kind, id piece, rows, cells at, head at, head count, indexes at, indexes count
//! cells: one piece a cell, rows sorted by their text
//! head: piece name, piece value
//! indexes: column, at, count;  each entry: piece value, row
//! concepts: hash (two numbers, the high one first), piece system, piece code, table, row; in the order of the hash
//! ```

use crate::schema::Kind;
use crate::text::TextTable;
use std::collections::HashMap;

/// The first number of the block.
pub(crate) const MAGIC: u32 = 0x5449_5402;
/// Numbers before the tables.
pub(crate) const PREFIX: usize = 4;
/// Numbers for a table.
pub(crate) const ENTRY: usize = 8;
/// Numbers for a concept.
pub(crate) const CONCEPT: u32 = 6;
/// The longest cell in bytes.
pub(crate) const LONGEST: usize = 1023;

/// A book in the form in which it is looked up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Blob {
    /// The numbers.
    pub(crate) numbers: Vec<u8>,
    /// The text.
    pub(crate) text: String,
}

#[derive(Default)]
struct Pool {
    text: String,
    known: HashMap<String, u32>,
}

impl Pool {
    fn piece(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let mut end = text.len().min(LONGEST);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let (text, _) = text.split_at(end);
        if let Some(piece) = self.known.get(text) {
            return *piece;
        }
        let piece = (self.text.len() as u32) << 10 | text.len() as u32;
        self.text.push_str(text);
        self.known.insert(text.to_owned(), piece);
        piece
    }
}

/// FNV-1a over a code system and a code.
pub(crate) fn hash(system: &str, code: &str) -> u64 {
    let bytes = system.bytes().chain([0]).chain(code.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The form in memory of these tables. Tables and rows may come in any order.
pub(crate) fn encode(tables: &[TextTable]) -> Blob {
    let mut tables: Vec<&TextTable> = tables.iter().collect();
    tables.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
    let mut pool = Pool::default();
    let mut directory = Vec::new();
    let mut body: Vec<u32> = Vec::new();
    let start = PREFIX + tables.len() * ENTRY;
    let mut concepts: Vec<(&str, &str, u32, u32)> = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        let mut rows: Vec<&Vec<String>> = table.rows.iter().collect();
        rows.sort();
        let cells_at = start + body.len();
        for row in &rows {
            body.extend(row.iter().map(|cell| pool.piece(cell)));
        }
        let head_at = start + body.len();
        for (name, value) in &table.head {
            body.push(pool.piece(name));
            body.push(pool.piece(value));
        }
        let indexes: Vec<(usize, Vec<(&str, u32)>)> = table
            .kind
            .indexed()
            .iter()
            .map(|column| {
                let many = matches!(table.kind, Kind::NdcSale | Kind::NdcUse);
                (*column, index(&rows, *column, many))
            })
            .collect();
        let indexes_at = start + body.len();
        let mut at = indexes_at + indexes.len() * 3;
        for (column, entries) in &indexes {
            body.extend([*column as u32, at as u32, entries.len() as u32]);
            at += entries.len() * 2;
        }
        for (_, entries) in &indexes {
            for (value, row) in entries {
                body.push(pool.piece(value));
                body.push(*row);
            }
        }
        if table.kind == Kind::Set {
            concepts.extend(rows.iter().enumerate().filter_map(|(nth, row)| {
                Some((
                    row.get(1)?.as_str(),
                    row.first()?.as_str(),
                    number as u32,
                    nth as u32,
                ))
            }));
        }
        directory.extend([
            table.kind as u32,
            pool.piece(&table.id),
            rows.len() as u32,
            cells_at as u32,
            head_at as u32,
            table.head.len() as u32,
            indexes_at as u32,
            indexes.len() as u32,
        ]);
    }
    concepts.sort_by_key(|(system, code, table, row)| (hash(system, code), *table, *row));
    let concepts_at = start + body.len();
    for (system, code, table, row) in &concepts {
        let hash = hash(system, code);
        let (high, low) = ((hash >> 32) as u32, hash as u32);
        body.extend([
            high,
            low,
            pool.piece(system),
            pool.piece(code),
            *table,
            *row,
        ]);
    }
    let prefix = [
        MAGIC,
        tables.len() as u32,
        concepts_at as u32,
        concepts.len() as u32,
    ];
    let numbers = prefix
        .into_iter()
        .chain(directory)
        .chain(body)
        .flat_map(u32::to_le_bytes)
        .collect();
    Blob {
        numbers,
        text: pool.text,
    }
}

/// The values of a column in order, with their rows; split at spaces where a cell holds `many`.
fn index<'t>(rows: &[&'t Vec<String>], column: usize, many: bool) -> Vec<(&'t str, u32)> {
    let mut entries: Vec<(&str, u32)> = rows
        .iter()
        .enumerate()
        .flat_map(|(nth, row)| {
            let cell = row.get(column).map_or("", String::as_str);
            cell.split(move |c| many && c == ' ')
                .filter(|value| !value.is_empty())
                .map(move |value| (value, nth as u32))
        })
        .collect();
    entries.sort_unstable();
    entries
}
