//! Prints generated messages and how we read them, one JSON object a line, for readers in other languages.
//!
//! `messages [COUNT]`: `text` is the message, `segments` has a list for each segment: its name, then its fields from
//! field 1 on (MSH-1 is the separator itself), as they stand in the message.

#[path = "../benches/varied/numbers.rs"]
mod numbers;

#[path = "../tests/differential/generate.rs"]
mod generate;

use numbers::Numbers;
use std::io::Write;
use titer_hl7::{Message, Offsets};

fn main() -> std::io::Result<()> {
    let count = std::env::args().nth(1).and_then(|n| n.parse().ok());
    let mut n = Numbers::new(97);
    let mut table = Offsets::new();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for _ in 0..count.unwrap_or(10_000) {
        let made = generate::message(&mut n);
        let message = Message::parse(made.text.as_bytes(), &mut table);
        let segments: Vec<Vec<String>> = message
            .segments()
            .map(|s| {
                let fields = s.fields().map(|f| f.raw_text().into_owned());
                std::iter::once(s.name().to_owned()).chain(fields).collect()
            })
            .collect();
        let line = serde_json::json!({"text": made.text, "segments": segments});
        writeln!(out, "{line}")?;
    }
    out.flush()
}
