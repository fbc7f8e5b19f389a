//! Bundles of NIST's test tool as plans: small ones made here, good and with each defect that real ones have.

use proptest::prelude::*;
use std::fmt::Write as _;
use std::path::Path;
use tempfile::TempDir;
use titer_plan::import::{ImportError, Imported, Weight, import};

const VXU: &str = "MSH|^~\\&|EHR|CLINIC|IIS|STATE|20180701082240-0500||VXU^V04^VXU_V04|NIST-1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS
PID|1||123^^^EHR^MR||Doe{x}^Ann^^^^^L||20130101|F
ORC|RE||197027^DCS
RXA|0|1|20180101||08^Hep B^CVX|999|||01^Historical^NIP001|||||||||||CP|A
ORC|RE||197028^DCS
RXA|0|1|20180701||58160-0820-11^ENGERIX-B^NDC|0.5|mL^^UCUM||00^New^NIP001||||||L1|20190101|SKB^GSK^MVX|||CP|A
OBX|1|CE|64994-7^Eligibility^LN|1|V01^Not eligible^HL70064||||||F
";
const ACK: &str = "MSH|^~\\&|IIS|STATE|EHR|CLINIC|20180701082241-0500||ACK^V04^ACK|NIST-2|P|2.5.1|||NE|NE|||||Z23^CDCPHINVS
MSA|AA|NIST-IZ-AD-1.1
";
const RSP: &str = "MSH|^~\\&|IIS|STATE|EHR|CLINIC|20180701082241-0500||RSP^K11^RSP_K11|NIST-3|P|2.5.1|||NE|NE|||||Z33^CDCPHINVS
MSA|AA|NIST-IZ-QR-1
QAK|T1|NF|Z44^Request^CDCPHINVS
QPD|Z44^Request^CDCPHINVS|T1
";
const QBP: &str = "MSH|^~\\&|EHR|CLINIC|IIS|STATE|20180701082240-0500||QBP^Q11^QBP_Q11|NIST-1|P|2.5.1|||ER|AL|||||Z44^CDCPHINVS
QPD|Z44^Request^CDCPHINVS|T1|123^^^EHR^MR|Doe^Ann^^^^^L||20130101|F
RCP|I|1^RD&Records&HL70126
";
const Z22: &str = "aa72383a-7b48-46e5-a74a-82e019591fe7";
const Z23: &str = "8da46a56-9f9a-4897-b7f1-08862c73d66a";
const Z42: &str = "e13dfbab-8832-4c3f-bfa5-0e9c18e644c4";

/// A folder that a test fills.
struct Bundle(TempDir);

impl Bundle {
    fn new() -> Self {
        let bundle = Self(tempfile::tempdir().expect("a folder"));
        bundle.put(
            "TestPlan.json",
            r#"{"name":"A Small Plan v2.1","description":"Two messages.<br>","position":1}"#,
        );
        bundle.put(
            "TestGroup_1/TestCaseGroup.json",
            r#"{"name":"Reports","position":1}"#,
        );
        bundle.put(
            "TestGroup_1/TestCase_1/TestCase.json",
            r#"{"name":"A dose","description":"Ann gets a dose.","position":1}"#,
        );
        bundle
    }

    fn put(&self, file: &str, text: impl AsRef<[u8]>) {
        let path = self.0.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }

    fn step(&self, n: u32, json: &str, message: &str, constraints: &str) {
        let folder = format!("TestGroup_1/TestCase_1/TestStep_{n}");
        self.put(&format!("{folder}/TestStep.json"), json);
        if !message.is_empty() {
            self.put(&format!("{folder}/Message.txt"), message);
        }
        if !constraints.is_empty() {
            self.put(&format!("{folder}/Constraints.xml"), constraints);
        }
    }

    /// A message of an EHR with these constraints.
    fn sent(constraints: &str) -> Self {
        let bundle = Self::new();
        bundle.step(
            1,
            &step("Send it", "SUT_INITIATOR", Z22, 1),
            VXU,
            constraints,
        );
        bundle
    }

    fn import(&self) -> Imported {
        import(self.0.path(), Some("small")).unwrap_or_else(|e| panic!("{:#?}", e.diagnostics()))
    }

    fn fails(&self) -> ImportError {
        import(self.0.path(), Some("small")).expect_err("no plan")
    }
}

