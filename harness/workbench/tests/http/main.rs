//! The workbench over HTTP: every page, every form, wrong input, and what must not be possible.

mod acts;
mod browser;
mod guard;
mod messages;
mod pages;
