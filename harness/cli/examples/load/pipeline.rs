//! The whole of `titer check` beside its parts: reading alone, and parsing and validating messages that lie in memory.

use crate::child;
use rayon::prelude::*;
use std::fs::File;
use std::io::{self, Read};
use std::time::Instant;
use titer_conformance::{Context, Scratch, look_at_codes, select};
use titer_finding::Severity;
use titer_hl7::read::{Item, Reader};
use titer_hl7::{Message, Offsets};

/// Bytes of the file that are held in memory for the validator alone.
const SAMPLE: u64 = 100_000_000;
const REPEATS: usize = 3;

pub(crate) fn compare(path: &str) -> io::Result<()> {
    let size = std::fs::metadata(path)?.len();
    let mut messages = 0u64;
    let started = Instant::now();
    let mut reader = Reader::new(File::open(path)?);
    while let Some(item) = reader.next_item()? {
        messages += u64::from(matches!(item, Item::Message(_)));
    }
    let reading = rate(messages, started);
    println!(
        "{path}: {} MB, {messages} messages of {} bytes",
        size / 1_000_000,
        size / messages.max(1)
    );
    println!("reading alone: {reading:.0} messages a second");
    let sample = sample(path)?;
    for jobs in [1usize, 2] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .build()
            .map_err(io::Error::other)?;
        let number = jobs.to_string();
        // one after the other, so that what else runs on the machine meets both
        let mut best = (0f64, 0f64, 0u64);
        let mut booked = 0f64;
        // by processor time, which other work on the machine changes less
        let mut cheapest = (f64::MAX, f64::MAX);
        for _ in 0..REPEATS {
            let judge = |book: bool| {
                pool.install(|| {
                    let started = Instant::now();
                    let spent = child::processor("/proc/self/stat");
                    let found: u64 = sample
                        .par_iter()
                        .map_init(
                            || (Offsets::new(), Scratch::new()),
                            |(table, scratch), bytes| judged(bytes, table, scratch, book),
                        )
                        .sum();
                    assert!(found > 0, "something is wrong in every batch");
                    let spent = child::processor("/proc/self/stat") - spent;
                    let each = spent / sample.len() as f64;
                    (rate(sample.len() as u64, started), each)
                })
            };
            let (own, each) = judge(false);
            cheapest.0 = cheapest.0.min(each);
            booked = booked.max(judge(true).0);
            let args = [
                "check",
                path,
                "--format",
                "jsonl",
                "--output",
                "/dev/null",
                "-j",
            ];
            let cost = child::run(&[&args[..], &[&number]].concat(), None)?;
            cheapest.1 = cheapest.1.min(cost.processor / messages as f64);
            let whole = messages as f64 / cost.took.as_secs_f64();
            best = (best.0.max(own), best.1.max(whole), best.2.max(cost.peak));
        }
        let (own, whole, peak) = best;
        println!(
            "-j {jobs}: validator alone {own:.0}, with the book of codes {booked:.0}, titer check --format jsonl {whole:.0} \
             messages a second: {:.0} % and {:.0} %; by processor time {:.1} and {:.1} microseconds a message: {:.0} %; at most {:.1} MiB resident",
            whole / own * 100.0,
            whole / booked * 100.0,
            cheapest.0 * 1e6,
            cheapest.1 * 1e6,
            cheapest.0 / cheapest.1 * 100.0,
            peak as f64 / 1024.0
        );
    }
    for args in [
        &["--summary"][..],
        &["--format", "concise"],
        &["--format", "jsonl", "--show", "warning"],
    ] {
        let cost = child::run(
            &[&["check", path, "--output", "/dev/null"], args].concat(),
            None,
        )?;
        println!(
            "{}: {:.0} messages a second, at most {:.1} MiB resident",
            args.join(" "),
            messages as f64 / cost.took.as_secs_f64(),
            cost.peak as f64 / 1024.0
        );
    }
    Ok(())
}

// judges one message; with the book of codes that is all that `titer check` judges
fn judged(bytes: &[u8], table: &mut Offsets, scratch: &mut Scratch, book: bool) -> u64 {
    let message = Message::parse(bytes, table);
    let Some(validator) = select(&message) else {
        return 0;
    };
    let mut found = validator.check(&message, scratch).len();
    if book {
        let context = Context::default();
        found += look_at_codes(&message, validator, &context, Severity::Info)
            .findings
            .len();
    }
    found as u64
}

fn rate(messages: u64, started: Instant) -> f64 {
    messages as f64 / started.elapsed().as_secs_f64()
}

fn sample(path: &str) -> io::Result<Vec<Vec<u8>>> {
    let mut reader = Reader::new(File::open(path)?.take(SAMPLE));
    let mut sample = Vec::new();
    while let Some(item) = reader.next_item()? {
        if let Item::Message(entry) = item {
            sample.push(entry.bytes.to_vec());
        }
    }
    // the last one may be cut off
    sample.pop();
    Ok(sample)
}