fn step(name: &str, kind: &str, id: &str, position: u32) -> String {
    format!(
        r#"{{"hl7v2":{{"messageId":"{id}"}},"name":"{name}","description":"{name}, and see.","position":{position},"type":"{kind}"}}"#
    )
}

fn constraint(assertion: &str) -> String {
    format!(
        "<Constraint ID=\"Content\" Target=\".\"><Reference GeneratedBy=\"TCAMT\" Source=\"testcase\"/><Description>said</Description><Assertion>{assertion}</Assertion></Constraint>"
    )
}

fn present(path: &str) -> String {
    format!("<Presence Path=\"{path}\"/>")
}

fn is(path: &str, text: &str) -> String {
    format!("<PlainText IgnoreCase=\"true\" Path=\"{path}\" Text=\"{text}\"/>")
}

fn one_of(path: &str, csv: &str) -> String {
    format!("<StringList CSV=\"{csv}\" IgnoreCase=\"false\" Path=\"{path}\"/>")
}

fn file(assertions: &[String], rest: &str) -> String {
    let mut all = String::new();
    for a in assertions {
        let _ = write!(all, "{}", constraint(a));
    }
    format!(
        "<ConformanceContext UUID=\"x\"><MetaData Name=\"x\" OrgName=\"NIST\" Version=\"1\" Date=\"x\"/>\n<Constraints><Message><ByID ID=\"{Z22}\">{all}</ByID></Message></Constraints>{rest}</ConformanceContext>"
    )
}

fn pattern(attributes: &str, trigger: &str, inside: &[String], contexts: &str) -> String {
    let mut all = String::new();
    for a in inside {
        all.push_str(&constraint(a));
    }
    format!(
        "<Pattern{attributes}><Trigger><ErrorMessage>it is not there</ErrorMessage><Assertion>{trigger}</Assertion></Trigger><Constraints>{all}</Constraints>{contexts}</Pattern>"
    )
}

fn notes(imported: &Imported, weight: Weight) -> Vec<String> {
    imported
        .report
        .every_note()
        .filter(|(_, n)| n.weight == weight)
        .map(|(_, n)| format!("{}:{}:{} {}", n.file, n.line, n.column, n.text))
        .collect()
}

fn case(imported: &Imported) -> &str {
    &imported.files["cases/1.1.yaml"]
}

#[test]
fn a_good_bundle_becomes_a_plan() {
    let both = format!(
        "<AND>{}{}</AND>",
        present("3[1].5[1].1[1]"),
        is("3[1].5[1].1[1]", "58160-0820-11")
    );
    let day = format!(
        "<AND>{}{}</AND>",
        present("3[1].3[1].1[1]"),
        is("3[1].3[1].1[1]", "20180701")
    );
    let obx = pattern(
        " Cardinality=\"1\"",
        &format!(
            "<AND>{}{}</AND>",
            present("1[1].3[1].1[1]"),
            one_of("1[1].3[1].1[1]", "64994-7,30963-3")
        ),
        &[
            present("1[1].5[1].1[1]"),
            is("1[1].5[1].1[1]", "V01"),
            present("1[1].4[1]"),
        ],
        "",
    );
    let nested = format!("<Contexts><Context List=\"5[*]\">{obx}</Context></Contexts>");
    let order = pattern(
        "",
        &format!("<FORALL>{both}{day}</FORALL>"),
        &[
            present("3[1].9[1].1[1]"),
            is("3[1].9[1].1[1]", "00"),
            "<NOT><Presence Path=\"3[1].18[1].1[1]\"/></NOT>".to_owned(),
        ],
        &nested,
    );
    let ids = pattern(
        "",
        &format!("<AND>{}{}</AND>", present("5[1]"), is("5[1]", "MR")),
        &[present("4[1].1[1]")],
        "",
    );
    let rest = format!(
        "<OrderIndifferent><Context List=\"9[*]\">{order}</Context><Context List=\"3[1].3[*]\">{ids}</Context></OrderIndifferent>"
    );
    let xml = file(
        &[
            present("3[1].5[1].1[1].1[1]"),
            is("3[1].5[1].1[1].1[1]", "Doe{x}"),
            present("3[1].8[1]"),
            one_of("3[1].8[1]", "F,M"),
            is("3[1].5[1].2[1]", "Ann"),
            "<NOT><Presence Path=\"3[1].29[1].1[1]\"/></NOT>".to_owned(),
            "<Format Path=\"3[1].5[1].2[1]\" Regex=\"^.{3,}$\"/>".to_owned(),
            "<Format Path=\"3[1].7[1].1[1]\" Regex=\"[0-9]{8}.*\"/>".to_owned(),
        ],
        &rest,
    );
    let bundle = Bundle::sent(&xml);
    bundle.step(2, &step("Take the answer", "TA_RESPONDER", Z23, 2), ACK, "");
    bundle.step(
        3,
        r#"{"name":"Look","description":"Look at the record.","position":3,"type":"SUT_MANUAL"}"#,
        "",
        "",
    );
    bundle.put(
        "TestGroup_1/TestCase_1/TestStep_3/TestStory.html",
        "<html><body><h3>Description</h3><p>Open it.</p><h3>Evaluation Criteria</h3><ul><li>It is there.</li><li>It is one: \"08\".</li></ul></body></html>",
    );
    bundle.put(
        "TestGroup_1/TestCase_1/TestStep_1/MessageContent.html",
        "<p>x</p>",
    );
    let imported = bundle.import();
    assert!(
        imported.report.is_whole(),
        "{:#?}",
        notes(&imported, Weight::Lost)
    );
    let a = imported.report.assertions;
    assert_eq!((a.found, a.carried, a.lost), (15, 15, 0));
    assert_eq!(imported.report.patterns.carried, 3);
    let mut all = String::new();
    for (name, text) in &imported.files {
        writeln!(all, "== {name}\n{text}").expect("text");
    }
    insta::assert_snapshot!(all);
    insta::assert_snapshot!(serde_json::to_string_pretty(&imported.report).expect("JSON"));
}

