//! Each kind of difference, with where it leads.

use titer_conformance::bundle::Bundle;
use titer_conformance::compare::{Change, Direction, compare, describe};
use titer_conformance::model::Definition;
use titer_conformance::xml::{read_bindings, read_profile, read_rules, read_slicing, read_tables};
use titer_conformance::{shipped, yaml};

const PARTS: [(&str, &str); 5] = [
    ("p", include_str!("fixtures/rich/p.xml")),
    ("c", include_str!("fixtures/rich/c.xml")),
    ("v", include_str!("fixtures/rich/v.xml")),
    ("b", include_str!("fixtures/rich/b.xml")),
    ("s", include_str!("fixtures/rich/s.xml")),
];

/// The profile of the fixtures, with one text of one part replaced.
fn edited(part: &str, from: &str, to: &str) -> Definition {
    let text = |name: &str| {
        let (_, text) = PARTS.iter().find(|(n, _)| *n == name).expect("a part");
        if name != part {
            return (*text).to_owned();
        }
        assert!(text.contains(from), "`{from}` is not in {part}.xml");
        text.replacen(from, to, 1)
    };
    let structure = read_profile("p", &text("p"), None).expect("a profile");
    let rules = read_rules("c", &text("c")).expect("rules");
    let tables = read_tables("v", &text("v")).expect("tables");
    let mut definition = structure.with(rules, tables);
    definition.bindings = read_bindings("b", &text("b")).expect("bindings");
    definition.slicing = read_slicing("s", &text("s")).expect("slicing");
    definition
}

fn base() -> Definition {
    edited("", "", "")
}

fn print(c: &Change) -> String {
    let mut text = format!(
        "{} {} {} {} | {} -> {}",
        c.direction.word(),
        c.group,
        c.place,
        c.aspect.word(),
        c.before,
        c.after
    );
    if !c.codes_added.is_empty() {
        text = format!("{text} +{}", c.codes_added.join(","));
    }
    if !c.codes_removed.is_empty() {
        text = format!("{text} -{}", c.codes_removed.join(","));
    }
    text
}

/// One edit gives one difference, and the other way round the same one reversed.
fn one(part: &str, from: &str, to: &str, expected: &str) {
    let (before, after) = (base(), edited(part, from, to));
    let changes = compare(&before, &after);
    let printed: Vec<String> = changes.iter().map(print).collect();
    assert_eq!(printed, [expected], "{from} to {to}");
    let back = compare(&after, &before);
    assert_eq!(back.len(), 1, "{back:#?}");
    assert_eq!(back[0].direction, changes[0].direction.reversed());
    assert_eq!(
        (&back[0].before, &back[0].after),
        (&changes[0].after, &changes[0].before)
    );
}

#[test]
fn a_profile_is_the_same_as_itself() {
    assert!(compare(&base(), &base()).is_empty());
}

#[test]
fn usages() {
    let field = |usage: &str| format!("Name=\"Sender\" Usage=\"{usage}\"");
    for (usage, expected) in [
        ("R", "tightened MSH MSH-3 usage | RE -> R"),
        ("O", "loosened MSH MSH-3 usage | RE -> O"),
        ("X", "other MSH MSH-3 usage | RE -> X"),
    ] {
        one("p", &field("RE"), &field(usage), expected);
    }
    one(
        "p",
        "Name=\"Place\" Usage=\"O\"",
        "Name=\"Place\" Usage=\"X\"",
        "tightened MSH MSH-4 usage | O -> X",
    );
}

#[test]
fn a_component_of_several_fields_is_told_for_each() {
    let after = edited(
        "p",
        "Name=\"Text\" Usage=\"RE\"",
        "Name=\"Text\" Usage=\"R\"",
    );
    let places: Vec<String> = compare(&base(), &after)
        .into_iter()
        .map(|c| c.place)
        .collect();
    assert_eq!(places, ["MSH-5.2", "OBX-3.2"]);
}

