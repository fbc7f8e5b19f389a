//! The shipped plans are embedded: a change in one of them builds the crate again.

fn main() {
    println!("cargo::rerun-if-changed=../../test-plans");
}
