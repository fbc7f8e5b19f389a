//! Coming in: a pasted token, or a SMART backend service.

use super::error::FhirError;
use super::key::SigningKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::{Value, json};
use titer_hl7::clock::SharedClock;

/// What an assertion may live, in seconds; SMART allows five minutes.
const LIFE: i64 = 240;

/// A token. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a token; blanks around it are taken away, and a `Bearer` that was pasted with it.
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        let bare = text
            .get(..7)
            .filter(|head| head.eq_ignore_ascii_case("bearer "))
            .and_then(|_| text.get(7..));
        Self(bare.unwrap_or(text).trim().to_owned())
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// A backend service that was registered with the EHR.
#[derive(Clone, Debug)]
pub struct Backend {
    /// The id that the EHR gave.
    pub client_id: String,
    /// The key whose public half was registered.
    pub key: SigningKey,
    /// The id of the key in the registered set, where there is one.
    pub key_id: Option<String>,
    /// Where tokens are given; asked of the FHIR interface (`.well-known/smart-configuration`) when absent.
    pub token_url: Option<String>,
    /// The scopes that are asked for, with blanks between them.
    pub scope: String,
}

impl Backend {
    /// A service with the scopes that reading one patient takes.
    pub fn new(client_id: impl Into<String>, key: SigningKey) -> Self {
        Self {
            client_id: client_id.into(),
            key,
            key_id: None,
            token_url: None,
            scope: "system/Patient.read system/Immunization.read system/AllergyIntolerance.read \
                    system/AdverseEvent.read"
                .to_owned(),
        }
    }

    /// The signed assertion for the token endpoint (RFC 7523, SMART App Launch 2).
    pub(super) fn assertion(
        &self,
        token_url: &str,
        clock: &SharedClock,
    ) -> Result<String, FhirError> {
        let mut id = [0_u8; 16];
        SystemRandom::new()
            .fill(&mut id)
            .map_err(|_| FhirError::Token {
                reason: "this machine gives no random number".to_owned(),
            })?;
        let mut head = json!({"alg": self.key.algorithm().name(), "typ": "JWT"});
        if let (Some(kid), Some(head)) = (&self.key_id, head.as_object_mut()) {
            head.insert("kid".to_owned(), Value::from(kid.as_str()));
        }
        let now = clock.now().timestamp().as_second();
        let claims = json!({
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": token_url,
            "iat": now,
            "exp": now + LIFE,
            "jti": URL_SAFE_NO_PAD.encode(id),
        });
        let encoded = |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string());
        let signed = format!("{}.{}", encoded(&head), encoded(&claims));
        let signature = self.key.sign(signed.as_bytes())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// How the client comes in.
#[derive(Clone, Debug, Default)]
pub enum FhirAuth {
    /// It need not: a test server that anybody may read.
    #[default]
    Open,
    /// A token that somebody pasted.
    Token(Secret),
    /// A SMART backend service.
    Backend(Box<Backend>),
}