#[test]
fn usages_of_segments_and_groups() {
    one(
        "p",
        "Name=\"ORU_R01.OBS\" Usage=\"RE\"",
        "Name=\"ORU_R01.OBS\" Usage=\"R\"",
        "tightened message OBS usage | RE -> R",
    );
    one(
        "p",
        "Ref=\"PID\" Usage=\"R\" Min=\"1\"",
        "Ref=\"PID\" Usage=\"O\" Min=\"0\"",
        "loosened message PID usage | R -> O",
    );
}

#[test]
fn conditions() {
    one(
        "c",
        "Target=\"2[1]\" TrueUsage=\"RE\" FalseUsage=\"X\"",
        "Target=\"2[1]\" TrueUsage=\"R\" FalseUsage=\"X\"",
        "tightened PID PID-2 usage | C(RE/X) when PID-1 = \"2\" -> C(R/X) when PID-1 = \"2\"",
    );
    one(
        "c",
        "<Condition><PlainText Path=\"1[1]\" Text=\"2\"",
        "<Condition><PlainText Path=\"1[1]\" Text=\"3\"",
        "other PID PID-2 usage | C(RE/X) when PID-1 = \"2\" -> C(RE/X) when PID-1 = \"3\"",
    );
    one(
        "c",
        "Target=\"3[1].1[1].4[1]\" TrueUsage=\"R\"",
        "Target=\"3[1].1[1].4[1]\" TrueUsage=\"RE\"",
        "other message OBS.OBX-4 condition | C(R/O) when MSH-3 = \"A\" -> C(RE/O) when MSH-3 = \"A\"",
    );
}

#[test]
fn cardinalities() {
    let names = |min: u32, max: &str| {
        format!(
            "Name=\"Names\" Usage=\"R\" Datatype=\"PN\" MinLength=\"NA\" MaxLength=\"NA\" Min=\"{min}\" Max=\"{max}\""
        )
    };
    for (min, max, expected) in [
        (1, "1", "tightened PID PID-3 cardinality | 1..2 -> 1..1"),
        (1, "*", "loosened PID PID-3 cardinality | 1..2 -> 1..*"),
        (2, "2", "tightened PID PID-3 cardinality | 1..2 -> 2..2"),
        (2, "3", "other PID PID-3 cardinality | 1..2 -> 2..3"),
    ] {
        one("p", &names(1, "2"), &names(min, max), expected);
    }
    one(
        "p",
        "Usage=\"RE\" Min=\"0\" Max=\"3\"",
        "Usage=\"RE\" Min=\"0\" Max=\"2\"",
        "tightened message OBS cardinality | 0..3 -> 0..2",
    );
}

#[test]
fn lengths() {
    let id = |min: &str, max: &str| {
        format!(
            "Name=\"Sender\" Usage=\"RE\" Datatype=\"ST\" MinLength=\"{min}\" MaxLength=\"{max}\""
        )
    };
    for (min, max, expected) in [
        ("0", "20", "tightened MSH MSH-3 length | 0..* -> 0..20"),
        ("5", "*", "tightened MSH MSH-3 length | 0..* -> 5..*"),
        ("NA", "NA", "other MSH MSH-3 length | 0..* -> not given"),
    ] {
        one("p", &id("0", "*"), &id(min, max), expected);
    }
}

#[test]
fn datatypes_and_constants() {
    one(
        "p",
        "Name=\"Sender\" Usage=\"RE\" Datatype=\"ST\"",
        "Name=\"Sender\" Usage=\"RE\" Datatype=\"ID\"",
        "other MSH MSH-3 data type | ST -> ID",
    );
    one(
        "p",
        "ConstantValue=\"P\"",
        "ConstantValue=\"T\"",
        "other MSH MSH-11 constant value | P -> T",
    );
    one(
        "p",
        " ConstantValue=\"P\"",
        "",
        "loosened MSH MSH-11 constant value | P -> ",
    );
}

