//! How long it takes until the shipped schedule can be used.

use divan::black_box;
use titer_forecast::schedule::{Schedule, open_shipped, shipped};
use titer_forecast::{Forecaster, Options};

#[global_allocator]
static ALLOCATIONS: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

/// Both, one after the other: what a program waits for before its first answer.
#[divan::bench]
fn open() -> Forecaster {
    Forecaster::new(&read(), Options::default())
}

/// The typed form is compiled into dense tables.
#[divan::bench]
fn compile() -> Forecaster {
    Forecaster::new(black_box(shipped()), Options::default())
}

/// The compact form becomes the typed form.
#[divan::bench]
fn read() -> Schedule {
    open_shipped().expect("the shipped schedule is read")
}
