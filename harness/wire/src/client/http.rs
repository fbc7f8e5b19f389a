//! The client for ER7 over plain HTTP.

use super::Call;
use super::post::{CallError, ClientError, ClientOptions, Post, Poster};
use crate::exchange::Transport;
use axum::http::HeaderName;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use base64::Engine as _;

/// How the body of a request is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpForm {
    /// `application/hl7-v2`.
    #[default]
    Hl7V2,
    /// `x-application/hl7-v2+er7`.
    Er7,
    /// `text/plain`.
    Text,
    /// A form with `USERID`, `PASSWORD`, `FACILITYID` and `MESSAGEDATA`.
    Form,
}

/// Where the credentials go when the body is the message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpLogin {
    /// Headers `USERID`, `PASSWORD` and `FACILITYID`.
    #[default]
    Headers,
    /// HTTP Basic; the facility in its header.
    Basic,
    /// Nowhere.
    None,
}

/// Posts messages to one address. Blocking; may be used from many threads.
#[derive(Clone)]
pub struct HttpClient {
    poster: Poster,
    form: HttpForm,
    login: HttpLogin,
}

impl HttpClient {
    /// A client of `url`; the SOAP version of the options does not matter.
    pub fn new(
        url: &str,
        form: HttpForm,
        login: HttpLogin,
        options: ClientOptions,
    ) -> Result<Self, ClientError> {
        Poster::new(url, options).map(|poster| Self {
            poster,
            form,
            login,
        })
    }

    /// Sends one message; the answer is the message that came back under HTTP 200.
    pub fn submit(&self, message: &[u8]) -> Call<Vec<u8>> {
        let charset = if std::str::from_utf8(message).is_ok() {
            "utf-8"
        } else {
            "iso-8859-1"
        };
        let given = &self.poster.options.credentials;
        let (content_type, body) = match self.form {
            HttpForm::Hl7V2 => (
                format!("application/hl7-v2; charset={charset}"),
                message.to_vec(),
            ),
            HttpForm::Er7 => (
                format!("x-application/hl7-v2+er7; charset={charset}"),
                message.to_vec(),
            ),
            HttpForm::Text => (format!("text/plain; charset={charset}"), message.to_vec()),
            HttpForm::Form => {
                let fields: [(&str, &[u8]); 4] = [
                    ("USERID", given.username.as_bytes()),
                    ("PASSWORD", given.password.as_bytes()),
                    ("FACILITYID", given.facility.as_bytes()),
                    ("MESSAGEDATA", message),
                ];
                let body = fields.map(|(name, value)| format!("{name}={}", percent(value)));
                (
                    "application/x-www-form-urlencoded".to_owned(),
                    body.join("&").into_bytes(),
                )
            }
        };
        let mut headers = vec![(CONTENT_TYPE, content_type)];
        let facility = HeaderName::from_static("facilityid");
        match self.login {
            _ if self.form == HttpForm::Form => {}
            HttpLogin::Headers => {
                headers.push((HeaderName::from_static("userid"), given.username.clone()));
                headers.push((HeaderName::from_static("password"), given.password.clone()));
                headers.push((facility, given.facility.clone()));
            }
            HttpLogin::Basic => {
                let pair = format!("{}:{}", given.username, given.password);
                let pair = base64::engine::general_purpose::STANDARD.encode(pair);
                headers.push((AUTHORIZATION, format!("Basic {pair}")));
                headers.push((facility, given.facility.clone()));
            }
            HttpLogin::None => {}
        }
        let (result, exchange) = self.poster.post(&Post {
            transport: Transport::Http,
            operation: "POST",
            headers,
            body,
        });
        let outcome = result.and_then(|received| {
            if !(200..300).contains(&received.status) {
                return Err(CallError::Http {
                    status: received.status,
                });
            }
            let start = received
                .body
                .iter()
                .position(|b| !b.is_ascii_whitespace() && *b != 0x0B);
            let message = start
                .and_then(|at| received.body.get(at..))
                .unwrap_or_default();
            if message.starts_with(b"MSH") {
                Ok(message.to_vec())
            } else {
                Err(CallError::NotHl7)
            }
        });
        self.poster.finish(outcome, Vec::new(), exchange)
    }
}

/// A value of a form: everything but letters, digits and `-._~` escaped.
fn percent(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            out.push(char::from(*byte));
        } else {
            use std::fmt::Write as _;
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
