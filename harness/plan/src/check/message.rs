//! Templates: every placeholder can be filled in, every variation can be made, and what comes out is a message.

use super::{Checker, File};
use crate::load::{inside, position};
use crate::model::{Case, Plan, Ref, Step};
use crate::render::{Exchanged, KINDS, RenderError, Scope, Unresolved};
use crate::span::Place;
use crate::syntax::MessageOf;
use crate::template::Expression;
use titer_finding::Diagnostic;
use titer_hl7::{FaultKind, Message, Offsets};

// stands for every message that will have been exchanged when a template is filled in
pub(super) struct Any<'a> {
    pub(super) plan: &'a Plan,
    pub(super) case: &'a Case,
}

const SAMPLE: &[u8] = b"MSH|^~\\&|A|B|C|D|20280229093000+0000||VXU^V04^VXU_V04|1|P|2.5.1\r";

impl Exchanged for Any<'_> {
    fn message(&self, of: &MessageOf) -> Option<&[u8]> {
        match of {
            MessageOf::Sent | MessageOf::Received => Some(SAMPLE),
            MessageOf::Step { case, step } => {
                find_step(self.plan, self.case, case.as_deref(), step).map(|_| SAMPLE)
            }
        }
    }
}

fn find_step<'a>(
    plan: &'a Plan,
    here: &'a Case,
    case: Option<&str>,
    step: &str,
) -> Option<&'a Step> {
    let case = match case {
        Some(id) => plan.case(id)?,
        None => here,
    };
    case.steps.iter().find(|s| s.id.text() == step)
}

impl Checker<'_> {
    pub(super) fn message(
        &mut self,
        name: &Ref,
        vary: &crate::span::Entries<crate::syntax::Path, crate::model::Text>,
        scope: &Scope<'_>,
        file: &File<'_>,
    ) {
        let plan = self.plan;
        let Some(template) = plan.messages.get(&name.value) else {
            let known = plan.messages.keys().map(String::as_str);
            self.error(
                file.about(name.place, format!("there is no message template `{name}`"))
                    .with_help(format!("it would stand in messages/{name}.hl7"))
                    .did_you_mean(&name.value, known),
            );
            return;
        };
        self.used_messages.insert(name.value.clone());
        self.uses(&template.template, scope);
        let unresolved = scope.unresolved(&template.template, true);
        let clean = unresolved.is_empty();
        for u in unresolved.into_iter().filter(|u| !told(u)) {
            let (line, column) = position(&template.source, u.at);
            let diagnostic = Diagnostic::new(u.error.to_string())
                .with_help(format!(
                    "the template is filled in for a step in {}:{}",
                    file.shown, name.place.line
                ))
                .at(
                    &template.file,
                    &template.source,
                    line,
                    column,
                    u.length as u32,
                );
            self.error(near(diagnostic, &u.error));
        }
        for (_, text) in vary {
            let Some(t) = text.get() else { continue };
            self.uses(t, scope);
            let unresolved = scope.unresolved(t, true);
            self.unresolved_text(text.place(), unresolved, file);
        }
        if !clean {
            return;
        }
        match scope.message(&name.value, vary) {
            Ok(bytes) => {
                let mut table = Offsets::new();
                let message = Message::parse(&bytes, &mut table);
                if let Some(fault) = message.faults().first() {
                    let diagnostic = Diagnostic::new(format!(
                        "this is not a message: {}",
                        self::fault(fault.kind)
                    ));
                    self.error(diagnostic.in_file(template.file.clone()));
                }
            }
            Err(e) => {
                let place = match &e {
                    RenderError::Vary { path, .. } | RenderError::LineEnd(path) => vary
                        .iter()
                        .find(|(p, _)| p.text() == path)
                        .map_or(name.place, |(p, _)| p.place()),
                    _ => name.place,
                };
                let why = std::error::Error::source(&e).map_or(String::new(), |s| format!(": {s}"));
                self.error(file.about(place, format!("{e}{why}")));
            }
        }
    }

    pub(super) fn uses(&mut self, template: &crate::template::Template, scope: &Scope<'_>) {
        for p in template.placeholders() {
            if let Expression::Data(parts) = &p.what {
                for used in scope.records_in(parts) {
                    self.used.insert(used);
                }
            }
        }
    }

    pub(super) fn unresolved_text(
        &mut self,
        place: Place,
        unresolved: Vec<Unresolved>,
        file: &File<'_>,
    ) {
        for u in unresolved.into_iter().filter(|u| !told(u)) {
            let needle = format!("{{{}}}", u.text);
            let (line, column, length) = inside(file.text, place, u.at, u.length, Some(&needle));
            let diagnostic = Diagnostic::new(u.error.to_string()).at(
                file.shown.clone(),
                file.text,
                line,
                column,
                length,
            );
            self.error(near(diagnostic, &u.error));
        }
    }
}

// whether the cause is told where it is: a binding to nobody, or test data that hold what they must not
fn told(u: &Unresolved) -> bool {
    let by_kind = KINDS.iter().any(|k| u.text.starts_with(k));
    match u.error {
        RenderError::NoRecord { .. } => !by_kind,
        RenderError::Nested(_) => true,
        _ => false,
    }
}

/// What is wrong with the bytes of a message, in words.
pub(crate) fn fault(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::NoHeader => "no line of it starts with `MSH`",
        FaultKind::BeforeHeader => "something stands before its line `MSH`",
        FaultKind::ShortHeader => "its line `MSH` ends too early",
        FaultKind::InvalidLine => "a line of it is no segment",
        FaultKind::ControlCharacter => "a control character is in it",
        FaultKind::UnsupportedCharset => "MSH-18 names a character set that is not read",
        _ => "its delimiters or characters are not those of a message",
    }
}

fn near(diagnostic: Diagnostic, error: &RenderError) -> Diagnostic {
    match error {
        RenderError::NoRecord { name, known, .. } => {
            diagnostic.did_you_mean(name, known.iter().map(String::as_str))
        }
        RenderError::NoPart { part, known, .. } => {
            diagnostic.did_you_mean(part, known.iter().map(String::as_str))
        }
        RenderError::UnknownWord(word) => {
            let words = crate::render::KINDS
                .iter()
                .chain(&crate::render::WORDS)
                .chain(&["today", "now", "uid"]);
            diagnostic.did_you_mean(word, words.copied())
        }
        _ => diagnostic,
    }
}
