//! Which vaccine a code means: CVX codes as they are, NDC and CPT codes by CDC's crosswalks.

use std::collections::HashMap;
use std::sync::LazyLock;
use titer_registry::value::Coded;

/// The code of a group that reports no vaccine.
pub(crate) const NO_VACCINE: &str = "998";

static CVX: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| table(include_str!("../data/cvx.tsv")));
static NDC: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| table(include_str!("../data/ndc.tsv")));
static CPT: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| table(include_str!("../data/cpt.tsv")));

fn table(text: &'static str) -> HashMap<&'static str, &'static str> {
    text.lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|l| l.split_once('\t'))
        .collect()
}

/// What RXA-5 says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Vaccine {
    /// This CVX code; `conflict` is the other code's CVX when the two triplets mean different vaccines.
    Known {
        cvx: &'static str,
        conflict: Option<&'static str>,
    },
    /// No code that leads to a vaccine.
    Unknown,
}

/// The short name of a CVX code.
pub(crate) fn name(cvx: &str) -> Option<&'static str> {
    CVX.get(cvx).copied()
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
    let cvx = found(&|system| system == "CVX");
    let other = found(&|system| system != "CVX");
    match (cvx, other) {
        (Some(cvx), other) => Vaccine::Known {
            cvx,
            conflict: other.filter(|o| *o != cvx),
        },
        (None, Some(cvx)) => Vaccine::Known {
            cvx,
            conflict: None,
        },
        (None, None) => Vaccine::Unknown,
    }
}

fn one(code: &str, system: &str) -> Option<&'static str> {
    let code = code.trim();
    match system {
        "CVX" => CVX.get_key_value(code).map(|(k, _)| *k),
        "NDC" => NDC.get(ndc(code)?.as_str()).copied(),
        "C4" | "CPT" => CPT.get(code).copied(),
        _ => None,
    }
}

// labeler, product and package as five, four and two digits
fn ndc(code: &str) -> Option<String> {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = code.split('-').collect();
    match parts.as_slice() {
        [all] if all.len() == 11 && digits(all) => Some(format!(
            "{}-{}-{}",
            all.get(..5)?,
            all.get(5..9)?,
            all.get(9..)?
        )),
        [labeler, product, package]
            if digits(labeler)
                && digits(product)
                && digits(package)
                && labeler.len() <= 5
                && product.len() <= 4
                && package.len() <= 2 =>
        {
            Some(format!("{labeler:0>5}-{product:0>4}-{package:0>2}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(cvx: &'static str) -> Vaccine {
        Vaccine::Known {
            cvx,
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
                cvx: "03",
                conflict: Some("08")
            }
        );
        said.alternate_code = "999999".into();
        assert_eq!(resolve(&said), known("08"));
    }

    #[test]
    fn the_tables_hold_together() {
        assert!(CVX.len() > 250 && NDC.len() > 900 && CPT.len() > 100);
        assert!(
            NDC.values()
                .chain(CPT.values())
                .all(|c| CVX.contains_key(c))
        );
        assert_eq!(name(NO_VACCINE), Some("no vaccine administered"));
    }
}
