//! `titer codes`: look codes up, bring the book up to date, see what changed.

mod args;
mod diff;
mod import;
mod list;
mod show;
mod usage;

pub(crate) use args::{CodesCommand, EXAMPLES};

use crate::exit::Exit;
use crate::failure::{Failure, io_diagnostic, io_words, read_text};
use crate::reference;
use crate::ui::{self, Ui};
use args::{Day, Source};
use jiff::civil::Date;
use std::path::{Path, PathBuf};
use titer_codes::store::{StoreError, read_book};
use titer_codes::{Book, Layers, Overlay};
use titer_finding::{Diagnostic, Severity};

pub(crate) fn run(command: &CodesCommand, ui: &Ui) -> Result<Exit, Failure> {
    match command {
        CodesCommand::List { table, source } => list::list(table.as_deref(), source, ui),
        CodesCommand::Show { code, day, source } => show::show(code, day, source, ui),
        CodesCommand::Search { text, day, source } => {
            list::search(&text.join(" "), day, source, ui)
        }
        CodesCommand::Map {
            from,
            code,
            day,
            source,
        } => show::map(*from, code, day, source, ui),
        CodesCommand::Scan { text, day, source } => show::scan(text, day, source, ui),
        CodesCommand::Check {
            paths,
            as_of,
            mask,
            source,
        } => usage::check(paths, as_of.as_deref(), *mask, source, ui),
        CodesCommand::Diff {
            old,
            new,
            messages,
            json,
        } => diff::diff(old, new, messages, *json),
        CodesCommand::Import { .. } => import::import(command, ui),
        CodesCommand::Export { format, out, book } => {
            import::export(*format, out, book.as_deref(), ui)
        }
    }
}

/// A book and what lies over it.
#[derive(Default)]
pub(crate) struct Opened {
    /// A book of the user's, if it is not the one that ships.
    own: Option<Book>,
    overlays: Vec<Overlay>,
}

impl Opened {
    fn new(source: &Source, ui: &Ui) -> Result<Self, Failure> {
        Self::open(source.book.as_deref(), &source.overlay, ui)
    }

    /// The book in a folder, or the one that ships, with these overlays; what contradicts is said.
    pub(crate) fn open(book: Option<&Path>, overlay: &[PathBuf], ui: &Ui) -> Result<Self, Failure> {
        let own = book.map(open).transpose()?;
        let mut overlays = Vec::new();
        for path in overlay {
            let text = read_text(path)?;
            overlays.push(Overlay::read(&path.display().to_string(), &text)?);
        }
        let opened = Self { own, overlays };
        for conflict in opened.layers().conflicts() {
            ui::say(conflict.render_as(Severity::Warning, ui.stderr_color()));
        }
        Ok(opened)
    }

    fn book(&self) -> &Book {
        self.own.as_ref().unwrap_or_else(|| titer_codes::book())
    }

    pub(crate) fn layers(&self) -> Layers<'_> {
        Layers::new(self.book(), &self.overlays)
    }
}

/// Reads a book's folder.
fn open(folder: &Path) -> Result<Book, Failure> {
    Ok(Book::of(&read_book(folder).map_err(store_failure)?))
}

fn store_failure(error: StoreError) -> Failure {
    match error {
        StoreError::Read { path, source } => io_diagnostic("read", &path, &source).into(),
        StoreError::Write { path, source } => {
            Diagnostic::new(format!("cannot write the book: {}", io_words(&source)))
                .in_file(path.display().to_string())
                .into()
        }
        StoreError::Wrong(diagnostics) => diagnostics.into(),
    }
}

/// A day that a user wrote.
fn day(text: &str) -> Result<Date, Failure> {
    text.parse().map_err(|_| {
        Diagnostic::new(format!("`{text}` is not a date"))
            .with_help("write it as 2026-11-22")
            .into()
    })
}

/// The day that a question is about.
fn as_of(asked: &Day) -> Result<Date, Failure> {
    match &asked.as_of {
        Some(text) => day(text),
        None => today(asked.now.as_deref()),
    }
}

fn today(now: Option<&str>) -> Result<Date, Failure> {
    Ok(reference::clock(now)?.now().date())
}
