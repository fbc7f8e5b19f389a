//! titer: proves that immunization data exchange works.
fn main() {}
