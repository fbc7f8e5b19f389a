//! The rules that the IIS itself applies, beyond what a profile can say: what is understood at all, dates against each other
//! and against today, vaccines that cannot be told, and what an order or a query asks that cannot be done.

use titer_finding::{Category, Finding, Fixer, Location, Rule, Severity};

/// One of the IIS's own rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Own {
    NoHeader,
    MessageType,
    Event,
    Version,
    ProcessingId,
    SentInFuture,
    BornInFuture,
    RequiredNull,
    DoseInFuture,
    DoseBeforeBirth,
    DeathBeforeBirth,
    NoVaccine,
    NothingToDelete,
    SeveralMatch,
    QueryNeeds,
}

struct Text {
    id: &'static str,
    title: &'static str,
    severity: Severity,
    fixer: Fixer,
    message: &'static str,
    explanation: &'static str,
    repair: &'static str,
    source: &'static str,
    // what to put in place of what in the sound message, so that the rule fires
    change: (&'static str, &'static str),
}

const ALL: [Own; 15] = [
    Own::NoHeader,
    Own::MessageType,
    Own::Event,
    Own::Version,
    Own::ProcessingId,
    Own::SentInFuture,
    Own::BornInFuture,
    Own::RequiredNull,
    Own::DoseInFuture,
    Own::DoseBeforeBirth,
    Own::DeathBeforeBirth,
    Own::NoVaccine,
    Own::NothingToDelete,
    Own::SeveralMatch,
    Own::QueryNeeds,
];

const GUIDE: &str = "HL7 v2.5.1 Implementation Guide for Immunization Messaging, release 1.5";

/// A message to which none of the rules has anything to say.
pub(crate) const SOUND_VXU: &str = concat!(
    "MSH|^~\\&|EHR|CLINIC|IIS|STATE|20261101090000-0500||VXU^V04^VXU_V04|M1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS|CLINIC|STATE\r",
    "PID|1||M-77^^^CLINIC-MR^MR||Testwell^Ida^Rose^^^^L||20250110|F\r",
    "ORC|RE||D-1^CLINIC-DOSES\r",
    "RXA|0|1|20250910||03^MMR^CVX|999|||01^Historical information - source unspecified^NIP001|||||||||||CP|A\r",
);

/// A query to which none of the rules has anything to say.
pub(crate) const SOUND_QBP: &str = concat!(
    "MSH|^~\\&|EHR|CLINIC|IIS|STATE|20261101090000-0500||QBP^Q11^QBP_Q11|Q1|P|2.5.1|||ER|AL|||||Z44^CDCPHINVS|CLINIC|STATE\r",
    "QPD|Z44^Request Evaluated History and Forecast^CDCPHINVS|T-1|M-77^^^CLINIC-MR^MR|Testwell^Ida^Rose^^^^L||20250110|F\r",
    "RCP|I|5^RD&Records&HL70126\r",
);

