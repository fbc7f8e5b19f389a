//! Renders a result document: `cargo run -p titer-report --example render -- RESULT.json REPORT.html [--mask]`.

use std::error::Error;
use titer_runner::result::RunResult;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (files, flags): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|a| !a.starts_with("--"));
    let [from, to] = files.as_slice() else {
        return Err("usage: render RESULT.json REPORT.html [--mask]".into());
    };
    let result = RunResult::from_json(&std::fs::read_to_string(from)?)?;
    let mask = flags.iter().any(|f| *f == "--mask");
    std::fs::write(to, titer_report::html(&result, mask)?)?;
    Ok(())
}
