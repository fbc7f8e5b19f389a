//! The book itself: tables of cells over one text, opened in microseconds and never copied.

use crate::blob::{self, Blob};
use crate::schema::{KINDS, Kind};
use crate::text::TextTable;
use jiff::civil::Date;
use std::borrow::Cow;
use std::sync::OnceLock;

static NUMBERS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/book.bin"));
static TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/book.txt"));

/// The day of the book that ships, [`Book::retrieved`], as text.
pub const SHIPPED_DAY: &str = env!("TITER_BOOK_RETRIEVED");

/// The book that ships with the program.
pub fn book() -> &'static Book {
    static BOOK: OnceLock<Book> = OnceLock::new();
    BOOK.get_or_init(Book::shipped)
}

/// A code book: every table with its rows. Immutable; threads share it.
#[derive(Debug)]
pub struct Book {
    numbers: Vec<u32>,
    text: Cow<'static, str>,
    tables: Vec<Entry>,
    /// The beginning of every table's id.
    ids: Vec<(Kind, u128)>,
    /// Where the tables of which there is one are, by the number of their kind.
    single: [Option<u32>; KINDS.len()],
    /// The beginning of the first cell of every row: what a search compares first.
    keys: Vec<u128>,
    concepts_at: u32,
    concepts: u32,
    retrieved: Date,
    published: Date,
}

/// Where the parts of a table are.
#[derive(Clone, Copy, Debug)]
struct Entry {
    kind: Kind,
    id: u32,
    rows: u32,
    cells_at: u32,
    head_at: u32,
    head: u32,
    indexes_at: u32,
    indexes: u32,
    keys_at: u32,
}

/// The first sixteen bytes of a text as a number that sorts like the text.
fn key(text: &[u8]) -> u128 {
    let mut start = [0; 16];
    for (place, byte) in start.iter_mut().zip(text) {
        *place = *byte;
    }
    u128::from_be_bytes(start)
}

/// A day before every day that a book tells.
const NEVER: Date = Date::constant(1, 1, 1);

impl Book {
    /// Opens the book that ships anew; [`book`] keeps one.
    pub fn shipped() -> Book {
        Book::open(NUMBERS, Cow::Borrowed(TEXT))
    }

    /// A book of these tables.
    pub fn of(tables: &[TextTable]) -> Book {
        let Blob { numbers, text } = blob::encode(tables);
        Book::open(&numbers, Cow::Owned(text))
    }

