//! Every output form over the same findings: what it looks like, that it is what its format asks, and that nothing shows
//! when values are masked.

use serde_json::{Value, json};
use titer_finding::sink::{Document, Format, Options, Record, Source, annotated};
use titer_finding::{
    Catalogue, Category, Finding, Fixer, Label, Location, MASK, Phi, Rule, Severity,
};

const MESSAGE: &[u8] = b"MSH|^~\\&|SYS|CLINIC|IIS|STATE|20260312||VXU^V04^VXU_V04|1|P|2.5.1\r\
PID|1||A77^^^CLINIC^MR||MARKER^ANNA||20200101|F\r\
ORC|RE||9^CLINIC\r\
RXA|0|1|20260312||08^Hep B^CVX|0.5|mL^^UCUM||00^New record^NIP001|7832-1^Lemon^Mike^A^^^^^NIST-AA-1^^^^PRN|^^^X68||||Y5841RR|20271230|SKB^GlaxoSmithKline^MVX|||CX|A\r";

fn place(message: &[u8], path: &str, needle: &str) -> Location {
    let text = String::from_utf8_lossy(message);
    let start = text.find(needle).expect("the needle is there");
    let before = &text[..start];
    let line = before.matches('\r').count();
    let column = before
        .rsplit('\r')
        .next()
        .unwrap_or_default()
        .chars()
        .count();
    Location {
        path: path.to_owned(),
        line: line as u32 + 1,
        column: column as u32 + 1,
        start: start as u64,
        end: (start + needle.len()) as u64,
    }
}

fn bad_status() -> Finding {
    let mut at = place(MESSAGE, "RXA-20", "CX|A");
    at.end -= 2;
    let mut finding = Finding::new(
        "IZ-RXA-20-01",
        Severity::Error,
        Category::CodeSet,
        Fixer::SenderSoftware,
        at,
        "`{value}` is not a value of HL70322 (completion status)",
    );
    finding.value = Some(Phi::new("CX"));
    finding.expected = Some("a value of HL70322".to_owned());
    finding.source = Some("CDC guide 1.5, RXA-20".to_owned());
    finding.help = Some("the table's values are CP, NA, PA and RE; did you mean `CP`?".to_owned());
    finding.labels = vec![Label {
        location: place(MESSAGE, "RXA-15", "Y5841RR"),
        text: "this dose, RXA-15".to_owned(),
    }];
    finding
}

fn bad_name() -> Finding {
    let mut finding = Finding::new(
        "X-NAME",
        Severity::Warning,
        Category::Quality,
        Fixer::SenderStaff,
        place(MESSAGE, "PID-5.1", "MARKER"),
        "`{value}` looks like a test name",
    );
    finding.value = Some(Phi::new("MARKER"));
    // texts that forgot the placeholder are covered too
    finding.expected = Some("a name other than MARKER".to_owned());
    finding.help = Some("is {value} a person?".to_owned());
    finding.labels = vec![Label {
        location: place(MESSAGE, "RXA-1", "0|1|2026"),
        text: "MARKER's dose".to_owned(),
    }];
    finding
}

fn nowhere() -> Finding {
    Finding::new(
        "X-FAULT",
        Severity::Info,
        Category::Transport,
        Fixer::Receiver,
        Location::default(),
        "the server closed the connection",
    )
}

fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    catalogue
        .add([Rule {
            id: "IZ-RXA-20-01".to_owned(),
            title: "a dose says whether it was completed".to_owned(),
            severity: Severity::Error,
            category: Category::CodeSet,
            fixer: Fixer::SenderSoftware,
            explanation: "a registry has to know whether a dose was given".to_owned(),
            repair: "send CP, NA, PA or RE".to_owned(),
            source: "HL7 table 0322".to_owned(),
            fires: String::new(),
            silent: String::new(),
        }])
        .expect("one rule");
    catalogue
}

