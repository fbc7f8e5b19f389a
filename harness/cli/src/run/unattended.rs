//! A run of an EHR without a tester: a driver does at the EHR what each step asks, and a file declares what a vendor
//! declares.

use super::driver::{Done, Driver, DriverError, FromDriver, Hello, PROTOCOL, ToDriver};
use super::fhir::Fhir;
use crate::failure::Failure;
use serde_json::{Value, json};
use std::fs::File;
use std::path::{Path, PathBuf};
use titer_finding::Diagnostic;
use titer_plan::model::StepKind;
use titer_plan::{Attested, Plan};
use titer_runner::result::Attestation;
use titer_runner::session::{ActError, Attachment, Carrier, Session, Settled, What};

/// Who acts, in the journal.
const BY: &str = "driver";

/// The largest file of evidence that a driver or an attestation may name, in bytes.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// Where the session listens.
pub(super) struct Addresses {
    pub(super) soap_url: String,
    pub(super) http_url: String,
    pub(super) mllp: Option<String>,
}

/// What is done without a tester.
pub(super) struct Unattended<'a> {
    pub(super) session: &'a Session,
    pub(super) plan: &'a Plan,
    pub(super) attested: &'a [Attested],
    /// The folder of the file of attestations: its evidence is named relative to it.
    pub(super) folder: PathBuf,
    /// Tells how it goes on.
    pub(super) say: &'a mut dyn FnMut(&str),
    /// The EHR's FHIR interface, read after the steps that allow it.
    pub(super) fhir: Option<&'a mut Fhir>,
}

