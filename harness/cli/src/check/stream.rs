//! Rules about a file of messages: what stands around messages, and messages that no profile judges.

use crate::failure::lower_first;
use titer_finding::{Category, Finding, Fixer, Location, Phi, Rule, Severity};
use titer_hl7::Message;
use titer_hl7::read::{ReadFault, ReadFaultKind};

struct Page {
    id: &'static str,
    title: &'static str,
    severity: Severity,
    category: Category,
    explanation: &'static str,
    repair: &'static str,
    source: &'static str,
    fires: &'static str,
    silent: &'static str,
}

const SHORT: &str = "MSH|^~\\&|A|B|C|D|20260312||ACK^V04^ACK|1|P|2.5.1\rMSA|AA|1\r";
const IN_A_BATCH: &str =
    "BHS|^~\\&\rMSH|^~\\&|A|B|C|D|20260312||ACK^V04^ACK|1|P|2.5.1\rMSA|AA|1\rBTS|1\r";

const STRAY: Page = Page {
    id: "FILE-STRAY",
    title: "text stands outside of any message",
    severity: Severity::Warning,
    category: Category::Structure,
    explanation: "Lines stand before the first message, or behind the end of a batch or a frame, and belong to no \
                  message. A receiver passes over them, so whatever they say is lost. Often they are the rest of a \
                  message whose MSH line is missing.",
    repair: "Take the lines out of the file, or give them back the MSH line that they lost.",
    source: "HL7 v2.5.1, 2.5.1: a message begins with MSH",
    fires: "PID|1||77\rMSH|^~\\&|A|B|C|D|20260312||ACK^V04^ACK|1|P|2.5.1\rMSA|AA|1\r",
    silent: SHORT,
};

const SIZE: Page = Page {
    id: "FILE-SIZE",
    title: "a message is too large to be read",
    severity: Severity::Error,
    category: Category::Structure,
    explanation: "A message of more than 16 MiB, or of more than 100,000 lines, is passed over. Real messages about immunization have a few thousand \
                  bytes; one that large is mostly a file without line ends, or something that is no HL7 at all.",
    repair: "Look at the file at this place: is it HL7, and does every segment end with a line end?",
    source: "a limit of this program",
    fires: "",
    silent: SHORT,
};

const CHARSET: Page = Page {
    id: "FILE-CHARSET",
    title: "the file is UTF-16 or UTF-32",
    severity: Severity::Error,
    category: Category::Syntax,
    explanation: "The file's first bytes show that every character takes two or four bytes. Messages about immunization \
                  are ASCII, ISO 8859-1 or UTF-8, and systems that receive them read nothing else.",
    repair: "Save the file as UTF-8.",
    source: "HL7 v2.5.1, 2.15.9.18: MSH-18",
    fires: "\u{feff}",
    silent: SHORT,
};

const BATCH_COUNT: Page = Page {
    id: "FILE-BTS-1",
    title: "a batch says how many messages it has",
    severity: Severity::Warning,
    category: Category::Structure,
    explanation: "BTS-1 says how many messages stand between BHS and BTS, so that a receiver can see whether some were \
                  lost on the way. Here the number is another one, or no number.",
    repair: "Count messages when the batch is written, or leave BTS-1 empty. If the number is right, messages were lost.",
    source: "HL7 v2.5.1, 2.15.3.1: BTS-1",
    fires: "BHS|^~\\&\rMSH|^~\\&|A|B|C|D|20260312||ACK^V04^ACK|1|P|2.5.1\rMSA|AA|1\rBTS|2\r",
    silent: IN_A_BATCH,
};

