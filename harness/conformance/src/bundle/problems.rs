//! What is wrong with the files of a bundle, collected until there is too much of it.

use titer_finding::Diagnostic;

/// Diagnostics of one severity that are kept; the rest is counted.
pub(super) const KEPT: usize = 20;

/// What was found in all files.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What refuses the bundle.
    pub(super) errors: Vec<Diagnostic>,
    /// What the reference's engine would refuse, and no verdict rests on.
    pub(super) warnings: Vec<Diagnostic>,
    /// How many of each were not kept.
    pub(super) more: (usize, usize),
}

/// The same, about one file.
#[derive(Debug)]
pub(super) struct Problems<'f> {
    name: &'f str,
    text: &'f str,
    found: &'f mut Found,
}

impl<'f> Problems<'f> {
    pub(super) fn new(name: &'f str, text: &'f str, found: &'f mut Found) -> Self {
        Self { name, text, found }
    }

    pub(super) fn error(&mut self, at: usize, message: String) {
        self.error_with(at, message, None);
    }

    pub(super) fn error_with(&mut self, at: usize, message: String, help: Option<String>) {
        if self.found.errors.len() < KEPT {
            let diagnostic = self.diagnostic(at, message, help);
            self.found.errors.push(diagnostic);
        } else {
            self.found.more.0 += 1;
        }
    }

    pub(super) fn warning(&mut self, at: usize, message: String) {
        self.warning_with(at, message, None);
    }

    pub(super) fn warning_with(&mut self, at: usize, message: String, help: Option<String>) {
        if self.found.warnings.len() < KEPT {
            let diagnostic = self.diagnostic(at, message, help);
            self.found.warnings.push(diagnostic);
        } else {
            self.found.more.1 += 1;
        }
    }

    fn diagnostic(&self, at: usize, message: String, help: Option<String>) -> Diagnostic {
        let rest = self.text.get(at..).unwrap_or_default();
        // an element is marked by its name, a value or attribute as far as it goes
        let length = if rest.starts_with('<') {
            rest.find([' ', '>', '/', '\n', '\r', '\t'])
        } else {
            let value = rest.find(['"', '\'', '=', '\n', '\r', '<']);
            value.filter(|n| *n > 0)
        };
        let mut diagnostic = Diagnostic::new(message).at_bytes(
            self.name,
            self.text,
            at..at + length.unwrap_or(rest.len().min(1)),
        );
        diagnostic.help = help;
        diagnostic
    }
}

impl Found {
    /// The errors with a last word about those that were not kept.
    pub(super) fn into_errors(mut self) -> Vec<Diagnostic> {
        if self.more.0 > 0 {
            self.errors.push(Diagnostic::new(format!(
                "{} more problems are not shown",
                self.more.0
            )));
        }
        self.errors
    }

    /// The warnings with a last word about those that were not kept.
    pub(super) fn into_warnings(mut self) -> Vec<Diagnostic> {
        if self.more.1 > 0 {
            self.warnings.push(Diagnostic::new(format!(
                "{} more remarks are not shown",
                self.more.1
            )));
        }
        self.warnings
    }
}
