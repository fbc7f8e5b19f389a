//! What a query gets.

use crate::world::{GIVEN, IMMUNE, REFUSED, TOLD, config, iis, iis_with, query, send};
use titer_service::{Iis, IisConfig, Policy};

fn with_many(iis: &Iis, n: usize) {
    for i in 0..n {
        let letter = char::from(b'B' + u8::try_from(i).unwrap());
        let message = GIVEN
            .replace("Marlow^Tessa^June", &format!("Marlow^Tessa^{letter}una"))
            .replace("4711^", &format!("{}^", 800 + i))
            .replace("F-1^", &format!("F-{i}^"))
            .replace("M-1", &format!("M-{i}"));
        assert_eq!(send(iis, &message).at("MSA-1"), "AA");
    }
}

fn vague(profile: &str) -> String {
    query(profile)
        .replace("4711^^^CLINIC-MR^MR", "")
        .replace("Marlow^Tessa^June", "Marlow^Tessa^")
}

#[test]
fn one_match_gives_the_history() {
    let iis = iis();
    send(&iis, GIVEN);
    let asked = query("Z34");
    let reply = send(&iis, &asked);
    assert_eq!(reply.at("MSH-9.3"), "RSP_K11");
    assert_eq!(reply.at("MSH-21.1"), "Z32");
    assert_eq!(
        (reply.at("MSA-1"), reply.at("MSA-2")),
        ("AA".into(), "Q-1".into())
    );
    assert_eq!(
        (reply.at("QAK-1"), reply.at("QAK-2")),
        ("TAG-1".into(), "OK".into())
    );
    assert_eq!(reply.at("QAK-3.1"), "Z34");
    let sent = asked.split('\r').nth(1).unwrap();
    assert_eq!(reply.all("QPD"), [sent]);
    // both the asker's number and ours come back
    let numbers = reply.all("PID")[0].split('|').nth(3).unwrap().to_owned();
    assert!(
        numbers.contains("4711^^^CLINIC-MR^MR") && numbers.contains("^^^TITER-IIS^SR"),
        "{numbers}"
    );
    // and ours finds the person too
    let ours = numbers
        .split('~')
        .find(|n| n.ends_with("SR"))
        .unwrap()
        .to_owned();
    let by_ours = asked
        .replace("4711^^^CLINIC-MR^MR", &ours)
        .replace("Marlow^", "Married^");
    assert_eq!(send(&iis, &by_ours).at("QAK-2"), "OK");
}

#[test]
fn nobody_is_not_found() {
    for profile in ["Z34", "Z44"] {
        let reply = send(&iis(), &query(profile));
        assert_eq!(reply.at("MSH-21.1"), "Z33");
        assert_eq!(
            (reply.at("MSA-1"), reply.at("QAK-2")),
            ("AA".into(), "NF".into())
        );
        assert_eq!(reply.lines().len(), 4);
    }
}

#[test]
fn several_give_a_list_or_too_many() {
    let iis = iis();
    with_many(&iis, 3);
    let list = send(&iis, &vague("Z34"));
    assert_eq!(
        (list.at("MSH-21.1"), list.at("QAK-2")),
        ("Z31".into(), "OK".into())
    );
    let ids: Vec<String> = list
        .all("PID")
        .iter()
        .map(|p| p.split('|').nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["1", "2", "3"]);
    let few = send(&iis, &vague("Z34").replace("RCP|I|5^", "RCP|I|2^"));
    assert_eq!(
        (few.at("MSH-21.1"), few.at("QAK-2")),
        ("Z33".into(), "TM".into())
    );
    assert!(few.all("PID").is_empty());
}

#[test]
fn our_own_limit_beats_the_askers() {
    let text = include_str!("../../policies/national.yaml")
        .replace("max-candidates: 20", "max-candidates: 2");
    let iis = iis_with(IisConfig {
        policy: Policy::read("mine.yaml", &text).unwrap(),
        ..config()
    });
    with_many(&iis, 3);
    assert_eq!(send(&iis, &vague("Z34")).at("QAK-2"), "TM");
}

#[test]
fn an_evaluated_history_has_an_evaluation_under_each_dose_and_one_group_of_forecasts() {
    let iis = iis();
    send(&iis, &[GIVEN, TOLD, REFUSED, IMMUNE].concat());
    let reply = send(&iis, &query("Z44"));
    assert_eq!(
        (reply.at("MSH-21.1"), reply.at("MSA-1"), reply.at("QAK-2")),
        ("Z42".into(), "AA".into(), "OK".into())
    );
    insta::assert_snapshot!(reply.lines()[4..].join("\n"));
}

