//! One line for each finding: `file:line:col: id message`.

use super::{Options, Sink, Source};
use crate::finding::Finding;
use crate::{diagnostic, screen};
use std::io::{self, Write};

/// Writes one line for each finding.
#[derive(Debug)]
pub struct Concise<W> {
    out: W,
    options: Options,
}

impl<W: Write> Concise<W> {
    /// Writes to `out`.
    pub fn new(out: W, options: Options) -> Self {
        Self { out, options }
    }
}

/// The line for one finding, without its end.
pub(super) fn line(source: &Source<'_>, finding: &Finding, mask: bool) -> String {
    let place = source.place(&finding.location);
    format!(
        "{}: {} {}",
        diagnostic::place(source.file, place.line, place.column),
        finding.rule,
        screen::one_line(&finding.text(mask))
    )
}

impl<W: Write> Sink for Concise<W> {
    fn begin(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn message(&mut self, _: &Source<'_>) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, source: &Source<'_>, finding: &Finding) -> io::Result<()> {
        writeln!(self.out, "{}", line(source, finding, self.options.mask))
    }

    fn end(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
