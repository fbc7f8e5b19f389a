//! Every kind of expression: read, written back the same, and judged both ways.

use crate::common::{detect, message, validator};
use std::fmt::Write;
use titer_conformance::expr::{Expr, Pattern, Scope, ScopeChild, read, write};
use titer_conformance::{Dialect, Kind};

const FIELDS: &str = "\
- {name: One, usage: O, type: ST, occurs: 0..*}
- {name: Two, usage: O, type: ST}
- {name: Number, usage: O, type: NM}
- {name: Moment, usage: O, type: DTM}
- {name: Other Moment, usage: O, type: DTM}
- {name: Day, usage: O, type: DT}
- {name: Coded, usage: O, type: CE, occurs: 0..*}
- {name: Identifier, usage: O, type: CX}
";

/// Whether the assertion is met by a PID segment: `Some(false)` is a failure, `None` means that it cannot be judged.
fn judge(dialect: Dialect, assertion: &str, pid: &str) -> Option<bool> {
    let rule = format!(
        "constraints:\n  - {{id: C-1, assert: '{}'}}",
        assertion.replace('\'', "''")
    );
    let validator = validator(FIELDS, &rule, dialect);
    let found = detect(&validator, &message(&format!("PID|{pid}")));
    let kinds: Vec<Kind> = found.iter().map(|d| d.kind).collect();
    if kinds.contains(&Kind::ConstraintUnclear) {
        None
    } else {
        Some(!kinds.contains(&Kind::Constraint))
    }
}

fn met(assertion: &str, pid: &str) -> bool {
    judge(Dialect::Titer, assertion, pid).expect("it can be judged")
}

#[test]
fn presence() {
    assert!(met("PID-2 is valued", "a|b") && !met("PID-2 is valued", "a"));
    assert!(met("PID-2 is empty", "a") && !met("PID-2 is empty", "a|b"));
    assert!(met("PID-8.4.2 is valued", "|||||||x^^^a&b"));
    assert!(!met("PID-8.4.2 is valued", "|||||||x^^^a"));
    assert!(met("PID-1[2] is valued", "a~b") && !met("PID-1[2] is valued", "a"));
}

#[test]
fn texts() {
    assert!(met("PID-2 = \"b\"", "a|b") && !met("PID-2 = \"b\"", "a|B"));
    assert!(met("PID-2 = \"b\" ignoring case", "a|B"));
    // decoded before it is compared
    assert!(met("PID-2 = \"x&y\"", "a|x\\T\\y"));
    // every value, at least one, a number of them
    assert!(!met("PID-1[*] = \"a\"", "a~b") && met("PID-1[*] = \"a\"", "a~a"));
    assert!(met("PID-1[*] = \"a\" at least once", "a~b"));
    assert!(!met("PID-1[*] = \"a\" at least once", "c~b"));
    assert!(met("PID-1[*] = \"a\" times 2..2", "a~b~a"));
    assert!(!met("PID-1[*] = \"a\" times 3..*", "a~b~a"));
}

#[test]
fn absent_values() {
    assert!(met("PID-2 = \"b\"", "a"));
    assert!(!met("PID-2 = \"b\" absent fails", "a"));
    assert_eq!(
        judge(Dialect::Titer, "PID-2 = \"b\" absent unclear", "a"),
        None
    );
    // what is negated asks about a value; the reference takes an absent one for it
    let rule = "not PID-2 = \"998\" or PID-3 == 999";
    assert_eq!(judge(Dialect::Titer, rule, "a||5"), Some(true));
    assert_eq!(judge(Dialect::Nist163, rule, "a||5"), Some(false));
}

#[test]
fn lists_and_patterns() {
    assert!(met("PID-2 in {a, \"b c\"}", "|b c") && !met("PID-2 in {a, b}", "|c"));
    assert!(met("PID-3 in numbers {1, 2.5}", "||2.50") && !met("PID-3 in numbers {1, 2}", "||3"));
    assert!(met("PID-2 matches /[a-c]+\\/d/", "|abc/d") && !met("PID-2 matches /[a-c]+/", "|abcd"));
    assert!(met("PID-2 matches digits", "|123") && !met("PID-2 matches digits", "|12x"));
}

