//! `titer check`: messages in, findings out.

mod judge;
mod part;
mod pipeline;
pub(crate) mod stream;
mod unfold;

use crate::args::{CheckArgs, FailOn, FormatArg, Show};
use crate::codes::Opened;
use crate::exit::Exit;
use crate::failure::{Failure, io_diagnostic, read_text};
use crate::inputs::{self, Input};
use crate::ui::{Ui, counted, grouped};
use crate::{catalogue, output, ui};
use jiff::civil::Date;
use judge::Judge;
use part::Workshop;
use pipeline::{Output, Written};
use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};
use titer_finding::sink::{Counts, Format, Options, Whole};
use titer_finding::summary::{self, Tally};
use titer_finding::{Catalogue, Diagnostic, Known, Policy, Severity};
use titer_hl7::clock::{Clock, SystemClock};

/// Findings on a page, unless another number is asked for.
const ON_A_PAGE: u64 = 200;
/// Inputs of fewer bytes are judged by one thread: others would not be faster.
const SMALL: u64 = 128 * 1024;

/// Checks what the arguments name.
pub(crate) fn run(args: &CheckArgs, ui: &Ui) -> Result<Exit, Failure> {
    let started = Instant::now();
    // the texts of all rules take longer to read than a message to judge
    let format = format(args.format);
    let explained = args.summary || matches!(format, Format::Sarif | Format::Html);
    let catalogue = if explained || args.policy.is_some() {
        catalogue::all()
    } else {
        Catalogue::default()
    };
    let judge = Judge::choose(
        args.profile.as_deref(),
        args.message_id.as_deref(),
        args.dialect,
    )?;
    ui.warnings(judge.warnings());
    if args.summary && matches!(format, Format::Sarif | Format::Junit) {
        return Err(Diagnostic::new("a summary cannot be written in this form")
            .with_help("`--summary` is written as text, json, jsonl, csv or html")
            .into());
    }
    let policy = match &args.policy {
        Some(path) => Some(read_policy(path, &catalogue, &judge)?),
        None => None,
    };
    let as_of = match &args.as_of {
        Some(text) => Some(read_day(text)?),
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
        // a book of the user's own is named by its folder on the command line
        code_book: args.book.is_none().then_some(titer_codes::SHIPPED_DAY),
    };
    let out = output::open(args.output.as_deref())?;
    let most = args
        .max_findings
        .or((format == Format::Html).then_some(ON_A_PAGE));
    let mut shop = Workshop::new(judge);
    shop.policy = policy;
    shop.as_of = as_of;
    shop.codes = Opened::open(args.book.as_deref(), &args.overlay, ui)?;
    shop.show = show(args);
    shop.limited = most.is_some();
    shop.tally = (args.summary || format == Format::Html).then_some(args.mask);
    // a summary is written when everything was counted
    let mut later = None;
    let output = if args.summary {
        later = Some(out);
        Output::Nothing
    } else if let Some(pieces) = format.pieces(options) {
        shop.pieces = Some(pieces);
        Output::Pieces(Box::new(Whole::new(out, pieces, &catalogue)))
    } else {
        shop.events = true;
        Output::Events(format.sink(out, options, &catalogue))
    };
    shop.ready();
    let mut written = Written {
        output,
        counts: Counts::default(),
        clean: 0,
        hidden: 0,
        left: most.unwrap_or(u64::MAX),
        cut: 0,
        tally: Tally::new(args.mask),
        wrong: Vec::new(),
        files: 0,
        passed_over: 0,
    };
    let sizes = inputs.list.iter().map(Input::size);
    let known = !inputs.list.contains(&Input::Stdin);
    let total = if known { sizes.sum() } else { 0 };
    let jobs = match args.jobs {
        Some(jobs) => usize::from(jobs),
        None if known && total < SMALL => 1,
        None => std::thread::available_parallelism().map_or(1, Into::into),
    };
    let bar = ui::bytes(total, !to_file && !args.summary && ui.stdout_color());
    let result =
        pipeline::run(&inputs, &shop, jobs, &bar, &mut written).and_then(|()| match later {
            Some(mut out) => {
                out.write_all(
                    summarized(&written.tally, &catalogue, format, options.code_book).as_bytes(),
                )?;
                out.flush()
            }
            None => Ok(()),
        });
    bar.finish_and_clear();
    if let Err(error) = result {
        if output::closed(&error) {
            return Ok(exit(&written, fail_on));
        }
        let path = args.output.as_deref().unwrap_or(Path::new("stdout"));
        return Err(io_diagnostic("write the findings", path, &error).into());
    }
    tell(&written, args, started.elapsed());
    let exit = exit(&written, fail_on);
    if written.wrong.is_empty() {
        Ok(exit)
    } else {
        Err(Failure {
            exit: Exit::Usage,
            diagnostics: written.wrong,
        })
    }
}

