//! One line for each finding: `file:line:col: id message`.

use super::Source;
use crate::finding::Finding;
use crate::{diagnostic, screen};

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
