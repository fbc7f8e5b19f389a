//! `titer run`: a plan against a system under test, and what came of it.

mod driver;
mod fhir;
mod progress;
mod unattended;
mod written;

use crate::args::{RoleArg, RunArgs, TransportArg};
use crate::exit::Exit;
use crate::failure::{Failure, chain};
use crate::ui::Ui;
use crate::{output, plan, reference, ui};
use driver::Driver;
use fhir::Fhir;
use progress::Progress;
use std::sync::Arc;
use std::time::Duration;
use titer_finding::{Diagnostic, Severity};
use titer_hl7::clock::SharedClock;
use titer_plan::Plan;
use titer_plan::model::KnownFailure;
use titer_registry::Registry;
use titer_report::{TerminalOptions, masked, terminal};
use titer_runner::result::RunResult;
use titer_runner::session::Session;
use titer_runner::{EhrTarget, Event, IisTarget, Options, Run, RunError, Target};
use titer_service::{Iis, IisConfig, IisOptions, RunningIis};
use titer_wire::{Credentials, SoapVersion};
use unattended::{Addresses, Unattended};

/// What `--sut` says for the IIS of this program, and how lists of known failures call it.
const REFERENCE: &str = "reference";

pub(crate) fn run(args: &RunArgs, ui: &Ui) -> Result<Exit, Failure> {
    let clock = reference::clock(args.now.as_deref())?;
    let plan = titer_plan::load(&args.plan).map_err(plan::failure)?;
    for warning in &plan.warnings {
        ui::say(warning.render_as(Severity::Warning, ui.stderr_color()));
    }
    // a pattern that chooses nothing is told with what was probably meant
    plan.select(&args.select)?;
    let known = known_failures(args, &plan)?;
    let system = System::new(args, &clock)?;
    let mut options = Options::new(system.target.clone(), system.name).clock(clock);
    if let Some(day) = &args.as_of {
        options.as_of = date(day)?;
    }
    options.seed = args.seed;
    options.select.clone_from(&args.select);
    options.known_failures = known;
    options.system.about.clone_from(&system.about);
    // an address that changes from run to run would make every document another one
    options.system.address.clone_from(&system.address);
    options.system.vendor.clone_from(&args.vendor);
    options.system.product.clone_from(&args.product);
    options.system.version.clone_from(&args.product_version);
    options.system.tester.clone_from(&args.tester);
    options.system.lab.clone_from(&args.lab);
    if args.role == RoleArg::Iis {
        refuse(args.mllp.is_some(), "--mllp", "EHR under test")?;
    }
    let fhir = Fhir::new(args)?;
    let folder = written::folder(&args.out)?;
    let by_hand = args.driver.is_none() && args.attest.is_none() && args.fhir.is_none();
    let (result, session, fhir) = if by_hand {
        (execute(plan, options)?, None, None)
    } else {
        let (result, session, fhir) = without_a_tester(args, plan, options, fhir)?;
        (result, Some(session), fhir)
    };
    if let Some(running) = system.running {
        running.shutdown();
    }
    let mut files = written::all(&result, &folder, args.mask)?;
    if let Some(session) = &session {
        files.extend(written::evidence(&result, session, &folder)?);
    }
    let shown = if args.mask { masked(&result) } else { result };
    let options = TerminalOptions {
        color: ui.stdout_color(),
        width: ui::stdout_width(),
        written: files,
    };
    output::print(&terminal(&shown, &options))?;
    if args.open {
        reference::open_page(&folder.join(written::REPORT).display().to_string());
    }
    let exit = exit(&shown)?;
    fhir.map_or(Ok(exit), |fhir| fhir.end(exit))
}

fn execute(plan: Plan, options: Options) -> Result<RunResult, Failure> {
    let mut progress = Progress::new();
    let result = Run::new(plan, options)
        .and_then(|run| run.execute(&mut |event| progress.tell(&event)))
        .map_err(|e| refused(&e));
    progress.end();
    result
}

