//! The constraints of a test step: what its data ask of a message, beyond the profile.

use crate::detection::{Detection, Kind};
use crate::engine::rules::Rules;
use crate::engine::walk::{self, Tasks};
use crate::model::RulesDef;
use crate::validator::{Scratch, Validator};
use titer_hl7::Message;

/// Compiled step constraints. They belong to the validator that they were compiled for.
#[derive(Debug)]
pub struct StepConstraints {
    pub(crate) rules: Rules,
}

impl StepConstraints {
    /// Compiles what [`crate::xml::read_rules`] read from a step's constraints file.
    pub fn compile(rules: &RulesDef, validator: &Validator) -> StepConstraints {
        StepConstraints {
            rules: Rules::compile(rules, &validator.profile),
        }
    }

    /// How many constraints and list entries there are. Zero means that nothing is asked, which is no pass.
    pub fn count(&self) -> usize {
        self.rules.constraints.len() + self.rules.predicates.len() + self.rules.pattern_texts.len()
    }

    /// Checks a message against the step alone; the profile is checked by [`Validator::check`].
    pub fn check<'s>(
        &self,
        validator: &Validator,
        message: &Message<'_>,
        scratch: &'s mut Scratch,
    ) -> &'s [Detection] {
        validator.run(message, scratch, |view, sink| {
            // what slicing has to say belongs to the profile
            sink.found.clear();
            walk::message(view, Tasks::rules(&self.rules), sink);
        })
    }

    /// The id of the constraint that a detection of [`StepConstraints::check`] is about.
    pub fn constraint_id(&self, detection: &Detection) -> Option<&str> {
        matches!(
            detection.kind,
            Kind::Constraint | Kind::ConstraintUnclear | Kind::Content | Kind::ContentUnclear
        )
        .then(|| self.rules.constraints.get(detection.a as usize))
        .flatten()
        .map(|c| &*c.id)
    }
}