    fn open(numbers: &[u8], text: Cow<'static, str>) -> Book {
        let mut book = Book {
            numbers: numbers
                .as_chunks()
                .0
                .iter()
                .map(|bytes| u32::from_le_bytes(*bytes))
                .collect(),
            text,
            tables: Vec::new(),
            ids: Vec::new(),
            single: [None; KINDS.len()],
            keys: Vec::new(),
            concepts_at: 0,
            concepts: 0,
            retrieved: NEVER,
            published: NEVER,
        };
        book.concepts_at = book.number(2);
        book.concepts = book.number(3);
        for nth in 0..book.number(1) {
            let at = blob::PREFIX as u32 + nth * blob::ENTRY as u32;
            let Some(kind) = KINDS.get(book.number(at) as usize) else {
                continue;
            };
            let entry = Entry {
                kind: *kind,
                id: book.number(at + 1),
                rows: book.number(at + 2),
                cells_at: book.number(at + 3),
                head_at: book.number(at + 4),
                head: book.number(at + 5),
                indexes_at: book.number(at + 6),
                indexes: book.number(at + 7),
                keys_at: book.keys.len() as u32,
            };
            let columns = kind.columns().len() as u32;
            for row in 0..entry.rows {
                let cell = book.number(entry.cells_at + row * columns);
                let start = key(book.bytes(cell));
                book.keys.push(start);
            }
            if !kind.many()
                && let Some(single) = book.single.get_mut(*kind as usize)
            {
                *single = Some(book.tables.len() as u32);
            }
            let start = key(book.bytes(entry.id));
            book.ids.push((*kind, start));
            book.tables.push(entry);
        }
        // the guide's value sets do not change; the age of a book is the age of CDC's tables
        let cdc = |t: &Table<'_>| {
            (Kind::Cvx..=Kind::Group).contains(&t.kind()) && t.head("retrieved").is_some()
        };
        let dates = |name: &str| -> Vec<Date> {
            book.tables()
                .filter(cdc)
                .filter_map(|t| date(t.head(name).unwrap_or_default()))
                .collect()
        };
        let (retrieved, published) = (dates("retrieved"), dates("published"));
        book.retrieved = retrieved.into_iter().min().unwrap_or(NEVER);
        book.published = published.into_iter().max().unwrap_or(NEVER);
        book
    }

    fn number(&self, at: u32) -> u32 {
        self.numbers.get(at as usize).copied().unwrap_or(0)
    }

    fn bytes(&self, piece: u32) -> &[u8] {
        let at = (piece >> 10) as usize;
        let length = (piece & 1023) as usize;
        self.text
            .as_bytes()
            .get(at..at + length)
            .unwrap_or_default()
    }

    fn piece(&self, piece: u32) -> &str {
        let at = (piece >> 10) as usize;
        let length = (piece & 1023) as usize;
        self.text.get(at..at + length).unwrap_or_default()
    }

    /// When CDC's tables were taken: the oldest of their days. Codes that came later cannot be known.
    pub fn retrieved(&self) -> Date {
        self.retrieved
    }

    /// The newest day on which CDC changed one of the tables.
    pub fn published(&self) -> Date {
        self.published
    }

    /// The bytes that the book takes in memory.
    pub fn size(&self) -> usize {
        self.numbers.len() * 4 + self.text.len()
    }

    /// All tables.
    pub fn tables(&self) -> impl Iterator<Item = Table<'_>> {
        self.tables.iter().map(|entry| Table { book: self, entry })
    }

    /// The table of this kind and id; the id is empty for kinds of which there is one.
    pub fn table(&self, kind: Kind, id: &str) -> Option<Table<'_>> {
        if id.is_empty() {
            let at = self.single.get(kind as usize).copied().flatten()?;
            let entry = self.tables.get(at as usize)?;
            return Some(Table { book: self, entry });
        }
        let start = (kind, key(id.as_bytes()));
        let from = self.ids.partition_point(|i| *i < start);
        let near = self.ids.get(from..)?.iter().take_while(|i| **i == start);
        let entry = self
            .tables
            .get(from..from + near.count())?
            .iter()
            .find(|e| self.bytes(e.id) == id.as_bytes())?;
        Some(Table { book: self, entry })
    }

    /// The rows of value sets in which the code of a code system stands, with the set.
    pub fn concepts<'b>(
        &'b self,
        system: &str,
        code: &str,
    ) -> impl Iterator<Item = (Table<'b>, Row<'b>)> + use<'b> {
        let hash = blob::hash(system, code);
        let at = |nth: u32| self.concepts_at + nth * blob::CONCEPT;
        let stored =
            |nth: u32| u64::from(self.number(at(nth))) << 32 | u64::from(self.number(at(nth) + 1));
        let from = partition(self.concepts, |nth| stored(nth) < hash);
        let mut to = from;
        // two codes may have one hash; the next comparison tells them apart
        while to < self.concepts && stored(to) == hash {
            to += 1;
        }
        let concepts_at = self.concepts_at;
        let system = self.known(from, to, 2, system);
        let code = self.known(from, to, 3, code);
        (from..to).filter_map(move |nth| {
            let at = concepts_at + nth * blob::CONCEPT;
            if Some(self.number(at + 2)) != system || Some(self.number(at + 3)) != code {
                return None;
            }
            let entry = self.tables.get(self.number(at + 4) as usize)?;
            let table = Table { book: self, entry };
            let row = table.row(self.number(at + 5))?;
            Some((table, row))
        })
    }

    /// The piece of a text among some concepts.
    fn known(&self, from: u32, to: u32, part: u32, text: &str) -> Option<u32> {
        (from..to)
            .map(|nth| self.number(self.concepts_at + nth * blob::CONCEPT + part))
            .find(|piece| self.bytes(*piece) == text.as_bytes())
    }
}

