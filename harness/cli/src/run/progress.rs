//! What a run shows while it goes on: a bar on a terminal; what an EHR's tester has to know, everywhere.

use crate::ui::say;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use titer_runner::Event;

/// Shows events on stderr.
#[derive(Debug)]
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    terminal: bool,
    // the paths that were said to be open last
    open: Vec<String>,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            bar: None,
            terminal: std::io::stderr().is_terminal(),
            open: Vec::new(),
        }
    }

    /// Shows one event.
    pub(super) fn tell(&mut self, event: &Event) {
        match event {
            Event::RunStarted { steps, .. } if self.terminal => {
                let style = ProgressStyle::with_template("{bar:30} {pos} of {len} steps  {msg}")
                    .unwrap_or_else(|_| ProgressStyle::default_bar());
                self.bar = Some(ProgressBar::new(*steps as u64).with_style(style));
            }
            Event::StepStarted { path, title, .. } => {
                if let Some(bar) = &self.bar {
                    bar.set_message(format!("{path}  {title}"));
                }
            }
            Event::StepFinished { .. } => {
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                }
            }
            Event::Listening {
                soap_url,
                http_url,
                mllp,
            } => {
                let also = mllp.map(|at| format!(" or {at} (MLLP)"));
                self.line(&format!(
                    "waiting for the EHR at {soap_url} (SOAP) or {http_url} (HTTP){}",
                    also.unwrap_or_default()
                ));
            }
            Event::Waiting { open } => self.waiting(open),
            Event::Unexpected { because } => {
                self.line(&format!(
                    "a message came that belongs to no open step: {because}"
                ));
            }
            _ => {}
        }
    }

    fn waiting(&mut self, open: &[(String, String)]) {
        for (path, title) in open {
            if !self.open.contains(path) {
                self.line(&format!("  send now: {path}  {title}"));
            }
        }
        self.open = open.iter().map(|(path, _)| path.clone()).collect();
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| say(text)),
            None => say(text),
        }
    }

    /// Takes the bar away.
    pub(super) fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
