//! Invented messages and findings for the samples.

use titer_finding::{Category, Finding, Fixer, Location, Phi, Severity};
use titer_runner::result::{MessageEvidence, Origin};

/// A VXU with one dose.
pub(crate) fn vxu(control_id: &str, name: &str, cvx: &str, dose: &str) -> Vec<u8> {
    [
        format!("MSH|^~\\&|HARNESS|TITER|IIS|STATE|20261122100400-0600||VXU^V04^VXU_V04|{control_id}|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS"),
        format!("PID|1||MR-{control_id}^^^TITER^MR||{name}||20240517|F||2106-3^White^CDCREC|1200 Invented Lane^^Springfield^IL^62701^USA^P||^PRN^PH^^^217^5550142||||||||2186-5^not Hispanic or Latino^CDCREC"),
        "PD1|||||||||||02^Reminder/recall - any method^HL70215|N|20261122|||A|20261122".to_owned(),
        "NK1|1|SAMPLE^BEATRICE^^^^^L|MTH^Mother^HL70063|1200 Invented Lane^^Springfield^IL^62701^USA^P".to_owned(),
        format!("ORC|RE||{dose}^TITER|||||||1001^ADLER^MIRIAM^^^^^^NIST-AA-1"),
        format!("RXA|0|1|20261122||{cvx}^Invented vaccine^CVX|0.5|mL^milliliter^UCUM||00^New immunization record^NIP001|1002^BERGER^PAUL|^^^CLINIC-1||||LOT{dose}|20280630|SKB^Invented maker^MVX|||CP|A"),
        "RXR|C28161^Intramuscular^NCIT|LT^Left thigh^HL70163".to_owned(),
        "OBX|1|CE|64994-7^Vaccine funding program eligibility^LN|1|V02^Medicaid^HL70064||||||F|||20261122".to_owned(),
    ]
    .join("\r")
    .into_bytes()
}

/// An acknowledgment.
pub(crate) fn ack(control_id: &str, code: &str, err: Option<&str>) -> Vec<u8> {
    let mut lines = vec![
        format!(
            "MSH|^~\\&|IIS|STATE|HARNESS|TITER|20261122100401-0600||ACK^V04^ACK|A-{control_id}|P|2.5.1|||NE|NE|||||Z23^CDCPHINVS"
        ),
        format!("MSA|{code}|{control_id}"),
    ];
    lines.extend(err.map(|e| {
        format!("ERR||{e}|207^Application internal error^HL70357|W||||A value was not recognized")
    }));
    lines.join("\r").into_bytes()
}

/// A query.
pub(crate) fn qbp(control_id: &str, name: &str) -> Vec<u8> {
    [
        format!("MSH|^~\\&|HARNESS|TITER|IIS|STATE|20261122100402-0600||QBP^Q11^QBP_Q11|{control_id}|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS"),
        format!("QPD|Z34^Request Immunization History^CDCPHINVS|Q-{control_id}|MR-{control_id}^^^TITER^MR|{name}||20240517|F"),
        "RCP|I|10^RD&records&HL70126".to_owned(),
    ]
    .join("\r")
    .into_bytes()
}

/// An answer with one dose.
pub(crate) fn rsp(control_id: &str, name: &str, cvx: &str) -> Vec<u8> {
    [
        format!("MSH|^~\\&|IIS|STATE|HARNESS|TITER|20261122100403-0600||RSP^K11^RSP_K11|R-{control_id}|P|2.5.1|||NE|NE|||||Z32^CDCPHINVS"),
        format!("MSA|AA|{control_id}"),
        format!("QAK|Q-{control_id}|OK|Z34^Request Immunization History^CDCPHINVS"),
        format!("QPD|Z34^Request Immunization History^CDCPHINVS|Q-{control_id}|MR-{control_id}^^^TITER^MR|{name}||20240517|F"),
        format!("PID|1||77001^^^STATE^SR||{name}||20240517|F"),
        "ORC|RE||D-1^TITER".to_owned(),
        format!("RXA|0|1|20260312||{cvx}^Invented vaccine^CVX|999|||00^New immunization record^NIP001|||||||||||CP|A"),
    ]
    .join("\r")
    .into_bytes()
}

/// The place of `needle` in a message, in the segment that begins with `segment`.
pub(crate) fn place(message: &[u8], segment: &str, needle: &str, path: &str) -> Location {
    let mut start = 0;
    for (index, line) in message.split(|b| *b == b'\r').enumerate() {
        if line.starts_with(segment.as_bytes()) {
            let at = line
                .windows(needle.len().max(1))
                .position(|w| w.starts_with(needle.as_bytes()))
                .unwrap_or_else(|| panic!("{needle} is not in {segment}"));
            return Location {
                path: path.to_owned(),
                line: index as u32 + 1,
                column: at as u32 + 1,
                start: (start + at) as u64,
                end: (start + at + needle.len()) as u64,
            };
        }
        start += line.len() + 1;
    }
    panic!("no {segment} in the message");
}

/// A finding with help and source.
pub(crate) fn finding(
    rule: &str,
    severity: Severity,
    category: Category,
    location: Location,
    message: &str,
    value: Option<&str>,
) -> Finding {
    let mut finding = Finding::new(
        rule,
        severity,
        category,
        Fixer::SenderSoftware,
        location,
        message,
    );
    finding.value = value.map(Phi::new);
    finding.help = Some("send a value of the table".to_owned());
    finding.source = Some("implementation guide 1.5, chapter 4".to_owned());
    finding
}

/// A message kept as evidence, with its profile.
pub(crate) fn kept(
    id: &str,
    title: &str,
    origin: Origin,
    profile: &str,
    bytes: &[u8],
) -> MessageEvidence {
    let mut message = MessageEvidence::new(id, title, origin, bytes);
    message.profile = Some(profile.to_owned());
    message
}
