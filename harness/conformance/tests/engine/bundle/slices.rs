//! Slices and co-constraints.

use super::{definition, entries, judged, nist, rules, say, titer};
use titer_conformance::model::Definition;
use titer_conformance::xml::{read_co_constraints, read_slicing};
use titer_conformance::{Dialect, Validator};

fn sliced(inner: &str) -> Definition {
    let mut def = definition();
    def.slicing = read_slicing(
        "s.xml",
        &format!("<ProfileSlicing>{inner}</ProfileSlicing>"),
    )
    .expect("slicing");
    def
}

fn segment_slices(position: u32, slicing: &str) -> Definition {
    sliced(&format!(
        "<SegmentSlicing><Message ID=\"m-1\"><GroupContext ID=\"{}\">{}</GroupContext></Message></SegmentSlicing>",
        if position == 3 { "m-1" } else { "visit" },
        slicing.replace("POSITION", &position.to_string())
    ))
}

const BY_TYPE: &str = "<AssertionSlicing Position=\"POSITION\"><Slice Ref=\"OBX_NUMBER\"><Description>numbers</Description><Assertion><PlainText Path=\"2[1]\" Text=\"NM\" IgnoreCase=\"false\" NotPresentBehavior=\"FAIL\"/></Assertion></Slice></AssertionSlicing>";

#[test]
fn segments_are_sliced() {
    let by_type = segment_slices(2, BY_TYPE);
    let second = segment_slices(
        2,
        "<OccurrenceSlicing Position=\"POSITION\"><Slice Ref=\"OBX_NUMBER\" Occurrence=\"2\"/></OccurrenceSlicing>",
    );
    for dialect in [Dialect::Nist163, Dialect::Titer] {
        let said = |def: &Definition, lines: &str| say(&entries(def, dialect, lines));
        let lines = "PID|x\nPV1|a\nOBX|1|ST|||five\nOBX|2|NM|||five";
        assert_eq!(said(&by_type, lines), ["Format/Error OBX[2]-5[1]"]);
        assert_eq!(said(&second, lines), ["Format/Error OBX[2]-5[1]"]);
        assert_eq!(
            said(&by_type, "PID|x\nPV1|a\nOBX|1|NM"),
            ["Usage/Error OBX[1]-5[1]"]
        );
        assert!(said(&by_type, "PID|x\nPV1|a\nOBX|1|ST|||x\nOBX|2|NM|||5").is_empty());
        assert!(said(&definition(), lines).is_empty());
        // slices are of segments
        let group = segment_slices(3, BY_TYPE);
        assert_eq!(
            said(&group, "PID|x\nPV1|a"),
            ["Slicing Spec Error/Specification Error ADT_A01.VISIT[1]"]
        );
        // a slice that cannot be judged is passed over, and said
        let unclear = segment_slices(2, &BY_TYPE.replace("FAIL", "INCONCLUSIVE"));
        assert_eq!(
            said(&unclear, "PID|x\nPV1|a\nOBX|1||||x"),
            ["Slicing Spec Error/Specification Error OBX[1]"]
        );
    }
    let noting = Validator::compile(&by_type, Dialect::Nist163)
        .expect("it compiles")
        .with_notes();
    let said = say(&judged(&noting, "PID|x\nPV1|a\nOBX|1|ST\nOBX|2|NM|||5"));
    for wanted in [
        "Slicing/Validation Notes OBX[1]",
        "Slicing/Validation Notes OBX[2]",
    ] {
        assert!(said.iter().any(|s| s == wanted), "{said:?}");
    }
}

#[test]
fn fields_are_sliced() {
    let by_use = sliced(
        "<FieldSlicing><SegmentContext ID=\"PID\"><AssertionSlicing Position=\"3\"><Slice Ref=\"XTN_MAIL\"><Description>mail</Description><Assertion><PlainText Path=\"2[1]\" Text=\"NET\" IgnoreCase=\"false\" NotPresentBehavior=\"FAIL\"/></Assertion></Slice></AssertionSlicing></SegmentContext></FieldSlicing>",
    );
    let second = sliced(
        "<FieldSlicing><SegmentContext ID=\"PID\"><OccurrenceSlicing Position=\"3\"><Slice Ref=\"XTN_MAIL\" Occurrence=\"2\"/></OccurrenceSlicing></SegmentContext></FieldSlicing>",
    );
    for dialect in [Dialect::Nist163, Dialect::Titer] {
        let said = |def: &Definition, lines: &str| say(&entries(def, dialect, lines));
        assert_eq!(
            said(&by_use, "PID|||1^PRN~2^NET~3^NET^a"),
            ["Usage/Error PID[1]-3[2].3"]
        );
        assert_eq!(said(&second, "PID|||1~2~3"), ["Usage/Error PID[1]-3[2].3"]);
        assert_eq!(said(&by_use, "PID|||1^NET"), ["Usage/Error PID[1]-3[1].3"]);
        assert!(said(&by_use, "PID|||1^PRN~3^NET^a").is_empty());
    }
    // a slice must take something that is there
    let wrong = sliced(
        "<FieldSlicing><SegmentContext ID=\"PID\"><OccurrenceSlicing Position=\"3\"><Slice Ref=\"XX\" Occurrence=\"2\"/></OccurrenceSlicing></SegmentContext></FieldSlicing>",
    );
    let error = Validator::compile(&wrong, Dialect::Titer).expect_err("it does not compile");
    assert_eq!(
        error.to_string(),
        "a slice takes `XX`, which is not defined"
    );
}

