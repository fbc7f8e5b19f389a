//! Which vaccine a code means: CVX codes as they are, NDC and CPT codes by CDC's crosswalks.

use std::borrow::Cow;
use titer_codes::{Status, System, book};
use titer_registry::value::Coded;

/// The code of a group that reports no vaccine.
pub(crate) const NO_VACCINE: &str = "998";

/// What RXA-5 says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Vaccine {
    /// This CVX code, which may be newer than the book; `conflict` is the other code's CVX when the two triplets mean
    /// different vaccines.
    Known {
        cvx: Cow<'static, str>,
        conflict: Option<Cow<'static, str>>,
    },
    /// No code that leads to a vaccine.
    Unknown,
}

/// The short name of a CVX code.
pub(crate) fn name(cvx: &str) -> Option<&'static str> {
    book().cvx(cvx).map(titer_codes::Cvx::name)
}

/// Reads both triplets; CVX wins over the others.
pub(crate) fn resolve(said: &Coded) -> Vaccine {
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
    let cvx = found(&is_cvx);
    let other = found(&|system| !is_cvx(system));
    match (cvx, other) {
        (Some(cvx), other) => Vaccine::Known {
            conflict: other.filter(|o| *o != cvx),
            cvx,
        },
        (None, Some(cvx)) => Vaccine::Known {
            cvx,
            conflict: None,
        },
        (None, None) => Vaccine::Unknown,
    }
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

    fn known(cvx: &'static str) -> Vaccine {
        Vaccine::Known {
            cvx: cvx.into(),
            conflict: None,
        }
    }

    #[test]
    fn codes_lead_to_vaccines() {
        assert_eq!(resolve(&Coded::new("08", "", "CVX")), known("08"));
        assert_eq!(
            resolve(&Coded::new("58160-0820-01", "", "NDC")),
            known("08")
        );
        assert_eq!(resolve(&Coded::new("58160082001", "", "NDC")), known("08"));
        assert_eq!(resolve(&Coded::new("58160-820-01", "", "NDC")), known("08"));
        assert_eq!(resolve(&Coded::new("90707", "", "C4")), known("03"));
        assert_eq!(resolve(&Coded::new("399", "", "CVX")), known("399"));
        assert_eq!(resolve(&Coded::new("8", "", "CVX")), Vaccine::Unknown);
        assert_eq!(
            resolve(&Coded::new("00000-0000-00", "", "NDC")),
            Vaccine::Unknown
        );
        assert_eq!(resolve(&Coded::new("08", "", "XYZ")), Vaccine::Unknown);
        assert_eq!(resolve(&Coded::default()), Vaccine::Unknown);
    }

    #[test]
    fn cvx_wins_and_a_conflict_is_told() {
        let mut said = Coded::new("58160-0820-01", "", "NDC");
        said.alternate_code = "03".into();
        said.alternate_system = "CVX".into();
        assert_eq!(
            resolve(&said),
            Vaccine::Known {
                cvx: "03".into(),
                conflict: Some("08".into())
            }
        );
        said.alternate_code = "999999".into();
        assert_eq!(resolve(&said), known("08"));
    }

    #[test]
    fn a_placeholder_has_a_name_too() {
        assert_eq!(name(NO_VACCINE), Some("no vaccine administered"));
        assert_eq!(name("none"), None);
    }
}