/// How many of the first things fulfil a condition that the others do not.
fn partition(count: u32, holds: impl Fn(u32) -> bool) -> u32 {
    let (mut from, mut to) = (0, count);
    while from < to {
        let middle = u32::midpoint(from, to);
        if holds(middle) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    from
}

/// A date as a book writes it.
pub(crate) fn date(text: &str) -> Option<Date> {
    let digits = |range: std::ops::Range<usize>| -> Option<i16> {
        let mut number = 0;
        for byte in text.as_bytes().get(range)? {
            number = number * 10 + i16::from(byte.checked_sub(b'0').filter(|d| *d < 10)?);
        }
        Some(number)
    };
    let [year, month, day] = [digits(0..4)?, digits(5..7)?, digits(8..10)?];
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A table of a book.
#[derive(Clone, Copy, Debug)]
pub struct Table<'b> {
    book: &'b Book,
    entry: &'b Entry,
}

impl<'b> Table<'b> {
    /// What the rows are.
    pub fn kind(self) -> Kind {
        self.entry.kind
    }

    /// The id, for kinds of which there are many.
    pub fn id(self) -> &'b str {
        self.book.piece(self.entry.id)
    }

    /// How many rows there are.
    pub fn len(self) -> usize {
        self.entry.rows as usize
    }

    /// Whether there is no row.
    pub fn is_empty(self) -> bool {
        self.entry.rows == 0
    }

    /// A line of the head, such as `source`.
    pub fn head(self, name: &str) -> Option<&'b str> {
        self.heads().find(|(n, _)| *n == name).map(|(_, v)| v)
    }

    /// The lines of the head.
    pub fn heads(self) -> impl Iterator<Item = (&'b str, &'b str)> {
        (0..self.entry.head).map(move |nth| {
            let at = self.entry.head_at + nth * 2;
            (
                self.book.piece(self.book.number(at)),
                self.book.piece(self.book.number(at + 1)),
            )
        })
    }

    /// Who publishes what stands here.
    pub fn source(self) -> &'b str {
        self.head("source").unwrap_or_default()
    }

    /// When it was published, or the newest change in it.
    pub fn published(self) -> Option<Date> {
        date(self.head("published")?)
    }

    /// When it was taken from there.
    pub fn retrieved(self) -> Option<Date> {
        date(self.head("retrieved")?)
    }

    /// The rows in the order of their text.
    pub fn rows(self) -> impl Iterator<Item = Row<'b>> {
        (0..self.entry.rows).filter_map(move |nth| self.row(nth))
    }

    pub(crate) fn row(self, number: u32) -> Option<Row<'b>> {
        let columns = self.entry.kind.columns().len() as u32;
        (number < self.entry.rows).then(|| Row {
            book: self.book,
            at: self.entry.cells_at + number * columns,
            kind: self.entry.kind,
        })
    }

    fn first(self, number: u32) -> &'b [u8] {
        let columns = self.entry.kind.columns().len() as u32;
        let at = self.entry.cells_at + number * columns;
        self.book.bytes(self.book.number(at))
    }

    /// The rows whose first cell is `text`: the first and the one after the last.
    fn span(self, text: &str) -> (u32, u32) {
        let at = self.entry.keys_at as usize;
        let keys = self
            .book
            .keys
            .get(at..at + self.entry.rows as usize)
            .unwrap_or_default();
        let text = text.as_bytes();
        if text.last() == Some(&0) {
            // it would look like the text without its last byte
            return (0, 0);
        }
        let start = key(text);
        let from = keys.partition_point(|k| *k < start);
        let near = keys
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|k| **k == start)
            .count() as u32;
        let from = from as u32;
        if text.len() < 16 {
            // a shorter text is whole in its key, but for zero bytes, which no code has
            return (from, from + near);
        }
        let skip = partition(near, |nth| self.first(from + nth) < text);
        let many = partition(near - skip, |nth| self.first(from + skip + nth) <= text);
        (from + skip, from + skip + many)
    }

    /// The first row whose first cell is `key`.
    pub fn find(self, key: &str) -> Option<Row<'b>> {
        let (from, to) = self.span(key);
        (from < to).then(|| self.row(from)).flatten()
    }

    /// The rows whose first cell is `key`.
    pub fn all(self, key: &str) -> impl Iterator<Item = Row<'b>> + use<'b> {
        let (from, to) = self.span(key);
        (from..to).filter_map(move |nth| self.row(nth))
    }

    /// The rows whose cell in an indexed column is, or holds, `value`. Columns count from 0.
    pub fn by(self, column: usize, value: &str) -> impl Iterator<Item = Row<'b>> + use<'b> {
        let index = (0..self.entry.indexes)
            .map(|nth| self.entry.indexes_at + nth * 3)
            .find(|at| self.book.number(*at) as usize == column);
        let (at, count) = index.map_or((0, 0), |i| {
            (self.book.number(i + 1), self.book.number(i + 2))
        });
        let key = |nth: u32| self.book.bytes(self.book.number(at + nth * 2));
        let value = value.as_bytes();
        let from = partition(count, |nth| key(nth) < value);
        let more = partition(count - from, |nth| key(from + nth) <= value);
        (from..from + more).filter_map(move |nth| self.row(self.book.number(at + nth * 2 + 1)))
    }

    /// The table as text, its rows in the order in which they are written.
    pub fn to_text(self) -> TextTable {
        let mut table = TextTable::new(self.kind(), self.id());
        table.head = self
            .heads()
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .collect();
        table.rows = self
            .rows()
            .map(|row| row.cells().map(str::to_owned).collect())
            .collect();
        table.sort();
        table
    }
}

/// A row of a table.
#[derive(Clone, Copy)]
pub struct Row<'b> {
    book: &'b Book,
    at: u32,
    kind: Kind,
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.cells()).finish()
    }
}

impl<'b> Row<'b> {
    /// The book in which the row stands.
    pub fn book(self) -> &'b Book {
        self.book
    }

    /// What the row is.
    pub fn kind(self) -> Kind {
        self.kind
    }

    /// A cell; columns count from 0.
    pub fn cell(self, column: usize) -> &'b str {
        if column >= self.kind.columns().len() {
            return "";
        }
        self.book.piece(self.book.number(self.at + column as u32))
    }

    /// All cells.
    pub fn cells(self) -> impl Iterator<Item = &'b str> {
        (0..self.kind.columns().len()).map(move |column| self.cell(column))
    }

    /// A cell with a date.
    pub fn date(self, column: usize) -> Option<Date> {
        date(self.cell(column))
    }
}
