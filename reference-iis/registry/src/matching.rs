//! Who is meant: match, possible matches, or no match.
//!
//! Identifiers come first (same authority, type and value with a compatible birth date), then name and birth date. Twins share
//! a family name and a birth date, so a differing first or middle name or birth order never makes a match.

use crate::ids::PersonId;
use crate::normal;
use crate::record::{Candidate, Demographics};
use crate::value::{Identifier, PersonName};

/// What is known about the person who is looked for.
#[derive(Clone, Default)]
pub struct Probe {
    /// Identifiers.
    pub identifiers: Vec<Identifier>,
    /// Everything else.
    pub demographics: Demographics,
}

crate::value::opaque!(Probe);

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// Exactly one person is meant.
    One(PersonId),
    /// These might be meant, likelier ones first; `certain` when each of them by itself would be a match.
    Possible {
        /// The persons.
        persons: Vec<PersonId>,
        /// Whether each of them by itself would be a match.
        certain: bool,
    },
    /// Nobody.
    None,
}

/// The rows by which a person is found: identifiers, and names with birth dates.
pub fn keys(identifiers: &[Identifier], demographics: &Demographics) -> Vec<String> {
    let mut keys: Vec<String> = identifiers.iter().flat_map(identifier_keys).collect();
    let day = normal::day(&demographics.birth_date);
    for name in &demographics.names {
        let family = normal::name(name.family());
        let given = normal::name(name.given());
        if !day.is_empty() && !family.is_empty() {
            keys.push(format!("fb|{family}|{day}"));
        }
        if !day.is_empty() && !given.is_empty() {
            keys.push(format!("gb|{given}|{day}"));
        }
        if !family.is_empty() && !given.is_empty() {
            keys.push(format!("fg|{family}|{given}"));
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn identifier_keys(identifier: &Identifier) -> impl Iterator<Item = String> + '_ {
    let value = identifier.value.trim();
    let kind = identifier.type_code.to_uppercase();
    identifier
        .authority
        .names()
        .filter(move |_| !value.is_empty())
        .map(move |authority| format!("id|{kind}|{authority}|{value}"))
}

/// How sure it is that a candidate is the person: higher is surer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    No,
    Maybe,
    // name and birth date, nothing against it
    ByName,
    // and the middle name agrees too
    ByFullName,
    ByIdentifier,
}

/// Judges candidates.
pub fn judge(probe: &Probe, candidates: &[Candidate]) -> Match {
    let mut judged: Vec<(Likeness, PersonId)> = candidates
        .iter()
        .map(|c| (likeness(probe, c), c.id))
        .filter(|(l, _)| *l > Likeness::No)
        .collect();
    judged.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let Some((best, first)) = judged.first().copied() else {
        return Match::None;
    };
    let top = judged.iter().filter(|(l, _)| *l == best).count();
    if best > Likeness::Maybe && top == 1 {
        return Match::One(first);
    }
    if best > Likeness::Maybe {
        judged.truncate(top);
    }
    Match::Possible {
        persons: judged.into_iter().map(|(_, id)| id).collect(),
        certain: best > Likeness::Maybe,
    }
}

fn likeness(probe: &Probe, candidate: &Candidate) -> Likeness {
    let (a, b) = (&probe.demographics, &candidate.demographics);
    let (day_a, day_b) = (normal::day(&a.birth_date), normal::day(&b.birth_date));
    let same_day = !day_a.is_empty() && day_a == day_b;
    let no_day = day_a.is_empty() || day_b.is_empty();
    let family = any_name(a, b, |x, y| same_name(x.family(), y.family()));
    let given = any_name(a, b, |x, y| same_name(x.given(), y.given()));
    let both = any_name(a, b, |x, y| {
        same_name(x.family(), y.family()) && same_name(x.given(), y.given())
    });
    let order_differs = differ(&a.birth_order, &b.birth_order);
    let sex_differs = differ(sex(&a.sex), sex(&b.sex));
    let shared = probe.identifiers.iter().any(|i| {
        !i.value.trim().is_empty()
            && i.authority.names().next().is_some()
            && candidate.identifiers.iter().any(|j| i.same(j))
    });

    if shared {
        return if !(same_day || no_day) {
            if both { Likeness::Maybe } else { Likeness::No }
        } else if (order_differs && !given) || !(family || given || no_names(a, b)) {
            Likeness::Maybe
        } else {
            Likeness::ByIdentifier
        };
    }
    let middle = middle(a, b);
    if both && same_day {
        let doubtful = order_differs
            || sex_differs
            || middle == Middle::Differs
            || (rival(probe, candidate) && middle != Middle::Same && !agrees_elsewhere(a, b));
        return match (doubtful, middle) {
            (true, _) => Likeness::Maybe,
            (false, Middle::Same) => Likeness::ByFullName,
            (false, _) => Likeness::ByName,
        };
    }
    if order_differs || sex_differs {
        return Likeness::No;
    }
    let nearly = any_name(a, b, |x, y| short_form(x.given(), y.given()));
    if same_day && family && nearly {
        return Likeness::Maybe;
    }
    if same_day && given && agrees_elsewhere(a, b) {
        return Likeness::Maybe;
    }
    if both && middle != Middle::Differs && !no_day && near_day(day_a, day_b) {
        return Likeness::Maybe;
    }
    Likeness::No
}

fn any_name(
    a: &Demographics,
    b: &Demographics,
    like: impl Fn(&PersonName, &PersonName) -> bool,
) -> bool {
    a.names.iter().any(|x| b.names.iter().any(|y| like(x, y)))
}

fn no_names(a: &Demographics, b: &Demographics) -> bool {
    a.names.is_empty() || b.names.is_empty()
}

fn same_name(a: &str, b: &str) -> bool {
    let a = normal::name(a);
    !a.is_empty() && a == normal::name(b)
}

fn differ(a: &str, b: &str) -> bool {
    !a.is_empty() && !b.is_empty() && a != b
}

// only F and M contradict each other
fn sex(code: &str) -> &str {
    if matches!(code, "F" | "M") { code } else { "" }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Middle {
    Same,
    Unknown,
    Differs,
}

// the best agreement between names that share family and given name
fn middle(a: &Demographics, b: &Demographics) -> Middle {
    let mut found = Middle::Unknown;
    for x in &a.names {
        for y in &b.names {
            if !(same_name(x.family(), y.family()) && same_name(x.given(), y.given())) {
                continue;
            }
            let (m, n) = (normal::name(x.middle()), normal::name(y.middle()));
            if m.is_empty() || n.is_empty() {
                continue;
            }
            let initial = m.chars().count() == 1 || n.chars().count() == 1;
            if m == n || (initial && m.chars().next() == n.chars().next()) {
                return Middle::Same;
            }
            found = Middle::Differs;
        }
    }
    found
}

// `Rob` for `Robert`, `J` for `Jane`
fn short_form(a: &str, b: &str) -> bool {
    let (a, b) = (normal::name(a), normal::name(b));
    let shorter = a.chars().count().min(b.chars().count());
    (shorter == 1 || shorter >= 3) && (a.starts_with(&b) || b.starts_with(&a))
}

// the same authority gave the two another identifier of the same type
fn rival(probe: &Probe, candidate: &Candidate) -> bool {
    probe.identifiers.iter().any(|i| {
        candidate.identifiers.iter().any(|j| {
            i.type_code.eq_ignore_ascii_case(&j.type_code)
                && i.authority.names().next().is_some()
                && i.authority.same(&j.authority)
                && i.value.trim() != j.value.trim()
        })
    })
}

fn agrees_elsewhere(a: &Demographics, b: &Demographics) -> bool {
    let maiden = same_name(a.mother_maiden_name.part(1), b.mother_maiden_name.part(1));
    let phone = a.phones.iter().any(|p| {
        let number = normal::digits(p.part(6)) + &normal::digits(p.part(7));
        number.len() >= 7
            && b.phones
                .iter()
                .any(|q| number == normal::digits(q.part(6)) + &normal::digits(q.part(7)))
    });
    let address = a.addresses.iter().any(|p| {
        b.addresses
            .iter()
            .any(|q| same_name(p.part(1), q.part(1)) && same_name(p.part(5), q.part(5)))
    });
    maiden || phone || address
}

// one digit wrong, or day and month changed over
fn near_day(a: &str, b: &str) -> bool {
    if a.len() != 8 || b.len() != 8 {
        return false;
    }
    let wrong = a.bytes().zip(b.bytes()).filter(|(x, y)| x != y).count();
    let swapped =
        || a.get(..4) == b.get(..4) && a.get(4..6) == b.get(6..8) && a.get(6..8) == b.get(4..6);
    wrong == 1 || swapped()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Protection;
    use crate::value::{Authority, Composite};

    struct P<'a> {
        mrn: &'a str,
        name: [&'a str; 3],
        born: &'a str,
        sex: &'a str,
        order: &'a str,
        maiden: &'a str,
    }

    const ANN: P<'static> = P {
        mrn: "1",
        name: ["Ward", "Ann", "Marie"],
        born: "20200102",
        sex: "F",
        order: "1",
        maiden: "Holt",
    };

    fn probe(p: &P<'_>) -> Probe {
        let identifiers = if p.mrn.is_empty() {
            vec![]
        } else {
            vec![Identifier {
                value: p.mrn.into(),
                authority: Authority {
                    namespace: "MPI".into(),
                    ..Authority::default()
                },
                type_code: "MR".into(),
            }]
        };
        Probe {
            identifiers,
            demographics: Demographics {
                names: vec![PersonName(Composite::of(p.name))],
                birth_date: p.born.into(),
                sex: p.sex.into(),
                birth_order: p.order.into(),
                mother_maiden_name: Composite::of([p.maiden]),
                ..Demographics::default()
            },
        }
    }

    fn candidate(n: u8, p: &P<'_>) -> Candidate {
        let Probe {
            identifiers,
            demographics,
        } = probe(p);
        Candidate {
            id: PersonId::from_bytes([n; 16]),
            version: 1,
            demographics,
            identifiers,
            protection: Protection::default(),
        }
    }

    fn one(n: u8) -> Match {
        Match::One(PersonId::from_bytes([n; 16]))
    }

    fn possible(ns: &[u8], certain: bool) -> Match {
        Match::Possible {
            persons: ns.iter().map(|n| PersonId::from_bytes([*n; 16])).collect(),
            certain,
        }
    }

    #[test]
    fn an_identifier_beats_a_changed_name() {
        let married = P {
            name: ["Stone", "Ann", "Marie"],
            ..ANN
        };
        assert_eq!(judge(&probe(&married), &[candidate(1, &ANN)]), one(1));
    }

    #[test]
    fn an_identifier_with_another_birth_date_is_no_match() {
        let other = P {
            name: ["Stone", "Bob", ""],
            born: "19700101",
            order: "",
            ..ANN
        };
        assert_eq!(judge(&probe(&other), &[candidate(1, &ANN)]), Match::None);
        let typo = P {
            born: "20200103",
            ..ANN
        };
        assert_eq!(
            judge(&probe(&typo), &[candidate(1, &ANN)]),
            possible(&[1], false)
        );
    }

    #[test]
    fn name_and_birth_date_match_without_an_identifier() {
        let bare = P {
            mrn: "",
            name: ["WARD", "ann", "M"],
            order: "",
            maiden: "",
            ..ANN
        };
        assert_eq!(judge(&probe(&bare), &[candidate(1, &ANN)]), one(1));
    }

    #[test]
    fn twins_do_not_collapse() {
        let lee = P {
            mrn: "2",
            name: ["Ward", "Ann", "Lee"],
            order: "2",
            ..ANN
        };
        assert_eq!(
            judge(&probe(&lee), &[candidate(1, &ANN)]),
            possible(&[1], false)
        );
        let amy = P {
            mrn: "2",
            name: ["Ward", "Amy", "Marie"],
            order: "2",
            ..ANN
        };
        assert_eq!(judge(&probe(&amy), &[candidate(1, &ANN)]), Match::None);
        let order = P {
            mrn: "2",
            order: "2",
            ..ANN
        };
        assert_eq!(
            judge(&probe(&order), &[candidate(1, &ANN)]),
            possible(&[1], false)
        );
        let unsaid = P {
            mrn: "",
            name: ["Ward", "Ann", ""],
            order: "",
            ..ANN
        };
        assert_eq!(
            judge(&probe(&unsaid), &[candidate(1, &ANN), candidate(2, &lee)]),
            possible(&[1, 2], true)
        );
        assert_eq!(
            judge(&probe(&lee), &[candidate(1, &ANN), candidate(2, &lee)]),
            one(2)
        );
    }

    #[test]
    fn another_number_of_the_same_authority_asks_for_more_agreement() {
        let again = P {
            mrn: "7",
            name: ["Ward", "Ann", ""],
            ..ANN
        };
        assert_eq!(judge(&probe(&again), &[candidate(1, &ANN)]), one(1));
        let stranger = P {
            maiden: "Other",
            ..again
        };
        assert_eq!(
            judge(&probe(&stranger), &[candidate(1, &ANN)]),
            possible(&[1], false)
        );
    }

    #[test]
    fn a_near_birth_date_or_short_name_is_possible() {
        let swapped = P {
            mrn: "",
            born: "20200201",
            ..ANN
        };
        assert_eq!(
            judge(&probe(&swapped), &[candidate(1, &ANN)]),
            possible(&[1], false)
        );
        let robert = P {
            name: ["Ward", "Robert", ""],
            sex: "M",
            ..ANN
        };
        let rob = P {
            mrn: "",
            name: ["Ward", "Rob", ""],
            ..robert
        };
        assert_eq!(
            judge(&probe(&rob), &[candidate(1, &robert)]),
            possible(&[1], false)
        );
    }

    #[test]
    fn keys_hold_what_finds_a_person() {
        let p = probe(&ANN);
        assert_eq!(
            keys(&p.identifiers, &p.demographics),
            [
                "fb|WARD|20200102",
                "fg|WARD|ANN",
                "gb|ANN|20200102",
                "id|MR|MPI|1"
            ]
        );
    }

    #[test]
    fn nobody_matches_nothing() {
        assert_eq!(judge(&Probe::default(), &[candidate(1, &ANN)]), Match::None);
        assert_eq!(judge(&probe(&ANN), &[]), Match::None);
    }
}