#[test]
fn elements_of_one_side() {
    let last = "<Field Name=\"Version\" Usage=\"R\" Datatype=\"ST\" MinLength=\"NA\" MaxLength=\"NA\" Min=\"1\" Max=\"1\"/>";
    let more = |usage: &str| {
        format!(
            "{last}<Field Name=\"More\" Usage=\"{usage}\" Datatype=\"ST\" MinLength=\"0\" MaxLength=\"*\" Min=\"0\" Max=\"1\"/>"
        )
    };
    one("p", last, &more("O"), "loosened MSH MSH-13 added |  -> O");
    one("p", last, &more("R"), "other MSH MSH-13 added |  -> R");
    // what is not supported is the same as what is not there
    assert!(compare(&base(), &edited("p", last, &more("X"))).is_empty());
    one(
        "p",
        "      </Group>\n",
        "      </Group>\n      <Segment Ref=\"OBX_B\" Usage=\"O\" Min=\"0\" Max=\"1\"/>\n",
        "loosened message OBX added |  -> O 0..1",
    );
}

#[test]
fn bindings() {
    let types = "Binding=\"TYPES\" BindingStrength=\"R\"";
    let both = |from: &str, to: &str| edited("p", from, to);
    let told =
        |after: &Definition| -> Vec<String> { compare(&base(), after).iter().map(print).collect() };
    // OBX-2 stands in two definitions of OBX; the first is the message's, the second only a slice
    assert_eq!(
        told(&both(types, "Binding=\"TYPES\" BindingStrength=\"S\"")),
        ["loosened OBX OBX-2 binding strength | required -> suggested"]
    );
    assert_eq!(
        told(&both(types, "")),
        ["loosened OBX OBX-2 binding | TYPES -> "]
    );
    assert_eq!(
        told(&both(types, "Binding=\"KINDS\" BindingStrength=\"R\"")),
        ["other OBX OBX-2 binding | TYPES -> KINDS +a,z -CE,ST"]
    );
    assert_eq!(
        told(&both(types, "Binding=\"FREE\" BindingStrength=\"R\"")),
        ["loosened OBX OBX-2 binding | TYPES -> FREE (not checked)"]
    );
    assert_eq!(
        told(&both("BindingLocation=\"1:4\"", "BindingLocation=\"1\"")),
        ["other OBX OBX-3 binding | CODES, MORE at component 1 or 4 -> CODES, MORE at component 1"]
    );
}

#[test]
fn codes() {
    let ce = "<ValueElement Value=\"CE\" DisplayName=\"coded\"/>";
    one(
        "v",
        ce,
        &format!("{ce}<ValueElement Value=\"TX\" DisplayName=\"t\"/>"),
        "loosened value sets TYPES codes | 2 codes -> 3 codes +TX",
    );
    one(
        "v",
        ce,
        "",
        "tightened value sets TYPES codes | 2 codes -> 1 code -CE",
    );
    one(
        "v",
        "DisplayName=\"text\" Usage=\"P\"",
        "DisplayName=\"text\" Usage=\"E\"",
        "tightened value sets TYPES codes | 2 codes -> 1 code -ST",
    );
    one(
        "v",
        "Extensibility=\"Closed\"",
        "Extensibility=\"Open\"",
        "loosened value sets TYPES codes | closed -> open",
    );
    one(
        "v",
        "Stability=\"Static\"",
        "Stability=\"Dynamic\"",
        "other value sets TYPES codes | static -> dynamic",
    );
    one(
        "v",
        "Value=\"1\" DisplayName=\"one\" CodeSystem=\"S\"",
        "Value=\"1\" DisplayName=\"one\" CodeSystem=\"Z\"",
        "other value sets CODES codes | 3 codes -> 3 codes +1 (Z) -1 (S)",
    );
}

