//! What an acknowledgment says: the first gate, the table of consequences, severities.

use crate::world::{GIVEN, IMMUNE, REFUSED, TOLD, config, iis, iis_with, query, send};
use titer_service::{IisConfig, Policy};

#[test]
fn a_clean_message_is_accepted_without_a_word() {
    let message = [GIVEN, TOLD, REFUSED, IMMUNE].concat();
    let reply = send(&iis(), &message);
    assert_eq!(reply.at("MSA-1"), "AA", "{:#?}", reply.lines());
    assert_eq!(reply.at("MSA-2"), "M-1");
    assert_eq!(reply.lines().len(), 2);
    assert_eq!(reply.at("MSH-9.1"), "ACK");
    assert_eq!(reply.at("MSH-9.2"), "V04");
    assert_eq!(reply.at("MSH-21.1"), "Z23");
    assert_eq!(reply.at("MSH-5"), "EHR");
    assert_eq!(reply.at("MSH-6"), "CLINIC");
    assert_eq!(reply.at("MSH-7"), "20261122100000-0500");
    assert_eq!(reply.at("MSH-23"), "CLINIC");
}

#[test]
fn the_first_gate_refuses_before_anything_else_is_looked_at() {
    let iis = iis();
    for (from, to, row) in [
        ("VXU^V04^VXU_V04", "ADT^A04^ADT_A01", "E MSH^1^9^1^1 200"),
        ("VXU^V04^VXU_V04", "VXU^V05^VXU_V04", "E MSH^1^9^1^2 201"),
        ("|P|2.5.1|", "|P|2.3.1|", "E MSH^1^12^1^1 203"),
        ("|P|2.5.1|", "|Q|2.5.1|", "E MSH^1^11^1^1 202"),
        ("|P|2.5.1|", "|P||", "E MSH^1^12^1^1 203"),
    ] {
        // the rest is wrong too, and is not looked at
        let message = GIVEN.replace(from, to).replace("20260120", "nonsense");
        let reply = send(&iis, &message);
        assert_eq!(reply.at("MSA-1"), "AR");
        assert_eq!(reply.at("MSA-2"), "M-1");
        assert_eq!(reply.errors(), [row]);
        assert_eq!(reply.at("MSH-9.2"), "V04");
    }
    let wrong = query("Z34").replace("2.5.1", "2.4");
    let reply = send(&iis, &wrong);
    assert_eq!(
        (reply.at("MSH-9.1"), reply.at("MSH-9.2")),
        ("ACK".into(), "Q11".into())
    );
    assert_eq!(reply.at("MSA-1"), "AR");
    let headless = send(&iis, &GIVEN.replace("MSH|", "XYZ|"));
    assert_eq!(headless.at("MSA-1"), "AR");
    assert_eq!(iis.registry().counts().unwrap().persons, 0);
}