#[test]
fn comparisons() {
    assert!(met("PID-3 > 0", "||1") && !met("PID-3 > 0", "||0"));
    assert!(met("PID-3 >= 1.5", "||1.5") && !met("PID-3 < 1.5", "||1.5"));
    assert!(met("PID-3 != 4", "||5") && met("PID-3 <= 4", "||4"));
    assert_eq!(judge(Dialect::Titer, "PID-3 > 0", "||x"), None);
    // text against a number
    assert!(met("PID-2 > 0", "|7"));
    // the reference has the order of texts the wrong way round
    assert_eq!(judge(Dialect::Titer, "PID-2 > \"a\"", "|b"), Some(true));
    assert_eq!(judge(Dialect::Nist163, "PID-2 > \"a\"", "|b"), Some(false));
    assert!(met("PID-2 == \"ABC\"", "|abc") && !met("PID-2 == \"ABC\" identical", "|abc"));
    assert!(met("PID-2 == \"ab\" truncated", "|abc"));
}

#[test]
fn two_paths() {
    let same = "PID-5 == value PID-4";
    assert!(met(same, "|||2024|2024") && !met(same, "|||2024|2025"));
    assert!(met(same, "|||202402291200+0100|202402291100+0000"));
    assert!(met("PID-5 >= value PID-4", "|||20240131|20240201"));
    assert!(met(same, "|||") && !met(same, "|||2024"));
    // days and moments do not compare, which counts as not met
    assert!(!met("PID-6 == value PID-4", "|||2024||2024"));
    // each against each
    assert!(met("PID-1[*] == value PID-2", "a~a|a") && !met("PID-1[*] == value PID-2", "a~b|a"));
    assert!(met(
        "PID-1[*] == value PID-2 comparing once to all",
        "a~b|a"
    ));
    assert!(met("PID-1[*] == value PID-2 comparing 1 to all", "a~b|a"));
}

#[test]
fn tables() {
    assert!(met("PID-7 in table COLOUR", "||||||RED^x^COL"));
    assert!(!met("PID-7 in table COLOUR", "||||||RED^x^SHP"));
    assert!(!met("PID-7 in table COLOUR", "||||||MAUVE^x^COL"));
    assert!(!met("PID-7 in table COLOUR", "||||||BEIGE^x^COL"));
    assert!(met("PID-2 in table COLOUR", "|GREY7") && !met("PID-2 in table COLOUR", "|GREY"));
    assert_eq!(
        judge(
            Dialect::Titer,
            "PID-7[*] in table COLOUR",
            "||||||RED^x^COL~RED^x^COL"
        ),
        None
    );
}

#[test]
fn logic() {
    for (a, b) in [(true, true), (true, false), (false, true), (false, false)] {
        let pid = format!("{}|{}", if a { "x" } else { "" }, if b { "x" } else { "" });
        let is = |text: &str| met(text, &pid);
        assert_eq!(is("PID-1 is valued and PID-2 is valued"), a && b);
        assert_eq!(is("PID-1 is valued or PID-2 is valued"), a || b);
        assert_eq!(is("PID-1 is valued xor PID-2 is valued"), a != b);
        assert_eq!(is("if PID-1 is valued then PID-2 is valued"), !a || b);
        assert_eq!(is("not (PID-1 is valued and PID-2 is valued)"), !(a && b));
        assert_eq!(is("all(PID-1 is valued; PID-2 is valued)"), a && b);
        assert_eq!(is("any(PID-1 is valued; PID-2 is valued)"), a || b);
    }
    // what cannot be judged stays so, unless it does not matter
    let unclear = "PID-3 > 0";
    assert_eq!(
        judge(
            Dialect::Titer,
            &format!("{unclear} or PID-1 is valued"),
            "a||x"
        ),
        None
    );
    assert_eq!(
        judge(
            Dialect::Titer,
            &format!("PID-1 is valued or {unclear}"),
            "a||x"
        ),
        Some(true)
    );
}

