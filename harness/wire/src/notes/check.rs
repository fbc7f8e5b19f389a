//! The checks of envelopes; those of faults are next door.

use super::{Asked, rules};
use crate::envelope::{
    Body, CDC_2011, Document, EnvelopeError, FaultCode, Operation, is_nil, read_document,
};
use crate::http::{charset, media_type};
use crate::payload;
use crate::xml::{Element, XML_SPACE, place};
use titer_finding::{Category, Finding, Fixer, Location, Phi};

/// Notes on the bytes of a request.
pub fn check_request(bytes: &[u8], content_type: Option<&str>) -> Vec<Finding> {
    match read_document(bytes, charset(content_type).as_deref()) {
        Ok(document) => of_request(&document, content_type),
        Err(error) => vec![unreadable(&error, Fixer::SenderSoftware)],
    }
}

/// Notes on the bytes of an answer; the HTTP status and what was asked, when known.
pub fn check_response(
    bytes: &[u8],
    content_type: Option<&str>,
    status: Option<u16>,
    asked: Option<&Asked<'_>>,
) -> Vec<Finding> {
    let document = read_document(bytes, charset(content_type).as_deref());
    of_response(document.as_ref(), status, content_type, asked)
}

pub(crate) fn of_request(document: &Document<'_>, content_type: Option<&str>) -> Vec<Finding> {
    let mut checker = Checker::new(document, Fixer::SenderSoftware);
    checker.whole(content_type);
    match &document.envelope.body {
        Body::Submit(_) => checker.submit(),
        Body::Connectivity(_) => checker.connectivity(),
        _ => {
            let body = checker.body();
            checker.note(
                "SOAP-OPERATION",
                body,
                "Body",
                "the body holds no operation of the interface",
            );
        }
    }
    checker.found
}

pub(crate) fn of_response(
    document: Result<&Document<'_>, &EnvelopeError>,
    status: Option<u16>,
    content_type: Option<&str>,
    asked: Option<&Asked<'_>>,
) -> Vec<Finding> {
    let document = match document {
        Ok(document) => document,
        Err(error) => return vec![unreadable(error, Fixer::Receiver)],
    };
    let mut checker = Checker::new(document, Fixer::Receiver);
    checker.whole(content_type);
    match &document.envelope.body {
        Body::SubmitResponse(_) => checker.submit_response(),
        Body::ConnectivityResponse(text) => {
            let text = text.clone().unwrap_or_default();
            checker.connectivity_response(&text, asked);
        }
        Body::Fault(_) => checker.fault(),
        _ => {
            let body = checker.body();
            checker.note(
                "SOAP-RESPONSE",
                body,
                "Body",
                "the body holds neither a response of the interface nor a fault",
            );
        }
    }
    checker.answers(status, asked);
    checker.found
}

/// The finding for an envelope that cannot be read.
fn unreadable(error: &EnvelopeError, fixer: Fixer) -> Finding {
    let (rule, line, column, message) = match error {
        EnvelopeError::Xml(e) => ("SOAP-XML", e.line, e.column, e.reason.clone()),
        EnvelopeError::Structure { line, column, what } => {
            ("SOAP-ENVELOPE", *line, *column, what.clone())
        }
        EnvelopeError::NotSoap | EnvelopeError::UnknownVersion => {
            ("SOAP-ENVELOPE", 1, 1, error.to_string())
        }
    };
    let location = Location {
        line,
        column,
        ..Location::default()
    };
    finding(rule, fixer, location, message)
}

fn finding(rule: &str, fixer: Fixer, location: Location, message: String) -> Finding {
    let entry = rules::entry(rule);
    let mut finding = Finding::new(
        rule,
        entry.severity,
        Category::Transport,
        fixer,
        location,
        message,
    );
    finding.source = Some(entry.source.to_owned());
    finding.help = Some(entry.repair.to_owned());
    finding
}

/// Collects the notes on one envelope.
pub(super) struct Checker<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) found: Vec<Finding>,
    fixer: Fixer,
}

impl<'d> Checker<'d> {
    fn new(document: &'d Document<'d>, fixer: Fixer) -> Self {
        Self {
            document,
            found: Vec::new(),
            fixer,
        }
    }

