//! Constraints, their expressions, predicates and notes.

use super::{FIRST, binding, bound, entries, judged, nist, rules, say};
use titer_conformance::model::Definition;
use titer_conformance::xml::read_rules;
use titer_conformance::{Dialect, Difference, Validator};

fn constraint(attributes: &str, assertion: &str) -> Definition {
    rules(&format!(
        "<Constraints><Segment><ByID ID=\"PID\"><Constraint ID=\"C-1\" {attributes}><Description>text</Description><Assertion>{assertion}</Assertion></Constraint></ByID></Segment></Constraints>"
    ))
}

#[test]
fn classification_and_strength() {
    let failing = "<Presence Path=\"1[1]\"/>";
    let unclear = "<Plugin QualifiedClassName=\"a.b.C\"/>";
    for (attributes, fails, cannot) in [
        ("", "Error", "Specification Error"),
        ("Strength=\"SHALL\"", "Error", "Specification Error"),
        ("Strength=\"SHOULD\"", "Warning", "Specification Error"),
        ("Classification=\"W\"", "Warning", "Warning"),
        ("Classification=\"A\"", "Alert", "Alert"),
        // the classification goes before the strength
        ("Classification=\"A\" Strength=\"SHOULD\"", "Alert", "Alert"),
    ] {
        assert_eq!(
            nist(&constraint(attributes, failing), "PID||x"),
            [format!("Constraint Failure/{fails} PID[1]")]
        );
        assert!(nist(&constraint(attributes, failing), "PID|x").is_empty());
        assert_eq!(
            nist(&constraint(attributes, unclear), "PID|x"),
            [format!("Constraint Spec Error/{cannot} PID[1]")]
        );
    }
}

#[test]
fn a_plug_in_that_is_not_known_is_named() {
    let def = constraint(
        "",
        "<AND><Presence Path=\"1[1]\"/><Plugin QualifiedClassName=\"gov.x.Y\"/></AND>",
    );
    let validator = Validator::compile(&def, Dialect::Titer).expect("it compiles");
    let found = crate::common::findings(&validator, &crate::common::message("PID|x"));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rule, "C-1");
    assert!(
        found[0]
            .message
            .contains("the plug-in `gov.x.Y` is not known"),
        "{}",
        found[0].message
    );
    // what fails before it is asked is a failure
    assert_eq!(nist(&def, "PID||x"), ["Constraint Failure/Error PID[1]"]);
}

#[test]
fn the_plug_in_of_the_guide_is_a_rule_of_ours() {
    let text = "<ConformanceContext><MetaData Name=\"r\"/><Constraints><Group><ByID ID=\"visit\"><Constraint ID=\"IZ-24\"><Description>t</Description><Assertion><Plugin QualifiedClassName=\"gov.nist.hit.iz.plugin.IZ24Constraint\"/></Assertion></Constraint></ByID></Group></Constraints></ConformanceContext>";
    let rules = read_rules("c.xml", text).expect("rules");
    assert_eq!(rules.constraints[0].assertion.plugin(), None);
}