impl Own {
    fn text(self) -> Text {
        let text = |id, title, severity, message, explanation, repair, source, change| Text {
            id,
            title,
            severity,
            fixer: Fixer::SenderSoftware,
            message,
            explanation,
            repair,
            source,
            change,
        };
        let by_staff = |text| Text {
            fixer: Fixer::SenderStaff,
            ..text
        };
        match self {
            Own::NoHeader => text(
                "IIS-01",
                "a message begins with MSH",
                Severity::Error,
                "no MSH segment was found, so nothing could be read",
                "Delimiters, character set and kind of a message stand in its MSH segment. Without it nothing else can be read, and the answer cannot say which message it answers.",
                "send the MSH segment first",
                "HL7 v2.5.1 chapter 2.5, message construction",
                ("MSH|", "XSH|"),
            ),
            Own::MessageType => text(
                "IIS-02",
                "the message type is VXU or QBP",
                Severity::Error,
                "messages of type `{value}` are not processed here",
                "The registry takes immunization records (VXU) and answers queries (QBP). Another type is refused before anything else is looked at.",
                "send VXU^V04^VXU_V04 or QBP^Q11^QBP_Q11 in MSH-9",
                GUIDE,
                ("VXU^V04^VXU_V04", "ORU^R01^ORU_R01"),
            ),
            Own::Event => text(
                "IIS-03",
                "the event belongs to the message type",
                Severity::Error,
                "the event `{value}` is not processed here for this message type",
                "A VXU carries the event V04 and a QBP the event Q11. Another event is refused before anything else is looked at.",
                "send V04 with VXU and Q11 with QBP in MSH-9.2",
                GUIDE,
                ("VXU^V04^VXU_V04", "VXU^V05^VXU_V04"),
            ),
            Own::Version => text(
                "IIS-04",
                "the version is one that is read",
                Severity::Error,
                "HL7 version `{value}` is not read here",
                "A version other than those of the registry's policy is refused before anything else is looked at, since its fields may mean something else.",
                "send 2.5.1 in MSH-12",
                GUIDE,
                ("|P|2.5.1|", "|P|2.3.1|"),
            ),
            Own::ProcessingId => text(
                "IIS-05",
                "the processing id is one that is processed",
                Severity::Error,
                "the processing id `{value}` is not processed here",
                "MSH-11 says whether a message is production, training or debugging. The registry's policy says which of them it takes.",
                "send P in MSH-11",
                GUIDE,
                ("|P|2.5.1|", "|X|2.5.1|"),
            ),
            Own::SentInFuture => text(
                "IIS-10",
                "a message is not sent in the future",
                Severity::Warning,
                "the message is stamped with a time that has not come yet",
                "MSH-7 lies further ahead of the registry's clock than its policy allows. Dates in the message are then doubtful too.",
                "set the clock of the sending system, and send MSH-7 with its offset from UTC",
                GUIDE,
                ("20261101090000", "29990101090000"),
            ),
            Own::BornInFuture => by_staff(text(
                "IIS-11",
                "nobody is born in the future",
                Severity::Error,
                "the birth date has not come yet",
                "PID-7 lies after today. A record cannot be filed under a birth date that is known to be wrong.",
                "correct the birth date",
                GUIDE,
                ("|20250110|", "|29980110|"),
            )),
            Own::RequiredNull => text(
                "IIS-12",
                "a required field is not deleted",
                Severity::Error,
                "the field is required, and `\"\"` asks to delete it",
                "HL7's null, two quotation marks, asks the receiver to delete what it has. A field that the guide requires cannot be without a value, so it is treated as missing.",
                "send the value of a required field",
                GUIDE,
                ("|F\r", "|\"\"\r"),
            ),
            Own::DoseInFuture => by_staff(text(
                "IIS-20",
                "a dose is not given in the future",
                Severity::Error,
                "the dose is dated after today",
                "RXA-3 lies after today. What is planned is not a dose that was given.",
                "correct the date of the dose, or do not send doses that are only planned",
                GUIDE,
                ("|20250910|", "|29990910|"),
            )),
            Own::DoseBeforeBirth => by_staff(text(
                "IIS-21",
                "a dose is not given before birth",
                Severity::Error,
                "the dose is dated before the birth of the patient",
                "RXA-3 lies before PID-7, so one of the two is wrong.",
                "correct the date of the dose or the birth date",
                GUIDE,
                ("|20250910|", "|20240910|"),
            )),
            Own::DeathBeforeBirth => by_staff(text(
                "IIS-22",
                "death does not come before birth",
                Severity::Error,
                "the date of death lies before the birth date",
                "PID-29 lies before PID-7, so one of the two is wrong.",
                "correct the date of death",
                GUIDE,
                (
                    "|20250110|F\r",
                    "|20250110|F|||||||||||||||||||||20240101|Y\r",
                ),
            )),
            Own::NoVaccine => text(
                "IIS-23",
                "the vaccine is known",
                Severity::Error,
                "neither code of RXA-5 leads to a vaccine",
                "RXA-5 names a vaccine by CVX, NDC or CPT. The registry keeps doses under CVX, and no code in this field leads to one.",
                "send the CVX code of the vaccine, or an NDC of CDC's crosswalk",
                GUIDE,
                ("03^MMR^CVX", "00000-0000-00^none^NDC"),
            ),
            Own::NothingToDelete => text(
                "IIS-25",
                "what is deleted is known",
                Severity::Warning,
                "the dose to delete is not known here under this order number; nothing was deleted",
                "RXA-21 is D, and no dose of this patient was reported with the order number and authority of ORC-3. Nothing is created in its place.",
                "send the order number and authority with which the dose was reported",
                GUIDE,
                ("|CP|A\r", "|CP|D\r"),
            ),
            Own::SeveralMatch => text(
                "IIS-26",
                "one patient is meant",
                Severity::Error,
                "several records match this patient alike; nothing was stored",
                "The registry holds more than one record that fits what the message says about the patient, and its policy is not to choose.",
                "send identifiers, the full name and the birth order",
                GUIDE,
                ("Ida^Rose", "Ida^"),
            ),
            Own::QueryNeeds => text(
                "IIS-30",
                "a query says who is meant",
                Severity::Error,
                "the registry needs the family name, the given name and the birth date to search",
                "All that a query says about the patient is optional in the guide, and a registry says what it needs. Without these a search would list too many.",
                "send QPD-4 with family and given name, and QPD-6",
                GUIDE,
                ("Testwell^Ida^Rose^^^^L", ""),
            ),
        }
    }

