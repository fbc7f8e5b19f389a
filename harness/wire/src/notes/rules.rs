//! The catalogue entries of the notes. A rule's page in `titer explain` is made of these texts.

use titer_finding::{Category, Fixer, Rule, Severity};

/// The rules that see what the national validator's rules let pass.
pub const NIST_BLIND: [&str; 9] = [
    "SOAP-BODY-EXTRA",
    "SOAP-CHILD-ORDER",
    "SOAP-CREDENTIALS-EMPTY",
    "SOAP-ECHO-EMPTY",
    "SOAP-FAULT-CODE-NUMBER",
    "SOAP-FAULT-ORDER",
    "SOAP-FAULT-QNAME",
    "SOAP-MESSAGE-EMPTY",
    "SOAP-RETURN-EMPTY",
];

/// The fixed part of a rule.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    id: &'static str,
    title: &'static str,
    pub(super) severity: Severity,
    fixer: Fixer,
    explanation: &'static str,
    pub(super) repair: &'static str,
    pub(super) source: &'static str,
    example: fn() -> (String, String),
}

/// The entry of a rule; every rule that is noted has one.
pub(super) fn entry(id: &str) -> Entry {
    match ENTRIES.iter().find(|e| e.id == id) {
        Some(entry) => *entry,
        None => unreachable!("a note without an entry in the catalogue: {id}"),
    }
}

/// The rules of this room, with examples that are whole envelopes or whole exchanges.
pub fn rules() -> Vec<Rule> {
    ENTRIES
        .iter()
        .map(|e| {
            let (fires, silent) = (e.example)();
            let mut explanation = e.explanation.to_owned();
            if NIST_BLIND.contains(&e.id) {
                explanation.push_str(
                    " NIST blind: the national validator's rules let this pass, so a test there does not find it.",
                );
            }
            Rule {
                id: e.id.to_owned(),
                title: e.title.to_owned(),
                severity: e.severity,
                category: Category::Transport,
                fixer: e.fixer,
                explanation,
                repair: e.repair.to_owned(),
                source: e.source.to_owned(),
                fires,
                silent,
            }
        })
        .collect()
}

const WSDL: &str = "CDC WSDL 1.0 (urn:cdc:iisb:2011), types";
const SOAP12: &str = "SOAP 1.2 part 1, section 5.4";
const PART2: &str = "SOAP 1.2 part 2, sections 7.5 and A";
const MSH: &str = "MSH|^~\\&amp;|EHR|CLINIC|IIS|STATE|20261122||VXU^V04^VXU_V04|1|P|2.5.1&#xD;PID|1||7^^^CLINIC^MR&#xD;";
const ACK: &str =
    "MSH|^~\\&amp;|IIS|STATE|EHR|CLINIC|20261122||ACK^V04^ACK|2|P|2.5.1&#xD;MSA|AA|1&#xD;";

fn envelope(body: &str) -> String {
    format!(
        "<soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\"><soap:Body>{body}</soap:Body></soap:Envelope>"
    )
}

fn operation(name: &str, inside: &str) -> String {
    envelope(&format!(
        "<{name} xmlns=\"urn:cdc:iisb:2011\">{inside}</{name}>"
    ))
}

fn submit(message: &str) -> String {
    submit_as(
        "<username>clinic</username><password>secret</password><facilityID>maple</facilityID>",
        message,
    )
}

fn submit_as(credentials: &str, message: &str) -> String {
    operation(
        "submitSingleMessage",
        &format!("{credentials}<hl7Message>{message}</hl7Message>"),
    )
}

fn answer(message: &str) -> String {
    operation(
        "submitSingleMessageResponse",
        &format!("<return>{message}</return>"),
    )
}

fn echo(text: &str) -> String {
    operation("connectivityTest", &format!("<echoBack>{text}</echoBack>"))
}

