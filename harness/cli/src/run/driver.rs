//! A driver: a child process that does at an EHR what a tester would do, told step by step as lines of JSON.
//!
//! Both directions are one JSON object a line with one key. To the driver: `hello`, `step`, `bye`. From it: `ready`, `log`,
//! `done`, `cannot`. Lines are read and written on threads of their own, so that a driver that is silent, does not read, or
//! dies is an error after a stated time and never a hang.

use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};
use titer_runner::result::Answers;

/// The protocol's name and version, in `hello`.
pub(crate) const PROTOCOL: &str = "titer-driver/1";

/// The longest line that a driver may write, in bytes.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

/// What the driver is told before the first step.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Hello {
    /// [`PROTOCOL`].
    pub(crate) protocol: &'static str,
    /// The plan's id.
    pub(crate) plan: String,
    /// The day as of which the plan runs, as 2026-11-22.
    pub(crate) as_of: String,
    /// Where CDC SOAP calls go.
    pub(crate) soap_url: String,
    /// Where messages are posted.
    pub(crate) http_url: String,
    /// Where MLLP connects to, `HOST:PORT`, when it is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mllp: Option<String>,
    /// User name that the EHR sends.
    pub(crate) username: String,
    /// Password that the EHR sends.
    pub(crate) password: String,
    /// Facility that the EHR sends.
    pub(crate) facility: String,
}

/// A line to the driver.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ToDriver {
    /// The first line.
    Hello(Hello),
    /// A step to do.
    Step(serde_json::Value),
    /// The last line: the driver ends.
    Bye {},
}

/// A file that the EHR wrote, such as a printed record.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DriverFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What it shows.
    #[serde(default)]
    pub(crate) title: Option<String>,
}

/// What came of a step.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Done {
    /// The step's path, as it was told.
    pub(crate) step: String,
    /// What the EHR shows, as data.
    #[serde(default)]
    pub(crate) answers: Option<Answers>,
    /// A message of the EHR for the harness to take in, in place of a call.
    #[serde(default)]
    pub(crate) message: Option<String>,
    /// Files that show it.
    #[serde(default)]
    pub(crate) files: Vec<DriverFile>,
    /// Anything that the report should say.
    #[serde(default)]
    pub(crate) comment: Option<String>,
}

/// A line from the driver.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FromDriver {
    /// It is there; name and version of the EHR that it drives.
    Ready {
        /// The product.
        #[serde(default)]
        product: Option<String>,
        /// Its version.
        #[serde(default)]
        version: Option<String>,
    },
    /// Something for the person who looks on.
    Log(String),
    /// The step is done.
    Done(Box<Done>),
    /// The driver cannot do the step: it stays open for a person.
    Cannot {
        /// The step's path.
        step: String,
        /// Why.
        because: String,
    },
}

/// Why a driver gave no answer.
#[derive(Debug)]
pub(crate) enum DriverError {
    /// The program could not be started.
    Start(std::io::Error),
    /// It ended.
    Gone(Option<i32>),
    /// It said nothing for this long.
    Silent(Duration),
    /// A line of it is not of the protocol: number of the line, and what is wrong.
    Line(u64, String),
    /// It speaks of another step than the one that it was asked to do.
    OtherStep(String, String),
}

impl std::fmt::Display for DriverError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DriverError::Start(e) => write!(f, "the driver cannot be started: {e}"),
            DriverError::Gone(Some(code)) => {
                write!(
                    f,
                    "the driver ended with exit code {code} before it answered"
                )
            }
            DriverError::Gone(None) => f.write_str("the driver ended before it answered"),
            DriverError::Silent(time) => {
                write!(f, "the driver said nothing for {} seconds", time.as_secs())
            }
            DriverError::Line(number, what) => {
                write!(f, "line {number} of the driver's output: {what}")
            }
            DriverError::OtherStep(asked, told) => {
                write!(f, "the driver was asked for {asked} and speaks of {told}")
            }
        }
    }
}

/// A driver that runs. It is ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Driver {
    child: Child,
    to: Option<Sender<String>>,
    from: Receiver<Result<FromDriver, DriverError>>,
    silence: Duration,
}

impl Driver {
    /// Starts a program. The command is split into words as a shell does, quotes included; no shell is started.
    pub(crate) fn start(command: &[String], silence: Duration) -> Result<Self, DriverError> {
        let nothing = || std::io::Error::new(std::io::ErrorKind::NotFound, "no program is named");
        let (program, args) = command
            .split_first()
            .ok_or_else(nothing)
            .map_err(DriverError::Start)?;
        let mut child = Command::new(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(DriverError::Start)?;
        let (to, lines) = channel();
        if let Some(stdin) = child.stdin.take() {
            std::thread::spawn(move || write_lines(stdin, &lines));
        }
        let (said, from) = channel();
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || read_lines(stdout, &said));
        }
        Ok(Self {
            child,
            to: Some(to),
            from,
            silence,
        })
    }

    /// Sends a line. A driver that has ended is noticed when its answer is waited for.
    pub(crate) fn tell(&self, line: &ToDriver) {
        if let (Some(to), Ok(text)) = (&self.to, serde_json::to_string(line)) {
            let _ = to.send(text);
        }
    }

    /// The next line of the driver.
    pub(crate) fn next(&mut self) -> Result<FromDriver, DriverError> {
        match self.from.recv_timeout(self.silence) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => Err(DriverError::Silent(self.silence)),
            Err(RecvTimeoutError::Disconnected) => {
                Err(DriverError::Gone(self.ended(Duration::from_secs(1))))
            }
        }
    }

    /// Says goodbye, waits a moment, and ends the program if it is still there.
    pub(crate) fn end(mut self) {
        self.tell(&ToDriver::Bye {});
        self.to = None;
        let _ = self.ended(Duration::from_secs(5));
    }

    // the exit code, when the program ends within the time
    fn ended(&mut self, within: Duration) -> Option<i32> {
        let until = Instant::now() + within;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return status.code(),
                Ok(None) if Instant::now() < until => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                _ => return None,
            }
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn write_lines(mut stdin: ChildStdin, lines: &Receiver<String>) {
    for line in lines {
        let written = stdin
            .write_all(line.as_bytes())
            .and_then(|()| stdin.write_all(b"\n"))
            .and_then(|()| stdin.flush());
        if written.is_err() {
            return;
        }
    }
}

fn read_lines(stdout: ChildStdout, said: &Sender<Result<FromDriver, DriverError>>) {
    let mut reader = BufReader::new(stdout);
    let mut number = 0;
    loop {
        number += 1;
        let mut line = Vec::new();
        let read = (&mut reader)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line);
        match read {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let told = if line.len() as u64 == LONGEST_LINE {
            Err(DriverError::Line(
                number,
                format!("it is longer than {LONGEST_LINE} bytes"),
            ))
        } else if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        } else {
            serde_json::from_slice(&line).map_err(|e| {
                // serde's words may quote values of a patient, so only the place is told
                let what = match e.classify() {
                    serde_json::error::Category::Data => {
                        "a key or a value that the protocol does not have"
                    }
                    _ => "no JSON",
                };
                DriverError::Line(number, format!("{what}, at column {}", e.column()))
            })
        };
        let bad = told.is_err();
        if said.send(told).is_err() || bad {
            return;
        }
    }
}
