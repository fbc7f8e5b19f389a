//! Conformance profiles for HL7 v2: readers, the expression language, compilation to a validator, the verdict