/// A run of an EHR that a driver operates, or of which a vendor declares something in a file.
fn without_a_tester(
    args: &RunArgs,
    plan: Plan,
    options: Options,
    mut fhir: Option<Fhir>,
) -> Result<(RunResult, Session, Option<Fhir>), Failure> {
    if args.role != RoleArg::Ehr {
        return Err(
            Diagnostic::new("--driver, --attest and --fhir are for an EHR under test")
                .with_help("say `--role ehr`")
                .into(),
        );
    }
    let attested = match &args.attest {
        None => Vec::new(),
        Some(path) => {
            crate::failure::read_text(path)?;
            titer_plan::load_attestations(path, &plan).map_err(plan::failure)?
        }
    };
    let folder = args
        .attest
        .as_ref()
        .and_then(|p| p.parent())
        .map(std::path::Path::to_path_buf)
        .unwrap_or_default();
    // a driver may have to start the system first
    if let (Some(fhir), None) = (&fhir, &args.driver) {
        fhir.reach()?;
    }
    let plan = Arc::new(plan);
    let mut progress = Progress::new();
    let listening = Run::new(Arc::clone(&plan), options)
        .and_then(Run::listen)
        .map_err(|e| refused(&e))?;
    let session = listening.session().clone();
    let mut say = |line: &str| ui::say(line);
    let mut work = Unattended {
        session: &session,
        plan: &plan,
        attested: &attested,
        folder,
        say: &mut say,
        fhir: fhir.as_mut(),
    };
    work.attest()?;
    if let Some(command) = &args.driver {
        let words = shlex::split(command).unwrap_or_default();
        let silence = Duration::from_secs(args.driver_timeout);
        let mut driver = Driver::start(&words, silence).map_err(|e| {
            Failure::from(
                Diagnostic::new(e.to_string())
                    .with_help("--driver takes a program and its arguments, as in a shell"),
            )
        })?;
        let at = Addresses {
            soap_url: listening.soap_url().to_owned(),
            http_url: listening.http_url().to_owned(),
            mllp: listening.mllp().map(|at| at.to_string()),
        };
        work.drive(&mut driver, &at)?;
        driver.end();
        listening.stop().now();
    }
    let mut result = listening.execute(&mut |event| {
        progress.tell(&event);
        if let (Some(fhir), Event::StepFinished { path, .. }) = (&mut fhir, &event) {
            fhir.came(&session, path);
        }
    });
    progress.end();
    if let Some(fhir) = &mut fhir {
        fhir.rest(&session);
        result = session.result();
    }
    Ok((result, session, fhir))
}

/// The exit code that the document says.
fn exit(result: &RunResult) -> Result<Exit, Failure> {
    match result.exit_code {
        0 => Ok(Exit::Good),
        1 => Ok(Exit::Findings),
        3 => Ok(Exit::Incomplete),
        4 => {
            let reason = result.system.unreachable.as_deref().unwrap_or("no answer");
            let told = Diagnostic::new(format!("cannot reach the system under test: {reason}"));
            Err(Failure::unreachable(told.with_help(
                "is the address right, does the system run, and may this machine connect to it?",
            )))
        }
        _ => Ok(Exit::Usage),
    }
}

fn refused(error: &RunError) -> Failure {
    if let RunError::Listen(error) = error {
        return reference::not_listening_at(error, "--bind or --mllp").into();
    }
    let diagnostic = Diagnostic::new(chain(error));
    match error {
        RunError::Selection(diagnostic) => (**diagnostic).clone().into(),
        RunError::Client(_) => diagnostic
            .with_help("--sut takes `reference` or an address such as https://iis.example.org/soap")
            .into(),
        _ => diagnostic.into(),
    }
}

/// What the plan knows about the system, and what the user's file adds.
fn known_failures(args: &RunArgs, plan: &Plan) -> Result<Vec<KnownFailure>, Failure> {
    let system = match args.role {
        RoleArg::Iis if args.sut == REFERENCE => REFERENCE,
        _ => "",
    };
    let mut known: Vec<KnownFailure> = plan
        .known_failures_of(system)
        .into_iter()
        .cloned()
        .collect();
    if let Some(path) = &args.known_failures {
        crate::failure::read_text(path)?;
        let more = titer_plan::load_known_failures(path, plan).map_err(plan::failure)?;
        known.extend(more.known_failures);
    }
    Ok(known)
}

pub(crate) fn date(text: &str) -> Result<jiff::civil::Date, Failure> {
    text.parse().map_err(|_| {
        Diagnostic::new(format!("`{text}` is not a date"))
            .with_help("write it as 2026-11-22")
            .into()
    })
}

/// The system under test, and what has to live as long as the run.
struct System {
    target: Target,
    name: String,
    about: Option<String>,
    address: Option<String>,
    running: Option<RunningIis>,
}

impl System {
    fn new(args: &RunArgs, clock: &SharedClock) -> Result<Self, Failure> {
        match args.role {
            RoleArg::Ehr => Self::ehr(args, clock),
            RoleArg::Iis if args.sut == REFERENCE => Self::reference(args, clock),
            RoleArg::Iis => Self::iis(args),
        }
    }

