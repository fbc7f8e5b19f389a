//! Envelopes in: what they say. What is odd about them, but harmless, is the matter of the notes.

use super::{
    Body, CDC_2011, Envelope, FaultCode, FaultKind, HeaderBlock, SoapFault, SoapVersion, Submit,
};
use crate::xml::{Decoded, Element, Limits, XmlError, decode, parse, place};

/// Why bytes are not an envelope that can be acted on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Not well-formed XML, or XML that is refused.
    #[error("the XML is malformed")]
    Xml(#[from] XmlError),
    /// Well-formed, but the root is no SOAP envelope.
    #[error("the document is XML, but not a SOAP envelope")]
    NotSoap,
    /// An envelope in a namespace that is neither SOAP 1.1 nor SOAP 1.2.
    #[error("the envelope is neither SOAP 1.1 nor SOAP 1.2")]
    UnknownVersion,
    /// An envelope that does not hold what an envelope holds, or holds it twice.
    #[error("{what} (line {line}, column {column})")]
    Structure {
        /// Line, counted from 1.
        line: u32,
        /// Column, counted from 1.
        column: u32,
        /// What is wrong, without anything of the content.
        what: String,
    },
}

/// An envelope and the document it was read from.
pub(crate) struct Document<'a> {
    pub(crate) decoded: Decoded<'a>,
    pub(crate) root: Element,
    pub(crate) envelope: Envelope,
}

/// Reads an envelope. `charset` is the charset parameter of the Content-Type, when there is one.
pub fn read(bytes: &[u8], charset: Option<&str>) -> Result<Envelope, EnvelopeError> {
    read_document(bytes, charset).map(|d| d.envelope)
}

pub(crate) fn read_document<'a>(
    bytes: &'a [u8],
    charset: Option<&str>,
) -> Result<Document<'a>, EnvelopeError> {
    let decoded = decode(bytes, charset)?;
    let root = parse(&decoded.text, &Limits::default())?;
    let envelope = Interpreter {
        text: &decoded.text,
    }
    .envelope(&root)?;
    Ok(Document {
        decoded,
        root,
        envelope,
    })
}

struct Interpreter<'t> {
    text: &'t str,
}

type Read<T> = Result<T, EnvelopeError>;

