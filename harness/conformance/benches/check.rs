//! How long a check takes: a realistic VXU of about 4 kB against Z22, beside the floor of one scan for delimiters.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use std::fmt::Write;
use titer_conformance::{Scratch, Validator, builtin};
use titer_hl7::{Message, Offsets};

#[global_allocator]
static ALLOCATIONS: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

/// A clean message: one child, `doses` doses given here with their observations.
fn message(doses: usize) -> String {
    let mut out = String::from(
        "MSH|^~\\&|EHR^2.16.840.1.113883.3.72.5.40.1^ISO|CLINIC^2.16.840.1.113883.3.72.5.40.2^ISO|IIS^2.16.840.1.113883.3.72.5.40.3^ISO|STATE^2.16.840.1.113883.3.72.5.40.4^ISO|20260312101500.000-0500||VXU^V04^VXU_V04|M-1001|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS|Clinic^^^^^CDC&2.16.840.1.114222&ISO^XX^^^100-6482|State^^^^^CDC&2.16.840.1.114222&ISO^XX^^^100-3322\r\
PID|1||D26376273^^^NIST MPI^MR||Snow^Madelynn^Ainsley^^^^L|Lam^Morgan^^^^^M|20240706|F||2076-8^Native Hawaiian or Other Pacific Islander^CDCREC|32 Prescott Street Ave^^Warwick^MA^02452^USA^L||^PRN^PH^^^657^5558563|||||||||2186-5^Not Hispanic or Latino^CDCREC||N\r\
PD1|||||||||||02^Reminder/recall - any method^HL70215|N|20240706|||A|20240706|20240706\r\
NK1|1|Lam^Morgan^^^^^L|MTH^Mother^HL70063|32 Prescott Street Ave^^Warwick^MA^02452^USA^L|^PRN^PH^^^657^5558563\r",
    );
    for n in 1..=doses {
        let first = (n - 1) * 4;
        let _ = write!(
            out,
            "ORC|RE|65930^NIST-AA|IZ-78322{n}^NDA|||||||I-23432^Burden^Donna^A^^^^^NIST-AA-1^L^^^PRN||57422^RADON^NICHOLAS^^^^^^NIST-AA-1^L^^^MD\r\
RXA|0|1|20260310||08^Hep B, adolescent or pediatric^CVX|0.5|mL^mL^UCUM||00^New immunization record^NIP001|7832-1^Lemon^Mike^A^^^^^NIST-AA-1^L^^^PRN|^^^Clinic-1||||Y5841RR|20271230|SKB^GlaxoSmithKline^MVX|||CP|A\r\
RXR|C28161^Intramuscular^NCIT|LD^Left Deltoid^HL70163\r\
OBX|{}|CE|64994-7^Vaccine funding program eligibility category^LN|1|V05^VFC eligible - Federally Qualified Health Center Patient^HL70064||||||F|||20260310|||VXC40^Eligibility captured at the immunization level^CDCPHINVS\r\
OBX|{}|CE|30956-7^vaccine type^LN|2|45^Hep B, unspecified formulation^CVX||||||F\r\
OBX|{}|TS|29768-9^Date vaccine information statement published^LN|2|20120202||||||F\r\
OBX|{}|TS|29769-7^Date vaccine information statement presented^LN|2|20260310||||||F\r",
            first + 1,
            first + 2,
            first + 3,
            first + 4
        );
    }
    out
}

fn z22() -> &'static Validator {
    builtin("Z22").expect("Z22 ships")
}

#[divan::bench]
fn parse_and_check(bencher: Bencher) {
    let text = message(3);
    let validator = z22();
    let mut offsets = Offsets::new();
    let mut scratch = Scratch::new();
    bencher
        .counter(BytesCount::new(text.len()))
        .counter(ItemsCount::new(1usize))
        .bench_local(|| {
            let message = Message::parse(text.as_bytes(), &mut offsets);
            validator.check(&message, &mut scratch).len()
        });
}

#[divan::bench]
fn check(bencher: Bencher) {
    let text = message(3);
    let validator = z22();
    let mut offsets = Offsets::new();
    let message = Message::parse(text.as_bytes(), &mut offsets);
    let mut scratch = Scratch::new();
    bencher
        .counter(BytesCount::new(text.len()))
        .counter(ItemsCount::new(1usize))
        .bench_local(|| validator.check(&message, &mut scratch).len());
}

#[divan::bench]
fn findings_in_words(bencher: Bencher) {
    let text = message(3);
    let validator = z22();
    let mut offsets = Offsets::new();
    let message = Message::parse(text.as_bytes(), &mut offsets);
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
    let text = message(3);
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| memchr::memchr3_iter(b'|', b'^', b'\r', text.as_bytes()).count());
}
