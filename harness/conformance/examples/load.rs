//! One run that says how fast reading and judging are, as ratios to what ran beside them in the same run.
//!
//! `cargo run --release -p titer-conformance --example load [ROUNDS]`; `load --judge TIMES` judges and nothing else. Contestants take turns, and the best of all rounds
//! counts, so that other work on the machine disturbs each alike. The messages judged are the Z22 messages of the corpus
//! in `../shared` when it is there, and generated ones. Times are those of a processor, where the system tells them.
//! Start-up is measured from outside: the program runs itself.

#[path = "../../hl7/benches/varied/mod.rs"]
mod varied;

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use titer_conformance::xml::{read_profile, read_rules, read_tables};
use titer_conformance::{Dialect, Scratch, Validator, builtin};
use titer_hl7::{Message, Offsets};

// what NIST's engine 1.6.3 did, warm, on a machine with two cores
const REFERENCE: (f64, f64) = (50.0, 64.0);
// the quick contestants run several times in a turn
const TIMES: u32 = 10;
const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/nist");

#[derive(Debug, thiserror::Error)]
enum LoadError {
    #[error("usage: load [ROUNDS], or load --judge TIMES")]
    Call,
    #[error("cannot read {path}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot write, or run this program again")]
    Io(#[from] std::io::Error),
    #[error("the profile cannot be used: {0}")]
    Profile(String),
    #[error("{0}")]
    Wrong(&'static str),
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let result = match arguments.next().as_deref() {
        None => run(40),
        Some("--first") => first(arguments.next().as_deref()),
        Some("--judge") => alone(arguments.next().as_deref()),
        Some(rounds) => rounds.parse().map_err(|_| LoadError::Call).and_then(run),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = format!("load: {error}");
            if let Some(cause) = std::error::Error::source(&error) {
                let _ = write!(text, ": {cause}");
            }
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::from(2)
        }
    }
}

fn run(rounds: usize) -> Result<(), LoadError> {
    let mut out = std::io::stdout().lock();
    let generated = varied::messages(400);
    parsing(&mut out, &generated, rounds)?;
    let validator = builtin("Z22").ok_or(LoadError::Wrong("Z22 does not ship"))?;
    let generated: Vec<Vec<u8>> = generated.into_iter().map(String::into_bytes).collect();
    judging(&mut out, "generated, clean", &generated, validator, rounds)?;
    for (name, table) in [("corpus", "jobs.tsv"), ("mutants", "mutants.tsv")] {
        match corpus(table)? {
            Some(messages) => judging(&mut out, name, &messages, validator, rounds)?,
            None => writeln!(out, "{name}: skipped: ../shared is absent")?,
        }
    }
    starting(&mut out)
}

/// The time this thread has had a processor to itself, where the system tells (Linux), so that other work on the machine
/// does not count; else the time of day.
fn clock() -> Duration {
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    // so that the system's account is up to date
    std::thread::yield_now();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|t| t.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| BEGIN.elapsed(), Duration::from_nanos)
}

/// How long something takes.
fn time(work: impl FnOnce() -> usize) -> Duration {
    let begin = clock();
    black_box(work());
    clock().saturating_sub(begin)
}

/// The best of several times, each contestant in turn; a contestant says how long it took.
fn race(rounds: usize, contestants: &mut [&mut dyn FnMut() -> Duration]) -> Vec<Duration> {
    let mut best = vec![Duration::MAX; contestants.len()];
    for _ in 0..rounds {
        for (best, contestant) in best.iter_mut().zip(contestants.iter_mut()) {
            *best = contestant().min(*best);
        }
    }
    best
}

