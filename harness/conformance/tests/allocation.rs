//! The clean path allocates nothing: reading and judging a message without findings, in memory that was used before.

#[path = "../../hl7/benches/varied/mod.rs"]
mod varied;

use titer_conformance::{Scratch, builtin, check_message_in, select};
use titer_hl7::{Message, Offsets};

/// How often memory is asked for while `f` runs on this thread.
fn allocations(f: impl FnOnce()) -> u64 {
    allocation_counter::measure(f).count_total
}

#[test]
fn a_message_without_findings_is_judged_without_an_allocation() {
    let validator = builtin("Z22").expect("Z22 ships");
    let messages = varied::messages(200);
    let (mut table, mut scratch) = (Offsets::new(), Scratch::new());
    let mut found = 0;
    let mut all = || {
        for text in &messages {
            let message = Message::parse(text.as_bytes(), &mut table);
            found += message.faults().len() + validator.check(&message, &mut scratch).len();
        }
    };
    // tables grow to the largest message, patterns are compiled when they are first asked
    all();
    assert_eq!(allocations(&mut all), 0);
    assert_eq!(found, 0, "the messages are clean");
}

#[test]
fn choosing_the_profile_and_asking_for_findings_allocates_nothing_either() {
    let messages = varied::messages(50);
    let (mut table, mut scratch) = (Offsets::new(), Scratch::new());
    let mut all = || {
        for text in &messages {
            let message = Message::parse(text.as_bytes(), &mut table);
            let validator = select(&message);
            assert_eq!(validator.map(|v| v.info().id.as_str()), Some("Z22"));
            assert!(check_message_in(&message, validator, &mut scratch).is_empty());
        }
    };
    all();
    assert_eq!(allocations(&mut all), 0);
}

#[test]
fn detections_are_numbers_and_words_cost_memory() {
    let validator = builtin("Z22").expect("Z22 ships");
    let text = varied::messages(1).concat().replace("|CP|A", "|CX|A");
    let (mut table, mut scratch) = (Offsets::new(), Scratch::new());
    let message = Message::parse(text.as_bytes(), &mut table);
    let found = validator.check(&message, &mut scratch).to_vec();
    assert!(!found.is_empty());
    let again = allocations(|| assert_eq!(validator.check(&message, &mut scratch), found));
    assert_eq!(again, 0, "a detection is a record of numbers");
    let words = allocations(|| assert!(!validator.finding(&found[0], &message).message.is_empty()));
    assert!(words > 0, "the counter counts");
}
