//! A line of a schedule file, word by word, with the place of each.

use crate::schedule::{Ages, Code, Dates, Period, VaccineAges};
use jiff::civil::Date;
use std::ops::Range;
use titer_finding::Diagnostic;

/// A word and where it stands in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    /// Where it begins, in bytes from the start of the file.
    pub(super) start: usize,
    /// It stands in quotes.
    pub(super) quoted: bool,
}

impl Word<'_> {
    pub(super) fn range(&self) -> Range<usize> {
        let quote = usize::from(self.quoted);
        self.start..self.start + self.text.len() + 2 * quote
    }

    /// Something about this word.
    pub(super) fn wrong(&self, message: impl Into<String>) -> Wrong {
        Wrong {
            range: self.range(),
            diagnostic: Box::new(Diagnostic::new(message)),
        }
    }

    /// The line stands before what it belongs to.
    pub(super) fn misplaced(&self, what: &str) -> Wrong {
        self.wrong(format!("`{}` stands here before any {what}", self.text))
    }

    /// The word is none of those that may stand here.
    pub(super) fn none_of(&self, known: &[&str]) -> Wrong {
        let list = known
            .iter()
            .map(|k| format!("`{k}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let mut wrong = self.wrong(format!("`{}` cannot stand here", self.text));
        wrong.diagnostic.help = Some(format!("here stands one of {list}"));
        *wrong.diagnostic = wrong
            .diagnostic
            .did_you_mean(self.text, known.iter().copied());
        wrong
    }
}

/// What is wrong, and with which bytes of the file.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) range: Range<usize>,
    pub(super) diagnostic: Box<Diagnostic>,
}

pub(super) type Result<T> = std::result::Result<T, Wrong>;

/// What is left of a line.
pub(super) struct Line<'a> {
    rest: &'a str,
    /// Where the rest begins in the file.
    at: usize,
}