fn parsing(
    out: &mut impl std::io::Write,
    messages: &[String],
    rounds: usize,
) -> Result<(), LoadError> {
    // the others take a last line end for the start of one more segment
    let messages: Vec<&str> = messages.iter().map(|m| m.trim_end()).collect();
    let bytes: usize = messages.iter().map(|m| m.len()).sum();
    let mut table = Offsets::new();
    let scan = || {
        messages
            .iter()
            .map(|m| memchr::memchr3_iter(b'\r', b'|', b'^', black_box(m.as_bytes())).count())
            .sum::<usize>()
    };
    let mut ours = || {
        messages
            .iter()
            .map(|m| Message::parse(black_box(m.as_bytes()), &mut table).line_count())
            .sum::<usize>()
    };
    let hl7_parser = || {
        messages
            .iter()
            .map(|m| hl7_parser::Message::parse(black_box(m)).map_or(0, |m| m.segments.len()))
            .sum::<usize>()
    };
    let rust_hl7 = || {
        messages
            .iter()
            .map(|m| rusthl7::message::Message::new(black_box(*m)).segments.len())
            .sum::<usize>()
    };
    if ours() != hl7_parser() || ours() != rust_hl7() {
        return Err(LoadError::Wrong(
            "the parsers do not find the same segments",
        ));
    }
    let best = race(
        rounds,
        &mut [
            &mut || time(|| (0..TIMES).map(|_| scan()).sum()) / TIMES,
            &mut || time(|| (0..TIMES).map(|_| ours()).sum()) / TIMES,
            &mut || time(hl7_parser),
            &mut || time(rust_hl7),
        ],
    );
    let &[scan, ours, hl7_parser, rust_hl7] = best.as_slice() else {
        return Ok(());
    };
    writeln!(
        out,
        "parse: {} varied VXU, {} bytes on average",
        messages.len(),
        bytes / messages.len().max(1)
    )?;
    for (name, time) in [
        ("memchr3 scan", scan),
        ("titer-hl7", ours),
        ("hl7-parser", hl7_parser),
        ("rust-hl7", rust_hl7),
    ] {
        let seconds = time.as_secs_f64();
        writeln!(
            out,
            "  {name:<14}{:>12.0} messages/s{:>9.1} MB/s{:>9.2} x the scan's time",
            messages.len() as f64 / seconds,
            bytes as f64 / 1e6 / seconds,
            seconds / scan.as_secs_f64()
        )?;
    }
    let times = |other: Duration| other.as_secs_f64() / ours.as_secs_f64();
    writeln!(
        out,
        "  titer-hl7 is {:.2} times the scan (at most 4), {:.1} times as fast as hl7-parser (at least 15), {:.1} times as fast as rust-hl7 (at least 25)",
        1.0 / times(scan),
        times(hl7_parser),
        times(rust_hl7)
    )?;
    Ok(())
}

// so many turns over the messages that one measurement takes some milliseconds: long enough for the clock, short enough
// that some of them are not interrupted by other work
fn turns(messages: &[Vec<u8>]) -> usize {
    1_000_000 / messages.iter().map(Vec::len).sum::<usize>().max(1) + 1
}

fn judge(messages: &[Vec<u8>], turns: usize, validator: &Validator) -> usize {
    let (mut table, mut scratch) = (Offsets::new(), Scratch::new());
    let mut found = 0;
    for _ in 0..turns {
        for m in messages {
            let message = Message::parse(black_box(m), &mut table);
            found += message.faults().len() + validator.check(&message, &mut scratch).len();
        }
    }
    found
}

