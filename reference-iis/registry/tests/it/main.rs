//! Tests of the registry through its public door.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod durable;
mod files;
mod group;
mod model;
mod people;
mod reports;