impl Unattended<'_> {
    /// Declares what the file declares.
    pub(super) fn attest(&mut self) -> Result<(), Failure> {
        for declared in self.attested {
            let statement = match &declared.statement {
                Some(statement) => statement.clone(),
                None => self.statement(&declared.step),
            };
            let attestation = Attestation {
                statement,
                name: declared.name.clone(),
                role: declared.role.clone(),
                date: declared.date.to_string(),
                expires: declared.expires,
            };
            self.act(What::Attest {
                step: declared.step.clone(),
                attestation,
            })?;
            for name in &declared.evidence {
                self.attach(&declared.step, &self.folder.join(name), name)?;
            }
            if let Some(text) = &declared.comment {
                self.comment(&declared.step, text)?;
            }
        }
        Ok(())
    }

    fn statement(&self, path: &str) -> String {
        self.session
            .step_view(path)
            .and_then(|view| view.statement)
            .unwrap_or_default()
    }

    /// Has the driver do every step of the session, in the plan's order.
    pub(super) fn drive(&mut self, driver: &mut Driver, at: &Addresses) -> Result<(), Failure> {
        let result = self.session.result();
        let login = self.session.credentials().cloned().unwrap_or_default();
        driver.tell(&ToDriver::Hello(Hello {
            protocol: PROTOCOL,
            plan: result.plan.id.clone(),
            as_of: result.as_of.to_string(),
            soap_url: at.soap_url.clone(),
            http_url: at.http_url.clone(),
            mllp: at.mllp.clone(),
            username: login.username,
            password: login.password,
            facility: login.facility,
        }));
        let paths: Vec<String> = result.steps().map(|s| s.path.clone()).collect();
        for path in &paths {
            let Some(asked) = self.ask(path) else {
                continue;
            };
            driver.tell(&ToDriver::Step(asked));
            if let Err(error) = self.hear(driver, path)? {
                let because = error.to_string();
                (self.say)(&format!("{path}: {because}"));
                self.trouble(&paths, path, &because)?;
                // what comes after rests on what the driver did not do: it stays open
                return Ok(());
            }
        }
        Ok(())
    }

    // the driver failed at a step: the first one from there on that counts cannot be judged
    fn trouble(&self, paths: &[String], at: &str, because: &str) -> Result<(), Failure> {
        let counts = |path: &&String| {
            self.session
                .step_view(path)
                .is_some_and(|v| v.manual && !v.never_counts && v.statement.is_none())
        };
        let mut from = paths.iter().skip_while(|p| *p != at);
        let because = format!("{because} (at {at})");
        match from.find(counts) {
            Some(step) => self.act(What::Settle {
                step: step.clone(),
                verdict: Settled::Inconclusive,
                because,
            }),
            None => self.comment(at, &because),
        }
    }

    // the line that asks for a step; none where there is nothing to do
    fn ask(&self, path: &str) -> Option<Value> {
        let (case, step) = self.step(path)?;
        if step.kind() == Some(StepKind::Attest) || !step.applies(titer_plan::model::Side::Ehr) {
            return None;
        }
        let view = self.session.step_view(path)?;
        let kind = step.kind()?;
        // what an answer shows is known when the answer is; a juror's rows go without their values
        let checklist: Vec<&str> = view
            .step
            .checklist
            .iter()
            .map(|c| c.text.as_str())
            .collect();
        let example = view
            .example
            .map(|e| String::from_utf8_lossy(&e).into_owned());
        Some(json!({
            "path": path,
            "case": case.id.text(),
            "kind": kind.key(),
            "title": view.step.title,
            "evaluated": step.evaluated,
            "instructions": view.instructions,
            "pass": view.pass,
            "checklist": checklist,
            "ask": wanted(kind),
            "data": self.session.told(path),
            "example": example,
        }))
    }

    fn step(&self, path: &str) -> Option<(&titer_plan::model::Case, &titer_plan::model::Step)> {
        self.plan.cases().find_map(|(_, case)| {
            let step = case
                .steps
                .iter()
                .find(|step| self.plan.step_path(case, step) == path)?;
            Some((case, step))
        })
    }

    // the driver's lines up to the one that ends the step
    fn hear(
        &mut self,
        driver: &mut Driver,
        path: &str,
    ) -> Result<Result<(), DriverError>, Failure> {
        loop {
            let line = match driver.next() {
                Ok(line) => line,
                Err(error) => return Ok(Err(error)),
            };
            match line {
                FromDriver::Log(text) => (self.say)(&text),
                FromDriver::Ready { product, version } => {
                    let mut system = self.session.result().system;
                    system.product = system.product.or(product);
                    system.version = system.version.or(version);
                    self.act(What::System { system })?;
                }
                FromDriver::Cannot { step, because } if step == path => {
                    self.comment(path, &format!("the driver cannot do it: {because}"))?;
                    return Ok(Ok(()));
                }
                FromDriver::Done(done) if done.step == path => {
                    self.done(path, *done)?;
                    if let Some(fhir) = &mut self.fhir {
                        fhir.after(self.session, path);
                    }
                    return Ok(Ok(()));
                }
                FromDriver::Cannot { step, .. } => {
                    return Ok(Err(DriverError::OtherStep(path.to_owned(), step)));
                }
                FromDriver::Done(done) => {
                    return Ok(Err(DriverError::OtherStep(path.to_owned(), done.step)));
                }
            }
        }
    }

    fn done(&mut self, path: &str, done: Done) -> Result<(), Failure> {
        if let Some(message) = done.message {
            let bytes = message.replace('\n', "\r").into_bytes();
            self.session
                .take_in(Carrier::Paste, &bytes, BY)
                .map_err(|e| refused(path, &e))?;
        }
        for file in done.files {
            let title = file
                .title
                .unwrap_or_else(|| "file of the system".to_owned());
            self.attach(path, &file.path, &title)?;
        }
        if let Some(answers) = done.answers {
            self.act(What::Supply {
                step: path.to_owned(),
                answers: Box::new(answers),
            })?;
        }
        if let Some(text) = done.comment {
            self.comment(path, &text)?;
        }
        let never_counts = self.session.step_view(path).is_some_and(|v| v.never_counts);
        if never_counts {
            self.act(What::Done {
                step: path.to_owned(),
                done: true,
            })?;
        }
        Ok(())
    }

    fn comment(&self, path: &str, text: &str) -> Result<(), Failure> {
        self.act(What::Comment {
            step: path.to_owned(),
            text: text.to_owned(),
        })
    }

    fn act(&self, what: What) -> Result<(), Failure> {
        let step = what.step().unwrap_or_default().to_owned();
        match self.session.act(BY, what) {
            Ok(_) => Ok(()),
            Err(error) => Err(refused(&step, &error)),
        }
    }

    fn attach(&self, path: &str, file: &Path, title: &str) -> Result<(), Failure> {
        let mut reader = File::open(file)
            .map_err(|e| crate::failure::io_diagnostic("read the evidence", file, &e))?;
        let name = file
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        let attachment = Attachment {
            name: &name,
            title,
            media_type: media_type(&name),
        };
        self.session
            .attach(BY, path, &attachment, &mut reader, LARGEST_FILE)
            .map(|_| ())
            .map_err(|e| refused(path, &e))
    }
}

fn refused(step: &str, error: &ActError) -> Failure {
    Diagnostic::new(format!("{step}: {}", crate::failure::chain(error))).into()
}

/// Which answers a kind of step is judged by.
fn wanted(kind: StepKind) -> &'static [&'static str] {
    match kind {
        StepKind::DataEntry => &["patient", "doses", "fields"],
        StepKind::PatientSelect | StepKind::Deduplicate => &["patient"],
        StepKind::Inspect | StepKind::Reply | StepKind::Alert | StepKind::DataQuality => &["seen"],
        StepKind::Reconcile => &["before", "doses"],
        StepKind::ForecastDisplay => &["forecast"],
        StepKind::Document => &["files"],
        StepKind::PatientAccess => &["text", "files"],
        StepKind::AdverseEvent => &["reactions"],
        StepKind::Inventory => &["stock"],
        StepKind::Cohort => &["cohort"],
        _ => &[],
    }
}

/// The media type that a file's name tells.
fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    match ending.as_str() {
        "pdf" => "application/pdf",
        "txt" | "hl7" => "text/plain",
        "html" | "htm" => "text/html",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "json" => "application/json",
        "xml" => "application/xml",
        "csv" => "text/csv",
        _ => "application/octet-stream",
    }
}
