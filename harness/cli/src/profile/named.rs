//! A profile as the command line names it: an id that ships, a path, or a path and a message of it behind `#`.

use crate::failure::Failure;
use crate::ui::Ui;
use std::path::Path;
use titer_conformance::bundle::Bundle;
use titer_conformance::model::Definition;
use titer_conformance::{BUILTIN_IDS, shipped, yaml};
use titer_finding::{Diagnostic, words};

/// A profile and what people call it.
#[derive(Debug)]
pub(super) struct Named {
    /// Its short id.
    pub(super) label: String,
    /// Where it comes from: a path, or `built in`.
    pub(super) from: String,
    /// What it asks for.
    pub(super) definition: Definition,
}

impl Named {
    /// MSH-9 in full.
    pub(super) fn message_type(&self) -> String {
        let m = &self.definition.message;
        format!("{}^{}^{}", m.code, m.event, m.structure)
    }
}

/// What a path holds.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) profiles: Vec<Named>,
    /// It is in NIST's XML.
    pub(super) nist: bool,
}

/// A profile that ships.
pub(super) fn builtin(id: &str) -> Result<Named, Failure> {
    Ok(Named {
        label: id.to_owned(),
        from: "built in".to_owned(),
        definition: yaml::load(shipped(), id)?,
    })
}

/// Every profile that a name stands for; with a message behind `#`, that one.
pub(super) fn all(name: &str, ui: &Ui) -> Result<Found, Failure> {
    let shipped_id = BUILTIN_IDS.iter().find(|id| id.eq_ignore_ascii_case(name));
    if let Some(id) = shipped_id {
        return Ok(Found {
            profiles: vec![builtin(id)?],
            nist: false,
        });
    }
    let (path, message) = if Path::new(name).exists() {
        (name, None)
    } else {
        match name.rsplit_once('#') {
            Some((path, message)) if Path::new(path).exists() => (path, Some(message)),
            _ => {
                return Err(Diagnostic::new(format!("no profile is called `{name}`"))
                    .with_help(format!(
                        "known are {}, or name a profile's file, folder or zip file",
                        words::list(BUILTIN_IDS)
                    ))
                    .did_you_mean(name, BUILTIN_IDS)
                    .into());
            }
        }
    };
    let bundle = Bundle::open(Path::new(path))?;
    ui.warnings(bundle.warnings());
    let only = match message {
        Some(id) => Some(bundle.find(id)?),
        None => None,
    };
    let mut profiles = Vec::new();
    for (at, head) in bundle.messages().iter().enumerate() {
        if only.is_some_and(|o| o != at) {
            continue;
        }
        if let Some(definition) = bundle.definition(at) {
            profiles.push(Named {
                label: head.label().to_owned(),
                from: path.to_owned(),
                definition: definition.into_owned(),
            });
        }
    }
    Ok(Found {
        nist: !bundle.parts().is_empty(),
        profiles,
    })
}

/// The one profile that a name stands for; where there are several, the one with the same label as another profile.
pub(super) fn one(found: Found, name: &str, like: Option<&str>) -> Result<Named, Failure> {
    let mut profiles = found.profiles;
    let labels: Vec<String> = profiles.iter().map(|n| n.label.clone()).collect();
    let at = match (profiles.len(), like) {
        (1, _) => Some(0),
        (_, Some(like)) => labels.iter().position(|l| l == like),
        _ => None,
    };
    match at {
        Some(at) if at < profiles.len() => Ok(profiles.swap_remove(at)),
        _ => Err(Diagnostic::new("there are several profiles")
            .in_file(name)
            .with_help(format!(
                "name one of them, such as `{name}#{}`; there are {}",
                labels.first().map_or("", String::as_str),
                words::list(labels.iter().map(String::as_str))
            ))
            .into()),
    }
}
