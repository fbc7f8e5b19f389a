//! `titer workbench`: the pages with which testers work through a plan, until it is stopped.

use crate::args::WorkbenchArgs;
use crate::exit::Exit;
use crate::failure::{Failure, chain, io_diagnostic};
use crate::ui::Ui;
use crate::{catalogue, output, plan, reference, ui};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use titer_finding::{Diagnostic, Severity};
use titer_hl7::clock::SharedClock;
use titer_registry::Registry;
use titer_runner::session::{JournalError, Session, SessionError, SessionOptions, SqliteJournal};
use titer_service::{Iis, IisConfig, Personality, Policy};
use titer_wire::{Credentials, Receiver};
use titer_workbench::{StartError, Workbench, WorkbenchOptions, secret};

/// What the EHR logs in with when nothing else was said.
const USERNAME: &str = "titer";
const FACILITY: &str = "TITER-CLINIC";
/// Bytes of a megabyte.
const MB: u64 = 1_000_000;

pub(crate) fn run(args: &WorkbenchArgs, ui: &Ui) -> Result<Exit, Failure> {
    let clock = reference::clock(args.now.as_deref())?;
    let plan = titer_plan::load(&args.plan).map_err(plan::failure)?;
    for warning in &plan.warnings {
        ui::say(warning.render_as(Severity::Warning, ui.stderr_color()));
    }
    // a pattern that chooses nothing is told with what was probably meant
    plan.select(&args.select)?;
    let state = args
        .state
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{}.sqlite", plan.id)));
    let (journal, begins) = journal(&state)?;
    let mut options = SessionOptions::new(
        args.name
            .clone()
            .unwrap_or_else(|| "EHR under test".to_owned()),
    )
    .clock(Arc::clone(&clock));
    if let Some(day) = &args.as_of {
        options.as_of = crate::run::date(day)?;
    }
    options.seed = args.seed;
    options.select.clone_from(&args.select);
    options.known_failures = plan.known_failures_of("").into_iter().cloned().collect();
    options.credentials = Some(credentials(args));
    options.fallback = Some(fallback(&clock, args.seed)?);
    options.forecaster = Some(Arc::new(crate::forecast::ours::Ours));
    if !begins {
        fixed(args)?;
    }
    let session = Session::open(Arc::new(plan), options, Box::new(journal))
        .map_err(|error| not_begun(&error, &state))?;
    let workbench = Workbench::start(
        &session,
        WorkbenchOptions {
            bind: reference::address(&args.listen)?,
            mllp: args.mllp.as_deref().map(reference::address).transpose()?,
            catalogue: catalogue::all(),
            clock,
            kept: format!("in the file {}", state.display()),
            file_limit: args.file_limit * MB,
            ..WorkbenchOptions::default()
        },
    )
    .map_err(|error| not_started(&error))?;
    output::print(&greeting(&workbench, &session, &state, begins))?;
    if args.open {
        reference::open_page(&page(&workbench));
    }
    // whatever was saved or answered is durable: whoever ends the program loses nothing
    loop {
        std::thread::park();
    }
}

fn not_started(error: &StartError) -> Diagnostic {
    match error {
        StartError::Server(inner) => reference::not_listening_at(inner, "--listen"),
        _ => Diagnostic::new(chain(error)),
    }
}

/// The session's file, and whether a session begins in it.
fn journal(path: &Path) -> Result<(SqliteJournal, bool), Failure> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    if let Some(folder) = folder
        && let Err(error) = std::fs::metadata(folder)
    {
        return Err(io_diagnostic("open the session's file", path, &error).into());
    }
    if path.is_dir() {
        let error = std::io::ErrorKind::IsADirectory.into();
        return Err(io_diagnostic("open the session's file", path, &error).into());
    }
    let opened = if path.exists() {
        SqliteJournal::open(path).map(|j| (j, false))
    } else {
        SqliteJournal::create(path).map(|j| (j, true))
    };
    opened.map_err(|error| unusable(&error).into())
}

