//! Whatever the bytes are: no profile that ships panics, every span lies in the message, every finding can be said.

use proptest::prelude::*;
use titer_conformance::{Dialect, Scratch, Validator, builtin_in, builtins, check_message_in};
use titer_hl7::{Message, Offsets};

/// Checks with every profile, and looks at every finding.
fn survives(validators: &[&Validator], bytes: &[u8]) {
    let mut offsets = Offsets::new();
    let message = Message::parse(bytes, &mut offsets);
    let lines = message.line_count() as u32;
    let mut scratch = Scratch::new();
    for validator in validators {
        let found = validator.check(&message, &mut scratch).to_vec();
        for d in &found {
            assert!(d.start <= d.end && d.end as usize <= bytes.len(), "{d:?}");
            assert!(d.line >= 1 && d.line <= lines, "{d:?}");
            let finding = validator.finding(d, &message);
            assert!(finding.location.start <= finding.location.end);
            assert!(finding.location.end as usize <= bytes.len());
            assert!(!finding.text(false).is_empty());
            assert!(!finding.rule.is_empty());
        }
        let order: Vec<_> = found.iter().map(|d| (d.line, d.start)).collect();
        assert!(order.is_sorted());
    }
}

fn every() -> Vec<&'static Validator> {
    builtins().collect()
}

fn reference() -> Vec<&'static Validator> {
    use std::sync::LazyLock;
    static ALL: LazyLock<Vec<Validator>> = LazyLock::new(|| {
        ["Z22", "Z42"]
            .into_iter()
            .map(|id| builtin_in(id, Dialect::Nist163).expect("it ships"))
            .collect()
    });
    ALL.iter().collect()
}

/// Lines that look like segments of the profiles, with values that look like something.
fn message_like() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(vec![
        "MSH", "PID", "PD1", "NK1", "PV1", "ORC", "RXA", "RXR", "OBX", "NTE", "MSA", "ERR", "QAK",
        "QPD", "RCP", "DSC", "ZZZ", "IN1", "TQ1", "X", "",
    ]);
    let value = prop::sample::select(vec![
        "",
        "\"\"",
        "1",
        "00",
        "CE",
        "NM",
        "DT",
        "TS",
        "^",
        "~",
        "&",
        "a^b^c",
        "a&b",
        "a~b~\"\"",
        "20240229",
        "20240230",
        "\\F\\",
        "\\",
        "\\X41\\",
        " ",
        ": ",
        "64994-7^x^LN",
        "30956-7^x^LN",
        "69764-9^x^LN",
        "08^x^CVX",
        "CP",
        "RE",
        "999",
        "Z22^CDCPHINVS",
        "Z42^CDCPHINVS",
        "é",
        "\u{85}",
    ]);
    let segment = (name, prop::collection::vec(value, 0..30))
        .prop_map(|(name, values)| format!("{name}|{}", values.join("|")));
    prop::collection::vec(segment, 0..25)
        .prop_map(|segments| format!("MSH|^~\\&|{}\r", segments.join("\r")).into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        survives(&every(), &bytes);
        survives(&reference(), &bytes);
    }

    #[test]
    fn any_bytes_after_a_header(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let mut text = b"MSH|^~\\&|".to_vec();
        text.extend(bytes);
        survives(&every(), &text);
        survives(&reference(), &text);
    }

    #[test]
    fn any_delimiters(delimiters in "[ -~]{0,6}", rest in "[A-Z0-9|^~&\\\\\r ]{0,200}") {
        survives(&every(), format!("MSH{delimiters}{rest}\rPID{rest}").as_bytes());
    }

    #[test]
    fn anything_like_a_message(bytes in message_like()) {
        survives(&every(), &bytes);
        survives(&reference(), &bytes);
        let mut offsets = Offsets::new();
        let message = Message::parse(&bytes, &mut offsets);
        let mut scratch = Scratch::new();
        for validator in builtins() {
            let checked = check_message_in(&message, Some(validator), &mut scratch);
            prop_assert!(checked.iter().all(|f| f.location.end as usize <= bytes.len()));
        }
    }
}

#[test]
fn deep_and_wide_messages_end() {
    let validators = every();
    let wide = format!("MSH|^~\\&|{}", "^&~|".repeat(5_000));
    survives(&validators, wide.as_bytes());
    let long = format!("MSH|^~\\&\rPID|1|{}", " ".repeat(20_000));
    survives(&validators, long.as_bytes());
    let many = format!("MSH|^~\\&\r{}", "OBX|1|CE|a^b^LN|1|x\r".repeat(1_000));
    survives(&validators, many.as_bytes());
}
