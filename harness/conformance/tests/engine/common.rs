//! A small profile of our own, made from parts, and messages for it.

use std::collections::BTreeMap;
use titer_conformance::{Detection, Dialect, Kind, Scratch, Validator, yaml};
use titer_finding::{Diagnostic, Finding};
use titer_hl7::{Message, Offsets};

/// Files of a small profile, `T01`: MSH, PID, any number of NK1, no DSC, and visits of PV1 with observations.
pub(crate) fn files(pid_fields: &str, pid_rules: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut put = |name: &str, text: &str| files.insert(name.to_owned(), text.to_owned());
    put(
        "T01.yaml",
        "\
id: T01
name: a small message
message: ADT^A01^ADT_A01
source: made for tests
structure:
  - {segment: MSH, usage: R}
  - {segment: PID, usage: R}
  - {segment: NK1, usage: RE, occurs: 0..2}
  - {segment: DSC, usage: X, occurs: 0..0}
  - group: VISIT
    usage: O
    occurs: 0..*
    children:
      - {segment: PV1, usage: R}
      - group: OBSERVATION
        usage: O
        occurs: 0..*
        children:
          - {segment: OBX, usage: R}
          - {segment: NTE, usage: O, occurs: 0..2}
",
    );
    put(
        "segments/MSH.yaml",
        "\
segments:
  - id: MSH
    title: Message Header
    fields:
      - {name: Field Separator, usage: R, type: ST, length: 1..1}
      - {name: Encoding Characters, usage: R, type: ST, length: 4..4}
",
    );
    put(
        "segments/PID.yaml",
        &format!(
            "\
segments:
  - id: PID
    title: Patient Identification
    fields:
{}{}",
            indented(pid_fields, 6),
            indented(pid_rules, 4)
        ),
    );
    put(
        "segments/NK1.yaml",
        "\
segments:
  - id: NK1
    title: Next of Kin
    fields:
      - {name: Set ID, usage: R, type: SI, length: 1..4}
      - {name: Name, usage: O, type: ST, length: 1..20}
",
    );
    for (name, title) in [
        ("DSC", "Continuation"),
        ("PV1", "Patient Visit"),
        ("NTE", "Note"),
    ] {
        put(
            &format!("segments/{name}.yaml"),
            &format!(
                "segments:\n  - id: {name}\n    title: {title}\n    fields:\n      - {{name: Text, usage: O, type: ST, length: 1..20}}\n"
            ),
        );
    }
    put(
        "segments/OBX.yaml",
        "\
segments:
  - id: OBX
    title: Observation
    fields:
      - {name: Set ID, usage: R, type: SI, length: 1..4}
      - {name: Value Type, usage: R, type: ID, length: 2..3}
      - {name: Identifier, usage: R, type: CE, length: 1..50}
      - {name: Sub-ID, usage: O, type: ST, length: 1..20}
      - {name: Value, usage: R, type: varies}
    mappings:
      - field: 5
        by: 2
        and-by: \"3.1\"
        cases:
          - {value: NM, type: NM}
          - {value: DT, type: DT}
          - {value: CE, type: CE}
          - {value: ST, and: SPECIAL, type: HD}
          - {value: ST, type: ST}
",
    );
    put(
        "datatypes/primitives.yaml",
        "\
datatypes:
  - {id: ST, title: text}
  - {id: ID, title: code}
  - {id: NM, title: number}
  - {id: SI, title: sequence}
  - {id: DT, title: date}
  - {id: TM, title: time}
  - {id: DTM, title: moment}
  - {id: varies, title: varies}
",
    );
    put(
        "datatypes/CE.yaml",
        "\
datatypes:
  - id: CE
    title: coded element
    components:
      - {name: Identifier, usage: R, type: ST, length: 1..20}
      - {name: Text, usage: RE, type: ST, length: 1..20}
      - {name: Name of Coding System, usage: O, type: ID, length: 1..20}
",
    );
    put(
        "datatypes/HD.yaml",
        "\
datatypes:
  - id: HD
    title: designator
    components:
      - {name: Namespace, usage: 'C(R/O)', type: ST, length: 1..20, when: 'HD.2 is empty'}
      - {name: Universal ID, usage: O, type: ST, length: 1..40}
      - {name: Type, usage: 'C(R/X)', type: ID, length: 1..6, when: 'HD.2 is valued'}
",
    );
    put(
        "datatypes/CX.yaml",
        "\
datatypes:
  - id: CX
    title: identifier
    components:
      - {name: ID, usage: R, type: ST, length: 1..15}
      - {name: Check Digit, usage: O, type: ST, length: 1..1}
      - {name: Scheme, usage: X, type: ID, length: 1..3}
      - {name: Authority, usage: RE, type: HD, length: 1..60}
",
    );
    put(
        "tables/COLOUR.yaml",
        "\
id: COLOUR
name: colours
system: COL
codes: [RED, GREEN, BLUE]
special:
  - {code: PINK, usage: permitted}
  - {code: BEIGE, usage: excluded}
  - {code: GREYn, pattern: 'GREY[0-9]'}
  - {code: RED, system: OTHER}
",
    );
    put(
        "tables/SHAPE.yaml",
        "id: SHAPE\nname: shapes\nsystem: SHP\ncodes: [ROUND, SQUARE, RED]\n",
    );
    put("tables/NONE.yaml", "id: NONE\nname: nothing\n");
    put(
        "patterns.yaml",
        "patterns:\n  - {name: digits, regex: '[0-9]+'}\n",
    );
    files
}