fn unusable(error: &JournalError) -> Diagnostic {
    let diagnostic = Diagnostic::new(chain(error));
    match error {
        JournalError::NotAJournal { .. } | JournalError::Version { .. } => {
            diagnostic.with_help("name another file with --state")
        }
        JournalError::Damaged { .. } => diagnostic.with_help(
            "the file was left as it is; keep a copy of it, and name another file with --state",
        ),
        _ => diagnostic,
    }
}

fn not_begun(error: &SessionError, state: &Path) -> Failure {
    let diagnostic = Diagnostic::new(chain(error));
    match error {
        SessionError::Journal(inner) => unusable(inner).into(),
        SessionError::OtherPlan { .. } => diagnostic
            .in_file(state.display().to_string())
            .with_help(
                "go on with the plan that it was begun with, or begin in another file with --state",
            )
            .into(),
        _ => diagnostic.into(),
    }
}

/// A session that goes on keeps what it began with.
fn fixed(args: &WorkbenchArgs) -> Result<(), Failure> {
    let given = [
        (args.as_of.is_some(), "--as-of"),
        (!args.select.is_empty(), "--select"),
        (
            args.login.username.is_some()
                || args.login.password.is_some()
                || args.login.facility.is_some(),
            "credentials",
        ),
    ];
    for (given, option) in given {
        if given {
            return Err(Diagnostic::new(format!(
                "the session goes on, and {option} cannot be changed any more"
            ))
            .with_help("leave it out, or begin in another file with --state")
            .into());
        }
    }
    Ok(())
}

fn credentials(args: &WorkbenchArgs) -> Credentials {
    // short enough to be copied by hand, and of this session alone
    let mut made_up = secret();
    made_up.truncate(12);
    Credentials::new(
        args.login.username.as_deref().unwrap_or(USERNAME),
        args.login.password.clone().unwrap_or(made_up),
        args.login.facility.as_deref().unwrap_or(FACILITY),
    )
}

/// The reference IIS, which answers what the plan has no reply for.
fn fallback(clock: &SharedClock, seed: u64) -> Result<Arc<dyn Receiver>, Failure> {
    let registry = Registry::memory(Arc::clone(clock), seed)
        .map_err(|e| Failure::usage(Diagnostic::new(chain(&e))))?;
    let config = IisConfig {
        policy: Policy::national(),
        personality: Personality::well_behaved(),
        scripts: Vec::new(),
        credentials: Credentials::default(),
        kept_exchanges: 0,
    };
    Ok(Arc::new(Iis::new(registry, config, Arc::clone(clock))))
}

/// The address to open, with the key when one is wanted.
fn page(workbench: &Workbench) -> String {
    // no browser opens the address that means every one of this machine
    let url = workbench
        .page_url()
        .replace("//0.0.0.0:", "//127.0.0.1:")
        .replace("//[::]:", "//[::1]:");
    match workbench.key() {
        Some(key) => format!("{url}?key={key}"),
        None => url,
    }
}

fn greeting(workbench: &Workbench, session: &Session, state: &Path, begins: bool) -> String {
    let plan = session.plan();
    let mut text = format!("{} {}: {}\n", plan.id, plan.version, plan.title);
    let _ = writeln!(
        text,
        "{} {}, as of {}",
        if begins {
            "a new session is kept in"
        } else {
            "the session goes on in"
        },
        state.display(),
        session.as_of()
    );
    let _ = writeln!(
        text,
        "  open      {}   in a browser; it says what to do",
        page(workbench)
    );
    let _ = writeln!(text, "  SOAP      {}", workbench.soap_url());
    let _ = writeln!(text, "  HTTP      {}", workbench.http_url());
    if let Some(mllp) = workbench.mllp() {
        let _ = writeln!(text, "  MLLP      {mllp}");
    }
    if let Some(credentials) = session.credentials() {
        let _ = writeln!(text, "  username  {}", credentials.username);
        let _ = writeln!(text, "  password  on the page");
        let _ = writeln!(text, "  facility  {}", credentials.facility);
    }
    text.push_str("stop it with Ctrl-C; the same command goes on where it stopped\n");
    text
}
