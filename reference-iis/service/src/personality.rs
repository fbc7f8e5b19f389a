//! Deliberate misbehaviour for testing clients, as data. Never mixed with policy.
//!
//! A personality is a named list of behaviours; its name stands in MSH-4 of every reply. The ones that ship are in
//! `personalities/shipped.yaml`; a file of one personality can add others.

use serde::Deserialize;
use titer_finding::{Diagnostic, read_yaml};

/// One way to misbehave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Behaviour {
    /// MSA-2 of every reply is not the control id of the request.
    WrongControlId,
    /// A code that its table does not hold is accepted without an ERR segment.
    NoErrOnBadCode,
    /// The first dose of every message is acknowledged and not stored.
    LoseDose,
    /// A deletion is acknowledged and the dose stays.
    IgnoreDelete,
    /// Protected records are shown to everybody.
    RevealProtected,
    /// A SOAP fault has the detail of another fault.
    WrongFaultDetail,
    /// Messages get no answer.
    NoAnswer,
    /// The envelope of an answer is cut before its end.
    MalformedXml,
}

/// A named list of behaviours; an empty one behaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Personality {
    /// Its name, up to 20 characters.
    pub name: String,
    /// What it does, in words.
    pub title: String,
    /// What it does.
    pub behaviours: Vec<Behaviour>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shipped {
    personalities: Vec<Personality>,
}

const SHIPPED: &str = include_str!("../personalities/shipped.yaml");

// MSH-4.1
const LONGEST_NAME: usize = 20;

impl Personality {
    /// The one that behaves.
    pub fn well_behaved() -> Self {
        Self::default()
    }

    /// All that ship.
    ///
    /// # Panics
    /// When the embedded file is wrong, which a test rules out.
    pub fn shipped() -> Vec<Self> {
        match read_yaml::<Shipped>("shipped.yaml", SHIPPED) {
            Ok(shipped) => shipped.personalities,
            Err(diagnostic) => panic!(
                "the embedded personalities are wrong: {}",
                diagnostic.message
            ),
        }
    }

    /// The shipped one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::shipped().into_iter().find(|p| p.name == name)
    }

    /// Reads a file with one personality; `file` is its name for error messages.
    pub fn read(file: &str, text: &str) -> Result<Self, Box<Diagnostic>> {
        let personality: Self = read_yaml(file, text)?;
        let name = &personality.name;
        let good = !name.is_empty()
            && name.len() <= LONGEST_NAME
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if good {
            return Ok(personality);
        }
        Err(Box::new(
            Diagnostic::new(format!("`{name}` cannot be a personality's name"))
                .with_help("use up to 20 letters, digits and hyphens: it stands in MSH-4")
                .in_file(file),
        ))
    }

    /// Whether it does this.
    pub fn does(&self, behaviour: Behaviour) -> bool {
        self.behaviours.contains(&behaviour)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_ship_each_with_its_behaviour() {
        let shipped = Personality::shipped();
        let names: Vec<&str> = shipped.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "wrong-control-id",
                "no-err-on-bad-code",
                "lose-dose",
                "ignore-delete",
                "reveal-protected",
                "wrong-fault-detail",
                "no-answer",
                "malformed-xml"
            ]
        );
        assert!(shipped.iter().all(|p| {
            p.behaviours.len() == 1 && !p.title.is_empty() && p.name.len() <= LONGEST_NAME
        }));
        assert!(Personality::named("lose-dose").is_some_and(|p| p.does(Behaviour::LoseDose)));
        assert!(Personality::named("honest").is_none());
    }

    #[test]
    fn a_file_is_read_or_pointed_at() {
        let good = "name: two\ntitle: both\nbehaviours: [lose-dose, ignore-delete]\n";
        let read = Personality::read("p.yaml", good).unwrap();
        assert!(read.does(Behaviour::IgnoreDelete) && !read.does(Behaviour::NoAnswer));
        let wrong = good.replace("lose-dose", "loose-dose");
        let said = Personality::read("p.yaml", &wrong).unwrap_err();
        assert_eq!(said.line, 3);
        assert!(said.help.unwrap_or_default().contains("lose-dose"));
        let long = good.replace("two", "a|name");
        assert!(Personality::read("p.yaml", &long).is_err());
    }
}
