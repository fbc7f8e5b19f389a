//! Constraints of a test step: what its data ask of a message, in whatever order things come.

use crate::common::validator;
use titer_conformance::step::StepConstraints;
use titer_conformance::xml::read_rules;
use titer_conformance::{Dialect, Kind, Scratch, Validator};
use titer_finding::Category;
use titer_hl7::{Message, Offsets};

const FIELDS: &str = "\
- {name: Name, usage: O, type: ST}
- {name: Colour, usage: O, type: CE}
";

fn step(body: &str, validator: &Validator) -> StepConstraints {
    let text = format!(
        "<ConformanceContext UUID=\"s\"><MetaData Name=\"step\"/>{body}</ConformanceContext>"
    );
    StepConstraints::compile(&read_rules("step.xml", &text).expect("rules"), validator)
}

fn constraint(inner: &str) -> String {
    format!(
        "<Constraint ID=\"Content\" Target=\"1[1]\"><Reference GeneratedBy=\"Test Case Authoring &amp; Management Tool(TCAMT)\"/><Description>as the data say</Description><Assertion>{inner}</Assertion></Constraint>"
    )
}

fn found(step: &StepConstraints, validator: &Validator, lines: &str) -> Vec<(Kind, String)> {
    let text = crate::common::message(lines);
    let mut offsets = Offsets::new();
    let message = Message::parse(text.as_bytes(), &mut offsets);
    let mut scratch = Scratch::new();
    let found = step.check(validator, &message, &mut scratch).to_vec();
    for d in &found {
        let finding = step.finding(validator, d, &message);
        assert!(matches!(
            finding.category,
            Category::Content | Category::Profile
        ));
        assert!(!finding.message.is_empty());
    }
    found.iter().map(|d| (d.kind, validator.path(d))).collect()
}

#[test]
fn values_are_asked_for() {
    let validator = validator(FIELDS, "", Dialect::Titer);
    let step = step(
        &format!(
            "<Constraints><Message><ByID ID=\"T01\">{}{}{}</ByID></Message></Constraints>",
            constraint("<Presence Path=\"2[1].1[1]\"/>"),
            constraint("<PlainText Path=\"2[1].1[1]\" Text=\"ann\" IgnoreCase=\"true\"/>"),
            constraint("<StringList Path=\"2[1].2[1].1[1]\" CSV=\"RED,BLUE\"/>")
        ),
        &validator,
    );
    assert_eq!(step.count(), 3);
    assert_eq!(found(&step, &validator, "PID|Ann|RED^r"), []);
    assert_eq!(
        found(&step, &validator, "PID|Bob|GREEN^g"),
        [
            (Kind::Content, "PID[1]-1[1]".to_owned()),
            (Kind::Content, "PID[1]-2[1].1".to_owned())
        ]
    );
    // what is missing is reported where it is missing from
    assert_eq!(
        found(&step, &validator, "PID||RED^r"),
        [(Kind::Content, "PID[1]".to_owned())]
    );
}

#[test]
fn things_may_come_in_any_order() {
    let validator = validator(FIELDS, "", Dialect::Titer);
    let pattern = |set_id: &str, name: &str| {
        format!(
            "<Pattern><Trigger><ErrorMessage>no kin {set_id}</ErrorMessage><Assertion><PlainText Path=\"1[1]\" Text=\"{set_id}\"/></Assertion></Trigger><Constraints>{}</Constraints></Pattern>",
            constraint(&format!("<PlainText Path=\"2[1]\" Text=\"{name}\"/>"))
        )
    };
    let step = step(
        &format!(
            "<OrderIndifferent><Context List=\"3[*]\">{}{}</Context></OrderIndifferent>",
            pattern("1", "Ann"),
            pattern("2", "Bob")
        ),
        &validator,
    );
    assert_eq!(found(&step, &validator, "PID|x\nNK1|2|Bob\nNK1|1|Ann"), []);
    assert_eq!(
        found(&step, &validator, "PID|x\nNK1|2|Ann\nNK1|1|Bob"),
        [
            (Kind::Content, "NK1[1]-2[1]".to_owned()),
            (Kind::Content, "NK1[2]-2[1]".to_owned())
        ]
    );
    let missing = (Kind::ContentMissing, "ADT_A01[1]".to_owned());
    assert_eq!(
        found(&step, &validator, "PID|x\nNK1|2|Bob"),
        std::slice::from_ref(&missing)
    );
    assert_eq!(
        found(&step, &validator, "PID|x"),
        [missing.clone(), missing]
    );
}

#[test]
fn how_many_are_asked_for_counts() {
    let validator = validator(FIELDS, "", Dialect::Titer);
    let step = step(
        "<OrderIndifferent><Context List=\"3[*]\"><Pattern Cardinality=\"2\"><Trigger><ErrorMessage>two Anns</ErrorMessage><Assertion><PlainText Path=\"2[1]\" Text=\"Ann\"/></Assertion></Trigger><Constraints/></Pattern></Context></OrderIndifferent>",
        &validator,
    );
    assert_eq!(found(&step, &validator, "PID|x\nNK1|1|Ann\nNK1|2|Ann"), []);
    assert_eq!(
        found(&step, &validator, "PID|x\nNK1|1|Ann\nNK1|2|Bob"),
        [(Kind::ContentMissing, "ADT_A01[1]".to_owned())]
    );
}

#[test]
fn what_cannot_be_judged_is_no_pass() {
    let validator = validator(FIELDS, "", Dialect::Nist163);
    let step = step(
        &format!(
            "<Constraints><Segment><ByName Name=\"PID\">{}{}</ByName></Segment></Constraints>",
            constraint("<Presence Path=\"1[1].1[1]\"/>"),
            constraint("<PlainText Path=\"1[1].1[1]\" Text=\"Ann\"/>")
        ),
        &validator,
    );
    assert_eq!(
        found(&step, &validator, "PID|Ann"),
        [
            (Kind::ConstraintUnclear, "PID[1]".to_owned()),
            (Kind::ContentUnclear, "PID[1]".to_owned())
        ]
    );
}