const FILE_COUNT: Page = Page {
    id: "FILE-FTS-1",
    title: "a file says how many batches it has",
    severity: Severity::Warning,
    category: Category::Structure,
    explanation: "FTS-1 says how many batches stand between FHS and FTS, so that a receiver can see whether some were \
                  lost on the way. Here the number is another one, or no number.",
    repair: "Count batches when the file is written, or leave FTS-1 empty. If the number is right, batches were lost.",
    source: "HL7 v2.5.1, 2.15.7.1: FTS-1",
    fires: "FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&|A|B|C|D|20260312||ACK^V04^ACK|1|P|2.5.1\rMSA|AA|1\rBTS|1\rFTS|2\r",
    silent: "FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&|A|B|C|D|20260312||ACK^V04^ACK|1|P|2.5.1\rMSA|AA|1\rBTS|1\rFTS|1\r",
};

const NOT_ENDED: Page = Page {
    id: "FILE-OPEN",
    title: "a batch or a file is not ended",
    severity: Severity::Warning,
    category: Category::Structure,
    explanation: "A BHS asks for a BTS behind the last message, and an FHS for an FTS behind the last batch. Without \
                  them nobody can tell whether the file was cut off.",
    repair: "Write the trailer, or look for the rest of the file.",
    source: "HL7 v2.5.1, 2.10.3: batch protocol",
    fires: "BHS|^~\\&\rMSH|^~\\&|A|B|C|D|20260312||ACK^V04^ACK|1|P|2.5.1\rMSA|AA|1\r",
    silent: IN_A_BATCH,
};

const NOT_BEGUN: Page = Page {
    id: "FILE-CLOSE",
    title: "a trailer ends nothing",
    severity: Severity::Warning,
    category: Category::Structure,
    explanation: "A BTS ends a batch that a BHS began, and an FTS ends a file that an FHS began. Here the beginning is \
                  missing, so the first part of the file may be missing as well.",
    repair: "Write the header, or look for the first part of the file.",
    source: "HL7 v2.5.1, 2.10.3: batch protocol",
    fires: "MSH|^~\\&|A|B|C|D|20260312||ACK^V04^ACK|1|P|2.5.1\rMSA|AA|1\rBTS|1\r",
    silent: IN_A_BATCH,
};

const FRAME: Page = Page {
    id: "FILE-FRAME",
    title: "an MLLP frame is not ended as it should be",
    severity: Severity::Warning,
    category: Category::Structure,
    explanation: "In a stream of MLLP frames a message stands between the byte 0B and the bytes 1C 0D. Here the end is \
                  missing or incomplete, so a receiver would wait for more.",
    repair: "Send 1C 0D behind every message.",
    source: "HL7 minimal lower layer protocol, release 1",
    fires: "\u{b}MSH|^~\\&|A|B|C|D|20260312||ACK^V04^ACK|1|P|2.5.1\rMSA|AA|1\r",
    silent: "\u{b}MSH|^~\\&|A|B|C|D|20260312||ACK^V04^ACK|1|P|2.5.1\rMSA|AA|1\r\u{1c}\r",
};

const NO_PROFILE: Page = Page {
    id: "FILE-PROFILE",
    title: "no profile is known for this kind of message",
    severity: Severity::Error,
    category: Category::Profile,
    explanation: "MSH-21 names no profile that is known here, and none belongs to the message type in MSH-9. Only the \
                  bytes were looked at, so nothing says that the message is right.",
    repair: "Name the profile in MSH-21, correct MSH-9, or say with --profile which profile is meant.",
    source: "CDC implementation guide for immunization messaging, release 1.5: profile identifiers in MSH-21",
    fires: "MSH|^~\\&|A|B|C|D|20260312||ADT^A01^ADT_A01|1|P|2.5.1\rPID|1||77\r",
    silent: "MSH|^~\\&|A|B|C|D|20260312||ACK^V04^ACK|1|P|2.5.1|||||||||Z23^CDCPHINVS\rMSA|AA|1\r",
};

