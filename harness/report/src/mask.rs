//! A copy of the document without text from messages.

use titer_finding::{Location, MASK, Phi};
use titer_runner::result::{Body, Encoding, Exchange, MessageEvidence, Part, RunResult, Step};

/// What stands in place of a field's text inside a message.
const DOTS: &str = "\u{2022}\u{2022}\u{2022}";

/// The document with every value, message and envelope masked.
///
/// Segment names and separators stay, and with them the places that findings point at. Hashes stay those of the real
/// bytes. What people wrote (titles, comments, attestations) and what the plan expects stays as well.
pub fn masked(result: &RunResult) -> RunResult {
    let mut copy = result.clone();
    let steps = copy
        .groups
        .iter_mut()
        .flat_map(|g| &mut g.cases)
        .flat_map(|c| &mut c.steps);
    for step in steps {
        mask_step(step);
    }
    for unexpected in &mut copy.unexpected {
        for message in &mut unexpected.messages {
            mask_message(message);
        }
        mask_exchanges(&mut unexpected.exchanges);
    }
    copy
}

fn mask_step(step: &mut Step) {
    let mut maps = Vec::new();
    for message in &mut step.messages {
        let map = mask_message(message);
        maps.push((message.id.clone(), map));
    }
    for assertion in &mut step.assertions {
        assertion.because = assertion.because_text(true);
        if assertion.found.is_some() {
            assertion.found = Some(Phi::new(MASK));
        }
        if let Some(location) = &mut assertion.location
            && let Some(id) = &assertion.message
        {
            match maps.iter().find(|(m, _)| m == id) {
                Some((_, map)) => map.apply(location),
                None => assertion.location = None,
            }
        }
    }
    for finding in &mut step.findings {
        *finding = finding.settled(true);
    }
    for item in &mut step.checklist {
        if item.value.is_some() {
            item.value = Some(Phi::new(MASK));
        }
    }
    mask_exchanges(&mut step.exchanges);
}

fn mask_exchanges(exchanges: &mut [Exchange]) {
    for exchange in exchanges {
        mask_part(&mut exchange.request);
        if let Some(response) = &mut exchange.response {
            mask_part(response);
        }
    }
}

fn mask_part(part: &mut Part) {
    if part.wire.is_some() {
        part.wire = Some(Body::new(MASK.as_bytes()));
    }
}

fn mask_message(message: &mut MessageEvidence) -> Map {
    let (text, map) = mask_bytes(&message.body.bytes());
    message.body = Body {
        encoding: Encoding::Utf8,
        text: Phi::new(text),
    };
    for finding in &mut message.findings {
        *finding = finding.settled(true);
        map.apply(&mut finding.location);
        for label in &mut finding.labels {
            map.apply(&mut label.location);
        }
    }
    map
}

/// Where the bytes of a message went: for each masked run, its old and its new range.
struct Map(Vec<Run>);

struct Run {
    old: (u64, u64),
    new: (u64, u64),
}

impl Map {
    fn apply(&self, location: &mut Location) {
        let end = self.place(location.end, true);
        location.start = self.place(location.start, false);
        location.end = end.max(location.start);
    }

    /// A place inside a masked run becomes the run's start, or its end when it ends something.
    fn place(&self, at: u64, is_end: bool) -> u64 {
        let before = self.0.partition_point(|run| run.old.0 <= at);
        let Some(run) = before.checked_sub(1).and_then(|i| self.0.get(i)) else {
            return at;
        };
        if at >= run.old.1 {
            run.new.1 + (at - run.old.1)
        } else if is_end && at > run.old.0 {
            run.new.1
        } else {
            run.new.0
        }
    }
}

/// Masks whatever stands between separators, but the segment names and the delimiters that MSH declares.
fn mask_bytes(bytes: &[u8]) -> (String, Map) {
    let is_separator = |b: u8| b"|^~&\\\r\n".contains(&b);
    let mut text = String::with_capacity(bytes.len());
    let mut runs = Vec::new();
    let mut at = 0;
    let mut line_start = true;
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        if line_start && let Some(name) = segment_name(rest) {
            text.push_str(name);
            at += name.len();
            line_start = false;
        } else if is_separator(byte) {
            text.push(char::from(byte));
            at += 1;
            line_start = byte == b'\r' || byte == b'\n';
        } else {
            let length = rest
                .iter()
                .position(|b| is_separator(*b))
                .unwrap_or(rest.len());
            let start = text.len() as u64;
            text.push_str(DOTS);
            runs.push(Run {
                old: (at as u64, (at + length) as u64),
                new: (start, text.len() as u64),
            });
            at += length;
            line_start = false;
        }
    }
    (text, Map(runs))
}

/// The three characters of a segment's name when a line starts with one.
pub(crate) fn segment_name(line: &[u8]) -> Option<&str> {
    let name = line.get(..3)?;
    let named = name
        .iter()
        .enumerate()
        .all(|(i, b)| b.is_ascii_uppercase() || (i > 0 && b.is_ascii_digit()));
    let ends = match line.get(3) {
        None | Some(b'\r' | b'\n') => true,
        Some(b) => b.is_ascii_punctuation(),
    };
    if named && ends {
        std::str::from_utf8(name).ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_separators_stay_and_text_goes() {
        let (text, _) = mask_bytes(b"MSH|^~\\&|CLINIC\rPID|1||A^B~C\r\nnot a segment\rNK1");
        assert_eq!(text, "MSH|^~\\&|•••\rPID|•••||•••^•••~•••\r\n•••\rNK1");
    }

    #[test]
    fn places_move_with_the_text() {
        let source = b"PID|1||MONTGOMERY^ANN|\r";
        let (text, map) = mask_bytes(source);
        let find = |part: &[u8]| {
            let start = source
                .windows(part.len())
                .position(|w| w == part)
                .expect("there");
            let mut location = Location {
                start: start as u64,
                end: (start + part.len()) as u64,
                ..Location::default()
            };
            map.apply(&mut location);
            text[location.start as usize..location.end as usize].to_owned()
        };
        assert_eq!(find(b"MONTGOMERY"), "•••");
        assert_eq!(find(b"GOME"), "•••");
        assert_eq!(find(b"MONTGOMERY^ANN"), "•••^•••");
        assert_eq!(find(b"|\r"), "|\r");
        assert_eq!(find(b"PID"), "PID");
    }

    #[test]
    fn bytes_that_are_no_text_are_masked_too() {
        let (text, _) = mask_bytes(b"PID|\xff\xfe|\xe9");
        assert_eq!(text, "PID|•••|•••");
    }
}
