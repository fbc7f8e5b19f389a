//! A message of a bundle as a template: what a sender makes anew each time becomes a placeholder, and so does what an answer
//! repeats.

use super::expect::literal;
use titer_hl7::{Message, Offsets};

/// A message of a bundle.
#[derive(Debug)]
pub(super) struct Found {
    /// Its segments.
    lines: Vec<String>,
    /// MSH-9.1: `VXU`.
    pub(super) kind: String,
    /// What MSH-21 says, or what the kind of message means.
    pub(super) profile: Option<&'static str>,
    /// Whether MSH-21 says it.
    pub(super) named: bool,
    /// MSA-1.
    pub(super) acknowledged: String,
    /// QAK-2.
    pub(super) status: String,
}

/// The guide's profiles by the ids that NIST's bundles give to their messages.
const MESSAGE_IDS: [(&str, &str); 8] = [
    ("aa72383a-7b48-46e5-a74a-82e019591fe7", "Z22"),
    ("8da46a56-9f9a-4897-b7f1-08862c73d66a", "Z23"),
    ("2c1dc85c-4d4f-48ea-948a-835c1dc6436a", "Z31"),
    ("dc3368ee-35e9-4724-bc27-37f774867090", "Z32"),
    ("6a54b5a1-3d50-423e-9f84-8a721ad76342", "Z33"),
    ("89df2062-96c4-4cbc-9ef2-817e4b4bc4f1", "Z34"),
    ("e13dfbab-8832-4c3f-bfa5-0e9c18e644c4", "Z42"),
    ("b760d322-9afd-439e-96f5-43db66937c4e", "Z44"),
];

/// The profile that a bundle means by a message's id.
pub(super) fn profile_of_id(id: &str) -> Option<&'static str> {
    MESSAGE_IDS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(id))
        .map(|(_, profile)| *profile)
}

fn known(profile: &str) -> Option<&'static str> {
    crate::model::PROFILES
        .iter()
        .find(|p| p.eq_ignore_ascii_case(profile.trim()))
        .copied()
}

/// The profile whose model a message of this kind has.
fn usual(kind: &str, acknowledged: bool, pid: bool) -> Option<&'static str> {
    Some(match kind {
        "VXU" => "Z22",
        "ACK" => "Z23",
        "QBP" => "Z44",
        "RSP" if acknowledged && !pid => "Z33",
        "RSP" => "Z42",
        _ => return None,
    })
}

/// Why a text is no message, and where.
#[derive(Debug, PartialEq)]
pub(super) struct NoMessage {
    pub(super) why: &'static str,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// Reads a message.
pub(super) fn read(text: &str) -> Result<Found, NoMessage> {
    let text = text.replace("\r\n", "\n");
    let numbered: Vec<(u32, String)> = (1..)
        .zip(text.split(['\r', '\n']))
        .map(|(n, l)| (n, l.trim_end().to_owned()))
        .filter(|(_, l)| !l.is_empty())
        .collect();
    let lines: Vec<String> = numbered.iter().map(|(_, l)| l.clone()).collect();
    if lines.is_empty() {
        return Err(NoMessage {
            why: "the file is empty",
            line: 1,
            column: 1,
        });
    }
    let bytes = (lines.join("\r") + "\r").into_bytes();
    let mut table = Offsets::new();
    let message = Message::parse(&bytes, &mut table);
    if let Some(fault) = message.faults().first() {
        let (line, column) = message.position(fault.span.start);
        let number = numbered.get((line as usize).saturating_sub(1));
        return Err(NoMessage {
            why: crate::check::fault(fault.kind),
            line: number.map_or(line, |(n, _)| *n),
            column,
        });
    }
    let get = |segment: &str, field: u32| {
        message
            .segment(segment, 1)
            .map(|s| s.text(field, 1).trim().to_owned())
            .unwrap_or_default()
    };
    let kind = get("MSH", 9).to_uppercase();
    let named = known(&get("MSH", 21));
    let status = get("QAK", 2);
    let pid = message.segment("PID", 1).is_some();
    let profile = named.or_else(|| usual(&kind, !status.is_empty(), pid));
    Ok(Found {
        kind,
        profile,
        named: named.is_some(),
        acknowledged: get("MSA", 1),
        status,
        lines,
    })
}

impl Found {
    /// Whether the EHR sends it.
    pub(super) fn is_sent(&self) -> bool {
        matches!(self.kind.as_str(), "VXU" | "QBP")
    }

