//! Recognition reports from a result document