#[test]
fn everything_at_two_paths() {
    let with = |attributes: &str| {
        constraint(
            "",
            &format!(
                "<ComplexPathValue Path1=\"2[1]\" Operator=\"EQ\" Path2=\"2[2]\" {attributes}/>"
            ),
        )
    };
    let strict = with("");
    let loose = with("Strict=\"false\"");
    for dialect in [Dialect::Nist163, Dialect::Titer] {
        let said = |def: &Definition, lines: &str| say(&entries(def, dialect, lines));
        // different instances never stand beside each other, so strictly each is missing on the other side
        assert_eq!(said(&strict, "PID||A~A").len(), 1);
        assert!(said(&loose, "PID||A~B").is_empty());
        assert!(said(&strict, "PID|x").is_empty());
        assert_eq!(
            said(&strict, "PID||A"),
            ["Constraint Failure/Error PID[1]-2[1]"]
        );
        let failing = with("NotPresentBehavior=\"FAIL\"");
        assert_eq!(said(&failing, "PID|x"), ["Constraint Failure/Error PID[1]"]);
    }
    let fields = |attributes: &str| {
        constraint(
            "",
            &format!(
                "<ComplexPathValue Path1=\"2[1]\" Operator=\"EQ\" Path2=\"8[1]\" {attributes}/>"
            ),
        )
    };
    let said = |def: &Definition, lines: &str| -> Vec<String> {
        nist(def, lines)
            .into_iter()
            .filter(|s| s.starts_with("Constraint F") || s.starts_with("Constraint S"))
            .collect()
    };
    assert!(said(&fields(""), "PID||A^b^c||||||A^b^c").is_empty());
    assert_eq!(
        said(&fields(""), "PID||A^b^c||||||A^x^d"),
        ["Constraint Failure/Error PID[1]-2[1].2"]
    );
    assert_eq!(
        said(&fields(""), "PID||A^^c||||||A^b^c"),
        ["Constraint Failure/Error PID[1]-8[1].2"]
    );
    assert!(said(&fields("Strict=\"false\""), "PID||A^^c||||||A^b^c").is_empty());
    assert!(said(&fields("Truncated=\"true\""), "PID||Abc||||||A").is_empty());
    assert!(said(&fields(""), "PID||a||||||A").is_empty());
    assert_eq!(
        said(&fields("IdenticalEquality=\"true\""), "PID||a||||||A"),
        ["Constraint Failure/Error PID[1]-2[1].1"]
    );
    // a whole and a part do not compare
    let uneven = constraint(
        "",
        "<ComplexPathValue Path1=\"2[1]\" Operator=\"EQ\" Path2=\"1[1]\"/>",
    );
    assert_eq!(
        nist(&uneven, "PID|A|A"),
        ["Constraint Spec Error/Specification Error PID[1]"]
    );
}

#[test]
fn codes_by_their_notation() {
    let with = |format: &str, attributes: &str| {
        constraint(
            "",
            &format!("<StringFormat Path=\"2[*].1[1]\" Format=\"{format}\" {attributes}/>"),
        )
    };
    for dialect in [Dialect::Nist163, Dialect::Titer] {
        let said = |def: &Definition, lines: &str| say(&entries(def, dialect, lines));
        assert!(said(&with("LOINC", ""), "PID||30956-7").is_empty());
        assert_eq!(
            said(&with("LOINC", ""), "PID||30956-8~30956-7"),
            ["Constraint Failure/Error PID[1]-2[1].1"]
        );
        assert!(
            said(
                &with("LOINC", "AtLeastOnce=\"true\""),
                "PID||30956-8~30956-7"
            )
            .is_empty()
        );
        assert!(said(&with("SNOMED", ""), "PID||73211009").is_empty());
        assert_eq!(
            said(&with("SNOMED", ""), "PID||73211"),
            ["Constraint Failure/Error PID[1]-2[1].1"]
        );
        assert_eq!(
            said(&with("LOINC", "NotPresentBehavior=\"FAIL\""), "PID|x"),
            ["Constraint Failure/Error PID[1]"]
        );
        assert_eq!(
            said(&with("ICD", ""), "PID||A00"),
            ["Constraint Spec Error/Specification Error PID[1]"]
        );
    }
}

#[test]
fn numbers_of_a_list() {
    let with = |attributes: &str| {
        constraint(
            "",
            &format!("<NumberList Path=\"2[*].1[1]\" CSV=\"1, 2.5\" {attributes}/>"),
        )
    };
    for dialect in [Dialect::Nist163, Dialect::Titer] {
        let said = |def: &Definition, lines: &str| say(&entries(def, dialect, lines));
        assert!(said(&with(""), "PID||1~2.50").is_empty());
        assert_eq!(
            said(&with(""), "PID||1~3"),
            ["Constraint Failure/Error PID[1]-2[2].1"]
        );
        assert!(said(&with("AtLeastOnce=\"true\""), "PID||1~3").is_empty());
        // what is no number fails, whatever the rest is
        assert_eq!(
            said(&with("AtLeastOnce=\"true\""), "PID||x~1"),
            ["Constraint Failure/Error PID[1]-2[1].1"]
        );
        // too many that are right: nobody is to blame
        assert_eq!(
            said(&with("Min=\"1\" Max=\"1\""), "PID||1~1"),
            ["Constraint Failure/Error PID[1]"]
        );
        // a maximum alone says nothing
        assert_eq!(
            said(&with("Max=\"1\""), "PID||1~3"),
            ["Constraint Failure/Error PID[1]-2[2].1"]
        );
    }
}