/// What is changed in the clean message, and the ERR rows that follow.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const CASES: &[Case] = &[
    (
        "a code of an optional field",
        "LT^Left Thigh^HL70163",
        "XX^Left Thigh^HL70163",
        &["W RXR^1^2^1^1 103 5"],
    ),
    (
        "a race",
        "2106-3^White^CDCREC",
        "9999-9^White^CDCREC",
        &["W PID^1^10^1^1 103 5"],
    ),
    (
        "an eligibility code loses its observation only",
        "V02^VFC Eligible - Medicaid^HL70064",
        "V99^unknown^HL70064",
        &["W OBX^2^5^1 103 5", "W OBX^2 100"],
    ),
    (
        "a vaccine code loses its dose",
        "08^Hep B, adolescent or pediatric^CVX",
        "7777^none^CVX",
        &["E RXA^1^5^1^1 103 5", "E RXA^1 100"],
    ),
    (
        "no relationship loses the next of kin only",
        "|MTH^Mother^HL70063|",
        "||",
        &["E NK1^1^3 101", "E NK1^1 100"],
    ),
    (
        "no lot loses the dose",
        "|LOT123|",
        "||",
        &["E RXA^1^15 101", "E RXA^1 100"],
    ),
    (
        "no order number loses the dose",
        "|F-1^CLINIC-ORD|",
        "||",
        &["E ORC^1^3 101", "E ORC^1 100"],
    ),
    (
        "no name loses the message",
        "Marlow^Tessa^June^^^^L",
        "",
        &["E PID^1^5 101", "E PID^1 100"],
    ),
    (
        "no identifier loses the message",
        "4711^^^CLINIC-MR^MR",
        "",
        &["E PID^1^3 101", "E PID^1 100"],
    ),
    (
        "a birth date that has not come",
        "|20260120|F|",
        "|20270120|F|",
        &["E PID^1^7 999 1", "E PID^1 100"],
    ),
    (
        "a dose after today",
        "RXA|0|1|20261120|",
        "RXA|0|1|20261123|",
        &["E RXA^1^3 999 1", "E RXA^1 100"],
    ),
    (
        "a dose before birth",
        "RXA|0|1|20261120|",
        "RXA|0|1|20250101|",
        &["E RXA^1^3 999 1", "E RXA^1 100"],
    ),
    (
        "a day that no calendar has",
        "RXA|0|1|20261120|",
        "RXA|0|1|20260230|",
        &["E RXA^1^3 102 2", "E RXA^1 100"],
    ),
    (
        "an optional date that is none",
        "|LOT123|20271130|",
        "|LOT123|20271135|",
        &["W RXA^1^16 102 2"],
    ),
    (
        "what kind of acknowledgment is wanted makes no difference",
        "|||ER|AL|",
        "|||NE|AL|",
        &["I MSH^1^15 999 4"],
    ),
    (
        "an unknown segment is ignored",
        "ORC|RE|P-1",
        "ZAB|local\rORC|RE|P-1",
        &[],
    ),
    (
        "more fields than are known are ignored",
        "|A|20260120|20260120\r",
        "|A|20260120|20260120||||||||||EXTRA\r",
        &[],
    ),
    (
        "what is sent when known may be unknown",
        "|12 Mill Lane^^Bozeman^MT^59715^USA^P||^PRN^PH^^^406^5550123|||||||||2186-5^Not Hispanic or Latino^CDCREC||N|1|||||N",
        "",
        &[],
    ),
    (
        "a segment out of its place is ignored",
        "ORC|RE|P-1",
        "PD1|||||||||||02^^HL70215\rORC|RE|P-1",
        &["E PD1^2 100", "E PD1^2 100"],
    ),
    (
        "an order without RXA is lost",
        "RXA|0|",
        "ZXA|0|",
        &["E RXA^1 100", "E ORC^1 100"],
    ),
    (
        "a dose without ORC is lost",
        "ORC|RE|P-1^CLINIC-ORD|F-1",
        "ZRC|RE|P-1^CLINIC-ORD|F-1",
        &["E ORC^1 100", "E RXA^1 100"],
    ),
    (
        "no patient, no message",
        "PID|1|",
        "ZID|1|",
        &["E PID^1 100", "E PID^1 100"],
    ),
    (
        "HL7 null in a required field is as nothing",
        "|20260120|F|",
        "|20260120|\"\"|",
        &["E PID^1^8 101", "E PID^1 100"],
    ),
    (
        "a separator in a value is text",
        "12 Mill Lane^^Bozeman",
        "12 Mill Lane^^Boze&man",
        &["W PID^1^11^1^3 102 4"],
    ),
    (
        "two vaccines in one field",
        "08^Hep B, adolescent or pediatric^CVX|",
        "08^Hep B, adolescent or pediatric^CVX^00006-4681-00^M-M-R II^NDC|",
        &["W RXA^1^5^1^4 999 3"],
    ),
];

