//! The engine: a compiled profile against a message.

pub(crate) mod bound;
pub(crate) mod code_report;
pub(crate) mod codes;
pub(crate) mod compare;
pub(crate) mod compile;
pub(crate) mod cotables;
pub(crate) mod element;
pub(crate) mod eval;
pub(crate) mod format;
pub(crate) mod found;
pub(crate) mod idle;
pub(crate) mod judge;
pub(crate) mod lookup;
pub(crate) mod notation;
pub(crate) mod parts;
pub(crate) mod profile;
pub(crate) mod quick;
pub(crate) mod reach;
pub(crate) mod rules;
pub(crate) mod series;
pub(crate) mod slicing;
pub(crate) mod structure;
pub(crate) mod tolerant;
pub(crate) mod tree;
pub(crate) mod walk;
pub(crate) mod whole;
