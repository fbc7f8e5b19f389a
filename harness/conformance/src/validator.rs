//! The compiled profile, and the check of a message against it.

use crate::detection::{Detection, Kind};
use crate::dialect::{Dialect, Difference, Reading};
use crate::engine::compile::{CompileError, compile};
use crate::engine::cotables;
use crate::engine::element::View;
use crate::engine::found::Memory;
use crate::engine::profile::Profile;
use crate::engine::rules::Rules;
use crate::engine::slicing;
use crate::engine::structure::{self, Sink};
use crate::engine::tree::{Sliced, Tree};
use crate::engine::walk::{self, Tasks};
use crate::model::Definition;
use titer_hl7::{Fault, FaultKind, Message};

/// What a profile is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileInfo {
    /// Short id, `Z22`; MSH-21.1 of a message that claims the profile.
    pub id: String,
    /// Name in words.
    pub name: String,
    /// MSH-9 in full, `VXU^V04^VXU_V04`.
    pub message_type: String,
    /// Where the profile comes from: guide, release, date.
    pub source: String,
}

/// Memory that checks use again and again; make one for every thread.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) detections: Vec<Detection>,
    pub(crate) tree: Tree,
    sliced_segments: Vec<(u32, u32)>,
    sliced_fields: Vec<Sliced>,
}

impl Scratch {
    /// Empty memory.
    pub fn new() -> Self {
        Self::default()
    }
}

/// A compiled profile: immutable, shared by threads.
#[derive(Debug)]
pub struct Validator {
    pub(crate) info: ProfileInfo,
    dialect: Dialect,
    reading: Reading,
    pub(crate) profile: Profile,
    pub(crate) rules: Rules,
    notes: bool,
}

impl Validator {
    /// Compiles a profile.
    pub fn compile(definition: &Definition, dialect: Dialect) -> Result<Validator, CompileError> {
        let profile = compile(definition)?;
        let mut rules = Rules::compile(&definition.rules, &profile);
        let reading = Reading::of(dialect.differences());
        rules.prepare(reading, false);
        let m = &definition.message;
        Ok(Validator {
            info: ProfileInfo {
                id: if m.identifier.is_empty() {
                    m.id.clone()
                } else {
                    m.identifier.clone()
                },
                name: m.name.clone(),
                message_type: format!("{}^{}^{}", m.code, m.event, m.structure),
                source: definition.source.clone(),
            },
            dialect,
            reading,
            profile,
            rules,
            notes: false,
        })
    }

    /// What profile this is.
    pub fn info(&self) -> &ProfileInfo {
        &self.info
    }

    /// Whose reading of the standard it follows.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The tables that a code would have to be in for this detection not to be there; none where it is about something
    /// else.
    pub(crate) fn tables_of(&self, detection: &crate::Detection) -> Vec<&str> {
        let index = detection.a as usize;
        match detection.kind {
            Kind::CodeNotFound => {
                let binding = self.profile.bindings.get(index);
                binding.map_or_else(Vec::new, |b| b.names.iter().map(|n| &**n).collect())
            }
            Kind::Constraint => {
                let rule = self.rules.constraints.get(index);
                let table = rule.and_then(|r| r.assertion.membership());
                table.map_or_else(Vec::new, |t| t.id.split(':').collect())
            }
            _ => Vec::new(),
        }
    }

    /// The same profile that also notes what is worth knowing and no fault: which usage a condition chose, which data type
    /// a mapping gave, which slice was taken, which bound table is not checked, which optional element is there.
    #[must_use]
    pub fn with_notes(mut self) -> Validator {
        self.notes = true;
        self.rules.prepare(self.reading, self.notes);
        self
    }

    /// The same profile read with some of the differences from the reference and without the others: for finding out which
    /// of them explains a finding.
    #[must_use]
    pub fn with_differences(mut self, differences: &[Difference]) -> Validator {
        self.reading = Reading::of(differences);
        self.rules.prepare(self.reading, self.notes);
        self
    }

    /// Whether [`Validator::check`] itself reports the line that this fault of the bytes is about, as the reference does.
    pub fn repeats(&self, fault: &Fault) -> bool {
        matches!(fault.kind, FaultKind::InvalidLine | FaultKind::BeforeHeader)
            && !self.reading.has(Difference::InvalidLine)
    }

    /// Checks a message. Detections come in the order of their position; for a message without an MSH segment there are
    /// none, since [`Message::faults`] says so already. There are at most [`crate::MOST_DETECTIONS`]; where there would be more, the
    /// worst severity is among them all the same.
    pub fn check<'s>(&self, message: &Message<'_>, scratch: &'s mut Scratch) -> &'s [Detection] {
        self.run(message, scratch, |view, sink| {
            structure::loose(view, sink);
            walk::message(view, Tasks::all(&self.rules), sink);
            if !self.profile.cotables.is_empty() {
                cotables::check(view, &self.profile.cotables, sink);
            }
            if self.profile.legacy
                && let Some(message) = view.node_element(0)
            {
                sink.note(view, Kind::NoteLegacy, &message, (0, 0));
            }
        })
    }

    /// Sorts the message into the profile's groups and hands it to `f`.
    pub(crate) fn run<'s>(
        &self,
        message: &Message<'_>,
        scratch: &'s mut Scratch,
        f: impl FnOnce(&View<'_>, &mut Sink<'_>),
    ) -> &'s [Detection] {
        let Scratch {
            detections,
            tree,
            sliced_segments,
            sliced_fields,
        } = scratch;
        detections.clear();
        if tree.build(&self.profile, self.reading, message).is_ok() {
            if self.profile.sliced {
                sliced_segments.clear();
                sliced_fields.clear();
                slicing::segments(
                    &self.view(message, tree, &Memory::default()),
                    &mut Sink { found: detections },
                    sliced_segments,
                );
                tree.redefine(sliced_segments);
                slicing::fields(
                    &self.view(message, tree, &Memory::default()),
                    &mut Sink { found: detections },
                    sliced_fields,
                );
                tree.sliced.extend_from_slice(sliced_fields);
            }
            f(
                &self.view(message, tree, &Memory::default()),
                &mut Sink { found: detections },
            );
            Detection::sort(detections);
        }
        detections
    }

    fn view<'v>(
        &'v self,
        message: &'v Message<'v>,
        tree: &'v Tree,
        memory: &'v Memory,
    ) -> View<'v> {
        View {
            profile: &self.profile,
            dialect: self.reading,
            notes: self.notes,
            long: false,
            message,
            source: message.source(),
            delimiters: message.delimiters(),
            tree,
            memory,
        }
    }

    /// The path of a detection as the guides print it: `RXA[2]-5[1].1`, `VXU_V04.ORDER[1]`; empty for a line that is
    /// no segment.
    pub fn path(&self, detection: &Detection) -> String {
        detection.place.print(&self.profile)
    }

    /// The id of the constraint that a detection is about, `IZ-23`.
    pub fn constraint_id(&self, detection: &Detection) -> Option<&str> {
        use crate::detection::Kind;
        matches!(
            detection.kind,
            Kind::Constraint | Kind::ConstraintUnclear | Kind::Content | Kind::ContentUnclear
        )
        .then(|| self.rules.constraints.get(detection.a as usize))
        .flatten()
        .map(|c| &*c.id)
    }
}
