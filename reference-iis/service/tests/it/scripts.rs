//! Replies that are fixed beforehand.

use crate::world::{GIVEN, query, scripted, send};
use titer_service::{Script, ScriptedReply, When};

const WARNED: &str = "MSH|^~\\&|IIS|STATE|{sent MSH-3}|{sent MSH-4}|{now}||ACK^V04^ACK|{control-id}|P|2.5.1|||NE|NE|||||Z23^CDCPHINVS|STATE|{sent MSH-22}
MSA|AE|{sent MSH-10}
ERR||RXR^1^2^1^1|999^Application error^HL70357|W|5^Table value not found^HL70533|||the site is not known and is not stored
";

const TOO_MANY: &str = "MSH|^~\\&|IIS|STATE|{sent MSH-3}|{sent MSH-4}|{now}||RSP^K11^RSP_K11|{control-id}|P|2.5.1|||NE|NE|||||Z33^CDCPHINVS|STATE|{sent MSH-22}
MSA|AA|{sent MSH-10}
QAK|{sent QPD-2}|TM|{sent QPD-1}
{sent QPD}
";

fn script(path: &str, text: &str, reply: &str) -> Script {
    Script {
        when: When::any().and(path.parse().unwrap(), text),
        reply: ScriptedReply::parse(reply).unwrap(),
    }
}

#[test]
fn a_script_answers_the_messages_it_names_and_no_others() {
    let iis = scripted(vec![
        script("PID-5.1", "Marlow", WARNED),
        script("QPD-4.1", "Marlow", TOO_MANY),
    ]);
    let reply = send(&iis, GIVEN);
    assert_eq!(
        (reply.at("MSA-1"), reply.at("MSA-2")),
        ("AE".into(), "M-1".into())
    );
    assert_eq!(reply.at("MSH-5"), "EHR");
    assert_eq!(reply.errors(), ["W RXR^1^2^1^1 999 5"]);
    let asked = query("Z44");
    let notice = send(&iis, &asked);
    assert_eq!(
        (notice.at("QAK-1"), notice.at("QAK-2")),
        ("TAG-1".into(), "TM".into())
    );
    assert_eq!(notice.all("QPD"), [asked.split('\r').nth(1).unwrap()]);
    assert_eq!(iis.registry().counts().unwrap().persons, 0);
    let other = send(&iis, &GIVEN.replace("Marlow^Tessa", "Other^Tessa"));
    assert_eq!(other.at("MSA-1"), "AA");
    assert_eq!(iis.registry().counts().unwrap().persons, 1);
}
