//! Dates that tell of what has happened, against a day: none of them may lie behind it.

use jiff::civil::Date;
use titer_finding::{Category, Finding, Fixer, Location, Phi, Rule, Severity};
use titer_hl7::{Field, Message, Ts};

const ID: &str = "DATE-FUTURE";
const SOURCE: &str = "HL7 v2.5.1 IG for Immunization Messaging 1.5: the meaning of these elements";

/// Segment, field, what it is, and who can put it right.
const DATES: [(&str, u32, &str, Fixer); 8] = [
    (
        "MSH",
        7,
        "date and time of the message",
        Fixer::SenderSoftware,
    ),
    ("PID", 7, "date of birth", Fixer::SenderStaff),
    ("PID", 29, "date and time of death", Fixer::SenderStaff),
    (
        "PID",
        33,
        "date and time of the last update",
        Fixer::SenderSoftware,
    ),
    (
        "ORC",
        9,
        "date and time of the transaction",
        Fixer::SenderSoftware,
    ),
    (
        "RXA",
        3,
        "date and time of administration",
        Fixer::SenderStaff,
    ),
    ("RXA", 22, "date and time of entry", Fixer::SenderSoftware),
    (
        "OBX",
        14,
        "date and time of the observation",
        Fixer::SenderStaff,
    ),
];

/// The rule of this module, for the catalogue.
pub fn as_of_rules() -> Vec<Rule> {
    let message = |date: &str| {
        format!(
            "MSH|^~\\&|EHR|CLINIC|IIS|STATE|20260312||VXU^V04^VXU_V04|1|P|2.5.1\rPID|1||77^^^CLINIC^MR||Doe^Ann||\
             {date}|F\r"
        )
    };
    vec![Rule {
        id: ID.to_owned(),
        title: "a date that tells of the past lies in the future".to_owned(),
        severity: Severity::Warning,
        category: Category::Quality,
        fixer: Fixer::SenderStaff,
        explanation: "A birth, a death, a dose and the message itself have happened when they are reported, so their dates \
                      cannot lie behind the day on which the message is judged. Mostly a year was mistyped, month and day \
                      were swapped, or a clock is wrong. A registry that stores such a date plans the next dose by it. \
                      The rule is judged only when that day is said: `titer check --as-of 2026-03-12`."
            .to_owned(),
        repair: "Correct the date where it was entered, and let the screen refuse dates behind today.".to_owned(),
        source: SOURCE.to_owned(),
        fires: message("20300101"),
        silent: message("20200101"),
    }]
}

/// Puts what lies behind the day behind `findings`, in the order of the message.
pub fn check_as_of(message: &Message<'_>, day: Date, findings: &mut Vec<Finding>) {
    let mut seen: [u32; DATES.len()] = [0; DATES.len()];
    for segment in message.segments() {
        for ((name, number, what, fixer), seen) in DATES.into_iter().zip(&mut seen) {
            if segment.raw_name() != name.as_bytes() {
                continue;
            }
            *seen += 1;
            // a forecast is no dose: it stands under the code for no vaccine given
            if name == "RXA" && segment.text(5, 1) == "998" {
                continue;
            }
            let Some(field) = segment.field(number).filter(|f| !f.is_empty()) else {
                continue;
            };
            let text = segment.text(number, 1);
            let Ok(ts) = Ts::parse(&text) else {
                continue;
            };
            if ts.earliest().date() > day {
                let path = if *seen > 1 {
                    format!("{name}[{seen}]-{number}")
                } else {
                    format!("{name}-{number}")
                };
                findings.push(finding(message, field, &path, what, fixer, day));
            }
        }
    }
}

fn finding(
    message: &Message<'_>,
    field: Field<'_>,
    path: &str,
    what: &str,
    fixer: Fixer,
    day: Date,
) -> Finding {
    let span = field.span();
    let (line, column) = message.position(span.start);
    let place = Location {
        path: path.to_owned(),
        line,
        column,
        start: u64::from(span.start),
        end: u64::from(span.end),
    };
    let text = format!("`{{value}}` lies behind {day}: {path} ({what})");
    let mut finding = Finding::new(ID, Severity::Warning, Category::Quality, fixer, place, text);
    finding.value = Some(Phi::new(field.text()));
    finding.expected = Some(format!("not after {day}"));
    finding.source = Some(SOURCE.to_owned());
    finding.help = Some("correct the date where it was entered".to_owned());
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use titer_hl7::Offsets;

    fn found(text: &str) -> Vec<(String, u32, u32)> {
        let mut table = Offsets::new();
        let message = Message::parse(text.as_bytes(), &mut table);
        let mut findings = Vec::new();
        let day = jiff::civil::date(2026, 3, 12);
        check_as_of(&message, day, &mut findings);
        findings
            .into_iter()
            .map(|f| (f.location.path, f.location.line, f.location.column))
            .collect()
    }

    #[test]
    fn the_rule_fires_and_is_silent_as_its_examples_say() {
        for rule in as_of_rules() {
            assert_eq!(found(&rule.fires), [("PID-7".to_owned(), 2, 33)]);
            assert!(found(&rule.silent).is_empty());
        }
    }

    #[test]
    fn a_date_that_may_lie_on_the_day_or_before_is_fine() {
        let with = |date: &str| found(&format!("MSH|^~\\&|||||{date}\rRXA|0|1|{date}|||08\r"));
        assert!(with("2026").is_empty() && with("20260312235959").is_empty());
        assert_eq!(with("20260313").len(), 2);
        assert!(with("20261399").is_empty(), "that is no date at all");
        assert!(found("RXA|0|1|20300101||998\r").is_empty(), "a forecast");
        let second = found("RXA|0|1|20200101||08\rRXA|0|1|20300101||08\r");
        assert_eq!(second, [("RXA[2]-3".to_owned(), 2, 9)]);
    }
}
