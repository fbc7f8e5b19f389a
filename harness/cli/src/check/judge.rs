//! Which profile judges a message.

use super::bundle::Bundle;
use crate::failure::Failure;
use std::path::Path;
use titer_conformance::{BUILTIN_IDS, Validator, builtin, select};
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
    /// One from files, for all.
    Files(Box<Bundle>),
}

impl Judge {
    /// As the user asked for.
    pub(crate) fn choose(profile: Option<&str>) -> Result<Judge, Failure> {
        let Some(name) = profile else {
            return Ok(Judge::Claimed);
        };
        if let Some(validator) = builtin(&name.to_uppercase()) {
            return Ok(Judge::Fixed(validator));
        }
        let path = Path::new(name);
        if path.is_dir() {
            return Ok(Judge::Files(Box::new(Bundle::folder(path)?)));
        }
        if path.is_file() {
            return Ok(Judge::Files(Box::new(Bundle::file(path)?)));
        }
        let diagnostic = Diagnostic::new(format!("no profile is called `{name}`"))
            .with_help(format!(
                "known are {}, or name a profile's file or folder",
                words::list(BUILTIN_IDS)
            ))
            .did_you_mean(name, BUILTIN_IDS);
        Err(diagnostic.into())
    }

    /// The one profile, when there is one for all.
    fn validator(&self) -> Option<&Validator> {
        match self {
            Judge::Claimed => None,
            Judge::Fixed(validator) => Some(validator),
            Judge::Files(bundle) => Some(&bundle.validator),
        }
    }

    /// Its id.
    pub(crate) fn profile(&self) -> Option<&str> {
        self.validator().map(|v| v.info().id.as_str())
    }

    /// Ids of rules that no catalogue has: those of a profile from files.
    pub(crate) fn rules(&self) -> &[String] {
        match self {
            Judge::Files(bundle) => &bundle.rules,
            _ => &[],
        }
    }

    /// The profile that judges a message; `None` when none is known for it.
    pub(crate) fn validator_for(&self, message: &Message<'_>) -> Option<&Validator> {
        match self {
            Judge::Claimed => select(message),
            _ => self.validator(),
        }
    }
}
