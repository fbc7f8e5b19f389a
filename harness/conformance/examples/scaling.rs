//! Whether twice the message takes at most 2.5 times as long: hostile shapes, each at two sizes, read, judged by Z22 in both
//! dialects, and put into words.
//!
//! `cargo run --release -p titer-conformance --example scaling [SIZE]`; SIZE is how often a thing is repeated in the larger
//! message (100,000 unless it is said). Each time is the best of three. Ends with exit code 1 when a shape takes longer.

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use titer_conformance::{Dialect, Scratch, Validator, builtin_in};
use titer_hl7::read::{Item, Reader};
use titer_hl7::{Message, Offsets};

const HEAD: &str = "MSH|^~\\&|A|B|C|D|20260312101500.000-0500||VXU^V04^VXU_V04|1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\rPID|1||1^^^A^MR||Snow^Ida^^^^^L||20240706|F\r";
const ORDER: &str = "ORC|RE||1^A\rRXA|0|1|20260310||08^Hep B^CVX|0.5\r";
// what is too short to time tells nothing
const LEAST: Duration = Duration::from_millis(2);
const MOST: f64 = 2.5;

type Shape = (&'static str, fn(usize) -> String);

const SHAPES: [Shape; 18] = [
    ("repetitions of an identifier", |n| {
        HEAD.replace("1^^^A^MR", &"1^^^A^MR~".repeat(n))
    }),
    ("repetitions with letters beyond ASCII", |n| {
        HEAD.replace("1^^^A^MR", &"é^^^A~".repeat(n))
    }),
    ("repetitions that are null", |n| {
        HEAD.replace("1^^^A^MR", &"\"\"~".repeat(n))
    }),
    ("components", |n| HEAD.replace("1^^^A^MR", &"1^".repeat(n))),
    ("subcomponents", |n| {
        HEAD.replace("1^^^A^MR", &"1&".repeat(n))
    }),
    ("fields", |n| format!("{HEAD}NK1|{}", "x|".repeat(n))),
    ("escape sequences", |n| {
        HEAD.replace("Snow", &"\\T\\\\q".repeat(n))
    }),
    ("orders", |n| HEAD.to_owned() + &ORDER.repeat(n)),
    ("observations of one order", |n| {
        format!("{HEAD}{ORDER}{}", "OBX|1|CE|a^b^LN|1|x\r".repeat(n))
    }),
    ("next of kin", |n| {
        format!("{HEAD}{}", "NK1|1|Snow\r".repeat(n))
    }),
    ("null repetitions in many segments", |n| {
        format!("{HEAD}{}", "NK1|1|Snow~\"\"\r".repeat(n))
    }),
    ("segments that come too late", |n| {
        format!("{HEAD}{ORDER}{}", "NK1|1|Snow\r".repeat(n))
    }),
    ("segments that come too early", |n| {
        format!("{HEAD}{}", "RXR|IM\r".repeat(n))
    }),
    ("early segments before many orders", |n| {
        format!("{HEAD}{}{}", "RXA|0|1\r".repeat(n), "ORC|RE\r".repeat(n))
    }),
    ("segments nobody knows", |n| {
        format!("{HEAD}{}", "QQQ|1\rZZZ|2\r".repeat(n))
    }),
    ("lines that are no segments", |n| {
        format!("{HEAD}{}", "what is this\r".repeat(n))
    }),
    ("blank lines", |n| {
        format!("{HEAD}{}NK1|1", "\r\n".repeat(n))
    }),
    ("one long line", |n| {
        format!("{HEAD}NK1|1|{}", "Snow storm ".repeat(n * 30))
    }),
];

/// What one message costs: reading, judging, and every finding in words.
fn work(text: &str, validators: &[Validator]) -> (Duration, usize) {
    let begin = Instant::now();
    let (mut table, mut scratch) = (Offsets::new(), Scratch::new());
    let mut reader = Reader::with_limit(text.as_bytes(), 1 << 30);
    let mut said = 0;
    while let Ok(Some(item)) = reader.next_item() {
        let Item::Message(entry) = item else {
            continue;
        };
        let message = Message::parse(entry.bytes, &mut table);
        for validator in validators {
            let found = validator.check(&message, &mut scratch);
            said += found
                .iter()
                .map(|d| usize::from(!validator.finding(d, &message).message.is_empty()))
                .sum::<usize>();
        }
    }
    (begin.elapsed(), said)
}

fn main() -> ExitCode {
    let size = std::env::args().nth(1).and_then(|n| n.parse().ok());
    let size: usize = size.unwrap_or(100_000);
    let validators: Vec<Validator> = [Dialect::Titer, Dialect::Nist163]
        .into_iter()
        .filter_map(|d| builtin_in("Z22", d).ok())
        .collect();
    let mut out = std::io::stdout().lock();
    let mut worst = 0.0f64;
    for (name, shape) in SHAPES {
        let (small, large) = (shape(size / 2), shape(size));
        let (mut half, mut whole, mut found) = (Duration::MAX, Duration::MAX, 0);
        for _ in 0..3 {
            half = half.min(work(&small, &validators).0);
            let (time, said) = work(&large, &validators);
            (whole, found) = (whole.min(time), said);
        }
        let ratio = whole.as_secs_f64() / half.as_secs_f64();
        if whole > LEAST {
            worst = worst.max(ratio);
        }
        let _ = writeln!(
            out,
            "{name:<40}{:>11} bytes{found:>9} findings{:>9.1} ms{ratio:>6.2} times the half",
            large.len(),
            whole.as_secs_f64() * 1e3
        );
    }
    let _ = writeln!(out, "worst {worst:.2}, at most {MOST}");
    if worst > MOST {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
