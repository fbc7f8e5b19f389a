//! The workbench over HTTP: every page, every form, wrong input, and what must not be possible.

mod acts;
mod browser;
mod fhir;
mod guard;
mod messages;
mod pages;
mod wrong;
