//! Lengths, bindings and codes.

use super::{EITHER, FIRST, ITSELF, binding, bound, definition, entries, judged, nist, say, titer};
use titer_conformance::model::Definition;
use titer_conformance::xml::read_bindings;
use titer_conformance::{Dialect, Validator};

#[test]
fn lengths_in_both_forms_and_both_mistakes() {
    let def = definition();
    // a conformance length alone is a range from 1
    assert_eq!(nist(&def, "PID|||||abcd"), ["Length/Warning PID[1]-5[1]"]);
    assert!(nist(&def, "PID|||||abc").is_empty());
    assert_eq!(
        nist(&def, "PID||||||abcd"),
        ["Length Spec Error/Specification Error PID[1]-6[1]"]
    );
    assert_eq!(titer(&def, "PID||||||abcd"), ["Length/Warning PID[1]-6[1]"]);
    assert!(titer(&def, "PID||||||ab").is_empty());
    for dialect in [Dialect::Nist163, Dialect::Titer] {
        assert_eq!(
            say(&entries(&def, dialect, "PID|||||||a")),
            ["Length Spec Error/Specification Error PID[1]-7[1]"]
        );
        assert_eq!(
            say(&entries(&def, dialect, "PID||||||||A^b")),
            ["Constant Value Spec Error/Specification Error PID[1]-8[1]"]
        );
    }
}

#[test]
fn separate_bindings_of_fields() {
    let def = bound("Segment", "PID", &binding("1[*]", "R", &["COLOUR"], ITSELF));
    assert!(nist(&def, "PID|RED").is_empty());
    assert_eq!(
        nist(&def, "PID|MAUVE"),
        [
            "Code Not Found/Error PID[1]-1[1]",
            "Dynamic Value Set/Alert PID[1]-1[1]"
        ]
    );
    assert_eq!(
        titer(&def, "PID|MAUVE"),
        ["Code Not Found/Error PID[1]-1[1]"]
    );
    assert_eq!(
        nist(&def, "PID|PINK"),
        [
            "PVS/Alert PID[1]-1[1]",
            "VS Error/Alert PID[1]-1[1]",
            "Dynamic Value Set/Alert PID[1]-1[1]"
        ]
    );
    assert_eq!(nist(&def, "PID|BEIGE"), ["EVS/Error PID[1]-1[1]"]);
    assert_eq!(
        nist(&def, "PID|TWICE"),
        ["Duplicate Code/Specification Error PID[1]-1[1]"]
    );
    assert!(titer(&def, "PID|TWICE").is_empty());
    // on the first repetition alone, and only there
    let first = bound("Segment", "PID", &binding("2[1]", "R", &["SHAPE"], FIRST));
    assert!(titer(&first, "PID||ROUND^r^SHP~OVAL^o^SHP").is_empty());
    assert_eq!(
        titer(&first, "PID||OVAL^o^SHP~OVAL^o^SHP"),
        ["Code Not Found/Error PID[1]-2[1].1"]
    );
    // what is not supported is not looked up
    let gone = bound("Segment", "PID", &binding("4[*]", "R", &["SHAPE"], FIRST));
    assert_eq!(
        titer(&gone, "PID||||OVAL^o^SHP"),
        ["Usage/Error PID[1]-4[1]"]
    );
}

#[test]
fn separate_bindings_of_data_types_groups_and_messages() {
    let def = bound("Datatype", "CWE", &binding("1[1]", "R", &["SHAPE"], ITSELF));
    assert_eq!(
        nist(&def, "PID||OVAL"),
        ["Code Not Found/Error PID[1]-2[1].1"]
    );
    for (on, id, target) in [
        ("Message", "m-1", "3[*].2[*].3[*]"),
        ("Message", "visit", "2[*].3[*]"),
        ("Group", "visit", "2[*].3[*]"),
    ] {
        let mut def = definition();
        let text = if on == "Group" {
            // value sets are bound to messages, single codes also to groups
            format!(
                "<ValueSetBindingsContext><SingleCodeBindings><Group><ByID ID=\"{id}\"><SingleCodeBinding Target=\"{target}\" Code=\"ROUND\" CodeSystem=\"SHP\"><BindingLocations>{FIRST}</BindingLocations></SingleCodeBinding></ByID></Group></SingleCodeBindings></ValueSetBindingsContext>"
            )
        } else {
            format!(
                "<ValueSetBindingsContext><ValueSetBindings><{on}><ByID ID=\"{id}\">{}</ByID></{on}></ValueSetBindings></ValueSetBindingsContext>",
                binding(target, "R", &["SHAPE"], FIRST)
            )
        };
        def.bindings = read_bindings("b.xml", &text).expect("bindings");
        assert!(
            titer(&def, "PID|x\nPV1|a\nOBX|1||ROUND^r^SHP").is_empty(),
            "{on}"
        );
        let said = titer(&def, "PID|x\nPV1|a\nOBX|1||OVAL^r^SHP");
        assert_eq!(said.len(), 1, "{on} {said:?}");
        assert!(said[0].ends_with("OBX[1]-3[1].1"), "{on} {said:?}");
    }
}

