//! Every rule of every room.

use crate::check::stream;
use titer_finding::Catalogue;

/// The whole catalogue.
///
/// # Panics
/// When two rooms use one id, which a test rules out.
pub(crate) fn all() -> Catalogue {
    let mut catalogue = Catalogue::default();
    for rules in [
        titer_conformance::rules(),
        titer_conformance::as_of_rules(),
        titer_wire::rules(),
        titer_service::rules(),
        titer_runner::rules(),
        stream::rules(),
    ] {
        if let Err(twice) = catalogue.add(rules) {
            panic!("two rules are called {}", twice.id);
        }
    }
    catalogue
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_rule_has_an_id_of_its_own() {
        assert!(super::all().iter().count() > 0);
    }
}