fn echoed(text: &str) -> String {
    operation(
        "connectivityTestResponse",
        &format!("<return>{text}</return>"),
    )
}

const CODE: &str = "<soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code>";
const REASON: &str =
    "<soap:Reason><soap:Text xml:lang=\"en\">not accepted</soap:Text></soap:Reason>";
const SECURITY: &str = "<Code>10</Code><Reason>Security</Reason><Detail>unknown user</Detail>";

fn fault_of(outer: &str, inner: &str) -> String {
    envelope(&format!(
        "<soap:Fault>{outer}<soap:Detail>{inner}</soap:Detail></soap:Fault>"
    ))
}

fn security(inside: &str) -> String {
    fault_of(
        &format!("{CODE}{REASON}"),
        &format!("<SecurityFault xmlns=\"urn:cdc:iisb:2011\">{inside}</SecurityFault>"),
    )
}

fn good_fault() -> String {
    security(SECURITY)
}

fn http(request: &str, status: &str, response: &str) -> String {
    format!(
        "POST /soap HTTP/1.1\nContent-Type: application/soap+xml; charset=utf-8\n\n{request}\n\nHTTP/1.1 {status}\nContent-Type: application/soap+xml; charset=utf-8\n\n{response}\n"
    )
}

fn post(content_type: &str, envelope: &str) -> String {
    format!("POST /soap HTTP/1.1\nContent-Type: {content_type}\n\n{envelope}\n")
}

