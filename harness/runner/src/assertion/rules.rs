//! The rules of what a plan expects, for `titer explain`.

use titer_finding::{Category, Finding, Fixer, Location, Rule, Severity};

/// The ids, which are public and permanent.
pub(crate) mod id {
    pub(crate) const VALUE: &str = "PLAN-VALUE";
    pub(crate) const PATTERN: &str = "PLAN-PATTERN";
    pub(crate) const LENGTH: &str = "PLAN-LENGTH";
    pub(crate) const SAME: &str = "PLAN-SAME";
    pub(crate) const DIFFERENT: &str = "PLAN-DIFFERENT";
    pub(crate) const PRESENT: &str = "PLAN-PRESENT";
    pub(crate) const ABSENT: &str = "PLAN-ABSENT";
    pub(crate) const COUNT: &str = "PLAN-COUNT";
    pub(crate) const ANY_OF: &str = "PLAN-ANY-OF";
    pub(crate) const ECHO: &str = "PLAN-CORRELATION";
    pub(crate) const STATUS: &str = "PLAN-STATUS";
    pub(crate) const DOSE_MISSING: &str = "PLAN-DOSE-MISSING";
    pub(crate) const DOSE_DETAIL: &str = "PLAN-DOSE-DETAIL";
    pub(crate) const DOSE_THERE: &str = "PLAN-DOSE-THERE";
    pub(crate) const DOSE_COUNT: &str = "PLAN-DOSE-COUNT";
    pub(crate) const DOSE_TWICE: &str = "PLAN-DOSE-TWICE";
    pub(crate) const DISCLOSED: &str = "PLAN-DISCLOSED";
    pub(crate) const NO_ANSWER: &str = "PLAN-NO-ANSWER";
    pub(crate) const FAULT: &str = "PLAN-FAULT";
}

/// A finding of one of these rules, without words yet.
pub(crate) fn finding(rule: &str, fixer: Fixer, location: Location) -> Finding {
    let category = match rule {
        id::NO_ANSWER | id::FAULT => Category::Transport,
        _ => Category::Content,
    };
    let mut finding = Finding::new(rule, Severity::Error, category, fixer, location, "");
    finding.source = Some("the test plan".to_owned());
    finding
}

const VXU: &str = "MSH|^~\\&|EHR|CLINIC|IIS|STATE|20270301093000.000-0600||VXU^V04^VXU_V04|C1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\rPID|1||A7^^^CLINIC^MR||Hale^Nora^L^^^^L||20250911|F\rORC|RE||D1^CLINIC\rRXA|0|1|20270301||08^Hep B, adolescent or pediatric^CVX|0.5|mL^mL^UCUM||00^New immunization record^NIP001||||||LOT42||MSD^Merck^MVX|||CP|A\r";
const RSP: &str = "MSH|^~\\&|IIS|STATE|EHR|CLINIC|20270301093001.000-0600||RSP^K11^RSP_K11|R1|P|2.5.1|||NE|NE|||||Z32^CDCPHINVS\rMSA|AA|Q1\rQAK|T1|OK|Z34^Request Immunization History^CDCPHINVS\rQPD|Z34^Request Immunization History^CDCPHINVS|T1|A7^^^CLINIC^MR|Hale^Nora^L^^^^L||20250911|F\rPID|1||A7^^^CLINIC^MR||Hale^Nora^L^^^^L||20250911|F\rORC|RE||D1^CLINIC\rRXA|0|1|20270301||08^Hep B, adolescent or pediatric^CVX|0.5|mL^mL^UCUM||00^New immunization record^NIP001||||||LOT42||MSD^Merck^MVX|||CP|A\r";
const NOT_FOUND: &str = "MSH|^~\\&|IIS|STATE|EHR|CLINIC|20270301093001.000-0600||RSP^K11^RSP_K11|R1|P|2.5.1|||NE|NE|||||Z33^CDCPHINVS\rMSA|AA|Q1\rQAK|T1|NF|Z34^Request Immunization History^CDCPHINVS\rQPD|Z34^Request Immunization History^CDCPHINVS|T1|A7^^^CLINIC^MR|Hale^Nora^L^^^^L||20250911|F\r";
const ACK: &str = "MSH|^~\\&|IIS|STATE|EHR|CLINIC|20270301093001.000-0600||ACK^V04^ACK|R1|P|2.5.1|||NE|NE|||||Z23^CDCPHINVS\rMSA|AA|C1\r";