const ONE_LINE: Page = Page {
    id: "FILE-ONE-LINE",
    title: "the segments of a message stand on one line",
    severity: Severity::Info,
    category: Category::Syntax,
    explanation: "Exports and logs write a message on one line, with a text such as \\r, or a control character, where a \
                  segment ends. The message is read as if carriage returns stood there. That is right for an export; \
                  on the wire such a message has one segment only, and no receiver can read it.",
    repair: "Nothing is to be done about an export. If messages are sent like this, end every segment with a carriage \
             return.",
    source: "HL7 v2.5.1, 2.5.2: a segment ends with a carriage return",
    fires: "MSH|^~\\&|A|B|C|D|20260312||ACK^V04^ACK|1|P|2.5.1\\rMSA|AA|1\n",
    silent: SHORT,
};

const MANY: Page = Page {
    id: "FILE-MANY",
    title: "a message has more findings than are listed",
    severity: Severity::Warning,
    category: Category::Structure,
    explanation: "The first 10,000 findings of a message are put into words; the others are counted and not listed. A \
                  message with so many is mostly broken in one place, from which everything else follows.",
    repair: "Correct what is listed first, and check again.",
    source: "a limit of this program",
    fires: "",
    silent: SHORT,
};

const PAGES: [&Page; 11] = [
    &ONE_LINE,
    &MANY,
    &STRAY,
    &SIZE,
    &CHARSET,
    &BATCH_COUNT,
    &FILE_COUNT,
    &NOT_ENDED,
    &NOT_BEGUN,
    &FRAME,
    &NO_PROFILE,
];

/// The rules of this module.
pub(crate) fn rules() -> Vec<Rule> {
    PAGES
        .iter()
        .map(|p| Rule {
            id: p.id.to_owned(),
            title: p.title.to_owned(),
            severity: p.severity,
            category: p.category,
            fixer: Fixer::SenderSoftware,
            explanation: p.explanation.to_owned(),
            repair: p.repair.to_owned(),
            source: p.source.to_owned(),
            fires: p.fires.to_owned(),
            silent: p.silent.to_owned(),
        })
        .collect()
}

impl Page {
    fn finding(&self, place: Location, message: impl Into<String>) -> Finding {
        let mut finding = Finding::new(
            self.id,
            self.severity,
            self.category,
            Fixer::SenderSoftware,
            place,
            message,
        );
        finding.help = Some(lower_first(self.repair));
        finding.source = Some(self.source.to_owned());
        finding
    }
}

/// What is wrong with the file, as a finding about the file.
pub(crate) fn finding(fault: &ReadFault) -> Finding {
    let page = match fault.kind {
        ReadFaultKind::Stray => &STRAY,
        ReadFaultKind::TooLarge { .. } => &SIZE,
        ReadFaultKind::Utf16 => &CHARSET,
        ReadFaultKind::BatchCount { .. } | ReadFaultKind::CountNotANumber { segment: "BTS" } => {
            &BATCH_COUNT
        }
        ReadFaultKind::FileCount { .. } | ReadFaultKind::CountNotANumber { .. } => &FILE_COUNT,
        ReadFaultKind::BatchNotEnded | ReadFaultKind::FileNotEnded => &NOT_ENDED,
        ReadFaultKind::BatchNotBegun | ReadFaultKind::FileNotBegun => &NOT_BEGUN,
        ReadFaultKind::FrameNotEnded | ReadFaultKind::FrameEndShort => &FRAME,
    };
    let place = Location {
        path: String::new(),
        line: fault.line,
        column: 1,
        start: fault.offset,
        end: fault.offset,
    };
    page.finding(place, fault.kind.to_string())
}

/// Segments that stand on one line; `folded` is where the first one ends, in the message as it came.
pub(crate) fn one_line(bytes: &[u8], folded: &std::ops::Range<usize>) -> Finding {
    let before = bytes.get(..folded.start).unwrap_or_default();
    let place = Location {
        path: String::new(),
        line: 1,
        column: String::from_utf8_lossy(before).chars().count() as u32 + 1,
        start: folded.start as u64,
        end: folded.end as u64,
    };
    ONE_LINE.finding(
        place,
        "the message stands on one line; it is read as if its segments were ended by carriage returns",
    )
}

