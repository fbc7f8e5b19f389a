//! A small bundle of XML files: what the profiles that ship do not use, each read and judged in both dialects.

use titer_conformance::model::{Definition, RulesDef};
use titer_conformance::reference::{self, Entry};
use titer_conformance::xml::{
    read_bindings, read_co_constraints, read_profile, read_rules, read_slicing, read_tables,
};
use titer_conformance::{Dialect, Difference, Scratch, Validator};
use titer_hl7::{Message, Offsets};

const PROFILE: &str = r#"<ConformanceProfile ID="p">
  <MetaData Name="small" OrgName="o" Version="1" Date="2026"/>
  <Messages>
    <Message ID="m-1" Type="ADT" Event="A01" StructID="ADT_A01" Identifier="T01">
      <Segment Ref="MSH" Usage="R" Min="1" Max="1"/>
      <Segment Ref="PID" Usage="R" Min="1" Max="1"/>
      <Group ID="visit" Name="ADT_A01.VISIT" Usage="O" Min="0" Max="*">
        <Segment Ref="PV1" Usage="R" Min="1" Max="1"/>
        <Segment Ref="OBX" Usage="O" Min="0" Max="*"/>
      </Group>
    </Message>
  </Messages>
  <Segments>
    <Segment ID="MSH" Name="MSH">FIELD2</Segment>
    <Segment ID="PID" Name="PID">
      <Field Name="Colour" Usage="O" Min="0" Max="1" Datatype="ST" MinLength="1" MaxLength="*"/>
      <Field Name="Look" Usage="O" Min="0" Max="*" Datatype="CWE" MinLength="1" MaxLength="*"/>
      <Field Name="Phone" Usage="O" Min="0" Max="*" Datatype="XTN" MinLength="1" MaxLength="*"/>
      <Field Name="Gone" Usage="X" Min="0" Max="0" Datatype="CWE" MinLength="1" MaxLength="*"/>
      <Field Name="Note" Usage="O" Min="0" Max="1" Datatype="ST" MinLength="NA" MaxLength="NA" ConfLength="3#"/>
      <Field Name="Long" Usage="O" Min="0" Max="1" Datatype="ST" MinLength="1" MaxLength="2" ConfLength="3="/>
      <Field Name="Bare" Usage="O" Min="0" Max="1" Datatype="ST" MinLength="NA" MaxLength="NA" ConfLength="NA"/>
      <Field Name="Fixed" Usage="O" Min="0" Max="1" Datatype="CWE" MinLength="1" MaxLength="*" ConstantValue="A"/>
    </Segment>
    <Segment ID="PV1" Name="PV1"><Field Name="Kind" Usage="O" Min="0" Max="1" Datatype="ST" MinLength="1" MaxLength="*"/></Segment>
    <Segment ID="OBX" Name="OBX">OBX1<Field Name="Value" Usage="O" Min="0" Max="1" Datatype="ST" MinLength="1" MaxLength="*"/></Segment>
    <Segment ID="OBX_NUMBER" Name="OBX">OBX1<Field Name="Value" Usage="R" Min="1" Max="1" Datatype="NM" MinLength="1" MaxLength="*"/></Segment>
  </Segments>
  <Datatypes>
    <Datatype ID="ST" Name="ST"/>
    <Datatype ID="NM" Name="NM"/>
    <Datatype ID="CWE" Name="CWE">
      <Component Name="Identifier" Usage="O" Datatype="ST" MinLength="1" MaxLength="*"/>
      <Component Name="Text" Usage="O" Datatype="ST" MinLength="1" MaxLength="*"/>
      <Component Name="System" Usage="O" Datatype="ST" MinLength="1" MaxLength="*"/>
      <Component Name="Alternate Identifier" Usage="O" Datatype="ST" MinLength="1" MaxLength="*"/>
      <Component Name="Alternate Text" Usage="O" Datatype="ST" MinLength="1" MaxLength="*"/>
      <Component Name="Alternate System" Usage="O" Datatype="ST" MinLength="1" MaxLength="*"/>
    </Datatype>
    <Datatype ID="XTN" Name="XTN">XTN1<Component Name="Address" Usage="O" Datatype="ST" MinLength="1" MaxLength="*"/></Datatype>
    <Datatype ID="XTN_MAIL" Name="XTN">XTN1<Component Name="Address" Usage="R" Datatype="ST" MinLength="1" MaxLength="*"/></Datatype>
  </Datatypes>
</ConformanceProfile>"#;

