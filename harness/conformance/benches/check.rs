//! How long a check takes: 400 varied VXU of about 2.7 kB against Z22, beside the floor of one scan for delimiters; and how
//! long it takes until a profile can be used.

#[path = "../../hl7/benches/varied/mod.rs"]
mod varied;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use titer_conformance::{Dialect, Scratch, Validator, builtin, builtin_in};
use titer_hl7::{Message, Offsets};

#[global_allocator]
static ALLOCATIONS: divan::AllocProfiler = divan::AllocProfiler::system();

const COUNT: usize = 400;

fn main() {
    divan::main();
}

fn z22() -> &'static Validator {
    builtin("Z22").expect("Z22 ships")
}

fn clean() -> (Vec<String>, BytesCount) {
    let list = varied::messages(COUNT);
    let bytes = list.iter().map(String::len).sum::<usize>();
    (list, BytesCount::new(bytes))
}

/// The same messages with some twenty findings each: what is sent when known is missing, and a code is wrong.
fn faulty() -> (Vec<String>, BytesCount) {
    let (mut list, _) = clean();
    for text in &mut list {
        *text = text
            .replace("|CP|A", "|CX|A")
            .replace("^A^^^^^NIST-AA-1^L^^^PRN", "")
            .replace("Unit ", "")
            .replace("^HL70162", "^HL70163")
            .replace("|N||||||N", "|N");
    }
    let bytes = list.iter().map(String::len).sum::<usize>();
    (list, BytesCount::new(bytes))
}

#[divan::bench]
fn parse_and_check(bencher: Bencher) {
    let (list, bytes) = clean();
    measure(bencher, &list, bytes);
}

#[divan::bench]
fn parse_and_check_with_findings(bencher: Bencher) {
    let (list, bytes) = faulty();
    measure(bencher, &list, bytes);
}

fn measure(bencher: Bencher, list: &[String], bytes: BytesCount) {
    let validator = z22();
    let (mut offsets, mut scratch) = (Offsets::new(), Scratch::new());
    bencher
        .counter(bytes)
        .counter(ItemsCount::new(COUNT))
        .bench_local(|| {
            list.iter()
                .map(|m| {
                    let message = Message::parse(black_box(m.as_bytes()), &mut offsets);
                    validator.check(&message, &mut scratch).len()
                })
                .sum::<usize>()
        });
}

#[divan::bench]
fn findings_in_words(bencher: Bencher) {
    let (list, _) = faulty();
    let validator = z22();
    let mut offsets = Offsets::new();
    let message = Message::parse(list[0].as_bytes(), &mut offsets);
    let mut scratch = Scratch::new();
    let detections = validator.check(&message, &mut scratch).to_vec();
    bencher
        .counter(ItemsCount::new(detections.len()))
        .bench_local(|| {
            detections
                .iter()
                .map(|d| validator.finding(d, &message))
                .collect::<Vec<_>>()
        });
}

#[divan::bench]
fn scan_for_delimiters(bencher: Bencher) {
    let (list, bytes) = clean();
    bencher
        .counter(bytes)
        .counter(ItemsCount::new(COUNT))
        .bench_local(|| {
            list.iter()
                .map(|m| memchr::memchr3_iter(b'|', b'^', b'\r', black_box(m.as_bytes())).count())
                .sum::<usize>()
        });
}

#[divan::bench(args = ["Z22", "Z23", "Z42"])]
fn make_a_profile_ready(id: &str) -> Validator {
    builtin_in(id, Dialect::Titer).expect("it ships")
}
