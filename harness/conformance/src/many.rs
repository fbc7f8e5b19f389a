//! Checking many messages: only what somebody will look at is put into words.

use crate::codebook::{self, Context};
use crate::syntax;
use crate::validator::{Scratch, Validator};
use titer_finding::{Finding, Severity};
use titer_hl7::Message;

/// What is put into words.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// From this severity on.
    pub least: Severity,
    /// At most so many findings of one message, the first ones: a message may be wrong in millions of places.
    pub most: usize,
}

impl Wanted {
    /// Everything.
    pub const ALL: Wanted = Wanted {
        least: Severity::Info,
        most: usize::MAX,
    };
}

/// What was found and not put into words, by severity: [`Wanted::least`] and [`Wanted::most`] left it out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsaid {
    /// Below the severity that is wanted, by severity: info, warning, error.
    pub lower: [u64; 3],
    /// Beyond the number that is wanted, by severity.
    pub beyond: [u64; 3],
}

/// Checks a message as a whole: the faults of the bytes, then the profile, when there is one, and the codes as of their
/// dates. What is wanted is put behind `findings`, in the order of its position in the message; the rest is counted.
pub fn check_message_into(
    message: &Message<'_>,
    validator: Option<&Validator>,
    scratch: &mut Scratch,
    context: &Context<'_>,
    wanted: Wanted,
    findings: &mut Vec<Finding>,
) -> Unsaid {
    let begin = findings.len();
    let mut unsaid = Unsaid::default();
    for fault in message.faults() {
        if validator.is_some_and(|v| v.repeats(fault)) {
            continue;
        }
        if findings.len() - begin >= wanted.most {
            unsaid.beyond[syntax::severity(fault.kind) as usize] += 1;
        } else if syntax::severity(fault.kind) < wanted.least {
            unsaid.lower[syntax::severity(fault.kind) as usize] += 1;
        } else {
            findings.push(syntax::finding(fault, message));
        }
    }
    if let Some(validator) = validator {
        let seen = codebook::look_at_codes(message, validator, context, wanted.least);
        for (count, lower) in unsaid.lower.iter_mut().zip(seen.lower) {
            *count += lower;
        }
        for detection in validator.check(message, scratch) {
            if seen.takes(detection) || codebook::accepts(context, validator, detection, message) {
                continue;
            }
            if detection.severity < wanted.least {
                unsaid.lower[detection.severity as usize] += 1;
            } else if findings.len() - begin >= wanted.most {
                unsaid.beyond[detection.severity as usize] += 1;
            } else {
                findings.push(validator.finding(detection, message));
            }
        }
        for finding in seen.findings {
            if findings.len() - begin >= wanted.most {
                unsaid.beyond[finding.severity as usize] += 1;
            } else {
                findings.push(finding);
            }
        }
    }
    if let Some(new) = findings.get_mut(begin..) {
        new.sort_by_key(|f| (f.location.start, f.location.end));
    }
    unsaid
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{builtin, check_message_with};
    use titer_hl7::Offsets;

    const ACK: &str = "MSH|^~\\&|IIS|STATE|SYS|CLINIC|20260312101500-0500||ACK^V04^ACK|A1|P|2.5.1|||NE|NE|||||Z23^CDCPHINVS|\
                       STATE|CLINIC\rMSA||M1\rjunk\r";

    fn found(least: Severity, most: usize) -> (Vec<String>, Unsaid) {
        let mut table = Offsets::new();
        let message = Message::parse(ACK.as_bytes(), &mut table);
        let mut findings = Vec::new();
        let unsaid = check_message_into(
            &message,
            builtin("Z23"),
            &mut Scratch::new(),
            &Context::default(),
            Wanted { least, most },
            &mut findings,
        );
        (findings.into_iter().map(|f| f.rule).collect(), unsaid)
    }

    #[test]
    fn everything_wanted_is_everything() {
        let mut table = Offsets::new();
        let message = Message::parse(ACK.as_bytes(), &mut table);
        let all = check_message_with(&message, builtin("Z23").expect("Z23 ships"));
        let all: Vec<String> = all.into_iter().map(|f| f.rule).collect();
        let (found, unsaid) = found(Severity::Info, usize::MAX);
        assert_eq!(found, all);
        assert_eq!(unsaid, Unsaid::default());
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let (all, _) = found(Severity::Info, usize::MAX);
        let (errors, unsaid) = found(Severity::Error, usize::MAX);
        let lower: u64 = unsaid.lower.iter().sum();
        assert!(lower > 0 && !errors.is_empty());
        assert_eq!(errors.len() as u64 + lower, all.len() as u64);
        let (two, unsaid) = found(Severity::Info, 2);
        assert_eq!(two.len(), 2);
        let beyond: u64 = unsaid.beyond.iter().sum();
        assert_eq!(beyond, all.len() as u64 - 2);
    }
}