fn summarized(
    tally: &Tally,
    catalogue: &Catalogue,
    format: Format,
    code_book: Option<&str>,
) -> String {
    let summary = tally.summary(catalogue);
    match format {
        Format::Json => summary::json(&summary),
        Format::JsonLines => summary::lines(&summary),
        Format::Csv => summary::csv(&summary),
        Format::Html => summary::page(&summary, None, code_book),
        _ => summary::text(&summary, ui::stdout_width()),
    }
}

/// A day, or today by the machine's clock.
fn read_day(text: &str) -> Result<Date, Failure> {
    if text == "today" {
        return Ok(SystemClock::new().now().date());
    }
    text.parse().map_err(|_| {
        Diagnostic::new(format!("`{text}` is not a day"))
            .with_help("write it as 2026-03-12, or `today`")
            .into()
    })
}

/// Reads a policy; what it names must exist.
fn read_policy(path: &Path, catalogue: &Catalogue, judge: &Judge) -> Result<Policy, Failure> {
    let text = read_text(path)?;
    let mut profiles: Vec<&str> = titer_conformance::BUILTIN_IDS.to_vec();
    profiles.extend(judge.profiles());
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
        (Some(Show::Warning), _)
        | (None, FormatArg::Text | FormatArg::Concise | FormatArg::Html) => Severity::Warning,
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
        FormatArg::Html => Format::Html,
        FormatArg::Csv => Format::Csv,
    }
}

fn exit(written: &Written<'_>, fail_on: Option<Severity>) -> Exit {
    match fail_on {
        _ if !written.wrong.is_empty() => Exit::Usage,
        Some(severity) if written.counts.at_least(severity) > 0 => Exit::Findings,
        _ => Exit::Good,
    }
}

/// What people are told at the end.
fn tell(written: &Written<'_>, args: &CheckArgs, took: Duration) {
    let counts = &written.counts;
    let messages = counts.messages;
    let seconds = took.as_secs_f64();
    let mut found = vec![
        counted(counts.errors, "error", "errors"),
        counted(counts.warnings, "warning", "warnings"),
    ];
    if counts.infos > 0 {
        found.push(format!("{} info", grouped(counts.infos)));
    }
    let mut line = format!(
        "{} in {}: {}; {} clean; {seconds:.1} s",
        counted(messages, "message", "messages"),
        counted(written.files, "file", "files"),
        found.join(", "),
        grouped(written.clean),
    );
    if messages >= 100 && seconds > 0.0 {
        #[expect(clippy::cast_sign_loss, reason = "both are positive")]
        let rate = (messages as f64 / seconds) as u64;
        let _ = write!(line, ", {} messages a second", grouped(rate));
    }
    ui::say(line);
    if written.hidden > 0 && !args.summary {
        ui::say(format!(
            "{} not written (--show)",
            counted(written.hidden, "finding", "findings")
        ));
    }
    if written.cut > 0 && !args.summary {
        ui::say(format!(
            "{} not written (--max-findings)",
            counted(written.cut, "finding", "findings")
        ));
    }
    if written.passed_over > 0 {
        ui::say(format!(
            "{} passed over: not ending in {}",
            counted(written.passed_over, "other file", "other files"),
            inputs::ENDINGS.join(", ")
        ));
    }
}
