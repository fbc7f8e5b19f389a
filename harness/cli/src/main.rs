//! titer: proves that immunization data exchange works.
//!
//! Arguments, progress and exit codes. What the commands do lives in the rooms: this crate only brings them together.

mod archive;
mod args;
mod catalogue;
mod check;
mod codes;
mod exit;
mod explain;
mod failure;
mod forecast;
mod inputs;
mod output;
mod plan;
mod profile;
mod reference;
mod report;
mod run;
mod schedule;
mod serve;
mod ui;
mod workbench;

use args::{Cli, Command};
use clap::{CommandFactory, Parser};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let ui = ui::Ui::new(cli.color);
    ui.log(cli.verbose);
    let done = match cli.command {
        Command::Check(args) => check::run(&args, &ui),
        Command::Run(args) => run::run(&args, &ui),
        Command::Serve(args) => serve::run(&args, &ui),
        Command::Workbench(args) => workbench::run(&args, &ui),
        Command::Report(args) => report::run(&args, &ui),
        Command::Profile(command) => profile::run(&command, &ui),
        Command::Plan(command) => plan::run(&command, &ui),
        Command::Forecast(args) => forecast::run(&args, &ui),
        Command::Schedule(command) => schedule::run(&command, &ui),
        Command::Explain(args) => explain::run(&args, &ui),
        Command::Codes(command) => codes::run(&command, &ui),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "titer", &mut std::io::stdout());
            Ok(exit::Exit::Good)
        }
    };
    match done {
        Ok(exit) => exit.into(),
        Err(failure) => {
            ui.failure(&failure);
            failure.exit.into()
        }
    }
}
