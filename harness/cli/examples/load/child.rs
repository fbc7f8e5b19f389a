//! The program as a process of its own: how long it takes, and how much memory it held at most.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What a call cost.
pub(crate) struct Cost {
    pub(crate) took: Duration,
    /// Seconds that processors spent on it; 0 where the system does not say.
    pub(crate) processor: f64,
    /// The most memory that was resident, in KiB; 0 where the system does not say.
    pub(crate) peak: u64,
    pub(crate) code: Option<i32>,
}

/// The program that was built beside this one.
pub(crate) fn program() -> io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own
        .parent()
        .and_then(|p| p.parent())
        .ok_or_else(|| io::Error::other("no folder"))?;
    let program = folder.join("titer");
    if program.is_file() {
        Ok(program)
    } else {
        Err(io::Error::other(format!(
            "{} is not there: build titer-cli first",
            program.display()
        )))
    }
}

/// Runs the program to its end; what it writes goes nowhere.
pub(crate) fn run(args: &[&str], input: Option<&[u8]>) -> io::Result<Cost> {
    let started = Instant::now();
    let mut child = Command::new(program()?)
        .args(args)
        .stdin(if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let stat = format!("/proc/{}/stat", child.id());
    let over = AtomicBool::new(false);
    let to = child.stdin.take();
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let (mut peak, mut spent) = (0, 0f64);
            while !over.load(Ordering::Relaxed) {
                peak = peak.max(resident(&status));
                spent = spent.max(processor(&stat));
                std::thread::sleep(Duration::from_millis(5));
            }
            (peak, spent)
        });
        if let (Some(mut to), Some(bytes)) = (to, input) {
            // it may have seen enough before the end
            let _ = to.write_all(bytes);
        }
        let ended = child.wait();
        let took = started.elapsed();
        over.store(true, Ordering::Relaxed);
        let (peak, processor) = watch.join().unwrap_or_default();
        Ok(Cost {
            took,
            processor,
            peak,
            code: ended?.code(),
        })
    })
}

/// Seconds that processors spent on a process, from `/proc/PID/stat`; Linux counts in hundredths of a second.
pub(crate) fn processor(stat: &str) -> f64 {
    let Ok(text) = std::fs::read_to_string(stat) else {
        return 0.0;
    };
    // the name of the program stands in brackets and may hold blanks
    let numbers = text.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = numbers
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|n| n.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}

fn resident(status: &str) -> u64 {
    let Ok(text) = std::fs::read_to_string(status) else {
        return 0;
    };
    text.lines()
        .find_map(|l| l.strip_prefix("VmHWM:"))
        .and_then(|l| l.split_whitespace().next()?.parse().ok())
        .unwrap_or_default()
}
