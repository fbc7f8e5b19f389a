//! The pages: each a function of the session as it is now.

mod fhir;
mod frame;
mod history;
mod lines;
mod messages;
mod person;
mod plan;
mod report;
mod rule;
mod shown;
mod start;
mod step;
mod stock;

pub(crate) use frame::{Visit, others_key, problem};
pub(crate) use history::{history, last_act};
pub(crate) use lines::{href, short};
pub(crate) use messages::{message, messages};
pub(crate) use plan::plan;
pub(crate) use report::{Download, download, report};
pub(crate) use rule::rule;
pub(crate) use shown::answers;
pub(crate) use start::start;
pub(crate) use step::{asked_of, files_of, statement, step};
pub(crate) use stock::stock;
