//! Every reply is conformant to its own profile, whatever was sent.

use crate::world::{GIVEN, IMMUNE, REFUSED, TOLD, clock, config, iis, query, send};
use std::path::{Path, PathBuf};
use titer_conformance::check_message;
use titer_finding::Severity;
use titer_hl7::{Message, Offsets};
use titer_registry::Registry;
use titer_service::{Channel, Iis};

/// Errors of a reply that are not the sender's own words given back: a query is echoed as it came, and an id or a tag that was
/// not sent cannot be given back.
fn errors(reply: &[u8]) -> Vec<String> {
    let mut offsets = Offsets::new();
    let message = Message::parse(reply, &mut offsets);
    let checked = check_message(&message);
    assert!(checked.profile.is_some(), "no profile judges the reply");
    checked
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Error)
        .filter(|f| {
            let path = f.location.path.as_str();
            !(path.starts_with("QPD")
                || path.starts_with("QAK-1")
                || path.starts_with("QAK-3")
                || path.starts_with("MSA-2"))
        })
        .map(|f| format!("{} {}: {}", f.rule, f.location.path, f.text(false)))
        .collect()
}

fn judge(what: &str, reply: &[u8]) {
    let errors = errors(reply);
    assert!(
        errors.is_empty(),
        "{what}: {errors:#?}\n{}",
        String::from_utf8_lossy(reply).replace('\r', "\n")
    );
}

#[test]
fn replies_to_sound_messages_are_conformant() {
    let iis = iis();
    judge(
        "record",
        &send(&iis, &[GIVEN, TOLD, REFUSED, IMMUNE].concat()).0,
    );
    for profile in ["Z34", "Z44"] {
        judge(profile, &send(&iis, &query(profile)).0);
        judge(
            "not found",
            &send(
                &iis,
                &query(profile)
                    .replace("Marlow", "Nobody")
                    .replace("4711", "1"),
            )
            .0,
        );
    }
    let twin = GIVEN
        .replace("4711^", "4712^")
        .replace("Tessa^June", "Tessa^May")
        .replace("|N|1|", "|Y|2|")
        .replace("F-1", "F-9");
    judge("twin", &send(&iis, &twin).0);
    let vague = query("Z34")
        .replace("4711^^^CLINIC-MR^MR", "")
        .replace("Tessa^June", "Tessa^")
        .replace("|N|1\r", "\r");
    let list = send(&iis, &vague);
    assert_eq!(list.at("MSH-21.1"), "Z31", "{:#?}", list.lines());
    judge("list", &list.0);
}

#[test]
fn replies_to_broken_messages_are_conformant() {
    let iis = iis();
    for (from, to) in [
        ("VXU^V04", "ADT^A04"),
        ("Marlow^Tessa^June^^^^L", ""),
        ("08^Hep B", "7777^none"),
        ("LT^Left Thigh", "XX^x"),
        ("|LOT123|", "||"),
        ("|EHR|CLINIC|", "|a^b^c&d~e|^1.2.3^ISO|"),
        ("|CLINIC|STATE\r", "|^^^^^X^Y^^^77|STATE\r"),
        ("PID|1|", "PID|one|"),
        ("|20260120|F|", "|19000231|F|"),
    ] {
        let broken = GIVEN.replacen(from, to, 1);
        judge(from, &send(&iis, &broken).0);
        // whatever was kept of it comes back conformant
        judge(from, &send(&iis, &query("Z34")).0);
    }
}

fn shared() -> Option<PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if data.is_dir() {
        return Some(data);
    }
    println!("skipped: ../shared is absent");
    None
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else if path
            .extension()
            .is_some_and(|e| matches!(e.to_str(), Some("txt" | "hl7" | "er7")))
        {
            out.push(path);
        }
    }
}

/// All messages of the corpora one after the other into one IIS, each followed by a query for its patient.
#[test]
fn replies_to_other_peoples_messages_are_conformant() {
    let Some(data) = shared() else { return };
    let mut paths = Vec::new();
    for corpus in ["nist/plans", "nist/mutants", "nist/field", "iip-v11"] {
        files(&data.join(corpus), &mut paths);
    }
    paths.sort();
    assert!(paths.len() > 300, "only {} messages", paths.len());
    let iis = Iis::new(Registry::memory(clock(), 1).unwrap(), config(), clock());
    let (mut histories, mut evaluated) = (0, 0);
    let mut bad: Vec<String> = Vec::new();
    for path in &paths {
        let bytes = std::fs::read(path).unwrap();
        let name = path.strip_prefix(&data).unwrap().display().to_string();
        let mut note = |what: &str, reply: &[u8]| {
            bad.extend(errors(reply).into_iter().map(|e| format!("{what}: {e}")));
        };
        note(&name, &iis.process(Channel::default(), &bytes));
        let Some(asked) = asked(&bytes) else { continue };
        let reply = crate::world::Reply(iis.process(Channel::default(), asked.as_bytes()));
        note(&format!("{name} asked for"), &reply.0);
        histories += usize::from(reply.at("MSH-21.1") == "Z32");
        let asked = asked
            .replace(
                "Z34^Request Immunization History^",
                "Z44^Request Evaluated History and Forecast^",
            )
            .replace("Z34^CDCPHINVS", "Z44^CDCPHINVS");
        let reply = crate::world::Reply(iis.process(Channel::default(), asked.as_bytes()));
        note(&format!("{name} evaluated"), &reply.0);
        evaluated += usize::from(reply.at("MSH-21.1") == "Z42");
    }
    assert!(
        bad.is_empty(),
        "{} errors: {:#?}",
        bad.len(),
        bad.iter().take(20).collect::<Vec<_>>()
    );
    assert!(histories > 100, "only {histories} histories");
    assert!(evaluated > 100, "only {evaluated} evaluated histories");
}

// a query for the patient of a message
fn asked(bytes: &[u8]) -> Option<String> {
    let mut offsets = Offsets::new();
    let message = Message::parse(bytes, &mut offsets);
    if message.delimiters() != titer_hl7::Delimiters::default() {
        return None;
    }
    let pid = message.segment("PID", 1)?;
    let raw = |field: u32| {
        pid.field(field)
            .and_then(|f| f.repetition(1))
            .map(|r| r.raw_text().into_owned())
            .unwrap_or_default()
    };
    let organization = message
        .segment("MSH", 1)?
        .field(22)
        .map(|f| f.raw_text().into_owned())
        .unwrap_or_default();
    let facility = message
        .segment("MSH", 1)?
        .field(4)
        .map(|f| f.raw_text().into_owned())
        .unwrap_or_default();
    Some(format!(
        "MSH|^~\\&|EHR|{facility}|IIS|STATE|20261122090500-0500||QBP^Q11^QBP_Q11|Q-1|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS|{organization}|STATE\r\
         QPD|Z34^Request Immunization History^CDCPHINVS|T|{}|{}||{}\rRCP|I|20^RD&Records&HL70126\r",
        raw(3),
        raw(5),
        raw(7)
    ))
}
