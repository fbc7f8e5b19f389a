//! The book itself: tables of cells over one text, opened in microseconds and never copied.

use crate::blob::{self, Blob};
use crate::schema::Kind;
use crate::text::TextTable;
use jiff::civil::Date;
use std::borrow::Cow;
use std::sync::OnceLock;

static NUMBERS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/book.bin"));
static TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/book.txt"));

/// The book that ships with the program.
pub fn book() -> &'static Book {
    static BOOK: OnceLock<Book> = OnceLock::new();
    BOOK.get_or_init(Book::shipped)
}

/// A code book: every table with its rows. Immutable; threads share it.
#[derive(Debug)]
pub struct Book {
    numbers: Cow<'static, [u8]>,
    text: Cow<'static, str>,
    tables: Vec<Entry>,
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
}

/// A day before every day that a book tells.
const NEVER: Date = Date::constant(1, 1, 1);

impl Book {
    /// Opens the book that ships anew; [`book`] keeps one.
    pub fn shipped() -> Book {
        Book::open(Cow::Borrowed(NUMBERS), Cow::Borrowed(TEXT))
    }

    /// A book of these tables.
    pub fn of(tables: &[TextTable]) -> Book {
        let Blob { numbers, text } = blob::encode(tables);
        Book::open(Cow::Owned(numbers), Cow::Owned(text))
    }

    fn open(numbers: Cow<'static, [u8]>, text: Cow<'static, str>) -> Book {
        let mut book = Book {
            numbers,
            text,
            tables: Vec::new(),
            concepts_at: 0,
            concepts: 0,
            retrieved: NEVER,
            published: NEVER,
        };
        book.concepts_at = book.number(2);
        book.concepts = book.number(3);
        let count = book.number(1);
        book.tables = (0..count)
            .filter_map(|nth| {
                let at = blob::PREFIX as u32 + nth * blob::ENTRY as u32;
                let kind = book.number(at);
                Some(Entry {
                    kind: *crate::schema::KINDS.get(kind as usize)?,
                    id: book.number(at + 1),
                    rows: book.number(at + 2),
                    cells_at: book.number(at + 3),
                    head_at: book.number(at + 4),
                    head: book.number(at + 5),
                    indexes_at: book.number(at + 6),
                    indexes: book.number(at + 7),
                })
            })
            .collect();
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
        let at = at as usize * 4;
        self.numbers
            .get(at..at + 4)
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, u32::from_le_bytes)
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
        self.numbers.len() + self.text.len()
    }

    /// All tables.
    pub fn tables(&self) -> impl Iterator<Item = Table<'_>> {
        self.tables.iter().map(|entry| Table { book: self, entry })
    }

    /// The table of this kind and id; the id is empty for kinds of which there is one.
    pub fn table(&self, kind: Kind, id: &str) -> Option<Table<'_>> {
        let found = self
            .tables
            .binary_search_by(|e| e.kind.cmp(&kind).then_with(|| self.piece(e.id).cmp(id)));
        let entry = self.tables.get(found.ok()?)?;
        Some(Table { book: self, entry })
    }

    /// The rows of value sets in which the code of a code system stands, with the set.
    pub fn concepts<'b>(
        &'b self,
        system: &str,
        code: &str,
    ) -> impl Iterator<Item = (Table<'b>, Row<'b>)> + use<'b> {
        let at = |nth: u32| self.concepts_at + nth * 4;
        let compare = |nth: u32| {
            self.piece(self.number(at(nth)))
                .cmp(system)
                .then_with(|| self.piece(self.number(at(nth) + 1)).cmp(code))
        };
        let from = partition(self.concepts, |nth| compare(nth).is_lt());
        let to = from + partition(self.concepts - from, |nth| compare(from + nth).is_le());
        let concepts_at = self.concepts_at;
        (from..to).filter_map(move |nth| {
            let at = concepts_at + nth * 4;
            let entry = self.tables.get(self.number(at + 2) as usize)?;
            let table = Table { book: self, entry };
            let row = table.row(self.number(at + 3))?;
            Some((table, row))
        })
    }

    /// The code systems of which value sets have codes.
    pub fn has_system(&self, system: &str) -> bool {
        let at = |nth: u32| self.piece(self.number(self.concepts_at + nth * 4));
        let from = partition(self.concepts, |nth| at(nth) < system);
        from < self.concepts && at(from) == system
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

    fn first(self, number: u32) -> &'b str {
        let columns = self.entry.kind.columns().len() as u32;
        let at = self.entry.cells_at + number * columns;
        self.book.piece(self.book.number(at))
    }

    /// The first row whose first cell is `key`.
    pub fn find(self, key: &str) -> Option<Row<'b>> {
        let nth = partition(self.entry.rows, |nth| self.first(nth) < key);
        (nth < self.entry.rows && self.first(nth) == key)
            .then(|| self.row(nth))
            .flatten()
    }

    /// The rows whose first cell is `key`.
    pub fn all(self, key: &str) -> impl Iterator<Item = Row<'b>> + use<'b> {
        let from = partition(self.entry.rows, |nth| self.first(nth) < key);
        let more = partition(self.entry.rows - from, |nth| self.first(from + nth) <= key);
        (from..from + more).filter_map(move |nth| self.row(nth))
    }

    /// The rows whose cell in an indexed column is, or holds, `value`. Columns count from 0.
    pub fn by(self, column: usize, value: &str) -> impl Iterator<Item = Row<'b>> + use<'b> {
        let index = (0..self.entry.indexes)
            .map(|nth| self.entry.indexes_at + nth * 3)
            .find(|at| self.book.number(*at) as usize == column);
        let (at, count) = index.map_or((0, 0), |i| {
            (self.book.number(i + 1), self.book.number(i + 2))
        });
        let key = |nth: u32| self.book.piece(self.book.number(at + nth * 2));
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
