//! When two codes mean one vaccine, and what vaccine groups are called.
//!
//! Two codes are alike when they are the same (zeros in front aside), when the code book leads from an NDC to the CVX code,
//! when the book says that one replaced the other, or when one of them is an "unspecified formulation" of exactly the
//! vaccine groups of the other (CVX 45 and 08). Two specific codes are never alike: 08 and 43 are different vaccines.
//! Where a system shows both a CVX code and an NDC, each of them has to be alike.

use std::collections::BTreeSet;
use titer_codes::{Book, book};

/// How two codes are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alike {
    /// They are the same, or one leads to the other without loss.
    Same,
    /// They mean the same vaccine as far as the less exact one says; the words say why.
    Related(&'static str),
}

fn padded(code: &str) -> String {
    let code = code.trim();
    match book().cvx(code) {
        Some(_) => code.to_owned(),
        None => book()
            .cvx_alias(code)
            .map_or_else(|| code.to_owned(), |c| c.code().to_owned()),
    }
}

fn groups_of(book: &'static Book, cvx: &str) -> BTreeSet<&'static str> {
    book.cvx(cvx)
        .map(|c| c.groups().map(titer_codes::Group::name).collect())
        .unwrap_or_default()
}

fn replaced(book: &Book, a: &str, b: &str) -> bool {
    book.cvx(a).is_some_and(|c| c.replaced_by() == b)
        || book
            .equivalents("CVX", a)
            .any(|e| e.to_system() == "CVX" && e.to_code() == b)
}

/// How two CVX codes are alike.
pub fn cvx_alike(a: &str, b: &str) -> Option<Alike> {
    let (a, b) = (padded(a), padded(b));
    if a == b {
        return Some(Alike::Same);
    }
    let book = book();
    if replaced(book, &a, &b) || replaced(book, &b, &a) {
        return Some(Alike::Related("one of the two codes replaced the other"));
    }
    let unspecified = |c: &str| book.cvx(c).is_some_and(|c| c.has_flag("unspecified"));
    let groups = groups_of(book, &a);
    let related =
        (unspecified(&a) || unspecified(&b)) && !groups.is_empty() && groups == groups_of(book, &b);
    related.then_some(Alike::Related(
        "one of the two codes is the unspecified one of the other's vaccine group",
    ))
}

fn digits(ndc: &str) -> String {
    ndc.chars().filter(char::is_ascii_digit).collect()
}

/// The CVX codes of an NDC, as the code book knows it.
pub(crate) fn cvx_of_ndc(ndc: &str) -> Vec<String> {
    let Some(entry) = book().ndc(ndc.trim()) else {
        return Vec::new();
    };
    let mut all: Vec<String> = entry
        .rows()
        .flat_map(|r| r.cvx().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    all.push(entry.cvx().to_owned());
    all.retain(|c| !c.is_empty());
    all.sort();
    all.dedup();
    all
}

fn ndc_alike(a: &str, b: &str) -> bool {
    if digits(a) == digits(b) {
        return true;
    }
    match (book().ndc(a.trim()), book().ndc(b.trim())) {
        (Some(x), Some(y)) => x.code() == y.code(),
        _ => false,
    }
}

/// Whether what a system shows means one of the wanted codes; without a wanted code everything does. A system that shows
/// no code is believed by the product's name.
pub(crate) fn alike(
    wanted_cvx: &[String],
    wanted_ndc: &[String],
    cvx: Option<&str>,
    ndc: Option<&str>,
    name: Option<&str>,
) -> Option<Alike> {
    if wanted_cvx.is_empty() && wanted_ndc.is_empty() {
        return Some(Alike::Same);
    }
    let mut wanted: Vec<String> = wanted_cvx.to_vec();
    if wanted.is_empty() {
        wanted = wanted_ndc.iter().flat_map(|n| cvx_of_ndc(n)).collect();
    }
    let by_cvx = |code: &str| wanted.iter().filter_map(|w| cvx_alike(w, code)).min();
    let by_ndc = |code: &str| {
        if wanted_ndc.iter().any(|n| ndc_alike(n, code)) {
            return Some(Alike::Same);
        }
        cvx_of_ndc(code).iter().filter_map(|c| by_cvx(c)).min()
    };
    let cvx = cvx.map(str::trim).filter(|c| !c.is_empty());
    let ndc = ndc.map(str::trim).filter(|c| !c.is_empty());
    match (cvx, ndc) {
        (Some(c), None) => by_cvx(c),
        (None, Some(n)) => by_ndc(n),
        (Some(c), Some(n)) => {
            let shown = by_cvx(c)?;
            // an NDC that the book does not know says nothing against the CVX code
            if book().ndc(n).is_none() && !wanted_ndc.iter().any(|w| ndc_alike(w, n)) {
                return Some(shown);
            }
            Some(shown.min(by_ndc(n)?))
        }
        (None, None) => cvx_of_name(name?).iter().filter_map(|c| by_cvx(c)).min(),
    }
}

/// The CVX codes of a product or vaccine by its name, whatever its capitals.
fn cvx_of_name(name: &str) -> Vec<String> {
    let wanted = plain(name);
    if wanted.is_empty() {
        return Vec::new();
    }
    let book = book();
    let mut all: Vec<String> = book
        .all_products()
        .filter(|p| plain(p.name()) == wanted)
        .map(|p| p.cvx().to_owned())
        .collect();
    all.extend(
        book.cvxs()
            .filter(|c| plain(c.name()) == wanted)
            .map(|c| c.code().to_owned()),
    );
    all.sort();
    all.dedup();
    all
}

/// Small letters and digits, everything else one blank.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.trim_end().to_owned()
}

/// Vaccine groups, and what they are called: each word or phrase stands alone in a text.
const GROUPS: [(&str, &[&str]); 24] = [
    (
        "COVID-19",
        &["covid 19", "covid", "covid19", "sars cov 2", "coronavirus"],
    ),
    (
        "DTaP",
        &[
            "dtap",
            "dtp",
            "dt",
            "diphtheria tetanus pertussis",
            "diphtheria tetanus and pertussis",
            "diphtheria tetanus acellular pertussis",
            "diphtheria",
        ],
    ),
    ("Tdap", &["tdap"]),
    ("Td", &["td", "tetanus diphtheria"]),
    ("HepA", &["hepa", "hep a", "hepatitis a", "hav"]),
    ("HepB", &["hepb", "hep b", "hepatitis b", "hbv"]),
    (
        "Hib",
        &[
            "hib",
            "haemophilus influenzae type b",
            "haemophilus influenzae b",
            "h influenzae type b",
            "haemophilus b",
        ],
    ),
    (
        "HPV",
        &["hpv", "human papillomavirus", "papillomavirus", "9vhpv"],
    ),
    (
        "Influenza",
        &[
            "influenza",
            "flu",
            "iiv",
            "iiv4",
            "laiv",
            "seasonal influenza",
        ],
    ),
    (
        "MMR",
        &[
            "mmr",
            "mmrv",
            "measles mumps rubella",
            "measles mumps and rubella",
            "measles",
        ],
    ),
    (
        "MenACWY",
        &[
            "menacwy",
            "mcv4",
            "mening",
            "mcv",
            "meningococcal acwy",
            "meningococcal a c w y",
            "meningococcal conjugate",
            "meningococcal",
        ],
    ),
    (
        "MenB",
        &[
            "menb",
            "meningb",
            "mening b",
            "meningococcal b",
            "meningococcal serogroup b",
        ],
    ),
    (
        "Pneumococcal",
        &[
            "pneumococcal",
            "pneumo",
            "pneumopcv",
            "pneumoppv",
            "pcv",
            "pcv7",
            "pcv13",
            "pcv15",
            "pcv20",
            "pcv21",
            "ppsv23",
            "ppv23",
        ],
    ),
    (
        "Polio",
        &[
            "polio",
            "ipv",
            "opv",
            "poliovirus",
            "poliomyelitis",
            "inactivated poliovirus",
        ],
    ),
    ("Rotavirus", &["rotavirus", "rota", "rv", "rv1", "rv5"]),
    ("RSV", &["rsv", "respiratory syncytial virus"]),
    (
        "Varicella",
        &[
            "varicella",
            "var",
            "vzv",
            "chickenpox",
            "chicken pox",
            "mmrv",
        ],
    ),
    ("Zoster", &["zoster", "shingles", "rzv", "herpes zoster"]),
    ("Rabies", &["rabies"]),
    ("Typhoid", &["typhoid"]),
    ("Yellow fever", &["yellow fever", "yellowfever"]),
    ("Japanese encephalitis", &["japanese encephalitis"]),
    ("Cholera", &["cholera"]),
    ("Mpox", &["mpox", "monkeypox", "orthopoxvirus", "smallpox"]),
];

// whether a word or phrase is in a text with a blank on either side
fn stands_alone(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text.get(..at).is_some_and(|t| t.ends_with(' '));
        before
            && text
                .get(at + words.len()..)
                .is_some_and(|t| t.starts_with(' '))
    })
}