#[test]
fn every_element_of_a_list() {
    let all = "each(PID-7[*]; 1 = \"a\")";
    assert!(met(all, "||||||a^x~a") && !met(all, "||||||a^x~b"));
    assert!(met("each(PID-7[*] at least once; 1 = \"a\")", "||||||b~a"));
    assert!(met("each(PID-7[*] times 0..1; 1 = \"a\")", "||||||b~a"));
    assert!(!met("each(PID-7[*] times 0..1; 1 = \"a\")", "||||||a~a"));
    assert!(met(all, "a") && !met("each(PID-7[*] absent fails; 1 = \"a\")", "a"));
}

#[test]
fn paths_below_simple_elements() {
    // a primitive is its own first component; the reference gives up
    assert_eq!(judge(Dialect::Titer, "PID-2.1 = \"b\"", "a|b"), Some(true));
    assert_eq!(judge(Dialect::Nist163, "PID-2.1 = \"b\"", "a|b"), None);
    assert_eq!(
        judge(Dialect::Titer, "PID-7 = \"b\"", "||||||b^c"),
        Some(true)
    );
    assert_eq!(judge(Dialect::Nist163, "PID-7 = \"b\"", "||||||b^c"), None);
}

#[test]
fn set_ids_and_sequences() {
    let profile = |assertion: &str| {
        let mut files = crate::common::files(FIELDS, "");
        let text = files.get_mut("T01.yaml").expect("the profile");
        let _ = writeln!(text, "constraints:\n  - {{id: C-1, assert: '{assertion}'}}");
        let nk1 = files.get_mut("segments/NK1.yaml").expect("NK1");
        nk1.push_str("    constraints:\n      - {id: C-2, assert: 'counts(NK1-1)'}\n");
        let definition = titer_conformance::yaml::load(&files, "T01").expect("it loads");
        titer_conformance::Validator::compile(&definition, Dialect::Titer).expect("it compiles")
    };
    let validator = profile("counts(VISIT[*]; OBSERVATION[*].OBX-1)");
    let failing = |lines: &str| {
        detect(&validator, &message(lines))
            .iter()
            .filter(|d| d.kind == Kind::Constraint)
            .map(|d| validator.path(d))
            .collect::<Vec<_>>()
    };
    assert_eq!(failing("PID|a\nNK1|1\nNK1|3"), ["NK1[2]-1[1]"]);
    let visits = |a: u32, b: u32, c: u32, d: u32| {
        failing(&format!(
            "PID|a\nPV1|x\nOBX|{a}|NM|A^b||5\nOBX|{b}|NM|A^b||5\nPV1|x\nOBX|{c}|NM|A^b||5\nOBX|{d}|NM|A^b||5"
        ))
    };
    assert_eq!(visits(1, 2, 3, 4), Vec::<String>::new());
    assert_eq!(visits(1, 2, 1, 2), Vec::<String>::new());
    assert_eq!(visits(1, 2, 1, 3), ["OBX[4]-1[1]"]);
    assert_eq!(visits(1, 1, 1, 1), ["OBX[2]-1[1]"]);
}

#[test]
fn conditions_decide_usage() {
    let fields = "\
- {name: Kind, usage: O, type: ST}
- {name: Detail, usage: C(R/X), type: ST, when: 'PID-1 = \"A\"'}
";
    let kinds = |dialect, pid: &str| {
        let validator = validator(fields, "", dialect);
        detect(&validator, &message(&format!("PID|{pid}")))
            .iter()
            .filter(|d| d.kind != Kind::KnownMissing)
            .map(|d| (d.kind, validator.path(d)))
            .collect::<Vec<_>>()
    };
    let place = || "PID[1]-2[1]".to_owned();
    assert_eq!(
        kinds(Dialect::Titer, "A"),
        [(Kind::ConditionRequires, place())]
    );
    assert_eq!(kinds(Dialect::Titer, "A|x"), []);
    assert_eq!(
        kinds(Dialect::Titer, "B|x"),
        [(Kind::ConditionForbids, place())]
    );
    assert_eq!(kinds(Dialect::Titer, "B"), []);
    // an absent value is not "A"; the reference thinks it is
    assert_eq!(
        kinds(Dialect::Titer, "|x"),
        [(Kind::ConditionForbids, place())]
    );
    assert_eq!(kinds(Dialect::Nist163, "|x"), []);
    assert_eq!(kinds(Dialect::Titer, "\"\""), []);
}

