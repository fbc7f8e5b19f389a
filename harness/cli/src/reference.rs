//! The reference IIS as `run` and `serve` start it, and what both are told alike.

use crate::failure::{Failure, chain, read_text};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use titer_finding::Diagnostic;
use titer_finding::words;
use titer_hl7::clock::{FixedClock, SharedClock, SystemClock};
use titer_service::{IisOptions, Personality, Policy, RunningIis, StartError};
use titer_wire::ServerError;

/// The system's clock, or one that stands still at an instant such as 2026-11-22T10:00:00Z.
pub(crate) fn clock(now: Option<&str>) -> Result<SharedClock, Failure> {
    let Some(text) = now else {
        return Ok(Arc::new(SystemClock::new()));
    };
    match text.parse::<jiff::Timestamp>() {
        Ok(instant) => {
            let zoned = instant.to_zoned(jiff::tz::TimeZone::UTC);
            Ok(Arc::new(FixedClock(zoned)))
        }
        Err(_) => Err(Diagnostic::new(format!("`{text}` is not a time"))
            .with_help("write it as 2026-11-22T10:00:00Z")
            .into()),
    }
}

/// An address to listen on.
pub(crate) fn address(text: &str) -> Result<SocketAddr, Failure> {
    let found = text.to_socket_addrs().ok().and_then(|mut all| all.next());
    found.ok_or_else(|| {
        Diagnostic::new(format!("`{text}` is not an address to listen on"))
            .with_help("write it as 127.0.0.1:8080; port 0 takes a free one")
            .into()
    })
}

/// The jurisdiction's choices in a file, or the national ones.
pub(crate) fn policy(path: Option<&Path>) -> Result<Policy, Failure> {
    match path {
        None => Ok(Policy::national()),
        Some(path) => {
            let text = read_text(path)?;
            Ok(Policy::read(&path.display().to_string(), &text)?)
        }
    }
}

/// A misbehaviour by its name or from a file; none when nothing is named.
pub(crate) fn personality(name: Option<&str>) -> Result<Personality, Failure> {
    let Some(name) = name else {
        return Ok(Personality::well_behaved());
    };
    if let Some(known) = Personality::named(name) {
        return Ok(known);
    }
    let path = Path::new(name);
    if path.exists() {
        let text = read_text(path)?;
        return Ok(Personality::read(name, &text)?);
    }
    let shipped = Personality::shipped();
    let names: Vec<&str> = shipped.iter().map(|p| p.name.as_str()).collect();
    Err(
        Diagnostic::new(format!("no misbehaviour is called `{name}`"))
            .with_help(format!("known are {}", words::list(names.iter().copied())))
            .did_you_mean(name, names)
            .into(),
    )
}

/// Starts it; what stands in the way is a diagnostic.
pub(crate) fn start(options: IisOptions) -> Result<RunningIis, Failure> {
    RunningIis::start(options).map_err(|error| unstarted(&error).into())
}

fn unstarted(error: &StartError) -> Diagnostic {
    match error {
        StartError::Server(error) => not_listening(error),
        StartError::Registry(_) => Diagnostic::new(chain(error)),
    }
}

/// Why nobody can listen at an address.
pub(crate) fn not_listening(error: &ServerError) -> Diagnostic {
    not_listening_at(error, "--bind")
}

/// The same, of an address that another option names.
pub(crate) fn not_listening_at(error: &ServerError, option: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(chain(error));
    match error {
        ServerError::PortInUse { .. } => diagnostic.with_help(format!(
            "stop the other program, or name another address with {option}"
        )),
        _ => diagnostic,
    }
}

/// Opens a page in the browser; where there is none, nothing happens.
pub(crate) fn open_page(address: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let started = std::process::Command::new(program)
        .arg(address)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    if started.is_err() {
        crate::ui::say(format!("no browser could be started; open {address}"));
    }
}