fn indented(text: &str, by: usize) -> String {
    let pad = " ".repeat(by);
    let lines: Vec<String> = text
        .lines()
        .map(|l| format!("{pad}{}", l.trim_end()))
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    lines.join("\n") + "\n"
}

/// The profile with these PID fields and rules.
pub(crate) fn validator(pid_fields: &str, pid_rules: &str, dialect: Dialect) -> Validator {
    match load(pid_fields, pid_rules) {
        Ok(definition) => Validator::compile(&definition, dialect).expect("it compiles"),
        Err(d) => panic!("{}", d.render(false)),
    }
}

/// The definition, or what is wrong with it.
pub(crate) fn load(
    pid_fields: &str,
    pid_rules: &str,
) -> Result<titer_conformance::model::Definition, Box<Diagnostic>> {
    load_from(&files(pid_fields, pid_rules))
}

/// The definition in these files, or what is wrong with it.
pub(crate) fn load_from(
    files: &BTreeMap<String, String>,
) -> Result<titer_conformance::model::Definition, Box<Diagnostic>> {
    yaml::load(files, "T01")
}

/// A message with the usual header before these lines.
pub(crate) fn message(lines: &str) -> String {
    format!("MSH|^~\\&\r{}\r", lines.trim().replace('\n', "\r"))
}

/// What a validator detects.
pub(crate) fn detect(validator: &Validator, text: &str) -> Vec<Detection> {
    let mut offsets = Offsets::new();
    let message = Message::parse(text.as_bytes(), &mut offsets);
    let mut scratch = Scratch::new();
    validator.check(&message, &mut scratch).to_vec()
}

/// Detections as `Kind path`, in order, without what is only worth knowing.
pub(crate) fn kinds(validator: &Validator, text: &str) -> Vec<String> {
    detect(validator, text)
        .iter()
        .filter(|d| d.kind != Kind::KnownMissing)
        .map(|d| format!("{:?} {}", d.kind, validator.path(d)))
        .collect()
}

/// Findings, in order.
pub(crate) fn findings(validator: &Validator, text: &str) -> Vec<Finding> {
    let mut offsets = Offsets::new();
    let message = Message::parse(text.as_bytes(), &mut offsets);
    let mut scratch = Scratch::new();
    validator
        .check(&message, &mut scratch)
        .iter()
        .map(|d| validator.finding(d, &message))
        .collect()
}
