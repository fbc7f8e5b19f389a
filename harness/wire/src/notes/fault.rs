//! The checks of faults.

use super::check::{Checker, is_blank};
use crate::envelope::{CDC_2011, FaultCode, FaultKind, SoapVersion, fault_code};
use crate::xml::Element;

impl<'d> Checker<'d> {
    /// A fault in the body.
    pub(super) fn fault(&mut self) {
        let version = self.document.envelope.version;
        let body = self.body();
        let Some(fault) = body.children.first() else {
            return;
        };
        let detail = match version {
            SoapVersion::V12 => self.outer_12(fault),
            SoapVersion::V11 => self.outer_11(fault),
        };
        let Some(detail) = detail else {
            return;
        };
        let path = format!("Body/Fault/{}", detail.name);
        let known = detail.children.iter().find_map(|child| {
            let kind = FaultKind::DECLARED
                .into_iter()
                .find(|k| k.element().is_some_and(|name| child.is(CDC_2011, name)))?;
            Some((kind, child))
        });
        let Some((kind, element)) = known else {
            self.note(
                "SOAP-FAULT-DETAIL",
                detail,
                path,
                "the detail holds none of the interface's four fault elements",
            );
            return;
        };
        if detail.children.len() > 1
            && let Some(beside) = detail.children.iter().find(|c| c.span != element.span)
        {
            self.note(
                "SOAP-FAULT-BESIDE",
                beside,
                path.clone(),
                format!("the detail holds more than `{}`", element.name),
            );
        }
        self.inner(kind, element, &format!("{path}/{}", element.name));
        self.texts(fault);
    }