#[test]
fn constraints() {
    let text = "ID=\"R-List\" Classification=\"A\"";
    one(
        "c",
        text,
        "ID=\"R-List\" Classification=\"W\"",
        "loosened PID R-List constraint | PID-3[*].1 in {A, B, C, \"D E\"} absent fails (alert) -> PID-3[*].1 in {A, B, C, \"D E\"} absent fails (warning)",
    );
    one(
        "c",
        "CSV=\"1,3.5,-2\"",
        "CSV=\"1\"",
        "other PID R-Numbers constraint | PID-1 in numbers {1, 3.5, -2} (warning) -> PID-1 in numbers {1} (warning)",
    );
    // another name: one is gone, one is new
    let after = edited("c", "ID=\"R-Message\"", "ID=\"L-1\"");
    let told: Vec<String> = compare(&base(), &after).iter().map(print).collect();
    assert_eq!(
        told,
        [
            "tightened message L-1 constraint |  -> OBS.OBX[2] is valued",
            "loosened message R-Message constraint | OBS.OBX[2] is valued -> ",
        ]
    );
}

#[test]
fn slices_and_separate_bindings() {
    one(
        "s",
        "Occurrence=\"2\"",
        "Occurrence=\"1\"",
        "other PID PID-3 slicing | PN-2 for occurrence 2 -> PN-2 for occurrence 1",
    );
    one(
        "b",
        "Code=\"1\" CodeSystem=\"X\"",
        "Code=\"2\" CodeSystem=\"X\"",
        "other MSH MSH-5 binding | the code 1 of X at 1[1] under 3[1] -> the code 2 of X at 1[1] under 3[1]",
    );
}

#[test]
fn mappings() {
    let after = edited("p", "          <Case Value=\"NM\" Datatype=\"NM\"/>\n", "");
    let told: Vec<String> = compare(&base(), &after).iter().map(print).collect();
    assert_eq!(
        told,
        ["tightened OBX OBX-5 dynamic mapping | NM when OBX-2 is NM -> "]
    );
}

#[test]
fn the_message_type_and_the_order() {
    one(
        "p",
        "Event=\"R01\"",
        "Event=\"R02\"",
        "other message MSH-9 message type | ORU^R01^ORU_R01 -> ORU^R02^ORU_R01",
    );
}

#[test]
fn the_profiles_that_ship_differ_from_each_other_and_not_from_themselves() {
    let of = |id: &str| yaml::load(shipped(), id).expect("a profile");
    assert!(compare(&of("Z22"), &of("Z22")).is_empty());
    let changes = compare(&of("Z34"), &of("Z44"));
    assert!(!changes.is_empty());
    for c in &changes {
        assert!(!c.place.is_empty() && !c.group.is_empty(), "{c:?}");
    }
    let back = compare(&of("Z44"), &of("Z34"));
    let count = |list: &[Change], d: Direction| list.iter().filter(|c| c.direction == d).count();
    assert_eq!(
        count(&changes, Direction::Tightened),
        count(&back, Direction::Loosened)
    );
}

#[test]
fn elements_are_described() {
    let definition = base();
    insta::assert_snapshot!(format!(
        "{}\n{}\n{}\n{}",
        describe::structure(&definition),
        describe::element(&definition, "PID-3.2").expect("a component"),
        describe::element(&definition, "OBX-2").expect("a field"),
        describe::element(&definition, "pid").expect("a segment"),
    ));
    for path in ["PID-4", "PID-0", "PID-1.1", "ZZZ", "PID-x", "", "PID-3.2.1"] {
        assert_eq!(describe::element(&definition, path), None, "{path}");
    }
}

#[test]
fn a_nested_file_is_refused_and_not_a_crash() {
    let room = std::env::temp_dir().join(format!("titer-deep-{}", std::process::id()));
    std::fs::create_dir_all(&room).expect("a folder");
    for (name, root) in [("open", "<a>"), ("mixed", "<ConformanceProfile>")] {
        let mut text = root.repeat(200_000);
        if name == "mixed" {
            text.push_str(&"</ConformanceProfile>".repeat(200_000));
        }
        let path = room.join(format!("{name}.xml"));
        std::fs::write(&path, text).expect("a file");
        let said = Bundle::open(&path).expect_err("no profile");
        assert!(!said.is_empty());
    }
    std::fs::remove_dir_all(&room).expect("it goes");
}