    /// The body element; the root when there is none, which the reader refused before.
    pub(super) fn body(&self) -> &'d Element {
        let root = &self.document.root;
        root.child(&root.namespace, "Body").unwrap_or(root)
    }

    fn operation(&self) -> &'d Element {
        let body = self.body();
        body.children.first().unwrap_or(body)
    }

    pub(super) fn note(
        &mut self,
        rule: &str,
        element: &Element,
        path: impl Into<String>,
        message: impl Into<String>,
    ) -> &mut Finding {
        let (line, column) = place(&self.document.decoded.text, element.span.start);
        let location = Location {
            path: path.into(),
            line,
            column,
            start: element.span.start as u64,
            end: element.span.end as u64,
        };
        let found = finding(rule, self.fixer, location, message.into());
        let at = self.found.len();
        self.found.push(found);
        &mut self.found[at]
    }

    /// What holds for every envelope.
    fn whole(&mut self, content_type: Option<&str>) {
        let document = self.document;
        let (root, version) = (&document.root, document.envelope.version);
        let media = media_type(content_type);
        if content_type.is_some() && media != version.media_type() {
            let shown: String = media
                .chars()
                .filter(char::is_ascii_graphic)
                .take(60)
                .collect();
            let words = match version {
                crate::SoapVersion::V11 => "SOAP 1.1",
                crate::SoapVersion::V12 => "SOAP 1.2",
            };
            self.note(
                "SOAP-CONTENT-TYPE",
                root,
                "",
                format!("the media type is `{shown}`, the envelope is {words}"),
            )
            .expected = Some(version.media_type().to_owned());
        }
        if document.decoded.contradicted.is_some() {
            self.note(
                "SOAP-CHARSET",
                root,
                "",
                format!(
                    "the XML declaration names another encoding than {}, which the document is in",
                    document.decoded.encoding
                ),
            );
        }
        let body = self.body();
        if let Some(second) = body.children.get(1) {
            self.note(
                "SOAP-BODY-EXTRA",
                second,
                "Body",
                "the body holds more than one element",
            );
        }
    }

    /// Children that the definition knows, each at most once, in its order; and nothing inside of them.
    fn parts(&mut self, parent: &'d Element, known: &[&str]) {
        let path = format!("Body/{}", parent.name);
        let mut last = 0;
        let mut disordered = false;
        for child in &parent.children {
            let index = known.iter().position(|name| child.is(CDC_2011, name));
            match index {
                None => {
                    self.note(
                        "SOAP-EXTRA-CHILD",
                        child,
                        path.clone(),
                        format!(
                            "`{}` holds an element that the interface does not know",
                            parent.name
                        ),
                    );
                }
                Some(index) => {
                    if index < last && !disordered {
                        disordered = true;
                        self.note(
                            "SOAP-CHILD-ORDER",
                            child,
                            format!("{path}/{}", child.name),
                            format!("`{}` is out of order", child.name),
                        )
                        .expected = Some(known.join(", "));
                    }
                    last = last.max(index);
                    if let Some(inside) = child.children.first() {
                        self.note(
                            "SOAP-TEXT-ONLY",
                            inside,
                            format!("{path}/{}", child.name),
                            format!("`{}` holds an element", child.name),
                        );
                    }
                }
            }
        }
    }

    /// A child that must be there; notes its absence.
    fn required(&mut self, parent: &'d Element, name: &'static str) -> Option<&'d Element> {
        let found = parent.child(CDC_2011, name);
        if found.is_none() {
            self.note(
                "SOAP-PART-MISSING",
                parent,
                format!("Body/{}", parent.name),
                format!("`{}` has no `{name}`", parent.name),
            );
        }
        found
    }

    fn submit(&mut self) {
        let parent = self.operation();
        self.parts(
            parent,
            &["username", "password", "facilityID", "hl7Message"],
        );
        for name in ["username", "password", "facilityID"] {
            match parent.child(CDC_2011, name) {
                None => {
                    self.note(
                        "SOAP-CREDENTIALS-ABSENT",
                        parent,
                        "Body/submitSingleMessage",
                        format!("there is no `{name}`"),
                    );
                }
                Some(element) if is_blank(element) => {
                    self.note(
                        "SOAP-CREDENTIALS-EMPTY",
                        element,
                        format!("Body/submitSingleMessage/{name}"),
                        format!("`{name}` is empty"),
                    );
                }
                Some(_) => {}
            }
        }
        if let Some(message) = self.required(parent, "hl7Message") {
            if is_blank(message) {
                self.note(
                    "SOAP-MESSAGE-EMPTY",
                    message,
                    "Body/submitSingleMessage/hl7Message",
                    "`hl7Message` is empty",
                );
            } else {
                self.message(message, "Body/submitSingleMessage/hl7Message");
            }
        }
    }

    fn submit_response(&mut self) {
        let parent = self.operation();
        self.parts(parent, &["return"]);
        let path = "Body/submitSingleMessageResponse/return";
        if let Some(message) = self.required(parent, "return") {
            if is_blank(message) {
                self.note("SOAP-RETURN-EMPTY", message, path, "`return` is empty");
            } else if !message.children.is_empty() {
                // told already
            } else if payload::trim(&message.text).starts_with("MSH") {
                self.message(message, path);
            } else {
                let text = payload::trim(&message.text);
                let why = if text.starts_with("MSH%7C") || text.starts_with("MSH%7c") {
                    "`return` is URL-encoded"
                } else if text.starts_with("TVNI") {
                    "`return` looks like base64"
                } else {
                    "`return` does not begin with MSH"
                };
                self.note("SOAP-RETURN-NOT-HL7", message, path, why);
            }
        }
    }

    fn connectivity(&mut self) {
        let parent = self.operation();
        self.parts(parent, &["echoBack"]);
        if let Some(echo) = self.required(parent, "echoBack")
            && is_blank(echo)
        {
            self.note(
                "SOAP-ECHO-EMPTY",
                echo,
                "Body/connectivityTest/echoBack",
                "`echoBack` is empty",
            );
        }
    }

    fn connectivity_response(&mut self, text: &str, asked: Option<&Asked<'_>>) {
        let parent = self.operation();
        let path = "Body/connectivityTestResponse/return";
        self.parts(parent, &["return"]);
        let Some(element) = self.required(parent, "return") else {
            return;
        };
        let sent = asked.and_then(|a| a.echo);
        if is_blank(element) && sent != Some(text) {
            self.note("SOAP-RETURN-EMPTY", element, path, "`return` is empty");
            return;
        }
        let (rule, message) = match sent {
            Some(sent) if sent != text && !sent.is_empty() && text.contains(sent) => (
                "SOAP-ECHO-EXACT",
                "the text came back with something around it",
            ),
            Some(sent) if sent != text => {
                ("SOAP-ECHO-LOST", "the text that was sent did not come back")
            }
            _ => return,
        };
        self.note(rule, element, path, message).value = Some(Phi::new(text));
    }

    /// What holds for an element that carries a message.
    fn message(&mut self, element: &'d Element, path: &str) {
        let trimmed = payload::trim(&element.text);
        if trimmed != element.text {
            self.note(
                "SOAP-PADDING",
                element,
                path,
                format!("`{}` has white space around the message", element.name),
            );
        }
        if element.raw_line_ends && trimmed.trim_end_matches(XML_SPACE).contains('\n') {
            self.note(
                "SOAP-LINE-ENDS",
                element,
                path,
                format!("the segments in `{}` end in line feeds", element.name),
            );
        }
        if payload::messages(trimmed) > 1 || payload::is_batch(trimmed) {
            self.note(
                "SOAP-TWO-MESSAGES",
                element,
                path,
                format!("`{}` holds more than one message", element.name),
            );
        }
    }

    /// How the answer fits the request and its HTTP status.
    fn answers(&mut self, status: Option<u16>, asked: Option<&Asked<'_>>) {
        let root = &self.document.root;
        let envelope = &self.document.envelope;
        let code = match &envelope.body {
            Body::Fault(fault) => Some(fault.soap_code),
            _ => None,
        };
        if let Some(status) = status {
            // SOAP 1.2 part 2, table 20: 400 for a sender's fault; the field sends 500 for all
            let proper = match code {
                None => (200..300).contains(&status),
                Some(FaultCode::Sender) => matches!(status, 400 | 500),
                Some(_) => status == 500,
            };
            if !proper {
                let what = if code.is_some() {
                    "a fault"
                } else {
                    "an answer"
                };
                self.note(
                    "SOAP-STATUS",
                    root,
                    "",
                    format!("{what} came with HTTP status {status}"),
                );
            }
        }
        let Some(asked) = asked else {
            return;
        };
        if asked.version != envelope.version && code != Some(FaultCode::VersionMismatch) {
            self.note(
                "SOAP-VERSION",
                root,
                "",
                "the answer is in another SOAP version than the request",
            );
        }
        let other = match (&envelope.body, asked.operation) {
            (Body::SubmitResponse(_), Some(operation)) => {
                operation != Operation::SubmitSingleMessage
            }
            (Body::ConnectivityResponse(_), Some(operation)) => {
                operation != Operation::ConnectivityTest
            }
            _ => false,
        };
        if other {
            let body = self.body();
            self.note(
                "SOAP-RESPONSE",
                body,
                "Body",
                "the body holds the response of the other operation",
            );
        }
    }
}

/// Nil, or nothing but white space; an element inside is another matter.
pub(super) fn is_blank(element: &Element) -> bool {
    element.children.is_empty()
        && (is_nil(element) || element.text.trim_matches(XML_SPACE).is_empty())
}
