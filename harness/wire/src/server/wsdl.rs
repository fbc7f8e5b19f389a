//! The definition of the interface, served with the address under which it was asked for.

use crate::envelope::{CDC_2011, FaultKind, Operation};
use std::fmt::Write as _;

/// The name of the schema in `?xsd=`.
pub(super) const SCHEMA_NAME: &str = "cdc-iis-2011.xsd";

/// The types: cardinalities and fixed values as in the definition that registries publish (CDC WSDL 1.0).
pub(super) fn schema() -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <xsd:schema xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:iis=\"urn:cdc:iisb:2011\" \
         targetNamespace=\"urn:cdc:iisb:2011\" elementFormDefault=\"qualified\">\n",
    );
    let optional = " minOccurs=\"0\" nillable=\"true\"";
    let nillable = " nillable=\"true\"";
    let records: [(&str, &[(&str, &str)]); 4] = [
        ("connectivityTest", &[("echoBack", nillable)]),
        ("connectivityTestResponse", &[("return", nillable)]),
        (
            "submitSingleMessage",
            &[
                ("username", optional),
                ("password", optional),
                ("facilityID", optional),
                ("hl7Message", nillable),
            ],
        ),
        ("submitSingleMessageResponse", &[("return", nillable)]),
    ];
    for (name, parts) in records {
        let request = if name.ends_with("Response") {
            "Type"
        } else {
            "RequestType"
        };
        let _ = write!(
            out,
            "  <xsd:element name=\"{name}\" type=\"iis:{name}{request}\"/>\n\
             \x20 <xsd:complexType name=\"{name}{request}\">\n    <xsd:sequence>\n"
        );
        for (part, extra) in parts {
            let _ = writeln!(
                out,
                "      <xsd:element name=\"{part}\" type=\"xsd:string\"{extra}/>"
            );
        }
        out.push_str("    </xsd:sequence>\n  </xsd:complexType>\n");
    }
    for kind in FaultKind::DECLARED {
        let Some(element) = kind.element() else {
            continue;
        };
        let type_name = match kind {
            FaultKind::Unknown => "soapFaultType".to_owned(),
            _ => format!("{element}Type"),
        };
        let reason = match kind.fixed_reason() {
            Some(fixed) => format!("name=\"Reason\" type=\"xsd:string\" fixed=\"{fixed}\""),
            None => "name=\"Reason\" type=\"xsd:string\"".to_owned(),
        };
        let _ = write!(
            out,
            "  <xsd:element name=\"{element}\" type=\"iis:{type_name}\"/>\n\
             \x20 <xsd:complexType name=\"{type_name}\">\n    <xsd:sequence>\n\
             \x20     <xsd:element name=\"Code\" type=\"xsd:integer\"/>\n\
             \x20     <xsd:element {reason}/>\n\
             \x20     <xsd:element name=\"Detail\" type=\"xsd:string\"/>\n\
             \x20   </xsd:sequence>\n  </xsd:complexType>\n"
        );
    }
    out.push_str("</xsd:schema>\n");
    out
}

/// Which faults an operation declares.
fn faults(operation: Operation) -> &'static [FaultKind] {
    match operation {
        Operation::ConnectivityTest => &[FaultKind::Unknown, FaultKind::UnsupportedOperation],
        Operation::SubmitSingleMessage => &[
            FaultKind::Unknown,
            FaultKind::Security,
            FaultKind::MessageTooLarge,
        ],
    }
}

const OPERATIONS: [Operation; 2] = [Operation::ConnectivityTest, Operation::SubmitSingleMessage];

/// The definition; `address` is where the endpoint is reached.
pub(super) fn wsdl(address: &str) -> String {
    let address = quick_xml::escape::escape(address);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <wsdl:definitions xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\" \
         xmlns:soap12=\"http://schemas.xmlsoap.org/wsdl/soap12/\" \
         xmlns:wsaw=\"http://www.w3.org/2005/08/addressing\" \
         xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:iis=\"{CDC_2011}\" \
         targetNamespace=\"{CDC_2011}\" name=\"IISServiceNew\">\n\
         \x20 <wsdl:types>\n    <xsd:schema>\n\
         \x20     <xsd:import namespace=\"{CDC_2011}\" schemaLocation=\"{address}?xsd={SCHEMA_NAME}\"/>\n\
         \x20   </xsd:schema>\n  </wsdl:types>\n"
    );
    for operation in OPERATIONS {
        for element in [operation.name(), operation.response()] {
            let _ = write!(
                out,
                "  <wsdl:message name=\"{element}_Message\">\n\
                 \x20   <wsdl:part name=\"parameters\" element=\"iis:{element}\"/>\n  </wsdl:message>\n"
            );
        }
    }
    for kind in FaultKind::DECLARED {
        let _ = write!(
            out,
            "  <wsdl:message name=\"{}_Message\">\n\
             \x20   <wsdl:part name=\"fault\" element=\"iis:{}\"/>\n  </wsdl:message>\n",
            kind.name(),
            kind.element().unwrap_or_default()
        );
    }
    out.push_str("  <wsdl:portType name=\"IIS_PortType\">\n");
    for operation in OPERATIONS {
        let (name, response) = (operation.name(), operation.response());
        let _ = write!(
            out,
            "    <wsdl:operation name=\"{name}\">\n\
             \x20     <wsdl:input message=\"iis:{name}_Message\" wsaw:Action=\"{}\"/>\n\
             \x20     <wsdl:output message=\"iis:{response}_Message\" wsaw:Action=\"{}\"/>\n",
            operation.action(),
            operation.response_action()
        );
        for kind in faults(operation) {
            let fault = kind.name();
            let _ = writeln!(
                out,
                "      <wsdl:fault name=\"{fault}\" message=\"iis:{fault}_Message\"/>"
            );
        }
        out.push_str("    </wsdl:operation>\n");
    }
    out.push_str(
        "  </wsdl:portType>\n  <wsdl:binding name=\"client_Binding_Soap12\" type=\"iis:IIS_PortType\">\n\
         \x20   <soap12:binding style=\"document\" transport=\"http://schemas.xmlsoap.org/soap/http\"/>\n",
    );
    for operation in OPERATIONS {
        let _ = write!(
            out,
            "    <wsdl:operation name=\"{}\">\n\
             \x20     <soap12:operation soapAction=\"{}\"/>\n\
             \x20     <wsdl:input><soap12:body use=\"literal\"/></wsdl:input>\n\
             \x20     <wsdl:output><soap12:body use=\"literal\"/></wsdl:output>\n",
            operation.name(),
            operation.action()
        );
        for kind in faults(operation) {
            let fault = kind.name();
            let _ = writeln!(
                out,
                "      <wsdl:fault name=\"{fault}\"><soap12:fault name=\"{fault}\" use=\"literal\"/></wsdl:fault>"
            );
        }
        out.push_str("    </wsdl:operation>\n");
    }
    let _ = write!(
        out,
        "  </wsdl:binding>\n  <wsdl:service name=\"client_Service\">\n\
         \x20   <wsdl:port name=\"client_Port_Soap12\" binding=\"iis:client_Binding_Soap12\">\n\
         \x20     <soap12:address location=\"{address}\"/>\n\
         \x20   </wsdl:port>\n  </wsdl:service>\n</wsdl:definitions>\n"
    );
    out
}