    fn reference(args: &RunArgs, clock: &SharedClock) -> Result<Self, Failure> {
        let policy = reference::policy(args.policy.as_deref())?;
        let personality = reference::personality(args.personality.as_deref())?;
        let mut about = format!("in memory, policy {}", policy.name);
        if !personality.title.is_empty() {
            about = format!("{about}; misbehaves on purpose: {}", personality.title);
        }
        let running = reference::start(IisOptions {
            clock: Arc::clone(clock),
            seed: args.seed,
            policy,
            personality,
            ..IisOptions::default()
        })?;
        let url = match args.transport {
            TransportArg::Http => running.http_url(),
            _ => running.soap_url(),
        };
        let credentials = running.credentials().clone();
        let target = target(args, url.clone(), credentials);
        Ok(Self {
            target: Target::Iis(target),
            name: "reference IIS".to_owned(),
            about: Some(about),
            address: args.now.is_none().then_some(url),
            running: Some(running),
        })
    }

    fn iis(args: &RunArgs) -> Result<Self, Failure> {
        refuse(args.policy.is_some(), "--policy", "reference IIS")?;
        refuse(args.personality.is_some(), "--personality", "reference IIS")?;
        if !args.sut.contains("://") {
            return Err(Diagnostic::new(format!("`{}` is no address", args.sut))
                .with_help(
                    "--sut takes `reference` or an address such as https://iis.example.org/soap",
                )
                .did_you_mean(&args.sut, [REFERENCE])
                .into());
        }
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        let credentials = Credentials::new(
            text(&args.login.username),
            text(&args.login.password),
            text(&args.login.facility),
        );
        Ok(Self {
            target: Target::Iis(target(args, args.sut.clone(), credentials)),
            name: args
                .product
                .clone()
                .unwrap_or_else(|| "IIS under test".to_owned()),
            about: None,
            address: Some(args.sut.clone()),
            running: None,
        })
    }

    fn ehr(args: &RunArgs, clock: &SharedClock) -> Result<Self, Failure> {
        if args.sut != REFERENCE {
            return Err(Diagnostic::new("--sut names an IIS, and an EHR is under test")
                .with_help("an EHR calls this program: leave --sut out, and say with --bind where to listen")
                .into());
        }
        let mut target = EhrTarget::new();
        target.forecaster = Some(Arc::new(crate::forecast::ours::Ours));
        target.bind = reference::address(&args.bind)?;
        target.mllp = args.mllp.as_deref().map(reference::address).transpose()?;
        target.idle = Some(Duration::from_secs(args.idle * 60));
        if args.login.username.is_some() || args.login.password.is_some() {
            let text = |part: &Option<String>| part.clone().unwrap_or_default();
            target.credentials = Some(Credentials::new(
                text(&args.login.username),
                text(&args.login.password),
                text(&args.login.facility),
            ));
        }
        // a driver is told what to log in with, so there is always something
        if target.credentials.is_none() && args.driver.is_some() {
            target.credentials = Some(Credentials::new(
                "ehr",
                format!("ehr-{}", args.seed),
                args.login
                    .facility
                    .clone()
                    .unwrap_or_else(|| "EHR".to_owned()),
            ));
        }
        let registry = Registry::memory(Arc::clone(clock), args.seed)
            .map_err(|e| Failure::usage(Diagnostic::new(chain(&e))))?;
        let config = IisConfig {
            policy: reference::policy(args.policy.as_deref())?,
            personality: reference::personality(args.personality.as_deref())?,
            scripts: Vec::new(),
            credentials: target.credentials.clone().unwrap_or_default(),
            kept_exchanges: 0,
        };
        target.fallback = Some(Arc::new(Iis::new(registry, config, Arc::clone(clock))));
        Ok(Self {
            target: Target::Ehr(target),
            name: args
                .product
                .clone()
                .unwrap_or_else(|| "EHR under test".to_owned()),
            about: None,
            address: None,
            running: None,
        })
    }
}

fn target(args: &RunArgs, url: String, credentials: Credentials) -> IisTarget {
    let mut target = match args.transport {
        TransportArg::Http => IisTarget::http(url, credentials),
        TransportArg::Soap | TransportArg::Soap11 => IisTarget::soap(url, credentials),
    };
    if args.transport == TransportArg::Soap11 {
        target.way = titer_runner::Way::Soap(SoapVersion::V11);
    }
    target.timeout = Duration::from_secs(args.timeout);
    target.connect_timeout = target.connect_timeout.min(target.timeout);
    target
}

/// An option that would change nothing is a mistake of the caller's.
fn refuse(given: bool, option: &str, only: &str) -> Result<(), Failure> {
    if given {
        return Err(Diagnostic::new(format!("{option} is for the {only} only")).into());
    }
    Ok(())
}
