//! What people see: stderr, colours, progress.

use crate::failure::Failure;
use anstream::{AutoStream, ColorChoice};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use titer_finding::{Diagnostic, Severity};
use tracing_subscriber::filter::LevelFilter;

/// When to write escape sequences for colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The terminal, or what stands in its place.
#[derive(Debug)]
pub(crate) struct Ui {
    color: Color,
}

impl Ui {
    /// As the user asked for.
    pub(crate) fn new(color: Color) -> Self {
        Self { color }
    }

    fn colored(&self, automatic: ColorChoice) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => automatic != ColorChoice::Never,
        }
    }

    /// Whether stdout shows colours.
    pub(crate) fn stdout_color(&self) -> bool {
        self.colored(AutoStream::choice(&std::io::stdout()))
    }

    /// Whether stderr shows colours.
    pub(crate) fn stderr_color(&self) -> bool {
        self.colored(AutoStream::choice(&std::io::stderr()))
    }

    /// Lets the rooms tell what happens inside: warnings always, the rest as often as `-v` was said. Nothing of a message
    /// is ever told.
    pub(crate) fn log(&self, verbose: u8) {
        let level = match verbose {
            0 => LevelFilter::WARN,
            1 => LevelFilter::INFO,
            _ => LevelFilter::DEBUG,
        };
        tracing_subscriber::fmt()
            .with_max_level(level)
            .with_writer(std::io::stderr)
            .with_ansi(self.stderr_color())
            .without_time()
            .init();
    }

    /// Why a command stopped.
    pub(crate) fn failure(&self, failure: &Failure) {
        let color = self.stderr_color();
        for (nth, diagnostic) in failure.diagnostics.iter().enumerate() {
            if nth > 0 {
                say("");
            }
            say(diagnostic.render(color));
        }
    }

    /// What is odd and does not stop the command.
    pub(crate) fn warnings(&self, diagnostics: &[Diagnostic]) {
        let color = self.stderr_color();
        for diagnostic in diagnostics {
            say(diagnostic.render_as(Severity::Warning, color));
            say("");
        }
    }
}

/// Columns of stdout when it is a terminal, as the shell says, or 100; 0, which is no limit, elsewhere.
pub(crate) fn stdout_width() -> usize {
    if !std::io::stdout().is_terminal() {
        return 0;
    }
    std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok())
        .unwrap_or(100)
}

/// One line for people.
pub(crate) fn say(line: impl Display) {
    // nobody is there to be told that stderr is closed
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// A bar on a terminal, with bytes and messages by time, and nothing elsewhere. `total` is in bytes, 0 when it is not known.
pub(crate) fn bytes(total: u64, busy: bool) -> ProgressBar {
    // lines for people on the same terminal and a bar would disturb each other
    if !std::io::stderr().is_terminal() || busy {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let (bar, template) = if total == 0 {
        (
            ProgressBar::new_spinner(),
            "{spinner} {bytes}  {binary_bytes_per_sec}  {msg}",
        )
    } else {
        (
            ProgressBar::new(total),
            "{bar:30} {bytes} of {total_bytes}  {binary_bytes_per_sec}  {msg}",
        )
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A number with commas between thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 message`, `2 messages`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    let word = if number == 1 { one } else { many };
    format!("{} {word}", grouped(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(counted(1, "error", "errors"), "1 error");
    }
}