/// Two files: one with two messages of which the second has two findings, and one with a clean message.
fn written(format: Format, options: Options) -> String {
    let catalogue = catalogue();
    let mut out = Vec::new();
    {
        let mut sink = format.sink(&mut out, options, &catalogue);
        sink.begin().expect("written");
        let clean = Source::new("a dir/batch.hl7", MESSAGE);
        sink.message(&clean).expect("written");
        let second = Source {
            number: 2,
            profile: Some("Z22"),
            lines_before: 4,
            bytes_before: MESSAGE.len() as u64,
            ..clean
        };
        sink.message(&second).expect("written");
        sink.finding(&second, &bad_status()).expect("written");
        sink.finding(&second, &bad_name()).expect("written");
        let other = Source::new("other.hl7", MESSAGE);
        sink.message(&other).expect("written");
        sink.finding(&other, &nowhere()).expect("written");
        sink.end().expect("written");
    }
    String::from_utf8(out).expect("UTF-8")
}

fn masked() -> Options {
    Options {
        mask: true,
        ..Options::default()
    }
}

#[test]
fn text() {
    insta::assert_snapshot!(written(Format::Text, Options::default()));
}

#[test]
fn text_masked() {
    insta::assert_snapshot!(written(Format::Text, masked()));
}

#[test]
fn text_has_colours_only_when_asked() {
    let colored = written(
        Format::Text,
        Options {
            color: true,
            ..Options::default()
        },
    );
    assert!(colored.contains("\u{1b}["));
    assert!(colored.contains("batch.hl7:8:161"), "{colored}");
    assert!(!written(Format::Text, Options::default()).contains('\u{1b}'));
}

#[test]
fn concise() {
    insta::assert_snapshot!(written(Format::Concise, Options::default()));
}

#[test]
fn json() {
    let text = written(Format::Json, Options::default());
    let document: Document = serde_json::from_str(&text).expect("the document reads back");
    assert_eq!(document.summary.messages, 3);
    assert_eq!(document.findings.len(), 3);
    let schema = jsonschema::validator_for(&Document::schema()).expect("a schema");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    assert!(schema.is_valid(&value));
    assert!(!schema.is_valid(&json!({"format": "titer-findings"})));
    insta::assert_snapshot!(text);
}

#[test]
fn json_lines() {
    let text = written(Format::JsonLines, Options::default());
    let schema = jsonschema::validator_for(&Record::schema()).expect("a schema");
    let records: Vec<Record> = text
        .lines()
        .map(|line| {
            let value: Value = serde_json::from_str(line).expect("JSON");
            let wrong: Vec<String> = schema.iter_errors(&value).map(|e| e.to_string()).collect();
            assert!(wrong.is_empty(), "{wrong:?}");
            serde_json::from_str(line).expect("a record")
        })
        .collect();
    assert!(matches!(records.first(), Some(Record::Head { .. })));
    let Some(Record::Summary(counts)) = records.last() else {
        panic!("no summary at the end");
    };
    assert_eq!(
        (
            counts.messages,
            counts.errors,
            counts.warnings,
            counts.infos
        ),
        (3, 1, 1, 1)
    );
    insta::assert_snapshot!(text);
}

#[test]
fn sarif() {
    let text = written(Format::Sarif, Options::default());
    let log: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let results = run["results"].as_array().expect("results");
    assert_eq!((rules.len(), results.len()), (3, 3));
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().expect("a level")));
        assert!(result["message"]["text"].is_string());
        let physical = &result["locations"][0]["physicalLocation"];
        assert!(physical["artifactLocation"]["uri"].is_string());
        if let Some(region) = physical["region"].as_object() {
            let start = region["startColumn"].as_u64().expect("a column");
            let end = region["endColumn"].as_u64().expect("a column");
            assert!(start >= 1 && end >= start);
            // the region names the very bytes
            let offset = region["byteOffset"].as_u64().expect("an offset") as usize;
            let length = region["byteLength"].as_u64().expect("a length") as usize;
            let file = [MESSAGE, MESSAGE].concat();
            assert_eq!(
                String::from_utf8_lossy(&file[offset..offset + length]),
                result["properties"]["value"].as_str().expect("a value")
            );
        }
    }
    assert_eq!(
        rules[0]["help"]["text"],
        "send CP, NA, PA or RE\n\nSource: HL7 table 0322"
    );
    assert_eq!(
        results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "a%20dir/batch.hl7"
    );
    let pretty = serde_json::to_string_pretty(&log).expect("JSON");
    insta::assert_snapshot!(pretty);
}

