//! The FHIR interface of an EHR under test, read for the steps of a plan that let it stand for an eye.
//!
//! It is read while what a step asks for is there: after the step when a driver does it, else when the message comes that
//! tells of it. What no message tells of is read at the end.

use crate::args::RunArgs;
use crate::exit::Exit;
use crate::failure::{Failure, chain, io_diagnostic};
use crate::ui;
use std::collections::BTreeSet;
use titer_finding::{Diagnostic, Severity};
use titer_runner::session::{FhirReadError, Session};
use titer_wire::fhir::{Backend, FhirAuth, FhirClient, FhirError, FhirOptions, Secret, SigningKey};

/// Who supplies what it tells, in the journal.
const BY: &str = "fhir";

/// The interface, and how reading it went.
pub(super) struct Fhir {
    client: FhirClient,
    // steps for which it was asked already
    asked: BTreeSet<String>,
    // what was said already, and of how many steps
    said: Vec<(String, u32)>,
    unread: u32,
    unreachable: bool,
}

impl Fhir {
    /// What the arguments ask for, when they ask for it.
    pub(super) fn new(args: &RunArgs) -> Result<Option<Self>, Failure> {
        let Some(base) = &args.fhir else {
            return Ok(None);
        };
        let auth = match (&args.fhir_token, &args.fhir_client, &args.fhir_key) {
            (Some(token), _, _) => FhirAuth::Token(Secret::new(token)),
            (None, Some(id), Some(path)) => {
                let pem =
                    std::fs::read(path).map_err(|e| io_diagnostic("read the key", path, &e))?;
                let key = SigningKey::from_pem(&pem).map_err(|e| {
                    FhirError::from(e)
                        .diagnostic()
                        .in_file(path.display().to_string())
                })?;
                let mut backend = Backend::new(id.clone(), key);
                backend.key_id.clone_from(&args.fhir_key_id);
                FhirAuth::Backend(Box::new(backend))
            }
            _ => FhirAuth::Open,
        };
        let options = FhirOptions {
            auth,
            ..FhirOptions::default()
        };
        let client = FhirClient::new(base, options).map_err(|e| {
            Diagnostic::new(chain(&e))
                .with_help("--fhir takes an address such as https://ehr.example.org/fhir/r4")
        })?;
        Ok(Some(Self {
            client,
            asked: BTreeSet::new(),
            said: Vec::new(),
            unread: 0,
            unreachable: false,
        }))
    }

    /// Whether somebody is there and lets us in, before a run of hours begins.
    pub(super) fn reach(&self) -> Result<(), Failure> {
        self.client.about().map(|_| ()).map_err(|error| {
            let mut told = error.diagnostic();
            told.message = format!("the FHIR interface cannot be used: {}", chain(&error));
            match error {
                FhirError::Call { .. } => Failure::unreachable(told),
                _ => told.into(),
            }
        })
    }

    /// A driver did a step.
    pub(super) fn after(&mut self, session: &Session, step: &str) {
        if session.fhir_steps().iter().any(|s| s == step) {
            self.read(session, vec![step.to_owned()]);
        }
    }

    /// A step has its message: what this message tells of is in the system now.
    pub(super) fn came(&mut self, session: &Session, message: &str) {
        let plan = session.plan();
        let mut told_of = Vec::new();
        for (case, step) in plan
            .cases()
            .flat_map(|(_, case)| case.steps.iter().map(move |step| (case, step)))
        {
            let traced = step.trace.iter().filter_map(|t| t.step.get()).any(|of| {
                let case = of.case.as_deref().unwrap_or(case.id.text());
                message.strip_prefix(plan.id.as_str()) == Some(&format!("/{case}/{}", of.step))
            });
            if traced {
                told_of.push(plan.step_path(case, step));
            }
        }
        let mut steps = session.fhir_steps();
        steps.retain(|s| told_of.contains(s));
        self.read(session, steps);
    }

    /// Everything that was not asked for yet.
    pub(super) fn rest(&mut self, session: &Session) {
        self.read(session, session.fhir_steps());
        for (what, steps) in &self.said {
            if *steps > 1 {
                ui::say(format!("{what}: {steps} steps stay without it"));
            }
        }
    }

    fn read(&mut self, session: &Session, mut steps: Vec<String>) {
        steps.retain(|s| !self.asked.contains(s));
        if self.unreachable {
            // it was said, and every further try would take its time
            self.unread += u32::try_from(steps.len()).unwrap_or(u32::MAX);
            self.asked.extend(steps);
            return;
        }
        for read in session.read_fhir(BY, &self.client, &steps) {
            self.asked.insert(read.step.clone());
            match read.outcome {
                Ok(notes) => {
                    for note in notes {
                        self.say(&read.step, Diagnostic::new(note));
                    }
                }
                Err(FhirReadError::Fhir(error)) => {
                    self.unread += 1;
                    self.unreachable |= matches!(error, FhirError::Call { .. });
                    let mut told = error.diagnostic();
                    told.message = chain(&error);
                    self.say(&read.step, told);
                }
                // the step is about nobody, or takes no answers: there is nothing to read
                Err(error) => self.say(&read.step, Diagnostic::new(chain(&error))),
            }
        }
    }

    // once for every cause
    fn say(&mut self, step: &str, mut told: Diagnostic) {
        if let Some((_, steps)) = self.said.iter_mut().find(|(what, _)| *what == told.message) {
            *steps += 1;
            return;
        }
        self.said.push((told.message.clone(), 1));
        told.message = format!("{step}: {}", told.message);
        ui::say(told.render_as(Severity::Warning, false));
    }

    /// How the program ends: what was asked for and could not be read leaves a run incomplete.
    pub(super) fn end(&self, exit: Exit) -> Result<Exit, Failure> {
        if self.unread == 0 || exit == Exit::Findings {
            return Ok(exit);
        }
        let told = Diagnostic::new(match self.unread {
            1 => "the FHIR interface told nothing for a step".to_owned(),
            n => format!("the FHIR interface told nothing for {n} steps"),
        })
        .with_help("the cause is said above; the run counts as incomplete without it");
        Err(Failure {
            exit: if self.unreachable {
                Exit::Unreachable
            } else {
                Exit::Incomplete
            },
            diagnostics: vec![told],
        })
    }
}
