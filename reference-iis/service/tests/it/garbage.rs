//! Whatever comes in, something sensible goes out.

use crate::world::{GIVEN, IMMUNE, REFUSED, TOLD, clock, config, iis, query};
use proptest::prelude::*;
use titer_hl7::{Message, Offsets};
use titer_registry::Registry;
use titer_service::{Channel, Iis};

/// A reply is a message: a header, an acknowledgment with a code, and segments only.
fn check(iis: &Iis, bytes: &[u8]) -> Result<(), String> {
    let reply = iis.process(Channel::default(), bytes);
    let mut offsets = Offsets::new();
    let message = Message::parse(&reply, &mut offsets);
    let shown = String::from_utf8_lossy(&reply).replace('\r', "\n");
    if message.lines().any(|l| l.segment().is_none()) {
        return Err(format!("a line is no segment:\n{shown}"));
    }
    let names: Vec<&str> = message.segments().map(|s| s.name()).collect();
    if names.get(..2) != Some(&["MSH", "MSA"]) {
        return Err(format!("it begins with {names:?}"));
    }
    let code = message.segment("MSA", 1).map(|m| m.text(1, 1).into_owned());
    if !matches!(code.as_deref(), Some("AA" | "AE" | "AR")) {
        return Err(format!("MSA-1 is {code:?}"));
    }
    let kind = message.segment("MSH", 1).map(|m| m.text(9, 1).into_owned());
    if !matches!(kind.as_deref(), Some("ACK" | "RSP")) {
        return Err(format!("it is a {kind:?}"));
    }
    if reply.iter().any(|b| b.is_ascii_control() && *b != b'\r') {
        return Err("it holds a character that no envelope carries".to_owned());
    }
    Ok(())
}

fn whole() -> Vec<u8> {
    [GIVEN, TOLD, REFUSED, IMMUNE].concat().into_bytes()
}

#[test]
fn a_message_cut_anywhere_is_answered() {
    let iis = iis();
    for message in [whole(), query("Z34").into_bytes()] {
        for end in 0..message.len() {
            check(&iis, &message[..end]).unwrap_or_else(|e| panic!("cut at {end}: {e}"));
        }
    }
}

#[test]
fn a_message_without_any_one_line_is_answered() {
    let iis = iis();
    let text = String::from_utf8(whole()).unwrap();
    let lines: Vec<&str> = text.split_terminator('\r').collect();
    for skip in 0..lines.len() {
        let mut left = lines.clone();
        left.remove(skip);
        check(&iis, left.join("\r").as_bytes()).unwrap();
        let mut twice = lines.clone();
        twice.insert(skip, lines[skip]);
        check(&iis, twice.join("\n").as_bytes()).unwrap();
        twice.swap(skip, 1);
        check(&iis, twice.join("\r\n").as_bytes()).unwrap();
    }
}

#[test]
fn line_ends_and_controls_in_values_do_not_break_the_answer() {
    let iis = iis();
    for sent in [
        "\\X0D\\MSA|AA",
        "\\.br\\x",
        "\u{b}\u{1c}",
        "\\X00\\",
        "{{7*7}}",
        "%s%n",
        "\u{202e}",
    ] {
        let message = GIVEN
            .replace("M-1", sent)
            .replace("EHR", sent)
            .replace("Tessa", sent);
        check(&iis, message.as_bytes()).unwrap_or_else(|e| panic!("{sent:?}: {e}"));
        let asked = query("Z34").replace("TAG-1", sent).replace("Tessa", sent);
        check(&iis, asked.as_bytes()).unwrap_or_else(|e| panic!("{sent:?}: {e}"));
    }
}

#[test]
fn other_delimiters_are_understood() {
    let iis = iis();
    let swapped: String = String::from_utf8(whole())
        .unwrap()
        .chars()
        .map(|c| match c {
            '|' => '#',
            '^' => '*',
            c => c,
        })
        .collect();
    check(&iis, swapped.as_bytes()).unwrap();
    let asked: String = query("Z34")
        .chars()
        .map(|c| if c == '|' { '#' } else { c })
        .collect();
    check(&iis, asked.as_bytes()).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let iis = Iis::new(Registry::memory(clock(), 1).unwrap(), config(), clock());
        prop_assert_eq!(check(&iis, &bytes), Ok(()));
        let mut headed = b"MSH|^~\\&|".to_vec();
        headed.extend(&bytes);
        prop_assert_eq!(check(&iis, &headed), Ok(()));
    }

    #[test]
    fn a_message_with_bytes_changed_is_answered(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        record in any::<bool>(),
    ) {
        let iis = Iis::new(Registry::memory(clock(), 1).unwrap(), config(), clock());
        let mut bytes = if record { whole() } else { query("Z34").into_bytes() };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        prop_assert_eq!(check(&iis, &bytes), Ok(()));
    }
}
