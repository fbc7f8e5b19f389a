//! What a tester can put right: a status, a sentence, what to do about it, and the input that must not be lost.

use crate::form::{Form, Kept};
use axum::http::StatusCode;

/// Why a request was not carried out.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// What is wrong, in one sentence without a full stop.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) help: String,
    /// The field that it is about.
    pub(crate) field: String,
    /// The form as it was sent.
    pub(crate) kept: Box<Kept>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, what: impl Into<String>) -> Self {
        Self {
            status,
            what: what.into(),
            help: String::new(),
            field: String::new(),
            kept: Box::default(),
        }
    }

    /// Input that is not what the form asks for.
    pub(crate) fn input(what: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, what)
    }

    /// There is no such thing.
    pub(crate) fn missing(what: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, what)
    }

    /// A mistake of this program.
    pub(crate) fn broken() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the page could not be made",
        )
        .help("this is a mistake of the program; what was recorded before is kept")
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    pub(crate) fn field(mut self, field: impl Into<String>) -> Self {
        self.field = field.into();
        self
    }

    pub(crate) fn keep(mut self, form: &Form) -> Self {
        *self.kept = form.kept();
        self
    }
}
