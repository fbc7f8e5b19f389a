//! Envelopes out. Elements of the interface use the default namespace, so that receivers that search for `<username>` as
//! text find it, too; carriage returns are written as `&#xD;`.

use super::{CDC_2011, Credentials, FaultCode, Operation, SoapFault, SoapVersion};
use crate::xml::{NotXml, Writer};

const CDC: [(&str, &str); 1] = [("xmlns", CDC_2011)];

fn envelope(version: SoapVersion) -> Writer {
    let mut xml = Writer::new();
    xml.open("soap:Envelope", &[("xmlns:soap", version.namespace())]);
    xml
}

/// The Content-Type of a message with an action.
pub fn content_type(version: SoapVersion, action: &str) -> String {
    match version {
        SoapVersion::V11 => "text/xml; charset=utf-8".to_owned(),
        SoapVersion::V12 => {
            format!("application/soap+xml; charset=utf-8; action=\"{action}\"")
        }
    }
}

/// A request of `submitSingleMessage`. Empty credentials are written as empty elements.
pub fn write_submit(
    version: SoapVersion,
    credentials: &Credentials,
    message: &str,
) -> Result<Vec<u8>, NotXml> {
    let mut xml = envelope(version);
    xml.open("soap:Body", &[]);
    xml.open(Operation::SubmitSingleMessage.name(), &CDC);
    xml.leaf("username", &[], &credentials.username)?;
    xml.leaf("password", &[], &credentials.password)?;
    xml.leaf("facilityID", &[], &credentials.facility)?;
    xml.leaf("hl7Message", &[], message)?;
    Ok(xml.finish())
}

/// An answer of `submitSingleMessage`.
pub fn write_submit_response(version: SoapVersion, message: &str) -> Result<Vec<u8>, NotXml> {
    response(version, Operation::SubmitSingleMessage, message)
}

/// A request of `connectivityTest`.
pub fn write_connectivity(version: SoapVersion, echo_back: &str) -> Result<Vec<u8>, NotXml> {
    let mut xml = envelope(version);
    xml.open("soap:Body", &[]);
    xml.open(Operation::ConnectivityTest.name(), &CDC);
    xml.leaf("echoBack", &[], echo_back)?;
    Ok(xml.finish())
}

/// An answer of `connectivityTest`.
pub fn write_connectivity_response(version: SoapVersion, echo: &str) -> Result<Vec<u8>, NotXml> {
    response(version, Operation::ConnectivityTest, echo)
}

fn response(version: SoapVersion, operation: Operation, text: &str) -> Result<Vec<u8>, NotXml> {
    let mut xml = envelope(version);
    xml.open("soap:Body", &[]);
    xml.open(operation.response(), &CDC);
    xml.leaf("return", &[], text)?;
    Ok(xml.finish())
}

/// A fault. A character that XML cannot carry becomes U+FFFD: a fault must always get out.
///
/// A fault about a header block has no detail (SOAP 1.1, section 4.4; SOAP 1.2 part 1, section 5.4.5).
pub fn write_fault(version: SoapVersion, fault: &SoapFault) -> Vec<u8> {
    match try_fault(version, fault, &[]) {
        Ok(bytes) => bytes,
        Err(_) => {
            let clean = |text: &str| -> String {
                text.chars()
                    .map(|c| {
                        if crate::xml::is_xml_char(c) {
                            c
                        } else {
                            '\u{FFFD}'
                        }
                    })
                    .collect()
            };
            let fault = SoapFault {
                text: clean(&fault.text),
                code: clean(&fault.code),
                reason: clean(&fault.reason),
                detail: clean(&fault.detail),
                ..fault.clone()
            };
            try_fault(version, &fault, &[]).unwrap_or_default()
        }
    }
}

fn try_fault(
    version: SoapVersion,
    fault: &SoapFault,
    none: &[(&str, &str)],
) -> Result<Vec<u8>, NotXml> {
    let value = match fault.soap_code.name(version) {
        "Client" => "soap:Client",
        "Server" => "soap:Server",
        "Sender" => "soap:Sender",
        "VersionMismatch" => "soap:VersionMismatch",
        "MustUnderstand" => "soap:MustUnderstand",
        _ => "soap:Receiver",
    };
    let mut xml = envelope(version);
    if fault.soap_code == FaultCode::VersionMismatch && version == SoapVersion::V12 {
        xml.open("soap:Header", none).open("soap:Upgrade", none);
        xml.leaf("soap:SupportedEnvelope", &[("qname", "soap:Envelope")], "")?;
        xml.leaf(
            "soap:SupportedEnvelope",
            &[
                ("xmlns:soap11", SoapVersion::V11.namespace()),
                ("qname", "soap11:Envelope"),
            ],
            "",
        )?;
        xml.close().close();
    }
    xml.open("soap:Body", none).open("soap:Fault", none);
    match version {
        SoapVersion::V11 => {
            xml.leaf("faultcode", none, value)?;
            xml.leaf("faultstring", none, &fault.text)?;
        }
        SoapVersion::V12 => {
            xml.open("soap:Code", none);
            xml.leaf("soap:Value", none, value)?.close();
            xml.open("soap:Reason", none);
            xml.leaf("soap:Text", &[("xml:lang", "en")], &fault.text)?
                .close();
        }
    }
    let element = fault
        .kind
        .element()
        .filter(|_| fault.soap_code != FaultCode::MustUnderstand);
    if let Some(element) = element {
        let wrapper = match version {
            SoapVersion::V11 => "detail",
            SoapVersion::V12 => "soap:Detail",
        };
        xml.open(wrapper, none).open(element, &CDC);
        xml.leaf("Code", none, &fault.code)?;
        xml.leaf("Reason", none, &fault.reason)?;
        xml.leaf("Detail", none, &fault.detail)?;
    }
    Ok(xml.finish())
}