/// Every rule of this room. Their examples are read with the expectation that the explanation names.
pub fn rules() -> Vec<Rule> {
    let moved = |from: &str, to: &str, text: &str| text.replace(from, to);
    let twice = || {
        let dose = RSP.split_once("ORC|").map_or("", |(_, dose)| dose);
        format!("{RSP}ORC|{dose}")
    };
    let lost = || {
        RSP.split_once("ORC|")
            .map_or(String::new(), |(head, _)| head.to_owned())
    };
    vec![
        rule(
            id::VALUE,
            "a value is not the one that the step gives",
            "The step gives the value that stands at a place, or a list of values one of which stands there, and another one was found. Values are compared after escape sequences were decoded. The example expects that PID-8 is F.",
            "Send the value of the test data; the help says when the value is almost right, or stands at another place.",
            moved("20250911|F", "20250911|M", VXU),
            VXU.to_owned(),
        ),
        rule(
            id::PATTERN,
            "a value is not written as the step asks",
            "The step asks for a value of a certain form, and what stands there has another form, or nothing stands there. The example expects that MSH-7 is a time to the second with an offset.",
            "Write the value in the form that the step shows.",
            moved("20270301093000.000-0600", "20270301", VXU),
            VXU.to_owned(),
        ),
        rule(
            id::LENGTH,
            "a value is too short or too long for the step",
            "The step asks for a least or a greatest number of characters. The example expects at least 3 characters in RXA-15.",
            "Send the whole value, neither cut nor filled up.",
            moved("LOT42", "L4", VXU),
            VXU.to_owned(),
        ),
        rule(
            id::SAME,
            "a value is not the same as in another message",
            "The step compares two messages, and the values that must agree do not. The example expects that MSA-2 repeats MSH-10 of the message that was sent, which was C1.",
            "Carry the value over as it came, without changing a character.",
            moved("MSA|AA|C1", "MSA|AA|1", ACK),
            ACK.to_owned(),
        ),
        rule(
            id::DIFFERENT,
            "a value is the same as in another message",
            "The step compares two messages whose values must differ, usually because an update corrects the first one. The example expects that RXA-15 differs from LOT42, which was sent before.",
            "Send the corrected value.",
            VXU.to_owned(),
            moved("LOT42", "LOT24", VXU),
        ),
        rule(
            id::PRESENT,
            "nothing stands where the step asks for a value",
            "The step asks for a value and does not say which. The example expects a value at RXA-15.",
            "Send the value when the system has it; enter it when it does not.",
            moved("LOT42", "", VXU),
            VXU.to_owned(),
        ),
        rule(
            id::ABSENT,
            "something stands where the step wants nothing",
            "The step asks that a place stays empty. The example expects that RXA-15 is absent.",
            "Leave the place empty.",
            VXU.to_owned(),
            moved("LOT42", "", VXU),
        ),
        rule(
            id::COUNT,
            "a group, segment or repetition is not there as often as the step asks",
            "The step looks for something by some of its values, in whatever order the sender chose, and finds too few or too many of it. The example expects one order with CVX 08.",
            "Send each dose, observation or identifier once, with the values of the test data; the help names what is different in the nearest one.",
            moved("|08^", "|110^", VXU),
            VXU.to_owned(),
        ),
        rule(
            id::ANY_OF,
            "none of several allowed ways is taken",
            "The step allows several ways to say something, and the message takes none of them. The example expects that PID-8 is F or U.",
            "Take one of the ways that the step lists.",
            moved("20250911|F", "20250911|M", VXU),
            VXU.to_owned(),
        ),
        rule(
            id::ECHO,
            "an answer does not say which message it answers",
            "An answer repeats the control id of the message in MSA-2 and, to a query, the query's tag in QAK-1. Without that a sender that has several messages under way takes one answer for another. The example answers message C1.",
            "Copy MSH-10 of the message to MSA-2 and QPD-2 of the query to QAK-1, character by character.",
            moved("MSA|AA|C1", "MSA|AA|C2", ACK),
            ACK.to_owned(),
        ),
        rule(
            id::STATUS,
            "a query is answered with another status than expected",
            "QAK-2 says whether a patient was found (OK), not found (NF), found too often (TM), or whether the query was wrong (AE). The example expects OK.",
            "Find the patient by the identifiers and demographics that were reported, and by nothing less.",
            NOT_FOUND.to_owned(),
            RSP.to_owned(),
        ),
        rule(
            id::DOSE_MISSING,
            "a dose that was reported is not returned",
            "A dose is known by its vaccine code and its date. The example expects a dose of CVX 08 of 1 March 2027.",
            "Keep every dose that was acknowledged, and return it to whoever may see it.",
            lost(),
            RSP.to_owned(),
        ),
        rule(
            id::DOSE_DETAIL,
            "a dose is returned with another value than reported",
            "The dose is there, but something about it is not what was reported last: lot, maker, amount, site, completion or refusal. The example expects lot LOT42.",
            "Take over what an update changes, and return what was reported.",
            moved("LOT42", "LOT24", RSP),
            RSP.to_owned(),
        ),
        rule(
            id::DOSE_THERE,
            "a dose is returned that should not be there",
            "The dose was deleted, never reported, or belongs to somebody else. The example expects that no dose of CVX 08 is returned.",
            "Delete a dose when RXA-21 is D, and never return it afterwards.",
            RSP.to_owned(),
            lost(),
        ),
        rule(
            id::DOSE_COUNT,
            "more or fewer doses are returned than expected",
            "Doses that were given are counted; refusals and entries without a vaccine (998) are not. The example expects one dose.",
            "Bring repeated reports of one dose together, and keep different doses apart.",
            lost(),
            RSP.to_owned(),
        ),
        rule(
            id::DOSE_TWICE,
            "one dose is returned twice",
            "Two orders of the answer have the same vaccine, the same day and the same completion status. The example returns one dose of CVX 08 twice.",
            "Bring repeated reports of one dose together before answering.",
            twice(),
            RSP.to_owned(),
        ),
        rule(
            id::DISCLOSED,
            "something of a patient is told who must not be told of",
            "The record is protected (PD1-12 is Y), so a query by somebody else is answered as if nobody had been found. The example expects that neither PID nor doses come back.",
            "Answer a query for a protected record as one for an unknown patient.",
            RSP.to_owned(),
            NOT_FOUND.to_owned(),
        ),
        rule(
            id::NO_ANSWER,
            "the system does not answer as the interface asks",
            "A message got no HL7 message back: no answer in time, a broken answer, XML that is not well-formed, an HTTP status that says failure, or a fault. The place is the exchange, not a message.",
            "Answer every message with exactly one message over the same connection, within the time that the interface allows.",
            "an exchange without an answer".to_owned(),
            "an exchange with an answer".to_owned(),
        ),
        rule(
            id::FAULT,
            "a call is not answered with the fault that the interface declares",
            "The interface of 2011 declares four faults, and which one answers which mistake: wrong credentials a SecurityFault, a message that is too large a MessageTooLargeFault, an operation that does not exist an UnsupportedOperationFault. Its Reason is fixed and its Code a whole number. The place is the exchange, not a message.",
            "Answer with the fault that the interface declares for this mistake, with its fixed Reason.",
            "a wrong password answered with an UnknownFault".to_owned(),
            "a wrong password answered with a SecurityFault".to_owned(),
        ),
    ]
}