/// The vaccine groups that a text names.
pub(crate) fn groups_in(text: &str) -> BTreeSet<&'static str> {
    let text = format!(" {} ", plain(text));
    let mut found: BTreeSet<&'static str> = GROUPS
        .iter()
        .filter(|(_, names)| names.iter().any(|n| stands_alone(&text, n)))
        .map(|(group, _)| *group)
        .collect();
    // words that stand for another group where more follows
    if found.contains("MenB") && !text.contains("acwy") && !text.contains("conjugate") {
        found.remove("MenACWY");
    }
    if text.contains(" haemophilus ") {
        found.remove("Influenza");
    }
    if text.contains(" tetanus diphtheria ") && !text.contains(" diphtheria tetanus ") {
        found.remove("DTaP");
    }
    found
}

/// The vaccine groups of a CVX code.
pub(crate) fn groups_of_cvx(cvx: &str) -> BTreeSet<&'static str> {
    groups_of(book(), &padded(cvx))
        .into_iter()
        .flat_map(groups_in)
        .collect()
}

/// Every way in which a record may name what a text names: the text itself, and where it names a group the names of the
/// group and the products and vaccines of it.
pub(crate) fn names_of_group(group: &str) -> Vec<String> {
    let mut names: Vec<String> = GROUPS
        .iter()
        .filter(|(g, _)| *g == group)
        .flat_map(|(_, names)| names.iter().map(|n| (*n).to_owned()))
        .collect();
    let book = book();
    for cvx in book.cvxs() {
        let of_group = cvx.groups().any(|g| groups_in(g.name()).contains(group));
        if of_group {
            names.extend(cvx.products().map(|p| plain(p.name())));
        }
    }
    names.retain(|n| n.len() > 1);
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::{Alike, alike, cvx_alike, groups_in, groups_of_cvx, names_of_group};

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|t| (*t).to_owned()).collect()
    }

    #[test]
    fn codes_are_alike_by_the_rule() {
        assert_eq!(cvx_alike("08", "8"), Some(Alike::Same));
        assert!(matches!(cvx_alike("08", "45"), Some(Alike::Related(_))));
        assert!(matches!(cvx_alike("45", "43"), Some(Alike::Related(_))));
        assert!(matches!(cvx_alike("31", "85"), Some(Alike::Related(_))));
        // two specific ones, a combination and a part of it, and a code that nobody knows
        assert_eq!(cvx_alike("08", "43"), None);
        assert_eq!(cvx_alike("110", "45"), None);
        assert_eq!(cvx_alike("03", "04"), None);
        assert_eq!(cvx_alike("08", "nonsense"), None);
    }

    #[test]
    fn an_ndc_leads_to_its_cvx_code() {
        let (hep_b, none) = (texts(&["110"]), Vec::new());
        let pediarix = Some("58160-0811-43");
        assert_eq!(
            alike(&hep_b, &none, None, pediarix, None),
            Some(Alike::Same)
        );
        assert_eq!(alike(&texts(&["08"]), &none, None, pediarix, None), None);
        // both are shown, and they contradict each other
        assert_eq!(alike(&hep_b, &none, Some("08"), pediarix, None), None);
        assert_eq!(
            alike(&texts(&["08"]), &none, Some("08"), pediarix, None),
            None
        );
        assert_eq!(
            alike(
                &none,
                &texts(&["58160-0811-43"]),
                None,
                Some("58160081143"),
                None
            ),
            Some(Alike::Same)
        );
        assert_eq!(
            alike(&hep_b, &none, None, None, Some("Pediarix")),
            Some(Alike::Same)
        );
        assert_eq!(alike(&hep_b, &none, None, None, None), None);
        assert_eq!(alike(&none, &none, None, None, None), Some(Alike::Same));
    }

    #[test]
    fn groups_are_known_by_many_names() {
        for (text, group) in [
            ("Hepatitis B", "HepB"),
            ("HEP-B 3-dose", "HepB"),
            ("DTaP/Tdap/Td", "DTaP"),
            ("Haemophilus influenzae type b", "Hib"),
            ("Flu", "Influenza"),
            ("Pneumococcal (PCV20)", "Pneumococcal"),
            ("Meningococcal B", "MenB"),
            ("COVID-19", "COVID-19"),
        ] {
            assert!(groups_in(text).contains(group), "{text}");
        }
        assert!(!groups_in("Haemophilus influenzae type b").contains("Influenza"));
        assert!(!groups_in("Meningococcal B").contains("MenACWY"));
        assert!(groups_in("the next visit").is_empty());
        assert!(groups_of_cvx("110").contains("HepB") && groups_of_cvx("110").contains("Polio"));
        assert!(names_of_group("Rotavirus").contains(&"rotarix".to_owned()));
    }
}