#[test]
fn junit() {
    let text = written(Format::Junit, Options::default());
    let report = quick_junit::Report::deserialize_from_str(&text).expect("JUnit reads back");
    let suites: Vec<(String, usize, usize)> = report
        .test_suites
        .iter()
        .map(|s| (s.name.to_string(), s.tests, s.failures))
        .collect();
    assert_eq!(
        suites,
        [
            ("a dir/batch.hl7".to_owned(), 2, 1),
            ("other.hl7".to_owned(), 1, 0)
        ]
    );
    insta::assert_snapshot!(text);
}

#[test]
fn a_message_fails_from_the_severity_that_was_asked_for() {
    for (fail_on, failures) in [
        (None, 0),
        (Some(Severity::Error), 1),
        (Some(Severity::Info), 2),
    ] {
        let text = written(
            Format::Junit,
            Options {
                fail_on,
                ..Options::default()
            },
        );
        let report = quick_junit::Report::deserialize_from_str(&text).expect("JUnit");
        assert_eq!(report.failures, failures, "{fail_on:?}");
    }
}

#[test]
fn no_form_shows_a_masked_value() {
    for format in Format::ALL {
        let open = written(format, Options::default());
        assert!(open.contains("MARKER"), "{format:?} shows it when asked to");
        let hidden = written(format, masked());
        assert!(!hidden.contains("MARKER"), "{format:?}: {hidden}");
        for value in ["ANNA", "20200101", "A77", "Y5841RR", "`CX`"] {
            assert!(
                !hidden.contains(value),
                "{format:?} shows {value}: {hidden}"
            );
        }
        assert!(hidden.contains(MASK), "{format:?}");
    }
}

#[test]
fn debug_never_shows_a_value() {
    let finding = bad_name();
    let mut bare = finding.clone();
    bare.expected = None;
    bare.labels.clear();
    let source = Source::new("x.hl7", MESSAGE);
    for shown in [
        format!("{bare:?}"),
        format!("{bare:#?}"),
        format!("{source:?}"),
    ] {
        assert!(!shown.contains("MARKER"), "{shown}");
    }
    assert_eq!(format!("{}", Phi::new("MARKER")), MASK);
}

fn at(bytes: &[u8], start: usize, end: usize) -> Finding {
    let line = bytes[..start].split(|b| *b == b'\r').count() as u32;
    let location = Location {
        path: "OBX-5".to_owned(),
        line,
        column: 1,
        start: start as u64,
        end: end as u64,
    };
    let mut finding = Finding::new(
        "X",
        Severity::Error,
        Category::Syntax,
        Fixer::SenderSoftware,
        location,
        "bad byte in `{value}`",
    );
    finding.value = Some(Phi::new(String::from_utf8_lossy(&bytes[start..end])));
    finding
}

#[test]
fn tabs_controls_and_wild_bytes_stay_aligned() {
    let bytes: &[u8] =
        b"MSH|^~\\&|a\r\nOBX|1|\tTX\x0b|\xff\xfe|BAD\x1b[31m|\xe6\xbc\xa2\xe5\xad\x97|END\r\n";
    let mut shown = String::new();
    for needle in [&b"BAD\x1b[31m"[..], b"END", b"\xff\xfe"] {
        let start = bytes
            .windows(needle.len())
            .position(|w| w == needle)
            .expect("there");
        let finding = at(bytes, start, start + needle.len());
        shown += &annotated(&Source::new("x.hl7", bytes), &finding, Options::default());
        shown.push_str("\n\n");
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let bytes = [
        b"MSH|^~\\&|x\rOBX|1|ED|".to_vec(),
        b"0123456789".repeat(40),
        b"|HERE|".to_vec(),
        b"abcdefghij".repeat(40),
    ]
    .concat();
    let start = bytes.windows(4).position(|w| w == b"HERE").expect("there");
    insta::assert_snapshot!(annotated(
        &Source::new("x.hl7", &bytes),
        &at(&bytes, start, start + 4),
        Options::default()
    ));
}

proptest::proptest! {
    #[test]
    fn any_bytes_and_any_place_are_shown(
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 1..400),
        a in 0usize..400, b in 0usize..400, mask: bool,
    ) {
        let start = a.min(bytes.len());
        let end = (a.max(b)).min(bytes.len());
        let mut finding = at(&bytes, start, end);
        finding.labels.push(Label { location: at(&bytes, 0, end).location, text: "a\nlabel\t".to_owned() });
        let options = Options { mask, ..Options::default() };
        let shown = annotated(&Source::new("x.hl7", &bytes), &finding, options);
        proptest::prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n'));
    }
}

