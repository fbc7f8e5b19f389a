//! What is wrong with a profile's files, and that it is said where it stands.

use crate::common::files;
use titer_conformance::xml::{read_profile, read_rules, read_tables};
use titer_conformance::{BUILTIN_IDS, Dialect, Validator, builtin, builtin_in, builtins, yaml};

const FIELDS: &str = "- {name: One, usage: O, type: ST}\n- {name: Two, usage: O, type: CX}\n";

/// The diagnostic for a small profile in which a text was replaced.
fn wrong(file: &str, from: &str, to: &str) -> String {
    let mut files = files(FIELDS, "");
    let text = files.get_mut(file).expect("a file");
    assert!(text.contains(from), "{file} holds {from}");
    *text = text.replace(from, to);
    match yaml::load(&files, "T01") {
        Err(diagnostic) => diagnostic.render(false),
        Ok(definition) => match Validator::compile(&definition, Dialect::Titer) {
            Err(error) => error.to_string(),
            Ok(_) => panic!("{file}: `{to}` was taken"),
        },
    }
}

#[test]
fn mistakes_in_our_files_are_pointed_at() {
    let said = [
        wrong("T01.yaml", "usage: RE, occurs", "usgae: RE, occurs"),
        wrong("T01.yaml", "usage: RE, occurs", "usage: REQ, occurs"),
        wrong("T01.yaml", "occurs: 0..2}\n  - {segment: DSC", "occurs: two}\n  - {segment: DSC"),
        wrong("T01.yaml", "segment: NK1", "segment: NK9"),
        wrong("T01.yaml", "{segment: NK1, usage", "{segment: NK1, group: X, usage"),
        wrong("T01.yaml", "ADT^A01^ADT_A01", "ADT"),
        wrong("T01.yaml", "  - {segment: MSH, usage: R}\n", ""),
        wrong("segments/PID.yaml", "type: ST", "type: STX"),
        wrong("segments/PID.yaml", "usage: O", "usage: C(R/X)"),
        wrong("segments/PID.yaml", "type: ST}", "type: ST, length: 1-2}"),
        wrong("segments/PID.yaml", "type: ST}", "type: ST, codes: A B}"),
        wrong("segments/PID.yaml", "type: ST}", "type: ST, codes: NOWHERE}"),
        wrong("segments/PID.yaml", "type: ST}", "type: ST, when: 'PID-1 is valued'}"),
        wrong("segments/PID.yaml", "type: CX}\n", "type: CX}\n    constraints:\n      - {id: A, assert: 'PID-1 is'}\n"),
        wrong("segments/PID.yaml", "type: CX}\n", "type: CX}\n    constraints:\n      - {id: A, assert: 'PID-1 is valued', weight: heavy}\n"),
        wrong("segments/PID.yaml", "type: CX}\n", "type: CX}\n    conditions:\n      - {target: '.', usage: R/X, when: 'PID-1 is valued'}\n"),
        wrong("segments/OBX.yaml", "and-by: \"3.1\"", "and-by: \"three\""),
        wrong("datatypes/CX.yaml", "type: HD", "type: CX"),
        wrong("patterns.yaml", "[0-9]+", "[0-9"),
    ]
    .join("\n\n");
    insta::assert_snapshot!(said);
}

#[test]
fn a_table_is_read_with_its_file() {
    let with_codes = "- {name: One, usage: O, type: ST, codes: COLOUR}\n";
    let wrong = |from: &str, to: &str| {
        let mut files = files(with_codes, "");
        let text = files.get_mut("tables/COLOUR.yaml").expect("a table");
        *text = text.replace(from, to);
        yaml::load(&files, "T01")
            .expect_err("it is wrong")
            .render(false)
    };
    insta::assert_snapshot!(
        [
            wrong("usage: permitted", "usage: perhaps"),
            wrong("GREY[0-9]", "GREY[0-9"),
            wrong("name: colours", "name: colours\nstability: shaky"),
            wrong("name: colours", "name: colours\nextensibility: ajar"),
        ]
        .join("\n\n")
    );
}

#[test]
fn a_profile_that_is_not_there_is_said_so() {
    let error = yaml::load(&files(FIELDS, ""), "T02").expect_err("there is none");
    assert_eq!(error.file, "T02.yaml");
}