fn judging(
    out: &mut impl std::io::Write,
    name: &str,
    messages: &[Vec<u8>],
    validator: &Validator,
    rounds: usize,
) -> Result<(), LoadError> {
    let turns = turns(messages);
    let bytes: usize = messages.iter().map(Vec::len).sum();
    let found = judge(messages, 1, validator);
    let mut one = || time(|| judge(messages, turns, validator));
    // as long as the slower of the two takes on a processor of its own
    let mut two = || {
        std::thread::scope(|s| {
            let other = s.spawn(|| time(|| judge(messages, turns, validator)));
            let own = time(|| judge(messages, turns, validator));
            other.join().unwrap_or(Duration::MAX).max(own)
        })
    };
    let in_words = || {
        let (mut table, mut scratch) = (Offsets::new(), Scratch::new());
        let mut letters = 0;
        for _ in 0..turns {
            for m in messages {
                let message = Message::parse(black_box(m), &mut table);
                let found = validator.check(&message, &mut scratch);
                letters += found
                    .iter()
                    .map(|d| validator.finding(d, &message).message.len())
                    .sum::<usize>();
            }
        }
        letters
    };
    let best = race(rounds, &mut [&mut one, &mut two, &mut || time(in_words)]);
    let &[one, two, in_words] = best.as_slice() else {
        return Ok(());
    };
    let rate =
        |time: Duration, times: usize| (messages.len() * turns * times) as f64 / time.as_secs_f64();
    let (single, double) = (rate(one, 1), rate(two, 2));
    writeln!(
        out,
        "validate: {name}: {} Z22 messages, {} bytes and {:.1} findings on average",
        messages.len(),
        bytes / messages.len().max(1),
        found as f64 / messages.len() as f64
    )?;
    writeln!(
        out,
        "  one thread    {single:>12.0} messages/s{:>9.1} MB/s (at least 25,000/s); {:.0} to {:.0} times the reference's {} to {}/s",
        single * bytes as f64 / messages.len() as f64 / 1e6,
        single / REFERENCE.1,
        single / REFERENCE.0,
        REFERENCE.0,
        REFERENCE.1
    )?;
    writeln!(
        out,
        "  two threads   {double:>12.0} messages/s, {:.2} times one (at least 1.8)",
        double / single
    )?;
    writeln!(
        out,
        "  every finding in words{:>10.0} messages/s",
        rate(in_words, 1)
    )?;
    let (mut table, mut scratch) = (Offsets::new(), Scratch::new());
    let (mut clean, mut counts) = (0, Vec::new());
    for m in messages {
        let mut found = 0;
        let mut once = || {
            let message = Message::parse(m, &mut table);
            found = message.faults().len() + validator.check(&message, &mut scratch).len();
        };
        once();
        let count = allocation_counter::measure(once).count_total;
        clean += usize::from(found == 0);
        counts.push(count);
    }
    writeln!(
        out,
        "  allocations a message, second time: {:.2} on average, at most {} ({clean} messages without a finding)",
        counts.iter().sum::<u64>() as f64 / messages.len() as f64,
        counts.iter().max().unwrap_or(&0),
    )?;
    Ok(())
}

/// Judging and nothing else, for a profiler: the corpus (or generated messages, without it) so many times.
fn alone(times: Option<&str>) -> Result<(), LoadError> {
    let times = times.map_or(Ok(100), str::parse);
    let times = times.map_err(|_| LoadError::Call)?;
    let validator = builtin("Z22").ok_or(LoadError::Wrong("Z22 does not ship"))?;
    let messages = match corpus("jobs.tsv")? {
        Some(messages) => messages,
        None => varied::messages(14)
            .into_iter()
            .map(String::into_bytes)
            .collect(),
    };
    let found = judge(&messages, times, validator);
    writeln!(
        std::io::stdout(),
        "{found} findings in {} messages",
        messages.len() * times
    )?;
    Ok(())
}

