//! What holds for every text and for all bytes.

use proptest::prelude::*;
use titer_wire::envelope::{
    Body, read, write_connectivity, write_connectivity_response, write_fault, write_submit,
    write_submit_response,
};
use titer_wire::xml::{Limits, first_forbidden, parse};
use titer_wire::{
    Credentials, FaultKind, SoapFault, SoapVersion, check_http_text, check_request, check_response,
};

fn version() -> impl Strategy<Value = SoapVersion> {
    prop_oneof![Just(SoapVersion::V11), Just(SoapVersion::V12)]
}

/// Text with much of what is special in XML and HL7.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("&".to_owned()),
        Just("<".to_owned()),
        Just("]]>".to_owned()),
        Just("\r".to_owned()),
        Just("\n".to_owned()),
        Just("\t".to_owned()),
        Just("&#xD;".to_owned()),
        Just("MSH|^~\\&|".to_owned()),
        Just(" ".to_owned()),
        any::<char>().prop_map(String::from),
        "[a-z]{0,8}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Something that looks like XML, mostly. Without what the other parser takes though XML refuses
/// it (`xmlns:p=''`, `<:a/>`, U+110000, an instruction named xml), and without CR, which it keeps before a reference.
fn document() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<a>",
        "</a>",
        "<b x='1'>",
        "</b>",
        "<c/>",
        "&amp;",
        "&lt;",
        "&#65;",
        "&#x41;",
        "&x;",
        "& ",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "--",
        "<?p i?>",
        "<?xml version='1.0'?>",
        "text",
        "\n",
        " ",
        "<p:a xmlns:p='u'>",
        "</p:a>",
        "<a xmlns='v'>",
        "<",
        ">",
        "x='2'",
        "\"",
        "&#0;",
        "<d y='&amp;' y='2'/>",
        "<1/>",
        "<!DOCTYPE a>",
        "]]&gt;",
        "\u{E9}",
        "<a>",
        "</a>",
        "<a>",
        "</a>",
        "<a b=\"1\"c=\"2\"/>",
        "<a b=1/>",
        "<a b/>",
        "</a >",
        "< a>",
        "<a/ >",
        "<!---->",
        "<!-- a --->",
        "<?a?>",
        "<?>",
        "<z y=\"&#10; <\"/>",
        "<a:b/>",
        "<x xmlns:xml='u'/>",
        "<x xmlns=''/>",
        "<x xml:lang='en'/>",
        "<x a:b='' xmlns:a='u'/>",
        "&#xFFFE;",
        "&;",
        "&#;",
        "&#x;",
        "<x a='&lt;' b=\">\" />",
        "<!x>",
        "<![x[",
        "</>",
        "<>",
    ]);
    let pieces = prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat());
    prop_oneof![
        pieces.clone(),
        pieces.clone().prop_map(|inside| format!("<r>{inside}</r>")),
        pieces.prop_map(|inside| format!("<?xml version=\"1.0\"?>\n<r>{inside}</r>\n")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_text_that_xml_can_carry_comes_back(version in version(), payload in text(), user in text()) {
        let credentials = Credentials::new(user.clone(), "p", "f");
        let submit = write_submit(version, &credentials, &payload);
        prop_assert_eq!(submit.is_ok(), first_forbidden(&payload).is_none() && first_forbidden(&user).is_none());
        let Ok(submit) = submit else { return Ok(()) };
        let envelope = read(&submit, None).unwrap();
        prop_assert_eq!(envelope.version, version);
        let Body::Submit(parts) = envelope.body else { panic!("no submit") };
        prop_assert_eq!(parts.message.as_deref(), Some(payload.as_str()));
        prop_assert_eq!(parts.username.as_deref(), Some(user.as_str()));
        let answers = [
            (write_submit_response(version, &payload).unwrap(), Body::SubmitResponse(Some(payload.clone()))),
            (write_connectivity(version, &payload).unwrap(), Body::Connectivity(Some(payload.clone()))),
            (write_connectivity_response(version, &payload).unwrap(), Body::ConnectivityResponse(Some(payload.clone()))),
        ];
        for (bytes, body) in answers {
            prop_assert!(read(&bytes, Some("utf-8")).unwrap().body == body);
            // another parser reads the same
            let text = std::str::from_utf8(&bytes).unwrap();
            let other = roxmltree::Document::parse(text).unwrap();
            let leaf = other.descendants().rfind(roxmltree::Node::is_element).unwrap();
            prop_assert_eq!(leaf.text().unwrap_or_default(), payload.as_str());
        }
    }

    #[test]
    fn every_fault_gets_out(version in version(), detail in text(), kind in 0..4usize) {
        let fault = [
            SoapFault::security(),
            SoapFault::message_too_large(detail.clone()),
            SoapFault::unsupported_operation(detail.clone()),
            SoapFault::unknown(detail.clone()),
        ][kind].clone();
        let bytes = write_fault(version, &fault);
        let Body::Fault(back) = read(&bytes, None).unwrap().body else { panic!("no fault") };
        prop_assert_eq!(back.kind, FaultKind::DECLARED[kind]);
        if first_forbidden(&detail).is_none() {
            prop_assert!(back == fault);
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..256), charset in prop::option::of("[a-zA-Z0-9-]{0,12}")) {
        let _ = read(&bytes, charset.as_deref());
        let _ = check_request(&bytes, charset.map(|c| format!("text/xml; charset={c}")).as_deref());
        let _ = check_response(&bytes, None, Some(200), None);
    }

    #[test]
    fn no_change_to_an_envelope_makes_the_reader_panic(at in any::<prop::sample::Index>(), with in document(), cut in any::<prop::sample::Index>()) {
        let fault = String::from_utf8(write_fault(SoapVersion::V12, &SoapFault::security())).unwrap();
        let mut changed = fault.clone();
        changed.insert_str(at.index(fault.len()), &with);
        let _ = check_http_text(&changed);
        let _ = check_http_text(&fault[..cut.index(fault.len())]);
    }

    /// What another strict parser takes we take with the same text, and what it refuses we refuse.
    #[test]
    fn another_parser_agrees(text in document()) {
        let ours = parse(&text, &Limits::default());
        let theirs = roxmltree::Document::parse(&text);
        match (&ours, &theirs) {
            (Ok(root), Ok(document)) => {
                let all: String = document
                    .root_element()
                    .children()
                    .filter(roxmltree::Node::is_text)
                    .filter_map(|child| child.text())
                    .collect();
                prop_assert_eq!(&root.text, &all);
                prop_assert_eq!(&root.name, document.root_element().tag_name().name());
                prop_assert_eq!(root.children.len(), document.root_element().children().filter(roxmltree::Node::is_element).count());
            }
            (Err(_), Err(_)) => {}
            (Err(e), Ok(_)) => prop_assert!(false, "we refuse {:?}: {}", text, e),
            (Ok(_), Err(e)) => prop_assert!(false, "we take {:?}: {}", text, e),
        }
    }
}
