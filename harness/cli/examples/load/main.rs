//! Load for `titer check`: how its pipeline compares with the validator alone, how much memory it takes, and whether hostile
//! input takes time in proportion to its size. Build it and the program with the same profile, then:
//!
//! ```text
//! cargo run --release -p titer-cli --example load -- write batch.hl7 1000      a batch of about 1,000 MB
//! cargo run --release -p titer-cli --example load -- pipeline batch.hl7        rates and memory, as ratios of one run
//! cargo run --release -p titer-cli --example load -- hostile                   time by size, as ratios
//! ```

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people at a terminal"
)]

mod batch;
mod child;
mod hostile;
mod pipeline;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["write", path, megabytes] => match megabytes.parse() {
            Ok(megabytes) => batch::write(path, megabytes),
            Err(_) => Err(std::io::Error::other("how many megabytes?")),
        },
        ["pipeline", path] => pipeline::compare(path),
        ["hostile"] => hostile::measure(),
        _ => Err(std::io::Error::other(
            "say `write PATH MEGABYTES`, `pipeline PATH` or `hostile`",
        )),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}
