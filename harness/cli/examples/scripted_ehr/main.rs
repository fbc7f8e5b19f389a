//! A small electronic health record system that a test plan drives: the reference driver of the protocol `titer-driver/1`.
//!
//! It keeps patients, doses, reactions and stock in memory, builds its messages from that record, calls the registry over CDC
//! SOAP, reconciles what the registry returns, and forecasts with CDC's logic. What it shows, it tells as data.
//!
//! `scripted_ehr [--mistake NAME]... [--mistakes]` makes it an EHR with that mistake, so that a test can show which steps of a
//! plan find it. `--mllp` has it send its messages by MLLP, where the harness listens for that. `--fhir-file FILE` has it write
//! what its FHIR interface would tell into that file, anew after every step. `--tells-nothing` keeps to itself what it shows: what
//! is left are its messages, its calls and its files.

mod ehr;
mod fhir;
mod messages;
mod mistakes;
mod record;
mod shows;

use ehr::Ehr;
use mistakes::Mistakes;
use serde_json::{Value, json};
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|a| a == "--mistakes") {
        for (name, about) in mistakes::ALL {
            let mut out = std::io::stdout().lock();
            if writeln!(out, "{name}\t{about}").is_err() {
                break;
            }
        }
        return ExitCode::SUCCESS;
    }
    let mistakes = match Mistakes::read(&args) {
        Ok(mistakes) => mistakes,
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "scripted_ehr: {why}");
            return ExitCode::from(2);
        }
    };
    let fhir_file = args
        .iter()
        .position(|a| a == "--fhir-file")
        .and_then(|n| args.get(n + 1))
        .map(PathBuf::from);
    let tells_nothing = args.iter().any(|a| a == "--tells-nothing");
    let by_mllp = args.iter().any(|a| a == "--mllp");
    let mut ehr = None;
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else {
            return ExitCode::FAILURE;
        };
        let Ok(told) = serde_json::from_str::<Value>(&line) else {
            let _ = writeln!(std::io::stderr(), "scripted_ehr: a line is no JSON");
            return ExitCode::FAILURE;
        };
        if let Some(hello) = told.get("hello") {
            match Ehr::new(hello, mistakes.clone(), by_mllp) {
                Ok(made) => ehr = Some(made),
                Err(why) => {
                    let _ = writeln!(std::io::stderr(), "scripted_ehr: {why}");
                    return ExitCode::FAILURE;
                }
            }
            say(&json!({"ready": {"product": "scripted EHR", "version": "1"}}));
        } else if let (Some(step), Some(ehr)) = (told.get("step"), &mut ehr) {
            let mut done = ehr.step(step);
            if tells_nothing && let Some(done) = done.get_mut("done").and_then(Value::as_object_mut)
            {
                done.remove("answers");
            }
            // what is told next may be read as soon as the step is done
            if let Some(file) = &fhir_file
                && let Err(why) = ehr.write_fhir(file)
            {
                let _ = writeln!(std::io::stderr(), "scripted_ehr: {why}");
                return ExitCode::FAILURE;
            }
            say(&done);
        } else if told.get("bye").is_some() {
            return ExitCode::SUCCESS;
        }
    }
    ExitCode::SUCCESS
}

fn say(line: &Value) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}