#[test]
fn values_that_go_together() {
    let def = rules(
        "<CoConstraints><Segment><ByID ID=\"OBX\"><CoConstraint><Description>ages</Description><Assertion><PlainCoConstraint KeyPath=\"3[1].1[1]\" KeyValue=\"AGE\"><PlainText Path=\"2[1]\" Text=\"NM\" IgnoreCase=\"false\"/><ValueSet Path=\"3[1]\" ValueSetID=\"SHAPE\" BindingStrength=\"R\" BindingLocation=\"4\"/></PlainCoConstraint></Assertion></CoConstraint></ByID></Segment></CoConstraints>",
    );
    let good = "PID|x\nPV1|a\nOBX|1|NM|age^^^ROUND^^SHP\nOBX|2|ST|SEX";
    assert!(nist(&def, good).is_empty());
    assert!(titer(&def, good).is_empty());
    let bad = "PID|x\nPV1|a\nOBX|1|ST|AGE^^^ROUND^^SHP";
    assert_eq!(nist(&def, bad), ["CoConstraint Failure/Error OBX[1]"]);
    assert_eq!(titer(&def, bad), ["CoConstraint Failure/Error OBX[1]-2[1]"]);
    let code = "PID|x\nPV1|a\nOBX|1|NM|AGE^^^OVAL^^SHP";
    assert_eq!(nist(&def, code), ["CoConstraint Failure/Error OBX[1]"]);
    // a key that is absent holds for the reference, and so do values that are
    let absent = "PID|x\nPV1|a\nOBX|1|ST";
    assert_eq!(nist(&def, absent), ["CoConstraint Failure/Error OBX[1]"]);
    assert!(titer(&def, absent).is_empty());
}

fn tabled(table: &str) -> Definition {
    let mut def = definition();
    def.co_constraints = read_co_constraints(
        "co.xml",
        &format!(
            "<CoConstraintContext><ByMessage ID=\"m-1\"><Context Path=\"3[*]\" Name=\"VISIT\"><Segment Path=\"2[*]\" Name=\"OBX\">{table}</Segment></Context></ByMessage></CoConstraintContext>"
        ),
    )
    .expect("co-constraints");
    def
}

const CODE: &str = "<BindingLocation Position=\"1\" CodePath=\"1[1]\" CodeSystemPath=\"3[1]\"/>";

fn row(tag: &str, requirement: &str, code: &str, constraints: &str) -> String {
    format!(
        "<{tag} {requirement}><Selectors><Code Name=\"OBX-3\" Path=\"3[1]\" Code=\"{code}\" CodeSystem=\"LN\">{CODE}</Code></Selectors><Constraints>{constraints}</Constraints></{tag}>"
    )
}

const NUMERIC: &str = "<PlainText Name=\"OBX-2\" Path=\"2[1]\" Value=\"NM\"/>";
const SHAPED: &str = "<ValueSet Name=\"OBX-3\" Path=\"3[1]\"><ValueSetBinding Target=\".\" BindingStrength=\"R\"><BindingLocations><ComplexBindingLocation CodeLocation=\"4[1]\" CodeSystemLocation=\"6[1]\"/></BindingLocations><Bindings><Binding BindingIdentifier=\"SHAPE\"/></Bindings></ValueSetBinding></ValueSet>";

#[test]
fn rows_of_a_table() {
    let required = row(
        "CoConstraint",
        "Usage=\"R\" Min=\"1\" Max=\"1\"",
        "AGE",
        NUMERIC,
    );
    let optional = row(
        "CoConstraint",
        "Usage=\"O\" Min=\"0\" Max=\"2\"",
        "SEX",
        SHAPED,
    );
    let def = tabled(&format!("<SimpleTable>{required}{optional}</SimpleTable>"));
    let visit = "PID|x\nPV1|a\n";
    for dialect in [Dialect::Nist163, Dialect::Titer] {
        let said = |lines: &str| say(&entries(&def, dialect, &format!("{visit}{lines}")));
        assert!(said("OBX|1|NM|AGE^^LN").is_empty());
        assert!(said("OBX|1|NM|AGE^^LN\nOBX|2|ST|SEX^^LN^ROUND^^SHP").is_empty());
        assert_eq!(
            said("OBX|1|NM|XXX^^LN"),
            ["Co-Constraint/Error ADT_A01.VISIT[1]"]
        );
        // the code system is part of what a row is recognized by
        assert_eq!(
            said("OBX|1|NM|AGE^^XX"),
            ["Co-Constraint/Error ADT_A01.VISIT[1]"]
        );
        assert_eq!(
            said("OBX|1|NM|AGE^^LN\nOBX|2|NM|AGE^^LN"),
            ["Co-Constraint/Error ADT_A01.VISIT[1]"]
        );
        assert_eq!(
            said("OBX|1|ST|AGE^^LN"),
            ["Co-Constraint/Error OBX[1]-2[1]"]
        );
        // what is absent is not judged
        assert!(said("OBX|1||AGE^^LN").is_empty());
        let said = said("OBX|1|NM|AGE^^LN\nOBX|2|ST|SEX^^LN^OVAL^^SHP");
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said.contains(&"Co-Constraint/Error OBX[2]".to_owned()));
    }
}