#[test]
fn every_profile_that_ships_compiles_in_both_dialects() {
    assert_eq!(builtins().count(), BUILTIN_IDS.len());
    for id in BUILTIN_IDS {
        let validator = builtin(id).expect(id);
        assert_eq!(validator.info().id, id);
        assert!(!validator.info().source.is_empty());
        for dialect in [Dialect::Titer, Dialect::Nist163] {
            if let Err(diagnostic) = builtin_in(id, dialect) {
                panic!("{}", diagnostic.render(false));
            }
        }
    }
    assert!(builtin("Z99").is_none());
}

const PROFILE: &str = r#"<?xml version="1.0"?>
<ConformanceProfile ID="p" Type="Constrainable" HL7Version="2.5.1">
  <MetaData Name="small" Version="1" Date="2026"/>
  <Messages>
    <Message ID="m-1" Type="ADT" Event="A01" StructID="ADT_A01" Identifier="T01">
      <Segment Ref="MSH" Usage="R" Min="1" Max="1"/>
      <Group ID="G" Name="ADT_A01.G" Usage="O" Min="0" Max="*">
        <Segment Ref="PV1" Usage="R" Min="1" Max="1"/>
      </Group>
    </Message>
  </Messages>
  <Segments>
    <Segment ID="MSH" Name="MSH" Description="Header">
      <Field Name="Separator" Usage="R" Min="1" Max="1" Datatype="ST" MinLength="1" MaxLength="1"/>
    </Segment>
    <Segment ID="PV1" Name="PV1" Description="Visit">
      <Field Name="Colour" Usage="O" Min="0" Max="1" Datatype="ST" MinLength="1" MaxLength="*" Binding="A:B" BindingStrength="S"/>
    </Segment>
  </Segments>
  <Datatypes><Datatype ID="ST" Name="ST"/></Datatypes>
</ConformanceProfile>"#;

const RULES: &str = r#"<ConformanceContext UUID="c">
  <MetaData Name="small"/>
  <Constraints><Segment><ByID ID="PV1">
    <Constraint ID="C-1" Target="1[1]">
      <Description>text</Description>
      <Assertion><PlainText Path="1[1]" Text="a" IgnoreCase="false"/></Assertion>
    </Constraint>
  </ByID></Segment></Constraints>
</ConformanceContext>"#;

const TABLES: &str = r#"<ValueSetLibrary ValueSetLibraryIdentifier="v">
  <MetaData Name="small"/>
  <ValueSetDefinitions Group="g" Order="1">
    <ValueSetDefinition BindingIdentifier="A" Name="a"><ValueElement Value="x" DisplayName="X" CodeSystem="S"/></ValueSetDefinition>
  </ValueSetDefinitions>
</ValueSetLibrary>"#;

#[test]
fn a_small_bundle_is_read() {
    let structure = read_profile("p.xml", PROFILE, Some("m-1")).expect("a profile");
    let rules = read_rules("c.xml", RULES).expect("rules");
    let tables = read_tables("v.xml", TABLES).expect("tables");
    assert_eq!(structure.source, "small, 1, 2026");
    assert_eq!((rules.constraints.len(), tables.tables.len()), (1, 1));
    let validator =
        Validator::compile(&structure.with(rules, tables), Dialect::Nist163).expect("it compiles");
    assert_eq!(validator.info().message_type, "ADT^A01^ADT_A01");
    let text = "MSH|^~\\&\rPV1|b\r";
    // the second table of the binding is not defined
    assert_eq!(
        crate::common::kinds(&validator, text),
        [
            "Extra MSH[1]",
            "Constraint PV1[1]-1[1]",
            "BindingTables PV1[1]-1[1]"
        ]
    );
}