fn group() -> Vec<ScopeChild> {
    let segment = |n: &str| ScopeChild::Segment(n.to_owned());
    vec![
        segment("MSH"),
        ScopeChild::Group("ORDER".to_owned(), vec![segment("ORC"), segment("RXA")]),
    ]
}

#[test]
fn what_is_written_is_read_back_the_same() {
    let group = group();
    let patterns = [(
        "digits".to_owned(),
        Pattern::new("[0-9]+").expect("a pattern"),
    )];
    let in_segment = [
        "RXA-9.1 = \"00\" and RXA-20 in {CP, PA}",
        "RXA-1 = \"a\\\"b\\\\c\" ignoring case at least once",
        "(RXA-1 is valued or RXA-2 is empty) and not RXA-3 matches digits",
        "if RXA-1 is valued then if RXA-2 is valued then RXA-3 is valued",
        "(if RXA-1 is valued then RXA-2 is valued) or RXA-3 is valued",
        "RXA-1 is valued and (RXA-2 is valued and RXA-3 is valued)",
        "RXA-1 is valued xor RXA-2 is valued",
        "RXA-3[*] matches /a\\/b+/ times 1..3 absent fails",
        "RXA-4 == value RXA-3.1 truncated identical comparing once to 2 absent unclear",
        "RXA-5 in table CVX at 1:4",
        "RXA-6 in numbers {1, 2.5}",
        "RXA-6 >= 2.5",
        "RXA-6 != \"x y\"",
        "counts(RXA-1)",
        "each(RXA-5[*] at least once; 1 = \"a\")",
        "all(RXA-1 is valued; any(RXA-2 is valued; . is valued))",
        "rule statements-complete",
        "not (RXA-1 is valued and RXA-2 is valued)",
    ];
    for text in in_segment {
        let scope = Scope::Segment("RXA");
        let expr = read(text, scope, &patterns).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(write(&expr, scope, &patterns), text);
    }
    for text in [
        "ORDER[*].RXA[2]-5.1 is valued",
        "ORDER is valued",
        "counts(ORDER[*]; RXA[*]-1)",
        "each(ORDER[*]; RXA-1 = \"a\")",
        "each(ORDER.RXA[*]; RXA-1 = \"a\")",
    ] {
        let scope = Scope::Group(&group);
        let expr = read(text, scope, &patterns).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(write(&expr, scope, &patterns), text);
    }
    let scope = Scope::Datatype("HD");
    let expr: Expr = read("HD.2 is valued", scope, &patterns).expect("an expression");
    assert_eq!(write(&expr, scope, &patterns), "HD.2 is valued");
}

#[test]
fn mistakes_are_pointed_at() {
    let group = group();
    let wrong =
        |text: &str, scope: Scope<'_>| read(text, scope, &[]).expect_err("it is wrong").to_string();
    let segment = Scope::Segment("RXA");
    insta::assert_snapshot!(
        [
            wrong("", segment),
            wrong("RXA-1", segment),
            wrong("RXA-1 is full", segment),
            wrong("PID-1 is valued", segment),
            wrong("RXA.1 is valued", segment),
            wrong("RXA-0 is valued", segment),
            wrong("RXA-1[0] is valued", segment),
            wrong("RXA-1 = x", segment),
            wrong("RXA-1 = \"x", segment),
            wrong("RXA-1 in {}", segment),
            wrong("RXA-1 in numbers {a}", segment),
            wrong("RXA-1 matches nothing", segment),
            wrong("RXA-1 matches /[/", segment),
            wrong("RXA-1 matches /(?=a)/", segment),
            wrong("RXA-1 > x", segment),
            wrong("(RXA-1 is valued", segment),
            wrong("RXA-1 is valued RXA-2", segment),
            wrong("rule nothing", segment),
            wrong("ORDERS is valued", Scope::Group(&group)),
            wrong("ORDER.PID is valued", Scope::Group(&group)),
            wrong(&"(".repeat(500), segment),
        ]
        .join("\n")
    );
}