/// Rules of both directions, of requests, of answers, of faults, in this order.
const ENTRIES: &[Entry] = &[
    Entry {
        id: "SOAP-XML",
        title: "the document is not XML that can be read",
        severity: Severity::Error,
        fixer: Fixer::SenderSoftware,
        explanation: "Nothing of a document that is not well formed can be trusted, so nothing of it is used. Document type declarations and entities are refused, too, because they are the door for attacks and SOAP forbids them.",
        repair: "write envelopes with an XML library instead of joining text, and leave document types out",
        source: "XML 1.0; SOAP 1.2 part 1, section 5",
        example: || (submit(MSH).replace("</soap:Body>", ""), submit(MSH)),
    },
    Entry {
        id: "SOAP-ENVELOPE",
        title: "the document is not a SOAP envelope, or holds a part twice",
        severity: Severity::Error,
        fixer: Fixer::SenderSoftware,
        explanation: "An envelope has one body, at most one header before it, and one operation; a second one could be read by one system and checked by another, so it is never passed over.",
        repair: "write one Envelope in a SOAP namespace with one Body and one operation, each part once",
        source: "SOAP 1.2 part 1, section 5.1",
        example: || {
            (
                submit(MSH).replace(
                    "<username>clinic</username>",
                    "<username>clinic</username><username>other</username>",
                ),
                submit(MSH),
            )
        },
    },
    Entry {
        id: "SOAP-CONTENT-TYPE",
        title: "the media type is not the one of the SOAP version",
        severity: Severity::Warning,
        fixer: Fixer::SenderSoftware,
        explanation: "SOAP 1.2 travels as application/soap+xml and SOAP 1.1 as text/xml. Many systems accept anything that looks like XML, but some choose the version, or refuse the request, by the media type.",
        repair: "send the media type of the version that the envelope is written in",
        source: "SOAP 1.2 part 2, section 7.1.4; RFC 3902",
        example: || {
            (
                post("text/xml; charset=utf-8", &submit(MSH)),
                post("application/soap+xml; charset=utf-8", &submit(MSH)),
            )
        },
    },
    Entry {
        id: "SOAP-CHARSET",
        title: "the Content-Type and the XML declaration name different encodings",
        severity: Severity::Warning,
        fixer: Fixer::SenderSoftware,
        explanation: "The charset of the Content-Type beats the XML declaration. A receiver that goes by the declaration reads other letters, and names with accents change.",
        repair: "write UTF-8 and say so in both places, or leave the encoding out of the declaration",
        source: "RFC 7303, section 3",
        example: || {
            let declared =
                |name: &str| format!("<?xml version=\"1.0\" encoding=\"{name}\"?>{}", submit(MSH));
            (
                post(
                    "application/soap+xml; charset=utf-8",
                    &declared("ISO-8859-1"),
                ),
                post("application/soap+xml; charset=utf-8", &declared("UTF-8")),
            )
        },
    },
    Entry {
        id: "SOAP-BODY-EXTRA",
        title: "the body holds more than one element",
        severity: Severity::Error,
        fixer: Fixer::SenderSoftware,
        explanation: "The interface is document/literal with one part, so the body holds one element. What a second one means is up to the receiver's luck.",
        repair: "put exactly one element into the body",
        source: "WSDL 1.1, section 3.5; WS-I Basic Profile 1.1, R9981",
        example: || {
            (
                echo("hello").replace("</soap:Body>", "<x xmlns=\"urn:x\"/></soap:Body>"),
                echo("hello"),
            )
        },
    },
    Entry {
        id: "SOAP-EXTRA-CHILD",
        title: "an operation holds an element that the interface does not know",
        severity: Severity::Error,
        fixer: Fixer::SenderSoftware,
        explanation: "The definition lists the children of each operation, and that is all there may be. Systems that check against it refuse the rest.",
        repair: "leave the element out, or move it into the header",
        source: WSDL,
        example: || {
            (
                operation(
                    "submitSingleMessageResponse",
                    &format!("<return>{ACK}</return><took>12</took>"),
                ),
                answer(ACK),
            )
        },
    },
    Entry {
        id: "SOAP-CHILD-ORDER",
        title: "the parts of an operation are not in the interface's order",
        severity: Severity::Error,
        fixer: Fixer::SenderSoftware,
        explanation: "The types are sequences: username, password, facilityID, hl7Message. Generated servers read them in this order and take what comes late for missing.",
        repair: "write the parts in the order of the definition",
        source: WSDL,
        example: || {
            (
                operation(
                    "submitSingleMessage",
                    &format!(
                        "<hl7Message>{MSH}</hl7Message><username>clinic</username><password>secret</password><facilityID>maple</facilityID>"
                    ),
                ),
                submit(MSH),
            )
        },
    },
    Entry {
        id: "SOAP-TEXT-ONLY",
        title: "a text holds elements",
        severity: Severity::Error,
        fixer: Fixer::SenderSoftware,
        explanation: "Every part of the interface is a string. An element inside is mostly a message that was put in without being escaped.",
        repair: "escape `&` and `<` in what is put into the envelope",
        source: WSDL,
        example: || (answer(&format!("<ack>{ACK}</ack>")), answer(ACK)),
    },
    Entry {
        id: "SOAP-PART-MISSING",
        title: "a required part of an operation is missing",
        severity: Severity::Error,
        fixer: Fixer::SenderSoftware,
        explanation: "hl7Message, echoBack and return have to be there, once each, even when they are nil.",
        repair: "write the part, in the namespace urn:cdc:iisb:2011",
        source: WSDL,
        example: || (operation("connectivityTest", ""), echo("hello")),
    },
    Entry {
        id: "SOAP-PADDING",
        title: "white space stands around the message",
        severity: Severity::Info,
        fixer: Fixer::SenderSoftware,
        explanation: "A line break before MSH, mostly from an indented template, makes a strict receiver look for MSH in vain. Titer trims it.",
        repair: "write the message directly behind the start tag and before the end tag",
        source: "XML 1.0, section 2.10; HL7 v2.5.1 chapter 2, section 2.5",
        example: || (answer(&format!("\n    {ACK}\n")), answer(ACK)),
    },
    Entry {
        id: "SOAP-LINE-ENDS",
        title: "segments end in line feeds because carriage returns were not escaped",
        severity: Severity::Info,
        fixer: Fixer::SenderSoftware,
        explanation: "An XML parser turns a carriage return that stands in the text as such, also within CDATA, into a line feed; only a reference survives. HL7 wants carriage returns, so a strict reader sees one long segment.",
        repair: "write a carriage return as &#xD; and do not use CDATA",
        source: "XML 1.0, section 2.11; HL7 v2.5.1 chapter 2, section 2.5.4",
        example: || {
            (
                answer("<![CDATA[MSH|^~\\&|IIS|STATE\nMSA|AA|1\n]]>"),
                answer(ACK),
            )
        },
    },
    Entry {
        id: "SOAP-TWO-MESSAGES",
        title: "more than one message in one call",
        severity: Severity::Error,
        fixer: Fixer::SenderSoftware,
        explanation: "submitSingleMessage carries one message each way. Two, or a batch, have to be refused with a MessageTooLargeFault, because one answer cannot acknowledge both.",
        repair: "make one call for each message",
        source: "CDC WSDL 1.0, operation submitSingleMessage; NIST SOAPCON_4",
        example: || (submit(&format!("{MSH}{MSH}")), submit(MSH)),
    },
    Entry {
        id: "SOAP-OPERATION",
        title: "the request asks for no operation of the interface",
        severity: Severity::Error,
        fixer: Fixer::SenderSoftware,
        explanation: "The interface has two operations, submitSingleMessage and connectivityTest, in the namespace urn:cdc:iisb:2011. Anything else gets an UnsupportedOperationFault.",
        repair: "use one of the two elements, in the namespace",
        source: "CDC WSDL 1.0, port type IIS_PortType",
        example: || (operation("submitMessage", ""), submit(MSH)),
    },
    Entry {
        id: "SOAP-CREDENTIALS-ABSENT",
        title: "username, password or facilityID is missing",
        severity: Severity::Warning,
        fixer: Fixer::SenderSoftware,
        explanation: "The definition lets them be left out, but nearly every registry asks for all three and answers with a SecurityFault.",
        repair: "send the three that the registry gave",
        source: WSDL,
        example: || {
            (
                submit_as(
                    "<username>clinic</username><password>secret</password>",
                    MSH,
                ),
                submit(MSH),
            )
        },
    },
    Entry {
        id: "SOAP-CREDENTIALS-EMPTY",
        title: "username, password or facilityID is empty",
        severity: Severity::Warning,
        fixer: Fixer::SenderStaff,
        explanation: "The element is there, but holds nothing: mostly a setting that was never filled in.",
        repair: "fill in what the registry gave",
        source: WSDL,
        example: || {
            (
                submit_as(
                    "<username>clinic</username><password>secret</password><facilityID/>",
                    MSH,
                ),
                submit(MSH),
            )
        },
    },
    Entry {
        id: "SOAP-MESSAGE-EMPTY",
        title: "hl7Message is empty",
        severity: Severity::Error,
        fixer: Fixer::SenderSoftware,
        explanation: "There is nothing to submit. Mostly the message was lost before the envelope was written.",
        repair: "do not call without a message, and look for where it got lost",
        source: WSDL,
        example: || (submit(" "), submit(MSH)),
    },
    Entry {
        id: "SOAP-ECHO-EMPTY",
        title: "echoBack is empty",
        severity: Severity::Error,
        fixer: Fixer::SenderSoftware,
        explanation: "An empty text that comes back proves nothing about what the way does to text.",
        repair: "send a text, best one with `&`, `<` and an accented letter",
        source: WSDL,
        example: || (echo(""), echo("hello")),
    },
    Entry {
        id: "SOAP-RESPONSE",
        title: "the answer is not the response of the operation",
        severity: Severity::Error,
        fixer: Fixer::Receiver,
        explanation: "Each operation has one response element. A client that was made from the definition finds nothing in any other.",
        repair: "answer with the response element of the operation that was called",
        source: "CDC WSDL 1.0, port type IIS_PortType",
        example: || {
            (
                http(&echo("hello"), "200 OK", &answer(ACK)),
                http(&echo("hello"), "200 OK", &echoed("hello")),
            )
        },
    },
    Entry {
        id: "SOAP-RETURN-EMPTY",
        title: "return is empty",
        severity: Severity::Error,
        fixer: Fixer::Receiver,
        explanation: "The sender cannot know whether the message was taken. Every submission is answered with a message, or with a fault.",
        repair: "answer with an acknowledgment, or with a fault when there is none to give",
        source: WSDL,
        example: || (answer(""), answer(ACK)),
    },
    Entry {
        id: "SOAP-RETURN-NOT-HL7",
        title: "return holds something that is not an HL7 message",
        severity: Severity::Error,
        fixer: Fixer::Receiver,
        explanation: "Plain words, URL-encoded text and base64 have been seen in place of a message. The sender's software reads HL7 and nothing else.",
        repair: "put the message into `return` as text, escaped as XML asks and not encoded in any other way",
        source: WSDL,
        example: || (answer("The message was accepted."), answer(ACK)),
    },
    Entry {
        id: "SOAP-ECHO-EXACT",
        title: "the echo has something around it",
        severity: Severity::Warning,
        fixer: Fixer::Receiver,
        explanation: "The national validator is content when the text is somewhere in the answer; the gateway between registries wants it back exactly, and takes the connection for broken otherwise.",
        repair: "return the text of echoBack as it is, escaped anew",
        source: "CDC WSDL 1.0, operation connectivityTest; IZ Gateway test TC_01",
        example: || {
            (
                http(&echo("hello"), "200 OK", &echoed("You sent: hello")),
                http(&echo("hello"), "200 OK", &echoed("hello")),
            )
        },
    },
    Entry {
        id: "SOAP-ECHO-LOST",
        title: "the echo does not hold the text that was sent",
        severity: Severity::Error,
        fixer: Fixer::Receiver,
        explanation: "connectivityTest is there to show that text comes through in both directions unharmed.",
        repair: "return the text of echoBack as it is, escaped anew",
        source: "CDC WSDL 1.0, operation connectivityTest; NIST SOAPCON_1",
        example: || {
            (
                http(&echo("a &amp; b"), "200 OK", &echoed("a &amp;amp; b")),
                http(&echo("a &amp; b"), "200 OK", &echoed("a &amp; b")),
            )
        },
    },
    Entry {
        id: "SOAP-STATUS",
        title: "the HTTP status does not fit the answer",
        severity: Severity::Warning,
        fixer: Fixer::Receiver,
        explanation: "A fault under 200 looks like success to monitors and to simple clients. SOAP 1.2 has 400 for a sender's fault and 500 for others; the field sends 500 for all. An answer comes under 200.",
        repair: "send faults with HTTP 500 and answers with HTTP 200",
        source: PART2,
        example: || {
            (
                http(&submit(MSH), "200 OK", &good_fault()),
                http(&submit(MSH), "500 Internal Server Error", &good_fault()),
            )
        },
    },
    Entry {
        id: "SOAP-VERSION",
        title: "the answer is in another SOAP version than the request",
        severity: Severity::Error,
        fixer: Fixer::Receiver,
        explanation: "A client reads answers in the version in which it asked, and takes any other for no SOAP at all.",
        repair: "answer in the version of the request's envelope",
        source: "SOAP 1.2 part 1, appendix A",
        example: || {
            let old = answer(ACK).replace(
                "http://www.w3.org/2003/05/soap-envelope",
                "http://schemas.xmlsoap.org/soap/envelope/",
            );
            (
                http(&submit(MSH), "200 OK", &old).replace(
                    "200 OK\nContent-Type: application/soap+xml",
                    "200 OK\nContent-Type: text/xml",
                ),
                http(&submit(MSH), "200 OK", &answer(ACK)),
            )
        },
    },
    Entry {
        id: "SOAP-FAULT-PARTS",
        title: "a fault lacks a part",
        severity: Severity::Error,
        fixer: Fixer::Receiver,
        explanation: "A fault has a code with a value, a reason with a text, and a detail; the interface's element in the detail has Code, Reason and Detail. Clients read all of them.",
        repair: "write every part, also when there is little to say",
        source: SOAP12,
        example: || {
            (
                security("<Code>10</Code><Reason>Security</Reason>"),
                good_fault(),
            )
        },
    },
    Entry {
        id: "SOAP-FAULT-EXTRA",
        title: "a fault holds a part that does not belong there, or one twice",
        severity: Severity::Error,
        fixer: Fixer::Receiver,
        explanation: "The parts of a fault are fixed. What else there is to say belongs into the text of Detail, or beside the interface's element.",
        repair: "leave the part out",
        source: SOAP12,
        example: || {
            (
                security(&format!("{SECURITY}<Retry>NORMAL</Retry>")),
                good_fault(),
            )
        },
    },
    Entry {
        id: "SOAP-FAULT-ORDER",
        title: "the parts of a fault are not in order",
        severity: Severity::Error,
        fixer: Fixer::Receiver,
        explanation: "Both SOAP's fault and the interface's detail are sequences: Code, Reason, Detail. Clients that check against the definition refuse another order and lose the fault.",
        repair: "write Code, then Reason, then Detail",
        source: SOAP12,
        example: || {
            (
                security("<Reason>Security</Reason><Code>10</Code><Detail>unknown user</Detail>"),
                good_fault(),
            )
        },
    },
    Entry {
        id: "SOAP-FAULT-QNAME",
        title: "the fault code is not one of SOAP's qualified names",
        severity: Severity::Error,
        fixer: Fixer::Receiver,
        explanation: "Code/Value is a qualified name in SOAP's own namespace: Sender, Receiver, VersionMismatch, MustUnderstand, DataEncodingUnknown. Without a prefix it means the default namespace, which is SOAP's only when the envelope says so.",
        repair: "write the prefix that the envelope declares for SOAP, as in soap:Sender",
        source: "SOAP 1.2 part 1, sections 5.4.1.1 and 5.4.6",
        example: || {
            (
                good_fault().replace("soap:Sender<", "Sender<"),
                good_fault(),
            )
        },
    },
    Entry {
        id: "SOAP-FAULT-LANG",
        title: "the text of a fault does not say its language",
        severity: Severity::Warning,
        fixer: Fixer::Receiver,
        explanation: "Reason/Text must have xml:lang; clients with a schema refuse the fault without it.",
        repair: "write xml:lang=\"en\"",
        source: "SOAP 1.2 part 1, section 5.4.2.1",
        example: || (good_fault().replace(" xml:lang=\"en\"", ""), good_fault()),
    },
    Entry {
        id: "SOAP-FAULT-DETAIL",
        title: "the detail holds none of the interface's fault elements",
        severity: Severity::Error,
        fixer: Fixer::Receiver,
        explanation: "SecurityFault, MessageTooLargeFault, UnsupportedOperationFault and fault, in the namespace urn:cdc:iisb:2011, tell the sender what to do. A detail without one of them tells nothing to a program.",
        repair: "put the interface's element into the detail, in its namespace",
        source: "CDC WSDL 1.0, messages of faults",
        example: || {
            (
                good_fault().replace(" xmlns=\"urn:cdc:iisb:2011\"", ""),
                good_fault(),
            )
        },
    },
    Entry {
        id: "SOAP-FAULT-REASON",
        title: "the Reason of a fault is not the fixed value",
        severity: Severity::Error,
        fixer: Fixer::Receiver,
        explanation: "The definition fixes Reason to Security, MessageTooLarge or UnsupportedOperation; only the unknown fault has words of its own. What there is to say belongs into Detail.",
        repair: "write the fixed value",
        source: WSDL,
        example: || {
            (
                good_fault().replace("<Reason>Security<", "<Reason>Security Fault<"),
                good_fault(),
            )
        },
    },
    Entry {
        id: "SOAP-FAULT-CODE-NUMBER",
        title: "the Code of a fault is not an integer",
        severity: Severity::Error,
        fixer: Fixer::Receiver,
        explanation: "The definition types Code as an integer; clients that were made from it fail on anything else, an empty element included.",
        repair: "give every fault a number",
        source: WSDL,
        example: || {
            (
                good_fault().replace("<Code>10<", "<Code>AUTH<"),
                good_fault(),
            )
        },
    },
    Entry {
        id: "SOAP-FAULT-BESIDE",
        title: "something stands beside the interface's fault element",
        severity: Severity::Info,
        fixer: Fixer::Receiver,
        explanation: "The gateway between registries writes its own elements beside. SOAP allows it and clients have to bear it, but some look only at the first child.",
        repair: "put the interface's element first",
        source: SOAP12,
        example: || {
            (
                good_fault().replace("</soap:Detail>", "<EventID>1</EventID></soap:Detail>"),
                good_fault(),
            )
        },
    },
    Entry {
        id: "SOAP-FAULT-PHI",
        title: "a fault quotes the message",
        severity: Severity::Error,
        fixer: Fixer::Receiver,
        explanation: "Faults end up in logs and tickets. A segment in one puts a patient's data there.",
        repair: "name the place that is wrong and leave the content out",
        source: "IZ Gateway test TC_25; 45 CFR 164.312",
        example: || {
            (
                good_fault().replace("unknown user", "cannot store PID|1||7^^^CLINIC^MR||Doe^Jo"),
                good_fault(),
            )
        },
    },
    Entry {
        id: "SOAP-FAULT-TRACE",
        title: "a fault holds a stack trace",
        severity: Severity::Warning,
        fixer: Fixer::Receiver,
        explanation: "A stack trace says nothing to the sender and much to an attacker.",
        repair: "log the trace and send a number under which it is found",
        source: "OWASP ASVS 5.0, 16.5.1",
        example: || {
            (
                good_fault().replace(
                    "unknown user",
                    "NullPointerException at Login.check(Login.java:42)",
                ),
                good_fault(),
            )
        },
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::check_http_text;

    #[test]
    fn every_rule_fires_on_its_example_and_is_silent_on_the_other() {
        for rule in rules() {
            let fires = check_http_text(&rule.fires);
            assert!(
                fires.iter().any(|f| f.rule == rule.id),
                "{} does not fire, but {:?}",
                rule.id,
                fires.iter().map(|f| f.rule.as_str()).collect::<Vec<_>>()
            );
            let others: Vec<&str> = fires
                .iter()
                .map(|f| f.rule.as_str())
                .filter(|id| *id != rule.id)
                .collect();
            assert!(others.is_empty(), "{} has company: {others:?}", rule.id);
            let silent = check_http_text(&rule.silent);
            assert_eq!(silent, [], "{}", rule.id);
        }
    }

    #[test]
    fn ids_are_unique_and_the_blind_spots_are_rules() {
        let mut ids: Vec<&str> = ENTRIES.iter().map(|e| e.id).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
        for id in NIST_BLIND {
            assert!(ids.contains(&id), "{id}");
        }
    }

    #[test]
    fn rendered_notes() {
        let lines: Vec<String> = rules()
            .iter()
            .flat_map(|rule| check_http_text(&rule.fires))
            .map(|f| {
                format!(
                    "{}[{}] {} ({}:{} {})",
                    f.severity.word(),
                    f.rule,
                    f.text(false),
                    f.location.line,
                    f.location.column,
                    f.location.path
                )
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }
}