impl Interpreter<'_> {
    fn wrong(&self, element: &Element, what: impl Into<String>) -> EnvelopeError {
        let (line, column) = place(self.text, element.span.start);
        EnvelopeError::Structure {
            line,
            column,
            what: what.into(),
        }
    }

    fn only<'e>(
        &self,
        parent: &'e Element,
        namespace: &'e str,
        name: &'static str,
    ) -> Read<Option<&'e Element>> {
        let mut all = parent.all(namespace, name);
        let first = all.next();
        match all.next() {
            Some(second) => Err(self.wrong(second, format!("a second `{name}`"))),
            None => Ok(first),
        }
    }

    fn text_of(
        &self,
        parent: &Element,
        namespace: &str,
        name: &'static str,
    ) -> Read<Option<String>> {
        let Some(element) = self.only(parent, namespace, name)? else {
            return Ok(None);
        };
        if is_nil(element) {
            return Ok(None);
        }
        Ok(Some(element.text.clone()))
    }

    fn envelope(&self, root: &Element) -> Read<Envelope> {
        if root.name != "Envelope" {
            return Err(EnvelopeError::NotSoap);
        }
        let Some(version) = SoapVersion::of_namespace(&root.namespace) else {
            return Err(EnvelopeError::UnknownVersion);
        };
        let soap = version.namespace();
        let header = self.only(root, soap, "Header")?;
        let Some(body) = self.only(root, soap, "Body")? else {
            return Err(self.wrong(root, "the envelope has no `Body`"));
        };
        let headers = header.map(|h| {
            h.children
                .iter()
                .map(|block| HeaderBlock {
                    namespace: block.namespace.clone(),
                    name: block.name.clone(),
                    must_understand: must_understand(block, version),
                })
                .collect()
        });
        Ok(Envelope {
            version,
            headers: headers.unwrap_or_default(),
            body: self.body(body, root, version)?,
        })
    }

    fn body(&self, body: &Element, root: &Element, version: SoapVersion) -> Read<Body> {
        let Some(first) = body.children.first() else {
            return Ok(Body::Empty);
        };
        if let Some(twin) = body
            .children
            .iter()
            .skip(1)
            .find(|c| c.name == first.name && c.namespace == first.namespace)
        {
            return Err(self.wrong(twin, "a second operation in the body"));
        }
        if first.is(version.namespace(), "Fault") {
            return Ok(Body::Fault(self.fault(first, &[root, body], version)?));
        }
        if first.namespace != CDC_2011 {
            return Ok(Body::Other {
                namespace: first.namespace.clone(),
                name: first.name.clone(),
            });
        }
        let text = |name| self.text_of(first, CDC_2011, name);
        Ok(match first.name.as_str() {
            "submitSingleMessage" => {
                let message = self.only(first, CDC_2011, "hl7Message")?;
                if let Some(inside) = message.and_then(|m| m.children.first()) {
                    return Err(self.wrong(inside, "an element inside of `hl7Message`"));
                }
                Body::Submit(Submit {
                    username: text("username")?,
                    password: text("password")?,
                    facility: text("facilityID")?,
                    message: text("hl7Message")?,
                })
            }
            "submitSingleMessageResponse" => Body::SubmitResponse(text("return")?),
            "connectivityTest" => Body::Connectivity(text("echoBack")?),
            "connectivityTestResponse" => Body::ConnectivityResponse(text("return")?),
            _ => Body::Other {
                namespace: first.namespace.clone(),
                name: first.name.clone(),
            },
        })
    }

    /// A fault, read leniently: whatever is missing is empty.
    fn fault(&self, fault: &Element, outer: &[&Element], version: SoapVersion) -> Read<SoapFault> {
        let soap = version.namespace();
        let empty = String::new;
        let (code, text, detail) = match version {
            SoapVersion::V12 => {
                let code = self.only(fault, soap, "Code")?;
                let value = code.and_then(|c| c.child(soap, "Value"));
                let found = match (code, value) {
                    (Some(code), Some(value)) => {
                        let chain: Vec<&Element> =
                            outer.iter().copied().chain([fault, code, value]).collect();
                        fault_code(&value.text, &chain, soap)
                    }
                    _ => FaultCode::Other,
                };
                let text = fault
                    .child(soap, "Reason")
                    .and_then(|r| r.child(soap, "Text"))
                    .map_or_else(empty, |t| t.text.clone());
                (found, text, self.only(fault, soap, "Detail")?)
            }
            SoapVersion::V11 => {
                let code = match self.only(fault, "", "faultcode")? {
                    Some(code) => {
                        let chain: Vec<&Element> =
                            outer.iter().copied().chain([fault, code]).collect();
                        fault_code(&code.text, &chain, soap)
                    }
                    None => FaultCode::Other,
                };
                let text = fault
                    .child("", "faultstring")
                    .map_or_else(empty, |t| t.text.clone());
                (code, text, self.only(fault, "", "detail")?)
            }
        };
        let known = detail.and_then(|d| {
            FaultKind::DECLARED.into_iter().find_map(|kind| {
                let element = d.child(CDC_2011, kind.element()?)?;
                Some((kind, element))
            })
        });
        let (kind, inside) = match known {
            Some((kind, element)) => (kind, Some(element)),
            None => (FaultKind::Undeclared, None),
        };
        let part = |name: &str| {
            inside
                .and_then(|i| i.child(CDC_2011, name))
                .map_or_else(empty, |e| e.text.clone())
        };
        Ok(SoapFault {
            kind,
            soap_code: code,
            text,
            code: part("Code").trim().to_owned(),
            reason: part("Reason"),
            detail: part("Detail"),
        })
    }
}

/// Whether `xsi:nil` is set.
pub(crate) fn is_nil(element: &Element) -> bool {
    element
        .attribute("http://www.w3.org/2001/XMLSchema-instance", "nil")
        .is_some_and(|v| matches!(v.trim(), "true" | "1"))
}

/// The code that a QName means, when it is one in SOAP's namespace; `chain` runs from the root to the element.
pub(crate) fn fault_code(value: &str, chain: &[&Element], soap: &str) -> FaultCode {
    let value = value.trim();
    let (prefix, local) = value.split_once(':').unwrap_or(("", value));
    let namespace = chain.iter().rev().find_map(|e| e.declares(prefix));
    if namespace == Some(soap) {
        FaultCode::named(local)
    } else {
        FaultCode::Other
    }
}

fn must_understand(block: &Element, version: SoapVersion) -> bool {
    let soap = version.namespace();
    let wanted = block
        .attribute(soap, "mustUnderstand")
        .is_some_and(|v| matches!(v.trim(), "true" | "1"));
    let addressed = match version {
        SoapVersion::V12 => block.attribute(soap, "role"),
        SoapVersion::V11 => block.attribute(soap, "actor"),
    };
    let ours = addressed.is_none_or(|to| {
        to.is_empty()
            || matches!(
                to,
                "http://www.w3.org/2003/05/soap-envelope/role/next"
                    | "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"
                    | "http://schemas.xmlsoap.org/soap/actor/next"
            )
    });
    wanted && ours
}
