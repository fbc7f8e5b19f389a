//! Which profile judges a message.

use super::bundle::Bundle;
use crate::failure::Failure;
use std::path::Path;
use titer_conformance::{Validator, builtins, check_message, check_message_with};
use titer_finding::words;
use titer_finding::{Diagnostic, Finding};
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
        if let Some(validator) = builtins().find(|v| v.info().id.eq_ignore_ascii_case(name)) {
            return Ok(Judge::Fixed(validator));
        }
        let path = Path::new(name);
        if path.is_dir() {
            return Ok(Judge::Files(Box::new(Bundle::folder(path)?)));
        }
        if path.is_file() {
            return Ok(Judge::Files(Box::new(Bundle::file(path)?)));
        }
        let ids: Vec<&str> = builtins().map(|v| v.info().id.as_str()).collect();
        let diagnostic = Diagnostic::new(format!("no profile is called `{name}`"))
            .with_help(format!(
                "known are {}, or name a profile's file or folder",
                words::list(ids.iter().copied())
            ))
            .did_you_mean(name, ids);
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

    /// The message's findings in the order of their places, and the profile that judged it.
    pub(crate) fn findings(&self, message: &Message<'_>) -> (Option<&str>, Vec<Finding>) {
        match self.validator() {
            None => {
                let checked = check_message(message);
                (checked.profile, checked.findings)
            }
            Some(validator) => (self.profile(), check_message_with(message, validator)),
        }
    }
}