    /// A finding of this rule.
    pub(crate) fn finding(self, location: Location) -> Finding {
        let text = self.text();
        let category = match self {
            Own::NoHeader => Category::Syntax,
            Own::MessageType | Own::Event | Own::Version | Own::ProcessingId => Category::Structure,
            Own::NoVaccine => Category::CodeSet,
            Own::QueryNeeds | Own::RequiredNull => Category::Usage,
            _ => Category::Quality,
        };
        let mut finding = Finding::new(
            text.id,
            text.severity,
            category,
            text.fixer,
            location,
            text.message,
        );
        finding.help = Some(text.repair.to_owned());
        finding.source = Some(text.source.to_owned());
        finding
    }

    /// Which of the rules this id names.
    pub(crate) fn of(id: &str) -> Option<Own> {
        ALL.into_iter().find(|o| o.text().id == id)
    }
}

/// The rules of this crate for the catalogue.
pub fn rules() -> Vec<Rule> {
    ALL.into_iter()
        .map(|own| {
            let text = own.text();
            let base = if own == Own::QueryNeeds {
                SOUND_QBP
            } else {
                SOUND_VXU
            };
            Rule {
                id: text.id.to_owned(),
                title: text.title.to_owned(),
                severity: text.severity,
                category: own.finding(Location::default()).category,
                fixer: text.fixer,
                explanation: text.explanation.to_owned(),
                repair: text.repair.to_owned(),
                source: text.source.to_owned(),
                fires: match text.change {
                    ("", _) => base.to_owned(),
                    (from, to) => base.replacen(from, to, 1),
                },
                silent: base.to_owned(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Channel, Iis, IisConfig, Personality, Policy};
    use std::collections::BTreeSet;
    use std::sync::Arc;
    use titer_hl7::clock::{FixedClock, SharedClock};
    use titer_registry::Registry;
    use titer_wire::Credentials;

    fn iis() -> Iis {
        let now = "2026-11-22T15:00:00Z"
            .parse::<jiff::Timestamp>()
            .unwrap()
            .to_zoned(jiff::tz::TimeZone::UTC);
        let clock: SharedClock = Arc::new(FixedClock(now));
        let policy = include_str!("../policies/national.yaml")
            .replace("several-match: add", "several-match: reject");
        let config = IisConfig {
            policy: Policy::read("test.yaml", &policy).unwrap(),
            personality: Personality::well_behaved(),
            scripts: Vec::new(),
            credentials: Credentials::default(),
            kept_exchanges: 1,
        };
        Iis::new(
            Registry::memory(Arc::clone(&clock), 1).unwrap(),
            config,
            clock,
        )
    }

    fn found(iis: &Iis, message: &str) -> BTreeSet<String> {
        iis.process(Channel::default(), message.as_bytes());
        let (_, seen) = iis.inner.exchanges.last();
        seen[0].findings.iter().map(|f| f.rule.clone()).collect()
    }

    // what must be known before a rule can fire
    fn known(own: Own) -> Vec<String> {
        let other = |middle: &str, number: &str| {
            SOUND_VXU
                .replace("Ida^Rose", &format!("Ida^{middle}"))
                .replace("M-77^^^CLINIC-MR", &format!("{number}^^^ELSEWHERE"))
                .replace("D-1^", &format!("{number}^"))
        };
        match own {
            Own::SeveralMatch => vec![other("Rose", "1"), other("Jane", "2")],
            _ => vec![],
        }
    }

    #[test]
    fn every_rule_fires_and_is_silent() {
        for (own, rule) in ALL.into_iter().zip(rules()) {
            for (message, fires) in [(&rule.fires, true), (&rule.silent, false)] {
                let iis = iis();
                for message in known(own) {
                    found(&iis, &message);
                }
                assert_eq!(
                    found(&iis, message).contains(&rule.id),
                    fires,
                    "{} with\n{}",
                    rule.id,
                    message.replace('\r', "\n")
                );
            }
        }
    }

    #[test]
    fn the_sound_messages_are_sound() {
        for sound in [SOUND_VXU, SOUND_QBP] {
            let iis = iis();
            iis.process(Channel::default(), sound.as_bytes());
            let (_, seen) = iis.inner.exchanges.last();
            assert_eq!(seen[0].code, "AA");
            assert!(
                seen[0]
                    .findings
                    .iter()
                    .all(|f| f.severity == Severity::Info)
            );
        }
    }

    #[test]
    fn ids_are_told_apart() {
        let ids: BTreeSet<String> = rules().into_iter().map(|r| r.id).collect();
        assert_eq!(ids.len(), ALL.len());
        assert!(ALL.iter().all(|o| Own::of(o.text().id) == Some(*o)));
    }
}
