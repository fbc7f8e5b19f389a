//! Executes test plans and writes the result document
