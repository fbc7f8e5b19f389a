//! Input that nobody should send, in two sizes: the larger one has twice the bytes and may take 2.5 times as long.

use crate::{batch, child};
use std::io;

/// How long the larger one may take, in times of the smaller one.
const MOST: f64 = 2.5;
const REPEATS: usize = 3;

const HEADER: &str =
    "MSH|^~\\&|A|B|C|D|20260312||VXU^V04^VXU_V04|1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r";

type Make = fn(usize) -> Vec<u8>;

const CASES: [(&str, Make); 14] = [
    ("a line without an end, 150 and 300 MB", |n| {
        vec![b'x'; n * 150_000_000]
    }),
    ("NUL bytes, 50 and 100 MB", |n| vec![0; n * 50_000_000]),
    ("blank lines, 20 and 40 MB", |n| {
        b"\r\n".repeat(n * 10_000_000)
    }),
    ("lines of garbage, 20 and 40 MB", |n| {
        b"no segment\n".repeat(n * 2_000_000)
    }),
    ("garbage inside a message, 5 and 10 MB", |n| {
        message(b"", &b"no segment\n".repeat(n * 500_000))
    }),
    ("a patient of 50,000 and 100,000 identifiers", |n| {
        let ids = b"77^^^CLINIC^MR~".repeat(n * 50_000);
        message(b"PID|1||", &ids)
    }),
    ("50,000 and 100,000 wrong identifiers beyond ASCII", |n| {
        let ids = "\u{e9}^^^^~".repeat(n * 50_000);
        message(b"PID|1||", ids.as_bytes())
    }),
    ("50,000 and 100,000 races that are no codes", |n| {
        message(b"PID|1||||||||", &b"~".repeat(n * 50_000))
    }),
    ("a field of 2 and 4 million components", |n| {
        message(b"PID|1||", &b"^".repeat(n * 2_000_000))
    }),
    ("a segment of 2 and 4 million fields", |n| {
        message(b"PID", &b"|".repeat(n * 2_000_000))
    }),
    ("20,000 and 40,000 doses in one message", |n| {
        let dose = b"ORC|RE||1^A\rRXA|0|1|20260312||8^x^CVX|999||||||||||||||CX|A\r";
        message(b"", &dose.repeat(n * 20_000))
    }),
    ("20,000 and 40,000 messages on one line each", |n| {
        let mut dice = batch::Dice::new(7);
        let mut text = String::new();
        for number in 0..n as u64 * 20_000 {
            let mut one = String::new();
            batch::message(&mut one, &mut dice, number);
            text.push_str(&one.replace('\r', "\\r"));
            text.push('\n');
        }
        text.into_bytes()
    }),
    ("one message of 4 and 8 MB on one line", |n| {
        let dose = "ORC|RE||1^A\\rRXA|0|1|20260312||8^\u{e9}^CVX|999||||||||||||||CX|A\\r";
        (HEADER.replace('\r', "\\r") + &dose.repeat(n * 60_000)).into_bytes()
    }),
    ("escapes without an end, 4 and 8 MB", |n| {
        message(b"PID|1||||", &b"\\".repeat(n * 4_000_000))
    }),
];

fn message(before: &[u8], rest: &[u8]) -> Vec<u8> {
    [HEADER.as_bytes(), before, rest, b"\r"].concat()
}

/// Prints a table of ratios; it is an error when one is too large.
pub(crate) fn measure() -> io::Result<()> {
    let folder = std::env::temp_dir().join(format!("titer-load-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("hostile.hl7");
    let mut slow = Vec::new();
    for (what, make) in CASES {
        let mut took = [0f64; 2];
        let mut peak = 0;
        for (nth, took) in took.iter_mut().enumerate() {
            std::fs::write(&path, make(nth + 1))?;
            let name = path.to_string_lossy();
            let mut best = f64::MAX;
            for _ in 0..REPEATS {
                let cost = child::run(&["check", &name, "--format", "jsonl", "-j", "1"], None)?;
                if !matches!(cost.code, Some(0..=2)) {
                    return Err(io::Error::other(format!("{what}: the program broke off")));
                }
                best = best.min(cost.took.as_secs_f64());
                peak = peak.max(cost.peak);
            }
            *took = best;
        }
        let ratio = took[1] / took[0];
        println!(
            "{what}: {:.0} and {:.0} ms, {ratio:.2} times; at most {:.0} MiB",
            took[0] * 1000.0,
            took[1] * 1000.0,
            peak as f64 / 1024.0
        );
        if ratio > MOST {
            slow.push(what);
        }
    }
    std::fs::remove_dir_all(&folder)?;
    if slow.is_empty() {
        Ok(())
    } else {
        Err(io::Error::other(format!(
            "not in proportion to their size: {}",
            slow.join("; ")
        )))
    }
}