#[test]
fn tables_under_a_condition() {
    let required = row(
        "CoConstraint",
        "Usage=\"R\" Min=\"1\" Max=\"1\"",
        "AGE",
        NUMERIC,
    );
    let table = |condition: &str| {
        tabled(&format!(
            "<ConditionalTable><Condition><Description>in-patients</Description><Assertion>{condition}</Assertion></Condition>{required}</ConditionalTable>"
        ))
    };
    let def = table(
        "<PlainText Path=\"1[1].1[1]\" Text=\"I\" IgnoreCase=\"false\" NotPresentBehavior=\"FAIL\"/>",
    );
    let unclear = table("<Plugin QualifiedClassName=\"a.b.C\"/>");
    for dialect in [Dialect::Nist163, Dialect::Titer] {
        assert_eq!(
            say(&entries(&def, dialect, "PID|x\nPV1|I")),
            ["Co-Constraint/Error ADT_A01.VISIT[1]"]
        );
        assert!(entries(&def, dialect, "PID|x\nPV1|O").is_empty());
        assert_eq!(
            say(&entries(&unclear, dialect, "PID|x\nPV1|O")),
            ["Co-Constraint/Specification Error ADT_A01.VISIT[1]"]
        );
    }
}

#[test]
fn groups_of_rows() {
    let ids = "<CoConstraintGroupId><IdPath Priority=\"1\" Path=\"4[1]\" Name=\"OBX-4\"/></CoConstraintGroupId>";
    let alone = row(
        "CoConstraint",
        "Usage=\"O\" Min=\"0\" Max=\"1\"",
        "AGE",
        NUMERIC,
    );
    let primary = row("Primary", "Usage=\"R\" Min=\"1\" Max=\"1\"", "DOC", "");
    let dated = row(
        "CoConstraint",
        "Usage=\"R\" Min=\"1\" Max=\"1\"",
        "DATE",
        NUMERIC,
    );
    let def = tabled(&format!(
        "<SimpleTable>{ids}{alone}<CoConstraintGroup Name=\"document\" Usage=\"R\" Min=\"1\" Max=\"2\">{}{dated}</CoConstraintGroup></SimpleTable>",
        primary.replace("<Constraints></Constraints>", "<Constraints/>")
    ));
    let visit = "PID|x\nPV1|a\n";
    for dialect in [Dialect::Nist163, Dialect::Titer] {
        let said = |lines: &str| say(&entries(&def, dialect, &format!("{visit}{lines}")));
        let group = "ADT_A01.VISIT[1]";
        assert!(said("OBX|1||DOC^^LN|a\nOBX|2|NM|DATE^^LN|a").is_empty());
        assert!(
            said("OBX|1||DOC^^LN|a\nOBX|2|NM|DATE^^LN|a\nOBX|3||DOC^^LN|b\nOBX|4|NM|DATE^^LN|b")
                .is_empty()
        );
        // no group at all, a group without its second row, and the date under another id
        assert_eq!(
            said("OBX|1|NM|XX^^LN|a"),
            [format!("Co-Constraint/Error {group}")]
        );
        assert_eq!(
            said("OBX|1||DOC^^LN|a"),
            [format!("Co-Constraint/Error {group}")]
        );
        assert_eq!(
            said("OBX|1||DOC^^LN|a\nOBX|2|NM|DATE^^LN|b"),
            [format!("Co-Constraint/Error {group}")]
        );
        assert_eq!(
            said("OBX|1||DOC^^LN|a\nOBX|2|ST|DATE^^LN|a"),
            ["Co-Constraint/Error OBX[2]-2[1]"]
        );
        // three groups are too many
        let three = "abc"
            .chars()
            .map(|c| format!("OBX|1||DOC^^LN|{c}\nOBX|2|NM|DATE^^LN|{c}\n"));
        assert_eq!(
            said(&three.collect::<String>()),
            [format!("Co-Constraint/Error {group}")]
        );
        // what stands alone has an id of its own
        assert_eq!(
            said("OBX|1||DOC^^LN|a\nOBX|2|NM|DATE^^LN|a\nOBX|3|NM|AGE^^LN|a"),
            ["Co-Constraint/Error OBX[3]-4[1]"]
        );
        assert!(said("OBX|1||DOC^^LN|a\nOBX|2|NM|DATE^^LN|a\nOBX|3|NM|AGE^^LN|b").is_empty());
    }
}
