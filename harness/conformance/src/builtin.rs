//! The profiles that ship, and the whole check of one message.

use crate::syntax;
use crate::validator::{Scratch, Validator};
use std::collections::HashMap;
use std::sync::LazyLock;
use titer_finding::{Finding, Rule};
use titer_hl7::Message;

static ALL: LazyLock<Vec<Validator>> = LazyLock::new(Vec::new);

/// The guide's rule with this id.
pub(crate) fn guide_rule(id: &str) -> Option<&'static Rule> {
    static RULES: LazyLock<HashMap<String, Rule>> =
        LazyLock::new(|| rules().into_iter().map(|r| (r.id.clone(), r)).collect());
    RULES.get(id)
}

/// The profile with this id (`Z22`), when it ships.
pub fn builtin(id: &str) -> Option<&'static Validator> {
    builtins().find(|v| v.info().id == id)
}

/// Every profile that ships.
pub fn builtins() -> impl Iterator<Item = &'static Validator> {
    ALL.iter()
}

/// The profile that a message claims: by MSH-21, or, when that names none that ships, by MSH-9.
pub fn select(message: &Message<'_>) -> Option<&'static Validator> {
    let msh = message.segment("MSH", 1)?;
    let claimed = msh.field(21).into_iter().flat_map(|f| {
        f.repetitions()
            .filter_map(|r| r.component(1).map(|c| c.text().trim().to_owned()))
            .collect::<Vec<_>>()
    });
    for id in claimed {
        if let Some(found) = builtin(&id) {
            return Some(found);
        }
    }
    let (code, event) = (msh.text(9, 1), msh.text(9, 2));
    let id = match (code.as_ref(), event.as_ref()) {
        ("VXU", _) => "Z22",
        ("ACK", _) => "Z23",
        _ => return None,
    };
    builtin(id)
}

/// What [`check_message`] found.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The id of the profile that was applied; `None` when the message claims none that ships.
    pub profile: Option<&'static str>,
    /// Findings in the order of their position in the message.
    pub findings: Vec<Finding>,
}

/// Checks a message as a whole: the faults of the bytes, then the profile that the message claims.
pub fn check_message(message: &Message<'_>) -> Checked {
    let validator = select(message);
    Checked {
        profile: validator.map(|v| v.info().id.as_str()),
        findings: findings(message, validator),
    }
}

/// Checks a message as a whole by one profile, whatever the message claims: the faults of the bytes, then the profile.
/// Findings come in the order of their position in the message.
pub fn check_message_with(message: &Message<'_>, validator: &Validator) -> Vec<Finding> {
    findings(message, Some(validator))
}

fn findings(message: &Message<'_>, validator: Option<&Validator>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = message
        .faults()
        .iter()
        .map(|f| syntax::finding(f, message))
        .collect();
    if let Some(validator) = validator {
        let mut scratch = Scratch::new();
        let detections = validator.check(message, &mut scratch);
        findings.extend(detections.iter().map(|d| validator.finding(d, message)));
    }
    findings.sort_by_key(|f| (f.location.start, f.location.end));
    findings
}

/// Every rule of this crate: the guide's and the engine's own.
pub fn rules() -> Vec<Rule> {
    crate::rules::guide_rules()
}
