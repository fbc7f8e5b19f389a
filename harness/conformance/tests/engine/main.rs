//! The engine on small profiles and messages of our own; nothing here needs other files.

mod bundle;
mod checks;
mod common;
mod dialects;
mod expressions;
mod files;
mod large;
mod properties;
mod steps;
mod words;