impl<'a> Line<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Self { rest: text, at }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
        self.at += bytes;
    }

    fn trim(&mut self) {
        let space = self
            .rest
            .bytes()
            .take_while(|b| matches!(b, b' ' | b'\t' | b'\r'))
            .count();
        self.skip(space);
        if self.rest.starts_with('#') {
            self.rest = "";
        }
    }

    /// The next word, without taking it.
    pub(super) fn peek(&mut self) -> Option<Word<'a>> {
        self.trim();
        let (first, after) = (
            self.rest.as_bytes().first()?,
            self.rest.get(1..).unwrap_or_default(),
        );
        if *first == b'"' {
            // a quote that is not closed runs to the end of the line, and `next` says so
            let text = after.split('"').next().unwrap_or_default();
            return Some(Word {
                text,
                start: self.at,
                quoted: true,
            });
        }
        let end = self
            .rest
            .bytes()
            .position(|b| matches!(b, b' ' | b'\t' | b'\r'))
            .unwrap_or(self.rest.len());
        Some(Word {
            text: self.rest.get(..end).unwrap_or_default(),
            start: self.at,
            quoted: false,
        })
    }

    pub(super) fn next(&mut self) -> Result<Option<Word<'a>>> {
        let Some(word) = self.peek() else {
            return Ok(None);
        };
        let length = word.range().len();
        if word.quoted && self.rest.len() < length {
            return Err(word.wrong("the quote is not closed on this line"));
        }
        self.skip(length);
        if word.quoted && !self.rest.is_empty() && !self.rest.starts_with([' ', '\t', '\r']) {
            return Err(word.wrong("a space is missing after the quote"));
        }
        Ok(Some(word))
    }

    /// A word that must be there.
    pub(super) fn need(&mut self, what: &str) -> Result<Word<'a>> {
        match self.next()? {
            Some(word) => Ok(word),
            None => Err(self.wrong(format!("{what} is missing here"))),
        }
    }

    /// Something about the place where the line goes on.
    pub(super) fn wrong(&self, message: impl Into<String>) -> Wrong {
        Wrong {
            range: self.at..self.at,
            diagnostic: Box::new(Diagnostic::new(message)),
        }
    }

    /// Takes the next word when it is this one.
    pub(super) fn take(&mut self, word: &str) -> bool {
        match self.peek() {
            Some(next) if !next.quoted && next.text == word => {
                self.skip(next.text.len());
                true
            }
            _ => false,
        }
    }

    pub(super) fn expect(&mut self, word: &str) -> Result<()> {
        if self.take(word) {
            return Ok(());
        }
        match self.peek() {
            Some(other) => {
                Err(other.wrong(format!("`{word}` was expected here, not `{}`", other.text)))
            }
            None => Err(self.wrong(format!("`{word}` is missing here"))),
        }
    }

    /// Nothing may follow.
    pub(super) fn end(&mut self) -> Result<()> {
        match self.peek() {
            Some(word) => Err(word.wrong(format!("`{}` is too much here", word.text))),
            None => Ok(()),
        }
    }

    pub(super) fn text(&mut self, what: &str) -> Result<String> {
        Ok(self.need(what)?.text.to_owned())
    }

    fn read<T>(&mut self, what: &str, read: impl FnOnce(&'a str) -> Option<T>) -> Result<T> {
        let word = self.need(what)?;
        read(word.text).ok_or_else(|| word.wrong(format!("`{}` is not {what}", word.text)))
    }

    pub(super) fn number(&mut self) -> Result<u8> {
        self.read("a number from 0 to 255", |t| t.parse().ok())
    }

    pub(super) fn code(&mut self) -> Result<Code> {
        self.read("a code", Code::new)
    }

    pub(super) fn cvx(&mut self) -> Result<Code> {
        self.read("a CVX code", cvx)
    }

    /// CVX codes as long as there are some.
    pub(super) fn cvx_list(&mut self) -> Result<Vec<Code>> {
        let mut codes = vec![self.cvx()?];
        while let Some(code) = self.peek().filter(|w| !w.quoted).and_then(|w| cvx(w.text)) {
            self.next()?;
            codes.push(code);
        }
        Ok(codes)
    }

    /// Numbers as long as there are some.
    pub(super) fn numbers(&mut self) -> Result<Vec<u8>> {
        let mut numbers = vec![self.number()?];
        while self
            .peek()
            .is_some_and(|w| w.text.starts_with(|c: char| c.is_ascii_digit()))
        {
            numbers.push(self.number()?);
        }
        Ok(numbers)
    }

    pub(super) fn period(&mut self) -> Result<Period> {
        let word = self.need("an age or an interval")?;
        period(word, word.text)
    }

    pub(super) fn date(&mut self) -> Result<Date> {
        self.read("a date (year-month-day)", date)
    }

    /// `A..B`, both read alike, either left out.
    fn range<T>(
        &mut self,
        what: &str,
        read: impl Fn(Word<'a>, &'a str) -> Result<T>,
    ) -> Result<(Option<T>, Option<T>)> {
        let word = self.need(what)?;
        let Some((first, last)) = word.text.split_once("..") else {
            return Err(word.wrong(format!(
                "`{}` is not {what}: two dots stand between its ends",
                word.text
            )));
        };
        let side = |text: &'a str| (!text.is_empty()).then(|| read(word, text)).transpose();
        Ok((side(first)?, side(last)?))
    }

    pub(super) fn ages(&mut self) -> Result<Ages> {
        let (begin, end) = self.range("a range of ages", period)?;
        Ok(Ages { begin, end })
    }

    pub(super) fn dates(&mut self) -> Result<Dates> {
        let start = self.peek();
        let (first, last) = self.range("a range of dates", |word, text| {
            date(text).ok_or_else(|| word.wrong(format!("`{text}` is not a date (year-month-day)")))
        })?;
        if let (Some(a), Some(b), Some(word)) = (first, last, start)
            && a > b
        {
            return Err(word.wrong("the range ends before it begins"));
        }
        Ok(Dates { first, last })
    }

    /// One of some words, and what it stands for.
    pub(super) fn one_of<T: Copy>(&mut self, known: &[(&str, T)]) -> Result<T> {
        let words = || known.iter().map(|(w, _)| *w).collect::<Vec<_>>();
        let Some(word) = self.next()? else {
            return Err(self.wrong(format!("one of {} is missing here", words().join(", "))));
        };
        known
            .iter()
            .find(|(w, _)| *w == word.text && !word.quoted)
            .map(|(_, value)| *value)
            .ok_or_else(|| word.none_of(&words()))
    }

    /// Ages, when the line goes on with them.
    pub(super) fn ages_if_any(&mut self) -> Result<Ages> {
        if self.take("ages") {
            self.ages()
        } else {
            Ok(Ages::default())
        }
    }

    /// Dates after a word, when the line goes on with it.
    pub(super) fn dates_if_any(&mut self, word: &str) -> Result<Dates> {
        if self.take(word) {
            self.dates()
        } else {
            Ok(Dates::default())
        }
    }

    /// Codes, and the ages that hold for all of them.
    pub(super) fn vaccines(&mut self, into: &mut Vec<VaccineAges>) -> Result<()> {
        let codes = self.cvx_list()?;
        let ages = self.ages_if_any()?;
        into.extend(codes.into_iter().map(|cvx| VaccineAges { cvx, ages }));
        Ok(())
    }
}

fn cvx(text: &str) -> Option<Code> {
    let digits = (2..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if digits { Code::new(text) } else { None }
}

fn period(word: Word<'_>, text: &str) -> Result<Period> {
    Period::parse(text)
        .map_err(|e| word.wrong(format!("`{text}` is not an age or an interval: {e}")))
}

/// `yyyy-mm-dd`.
fn date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    let part = |range: Range<usize>| text.get(range)?.parse::<u16>().ok();
    Date::new(
        i16::try_from(part(0..4)?).ok()?,
        i8::try_from(part(5..7)?).ok()?,
        i8::try_from(part(8..10)?).ok()?,
    )
    .ok()
}