#[test]
fn what_it_writes_loads_and_is_not_written_over() {
    let bundle = Bundle::sent(&file(&[present("3[1].8[1]")], ""));
    let imported = bundle.import();
    let folder = tempfile::tempdir().expect("a folder");
    imported
        .write(&folder.path().join("a/plan"))
        .expect("written");
    let plan = titer_plan::load_dir(&folder.path().join("a/plan")).expect("a plan");
    assert_eq!((plan.id.as_str(), plan.version.as_str()), ("small", "2.1"));
    assert!(folder.path().join("a/plan/import-report.json").is_file());
    let again = imported.write(&folder.path().join("a/plan"));
    assert!(
        matches!(again, Err(ImportError::NotEmpty { .. })),
        "{again:?}"
    );
}

#[test]
fn missing_metadata_and_empty_contexts_are_mended() {
    let order = pattern(
        "",
        &is("3[1].5[1].1[1]", "08"),
        &[present("3[1].9[1].1[1]")],
        "<Contexts/>",
    );
    let rest =
        format!("<OrderIndifferent><Context List=\"9[*]\">{order}</Context></OrderIndifferent>");
    let xml = file(&[present("3[1].8[1]")], &rest).replace(
        "<MetaData Name=\"x\" OrgName=\"NIST\" Version=\"1\" Date=\"x\"/>",
        "",
    );
    let imported = Bundle::sent(&xml).import();
    let mended = notes(&imported, Weight::Mended);
    assert_eq!(mended.len(), 2, "{mended:?}");
    assert_eq!(imported.report.assertions.carried, 2);
    assert!(imported.report.is_whole());
}

#[test]
fn broken_json_is_told_with_its_place_and_the_step_is_there() {
    let bundle = Bundle::new();
    bundle.step(
        1,
        "{\n  \"name\": \"x\\&y\",\n  \"type\": \"SUT_INITIATOR\"}",
        VXU,
        &file(&[present("3[1].8[1]")], ""),
    );
    bundle.step(2, "{\"name\": ", ACK, "");
    bundle.step(3, "[]", "", "");
    let imported = bundle.import();
    assert_eq!(imported.report.steps, 3);
    let becomes: Vec<&str> = imported
        .report
        .details
        .iter()
        .map(|s| s.becomes.as_str())
        .collect();
    assert_eq!(becomes, ["send", "reply", "inspect"]);
    let lost = notes(&imported, Weight::Lost);
    assert!(
        lost[0]
            .starts_with("TestGroup_1/TestCase_1/TestStep_1/TestStep.json:2:14 this is not JSON"),
        "{lost:#?}"
    );
    assert!(
        lost[1].starts_with("TestGroup_1/TestCase_1/TestStep_2/TestStep.json:1:9 this is not JSON"),
        "{lost:#?}"
    );
    assert_eq!(imported.report.assertions.carried, 1);
}

