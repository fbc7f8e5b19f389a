//! Which profile judges a message.

use crate::args::DialectArg;
use crate::failure::Failure;
use std::path::Path;
use std::sync::OnceLock;
use titer_conformance::bundle::Bundle;
use titer_conformance::{BUILTIN_IDS, Dialect, Validator, builtin, builtin_in, select};
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
    /// Those that ship, as the reference reads them.
    Reference(Box<Reference>),
    /// Those of a bundle.
    Files(Box<Files>),
}

/// The profiles that ship in the reference's dialect, each compiled when the first message needs it.
#[derive(Debug, Default)]
pub(crate) struct Reference {
    all: [OnceLock<Option<Validator>>; BUILTIN_IDS.len()],
    // the one that judges all
    chosen: Option<usize>,
}

impl Reference {
    fn validator(&self, message: &Message<'_>) -> Option<&Validator> {
        let at = match self.chosen {
            Some(at) => at,
            None => position(select(message)?),
        };
        let id = BUILTIN_IDS.get(at)?;
        self.all
            .get(at)?
            .get_or_init(|| builtin_in(id, Dialect::Nist163).ok())
            .as_ref()
    }
}

fn position(validator: &Validator) -> usize {
    let id = validator.info().id.as_str();
    let at = BUILTIN_IDS.iter().position(|b| *b == id);
    at.unwrap_or(usize::MAX)
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
        dialect: DialectArg,
    ) -> Result<Judge, Failure> {
        let imitated = dialect == DialectArg::Nist163;
        let Some(name) = profile else {
            return Ok(if imitated {
                Judge::Reference(Box::default())
            } else {
                Judge::Claimed
            });
        };
        if let Some(validator) = builtin(&name.to_uppercase()) {
            let id = validator.info().id.as_str();
            return match message_id {
                Some(wanted) if !wanted.eq_ignore_ascii_case(id) => Err(Diagnostic::new(format!(
                    "the profile {id} has no message `{wanted}`"
                ))
                .with_help("--message-id chooses among the messages of a bundle")
                .into()),
                _ if imitated => Ok(Judge::Reference(Box::new(Reference {
                    chosen: Some(position(validator)),
                    ..Reference::default()
                }))),
                _ => Ok(Judge::Fixed(validator)),
            };
        }
        let path = Path::new(name);
        if path.exists() {
            let bundle = Bundle::open(path)?;
            return Ok(Judge::Files(Box::new(Files::compile(
                bundle, message_id, dialect,
            )?)));
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
            Judge::Reference(reference) => reference.validator(message),
            Judge::Files(files) => files.validator(message),
        }
    }
}

impl Files {
    fn compile(
        bundle: Bundle,
        message_id: Option<&str>,
        dialect: DialectArg,
    ) -> Result<Files, Failure> {
        let dialect = match dialect {
            DialectArg::Titer => Dialect::Titer,
            DialectArg::Nist163 => Dialect::Nist163,
        };
        let chosen = match message_id {
            Some(id) => Some(bundle.find(id)?),
            None => None,
        };
        let mut validators = Vec::new();
        for (at, head) in bundle.messages().iter().enumerate() {
            let wanted = chosen.is_none_or(|c| c == at);
            let validator = match bundle.definition(at).filter(|_| wanted) {
                Some(definition) => {
                    Some(Validator::compile(&definition, dialect).map_err(|e| {
                        Diagnostic::new(format!("{}: {e}", head.label())).in_file(bundle.name())
                    })?)
                }
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