    fn outer_12(&mut self, fault: &'d Element) -> Option<&'d Element> {
        let soap = SoapVersion::V12.namespace();
        self.sequence(
            fault,
            soap,
            &["Code", "Reason", "Node", "Role", "Detail"],
            &["Code", "Reason", "Detail"],
            "Body/Fault",
        );
        if let Some(code) = fault.child(soap, "Code") {
            match code.child(soap, "Value") {
                Some(value) => {
                    let chain = [&self.document.root, self.body(), fault, code, value];
                    if fault_code(&value.text, &chain, soap) == FaultCode::Other
                        && !is_encoding_code(value, &chain, soap)
                    {
                        self.note(
                            "SOAP-FAULT-QNAME",
                            value,
                            "Body/Fault/Code/Value",
                            "the code is not a qualified name of one of SOAP's codes",
                        );
                    }
                }
                None => self.lacks(code, "Value", "Body/Fault/Code"),
            }
        }
        if let Some(reason) = fault.child(soap, "Reason") {
            match reason.child(soap, "Text") {
                Some(text) => {
                    let lang = text.attribute("http://www.w3.org/XML/1998/namespace", "lang");
                    if lang.is_none_or(str::is_empty) {
                        self.note(
                            "SOAP-FAULT-LANG",
                            text,
                            "Body/Fault/Reason/Text",
                            "the text has no `xml:lang`",
                        );
                    }
                }
                None => self.lacks(reason, "Text", "Body/Fault/Reason"),
            }
        }
        fault.child(soap, "Detail")
    }

    fn outer_11(&mut self, fault: &'d Element) -> Option<&'d Element> {
        let soap = SoapVersion::V11.namespace();
        self.sequence(
            fault,
            "",
            &["faultcode", "faultstring", "faultactor", "detail"],
            &["faultcode", "faultstring", "detail"],
            "Body/Fault",
        );
        if let Some(code) = fault.child("", "faultcode") {
            let chain = [&self.document.root, self.body(), fault, code];
            if fault_code(&code.text, &chain, soap) == FaultCode::Other {
                self.note(
                    "SOAP-FAULT-QNAME",
                    code,
                    "Body/Fault/faultcode",
                    "the code is not a qualified name of one of SOAP's codes",
                );
            }
        }
        fault.child("", "detail")
    }

    fn lacks(&mut self, parent: &Element, name: &str, path: &str) {
        self.note(
            "SOAP-FAULT-PARTS",
            parent,
            path,
            format!("`{}` has no `{name}`", parent.name),
        );
    }

    /// Children of a fault: those that may be there in their order, those that must.
    fn sequence(
        &mut self,
        parent: &'d Element,
        namespace: &str,
        known: &[&str],
        required: &[&str],
        path: &str,
    ) {
        let header_fault = self.is_header_fault();
        for name in required {
            if parent.child(namespace, name).is_none()
                && !(header_fault && name.eq_ignore_ascii_case("detail") && path == "Body/Fault")
            {
                self.lacks(parent, name, path);
            }
        }
        let mut last = 0;
        let mut seen: Vec<usize> = Vec::new();
        let mut disordered = false;
        for child in &parent.children {
            match known.iter().position(|name| child.is(namespace, name)) {
                None => {
                    self.note(
                        "SOAP-FAULT-EXTRA",
                        child,
                        path,
                        format!(
                            "`{}` holds an element that does not belong there",
                            parent.name
                        ),
                    );
                }
                Some(index) if seen.contains(&index) => {
                    self.note(
                        "SOAP-FAULT-EXTRA",
                        child,
                        path,
                        format!("`{}` holds a second `{}`", parent.name, child.name),
                    );
                }
                Some(index) => {
                    seen.push(index);
                    if index < last && !disordered {
                        disordered = true;
                        self.note(
                            "SOAP-FAULT-ORDER",
                            child,
                            format!("{path}/{}", child.name),
                            format!("`{}` is out of order", child.name),
                        )
                        .expected = Some(known.join(", "));
                    }
                    last = last.max(index);
                }
            }
        }
    }

    /// A fault about a header block or the envelope's version must not have a detail about the body.
    fn is_header_fault(&self) -> bool {
        matches!(
            &self.document.envelope.body,
            crate::envelope::Body::Fault(f)
                if matches!(f.soap_code, FaultCode::MustUnderstand | FaultCode::VersionMismatch)
        )
    }

    /// The interface's own element in the detail.
    fn inner(&mut self, kind: FaultKind, element: &'d Element, path: &str) {
        let parts = ["Code", "Reason", "Detail"];
        self.sequence(element, CDC_2011, &parts, &parts, path);
        if let Some(code) = element.child(CDC_2011, "Code") {
            let text = code.text.trim();
            let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                self.note(
                    "SOAP-FAULT-CODE-NUMBER",
                    code,
                    format!("{path}/Code"),
                    "`Code` is not an integer",
                );
            }
        }
        if let Some(reason) = element.child(CDC_2011, "Reason") {
            match kind.fixed_reason() {
                Some(fixed) if reason.text != fixed => {
                    self.note(
                        "SOAP-FAULT-REASON",
                        reason,
                        format!("{path}/Reason"),
                        format!("the `Reason` of `{}` is not `{fixed}`", element.name),
                    )
                    .expected = Some(fixed.to_owned());
                }
                None if is_blank(reason) => {
                    self.note(
                        "SOAP-FAULT-REASON",
                        reason,
                        format!("{path}/Reason"),
                        "`Reason` is empty",
                    );
                }
                _ => {}
            }
        }
    }

    /// Whatever a fault says: no message, no stack trace.
    fn texts(&mut self, fault: &'d Element) {
        let mut pending: Vec<(&'d Element, String)> = vec![(fault, "Body/Fault".to_owned())];
        let (mut quoted, mut traced) = (false, false);
        while let Some((element, path)) = pending.pop() {
            if !quoted && quotes_message(&element.text) {
                quoted = true;
                self.note(
                    "SOAP-FAULT-PHI",
                    element,
                    path.clone(),
                    "the fault quotes a message",
                );
            }
            if !traced && is_trace(&element.text) {
                traced = true;
                self.note(
                    "SOAP-FAULT-TRACE",
                    element,
                    path.clone(),
                    "the fault holds a stack trace",
                );
            }
            for child in &element.children {
                pending.push((child, format!("{path}/{}", child.name)));
            }
        }
    }
}

/// `DataEncodingUnknown` is one of SOAP 1.2's codes, too, though nobody needs it here.
fn is_encoding_code(value: &Element, chain: &[&Element], soap: &str) -> bool {
    let text = value.text.trim();
    let (prefix, local) = text.split_once(':').unwrap_or(("", text));
    local == "DataEncodingUnknown"
        && chain.iter().rev().find_map(|e| e.declares(prefix)) == Some(soap)
}

/// Whether a text holds something like `PID|`: a segment name that begins a word, and a separator.
fn quotes_message(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(4).enumerate().any(|(at, w)| {
        let before = at.checked_sub(1).and_then(|i| bytes.get(i));
        matches!(w, [a, b, c, b'|']
            if a.is_ascii_uppercase()
                && [b, c].iter().all(|x| x.is_ascii_uppercase() || x.is_ascii_digit()))
            && before.is_none_or(|b| !b.is_ascii_alphanumeric())
    })
}

fn is_trace(text: &str) -> bool {
    [
        ".java:",
        "Traceback (most recent call last)",
        ".cs:line ",
        "\n\tat ",
    ]
    .iter()
    .any(|sign| text.contains(sign))
}