const TABLES: &str = r#"<ValueSetLibrary>
  <MetaData Name="small"/>
  <NoValidation><BindingIdentifier>FREE</BindingIdentifier></NoValidation>
  <ValueSetDefinitions>
    <ValueSetDefinition BindingIdentifier="COLOUR" Name="colours" Stability="Dynamic" Extensibility="Closed">
      <ValueElement Value="RED" DisplayName="r" CodeSystem="COL"/>
      <ValueElement Value="PINK" DisplayName="p" CodeSystem="COL" Usage="P"/>
      <ValueElement Value="BEIGE" DisplayName="b" CodeSystem="COL" Usage="E"/>
      <ValueElement Value="TWICE" DisplayName="t" CodeSystem="COL"/>
      <ValueElement Value="TWICE" DisplayName="t" CodeSystem="OTHER"/>
      <ValueElement Value="SAME" DisplayName="t" CodeSystem="COL"/>
      <ValueElement Value="SAME" DisplayName="t" CodeSystem="COL"/>
    </ValueSetDefinition>
    <ValueSetDefinition BindingIdentifier="SHAPE" Name="shapes" Extensibility="Open">
      <ValueElement Value="ROUND" DisplayName="r" CodeSystem="SHP"/>
      <ValueElement Value="RED" DisplayName="r" CodeSystem="COL"/>
    </ValueSetDefinition>
    <ValueSetDefinition BindingIdentifier="X0396" Name="systems">
      <ValueElement Value="HL7nnnn" DisplayName="h" CodeSystem="X"/>
      <ValueElement Value="99zzz" DisplayName="l" CodeSystem="X"/>
      <ValueElement Value="LN" DisplayName="l" CodeSystem="X"/>
    </ValueSetDefinition>
    <ValueSetDefinition BindingIdentifier="EMPTY" Name="nothing"/>
  </ValueSetDefinitions>
</ValueSetLibrary>"#;

fn profile() -> String {
    let field = |name: &str, datatype: &str, max: &str| {
        format!(
            "<Field Name=\"{name}\" Usage=\"O\" Min=\"0\" Max=\"{max}\" Datatype=\"{datatype}\" MinLength=\"1\" MaxLength=\"*\"/>"
        )
    };
    let component = |name: &str| {
        format!(
            "<Component Name=\"{name}\" Usage=\"O\" Datatype=\"ST\" MinLength=\"1\" MaxLength=\"*\"/>"
        )
    };
    PROFILE
        .replace(
            "FIELD2",
            &(field("Separator", "ST", "1") + &field("Encoding", "ST", "1")),
        )
        .replace(
            "OBX1",
            &(field("Set ID", "ST", "1")
                + &field("Type", "ST", "1")
                + &field("Identifier", "CWE", "1")
                + &field("Group", "ST", "1")),
        )
        .replace("XTN1", &(component("Number") + &component("Use")))
}

fn definition() -> Definition {
    let structure = read_profile("p.xml", &profile(), Some("m-1")).expect("a profile");
    let tables = read_tables("v.xml", TABLES).expect("tables");
    structure.with(RulesDef::default(), tables)
}

fn rules(inner: &str) -> Definition {
    let mut def = definition();
    let text = format!("<ConformanceContext><MetaData Name=\"r\"/>{inner}</ConformanceContext>");
    def.rules = read_rules("c.xml", &text).expect("rules");
    def
}

fn bound(on: &str, id: &str, inner: &str) -> Definition {
    let mut def = definition();
    def.bindings = read_bindings(
        "b.xml",
        &format!(
            "<ValueSetBindingsContext><ValueSetBindings><{on}><ByID ID=\"{id}\">{inner}</ByID></{on}></ValueSetBindings></ValueSetBindingsContext>"
        ),
    )
    .expect("bindings");
    def
}

fn binding(target: &str, strength: &str, tables: &[&str], places: &str) -> String {
    let tables: Vec<String> = tables
        .iter()
        .map(|t| format!("<Binding BindingIdentifier=\"{t}\"/>"))
        .collect();
    let tables = tables.concat();
    format!(
        "<ValueSetBinding Target=\"{target}\" BindingStrength=\"{strength}\"><BindingLocations>{places}</BindingLocations><Bindings>{tables}</Bindings></ValueSetBinding>"
    )
}

const ITSELF: &str = "<SimpleBindingLocation CodeLocation=\".\"/>";
const FIRST: &str = "<ComplexBindingLocation CodeLocation=\"1[1]\" CodeSystemLocation=\"3[1]\"/>";
const EITHER: &str = "<ComplexBindingLocation CodeLocation=\"1[1]\" CodeSystemLocation=\"3[1]\"/><ComplexBindingLocation CodeLocation=\"4[1]\" CodeSystemLocation=\"6[1]\"/>";

fn entries(def: &Definition, dialect: Dialect, lines: &str) -> Vec<Entry> {
    let validator = Validator::compile(def, dialect).expect("it compiles");
    judged(&validator, lines)
}

fn judged(validator: &Validator, lines: &str) -> Vec<Entry> {
    let text = crate::common::message(lines);
    let mut offsets = Offsets::new();
    let message = Message::parse(text.as_bytes(), &mut offsets);
    let mut scratch = Scratch::new();
    validator
        .check(&message, &mut scratch)
        .iter()
        .map(|d| {
            let finding = validator.finding(d, &message);
            assert!(!finding.message.is_empty(), "{d:?}");
            reference::entry(validator, None, d, &message)
        })
        .collect()
}

/// `Category Classification path`, in order.
fn say(entries: &[Entry]) -> Vec<String> {
    entries
        .iter()
        .map(|e| format!("{}/{} {}", e.category, e.classification, e.path))
        .collect()
}

fn nist(def: &Definition, lines: &str) -> Vec<String> {
    say(&entries(def, Dialect::Nist163, lines))
}

fn titer(def: &Definition, lines: &str) -> Vec<String> {
    say(&entries(def, Dialect::Titer, lines))
}

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