    /// Whether the IIS answers with it.
    pub(super) fn is_answer(&self) -> bool {
        matches!(self.kind.as_str(), "ACK" | "RSP")
    }

    /// Whether a good message may be answered so by any IIS.
    pub(super) fn is_plain_acknowledgment(&self) -> bool {
        self.kind == "ACK" && self.acknowledged == "AA"
    }

    /// As a template. `fixed` are places that the step's data give, which stay as they are.
    pub(super) fn template(&self, about: &str, fixed: &[String]) -> String {
        let mut out = format!("# {}\n", about.replace(['\r', '\n'], " "));
        let answer = self.is_answer();
        for line in &self.lines {
            out.push_str(&self.line(line, answer, fixed));
            out.push('\n');
        }
        out
    }

    fn line(&self, line: &str, answer: bool, fixed: &[String]) -> String {
        let separator = self
            .lines
            .first()
            .and_then(|l| l.chars().nth(3))
            .unwrap_or('|');
        let mut fields: Vec<String> = line.split(separator).map(literal).collect();
        let name = fields.first().cloned().unwrap_or_default();
        if answer && name == "QPD" {
            return "{sent QPD}".to_owned();
        }
        // MSH-1 is the separator itself, so its fields stand one place earlier
        let mut set = |field: usize, value: &str| {
            let index = if name == "MSH" { field - 1 } else { field };
            let place = format!("{name}-{field}");
            let given = fixed
                .iter()
                .any(|f| *f == place || f.starts_with(&format!("{place}.")));
            if let Some(slot) = fields.get_mut(index).filter(|_| !given) {
                value.clone_into(slot);
            }
        };
        match name.as_str() {
            "MSH" => {
                set(7, "{now}");
                set(10, "{uid}");
            }
            "MSA" if answer => set(2, "{sent MSH-10}"),
            "QAK" if answer => set(1, "{sent QPD-2}"),
            "QPD" => set(2, "{uid.query}"),
            _ => {}
        }
        fields.join(&separator.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_repeats_what_was_sent() {
        let text = "MSH|^~\\&|A|B|C|D|2018||RSP^K11^RSP_K11|X1|P|2.5.1|||NE|NE|||||Z33^CDCPHINVS\nMSA|AA|OLD\nQAK|T9|NF|Z44^q^C\nQPD|Z44^q^C|T9\n";
        let found = read(text).expect("a message");
        assert_eq!((found.profile, found.named), (Some("Z33"), true));
        assert_eq!(
            found.template("x", &[]),
            "# x\nMSH|^~\\&|A|B|C|D|{now}||RSP^K11^RSP_K11|{uid}|P|2.5.1|||NE|NE|||||Z33^CDCPHINVS\nMSA|AA|{sent MSH-10}\nQAK|{sent QPD-2}|NF|Z44^q^C\n{sent QPD}\n"
        );
    }

    #[test]
    fn what_the_data_give_stays_and_brackets_are_doubled() {
        let text = "MSH|^~\\&|A{b}|||||2018|VXU^V04|X1\r\rPID|1\r";
        let found = read(text).expect("a message");
        assert_eq!(found.profile, Some("Z22"));
        assert!(!found.named);
        assert_eq!(
            found.template("x", &["MSH-10".to_owned()]),
            "# x\nMSH|^~\\&|A{{b}}||||{now}|2018|VXU^V04|X1\nPID|1\n"
        );
        assert_eq!(
            read("MSH|^~\\&|A\n\nnothing\n").map(|_| ()),
            Err(NoMessage {
                why: "a line of it is no segment",
                line: 3,
                column: 1
            })
        );
        assert!(read("PID|1").is_err());
        assert!(read("").is_err());
    }
}