/// The Z22 messages that a table of the corpus names.
fn corpus(table: &str) -> Result<Option<Vec<Vec<u8>>>, LoadError> {
    let root = Path::new(SHARED);
    let path = root.join(table);
    if !path.is_file() {
        return Ok(None);
    }
    let read = |path: PathBuf| match std::fs::read(&path) {
        Ok(bytes) => Ok(bytes),
        Err(source) => Err(LoadError::Read { path, source }),
    };
    let text = String::from_utf8_lossy(&read(path)?).into_owned();
    let mut lines = text.lines().map(|l| l.split('\t').collect::<Vec<_>>());
    let head = lines.next().unwrap_or_default();
    let column = |name| {
        head.iter()
            .position(|c| *c == name)
            .ok_or(LoadError::Wrong("a table of the corpus lacks a column"))
    };
    let (message, profile) = (column("message")?, column("profile")?);
    let mut messages = Vec::new();
    for row in lines {
        if let (Some(message), Some(profile)) = (row.get(message), row.get(profile))
            && profile.contains("Z22")
        {
            messages.push(read(root.join(message))?);
        }
    }
    Ok(Some(messages))
}

fn starting(out: &mut impl std::io::Write) -> Result<(), LoadError> {
    let program = std::env::current_exe()?;
    let mut jobs = vec![("embedded profiles", 20, vec!["--first"])];
    if Path::new(SHARED).is_dir() {
        jobs.push(("an IGAMT bundle", 60, vec!["--first", SHARED]));
    }
    writeln!(
        out,
        "first verdict, from the start of the process to its end"
    )?;
    for (name, limit, arguments) in jobs {
        let mut times = Vec::new();
        let before = children();
        for _ in 0..50 {
            let begin = Instant::now();
            let status = Command::new(&program)
                .args(&arguments)
                .stdout(Stdio::null())
                .status()?;
            times.push(begin.elapsed());
            if !status.success() {
                return Err(LoadError::Wrong("the first verdict failed"));
            }
        }
        let busy = (children().saturating_sub(before)).as_secs_f64() * 1e3 / times.len() as f64;
        times.sort_unstable();
        let milliseconds = |n: usize| times.get(n).copied().unwrap_or_default().as_secs_f64() * 1e3;
        writeln!(
            out,
            "  {name:<18} {busy:.1} ms of a processor on average (at most {limit}); by the clock median {:.1} ms, best {:.1} ms of 50",
            milliseconds(25),
            milliseconds(0)
        )?;
    }
    Ok(())
}

// the processor time of the processes that were started and have ended, in hundredths of a second
fn children() -> Duration {
    let told = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // the program's name may hold blanks; after its bracket follow the state and numbers
    let numbers = told.rsplit(") ").next().unwrap_or_default().split(' ');
    let ticks: u64 = numbers
        .skip(13)
        .take(2)
        .filter_map(|n| n.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

// what a process does until its first verdict
fn first(bundle: Option<&str>) -> Result<(), LoadError> {
    let message = varied::messages(1).concat();
    let mut table = Offsets::new();
    let message = Message::parse(message.as_bytes(), &mut table);
    let mut scratch = Scratch::new();
    let found = match bundle {
        None => builtin("Z22")
            .ok_or(LoadError::Wrong("Z22 does not ship"))?
            .check(&message, &mut scratch)
            .len(),
        Some(root) => from_bundle(Path::new(root))?
            .check(&message, &mut scratch)
            .len(),
    };
    writeln!(std::io::stdout(), "{found} findings")?;
    Ok(())
}

fn from_bundle(root: &Path) -> Result<Validator, LoadError> {
    let part = |file: &str| {
        let path = root.join(file);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(source) => Err(LoadError::Read { path, source }),
        }
    };
    let wrong = |e: &dyn std::fmt::Display| LoadError::Profile(e.to_string());
    let profile = part("profiles/VXU-Z22_Profile.xml")?;
    let structure = read_profile("profile", &profile, None).map_err(|e| wrong(&e))?;
    let rules = part("constraints/VXU-Z22_Constraints.xml")?;
    let rules = read_rules("constraints", &rules).map_err(|e| wrong(&e))?;
    let tables = part("valuesets/VXU-Z22_ValueSetLibrary.xml")?;
    let tables = read_tables("value sets", &tables).map_err(|e| wrong(&e))?;
    Validator::compile(&structure.with(rules, tables), Dialect::Titer).map_err(|e| wrong(&e))
}
