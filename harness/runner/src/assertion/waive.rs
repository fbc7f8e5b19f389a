//! Sanctioned exceptions: what a waiver of the plan covers.

use super::place::Within;
use crate::result;
use titer_finding::{Finding, Severity};
use titer_hl7::{Message, Path};
use titer_plan::model::Waiver;

/// What could not be met, as a waiver looks at it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Miss<'a> {
    /// Where, with indices.
    pub(super) path: Option<&'a Path>,
    /// What stands there.
    pub(super) value: Option<&'a str>,
    /// The rule, when it is a finding of the conformance engine.
    pub(super) rule: Option<&'a str>,
}

/// Whether `wide` is `narrow` or holds it; an index that `wide` leaves out means any.
pub(super) fn covers(wide: &Path, narrow: &Path) -> bool {
    fn part(wide: Option<u32>, narrow: Option<u32>) -> bool {
        wide.is_none_or(|w| narrow == Some(w))
    }
    fn index(wide: Option<u32>, narrow: Option<u32>) -> bool {
        wide.is_none_or(|w| narrow.unwrap_or(1) == w)
    }
    wide.segment() == narrow.segment()
        && index(wide.segment_index(), narrow.segment_index())
        && part(wide.field(), narrow.field())
        && index(wide.repetition(), narrow.repetition())
        && part(wide.component(), narrow.component())
        && part(wide.subcomponent(), narrow.subcomponent())
}

// a rule id with `*` for any run of characters, in any case
fn like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len()).any(|n| rest.get(n..).is_some_and(|r| like(tail, r)))
        }),
    }
}

/// Whether the waiver allows this miss. What only a `find` misses has its own rule, see [`super::Asserting`].
pub(super) fn allows(waiver: &Waiver, miss: Miss<'_>, message: &Message<'_>) -> bool {
    if waiver.missing.is_some() {
        return false;
    }
    if waiver.at.is_empty() && waiver.rules.is_empty() {
        return false;
    }
    let at = waiver.at.is_empty()
        || miss.path.is_some_and(|path| {
            waiver
                .at
                .iter()
                .filter_map(|w| w.get())
                .any(|w| covers(w, path))
        });
    let rule = waiver.rules.is_empty()
        || miss.rule.is_some_and(|rule| {
            let rule = rule.to_lowercase();
            waiver.rules.iter().any(|w| like(&w.to_lowercase(), &rule))
        });
    let value = waiver.values.is_empty()
        || miss
            .value
            .is_some_and(|v| waiver.values.iter().any(|w| w == v));
    let absent = !waiver.when_absent || miss.value.is_none_or(str::is_empty);
    at && rule && value && absent && present(waiver, message)
}

/// Whether something stands wherever the waiver asks for it.
pub(super) fn present(waiver: &Waiver, message: &Message<'_>) -> bool {
    waiver
        .when_present
        .iter()
        .filter_map(|p| p.get())
        .all(|p| Within::Message.spot(message, p).value().is_some())
}

/// The waiver as the result document keeps it.
pub(super) fn noted(waiver: &Waiver, what: &str) -> result::Waiver {
    result::Waiver {
        what: what.to_owned(),
        reason: waiver.because.clone(),
        by: waiver.source.clone(),
        date: None,
    }
}

/// Lowers the error-level findings that a waiver allows, and says which ones.
pub(super) fn findings(
    findings: &mut [Finding],
    waivers: &[&Waiver],
    message: &Message<'_>,
) -> Vec<result::Waiver> {
    let mut applied = Vec::new();
    for finding in findings
        .iter_mut()
        .filter(|f| f.severity == Severity::Error)
    {
        let path: Option<Path> = finding.location.path.parse().ok();
        let value = finding.value.as_ref().map(|v| v.reveal().to_owned());
        let miss = Miss {
            path: path.as_ref(),
            value: value.as_deref(),
            rule: Some(&finding.rule),
        };
        if let Some(waiver) = waivers.iter().find(|w| allows(w, miss, message)) {
            finding.severity = Severity::Warning;
            let note = format!("allowed by {}: {}", waiver.id, waiver.because);
            finding.help = Some(match finding.help.take() {
                Some(help) => format!("{help}; {note}"),
                None => note,
            });
            let what = format!("{} at {}", finding.rule, finding.location.path);
            // what the plan itself asks for is no exception
            if !waiver.intended {
                applied.push(noted(waiver, &what));
            }
        }
    }
    applied
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assertion::place::at;

    #[test]
    fn a_path_covers_itself_and_what_is_below() {
        for (wide, narrow, yes) in [
            ("PID-3", "PID-3", true),
            ("PID-3.4", "PID-3[2].4.1", true),
            ("PID-3[1].4", "PID-3.4", true),
            ("PID-3[1].4", "PID-3[2].4", false),
            ("RXA-9", "RXA[3]-9.1", true),
            ("RXA[2]-9", "RXA[3]-9.1", false),
            ("PID-3.4", "PID-3", false),
            ("PID", "PID-3", true),
            ("PD1", "PID-3", false),
        ] {
            assert_eq!(covers(&at(wide), &at(narrow)), yes, "{wide} and {narrow}");
        }
    }

    #[test]
    fn a_rule_is_named_with_stars() {
        for (pattern, rule, yes) in [
            ("IZ-*", "IZ-47", true),
            ("*-47", "IZ-47", true),
            ("IZ-4", "IZ-47", false),
            ("*", "", true),
            ("I*4*", "IZ-47", true),
        ] {
            assert_eq!(like(pattern, rule), yes, "{pattern} {rule}");
        }
    }
}
