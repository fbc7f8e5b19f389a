//! `titer serve`: the reference IIS until it is stopped.

use crate::args::ServeArgs;
use crate::exit::Exit;
use crate::failure::{Failure, io_diagnostic};
use crate::ui::Ui;
use crate::{output, reference};
use std::fmt::Write;
use std::path::Path;
use titer_runner::result::sha256_hex;
use titer_service::{Database, IisOptions, RunningIis};
use titer_wire::Credentials;

/// What a caller sends when nothing else was said.
const USERNAME: &str = "titer";
const FACILITY: &str = "TITER-CLINIC";

pub(crate) fn run(args: &ServeArgs, _: &Ui) -> Result<Exit, Failure> {
    let options = IisOptions {
        bind: reference::address(&args.bind)?,
        database: database(args.db.as_deref())?,
        clock: reference::clock(args.now.as_deref())?,
        seed: args.seed,
        policy: reference::policy(args.policy.as_deref())?,
        personality: reference::personality(args.personality.as_deref())?,
        credentials: Some(Credentials::new(
            args.login.username.as_deref().unwrap_or(USERNAME),
            args.login
                .password
                .clone()
                .unwrap_or_else(|| password(args.seed)),
            args.login.facility.as_deref().unwrap_or(FACILITY),
        )),
        ..IisOptions::default()
    };
    let misbehaves = options.personality.title.clone();
    let running = reference::start(options)?;
    output::print(&greeting(&running, args, &misbehaves))?;
    if args.open {
        reference::open_page(&running.page_url());
    }
    // what was acknowledged is durable: whoever ends the program loses nothing
    loop {
        std::thread::park();
    }
}

/// A password that the same seed gives again.
fn password(seed: u64) -> String {
    let mut password = sha256_hex(format!("the password of seed {seed}").as_bytes());
    password.truncate(16);
    password
}

/// Where records are kept; a folder that is not there is told before SQLite says it in its own words.
fn database(path: Option<&Path>) -> Result<Database, Failure> {
    let Some(path) = path else {
        return Ok(Database::Memory);
    };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    if let Some(folder) = folder
        && let Err(error) = std::fs::metadata(folder)
    {
        return Err(io_diagnostic("open the database", path, &error).into());
    }
    if path.is_dir() {
        let error = std::io::ErrorKind::IsADirectory.into();
        return Err(io_diagnostic("open the database", path, &error).into());
    }
    Ok(Database::File(path.to_owned()))
}

fn greeting(running: &RunningIis, args: &ServeArgs, misbehaves: &str) -> String {
    let credentials = running.credentials();
    let mut text = String::from("the reference IIS is running\n");
    let _ = writeln!(text, "  page      {}", running.page_url());
    let _ = writeln!(
        text,
        "  SOAP      {url}   definition {url}?wsdl",
        url = running.soap_url()
    );
    let _ = writeln!(text, "  HTTP      {}", running.http_url());
    let _ = writeln!(text, "  username  {}", credentials.username);
    if args.login.password.is_some() {
        let _ = writeln!(text, "  password  (the one that was given)");
    } else {
        let _ = writeln!(text, "  password  {}", credentials.password);
    }
    let _ = writeln!(text, "  facility  {}", credentials.facility);
    match &args.db {
        Some(path) => {
            let _ = writeln!(text, "  records   {}", path.display());
        }
        None => text.push_str("  records   in memory: gone when it stops\n"),
    }
    if !misbehaves.is_empty() {
        let _ = writeln!(text, "  misbehaves on purpose: {misbehaves}");
    }
    text.push_str("stop it with Ctrl-C\n");
    text
}
