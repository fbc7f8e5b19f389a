//! The FHIR interface of an EHR under test, read for the steps of a plan that let it stand for an eye.

use crate::args::RunArgs;
use crate::failure::{Failure, chain, io_diagnostic};
use crate::ui;
use titer_finding::Diagnostic;
use titer_runner::session::Session;
use titer_wire::fhir::{Backend, FhirAuth, FhirClient, FhirOptions, Secret, SigningKey};

/// Who supplies what it tells, in the journal.
const BY: &str = "fhir";

/// The client that the arguments ask for, when they ask for one.
pub(super) fn client(args: &RunArgs) -> Result<Option<FhirClient>, Failure> {
    let Some(base) = &args.fhir else {
        return Ok(None);
    };
    let auth = match (&args.fhir_token, &args.fhir_client, &args.fhir_key) {
        (Some(token), _, _) => FhirAuth::Token(Secret::new(token)),
        (None, Some(id), Some(path)) => {
            let pem = std::fs::read(path).map_err(|e| io_diagnostic("read the key", path, &e))?;
            let key = SigningKey::from_pem(&pem).map_err(|e| {
                Diagnostic::new(format!("the key cannot be used: {}", chain(&e)))
                    .in_file(path.display().to_string())
            })?;
            FhirAuth::Backend(Box::new(Backend::new(id.clone(), key)))
        }
        _ => FhirAuth::Open,
    };
    let options = FhirOptions {
        auth,
        ..FhirOptions::default()
    };
    FhirClient::new(base, options).map(Some).map_err(|e| {
        Diagnostic::new(chain(&e))
            .with_help("--fhir takes an address such as https://ehr.example.org/fhir/r4")
            .into()
    })
}

/// Reads it for every step that allows it; what could not be read is told, and its step stays with an eye.
pub(super) fn read(session: &Session, client: &FhirClient) {
    let steps = session.fhir_steps();
    for read in session.read_fhir(BY, client, &steps) {
        match read.outcome {
            Ok(notes) => {
                for note in notes {
                    ui::say(format!("{}: {note}", read.step));
                }
            }
            Err(error) => ui::say(format!("{}: {}", read.step, chain(&error))),
        }
    }
}