#[test]
fn places_of_a_code() {
    let def = bound("Segment", "PID", &binding("2[*]", "R", &["SHAPE"], EITHER));
    assert!(nist(&def, "PID||ROUND^r^SHP").is_empty());
    assert!(nist(&def, "PID||x^y^z^ROUND^r^SHP").is_empty());
    assert_eq!(
        nist(&def, "PID||ROUND^r^SHP^ROUND^r^SHP"),
        ["Coded Element/Error PID[1]-2[1]"]
    );
    assert_eq!(
        nist(&def, "PID||OVAL^r^SHP^OVAL^r^SHP"),
        [
            "Code Not Found/Error PID[1]-2[1]",
            "Code Not Found/Error PID[1]-2[1]"
        ]
    );
    assert_eq!(
        titer(&def, "PID||OVAL^r^SHP^OVAL^r^SHP"),
        ["Code Not Found/Error PID[1]-2[1].1"]
    );
    assert_eq!(
        nist(&def, "PID||ROUND^r"),
        ["Code Not Found/Error PID[1]-2[1]"]
    );
    // the suggested strength makes it an alert
    let weak = bound("Segment", "PID", &binding("2[*]", "S", &["SHAPE"], EITHER));
    assert_eq!(
        nist(&weak, "PID||ROUND^r^SHP^ROUND^r^SHP"),
        [
            "RVS/Alert PID[1]-2[1]",
            "RVS/Alert PID[1]-2[1]",
            "Coded Element/Alert PID[1]-2[1]"
        ]
    );
    assert_eq!(nist(&weak, "PID||ROUND^r^SHP"), ["RVS/Alert PID[1]-2[1]"]);
    assert!(titer(&weak, "PID||ROUND^r^SHP").is_empty());
    assert_eq!(
        nist(&weak, "PID||OVAL^r^SHP"),
        ["Code Not Found/Alert PID[1]-2[1]"]
    );
    // a place that leads nowhere is the profile's mistake
    let lost = bound("Segment", "PID", &binding("2[*]", "R", &["SHAPE"], ITSELF));
    for dialect in [Dialect::Nist163, Dialect::Titer] {
        assert_eq!(
            say(&entries(&lost, dialect, "PID||ROUND^r^SHP")),
            ["Binding Location/Specification Error PID[1]-2[1]"]
        );
    }
    let deep = bound("Segment", "PID", &binding("1[*]", "R", &["SHAPE"], FIRST));
    assert_eq!(
        nist(&deep, "PID|ROUND"),
        ["Binding Location/Specification Error PID[1]-1[1]"]
    );
    assert!(nist(&deep, "PID|").is_empty());
}

#[test]
fn several_tables() {
    let both = ["COLOUR", "SHAPE"];
    let def = bound("Segment", "PID", &binding("2[*]", "R", &both, FIRST));
    assert!(nist(&def, "PID||ROUND^r^SHP").is_empty());
    assert_eq!(
        nist(&def, "PID||RED^r^COL"),
        ["Duplicate Code/Specification Error PID[1]-2[1]"]
    );
    assert!(titer(&def, "PID||RED^r^COL").is_empty());
    assert_eq!(
        nist(&def, "PID||RED^r^XXX"),
        [
            "Code Not Found/Error PID[1]-2[1]",
            "Code Not Found/Error PID[1]-2[1]",
            "Code Not Found/Error PID[1]-2[1]",
            "Dynamic Value Set/Alert PID[1]-2[1]"
        ]
    );
    assert_eq!(
        titer(&def, "PID||RED^r^XXX"),
        ["Code Not Found/Error PID[1]-2[1].3"]
    );
    // two of the table's codes have this value, none under this code system
    assert_eq!(
        nist(&def, "PID||TWICE^t^XXX"),
        [
            "Code Not Found/Error PID[1]-2[1]",
            "Dynamic Value Set/Alert PID[1]-2[1]"
        ]
    );
    assert!(nist(&def, "PID||TWICE^t^OTHER").is_empty());
    assert_eq!(
        nist(&def, "PID||SAME^t^COL"),
        ["Duplicate Code/Specification Error PID[1]-2[1]"]
    );
    let simple = bound("Segment", "PID", &binding("1[*]", "R", &both, ITSELF));
    assert_eq!(
        nist(&simple, "PID|MAUVE"),
        ["Value Set Binding Spec Error/Specification Error PID[1]-1[1]"]
    );
    assert_eq!(
        titer(&simple, "PID|MAUVE"),
        ["Code Not Found/Error PID[1]-1[1]"]
    );
    assert!(titer(&simple, "PID|ROUND").is_empty());
}

