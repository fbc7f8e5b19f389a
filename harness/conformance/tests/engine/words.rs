//! What findings say: enough in one line, the value only in its place, and help that helps.

use crate::common::findings;
use std::fmt::Write;
use titer_conformance::builtin;
use titer_finding::{Finding, Severity};

const GOOD: &str = "MSH|^~\\&|EHR|CLINIC|IIS|STATE|20260312101500-0500||VXU^V04^VXU_V04|M-1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS|Clinic^L^^^^NIST-AA&2.16.840.1&ISO^XX^^^100|State^L^^^^NIST-AA&2.16.840.1&ISO^XX^^^100
PID|1||D1^^^NIST^MR||Snow^Mad^Ann^^^^L|Lam^Mo^^^^^M|20240706|F||2076-8^Hawaiian^CDCREC|3 Street^Apt^Town^MA^02452^USA^L||^PRN^PH^^^657^5558563|||||||||2186-5^Not Hispanic^CDCREC||N
PD1|||||||||||02^Reminder^HL70215|N|20240706|||A|20240706|20240706
NK1|1|Lam^Mo^^^^^L|MTH^Mother^HL70063|3 Street^Apt^Town^MA^02452^USA^L|^PRN^PH^^^657^5558563
ORC|RE|1^NIST|2^NIST|||||||7^Don^Ann^A^^^^^NIST^L^^^PRN||57^RAD^NIC^A^^^^^NIST^L^^^MD
RXA|0|1|20260310||08^Hep B^CVX|0.5|mL^mL^UCUM||00^New record^NIP001|7^Lem^Mike^A^^^^^NIST^L^^^PRN|^^^Clinic-1||||Y5841RR|20271230|SKB^GSK^MVX|||CP|A
RXR|C28161^Intramuscular^NCIT|LD^Left Deltoid^HL70163
OBX|1|CE|64994-7^Funding^LN|1|V05^VFC^HL70064||||||F|||20260310|||VXC40^Eligibility^CDCPHINVS
OBX|2|CE|30956-7^vaccine type^LN|2|45^Hep B^CVX||||||F|||20260310
OBX|3|TS|29768-9^published^LN|2|20120202||||||F|||20260310
OBX|4|TS|29769-7^presented^LN|2|20260310||||||F|||20260310";

/// Findings above "worth knowing", with a change made to the good message.
fn after(from: &str, to: &str) -> Vec<Finding> {
    assert!(GOOD.contains(from), "the message holds {from}");
    let text = GOOD.replacen(from, to, 1).replace('\n', "\r") + "\r";
    findings(builtin("Z22").expect("Z22 ships"), &text)
        .into_iter()
        .filter(|f| f.severity > Severity::Info)
        .collect()
}

fn say(finding: &Finding) -> String {
    let l = &finding.location;
    let mut out = format!(
        "{}[{}] {} {}:{} {}\n",
        finding.severity.word(),
        finding.rule,
        finding.category.word(),
        l.line,
        l.column,
        l.path
    );
    let _ = writeln!(out, "  {}", finding.text(false));
    for (name, text) in [
        ("help", finding.help_text(false)),
        ("expected", finding.expected.clone()),
        (
            "label",
            finding
                .labels
                .first()
                .map(|l| format!("{} {}", l.location.path, l.text)),
        ),
    ] {
        if let Some(text) = text {
            let _ = writeln!(out, "  {name}: {text}");
        }
    }
    out + &format!("  fixer: {}\n", finding.fixer.words())
}

fn said(changes: &[(&str, &str)]) -> String {
    changes
        .iter()
        .map(|(from, to)| {
            let all: String = after(from, to).iter().map(say).collect();
            format!("-- {from} -> {to}\n{all}")
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_good_message_has_no_findings() {
    let text = GOOD.replace('\n', "\r");
    let found: Vec<String> = findings(builtin("Z22").expect("Z22 ships"), &text)
        .iter()
        .filter(|f| f.severity > Severity::Info)
        .map(say)
        .collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn codes_are_explained() {
    insta::assert_snapshot!(said(&[
        ("|||CP|A", "|||CX|A"),
        ("|F||2076-8", "|Female||2076-8"),
        ("2076-8^Hawaiian^CDCREC", "2076-9^Hawaiian^CDCREC"),
        ("2076-8^Hawaiian^CDCREC", "2076-8^Hawaiian^HL70005"),
        ("08^Hep B^CVX", "8^Hep B^CVX"),
        ("SKB^GSK^MVX", "GSX^GSK^MVX"),
    ]));
}

#[test]
fn what_is_missing_is_explained() {
    insta::assert_snapshot!(said(&[
        ("20240706|F|", "|F|"),
        ("D1^^^NIST^MR", "D1^^^NIST"),
        (
            "RXA|0|1|20260310||08^Hep B^CVX|0.5|mL^mL^UCUM",
            "RXA|0|1|20260310||08^Hep B^CVX|0.5|"
        ),
        ("|Y5841RR|", "||"),
        ("^^^NIST^MR", "^^^&2.16.1^MR"),
        (
            "ORC|RE|1^NIST|2^NIST|||||||7^Don^Ann^A^^^^^NIST^L^^^PRN||57^RAD^NIC^A^^^^^NIST^L^^^MD\n",
            ""
        ),
    ]));
}

#[test]
fn what_is_wrong_is_explained() {
    insta::assert_snapshot!(said(&[
        ("20240706|F|", "20240230|F|"),
        ("|0.5|", "|half|"),
        ("|M-1|", "|M^1|"),
        ("|M-1|", "|M\\1|"),
        ("|20271230|", "|20271230^^x|"),
        ("|F||2076-8", "|F~M||2076-8"),
        ("|F||2076-8", "|F|x^y|2076-8"),
        ("ORC|RE|", "ORC|OK|"),
        ("OBX|2|", "OBX|7|"),
        ("|64994-7^Funding", "|64994-8^Funding"),
        ("NK1|1", "XYZ|1\nNK1|1"),
        ("RXR|", "PD1|||||||||||02^Reminder^HL70215|N\nRXR|"),
        ("|2.5.1|", "|2.5|"),
    ]));
}

#[test]
fn values_stay_in_their_place() {
    let found = after("|||CP|A", "|||Quincy|A");
    let finding = found
        .iter()
        .find(|f| f.rule == "HL7-CODE")
        .expect("a finding");
    assert!(!finding.message.contains("Quincy"));
    assert!(finding.text(false).contains("Quincy"));
    assert!(!finding.text(true).contains("Quincy"));
    assert!(!format!("{finding:?}").contains("Quincy"));
}
