//! How long it takes until the shipped schedule can be used.

use titer_forecast::schedule::{Schedule, open_shipped};

#[global_allocator]
static ALLOCATIONS: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

/// Its files are read into the typed form.
#[divan::bench]
fn read() -> Schedule {
    open_shipped().expect("the shipped schedule is read")
}
