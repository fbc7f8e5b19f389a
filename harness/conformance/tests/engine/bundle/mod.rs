//! A small bundle of XML files: what the profiles that ship do not use, each read and judged in both dialects.

mod bindings;
mod rules;
mod slices;

use titer_conformance::model::{Definition, RulesDef};
use titer_conformance::reference::{self, Entry};
use titer_conformance::xml::{read_bindings, read_profile, read_rules, read_tables};
use titer_conformance::{Dialect, Scratch, Validator};
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