#[test]
fn a_season_that_is_over_is_moved_where_the_policy_says_so() {
    // the status and the reason of influenza, whose season of the shipped schedule ends before the clock of these tests
    let influenza = |policy: &str| {
        let iis = iis_with(IisConfig {
            policy: Policy::read("mine.yaml", policy).unwrap(),
            ..config()
        });
        send(&iis, GIVEN);
        let reply = send(&iis, &query("Z44"));
        let rows = reply.all("OBX");
        let field = |row: &String, n: usize| row.split('|').nth(n).unwrap_or("").to_owned();
        let begin = rows
            .iter()
            .position(|row| row.contains("30956-7") && row.contains("|88^"))
            .unwrap();
        let set = field(&rows[begin], 4);
        let of_set = rows[begin..]
            .iter()
            .take_while(|row| field(row, 4) == set)
            .map(|row| field(row, 5));
        of_set.collect::<Vec<_>>().join("; ")
    };
    let national = include_str!("../../policies/national.yaml");
    let off = influenza(national);
    assert!(off.contains("Not Recommended"), "{off}");
    assert!(!off.contains("season moved"), "{off}");
    let on = influenza(&national.replace("shift-season: false", "shift-season: true"));
    assert!(on.contains("season moved by 1 year"), "{on}");
    // when the child is 6 months old, which is after the season's first day
    assert!(
        on.contains("On schedule") && on.contains("20260720"),
        "{on}"
    );
}

#[test]
fn several_for_an_evaluated_history_are_a_matter_of_policy() {
    let iis = iis();
    with_many(&iis, 2);
    assert_eq!(send(&iis, &vague("Z44")).at("QAK-2"), "NF");
    let text = include_str!("../../policies/national.yaml")
        .replace("evaluated-many: not-found", "evaluated-many: too-many");
    let iis = iis_with(IisConfig {
        policy: Policy::read("mine.yaml", &text).unwrap(),
        ..config()
    });
    with_many(&iis, 2);
    assert_eq!(send(&iis, &vague("Z44")).at("QAK-2"), "TM");
}

#[test]
fn a_query_that_cannot_be_answered_is_told_why() {
    let iis = iis();
    send(&iis, GIVEN);
    for (from, to, place) in [
        ("|TAG-1|", "||", "QPD^1^2"),
        ("|Marlow^Tessa^June^^^^L|", "||", "QPD^1^4"),
        ("|20260120|F|12", "||F|12", "QPD^1^6"),
        (
            "QPD|Z34^Request Immunization History^",
            "QPD|Z99^Something^",
            "QPD^1^1",
        ),
        ("RCP|I|5^RD", "RCP|I|0^RD", "RCP^1^2"),
    ] {
        let reply = send(&iis, &query("Z34").replacen(from, to, 1));
        assert_eq!(reply.at("MSH-21.1"), "Z33", "{from}: {:#?}", reply.lines());
        assert_eq!(
            (reply.at("MSA-1"), reply.at("QAK-2")),
            ("AE".into(), "AE".into()),
            "{from}"
        );
        let rows = reply.errors();
        assert_eq!(rows.len(), 1, "{from}");
        assert!(
            rows[0].starts_with(&format!("E {place}")),
            "{from}: {rows:?}"
        );
    }
    let headless = query("Z34")
        .lines()
        .collect::<String>()
        .replace("QPD|", "ZPD|");
    let reply = send(&iis, &headless);
    assert_eq!(
        (reply.at("MSH-9.1"), reply.at("MSA-1")),
        ("ACK".into(), "AE".into())
    );
}

#[test]
fn a_bad_value_that_is_not_needed_is_left_aside() {
    let iis = iis();
    send(&iis, GIVEN);
    let reply = send(&iis, &query("Z34").replace("|20260120|F|", "|20260120|X|"));
    assert_eq!(
        (reply.at("MSH-21.1"), reply.at("QAK-2")),
        ("Z32".into(), "OK".into())
    );
    assert_eq!(reply.at("MSA-1"), "AE");
    assert_eq!(reply.all("ERR").len(), 1);
}