#[test]
fn a_profile_that_the_message_is_not_of_is_mended() {
    let bundle = Bundle::new();
    bundle.step(1, &step("Ask", "SUT_INITIATOR", "unknown", 1), QBP, "");
    bundle.step(2, &step("Nobody", "TA_RESPONDER", Z42, 2), RSP, "");
    let imported = bundle.import();
    let mended = notes(&imported, Weight::Mended);
    assert_eq!(
        mended,
        [
            "TestGroup_1/TestCase_1/TestStep_2/TestStep.json:0:0 the step binds the message to Z42, and it is a Z33"
        ]
    );
    assert!(
        case(&imported).contains("reply: {message: \"1.1.2\", profile: Z33}"),
        "{}",
        case(&imported)
    );
}

#[test]
fn answers_repeat_what_was_sent() {
    let bundle = Bundle::sent("");
    bundle.step(2, &step("Take it", "TA_RESPONDER", Z23, 2), ACK, "");
    let imported = bundle.import();
    let ack = &imported.files["messages/1.1.2.hl7"];
    assert!(
        ack.contains("MSA|AA|{sent MSH-10}") && !ack.contains("NIST-IZ-AD"),
        "{ack}"
    );
    assert!(ack.contains("|{uid}|") && ack.contains("|{now}|"), "{ack}");
    assert!(imported.files["messages/1.1.1.hl7"].contains("Doe{{x}}"));
}

#[test]
fn a_second_answer_to_one_message_is_looked_at() {
    let bundle = Bundle::new();
    bundle.step(1, &step("Ask", "SUT_INITIATOR", "", 1), QBP, "");
    bundle.step(2, &step("Nobody", "TA_RESPONDER", "", 2), RSP, "");
    bundle.step(3, &step("Nobody still", "TA_RESPONDER", "", 3), RSP, "");
    bundle.step(
        4,
        &step("Too many", "TA_RESPONDER", "", 4),
        &RSP.replace("|NF|", "|TM|"),
        "",
    );
    let imported = bundle.import();
    let becomes: Vec<&str> = imported
        .report
        .details
        .iter()
        .map(|s| s.becomes.as_str())
        .collect();
    assert_eq!(becomes, ["send", "reply", "inspect", "inspect"]);
    assert_eq!(
        notes(&imported, Weight::Lost).len(),
        1,
        "another answer cannot be given"
    );
    let m = imported.report.messages;
    assert_eq!((m.found, m.carried, m.lost), (4, 3, 1));
}

#[test]
fn what_is_missing_leaves_the_step_to_a_person() {
    let bundle = Bundle::new();
    bundle.step(1, &step("Take it", "TA_RESPONDER", Z23, 1), ACK, "");
    bundle.step(
        2,
        &step("Send it", "SUT_INITIATOR", Z22, 2),
        "",
        &file(&[present("3[1].8[1]")], ""),
    );
    let imported = bundle.import();
    let becomes: Vec<&str> = imported
        .report
        .details
        .iter()
        .map(|s| s.becomes.as_str())
        .collect();
    assert_eq!(becomes, ["inspect", "inspect"]);
    let lost = notes(&imported, Weight::Lost);
    assert!(
        lost.iter()
            .any(|n| n.contains("no step of its case sends before it")),
        "{lost:#?}"
    );
    assert!(
        lost.iter().any(|n| n.contains("there is no Message.txt")),
        "{lost:#?}"
    );
    assert!(
        lost.iter().any(|n| n.contains("whose model is not known")),
        "{lost:#?}"
    );
    let a = imported.report.assertions;
    assert_eq!((a.found, a.lost), (1, 1));
    let m = imported.report.messages;
    assert_eq!((m.found, m.carried, m.lost), (2, 0, 2));
}

#[test]
fn expressions_become_alternatives_and_their_opposites() {
    let sex = is("3[1].8[1]", "F");
    let name = is("3[1].5[1].2[1]", "Bob");
    let xml = file(
        &[
            format!("<OR>{sex}{name}</OR>"),
            format!("<NOT><OR>{name}{}</OR></NOT>", present("3[1].29[1].1[1]")),
            format!("<IMPLY>{name}{}</IMPLY>", present("3[1].29[1].1[1]")),
            format!("<XOR>{sex}{name}</XOR>"),
            format!("<EXIST>{sex}{name}{}</EXIST>", present("3[1].29[1].1[1]")),
            format!("<NOT>{}</NOT>", one_of("3[1].8[1]", "M,U")),
            is("3[1].30[1]", "N"),
        ],
        "",
    );
    let imported = Bundle::sent(&xml).import();
    assert!(
        imported.report.is_whole(),
        "{:#?}",
        notes(&imported, Weight::Lost)
    );
    insta::assert_snapshot!(case(&imported));
}