#[test]
fn what_is_lost_follows_the_guides_table() {
    let mut wrong = Vec::new();
    for (name, from, to, rows) in CASES {
        assert!(GIVEN.contains(from), "{name}");
        let reply = send(&iis(), &GIVEN.replacen(from, to, 1));
        let expected: &str = if rows.iter().all(|r| r.starts_with('I')) {
            "AA"
        } else {
            "AE"
        };
        let found = reply.errors();
        let same =
            found.len() == rows.len() && found.iter().zip(*rows).all(|(f, r)| same_place(f, r));
        if !same || reply.at("MSA-1") != expected {
            wrong.push(format!(
                "{name}: {} with {found:#?} instead of {rows:#?}\n{:#?}",
                reply.at("MSA-1"),
                reply.all("ERR")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn two_codes_of_different_vaccines_are_told_once_and_the_cvx_code_is_kept() {
    let iis = iis();
    let both = "08^Hep B, adolescent or pediatric^CVX^00006-4681-00^M-M-R II^NDC|";
    let reply = send(
        &iis,
        &GIVEN.replacen("08^Hep B, adolescent or pediatric^CVX|", both, 1),
    );
    let rows = reply.all("ERR");
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert!(
        rows[0].contains("`00006-4681-00` means CVX 03"),
        "{rows:#?}"
    );
    let doses = send(&iis, &query("Z34")).all("RXA");
    assert_eq!(doses.len(), 1);
    assert!(doses[0].contains("|08^"), "{doses:#?}");
}

// the same row, where the expected place may be the field of which the found one names a part
fn same_place(found: &str, expected: &str) -> bool {
    let split = |row: &str| -> Vec<String> { row.split(' ').map(str::to_owned).collect() };
    let (f, e) = (split(found), split(expected));
    f.len() == e.len()
        && f.iter().zip(&e).enumerate().all(|(i, (f, e))| {
            if i == 1 {
                f == e || f.starts_with(&format!("{e}^"))
            } else {
                f == e
            }
        })
}

#[test]
fn one_bad_dose_leaves_the_others() {
    let iis = iis();
    let message = [GIVEN, TOLD]
        .concat()
        .replace("08^Hep B, adolescent or pediatric", "7777^none");
    let reply = send(&iis, &message);
    assert_eq!(reply.at("MSA-1"), "AE");
    assert_eq!(iis.registry().counts().unwrap().doses, 1);
    let history = send(&iis, &query("Z34"));
    assert_eq!(history.all("RXA").len(), 1);
    assert_eq!(history.at("RXA-5.1"), "45");
}

#[test]
fn a_lost_message_stores_nothing() {
    let iis = iis();
    for (from, to) in [
        ("Marlow^Tessa^June^^^^L", ""),
        ("|20260120|F|", "|20270120|F|"),
        ("PID|1|", "ZZZ|1|"),
    ] {
        let reply = send(&iis, &GIVEN.replacen(from, to, 1));
        assert_eq!(reply.at("MSA-1"), "AE");
        assert!(
            reply
                .all("ERR")
                .iter()
                .any(|e| e.contains("nothing was stored")),
            "{:#?}",
            reply.lines()
        );
    }
    assert_eq!(iis.registry().counts().unwrap().persons, 0);
}

#[test]
fn rows_come_worst_first() {
    let message = GIVEN
        .replace("LT^Left Thigh^HL70163", "XX^x^HL70163")
        .replace("|MTH^Mother^HL70063|", "||")
        .replace("|||ER|AL|", "|||NE|AL|");
    let severities: Vec<String> = send(&iis(), &message)
        .errors()
        .iter()
        .map(|r| r[..1].to_owned())
        .collect();
    assert_eq!(severities, ["E", "E", "W", "I"]);
}

#[test]
fn a_jurisdiction_may_be_stricter_or_milder() {
    let with = |entries: &str| {
        let text = include_str!("../../policies/national.yaml").to_owned() + entries;
        iis_with(IisConfig {
            policy: Policy::read("mine.yaml", &text).unwrap(),
            ..config()
        })
    };
    let bad_race = GIVEN.replace("2106-3^White^CDCREC", "9999-9^White^CDCREC");
    let strict = with("  - {rule: \"*\", at: PID-10, severity: error}\n");
    assert!(send(&strict, &bad_race).errors()[0].starts_with("E PID^1^10"));
    let mild = with("  - {rule: \"*\", at: PID-10, severity: off}\n");
    let reply = send(&mild, &bad_race);
    assert_eq!(reply.at("MSA-1"), "AA");
    let quiet = include_str!("../../policies/national.yaml")
        .replace("information: true", "information: false");
    let quiet = iis_with(IisConfig {
        policy: Policy::read("mine.yaml", &quiet).unwrap(),
        ..config()
    });
    let reply = send(&quiet, &GIVEN.replace("|||ER|AL|", "|||NE|AL|"));
    assert!(reply.errors().is_empty());
}

#[test]
fn rows_do_not_show_who_is_meant() {
    let message = GIVEN
        .replace("|20260120|F|", "|19990101X|F|")
        .replace(
            "12 Mill Lane^^Bozeman^MT^59715^USA^P",
            "12 Mill Lane^^Bozeman^MT^59715^USA^Z",
        )
        .replace("4711^^^CLINIC-MR^MR", "4711^^^^MR");
    let reply = send(&iis(), &message);
    assert!(!reply.all("ERR").is_empty());
    for row in reply.all("ERR") {
        for secret in ["Marlow", "Tessa", "19990101", "Mill Lane", "4711"] {
            assert!(!row.contains(secret), "{row}");
        }
    }
}
