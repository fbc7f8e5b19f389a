//! The program from outside: real files, real sockets, real exit codes.

mod check;
#[path = "../common/mod.rs"]
mod common;
mod plan_report;
mod run;
mod serve;