#[test]
fn tables_that_cannot_be_used() {
    let with = |tables: &[&str], strength| {
        bound("Segment", "PID", &binding("2[*]", strength, tables, FIRST))
    };
    for dialect in [Dialect::Nist163, Dialect::Titer] {
        let said = |def: &Definition| say(&entries(def, dialect, "PID||ROUND^r^SHP"));
        assert_eq!(
            said(&with(&["NOWHERE"], "R")),
            ["VS Not Found/Specification Error PID[1]-2[1]"]
        );
        assert_eq!(said(&with(&["EMPTY"], "R")), ["Empty VS/Alert PID[1]-2[1]"]);
        assert!(said(&with(&["FREE"], "R")).is_empty());
        assert_eq!(
            said(&with(&["SHAPE"], "U")),
            ["Undetermined Binding Strength/Alert PID[1]-2[1]"]
        );
        // the other tables count all the same
        assert_eq!(
            said(&with(&["EMPTY", "SHAPE"], "R")),
            ["Empty VS/Alert PID[1]-2[1]"]
        );
    }
}

#[test]
fn placeholders_of_older_tables() {
    let mut def = bound("Segment", "PID", &binding("1[*]", "R", &["X0396"], ITSELF));
    assert!(nist(&def, "PID|LN").is_empty());
    assert!(nist(&def, "PID|99zzz").is_empty());
    assert_eq!(
        nist(&def, "PID|HL70396"),
        ["Code Not Found/Error PID[1]-1[1]"]
    );
    def.legacy_0396 = true;
    for good in ["LN", "HL70396", "99abc"] {
        assert!(nist(&def, &format!("PID|{good}")).is_empty(), "{good}");
    }
    for bad in ["HL7nnnn", "HL7039", "99ab", "XX"] {
        assert_eq!(
            nist(&def, &format!("PID|{bad}")),
            ["Code Not Found/Error PID[1]-1[1]"],
            "{bad}"
        );
    }
    let noting = Validator::compile(&def, Dialect::Nist163)
        .expect("it compiles")
        .with_notes();
    assert!(
        say(&judged(&noting, "PID|LN"))
            .contains(&"ValueSet 0396/Validation Notes ADT_A01[1]".to_owned())
    );
}

#[test]
fn single_codes() {
    let with = |places: &str| {
        let mut def = definition();
        def.bindings = read_bindings(
            "b.xml",
            &format!(
                "<ValueSetBindingsContext><SingleCodeBindings><Segment><ByID ID=\"PID\"><SingleCodeBinding Target=\"2[*]\" Code=\"ROUND\" CodeSystem=\"SHP\"><BindingLocations>{places}</BindingLocations></SingleCodeBinding></ByID></Segment></SingleCodeBindings></ValueSetBindingsContext>"
            ),
        )
        .expect("bindings");
        def
    };
    let def = with(EITHER);
    for dialect in [Dialect::Nist163, Dialect::Titer] {
        let said = |lines: &str| say(&entries(&def, dialect, lines));
        assert!(said("PID||ROUND^r^SHP").is_empty());
        assert!(said("PID||x^y^z^ROUND^r^SHP").is_empty());
        assert!(said("PID|").is_empty());
        assert_eq!(
            said("PID||OVAL"),
            ["Single Code Failure/Error PID[1]-2[1].1"]
        );
        assert_eq!(
            said("PID||ROUND^r^XXX"),
            ["Single Code Failure/Error PID[1]-2[1]"]
        );
        assert_eq!(
            said("PID||ROUND"),
            ["Single Code Failure/Error PID[1]-2[1]"]
        );
        assert_eq!(
            said("PID||ROUND^r^SHP^ROUND^r^SHP"),
            ["Single Code Failure/Error PID[1]-2[1]"]
        );
    }
    let simple = with("<SimpleBindingLocation CodeLocation=\"1[1]\"/>");
    assert!(titer(&simple, "PID||ROUND").is_empty());
}
