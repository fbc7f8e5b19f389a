//! `titer check`: messages in, findings out.

mod bundle;
mod judge;
mod read;
pub(crate) mod stream;

use crate::args::{CheckArgs, FailOn, FormatArg, Show};
use crate::exit::Exit;
use crate::failure::{Failure, io_diagnostic, read_text};
use crate::inputs::{self, Input, Inputs};
use crate::ui::{Ui, counted, grouped};
use crate::{catalogue, output, ui};
use judge::Judge;
use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};
use titer_finding::sink::{Counts, Format, Options, Sink, Source};
use titer_finding::{Catalogue, Diagnostic, Finding, Known, Policy, Severity};

/// Checks what the arguments name.
pub(crate) fn run(args: &CheckArgs, ui: &Ui) -> Result<Exit, Failure> {
    let started = Instant::now();
    let catalogue = catalogue::all();
    let judge = Judge::choose(args.profile.as_deref())?;
    let policy = match &args.policy {
        Some(path) => Some(read_policy(path, &catalogue, &judge)?),
        None => None,
    };
    let inputs = inputs::collect(&args.paths)?;
    let to_file = args.output.is_some();
    let fail_on = match args.fail_on {
        FailOn::Error => Some(Severity::Error),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Never => None,
    };
    let options = Options {
        mask: args.mask,
        color: !to_file && ui.stdout_color(),
        fail_on,
    };
    let out = output::open(args.output.as_deref())?;
    let mut run = Run {
        sink: format(args.format).sink(out, options, &catalogue),
        judge,
        policy,
        counts: Counts::default(),
        clean: 0,
        show: show(args),
        hidden: 0,
        left: args.max_findings.unwrap_or(u64::MAX),
        cut: 0,
        wrong: Vec::new(),
    };
    let total = inputs.list.iter().map(Input::size).sum();
    let bar = ui::bytes(total, !to_file && ui.stdout_color());
    let written = run.all(&inputs, &bar);
    bar.finish_and_clear();
    if let Err(error) = written {
        if output::closed(&error) {
            return Ok(run.exit(fail_on));
        }
        let path = args.output.as_deref().unwrap_or(Path::new("stdout"));
        return Err(io_diagnostic("write the findings", path, &error).into());
    }
    run.summary(&inputs, started.elapsed());
    let exit = run.exit(fail_on);
    if run.wrong.is_empty() {
        Ok(exit)
    } else {
        Err(Failure {
            exit: Exit::Usage,
            diagnostics: run.wrong,
        })
    }
}

/// Reads a policy; what it names must exist.
fn read_policy(path: &Path, catalogue: &Catalogue, judge: &Judge) -> Result<Policy, Failure> {
    let text = read_text(path)?;
    let mut profiles: Vec<&str> = titer_conformance::BUILTIN_IDS.to_vec();
    profiles.extend(judge.profile());
    let own = judge.rules().iter().map(String::as_str);
    let known = Known {
        rules: catalogue.iter().map(|r| r.id.as_str()).chain(own).collect(),
        profiles,
    };
    Ok(Policy::read(&path.display().to_string(), &text, &known)?)
}

/// The lowest severity that is written: people are shown what they can act on unless they ask for more.
fn show(args: &CheckArgs) -> Severity {
    match (args.show, args.format) {
        (Some(Show::Error), _) => Severity::Error,
        (Some(Show::Warning), _) | (None, FormatArg::Text | FormatArg::Concise) => {
            Severity::Warning
        }
        (Some(Show::Info) | None, _) => Severity::Info,
    }
}

fn format(arg: FormatArg) -> Format {
    match arg {
        FormatArg::Text => Format::Text,
        FormatArg::Concise => Format::Concise,
        FormatArg::Json => Format::Json,
        FormatArg::Jsonl => Format::JsonLines,
        FormatArg::Sarif => Format::Sarif,
        FormatArg::Junit => Format::Junit,
    }
}

/// A check on its way.
struct Run<'c> {
    sink: Box<dyn Sink + 'c>,
    judge: Judge,
    policy: Option<Policy>,
    counts: Counts,
    // messages without a warning or an error
    clean: u64,
    // the lowest severity that is written, and how many findings lie below it
    show: Severity,
    hidden: u64,
    // findings that may still be written, and those that were not
    left: u64,
    cut: u64,
    // inputs that could not be checked
    wrong: Vec<Diagnostic>,
}

impl Run<'_> {
    fn all(&mut self, inputs: &Inputs, bar: &indicatif::ProgressBar) -> std::io::Result<()> {
        self.sink.begin()?;
        for input in &inputs.list {
            self.input(input, bar)?;
        }
        self.sink.end()
    }

    /// One finding under the policy; true when it is a warning or an error.
    fn finding(&mut self, source: &Source<'_>, finding: Finding) -> std::io::Result<bool> {
        let finding = match &self.policy {
            Some(policy) => match policy.apply(finding, source.profile) {
                Some(finding) => finding,
                None => return Ok(false),
            },
            None => finding,
        };
        self.counts.add(finding.severity);
        let counts = finding.severity >= Severity::Warning;
        if finding.severity < self.show {
            self.hidden += 1;
            return Ok(counts);
        }
        if self.left == 0 {
            self.cut += 1;
            return Ok(counts);
        }
        self.left -= 1;
        self.sink.finding(source, &finding)?;
        Ok(counts)
    }

    fn exit(&self, fail_on: Option<Severity>) -> Exit {
        match fail_on {
            _ if !self.wrong.is_empty() => Exit::Usage,
            Some(severity) if self.counts.at_least(severity) > 0 => Exit::Findings,
            _ => Exit::Good,
        }
    }

    fn summary(&self, inputs: &Inputs, took: Duration) {
        let messages = self.counts.messages;
        let seconds = took.as_secs_f64();
        let mut found = vec![
            counted(self.counts.errors, "error", "errors"),
            counted(self.counts.warnings, "warning", "warnings"),
        ];
        if self.counts.infos > 0 {
            found.push(format!("{} info", grouped(self.counts.infos)));
        }
        let mut line = format!(
            "{} in {}: {}; {} clean; {seconds:.1} s",
            counted(messages, "message", "messages"),
            counted(inputs.list.len() as u64, "file", "files"),
            found.join(", "),
            grouped(self.clean),
        );
        if messages >= 100 && seconds > 0.0 {
            #[expect(clippy::cast_sign_loss, reason = "both are positive")]
            let rate = (messages as f64 / seconds) as u64;
            let _ = write!(line, ", {} messages a second", grouped(rate));
        }
        ui::say(line);
        if self.hidden > 0 {
            ui::say(format!(
                "{} not written (--show)",
                counted(self.hidden, "finding", "findings")
            ));
        }
        if self.cut > 0 {
            ui::say(format!(
                "{} not written (--max-findings)",
                counted(self.cut, "finding", "findings")
            ));
        }
        if inputs.passed_over > 0 {
            ui::say(format!(
                "{} passed over: not ending in {}",
                counted(inputs.passed_over, "other file", "other files"),
                inputs::ENDINGS.join(", ")
            ));
        }
    }
}