#[test]
fn the_finding_has_a_schema() {
    let schema = schemars::schema_for!(Finding).to_value();
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let value = serde_json::to_value(bad_status()).expect("JSON");
    assert!(schema.is_valid(&value));
    assert!(!schema.is_valid(&json!({"rule": 7})));
}

#[test]
fn what_is_wrong_with_the_file_itself_is_a_case_of_its_own() {
    let catalogue = catalogue();
    for (format, expected) in [
        (Format::Text, "error[X-COUNT]: BTS-1 says 2\n --> b.hl7:9:1"),
        (Format::Concise, "b.hl7:9:1: X-COUNT BTS-1 says 2"),
        (Format::Json, "\"message_number\":0"),
        (Format::Junit, "<testcase name=\"the file itself\""),
    ] {
        let mut out = Vec::new();
        {
            let mut sink = format.sink(&mut out, Options::default(), &catalogue);
            sink.begin().expect("written");
            sink.message(&Source::new("b.hl7", MESSAGE))
                .expect("written");
            let place = Location {
                line: 9,
                column: 1,
                start: 700,
                end: 700,
                path: String::new(),
            };
            let finding = Finding::new(
                "X-COUNT",
                Severity::Error,
                Category::Structure,
                Fixer::SenderSoftware,
                place,
                "BTS-1 says 2",
            );
            sink.finding(&Source::file("b.hl7"), &finding)
                .expect("written");
            sink.end().expect("written");
        }
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(text.contains(expected), "{format:?}: {text}");
    }
}

#[test]
fn a_fault_in_a_large_message_shows_as_in_a_small_one() {
    let mut large = MESSAGE.to_vec();
    while large.len() < 300_000 {
        large.extend_from_slice(b"NTE|1||one more line of a message that does not end\r");
    }
    for masked in [false, true] {
        let options = Options {
            mask: masked,
            ..Options::default()
        };
        let mut finding = bad_status();
        finding.labels.clear();
        let [small, large] = [MESSAGE, &large].map(|bytes| {
            let source = Source {
                bytes: titer_finding::sink::Bytes(bytes),
                ..Source::file("many.hl7")
            };
            annotated(&source, &finding, options)
        });
        assert_eq!(small, large);
        assert!(small.contains('^'), "{small}");
    }
}

#[test]
fn one_line_without_an_end_is_cut_around_the_fault() {
    let mut line = b"PID|".to_vec();
    line.resize(400_000, b'a');
    line.extend_from_slice(b"|WRONG|");
    line.resize(800_000, b'b');
    let mut finding = bad_status();
    finding.labels.clear();
    finding.location = place(&line, "PID-2", "WRONG");
    let source = Source {
        bytes: titer_finding::sink::Bytes(&line),
        ..Source::file("many.hl7")
    };
    let text = annotated(&source, &finding, Options::default());
    assert!(text.contains("aaa|WRONG|bbb"), "{text}");
    assert!(text.len() < 2_000, "{}", text.len());
    finding.location.end = line.len() as u64;
    let text = annotated(&source, &finding, Options::default());
    assert!(
        text.contains("aaa|WRONG|bbb") && text.len() < 2_000,
        "{text}"
    );
}
