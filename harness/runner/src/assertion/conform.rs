//! Whether a message conforms to a profile.

use super::eval::Judgement;
use super::waive;
use crate::result::{Assertion, Outcome};
use titer_conformance::{Validator, builtin, check_message_with, select};
use titer_finding::{Finding, Phi, Severity};
use titer_hl7::Message;
use titer_plan::model::Waiver;

/// What the conformance engine said.
#[derive(Clone, Debug)]
pub struct Conformed {
    /// The profile that was applied.
    pub profile: Option<String>,
    /// Its findings, in message order, those that are waived lowered to warnings.
    pub findings: Vec<Finding>,
    /// The assertion that it conforms.
    pub judgement: Judgement,
}

fn errors(findings: &[Finding]) -> usize {
    findings
        .iter()
        .filter(|f| f.severity == Severity::Error)
        .count()
}

/// Judges a message by any of these profiles: by the one that it claims when that is among them, else by the one that it
/// meets best. Warnings do not count against it.
pub fn conform(message: &Message<'_>, profiles: &[&str], waivers: &[&Waiver]) -> Conformed {
    let what = format!("conforms to {}", profiles.join(" or "));
    let known: Vec<&'static Validator> = profiles.iter().filter_map(|id| builtin(id)).collect();
    let claimed = select(message).filter(|c| profiles.contains(&c.info().id.as_str()));
    let candidates = claimed.map_or(known, |c| vec![c]);
    let best = candidates
        .into_iter()
        .map(|v| (v, check_message_with(message, v)))
        .min_by_key(|(_, f)| errors(f));
    let Some((validator, mut findings)) = best else {
        let mut assertion = Assertion::new(what, Outcome::Error);
        assertion.because = Some("there is no such profile in this program".to_owned());
        return Conformed {
            profile: None,
            findings: Vec::new(),
            judgement: Judgement::of(assertion),
        };
    };
    let applied = waive::findings(&mut findings, waivers, message);
    let left = errors(&findings);
    let outcome = match (left, applied.is_empty()) {
        (0, true) => Outcome::Met,
        (0, false) => Outcome::Allowed,
        _ => Outcome::NotMet,
    };
    let mut assertion = Assertion::new(what, outcome);
    assertion.expected = Some("no findings of level error".to_owned());
    if outcome != Outcome::Met {
        assertion.found = Some(Phi::new(match left {
            1 => "1 error".to_owned(),
            n => format!("{n} errors"),
        }));
    }
    assertion.location = findings
        .iter()
        .find(|f| f.severity == Severity::Error)
        .map(|f| f.location.clone());
    if outcome == Outcome::NotMet {
        let places: Vec<String> = findings
            .iter()
            .filter(|f| f.severity == Severity::Error)
            .map(|f| match f.location.path.as_str() {
                "" => f.rule.clone(),
                path => format!("{} at {path}", f.rule),
            })
            .collect();
        let shown = places.iter().take(3).cloned().collect::<Vec<_>>();
        let more = match places.len().saturating_sub(shown.len()) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        assertion.because = Some(format!("{}{more}", shown.join(", ")));
    }
    if outcome == Outcome::Allowed {
        let reasons: Vec<&str> = applied.iter().map(|w| w.reason.as_str()).collect();
        assertion.because = Some(format!("allowed: {}", reasons.join("; ")));
    }
    Conformed {
        profile: Some(validator.info().id.clone()),
        findings,
        judgement: Judgement {
            assertion,
            findings: Vec::new(),
            waivers: applied,
        },
    }
}
