//! Executes test plans and writes the result document

pub mod result;