#[test]
fn what_cannot_be_carried_is_counted_with_its_reason() {
    let order = pattern(
        "",
        &present("3[1].5[1].1[1]"),
        &[present("3[1].9[1].1[1]"), present("3[1].3[1].1[1]")],
        "",
    );
    let rest =
        format!("<OrderIndifferent><Context List=\"9[*]\">{order}</Context></OrderIndifferent>");
    let xml = file(
        &[
            "<PathValue Path1=\"3[1].7[1].1[1]\" Operator=\"LT\" Path2=\"1[1].7[1].1[1]\"/>"
                .to_owned(),
            present("9[*].3[1].5[1]"),
            present("99[1].1[1]"),
            present("9[2].4[1].1[1].1[1]"),
            "<SimpleValue Path=\"3[1].25[1]\" Operator=\"GT\" Value=\"1\" Type=\"Number\"/>"
                .to_owned(),
            present("3[1].8[1]"),
        ],
        &rest,
    );
    let imported = Bundle::sent(&xml).import();
    let a = imported.report.assertions;
    assert_eq!((a.found, a.carried, a.lost), (8, 1, 7));
    assert_eq!(imported.report.patterns.lost, 1);
    insta::assert_snapshot!(notes(&imported, Weight::Lost).join("\n"));
}

#[test]
fn files_that_cannot_be_read_are_told_of_with_their_place() {
    let broken = Bundle::sent(
        &file(&[present("3[1].8[1]"), present("3[1].7[1]")], "").replace("</Message>", ""),
    );
    let imported = broken.import();
    let lost = notes(&imported, Weight::Lost);
    assert_eq!(lost.len(), 1);
    assert!(
        lost[0].contains("Constraints.xml:2:") && lost[0].contains("not well-formed"),
        "{lost:#?}"
    );
    assert_eq!(imported.report.assertions.lost, 2);

    let deep = format!(
        "{}{}{}",
        "<NOT>".repeat(5000),
        present("3[1].8[1]"),
        "</NOT>".repeat(5000)
    );
    let imported = Bundle::sent(&file(&[deep], "")).import();
    assert!(notes(&imported, Weight::Lost)[0].contains("deep"));
    assert_eq!(imported.report.assertions.lost, 1);

    let unknown = Bundle::sent(&file(&["<Nonsense Path=\"3[1].8[1]\"/>".to_owned()], "")).import();
    assert!(notes(&unknown, Weight::Lost)[0].contains("`Nonsense`"));

    let json = Bundle::new();
    json.step(1, &"[".repeat(100_000), "", "");
    assert!(notes(&json.import(), Weight::Lost)[0].contains("not JSON"));

    let text = Bundle::new();
    text.step(
        1,
        &step("Send it", "SUT_INITIATOR", Z22, 1),
        "no message\n",
        "",
    );
    assert!(notes(&text.import(), Weight::Lost)[0].contains("no line of it starts with `MSH`"));
}

