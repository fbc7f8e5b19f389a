//! Which profile judges a message.

use crate::failure::Failure;
use std::path::Path;
use titer_conformance::bundle::Bundle;
use titer_conformance::{BUILTIN_IDS, Dialect, Validator, builtin, select};
use titer_finding::Diagnostic;
use titer_finding::words;
use titer_hl7::Message;

/// How a message's profile is chosen.
#[derive(Debug)]
pub(crate) enum Judge {
    /// By what the message claims.
    Claimed,
    /// One that ships, for all.
    Fixed(&'static Validator),
    /// Those of a bundle.
    Files(Box<Files>),
}

/// The compiled profiles of a bundle.
#[derive(Debug)]
pub(crate) struct Files {
    bundle: Bundle,
    // one for each message of the bundle; those that were not asked for are not compiled
    validators: Vec<Option<Validator>>,
    // the message that judges all
    chosen: Option<usize>,
    rules: Vec<String>,
}

impl Judge {
    /// As the user asked for: a profile, and a message of it.
    pub(crate) fn choose(
        profile: Option<&str>,
        message_id: Option<&str>,
    ) -> Result<Judge, Failure> {
        let Some(name) = profile else {
            return Ok(Judge::Claimed);
        };
        if let Some(validator) = builtin(&name.to_uppercase()) {
            let id = validator.info().id.as_str();
            return match message_id {
                Some(wanted) if !wanted.eq_ignore_ascii_case(id) => Err(Diagnostic::new(format!(
                    "the profile {id} has no message `{wanted}`"
                ))
                .with_help("--message-id chooses among the messages of a bundle")
                .into()),
                _ => Ok(Judge::Fixed(validator)),
            };
        }
        let path = Path::new(name);
        if path.exists() {
            let bundle = Bundle::open(path)?;
            return Ok(Judge::Files(Box::new(Files::compile(bundle, message_id)?)));
        }
        let diagnostic = Diagnostic::new(format!("no profile is called `{name}`"))
            .with_help(format!(
                "known are {}, or name a profile's file or folder",
                words::list(BUILTIN_IDS)
            ))
            .did_you_mean(name, BUILTIN_IDS);
        Err(diagnostic.into())
    }

    /// What is odd about the profiles from files.
    pub(crate) fn warnings(&self) -> &[Diagnostic] {
        match self {
            Judge::Files(files) => files.bundle.warnings(),
            _ => &[],
        }
    }

    /// The ids of the profiles from files.
    pub(crate) fn profiles(&self) -> Vec<&str> {
        match self {
            Judge::Files(files) => {
                let compiled = files.validators.iter().flatten();
                compiled.map(|v| v.info().id.as_str()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Ids of rules that no catalogue has: those of profiles from files.
    pub(crate) fn rules(&self) -> &[String] {
        match self {
            Judge::Files(files) => &files.rules,
            _ => &[],
        }
    }

    /// The profile that judges a message; `None` when none is known for it.
    pub(crate) fn validator_for(&self, message: &Message<'_>) -> Option<&Validator> {
        match self {
            Judge::Claimed => select(message),
            Judge::Fixed(validator) => Some(*validator),
            Judge::Files(files) => files.validator(message),
        }
    }
}

impl Files {
    fn compile(bundle: Bundle, message_id: Option<&str>) -> Result<Files, Failure> {
        let chosen = match message_id {
            Some(id) => Some(bundle.find(id)?),
            None => None,
        };
        let mut validators = Vec::new();
        for (at, head) in bundle.messages().iter().enumerate() {
            let wanted = chosen.is_none_or(|c| c == at);
            let validator = match bundle.definition(at).filter(|_| wanted) {
                Some(definition) => Some(
                    Validator::compile(&definition, Dialect::default()).map_err(|e| {
                        Diagnostic::new(format!("{}: {e}", head.label())).in_file(bundle.name())
                    })?,
                ),
                None => None,
            };
            validators.push(validator);
        }
        Ok(Files {
            rules: bundle.rule_ids(),
            bundle,
            validators,
            chosen,
        })
    }

    fn validator(&self, message: &Message<'_>) -> Option<&Validator> {
        let at = self.chosen.or_else(|| self.bundle.pick(message))?;
        self.validators.get(at)?.as_ref()
    }
}