fn rule(
    id: &str,
    title: &str,
    explanation: &str,
    repair: &str,
    fires: String,
    silent: String,
) -> Rule {
    let about_answers = id.starts_with("PLAN-DOSE")
        || [
            self::id::ECHO,
            self::id::STATUS,
            self::id::DISCLOSED,
            self::id::NO_ANSWER,
            self::id::FAULT,
        ]
        .contains(&id);
    let source = match id {
        self::id::ECHO => {
            "HL7 v2.5.1 chapter 2, original acknowledgment rules, and chapter 5, query acknowledgment"
        }
        self::id::NO_ANSWER | self::id::FAULT => {
            "CDC transport layer expert panel, SOAP web services, urn:cdc:iisb:2011"
        }
        self::id::DISCLOSED => {
            "HL7 v2.5.1 immunization guide 1.5, appendix A, protection indicator"
        }
        _ => "the test plan that asks for it",
    };
    Rule {
        id: id.to_owned(),
        title: title.to_owned(),
        severity: Severity::Error,
        category: finding(id, Fixer::Receiver, Location::default()).category,
        fixer: if about_answers {
            Fixer::Receiver
        } else {
            Fixer::SenderSoftware
        },
        explanation: explanation.to_owned(),
        repair: repair.to_owned(),
        source: source.to_owned(),
        fires,
        silent,
    }
}