/// What is said when a text of a bundle's file was replaced.
fn wrong_xml(kind: &str, from: &str, to: &str) -> String {
    let text = match kind {
        "p.xml" => PROFILE,
        "c.xml" => RULES,
        _ => TABLES,
    };
    assert!(text.contains(from), "{kind} holds {from}");
    let text = text.replacen(from, to, 1);
    let error = match kind {
        "p.xml" => read_profile(kind, &text, Some("m-1")).err(),
        "c.xml" => read_rules(kind, &text).err(),
        _ => read_tables(kind, &text).err(),
    };
    let Some(error) = error else {
        panic!("{kind}: `{to}` was taken");
    };
    match std::error::Error::source(&error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

#[test]
fn mistakes_in_a_bundle_are_pointed_at() {
    let said = [
        wrong_xml("p.xml", "</Messages>", ""),
        wrong_xml(
            "p.xml",
            "<?xml version=\"1.0\"?>",
            "<!DOCTYPE a [<!ENTITY b \"c\">]>",
        ),
        wrong_xml(
            "p.xml",
            "ConformanceProfile ID=\"p\"",
            "ConformanceProfile ID=\"p\" ID=\"p\"",
        ),
        wrong_xml("p.xml", "ID=\"m-1\"", "ID=\"m-2\""),
        wrong_xml(
            "p.xml",
            "Usage=\"R\" Min=\"1\" Max=\"1\"/>\n      <Group",
            "Usage=\"Q\" Min=\"1\" Max=\"1\"/>\n      <Group",
        ),
        wrong_xml(
            "p.xml",
            "Max=\"*\">\n        <Seg",
            "Max=\"many\">\n        <Seg",
        ),
        wrong_xml("p.xml", "Name=\"PV1\"", "Name=\"PV\""),
        wrong_xml("p.xml", "BindingStrength=\"S\"", "BindingStrength=\"T\""),
        wrong_xml("p.xml", "<Datatypes>", "<Slicing/><Datatypes>"),
        wrong_xml("c.xml", "1[1]\" Text", "1.1\" Text"),
        wrong_xml("c.xml", "<PlainText", "<PlainTexts"),
        wrong_xml("c.xml", "IgnoreCase=\"false\"", "IgnoreCase=\"maybe\""),
        wrong_xml(
            "c.xml",
            "IgnoreCase=\"false\"",
            "AtLeastOnce=\"true\" Min=\"1\"",
        ),
        wrong_xml(
            "c.xml",
            "Text=\"a\" IgnoreCase=\"false\"/>",
            "Text=\"a\"/><Presence Path=\"1[1]\"/>",
        ),
        wrong_xml(
            "c.xml",
            "<PlainText Path=\"1[1]\" Text=\"a\" IgnoreCase=\"false\"/>",
            "<AND><Presence Path=\"1[1]\"/></AND>",
        ),
        wrong_xml(
            "c.xml",
            "<PlainText Path=\"1[1]\" Text=\"a\" IgnoreCase=\"false\"/>",
            "<Format Path=\"1[1]\" Regex=\"(?=a)b\"/>",
        ),
        wrong_xml(
            "c.xml",
            "<PlainText Path=\"1[1]\" Text=\"a\" IgnoreCase=\"false\"/>",
            "<Plugin ClassName=\"a.b.C\"/>",
        ),
        wrong_xml("c.xml", "<MetaData Name=\"small\"/>", "<Slicing/>"),
        wrong_xml("c.xml", "ID=\"C-1\" ", "ID=\"C-1\" Strength=\"MAY\" "),
        wrong_xml("v.xml", "Value=\"x\"", "Values=\"x\""),
        wrong_xml("v.xml", "Name=\"a\"", "Name=\"a\" Stability=\"Sometimes\""),
        wrong_xml(
            "v.xml",
            "CodeSystem=\"S\"",
            "CodeSystem=\"S\" CodePattern=\"[\"",
        ),
    ]
    .join("\n");
    insta::assert_snapshot!(said);
}

#[test]
fn profiles_are_built_in_as_their_files_say() {
    for id in BUILTIN_IDS {
        let files = yaml::load(titer_conformance::shipped(), id).expect("it can be read");
        let built = titer_conformance::builtin_definition(id).expect("it is built in");
        assert!(files == built, "{id}");
        assert!(!built.tables.is_empty() && built.tables.iter().any(|t| !t.codes.is_empty()));
    }
    assert!(titer_conformance::builtin_definition("Z99").is_none());
    assert!(builtin_in("z22", Dialect::Titer).is_err());
}