#[test]
fn elements_in_turn() {
    let with = |attributes: &str| {
        constraint(
            "",
            &format!(
                "<SubContext Path=\"2[*]\" {attributes}><AND><PlainText Path=\"1[1]\" Text=\"A\" IgnoreCase=\"false\" NotPresentBehavior=\"FAIL\"/><Presence Path=\"2[1]\"/></AND></SubContext>"
            ),
        )
    };
    for dialect in [Dialect::Nist163, Dialect::Titer] {
        let said = |def: &Definition, lines: &str| say(&entries(def, dialect, lines));
        assert!(said(&with(""), "PID||A^x~A^y").is_empty());
        assert_eq!(
            said(&with(""), "PID||A^x~B^y"),
            ["Constraint Failure/Error PID[1]-2[2].1"]
        );
        assert!(said(&with("AtLeastOnce=\"true\""), "PID||A^x~B^y").is_empty());
        assert!(
            said(
                &with("MinOccurrence=\"1\" MaxOccurrence=\"1\""),
                "PID||A^x~B^y"
            )
            .is_empty()
        );
        assert_eq!(
            said(
                &with("MinOccurrence=\"2\" MaxOccurrence=\"*\""),
                "PID||A^x~B^y"
            )
            .len(),
            1
        );
        assert_eq!(
            said(&with("NotPresentBehavior=\"FAIL\""), "PID|x"),
            ["Constraint Failure/Error PID[1]"]
        );
        assert_eq!(
            said(&with("NotPresentBehavior=\"INCONCLUSIVE\""), "PID|x"),
            ["Constraint Spec Error/Specification Error PID[1]"]
        );
    }
}

#[test]
fn predicates_without_a_way_to_their_target() {
    let def = rules(
        "<Predicates><Segment><ByID ID=\"PID\"><Predicate Target=\"1[1].1[1].1[1]\" TrueUsage=\"R\" FalseUsage=\"X\"><Description>d</Description><Condition><Presence Path=\"2[1]\"/></Condition></Predicate></ByID></Segment></Predicates>",
    );
    assert_eq!(
        nist(&def, "PID|a|b"),
        ["Predicate Spec Error/Specification Error PID[1]"]
    );
    assert!(nist(&def, "PID||b").is_empty());
}

#[test]
fn notes_are_given_when_asked_for() {
    let mut def = rules(
        "<Predicates><Segment><ByID ID=\"PID\"><Predicate Target=\"1[1]\" TrueUsage=\"RE\" FalseUsage=\"O\"><Description>d</Description><Condition><Presence Path=\"2[1]\"/></Condition></Predicate></ByID></Segment></Predicates>",
    );
    def.bindings = bound("Segment", "PID", &binding("2[*]", "R", &["FREE"], FIRST)).bindings;
    for dialect in [Dialect::Nist163, Dialect::Titer] {
        let quiet = Validator::compile(&def, dialect).expect("it compiles");
        assert!(judged(&quiet, "PID|a|b").is_empty());
        let said = say(&judged(&quiet.with_notes(), "PID|a|b"));
        for wanted in [
            "Predicate Usage Selection/Validation Notes PID[1]-1[1]",
            "Excluded From Validation/Validation Notes PID[1]-2[1]",
            "O-Usage/Informational PID[1]-1[1]",
            "O-Usage/Informational PID[1]-2[1].1",
        ] {
            assert!(said.iter().any(|s| s == wanted), "{wanted} in {said:?}");
        }
    }
}

#[test]
fn every_difference_has_a_name_of_its_own() {
    let mut names: Vec<&str> = Difference::ALL.iter().map(|d| d.explained().name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Difference::ALL.len());
}