/// Text behind the end of a message in quotation marks.
pub(crate) fn after(bytes: &[u8], at: usize) -> Finding {
    let before = bytes.get(..at).unwrap_or_default();
    let lines = memchr::memchr_iter(b'\n', before).count() as u32;
    let place = Location {
        path: String::new(),
        line: lines + 1,
        column: 1,
        start: at as u64,
        end: at as u64,
    };
    STRAY.finding(place, ReadFaultKind::Stray.to_string())
}

/// Findings of a message that are counted and not listed, by severity: info, warning, error.
pub(crate) fn many([infos, warnings, errors]: [u64; 3]) -> Finding {
    let place = Location {
        line: 1,
        column: 1,
        ..Location::default()
    };
    MANY.finding(
        place,
        format!(
            "{} more are not listed: {errors} errors, {warnings} warnings and {infos} info",
            infos + warnings + errors
        ),
    )
}

/// A message of so many lines that it is none.
pub(crate) fn too_many_lines(most: usize) -> Finding {
    let place = Location {
        line: 1,
        column: 1,
        ..Location::default()
    };
    SIZE.finding(
        place,
        format!("more than the limit of {most} lines, passed over"),
    )
}

/// A message that no profile judges.
pub(crate) fn no_profile(message: &Message<'_>) -> Finding {
    let header = message.segment("MSH", 1);
    let kind = header.and_then(|h| h.field(9)).filter(|f| !f.is_empty());
    let (path, span) = match (kind, header) {
        (Some(field), _) => ("MSH-9", field.span()),
        (None, Some(header)) => ("MSH-9", header.span()),
        (None, None) => ("", 0..0),
    };
    let (line, column) = message.position(span.start);
    let place = Location {
        path: path.to_owned(),
        line,
        column,
        start: u64::from(span.start),
        end: u64::from(span.end),
    };
    match kind {
        Some(field) => {
            let mut finding = NO_PROFILE.finding(
                place,
                "no profile is known for `{value}`: only the bytes were looked at",
            );
            finding.value = Some(Phi::new(field.text()));
            finding
        }
        None => NO_PROFILE.finding(
            place,
            "the message does not say what it is, so no profile is known: only the bytes were looked at",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use titer_hl7::Offsets;
    use titer_hl7::read::{Item, Reader};

    /// The rules that fire on a file.
    fn fired(text: &[u8], limit: usize) -> Vec<String> {
        let mut reader = Reader::with_limit(text, limit);
        let mut fired = Vec::new();
        while let Some(item) = reader.next_item().expect("a slice can be read") {
            match item {
                Item::Fault(fault) => fired.push(finding(&fault).rule),
                Item::Message(entry) => {
                    let mut table = Offsets::new();
                    let message = Message::parse(entry.bytes, &mut table);
                    let mut unfolded = super::super::unfold::Unfolded::default();
                    if unfolded.read(entry.bytes, entry.quoted)
                        && let Some(folded) = &unfolded.folded
                    {
                        fired.push(one_line(entry.bytes, folded).rule);
                    }
                    if titer_conformance::select(&message).is_none() {
                        fired.push(no_profile(&message).rule);
                    }
                }
            }
        }
        fired
    }

    #[test]
    fn every_example_does_what_its_page_says() {
        for page in PAGES {
            // what makes it fire is made by the program's tests
            if page.id == "FILE-MANY" {
                continue;
            }
            let (fires, limit): (Vec<u8>, usize) = match page.id {
                "FILE-SIZE" => (SHORT.as_bytes().to_vec(), 20),
                "FILE-CHARSET" => (b"\xff\xfeM\0S\0H\0|\0".to_vec(), 1000),
                _ => (page.fires.as_bytes().to_vec(), 1000),
            };
            assert_eq!(fired(&fires, limit), [page.id], "{} fires", page.id);
            let silent = fired(page.silent.as_bytes(), 1000);
            assert!(silent.is_empty(), "{} stays silent: {silent:?}", page.id);
        }
    }
}
