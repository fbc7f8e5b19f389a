//! Writes our profiles from NIST bundles: `convert BUNDLES CODES OUT`.
//!
//! BUNDLES holds `profiles/`, `constraints/` and `valuesets/` in NIST's XML, CODES the CDC code tables as CSV, OUT becomes
//! the folder of YAML profiles. Facts only are carried: usage, cardinality, length, bindings, codes, expressions, names.
//! What was written is the source of truth from then on; this program is for taking in another release of the guide.

mod flavours;
mod library;
mod text;

use library::Library;
use std::path::PathBuf;

pub(crate) type Anything = Box<dyn std::error::Error>;

const PROFILES: [&str; 8] = [
    "VXU-Z22", "ACK-Z23", "RSP-Z31", "RSP-Z32", "RSP-Z33", "QBP-Z34", "RSP-Z42", "QBP-Z44",
];

pub(crate) const GUIDE: &str = "HL7 v2.5.1 Implementation Guide for Immunization Messaging, release 1.5 (October 2014), with its addendum (July 2015)";

fn main() -> Result<(), Anything> {
    let arguments: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    let [bundles, codes, out] = arguments.as_slice() else {
        return Err("usage: convert BUNDLES CODES OUT".into());
    };
    let mut library = Library::default();
    for name in PROFILES {
        library.read(bundles, name)?;
    }
    library.tables(codes)?;
    library.write(out)
}
