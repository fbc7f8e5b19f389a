//! An EHR under test as a journal: everything that happened is an entry, and the state is a function of the entries.
//!
//! [`Session`] is the whole. Messages come in by SOAP, HTTP, MLLP, file or paste; each is matched to an open step, judged
//! and answered, and what cannot be matched without guessing is kept for a tester to assign. Testers and drivers act
//! ([`Session::act`]), several at a time; every act can be undone by the one who did it. Whatever happens is committed to
//! the [`Journal`] before it is answered, so that a session goes on after any interruption with the same state and the
//! same result document, byte for byte.
//!
//! ```no_run
//! use std::sync::Arc;
//! use titer_runner::session::{ListenOptions, Session, SessionOptions, SqliteJournal, Settled, What};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let plan = Arc::new(titer_plan::load_builtin("onc-2015")?);
//! let journal = Box::new(SqliteJournal::create("our-ehr.sqlite")?);
//! let session = Session::begin(plan, SessionOptions::new("our EHR"), journal)?;
//! let endpoints = session.listen(ListenOptions::default())?;
//! println!("send to {}", endpoints.soap_url());
//! let open = session.waiting();
//! session.act("Ada", What::Comment { step: open[0].clone(), text: "begun".into() })?;
//! session.act("Ada", What::Settle {
//!     step: "onc-2015/AD-1/look".into(), verdict: Settled::Passed, because: "seen".into(),
//! })?;
//! println!("{}", session.result().standing.words());
//! # Ok(()) }
//! ```
//!
//! Not here: pages, the terminal, and how a proof compares ([`crate::result`] holds what came of it).

mod act;
mod acts;
mod answer;
mod assign;
mod clock;
mod desk;
mod door;
mod entry;
mod error;
mod evidence;
mod fhir;
mod fold;
mod intake;
mod journal;
mod kept;
mod listen;
mod options;
mod outcome;
mod recognise;
mod records;
mod registry;
mod rows;
#[expect(
    clippy::module_inception,
    reason = "the session itself, beside its parts"
)]
mod session;
mod settle;
mod shared;
mod showing;
mod sqlite;
mod state;
mod told;
mod view;
mod watch;

pub use acts::{Attachment, Taken};
pub use entry::{Carrier, Entry, JOURNAL_VERSION, Login, Settled, What};
pub use error::{ActError, SessionError};
pub use fhir::{FhirRead, FhirReadError};
pub use journal::{Journal, JournalError, MemoryJournal};
pub use listen::Endpoints;
pub use options::{ListenOptions, SessionOptions};
pub use session::Session;
pub use sqlite::SqliteJournal;
pub use view::{
    BarCode, CandidateView, DataRow, EvidenceWanted, HistoryLine, MessageView, Needed, Notice,
    StepView,
};

/// The name under which a file of evidence is kept beside the result document, from its entry and its own name.
pub(crate) fn evidence_name(seq: u64, name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let clean: String = base
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
                c
            } else {
                '-'
            }
        })
        .take(80)
        .collect();
    let clean = clean.trim_matches(['.', '-']);
    format!(
        "evidence/{seq}-{}",
        if clean.is_empty() { "file" } else { clean }
    )
}

#[cfg(test)]
mod tests {
    use super::evidence_name;

    #[test]
    fn a_files_name_leads_nowhere_else() {
        assert_eq!(evidence_name(7, "../../etc/passwd"), "evidence/7-passwd");
        assert_eq!(
            evidence_name(7, "C:\\a\\Käse 1.PNG"),
            "evidence/7-K-se-1.PNG"
        );
        assert_eq!(evidence_name(7, ".."), "evidence/7-file");
    }
}
