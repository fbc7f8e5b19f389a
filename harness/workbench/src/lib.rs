//! Web pages with which testers work through a test plan, served by the program itself.
//!
//! [`Workbench::start`] serves a [`Session`](titer_runner::session::Session): its start page, the plan with the state of every
//! step, a page for each step, everything that came, the report and the history; and beside them the addresses that the EHR
//! under test calls. The pages are HTML that works without scripts; a small script brings them up to date. Nothing is asked of
//! another host.
//!
//! Not here: verdicts. Every page is a function of the session as it is now, and every form is an act of the session.

mod acts;
mod app;
mod error;
mod fhir;
mod files;
mod form;
mod guard;
mod message;
mod names;
mod pages;
mod presence;
mod problem;
mod server;
mod table;
mod templates;
mod words;
mod workbench;

pub use error::StartError;
pub use guard::secret;
pub use workbench::{Workbench, WorkbenchOptions};
