//! The program from outside: real files, real sockets, real exit codes.

mod check;
mod codes;
#[path = "../common/mod.rs"]
mod common;
mod dialect;
mod ehr;
mod fhir;
mod forecast;
mod hostile;
mod inputs;
mod plan_report;
mod profile;
mod recognised;
mod recognition;
mod run;
mod schedule;
mod serve;
mod summary;
mod workbench;
