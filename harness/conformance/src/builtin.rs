//! The profiles that ship, and the whole check of one message.

use crate::codebook::Context;
use crate::dialect::Dialect;
use crate::many::{Wanted, check_message_into};
use crate::model::{Definition, TableDef};
use crate::stored;
use crate::validator::{Scratch, Validator};
use crate::yaml;
use include_dir::{Dir, include_dir};
use std::collections::HashMap;
use std::sync::LazyLock;
use titer_finding::{Diagnostic, Finding, Rule};
use titer_hl7::Message;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/profiles");

// what the build script read: `PROFILES` and `TABLES`, texts by id
mod built {
    include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

    fn find(list: &[(&str, &'static str)], id: &str) -> Option<&'static str> {
        let at = list.binary_search_by(|(known, _)| (*known).cmp(id)).ok()?;
        list.get(at).map(|(_, text)| *text)
    }

    pub(super) fn profile(id: &str) -> Option<&'static str> {
        find(PROFILES, id)
    }

    pub(super) fn table(id: &str) -> Option<&'static str> {
        find(TABLES, id)
    }
}

// a value set of the profiles that ship
fn table(id: &str) -> Option<TableDef> {
    serde_json::from_str(built::table(id)?).ok()
}

/// A profile that ships, as its files define it. They were read when the program was built.
pub fn builtin_definition(id: &str) -> Option<Definition> {
    stored::decode(built::profile(id)?, table)
}

/// The ids of the profiles that ship.
pub const BUILTIN_IDS: [&str; 8] = ["Z22", "Z23", "Z31", "Z32", "Z33", "Z34", "Z42", "Z44"];

type Lazy = LazyLock<Option<Validator>>;

static ALL: [Lazy; 8] = [
    LazyLock::new(|| compiled("Z22")),
    LazyLock::new(|| compiled("Z23")),
    LazyLock::new(|| compiled("Z31")),
    LazyLock::new(|| compiled("Z32")),
    LazyLock::new(|| compiled("Z33")),
    LazyLock::new(|| compiled("Z34")),
    LazyLock::new(|| compiled("Z42")),
    LazyLock::new(|| compiled("Z44")),
];

// a profile that ships and does not compile is our bug; a test compiles them all
fn compiled(id: &str) -> Option<Validator> {
    builtin_in(id, Dialect::Titer).ok()
}

/// The profile with this id (`Z22`), when it ships.
pub fn builtin(id: &str) -> Option<&'static Validator> {
    let at = BUILTIN_IDS.iter().position(|b| *b == id)?;
    ALL.get(at)?.as_ref()
}

/// The files of the profiles that ship: what a profile of one's own need not bring along.
pub fn shipped() -> &'static (dyn yaml::Source + Sync) {
    &FILES
}

/// Every profile that ships.
pub fn builtins() -> impl Iterator<Item = &'static Validator> {
    ALL.iter().filter_map(|v| v.as_ref())
}

/// Compiles a profile that ships anew, in a dialect of choice.
pub fn builtin_in(id: &str, dialect: Dialect) -> Result<Validator, Box<Diagnostic>> {
    let definition = builtin_definition(id).ok_or_else(|| {
        Box::new(
            Diagnostic::new(format!("no profile that ships is called `{id}`"))
                .did_you_mean(id, BUILTIN_IDS),
        )
    })?;
    Validator::compile(&definition, dialect)
        .map_err(|e| Box::new(Diagnostic::new(e.to_string()).in_file(format!("{id}.yaml"))))
}

/// The profile that a message claims: by MSH-21, or, when that names none that ships, by MSH-9 and the query's name.
pub fn select(message: &Message<'_>) -> Option<&'static Validator> {
    let msh = message.segment("MSH", 1)?;
    let claimed = msh.field(21).and_then(|f| {
        f.repetitions().find_map(|r| {
            let id = r.component(1)?.text();
            builtin(id.trim())
        })
    });
    claimed.or_else(|| {
        let query = || {
            message
                .segment("QPD", 1)
                .map(|q| q.text(1, 1).into_owned())
                .unwrap_or_default()
        };
        let id = match msh.text(9, 1).as_ref() {
            "VXU" => "Z22",
            "ACK" => "Z23",
            "QBP" if query() == "Z34" => "Z34",
            "QBP" if query() == "Z44" => "Z44",
            // an answer without patients is a notice; with them the query tells which
            "RSP" if message.segment("PID", 1).is_none() => "Z33",
            "RSP" if query() == "Z34" && message.segment("RXA", 1).is_none() => "Z31",
            "RSP" if query() == "Z34" => "Z32",
            "RSP" if query() == "Z44" => "Z42",
            _ => return None,
        };
        builtin(id)
    })
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
        findings: check_message_in(message, validator, &mut Scratch::new()),
    }
}

/// Checks a message as a whole by one profile, whatever the message claims: the faults of the bytes, then the profile.
/// Findings come in the order of their position in the message.
pub fn check_message_with(message: &Message<'_>, validator: &Validator) -> Vec<Finding> {
    check_message_in(message, Some(validator), &mut Scratch::new())
}

/// The same with a profile of choice, or none, and memory that is used again.
pub fn check_message_in(
    message: &Message<'_>,
    validator: Option<&Validator>,
    scratch: &mut Scratch,
) -> Vec<Finding> {
    check_message_as(message, validator, scratch, &Context::default())
}

/// The same with a book of codes and a day of the check. A validator of the reference's dialect is used without the book, as
/// the reference has none.
pub fn check_message_as(
    message: &Message<'_>,
    validator: Option<&Validator>,
    scratch: &mut Scratch,
    context: &Context<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    check_message_into(
        message,
        validator,
        scratch,
        context,
        Wanted::ALL,
        &mut findings,
    );
    findings
}

/// The guide's rule with this id.
pub(crate) fn guide_rule(id: &str) -> Option<&'static Rule> {
    static RULES: LazyLock<HashMap<String, Rule>> =
        LazyLock::new(|| rules().into_iter().map(|r| (r.id.clone(), r)).collect());
    RULES.get(id)
}

/// Every rule of this crate: the guide's and the engine's own.
pub fn rules() -> Vec<Rule> {
    crate::rules::guide_rules()
}
