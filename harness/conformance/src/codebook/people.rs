//! Race and ethnicity: missing, unknown, legacy code, wrong code system.

use super::Claimed;
use super::say::{At, Speaker, Triplet, triplets};
use titer_codes::System;
use titer_hl7::{Presence, Segment};

struct Topic {
    field: u16,
    /// The value set of the guide.
    set: &'static str,
    /// HL7's table, of which the legacy codes are.
    table: u16,
    noun: &'static str,
    rules: Rules,
}

struct Rules {
    missing: &'static str,
    unknown: &'static str,
    legacy: &'static str,
    system: &'static str,
}

const TOPICS: [Topic; 2] = [
    Topic {
        field: 10,
        set: "CDCREC_R_IZ",
        table: 5,
        noun: "race",
        rules: Rules {
            missing: "RACE-MISSING",
            unknown: "RACE-UNKNOWN",
            legacy: "RACE-LEGACY",
            system: "RACE-SYSTEM",
        },
    },
    Topic {
        field: 22,
        set: "CDCREC_E_IZ",
        table: 189,
        noun: "ethnicity",
        rules: Rules {
            missing: "ETHNICITY-MISSING",
            unknown: "ETHNICITY-UNKNOWN",
            legacy: "ETHNICITY-LEGACY",
            system: "ETHNICITY-SYSTEM",
        },
    },
];

/// Looks at PID-10 and PID-22.
pub(super) fn look<'m>(speaker: &mut Speaker<'m, '_>, pid: Segment<'m>, nth: u32) {
    for topic in &TOPICS {
        let Some(field) = pid.field(u32::from(topic.field)).filter(|f| !f.is_empty()) else {
            missing(speaker, topic, pid, nth);
            continue;
        };
        if field.presence() == Presence::Null {
            continue;
        }
        for (repetition, coded) in (1..).zip(field.repetitions()) {
            let mut both = triplets(coded);
            let Some(triplet) = both.next() else { continue };
            // a right code in the second triplet is what the table's own finding is about
            if both.any(|t| t.system == Some(System::CdcRec)) {
                continue;
            }
            let at: At = ("PID", nth, topic.field, repetition, triplet.first);
            one(speaker, topic, &triplet, at);
        }
    }
}

fn missing(speaker: &mut Speaker<'_, '_>, topic: &Topic, pid: Segment<'_>, nth: u32) {
    let at: At = ("PID", nth, topic.field, 1, 0);
    let Some(whole) = pid.field(u32::from(topic.field)).or_else(|| pid.field(3)) else {
        return;
    };
    speaker.say(
        topic.rules.missing,
        at,
        &whole,
        format!("the patient's {} is not given", topic.noun),
        Some("ask the patient; registries use it to find groups that are not reached".to_owned()),
    );
    speaker.claim(("PID", nth, topic.field, 0, 0), Claimed::Missing);
}

fn one(speaker: &mut Speaker<'_, '_>, topic: &Topic, triplet: &Triplet<'_>, at: At) {
    let book = speaker.context.layers.book();
    let code = triplet.code.trim();
    let in_set = book.set(topic.set).is_some_and(|s| s.contains(code));
    if in_set {
        if triplet.system != Some(System::CdcRec) {
            let text = if triplet.named.is_empty() {
                format!("the {} code `{{value}}` has no code system", topic.noun)
            } else {
                format!(
                    "the {} code `{{value}}` is sent under another code system than CDCREC",
                    topic.noun
                )
            };
            let help = format!(
                "send `CDCREC` as the code system, component {}",
                triplet.first + 2
            );
            speaker.say(topic.rules.system, at, &triplet.at, text, Some(help));
            speaker.claim(at, Claimed::Code);
        }
        return;
    }
    let legacy = System::Hl7(topic.table);
    let named = System::Hl7(topic.table).name();
    if is_unknown(code) {
        speaker.say(
            topic.rules.unknown,
            at,
            &triplet.at,
            format!(
                "`{{value}}` says that the {} is not known, which is no code of the value set",
                topic.noun
            ),
            Some(
                "leave the field empty when the patient was not asked or did not answer".to_owned(),
            ),
        );
        speaker.claim(at, Claimed::Code);
        return;
    }
    // a legacy letter is understood under its own table's name, under none, and under CDCREC, where it is wrong as well
    let known = match triplet.system {
        Some(system) => system == legacy || system == System::CdcRec,
        None => triplet.named.is_empty(),
    };
    if !known {
        return;
    }
    let now = book
        .equivalents(&named, code)
        .find(|e| System::named(e.to_system()) == Some(System::CdcRec));
    if let Some(now) = now {
        let help = format!("send `{}` with the code system CDCREC", now.to_code());
        let text = format!(
            "the {} code `{{value}}` is of an old table that the guide does not use any more",
            topic.noun
        );
        speaker.say(topic.rules.legacy, at, &triplet.at, text, Some(help));
        speaker.claim(at, Claimed::Code);
    }
}

// codes by which senders say that they do not know: HL7's null flavours, table 0189's U, and CDC's codes for not asked
fn is_unknown(code: &str) -> bool {
    ["UNK", "U", "ASKU", "NASK", "NI", "PHC1175"]
        .iter()
        .any(|u| u.eq_ignore_ascii_case(code))
}