#[test]
fn a_plan_that_could_not_be_read_again_is_not_made() {
    let bundle = Bundle::new();
    let long = "word ".repeat(1_000_000);
    bundle.step(
        1,
        &format!(r#"{{"name":"x","description":"{long}","type":"SUT_MANUAL"}}"#),
        "",
        "",
    );
    let error = bundle.fails();
    assert!(matches!(error, ImportError::Unsound(_)), "{error:?}");
    assert!(error.diagnostics()[0].message.contains("bytes long"));
}

#[test]
fn other_encodings_are_read_and_told_of() {
    let bundle = Bundle::new();
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(
            step("Send it", "SUT_INITIATOR", Z22, 1)
                .encode_utf16()
                .flat_map(u16::to_le_bytes),
        )
        .collect();
    bundle.put("TestGroup_1/TestCase_1/TestStep_1/TestStep.json", wide);
    let latin: Vec<u8> = VXU
        .replace("Ann", "Jos\u{e9}")
        .chars()
        .map(|c| c as u8)
        .collect();
    bundle.put("TestGroup_1/TestCase_1/TestStep_1/Message.txt", latin);
    let imported = bundle.import();
    assert!(imported.files["messages/1.1.1.hl7"].contains("José"));
    let mended = notes(&imported, Weight::Mended);
    assert_eq!(
        mended,
        [
            "TestGroup_1/TestCase_1/TestStep_1/Message.txt:2:32 the file is not UTF-8 text; it is read as ISO 8859-1"
        ]
    );
    assert_eq!(imported.report.details[0].kind, "SUT_INITIATOR");
}

#[test]
fn folders_are_known_by_what_they_hold_and_numbered_by_their_position() {
    let bundle = Bundle::new();
    std::fs::remove_file(bundle.0.path().join("TestPlan.json")).expect("removed");
    std::fs::remove_file(bundle.0.path().join("TestGroup_1/TestCaseGroup.json")).expect("removed");
    bundle.step(
        7,
        r#"{"name":"second: {it} \"is\" # - 'odd'","type":"SUT_MANUAL","position":2}"#,
        "",
        "",
    );
    bundle.step(
        9,
        r#"{"name":"first","type":"SUT_MANUAL","position":1}"#,
        "",
        "",
    );
    bundle.put(
        "TestGroup_1/TestGroup_4/TestCase_3/TestStep_2/TestStep.json",
        r#"{"name":"deeper","type":"SUT_MANUAL"}"#,
    );
    let imported = bundle.import();
    let steps: Vec<(&str, &str)> = imported
        .report
        .details
        .iter()
        .map(|s| (s.path.as_str(), s.name.as_str()))
        .collect();
    assert_eq!(
        steps,
        [
            ("small/1.1/1.1.1", "first"),
            ("small/1.1/1.1.2", "second: {it} \"is\" # - 'odd'"),
            ("small/1.4.3/1.4.3.2", "deeper"),
        ]
    );
    let mended = notes(&imported, Weight::Mended);
    assert!(
        mended
            .iter()
            .any(|n| n.contains("there is no TestPlan.json")),
        "{mended:#?}"
    );
}

#[test]
fn a_folder_that_is_no_bundle_is_told() {
    let bundle = Bundle::new();
    std::fs::remove_dir_all(bundle.0.path().join("TestGroup_1")).expect("removed");
    assert!(matches!(bundle.fails(), ImportError::NoBundle { .. }));
    let nothing = import(Path::new("/nonexistent/bundle"), None).expect_err("no plan");
    assert!(matches!(nothing, ImportError::Read { .. }));
    assert!(!nothing.diagnostics().is_empty());
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let bundle = Bundle::sent("");
    let here = bundle.0.path();
    std::os::unix::fs::symlink(here, here.join("TestGroup_1/TestCase_1/TestStep_2"))
        .expect("a link");
    let imported = bundle.import();
    assert_eq!(imported.report.steps, 1);
    assert!(notes(&imported, Weight::Lost)[0].contains("a link is not followed"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    // whatever stands in the files, there is a plan that loads, or an error
    #[test]
    fn no_bundle_makes_it_panic(
        json in "\\PC{0,80}|\\{\"name\":\"\\PC{0,40}\",\"type\":\"[A-Z_]{0,12}\",\"description\":\"[ -~]{0,60}\"\\}",
        lines in proptest::collection::vec("[A-Z]{3}[|^~\\\\&a-z0-9{}#:\"'-]{0,60}|\\PC{0,40}", 0..6),
        path in "[0-9\\[\\]\\.\\*]{0,14}",
        text in "[ -~]{0,20}",
    ) {
        let bundle = Bundle::new();
        let message = format!("MSH|^~\\&|A|||||x|VXU^V04^VXU_V04|1\n{}", lines.join("\n"));
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let order = pattern("", &is(&path, &escaped), &[present(&path)], "");
        let rest = format!("<OrderIndifferent><Context List=\"9[*]\">{order}</Context></OrderIndifferent>");
        bundle.step(1, &json, &message, &file(&[is(&path, &escaped), is("3[1].5[1].2[1]", &escaped)], &rest));
        bundle.step(2, &json, &lines.join("\r"), "");
        bundle.put("TestGroup_1/TestCase_1/TestStory.html", &text);
        match import(bundle.0.path(), None) {
            Ok(imported) => prop_assert_eq!(imported.report.steps, 2),
            Err(ImportError::Unsound(e)) => prop_assert!(false, "{:#?}", e.diagnostics()),
            Err(e) => prop_assert!(false, "{e}"),
        }
    }
}
