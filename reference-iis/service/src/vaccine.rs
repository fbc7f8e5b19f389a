//! Which vaccine a code means: CVX codes as they are, NDC and CPT codes by CDC's crosswalks.

use std::borrow::Cow;
use titer_codes::{Status, System, book};
use titer_registry::value::Coded;

/// The code of a group that reports no vaccine.
pub(crate) const NO_VACCINE: &str = "998";

/// The short name of a CVX code.
pub(crate) fn name(cvx: &str) -> Option<&'static str> {
    book().cvx(cvx).map(titer_codes::Cvx::name)
}

/// The CVX code that both triplets of RXA-5 lead to, which may be newer than the book; a CVX code wins over the others.
/// That they mean different vaccines is the code book's to say.
pub(crate) fn resolve(said: &Coded) -> Option<Cow<'static, str>> {
    let triplets = [
        (said.code.as_str(), said.system.as_str()),
        (said.alternate_code.as_str(), said.alternate_system.as_str()),
    ];
    let found = |wanted: &dyn Fn(&str) -> bool| {
        triplets
            .iter()
            .filter(|(_, system)| wanted(system))
            .find_map(|(code, system)| one(code, system))
    };
    let is_cvx = |system: &str| System::named(system) == Some(System::Cvx);
    found(&is_cvx).or_else(|| found(&|system| !is_cvx(system)))
}

fn one(code: &str, system: &str) -> Option<Cow<'static, str>> {
    let code = code.trim();
    match System::named(system)? {
        System::Cvx => match book().cvx(code) {
            Some(known) => Some(known.code()),
            // a dose is not lost because its vaccine is newer than the book
            None if is_newer(code) => return Some(Cow::Owned(code.to_owned())),
            None => None,
        },
        System::Ndc => book().ndc(code).map(titer_codes::NdcEntry::cvx),
        // a billing code that stands for several vaccines tells none
        System::Cpt => {
            let mut vaccines = book().cpt(code).map(titer_codes::Cpt::cvx);
            let one = vaccines.next()?;
            vaccines.all(|other| other == one).then_some(one)
        }
        _ => None,
    }
    .filter(|cvx| !cvx.is_empty())
    .map(Cow::Borrowed)
}

// only the form decides here, so any day will do
fn is_newer(cvx: &str) -> bool {
    matches!(
        book().status(System::Cvx, cvx, book().published()),
        Status::UnknownWellFormed
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_to_vaccines() {
        let leads =
            |code: &str, system: &str| resolve(&Coded::new(code, "", system)).map(Cow::into_owned);
        for (code, system, cvx) in [
            ("08", "CVX", Some("08")),
            ("58160-0820-01", "NDC", Some("08")),
            ("58160082001", "NDC", Some("08")),
            ("58160-820-01", "NDC", Some("08")),
            ("90707", "C4", Some("03")),
            ("399", "CVX", Some("399")),
            ("8", "CVX", None),
            ("00000-0000-00", "NDC", None),
            ("08", "XYZ", None),
            ("", "", None),
        ] {
            assert_eq!(leads(code, system).as_deref(), cvx, "{code} {system}");
        }
    }

    #[test]
    fn cvx_wins() {
        let mut said = Coded::new("58160-0820-01", "", "NDC");
        said.alternate_code = "03".into();
        said.alternate_system = "CVX".into();
        assert_eq!(resolve(&said).as_deref(), Some("03"));
        said.alternate_code = "999999".into();
        assert_eq!(resolve(&said).as_deref(), Some("08"));
    }

    #[test]
    fn a_placeholder_has_a_name_too() {
        assert_eq!(name(NO_VACCINE), Some("no vaccine administered"));
        assert_eq!(name("none"), None);
    }
}
