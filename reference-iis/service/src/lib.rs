//! The reference IIS on the wire: acknowledgments and responses from findings and records.
//!
//! [`Iis::process`] is the whole of it without a network: the first gate, validation by `titer_conformance`, the guide's table
//! of consequences, storing or searching in `titer_registry`, and the reply. [`RunningIis`] puts it behind CDC SOAP and plain
//! HTTP with a page that shows what arrived. [`Policy`] holds a jurisdiction's choices, [`Personality`] deliberate misbehaviour,
//! [`Script`] replies that a test plan fixes beforehand.
//!
//! Not here: conformance rules (those are the profiles'), how records are stored and matched, and SOAP itself.

mod cascade;
mod content;
mod exchange;
mod extract;
mod fhir;
mod forecast;
mod gate;
mod iis;
mod page;
mod personality;
mod policy;
mod query;
mod reply;
mod row;
mod rules;
mod running;
mod script;
mod shape;
mod vaccine;
mod values;
mod wire;

pub use iis::{Channel, Iis, IisConfig};
pub use personality::{Behaviour, Personality};
pub use policy::{
    Acknowledgments, EvaluatedMany, Forecasts, Need, Policy, ProtectedRecords, Queries,
};
pub use rules::rules;
pub use running::{Database, IisOptions, RunningIis, StartError};
pub use script::{Script, ScriptError, ScriptedReply, When};
